"""What graders compare with: agree, or raise a Mistake in words that are safe to show.

The words come from :mod:`unrolled.checking.compare`: a student reads the same sentence here and under a public check,
but that no number is told. A student's function has seen hidden inputs, and chooses sizes, places and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograder.examination.examine import Mistake, Raised
from unrolled.checking.compare import Difference, describe, difference, few_or_many, first_of


def agree(got: Any, expected: Any, name: str, axes: Sequence[str] | None = None, when: str = "") -> None:
    """Raise Mistake unless ``got`` has the type, shape, dtype and values of ``expected``.

    Args:
        got: what came from the student.
        expected: a number, a string, an array, or a nested list, tuple or dict of them.
        name: what the contract calls the value.
        axes: names of its axes; ``T_x`` is time.
        when: on which kind of input, such as "for m = 1"; said in the message.
    """
    found = differs(_single(got) if _in_single_precision.get() else got, expected, name, axes)
    if found is not None:
        raise Mistake(f"{found.summary} ({when})" if when else found.summary)


def differs(got: Any, expected: Any, name: str, axes: Sequence[str] | None = None) -> Difference | None:
    """The first difference, in words that hold no number; None when the values agree."""
    return difference(got, expected, name, axes, numbers=False)


_in_single_precision: ContextVar[bool] = ContextVar("in single precision", default=False)


@contextmanager
def single_precision() -> Iterator[None]:
    """In the block, values need to agree only as single-precision ones do, whatever their dtype.

    For values that come by way of a right function in float32: an array that they are written into may be float64.
    """
    token = _in_single_precision.set(True)
    try:
        yield
    finally:
        _in_single_precision.reset(token)


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _single(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_single, value))
    return value.astype("float32") if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


@contextmanager
def on_kind(when: str) -> Iterator[None]:
    """Have what the student's code raises in the block told with the kind of input, such as "for m = 1"."""
    try:
        yield
    except Raised as raised:
        raise (Raised(f"{raised} ({when})") if when else raised) from None


def unpack(got: Any, *names: str) -> tuple[Any, ...]:
    """The parts of a tuple that a function returned, or Mistake when there are not as many as ``names``."""
    if isinstance(got, (tuple, list)) and len(got) == len(names):
        return tuple(got)
    what = f"too {few_or_many(got, names)} of them" if isinstance(got, (tuple, list)) else _returned(got)
    raise Mistake(f"should return {len(names)} values ({', '.join(names)}); returned {what}")


def entries(got: Any, *keys: str) -> tuple[Any, ...]:
    """The values of a returned dictionary at ``keys``; Mistake when it is none or lacks one. More keys do no harm."""
    if not isinstance(got, dict):
        raise Mistake(f"should return a dictionary; returned {_returned(got)}")
    missing = [key for key in keys if key not in got]
    if missing:
        raise Mistake(f"the returned dictionary has no {first_of(missing)}")
    return tuple(got[key] for key in keys)


def untouched(before: Mapping[str, Any], after: Any) -> None:
    """Raise Mistake when a call changed one of its arguments in place.

    Args:
        before: the arguments by name, in order, as they were passed.
        after: the arguments as the call left them, as ``student.call(..., inputs_after=True)`` gives them.
    """
    if not isinstance(after, (list, tuple)) or len(after) != len(before):
        raise Mistake("the arguments were changed in place; work on copies")
    for (name, sent), left in zip(before.items(), after, strict=True):
        for place in _changes(sent, left, name):
            raise Mistake(
                f"{place} was changed in place: the caller's own values are different afterwards; work on a copy"
            )


def _returned(got: Any) -> str:
    return "one array" if isinstance(got, np.ndarray) and got.ndim else describe(got, numbers=False)


def _changes(sent: Any, left: Any, place: str) -> Iterator[str]:
    """The places where two nested values are not exactly the same; of a list's items and a text's letters, that it is
    one of them.
    """
    if isinstance(sent, dict) and isinstance(left, dict) and sent.keys() == left.keys():
        for key in sent:
            named = isinstance(sent[key], np.ndarray)  # such as those of parameters; else the keys are data
            yield from _changes(sent[key], left[key], f"{place}[{key!r}]" if named else f"{place}[…]")
    elif isinstance(sent, (list, tuple)) and type(left) is type(sent) and len(left) == len(sent):
        for k, pair in enumerate(zip(sent, left, strict=True)):
            yield from _changes(*pair, f"{place}[{k}]" if isinstance(sent, tuple) else f"{place}[…]")
    elif isinstance(sent, np.ndarray) and isinstance(left, np.ndarray):
        if sent.dtype != left.dtype or not np.array_equal(sent, left):
            yield place
    elif type(sent) is not type(left) or sent != left:
        yield place
