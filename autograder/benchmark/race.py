"""Grading beside stock nbgrader, in one run.

Both sides get the same honest submissions in course folders of their own, equal tests, and no training and figure
cells; each runs as the command that an instructor types, several times in turn. Both end with a submission when its
autograded notebook is written, which comes after the gradebook's entry, so one ruler serves both: the times at which
these files were written. What happens before the first ones (starting up, importing, first use) counts on neither side;
the commands' whole times are shown beside. Feedback pages are another command of nbgrader's and are left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:  # these take a second to import, and --help should not wait for it
    from autograder.course.units import Unit


class Disagreement(Exception):
    """The two engines gave different points, so their times mean nothing."""


@dataclass
class Race:
    """What was measured, one entry a round. Seconds: of a submission once warm, and of a whole command."""

    unit: str
    submissions: int
    jobs: int
    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    our_command: list[float] = field(default_factory=list)
    stock_command: list[float] = field(default_factory=list)

    def result(self) -> dict[str, str | int | float]:
        """Medians, as ``--json`` has them."""
        ours, stock = median(self.ours), median(self.stock)
        return {
            "unit": self.unit,
            "submissions": self.submissions,
            "seconds": round(ours, 4),
            "nbgrader_seconds": round(stock, 4),
            "ratio": round(stock / ours, 2),
        }


def race(unit: Unit, submissions: int, rounds: int, jobs: int, console: Console) -> Race:
    """Run both sides and the bare cells in turn, ``rounds`` times; the order changes from round to round.

    Raises:
        SideFailed, Disagreement: nbgrader did not run, or gave other points.
    """
    run = Race(unit.slug, submissions, jobs)
    notebooks = honest_work(unit, submissions + jobs)
    with tempfile.TemporaryDirectory(prefix="unrolled-bench-") as folder:
        for number in range(rounds):
            place = Path(folder) / str(number)
            place.mkdir()
            sides = [_stock_round, _our_round, _bare_round]
            for side in sides if number % 2 == 0 else sides[::-1]:
                with console.status(f"{unit.slug}, round {number + 1} of {rounds}: {side.__name__[1:-6]}"):
                    side(run, unit, notebooks, place)
            _compare(unit, place)
    return run


def honest_work(unit: Unit, count: int) -> dict[str, bytes]:
    """Notebooks as nbgrader's submitted folder holds them, by student: every fourth lacks an exercise."""
    from autograder.benchmark.stock import without_sights
    from autograder.classmates.sheets import Sheet

    notebooks = {}
    for number in range(count):
        sheet = Sheet(unit)
        unfinished = sheet.exercises[number // 4 % len(sheet.exercises)] if number % 4 == 3 else None
        sheet.solve_all_but(*([unfinished] if unfinished else [])).explain().add_code(f"# student {number}")
        sheet.notebook.cells = without_sights(sheet.cells)
        notebooks[f"student{number:03}"] = sheet.files()[f"{unit.slug}.ipynb"]
    return notebooks


def _stock_round(run: Race, unit: Unit, notebooks: dict[str, bytes], place: Path) -> None:
    from autograder.benchmark import stock

    folder = place / "nbgrader"
    stock.make_course(folder, unit, notebooks)
    began = time.perf_counter()
    stock.nbgrader("autograde", unit, folder)
    run.stock_command.append(time.perf_counter() - began)
    run.stock.append(seconds_each(folder, unit, warm_up=1))


def _our_round(run: Race, unit: Unit, notebooks: dict[str, bytes], place: Path) -> None:
    from autograder.benchmark.stock import SideFailed, hand_in

    folder = place / "unrolled"
    folder.mkdir()
    hand_in(folder, unit, notebooks)
    command = [sys.executable, "-m", "autograder", "grade", unit.slug, "--course", str(folder)]
    began = time.perf_counter()
    done = subprocess.run([*command, "--no-feedback", "--jobs", str(run.jobs)], capture_output=True, text=True)
    run.our_command.append(time.perf_counter() - began)
    if done.returncode:
        raise SideFailed(f"grade failed:\n{done.stdout}{done.stderr}")
    run.ours.append(seconds_each(folder, unit, warm_up=run.jobs))


def _bare_round(run: Race, unit: Unit, notebooks: dict[str, bytes], place: Path) -> None:
    results = in_one_process(unit, notebooks)
    run.bare.append(median([bare.seconds for bare in results.values()][run.jobs :]))


def seconds_each(folder: Path, unit: Unit, warm_up: int) -> float:
    """Mean seconds from one autograded notebook to the next, the first ``warm_up`` of them aside."""
    notebooks = (folder / "autograded").glob(f"*/{unit.slug}/{unit.slug}.ipynb")
    written = sorted(path.stat().st_mtime_ns for path in notebooks)
    return (written[-1] - written[warm_up - 1]) / (len(written) - warm_up) / 1e9


@dataclass(frozen=True)
class Bare:
    """What a notebook's cells and tests took in one warm process, and the points that they gave, by exercise."""

    seconds: float
    points: dict[str, float]


def in_one_process(unit: Unit, notebooks: Mapping[str, bytes]) -> dict[str, Bare]:
    """Run each notebook's cells and tests, and nothing else, one after the other in one process of their own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(one_by_one, unit, notebooks).result()


def one_by_one(unit: Unit, notebooks: Mapping[str, bytes]) -> dict[str, Bare]:
    """The same, in this process: it is not to be used for anything else afterwards."""
    os.environ["MPLBACKEND"] = "template"
    from autograder.benchmark import in_cells
    from autograder.judging.judge import cells_to_run
    from autograder.judging.reconcile import read_submission
    from unrolled.execution import Session

    results = {}
    for student, notebook in notebooks.items():
        cells, session = cells_to_run(read_submission(notebook), unit.release), Session()
        began = time.perf_counter()
        for cell in cells:
            session.run(cell.source, cell.id)
        points = {
            exercise.id: in_cells.points(unit.slug, exercise.id, exercise.points, session.namespace)
            for exercise in unit.exercises
        }
        results[student] = Bare(time.perf_counter() - began, points)
    return results


def _compare(unit: Unit, place: Path) -> None:
    """Raise Disagreement unless both gradebooks hold the same points."""
    ours, theirs = points_in(place / "unrolled", unit), points_in(place / "nbgrader", unit)
    for student in sorted(ours.keys() | theirs.keys()):
        if ours.get(student) != theirs.get(student):
            raise Disagreement(f"{student} has {ours.get(student)} with grade and {theirs.get(student)} with nbgrader")


def points_in(folder: Path, unit: Unit) -> dict[str, dict[str, float | None]]:
    """Automatic points in a course's gradebook, by student and cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {
            submission.student.id: {grade.name: grade.auto_score for grade in submission.notebooks[0].grades}
            for submission in gradebook.assignment_submissions(unit.slug)
        }
