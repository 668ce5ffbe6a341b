"""Folders that last as long as the process that made them, however that ends.

A process that is killed removes nothing. So each of its folders is locked (the kernel lets go of a lock when the
process has ended), and whoever makes the next one removes those that nobody holds any more.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import scratch


class OwnFolder:
    """A folder with a lock on it; those of the same prefix that were left behind are removed first."""

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """``parent``: the folder for temporary files by default."""
        sweep(prefix, parent)
        self.path, self._lock = _made(prefix, parent or Path(tempfile.gettempdir()))

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        scratch.remove(self.path)
        os.close(self._lock)


def sweep(prefix: str, parent: Path | None = None) -> None:
    """Remove the folders of this prefix that killed processes have left behind."""
    for left_behind in _unheld(prefix, parent or Path(tempfile.gettempdir())):
        scratch.remove(left_behind)


def _made(prefix: str, parent: Path) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))  # mode 700
        with suppress(OSError):  # somebody has taken it for one that was left behind, before it was locked
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.is_dir():
                return path, lock
            os.close(lock)


def _unheld(prefix: str, parent: Path) -> Iterator[Path]:
    """Folders of ours that no process holds. Each is held by this one until the next is asked for."""
    for path in parent.glob(f"{prefix}*"):
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:  # no folder, or another user's, or gone by now
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path
        except OSError:
            continue  # held: its process lives
        finally:
            os.close(lock)
