"""Unit 04: what Keras's own layers, ``Bidirectional`` and ``LSTM``, say of each sentence alone, without any padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.quiet import quietly

with quietly():
    import keras

Array = np.ndarray


def keras_probabilities(
    ids: Array, features: Array, mask: Array, weights: Sequence[Array], bidirectional: bool, n_layers: int
) -> Array:
    """→ probabilities (m, T_x, n_tags) in float64; zero in the padding, which Keras never sees."""
    n_tags, arrays = weights[-1].shape[0], 3 * (1 + bidirectional)
    answers = np.zeros((*mask.shape, n_tags))
    n_a = weights[2].shape[0]
    for row, length in enumerate(mask.sum(axis=1)):
        if not length:
            continue
        x = np.concatenate([weights[0][ids[row, :length]], features[row, :length]], axis=-1)[None].astype("float64")
        for layer in range(n_layers):
            reader = keras.layers.LSTM(n_a, return_sequences=True, dtype="float64")
            if bidirectional:
                reader = keras.layers.Bidirectional(reader, dtype="float64")
            reader.build(x.shape)
            reader.set_weights(weights[1 + arrays * layer : 1 + arrays * (layer + 1)])
            x = keras.ops.convert_to_numpy(reader(x))
        output = keras.layers.Dense(n_tags, activation="softmax", dtype="float64")
        output.build(x.shape)
        output.set_weights(weights[-2:])
        answers[row, :length] = keras.ops.convert_to_numpy(output(x))[0]
    return answers
