"""Choruses as sound, made with NumPy alone: a reedy solo, a walking bass, chords in the left hand, and a ride cymbal.

No sound font, no system package. Samples are float32 between -1 and 1, mono, ``SAMPLE_RATE`` a second unless said
otherwise. ``player(chorus)`` as the last line of a notebook cell shows a player.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unrolled.datasets.jazz import TICKS_PER_BAR, TICKS_PER_BEAT, TICKS_PER_CHORD, Chord, Chorus, chord_at
from unrolled.sound.midi import voicing

if TYPE_CHECKING:
    from IPython.display import Audio

SAMPLE_RATE = 22_050  # a second; enough for everything below 11 kHz, and half the bytes in the notebook
Samples = NDArray[np.float32]

BASS = (30, 52)  # MIDI pitches: where a double bass is at home
# How loud each part is in the mix.
LEVELS = {"solo": 0.50, "bass": 0.42, "chords": 0.13, "ride": 0.05}
# Strength of the overtones: 1, 2, 3 ... times the pitch's frequency.
REED = (1.0, 0.45, 0.5, 0.22, 0.18, 0.09, 0.06, 0.03)
STRING = (1.0, 0.55, 0.28, 0.12, 0.05)
TINES = (1.0, 0.18, 0.05, 0.09)
COMPING = ((0, 12), (20, 4))  # ticks in a bar: on the beat, and off the beat before the third one
RIDE = ((0, 0.8), (12, 1.0), (20, 0.5), (24, 0.8), (36, 1.0), (44, 0.5))  # ding, ding-a-ding: tick in the bar, loudness


def frequency(pitch: float) -> float:
    """Hertz of a MIDI pitch; 69 is the A of 440 Hz."""
    return 440.0 * 2 ** ((pitch - 69) / 12)


def render(chorus: Chorus, *, sample_rate: int = SAMPLE_RATE, parts: Sequence[str] = tuple(LEVELS)) -> Samples:
    """The sound of a chorus.

    Args:
        chorus: chords, notes and tempo.
        sample_rate: samples a second.
        parts: what is heard, of ``solo``, ``bass``, ``chords`` and ``ride``.

    Returns:
        Samples, at most 0.9 loud, one second longer than the chorus so that the last notes fade.
    """
    unknown = set(parts) - LEVELS.keys()
    if unknown:
        raise ValueError(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(LEVELS)}")
    tick = 60 / chorus.tempo / TICKS_PER_BEAT  # seconds
    mix = np.zeros(round((chorus.length * tick + 1) * sample_rate), dtype=np.float32)
    for part in parts:
        for onset, sound in _PARTS[part](chorus, tick, sample_rate):
            at = round(onset * tick * sample_rate)
            sound = sound[: len(mix) - at]
            mix[at : at + len(sound)] += LEVELS[part] * sound
    loudest = float(np.max(np.abs(mix)))
    return mix * np.float32(0.9 / loudest) if loudest else mix


def wav_bytes(samples: ArrayLike, sample_rate: int = SAMPLE_RATE) -> bytes:
    """Samples between -1 and 1 as the bytes of a WAV file: mono, 16 bits. What is louder is cut off."""
    signal = np.clip(np.asarray(samples, dtype=np.float64), -1, 1)
    if signal.ndim != 1:
        raise ValueError(f"mono samples have one axis; these have the shape {signal.shape}")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.round(signal * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def player(chorus: Chorus, *, parts: Sequence[str] = tuple(LEVELS)) -> Audio:
    """A player for the notebook, with the sound inside it."""
    from IPython.display import Audio  # not needed to write a WAV file

    return Audio(data=wav_bytes(render(chorus, parts=parts)))


# ---------------------------------------------------------------------------------------------------------------------
# The four parts: (tick, sound), one a note


def _solo(chorus: Chorus, tick: float, sample_rate: int) -> Iterator[tuple[int, Samples]]:
    for note in chorus.notes:
        lean = 1.0 if note.onset % TICKS_PER_BEAT else 0.82  # swing players lean on the notes off the beat
        yield note.onset, np.float32(lean) * _reed(note.pitch, note.duration * tick, sample_rate)


def _bass(chorus: Chorus, tick: float, sample_rate: int) -> Iterator[tuple[int, Samples]]:
    for beat, pitch in enumerate(walking_bass(chorus.chords)):
        yield beat * TICKS_PER_BEAT, _pluck(pitch, 1.05 * TICKS_PER_BEAT * tick, sample_rate)


def _chords(chorus: Chorus, tick: float, sample_rate: int) -> Iterator[tuple[int, Samples]]:
    for bar in range(0, chorus.length, TICKS_PER_BAR):
        split = chord_at(chorus, bar) != chord_at(chorus, min(bar + TICKS_PER_CHORD, chorus.length - 1))
        for offset, ticks in COMPING:
            # Off the beat, the hand is already at the chord of the half bar that comes.
            chord = chord_at(chorus, min(bar + offset + (offset % TICKS_PER_BEAT), chorus.length - 1))
            length = 14 if offset and split else ticks
            for pitch in voicing(chord)[1:]:
                yield bar + offset, _tine(pitch, length * tick, sample_rate)


def _ride(chorus: Chorus, tick: float, sample_rate: int) -> Iterator[tuple[int, Samples]]:
    for bar in range(0, chorus.length, TICKS_PER_BAR):
        for offset, loudness in RIDE:
            yield bar + offset, np.float32(loudness) * _cymbal(sample_rate)


_PARTS = {"solo": _solo, "bass": _bass, "chords": _chords, "ride": _ride}


def walking_bass(chords: Sequence[Chord]) -> list[int]:
    """One pitch a beat: the root where a chord begins, then a tone of the chord or a half step into the next root."""
    pitches: list[int] = []
    for place, chord in enumerate(chords):
        following = chords[(place + 1) % len(chords)]
        root = _near(chord.root, pitches[-1] if pitches else 40)
        if place and chords[place - 1] == chord:
            root = _near(chord.tones[2], pitches[-1])  # the second half of a bar: the fifth
        if following == chord:
            pitches += [root, _near(chord.tones[1], root)]
        else:
            aim = _near(following.root, root)
            from_below = aim - 1 >= BASS[0] and (aim > root or aim + 1 > BASS[1])
            pitches += [root, aim - 1 if from_below else aim + 1]
    return pitches


def _near(pitch_class: int, pitch: int) -> int:
    """The pitch of this class nearest to ``pitch`` in the register of the bass."""
    candidates = [p for p in range(BASS[0], BASS[1] + 1) if p % 12 == pitch_class]
    return min(candidates, key=lambda p: (abs(p - pitch), p))


# ---------------------------------------------------------------------------------------------------------------------
# The four instruments


def _partials(pitch: float, phase: NDArray[np.float64], strengths: Sequence[float], sample_rate: int) -> Samples:
    """Overtones on a phase that counts the fundamental's periods; none above what the sample rate can hold."""
    sound = np.zeros(len(phase))
    for number, strength in enumerate(strengths, start=1):
        if number * frequency(pitch) < 0.45 * sample_rate:
            sound += strength * np.sin(2 * np.pi * number * phase)
    return (sound / sum(strengths)).astype(np.float32)


def _fade(count: int, attack: float, release: float, sample_rate: int) -> Samples:
    """A rise and a fall, in seconds, and 1 between them; they shrink where a note is too short for both."""
    rise = max(2, min(round(attack * sample_rate), count // 2))
    fall = max(2, min(round(release * sample_rate), count - rise))
    shape = np.ones(count, dtype=np.float32)
    shape[:rise] = np.sin(np.linspace(0, np.pi / 2, rise))
    shape[count - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall))
    return shape


@lru_cache(maxsize=512)
def _reed(pitch: int, seconds: float, sample_rate: int) -> Samples:
    """A saxophone's cousin: overtones that grow softer with time, a breath at the start, vibrato on long notes."""
    count = round((seconds + 0.03) * sample_rate)  # a little into the next note: legato
    time = np.arange(count) / sample_rate
    vibrato = 0.004 * np.clip((time - 0.22) / 0.3, 0, 1) * np.sin(2 * np.pi * 5.2 * time)
    scoop = -0.012 * np.exp(-time / 0.018)  # reaches the pitch from below
    phase = np.cumsum(frequency(pitch) * (1 + vibrato + scoop)) / sample_rate
    bright = _partials(pitch, phase, REED, sample_rate)
    round_ = _partials(pitch, phase, REED[:2], sample_rate)
    blend = (0.45 + 0.55 * np.exp(-time / 0.25)).astype(np.float32)
    body = blend * bright + (1 - blend) * round_
    return body * _fade(count, 0.012, 0.035, sample_rate)


@lru_cache(maxsize=128)
def _pluck(pitch: int, seconds: float, sample_rate: int) -> Samples:
    """A plucked bass string: it begins bright and dies away."""
    count = round(seconds * sample_rate)
    time = np.arange(count) / sample_rate
    phase = frequency(pitch) * time
    bright = _partials(pitch, phase, STRING, sample_rate) * np.exp(-time / 0.12)
    deep = _partials(pitch, phase, STRING[:2], sample_rate) * np.exp(-time / 0.5)
    return ((0.5 * bright + deep) * _fade(count, 0.006, 0.03, sample_rate)).astype(np.float32)


@lru_cache(maxsize=256)
def _tine(pitch: int, seconds: float, sample_rate: int) -> Samples:
    """An electric piano: struck, with a short bell at the beginning."""
    count = round((seconds + 0.08) * sample_rate)
    time = np.arange(count) / sample_rate
    phase = frequency(pitch) * time
    body = _partials(pitch, phase, TINES, sample_rate) * np.exp(-time / 0.6)
    bell = 0.12 * np.sin(2 * np.pi * 7 * phase) * np.exp(-time / 0.03)
    return ((body + bell) * _fade(count, 0.004, 0.07, sample_rate)).astype(np.float32)


@lru_cache(maxsize=4)
def _cymbal(sample_rate: int) -> Samples:
    """Hiss without its lower half, the same at every stroke: the generator has a seed of its own."""
    count = round(0.18 * sample_rate)
    noise = np.random.default_rng(3).standard_normal(count + 2)
    hiss = np.diff(noise, 2) / 2.5  # differences of neighbours leave the high frequencies
    return (hiss * np.exp(-np.arange(count) / sample_rate / 0.05)).astype(np.float32)
