"""A class list read from a CSV file: our own columns, or what Canvas and Moodle export.

A list is taken as a whole or not at all: each row that is wrong is named with its line, and nobody is entered before
all are right.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.submitted import LONGEST_NAME

LARGEST = 5 << 20  # bytes
MOST_PEOPLE = 20_000
LONGEST_FIELD = 500  # characters
MOST_MINUTES = 60 * 24 * 365
OWN = ("id", "first_name", "last_name", "email", "lms_user_id", "extra_minutes")
# What each kind of file calls our columns, the best first; a file has all that stand in its key.
_CANVAS = {
    "id": ("sis login id", "sis user id", "id"),
    "full_name": ("student", "student name"),
    "lms_user_id": ("id", "student id"),
    "email": ("email",),
    "extra_minutes": ("extra_minutes",),
}
_MOODLE = {
    "id": ("username", "id number", "email address"),
    "first_name": ("first name", "first name(s)"),
    "last_name": ("last name", "surname"),
    "full_name": ("full name", "first name / last name"),
    "email": ("email address",),
    "extra_minutes": ("extra_minutes",),
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class BadRoster(Exception):
    """The list cannot be taken; ``problems`` are sentences, each with the line that it is about."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Person:
    """One student. ``lms_user_id`` is the number that Canvas or Moodle knows the student by; empty: not known."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    extra_minutes: int = 0


def read_roster(path: Path) -> tuple[list[Person], set[str]]:
    """The people of a class list, and which columns it has. Raises BadRoster, OSError."""
    rows = list(_rows(path))
    if not rows:
        raise BadRoster([f"{path} is empty: its first line has to name the columns, e.g. {','.join(OWN)}"])
    header = [name.strip().lower() for name in rows[0][1]]
    places = _columns(header, path)
    people: list[Person] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for line, fields in rows[1:]:
        if not any(field.strip() for field in fields) or fields[0].strip().startswith("Points Possible"):
            continue  # Canvas puts a row under the header that is nobody's
        said, person = _person(fields, places, len(header))
        for key in (("id", person.id.casefold()), ("lms_user_id", person.lms_user_id)):
            if key[1] and seen.setdefault(key, line) != line:
                said.append(f"the {key[0]} {key[1]!r} is that of line {seen[key]}, too")
        problems += [f"line {line}: {each}" for each in said]
        people.append(person)
    if not people and not problems:
        problems = [f"{path} names the columns and nobody below them"]
    if problems:
        raise BadRoster(problems)
    return people, set(places) | ({"first_name", "last_name"} if "full_name" in places else set())


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line and fields of each row. Raises BadRoster."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadRoster([f"{path} has more than {LARGEST >> 20} MB, and so is no class list"])
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRoster([f"line {line}: not UTF-8; save the list as CSV in UTF-8 (in Excel: CSV UTF-8)"]) from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for fields in reader:
            rows.append((reader.line_num, fields))
            if len(rows) > MOST_PEOPLE:
                raise BadRoster([f"{path} has more than {MOST_PEOPLE:,} rows"])
    except csv.Error as error:
        raise BadRoster([f"line {reader.line_num}: not CSV: {error}"]) from error
    return rows


def _columns(header: Sequence[str], path: Path) -> Mapping[str, int]:
    """Where each of our columns stands. Raises BadRoster."""
    double = sorted({name for name in header if name and header.count(name) > 1} & {*OWN})
    if double:
        raise BadRoster([f"line 1: the column {double[0]} is there twice"])
    known = _canvas_or_moodle(header)
    if known:
        named = ((ours, [header.index(name) for name in theirs if name in header]) for ours, theirs in known.items())
        return {ours: places[0] for ours, places in named if places}
    odd = [name for name in header if name not in OWN]
    if "id" not in header:
        odd_first = f"there is no column id (found: {', '.join(header)[:200]}); "
        raise BadRoster([f"line 1: {odd_first}a list has {', '.join(OWN)}, or is one of Canvas's or Moodle's"])
    if odd:
        raise BadRoster([f"line 1: nobody knows the column {odd[0]!r}; there are {', '.join(OWN)}"])
    return {name: place for place, name in enumerate(header)}


def _canvas_or_moodle(header: Sequence[str]) -> Mapping[str, Sequence[str]] | None:
    if {"student", "id"} <= {*header}:
        return _CANVAS
    if "email address" in header and {"first name", "first name(s)", "full name", "first name / last name"} & {*header}:
        return _MOODLE
    return None


def _person(fields: Sequence[str], places: Mapping[str, int], width: int) -> tuple[list[str], Person]:
    """What is wrong with a row, and who stands in it."""
    said = []
    if len(fields) > width and any(field.strip() for field in fields[width:]):
        said.append(f"{len(fields)} fields, and {width} columns; a field with a comma needs quotes around it")
    value = {name: fields[place].strip() if place < len(fields) else "" for name, place in places.items()}
    long = (name for name in value if len(value[name]) > LONGEST_FIELD)
    said += [f"the {name} has more than {LONGEST_FIELD} characters" for name in long]
    said += [f"the {name} holds what no screen can show" for name in value if not value[name].isprintable()]
    if "full_name" in value:
        value |= _parted(value.pop("full_name"), value)
    said += _wrong_id(value.get("id", ""))
    if value.get("email") and not _ADDRESS.fullmatch(value["email"]):
        said.append(f"{value['email']!r} is no email address")
    minutes = value.pop("extra_minutes", "") or "0"
    if not re.fullmatch(r"[0-9]{1,9}", minutes) or int(minutes) > MOST_MINUTES:
        said.append(f"extra_minutes is a whole number of minutes, not {minutes!r}")
        minutes = "0"
    return said, Person(**value, extra_minutes=int(minutes))


def _parted(full: str, value: Mapping[str, str]) -> dict[str, str]:
    """First and last name of "Last, First" or "First Last", where the file has no columns for them."""
    last, comma, first = full.partition(",")
    if not comma:
        first, _, last = full.rpartition(" ")
    parts = {"first_name": first.strip(), "last_name": last.strip()}
    return {name: value.get(name) or part for name, part in parts.items()}


def _wrong_id(name: str) -> list[str]:
    """Why this cannot be the name of a student's folder."""
    if not name:
        return ["there is no id"]
    if "/" in name or "\\" in name:
        return [f"the id {name!r} holds a slash, and is to be a folder's name"]
    if name.startswith("."):
        return [f"the id {name!r} begins with a dot, and nbgrader does not look at such folders"]
    if len(name.encode()) > LONGEST_NAME:
        return [f"the id is longer than {LONGEST_NAME} bytes, and is to be a folder's name"]
    return []
