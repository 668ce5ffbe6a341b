"""Unit 01 as Keras layers and ``tf.GradientTape`` answer it, in float64: the source of the reference outputs.

Same names, signatures and return values as the exercises. Keras keeps (batch, time, features), so arrays are turned
round on the way in and out, and weights are transposed. Too slow to be called while grading: a layer is made at every
call.
"""

from __future__ import annotations

import numpy as np

from unrolled.quiet import quietly

with quietly():
    import keras
    import tensorflow as tf

Array = np.ndarray
Parameters = dict[str, Array]
FLOAT = "float64"


def _to_keras(x: Array) -> tf.Tensor:
    """(n, m, T) → (m, T, n)."""
    return tf.constant(np.transpose(x, (1, 2, 0)), FLOAT)


def _from_keras(x: tf.Tensor) -> Array:
    """(m, T, n) → (n, m, T)."""
    return np.ascontiguousarray(np.transpose(np.asarray(x), (2, 0, 1)))


def _state(a: Array) -> tf.Tensor:
    return tf.constant(a.T, FLOAT)


def _load(layer: keras.layers.Layer, n_x: int, *weights: Array) -> keras.layers.Layer:
    layer.build((None, None, n_x))
    layer.set_weights(weights)
    return layer


def _simple_rnn(parameters: Parameters, **options: bool) -> keras.layers.Layer:
    n_a, n_x = parameters["Wax"].shape
    layer = keras.layers.SimpleRNN(n_a, return_sequences=True, dtype=FLOAT, **options)
    return _load(layer, n_x, parameters["Wax"].T, parameters["Waa"].T, parameters["ba"][:, 0])


def _gated(kind: type, parameters: Parameters, gates: dict[str, int], **options: bool) -> keras.layers.Layer:
    """An LSTM or GRU whose gates, in Keras's order, have our weights times a sign."""
    n_a, width = parameters["Wc"].shape
    weights = np.vstack([sign * parameters[f"W{gate}"] for gate, sign in gates.items()]).T
    biases = np.concatenate([sign * parameters[f"b{gate}"][:, 0] for gate, sign in gates.items()])
    layer = kind(n_a, return_sequences=True, return_state=True, dtype=FLOAT, **options)
    return _load(layer, width - n_a, weights[n_a:], weights[:n_a], biases)


def _lstm(parameters: Parameters) -> keras.layers.Layer:
    return _gated(keras.layers.LSTM, parameters, {"i": 1, "f": 1, "c": 1, "o": 1})


def _gru(parameters: Parameters) -> keras.layers.Layer:
    """Keras's z is the share of the OLD state that stays, 1 − Γ_u, so its weights are −W_u and −b_u."""
    return _gated(keras.layers.GRU, parameters, {"u": -1, "r": 1, "c": 1}, reset_after=False)


def _softmax(weights: Array, bias: Array, states: tf.Tensor) -> Array:
    n_y, n_a = weights.shape
    return _from_keras(_load(keras.layers.Dense(n_y, "softmax", dtype=FLOAT), n_a, weights.T, bias[:, 0])(states))


def _gate(parameters: Parameters, gate: str, activation: str, stacked: Array) -> Array:
    """One gate's values, (n_a, m), as a dense layer on ``[state; x]``."""
    n_a, width = parameters[f"W{gate}"].shape
    layer = _load(
        keras.layers.Dense(n_a, activation, dtype=FLOAT), width, parameters[f"W{gate}"].T, parameters[f"b{gate}"][:, 0]
    )
    return np.asarray(layer(tf.constant(stacked.T, FLOAT))).T


def _steps(array: Array) -> list[Array]:
    return [np.ascontiguousarray(array[:, :, t]) for t in range(array.shape[2])]


# -------------------------------------------------------------------------------------------------------------- forward


def rnn_forward(x: Array, a0: Array, parameters: Parameters) -> tuple:
    states = _simple_rnn(parameters)(_to_keras(x), initial_state=_state(a0))
    a = _from_keras(states)
    caches = [
        (a_next, a_prev, xt, parameters)
        for a_next, a_prev, xt in zip(_steps(a), [a0, *_steps(a)[:-1]], _steps(x), strict=True)
    ]
    return a, _softmax(parameters["Wya"], parameters["by"], states), (caches, x)


def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple:
    a, y, (caches, _) = rnn_forward(xt[:, :, None], a_prev, parameters)
    return a[:, :, 0], y[:, :, 0], caches[0]


def lstm_cell_forward(xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters) -> tuple:
    states, a_next, c_next = _lstm(parameters)(
        _to_keras(xt[:, :, None]), initial_state=[_state(a_prev), _state(c_prev)]
    )
    stacked = np.concatenate([a_prev, xt])
    ft, it, ot = (_gate(parameters, gate, "sigmoid", stacked) for gate in "fio")
    cct = _gate(parameters, "c", "tanh", stacked)
    a_next, c_next = np.asarray(a_next).T, np.asarray(c_next).T
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, _softmax(parameters["Wy"], parameters["by"], states)[:, :, 0], cache


def lstm_forward(x: Array, a0: Array, parameters: Parameters) -> tuple:
    """a and y come from one LSTM layer over all steps; c, which Keras only gives at the end, from a layer a step."""
    states, *_ = _lstm(parameters)(_to_keras(x), initial_state=[_state(a0), _state(np.zeros_like(a0))])
    a_prev, c_prev, caches = a0, np.zeros_like(a0), []
    for xt in _steps(x):
        a_prev, c_prev, _, cache = lstm_cell_forward(xt, a_prev, c_prev, parameters)
        caches.append(cache)
    c = np.stack([cache[1] for cache in caches], axis=2)
    return _from_keras(states), _softmax(parameters["Wy"], parameters["by"], states), c, (caches, x)


def gru_cell_forward(xt: Array, c_prev: Array, parameters: Parameters) -> tuple:
    states, c_next = _gru(parameters)(_to_keras(xt[:, :, None]), initial_state=_state(c_prev))
    ut, rt = (_gate(parameters, gate, "sigmoid", np.concatenate([c_prev, xt])) for gate in "ur")
    cct = _gate(parameters, "c", "tanh", np.concatenate([rt * c_prev, xt]))
    c_next = np.asarray(c_next).T
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, _softmax(parameters["Wy"], parameters["by"], states)[:, :, 0], cache


def gru_forward(x: Array, c0: Array, parameters: Parameters) -> tuple:
    states, _ = _gru(parameters)(_to_keras(x), initial_state=_state(c0))
    c = _from_keras(states)
    caches = [
        gru_cell_forward(xt, c_prev, parameters)[-1]
        for xt, c_prev in zip(_steps(x), [c0, *_steps(c)[:-1]], strict=True)
    ]
    return c, _softmax(parameters["Wy"], parameters["by"], states), (caches, x)


def brnn_forward(
    x: Array, parameters_forward: Parameters, parameters_backward: Parameters, Wy: Array, by: Array
) -> tuple:
    n_a, n_x = parameters_forward["Wax"].shape
    both = keras.layers.Bidirectional(
        _simple_rnn(parameters_forward),
        merge_mode="concat",
        backward_layer=_simple_rnn(parameters_backward, go_backwards=True),
        dtype=FLOAT,
    )
    directions = (parameters_forward, parameters_backward)
    weights = [w for p in directions for w in (p["Wax"].T, p["Waa"].T, p["ba"][:, 0])]
    states = _load(both, n_x, *weights)(_to_keras(x))
    return _softmax(Wy, by, states), _from_keras(states[:, :, :n_a]), _from_keras(states[:, :, n_a:])


def deep_rnn_forward(x: Array, layers: list[Parameters]) -> tuple:
    states, a = _to_keras(x), []
    for parameters in layers:
        states = _simple_rnn(parameters)(states)
        a.append(_from_keras(states))
    return a, _softmax(layers[-1]["Wya"], layers[-1]["by"], states)


# ------------------------------------------------------------------------------------------------------------- backward


def _gradients(
    layer: keras.layers.Layer, x: Array, states: list[Array], upstream: dict[int, Array]
) -> tuple[Array, list[Array], list[Array]]:
    """Gradients of ``sum(upstream · outputs)``: of x, of the initial states, and of the layer's weights.

    ``upstream``: gradient by the number of the layer's output: 0 all states (n_a, m, T), 1… a final state (n_a, m).
    """
    inputs, initial = _to_keras(x), [_state(state) for state in states]
    weights = [variable.value for variable in layer.weights]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *initial])
        outputs = layer(inputs, initial_state=initial)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        terms = [tf.reduce_sum(outputs[k] * (_to_keras(d) if d.ndim == 3 else _state(d))) for k, d in upstream.items()]
        total = tf.add_n(terms)
    dx, dstates, dweights = tape.gradient(total, [inputs, initial, weights])
    return _from_keras(dx), [np.asarray(d).T for d in dstates], [np.asarray(d).T for d in dweights]


def rnn_backward(da: Array, caches: tuple) -> dict[str, Array]:
    cells, x = caches
    _, a0, _, parameters = cells[0]
    layer = _simple_rnn(parameters)
    dx, (da0,), (dWax, dWaa, dba) = _gradients(layer, x[:, :, : da.shape[2]], [a0], {0: da})
    return {"dx": dx, "da0": da0, "dWax": dWax, "dWaa": dWaa, "dba": dba[:, None]}


def rnn_cell_backward(da_next: Array, cache: tuple) -> dict[str, Array]:
    gradients = rnn_backward(da_next[:, :, None], ([cache], cache[2][:, :, None]))
    return {"dxt": gradients.pop("dx")[:, :, 0], "da_prev": gradients.pop("da0")} | gradients


def _lstm_gradients(x: Array, cell: tuple, upstream: dict[int, Array]) -> tuple[Array, Array, Array, dict[str, Array]]:
    """→ dx, da and dc before the first step, and the weights' gradients by name; ``cell`` is the first step's cache."""
    a_prev, c_prev, parameters = cell[2], cell[3], cell[9]
    dx, (da, dc), (dkernel, drecurrent, dbias) = _gradients(_lstm(parameters), x, [a_prev, c_prev], upstream)
    dweights = np.split(np.hstack([drecurrent, dkernel]), 4)
    blocks = {gate: (dw, db[:, None]) for gate, dw, db in zip("ifco", dweights, np.split(dbias, 4), strict=True)}
    named = {f"d{kind}{gate}": blocks[gate][k] for gate in "fico" for k, kind in enumerate("Wb")}
    return dx, da, dc, named


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: tuple) -> dict[str, Array]:
    dx, da_prev, dc_prev, named = _lstm_gradients(cache[8][:, :, None], cache, {1: da_next, 2: dc_next})
    return {"dxt": dx[:, :, 0], "da_prev": da_prev, "dc_prev": dc_prev} | named


def lstm_backward(da: Array, caches: tuple) -> dict[str, Array]:
    cells, x = caches
    dx, da0, _, named = _lstm_gradients(x[:, :, : da.shape[2]], cells[0], {0: da})
    return {"dx": dx, "da0": da0} | named
