"""Whatever a student's functions return, the hidden graders give a verdict on it, and no points.

Each run tries a part of the odd values on each unit: others in the next one, and every value on some unit.
"""

from __future__ import annotations

import copy
import os
import random
import secrets

import nbformat
import pytest

from autograder.course.units import Unit, all_units, grade_id
from autograder.judging.examiner import pool
from autograder.sandbox import confine

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(confine.available() is not None, reason=f"judging needs the lockdown: {confine.available()}"),
]
ODD = [
    "None",
    "3",
    "float('nan')",
    "'text'",
    "[]",
    "()",
    "{}",
    "(None, None, None, None)",
    "[None] * 50",
    "[[1, 2], [3]]",
    "np.zeros(3)",
    "np.zeros((2, 2))",
    "np.array(['a', 'b'])",
    "(np.zeros(3), np.zeros((2, 2)), [np.zeros(2)])",
    "[(np.zeros(2), 'x')] * 3",
    "{'dx': None, 3: 'x', (1, 2): np.zeros(2)}",
    "lambda *args: args",
    "object()",
]

EACH = 6  # of them are tried on a unit
SEED = int(os.environ.get("UNROLLED_SAMPLE", secrets.randbelow(10**6)))
"""Which values meet which unit: the same for the same ``UNROLLED_SAMPLE``."""


@pytest.fixture(scope="module")
def examiners():
    with pool(2) as examiners:
        yield examiners


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_odd_values_are_wrong_answers_and_break_nothing(unit, examiners):
    print(f"UNROLLED_SAMPLE={SEED} tries these again")
    order = random.Random(SEED).sample(ODD, len(ODD)) * 2
    begin = EACH * [each.slug for each in all_units()].index(unit.slug) % len(ODD)
    judged = {odd: examiners.submit(submission(unit, odd), unit.slug, 3, odd) for odd in order[begin : begin + EACH]}
    for odd, future in judged.items():
        verdict = future.result()
        assert verdict.status == "graded" and verdict.score == 0, (odd, verdict)
        assert all(exercise.messages for exercise in verdict.exercises)


def submission(unit: Unit, odd: str) -> dict[str, bytes]:
    """The release with a function that returns the odd value for every exercise."""
    notebook = copy.deepcopy(unit.release)
    exercises = {exercise.id for exercise in unit.exercises}
    for cell in notebook.cells:
        if grade_id(cell) in exercises:
            cell.source = f"import numpy as np\ndef {grade_id(cell)}(*args, **named):\n    return {odd}"
    return {f"{unit.slug}.ipynb": nbformat.writes(notebook).encode()}
