"""Unit 05: what Keras's own layers say of the stored cases, in float64.

``keras.layers.AdditiveAttention`` is Bahdanau's energy without the two matrices and the bias, which are applied to its
inputs here; it has the padding's mask itself. ``keras.layers.Bidirectional`` reads each text alone and unpadded, which
needs no mask. ``keras.layers.LSTM`` makes one step from a given state.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from unrolled.quiet import quietly

with quietly():
    import keras

if TYPE_CHECKING:
    from autograder.oracles.date_translation import EncoderWeights, StepWeights

Array = np.ndarray
_numpy = keras.ops.convert_to_numpy


def keras_attention(a: Array, s_prev: Array, parameters: dict[str, Array], mask: Array) -> tuple[Array, Array, Array]:
    """→ context (m, 2n_a), weights (m, T_x), energies (m, T_x)."""
    query = (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :]
    key = a @ parameters["Wea"]
    layer = keras.layers.AdditiveAttention(dtype="float64")
    layer.build([query.shape, a.shape, key.shape])
    layer.set_weights([parameters["ve"][:, 0]])
    energies = layer._calculate_scores(*(keras.ops.convert_to_tensor(part) for part in (query, key)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras takes a softmax over one place for a slip
        context, weights = layer([query, a, key], mask=[None, mask], return_attention_scores=True)
    return _numpy(context)[:, 0], _numpy(weights)[:, 0], _numpy(energies)[:, 0]


def keras_encoder(ids: Array, weights: EncoderWeights) -> Array:
    """→ a (m, T_x, 2n_a), 0 where there is padding."""
    n_a = len(weights.forward.recurrent)
    layer = keras.layers.Bidirectional(keras.layers.LSTM(n_a, return_sequences=True, dtype="float64"), dtype="float64")
    layer.build((None, None, weights.embedding.shape[1]))
    layer.set_weights(weights.arrays()[1:])
    a = np.zeros((*ids.shape, 2 * n_a))
    for row, numbers in enumerate(ids):
        text = numbers[numbers != 0]
        a[row, : len(text)] = _numpy(layer(weights.embedding[text][None].astype("float64")))[0]
    return a


def keras_step(a: Array, mask: Array, s: Array, c: Array, weights: StepWeights) -> tuple[Array, Array, Array, Array]:
    """→ probabilities, weights, s, c, with the stand-in for attention."""
    from autograder.oracles.date_translation import toy_attention

    context, looked = toy_attention(a.astype("float64"), s.astype("float64"), mask)
    layer = keras.layers.LSTM(s.shape[1], return_state=True, dtype="float64")
    dense = keras.layers.Dense(weights.output.shape[1], activation="softmax", dtype="float64")
    layer.build((None, 1, context.shape[1]))
    dense.build((None, s.shape[1]))
    layer.set_weights(weights.arrays()[:3])
    dense.set_weights(weights.arrays()[3:])
    _, s_next, c_next = layer(context[:, None, :], initial_state=[s.astype("float64"), c.astype("float64")])
    return _numpy(dense(s_next)), looked, _numpy(s_next), _numpy(c_next)


def keras_loss(targets: Array, probabilities: Array) -> float:
    """→ mean cross-entropy, nats."""
    return float(keras.losses.SparseCategoricalCrossentropy()(targets, probabilities))
