"""A course's books while a unit is marked: the verdicts kept, the gradebook, and the feedback pages made beside it."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from autograder.course.units import Unit, find_unit
from autograder.examination.verdict import Verdict
from autograder.gradebook.course_folder import Course
from autograder.gradebook.engine import Graded
from autograder.gradebook.ledger import Ledger
from autograder.judging.folder import read_timestamp
from autograder.judging.submissions import Submission
from autograder.sandbox.nursery import die_with_parent


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
    page_makers: ProcessPoolExecutor | None

    def find(self, work: Work) -> Verdict | None:
        """The verdict that was kept on this work."""
        return self.ledger.find(work.submission.name, work.fingerprint)

    def enter(self, work: Work, verdict: Verdict, new: bool) -> Future[None] | None:
        """Keep a new verdict, and write it into the gradebook unless it is there.

        What is returned is done when the feedback page is made; then call :meth:`close`. None: no page is to be made.
        """
        name = work.submission.name
        if new:
            self.ledger.keep(name, work.fingerprint, verdict)
        if self.ledger.is_written(name, self._stamp(work)) and self.course.holds(name, self.unit):
            return None
        self.course.write(work.submission, Graded(self.unit, work.files, verdict))
        if self.page_makers is None:
            self.close(work)
            return None
        return self.page_makers.submit(_make_page, name, self.unit.slug, self.unit.root)

    def close(self, work: Work) -> None:
        """Note that the gradebook, the notebook and the page of this work are there."""
        self.ledger.mark_written(work.submission.name, self._stamp(work))

    def _stamp(self, work: Work) -> str:
        """What the gradebook's entry depends on."""
        parts = (work.fingerprint, str(read_timestamp(work.submission.path)), self.course.directory.db_url)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def open_books(course: Course, unit: Unit, jobs: int, feedback: bool = True) -> Iterator[Books]:
    """The books of a unit, with processes that make feedback pages: those take longer than all else nbgrader does.

    Raises BadCourse.
    """
    course.prepare(unit)
    if not feedback:
        yield Books(course, unit, Ledger.of(course.state, unit), None)
        return
    spawned = get_context("spawn")
    makers = max(1, jobs // 2)  # a page is made in a fraction of the time that a submission is judged in
    with ProcessPoolExecutor(makers, spawned, initializer=_open_course, initargs=(course.folder,)) as page_makers:
        try:
            yield Books(course, unit, Ledger.of(course.state, unit), page_makers)
        except BaseException:
            page_makers.shutdown(cancel_futures=True)
            raise


_course: Course  # in a page maker's process only


def _open_course(folder: Path) -> None:
    global _course
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator stops, and stops us
    die_with_parent()
    _course = Course(folder)


def _make_page(student: str, slug: str, root: Path) -> None:
    _course.write_feedback(student, find_unit(slug, root))
