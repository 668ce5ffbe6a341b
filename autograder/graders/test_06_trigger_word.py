"""Hidden grader of unit 06.

Sounds, segments, labels, probabilities and moments are drawn for each submission, and answered by oracles (SciPy, sets
of milliseconds, every single step, maximum matching). What a function draws is judged by what may come out: every free
place of a clip is known, and each has to come as often as exact binomial bounds allow. Where clips lie in a training
example is found by trying. The detector stays in the student's process, is given weights and compared with Keras's own
layers (references) and with NumPy (live); ``stream`` listens through a toy of the grader's that sees every question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import binom

from autograder.examination.agree import agree, unpack, untouched
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake, worth
from autograder.examination.models import Model
from autograder.examination.student import Handle, Provided
from autograder.oracles import trigger_word as oracle
from unrolled.arrays import Case
from unrolled.checks.trigger_word_experiments import explain
from unrolled.wire import Recipe

SPECTRUM, LABELS, STEPS = ("frames", "frequencies"), ("T_y", "1"), ("m", "T_y", "1")
SURE = 1e-9  # the chance on either side that a right answer falls outside the bounds for one place
Array = np.ndarray


def ask_all(
    student: Any, exercise: str, cases: Sequence[tuple[Case, str]], judge: Callable[[Any, Case, str], None]
) -> None:
    """Call the function on all cases, and then judge them in order: what it does elsewhere tells a mistake, too."""
    answers = []
    raised = None
    student.ahead(exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
    for case, _ in cases:
        try:
            answers.append(student.call(exercise, *case.inputs.values(), inputs_after=True, once=True))
        except Mistake as mistake:
            raised = mistake
            break
    for (case, when), (got, after) in zip(cases, answers, strict=False):
        judge(got, case, when)
        untouched(case.inputs, after)
    if raised is not None:
        raise raised


def truth(got: Any, expected: bool, when: str) -> None:
    """Compare truth values; NumPy's are as good as Python's."""
    if isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype.kind == "b":
        got = bool(got)
    if not isinstance(got, bool):
        raise Mistake("should return True or False")
    if got != expected:
        raise Mistake(f"it says {got} and should say {expected} {when}".rstrip())


def generator(rng: np.random.Generator) -> Recipe:
    """A generator that is made in the student's process, anew for each call."""
    return Recipe("Generator", {"seed": int(rng.integers(1, 2**31))})


# ---------------------------------------------------------------------------------------------------------------- sound


class TestSpectrogram:
    exercise = "spectrogram"

    def check(self, student: Any, *cases: tuple[Case, str]) -> None:
        ask_all(student, self.exercise, cases, self.judge)

    def judge(self, got: Any, case: Case, when: str) -> None:
        if isinstance(got, np.ndarray) and got.dtype.kind == "f":
            got = got.astype("float32")  # as exact as a transform of float32 samples can be
        agree(got, case.outputs["log_power"], "the log power", SPECTRUM, when)

    @worth(4, "log power of every frame")
    def test_power(self, student, references, rng):
        n, frame, hop = int(rng.integers(120, 200)), 2 * int(rng.integers(8, 13)), int(rng.integers(5, 8))
        live = oracle._spectrogram_case(oracle.draw_sound(rng, n), frame, hop)
        self.check(student, (references["spectrogram/plain"], ""), (live, ""))

    @worth(3, "only whole frames, and the last one that fits")
    def test_frames(self, student, references, rng):
        frame, hop, more = 2 * int(rng.integers(7, 12)), int(rng.integers(4, 7)), int(rng.integers(4, 9))
        sound = oracle.draw_sound(rng, frame + more * hop)
        pieces = (
            (sound, "when the last frame just fits"),
            (sound[:-1], "when one sample is missing for a frame"),
            (sound[:frame], "for a single frame"),
            (sound[: frame - 1], "for less than a frame"),
        )
        live = [(oracle._spectrogram_case(piece, frame, hop), when) for piece, when in pieces]
        self.check(student, (references["spectrogram/fits"], "when the last frame just fits"), *live)

    @worth(2, "stereo")
    def test_stereo(self, student, references, rng):
        sound = np.stack([oracle.draw_sound(rng, 70), oracle.draw_sound(rng, 70)], axis=1)
        self.check(student, (oracle._spectrogram_case(sound, 18, 9), "for two channels"))

    @worth(3, "other frames, soft and loud, silence")
    def test_others(self, student, references, rng):
        cases: list[tuple[Case, str]] = []
        for loud in (0.002, 0.9):
            n, frame, hop = int(rng.integers(60, 90)), int(rng.integers(12, 17)), int(rng.integers(3, 9))
            case = oracle._spectrogram_case(oracle.draw_sound(rng, n, loud), frame, hop)
            cases.append((case, "for other sizes"))
        silence = np.zeros(int(rng.integers(40, 60)), dtype="float32")
        self.check(student, *cases, (oracle._spectrogram_case(silence, 12, 12), "for silence"))


# ------------------------------------------------------------------------------------------------------------- segments


def draw_segments(rng: np.random.Generator, count: int, end: int) -> list[tuple[int, int]]:
    """Segments that do not overlap, with gaps, in no order."""
    edges = np.sort(rng.choice(np.arange(10, end - 10), 2 * count, replace=False)).reshape(-1, 2)
    return [(int(start), int(stop)) for start, stop in edges[rng.permutation(count)]]


class TestIsOverlapping:
    exercise = "is_overlapping"

    def check(self, student: Any, *asked: tuple[tuple[int, int], list, str]) -> None:
        cases = [(oracle._overlap_case(segment, previous), when) for segment, previous, when in asked]
        ask_all(student, self.exercise, cases, lambda got, case, when: truth(got, case.outputs["overlapping"], when))

    @worth(2, "both ends belong to a segment")
    def test_ends(self, student, references, rng):
        asked: list[tuple] = []
        for _ in range(2):
            start, end = sorted(int(place) for place in rng.choice(np.arange(100, 900), 2, replace=False))
            previous = [(start, end)]
            asked += [
                ((end, end + 40), previous, "when it begins where another one ends"),
                ((start - 40, start), previous, "when it ends where another one begins"),
                ((end + 1, end + 40), previous, "when it begins just after another one"),
                ((start - 40, start - 1), previous, "when it ends just before another one"),
            ]
        self.check(student, *asked)

    @worth(3, "either one first, and one inside the other")
    def test_overlap(self, student, references, rng):
        asked: list[tuple] = []
        for _ in range(2):
            previous = draw_segments(rng, 3, 400)
            start, end = max(previous, key=lambda segment: segment[1] - segment[0])
            middle = (start + end) // 2
            asked += [
                ((middle, end + 9), previous, "when it begins inside another one"),
                ((start - 9, middle), previous, "when it ends inside another one"),
                ((start - 5, end + 5), previous, "when it lies around another one"),
                ((middle, middle), previous, "when it lies inside another one"),
                ((410, 420), previous, "when it comes after all others"),
            ]
        self.check(student, *asked)

    @worth(2, "any number of segments")
    def test_many(self, student, references, rng):
        previous = draw_segments(rng, 6, 900)
        several = "when there are several others"
        asked: list[tuple] = [((0, int(rng.integers(50, 90))), [], "when there are no others")]
        for _, end in previous:
            asked += [((end, end), previous, several), ((end + 1, end + 1), previous, several)]
        starts = [int(start) for start in rng.integers(0, 900, 6)]
        asked += [((start, start + int(rng.integers(0, 60))), previous, several) for start in starts]
        self.check(student, *asked)


class TestInsertAudioClip:
    exercise = "insert_audio_clip"
    provides = {"is_overlapping": oracle.is_overlapping}

    @worth(4, "the sum, where the segment says")
    def test_sum(self, student, references, rng):
        for _ in range(4):
            background, clip, previous = self._stage(rng)
            self._placed(student, background, clip, previous, generator(rng))

    @worth(4, "every free place, and no other")
    def test_places(self, student, references, rng):
        ms = oracle.SAMPLES_PER_MS
        taken = int(rng.integers(6, 9))
        background, clip = oracle.draw_sound(rng, 14 * ms), oracle.draw_sound(rng, 4 * ms - int(rng.integers(0, 9)))
        self._everywhere(student, background, clip, [(taken, taken)], rng)
        exact = oracle.draw_sound(rng, 7 * ms)
        self._placed(student, exact, oracle.draw_sound(rng, 7 * ms), [], generator(rng), "when there is just one place")

    @worth(3, "gives up, and says so")
    def test_gives_up(self, student, references, rng):
        ms = oracle.SAMPLES_PER_MS
        background = oracle.draw_sound(rng, 30 * ms)
        full = [(0, 11), (15, 15), (20, 22), (26, 29)]
        cases: tuple[tuple[Array, list, str], ...] = (
            (oracle.draw_sound(rng, 5 * ms), full, "when no place is free"),
            (oracle.draw_sound(rng, 31 * ms), [], "when the clip is longer than the background"),
            (oracle.draw_sound(rng, 30 * ms + 5), [], "when the clip is a little longer than the background"),
        )
        for clip, previous, when in cases:
            got, after = student.call(self.exercise, background, clip, previous, generator(rng), inputs_after=True)
            audio, segment = unpack(got, "audio", "segment")
            if segment is not None:
                raise Mistake(f"the segment should be None {when}")
            agree(audio, background, "the audio", ("n",), f"{when}; it should be the background")
            untouched({"background": background, "audio_clip": clip, "previous_segments": previous}, after[:3])
        half = [(0, 14)]  # a right answer gives up here less than once in a billion submissions
        clip = oracle.draw_sound(rng, 2 * ms)
        for got in student.repeat(60, self.exercise, background, clip, half, generator(rng)):
            if unpack(got, "audio", "segment")[1] is None:
                raise Mistake("it gives up too early: half of the places are free, and it did not find one")

    @worth(2, "a loud sum is turned down, not cut off")
    def test_loud(self, student, references, rng):
        for loud in (0.9, 1.6):
            background, clip, previous = self._stage(rng, loud)
            background, clip = np.clip(background, -1, 1), np.clip(clip, -1, 1)
            clip[len(clip) // 2] = background.min() - 0.3  # wherever it lies, the loudest sample is a negative one
            background = np.minimum(background, 0.4 * np.abs(background.min()))
            clip = np.minimum(clip, 0.4)
            self._placed(student, background, clip, previous, generator(rng), "when the sum is loud")

    @worth(2, "arguments left alone, all chance from the given generator")
    def test_habits(self, student, references, rng):
        background, clip, previous = self._stage(rng)
        given = {"background": background, "audio_clip": clip, "previous_segments": previous}
        seeds = [int(seed) for seed in rng.integers(1, 2**31, 2)]
        runs = []
        for seed in (seeds[0], seeds[0], seeds[1]):
            chance = Recipe("Generator", {"seed": seed})
            _, after = student.call(self.exercise, *given.values(), chance, inputs_after=True)
            untouched(given, after[:3])
            drawn = student.repeat(8, self.exercise, *given.values(), chance)
            runs.append([_segment(unpack(got, "audio", "segment")[1]) for got in drawn])
        if runs[0] != runs[1]:
            raise Mistake("two generators with the same seed give different places: chance comes from somewhere else")
        if runs[0] == runs[2] or len(set(runs[0])) < 2:
            raise Mistake("the place does not depend on the generator as it should")

    def _stage(self, rng: Any, loud: float = 0.2) -> tuple[Array, Array, list]:
        ms = oracle.SAMPLES_PER_MS
        length = int(rng.integers(60, 90))
        first, second = int(rng.integers(4, 20)), int(rng.integers(30, 45))
        background = oracle.draw_sound(rng, length * ms + int(rng.integers(0, ms)), loud)
        clip = oracle.draw_sound(rng, int(rng.integers(3, 6)) * ms + int(rng.integers(1, ms)), loud)
        return background, clip, [(second, second + 3), (first, first + 6)]

    def _placed(
        self, student: Any, background: Array, clip: Array, previous: list, chance: Any, when: str = ""
    ) -> None:
        given = {"background": background, "audio_clip": clip, "previous_segments": previous}
        got, after = student.call(self.exercise, *given.values(), chance, inputs_after=True)
        self._right(got, background, clip, previous, when)
        untouched(given, after[:3])

    def _right(
        self,
        got: Any,
        background: Array,
        clip: Array,
        previous: list,
        when: str = "",
        free: Sequence[int] | None = None,
        mixed: dict[int, Array] | None = None,
    ) -> int:
        """The start, after seeing that segment and audio are right for it. ``free`` and ``mixed``, where one stage is
        asked often: the free starts, and what is right for those that have come before.
        """
        free = oracle.free_starts(background, clip, previous) if free is None else free
        mixed = {} if mixed is None else mixed
        audio, segment = unpack(got, "audio", "segment")
        told = f" ({when})" if when else ""
        if segment is None:
            raise Mistake(f"it gives up although there are free places{told}")
        start, end = _segment(segment)
        length, last = oracle.duration_ms(clip), len(background) // oracle.SAMPLES_PER_MS
        if end - start + 1 != length:
            raise Mistake(f"the segment's end is not the last millisecond that the clip touches{told}")
        if start < 0 or end >= last:
            raise Mistake(f"the segment is not inside the background{told}")
        if start not in free:
            raise Mistake(f"the clip was put where another one is{told}")
        if start not in mixed:
            mixed[start] = oracle.mixed(background, clip, start)
        expected = mixed[start]
        sound = isinstance(audio, np.ndarray) and audio.shape == expected.shape and audio.dtype.kind == "f"
        try:
            agree(audio.astype("float32") if sound else audio, expected, "the audio", ("n",), when)
        except Mistake:
            if sound:
                self._explain(audio, background, clip, start, expected, told)
            raise
        return start

    def _explain(self, audio: Array, background: Array, clip: Array, start: int, expected: Array, told: str) -> None:
        """A Mistake that says how the audio was put together, if that can be told."""

        def like(other: Array) -> bool:
            return np.allclose(audio, other, atol=1e-5)

        padded = np.zeros(len(background))
        padded[start * oracle.SAMPLES_PER_MS :][: len(clip)] = clip
        total = background + padded
        if like(expected):
            return
        if like(background):
            raise Mistake(f"the clip is not in the audio{told}")
        if like(np.where(padded != 0, padded, background)):
            raise Mistake(f"the clip takes the place of the background instead of being added to it{told}")
        if np.abs(total).max() > 1 and like(total):
            raise Mistake(f"the sum is beyond -1 to 1: it has to be turned down{told}")
        if np.abs(total).max() > 1 and like(np.clip(total, -1, 1)):
            raise Mistake(f"the sum is cut off at -1 and 1 (clipping) instead of being turned down as a whole{told}")
        if like(total / np.abs(total).max()):
            raise Mistake(f"the sum is made as loud as can be even when it is within -1 to 1{told}")
        if np.abs(total).max() > 1 and like(total / 2):
            raise Mistake(f"the sum is turned down by a fixed factor instead of by its largest absolute value{told}")
        for other in range(len(background) // oracle.SAMPLES_PER_MS - oracle.duration_ms(clip) + 1):
            if like(oracle.mixed(background, clip, other)):
                raise Mistake(f"the clip does not begin where its segment says{told}")

    def _everywhere(self, student: Any, background: Array, clip: Array, previous: list, rng: Any) -> None:
        calls = 300
        free = oracle.free_starts(background, clip, previous)
        drawn = student.repeat(calls, self.exercise, background, clip, previous, generator(rng))
        mixed: dict[int, Array] = {}
        starts = Counter(self._right(got, background, clip, previous, "", free, mixed) for got in drawn)
        low, high = binom.ppf(SURE, calls, 1 / len(free)), binom.isf(SURE, calls, 1 / len(free))
        for start in free:
            where = {free[0]: "at the first place that is free", free[-1]: "at the last place that is free"}
            if starts[start] < max(1, low):
                raise Mistake(f"in {calls} calls the clip comes too seldom {where.get(start, 'at some free place')}")
            if starts[start] > high:
                raise Mistake(f"in {calls} calls the clip comes too often {where.get(start, 'at some free place')}")


def _segment(value: Any) -> tuple[int, int]:
    """A returned segment as two whole numbers; (-1, -1) for None."""
    if value is None:
        return -1, -1
    try:
        start, end = value
        if float(start) == int(start) and float(end) == int(end):
            return int(start), int(end)
    except (TypeError, ValueError):
        pass
    raise Mistake("the segment should be a pair of whole numbers, (start, end)")


# --------------------------------------------------------------------------------------------------------------- labels


class TestInsertOnes:
    exercise = "insert_ones"

    @worth(4, "the steps after the end")
    def test_plain(self, student, references, rng):
        cases = [(references["insert_ones/plain"], "")]
        for _ in range(3):
            step_ms, n_ones = int(rng.integers(7, 40)), int(rng.integers(3, 9))
            end = int(rng.integers(2 * step_ms, 15 * step_ms))
            cases.append((oracle._ones_case(_zeros(40), end, step_ms, n_ones), "for other steps"))
        step_ms = int(rng.integers(7, 40))
        case = oracle._ones_case(_zeros(30), 9 * step_ms, step_ms, 4)
        cases.append((case, "when the end is the first millisecond of a step"))
        case = oracle._ones_case(_zeros(30), 9 * step_ms - 1, step_ms, 4)
        self._check(student, *cases, (case, "when the end is the last millisecond of a step"))

    @worth(3, "cut at the last step")
    def test_cut(self, student, references, rng):
        near = "near the end of the labels"
        T_y, step_ms = int(rng.integers(20, 30)), int(rng.integers(10, 30))
        cases = [
            (oracle._ones_case(_zeros(T_y), (T_y - before) * step_ms, step_ms, 6), when)
            for before, when in ((3, near), (1, "in the last step"), (0, "after the last step"))
        ]
        self._check(student, (references["insert_ones/cut"], near), *cases)

    @worth(2, "50 ones and the lesson's steps when nothing is said")
    def test_defaults(self, student, references, rng):
        end = int(rng.integers(100, 900))
        got = student.call(self.exercise, _zeros(130), end)
        agree(got, oracle.insert_ones(_zeros(130), end), "the labels", LABELS, "without step_ms and n_ones")

    @worth(2, "ones from before stay")
    def test_before(self, student, references, rng):
        y = oracle.insert_ones(_zeros(40), int(rng.integers(60, 150)), 30, 5)
        ends = (int(rng.integers(160, 400)), 90, 1300)
        self._check(student, *[(oracle._ones_case(y, end, 30, 5), "when there are ones already") for end in ends])

    def _check(self, student: Any, *cases: tuple[Case, str]) -> None:
        ask_all(student, self.exercise, cases, self._judge)

    def _judge(self, got: Any, case: Case, when: str) -> None:
        expected = case.outputs["labels"]
        if isinstance(got, np.ndarray) and got.shape == expected.shape and got.dtype.kind in "iuf":
            self._explain(np.flatnonzero(got), case, when)
        agree(got, expected, "the labels", LABELS, when)

    def _explain(self, ones: Array, case: Case, when: str) -> None:
        """Where the ones are, if they are not where they should be."""
        expected = np.flatnonzero(case.outputs["labels"])
        if np.array_equal(ones, expected):
            return
        told = f" ({when})" if when else ""
        before = np.flatnonzero(case.inputs["y"])
        if not set(before) <= set(ones):
            raise Mistake(f"ones that were there before are gone{told}")
        got, due = np.setdiff1d(ones, before), np.setdiff1d(expected, before)
        if not len(before) and len(got) and len(due):
            if got[-1] <= case.inputs["segment_end_ms"] // case.inputs["step_ms"]:
                raise Mistake(f"the ones come before the end of the segment instead of after it{told}")
            if got[0] == due[0] - 1:
                raise Mistake(f"the ones begin a step too early, with the step of the end itself{told}")
            if got[0] == due[0] + 1:
                raise Mistake(f"the ones begin a step too late{told}")
            if got[0] == due[0]:
                many = "few" if len(got) < len(due) else "many"
                raise Mistake(f"the ones begin where they should, but there are too {many} of them{told}")
            raise Mistake(
                f"the ones begin at the wrong step: milliseconds are not turned into steps as they should{told}"
            )


def _zeros(T_y: int) -> Array:
    return np.zeros((T_y, 1), dtype="float32")


class TestCreateTrainingExample:
    exercise = "create_training_example"
    provides = {
        "spectrogram": oracle.spectrogram,
        "is_overlapping": oracle.is_overlapping,
        "insert_audio_clip": oracle.insert_audio_clip,
        "insert_ones": oracle.insert_ones,
    }

    @worth(4, "activates: sound and labels")
    def test_activates(self, student, references, rng):
        for activates in (1, 2, 3):
            self._example(student, references, rng, activates, 0)

    @worth(4, "negatives: sound, and no labels")
    def test_negatives(self, student, references, rng):
        self._example(student, references, rng, 0, 1)
        self._example(student, references, rng, 1, 2)

    @worth(2, "clips without a place")
    def test_no_place(self, student, references, rng):
        self._full(student, rng, True)
        self._full(student, rng, False)
        self._example(student, references, rng, 1, 1, too_long=True)

    @worth(2, "a background alone, arguments left alone, all chance from the generator")
    def test_habits(self, student, references, rng):
        self._example(student, references, rng, 0, 0)
        given, seeds = self._stage(references, rng, 1, 1), [int(seed) for seed in rng.integers(1, 2**31, 2)]
        one, again, other = (
            self._called(student, given, Recipe("Generator", {"seed": seed}))[0]
            for seed in (seeds[0], seeds[0], seeds[1])
        )
        if not np.array_equal(one, again):
            raise Mistake("two generators with the same seed give different examples: chance comes from somewhere else")
        if np.array_equal(one, other):
            raise Mistake("the example does not depend on the generator")

    def _stage(self, references: Cases, rng: Any, activates: int, negatives: int) -> dict[str, Any]:
        ms = oracle.SAMPLES_PER_MS

        def clips(count: int) -> list[Array]:
            lengths = rng.integers(90 * ms, 130 * ms, count)
            return [np.clip(oracle.draw_sound(rng, int(length), 0.1), -0.3, 0.3) for length in lengths]

        given = self._background(references)
        return {"background": given, "activates": clips(activates), "negatives": clips(negatives)}

    def _background(self, references: Cases) -> Array:
        """One for all tests: to draw it, and to look at it, takes longest."""

        def make(rng: np.random.Generator) -> Array:
            length = int(rng.integers(2000, 2300)) * oracle.SAMPLES_PER_MS
            return np.clip(oracle.draw_sound(rng, length, 0.05), -0.3, 0.3)

        return references.live("background", make)

    def _picture(self, references: Cases, samples: Array, frame: int, hop: int) -> Array:
        """A spectrogram; that of the one background is made once."""
        if samples is not self._background(references):
            return oracle.spectrogram(samples, frame, hop)
        return references.shared(("picture", frame, hop), lambda: oracle.spectrogram(samples, frame, hop))

    def _called(self, student: Any, given: dict[str, Any], chance: Any, when: str = "") -> tuple[Array, Array]:
        got, after = student.call(self.exercise, *given.values(), chance, inputs_after=True)
        x, y = unpack(got, "x", "y")
        T_x, T_y = oracle.steps_of(len(given["background"]))
        n_f = oracle.FRAME // 2 + 1
        for name, value, shape, axes in (("x", x, (T_x, n_f), ("T_x", "n_f")), ("y", y, (T_y, 1), LABELS)):
            if not isinstance(value, np.ndarray) or value.shape != shape or value.dtype.kind not in "iuf":
                agree(value, np.zeros(shape, dtype="float32"), name, axes, when)
            if value.dtype != np.float32:
                raise Mistake(f"{name} should be float32")
        untouched(given, after[:3])
        return x, y

    def _example(
        self, student: Any, references: Cases, rng: Any, activates: int, negatives: int, too_long: bool = False
    ) -> None:
        given = self._stage(references, rng, activates, negatives)
        extra = [oracle.draw_sound(rng, len(given["background"]) + 99, 0.1)] if too_long else []
        asked = given | {"activates": [*extra, *given["activates"]]}
        x, y = self._called(student, asked, generator(rng))
        sizes = {"frame": oracle.FRAME, "hop": oracle.HOP}
        told = explain(x, y, {**given, **sizes}, partial(self._picture, references), oracle.insert_ones)
        if told:
            sentence, cause = told
            raise Mistake(f"{sentence.rstrip('.')}" + (f"; most likely: {cause.rstrip('.')}" if cause else ""))

    def _full(self, student: Any, rng: Any, first: bool) -> None:
        """A background that one clip fills; all others find no place."""
        ms = oracle.SAMPLES_PER_MS
        length = int(rng.integers(500, 600)) * ms
        background, clip, *more = (oracle.draw_sound(rng, length, 0.1) for _ in range(4))
        given = {
            "background": background,
            "activates": [clip, more[0]] if first else [],
            "negatives": [more[1]] if first else [clip, *more],
        }
        when = "when there is no place for a clip"
        x, y = self._called(student, given, generator(rng), when)
        picture = oracle.spectrogram(oracle.mixed(background, clip, 0), oracle.FRAME, oracle.HOP)
        if not np.allclose(x, picture, atol=0.02):
            raise Mistake(f"x is not the spectrogram of the background with the clips that found a place ({when})")
        agree(y, np.zeros_like(y), "y", LABELS, f"{when}, and the word ends with the sound")


# ------------------------------------------------------------------------------------------------------------- detector


def give_weights(model: Model, weights: oracle.Weights) -> list[Array]:
    """Set the weights of a model by their shapes, which all differ; returned in the model's order. Mistake when it has
    others.
    """
    if sorted(model.shapes) != sorted(weight.shape for weight in weights.arrays()):
        raise Mistake(_other_layers(model, model.shapes, weights))
    by_shape = {weight.shape: weight for weight in weights.arrays()}
    placed = [by_shape[shape] for shape in model.shapes]
    model.set_weights(placed)
    return placed


def _other_layers(model: Model, shapes: list[tuple[int, ...]], weights: oracle.Weights) -> str:
    """What the shapes of a model's weights say about its layers."""
    found, wanted = Counter(shapes), Counter(weight.shape for weight in weights.arrays())
    units, filters = [len(cell[1]) for cell in weights.cells], len(weights.bias)
    if not shapes:
        return "the model has no weights: give it its input shape"
    if any(found[(n, 3 * n)] > 1 for n in units) or model.layers_of("Bidirectional"):
        return (
            "a layer goes in both directions, or there is one GRU too many: the detector hears live and has no future"
        )
    if any(shape == (n, 4 * n) for shape in shapes for n in units):
        return "there are LSTM layers where GRU layers are asked for"
    if any(shape == (n, n) for shape in shapes for n in units):
        return "there are basic RNN layers where GRU layers are asked for"
    if any(shape == (3 * n,) for shape in shapes for n in units):
        return "the GRU layers are not Keras's own with its defaults (`reset_after`), or have fewer biases"
    if any(found[(n,)] >= 4 for n in (*units, filters)) or found[(filters,)] >= 4:
        return "there is a batch normalisation, or another layer with weights that was not asked for"
    missing, more = wanted - found, found - wanted
    if weights.kernel.shape in missing:
        return "the convolution's weights do not have the shape that kernel_size, the frequencies and filters give"
    if weights.output.shape in missing:
        return "the output layer does not have one unit that reads the last GRU"
    if missing and sum(missing.values()) >= 3 and not more:
        return "a GRU layer is missing: there is one for each number in units"
    if more and not missing:
        return "there are layers with weights that were not asked for"
    return "the arrays of weights are not those of a convolution, a GRU for each number in units, and one output unit"


class TestBuildDetector:
    """One detector is given weights, asked by two tests, and trained by the last; building takes longer than asking."""

    exercise = "build_detector"

    @worth(5, "probabilities of all steps")
    def test_outputs(self, student, references, rng):
        case, (model, kept) = self._sounds(references), self._listening(student, references)
        got = self._answer(references, model, kept)
        self._compare(model, got, case.inputs["x"], case.inputs["weights"], case.inputs["stride"], case.outputs)

    @worth(5, "other sizes, other numbers of GRU layers")
    def test_sizes(self, student, references, rng):
        n_f, filters, kernel, stride, n_a = 6, 4, *(int(rng.integers(*ends)) for ends in ((2, 5), (1, 4), (8, 11)))
        weights = oracle.draw_weights(rng, kernel, n_f, filters, [n_a])
        T_x = kernel + 2 * stride + int(rng.integers(0, stride))
        x = oracle.draw_frames(rng, 2, T_x, n_f)
        model = self._built(student, (T_x, n_f), filters, kernel, stride, (n_a,))[0]
        give_weights(model, weights)
        right = {"probabilities": oracle.detector(x, weights, stride)}
        self._compare(model, model(x), x, weights, stride, right, "with 1 GRU layer")
        deep = oracle.draw_weights(rng, kernel + 1, n_f, filters, [3, 7, 5])
        model = self._built(student, (T_x, n_f), filters, kernel + 1, stride, (3, 7, 5))[0]
        if sorted(model.shapes) != sorted(weight.shape for weight in deep.arrays()):
            raise Mistake(_other_layers(model, model.shapes, deep))

    @worth(3, "no answer depends on what comes later")
    def test_causal(self, student, references, rng):
        case, (model, kept) = self._sounds(references), self._listening(student, references)
        drawn = slice(-2, None)
        short = model(case.inputs["x"][drawn, : self._two_steps(case)])
        longer, expected = self._answer(references, model, kept), case.outputs["probabilities"]
        if isinstance(short, np.ndarray) and isinstance(longer, np.ndarray) and short.ndim == longer.ndim == 3:
            begins = longer[drawn, : short.shape[1]]
            if short.shape == begins.shape and not np.allclose(short, begins, atol=1e-5):
                raise Mistake(
                    "an answer depends on sound that comes later: a layer goes backwards or sees the whole sound"
                )
        agree(short, expected[drawn, :2], "the model's output", STEPS, "for the beginning of a sound")
        agree(longer, expected, "the model's output", STEPS, "for a longer sound")

    @worth(4, "loss and training")
    def test_training(self, student, references, rng):
        case, (model, kept) = self._sounds(references), self._listening(student, references)
        learning_rate, weights = self._learning_rate(references), case.inputs["weights"]
        x = case.inputs["x"][:, : self._two_steps(case)]  # training takes as long as the sound is
        targets = rng.integers(0, 2, (len(x), 2, 1)).astype("float32")
        right = oracle.cross_entropy(targets, oracle.detector(x, weights, case.inputs["stride"]))
        before = self._placed(references, model, kept)
        (paid,), after = model.train(x, targets, 1), model.weights_after(before)
        if not np.isclose(paid, right, rtol=1e-3):  # a layer may do something else while training
            model.set_weights(before)
            if not np.isclose(model.loss(x, targets), right, rtol=1e-3):
                raise Mistake("the loss is not the mean binary cross-entropy of all steps")
        # Adam's first step moves each weight that has a gradient by the learning rate.
        moved = max(float(np.abs(new - old).max()) for new, old in zip(after, before, strict=True))
        if not 0.95 * learning_rate < moved < 1.05 * learning_rate:
            raise Mistake("a step of training does not move the weights as Adam does with the given learning rate")

    def _built(self, student: Any, shape: tuple, *sizes: Any, learning_rate: float = 0.01) -> tuple[Model, Handle]:
        kept = student.keep(self.exercise, shape, *sizes, learning_rate, once=True)
        return student.model(kept), kept

    def _sounds(self, references: Cases) -> Case:
        """The stored sounds, then two of the submission's own, for the same weights."""

        def make(rng: np.random.Generator) -> Case:
            stored = references["build_detector/plain"]
            x, weights = stored.inputs["x"], oracle.Weights.of(stored.inputs["weights"])
            drawn = oracle.draw_frames(rng, 2, *x.shape[1:])
            answers = stored.outputs["probabilities"], oracle.detector(drawn, weights, stored.inputs["stride"])
            given = {**stored.inputs, "x": np.concatenate([x, drawn]), "weights": weights}
            return Case(given, {"probabilities": np.concatenate(answers)})

        return references.live("detector/sounds", make)

    def _two_steps(self, case: Case) -> int:
        """How many frames make two steps."""
        return case.inputs["kernel_size"] + case.inputs["stride"]

    def _listening(self, student: Any, references: Cases) -> tuple[Model, Handle]:
        """The one detector for :meth:`_sounds`, with their weights, and where it is kept."""
        given, learning_rate = self._sounds(references).inputs, self._learning_rate(references)
        sizes = [(None, given["x"].shape[2]), *(given[name] for name in ("filters", "kernel_size", "stride", "units"))]
        kept = student.keep(self.exercise, *sizes, learning_rate, once=True)
        model = references.shared(kept, lambda: student.model(kept))
        self._placed(references, model, kept)
        return model, kept

    def _placed(self, references: Cases, model: Model, kept: Handle) -> list[Array]:
        """The weights of :meth:`_sounds` as the detector has them; given to it when they are first asked for."""
        weights = self._sounds(references).inputs["weights"]
        return references.shared((kept, "weights"), lambda: give_weights(model, weights))

    def _answer(self, references: Cases, model: Model, kept: Handle) -> Any:
        """What the detector says of all sounds, asked once."""
        return references.shared((kept, "answer"), lambda: model(self._sounds(references).inputs["x"]))

    def _learning_rate(self, references: Cases) -> float:
        return references.live("learning_rate", lambda rng: float(rng.uniform(0.004, 0.009)))

    def _compare(
        self,
        model: Model,
        got: Any,
        x: Array,
        weights: oracle.Weights,
        stride: int,
        right: Mapping[str, Array],
        when: str = "",
    ) -> None:
        """Compare outputs; of the usual mistakes, each has outputs of its own."""
        expected, told = right["probabilities"], f" ({when})" if when else ""
        if not isinstance(got, np.ndarray):
            raise Mistake(f"the model should have one output{told}")
        if got.ndim == 2 and got.shape[0] == len(x) and got.shape[1] == 1:
            raise Mistake(f"there is one answer for the whole sound instead of one at every step{told}")
        if got.ndim == 3 and got.shape[1] != expected.shape[1]:
            more = got.shape[1] > expected.shape[1]
            raise Mistake(
                f"there are too {'many' if more else 'few'} steps: look at the convolution's stride and padding{told}"
            )
        if got.shape == expected.shape and not np.allclose(got, expected, atol=1e-4):
            self._explain(model, got, x, weights, stride, told)
        agree(got, expected, "the model's output", STEPS, when)

    def _explain(self, model: Model, got: Array, x: Array, weights: oracle.Weights, stride: int, told: str) -> None:
        if not np.allclose(got, model(x), atol=1e-5):
            raise Mistake(
                f"the same sound gets other answers when it comes again: a layer is left in training mode{told}"
            )
        if (got == 1).all():
            raise Mistake(f"every answer is 1, as of a softmax over a single number: a sigmoid is asked{told}")
        if got.min() < 0 or got.max() > 1:
            raise Mistake(f"the outputs are not between 0 and 1: the sigmoid is missing{told}")
        logit = np.log(oracle.detector(x, weights, stride) / (1 - oracle.detector(x, weights, stride)))
        if np.allclose(got, np.maximum(logit, 0), atol=1e-3) or np.allclose(got, np.tanh(logit), atol=1e-3):
            raise Mistake(f"the last layer has another activation than a sigmoid{told}")
        variants = (
            ({"rescaled": False}, "the inputs are not rescaled before the convolution"),
            ({"normalised": False}, "the convolution's answers are not normalised before the ReLU"),
            ({"relu": False}, "the convolution has no ReLU"),
            (
                {"normalised": False, "relu": False},
                "the convolution's answers are not normalised, and there is no ReLU",
            ),
            ({"backwards": True}, "the GRU layers go backwards through the sound"),
        )
        for switches, sentence in variants:
            if np.allclose(got, oracle.detector(x, weights, stride, **switches), atol=1e-4):
                raise Mistake(f"{sentence}{told}")
        swapped = oracle.detector(x, replace(weights, kernel=weights.kernel[::-1]), stride)
        if np.allclose(got, swapped, atol=1e-4):
            raise Mistake(f"the convolution reads its frames in reverse order{told}")


# --------------------------------------------------------------------------------------------------------------- events


def _is_number(value: Any) -> bool:
    """Whether a value can be a time: a number, as Python or NumPy has it."""
    return isinstance(value, (int, float, np.number)) or isinstance(value, np.ndarray) and value.shape == ()


class TestDetect:
    exercise = "detect"
    STEP = oracle.STEP_MS / 1000

    @worth(4, "one event for a word")
    def test_rises(self, student, references, rng):
        when = "when no time is refractory"
        self._check(student, *[(self._drawn(rng, words), self._level(rng), 0.0, when) for words in (1, 2, 3, 4)])

    @worth(3, "the refractory time")
    def test_refractory(self, student, references, rng):
        plain = tuple(references["detect/plain"].inputs.values())
        asked = [(*plain, "with a refractory time")]
        for steps in (3.5, 7.5, 12.5):
            asked.append((self._drawn(rng, 4), self._level(rng), steps * self.STEP, "with a refractory time"))
        often, gap = np.tile([0.1, 0.9], 15), 2 * int(rng.integers(1, 4))
        asked.append((often, 0.5, (gap + 0.5) * self.STEP, "when it rises again and again"))
        # Every 25 steps, so that all moments are whole quarters of a second and no rounding decides.
        just = np.tile([0.9, *[0.1] * 24], 5), 0.5, 0.75 * int(rng.integers(1, 3))
        asked.append((*just, "when the refractory time is just over"))
        long = np.append(np.full(int(rng.integers(20, 30)), 0.8), 0.2)
        self._check(student, *asked, (long, 0.5, 5.5 * self.STEP, "when it stays high for longer than that"))

    @worth(2, "the first step, and just the threshold")
    def test_edges(self, student, references, rng):
        p = np.round(rng.uniform(0.55, 0.95, 6), 3)
        level = float(rng.choice([0.25, 0.5, 0.75]))
        just = np.array([0.1, level, 0.2, 0.1, level, 0.95, level, 0.95])
        self._check(
            student,
            (np.concatenate([p, p - 0.54, p]), 0.55, 0.0, "when it is high from the first step on"),
            (just, level, 0.0, "when it just reaches the threshold"),
            (np.full(9, 0.2), 0.6, 0.0, "when nothing is found"),
            (np.array([0.9]), 0.6, 1.0, "for a single step"),
            (np.zeros(0), 0.6, 1.0, "for no steps at all"),
        )

    def _drawn(self, rng: Any, words: int) -> Array:
        return oracle.draw_probabilities(rng, int(rng.integers(70, 120)), words)

    def _level(self, rng: Any) -> float:
        return float(np.round(rng.uniform(0.4, 0.7), 4))

    def _check(self, student: Any, *asked: tuple[Array, float, float, str]) -> None:
        cases = [(oracle._detect_case(p, threshold, wait), when) for p, threshold, wait, when in asked]
        ask_all(student, self.exercise, cases, self._judge)

    def _judge(self, got: Any, case: Case, when: str) -> None:
        p, threshold, expected = case.inputs["probabilities"], case.inputs["threshold"], case.outputs["times"]
        if not isinstance(got, (list, tuple, np.ndarray)) or not all(map(_is_number, got)):
            raise Mistake(f"should return a list of times in seconds ({when})")
        times = [float(one) for one in got]
        if len(times) != len(expected):
            if len(times) == int((p >= threshold).sum()) > len(expected):
                raise Mistake(f"every step at the threshold or above it is an event; a word is one ({when})")
            raise Mistake(f"too {'many' if len(times) > len(expected) else 'few'} events are found ({when})")
        agree(times, expected, "the times", when=when)


class TestMatchEvents:
    exercise = "match_events"

    @worth(4, "precision and recall")
    def test_shares(self, student, references, rng):
        asked = [(*references["match_events/plain"].inputs.values(), "")]
        for found, true in ((3, 7), (8, 4)):
            said = 4 * np.sort(rng.choice(np.arange(2, 40), true, replace=False)).astype(float)
            near = said[: found // 2] + rng.choice([-0.25, 0.375], found // 2)
            heard = np.concatenate([near, rng.uniform(170, 190, found - found // 2)])
            asked.append((rng.permutation(heard), rng.permutation(said), 0.5, ""))
        self._check(student, *asked)

    @worth(3, "each event once")
    def test_once(self, student, references, rng):
        base = float(rng.integers(3, 30))
        asked = [
            ([base, base + 0.25], [base], 0.5, "when one word is found twice"),
            ([base], [base - 0.25, base + 0.25], 0.5, "when one found moment is near two words"),
            ([base, base + 0.5], [base - 0.5, base + 0.25], 0.5, "when the nearest partner is not the best"),
            ([base, base + 0.5], [base + 0.25, base - 0.25], 0.5, "when only one way makes two pairs"),
            ([base + 0.5, base], [base + 0.75, base + 0.25], 0.5, "when only one way makes two pairs"),
        ]
        for _ in range(6):
            heard, said = (np.round(rng.uniform(0, 6, int(rng.integers(4, 9))) * 8) / 8 for _ in range(2))
            asked.append((heard, said, 0.5, "when words are near each other"))
        self._check(student, *asked)

    @worth(2, "the tolerance, before and after")
    def test_tolerance(self, student, references, rng):
        base, tolerance = float(rng.integers(3, 30)), float(rng.choice([0.25, 0.5, 0.75]))
        self._check(
            student,
            ([base + tolerance], [base], tolerance, "when it comes late by just the tolerance"),
            ([base - tolerance], [base], tolerance, "when it comes early by just the tolerance"),
            ([base - tolerance - 0.125], [base], tolerance, "when it comes too early"),
            ([base + tolerance + 0.125], [base], tolerance, "when it comes too late"),
        )

    @worth(2, "nothing found, nothing said")
    def test_nothing(self, student, references, rng):
        some = [float(moment) for moment in rng.integers(1, 50, 3)]
        self._check(
            student,
            ([], some, 0.5, "when nothing is found"),
            (some, [], 0.5, "when nothing is said"),
            ([], [], 0.5, "when there is neither"),
            ([some[0] + 60], some, 0.5, "when all is wrong"),
        )

    def _check(self, student: Any, *asked: tuple[Any, Any, float, str]) -> None:
        cases: list[tuple[Case, str]] = []
        for found, true, tolerance, when in asked:
            heard, said = [float(moment) for moment in found], [float(moment) for moment in true]
            cases.append((oracle._match_case(heard, said, tolerance), when))
        ask_all(student, self.exercise, cases, self._judge)

    def _judge(self, got: Any, case: Case, when: str) -> None:
        parts, right, told = unpack(got, "precision", "recall", "f1"), case.outputs, f" ({when})" if when else ""
        numbers = [
            float(one) if isinstance(one, (int, float, np.ndarray)) and not np.ndim(one) else None for one in parts
        ]
        if None not in numbers and right["precision"] != right["recall"]:
            if np.allclose(np.array(numbers[:2], dtype=float), [right["recall"], right["precision"]]):
                raise Mistake(f"precision and recall are exchanged{told}")
        for name, number, part in zip(right, numbers, parts, strict=True):
            agree(part if number is None else number, right[name], name, when=when)


# ------------------------------------------------------------------------------------------------------------ in pieces


class TestStream:
    exercise = "stream"
    provides = {"spectrogram": oracle.spectrogram}

    @worth(2, "sound in one piece")
    def test_whole(self, student, references, rng):
        self._listen(student, rng, 1, "in one piece")

    @worth(5, "sound in pieces")
    def test_pieces(self, student, references, rng):
        self._listen(student, rng, 2, "in two pieces")
        self._listen(student, rng, 12, "in pieces of any size")

    @worth(3, "small pieces, empty pieces, too little sound")
    def test_small(self, student, references, rng):
        self._listen(student, rng, 0, "in pieces that are shorter than a frame")
        self._listen(student, rng, -1, "that is too short for an answer")

    @worth(2, "other sizes, the next sound begins anew")
    def test_again(self, student, references, rng):
        for _ in range(2):
            self._listen(student, rng, 5, "in pieces of any size, with other frames and steps")
        chunks = [oracle.draw_sound(rng, int(n)) for n in rng.integers(10, 60, 3)]
        toy = oracle.ToyListener(rng.normal(0, 1, (3, 9)), 2)
        _, after = student.call(self.exercise, Provided("model", toy), chunks, 16, 6, 3, 2, inputs_after=True)
        toy.asleep = True
        untouched({"chunks": chunks}, after[1:2])

    def _listen(self, student: Any, rng: Any, pieces: int, when: str) -> None:
        frame, hop = 2 * int(rng.integers(6, 10)), int(rng.integers(4, 9))
        kernel, stride = int(rng.integers(3, 6)), int(rng.integers(2, 4))
        n = frame + hop * (kernel + 6 * stride) + int(rng.integers(0, hop))
        sound = oracle.draw_sound(rng, n if pieces >= 0 else frame + hop * (kernel - 2))
        chunks = (
            [sound]
            if pieces == 1
            else np.split(sound, [n // 3])
            if pieces == 2
            else oracle.cut(rng, sound, max(4, pieces))
        )
        if pieces == 0:
            chunks = np.split(sound, np.cumsum(rng.integers(0, hop, 8 * n // hop)).clip(0, n))
        weights = rng.normal(0, 1, (kernel, frame // 2 + 1))
        sizes = (frame, hop, kernel, stride)
        toy = oracle.ToyListener(weights, stride)
        expected = oracle.stream(oracle.ToyListener(weights, stride), chunks, *sizes)
        try:
            got = student.call(self.exercise, Provided("model", toy), chunks, *sizes)
        except Mistake as mistake:
            if toy.complaint:
                raise Mistake(f"{toy.complaint} (sound {when})") from mistake
            raise
        finally:
            toy.asleep = True  # what went wrong is told from what the toy was asked, not by comparison with mistakes
        self._asked(toy, sum(map(len, expected)), when)
        self._compare(got, expected, toy, chunks, sizes, when)

    def _asked(self, toy: oracle.ToyListener, steps: int, when: str) -> None:
        """The state has to go in as it came out; each step has to be asked for once."""
        for k, (_, state) in enumerate(toy.asked):
            if k == 0 and state is not None:
                raise Mistake(f"the first state that goes into the model is not None (sound {when})")
            if k and state is None:
                raise Mistake(f"the state is given up between chunks: the model starts anew (sound {when})")
            if k and not np.allclose(np.asarray(state), toy.answered[k - 1]):
                raise Mistake(f"the state that goes into the model is not the one that came out last (sound {when})")
        count = sum(len(windows) for windows, _ in toy.asked)
        if count > steps:
            raise Mistake(
                f"the model is asked for more steps than the sound has: some are answered twice (sound {when})"
            )
        if count < steps:
            raise Mistake(
                f"the model is asked for fewer steps than the sound has: samples or frames get lost (sound {when})"
            )

    def _compare(
        self, got: Any, expected: list[Array], toy: oracle.ToyListener, chunks: Any, sizes: tuple, when: str
    ) -> None:
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            raise Mistake(f"should return a list with one array for each chunk (sound {when})")
        if not all(isinstance(part, np.ndarray) and part.ndim == 1 and part.dtype.kind in "iuf" for part in got):
            raise Mistake(f"each entry of the list should be an array with one axis, maybe an empty one (sound {when})")
        frame, hop, kernel, stride = sizes
        frames = oracle.spectrogram(np.concatenate(chunks), frame, hop)
        windows = [window for asked, _ in toy.asked for window in asked]
        for step, window in enumerate(windows):
            if not np.allclose(window, frames[step * stride : step * stride + kernel], atol=1e-3):
                first = "the first step" if step == 0 else "a later step"
                raise Mistake(
                    f"the frames that go into the model for {first} are not those of the whole sound (sound {when})"
                )
        if [len(part) for part in got] != [len(part) for part in expected]:
            early = "later than they can be given" if sum(map(len, got)) == sum(map(len, expected)) else "not once each"
            raise Mistake(f"answers are given {early} (sound {when})")
        for number, (part, right) in enumerate(zip(got, expected, strict=True)):
            chunk = "the first chunk" if number == 0 else "a later chunk"
            agree(part.astype("float32"), right, f"the answer to {chunk}", ("T_y",), f"sound {when}")
