"""What a grader can have made in a student's process: things that functions take and that no plain value is.

This is the untrusted side; the recipe comes from the trusted one (:class:`unrolled.wire.Recipe`), never from a student.
"""

from __future__ import annotations

from typing import Any

from unrolled.wire import Recipe

LAYERS = ("Dense", "LSTMCell", "LSTM", "GRUCell", "GRU", "Embedding", "Bidirectional")


def made(recipe: Recipe) -> Any:
    """``Generator`` with a ``seed`` is a NumPy Generator; a name of ``LAYERS`` that Keras layer with its settings.

    Raises:
        ValueError: an unknown kind.
    """
    if recipe.kind == "Generator":
        import numpy as np

        return np.random.default_rng(recipe.settings["seed"])
    if recipe.kind in LAYERS:
        import keras

        return getattr(keras.layers, recipe.kind)(**recipe.settings)
    raise ValueError(f"there is no recipe for {recipe.kind!r}")
