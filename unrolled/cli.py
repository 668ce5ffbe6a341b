"""The students' command: ``unrolled doctor``, ``list``, ``start UNIT``, ``check UNIT``."""

from __future__ import annotations

import re
import shutil
import time
from importlib import metadata
from pathlib import Path
from textwrap import indent
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from unrolled.checking.outcome import SYMBOLS, Outcome, Result, as_text
from unrolled.notebooks import Release, UnknownUnit, UnreadableNotebook, find_release, releases

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
STYLES: dict[Outcome, str] = {"correct": "green", "incorrect": "red", "raised": "yellow", "not attempted": "dim"}
WRONG_USAGE = 2

UnitName = Annotated[str, typer.Argument(metavar="UNIT", help="A unit: 01_rnn_step_by_step, 01, 1 or rnn.")]
UnitOrFile = Annotated[str, typer.Argument(metavar="UNIT", help="A unit, or the path of a notebook.")]


def _version(wanted: bool) -> None:
    if wanted:
        _console().print(f"unrolled {metadata.version('unrolled')}")
        raise typer.Exit()


@app.callback()
def unrolled(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version is installed.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Sequence models, hands on: start a unit's notebook, and check what you have written."""


@app.command()
def doctor() -> None:
    """Say whether everything that the notebooks need is here, and what to type if it is not."""
    from unrolled.doctor import findings

    table = Table(box=None, pad_edge=False)
    for title in ("", "what", "found"):
        table.add_column(title, overflow="fold")
    rows = findings()
    for row in rows:
        table.add_row(Text("✗", "red") if row.remedy else Text("✓", "green"), row.name, Text(row.found))
    _console().print(table)
    wanting = [row for row in rows if row.remedy]
    if not wanting:
        _console().print("\nEverything is here. `unrolled list` shows the units.")
        return
    _console().print("\nTo put it right, type:")
    for row in wanting:
        _console().print(Text(f"  {row.remedy}"), soft_wrap=True)
    raise typer.Exit(1)


@app.command(name="list")
def list_units() -> None:
    """List the units: title, how long they take, points."""
    found = releases()
    if not found:
        _stop("No notebooks are installed. `unrolled doctor` says what to type.", 1)
    table = Table(box=None, pad_edge=False)
    for title in ("unit", "title", "time"):
        table.add_column(title, overflow="fold")
    table.add_column("points", justify="right")
    for unit in found:
        table.add_row(Text(unit.slug, "bold"), Text(unit.title), Text(unit.time), f"{unit.points:g}")
    _console().print(table)
    _console().print(f"\nBegin with: unrolled start {found[0].slug}")


@app.command()
def start(unit: UnitName) -> None:
    """Copy a unit's notebook into this folder; a notebook that is already here stays as it is."""
    release = _release(unit)
    copy = Path(release.path.name)
    try:
        with release.path.open("rb") as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target)
    except FileExistsError:
        _stop(f"{copy} is already here and stays as it is. To begin anew, move or rename it first.", 1)
    except OSError as error:
        _stop(f"{copy} cannot be written here: {error.strerror}", 1)
    _console().print(f"{copy} is in this folder. Open it with: jupyter lab {copy}", soft_wrap=True)


@app.command()
def check(
    unit: UnitOrFile,
    exercise: Annotated[str | None, typer.Argument(help="Try this exercise only.", show_default=False)] = None,
) -> None:
    """Run a notebook's cells and try every exercise on the public cases; exit status 0 when all are correct."""
    from unrolled.checking.notebook import Interrupted, NoChecks, NoSuchExercise, check_notebook

    path = _notebook(unit)
    console = _console()
    try:
        with console.status(f"{path}: reading") as status:
            checked = check_notebook(path, lambda doing: status.update(f"{path}: {doing}"), exercise)
    except OSError as error:
        _stop(f"{path} cannot be read: {error.strerror}")
    except (UnreadableNotebook, NoChecks, NoSuchExercise) as error:
        _stop(str(error))
    except Interrupted as error:
        _stop(str(error), 1)
    console.print(Text(f"{path}, saved {_ago(time.time() - path.stat().st_mtime)} ago\n"), soft_wrap=True)
    console.print(_table(checked.results))
    for result in checked.results:
        if result.outcome in ("incorrect", "raised"):
            console.print()
            console.print(Text(as_text(result)), soft_wrap=True)
    if checked.errors:
        console.print("\nOther cells that failed on the way:")
        for cell in checked.errors:
            console.print(Text(indent(str(cell), "  ")), soft_wrap=True)
    correct = sum(result.correct for result in checked.results)
    console.print(
        f"\n{correct} of {len(checked.results)} exercises correct. Grading uses more cases than these checks."
    )
    if not checked.correct:
        raise typer.Exit(1)


def _ago(seconds: float) -> str:
    """A time that has passed, in words: how long ago a notebook was saved decides whether it was saved at all."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "less than a minute"


def _table(results: tuple[Result, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("exercise", "outcome"):
        table.add_column(title, no_wrap=True)
    for result in results:
        outcome = Text(f"{SYMBOLS[result.outcome]} {result.outcome}", STYLES[result.outcome])
        table.add_row(Text(result.exercise), outcome)
    return table


def _release(unit: str) -> Release:
    try:
        return find_release(unit)
    except UnknownUnit as error:
        _stop(str(error))


def _notebook(unit: str) -> Path:
    """The notebook that is meant: a path as it is, a unit's in this folder or in a folder of its name."""
    if unit.endswith(".ipynb") or "/" in unit or not re.fullmatch(r"\w+", unit):
        path = Path(unit)
        if not path.is_file():
            _stop(f"There is no file {path}.")
        return path
    slug = _release(unit).slug
    for path in (Path(f"{slug}.ipynb"), Path(slug) / f"{slug}.ipynb"):
        if path.is_file():
            return path
    _stop(f"There is no {slug}.ipynb in this folder. `unrolled start {slug}` copies it here; or give its path.")


def _stop(message: str, status: int = WRONG_USAGE) -> NoReturn:
    """End with a sentence on standard error."""
    Console(stderr=True, highlight=False).print(Text(message), soft_wrap=True)
    raise typer.Exit(status)


def _console() -> Console:
    return Console(highlight=False)
