"""What the tests of one exercise have asked already, so that nothing is asked twice with the very same arguments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from autograder.examination.examine import Mistake
from autograder.sandbox.tenant import size_of

MOST_ANSWERED = 16 << 20  # bytes of one exercise's answers and arguments that are kept: right ones have .2 MB

Answer = dict[str, Any]


class Answered:
    """The answers to one exercise's calls, or the mistake that the end of the process was, by what was asked.

    Once they take more memory than right answers can, no further one is kept: it is asked again then.
    """

    def __init__(self) -> None:
        self._exercise = ""
        self._answers: dict[Hashable, Answer | Mistake] = {}
        self._arguments: list[Any] = []
        self._bytes = 0

    def turn_to(self, exercise: str) -> None:
        """What follows is asked by this exercise's tests; forget what others have asked."""
        if exercise != self._exercise:
            self._exercise, self._bytes = exercise, 0
            self._answers.clear()
            self._arguments.clear()

    def find(self, key: Hashable) -> Answer | Mistake | None:
        """What came of this question, if it is known."""
        return self._answers.get(key)

    def keep(self, keys: Iterable[Hashable], arguments: Any, answer: Answer | Mistake) -> None:
        """Keep what came of a question that may be asked in these ways.

        ``arguments``, whose ids may be in the keys, are kept too: no other value can take their ids. They count, as
        some are answers to other calls.
        """
        self._bytes += size_of(answer) + size_of(arguments)
        if self._bytes <= MOST_ANSWERED or isinstance(answer, Mistake):
            self._answers.update(dict.fromkeys(keys, answer))
            self._arguments.append(arguments)
