"""Which unit a file is a notebook of: told by what stands in it, not by its name.

The bytes are searched and not parsed: a file may be anything, and one that is cut off is still somebody's work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.course.units import Unit, grade_id

_GRADE_ID = re.compile(rb'"grade_id"\s{0,9}:\s{0,9}"([A-Za-z0-9_-]{1,100})"')
_DEFINED = re.compile(rb"\b(?:def|class) ([A-Za-z_][A-Za-z0-9_]{0,99})\b")


def marks_of(units: Sequence[Unit]) -> Mapping[str, tuple[set[bytes], set[bytes]]]:
    """What notebooks of each unit hold: nbgrader's names of its cells, and the names of its exercises."""
    return {
        unit.slug: (
            {grade_id(cell).encode() for cell in unit.release.cells} - {b""},
            {exercise.id.encode() for exercise in unit.exercises},
        )
        for unit in units
    }


def unit_of(content: bytes, marks: Mapping[str, tuple[set[bytes], set[bytes]]]) -> str | None:
    """The unit that most of a notebook's marks are of; of its definitions, if it has lost them. None: of no unit."""
    for which, pattern in enumerate((_GRADE_ID, _DEFINED)):
        found = set(pattern.findall(content))
        votes = sorted(((len(found & known[which]), slug) for slug, known in marks.items()), reverse=True)
        if votes and votes[0][0] and (len(votes) == 1 or votes[0][0] > votes[1][0]):
            return votes[0][1]
    return None
