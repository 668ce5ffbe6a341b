"""What a student's page shows of formulas and findings, whatever TeX and text it is made of."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.units import all_units
from autograder.gradebook import harmless
from autograder.gradebook.feedback.mathematics import _ATTRIBUTES, _ELEMENTS, mathml, rendered
from autograder.gradebook.feedback.overview import NOTE_ID, SAID, findings
from autograder.gradebook.pages import PageExporter


def elements(page: str) -> list[tuple[str, dict]]:
    return [(tag.name, tag.attrs) for tag in BeautifulSoup(page, "html.parser").find_all(True)]


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_every_formula_of_the_lessons_becomes_mathml(unit) -> None:
    texts = [cell.source for cell in unit.release.cells if cell.cell_type == "markdown"]
    page = rendered("\n\n".join(texts))
    assert page.count("<math") > 10 and 'class="tex"' not in page
    left = BeautifulSoup(page, "html.parser")
    for tag in left.find_all(["code", "pre"]):
        tag.decompose()
    assert not re.search(r"\$[^$\n]+\$|\\[a-z]{3,}", left.text), re.search(r"\$[^$\n]+\$|\\[a-z]{3,}", left.text)


def test_a_formula_says_what_the_tex_says() -> None:
    tex = r"\frac{\partial L}{\partial W_{ax}} < \tanh(x^{\langle t \rangle}) \texttt{max\_norm}"
    fraction = BeautifulSoup(mathml(tex), "html.parser")
    assert fraction.math.mfrac.get_text() == "∂L∂Wax" and "<" in fraction.text and "tanh" in fraction.text
    assert fraction.text.endswith("max_norm")
    aligned = BeautifulSoup(mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", block=True), "html.parser")
    assert [row.get_text().strip() for row in aligned.find_all("mtr")] == ["a=b", "c=d"]
    assert aligned.math["display"] == "block"


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>steal()</script>}",
        r"\text{&lt;img src=x onerror=steal()&gt;}",
        r"\text{&#60;img src=x onerror=steal()&#62;}",
        r"<img src=x onerror=steal()>",
        r"\href{javascript:steal()}{x}",
        r"\style{background:url(//steal)}{x}",
        r"\class{panel}{x}\cssId{top}{y}",
        r"\textcolor{url(//steal)}{x}\colorbox{red}{y}",
        r"\unicode{60}script\unicode{62}",
        r"\verb|<b onclick=steal()>|",
        r"\rule{99999em}{99999em}\hspace{99999px}",
        r"\mathbb{<}\mathrm{\char60}",
        r"\def\x{<script>}\x",
    ],
)
def test_no_tex_of_a_students_acts_in_a_browser(tex: str) -> None:
    for page in (mathml(tex), mathml(tex, block=True), rendered(f"${tex}$")):
        for name, attributes in elements(page):
            assert name in _ELEMENTS | {"code", "p"}, page
            assert set(attributes) <= (_ATTRIBUTES if name != "code" else {"class"}), page
            assert not re.search(r"url|script|\d{3}", "".join(map(str, attributes.values()))), page


@pytest.mark.parametrize(
    "tex", ["{" * 4_000, r"\frac" * 900, "x^" * 2_000, r"\left(" * 600, r"\sqrt{" * 500 + "}" * 500, "\\", "&"]
)
def test_tex_that_is_none_is_shown_as_it_stands(tex: str) -> None:
    assert mathml(tex) == f'<code class="tex">{tex.replace("&", "&amp;")}</code>'


def test_a_students_comparison_is_a_formula_and_no_tag() -> None:
    cell = new_markdown_cell("Where $x<y$ and $a_1 > b$, $$c<d$$ holds.")
    harmless.make_harmless(cell, harmless.Room())
    page = rendered(cell.source)
    assert [tag.get_text() for tag in BeautifulSoup(page, "html.parser").find_all("math")] == ["x<y", "a1>b", "c<d"]


def test_a_students_headings_lists_and_links_are_shown_as_such() -> None:
    cell = new_markdown_cell("### Why?\n\nBecause:\n\n- of *gates*; see [there](https://example.org/a)")
    harmless.make_harmless(cell, harmless.Room())
    shown = BeautifulSoup(rendered(cell.source), "html.parser")
    assert (shown.h3.text, shown.em.text, shown.a["href"]) == ("Why?", "gates", "https://example.org/a")
    assert shown.li and not shown.pre


def test_a_formula_may_go_on_in_the_next_line() -> None:
    page = rendered("1. Why not $c = a\n   + b$?\n\nIn `$x\n` or for 5$\n- one\n- two$\n\n```\n$a\n+b$\n```")
    shown = BeautifulSoup(page, "html.parser")
    assert shown.ol.math.get_text() == "c=a+b" and len(shown.find_all("math")) == 1
    assert [item.get_text() for item in shown.ul.find_all("li")] == ["one", "two$"]
    assert shown.pre.get_text() == "$a\n+b$\n"


def graded(name: str, score: float, points: float, **more: object) -> NotebookNode:
    """A cell as nbgrader's step leaves it."""
    solution = bool(more.pop("solution", False))
    cell = new_markdown_cell("My answer is $x$.") if solution else new_code_cell("check()")
    marks = {"grade_id": name, "grade": True, "solution": solution, "locked": not solution, "score": score}
    cell.metadata.nbgrader = NotebookNode(marks | {"points": points, "comment": more.pop("comment", None)})
    cell.metadata.nbgrader.waits = more.pop("waits", False)
    cell.metadata[SAID] = NotebookNode(more)
    return cell


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    said = ("most likely: the bias `ba` is left <out>", "hidden states: a differs in all places")
    note = new_markdown_cell("**About this submission**\n\n- one cell was put back")
    note.id = NOTE_ID
    return new_notebook(
        cells=[
            note,
            new_markdown_cell("# Unit 99 · <Loops>"),
            graded("check_rnn", 3.5, 7, outcome="incorrect", messages=said),
            graded("check_lstm", 9, 9, outcome="correct", messages=()),
            graded("why_gates", 0, 4, solution=True, waits=True),
            graded("why_not", 2, 4, solution=True, comment="Almost: $\\Gamma_f$"),
        ]
    )


def page_of(notebook: NotebookNode, exporter: HTMLExporter) -> BeautifulSoup:
    grades = {"score": 14.5, "max_score": 24, "late_penalty": 1.25, "notebook": "99"}
    page, _ = exporter.from_notebook_node(notebook, {"nbgrader": grades})
    return BeautifulSoup(page, "html.parser")


def test_score_first_then_what_was_found_then_the_notebook(notebook: NotebookNode) -> None:
    page = page_of(notebook, PageExporter())
    assert [heading.text for heading in page.find_all("h2")] == [
        "Your score, exercise by exercise",
        "What to look at",
        "Your notebook",
    ]
    assert page.title.text == "Unit 99 · <Loops>: 14.5 of 24 points"
    assert "1.25 points were taken off because it was late" in page.header.text and "put back" in page.header.text
    rows = [" ".join(row.get_text(" ").split()) for row in page.table.tbody.find_all("tr")]
    assert rows == [
        "◐ rnn 3.5 / 7 incorrect why",
        "● lstm 9 / 9 correct",
        "… why gates not graded yet, of 4 waits for a person",
        "◐ why not 2 / 4 graded by hand why",
    ]
    rnn, written = page.find_all("article")
    assert [item.text for item in rnn.find_all("li")] == [
        "most likely: the bias ba is left <out>",
        "hidden states: a differs in all places",
    ]
    assert written.math.get_text() == "Γf"
    links = [link["href"].removeprefix("#") for link in page.find_all("a")]
    assert links and all(page.find(id=target) for target in links)
    assert not page.find_all(["script", "link", "iframe"])


def test_an_instructors_own_template_stays(notebook: NotebookNode, tmp_path: Path) -> None:
    from traitlets.config import Config

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html.j2").write_text("{{ resources.nbgrader.score }} of mine")
    settings = Config()
    settings.HTMLExporter.template_name = "mine"
    settings.HTMLExporter.extra_template_basedirs = [str(tmp_path)]
    assert page_of(notebook, PageExporter(config=settings)).text == "14.5 of mine"


def test_a_page_of_a_notebook_from_before_has_its_scores(notebook: NotebookNode) -> None:
    earlier = nbformat.from_dict(notebook)
    for cell in earlier.cells:
        cell.metadata.pop(SAID, None)
    assert [finding.score for finding in findings(earlier)] == [3.5, 9, None, 2]
    assert "3.5 / 7" in page_of(earlier, PageExporter()).text
