"""A course of one tiny unit with a grader of its own, for tests of the engine: two exercises, ``double`` and
``quadruple``.
"""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from unrolled.arrays import Case, save_cases

SLUG = "01_toy"
DOUBLE = "def double(x):\n    return 2 * x"
QUADRUPLE = "def quadruple(x):\n    return double(double(x))"
STUB = "def {name}(x):\n    raise NotImplementedError('write {name} here')"
GRADER = """
import numpy as np
from autograder.examination.examine import Mistake, worth


class TestDouble:
    exercise = "double"

    @worth(1, "values")
    def test_values(self, student, references):
        case = references["double/plain"]
        value, after = student.call("double", *case.inputs.values(), inputs_after=True)
        y = case.outputs["y"]
        if not isinstance(value, np.ndarray) or value.shape != y.shape or not np.allclose(value, y):
            raise Mistake("the values are wrong")
        if not np.array_equal(after[0], case.inputs["x"]):
            raise Mistake("the input was changed")

    @worth(3, "live case")
    def test_live(self, student, rng):
        x = rng.normal(size=4)
        value = student.call("double", x)
        if not isinstance(value, np.ndarray) or value.shape != x.shape or not np.allclose(value, 2 * x):
            raise Mistake("the values are wrong")


class TestQuadruple:
    exercise = "quadruple"
    provides = {"double": lambda x: 2 * x}

    @worth(1, "values")
    def test_values(self, student, rng):
        x = rng.normal(size=4)
        value = student.fetch(student.keep("quadruple", x))
        if not isinstance(value, np.ndarray) or value.shape != x.shape or not np.allclose(value, 4 * x):
            raise Mistake("the values are wrong")
"""


def make_course(root: Path) -> Path:
    """Lay the course out under ``root``; the folders are those of the real one."""
    for folder in ("solutions", "assignments"):
        (root / folder / SLUG).mkdir(parents=True)
    for folder in ("graders", "references"):
        (root / "autograder" / folder).mkdir(parents=True)
    (root / "unrolled").mkdir()
    (root / "data").mkdir()
    (root / "solutions" / SLUG / f"{SLUG}.py").write_text("# the worked solution\n")
    nbformat.write(release(), root / "assignments" / SLUG / f"{SLUG}.ipynb")
    (root / "autograder/graders" / f"test_{SLUG}.py").write_text(GRADER)
    case = Case({"x": np.arange(3.0)}, {"y": 2 * np.arange(3.0)})
    save_cases(root / "autograder/references" / f"{SLUG}.npz", {"double/plain": case})
    return root


def release() -> NotebookNode:
    """The release notebook, 10 points an exercise."""
    cells = [new_code_cell("import numpy as np", id="imports")]
    for name in ("double", "quadruple"):
        answer = new_code_cell(STUB.format(name=name), id=f"answer-{name}")
        check = new_code_cell(f"checks.{name}({name})", id=f"check-{name}")
        answer.metadata.nbgrader = _marks(name, solution=True)
        check.metadata.nbgrader = _marks(f"check_{name}", grade=True, locked=True, points=10)
        cells += [answer, check]
    return new_notebook(cells=cells)


def submission(double: str = DOUBLE, quadruple: str = QUADRUPLE, *more: str) -> dict[str, bytes]:
    """A student's files: the two answers, and further cells at the notebook's end."""
    notebook = copy.deepcopy(release())
    notebook.cells[1].source, notebook.cells[3].source = double, quadruple
    notebook.cells += [new_code_cell(source, id=f"more-{number}") for number, source in enumerate(more)]
    return {f"{SLUG}.ipynb": nbformat.writes(notebook).encode()}


def _marks(grade_id: str, **more: object) -> dict[str, object]:
    plain = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "cell_type": "code",
    }
    return plain | {"grade_id": grade_id} | more
