"""What the gradebook holds of a unit's submissions now: points, penalties, what waits for a person.

Instructors change it between two runs: they grade by hand, comment, set a due date, grant an extension, or grade with
another program. It is read with a few queries for a whole class, so that looking costs next to nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Select, bindparam, select

from autograder.course.units import CHECK_PREFIX, Unit
from autograder.examination.verdict import Verdict


@dataclass(frozen=True)
class Standing:
    """One submission in the gradebook.

    ``automatic``: the automatic points of each cell, None where there are none yet. ``written``: points of the written
    answers. ``score``: all points, before the ``penalty`` is taken off. ``waiting``: cells that a person has to look
    at. ``shown``: a fingerprint of all that a feedback page says of it.
    """

    automatic: Mapping[str, float | None]
    written: float
    score: float
    penalty: float
    waiting: int
    is_late: bool
    shown: str

    @property
    def total(self) -> float:
        """The points that count."""
        return round(self.score - self.penalty, 2)

    @property
    def may_be_penalised(self) -> bool:
        """Whether it is late, or has a penalty from when it was."""
        return self.is_late or self.penalty > 0

    def agrees(self, verdict: Verdict) -> bool:
        """Whether the automatic points are those of the verdict."""
        mine = {name: points for name, points in self.automatic.items() if name.startswith(CHECK_PREFIX)}
        return mine == {CHECK_PREFIX + exercise.id: exercise.score for exercise in verdict.exercises}


def standings(gradebook: Gradebook, unit: Unit, student: str | None = None) -> dict[str, Standing]:
    """Every student's standing, or only that of one."""
    asked = {"unit": unit.slug} | ({} if student is None else {"student": student})

    def rows(*what: Any) -> Any:
        return gradebook.db.execute(_question(student is not None, *what), asked)

    grades: dict[str, list[Any]] = defaultdict(list)
    for name, *grade in rows(Grade, "auto_score", "manual_score", "extra_credit", "score", "needs_manual_grade"):
        grades[name].append(tuple(grade))
    comments: dict[str, list[Any]] = defaultdict(list)
    for name, *comment in rows(Comment, "auto_comment", "manual_comment"):
        comments[name].append(tuple(comment))
    found = {}
    for name, timestamp, extension, due, penalty in rows():
        mine = sorted(grades[name], key=repr)
        found[name] = Standing(
            automatic={cell: automatic for cell, automatic, *_ in mine},
            written=sum(score for cell, *_, score, _ in mine if not cell.startswith(CHECK_PREFIX)),
            score=sum(score for *_, score, _ in mine),
            penalty=penalty or 0.0,
            waiting=sum(bool(waits) for *_, waits in mine),
            is_late=bool(timestamp and due and timestamp > due + (extension or timedelta())),
            shown=_digest([grade[:-1] for grade in mine], sorted(comments[name], key=repr), penalty or 0.0),
        )
    return found


@cache
def _question(of_one: bool, kind: Any = None, *columns: str) -> Select[Any]:
    """Student, cell and columns of every grade or comment; without a kind, what tells about being late.

    Each is put together once: that takes longer than the answer.
    """
    student = SubmittedAssignment.student_id
    if kind is None:
        late = (SubmittedAssignment.timestamp, SubmittedAssignment.extension, Assignment.duedate)
        question = select(student, *late, SubmittedNotebook.late_submission_penalty)
    else:
        question = select(student, BaseCell.name, *(getattr(kind, column) for column in columns))
        question = question.where(kind.notebook_id == SubmittedNotebook.id, kind.cell_id == BaseCell.id)
    if of_one:
        question = question.where(student == bindparam("student"))
    return question.where(
        SubmittedNotebook.assignment_id == SubmittedAssignment.id,
        SubmittedAssignment.assignment_id == Assignment.id,
        Assignment.name == bindparam("unit"),
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
