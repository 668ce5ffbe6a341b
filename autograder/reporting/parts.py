"""The parts of a unit's exercises, as the hidden grader has them, and which of them an answer has lost.

A verdict says it in words: each of its messages begins with the titles of the parts that it cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.units import Unit
from autograder.examination.hidden_tests import hidden_tests
from autograder.examination.verdict import ExerciseVerdict

ROUNDING = 0.011  # points: scores are rounded to hundredths


@dataclass(frozen=True)
class Part:
    """One hidden test: what it is called to the student, and the points that it carries."""

    exercise: str
    title: str
    points: float


def parts_of(unit: Unit) -> dict[str, tuple[Part, ...]]:
    """The parts of each exercise, in order. Raises GraderFault."""
    tests = hidden_tests(unit.grader)
    found = {}
    for exercise in unit.exercises:
        weights: dict[str, float] = {}
        for test in tests:
            if test.exercise == exercise.id:
                title = test.function.part  # type: ignore[attr-defined]
                weights[title] = weights.get(title, 0) + test.function.weight  # type: ignore[attr-defined]
        each = exercise.points / sum(weights.values())
        found[exercise.id] = tuple(Part(exercise.id, title, weight * each) for title, weight in weights.items())
    return found


def lost(verdict: ExerciseVerdict, parts: Sequence[Part]) -> frozenset[str] | None:
    """The titles of the parts that an answer has lost; None if its verdict does not tell them (an older grader's)."""
    titles = [part.title for part in parts]
    if verdict.score == verdict.max_score:
        return frozenset()
    if verdict.score == 0:
        return frozenset(titles)
    named = frozenset(title for message in verdict.messages for title in split(message, titles)[0])
    left = sum(part.points for part in parts if part.title not in named)
    return named if abs(left - verdict.score) < ROUNDING else None


def split(message: str, titles: Sequence[str]) -> tuple[list[str], str]:
    """The parts that a message begins with, and what it says of them: ``"values, cache: a is wrong"``."""
    for number, title in enumerate(titles):
        if message.startswith(f"{title}: "):
            return [title], message[len(title) + 2 :]
        if message.startswith(f"{title}, "):
            more, said = split(message[len(title) + 2 :], titles[number + 1 :])  # in the grader's order
            if more:
                return [title, *more], said
    return [], message
