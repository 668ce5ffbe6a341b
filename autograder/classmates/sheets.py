"""A sheet is a release notebook on its way to a submission; a classmate is who fills it in, and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course.units import Unit, grade_id, marks
from autograder.examination.verdict import Status, Verdict


@dataclass(frozen=True)
class Deserved:
    """What a submission honestly earns: full points, some, or, for every exercise that is not named, none."""

    full: frozenset[str]
    some: frozenset[str] = frozenset()
    status: Status | None = None

    def objections(self, verdict: Verdict) -> list[str]:
        """In what a verdict is unfair."""
        found = []
        for exercise in verdict.exercises:
            share = exercise.score / exercise.max_score
            if exercise.id in self.full:
                fair, wanted = share == 1, "full points"
            elif exercise.id in self.some:
                fair, wanted = 0 <= share < 1, "less than full points"
            else:
                fair, wanted = share == 0, "no points"
            if not fair:
                got = f"{exercise.score:g} of {exercise.max_score:g} ({exercise.outcome})"
                found.append(f"{verdict.submission}: {exercise.id} deserves {wanted}, got {got}: {exercise.messages}")
        if self.status and verdict.status != self.status:
            found.append(f"{verdict.submission}: should be {self.status}, is {verdict.status}")
        return found


@dataclass(frozen=True)
class Classmate:
    """A made-up student: a name that says what is odd, one line about it, what was handed in, what that deserves."""

    name: str
    about: str
    files: Callable[[Sheet], dict[str, bytes]]
    deserves: Callable[[Sheet], Deserved]


class Sheet:
    """A unit's release notebook being filled in, with the worked solution at hand."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.notebook: NotebookNode = deepcopy(unit.release)
        self.exercises = [exercise.id for exercise in unit.exercises]
        source = nbformat.read(unit.source_notebook, as_version=4)
        self._solutions = {grade_id(cell): _worked(cell.source) for cell in source.cells if marks(cell).get("solution")}

    @property
    def cells(self) -> list[NotebookNode]:
        """The cells, to be changed in place."""
        return self.notebook.cells

    def cell(self, name: str) -> NotebookNode:
        """The first cell that nbgrader knows by this name: an exercise's, or ``check_`` and an exercise's."""
        return next(cell for cell in self.cells if grade_id(cell) == name)

    def place(self, name: str) -> int:
        """Where that cell stands."""
        return self.cells.index(self.cell(name))

    def solution(self, name: str) -> str:
        """The worked answer to an exercise."""
        return self._solutions[name]

    def solve(self, *names: str) -> Sheet:
        """Fill in the worked answers: to these exercises, or to all."""
        for name in names or self.exercises:
            self.cell(name).source = self.solution(name)
        return self

    def solve_all_but(self, *names: str) -> Sheet:
        """Fill in the worked answers to all other exercises."""
        return self.solve(*(name for name in self.exercises if name not in names))

    def write(self, **answers: str) -> Sheet:
        """Fill in these answers, by exercise."""
        for name, answer in answers.items():
            self.cell(name).source = answer
        return self

    def slip(self, name: str, right: str, wrong: str) -> Sheet:
        """Fill in the worked answer with one thing in it changed."""
        answer = self.solution(name)
        if answer.count(right) != 1:
            raise ValueError(f"{right!r} stands {answer.count(right)} times in the solution of {name}")
        return self.write(**{name: answer.replace(right, wrong)})

    def explain(self) -> Sheet:
        """Write something under each question."""
        for answer in self.unit.answers:
            self.cell(answer.id).source += "\n\nBecause the gradient has to find its way back, and gates let it."
        return self

    def add_code(self, source: str, place: int | None = None) -> Sheet:
        """Add a code cell, at the end by default."""
        return self._add(new_code_cell(source), place)

    def add_text(self, source: str, place: int | None = None) -> Sheet:
        """Add a markdown cell, at the end by default."""
        return self._add(new_markdown_cell(source), place)

    def _add(self, cell: NotebookNode, place: int | None) -> Sheet:
        cell.id = f"added-{len(self.cells)}"
        self.cells.insert(len(self.cells) if place is None else place, cell)
        return self

    def files(self) -> dict[str, bytes]:
        """The submission: this notebook under its right name."""
        return {f"{self.unit.slug}.ipynb": (json.dumps(self.notebook, indent=1) + "\n").encode()}

    def full(self, *but: str, some: tuple[str, ...] = (), status: Status | None = None) -> Deserved:
        """Full points for all exercises but these; for ``some``, less."""
        return Deserved(frozenset(self.exercises) - {*but, *some}, frozenset(some), status)


def _worked(source: str) -> str:
    """A source cell without the lines that mark where the solution is."""
    markers = ("### BEGIN SOLUTION", "### END SOLUTION")
    return "\n".join(line for line in source.splitlines() if line.strip() not in markers)
