"""How often a message names the true place of a fault: tried on faults that the library of known mistakes lacks.

The faults are mutants of the paraphrases: of right answers written otherwise than the worked solution, from whose
mutants the library is made. They go through the engine that grades students. A message names the true place when

- its sentence is that of the fault, or names the place that the changed code contributes to; or
- its sentence is true of the faulty answer: on the public cases, which the graders do not use, the known mistake of
  that sentence computes what the faulty answer computes; or, where the changed code contributes to no place that has a
  name, the same value is the first that goes wrong there; or
- the faulty code raises, and the message quotes the changed line; or
- it tells no mistake but says of a value of the contract that it is missing, changed in place, of another shape or
  kind, not the one that goes into a model, or the only wrong one of several that are returned, and the changed line
  makes that value: by its name, or as what is returned.

Answers that build Keras layers or models are counted apart: their known mistakes are not run (a model would have to be
built anew for each), and what a message can say of them is the kind of fault that its test looks for.

It misnames when it has a sentence and none of these holds. All others are silent: they say what is wrong to see.
"""

from __future__ import annotations

import ast
import inspect
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.auditing.trials import Trial
from autograder.course.known_answers import KnownAnswers, worked_answers
from autograder.course.units import Unit
from autograder.examination.student import Call
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.faults.diagnosis import FIRST_WRONG, MIXED_UP, PREFIX, exercise_of, true_of
from autograder.faults.known_mistakes import words_for
from autograder.faults.mutation import Mutant, mutants
from autograder.faults.trying import defined, run
from unrolled.arrays import Case, load_cases

PER_EXERCISE = 10
DRAWS = 8
QUOTED = re.compile(r"(?:at your line|which leads to) `([^`]*)`")  # long lines are cut off
FOUND = [  # what graders say of a value as a whole; the value's name is the group
    re.compile(r"(?:^|: )(\w+)(?:\[[^\]]*\])* has shape \("),
    re.compile(r"(?:^|: )(\w+)(?:\[[^\]]*\])* has too (?:few|many) parts"),
    re.compile(r"(?:^|: )(\w+)(?:\[[^\]]*\])* is an? (?:object|array|dict|list|tuple|number|str)\b.*, not"),
    re.compile(r" has shape \([^)]*another length\), not \([^)]*?(\w+)\)"),
    re.compile(r"the returned dictionary has no (\w+)"),
    re.compile(r"the (\w+) that goes into the model (?:is not|must have)"),
    re.compile(r"(\w+) was changed in place"),
    re.compile(r"was drawn that is not among the (\w+)"),
]
DIFFERS = re.compile(r"(?:^|: )(\w+)(?:\[[^\]]*\])* (?:differs|is NaN|is infinite)")
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Faulty(Trial):
    """A paraphrase with one fault in it, the mutant's, in the answer to ``exercise``."""

    mutant: Mutant


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


def faulty_paraphrases(unit: Unit, known: KnownAnswers, only: str | None = None) -> list[Faulty]:
    """A sample of the paraphrases' mutants, the same on every run."""
    sample = []
    for exercise in worked_answers(unit):
        if only in (None, exercise):
            every = [
                Faulty("fault", mutant.id, exercise, {**paraphrase.answers, exercise: mutant.source}, mutant)
                for paraphrase in known.paraphrases
                if exercise in paraphrase.answers
                for mutant in mutants(paraphrase.answers[exercise], exercise, known.words_for(exercise))
            ]
            sample += random.Random(exercise).sample(every, min(PER_EXERCISE, len(every)))
    return sample


def builds_layers(source: str) -> bool:
    """Whether an answer makes Keras layers or a model: it calls what stands in ``layers`` or ``keras``, or is one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if owner in ("layers", "keras.layers") or owner == "keras" and node.func.attr in ("Model", "Sequential"):
                return True
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Layer", "Model")) for base in node.bases
        ):
            return True
    return False


def measured(unit: Unit, verdicts: Iterable[tuple[Trial, Verdict]]) -> dict[str, Told]:
    """What the messages say of the faulty paraphrases among some trials, by exercise."""
    told: dict[str, Told] = {}
    for trial, verdict in verdicts:
        if isinstance(trial, Faulty) and verdict.exercises[0].score < verdict.exercises[0].max_score:
            result = told.setdefault(trial.exercise, Told())
            said = what_is_said(unit, trial, verdict.exercises[0])
            result.faulty += 1
            result.named += said == "named"
            result.misnamed += said == "misnamed"
    return told


def what_is_said(unit: Unit, faulty: Faulty, verdict: ExerciseVerdict) -> str:
    """``named``, ``misnamed`` or ``silent``; see the head of this module."""
    told = [message.removeprefix(PREFIX) for message in verdict.messages if message.startswith(PREFIX)]
    if not told:
        quoted = [line for message in verdict.messages for line in QUOTED.findall(message)]
        changed = faulty.mutant.after.splitlines()
        if any(line.startswith(begin) for begin in quoted for line in changed):
            return "named"
        return "named" if _is_found(unit, faulty, verdict.messages) else "silent"
    return "named" if is_true(unit, faulty, told[0]) else "misnamed"


def _is_found(unit: Unit, faulty: Faulty, messages: Iterable[str]) -> bool:
    """Whether the changed line makes the value that the first message says something of as a whole."""
    first, *others = messages
    found = {name for pattern in FOUND for name in pattern.findall(first)}
    if found and faulty.mutant.place == "what is returned":
        return True
    if len(exercise_of(unit, faulty.exercise).names) > 1:
        wrong = [DIFFERS.findall(message)[:1] for message in (first, *others)]
        found |= {*wrong[0]} if all(names == wrong[0] for names in wrong) else set()
    mutant = faulty.mutant
    words = {words_for(unit, faulty.exercise).of_name(name) for name in found} - {None}
    lines = {*NAME.findall(mutant.before), *NAME.findall(mutant.after)}
    return not found.isdisjoint(lines) or any(word in mutant.place for word in words if word)


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
    calls = list(public_calls(unit, faulty))
    true = true_of(exercise, [call for call in calls if not call.raised] or calls)
    return sentence in true or any(_within(sentence, other) for other in true)


def _within(sentence: str, other: str) -> bool:
    """Whether one sentence on what goes wrong first names nothing that the other does not name."""
    if not sentence.startswith(FIRST_WRONG) or not other.startswith(FIRST_WRONG):
        return False
    one, whole = (text.removeprefix(FIRST_WRONG).split(" and ") for text in (sentence, other))
    return {*one} <= {*whole}


def public_calls(unit: Unit, faulty: Faulty) -> Iterator[Call]:
    """What the faulty answer makes of the public cases, among the paraphrase's other answers."""
    exercise = exercise_of(unit, faulty.exercise)
    namespace = dict(exercise.namespace)
    for name, answer in faulty.answers.items():
        namespace[name] = defined(answer, name, namespace)
    function = namespace[faulty.exercise]
    for name, case in _cases(unit).items():
        if function is not None and name.startswith(f"{faulty.exercise}/"):
            for drawn in _drawn(case, [*inspect.signature(exercise.namespace[faulty.exercise]).parameters]):
                call = exercise.call_on(drawn)
                seen = run(function, call)
                yield replace(call, value=seen.value, after=seen.after, raised=seen.raised)


def _drawn(case: Case, arguments: Sequence[str]) -> Iterator[Case]:
    """The case; where a generator is among the arguments, with several seeds, for one may come out right by chance."""
    if "rng" not in arguments or not {*arguments} - {"rng"} <= case.inputs.keys():
        yield case
        return
    for seed in range(DRAWS):
        yield replace(case, inputs={name: seed if name == "rng" else case.inputs[name] for name in arguments})


@lru_cache
def _cases(unit: Unit) -> dict[str, Case]:
    """What the public checks compare with."""
    return load_cases(unit.root / "unrolled" / "checks" / "cases" / f"{unit.slug}.npz")
