"""Unit 04: what answers with a known fault give on a public case, so that a check can name the fault.

The faults are the mistakes of ``autograder/answers/04_named_entities.py``, which graders' messages name as well. They
are run where the lesson's first cells and the worked answers to the other exercises are defined. Right values never
come from here.
"""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from autograder.course.dialect import read_script
from autograder.course.known_answers import known_answers
from autograder.course.units import find_unit
from unrolled.arrays import Case

UNIT = "04_named_entities"


def with_faults(
    cases: Mapping[str, Case], prepared: Callable[[str, dict[str, Any]], dict[str, Any]]
) -> dict[str, Case]:
    """The cases, each with an output "faults": a sentence for the student → what the fault gives, where it is wrong.

    Args:
        cases: by name, "exercise/case".
        prepared: exercise, inputs → the arguments that the exercise's function takes.
    """
    found = {}
    for name, case in cases.items():
        exercise = name.split("/")[0]
        faults: dict[str, dict[str, Any]] = {}
        for sentence, function in _mistakes(exercise):
            given = _run(function, prepared(exercise, copy.deepcopy(case.inputs)), list(case.outputs))
            if given is not None and not _equal(given, case.outputs):
                faults.setdefault(sentence, given)
        found[name] = Case(case.inputs, case.outputs | {"faults": faults})
    return found


@cache
def _namespace() -> dict[str, Any]:
    unit = find_unit(UNIT)
    namespace: dict[str, Any] = {"__name__": "worked"}
    for cell in read_script(unit.script, unit.script.name)[0].cells:
        if cell.is_run_in_grading:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"<{UNIT}>", "exec"), namespace)
    return namespace


def _mistakes(exercise: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for mistake in known_answers(find_unit(UNIT)).mistakes:
        if mistake.exercise == exercise:
            names = dict(_namespace())
            exec(compile(mistake.source, f"<{mistake.name}>", "exec"), names)
            yield mistake.says, names[exercise]


def _run(function: Callable[..., Any], inputs: dict[str, Any], names: list[str]) -> dict[str, Any] | None:
    """What the function returns by name, as plain values and arrays; None when it raises or returns something else."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = _plain(function(**inputs))
    except Exception:  # wrong on purpose
        return None
    if len(names) == 1:
        return {names[0]: value}
    return dict(zip(names, value, strict=True)) if isinstance(value, tuple) and len(value) == len(names) else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(part) for part in value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else array


def _equal(one: Any, other: Any) -> bool:
    if isinstance(other, dict):
        return isinstance(one, dict) and one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(other, (list, tuple)):
        same = isinstance(one, (list, tuple)) and len(one) == len(other)
        return same and all(_equal(*pair) for pair in zip(one, other, strict=True))
    if isinstance(other, (np.ndarray, float)):
        return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol=1e-4, atol=1e-6))
    return one == other
