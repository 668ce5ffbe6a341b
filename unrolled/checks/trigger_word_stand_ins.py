"""What stands in for a wrong function of unit 06 while one that builds on it is tried.

Where a clip lies is drawn by chance, so no list of questions and answers would do. These answer whatever is asked as
the contract says, in ways of their own: none of them is an answer to its exercise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from unrolled.checking.stand_in import Rule, Unasked
from unrolled.checks.trigger_word_experiments import SAMPLES_PER_MS, free_length, named

Array = np.ndarray
LOUDER = 100  # so that samples differ by more than a comparison of log powers allows
STEP_MS = 30


def is_overlapping(segment_time: Sequence[int], previous_segments: Sequence[Sequence[int]]) -> bool:
    """Whether the place of a public clip is taken, looked up among those that are known to be free."""
    start, end = map(int, segment_time)
    taken = [tuple(map(int, segment)) for segment in previous_segments]
    for case in named("insert_audio_clip").values():
        length = free_length(case.inputs["audio_clip"])
        inside = 0 <= start <= len(case.inputs["background"]) // SAMPLES_PER_MS - length
        if taken == list(case.inputs["previous_segments"]) and end - start + 1 == length and inside:
            return start not in case.outputs["starts"]
    raise Unasked("is_overlapping is asked about something else than the segment of the clip and those that are taken.")


def insert_audio_clip(
    background: Array, audio_clip: Array, previous_segments: Sequence[Sequence[int]], rng: Any
) -> tuple[Array, tuple[int, int] | None]:
    """The clip just behind all others, without chance; nothing is turned down."""
    start = max((int(end) + 1 for _, end in previous_segments), default=0)
    first, duration = start * SAMPLES_PER_MS, free_length(audio_clip)
    if first + duration * SAMPLES_PER_MS > len(background):
        return background, None
    silence = np.zeros(len(background), dtype=background.dtype)
    silence[first : first + len(audio_clip)] = audio_clip
    return background + silence, (start, start + duration - 1)


def insert_ones(y: Array, segment_end_ms: int, step_ms: int = STEP_MS, n_ones: int = 0) -> Array:
    """A single mark for each end, which tells it from all others; none behind the labels."""
    labels = np.array(y)
    if segment_end_ms < STEP_MS * len(labels):
        labels[segment_end_ms % len(labels)] += 1 + segment_end_ms / 1000
    return labels


def spectrogram(samples: Array, frame: int, hop: int) -> Array:
    """The beginning of each whole frame as it is, as many numbers as there would be frequencies."""
    width = frame // 2 + 1
    rows = [LOUDER * samples[start : start + width] for start in range(0, len(samples) - frame + 1, hop)]
    return np.array(rows, dtype="float64").reshape(-1, width)


OF_INSERTION: Mapping[str, Rule] = {"is_overlapping": is_overlapping}
OF_EXAMPLES: Mapping[str, Rule] = {
    "insert_audio_clip": insert_audio_clip,
    "insert_ones": insert_ones,
    "spectrogram": spectrogram,
}
OF_STREAM: Mapping[str, Rule] = {"spectrogram": spectrogram}
