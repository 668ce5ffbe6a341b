"""Of the mistakes that students typically make, most are named: by the public check, and by the verdict."""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import typical_01
import typical_02
import typical_03

from autograder.auditing.diagnosis_audit import builds_layers
from autograder.authoring.known import checks_of
from autograder.course.known_answers import worked_answers
from autograder.course.units import Unit, find_unit
from autograder.examination.student import Call
from autograder.faults.diagnosis import diagnose, exercise_of
from autograder.faults.trying import run
from unrolled.arrays import load_cases
from unrolled.checking.outcome import Result

LISTS = {"01_rnn_step_by_step": typical_01, "02_dinosaur_names": typical_02, "03_jazz_solo": typical_03}
LEAST, SHARE = 40, 0.85


def written(unit: Unit, source: str) -> dict[str, Any]:
    """The namespace of a notebook with these answers, among the functions that the lesson gives."""
    name = "<answers of a student>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace = dict(exercise_of(unit, unit.exercises[0].id).namespace)
    exec(compile(source, name, "exec"), namespace)
    return namespace


def altered(source: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times"
        source = source.replace(old, new)
    return source


def check(unit: Unit, exercise: str, namespace: dict[str, Any]) -> Result:
    one = next(one for one in checks_of(unit) if one.exercise == exercise)
    return one(*[namespace[name] for name in one.arguments])


def verdict(unit: Unit, exercise: str, function: Callable[..., Any]) -> str:
    """What a verdict says is most likely, of the calls that the hidden cases ask for."""
    return diagnose(unit, exercise, answered(unit, exercise, function)) or ""


def answered(unit: Unit, exercise: str, function: Callable[..., Any]) -> Iterator[Call]:
    worked = exercise_of(unit, exercise)
    for name, case in references(unit).items():
        takes = inspect.signature(worked.namespace[exercise]).parameters.keys()
        if name.startswith(f"{exercise}/") and case.inputs.keys() <= takes:
            call = worked.call_on(case)
            seen = run(function, call)
            yield replace(call, value=seen.value, after=seen.after, raised=seen.raised)


@cache
def references(unit: Unit) -> Any:
    return load_cases(unit.references)


@pytest.mark.parametrize("slug", LISTS)
def test_typical_mistakes_are_named(slug: str) -> None:
    unit, typical = find_unit(slug), LISTS[slug]
    assert len(typical.TYPICAL) >= LEAST
    untold = {"check": list(unnamed_by_checks(unit, typical)), "verdict": list(unnamed_by_verdicts(unit, typical))}
    for who, mistakes in untold.items():
        assert len(mistakes) <= (1 - SHARE) * len(typical.TYPICAL), f"the {who} does not name:\n" + "\n".join(mistakes)


def unnamed_by_checks(unit: Unit, typical: ModuleType) -> Iterator[str]:
    for mistake, (exercise, changes, words) in typical.TYPICAL.items():
        result = check(unit, exercise, written(unit, altered(typical.RIGHT, changes)))
        assert result.outcome in ("incorrect", "raised"), f"{mistake}: {result}"
        if not re.search(words, " ".join(str(result).split())):
            yield f"{mistake}: {' '.join(str(result).split())[:600]}"


def unnamed_by_verdicts(unit: Unit, typical: ModuleType) -> Iterator[str]:
    """Layers and models aside: of these the grader itself says what its tests find."""
    for mistake, (exercise, changes, words) in typical.TYPICAL.items():
        if builds_layers(worked_answers(unit)[exercise]) or exercise in typical.TOLD_BY_THE_GRADER:
            continue
        said = verdict(unit, exercise, written(unit, altered(typical.RIGHT, changes))[exercise])
        if not re.search(words, said):
            yield f"{mistake}: {said}"


@pytest.mark.parametrize("slug", LISTS)
def test_the_answers_that_are_altered_are_right(slug: str) -> None:
    unit, typical = find_unit(slug), LISTS[slug]
    namespace = written(unit, typical.RIGHT)
    for one in checks_of(unit):
        result = check(unit, one.exercise, namespace)
        assert result.correct, result
