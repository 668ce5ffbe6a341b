"""What may be said about an exception that a student's code raised while it held hidden inputs.

Its message came from the student's process and could spell out what was passed in. So it is read, and not repeated: one
that has the form of Python's or NumPy's is told in words of ours, without a number, and with no name but those that
stand on the very line or belong to Python; nothing is told where that line raises by itself. The line shown is taken
from the notebook, not from the process.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

LONGEST = 300  # characters of a message that is read
NAME = r"'?([A-Za-z_][A-Za-z0-9_.]*)'?(?:\(\))?"
OPERATOR = r"([-+*/@%&|<>=^~]{1,3})"
COUNT = r"-?\d{1,9}"
SIZES = r"[0-9(),. ]{0,60}"
# The form of a message, and what is said of it: None is the message itself, which holds nothing but names then.
FORMS: dict[str, str | None] = {
    rf"name {NAME} is not defined": None,
    rf"cannot access local variable {NAME} where it is not associated with a value": None,
    rf"(?:module )?{NAME}(?: object)? has no attribute {NAME}": None,
    rf"{NAME} object is not (?:callable|iterable|subscriptable)": None,
    rf"cannot unpack non-iterable {NAME} object": None,
    rf"{NAME} got an unexpected keyword argument {NAME}": None,
    rf"unsupported operand type\(s\) for {OPERATOR}: {NAME} and {NAME}": None,
    r"(?:list|tuple|string) index out of range": None,
    r"assignment destination is read-only": None,
    NAME: None,  # a KeyError's message is its key
    rf"not enough values to unpack \(expected {COUNT}, got {COUNT}\)": "not enough values to unpack",
    rf"too many values to unpack \(expected {COUNT}(?:, got {COUNT})?\)": "too many values to unpack",
    rf"{NAME} missing {COUNT} required positional arguments?: {NAME}(?:(?:,|, and| and) {NAME})*": (
        "a call with too few arguments"
    ),
    rf"{NAME} takes {COUNT} positional arguments? but {COUNT} (?:was|were) given": "a call with too many arguments",
    rf"shapes {SIZES} and {SIZES} not aligned: {COUNT} \(dim {COUNT}\) != {COUNT} \(dim {COUNT}\)": (
        "the shapes of a product do not fit each other"
    ),
    rf"matmul: Input operand {COUNT} has a mismatch in its core dimension {COUNT}, with gufunc signature "
    rf"[()nkm?,>-]+ \(size {COUNT} is different from {COUNT}\)": "the shapes of a product do not fit each other",
    rf"operands could not be broadcast together with (?:remapped )?shapes {SIZES}": (
        "operands could not be broadcast together: their shapes do not fit each other"
    ),
    rf"could not broadcast input array from shape {SIZES} into shape {SIZES}": (
        "what is assigned has not the shape of the place that it goes to"
    ),
    rf"cannot reshape array of size {COUNT} into shape {SIZES}": (
        "an array cannot be reshaped so: the numbers of elements differ"
    ),
    rf"index {COUNT} is out of bounds for axis {COUNT} with size {COUNT}": "an index is out of bounds for its axis",
    rf"axis {COUNT} is out of bounds for array of dimension {COUNT}": "the array has no such axis",
    r"all the input array dimensions except for the concatenation axis must match exactly, but along dimension "
    rf"{COUNT}, the array at index {COUNT} has size {COUNT} and the array at index {COUNT} has size {COUNT}": (
        "all axes but the one that arrays are put together along must match exactly"
    ),
    rf"all the input arrays must have same number of dimensions, but the array at index {COUNT} has {COUNT} "
    rf"dimension\(s\) and the array at index {COUNT} has {COUNT} dimension\(s\)": (
        "arrays that are put together must have the same number of axes"
    ),
    rf"too many indices for array: array is {COUNT}-dimensional, but {COUNT} were indexed": (
        "an array has more indices than axes"
    ),
    r"maximum recursion depth exceeded.{0,40}": "the function calls itself without end",
}
UNREADABLE = ("SyntaxError", "IndentationError", "TabError")
WHERE_IT_STANDS = re.compile(r" \(<[^<>]{1,80}>, line \d{1,9}\)\Z")  # as the text of a SyntaxError ends
SHOWN_LINES = 2_048  # of a notebook: which one went wrong is for a student's code to choose, and says 11 bits then
KNOWN = frozenset(
    "NoneType bool int float str list tuple dict set range function method type module generator numpy ndarray keras "
    "tensorflow".split()
)


def describe_raise(raised: Mapping[str, Any], cells: Mapping[str, str]) -> str:
    """A sentence about an exception.

    Args:
        raised: what the child says of it; nothing in it is trusted.
        cells: the notebook's code cells, source by id.
    """
    kind = exception_name(raised.get("kinds"))
    message = raised.get("message")
    line = _line(cells, raised.get("cell"), raised.get("line"))
    said = _said(message, line) if isinstance(message, str) else ""
    sentence = f"raised {kind}: {said}" if said else f"raised {kind}"
    if not line:
        return sentence
    called = raised.get("called")
    if not isinstance(called, list) or len(called) != 2 or called == [raised.get("cell"), raised.get("line")]:
        return f"{sentence}, at your line `{line}`"
    first = _line(cells, called[0], called[1])
    return f"{sentence}, at your line `{first or line}`" + (f", which leads to `{line}`" if first else "")


def describe_stop(raised: Mapping[str, Any], cells: Mapping[str, str]) -> str:
    """A clause about the exception that stopped a cell while the notebook ran, before any hidden input was there.

    What Python cannot read it explains in words of its own.
    """
    line, kind, message = raised.get("line"), exception_name(raised.get("kinds")), raised.get("message")
    shown = _line(cells, raised.get("cell"), line)
    where = f" at line {line}, `{shown}`," if shown else ""
    says = WHERE_IT_STANDS.sub("", message) if kind in UNREADABLE and isinstance(message, str) else ""
    return f"stopped{where} with {kind}" + (f": {says}" if says.isprintable() and 0 < len(says) <= LONGEST else "")


def is_not_implemented(raised: Mapping[str, Any]) -> bool:
    """Whether the exception is what an untouched stub raises."""
    return exception_name(raised.get("kinds")) == "NotImplementedError"


def exception_name(kinds: object) -> str:
    """The nearest class of the exception that Python itself defines and shows."""
    for kind in kinds if isinstance(kinds, list) else []:
        found = getattr(builtins, kind, None) if isinstance(kind, str) and not kind.startswith("_") else None
        if isinstance(found, type) and issubclass(found, BaseException):
            return found.__name__
    return "an exception"


def _said(message: str, line: str) -> str:
    """What is told of a message, maybe nothing; ``line`` is the student's that Python complains of."""
    message = message.strip()
    if line.startswith("raise") or len(message) > LONGEST:  # the student's words, not Python's
        return ""
    for form, said in FORMS.items():
        found = re.fullmatch(form, message)
        if found:
            return said or (message if all(_stands_there(name, line) for name in found.groups()) else "")
    return ""


def _stands_there(name: str, line: str) -> bool:
    """Whether a name of a message, dots and all, is one of Python's or stands on the line; an operator likewise."""
    words = {*re.findall(r"\w+", line), *KNOWN}
    return all(part in words for part in name.split(".")) if name[0].isidentifier() else name in line


def _line(cells: Mapping[str, str], cell: object, number: object) -> str:
    """A line of the notebook, if there is one of this number in this cell, and it is among the first so many of all."""
    lines = cells.get(str(cell), "").splitlines()
    if type(number) is not int or not 1 <= number <= len(lines):
        return ""
    before = takewhile(lambda id: id != str(cell), cells)
    if sum(cells[id].count("\n") + 1 for id in before) + number > SHOWN_LINES:
        return ""
    return lines[number - 1].strip()[:100]
