"""What a tagger of unit 04 is made of, seen from outside: the shapes of its weights, and what it says with given ones.

Public check and hidden grader both find the structure's faults here, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]


def shapes_of(sizes: Mapping[str, int]) -> list[Shape]:
    """The shapes of a tagger's arrays of weights, in Keras's order."""
    n_a, both = sizes["n_a"], 1 + bool(sizes["bidirectional"])
    shapes: list[Shape] = [(sizes["n_words"], sizes["n_e"])]
    n_in = sizes["n_e"] + sizes["n_features"]
    for _ in range(sizes["n_layers"]):
        shapes += [(n_in, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,)] * both
        n_in = n_a * both
    return [*shapes, (n_in, 2 * sizes["n_kinds"] + 1), (2 * sizes["n_kinds"] + 1,)]


def what_is_built(shapes: Sequence[Shape], sizes: Mapping[str, int]) -> str:
    """What is wrong with the structure, in a clause, from the shapes of the weights; "" when nothing is."""
    wanted = shapes_of(sizes)
    if sorted(shapes) == sorted(wanted):
        return ""
    n_tags = 2 * sizes["n_kinds"] + 1
    others: dict[str, dict[str, int]] = {
        "it reads in one direction only": {"bidirectional": 0},
        "it reads in two directions, and should read in one": {"bidirectional": 1},
        "it has one LSTM layer only": {"n_layers": 1},
        "it has one LSTM layer too many": {"n_layers": sizes["n_layers"] + 1},
        "the features are not read": {"n_features": 0},
        "its embedding has one row more than there are words": {"n_words": sizes["n_words"] + 1},
        "its embedding has one row less than there are words": {"n_words": sizes["n_words"] - 1},
        "its embedding has the length of the LSTM's state, and should have n_e": {"n_e": sizes["n_a"]},
        "n_e is not used: the rows of its embedding have another length": {"n_e": 32},
    }
    for clause, other in others.items():
        changed = {**sizes, **other}
        if changed != dict(sizes) and sorted(shapes_of(changed)) == sorted(shapes):
            return clause
    last = [shape for shape in shapes if len(shape) == 1 and shape[0] != 4 * sizes["n_a"]]
    if (n_tags,) not in last:
        return "the output layer has not as many units as there are tags: O, and two for each kind"
    if sizes["bidirectional"] and (sizes["n_a"], n_tags) in shapes:
        return "the states of the two directions are added or averaged, and should stand side by side"
    if len(shapes) > len(wanted):
        return "it has layers with weights that should not be there"
    if len(shapes) < len(wanted):
        return "it has fewer layers with weights than it should have"
    if not any(len(shape) == 2 and shape[1] == 4 * sizes["n_a"] for shape in shapes):
        return "it has no LSTM layer with n_a units"
    return "its layers are of other sizes than the arguments say"


def placements(shapes: Sequence[Shape], weights: Sequence[Array], bidirectional: bool) -> Iterator[list[Array]]:
    """The given weights in the order in which a model with arrays of these shapes has them: every right order.

    A model may make the backward layer first, or put the backward state first: both do the same.
    """
    layers = (len(weights) - 3) // (6 if bidirectional else 3)
    for turned in product((False, True), repeat=2 * layers if bidirectional else 0):
        arranged = list(weights)
        for layer, (first, beside) in enumerate(zip(turned[::2], turned[1::2], strict=True)):
            start = 1 + 6 * layer
            if beside:  # the rows of what reads the two states are exchanged
                readers = (start + 6, start + 9) if layer + 1 < layers else (len(weights) - 2,)
                for place in readers:
                    arranged[place] = np.concatenate(np.split(arranged[place], 2)[::-1])
            if first:
                arranged[start : start + 6] = arranged[start + 3 : start + 6] + arranged[start : start + 3]
        queues: dict[Shape, list[Array]] = {}
        for array in arranged:
            queues.setdefault(array.shape, []).append(array)
        yield [queues[tuple(shape)].pop(0) for shape in shapes]


def fault_of(got: Array, faults: Mapping[str, Array], mask: Array) -> str:
    """The sentence of the fault whose answers, for the real words, are these; "" when there is none."""
    for sentence, wrong_answer in faults.items():
        if np.allclose(got[mask], wrong_answer[mask], rtol=1e-3, atol=1e-4):
            return sentence
    return ""
