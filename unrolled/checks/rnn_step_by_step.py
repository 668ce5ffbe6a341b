"""Public checks of unit 01, recurrent networks step by step: ``checks.rnn_forward(rnn_forward)`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from unrolled.checking.causes import (
    SEEMS,
    Alter,
    Cause,
    Evidence,
    Inputs,
    Path,
    Ranked,
    as_it_is,
    carries,
    changed,
    equals,
    exchanged,
    holds,
    needs,
    only_wrong,
    right_at_one_end,
    softmax_axis,
    what_if,
    without_influence,
)
from unrolled.checking.trial import Check

# The axes of what the functions return, as the unit names them.
STATE, STATES = ("n_a", "m"), ("n_a", "m", "T_x")
OUTPUT, OUTPUTS = ("n_y", "m"), ("n_y", "m", "T_x")
RNN_WEIGHTS = {"dWax": ("n_a", "n_x"), "dWaa": ("n_a", "n_a"), "dba": ("n_a", "1")}
LSTM_WEIGHTS = {f"d{kind}{gate}": ("n_a", last) for gate in "fico" for kind, last in [("W", "n_a + n_x"), ("b", "1")]}


def _transposed(array: np.ndarray, inputs: Inputs) -> np.ndarray:
    return array.T


def _negated(array: np.ndarray, inputs: Inputs) -> np.ndarray:
    return -array


def _stacked_the_other_way(weights: np.ndarray, inputs: Inputs) -> np.ndarray:
    """The columns that ``[x; a]`` needs, of weights made for ``[a; x]``."""
    n_a = weights.shape[0]
    return np.concatenate([weights[:, n_a:], weights[:, :n_a]], axis=1)


def _halves_exchanged(weights: np.ndarray, inputs: Inputs) -> np.ndarray:
    return np.roll(weights, weights.shape[1] // 2, axis=1)


def _gates_swapped(one: str, other: str, sentence: str) -> Cause:
    """The weights and biases of two gates are taken for each other."""
    pairs = [(("parameters", f"{kind}{one}"), ("parameters", f"{kind}{other}")) for kind in "Wb"]
    return what_if(exchanged(*pairs), sentence)


def _stacking(state: str, names: str) -> Cause:
    paths: list[Path] = [("parameters", f"W{gate}") for gate in names]
    sentence = f"x stands above {state} where both are stacked; the weights are made for {state} above x."
    return what_if(changed(_stacked_the_other_way, *paths), sentence)


def _in_every_cell(position: int, change: Callable[[Any], Any]) -> Alter:
    """Alters the entry at one position of every cell's documented cache."""

    def alter(inputs: Inputs) -> Inputs:
        cells, x = inputs["caches"]
        cells = [(*cell[:position], change(cell[position]), *cell[position + 1 :]) for cell in cells]
        return inputs | {"caches": (cells, x)}

    return alter


def _without_state(parameters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """LSTM parameters whose gates do not look at the hidden state."""
    n_a = parameters["bf"].shape[0]
    blind = {name: parameters[name].copy() for name in ("Wf", "Wi", "Wc", "Wo")}
    for weights in blind.values():
        weights[:, :n_a] = 0
    return parameters | blind


def _fewer_steps(evidence: Evidence) -> str | None:
    """Only the case fails in which the gradients cover fewer steps than the caches."""
    if not (evidence.documented and evidence.right_elsewhere):
        return None
    shorter = evidence.inputs["da"].shape[-1] < evidence.inputs["caches"][1].shape[-1]
    return (
        "da has fewer steps here than the caches. T_x comes from da: go back from its last step." if shorter else None
    )


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _before_tanh(name: str, evidence: Evidence) -> np.ndarray:
    return np.arctanh(evidence.expected[name])


SIGMOID_FOR_TANH = "the values are those of a sigmoid where a tanh belongs."
NOT_CARRIED = "the state is not carried on: what one step returns must go into the next."
SUMS = "the gradients of the inputs are right, so only the sum over the steps is missing: add each step's to it."
NOT_ADDED = "the gradient that comes back from the later step is missing: add it to this step's own."

tanh_causes: tuple[Cause, ...] = (
    equals("a_next", partial(_before_tanh, "a_next"), "a_next is right but for the tanh, which is missing."),
    equals("a_next", lambda e: _sigmoid(_before_tanh("a_next", e)), SIGMOID_FOR_TANH),
    equals(
        "a_next", lambda e: np.maximum(_before_tanh("a_next", e), 0), "the values are those of a ReLU, not of a tanh."
    ),
)
lstm_causes: tuple[Cause, ...] = (
    _gates_swapped("f", "i", "the forget gate (Wf, bf) and the update gate (Wi, bi) are swapped."),
    _gates_swapped("f", "o", "the forget gate (Wf, bf) and the output gate (Wo, bo) are swapped."),
    _gates_swapped("i", "o", "the update gate (Wi, bi) and the output gate (Wo, bo) are swapped."),
    _stacking("a_prev", "fico"),
)
gru_causes: tuple[Cause, ...] = (
    what_if(
        changed(_negated, ("parameters", "Wu"), ("parameters", "bu")),
        "Γ_u and 1 − Γ_u are swapped: where Γ_u is 1, the candidate is to be taken.",
    ),
    _gates_swapped("u", "r", "the update gate (Wu, bu) and the relevance gate (Wr, br) are swapped."),
    _stacking("c_prev", "urc"),
)

rnn_cell_forward = Check(
    "rnn_cell_forward",
    unit="01_rnn_step_by_step",
    returns={"a_next": STATE, "yt_pred": OUTPUT},
    also=("cache",),
    causes=(
        *tanh_causes,
        what_if(changed(_transposed, ("parameters", "Waa")), "Waa is used transposed."),
        without_influence(),
        needs("yt_pred", "xt", "yt_pred does not change with xt: it is made from the new state, a_next."),
        softmax_axis("yt_pred"),
        Ranked(
            holds("a_next", lambda a: bool((np.abs(a) > 1).any()), "a_next leaves (-1, 1), which a tanh never does."),
            SEEMS,
        ),
    ),
)

rnn_forward = Check(
    "rnn_forward",
    unit="01_rnn_step_by_step",
    returns={"a": STATES, "y_pred": OUTPUTS},
    also=("caches",),
    calls=(rnn_cell_forward,),
    causes=(without_influence(), right_at_one_end("a", 0, NOT_CARRIED), softmax_axis("y_pred")),
)

lstm_cell_forward = Check(
    "lstm_cell_forward",
    unit="01_rnn_step_by_step",
    returns={"a_next": STATE, "c_next": STATE, "yt_pred": OUTPUT},
    also=("cache",),
    causes=(
        *lstm_causes,
        without_influence(),
        equals(
            "a_next",
            lambda e: e.expected["a_next"] / np.tanh(e.expected["c_next"]) * e.expected["c_next"],
            "a_next is the output gate times c_next itself: the tanh of c_next is missing.",
        ),
        needs("yt_pred", "xt", "yt_pred does not change with xt: it is made from the new state, a_next."),
        softmax_axis("yt_pred"),
    ),
)

lstm_forward = Check(
    "lstm_forward",
    unit="01_rnn_step_by_step",
    returns={"a": STATES, "y": OUTPUTS, "c": STATES},
    also=("caches",),
    calls=(lstm_cell_forward,),
    causes=(
        *lstm_causes,
        without_influence(),
        right_at_one_end("c", 0, "a and c both go on from step to step: one of them is not carried on."),
        softmax_axis("y"),
    ),
)

gru_cell_forward = Check(
    "gru_cell_forward",
    unit="01_rnn_step_by_step",
    returns={"c_next": STATE, "yt_pred": OUTPUT},
    also=("cache",),
    causes=(
        *gru_causes,
        without_influence(),
        needs("yt_pred", "xt", "yt_pred does not change with xt: it is made from the new state, c_next."),
        softmax_axis("yt_pred"),
    ),
)

gru_forward = Check(
    "gru_forward",
    unit="01_rnn_step_by_step",
    returns={"c": STATES, "y": OUTPUTS},
    also=("caches",),
    calls=(gru_cell_forward,),
    causes=(*gru_causes, without_influence(), right_at_one_end("c", 0, NOT_CARRIED), softmax_axis("y")),
)

brnn_forward = Check(
    "brnn_forward",
    unit="01_rnn_step_by_step",
    returns={"y": OUTPUTS, "a_forward": STATES, "a_backward": STATES},
    calls=(rnn_cell_forward, rnn_forward),
    causes=(
        what_if(
            exchanged((("parameters_forward",), ("parameters_backward",))),
            "each direction uses the other one's parameters.",
        ),
        what_if(changed(_halves_exchanged, ("Wy",)), "Wy is made for [a→; a←]; the two are stacked the other way."),
        carries(as_it_is, "x", "a_backward", "the backward direction does not read x from its end."),
        # What the two cells of a BRNN would predict by themselves is not used.
        without_influence(inner=lambda path, inputs: path[-1] not in ("Wya", "by") or len(path) == 1),
        only_wrong(["y"], "both directions are right; at step t, y reads both states that stand at position t."),
        softmax_axis("y"),
    ),
)

deep_rnn_forward = Check(
    "deep_rnn_forward",
    unit="01_rnn_step_by_step",
    returns={"a": STATES, "y": OUTPUTS},
    calls=(rnn_cell_forward, rnn_forward),
    causes=(
        # Only the last layer predicts.
        without_influence(
            inner=lambda path, inputs: path[-1] not in ("Wya", "by") or path[1] == len(inputs["layers"]) - 1
        ),
        only_wrong(["y"], "the states are right; y is the softmax that the last layer's Wya and by give."),
        softmax_axis("y"),
    ),
)

rnn_cell_backward = Check(
    "rnn_cell_backward",
    unit="01_rnn_step_by_step",
    returns={"dxt": ("n_x", "m"), "da_prev": STATE, **RNN_WEIGHTS},
    as_dict=True,
    forward=rnn_cell_forward,
    forward_inputs=lambda inputs: dict(xt=inputs["cache"][2], a_prev=inputs["cache"][1], parameters=inputs["cache"][3]),
    causes=(
        equals(
            "dba",
            lambda e: e.inputs["da_next"].sum(axis=1, keepdims=True),
            "da_next goes on as it came: the derivative of the tanh is missing.",
        ),
        what_if(changed(_transposed, ("cache", 3, "Waa")), "Waa needs a transpose, or has one too many."),
        without_influence("cache"),
    ),
)

rnn_backward = Check(
    "rnn_backward",
    unit="01_rnn_step_by_step",
    returns={"dx": ("n_x", "m", "T_x"), "da0": STATE, **RNN_WEIGHTS},
    as_dict=True,
    calls=(rnn_cell_backward,),
    forward=rnn_forward,
    forward_inputs=lambda inputs: dict(
        x=inputs["caches"][1], a0=inputs["caches"][0][0][1], parameters=inputs["caches"][0][0][3]
    ),
    causes=(
        _fewer_steps,
        without_influence("caches"),
        right_at_one_end("dx", -1, NOT_ADDED),
        only_wrong(list(RNN_WEIGHTS), SUMS),
        only_wrong(["da0"], "da0 is what flows out of the first step, after the last turn of the loop."),
    ),
)

lstm_cell_backward = Check(
    "lstm_cell_backward",
    unit="01_rnn_step_by_step",
    returns={"dxt": ("n_x", "m"), "da_prev": STATE, "dc_prev": STATE, **LSTM_WEIGHTS},
    as_dict=True,
    forward=lstm_cell_forward,
    forward_inputs=lambda inputs: dict(
        xt=inputs["cache"][8], a_prev=inputs["cache"][2], c_prev=inputs["cache"][3], parameters=inputs["cache"][9]
    ),
    causes=(
        without_influence("cache"),
        needs("dc_prev", "da_next", "c_next also acts through a_next: dc_prev does not change when da_next changes."),
        needs("dc_prev", "dc_next", "dc_prev does not change when dc_next changes."),
        *(
            needs(f"db{gate}", given, f"this gate acts through c_next: db{gate} does not change when {given} changes.")
            for gate in "fic"
            for given in ("da_next", "dc_next")
        ),
    ),
)

lstm_backward = Check(
    "lstm_backward",
    unit="01_rnn_step_by_step",
    returns={"dx": ("n_x", "m", "T_x"), "da0": STATE, **LSTM_WEIGHTS},
    as_dict=True,
    calls=(lstm_cell_backward,),
    forward=lstm_forward,
    forward_inputs=lambda inputs: dict(
        x=inputs["caches"][1], a0=inputs["caches"][0][0][2], parameters=inputs["caches"][0][0][9]
    ),
    causes=(
        _fewer_steps,
        without_influence("caches"),
        # With the forget gates shut, only a links the steps; with no weights on a, only c does.
        carries(_in_every_cell(4, np.zeros_like), "da", "dx", "da_prev of a step is not handed to the step before it."),
        carries(
            _in_every_cell(9, _without_state), "da", "dx", "dc_prev of a step is not handed to the step before it."
        ),
        right_at_one_end("dx", -1, NOT_ADDED),
        only_wrong(list(LSTM_WEIGHTS), SUMS),
        only_wrong(["da0"], "da0 is what flows out of the first step, after the last turn of the loop."),
    ),
)

CHECKS = (
    rnn_cell_forward,
    rnn_forward,
    lstm_cell_forward,
    lstm_forward,
    gru_cell_forward,
    gru_forward,
    brnn_forward,
    deep_rnn_forward,
    rnn_cell_backward,
    rnn_backward,
    lstm_cell_backward,
    lstm_backward,
)
