"""One submission's entry: a gradebook for nbgrader's own steps, read with a few queries and written with a few.

The steps that ``nbgrader autograde`` takes open a gradebook, ask it for cells, grades and comments by name, and change
these. Here they open an :class:`Entry`, which holds just what they ask for: all of one submission, and of the release
that it answers. It is read anew for every submission, in the transaction that writes it, so that nothing in it is older
than what other programs have written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Connection, CursorResult, Engine, Select, bindparam, func, select

from autograder.gradebook.entry.rows import Rows, Table
from autograder.gradebook.transaction import opened_by


class _Submission(SimpleNamespace):
    """A submitted assignment; by nbgrader's own properties it tells whether it is late."""

    duedate = SubmittedAssignment.duedate
    total_seconds_late = SubmittedAssignment.total_seconds_late

    def __repr__(self) -> str:
        return f"SubmittedAssignment<{self.assignment.name} for {self.student_id}>"


class _Notebook(SimpleNamespace):
    """A submitted notebook; the database adds its points up, as it does for nbgrader."""

    @property
    def score(self) -> float:
        """All points, those by hand included."""
        return float(self.entry.score())


STUDENTS = Table(Student)
SUBMISSIONS = Table(SubmittedAssignment, "timestamp", "extension", row=_Submission)
NOTEBOOKS = Table(SubmittedNotebook, "late_submission_penalty", row=_Notebook)
GRADES = Table(Grade, "auto_score", "needs_manual_grade")
COMMENTS = Table(Comment, "auto_comment")
GRADED, COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")
"""Kinds of cells that have a grade, and a comment: the kind that nbgrader looks for first comes first."""

_assignment, _notebook, _cell, _source = (kind.__table__.c for kind in (Assignment, Notebook, BaseCell, SourceCell))
_graded, _task, _student, _submission = (
    kind.__table__.c for kind in (GradeCell, TaskCell, Student, SubmittedAssignment)
)
_submitted, _grade, _comment = (kind.__table__.c for kind in (SubmittedNotebook, Grade, Comment))
_RELEASED = (
    select(_notebook.id, _notebook.name, _notebook.kernelspec, _notebook.assignment_id, _assignment.duedate)
    .where(_assignment.name == bindparam("assignment"), _notebook.assignment_id == _assignment.id)
    .order_by(_notebook.name)
)
_CELLS = (
    select(
        _cell.id,
        _cell.name,
        _cell.type,
        _cell.notebook_id,
        func.coalesce(_graded.max_score, _task.max_score).label("max_score"),
    )
    .outerjoin_from(BaseCell.__table__, GradeCell.__table__, _graded.id == _cell.id)
    .outerjoin(TaskCell.__table__, _task.id == _cell.id)
    .where(_cell.notebook_id.in_(select(_notebook.id).where(_notebook.assignment_id == bindparam("assignment"))))
)
_SOURCES = select(SourceCell.__table__).where(_source.notebook_id == bindparam("notebook"))
_STUDENT = STUDENTS.select.where(_student.id == bindparam("student"))
_SUBMISSION = SUBMISSIONS.select.where(
    _submission.assignment_id == bindparam("assignment"), _submission.student_id == bindparam("student")
)
_SUBMITTED = NOTEBOOKS.select.where(
    _submitted.assignment_id == bindparam("submission"), _submitted.notebook_id == bindparam("notebook")
)
_GRADES = GRADES.select.where(_grade.notebook_id == bindparam("notebook"))
_COMMENTS = COMMENTS.select.where(_comment.notebook_id == bindparam("notebook"))
_SCORE = select(SubmittedNotebook.score).where(SubmittedNotebook.id == bindparam("notebook"))


@contextmanager
def entered(engine: Engine, steps: Iterable[Any], unit: str, student: str, **known: datetime) -> Iterator[None]:
    """For the block, the gradebook that these steps of nbgrader's open is a student's entry.

    At its end all is written, or nothing. Student and submission are made if they are not there. ``known``: the
    ``timestamp`` of the submission, if it has one; one that is there keeps its own otherwise. Raises MissingEntry.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # by itself it would begin with what is written first
        entry = Entry(connection, unit, student, **known)
        with opened_by(steps, entry):
            yield
        entry.write()
        connection.commit()


class Entry:
    """What nbgrader's steps take for their gradebook. Whatever unit and student they name, it is of this one."""

    def __init__(self, connection: Connection, unit: str, student: str, **known: datetime) -> None:
        self.db = SimpleNamespace(commit=_nothing)  # all is written in the end
        self._connection = connection
        self._rows = {table: Rows(table) for table in (STUDENTS, SUBMISSIONS, NOTEBOOKS, GRADES, COMMENTS)}
        released = self._ask(_RELEASED, assignment=unit).all()
        self._released = _named(unit, {row.name: row for row in released})
        self._cells = self._ask(_CELLS, assignment=self._released.assignment_id).all()
        self._sources = {row.name: row for row in self._ask(_SOURCES, notebook=self._released.id)}
        mine = [cell for cell in self._cells if cell.notebook_id == self._released.id]
        self._graded, self._commented = _by_name(mine, GRADED), _by_name(mine, COMMENTED)
        if self._ask(_STUDENT, student=student).first() is None:
            self._rows[STUDENTS].new(id=student)
        found = self._ask(_SUBMISSION, assignment=self._released.assignment_id, student=student).first()
        if found is None:
            self._begin(student, released)
        else:
            self._read(found)
        self._submission.assignment = SimpleNamespace(name=unit, duedate=self._released.duedate)
        vars(self._submission).update(known)
        self._notebook.entry = self

    def _begin(self, student: str, released: Sequence[Any]) -> None:
        """A new submission, with a row for each cell that may have a grade or a comment."""
        assignment = self._released.assignment_id
        self._submission = self._rows[SUBMISSIONS].new(assignment_id=assignment, student_id=student)
        for notebook in released:
            submitted = self._rows[NOTEBOOKS].new(
                assignment_id=self._submission.id, notebook_id=notebook.id, flagged=False
            )
            cells = [cell for cell in self._cells if cell.notebook_id == notebook.id]
            ids = {"notebook_id": submitted.id}
            grade, comment = self._rows[GRADES].new, self._rows[COMMENTS].new
            grades = {cell.id: grade(cell_id=cell.id, needs_manual_grade=True, **ids) for cell in _of(cells, GRADED)}
            comments = {cell.id: comment(cell_id=cell.id, **ids) for cell in _of(cells, COMMENTED)}
            if notebook is self._released:
                self._notebook = submitted
                self._take(grades, comments)

    def _read(self, found: Any) -> None:
        """A submission that is there."""
        self._submission = self._rows[SUBMISSIONS].found(found)
        submitted = self._ask(_SUBMITTED, submission=found.id, notebook=self._released.id).first()
        if submitted is None:
            raise MissingEntry(f"No such submitted notebook: {self._released.name} for {found.student_id}")
        self._notebook = self._rows[NOTEBOOKS].found(submitted)
        grades = [self._rows[GRADES].found(row) for row in self._ask(_GRADES, notebook=submitted.id)]
        comments = [self._rows[COMMENTS].found(row) for row in self._ask(_COMMENTS, notebook=submitted.id)]
        self._take({row.cell_id: row for row in grades}, {row.cell_id: row for row in comments})

    def _take(self, grades: dict[str, Any], comments: dict[str, Any]) -> None:
        """Keep the notebook's rows, which come by the ids of their cells, by the names of these."""
        self._grades = {name: grades[cell.id] for name, cell in self._graded.items() if cell.id in grades}
        self._comments = {name: comments[cell.id] for name, cell in self._commented.items() if cell.id in comments}

    def __enter__(self) -> Entry:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: the steps that close the gradebook do not own it."""

    def find_notebook(self, *_: str) -> Any:
        """The release's notebook."""
        return self._released

    def find_source_cell(self, name: str, *_: str) -> Any:
        """A cell of the release, with its text. Raises MissingEntry."""
        return _named(name, self._sources)

    def find_graded_cell(self, name: str, *_: str) -> Any:
        """A graded cell of the release, with the points that it is worth. Raises MissingEntry."""
        return _named(name, self._graded)

    def find_grade(self, name: str, *_: str) -> Any:
        """The grade of a cell, which may be changed. Raises MissingEntry."""
        return _named(name, self._grades)

    def find_comment(self, name: str, *_: str) -> Any:
        """The comment on a cell, which may be changed. Raises MissingEntry."""
        return _named(name, self._comments)

    def find_submission(self, *_: str) -> Any:
        """The submission, which may be changed."""
        return self._submission

    def find_submission_notebook(self, *_: str) -> Any:
        """The submitted notebook, which may be changed."""
        return self._notebook

    def score(self) -> float:
        """All points of the notebook, as nbgrader has them added up."""
        self.write()
        return float(self._ask(_SCORE, notebook=self._notebook.id).scalar_one())

    def write(self) -> None:
        """Send what is new or has changed to the database; nothing of it is committed here."""
        for rows in self._rows.values():
            rows.write(self._connection)

    def _ask(self, question: Select[Any], **values: str) -> CursorResult[Any]:
        return self._connection.execute(question, values)


def _of(cells: Sequence[Any], kinds: tuple[str, str]) -> list[Any]:
    """The cells of these kinds, one kind after the other."""
    return [cell for kind in kinds for cell in cells if cell.type == kind]


def _by_name(cells: Sequence[Any], kinds: tuple[str, str]) -> dict[str, Any]:
    """The cells of these kinds by name; of two by one name, that of the kind which comes first."""
    return {cell.name: cell for cell in reversed(_of(cells, kinds))}


def _named(name: str, entries: Mapping[str, Any]) -> Any:
    if name not in entries:
        raise MissingEntry(f"No such entry: {name}")
    return entries[name]


def _nothing() -> None:
    """What a step's commit comes to."""
