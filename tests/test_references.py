"""The oracles agree with each other, the stored references with them, and no case tells what should be found out."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.authoring import references
from autograder.oracles import rnn_step_by_step as oracle
from unrolled.arrays import Case, load_cases, save_cases

UNIT = "01_rnn_step_by_step.npz"
EXERCISES = [
    *("rnn_cell_forward", "rnn_forward", "lstm_cell_forward", "lstm_forward", "gru_cell_forward", "gru_forward"),
    *("brnn_forward", "deep_rnn_forward", "rnn_cell_backward", "rnn_backward", "lstm_cell_backward", "lstm_backward"),
]
BACKWARD = [exercise for exercise in EXERCISES if "backward" in exercise]


@pytest.fixture(scope="module")
def hidden() -> dict[str, Case]:
    return load_cases(references.ROOT / references.HIDDEN / UNIT)


@pytest.fixture(scope="module")
def public() -> dict[str, Case]:
    return load_cases(references.ROOT / references.PUBLIC / UNIT)


def drawn(exercise: str, seed: int) -> dict[str, Any]:
    short = {"da_steps": 2} if exercise in ("rnn_backward", "lstm_backward") and seed % 2 else {}
    sizes = {"m": 1, "steps": 3} if seed % 2 else {}
    return oracle.draw_inputs(exercise, oracle.Draw(np.random.default_rng(seed), **sizes), **short)


def arrays(value: Any) -> Iterator[np.ndarray]:
    """All arrays in a nested value."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays(part)


def assert_close(got: Any, expected: Any, tolerance: float) -> None:
    got, expected = list(arrays(got)), list(arrays(expected))
    assert [array.shape for array in got] == [array.shape for array in expected]
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


# ------------------------------------------------------------------------------------------------ oracle against oracle


@pytest.mark.parametrize("exercise", EXERCISES)
def test_quick_oracle_equals_keras_and_gradient_tape(exercise):
    from autograder.oracles import rnn_step_by_step_keras as keras_oracle

    for seed in (1, 2, 3):
        inputs = drawn(exercise, seed)
        assert_close(getattr(oracle, exercise)(**inputs), getattr(keras_oracle, exercise)(**inputs), 1e-12)


def forward_pass(exercise: str, inputs: dict[str, Any]) -> tuple[dict[str, np.ndarray], Any]:
    """What a backward pass differentiates: the forward pass's inputs by gradient name, and the total to be summed."""
    *upstream, cache = inputs.values()
    cells, x = cache if exercise in ("rnn_backward", "lstm_backward") else ([cache], None)
    lstm = exercise.startswith("lstm")
    a_prev, c_prev = cells[0][2 if lstm else 1], cells[0][3] if lstm else None
    parameters = cells[0][-1]
    by_gradient = {f"d{name}": array for name, array in parameters.items() if name not in ("Wy", "Wya", "by")}
    by_gradient |= (
        {"dx": x, "da0": a_prev} if x is not None else {"dxt": cells[0][-2], "da_prev": a_prev, "dc_prev": c_prev}
    )

    def total() -> float:
        if x is not None:
            forward = oracle.lstm_forward if lstm else oracle.rnn_forward
            return float(np.sum(forward(x[:, :, : upstream[0].shape[2]], a_prev, parameters)[0] * upstream[0]))
        xt = cells[0][-2]
        out = (
            oracle.lstm_cell_forward(xt, a_prev, c_prev, parameters)
            if lstm
            else oracle.rnn_cell_forward(xt, a_prev, parameters)
        )
        return float(sum(np.sum(state * d) for state, d in zip(out, upstream, strict=False)))

    return by_gradient, total


@pytest.mark.parametrize("exercise", BACKWARD)
def test_quick_oracle_equals_numerical_gradients(exercise):
    inputs = drawn(exercise, seed=4)
    by_gradient, total = forward_pass(exercise, inputs)
    step = 1e-5
    for key, gradient in getattr(oracle, exercise)(**inputs).items():
        array = by_gradient[key]
        numerical = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + step
            above = total()
            array[place] = kept - step
            numerical[place] = (above - total()) / (2 * step)
            array[place] = kept
        np.testing.assert_allclose(gradient, numerical[..., : gradient.shape[-1]], rtol=1e-6, atol=1e-8, err_msg=key)


# ------------------------------------------------------------------------------------------------------- what is stored


def test_stored_files_are_what_the_oracles_say():
    assert references.rebuild(check=True) == []


def test_every_exercise_has_cases(hidden, public):
    for cases, least in ((hidden, 1), (public, 2)):  # beside the hidden ones stand each submission's own
        for exercise in EXERCISES:
            assert len([name for name in cases if name.startswith(f"{exercise}/")]) >= least


def test_no_answer_of_zeros_is_right(hidden):
    for name, case in hidden.items():
        zeros = {"caches"} if name.startswith("lstm_forward/") else set()  # its first cell state is zero,
        zeros = {"dWf", "dbf"} if name == "lstm_backward/one_step" else zeros  # and so are the forget gate's gradients
        for key, value in case.outputs.items():
            assert key in zeros or all(array.any() for array in arrays(value)), (name, key)


def test_public_cases_tell_nothing_of_the_hidden_ones(hidden, public):
    def numbers(cases: dict[str, Case]) -> set[float]:
        return {
            float(n) for case in cases.values() for array in arrays([case.inputs, case.outputs]) for n in array.flat
        }

    assert not (numbers(hidden) & numbers(public)) - {0.0, 1.0}


def test_caches_for_backward_passes_hold_no_answers_of_forward_passes(hidden):
    def inputs(names: list[str]) -> set[float]:
        return {float(n) for name in names for array in arrays(hidden[name].inputs) for n in array.flat}

    backward = inputs([name for name in hidden if "backward" in name])
    assert not backward & inputs([name for name in hidden if "backward" not in name])


# ---------------------------------------------------------------------------------------------------- rebuild and check


@pytest.fixture
def unit(monkeypatch, tmp_path):
    """A small unit with one hidden and one public case; its files are made below ``tmp_path``."""
    case = Case({"x": np.ones(3)}, {"y": (np.arange(3.0), {"W": np.eye(2)})})
    unit = SimpleNamespace(hidden={"sum/plain": case}, public={"sum/example": case}, root=tmp_path)
    oracles = SimpleNamespace(hidden_cases=lambda: unit.hidden, public_cases=lambda: unit.public)
    monkeypatch.setattr(references, "_sources", lambda: [("07_sums", oracles)])
    assert references.rebuild(check=False, root=tmp_path) == []
    unit.file = tmp_path / references.HIDDEN / "07_sums.npz"
    return unit


def test_rebuilding_changes_no_byte(unit):
    first = unit.file.read_bytes()
    unit.file.unlink()
    references.rebuild(check=False, root=unit.root)
    assert unit.file.read_bytes() == first
    assert references.rebuild(check=True, root=unit.root) == []


def test_another_machine_s_rounding_is_no_change(unit):
    first = unit.file.read_bytes()
    unit.hidden = {"sum/plain": Case({"x": np.ones(3) + 1e-14}, unit.hidden["sum/plain"].outputs)}
    assert references.rebuild(check=True, root=unit.root) == []
    references.rebuild(check=False, root=unit.root)
    assert unit.file.read_bytes() == first


STALE = [
    (
        Case({"x": np.ones(3)}, {"y": (np.arange(3.0) + 1e-6, {"W": np.eye(2)})}),
        "outputs['y'][0] differs by up to 1e-06",
    ),
    (Case({"x": np.ones(4)}, {"y": (np.arange(3.0), {"W": np.eye(2)})}), "inputs['x'] is stored as float64 (4,)"),
    (
        Case({"x": np.ones(3)}, {"y": (np.arange(3.0), {"V": np.eye(2)})}),
        "outputs['y'][1] is stored with the keys ['V']",
    ),
    (
        Case({"x": np.ones(3)}, {"y": [np.arange(3.0), {"W": np.eye(2)}]}),
        "outputs['y'] is stored as list and made as tuple",
    ),
    (Case({"x": np.ones(3)}, {"y": (np.arange(3.0),)}), "outputs['y'] is stored with 1 parts and made with 2"),
]


@pytest.mark.parametrize(("stored", "reason"), STALE, ids=[reason for _, reason in STALE])
def test_check_names_file_case_and_reason(unit, stored, reason):
    save_cases(unit.file, {"sum/plain": stored})
    (problem,) = references.rebuild(check=True, root=unit.root)
    assert problem.startswith(f"{references.HIDDEN}/07_sums.npz: sum/plain: ")
    assert reason in problem
    references.rebuild(check=False, root=unit.root)
    assert references.rebuild(check=True, root=unit.root) == []


def test_check_finds_missing_surplus_and_broken_files(unit):
    case = unit.hidden["sum/plain"]
    save_cases(unit.file, {"sum/other": case})
    assert references.rebuild(check=True, root=unit.root) == [
        f"{references.HIDDEN}/07_sums.npz: sum/other: the oracle has no such case",
        f"{references.HIDDEN}/07_sums.npz: sum/plain: missing",
    ]
    for broken in (b"no zip file", unit.file.read_bytes()[:-9]):
        unit.file.write_bytes(broken)
        assert "unreadable" in references.rebuild(check=True, root=unit.root)[0]
    unit.file.unlink()
    assert "07_sums.npz: missing" in references.rebuild(check=True, root=unit.root)[0]
    save_cases(unit.root / references.PUBLIC / "06_old.npz", {})
    assert "06_old.npz: no oracle makes this file" in references.rebuild(check=True, root=unit.root)[1]
