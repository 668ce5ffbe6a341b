"""A right version of another exercise that knows only what it is asked on the public cases.

Some exercises are asked by chance, and what they ask of others is no list of questions. For these a unit's checks may
have a rule: it answers as the contract says, in a way of its own that is no answer to the exercise.

``unrolled/checks/calls/NN_slug.npz`` holds, for an exercise and each other one that it builds on, what a right answer
asks of that one and what it is answered. With them a loop can be tried among right cells, as grading does, though no
cell is here: a stand-in looks an answer up. ``python -m autograder references`` derives the file.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import CodeType
from typing import Any

from unrolled.arrays import Case, load_cases
from unrolled.checking.compare import difference
from unrolled.package import PACKAGE

FOLDER = PACKAGE / "checks" / "calls"


Rule = Callable[..., Any]


class Unasked(Exception):
    """A stand-in was asked what no right answer asks of it on the public cases; a rule says what is wrong with it."""


class StandIn:
    """Answers what is stored; ``unasked`` says what is wrong with the first question that no right answer asks."""

    def __init__(self, name: str, calls: Sequence[Case]) -> None:
        self.name, self._calls = name, calls
        self.asked = 0
        self.refused = False
        self.unasked = ""

    def __call__(self, *args: Any, **named: Any) -> Any:
        names = list(self._calls[0].inputs)
        given = dict(zip(names, args, strict=False)) | named
        self.asked += 1
        wrong, nearest = names, len(self._calls)
        for number, call in enumerate(self._calls):
            unlike = [name for name in names if name not in given or not _same(given[name], call.inputs[name])]
            if not unlike and given.keys() <= call.inputs.keys():
                return copy.deepcopy(call.outputs["value"])
            away = abs(number - (self.asked - 1))  # a right answer asks in much the same order
            if (len(unlike), away) < (len(wrong), nearest):
                wrong, nearest = unlike, away
        self.refused = True
        if not self.unasked and len(wrong) < len(names):
            listed = " and ".join(wrong) or "an argument"
            verb = "are not what they" if len(wrong) > 1 else "is not what it"
            self.unasked = f"at call {self.asked} of {self.name}, {listed} {verb} should be."
        raise Unasked(self.name)


class ByRule(StandIn):
    """Answers as a rule says; what the rule refuses with :class:`Unasked` is no right question."""

    def __init__(self, name: str, rule: Rule) -> None:
        super().__init__(name, ())
        self.rule = rule

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.asked += 1
        try:
            return self.rule(*args, **named)
        except Unasked as unasked:
            self.refused = True
            self.unasked = self.unasked or str(unasked)
            raise


@contextmanager
def standing_in(
    function: Callable[..., Any], unit: str, exercise: str, names: Sequence[str], rules: Mapping[str, Rule]
) -> Iterator[list[StandIn]]:
    """For the block, stand-ins take the place of these functions in the namespace of the student's ``function``.

    Those for which there is no rule, and of which nothing is stored, are left as they are.
    """
    stored = calls_of(unit, exercise)
    stand_ins = [
        ByRule(name, rules[name]) if name in rules else StandIn(name, stored[name])
        for name in names
        if name in rules or name in stored
    ]
    namespace = getattr(function, "__globals__", {})
    before = {each.name: namespace[each.name] for each in stand_ins if each.name in namespace}
    namespace.update({each.name: each for each in stand_ins})
    try:
        yield stand_ins
    finally:
        for each in stand_ins:
            if each.name in before:
                namespace[each.name] = before[each.name]
            else:
                namespace.pop(each.name, None)


def calls_of(unit: str, exercise: str) -> Mapping[str, list[Case]]:
    """What a right answer to an exercise asks of others on the public cases, by the other's name."""
    start = f"{exercise}/"
    found: dict[str, list[Case]] = {}
    for key, case in _stored(unit).items():
        if key.startswith(start):
            found.setdefault(key.split("/")[1], []).append(case)
    return found


def names_in(function: Any) -> set[str]:
    """The names of globals that a function's code uses, in comprehensions and functions inside it, too."""
    code = getattr(function, "__code__", None)
    return set(_names(code)) if isinstance(code, CodeType) else set()


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)


def _same(given: Any, stored: Any) -> bool:
    return difference(given, stored, "it") is None


@cache
def _stored(unit: str) -> Mapping[str, Case]:
    path = FOLDER / f"{unit}.npz"
    return load_cases(path) if path.is_file() else {}
