"""Whose score a run has changed, and why: for whoever mends a grader, and for whoever is asked about a grade later.

Each change is noted as soon as its verdict is kept, so a run that is stopped loses none of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.examination.verdict import ExerciseVerdict, Verdict

FILE = Path(".unrolled") / "changes.csv"
HEADER = "when", "unit", "student", "exercise", "before", "after", "why"
_OF_ALL = ("most likely: ", "graded with a right ")  # how messages begin that are about no part


@dataclass(frozen=True)
class Change:
    """One exercise of one student whose points are others than before."""

    student: str
    exercise: str
    before: float
    after: float
    why: str


def changes(before: Verdict, after: Verdict) -> list[Change]:
    """What is different in the second of two verdicts on a student; points alone count."""
    earlier = {exercise.id: exercise for exercise in before.exercises}
    same_files = before.seed == after.seed != 0  # the seed is made of them
    found = []
    for exercise in after.exercises:
        old = earlier.get(exercise.id)
        if old is None or old.score == exercise.score:
            continue
        why = _why(old, exercise) if same_files else "another notebook was handed in"
        found.append(Change(after.submission, exercise.id, old.score, exercise.score, why))
    return found


def note(course: Path, unit: str, found: list[Change]) -> None:
    """Add changes to the class's list of them."""
    path = course / FILE
    rows = io.StringIO()
    writer = csv.writer(rows)
    if not path.exists():
        writer.writerow(HEADER)
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    for change in found:
        writer.writerow([when, unit, change.student, change.exercise, change.before, change.after, change.why])
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(rows.getvalue())


def in_words(found: list[Change], totals: dict[str, tuple[float, float]]) -> Iterator[str]:
    """A line a student: ``ada 85 → 92: lstm_forward: hidden states now accepted``.

    ``totals``: each student's points before and after.
    """
    by_student: dict[str, list[Change]] = {}
    for change in found:
        by_student.setdefault(change.student, []).append(change)
    for student, theirs in sorted(by_student.items()):
        before, after = totals[student]
        reasons = {change.why for change in theirs}
        if reasons == {"another notebook was handed in"}:
            said = reasons.pop()
        else:
            said = "; ".join(f"{change.exercise}: {change.why}" for change in theirs)
        yield f"{student} {before:g} → {after:g}: {said}"


def _why(old: ExerciseVerdict, new: ExerciseVerdict) -> str:
    """By which parts two verdicts on the same work differ."""
    lost_before, lost_now = _lost(old), _lost(new)
    said = [
        f"{', '.join(parts)} {what}"
        for parts, what in (
            ([part for part in lost_before if part not in lost_now], "now accepted"),
            ([part for part in lost_now if part not in lost_before], "not accepted any more"),
        )
        if parts
    ]
    if old.max_score != new.max_score:
        said.append(f"worth {new.max_score:g} instead of {old.max_score:g}")
    if old.outcome != new.outcome and not said:
        said.append(f"{old.outcome} before, {new.outcome} now")
    return ", ".join(said) or "its parts weigh otherwise"


def _lost(exercise: ExerciseVerdict) -> list[str]:
    """The parts that cost points: messages begin with them."""
    told = [message for message in exercise.messages if not message.startswith(_OF_ALL) and ": " in message]
    names = [name for message in told for name in message.partition(": ")[0].split(", ")]
    return [name for name in dict.fromkeys(names) if "`" not in name]
