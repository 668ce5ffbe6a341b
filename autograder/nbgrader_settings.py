"""How nbgrader is set up for this course: the same for the checkout and for a class folder elsewhere.

A class folder's ``nbgrader_config.py`` says::

    from pathlib import Path
    from autograder.nbgrader_settings import configure
    configure(get_config(), course=Path(__file__).parent)
"""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from autograder.course.root import ROOT

CODE_STUB = """\
# Your code goes here, in the place of the next line.
raise NotImplementedError("this exercise waits for your code")"""
TEXT_STUB = "*Your answer goes here, in the place of this line.*"

# The steps of `nbgrader autograde`: its own, but for the first of each list, which are ours. Names, not classes:
# building notebooks needs none of them.
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
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)


def configure(c: Config, course: Path = ROOT) -> None:
    """Set nbgrader up: sources and releases come from this checkout, everything of the class lives in ``course``."""
    course = Path(course).resolve()
    # Relative where possible: nbgrader makes a regular expression of an absolute path without quoting it.
    home = Path() if course == ROOT else ROOT
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.source_directory = str(home / "solutions")
    c.CourseDirectory.release_directory = str(home / "assignments")
    # nbgrader releases every file beside a source notebook. The script there is the worked solution.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "[0-9][0-9]_*.py"]
    c.ClearSolutions.code_stub = {"python": CODE_STUB}
    c.ClearSolutions.text_stub = TEXT_STUB
    c.Autograde.exporter_class = "autograder.gradebook.engine.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = list(CLEANING)
    c.Autograde.autograde_preprocessors = list(GRADING)
