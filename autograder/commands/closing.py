"""What ``grade`` says at the end: a line a submission for the terminal, an object a submission for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.examination.verdict import ExerciseVerdict, Verdict

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing

MARKS = {
    "correct": ("●", "green"),
    "part": ("◐", "yellow"),
    "incorrect": ("○", "red"),
    "raised": ("!", "red"),
    "not attempted": ("·", "dim"),
    "timeout": ("T", "magenta"),
    "crashed": ("X", "magenta"),
}


def as_json(verdicts: Sequence[Verdict]) -> str:
    """A list with one object a submission."""
    return json.dumps([verdict.to_dict() for verdict in verdicts], indent=1, ensure_ascii=False) + "\n"


def show(verdicts: Sequence[Verdict], console: Console, standings: Mapping[str, Standing] | None = None) -> None:
    """A table: who, points, a mark for each exercise in the notebook's order, and what there is to say.

    ``standings``, of those in a gradebook: columns say what written answers have earned, what being late has cost, what
    counts, and how many cells wait for a person; each column only if there is something in it.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    if not verdicts:
        return
    names = [_end(verdict.submission) for verdict in verdicts]
    points = [f"{verdict.score:g}/{verdict.max_score:g}" for verdict in verdicts]
    table.add_column("submission", no_wrap=True)
    table.add_column("points", no_wrap=True, justify="right")
    book = _in_gradebook([(standings or {}).get(verdict.submission) for verdict in verdicts])
    for heading in book:
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("exercises", no_wrap=True)
    table.add_column("note", no_wrap=True)
    marks = ["exercises", "·" * len(verdicts[0].exercises)]
    columns = (["submission", *names], ["points", *points], *([head, *cells] for head, cells in book.items()), marks)
    room = console.width - sum(map(_widest, columns)) - 2 * len(columns) - 2
    for number, (verdict, name, earned) in enumerate(zip(verdicts, names, points, strict=True)):
        marked = "".join(f"[{style}]{mark}[/]" for mark, style in map(_mark, verdict.exercises))
        held = (cells[number] for cells in book.values())
        table.add_row(escape(name), earned, *held, marked, escape(_cut(_note(verdict), room)))
    console.print(table)
    console.print("  ".join(f"[{style}]{mark}[/] {name}" for name, (mark, style) in MARKS.items()), highlight=False)


def _in_gradebook(standings: Sequence[Standing | None]) -> dict[str, list[str]]:
    """The columns of what the gradebook holds, a cell a submission."""
    found = [standing for standing in standings if standing]
    columns = {
        "written": [f"{standing.written:g}" if standing and standing.written else "" for standing in standings],
        "late": [f"-{standing.penalty:g}" if standing and standing.penalty else "" for standing in standings],
        "gradebook": [f"{standing.total:g}" if standing else "" for standing in standings],
        "to grade": [str(standing.waiting) if standing and standing.waiting else "" for standing in standings],
    }
    return {heading: cells for heading, cells in columns.items() if found and any(cells)}


def _mark(exercise: ExerciseVerdict) -> tuple[str, str]:
    partly = 0 < exercise.score < exercise.max_score
    return MARKS["part" if partly else exercise.outcome]


def _widest(texts: Sequence[str]) -> int:
    return max(map(len, texts))


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"


def _end(name: str) -> str:
    """The end of a long path: the part that tells notebooks apart."""
    return name if len(name) <= 32 else "…" + name[-31:]


def _note(verdict: Verdict) -> str:
    status = [] if verdict.status == "graded" else [verdict.status]
    text = ": ".join([*status, *verdict.messages[:1]]).replace("\n", " ")
    return "".join(letter if letter.isprintable() else "�" for letter in text)  # a student's text may steer a terminal
