"""What only unit 04 has to hold: its oracles agree with seqeval, Keras and all paths, and its checks speak."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from seqeval.metrics import classification_report
from seqeval.metrics.sequence_labeling import get_entities

from autograder.course.known_answers import known_answers
from autograder.course.units import find_unit
from autograder.oracles import named_entities as oracle
from autograder.oracles.named_entities_faults import _namespace
from unrolled.arrays import load_cases
from unrolled.checks import named_entities as checks
from unrolled.checks.named_entities_taggers import placements, shapes_of
from unrolled.datasets import named_entities as corpus

UNIT = find_unit("04_named_entities")
HIDDEN = load_cases(UNIT.references)
CHECKS = {check.exercise: check for check in checks.CHECKS}


@lru_cache
def answers() -> dict[str, Any]:
    """The notebook's given names and the worked answers."""
    return _namespace()


def mistaken(exercise: str, mistake: str) -> Any:
    """The function that a known mistake defines."""
    found = [known for known in known_answers(UNIT).mistakes if (known.exercise, known.name) == (exercise, mistake)]
    names = dict(answers())
    exec(found[0].source, names)
    return names[exercise]


# ------------------------------------------------------------------------------------------------------------- seqeval


def test_spans_are_those_of_seqeval():
    rng = np.random.default_rng(0)
    read = answers()["bio_to_spans"]
    for _ in range(3000):
        tags = oracle.draw_tags(rng, int(rng.integers(0, 14)))
        theirs = [(start, end + 1, kind) for kind, start, end in get_entities(tags)]
        assert oracle.bio_to_spans(tags) == theirs == read(tags), tags


def test_scores_are_those_of_seqeval():
    rng = np.random.default_rng(1)
    score = answers()["entity_scores"]
    for _ in range(400):
        gold = [oracle.draw_tags(rng, int(rng.integers(1, 12))) for _ in range(int(rng.integers(1, 5)))]
        predicted = [oracle.blurred(rng, tags, 0.3) for tags in gold]
        ours = oracle.entity_scores(gold, predicted)
        assert _alike(ours, score(gold, predicted))
        if not any(tag != "O" for tags in (*gold, *predicted) for tag in tags):
            continue  # seqeval's report refuses sentences without any name
        theirs = classification_report(gold, predicted, output_dict=True, zero_division=0)
        table = {"all" if name == "micro avg" else name: row for name, row in theirs.items()}
        for kind in ours:
            row = table[kind]
            found = {"precision": row["precision"], "recall": row["recall"], "f1": row["f1-score"]}
            assert found == pytest.approx(ours[kind]), (kind, gold, predicted)


def _alike(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(one[kind] == pytest.approx(other[kind]) for kind in one)


# ----------------------------------------------------------------------------------------------------- tagger, decoding


def test_the_numpy_tagger_agrees_with_keras():
    for name, case in HIDDEN.items():
        if name.startswith("build_tagger/"):
            given = [case.inputs[key] for key in ("ids", "features", "mask", "weights", "bidirectional", "n_layers")]
            right, mask = case.outputs["probabilities"], case.inputs["mask"]
            np.testing.assert_allclose(oracle.tagger(*given)[mask], right[mask], rtol=1e-6, err_msg=name)


def test_a_taggers_faults_show():
    """With weights as the grader draws them every fault of the list changes what is said of real words."""
    rng = np.random.default_rng(2)
    seen = set()
    for bidirectional, n_layers, lengths in ((True, 2, (4, 1, 3)), (True, 1, (2, 4))):
        weights = oracle.draw_weights(rng, 7, 3, 2, 2, bidirectional, n_layers, 5)
        given = oracle.draw_batch(rng, lengths, 4, 7, 3)
        seen |= set(oracle.tagger_faults(given, weights, bidirectional, n_layers))
    assert seen == set(oracle.FAULTS.values())


def test_the_best_path_is_the_best_of_all():
    rng = np.random.default_rng(3)
    decode = answers()["constrained_decode"]
    for _ in range(60):
        T, n = int(rng.integers(1, 6)), int(rng.integers(2, 5))
        circle = np.roll(np.eye(n, dtype=bool), 1, axis=1)
        allowed = np.vstack([circle | (rng.random((n, n)) < 0.3), rng.permutation(np.arange(n)) < 2])
        lattice = rng.normal(0, 2, (T + 2, n))
        best = oracle.all_paths(lattice, T, allowed)
        assert best == oracle.constrained_decode(lattice, T, allowed) == decode(lattice, T, allowed)


def test_six_words_in_seven_tags():
    lattice = oracle.draw_lattice(np.random.default_rng(4), 6)
    allowed = answers()["allowed_transitions"](list(oracle.TAGS))
    assert oracle.all_paths(lattice, 6, allowed) == answers()["constrained_decode"](lattice, 6, allowed)


# ---------------------------------------------------------------------------------------------------- words, the corpus


def test_features_of_all_words_of_the_corpus():
    """Regular expressions on one side, methods of strings on the other; capitals beyond ASCII too."""
    words = {word for part in ("train", "held_out") for each in corpus.load_sentences(part) for word in each.words}
    look = answers()["word_features"]
    for word in [*sorted(words)[::7], "Ångström", "ÉCOLE", "é", "Éa."]:
        np.testing.assert_array_equal(look(word), oracle.word_features(word), err_msg=word)


def test_the_lesson_and_the_oracle_mean_the_same_tags_and_words():
    assert tuple(oracle.TAGS) == tuple(corpus.TAGS)
    assert tuple(oracle.ENDINGS) == tuple(answers()["ENDINGS"])
    assert oracle.WORD.pattern == answers()["WORD"].pattern


def test_sentences_are_cut_as_the_corpus_is():
    """A sentence put together with spaces is cut into the words that it was made of, but for a few."""
    cut = [oracle.WORD.findall(" ".join(each.words)) == each.words for each in corpus.load_sentences("held_out")]
    assert np.mean(cut) > 0.9


# --------------------------------------------------------------------------------------------------------------- checks


@pytest.mark.parametrize("exercise", CHECKS)
def test_right_answers_are_right(exercise):
    assert CHECKS[exercise](answers()[exercise]).correct


@pytest.mark.parametrize("known", known_answers(UNIT).mistakes, ids=lambda known: f"{known.exercise}-{known.name}")
def test_mistakes_are_seen_and_named(known):
    """Every known mistake is wrong in its public check; where its answer is a value, the check says what is wrong."""
    result = CHECKS[known.exercise](mistaken(known.exercise, known.name))
    assert result.outcome in ("incorrect", "raised")
    assert result.causes or result.outcome == "raised" or known.exercise == "build_tagger"
    if known.exercise == "build_tagger":
        assert result.causes or len(result.messages[0]) > 40


@pytest.mark.filterwarnings(
    "ignore:`build"
)  # Keras warns of a subclassed model without a build method, and it is right
def test_paraphrases_are_right_in_public_too():
    for paraphrase in known_answers(UNIT).paraphrases:
        names = dict(answers())
        for exercise, source in paraphrase.answers.items():
            exec(source, names)
            result = CHECKS[exercise](names[exercise])
            assert result.correct, (exercise, paraphrase.name, result.messages, result.causes)


@pytest.mark.parametrize("exercise", CHECKS)
def test_a_stub_is_not_attempted(exercise):
    names: dict[str, Any] = {}
    exec(f"def {exercise}(*args, **named):\n    raise NotImplementedError", names)
    assert CHECKS[exercise](names[exercise]).outcome == "not attempted"


def test_a_wrong_helper_is_the_first_suspect():
    names = dict(answers())
    exec(next(m.source for m in known_answers(UNIT).mistakes if m.name == "last_name_lost"), names)
    exec(answers_source("find_entities"), names)
    result = CHECKS["find_entities"](names["find_entities"])
    assert "bio_to_spans, which is not right yet" in result.messages[0]


def answers_source(exercise: str) -> str:
    """The worked answer to an exercise."""
    from autograder.course.known_answers import worked_answers

    return worked_answers(UNIT)[exercise]


def test_a_model_with_directions_exchanged_is_right():
    """Which direction is made first, and whose state stands first, is the student's business."""
    sizes = {"n_words": 7, "n_features": 3, "n_kinds": 2, "n_a": 2, "bidirectional": True, "n_layers": 2, "n_e": 5}
    weights = oracle.draw_weights(np.random.default_rng(5), **sizes)
    shapes = shapes_of(sizes)
    placed = list(placements(shapes, weights, True))
    assert len(placed) == 16
    assert all([array.shape for array in arrays] == shapes for arrays in placed)
    assert all(np.array_equal(*pair) for pair in zip(placed[0], weights, strict=True))
