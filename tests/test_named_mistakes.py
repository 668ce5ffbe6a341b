"""Of the mistakes that students typically make, most are named: by the public check, and by the verdict."""

from __future__ import annotations

import inspect
import json
import linecache
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import typical_01
import typical_02
import typical_03
import typical_04
import typical_05
import typical_06

from autograder.auditing.diagnosis_audit import builds_layers
from autograder.authoring import known
from autograder.authoring.known import checks_of
from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import Unit, all_units, find_unit
from autograder.examination.student import Call
from autograder.faults.diagnosis import diagnose, exercise_of
from autograder.faults.trying import run
from unrolled.arrays import load_cases
from unrolled.checking.experiment import cases_of
from unrolled.checking.mistakes import mark
from unrolled.checking.outcome import Result

LISTS = {
    "01_rnn_step_by_step": typical_01,
    "02_dinosaur_names": typical_02,
    "03_jazz_solo": typical_03,
    "04_named_entities": typical_04,
    "05_date_translation": typical_05,
    "06_trigger_word": typical_06,
}
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
    """What the function makes of the stored hidden cases, and of the public ones: of each kind that is drawn, too."""
    worked = exercise_of(unit, exercise)
    for name, case in (*references(unit).items(), *cases_of(unit.slug).items()):
        takes = inspect.signature(worked.namespace[exercise]).parameters.keys()
        if name.startswith(f"{exercise}/") and case.inputs.keys() <= takes:
            call = worked.call_on(case)
            seen = run(function, call)
            yield replace(call, value=seen.value, after=seen.after, raised=seen.raised)


@cache
def references(unit: Unit) -> Any:
    return load_cases(unit.references)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras saves a model
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


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras saves a model
@pytest.mark.parametrize("slug", LISTS)
def test_the_answers_that_are_altered_are_right(slug: str) -> None:
    unit, typical = find_unit(slug), LISTS[slug]
    namespace = written(unit, typical.RIGHT)
    for one in checks_of(unit):
        result = check(unit, one.exercise, namespace)
        assert result.correct, result


def test_an_exercise_checked_by_experiment_is_tried_among_right_versions() -> None:
    unit = find_unit("04_named_entities")
    right = "\n".join(worked_answers(unit).values())
    wrong = next(m.source for m in known_answers(unit).mistakes if m.name == "kind_with_letter")
    result = check(unit, "find_entities", written(unit, f"{right}\n{wrong}"))
    assert (result.outcome, result.with_right) == ("correct", ("bio_to_spans",)), result


def test_chance_that_a_wrong_function_spoils_is_blamed_on_it() -> None:
    unit = find_unit("02_dinosaur_names")
    changes = typical_02.TYPICAL["multiplied by the temperature"][1]
    result = check(unit, "sample", written(unit, altered(typical_02.RIGHT, changes)))
    assert result.causes == ("sample calls softmax_temperature, which is not right yet itself: begin there.",)


def test_what_checks_know_holds_no_code_and_is_not_stale() -> None:
    for unit in all_units():
        assert known.rebuild(unit, check=True) == []
        stored = json.loads((unit.root / known.MISTAKES / f"{unit.slug}.json").read_text(encoding="utf-8"))
        for exercise, mistakes in stored["exercises"].items():
            assert set(exercise_of(unit, exercise).namespace) >= {exercise}
            for mistake in mistakes:
                assert mistake.keys() == {"says", "marks"}
                says = mistake["says"].removesuffix(", such as < for <=")
                assert not re.search(r"\bdef\b|\breturn\b|\bnp\.|[=@]|\*\*", says), says


def test_a_mark_tells_values_apart_and_allows_for_rounding() -> None:
    rng = np.random.default_rng(0)
    values = {"a": rng.normal(size=(5, 4, 3)), "b": [(1, "x"), (2, "y")]}
    rounded = {"a": values["a"] * (1 + 1e-12), "b": [(1, "x"), (2, "y")]}
    assert mark(values) == mark({"a": values["a"].tolist(), "b": ((1, "x"), (2, "y"))})
    assert mark(values)[0] == mark(rounded)[0] and np.allclose(mark(values)[1:], mark(rounded)[1:], rtol=1e-8)
    for other in (values["a"].transpose(1, 0, 2), values["a"][::-1], -values["a"], values["a"] + 1e-3):
        assert not np.allclose(mark({"a": other})[1:], mark({"a": values["a"]})[1:]) or other.shape != (5, 4, 3)
    assert mark(None) != mark({"a": None}) != mark({"a": 0.0})
