"""The public checks of a whole notebook: run its cells, then check every exercise of the unit."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from unrolled.checking.outcome import Result
from unrolled.checking.trial import Check
from unrolled.execution import Session
from unrolled.notebooks import read

# What a checked function never needs: cells that train for long, cells that only draw, and the cells of the checks.
SKIPPED_TAGS = {"training", "figure"}


class NoChecks(LookupError):
    """The notebook belongs to no unit that has public checks."""


class NoSuchExercise(LookupError):
    """The unit has no exercise of that name; the message lists those that it has."""


class Interrupted(Exception):
    """Ctrl-C while a cell was running; the message names the cell."""


@dataclass(frozen=True)
class FailedCell:
    """A cell that Python could not read, or that raised: what and where, ``line`` (from 1) being one of its own."""

    number: int
    source: str
    kind: str
    said: str
    line: int | None

    def __str__(self) -> str:
        begins = self.source.strip().partition("\n")[0][:60]
        said = f"{self.kind}: {self.said}".rstrip(": ")[:200]
        return f"code cell {self.number}, which begins: {begins}\n    {said}"

    def defines(self, name: str) -> bool:
        """Whether the text of the cell has a function or a class of that name."""
        return re.search(rf"^[ \t]*(?:def|class)[ \t]+{name}\b", self.source, re.MULTILINE) is not None


@dataclass(frozen=True)
class CheckedNotebook:
    """Every exercise's result, and the cells of no exercise that failed."""

    results: tuple[Result, ...]
    errors: tuple[FailedCell, ...]

    @property
    def correct(self) -> bool:
        """Whether every exercise is correct."""
        return all(result.correct for result in self.results)


def check_notebook(
    path: Path, progress: Callable[[str], None] = lambda text: None, exercise: str | None = None
) -> CheckedNotebook:
    """Run the cells of a notebook in one namespace, in its own folder, and check the functions that they leave.

    Cells go on after one that raises, as graded ones do.

    Args:
        progress: is told what is being done.
        exercise: check this one only; all by default.

    Raises:
        OSError, UnreadableNotebook, NoChecks, NoSuchExercise, Interrupted.
    """
    notebook = read(path)
    checks = checks_for(path, notebook)
    exercises = [check.exercise for check in checks]
    if exercise and exercise not in exercises:
        near = difflib.get_close_matches(exercise, exercises, 1)
        guess = f" Did you mean {near[0]}?" if near else ""
        raise NoSuchExercise(f"There is no exercise {exercise}.{guess} The exercises are: {', '.join(exercises)}")
    with _as_in_jupyter(path.resolve().parent):
        progress("running the cells")
        session = Session()
        failed = _run(session, notebook)
        results = []
        for number, check in enumerate(checks, start=1):
            if exercise in (None, check.exercise):
                progress(f"checking {check.exercise}, {number} of {len(checks)}")
                results.append(_result(check, session.namespace, failed))
    return CheckedNotebook(tuple(results), tuple(cell for cell in failed if not any(map(cell.defines, exercises))))


def checks_for(path: Path, notebook: NotebookNode) -> tuple[Check, ...]:
    """The checks of the unit that a notebook belongs to, by its file name or else by what it imports."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    named = re.match(r"\d\d_(\w+)", path.stem)
    imported = re.search(r"^from unrolled\.checks import (\w+)", code, re.MULTILINE)
    for match in (named, imported):
        if match and find_spec(f"unrolled.checks.{match[1]}"):
            checks = getattr(import_module(f"unrolled.checks.{match[1]}"), "CHECKS", None)
            if checks:
                return checks
    raise NoChecks(f"{path} is not the notebook of a unit: neither its name nor its imports tell which.")


def _run(session: Session, notebook: NotebookNode) -> tuple[FailedCell, ...]:
    """Run the code cells; those that failed, but for exercises that are not written yet."""
    failed = []
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        if SKIPPED_TAGS & set(cell.metadata.get("tags", ())) or _is_check(cell):
            continue
        run = session.run(cell.source, cell.get("id", str(number)))
        error = next((output for output in run.outputs if output["output_type"] == "error"), None)
        if error and error["ename"] == "KeyboardInterrupt":
            raise Interrupted(f"Stopped in code cell {number}, which begins: {cell.source.strip().splitlines()[0]}")
        if error and error["ename"] != "NotImplementedError":
            failed.append(_failed(number, cell.source, error))
    return tuple(failed)


def _failed(number: int, source: str, error: dict[str, Any]) -> FailedCell:
    """What an error output says of a cell, and the first line of its own that the error came through.

    Of a cell that Python cannot read, IPython has left out empty lines at the beginning.
    """
    found = re.search(r"^ *Cell In\[\d+\], line (\d+)", "\n".join(error["traceback"]), re.MULTILINE)
    said = re.sub(r" \(<cell [^>]*>, line \d+\)$", "", error["evalue"])
    cell = FailedCell(number, source, error["ename"], said, int(found[1]) if found else None)
    if cell.line and _is_unreadable(cell):
        left_out = len(source) - len(source.lstrip("\n"))
        return replace(cell, line=cell.line + left_out)
    return cell


def _is_check(cell: NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    return bool(mark.get("grade")) and not mark.get("solution")


def _result(check: Check, namespace: dict[str, Any], failed: tuple[FailedCell, ...]) -> Result:
    if check.exercise not in namespace:
        return _missing(check.exercise, namespace, failed)
    result = check(*[namespace.get(name) for name in check.arguments])
    for name in re.findall(r"name '(\w+)' is not defined", " ".join(result.messages)):
        if (cell := _holding(name, failed)) is not None:
            what = "a syntax error" if _is_unreadable(cell) else f"stopped with {cell.kind}"
            begin = f"{name}'s cell {'has ' if _is_unreadable(cell) else ''}{what}: begin there."
            result = replace(result, causes=(begin,))
    return result


def _missing(exercise: str, namespace: dict[str, Any], failed: tuple[FailedCell, ...]) -> Result:
    """Why there is no such function: its cell failed, it has another name, or it is gone."""
    cell = _holding(exercise, failed)
    if cell is not None:
        where = f", line {cell.line} of its cell" if cell.line else ""
        then = "Python reads a cell as a whole, so" if _is_unreadable(cell) else "The cell stopped there, and so"
        lines = cell.source.splitlines()
        code = lines[cell.line - 1].strip() if cell.line and cell.line <= len(lines) else ""
        what = f"{cell.kind}{where}: {cell.said}".rstrip(": ")
        messages = (what, f"{then} there is no {exercise} yet.")
        return Result(exercise, "raised", messages, code=code)
    functions = [name for name, value in namespace.items() if callable(value) and not name.startswith("_")]
    near = difflib.get_close_matches(exercise, functions, 1, cutoff=0.85)
    if near:
        said = f"The notebook has no function {exercise}, but it has {near[0]}: is the name misspelt?"
    else:
        said = (
            f"The notebook has no function {exercise}: its cell is gone. `unrolled start` in an empty folder makes a "
            "fresh notebook to copy it from."
        )
    return Result(exercise, "not attempted", (said,))


def _holding(name: str, failed: tuple[FailedCell, ...]) -> FailedCell | None:
    return next((cell for cell in failed if cell.defines(name)), None)


def _is_unreadable(cell: FailedCell) -> bool:
    return cell.kind in ("SyntaxError", "IndentationError", "TabError")


@contextmanager
def _as_in_jupyter(folder: Path) -> Iterator[None]:
    """Work in the notebook's folder, and draw without a window; afterwards all is as before."""
    before, variables = os.getcwd(), dict(os.environ)
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)
