"""``unrolled solution``: the worked solution of an exercise, where it is at hand, and once one's own was tried."""

from __future__ import annotations

import re

from unrolled.documents import read
from unrolled.package import PACKAGE
from unrolled.terminal.check import folder_of
from unrolled.terminal.memory import recall
from unrolled.terminal.naming import Work
from unrolled.terminal.reset import answer_in

FOLDER = PACKAGE.parent / "solutions"


class NotYet(RuntimeError):
    """The solution is not shown; the message says what comes first."""


def solution(work: Work, exercise: str) -> str:
    """The code of the worked solution. Raises NotYet, UnreadableNotebook, OSError."""
    path = FOLDER / work.release.slug / f"{work.release.slug}.ipynb"
    if not path.is_file():
        raise NotYet(
            "The worked solutions do not come with the package. They are in `solutions/` of a checkout of the project."
        )
    cell = answer_in(work.read(), exercise)
    if cell is None or cell.source.strip() == work.release.answer_cell(exercise).source.strip():
        raise NotYet(f"{exercise} is not attempted yet. Try it first; `unrolled hint {exercise}` helps.")
    tried = exercise in recall(folder_of(work.path)).tried.get(work.release.slug, [])
    if not tried and not cell.executed:
        raise NotYet(f"Your {exercise} was not run yet. First: unrolled check {work.release.slug} {exercise}")
    worked = next(cell for cell in read(path).cells if cell.exercise == exercise)
    return re.sub(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", "", worked.source, flags=re.MULTILINE).rstrip()
