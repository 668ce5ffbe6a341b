"""A graded class for other programs: every number read back and compared with nbgrader's gradebook."""

from __future__ import annotations

import ast
import copy
import csv
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from sample_course import SLUG, write_course
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.authoring.build import build
from autograder.course import units
from autograder.course.root import ROOT
from autograder.course.units import Unit, find_unit, grade_id
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.exports.platforms import MoodleExporter, as_csv
from autograder.gradebook.course_folder import Course
from autograder.gradebook.engine import Graded
from autograder.gradebook.ledger import Ledger
from autograder.judging.submissions import Submission

LONG = "Ferdinanda-Maximiliane " * 7 + "y Castañeda"
ROSTER = {  # folder: last name, first name, number on the platform
    "ada": ("Lovelace", "Ada", "17"),
    "=1+cmd": ("=HYPERLINK(1)", "Eve", ""),
    "late": ('O"Brien, jr', "Zoë\nMarie", "18"),
    "waits": ("Ünal", "Çelik", "19"),
    LONG: ("", "", ""),
    "absent": ("Doe", "Jo", "20"),
}


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    root = tmp_path_factory.mktemp("sample")
    write_course(root)
    assert not build(root).problems
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "find_unit", lambda slug, _=root: Unit(slug, root))
        yield find_unit(SLUG, root)


@pytest.fixture(scope="module")
def course(unit: Unit, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class in nbgrader's gradebook: one graded by hand, one late, one that waits for a person, one who is absent."""
    course = Course(tmp_path_factory.mktemp("class"))
    course.settle_settings()
    course.prepare(unit)
    ledger = Ledger.of(course.state, unit)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate="2030-01-15 12:00:00 UTC")
        for name, (last, first, number) in ROSTER.items():
            names = {"last_name": last, "first_name": first, "email": f"{first[:3]}@x.org"}
            gradebook.add_student(name, **names, lms_user_id=number)
    with open(course.folder / "nbgrader_config.py", "a") as settings:
        settings.write("\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n")
    course = Course(course.folder)
    for name in ROSTER:
        if name != "absent":
            submission, verdict = hand_in(course, unit, name), verdict_on(name)
            course.write(submission, Graded(unit, submission.read(SLUG), verdict))
            ledger.keep(name, "made by hand", verdict)
            ledger.mark_written(name, "now")
    with course.gradebook() as gradebook:
        by_hand = gradebook.find_grade("why_order", SLUG, SLUG, "ada")
        by_hand.manual_score, by_hand.needs_manual_grade = 8.5, False
        gradebook.find_grade("check_add", SLUG, SLUG, "ada").extra_credit = 1.25
        late = gradebook.find_submission(SLUG, "late")
        late.extension = timedelta(0)
        late.notebooks[0].late_submission_penalty = 12.5
        gradebook.db.commit()
    return course


def hand_in(course: Course, unit: Unit, student: str) -> Submission:
    notebook = copy.deepcopy(unit.release)
    for cell in notebook.cells:
        if grade_id(cell) == "why_order" and student in ("ada", "waits"):
            cell.source = "Addition commutes."
    mine = new_code_cell("%timeit 1\n  !ls\nmine = '''\n% not a magic that runs'''", id="mine")
    notebook.cells.append(mine)
    folder = course.path("submitted", student, unit)
    folder.mkdir(parents=True)
    (folder / f"{SLUG}.ipynb").write_text(nbformat.writes(notebook))
    return Submission(student, folder)


def verdict_on(student: str) -> Verdict:
    exercises = (
        ExerciseVerdict("add", "incorrect", 33.33, 40, ("the sum of <b>two</b> numbers is off",)),
        ExerciseVerdict("running_sum", "correct", 50, 50),
    )
    return Verdict(student, SLUG, "graded", 0.2, (), exercises, 5, ("a note on it",))


def counted(course: Course) -> dict[str, float]:
    """What counts, by nbgrader's own sums."""
    with Gradebook(course.directory.db_url) as gradebook:
        found = gradebook.assignment_submissions(SLUG)
        return {each.student.id: each.score - (each.late_submission_penalty or 0) for each in found}


def exported(course: Course, exporter: str, to: Path) -> tuple[list[list[str]], str]:
    """The lines of what nbgrader's own command writes, and what it says."""
    where = f"autograder.exports.platforms.{exporter}"
    command = [sys.executable, "-m", "nbgrader", "export", f"--exporter={where}", f"--to={to}"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=course.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with open(to, newline="", encoding="utf-8") as file:
        return list(csv.reader(file)), done.stderr


def test_canvas_takes_every_score_by_nbgraders_own_door(course: Course, tmp_path: Path) -> None:
    (head, worth, *rows), told = exported(course, "CanvasExporter", tmp_path / "canvas.csv")
    assert head == ["Student", "ID", "SIS Login ID", "Section", SLUG]
    assert worth == ["    Points Possible", "", "", "", "100"]
    held = {login.removeprefix("'"): score for _, _, login, _, score in rows}
    points = counted(course)
    assert points["ada"] == 33.33 + 50 + 8.5 + 1.25 and points["late"] == 33.33 + 50 - 12.5
    expected = {name: f"{points[name]:g}" if name in points else "" for name in ROSTER} | {"waits": ""}
    assert held == expected
    people = {login: (name, number) for name, number, login, _, _ in rows}
    assert people["ada"] == ("Lovelace, Ada", "17") and people["late"] == ('O"Brien, jr, Zoë Marie', "18")
    assert people["'=1+cmd"][0] == "'=HYPERLINK(1), Eve" and people[LONG][0] == LONG
    assert "1 wait for a person and have no grade in it yet: waits" in told
    assert "1 handed in nothing and have no grade in it: absent" in told


def test_moodle_takes_points_so_far_and_other_names_if_asked(
    course: Course, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = {"student": ["ada", "waits", "absent"], "columns": {SLUG: "Sums, in time"}, "partial": True}
    exporter = MoodleExporter(to=str(tmp_path / "moodle.csv"), log=logging.getLogger("export"), **chosen)
    with course.gradebook() as gradebook:
        exporter.export(gradebook)
    head, *rows = csv.reader((tmp_path / "moodle.csv").read_text().splitlines())
    assert head == ["Username", "ID number", "Email address", "Sums, in time"]
    points = counted(course)
    assert {row[0]: row[3] for row in rows} == {"ada": f"{points['ada']:g}", "waits": "83.33", "absent": ""}
    assert [row[:3] for row in rows if row[0] == "waits"] == [["waits", "19", "Çel@x.org"]]
    assert "have their points so far: waits" in caplog.text


def test_no_cell_is_a_formula_or_breaks_a_line() -> None:
    cells = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "a\nb", 'q"u,o', "a\u2028b", "plain"]
    (row,) = csv.reader(as_csv([cells]).splitlines())
    assert row == ["'=1", "'+1", "'-1", "'@x", "' =1", "' =1", "' =1", "a b", 'q"u,o', "a b", "plain"]


def said(*command: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, command)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


def test_gradescope_gets_a_file_for_each_who_waits_for_nobody(course: Course, tmp_path: Path) -> None:
    told = said("export", SLUG, "--as", "gradescope", "--course", course.folder, "--to", tmp_path / "all")
    assert "waits is not among them: 1 of its cells wait for a person" in told
    files = {path.parent.name: json.loads(path.read_text()) for path in (tmp_path / "all").glob("*/results.json")}
    points = counted(course)
    assert {name: each["score"] for name, each in files.items()} == {
        name: pytest.approx(points[name]) for name in points if name != "waits"
    }
    ada = {test["name"]: test for test in files["ada"]["tests"]}
    assert list(ada) == ["add", "running_sum", "why_order"]
    assert (ada["add"]["score"], ada["add"]["max_score"]) == (34.58, 40)
    assert ada["add"]["output"].splitlines() == ["incorrect", "the sum of <b>two</b> numbers is off"]
    assert ada["why_order"]["score"] == 8.5 and files["ada"]["output"] == "a note on it"
    assert "Being late costs 12.5 points." in files["late"]["output"]

    said("export", SLUG, "--as", "gradescope", "--course", course.folder, "--to", tmp_path / "so far", "--partial")
    waits = json.loads((tmp_path / "so far" / "waits" / "results.json").read_text())
    assert waits["score"] == pytest.approx(83.33) and "these are the points so far" in waits["output"]
    assert [test["output"] for test in waits["tests"] if test["name"] == "why_order"] == ["waits for a person"]


def test_the_code_of_a_class_is_plain_files(course: Course, unit: Unit, tmp_path: Path) -> None:
    (course.folder / "submitted" / "late" / SLUG / f"{SLUG}.ipynb").write_text("no notebook")
    told = said("export", SLUG, "--as", "sources", "--course", course.folder, "--to", tmp_path / "code")
    assert "late is not among them: The file is not JSON" in told
    scripts = {path.stem: path.read_text() for path in (tmp_path / "code" / "submissions").iterdir()}
    assert set(scripts) == set(ROSTER) - {"absent", "late"}
    base = (tmp_path / "code" / "base" / "base.py").read_text()
    for script in [base, *scripts.values()]:
        ast.parse(script)
    cells = [cell.source.splitlines() for cell in unit.release.cells if cell.cell_type == "code"]
    code = [line for lines in cells for line in lines if not line.startswith("%")]
    assert code and all(line in base.splitlines() for line in code)
    assert all(line in scripts["ada"].splitlines() for line in code) and "mine = '''" in scripts["ada"]


def test_wrong_use_is_one_line_and_writes_nothing(course: Course, unit: Unit, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    for arguments, told in (
        (("--to", full), "is there already"),
        (("--to", full / "mine.txt"), "is there already"),
        (("--to", tmp_path / "none" / "new"), "there is no folder"),
        (("--to", tmp_path / "new", "--course", tmp_path / "nowhere"), "there is no course folder"),
        (("--to", tmp_path / "new", "--course", tmp_path), "python -m autograder grade"),
    ):
        given = ("export", SLUG, "--as", "sources", "--course", course.folder, *arguments)
        output = said(*given, status=2).strip()
        assert told in output and "\n" not in output, output
    assert "gradescope" in said("export", SLUG, "--as", "paper", "--to", tmp_path / "new", status=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"] and (full / "mine.txt").read_text() == "mine"
    assert "Example:" in said("export", "--help")
