"""The leak scan: whatever is planted in a bundle is found and told with its place, and what students may see is not."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import nbformat
import numpy as np
import pytest
from planted_leaks import ANSWER, NOTEBOOK, PLANTS, SOLUTION, UNIT, renamed

from autograder.bundling.leaks import Leak, leaks_in
from autograder.bundling.secrets_of import REGION, Secrets, secrets_of, unseen
from autograder.bundling.shapes import SHORTEST, body
from autograder.course.root import ROOT
from autograder.course.units import Unit, all_units
from unrolled.arrays import load_cases, save_cases


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return secrets_of()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle that holds the beginning of a release notebook, and nothing that gives anything away."""
    (tmp_path / "bundle").mkdir()
    beginning = UNIT.release.copy()
    beginning.cells = UNIT.release.cells[:12]
    nbformat.write(beginning, tmp_path / "bundle" / NOTEBOOK)
    return tmp_path / "bundle"


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_planted_is_found_and_told_with_its_place(name: str, bundle: Path, secrets: Secrets) -> None:
    place, what = PLANTS[name](bundle)
    found = leaks_in(bundle, secrets)
    assert any(leak.place.startswith(place) and what in leak.what for leak in found), (place, what, found)
    clean = [leak for leak in found if leak.place.startswith(NOTEBOOK) and not place.startswith(NOTEBOOK)]
    assert not clean, "the notebook beside it holds nothing"


# Nothing that is secret goes unseen


def test_every_secret_file_has_something_of_its_own(secrets: Secrets) -> None:
    assert unseen(ROOT, secrets) == []
    path = all_units()[0].references.relative_to(ROOT).as_posix()
    assert path in unseen(ROOT, Secrets(secrets.told, secrets.own - type(secrets.own)({path: 1_000_000})))


def test_a_third_of_any_secret_module_is_known_again(tmp_path: Path, secrets: Secrets) -> None:
    paths = [path for room in ("graders", "oracles", "answers") for path in (ROOT / "autograder" / room).glob("*.py")]
    paths = [path for path in paths if path.name != "__init__.py"]
    assert len(paths) > 20
    for path in paths:
        lines = path.read_text().splitlines()
        third, middle = max(len(lines) // 3, 25), len(lines) // 2
        (tmp_path / path.name).write_text("\n".join(lines[max(0, middle - third // 2) : middle + third // 2]))
    found = leaks_in(tmp_path, secrets)
    for path in paths:
        told = [leak for leak in found if leak.place.startswith(path.name)]
        where = {path.relative_to(ROOT).as_posix(), f"solutions/{path.stem}/{path.stem}.py"}
        assert any(name in leak.what for leak in told for name in where), (path, told)


def test_every_worked_answer_is_known_by_its_body_under_other_names(tmp_path: Path, secrets: Secrets) -> None:
    tried = 0
    for unit in all_units():
        for exercise, region in regions(unit):
            whole = body(region)
            if whole is None:
                assert len(region) < SHORTEST * 3, region  # an attribute that is kept, a dictionary of two entries
                continue
            tried += 1
            code = renamed(f"def given():\n    begin()\n{textwrap.indent(region, '    ')}")
            (tmp_path / f"{unit.slug}.{exercise}.{tried}.py").write_text(code)
    found = leaks_in(tmp_path, secrets)
    unfound = {path.name for path in tmp_path.iterdir()} - {leak.place.partition(", line")[0] for leak in found}
    assert tried > 60 and not unfound


def regions(unit: Unit) -> list[tuple[str, str]]:
    """The worked regions of a unit, with the exercise that each belongs to."""
    script = unit.script.read_text()
    found = []
    for match in REGION.finditer(script):
        exercise = re.findall(r'^# %% exercise="(\w+)"', script[: match.start()], re.MULTILINE)[-1]
        found.append((exercise, textwrap.dedent(match[1])))
    return found


# What students may see


def test_stubs_hints_checks_and_public_values_are_no_leak(bundle: Path, secrets: Secrets) -> None:
    (bundle / NOTEBOOK).write_bytes(UNIT.release_notebook.read_bytes())
    public = load_cases(ROOT / f"unrolled/checks/cases/{UNIT.slug}.npz")
    save_cases(bundle / "public.npz", public)
    example = np.asarray(public["lstm_cell_forward/example"].inputs["xt"])
    (bundle / "example.txt").write_text(f"{example}\n{example.tolist()}\n")
    (bundle / "checks.py").write_text((ROOT / "unrolled/checks/rnn_step_by_step.py").read_text())
    assert leaks_in(bundle, secrets) == []


def test_a_leak_is_one_line_however_often_it_shows(bundle: Path, secrets: Secrets) -> None:
    (bundle / "twice.py").write_text(f"{ANSWER}\n\n{ANSWER}")
    lines = [str(leak) for leak in leaks_in(bundle, secrets)]
    assert len(lines) == len(set(lines)) and sum(SOLUTION in line for line in lines) == 1, lines
    assert isinstance(leaks_in(bundle, secrets)[0], Leak)
