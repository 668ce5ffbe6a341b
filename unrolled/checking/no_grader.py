"""A public check is no grader: where stock nbgrader grades a notebook by its check cells, they refuse and earn nothing.

A check never raises for a fault of the student's, and to nbgrader a cell that does not raise has all its points. So an
untouched notebook would be paid in full by an nbgrader that does not know this course's grader.
"""

from __future__ import annotations

import os


class NotGradedHere(Exception):
    """The check cells of a notebook are run for points."""


def refuse_to_grade() -> None:
    """Raise NotGradedHere where this process is a kernel in which nbgrader grades."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise NotGradedHere(
            "nbgrader by itself cannot grade this notebook: its checks are for students, so here every one earns 0. "
            "Grade with `python -m autograder grade`, or have nbgrader do as that does, with two lines at the end of "
            "the class folder's nbgrader_config.py:\n"
            "    from autograder.nbgrader_settings import configure\n"
            "    configure(get_config(), course=__file__)"
        )
