"""An entry that is written with a few queries, beside the one that nbgrader itself makes: row by row, byte by byte."""

from __future__ import annotations

import base64
import copy
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import ComputeChecksums
from sample_course import SLUG, write_course

from autograder.authoring.build import build
from autograder.course.units import Unit, find_unit, grade_id
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook.course_folder import Course
from autograder.gradebook.engine import GRADED, Graded, are_known, steps
from autograder.gradebook.entry.text import text_of
from autograder.gradebook.people.extra_time import keep_minutes
from autograder.judging.folder import read_timestamp
from autograder.judging.submissions import Submission, unreadable

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # nbgrader's own gradebook leaves files open
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 50).decode()
LATE = "\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n"
OWN_PLUGIN = """
from nbgrader.plugins import LateSubmissionPlugin

class Tenth(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        submission = self.parent.gradebook.find_submission(self.parent.assignment_id, student_id)
        return score * len(submission.notebooks[0].grades) / 100 + len(submission.student.submissions)

get_config().AssignLatePenalties.plugin_class = Tenth
get_config().PenaltiesWithExtraTime.plugin_class = Tenth
"""
STAMPS = {"ada": "2030-01-15 11:59:00 UTC", "ben": "2030-01-15 13:00:01 +0100", "eve": "2030-01-15 12:00:02 UTC"}
STUDENTS = ("ada", "ben", "cleo", "dora", "eve")


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    """The sample unit, and in it a task of nbgrader's, which has points and a comment but is no answer."""
    root = tmp_path_factory.mktemp("sample")
    write_course(root)
    assert not build(root).problems
    unit = find_unit(SLUG, root)
    task = new_markdown_cell("Explore on your own.", id="task")
    marks = {"grade": False, "solution": False, "locked": False, "task": True, "schema_version": 3}
    task.metadata.nbgrader = NotebookNode(**marks, grade_id="explore", points=3, cell_type="markdown")
    unit.release.cells.append(task)
    nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
    return Unit(SLUG, root)


def begun(folder: Path, unit: Unit, settings: str) -> Course:
    """A course in which the assignment has a second notebook, of which nobody hands in anything."""
    Course(folder).settle_settings()
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(settings)
    course = Course(folder)
    course.prepare(unit)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate="2030-01-15 12:00:00 UTC")
        gradebook.add_notebook("another", SLUG)
        gradebook.add_grade_cell("check_more", "another", SLUG, max_score=5, cell_type="code")
        gradebook.add_solution_cell("more", "another", SLUG)
    return course


def hand_in(course: Course, unit: Unit) -> list[Submission]:
    """An answer that is on time, late ones, one without a time whose cells have been moved, and what is no notebook."""
    submissions = []
    for student in STUDENTS:
        notebook = copy.deepcopy(unit.release)
        for cell in notebook.cells:
            if grade_id(cell) in ("why_order", "add") and student != "eve":
                cell.source = f"{student}'s: $a < b$ \x0b\u2028 \U0001f40d"
        notebook.cells += [new_code_cell("show()", id="shows"), new_markdown_cell("", id="unrolled-notes")]
        notebook.cells.append(
            new_markdown_cell("![p](attachment:a.png)", attachments={"a.png": {"image/png": PICTURE}}, id="picture")
        )
        if student == "cleo":
            del notebook.cells[4:7]
            notebook.cells.reverse()
        folder = course.path("submitted", student, unit)
        folder.mkdir(parents=True)
        text = "no notebook" if student == "dora" else nbformat.writes(notebook)
        (folder / f"{SLUG}.ipynb").write_text(text, encoding="utf-8")
        if student in STAMPS:
            (folder / "timestamp.txt").write_text(STAMPS[student])
        submissions.append(Submission(student, folder))
    return submissions


def verdict(student: str, unit: Unit, add: float) -> Verdict:
    if student == "dora":
        return unreadable(student, unit, "The file is not JSON.")
    shown = [
        {"output_type": "stream", "name": "stderr", "text": "one\ntwo\r\nthree\x0cfour"},
        {"output_type": "display_data", "data": {"image/png": PICTURE, "text/plain": "a\nb"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "é", "traceback": ["a", "b"]},
    ]
    told = ("it is <b>off</b>",)
    exercises = (
        ExerciseVerdict("add", "incorrect", add, 40, told, ("axis",)),
        ExerciseVerdict("running_sum", "correct", 50, 50),
    )
    said = ("A cell was left out.",) if student == "cleo" else ()
    return Verdict(student, SLUG, "graded", 0.2, (), exercises, 5, said, {"shows": shown})


def written_by_nbgrader(course: Course, submission: Submission, graded: Graded) -> bytes:
    """The notebook, once nbgrader's own gradebook and steps have had it as its ``autograde`` does."""
    converter = Autograde(coursedir=course.directory, parent=course.app)
    stamp = read_timestamp(submission.path)
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        gradebook.update_or_create_student(submission.name)
        known = {"timestamp": stamp[1]} if stamp else {}
        gradebook.update_or_create_submission(SLUG, submission.name, **known)
    names = {"assignment": SLUG, "notebook": SLUG, "student": submission.name, "db_url": course.directory.db_url}
    notebook, resources = NotebookNode(), {"nbgrader": names, GRADED: graded}
    for step in steps(converter):
        notebook, resources = step(parent=course.app)(notebook, resources)
    return (nbformat.writes(notebook) + "\n").encode()


def tables(course: Course) -> dict[str, list[dict[str, Any]]]:
    """All that the gradebook holds, in order, with names in the place of ids."""
    with sqlite3.connect(course.folder / "gradebook.db") as database:
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: [dict(row) for row in database.execute(f"SELECT * FROM {name} ORDER BY rowid")] for name in names
        }
    database.close()
    called: dict[str, str] = {}
    for number, row in enumerate(row for name in sorted(found) for row in found[name] if len(row.get("id", "")) == 32):
        called.setdefault(row["id"], f"row {number}")
    return {
        name: [{column: called.get(value, value) for column, value in row.items()} for row in rows]
        for name, rows in found.items()
    }


def changed_by_hand(course: Course) -> None:
    """What an instructor does between two runs."""
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        gradebook.find_grade("why_order", SLUG, SLUG, "ada").manual_score = 7
        gradebook.find_grade("why_order", SLUG, SLUG, "ada").needs_manual_grade = False
        gradebook.find_grade("explore", SLUG, SLUG, "ben").manual_score = 1.1
        gradebook.find_grade("check_add", SLUG, SLUG, "ben").extra_credit = 0.2
        gradebook.find_grade("check_add", SLUG, SLUG, "cleo").auto_score = 40
        gradebook.find_comment("why_order", SLUG, SLUG, "ada").manual_comment = "well put"
        gradebook.find_submission(SLUG, "eve").extension = timedelta(minutes=5)
        gradebook.find_submission_notebook("another", SLUG, "eve").flagged = True
        gradebook.db.commit()


@pytest.mark.parametrize("settings", [LATE, OWN_PLUGIN], ids=["nbgrader's steps", "an instructor's own plugin"])
def test_entries_and_notebooks_are_those_that_nbgrader_makes(unit: Unit, tmp_path: Path, settings: str) -> None:
    ours, theirs = begun(tmp_path / "ours", unit, settings), begun(tmp_path / "theirs", unit, settings)
    known = are_known([step(parent=ours.app) for step in steps(Autograde(coursedir=ours.directory, parent=ours.app))])
    assert known == (settings == LATE)
    submissions = list(zip(hand_in(ours, unit), hand_in(theirs, unit), strict=True))
    penalties = []
    for points in (33.33, 0.1):  # new, and once more after people have changed things
        for mine, other in submissions:
            graded = Graded(unit, mine.read(SLUG), verdict(mine.name, unit, points))
            ours.write(mine, graded)
            notebook = ours.path("autograded", mine.name, unit) / f"{SLUG}.ipynb"
            assert notebook.read_bytes() == written_by_nbgrader(theirs, other, graded), mine.name
        assert tables(ours) == tables(theirs)
        penalties.append([row["late_submission_penalty"] for row in tables(ours)["submitted_notebook"]])
        changed_by_hand(ours)
        changed_by_hand(theirs)
    assert sum(bool(penalty) for penalty in penalties[0]) == 2 and sum(map(bool, penalties[1])) == 1


@pytest.fixture
def course(tmp_path: Path, unit: Unit) -> Iterator[Course]:
    yield begun(tmp_path, unit, LATE)


def test_extra_time_waits_for_a_due_date(course: Course, unit: Unit) -> None:
    ada, ben, *_ = hand_in(course, unit)

    def graded(duedate: str | None) -> list[tuple[Any, Any]]:
        with course.gradebook() as gradebook:
            gradebook.update_or_create_assignment(SLUG, duedate=duedate)
        for submission in (ada, ben):
            course.write(submission, Graded(unit, submission.read(SLUG), verdict(submission.name, unit, 1)))
            course.penalise(submission.name, unit)
        with course.gradebook() as gradebook:
            found = gradebook.assignment_submissions(SLUG)
            return [(submission.extension, submission.late_submission_penalty) for submission in found]

    with course.gradebook() as gradebook:
        keep_minutes(course.folder, gradebook, {"ada": 30})
    assert graded(None) == [(None, 0), (None, 0)]
    assert graded("2030-01-15 11:00:00 UTC") == [(timedelta(minutes=30), 51), (None, 51)]
    with course.gradebook() as gradebook:
        gradebook.grant_extension(SLUG, "ben", hours=1)
    assert graded(None) == [(timedelta(minutes=30), 0), (timedelta(hours=1), 0)]


def test_what_fails_leaves_nothing_of_a_new_entry(course: Course, unit: Unit) -> None:
    (ada, *_) = hand_in(course, unit)
    before = tables(course)
    wrong = replace(verdict("ada", unit, 1), exercises=(ExerciseVerdict("add", "correct", 41, 41),))
    with pytest.raises(Exception, match="does not fit"):
        course.write(ada, Graded(unit, ada.read(SLUG), wrong))
    assert tables(course) == before and not course.path("autograded", "ada", unit).exists()


def test_a_notebooks_text_is_that_of_nbformat() -> None:
    odd = {"b": {}, "a": [], "c": [1, 2.5, None, True, {"z": [[]], "a": "é\u2028"}]}
    notebook = nbformat.v4.new_notebook(metadata=odd)
    outputs = [
        new_output("stream", name="stdout", text="a\nb\x0b\x85c\r\n"),
        new_output(
            "display_data", {"text/html": "<b>\n</b>", "image/svg+xml": "a\nb", "application/json": {"a": "b\n"}}
        ),
        new_output("execute_result", {"text/plain": ""}, execution_count=3),
        new_output("error", ename="\x00", evalue='"\\', traceback=["a\nb"]),
    ]
    notebook.cells = [
        new_code_cell("x = '\t\\'\n\n", outputs=outputs, metadata={"trusted": True}, id="code"),
        new_markdown_cell("![](attachment:a)", attachments={"a": {"text/plain": "a\nb", "image/png": "x"}}, id="text"),
        new_code_cell("", id="empty"),
    ]
    notebook.metadata["signature"] = "x"
    wanted = nbformat.writes(copy.deepcopy(notebook))
    assert text_of(notebook) == wanted
    notebook = nbformat.reads(wanted, as_version=4)
    notebook.cells.append(copy.deepcopy(notebook.cells[0]))
    with pytest.warns(nbformat.warnings.DuplicateCellId):
        assert len({cell.id for cell in nbformat.reads(text_of(notebook), as_version=4).cells}) == 4
