"""Unit 01: quick oracles in NumPy, and the cases whose outputs Keras and GradientTape make.

The quick oracles are written in another form than a student would choose: every gate of a cell is a block of rows of
ONE matrix that multiplies ``[state; x; 1]``, so a step is one product forward and two backward, and weights, inputs and
biases get their gradients as slices. tests/test_references.py holds them against Keras layers, GradientTape and
numerical gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict, Unpack

import numpy as np

from unrolled.arrays import Case

Array = np.ndarray
Parameters = dict[str, Array]

# ------------------------------------------------------------------------------------------------------------- one step


def _below(*arrays: Array) -> Array:
    """Rows of all, one under the other."""
    return np.concatenate(arrays)


def _beside(*arrays: Array) -> Array:
    """Columns of all, one beside the other."""
    return np.concatenate(arrays, axis=1)


def _blocks(matrix: Array, number: int) -> Array:
    """The matrix cut into so many blocks of rows."""
    return matrix.reshape(number, -1, matrix.shape[1])


def _stack(state: Array, xt: Array) -> Array:
    """``[state; x; 1]``, (n_a + n_x + 1, m)."""
    return _below(state, xt, np.ones((1, xt.shape[1])))


def _rnn_matrix(parameters: Parameters) -> Array:
    return _beside(parameters["Waa"], parameters["Wax"], parameters["ba"])


def _gates(parameters: Parameters, letters: str) -> Array:
    """The gates' ``[W | b]``, one under the other in the order of ``letters``."""
    return _below(*(_beside(parameters[f"W{gate}"], parameters[f"b{gate}"]) for gate in letters))


def _sigmoid(z: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(z / 2)


def _predict(weights: Array, bias: Array, state: Array) -> Array:
    """Softmax over the first axis, by way of its logarithm."""
    logits = _beside(weights, bias) @ _below(state, np.ones((1, state.shape[1])))
    return np.exp(logits - np.logaddexp.reduce(logits, axis=0))


def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple:
    """→ ``a_next`` (n_a, m), ``yt_pred`` (n_y, m), ``cache``."""
    a_next, cache = _rnn_step(_rnn_matrix(parameters), parameters, xt, a_prev)
    return a_next, _predict(parameters["Wya"], parameters["by"], a_next), cache


def _rnn_step(matrix: Array, parameters: Parameters, xt: Array, a_prev: Array) -> tuple:
    """A cell without its prediction: a loop makes the matrix once, and all predictions together."""
    a_next = np.tanh(matrix @ _stack(a_prev, xt))
    return a_next, (a_next, a_prev, xt, parameters)


def lstm_cell_forward(xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters) -> tuple:
    """→ ``a_next``, ``c_next`` (n_a, m), ``yt_pred`` (n_y, m), ``cache``."""
    a_next, c_next, cache = _lstm_step(_lstm_matrix(parameters), parameters, xt, a_prev, c_prev)
    return a_next, c_next, _predict(parameters["Wy"], parameters["by"], a_next), cache


def _lstm_matrix(parameters: Parameters) -> Array:
    return _gates(parameters, "fioc")


def _lstm_step(matrix: Array, parameters: Parameters, xt: Array, a_prev: Array, c_prev: Array) -> tuple:
    ft, it, ot, cct = _lstm_gates(matrix @ _stack(a_prev, xt))
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    return a_next, c_next, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


def _lstm_gates(z: Array) -> tuple[Array, ...]:
    """Forget, update and output gate, and the candidate, each (n_a, m)."""
    rows = len(z) // 4
    f, i, o = _blocks(_sigmoid(z[: 3 * rows]), 3)
    return f, i, o, np.tanh(z[3 * rows :])


def gru_cell_forward(xt: Array, c_prev: Array, parameters: Parameters) -> tuple:
    """→ ``c_next`` (n_a, m), ``yt_pred`` (n_y, m), ``cache``."""
    c_next, cache = _gru_step(_gru_matrices(parameters), parameters, xt, c_prev)
    return c_next, _predict(parameters["Wy"], parameters["by"], c_next), cache


def _gru_matrices(parameters: Parameters) -> tuple[Array, Array]:
    return _gates(parameters, "ur"), _gates(parameters, "c")


def _gru_step(matrices: tuple[Array, Array], parameters: Parameters, xt: Array, c_prev: Array) -> tuple:
    gates, candidate = matrices
    ut, rt = _blocks(_sigmoid(gates @ _stack(c_prev, xt)), 2)
    cct = np.tanh(candidate @ _stack(rt * c_prev, xt))
    c_next = c_prev + ut * (cct - c_prev)
    return c_next, (c_next, c_prev, ut, rt, cct, xt, parameters)


# --------------------------------------------------------------------------------------------------------- whole inputs


def _unroll(step: Callable, matrix: Any, x: Array, states: tuple, parameters: Parameters) -> tuple:
    """Run a cell along x; → each of its states and ŷ as (n, m, T_x), and the caches."""
    steps = []
    for xt in np.moveaxis(x, 2, 0):
        *states, cache = step(matrix, parameters, xt, *states)
        steps.append((*states, cache))
    *columns, caches = zip(*steps, strict=True)
    arrays = [np.stack(column, axis=2) for column in columns]
    weights = parameters["Wya" if "Wya" in parameters else "Wy"]
    return *arrays, _predict_all(weights, parameters["by"], arrays[0]), (list(caches), x)


def rnn_forward(x: Array, a0: Array, parameters: Parameters) -> tuple:
    """→ ``a`` (n_a, m, T_x), ``y_pred`` (n_y, m, T_x), ``caches``."""
    return _unroll(_rnn_step, _rnn_matrix(parameters), x, (a0,), parameters)


def lstm_forward(x: Array, a0: Array, parameters: Parameters) -> tuple:
    """→ ``a`` (n_a, m, T_x), ``y`` (n_y, m, T_x), ``c`` (n_a, m, T_x), ``caches``."""
    a, c, y, caches = _unroll(_lstm_step, _lstm_matrix(parameters), x, (a0, np.zeros(a0.shape)), parameters)
    return a, y, c, caches


def gru_forward(x: Array, c0: Array, parameters: Parameters) -> tuple:
    """→ ``c`` (n_a, m, T_x), ``y`` (n_y, m, T_x), ``caches``."""
    return _unroll(_gru_step, _gru_matrices(parameters), x, (c0,), parameters)


def _hidden_states(x: Array, parameters: Parameters) -> Array:
    """A basic RNN's states from a zero start, (n_a, m, T_x); needs no ``Wya`` and no ``by``."""
    state, states, matrix = np.zeros((len(parameters["Waa"]), x.shape[1])), [], _rnn_matrix(parameters)
    for xt in np.moveaxis(x, 2, 0):
        state = np.tanh(matrix @ _stack(state, xt))
        states.append(state)
    return np.stack(states, axis=2)


def _predict_all(weights: Array, bias: Array, states: Array) -> Array:
    """Softmax at every step, all steps as columns of one matrix."""
    n, m, steps = states.shape
    return _predict(weights, bias, states.reshape(n, m * steps)).reshape(-1, m, steps)


def brnn_forward(
    x: Array, parameters_forward: Parameters, parameters_backward: Parameters, Wy: Array, by: Array
) -> tuple:
    """→ ``y`` (n_y, m, T_x), ``a_forward`` and ``a_backward`` (n_a, m, T_x), both by the position of the input."""
    a_forward = _hidden_states(x, parameters_forward)
    a_backward = np.flip(_hidden_states(np.flip(x, axis=2), parameters_backward), axis=2)
    return _predict_all(Wy, by, _below(a_forward, a_backward)), a_forward, a_backward


def deep_rnn_forward(x: Array, layers: list[Parameters]) -> tuple:
    """→ ``a``: a list of one (n_a, m, T_x) array per layer; ``y`` (n_y, m, T_x)."""
    a = [x]
    for parameters in layers:
        a.append(_hidden_states(a[-1], parameters))
    return a[1:], _predict_all(layers[-1]["Wya"], layers[-1]["by"], a[-1])


# ------------------------------------------------------------------------------------------------------------- backward


def rnn_cell_backward(da_next: Array, cache: tuple) -> dict[str, Array]:
    """→ dict ``dxt, da_prev, dWax, dWaa, dba``."""
    return _rnn_step_backward(_rnn_matrix(cache[-1]), da_next, None, cache)


def _rnn_step_backward(matrix: Array, da_next: Array, _: Any, cache: tuple) -> dict[str, Array]:
    _, a_prev, xt, _ = cache
    stacked = _stack(a_prev, xt)
    dz = da_next / np.cosh(matrix @ stacked) ** 2
    n = len(a_prev)
    dstacked, dmatrix = matrix.T @ dz, dz @ stacked.T
    return {
        "dxt": dstacked[n:-1],
        "da_prev": dstacked[:n],
        "dWax": dmatrix[:, n:-1],
        "dWaa": dmatrix[:, :n],
        "dba": dmatrix[:, -1:],
    }


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: tuple) -> dict[str, Array]:
    """→ dict ``dxt, da_prev, dc_prev, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo``."""
    return _lstm_step_backward(_lstm_matrix(cache[-1]), da_next, dc_next, cache)


def _lstm_step_backward(matrix: Array, da_next: Array, dc_next: Array, cache: tuple) -> dict[str, Array]:
    _, c_next, a_prev, c_prev, _, _, _, _, xt, _ = cache
    stacked = _stack(a_prev, xt)
    f, i, o, c = _lstm_gates(matrix @ stacked)
    dc = dc_next + da_next * o / np.cosh(c_next) ** 2
    slopes = [
        dc * c_prev * f * (1 - f),
        dc * c * i * (1 - i),
        da_next * np.tanh(c_next) * o * (1 - o),
        dc * i * (1 - c * c),
    ]
    dz = _below(*slopes)
    n = len(a_prev)
    dstacked, dmatrix = matrix.T @ dz, dz @ stacked.T
    gradients = {"dxt": dstacked[n:-1], "da_prev": dstacked[:n], "dc_prev": dc * f}
    blocks = dict(zip("fioc", _blocks(dmatrix, 4), strict=True))
    for gate in "fico":
        gradients |= {f"dW{gate}": blocks[gate][:, :-1], f"db{gate}": blocks[gate][:, -1:]}
    return gradients


def rnn_backward(da: Array, caches: tuple) -> dict[str, Array]:
    """→ dict ``dx, da0, dWax, dWaa, dba``; T_x is that of ``da``."""
    return _unroll_backward(_rnn_step_backward, _rnn_matrix(caches[0][0][-1]), da, caches)


def lstm_backward(da: Array, caches: tuple) -> dict[str, Array]:
    """→ dict ``dx, da0, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo``; T_x is that of ``da``."""
    return _unroll_backward(_lstm_step_backward, _lstm_matrix(caches[0][0][-1]), da, caches)


def _unroll_backward(step_backward: Callable, matrix: Array, da: Array, caches: tuple) -> dict[str, Array]:
    da_prev, dc_prev = np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    steps = []
    for t in reversed(range(da.shape[2])):
        step = step_backward(matrix, da[:, :, t] + da_prev, dc_prev, caches[0][t])
        da_prev, dc_prev = step.pop("da_prev"), step.pop("dc_prev", dc_prev)
        steps.append(step)
    dx = np.stack([step.pop("dxt") for step in reversed(steps)], axis=2)
    return {"dx": dx, "da0": da_prev} | {key: sum(step[key] for step in steps) for key in steps[0]}


# -------------------------------------------------------------------------------------------------------- random inputs


class Sizes(TypedDict, total=False):
    """How large a case is: ``steps`` is T_x."""

    n_x: int
    n_a: int
    n_y: int
    m: int
    steps: int


class Draw:
    """Random inputs of the unit's exercises: every weight, bias and state different from zero.

    Sizes that are left out are drawn, all of them different, so that a wrong axis shows.
    """

    def __init__(self, rng: np.random.Generator, **sizes: Unpack[Sizes]) -> None:
        unused = [size for size in range(2, 9) if size not in sizes.values()]
        free = iter(rng.permutation(unused).tolist())
        self.rng = rng
        self.n_x: int = sizes.get("n_x") or next(free)
        self.n_a: int = sizes.get("n_a") or next(free)
        self.n_y: int = sizes.get("n_y") or next(free)
        self.m: int = sizes.get("m") or next(free)
        self.steps: int = sizes.get("steps") or next(free)

    def array(self, *shape: int, scale: float = 1.0) -> Array:
        return scale * self.rng.standard_normal(shape)

    def rnn(self, n_x: int | None = None, n_a: int | None = None) -> Parameters:
        n_x, n_a = n_x or self.n_x, n_a or self.n_a
        return {
            "Wax": self.array(n_a, n_x, scale=0.6),
            "Waa": self.array(n_a, n_a, scale=0.6),
            "Wya": self.array(self.n_y, n_a),
            "ba": self.array(n_a, 1, scale=0.6),
            "by": self.array(self.n_y, 1),
        }

    def gated(self, gates: str) -> Parameters:
        parameters = {}
        for gate in gates:
            parameters[f"W{gate}"] = self.array(self.n_a, self.n_a + self.n_x, scale=0.6)
            parameters[f"b{gate}"] = self.array(self.n_a, 1, scale=0.6)
        return parameters | {"Wy": self.array(self.n_y, self.n_a), "by": self.array(self.n_y, 1)}

    def xt(self) -> Array:
        return self.array(self.n_x, self.m)

    def x(self) -> Array:
        return self.array(self.n_x, self.m, self.steps)

    def state(self) -> Array:
        return self.array(self.n_a, self.m, scale=0.6)

    def da(self, steps: int | None = None) -> Array:
        return self.array(self.n_a, self.m, steps or self.steps)


def draw_inputs(exercise: str, draw: Draw, **options: Any) -> dict[str, Any]:
    """Random inputs of an exercise, by name, in the order of its signature; options as the functions below."""
    return _INPUTS[exercise](draw, **options)


def _rnn_cell_inputs(draw: Draw) -> dict:
    return {"xt": draw.xt(), "a_prev": draw.state(), "parameters": draw.rnn()}


def _rnn_inputs(draw: Draw) -> dict:
    return {"x": draw.x(), "a0": draw.state(), "parameters": draw.rnn()}


def _lstm_cell_inputs(draw: Draw) -> dict:
    return {
        "xt": draw.xt(),
        "a_prev": draw.state(),
        "c_prev": draw.array(draw.n_a, draw.m),
        "parameters": draw.gated("fico"),
    }


def _lstm_inputs(draw: Draw) -> dict:
    return {"x": draw.x(), "a0": draw.state(), "parameters": draw.gated("fico")}


def _gru_cell_inputs(draw: Draw) -> dict:
    return {"xt": draw.xt(), "c_prev": draw.state(), "parameters": draw.gated("urc")}


def _gru_inputs(draw: Draw) -> dict:
    return {"x": draw.x(), "c0": draw.state(), "parameters": draw.gated("urc")}


def _brnn_inputs(draw: Draw) -> dict:
    return {
        "x": draw.x(),
        "parameters_forward": draw.rnn(),
        "parameters_backward": draw.rnn(),
        "Wy": draw.array(draw.n_y, 2 * draw.n_a),
        "by": draw.array(draw.n_y, 1),
    }


def _deep_inputs(draw: Draw, widths: tuple[int, ...] = ()) -> dict:
    """``widths``: n_a of each layer; three layers of different sizes if left out."""
    widths = widths or (draw.n_a, draw.n_a + 2, draw.n_a + 1)
    return {
        "x": draw.x(),
        "layers": [draw.rnn(n_x, n_a) for n_x, n_a in zip((draw.n_x, *widths), widths, strict=False)],
    }


def _rnn_cell_backward_inputs(draw: Draw) -> dict:
    return {"da_next": draw.array(draw.n_a, draw.m), "cache": rnn_cell_forward(**_rnn_cell_inputs(draw))[-1]}


def _rnn_backward_inputs(draw: Draw, da_steps: int | None = None) -> dict:
    """``da_steps``: T_x of da, if shorter than the caches."""
    return {"da": draw.da(da_steps), "caches": rnn_forward(**_rnn_inputs(draw))[-1]}


def _lstm_cell_backward_inputs(draw: Draw) -> dict:
    gradients = {"da_next": draw.array(draw.n_a, draw.m), "dc_next": draw.array(draw.n_a, draw.m)}
    return gradients | {"cache": lstm_cell_forward(**_lstm_cell_inputs(draw))[-1]}


def _lstm_backward_inputs(draw: Draw, da_steps: int | None = None) -> dict:
    """``da_steps``: T_x of da, if shorter than the caches."""
    return {"da": draw.da(da_steps), "caches": lstm_forward(**_lstm_inputs(draw))[-1]}


_INPUTS: dict[str, Callable[..., dict]] = {
    "rnn_cell_forward": _rnn_cell_inputs,
    "rnn_forward": _rnn_inputs,
    "lstm_cell_forward": _lstm_cell_inputs,
    "lstm_forward": _lstm_inputs,
    "gru_cell_forward": _gru_cell_inputs,
    "gru_forward": _gru_inputs,
    "brnn_forward": _brnn_inputs,
    "deep_rnn_forward": _deep_inputs,
    "rnn_cell_backward": _rnn_cell_backward_inputs,
    "rnn_backward": _rnn_backward_inputs,
    "lstm_cell_backward": _lstm_cell_backward_inputs,
    "lstm_backward": _lstm_backward_inputs,
}

RETURNS: dict[str, tuple[str, ...]] = {
    "rnn_cell_forward": ("a_next", "yt_pred", "cache"),
    "rnn_forward": ("a", "y_pred", "caches"),
    "lstm_cell_forward": ("a_next", "c_next", "yt_pred", "cache"),
    "lstm_forward": ("a", "y", "c", "caches"),
    "gru_cell_forward": ("c_next", "yt_pred", "cache"),
    "gru_forward": ("c", "y", "caches"),
    "brnn_forward": ("y", "a_forward", "a_backward"),
    "deep_rnn_forward": ("a", "y"),
}  # the backward passes return dicts


def outputs_by_name(exercise: str, value: Any) -> dict[str, Any]:
    """What an exercise returned, by the documented names."""
    return dict(zip(RETURNS[exercise], value, strict=True)) if exercise in RETURNS else dict(value)


# ---------------------------------------------------------------------------------------------------------------- cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with: small, and shared with everybody."""
    example, single = Sizes(n_x=3, n_a=5, n_y=2, m=4, steps=6), Sizes(n_x=4, n_a=3, n_y=5, m=1, steps=2)
    cases = {}
    for exercise in _INPUTS:
        cases[f"{exercise}/example"] = _case("public", exercise, example)
        cases[f"{exercise}/single"] = _case("public", exercise, single)
        if "cell" not in exercise:
            cases[f"{exercise}/one_step"] = _case("public", exercise, Sizes(n_x=2, n_a=4, n_y=3, m=3, steps=1))
    for exercise in ("rnn_backward", "lstm_backward"):
        cases[f"{exercise}/short_da"] = _case("public", exercise, example, da_steps=3)
    return cases


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with; no inputs in common with the public cases, nor between exercises."""
    plain = Sizes(n_x=4, n_a=6, n_y=3, m=7, steps=5)
    cases = {}
    for exercise in _INPUTS:
        cases[f"{exercise}/plain"] = _case("hidden", exercise, plain)
        if "cell" not in exercise:
            cases[f"{exercise}/one_step"] = _case("hidden", exercise, Sizes(n_x=5, n_a=3, n_y=4, m=2, steps=1))
    for exercise in ("rnn_cell_forward", "lstm_cell_forward", "gru_cell_forward"):
        cases[f"{exercise}/large"] = _case("hidden", exercise, Sizes(n_x=2, n_a=5, n_y=4, m=6, steps=3), loudness=30.0)
    for exercise in ("rnn_backward", "lstm_backward"):
        short = Sizes(n_x=3, n_a=5, n_y=2, m=4, steps=6)
        cases[f"{exercise}/short_da"] = _case("hidden", exercise, short, da_steps=3)
    one_layer = Sizes(n_x=5, n_a=4, n_y=3, m=2, steps=6)
    cases["deep_rnn_forward/one_layer"] = _case("hidden", "deep_rnn_forward", one_layer, widths=(4,))
    return cases


def _case(purpose: str, exercise: str, sizes: Sizes, loudness: float = 0.0, **options: Any) -> Case:
    """A case of random inputs with Keras's outputs. ``loudness``: make the largest logit that large."""
    from autograder.oracles import rnn_step_by_step_keras as keras_oracle  # TensorFlow: seconds, and only needed here

    seed = [*f"unit 01 {purpose} {exercise} {sizes} {options}".encode()]
    inputs = draw_inputs(exercise, Draw(np.random.default_rng(seed), **sizes), **options)
    if loudness:
        _make_loud(inputs["parameters"], outputs_by_name(exercise, globals()[exercise](**inputs)), loudness)
    return Case(inputs, outputs_by_name(exercise, getattr(keras_oracle, exercise)(**inputs)))


def _make_loud(parameters: Parameters, outputs: dict, loudness: float) -> None:
    """Scale the output layer so that the largest logit has the size ``loudness``."""
    weights = "Wya" if "Wya" in parameters else "Wy"
    state = outputs.get("a_next", outputs.get("c_next"))
    peak = np.abs(parameters[weights] @ state + parameters["by"]).max()
    for name in (weights, "by"):
        parameters[name] = parameters[name] * (loudness / peak)
