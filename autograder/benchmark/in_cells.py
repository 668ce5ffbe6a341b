"""A hidden grader run inside the notebook that it grades, as stock nbgrader runs hidden tests: for the bench alone.

Nothing protects anything here: the student's code could read the grader and change its mind. The bench needs it to set
engine against engine with equal tests. The grader's questions go through the same
:class:`~autograder.examination.student.Student` as in grading, and the same code answers them; what is left out is the
process between the two, and all that binds it.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.course.units import find_unit
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake
from autograder.examination.student import Student
from autograder.sandbox.child import Answering
from autograder.sandbox.tenant import House, StandIns, Tenant, stand_in_answer
from autograder.sandbox.watchdog import Limits
from unrolled.arrays import StoredCases, open_cases
from unrolled.execution import CellRun, Session, captured
from unrolled.wire import LENGTHS, Channel, decode, encode


def points(slug: str, exercise: str, worth: float, namespace: dict[str, Any]) -> float:
    """The points that the hidden grader of a unit gives to an exercise in this namespace.

    What nbgrader's check cells end with in the bench: it takes a cell's last value for the points.
    """
    unit = find_unit(slug)
    owner = next(owner for owner in examiners(unit.grader) if owner.exercise == exercise)
    tests, student = tests_of(owner), Here(namespace)
    cases = Cases(_cases(unit.references), seed=0)
    lost = sum(test.weight for test in tests if not _passes(test, owner, student, cases))
    return round(worth * (1 - lost / sum(test.weight for test in tests)), 2) if lost else worth


@lru_cache
def examiners(grader: Path) -> tuple[Any, ...]:
    """The classes of a grader that examine an exercise.

    pytest would find them too, but no hidden test of nbgrader's goes through pytest, and importing it takes time.
    """
    spec = importlib.util.spec_from_file_location(grader.stem, grader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{grader} is no module")
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for the module that it stands in
    spec.loader.exec_module(module)
    return tuple(found for found in vars(module).values() if isinstance(found, type) and hasattr(found, "exercise"))


def tests_of(examiner: type) -> list[Any]:
    """The tests of an examining class, in order."""
    return [test for name, test in vars(examiner).items() if name.startswith("test")]


class Here(Student):
    """The grader's student, answering in this very process from a namespace in which the cells have been run."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        nowhere = Path()
        nearby = _Nearby(nowhere, nowhere, Limits(), readable=(), forbidden=(), lock=False, namespace=namespace)
        super().__init__(nearby, (), {})


@dataclass(frozen=True)
class _Nearby(House):
    """A house with no nursery and no children."""

    namespace: dict[str, Any] = field(default_factory=dict)

    def take_in(self, files: Mapping[str, bytes]) -> Tenant:
        """Whoever is taken in answers from the namespace."""
        return _Neighbour(self.namespace)


class _Neighbour(Tenant):
    """Answers as a child does, with the child's code, but here."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.protections = ()
        self._loop = _Loop()
        self._answering = Answering(self._loop, _Cells(namespace))

    def ask_each(
        self, requests: Sequence[Mapping[str, Any]], seconds: Callable[[], float], stand_ins: StandIns | None = None
    ) -> Iterator[dict[str, Any]]:
        """The answers to requests, however long they take."""
        for request in requests:
            seconds()
            self._loop.begin(request, stand_ins or {})
            self._answering.until_gone()
            yield self._loop.answer | {"crossed": (0, 0)}

    def processor_seconds(self) -> float:
        """Nothing: what is asked here is timed by others, and never ended."""
        return 0.0

    def close(self) -> None:
        """There is nothing to end."""


class _Loop(Channel):
    """A child's channel that leads back here: one request comes in, stand-ins answer at once, the answer is kept.

    Values are written and read as on a real channel, so that they are copied, and tensors become arrays.
    """

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self._arriving: list[Any] = []
        self._stand_ins: StandIns = {}

    def begin(self, request: Mapping[str, Any], stand_ins: StandIns) -> None:
        """Let the request be the next, and then nothing more."""
        self._arriving, self._stand_ins = [dict(request)], stand_ins

    def send(self, value: Any) -> None:
        """Keep the answer; answer a question."""
        value = _crossed(value)
        if "ask" in value:
            self._arriving.append(stand_in_answer(value, self._stand_ins))
        else:
            self.answer = value

    def receive(self, *, references: bool = False) -> Any:
        """What comes next. Raises EOFError when nothing does."""
        if not self._arriving:
            raise EOFError
        return _crossed(self._arriving.pop(), references=references)


class _Cells(Session):
    """The namespace that the notebook's cells have left, which no shell of ours keeps."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    @property
    def namespace(self) -> dict[str, Any]:
        """What the cells have defined."""
        return self._namespace

    def run(self, source: str, cell_id: str = "?") -> CellRun:
        """Run lines of the grader's."""
        with captured() as (out, _):
            exec(compile(source, f"<cell {cell_id}>", "exec"), self._namespace)
        return CellRun([{"output_type": "stream", "name": "stdout", "text": out.text()}])


def _crossed(value: Any, *, references: bool = False) -> Any:
    """The value as it arrives on the other side of the wire."""
    frame = encode(value)
    header = LENGTHS.size + LENGTHS.unpack_from(frame)[0]
    return decode(frame[LENGTHS.size : header], frame[header:], references=references)


def _passes(test: Any, examiner: Any, student: Student, cases: Cases) -> bool:
    """Whether a test is passed, with the student's other functions or with right versions of them."""
    provides = getattr(examiner, "provides", {})
    for stand_ins in ({}, provides) if provides else ({},):
        given = {"student": student, "references": cases, "rng": np.random.default_rng(0)}
        asked_for = test.__code__.co_varnames[1 : test.__code__.co_argcount]
        try:
            with student.examined(examiner.exercise, stand_ins):
                test(examiner(), **{name: given[name] for name in asked_for})
        except Mistake:
            continue
        return True
    return False


@lru_cache
def _cases(references: Path) -> StoredCases:
    return open_cases(references)
