"""Compiled code as shapes: runs of instructions in which the names of locals, lines and docstrings do not show."""

from __future__ import annotations

import dis
import hashlib
import importlib.util
import marshal
from collections.abc import Iterator
from types import CodeType

HEADER = 16  # bytes of a .pyc file before the code
WINDOW = 24
"""Instructions from which a run is no idiom any more: about three lines."""
UNSEEN = frozenset({"RESUME", "CACHE", "NOP", "EXTENDED_ARG", "PRECALL", "MAKE_CELL", "COPY_FREE_VARS", "KW_NAMES"})


class Uncompiled(Exception):
    """Compiled code that cannot be read; the message says why."""


def looks_compiled(data: bytes) -> bool:
    """Whether a file begins as compiled code of some Python does."""
    return len(data) > HEADER and data[2:4] == b"\r\n" and 3000 <= int.from_bytes(data[:2], "little") < 4000


def read_compiled(data: bytes) -> CodeType:
    """The code in a ``.pyc`` file, which is looked at and never run.

    Raises Uncompiled where another Python made it, or where it is broken.
    """
    if data[:4] != importlib.util.MAGIC_NUMBER:
        raise Uncompiled("compiled by another Python")
    try:
        code = marshal.loads(data[HEADER:])
    except (ValueError, EOFError, TypeError, MemoryError) as error:
        raise Uncompiled(f"broken compiled code ({error})") from None
    if not isinstance(code, CodeType):
        raise Uncompiled("no compiled code, in spite of its beginning")
    return code


def runs(code: CodeType) -> Iterator[tuple[bytes, int]]:
    """Digests of every ``WINDOW`` instructions in a row, and the line of the source where each begins."""
    row: list[tuple[str, str, int]] = []
    line = code.co_firstlineno
    for instruction in dis.get_instructions(code):
        line = (instruction.positions and instruction.positions.lineno) or line
        if instruction.opname not in UNSEEN:
            row.append((instruction.opname, _seen(instruction), line))
    for begin in range(len(row) - WINDOW + 1):
        names: dict[str, str] = {}
        window = [f"{name} {_numbered(name, seen, names)}" for name, seen, _ in row[begin : begin + WINDOW]]
        text = "\n".join(window).encode("utf-8", "surrogatepass")
        yield hashlib.blake2b(text, digest_size=12).digest(), row[begin][2]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from runs(constant)


def constants(code: CodeType) -> Iterator[object]:
    """What the code and the functions in it hold: texts, numbers, names."""
    yield from (*code.co_names, *code.co_varnames, code.co_name)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from constants(constant)
        else:
            yield constant


def _numbered(name: str, seen: str, names: dict[str, str]) -> str:
    """Locals by the order in which a run comes to them; an instruction may name two."""
    if not name.endswith(("FAST", "DEREF", "CLOSURE")):
        return seen
    return " ".join(names.setdefault(part, str(len(names))) for part in seen.split(", "))


def _seen(instruction: dis.Instruction) -> str:
    if "JUMP" in instruction.opname or instruction.opname in ("FOR_ITER", "SEND"):
        return ""  # how far depends on what stands around
    if isinstance(instruction.argval, CodeType):
        return "code"
    return str(instruction.argrepr)
