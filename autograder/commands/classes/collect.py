"""``python -m autograder collect``: the zip file of a class's submissions that Canvas or Moodle makes, taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.usage import built_units, wrong

if TYPE_CHECKING:  # what a gradebook needs takes a second to import, and --help should not wait for it
    from autograder.gradebook.collecting.placing import Collected


def collect(
    archive: Annotated[Path, typer.Argument(metavar="ZIP", help="The submissions as Canvas or Moodle gives them.")],
    course: Annotated[Path, typer.Option(metavar="DIR", help="The course folder.")] = Path(),
    unit: Annotated[
        str | None, typer.Option(help="Take only this unit, and what is not recognised as of any; by default all.")
    ] = None,
) -> None:
    """Put submissions from Canvas or Moodle where `grade` finds them; what could not be placed is named.

    Example: python -m autograder collect submissions.zip --course CLASS
    """
    units = built_units("collect", None)
    only = built_units("collect", unit)[0] if unit else None
    if not archive.is_file():
        wrong("collect", f"{archive} is {'a folder; give the zip file itself' if archive.is_dir() else 'not there'}")
    if not course.is_dir():
        wrong("collect", f"there is no course folder {course.absolute()}: python -m autograder course DIR makes one")

    from autograder.gradebook.beginning import BadCourse
    from autograder.gradebook.collecting.archive import BadArchive, open_archive
    from autograder.gradebook.collecting.placing import collect as collected
    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.transaction import GradebookBusy, told_when_busy

    try:
        opened = Course(course)
        with told_when_busy(opened.directory.db_url):
            if not opened.has_students():
                wrong("collect", f"{course} has no roster yet: python -m autograder course {course} --roster CSV")
            with open_archive(archive) as files:
                result = collected(files, opened, units, only)
    except (BadCourse, BadArchive) as error:
        wrong("collect", str(error))
    except GradebookBusy as error:
        typer.echo(f"collect: {error}.", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        wrong("collect", f"{error.filename or archive}: {error.strerror}")
    _tell(result)
    raise typer.Exit(1 if result.refused else 0)


def _tell(result: Collected) -> None:
    """A line a unit, and one for each file that was not placed."""
    from autograder.gradebook.collecting.placing import EARLIER

    said = {
        "placed": result.placed,
        f"replaced (the earlier ones are in {EARLIER})": result.replaced,
        "as they were": result.unchanged,
        "older than what is there, and left out": result.older,
    }
    for slug in sorted({slug for found in said.values() for slug in found}):
        counts = [f"{len(found[slug])} {what}" for what, found in said.items() if found.get(slug)]
        typer.echo(f"{slug}: {', '.join(counts)}")
    for name, why in result.refused:
        typer.echo(f"not placed: {name}: {why}", err=True)
    if not any(said.values()) and not result.refused:
        typer.echo("The zip file holds no submissions.", err=True)
