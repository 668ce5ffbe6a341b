"""How a gradebook begins: the database that nbgrader would make, and the unit as it is released now."""

from __future__ import annotations

from copy import deepcopy

from alembic.script import ScriptDirectory
from nbgrader.api import Comment, Grade, Gradebook, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveCells
from sqlalchemy import Index, create_engine, inspect, text

from autograder.course.units import Unit

INDEXES = (
    Index("ix_unrolled_grade_notebook", Grade.notebook_id),
    Index("ix_unrolled_comment_notebook", Comment.notebook_id),
    Index("ix_unrolled_submitted_notebook_assignment", SubmittedNotebook.assignment_id),
)
"""What nbgrader and we look up for every submission and page. Without these, each time all of the class's is gone
through: entries took longer the more there were."""


class BadCourse(Exception):
    """The course folder cannot be worked with; the message says why and what to do."""


def prepare(directory: CourseDirectory, unit: Unit) -> None:
    """Do what ``nbgrader generate_assignment`` does to a course's gradebook. Raises BadCourse."""
    create_gradebook(directory.db_url)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        for index in INDEXES:
            index.create(gradebook.engine, checkfirst=True)
        gradebook.update_or_create_assignment(unit.slug)
    names = {"assignment": unit.slug, "notebook": unit.slug, "db_url": directory.db_url}
    try:
        SaveCells(parent=directory.parent).preprocess(deepcopy(unit.release), {"nbgrader": names})
    except RuntimeError as error:
        raise BadCourse(
            f"The release of {unit.slug} has other cells than when the gradebook in {directory.root} was begun: "
            f"grade with that release, or begin a new course folder. ({error})"
        ) from error


def create_gradebook(url: str) -> None:
    """Begin a gradebook with the version that nbgrader would give it.

    nbgrader itself would run ``alembic``, which is not on PATH when Python is called by its path.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if inspect(connection).get_table_names():
                return
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    finally:
        engine.dispose()
