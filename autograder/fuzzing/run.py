"""Spoilt notebooks as a class, marked by the whole engine, gradebook and pages included; and where that failed."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.units import Unit
from autograder.examination.verdict import Verdict
from autograder.fuzzing import frames
from autograder.fuzzing.notebooks import mutated
from autograder.gradebook.course_folder import Course
from autograder.gradebook.marking import Marking


@dataclass(frozen=True)
class Fault:
    """Something that the tool did not come through. ``number`` and the seed make it again."""

    number: int
    changes: Sequence[str]
    what: str


@dataclass
class Fuzzed:
    """What came of it: how many there were, how they ended, and where the tool is at fault."""

    notebooks: int = 0
    frames: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def fuzz_notebooks(
    unit: Unit,
    honest: bytes,
    numbers: Sequence[int],
    seed: int,
    jobs: int,
    told: Callable[[], None] = lambda: None,
    accept_risk: bool = False,
) -> Fuzzed:
    """Mark these notebooks as one class.

    Args:
        honest: a notebook that has all points; the others are made of it.
        told: called after each.
    """
    fuzzed = Fuzzed(notebooks=len(numbers))
    changes: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="unrolled-fuzz-", ignore_cleanup_errors=True) as folder:
        course = Course(Path(folder))
        for number in numbers:
            content, changes[f"n{number}"] = mutated(honest, seed, number)
            place = Path(folder) / "submitted" / f"n{number}" / unit.slug
            place.mkdir(parents=True)
            (place / f"{unit.slug}.ipynb").write_bytes(content)
        marking = Marking(unit, jobs, course, accept_risk, told=lambda verdict: told())
        marking.run(course.handed_in(unit).submissions)
        for name, what in _faults(unit, course, marking, changes).items():
            fuzzed.faults.append(Fault(int(name[1:]), changes[name], what))
        fuzzed.statuses = dict(Counter(verdict.status for verdict in marking.verdicts))
    return fuzzed


def fuzz_frames(numbers: Sequence[int], seed: int) -> Fuzzed:
    """Take so many frames in."""
    found = {number: frames.tried(seed, number) for number in numbers}
    faults = [Fault(number, ["frame"], what) for number, what in found.items() if what]
    return Fuzzed(frames=len(numbers), faults=faults)


def _faults(unit: Unit, course: Course, marking: Marking, changes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By submission, what is wrong with its marking; nothing is right but a verdict that is in the gradebook, too."""
    faults = {name: "it has no verdict" for name in changes}
    for verdict in marking.verdicts:
        faults[verdict.submission] = _wrong(verdict, honest=not changes[verdict.submission])
    with course.gradebook() as gradebook:
        for entry in gradebook.assignment_submissions(unit.slug):
            score = next(v.score for v in marking.verdicts if v.submission == entry.student.id)
            if abs(entry.score - score) > 0.01:
                faults[entry.student.id] = f"{entry.score} points in the gradebook, {score} in the verdict"
    for name in changes:
        if not faults[name] and not (course.path("feedback", name, unit) / f"{unit.slug}.html").is_file():
            faults[name] = "it has no page"
    return {name: what for name, what in {**faults, **marking.unwritten, **marking.failures}.items() if what}


def _wrong(verdict: Verdict, honest: bool) -> str:
    json.dumps(verdict.to_dict(), allow_nan=False)
    if honest and (verdict.status, verdict.score) != ("graded", verdict.max_score):
        return f"nothing was changed, and it has {verdict.score} of {verdict.max_score} points ({verdict.status})"
    for exercise in verdict.exercises:
        if not 0 <= exercise.score <= exercise.max_score:
            return f"{exercise.id} has {exercise.score} of {exercise.max_score} points"
    return ""
