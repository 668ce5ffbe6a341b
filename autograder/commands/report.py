"""``python -m autograder report UNIT``: the class on one page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.usage import built_units, wrong

if TYPE_CHECKING:  # what a course folder needs takes a second to import, and --help should not wait for it
    from autograder.course.units import Unit
    from autograder.reporting.results import ClassResults


def report(
    unit: Annotated[str, typer.Argument(help="The unit's slug, e.g. 01_rnn_step_by_step.")],
    course: Annotated[
        Path | None, typer.Option(help="The course folder of the class; this folder by default.", show_default=False)
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="The verdicts that `grade --json` has written, in the place of a course folder.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="The page to write; report-UNIT.html in the course folder by default.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks compared at a time.")] = os.cpu_count() or 1,
) -> None:
    """Make one page of what a graded class shows: points, exercises, mistakes, odd submissions, answers alike.

    Example: python -m autograder report 01_rnn_step_by_step --course CLASS
    """
    if json and course:
        wrong("report", "give --course or --json, not both")
    (wanted,) = built_units("report", unit)
    results, source = _of_json(json, wanted) if json else _of_course(course or Path(), wanted)
    target = to or (Path() if json else course or Path()) / f"report-{wanted.slug}.html"
    if target.is_dir() or not target.absolute().parent.is_dir():
        wrong("report", f"{target} cannot be written: name a file in a folder that is there")

    from autograder.gradebook.ledger import write_whole
    from autograder.reporting.comparing import compared
    from autograder.reporting.page import render
    from autograder.reporting.parts import parts_of

    page = render(results, parts_of(wanted), compared(results, jobs), source)
    write_whole(target, page.encode(errors="replace"))
    typer.echo(f"wrote {target}")


def _of_json(path: Path, unit: Unit) -> tuple[ClassResults, str]:
    from autograder.reporting.results import BadVerdicts, of_json

    try:
        return of_json(path, unit), path.name
    except (BadVerdicts, OSError) as error:
        wrong("report", str(error))


def _of_course(folder: Path, unit: Unit) -> tuple[ClassResults, str]:
    from autograder.gradebook.beginning import BadCourse
    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.transaction import GradebookBusy
    from autograder.reporting.results import NothingGraded, of_course

    if not folder.is_dir():
        wrong("report", f"there is no course folder {folder.absolute()}")
    try:
        return of_course(Course(folder), unit), folder.absolute().name
    except (BadCourse, NothingGraded) as error:
        wrong("report", str(error))
    except GradebookBusy as error:
        typer.echo(f"report: {error}.", err=True)
        raise typer.Exit(1) from None
