"""From the bundle to a full score in unit 01: a newcomer who types what the page says, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import yaml
from jupyter_pages import CHROMIUM, jupyter, page
from newcomer import PROMPT, SECONDS, Terminal, computer, page_commands, solve, terminal
from notebook_walk import walk

from autograder.bundling.bundle import fill
from autograder.course.root import ROOT
from autograder.course.units import all_units, find_unit

UNIT = find_unit("01_rnn_step_by_step")
NOTEBOOK = f"{UNIT.slug}.ipynb"


@dataclass(frozen=True)
class Newcomer:
    """The bundle as it was unpacked, a terminal in it, the page's commands, and the computer's environment."""

    folder: Path
    terminal: Terminal
    commands: dict[str, list[str]]
    environment: dict[str, str]

    def on_the_page(self, beginning: str) -> str:
        """The one command of the page that begins so."""
        found = [line for lines in self.commands.values() for line in lines if line.startswith(beginning)]
        assert len(found) == 1, f"{beginning}: {found}"
        return found[0]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Installed as the page says."""
    place = tmp_path_factory.mktemp("newcomer")
    folder = place / "my course"  # people's folders have spaces
    folder.mkdir()
    fill(folder, place / "workshop")
    commands = page_commands(folder / "README.html")
    environment = computer(place / "computer")
    with terminal(folder, environment) as opened:
        somebody = Newcomer(folder, opened, commands, environment)
        opened.type(somebody.on_the_page("python3 "))
        yield somebody


def test_the_page_names_commands_that_exist_and_each_way_to_install(newcomer: Newcomer) -> None:
    install = newcomer.commands["2. Install"]
    assert [line.split()[0] for line in install] == ["python3", "py", "conda", "unrolled"]
    assert [line for line in install[:2] if next(newcomer.folder.glob("*.whl")).name not in line] == []
    known = newcomer.terminal.type("unrolled --help")
    named = {line.split()[1] for lines in newcomer.commands.values() for line in lines if line.startswith("unrolled ")}
    assert len(named) >= 3 and all(f" {name} " in known for name in named), known
    for line, later in zip(install[:3], newcomer.commands["Another day"], strict=True):
        assert later in line.split(" && "), f"what is typed on another day is a part of {line}"


def test_what_is_installed_is_the_bundles_own_and_complete(newcomer: Newcomer) -> None:
    assert "Everything is here" in newcomer.terminal.type("unrolled doctor")
    where = newcomer.terminal.type("python -c 'import unrolled; print(unrolled.__file__)'").strip()
    assert Path(where).is_relative_to(newcomer.folder / ".venv"), where
    # conda hands the lines below `pip:` to pip as a file in the folder of environment.yml.
    described = yaml.safe_load((newcomer.folder / "environment.yml").read_text())
    (newcomer.folder / "lines.txt").write_text("\n".join(described["dependencies"][-1]["pip"]))
    said = newcomer.terminal.type("python -m pip install --dry-run -U -r lines.txt")
    assert "Would install" not in said.replace("Would install unrolled", ""), said
    (newcomer.folder / "lines.txt").unlink()


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_every_notebook_runs_with_what_the_wheel_carries(newcomer: Newcomer, unit) -> None:
    said = newcomer.terminal.type(f"unrolled check {int(unit.slug[:2])}", status=1)
    assert "not attempted" in said and f"0 of {len(unit.exercises)} exercises correct" in said, said
    assert "Error" not in said and "Other cells that failed" not in said, said


def test_a_full_score_in_the_terminal(newcomer: Newcomer) -> None:
    mine = newcomer.folder / NOTEBOOK
    mine.rename(newcomer.folder / "before.ipynb")
    newcomer.terminal.type(newcomer.on_the_page("unrolled start "))
    assert mine.read_bytes() == UNIT.release_notebook.read_bytes()
    assert "Hint 1" in newcomer.terminal.type(newcomer.on_the_page("unrolled hint "))

    shell, number = newcomer.terminal.shell, len(UNIT.exercises)
    shell.sendline(newcomer.on_the_page("unrolled watch "))
    shows(shell, f"0 of {number} correct")
    solve(mine, UNIT, only="rnn_cell_forward")
    shows(shell, "✓ correct: rnn_cell_forward")
    solve(mine, UNIT)
    shows(shell, f"{number} of {number} correct")
    shell.send("q")
    shell.expect_exact(PROMPT)

    said = newcomer.terminal.type(newcomer.on_the_page("unrolled check "))
    assert f"{number} of {number} exercises correct" in said, said
    assert UNIT.slug in newcomer.terminal.type(newcomer.on_the_page("unrolled progress"))
    graded(mine)


def shows(shell: pexpect.spawn, text: str) -> None:
    """Wait until a text is drawn; colours between its words do not matter."""
    between = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)+"
    shell.expect(between.join(re.escape(word) for word in text.split()), timeout=SECONDS)


@pytest.mark.browser
@pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no Chromium on this machine")
def test_a_full_score_in_jupyterlab(newcomer: Newcomer, tmp_path: Path) -> None:
    mine = newcomer.folder / NOTEBOOK
    mine.write_bytes(UNIT.release_notebook.read_bytes())
    python = str(newcomer.folder / ".venv/bin/python")
    settings = tmp_path / "settings"
    with jupyter(newcomer.folder, settings, python=python, environment=newcomer.environment) as address:
        with page(address) as tab:
            asked: list[str] = []
            tab.context.on("request", lambda request: asked.append(request.url))
            walk(tab, address, UNIT, whole=True)
            tab.keyboard.press("Control+s")
            tab.locator(".jp-NotebookPanel-toolbar").wait_for()
            tab.wait_for_function("!document.title.startsWith('*')")
            here = (address, address.replace("http", "ws"), "data:", "blob:")
            assert asked and not [url for url in asked if not url.startswith(here)]
    graded(mine)


def graded(notebook: Path) -> None:
    """Grade a notebook with the hidden cases; it has every point that is given without a person."""
    found = notebook.with_suffix(".json")
    command = [sys.executable, "-m", "autograder", "grade", UNIT.slug, str(notebook), "--json", str(found)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(found.read_text())[0]
    assert [each["outcome"] for each in verdict["exercises"]] == ["correct"] * len(UNIT.exercises), verdict
    assert verdict["score"] == verdict["max_score"] == sum(exercise.points for exercise in UNIT.exercises)
