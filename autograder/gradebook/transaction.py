"""One transaction a submission, however many nbgrader's steps would make.

Each of nbgrader's steps opens the gradebook anew and commits after every cell; on a disk that takes more time than all
else that they do. Here they share one connection, and nothing is written until all of them have come to their end: a
submission is in the gradebook as a whole or not at all.

Pages are made so, penalties renewed, and entries written by steps that a course has of its own; nbgrader's own steps
and ours take less (see :mod:`autograder.gradebook.entry.entry`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from nbgrader.api import Comment, Grade, Gradebook, GradeCell, SolutionCell, SourceCell, TaskCell
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session, sessionmaker, undefer
from sqlalchemy.pool import NullPool

PATIENCE = 45.0
"""Seconds that this process waits for a gradebook that another program writes into; SQLite by itself waits 5."""


class GradebookBusy(Exception):
    """Another program keeps the gradebook locked; the message says what to do."""


def wait_for_others() -> None:
    """From now on, have every connection of this process to an SQLite file wait for its lock, nbgrader's own too."""
    if not event.contains(Engine, "do_connect", _wait):
        event.listen(Engine, "do_connect", _wait)


def _wait(dialect: Any, _: Any, __: Any, settings: dict[str, Any]) -> None:
    if dialect.name == "sqlite":
        settings.setdefault("timeout", PATIENCE)


@contextmanager
def told_when_busy(url: str) -> Iterator[None]:
    """For the block, a database that stays locked is a :class:`GradebookBusy`."""
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise GradebookBusy(
            f"another program has kept the gradebook {url.removeprefix('sqlite:///')} locked for {PATIENCE:g} s. "
            "Let it come to its end, or end it, and give the same command again: it goes on where it was"
        ) from error


@contextmanager
def opened_by(steps: Iterable[Any], gradebook: Any) -> Iterator[None]:
    """For the block, the gradebook that these steps of nbgrader's open is this one."""
    names = {kind.__module__ for step in steps for kind in type(step).__mro__}
    with ExitStack() as block:
        for module in (sys.modules[name] for name in names):
            if hasattr(module, "Gradebook"):
                block.enter_context(patch.object(module, "Gradebook", lambda *_, **__: gradebook))
        yield


class _Waiting(Session):
    """A session in which what was committed waits to be settled."""

    def commit(self) -> None:
        """Send what is new to the database, within the transaction: it gets its keys there. What has changed goes
        before the next query, or in the end, all together.
        """
        if self.new or self.deleted:
            self.flush()

    def settle(self) -> None:
        """Commit."""
        super().commit()


class SharedGradebook(Gradebook):
    """A gradebook for many transactions, one after the other; between them it holds no connection and no lock."""

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        super().close()
        self.engine = create_engine(db_url, poolclass=NullPool)
        self.db = scoped_session(sessionmaker(class_=_Waiting, bind=self.engine))
        self._entries: dict[tuple[str, ...], dict[str, Any]] = {}

    def close(self) -> None:
        """Nothing: the steps that close the gradebook do not own it."""

    @contextmanager
    def transaction(self, steps: Iterable[Any]) -> Iterator[SharedGradebook]:
        """For the block, the gradebook that ``steps`` open is this one; at its end, all is written, or nothing."""
        with self.looked_at(steps):
            yield self
            self.db().settle()

    @contextmanager
    def looked_at(self, steps: Iterable[Any] = ()) -> Iterator[SharedGradebook]:
        """For the block, a gradebook that is read, and that these steps open."""
        with ExitStack() as block:
            block.callback(self._forget)  # what was not settled is undone
            block.enter_context(opened_by(steps, self))
            yield self

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        """As nbgrader's, but that one query finds all of a notebook's."""

        def cells() -> Iterable[Any]:
            return ((cell.name, cell) for cell in self.find_notebook(notebook, assignment).source_cells)

        found = self._all(("source", notebook, assignment), cells).get(name)
        return found or super().find_source_cell(name, notebook, assignment)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> GradeCell | TaskCell:
        """As nbgrader's, but that one query finds all of a notebook's."""

        def cells() -> Iterable[Any]:
            return ((cell.name, cell) for cell in self.find_notebook(notebook, assignment).grade_cells)

        found = self._all(("graded", notebook, assignment), cells).get(name)
        return found or super().find_graded_cell(name, notebook, assignment)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As nbgrader's, but that one query finds all of a submission's."""

        def grades() -> Iterable[Any]:
            submitted = self.find_submission_notebook(notebook, assignment, student)
            query = self.db.query(GradeCell.name, Grade).join(GradeCell, GradeCell.id == Grade.cell_id)
            query = query.options(undefer(Grade.max_score))  # a page asks for each
            return query.filter(Grade.notebook_id == submitted.id)

        found = self._all(("grade", notebook, assignment, student), grades).get(grade_cell)
        return found or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """As nbgrader's, but that one query finds all of a submission's."""

        def comments() -> Iterable[Any]:
            submitted = self.find_submission_notebook(notebook, assignment, student)
            query = self.db.query(SolutionCell.name, Comment).join(SolutionCell, SolutionCell.id == Comment.cell_id)
            return query.filter(Comment.notebook_id == submitted.id)

        found = self._all(("comment", notebook, assignment, student), comments).get(solution_cell)
        return found or super().find_comment(solution_cell, notebook, assignment, student)

    def _all(self, key: tuple[str, ...], ask: Callable[[], Iterable[Any]]) -> dict[str, Any]:
        """Entries by name, asked for once a transaction."""
        if key not in self._entries:
            self._entries[key] = {name: entry for name, entry in ask()}
        return self._entries[key]

    def _forget(self) -> None:
        self._entries.clear()
        self.db.remove()
