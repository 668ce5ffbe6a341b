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
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import NullPool


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
