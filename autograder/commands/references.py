"""``python -m autograder references``: oracles to stored cases."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.usage import fail_if_any


def references(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a stored case is out of date.")
    ] = False,
) -> None:
    """Make the cases that graders and public checks compare with, from the oracles.

    Example: python -m autograder references --check
    """
    from autograder.authoring.references import rebuild

    fail_if_any(rebuild(check))
    typer.echo("Every stored case is what its oracle says.")
