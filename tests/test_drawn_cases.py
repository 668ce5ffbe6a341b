"""Most of what a grader asks is a submission's own: what leaked from one submission is worth little to another.

Measured, not read: the same work is graded under two seeds, and what each part asked is recorded; and a notebook that
knows every question and right answer of one seed by heart is graded under another.
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import itertools
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.auditing.trials import submission
from autograder.course.units import Unit, all_units, find_unit, grade_id
from autograder.course.variants import VARIANTS
from autograder.examination import hidden_tests
from autograder.examination.cases import Cases
from autograder.examination.student import Handle, Student
from autograder.examination.verdict import ExerciseVerdict
from autograder.judging.examiner import open_house
from autograder.judging.judge import cells_to_run
from autograder.judging.reconcile import read_submission, reconcile
from autograder.sandbox import confine
from autograder.sandbox.tenant import House
from unrolled.arrays import Case, open_cases
from unrolled.wire import Reference

ONE, OTHER = 11, 12  # seeds
UNITS = pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
locked = pytest.mark.skipif(confine.available() is not None, reason="judging needs the lockdown")


def digest(value: Any) -> str:
    """The same for equal plain values, on either side of the wire; what else there is, is passed over."""

    def parts(value: Any) -> Iterator[bytes]:
        if isinstance(value, (list, tuple)):
            yield b"("
            for part in value:
                yield from parts(part)
        elif isinstance(value, dict):
            yield b"{"
            for key in value:
                yield from parts(key)
                yield from parts(value[key])
        elif isinstance(value, np.ndarray):
            yield f"{value.shape}".encode() + np.ascontiguousarray(value).tobytes()
        else:
            yield repr(value).encode() if isinstance(value, (str, int, float, type(None))) else b"?"

    return hashlib.sha256(b"|".join(parts(value))).hexdigest()


@dataclass
class Record:
    """What the parts of the exercises asked, by name, and every question with its answers."""

    asked: dict[str, set[str]] = field(default_factory=dict)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    verdicts: dict[str, ExerciseVerdict] = field(default_factory=dict)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as house:
        yield house


def graded(house: House, unit: Unit, files: dict[str, bytes], seed: int) -> Record:
    """Grade a submission as ``judge`` does, without naming mistakes, and record what is asked."""
    record, part = Record(), ""
    run, call, known, ask_model = hidden_tests._run, Student._ask_call, Student.known, Student._ask_model

    def recording_run(test: Any, *rest: Any) -> None:
        nonlocal part
        part = test.name
        run(test, *rest)

    def recording_call(student: Student, asked: Any, *rest: Any) -> Any:
        answer = call(student, asked, *rest)
        question = digest([asked.name, *asked.args])
        record.asked.setdefault(part, set()).add(question)
        if "kept" in answer:
            kept = student._ask({"do": "fetch", "reference": Reference(answer["kept"])}, "it")
            record.answers.setdefault(question, [kept.get("value")])
        elif "value" in answer:
            record.answers.setdefault(question, answer["value"] if asked.times else [answer["value"]])
        return answer

    def recording_known(student: Student, name: str, *args: Any) -> Any:
        record.asked.setdefault(part, set()).add(digest([name, *args]))
        return known(student, name, *args)

    def recording_model(student: Student, handle: Handle, question: str, args: Any) -> Any:
        value = ask_model(student, handle, question, args)
        record.asked.setdefault(part, set()).add(digest([question, *args]))
        return value

    notebook = reconcile(read_submission(files[f"{unit.slug}.ipynb"]), unit.release)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hidden_tests, "_run", recording_run)
        patch.setattr(Student, "_ask_call", recording_call)
        patch.setattr(Student, "known", recording_known)
        patch.setattr(Student, "_ask_model", recording_model)
        with Student(house, cells_to_run(notebook, unit.release), files) as student:
            found = hidden_tests.examine(unit, student, open_cases(unit.references), seed)
    record.verdicts = {examined.verdict.id: examined.verdict for examined in found}
    return record


@pytest.fixture(scope="module")
def records(house: House) -> Callable[[Unit], tuple[Record, Record]]:
    """Of a unit's worked solution, under the two seeds."""

    @cache
    def of_both_seeds(slug: str) -> tuple[Record, Record]:
        unit = find_unit(slug)
        files = submission(unit)({})
        return graded(house, unit, files, ONE), graded(house, unit, files, OTHER)

    return lambda unit: of_both_seeds(unit.slug)


@locked
@UNITS
def test_most_of_each_exercise_is_asked_with_cases_of_the_submission_s_own(unit, records):
    one, other = records(unit)
    assert all(verdict.outcome == "correct" for record in (one, other) for verdict in record.verdicts.values())
    known = set().union(*one.asked.values())
    drawn: dict[str, float] = dict.fromkeys(one.verdicts, 0.0)
    whole = dict(drawn)
    for test in hidden_tests.hidden_tests(unit.grader):
        whole[test.exercise] += test.function.weight
        drawn[test.exercise] += test.function.weight * bool(other.asked[test.name] - known)
    assert {name: (drawn[name], whole[name]) for name in drawn if drawn[name] < whole[name] / 2} == {}


BY_HEART = """
import hashlib
import itertools
import pickle
import numpy as np
from collections.abc import Callable, Iterator
from typing import Any

ANSWERS = pickle.loads(open("answers", "rb").read())
TURNS = {{}}

{digest}

def answer(name, args):
    question = digest([name, *args])
    values = ANSWERS[question]
    return values[next(TURNS.setdefault(question, itertools.count())) % len(values)]
"""


def by_heart(unit: Unit, answers: dict[str, list[Any]]) -> dict[str, bytes]:
    """A submission that knows these answers, and computes nothing."""
    notebook = copy.deepcopy(unit.release)
    exercises = {exercise.id for exercise in unit.exercises}
    for cell in notebook.cells:
        if (name := grade_id(cell)) in exercises:
            cell.source = BY_HEART.format(digest=inspect.getsource(digest))
            cell.source += f"\n\ndef {name}(*args):\n    return answer({name!r}, args)"
    plain = {question: values for question, values in answers.items() if is_plain(values)}
    return {f"{unit.slug}.ipynb": nbformat.writes(notebook).encode(), "answers": pickle.dumps(plain)}


def is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return all(map(is_plain, value.values() if isinstance(value, dict) else value))
    return isinstance(value, (np.ndarray, str, int, float, bool, type(None)))


@locked
@UNITS
def test_answers_that_leaked_from_one_submission_earn_little_in_another(unit, records, house):
    files = by_heart(unit, records(unit)[0].answers)
    own, others = (graded(house, unit, files, seed).verdicts.values() for seed in (ONE, OTHER))
    assert sum(verdict.score for verdict in own) > 0.3 * sum(verdict.max_score for verdict in own)
    if unit.slug.startswith("01"):  # nothing but arrays goes in and out there: all is known by heart
        assert [verdict.id for verdict in own if verdict.score < 0.9 * verdict.max_score] == []
    assert {v.id: v.score for v in others if v.score >= v.max_score / 2} == {}


def test_a_seed_takes_one_variant_and_keeps_it():
    stored = {f"sum/plain/{number:02}": Case({"x": number}, {}) for number in range(VARIANTS)}
    stored |= {"sum/empty": Case({"x": -1}, {})}
    taken = [Cases(stored, seed)["sum/plain"].inputs["x"] for seed in range(300)]
    assert set(taken) == set(range(VARIANTS))
    assert taken == [Cases(stored, seed)["sum/plain"].inputs["x"] for seed in range(300)]
    assert [*Cases(stored, 0)] == ["sum/plain", "sum/empty"] and Cases(stored, 0)["sum/empty"].inputs["x"] == -1
    assert len(Cases(stored, 0)) == 2 and "product/plain" not in Cases(stored, 0)


def test_a_live_case_is_made_once_a_submission_and_anew_for_another():
    made = itertools.count()

    def make(rng: np.random.Generator) -> tuple[int, float]:
        return next(made), rng.random()

    cases = [Cases({}, seed) for seed in (1, 1, 2)]
    first, same, other = (one.live("sum", make) for one in cases)
    assert cases[0].live("sum", make) is first and same[1] == first[1] != other[1]
    assert cases[0].live("product", make)[1] != first[1]


def test_what_tests_share_is_made_when_it_is_first_asked_for():
    cases, made = Cases({}, 1), []

    def make() -> list[str]:
        made.append("once")
        return made

    def fail() -> list[str]:
        raise ValueError

    with pytest.raises(ValueError):
        cases.shared("answer", fail)  # what went wrong is asked again
    assert cases.shared("answer", make) is cases.shared("answer", fail) is made == ["once"]
    assert Cases({}, 1).shared("answer", list) == []
