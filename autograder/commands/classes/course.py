"""``python -m autograder course``: a class folder, its settings and its roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.usage import wrong

if TYPE_CHECKING:  # what a gradebook needs takes a second to import, and --help should not wait for it
    from nbgrader.api import Gradebook

    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.people.roster import Person

MOST_TOLD = 20  # rows that are wrong


def course(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course folder; made if it is not there.")],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="The class list: id, first_name, last_name, email, lms_user_id, extra_minutes, of which only id is"
            " needed; or what Canvas or Moodle exports.",
        ),
    ] = None,
) -> None:
    """Make a course folder, or bring its roster up to date; nobody and nothing is ever removed.

    Example: python -m autograder course CLASS --roster students.csv
    """
    people, columns = _read(roster) if roster else ([], set())
    if folder.exists() and not folder.is_dir():
        wrong("course", f"{folder} is a file; name a folder")

    from autograder.gradebook.beginning import BadCourse, create_gradebook
    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.transaction import GradebookBusy, told_when_busy
    from autograder.nbgrader_settings import CONFIG, LINES

    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = Course(folder)
        configured = opened.settle_settings()
        (opened.folder / "submitted").mkdir(exist_ok=True)
        opened.state.mkdir(mode=0o700, exist_ok=True)
        with told_when_busy(opened.directory.db_url):
            create_gradebook(opened.directory.db_url)
            with opened.gradebook() as gradebook:
                new, changed = _enter(gradebook, people)
                if "extra_minutes" in columns:
                    _more_time(opened, gradebook, people)
                total = len(gradebook.students)
    except (BadCourse, GradebookBusy) as error:
        wrong("course", str(error))
    except OSError as error:
        wrong("course", f"{error.filename or folder}: {error.strerror}")
    known = f"{total} student{'' if total == 1 else 's'} ({new} new, {changed} changed)"
    typer.echo(f"{opened.folder}: " + (known if roster else f"{total} students; --roster CSV enters more"))
    if not configured:
        lines = "".join(f"\n    {line}" for line in LINES.splitlines())
        config = opened.folder / CONFIG
        typer.echo(f"{config} does not use this grader. Two lines at its end change that:{lines}", err=True)


def _read(path: Path) -> tuple[list[Person], set[str]]:
    from autograder.gradebook.people.roster import BadRoster, read_roster

    try:
        return read_roster(path)
    except BadRoster as error:
        more = len(error.problems) - MOST_TOLD
        told = [*error.problems[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
        wrong("course", f"{path} was not taken, and nothing was changed:\n" + "\n".join(f"  {each}" for each in told))
    except OSError as error:
        wrong("course", f"the class list {path} cannot be read: {error.strerror}")


def _enter(gradebook: Gradebook, people: list[Person]) -> tuple[int, int]:
    """Put people into the gradebook, all or none; how many are new, and how many have changed.

    What the list does not say of somebody stays as it is: a column that is not there, and an empty field.
    """
    from nbgrader.api import Student

    known = {student.id: student for student in gradebook.students}
    new = changed = 0
    for person in people:
        fields = {name: getattr(person, name) for name in ("first_name", "last_name", "email", "lms_user_id")}
        told = {name: value for name, value in fields.items() if value}
        student = known.get(person.id)
        if student is None:
            gradebook.db.add(Student(id=person.id, **told))
            new += 1
            continue
        differs = {name: value for name, value in told.items() if getattr(student, name) != value}
        for name, value in differs.items():
            setattr(student, name, value)
        changed += bool(differs)
    gradebook.db.commit()
    return new, changed


def _more_time(course: Course, gradebook: Gradebook, people: list[Person]) -> None:
    from autograder.gradebook.people.extra_time import keep_minutes

    keep_minutes(course.folder, gradebook, {person.id: person.extra_minutes for person in people})
