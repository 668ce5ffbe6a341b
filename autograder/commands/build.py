"""``python -m autograder build``: scripts to notebooks."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.usage import fail_if_any


def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a notebook is out of date.")] = False,
) -> None:
    """Make the source and release notebooks of every unit from its script.

    Example: python -m autograder build --check
    """
    from autograder.authoring.build import build as build_course

    result = build_course(check=check)
    fail_if_any(result.problems)
    for path in result.written:
        typer.echo(f"wrote {path}")
    typer.echo("Every notebook is what its script makes." if check else f"{len(result.unchanged)} notebooks unchanged.")
