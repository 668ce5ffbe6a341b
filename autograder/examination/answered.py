"""What the tests of one exercise have asked already, so that nothing is asked twice with the very same arguments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from autograder.examination.examine import Mistake

MOST_ANSWERED = 16 << 20  # bytes of one exercise's answers that are kept, about: right ones have .3 MB
UNPACKED = 64  # bytes of memory that a byte of a frame's header makes at the most: an empty container has two of them

Answer = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A call of a student's function that is to be made, or was.

    ``keep``: the value stays there; ``inputs_after``: also the arguments as the call left them; ``times``: so often.
    """

    name: str
    args: tuple[Any, ...]
    keep: bool = False
    inputs_after: bool = False
    times: int | None = None


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

        ``arguments``, whose ids may be in the keys, are kept too: no other value can take their ids.
        """
        self._bytes += memory_of(answer) if isinstance(answer, dict) else 0
        if self._bytes <= MOST_ANSWERED or isinstance(answer, Mistake):
            self._answers.update(dict.fromkeys(keys, answer))
            self._arguments.append(arguments)


def memory_of(answer: Answer) -> int:
    """How many bytes of memory an answer takes at the most, and the arguments that it is the answer to."""
    header, rest = answer["crossed"]
    return UNPACKED * header + rest
