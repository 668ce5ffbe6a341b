"""What the public checks of unit 05 try on the attention layer and on the models.

They are given known weights, and what they answer is compared. Models are built of stand-ins for their parts, so that
each exercise is tried by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import close
from unrolled.checking.experiment import Wrong, cases_of, expect, wrong
from unrolled.checks.date_translation_parts import (
    missing_bias,
    why_probabilities,
    why_state,
    why_weights,
    wrong_encoder,
    wrong_step,
)
from unrolled.quiet import quietly

UNIT = "05_date_translation"
WEIGHTS, CONTEXT, STATE = ("m", "T_x"), ("m", "2n_a"), ("m", "n_s")
ANSWER = ("m", "n_machine")

# ------------------------------------------------------------------------------------------------- the attention layer


def the_keras() -> Any:
    """Keras, imported when it is needed: that takes seconds."""
    with quietly():
        import keras
    return keras


def as_arrays(value: Any) -> Any:
    """Tensors as arrays, in lists and tuples too."""
    keras = the_keras()
    return keras.tree.map_structure(keras.ops.convert_to_numpy, value)


def cases_for(exercise: str) -> dict[str, Case]:
    """The public cases of an exercise, by name."""
    start = f"{exercise}/"
    return {name.removeprefix(start): case for name, case in cases_of(UNIT).items() if name.startswith(start)}


Named = Callable[[Sequence[tuple[int, ...]]], str]


def give_weights(
    layer: Any, weights: Sequence[np.ndarray], of: str, other_way: bool = False, named: Named | None = None
) -> None:
    """Set weights by their shapes; of two with the same shape the first comes first, or last ``other_way`` round.

    ``named`` finds words for what shapes other than these mean.
    """
    shapes = [tuple(weight.shape) for weight in layer.get_weights()]
    wanted = sorted(tuple(np.shape(weight)) for weight in weights)
    if sorted(shapes) != wanted:
        listed, right = ", ".join(map(str, sorted(shapes))) or "none at all", ", ".join(map(str, wanted))
        found = named(shapes) if named else ""
        if found:
            cause = f"{found}."
        elif missing_bias(shapes, wanted):
            cause = "a bias is missing: a Dense layer has one, unless it is told use_bias=False."
        elif len(shapes) > len(wanted):
            cause = (
                "is something made that should not be there, or made anew at each step? A Dense layer has a bias of "
                "its own, unless use_bias=False."
            )
        else:
            cause = "compare the sizes with those that are asked for."
        wrong(f"{of} has weights of the shapes {listed}; they should be {right}.", cause)
    left = [np.asarray(weight) for weight in (reversed(weights) if other_way else weights)]
    layer.set_weights([left.pop(next(k for k, one in enumerate(left) if one.shape == shape)) for shape in shapes])


def _attend(layer: Any, a: Any, s_prev: Any, mask: Any) -> list[np.ndarray]:
    """What an attention layer gives: context and weights."""
    ops = the_keras().ops
    given = [ops.convert_to_tensor(np.asarray(part, dtype="float32")) for part in (a, s_prev)]
    answered = layer(*given, ops.convert_to_tensor(mask))
    if not isinstance(answered, (tuple, list)) or len(answered) != 2:
        wrong("Called, it should return two things: context and weights.")
    return as_arrays(list(answered))


def examine_attention(attention: Callable[..., Any]) -> None:
    """The layer with known weights, on each case; without text; and from a file."""
    keras = the_keras()
    for case in cases_for("Attention").values():
        a, s_prev, parameters, mask = case.inputs.values()
        layer = attention(len(parameters["be"]))
        if not isinstance(layer, keras.Layer):
            wrong("Attention(n_e) should make a Keras layer.")
        _attend(layer, a, s_prev, mask)  # the first call makes the weights
        made = len(layer.weights)
        _attend(layer, a, s_prev, mask)
        if len(layer.weights) != made or not made:
            wrong("The layer keeps no weights, or makes new weights at each call.", "make them once, in build.")
        first = [weight for weight in layer.get_weights() if weight.ndim == 1]
        give_weights(layer, list(parameters.values()), "The layer")
        if any(bias.any() for bias in first):
            wrong("The bias be should start with zeros.", 'add_weight takes initializer="zeros".')
        context, weights = _attend(layer, a, s_prev, mask)
        if not all(map(np.allclose, _attend(layer, a, s_prev, mask), (context, weights))):
            wrong("Called twice with the same, it answers differently.", "it makes new weights at each call, in call.")
        if close(context, case.outputs["weights"]) and close(weights, case.outputs["context"]):
            wrong("Context and weights are in each other's place.", "it returns the context first.")
        if not close(weights, case.outputs["weights"]):
            cause = _why_weights(layer, case, weights)
            certain = bool(cause) and not cause.endswith("?")
            cause = cause or "compare with your additive_energies, line by line: what is inside the tanh?"
            expect(weights, case.outputs["weights"], "the weights", WEIGHTS, cause, certain)
        cause = _why_context(case, context)
        rule = "the weights are right: what are they multiplied by, and over what is summed?"
        expect(context, case.outputs["context"], "the context", CONTEXT, cause or rule, bool(cause))
        nothing = np.zeros_like(mask)
        if any(part.any() for part in _attend(layer, a, s_prev, nothing)):
            wrong("A text without any character should have no weights but 0.", "multiply the weights by the mask.")
    _save_and_load(layer, case)


def _why_weights(layer: Any, case: Case, weights: np.ndarray) -> str:
    """The cause of wrong weights; a question where it is only likely, and "" where no experiment finds one."""
    a, s_prev, _, mask = case.inputs.values()
    if weights.shape != mask.shape:
        return ""
    if not np.allclose(weights[~mask], 0):
        return "the padding has a share: does the mask reach the energies, before the softmax?"
    if np.allclose(weights[mask], 0):
        return "the mask is used the other way round."
    if len(mask) > 1 and np.allclose(weights.sum(axis=0), 1, atol=1e-4):
        return "the softmax runs over the batch; it should run over the places."
    if not np.allclose(weights.sum(axis=1), 1, atol=1e-4):
        return "the rows do not sum to 1: is the mask used after the softmax only?"
    if _grow_in_proportion(layer, case):  # then no state has a say either
        return "the energies grow in proportion to a: the tanh is missing."
    if np.allclose(_attend(layer, a, 1 - s_prev, mask)[1], weights):
        return "the weights do not depend on the decoder's state s_prev."
    if np.allclose(_attend(layer, a[:, ::-1], s_prev, mask)[1], weights):
        return "the weights do not depend on a."
    if _without_bias(layer, case, weights):
        return "the weights do not depend on the bias be."
    return ""


def _grow_in_proportion(layer: Any, case: Case) -> bool:
    """Whether the differences of the energies, which are those of the logarithms of the weights, double with ``a``."""
    a, s_prev, _, mask = case.inputs.values()
    once, twice = (_attend(layer, factor * a, s_prev, mask)[1] for factor in (0.1, 0.2))
    row = int(mask.sum(axis=1).argmax())
    kept = [np.log(weights[row][mask[row]]) for weights in (once, twice)]
    steps = [np.diff(logarithms) for logarithms in kept]
    return bool(np.allclose(steps[1], 2 * steps[0], rtol=1e-3, atol=1e-5)) and not np.allclose(steps[0], 0, atol=1e-5)


def _without_bias(layer: Any, case: Case, weights: np.ndarray) -> bool:
    """Whether another bias gives the same weights; the layer gets its own bias back."""
    a, s_prev, parameters, mask = case.inputs.values()
    give_weights(layer, list((parameters | {"be": 1 - 2 * parameters["be"]}).values()), "The layer")
    other = _attend(layer, a, s_prev, mask)[1]
    give_weights(layer, list(parameters.values()), "The layer")
    return bool(np.allclose(other, weights, atol=1e-6))


def _why_context(case: Case, context: np.ndarray) -> str:
    a, weighted = case.inputs["a"], case.outputs["weights"][:, :, None] * case.inputs["a"]
    for name, other in (("mean", a.mean(axis=1)), ("sum", a.sum(axis=1))):
        if context.shape == other.shape and np.allclose(context, other, atol=1e-4):
            return f"it is the plain {name} of a: multiply by the weights."
    for axis, of in ((2, "features of a"), (0, "texts")):
        if close(context, weighted.sum(axis=axis)):
            return f"the sum runs over the {of}; it should run over the places."
    if context.shape == a.shape:
        return "it has still an axis for the places: sum over them."
    if close(context, weighted.mean(axis=1)):
        return "what is weighted is averaged over the places, and should be summed."
    return ""


def _save_and_load(layer: Any, case: Case) -> None:
    """A model with the layer in it should come back from a file."""
    keras = the_keras()
    a, s_prev, _, mask = case.inputs.values()
    inputs = [keras.Input(a.shape[1:]), keras.Input(s_prev.shape[1:]), keras.Input(mask.shape[1:], dtype="bool")]
    model = keras.Model(inputs, layer(*inputs))
    given = [a.astype("float32"), s_prev.astype("float32"), mask]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        try:
            model.save(file)
            loaded = keras.models.load_model(file)
            answered = as_arrays(loaded(given))
        except Exception as error:  # Keras raises whatever the layer raises, and much else
            text = "A model with the layer in it cannot be saved and loaded again."
            raise Wrong(
                text, "get_config says all arguments that __init__ takes, those of the base class too."
            ) from error
    for got, right in zip(answered, case.outputs.values(), strict=True):
        expect(got, right, "what the loaded layer gives", cause="do get_config's values make the same layer?")


# --------------------------------------------------------------------------------------------------------------- models


def _stand_in() -> Any:
    """A layer with the manners of an attention layer: no attention, but all of its inputs count."""
    keras = the_keras()
    ops = keras.ops

    class StandIn(keras.layers.Layer):  # type: ignore[name-defined]
        def call(self, a: Any, s_prev: Any, mask: Any) -> Any:
            context = ops.tanh(a[:, 0] + a[:, 1] * ops.sum(s_prev, axis=1, keepdims=True))
            return context, ops.cast(mask, "float32") * ops.sigmoid(a[:, :, 0] + s_prev[:, :1])

        def compute_mask(self, *_: Any) -> None:
            """None: a mask that is attached to what comes in goes no further."""

    return StandIn()


def keras_model(value: Any, name: str) -> Any:
    if not isinstance(value, the_keras().Model):
        wrong(f"{name} should be a Keras model.", "is the return line missing?" if value is None else "")
    return value


def expect_inputs(model: Any, shapes: Mapping[str, tuple[int | None, ...]], name: str) -> None:
    """The inputs of a model must have these shapes, in this order; a subclassed model does not know its own."""
    if not getattr(model, "inputs", None):
        return
    found = [tuple(tensor.shape) for tensor in model.inputs]
    fitting = len(found) == len(shapes) and all(
        len(one) == len(other) and all(size in (None, wanted) for size, wanted in zip(one, other, strict=True))
        for one, other in zip(found, shapes.values(), strict=True)
    )
    if not fitting:
        listed = ", ".join(f"{part} {shape}" for part, shape in shapes.items())
        wrong(f"The inputs of {name} have the shapes {found}; they should be {listed}, with None for the batch.")


def examine_parts(build: Callable[..., Any]) -> None:
    """Encoder and step, each with known weights."""
    case = cases_of(UNIT)["build_parts/encoder"]
    sizes = {name: case.inputs[name] for name in ("T_x", "n_human", "n_machine", "n_x", "n_a", "n_s")}
    made = build(_stand_in(), *sizes.values())
    if not isinstance(made, dict) or set(made) != {"encoder", "step"}:
        wrong('It should return a dictionary with the keys "encoder" and "step".')
    for name, model in made.items():
        keras_model(model, f'made["{name}"]')
    T_x, n_a, n_s = sizes["T_x"], sizes["n_a"], sizes["n_s"]
    expect_inputs(made["encoder"], {"ids": (None, T_x)}, "the encoder")
    states = {name: (None, n_s) for name in "sc"}
    expect_inputs(made["step"], {"a": (None, T_x, 2 * n_a), "mask": (None, T_x), **states}, "the step")
    _examine_encoder(made["encoder"], case, partial(wrong_encoder, sizes=sizes))
    _examine_step(made["step"], cases_of(UNIT)["build_parts/step"], partial(wrong_step, sizes=sizes))
    if build(_stand_in(), *sizes.values())["encoder"] is made["encoder"]:
        wrong("It returns the same models again; make new ones at each call.")


def _examine_encoder(encoder: Any, case: Case, named: Named) -> None:
    ids, mask = case.inputs["ids"], case.outputs["mask"]
    answered: list[np.ndarray] = []
    for other_way in (False, True):  # the two directions have weights of the same shapes, in either order
        weights = case.inputs["weights"]
        ordered = [weights[0], *weights[4:], *weights[1:4]] if other_way else weights
        give_weights(encoder, ordered, "The encoder", named=named)
        answered = as_arrays(encoder(ids))
        if not isinstance(answered, (list, tuple)) or len(answered) != 2:
            wrong("The encoder should have two outputs: a and mask.")
        if answered[0].shape == case.outputs["a"].shape and close(answered[0][mask], case.outputs["a"][mask]):
            break
    else:
        give_weights(encoder, case.inputs["weights"], "The encoder")
        answered = as_arrays(encoder(ids))
    a, seen = answered
    if seen.shape != mask.shape or not np.array_equal(np.asarray(seen, dtype=bool), mask):
        wrong("The encoder's mask is not right.", "it is True where an id is not PAD, and False where it is.")
    right = case.outputs["a"].shape
    cause = "every step's state is wanted, of both directions."
    if a.ndim == 2:
        cause = "the encoder gives its last state only; every step's state is wanted."
    elif a.shape == (*right[:2], right[2] // 2):
        cause = "the two directions are added or averaged, and should stand side by side."
    expect(a.shape, right, "the shape of a", cause=cause, certain=True)
    n_a = a.shape[2] // 2
    forward_right = close(a[mask][:, :n_a], case.outputs["a"][mask][:, :n_a])
    whole = [row for row in range(len(ids)) if mask[row].all()]
    cause = "are both directions there, side by side, forward first?"
    if forward_right and close(a[whole], case.outputs["a"][whole]):
        cause = (
            "it is right for texts without padding only: the backward direction reads the padding. Hand it the mask."
        )
    elif forward_right and close(a[whole][:, ::-1, n_a:], case.outputs["a"][whole][:, :, n_a:]):
        cause = "the backward direction's states stand in the order in which they were read: turn them round."
    certain = not cause.endswith("?")
    expect(a[mask], case.outputs["a"][mask], "a, where there is text,", ("place", "2n_a"), cause, certain)


def _examine_step(step: Any, case: Case, named: Named) -> None:
    give_weights(step, case.inputs["weights"], "The step", named=named)
    axes = {"probabilities": ANSWER, "weights": WEIGHTS, "s": STATE, "c": STATE}

    def ask(*given: np.ndarray) -> dict[str, np.ndarray]:
        answered = as_arrays(step([part if part.dtype == bool else part.astype("float32") for part in given]))
        if not isinstance(answered, (list, tuple)) or len(answered) != 4:
            wrong("The step should have four outputs: probabilities, weights, the new s, the new c.")
        return dict(zip(axes, answered, strict=True))

    given, right = [case.inputs[name] for name in ("a", "mask", "s", "c")], case.outputs
    got = ask(*given)
    causes: dict[str, Callable[[], str]] = {
        "weights": lambda: why_weights(ask, given, right),
        "s": lambda: why_state(ask, given, right, "s"),
        "c": lambda: why_state(ask, given, right, "c"),
        "probabilities": lambda: why_probabilities(got, right, case.inputs["weights"][-2:]),
    }
    if close(got["s"], right["c"]) and close(got["c"], right["s"]):
        wrong("The new s and the new c are in each other's place.", "the step gives the new s first.")
    rules = {
        "weights": "attention gets a, then the state s before the step, then the mask; its second answer are the "
        "weights.",
        "s": "the cell reads the context, and the state that goes in, as [s, c].",
        "c": "s is right; is the new c the one that the cell gives back?",
        "probabilities": "the output layer reads the new s, and its rows sum to 1.",
    }
    for name, find in causes.items():
        if not close(got[name], right[name]):
            cause = find()
            expect(got[name], right[name], f"the step's output {name}", axes[name], cause or rules[name], bool(cause))
