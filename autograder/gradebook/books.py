"""A course's books while a unit is marked: the verdicts kept, the gradebook, and the feedback pages made beside it.

Clerks, processes of their own, write them: what students wrote is parsed on the way, and a text that takes a parser too
long ends the clerk and not the run. Then all that this student wrote is shown as it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from autograder.course.units import Unit, find_unit
from autograder.examination.verdict import Verdict
from autograder.gradebook.course_folder import DRAFTS, Course
from autograder.gradebook.engine import Graded
from autograder.gradebook.history.changes import Change, changes, note
from autograder.gradebook.ledger import Ledger
from autograder.gradebook.standing import Standing
from autograder.judging.folder import read_timestamp
from autograder.judging.server import serving
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


Made = dict[str, str]
"""Fingerprints of a notebook and a page, see :meth:`autograder.gradebook.course_folder.Course.made`."""


@dataclass
class Books:
    """Where the verdicts of one unit in one course are entered.

    ``clerks`` starts them when it is called first: often all is written. ``mended``: students whose points in the
    gradebook were others than those of the verdict written there. ``changed``: exercises with other points than in the
    verdict before; ``totals``: those students' points before and after.
    """

    course: Course
    unit: Unit
    ledger: Ledger
    clerks: Callable[[], Workers]
    feedback: bool
    standings: Mapping[str, Standing]
    mended: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    totals: dict[str, tuple[float, float]] = field(default_factory=dict)

    def find(self, work: Work) -> Verdict | None:
        """The verdict that was kept on this work."""
        return self.ledger.find(work.submission.name, work.fingerprint)

    def enter(self, work: Work, verdict: Verdict, new: bool) -> Future[Made] | None:
        """Keep a new verdict, and have written what is not as it should be: the gradebook's entry, the notebook, or
        only the penalty and the page, which hang on what people do in the gradebook.

        With the result of what is returned, call :meth:`close`. None: all of it is there.
        """
        name = work.submission.name
        standing = self.standings.get(name)
        if standing and not standing.agrees(self.ledger.last(name) or verdict):
            self.mended.append(name)
        if new:
            self._compare(self.ledger.kept(name), verdict)
            self.ledger.keep(name, work.fingerprint, verdict)
        kept = self.ledger.made(name)
        if standing is None or not standing.agrees(verdict) or not self.ledger.is_written(name, self._stamp(work)):
            return self._write(work, verdict, plain=False)
        made = self.course.made(name, self.unit, standing)
        if made["notebook"] != kept.get("notebook"):
            return self._write(work, verdict, plain=False)
        stale = not made["page"] or made["page"] != kept.get("page")
        if standing.may_be_penalised or (self.feedback and stale):
            return self.clerks().submit(_renew, name, *self._where, kept.get("page") if self.feedback else None)
        return None

    def _compare(self, before: Verdict | None, after: Verdict) -> None:
        """Note what a new verdict changes."""
        found = changes(before, after) if before else []
        if before and found:
            self.changed += found
            self.totals[after.submission] = before.score, after.score
            note(self.course.folder, self.unit.slug, found)

    def enter_plainly(self, work: Work, verdict: Verdict) -> Future[Made]:
        """Have a verdict written with all of the student's texts as they stand, after a clerk has failed."""
        return self._write(work, verdict, plain=True)

    def close(self, work: Work, made: Made) -> None:
        """Note that the gradebook, the notebook and the page of this work are there."""
        self.ledger.mark_written(work.submission.name, self._stamp(work), made)

    def _write(self, work: Work, verdict: Verdict, plain: bool) -> Future[Made]:
        return self.clerks().submit(_write, work.submission, work.files, verdict, *self._where, plain, self.feedback)

    @property
    def _where(self) -> tuple[str, Path]:
        return self.unit.slug, self.unit.root

    def _stamp(self, work: Work) -> str:
        """What the gradebook's entry depends on."""
        timestamp = read_timestamp(work.submission.path)
        parts = (work.fingerprint, str(timestamp[1] if timestamp else None), self.course.directory.db_url)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def open_books(course: Course, unit: Unit, count: int, feedback: bool = True) -> Iterator[Books]:
    """The books of a unit, with so many clerks, at least one. Raises BadCourse, GradebookBusy."""
    course.prepare(unit)
    standings = course.standings(unit)
    course.state.mkdir(mode=0o700, exist_ok=True)
    drafts = OwnFolder(DRAFTS, course.state)
    try:
        with ExitStack() as block:

            @cache
            def clerks() -> Workers:
                begin = (_open_course, (course.folder, drafts.path))
                made_by = serving(unit.uses_keras)
                return block.enter_context(Workers("clerk", max(1, count), made_by, *begin, WRITING))

            yield Books(course, unit, Ledger.of(course.state, unit, drafts.path), clerks, feedback, standings)
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
) -> Made:
    unit = _unit(slug, root)
    _course.write(submission, Graded(unit, files, verdict, plain))
    return _with_page(submission.name, unit, "" if feedback else None)


def _renew(student: str, slug: str, root: Path, page: str | None) -> Made:
    unit = _unit(slug, root)
    _course.penalise(student, unit)
    return _with_page(student, unit, page)


def _with_page(student: str, unit: Unit, page: str | None) -> Made:
    """What lies there, once the page is made; not made if it has this fingerprint already, or is not wanted (None)."""
    if page is None:
        return _course.made(student, unit)  # a page that lies there may be an older one
    standing = _course.standings(unit, student)[student]  # first: what is changed meanwhile is seen the next time
    if not page or _course.made(student, unit, standing)["page"] != page:
        _course.write_feedback(student, unit)
    return _course.made(student, unit, standing)
