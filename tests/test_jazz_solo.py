"""What only unit 03 has to hold: its oracles agree with Keras, its toy tells faults apart, and its checks speak."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import find_unit
from autograder.course.variants import VARIANTS, variant
from autograder.oracles import jazz_solo as oracle
from autograder.oracles import jazz_solo_network as network
from unrolled.arrays import load_cases
from unrolled.checks import jazz_solo as checks
from unrolled.datasets import jazz
from unrolled.quiet import quietly

UNIT = find_unit("03_jazz_solo")
CASES = load_cases(UNIT.references)


@lru_cache
def namespace() -> dict[str, Any]:
    """The notebook's given names and the worked answers."""
    with quietly():
        import keras
    names: dict[str, Any] = {"keras": keras, "layers": keras.layers, "ops": keras.ops, "np": np, "jazz": jazz}
    names |= {
        "REST": jazz.REST,
        "TICKS_PER_BAR": jazz.TICKS_PER_BAR,
        "GRID": 4,
        "COUNT_IN": (jazz.TICKS_PER_BAR, jazz.REST),
    }
    names["ask"] = lambda model, *inputs: model.predict_on_batch(list(inputs))
    for source in worked_answers(UNIT).values():
        exec(source, names)
    return names


def mistaken(exercise: str, mistake: str) -> Any:
    """The function that a known mistake defines."""
    source = next(
        known.source for known in known_answers(UNIT).mistakes if (known.exercise, known.name) == (exercise, mistake)
    )
    names = dict(namespace())
    exec(source, names)
    return names[exercise]


@pytest.mark.parametrize("number", range(VARIANTS))
def test_the_numpy_oracle_agrees_with_keras(number):
    case = CASES[variant("build_training_model/plain", number)]
    weights = network.Weights(*case.inputs["weights"])
    given = [case.inputs[name] for name in ("tokens", "conditions", "a0", "c0")]
    y = network.all_steps(*given, weights)
    np.testing.assert_allclose(y, case.outputs["probabilities"], rtol=1e-5)
    paid = -np.log(np.take_along_axis(y, case.inputs["targets"][..., None].astype(int), axis=2)).mean()
    assert paid == pytest.approx(case.outputs["loss"], rel=1e-5)
    step = CASES[variant("build_one_step_model/plain", number)]
    answers = network.one_step(*(step.inputs[name] for name in ("token", "condition", "a", "c")), weights)
    for answer, (name, stored) in zip(answers, step.outputs.items(), strict=True):
        np.testing.assert_allclose(answer, stored, rtol=1e-5, err_msg=name)


def test_no_two_arrays_of_weights_have_the_same_shape():
    for name, case in CASES.items():
        if "weights" in case.inputs:
            shapes = [weights.shape for weights in case.inputs["weights"]]
            assert len(set(shapes)) == len(shapes), name


def test_every_chorus_comes_back_from_its_tokens():
    encode, decode = namespace()["encode_chorus"], namespace()["decode_tokens"]
    vocabulary = {(duration, jazz.REST) for duration in jazz.REST_DURATIONS} | {
        (duration, pitch)
        for duration in jazz.NOTE_DURATIONS
        for pitch in range(jazz.LOWEST_PITCH, jazz.HIGHEST_PITCH + 1)
    }
    for chorus in jazz.load_choruses("all"):
        notes = [tuple(note) for note in chorus.notes]
        tokens = encode(notes, chorus.length)
        assert tokens == oracle.encode_chorus(notes, chorus.length)
        assert decode(tokens) == notes
        assert set(tokens) <= vocabulary


def test_the_midi_events_play_the_notes():
    mido = pytest.importorskip("mido")
    chorus = jazz.load_choruses("held_out")[3]
    sounding: dict[int, int] = {}
    now, played = 0, []
    for wait, pitch, velocity in namespace()["to_midi"]([tuple(note) for note in chorus.notes]):
        mido.Message("note_on", note=pitch, velocity=velocity, time=wait)  # raises for what no file can hold
        now += wait
        if velocity:
            sounding[pitch] = now
        else:
            onset = sounding.pop(pitch)
            played.append(jazz.Note(onset, now - onset, pitch))
    assert tuple(played) == chorus.notes and not sounding


def test_the_toy_tells_faults_apart():
    """Whatever goes wrong in what is asked of the toy changes the solo within a few steps."""
    rng = np.random.default_rng(0)
    vocabulary = [(4, 60), (8, 62), (12, 64), oracle.COUNT_IN, (20, 65), (16, 0), (8, 67)]
    told = 0
    for _ in range(20):
        sheet = rng.integers(0, 6, (40, 4)).astype("float32")
        solos = []
        for broken in (None, 0, 1, 2, 3):
            toy = oracle.ToyModel(len(vocabulary), 3, 4)

            def play(inputs: list, toy: Any = toy, broken: Any = broken) -> Any:
                inputs = [part if place != broken else np.zeros_like(part) for place, part in enumerate(inputs)]
                return toy(inputs)

            solos.append(oracle.generate(play, vocabulary, sheet, 3, np.random.default_rng(1)))
        told += all(solo != solos[0] for solo in solos[1:])
    assert told >= 19


@pytest.mark.parametrize(
    "exercise, arguments",
    [(check.exercise, check.arguments) for check in checks.CHECKS],
)
def test_the_checks_are_content_with_the_solution(exercise, arguments):
    result = getattr(checks, exercise)(*(namespace()[name] for name in arguments))
    assert result.correct, result


@pytest.mark.parametrize(
    "exercise, mistake, words",
    [
        ("encode_chorus", "rests_not_cut", "bar line"),
        ("decode_tokens", "rests_take_no_time", "time moves on"),
        ("make_windows", "conditions_of_x", "where the tokens of X begin"),
        ("make_layers", "no_softmax", "probabilities"),
        ("build_training_model", "new_output_each_step", "made anew"),
        ("build_training_model", "state_not_carried", "not carried on"),
        ("build_training_model", "not_compiled", "not compiled"),
        ("build_one_step_model", "only_probabilities", "three outputs"),
        ("sample_token", "temperature_inverted", "temperature"),
        ("generate", "memory_forgotten", "the c that goes into the model"),
        ("generate", "mixed", "some of each"),
        ("to_midi", "absolute_times", "the event before"),
    ],
)
def test_the_checks_say_what_is_wrong(exercise, mistake, words):
    check = getattr(checks, exercise)
    others = [namespace()[name] for name in check.arguments[1:]]
    result = check(mistaken(exercise, mistake), *others)
    assert not result.correct
    assert words in re.sub(r"\s+", " ", repr(result))


def test_the_checks_tell_a_stub_from_a_mistake():
    def make_layers(n_a, n_values, n_conditions):
        raise NotImplementedError

    assert checks.make_layers(make_layers).outcome == "not attempted"
    told = checks.build_training_model(namespace()["build_training_model"], make_layers)
    assert told.outcome != "correct" and "make_layers" in repr(told)
