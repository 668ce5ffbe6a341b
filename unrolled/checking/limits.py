"""Bounds on a call of a student's function, so that an endless loop or a flood of prints ends by itself.

They hold in Jupyter and in the terminal, on every system: a thread beside the call raises :class:`TimeLimit` in it. It
cannot reach into a library's machine code, nor through an ``except:`` that catches everything in a loop; in Jupyter the
student interrupts the kernel then, and ``unrolled check`` ends the process.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from unrolled.execution import BoundedText

CALL_SECONDS = 10  # of processor time, as all that follow
CHECK_SECONDS = 30  # for all calls of one check
CELL_SECONDS = 20  # as in grading
MAX_HEARD = 1_000_000  # characters that one call may print; all that is more is a loop that nobody reads
MAX_WARNINGS = 100
_AGAIN_SECONDS = 0.5  # after which a call that has caught the exception is told again
_SHORTEST_NAP = 0.02


class Stopped(BaseException):
    """A call was ended. No ``Exception``: a student's ``except Exception`` is not meant to catch it."""


class TimeLimit(Stopped):
    """A call took too long."""


class TooMuchPrinted(Stopped):
    """A call printed too much."""


@dataclass
class _Scope:
    """What the calls of one check have used."""

    began: float
    stopped: Stopped | None = None


_scopes: list[_Scope] = []


@contextmanager
def one_check() -> Iterator[None]:
    """The block is one check: its calls share a bound, and after one that was ended no more are made."""
    _scopes.append(_Scope(time.process_time()))
    try:
        yield
    finally:
        _scopes.pop()


@contextmanager
def one_call(seconds: float | None = None) -> Iterator[None]:
    """The block is one call of a student's function. Raises TimeLimit or TooMuchPrinted, at once where a check is over.

    Args:
        seconds: of processor time, at most; CALL_SECONDS by default.
    """
    seconds = CALL_SECONDS if seconds is None else seconds
    scope = _scopes[-1] if _scopes else None
    if scope is not None:
        if scope.stopped is not None:
            raise scope.stopped
        seconds = max(min(seconds, CHECK_SECONDS - (time.process_time() - scope.began)), _SHORTEST_NAP)
    try:
        with limited(seconds):
            yield
    except Stopped as stopped:
        if scope is not None:
            scope.stopped = stopped
        raise


@contextmanager
def limited(seconds: float, what: str = "the call") -> Iterator[None]:
    """Raise TimeLimit in the block when it has used so many seconds of processor time."""
    watch = _Watch(seconds)
    watch.start()
    try:
        yield
    except TimeLimit as late:
        if not late.args:
            used = f"{seconds:.0f} s" if seconds >= 1 else "too much"
            late.args = (f"{what} was ended after {used} of processor time. Does every loop in it come to its end?",)
        raise
    finally:
        watch.stop()


class _Watch(threading.Thread):
    """Looks at the processor's clock, and raises TimeLimit in the thread that made this one."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self._watched = threading.get_ident()
        self._until = time.process_time() + seconds
        self._over = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        cores = os.cpu_count() or 1
        while True:
            left = self._until - time.process_time()
            if left > 0:
                if self._over.wait(max(left / cores, _SHORTEST_NAP)):  # so early can it be over, on all cores
                    return
                continue
            with self._lock:
                if self._over.is_set():
                    return
                _raise_in(self._watched, TimeLimit)
            self._until += _AGAIN_SECONDS

    def stop(self) -> None:
        """From here on nothing is raised."""
        try:
            self._end()
        except TimeLimit:  # it came when the block had just ended
            self._end()

    def _end(self) -> None:
        with self._lock:
            self._over.set()
            _raise_in(self._watched, None)


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Have a thread raise an exception at its next step in Python; None takes back what is not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind) if kind else None)


class _Heard(BoundedText):
    """Keeps the beginning of what a call prints, and ends a call that prints without end."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = 0

    def write(self, text: str) -> int:
        self._heard += len(text)
        if self._heard > MAX_HEARD:
            raise TooMuchPrinted(f"the call was ended when it had printed more than {MAX_HEARD:,} characters.")
        return super().write(text)


@contextmanager
def listening() -> Iterator[tuple[BoundedText, BoundedText]]:
    """Standard output and standard error of the block, bounded; a block that prints without end is ended."""
    before = sys.stdout, sys.stderr
    streams = _Heard(), _Heard()
    sys.stdout, sys.stderr = streams
    try:
        yield streams
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def warned() -> Iterator[list[Warning | str]]:
    """The warnings of the block, the first of each kind and text, bounded in number."""
    kept: dict[str, Warning | str] = {}

    def keep(message: Warning | str, *args: object, **kwargs: object) -> None:
        if len(kept) < MAX_WARNINGS:
            kept.setdefault(f"{type(message).__name__}: {message}", message)

    found: list[Warning | str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = keep
        try:
            yield found
        finally:
            found.extend(kept.values())
