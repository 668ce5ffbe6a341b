"""Verdicts in nbgrader's gradebook, in autograded notebooks and in feedback pages."""

from __future__ import annotations

import base64
import copy
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook, SubmittedAssignment, get_alembic_version
from nbgrader.converters import GenerateFeedback
from nbgrader.utils import determine_grade
from sample_course import SLUG, write_course
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.authoring.build import build
from autograder.course.units import Unit, find_unit, grade_id
from autograder.examination.verdict import ExerciseVerdict, Outcome, Verdict
from autograder.gradebook import pages
from autograder.gradebook.annotate import PAGE_WIDTH, Mismatch, annotate
from autograder.gradebook.beginning import BadCourse
from autograder.gradebook.course_folder import Course
from autograder.gradebook.engine import Graded
from autograder.judging.reconcile import read_submission, reconcile
from autograder.judging.submissions import Submission, unreadable

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 50).decode()


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    root = tmp_path_factory.mktemp("sample")
    write_course(root)
    assert not build(root).problems
    return find_unit(SLUG, root)


@pytest.fixture
def course(tmp_path: Path, unit: Unit) -> Course:
    course = Course(tmp_path)
    course.prepare(unit)
    return course


def hand_in(course: Course, unit: Unit, student: str, *cells: nbformat.NotebookNode, answer: str = "") -> Submission:
    """Put a submission into the course folder: the release, a written answer, more cells."""
    notebook = copy.deepcopy(unit.release)
    for cell in notebook.cells:
        if grade_id(cell) == "why_order" and answer:
            cell.source = answer
    notebook.cells += cells
    folder = course.path("submitted", student, unit)
    folder.mkdir(parents=True)
    (folder / f"{SLUG}.ipynb").write_text(nbformat.writes(notebook))
    return Submission(student, folder)


def verdict(student: str, add: float = 33.33, total: float = 50, outputs: dict | None = None) -> Verdict:
    def one(name: str, score: float, most: float) -> ExerciseVerdict:
        outcome: Outcome = "correct" if score == most else "incorrect"
        return ExerciseVerdict(name, outcome, score, most, ("the sum of <b>two</b> numbers is off",))

    exercises = (one("add", add, 40), one("running_sum", total, 50))
    return Verdict(student, SLUG, "graded", 0.2, (), exercises, 5, (), outputs or {})


def write(course: Course, unit: Unit, submission: Submission, wanted: Verdict) -> None:
    course.write(submission, Graded(unit, submission.read(SLUG), wanted))
    course.write_feedback(submission.name, unit)


def recorded(course: Course, student: str) -> Iterator[SubmittedAssignment]:
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        yield gradebook.find_submission(SLUG, student)


def scores(course: Course, student: str) -> dict[str, float | None]:
    (found,) = [{g.name: g.auto_score for g in s.notebooks[0].grades} for s in recorded(course, student)]
    return found


@pytest.mark.parametrize("points", [0, 0.01, 33.33, 39.99, 40])
def test_nbgrader_reads_exactly_the_score(points: float, unit: Unit) -> None:
    notebook = reconcile(read_submission(nbformat.writes(unit.release).encode()), unit.release)
    annotate(notebook, verdict("sam", add=points), unit.release)
    (check,) = (cell for cell in notebook.cells if grade_id(cell) == "check_add")
    assert determine_grade(check) == (points, 40)


def test_each_check_has_its_points_and_written_answers_wait_for_the_grader(course: Course, unit: Unit) -> None:
    write(course, unit, hand_in(course, unit, "sam", answer="Addition commutes."), verdict("sam"))
    assert scores(course, "sam") == {"check_add": 33.33, "check_running_sum": 50, "why_order": None}
    (needed,) = [s.needs_manual_grade for s in recorded(course, "sam")]
    assert needed


def test_an_untouched_written_answer_is_0_as_nbgrader_has_it(course: Course, unit: Unit) -> None:
    write(course, unit, hand_in(course, unit, "sam"), verdict("sam"))
    assert scores(course, "sam")["why_order"] == 0


def test_grades_and_comments_given_by_hand_survive_a_regrade(course: Course, unit: Unit) -> None:
    submission = hand_in(course, unit, "sam", answer="Addition commutes.")
    write(course, unit, submission, verdict("sam"))
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        gradebook.find_grade("why_order", SLUG, SLUG, "sam").manual_score = 7
        gradebook.find_grade("check_add", SLUG, SLUG, "sam").extra_credit = 2
        gradebook.find_comment("why_order", SLUG, SLUG, "sam").manual_comment = "well put"
        gradebook.db.commit()
    course.prepare(unit)
    write(course, unit, submission, verdict("sam", add=40))
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        assert gradebook.find_submission(SLUG, "sam").score == 40 + 2 + 50 + 7
        assert gradebook.find_comment("why_order", SLUG, SLUG, "sam").comment == "well put"


def test_late_work_has_the_penalty_of_the_courses_configuration(tmp_path: Path, unit: Unit) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    course = Course(tmp_path)
    course.prepare(unit)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate="2030-01-15 12:00:00 UTC")
    for student, stamp in {"early": "2030-01-15 11:59:00 UTC", "late": "2030-01-15 13:00:01 +0100"}.items():
        submission = hand_in(course, unit, student)
        (submission.path / "timestamp.txt").write_text(stamp)
        write(course, unit, submission, verdict(student))
    penalties = [s.late_submission_penalty for name in ("early", "late") for s in recorded(course, name)]
    assert penalties == [0, 83.33]
    assert (course.path("autograded", "late", unit) / "timestamp.txt").read_text() == "2030-01-15 13:00:01 +0100"


def test_a_timestamp_that_is_none_stops_nothing(course: Course, unit: Unit) -> None:
    submission = hand_in(course, unit, "sam")
    (submission.path / "timestamp.txt").write_bytes(b"\xff half past nine")
    write(course, unit, submission, verdict("sam"))
    assert scores(course, "sam")["check_add"] == 33.33


def test_the_students_other_files_stand_beside_the_autograded_notebook(course: Course, unit: Unit) -> None:
    submission = hand_in(course, unit, "sam")
    (submission.path / "parts").mkdir()
    (submission.path / "parts" / "cell.py").write_text("x = 1")
    (submission.path / "parts" / "outside").symlink_to("/etc/passwd")
    write(course, unit, submission, verdict("sam"))
    folder = course.path("autograded", "sam", unit)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {f"{SLUG}.ipynb", "parts/cell.py"}


def test_a_verdict_on_another_release_changes_nothing(course: Course, unit: Unit) -> None:
    submission = hand_in(course, unit, "sam")
    write(course, unit, submission, verdict("sam"))
    notebook = course.path("autograded", "sam", unit) / f"{SLUG}.ipynb"
    before = notebook.read_bytes()
    other = Verdict("sam", SLUG, "graded", 0.1, (), (ExerciseVerdict("add", "correct", 41, 41),), 5)
    with pytest.raises(Mismatch, match="check_add"):
        write(course, unit, submission, other)
    assert notebook.read_bytes() == before
    assert scores(course, "sam")["check_add"] == 33.33
    assert not list(course.state.glob("draft-*"))


def test_an_unreadable_submission_is_in_the_gradebook_with_0_and_the_reason(course: Course, unit: Unit) -> None:
    folder = course.path("submitted", "sam", unit)
    folder.mkdir(parents=True)
    (folder / f"{SLUG}.ipynb").write_text("not a notebook")
    write(course, unit, Submission("sam", folder), unreadable("sam", unit, "The file is not JSON."))
    assert scores(course, "sam") == {"check_add": 0, "check_running_sum": 0, "why_order": 0}
    page = (course.path("feedback", "sam", unit) / f"{SLUG}.html").read_text()
    assert "not JSON" in page


def test_feedback_says_what_is_wrong_and_runs_nothing_of_the_students(course: Course, unit: Unit) -> None:
    attack = "<script>steal()</script> <img src=x onerror=steal()> [a](javascript:steal()) <IFRAME srcdoc='x'></IFRAME>"
    shown = [
        {"output_type": "display_data", "data": {"text/html": attack, "text/plain": "plain words"}, "metadata": {}},
        {"output_type": "display_data", "data": {"image/svg+xml": attack, "image/png": attack}, "metadata": {}},
        {"output_type": "display_data", "data": {"image/png": PICTURE}, "metadata": {}},
        {"output_type": "execute_result", "data": {"application/javascript": "steal()"}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": attack},
        {"output_type": "stream", "name": "elsewhere", "text": "nowhere"},
        {"output_type": "error", "ename": attack, "evalue": 3, "traceback": [attack, None]},
        "no output",
    ]
    cells = [new_markdown_cell(attack), new_raw_cell(attack), new_code_cell("show()", id="shows")]
    cells.append(new_markdown_cell("![p](attachment:a.png)", attachments={"a.png": {"image/png": f'"><{attack}'}}))
    submission = hand_in(course, unit, "sam", *cells, answer=f"Commutes. {attack}")
    write(course, unit, submission, verdict("sam", outputs={"shows": shown}))
    page = BeautifulSoup((course.path("feedback", "sam", unit) / f"{SLUG}.html").read_text(), "html.parser")
    assert not [script for script in page.find_all("script") if "steal" in script.text]
    assert not page.find_all("iframe")
    assert not [tag for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert not [link for link in page.find_all("a") if link.get("href", "").startswith("javascript")]
    assert [image["src"] for image in page.find_all("img") if "attachment" not in image["src"]] == [
        f"data:image/png;base64,{PICTURE}"
    ]
    assert "plain words" in page.text and "nowhere" not in page.text
    assert "the sum of <b>two</b> numbers is off" in page.text  # the message, shown as it stands
    assert "33.33" in page.text


def test_long_messages_are_broken_into_lines_that_fit_the_page(unit: Unit) -> None:
    long = "a part, another part: " + "the values are wrong in some places, " * 8
    notebook = copy.deepcopy(unit.release)
    one = verdict("sam")
    exercises = tuple(replace(exercise, messages=(long, "short")) for exercise in one.exercises)
    annotate(notebook, replace(one, exercises=exercises), unit.release)
    (said,) = {cell.outputs[0].text.partition("\n")[2] for cell in notebook.cells if cell.get("outputs")}
    lines = said.splitlines()
    assert max(map(len, lines)) <= PAGE_WIDTH and lines[-1] == "short"
    assert " ".join(line.strip() for line in lines[:-1]) == long.strip()


def test_a_page_shows_all_that_nbgraders_shows(course: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    highlight = pages.Highlight2HTML.__call__
    monkeypatch.setattr(
        pages.Highlight2HTML,
        "__call__",
        lambda self, source, **how: [rendered.append(source), highlight(self, source, **how)][1],
    )
    shown = [{"output_type": "display_data", "data": {"image/png": PICTURE}, "metadata": {}}]
    cells = [
        new_code_cell("show()", id="shows"),
        new_markdown_cell("$a < b$ and `x`"),
        new_markdown_cell("$a < b$ and `x`"),
    ]
    for student in ("first", "second"):  # the second is made of pieces kept from the first
        write(course, unit, hand_in(course, unit, student, *cells), verdict(student, outputs={"shows": shown}))
    assert "show()" in rendered and len(rendered) == len(set(rendered))
    converter = GenerateFeedback(coursedir=course.directory, parent=course.app)
    stock = HTMLExporter(parent=converter, config=converter.config)
    for step in converter.preprocessors:
        stock.register_preprocessor(step)
    names = {"assignment": SLUG, "notebook": SLUG, "student": "second", "db_url": course.directory.db_url}
    source = str(course.path("autograded", "second", unit) / f"{SLUG}.ipynb")
    wanted, _ = stock.from_filename(source, resources={"nbgrader": names, "unique_key": SLUG})
    page = (course.path("feedback", "second", unit) / f"{SLUG}.html").read_text()
    ours, theirs = (_shown(BeautifulSoup(text, "html.parser")) for text in (page, wanted))
    assert theirs and set(theirs) <= set(ours), set(theirs) - set(ours)
    assert any("33.33" in text for text in theirs) and f"data:image/png;base64,{PICTURE}" in ours


def _shown(page: BeautifulSoup) -> list[str]:
    """Code, outputs and pictures of a page, and its paragraphs that hold no formula."""
    texts = [tag.get_text().strip() for tag in page.select(".highlight, pre, p, h1, h2, summary")]
    words = [text.removesuffix("¶") for text in texts if text and "$" not in text]
    return [*words, *(image["src"] for image in page.find_all("img"))]


def test_the_first_gradebook_needs_nothing_on_the_path(
    tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    course = Course(tmp_path)
    course.prepare(unit)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    with course.gradebook() as gradebook:
        (version,) = gradebook.db.connection().exec_driver_sql("SELECT version_num FROM alembic_version").fetchall()
    assert version[0] == get_alembic_version()


def test_a_release_with_other_cells_is_refused_once_there_are_submissions(course: Course, unit: Unit) -> None:
    write(course, unit, hand_in(course, unit, "sam"), verdict("sam"))
    other = Unit(SLUG, unit.root)
    other.release.cells[:] = [cell for cell in other.release.cells if grade_id(cell) != "check_add"]
    with pytest.raises(BadCourse, match="other cells"):
        course.prepare(other)
    assert scores(course, "sam")["check_add"] == 33.33


def test_a_configuration_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_konfig()")
    with pytest.raises(BadCourse, match=r"nbgrader_config.py.*get_konfig"):
        Course(tmp_path)


def test_submissions_are_found_in_the_layout_that_the_course_has(tmp_path: Path, unit: Unit) -> None:
    structure = (
        "c = get_config()\nc.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'\n"
    )
    (tmp_path / "nbgrader_config.py").write_text(structure)
    for student in ("zoe", "adam+eve"):
        (tmp_path / "submitted" / SLUG / student).mkdir(parents=True)
    (tmp_path / "submitted" / "another" / "zoe").mkdir(parents=True)
    found = Course(tmp_path).submissions(unit)
    assert [(s.name, s.path.parent.name) for s in found] == [("adam+eve", SLUG), ("zoe", SLUG)]


def test_an_entry_and_a_page_look_up_the_students_own_and_not_the_whole_class(course: Course, unit: Unit) -> None:
    scanned, asked = set(), []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append(statement)
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
            scanned.update(step for *_, step in plan if re.match(r"SCAN (grade|comment|submitted_\w+)\b", step))

    submissions = [hand_in(course, unit, student) for student in ("ada", "ben", "eve")]
    event.listen(Engine, "before_cursor_execute", explain)
    try:
        for submission in submissions:
            write(course, unit, submission, verdict(submission.name))
            assert course.standings(unit, submission.name).keys() == {submission.name}
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    assert scanned == set() and len(asked) > 30


def test_verdicts_come_back_from_json_whole() -> None:
    one = verdict("sam", outputs={"a": [{"output_type": "stream", "name": "stdout", "text": "x"}]})
    assert Verdict.from_json(one.to_json()) == one
    assert "cell_outputs" not in json.dumps(one.to_dict())
