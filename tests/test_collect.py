"""``python -m autograder collect``: what Canvas and Moodle give, and whatever else a zip file may be."""

from __future__ import annotations

import io
import shutil
import stat
import time
import zipfile
from pathlib import Path

import pytest
from lms_archives import AFTERNOON, canvas, moodle, write_zip
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.course.units import find_unit
from autograder.gradebook.collecting import archive

RNN, DATES = "01_rnn_step_by_step", "05_date_translation"
RELEASE = {slug: find_unit(slug).release_notebook.read_bytes() for slug in (RNN, DATES)}
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5  # 175 letters
PEOPLE = f'''id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,101
jons,Jöns Jacob,O'Håra-Berzelius,,102
long,Hubert,{LONG},,103
twin1,Kim,Lee,,
twin2,Kim,Lee,,106
"quote ""q""",Q,"de la ""Quote""",,107
'''


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    (folder / "list.csv").write_text(PEOPLE, encoding="utf-8")
    run("course", folder / "class", "--roster", folder / "list.csv")
    return folder / "class"


@pytest.fixture
def course(begun: Path, tmp_path: Path) -> Path:
    """A class with a roster that nobody has handed in to."""
    return Path(shutil.copytree(begun, tmp_path / "class"))


def run(*words: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def collect(course: Path, files: dict[str, bytes], *more: object, status: int = 0, when: tuple = AFTERNOON) -> str:
    path = write_zip(course.parent / "handed in.zip", files, when)
    return run("collect", path, "--course", course, *more, status=status)


def placed(course: Path) -> dict[str, bytes]:
    """Every notebook in place, by student and unit."""
    found = (course / "submitted").glob("*/*/*.ipynb")
    return {f"{path.parts[-3]}/{path.parts[-2]}": path.read_bytes() for path in found}


def everything(course: Path) -> dict[str, bytes]:
    return {str(path.relative_to(course)): path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_canvas_and_moodle_are_placed_by_number_or_name_and_by_what_is_in_the_notebook(course: Path) -> None:
    files = {
        canvas("Lovelace, Ada", 101, "01_rnn_step_by_step-2.ipynb", late=True): RELEASE[RNN],
        canvas("Somebody, Else", 102, "wrong name.ipynb"): RELEASE[DATES],  # the number counts
        canvas(f"{LONG}, Hubert", 999, "x.ipynb"): RELEASE[RNN],
        canvas('de la "Quote", Q', 998, "x.ipynb"): RELEASE[RNN],
        "__MACOSX/._x": b"",
    }
    said = collect(course, files)
    assert f"{RNN}: 3 placed" in said and f"{DATES}: 1 placed" in said
    assert placed(course) == {
        f"ada/{RNN}": RELEASE[RNN],
        f"jons/{DATES}": RELEASE[DATES],
        f"long/{RNN}": RELEASE[RNN],
        f'quote "q"/{RNN}': RELEASE[RNN],
    }
    there = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.mktime((*AFTERNOON, 0, 0, -1))))
    assert (course / f"submitted/ada/{RNN}/timestamp.txt").read_text() == there
    said = collect(
        course,
        {
            moodle("Jöns Jacob O'Håra-Berzelius", 7, "notebook.ipynb"): RELEASE[RNN],
            moodle("Jöns Jacob O'Håra-Berzelius", 7, "parts/cell.py"): b"x = 1",
            moodle("Jöns Jacob O'Håra-Berzelius", 7, "timestamp.txt"): b"1999-01-01 00:00:00 UTC",  # not theirs to say
            moodle("Ada Lovelace", 8, "Untitled.ipynb"): RELEASE[DATES],
        },
        when=(1980, 1, 1, 0, 0, 0),
    )
    assert f"{RNN}: 1 placed" in said and f"{DATES}: 1 placed" in said
    folder = course / f"submitted/jons/{RNN}"
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [f"{RNN}.ipynb", "cell.py"]


def test_a_later_hand_in_replaces_an_earlier_one_which_is_kept_and_twice_changes_nothing(course: Path) -> None:
    name = canvas("Lovelace, Ada", 101, "a.ipynb")
    newer = RELEASE[RNN].replace(b"NotImplementedError", b"RuntimeError")
    collect(course, {name: RELEASE[RNN]})
    before = everything(course)
    assert "1 as they were" in collect(course, {name: RELEASE[RNN]}, when=(2030, 1, 16, 9, 0, 0))
    assert everything(course) == before
    assert "1 replaced" in collect(course, {name: newer}, when=(2030, 1, 16, 9, 0, 0))
    assert placed(course) == {f"ada/{RNN}": newer}
    assert (course / f".unrolled/earlier/{RNN}/ada/1/{RNN}.ipynb").read_bytes() == RELEASE[RNN]
    assert "1 older" in collect(course, {name: RELEASE[RNN]})
    assert placed(course) == {f"ada/{RNN}": newer}
    assert not list((course / ".unrolled").glob("draft-*"))


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, AFTERNOON)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def test_whatever_is_wrong_is_named_and_the_rest_is_placed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_MEMBER", 2 << 20)
    wrong: dict[str | zipfile.ZipInfo, tuple[bytes, str]] = {
        canvas("Nobody, Known", 555, "x.ipynb"): (RELEASE[RNN], "nobody in the roster is"),
        moodle("Kim Lee", 5, "x.ipynb"): (RELEASE[RNN], "may be twin1 or twin2"),
        "my notebook.ipynb": (RELEASE[RNN], "none that Canvas or Moodle gives"),
        canvas("a", 102, "../../up.ipynb"): (RELEASE[RNN], "leads out"),
        moodle("Ada Lovelace", 5, "../../../up.ipynb"): (RELEASE[RNN], "leads out"),
        moodle("Ada Lovelace", 5, "..\\up.ipynb"): (RELEASE[RNN], "leads out"),
        "/etc/" + canvas("a", 101, "abs.ipynb"): (RELEASE[RNN], "absolute"),
        moodle("Ada Lovelace", 5, "bomb.ipynb"): (bytes(50 << 20), "more than 2 MB"),
        special(moodle("Ada Lovelace", 5, "link.ipynb"), stat.S_IFLNK | 0o777): (b"/etc/passwd", "a link"),
        special(moodle("Ada Lovelace", 5, "pipe.ipynb"), stat.S_IFIFO | 0o666): (b"", "no plain file"),
        moodle("Ada Lovelace", 5, "bell\a.ipynb"): (RELEASE[RNN], "no screen can show"),
        moodle("Ada Lovelace", 5, "recipe.ipynb"): (b'{"cells": []}', "nothing in it is of a unit"),
        canvas("x", 102, "report.pdf"): (b"%PDF", "there is no notebook, but report.pdf"),
        canvas("x", 103, "one.ipynb"): (RELEASE[RNN], "2 notebooks of"),
    }
    path = course.parent / "odd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, (content, _) in wrong.items():
            file.writestr(name, content)
        file.writestr(canvas("x", 103, "two.ipynb"), RELEASE[RNN] + b" ")
        file.writestr(canvas("x", 107, "good.ipynb"), RELEASE[RNN])
    said = run("collect", path, "--course", course, status=1)
    told = [line for line in said.splitlines() if line.startswith("not placed: ")]
    assert len(told) == len(wrong), said
    for name, (_, why) in wrong.items():
        shown = (name if isinstance(name, str) else name.filename).replace("\a", "\\x07")
        assert any(line.startswith(f"not placed: {shown}: ") and why in line for line in told), (shown, why, said)
    assert placed(course) == {f'quote "q"/{RNN}': RELEASE[RNN]}
    assert not list(course.parent.rglob("up.ipynb"))


def test_damaged_and_encrypted_members_cost_nobody_else_anything(course: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in (101, 102, 103):
            file.writestr(canvas("x", number, "a.ipynb"), RELEASE[RNN] + b" " * number)
    content = bytearray(buffer.getvalue())
    damaged = content.index(RELEASE[RNN] + b" " * 101) + 5_000
    content[damaged] ^= 0xFF
    flags = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4) + 8
    content[flags] |= 1  # of the second member, in the directory
    path = course.parent / "damaged.zip"
    path.write_bytes(content)
    said = run("collect", path, "--course", course, status=1)
    assert "x_101_70101_a.ipynb: it is damaged" in said and "x_102_70102_a.ipynb: it is encrypted" in said
    assert set(placed(course)) == {f"long/{RNN}"}


def test_names_of_old_packers_and_a_folder_around_all(course: Path) -> None:
    name = moodle("Jöns Jacob O'Håra-Berzelius", 3, "Lösung.ipynb")
    members = {f"Unit 1/{name}": RELEASE[RNN], "Unit 1/x_101_1_a.ipynb": RELEASE[RNN]}
    path = write_zip(course.parent / "old.zip", members)
    content = path.read_bytes().replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")  # UTF-8, and nobody says so
    path.write_bytes(content)
    assert f"{RNN}: 2 placed" in run("collect", path, "--course", course)
    assert set(placed(course)) == {f"jons/{RNN}", f"ada/{RNN}"}


def test_a_file_name_of_a_students_names_no_other_student(course: Path) -> None:
    claims = "Jöns Jacob O'Håra-Berzelius_1_assignsubmission_file_x.ipynb"
    collect(course, {f"Ada Lovelace_5_assignsubmission_file_{claims}": RELEASE[RNN]})
    collect(course, {canvas("x", 103, f"x_102_9_{claims}"): RELEASE[RNN]})
    assert set(placed(course)) == {f"ada/{RNN}", f"long/{RNN}"}


def test_one_unit_alone_and_what_is_not_recognised(course: Path) -> None:
    files = {
        canvas("x", 101, "a.ipynb"): RELEASE[DATES],
        canvas("x", 102, "b.ipynb"): b"not even a notebook",
        canvas("x", 103, "c.ipynb"): RELEASE[RNN][: len(RELEASE[RNN]) // 2],  # cut off
    }
    said = collect(course, files, "--unit", RNN, status=1)
    assert f"it is a notebook of {DATES}, not of {RNN}" in said
    assert set(placed(course)) == {f"jons/{RNN}", f"long/{RNN}"}


def test_wrong_use_is_one_line_that_says_what_to_do(course: Path, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "bare").mkdir()
    good = write_zip(tmp_path / "good.zip", {})
    for words, says in [
        (("nowhere.zip", "--course", course), "is not there"),
        ((tmp_path, "--course", course), "give the zip file itself"),
        ((tmp_path / "no.zip", "--course", course), "download it again"),
        ((good, "--course", tmp_path / "nowhere"), "autograder course"),
        ((good, "--course", tmp_path / "bare"), "has no roster yet"),
        ((good, "--course", course, "--unit", "01_rnn_step_by_stop"), "Did you mean"),
    ]:
        said = run("collect", *words, status=2).strip()
        assert says in said and len(said.splitlines()) == 1, said
    assert not list((tmp_path / "bare").iterdir())


def test_a_link_in_the_class_folder_is_not_followed(course: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (course / "submitted" / "ada").symlink_to(tmp_path / "elsewhere")
    assert "goes through a link" in collect(course, {canvas("x", 101, "a.ipynb"): RELEASE[RNN]}, status=1)
    assert not list((tmp_path / "elsewhere").iterdir())
