"""Watch a student's process from outside: time, memory, threads and disk, and end it when it passes a bound.

The process cannot look after itself: its code is not trusted, and memory that TensorFlow maps makes an rlimit on the
address space useless. Time is processor time first, so that a busy machine does not fail a right answer; wall time is a
second bound, for code that sleeps.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

DISK_EVERY = 0.5  # seconds between two looks at the scratch folder
MAX_PATH = 1_000  # bytes; what lies far below could not be reached by its path any more, and would count for nothing


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds, bytes, counts."""

    cell_seconds: float = 20.0
    call_seconds: float = 5.0
    submission_seconds: float = 120.0  # of all cells and calls together
    wall_factor: float = 3.0
    memory: int = 2 << 30
    threads: int = 256
    disk: int = 256 << 20
    files: int = 5_000
    restarts: int = 10


class Exceeded(Exception):
    """A bound was passed and the process ended."""

    def __init__(self, what: str, *, time: bool) -> None:
        super().__init__(what)
        self.time = time


class Watchdog:
    """Bounds one process, known by its pidfd (which, unlike a number, cannot come to mean another process)."""

    def __init__(self, pid: int, pidfd: int, scratch: Path, limits: Limits) -> None:
        self._process = psutil.Process(pid)
        self._pidfd, self._scratch, self._limits = pidfd, scratch, limits
        self._memory_from = self._resident()
        self.start(limits.call_seconds)

    def start(self, seconds: float) -> None:
        """Begin a request that may take so many seconds of processor time."""
        self._seconds = seconds
        self._cpu_from: float | None = None  # read at the first look: most requests are answered before it
        self._wall_from = self._disk_from = time.monotonic()

    def look(self) -> None:
        """Raise :class:`Exceeded`, having ended the process, when a bound is passed; called every few hundredths of a
        second.
        """
        try:
            exceeded = self._exceeded()
        except psutil.Error:
            return  # it has just ended by itself: reading from it will say so
        if exceeded:
            self.end()
            raise exceeded

    def end(self) -> None:
        """End the process, at once."""
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended already, which is what was asked

    def close(self) -> None:
        """End the process and forget it."""
        self.end()
        os.close(self._pidfd)

    def processor_seconds(self) -> float | None:
        """What the process has taken since it began; None when it has ended."""
        try:
            return self._cpu()
        except psutil.Error:
            return None

    def _exceeded(self) -> Exceeded | None:
        now = time.monotonic()
        if self._cpu_from is None:
            self._cpu_from = self._cpu()
        cpu, wall = self._cpu() - self._cpu_from, now - self._wall_from
        if cpu > self._seconds or wall > self._seconds * self._limits.wall_factor:
            return Exceeded(f"did not finish within {self._seconds:g} seconds", time=True)
        if self._resident() - self._memory_from > self._limits.memory:
            return Exceeded(f"used more than {self._limits.memory / 2**30:g} GB of memory", time=False)
        if self._process.num_threads() > self._limits.threads:
            return Exceeded(f"started more than {self._limits.threads} threads", time=False)
        if now - self._disk_from > DISK_EVERY:
            self._disk_from = now
            too_much = _too_much(self._scratch, self._limits)
            if too_much:
                return Exceeded(too_much, time=False)
        return None

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def _resident(self) -> int:
        return self._process.memory_info().rss


def _too_much(folder: Path, limits: Limits) -> str | None:
    """What is too much about the files in a folder that somebody else is writing to, if anything is."""
    size = files = 0
    for parent, folders, names in os.walk(folder):
        if len(os.fsencode(parent)) > MAX_PATH:
            return "nested its folders too deeply"
        files += len(folders) + len(names)
        size += sum(_file_size(os.path.join(parent, name)) for name in names)
        if size > limits.disk or files > limits.files:
            break
    if size > limits.disk:
        return f"wrote more than {limits.disk >> 20} MB"
    return f"made more than {limits.files} files" if files > limits.files else None


def _file_size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0  # removed meanwhile
