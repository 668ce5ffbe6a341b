"""What judging imports: loaded once by the server that examiners are forked from, or by an examiner that is alone.

No TensorFlow operation may run here: it would start threads, which a fork does not copy.
"""

from __future__ import annotations

import pytest  # noqa: F401

import autograder.judging.judge  # noqa: F401
from unrolled.quiet import quietly

with quietly():
    import tensorflow  # noqa: F401
