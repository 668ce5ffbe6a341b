"""What may be said about an exception that a student's code raised while it held hidden inputs.

Its message came from the student's process and could spell out what was passed in, so a message is repeated only when
it has the form of one that Python or NumPy writes, with nothing in it but small whole numbers, operators, and names
that stand on the very line or belong to Python; never where that line raises by itself. The line shown is taken from
the notebook, not from the process.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

NAME = r"'?[A-Za-z_][A-Za-z0-9_.]*'?(?:\(\))?"
NUMBERS = r"[0-9(),. ]{0,60}"
FORMS = [
    rf"name {NAME} is not defined",
    rf"cannot access local variable {NAME} where it is not associated with a value",
    rf"(?:module )?{NAME}(?: object)? has no attribute {NAME}",
    rf"{NAME} object is not (?:callable|iterable|subscriptable)",
    rf"cannot unpack non-iterable {NAME} object",
    r"not enough values to unpack \(expected \d+, got \d+\)",
    r"too many values to unpack \(expected \d+\)",
    rf"{NAME} missing \d+ required positional arguments?: {NAME}(?:(?:,|, and| and) {NAME})*",
    rf"{NAME} takes \d+ positional arguments? but \d+ (?:was|were) given",
    rf"{NAME} got an unexpected keyword argument {NAME}",
    rf"unsupported operand type\(s\) for [-+*/@%&|<>=^~]{{1,3}}: {NAME} and {NAME}",
    rf"shapes {NUMBERS} and {NUMBERS} not aligned: \d+ \(dim \d+\) != \d+ \(dim \d+\)",
    rf"operands could not be broadcast together with (?:remapped )?shapes {NUMBERS}",
    rf"could not broadcast input array from shape {NUMBERS} into shape {NUMBERS}",
    r"matmul: Input operand \d has a mismatch in its core dimension \d, with gufunc signature [()nkm?,>-]+ "
    r"\(size \d+ is different from \d+\)",
    rf"cannot reshape array of size \d+ into shape {NUMBERS}",
    r"index -?\d{1,4} is out of bounds for axis \d+ with size \d{1,4}",
    r"(?:list|tuple|string) index out of range",
    r"axis -?\d+ is out of bounds for array of dimension \d+",
    r"all the input array dimensions except for the concatenation axis must match exactly, but along dimension \d+, "
    r"the array at index \d+ has size \d+ and the array at index \d+ has size \d+",
    r"all the input arrays must have same number of dimensions, but the array at index \d+ has \d+ dimension\(s\) "
    r"and the array at index \d+ has \d+ dimension\(s\)",
    r"too many indices for array: array is \d+-dimensional, but \d+ were indexed",
    r"assignment destination is read-only",
    r"maximum recursion depth exceeded.{0,40}",
    NAME,  # a KeyError's message is its key
]
LONG_NUMBER = re.compile(r"\d{5,}|\d\.\d")
KNOWN = (
    frozenset(dir(builtins))
    | frozenset(dir(np))
    | frozenset("module NoneType function method numpy tensorflow keras".split())
)


def describe_raise(raised: Mapping[str, Any], cells: Mapping[str, str]) -> str:
    """A sentence about an exception.

    Args:
        raised: what the child says of it; nothing in it is trusted.
        cells: the notebook's code cells, source by id.
    """
    kind = exception_name(raised.get("kinds"))
    source = cells.get(str(raised.get("cell")), "")
    message = raised.get("message")
    line = _line(source, raised.get("line"))
    said = _said(message, line) if isinstance(message, str) else ""
    sentence = f"raised {kind}: {said}" if said else f"raised {kind}"
    if not line:
        return sentence
    called = raised.get("called")
    if not isinstance(called, list) or len(called) != 2 or called == [raised.get("cell"), raised.get("line")]:
        return f"{sentence}, at your line `{line}`"
    first = _line(cells.get(str(called[0]), ""), called[1])
    return f"{sentence}, at your line `{first or line}`" + (f", which leads to `{line}`" if first else "")


def describe_stop(raised: Mapping[str, Any], cells: Mapping[str, str]) -> str:
    """A clause about the exception that stopped a cell while the notebook ran, before any hidden input was there."""
    line = raised.get("line")
    shown = _line(cells.get(str(raised.get("cell")), ""), line)
    where = f" at line {line}, `{shown}`," if shown else ""
    return f"stopped{where} with {exception_name(raised.get('kinds'))}"


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
    """The message if it may be repeated, else nothing; ``line`` is the student's that Python complains of."""
    message = message.strip()
    if line.startswith("raise"):  # the student's words, not Python's
        return ""
    if len(message) > 300 or LONG_NUMBER.search(message) or not any(re.fullmatch(form, message) for form in FORMS):
        return ""
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", line)) | KNOWN
    quoted = re.findall(r"'([^']*)'", message) + re.findall(r"([A-Za-z_][A-Za-z0-9_.]*)\(\)", message)
    if re.fullmatch(NAME, message):
        quoted.append(message.strip("'"))
    if all(part in words for name in quoted for part in name.split(".")):
        return message
    few = re.search(r"missing (\d{1,2}) required positional arguments?: ", message)  # their names are on another line
    return f"a call with {few[1]} too few arguments" if few else ""


def _line(source: str, number: object) -> str:
    lines = source.splitlines()
    if type(number) is not int or not 1 <= number <= len(lines):
        return ""
    return lines[number - 1].strip()[:100]
