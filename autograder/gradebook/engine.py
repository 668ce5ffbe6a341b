"""Our engine inside plain nbgrader: ``nbgrader autograde UNIT`` and formgrader's button give the scores of ``grade``.

:mod:`autograder.nbgrader_settings` puts two preprocessors into nbgrader's own lists: :class:`Reconcile` goes first of
those that clean a submission, :class:`TrustedExecute` takes the place of ``Execute``. Everything else is stock
nbgrader, and ``grade`` itself runs the same lists (see :mod:`autograder.gradebook.course_folder`).
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Bool
from traitlets.utils.importstring import import_item

from autograder.course.units import Unit, UnknownUnit, find_unit
from autograder.examination.verdict import Verdict
from autograder.gradebook.annotate import annotate
from autograder.gradebook.beginning import BadCourse, prepare
from autograder.gradebook.beside import guard, shown_safely, told
from autograder.gradebook.people.extra_time import PenaltiesWithExtraTime
from autograder.gradebook.transaction import wait_for_others
from autograder.judging.reconcile import Unreadable, read_submission, reconcile
from autograder.judging.settle import settled
from autograder.judging.submissions import Submission, course_key, seed_of, unreadable
from autograder.judging.workers import Bounds, Died, TookTooLong, Workers

JUDGING = Bounds(processor=2700, wall=5400)  # seconds: a submission is judged up to three times
GRADED = "unrolled"
"""Where ``grade`` puts a :class:`Graded` into nbconvert's resources."""


@dataclass(frozen=True)
class Graded:
    """A submission that has its verdict already. ``plain``: its texts are shown as they stand, whatever they are."""

    unit: Unit
    files: Mapping[str, bytes]
    verdict: Verdict
    plain: bool = False


def steps(converter: Autograde) -> list[type[NbGraderPreprocessor]]:
    """What nbgrader's converter does to a submission, in order, with our steps for those that trust students.

    Checks of the cells' metadata are left out: after :class:`Reconcile` it is the release's, whatever was submitted.
    """
    cleaning = [_loaded(step) for step in converter.sanitize_preprocessors]
    grading = [_loaded(step) for step in converter.autograde_preprocessors]
    in_order: list[type[NbGraderPreprocessor]] = [
        Reconcile,
        *(step for step in cleaning if step is not Reconcile),
        *(_ours(step) for step in grading),
    ]
    return [step for step in in_order if step is not CheckCellMetadata]


def are_known(steps: Sequence[NbGraderPreprocessor]) -> bool:
    """Whether these steps are nbgrader's and ours, as they are: what they ask of a gradebook is known then."""
    return all(
        type(step) in KNOWN
        and not (isinstance(step, OverwriteCells) and step.add_missing_cells)
        and not (isinstance(step, AssignLatePenalties) and step.plugin_class is not LateSubmissionPlugin)
        for step in steps
    )


def _ours(step: type[NbGraderPreprocessor]) -> type[NbGraderPreprocessor]:
    """Our step in the place of one of nbgrader's: for code that is run, and for penalties of those with more time."""
    if issubclass(step, Execute):
        return TrustedExecute
    return PenaltiesWithExtraTime if step is AssignLatePenalties else step


def _loaded(step: Any) -> type[NbGraderPreprocessor]:
    return import_item(step) if isinstance(step, str) else step


class SubmissionExporter(NotebookExporter):
    """Stands between nbgrader's converter and what a student may have sent.

    Its converter makes one when it starts, so here the gradebook gets to know the unit, and the converter how a
    student's folder is read.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if isinstance(self.parent, Autograde):
            wait_for_others()
            _prepare(self.parent)
            guard(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook for the preprocessors. Of a submitted one nothing is read here: :class:`Reconcile` does that."""
        if isinstance(self.parent, Autograde) and self.parent._sanitizing:
            empty = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])
            return self.from_notebook_node(empty, resources, **kw)
        return super().from_filename(filename, resources, **kw)


class Reconcile(NbGraderPreprocessor):
    """Makes the submission's grade cells whole, see :mod:`autograder.judging.reconcile`."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The student's notebook with the release's grade cells; of an unreadable file, the release as it is."""
        graded = resources.get(GRADED)
        unit = graded.unit if graded else find_unit(resources["nbgrader"]["assignment"])
        return whole_notebook(graded.files if graded else _files(self, resources), unit), resources


class TrustedExecute(NbGraderPreprocessor):
    """Takes the place of nbgrader's ``Execute``: the student's code runs locked down, in a process without graders."""

    accept_risk = Bool(False, help="Grade even where a student's process cannot be locked down.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook with the verdict in its outputs."""
        graded = resources.get(GRADED)
        if graded is None:
            graded = _judged(self, resources)
        annotate(nb, graded.verdict, graded.unit.release, told(shown_safely(graded.files)[1]), graded.plain)
        return nb, resources


KNOWN = {
    Reconcile,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    TrustedExecute,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    PenaltiesWithExtraTime,
}


def whole_notebook(files: Mapping[str, bytes], unit: Unit) -> NotebookNode:
    """The reconciled notebook of a submission; of an unreadable one, the release."""
    try:
        return reconcile(read_submission(files.get(f"{unit.slug}.ipynb", b"")), unit.release)
    except Unreadable:
        return deepcopy(unit.release)


def _prepare(converter: Autograde) -> None:
    """Enter the unit in the gradebook; raises NbGraderException, having said why."""
    try:
        prepare(converter.coursedir, find_unit(converter.coursedir.assignment_id))
    except (BadCourse, UnknownUnit) as error:
        converter.log.error("%s", error)
        raise NbGraderException(str(error)) from error


def _submission(preprocessor: NbGraderPreprocessor, resources: dict[str, Any]) -> Submission:
    """The submission that nbgrader's converter is working on."""
    coursedir = _coursedir(preprocessor)
    student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
    return Submission(student, Path(coursedir.format_path(coursedir.submitted_directory, student, assignment)))


def _coursedir(preprocessor: NbGraderPreprocessor) -> CourseDirectory:
    """The converter's: nbgrader makes a preprocessor a child of its exporter, and the exporter one of its converter."""
    return preprocessor.parent.parent.coursedir


def _files(preprocessor: NbGraderPreprocessor, resources: dict[str, Any]) -> dict[str, bytes]:
    try:
        return _submission(preprocessor, resources).read(resources["nbgrader"]["assignment"])
    except Unreadable:
        return {}


def _judged(preprocessor: TrustedExecute, resources: dict[str, Any]) -> Graded:
    unit = find_unit(resources["nbgrader"]["assignment"])
    submission = _submission(preprocessor, resources)
    left_out: list[str] = []
    try:
        files = submission.read(unit.slug, left_out)
    except Unreadable as error:
        return Graded(unit, {}, unreadable(submission.name, unit, str(error)))
    seed = seed_of(course_key(Path(_coursedir(preprocessor).root)), unit.slug, files)
    examiner = _examiner(preprocessor.accept_risk, unit.uses_keras)
    try:
        verdict = examiner.submit(_examine, files, unit.slug, seed, submission.name).result()
    except (Died, TookTooLong) as error:
        raise NbGraderException(f"{submission.name} could not be graded: {error}") from error
    return Graded(unit, files, replace(verdict, messages=(*verdict.messages, *left_out)))


@cache
def _examiner(accept_risk: bool, keras: bool) -> Workers:
    """A process that judges, kept warm from one submission to the next.

    A fresh one, not a fork: formgrader autogrades inside the Jupyter server, which has threads, and should not have to
    hold TensorFlow.
    """
    workers = Workers("examiner", 1, get_context("spawn"), _open, (accept_risk, keras), JUDGING)
    atexit.register(workers.close)
    return workers


_house: Any = None  # in the examiner's process only


def _open(accept_risk: bool, keras: bool) -> None:
    from autograder.judging.examiner import open_house

    global _house
    os.environ.pop("NBGRADER_EXECUTION", None)  # nbgrader's word for kernels, in which public checks refuse to work
    block = ExitStack()
    _house = block.enter_context(open_house(accept_risk=accept_risk, keras=keras))
    Finalize(None, block.close, exitpriority=1)  # multiprocessing's children run these at their end, and no atexit


def _examine(files: Mapping[str, bytes], slug: str, seed: int, name: str) -> Verdict:
    from autograder.judging.judge import judge

    tries: list[Verdict] = []
    while (verdict := settled(tries)) is None:
        tries.append(judge(files, find_unit(slug), seed, _house, name))
    return verdict
