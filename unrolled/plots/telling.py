"""What pictures show, in words: pieces of the alternative texts, made of the numbers that are drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

SYMBOLS = [
    (r"\\langle\s*", "<"),
    (r"\s*\\rangle", ">"),
    (r"\\(hat|tilde|overrightarrow|overleftarrow)\{\\?(\w+)\}", r"\2 \1"),
    (r"\\operatorname\{(\w+)\}", r"\1"),
    (r"[${}\\]", ""),
]


def plain(text: object) -> str:
    """A label as it is read out: without line breaks and the signs of mathematics."""
    words = " ".join(str(text).split())
    for pattern, instead in SYMBOLS:
        words = re.sub(pattern, instead, words)
    return words


def number(value: float) -> str:
    """A number with as many digits as one can listen to."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value + 0.0:.3g}"


def listed(things: Iterable[object]) -> str:
    """Things in a row: one, two and three."""
    words = [plain(thing) for thing in things]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def titled(title: object, *sentences: str) -> str:
    """A title and sentences, each with one full stop at its end."""
    parts = [plain(title), *(" ".join(sentence.split()) for sentence in sentences)]
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)


def course(values: ArrayLike, places: ArrayLike | None = None) -> str:
    """How a line goes: where it begins and ends, and what lies beyond its ends on the way."""
    heights = np.asarray(values, dtype=float).ravel()
    at = np.arange(1, len(heights) + 1) if places is None else np.asarray(places)
    first, last, lowest, highest = heights[0], heights[-1], int(heights.argmin()), int(heights.argmax())
    if np.ptp(heights) == 0:
        return f"{number(first)} throughout"
    said = f"from {number(first)} to {number(last)}"
    if heights[lowest] < min(first, last):
        said += f", lowest {number(heights[lowest])} at {number(at[lowest])}"
    if heights[highest] > max(first, last):
        said += f", highest {number(heights[highest])} at {number(at[highest])}"
    return said


def courses(lines: Mapping[str, ArrayLike], places: ArrayLike | None = None) -> str:
    """Several lines over one axis, one after the other."""
    return "; ".join(f"{plain(name)}: {course(values, places)}" for name, values in lines.items())


def read_out(table: ArrayLike, names: Sequence[str], columns: Sequence[str]) -> str:
    """A table read out row by row."""
    values = np.asarray(table, dtype=float)
    return "; ".join(
        f"{plain(name)}: "
        + ", ".join(f"{plain(column)} {number(round(value, 2))}" for column, value in zip(columns, row, strict=True))
        for name, row in zip(names, values, strict=True)
    )


def largest(values: ArrayLike, names: Sequence[str], count: int = 3) -> str:
    """The largest of some numbers, each with its name."""
    heights = np.asarray(values, dtype=float)
    order = np.argsort(-heights, kind="stable")[:count]
    return listed(f"{names[place]} {number(heights[place])}" for place in order)
