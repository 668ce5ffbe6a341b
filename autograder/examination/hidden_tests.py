"""Run a unit's hidden grader on one student, and turn what its tests say into points.

Graders are plain pytest. pytest collects one once in a process, and the tests are then called here for every student:
pytest's own running of a test takes longer than most of the tests.

A test that raises :class:`~autograder.examination.examine.Mistake` lost its share of the exercise's points. When its
class ``provides`` right versions of other exercises, it is tried once more with these in the place of the student's: a
wrong cell sinks no right loop. Anything else that a test raises is a fault of ours, and ends in :class:`GraderFault`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.units import Exercise, Unit
from autograder.examination.agree import single_precision
from autograder.examination.cases import Cases
from autograder.examination.examine import Crashed, Mistake, NotAttempted, Raised, TimedOut
from autograder.examination.student import Call, Handle, Student
from autograder.examination.verdict import ExerciseVerdict, Outcome
from autograder.sandbox.stand_ins import StandIns
from autograder.sandbox.tenant import LockdownFailed
from unrolled.arrays import Case

UNUSED = (
    "cacheprovider terminal faulthandler junitxml pastebin doctest unittest tmpdir monkeypatch recwarn warnings "
    "logging unraisableexception threadexception"
).split()
FIXTURES = "student", "references", "rng"
OUTCOMES: dict[type[Mistake], Outcome] = {
    TimedOut: "timeout",
    Crashed: "crashed",
    Raised: "raised",
    NotAttempted: "not attempted",
    Mistake: "incorrect",
}


class GraderFault(Exception):
    """A hidden test failed with something else than a Mistake: the grader is broken, not the answer."""


@dataclass
class Part:
    """One test of an exercise: its share, its name, and the mistake that cost it, if any."""

    weight: float
    name: str
    mistake: Mistake | None = None
    provided: tuple[str, ...] = ()
    calls: Sequence[Call] = ()
    own_calls: Sequence[Call] = ()


@dataclass(frozen=True)
class Examined:
    """What the tests of an exercise said, and the calls that tell most of the answer.

    ``evidence`` holds them twice: as they went in the end, among right versions of other exercises if need be, and as
    they went first, among the student's own. The former say more of this exercise; but a right version cannot read a
    cache of the student's own making, and then what the student's own functions gave is the better evidence.
    """

    verdict: ExerciseVerdict
    evidence: tuple[Sequence[Call], ...]


@dataclass(frozen=True)
class HiddenTest:
    """A test of a grader as pytest found it: a method of a class, called with what it asks for by name."""

    name: str
    owner: type
    function: Callable[..., None]
    asks_for: tuple[str, ...]
    parameters: Mapping[str, Any]

    @property
    def exercise(self) -> str:
        """The exercise that it examines."""
        return self.owner.exercise  # type: ignore[attr-defined]

    @property
    def provides(self) -> StandIns:
        """Right versions of other exercises that the examined one may call."""
        return getattr(self.owner, "provides", {})


class _Collection:
    """The pytest plugin that takes the tests which pytest finds."""

    def __init__(self) -> None:
        self.tests: list[HiddenTest] = []
        self.faults: list[str] = []

    @pytest.hookimpl
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the tests, and what they ask for that nobody gives."""
        for item in session.items:
            if not isinstance(item, pytest.Function) or item.cls is None:
                self.faults.append(f"{item.nodeid} is not a method of a class with an exercise")
                continue
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            name, asks_for = item.nodeid.split("::", 1)[-1], item._fixtureinfo.argnames
            test = HiddenTest(name, item.cls, item.function, asks_for, parameters)
            self.tests.append(test)
            unknown = set(test.asks_for) - {*FIXTURES, *parameters}
            if unknown:
                self.faults.append(f"{test.name} asks for {sorted(unknown)}; there are {', '.join(FIXTURES)}")

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a grader that cannot be imported."""
        if report.outcome != "passed":
            self.faults.append(f"{report.nodeid}: {report.longreprtext}")


def examine(
    unit: Unit, student: Student, stored: Mapping[str, Case], seed: int, only: Collection[str] | None = None
) -> tuple[Examined, ...]:
    """What the hidden tests say of every exercise of the unit.

    Args:
        stored: the unit's references, of which the seed draws.
        only: grade these exercises alone; the others are left out of the result.

    Raises:
        GraderFault: when a test of ours is broken, or an exercise has none.
    """
    wanted = {exercise.id: exercise for exercise in unit.exercises if only is None or exercise.id in only}
    parts: dict[str, list[Part]] = {name: [] for name in wanted}
    cases = Cases(stored, seed)
    for test in hidden_tests(unit.grader):
        if test.exercise in wanted:
            right = {name for name, found in parts.items() if found and not any(part.mistake for part in found)}
            parts[test.exercise].append(_part(test, student, cases, seed, right))
    untested = [name for name, found in parts.items() if not found]
    if untested:
        raise GraderFault(f"{unit.grader} is broken\nno test for: {', '.join(untested)}")
    return tuple(_examined(exercise, parts[name]) for name, exercise in wanted.items())


@lru_cache
def hidden_tests(grader: Path) -> tuple[HiddenTest, ...]:
    """The tests of a grader in order, found by pytest once and run for one student after the other.

    Raises:
        GraderFault: when pytest cannot collect it.
    """
    collection = _Collection()
    arguments = [str(grader), "-c", "/dev/null", f"--rootdir={grader.parent}", "--noconftest", "--capture=no"]
    arguments += ["--collect-only", "--disable-plugin-autoload", *(f"-pno:{name}" for name in UNUSED)]
    status = pytest.main(arguments, plugins=[collection])
    if status is not pytest.ExitCode.OK or collection.faults:
        raise GraderFault("\n".join([f"{grader} is broken", *collection.faults, f"pytest ended with {status!r}"]))
    return tuple(collection.tests)


def _part(test: HiddenTest, student: Student, cases: Cases, seed: int, right: Collection[str]) -> Part:
    """Run a test, and once more if other exercises may be at fault: with right versions of these.

    Where they are all ``right`` already, what goes wrong is this exercise's own, and right versions could only hide it
    (arrays are copied on their way there and back). They may have been right in single precision, though.
    """
    part = Part(test.function.weight, test.function.part)  # type: ignore[attr-defined]
    own_first = not (test.provides and student.ended_in([test.exercise, *test.provides]))
    if own_first:
        _tried(part, test, student, cases, seed, {}, right)
    too_long = isinstance(part.mistake, (TimedOut, Crashed))
    if test.provides and (not own_first or part.mistake and (too_long or not {*test.provides} <= {*right})):
        _tried(part, test, student, cases, seed, test.provides, right)
    elif test.provides and part.mistake:
        if type(part.mistake) is Mistake:
            with single_precision():
                _tried(part, test, student, cases, seed, {}, right)
        if part.mistake:  # what it does among right versions tells more of it
            kept = part.mistake
            _tried(part, test, student, cases, seed, test.provides, right)
            part.mistake, part.provided = kept, ()
    return part


def _tried(
    part: Part,
    test: HiddenTest,
    student: Student,
    cases: Cases,
    seed: int,
    stand_ins: StandIns,
    right: Collection[str],
) -> None:
    """Run a test with these stand-ins, and note in its part what came of it."""
    try:
        with student.examined(test.exercise, stand_ins):
            _run(test, student, cases, seed)
    except Mistake as mistake:
        part.mistake = _telling(part.mistake, mistake)
    else:
        part.mistake, part.provided = None, tuple(name for name in stand_ins if name not in right)
    part.calls = student.calls
    part.own_calls = part.own_calls or student.calls


def _telling(first: Mistake | None, second: Mistake) -> Mistake:
    """Of what went wrong among the student's own functions, and among right ones, what is told.

    Wrong values among right versions say more of this exercise. But what the student's own code raised, or did not end
    in, is what the student sees.
    """
    if first is None or isinstance(first, NotAttempted) or type(first) is type(second) is Mistake:
        return second
    return first


def _run(test: HiddenTest, student: Student, cases: Cases, seed: int) -> None:
    """Run a test once. Whatever else than a Mistake it raises is never the student's doing: GraderFault."""
    given = {"student": student, "references": cases, **test.parameters}
    if "rng" in test.asks_for:
        given["rng"] = _generator(seed, test.name)
    try:
        test.function(test.owner(), **{name: given[name] for name in test.asks_for})
    except (Mistake, LockdownFailed):
        raise
    except Exception as error:
        raise GraderFault(f"{test.name} is broken") from error


def _generator(seed: int, test: str) -> np.random.Generator:
    """For live cases: the same for the same submission and test, another for another."""
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(test.encode()).digest()[:8], "big")])


def _examined(exercise: Exercise, parts: list[Part]) -> Examined:
    """Points by weight; the outcome is that of the worst part; each distinct message once."""
    lost = [part for part in parts if part.mistake]
    share = 1 - sum(part.weight for part in lost) / sum(part.weight for part in parts)
    score = round(exercise.points * share, 2) if lost else exercise.points
    outcome = _outcome(lost, parts)
    messages = (str(lost[0].mistake),) if outcome == "not attempted" else _messages(lost, parts)
    evidence = (
        [call for part in parts for call in telling(part.calls)],
        [call for part in parts for call in telling(part.own_calls)],
    )
    return Examined(ExerciseVerdict(exercise.id, outcome, score, exercise.points, messages), evidence)


def _outcome(lost: list[Part], parts: list[Part]) -> Outcome:
    if not lost:
        return "correct"
    kinds = {type(part.mistake) for part in lost}
    if NotAttempted in kinds and len(lost) < len(parts):
        kinds.remove(NotAttempted)  # some of it works, so it was attempted
        kinds.add(Mistake)
    return next(outcome for kind, outcome in OUTCOMES.items() if kind in kinds)


def telling(calls: Sequence[Call]) -> Sequence[Call]:
    """The calls that say what an answer does.

    A grader that was not content with an answer on the documented cache goes on to the student's own; then that counts.
    """
    last = calls[-1].name if calls else ""
    on_own = [call for call in calls if call.name == last and any(isinstance(arg, Handle) for arg in call.args)]
    return on_own or calls


def _messages(lost: list[Part], parts: list[Part]) -> tuple[str, ...]:
    by_message: dict[str, list[str]] = {}
    for part in lost:
        by_message.setdefault(str(part.mistake), []).append(part.name)
    messages = [f"{', '.join(dict.fromkeys(names))}: {message}" for message, names in by_message.items()]
    provided = sorted({name for part in parts if not part.mistake for name in part.provided})
    if provided:
        names = ", ".join(f"`{name}`" for name in provided)
        messages.append(f"graded with a right {names} in the place of yours, so that a fault there costs nothing here")
    return tuple(messages)
