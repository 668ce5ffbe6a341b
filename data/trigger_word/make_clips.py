"""Makes the clips of unit 06: every word and two sentences by every voice, trimmed, one file of sound a voice.

    python data/trigger_word/make_clips.py --modules NODE_MODULES [--only VOICE ...]

NODE_MODULES is the folder that ``npm install @echogarden/gnuspeech-wasm@0.3.0`` fills. Needs soundfile, pyworld and
SciPy, and Debian's espeak-ng, flite, festival, festvox-kallpc16k, festvox-kdlpc16k, festvox-us-slt-hts, nodejs.
"""

from __future__ import annotations

import argparse
import csv
import struct
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import backgrounds
import numpy as np
import soundfile
from engines import Samples, Task, speak, turn
from scipy.signal import butter, sosfiltfilt
from sentences import SENTENCES
from voices import Voice, cast

from unrolled.datasets.trigger_word import OTHER_WORDS, PARTS, RATE, WORD

HERE = Path(__file__).resolve().parent
SPEEDS_OF_THE_WORD = (0.80, 0.95, 1.10, 1.30)
SPEEDS = (0.85, 1.0, 1.15)
GAP = 2400  # samples of silence between two clips of a file
MARGIN = 480  # samples that are kept before the first and after the last loud one
QUIET = 10 ** (-38 / 20)  # what is softer than this part of the loudest 10 ms is silence
LOUDNESS = 0.1  # root mean square of every clip where it is not silent
RUMBLE = butter(2, 60, "highpass", fs=RATE, output="sos")  # below every voice: hum, and what is no sound at all
QUALITY = 0.92  # of libsndfile's scale for Opus: about 26 kbit/s of speech
FIELDS = ("voice", "said", "speed", "start", "end")


def tasks_of(number: int, voice: Voice) -> list[Task]:
    """What the voice with this number in the cast says. Two voices say the same words, hardly the same sentences."""
    words = [(WORD, speed) for speed in SPEEDS_OF_THE_WORD]
    words += [(word, SPEEDS[(number + at) % len(SPEEDS)]) for at, word in enumerate(OTHER_WORDS)]
    lines = SENTENCES[voice.part]
    return words + [(lines[(2 * number + at) % len(lines)], SPEEDS[(number + at) % len(SPEEDS)]) for at in (0, 1)]


def trimmed(samples: Samples) -> Samples:
    """Without the silence around it, as loud as every other clip, faded in and out over 5 ms."""
    samples = sosfiltfilt(RUMBLE, samples)
    size = RATE // 100
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > QUIET * level.max())
    start = max(0, loud[0] * size - MARGIN)
    end = min(len(samples), (loud[-1] + 1) * size + MARGIN)
    clip = samples[start:end] * (LOUDNESS / np.sqrt((frames[loud] ** 2).mean()))
    clip = 0.9 * np.tanh(clip / 0.9)  # the rare sharp peak is bent, not cut
    ramp = np.linspace(0, 1, RATE // 200)
    clip[: len(ramp)] *= ramp
    clip[-len(ramp) :] *= ramp[::-1]
    return clip


def said(number: int, voice: Voice, voices: dict[str, Voice], modules: Path) -> list[Samples]:
    tasks = tasks_of(number, voice)
    if voice.engine != "world":
        return [trimmed(samples) for samples in speak(voice.engine, voice.settings, tasks, modules)]
    source = voices[voice.settings["source"]]
    how = [voice.settings[name] for name in ("pitch", "formants", "melody")]
    return [trimmed(turn(trimmed(s), *how)) for s in speak(source.engine, source.settings, tasks, modules)]


def write_sound(path: Path, samples: Samples) -> None:
    """Ogg Opus, the same bytes every time: the stream's number, which libsndfile draws by the clock, becomes 1."""
    soundfile.write(path, samples.astype(np.float32), RATE, format="OGG", subtype="OPUS", compression_level=QUALITY)
    path.write_bytes(b"".join(_renumbered(path.read_bytes())))


def _renumbered(ogg: bytes) -> Iterable[bytes]:
    at = 0
    while at < len(ogg):
        segments = ogg[at + 26]
        size = 27 + segments + sum(ogg[at + 27 : at + 27 + segments])
        page = ogg[at : at + 14] + struct.pack("<I", 1) + ogg[at + 18 : at + 22] + bytes(4) + ogg[at + 26 : at + size]
        yield page[:22] + struct.pack("<I", _checksum(page)) + page[26:]
        at += size


def _checksum(page: bytes) -> int:
    """The cyclic redundancy check of Ogg (RFC 3533): polynomial 04c11db7, nothing reflected or inverted."""
    value = 0
    for byte in page:
        value = (value << 8) & 0xFFFFFFFF ^ TABLE[value >> 24 ^ byte]
    return value


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


TABLE = _table()


def make_voice(number: int, voice: Voice, voices: dict[str, Voice], modules: Path, folder: Path) -> list[tuple]:
    """Writes the voice's file; returns the rows of ``clips.csv``."""
    rows, pieces, now = [], [np.zeros(GAP)], GAP
    for (text, speed), clip in zip(tasks_of(number, voice), said(number, voice, voices, modules), strict=True):
        rows.append((voice.name, text, speed, now, now + len(clip)))
        pieces += [clip, np.zeros(GAP)]
        now += len(clip) + GAP
    write_sound(folder / f"{voice.name}.ogg", np.concatenate(pieces))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=Path, required=True, help="the folder node_modules with gnuspeech")
    parser.add_argument("--to", type=Path, default=HERE, help="where to write; default: beside this script")
    options = parser.parse_args()
    folder = options.to / "voices"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ogg"):
        old.unlink()
    everybody = cast()
    voices = {voice.name: voice for voice in everybody}
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(make_voice, number, voice, voices, options.modules.resolve(), folder)
            for number, voice in enumerate(everybody)
        ]
        rows = [row for job in jobs for row in job.result()]
    _write(options.to / "clips.csv", FIELDS, rows)
    _write(
        options.to / "voices.csv",
        ("voice", "engine", "speaker", "part", "licence", "settings"),
        [(*voice[:5], " ".join(f"{name}={value}" for name, value in voice.settings.items())) for voice in everybody],
    )
    (options.to / "backgrounds").mkdir(exist_ok=True)
    for part in PARTS:
        for name, samples in backgrounds.make(part, options.to):
            write_sound(options.to / "backgrounds" / f"{part}-{name}.ogg", samples)


def _write(path: Path, fields: Iterable[str], rows: Iterable[tuple]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([fields, *rows])


if __name__ == "__main__":
    main()
