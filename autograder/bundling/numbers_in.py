"""Numbers that give a reference away: three in a row that are none's by chance."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

DIGITS = 4
"""Significant digits that are compared: what is printed has at least these, in whatever precision it is kept."""
LITERAL = re.compile(r"0x[01]\.[0-9a-f]{3,}p[+-]?\d+|(?<![\d.])\d*\.\d{2,}(?:[eE][-+]?\d+)?")
FEWEST, KINDS = 16, 8  # values in an array of whole numbers that is nobody's by chance, and different ones among them

Row = tuple[int, int, int]


def rows(values: np.ndarray) -> set[Row]:
    """Every three values in a row that differ and have ``DIGITS`` significant digits, as whole numbers without signs.

    Args:
        values: real numbers of any shape, read in C order; what is not finite is left out.
    """
    flat = np.abs(np.asarray(values, dtype=np.float64).ravel())
    flat = flat[np.isfinite(flat) & (flat > 1e-200) & (flat < 1e200)]
    if len(flat) < 3:
        return set()
    exponent = np.floor(np.log10(flat))
    mantissa = np.round(flat / 10.0 ** (exponent - (DIGITS - 1))).astype(np.int64)
    key = mantissa * 1000 + exponent.astype(np.int64)
    three = np.stack([key[:-2], key[1:-1], key[2:]], axis=1)
    odd = mantissa % 10 != 0
    apart = (three[:, 0] != three[:, 1]) & (three[:, 1] != three[:, 2]) & (three[:, 0] != three[:, 2])
    return {tuple(row) for row in three[odd[:-2] & odd[1:-1] & odd[2:] & apart].tolist()}


def rows_any_way(values: np.ndarray) -> set[Row]:
    """As :func:`rows`, along whichever axis the values are read."""
    return set().union(*(rows(np.moveaxis(values, axis, -1)) for axis in range(values.ndim)))


def literals(text: str) -> np.ndarray:
    """The numbers with two decimals or more in a text, in its order and without their signs."""
    found = LITERAL.findall(text) if "." in text else []
    return np.array([float.fromhex(number) if "0x" in number else float(number) for number in found])


def telling_bytes(array: np.ndarray) -> bytes | None:
    """Whole numbers of an array as bytes, whatever their width; None if there are too few to tell it from others."""
    if array.dtype.kind not in "iu" or array.size < FEWEST or len(np.unique(array)) < KINDS:
        return None
    return repr(array.shape).encode() + np.ascontiguousarray(array.astype(np.int64)).tobytes()


def leaves(value: object) -> Iterator[object]:
    """The arrays, texts and numbers in nested dicts, lists and tuples; a list of numbers of one kind is an array."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list | tuple):
        if value and len({type(part) for part in value}) == 1 and type(value[0]) in (int, float):
            yield np.array(value)
        else:
            for part in value:
                yield from leaves(part)
    else:
        yield value
