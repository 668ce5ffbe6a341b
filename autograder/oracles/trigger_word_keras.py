"""Unit 06: what Keras's own ``Conv1D``, ``GRU`` and ``Dense`` say of the stored cases, in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unrolled.quiet import quietly

with quietly():
    import keras

if TYPE_CHECKING:
    from autograder.oracles.trigger_word import Weights

Array = np.ndarray


def keras_outputs(x: Array, targets: Array, weights: Weights, stride: int) -> tuple[Array, float]:
    """→ probabilities (m, T_y, 1); mean binary cross-entropy, nats."""
    from autograder.oracles.trigger_word import OFFSET, SCALE

    size, _, filters = weights.kernel.shape
    layers = [keras.layers.Conv1D(filters, size, strides=stride, dtype="float64")]
    layers.append(keras.layers.LayerNormalization(center=False, scale=False, dtype="float64"))
    layers.append(keras.layers.ReLU(dtype="float64"))
    layers += [keras.layers.GRU(len(cell[1]), return_sequences=True, dtype="float64") for cell in weights.cells]
    layers.append(keras.layers.Dense(1, activation="sigmoid", dtype="float64"))
    given = [[weights.kernel, weights.bias], [], [], *map(list, weights.cells), [weights.output, weights.output_bias]]
    values = x.astype("float64") * SCALE + OFFSET
    for layer, arrays in zip(layers, given, strict=True):
        layer.build(values.shape)
        layer.set_weights(arrays)
        values = layer(values)
    loss = keras.losses.BinaryCrossentropy()(targets.astype("float64"), values)
    return keras.ops.convert_to_numpy(values), float(loss)
