"""What the parts of unit 05's models are made of, and what moves them, seen from outside.

Public check and hidden grader both find the structure's faults here, by the shapes of the weights, so that they say the
same. What a step with given weights does wrong the public check finds by asking it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from unrolled.checking.causes import close

Shape = tuple[int, ...]


def shapes_of_encoder(sizes: Mapping[str, int], gates: int = 4, directions: int = 2) -> list[Shape]:
    """The shapes of an encoder's arrays of weights: an embedding, and a recurrent layer for each direction."""
    n_x, wide = sizes["n_x"], gates * sizes["n_a"]
    return [(sizes["n_human"], n_x), *[(n_x, wide), (sizes["n_a"], wide), (wide,)] * directions]


def shapes_of_step(sizes: Mapping[str, int], n_in: int | None = None) -> list[Shape]:
    """The shapes of a step's arrays of weights: an LSTM cell that reads ``n_in`` numbers, and an output layer."""
    n_s, n_machine = sizes["n_s"], sizes["n_machine"]
    return [(n_in or 2 * sizes["n_a"], 4 * n_s), (n_s, 4 * n_s), (4 * n_s,), (n_s, n_machine), (n_machine,)]


def wrong_encoder(shapes: Sequence[Shape], sizes: Mapping[str, int]) -> str:
    """What is wrong with an encoder's structure, in a clause; "" when nothing is, or nothing that has a name."""
    twice = {**sizes, "n_a": 2 * sizes["n_a"]}
    known = {
        "the encoder reads in one direction only": [
            shapes_of_encoder(sizes, directions=1),
            shapes_of_encoder(twice, directions=1),
        ],
        "each direction of the encoder has 2 n_a units, and should have n_a": [shapes_of_encoder(twice)],
        "the encoder's embedding has one row more than n_human": [
            shapes_of_encoder({**sizes, "n_human": sizes["n_human"] + 1})
        ],
        "the encoder's embedding has rows of length n_a, and should have n_x": [
            shapes_of_encoder({**sizes, "n_x": sizes["n_a"]})
        ],
        "the encoder reads with a simple recurrent layer, and should read with an LSTM": [
            shapes_of_encoder(sizes, gates=1)
        ],
    }
    found = _clause(shapes, known)
    if not found and (2, 3 * sizes["n_a"]) in shapes:
        return "the encoder reads with a GRU, and should read with an LSTM"
    return found


def wrong_step(shapes: Sequence[Shape], sizes: Mapping[str, int]) -> str:
    """The same for a step of the decoder."""
    n_a, n_s, n_machine = sizes["n_a"], sizes["n_s"], sizes["n_machine"]
    right = shapes_of_step(sizes)
    known = {
        "the cell reads the state beside the context, and should read the context only": [
            shapes_of_step(sizes, 2 * n_a + n_s)
        ],
        "the output layer reads the context, and should read the new state": [
            [*right[:3], (2 * n_a, n_machine), (n_machine,)]
        ],
        "the output layer reads the context beside the new state, and should read the new state only": [
            [*right[:3], (2 * n_a + n_s, n_machine), (n_machine,)]
        ],
        "the output layer has no bias": [right[:4]],
    }
    found = _clause(shapes, known)
    if not found and (n_machine,) not in shapes and len(shapes) == len(right):
        return "the output layer has not n_machine units"
    return found or _too_much(shapes, right)


def missing_bias(shapes: Sequence[Shape], wanted: Sequence[Shape]) -> bool:
    """Whether all that lacks is one array with a single axis."""
    missing, left = Counter(wanted) - Counter(shapes), Counter(shapes) - Counter(wanted)
    return not left and [len(shape) for shape in missing.elements()] == [1]


def _clause(shapes: Sequence[Shape], known: Mapping[str, Sequence[Sequence[Shape]]]) -> str:
    return next((words for words, made in known.items() if any(sorted(shapes) == sorted(one) for one in made)), "")


def _too_much(shapes: Sequence[Shape], right: Sequence[Shape]) -> str:
    if Counter(right) - Counter(shapes) or len(shapes) == len(right):
        return ""
    return "the step has weights beside those of the cell and of the output layer: is a layer made that is given?"


# ----------------------------------------------------------------------------------------------------- by experiment


Ask = Callable[..., dict[str, np.ndarray]]
"""a, mask, s, c → what a student's step answers, by name: probabilities, weights, s, c."""


def why_weights(ask: Ask, given: Sequence[np.ndarray], right: Mapping[str, np.ndarray]) -> str:
    """The cause of wrong attention weights of a step, or ""; the step is asked again, with inputs in other places."""
    a, mask, s, c = given
    if close(ask(a, mask, c, s)["weights"], right["weights"]):
        return "attention reads the memory c; it should read the state s before the step."
    if close(ask(a, ~mask, s, c)["weights"], right["weights"]):
        return "attention gets the mask the other way round."
    return ""


def why_state(ask: Ask, given: Sequence[np.ndarray], right: Mapping[str, np.ndarray], name: str) -> str:
    """The cause of a wrong new ``s`` or ``c``, or "", found by what moves the new memory.

    The stand-in for attention makes its context of the first two places of ``a``, and without the second no state has a
    say in it. With the context as it is, an LSTM's new memory is in proportion to the old one, and to nothing else.
    """
    a, mask, s, c = given
    got = ask(a, mask, s, c)
    if close(got[name], {"s": s, "c": c}[name]):
        return f"the {name} that comes out is the one that went in."
    if name == "c" and close(got["c"], right["s"]):
        return "the new s comes out twice, and the new c is missing."
    silent = np.where(np.arange(a.shape[1])[:, None] == 1, 0, a).astype(a.dtype)

    def moves(change_s: float, change_c: float) -> np.ndarray:
        return ask(silent, mask, s + change_s, c + change_c)["c"] - ask(silent, mask, s, c)["c"]

    by_s, by_c = (not np.allclose(moves(*changes), 0, atol=1e-6) for changes in ((1, 0), (0, 1)))
    if not by_s and not by_c:
        return "the state that goes in does not reach the cell: it starts from zeros at each step."
    if not by_s or not by_c:
        return f"the {'c' if by_s else 's'} that goes in does not reach the cell; it takes both, as [s, c]."
    if np.allclose(moves(2, 0), 2 * moves(1, 0), atol=1e-5) and not np.allclose(
        moves(0, 2), 2 * moves(0, 1), atol=1e-5
    ):
        return "the cell gets s and c in each other's place; it takes [s, c]."
    beyond = np.where(np.arange(a.shape[1])[:, None] > 1, a + 1, a).astype(a.dtype)
    if not np.allclose(ask(beyond, mask, s, c)["c"], got["c"], atol=1e-6):
        return "the cell reads something else of a than the context that attention gives."
    return ""


def why_probabilities(
    got: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray], output: Sequence[np.ndarray]
) -> str:
    """The cause of wrong probabilities of a step, or "", all else being right; ``output`` are the layer's weights."""
    logits = _read_out(right["s"], *output)
    for words, other in (
        ("the output layer has no softmax.", logits),
        ("the output layer has a sigmoid, and should have a softmax.", 1 / (1 + np.exp(-logits))),
        ("the output layer reads the memory c, and should read the new s.", _shares(_read_out(right["c"], *output))),
    ):
        if close(got["probabilities"], other.astype("float32")):
            return words
    return ""


def _read_out(state: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return (state[:, :, None] * kernel).sum(axis=1) + bias


def _shares(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)
