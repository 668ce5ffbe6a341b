"""Processes that work for this one: each does one task at a time, within bounds, and what it does ends with it.

What students sent is parsed and judged in them alone. One that does not come back is ended, one that has ended is
replaced, and only the task that it was at is told: the others go on. (A pool of the standard library gives up as a
whole when one of its processes ends.)
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Any, TypeVar

import psutil

from autograder.sandbox.nursery import die_with_parent

LOOK_EVERY = 0.25  # seconds between two looks at how long a task has taken
PATIENCE = 10.0  # seconds that a process has to end in order
Result = TypeVar("Result")

_starting = threading.Lock()  # a process that is forked meanwhile would keep the other's pipe open


class Died(Exception):
    """The process has ended before it had done the task; nobody knows whose fault that is."""


class TookTooLong(Exception):
    """The task passed its bound and its process was ended."""


@dataclass(frozen=True)
class Bounds:
    """What a task may take: seconds of processor time, and seconds in all."""

    processor: float
    wall: float


BEGINNING = Bounds(processor=300, wall=600)  # imports, on a cold disk and a busy machine


class Workers:
    """So many processes; use as a context manager. Leaving it by an exception ends what they are doing."""

    def __init__(
        self,
        role: str,
        count: int,
        context: BaseContext,
        begin: Callable[..., None],
        args: tuple[Any, ...],
        bounds: Bounds,
    ) -> None:
        """Start the processes.

        Args:
            role: the name that `ps` and `top` show of them, at most 15 bytes.
            begin: called with ``args`` once in each process, before its first task.
            bounds: of one task, ``begin`` not counted.
        """
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        self._workers = [_Worker(role, context, begin, args, bounds) for _ in range(count)]
        for worker in self._workers:
            worker.start()
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(count)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=error is not None)

    def submit(self, function: Callable[..., Result], *args: Any, bounds: Bounds | None = None) -> Future[Result]:
        """Have a function called in the next free process, within the workers' bounds or these.

        The result's exception is what the function raised, or :class:`Died`, or :class:`TookTooLong`.
        """
        return self._threads.submit(self._do, function, args, bounds)

    def close(self, at_once: bool = False) -> None:
        """End the processes: once they have done what they are at, or at once."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if at_once:
            for worker in self._workers:
                worker.end()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.close()

    def _do(self, function: Callable[..., Any], args: tuple[Any, ...], bounds: Bounds | None) -> Any:
        worker = self._free.get()
        try:
            return worker.do(function, args, bounds)
        finally:
            self._free.put(worker)


class _Worker:
    """One process at a time; a new one when it has ended."""

    def __init__(
        self, role: str, context: BaseContext, begin: Callable[..., None], args: tuple[Any, ...], bounds: Bounds
    ) -> None:
        self._role, self._context, self._begin, self._args, self._bounds = role, context, begin, args, bounds
        self._process: BaseProcess | None = None
        self._pipe: connection.Connection
        self._ready = self._ended = False

    def start(self) -> None:
        """Start a process unless there is one."""
        if self._process is not None and self._process.is_alive():
            return
        if self._process is not None:
            self._pipe.close()
        if self._ended:
            raise Died("the work was stopped")
        with _starting:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(  # type: ignore[attr-defined]
                target=_work, args=(self._role, theirs, self._begin, self._args), daemon=True
            )
            process.start()
            theirs.close()
        self._process, self._pipe, self._ready = process, ours, False

    def do(self, function: Callable[..., Any], args: tuple[Any, ...], bounds: Bounds | None) -> Any:
        """What the function returns, or raises, in the process."""
        self.start()
        assert self._process is not None
        try:
            if not self._ready:
                self._watch(BEGINNING)
                self._ready = bool(self._pipe.recv())
            self._pipe.send((function, args))
            self._watch(bounds or self._bounds)
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(PATIENCE)
            raise Died(f"the process that worked on it ended ({_ending(self._process.exitcode)})") from error
        if "failed" in answer:
            raise answer["failed"] from _Elsewhere(answer["where"])
        return answer["result"]

    def _watch(self, bounds: Bounds) -> None:
        """Wait for the answer; past a bound, end the process."""
        assert self._process is not None
        used, waited = 0.0, 0.0
        begun: float | None = None
        while not self._pipe.poll(LOOK_EVERY):
            waited += LOOK_EVERY
            if not self._process.is_alive() and not self._pipe.poll():
                raise EOFError
            seconds = _processor_seconds(self._process.pid)
            begun = seconds if begun is None else begun
            used = seconds - begun
            if used > bounds.processor or waited > bounds.wall:
                self.end()
                self._ended = False
                what = f"{bounds.processor:g} seconds of processor time" if used > bounds.processor else ""
                raise TookTooLong(f"it took more than {what or f'{bounds.wall:g} seconds'}")

    def end(self) -> None:
        """End the process at once, and for good."""
        self._ended = True
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def close(self) -> None:
        """Let the process come to its end, which it does when the pipe is closed."""
        if self._process is not None:
            self._pipe.close()
            self._process.join(PATIENCE)
            self.end()
            self._process.close()
            self._process = None


class _Elsewhere(Exception):
    """Where in the other process an exception was raised."""

    def __init__(self, where: str) -> None:
        super().__init__(where)

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def end_with_parent() -> None:
    """Have this process end when the one that started it ends, however that ends.

    The kernel sees to it, which also reaches code that never comes back to Python; it tells of the parent's end only
    from the moment of asking on, so that is looked at afterwards. A process forked by a server has that for a parent,
    which ends with the one that started both; and it waits for that one in a thread, too.
    """
    starter = parent_process()
    if starter is None:
        return
    die_with_parent(starter.pid if os.getppid() == starter.pid else None)

    def wait() -> None:
        starter.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _work(role: str, pipe: connection.Connection, begin: Callable[..., None], args: tuple[Any, ...]) -> None:
    """The process: do what comes, until the pipe is closed."""
    end_with_parent()
    _be_called(role)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started us stops, and stops us
    signal.signal(signal.SIGTERM, _leave)
    begin(*args)
    pipe.send(True)
    while True:
        try:
            function, given = pipe.recv()
        except (EOFError, OSError):  # whoever started us has gone, with what it had sent unread or not
            return
        try:
            answer: dict[str, Any] = {"result": function(*given)}
        except Exception as error:
            answer = {"failed": _that_crosses(error), "where": "".join(traceback.format_exception(error))}
        pipe.send(answer)


def _be_called(role: str) -> None:
    """Have the kernel show this name (prctl's PR_SET_NAME)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(15, role.encode(), 0, 0, 0)


def _leave(_: int, __: FrameType | None) -> None:
    sys.exit(1)


def _that_crosses(error: Exception) -> Exception:
    """The exception, or one with its name and text if it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever an exception's own making raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _processor_seconds(pid: int | None) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
