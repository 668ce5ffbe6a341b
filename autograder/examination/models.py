"""What a grader may ask of a student's Keras model. The model itself never leaves the student's process.

No file, configuration or code of the model is read here, so a model with ``Lambda`` or with layers of the student's
own can be graded like any other. What it says of its structure is hearsay, good for a hint; what counts is what it
does: give it weights and compare its outputs with an oracle's, see that the number of parameters does not grow with
the number of steps, train it for a few steps and see the loss fall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.examination.examine import Mistake

Ask = Callable[[str, Sequence[Any]], Any]
OTHER_KINDS = frozenset("NoneType function method type tuple list dict str int float ndarray EagerTensor".split())


class Model:
    """A student's model, asked over the wire. Every method raises Mistake for an answer that no Keras model gives."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.description = self._describe()

    @property
    def inputs(self) -> list[list[int | None]]:
        """The shape of each input, the batch axis first and None."""
        return self._known("inputs")

    @property
    def outputs(self) -> list[list[int | None]]:
        """The shape of each output, the batch axis first and None."""
        return self._known("outputs")

    @property
    def parameters(self) -> int:
        """The number of weights, trainable or not."""
        return self._known("parameters")

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The layers as the model tells them: ``type``, ``settings``, shapes of ``weights``. For hints, not for
        points.
        """
        return self._known("layers")

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of :meth:`weights`, as the model was when it was described."""
        shapes = self.description.get("shapes")
        if not isinstance(shapes, list) or not all(isinstance(shape, list) for shape in shapes):
            raise Mistake("the model's weights cannot be read")
        if not all(type(length) is int for shape in shapes for length in shape):
            raise Mistake("the model's weights cannot be read")
        return [tuple(shape) for shape in shapes]

    def layers_of(self, kind: str) -> list[dict[str, Any]]:
        """The layers of one type, such as ``LSTM``, those inside wrappers included."""
        wrapped = [layer["settings"].get("wraps") for layer in self.layers]
        return [layer for layer in [*self.layers, *wrapped] if isinstance(layer, dict) and layer.get("type") == kind]

    def weights(self) -> list[np.ndarray]:
        """The weights in the model's own order."""
        weights = self._ask("weights", [])
        if not isinstance(weights, list) or not all(isinstance(weight, np.ndarray) for weight in weights):
            raise Mistake("the model's weights cannot be read")
        return weights

    def weights_after(self, before: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The weights once more, as they stand after training; Mistake when they are not the same arrays as before."""
        weights = self.weights()
        if [weight.shape for weight in weights] != [weight.shape for weight in before]:
            raise Mistake("a step of training changes which weights the model has")
        return weights

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Give the model weights, in the order and the shapes of :meth:`weights`."""
        self._ask("set_weights", [list(weights)])

    def __call__(self, *inputs: Any) -> Any:
        """The outputs for ``inputs``, not training: an array, or a list of arrays.

        A model takes one argument, an array or a list of arrays; a layer may take more, such as a cell its state.
        """
        return self._ask("call", list(inputs))

    def loss(self, inputs: Any, targets: Any) -> float:
        """The loss that the student compiled, on one batch, not training."""
        loss = self._ask("loss", [inputs, targets])
        if not isinstance(loss, float):
            raise Mistake("the model's loss is no number")
        return loss

    def train(self, inputs: Any, targets: Any, steps: int) -> list[float]:
        """The losses of some steps of training on one batch, with the loss and the optimizer the student compiled."""
        losses = self._ask("train", [inputs, targets, steps])
        if not isinstance(losses, list) or not all(isinstance(loss, float) for loss in losses) or len(losses) != steps:
            raise Mistake("the model cannot be trained on a batch")
        return losses

    def _describe(self) -> dict[str, Any]:
        description = self._ask("describe", [])
        if not isinstance(description, dict) or description.get("kind") not in ("model", "layer"):
            kind = description.get("type") if isinstance(description, dict) else None
            got = str(kind) if kind in OTHER_KINDS else "something else"
            raise Mistake(f"should be a Keras model; got {got}")
        return description

    def _known(self, name: str) -> Any:
        value = self.description.get(name)
        if value is None:
            raise Mistake(f"the model has no {name}: is it built, with inputs of known shape?")
        return value
