"""Wrong use of a command is told in one line, like all that the commands say themselves."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

UsageError: Any = typer.BadParameter.__base__
"""What is raised for an option that nobody knows, or an argument that is missing."""


class Commands(TyperGroup):
    """Commands that end with status 2 and one line when they are not called as they should be."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run what was typed, and end with its status."""
        run: Any = super().main
        settings.pop("standalone_mode", None)
        try:
            status = run(*args, standalone_mode=False, **settings)
        except UsageError as error:
            typer.echo(_one_line(error), err=True)
            status = error.exit_code
        except typer.Abort:  # Ctrl-C before a command has begun
            status = 130
        sys.exit(status if isinstance(status, int) else 0)


def _one_line(error: Any) -> str:
    """What is wrong, and what shows the right use; the whole help where nothing was typed at all."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    what = " ".join(error.format_message().split()).rstrip(".")
    command = error.ctx.command_path if error.ctx else "unrolled"
    end = "" if what.endswith("?") else "."
    return f"{what}{end} `{command} --help` shows how it is used."
