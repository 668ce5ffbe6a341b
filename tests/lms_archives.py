"""Zip files of submissions as Canvas and Moodle make them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

AFTERNOON = (2030, 1, 15, 13, 30, 10)
"""A time of day on the machine that packed."""


def write_zip(path: Path, files: Mapping[str, bytes], when: tuple[int, ...] = AFTERNOON) -> Path:
    """A zip with these members, all of one time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, when), content, zipfile.ZIP_DEFLATED)
    return path


def canvas(name: str, number: int, file: str, late: bool = False) -> str:
    """Canvas's name of a file that somebody handed in; ``name`` is "Last, First"."""
    letters = "".join(letter for letter in name.lower() if letter.isalnum())
    return f"{letters}{'_LATE' if late else ''}_{number}_{number + 70_000}_{file}"


def moodle(name: str, number: int, file: str) -> str:
    """Moodle's name of a file that somebody handed in; ``name`` is "First Last"."""
    return f"{name}_{number}_assignsubmission_file_/{file}"
