"""``results.json`` for Gradescope, a file a student: each graded cell is a test, and the score is what counts.

Gradescope reads it where an autograder of its own has put it, as ``/autograder/results/results.json``.
"""

from __future__ import annotations

from typing import Any

from nbgrader.api import Grade, Gradebook

from autograder.course.units import CHECK_PREFIX, Unit, grade_id
from autograder.examination.verdict import Verdict
from autograder.gradebook.standing import Standing


def results(gradebook: Gradebook, unit: Unit, verdict: Verdict, standing: Standing) -> dict[str, Any]:
    """What a student gets there: the points of the gradebook, and the sentences of the verdict."""
    order = {grade_id(cell): number for number, cell in enumerate(unit.release.cells) if grade_id(cell)}
    grades = gradebook.find_submission_notebook(unit.slug, unit.slug, verdict.submission).grades
    said = {CHECK_PREFIX + each.id: [each.outcome, *each.messages] for each in verdict.exercises}
    in_order = sorted(grades, key=lambda each: order.get(each.name, len(order)))
    tests = [_test(grade, said.get(grade.name, [])) for grade in in_order]
    notes = [*verdict.messages]
    if standing.penalty:
        notes.append(f"Being late costs {standing.penalty:g} points.")
    if standing.waiting:
        notes.append(f"{standing.waiting} of the cells wait for a person: these are the points so far.")
    return {
        "score": max(0.0, standing.total),
        "execution_time": round(verdict.seconds),
        "output": "\n".join(notes),
        "output_format": "text",
        "tests": tests,
    }


def _test(grade: Grade, said: list[str]) -> dict[str, Any]:
    """One graded cell."""
    waits = ["waits for a person"] if grade.needs_manual_grade else []
    return {
        "name": grade.name.removeprefix(CHECK_PREFIX),
        "score": round(grade.score, 2),
        "max_score": float(grade.max_score),
        "output": "\n".join([*said, *waits]),
        "output_format": "text",
        "visibility": "visible",
    }
