"""The fuzzer itself: it makes the same things again, it finds faults, and a small run of it finds none."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbgrader.preprocessors import ComputeChecksums
from toy_course import SLUG, make_course, submission
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.course.units import Unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.fuzzing import frames, run
from autograder.fuzzing.frames import tried
from autograder.fuzzing.notebooks import CHANGES, ENCODINGS, HONEST_EVERY, mutated
from autograder.fuzzing.run import fuzz_frames, fuzz_notebooks
from autograder.sandbox import confine
from unrolled import wire

NOTEBOOK = f"{SLUG}.ipynb"
HONEST = submission()[NOTEBOOK]
SEED = 20_26


def test_a_seed_and_a_number_make_the_same_notebook_again() -> None:
    made = [mutated(HONEST, SEED, number) for number in range(400)]
    assert made == [mutated(HONEST, SEED, number) for number in range(400)]
    assert made != [mutated(HONEST, SEED + 1, number) for number in range(400)]
    assert [number for number, (_, changes) in enumerate(made) if not changes] == [*range(0, 400, HONEST_EVERY)]
    done = {change for _, changes in made for change in changes}
    assert done == {change.__name__.strip("_") for change in (*CHANGES, *ENCODINGS)}


def test_frames_are_of_all_kinds_and_some_are_right() -> None:
    taken = 0
    for number in range(300):
        assert tried(SEED, number) is None
        try:
            wire.decode(*frames._frame(frames.Random(f"{SEED}/{number}")))
            taken += 1
        except wire.WireError:
            pass
    assert 60 < taken < 240


@pytest.mark.parametrize(
    "taken, what",
    [
        (lambda *_: object(), "a value of type object"),
        (lambda *_: np.array([None]), "an array of dtype object"),
        (lambda *_: np.ones(10_000), "bytes of arrays"),
        (lambda *_: 1 // 0, "ZeroDivisionError"),
    ],
)
def test_a_frame_that_is_taken_wrongly_is_a_fault(taken, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "decode", taken)
    faults = fuzz_frames(range(1, 10), SEED).faults
    assert len(faults) == 9 and all(what in fault.what for fault in faults)


@pytest.fixture
def toy(tmp_path: Path) -> Unit:
    unit = Unit(SLUG, make_course(tmp_path / "root"))
    nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
    return unit


def test_a_verdict_that_cannot_be_is_a_fault() -> None:
    def verdict(score: float, status: str = "graded") -> Verdict:
        exercise = ExerciseVerdict("double", "correct", score, 10)
        return Verdict("s", SLUG, status, 0.1, (), (exercise,), 1)  # type: ignore[arg-type]

    assert run._wrong(verdict(10), honest=True) == ""
    assert "9 of 10" in run._wrong(verdict(9), honest=True)
    assert "(timeout)" in run._wrong(verdict(10, "timeout"), honest=True)
    assert run._wrong(verdict(9), honest=False) == ""
    assert "11 of 10" in run._wrong(verdict(11), honest=False)


@pytest.mark.skipif(confine.available() is not None, reason=f"no lockdown here: {confine.available()}")
def test_a_small_class_of_spoilt_notebooks_is_come_through(toy: Unit) -> None:
    """The numbers differ on each run of the tests: over many runs, many are tried."""
    first = int(np.random.default_rng().integers(10**6)) * HONEST_EVERY
    told: list[None] = []
    fuzzed = fuzz_notebooks(toy, HONEST, range(first, first + HONEST_EVERY), SEED, 2, lambda: told.append(None))
    assert not fuzzed.faults, fuzzed.faults
    assert len(told) == fuzzed.notebooks == sum(fuzzed.statuses.values()) == HONEST_EVERY


def test_the_command_says_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "found.json"
    command = ["fuzz", "01_rnn_step_by_step", "--notebooks", "0", "--frames", "30", "--json", str(file)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0 and "30 frames, 0 faults" in done.output
    monkeypatch.setattr(frames, "decode", lambda *_: object())
    done = CliRunner().invoke(app, [*command, "--first", "7", "--seed", "3"])
    assert done.exit_code == 1 and "number 7, seed 3 (frame)" in done.output
    assert json.loads(file.read_text())[0]["faults"][0]["number"] == 7
