"""The class report: a class graded by ``grade``, its page made by ``report`` and read in a real Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from jupyter_pages import CHROMIUM, FLAGS, shot
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ComputeChecksums
from playwright.sync_api import Browser, sync_playwright
from scipy.stats import pearsonr
from toy_course import DOUBLE, QUADRUPLE, SLUG, make_course, submission
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.course import units
from autograder.course.units import Unit
from autograder.gradebook.course_folder import Course
from autograder.reporting.figures import spread
from autograder.reporting.odd import odd_submissions
from autograder.reporting.results import of_course
from autograder.sandbox import confine

pytestmark = pytest.mark.skipif(confine.available() is not None, reason=f"no lockdown here: {confine.available()}")
LONG = "Ferdinanda-Maximiliane " * 7 + "y Castañeda"
WRONG, RAISES = "def double(x):\n    return 3 * x", "def double(x):\n    return x.nothing"
IN_PLACE = "def double(x):\n    x *= 2\n    return x"
NONE = "def quadruple(x):\n    return x"
ENDS = "import os\nos._exit(0)"
PAPERS = {
    "Anaïs Lefèvre": submission(),
    "Chiara D'Angelo": submission("def double(x):\n    return x + x"),
    'Quentin "Q" O’Brien': submission("double = lambda x: x * 2"),
    "<img src=x onerror=alert(1)>": submission("def double(number):\n    return number + number"),
    "=cmd, & co": submission(IN_PLACE),
    LONG: submission(IN_PLACE, NONE),
    "Jūratė": submission(WRONG),
    "Kwame": submission(WRONG, NONE),
    "Lucía": submission(RAISES, NONE),
    "Mei-Ling": submission(DOUBLE, NONE),
    "Nils": submission(DOUBLE, QUADRUPLE, ENDS),
    "Oğuz": {f"{SLUG}.ipynb": b"PK no notebook <b>"},
    "Untouched": {},
}
LATE = "Kwame"


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    """The toy unit, known under its slug, its release with the checksums that nbgrader's gradebook wants."""
    unit = Unit(SLUG, make_course(tmp_path_factory.mktemp("toy") / "root"))
    nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "find_unit", lambda slug, _=unit.root: Unit(slug, unit.root))
        yield unit


@pytest.fixture(scope="module")
def course(unit: Unit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of PAPERS, graded, with one late submission and one cell that waits for a person."""
    folder = tmp_path_factory.mktemp("class")
    for name, paper in PAPERS.items():
        place = folder / "submitted" / name / SLUG
        place.mkdir(parents=True)
        for file, content in (paper or {f"{SLUG}.ipynb": unit.release_notebook.read_bytes()}).items():
            (place / file).write_bytes(content)
        (place / "timestamp.txt").write_text(f"2030-01-{16 if name == LATE else 14} 12:00:00 UTC")
    (folder / "submitted" / "Absent").mkdir()
    opened = Course(folder)
    opened.prepare(unit)
    with opened.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate="2030-01-15 12:00:00 UTC")
        gradebook.add_student("In the roster only")
    said("grade", SLUG, "--course", folder, "--json", folder / "verdicts.json", "--no-feedback")
    with opened.gradebook() as gradebook:
        gradebook.find_grade("check_double", SLUG, SLUG, "Mei-Ling").needs_manual_grade = True
        gradebook.db.commit()
    return folder


def said(*command: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, command)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture(scope="module")
def file(course: Path) -> Path:
    said("report", SLUG, "--course", course)
    return course / f"report-{SLUG}.html"


@pytest.fixture(scope="module")
def page(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(), "html.parser")


def of_json(tmp_path: Path, verdicts: list[dict]) -> BeautifulSoup:
    """The page of these verdicts alone."""
    (tmp_path / "verdicts.json").write_text(json.dumps(verdicts))
    said("report", SLUG, "--json", tmp_path / "verdicts.json", "--to", tmp_path / "page.html")
    return BeautifulSoup((tmp_path / "page.html").read_text(), "html.parser")


def held(course: Path) -> dict[str, dict[str, float]]:
    """The gradebook by itself: automatic points, by student and exercise."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            each.student.id: {grade.name.removeprefix("check_"): grade.auto_score for grade in each.notebooks[0].grades}
            for each in gradebook.assignment_submissions(SLUG)
        }


def facts(page: BeautifulSoup) -> dict[str, str]:
    return {pair.dt.text: pair.dd.text.split()[0] for pair in page.select(".facts div")}


def rows(table: Tag) -> dict[str, list[str]]:
    """A table's cells, by the heading of their row."""
    return {row.th.text.strip(): [" ".join(cell.text.split()) for cell in row("td")] for row in table.tbody("tr")}


def section(page: BeautifulSoup, name: str) -> str:
    return " ".join(page.find(id=name).text.split())


def test_points_are_those_of_the_gradebook(page: BeautifulSoup, course: Path) -> None:
    scores = [sum(points.values()) for points in held(course).values()]
    assert len(scores) == len(PAPERS)
    told = facts(page)
    assert told["graded"] == str(len(scores)) and told["all exercises right"] == str(scores.count(20))
    assert told["median, exercises"] == f"{median(scores):.1f}" and told["mean, exercises"] == f"{mean(scores):.1f}"
    assert told["wait for a person"] == "1" and "1 cell waits for a person" in section(page, "points")
    counted = Counter(min(int(score / 2), 9) for score in scores)
    table = rows(page.select_one("#points table"))
    assert [int(cells[0]) for cells in table.values()] == [counted[at] for at in range(10)]
    assert list(table)[0] == "from 0, below 2" and list(table)[-1] == "18 to 20"
    assert f"0 to 2 points: {counted[0]};" in page.find(id="scores-desc").text


def test_outcomes_and_parts_are_those_of_the_gradebook(page: BeautifulSoup, course: Path) -> None:
    by_exercise: dict[str, Counter[str]] = {"double": Counter(), "quadruple": Counter()}
    for verdict in json.loads((course / "verdicts.json").read_text()):
        for exercise in verdict["exercises"] if verdict["status"] != "unreadable" else []:
            some = 0 < exercise["score"] < exercise["max_score"]
            by_exercise[exercise["id"]]["with some of the points" if some else exercise["outcome"]] += 1
    for bar in page.select(".stack"):
        name, _, counts = bar["aria-label"].partition(": ")
        told = {kind: int(number) for number, _, kind in (part.partition(" ") for part in counts.split(", "))}
        assert told == by_exercise[name]

    judged = {name: points for name, points in held(course).items() if name not in ("Oğuz", "Untouched")}
    totals = {name: sum(points.values()) for name, points in judged.items()}
    found = rows(page.select("#exercises table")[0]) | rows(page.select("#exercises table")[1])
    for title, exercise, worth, have in (
        ("live case", "double", 7.5, {name for name, points in judged.items() if points["double"] >= 7.5}),
        ("values", "quadruple", 10, {name for name, points in judged.items() if points["quadruple"] == 10}),
    ):
        has = [name in have for name in judged]
        rest = [totals[name] - worth * (name in have) for name in judged]
        number = f"{pearsonr(has, rest)[0]:.2f}".replace("-", "−")
        assert found[title][:2] == [f"{worth:g}", f"{len(have)} of {len(judged)}"], exercise
        assert f"({number})" in found[title][2]


def test_mistakes_are_counted_as_they_were_told(page: BeautifulSoup, course: Path) -> None:
    told = {}
    for item in page.select(".said li"):
        told[item.p.select("code")[-1].text, item.p.text.split("\n")[0]] = int(item.b.text)
    wrong = [paper for paper in PAPERS.values() if paper and b"3 * x" in paper[f"{SLUG}.ipynb"]]
    assert told["double", "the values are wrong"] == len(wrong) == 2
    assert told["double", "the input was changed"] == 2
    assert told["quadruple", "the values are wrong"] == 4
    assert any(says.startswith("double raised") for _, says in told)


def test_what_is_odd_is_named(page: BeautifulSoup) -> None:
    shown = {head.text: [name.bdi.text for name in head.find_next("ul")("li")] for head in page.select("#odd h3")}
    assert shown.pop("Unreadable: 1") == ["Oğuz"] and shown.pop("Empty: 1") == ["Untouched"]
    assert shown.pop("Crashed: 1") == ["Nils"] and shown.pop("Doubtful: 1") == ["Nils"]
    assert shown.pop("Late: 1") == [LATE] and shown.pop("Nothing handed in: 2") == ["Absent", "In the roster only"]
    assert not shown  # nothing has changed since, nobody is without a verdict


def test_names_are_text_and_nothing_else(file: Path, page: BeautifulSoup) -> None:
    assert not page("img") and not page("script") and not page("link")
    assert len(page.find_all("bdi", string="<img src=x onerror=alert(1)>")) >= 1
    rest = re.sub(r"&lt;.*?&gt;", "", file.read_text())
    assert not re.search(r"\son\w+=", rest) and set(re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(.)", rest)) == {"#"}


CONTRAST = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const ground = node => { for (; node; node = node.parentElement) {
    const color = rgb(getComputedStyle(node).backgroundColor); if (color.length < 4 || color[3] > 0) return color; }
    return [255, 255, 255]; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), weak = []; let seen = 0;
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || ["TITLE", "title", "desc"].includes(node.tagName)) continue;
    const style = getComputedStyle(node), ink = rgb(node.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [dark, bright] = [light(ink), light(ground(node))].sort((a, b) => a - b);
    const ratio = (bright + .05) / (dark + .05);
    seen++; if (ratio < 4.5) weak.push([texts.currentNode.data.trim(), ratio]);
  }
  return [seen, weak];
}"""
OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter(each => !each.closest(".skip, .stack"))
  .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no Chromium here (Debian: apt-get install chromium)")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_well_on_a_phone_and_on_a_desk(browser: Browser, file: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    opened, wrong, asked = context.new_page(), [], []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.route("**/*", lambda route: (asked.append(route.request.url), route.continue_()))
    opened.goto(file.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    shot(opened, f"report-{width}-{scheme}")
    assert asked == [file.as_uri()] and not wrong
    assert opened.evaluate("document.documentElement.scrollWidth") == width and opened.evaluate(OVERFLOW) == []
    seen, weak = opened.evaluate(CONTRAST)
    assert seen > 100 and weak == []
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "To the figures"
    context.close()


def test_it_can_be_heard(page: BeautifulSoup) -> None:
    """Landmarks, headings in order, words for every picture, captions and scopes of every table."""
    assert page.html["lang"] == "en" and all(len(page(name)) == 1 for name in ("main", "header", "footer", "h1"))
    levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    for region in page("section"):
        assert page.find(id=region["aria-labelledby"]).name == "h2"
    for picture in page("svg"):
        title, words = (page.find(id=name) for name in picture["aria-labelledby"].split())
        assert picture["role"] == "img" and len(title.text) > 10 and len(words.text) > 30
    assert len(page("svg")) == 3 and page("table")
    for table in page("table"):
        assert table.caption.text and all(head["scope"] == "col" for head in table.thead("th"))
        assert all(row.th["scope"] == "row" for row in table.tbody("tr"))
    ids = [each["id"] for each in page.find_all(id=True)]
    assert len(ids) == len(set(ids)) and all(page.find(id=link["href"][1:]) for link in page("a"))


def test_verdicts_alone_say_as_much_as_they_can(course: Path, page: BeautifulSoup, tmp_path: Path) -> None:
    alone = of_json(tmp_path, json.loads((course / "verdicts.json").read_text()))
    for name in ("exercises", "mistakes", "telling", "time"):
        assert section(alone, name) == section(page, name)
    assert "from verdicts alone" in section(alone, "alike") and "from verdicts alone" in section(alone, "odd")
    assert "median, gradebook" not in facts(alone)


def test_hardly_any_submissions_are_told_as_they_are(course: Path, tmp_path: Path) -> None:
    verdicts = {each["submission"]: each for each in json.loads((course / "verdicts.json").read_text())}
    empty = of_json(tmp_path, [])
    assert "No submission has a verdict" in section(empty, "points") and not empty("svg")
    one = of_json(tmp_path, [verdicts["Jūratė"]])
    assert facts(one)["graded"] == "1" and "there is 1" in section(one, "telling")
    same = of_json(tmp_path, [verdicts["Mei-Ling"] | {"submission": f"s{number}"} for number in range(12)])
    assert "All 12 have the same points: 10 of 20." in section(same, "points")
    assert "No part can tell anything" in section(same, "telling")
    assert "Nobody has quadruple: values" in section(same, "telling")
    assert "Everybody has double: values double: live case" in section(same, "telling")


@pytest.mark.parametrize(
    ("most", "scores", "counts"),
    [
        (92, [0, 9.99, 10, 89.9, 90, 92], {0: 2, 1: 1, 8: 1, 9: 2}),
        (100, [-5, 100, 110], {0: 1, 9: 2}),
        (0.5, [0.5], {9: 1}),
        (0, [0], {0: 1}),
        (7, [6.5, 7], {6: 2}),
    ],
)
def test_every_score_is_in_one_bin(most: float, scores: list[float], counts: dict[int, int]) -> None:
    bins = spread(scores, most)
    assert {at: each.count for at, each in enumerate(bins) if each.count} == counts
    assert bins[0].low == 0 and bins[-1].high == (most or 1)


def test_what_has_changed_since_is_told(course: Path, unit: Unit) -> None:
    place = course / "submitted" / "Jūratė" / SLUG / f"{SLUG}.ipynb"
    before = place.read_bytes()
    place.write_bytes(submission()[f"{SLUG}.ipynb"])
    results = of_course(Course(course), unit)
    place.write_bytes(before)
    assert results.changed == ("Jūratė",) and len(results.verdicts) == len(PAPERS)
    (odd,) = [each for each in odd_submissions(results) if each.kind == "Changed since"]
    assert odd.who == (("Jūratė", ""),)
    assert not of_course(Course(course), unit).changed


def test_wrong_use_is_one_line(course: Path, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text('[{"submission": "ada"}]')
    (tmp_path / "text.json").write_text("no JSON")
    (tmp_path / "object.json").write_text("{}")
    other = json.loads((course / "verdicts.json").read_text())[0] | {"unit": "02_other"}
    (tmp_path / "other.json").write_text(json.dumps([other]))
    shutil.copytree(course / ".unrolled", tmp_path / "gone" / ".unrolled")  # verdicts whose gradebook is lost
    for arguments, told in (
        (("--course", tmp_path / "none"), "there is no course folder"),
        (("--course", tmp_path / "gone"), f"python -m autograder grade {SLUG}"),
        (("--course", tmp_path), f"python -m autograder grade {SLUG}"),
        (("--course", course, "--json", tmp_path / "list.json"), "not both"),
        (("--json", tmp_path / "none.json"), "No such file"),
        (("--json", tmp_path / "list.json"), "entry 1"),
        (("--json", tmp_path / "text.json"), "is no JSON"),
        (("--json", tmp_path / "object.json"), "no list of verdicts"),
        (("--json", tmp_path / "other.json"), "02_other"),
        (("--course", course, "--to", tmp_path), "cannot be written"),
    ):
        output = said("report", SLUG, *arguments, status=2).strip()
        assert told in output and "\n" not in output, output
    assert not list(tmp_path.rglob("*.html")) and not list(tmp_path.rglob("gradebook.db"))
    assert "Example:" in said("report", "--help")
