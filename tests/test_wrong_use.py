"""Files and folders that cannot be what they were typed for: one line that says so, status 2, and nothing is left."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.commands import usage

UNIT = "01_rnn_step_by_step"
LONG = "n" * 300
WRONG = {
    f"grade {UNIT} {LONG}.ipynb": "File name too long",
    f"grade {UNIT} mine.ipynb --json empty": "empty is a folder; name a file for --json",
    f"grade {UNIT} --jobs": "python -m autograder grade --help",
    f"grade {UNIT} --course broken": "gradebook.db of the course folder cannot be used: file is not a database",
    "collect empty.zip --course broken": "cannot be used: file is not a database",
    "course broken": "cannot be used: file is not a database",
    f"course {LONG}": "File name too long",
    f"classroom mine.ipynb {UNIT}": "mine.ipynb is a file; name a folder",
    f"classroom mine.ipynb/new {UNIT}": "mine.ipynb/new",
    f"classroom {LONG} {UNIT}": "File name too long",
    f"classroom new {UNIT} 07_gates": "there is no unit '07_gates'",
    f"report {UNIT} --json list.json --to {LONG}": "File name too long",
    f"export {UNIT} --as sources --to {LONG}": "File name too long",
    f"run {UNIT} --json empty": "empty is a folder",
    f"audit {UNIT} --json {LONG}": "File name too long",
    f"bench {UNIT} --growth 100 --write": "--write keeps a race",
    f"bench {UNIT} --growth 100 --picture empty": "empty is a folder; name a file for --picture",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the commands are typed in."""
    monkeypatch.chdir(tmp_path)
    for name in ("empty", f"broken/submitted/ada/{UNIT}"):
        Path(name).mkdir(parents=True)
    Path("broken/gradebook.db").write_text("no database at all" * 100)
    Path(f"broken/submitted/ada/{UNIT}/{UNIT}.ipynb").write_text("{}")
    Path("broken/nbgrader_config.py").write_text("c = get_config()\n")
    Path("empty.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    Path("mine.ipynb").write_text("{}")
    Path("list.json").write_text("[]")
    return tmp_path


@pytest.mark.parametrize("typed", WRONG, ids=lambda typed: typed.replace(LONG, "LONG"))
def test_what_cannot_be_used_is_told_in_one_line(typed: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    done = CliRunner().invoke(app, typed.split())
    assert done.exit_code == 2, done.output
    said = done.output.strip()
    assert WRONG[typed] in said and len(said.splitlines()) == 1, said
    assert said.startswith(f"{typed.split()[0]}: ")
    assert sorted(folder.iterdir()) == before


def test_a_fault_of_ours_is_no_wrong_use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file of the project's own, or an error without a file, keeps its traceback."""
    for fault in (FileNotFoundError(errno.ENOENT, "gone", "ours.npz"), PermissionError("no file"), KeyError("x")):

        def fail(*_: object, fault: Exception = fault) -> None:
            raise fault

        monkeypatch.setattr(usage, "built_units", fail)
        monkeypatch.setattr("autograder.commands.grade.built_units", fail)
        done = CliRunner().invoke(app, ["grade", UNIT, "mine.ipynb"])
        assert done.exception is fault
