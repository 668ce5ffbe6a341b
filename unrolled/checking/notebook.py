"""The public checks of a whole notebook: run its cells, then check every exercise of the unit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


class Interrupted(Exception):
    """Ctrl-C while a cell was running; the message names the cell."""


@dataclass(frozen=True)
class CheckedNotebook:
    """Every exercise's result, and what cells raised, as ``"code cell 3: NameError: ..."``."""

    results: tuple[Result, ...]
    errors: tuple[str, ...]

    @property
    def correct(self) -> bool:
        """Whether every exercise is correct."""
        return all(result.correct for result in self.results)


def check_notebook(path: Path, progress: Callable[[str], None] = lambda text: None) -> CheckedNotebook:
    """Run the cells of a notebook in one namespace, in its own folder, and check the functions that they leave.

    Cells go on after one that raises, as graded ones do. Raises OSError, UnreadableNotebook, NoChecks, Interrupted.
    """
    notebook = read(path)
    checks = checks_for(path, notebook)
    with _as_in_jupyter(path.resolve().parent):
        progress("running the cells")
        session = Session()
        errors = _run(session, notebook)
        progress("checking")
        results = tuple(_result(check, session.namespace) for check in checks)
    return CheckedNotebook(results, errors)


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


def _run(session: Session, notebook: NotebookNode) -> tuple[str, ...]:
    """Run the code cells; what they raised, but for exercises that are not written yet."""
    errors = []
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        if SKIPPED_TAGS & set(cell.metadata.get("tags", ())) or _is_check(cell):
            continue
        run = session.run(cell.source, cell.get("id", str(number)))
        error = next((output for output in run.outputs if output["output_type"] == "error"), None)
        if error and error["ename"] == "KeyboardInterrupt":
            raise Interrupted(f"Stopped in code cell {number}, which begins: {cell.source.strip().splitlines()[0]}")
        if error and error["ename"] != "NotImplementedError":
            errors.append(f"code cell {number}: {error['ename']}: {error['evalue']}"[:300])
    return tuple(errors)


def _is_check(cell: NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    return bool(mark.get("grade")) and not mark.get("solution")


def _result(check: Check, namespace: dict[str, Any]) -> Result:
    if check.exercise not in namespace:
        return Result(check.exercise, "not attempted", (f"The notebook leaves no function {check.exercise}.",))
    return check(*[namespace.get(name) for name in check.arguments])


@contextmanager
def _as_in_jupyter(folder: Path) -> Iterator[None]:
    """Work in the notebook's folder, and draw without a window."""
    before = os.getcwd()
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
