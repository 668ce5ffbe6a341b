"""The students' command, as it is typed: in a folder of the student's, on real notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner, Result

from unrolled import notebooks
from unrolled.checking.calling import attempt, what_was_raised
from unrolled.cli import app
from unrolled.execution import Session

ROOT = Path(__file__).resolve().parents[1]
SLUG = "01_rnn_step_by_step"
SOLUTION = ROOT / "solutions" / SLUG / f"{SLUG}.ipynb"
RIGHT_CELL = """import numpy as np

def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    e = np.exp(p["Wya"] @ a_next + p["by"])
    return a_next, e / e.sum(axis=0), (a_next, a_prev, xt, parameters)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the command is typed in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def typed(*words: str) -> Result:
    """What `unrolled WORDS` prints and ends with; an exception of ours is no result."""
    return CliRunner().invoke(app, words, catch_exceptions=False)


def write(path: Path, *cells: str | nbformat.NotebookNode) -> Path:
    """A notebook with these code cells."""
    nodes = [nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=nodes), path)
    return path


def outcomes(result: Result) -> dict[str, str]:
    """The table of `unrolled check`: outcome by exercise."""
    rows = (line.split(maxsplit=2) for line in result.stdout.splitlines())
    return {row[0]: row[2].strip() for row in rows if len(row) == 3 and row[1] in "✓✗!○"}


def test_list_tells_title_time_and_points() -> None:
    result = typed("list")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert SLUG in text and "step by step" in text and " 100" in text
    assert notebooks.find_release(SLUG).time


def test_start_copies_the_release_and_never_overwrites(folder: Path) -> None:
    assert typed("start", SLUG).exit_code == 0
    copy = folder / f"{SLUG}.ipynb"
    assert copy.read_bytes() == (ROOT / "assignments" / SLUG / copy.name).read_bytes()
    copy.write_text("my work")
    again = typed("start", "01")
    assert again.exit_code == 1
    assert "stays as it is" in again.stderr
    assert copy.read_text() == "my work"


def test_an_unknown_unit_is_told_the_known_ones(folder: Path) -> None:
    for command in ("start", "check"):
        result = typed(command, "01_rnn_step_by_stop")
        assert result.exit_code == 2
        assert f"Did you mean {SLUG}?" in result.stderr
    assert not list(folder.iterdir())


def test_installed_notebooks_are_found_before_the_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "assignments"
    (installed / "07_gates").mkdir(parents=True)
    write(installed / "07_gates" / "07_gates.ipynb")
    monkeypatch.setattr(notebooks, "PLACES", (installed, *notebooks.PLACES))
    assert [unit.slug for unit in notebooks.releases()] == ["07_gates"]


def test_check_of_the_untouched_release_finds_nothing_attempted(folder: Path) -> None:
    typed("start", SLUG)
    variables = dict(os.environ)
    result = typed("check", "01")
    assert dict(os.environ) == variables  # it draws without a window, and leaves no trace of that
    assert result.exit_code == 1
    assert len(outcomes(result)) == 12
    assert set(outcomes(result).values()) == {"not attempted"}
    assert "raised an exception" not in result.stdout


def test_check_of_the_solution_is_all_correct(folder: Path) -> None:
    command = [sys.executable, "-m", "unrolled", "check", str(SOLUTION)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12 exercises correct" in done.stdout


def test_check_goes_on_after_cells_that_raise_and_without_check_cells(folder: Path) -> None:
    write(
        folder / f"{SLUG}.ipynb",
        "oops(",
        RIGHT_CELL,
        "1 / 0",
        nbformat.v4.new_code_cell("rnn_cell_forward = None", metadata={"tags": ["training"]}),
        "def rnn_forward(x, a0, parameters):\n    print('[bold]seen[/bold]')\n    return a0[99]",
        "from pathlib import Path\nPath('ran_here').touch()",
    )
    result = typed("check", SLUG)
    assert result.exit_code == 1
    found = outcomes(result)
    assert (found["rnn_cell_forward"], found["rnn_forward"]) == ("correct", "raised")
    assert found["lstm_forward"] == "not attempted"
    assert "line 3 of the cell, in rnn_forward" in result.stdout and "return a0[99]" in result.stdout
    assert "[bold]seen[/bold]" in result.stdout  # printed by the student's code, no markup of ours
    assert "code cell 1, which begins: oops(\n      SyntaxError: " in result.stdout
    assert "code cell 3, which begins: 1 / 0\n      ZeroDivisionError: division by zero" in result.stdout
    assert (folder / "ran_here").exists()


def test_a_cell_that_python_cannot_read_is_told_as_python_tells_a_whole_file() -> None:
    """Python 3.13 has a class of its own, with an underscore, for a line that the next one may still complete."""
    session, told = Session(), {}
    for source in ("oops(", "def f(x):\n    return [x", "def f(x):", "x = \"\"\"abc"):
        (error,) = session.run(source).outputs
        told[source] = f"{error['ename']}: {error['evalue']}".partition(" (")[0]
    assert list(told.values()) == [
        "SyntaxError: '(' was never closed",
        "SyntaxError: '[' was never closed",
        "IndentationError: expected an indented block after function definition on line 1",
        "SyntaxError: unterminated triple-quoted string literal",
    ]


def test_a_private_kind_of_exception_is_called_by_the_public_one_above_it() -> None:
    source = "class _Inner(KeyError):\n    pass\ndef f():\n    raise _Inner(3)\nf()"
    session = Session()
    (error,) = session.run(source).outputs
    assert error["ename"] == "KeyError"
    tried = attempt(session.namespace["f"], {})
    assert tried.error is not None and what_was_raised(tried.error) == "KeyError: 3"


def test_check_takes_a_renamed_notebook_by_its_imports(folder: Path) -> None:
    write(folder / "homework.ipynb", "from unrolled.checks import rnn_step_by_step as checks", RIGHT_CELL)
    assert outcomes(typed("check", "homework.ipynb"))["rnn_cell_forward"] == "correct"


def test_check_says_what_is_wrong_with_a_file(folder: Path) -> None:
    (folder / "torn.ipynb").write_text('{"cells": [')
    (folder / "bytes.ipynb").write_bytes(b"\xff\xfe\x00")
    write(folder / "other.ipynb", "x = 1")
    for name, said in {
        "gone.ipynb": "There is no file gone.ipynb",
        "torn.ipynb": "torn.ipynb is not a notebook that can be read",
        "bytes.ipynb": "bytes.ipynb is not a notebook that can be read",
        "other.ipynb": "other.ipynb is not the notebook of a unit",
        SLUG: f"`unrolled start {SLUG}` copies it here",
    }.items():
        result = typed("check", name)
        assert result.exit_code == 2, name
        assert said in " ".join(result.stderr.split()), result.stderr
        assert not result.stdout.strip()


def test_ctrl_c_stops_at_the_cell_that_runs(folder: Path) -> None:
    write(folder / f"{SLUG}.ipynb", "x = 1", "# an endless loop\nraise KeyboardInterrupt", "Path('went_on')")
    result = typed("check", SLUG)
    assert result.exit_code == 1
    assert "Stopped in code cell 2, which begins: # an endless loop" in result.stderr


def test_doctor_is_content_here_and_says_what_to_type_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = typed("doctor")
    assert result.exit_code == 0, result.stdout
    for word in ("Python", "tensorflow", "keras", "numpy", "jupyterlab", "threads", "memory"):
        assert word in result.stdout
    assert metadata.version("keras") in result.stdout

    real = metadata.version

    def version(name: str) -> str:
        if name == "keras":
            raise metadata.PackageNotFoundError(name)
        return "1.0" if name == "rich" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(
        metadata, "requires", lambda name: ["keras>=3.12", "rich>=13.7", 'nbgrader; extra == "instructor"']
    )
    broken = typed("doctor")
    assert broken.exit_code == 1
    assert '-m pip install "keras>=3.12"' in broken.stdout
    assert "1.0, but >=13.7 is needed" in broken.stdout
    assert "nbgrader" not in broken.stdout
