"""What a room sounds like: noises of our own, and the babble of many voices at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from unrolled.datasets.trigger_word import PARTS, RATE

Samples = NDArray[np.float64]
SECONDS = 12
COUNT = SECONDS * RATE


def make(part: str, folder: Path) -> Iterator[tuple[str, Samples]]:
    """Names and sounds of a part's backgrounds, each with its own seed; the babble of that part's voices."""
    for number, (name, noise) in enumerate(NOISES.items()):
        for take in range(TAKES[part]):
            yield f"{name}-{take + 1}", _levelled(noise(np.random.default_rng([PARTS.index(part), number, take])))
    sentences = _sentences(part, folder)
    for take in range(2 * TAKES[part]):
        rng = np.random.default_rng([PARTS.index(part), 99, take])
        yield f"babble-{take + 1}", _levelled(_babble(rng, sentences))


TAKES = {"train": 3, "validation": 1, "test": 1}


def _shaped(rng: np.random.Generator, gain: Samples) -> Samples:
    """Noise with this gain at each frequency of ``rfftfreq(COUNT, 1 / RATE)``."""
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(COUNT)) * gain, COUNT)


def _frequencies() -> Samples:
    return np.fft.rfftfreq(COUNT, 1 / RATE)


def _slope(rng: np.random.Generator) -> Samples:
    """Between white noise and a deep rumble: so many decibels less with each octave."""
    return _shaped(rng, np.maximum(_frequencies(), 30) ** -rng.uniform(0.2, 1.3))


def _air(rng: np.random.Generator) -> Samples:
    """A ventilator: rushing air, a hum with overtones that breathe slowly."""
    time = np.arange(COUNT) / RATE
    pitch, fall = rng.uniform(45, 130), rng.uniform(1, 2)
    hum = sum(np.sin(2 * np.pi * k * pitch * time + rng.uniform(0, 6)) / k**fall for k in range(1, 9))
    rush = _shaped(rng, np.maximum(_frequencies(), 60) ** -0.8)
    swell = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.1, 0.5) * time)
    return swell * (rush / rush.std() + rng.uniform(0.2, 1) * hum / hum.std())


def _rain(rng: np.random.Generator) -> Samples:
    """Drops on a window: many short bursts, each with a pitch of its own, over a hiss."""
    out = 0.15 * _shaped(rng, np.minimum(_frequencies() / 2000, 1))
    for at in rng.integers(0, COUNT - 800, 1500):
        length = rng.integers(80, 800)
        time = np.arange(length) / RATE
        drop = rng.exponential() * np.sin(2 * np.pi * rng.uniform(700, 6000) * time)
        out[at : at + length] += drop * np.exp(-time * rng.uniform(300, 900))
    return out


def _desk(rng: np.random.Generator) -> Samples:
    """Somebody at work: keys, knocks, paper, with pauses."""
    out = 0.02 * _shaped(rng, np.maximum(_frequencies(), 50) ** -0.5)
    out /= 10 * out.std()
    now = 0.2
    while now < SECONDS - 0.5:
        at, length = int(now * RATE), int(rng.uniform(0.01, 0.12) * RATE)
        time = np.arange(length) / RATE
        knock = rng.standard_normal(length) * np.exp(-time * rng.uniform(60, 400))
        knock += np.sin(2 * np.pi * rng.uniform(120, 1500) * time) * np.exp(-time * rng.uniform(40, 200))
        out[at : at + length] += rng.uniform(0.2, 1.5) * knock
        now += rng.exponential(0.18) if rng.random() < 0.85 else rng.uniform(0.5, 1.5)
    return out


def _music(rng: np.random.Generator) -> Samples:
    """A slow tune of plucked and held tones, in a scale of five."""
    out = 0.001 * rng.standard_normal(COUNT)
    root, beat = rng.uniform(110, 220), rng.uniform(0.25, 0.5)
    for step in range(int(SECONDS / beat) - 4):
        for _ in range(rng.integers(0, 3)):
            pitch = root * 2 ** ((rng.choice([0, 2, 4, 7, 9]) + 12 * rng.integers(0, 3)) / 12)
            time = np.arange(int(rng.uniform(1, 4) * beat * RATE)) / RATE
            tone = sum(np.sin(2 * np.pi * k * pitch * time) / k**1.5 for k in range(1, 7) if k * pitch < RATE / 2)
            at = int(step * beat * RATE)
            edges = np.minimum(1, np.minimum(time / 0.01, (time[-1] - time) / 0.02))
            fade = edges * np.exp(-time * rng.uniform(0.5, 6))
            out[at : at + len(time)] += (rng.uniform(0.3, 1) * tone * fade)[: COUNT - at]
    return out


NOISES = {"slope": _slope, "air": _air, "rain": _rain, "desk": _desk, "music": _music}


def _babble(rng: np.random.Generator, sentences: list[Samples]) -> Samples:
    """Three to seven people who do not listen to one another."""
    out = np.zeros(COUNT)
    for _ in range(rng.integers(3, 8)):
        talk = np.concatenate([sentences[at] for at in rng.integers(0, len(sentences), 8)])
        talk = np.roll(talk, rng.integers(len(talk)))[:COUNT]
        out[: len(talk)] += rng.uniform(0.3, 1) * talk
    return out


def _sentences(part: str, folder: Path) -> list[Samples]:
    with (folder / "voices.csv").open(encoding="utf-8", newline="") as file:
        voices = {row["voice"] for row in csv.DictReader(file) if row["part"] == part}
    sounds = {voice: soundfile.read(folder / "voices" / f"{voice}.ogg")[0] for voice in sorted(voices)}
    with (folder / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["voice"] in voices and " " in row["said"]]
    return [sounds[row["voice"]][int(row["start"]) : int(row["end"])] for row in rows]


def _levelled(samples: Samples) -> Samples:
    """At a loudness of 0.05, without peaks above 0.9, faded at both ends."""
    samples = samples - samples.mean()
    samples = 0.9 * np.tanh(samples * (0.05 / np.sqrt((samples**2).mean())) / 0.9)
    ramp = np.linspace(0, 1, RATE // 20)
    samples[: len(ramp)] *= ramp
    samples[-len(ramp) :] *= ramp[::-1]
    return samples
