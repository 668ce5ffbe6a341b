"""What students get: from an allow-list, the same bytes every time, whole or not at all, and clean."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.bundling.bundle import MANIFEST, NoPlace, Refused, fill, release
from autograder.bundling.contents import strangers, wheel_files
from autograder.course.known_answers import worked_answers
from autograder.course.root import ROOT
from autograder.course.units import all_units, find_unit

UNIT = find_unit("01_rnn_step_by_step")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "release", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real one, by the command, which refuses it where it would give anything away."""
    folder = tmp_path_factory.mktemp("release") / "unrolled"
    done = command("--to", str(folder), "--zip")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none of them gives anything away" in done.stdout
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one unit and one set of data, to be spoilt."""
    root = tmp_path_factory.mktemp("small")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CC-BY-4.0", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    slug, name = UNIT.slug, UNIT.slug[3:]
    leave = shutil.ignore_patterns("__pycache__", "*.npz")
    shutil.copytree(ROOT / "unrolled", root / "unrolled", ignore=leave)
    for folder in (f"solutions/{slug}", f"assignments/{slug}", "data/dinosaurs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave)
    for path in (f"graders/test_{slug}.py", f"oracles/{name}.py", f"answers/{slug}.py", f"references/{slug}.npz"):
        (root / "autograder" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "autograder" / path, root / "autograder" / path)
    return root


@pytest.fixture(scope="module")
def made(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the small checkout."""
    return release(tmp_path_factory.mktemp("made") / "to", small).folder


# The real bundle


def test_a_bundle_holds_notebooks_a_wheel_a_page_and_nothing_else(bundle: Path) -> None:
    wheel = next(bundle.glob("*.whl"))
    expected = {"README.html", "environment.yml", "constraints.txt", "LICENSE", "LICENSE-CC-BY-4.0"}
    expected |= {MANIFEST, wheel.name}
    expected |= {f"{unit.slug}.ipynb" for unit in all_units()}
    assert set(contents(bundle)) == expected
    for unit in all_units():
        assert (bundle / f"{unit.slug}.ipynb").read_bytes() == unit.release_notebook.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert len(held) == len(wheel_files(ROOT)) > 200
    assert {name for name in held if not name.startswith("unrolled/")} == set()
    assert not {name for name in held if {"solutions", "autograder", "graders", "tests"} & set(Path(name).parts)}


def test_its_files_are_listed_and_the_zip_holds_the_same(bundle: Path) -> None:
    lines = (bundle / MANIFEST).read_text().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = contents(bundle)
    assert listed == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != MANIFEST}
    with zipfile.ZipFile(bundle.with_name("unrolled.zip")) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"unrolled/{name}": data for name, data in files.items()
        }
    assert [path.name for path in sorted(bundle.parent.iterdir())] == ["unrolled", "unrolled.zip"], "nothing left over"
    assert {oct(path.stat().st_mode & 0o777) for path in bundle.iterdir()} == {"0o644"}


def test_it_is_the_same_when_it_is_made_again(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    (tmp_path / "again").mkdir(mode=0o700)
    fill(tmp_path / "again", tmp_path / "elsewhere" / "workshop")
    assert contents(tmp_path / "again") == {name: data for name, data in contents(bundle).items() if name != MANIFEST}


@pytest.mark.parametrize("what", ["a file of mine", "a changed notebook", "a file", "a link"])
def test_a_folder_that_holds_something_else_stays_as_it_is(bundle: Path, tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    if what == "a file":
        place.write_text("mine")
    elif what == "a link":
        place.symlink_to(bundle)
    else:
        shutil.copytree(bundle, place)
        (place / ("notes.txt" if what == "a file of mine" else f"{UNIT.slug}.ipynb")).write_text("mine")
    before = contents(place)
    with pytest.raises(NoPlace, match="name another") as refused:
        release(place)
    assert "\n" not in str(refused.value) and contents(place) == before


def test_a_place_that_will_not_do_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = command("--to", str(tmp_path))
    assert done.returncode == 2 and done.stderr.startswith("release: ") and done.stderr.count("\n") == 1, done.stderr


# A checkout that is not fit


def test_a_leak_is_told_with_its_place_and_nothing_is_put_there(small: Path, tmp_path: Path) -> None:
    spoilt = small / "unrolled" / "plots" / "extra.py"
    spoilt.write_text(worked_answers(UNIT)["gru_cell_forward"])
    try:
        with pytest.raises(Refused) as refused:
            release(tmp_path / "to", small, zipped=True)
    finally:
        spoilt.unlink()
    (line,) = refused.value.problems
    assert ".whl › unrolled/plots/extra.py, line " in line and "the worked answer to gru_cell_forward" in line
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_takes_the_place_of_one_that_nobody_changed(small: Path, made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "to")
    (small / "README.md").write_text("# Another text\n")
    release(tmp_path / "to", small)
    before, after = contents(made), contents(tmp_path / "to")
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {MANIFEST, next(made.glob("*.whl")).name}, "its description is the page README.md"
    (tmp_path / "to" / f"{UNIT.slug}.ipynb").write_text("{}")
    with pytest.raises(NoPlace, match=f"{UNIT.slug}.ipynb"):
        release(tmp_path / "to", small)
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


def test_what_stood_there_stays_when_the_new_one_cannot_be_moved(
    small: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "to")
    moves: list[str] = []
    really = os.rename

    def rename(source: Path, target: Path) -> None:
        moves.append(f"{Path(source).name} → {Path(target).name}")
        if len(moves) == 2:
            raise OSError(28, "No space left on device", str(target))
        really(source, target)

    monkeypatch.setattr("autograder.bundling.bundle.os.rename", rename)
    with pytest.raises(OSError, match="No space left"):
        release(tmp_path / "to", small)
    assert moves == ["to → before", "to → to", "before → to"]
    assert contents(tmp_path / "to") == contents(made) and [path.name for path in tmp_path.iterdir()] == ["to"]


def test_only_what_is_on_the_list_is_taken(small: Path) -> None:
    odd = ["unrolled/plots/notes.md", "data/dinosaurs/answers.pkl", "assignments/extra.ipynb", "unrolled/solutions.npz"]
    for name in odd:
        (small / name).write_text("x")
    (small / "unrolled/link.py").symlink_to(small / "README.md")
    for name in ("unrolled/.swap.py", "data/dinosaurs/.ipynb_checkpoints/a.txt", "unrolled/__pycache__/a.pyc"):
        (small / name).parent.mkdir(exist_ok=True)
        (small / name).write_text("x")
    told = [line.partition(":")[0] for line in strangers(small)]
    assert sorted(told) == sorted([*odd, "unrolled/link.py"])
    assert not {*odd, "unrolled/link.py"} & set(wheel_files(small))
    assert not [name for name in wheel_files(small) if "/." in name or "__pycache__" in name]
    with pytest.raises(Refused, match="answers.pkl: not on the list"):
        fill(small.parent / "never", small.parent / "workshop", small)
    for name in (*odd, "unrolled/link.py"):
        (small / name).unlink()


def test_a_stale_notebook_is_not_handed_out(small: Path, tmp_path: Path) -> None:
    notebook = small / f"assignments/{UNIT.slug}/{UNIT.slug}.ipynb"
    right = notebook.read_bytes()
    notebook.write_bytes(right.replace(b"hidden state", b"secret state", 1))
    try:
        with pytest.raises(Refused, match="stale"):
            release(tmp_path / "to", small)
    finally:
        notebook.write_bytes(right)
    assert not (tmp_path / "to").exists()
