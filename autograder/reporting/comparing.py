"""A class's notebooks compared: each one read in a process that can be ended, then every pair of them."""

from __future__ import annotations

from autograder.course.known_answers import worked_answers
from autograder.exports.reading import each_read
from autograder.reporting.alike import Alike, alike
from autograder.reporting.fingerprints import all_pieces, notebook_fingerprints
from autograder.reporting.results import ClassResults


def compared(results: ClassResults, jobs: int) -> Alike | None:
    """What the notebooks of a class have in common; None where there are no notebooks, only verdicts.

    Those that are no notebooks are passed over: their verdicts say so.
    """
    unit = results.unit
    readable = {each.submission for each in results.verdicts if each.status != "unreadable"}
    submissions = {name: each for name, each in results.submissions.items() if name in readable}
    if not submissions:
        return None
    released = [cell.source for cell in unit.release.cells if cell.cell_type == "code"]
    exercises = frozenset(exercise.id for exercise in unit.exercises)
    read = each_read(unit, submissions, jobs, notebook_fingerprints, exercises, frozenset(released))
    return alike(read.found, all_pieces([*released, *worked_answers(unit).values()]), read.left_out)
