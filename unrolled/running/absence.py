"""Why a notebook has no function of a name: its cell failed, the name is misspelt, the cell is empty, or it is gone."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from unrolled.checking.outcome import Result
from unrolled.documents import Notebook, defines

UNREADABLE = ("SyntaxError", "IndentationError", "TabError")


@dataclass(frozen=True)
class FailedCell:
    """A cell that Python could not read, or that raised: what and where, ``line`` (from 1) being one of its own.

    ``number`` counts the code cells from 1; ``exercise`` is the one that the cell was made for, or "".
    """

    number: int
    source: str
    kind: str
    said: str
    line: int | None
    exercise: str = ""

    def __str__(self) -> str:
        begins = self.source.strip().partition("\n")[0][:60]
        said = f"{self.kind}: {self.said}".rstrip(": ")[:200]
        return f"the cell that begins: {begins}\n    {said}"

    @property
    def is_unreadable(self) -> bool:
        """Whether Python could not read the cell, so that nothing of it ran."""
        return self.kind in UNREADABLE

    def belongs_to(self, name: str) -> bool:
        """Whether this is the cell of that exercise, or has a function or a class of that name."""
        return self.exercise == name or defines(self.source, name)


def told_nowhere(failed: Collection[FailedCell], results: Collection[Result]) -> tuple[FailedCell, ...]:
    """The failed cells but for those that an exercise's result tells of."""
    told = [result for result in results if result.outcome == "raised"]
    return tuple(
        cell
        for cell in failed
        if not any(cell.belongs_to(each.exercise) and each.messages[0].startswith(cell.kind) for each in told)
    )


def missing(
    exercise: str,
    namespace: Mapping[str, Any],
    notebook: Notebook,
    failed: Collection[FailedCell],
    exercises: Collection[str],
) -> Result:
    """What to tell of an exercise whose function is not there once the cells have run."""
    cell = _holding(exercise, failed)
    if cell is not None:
        where = f", line {cell.line} of its cell" if cell.line else ""
        then = "Python reads a cell as a whole, so" if cell.is_unreadable else "The cell stopped there, and so"
        lines = cell.source.splitlines()
        code = lines[cell.line - 1].strip() if cell.line and cell.line <= len(lines) else ""
        what = f"{cell.kind}{where}: {cell.said}".rstrip(": ")
        return Result(exercise, "raised", (what, f"{then} there is no {exercise} yet."), code=code)
    return Result(exercise, "not attempted", (_absent(exercise, namespace, notebook, exercises),))


def why_undefined(
    name: str,
    namespace: Mapping[str, Any],
    notebook: Notebook,
    failed: Collection[FailedCell],
    exercises: Collection[str],
) -> str:
    """Why a name that a function uses is not defined, and where to begin; "" where nothing is known of it."""
    cell = _holding(name, failed)
    if cell is not None:
        what = "has a syntax error" if cell.is_unreadable else f"stopped with {cell.kind}"
        return f"{name}'s cell {what}: begin there."
    return _absent(name, namespace, notebook, exercises) if name in exercises else ""


def _absent(exercise: str, namespace: Mapping[str, Any], notebook: Notebook, exercises: Collection[str]) -> str:
    functions = [name for name, value in namespace.items() if callable(value) and name not in exercises]
    near = difflib.get_close_matches(exercise, functions, 1, cutoff=0.85)
    if near:
        return f"The notebook has no function {exercise}, but it has {near[0]}: is the name misspelt?"
    back = f"`unrolled reset {exercise}` puts it back."
    if any(cell.exercise == exercise for cell in notebook.cells):
        return (
            f"The cell of {exercise} is there, but it defines no function of that name: is its first line, with `def`, "
            f"gone? {back}"
        )
    return f"The notebook has no function {exercise}: its cell is gone. {back}"


def _holding(name: str, failed: Collection[FailedCell]) -> FailedCell | None:
    """The failed cell of a name; the exercise's own before others."""
    cells = [cell for cell in failed if cell.belongs_to(name)]
    return next((cell for cell in cells if cell.exercise == name), cells[-1] if cells else None)
