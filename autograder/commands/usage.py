"""How a command ends when it cannot do what it was asked: wrong use has status 2, and one line that says what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:  # units are notebooks, which take a moment to import, and --help should not wait for it
    from autograder.course.units import Unit


class Screen(Console):
    """A console that goes on in silence when nobody reads it any more (``| head``): the work is not to suffer."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on; rich would end the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
