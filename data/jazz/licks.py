"""Licks: short figures of our own over one or two chords, which the soloist of ``lines.py`` weaves in.

A lick is written over one chord, or over two with a bar line between them. A word is a rhythm letter and a degree, both
as on paper: ``e`` swung eighth, ``t`` triplet eighth, ``q`` quarter, ``d`` dotted quarter, ``h`` half note, and ``e-``,
``q-`` rests. Degrees count from the root of the chord they stand over, in the major scale, with ``b`` and ``#``; ``'``
is an octave up, ``,`` an octave down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from unrolled.datasets.jazz import TICKS_PER_BAR

MINOR = """
e1 e2 eb3 e5 e4 eb3 e2 e1
e5 eb7 e1' e2' eb3' e1' eb7 e5
eb3 e5 eb7 e2' q1' eb7 e6
e1 e5 e4 eb3 e2 eb7, e1 e2
q5 e4 eb3 e1 e2 eb3 e5
e- e1 eb3 e5 eb7 e5 e4 e2
eb7 e6 e5 e4 eb3 e5 e2 e4
tb3 t5 tb7 e2' e1' eb7 e5 e4 eb3
e5 e6 eb7 e1' e2' eb7 e5 eb3
e1' eb7 e6 e5 e7, e1 qb3
e5 e#4 e5 eb7 e6 e5 eb3 e1
eb3 e2 e1 eb7, e1 eb3 q5
"""
DOMINANT = """
e3 e5 eb7 e2' e1' eb7 e6 e5
e1' e7 eb7 e6 e5 e4 e3 e2
e5 e3 e4 e#4 e5 eb7 e6 e5
eb7 e5 e3 e1 e2 e#2 e3 e5
e1 e3 e5 e6 eb7 e6 e5 e3
q3 e5 eb7 e1' e6 eb7 e5
e- e3 e5 e6 eb7 e2' e1' e6
e5 e6 e5 e4 e3 eb7, e1 e2
t3 t5 tb7 e2' eb7 e1' e6 e5 e3
e3 e4 e5 e3 eb7 e6 e5 e4
e2 e#2 e3 e5 e1' eb7 q5
eb7 e1' e5 e6 e3 e4 e1 e2
"""
ALTERED = """
e3 eb6 eb7 eb2' e1' eb7 eb6 e#4
eb7 eb6 e#4 e3 e#2 eb2 e1 eb7,
eb6 eb7 e1' eb2' e#2' eb2' eb7 eb6
e1 eb2 e#2 e3 e#4 eb6 eb7 eb2'
e#2' eb2' e1' eb7 eb6 e3 e#4 eb6
q3 eb6 eb7 eb2' e1' eb7 eb6
eb7 eb2' e1' eb6 e3 e#4 eb6 eb7
t3 tb6 tb7 eb2' e1' eb6 e#4 e3 e#2
"""
MAJOR = """
e3 e5 e7 e2' e1' e7 e6 e5
e1 e2 e3 e5 e6 e5 e3 e2
d5 e3 e2 e1 q6,
e7 e6 e5 e3 e4 e#4 e5 e3
e- e5 e6 e7 e1' e5 e3 e2
q5 e6 e3 e5 e2 e3 e1
e3 e#2 e3 e5 e7 e6 e5 e3
t5 t6 t7 e2' e7 e1' e5 e6 e3
e6 e5 e3 e1 e2 e3 e5, e7,
e1' e7 e5 e6 e3 e5 q2
e5 e7 e6 e5 e#4 e5 e3 e1
e3 e2 e1 e6, e5, e1 q3
"""
HALF_DIMINISHED = """
e1 eb3 eb5 eb7 eb6 eb5 e4 eb3
eb5 eb7 e1' eb3' e1' eb7 eb6 eb5
eb7 e1' eb6 eb7 eb5 e4 eb3 e1
e- eb3 eb5 eb7 eb3' e1' eb7 eb5
e1' eb7 eb5 eb3 e4 eb5 qb7
eb3 eb5 e4 eb3 e1 eb7, e1 eb3
"""
MINOR_REST = """
e1 e2 eb3 e5 e6 e5 eb3 e2
e5 e6 e7 e2' e1' e6 e5 eb3
eb3 e2 e1 e7, e1 eb3 q5
e- e5 e6 e1' e7 e5 eb3 e2
q1' e6 e5 eb3 e4 e#4 e5
eb3 e5 e6 e7 e1' e5 qb3
e1' e5 e6 eb3 e5 e2 q1
tb3 t5 t6 e1' e7 e6 e5 eb3 e1
"""
BLUES = """
eb3 e3 e5 e6 e1' e6 e5 e3
e1' eb7 e5 eb5 e4 eb3 q1
e5 eb5 e4 eb3 e1 eb7, e1 e3
e- eb3 e3 e1 q5 eb3 e1
q1' eb7 e5 e4 eb5 e5 e3
e5 eb7 e1' eb7 e5 eb5 e4 eb3
t1 tb3 t3 e5 e6 e5 eb3 e3 e1
e1 eb3 e4 eb5 q5 eb7 e5
"""
# Over two chords: the first ends in a half step, a whole step, or a held note, to a third, a seventh or a fifth.
TWO_FIVE = """
e1 eb3 e5 eb7 e2' e1' eb7 e6 | e3 e5 eb7 e2' q1' e6 e5
e5 eb3 e1 e2 eb3 e5 eb7 e5 | e3 e4 e5 eb7 e6 e5 q3
eb3' e2' e1' eb7 e6 e5 e4 eb3 | e5 e6 eb7 e5 e3 e5 qb7
e- e5 eb7 e1' eb3' e1' e5 eb7 | e3 eb7 e6 e5 q3 q1
e1' eb7 e5 e6 eb7 e5 eb3 e4 | e1 e3 e5 e6 eb7 e1' q2'
eb3 e5 eb7 e5 e1' eb7 e5 eb7 | e3 e1 e2 e3 q5 qb7
"""
FIVE_ONE = """
e3 e5 eb7 eb2' e1' eb7 e5 e4 | e7, e1 e2 e5 q3 q-
eb7 e6 e5 e4 e3 e5 eb7 e5 | e3 e2 e1 e3 q5 q-
e5 e#4 e5 e6 eb7 e5 e3 e4 | d3 e2 h1
e1' e7 eb7 e6 e5 e3 e2 e#2 | e7, e2 e1 e5 q3 q-
eb7 e1' e2' e1' eb7 e5 e6 eb7 | q3' e1' e7 q5 q-
e3 e1 e2 e3 e5 e3 e4 e3 | e5, e7, e1 e3 q2 q-
"""
ALTERED_ONE = """
e3 eb6 eb7 eb2' e#2' eb2' e1' eb6 | e5 e3 e2 e7, h1
e#2' eb2' e1' eb7 eb6 eb7 e#4 eb6 | e3 e5 e7 e6 q5 q-
eb7 eb6 e#4 e3 eb2 e#2 e3 eb6 | e5 e3 e1 e2 q3 q-
e1' eb2' eb7 eb6 e3 e#4 eb6 eb7 | q5 e3 e2 h3
"""
MINOR_TWO_FIVE = """
e1 eb3 eb5 eb7 e1' eb7 eb5 e4 | e3 e5 eb7 eb2' q1' eb7 e5
eb5 eb7 eb3' e1' eb7 eb5 eb6 eb5 | eb7 eb6 e5 e4 q3 e5 eb7
e- eb5 e4 eb3 e1 eb3 eb5 eb7 | e5 e3 e4 e5 eb7 eb6 q5
"""

# The qualities of the chords that a group of licks fits.
GROUPS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (MINOR, (("m7",),)),
    (DOMINANT, (("7",),)),
    (ALTERED, (("7alt",),)),
    (MAJOR, (("maj7", "6"),)),
    (HALF_DIMINISHED, (("m7b5",),)),
    (MINOR_REST, (("m6",),)),
    (BLUES, (("7",),)),
    (TWO_FIVE, (("m7",), ("7",))),
    (FIVE_ONE, (("7",), ("maj7", "6"))),
    (ALTERED_ONE, (("7alt",), ("maj7", "6"))),
    (MINOR_TWO_FIVE, (("m7b5",), ("7b9",))),
)

_WORD = re.compile(r"([etqdh])(-|[b#]?[1-7][',]?)")
_DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11}
_ALTERED = {"": 0, "b": -1, "#": 1}
_OCTAVES = {"": 0, "'": 12, ",": -12}


@dataclass(frozen=True)
class Lick:
    """A figure with its own rhythm.

    Attributes:
        qualities: for each bar, the qualities of the chord that it fits.
        notes: (onset in ticks, duration in ticks, semitones above the root of the bar's chord); rests are not written.
    """

    qualities: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[int, int, int], ...]


def duration(letter: str, onset: int) -> int:
    """Ticks of a rhythm letter at a place: an eighth on the beat is long, off the beat short."""
    on_the_beat = onset % 12 == 0
    return {"e": 8 if on_the_beat else 4, "t": 4, "q": 12, "d": 20, "h": 24}[letter]


def semitones(degree: str) -> int:
    """Semitones above the root of a degree such as ``b3'``."""
    plain = degree.strip("b#',")
    accidental, octave = degree[: degree.index(plain)], degree[degree.index(plain) + 1 :]
    return _DEGREES[plain] + _ALTERED[accidental] + _OCTAVES[octave]


def read(line: str, qualities: tuple[tuple[str, ...], ...]) -> Lick:
    """A lick from its words; ``ValueError`` if a bar is not full."""
    notes, now = [], 0
    for number, bar in enumerate(line.split("|"), start=1):
        for word in bar.split():
            match = _WORD.fullmatch(word)
            if match is None:
                raise ValueError(f"{word!r} in the lick {line!r}")
            letter, degree = match.groups()
            ticks = duration(letter, now)
            if degree != "-":
                notes.append((now, ticks, semitones(degree)))
            now += ticks
        if now != number * TICKS_PER_BAR:
            raise ValueError(f"bar {number} of the lick {line!r} ends at tick {now}")
    return Lick(qualities, tuple(notes))


LICKS = tuple(read(line, qualities) for text, qualities in GROUPS for line in text.strip().split("\n"))
