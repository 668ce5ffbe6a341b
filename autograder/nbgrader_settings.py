"""How nbgrader is set up for this course: the same for the checkout and for a class folder elsewhere.

A class folder's ``nbgrader_config.py`` says, at its end::

    from autograder.nbgrader_settings import configure
    configure(get_config(), course=__file__)
"""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from autograder.course.root import ROOT

EXPORTER = "autograder.gradebook.engine.SubmissionExporter"
PAGES = "autograder.gradebook.pages.PageExporter"
CODE_STUB = """\
# Your code goes here, in the place of the next line.
raise NotImplementedError("this exercise waits for your code")"""
TEXT_STUB = "*Your answer goes here, in the place of this line.*"

# The steps of `nbgrader autograde`: its own, but for the first of each list, which are ours, and late work. Names, not
# classes: building notebooks needs none of them.
CLEANING = (
    "autograder.gradebook.engine.Reconcile",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
GRADING = (
    "autograder.gradebook.engine.TrustedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.gradebook.people.extra_time.PenaltiesWithExtraTime",
    "nbgrader.preprocessors.CheckCellMetadata",
)

CONFIG = "nbgrader_config.py"
LINES = """\
from autograder.nbgrader_settings import configure
configure(get_config(), course=__file__)
"""
CLASS_CONFIG = f'''"""nbgrader's settings for this class: units come from the checkout, all else lives here."""

import sys

sys.path.insert(0, {str(ROOT)!r})

{LINES.replace(chr(10), chr(10) * 2, 1)}'''
"""The whole ``nbgrader_config.py`` of a class folder that has none."""


def configure(c: Config, course: Path | str = ROOT) -> None:
    """Set nbgrader up: sources and releases come from this checkout, everything of the class lives in ``course``.

    ``course`` is a folder, or the ``nbgrader_config.py`` in it.
    """
    course = Path(course).resolve()
    course = course.parent if course.name == CONFIG else course
    # Relative where possible: nbgrader makes a regular expression of an absolute path without quoting it.
    home = Path() if course == ROOT else ROOT
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.source_directory = str(home / "solutions")
    c.CourseDirectory.release_directory = str(home / "assignments")
    # nbgrader releases every file beside a source notebook. The script there is the worked solution.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "[0-9][0-9]_*.py"]
    c.ClearSolutions.code_stub = {"python": CODE_STUB}
    c.ClearSolutions.text_stub = TEXT_STUB
    c.Autograde.exporter_class = EXPORTER
    c.Autograde.sanitize_preprocessors = list(CLEANING)
    c.Autograde.autograde_preprocessors = list(GRADING)
    c.GenerateFeedback.exporter_class = PAGES
    c.PenaltiesWithExtraTime.course = str(course)


def is_configured(c: Config) -> bool:
    """Whether these settings have nbgrader's own ``autograde`` grade as ``grade`` does."""
    found = c.Autograde
    steps = {str(step) for name in ("sanitize_preprocessors", "autograde_preprocessors") for step in _list(found[name])}
    return {CLEANING[0], GRADING[0]} <= steps and found.exporter_class == EXPORTER


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
