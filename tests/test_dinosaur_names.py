"""Unit 02: its data, its given network and its oracles beside Keras and TensorFlow, its checks, its grader."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.course.known_answers import known_answers
from autograder.course.units import ROOT, find_unit
from autograder.judging.examiner import Examiners, pool
from autograder.oracles import dinosaur_names as oracle
from unrolled.checks import dinosaur_names as checks
from unrolled.datasets.dinosaurs import load_names
from unrolled.execution import Session

SLUG = "02_dinosaur_names"
DATA = ROOT / "data" / "dinosaurs"
UNIT = find_unit(SLUG)
POINTS = {exercise.id: exercise.points for exercise in UNIT.exercises}


# Data


def test_names_are_what_the_card_says():
    card = (DATA / "README.md").read_text()
    for file in ("dinosaurs.txt", "held_out.txt"):
        content = (DATA / file).read_bytes()
        row = re.search(rf"\| `{file}` \| ([\d,]+) \| ([\d,]+) \| `(\w+)` \|", card)
        assert row, file
        lines, size, digest = row.groups()
        assert int(lines.replace(",", "")) == len(content.splitlines())
        assert int(size.replace(",", "")) == len(content)
        assert digest == hashlib.sha256(content).hexdigest()


def test_loader_splits_the_list_as_the_script_does(tmp_path):
    training, held_out = load_names()
    everything = (DATA / "dinosaurs.txt").read_text().lower().split()
    assert sorted(training + held_out) == everything == sorted(set(everything))
    assert not set(training) & set(held_out)
    assert set("".join(everything)) == set("abcdefghijklmnopqrstuvwxyz")
    for file in ("dinosaurs.txt", "make_held_out.py"):
        (tmp_path / file).write_bytes((DATA / file).read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "make_held_out.py")], check=True)
    assert (tmp_path / "held_out.txt").read_bytes() == (DATA / "held_out.txt").read_bytes()


# The lesson's given network and the oracles


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """What the worked notebook's cells define, those of figures and training left out."""
    session = Session()
    for cell in nbformat.read(UNIT.source_notebook, as_version=4).cells:
        if cell.cell_type == "code" and not cell.metadata.get("tags"):
            assert session.run(cell.source, cell.id).ok, cell.source
    return dict(session.namespace)


def test_given_network_and_oracles_agree_with_keras_and_gradient_tape(lesson):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(1)
    char_to_ix = oracle.vocabulary("abcde")
    n_a, n_x, name = 4, 6, "deadbee"
    parameters = oracle.random_parameters(rng, n_a, n_x)
    X, Y = lesson["encode"](name, char_to_ix)
    for ours, theirs in zip((X, Y), oracle.encode(name, char_to_ix), strict=True):
        assert np.array_equal(ours, theirs)
    assert not X[:, :, 0].any() and (X[:, :, 1:].sum(axis=0) == 1).all() and Y[0, -1] == 0

    variables = {key: tf.Variable(value) for key, value in parameters.items()}
    a_prev = rng.normal(size=(n_a, 1))
    with tf.GradientTape() as tape:
        cell = keras.layers.SimpleRNN(n_a, return_sequences=True, dtype="float64")
        cell.build((None, None, n_x))
        kernel, bias = tf.transpose(variables["Wa"]), tf.reshape(variables["ba"], (-1,))
        state, states = tf.constant(a_prev.T), []
        for t in range(X.shape[2]):
            state = tf.tanh(tf.matmul(tf.concat([state, X[:, :, t].T], 1), kernel) + bias)
            states.append(state)
        logits = tf.matmul(tf.concat(states, 0), tf.transpose(variables["Wya"])) + tf.transpose(variables["by"])
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(Y[0], logits))
    taped = tape.gradient(loss, list(variables.values()))
    wanted = {f"d{key}": gradient.numpy() for key, gradient in zip(variables, taped, strict=True)}
    cell.set_weights([parameters["Wa"][:, n_a:].T, parameters["Wa"][:, :n_a].T, parameters["ba"][:, 0]])
    keras_states = np.asarray(cell(X.transpose(1, 2, 0), initial_state=a_prev.T))[0]

    a, y_pred = lesson["forward"](X, a_prev, parameters)
    np.testing.assert_allclose(a[:, 0].T, keras_states, rtol=1e-10)
    np.testing.assert_allclose(y_pred[:, 0].T, tf.nn.softmax(logits).numpy(), rtol=1e-10)
    given = lesson["backward"](X, Y, a_prev, a, y_pred, parameters)
    oracle_loss, complex_steps, last = oracle.loss_and_gradients(X, Y, a_prev, parameters)
    np.testing.assert_allclose(oracle_loss, loss.numpy(), rtol=1e-12)
    np.testing.assert_allclose(last[:, 0], keras_states[-1], rtol=1e-10)
    for key, gradient in wanted.items():
        np.testing.assert_allclose(given[key], gradient, rtol=1e-9, atol=1e-12, err_msg=key)
        np.testing.assert_allclose(complex_steps[key], gradient, rtol=1e-9, atol=1e-12, err_msg=key)
    from_zero = oracle.loss_and_gradients(X, Y, np.zeros((n_a, 1)), parameters)[0]
    assert oracle.log_probability(name, parameters, char_to_ix) == pytest.approx(-from_zero, rel=1e-12)


def test_probabilities_of_all_texts_sum_to_one():
    """Brute force over every text of up to eight letters, with a network that mostly ends soon."""
    char_to_ix = oracle.vocabulary("ab")
    parameters = oracle.random_parameters(np.random.default_rng(2), 2, 3)
    parameters["by"] = np.array([[2.5], [0.0], [0.3]])
    texts, total = [""], 0.0
    for _ in range(9):
        total += sum(np.exp(oracle.log_probability(text, parameters, char_to_ix)) for text in texts)
        texts = [text + letter for text in texts for letter in "ab"]
    assert 0.99 < total <= 1 + 1e-12


# Checks


def functions_of(source: str, lesson: dict[str, Any]) -> dict[str, Any]:
    """The names that an answer defines beside what the lesson gives."""
    namespace = dict(lesson)
    exec(compile(source, "<answer>", "exec"), namespace)
    return namespace


def test_checks_accept_the_worked_answers_and_every_paraphrase(lesson):
    for check in checks.CHECKS:
        result = check(lesson[check.exercise])
        assert result.correct, result
    for paraphrase in known_answers(UNIT).paraphrases:
        for exercise, source in paraphrase.answers.items():
            result = getattr(checks, exercise)(functions_of(source, lesson)[exercise])
            assert result.correct, (paraphrase.name, result)


def test_checks_refuse_every_known_mistake_in_a_sentence(lesson):
    for mistake in known_answers(UNIT).mistakes:
        result = getattr(checks, mistake.exercise)(functions_of(mistake.source, lesson)[mistake.exercise])
        assert result.outcome in ("incorrect", "raised"), (mistake.exercise, mistake.name, result)
        assert result.messages[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("newline_forgotten", "newline has the index 0"),
        ("product_first", "Take logarithms first"),
        ("without_eos", "EOS that was drawn belongs"),
        ("temperature_ignored", "the temperature is not used"),
        ("seeds_the_world", "NumPy's global generator"),
        ("each_by_itself", "one norm for all"),
        ("uphill", "goes uphill"),
        ("one_order_for_all_epochs", "Every epoch has the same order"),
        ("list_shuffled", "Shuffle a copy"),
    ],
)
def test_checks_name_the_fault(lesson, name, words):
    mistake = next(each for each in known_answers(UNIT).mistakes if each.name == name)
    result = getattr(checks, mistake.exercise)(functions_of(mistake.source, lesson)[mistake.exercise])
    assert words in repr(result)


# Judging


@pytest.fixture(scope="module")
def examiners() -> Iterator[Examiners]:
    with pool(1, keras=False) as made:
        yield made


def judged(examiners: Examiners, notebook: nbformat.NotebookNode, seed: int = 3) -> dict[str, Any]:
    files = {f"{SLUG}.ipynb": nbformat.writes(notebook).encode()}
    verdict = examiners.submit(files, SLUG, seed).result()
    return {exercise.id: exercise for exercise in verdict.exercises}


def notebook(path: Path, **answers: str) -> nbformat.NotebookNode:
    """A notebook with some answer cells replaced."""
    read = nbformat.read(path, as_version=4)
    for cell in read.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    return read


def test_worked_answers_have_full_points_whatever_the_seed_and_stubs_none(examiners):
    for seed in (3, 4, 5):
        for exercise in judged(examiners, notebook(UNIT.source_notebook), seed).values():
            assert (exercise.outcome, exercise.score) == ("correct", POINTS[exercise.id]), exercise
    for exercise in judged(examiners, notebook(UNIT.release_notebook)).values():
        assert (exercise.outcome, exercise.score) == ("not attempted", 0), exercise
    assert UNIT.max_score == 100 and sum(POINTS.values()) == 92


def test_a_wrong_part_sinks_nothing_that_calls_it(examiners):
    wrong = {
        "log_probability": "def log_probability(name, parameters, char_to_ix):\n    return -1.0",
        "softmax_temperature": "def softmax_temperature(logits, temperature):\n    return logits",
        "clip": "def clip(gradients, max_value):\n    return gradients",
    }
    verdict = judged(examiners, notebook(UNIT.source_notebook, **wrong))
    for name, exercise in verdict.items():
        if name in wrong:
            assert exercise.outcome == "incorrect" and exercise.score < POINTS[name], exercise
        else:
            assert exercise.score == POINTS[name], exercise
    assert any("graded with a right" in message for message in verdict["sample"].messages)


def test_partial_credit_for_a_sample_without_temperature(examiners):
    answer = next(each for each in known_answers(UNIT).mistakes if each.name == "temperature_ignored")
    exercise = judged(examiners, notebook(UNIT.source_notebook, sample=answer.source))["sample"]
    assert 0 < exercise.score < POINTS["sample"]
    assert any("temperature" in message for message in exercise.messages)
