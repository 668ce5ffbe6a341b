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

from autograder.examination.forms import said_of

LONGEST = 300  # characters of a message of Python's about a cell that it cannot read
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
    if line.startswith("raise"):  # the student's words, not Python's
        return ""
    said, names = said_of(message)
    return said if all(_stands_there(name, line) for name in names) else ""


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
