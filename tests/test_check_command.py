"""``unrolled check`` on notebooks whose cells fail: an error belongs to its exercise, every absence has its reason."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from right_answers import RIGHT, STUB, altered, body_of
from typer.testing import CliRunner

from unrolled.checking.notebook import check_notebook
from unrolled.checking.outcome import Result
from unrolled.cli import app

SLUG = "01_rnn_step_by_step"
CELL = 'a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])'


def results(folder: Path, *cells: str) -> dict[str, Result]:
    """What the checks say of a notebook with these cells, by exercise."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = folder / f"{SLUG}.ipynb"
    nbformat.write(notebook, path)
    return {result.exercise: result for result in check_notebook(path).results}


def cells_of(source: str) -> list[str]:
    """The answers as cells of their own, as in the lesson."""
    return ["\n" + cell if number else cell for number, cell in enumerate(source.split("\n\n"))]


@pytest.mark.parametrize(
    ("wrong", "kind", "line"),
    [
        (CELL[:-1], "SyntaxError", CELL[:-1]),
        ("  " + CELL, "IndentationError", CELL),
        (CELL.replace("@ xt", "@ xt\N{NO-BREAK SPACE}"), "SyntaxError", None),
    ],
)
def test_a_cell_that_python_cannot_read_is_told_at_its_exercise(tmp_path, wrong, kind, line):
    found = results(tmp_path, *cells_of(altered((CELL, wrong))))
    cell = found["rnn_cell_forward"]
    assert cell.outcome == "raised" and cell.messages[0].startswith(f"{kind}, line ")
    assert cell.messages[1] == "Python reads a cell as a whole, so there is no rnn_cell_forward yet."
    assert line is None or cell.code == line
    assert found["rnn_forward"].outcome == "raised"
    assert found["rnn_forward"].causes == ("rnn_cell_forward's cell has a syntax error: begin there.",)
    assert found["lstm_forward"].outcome == "correct"


def test_a_cell_that_stops_before_the_function_says_where(tmp_path):
    cells = [
        ("import os\nassert not os.sep\n" + cell if "def rnn_cell_forward" in cell else cell)
        for cell in cells_of(RIGHT)
    ]
    found = results(tmp_path, *cells)
    cell = found["rnn_cell_forward"]
    assert cell.outcome == "raised" and cell.messages[0].startswith("AssertionError, line 2 of its cell")
    assert cell.code == "assert not os.sep"
    assert found["rnn_forward"].causes == ("rnn_cell_forward's cell stopped with AssertionError: begin there.",)


def test_a_deleted_cell_a_misspelt_name_and_a_stub_read_differently(tmp_path):
    gone = [cell for cell in cells_of(RIGHT) if "def lstm_forward" not in cell]
    misspelt = [cell.replace("def lstm_forward", "def lstm_foward") for cell in cells_of(RIGHT)]
    stub = cells_of(body_of("lstm_forward", STUB))
    said = {}
    for name, cells in {"gone": gone, "misspelt": misspelt, "stub": stub}.items():
        result = results(tmp_path, *cells)["lstm_forward"]
        assert result.outcome == "not attempted"
        said[name] = " ".join(result.messages)
    assert "its cell is gone" in said["gone"] and "unrolled start" in said["gone"]
    assert "it has lstm_foward: is the name misspelt?" in said["misspelt"]
    assert len(set(said.values())) == 3


def test_only_cells_of_no_exercise_are_listed_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results(tmp_path, *cells_of(altered((CELL, CELL[:-1]))), "my_plot = undefined_name")
    typed = CliRunner().invoke(app, ["check", "01"])
    assert typed.exit_code == 1
    apart = typed.stdout.partition("Other cells that failed on the way:")[2]
    assert "NameError: name 'undefined_name' is not defined" in apart and "my_plot = undefined_name" in apart
    assert "SyntaxError" not in apart and "! raised: rnn_cell_forward" in typed.stdout
