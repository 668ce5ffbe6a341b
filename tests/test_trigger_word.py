"""What only unit 06 has to hold: oracles agree, checks speak, sound in pieces is the whole, chimes ring."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from test_named_mistakes import altered
from typical_06 import RIGHT, TOLD_BY_THE_GRADER, TYPICAL

from autograder.benchmark.in_cells import Here
from autograder.course.dialect import read_script
from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import find_unit
from autograder.examination.hidden_tests import examine
from autograder.faults.known_mistakes import given
from autograder.judging.judge import told as judged
from autograder.oracles import trigger_word as oracle
from unrolled.arrays import load_cases, open_cases
from unrolled.checking import limits
from unrolled.checking.outcome import Result
from unrolled.checks import trigger_word as checks
from unrolled.datasets import trigger_word as words
from unrolled.plots import spectrograms as plots
from unrolled.sound import clips

UNIT = find_unit("06_trigger_word")
CASES = load_cases(UNIT.references)
CONSTANTS = (
    "RATE", "SAMPLES_PER_MS", "FRAME", "HOP", "KERNEL", "STRIDE", "STEP_MS", "N_ONES", "MAX_TRIES", "SCALE", "OFFSET",
)  # fmt: skip


@lru_cache
def namespace() -> dict[str, Any]:
    """The notebook's given names and the worked answers."""
    names = dict(given(UNIT))
    for source in worked_answers(UNIT).values():
        exec(source, names)
    return names


def checked(exercise: str, *mistakes: tuple[str, str]) -> Result:
    """What the public check says to whoever makes these known mistakes, each given with its exercise."""
    source = {(known.exercise, known.name): known.source for known in known_answers(UNIT).mistakes}
    names = dict(namespace())
    for mistake in mistakes:
        exec(source[mistake], names)
    for answer in worked_answers(UNIT).values():  # the others see the mistakes, as in a notebook
        own = answer.partition("(")[0].removeprefix("def ")
        if own not in {name for name, _ in mistakes}:
            exec(answer, names)
    check = next(check for check in checks.CHECKS if check.exercise == exercise)
    return check(*[names[name] for name in check.arguments])


def told(exercise: str, mistake: str) -> str:
    """All that the public check says to whoever makes a known mistake."""
    result = checked(exercise, (exercise, mistake))
    assert not result.correct, f"the check is content with {mistake}"
    return " ".join([*result.messages, *result.causes, *(line.remark for line in result.lines)])


def test_the_oracle_and_the_lesson_have_the_same_constants():
    for name in CONSTANTS:
        assert getattr(oracle, name) == namespace()[name], name
    assert oracle.FRAME % 2 == 0 and oracle.HOP * oracle.STRIDE % oracle.SAMPLES_PER_MS == 0


def test_the_numpy_oracle_agrees_with_keras():
    case = CASES["build_detector/plain"]
    weights = oracle.Weights.of(case.inputs["weights"])
    y = oracle.detector(case.inputs["x"], weights, case.inputs["stride"])
    np.testing.assert_allclose(y, case.outputs["probabilities"], rtol=1e-5)
    assert oracle.cross_entropy(case.inputs["targets"], y) == pytest.approx(case.outputs["loss"], rel=1e-5)


def test_no_two_arrays_of_weights_have_the_same_shape():
    shapes = [weight.shape for weight in CASES["build_detector/plain"].inputs["weights"]]
    assert len(set(shapes)) == len(shapes)


def test_events_are_matched_as_by_trying_every_matching():
    def most(found: tuple, true: tuple) -> int:
        if not found:
            return 0
        rest = [
            1 + most(found[1:], true[:k] + true[k + 1 :]) for k in range(len(true)) if abs(found[0] - true[k]) <= 0.5
        ]
        return max([most(found[1:], true), *rest])

    rng = np.random.default_rng(2)
    for _ in range(40):
        found, true = (tuple(np.round(rng.uniform(0, 3, rng.integers(1, 6)) * 8) / 8) for _ in range(2))
        assert oracle.match_events(found, true, 0.5)[0] == most(found, true) / len(found)


def test_the_checks_are_content_with_the_worked_answers():
    for check in checks.CHECKS:
        result = check(*[namespace()[name] for name in check.arguments])
        assert result.correct, (check.exercise, result)


@pytest.mark.parametrize(
    ("exercise", "mistake", "words_told"),
    [
        ("spectrogram", "axes_swapped", "axes are swapped"),
        ("spectrogram", "no_window", "window"),
        ("spectrogram", "amplitude", "amplitude"),
        ("spectrogram", "decibels", "decibels"),
        ("spectrogram", "base_ten", "base 10"),
        ("spectrogram", "last_frame_lost", "missing at the end"),
        ("spectrogram", "last_frame_padded", "not whole"),
        ("spectrogram", "left_channel", "channels"),
        ("is_overlapping", "open_ends", "an end belongs to the segment"),
        ("is_overlapping", "its_ends_only", "inside the other"),
        ("insert_audio_clip", "end_after_the_clip", "last millisecond"),
        ("insert_audio_clip", "background_in_place", "in place"),
        ("insert_audio_clip", "inserted_all_the_same", "should not be inserted"),
        ("insert_audio_clip", "none_but_inserted", "not the background"),
        ("insert_audio_clip", "one_try", "draw a new start"),
        ("insert_audio_clip", "cut_off", "cut nothing off"),
        ("insert_audio_clip", "too_loud", "beyond"),
        ("insert_audio_clip", "last_start_left_out", "very end"),
        ("insert_ones", "a_step_too_early", "the one after it"),
        ("insert_ones", "before_the_end", "before the end"),
        ("insert_ones", "grown", "after the last step is left out"),
        ("insert_ones", "begins_anew", "are gone"),
        ("insert_ones", "as_if_ten_seconds", "as if every sound had ten seconds"),
        ("insert_ones", "labels_in_place", "in place"),
        ("create_training_example", "negatives_labelled", "only the word gets ones"),
        ("create_training_example", "background_again_and_again", "one before has left"),
        ("create_training_example", "labels_per_frame", "shape"),
        ("build_detector", "bidirectional", "need the future"),
        ("build_detector", "lstm", "LSTM"),
        ("build_detector", "normalised_in_training_mode", "normalisation"),
        ("build_detector", "dropout_left_on", "training mode"),
        ("build_detector", "backwards", "goes backwards"),
        ("build_detector", "one_answer", "every step"),
        ("build_detector", "softmax_of_one", "sigmoid"),
        ("build_detector", "squared_error", "cross-entropy"),
        ("detect", "every_step", "a word is one event"),
        ("detect", "steps_not_seconds", "numbers of steps"),
        ("detect", "no_refractory_time", "refractory time is not used"),
        ("detect", "not_from_the_start", "at the very first step is not found"),
        ("match_events", "matched_twice", "more hits|second is a false alarm"),
        ("match_events", "exchanged", "in each other's place"),
        ("match_events", "late_only", "before the true one does not count"),
        ("match_events", "division_by_zero", "ZeroDivisionError"),
        ("stream", "state_given_up", "starts anew"),
        ("stream", "samples_lost", "left of one chunk"),
        ("stream", "everything_again", "starts anew|answered twice"),
        ("stream", "frames_twice", "answered twice|does not belong|whole"),
        ("stream", "waits_for_the_end", "later than they could"),
    ],
)
def test_a_check_names_the_likely_cause(exercise, mistake, words_told):
    said = told(exercise, mistake)
    assert re.search(words_told, said), said


@pytest.mark.parametrize(
    ("exercise", "mistakes"),
    [
        ("insert_audio_clip", [("is_overlapping", "always_false")]),
        ("create_training_example", [("is_overlapping", "always_false")]),
        ("create_training_example", [("insert_audio_clip", "never_inserted"), ("insert_ones", "labels_in_place")]),
        ("create_training_example", [("spectrogram", "axes_swapped")]),
        ("stream", [("spectrogram", "axes_swapped")]),
    ],
)
def test_an_exercise_is_tried_among_right_versions_of_what_it_builds_on(exercise, mistakes):
    result = checked(exercise, *mistakes)
    assert (result.outcome, set(result.with_right)) == ("correct", {name for name, _ in mistakes}), result


@pytest.mark.parametrize(
    ("exercise", "own", "other", "said"),
    [
        ("insert_audio_clip", "too_loud", ("is_overlapping", "always_false"), "beyond −1 or 1"),
        ("insert_audio_clip", "end_after_the_clip", ("is_overlapping", "always_false"), "something else than"),
        ("create_training_example", "segments_not_kept", ("insert_audio_clip", "never_inserted"), "over another clip"),
        ("create_training_example", "labels_dropped", ("insert_ones", "before_the_end"), "nothing is labelled"),
        ("stream", "samples_lost", ("spectrogram", "axes_swapped"), "left of one chunk"),
    ],
)
def test_what_is_wrong_with_it_is_found_among_right_versions_too(exercise, own, other, said):
    result = checked(exercise, other, (exercise, own))
    assert result.outcome == "incorrect" and said in str(result) and other[0] in str(result), result


def test_a_clip_without_end_is_ended_and_said_to_have_no_place(monkeypatch):
    monkeypatch.setattr(limits, "CALL_SECONDS", 0.3)
    result = checked("insert_audio_clip", ("insert_audio_clip", "never_gives_up"))
    assert result.outcome == "raised" and "no free place" in result.messages[0], result


def test_what_is_drawn_by_chance_is_named_by_the_grader_itself():
    """The hidden tests are run here, in this process, on every other typical mistake; what a verdict says is read."""
    stored, untold = open_cases(UNIT.references), []
    typical = [mistake for mistake, one in TYPICAL.items() if one[0] in TOLD_BY_THE_GRADER][::2]
    for mistake in typical:
        exercise, changes, pattern = TYPICAL[mistake]
        names = dict(given(UNIT))
        exec(altered(RIGHT, changes), names)
        verdict = judged(UNIT, examine(UNIT, Here(names), stored, seed=5, only=[exercise])[0])
        assert verdict.score < verdict.max_score, f"the grader is content with {mistake}"
        if not re.search(pattern, " ".join(verdict.messages)):
            untold.append(f"{mistake}: {verdict.messages}")
    assert len(untold) <= 0.15 * len(typical), "\n".join(untold)


def test_sound_in_pieces_gets_the_answers_of_the_whole():
    names, rng = namespace(), np.random.default_rng(3)
    detector = names["build_detector"]((None, names["N_BANDS"]), filters=6, units=(5, 4))
    sound = oracle.draw_sound(rng, 2 * oracle.RATE)
    x = names["bands"](names["spectrogram"](sound, oracle.FRAME, oracle.HOP))
    whole = detector.predict(x[None], verbose=0)[0, :, 0]
    answers = names["stream"](names["Listener"](detector), oracle.cut(rng, sound, 9))
    np.testing.assert_allclose(np.concatenate(answers), whole, atol=1e-5)
    assert len(whole) == names["number_of_steps"](len(sound))[1] > 10


def test_the_convolution_takes_in_what_evens_out_the_bands():
    names, rng = dict(namespace()), np.random.default_rng(5)
    for cell in read_script(UNIT.script, UNIT.slug)[0].cells:
        if "def whitening(" in cell.source or "def take_in(" in cell.source:  # they stand in cells that train
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    exec(ast.unparse(node), names)
    n = names["N_BANDS"]
    together = rng.normal(0, 4, (6, 50, 1))  # all bands rise and fall with it
    x = (together + rng.normal(0, 1, (6, 50, n)) - np.linspace(3, 11, n)).astype("float32")
    mean, mix = names["whitening"](x)
    even = (x - mean) @ mix
    assert names["between_neighbours"](x) > 0.9 and abs(names["between_neighbours"](even)) < 0.5
    np.testing.assert_allclose(even.mean(axis=(0, 1)), 0, atol=1e-4)
    detector = names["build_detector"]((None, n), filters=6, units=(5, 4))
    heard = detector.predict((even - names["OFFSET"]) / names["SCALE"], verbose=0)
    names["take_in"](detector, mean, mix)
    np.testing.assert_allclose(detector.predict(x, verbose=0), heard, atol=1e-5)
    assert np.ptp(heard) > 0.01


def test_a_chime_is_put_where_it_belongs_and_never_too_loud():
    quiet = np.zeros(2 * words.RATE, dtype="float32")
    rung = clips.with_chimes(quiet, words.RATE, [0.5])
    heard = np.flatnonzero(np.abs(rung) > 0.01) / words.RATE
    assert 0.5 <= heard[0] < 0.51 and heard[-1] < 1.0
    loud = clips.with_chimes(np.ones(words.RATE, dtype="float32"), words.RATE, [0.2, 0.9])
    assert np.abs(loud).max() <= 1 and len(loud) == words.RATE


def test_a_player_holds_the_sound():
    sound = 0.5 * np.sin(np.arange(800) / 9)
    data = clips.player(sound, 8000).data
    samples = np.frombuffer(data[44:], dtype="<i2") / 32767
    assert data[:4] == b"RIFF"
    np.testing.assert_allclose(samples, sound, atol=1e-4)


def test_every_picture_is_drawn():
    sound = oracle.draw_sound(np.random.default_rng(4), oracle.RATE)
    picture = oracle.spectrogram(sound, oracle.FRAME, oracle.HOP)
    banded = namespace()["bands"](picture)
    y = np.zeros(oracle.steps_of(len(sound))[1])
    figures = [
        plots.waveform(sound, oracle.RATE),
        plots.framing(sound, oracle.RATE, oracle.FRAME, oracle.HOP),
        plots.spectrograms({"one": picture, "two": picture}, rate=oracle.RATE, hop=oracle.HOP),
        plots.before_and_after_bands(picture, banded, oracle.RATE, oracle.HOP),
        plots.along_sound(
            sound, picture, {"labels": y}, oracle.RATE, oracle.HOP, oracle.STEP_MS, ends=[0.4], found=[0.5]
        ),
        plots.detector_diagram(oracle.KERNEL, oracle.STRIDE),
        plots.misses_and_alarms({"a": ([9, 3, 0], [0, 0.1, 0.5])}, chosen=(3, 0.1)),
        plots.chunk_diagram(20, 8, (38, 24, 8, 50)),
    ]
    assert all(figure.axes for figure in figures)
