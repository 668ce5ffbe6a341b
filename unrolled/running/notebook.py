"""The public checks of a whole notebook: run its cells, then check every exercise of the unit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from unrolled.checking.limits import CELL_SECONDS, TimeLimit, TooMuchPrinted, limited
from unrolled.checking.outcome import Result
from unrolled.checking.trial import Check
from unrolled.documents import Cell, Notebook, read
from unrolled.execution import Session
from unrolled.notebooks import did_you_mean
from unrolled.running.absence import FailedCell, missing, told_nowhere, why_undefined

ENDED = (TimeLimit.__name__, TooMuchPrinted.__name__)
NOT_ENDED = "Not run to its end"


class NoChecks(LookupError):
    """The notebook belongs to no unit that has public checks."""


class NoSuchExercise(LookupError):
    """The unit has no exercise of that name; the message lists those that it has."""


class Listener:
    """Is told what goes on; this one does nothing with it."""

    def running(self, number: int, cell: Cell) -> None:
        """A code cell begins, the ``number``-th (from 1)."""

    def failed(self, cell: FailedCell) -> None:
        """A cell has failed."""

    def checking(self, exercise: str, number: int, of: int) -> None:
        """The check of an exercise begins, ``number`` (from 1) of so many."""

    def found(self, result: Result) -> None:
        """The check of an exercise is over."""


class _Collected(Listener):
    def __init__(self) -> None:
        self.results: list[Result] = []
        self.cells: list[FailedCell] = []

    def failed(self, cell: FailedCell) -> None:
        self.cells.append(cell)

    def found(self, result: Result) -> None:
        self.results.append(result)


@dataclass(frozen=True)
class Lost:
    """What did not come back in an earlier run, and why: cells by id, exercises by name. It is left out of this one."""

    cells: Mapping[str, str] = field(default_factory=dict)
    exercises: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedNotebook:
    """Every exercise's result, and the cells that failed without a word of it in a result."""

    results: tuple[Result, ...]
    errors: tuple[FailedCell, ...]


def check_notebook(path: Path, exercise: str | None = None) -> CheckedNotebook:
    """Run the cells of a notebook in this process, in its own folder, and check the functions that they leave.

    Args:
        exercise: check this one only; all by default.

    Raises:
        OSError, UnreadableNotebook, NoChecks, NoSuchExercise.
    """
    notebook = read(path)
    checks = import_checks(module_of(path, notebook))
    names = [check.exercise for check in checks]
    if exercise and exercise not in names:
        near = did_you_mean(exercise, names)
        raise NoSuchExercise(f"There is no exercise {exercise}.{near} The exercises are: {', '.join(names)}")
    heard = _Collected()
    with as_in_jupyter(path.resolve().parent):
        run_and_check(Session(), notebook, checks, [exercise] if exercise else names, heard)
    return CheckedNotebook(tuple(heard.results), told_nowhere(heard.cells, heard.results))


def run_and_check(
    session: Session,
    notebook: Notebook,
    checks: Collection[Check],
    wanted: Collection[str],
    listener: Listener,
    lost: Lost | None = None,
) -> None:
    """Run the code cells, then check the wanted exercises in their order.

    Cells go on after one that raises, as graded ones do. An exercise whose call had to be ended is not called again by
    the checks of others: there it ends at once.
    """
    lost = lost or Lost()
    failed = []
    for cell in _run(session, notebook, listener, lost.cells):
        failed.append(cell)
        listener.failed(cell)
    namespace = session.namespace
    for exercise, why in lost.exercises.items():
        _end_at_once(namespace, exercise, why)
    of = {check.exercise: (number, check) for number, check in enumerate(checks, start=1)}
    for exercise in wanted:
        number, check = of[exercise]
        if exercise in lost.exercises:
            continue
        listener.checking(exercise, number, len(of))
        result = _result(check, namespace, notebook, failed, list(of))
        if result.outcome == "raised" and result.messages[0].startswith(ENDED):
            _end_at_once(namespace, exercise, f"{exercise} had to be ended when it was checked itself.")
        listener.found(result)


def module_of(path: Path, notebook: Notebook) -> str:
    """The module of checks of the unit that a notebook belongs to, by its file name or else by what it imports.

    Raises NoChecks.
    """
    code = "\n".join(cell.source for cell in notebook.code_cells)
    named = re.match(r"\d\d_(\w+)", path.stem)
    imported = re.search(r"^from unrolled\.checks import (\w+)", code, re.MULTILINE)
    for match in (named, imported):
        if match and find_spec(f"unrolled.checks.{match[1]}"):
            return f"unrolled.checks.{match[1]}"
    raise NoChecks(f"{path} is not the notebook of a unit: neither its name nor its imports tell which.")


def import_checks(module: str) -> tuple[Check, ...]:
    """The checks of a unit, in the order of its exercises. Raises NoChecks."""
    checks = getattr(import_module(module), "CHECKS", None)
    if not checks:
        raise NoChecks(f"{module} holds no checks.")
    return checks


def _run(
    session: Session, notebook: Notebook, listener: Listener, left_out: Mapping[str, str]
) -> Iterator[FailedCell]:
    """Run the code cells; those that failed, but for exercises that are not written yet."""
    for number, cell in enumerate(notebook.code_cells, start=1):
        if not cell.is_run:
            continue
        if cell.id in left_out:
            yield FailedCell(number, cell.source, NOT_ENDED, left_out[cell.id], None, cell.exercise)
            continue
        listener.running(number, cell)
        with limited(CELL_SECONDS, "the cell"):
            run = session.run(cell.source, cell.id)
        error = next((output for output in run.outputs if output["output_type"] == "error"), None)
        if error and error["ename"] != "NotImplementedError":
            yield _failed(number, cell, error)


def _failed(number: int, cell: Cell, error: Mapping[str, Any]) -> FailedCell:
    """What an error output says of a cell, and the first line of its own that the error came through.

    Of a cell that Python cannot read, IPython has left out empty lines at the beginning.
    """
    found = re.search(r"^ *Cell In\[\d+\], line (\d+)", "\n".join(error["traceback"]), re.MULTILINE)
    said = re.sub(r" \(<cell [^>]*>, line \d+\)$", "", error["evalue"])
    if error["ename"] == TimeLimit.__name__ and not said:
        said = f"the cell was ended after {CELL_SECONDS} s of processor time. Does every loop in it come to its end?"
    failed = FailedCell(number, cell.source, error["ename"], said, int(found[1]) if found else None, cell.exercise)
    if failed.line and failed.is_unreadable:
        left_out = len(cell.source) - len(cell.source.lstrip("\n"))
        return replace(failed, line=failed.line + left_out)
    return failed


def _result(
    check: Check, namespace: dict[str, Any], notebook: Notebook, failed: list[FailedCell], exercises: list[str]
) -> Result:
    if check.exercise not in namespace:
        return missing(check.exercise, namespace, notebook, failed, exercises)
    result = check(*[namespace.get(name) for name in check.arguments])
    for name in re.findall(r"name '(\w+)' is not defined", " ".join(result.messages)):
        if why := why_undefined(name, namespace, notebook, failed, exercises):
            result = replace(result, causes=(why,))
    return result


def _end_at_once(namespace: dict[str, Any], exercise: str, why: str) -> None:
    """Put in the place of a function that does not come back one that says so."""
    function = namespace.get(exercise)
    if callable(function):

        @wraps(function)
        def ended(*args: Any, **kwargs: Any) -> Any:
            raise TimeLimit(why)

        namespace[exercise] = ended


@contextmanager
def as_in_jupyter(folder: Path) -> Iterator[None]:
    """Work in the notebook's folder, draw without a window, import what lies beside it; afterwards all is as before."""
    before, variables, path = os.getcwd(), dict(os.environ), list(sys.path)
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)
        sys.path[:] = path
