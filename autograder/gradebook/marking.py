"""Marking a pile of submissions: judged in parallel, kept as soon as known, written into the gradebook one by one.

A submission that makes the tool fail is reported and left out; the others go on. What was kept before an interruption
is not judged again. When an examiner ends, or a student's process and nobody knows by whom, the submission is judged
again at the end, alone: what happened once may have been the machine.

With the address of a cluster, its workers judge. The books are kept here all the same, and so is judged here what no
worker brought to its end.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.cluster.reaching import BadCluster, Lost, Reached
from autograder.course.units import Unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook.books import Books, Made, Work, open_books
from autograder.gradebook.course_folder import Course
from autograder.gradebook.history.changes import Change
from autograder.gradebook.ledger import fingerprint
from autograder.gradebook.transaction import GradebookBusy
from autograder.judging import server
from autograder.judging.examiner import Examiners, LockdownUnavailable, NoChild, pool
from autograder.judging.reconcile import Unreadable
from autograder.judging.settle import MOST_TRIES, settled
from autograder.judging.submissions import Submission, course_key, grader_digest, loose_key, seed_of, unreadable
from autograder.judging.workers import Died, TookTooLong
from autograder.sandbox import confine, nursery
from autograder.sandbox.own_folder import sweep

if TYPE_CHECKING:  # an extra that few install
    from autograder.cluster.examiners import Cluster


@dataclass(frozen=True)
class Trial:
    """A submission that is being judged: what came of it before, and how often it had no end."""

    work: Work
    seed: int
    notes: tuple[str, ...] = ()
    tries: tuple[Verdict, ...] = ()
    deaths: int = 0
    here: bool = False  # judged on this machine, cluster or no


@dataclass
class Marking:
    """One run over submissions of one unit; ``course`` is None for loose notebooks.

    ``told`` is called with each verdict as soon as it is kept. After :meth:`run`, ``verdicts`` is in order
    of submission, and ``failures`` says of each submission that is lacking what went wrong with the tool.
    ``unwritten``: why a verdict that is kept is not in the gradebook. ``mended``: who had other points there.
    ``changed``: exercises with other points than in the verdict before; ``totals``: those students' before and after.
    ``reached``: how to reach a cluster that is to judge.
    """

    unit: Unit
    jobs: int
    course: Course | None = None
    accept_risk: bool = False
    regrade: bool = False
    feedback: bool = True
    told: Callable[[Verdict], None] = lambda verdict: None
    reached: Reached | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    unwritten: dict[str, str] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    totals: dict[str, tuple[float, float]] = field(default_factory=dict)

    _books: Books | None = field(default=None, init=False)
    _judging: dict[Future[Verdict], Trial] = field(default_factory=dict, init=False)
    _writing: dict[Future[Made], tuple[Work, Verdict, bool]] = field(default_factory=dict, init=False)
    _again: deque[Trial] = field(default_factory=deque, init=False)
    _said: dict[ExerciseVerdict, ExerciseVerdict] = field(default_factory=dict, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def run(self, submissions: Iterable[Submission]) -> None:
        """Mark them all. Raises BadCourse, BadCluster, GradebookBusy, and LockdownUnavailable unless accepted."""
        for left_behind in (nursery.FOLDER, server.FOLDER):
            sweep(left_behind)  # nothing else would where all is judged already
        with self._open:
            if self.course:
                clerks = self.jobs if self.reached else self.jobs // 2  # these take a fraction of the examiners' time
                self._books = self._open.enter_context(open_books(self.course, self.unit, clerks, self.feedback))
                self.mended, self.changed, self.totals = self._books.mended, self._books.changed, self._books.totals
            for submission in submissions:
                with self._failing_alone(submission.name):
                    self._begin(submission)
                # Enough to keep all busy; the other files stay on the disk.
                while len(self._judging) >= self._appetite or len(self._writing) > 4 * self.jobs:
                    self._collect()
            while self._judging or self._writing or self._again:
                if self._again and not self._judging:
                    self._judge(self._again.popleft())
                self._collect()
        self.verdicts.sort(key=lambda verdict: verdict.submission)

    def _begin(self, submission: Submission) -> None:
        """Take the verdict that is kept, or have the submission judged."""
        left_out: list[str] = []
        try:
            files = submission.read(self.unit.slug, left_out)
        except Unreadable as error:
            verdict = unreadable(submission.name, self.unit, str(error))
            return self._finish(Work(submission, {}, fingerprint({}, 0, self._grader, [str(error)])), verdict)
        seed = seed_of(self._key, self.unit.slug, files)
        hangs_on = [str(confine.available()), *left_out]
        work = Work(submission, files, fingerprint(files, seed, self._grader, hangs_on))
        kept = self._books.find(work) if self._books and not self.regrade else None
        if kept:
            return self._finish(work, kept, new=False)
        self._judge(Trial(work, seed, tuple(left_out)))

    def _judge(self, trial: Trial) -> None:
        work = trial.work
        if self._books:
            self._books.clerks()  # they begin while the examiners do
        with self._failing_alone(work.submission.name):
            examiners = self._cluster if self.reached and not trial.here else self._examiners
            future = examiners.submit(work.files, self.unit.slug, trial.seed, work.submission.name, root=self.unit.root)
            self._judging[future] = trial

    def _collect(self) -> None:
        """Wait for something to be ready: a verdict, or what is written of one."""
        waited_for: list[Future[Any]] = [*self._judging, *self._writing]
        ready, _ = wait(waited_for, return_when=FIRST_COMPLETED)
        for future in ready:
            if future in self._judging:
                trial = self._judging.pop(future)
                with self._failing_alone(trial.work.submission.name):
                    self._judged(trial, future)
            else:
                work, verdict, plain = self._writing.pop(future)
                with self._failing_alone(work.submission.name):
                    self._written(work, verdict, plain, future)

    def _judged(self, trial: Trial, future: Future[Verdict]) -> None:
        """Keep the verdict, or have the submission judged again if there is none or it may be the machine's doing."""
        try:
            tries = (*trial.tries, future.result())
        except Lost:
            self._judge(replace(trial, here=True))
            return
        except (Died, NoChild) as error:
            if isinstance(error, NoChild):
                self._examiners.house_mended()
            if trial.deaths + 1 == MOST_TRIES:
                raise
            self._again.append(replace(trial, deaths=trial.deaths + 1, here=True))
            return
        verdict = settled(tries)
        if verdict is None:
            self._again.append(replace(trial, tries=tries, here=True))
        else:
            self._finish(trial.work, replace(verdict, messages=(*verdict.messages, *trial.notes)))

    def _written(self, work: Work, verdict: Verdict, plain: bool, future: Future[Made]) -> None:
        """Note that all is written, or have it written once more if its clerk did not come to the end."""
        if self._books is None:
            return
        try:
            made = future.result()
        except (Died, TookTooLong):
            if plain:
                raise
            self._writing[self._books.enter_plainly(work, verdict)] = work, verdict, True
        else:
            self._books.close(work, made)

    def _finish(self, work: Work, verdict: Verdict, new: bool = True) -> None:
        writing = self._books.enter(work, verdict, new) if self._books else None
        if writing:
            self._writing[writing] = work, verdict, False
        self.told(verdict)
        self.verdicts.append(self._slim(verdict))

    def _slim(self, verdict: Verdict) -> Verdict:
        """A verdict for the end of the run, of which a large class has many: without outputs, and what is said of an
        exercise to many students is there once.
        """
        exercises = tuple(self._said.setdefault(exercise, exercise) for exercise in verdict.exercises)
        return replace(verdict, cell_outputs={}, exercises=exercises)

    @contextmanager
    def _failing_alone(self, name: str) -> Iterator[None]:
        """A block for one submission: what goes wrong in it is noted, and the others go on."""
        try:
            yield
        except (LockdownUnavailable, BadCluster):  # nobody is left to judge the others
            raise
        except GradebookBusy as error:
            self.unwritten[name] = str(error)
        except Exception as error:
            self.failures[name] = "".join(traceback.format_exception(error))

    @cached_property
    def _key(self) -> bytes:
        return course_key(self.course.folder) if self.course else loose_key(self.unit.root)

    @cached_property
    def _grader(self) -> str:
        return grader_digest(self.unit)

    @property
    def workers(self) -> int:
        """How many workers of a cluster judge."""
        return self._cluster.workers if "_cluster" in self.__dict__ else 0

    @property
    def _appetite(self) -> int:
        """Submissions that keep all busy who judge."""
        return self._cluster.appetite if "_cluster" in self.__dict__ else 2 * self.jobs

    @cached_property
    def _cluster(self) -> Cluster:
        """Begun only when there is something to judge."""
        from autograder.cluster.examiners import cluster

        assert self.reached is not None
        return self._open.enter_context(cluster(self.reached, self.unit, self.accept_risk))

    @cached_property
    def _examiners(self) -> Examiners:
        """Begun only when there is something to judge."""
        unit, forbidden = self.unit, (self.course.folder,) if self.course else ()
        return self._open.enter_context(
            pool(
                self.jobs,
                accept_risk=self.accept_risk,
                forbidden=forbidden,
                root=unit.root,
                keras=unit.uses_keras,
            )
        )
