"""``unrolled watch``: a notebook is checked again whenever it is saved, in a process that stays warm."""

from __future__ import annotations

import queue
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from textwrap import indent
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from unrolled.checking.outcome import Result
from unrolled.documents import Notebook, TornNotebook, UnreadableNotebook, as_text, parse
from unrolled.running.absence import told_nowhere
from unrolled.running.runs import LOOKS_EVERY, NoProcess, Run, Warm
from unrolled.terminal.check import folder_of, note
from unrolled.terminal.hints import hint
from unrolled.terminal.naming import Work
from unrolled.terminal.report import detail, table
from unrolled.watching.changes import touched
from unrolled.watching.editor import open_at
from unrolled.watching.keys import Keys
from unrolled.watching.saved import Saved
from unrolled.watching.screen import Page

PATIENCE = 0.4  # seconds in which the page waits for a verdict
TORN_FOR = 1.0  # seconds after which half a file is no file that is being written


def watch(work: Work, console: Console) -> None:
    """Check a notebook now and whenever it is saved, until q or Ctrl-C; then print where things stand.

    In a terminal it shows one page; elsewhere it prints every verdict. Raises UnreadableNotebook, OSError, NoProcess.
    """
    work.read()  # what cannot be read at the beginning is told at once
    watching = _Watching(work, console)
    try:
        watching.run()
    except KeyboardInterrupt:
        pass
    finally:
        watching.close()
    if console.is_terminal:
        page = watching.page
        known = [page.results[name] for name in page.exercises if name in page.results]
        console.print(Text(page.name, "bold"))
        console.print(table(known, [name for name in page.exercises if name not in page.results]))


class _Watching:
    def __init__(self, work: Work, console: Console) -> None:
        self._work, self._console = work, console
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.page = Page(work.path.name, list(work.release.points_of))
        self._warm = Warm(work.release, self._events)
        self._files = Saved(work.path, self._events)
        self._notebook: Notebook | None = None
        self._text = ""
        self._run: Run | None = None
        self._first: list[str] = []  # what is being checked, in this order
        self._beginning = True  # until the first run is over
        self._changed = False  # whether somebody waits for the verdict on a change
        self._torn: tuple[float, str] | None = None
        self._live: Live | None = None
        self._keys: Keys | None = None
        self._over = False

    def run(self) -> None:
        """Go on until q."""
        self._files.start()
        with ExitStack() as stack:
            if self._console.is_terminal:
                stack.enter_context(_signals())
                self._live = stack.enter_context(
                    Live(self.page, console=self._console, screen=True, auto_refresh=False)
                )
                if sys.stdin.isatty():
                    self._keys = stack.enter_context(Keys(self._events))
            size = self._console.size
            while not self._over:
                try:
                    self._take(self._events.get(timeout=LOOKS_EVERY / 2))
                except queue.Empty:
                    if not self._wait() and self._console.size == size:
                        continue
                size = self._console.size
                if self._events.empty() and (self._run is None or self.page.took or self._is_slow(self._run)):
                    self._draw()

    def close(self) -> None:
        """End all that was started."""
        self._files.stop()
        self._warm.close()

    def _draw(self) -> None:
        if self._live is not None:
            self._live.refresh()

    def _wait(self) -> bool:
        """What is due when nothing happens; whether the page has changed."""
        if self._run is not None and not self._run.over:
            self._with_run(self._run.look_after)
            if self._run is not None and self.page.took is None and self._is_slow(self._run):
                self._look_at(self._run.doing.name if self._run.doing.name in self.page.unsure else self._first[0])
                return True
        if self._torn and time.monotonic() - self._torn[0] > TORN_FOR:
            self._notice(self._torn[1])
            self._torn = None
            return True
        return False

    def _is_slow(self, run: Run) -> bool:
        """Whether a run takes so long that the page says so; before that, it stays as it was until the verdict."""
        return time.monotonic() - run.began > PATIENCE

    def _take(self, event: dict[str, Any]) -> None:
        if event["event"] == "key":
            self._press(event["name"])
        elif event["event"] == "saved":
            self._saved(event["content"], event["moment"])
        elif event["event"] == "unread":
            self._notice(f"{self._work.path} cannot be read now: {event['why']}. Waiting for it.")
        elif event["event"] == "gone" and self._run is None:
            if event["server"] == self._warm.pid and self._warm.ready:  # else it would end at once again
                self._warm.restart()
        elif self._run is not None:
            run = self._run
            self._with_run(lambda: run.take(event))
            self._follow(run)

    def _with_run(self, act: Any) -> None:
        try:
            act()
        except NoProcess as error:
            if self._beginning and not self._warm.ready:
                raise
            self._run = None
            self.page.doing = ""
            self._notice(str(error))

    # A save

    def _saved(self, content: bytes, moment: float) -> None:
        self._torn = None
        try:
            text = as_text(content, self._work.path)
            notebook = parse(content, self._work.path)
        except TornNotebook as error:  # half of it may be written yet
            self._torn = time.monotonic(), str(error)
            return
        except UnreadableNotebook as error:
            self._notice(str(error))
            return
        self.page.saved, self.page.notice = moment, ""
        before, self._notebook, self._text = self._notebook, notebook, text
        changed = touched(before, notebook, self.page.exercises)
        if changed:
            self._changed = before is not None
            self._check(changed)

    def _check(self, changed: list[str]) -> None:
        """Check what has changed, then what an earlier run has not come to."""
        assert self._notebook is not None
        if self._run is not None:
            self._run.end()
        if not self._warm.alive:
            self._warm.restart()
        waiting = self.page.unsure - set(changed)
        wanted = changed + [name for name in self.page.exercises if name in waiting]
        self.page.unsure, self.page.took, self._first = set(wanted), None, wanted
        self._run = Run(self._warm, self._notebook, self._work.path.parent, wanted)
        self.page.doing = self._run.doing.words

    def _follow(self, run: Run) -> None:
        """Show what a run has found."""
        if run is not self._run:
            return
        found = [name for name in run.results if name in self.page.unsure]
        for name in found:
            self.page.results[name] = run.results[name]
            self.page.unsure.discard(name)
        if found and self.page.took is None and self._changed:
            self.page.took = max(time.time() - self.page.saved, 0.0)
            if self.page.view != "hint" or self.page.focus != found[0]:
                self._look_at(found[0])
        self.page.doing = "" if run.over else run.doing.words
        if run.over:
            self._run = None
            self._finished(run)

    def _finished(self, run: Run) -> None:
        assert self._notebook is not None
        results = self.page.results
        self.page.others = indent("\n".join(map(str, told_nowhere(run.failed, list(results.values())))), "  ")
        wrong = [name for name in self._first if results[name].outcome in ("incorrect", "raised")]
        if self._beginning:
            self._beginning = False
            unwritten = [name for name in self._first if results[name].outcome == "not attempted"]
            self._look_at((wrong or unwritten or self._first)[0])
        elif wrong and self.page.view == "detail" and results[self.page.focus or wrong[0]].correct:
            self._look_at(wrong[0])  # what was changed is right, and something that uses it is not
        done = [results[name] for name in self._first]
        complete = all(name in results for name in self.page.exercises)
        note(self._work, self._notebook, list(results.values()) if complete else done, complete)
        if self._live is None:
            self._print(done)

    def _look_at(self, name: str) -> None:
        if self.page.view != "list":
            self.page.view = "detail"
        self.page.focus, self.page.scroll = name, 0

    def _print(self, results: list[Result]) -> None:
        """Verdicts as lines, where there is no terminal to show a page."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.page.saved))
        took = f", checked in {self.page.took:.2f} s" if self.page.took is not None else ""
        self._console.print(Text(f"\n{self.page.name}, saved {clock}{took}"), soft_wrap=True)
        for result in results:
            self._console.print(detail(result), soft_wrap=True)
        if self.page.others:
            self._console.print(Text(f"Other cells that failed on the way:\n{self.page.others}"), soft_wrap=True)

    def _notice(self, text: str) -> None:
        self.page.notice = text
        if self._live is None:
            self._console.print(Text(text), soft_wrap=True)

    # Keys

    def _press(self, key: str) -> None:
        page = self.page
        if key == "q":
            self._over = True
        elif key == "l":
            page.view, page.scroll = ("detail" if page.view == "list" else "list"), 0
        elif key == "enter":
            page.view, page.scroll = "detail", 0
        elif key == "r" and self._notebook is not None:
            self._changed = False
            self._check(list(page.exercises))
        elif key in ("n", "p") or key in ("up", "down") and page.view == "list":
            place = list(page.exercises).index(page.focus) if page.focus in page.exercises else -1
            step = 1 if key in ("n", "down") else -1
            page.focus, page.scroll = page.exercises[(place + step) % len(page.exercises)], 0
            page.view = "list" if page.view == "list" else "detail"
        elif key in ("up", "down"):
            page.scroll = max(page.scroll + (1 if key == "down" else -1), 0)
        elif key == "h" and page.focus:
            self._hint()
        elif key == "o" and page.focus and self._notebook is not None:
            self._open()

    def _hint(self) -> None:
        release, page = self._work.release, self.page
        if release.hints(page.focus):
            title, text, _ = hint(release, page.focus, folder_of(self._work.path))
            page.hint, page.view, page.scroll = (title, text), "hint", 0

    def _open(self) -> None:
        assert self._notebook is not None
        result = self.page.results.get(self.page.focus)
        with self._aside():
            said = open_at(self._work, self._notebook, self._text, self.page.focus, result)
        self.page.notice = said

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Leave the terminal to another program for the block."""
        assert self._live is not None and self._keys is not None
        self._keys.__exit__()
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()
            self._keys.__enter__()


@contextmanager
def _signals() -> Iterator[None]:
    """An end from outside is an end by Ctrl-C, so that the terminal is put in order; Ctrl-Z is not obeyed."""

    def end(*args: object) -> None:
        raise KeyboardInterrupt

    wanted = {"SIGTERM": end, "SIGHUP": end, "SIGTSTP": signal.SIG_IGN}
    numbers = [getattr(signal, name) for name in wanted if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in before:
        signal.signal(number, wanted[signal.Signals(number).name])  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
