"""Which folders of a class hold a submission of a unit, and why the others do not.

Every folder is either a submission or has a reason: a name that nbgrader or a screen cannot take, a link that leads
to somebody else's work. Nothing is passed over in silence.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from glob import escape, glob
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.course.units import Unit
from autograder.judging.folder import TIMESTAMP, read_timestamp
from autograder.judging.submissions import Submission

LONGEST_NAME = 200  # bytes of a student's folder name: files of ours are named after it
_NOBODY = {".ipynb_checkpoints"}


@dataclass
class HandedIn:
    """What a class handed in for a unit, by student.

    ``refused``: why a folder for the unit is not graded, by its name as it can be shown. ``missing``: students with a
    folder, but none for the unit. ``timeless``: those whose timestamp.txt tells no time.
    """

    submissions: list[Submission] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    timeless: list[str] = field(default_factory=list)


def handed_in(directory: CourseDirectory, unit: Unit) -> HandedIn:
    """Look through a course folder for submissions of a unit."""
    found = HandedIn()
    written = directory.format_path(
        re.escape(directory.submitted_directory), "(?P<student>.+)", re.escape(unit.slug), escape=True
    )
    pattern = re.compile(written, re.DOTALL)
    # The folder's own name may hold what is a pattern elsewhere.
    wanted = escape(directory.format_path(directory.submitted_directory, "\0", unit.slug)).replace("\0", "*")
    seen = set()
    for folder in sorted(glob(wanted, include_hidden=True)):
        match = pattern.fullmatch(folder)
        if match is None or match["student"] in _NOBODY:
            continue
        seen.add(match["student"])
        why_not = _why_not(match["student"], Path(folder), match.start("student"))
        if why_not:
            found.refused[as_shown(match["student"])] = why_not
        else:
            found.submissions.append(Submission(match["student"], Path(folder)))
            if tells_no_time(Path(folder)):
                found.timeless.append(match["student"])
    students = Path(wanted).parent
    if students.name == "*":  # the layout in which every student has a folder, and a folder for each unit in it
        names = (Path(path).name for path in glob(str(students)) if os.path.isdir(path))
        found.missing = sorted(as_shown(name) for name in names if name not in seen)
    return found


def tells_no_time(folder: Path) -> bool:
    """Whether a submission has a timestamp that cannot be read."""
    return os.path.lexists(folder / TIMESTAMP) and read_timestamp(folder) is None


def as_shown(name: str) -> str:
    """A name that any screen can show: what is not printable is written as an escape."""
    return name if name.isprintable() else ascii(name)[1:-1]


def _why_not(student: str, folder: Path, where: int) -> str | None:
    """Why this folder is no submission; ``where`` the student's name begins in its path."""
    if not student.isprintable():
        return "the folder's name is not UTF-8 or holds a character that cannot be shown; rename it"
    if student.startswith("."):
        return "the folder's name begins with a dot, and nbgrader does not look at such; rename it"
    if len(os.fsencode(student)) > LONGEST_NAME:
        return f"the folder's name is longer than {LONGEST_NAME} bytes; rename it"
    path = str(folder)
    if os.path.realpath(path) != os.path.join(os.path.realpath(path[:where]), path[where:]):
        return "it is a link, which could lead to somebody else's work; put the files themselves there"
    return None if folder.is_dir() else "it is no folder"
