"""What counts for each student in nbgrader's gradebook: manual grades in, late penalties off, and who has to wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nbgrader.api import Gradebook

from autograder.course.units import Unit
from autograder.gradebook.standing import Standing, standings


@dataclass(frozen=True)
class Student:
    """A student, as the roster says. ``id``: the folder's name; ``lms``: the number on the platform, if it is told."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms: str = ""

    @property
    def shown(self) -> str:
        """Last name, comma, first name; the id of a student whose name nobody has told."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


@dataclass(frozen=True)
class Column:
    """One assignment: its name, the points it is worth, what each who handed in has."""

    name: str
    worth: float
    held: Mapping[str, Standing]

    def points(self, student: str, partial: bool) -> float | None:
        """The points that count; None for who handed in nothing and, unless ``partial``, for who waits for a person."""
        standing = self.held.get(student)
        if standing is None or (standing.waiting and not partial):
            return None
        return max(0.0, standing.total)

    @property
    def waiting(self) -> list[str]:
        """Students of whose work something waits for a person."""
        return sorted(name for name, standing in self.held.items() if standing.waiting)


def students_of(gradebook: Gradebook, only: Collection[str] = ()) -> list[Student]:
    """The students of a gradebook, by name; or only those whose ids are given."""
    found = [
        Student(*(text or "" for text in (each.id, each.first_name, each.last_name, each.email, each.lms_user_id)))
        for each in gradebook.students
        if not only or each.id in only
    ]
    return sorted(found, key=lambda student: (student.shown.casefold(), student.id))


def columns_of(gradebook: Gradebook, only: Collection[str] = ()) -> list[Column]:
    """The assignments of a gradebook, by name; or only those whose names are given."""
    return [
        Column(each.name, float(each.max_score), standings(gradebook, Unit(each.name)))
        for each in sorted(gradebook.assignments, key=lambda assignment: assignment.name)
        if not only or each.name in only
    ]
