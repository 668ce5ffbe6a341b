"""What differs between a student's value and the right one, in words that give nothing away.

:func:`difference` serves the public checks and the hidden graders alike. A summary names the type, shape, dtype, the
place and the relation that can be seen (negated, swapped axes, shifted by a step); it never shows an input or an
expected number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from unrolled.wire import Opaque

Kind = Literal["type", "shape", "dtype", "nan", "values"]

RTOL, ATOL = 1e-6, 1e-8  # float64; ATOL is a share of the largest expected magnitude
FLOAT32_RTOL, FLOAT32_ATOL = 1e-4, 2e-5
STEPS = "T_x"  # the axis that is time
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


def difference(got: Any, expected: Any, name: str, axes: Sequence[str] | None = None) -> Difference | None:
    """The first difference between ``got`` and ``expected``, or None when they agree.

    ``got`` may be anything that a student's function can return. ``axes`` names the axes of an expected array; for
    nested values, those of the arrays inside. Floats agree within 1e-6 relative (float32 answers: 1e-4).
    """
    if isinstance(expected, dict):
        return _dict_difference(got, expected, name, axes)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(got, expected, name, axes)
    if expected is None or isinstance(expected, (str, bool)):
        if type(got) is type(expected):
            return None if got == expected else Difference("values", f"{name} is another one", None, got, expected)
        return Difference("type", f"{name} is {describe(got)}, not {describe(expected)}", None, got, expected)
    return _array_difference(got, np.asarray(expected), name, axes)


def describe(value: Any) -> str:
    """A value's type and size in words: "an array of shape (5, 4)", "a tuple of 3", "None"."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        # Only a well-known name is repeated: a student could call a class after a hidden input.
        return (
            f"an object of type {value.type_name}" if value.type_name in KNOWN_TYPES else "an object that is no array"
        )
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a single number"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    words = {bool: "a truth value", int: "an integer", float: "a single number", str: "a string"}
    return words.get(type(value), f"an object of type {type(value).__name__}")


def _dict_difference(got: Any, expected: dict, name: str, axes: Sequence[str] | None) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("type", f"{name} is {describe(got)}, not a dictionary", None, got, expected)
    missing = [key for key in expected if key not in got]
    if missing:
        return Difference("type", f"{name} lacks {_listed(missing)}", None, list(got), list(expected))
    surplus = len(got) - len(expected)
    if surplus:  # a number, not the names: these are the student's, and could spell out an input
        return Difference("type", f"{name} has {surplus} keys too many", None, list(got), list(expected))
    return _first(difference(got[key], part, f"{name}[{key!r}]", axes) for key, part in expected.items())


def _sequence_difference(got: Any, expected: Sequence, name: str, axes: Sequence[str] | None) -> Difference | None:
    stacked = isinstance(got, np.ndarray) and got.ndim > 0 and isinstance(expected, list)
    if not isinstance(got, (list, tuple)) and not stacked:
        return Difference("type", f"{name} is {describe(got)}, not {describe(expected)}", None, got, expected)
    if len(got) != len(expected):
        summary = f"{name} has {len(got)} parts, not {len(expected)}"
        return Difference("shape", summary, None, len(got), len(expected))
    return _first(
        difference(one, part, f"{name}[{k}]", axes) for k, (one, part) in enumerate(zip(got, expected, strict=True))
    )


def _first(differences: Iterator[Difference | None]) -> Difference | None:
    return next((found for found in differences if found is not None), None)


def _listed(names: Sequence) -> str:
    shown = [str(name)[:40] for name in names[:8]] + (["…"] if len(names) > 8 else [])
    return ", ".join(shown)


@np.errstate(all="ignore")  # a student's numbers may overflow in any sum
def _array_difference(got: Any, expected: np.ndarray, name: str, axes: Sequence[str] | None) -> Difference | None:
    if isinstance(got, (np.ndarray, np.generic)) or (isinstance(got, (bool, int, float)) and expected.ndim == 0):
        got = np.asarray(got)
    if not isinstance(got, np.ndarray):
        return Difference("type", f"{name} is {describe(got)}, not {describe(expected)}", None, got, expected)
    if got.shape != expected.shape:
        summary = f"{name} has {_shape_words(got.shape, expected.shape, axes)}"
        return Difference("shape", summary, None, got.shape, expected.shape)
    kinds = "biuf" if expected.dtype.kind == "b" else "iuf"  # a mask may be of truth values, or of ones and zeros
    if got.dtype.kind not in kinds or got.dtype == np.float16:
        summary = f"{name} has dtype {got.dtype.name}, not {expected.dtype.name}"
        return Difference("dtype", summary, None, str(got.dtype), str(expected.dtype))
    if expected.dtype.kind == "b":
        expected = expected.astype(np.float64)
    wide = got.astype(np.float64)  # unsigned integers would wrap in a difference
    right = np.asarray(_close(wide, expected, got.dtype))
    if right.all():
        return None
    broken = ~np.isfinite(wide) & ~right
    if broken.any():
        place = _first_place(broken, axes)
        word = "NaN (not a number)" if np.isnan(wide[place]) else "infinite"
        summary = f"{name} is {word} in {_count(broken)}{_where(broken, place, axes)}"
        return Difference("nan", summary, place, float(wide[place]), float(expected[place]))
    wrong = ~right
    place = _first_place(wrong, axes)
    if got.dtype.kind in "iu" and expected.dtype.kind == "f" and (np.abs(wide - expected) < 1).all():
        summary = f"{name} has dtype {got.dtype.name}: the numbers were cut to integers"
        return Difference("dtype", summary, place, float(wide[place]), float(expected[place]))
    summary = f"{name} differs in {_count(wrong)}{_where(wrong, place, axes)}"
    relation = _relation(_Pair(wide, expected.astype(np.float64), got.dtype, wrong, _names(axes, expected.ndim)))
    summary += f": {relation}" if relation else ""
    return Difference("values", summary, place, float(wide[place]), float(expected[place]))


def _close(got: np.ndarray, expected: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Where two arrays agree, as exactly as the student's dtype allows."""
    rtol, atol = (FLOAT32_RTOL, FLOAT32_ATOL) if dtype == np.float32 else (RTOL, ATOL)
    size = np.abs(expected)
    scale = size.max() if size.size and 0 < size.max() < np.inf else 1.0
    return (np.abs(got - expected) <= atol * scale + rtol * size) | (got == expected)


def _names(axes: Sequence[str] | None, ndim: int) -> tuple[str, ...]:
    if axes is not None and len(axes) == ndim:
        return tuple(axes)
    return tuple(f"axis {k}" for k in range(ndim))


def _shape_words(got: tuple[int, ...], wanted: tuple[int, ...], axes: Sequence[str] | None) -> str:
    """ "shape (4, 5), not (5, 4) = (n_a, m)", and what seems to have happened."""
    named = (
        f" = ({', '.join(axes)}{',' if len(axes) == 1 else ''})"
        if axes is not None and len(axes) == len(wanted)
        else ""
    )
    words = f"shape {got}, not {wanted}{named}"
    if len(got) == len(wanted) and sorted(got) == sorted(wanted):
        return f"{words}: axes are swapped"
    if [size for size in got if size != 1] == [size for size in wanted if size != 1]:
        return f"{words}: an axis of length 1 was {'dropped' if len(got) < len(wanted) else 'added'}"
    if len(got) == len(wanted):
        off = [axis for axis in range(len(wanted)) if got[axis] != wanted[axis]]
        return f"{words}: {_listed([_names(axes, len(wanted))[axis] for axis in off])} of another length"
    return words


def _count(wrong: np.ndarray) -> str:
    if wrong.ndim == 0:
        return "its value"
    return f"all {wrong.size} places" if wrong.all() else f"{int(wrong.sum())} of {wrong.size} places"


def _first_place(wrong: np.ndarray, axes: Sequence[str] | None) -> tuple[int, ...]:
    """The first wrong place; the earliest step counts first where an axis is time."""
    places = np.argwhere(wrong)
    if axes is not None and STEPS in axes and len(axes) == wrong.ndim:
        places = places[np.argsort(places[:, list(axes).index(STEPS)], kind="stable")]
    return tuple(int(k) for k in places[0])


def _where(wrong: np.ndarray, place: tuple[int, ...], axes: Sequence[str] | None) -> str:
    """The first differing place in words: the step if there are steps, else the index; nothing when all differ."""
    if wrong.all():
        return ""
    if axes is not None and STEPS in axes and len(axes) == wrong.ndim:
        return f", first at step {place[list(axes).index(STEPS)]} (counted from 0)"
    return f", first at [{', '.join(map(str, place))}]"


@dataclass(frozen=True)
class _Pair:
    """Two arrays of one shape that differ, and where."""

    got: np.ndarray
    expected: np.ndarray
    dtype: np.dtype
    wrong: np.ndarray
    axes: tuple[str, ...]

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
        return f"nothing was written at step{'s' if len(wrong) > 1 else ''} {_listed(wrong)}"
    return _wrong_steps(wrong, len(got))


def _wrong_steps(wrong: list[int], steps: int) -> str | None:
    if wrong == [0]:
        return "wrong at the first step only"
    if wrong == [steps - 1]:
        return "wrong at the last step only"
    if wrong == list(range(1, steps)):
        return "right at the first step and wrong at every later one, as when the state is not carried on"
    if wrong == list(range(steps - 1)):
        return "right at the last step and wrong at every earlier one"
    if wrong == list(range(wrong[0], steps)) and wrong[0]:
        return f"right before step {wrong[0]} and wrong from there on"
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
            return f"wrong only at {pair.axes[axis]} = {int(bad.argmax())}"
        if len(bad) > 2 and bad.sum() == len(bad) - 1:
            return f"right only at {pair.axes[axis]} = {int((~bad).argmax())}"
    return None
