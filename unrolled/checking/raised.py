"""Where in a student's code an exception came from: the exercise's own line first, then those that it led to.

A helper of the lesson often raises what an exercise has caused: its line alone would send the student to code that is
right.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from unrolled.checking.calling import MAX_MESSAGE, frames_of, shortened

MOST_LINES = 3
BODIES = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>", "<lambda>")


def lines_of(error: BaseException, function: Callable[..., Any]) -> str:
    """The lines of the student's that led to an exception, outermost first, each as ``name, line n: text``.

    Of many, the first and the last two are given; "" when no line of the student's was reached.
    """
    steps: list[str] = []
    for frame, number in frames_of(error, function):
        step = _told(frame, number)
        if not steps or steps[-1] != step:  # a comprehension has a frame of its own, at the same line
            steps.append(step)
    shown = steps if len(steps) <= MOST_LINES else [steps[0], *steps[-2:]]
    return "\n".join(dict.fromkeys(shown))


def _told(frame: FrameType, number: int) -> str:
    code = frame.f_code
    text = shortened(linecache.getline(code.co_filename, number, frame.f_globals).strip(), MAX_MESSAGE)
    in_file = os.path.exists(code.co_filename) and "ipykernel_" not in code.co_filename
    name = _name(code)
    place = f"{name}, line {number}" if name else f"line {number} of the cell"
    return f"{place} of {os.path.basename(code.co_filename)}: {text}" if in_file else f"{place}: {text}"


def _name(code: CodeType) -> str:
    """The function, or the class and its method, that a frame belongs to; of a comprehension, the one around it."""
    parts = [part for part in code.co_qualname.split(".") if part not in (*BODIES, "<locals>")]
    return ".".join(parts) if parts != ["<module>"] else ""
