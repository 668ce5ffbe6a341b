"""One transaction a submission, however many nbgrader's steps would make.

Each of nbgrader's steps opens the gradebook anew and commits after every cell; on a disk that takes more time than all
else that they do. Here they share one connection, and nothing is written until all of them have come to their end: a
submission is in the gradebook as a whole or not at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from nbgrader.api import Gradebook
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
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


class _Waiting(Session):
    """A session in which what was committed waits to be settled."""

    def commit(self) -> None:
        """Send what has changed to the database, within the transaction."""
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

    def close(self) -> None:
        """Nothing: the steps that close the gradebook do not own it."""

    @contextmanager
    def transaction(self, steps: Iterable[Any]) -> Iterator[SharedGradebook]:
        """For the block, the gradebook that ``steps`` open is this one; at its end, all is written, or nothing."""
        modules = {kind.__module__ for step in steps for kind in type(step).__mro__}
        with ExitStack() as block:
            block.callback(self.db.remove)  # what was not settled is undone
            for module in modules:
                if hasattr(sys.modules[module], "Gradebook"):
                    block.enter_context(patch.object(sys.modules[module], "Gradebook", self._instead))
            yield self
            self.db().settle()

    def _instead(self, *_: Any, **__: Any) -> SharedGradebook:
        return self
