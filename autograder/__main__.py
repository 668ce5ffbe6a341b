"""What an instructor types: ``python -m autograder COMMAND``.

Each command imports what it needs when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from autograder.audit import audit
from autograder.bench import bench
from autograder.classroom import classroom
from autograder.grade import grade
from autograder.run import run

app = typer.Typer(
    name="python -m autograder",
    help="Build the course, make its references, grade a class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def course() -> None:
    """Build the course, make its references, grade a class."""


@app.command()
def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a notebook is out of date.")] = False,
) -> None:
    """Make the source and release notebooks of every unit from its script."""
    from autograder.build import build as build_course

    result = build_course(check=check)
    _fail_if_any(result.problems)
    for path in result.written:
        typer.echo(f"wrote {path}")
    typer.echo("Every notebook is what its script makes." if check else f"{len(result.unchanged)} notebooks unchanged.")


@app.command()
def references(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a stored case is out of date.")
    ] = False,
) -> None:
    """Make the cases that graders and public checks compare with, from the oracles."""
    from autograder.references import rebuild

    _fail_if_any(rebuild(check))
    typer.echo("Every stored case is what its oracle says.")


app.command()(grade)
app.command()(audit)
app.command()(classroom)
app.command()(bench)
app.command()(run)


def _fail_if_any(problems: Iterable[object]) -> None:
    """Say every problem and end with status 1, or come back if there is none."""
    problems = list(problems)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        typer.echo(f"Found {len(problems)} problem{'s' if len(problems) > 1 else ''}.", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
