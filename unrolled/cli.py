"""The students' command, as it is typed; each command imports what it needs itself, so that none waits for others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from unrolled.terminal.usage import Commands

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
WRONG_USAGE = 2
STOPPED_BY_CTRL_C = 130

UnitName = Annotated[str, typer.Argument(metavar="UNIT", help="A unit: 01_rnn_step_by_step, 01, 1 or rnn.")]
UnitOrFile = Annotated[str, typer.Argument(metavar="UNIT", help="A unit, or the path of a notebook.")]
ExerciseName = Annotated[str, typer.Argument(metavar="EXERCISE", help="An exercise by its name, such as rnn_forward.")]
InUnit = Annotated[
    str | None,
    typer.Option("--unit", metavar="UNIT", help="The unit, where several have such an exercise.", show_default=False),
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        print(f"unrolled {metadata.version('unrolled')}")
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
    """Say whether everything that the notebooks need is here, and what to type if it is not.

    Example: unrolled doctor
    """
    from rich.table import Table
    from rich.text import Text

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
    """List the units: title, how long they take, points.

    Example: unrolled list
    """
    from rich.table import Table
    from rich.text import Text

    from unrolled.notebooks import releases

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
    """Copy a unit's notebook into this folder; a notebook that is already here stays as it is.

    Example: unrolled start 01_rnn_step_by_step
    """
    from unrolled.notebooks import UnknownUnit, find_release

    try:
        release = find_release(unit)
    except UnknownUnit as error:
        _stop(str(error))
    copy = Path(release.path.name)
    begun = False
    try:
        with release.path.open("rb") as source, copy.open("xb") as target:
            begun = True
            shutil.copyfileobj(source, target)
    except FileExistsError:
        _stop(f"{copy} is already here and stays as it is. To begin anew, move or rename it first.", 1)
    except BaseException as error:
        if begun:  # half a notebook would be in the way of the next try
            copy.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        _stop(f"{copy} cannot be written here: {error.strerror}", 1)
    print(f"{copy} is in this folder. Open it with: jupyter lab {copy}")


@app.command()
def check(
    unit: UnitOrFile,
    exercise: Annotated[str | None, typer.Argument(help="Try this exercise only.", show_default=False)] = None,
    all_cases: Annotated[
        bool, typer.Option("--all-cases", help="Grade it with the hidden cases: in a checkout of the project.")
    ] = False,
) -> None:
    """Run a notebook's cells and try every exercise on the public cases; exit status 0 when all are correct.

    Example: unrolled check rnn lstm_forward
    """
    with _told():
        from unrolled.terminal import all_cases as graders
        from unrolled.terminal.check import check as check_work
        from unrolled.terminal.naming import exercise_in, work

        mine = work(unit)
        if all_cases:
            if exercise:
                _stop("--all-cases grades the whole notebook: leave the exercise out.")
            correct = graders.check_all_cases(mine, _console())
        else:
            only = exercise_in(mine.release, exercise) if exercise else None
            correct = check_work(mine, only, _console())
    if not correct:
        raise typer.Exit(1)


@app.command()
def watch(unit: UnitOrFile) -> None:
    """Check a notebook again whenever it is saved: what changed, and what depends on it.

    Example: unrolled watch rnn
    """
    with _told():
        from unrolled.terminal.naming import work
        from unrolled.watching.watch import watch as watch_work

        watch_work(work(unit), _console())


@app.command()
def hint(
    exercise: ExerciseName,
    unit: InUnit = None,
    again: Annotated[bool, typer.Option("--again", help="Repeat the last hint.")] = False,
) -> None:
    """Give the next of an exercise's three hints, from a nudge to nearly the line.

    Example: unrolled hint lstm_forward
    """
    with _told():
        from unrolled.terminal.hints import show
        from unrolled.terminal.naming import owner_of

        release, path = owner_of(exercise, unit)
        show(release, exercise, path.resolve().parent if path else Path.cwd(), _console(), again)


@app.command()
def progress() -> None:
    """Show the points so far of every unit in this folder, the written answers still empty, and what is next.

    Example: unrolled progress
    """
    with _told():
        from unrolled.terminal.naming import works_here
        from unrolled.terminal.progress import progress as show

        works = works_here()
        if not works:
            _stop("There is no unit's notebook in this folder. `unrolled list` shows the units.")
        show(works, _console())


@app.command()
def reset(exercise: ExerciseName, unit: InUnit = None) -> None:
    """Put an exercise's stub back into the notebook; the old answer is kept in a file beside it.

    Example: unrolled reset lstm_forward
    """
    with _told():
        from unrolled.terminal.naming import notebook_of
        from unrolled.terminal.reset import reset as put_back

        mine = notebook_of(exercise, unit)
        done = put_back(mine, exercise)
    what = "its cell, which was gone, is back" if done.was_gone else "its cell is the stub again"
    print(f"{exercise} in {mine.path}: {what}." + (f" The old answer is in {done.kept}." if done.kept else ""))
    print("If the notebook is open in JupyterLab: File, Reload Notebook from Disk.")


@app.command()
def solution(exercise: ExerciseName, unit: InUnit = None) -> None:
    """Show the worked solution of an exercise, once you have tried it: in a checkout of the project.

    Example: unrolled solution lstm_forward
    """
    with _told():
        from rich.syntax import Syntax

        from unrolled.terminal.naming import notebook_of
        from unrolled.terminal.solution import solution as worked

        code = worked(notebook_of(exercise, unit), exercise)
        console = _console()
        shown = Syntax(code, "python", background_color="default") if console.is_terminal else code
        console.print(shown, markup=False, soft_wrap=True)


@contextmanager
def _told() -> Iterator[None]:
    """What a student can put right is told in a line on standard error: nothing is printed as a traceback of ours."""
    from unrolled.documents import UnreadableNotebook
    from unrolled.running.runs import NoProcess
    from unrolled.terminal.all_cases import NoGraders
    from unrolled.terminal.naming import NotFound
    from unrolled.terminal.reset import CannotReset
    from unrolled.terminal.solution import NotYet

    try:
        yield
    except (NotFound, UnreadableNotebook) as error:
        _stop(str(error))
    except (CannotReset, NoGraders, NoProcess, NotYet) as error:
        _stop(str(error), 1)
    except OSError as error:
        if isinstance(error, BrokenPipeError) or error.strerror is None:
            raise
        _stop(f"{error.filename or 'A file'}: {error.strerror}")
    except KeyboardInterrupt:
        raise typer.Exit(STOPPED_BY_CTRL_C) from None


def _stop(message: str, status: int = WRONG_USAGE) -> NoReturn:
    """End with a sentence on standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(status)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
