"""Likely causes of a wrong answer, found by looking at it and by experiment.

A cause is a function of the :class:`Evidence` that gives a sentence or None. Two kinds need no solution at all: *what
if* causes call the student's own function on altered inputs (if the answer turns right when two gates' weights trade
places, the gates are swapped), and causes of *influence* look whether an input changes the answer in any way.

What a cause says is certain, or seen in a part of the values, or only looks so: :func:`rank` tells which, and a check
asks them in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.checking.compare import difference

Inputs = dict[str, Any]
Path = tuple[Any, ...]


@dataclass(frozen=True)
class Evidence:
    """A wrong answer on a public case.

    ``wrong`` names the values that are not as expected (empty when the function raised); ``again`` calls the student's
    function on other inputs and gives its values by name, or None if that call does not end well. ``documented`` says
    that the inputs are laid out as described (a cache of the student's own need not be), and ``right_elsewhere`` that
    another public case is right.
    """

    inputs: Inputs
    expected: dict[str, Any]
    got: dict[str, Any]
    wrong: tuple[str, ...]
    again: Callable[[Inputs], dict[str, Any] | None]
    documented: bool = True
    right_elsewhere: bool = False


Cause = Callable[[Evidence], str | None]
Alter = Callable[[Inputs], Inputs]
IS, SEEMS, LOOKS = 0, 1, 2
"""Ranks: the values are just those of this mistake; some of them are as it makes them; an input looks unused."""


@dataclass(frozen=True)
class Ranked:
    """A cause that is not certain, and how far it is to be trusted."""

    cause: Cause
    rank: int

    def __call__(self, evidence: Evidence) -> str | None:
        """What the cause says."""
        return self.cause(evidence)


def rank(cause: Cause) -> int:
    """``IS``, ``SEEMS`` or ``LOOKS``."""
    return cause.rank if isinstance(cause, Ranked) else IS


def close(got: Any, expected: Any) -> bool:
    """Whether two values agree up to rounding."""
    return difference(got, expected, "it") is None


def as_numbers(value: Any) -> np.ndarray | None:
    """The value as an array of real numbers, or None if it is no such thing."""
    try:
        array = np.asarray(value)
    except Exception:  # whatever a student returns: ragged lists, objects that refuse to be arrays
        return None
    return array if array.dtype.kind in "biuf" else None


def in_each_others_place(evidence: Evidence) -> str | None:
    """Returned values that are right, but come in each other's place: in a tuple, a dictionary, among outputs."""
    expected = {name: evidence.expected[name] for name in evidence.wrong if name in evidence.got}
    found: dict[str, str] = {}
    for name in expected:
        others = [other for other in evidence.got if other != name and close(evidence.got[other], expected[name])]
        if len(others) != 1:
            return None
        found[name] = others[0]
    if not found or len({*found.values()}) < len(found):
        return None
    here, there = next(iter(found.items()))
    if {*found} | {*found.values()} == {here, there}:
        return f"{here} and {there} are in each other's place."
    if {*found} == {*found.values()}:
        return f"the right values come in another order: it should return {', '.join(evidence.expected)}."
    return None


def equals(name: str, formula: Callable[[Evidence], Any], sentence: str) -> Cause:
    """The value ``name`` is what ``formula`` gives instead of what it should be."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        return sentence if close(evidence.got[name], formula(evidence)) else None

    return cause


def holds(name: str, predicate: Callable[[np.ndarray], bool], sentence: str) -> Cause:
    """The wrong value ``name``, as an array, has a telling property."""

    def cause(evidence: Evidence) -> str | None:
        got = as_numbers(evidence.got.get(name)) if name in evidence.wrong else None
        return sentence if got is not None and predicate(got) else None

    return cause


def only_wrong(names: Sequence[str], sentence: str) -> Cause:
    """Some of ``names`` are wrong and everything else is right."""

    def cause(evidence: Evidence) -> str | None:
        others_right = set(evidence.wrong) < set(evidence.expected) and set(evidence.wrong) <= set(names)
        return sentence if evidence.wrong and others_right else None

    return Ranked(cause, SEEMS)


def what_if(alter: Alter, sentence: str) -> Cause:
    """The answer turns right when the inputs are altered."""

    def cause(evidence: Evidence) -> str | None:
        if not evidence.wrong or not evidence.documented:
            return None
        got = evidence.again(alter(evidence.inputs))
        right = got is not None and all(close(got[name], evidence.expected[name]) for name in evidence.wrong)
        return sentence if right else None

    return cause


def exchanged(*pairs: tuple[Path, Path]) -> Alter:
    """Alters inputs: the two values of each pair trade places."""

    def alter(inputs: Inputs) -> Inputs:
        altered = inputs
        for one, other in pairs:
            altered = _replaced(_replaced(altered, one, _at(inputs, other)), other, _at(inputs, one))
        return altered

    return alter


def changed(function: Callable[[np.ndarray, Inputs], np.ndarray], *paths: Path) -> Alter:
    """Alters inputs: ``function(value, inputs)`` takes the place of the value at each path."""

    def alter(inputs: Inputs) -> Inputs:
        altered = inputs
        for path in paths:
            altered = _replaced(altered, path, function(_at(inputs, path), inputs))
        return altered

    return alter


def softmax_axis(name: str) -> Cause:
    """``name`` should hold probabilities that sum to 1 along its first axis, and does not."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        got, expected = as_numbers(evidence.got[name]), evidence.expected[name]
        if got is None or got.ndim < 2 or got.shape != expected.shape or _all_one(got.sum(axis=0)):
            return None
        exponentials = np.exp(got - got.max(axis=0, keepdims=True))
        if close(exponentials / exponentials.sum(axis=0, keepdims=True), expected):
            return f"{name} holds the logits: the softmax is missing."
        for axis in range(1, got.ndim):
            if _all_one(got.sum(axis=axis)):
                return f"{name} sums to 1 along axis {axis} instead of axis 0: the softmax runs over the wrong axis."
        for axes in [(0, 1), tuple(range(got.ndim))]:
            if _all_one(got.sum(axis=axes)):
                return f"{name} sums to 1 over several axes together: the softmax should sum over axis 0 only."
        if close(got / got.sum(axis=0, keepdims=True), expected):
            return f"{name} is right up to a factor in each column: divide so that each column sums to 1."
        return None

    return cause


def right_at_one_end(name: str, step: int, sentence: str) -> Cause:
    """``name`` has steps along its last axis and is right at ``step`` (0 or -1) only."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        got, expected = as_numbers(evidence.got[name]), evidence.expected[name]
        if got is None or got.shape != expected.shape or got.shape[-1] < 2:
            return None
        right = [close(got[..., t], expected[..., t]) for t in range(got.shape[-1])]
        return sentence if right.pop(step) and not any(right) else None

    return Ranked(cause, SEEMS)


def without_influence(*ignored: str, inner: Callable[[Path, Inputs], bool] = lambda path, inputs: True) -> Cause:
    """Some input changes nothing in the answer. Those in ``ignored`` and those that ``inner`` refuses may do so."""

    def cause(evidence: Evidence) -> str | None:
        if not evidence.wrong or (before := evidence.again(evidence.inputs)) is None:
            return None
        idle = []
        for path, array in _arrays(evidence.inputs):
            if path[0] in ignored or not inner(path, evidence.inputs):
                continue
            if _unmoved(evidence, before, path, ...):
                idle.append(_named(path))
            elif array.ndim == 3:
                late = [t for t in range(array.shape[-1]) if _unmoved(evidence, before, path, (..., t))]
                idle += [f"{_named(path)}[:, :, {t}]" for t in late]
        if not idle:
            return None
        listed = ", ".join(idle[:3]) + (" …" if len(idle) > 3 else "")
        return f"Nothing that it returns changes when {listed} changes. Is it used?"

    return Ranked(cause, LOOKS)


def needs(output: str, given: str, sentence: str) -> Cause:
    """The wrong value ``output`` does not change when the input ``given`` changes, and it should."""

    def cause(evidence: Evidence) -> str | None:
        if output not in evidence.wrong or (before := evidence.again(evidence.inputs)) is None:
            return None
        return sentence if _unmoved(evidence, {output: before[output]}, (given,), ...) else None

    return Ranked(cause, LOOKS)


def carries(alter: Alter, given: str, output: str, sentence: str) -> Cause:
    """On altered inputs, the last step of ``given`` should still change the first step of ``output``, and does not."""

    def cause(evidence: Evidence) -> str | None:
        if output not in evidence.wrong or not evidence.documented or evidence.inputs[given].shape[-1] < 2:
            return None
        inputs = alter(evidence.inputs)
        before = evidence.again(inputs)
        after = evidence.again(inputs | {given: _moved(inputs[given], (..., -1))})
        if before is None or after is None:
            return None
        one, other = as_numbers(before[output]), as_numbers(after[output])
        if one is None or other is None or one.ndim != 3 or one.shape != other.shape:
            return None
        return sentence if np.array_equal(one[..., 0], other[..., 0]) else None

    return Ranked(cause, SEEMS)


def as_it_is(inputs: Inputs) -> Inputs:
    """Alters nothing."""
    return inputs


def _unmoved(evidence: Evidence, before: dict[str, Any], path: Path, where: Any) -> bool:
    """Whether the values ``before`` stay exactly the same when the input at ``path`` is moved at an index."""
    after = evidence.again(_replaced(evidence.inputs, path, _moved(_at(evidence.inputs, path), where)))
    return after is not None and all(_same(value, after[name]) for name, value in before.items())


def _moved(array: np.ndarray, where: Any) -> np.ndarray:
    """The array with uneven steps added at an index: even ones would cancel in a softmax."""
    moved = array.copy()
    part = moved[where]
    moved[where] = part + np.linspace(0.3, 0.7, part.size).reshape(part.shape) ** 2
    return moved


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    first, second = as_numbers(one), as_numbers(other)
    return first is not None and second is not None and np.array_equal(first, second)


def _all_one(sums: Any) -> bool:
    return bool(np.allclose(sums, 1.0, rtol=1e-6))


def _arrays(value: Any, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    if isinstance(value, np.ndarray):
        yield path, value
    elif isinstance(value, (dict, list, tuple)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in items:
            yield from _arrays(part, (*path, key))


def _named(path: Path) -> str:
    return path[0] + "".join(f"[{key!r}]" for key in path[1:])


def _at(inputs: Any, path: Path) -> Any:
    for key in path:
        inputs = inputs[key]
    return inputs


def _replaced(container: Any, path: Path, value: Any) -> Any:
    """The nested containers with another value at ``path``; the given ones stay as they are."""
    if not path:
        return value
    key = path[0]
    part = _replaced(container[key], path[1:], value)
    if isinstance(container, dict):
        return container | {key: part}
    return type(container)(part if index == key else old for index, old in enumerate(container))
