"""Public checks of unit 03, a jazz solo: ``checks.encode_chorus(encode_chorus)`` and so on.

Plain functions are compared with stored cases. Layers and models are given known weights, and what they answer is
compared; samplers draw many times; ``generate`` plays on a toy that stands in for a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import Cause, Evidence, close
from unrolled.checking.experiment import Experiment, Wrong, cases_of, expect, wrong
from unrolled.checking.trial import Check
from unrolled.datasets.jazz import REST, TICKS_PER_BAR
from unrolled.quiet import quietly

UNIT = "03_jazz_solo"
GRID, DRAWS = 4, 600
STEPS, STEP, STATE = ("m", "T_x", "n_values"), ("m", "n_values"), ("m", "n_a")
TOKENS = ("m", "T_x")

# ------------------------------------------------------------------------------------------------------ plain functions


def _says(name: str, holds: Callable[[Any, Evidence], bool], sentence: str) -> Cause:
    """A cause that looks at one wrong value; a value that cannot be looked at has another cause."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        try:
            return sentence if holds(evidence.got[name], evidence) else None
        except (TypeError, ValueError, IndexError, KeyError):
            return None

    return cause


def _too_short(tokens: Any, evidence: Evidence) -> bool:
    return sum(duration for duration, _ in tokens) != evidence.inputs["length"]


def _crosses(tokens: Any, evidence: Evidence) -> bool:
    """Whether a rest of the tokens crosses a bar line."""
    ends = list(accumulate(duration for duration, _ in tokens))
    starts = [0, *ends[:-1]]
    return any(
        pitch == REST and start // TICKS_PER_BAR != (end - 1) // TICKS_PER_BAR
        for start, end, (_, pitch) in zip(starts, ends, tokens, strict=True)
    )


def _conditions_of_x(C: Any, evidence: Evidence) -> bool:
    return np.shape(C) == evidence.expected["C"].shape and any(
        close(np.roll(C, -shift, axis=1)[:, :1], evidence.expected["C"][:, :1]) for shift in (1,)
    )


encode_chorus = Check(
    "encode_chorus",
    unit=UNIT,
    returns={"tokens": ()},
    causes=(
        _says("tokens", _crosses, "a rest crosses a bar line: cut it there."),
        _says(
            "tokens", _too_short, "the durations do not add up to the length of the chorus: some silence is missing."
        ),
    ),
)

decode_tokens = Check(
    "decode_tokens",
    unit=UNIT,
    returns={"notes": ()},
    causes=(
        _says("notes", lambda notes, _: any(note[2] == REST for note in notes), "there are rests among the notes."),
        _says(
            "notes",
            lambda notes, e: [n[1:] for n in notes] == [n[1:] for n in e.expected["notes"]],
            "durations and pitches are right, the onsets are not: time moves on with notes and with rests.",
        ),
    ),
)

make_windows = Check(
    "make_windows",
    unit=UNIT,
    returns={"X": TOKENS, "C": ("m", "T_x", "n_c"), "Y": TOKENS},
    causes=(
        _says("Y", lambda Y, e: close(Y, e.expected["X"]), "Y is the same as X: it should be one token later."),
        _says("C", _conditions_of_x, "C is read where the tokens of X begin, and should be where those of Y begin."),
        _says(
            "X",
            lambda X, e: len(X) != len(e.expected["X"]),
            "there are not as many windows as fit: each needs T_x tokens and one more.",
        ),
    ),
)

to_midi = Check(
    "to_midi",
    unit=UNIT,
    returns={"events": ()},
    causes=(
        _says(
            "events",
            lambda events, e: list(accumulate(event[0] for event in e.expected["events"])) == [v[0] for v in events],
            "the first numbers count from the beginning; wait is the time since the event before.",
        ),
        _says(
            "events",
            lambda events, e: [event[:2] for event in events] == [event[:2] for event in e.expected["events"]],
            "waits and pitches are right; look at the velocities.",
        ),
    ),
)


# --------------------------------------------------------------------------------------------------------------- models


def _keras() -> Any:
    with quietly():
        import keras
    return keras


def _numbers(value: Any) -> Any:
    """Tensors as arrays, in lists and tuples too."""
    keras = _keras()
    return keras.tree.map_structure(keras.ops.convert_to_numpy, value)


def _layers(make_layers: Any, n_a: int, n_values: int, n_conditions: int) -> Any:
    """The student's two layers; they have to be right before a model can be."""
    if not callable(make_layers):
        wrong("It needs make_layers: write that first.")
    examined = make_layers_check(make_layers)
    if not examined.correct:
        wrong("It is built of what make_layers returns, which is not right yet: begin there.")
    return make_layers(n_a, n_values, n_conditions)


def _model(value: Any) -> Any:
    if not isinstance(value, _keras().Model):
        wrong("It should return a Keras model.", "is the return line missing?" if value is None else "")
    return value


def _give(model: Any, weights: Sequence[np.ndarray]) -> None:
    """Set the weights by their shapes, which all differ."""
    wanted = {weight.shape: weight for weight in weights}
    shapes = [tuple(weight.shape) for weight in model.get_weights()]
    if len(shapes) > len(wanted):
        cause = "a layer is made anew, at some step or for all; call the given layers instead."
        wrong(f"The model has {len(shapes)} arrays of weights; the two given layers have {len(wanted)}.", cause)
    if sorted(shapes) != sorted(wanted):
        listed = ", ".join(map(str, shapes)) or "none at all"
        wrong(
            f"The model's arrays of weights have the shapes {listed}; they should be {', '.join(map(str, wanted))}.",
            "does the cell read the one-hot token and the condition, and the output layer a?",
        )
    model.set_weights([wanted[shape] for shape in shapes])


def _inputs(model: Any, shapes: dict[str, tuple[int | None, ...]]) -> None:
    """The inputs of a model must have these shapes, in this order; a subclassed model does not know its own."""
    if not getattr(model, "inputs", None):
        return
    found = [tuple(tensor.shape) for tensor in model.inputs]
    if found != list(shapes.values()):
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        wrong(f"The model's inputs have the shapes {found}; they should be {listed}, with None for the batch.")


def _examine_layers(make_layers: Callable[..., Any]) -> None:
    keras, case = _keras(), cases_of(UNIT)["make_layers/plain"]
    sizes = [case.inputs[name] for name in ("n_a", "n_values", "n_conditions")]
    made = make_layers(*sizes)
    if not isinstance(made, dict) or set(made) != {"cell", "output"}:
        wrong('It should return a dictionary with the keys "cell" and "output".')
    for name, layer in made.items():
        if not isinstance(layer, keras.Layer):
            wrong(f'made["{name}"] should be a Keras layer.', "a layer is made by calling its class, with brackets.")
    x, a, c = (case.inputs[name] for name in ("x", "a", "c"))
    cell, output = made["cell"], made["output"]
    given = case.inputs["weights"]
    for layer, weights, what in ((cell, given[:3], "cell"), (output, given[3:], "output layer")):
        found, shapes = [array.shape for array in layer.get_weights()], [array.shape for array in weights]
        if not found:
            wrong(f"The {what} has no weights yet.", "build it, with the number of features that it reads.")
        if found != shapes:
            cause = "look at the number of units, and at the number of features that it is built for."
            wrong(f"The {what} has weights of the shapes {found}, and should have {shapes}.", cause)
        layer.set_weights(weights)
    try:
        cell(x, [a, c])
    except Exception as error:  # a layer of another kind raises in its own way
        cause = "LSTM has the loop inside; see above."
        raise Wrong("The cell cannot be called with one step and its state.", cause) from error
    answered = _numbers(cell(x, [a, c]))
    expect(answered[0], case.outputs["a"], "the cell's output", STATE)
    expect(answered[1][1], case.outputs["c"], "the cell's new c", STATE)
    cause = "the rows of the output should be probabilities: they sum to 1."
    expect(
        _numbers(output(case.outputs["a"].astype("float32"))), case.outputs["probabilities"], "the output", STEP, cause
    )
    if make_layers(*sizes)["cell"] is cell:
        wrong("It returns the same layers again; make new ones at each call.")


def _examine_training(build: Callable[..., Any], make_layers: Any = None) -> None:
    case = cases_of(UNIT)["build_training_model/plain"]
    T_x, n_a, n_values, n_c = (case.inputs[name] for name in ("T_x", "n_a", "n_values", "n_conditions"))
    shared = _layers(make_layers, n_a, n_values, n_c)
    model = _model(build(shared, T_x, n_a, n_values, n_c, 0.01))
    _inputs(model, {"tokens": (None, T_x), "conditions": (None, T_x, n_c), "a0": (None, n_a), "c0": (None, n_a)})
    _give(model, case.inputs["weights"])
    given = [case.inputs[name] for name in ("tokens", "conditions", "a0", "c0")]
    answered = _numbers(model(given))
    if isinstance(answered, list):
        wrong(f"The model has {len(answered)} outputs, and should have one.", "stack the steps' outputs along axis 1.")
    expect(answered, case.outputs["probabilities"], "the output", STEPS)
    if getattr(model, "optimizer", None) is None:
        wrong("The model is right, but not compiled.")
    loss = float(model.compute_loss(y=_keras().ops.convert_to_tensor(case.inputs["targets"]), y_pred=model(given)))
    expect(loss, case.outputs["loss"], "the loss", cause="it should be the mean cross-entropy for whole numbers.")
    if build(shared, T_x + 1, n_a, n_values, n_c, 0.01).count_params() != model.count_params():
        wrong("With more steps the model has more parameters: the layers are not shared.")


def _examine_one_step(build: Callable[..., Any], make_layers: Any = None) -> None:
    case = cases_of(UNIT)["build_one_step_model/plain"]
    n_a, n_values, n_c = (case.inputs[name] for name in ("n_a", "n_values", "n_conditions"))
    shared = _layers(make_layers, n_a, n_values, n_c)
    model = _model(build(shared, n_a, n_values, n_c))
    _inputs(model, {"token": (None,), "condition": (None, n_c), "a": (None, n_a), "c": (None, n_a)})
    _give(model, case.inputs["weights"])
    answered = _numbers(model([case.inputs[name] for name in ("token", "condition", "a", "c")]))
    if not isinstance(answered, list) or len(answered) != 3:
        wrong("The model should have three outputs: probabilities, the new a, the new c.")
    for name, got, axes in zip(case.outputs, answered, (STEP, STATE, STATE), strict=True):
        expect(got, case.outputs[name], f"the output {name}", axes)
    known = {id(weight) for layer in shared.values() for weight in layer.weights}
    if any(id(weight) not in known for weight in model.weights):
        wrong("The model has weights of its own.", "call the two given layers, and make no others.")


# ------------------------------------------------------------------------------------------------------------- sampling


def _examine_sampling(sample: Callable[..., Any]) -> None:
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
            wrong(f"In {DRAWS} draws {when} the shares are {told}; they should be near {right}.")
    flat = np.full(50, 0.02, dtype="float32")
    one, again = ([sample(flat, rng) for _ in range(8)] for rng in map(np.random.default_rng, (1, 1)))
    if one != again:
        wrong("Two generators with the same seed give different tokens.", "all chance has to come from rng.")


class _Toy:
    """Stands in for a one-step model: simple arithmetic on all four inputs says which token is all but certain."""

    def __init__(self, n_values: int) -> None:
        self.n_values = n_values
        self.asked: list[list[np.ndarray]] = []

    def __call__(self, inputs: Any, **_: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 4:
            wrong("The model is called with one list of four arrays: token, condition, a, c.")
        tensors = [_keras().ops.is_tensor(part) for part in inputs]
        if any(tensors) and not all(tensors):
            wrong("A Keras model takes arrays or tensors, and refuses some of each.", "ask gives arrays back.")
        token, condition, a, c = (np.asarray(_numbers(part), dtype="float64") for part in inputs)
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
        return [_keras().ops.convert_to_tensor(part.astype("float32")) for part in (probabilities, *state)]

    def predict(self, inputs: Any, **_: Any) -> Any:
        """As Keras: the same, as arrays."""
        keras = _keras()
        return _numbers(self([keras.ops.convert_to_tensor(part) for part in inputs]))

    predict_on_batch = predict


def _examine_generate(generate: Callable[..., Any]) -> None:
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
            wrong(f"The model was asked {len(toy.asked)} times only, and then the chorus is not full.")
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


make_layers_check = Experiment(
    "make_layers", ("make_layers",), _examine_layers, "Both layers do what they should with given weights."
)
make_layers = make_layers_check
build_training_model = Experiment(
    "build_training_model",
    ("build_training_model", "make_layers"),
    _examine_training,
    "With given weights it gives the right probabilities at all steps, and the right loss.",
)
build_one_step_model = Experiment(
    "build_one_step_model",
    ("build_one_step_model", "make_layers"),
    _examine_one_step,
    "With given weights it gives the right probabilities and the right new state.",
)
sample_token = Experiment(
    "sample_token", ("sample_token",), _examine_sampling, f"The shares in {DRAWS} draws are as they should be."
)
generate = Experiment("generate", ("generate",), _examine_generate, "Every step asks the model what it should.")

CHECKS = (
    encode_chorus,
    decode_tokens,
    make_windows,
    make_layers,
    build_training_model,
    build_one_step_model,
    sample_token,
    generate,
    to_midi,
)
