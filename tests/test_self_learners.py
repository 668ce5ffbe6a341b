"""docs/self-learners.md, typed as it stands, in a folder that looks like a checkout."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks, typed

from autograder.course.units import find_unit
from autograder.sandbox import confine

UNIT = "01_rnn_step_by_step"
CELL = """def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    scores = p["Wya"] @ a_next + p["by"]
    yt_pred = np.exp(scores - scores.max(axis=0)) / np.exp(scores - scores.max(axis=0)).sum(axis=0)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)"""


@pytest.mark.skipif(confine.available() is not None, reason=f"grading needs the lockdown: {confine.available()}")
def test_a_learner_does_the_whole_page(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    mine = tmp_path / "lab" / f"{UNIT}.ipynb"
    page = [block.text.splitlines() for block in blocks("self-learners.md") if block.kind == "sh"]
    for command in (line for lines in page for line in lines):
        if command == "make lab":
            command = "make -o .venv/.setup-stamp lab"  # it is set up
            assert "jupyter lab" in typed(f"{command} --dry-run", tmp_path).stdout
            command += " LAB=ls"  # in the place of a server that runs until it is stopped
        done = typed(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if command.startswith("make"):
            notebook = json.loads(mine.read_text())
            stub = next(cell for cell in notebook["cells"] if "def rnn_cell_forward" in "".join(cell["source"]))
            stub["source"] = CELL
            mine.write_text(json.dumps(notebook))
            before = mine.read_bytes()
            typed(command, tmp_path)
            assert mine.read_bytes() == before, "a copy was overwritten"
    (verdict,) = json.loads((tmp_path / "lab" / "verdict.json").read_text())
    first, *others = verdict["exercises"]
    assert first["id"] == "rnn_cell_forward" and first["outcome"] == "correct"
    assert {other["outcome"] for other in others} == {"not attempted"}
    assert len(list((tmp_path / "lab").glob("*.ipynb"))) == len(list((ROOT / "assignments").glob("*")))
    assert find_unit(UNIT).release_notebook.read_bytes() != before
