"""What a file holds, opened to the last layer: archives, notebooks, arrays, compiled code, texts within texts.

Every piece has its place, such as ``a.zip › b.ipynb, cell 3, metadata.note``. What cannot be opened, or is too much,
is a piece too: nobody can say of it that nothing is in there.
"""

from __future__ import annotations

import ast
import base64
import binascii
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autograder.bundling import archives, code_in_text, compiled

Kind = Literal["text", "code", "array", "compiled", "file", "sealed"]
DEPTH = 8  # layers within each other
SIZE = 64_000_000  # bytes of one file
TOTAL, COUNT = 1_000_000_000, 100_000  # bytes and files in all
LONG_TEXT = 40  # characters of a text in code that is looked into by itself
BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{16,}\s+)*[A-Za-z0-9+/_-]{16,}={0,2}")
HEX = re.compile(r"(?:[0-9a-fA-F]{2}){40,}")
RAW = {b"OggS": "sound", b"MThd": "MIDI"}
"""Kinds that are shipped and hold no other files, by their first bytes: texts in them stand as they are."""


@dataclass(frozen=True)
class Piece:
    """Something to look at, and its place.

    ``content`` is a str (text, code), an array, the code object of compiled code, the bytes of a file, or for what is
    sealed the reason; ``line`` is where a text begins in its file.
    """

    place: str
    kind: Kind
    content: object
    line: int = 1


@dataclass
class Opening:
    """One look into something: what it may still cost."""

    bytes_left: int = TOTAL
    files_left: int = COUNT

    def file(self, place: str, name: str, data: bytes, depth: int = 0, named: bool = True) -> Iterator[Piece]:
        """Everything in a file.

        Args:
            name: its own name, whose ending tells code from text.
            named: whether it is a file by its name: then one of an unknown kind is sealed. What only looks as if it
                were written in base64 may be anything.
        """
        self.bytes_left -= len(data)
        self.files_left -= 1
        if depth > DEPTH:
            yield Piece(place, "sealed", f"more than {DEPTH} layers within each other")
            return
        if len(data) > SIZE or self.bytes_left < 0 or self.files_left < 0:
            yield Piece(place, "sealed", "more than can be looked through")
            return
        if named:
            yield Piece(place, "file", data)
        yield from self._opened(place, name, data, depth, named)

    def _opened(self, place: str, name: str, data: bytes, depth: int, named: bool) -> Iterator[Piece]:
        archive = archives.opened(data, SIZE)
        if archive is not None:
            for note in archive.notes:
                yield from self.text(f"{place}, a comment", note, depth)
            for member, content in archive.members:
                inside = f"{place} › {member}"
                yield Piece(inside, "text", member)
                yield from self.file(inside, member, content, depth + 1)
            if archive.sealed:
                yield Piece(place, "sealed", archive.sealed)
            if archive.rest:
                yield from _strings(place, archive.rest)
        elif data.startswith(b"\x93NUMPY"):
            yield from self._array(place, data, depth)
        elif compiled.looks_compiled(data):
            yield from _strings(place, data)
            yield from self._compiled(place, data, depth)
        elif (text := _decoded(data)) is not None:
            is_code = name.endswith((".py", ".pyi", ".pyw"))
            yield from (self.code if is_code else self.text)(place, text, depth)
        elif data[:4] in RAW:
            yield from _strings(place, data)
        elif named:
            yield Piece(place, "sealed", "no kind of file that can be looked into")
            yield from _strings(place, data)

    def text(self, place: str, text: str, depth: int, line: int = 1) -> Iterator[Piece]:
        """A text, and what is written in it: JSON, a notebook, base64, hexadecimal digits."""
        if len(text) >= LONG_TEXT and text.lstrip()[:1] in ("{", "[") and depth <= DEPTH:
            try:
                tree = json.loads(text)
            except (ValueError, RecursionError):
                pass
            else:
                yield from self._tree(place, tree, depth + 1)
                return
        yield Piece(place, "text", text, line)
        yield from self._written_in(place, text, depth)

    def _written_in(self, place: str, text: str, depth: int) -> Iterator[Piece]:
        if len(text) < LONG_TEXT:
            return
        for found in BASE64.finditer(text):
            if len(found[0]) >= 60:
                yield from self._hidden(place, _from_base64(found[0]), depth, "base64")
        for found in HEX.finditer(text):
            yield from self._hidden(place, bytes.fromhex(found[0]), depth, "hexadecimal")

    def code(self, place: str, code: str, depth: int, line: int = 1) -> Iterator[Piece]:
        """Python: the code, its comments, and its long texts, each looked into by itself."""
        yield Piece(place, "code", code, line)
        yield from self._written_in(place, code, depth)
        for block, first in code_in_text.comments(code):
            yield Piece(place, "text", block, line + first - 1)
        try:
            tree = ast.parse(code)
        except code_in_text.FAILURES:
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= LONG_TEXT:
                yield from self.text(place, node.value, depth, line + node.lineno - 1)
            elif isinstance(node, ast.Constant) and isinstance(node.value, bytes) and len(node.value) >= LONG_TEXT:
                yield from self._hidden(place, node.value, depth, "bytes")

    def _hidden(self, place: str, data: bytes | None, depth: int, how: str) -> Iterator[Piece]:
        if data:
            yield from self.file(f"{place}, in {how}", "", data, depth + 1, named=False)

    def _tree(self, place: str, tree: object, depth: int) -> Iterator[Piece]:
        """The texts of a JSON file; a notebook's cells are told by their numbers."""
        if isinstance(tree, dict) and isinstance(tree.get("cells"), list):
            for number, cell in enumerate(tree["cells"], 1):
                yield from self._cell(f"{place}, cell {number}", cell, depth)
            tree = {key: value for key, value in tree.items() if key != "cells"}
        yield from self._branch(place, "", tree, depth)

    def _cell(self, place: str, cell: object, depth: int) -> Iterator[Piece]:
        if isinstance(cell, dict):
            source = _joined(cell.get("source"))
            if source is not None:
                yield from (self.code if cell.get("cell_type") == "code" else self.text)(place, source, depth)
                cell = {key: value for key, value in cell.items() if key != "source"}
        yield from self._branch(place, "", cell, depth)

    def _branch(self, place: str, path: str, value: object, depth: int) -> Iterator[Piece]:
        text = _joined(value)
        where = f"{place}, {path}" if path else place
        if text is not None:
            yield from self.text(where, text, depth)
        elif isinstance(value, dict):
            for key, part in value.items():
                yield Piece(where, "text", key)
                yield from self._branch(place, f"{path}.{key}".lstrip("."), part, depth)
        elif isinstance(value, list):
            numbers = [part for part in value if type(part) in (int, float)]
            if numbers:
                yield Piece(where, "array", np.array(numbers))
            for part in value:
                if type(part) not in (int, float):
                    yield from self._branch(place, path, part, depth)

    def _array(self, place: str, data: bytes, depth: int) -> Iterator[Piece]:
        try:
            array = np.load(io.BytesIO(data), allow_pickle=False)
        except (ValueError, OSError, EOFError, MemoryError, SyntaxError) as error:
            yield Piece(place, "sealed", f"no array that can be read without running code ({error})")
            return
        yield Piece(place, "array", array)
        if array.dtype.kind in "US":
            for text in array.ravel().tolist():
                yield Piece(place, "text", text if isinstance(text, str) else text.decode("utf-8", "replace"))
        elif array.dtype == np.uint8:
            yield from self.file(f"{place}, its bytes", "", array.tobytes(), depth + 1, named=False)

    def _compiled(self, place: str, data: bytes, depth: int) -> Iterator[Piece]:
        try:
            code = compiled.read_compiled(data)
        except compiled.Uncompiled as error:
            yield Piece(place, "sealed", str(error))
            return
        yield Piece(place, "compiled", code)
        floats = []
        for constant in compiled.constants(code):
            if isinstance(constant, float):
                floats.append(constant)
            elif isinstance(constant, tuple) and all(isinstance(part, float) for part in constant):
                floats += constant
            elif isinstance(constant, str):
                yield from self.text(place, constant, depth)
            elif isinstance(constant, bytes):
                yield from self._hidden(place, constant, depth, "bytes")
        yield Piece(place, "array", np.array(floats))


def _joined(value: object) -> str | None:
    """A text of a notebook, which may be a list of its lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return "".join(value) if all(line.endswith("\n") for line in value[:-1]) else "\n".join(value)
    return None


def _decoded(data: bytes) -> str | None:
    """The bytes as a text, or None where they are none."""
    marks = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
    encoding = next((name for mark, name in marks if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _strings(place: str, data: bytes) -> Iterator[Piece]:
    """What reads as text in bytes of another kind, each letter one byte or two."""
    plain = b"\n".join(re.findall(rb"[\x20-\x7e\t\n]{8,}", data))
    wide = b"\n".join(found.replace(b"\0", b"") for found in re.findall(rb"(?:[\x20-\x7e\t\n]\0){8,}", data))
    for found in (plain, wide):
        if found:
            yield Piece(place, "text", found.decode("ascii"))


def _from_base64(text: str) -> bytes | None:
    compact = re.sub(r"\s+", "", text).rstrip("=").translate(str.maketrans("-_", "+/"))
    compact = compact[: len(compact) - 1] if len(compact) % 4 == 1 else compact
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
