"""Reading what a student put into a folder: plain files only, bounded in size, number, depth and length of names.

Whoever fills a folder may put anything there: pipes that never end, links to a classmate's work, a thousand nested
folders, names that no screen can show. Nothing of that is followed or waited for; what is left out is told.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.judging.reconcile import Unreadable, too_large

MOST_BYTES = 50 << 20  # of all files of one submission
MOST_FILES = 1_000
MOST_ENTRIES = 10_000  # files, folders, links and pipes that are looked at
DEEPEST = 20  # folders within each other
LONGEST_PATH = 500  # bytes of a file's path within the submission
LONGEST_TIMESTAMP = 100  # bytes
TIMESTAMP = "timestamp.txt"  # nbgrader's, not the student's work

# A time zone may be a path to dateutil: it would open a file that begins with a slash or leads up.
_TIMESTAMP = re.compile(rb"(?!.*( /|\.\.|:/))[\w:+./, -]+\s*", re.DOTALL)
_NOT_WORK = {".ipynb_checkpoints", "__pycache__"}


def read_files(folder: Path, left_out: list[str] | None = None) -> dict[str, bytes]:
    """Every regular file under ``folder``, relative path -> content; no link is followed, no pipe opened.

    Args:
        left_out: gets a sentence on each kind of file that was passed over.

    Raises:
        Unreadable: when there is more than a submission may hold.
        OSError: when the folder cannot be read.
    """
    files: dict[str, bytes] = {}
    passed_over: dict[str, int] = {}
    room = MOST_BYTES
    for name, odd in _found(folder):
        if odd:
            passed_over[odd] = passed_over.get(odd, 0) + 1
            continue
        content = _content(folder / name, room)
        if content is None and name.endswith(".ipynb"):
            raise Unreadable(too_large(os.lstat(folder / name).st_size))
        if content is None or len(files) == MOST_FILES:
            raise Unreadable(f"The folder holds more than {MOST_BYTES >> 20} MB or {MOST_FILES:,} files; hand in less.")
        room -= len(content)
        files[name] = content
    if left_out is not None:
        left_out += [f"Left out of the folder: {number:,} {odd}." for odd, number in sorted(passed_over.items())]
    return files


def read_file(path: Path) -> bytes:
    """A loose notebook, which may be a link: whoever grades has named it. Raises Unreadable, OSError."""
    content = _content(path.resolve(), MOST_BYTES)
    if content is None:
        raise Unreadable(too_large(path.stat().st_size))
    return content


def read_timestamp(folder: Path) -> tuple[bytes, datetime] | None:
    """``timestamp.txt`` and the time in UTC that it tells; None when it is no short file with a time in it."""
    try:
        content = _content(folder / TIMESTAMP, LONGEST_TIMESTAMP)
    except OSError:
        return None
    if not content or not _TIMESTAMP.fullmatch(content):
        return None
    try:
        return content, parse_utc(content.decode().strip())
    except Exception:  # dateutil answers odd text with many kinds of them
        return None


def _found(folder: Path) -> Iterator[tuple[str, str]]:
    """The files' paths relative to the folder; with each what is odd about it, if anything is."""
    looked_at = 0
    waiting = [""]
    while waiting:
        within = waiting.pop()
        with os.scandir(folder / within) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                looked_at += 1
                if looked_at > MOST_ENTRIES:
                    raise Unreadable(f"The folder holds more than {MOST_ENTRIES:,} files and folders; hand in less.")
                path = f"{within}/{entry.name}" if within else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in _NOT_WORK:
                        continue
                    if path.count("/") < DEEPEST and len(os.fsencode(path)) <= LONGEST_PATH:
                        waiting.append(path)
                    else:
                        yield path, f"folders more than {DEEPEST} deep or with long names"
                elif path != TIMESTAMP:
                    yield path, _odd(path, entry)


def _odd(path: str, entry: os.DirEntry[str]) -> str:
    if not entry.is_file(follow_symlinks=False):
        return "links and other entries that are no files"
    if not path.isprintable():  # what is not UTF-8 is not printable either
        return "files with names that cannot be shown"
    return "files with very long names" if len(os.fsencode(path)) > LONGEST_PATH else ""


def _content(path: Path, room: int) -> bytes | None:
    """The file's bytes, or None if they are more than ``room``; a link or pipe put in its place since is not read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = file.read(room + 1)
    return content if len(content) <= room else None
