"""What the graders are tried on: mutants, known mistakes, paraphrases and stubs, judged as students are.

A trial is the worked notebook with one answer replaced (of a paraphrase, those that belong together). It goes through
the pool of examiners that grades submissions; there is no second way of running answers. What it must get:

===========  ============================================================
mutant       fewer points in its own exercise, all in every other
mistake      the same
paraphrase   all points everywhere
stub         ``not attempted`` in its own exercise, all points in every other
fault        a mutant of a paraphrase: it shows what messages say, and is
             graded in its own exercise alone
===========  ============================================================

Mutants and mistakes are graded in those exercises that they can reach: see :mod:`autograder.auditing.reach`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Literal

from autograder.auditing.reach import Reach, asked
from autograder.course.known_answers import KnownAnswers, known_answers, worked_answers
from autograder.course.units import Unit, grade_id, marks
from autograder.examination.hidden_tests import GraderFault
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.faults.mutation import Mutant, mutants
from autograder.judging.examiner import Examiners, pool
from autograder.sandbox.watchdog import Limits

SEED = 1  # of the live cases: the same on every run, so that an audit can be repeated
LEAST_MUTANTS, LEAST_MISTAKES, LEAST_PARAPHRASES, MOST_EQUIVALENT = 12, 3, 3, 0.1
LIMITS = Limits(call_seconds=2)  # right answers take a fraction of a second, and many mutants never end
MOST_MUTANTS = 32  # of an exercise, unless all are asked for: for the time that an audit takes

Kind = Literal["solution", "mutant", "mistake", "paraphrase", "stub", "fault"]


@dataclass(frozen=True)
class Trial:
    """A notebook to judge: the solution but for ``answers``; ``exercise`` is empty when it is not one exercise's."""

    kind: Kind
    name: str
    exercise: str
    answers: Mapping[str, str]
    mutant: Mutant | None = None

    @property
    def key(self) -> str:
        """Names the trial among all of its unit, and changes with its answers."""
        text = json.dumps(sorted(self.answers.items()))
        return f"{self.kind} {self.exercise or '-'} {self.name} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Survivor:
    """A wrong answer that the grader does not take points from, or that costs points elsewhere too."""

    id: str
    operator: str
    why: str
    before: str = ""
    after: str = ""


@dataclass
class Audited:
    """What the trials say of one exercise's graders. ``faults`` are sentences for the author; none when all is well.

    ``diagnosed`` faults in paraphrases were told to somebody; of ``named`` the message names the true place, of
    ``misnamed`` another one. Of an answer that ``builds_layers`` no known mistake is run.
    """

    unit: str
    exercise: str
    mutants: int = 0
    mistakes: int = 0
    killed: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    equivalent: list[dict[str, str]] = field(default_factory=list)
    paraphrases: int = 0
    accepted: int = 0
    refused: list[str] = field(default_factory=list)
    stub_outcome: str = ""
    builds_layers: bool = False
    diagnosed: int = 0
    named: int = 0
    misnamed: int = 0
    faults: list[str] = field(default_factory=list)


def submission(unit: Unit) -> Callable[[Mapping[str, str]], dict[str, bytes]]:
    """A function that makes the files of a submission: the worked notebook but for the given answers."""
    worked = worked_answers(unit)
    notebook = copy.deepcopy(unit.release)
    for cell in notebook.cells:
        if grade_id(cell) in worked:
            cell.source = f"answer to {grade_id(cell)}"
    template = json.dumps(notebook)

    def files(answers: Mapping[str, str]) -> dict[str, bytes]:
        text = template
        for exercise, source in {**worked, **answers}.items():
            text = text.replace(json.dumps(f"answer to {exercise}"), json.dumps(source))
        return {f"{unit.slug}.ipynb": text.encode()}

    return files


def trials(unit: Unit, known: KnownAnswers, only: str | None = None, most: int | None = MOST_MUTANTS) -> list[Trial]:
    """All trials of a unit, or of one exercise, with at most so many mutants of each exercise (None: all of them)."""
    listed = {(entry.exercise, entry.mutant) for entry in known.equivalents}
    made = [Trial("solution", "solution", "", {})]
    stubs = {grade_id(cell): cell.source for cell in unit.release.cells if marks(cell).get("solution")}
    for exercise, worked in worked_answers(unit).items():
        if only not in (None, exercise):
            continue
        made.append(Trial("stub", "stub", exercise, {exercise: stubs[exercise]}))
        for mutant in _chosen(mutants(worked, exercise, known.words_for(exercise)), exercise, listed, most):
            made.append(Trial("mutant", mutant.id, exercise, {exercise: mutant.source}, mutant))
    for mistake in known.mistakes:
        if only in (None, mistake.exercise):
            made.append(Trial("mistake", mistake.name, mistake.exercise, {mistake.exercise: mistake.source}))
    for paraphrase in known.paraphrases:
        if only is None or only in paraphrase.answers:
            made.append(Trial("paraphrase", paraphrase.name, "", paraphrase.answers))
    return made


def _chosen(
    made: Sequence[Mutant], exercise: str, listed: Container[tuple[str, str]], most: int | None
) -> list[Mutant]:
    """Some of the mutants, by turns one of each operator, and all that are listed as equivalent.

    Which one of an operator's comes first hangs on its id, so that the same are taken until the solution is edited.
    """
    if most is None or len(made) <= most:
        return list(made)
    turns: Counter[str] = Counter()
    ranked = []
    for mutant in sorted(made, key=lambda mutant: mutant.id.rpartition("-")[2]):
        ranked.append((turns[mutant.operator], mutant.id))
        turns[mutant.operator] += 1
    taken = {id for _, id in sorted(ranked)[:most]}
    return [mutant for mutant in made if mutant.id in taken or (exercise, mutant.id) in listed]


def judged(
    unit: Unit,
    wanted: Iterable[Trial],
    jobs: int | None = None,
    accept_risk: bool = False,
    everywhere: bool = False,
) -> Iterator[tuple[Trial, Verdict]]:
    """The verdict on each trial, as soon as it is there.

    Args:
        everywhere: grade mutants and mistakes in all exercises, in those that they cannot reach, too.

    Raises:
        LockdownUnavailable, GraderFault.
    """
    jobs = jobs or os.cpu_count() or 1
    with pool(jobs, LIMITS, accept_risk=accept_risk, root=unit.root, keras=unit.uses_keras) as examiners:
        yield from judged_by(examiners, unit, wanted, everywhere=everywhere, most=3 * jobs)


def judged_by(
    examiners: Examiners, unit: Unit, wanted: Iterable[Trial], *, everywhere: bool = False, most: int = 8
) -> Iterator[tuple[Trial, Verdict]]:
    """As :func:`judged`, by examiners that are there already; at most so many trials wait for them at a time."""
    files, reach = submission(unit), None
    if not everywhere:
        reach = Reach(unit, examiners.call(asked, unit.slug, unit.root, files({}), SEED).result())
    waiting: dict[Future[Verdict], Trial] = {}
    for trial in wanted:
        name = f"{trial.exercise} {trial.name}".strip()
        only = _graded_in(trial, reach)
        waiting[examiners.submit(files(trial.answers), unit.slug, SEED, name, only, unit.root)] = trial
        while len(waiting) > most:
            yield from _ready(waiting)
    while waiting:
        yield from _ready(waiting)


def _graded_in(trial: Trial, reach: Reach | None) -> frozenset[str] | None:
    """The exercises to grade; None: all of them."""
    if trial.kind == "fault":
        return frozenset([trial.exercise])
    if reach and trial.kind in ("mutant", "mistake"):
        return reach.of(trial.exercise, trial.answers[trial.exercise])
    return None


def _ready(waiting: dict[Future[Verdict], Trial]) -> Iterator[tuple[Trial, Verdict]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        trial = waiting.pop(future)
        try:
            yield trial, future.result()
        except GraderFault as fault:
            raise GraderFault(f"the {trial.kind} {trial.name} of {trial.exercise or 'the unit'}: {fault}") from fault


def audited(unit: Unit, verdicts: Iterable[tuple[Trial, Verdict]], only: str | None = None) -> list[Audited]:
    """What the verdicts on a unit's trials say, exercise by exercise."""
    verdicts, known = list(verdicts), known_answers(unit)
    results = {id: Audited(unit.slug, id) for id in worked_answers(unit) if only in (None, id)}
    order = {"solution": 0, "stub": 1, "mutant": 2, "mistake": 3, "paraphrase": 4}  # a fault shows nothing of points
    of_unit = [exercise.id for exercise in unit.exercises]
    equivalent = {(entry.exercise, entry.mutant): entry for entry in known.equivalents}
    seen: set[tuple[str, str]] = set()
    graded = [pair for pair in verdicts if pair[0].kind in order]
    for trial, verdict in sorted(graded, key=lambda pair: (order[pair[0].kind], pair[0].name)):
        scores = {exercise.id: exercise for exercise in verdict.exercises}
        lost = [id for id in of_unit if id in scores and scores[id].score < scores[id].max_score]
        if trial.kind == "solution":
            for id in set(lost) & set(results):
                results[id].faults.append(f"the worked solution loses points: {_said(scores[id])}")
        elif trial.kind == "paraphrase":
            _take_paraphrase(results, trial, lost, scores)
        elif trial.kind == "stub":
            _take_stub(results[trial.exercise], lost, scores)
        else:
            entry = equivalent.get((trial.exercise, trial.name)) if trial.kind == "mutant" else None
            seen.add((trial.exercise, trial.name))
            _take_wrong(results[trial.exercise], trial, lost, entry.because if entry else "", scores)
    for exercise, name in set(equivalent) - seen:
        if exercise in results:
            results[exercise].faults.append(f"{name} is listed as equivalent, but there is no such mutant")
    for result in results.values():
        result.faults += _shortages(result)
    return list(results.values())


def _take_wrong(
    result: Audited, trial: Trial, lost: list[str], because: str, scores: Mapping[str, ExerciseVerdict]
) -> None:
    """Count a mutant or a mistake as killed, equivalent or surviving."""
    result.mutants += 1
    result.mistakes += trial.kind == "mistake"
    elsewhere = [id for id in lost if id != result.exercise]
    mutant = trial.mutant
    before, after = (mutant.before, mutant.after) if mutant else ("", "")
    if because and not lost:
        result.equivalent.append({"id": trial.name, "because": because, "before": before, "after": after})
        return
    if because:
        result.faults.append(f"{trial.name} is listed as equivalent, but it loses points: {_said(scores[lost[0]])}")
    if result.exercise in lost and not elsewhere:
        result.killed += 1
        return
    operator = mutant.operator if mutant else "mistake"
    why = f"loses points in {', '.join(elsewhere)}: {_said(scores[elsewhere[0]])}" if elsewhere else "loses no points"
    result.survivors.append(Survivor(trial.name, operator, why, before, after))
    result.faults.append(f"{trial.kind} {trial.name} {why}")


def _take_paraphrase(
    results: Mapping[str, Audited], trial: Trial, lost: list[str], scores: Mapping[str, ExerciseVerdict]
) -> None:
    for id in set(trial.answers) & set(results):
        result = results[id]
        result.paraphrases += 1
        if not lost:
            result.accepted += 1
            continue
        why = f"paraphrase {trial.name} loses points in {', '.join(lost)}: {_said(scores[lost[0]])}"
        result.refused.append(trial.name)
        result.faults.append(why)


def _take_stub(result: Audited, lost: list[str], scores: Mapping[str, ExerciseVerdict]) -> None:
    result.stub_outcome = scores[result.exercise].outcome
    if result.stub_outcome != "not attempted":
        result.faults.append(f"the stub is {_said(scores[result.exercise])}, not `not attempted`")
    elif scores[result.exercise].score:
        result.faults.append("the stub earns points")
    for id in lost:
        if id != result.exercise:
            result.faults.append(f"the stub costs points in {id}: {_said(scores[id])}")


def _shortages(result: Audited) -> Iterator[str]:
    """What there is too little of, or too much."""
    generated = result.mutants - result.mistakes
    for number, what, least in (
        (generated, "mutants", LEAST_MUTANTS),
        (result.mistakes, "known mistakes", LEAST_MISTAKES),
        (result.paraphrases, "paraphrases", LEAST_PARAPHRASES),
    ):
        if number < least:
            yield f"{number} {what}; at least {least} are needed"
    if len(result.equivalent) > MOST_EQUIVALENT * generated:
        yield f"{len(result.equivalent)} of {generated} mutants are listed as equivalent; at most a tenth may be"


def _said(verdict: ExerciseVerdict) -> str:
    return f"{verdict.outcome} ({'; '.join(verdict.messages)})" if verdict.messages else verdict.outcome
