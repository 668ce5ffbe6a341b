"""Unit 06: quick oracles, and the cases that checks and grader compare with.

Spectrograms are SciPy's, segments overlap when sets of milliseconds do, labels and events are found by asking every
single step, events are matched by SciPy's maximum bipartite matching. The detector is written out in NumPy window by
window and step by step (Cho's GRU as Keras lays out its weights, ``reset_after``);
``autograder/oracles/trigger_word_keras.py`` has the stored outputs made by Keras's own layers, in float64. A stream is
answered by looking at everything that has been heard so far, each time anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.signal
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from unrolled.arrays import Case

Array = np.ndarray
Segment = tuple[int, int]

# What the lesson's constants are; tests/test_trigger_word.py holds the two together.
RATE = 16_000
SAMPLES_PER_MS = RATE // 1000
FRAME, HOP = 400, 160  # samples
KERNEL, STRIDE = 20, 3  # frames
STEP_MS = HOP * STRIDE // SAMPLES_PER_MS
N_ONES = 50
MAX_TRIES = 30
SCALE, OFFSET = 0.25, 1.5
FLOOR = 1e-6

# ---------------------------------------------------------------------------------------------------------------- sound


def spectrogram(samples: Array, frame: int, hop: int) -> Array:
    """→ natural log of the power, (frames, frame // 2 + 1), by ``scipy.signal.spectrogram`` with a Hann window."""
    mono = np.asarray(samples, dtype="float64")
    mono = mono.mean(axis=1) if mono.ndim == 2 else mono
    if len(mono) < frame:
        return np.zeros((0, frame // 2 + 1))
    window = scipy.signal.windows.hann(frame, sym=True)
    _, _, complex_values = scipy.signal.spectrogram(
        mono, window=window, nperseg=frame, noverlap=frame - hop, detrend=False, scaling="spectrum", mode="complex"
    )
    return np.log(np.abs(complex_values.T * window.sum()) ** 2 + FLOOR)  # SciPy divides by the sum of the window


def duration_ms(clip: Array) -> int:
    """→ the whole milliseconds that a clip touches."""
    return len(set(np.arange(len(clip)) // SAMPLES_PER_MS))


def is_overlapping(segment_time: Segment, previous_segments: Sequence[Segment]) -> bool:
    """→ whether one millisecond belongs to the segment and to one of the previous ones."""
    taken = {ms for start, end in previous_segments for ms in range(start, end + 1)}
    return any(ms in taken for ms in range(segment_time[0], segment_time[1] + 1))


def free_starts(background: Array, audio_clip: Array, previous_segments: Sequence[Segment]) -> list[int]:
    """→ every millisecond at which the clip may begin."""
    length = duration_ms(audio_clip)
    taken = np.zeros(len(background) // SAMPLES_PER_MS, dtype=int)
    for start, end in previous_segments:
        taken[start : end + 1] = 1
    before = np.concatenate([[0], np.cumsum(taken)])
    return [start for start in range(len(taken) - length + 1) if before[start + length] == before[start]]


def mixed(background: Array, audio_clip: Array, start: int) -> Array:
    """→ the sum, with the clip from millisecond ``start`` on; divided by its peak where that is above 1."""
    padded = np.zeros(len(background))
    padded[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] = audio_clip
    total = background + padded
    return (total / max(1.0, np.abs(total).max())).astype("float32")


def insert_audio_clip(
    background: Array, audio_clip: Array, previous_segments: Sequence[Segment], rng: Any
) -> tuple[Array, Segment | None]:
    """→ audio, segment: a start among all that are free; ``rng`` may be the number from 0 to 1 that was drawn."""
    starts = free_starts(background, audio_clip, previous_segments)
    if not starts:
        return np.array(background), None
    drawn = rng if isinstance(rng, float) else rng.random()
    start = starts[int(drawn * len(starts))]
    return mixed(background, audio_clip, start), (start, start + duration_ms(audio_clip) - 1)


def insert_ones(y: Array, segment_end_ms: int, step_ms: int = STEP_MS, n_ones: int = N_ONES) -> Array:
    """→ new labels: each step is asked how many steps ago the segment ended."""
    labels = y.copy()
    for step in range(len(y)):
        if 1 <= step - segment_end_ms // step_ms <= n_ones:
            labels[step] = 1
    return labels


def steps_of(n_samples: int) -> tuple[int, int]:
    """→ T_x, T_y of so many samples: how many frames, and how many windows of frames, fit."""
    frames = len(range(0, n_samples - FRAME + 1, HOP))
    return frames, len(range(0, frames - KERNEL + 1, STRIDE))


def create_training_example(
    background: Array, activates: Sequence[Array], negatives: Sequence[Array], rng: Any
) -> tuple[Array, Array]:
    """→ x (T_x, n_f), y (T_y, 1)."""
    audio, segments = background, list[Segment]()
    y = np.zeros((steps_of(len(background))[1], 1), dtype="float32")
    for clip, label in [(clip, True) for clip in activates] + [(clip, False) for clip in negatives]:
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            y = insert_ones(y, segment[1]) if label else y
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# --------------------------------------------------------------------------------------------------------- the detector


@dataclass(frozen=True)
class Weights:
    """The detector's weights as Keras lays them out: convolution, one GRU after the other, output."""

    kernel: Array  # (kernel_size, n_f, filters)
    bias: Array  # (filters,)
    cells: tuple[tuple[Array, Array, Array], ...]  # (n_in, 3 n_a), (n_a, 3 n_a), (2, 3 n_a)
    output: Array  # (n_a, 1)
    output_bias: Array  # (1,)

    def arrays(self) -> list[Array]:
        """In Keras's order."""
        return [self.kernel, self.bias, *(part for cell in self.cells for part in cell), self.output, self.output_bias]

    @classmethod
    def of(cls, arrays: Sequence[Array]) -> Weights:
        """From :meth:`arrays`."""
        kernel, bias, *cells, output, output_bias = arrays
        triples = tuple((cells[k], cells[k + 1], cells[k + 2]) for k in range(0, len(cells), 3))
        return cls(kernel, bias, triples, output, output_bias)


def detector(
    x: Array,
    weights: Weights,
    stride: int,
    *,
    rescaled: bool = True,
    normalised: bool = True,
    relu: bool = True,
    backwards: bool = False,
) -> Array:
    """→ probabilities (m, T_y, 1). The switches make the outputs of four mistakes, so that these can be told."""
    size = len(weights.kernel)
    inputs = x * SCALE + OFFSET if rescaled else x
    windows = [inputs[:, start : start + size] for start in range(0, x.shape[1] - size + 1, stride)]
    sequence = np.stack([np.einsum("mkf,kfc->mc", window, weights.kernel) + weights.bias for window in windows], axis=1)
    if normalised:  # over the filters, as Ba, Kiros and Hinton (2016), with Keras's epsilon
        spread = np.sqrt(sequence.var(axis=2, keepdims=True) + 1e-3)
        sequence = (sequence - sequence.mean(axis=2, keepdims=True)) / spread
    sequence = np.maximum(sequence, 0) if relu else sequence
    for cell in weights.cells:
        sequence = _gru(sequence[:, ::-1] if backwards else sequence, *cell)
    return _sigmoid(sequence @ weights.output + weights.output_bias)


def _gru(sequence: Array, kernel: Array, recurrent: Array, bias: Array) -> Array:
    state, states = np.zeros((len(sequence), len(recurrent))), []
    for t in range(sequence.shape[1]):
        from_input = np.split(sequence[:, t] @ kernel + bias[0], 3, axis=1)
        from_state = np.split(state @ recurrent + bias[1], 3, axis=1)
        keep, reset = (_sigmoid(one + other) for one, other in zip(from_input[:2], from_state[:2], strict=True))
        candidate = np.tanh(from_input[2] + reset * from_state[2])
        state = keep * state + (1 - keep) * candidate  # Keras's z keeps the old state
        states.append(state)
    return np.stack(states, axis=1)


def _sigmoid(z: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(z / 2)


def cross_entropy(targets: Array, probabilities: Array) -> float:
    """→ mean nats over examples and steps."""
    right = np.where(targets > 0.5, probabilities, 1 - probabilities)
    return float(-np.log(right).mean())


# --------------------------------------------------------------------------------------------------------------- events


def detect(probabilities: Array, threshold: float, refractory: float, step_ms: int = STEP_MS) -> list[float]:
    """→ times in seconds: all rises over the threshold, and of these, those far enough from the last one kept."""
    above = np.concatenate([[False], np.asarray(probabilities) >= threshold])
    rises = (np.flatnonzero(above[1:] & ~above[:-1]) * step_ms / 1000).tolist()
    kept: list[float] = []
    while rises:
        kept.append(rises[0])
        rises = [time for time in rises[1:] if time - kept[-1] >= refractory]
    return kept


def match_events(found: Sequence[float], true: Sequence[float], tolerance: float) -> tuple[float, float, float]:
    """→ precision, recall, F1, by SciPy's maximum bipartite matching."""
    hits = 0
    if len(found) and len(true):
        near = np.abs(np.subtract.outer(np.asarray(found, float), np.asarray(true, float))) <= tolerance
        hits = int((maximum_bipartite_matching(csr_matrix(near.astype(int)), perm_type="column") >= 0).sum())
    precision = hits / len(found) if len(found) else 0.0
    recall = hits / len(true) if len(true) else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# ------------------------------------------------------------------------------------------------------------ in pieces


@dataclass
class ToyListener:
    """Stands in for a detector that goes on from a state: a leaky sum of what it sees, as a probability.

    ``asked`` keeps the windows and the state of each question; ``complaint`` says what was wrong with the form of one.
    A toy that is ``asleep`` answers nothing.
    """

    weights: Array  # (kernel, n_f)
    stride: int
    asked: list[tuple[Array, Array | None]] = field(default_factory=list)
    answered: list[Array] = field(default_factory=list)
    complaint: str = ""
    asleep: bool = False

    def __call__(self, frames: Any, state: Any = None, **_: Any) -> tuple[Array, Array]:
        if self.asleep:
            raise RuntimeError("the toy is asleep")
        frames, given = self._understood(frames, state)
        starts = range(0, len(frames) - len(self.weights) + 1, self.stride)
        windows = np.stack([frames[start : start + len(self.weights)] for start in starts])
        self.asked.append((windows, given))
        memory, probabilities = np.zeros(2) if given is None else given, []
        for window in windows:
            seen = np.tanh((window * self.weights).mean())
            memory = np.array([0.7 * memory[0] + seen, 0.9 * memory[1] - 0.5 * seen + 0.1])
            probabilities.append(_sigmoid(memory.sum()))
        self.answered.append(memory)
        return np.array(probabilities), memory

    predict = __call__

    def _understood(self, frames: Any, state: Any) -> tuple[Array, Array | None]:
        frames = np.asarray(frames)
        if frames.ndim != 2 or frames.shape[1] != self.weights.shape[1] or frames.dtype.kind not in "iuf":
            self._refuse("the frames that go into the model have the shape (n, frequencies)")
        if len(frames) < len(self.weights):
            self._refuse("the model is asked with fewer frames than one window of the convolution has")
        if state is None:
            return frames.astype("float64"), None
        state = np.asarray(state)
        if state.shape != (2,) or state.dtype.kind not in "iuf":
            self._refuse("the state that goes into the model is not what the model returned before")
        return frames.astype("float64"), state.astype("float64")

    def _refuse(self, complaint: str) -> None:
        self.complaint = self.complaint or complaint
        raise ValueError(complaint)


def stream(
    model: Callable[..., tuple[Array, Array]],
    chunks: Sequence[Array],
    frame: int,
    hop: int,
    kernel: int,
    stride: int,
) -> list[Array]:
    """→ what can be answered after each chunk: everything so far is heard again, and what is new is given out."""
    answers: list[Array] = []
    heard, given = np.zeros(0), 0
    for chunk in chunks:
        heard = np.concatenate([heard, chunk])
        if len(heard) < frame + hop * (kernel - 1 + stride * given):  # too short for one more answer
            answers.append(np.zeros(0))
            continue
        known = model(spectrogram(heard, frame, hop), None)[0]
        answers.append(known[given:])
        given = len(known)
    return answers


# ----------------------------------------------------------------------------------------------------------- the inputs


def draw_sound(rng: np.random.Generator, n: int, loud: float = 0.2) -> Array:
    """Noise with two tones that come and go, float32: no frequency is nearly silent."""
    time = np.arange(n)
    tones = sum(
        np.sin(time * rng.uniform(0.05, 2.8) + rng.uniform(0, 6)) * (np.sin(time / n * rng.uniform(3, 9)) + 1.2)
        for _ in range(2)
    )
    return (loud * (rng.normal(0, 0.3, n) + 0.3 * tones)).astype("float32")


def draw_weights(rng: np.random.Generator, kernel: int, n_f: int, filters: int, units: Sequence[int]) -> Weights:
    """Weights of size about 1; no two of the arrays have the same shape if the sizes all differ."""

    def draw(*shape: int, size: float = 0.8) -> Array:
        return rng.normal(0, size, shape).astype("float32")

    inputs = [filters, *units[:-1]]
    cells = tuple((draw(n_in, 3 * n), draw(n, 3 * n), draw(2, 3 * n)) for n_in, n in zip(inputs, units, strict=True))
    return Weights(draw(kernel, n_f, filters, size=0.4), draw(filters), cells, draw(units[-1], 1), draw(1))


def draw_frames(rng: np.random.Generator, m: int, T_x: int, n_f: int) -> Array:
    """Log powers as they come from speech in a room, float32."""
    return rng.normal(-6, 4, (m, T_x, n_f)).astype("float32")


def draw_probabilities(rng: np.random.Generator, n: int, words: int) -> Array:
    """Low everywhere but for some hills, whose slopes cross any threshold more than once."""
    steps, p = np.arange(n), rng.uniform(0, 0.25, n)
    for centre in rng.uniform(0, n, words):
        p = np.maximum(p, np.exp(-(((steps - centre) / rng.uniform(3, 9)) ** 2)) * rng.uniform(0.7, 1.1, n))
    return np.round(np.clip(p, 0, 1), 3)


def cut(rng: np.random.Generator, sound: Array, pieces: int) -> list[Array]:
    """The sound in pieces of any size, an empty one among them."""
    places = np.sort(rng.integers(0, len(sound) + 1, pieces - 2))
    places = np.sort(np.append(places, places[0]))
    return np.split(sound, places)


# ---------------------------------------------------------------------------------------------------------------- cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with: small, and shared with everybody."""
    rng = np.random.default_rng([*b"unit 06 public"])
    sound = draw_sound(rng, 75)
    cases = {
        "spectrogram/mono": _spectrogram_case(sound[:70], 16, 6),
        "spectrogram/the_last_frame_just_fits": _spectrogram_case(sound[:40], 16, 8),
        "spectrogram/stereo": _spectrogram_case(np.stack([sound[:50], draw_sound(rng, 50)], axis=1), 20, 10),
        "spectrogram/silence": _spectrogram_case(np.zeros(24, dtype="float32"), 8, 8),
        "spectrogram/shorter_than_a_frame": _spectrogram_case(sound[:9], 16, 4),
    }
    earlier = [(100, 300), (700, 900)]
    overlaps = {
        "apart": ((310, 400), earlier),
        "begins_inside": ((250, 400), earlier),
        "ends_inside": ((600, 710), earlier),
        "inside_another": ((750, 800), earlier),
        "around_another": ((650, 950), earlier),
        "touches_an_end": ((300, 420), earlier),
        "touches_a_start": ((500, 700), earlier),
        "just_before": ((500, 699), earlier),
        "just_after": ((301, 500), earlier),
        "one_millisecond": ((900, 900), earlier),
        "nothing_before_it": ((0, 50), []),
    }
    cases |= {f"is_overlapping/{name}": _overlap_case(*given) for name, given in overlaps.items()}
    labels = np.zeros((24, 1), dtype="float32")
    early = insert_ones(labels, 40, 20, 3)
    cases |= {
        "insert_ones/in_the_middle": _ones_case(labels, 130, 20, 6),
        "insert_ones/where_a_step_begins": _ones_case(labels, 120, 20, 6),
        "insert_ones/near_the_end": _ones_case(labels, 399, 20, 8),
        "insert_ones/after_the_end": _ones_case(labels, 500, 20, 4),
        "insert_ones/ones_from_before": _ones_case(early, 215, 20, 4),
        "insert_ones/fifty_steps": _ones_case(np.zeros((100, 1), dtype="float32"), 333, 20, 50),
    }
    p = np.round(
        np.array([0.1, 0.2, 0.7, 0.9, 0.8, 0.2, 0.1, 0.6, 0.9, 0.3, 0.1, 0.1, 0.1, 0.1, 0.8, 0.9, 0.9, 0.4]), 3
    )
    cases |= {
        "detect/one_word": _detect_case(p[:6], 0.5, 0.0),
        "detect/two_words_near_each_other": _detect_case(p, 0.5, 0.0),
        "detect/refractory_time": _detect_case(p, 0.5, 5.5 * STEP_MS / 1000),
        "detect/from_the_last_one_found": _detect_case(np.tile([0.1, 0.9], 8), 0.5, 4.5 * STEP_MS / 1000),
        "detect/high_from_the_start": _detect_case(p[3:], 0.5, 0.0),
        "detect/long_and_high": _detect_case(np.append(np.full(20, 0.9), 0.1), 0.5, 4.5 * STEP_MS / 1000),
        "detect/just_the_threshold": _detect_case(np.array([0.25, 0.5, 0.75, 0.5, 0.75, 0.25]), 0.5, 0.0),
        "detect/just_the_refractory_time": _detect_case(np.tile([0.9, *[0.1] * 24], 4), 0.5, 0.75),
        "detect/nothing": _detect_case(p, 0.95, 0.0),
    }
    matches = {
        "all_found": ([1.0, 4.5], [1.25, 4.25], 0.5),
        "one_missed": ([1.0], [1.0, 4.0, 7.0], 0.5),
        "false_alarms": ([1.0, 2.5, 6.0, 9.0], [1.0, 6.25], 0.5),
        "found_twice": ([1.0, 1.25], [1.0], 0.5),
        "one_found_for_two": ([1.0], [0.75, 1.25], 0.5),
        "too_early": ([0.75], [1.0], 0.5),
        "just_the_tolerance": ([1.5, 3.5], [1.0, 4.0], 0.5),
        "the_nearest_is_not_the_best": ([1.0, 1.5], [1.25, 0.5], 0.5),
        "nothing_found": ([], [1.0, 2.0], 0.5),
        "nothing_said": ([1.0], [], 0.5),
        "neither": ([], [], 0.5),
    }
    cases |= {f"match_events/{name}": _match_case(*given) for name, given in matches.items()}
    cases |= {
        "insert_audio_clip/room": _insertion_case(rng, 60, 9.5, [(10, 24)]),
        "insert_audio_clip/loud": _insertion_case(rng, 40, 12, [], 0.9),
        "insert_audio_clip/one_place": _insertion_case(rng, 12, 12, []),
        "insert_audio_clip/no_room": _insertion_case(rng, 40, 16, [(12, 15), (28, 30)]),
        "insert_audio_clip/too_long": _insertion_case(rng, 10, 11, []),
        "create_training_example/a_word": _example_case(rng, 1, 0),
        "create_training_example/two_words_and_another": _example_case(rng, 2, 1, repeats=5),
        "create_training_example/no_word": _example_case(rng, 0, 2),
        "create_training_example/no_place": _crowded_case(rng),
        "create_training_example/too_long": _too_long_case(rng),
        "sounds/stream": Case({"sound": draw_sound(rng, 300)}, {}),
    }
    return cases | _network_cases(rng, m=2, T_x=12, n_f=4, filters=3, kernel_size=4, stride=2, units=[5, 6])


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with besides its live cases; no inputs in common with the public cases."""
    rng = np.random.default_rng([*b"unit 06 hidden"])
    sound = draw_sound(rng, 2000)
    labels = insert_ones(np.zeros((40, 1), dtype="float32"), 75, 30, 5)
    cases = {
        "spectrogram/plain": _spectrogram_case(sound[:90], 20, 8),
        "spectrogram/fits": _spectrogram_case(sound[:74], 18, 7),
        "is_overlapping/begins_inside": _overlap_case((55, 90), [(200, 240), (20, 60)]),
        "is_overlapping/apart": _overlap_case((75, 90), [(200, 240), (20, 60)]),
        "insert_ones/plain": _ones_case(labels, 400, 30, 7),
        "insert_ones/cut": _ones_case(labels, 1100, 30, 6),
        "detect/plain": _detect_case(draw_probabilities(rng, 80, 3), 0.6, 6.5 * STEP_MS / 1000),
        "match_events/plain": _match_case([0.5, 2.0, 2.25, 7.0], [2.125, 0.25, 5.0], 0.5),
    }
    return cases | _network_cases(rng, m=3, T_x=10, n_f=5, filters=4, kernel_size=3, stride=2, units=[7, 6])


def _spectrogram_case(samples: Array, frame: int, hop: int) -> Case:
    return Case({"samples": samples, "frame": frame, "hop": hop}, {"log_power": spectrogram(samples, frame, hop)})


def _overlap_case(segment: Segment, previous: list[Segment]) -> Case:
    return Case(
        {"segment_time": segment, "previous_segments": previous}, {"overlapping": is_overlapping(segment, previous)}
    )


def _ones_case(y: Array, end: int, step_ms: int, n_ones: int) -> Case:
    given = {"y": y, "segment_end_ms": end, "step_ms": step_ms, "n_ones": n_ones}
    return Case(given, {"labels": insert_ones(y, end, step_ms, n_ones)})


def _detect_case(probabilities: Array, threshold: float, refractory: float) -> Case:
    given: dict[str, Any] = {"probabilities": probabilities, "threshold": threshold, "refractory": refractory}
    return Case(given, {"times": detect(**given)})


def _match_case(found: list[float], true: list[float], tolerance: float) -> Case:
    given: dict[str, Any] = {"found": found, "true": true, "tolerance": tolerance}
    return Case(given, dict(zip(("precision", "recall", "f1"), match_events(**given), strict=True)))


def _insertion_case(
    rng: np.random.Generator, background: float, clip: float, previous: list[Segment], loud: float = 0.2
) -> Case:
    """Lengths in milliseconds; what may come out is every free start."""
    given = {
        "background": np.clip(draw_sound(rng, round(background * SAMPLES_PER_MS), loud), -0.95, 0.95),
        "audio_clip": np.clip(draw_sound(rng, round(clip * SAMPLES_PER_MS), loud), -0.95, 0.95),
        "previous_segments": previous,
    }
    return Case({**given, "rng": 3}, {"starts": free_starts(**given)})


def _example_case(rng: np.random.Generator, activates: int, negatives: int, repeats: int = 1) -> Case:
    """So soft that no sum is turned down. What comes out depends on where the clips lie; the shapes are known.

    ``repeats``: a background that repeats itself is longer than the labels of a word, and small in a file.
    """
    background = np.tile(draw_sound(rng, 800 * SAMPLES_PER_MS, 0.05), repeats)
    clips = [
        draw_sound(rng, round(length * SAMPLES_PER_MS), 0.1) for length in rng.uniform(70, 90, activates + negatives)
    ]
    given = {"background": background, "activates": clips[:activates], "negatives": clips[activates:], "rng": 3}
    return Case(given, _shapes(len(background)))


def _crowded_case(rng: np.random.Generator) -> Case:
    """A background that the first clip fills: the second one finds no place."""
    background = draw_sound(rng, 300 * SAMPLES_PER_MS, 0.05)
    clips = [draw_sound(rng, len(background), 0.1) for _ in range(2)]
    return Case({"background": background, "activates": clips, "negatives": [], "rng": 3}, _shapes(len(background)))


def _too_long_case(rng: np.random.Generator) -> Case:
    """The first clip is longer than the background; the second one is not, and is the word."""
    case = _example_case(rng, 1, 1)
    longer = draw_sound(rng, len(case.inputs["background"]) + 99, 0.1)
    return Case(case.inputs | {"activates": [longer, *case.inputs["activates"]]}, case.outputs)


def _shapes(n_samples: int) -> dict[str, Any]:
    T_x, T_y = steps_of(n_samples)
    return {"frame": FRAME, "hop": HOP, "x_shape": (T_x, FRAME // 2 + 1), "y_shape": (T_y, 1)}


def _network_cases(
    rng: np.random.Generator,
    m: int,
    T_x: int,
    n_f: int,
    filters: int,
    kernel_size: int,
    stride: int,
    units: list[int],
) -> dict[str, Case]:
    from autograder.oracles.trigger_word_keras import keras_outputs  # TensorFlow: seconds, and only needed here

    weights, x = draw_weights(rng, kernel_size, n_f, filters, units), draw_frames(rng, m, T_x, n_f)
    T_y = (T_x - kernel_size) // stride + 1
    targets = rng.integers(0, 2, (m, T_y, 1)).astype("float32")
    probabilities, loss = keras_outputs(x, targets, weights, stride)
    sizes = {"filters": filters, "kernel_size": kernel_size, "stride": stride, "units": units}
    given = {**sizes, "x": x, "targets": targets, "weights": weights.arrays()}
    return {"build_detector/plain": Case(given, {"probabilities": probabilities, "loss": loss})}
