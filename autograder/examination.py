"""Run a unit's hidden grader with pytest on one student, and turn what its tests say into points.

A test that raises :class:`~autograder.examine.Mistake` lost its share of the exercise's points. When its class
``provides`` right versions of other exercises, it is tried once more with these in the place of the student's: a
wrong cell sinks no right loop. Anything else that a test raises is a fault of ours, and ends in :class:`GraderFault`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from autograder.examine import Crashed, Mistake, NotAttempted, Raised, TimedOut
from autograder.student import Student
from autograder.units import Exercise, Unit
from autograder.verdict import ExerciseVerdict, Outcome
from unrolled.arrays import Case

UNUSED = (  # unraisableexception collects all garbage at the end of a run, which costs more than all tests together
    "cacheprovider terminal faulthandler junitxml pastebin doctest unittest tmpdir monkeypatch recwarn warnings "
    "logging unraisableexception threadexception"
).split()
OUTCOMES: dict[type[Mistake], Outcome] = {
    TimedOut: "timeout",
    Crashed: "crashed",
    Raised: "raised",
    NotAttempted: "not attempted",
    Mistake: "incorrect",
}

Diagnose = Callable[[str, Student, Mistake], str | None]


class GraderFault(Exception):
    """A hidden test failed with something else than a Mistake: the grader is broken, not the answer."""


@dataclass
class Part:
    """One test of an exercise: its share, its name, and the mistake that cost it, if any."""

    weight: float
    name: str
    mistake: Mistake | None = None
    provided: tuple[str, ...] = ()


@dataclass
class Examination:
    """The pytest plugin that gives graders their fixtures and keeps what their tests say."""

    student_: Student
    cases: Mapping[str, Case]
    seed: int
    parts: dict[str, list[Part]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @pytest.fixture(name="student")
    def _student(self) -> Student:
        """The student's notebook."""
        return self.student_

    @pytest.fixture(name="references")
    def _references(self) -> Mapping[str, Case]:
        """The unit's reference outputs by case name."""
        return self.cases

    @pytest.fixture(name="rng")
    def _rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator for live cases: the same for the same submission, another for another."""
        return self._generator(request.node.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a test, twice if need be, and keep what it says."""
        test, exercise = pyfuncitem.obj, pyfuncitem.cls.exercise
        part = Part(test.weight, test.part)
        self.parts.setdefault(exercise, []).append(part)
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        provides = getattr(pyfuncitem.cls, "provides", {})
        own_first = not (provides and self.student_.ended_in([exercise, *provides]))
        for stand_ins in ([{}] if own_first else []) + ([provides] if provides else []):
            if "rng" in arguments:
                arguments["rng"] = self._generator(pyfuncitem.nodeid)
            try:
                with self.student_.examined(exercise, stand_ins):
                    test(**arguments)
            except Mistake as mistake:
                part.mistake = mistake
            else:
                part.mistake, part.provided = None, tuple(stand_ins)
                break
        return True

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whatever did not run to its end: that is never the student's doing."""
        if report.outcome != "passed":
            self.faults.append(f"{report.nodeid} ({report.when}): {report.longreprtext or report.outcome}")

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a grader that cannot be imported."""
        if report.outcome != "passed":
            self.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def _generator(self, nodeid: str) -> np.random.Generator:
        name = nodeid.split("::", 1)[-1]
        return np.random.default_rng([self.seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")])


def examine(
    unit: Unit, student: Student, cases: Mapping[str, Case], seed: int, only: str | None = None
) -> tuple[ExerciseVerdict, ...]:
    """The verdict on every exercise of the unit.

    Args:
        only: grade this exercise alone; the others are left out of the result.

    Raises:
        GraderFault: when a test of ours is broken, or an exercise has none.
    """
    examination = Examination(student, cases, seed)
    run_grader(unit.grader, examination, only)
    wanted = [exercise for exercise in unit.exercises if only in (None, exercise.id)]
    untested = [exercise.id for exercise in wanted if exercise.id not in examination.parts]
    if examination.faults or untested:
        missing = f"no test for: {', '.join(untested)}" if untested else ""
        raise GraderFault("\n".join([f"{unit.grader} is broken", *examination.faults, missing]).strip())
    return tuple(_verdict(exercise, examination.parts[exercise.id]) for exercise in wanted)


def run_grader(grader: Path, examination: Examination, only: str | None) -> None:
    """Run pytest on the grader in this process, silently and with nothing that it does not need."""
    arguments = [str(grader), "-c", "/dev/null", f"--rootdir={grader.parent}", "--noconftest", "--capture=no"]
    arguments += ["--disable-plugin-autoload", *(f"-pno:{name}" for name in UNUSED)]
    if only is not None:
        arguments += ["-k", f"Test{''.join(word.title() for word in only.split('_'))}"]
    status = pytest.main(arguments, plugins=[examination])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        examination.faults.append(f"pytest ended with {status!r}")


def _verdict(exercise: Exercise, parts: list[Part]) -> ExerciseVerdict:
    """Points by weight; the outcome is that of the worst part; each distinct message once."""
    lost = [part for part in parts if part.mistake]
    share = 1 - sum(part.weight for part in lost) / sum(part.weight for part in parts)
    score = round(exercise.points * share, 2) if lost else exercise.points
    outcome = _outcome(lost, parts)
    messages = (str(lost[0].mistake),) if outcome == "not attempted" else _messages(lost, parts)
    return ExerciseVerdict(exercise.id, outcome, score, exercise.points, messages)


def _outcome(lost: list[Part], parts: list[Part]) -> Outcome:
    if not lost:
        return "correct"
    kinds = {type(part.mistake) for part in lost}
    if NotAttempted in kinds and len(lost) < len(parts):
        kinds.remove(NotAttempted)  # some of it works, so it was attempted
        kinds.add(Mistake)
    return next(outcome for kind, outcome in OUTCOMES.items() if kind in kinds)


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
