"""How often a message names the true place of a fault: tried on faults that the library of known mistakes lacks.

The faults are mutants of the paraphrases: of right answers written otherwise than the worked solution, from whose
mutants the library is made. They go through the engine that grades students. A message names the true place when

- its sentence is that of the fault, or names the place that the changed code contributes to; or
- its sentence is true of the faulty answer: on the public cases, which the graders do not use, the known mistake of
  that sentence computes what the faulty answer computes; or, where the changed code contributes to no place that has a
  name, the same value is the first that goes wrong there; or
- the faulty code raises, and the message quotes the changed line.

It misnames when it has a sentence and none of these holds. All others are silent: they say what is wrong to see.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.diagnosis import FIRST_WRONG, MIXED_UP, PREFIX, defined, exercise_of, run, true_of
from autograder.examiner import pool
from autograder.known_answers import KnownAnswers, Paraphrase, known_answers, worked_answers
from autograder.mutation import Mutant, mutants
from autograder.student import Call
from autograder.trials import SEED, submission
from autograder.units import Unit
from autograder.verdict import ExerciseVerdict
from unrolled.arrays import load_cases

PER_EXERCISE = 10
QUOTED = re.compile(r"at your line `(.*)`")  # long lines are cut off


@dataclass(frozen=True)
class Faulty:
    """A paraphrase with one fault in it."""

    exercise: str
    paraphrase: Paraphrase
    mutant: Mutant

    @property
    def answers(self) -> dict[str, str]:
        """The answers to hand in."""
        return {**self.paraphrase.answers, self.exercise: self.mutant.source}


@dataclass
class Told:
    """What the messages on one exercise's faulty paraphrases said; those that lose no points are not counted."""

    faulty: int = 0
    named: int = 0
    misnamed: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """All, named, misnamed."""
        return self.faulty, self.named, self.misnamed


def faulty_paraphrases(unit: Unit, known: KnownAnswers, only: str | None, per_exercise: int) -> list[Faulty]:
    """A sample of the paraphrases' mutants, the same on every run."""
    sample = []
    for exercise in worked_answers(unit):
        if only in (None, exercise):
            every = [
                Faulty(exercise, paraphrase, mutant)
                for paraphrase in known.paraphrases
                if exercise in paraphrase.answers
                for mutant in mutants(paraphrase.answers[exercise], exercise, known.words_for(exercise))
            ]
            sample += random.Random(exercise).sample(every, min(per_exercise, len(every)))
    return sample


def measure(
    unit: Unit,
    only: str | None = None,
    jobs: int | None = None,
    accept_risk: bool = False,
    per_exercise: int = PER_EXERCISE,
) -> dict[str, Told]:
    """What the messages say, by exercise. Raises LockdownUnavailable, UnreadableAnswers, GraderFault."""
    sample = faulty_paraphrases(unit, known_answers(unit), only, per_exercise)
    told = {faulty.exercise: Told() for faulty in sample}
    for faulty, verdict in judged(unit, sample, jobs, accept_risk):
        if verdict.score < verdict.max_score:
            result = told[faulty.exercise]
            said = what_is_said(unit, faulty, verdict)
            result.faulty += 1
            result.named += said == "named"
            result.misnamed += said == "misnamed"
    return told


def judged(
    unit: Unit, sample: Iterable[Faulty], jobs: int | None, accept_risk: bool
) -> Iterator[tuple[Faulty, ExerciseVerdict]]:
    """The verdict on each faulty answer's exercise."""
    files = submission(unit)
    with pool(jobs, accept_risk=accept_risk, root=unit.root) as examiners:
        waiting = [
            (each, examiners.submit(files(each.answers), unit.slug, SEED, each.mutant.id, each.exercise, unit.root))
            for each in sample
        ]
        for each, future in waiting:
            yield each, future.result().exercises[0]


def what_is_said(unit: Unit, faulty: Faulty, verdict: ExerciseVerdict) -> str:
    """``named``, ``misnamed`` or ``silent``; see the head of this module."""
    told = [message.removeprefix(PREFIX) for message in verdict.messages if message.startswith(PREFIX)]
    if not told:
        quoted = [line for message in verdict.messages for line in QUOTED.findall(message)]
        changed = faulty.mutant.after.splitlines()
        return "named" if any(line.startswith(begin) for begin in quoted for line in changed) else "silent"
    return "named" if is_true(unit, faulty, told[0]) else "misnamed"


def is_true(unit: Unit, faulty: Faulty, sentence: str) -> bool:
    """Whether the sentence is the fault's, or is true of what the faulty answer computes on the public cases."""
    exercise, place = exercise_of(unit, faulty.exercise), faulty.mutant.place
    named = {known.place for known in exercise.known if known.says == sentence}
    if sentence.startswith(FIRST_WRONG):
        named = {sentence.removeprefix(FIRST_WRONG)}
        if place not in named and place in {known.place for known in exercise.known} - {"", *MIXED_UP}:
            return False  # both places have names, and these differ
    if sentence == faulty.mutant.says or place and place in named:
        return True
    return sentence in true_of(exercise, public_calls(unit, faulty))


def public_calls(unit: Unit, faulty: Faulty) -> Iterator[Call]:
    """What the faulty answer makes of the public cases, among the paraphrase's other answers."""
    namespace = dict(exercise_of(unit, faulty.exercise).namespace)
    for name, answer in faulty.answers.items():
        namespace[name] = defined(answer, name, namespace)
    function = namespace[faulty.exercise]
    for name, case in load_cases(public_cases(unit)).items():
        if function is not None and name.startswith(f"{faulty.exercise}/"):
            inputs = tuple(case.inputs.values())
            seen = run(function, inputs, look_after=True)
            yield Call(faulty.exercise, inputs, seen.value, seen.after, seen.raised)


def public_cases(unit: Unit) -> Path:
    """The cases that the public checks compare with."""
    return unit.root / "unrolled" / "checks" / "cases" / f"{unit.slug}.npz"
