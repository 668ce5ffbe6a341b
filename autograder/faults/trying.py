"""Run our own functions, right and wrong ones, on what a student's function was called with; endless ones are ended."""

from __future__ import annotations

import contextlib
import copy
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.examination.student import Call
from autograder.examination.wording import exception_name
from autograder.sandbox.child import MAX_MESSAGE


@dataclass(frozen=True)
class Observed:
    """What came of a call: a value and, where that was looked at, the arguments as it left them; or an exception."""

    value: Any = None
    after: Sequence[Any] | None = None
    raised: tuple[str, str] | None = None
    seconds: float = 0.0


def run(function: Callable[..., Any], call: Call, patience: float | None = None) -> Observed:
    """Call a function of ours as a student's was called, on copies of the arguments; for so many seconds if it may be
    wrong.
    """
    own = copy.deepcopy(call.args)
    began = time.process_time()
    try:
        with in_time(patience), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = function(*own) if call.times is None else [function(*own) for _ in range(call.times)]
    except Exception as error:  # mistakes are wrong on purpose
        return Observed(
            raised=(exception_name([kind.__name__ for kind in type(error).__mro__]), str(error)[:MAX_MESSAGE])
        )
    return Observed(_without_tensors(value), own, seconds=time.process_time() - began)


def _without_tensors(value: Any) -> Any:
    """The value with arrays in the place of tensors, as it would come from a student's process."""
    if isinstance(value, dict):
        return {key: _without_tensors(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_without_tensors, value))
    tensor = hasattr(value, "__array__") and hasattr(value, "numpy")
    return np.asarray(value) if tensor else value


@contextlib.contextmanager
def in_time(seconds: float | None) -> Iterator[None]:
    """End the block by an exception when it takes too long: a fault may have made a loop endless.

    The exception is raised again and again until the block has ended, for Python drops one that meets it in a callback
    of the garbage collector. And the handler stays, for a signal that is still under way would end this process.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGPROF, _too_long)
    try:
        try:
            _limited.set()
            signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
            yield
        finally:
            _limited.clear()
    finally:  # once more, in case that the signal came in the line above
        _limited.clear()
        signal.setitimer(signal.ITIMER_PROF, 0)


_limited = threading.Event()  # while a block may be ended


def _too_long(*_: object) -> None:
    if _limited.is_set():
        raise TimeoutError("a known mistake took too long")


def defined(source: str, name: str, namespace: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function that an answer defines, among the right versions of everything else; None when it defines none."""
    own = dict(namespace)
    try:
        exec(compile(source, f"<known answer to {name}>", "exec"), own)  # our own code
    except Exception:  # a mutant may be wrong from the start
        return None
    function = own.get(name)
    return function if callable(function) else None
