"""Unit 03's checks of what runs by chance or step by step: the sampler, and the player on a toy of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.experiment import cases_of, so_often, wrong
from unrolled.datasets.jazz import REST, TICKS_PER_BAR
from unrolled.quiet import quietly

UNIT = "03_jazz_solo"
GRID, DRAWS = 4, 600
FEW = 0.02  # shares that chance leaves in 600 draws where hardly any are expected


def keras_itself() -> Any:
    """Keras, imported when it is first needed."""
    with quietly():
        import keras
    return keras


def as_numbers(value: Any) -> Any:
    """Tensors as arrays, in lists and tuples too."""
    keras = keras_itself()
    return keras.tree.map_structure(keras.ops.convert_to_numpy, value)


def examine_sampling(sample: Callable[..., Any]) -> None:
    words = {"as_it_is": "at temperature 1", "cold": "at a low temperature", "hot": "at a high temperature"}
    for name, case in _named("sample_token").items():
        probabilities, temperature, top_k = case.inputs.values()
        rng, before = np.random.default_rng(5), probabilities.copy()
        tokens = [sample(probabilities, rng, temperature, top_k) for _ in range(DRAWS)]
        if not all(isinstance(token, (int, np.integer)) and 0 <= token < len(before) for token in tokens):
            wrong("It should return the number of one token, a whole number from 0 to n_values − 1.")
        if not np.array_equal(probabilities, before):
            wrong("It changes probabilities in place; work on a copy.")
        shares, expected = np.bincount(tokens, minlength=len(before)) / DRAWS, case.outputs["shares"]
        when = words.get(name, f"with top_k = {top_k}")
        if shares[expected == 0].any():
            wrong(
                f"Tokens are drawn that should not be drawn at all, {when}.",
                "keep the k most probable, set the others to 0.",
            )
        if (np.abs(shares - expected) > 6 * np.sqrt(0.25 / DRAWS)).any():
            told = ", ".join(f"{share:.2f}" for share in shares)
            right = ", ".join(f"{share:.2f}" for share in expected)
            cause = _why(shares, probabilities / probabilities.sum(), expected)
            wrong(f"In {DRAWS} draws {when} the shares are {told}; they should be near {right}.", cause)
    flat = np.full(50, 0.02, dtype="float32")
    one, again = ([sample(flat, rng) for _ in range(8)] for rng in map(np.random.default_rng, (1, 1)))
    if one != again:
        wrong("Two generators with the same seed give different tokens.", "all chance has to come from rng.")


def _why(shares: np.ndarray, given: np.ndarray, expected: np.ndarray) -> str:
    """What the wrong shares of some draws look like beside the given probabilities and the right shares."""
    if shares.max() == 1:
        return "the most probable token is taken every time." if shares.argmax() == given.argmax() else ""
    room = 6 * np.sqrt(0.25 / DRAWS)
    if (np.abs(shares - given) < room).all():
        return "the temperature is not used, or used where it changes nothing."
    if DRAWS * len(shares) * np.sum((shares - 1 / len(shares)) ** 2) < 13:  # chi-squared, with four degrees of freedom
        return "all tokens are drawn with equal chances."
    sharper = [bool(part.max() > given.max()) for part in (shares, expected)]
    return "the temperature works the other way round." if sharper[0] != sharper[1] else ""


class _Toy:
    """Stands in for a one-step model: simple arithmetic on all four inputs says which token is all but certain."""

    def __init__(self, n_values: int) -> None:
        self.n_values = n_values
        self.asked: list[list[np.ndarray]] = []

    def __call__(self, inputs: Any, **_: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 4:
            wrong("The model is called with one list of four arrays: token, condition, a, c.")
        tensors = [keras_itself().ops.is_tensor(part) for part in inputs]
        if any(tensors) and not all(tensors):
            wrong("A Keras model takes arrays or tensors, and refuses some of each.", "ask gives arrays back.")
        token, condition, a, c = (np.asarray(as_numbers(part), dtype="float64") for part in inputs)
        for name, part, shape in (
            ("token", token, (1,)),
            ("condition", condition, (1, 3)),
            ("a", a, (1, 2)),
            ("c", c, (1, 2)),
        ):
            if part.shape != shape and not (name == "token" and part.shape == (1, 1)):
                wrong(f"The {name} that goes into the model has shape {part.shape}; here it should be {shape}.")
        self.asked.append([token.reshape(1), condition, a, c])
        mood = (condition[0] * [1, 2, 3]).sum()
        favourite = int(5 * token.sum() + 3 * mood + (a[0] * [1, 2]).sum() + 2 * c.sum()) % self.n_values
        probabilities = np.full((1, self.n_values), 1e-9 / (self.n_values - 1), dtype="float32")
        probabilities[0, favourite] = 1
        state = (3 * a + token.sum() + np.arange(2)) % 7, (c + 2 * mood + a + 1) % 11
        return [keras_itself().ops.convert_to_tensor(part.astype("float32")) for part in (probabilities, *state)]

    def predict(self, inputs: Any, **_: Any) -> Any:
        """As Keras: the same, as arrays."""
        keras = keras_itself()
        return as_numbers(self([keras.ops.convert_to_tensor(part) for part in inputs]))

    predict_on_batch = predict


def examine_generate(generate: Callable[..., Any]) -> None:
    for case in _named("generate").values():
        vocabulary, sheet, n_a = case.inputs.values()
        toy = _Toy(len(vocabulary))
        got = generate(toy, list(vocabulary), sheet.copy(), n_a, np.random.default_rng(2))
        _follow(toy, vocabulary, sheet, case.outputs["tokens"])
        if not isinstance(got, (list, tuple)):
            wrong("It should return a list of tokens.", "is the return line missing?" if got is None else "")
        if sum(token[0] for token in got) != GRID * len(sheet):
            wrong(
                "The durations do not add up to the length of the chorus.", "shorten the last token, if it is too long."
            )
        if [tuple(token) for token in got] != [tuple(token) for token in case.outputs["tokens"]]:
            wrong("The model was asked the right questions, but the tokens returned are not the ones that were chosen.")


def _follow(
    toy: _Toy, vocabulary: Sequence[tuple[int, int]], sheet: np.ndarray, right: Sequence[tuple[int, int]]
) -> None:
    """See that at each step the right things went into the toy; the right tokens say which those are."""
    state, tick, token = [np.zeros((1, 2)), np.zeros((1, 2))], 0, vocabulary.index((TICKS_PER_BAR, REST))
    for step in range(len(right)):
        if step >= len(toy.asked):
            wrong(f"The model was asked {so_often(len(toy.asked))}, and the chorus is not full.")
        asked, due = toy.asked[step], [np.array([token]), sheet[tick // GRID][None], *state]
        names = ("token", "condition", "a", "c")
        cause = (
            "the first token is the count-in, the first state zero." if step == 0 else "what came out goes in again."
        )
        for name, one, other in zip(names, asked, due, strict=True):
            if not np.array_equal(one, other):
                why = "it is read where the next token begins." if name == "condition" else cause
                wrong(f"At step {step} (counted from 0) the {name} that goes into the model is not the right one.", why)
        answered = _Toy(len(vocabulary)).predict(due)
        token, state = int(np.argmax(answered[0])), answered[1:]
        tick += vocabulary[token][0]
    if len(toy.asked) > len(right):
        wrong("The model is asked again when the chorus is already full.")


def _named(exercise: str) -> dict[str, Case]:
    start = f"{exercise}/"
    return {name.removeprefix(start): case for name, case in cases_of(UNIT).items() if name.startswith(start)}
