"""Typical mistakes in unit 01, and the cause that the public check finds by itself, without the known mistakes."""

from __future__ import annotations

import pytest
from right_answers import TANH, altered, check, words

MISTAKES = {
    "softmax over the examples": (
        "rnn_cell_forward",
        [('yt_pred = softmax(p["Wya"] @ a_next + p["by"])', 'yt_pred = softmax((p["Wya"] @ a_next + p["by"]).T).T')],
        "yt_pred sums to 1 along axis 1 instead of axis 0",
    ),
    "no softmax": (
        "rnn_cell_forward",
        [('softmax(p["Wya"] @ a_next + p["by"])', '(p["Wya"] @ a_next + p["by"])')],
        "logits",
    ),
    "no tanh": ("rnn_cell_forward", [(TANH, TANH[7:])], "but for the tanh, which is missing"),
    "a sigmoid for the tanh": ("rnn_cell_forward", [(TANH, "sigmoid" + TANH[7:])], "sigmoid where a tanh belongs"),
    "a bias left out": ("rnn_cell_forward", [(' + p["ba"])', ")")], "changes when parameters['ba'] changes"),
    "Waa transposed": ("rnn_cell_forward", [('p["Waa"] @', 'p["Waa"].T @')], "Waa is used transposed"),
    "y from the old state": (
        "rnn_cell_forward",
        [('p["Wya"] @ a_next', 'p["Wya"] @ a_prev')],
        "made from the new state",
    ),
    "a cell with the wrong shape": (
        "rnn_cell_forward",
        [("return a_next, yt_pred, (a", "return a_next.T, yt_pred, (a")],
        "shape",
    ),
    "too few values": (
        "rnn_cell_forward",
        [("yt_pred, (a_next, a_prev, xt, parameters)", "yt_pred")],
        "a tuple of 2 instead of 3",
    ),
    "no cache": ("rnn_cell_forward", [("yt_pred, (a_next, a_prev, xt, parameters)", "yt_pred, None")], "cache is None"),
    "no return": (
        "rnn_cell_forward",
        [("    return a_next, yt_pred, (a_next, a_prev, xt", "    _ = (a_next, a_prev, xt")],
        "return line",
    ),
    "state not carried": (
        "rnn_forward",
        [("a_next, yt, cache = rnn_cell", "_, yt, cache = rnn_cell"), ("= a_next, yt\n", "= _, yt\n")],
        "not carried on",
    ),
    "always the first step": (
        "rnn_forward",
        [("rnn_cell_forward(x[:, :, t]", "rnn_cell_forward(x[:, :, 0]")],
        "not carried on",  # all but the first step are wrong
    ),
    "a0 ignored": (
        "rnn_forward",
        [("a_next, caches = a0, []", "a_next, caches = np.zeros_like(a0), []")],
        "changes when a0 changes",
    ),
    "gates swapped": (
        "lstm_cell_forward",
        [("c_next = ft * c_prev + it * cct", "c_next = it * c_prev + ft * cct")],
        "forget gate (Wf, bf) and the update gate (Wi, bi) are swapped",
    ),
    "x above a": (
        "lstm_cell_forward",
        [("    ft = ", "    stacked = np.concatenate([xt, a_prev])\n    ft = ")],
        "x stands above a_prev",
    ),
    "no tanh of c": (
        "lstm_cell_forward",
        [("ot * np.tanh(c_next)\n    yt", "ot * c_next\n    yt")],
        "tanh of c_next is missing",
    ),
    "c starts elsewhere": (
        "lstm_forward",
        [("= a0, np.zeros_like(a0), [], []", "= a0, a0, [], []")],
        "differs in all 120 places",
    ),
    "update gate upside down": (
        "gru_cell_forward",
        [("ut * cct + (1 - ut) * c_prev", "(1 - ut) * cct + ut * c_prev")],
        "1 − Γ_u are swapped",
    ),
    "no relevance gate": ("gru_cell_forward", [("[rt * c_prev, xt]", "[c_prev, xt]")], "parameters['Wr']"),
    "both directions from the left": (
        "brnn_forward",
        [("rnn_forward(x[:, :, ::-1], ", "rnn_forward(x, "), ("[0][:, :, ::-1]", "[0]")],
        "does not read x from its end",
    ),
    "backward states not turned round": ("brnn_forward", [("[0][:, :, ::-1]", "[0]")], "reverse order"),
    "halves stacked the other way": (
        "brnn_forward",
        [("([a_forward, a_backward])", "([a_backward, a_forward])")],
        "stacked the other way",
    ),
    "y of the first layer": (
        "deep_rnn_forward",
        [
            ("below, y, _ = rnn_forward(", "below, out, _ = rnn_forward("),
            ("a.append(below)", "a.append(below)\n        y = out if len(a) == 1 else y"),
        ],
        "last layer",
    ),
    "no derivative of the tanh": (
        "rnn_cell_backward",
        [("(1 - a_next**2) * da_next", "da_next")],
        "derivative of the tanh is missing",
    ),
    "Waa not transposed": (
        "rnn_cell_backward",
        [('parameters["Waa"].T', 'parameters["Waa"]')],
        "Waa needs a transpose",
    ),
    "sign flipped": (
        "rnn_cell_backward",
        [("(1 - a_next**2)", "(a_next**2 - 1)")],
        "every sign is the other way round",
    ),
    "a missing key": (
        "rnn_cell_backward",
        [(', "dba": dz.sum(axis=1, keepdims=True)', "")],
        "The dictionary lacks dba",
    ),
    "later gradient not added": (
        "rnn_backward",
        [("da[:, :, t] + back, cells", "da[:, :, t], cells")],
        "comes back from the later step is missing",
    ),
    "parameters not summed": (
        "rnn_backward",
        [
            (
                'part for name, part in step.items()}\n    return {"dx": dx, "da0": back',
                'part * (t == 0) for name, part in step.items()}\n    return {"dx": dx, "da0": back',
            )
        ],
        "add each step's",
    ),
    "T_x from the caches": (
        "rnn_backward",
        [("steps = da.shape[2]\n    dx, total, back", "steps = x.shape[2]\n    dx, total, back")],
        "T_x comes from da",
    ),
    "a_next forgotten in dc": (
        "lstm_cell_backward",
        [("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next")],
        "dc_prev does not change when da_next changes",
    ),
    "dc not handed back": (
        "lstm_backward",
        [("da_back, dc_back, cells", "da_back, 0 * dc_back, cells")],
        "dc_prev of a step is not handed",
    ),
    "da not handed back": (
        "lstm_backward",
        [("da[:, :, t] + da_back, dc", "da[:, :, t], dc")],
        "da_prev of a step is not handed",
    ),
}


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a mistake that nobody has written down."""
    monkeypatch.setattr("unrolled.checking.trial.known_mistake", lambda *_: None)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_likely_cause(mistake: str) -> None:
    exercise, changes, cause = MISTAKES[mistake]
    source = altered(*[(old, new) for old, new in changes])
    result = check(exercise, source)
    assert result.outcome in ("incorrect", "raised"), result
    assert cause in words(result), result
