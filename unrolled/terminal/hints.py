"""``unrolled hint``: the hints that fold out above an exercise in the notebook, one after the other."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from unrolled.notebooks import Release
from unrolled.terminal.memory import Memory, recall, remember


def hint(release: Release, exercise: str, folder: Path, again: bool = False) -> tuple[str, str, bool]:
    """The next hint of an exercise: a title with its number, its text (markdown), and whether the place was kept.

    After the last one, that one again.

    Args:
        folder: whose memory says which one is next.
        again: the hint that was shown last, not the next.
    """
    hints = release.hints(exercise)
    shown = recall(folder).hints.get(release.slug, {}).get(exercise, 0)
    number = min(max(shown + (not again), 1), len(hints))

    def change(memory: Memory) -> None:
        memory.hints.setdefault(release.slug, {})[exercise] = number

    title, text = hints[number - 1]
    kept = remember(folder, change)
    return f"{exercise} · {title} ({number} of {len(hints)})", text, kept


def show(release: Release, exercise: str, folder: Path, console: Console, again: bool) -> None:
    """Print the next hint, and what comes after it."""
    if not release.hints(exercise):
        console.print(f"{exercise} has no hints.")
        return
    title, text, kept = hint(release, exercise, folder, again)
    console.print(title, style="bold", markup=False)
    console.print()
    console.print(Markdown(text))
    number, total = recall(folder).hints.get(release.slug, {}).get(exercise, 1), len(release.hints(exercise))
    if not kept:
        console.print("\nThis folder cannot be written, so the next call gives this hint again.", style="dim")
    elif number < total:
        console.print(f"\n`unrolled hint {exercise}` gives the next one.", style="dim")
    else:
        console.print("\nThat was the last hint; `--again` repeats it.", style="dim")
