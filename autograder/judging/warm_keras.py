"""Keras, for judging the units that use it: imported once by the server of examiners, or by one that is alone.

No TensorFlow operation may run here: it would start threads, which a fork does not copy.
"""

from __future__ import annotations

from unrolled.quiet import quietly

with quietly():
    import tensorflow  # noqa: F401
