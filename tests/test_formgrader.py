"""nbgrader's formgrader on a graded class, in a real browser: it shows our scores, its own button gives the same ones,
and an answer that is graded by hand there comes out on the student's page.
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
from nbgrader.api import Gradebook
from playwright.sync_api import Page

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
COMMENT = "Well said: the gate $\\Gamma_f$ decides. <b>Name</b> the product, too."


def grade(folder: Path) -> None:
    """The real command."""
    command = [sys.executable, "-m", "autograder", "grade", UNIT, "--course", str(folder), "--json", "verdicts.json"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A class of three, graded."""
    folder = tmp_path_factory.mktemp("class")
    make_class(folder, find_unit(UNIT))
    for student in (folder / "submitted").iterdir():
        if student.name not in STUDENTS:
            shutil.rmtree(student)
    grade(folder)
    return folder


def test_formgrader_shows_the_scores_and_grades_alike_and_by_hand(course, tmp_path):
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
        grade_by_hand(formgrader, address, course)

        before = feedback(course, "perfect").read_bytes()
        grade(course)
        assert feedback(course, "perfect").read_bytes() != before
        read_without_a_network(formgrader, feedback(course, "perfect"))


def grade_by_hand(formgrader: Page, address: str, course: Path) -> None:
    """Points and a comment for one answer, typed where formgrader asks for them."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        number = gradebook.find_submission_notebook(UNIT, UNIT, "perfect").id
    formgrader.goto(f"{address}/formgrader/submissions/{number}/")
    formgrader.get_by_role("heading", name="Unit 01", exact=False).first.wait_for()
    formgrader.wait_for_load_state("networkidle")  # it asks for the grades, and then listens to what is typed
    answer = formgrader.locator(".nbgrader_cell", has=formgrader.locator("#why_gates"))
    for place, text in (("#why_gates", "3.5"), ("#why_gates-comment", COMMENT)):
        with formgrader.expect_response(lambda response: response.request.method == "PUT") as kept:
            answer.locator(place).fill(text)
            answer.locator(place).blur()
        assert kept.value.ok
    answer.scroll_into_view_if_needed()
    answer.locator(".rendered_html p", has_text="Because the gradient").wait_for()  # as it is meant, and no source
    shot(answer, "formgrader-by-hand")


def feedback(course: Path, student: str) -> Path:
    return course / "feedback" / student / UNIT / f"{UNIT}.html"


def read_without_a_network(browser: Page, path: Path) -> None:
    """The page asks for nothing, shows its formulas, and says points and comment; nothing of it is cut."""
    asked: list[str] = []
    browser.context.set_offline(True)
    browser.on("request", lambda request: asked.append(request.url))
    browser.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert browser.get_by_text("Score: 95.5 / 100").is_visible()
    article = browser.locator("article", has=browser.get_by_role("heading", name="why gates"))
    said = " ".join((article.text_content() or "").split())
    assert "3.5 / 4" in said and "the gate Γf decides. Name the product" in said
    assert browser.get_by_role("row", name="why not live").get_by_text("not graded yet").is_visible()
    shot(browser, "feedback-by-hand")
    formulas = browser.locator("math")
    sizes = formulas.evaluate_all("all => all.filter(one => !one.closest('details')).map(one => one.clientWidth)")
    assert len(sizes) > 100 and min(sizes) > 0
    assert "$" not in browser.locator(".cell.text").all_inner_texts()[0] and not browser.locator("code.tex").count()
    cut = """all => all.filter(one => getComputedStyle(one).overflowY !== 'visible')
                       .filter(one => one.scrollHeight > one.clientHeight + 1).map(one => one.className)"""
    assert browser.locator(".notebook :is(div, pre)").evaluate_all(cut) == []
    for width in (390, 1280):
        browser.set_viewport_size({"width": width, "height": 900})
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
