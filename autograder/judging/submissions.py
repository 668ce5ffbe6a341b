"""What students handed in: where a course folder keeps it, which files count, and the seed that belongs to it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.units import Unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.judging.folder import read_file, read_files
from autograder.judging.reconcile import Unreadable


@dataclass(frozen=True)
class Submission:
    """One student's folder for one unit, or one loose notebook."""

    name: str
    path: Path

    def read(self, unit: str, left_out: list[str] | None = None) -> dict[str, bytes]:
        """The submission's files, relative path -> content, the notebook as ``UNIT.ipynb``. Raises Unreadable.

        ``left_out`` gets sentences on what was passed over; see :func:`autograder.judging.folder.read_files`.
        """
        if not self.path.is_dir():
            return {f"{unit}.ipynb": read_file(self.path)}
        files = read_files(self.path, left_out)
        if f"{unit}.ipynb" not in files:
            raise Unreadable(_no_notebook(unit, files))
        return files


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


def grader_digest(unit: Unit) -> str:
    """A fingerprint of what judges a unit: its grader, references and release, and the oracles of live cases.

    The machinery around them is left out: an update of this package is no reason to grade a class anew.
    """
    paths = [unit.grader, unit.references, unit.release_notebook, *sorted(unit.grader.parents[1].glob("oracles/*.py"))]
    return digest({path.name: path.read_bytes() for path in paths if path.is_file()})


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


def loose_key(checkout: Path) -> bytes:
    """The key of seeds for notebooks that belong to no course: a secret of the checkout, so that a file graded twice
    gets one verdict, and a notebook cannot work out its own cases. Where the checkout cannot be written, one that is
    forgotten: the seed is in the verdict.
    """
    try:
        return course_key(checkout)
    except OSError:
        return secrets.token_bytes(32)


def unreadable(name: str, unit: Unit, message: str) -> Verdict:
    """The verdict on a submission that there is no notebook to judge of."""
    nothing = tuple(ExerciseVerdict(exercise.id, "not attempted", 0.0, exercise.points) for exercise in unit.exercises)
    return Verdict(name, unit.slug, "unreadable", 0.0, (), nothing, 0, (message,))
