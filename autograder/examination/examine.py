"""The words that hidden graders are written with.

A grader is plain pytest: one class an exercise, one test a part. A test asks the student's process for values and
compares them with what an oracle says; a :class:`Mistake` is a wrong answer, worded for the student. Any other
exception in a test is a fault of the grader, and fails the tool instead of the student.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., None])


class Mistake(Exception):
    """A wrong answer, in a sentence for the student; never holds a hidden input or an expected value."""


class NotAttempted(Mistake):
    """The name is missing, or the stub is untouched."""


class Raised(Mistake):
    """The student's code raised an exception."""


class TimedOut(Mistake):
    """The student's code did not come back in time."""


class Crashed(Mistake):
    """The student's process ended while it was working."""


def worth(weight: float, part: str) -> Callable[[Test], Test]:
    """Say what share of its exercise's points a test carries, and what the part is called to the student."""

    def mark(test: Test) -> Test:
        test.weight, test.part = weight, part  # type: ignore[attr-defined]
        return test

    return mark
