"""What stands first on a feedback page: each exercise and each written answer, its points, and what is said of it.

It is read from the autograded notebook, in whose check cells the verdict lies, after nbgrader has put the gradebook's
points and comments beside it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.course.units import CHECK_PREFIX, grade_id, marks
from autograder.faults.kinds import paragraphs

NOTE_ID = "unrolled-notes"
"""The id of the cell, first in the notebook, that holds what is said of the whole submission."""
SAID = "unrolled"
"""Where in a check cell's metadata its verdict lies: ``outcome``, ``messages`` for the student, and ``hints``."""

HEADING = re.compile(r"^(##+) +(.+?) *$", re.MULTILINE)
MOST_READ = 20_000  # characters of a cell in which headings are looked for


@dataclass(frozen=True)
class Finding:
    """One graded cell. ``by_hand``: a written answer. ``score`` is None while it waits for a person.

    ``hints`` are paragraphs on the kinds of its mistakes, and ``sections`` the headings of the lesson that it stands
    under, which are to be read again.
    """

    id: str
    name: str
    by_hand: bool
    score: float | None
    points: float
    outcome: str
    messages: tuple[str, ...]
    comment: str
    hints: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A kind of outcome, for colour and sign: ``full``, ``part``, ``none`` or ``waits``."""
        if self.score is None:
            return "waits"
        return "full" if self.score >= self.points else "part" if self.score > 0 else "none"

    @property
    def says_more(self) -> bool:
        """Whether there is more to say than the points."""
        return bool(self.messages or self.comment)


def findings(notebook: NotebookNode) -> list[Finding]:
    """The graded cells of a notebook that nbgrader has put grades into, in order."""
    comments = {grade_id(cell): marks(cell).get("comment") or "" for cell in notebook.cells}
    found, sections = [], dict[str, str]()
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not marks(cell):
            for level, text in HEADING.findall(cell.source[:MOST_READ]):
                sections = {above: kept for above, kept in sections.items() if len(above) < len(level)} | {level: text}
        elif marks(cell).get("grade"):
            found.append(_finding(cell, comments, tuple(sections.values())))
    return found


def _finding(cell: NotebookNode, comments: dict[str, str], sections: tuple[str, ...]) -> Finding:
    found, name = marks(cell), grade_id(cell)
    by_hand = bool(found.get("solution"))
    said = cell.metadata.get(SAID, {})
    exercise = name.removeprefix(CHECK_PREFIX)
    return Finding(
        id=name,
        name=exercise if not by_hand else exercise.replace("_", " "),
        by_hand=by_hand,
        score=None if found.get("waits") else float(found.get("score") or 0),
        points=float(found.get("points") or 0),
        outcome=str(said.get("outcome", "")),
        messages=tuple(said.get("messages", ())),
        comment=comments[name] or ("" if by_hand else comments.get(exercise, "")),
        hints=tuple(paragraphs()[kind] for kind in said.get("hints", ()) if kind in paragraphs()),
        sections=sections,
    )


def title_of(notebook: NotebookNode) -> str:
    """The first heading of the notebook."""
    for cell in notebook.cells:
        heading = re.search(r"^#+ +(.+)$", cell.source[:2000], re.MULTILINE) if cell.cell_type == "markdown" else None
        if heading:
            return heading[1].strip()
    return "Feedback"


def notes_of(notebook: NotebookNode) -> list[str]:
    """What is said of the whole submission, as markdown."""
    return [cell.source for cell in notebook.cells if cell.get("id") == NOTE_ID]


def in_words(message: str) -> str:
    """A message as HTML: as it stands, with what it puts between backticks as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(message, quote=False)).replace("\n", "<br>")


def anchor(heading: str) -> str:
    """The id that the page gives to a heading, written as markdown or as HTML."""
    text = html.unescape(re.sub(r"<[^>]*>|`", "", heading))
    return "section-" + re.sub(r"\W+", "-", text).strip("-").lower()


FILTERS: dict[str, Callable[..., Any]] = {
    "anchor": anchor,
    "findings": findings,
    "title_of": title_of,
    "notes_of": notes_of,
    "in_words": in_words,
}
"""What the template asks for by name."""
