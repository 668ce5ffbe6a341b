"""``python -m autograder bench``: grading beside stock nbgrader, in one run.

Both sides get the same honest submissions in course folders of their own, equal tests, and no training and figure
cells; each runs as the command that an instructor types, several times in turn. Both end with a submission when its
autograded notebook is written, which comes after the gradebook's entry, so one ruler serves both: the times at which
these files were written. What happens before the first ones (starting up, importing, first use) counts on neither side;
the commands' whole times are shown beside. Feedback pages are another command of nbgrader's and are left out.
"""

from __future__ import annotations

import json as json_format
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:  # these take a second to import, and --help should not wait for it
    from autograder.units import Unit


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


def bench(
    unit: Annotated[
        str | None, typer.Argument(help="The unit's slug; all units, one after the other, by default.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write the medians to this file: an object, or without UNIT a list of them.")
    ] = None,
    submissions: Annotated[int, typer.Option(min=1, help="Submissions a round that count.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="How often each side runs, in turn.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions that grade judges at a time.")] = os.cpu_count() or 1,
) -> None:
    """Grade the same honest submissions with stock nbgrader and with grade, and say how many times faster grade is.

    Compared are seconds a submission in the long run, gradebook and autograded notebook included. Each command first
    grades as many submissions as --jobs says to warm up; these and its start count on neither side. Feedback pages,
    training and figure cells are left out on both. nbgrader's check cells hold the hidden tests themselves. "bare" is
    the same cells and tests in one warm Python process, with no protection, no gradebook and no notebook written.
    """
    from autograder.stock import SideFailed

    if json and not json.absolute().parent.is_dir():
        _wrong(f"there is no folder {json.absolute().parent} for --json")
    console = Console()
    try:
        races = [race(each, submissions, rounds, jobs, console) for each in _units(unit)]
    except (SideFailed, Disagreement) as error:
        typer.echo(f"bench: {error}", err=True)
        raise typer.Exit(1) from None
    for one in races:
        show(one, console)
    if json:
        results = [one.result() for one in races]
        json.write_text(json_format.dumps(results[0] if unit else results, indent=1) + "\n", encoding="utf-8")


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
    from autograder.classmates.sheets import Sheet
    from autograder.stock import without_sights

    notebooks = {}
    for number in range(count):
        sheet = Sheet(unit)
        unfinished = sheet.exercises[number // 4 % len(sheet.exercises)] if number % 4 == 3 else None
        sheet.solve_all_but(*([unfinished] if unfinished else [])).explain().add_code(f"# student {number}")
        sheet.notebook.cells = without_sights(sheet.cells)
        notebooks[f"student{number:03}"] = sheet.files()[f"{unit.slug}.ipynb"]
    return notebooks


def _stock_round(run: Race, unit: Unit, notebooks: dict[str, bytes], place: Path) -> None:
    from autograder import stock

    folder = place / "nbgrader"
    stock.make_course(folder, unit, notebooks)
    began = time.perf_counter()
    stock.nbgrader("autograde", unit, folder)
    run.stock_command.append(time.perf_counter() - began)
    run.stock.append(seconds_each(folder, unit, warm_up=1))


def _our_round(run: Race, unit: Unit, notebooks: dict[str, bytes], place: Path) -> None:
    from autograder.stock import SideFailed, hand_in

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
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        seconds = process.submit(bare_seconds, unit, list(notebooks.values())).result()
    run.bare.append(median(seconds[run.jobs :]))


def seconds_each(folder: Path, unit: Unit, warm_up: int) -> float:
    """Mean seconds from one autograded notebook to the next, the first ``warm_up`` of them aside."""
    notebooks = (folder / "autograded").glob(f"*/{unit.slug}/{unit.slug}.ipynb")
    written = sorted(path.stat().st_mtime_ns for path in notebooks)
    return (written[-1] - written[warm_up - 1]) / (len(written) - warm_up) / 1e9


def bare_seconds(unit: Unit, notebooks: list[bytes]) -> list[float]:
    """Seconds for each notebook's cells and tests in this process, and nothing else."""
    os.environ["MPLBACKEND"] = "template"
    from autograder import in_cells
    from autograder.judge import cells_to_run
    from autograder.reconcile import read_submission
    from unrolled.execution import Session

    seconds = []
    for notebook in notebooks:
        cells, session = cells_to_run(read_submission(notebook), unit.release), Session()
        began = time.perf_counter()
        for cell in cells:
            session.run(cell.source, cell.id)
        for exercise in unit.exercises:
            in_cells.points(unit.slug, exercise.id, exercise.points, session.namespace)
        seconds.append(time.perf_counter() - began)
    return seconds


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


def show(run: Race, console: Console) -> None:
    """A table: stock nbgrader, grade, and the bare cells."""
    from rich.table import Table

    result, bare = run.result(), median(run.bare)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(run.unit, no_wrap=True)
    for heading in ("nbgrader autograde", f"grade, {run.jobs} jobs", "bare, one process"):
        table.add_column(heading, justify="right")
    table.add_row(
        "seconds a submission, warm", *(f"{each:.3f}" for each in (median(run.stock), median(run.ours), bare))
    )
    table.add_row("times as fast as nbgrader", "1", f"{result['ratio']}", f"{median(run.stock) / bare:.1f}")
    whole = f"whole command, {run.submissions + run.jobs} submissions"
    table.add_row(whole, f"{median(run.stock_command):.1f}", f"{median(run.our_command):.1f}", "")
    console.print(table)
    rounds = ", ".join(f"{stock / ours:.1f}" for stock, ours in zip(run.stock, run.ours, strict=True))
    console.print(f"Medians of {len(run.ours)} rounds (ratios {rounds}); equal points on both sides.", highlight=False)


def _units(slug: str | None) -> list[Unit]:
    from autograder.units import NotBuilt, UnknownUnit, all_units, find_unit

    try:
        units = [find_unit(slug)] if slug else list(all_units())
        for each in units:
            each.release  # noqa: B018 - read now, so that its absence is told now
    except (UnknownUnit, NotBuilt) as error:
        _wrong(str(error))
    return units


def _wrong(what: str) -> NoReturn:
    typer.echo(f"bench: {what}", err=True)
    raise typer.Exit(2)
