"""When the notes of a phrase begin and how long they last: swung figures of half a bar, put end to end.

A figure is a list of (onset, duration) in ticks from the beginning of its half bar (24 ticks, two beats). On the beat a
swung eighth lasts 8 ticks, off the beat 4.
"""

from __future__ import annotations

from random import Random

Figure = tuple[tuple[int, int], ...]

RUNNING: dict[Figure, float] = {  # in the middle of a phrase
    ((0, 8), (8, 4), (12, 8), (20, 4)): 12,
    ((0, 8), (8, 4), (12, 12)): 1.2,
    ((0, 12), (12, 8), (20, 4)): 1.5,
    ((0, 4), (4, 4), (8, 4), (12, 8), (20, 4)): 1.3,
    ((0, 8), (8, 4), (12, 4), (16, 4), (20, 4)): 0.8,
    ((0, 8), (8, 12), (20, 4)): 1.2,
    ((8, 4), (12, 8), (20, 4)): 1.0,
    ((0, 20), (20, 4)): 0.5,
}
OPENING: dict[Figure, float] = {  # pickups among them
    ((0, 8), (8, 4), (12, 8), (20, 4)): 4,
    ((8, 4), (12, 8), (20, 4)): 4,
    ((12, 8), (20, 4)): 3,
    ((20, 4),): 2,
    ((0, 12), (12, 8), (20, 4)): 1.5,
    ((12, 4), (16, 4), (20, 4)): 1,
}
CLOSING: dict[Figure, float] = {
    ((0, 8), (8, 4)): 3,  # off the beat and short: what gave be-bop its name
    ((0, 8), (8, 16)): 2,
    ((0, 12),): 2,
    ((0, 24),): 2,
    ((0, 8), (8, 4), (12, 12)): 2,
    ((0, 20),): 1,
    ((0, 8), (8, 4), (12, 8), (20, 4)): 1,
    ((0, 8), (8, 4), (12, 8), (20, 16)): 3,  # the last note comes early, and is held into the next chord
    ((0, 8), (8, 12), (20, 16)): 1,
}

HELD_OVER = tuple(figure for figure in CLOSING if sum(figure[-1]) > 24)


def pick(weights: dict[Figure, float], rng: Random) -> Figure:
    return rng.choices(list(weights), list(weights.values()))[0]


def phrase(halves: int, rng: Random) -> list[Figure]:
    """The figures of a phrase that touches so many half bars (at least 2)."""
    return [pick(OPENING, rng), *(pick(RUNNING, rng) for _ in range(halves - 2)), pick(CLOSING, rng)]
