"""Watch a student's process from outside: time, memory, threads and disk, and end it when it passes a bound.

The process cannot look after itself: its code is not trusted, and memory that TensorFlow maps makes an rlimit on the
address space useless. Time is processor time first, so that a busy machine does not fail a right answer; wall time is a
second bound, for code that sleeps.

Between two requests the process is stopped. So nothing grows while nobody looks, and threads that a cell has left
running take no time from others.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.confine import MAX_FILE
from autograder.sandbox.usage import BLOCK, Ended, Usage

NONE = -1  # what closed descriptors become: their numbers go to others
LOOK_EVERY = 0.05  # seconds between two looks where all requests are short
DISK_EVERY = 0.2  # seconds between two looks at the scratch folder and at what has no name, and more where these
DISK_SHARE = 20  # take long: this many times as long as the last one
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
    """A bound was passed and the process ended.

    ``time``: it was one on time. ``idle``: on wall time, and of processor time there was some left: the process slept,
    or others kept it waiting.
    """

    def __init__(self, what: str, *, time: bool, idle: bool = False) -> None:
        super().__init__(what)
        self.time, self.idle = time, idle


class Watchdog:
    """Bounds one process, known by its pidfd (which, unlike a number, cannot come to mean another process)."""

    def __init__(self, pid: int, pidfd: int, scratch: Path, limits: Limits) -> None:
        self._usage = Usage(pid)
        self._pidfd, self._scratch, self._limits = pidfd, scratch, limits
        self._memory_from: int | None = None  # read at the first look, which is before any of the student's code runs
        self._looked = time.monotonic()
        self._disk_next = self._looked + DISK_EVERY  # as yet it has neither files nor code of the student's
        self.start(limits.call_seconds)

    def start(self, seconds: float) -> None:
        """Begin a request that may take so many seconds of processor time: the process runs from now on."""
        self.go_on(seconds)
        self._send(signal.SIGCONT)

    def go_on(self, seconds: float) -> None:
        """Begin the next request of those that the process was sent together."""
        self._seconds = seconds
        self._cpu_from: float | None = None  # read at the first look: most requests are answered before it
        self._wall_from = time.monotonic()
        self._helper: Usage | None = None
        self._helper_from = 0.0

    def helped_by(self, helper: Usage) -> None:
        """Until the next request begins, count this process's time, too: it works at the word of the one watched."""
        self._helper, self._helper_from = helper, helper.processor_seconds()

    def helped_seconds(self) -> float:
        """Of processor time that others have worked for this request; what has ended counts no more."""
        try:
            return self._helper.processor_seconds() - self._helper_from if self._helper else 0.0
        except Ended:
            return 0.0

    def rest(self) -> None:
        """The request is answered: stop the process until the next one begins. Raises Exceeded, having ended it."""
        self._send(signal.SIGSTOP)
        self.glance()

    def glance(self) -> None:
        """Look if the last look is a while ago, as after many short requests."""
        if self._memory_from is None or time.monotonic() - self._looked > LOOK_EVERY:
            self.look()

    def look(self) -> None:
        """Raise :class:`Exceeded`, having ended the process, when a bound is passed; called every few hundredths of a
        second.
        """
        try:
            exceeded = self._exceeded()
        except Ended:
            return  # it has just ended by itself: reading from it will say so
        self._looked = time.monotonic()
        if exceeded:
            self.end()
            raise exceeded

    def end(self) -> None:
        """End the process, at once."""
        self._send(signal.SIGKILL)

    def close(self) -> None:
        """End the process and forget it."""
        self.end()
        os.close(self._pidfd)
        self._pidfd = NONE

    def processor_seconds(self) -> float | None:
        """What the process has taken since it began; None when it has ended."""
        try:
            return self._usage.processor_seconds()
        except Ended:
            return None

    def _send(self, number: signal.Signals) -> None:
        if self._pidfd == NONE:
            return
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError:
            pass  # it has ended already; who waits for an answer will see that

    def _exceeded(self) -> Exceeded | None:
        now, total, limits = time.monotonic(), self._usage.processor_seconds(), self._limits
        if self._cpu_from is None:
            self._cpu_from = total
        cpu, wall = total - self._cpu_from + self.helped_seconds(), now - self._wall_from
        if cpu > self._seconds or wall > self._seconds * limits.wall_factor:
            return Exceeded(f"did not finish within {self._allowed()}", time=True, idle=cpu <= self._seconds)
        memory = self._usage.memory()
        if self._memory_from is None:
            self._memory_from = memory.total
        room = limits.memory - (memory.total - self._memory_from)
        if room < 0:
            return Exceeded(f"used more than {limits.memory / 2**30:g} GB of memory", time=False)
        if memory.threads > limits.threads:
            return Exceeded(f"started more than {limits.threads} threads", time=False)
        return self._hoards(room + memory.shared) if now >= self._disk_next else None

    def _allowed(self) -> str:
        """The request's time in words. What is left of the whole is not told: the student's code has chosen it."""
        if self._seconds in (self._limits.call_seconds, self._limits.cell_seconds):
            return f"{self._seconds:g} seconds"
        return "the time that was left"

    def _hoards(self, room: int) -> Exceeded | None:
        """What is too much of what takes longer to find: files, and what has no name. ``room``: for shared memory."""
        began = time.monotonic()
        shared, nameless = self._usage.nameless(MAX_FILE)
        too_much = _too_much(self._scratch, self._limits, nameless)
        ended = time.monotonic()
        self._disk_next = ended + max(DISK_EVERY, DISK_SHARE * (ended - began))
        if shared > room:
            return Exceeded(f"used more than {self._limits.memory / 2**30:g} GB of memory", time=False)
        return Exceeded(too_much, time=False) if too_much else None


def _too_much(folder: Path, limits: Limits, nameless: int) -> str | None:
    """What is too much about the files in a folder that somebody else is writing to, if anything is.

    Args:
        nameless: bytes of files that are in no folder any more.
    """
    size, files = nameless, 0
    for parent, folders, names in os.walk(folder):
        if len(os.fsencode(parent)) > MAX_PATH:
            return "nested its folders too deeply"
        files += len(folders) + len(names)
        size += sum(_on_disk(os.path.join(parent, name)) for name in names)
        if size > limits.disk or files > limits.files:
            break
    if size > limits.disk:
        return f"wrote more than {limits.disk >> 20} MB"
    return f"made more than {limits.files} files" if files > limits.files else None


def _on_disk(path: str) -> int:
    try:
        return os.lstat(path).st_blocks * BLOCK
    except OSError:
        return 0  # removed meanwhile
