"""What ``grade`` says at the end: a line a submission for the terminal, an object a submission for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.examination.verdict import ExerciseVerdict, Verdict

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


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """A table: who, points, a mark for each exercise in the notebook's order, and what there is to say."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    if not verdicts:
        return
    names = [_end(verdict.submission) for verdict in verdicts]
    points = [f"{verdict.score:g}/{verdict.max_score:g}" for verdict in verdicts]
    table.add_column("submission", no_wrap=True)
    table.add_column("points", no_wrap=True, justify="right")
    table.add_column("exercises", no_wrap=True)
    table.add_column("note", no_wrap=True)
    columns = (["submission", *names], ["points", *points], ["exercises", "·" * len(verdicts[0].exercises)])
    room = console.width - sum(map(_widest, columns)) - 8
    for verdict, name, earned in zip(verdicts, names, points, strict=True):
        marks = "".join(f"[{style}]{mark}[/]" for mark, style in map(_mark, verdict.exercises))
        table.add_row(escape(name), earned, marks, escape(_cut(_note(verdict), room)))
    console.print(table)
    console.print("  ".join(f"[{style}]{mark}[/] {name}" for name, (mark, style) in MARKS.items()), highlight=False)


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
