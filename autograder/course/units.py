"""What the course contains: its units, where their files are, and what each exercise is worth."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.root import ROOT

TRAINING, FIGURE = "training", "figure"
"""Tags of release cells: too long to run while grading; drawn to be looked at."""

CHECK_PREFIX = "check_"
SLUG = re.compile(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*")
_IMPORTS_KERAS = re.compile(r"^\s*(import|from)\s+(keras|tensorflow)\b", re.MULTILINE)


class UnknownUnit(LookupError):
    """No unit has that slug; the message lists those that exist."""


class NotBuilt(LookupError):
    """The unit's release notebook is missing; the message says what to run."""


@dataclass(frozen=True)
class Exercise:
    """One exercise that is graded by its check cell: its id is the name of what the student writes."""

    id: str
    points: float

    @property
    def check_id(self) -> str:
        """nbgrader's ``grade_id`` of the check cell."""
        return CHECK_PREFIX + self.id


@dataclass(frozen=True)
class Answer:
    """One written answer, graded by hand: its id is nbgrader's ``grade_id``."""

    id: str
    points: float


@dataclass(frozen=True)
class Unit:
    """One assignment of the course; points and order are those of its release notebook."""

    slug: str
    root: Path = ROOT

    @property
    def script(self) -> Path:
        """The worked solution, the only file of the unit's notebooks that a person edits."""
        return self.root / "solutions" / self.slug / f"{self.slug}.py"

    @property
    def source_notebook(self) -> Path:
        """nbgrader's source notebook, derived from the script."""
        return self.script.with_suffix(".ipynb")

    @property
    def release_notebook(self) -> Path:
        """What students fill, derived from the source notebook."""
        return self.root / "assignments" / self.slug / f"{self.slug}.ipynb"

    @property
    def grader(self) -> Path:
        """The hidden pytest module."""
        return self.root / "autograder" / "graders" / f"test_{self.slug}.py"

    @property
    def references(self) -> Path:
        """What the oracles said, for the grader to compare with."""
        return self.root / "autograder" / "references" / f"{self.slug}.npz"

    @cached_property
    def release(self) -> NotebookNode:
        """The release notebook, read once: copy it before changing it. Raises NotBuilt."""
        if not self.release_notebook.is_file():
            raise NotBuilt(f"{self.release_notebook} is missing; run `python -m autograder build`")
        return nbformat.read(self.release_notebook, as_version=4)

    @cached_property
    def title(self) -> str:
        """The first heading of the release notebook, or the slug if it has none."""
        texts = (cell.source for cell in self.release.cells if cell.cell_type == "markdown")
        heading = re.search(r"^#+ +(.+)$", "\n".join(texts), re.MULTILINE)
        return heading[1].strip() if heading else self.slug

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises with a check, in the order of the notebook."""
        return tuple(
            Exercise(grade_id(cell).removeprefix(CHECK_PREFIX), marks(cell)["points"])
            for cell in self.release.cells
            if marks(cell).get("grade") and not marks(cell).get("solution")
        )

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The written answers, in the order of the notebook."""
        return tuple(
            Answer(grade_id(cell), marks(cell)["points"])
            for cell in self.release.cells
            if marks(cell).get("grade") and marks(cell).get("solution")
        )

    @cached_property
    def uses_keras(self) -> bool:
        """Whether what grading runs of its notebook imports Keras or TensorFlow, which takes seconds."""
        cells = (cell for cell in self.release.cells if cell.cell_type == "code")
        run = (cell.source for cell in cells if not has_tag(cell, TRAINING) and not has_tag(cell, FIGURE))
        return bool(_IMPORTS_KERAS.search("\n".join(run)))

    @property
    def max_score(self) -> float:
        """Points of all exercises and written answers."""
        return sum(exercise.points for exercise in self.exercises) + sum(answer.points for answer in self.answers)

    def tagged(self, tag: str) -> tuple[NotebookNode, ...]:
        """The release's cells that carry the tag (``TRAINING`` or ``FIGURE``), in order."""
        return tuple(cell for cell in self.release.cells if has_tag(cell, tag))


def marks(cell: NotebookNode) -> dict:
    """A cell's nbgrader metadata; empty for a cell that nbgrader does not know."""
    return cell.metadata.get("nbgrader", {})


def grade_id(cell: NotebookNode) -> str:
    """nbgrader's id of a cell, or an empty string."""
    return marks(cell).get("grade_id", "")


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell carries the tag (``TRAINING`` or ``FIGURE``)."""
    return tag in cell.metadata.get("tags", ())


def all_units(root: Path = ROOT) -> tuple[Unit, ...]:
    """The units of a course, in order: every ``solutions/NN_slug/NN_slug.py``."""
    scripts = sorted((root / "solutions").glob("*/*.py"))
    slugs = [script.stem for script in scripts if script.stem == script.parent.name]
    return tuple(Unit(slug, root) for slug in slugs if SLUG.fullmatch(slug))


def find_unit(slug: str, root: Path = ROOT) -> Unit:
    """The unit with that slug. Raises UnknownUnit, which lists the known ones."""
    units = {unit.slug: unit for unit in all_units(root)}
    if slug not in units:
        raise UnknownUnit(_no_such_unit(slug, units))
    return units[slug]


def _no_such_unit(slug: str, known: Iterable[str]) -> str:
    known = sorted(known)
    if not known:
        return f"there is no unit {slug!r}: the course has no units at all"
    near = difflib.get_close_matches(slug, known, 1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    return f"there is no unit {slug!r}.{guess} The units are: {', '.join(known)}"
