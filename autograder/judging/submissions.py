"""What students handed in: where a course folder keeps it, which files count, and the seed that belongs to it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.units import Unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.judging.reconcile import Unreadable

MOST_BYTES = 50 << 20  # of all files of one submission
MOST_FILES = 1_000
TIMESTAMP = "timestamp.txt"  # nbgrader's, not the student's work
LOOSE_KEY = b"unrolled: notebooks graded without a course"
"""The key of seeds for notebooks that belong to no course: fixed, so that a file graded twice gets one verdict."""

_NOT_WORK = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class Submission:
    """One student's folder for one unit, or one loose notebook."""

    name: str
    path: Path

    def read(self, unit: str) -> dict[str, bytes]:
        """The submission's files, relative path -> content, the notebook as ``UNIT.ipynb``. Raises Unreadable."""
        if not self.path.is_dir():
            return {f"{unit}.ipynb": self.path.read_bytes()}
        files = read_files(self.path)
        if f"{unit}.ipynb" not in files:
            raise Unreadable(_no_notebook(unit, files))
        return files


def find_submissions(submitted: Iterable[tuple[str, Path]]) -> list[Submission]:
    """The submissions among (student, folder) pairs, by student."""
    return [Submission(student, folder) for student, folder in sorted(submitted) if folder.is_dir()]


def read_files(folder: Path) -> dict[str, bytes]:
    """Every regular file under ``folder``, relative path -> content; no symbolic link is followed.

    Raises Unreadable when there is more than a submission may hold.
    """
    files: dict[str, bytes] = {}
    room = MOST_BYTES
    for path in _regular_files(folder):
        name = path.relative_to(folder).as_posix()
        if name == TIMESTAMP or not name.isprintable():
            continue
        content = _content(path, room)
        if content is None or len(files) == MOST_FILES:
            raise Unreadable(f"The folder holds more than {MOST_BYTES >> 20} MB or {MOST_FILES:,} files; hand in less.")
        room -= len(content)
        files[name] = content
    return files


def _regular_files(folder: Path) -> Iterable[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_WORK:
                yield from _regular_files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _content(path: Path, room: int) -> bytes | None:
    """The file's bytes, or None if they are more than ``room``; a link or pipe put in its place since is not read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = file.read(room + 1)
    return content if len(content) <= room else None


def _no_notebook(unit: str, files: Mapping[str, bytes]) -> str:
    found = ", ".join(sorted(files)[:5]) + (", …" if len(files) > 5 else "")
    return f"There is no {unit}.ipynb in the folder. " + (f"Found there: {found}." if files else "The folder is empty.")


def digest(files: Mapping[str, bytes]) -> str:
    """A fingerprint of names and contents, in hexadecimal."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def seed_of(key: bytes, unit: str, files: Mapping[str, bytes]) -> int:
    """The seed of a submission's extra cases, 0 <= seed < 2**63: equal for equal files, and a secret as the key is."""
    stamp = hmac.new(key, f"{unit}\n{digest(files)}".encode(), hashlib.sha256).digest()
    return int.from_bytes(stamp[:8], "big") >> 1


def course_key(course: Path) -> bytes:
    """The course's secret, made on first use in ``.unrolled/secret`` and readable by its owner only."""
    path = course / ".unrolled" / "secret"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # fails if another process was first: then that one's secret holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def unreadable(name: str, unit: Unit, message: str) -> Verdict:
    """The verdict on a submission that there is no notebook to judge of."""
    nothing = tuple(ExerciseVerdict(exercise.id, "not attempted", 0.0, exercise.points) for exercise in unit.exercises)
    return Verdict(name, unit.slug, "unreadable", 0.0, (), nothing, 0, (message,))
