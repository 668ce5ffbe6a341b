"""A hidden grader run inside the notebook that it grades, as stock nbgrader runs hidden tests: for the bench alone.

Nothing protects anything here: the student's code could read the grader and change its mind. The bench needs it to set
engine against engine with equal tests.
"""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from autograder.examine import Mistake, NotAttempted, Raised
from autograder.units import Unit, find_unit
from unrolled.arrays import Case, load_cases


def points(slug: str, exercise: str, worth: float, namespace: MutableMapping[str, Any]) -> float:
    """The points that the hidden grader of a unit gives to an exercise in this namespace.

    What nbgrader's check cells end with in the bench: it takes a cell's last value for the points.
    """
    unit = find_unit(slug)
    module = _grader(unit)
    owner = next(found for found in vars(module).values() if getattr(found, "exercise", None) == exercise)
    tests = [test for name, test in vars(owner).items() if name.startswith("test")]
    lost = sum(test.weight for test in tests if not _passes(test, owner, _cases(unit), namespace))
    return round(worth * (1 - lost / sum(test.weight for test in tests)), 2) if lost else worth


class Here:
    """Answers a grader as :class:`autograder.student.Student` does, by calling functions of this very process."""

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self._namespace = namespace

    def call(self, name: str, *args: Any, inputs_after: bool = False) -> Any:
        """What the function returns for copies of ``args``."""
        if name not in self._namespace:
            raise NotAttempted(f"there is no function `{name}`")
        args = copy.deepcopy(args)
        try:
            value = self._namespace[name](*args)
        except NotImplementedError as error:
            raise NotAttempted(f"`{name}` is not written yet") from error
        except Exception as error:
            raise Raised(f"`{name}` raised {type(error).__name__}") from error
        return (value, args) if inputs_after else value

    keep = call

    def fetch(self, value: Any) -> Any:
        """What was kept: it is here already."""
        return value

    @contextmanager
    def provided(self, stand_ins: Mapping[str, Any]) -> Iterator[None]:
        """For the block, right versions in the place of the student's other functions."""
        before = {name: self._namespace[name] for name in stand_ins if name in self._namespace}
        self._namespace.update(stand_ins)
        try:
            yield
        finally:
            for name in stand_ins:
                del self._namespace[name]
            self._namespace.update(before)


def _passes(test: Any, owner: type, cases: Mapping[str, Case], namespace: MutableMapping[str, Any]) -> bool:
    """Whether a test is passed, with the student's other functions or with right versions of them."""
    student, provides = Here(namespace), getattr(owner, "provides", {})
    for stand_ins in ({}, provides) if provides else ({},):
        given = {"student": student, "references": cases, "rng": np.random.default_rng(0)}
        asked_for = test.__code__.co_varnames[1 : test.__code__.co_argcount]
        try:
            with student.provided(stand_ins):
                test(owner(), **{name: given[name] for name in asked_for})
        except Mistake:
            continue
        return True
    return False


@lru_cache
def _grader(unit: Unit) -> ModuleType:
    spec = importlib.util.spec_from_file_location(unit.grader.stem, unit.grader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{unit.grader} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache
def _cases(unit: Unit) -> dict[str, Case]:
    return load_cases(unit.references)
