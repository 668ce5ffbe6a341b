"""Stock nbgrader's side of the bench: a course folder with the hidden tests in the check cells, and its commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.root import ROOT
from autograder.course.units import FIGURE, TRAINING, Unit, grade_id, has_tag, marks

CONFIG = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"
HIDDEN = """\
### BEGIN HIDDEN TESTS
from autograder.benchmark import in_cells
in_cells.points({slug!r}, {exercise!r}, {points!r}, globals())
### END HIDDEN TESTS"""


class SideFailed(Exception):
    """A command failed; holds what it said."""


def make_course(folder: Path, unit: Unit, submissions: Mapping[str, bytes]) -> None:
    """Lay out nbgrader's course folder, release the unit in it, and hand in the notebooks, by student."""
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIG.format(root=str(folder)), encoding="utf-8")
    source = folder / "source" / unit.slug / f"{unit.slug}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(with_tests_in_cells(unit), source)
    nbgrader("generate_assignment", unit, folder)
    hand_in(folder, unit, submissions)


def hand_in(folder: Path, unit: Unit, submissions: Mapping[str, bytes]) -> None:
    """Put notebooks where nbgrader and ``grade`` look for them."""
    for student, notebook in submissions.items():
        path = folder / "submitted" / student / unit.slug / f"{unit.slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook)


def with_tests_in_cells(unit: Unit) -> NotebookNode:
    """The unit's source notebook with the hidden grader in its check cells, and without what grading leaves out."""
    notebook = nbformat.read(unit.source_notebook, as_version=4)
    notebook.cells = without_sights(notebook.cells)
    exercises = {exercise.check_id: exercise for exercise in unit.exercises}
    for cell in notebook.cells:
        exercise = exercises.get(grade_id(cell))
        if exercise and marks(cell).get("grade"):
            cell.source = HIDDEN.format(slug=unit.slug, exercise=exercise.id, points=float(exercise.points))
    return notebook


def without_sights(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells that are neither training nor figures: ``grade`` does not run these, so nbgrader need not either."""
    return [cell for cell in cells if not has_tag(cell, TRAINING) and not has_tag(cell, FIGURE)]


def nbgrader(command: str, unit: Unit, folder: Path) -> None:
    """Run a command of nbgrader's on the unit. Raises SideFailed."""
    own = {
        "JUPYTER_CONFIG_DIR": str(folder / "no-settings"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",  # nbgrader runs alembic
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, unit.slug],
        cwd=folder,
        env=os.environ | own,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SideFailed(f"nbgrader {command} {unit.slug} failed:\n{done.stdout}{done.stderr}")
