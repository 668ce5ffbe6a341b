"""Right answers to unit 01, and how tests alter them and put them to the public checks."""

from __future__ import annotations

import linecache
import re
from typing import Any

from unrolled.checking.outcome import Result
from unrolled.checks import rnn_step_by_step as checks

# What a student may write. Each mistake below is this text with one place changed.
RIGHT = """
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    yt_pred = softmax(p["Wya"] @ a_next + p["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)

def rnn_forward(x, a0, parameters):
    a_next, caches = a0, []
    a = np.zeros(a0.shape + x.shape[2:])
    y_pred = np.zeros((parameters["by"].shape[0],) + x.shape[1:])
    for t in range(x.shape[2]):
        a_next, yt, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t], y_pred[:, :, t] = a_next, yt
        caches.append(cache)
    return a, y_pred, (caches, x)

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(p["Wf"] @ stacked + p["bf"])
    it = sigmoid(p["Wi"] @ stacked + p["bi"])
    cct = np.tanh(p["Wc"] @ stacked + p["bc"])
    ot = sigmoid(p["Wo"] @ stacked + p["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)

def lstm_forward(x, a0, parameters):
    a_next, c_next, caches, steps = a0, np.zeros_like(a0), [], []
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        steps.append((a_next, yt, c_next))
        caches.append(cache)
    a, y, c = (np.stack(arrays, axis=2) for arrays in zip(*steps))
    return a, y, c, (caches, x)

def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ stacked + p["bu"])
    rt = sigmoid(p["Wr"] @ stacked + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    return c_next, softmax(p["Wy"] @ c_next + p["by"]), (c_next, c_prev, ut, rt, cct, xt, parameters)

def gru_forward(x, c0, parameters):
    c_next, caches, steps = c0, [], []
    for t in range(x.shape[2]):
        c_next, yt, cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        steps.append((c_next, yt))
        caches.append(cache)
    c, y = (np.stack(arrays, axis=2) for arrays in zip(*steps))
    return c, y, (caches, x)

def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    zero = np.zeros((parameters_forward["ba"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, zero, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], zero, parameters_backward)[0][:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    y = np.stack([softmax(Wy @ both[:, :, t] + by) for t in range(x.shape[2])], axis=2)
    return y, a_forward, a_backward

def deep_rnn_forward(x, layers):
    a, below = [], x
    for layer in layers:
        below, y, _ = rnn_forward(below, np.zeros((layer["ba"].shape[0], x.shape[1])), layer)
        a.append(below)
    return a, y

def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = (1 - a_next**2) * da_next
    return {
        "dxt": parameters["Wax"].T @ dz, "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T, "dWaa": dz @ a_prev.T, "dba": dz.sum(axis=1, keepdims=True),
    }

def rnn_backward(da, caches):
    cells, x = caches
    steps = da.shape[2]
    dx, total, back = np.zeros((x.shape[0], x.shape[1], steps)), {}, np.zeros(da.shape[:2])
    for t in reversed(range(steps)):
        step = rnn_cell_backward(da[:, :, t] + back, cells[t])
        dx[:, :, t], back = step.pop("dxt"), step.pop("da_prev")
        total = {name: total.get(name, 0) + part for name, part in step.items()}
    return {"dx": dx, "da0": back, **total}

def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = a_prev.shape[0]
    stacked = np.concatenate([a_prev, xt])
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft), "i": dc * cct * it * (1 - it), "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    below = sum(p["W" + gate].T @ dz[gate] for gate in "fico")
    grads = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc * ft}
    for gate in "fico":
        grads["dW" + gate] = dz[gate] @ stacked.T
        grads["db" + gate] = dz[gate].sum(axis=1, keepdims=True)
    return grads

def lstm_backward(da, caches):
    cells, x = caches
    steps = da.shape[2]
    dx, total = np.zeros((x.shape[0], x.shape[1], steps)), {}
    da_back, dc_back = np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    for t in reversed(range(steps)):
        step = lstm_cell_backward(da[:, :, t] + da_back, dc_back, cells[t])
        dx[:, :, t], da_back, dc_back = step.pop("dxt"), step.pop("da_prev"), step.pop("dc_prev")
        total = {name: total.get(name, 0) + part for name, part in step.items()}
    return {"dx": dx, "da0": da_back, **total}
"""
TANH = 'np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])'
STUB = '    raise NotImplementedError("write this")\n'


def notebook(source: str = RIGHT) -> dict[str, Any]:
    """The namespace that a cell with this source leaves; tracebacks find its lines, as they do in a kernel."""
    name = "<cell of a student>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace


def altered(*changes: tuple[str, str], source: str = RIGHT) -> str:
    """The source with some places changed; each must be there exactly once."""
    for old, new in changes:
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times"
        source = source.replace(old, new)
    return source


def body_of(exercise: str, body: str, source: str = RIGHT) -> str:
    """The source with another body of one function."""
    pattern = rf"(def {exercise}\([^\n]*\n)(?:    [^\n]*\n|\n(?=    ))*"
    changed, count = re.subn(pattern, lambda match: match[1] + body, source)
    assert count == 1
    return changed


def check(exercise: str, source: str = RIGHT) -> Result:
    """The result of an exercise's check as its cell calls it."""
    one = getattr(checks, exercise)
    namespace = notebook(source)
    return one(*[namespace[name] for name in one.arguments])


def words(result: Result) -> str:
    return " ".join(str(result).split())
