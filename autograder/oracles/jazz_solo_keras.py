"""Unit 03: what ``keras.layers.LSTM``, called once with a whole sequence, says of the stored cases, in float64."""

from __future__ import annotations

import numpy as np

from autograder.oracles.jazz_solo_network import Weights
from unrolled.quiet import quietly

with quietly():
    import keras


Array = np.ndarray


def keras_outputs(given: dict[str, Array], targets: Array, weights: Weights) -> tuple[Array, dict[str, Array], float]:
    """→ probabilities (m, T_x, n_values); probabilities, a and c of the first step alone; mean cross-entropy, nats."""
    n_values = weights.output.shape[1]
    x = np.concatenate([np.eye(n_values)[given["tokens"]], given["conditions"]], axis=2)
    state = [given["a0"].astype("float64"), given["c0"].astype("float64")]
    recurrent = keras.layers.LSTM(len(weights.recurrent), return_sequences=True, return_state=True, dtype="float64")
    dense = keras.layers.Dense(n_values, activation="softmax", dtype="float64")
    recurrent.build(x.shape)
    dense.build((None, len(weights.recurrent)))
    recurrent.set_weights([weights.kernel, weights.recurrent, weights.bias])
    dense.set_weights([weights.output, weights.output_bias])
    sequence, _, _ = recurrent(x, initial_state=state)
    first, a, c = recurrent(x[:, :1], initial_state=state)
    probabilities = dense(sequence)
    loss = keras.losses.SparseCategoricalCrossentropy()(targets, probabilities)
    outputs = {"probabilities": dense(first)[:, 0], "a": a, "c": c}
    to_numpy = keras.ops.convert_to_numpy
    return to_numpy(probabilities), {name: to_numpy(value) for name, value in outputs.items()}, float(loss)
