"""The students' command, as it is typed: in a folder of the student's, on real notebooks."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import nbformat
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from unrolled import documents, notebooks
from unrolled.checking.calling import attempt, what_was_raised
from unrolled.cli import app
from unrolled.execution import Session

ROOT = Path(__file__).resolve().parents[1]
SLUG = "01_rnn_step_by_step"


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


QUICK = ["--help", "--version", "list", "start --help", "start 1", "hint rnn_forward", "reset --help"]


@pytest.mark.parametrize("command", QUICK)
def test_what_only_tells_something_waits_for_no_heavy_import(command: str, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from unrolled.cli import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "finally:\n    print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    typed = [sys.executable, "-c", program, *command.split()]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(typed, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout, done.stderr
    heavy = {"nbformat", "jsonschema", "IPython", "numpy", "tensorflow", "keras", "matplotlib", "psutil", "autograder"}
    assert not heavy & set(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("check", "Missing argument 'UNIT'"),
        ("chek 1", "Did you mean 'check'?"),
        ("hint rnn_forward --agian", "No such option: --agian"),
        ("list 1", "unexpected extra argument"),
    ],
)
def test_wrong_use_is_told_in_one_line(folder: Path, words: str, said: str) -> None:
    result = typed(*words.split())
    assert result.exit_code == 2 and not result.stdout
    assert said in result.stderr and result.stderr.count("\n") == 1 and "--help` shows how" in result.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("command", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_every_command_has_help_with_an_example(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert f"Example: unrolled {command}" in " ".join(typed(command, "--help").stdout.split())


def test_a_file_that_is_no_notebook_is_told_by_its_kind(folder: Path) -> None:
    good = (ROOT / "assignments" / SLUG / f"{SLUG}.ipynb").read_text()
    half = good[: len(good) // 2]
    lines = good.splitlines(keepends=True)
    conflict = "".join([*lines[:9], "<<<<<<< HEAD\n", lines[9], "=======\n", lines[9], ">>>>>>> theirs\n", *lines[10:]])
    files = {
        "empty": (b"", "is empty"),
        "half": (half.encode(), "ends in the middle"),
        "half_a_word": (good[: good.index("rnn_cell_forward") + 5].encode(), "ends in the middle"),
        "conflict": (conflict.encode(), "marks of a merge conflict, from line 10 on"),
        "script": (b"import numpy as np\n", "begins with a brace"),
        "list": (b"{}", "has no cells"),
        "deep": (b'{"cells": ' + b"[" * 100_000, "nested too deeply"),
        "bytes": (b"\xff\xfe\x00", "bytes that are no text"),
        "comma": (good.replace('"metadata"', '"metadata" 7', 1).encode(), "cannot be read: line" ),
        "newer": (good.replace('"nbformat": 4', '"nbformat": 5').encode(), "notebook format 5"),
        "textless": (b'{"cells": [{"cell_type": "code"}], "nbformat": 4}', "its cell 1 has no text"),
        "other": (b'{"cells": [], "nbformat": 4}', "is not the notebook of a unit"),
    }
    said = set()
    for name, (content, words) in files.items():
        (folder / f"{name}.ipynb").write_bytes(content)
        result = typed("check", f"{name}.ipynb")
        assert result.exit_code == 2, (name, result.output)
        assert words.replace("cannot be read: line", "can be read: line") in result.stderr, (name, result.stderr)
        assert result.stderr.count("\n") == 1 and not result.stdout.strip()
        assert (folder / f"{name}.ipynb").read_bytes() == content
        said.add(result.stderr.replace(name, ""))
    assert len(said) == len(files) - 1  # both halves are told alike
    for name, words in {
        "gone.ipynb": "There is no file gone.ipynb",
        "./": "is a folder",
        SLUG: f"`unrolled start {SLUG}` copies it here",
    }.items():
        result = typed("check", name)
        assert result.exit_code == 2 and words in result.stderr, result.stderr
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "half-checkpoint.ipynb").write_text(good)
    assert "has kept an older copy: .ipynb_checkpoints/half-checkpoint.ipynb" in typed("check", "half.ipynb").stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_opens_in_every_encoding_of_json(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / f"{SLUG}.ipynb"
    path.write_bytes((ROOT / "assignments" / SLUG / path.name).read_text().encode(encoding))
    assert documents.read(path).cells == notebooks.find_release(SLUG).notebook.cells


def test_a_notebook_from_before_version_4_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = {"cell_type": "code", "input": ["x = 1"], "outputs": [], "language": "python", "metadata": {}}
    sheet = {"cells": [cell], "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    path.write_text(json.dumps(old))
    assert [cell.source for cell in documents.read(path).code_cells] == ["x = 1"]


def test_start_leaves_no_half_notebook_where_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: BinaryIO) -> None:
        target.write(b"{")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    result = typed("start", "1")
    assert result.exit_code == 1 and "cannot be written here: No space left on device" in result.stderr
    assert not list(folder.iterdir())


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
