"""What a public check says: one word for the outcome, and the facts that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["correct", "incorrect", "raised", "not attempted"]


@dataclass(frozen=True)
class Line:
    """One returned value of the public case that is shown.

    ``remark`` says in words what differs and is empty when the value is right; ``place`` is where it first differs;
    ``got`` and ``expected`` are what stands there, already as text.
    """

    name: str
    right: bool
    remark: str = ""
    place: str = ""
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Result:
    """What one public check found.

    A notebook shows it in colour, a terminal as plain text. ``messages`` are whole sentences, the most important
    first; ``lines`` compare the values of the public case ``case``; ``causes`` are likely causes, the likeliest first;
    ``code`` is the line of the student's that an exception came from; ``printed`` is what the function printed.
    """

    exercise: str
    outcome: Outcome
    messages: tuple[str, ...]
    case: str = ""
    lines: tuple[Line, ...] = ()
    causes: tuple[str, ...] = ()
    code: str = ""
    printed: str = ""

    @property
    def correct(self) -> bool:
        """Whether every public case is right."""
        return self.outcome == "correct"

    def __repr__(self) -> str:
        from unrolled.checks.show import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from unrolled.checks.show import as_html

        return as_html(self)
