"""Public checks of unit 03, a jazz solo: ``checks.encode_chorus(encode_chorus)`` and so on.

Plain functions are compared with stored cases. Layers and models are given known weights, and what they answer is
compared; samplers draw many times; ``generate`` plays on a toy that stands in for a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from unrolled.checking.causes import SEEMS, Cause, Evidence, Ranked, close
from unrolled.checking.experiment import Experiment, Wrong, cases_of, expect, expect_each, wrong
from unrolled.checking.trial import Check
from unrolled.checks.jazz_solo_runs import DRAWS, as_numbers, examine_generate, examine_sampling, keras_itself
from unrolled.datasets.jazz import REST, TICKS_PER_BAR

UNIT = "03_jazz_solo"
_experiment = partial(Experiment, unit=UNIT)
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
        Ranked(
            _says("tokens", _too_short, "the durations do not add up to the length of the chorus: silence is missing."),
            SEEMS,
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


def _layers(make_layers: Any, n_a: int, n_values: int, n_conditions: int) -> Any:
    """The student's two layers; they have to be right before a model can be."""
    if not callable(make_layers):
        wrong("It needs make_layers: write that first.")
    examined = make_layers_check(make_layers)
    if not examined.correct:
        wrong("It is built of what make_layers returns, which is not right yet: begin there.")
    return make_layers(n_a, n_values, n_conditions)


def _model(value: Any) -> Any:
    if not isinstance(value, keras_itself().Model):
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
    keras, case = keras_itself(), cases_of(UNIT)["make_layers/plain"]
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
    answered = as_numbers(cell(x, [a, c]))
    expect(answered[0], case.outputs["a"], "the cell's output", STATE)
    expect(answered[1][1], case.outputs["c"], "the cell's new c", STATE)
    cause = "the rows of the output should be probabilities: they sum to 1."
    expect(
        as_numbers(output(case.outputs["a"].astype("float32"))),
        case.outputs["probabilities"],
        "the output",
        STEP,
        cause,
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
    answered = as_numbers(model(given))
    if isinstance(answered, list):
        wrong(f"The model has {len(answered)} outputs, and should have one.", "stack the steps' outputs along axis 1.")
    expect(answered, case.outputs["probabilities"], "the output", STEPS)
    if getattr(model, "optimizer", None) is None:
        wrong("The model is right, but not compiled.")
    _examine_loss(model, case.inputs["targets"], model(given), case.outputs["loss"])
    if build(shared, T_x + 1, n_a, n_values, n_c, 0.01).count_params() != model.count_params():
        wrong("With more steps the model has more parameters: the layers are not shared.")


def _examine_loss(model: Any, targets: np.ndarray, predicted: Any, right: float) -> None:
    """The loss that the model was compiled with, on targets that are whole numbers."""
    one_hot = "categorical_crossentropy" in str(model.loss) and "sparse" not in str(model.loss)
    cause = "the loss is the one for one-hot columns, and the targets are whole numbers."
    try:
        loss = float(model.compute_loss(y=keras_itself().ops.convert_to_tensor(targets), y_pred=predicted))
    except Exception as error:  # Keras, and what stands below it, raise in many ways
        cause = cause if one_hot else "it should be the mean cross-entropy for whole numbers."
        raise Wrong("The loss cannot be computed for targets (m, T_x).", cause) from error
    expect(loss, right, "the loss", cause="it should be the mean cross-entropy for whole numbers.")


def _examine_one_step(build: Callable[..., Any], make_layers: Any = None) -> None:
    case = cases_of(UNIT)["build_one_step_model/plain"]
    n_a, n_values, n_c = (case.inputs[name] for name in ("n_a", "n_values", "n_conditions"))
    shared = _layers(make_layers, n_a, n_values, n_c)
    model = _model(build(shared, n_a, n_values, n_c))
    _inputs(model, {"token": (None,), "condition": (None, n_c), "a": (None, n_a), "c": (None, n_a)})
    _give(model, case.inputs["weights"])
    answered = as_numbers(model([case.inputs[name] for name in ("token", "condition", "a", "c")]))
    if not isinstance(answered, list) or len(answered) != 3:
        wrong("The model should have three outputs: probabilities, the new a, the new c.")
    got, axes = (dict(zip(case.outputs, parts, strict=True)) for parts in (answered, (STEP, STATE, STATE)))
    expect_each(got, case.outputs, axes)
    known = {id(weight) for layer in shared.values() for weight in layer.weights}
    if any(id(weight) not in known for weight in model.weights):
        wrong("The model has weights of its own.", "call the two given layers, and make no others.")


make_layers_check = _experiment(
    "make_layers", ("make_layers",), _examine_layers, "Both layers do what they should with given weights."
)
make_layers = make_layers_check
build_training_model = _experiment(
    "build_training_model",
    ("build_training_model", "make_layers"),
    _examine_training,
    "With given weights it gives the right probabilities at all steps, and the right loss.",
)
build_one_step_model = _experiment(
    "build_one_step_model",
    ("build_one_step_model", "make_layers"),
    _examine_one_step,
    "With given weights it gives the right probabilities and the right new state.",
)
sample_token = _experiment(
    "sample_token", ("sample_token",), examine_sampling, f"The shares in {DRAWS} draws are as they should be."
)
generate = _experiment("generate", ("generate",), examine_generate, "Every step asks the model what it should.")

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
