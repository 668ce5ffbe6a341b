"""Every student's work put where ``grade`` looks for it; what cannot be placed is named with the reason.

A student's folder for a unit is put into place as a whole. What lay there before is kept in ``.unrolled/earlier``.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.course.units import Unit
from autograder.gradebook.beside import put
from autograder.gradebook.collecting.archive import Archive, Member, Refused
from autograder.gradebook.collecting.owners import Class, label, without_common_folder
from autograder.gradebook.collecting.recognise import marks_of, unit_of
from autograder.gradebook.course_folder import DRAFTS, SECRET, Course
from autograder.gradebook.people.roster import Person
from autograder.gradebook.submitted import as_shown
from autograder.judging.folder import TIMESTAMP, read_files, read_timestamp
from autograder.judging.reconcile import Unreadable
from autograder.sandbox.own_folder import OwnFolder

EARLIER = Path(".unrolled") / "earlier"
_NBGRADERS = {TIMESTAMP, SECRET}


@dataclass
class Collected:
    """What became of an archive: students by unit, and why a file was not taken, by its name as it can be shown.

    ``older``: a later one lies there already, and stays.
    """

    placed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    replaced: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unchanged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    older: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refused: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """A block in which a refusal is noted under this name."""
        try:
            yield
        except Refused as error:
            self.refused.append((as_shown(name)[:200], str(error)))


@dataclass(frozen=True)
class Notebook:
    """A notebook that somebody handed in: its name in the archive, its bytes, and when it was changed."""

    name: str
    content: bytes
    time: datetime | None


def collect(archive: Archive, course: Course, units: Sequence[Unit], only: Unit | None = None) -> Collected:
    """Place the work of everybody in an archive.

    Args:
        units: those that a notebook may be of.
        only: take what cannot be told for this unit, and nothing of others.
    """
    result = Collected()
    with course.gradebook() as gradebook:
        people = [
            Person(one.id, one.first_name or "", one.last_name or "", one.email or "", one.lms_user_id or "")
            for one in gradebook.students
        ]
    owners = Class(people)
    members = list(archive.members())
    around = without_common_folder(member.name for member in members)
    by_student: dict[str, list[tuple[str, Member]]] = defaultdict(list)
    for member in members:
        with result.naming(member.name):
            member.check()
            said = label(member.name[around:])
            by_student[owners.find(said)].append((said.file, member))
    marks = marks_of(units)
    course.state.mkdir(mode=0o700, exist_ok=True)
    drafts = OwnFolder(DRAFTS, course.state)
    try:
        for student, theirs in sorted(by_student.items()):
            notebooks, others = _read(archive, theirs, marks, only, result)
            for slug, found in notebooks.items():
                unit = next(unit for unit in units if unit.slug == slug)
                with result.naming(found[0].name):
                    _place(course, unit, student, _one(found, slug), others, drafts.path, result)
    finally:
        drafts.remove()
    return result


def _read(
    archive: Archive,
    members: Sequence[tuple[str, Member]],
    marks: Mapping[str, tuple[set[bytes], set[bytes]]],
    only: Unit | None,
    result: Collected,
) -> tuple[dict[str, list[Notebook]], dict[str, bytes]]:
    """A student's notebooks by unit, and the other files by their names."""
    notebooks: dict[str, list[Notebook]] = defaultdict(list)
    others: dict[str, bytes] = {}
    told = len(result.refused)
    for file, member in members:
        with result.naming(member.name):
            content = archive.read(member)
            if not file.lower().endswith(".ipynb"):
                if file and file not in _NBGRADERS and file not in others:  # a time that a student wrote is none
                    others[file] = content
                continue
            slug = unit_of(content, marks) or (only.slug if only else None)
            if slug is None:
                raise Refused("nothing in it is of a unit's notebook; if it is to be graded, --unit UNIT says as what")
            if only and slug != only.slug:
                raise Refused(f"it is a notebook of {slug}, not of {only.slug}")
            notebooks[slug].append(Notebook(member.name, content, member.time))
    if not notebooks and len(result.refused) == told:
        names = ", ".join(as_shown(file) for file in list(others)[:3])[:200] or "nothing"
        packed = " (ask for the notebook itself)" if names.lower().endswith((".zip", ".rar", ".7z")) else ""
        result.refused.append((as_shown(members[0][1].name)[:200], f"there is no notebook, but {names}{packed}"))
    return notebooks, others


def _one(found: Sequence[Notebook], slug: str) -> Notebook:
    """The notebook, if there is one, or all are the same. Raises Refused."""
    if len({notebook.content for notebook in found}) == 1:
        return found[0]
    names = " and ".join(as_shown(notebook.name.rpartition("/")[2])[:100] for notebook in found[:3])
    raise Refused(f"there are {len(found)} notebooks of {slug} ({names}); ask which one counts, and place that by hand")


def _place(
    course: Course,
    unit: Unit,
    student: str,
    notebook: Notebook,
    others: Mapping[str, bytes],
    drafts: Path,
    result: Collected,
) -> None:
    """Put a student's folder into place, unless the same or a later one lies there. Raises Refused."""
    target = course.path("submitted", student, unit)
    if os.path.realpath(target) != str(course.folder.resolve() / target.relative_to(course.folder)):
        raise Refused(f"{target} is or goes through a link; put a plain folder there")
    files = {**others, f"{unit.slug}.ipynb": notebook.content}
    lies_there = _lies_there(target)
    if lies_there == files:
        result.unchanged[unit.slug].append(student)
        return
    before = read_timestamp(target) if target.is_dir() else None
    if before and notebook.time and before[1] > notebook.time.replace(tzinfo=None):
        result.older[unit.slug].append(student)
        return
    draft = drafts / "folder"
    try:
        draft.mkdir()
        stamp = {TIMESTAMP: f"{notebook.time:%Y-%m-%d %H:%M:%S} UTC".encode()} if notebook.time else {}
        put(draft, files | stamp)
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            os.rename(target, _free(course.folder / EARLIER / unit.slug / student))
        os.rename(draft, target)
    except OSError as error:
        raise Refused(f"its files cannot be written ({error.strerror})") from error
    (result.replaced if lies_there is not None else result.placed)[unit.slug].append(student)


def _lies_there(folder: Path) -> dict[str, bytes] | None:
    """The files that are in place, without nbgrader's; None if there is no folder."""
    if not folder.is_dir():
        return None
    try:
        return {name: content for name, content in read_files(folder).items() if name not in _NBGRADERS}
    except (OSError, Unreadable):
        return {}


def _free(folder: Path) -> Path:
    """The next number below a folder that nothing has yet."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in folder.iterdir() if path.name.isdecimal()), default=0)
    return folder / str(number)
