"""Call a student's function so that nothing it does disturbs the notebook, and tell what it did.

The function gets fresh copies of its inputs. What it prints or warns is kept, what it raises is told by the line of the
student's own code, and an input that it modified in place is found by comparing the copy with the original.
"""

from __future__ import annotations

import copy
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from unrolled.checking.limits import Stopped, listening, one_call, warned
from unrolled.execution import exception_name

MAX_PRINTED = 2_000  # characters shown of what a function printed
MAX_MESSAGE = 400  # characters shown of an exception's text


@dataclass(frozen=True)
class Attempt:
    """One call: its value or what it raised, the input it modified in place (or ""), and what it printed and warned."""

    value: Any = None
    error: BaseException | None = None
    modified: str = ""
    printed: str = ""


def attempt(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Attempt:
    """Call ``function`` with copies of ``inputs``, by position; never raises but for Ctrl-C.

    A call that takes too long or prints too much is ended, and its ``error`` says so.
    """
    given = {name: _copied(value) for name, value in inputs.items()}
    value, error = None, None
    with listening() as (out, err), warned() as warnings:
        try:
            with one_call():
                value = function(*given.values())
        except (Exception, SystemExit, Stopped) as raised:
            error = raised
    texts = [out.text(), err.text(), *map(what_was_raised, warnings)]
    printed = "\n".join(text.rstrip() for text in texts if text.strip())
    modified = next((place for name in given if (place := _modified(inputs[name], given[name], name))), "")
    return Attempt(value, error, modified, shortened(printed, MAX_PRINTED))


def cannot_take(function: Callable[..., Any], inputs: Mapping[str, Any]) -> str:
    """Why ``function`` cannot be called with these inputs by position, or ""."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in callables have no signature; calling them will tell
        return ""
    try:
        signature.bind(*inputs.values())
    except TypeError:
        names = ", ".join(inputs)
        return f"It is called with {len(inputs)} arguments, ({names}), but is defined with {signature}."
    return ""


def is_empty(function: Callable[..., Any]) -> bool:
    """Whether the body does nothing at all: ``...``, ``pass`` or only a docstring."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and not code.co_names and code.co_nlocals == code.co_argcount


def is_untouched(function: Callable[..., Any]) -> bool:
    """Whether the body raises NotImplementedError and does nothing else, as it was handed out, or is empty.

    A function that is called with others can be asked so before any of these is looked at.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_nlocals > code.co_argcount + code.co_kwonlyargcount:
        return False
    if code.co_names == (NotImplementedError.__name__,):
        return True
    docstring = getattr(function, "__doc__", None)
    return not code.co_names and all(constant in (None, docstring) for constant in code.co_consts)


def frames_of(error: BaseException, function: Callable[..., Any]) -> list[tuple[FrameType, int]]:
    """The frames of ``error`` that stand in the student's code, outermost first, with their line numbers.

    The student's code is what shares the function's global namespace: every cell of a notebook does, no library does.
    A class's is that of its methods.
    """
    methods = vars(function).values() if inspect.isclass(function) else [inspect.unwrap(function)]
    homes = (method.__globals__ for method in methods if hasattr(method, "__globals__"))
    home = next(homes, None)
    return [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals is home]


def unwritten(error: BaseException, function: Callable[..., Any]) -> str | None:
    """The name of the function, or of the method's class, that raised NotImplementedError, if that is what happened."""
    if not isinstance(error, NotImplementedError):
        return None
    frames = frames_of(error, function)
    return frames[-1][0].f_code.co_qualname.rpartition("<locals>.")[2].partition(".")[0] if frames else None


def what_was_raised(error: BaseException | str) -> str:
    """Type and text of an exception or a warning, on one line and bounded."""
    try:
        text = " ".join(str(error).split())
    except Exception as second:  # a __str__ of the student's own may raise whatever it likes
        text = f"(its text cannot be shown: {type(second).__name__})"
    kind = exception_name(type(error))
    return f"{kind}: {shortened(text, MAX_MESSAGE)}" if text else kind


def shortened(text: str, length: int) -> str:
    """The text, cut off with an ellipsis when it is longer than ``length`` characters."""
    return text if len(text) <= length else f"{text[:length]} …"


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # a cache of the student's own making may hold what cannot be copied; then it is lent as it is
        return value


def _modified(before: Any, after: Any, place: str) -> str:
    """The first place where an input is no longer what it was, or ""; looks into dicts, lists and tuples."""
    if before is after:
        return ""
    if type(before) is not type(after):
        return place
    if isinstance(before, np.ndarray):
        same = before.shape == after.shape and before.dtype == after.dtype and before.tobytes() == after.tobytes()
        return "" if same else place
    if isinstance(before, dict):
        if before.keys() != after.keys():
            return place
        return next((found for key in before if (found := _modified(before[key], after[key], f"{place}[{key!r}]"))), "")
    if isinstance(before, (list, tuple)):
        if len(before) != len(after):
            return place
        pairs = enumerate(zip(before, after, strict=True))
        return next((found for index, (old, new) in pairs if (found := _modified(old, new, f"{place}[{index}]"))), "")
    return ""
