"""``python -m autograder run UNIT``: what a unit's worked notebook reaches."""

from __future__ import annotations

import json as json_format
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.commands.usage import need_place, wrong


def run(
    unit: Annotated[str, typer.Argument(help="The unit's slug, e.g. 02_dinosaur_names.")],
    json: Annotated[Path | None, typer.Option(help="Write the result to this file, too.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Keep the figures as the evidence of the unit.")] = False,
) -> None:
    """Run a unit's whole worked notebook, training included, and show the numbers that it reaches.

    Example: python -m autograder run 02_dinosaur_names
    """
    from autograder.authoring.run import RunFailed, run_notebook
    from autograder.course.units import UnknownUnit, find_unit

    need_place("run", json)
    console = Console()
    try:
        found = find_unit(unit)
    except UnknownUnit as error:
        wrong("run", str(error))
    try:
        with console.status(f"{unit}: starting") as status:
            result = run_notebook(found, lambda text: status.update(f"{unit}: {text}"))
    except RunFailed as error:
        typer.echo(f"{unit}: {error}", err=True)
        raise typer.Exit(1) from None
    console.print(f"{unit}: {result.seconds:.1f} s", highlight=False)
    for name, value in result.results.items():
        console.print(f"  {name:24} {value:.4g}", highlight=False)
    if json:
        json.write_text(json_format.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    if write:
        from autograder.evidence.page import write_page
        from autograder.evidence.records import keep_run

        keep_run(found, result)
        write_page(found.root)
