"""The soloist: phrases over the changes, made of cells, licks and motifs that are joined with smooth voice leading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random

import cells
import rhythms
from licks import LICKS, Lick

from unrolled.datasets.jazz import HIGHEST_PITCH, LOWEST_PITCH, TICKS_PER_CHORD, Chord, Note, is_chord_tone

HALF = TICKS_PER_CHORD
LICK_SHARE, MOTIF_SHARE = 0.42, 0.25
WIDEST = 9  # semitones between an idea and its repeat
HOME = (57, 79)  # where phrases are led to; lines go beyond it and come back
# Semitones between the last note of a cell and the first of the next -> how welcome.
JOINTS = {0: 0.02, 1: 2.2, 2: 1.6, 3: 0.7, 4: 0.45, 5: 0.25, 6: 0.04, 7: 0.1, 8: 0.04, 9: 0.03, 12: 0.02}
GUIDES = {1: 1.8, 3: 1.5}  # the third and the seventh of a new chord, by their places among its tones


@dataclass
class Solo:
    """A solo in the making.

    Attributes:
        chords: one a half bar.
        blues: whether blues licks fit the form.
        notes: what has been played.
        aim: the pitch that must come next, after an approach.
    """

    chords: Sequence[Chord]
    blues: bool
    rng: Random
    notes: list[Note] = field(default_factory=list)
    aim: int | None = None

    def chord(self, half: int) -> Chord:
        return self.chords[half % len(self.chords)]

    def play(self, onsets: Sequence[tuple[int, int]], pitches: Sequence[int], start: int) -> None:
        self.notes += [Note(start + at, ticks, pitch) for (at, ticks), pitch in zip(onsets, pitches, strict=True)]


def improvise(chords: Sequence[Chord], blues: bool, rng: Random) -> tuple[Note, ...]:
    """A solo over a chorus: phrases of 6 to 16 beats, rests of 1 to 4 beats between them."""
    solo = Solo(chords, blues, rng)
    half = rng.choice((0, 0, 0, 1))
    while half < len(chords) - 2:
        length = min(rng.choice((3, 4, 4, 5, 6, 6, 7, 8)), len(chords) - half)
        if rng.random() < MOTIF_SHARE and len(chords) - half >= 6:
            half = motif(solo, half)
        else:
            half = phrase(solo, half, length)
        half += rng.choice((0, 0, 0, 0, 1, 1))
        half += solo.notes[-1].end > half * HALF - 8  # room to breathe
    return tuple(note for note in solo.notes if note.onset < len(chords) * HALF)


# ---------------------------------------------------------------------------------------------------------------------
# Phrases


def phrase(solo: Solo, half: int, length: int) -> int:
    """Play a phrase from a half bar on; returns the half bar after it."""
    rng = solo.rng
    figures = rhythms.phrase(length, rng)
    origin, goal = begin_near(solo), rng.uniform(*HOME)
    solo.aim = None
    at = 0
    while at < length:
        register = origin + (goal - origin) * at / length
        bars = lick(solo, half + at, length - at, register) if at and (half + at) % 2 == 0 else 0
        if bars:
            at += 2 * bars
            continue
        improvised(solo, half + at, figures[at], register, last=at == length - 1)
        at += 1
    solo.aim = None
    return half + at


def begin_near(solo: Solo) -> float:
    """A register to begin a phrase in: where the last one ended, or up to a sixth away, within the home register."""
    low, high = HOME
    if not solo.notes:
        return solo.rng.uniform(low, high)
    return min(high, max(low, solo.notes[-1].pitch + solo.rng.uniform(-9, 9)))


def improvised(solo: Solo, half: int, figure: rhythms.Figure, register: float, last: bool) -> None:
    """Play one figure over one chord."""
    if half + 1 == len(solo.chords):  # nothing is held beyond the end
        figure = tuple((at, min(ticks, HALF - at)) for at, ticks in figure)
    pitches, solo.aim = choose(solo, half, figure, register, last)
    solo.play(figure, pitches, half * HALF)


def choose(
    solo: Solo, half: int, figure: rhythms.Figure, register: float, last: bool
) -> tuple[tuple[int, ...], int | None]:
    chord, following = solo.chord(half), solo.chord(half + 1)
    onsets = [at for at, _ in figure]
    before = solo.notes[-2:]
    fresh = not before or half * HALF + onsets[0] - before[-1].end > 12
    centre = round(register) if fresh else before[-1].pitch
    starts = [solo.aim] if solo.aim is not None else list(range(centre - 7, centre + 8))
    targets = [] if last else [pitch for pitch in cells.ladder(following.tones) if abs(pitch - centre) <= 9]

    options, weights = [], []
    for cell in cells.cells(chord, len(figure), starts, targets):
        weight = cell.weight * cells.on_beat_weight(chord, cell.pitches, onsets)
        weight *= near(cell.pitches, register)
        if not fresh and solo.aim is None:
            weight *= joint([note.pitch for note in before], cell.pitches)
        weight *= arrival(chord, cell.pitches[0]) if onsets[0] == 0 else 1
        if cell.aim is not None:
            weight *= arrival(following, cell.aim) if following != chord else 0.5
        if last:
            final = following if figure in rhythms.HELD_OVER else chord
            weight *= 1.0 if is_chord_tone(final, cell.pitches[-1]) else 0.12
        options.append(cell)
        weights.append(weight)
    if not sum(weights):  # an aim that no cell can begin with, at the edge of the range: forget it
        solo.aim = None
        return choose(solo, half, figure, register, last)
    cell = solo.rng.choices(options, weights)[0]
    return cell.pitches, cell.aim


def joint(before: Sequence[int], after: Sequence[int]) -> float:
    """How smoothly a cell follows the notes before it."""
    step = after[0] - before[-1]
    weight = JOINTS.get(abs(step), 0.0)
    if len(before) == 2 and abs(step) >= 3:
        last = before[-1] - before[-2]
        if abs(last) >= 3 and last * step > 0:
            weight *= 0.25  # two leaps one way
    if len(after) >= 2 and abs(step) >= 5 and (after[1] - after[0]) * step > 0:
        weight *= 0.3  # after a wide leap a line turns back
    return weight


def near(pitches: Sequence[int], register: float) -> float:
    """Small for pitches far from where the phrase is being led to."""
    return exp(-(((sum(pitches) / len(pitches) - register) / 6) ** 2) / 2)


def arrival(chord: Chord, pitch: int) -> float:
    """How good a tone is to arrive on when a chord begins."""
    for place, weight in GUIDES.items():
        if pitch % 12 == chord.tones[place]:
            return weight
    return 0.6 if pitch % 12 == chord.root else 0.9


def lick(solo: Solo, half: int, room: int, register: float) -> int:
    """Play a lick that fits the chords and can be reached smoothly, if the dice say so. Returns its bars or 0."""
    if solo.rng.random() >= LICK_SHARE or not solo.notes:
        return 0
    before = [note.pitch for note in solo.notes[-2:]]
    options, weights = [], []
    for candidate in LICKS:
        bars = len(candidate.qualities)
        chords = [solo.chord(half + place) for place in range(2 * bars)]
        if 2 * bars > room or not fits(candidate, chords):
            continue
        for pitches in placements(candidate, chords):
            reached = solo.aim is None or pitches[0] == solo.aim
            smooth = joint(before, pitches) if solo.aim is None else 1.0
            options.append((candidate, pitches))
            weights.append(reached * smooth * near(pitches, register))
    if sum(weights) < 0.05:
        return 0
    candidate, pitches = solo.rng.choices(options, weights)[0]
    solo.aim = None
    solo.play([(at, ticks) for at, ticks, _ in candidate.notes], pitches, half * HALF)
    return len(candidate.qualities)


def fits(candidate: Lick, chords: Sequence[Chord]) -> bool:
    """Whether each bar has one chord, of a quality that the lick is written for. ``chords``: one a half bar."""
    halves = zip(chords[::2], chords[1::2], candidate.qualities, strict=True)
    return all(first == second and first.quality in group for first, second, group in halves)


def placements(candidate: Lick, chords: Sequence[Chord]) -> Iterator[list[int]]:
    """The lick's pitches in every octave that the horn has, with the bars of a long one joined within a fourth."""
    for octave in (36, 48, 60, 72):
        pitches: list[int] = []
        for at, _, step in candidate.notes:
            pitch = octave + chords[at // HALF].root + step
            opens_second_bar = pitches and at >= 2 * HALF and len(pitches) == first_bar(candidate)
            if opens_second_bar:
                octave += 12 * round((pitches[-1] - pitch) / 12)
                pitch = octave + chords[at // HALF].root + step
            if opens_second_bar and abs(pitch - pitches[-1]) > 5:
                break
            pitches.append(pitch)
        else:
            if LOWEST_PITCH <= min(pitches) and max(pitches) <= HIGHEST_PITCH:
                yield pitches


def first_bar(candidate: Lick) -> int:
    """How many notes the lick has in its first bar."""
    return sum(at < 2 * HALF for at, _, _ in candidate.notes)


# ---------------------------------------------------------------------------------------------------------------------
# Motifs


def motif(solo: Solo, half: int) -> int:
    """Play an idea of one bar and sequence it: the same rhythm and shape, moved to the chords that follow.

    Returns the half bar after the last repeat.
    """
    rng = solo.rng
    first, apart = len(solo.notes), rng.choice((2, 2, 2, 4))
    register = begin_near(solo)
    solo.aim = None
    improvised(solo, half, rhythms.pick(rhythms.RUNNING, rng), register, last=False)
    solo.aim = None
    closing = {figure: weight for figure, weight in rhythms.CLOSING.items() if figure not in rhythms.HELD_OVER}
    improvised(solo, half + 1, rhythms.pick(closing, rng), register, last=True)
    idea = solo.notes[first:]
    times = rng.choice((2, 2, 3))
    step = rng.choice((-3, -2, -2, 0, 2, 3))
    for repeat in range(1, times + 1):
        start = half + repeat * apart
        if start + 2 > len(solo.chords):
            return start
        moved = sequenced(solo, idea, start - half, repeat * step)
        if moved is None or abs(moved[0].pitch - solo.notes[-1].pitch) > WIDEST:
            return start
        solo.notes += moved
    return half + times * apart + 2


def sequenced(solo: Solo, idea: Sequence[Note], halves: int, shift: int) -> list[Note] | None:
    """The idea, so many half bars later and about ``shift`` semitones away, fitted to the chords there.

    On beats it takes tones of the chord, between them tones of its scale, and it keeps the direction of each step; None
    if it would leave the range.
    """
    moved: list[Note] = []
    for place, note in enumerate(idea):
        onset = note.onset + halves * HALF
        chord = solo.chord(onset // HALF)
        rungs = list(cells.ladder(chord.tones if onset % 12 == 0 else chord.scale))
        wanted = note.pitch + shift
        if place:
            direction = note.pitch - idea[place - 1].pitch
            rungs = [pitch for pitch in rungs if (pitch - moved[-1].pitch) * direction > 0]
        reachable = [pitch for pitch in rungs if abs(pitch - wanted) <= 4]
        if not reachable:
            return None
        moved.append(Note(onset, note.duration, min(reachable, key=lambda pitch: (abs(pitch - wanted), pitch))))
    return moved
