"""Marking a pile of submissions: judged in parallel, kept as soon as known, written into the gradebook one by one.

A submission that makes the tool fail is reported and left out; the others go on. What was kept before an interruption
is not judged again.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from autograder.course.units import Unit
from autograder.examination.verdict import Verdict
from autograder.gradebook.books import Books, Work, open_books
from autograder.gradebook.course_folder import Course
from autograder.gradebook.ledger import fingerprint, grader_digest
from autograder.judging.examiner import Examiners, LockdownUnavailable, pool
from autograder.judging.reconcile import Unreadable
from autograder.judging.submissions import LOOSE_KEY, Submission, course_key, seed_of, unreadable
from autograder.sandbox import confine


@dataclass
class Marking:
    """One run over submissions of one unit; ``course`` is None for loose notebooks.

    ``told`` is called with each verdict as soon as it is kept and written. After :meth:`run`, ``verdicts`` is in order
    of submission, and ``failures`` says of each submission that is lacking what went wrong with the tool.
    """

    unit: Unit
    jobs: int
    course: Course | None = None
    accept_risk: bool = False
    regrade: bool = False
    feedback: bool = True
    told: Callable[[Verdict], None] = lambda verdict: None
    verdicts: list[Verdict] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    _books: Books | None = field(default=None, init=False)
    _judging: dict[Future[Verdict], Work] = field(default_factory=dict, init=False)
    _paging: dict[Future[None], Work] = field(default_factory=dict, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def run(self, submissions: Iterable[Submission]) -> None:
        """Mark them all. Raises BadCourse, and LockdownUnavailable unless the risk is accepted."""
        with self._open:
            if self.course:
                self._books = self._open.enter_context(open_books(self.course, self.unit, self.jobs, self.feedback))
            for submission in submissions:
                with self._failing_alone(submission):
                    self._begin(submission)
                while len(self._judging) >= 2 * self.jobs:  # enough to keep all busy; the other files stay on the disk
                    self._collect()
            while self._judging or self._paging:
                self._collect()
        self.verdicts.sort(key=lambda verdict: verdict.submission)

    def _begin(self, submission: Submission) -> None:
        """Take the verdict that is kept, or have the submission judged."""
        try:
            files = submission.read(self.unit.slug)
        except Unreadable as error:
            verdict = unreadable(submission.name, self.unit, str(error))
            return self._finish(Work(submission, {}, fingerprint({}, 0, self._grader, [str(error)])), verdict)
        seed = seed_of(self._key, self.unit.slug, files)
        work = Work(submission, files, fingerprint(files, seed, self._grader, [str(confine.available())]))
        kept = self._books.find(work) if self._books and not self.regrade else None
        if kept:
            return self._finish(work, kept, new=False)
        self._judging[self._examiners.submit(files, self.unit.slug, seed, submission.name, root=self.unit.root)] = work

    def _collect(self) -> None:
        """Wait for something to be ready: a verdict, or a feedback page."""
        waited_for: list[Future[Any]] = [*self._judging, *self._paging]
        ready, _ = wait(waited_for, return_when=FIRST_COMPLETED)
        for future in ready:
            judged = future in self._judging
            work = (self._judging if judged else self._paging).pop(future)
            with self._failing_alone(work.submission):
                result = future.result()
                if judged:
                    self._finish(work, result)
                elif self._books:
                    self._books.close(work)

    def _finish(self, work: Work, verdict: Verdict, new: bool = True) -> None:
        page = self._books.enter(work, verdict, new) if self._books else None
        if page:
            self._paging[page] = work
        self.verdicts.append(verdict)
        self.told(verdict)

    @contextmanager
    def _failing_alone(self, submission: Submission) -> Iterator[None]:
        """A block for one submission: what goes wrong in it is noted, and the others go on."""
        try:
            yield
        except (BrokenProcessPool, LockdownUnavailable):  # nobody is left to judge the others
            raise
        except Exception as error:
            self.failures[submission.name] = "".join(traceback.format_exception(error))

    @cached_property
    def _key(self) -> bytes:
        return course_key(self.course.folder) if self.course else LOOSE_KEY

    @cached_property
    def _grader(self) -> str:
        return grader_digest(self.unit)

    @cached_property
    def _examiners(self) -> Examiners:
        """Begun only when there is something to judge."""
        forbidden = (self.course.folder,) if self.course else ()
        return self._open.enter_context(
            pool(self.jobs, accept_risk=self.accept_risk, forbidden=forbidden, root=self.unit.root)
        )
