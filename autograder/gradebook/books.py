"""A course's books while a unit is marked: the verdicts kept, the gradebook, and the feedback pages made beside it.

Clerks, processes of their own, write them: what students wrote is parsed on the way, and a text that takes a parser too
long ends the clerk and not the run. Then all that this student wrote is shown as it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from autograder.course.units import Unit, find_unit
from autograder.examination.verdict import Verdict
from autograder.gradebook.course_folder import DRAFTS, Course
from autograder.gradebook.engine import Graded
from autograder.gradebook.ledger import Ledger
from autograder.judging.folder import read_timestamp
from autograder.judging.submissions import Submission
from autograder.judging.workers import Bounds, Workers
from autograder.sandbox.own_folder import OwnFolder

WRITING = Bounds(processor=20, wall=120)  # seconds for one submission's entry, notebook and page


@dataclass(frozen=True)
class Work:
    """A submission whose files have been read; equal fingerprints mean equal verdicts."""

    submission: Submission
    files: Mapping[str, bytes]
    fingerprint: str


@dataclass(frozen=True)
class Books:
    """Where the verdicts of one unit in one course are entered."""

    course: Course
    unit: Unit
    ledger: Ledger
    clerks: Workers
    feedback: bool

    def find(self, work: Work) -> Verdict | None:
        """The verdict that was kept on this work."""
        return self.ledger.find(work.submission.name, work.fingerprint)

    def enter(self, work: Work, verdict: Verdict, new: bool) -> Future[None] | None:
        """Keep a new verdict, and have it written into the gradebook unless it is there.

        What is returned is done when the notebook and the page are written, too; then call :meth:`close`. None: all of
        it is there.
        """
        name = work.submission.name
        if new:
            self.ledger.keep(name, work.fingerprint, verdict)
        if self.ledger.is_written(name, self._stamp(work)) and self.course.holds(name, self.unit):
            return None
        return self._write(work, verdict, plain=False)

    def enter_plainly(self, work: Work, verdict: Verdict) -> Future[None]:
        """Have a verdict written with all of the student's texts as they stand, after a clerk has failed."""
        return self._write(work, verdict, plain=True)

    def close(self, work: Work) -> None:
        """Note that the gradebook, the notebook and the page of this work are there."""
        self.ledger.mark_written(work.submission.name, self._stamp(work))

    def _write(self, work: Work, verdict: Verdict, plain: bool) -> Future[None]:
        where = self.unit.slug, self.unit.root
        return self.clerks.submit(_write, work.submission, work.files, verdict, *where, plain, self.feedback)

    def _stamp(self, work: Work) -> str:
        """What the gradebook's entry depends on."""
        timestamp = read_timestamp(work.submission.path)
        parts = (work.fingerprint, str(timestamp[1] if timestamp else None), self.course.directory.db_url)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def open_books(course: Course, unit: Unit, jobs: int, feedback: bool = True) -> Iterator[Books]:
    """The books of a unit, with clerks. Raises BadCourse."""
    course.prepare(unit)
    count = max(1, jobs // 2)  # all this is written in a fraction of the time that a submission is judged in
    course.state.mkdir(mode=0o700, exist_ok=True)
    drafts = OwnFolder(DRAFTS, course.state)
    try:
        with Workers(count, get_context("spawn"), _open_course, (course.folder, drafts.path), WRITING) as clerks:
            yield Books(course, unit, Ledger.of(course.state, unit, drafts.path), clerks, feedback)
    finally:
        drafts.remove()


_course: Course  # in a clerk's process only
_unit = lru_cache(find_unit)  # its release is read once


def _open_course(folder: Path, drafts: Path) -> None:
    global _course
    _course = Course(folder, drafts)


def _write(
    submission: Submission,
    files: Mapping[str, bytes],
    verdict: Verdict,
    slug: str,
    root: Path,
    plain: bool,
    feedback: bool,
) -> None:
    unit = _unit(slug, root)
    _course.write(submission, Graded(unit, files, verdict, plain))
    if feedback:
        _course.write_feedback(submission.name, unit)
