"""A hidden grader run inside the notebook that it grades, as stock nbgrader runs hidden tests: for the bench alone.

Nothing protects anything here: the student's code could read the grader and change its mind. The bench needs it to set
engine against engine with equal tests.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from autograder.course.units import Unit, find_unit
from autograder.examination.examine import Mistake, NotAttempted, Raised
from autograder.examination.models import Model
from autograder.examination.student import Provided
from autograder.sandbox import child_models, recipes
from unrolled.arrays import Case, load_cases
from unrolled.wire import Recipe


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
    """Answers a grader as :class:`autograder.examination.student.Student` does, by calling functions right here."""

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self._namespace = namespace
        self._stand_ins: Mapping[str, Any] = {}

    def call(self, name: str, *args: Any, inputs_after: bool = False) -> Any:
        """What the function returns for copies of ``args``."""
        if name not in self._namespace:
            raise NotAttempted(f"there is no function `{name}`")
        args = _copied(args)
        try:
            value = self._namespace[name](*args)
        except NotImplementedError as error:
            raise NotAttempted(f"`{name}` is not written yet") from error
        except Exception as error:
            raise Raised(f"`{name}` raised {type(error).__name__}") from error
        return (value, args) if inputs_after else value

    keep = call

    def repeat(self, times: int, name: str, *args: Any) -> list[Any]:
        """What so many calls return."""
        return [self.call(name, *args) for _ in range(times)]

    def make(self, kind: str, **settings: Any) -> Any:
        """A thing of a known kind."""
        return recipes.made(Recipe(kind, settings))

    def fetch(self, value: Any) -> Any:
        """What was kept: it is here already."""
        return value

    def model(self, value: Any) -> Model:
        """What answers for a Keras model."""

        def ask(question: str, args: Sequence[Any]) -> Any:
            try:
                return child_models.answer(value, question, list(args))
            except Exception as error:
                raise Raised(f"the model raised {type(error).__name__}") from error

        return Model(ask)

    @property
    def provided(self) -> tuple[str, ...]:
        """The other exercises whose right versions are in use now."""
        return tuple(self._stand_ins)

    @contextmanager
    def standing_in(self, stand_ins: Mapping[str, Any]) -> Iterator[None]:
        """For the block, right versions in the place of the student's other functions."""
        self._stand_ins = stand_ins
        before = {name: self._namespace[name] for name in stand_ins if name in self._namespace}
        self._namespace.update(stand_ins)
        try:
            yield
        finally:
            for name in stand_ins:
                del self._namespace[name]
            self._namespace.update(before)


def _copied(value: Any) -> Any:
    """A copy of plain values and arrays; what lives on from call to call, a model or a generator, is handed on."""
    if isinstance(value, Provided):
        return child_models.Remote(value.function)
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return type(value)(map(_copied, value)) if type(value) in (list, tuple) else value


def _passes(test: Any, owner: type, cases: Mapping[str, Case], namespace: MutableMapping[str, Any]) -> bool:
    """Whether a test is passed, with the student's other functions or with right versions of them."""
    student, provides = Here(namespace), getattr(owner, "provides", {})
    for stand_ins in ({}, provides) if provides else ({},):
        given = {"student": student, "references": cases, "rng": np.random.default_rng(0)}
        asked_for = test.__code__.co_varnames[1 : test.__code__.co_argcount]
        try:
            with student.standing_in(stand_ins):
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
