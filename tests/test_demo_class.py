"""The demo class, made and graded by the real commands: every submission gets what it honestly deserves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.classmates.sheets import Classmate, Sheet
from autograder.commands.classroom import classmates_of, make_class
from autograder.course.units import Unit, all_units, find_unit, grade_id, marks
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.nbgrader_settings import CONFIG, LINES
from autograder.sandbox import confine

pytestmark = [
    pytest.mark.timeout(1800),  # endless loops take their time, and a busy machine more
    pytest.mark.skipif(confine.available() is not None, reason=f"grading needs the lockdown: {confine.available()}"),
]
UNIT = find_unit("01_rnn_step_by_step")
BESIDE_STOCK = (
    "perfect",
    "softmax_axis",
    "untouched",
    "deleted_cells",
    "copied_cells",
    "old_format",
    "not_json",
    "warnings",
)
Grades = dict[str, dict[str, tuple[float | None, bool]]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "course"
    run(Path.cwd(), sys.executable, "-m", "autograder", "classroom", str(folder))
    command = ("-m", "autograder", "grade", UNIT.slug, "--course", str(folder), "--json", str(folder / "verdicts.json"))
    assert "Formgrader" in run(Path.cwd(), sys.executable, *command)
    return folder


def run(folder: Path, *command: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


@pytest.fixture(scope="module")
def verdicts(course: Path) -> dict[str, Verdict]:
    return {entry["submission"]: as_verdict(entry) for entry in json.loads((course / "verdicts.json").read_text())}


def as_verdict(entry: dict) -> Verdict:
    fields = {name: value for name, value in entry.items() if name not in ("score", "max_score", "exercises")}
    return Verdict(**fields, exercises=tuple(ExerciseVerdict(**exercise) for exercise in entry["exercises"]))


def grades(course: Path) -> Grades:
    """What the gradebook holds: student -> cell -> (automatic score, waits for a person)."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "demo") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.assignment_submissions(UNIT.slug)
        }


@pytest.mark.parametrize("classmate", classmates_of(UNIT), ids=lambda classmate: classmate.name)
def test_everyone_gets_what_they_deserve(classmate: Classmate, verdicts: dict[str, Verdict]) -> None:
    assert classmate.deserves(Sheet(UNIT)).objections(verdicts[classmate.name]) == []


def test_the_class_is_complete(verdicts: dict[str, Verdict]) -> None:
    names = [classmate.name for classmate in classmates_of(UNIT)]
    assert len(set(names)) == len(names) >= 20
    assert set(verdicts) == set(names)


def test_the_solution_is_full_and_the_release_not_attempted(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["perfect"].score == verdicts["perfect"].max_score == 92
    assert {exercise.outcome for exercise in verdicts["untouched"].exercises} == {"not attempted"}


def test_the_gradebook_holds_every_verdict_point_by_point(course: Path, verdicts: dict[str, Verdict]) -> None:
    recorded = grades(course)
    assert set(recorded) == set(verdicts)
    for student, verdict in verdicts.items():
        got = {name: score for name, (score, _) in recorded[student].items() if name.startswith("check_")}
        assert got == {f"check_{exercise.id}": exercise.score for exercise in verdict.exercises}, student
    answers = [answer.id for answer in UNIT.answers]
    assert all(recorded["perfect"][answer] == (None, True) for answer in answers)
    assert all(recorded["untouched"][answer] == (0, False) for answer in answers)


def test_everyone_has_a_notebook_and_a_page_that_gives_nothing_away(course: Path, verdicts: dict[str, Verdict]) -> None:
    secrets = secret_lines(UNIT)
    for student in verdicts:
        notebook = course / "autograded" / student / UNIT.slug / f"{UNIT.slug}.ipynb"
        page = course / "feedback" / student / UNIT.slug / f"{UNIT.slug}.html"
        nbformat.validate(nbformat.read(notebook, as_version=4))
        shown = page.read_text()
        assert "<!DOCTYPE html>" in shown
        assert not [line for line in secrets if line in shown], student
        if student == "page_script":
            assert not BeautifulSoup(shown, "html.parser").find_all(onerror=True)
            assert "<script>\nfetch" not in shown


def secret_lines(unit: Unit) -> list[str]:
    """Lines of the hidden grader that no page may show."""
    lines = (line.strip() for line in unit.grader.read_text().splitlines())
    return [line for line in lines if len(line) > 30 and line.startswith(("assert", "agree", "references", "def test"))]


def test_plain_nbgrader_gives_the_same_scores(course: Path, tmp_path: Path) -> None:
    """``nbgrader autograde`` and ``nbgrader generate_feedback`` on the same submissions, with the course's secret, in a
    folder that nbgrader's quickstart has made and that has the two lines of ours.
    """
    run(tmp_path, "nbgrader", "quickstart", "demo")
    tmp_path = tmp_path / "demo"
    with open(tmp_path / CONFIG, "a") as settings:
        settings.write(LINES)
    for name in BESIDE_STOCK:
        shutil.copytree(course / "submitted" / name, tmp_path / "submitted" / name)
    (tmp_path / ".unrolled").mkdir()
    shutil.copy(course / ".unrolled" / "secret", tmp_path / ".unrolled" / "secret")
    run(tmp_path, "nbgrader", "autograde", UNIT.slug)
    run(tmp_path, "nbgrader", "generate_feedback", UNIT.slug)
    ours = grades(course)
    assert grades(tmp_path) == {name: ours[name] for name in BESIDE_STOCK}
    assert len(list(tmp_path.glob("feedback/*/*/*.html"))) == len(BESIDE_STOCK)
    for name in BESIDE_STOCK:
        stock, own = (outputs(folder / "autograded" / name / UNIT.slug) for folder in (tmp_path, course))
        assert stock == own, name


def outputs(folder: Path) -> dict[str, str]:
    """What the check cells of an autograded notebook show."""
    notebook = nbformat.read(folder / f"{UNIT.slug}.ipynb", as_version=4)
    checks = [cell for cell in notebook.cells if marks(cell).get("grade") and cell.cell_type == "code"]
    return {grade_id(cell): json.dumps(cell.outputs) for cell in checks}


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_every_unit_has_a_class(unit: Unit, tmp_path: Path) -> None:
    names = make_class(tmp_path, unit)
    assert len(names) >= 20
    assert len(list(tmp_path.glob(f"submitted/*/{unit.slug}/*"))) == len(names)
