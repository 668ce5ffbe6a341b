"""The jazz choruses of unit 03: chords, notes, and what can be measured of a solo.

Time is counted in ticks, 12 to a beat, 48 to a bar of four beats: a swung pair of eighths is 8 + 4 ticks, a triplet
4 + 4 + 4. Pitches are MIDI numbers (60 is middle C), pitch classes are pitches modulo 12. The choruses are our own,
made by ``data/jazz/make_corpus.py``; their card is ``data/jazz/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from unrolled.datasets.folder import data_folder

TICKS_PER_BEAT = 12
TICKS_PER_CHORD = 24  # chords change on the first and on the third beat only
TICKS_PER_BAR = 48
STRONG_BEATS = (1, 3)  # where chords begin

LOWEST_PITCH, HIGHEST_PITCH = 50, 86  # the range of a horn: D below middle C to the D two octaves above it
NOTE_DURATIONS = (4, 8, 12, 16, 20, 24)  # ticks; no note of the corpus lasts otherwise
REST = 0  # the pitch of a rest, where a rest must have one
REST_DURATIONS = tuple(range(4, 49, 4))  # ticks; a rest that is cut at every bar line lasts one of these

NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

# quality -> semitones above the root: the chord's tones, and the scale that improvisers play on it
TONES: dict[str, tuple[int, ...]] = {
    "maj7": (0, 4, 7, 11),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "7b9": (0, 4, 7, 10),
    "7alt": (0, 4, 8, 10),
    "m7": (0, 3, 7, 10),
    "m6": (0, 3, 7, 9),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
SCALES: dict[str, tuple[int, ...]] = {
    "maj7": (0, 2, 4, 5, 7, 9, 11),
    "6": (0, 2, 4, 5, 7, 9, 11),
    "7": (0, 2, 4, 5, 7, 9, 10),
    "7b9": (0, 1, 4, 5, 7, 8, 10),
    "7alt": (0, 1, 3, 4, 6, 8, 10),
    "m7": (0, 2, 3, 5, 7, 9, 10),
    "m6": (0, 2, 3, 5, 7, 9, 11),
    "m7b5": (0, 1, 3, 5, 6, 8, 10),
    "dim7": (0, 2, 3, 5, 6, 8, 9, 11),
}
QUALITIES = tuple(TONES)
_SYMBOL = re.compile(r"([A-G][b#]?)(.*)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, order=True)
class Chord:
    """A chord: its root's pitch class (0 = C ... 11 = B) and its quality, one of ``QUALITIES``."""

    root: int
    quality: str

    @classmethod
    def parse(cls, symbol: str) -> Chord:
        """The chord of a symbol such as ``"Bbm7"``; ``ValueError`` if the symbol is unknown."""
        match = _SYMBOL.fullmatch(symbol)
        if match is None or match[2] not in TONES:
            raise ValueError(f"{symbol!r} is no chord: a letter, b or #, and one of {', '.join(QUALITIES)}")
        sharp = {"": 0, "#": 1, "b": -1}[match[1][1:]]
        return cls((_LETTERS[match[1][0]] + sharp) % 12, match[2])

    @property
    def symbol(self) -> str:
        """The chord as musicians write it; black keys are written as flats."""
        return NAMES[self.root] + self.quality

    @cached_property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes of root, third, fifth (or what stands for it), seventh (or sixth)."""
        return tuple((self.root + step) % 12 for step in TONES[self.quality])

    @cached_property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the scale that fits the chord, upwards from the root."""
        return tuple((self.root + step) % 12 for step in SCALES[self.quality])

    def transposed(self, semitones: int) -> Chord:
        return Chord((self.root + semitones) % 12, self.quality)


class Note(NamedTuple):
    """A sounding note: its onset (ticks from the start of the chorus), its duration (ticks), its MIDI pitch."""

    onset: int
    duration: int
    pitch: int

    @property
    def end(self) -> int:
        return self.onset + self.duration


@dataclass(frozen=True)
class Chorus:
    """One time through a form: the chords, and a solo over them.

    Attributes:
        name: unlike every other chorus's, such as ``"blues_major-Bb-2"``.
        form: which of the twelve forms.
        key: pitch class of the key.
        tempo: beats a minute.
        chords: one for every half bar (24 ticks).
        notes: the sounding ones, in the order of time and one at a time: none begins before the one before has ended.
            Where nothing sounds there is a rest, which is not written. No note ends after the chorus.
    """

    name: str
    form: str
    key: int
    tempo: int
    chords: tuple[Chord, ...]
    notes: tuple[Note, ...]

    @property
    def length(self) -> int:
        """Ticks from the first chord to the end of the last."""
        return TICKS_PER_CHORD * len(self.chords)


def load_choruses(split: Literal["train", "held_out", "all"] = "train") -> list[Chorus]:
    """The choruses of one part of the corpus, in the order of the file.

    Every form and every key occurs in the training part; of each form, two keys are held out whole.
    """
    if split not in ("train", "held_out", "all"):
        raise ValueError(f"no part of the corpus is called {split!r}: take 'train', 'held_out' or 'all'")
    return [chorus for part, chorus in _corpus() if split in (part, "all")]


@lru_cache(maxsize=1)
def _corpus() -> tuple[tuple[str, Chorus], ...]:
    text = (data_folder() / "jazz" / "choruses.txt").read_text(encoding="utf-8")
    return tuple(parse_chorus(block) for block in text.split("\n\n") if not block.startswith("#"))


def write_chorus(chorus: Chorus, split: str) -> str:
    """Three lines of text: the chorus's name, form, key, tempo and part; its chords, two a bar; its notes, bar by bar.

    A note is ``duration.pitch``, a rest ``duration.r`` (the last one of a chorus is not written); a note that is held
    over a bar line stands in the bar where it begins.
    """
    head = f"{chorus.name} {chorus.form} {NAMES[chorus.key]} {chorus.tempo} {split}"
    symbols = [chord.symbol for chord in chorus.chords]
    bars = [" ".join(symbols[at : at + 2]) for at in range(0, len(symbols), 2)]
    words, now = [], 0
    for note in chorus.notes:
        while now < note.onset:
            upto = min(note.onset, now - now % TICKS_PER_BAR + TICKS_PER_BAR)
            words += [f"{upto - now}.r"] + ["|"] * (upto % TICKS_PER_BAR == 0)
            now = upto
        words.append(f"{note.duration}.{note.pitch}")
        words += ["|"] * (note.end // TICKS_PER_BAR - now // TICKS_PER_BAR)
        now = note.end
    return "\n".join([head, " | ".join(bars), " ".join(words)])


def parse_chorus(text: str) -> tuple[str, Chorus]:
    """What :func:`write_chorus` wrote: the part of the corpus, and the chorus."""
    head, symbols, words = text.strip().split("\n")
    name, form, key, tempo, split = head.split()
    chords = tuple(Chord.parse(symbol) for symbol in symbols.split() if symbol != "|")
    notes, now = [], 0
    for word in words.split():
        if word != "|":
            duration, pitch = word.split(".")
            if pitch != "r":
                notes.append(Note(now, int(duration), int(pitch)))
            now += int(duration)
    return split, Chorus(name, form, NAMES.index(key), int(tempo), chords, tuple(notes))


def chord_at(chorus: Chorus, tick: int) -> Chord:
    """The chord that sounds at a tick; ``IndexError`` outside the chorus."""
    if not 0 <= tick < chorus.length:
        raise IndexError(f"tick {tick} lies outside a chorus of {chorus.length} ticks")
    return chorus.chords[tick // TICKS_PER_CHORD]


def is_chord_tone(chord: Chord, pitch: int) -> bool:
    """Whether the pitch, in whatever octave, is a tone of the chord."""
    return pitch % 12 in chord.tones


def transpose(chorus: Chorus, semitones: int) -> Chorus:
    """The chorus in another key: chords and notes alike, the solo as many semitones higher (lower if negative).

    Notes may leave the range ``LOWEST_PITCH ... HIGHEST_PITCH``: who needs the range must look.
    """
    return replace(
        chorus,
        key=(chorus.key + semitones) % 12,
        chords=tuple(chord.transposed(semitones) for chord in chorus.chords),
        notes=tuple(note._replace(pitch=note.pitch + semitones) for note in chorus.notes),
    )


def downbeat_chord_tone_share(chorus: Chorus, beats: Iterable[int] = STRONG_BEATS) -> float:
    """Which share of the notes that begin on one of these beats of the bar (1 to 4) are tones of the chord.

    The default is the first and the third beat, where chords begin; ``beats=(1,)`` is the first of the bar alone.
    NaN if no note begins there.
    """
    ticks = {(beat - 1) * TICKS_PER_BEAT for beat in beats}
    strong = [note for note in chorus.notes if note.onset % TICKS_PER_BAR in ticks and note.onset < chorus.length]
    if not strong:
        return float("nan")
    return sum(is_chord_tone(chord_at(chorus, note.onset), note.pitch) for note in strong) / len(strong)


def longest_copied_run(notes: Sequence[Note], corpus: Sequence[Chorus]) -> int:
    """How many notes on end also stand, on end, in some chorus of the corpus: same durations, same pitches.

    Rests between the notes are left out of the comparison, on both sides, so that a copy with another pause counts too.
    """
    wanted = [(note.duration, note.pitch) for note in notes]
    written = [[(note.duration, note.pitch) for note in chorus.notes] for chorus in corpus]

    def found(length: int) -> bool:
        """Whether some run of this length is copied; if so, every shorter length is found too."""
        ours = {tuple(wanted[at : at + length]) for at in range(len(wanted) - length + 1)}
        return any(tuple(pairs[at : at + length]) in ours for pairs in written for at in range(len(pairs) - length + 1))

    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if found(middle) else (low, middle - 1)
    return low
