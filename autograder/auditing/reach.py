"""Which exercises a fault in an answer can cost points, so that it need not be graded in the others.

Grading an exercise asks the notebook the same questions and gets the same answers until one reaches the faulty code. So
it is enough to know which functions the grader of each exercise calls of the worked solution, and which answers these
use, however indirectly. Names say nothing of values that are changed in place behind somebody's back, though: to rule
that out, grade all exercises.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from symtable import SymbolTable, symtable

from autograder.course.dialect import read_script
from autograder.course.units import Unit, find_unit
from autograder.examination.hidden_tests import examine
from autograder.examination.student import Student
from autograder.judging.judge import cells_to_run
from autograder.judging.reconcile import read_submission, reconcile
from autograder.sandbox.tenant import House
from unrolled.arrays import open_cases


@dataclass(frozen=True)
class Piece:
    """A cell of the notebook, or what grades an exercise: the names that it binds, and those that it reads."""

    bound: frozenset[str]
    read: frozenset[str]
    exercise: str = ""


class Reach:
    """How far faults in a unit's answers reach.

    Args:
        asked: what :func:`asked` says of the worked solution.
    """

    def __init__(self, unit: Unit, asked: Mapping[str, frozenset[str]]) -> None:
        cells = [cell for cell in read_script(unit.script, unit.script.name)[0].cells if cell.is_run_in_grading]
        graded = [Piece(frozenset(), names, exercise) for exercise, names in asked.items()]
        self._pieces = [*(_piece(cell.source, cell.exercise) for cell in cells), *graded]

    def of(self, exercise: str, source: str) -> frozenset[str]:
        """The exercises that are graded on what ``source`` binds in the place of the worked answer to ``exercise``."""
        found = {piece for piece in self._pieces if piece.exercise == exercise}
        waiting = [_piece(source, exercise), *found]
        while waiting:
            bound = waiting.pop().bound
            new = {piece for piece in self._pieces if piece.read & bound} - found
            found |= new
            waiting += new
        return frozenset(piece.exercise for piece in found) - {""}


def asked(house: House, slug: str, root: Path, files: Mapping[str, bytes], seed: int) -> dict[str, frozenset[str]]:
    """By exercise, the functions that its grader calls of a submission. Raises GraderFault, LockdownFailed."""
    unit = find_unit(slug, root)
    notebook = reconcile(read_submission(files[f"{slug}.ipynb"]), unit.release)
    with Student(house, cells_to_run(notebook, unit.release), files) as student:
        examine(unit, student, open_cases(unit.references), seed)
    return {exercise: frozenset(names) for exercise, names in student.asked.items()}


def _piece(source: str, exercise: str) -> Piece:
    bound: set[str] = set()
    read: set[str] = set()
    for statement in ast.parse(source).body:
        table = symtable(ast.unparse(statement), "<statement>", "exec")
        read |= set(_read(table)) - bound  # what the cell has bound itself, no other has
        bound |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return Piece(frozenset(bound), frozenset(read), exercise)


def _read(table: SymbolTable) -> Iterator[str]:
    """The global names that a scope and those inside it read."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _read(inner)
