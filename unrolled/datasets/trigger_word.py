"""The spoken words of unit 06, and the sounds of rooms to hide them in; their card is ``data/trigger_word/README.md``.

Sound is mono, ``RATE`` samples a second, float32 between -1 and 1. Nobody's private recordings are in it: synthetic
voices speak, some of them made from the recorded speech of five real speakers. Voices are held out by whole speakers.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.datasets.folder import data_folder

# Samples a second. Everything up to 8 kHz is kept: vowels lie below 4 kHz, the hiss of a t or a v reaches 8. Twice as
# many samples would double the work of every spectrogram and help nobody to tell words apart.
RATE = 16_000

WORD = "activate"
# What sounds like it, and must not be taken for it; and what does not.
NEAR_WORDS = (
    "activated", "active", "activity", "action", "actor", "act", "attic", "captivate", "cultivate", "deactivate",
    "elevate", "inactive", "motivate", "native", "vacate", "private",
)  # fmt: skip
PLAIN_WORDS = (
    "hello", "computer", "window", "music", "seven", "yellow", "water", "tomorrow", "kitchen", "people", "orange",
    "weather",
)  # fmt: skip
OTHER_WORDS = NEAR_WORDS + PLAIN_WORDS

PARTS = ("train", "validation", "test")
Samples = NDArray[np.float32]


class Clip(NamedTuple):
    """A word or a sentence, with hardly any silence before it or after it.

    Attributes:
        samples: (n,), float32 between -1 and 1.
        word: what is said, in small letters; of :func:`load_sentences`, the sentence.
        voice: which of the voices, such as ``"espeak-linda"``; a file of sound for each.
        speaker: whose voice it is. Several voices can come from one speaker; they are all in the same part.
        engine: the program that spoke: ``espeak``, ``flite``, ``festival``, ``gnuspeech`` or ``world``.
    """

    samples: Samples
    word: str
    voice: str
    speaker: str
    engine: str


def load_clips(part: str) -> list[Clip]:
    """The words of one part of the voices: ``WORD`` several times by each voice, each of ``OTHER_WORDS`` once.

    Args:
        part: ``"train"``, ``"validation"`` or ``"test"``. No speaker is in two parts.

    Raises:
        ValueError: there is no such part.
        FileNotFoundError: the data folder is missing.
    """
    return [clip for clip in _spoken(part) if " " not in clip.word]


def load_sentences(part: str) -> list[Clip]:
    """Sentences in which ``WORD`` does not occur, by the voices of one part; other parts say other sentences."""
    return [clip for clip in _spoken(part) if " " in clip.word]


def load_backgrounds(part: str) -> list[Samples]:
    """What a room sounds like when nobody says the word: noises, and many voices at once. At least 10 s each."""
    _known(part)
    folder = data_folder() / "trigger_word" / "backgrounds"
    return [_read(path) for path in sorted(folder.glob(f"{part}-*.ogg"))]


def by_engine(clips: list[Clip]) -> dict[str, list[Clip]]:
    """The clips of each engine. Who draws an engine first, and then a clip, hears no engine more than another."""
    engines: dict[str, list[Clip]] = {}
    for clip in clips:
        engines.setdefault(clip.engine, []).append(clip)
    return engines


@cache
def _spoken(part: str) -> tuple[Clip, ...]:
    _known(part)
    folder = data_folder() / "trigger_word"
    with (folder / "voices.csv").open(encoding="utf-8", newline="") as file:
        voices = {row["voice"]: row for row in csv.DictReader(file) if row["part"] == part}
    sounds = {voice: _read(folder / "voices" / f"{voice}.ogg") for voice in voices}
    with (folder / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["voice"] in voices]
    return tuple(
        Clip(
            sounds[row["voice"]][int(row["start"]) : int(row["end"])],
            row["said"],
            row["voice"],
            voices[row["voice"]]["speaker"],
            voices[row["voice"]]["engine"],
        )
        for row in rows
    )


def _known(part: str) -> None:
    if part not in PARTS:
        raise ValueError(f"no part is called {part!r}: take one of {', '.join(map(repr, PARTS))}")


def _read(path: Path) -> Samples:
    """A file's sound; who shares it cannot change it by accident."""
    import soundfile  # here, so that importing the words needs no library of sound

    samples, rate = soundfile.read(path, dtype="float32")
    if rate != RATE or samples.ndim != 1:
        raise ValueError(f"{path} is not mono at {RATE} samples a second; install `unrolled` again")
    samples = np.clip(samples, -1, 1)
    samples.flags.writeable = False
    return samples
