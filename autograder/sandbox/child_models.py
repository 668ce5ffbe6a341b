"""The untrusted side of the model protocol: answers questions about a Keras model that a student's function returned.

It runs in the student's process and so decides nothing. The trusted side is :mod:`autograder.examination.models`, which
says what the questions are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

SETTINGS = (  # of a layer's configuration: what graders may want to know, as plain values
    "units return_sequences return_state recurrent_activation activation reset_after go_backwards merge_mode rate axis "
    "filters kernel_size strides padding input_dim output_dim mask_zero n use_bias"
).split()


class Remote:
    """A function of the grader's that looks like a Keras model: ``remote(x)`` gives tensors, ``remote.predict(x)``
    arrays.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def __call__(self, *args: Any, **named: Any) -> Any:
        import keras

        parts = keras.tree.flatten([list(args), list(named.values())])
        tensors = sum(keras.ops.is_tensor(part) for part in parts)
        if 0 < tensors < sum(hasattr(part, "shape") for part in parts):  # a real model refuses it, so this one does too
            raise ValueError("In a nested call() argument, you cannot mix tensors and non-tensors.")
        return keras.tree.map_structure(keras.ops.convert_to_tensor, self.predict(*args, **named))

    def predict(self, *args: Any, **named: Any) -> Any:
        """The grader's answer as arrays; Keras's own switches (``verbose``, ``training`` …) are of no account here."""
        known = {
            name: value for name, value in named.items() if name not in ("verbose", "batch_size", "steps", "training")
        }
        return self._ask(*args, **known)

    predict_on_batch = predict


def answer(model: Any, question: str, args: list[Any]) -> Any:
    """What the model says to a question; raises whatever the model raises."""
    return QUESTIONS[question](model, *args)


def _describe(model: Any) -> dict[str, Any]:
    import keras

    if not isinstance(model, keras.Layer):
        return {"kind": None, "type": type(model).__name__}
    whole = isinstance(model, keras.Model)
    return {
        "kind": "model" if whole else "layer",
        "type": type(model).__name__,
        "inputs": _shapes(getattr(model, "inputs", None)) if whole else None,
        "outputs": _shapes(getattr(model, "outputs", None)) if whole else None,
        "layers": [_layer(layer) for layer in (_flat(model) if whole else [model])],
        "parameters": int(model.count_params()) if model.built else None,
        "shapes": [list(weight.shape) for weight in model.weights],
        "loss": _name(getattr(model, "loss", None)),
        "optimizer": type(model.optimizer).__name__ if getattr(model, "optimizer", None) is not None else None,
    }


def _flat(model: Any) -> Iterator[Any]:
    """The layers of a model, those of models inside it included."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _flat(layer)
        else:
            yield layer


def _layer(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    settings = {name: _setting(config[name]) for name in SETTINGS if name in config}
    if "layer" in config:  # a wrapper, such as Bidirectional or TimeDistributed
        inner = getattr(layer, "layer", None) or getattr(layer, "forward_layer", None)
        settings["wraps"] = _layer(inner) if inner is not None else None
    return {
        "type": type(layer).__name__,
        "settings": settings,
        "weights": [list(weight.shape) for weight in layer.weights],
    }


def _setting(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str | list | tuple) else _name(value)


def _name(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return getattr(value, "name", None) or getattr(value, "__name__", None) or type(value).__name__


def _shapes(tensors: Any) -> list[list[int | None]] | None:
    return [list(tensor.shape) for tensor in tensors] if tensors is not None else None


def _call(model: Any, *inputs: Any) -> Any:
    import keras

    return keras.tree.map_structure(keras.ops.convert_to_numpy, model(*inputs, training=False))


def _loss(model: Any, inputs: Any, targets: Any) -> float:
    import keras

    targets = keras.tree.map_structure(keras.ops.convert_to_tensor, targets)
    return float(model.compute_loss(y=targets, y_pred=model(inputs, training=False)))


def _train(model: Any, inputs: Any, targets: Any, steps: int) -> list[float]:
    model.run_eagerly = True  # a graph takes longer to trace than a few steps take to run
    losses = []
    for _ in range(steps):
        result = model.train_on_batch(inputs, targets, return_dict=True)
        losses.append(float(result["loss"]))
    return losses


QUESTIONS: dict[str, Callable[..., Any]] = {
    "describe": _describe,
    "weights": lambda model: model.get_weights(),
    "set_weights": lambda model, weights: model.set_weights(weights),
    "call": _call,
    "loss": _loss,
    "train": _train,
}
