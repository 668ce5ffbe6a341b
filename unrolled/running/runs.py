"""Run a notebook's cells and checks in a process of their own, and bring each run to its end, whatever the cells do."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from unrolled.checking.outcome import Line, Result
from unrolled.documents import Notebook
from unrolled.notebooks import Release
from unrolled.package import PACKAGE
from unrolled.running.absence import FailedCell

# A call is ended from inside after its seconds (unrolled/checking/limits.py). What does not heed that ends with its
# process: after so much processor time for one cell or check, and after so much time in all.
HARD_SECONDS, HARD_WALL_SECONDS = 45, 180
MOST_MEMORY = 0.5  # of the machine's
LOOKS_EVERY = 0.25  # seconds
FORKS = sys.platform == "linux"  # elsewhere it is not safe to fork a process that has threads
_PROGRAM = """
import sys
sys.path[:0] = [] if sys.argv[1] in sys.path else [sys.argv[1]]
from unrolled.running.warm import serve
serve(*sys.argv[2:])
"""


class NoProcess(RuntimeError):
    """The process in which notebooks run does not start; the message says why."""


class Warm:
    """The warm process of one unit. What it says comes into a queue as dictionaries with an ``event``.

    ``ready`` says whether it has started well.
    """

    def __init__(self, release: Release, events: queue.Queue[Any]) -> None:
        module = f"unrolled.checks.{release.slug.partition('_')[2]}"
        how = "fork" if FORKS else "here"
        self._command = [sys.executable, "-P", "-c", _PROGRAM, str(PACKAGE.parent), module, str(release.path), how]
        self._events = events
        self._process = self._started()
        self._jobs = 0

    def ask(self, job: dict[str, Any]) -> int:
        """Have a job done, and get its number; the one before it is over, or was told to end."""
        self._jobs += 1
        self._send(json.dumps(job | {"job": self._jobs}).encode() + b"\n")
        return self._jobs

    def end_job(self) -> None:
        """End the job that is being done. Where there are no forks, the process ends with it, and a new one starts."""
        if FORKS:
            self._send(b"\n")
        else:
            self.restart()

    def restart(self) -> None:
        """End the process, and start another one."""
        self.close()
        self._process = self._started()

    def close(self) -> None:
        """End the process, and whatever its cells have started."""
        process = self._process
        if process.stdin is not None:
            try:
                process.stdin.close()  # a server with a job ends that first
            except OSError:  # the pipe is broken: the process is gone
                pass
        try:
            process.wait(2 if FORKS else 0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._listener.join()

    def _started(self) -> subprocess.Popen[bytes]:
        self.ready = False
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for this process alone
            env=os.environ | {"MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        self._listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        self._listener.start()
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None and process.stderr is not None
        with process.stdout, process.stderr:
            for line in process.stdout:
                try:
                    event = json.loads(line)
                except ValueError:  # a process that was ended has left half a line
                    continue
                if isinstance(event, dict):
                    self.ready = self.ready or event.get("event") == "ready"
                    self._events.put(event | {"server": process.pid})
            said = process.stderr.read().decode(errors="replace").strip()
        self._events.put({"event": "gone", "said": said.rpartition("\n")[2], "server": process.pid})

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
        except OSError:  # it has just ended; that it is gone comes as an event
            pass

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid


@dataclass
class Doing:
    """What a run is doing: a cell or a check (``kind``), which one, in words, and since when."""

    kind: str = ""
    name: str = ""
    words: str = "starting"
    since: float = field(default_factory=time.monotonic)
    used: float = 0.0  # seconds of processor time when it began


class Run:
    """One run of a notebook: give it every event, look after it now and then, and it comes to its end."""

    def __init__(self, warm: Warm, notebook: Notebook, folder: Path, wanted: Sequence[str]) -> None:
        self.results: dict[str, Result] = {}
        self.failed: list[FailedCell] = []
        self.doing = Doing()
        self.over = False
        self.began = time.monotonic()
        self._warm, self._wanted = warm, list(wanted)
        self._cells = [asdict(cell) for cell in notebook.code_cells]
        self._folder = str(folder.resolve())
        self._lost: dict[str, dict[str, str]] = {"cells": {}, "exercises": {}}
        self._process: Any = None
        self._done = self._ended = False
        self._why = ""
        self._ask()

    def end(self) -> None:
        """End it as it is."""
        if not self._ended and not self.over:
            self._warm.end_job()
        self._done = True

    def take(self, event: dict[str, Any]) -> None:
        """Learn what the process says. Raises NoProcess."""
        if event["server"] != self._warm.pid or event.get("job", self._job) != self._job or self.over:
            return
        match event["event"]:
            case "began":
                self._process = _Process(event["process"])
            case "running":
                words = f"running the cell that begins: {event['begins']}"
                self._doing("cells", event["id"], words)
            case "checking":
                self._doing("exercises", event["exercise"], "checking {exercise}, {number} of {of}".format(**event))
            case "failed":
                self.failed.append(FailedCell(**event["cell"]))
            case "found":
                result = _result(event["result"])
                self.results[result.exercise] = result
            case "broken":
                raise NoProcess(f"The checks cannot be made: {event['said']}. `unrolled doctor` may know why.")
            case "done":
                self._done = True
                self._ended = self.over = not FORKS
            case "ended":
                self._ended = True
                self._after(f"it ended the process that it ran in ({_how(event['status'])}).")
            case "gone":
                if not self._warm.ready:
                    said = f": {event['said']}" if event["said"] else ""
                    raise NoProcess(f"The process for notebooks does not start{said}. `unrolled doctor` looks why.")
                begun = self._process is not None
                self._warm.restart()
                if begun:
                    self._after("it ended the process that it ran in.")
                else:
                    self._ask()

    def look_after(self) -> None:
        """End what has not come back after the hard limits, or takes the machine's memory."""
        if self._process is None or self.over or self._why:
            return
        used, memory = self._process.look()
        if used - self.doing.used > HARD_SECONDS or time.monotonic() - self.doing.since > HARD_WALL_SECONDS:
            self._why = "it did not come to its end. An `except:` that catches everything may keep a loop alive."
        elif memory > MOST_MEMORY:
            self._why = "it took more than half of the machine's memory."
        if self._why:
            self._warm.end_job()
            if not FORKS:
                self._after("")

    def _doing(self, kind: str, name: str, words: str) -> None:
        used = self._process.look()[0] if self._process else 0.0
        self.doing = Doing(kind, name, words, used=used)

    def _ask(self) -> None:
        self._process, self._done, self._ended, self._why = None, False, False, ""
        self.failed = []
        wanted = [name for name in self._wanted if name not in self.results]
        self._job = self._warm.ask(
            {"folder": self._folder, "cells": self._cells, "wanted": wanted, "lost": self._lost}
        )

    def _after(self, how: str) -> None:
        """The job is no more: all is done, or what it did at its end is left out of another one."""
        if self._done:
            self.over = True
            return
        why = self._why or how
        if not self.doing.kind:
            raise NoProcess(f"The notebook cannot be run: {why}")
        self._lost[self.doing.kind][self.doing.name] = why
        if self.doing.kind == "exercises":
            name = self.doing.name
            self.results[name] = Result(name, "raised", (f"It was not checked to its end: {why}",))
        self.doing = Doing()
        self._ask()


class _Process:
    """What a process uses, 0 once it is gone."""

    def __init__(self, process: int) -> None:
        import psutil

        self._psutil = psutil
        self._whole = psutil.virtual_memory().total
        try:
            self._process = psutil.Process(process)
        except psutil.Error:
            self._process = None

    def look(self) -> tuple[float, float]:
        """Seconds of processor time, and the share of the machine's memory."""
        try:
            if self._process is None:
                return 0.0, 0.0
            times = self._process.cpu_times()
            return times.user + times.system, self._process.memory_info().rss / self._whole
        except self._psutil.Error:
            return 0.0, 0.0


def _how(status: int) -> str:
    """How a process ended, from its exit status."""
    if status >= 0:
        return f"exit status {status}: is there an exit in it?"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"


def _result(facts: dict[str, Any]) -> Result:
    """A result as it was before it was written as JSON, without what a terminal must not get."""
    plain = {name: _plain(value) for name, value in facts.items() if name != "lines"}
    lines = tuple(Line(**{name: _plain(value) for name, value in line.items()}) for line in facts["lines"])
    return Result(**plain, lines=lines)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def printable(text: str) -> str:
    """The text with its control characters made visible, but for newlines and tabs; halves of characters replaced."""
    text = text.encode("utf-8", "replace").decode()
    shown = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"} | {127: "\u2421"}
    return text.translate(shown | {code: "\ufffd" for code in range(128, 160)})
