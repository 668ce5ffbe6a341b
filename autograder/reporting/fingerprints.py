"""Fingerprints of a notebook's code, by winnowing: what two notebooks have in common, whatever their names are.

Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003. Code is read as
a row of tokens in which every name of the student's is the same, comments and layout are nothing, and a text is a text.
Every piece of ``PIECE`` tokens has a hash; of each ``WINDOW`` neighbours the smallest one is kept. So whatever two
notebooks share of at least ``PIECE + WINDOW - 1`` tokens leaves a fingerprint that they share, wherever it stands.

Lexing what students wrote takes as long as they please: call these functions in a process that can be ended.
"""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, Text

from autograder.exports.reading import TooMuchCode
from autograder.judging.reconcile import read_submission

PIECE, WINDOW = 14, 4  # tokens; hashes
MOST_CHARACTERS = 300_000  # of code in a notebook; right ones have about 20,000

Prints = frozenset[tuple[str, int]]
"""Where and what: an exercise and a hash. Code belongs to the exercise below whose ``def`` or ``class`` it stands in
its cell, or else to the next one: helpers stand before what they help. Empty below the last one.
"""


def notebook_fingerprints(content: bytes, exercises: Collection[str], known: Collection[str] = ()) -> Prints:
    """The fingerprints of a submitted notebook.

    Args:
        content: the bytes that the student sent.
        exercises: names that tell where in the notebook a fingerprint stands.
        known: code cells that everybody was given; a cell that is one of them is left out.

    Raises:
        Unreadable: the bytes are no notebook.
        TooMuchCode: there is more code than ``MOST_CHARACTERS``.
    """
    cells = [cell.source for cell in read_submission(content).cells if cell.cell_type == "code"]
    own = [cell for cell in cells if cell not in known]
    if sum(map(len, own)) > MOST_CHARACTERS:
        raise TooMuchCode(f"its code is longer than {MOST_CHARACTERS:,} characters")
    found: set[tuple[str, int]] = set()
    coming = ""
    for cell in reversed(own):
        names, tokens = _named(tokens_of(cell), exercises)
        coming = next(filter(None, names), coming)
        hashes = _hashes(tokens)
        found |= {(names[place] or coming, hashes[place]) for place in _winnowed(hashes)}
    return frozenset(found)


def all_pieces(cells: Iterable[str]) -> set[int]:
    """The hash of every piece of these code cells, winnowed or not: what need not be looked at elsewhere."""
    return {each for cell in cells for each in _hashes([text for text, _ in tokens_of(cell)])}


def tokens_of(code: str) -> Iterator[tuple[str, str]]:
    """Each token as it is compared, and as it was written.

    Names are all one, but for those that Python gives (``len``, ``self``) and those after a dot (``np.einsum``), which
    somebody else's library gives. Numbers count by their value, texts not at all. What is no Python is lexed as well.
    """
    before = ""
    for kind, text in PythonLexer(stripnl=False).get_tokens(code):
        if kind in Comment or kind in Text or kind in String.Doc or not text.strip():
            continue
        if kind in String:
            if before != "text":
                yield "text", text
            before = "text"
            continue
        if kind in Name and kind not in Name.Builtin and before != ".":
            shown = "name"
        elif kind in Number or kind in Keyword or keyword.iskeyword(text) or kind in Name:
            shown = text
        else:
            shown = text.strip()
        yield shown, text
        before = shown


def _named(tokens: Iterable[tuple[str, str]], exercises: Collection[str]) -> tuple[list[str], list[str]]:
    """For each token the exercise that it belongs to, and the token as it is compared."""
    names, compared, current, last = [], [], "", ""
    for text, written in tokens:
        if last in ("def", "class") and written in exercises:
            current = written
        names.append(current)
        compared.append(text)
        last = text
    return names, compared


def _hashes(tokens: list[str]) -> list[int]:
    """Of every piece, in order; the same in every process, which Python's own hash is not."""
    pieces = (" ".join(tokens[first : first + PIECE]) for first in range(len(tokens) - PIECE + 1))
    return [int.from_bytes(hashlib.blake2b(piece.encode(errors="replace"), digest_size=8).digest()) for piece in pieces]


def _winnowed(hashes: list[int]) -> list[int]:
    """Where the smallest hash of each window stands, the last one if there are several."""
    windows = range(max(len(hashes) - WINDOW + 1, min(len(hashes), 1)))
    ends = [(first, min(first + WINDOW, len(hashes))) for first in windows]
    picked = [min(range(first, end), key=lambda at: (hashes[at], -at)) for first, end in ends]
    return picked[:1] + [after for before, after in pairwise(picked) if after != before]
