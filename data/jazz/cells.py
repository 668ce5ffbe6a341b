"""Cells: what a soloist can play over one chord in half a bar, as pitches, each with how likely it is to be chosen.

There are runs along a scale with its bebop passing tone, arpeggios in thirds, turns and digital patterns, and two ways
to aim at a tone of the next chord: from a half step away, and from both sides (an enclosure).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from unrolled.datasets.jazz import HIGHEST_PITCH, LOWEST_PITCH, Chord, is_chord_tone

Ladder = tuple[int, ...]  # pitches, upwards

# The passing tone that makes the scale's run of eighths fall with chord tones on the beats: semitones above the root.
PASSING = {"maj7": None, "6": 8, "7": 11, "7b9": 11, "7alt": None, "m7": 11, "m6": 8, "m7b5": 11, "dim7": None}

# Steps along the scale (or, for the second dict, along the chord's tones) from the cell's first note.
TURNS = {
    (0, 1, 2, 4): 1.6,
    (4, 2, 1, 0): 1.6,
    (0, -1, -2, 2): 0.8,
    (0, 2, 1, -1): 0.6,
    (0, -2, -1, 0): 0.4,
    (0, 1, 2, 1): 0.6,
    (0, -1, 2, 1): 0.5,
    (0, 2, 4, 3, 2): 1.0,
    (0, 1, 2, 1, 0): 0.8,
    (0, 2, 4, 6, 5): 0.8,
    (0, 2, 1): 1.0,
    (0, -2, -1): 0.8,
    (0, 2): 0.8,
    (0, -2): 0.8,
    (0, 1): 0.6,
    (0, -1): 0.6,
}
ARPEGGIOS = {
    (0, 1, 2, 3): 2.4,
    (0, -1, -2, -3): 1.6,
    (0, 2, 1, 3): 0.5,
    (0, 1, 2, 1): 0.7,
    (0, 1, 2, 3, 2): 1.2,
    (0, -1, -2, -3, -2): 0.5,
    (0, 1, 2): 1.6,
    (0, -1, -2): 1.2,
    (0, 1): 1.0,
    (0, -1): 1.0,
}
RUN_DOWN, RUN_UP, ENCLOSURE, HALF_STEP = 7.0, 3.5, 3.0, 2.4


class Cell(NamedTuple):
    """Pitches, a weight, and the pitch that must follow, if the cell is aimed."""

    pitches: tuple[int, ...]
    weight: float
    aim: int | None = None


@cache
def ladder(classes: tuple[int, ...]) -> Ladder:
    """All pitches of these pitch classes within the horn's range, upwards."""
    return tuple(pitch for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1) if pitch % 12 in classes)


def bebop_scale(chord: Chord) -> Ladder:
    """The chord's scale and its passing tone."""
    passing = PASSING[chord.quality]
    return ladder(chord.scale if passing is None else (*chord.scale, (chord.root + passing) % 12))


def along(steps: Sequence[int], rungs: Sequence[int], start: int) -> tuple[int, ...] | None:
    """The pitches of a pattern of steps on a ladder that holds ``start``; None where it leaves the ladder."""
    base = rungs.index(start)
    places = [base + step for step in steps]
    return tuple(rungs[place] for place in places) if 0 <= min(places) and max(places) < len(rungs) else None


def cells(chord: Chord, count: int, starts: Sequence[int], targets: Sequence[int]) -> Iterator[Cell]:
    """Cells of ``count`` notes over a chord.

    Args:
        chord: what sounds.
        count: notes in the cell, 1 to 5.
        starts: pitches that the cell may begin with; those outside the chord's bebop scale are passed over.
        targets: tones of the next chord that a cell may aim at.
    """
    bebop, scale, tones = bebop_scale(chord), ladder(chord.scale), ladder(chord.tones)
    for start in starts:
        if start not in bebop:
            continue
        yield from plain(count, start, bebop, scale, tones)
        if count >= 2:
            for target in targets:
                yield from aimed(count, start, target, bebop, scale)


def plain(count: int, start: int, bebop: Ladder, scale: Ladder, tones: Ladder) -> Iterator[Cell]:
    if count == 1:
        yield Cell((start,), 1.0)
        return
    families = [(bebop, {tuple(range(0, -count, -1)): RUN_DOWN}), (bebop, {tuple(range(count)): RUN_UP})]
    families += [(scale, TURNS), (tones, ARPEGGIOS)]
    for rungs, patterns in families:
        for steps, weight in patterns.items():
            base = steps[0]  # a turn such as 4 2 1 0 is written from its lowest note, and begins on its first
            if len(steps) == count and start in rungs:
                pitches = along([step - base for step in steps], rungs, start)
                if pitches:
                    yield Cell(pitches, weight)


def aimed(count: int, start: int, target: int, bebop: Ladder, scale: Ladder) -> Iterator[Cell]:
    """Cells whose last notes lead to a target: from a half step below or above, or from both sides."""
    above = next((pitch for pitch in scale if pitch > target), target + 1)
    endings = [((target - 1,), HALF_STEP), ((target + 1,), HALF_STEP / 2)]
    if above - target <= 2:
        endings += [((above, target - 1), ENCLOSURE), ((target - 1, above), ENCLOSURE / 2)]
    for ending, weight in endings:
        missing = count - len(ending)
        if missing < 1 or not LOWEST_PITCH <= min(ending) <= max(ending) <= HIGHEST_PITCH:
            continue
        way = leading(missing, start, ending[0], bebop)
        if way and way[-1] not in (ending[0], target):
            yield Cell((*way, *ending), weight / (1 + abs(start - target) / 6), target)


def leading(count: int, start: int, goal: int, rungs: Ladder) -> tuple[int, ...] | None:
    """A straight way of ``count`` notes from ``start`` towards ``goal``, by step if that reaches, else in thirds."""
    gap = goal - start
    direction = 1 if gap > 0 else -1
    for stride in (1, 2):
        way = along([direction * stride * step for step in range(count)], rungs, start)
        if way and 1 <= abs(goal - way[-1]) <= 4 and (goal - way[-1]) * direction > 0:
            return way
    return None


def on_beat_weight(chord: Chord, pitches: Sequence[int], onsets: Sequence[int]) -> float:
    """Small for a cell that puts other tones than the chord's on beats, above all on the first and third of the bar."""
    weight = 1.0
    for pitch, onset in zip(pitches, onsets, strict=True):
        if onset % 12 == 0 and not is_chord_tone(chord, pitch):
            weight *= 0.05 if onset % 24 == 0 else 0.22
    return weight
