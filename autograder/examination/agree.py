"""What graders compare with: agree, or raise a Mistake in words that are safe to show.

The words come from :mod:`unrolled.checking.compare`: a student reads the same sentence here and under a public check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograder.examination.examine import Mistake, Raised
from unrolled.checking.compare import describe, difference


def agree(got: Any, expected: Any, name: str, axes: Sequence[str] | None = None, when: str = "") -> None:
    """Raise Mistake unless ``got`` has the type, shape, dtype and values of ``expected``.

    Args:
        got: what came from the student.
        expected: a number, a string, an array, or a nested list, tuple or dict of them.
        name: what the contract calls the value.
        axes: names of its axes; ``T_x`` is time.
        when: on which kind of input, such as "for m = 1"; said in the message.
    """
    found = difference(_single(got) if _in_single_precision.get() else got, expected, name, axes)
    if found is not None:
        raise Mistake(f"{found.summary} ({when})" if when else found.summary)


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
    raise Mistake(f"should return {len(names)} values ({', '.join(names)}); returned {_returned(got)}")


def entries(got: Any, *keys: str) -> tuple[Any, ...]:
    """The values of a returned dictionary at ``keys``; Mistake when it is none or lacks one. More keys do no harm."""
    if not isinstance(got, dict):
        raise Mistake(f"should return a dictionary; returned {_returned(got)}")
    missing = [key for key in keys if key not in got]
    if missing:
        unknown = f"; it has {len(got)} others" if len(missing) == len(keys) else ""
        raise Mistake(f"the returned dictionary has no {', '.join(missing)}{unknown}")
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
    return f"one {describe(got).split(' ', 1)[1]}" if isinstance(got, np.ndarray) and got.ndim else describe(got)


def _changes(sent: Any, left: Any, place: str) -> Iterator[str]:
    """The places where two nested values are not exactly the same."""
    if isinstance(sent, dict) and isinstance(left, dict) and sent.keys() == left.keys():
        for key in sent:
            yield from _changes(sent[key], left[key], f"{place}[{key!r}]")
    elif isinstance(sent, (list, tuple)) and type(left) is type(sent) and len(left) == len(sent):
        for k, pair in enumerate(zip(sent, left, strict=True)):
            yield from _changes(*pair, f"{place}[{k}]")
    elif isinstance(sent, np.ndarray) and isinstance(left, np.ndarray):
        if sent.dtype != left.dtype or not np.array_equal(sent, left):
            yield place
    elif type(sent) is not type(left) or sent != left:
        yield place
