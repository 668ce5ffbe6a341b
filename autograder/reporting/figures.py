"""The figures of a class report: how points spread, how exercises and parts went, which mistakes are common."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.reporting.parts import Part, lost, split

KINDS = ("correct", "part", "incorrect", "raised", "timeout", "crashed", "not attempted")
"""What becomes of an answer: its outcome, and ``part`` for one that is incorrect and has some of its points."""

FEWEST = 10  # submissions: with fewer, a correlation says more of chance than of a part
_RAISED = re.compile(r"(`\w+` raised \w+)\b.*", re.DOTALL)
_PROVIDED = "graded with a right "
LIKELY = "most likely: "  # how a verdict begins to tell the mistake that it takes an answer for


@dataclass(frozen=True)
class Bin:
    """How many scores there are from ``low`` up to ``high``; the last bin holds its upper end, too."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class PartFigures:
    """How one part went: of ``tried`` submissions ``passed`` have it.

    ``discrimination``: the correlation of having it (1 or 0) with the points of everything else (point-biserial,
    corrected: the part's own points are not among them); None where it cannot be said.
    """

    part: Part
    passed: int
    tried: int
    discrimination: float | None


@dataclass(frozen=True)
class Sentence:
    """What so many submissions were told first about their answer to an exercise."""

    exercise: str
    says: str
    count: int


def attempted(verdict: Verdict) -> bool:
    """Whether anything of it was there to be judged."""
    return verdict.status != "unreadable" and any(each.outcome != "not attempted" for each in verdict.exercises)


def kind(exercise: ExerciseVerdict) -> str:
    """Which of ``KINDS`` an answer is."""
    return "part" if 0 < exercise.score < exercise.max_score else exercise.outcome


def spread(scores: Sequence[float], most: float) -> list[Bin]:
    """About ten bins of a round width from 0 to ``most``; scores beyond either end count in the first or last bin."""
    most = most if most > 0 else 1.0  # a unit of written answers only
    width = _round_width(most / 10)
    number = max(1, math.ceil(round(most / width, 9)))
    counts = Counter(min(max(int(score // width), 0), number - 1) for score in scores)
    return [Bin(at * width, min((at + 1) * width, most), counts[at]) for at in range(number)]


def _round_width(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … (and 0.1, 0.2, …) that is not smaller."""
    scale = 10.0 ** math.floor(math.log10(least))
    return next(factor * scale for factor in (1, 2, 5, 10) if factor * scale >= least * (1 - 1e-9))


def outcomes(verdicts: Iterable[Verdict]) -> dict[str, Counter[str]]:
    """For each exercise, how many answers there are of each of ``KINDS``; those that could not be read are left out."""
    found: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        for exercise in verdict.exercises:
            counts = found.setdefault(exercise.id, Counter())
            if verdict.status != "unreadable":
                counts[kind(exercise)] += 1
    return found


def part_figures(verdicts: Iterable[Verdict], parts: Mapping[str, Sequence[Part]]) -> dict[str, list[PartFigures]]:
    """How each part of each exercise went among those who attempted anything of the unit.

    An answer whose verdict does not tell its parts is left out of its exercise's figures.
    """
    judged = [verdict for verdict in verdicts if attempted(verdict)]
    found: dict[str, list[PartFigures]] = {}
    for name, tests in parts.items():
        told = []
        for verdict in judged:
            answer = next(each for each in verdict.exercises if each.id == name)
            missed = lost(answer, tests)
            if missed is not None:
                told.append((verdict.score, missed))
        found[name] = [_part(part, told) for part in tests]
    return found


def _part(part: Part, told: Sequence[tuple[float, frozenset[str]]]) -> PartFigures:
    has = np.array([part.title not in missed for _, missed in told], dtype=float)
    rest = np.array([score for score, _ in told]) - has * part.points
    return PartFigures(part, int(has.sum()), len(told), correlation(has, rest))


def correlation(has: np.ndarray, rest: np.ndarray) -> float | None:
    """Pearson's correlation; None with too few values, or where either is the same for all."""
    if len(has) < FEWEST or np.ptp(has) < 1e-9 or np.ptp(rest) < 1e-9:
        return None
    return float(np.corrcoef(has, rest)[0, 1])


def sentences(verdicts: Iterable[Verdict], parts: Mapping[str, Sequence[Part]]) -> list[Sentence]:
    """What was said first about wrong answers, the commonest first: the likely mistake where one was found.

    The line that raised is the student's own, so of an exception its kind is counted.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for verdict in verdicts:
        for exercise in verdict.exercises:
            said = [each for each in exercise.messages if not each.startswith(_PROVIDED)]
            if said and exercise.outcome not in ("correct", "not attempted"):
                titles = [part.title for part in parts[exercise.id]]
                told = split(said[0].removeprefix(LIKELY), titles)[1]
                counts[exercise.id, _RAISED.sub(r"\1", told)] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Sentence(name, says, count) for (name, says), count in ranked]
