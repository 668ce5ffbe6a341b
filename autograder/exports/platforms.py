"""Scores for a learning platform, through nbgrader's own door::

    nbgrader export --exporter=autograder.exports.platforms.CanvasExporter --to canvas.csv
    nbgrader export --exporter=autograder.exports.platforms.MoodleExporter --to moodle.csv

What counts is what the gradebook holds: manual grades in, late penalties off. Who waits for a person has an empty cell,
which is no grade, and so has who handed in nothing; both are said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins.export import ExportPlugin
from traitlets import Bool, Dict, Unicode

from autograder.exports.scores import Column, Student, columns_of, students_of
from autograder.gradebook.ledger import write_whole

_FORMULA = ("=", "+", "-", "@")


class ScoresExporter(ExportPlugin):
    """What the exporters of platforms have in common."""

    file = "scores.csv"

    partial = Bool(False, help="Export the points so far of those who wait for a person, too.").tag(config=True)
    columns = Dict(
        help="What a column is called on the platform, by unit: {'01_rnn_step_by_step': 'Recurrent networks (4711)'}."
    ).tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file, and say who has no grade in it."""
        columns = columns_of(gradebook, [str(each) for each in self.assignment])
        students = students_of(gradebook, [str(each) for each in self.student])
        write_whole(Path(self.to or self.file), as_csv(self.rows(students, columns)).encode())
        self.log.info("Scores of %d students are in %s", len(students), self.to or self.file)
        chosen = {student.id for student in students}
        for column in columns:
            waiting = [name for name in column.waiting if name in chosen]
            if waiting:
                what = "have their points so far" if self.partial else "have no grade in it yet"
                self.log.warning("%s: %d wait for a person and %s: %s", column.name, len(waiting), what, _some(waiting))
            absent = [name for name in sorted(chosen) if name not in column.held]
            if absent:
                said = "%s: %d handed in nothing and have no grade in it: %s"
                self.log.warning(said, column.name, len(absent), _some(absent))

    def rows(self, students: Sequence[Student], columns: Sequence[Column]) -> Iterable[Sequence[str]]:
        """The lines of the file, its heading first."""
        raise NotImplementedError

    def heading(self, column: Column) -> str:
        """What a unit's column is called."""
        return str(self.columns.get(column.name, column.name))

    def scores(self, student: Student, columns: Sequence[Column]) -> list[str]:
        """A student's cells."""
        points = (column.points(student.id, self.partial) for column in columns)
        return ["" if each is None else f"{round(each, 2):g}" for each in points]


class CanvasExporter(ScoresExporter):
    """A file for Canvas: Grades, Import. It knows students by their number (the roster's ``lms_user_id``) or login."""

    file = "canvas.csv"

    section = Unicode("", help="The section that the students are in.").tag(config=True)

    def rows(self, students: Sequence[Student], columns: Sequence[Column]) -> Iterable[Sequence[str]]:
        """Canvas's columns; the second line says what each assignment is worth."""
        yield ["Student", "ID", "SIS Login ID", "Section", *map(self.heading, columns)]
        yield ["    Points Possible", "", "", "", *(f"{column.worth:g}" for column in columns)]
        for student in students:
            yield [student.shown, student.lms, student.id, self.section, *self.scores(student, columns)]


class MoodleExporter(ScoresExporter):
    """A file for Moodle: Grades, Import, CSV file; map "Username", "ID number" or "Email address" and each unit."""

    file = "moodle.csv"

    def rows(self, students: Sequence[Student], columns: Sequence[Column]) -> Iterable[Sequence[str]]:
        """Three columns to know a student by, and one a unit."""
        yield ["Username", "ID number", "Email address", *map(self.heading, columns)]
        for student in students:
            yield [student.id, student.lms, student.email, *self.scores(student, columns)]


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Lines for a spreadsheet: each cell on one line, and none that a spreadsheet would take for a formula."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: str) -> str:
    flat = "".join(letter if letter.isprintable() else " " for letter in cell)
    return f"'{flat}" if flat.lstrip().startswith(_FORMULA) else flat


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
