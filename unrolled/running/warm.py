"""A process that stays warm: what a unit's notebook imports is imported once, and each run of its cells begins afresh.

It is asked and answers in lines of JSON. On Linux each job runs in a fork of it, which costs some milliseconds: the
namespace is new, nothing of an earlier run is left, and a cell that crashes or never ends takes only its fork with it.
Elsewhere, where forking a process with threads is not safe, a job runs in the process itself with a new namespace; the
one who asks ends the process when a job does not come back, and starts another one.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TextIO

from unrolled.checking.outcome import Result
from unrolled.checking.trial import Check
from unrolled.documents import Cell, Notebook, read
from unrolled.execution import Session
from unrolled.running.absence import FailedCell
from unrolled.running.notebook import Listener, Lost, as_in_jupyter, import_checks, run_and_check

_DIE_WITH_PARENT = 1  # of prctl


def serve(module: str, release: str, how: str) -> None:
    """Answer jobs from standard input until it ends.

    Args:
        how: ``fork`` does each job in a fork, ``here`` in this process.
        module: the unit's module of checks.
        release: the path of its release notebook, whose imports are made beforehand; "" if there is none.
    """
    events = _take_over_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks
    checks = import_checks(module)
    _warm_up(checks, release)
    _say(events, "ready")
    jobs = _Lines(os.dup(0))
    while (line := jobs.next()) is not None:
        if not line.strip():  # asks to end a job that has ended by itself
            continue
        job = json.loads(line)
        if how == "fork":
            _in_a_fork(job, checks, events, jobs)
        else:
            _say(events, "began", job=job["job"], process=os.getpid())
            _do(job, checks, events)


class _Lines:
    """Lines from a pipe; what has come and is not taken yet can be seen."""

    def __init__(self, pipe: int) -> None:
        self.pipe, self._come = pipe, b""

    def next(self) -> bytes | None:
        """The next line, or None at the end."""
        while b"\n" not in self._come:
            if not (more := os.read(self.pipe, 1 << 16)):
                return None
            self._come += more
        line, _, self._come = self._come.partition(b"\n")
        return line

    def wait_with(self, other: int) -> bool:
        """Wait until there is a line, the end, or something to read from ``other``; whether it is ``other`` alone."""
        return not self._come and self.pipe not in select.select([self.pipe, other], [], [])[0]


def _take_over_output() -> TextIO:
    """The stream for answers; what notebooks print, or libraries below Python write, goes nowhere."""
    events = os.fdopen(os.dup(1), "w", encoding="ascii")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(nothing, number)
    return events


def _warm_up(checks: tuple[Check, ...], release: str) -> None:
    """Import what the unit's notebook imports, and do what is slow the first time; but no operation of TensorFlow's."""
    os.environ["MPLBACKEND"] = "Agg"
    Session()
    for name in _imports(_release(release)):
        with contextlib.suppress(Exception):  # the cell that imports it will say what is wrong
            import_module(name)
    for check in checks[:1]:
        if isinstance(check, Check):
            check.cases()


def _release(path: str) -> Notebook:
    """The release notebook, or one without cells."""
    with contextlib.suppress(OSError, ValueError):
        return read(Path(path))
    return Notebook(())


def _imports(notebook: Notebook) -> list[str]:
    """The modules that the cells of a notebook import at their beginning."""
    found: dict[str, None] = {}
    for cell in notebook.code_cells:
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= dict.fromkeys([node.module])
                    found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return list(found)


def _in_a_fork(job: Mapping[str, Any], checks: tuple[Check, ...], events: TextIO, jobs: _Lines) -> None:
    """Do a job in a fork, and wait for its end; end it when the one who asks says so, or is gone."""
    process = os.fork()
    if process == 0:
        _forked(job, checks, events)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(process, process)  # a group of its own, with whatever processes its cells start
    _say(events, "began", job=job["job"], process=process)
    watched = os.pidfd_open(process)
    try:
        if not jobs.wait_with(watched):  # an empty line asks to end the job; the end of the pipe says the same
            _end_group(process)
            jobs.next()
        _, status = os.waitpid(process, 0)
        _end_group(process)  # whatever it has left
        _say(events, "ended", job=job["job"], status=os.waitstatus_to_exitcode(status))
    finally:
        os.close(watched)


def _forked(job: Mapping[str, Any], checks: tuple[Check, ...], events: TextIO) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _do(job, checks, events)
        status = 0
    finally:
        os._exit(status)  # no cleaning up: what the server has open is the server's


def _end_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def _do(job: Mapping[str, Any], checks: tuple[Check, ...], events: TextIO) -> None:
    """Run the cells that a job brings, in its folder, and say what comes of it."""
    notebook = Notebook(tuple(Cell(**cell) for cell in job["cells"]))
    try:
        with as_in_jupyter(job["folder"]):
            run_and_check(Session(), notebook, checks, job["wanted"], _Teller(events, job["job"]), Lost(**job["lost"]))
    except Exception as error:  # what a student's code raises is a result: this is a fault of ours, or of the folder
        _say(events, "broken", job=job["job"], said=f"{type(error).__name__}: {error}")
    _say(events, "done", job=job["job"])


class _Teller(Listener):
    """Says everything on a stream."""

    def __init__(self, events: TextIO, job: int) -> None:
        self._events, self._job = events, job

    def running(self, number: int, cell: Cell) -> None:
        self._say("running", number=number, id=cell.id, begins=cell.source.strip().partition("\n")[0][:60])

    def failed(self, cell: FailedCell) -> None:
        self._say("failed", cell=asdict(cell))

    def checking(self, exercise: str, number: int, of: int) -> None:
        self._say("checking", exercise=exercise, number=number, of=of)

    def found(self, result: Result) -> None:
        self._say("found", result=asdict(result))

    def _say(self, event: str, **facts: Any) -> None:
        _say(self._events, event, job=self._job, **facts)


def _say(events: TextIO, event: str, **facts: Any) -> None:
    """One line of its own, whatever a process that was ended has left unfinished."""
    events.write("\n" + json.dumps({"event": event, **facts}) + "\n")
    events.flush()


if __name__ == "__main__":
    serve(*sys.argv[1:])
