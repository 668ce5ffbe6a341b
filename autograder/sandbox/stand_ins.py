"""What a student's code is answered when it asks for a right version of another exercise, or for a toy of the grader's.

It may pass whatever it likes: arrays without elements and with axes of a billion, shapes that together make a huge
one, a million empty steps. So what comes is held to sizes near those of the call that is being answered; and the work
is done by :mod:`autograder.sandbox.helper`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unrolled.wire import Recipe

MAX_ASKED = 20_000  # times within one call: a loop over steps needs some tens
MAX_ASKED_BYTES = 64 << 20  # in the arguments of all of them together: honest ones have 1 MB
LONGEST_NUMBER = 100_000  # a whole number up to here may be a size, such as a number of steps

StandIns = Mapping[str, Callable[..., Any]]


@dataclass
class Size:
    """How large some arguments are.

    ``longest``: the longest axis, text or container; ``count``: elements, letters and containers, an empty axis counted
    as one element; ``together``: the elements of an array that all arrays are broadcast to.
    """

    longest: int = 0
    count: int = 0
    _axes: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[Any], numbers: bool = False) -> Size:
        """The size of all the values; with ``numbers``, whole numbers in them count as lengths, too."""
        size = cls()
        for value in values:
            size._add(value, numbers)
        return size

    @property
    def together(self) -> int:
        """Elements of the largest array that these can make of each other, element by element."""
        return math.prod(self._axes.values())

    def fits(self, call: Size) -> bool:
        """Whether arguments of this size are near those of a call: several times as large, or small anyway."""
        return (
            self.longest <= max(1_000, 4 * call.longest)
            and self.count <= max(50_000, 8 * call.count)
            and self.together <= max(1_000_000, 8 * call.together)
        )

    def _add(self, value: Any, numbers: bool) -> None:
        self.count += 1
        if isinstance(value, np.ndarray):
            self.count += math.prod(max(axis, 1) for axis in value.shape)
            self.longest = max(self.longest, *value.shape, 0)
            for place, axis in enumerate(reversed(value.shape)):
                self._axes[place] = max(self._axes.get(place, 1), axis)
        elif isinstance(value, dict | list | tuple):
            self.longest = max(self.longest, len(value))
            parts = [*value, *value.values()] if isinstance(value, dict) else value
            for part in parts:
                self._add(part, numbers)
        elif isinstance(value, Recipe):
            self._add(value.settings, numbers)
        elif isinstance(value, str):
            self.count += len(value)
            self.longest = max(self.longest, len(value))
        elif numbers and type(value) is int and 0 <= value <= LONGEST_NUMBER:
            self.longest = max(self.longest, value)


def refusal(message: Mapping[str, Any], stand_ins: Iterable[str], call: Size) -> dict[str, Any] | None:
    """The answer to a question that is none, or that is too large for this call; None for one that can be answered."""
    name, args, named = message.get("ask"), message.get("args"), message.get("named")
    if not isinstance(name, str) or name not in stand_ins or not isinstance(args, list) or not isinstance(named, dict):
        return {"refused": "no such function"}
    if not Size.of([args, named]).fits(call):
        return {"refused": f"{name} is not meant for so much data"}
    return None


def stand_in_answer(message: Mapping[str, Any], stand_ins: StandIns) -> dict[str, Any]:
    """What a right version of another exercise gives; odd arguments are refused, as the real function would."""
    name, named = message["ask"], message["named"]
    try:
        return {"value": stand_ins[name](*message["args"], **{str(key): value for key, value in named.items()})}
    except Exception as error:  # the arguments are the student's: anything may be wrong with them
        return {"refused": f"{name} cannot work with these arguments ({type(error).__name__})"}
