"""What a process takes from the machine, told from outside: time, memory, threads, files that have no name any more.

On Linux from /proc; elsewhere, where nothing can be locked down either, psutil knows the first three.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import TypeVar

import psutil

TICKS = os.sysconf("SC_CLK_TCK")  # of processor time, in a second
BLOCK = 512  # bytes: the unit of st_blocks, whatever the file system's own is
DELETED = " (deleted)"
STATUS = ("RssShmem", "Threads")  # of /proc/PID/status, beside those that begin with Vm
SHARED = "/dev/zero"  # what shared memory without a file is called in /proc/PID/maps
Answer = TypeVar("Answer")


class Ended(Exception):
    """There is no such process any more."""


@dataclass(frozen=True)
class Memory:
    """Bytes of memory, and threads. ``shared``: the part of it that is shared memory."""

    total: int
    shared: int
    threads: int


class Usage:
    """Looks at one process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._folder = Path("/proc") / str(pid)
        self._elsewhere = None if sys.platform == "linux" else psutil.Process(pid)

    def processor_seconds(self) -> float:
        """Since the process began, of all its threads. Raises Ended."""
        if self._elsewhere is not None:
            return self._ask_psutil(lambda process: sum(process.cpu_times()[:2]))
        fields = self._read("stat").rpartition(")")[2].split()  # its name, in brackets, may hold anything
        if fields[0] in "ZX":
            raise Ended
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> Memory:
        """What is resident or swapped out, and the page tables, which nothing else counts. Raises Ended."""
        if self._elsewhere is not None:
            return self._ask_psutil(lambda process: Memory(process.memory_info().rss, 0, process.num_threads()))
        lines = (line.partition(":") for line in self._read("status").splitlines())
        fields = {name: int(value.split()[0]) for name, _, value in lines if name.startswith("Vm") or name in STATUS}
        if "VmRSS" not in fields:
            raise Ended  # it has let go of its memory: this is its last
        total = fields["VmRSS"] + fields["VmPTE"] + fields.get("VmSwap", 0)
        return Memory(total << 10, fields.get("RssShmem", 0) << 10, fields["Threads"])

    def private(self) -> int | None:
        """Bytes of private memory that are mapped, touched or not, as RLIMIT_DATA counts them; None if unknown."""
        sizes = [line.split()[1] for line in self._lines("status") if line.startswith("VmData:")]
        return int(sizes[0]) << 10 if sizes else None

    def nameless(self, largest: int) -> tuple[int, int]:
        """Bytes that no other look finds: of shared memory that is mapped, touched or not (it stays when its pages are
        let go), and of files that are open or mapped here and have been deleted.

        Args:
            largest: the bytes that a file can have: one counts for so many where the kernel does not say.
        """
        files = dict(self._open_files())
        shared = 0
        for line in filter(_is_deleted, self._lines("maps")):
            where, _, _, device, inode, name = line.split(maxsplit=5)
            major, minor = (int(side, 16) for side in device.split(":"))
            if name == SHARED + DELETED:
                start, end = (int(side, 16) for side in where.split("-"))
                shared += end - start
            elif (os.makedev(major, minor), int(inode)) not in files:
                files[os.makedev(major, minor), int(inode)] = _on_disk(self._folder / "map_files" / where, largest)
        return shared, sum(files.values())

    def _open_files(self) -> Iterator[tuple[tuple[int, int], int]]:
        folder = f"{self._folder}/fd"
        try:
            descriptors = os.listdir(folder)
        except OSError:
            return  # it has ended, or there is no /proc
        for descriptor in descriptors:
            try:
                about = os.stat(f"{folder}/{descriptor}")
            except OSError:
                continue  # closed meanwhile
            if stat.S_ISREG(about.st_mode) and about.st_nlink == 0:
                yield (about.st_dev, about.st_ino), about.st_blocks * BLOCK

    def _ask_psutil(self, question: Callable[[psutil.Process], Answer]) -> Answer:
        try:
            return question(self._elsewhere)
        except psutil.Error as error:
            raise Ended from error

    def _read(self, name: str) -> str:
        try:
            with open(f"{self._folder}/{name}", "rb") as file:  # a fraction of the time of Path.read_text
                return file.read().decode(errors="replace")
        except OSError as error:
            raise Ended from error

    def _lines(self, name: str) -> list[str]:
        try:
            return self._read(name).splitlines() if self._elsewhere is None else []
        except Ended:
            return []


_is_deleted = methodcaller("endswith", DELETED)


def _on_disk(link: Path, largest: int) -> int:
    try:
        return os.stat(link).st_blocks * BLOCK
    except OSError:  # only root may follow these
        return largest
