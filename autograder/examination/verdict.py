"""What grading says of a submission, and how that is kept as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

Status = Literal["graded", "unreadable", "timeout", "crashed"]
Doubt = Literal["", "ended", "waited"]
Outcome = Literal["correct", "incorrect", "raised", "not attempted", "timeout", "crashed"]


@dataclass(frozen=True)
class ExerciseVerdict:
    """One exercise of one submission.

    ``messages`` are for the student: they name what is wrong and never show a hidden input or an expected value.
    ``hints`` are kinds of mistakes, by name: the feedback page has a paragraph on each, folded.
    """

    id: str
    outcome: Outcome
    score: float
    max_score: float
    messages: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One submission of one unit.

    ``status`` is ``graded`` when the notebook ran to its end; ``timeout`` or ``crashed`` when a cell had to be cut
    off or took the process down (what could be graded was); ``unreadable`` when the file is no notebook. ``seed``
    made the extra cases: grading again with the same seed repeats the verdict. ``score`` and ``max_score`` are points
    of the automatic exercises. ``doubt``: a process of the submission ``ended`` and nobody knows by whom, or it has
    ``waited`` until its time was over and hardly had the processor, so that it is to be judged again before this
    counts; no such verdict is kept.
    """

    submission: str
    unit: str
    status: Status
    seconds: float
    protections: tuple[str, ...]
    exercises: tuple[ExerciseVerdict, ...]
    seed: int
    messages: tuple[str, ...] = ()
    cell_outputs: dict[str, list[dict]] = field(default_factory=dict, repr=False)
    doubt: Doubt = field(default="", compare=False)

    @property
    def score(self) -> float:
        """Points earned by the automatic exercises."""
        return round(sum(exercise.score for exercise in self.exercises), 2)

    @property
    def max_score(self) -> float:
        """Points that the automatic exercises are worth."""
        return round(sum(exercise.max_score for exercise in self.exercises), 2)

    def to_dict(self) -> dict:
        """Built-in types only: the object that ``grade --json`` writes."""
        fields = asdict(self)
        del fields["cell_outputs"], fields["doubt"]
        return fields | {"score": self.score, "max_score": self.max_score}

    def to_json(self) -> str:
        """The whole verdict, cell outputs included, as kept in the course folder."""
        return json.dumps(self.to_dict() | {"cell_outputs": self.cell_outputs})

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """The verdict that :meth:`to_json` wrote."""
        fields = json.loads(text)
        del fields["score"], fields["max_score"]
        exercises = tuple(
            ExerciseVerdict(**(exercise | {name: tuple(exercise.get(name, ())) for name in ("messages", "hints")}))
            for exercise in fields.pop("exercises")
        )
        for name in ("protections", "messages"):
            fields[name] = tuple(fields[name])
        return cls(exercises=exercises, **fields)
