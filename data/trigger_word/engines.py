"""How each engine is made to speak; what must be installed for it is said in ``make_clips.py``."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyworld
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from unrolled.datasets.trigger_word import RATE

HERE = Path(__file__).resolve().parent
Samples = NDArray[np.float64]
Task = tuple[str, float]  # what to say, and how many times as fast as the engine likes to


def speak(engine: str, settings: dict[str, Any], tasks: list[Task], modules: Path) -> list[Samples]:
    """What an engine says to each task, ``RATE`` samples a second."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.wav" for number in range(len(tasks))]
        ENGINES[engine](settings, tasks, files, modules)
        return [_read(file) for file in files]


def _espeak(settings: dict[str, Any], tasks: list[Task], files: list[Path], modules: Path) -> None:
    voice = f"{settings['accent']}+{settings['variant']}"
    for (text, speed), file in zip(tasks, files, strict=True):
        _run("espeak-ng", "-v", voice, "-s", str(round(165 * speed)), "-w", file, text)


def _flite(settings: dict[str, Any], tasks: list[Task], files: list[Path], modules: Path) -> None:
    for (text, speed), file in zip(tasks, files, strict=True):
        slower = f"duration_stretch={1 / speed:.3f}"
        _run("flite", "-voice", settings["voice"], "--setf", slower, "-t", text, "-o", file)


def _festival(settings: dict[str, Any], tasks: list[Task], files: list[Path], modules: Path) -> None:
    lines = [f"(voice_{settings['voice']})"]
    for (text, speed), file in zip(tasks, files, strict=True):
        lines += [
            f"(Parameter.set 'Duration_Stretch {1 / speed:.3f})",
            f"(set! hts_duration_stretch {0.6 * np.log(1 / speed):.3f})",
            f"(set! said (utt.synth (Utterance Text {json.dumps(text)})))",
            f"(utt.save.wave said {json.dumps(str(file))} 'riff)",
        ]
    script = files[0].with_suffix(".scm")
    script.write_text("\n".join(lines))
    _run("festival", "-b", script)


def _gnuspeech(settings: dict[str, Any], tasks: list[Task], files: list[Path], modules: Path) -> None:
    jobs = files[0].with_suffix(".json")
    jobs.write_text(
        json.dumps(
            [
                {**settings, "text": text, "tempo": round(1.25 * speed, 3), "out": str(file)}
                for (text, speed), file in zip(tasks, files, strict=True)
            ]
        )
    )
    _run("node", HERE / "gnuspeech.mjs", modules, jobs)


ENGINES = {"espeak": _espeak, "flite": _flite, "festival": _festival, "gnuspeech": _gnuspeech}


def turn(samples: Samples, pitch: float, formants: float, melody: float) -> Samples:
    """The same words by somebody else: pitch and formants times a factor each (WORLD; Morise et al., 2016).

    Args:
        samples: ``RATE`` a second.
        pitch: above 1 is higher.
        formants: above 1 is a shorter vocal tract.
        melody: how far the pitch moves about its mean, in octaves, times this.
    """
    f0, envelope, noise = pyworld.wav2world(samples, RATE)
    voiced = f0 > 0
    middle = np.exp(np.log(f0[voiced]).mean()) if voiced.any() else 1.0
    new = np.where(voiced, pitch * middle * (np.where(voiced, f0, middle) / middle) ** melody, 0.0)
    bins = np.arange(envelope.shape[1])
    at = bins / formants
    moved = np.exp([np.interp(at, bins, row) for row in np.log(envelope)])
    airy = np.array([np.interp(at, bins, row) for row in noise])
    return pyworld.synthesize(new, np.ascontiguousarray(moved), np.ascontiguousarray(airy), RATE)


def _run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def _read(file: Path) -> Samples:
    samples, rate = soundfile.read(file, dtype="float64", always_2d=True)
    mono = samples.mean(axis=1)
    divisor = int(np.gcd(RATE, rate))
    return mono if rate == RATE else resample_poly(mono, RATE // divisor, rate // divisor)
