"""Code as shapes: runs of its lines in which formatting, comments, docstrings, annotations and names do not show.

Two pieces of code have a shape in common if one line after the other does the same, whatever the names are that they
give: attributes, keywords, constants, built-in functions and the usual modules keep theirs. A line is a statement, or
the head of a compound one; where a copy begins and ends makes no difference to the lines between.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

WINDOW = 40
"""Nodes of the syntax tree from which a run of lines is no idiom any more: about three lines."""
SHORTEST = 22
"""Nodes from which a whole body counts, where it is shorter than a window."""
PLAIN = frozenset(dir(builtins)) | {"np", "tf", "keras", "layers", "ops", "math"}
SAME = {"numpy": "np", "tensorflow": "tf"}
UNSEEN = frozenset({"ctx", "type_comment", "kind", "annotation", "returns", "type_params", "decorator_list"})
HOLDING = (ast.stmt, ast.ExceptHandler, ast.match_case)
DOCUMENTED = frozenset({"Module", "FunctionDef", "AsyncFunctionDef", "ClassDef"})
NAMED = {"Name": "id", "arg": "arg", "FunctionDef": "name", "ClassDef": "name", "ExceptHandler": "name"}
NAMED |= {"AsyncFunctionDef": "name", "alias": "asname", "MatchAs": "name", "MatchStar": "name"}


@dataclass(frozen=True)
class Shape:
    """A run of lines: a digest of what it does, its size in nodes, and the line (from 1) where it begins."""

    digest: bytes
    nodes: int
    line: int

    @property
    def is_window(self) -> bool:
        """Whether it is large enough to be no idiom."""
        return self.nodes >= WINDOW


class _Own(str):
    """A name that the code gives, as against one of Python's or of a library's."""


@dataclass
class _Flat:
    """A syntax tree in a row, as one reads it: its tokens, and for each line of code (a statement, or the head of a
    compound one) where it begins and ends in them, its nodes, and its line."""

    tokens: list[str] = field(default_factory=list)
    nodes: int = 0
    lines: list[tuple[int, int, int, int]] = field(default_factory=list)

    def read(self, node: ast.AST) -> None:
        """Add a statement, or whatever holds some: its own line, and then those inside it."""
        inside: list[tuple[str, list[ast.AST]]] = []
        begin, before, kind = len(self.tokens), self.nodes, type(node).__name__
        self.tokens.append(kind)
        self.nodes += 1
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], HOLDING):
                inside.append((name, value))
            elif name not in UNSEEN:
                self.add(value, kind, name)
        if not isinstance(node, ast.Module):
            self.lines.append((begin, len(self.tokens), self.nodes - before, getattr(node, "lineno", 1)))
        for name, parts in inside:
            if name in ("orelse", "finalbody"):
                self.tokens.append(name)
            for part in parts[kind in DOCUMENTED and _is_text(parts[0]) :]:
                if not (isinstance(part, ast.AnnAssign) and part.value is None):
                    self.read(part)

    def add(self, value: object, owner: str, name: str) -> None:
        """Add what a node holds."""
        if isinstance(value, ast.AST):
            kind = type(value).__name__
            self.nodes += 1
            self.tokens.append(kind)
            for part, inner in ast.iter_fields(value):
                if part not in UNSEEN:
                    self.add(inner, kind, part)
        elif isinstance(value, list):
            self.tokens.append("[")
            for inner in value:
                self.add(inner, owner, name)
            self.tokens.append("]")
        elif isinstance(value, str) and (NAMED.get(owner) == name or owner in ("Global", "Nonlocal")):
            value = SAME.get(value, value)
            self.tokens.append(value if value in PLAIN else _Own(value))
        else:
            self.tokens.append(repr(value))


def shapes(code: str) -> Iterator[Shape]:
    """The runs of lines of a piece of code: from each line on, up to the first run that is a window.

    Raises SyntaxError, ValueError (a null character), RecursionError or MemoryError (nested beyond reading).
    """
    flat = _flat(code)
    for first, (begin, _, _, line) in enumerate(flat.lines):
        nodes = 0
        for _, end, size, _ in flat.lines[first:]:
            nodes += size
            if nodes >= SHORTEST:
                yield Shape(_digest(flat.tokens[begin:end]), nodes, line)
            if nodes >= WINDOW:
                break


def body(code: str) -> Shape | None:
    """The shape of a whole piece of code; None where that is too little to be known again."""
    flat = _flat(code)
    if flat.nodes <= SHORTEST:
        return None
    return Shape(_digest(flat.tokens[flat.lines[0][0] : flat.lines[-1][1]]), flat.nodes - 1, flat.lines[0][3])


def _flat(code: str) -> _Flat:
    flat = _Flat()
    flat.read(ast.parse(code))
    return flat


def _is_text(statement: ast.AST) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _digest(tokens: list[str]) -> bytes:
    names: dict[str, str] = {}
    row = [names.setdefault(token, f"name{len(names)}") if isinstance(token, _Own) else token for token in tokens]
    return hashlib.blake2b("\n".join(row).encode("utf-8", "surrogatepass"), digest_size=12).digest()
