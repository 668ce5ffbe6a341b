"""The rooms and their order: a module of a lower room that imports a higher one breaks the contract."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

from autograder.course.root import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = {
    contract["containers"][0]: [layer.replace(" ", "").split("|") for layer in contract["layers"]]
    for contract in CONTRACTS
    if contract["type"] == "layers"
}
EXEMPT = ("graders", "answers", "oracles")  # a unit's own files are as long as the unit
MOST_LINES, MOST_MODULES = 400, 14


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code of both packages, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in LAYERS:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    return tmp_path


def test_an_import_that_runs_upwards_breaks_the_contract(copy: Path) -> None:
    assert lint(copy).returncode == 0, lint(copy).stdout
    spoilt = copy / "autograder/sandbox/watchdog.py"
    inside = "\n\ndef _late() -> object:\n    from autograder.judging import judge\n\n    return judge\n"
    spoilt.write_text(spoilt.read_text() + inside)  # inside a function: these count, too
    done = lint(copy)
    assert done.returncode == 1 and "autograder.sandbox.watchdog -> autograder.judging" in done.stdout, done.stdout


@pytest.mark.parametrize("package", LAYERS)
def test_every_module_is_held_in_its_place(package: str) -> None:
    """Whichever module imports whichever higher room: the layers of the contract forbid it."""
    graph = grimp.build_graph(package, cache_dir=None)
    layers = tuple(grimp.Layer(*layer) for layer in LAYERS[package])
    assert not graph.find_illegal_dependencies_for_layers(layers, containers={package})
    tried = 0
    for height, layer in enumerate(LAYERS[package]):
        for room in layer:
            below = [name for lower in LAYERS[package][height + 1 :] for name in lower]
            for name in below:
                modules = {f"{package}.{name}"} | graph.find_descendants(f"{package}.{name}")
                for module in sorted(modules):
                    graph.add_import(importer=module, imported=f"{package}.{room}")
                    found = graph.find_illegal_dependencies_for_layers(layers, containers={package})
                    assert any(each.imported == f"{package}.{room}" for each in found), (module, room)
                    graph.remove_import(importer=module, imported=f"{package}.{room}")
                    tried += 1
    assert tried > 100


def test_every_room_says_what_it_is_for_and_nothing_else() -> None:
    for package in LAYERS:
        rooms = [path for path in (ROOT / package).rglob("__init__.py") if path.parent != ROOT / package]
        assert rooms
        for page in rooms:
            body = ast.parse(page.read_text()).body
            assert len(body) == 1 and isinstance(body[0], ast.Expr) and len(page.read_text().splitlines()) <= 3, page


def test_rooms_and_files_stay_small() -> None:
    for package in LAYERS:
        for folder in [ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())]:
            modules = [path for path in folder.glob("*.py") if not path.name.startswith("__")]
            unit_files = folder.name in (*EXEMPT, "checks", "classmates", "datasets")
            assert unit_files or len(modules) <= MOST_MODULES, f"{folder.name} holds {len(modules)} modules"
            for path in modules:
                lines = len(path.read_text().splitlines())
                assert folder.name in EXEMPT or lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines"
    for path in [*(ROOT / "tests").rglob("*.py"), *(ROOT / "data").rglob("*.py")]:
        lines = len(path.read_text().splitlines())
        assert lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines"
