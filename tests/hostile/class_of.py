"""One class, handed in by hostile students beside honest ones, and graded by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ComputeChecksums

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from toy_course import SLUG, make_course, submission  # noqa: E402

from autograder.course.units import Unit  # noqa: E402
from autograder.sandbox import confine  # noqa: E402

locked = pytest.mark.skipif(confine.available() is not None, reason=f"no lockdown here: {confine.available()}")
FULL = 20.0
PROGRAM = """
import sys
from pathlib import Path
from autograder.course import units
root = Path({root!r})
units.find_unit = lambda slug, root=root: units.Unit(slug, Path(root))
{before}
sys.argv = ["grade", "grade", {slug!r}, "--course", {folder!r}, *{options!r}]
from autograder.__main__ import app
app()
"""
SMALL_LIMITS = """
from autograder.sandbox import watchdog
from autograder.judging import examiner
Limits = watchdog.Limits
examiner.Limits = lambda: Limits(cell_seconds=2, call_seconds=1, **{limits!r})
"""

Attack = Callable[["Class", str], None]


@dataclass
class Graded:
    """What the command said and left."""

    status: int
    said: str
    verdicts: dict[str, dict] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Class:
    """A course folder of the toy unit, and a folder for temporary files that is its own."""

    folder: Path
    root: Path
    temporary: Path

    @classmethod
    def at(cls, place: Path) -> Class:
        """An empty class."""
        root = make_course(place / "root")
        unit = Unit(SLUG, root)
        nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
        (place / "class").mkdir()
        temporary = tempfile.mkdtemp(prefix="hostile-")  # a socket's path must be short
        return cls(place / "class", root, Path(temporary))

    def place(self, student: str) -> Path:
        """The student's folder for the unit."""
        return self.folder / "submitted" / student / SLUG

    def hand_in(self, student: str, files: dict[str, bytes] | None = None) -> Path:
        """Put files into a student's folder; a right notebook by default."""
        place = self.place(student)
        for name, content in (submission() if files is None else files).items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
        return place

    def command(self, *options: str, before: str = "", **limits: float) -> list[str]:
        """The command line: the real one, with the toy unit and small limits in the place of the real ones."""
        settings = SMALL_LIMITS.format(limits=limits) + before
        names = {"root": str(self.root), "folder": str(self.folder), "slug": SLUG, "before": settings}
        told = ("--json", str(self.folder / "verdicts.json"), *options)
        return [sys.executable, "-c", PROGRAM.format(options=told, **names)]

    def begin(self, *options: str, before: str = "", **limits: float) -> subprocess.Popen[str]:
        """Start the command."""
        environment = os.environ | {"TMPDIR": str(self.temporary), "COLUMNS": "200"}
        return subprocess.Popen(
            self.command(*options, before=before, **limits),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="surrogateescape",
            env=environment,
            cwd=self.root,
            start_new_session=True,
        )

    def end(self, grading: subprocess.Popen[str], seconds: float = 240) -> Graded:
        """Wait for the command, and read what it left."""
        try:
            said, _ = grading.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(grading.pid, 9)
            said, _ = grading.communicate()
            raise AssertionError(f"grading did not come to its end:\n{said}") from None
        graded = Graded(grading.returncode, said)
        file = self.folder / "verdicts.json"
        if file.is_file():
            graded.verdicts = {verdict["submission"]: verdict for verdict in json.loads(file.read_bytes())}
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            graded.scores = {student["id"]: student["score"] for student in gradebook.student_dicts()}
        return graded

    def grade(self, *options: str, **limits: float) -> Graded:
        """Run the command to its end."""
        return self.end(self.begin(*options, **limits))

    def left(self) -> list[str]:
        """Temporary files and drafts that are still there."""
        ours = [self.folder / name for name in (".unrolled", "feedback")]
        drafts = [path for folder in ours for path in folder.rglob(".*.*")]
        return [path.name for path in [*self.temporary.iterdir(), *self.folder.glob(".unrolled/draft-*"), *drafts]]

    def processes(self) -> list[psutil.Process]:
        """Processes that work for this class: they have its folder of temporary files in their environment."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("TMPDIR") == str(self.temporary) or str(self.temporary) in process.cwd()
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def processes_end(self) -> None:
        """Fail if a process of the grading is still there shortly after."""
        until = time.monotonic() + 20
        while self.processes() and time.monotonic() < until:
            time.sleep(0.1)
        assert not self.processes()

    def nothing_left(self) -> None:
        """Fail if a process, a folder or a file of the grading is still there shortly after."""
        self.processes_end()
        assert self.left() == [], self.left()
