"""A made-up class in a course folder of its own: ``python -m autograder classroom DIR`` and ``make demo``."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.usage import built_units, wrong
from autograder.nbgrader_settings import CLASS_CONFIG, CONFIG

if TYPE_CHECKING:
    from autograder.classmates.sheets import Classmate
    from autograder.course.units import Unit

DEMO = '\nget_config().CourseDirectory.course_id = "demo"\n'


def classroom(
    folder: Annotated[Path, typer.Argument(help="The course folder to make; it must not hold a class yet.")],
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="[UNIT]...", help="The units that the class has; all by default.")
    ] = None,
) -> None:
    """Make a class to try grading on: honest and odd submissions, and cheats.

    Example: python -m autograder classroom demo 01_rnn_step_by_step
    """
    if folder.exists() and not folder.is_dir():
        wrong("classroom", f"{folder} is a file; name a folder")
    if (folder / "submitted").exists():
        wrong("classroom", f"{folder} holds a class already; name another folder, or remove it")
    wanted: list[str | None] = [*dict.fromkeys(slugs)] if slugs else [None]
    for unit in [unit for slug in wanted for unit in built_units("classroom", slug)]:
        names = make_class(folder, unit)
        typer.echo(f"{unit.slug}: {len(names)} submissions in {folder / 'submitted'}")


def make_class(folder: Path, unit: Unit) -> list[str]:
    """Lay out a course folder for nbgrader and hand in every classmate's submission; returns their names."""
    from autograder.classmates.sheets import Sheet

    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(CLASS_CONFIG + DEMO, encoding="utf-8")
    names = []
    for classmate in classmates_of(unit):
        place = folder / "submitted" / classmate.name / unit.slug
        place.mkdir(parents=True)
        for name, content in classmate.files(Sheet(unit)).items():
            (place / name).write_bytes(content)
        names.append(classmate.name)
    return names


def classmates_of(unit: Unit) -> list[Classmate]:
    """Who takes a unit: those that every unit has, and those of its own module if it has one."""
    from autograder.classmates import everywhere

    own = f"autograder.classmates.{unit.slug[3:]}"
    special = import_module(own).classmates() if importlib.util.find_spec(own) else []
    return [*everywhere.classmates(), *special]
