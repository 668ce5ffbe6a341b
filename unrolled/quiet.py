"""Import TensorFlow without its greetings on standard error.

TensorFlow's C++ side writes some lines when it is imported, before any setting of its log level counts. They alarm
students, and stock nbgrader takes every graded cell that writes to standard error for a failed one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """For the block, throw away what C++ code writes to standard error; what Python raises is raised as ever.

    Use it as ``with quietly(): import keras``.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
