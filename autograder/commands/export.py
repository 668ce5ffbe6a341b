"""``python -m autograder export UNIT``: a graded class for programs that nbgrader's own export does not know."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.usage import built_units, wrong

if TYPE_CHECKING:  # what a course folder needs takes a second to import, and --help should not wait for it
    from autograder.course.units import Unit
    from autograder.gradebook.course_folder import Course
    from autograder.reporting.results import ClassResults

Files = dict[str, str]
"""What is written: the files' paths within the folder, and their texts."""


class Kind(StrEnum):
    """For whom."""

    GRADESCOPE = "gradescope"
    SOURCES = "sources"


def export(
    unit: Annotated[str, typer.Argument(help="The unit's slug, e.g. 01_rnn_step_by_step.")],
    kind: Annotated[
        Kind, typer.Option("--as", help="gradescope: a results.json each; sources: a .py each, and the base code.")
    ],
    to: Annotated[Path, typer.Option(help="The folder to make.")],
    course: Annotated[
        Path, typer.Option(help="The course folder of the class; this folder by default.", show_default=False)
    ] = Path(),
    partial: Annotated[
        bool, typer.Option("--partial", help="The points so far of those who wait for a person, too.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks read at a time.")] = os.cpu_count() or 1,
) -> None:
    """Write a graded class for Gradescope, or its code for JPlag and Dolos.

    Example: python -m autograder export 01_rnn_step_by_step --course CLASS --as sources --to CLASS/sources

    For Canvas and Moodle: nbgrader export --exporter=autograder.exports.platforms.CanvasExporter (or MoodleExporter).
    """
    (wanted,) = built_units("export", unit)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        wrong("export", f"{to} is there already; name a folder that is not, or is empty")
    if not to.absolute().parent.is_dir():
        wrong("export", f"there is no folder {to.absolute().parent} to make {to.name} in")
    opened, results = _graded(course, wanted)
    if kind is Kind.SOURCES:
        files, left_out = _sources(wanted, results, jobs)
    else:
        files, left_out = _gradescope(opened, results, partial)
    _write(to, files)
    typer.echo(f"wrote {len(files)} files to {to}")
    for name, why in sorted(({**left_out, **results.without}).items()):
        typer.echo(f"{name} is not among them: {why}", err=True)


def _graded(folder: Path, unit: Unit) -> tuple[Course, ClassResults]:
    from autograder.gradebook.beginning import BadCourse
    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.transaction import GradebookBusy
    from autograder.reporting.results import NothingGraded, of_course

    if not folder.is_dir():
        wrong("export", f"there is no course folder {folder.absolute()}")
    try:
        course = Course(folder)
        return course, of_course(course, unit)
    except (BadCourse, NothingGraded) as error:
        wrong("export", str(error))
    except GradebookBusy as error:
        typer.echo(f"export: {error}.", err=True)
        raise typer.Exit(1) from None


def _gradescope(course: Course, results: ClassResults, partial: bool) -> tuple[Files, dict[str, str]]:
    from autograder.exports.gradescope import results as results_of

    files, left_out = {}, {}
    with course.gradebook() as gradebook:
        for verdict in results.verdicts:
            standing = (results.standings or {}).get(verdict.submission)
            if standing is None:
                left_out[verdict.submission] = "it is not in the gradebook; grade again"
            elif standing.waiting and not partial:
                left_out[verdict.submission] = f"{standing.waiting} of its cells wait for a person (or say --partial)"
            else:
                told = results_of(gradebook, results.unit, verdict, standing)
                files[f"{verdict.submission}/results.json"] = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    return files, left_out


def _sources(unit: Unit, results: ClassResults, jobs: int) -> tuple[Files, dict[str, str]]:
    from autograder.exports.reading import each_read
    from autograder.exports.sources import as_script, base_script

    read = each_read(unit, results.submissions, jobs, as_script)
    files = {f"submissions/{name}.py": script for name, script in read.found.items()}
    return files | {"base/base.py": base_script(unit)}, read.left_out


def _write(folder: Path, files: Files) -> None:
    """Make the folder with all files in it, or none."""
    draft = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=".draft-"))
    try:
        for name, text in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_text(text, encoding="utf-8", errors="replace")
        draft.chmod(0o755)
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
