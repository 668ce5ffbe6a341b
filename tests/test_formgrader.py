"""nbgrader's formgrader on a graded class, in a real browser: it shows our scores, and its own button gives the same
ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_pages import CHROMIUM, jupyter, page, shot

from autograder.commands.classroom import make_class
from autograder.course.units import find_unit
from autograder.sandbox import confine

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no Chromium here (Debian: apt-get install chromium)"),
    pytest.mark.skipif(confine.available() is not None, reason=f"grading needs the lockdown: {confine.available()}"),
]
UNIT = "01_rnn_step_by_step"
STUDENTS = ("perfect", "softmax_axis", "untouched")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A class of three, graded by the real command."""
    folder = tmp_path_factory.mktemp("class")
    make_class(folder, find_unit(UNIT))
    for student in (folder / "submitted").iterdir():
        if student.name not in STUDENTS:
            shutil.rmtree(student)
    command = [sys.executable, "-m", "autograder", "grade", UNIT, "--course", str(folder), "--json", "verdicts.json"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def test_formgrader_shows_the_scores_and_grades_alike(course, tmp_path):
    verdicts = json.loads((course / "verdicts.json").read_text())
    scores = {verdict["submission"]: f"{verdict['score']:g} / 100" for verdict in verdicts}
    assert set(scores) == set(STUDENTS)
    with jupyter(course, tmp_path) as address, page(address) as formgrader:
        formgrader.goto(f"{address}/formgrader/manage_submissions/{UNIT}")
        rows = {
            student: formgrader.locator("tr", has=formgrader.get_by_text(student, exact=True)) for student in STUDENTS
        }
        for student, row in rows.items():
            row.get_by_text(scores[student], exact=True).wait_for()
        shot(formgrader, "formgrader-submissions")
        # The button runs nbgrader's autograde, in which our engine stands in the place of the kernel.
        rows["softmax_axis"].locator(".autograde a").click()
        formgrader.get_by_text("Success", exact=False).first.wait_for(timeout=240_000)
        shot(formgrader, "formgrader-autograded")
        formgrader.goto(f"{address}/formgrader/manage_students/softmax_axis/{UNIT}")
        formgrader.get_by_text(scores["softmax_axis"], exact=True).wait_for()
        formgrader.goto(f"{address}/formgrader/gradebook/{UNIT}/{UNIT}")
        formgrader.get_by_text("Submission #1").click()
        formgrader.get_by_role("heading", name="Unit 01", exact=False).first.wait_for()
        shot(formgrader, "formgrader-submission")
