"""``unrolled check`` on notebooks whose cells fail: an error belongs to its exercise, every absence has its reason."""

from __future__ import annotations

import os
import time
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from right_answers import RIGHT, STUB, altered, body_of
from typer.testing import CliRunner

from unrolled import notebooks
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


@pytest.mark.parametrize("called", ["01_rnn_step_by_step", "01", "1", "rnn", "RNN"])
def test_a_unit_goes_by_its_name_its_number_and_a_word_of_it(called):
    assert notebooks.find_release(called).slug == SLUG


def test_a_word_of_several_units_names_none(tmp_path, monkeypatch):
    for slug in ("07_gates_and_memory", "08_gates_again"):
        (tmp_path / slug).mkdir()
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / slug / f"{slug}.ipynb")
    monkeypatch.setattr(notebooks, "PLACES", (tmp_path,))
    assert notebooks.find_release("memory").slug == "07_gates_and_memory"
    with pytest.raises(notebooks.UnknownUnit, match="The units are: 07_gates_and_memory, 08_gates_again"):
        notebooks.find_release("gates")


def test_one_exercise_is_checked_alone_and_the_file_is_named_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results(tmp_path, *cells_of(altered((CELL, CELL.replace("p['ba']", "0")))))
    alone = CliRunner().invoke(app, ["check", "rnn", "lstm_forward"])
    assert alone.exit_code == 0, alone.output
    assert alone.stdout.startswith(f"{SLUG}.ipynb, saved less than a minute ago")
    assert "1 of 1 exercises correct" in alone.stdout and "gru_forward" not in alone.stdout
    old = time.time() - 3 * 3600 - 5
    os.utime(f"{SLUG}.ipynb", (old, old))
    assert f"{SLUG}.ipynb, saved 3 hours ago" in CliRunner().invoke(app, ["check", "1", "gru_forward"]).stdout
    unknown = CliRunner().invoke(app, ["check", "1", "lstm_foward"])
    assert unknown.exit_code == 2 and "Did you mean lstm_forward?" in unknown.stderr


def test_the_version_is_the_installed_one():
    assert CliRunner().invoke(app, ["--version"]).stdout.strip() == f"unrolled {metadata.version('unrolled')}"
