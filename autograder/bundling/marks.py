"""What can be recognised in a piece: how code is made, telling names, sentences, numbers, whole files."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Literal, NamedTuple

import numpy as np

from autograder.bundling import code_in_text, compiled, numbers_in
from autograder.bundling.numbers_in import Row, rows
from autograder.bundling.pieces import Piece
from autograder.bundling.shapes import Shape, shapes

WORDS = 8
"""Words in a row that two texts have in common only if one is from the other."""
WORD = re.compile(r"[a-z]{2,}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{11,}")
MARKERS = re.compile(
    r"(?:BEGIN|END) (?:SOLUTION|MARK SCHEME|HIDDEN TESTS)|^\s*#\s?%% (?:mistake|paraphrase|equivalent|words)\b"
    r"|^\s*(?:from|import) +autograder\b(?!\.nbgrader_settings).*",
    re.MULTILINE,
)

Kind = Literal["code", "name", "words", "numbers", "array", "file", "compiled", "marker"]


class Mark(NamedTuple):
    """Something that is recognised: its kind, what is compared, and the line (from 1) where it stands."""

    kind: Kind
    key: object
    line: int


def marks(piece: Piece) -> Iterator[Mark]:
    """Everything that is recognised in a piece."""
    content = piece.content
    if isinstance(content, str):
        yield from _in_text(content, piece.line)
        if piece.kind == "code":
            yield from _in_code(content, piece.line)
        else:
            yield from _in_snippets(content, piece.line)
    elif isinstance(content, np.ndarray):
        yield from of_array(content)
    elif isinstance(content, CodeType):
        yield from (Mark("compiled", digest, line) for digest, line in compiled.runs(content))
    elif isinstance(content, bytes) and content.strip():
        yield Mark("file", of_file(content), 1)


def of_file(content: bytes) -> bytes:
    """What a whole file is known by."""
    return hashlib.sha256(content.strip()).digest()


def of_array(array: np.ndarray, read: Callable[[np.ndarray], set[Row]] = rows) -> Iterator[Mark]:
    """What an array is known by: ``read`` says in which order its numbers are looked at."""
    if array.dtype.kind in "fc":
        parts = (array,) if array.dtype.kind == "f" else (array.real, array.imag)
        yield from (Mark("numbers", row, 1) for part in parts for row in read(part))
    elif (whole := numbers_in.telling_bytes(array)) is not None:
        yield Mark("array", hashlib.sha256(whole).digest(), 1)


def is_telling(name: str) -> bool:
    """Whether a name is nobody's by chance: of three words or more."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    return len(name) >= 12 and len(words) >= 3


def word_rows(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every ``WORDS`` words in a row, and where in the text they begin."""
    found = [(match[0], match.start()) for match in WORD.finditer(text.lower())]
    words = [word for word, _ in found]
    for begin in range(len(words) - WORDS + 1):
        yield tuple(words[begin : begin + WORDS]), found[begin][1]


def _in_text(text: str, line: int) -> Iterator[Mark]:
    ends = [match.end() for match in re.finditer("\n", text)]

    def at(place: int) -> int:
        return line + bisect_right(ends, place)

    for match in NAME.finditer(text):
        if is_telling(match[0]):
            yield Mark("name", match[0], at(match.start()))
    for row, place in word_rows(text):
        yield Mark("words", row, at(place))
    for match in MARKERS.finditer(text):
        yield Mark("marker", match[0].strip(), at(match.start()))
    values = numbers_in.literals(text)
    yield from (Mark("numbers", row, line) for row in rows(values))


def _in_code(code: str, line: int) -> Iterator[Mark]:
    try:
        yield from (_of(shape, line) for shape in shapes(code))
    except code_in_text.FAILURES:
        yield from _in_snippets(code, line)  # a cell with a magic, half a file


def _in_snippets(text: str, line: int) -> Iterator[Mark]:
    for code, first in code_in_text.snippets(text):
        yield from (_of(shape, line + first - 1) for shape in shapes(code))


def _of(shape: Shape, line: int) -> Mark:
    return Mark("code", shape.digest, line + shape.line - 1)
