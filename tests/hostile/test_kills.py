"""A run that is killed at any moment, and run again, ends as if nothing had happened.

``UNROLLED_KILLS=200 pytest tests/hostile/test_kills.py`` kills as often; the tests do it a few times.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from class_of import SLUG, Class, locked, submission
from nbgrader.api import Gradebook

pytestmark = locked
KILLS = int(os.environ.get("UNROLLED_KILLS", "2"))
IN_A_ROW = 4  # kills of one class's run, before it may come to its end
STUDENTS = 20 if KILLS > 2 else 12
KINDS = (
    ("def double(x):\n    return 2 * x", "def quadruple(x):\n    return 4 * x"),
    ("def double(x):\n    return 3 * x", "def quadruple(x):\n    return double(double(x))"),
    ("def double(x):\n    raise ValueError", "def quadruple(x):\n    return 4 * x"),
    ("def double(x):\n    import os\n    os._exit(0)", "def quadruple(x):\n    return 4 * x"),
    ("def double(x:\n    return", "def quadruple(x):\n    return 4 * x"),
)


def hand_in(one: Class) -> None:
    for number in range(STUDENTS):
        files = submission(*KINDS[number % len(KINDS)], f"print('student', {number})")
        one.hand_in(f"s{number:02}", files if number != 7 else {f"{SLUG}.ipynb": b"{"})


def outcome(one: Class) -> dict[str, Any]:
    """What a run has left: verdicts, points of every cell, notebooks and pages; no times of the day."""
    verdicts = {path.name: _without_times(path) for path in (one.folder / ".unrolled/verdicts" / SLUG).glob("*")}
    with closing(sqlite3.connect(one.folder / "gradebook.db")) as database:
        tables = {
            table: sorted(map(repr, database.execute(f"select {columns} from {table}")))
            for table, columns in {
                "grade": "auto_score, manual_score, extra_credit, needs_manual_grade",
                "student": "id",
                "submitted_notebook": "late_submission_penalty",
                "submitted_assignment": "timestamp, extension",
                "comment": "auto_comment, manual_comment",
            }.items()
        }
    with Gradebook(f"sqlite:///{one.folder / 'gradebook.db'}") as gradebook:
        points = {
            (entry.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for entry in gradebook.assignment_submissions(SLUG)
            for notebook in entry.notebooks
            for grade in notebook.grades
        }
    files = sorted(
        str(path.relative_to(one.folder))
        for folder in ("autograded", "feedback")
        for path in (one.folder / folder).rglob("*")
    )
    notebooks = {path: (one.folder / path).read_bytes() for path in files if path.endswith(".ipynb")}
    return {"verdicts": verdicts, "tables": tables, "points": points, "files": files, "notebooks": notebooks}


def _without_times(path: Path) -> Any:
    kept = json.loads(path.read_text())
    kept["verdict"].pop("seconds")
    return kept["verdict"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Class, dict[str, Any], float]:
    one = Class.at(tmp_path_factory.mktemp("undisturbed"))
    hand_in(one)
    began = time.monotonic()
    graded = one.grade("--jobs", "2")
    assert graded.status == 0, graded.said
    return one, outcome(one), time.monotonic() - began


def rows() -> Iterator[int]:
    """How often each class's run is killed."""
    left = KILLS
    while left > 0:
        yield min(left, IN_A_ROW)
        left -= IN_A_ROW


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kills", list(rows()))
def test_a_run_that_is_killed_at_any_moment_ends_as_one_that_is_not(
    kills: int, undisturbed: tuple[Class, dict[str, Any], float], tmp_path: Path
) -> None:
    whole, expected, seconds = undisturbed
    one = Class.at(tmp_path)
    hand_in(one)
    (one.folder / ".unrolled").mkdir(mode=0o700)
    copyfile(whole.folder / ".unrolled" / "secret", one.folder / ".unrolled" / "secret")  # the same live cases
    moments = [random.uniform(0.05, 1.05) * seconds for _ in range(kills)]
    for moment in moments:
        grading = one.begin("--jobs", "2")
        time.sleep(moment)
        os.kill(grading.pid, signal.SIGKILL)
        grading.communicate(timeout=200)
    one.processes_end()  # what still holds its folders has them until the run after the next
    again = one.grade("--jobs", "2")
    assert again.status == 0, (moments, again.said)
    found = outcome(one)
    for what, value in expected.items():
        assert found[what] == value, (moments, what)
    one.nothing_left()
