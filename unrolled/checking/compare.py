"""What differs between a student's value and the right one, in words that give nothing away.

:func:`difference` serves the public checks and the hidden graders alike. A summary names the type, shape, dtype, the
place and the relation that can be seen (negated, swapped axes, shifted by a step); it never shows an input or an
expected number.

A public case may be described with its numbers. Under a hidden one a student's function chooses what it returns, having
seen the inputs, and could spell these out in a length, a place or a count: so with ``numbers=False`` a summary has the
contract's names of axes and keys, and words such as "some places", instead (docs/adr/0014-what-a-verdict-carries.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from unrolled.checking.shapes import in_names, in_numbers, listed, names_of
from unrolled.wire import Opaque

Kind = Literal["type", "shape", "dtype", "nan", "values"]

RTOL, ATOL = 1e-6, 1e-8  # float64; ATOL is a share of the largest expected magnitude
FLOAT32_RTOL, FLOAT32_ATOL = 1e-4, 2e-5
STEPS = "T_x"  # the axis that is time
KNOWN_DTYPES = frozenset("bool float16 complex128".split())
KNOWN_TYPES = frozenset("function method generator map filter zip set range bytes type module DataFrame Series".split())


@dataclass(frozen=True)
class Difference:
    """The first thing that is wrong with a value.

    ``place`` is the index of the first differing element, if it came to comparing elements; ``got`` and ``expected``
    are what is there on either side (shapes and dtypes when these differ). ``summary`` is for the student and holds
    neither.
    """

    kind: Kind
    summary: str
    place: tuple[int, ...] | None
    got: Any
    expected: Any


@np.errstate(all="ignore")  # a student's numbers may overflow in any sum
def difference(
    got: Any, expected: Any, name: str, axes: Sequence[str] | None = None, *, numbers: bool = True
) -> Difference | None:
    """The first difference between ``got`` and ``expected``, or None when they agree.

    ``got`` may be anything that a student's function can return. ``axes`` names the axes of an expected array; for
    nested values, those of the arrays inside. Floats agree within 1e-6 relative (float32 answers: 1e-4). ``numbers``:
    whether the words may hold sizes, places and counts.
    """
    return _difference(got, expected, name, axes, numbers)


def _difference(got: Any, expected: Any, name: str, axes: Sequence[str] | None, numbers: bool) -> Difference | None:
    if isinstance(expected, dict):
        return _dict_difference(got, expected, name, axes, numbers)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(got, expected, name, axes, numbers)
    if expected is None or isinstance(expected, (str, bool)):
        if type(got) is type(expected):
            return None if got == expected else Difference("values", f"{name} is another one", None, got, expected)
        return _other_type(got, expected, name, numbers)
    return _array_difference(got, np.asarray(expected), name, axes, numbers)


def describe(value: Any, *, numbers: bool = True) -> str:
    """A value's type and size in words: "an array of shape (5, 4)", "a tuple of 3", "None"; or its type alone."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        # Only a well-known name is repeated: a student could call a class after a hidden input.
        return (
            f"an object of type {value.type_name}" if value.type_name in KNOWN_TYPES else "an object that is no array"
        )
    if isinstance(value, np.ndarray):
        return ("an array" + (f" of shape {value.shape}" if numbers else "")) if value.ndim else "a single number"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__}" + (f" of {len(value)}" if numbers else "")
    words = {bool: "a truth value", int: "an integer", float: "a single number", str: "a string"}
    return words.get(type(value), f"an object of type {type(value).__name__}")


def _other_type(got: Any, expected: Any, name: str, numbers: bool) -> Difference:
    summary = f"{name} is {describe(got, numbers=numbers)}, not {describe(expected, numbers=numbers)}"
    return Difference("type", summary, None, got, expected)


def _dict_difference(
    got: Any, expected: dict, name: str, axes: Sequence[str] | None, numbers: bool
) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("type", f"{name} is {describe(got, numbers=numbers)}, not a dictionary", None, got, expected)
    named = numbers or _keys_arenames_of(expected)
    missing = [key for key in expected if key not in got]
    if missing:
        lacking = listed(missing) if numbers else first_of(missing) if named else "a key that it should have"
        return Difference("type", f"{name} lacks {lacking}", None, list(got), list(expected))
    surplus = len(got) - len(expected)
    if surplus:  # not the names: these are the student's, and could spell out an input
        more = f"{surplus} key{'s' if surplus > 1 else ''} too many" if numbers else "a key that it should not have"
        return Difference("type", f"{name} has {more}", None, list(got), list(expected))
    return _first(
        _difference(got[key], part, f"{name}[{key!r}]" if named else f"{name}[…]", axes, numbers)
        for key, part in expected.items()
    )


def _keys_arenames_of(expected: dict) -> bool:
    """Whether the keys of a dictionary are the contract's, such as those of parameters; else they are data."""
    return all(isinstance(part, np.ndarray) for part in expected.values())


def first_of(names: Sequence[str]) -> str:
    """The first of some names, and whether it is alone: which ones they are would say more than a student needs."""
    return f"{names[0]}{' and others' if len(names) > 1 else ''}"


def _sequence_difference(
    got: Any, expected: Sequence, name: str, axes: Sequence[str] | None, numbers: bool
) -> Difference | None:
    stacked = isinstance(got, np.ndarray) and got.ndim > 0 and isinstance(expected, list)
    if not isinstance(got, (list, tuple)) and not stacked:
        return _other_type(got, expected, name, numbers)
    if len(got) != len(expected):
        many = f"{len(got)} part{'s' if len(got) != 1 else ''}, not {len(expected)}"
        parts = many if numbers else f"too {few_or_many(got, expected)} parts"
        return Difference("shape", f"{name} has {parts}", None, len(got), len(expected))

    def place(k: int) -> str:
        """The parts of a tuple are the contract's; of a list's items there may be any number."""
        if numbers or isinstance(expected, tuple) or k == 0:
            return str(k)
        return "-1" if k == len(expected) - 1 else "…"

    return _first(
        _difference(one, part, f"{name}[{place(k)}]", axes, numbers)
        for k, (one, part) in enumerate(zip(got, expected, strict=True))
    )


def few_or_many(got: Sized, expected: Sized) -> str:
    """ "few" or "many"."""
    return "few" if len(got) < len(expected) else "many"


def _first(differences: Iterator[Difference | None]) -> Difference | None:
    return next((found for found in differences if found is not None), None)


def _array_difference(
    got: Any, expected: np.ndarray, name: str, axes: Sequence[str] | None, numbers: bool
) -> Difference | None:
    if isinstance(got, (np.ndarray, np.generic)) or (isinstance(got, (bool, int, float)) and expected.ndim == 0):
        got = np.asarray(got)
    if not isinstance(got, np.ndarray):
        return _other_type(got, expected, name, numbers)
    if got.shape != expected.shape:
        words = in_numbers if numbers else in_names
        summary = f"{name} has {words(got.shape, expected.shape, axes)}"
        return Difference("shape", summary, None, got.shape, expected.shape)
    kinds = "biuf" if expected.dtype.kind == "b" else "iuf"  # a mask may be of truth values, or of ones and zeros
    if got.dtype.kind not in kinds or got.dtype == np.float16:
        dtype = f"dtype {got.dtype.name}" if numbers or got.dtype.name in KNOWN_DTYPES else "another dtype"
        summary = f"{name} has {dtype}, not {expected.dtype.name}"
        return Difference("dtype", summary, None, str(got.dtype), str(expected.dtype))
    if expected.dtype.kind == "b":
        expected = expected.astype(np.float64)
    wide = got.astype(np.float64, copy=False)  # unsigned integers would wrap in a difference
    right = np.asarray(_close(wide, expected, got.dtype))
    if right.all():
        return None
    broken = ~np.isfinite(wide) & ~right
    if broken.any():
        place = _first_place(broken, axes)
        word = "NaN (not a number)" if np.isnan(wide[place]) else "infinite"
        summary = f"{name} is {word} in {_count(broken, numbers)}{_where(broken, place, axes, numbers)}"
        return Difference("nan", summary, place, float(wide[place]), float(expected[place]))
    wrong = ~right
    place = _first_place(wrong, axes)
    if got.dtype.kind in "iu" and expected.dtype.kind == "f" and (np.abs(wide - expected) < 1).all():
        dtype = got.dtype.name if numbers else "int"
        summary = f"{name} has dtype {dtype}: the numbers were cut to integers"
        return Difference("dtype", summary, place, float(wide[place]), float(expected[place]))
    summary = f"{name} differs in {_count(wrong, numbers)}{_where(wrong, place, axes, numbers)}"
    names = names_of(axes, expected.ndim)
    relation = _relation(_Pair(wide, expected.astype(np.float64), got.dtype, wrong, names, numbers))
    summary += f": {relation}" if relation else ""
    return Difference("values", summary, place, float(wide[place]), float(expected[place]))


def _close(got: np.ndarray, expected: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Where two arrays agree, as exactly as the student's dtype allows."""
    rtol, atol = (FLOAT32_RTOL, FLOAT32_ATOL) if dtype == np.float32 else (RTOL, ATOL)
    size = np.abs(expected)
    largest = size.max() if size.size else 0.0
    scale = largest if 0 < largest < np.inf else 1.0
    near = np.abs(got - expected) <= atol * scale + rtol * size
    return near if near.all() else near | (got == expected)  # infinity is as near to itself as to nothing else


def _count(wrong: np.ndarray, numbers: bool) -> str:
    if wrong.ndim == 0:
        return "its value"
    if not numbers:
        return "all places" if wrong.all() else "most places" if 2 * wrong.sum() > wrong.size else "some places"
    return f"all {wrong.size} places" if wrong.all() else f"{int(wrong.sum())} of {wrong.size} places"


def _first_place(wrong: np.ndarray, axes: Sequence[str] | None) -> tuple[int, ...]:
    """The first wrong place; the earliest step counts first where an axis is time."""
    places = np.argwhere(wrong)
    if axes is not None and STEPS in axes and len(axes) == wrong.ndim:
        places = places[np.argsort(places[:, list(axes).index(STEPS)], kind="stable")]
    return tuple(int(k) for k in places[0])


def _where(wrong: np.ndarray, place: tuple[int, ...], axes: Sequence[str] | None, numbers: bool) -> str:
    """The first differing place in words: the step if there are steps, else the index; nothing when all differ."""
    if wrong.all():
        return ""
    if axes is not None and STEPS in axes and len(axes) == wrong.ndim:
        axis = list(axes).index(STEPS)
        if numbers:
            return f", first at step {place[axis]} (counted from 0)"
        return f", first at {_which_step(place[axis], wrong.shape[axis])}"
    return f", first at [{', '.join(map(str, place))}]" if numbers else ""


def _which_step(step: int, steps: int) -> str:
    return "the first step" if step == 0 else "the last step" if step == steps - 1 else "a later step"


@dataclass(frozen=True)
class _Pair:
    """Two arrays of one shape that differ, and where."""

    got: np.ndarray
    expected: np.ndarray
    dtype: np.dtype
    wrong: np.ndarray
    axes: tuple[str, ...]
    numbers: bool

    def same(self, got: np.ndarray, expected: np.ndarray) -> bool:
        """Whether two arrays agree and say anything: two scraps or two arrays of zeros do not."""
        return got.size > 1 and bool(np.any(expected)) and bool(_close(got, expected, self.dtype).all())


def _relation(pair: _Pair) -> str | None:
    """What the wrong values are in terms of the right ones, if that is plain to see."""
    for look in (_zeros, _scaled, _swapped, _in_time, _normalised, _broadcast, _offset, _some_rows):
        words = look(pair)
        if words:
            return words
    return None


def _zeros(pair: _Pair) -> str | None:
    return "it is zero everywhere" if not pair.got.any() else None


def _scaled(pair: _Pair) -> str | None:
    """Negated, or off by one factor; the factor is said when it is the length of an axis, or its inverse, or 2."""
    size = np.vdot(pair.expected, pair.expected)
    if size == 0 or pair.got.size < 2:
        return None
    factor = float(np.vdot(pair.expected, pair.got) / size)
    if factor == 0 or not pair.same(pair.got, factor * pair.expected):
        return None
    if math.isclose(factor, -1, rel_tol=1e-4):
        return "every sign is the other way round"
    for known, times in [(2.0, "twice"), (0.5, "half of")]:
        if math.isclose(factor, known, rel_tol=1e-4):
            return f"every value is {times} what it should be"
    return f"every value is too {'large' if abs(factor) > 1 else 'small'} by one and the same factor" + (
        ", and of the other sign" if factor < 0 else ""
    )


def _swapped(pair: _Pair) -> str | None:
    """Right numbers along the wrong axes; only seen where two axes are equally long."""
    for one in range(pair.got.ndim):
        for other in range(one + 1, pair.got.ndim):
            if pair.got.shape[one] == pair.got.shape[other] > 1:
                if pair.same(np.swapaxes(pair.got, one, other), pair.expected):
                    return f"{pair.axes[one]} and {pair.axes[other]} are swapped"
    return None


def _in_time(pair: _Pair) -> str | None:
    """Reversed, shifted, not written, or right up to a step."""
    if STEPS not in pair.axes or pair.got.shape[pair.axes.index(STEPS)] < 2:
        return None
    axis = pair.axes.index(STEPS)
    got, expected = (np.moveaxis(array, axis, 0) for array in (pair.got, pair.expected))
    if pair.same(got[::-1], expected):
        return "the steps are in reverse order"
    if pair.same(got[1:], expected[:-1]):
        return "every step holds what belongs to the step before it"
    if pair.same(got[:-1], expected[1:]):
        return "every step holds what belongs to the step after it"
    wrong = [t for t, step in enumerate(np.moveaxis(pair.wrong, axis, 0)) if step.any()]
    if not got[wrong].any():
        if not pair.numbers:
            return f"nothing was written at {'some steps' if len(wrong) > 1 else _which_step(wrong[0], len(got))}"
        return f"nothing was written at step{'s' if len(wrong) > 1 else ''} {listed(wrong)}"
    return _wrong_steps(wrong, len(got), pair.numbers)


def _wrong_steps(wrong: list[int], steps: int, numbers: bool) -> str | None:
    if wrong == [0]:
        return "wrong at the first step only"
    if wrong == [steps - 1]:
        return "wrong at the last step only"
    if wrong == list(range(1, steps)):
        return "right at the first step and wrong at every later one, as when the state is not carried on"
    if wrong == list(range(steps - 1)):
        return "right at the last step and wrong at every earlier one"
    if wrong == list(range(wrong[0], steps)) and wrong[0]:
        return f"right before {f'step {wrong[0]}' if numbers else 'a later step'} and wrong from there on"
    return None


def _normalised(pair: _Pair) -> str | None:
    """Probabilities that should add up to 1 along the first axis and do not."""
    if pair.got.ndim < 2 or not np.allclose(pair.expected.sum(axis=0), 1):
        return None
    if np.allclose(pair.got.sum(axis=0), 1, atol=1e-4):
        return None
    for axis in range(1, pair.got.ndim):
        if np.allclose(pair.got.sum(axis=axis), 1, atol=1e-4):
            return f"it adds up to 1 over {pair.axes[axis]}, and should over {pair.axes[0]}"
    return f"it does not add up to 1 over {pair.axes[0]}"


def _broadcast(pair: _Pair) -> str | None:
    """The same numbers all along an axis where they should vary."""
    for axis in range(pair.got.ndim):
        if pair.got.shape[axis] < 2 or np.ptp(pair.expected, axis=axis).max() < 1e-6 * np.abs(pair.expected).max():
            continue
        if np.ptp(pair.got, axis=axis).max() <= 1e-9 * np.abs(pair.got).max():
            return f"it is the same all along {pair.axes[axis]}"
    return None


def _offset(pair: _Pair) -> str | None:
    """Off by an amount that is constant along an axis (a bias that was left out, or added twice)."""
    gap = pair.got - pair.expected
    for axis in range(pair.got.ndim):
        if pair.got.shape[axis] > 2 and np.ptp(gap, axis=axis).max() <= 1e-6 * np.abs(gap).max():
            return f"it is off by an amount that is the same all along {pair.axes[axis]}"
    return None


def _some_rows(pair: _Pair) -> str | None:
    """Wrong in one row or column only, or right in one only."""
    for axis in range(pair.got.ndim):
        others = tuple(k for k in range(pair.got.ndim) if k != axis)
        bad = np.atleast_1d(pair.wrong.any(axis=others))
        if len(bad) > 2 and bad.sum() == 1:
            return f"wrong only at {_index(pair, axis, bad)}"
        if len(bad) > 2 and bad.sum() == len(bad) - 1:
            return f"right only at {_index(pair, axis, ~bad)}"
    return None


def _index(pair: _Pair, axis: int, there: np.ndarray) -> str:
    return f"{pair.axes[axis]} = {int(there.argmax())}" if pair.numbers else f"one index of {pair.axes[axis]}"
