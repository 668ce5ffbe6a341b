"""Judge one submission: a pure function of its files, the unit and the seed.

Nothing is read but what is given and what the course holds, and nothing is written but a scratch folder that is
removed again: so the same call can run in another process or on another machine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.units import FIGURE, TRAINING, Unit, has_tag, marks
from autograder.examination.examine import Mistake
from autograder.examination.hidden_tests import Examined, examine
from autograder.examination.running import Cell, RunningNotebook
from autograder.examination.student import Student
from autograder.examination.verdict import Doubt, ExerciseVerdict, Outcome, Status, Verdict
from autograder.judging.reconcile import Unreadable, notes, read_submission, reconcile
from autograder.sandbox.tenant import House
from unrolled.arrays import StoredCases, open_cases

_NO_MODULE = re.compile(r"No module named '([A-Za-z_]\w{0,60})(?:\.\w+)*'.{0,200}")


def judge(
    files: Mapping[str, bytes],
    unit: Unit,
    seed: int,
    house: House,
    submission: str = "",
    only: Collection[str] | None = None,
) -> Verdict:
    """The verdict on one submission.

    Args:
        files: the submission's files by relative path; the notebook is ``<unit.slug>.ipynb``.
        seed: makes the extra cases, and is kept in the verdict.
        house: where children come from and what binds them.
        submission: the name to put on the verdict.
        only: the exercises to grade; all of them by default.

    Raises:
        GraderFault, LockdownFailed: the tool is at fault, not the submission.
    """
    began = time.perf_counter()

    def verdict(
        status: Status, exercises: tuple[ExerciseVerdict, ...], said: list[str], ran: RunningNotebook | None = None
    ) -> Verdict:
        protections, outputs = (ran.protections, ran.outputs) if ran else ((), {})
        seconds = round(time.perf_counter() - began, 3)
        doubt: Doubt = ran.doubt if ran else ""
        rest = exercises, seed, tuple(said), outputs, doubt
        return Verdict(submission, unit.slug, status, seconds, protections, *rest)

    try:
        notebook = reconcile(read_submission(files.get(f"{unit.slug}.ipynb", b"")), unit.release)
    except Unreadable as error:
        return verdict("unreadable", _none_graded(unit, "not attempted"), [str(error)])
    student = Student(house, cells_to_run(notebook, unit.release), files)
    ran = student.notebook
    try:
        with student:
            exercises = tuple(
                told(unit, found) for found in examine(unit, student, _cases(unit.references), seed, only)
            )
    except Mistake as error:  # the notebook ends every process that it is run in
        return verdict(ran.status, _none_graded(unit, "crashed"), [*ran.notes, str(error)], ran)
    said = [*not_imported(ran.outputs), *notes(notebook), *ran.notes]
    return verdict(ran.status, exercises, said, ran)


def told(unit: Unit, examined: Examined) -> ExerciseVerdict:
    """The verdict on an exercise; a wrong answer is told its most likely mistake first, if there is one.

    An answer with points does something right: it is ``incorrect``, whatever became of the rest.
    """
    verdict = examined.verdict
    if verdict.outcome != "correct" and verdict.score > 0:
        verdict = replace(verdict, outcome="incorrect")
    if verdict.outcome not in ("incorrect", "raised"):
        return verdict
    from autograder.faults.diagnosis import diagnose, is_a_mistake, kind_of  # a right answer needs none of it

    found = [sentence for calls in examined.evidence if (sentence := diagnose(unit, verdict.id, calls))]
    likely = next(filter(is_a_mistake, found), found[0] if found else None)
    if not likely:
        return verdict
    hints = tuple(filter(None, [kind_of(unit, verdict.id, likely)]))
    return replace(verdict, messages=(likely, *verdict.messages), hints=hints)


def not_imported(outputs: Mapping[str, list[dict]]) -> list[str]:
    """A sentence on each module that a cell asked for in vain: what its cell goes on to define is missing, too."""
    errors = (shown for cell in outputs.values() for shown in cell if isinstance(shown, dict))
    said = [str(error.get("evalue")) for error in errors if error.get("ename") == "ModuleNotFoundError"]
    names = (found[1] for text in said if (found := _NO_MODULE.fullmatch(text)))
    return [
        f"There is no module `{name}`: the cell that imports it stopped there. If it is a file of yours, hand it in "
        "beside the notebook."
        for name in dict.fromkeys(names)
    ]


def cells_to_run(notebook: NotebookNode, release: NotebookNode) -> list[Cell]:
    """The code cells that grading runs: all but checks, training, and figures as they were released.

    A cell counts as training by its own tag or by the tag that the release gives the cell of that id, since some
    editors drop tags. A figure cell that the student has changed is run: an answer may stand in it.
    """
    training = {cell.get("id") for cell in release.cells if has_tag(cell, TRAINING)}
    figures = {cell.source.strip() for cell in release.cells if has_tag(cell, FIGURE)}
    return [
        Cell(cell.id, cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
        and not marks(cell).get("grade")
        and not has_tag(cell, TRAINING)
        and cell.id not in training
        and cell.source.strip() not in figures | {""}
    ]


def _none_graded(unit: Unit, outcome: Outcome) -> tuple[ExerciseVerdict, ...]:
    return tuple(ExerciseVerdict(exercise.id, outcome, 0.0, exercise.points) for exercise in unit.exercises)


@lru_cache
def _cases(references: Path) -> StoredCases:
    return open_cases(references)
