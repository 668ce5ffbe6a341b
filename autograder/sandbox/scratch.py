"""Folders in which students' processes write: whatever they leave, such as thousands of nested folders, is removed."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder that a student's process has written to.

    ``rm`` does it where there is more than plain files two levels deep: :func:`shutil.rmtree` recurses and keeps a
    descriptor open for each level, so that deep nesting breaks it.
    """
    with suppress(OSError):
        _remove_few(folder, levels=3)
        return
    if subprocess.run(["rm", "-rf", "--", str(folder)], stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(["chmod", "-R", "u+rwx", "--", str(folder)], check=True)  # folders that could not be listed
        subprocess.run(["rm", "-rf", "--", str(folder)], check=True)


def _remove_few(folder: Path, levels: int) -> None:
    """Remove a folder of so few levels, its own among them. Raises OSError at whatever else there is.

    No link is followed: a file is unlinked, and a folder's entries are asked for by a descriptor that is no link's.
    """
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _empty(here, levels)
    finally:
        os.close(here)
    os.rmdir(folder)


def _empty(here: int, levels: int) -> None:
    with os.scandir(here) as found:
        entries = list(found)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.name, dir_fd=here)
        elif levels == 1:
            raise OSError("more levels than expected")
        else:
            there = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            try:
                _empty(there, levels - 1)
            finally:
                os.close(there)
            os.rmdir(entry.name, dir_fd=here)
