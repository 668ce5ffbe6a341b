"""Whether two values are the same, and at which places a nested value is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


def parts_of(value: Any) -> Mapping[Any, Any]:
    """What a function returned, part by part."""
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, tuple) else {"": value}


def is_data(value: Any) -> bool:
    """Whether a value is nothing but arrays, numbers and text, nested as it may be."""
    if isinstance(value, (list, tuple, dict)):
        return all(map(is_data, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, (np.ndarray, np.generic, bool, int, float, str))


def is_private(theirs: Any, right: Any) -> bool:
    """Whether a part is a cache of the student's own making, which no known mistake can have: caches are tuples."""
    return isinstance(right, tuple) and _outline(theirs) != _outline(right)


def _outline(value: Any) -> Any:
    """How a value is nested; arrays and numbers are all alike."""
    if isinstance(value, dict):
        return {key: _outline(part) for key, part in value.items()}
    return [type(value), *map(_outline, value)] if isinstance(value, (list, tuple)) else None


def wrong_leaves(value: Any, right: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The places in a nested value at which it is not right, and all places that could be compared.

    The items of a list, such as steps, are one place. A cache of the student's own making is passed over.
    """
    compared = list(_compared(value, right, ""))
    return frozenset(place for place, well in compared if not well), frozenset(place for place, _ in compared)


def _compared(value: Any, right: Any, place: str) -> Iterator[tuple[str, bool]]:
    if not isinstance(right, (tuple, list, dict)) or isinstance(right, list) and isinstance(value, np.ndarray):
        yield place, same(value, right)
    elif place and isinstance(right, dict) and not all(str(key).isidentifier() for key in right):
        yield place, same(value, right)  # its keys are data, and name nothing
    elif not place and isinstance(right, list) and (not isinstance(value, list) or len(value) != len(right)):
        yield f"{place}/*", False  # a list alone is what the exercise returns, and this one is shorter, longer or none
    elif _outline(value) == _outline(right) or not place and parts_of(value).keys() == parts_of(right).keys():
        pairs = zip(value, right, strict=True) if isinstance(right, list) else None
        for theirs, ours in pairs or ():
            yield from _compared(theirs, ours, f"{place}/*")
        for key in parts_of(right) if pairs is None else ():
            yield from _compared(parts_of(value)[key], parts_of(right)[key], f"{place}/{key}")
    elif place.count("/") == 1 and not isinstance(right, tuple):  # what is returned, and no part of a cache
        yield f"{place}/*" if isinstance(right, list) else place, False


def _array_beside(value: Any, other: Any) -> Any:
    """A list or tuple of numbers as an array, if that is what it stands beside."""
    if not isinstance(other, np.ndarray) or not isinstance(value, (list, tuple)):
        return value
    try:
        array = np.asarray(value)
    except ValueError:  # its rows are of different lengths
        return value
    return array if array.dtype.kind in "biufc" else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same but for the last digits; a list of numbers is the same as an array of them."""
    one, other = _array_beside(one, other), _array_beside(other, one)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    numbers = (np.ndarray, np.generic, bool, int, float)
    if not isinstance(one, numbers) or not isinstance(other, numbers):
        return type(one) is type(other) and one == other
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return False
    rough = np.float32 in (one.dtype, other.dtype)
    with np.errstate(all="ignore"):
        scale = np.max(np.abs(other), initial=0.0, where=np.isfinite(other))
        return np.allclose(
            one, other, rtol=1e-4 if rough else 1e-6, atol=(2e-5 if rough else 1e-9) * scale, equal_nan=True
        )
