"""Verdicts written into a course folder: nbgrader's gradebook, autograded notebooks and feedback pages.

What is decided about the gradebook is decided by stock nbgrader: its preprocessors, in the order and with the settings
that the course's configuration gives to ``nbgrader autograde``, run in this process. So partial credit, written answers
left for the grader, manual grades that stay and penalties for late work are as nbgrader has them.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.paths import jupyter_config_path
from nbconvert.exporters import Exporter, HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning
from traitlets.config import Application, Config
from traitlets.config.application import ConfigFileNotFound

from autograder.course.units import Unit
from autograder.gradebook.beginning import BadCourse, create_gradebook, prepare
from autograder.gradebook.beside import put, shown_safely
from autograder.gradebook.engine import GRADED, Graded, are_known, steps
from autograder.gradebook.entry.entry import entered
from autograder.gradebook.entry.text import text_of
from autograder.gradebook.ledger import write_whole
from autograder.gradebook.pages import PageExporter
from autograder.gradebook.standing import Standing, standings
from autograder.gradebook.submitted import HandedIn, handed_in
from autograder.gradebook.transaction import SharedGradebook, told_when_busy, wait_for_others
from autograder.judging.folder import TIMESTAMP, read_timestamp
from autograder.judging.submissions import Submission, course_key
from autograder.nbgrader_settings import CLASS_CONFIG, CONFIG, configure, is_configured

SECRET = "submission_secret.txt"  # nbgrader's: under what name its exchange keeps a student's page
_NBGRADERS_SECRET = re.compile(rb"[0-9a-f]{16,256}")
DRAFTS = "draft-"  # how folders for drafts in ``.unrolled`` begin


class Course:
    """An nbgrader course folder: ``submitted/`` in; ``gradebook.db``, ``autograded/`` and ``feedback/`` out."""

    def __init__(self, folder: Path, drafts: Path | None = None) -> None:
        """``drafts``: where files are written before they take their places; in ``.unrolled`` by default."""
        warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own, on every new submission
        self.folder = folder.resolve()
        self.state = self.folder / ".unrolled"
        self.drafts = drafts
        self.app = _settings(self.folder)
        self.directory = CourseDirectory(parent=self.app, root=str(self.folder))
        wait_for_others()

    def settle_settings(self) -> bool:
        """Write the folder's ``nbgrader_config.py`` if there is none. Whether nbgrader then grades as we do."""
        if not (self.folder / CONFIG).is_file():
            write_whole(self.folder / CONFIG, CLASS_CONFIG.encode())
            return True
        return is_configured(self.app.config)

    def path(self, step: str, student: str, unit: Unit) -> Path:
        """A student's folder for a unit at a step: ``submitted``, ``autograded`` or ``feedback``."""
        return Path(self.directory.format_path(getattr(self.directory, f"{step}_directory"), student, unit.slug))

    def handed_in(self, unit: Unit) -> HandedIn:
        """What the class handed in for a unit."""
        return handed_in(self.directory, unit)

    def submissions(self, unit: Unit) -> list[Submission]:
        """The submissions of a unit, by student."""
        return self.handed_in(unit).submissions

    def prepare(self, unit: Unit) -> None:
        """Make sure that the gradebook exists and knows the unit as it is released now.

        Raises BadCourse, GradebookBusy.
        """
        with self._alone(), told_when_busy(self.directory.db_url):
            prepare(self.directory, unit)

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook, open; use it in a ``with``."""
        create_gradebook(self.directory.db_url)  # what is no database is told here; nbgrader would not let go of it
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def has_students(self) -> bool:
        """Whether anybody is in the gradebook, if there is one; none is begun."""
        database = Path(self.directory.db_url.removeprefix("sqlite:///"))
        if self.directory.db_url.startswith("sqlite:") and not database.is_file():
            return False
        with self.gradebook() as gradebook:
            return bool(gradebook.students)

    def standings(self, unit: Unit, student: str | None = None) -> dict[str, Standing]:
        """What the gradebook holds, by student; of one student if there is a name. Raises GradebookBusy."""
        with told_when_busy(self.directory.db_url), self._shared.looked_at() as gradebook:
            return standings(gradebook, unit, student)

    def made(self, student: str, unit: Unit, standing: Standing | None = None) -> dict[str, str]:
        """Fingerprints of the notebook and the page as they lie there, each empty if it is not there.

        Without a standing, the page counts as not there.
        """
        notebook = self.path("autograded", student, unit) / f"{unit.slug}.ipynb"
        made = {"notebook": _digest(notebook.read_bytes()) if notebook.is_file() else "", "page": ""}
        if standing:
            page = self.path("feedback", student, unit) / f"{unit.slug}.html"
            beside = (page.with_name(TIMESTAMP), page.with_name(SECRET))
            if page.is_file() and all(path.is_file() for path in beside):
                made["page"] = _digest(page.read_bytes(), standing.shown.encode())
        return made

    def write(self, submission: Submission, graded: Graded) -> None:
        """Write a verdict into the gradebook, and the autograded notebook with the student's other files beside it."""
        student, unit, stamp = submission.name, graded.unit, read_timestamp(submission.path)
        known = {"timestamp": stamp[1]} if stamp else {}
        notebook, resources = NotebookNode(), self._resources(unit, student) | {GRADED: graded}
        with self._alone():
            with told_when_busy(self.directory.db_url), self._entry(student, unit, known):
                for step in self._steps:
                    notebook, resources = step(notebook, resources)
            text = text_of(notebook) if self._steps_are_known else nbformat.writes(notebook)
            files = shown_safely(graded.files)[0] | {f"{unit.slug}.ipynb": f"{text}\n".encode()}
            if stamp:
                files[TIMESTAMP] = stamp[0]
            self._replace(self.path("autograded", student, unit), files)

    def penalise(self, student: str, unit: Unit) -> None:
        """Have nbgrader work out anew what being late costs: due date, extension or plugin may be others."""
        steps = [step for step in self._steps if isinstance(step, AssignLatePenalties)]
        with self._alone(), told_when_busy(self.directory.db_url), self._shared.transaction(steps):
            for step in steps:
                step(NotebookNode(cells=[]), self._resources(unit, student))

    def write_feedback(self, student: str, unit: Unit) -> Path:
        """Make the page that the student gets, as ``nbgrader generate_feedback`` does, from the autograded notebook."""
        source = self.path("autograded", student, unit) / f"{unit.slug}.ipynb"
        resources = self._resources(unit, student) | {"unique_key": unit.slug, "output_files_dir": f"{unit.slug}_files"}
        with told_when_busy(self.directory.db_url), self._shared.looked_at(self._page_maker._preprocessors):
            page, _ = self._page_maker.from_filename(str(source), resources=resources)
        target = self.path("feedback", student, unit) / f"{unit.slug}.html"
        write_whole(target, page.encode(), drafts=self.drafts)
        for name, content in self._beside_page(student, source.parent).items():
            write_whole(target.with_name(name), content, drafts=self.drafts)
        return target

    def _beside_page(self, student: str, graded: Path) -> dict[str, bytes]:
        """What ``nbgrader release_feedback`` wants beside a page, and stops a whole class for the lack of.

        The secret is in the name of the released page. Who handed in without nbgrader's exchange has none, and no way
        to fetch a page from there either; so the name is one that nobody else can guess.
        """
        made = hmac.new(course_key(self.folder), f"page of {student}".encode(), hashlib.sha256).hexdigest()
        theirs = _content(graded / SECRET)
        secret = theirs if _NBGRADERS_SECRET.fullmatch(theirs) else made.encode()
        return {TIMESTAMP: _content(graded / TIMESTAMP), SECRET: secret}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A block in which no other process of ours writes into the gradebook: SQLite would refuse one of two."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        with open(self.state / "gradebook.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _entry(self, student: str, unit: Unit, known: dict[str, datetime]) -> Iterator[None]:
        """A block in which the steps write a submission's entry, as a whole or not at all."""
        if self._steps_are_known:
            with entered(self._shared.engine, self._steps, unit.slug, student, **known):
                yield
        else:
            with self._shared.transaction(self._steps) as gradebook:
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(unit.slug, student, **known)
                yield

    @cached_property
    def _shared(self) -> SharedGradebook:
        return SharedGradebook(self.directory.db_url, self.directory.course_id)

    @cached_property
    def _steps(self) -> list[Any]:
        """What ``nbgrader autograde`` does to a submission in this course, our own steps included."""
        converter = Autograde(coursedir=self.directory, parent=self.app)
        return [step(parent=self.app) for step in steps(converter)]

    @cached_property
    def _steps_are_known(self) -> bool:
        return are_known(self._steps)

    @cached_property
    def _page_maker(self) -> Exporter:
        converter: BaseConverter = GenerateFeedback(coursedir=self.directory, parent=self.app)
        kind = PageExporter if converter.exporter_class is HTMLExporter else converter.exporter_class
        exporter = kind(parent=converter, config=converter.config)
        for step in converter.preprocessors:
            exporter.register_preprocessor(step)
        return exporter

    def _resources(self, unit: Unit, student: str) -> dict[str, Any]:
        names = {"assignment": unit.slug, "notebook": unit.slug, "student": student, "db_url": self.directory.db_url}
        return {"nbgrader": names}

    def _replace(self, folder: Path, files: dict[str, bytes]) -> None:
        """Put a folder with these files in the place of ``folder``, all at once."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self.drafts or self.state, prefix=DRAFTS))
        try:
            put(draft / "new", files, mode=0o444)
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.exists():
                os.rename(folder, draft / "old")
            os.rename(draft / "new", folder)
        finally:
            shutil.rmtree(draft)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


class _SettingsReader(NbGrader):
    """nbgrader as far as it reads settings: the process's log stays as it is.

    Any other application of traitlets sets logging up anew and closes the handlers of whoever uses this process; one of
    TensorFlow's closes with it the standard error that it has found.
    """

    def get_default_logging_config(self) -> dict[str, Any]:
        """Nothing but the level of our own logger; ``incremental`` leaves all else alone."""
        return {"version": 1, "incremental": True, "loggers": {type(self).__name__: {"level": "ERROR"}}}


def _settings(folder: Path) -> NbGrader:
    """nbgrader's settings for a course: the user's, then its own. The folder that we are called from has no say."""
    app = _SettingsReader(raise_config_file_errors=True)
    app.update_config(Config({"PenaltiesWithExtraTime": {"course": str(folder)}}))
    if not (folder / CONFIG).is_file():
        ours = Config()
        configure(ours, course=folder)
        app.update_config(ours)
    for paths in (jupyter_config_path(), [str(folder)]):
        try:
            Application.load_config_file(app, CONFIG, path=paths)
        except ConfigFileNotFound:
            continue
        except Exception as error:  # whatever an instructor's configuration file may raise
            raise BadCourse(f"{folder / CONFIG} cannot be read: {type(error).__name__}: {error}") from error
    return app
