"""How a command ends when it cannot do what it was asked: wrong use has status 2, and one line that says what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
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
UNUSABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR}
"""What the system says of a path that was typed and cannot be what it was typed for."""
NO_GRADEBOOK = ("not a database", "malformed", "readonly database", "unable to open")
"""What SQLite says of a file that is no gradebook, or may not be written."""


class Commands(TyperGroup):
    """Commands whose wrong use is told in one line, like all that they say themselves."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run what was typed, and end with its status."""
        run: Any = super().main
        if not settings.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **settings)
        asked = self._asked([*(args[0] if args else settings.get("args") or sys.argv[1:])])
        try:
            status = run(*args, standalone_mode=False, **settings)
        except UsageError as error:
            typer.echo(_one_line(error, asked), err=True)
            status = error.exit_code
        except typer.Abort:
            typer.echo("Aborted.", err=True)
            status = 1
        except Exception as error:
            what = _what_is_unusable(error)
            if what is None:
                raise
            typer.echo(f"{asked.rpartition(' ')[2]}: {what}; name another one, or mend it", err=True)
            status = 2
        sys.exit(status if isinstance(status, int) else 0)

    def _asked(self, words: Sequence[str]) -> str:
        """The command that was typed, as far as there is one."""
        return " ".join(["python -m autograder", *(word for word in words[:1] if word in self.commands)])


def _what_is_unusable(error: Exception) -> str | None:
    """What was typed and cannot be worked with, and why, if that is what an exception says."""
    if isinstance(error, OSError) and error.errno in UNUSABLE and error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    cause = getattr(error, "orig", None)  # of SQLAlchemy's errors, which name no file
    if isinstance(cause, sqlite3.DatabaseError) and any(said in str(cause) for said in NO_GRADEBOOK):
        return f"the gradebook.db of the course folder cannot be used: {cause}"
    return None


def _one_line(error: Any, asked: str) -> str:
    """What is wrong, and where it says what is right; the whole help where nothing was typed at all."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    command = error.ctx.command_path if error.ctx else asked
    what = " ".join(error.format_message().split()).rstrip(".")
    return f"{command.rpartition(' ')[2]}: {what}; {command} --help shows what there is"


def wrong(command: str, what: str) -> NoReturn:
    """End the command, having said what is wrong with how it was called."""
    typer.echo(f"{command}: {what}", err=True)
    raise typer.Exit(2)


def need_place(command: str, file: Path | None, option: str = "--json") -> None:
    """End the command unless the file for an option can be written in the end: hours may lie between."""
    if file is None:
        return
    folder = file.absolute().parent
    if not folder.is_dir():
        wrong(command, f"there is no folder {folder} for {option}")
    if file.is_dir():
        wrong(command, f"{file} is a folder; name a file for {option}")
    if not os.access(file if file.exists() else folder, os.W_OK):
        wrong(command, f"{file} cannot be written; name another file for {option}")


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
