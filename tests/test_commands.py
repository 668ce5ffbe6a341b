"""Hints, progress, reset, solutions and the hidden cases, as they are typed in a student's folder."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from right_answers import RIGHT
from typer.testing import CliRunner, Result

from unrolled import documents, notebooks
from unrolled.cli import app
from unrolled.running.notebook import import_checks
from unrolled.terminal import all_cases, memory, naming, reset, solution

SLUG, LATER = "01_rnn_step_by_step", "02_dinosaur_names"
RELEASE = notebooks.find_release(SLUG)
ANSWER = next(part for part in RIGHT.split("\n\n") if part.startswith("def rnn_cell_forward("))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder with an untouched notebook of unit 01."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copy(RELEASE.path, tmp_path)
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


def change(path: Path, grade_id: str, **values: Any) -> None:
    """Change one cell of a notebook as another program would."""
    document = json.loads(path.read_text())
    (cell,) = [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    cell.update(values)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


# Hints


def test_hints_come_one_after_the_other_and_the_place_is_kept_in_the_folder(folder: Path) -> None:
    hints = RELEASE.hints("rnn_forward")
    assert len(hints) == 3
    said = [typed("hint", "rnn_forward").stdout for _ in range(4)]
    assert [re.search(r"\((\d) of 3\)", text)[1] for text in said] == ["1", "2", "3", "3"]  # type: ignore[index]
    assert "the last hint" in said[2]
    assert "(3 of 3)" in typed("hint", "rnn_forward", "--again").stdout
    assert "(1 of 3)" in typed("hint", "lstm_forward").stdout
    assert json.loads((folder / ".unrolled.json").read_text())["hints"][SLUG] == {"rnn_forward": 3, "lstm_forward": 1}


def test_every_exercise_has_three_hints_and_a_check() -> None:
    for release in notebooks.releases():
        checks = import_checks(f"unrolled.checks.{release.slug[3:]}")
        assert [check.exercise for check in checks] == list(release.points_of)
        for exercise in release.points_of:
            hints = release.hints(exercise)
            assert len(hints) == 3 and all(title and text for title, text in hints), (release.slug, exercise)


BROKEN = [b"", b"{", b"[1]", b'{"hints": 3}', b'{"hints": {"x": {"y": "z"}}}', b"\xff", b"[" * 99999]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_memory_is_no_memory(folder: Path, content: bytes) -> None:
    (folder / ".unrolled.json").write_bytes(content)
    assert "(1 of 3)" in typed("hint", "rnn_forward").stdout
    assert "(2 of 3)" in typed("hint", "rnn_forward").stdout


def test_a_folder_that_cannot_be_written_still_gives_hints(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(memory, "write_whole", refuse)
    result = typed("hint", "rnn_forward")
    assert result.exit_code == 0 and "(1 of 3)" in result.stdout and "cannot be written" in result.stdout


def test_an_exercise_is_found_across_units_and_what_is_unclear_is_said(folder: Path) -> None:
    assert "Did you mean rnn_forward?" in typed("hint", "rnn_foward").stderr
    shared = typed("hint", "build_vocabulary")  # two units have one, and neither is here
    assert shared.exit_code == 2 and f"{LATER} and 04_named_entities have an exercise" in shared.stderr
    assert "(1 of 3)" in typed("hint", "build_vocabulary", "--unit", "4").stdout
    typed("start", "2")
    assert "(1 of 3)" in typed("hint", "build_vocabulary").stdout  # the one in this folder is meant
    turned = typed("check", "rnn_forward")
    assert turned.exit_code == 2 and f"rnn_forward is an exercise of {SLUG}: say the unit first" in turned.stderr
    far = typed("reset", "to_midi")
    assert far.exit_code == 2 and "`unrolled start 03_jazz_solo` copies it here" in far.stderr


# Reset


def test_reset_puts_the_stub_back_and_keeps_the_answer_and_every_other_byte(folder: Path) -> None:
    path = folder / f"{SLUG}.ipynb"
    output = [{"output_type": "stream", "name": "stdout", "text": ["one \u2028 two\n"]}]
    change(path, "rnn_forward", outputs=output, execution_count=3)
    text = path.read_text().replace('"rnn_forward"', '"rnn_\\u0066orward"')  # as no program of ours would write it
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    before = path.read_bytes()
    stub_span = documents.spans_of_cell(before.decode("utf-8-sig"), RELEASE.answer_cell("rnn_cell_forward").place)
    start, end = stub_span["source"]
    mine = json.dumps(ANSWER.splitlines(keepends=True), ensure_ascii=False)
    decoded = before.decode("utf-8-sig")
    answered = (b"\xef\xbb\xbf") + (decoded[:start] + mine + decoded[end:]).encode()
    path.write_bytes(answered)

    result = typed("reset", "rnn_cell_forward")
    assert result.exit_code == 0 and "The old answer is in rnn_cell_forward." in result.stdout
    (kept,) = folder.glob("rnn_cell_forward.*.py")
    assert kept.read_text() == ANSWER.rstrip("\n") + "\n"
    assert path.read_bytes() == before
    again = typed("reset", "rnn_cell_forward")
    assert again.exit_code == 1 and "is the untouched stub already" in again.stderr
    assert path.read_bytes() == before and len(list(folder.glob("*.py"))) == 1


def test_reset_brings_a_cell_back_that_is_gone(folder: Path) -> None:
    path = folder / f"{SLUG}.ipynb"
    whole = documents.read(path)
    document = json.loads(path.read_text())
    document["cells"] = [cell for cell in document["cells"] if cell["id"] != "lstm_forward"]
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False))
    result = typed("reset", "lstm_forward")
    assert result.exit_code == 0 and "which was gone, is back" in result.stdout and not list(folder.glob("*.py"))
    assert documents.read(path).cells == whole.cells


def test_two_resets_within_a_second_keep_both_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reset.time, "strftime", lambda form: "2030-01-02-030405")
    for answer in ("def rnn_forward(): first", "def rnn_forward(): second"):
        change(folder / f"{SLUG}.ipynb", "rnn_forward", source=answer)
        assert typed("reset", "rnn_forward").exit_code == 0
    kept = sorted(folder.glob("rnn_forward.2030*.py"))
    assert [path.read_text() for path in kept] == ["def rnn_forward(): second\n", "def rnn_forward(): first\n"]


@pytest.mark.parametrize("stage", ["answer", "notebook", "meanwhile"])
def test_a_reset_that_fails_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    path = folder / f"{SLUG}.ipynb"
    change(path, "rnn_forward", source="def rnn_forward(): mine")
    before = path.read_bytes()
    real = os.fsync
    calls = iter(["answer", "notebook"])

    def full(number: int) -> None:
        if next(calls) == stage:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if stage == "meanwhile":
            path.write_bytes(before + b" ")
        real(number)

    monkeypatch.setattr(os, "fsync", full)
    result = typed("reset", "rnn_forward")
    assert result.exit_code in (1, 2)
    assert ("saved by another program" if stage == "meanwhile" else "No space left on device") in result.stderr
    assert [item.name for item in folder.iterdir()] == [path.name]
    assert path.read_bytes() == before + (b" " if stage == "meanwhile" else b"")


def test_reset_keeps_a_link_a_link_and_leaves_what_is_read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / f"{SLUG}.ipynb"
    change(path, "rnn_forward", source="def rnn_forward(): mine")
    path.chmod(0o640)
    (folder / "work").mkdir()
    path.rename(folder / "work" / "real.ipynb")
    path.symlink_to(Path("work") / "real.ipynb")
    assert typed("reset", "rnn_forward").exit_code == 0
    assert path.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o640
    monkeypatch.setattr(os, "access", lambda *args: False)
    result = typed("reset", "rnn_forward")
    assert result.exit_code == 1 and "read-only" in result.stderr


# Solutions


def test_a_solution_is_shown_once_ones_own_was_tried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / f"{SLUG}.ipynb"
    untouched = typed("solution", "rnn_cell_forward")
    assert untouched.exit_code == 1 and "is not attempted yet" in untouched.stderr
    change(path, "rnn_cell_forward", source=ANSWER + "\n# not yet\n")
    unrun = typed("solution", "rnn_cell_forward")
    assert unrun.exit_code == 1 and f"unrolled check {SLUG} rnn_cell_forward" in unrun.stderr
    assert typed("check", SLUG, "rnn_cell_forward").exit_code == 0
    shown = typed("solution", "rnn_cell_forward")
    assert shown.exit_code == 0 and "SOLUTION" not in shown.stdout
    names: dict[str, Any] = {}
    exec(shown.stdout, names)  # the code as it stands: nothing is wrapped
    assert callable(names["rnn_cell_forward"])
    change(path, "rnn_forward", source="def rnn_forward(): mine", execution_count=4)  # was run in Jupyter
    assert typed("solution", "rnn_forward").exit_code == 0
    monkeypatch.setattr(solution, "FOLDER", folder / "nowhere")
    installed = typed("solution", "rnn_cell_forward")
    assert installed.exit_code == 1 and "do not come with the package" in installed.stderr


# Progress


def test_progress_counts_points_written_answers_and_says_what_is_next(folder: Path) -> None:
    path = folder / f"{SLUG}.ipynb"
    (folder / LATER).mkdir()
    shutil.copy(notebooks.find_release(LATER).path, folder / LATER)
    (folder / "03_jazz_solo.ipynb").write_text("{")
    change(path, "rnn_cell_forward", source=ANSWER)
    written = RELEASE.written_answers[0]
    change(path, written.mark["grade_id"], source=written.source.replace("*Your answer goes here", "My answer. *"))
    result = typed("progress")
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in result.stdout.splitlines() if line.strip()}
    assert rows[SLUG] == "1 of 12 7 of 92 1 of 2"
    assert rows[LATER].startswith("0 of ") and rows["03_jazz_solo.ipynb"].startswith("ends in the middle")
    other = RELEASE.written_answers[1].mark
    assert f"Written answers still empty in {SLUG}: {other['grade_id']} ({other['points']})" in result.stdout
    assert f"Next: rnn_forward in {SLUG} (7 points), not attempted." in result.stdout

    known = json.loads((folder / ".unrolled.json").read_text())["checked"][SLUG]
    assert known["code"] == memory.fingerprint(documents.read(path))
    assert known["outcomes"]["rnn_cell_forward"] == "correct"
    change(path, "rnn_cell_forward", source=ANSWER.replace("np.tanh", "np.sinh"))
    assert "7 of 92" not in typed("progress").stdout  # other code: what was known of it no longer counts


def test_progress_in_an_empty_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed("progress").exit_code == 2 and naming.works_here() == []


# The hidden cases


def test_all_cases_are_those_of_grading_and_need_a_checkout(folder: Path, monkeypatch, capfd) -> None:
    change(folder / f"{SLUG}.ipynb", "rnn_cell_forward", source=ANSWER.replace('p["by"]', '0 * p["by"]'))
    result = typed("check", "1", "--all-cases")
    told = capfd.readouterr().out
    assert result.exit_code == 1
    assert "/92" in told and "incorrect: rnn_cell_forward (" in result.stdout and " of 7 points)" in result.stdout
    assert typed("check", "1", "rnn_forward", "--all-cases").exit_code == 2
    monkeypatch.setattr(all_cases, "find_spec", lambda name: None)
    alone = typed("check", "1", "--all-cases")
    assert alone.exit_code == 1 and "needs a checkout" in alone.stderr
