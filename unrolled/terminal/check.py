"""``unrolled check``: run a notebook's cells and checks once, and say what they found."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from unrolled.checking.outcome import Result
from unrolled.documents import Notebook
from unrolled.running.absence import told_nowhere
from unrolled.running.runs import LOOKS_EVERY, Run, Warm
from unrolled.terminal.memory import Memory, fingerprint, remember
from unrolled.terminal.naming import Work
from unrolled.terminal.report import saved, show


def check(work: Work, exercise: str | None, console: Console) -> bool:
    """Check a notebook, or one exercise of it, and print what is found; whether all is correct.

    Ctrl-C ends the run: what is known by then is printed, and what was running. Raises UnreadableNotebook, OSError,
    NoProcess, KeyboardInterrupt.
    """
    notebook = work.read()
    wanted = [exercise] if exercise else list(work.release.points_of)
    console.print(saved(work.path, work.path.stat().st_mtime), soft_wrap=True)
    console.print()
    with console.status("starting") as status:
        run, interrupted = run_to_end(work, notebook, wanted, lambda words: status.update(Text(words)))
    results = [run.results[name] for name in wanted if name in run.results]
    note(work, notebook, results, complete=not exercise and not interrupted)
    show(console, results, told_nowhere(run.failed, results), [name for name in wanted if name not in run.results])
    if interrupted:
        console.print(f"Stopped while {run.doing.words}.", soft_wrap=True, markup=False)
        raise KeyboardInterrupt
    return all(result.correct for result in results)


def run_to_end(
    work: Work, notebook: Notebook, wanted: Sequence[str], progress: Callable[[str], None]
) -> tuple[Run, bool]:
    """Run a notebook's cells and the wanted checks; the run, and whether Ctrl-C ended it.

    Args:
        progress: is told in words what is being done.
    """
    events: queue.Queue[dict[str, Any]] = queue.Queue()
    warm = Warm(work.release, events)
    try:
        run = Run(warm, notebook, work.path.parent, wanted)
        try:
            while not run.over:
                try:
                    run.take(events.get(timeout=LOOKS_EVERY))
                    progress(run.doing.words)
                except queue.Empty:
                    run.look_after()
            return run, False
        except KeyboardInterrupt:
            return run, True
    finally:
        warm.close()


def note(work: Work, notebook: Notebook, results: Sequence[Result], complete: bool) -> None:
    """Remember what was tried, and of a complete check what it found."""
    slug = work.release.slug

    def change(memory: Memory) -> None:
        tried = {*memory.tried.get(slug, []), *(r.exercise for r in results if r.outcome != "not attempted")}
        if tried:
            memory.tried[slug] = sorted(tried)
        if complete:
            outcomes = {result.exercise: result.outcome for result in results}
            memory.checked[slug] = {"code": fingerprint(notebook), "outcomes": outcomes}

    remember(folder_of(work.path), change)


def folder_of(path: Path) -> Path:
    """The folder that a notebook lies in."""
    return path.resolve().parent
