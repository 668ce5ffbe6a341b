"""What only unit 05 has to hold: oracles beside Keras and SciPy, toys that tell faults apart, checks that speak, and a
translation that depends on nothing but its text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.course.known_answers import known_answers
from autograder.course.units import find_unit
from autograder.oracles import date_translation as oracle
from unrolled.arrays import load_cases
from unrolled.checks import date_translation as checks
from unrolled.datasets import dates
from unrolled.execution import Session

UNIT = find_unit("05_date_translation")
HIDDEN = load_cases(UNIT.references)
PUBLIC = load_cases(UNIT.root / "unrolled" / "checks" / "cases" / f"{UNIT.slug}.npz")
pytestmark = [  # Keras on layers of answers that are wrong or odd, and on NumPy when it writes a file
    pytest.mark.filterwarnings("ignore::UserWarning:keras"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
MISTAKES = [(each.exercise, each.name) for each in known_answers(UNIT).mistakes]


@lru_cache
def lesson() -> dict[str, Any]:
    """What the worked notebook's cells define, those of figures and training left out."""
    session = Session()
    for cell in nbformat.read(UNIT.source_notebook, as_version=4).cells:
        if cell.cell_type == "code" and not cell.metadata.get("tags") and not cell.source.startswith("checks."):
            assert session.run(cell.source, cell.id).ok, cell.source
    return dict(session.namespace)


def defined(source: str, name: str) -> Any:
    """What an answer defines, among what the lesson defines."""
    namespace = dict(lesson())
    exec(compile(source, "<answer>", "exec"), namespace)
    return namespace[name]


def mistaken(exercise: str, name: str) -> Any:
    return defined(
        next(each.source for each in known_answers(UNIT).mistakes if (each.exercise, each.name) == (exercise, name)),
        exercise,
    )


# ------------------------------------------------------------------------------------------------------------- oracles


@pytest.mark.parametrize("cases", [HIDDEN, PUBLIC], ids=["hidden", "public"])
def test_the_numpy_oracles_agree_with_keras(cases):
    for name, case in cases.items():
        if name.startswith("one_step_attention/"):
            context, weights = oracle.one_step_attention(**case.inputs)
            np.testing.assert_allclose(context, case.outputs["context"], rtol=1e-9, err_msg=name)
            np.testing.assert_allclose(weights, case.outputs["weights"], rtol=1e-9, err_msg=name)
    case = cases["build_parts/encoder"]
    embedding, *cells = case.inputs["weights"]
    weights = oracle.EncoderWeights(embedding, oracle.Cell(*cells[:3]), oracle.Cell(*cells[3:]))
    a, mask = oracle.encode(case.inputs["ids"], weights)
    np.testing.assert_allclose(a, case.outputs["a"], atol=1e-6)
    assert np.array_equal(mask, case.outputs["mask"]) and not mask.all()
    case = cases["build_parts/step"]
    kernel, recurrent, bias, output, output_bias = case.inputs["weights"]
    given = [case.inputs[name] for name in ("a", "mask", "s", "c")]
    answers = oracle.step(*given, oracle.StepWeights(oracle.Cell(kernel, recurrent, bias), output, output_bias))
    for answer, (name, stored) in zip(answers, case.outputs.items(), strict=True):
        np.testing.assert_allclose(answer, stored, atol=1e-6, err_msg=name)


def test_arrays_of_weights_are_told_apart_by_their_shapes():
    """But for the encoder's two directions, which are the same in shape."""
    for name, case in {**HIDDEN, **{f"public {name}": case for name, case in PUBLIC.items()}}.items():
        if "weights" in case.inputs:
            shapes = [array.shape for array in case.inputs["weights"]]
            expected = len(shapes) - 3 if name.endswith("build_parts/encoder") else len(shapes)
            assert len(set(shapes)) == expected, name
        if name.removeprefix("public ").startswith("Attention/"):
            assert len({array.shape for array in case.inputs["parameters"].values()}) == 4, name


def test_hidden_and_public_cases_have_no_input_in_common():
    for name, case in HIDDEN.items():
        for other, public in PUBLIC.items():
            if name.split("/")[0] == other.split("/")[0]:
                assert repr(case.inputs) != repr(public.inputs), (name, other)


def test_the_toys_tell_faults_apart():
    """Whatever is put in the place of an input of the step, other texts come out."""
    rng = np.random.default_rng(0)
    human, machine = oracle.draw_vocabulary(rng, oracle.LETTERS), oracle.draw_vocabulary(rng, "-0123456789")
    told = 0
    for _ in range(20):
        toys = oracle.ToyModels(len(machine) + 2, 3, 8)
        text = oracle.draw_text(rng, 6)
        right, _ = oracle.translate([text], toys, human, machine, 8, 5)
        others = []
        for broken in range(4):
            a, mask = toys.encoder(oracle.encode_text(text, human, 8)[None])
            state, numbers = [np.zeros((1, 3)), np.zeros((1, 3))], []
            for _ in range(5):
                given = [a, mask, *state]
                given[broken] = np.ones_like(given[broken])
                probabilities, _, *state = toys.answers(*given)
                numbers.append(int(probabilities.argmax()))
            others.append(oracle.decode_ids(numbers, machine))
        told += all(other != right[0] for other in others)
    assert told >= 19


# -------------------------------------------------------------------------------------------------------------- checks


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.exercise)
def test_the_checks_accept_the_worked_answers_and_every_paraphrase(check):
    result = check(lesson()[check.exercise])
    assert result.correct, result
    for paraphrase in known_answers(UNIT).paraphrases:
        if check.exercise in paraphrase.answers:
            result = check(defined(paraphrase.answers[check.exercise], check.exercise))
            assert result.correct, (paraphrase.name, result)


@pytest.mark.parametrize(("exercise", "name"), MISTAKES, ids=lambda part: part)
def test_the_checks_refuse_every_known_mistake_in_a_sentence(exercise, name):
    result = getattr(checks, exercise)(mistaken(exercise, name))
    assert result.outcome in ("incorrect", "raised") and result.messages[0], result


@pytest.mark.parametrize(
    ("exercise", "name", "words"),
    [
        ("encode_text", "padded_in_front", "padding stands in front"),
        ("encode_text", "unknown_raises", "raises instead of becoming UNKNOWN"),
        ("decode_ids", "stops_at_padding", "stops at the first padding"),
        ("masked_softmax", "over_the_batch", "runs over the batch"),
        ("masked_softmax", "no_mask", "padding"),
        ("masked_softmax", "other_way_round", "other way round"),
        ("masked_softmax", "mask_after_softmax", "the mask comes after the softmax"),
        ("masked_softmax", "overflow", "overflows"),
        ("masked_softmax", "largest_of_padding", "have a say in what is subtracted"),
        ("masked_softmax", "empty_row_divided", "rows without any text"),
        ("additive_energies", "no_state", "the state is left out of the energies"),
        ("additive_energies", "no_tanh", "tanh is missing"),
        ("additive_energies", "axis_kept", "length 1"),
        ("one_step_attention", "plain_mean", "plain mean"),
        ("one_step_attention", "over_the_features", "over the places"),
        ("one_step_attention", "no_mask", "mask"),
        ("one_step_attention", "other_order", "in each other's place"),
        ("Attention", "made_in_call", "keeps no weights"),
        ("Attention", "two_biases", "use_bias=False"),
        ("Attention", "no_mask", "padding has a share"),
        ("Attention", "mask_after_softmax", "do not sum to 1"),
        ("Attention", "softmax_over_the_batch", "over the batch"),
        ("Attention", "no_state", "do not depend on the decoder's state"),
        ("Attention", "plain_mean", "plain mean"),
        ("Attention", "config_forgets", "get_config"),
        ("build_parts", "padding_read", "reads the padding"),
        ("build_parts", "backward_not_turned", "in which they were read"),
        ("build_parts", "one_direction", "shapes"),
        ("build_parts", "mask_turned", "True where an id is not PAD"),
        ("build_translator", "a_copy_of_the_step", "the given encoder and step"),
        ("build_translator", "state_not_carried", "every step starts from the first state"),
        ("build_translator", "memory_not_carried", "the first step is right"),
        ("build_translator", "wrong_loss", "cross-entropy"),
        ("build_translator", "not_compiled", "not compiled"),
        ("translate", "memory_forgotten", "does not belong to its s"),
        ("translate", "steps_as_texts", "a row is a text"),
        ("translate", "best_text", "last axis"),
        ("attention_map", "turned", "a row for each character that is written"),
        ("attention_map", "not_cut", "cut off the padding"),
        ("exact_match", "by_character", "characters are counted"),
        ("exact_match", "numbered_groups", "by their smallest length"),
    ],
)
def test_the_checks_name_the_fault(exercise, name, words):
    result = getattr(checks, exercise)(mistaken(exercise, name))
    assert words in re.sub(r"\s+", " ", repr(result)), result


def test_the_checks_tell_a_stub_from_a_mistake():
    stubs = Session()
    for cell in nbformat.read(UNIT.release_notebook, as_version=4).cells:
        if cell.cell_type == "code" and not cell.metadata.get("tags") and not cell.source.startswith("checks."):
            assert stubs.run(cell.source, cell.id).ok, cell.source
    for check in checks.CHECKS:
        assert check(stubs.namespace[check.exercise]).outcome == "not attempted", check.exercise


# ---------------------------------------------------------------------------------------------------------- the lesson


def test_every_character_of_the_dates_is_in_the_vocabulary():
    pairs = dates.load_pairs()
    characters = {character for pair in (*pairs.training, *pairs.held_out) for character in pair.text}
    assert characters == set(lesson()["HUMAN"])
    assert {character for pair in pairs.training for character in pair.iso} == set(lesson()["MACHINE"])
    assert max(len(pair.text) for pair in (*pairs.training, *pairs.held_out)) == lesson()["T_X"]


@pytest.mark.parametrize("kind", ["Attention", "Bottleneck"])
def test_a_translation_depends_on_its_text_alone(kind):
    """Not on the padding, nor on its neighbours: with attention and without."""
    import keras

    names = lesson()
    keras.utils.set_random_seed(1)
    human, machine, n_s = names["HUMAN"], names["MACHINE"], 6
    attention = names["Attention"](5) if kind == "Attention" else names["Bottleneck"]()
    parts = names["build_parts"](attention, 32, len(human) + 2, len(machine) + 2, 7, 4, n_s)
    longer = names["build_translator"](parts["encoder"], parts["step"], 32, 4, n_s, 0.01)
    for weight in longer.weights:  # large enough that everything matters
        weight.assign(3 * weight.numpy())
    texts = ["3 mai 1995", "le vendredi 24 septembre 2032", "1.1.50"]
    ids = np.stack([names["encode_text"](text, human, 32) for text in texts])
    together = np.asarray(longer(ids))
    for row, text in enumerate(texts):
        np.testing.assert_allclose(np.asarray(longer(ids[row : row + 1]))[0], together[row], atol=1e-5)
        shorter = names["build_parts"](attention, len(text), len(human) + 2, len(machine) + 2, 7, 4, n_s)
        short = names["build_translator"](shorter["encoder"], shorter["step"], len(text), 4, n_s, 0.01)
        short.set_weights(longer.get_weights())
        unpadded = names["encode_text"](text, human, len(text))[None]
        np.testing.assert_allclose(np.asarray(short(unpadded))[0], together[row], atol=1e-5)
    written = names["translate"](texts, parts["encoder"], parts["step"], human, machine, 32, 4, n_s)
    greedy = [names["decode_ids"](row.argmax(axis=1), machine) for row in together]
    assert written == greedy
    rows = names["attention_map"](texts[0], parts["encoder"], parts["step"], human, 32, 4, n_s)
    assert rows.shape == (4, len(texts[0]))
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)


def test_the_layer_agrees_with_the_function_to_five_digits():
    names, rng = lesson(), np.random.default_rng(4)
    given = oracle.draw_attention(rng, 5, 9, 4, 6, 7)
    a, s_prev, parameters, mask = given.values()
    layer = names["Attention"](7)
    arrays = [a.astype("float32"), s_prev.astype("float32"), mask]
    layer(*arrays)
    by_shape = {value.shape: value for value in parameters.values()}
    layer.set_weights([by_shape[tuple(weight.shape)] for weight in layer.weights])
    for got, expected in zip(layer(*arrays), names["one_step_attention"](a, s_prev, parameters, mask), strict=True):
        np.testing.assert_allclose(np.asarray(got), expected, atol=1e-5)
