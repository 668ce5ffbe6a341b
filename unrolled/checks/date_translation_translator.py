"""What the public check of unit 05 tries on the translator: it is built of stand-ins for its parts.

So the exercise is tried by itself: probabilities of all steps, loss, and whether the parts that are given are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import close
from unrolled.checking.experiment import Wrong, cases_of, expect, wrong
from unrolled.checks.date_translation_models import (
    UNIT,
    as_arrays,
    expect_inputs,
    give_weights,
    keras_model,
    the_keras,
)

ANSWERS = ("m", "T_y", "n_machine")


def _toy_parts(sizes: Mapping[str, int]) -> tuple[Any, Any]:
    """An encoder and a step that are simple models; the state counts, and every input does."""
    keras = the_keras()
    ops, layers = keras.ops, keras.layers
    T_x, n_a, n_s = sizes["T_x"], sizes["n_a"], sizes["n_s"]
    ids = keras.Input((T_x,), dtype="int32")
    encoder = keras.Model(ids, [layers.Embedding(sizes["n_human"], 2 * n_a)(ids), ids > 0], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    seen = ops.sum(a * ops.cast(mask, "float32")[:, :, None], axis=1)
    s_next = layers.Dense(n_s, activation="tanh")(ops.concatenate([seen, s, c], axis=1))
    c_next = 0.5 * c + s_next + 0.3
    answer = layers.Dense(sizes["n_machine"], activation="softmax")(s_next + c_next)
    step = keras.Model([a, mask, s, c], [answer, ops.cast(mask, "float32"), s_next, c_next], name="step")
    return encoder, step


def examine_translator(build: Callable[..., Any]) -> None:
    """The translator of stand-ins for its parts: probabilities, loss, sharing."""
    keras, case = the_keras(), cases_of(UNIT)["build_translator/plain"]
    sizes = {name: case.inputs[name] for name in ("T_x", "n_human", "n_machine", "n_a", "n_s")}
    T_x, T_y, n_s = sizes["T_x"], case.inputs["T_y"], sizes["n_s"]
    encoder, step = _toy_parts(sizes)
    model = keras_model(_built(build, encoder, step, T_x, T_y, n_s, 0.01), "What it returns")
    expect_inputs(model, {"ids": (None, T_x)}, "the model")
    give_weights(model, case.inputs["weights"], "The model")
    answered = as_arrays(model(case.inputs["ids"]))
    if isinstance(answered, (list, tuple)):
        wrong(f"The model has {len(answered)} outputs, and should have one.", "stack the steps' answers along axis 1.")
    if not close(answered, case.outputs["probabilities"]):
        cause, certain = _why_answers(answered, case)
        expect(answered, case.outputs["probabilities"], "the output", ANSWERS, cause, certain)
    if getattr(model, "optimizer", None) is None:
        wrong("The model is right, but not compiled.")
    _examine_loss(model, case)
    if not np.isclose(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)), 0.01):
        wrong("The optimizer does not have the given learning rate.")
    for part in (encoder, step):
        if any(id(weight) not in {id(other) for other in model.weights} for weight in part.weights):
            wrong(
                "The model does not use the given encoder and step.", "call them; to copy them is to make new weights."
            )
    if build(encoder, step, T_x, T_y + 1, n_s, 0.01).count_params() != model.count_params():
        wrong("With more steps the model has more parameters: the step is not shared.")


def _built(build: Callable[..., Any], *arguments: Any) -> Any:
    """The model; says so where Keras refuses it because copies of one part are in it."""
    try:
        return build(*arguments)
    except ValueError as error:
        if "is used" not in str(error) or "times in the model" not in str(error):
            raise
        cause = "a copy has weights of its own; call the one step that is given, again and again."
        raise Wrong("The model holds copies of the step, made anew at each step.", cause) from error


def _examine_loss(model: Any, case: Case) -> None:
    """The loss that the model was compiled with, on targets that are whole numbers."""
    told = getattr(model.loss, "name", model.loss)
    cause = "it should be the mean cross-entropy for whole numbers."
    if "categorical_crossentropy" in str(told) and "sparse" not in str(told):
        cause = "the loss is the one for one-hot columns, and the targets are whole numbers."
    targets = the_keras().ops.convert_to_tensor(case.inputs["targets"])
    predicted = model(case.inputs["ids"])
    try:
        loss = float(model.compute_loss(y=targets, y_pred=predicted))
    except Exception as error:  # Keras, and what stands below it, raise in many ways
        raise Wrong("The loss cannot be computed for targets (m, T_y).", cause) from error
    expect(loss, case.outputs["loss"], "the loss", cause=cause)


def _why_answers(answered: np.ndarray, case: Case) -> tuple[str, bool]:
    """A cause of wrong probabilities, and whether it is certain."""
    right = case.outputs["probabilities"]
    if answered.shape != right.shape:
        return "stack the answers of the steps along axis 1, so that time stands in the middle.", False
    if close(answered, right.transpose(1, 0, 2)):
        return "time stands in front of the batch: stack the answers of the steps along axis 1.", True
    if np.allclose(answered[:, 0], right[:, 0], atol=1e-5):
        if np.allclose(answered, answered[:, :1], atol=1e-6):
            return "every step starts from the first state: the new s and c should go into the next step.", True
        return (
            "the first step is right: do both the new s and the new c go into the next one, each in its own place?",
            False,
        )
    if np.allclose(answered, _without_mask(case), atol=1e-5):
        return "the step does not get the encoder's mask, so the padding has a say.", True
    return "the first step is wrong already: it begins with zeros, and reads the encoder's a and mask.", False


def _without_mask(case: Case) -> np.ndarray:
    """What the stand-ins give when the padding is taken for text."""
    encoder, step = _toy_parts({name: case.inputs[name] for name in ("T_x", "n_human", "n_machine", "n_a", "n_s")})
    embedding, *of_step = case.inputs["weights"]
    give_weights(encoder, [embedding], "")
    give_weights(step, of_step, "")
    a, _ = encoder(case.inputs["ids"])
    s = c = np.zeros((len(a), case.inputs["n_s"]), dtype="float32")
    outputs = []
    for _ in range(case.inputs["T_y"]):
        probabilities, _, s, c = as_arrays(step([as_arrays(a), np.ones(a.shape[:2], dtype=bool), s, c]))
        outputs.append(probabilities)
    return np.stack(outputs, axis=1)
