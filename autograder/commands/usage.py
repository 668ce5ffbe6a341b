"""How a command ends when it cannot do what it was asked: wrong use has status 2, and one line that says what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

if TYPE_CHECKING:  # units are notebooks, which take a moment to import, and --help should not wait for it
    from autograder.course.units import Unit


class Screen(Console):
    """A console that goes on in silence when nobody reads it any more (``| head``): the work is not to suffer."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on; rich would end the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


UsageError: Any = typer.BadParameter.__base__
"""What is raised for an option that nobody knows, or an argument that is missing."""


class Commands(TyperGroup):
    """Commands whose wrong use is told in one line, like all that they say themselves."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run what was typed, and end with its status."""
        run: Any = super().main
        if not settings.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **settings)
        try:
            status = run(*args, standalone_mode=False, **settings)
        except UsageError as error:
            typer.echo(_one_line(error), err=True)
            status = error.exit_code
        except typer.Abort:
            typer.echo("Aborted.", err=True)
            status = 1
        sys.exit(status if isinstance(status, int) else 0)


def _one_line(error: Any) -> str:
    """What is wrong, and where it says what is right; the whole help where nothing was typed at all."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    command = error.ctx.command_path if error.ctx else "python -m autograder"
    what = " ".join(error.format_message().split()).rstrip(".")
    return f"{command.rpartition(' ')[2]}: {what}; {command} --help shows what there is"


def wrong(command: str, what: str) -> NoReturn:
    """End the command, having said what is wrong with how it was called."""
    typer.echo(f"{command}: {what}", err=True)
    raise typer.Exit(2)


def need_folder(command: str, json: Path | None) -> None:
    """End the command unless the file for ``--json`` can be written in the end."""
    if json and not json.absolute().parent.is_dir():
        wrong(command, f"there is no folder {json.absolute().parent} for --json")


def built_units(command: str, slug: str | None) -> list[Unit]:
    """The unit with that slug, or all units; ends the command when one is unknown or has no release."""
    from autograder.course.units import NotBuilt, UnknownUnit, all_units, find_unit

    try:
        units = [find_unit(slug)] if slug else list(all_units())
        for unit in units:
            unit.release  # noqa: B018 - read now, so that its absence is told now
    except (UnknownUnit, NotBuilt) as error:
        wrong(command, str(error))
    return units


def fail_if_any(problems: Iterable[object]) -> None:
    """Say every problem and end with status 1, or come back if there is none."""
    problems = list(problems)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        typer.echo(f"Found {len(problems)} problem{'s' if len(problems) > 1 else ''}.", err=True)
        raise typer.Exit(1)
