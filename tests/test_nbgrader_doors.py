"""nbgrader's other doors, each opened by nbgrader itself: its exchange, its export, and what people change in between.

What formgrader's buttons call is called here: :class:`nbgrader.apps.api.NbGraderAPI`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeFetchFeedback, ExchangeSubmit
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import ComputeChecksums
from rich.console import Console
from toy_course import DOUBLE, SLUG, make_course, submission
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.commands.closing import show
from autograder.course import units
from autograder.course.units import Unit, grade_id
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook import books, transaction
from autograder.gradebook.course_folder import Course
from autograder.gradebook.loose import Loose
from autograder.gradebook.standing import Standing
from autograder.nbgrader_settings import CONFIG, LINES
from autograder.sandbox import confine

pytestmark = pytest.mark.skipif(confine.available() is not None, reason=f"no lockdown here: {confine.available()}")
QUICKSTART = """
import subprocess
from nbgrader.apps.quickstartapp import QuickStartApp
call = subprocess.call
subprocess.call = lambda command, **how: call(command, **how) if "generate_config" in command else 0  # no students
QuickStartApp.launch_instance(["course101"])
"""
WRONG = "def double(x):\n    return 3 * x"


class Clerk:
    """Writes in this process: starting one of its own takes longer than all that it does here."""

    def __init__(self, role: str, count: int, context: object, begin: Callable[..., None], args: tuple, _: object):
        begin(*args)

    def __enter__(self) -> Clerk:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., object], *args: object) -> Future[object]:
        done: Future[object] = Future()
        try:
            done.set_result(function(*args))
        except Exception as error:
            done.set_exception(error)
        return done


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    """The toy unit, known under its slug, its release with the checksums that nbgrader's gradebook wants."""
    root = make_course(tmp_path_factory.mktemp("toy") / "root")
    unit = Unit(SLUG, root)
    nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "find_unit", lambda slug, _=root: Unit(slug, root))
        patch.setenv("COLUMNS", "160")
        patch.setattr(books, "Workers", Clerk)
        yield Unit(SLUG, root)


def grade(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["grade", SLUG, *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def hand_in(folder: Path, student: str, double: str, timestamp: str = "") -> None:
    place = folder / "submitted" / student / SLUG
    place.mkdir(parents=True)
    (place / f"{SLUG}.ipynb").write_bytes(submission(double)[f"{SLUG}.ipynb"])
    if timestamp:
        (place / "timestamp.txt").write_text(timestamp)


def with_files_beside(folder: Path, student: str) -> Path:
    """Hand in a right notebook that needs a module, that one a package, and an array."""
    double = (
        "import my_helpers\nimport numpy as np\ndef double(x):\n    return my_helpers.TWO * x + np.load('zero.npy')"
    )
    hand_in(folder, student, double)
    place = folder / "submitted" / student / SLUG
    (place / "my_helpers.py").write_text("from numbers_of_mine.two import TWO")
    (place / "numbers_of_mine").mkdir()
    (place / "numbers_of_mine" / "two.py").write_text("TWO = 2")
    np.save(place / "zero.npy", 0.0)
    return place


def book(folder: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{folder / 'gradebook.db'}")


def lying(folder: Path, step: str, ending: str) -> dict[str, int]:
    """When what lies in a step's folders was written, by student."""
    paths = folder.glob(f"{step}/*/{SLUG}/{SLUG}.{ending}")
    return {path.parts[-3]: path.stat().st_mtime_ns for path in paths}


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, when in after.items() if before.get(name) != when}


def page(folder: Path, student: str) -> str:
    return (folder / "feedback" / student / SLUG / f"{SLUG}.html").read_text()


def test_what_people_change_between_two_runs_is_followed_and_nothing_else(unit: Unit, tmp_path: Path) -> None:
    folder = tmp_path / "class [of] '30"  # names that are patterns and need quotes elsewhere
    hand_in(folder, "ada", DOUBLE, "2030-01-15 13:00:00 UTC")
    hand_in(folder, "ben", WRONG)
    hand_in(folder, "cleo", DOUBLE, "half past nine")
    with_files_beside(folder, "dora")

    said = grade("--course", folder)
    assert "cleo: timestamp.txt holds no time" in said
    (command,) = (line.partition("formgrader")[2] for line in said.splitlines() if line.startswith("formgrader"))
    assert shlex.split(command)[:3] == ["cd", str(folder), "&&"]
    assert "configure(get_config(), course=__file__)" in (folder / CONFIG).read_text()
    pages, notebooks = lying(folder, "feedback", "html"), lying(folder, "autograded", "ipynb")
    assert set(pages) == set(notebooks) == {"ada", "ben", "cleo", "dora"}
    with book(folder) as gradebook:
        assert gradebook.find_submission(SLUG, "dora").score == 20

    with book(folder) as gradebook:  # graded by hand, and by something else
        found = gradebook.find_grade("check_double", SLUG, SLUG, "ada")
        found.manual_score, found.extra_credit = 7, 1.25
        gradebook.find_comment("double", SLUG, SLUG, "ada").manual_comment = "Mind the edges."
        gradebook.find_grade("check_double", SLUG, SLUG, "ben").auto_score = 10
        gradebook.db.commit()
    said = grade("--course", folder)
    assert "mended for ben" in said and "18.25" in said
    after = lying(folder, "feedback", "html")
    assert changed(pages, after) == {"ada", "ben"}
    assert changed(notebooks, lying(folder, "autograded", "ipynb")) == {"ben"}
    assert "Mind the edges." in page(folder, "ada") and "18.25" in page(folder, "ada")
    with book(folder) as gradebook:
        assert gradebook.find_grade("check_double", SLUG, SLUG, "ben").auto_score == 0
        assert not gradebook.find_grade("check_quadruple", SLUG, SLUG, "ada").needs_manual_grade
        gradebook.update_or_create_assignment(SLUG, duedate="2030-01-15 12:00:00 UTC")
    with open(folder / CONFIG, "a") as settings:
        settings.write("\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n")
    pages = after

    said = grade("--course", folder)  # due before ada handed in, and being late costs all
    assert "-18.25" in said and "late" in said
    after = lying(folder, "feedback", "html")
    assert changed(pages, after) == {"ada"}
    pages = after
    with book(folder) as gradebook:
        assert gradebook.find_submission(SLUG, "ada").late_submission_penalty == 18.25
        gradebook.find_submission(SLUG, "ada").extension = timedelta(hours=2)
        gradebook.db.commit()

    assert "-18.25" not in grade("--course", folder)
    assert changed(pages, lying(folder, "feedback", "html")) == {"ada"}
    with book(folder) as gradebook:
        assert not gradebook.find_submission(SLUG, "ada").late_submission_penalty
        assert gradebook.find_submission(SLUG, "ada").score == 18.25
    pages = lying(folder, "feedback", "html")
    grade("--course", folder)
    assert lying(folder, "feedback", "html") == pages


@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # nbgrader's own: it forgets to close files, too
@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_class_through_the_exchange_and_into_the_export(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, exchange, home = tmp_path / "class", tmp_path / "exchange", tmp_path / "home"
    hand_in(folder, "by_hand", WRONG)  # not through the exchange: no time, no secret
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")  # nbgrader runs alembic
    Course(folder).settle_settings()
    with open(folder / CONFIG, "a") as settings:
        settings.write(
            f"c = get_config()\nc.CourseDirectory.course_id = 'one'\nc.Exchange.root = {str(exchange)!r}\n"
            f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\nc.CourseDirectory.release_directory = 'assignments'\n"
        )
    os.symlink(unit.root / "assignments", folder / "assignments")
    course = Course(folder)
    api = NbGraderAPI(course.directory, parent=course.app)

    def done(result: dict[str, object]) -> None:
        assert result["success"], result

    done(api.release_assignment(SLUG))
    course.directory.assignment_id = SLUG
    as_student = {"coursedir": course.directory, "authenticator": Authenticator(), "parent": course.app}
    ExchangeFetchAssignment(**as_student).start()
    (home / SLUG / f"{SLUG}.ipynb").write_bytes(submission()[f"{SLUG}.ipynb"])
    ExchangeSubmit(**as_student).start()
    done(api.collect(SLUG))
    (student,) = {path.name for path in (folder / "submitted").iterdir()} - {"by_hand"}

    grade("--course", folder)
    done(api.release_feedback(SLUG))
    ExchangeFetchFeedback(**as_student).start()
    (fetched,) = home.glob(f"{SLUG}/feedback/*/{SLUG}.html")
    assert fetched.read_text() == page(folder, student)
    assert len(list((exchange / "one" / "feedback").iterdir())) == 2
    done(api.generate_feedback(SLUG, force=True))
    assert "20.0 / 20.0" in page(folder, student).replace("20 / 20", "20.0 / 20.0")

    with course.gradebook() as gradebook:
        CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(gradebook)
    rows = csv.DictReader((tmp_path / "grades.csv").open())
    assert {row["student_id"]: float(row["score"]) for row in rows} == {"by_hand": 10, student: 20}


def test_files_beside_a_loose_notebook_count_as_in_a_class(unit: Unit, tmp_path: Path) -> None:
    place = with_files_beside(tmp_path, "ada")
    (place / "others.ipynb").write_text("the work of somebody else")
    grade(place / f"{SLUG}.ipynb", "--json", tmp_path / "found.json")
    assert json.loads((tmp_path / "found.json").read_text())[0]["score"] == 20
    read = Loose("ada", place / f"{SLUG}.ipynb").read(SLUG)
    assert set(read) == {f"{SLUG}.ipynb", "my_helpers.py", "numbers_of_mine/two.py", "zero.npy"}


def test_nothing_is_read_beside_a_loose_notebook_that_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    place = tmp_path / "work"
    place.mkdir()
    (place / "link.csv").symlink_to(tmp_path / "secret.txt")
    (place / "folder").symlink_to(tmp_path)
    (place / ".hidden.txt").write_text("x")
    (place / "mine.csv").write_text("1,2")
    names = "link.csv ../secret.txt folder/secret.txt .hidden.txt /etc/hostname.txt other.ipynb ./mine.csv"
    (place / "one.ipynb").write_text(json.dumps({"cells": [{"source": f"import folder\nopen('{names}')"}]}))
    assert set(Loose("one", place / "one.ipynb").read(SLUG)) == {f"{SLUG}.ipynb", "mine.csv"}


def test_the_closing_table_says_what_counts_and_what_waits() -> None:
    exercises = (ExerciseVerdict("add", "correct", 92, 92),)
    verdicts = [Verdict(name, SLUG, "graded", 0.1, (), exercises, 1) for name in ("ada", "ben", "cleo")]
    held = {
        "ada": Standing({}, written=7, score=99, penalty=20, waiting=0, is_late=True, shown=""),
        "ben": Standing({}, written=0, score=92, penalty=0, waiting=2, is_late=False, shown=""),
    }
    screen = Console(width=100, file=io.StringIO())
    show(verdicts, screen, held)
    head, ada, ben, cleo, *_ = screen.file.getvalue().splitlines()
    assert head.split() == ["submission", "points", "written", "late", "gradebook", "to", "grade", "exercises", "note"]
    assert ada.split()[:5] == ["ada", "92/92", "7", "-20", "79"] and ben.split()[:4] == ["ben", "92/92", "92", "2"]
    assert cleo.split()[:3] == ["cleo", "92/92", "●"]  # not in the gradebook yet


def test_settings_that_know_nothing_of_the_grader_are_told_the_lines(unit: Unit, tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", DOUBLE)
    (tmp_path / f"submitted/ada/{SLUG}/{SLUG}.ipynb").write_text("no notebook: it need not be judged")
    (tmp_path / CONFIG).write_text("c = get_config()\n")
    said = grade("--course", tmp_path, "--no-feedback")
    assert not lying(tmp_path, "feedback", "html")
    assert "autograde" in said and all(line in said for line in LINES.splitlines())
    (tmp_path / CONFIG).write_text(LINES)
    assert LINES.splitlines()[0] not in grade("--course", tmp_path)
    assert set(lying(tmp_path, "feedback", "html")) == {"ada"}


@pytest.mark.filterwarnings("ignore")  # nbgrader's own
def test_nbgrader_by_itself_pays_nothing_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder made by its quickstart, a right answer with its real check, graded as by formgrader's button."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")  # nbgrader runs alembic
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    subprocess.run([sys.executable, "-c", QUICKSTART], check=True, capture_output=True)
    course = Course(tmp_path / "course101")
    real = nbformat.read(Unit("01_rnn_step_by_step").source_notebook, as_version=4)
    wanted = ("rnn_cell_forward", "check_rnn_cell_forward")
    first = next(cell for cell in real.cells if cell.cell_type == "code")
    real.cells = [first, *(cell for cell in real.cells if grade_id(cell) in wanted)]
    for place in ("source/ps2", "submitted/ada/ps2"):
        (course.folder / place).mkdir(parents=True)
        nbformat.write(real, course.folder / place / "ps2.ipynb")
    api = NbGraderAPI(course.directory, parent=course.app)
    assert api.generate_assignment("ps2")["success"]
    assert api.autograde("ps2", "ada")["success"]
    with course.gradebook() as gradebook:
        found = gradebook.find_submission("ps2", "ada")
        assert (found.score, found.max_score) == (0, 7)
    (check,) = nbformat.read(course.folder / "autograded/ada/ps2/ps2.ipynb", as_version=4).cells[-1:]
    assert all(line in check.outputs[0].evalue for line in LINES.splitlines())


def test_a_gradebook_that_stays_locked_is_a_sentence(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "PATIENCE", 0.1)
    hand_in(tmp_path, "ada", DOUBLE)
    course = Course(tmp_path)
    course.prepare(unit)
    with course.gradebook() as gradebook:
        gradebook.db.connection().exec_driver_sql("BEGIN EXCLUSIVE")
        result = CliRunner().invoke(app, ["grade", SLUG, "--course", str(tmp_path)])
    assert result.exit_code == 1
    assert "gradebook.db locked" in result.output.replace("\n", "") and "Traceback" not in result.output
