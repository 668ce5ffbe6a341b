"""What an instructor types: ``python -m autograder COMMAND``.

Each command imports what it needs when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import typer

from autograder.commands.audit import audit
from autograder.commands.bench import bench
from autograder.commands.build import build
from autograder.commands.classes.collect import collect
from autograder.commands.classes.course import course as course_folder
from autograder.commands.classroom import classroom
from autograder.commands.export import export
from autograder.commands.fuzz import fuzz
from autograder.commands.grade import grade
from autograder.commands.references import references
from autograder.commands.release import release
from autograder.commands.report import report
from autograder.commands.run import run
from autograder.commands.usage import Commands

app = typer.Typer(
    name="python -m autograder",
    help="Build the course, make its references, grade a class.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def course() -> None:
    """Build the course, make its references, grade a class."""


for command in (build, references, grade, report, export, audit, classroom, fuzz, bench, run, release):
    app.command()(command)
app.command("course")(course_folder)
app.command()(collect)


if __name__ == "__main__":
    app()
