"""``python -m autograder run`` in a real kernel: results are read, and what is not right is said with its cell."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.authoring.run import RunFailed, run_notebook
from autograder.course.units import Unit

SLUG = "01_sample"


def unit(root: Path, *cells: str) -> Unit:
    """A unit whose worked notebook has these code cells."""
    made = Unit(SLUG, root)
    code = [nbformat.v4.new_code_cell(cell, id=f"cell-{k}") for k, cell in enumerate(cells)]
    notebook = nbformat.v4.new_notebook(cells=code)
    made.source_notebook.parent.mkdir(parents=True)
    nbformat.write(notebook, made.source_notebook)
    return made


CHECK = """
from unrolled.checking.outcome import Result
class checks:
    def add(outcome):
        return Result("add", outcome, ("A sentence.",))
"""


def test_results_are_read_from_one_kernel_in_an_empty_folder(tmp_path):
    cells = [
        "import numpy as np, os, pathlib; found = os.listdir()",
        CHECK,
        "checks.add('correct')",
        "pathlib.Path('left_behind.txt').touch()",
        "results = {'nats': np.float64(1.5), 'files': len(found), 'good': np.float32(0.5)}",
    ]
    told: list[str] = []
    ran = run_notebook(unit(tmp_path, *cells), told.append)
    assert ran.unit == SLUG
    assert ran.results == {"nats": 1.5, "files": 0, "good": 0.5}
    assert ran.seconds >= 0
    assert told[-1] == "cell 5 of 5"
    assert not list(Path().glob("left_behind.txt")) and not list(tmp_path.rglob("left_behind.txt"))


def test_a_unit_without_targets_leaves_no_results(tmp_path):
    assert run_notebook(unit(tmp_path, "x = 1")).results == {}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["x = 1", "x / 0"], ["cell 2 (cell-1)", "ZeroDivisionError"]),
        (["import os; os._exit(3)"], ["kernel ended", "cell-0"]),
        ([CHECK, "checks.add('incorrect')"], ["cell 2 (cell-1)", "✗ incorrect: add"]),
        ([CHECK, "checks.add('correct');"], ["cell 2", "nothing"]),
        (["results = {'nats': 'low'}"], ["`results`", "low"]),
        (["results = 3"], ["`results`", "3"]),
    ],
)
def test_what_is_not_right_is_said_with_its_cell(tmp_path, cells, words):
    with pytest.raises(RunFailed) as failed:
        run_notebook(unit(tmp_path, *cells))
    for word in words:
        assert word in str(failed.value)


def test_usage(tmp_path):
    typed = CliRunner().invoke
    assert typed(app, ["run", "02_dinosaur_name"]).exit_code == 2
    assert typed(app, ["run", "02_dinosaur_names", "--json", str(tmp_path / "no" / "file")]).exit_code == 2
    unbuilt = Unit("07_nothing", tmp_path)
    with pytest.raises(RunFailed, match="autograder build"):
        run_notebook(unbuilt)


@pytest.mark.timeout(600)
def test_dinosaur_names_reach_their_targets(tmp_path):
    """The whole worked notebook of unit 02, training included, as an instructor types it."""
    file = tmp_path / "run.json"
    done = CliRunner().invoke(app, ["run", "02_dinosaur_names", "--json", str(file)])
    assert done.exit_code == 0, done.output
    ran = json.loads(file.read_text())
    assert set(ran) == {"unit", "seconds", "results"}
    assert ran["unit"] == "02_dinosaur_names"
    assert set(ran["results"]) == {"held_out_nats", "train_seconds", "novel_share"}
    assert ran["results"]["held_out_nats"] <= 1.84
    assert ran["results"]["novel_share"] >= 0.9
