"""Unit 03: the network in NumPy.

The LSTM of Hochreiter and Schmidhuber with a forget gate, as Keras lays out its weights (gates side by side in the
order input, forget, candidate, output), written out gate by gate, and a softmax output layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Weights:
    """The weights of the network as Keras lays them out: kernel (n_values + n_c, 4 n_a), recurrent (n_a, 4 n_a), bias
    (4 n_a,), and the output layer's (n_a, n_values) and (n_values,).
    """

    kernel: Array
    recurrent: Array
    bias: Array
    output: Array
    output_bias: Array

    def arrays(self) -> list[Array]:
        """In Keras's order."""
        return [self.kernel, self.recurrent, self.bias, self.output, self.output_bias]


def cell_step(x: Array, a: Array, c: Array, weights: Weights) -> tuple[Array, Array]:
    """One step of the LSTM: → the new a and c, (m, n_a)."""
    update, forget, candidate, show = np.split(x @ weights.kernel + a @ weights.recurrent + weights.bias, 4, axis=1)
    c_next = _sigmoid(forget) * c + _sigmoid(update) * np.tanh(candidate)
    return _sigmoid(show) * np.tanh(c_next), c_next


def output_of(a: Array, weights: Weights) -> Array:
    """Softmax of the output layer, (m, n_values)."""
    logits = a @ weights.output + weights.output_bias
    return np.exp(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))


def one_step(token: Array, condition: Array, a: Array, c: Array, weights: Weights) -> tuple[Array, Array, Array]:
    """→ probabilities (m, n_values), a, c."""
    x = np.concatenate([np.eye(weights.output.shape[1])[token], condition], axis=1)
    a, c = cell_step(x, a, c, weights)
    return output_of(a, weights), a, c


def all_steps(tokens: Array, conditions: Array, a0: Array, c0: Array, weights: Weights) -> Array:
    """→ probabilities (m, T_x, n_values)."""
    a, c, outputs = a0, c0, []
    for t in range(tokens.shape[1]):
        probabilities, a, c = one_step(tokens[:, t], conditions[:, t], a, c, weights)
        outputs.append(probabilities)
    return np.stack(outputs, axis=1)


def _sigmoid(z: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(z / 2)
