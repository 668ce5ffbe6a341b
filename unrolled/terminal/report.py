"""How results look in a terminal: a table of outcomes, then what each check found."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import indent, wrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from unrolled.checking.outcome import SYMBOLS, Outcome, Result, as_text
from unrolled.running.absence import FailedCell

STYLES: dict[Outcome, str] = {"correct": "green", "incorrect": "red", "raised": "yellow", "not attempted": "dim"}

MOST_PRINTED = 12  # lines of what a function printed


def saved(path: Path, moment: float) -> Text:
    """Which file, and how long ago it was saved: whether it was saved at all is the first thing to know."""
    return Text(f"{path}, saved {ago(time.time() - moment)} ago")


def ago(seconds: float) -> str:
    """A time that has passed, in words."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "less than a minute"


def table(results: Iterable[Result], unknown: Sequence[str] = ()) -> Table:
    """Exercises and their outcomes; of those that are ``unknown`` there is none yet."""
    rows = Table(box=None, pad_edge=False)
    for title in ("exercise", "outcome"):
        rows.add_column(title, no_wrap=True)
    for result in results:
        rows.add_row(Text(result.exercise), outcome(result))
    for name in unknown:
        rows.add_row(Text(name), Text("  not checked", "dim"))
    return rows


def outcome(result: Result) -> Text:
    """The outcome as a symbol and a word, in its colour."""
    word = (f"{SYMBOLS[result.outcome]} {result.outcome}", STYLES[result.outcome])
    with_right = f", with a right {' and '.join(result.with_right)}" if result.with_right else ""
    return Text.assemble(word, (with_right, "dim"))


def detail(result: Result, width: int | None = None) -> Text:
    """All that a check found, its first line in the outcome's colour; sentences wrapped to a width, if one is given."""
    printed = result.printed.splitlines()
    if len(printed) > MOST_PRINTED:
        kept = [*printed[:MOST_PRINTED], f"… and {len(printed) - MOST_PRINTED} more lines"]
        result = replace(result, printed="\n".join(kept))
    text = as_text(result)
    if width is not None:
        text = "\n".join(_hanging(line, width) for line in text.splitlines())
    first, _, rest = text.partition("\n")
    return Text.assemble((first, STYLES[result.outcome]), "\n" if rest else "", rest)


def _hanging(line: str, width: int) -> str:
    """A line, wrapped between words and indented as it begins; a line of code, or of what was printed, as it is."""
    begin = line[: len(line) - len(line.lstrip())]
    if len(begin) > 4 or line.lstrip().startswith("| "):
        return line
    further = begin + ("  " if line.lstrip()[:1] in "✓✗" else "")
    lines = wrap(line, max(width, 20), subsequent_indent=further, break_on_hyphens=False)
    return "\n".join(lines) if lines else line


def show(console: Console, results: Sequence[Result], failed: Sequence[FailedCell], unknown: Sequence[str]) -> None:
    """The table, what the checks of wrong answers found, and the cells that failed besides."""
    console.print(table(results, unknown))
    for result in results:
        if result.outcome in ("incorrect", "raised"):
            console.print()
            console.print(detail(result, console.width if console.is_terminal else None), soft_wrap=True)
    if failed:
        console.print("\nOther cells that failed on the way:")
        for cell in failed:
            console.print(Text(indent(str(cell), "  ")), soft_wrap=True)
    correct = sum(result.correct for result in results)
    total = len(results) + len(unknown)
    console.print(f"\n{correct} of {total} exercises correct. Grading uses more cases than these checks.")
