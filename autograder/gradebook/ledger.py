"""Verdicts kept in a course folder: a run that was stopped goes on where it was, and nothing is judged twice."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.units import Unit
from autograder.examination.verdict import Verdict
from autograder.judging.submissions import digest


@dataclass(frozen=True)
class Ledger:
    """The verdicts on one unit in a course's ``.unrolled/verdicts``: one JSON file a student."""

    folder: Path
    drafts: Path | None = None

    @classmethod
    def of(cls, state: Path, unit: Unit, drafts: Path | None = None) -> Ledger:
        """The ledger of a unit in a course's ``.unrolled`` folder."""
        return cls(state / "verdicts" / unit.slug, drafts)

    def find(self, student: str, fingerprint: str) -> Verdict | None:
        """The verdict kept for a student, if it was made of the same files by the same grader."""
        entry = self._entry(student)
        if entry.get("fingerprint") != fingerprint:
            return None
        return Verdict.from_json(json.dumps(entry["verdict"]))

    def last(self, student: str) -> Verdict | None:
        """The verdict that was last written into the gradebook, whatever it was made of."""
        entry = self._entry(student)
        return Verdict.from_json(json.dumps(entry["verdict"])) if entry.get("written") else None

    def kept(self, student: str) -> Verdict | None:
        """The verdict that was last kept, whatever it was made of."""
        entry = self._entry(student)
        return Verdict.from_json(json.dumps(entry["verdict"])) if entry else None

    def keep(self, student: str, fingerprint: str, verdict: Verdict) -> None:
        """Keep a verdict; what is in the gradebook is from before it."""
        self._write(student, {"fingerprint": fingerprint, "written": None, "verdict": json.loads(verdict.to_json())})

    def is_written(self, student: str, stamp: str) -> bool:
        """Whether the gradebook holds the kept verdict; ``stamp`` is what :meth:`mark_written` was told."""
        return self._entry(student).get("written") == stamp

    def mark_written(self, student: str, stamp: str, made: Mapping[str, str] | None = None) -> None:
        """Note that the kept verdict is in the gradebook; ``made``: fingerprints of the notebook and the page."""
        self._write(student, self._entry(student) | {"written": stamp, "made": dict(made or {})})

    def made(self, student: str) -> dict[str, str]:
        """The fingerprints that :meth:`mark_written` was told."""
        made = self._entry(student).get("made")
        return made if isinstance(made, dict) else {}

    def _entry(self, student: str) -> dict:
        """What is kept; nothing if the file is missing or was damaged."""
        try:
            entry = json.loads((self.folder / f"{student}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return entry if isinstance(entry, dict) and "verdict" in entry else {}

    def _write(self, student: str, entry: dict) -> None:
        write_whole(self.folder / f"{student}.json", json.dumps(entry).encode(), drafts=self.drafts)


def fingerprint(files: Mapping[str, bytes], seed: int, grader: str, protections: Sequence[str]) -> str:
    """What a verdict depends on: equal fingerprints, equal verdicts."""
    return hashlib.sha256("\n".join([digest(files), str(seed), grader, *protections]).encode()).hexdigest()


def write_whole(path: Path, content: bytes, mode: int = 0o644, drafts: Path | None = None) -> None:
    """Write a file all at once: whoever reads it finds the old content or the new one.

    ``drafts``: a folder that is removed when the writing was interrupted for good; beside the file by default.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if drafts is None or drafts.stat().st_dev != path.parent.stat().st_dev:
        drafts = path.parent
    descriptor, draft = tempfile.mkstemp(dir=drafts, prefix=f".{path.name[:100]}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
