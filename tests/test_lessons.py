"""What the lessons say: each number and claim of their prose, beside what the data and the given code make of it.

A claim is a piece of the prose, as a pattern with the numbers in it, and the numbers that are true. What a lesson
prints is right by itself; here stands what is said in words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.course.dialect import read_script
from autograder.course.units import Unit, all_units, find_unit
from unrolled.datasets import dates, dinosaurs, jazz
from unrolled.datasets import named_entities as names
from unrolled.execution import Session

RNN, DINOSAURS, JAZZ, NAMES, DATES = (
    "01_rnn_step_by_step",
    "02_dinosaur_names",
    "03_jazz_solo",
    "04_named_entities",
    "05_date_translation",
)
TRIGGER = "06_trigger_word"
IN_WORDS = dict(enumerate("no one two three four five six seven eight nine ten eleven twelve".split()))


@cache
def prose(slug: str) -> str:
    """A lesson's text, the lines put together; hints and mark schemes are part of it."""
    cells = read_script(find_unit(slug).script, slug)[0].cells
    return " ".join(" ".join(cell.source for cell in cells if cell.kind == "markdown").split())


@cache
def lesson(slug: str, *also: str) -> dict[str, Any]:
    """What a lesson's own cells define, training left out, figures too but for those that hold one of the words."""
    session = Session()
    for cell in read_script(find_unit(slug).script, slug)[0].cells:
        wanted = not cell.tags or any(word in cell.source for word in also)
        if cell.kind == "code" and not cell.check and wanted:
            ran = session.run(cell.source, str(cell.line))
            assert ran.ok, f"{slug}, line {cell.line}: {cell.source}"
    return session.namespace


def claimed(slug: str, pattern: str) -> tuple[float, ...]:
    """The numbers that a pattern finds in the prose, which must hold it once."""
    found = re.findall(pattern, prose(slug))
    assert len(found) == 1, f"{slug} says this {len(found)} times: {pattern}"
    groups = found[0] if isinstance(found[0], tuple) else (found[0],)
    return tuple(float(group.replace(",", "")) for group in groups)


# Every unit


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_points_and_functions_are_counted_right(unit: Unit) -> None:
    cells = read_script(unit.script, unit.slug)[0].cells
    exercises, answers = ([cell for cell in cells if getattr(cell, kind)] for kind in ("check", "answer"))
    sentence = r"There are 100 points: (\d+) for (\w+) (?:functions|exercises), (\d+) for (\w+) written"
    said = re.search(sentence, prose(unit.slug))
    assert said, unit.slug
    assert float(said[1]) == sum(cell.points for cell in exercises) and said[2] == IN_WORDS[len(exercises)]
    assert float(said[3]) == sum(cell.points for cell in answers) and said[4] == IN_WORDS[len(answers)]


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_written_answers_have_a_cell_of_their_own(unit: Unit) -> None:
    cells = unit.release.cells
    for number, cell in enumerate(cells):
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and marks.get("solution"):
            assert "Written question" in cells[number - 1].source and "?" not in cell.source
            assert "nbgrader" not in cells[number - 1].metadata


# Claims that are a number


def sigmoid(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def held_bit() -> tuple[float, float]:
    """The slope of the tanh where a unit with recurrent weight 2 holds a bit, and that times the weight."""
    a = 1.0
    for _ in range(100):
        a = np.tanh(2 * a)
    return 1 - a**2, 2 * (1 - a**2)


def bars_of_forms() -> tuple[float, ...]:
    """How many bars forms have."""
    return tuple(sorted({chorus.length // jazz.TICKS_PER_BAR for chorus in jazz.load_choruses("all")}))


def frequencies() -> tuple[float, float]:
    """How many frequencies a frame of unit 06 has, and how far apart they are."""
    told = lesson(TRIGGER)
    return told["FRAME"] // 2 + 1, told["RATE"] / told["FRAME"]


def counting() -> dict[str, Any]:
    """Unit 02 with the cells that count letters."""
    return lesson(DINOSAURS, "build_vocabulary(", "bigram_nats(", "count_contexts(")


CLAIMS: list[tuple[str, str, Callable[[], tuple[float, ...]], float]] = [  # lesson, pattern, truth, tolerance
    (RNN, r"alphabet of (\d+) characters", lambda: (len(lesson(RNN)["ALPHABET"]),), 0),
    (RNN, r"batch of texts is an array `\((\d+), m, T_x\)`", lambda: (len(lesson(RNN)["ALPHABET"]),), 0),
    (RNN, r"\\log 2 = ([\d.]+)\$ here", lambda: (np.log(2),), 0.005),
    (RNN, r"0\.8\^\{50\} \\approx ([\d.]+)\$", lambda: (0.8**50,), 5e-6),
    (RNN, r"1\.2\^\{50\} \\approx (\d+)\$", lambda: (1.2**50,), 500),
    (
        RNN,
        r"1 means \$\\Gamma_f\\approx ([\d.]+)\$, 3 means ([\d.]+), 5 means (\d\.\d+)",
        lambda: (sigmoid(1), sigmoid(3), sigmoid(5)),
        0.005,
    ),
    (RNN, r"1-0\.957\^2\\approx ([\d.]+)\$, times the weight 2 it is about ([\d.]+) a step", held_bit, 0.005),
    (DINOSAURS, r"We have ([\d,]+) genus names", lambda: (sum(map(len, dinosaurs.load_names())),), 0),
    (DINOSAURS, r"Fifty hidden units, ([\d,]+) names", lambda: (len(dinosaurs.load_names().training),), 0),
    (DINOSAURS, r"an alphabet of (\d+), no words", lambda: (len(counting()["char_to_ix"]),), 0),
    (DINOSAURS, r"about ([\d.]+) \*\*nats a character\*\*", lambda: (counting()["bigram_held_out"],), 0.05),
    (DINOSAURS, r"the opponent that counts: \*\*([\d.]+) nats", lambda: (counting()["ngram_held_out"][3],), 0.01),
    (JAZZ, r"learns from (\d+) choruses", lambda: (len(jazz.load_choruses("train")),), 0),
    (JAZZ, r"pupil after (\d+) choruses", lambda: (len(jazz.load_choruses("train")),), 0),
    (JAZZ, r"## The training (\d+) choruses", lambda: (len(jazz.load_choruses("train")),), 0),
    (JAZZ, r"six durations of notes and (\d+) pitches", lambda: (jazz.HIGHEST_PITCH - jazz.LOWEST_PITCH + 1,), 0),
    (JAZZ, r"(\d+) rests and (\d+) × (\d+) notes", lambda: (len(jazz.REST_DURATIONS), 37, len(jazz.NOTE_DURATIONS)), 0),
    (JAZZ, r"none is longer than (\d+) ticks", lambda: (jazz.TICKS_PER_BAR,), 0),
    (JAZZ, r"gets the same, (\d+) numbers for each moment", lambda: (lesson(JAZZ)["N_CONDITIONS"],), 0),
    (JAZZ, r"(\d+) and (\d+) \*ticks\* of time", lambda: (jazz.TICKS_PER_BEAT, jazz.TICKS_PER_BAR), 0),
    (JAZZ, r"ticks (\d+) and (\d+) of a bar", lambda: (0, jazz.TICKS_PER_CHORD), 0),
    (JAZZ, r"(\d+), (\d+) or (\d+) bars", bars_of_forms, 0),
    (JAZZ, r"it play (\d+) choruses over held-out chords", lambda: (len(jazz.load_choruses("held_out")[::7]),), 0),
    (NAMES, r"There are \$7\^\{20\}\$ paths .* about \$10\^\{(\d+)\}\$", lambda: (np.log10(7.0**20),), 0.5),
    (DATES, r"([\d,]+) dates to learn from and ([\d,]+) to", lambda: tuple(map(len, dates.load_pairs())), 0),
    (DATES, r"of the hundred years from (\d+) to (\d+)", lambda: (dates.FIRST_YEAR, dates.LAST_YEAR), 0),
    (DATES, r"T_x \\cdot T_y\$ of them: (\d+) for a date", lambda: (lesson(DATES)["T_X"] * lesson(DATES)["T_Y"],), 0),
    (DATES, r"there are \$(\d+)\^\{10\}\$ answers of ten", lambda: (len(lesson(DATES)["MACHINE"]),), 0),
    (TRIGGER, r"ours has `RATE` = ([\d,]+)", lambda: (lesson(TRIGGER)["RATE"],), 0),
    (TRIGGER, r"still ([\d,]+) numbers for ten seconds", lambda: (10 * lesson(TRIGGER)["RATE"],), 0),
    (TRIGGER, r"`N_ONES` = (\d+) steps after each word", lambda: (lesson(TRIGGER)["N_ONES"],), 0),
    (TRIGGER, r"`FRAME // 2 \+ 1` = (\d+) frequencies, all (\d+) hertz apart", frequencies, 0),
    (DATES, r"with (\d+) numbers to choose from", lambda: (len(lesson(DATES)["MACHINE"]) + 2,), 0),
]


@pytest.mark.parametrize(("slug", "pattern", "truth", "tolerance"), CLAIMS, ids=[claim[1][:40] for claim in CLAIMS])
def test_number_in_the_prose_is_true(slug: str, pattern: str, truth: Callable, tolerance: float) -> None:
    np.testing.assert_allclose(claimed(slug, pattern), truth(), rtol=0, atol=tolerance)


# Claims in words: unit 01


def test_what_is_said_of_memories_and_gates_in_unit_01() -> None:
    told = lesson(RNN, "panels_over_steps", "loss_per_step")
    guess = told["cross_entropy"](told["by_chance"], told["inside"](told["TEXT"]))
    assert round(float(guess.mean()), 1) == 0.7  # "The untrained network pays about 0.7 a step"
    by_hand = told["cross_entropy"](told["by_hand"], told["inside"](told["TEXT"]))[0]
    bracket = told["TEXT"].index("(")
    assert by_hand[:bracket].min() > 10 * by_hand[bracket:].max() and by_hand[:bracket].max() < 0.2
    ends = {name: [line[-1] for line in panel.values()] for name, panel in told["panels"].items()}
    fades, nibbles, sticks = (ends[f"recurrent weight {weight}"] for weight in (0.9, 1.0, 1.5))
    shown = np.array([0.2, 0.5, 0.8])
    assert max(fades) < 0.02 and np.argmax(shown - nibbles) == 2 and np.ptp(sticks) < 0.001 < min(sticks)
    kept = told["kept"][0, :, -1]
    np.testing.assert_allclose(kept, shown, atol=0.002)  # "at the end three numbers are still there"


def test_what_is_said_of_sizes_in_unit_01() -> None:
    told = lesson(RNN)
    sizes = {}
    for make in ("random_rnn", "random_gru", "random_lstm"):
        made = told[make](np.random.default_rng(1), 29, 64, 2)
        sizes[make] = sum(array.size for name, array in made.items() if name not in ("Wya", "Wy", "by"))
    assert sizes["random_rnn"] == 64 * (64 + 29 + 1)
    assert sizes["random_gru"] == 3 * sizes["random_rnn"] and sizes["random_lstm"] == 4 * sizes["random_rnn"]


def test_what_is_said_of_gradients_in_unit_01() -> None:
    left = {name: values[0] for name, values in lesson(RNN, "gradient_flow")["flows"].items()}
    assert left["LSTM, forget bias 5"] > 0.5  # "brings most of the gradient back over fifty steps"
    assert left["LSTM, forget bias 1"] < left["basic cell, scale 0.8"] < 1e-4  # "forgets faster than the basic cell"


# Unit 02


def test_the_napkin_likes_what_it_has_seen_word_by_word() -> None:
    told = lesson(DINOSAURS, "chain_of_words(line)")
    eaten, pair, worn = told["likely"]
    assert 55 < eaten / pair < 65 and "about sixty times as probable" in prose(DINOSAURS)
    assert 1 < eaten / worn < 1.5 and "nearly as probable" in prose(DINOSAURS)
    assert all(told["word_counts"][pair] for pair in told["pairs_of_words"]("she wore a ripe pear"))


def test_what_is_read_off_the_table_of_letters() -> None:
    table, place = counting()["bigram"], counting()["char_to_ix"]
    letters = np.array(list(place))
    most = {letter: list(letters[np.argsort(-table[place[letter]])[:2]]) for letter in "qsux"}
    assert set(most["q"]) == set("iu") and set(most["u"]) == set("sr")
    assert most["s"][0] == "\n" and "\n" in most["x"]  # "`s` and often `x` end names"
    assert len(dinosaurs.load_names().held_out) == round(sum(map(len, dinosaurs.load_names())) / 10)


def test_counting_longer_contexts_helps_and_then_no_more() -> None:
    held_out = list(counting()["ngram_held_out"].values())
    assert np.isclose(held_out[1], counting()["bigram_held_out"], atol=0.01)
    assert held_out[1] - held_out[3] > 0.4  # "Three letters back are far better than one"
    assert 0 < held_out[3] - held_out[4] < 0.02 and abs(held_out[4] - held_out[5]) < 0.01  # "a fourth adds little, ..."
    more = np.diff(list(counting()["ngram_size"].values()))
    assert (more[2:] > 5000).all()  # "thousands of counts more"


def test_twice_the_weights_make_the_gradient_several_times_as_long() -> None:
    told = lesson(DINOSAURS, "build_vocabulary(", "gradient_sizes(scale")
    longer, tenth = told["longer"], told["tenth"]
    assert round(longer[:tenth].mean()) == 4 and round(longer[-tenth:].mean()) == 8


def test_the_given_network_is_unit_01s_under_other_names() -> None:
    basic, given = lesson(RNN), lesson(DINOSAURS)
    rng = np.random.default_rng(2)
    place = {character: k for k, character in enumerate("\nabcdef")}
    mine = given["initialize_parameters"](5, 7, rng)
    X, Y = given["encode"]("fadedcab", place)
    theirs = {"Waa": mine["Wa"][:, :5], "Wax": mine["Wa"][:, 5:]} | {name: mine[name] for name in ("ba", "Wya", "by")}
    start = rng.normal(size=(5, 1))
    a, y_pred = given["forward"](X, start, mine)
    a_01, y_01, caches = basic["rnn_forward"](X, start, theirs)
    np.testing.assert_allclose(a, a_01)
    np.testing.assert_allclose(y_pred, y_01)
    gradients = given["backward"](X, Y, start, a, y_pred, mine)
    errors = y_pred - np.eye(7)[Y].transpose(2, 0, 1)
    back = basic["rnn_backward"](np.tensordot(mine["Wya"].T, errors, axes=1), caches)
    np.testing.assert_allclose(gradients["dWa"], np.concatenate([back["dWaa"], back["dWax"]], axis=1))
    np.testing.assert_allclose(gradients["dba"], back["dba"])


def test_hard_clipping_saves_what_goes_wrong_without_with_another_seed() -> None:
    told = lesson(DINOSAURS)
    training, held_out = dinosaurs.load_names()
    place = {character: k for k, character in enumerate("\nabcdefghijklmnopqrstuvwxyz")}
    after = []
    for limit in (np.inf, 0.3):
        rng = np.random.default_rng(1)
        start = told["initialize_parameters"](50, 27, rng)
        trained, _ = told["train_model"](training[::2], start, place, rng, 1, 0.1, limit)
        after.append(float(np.log(told["perplexity"](held_out, trained, place))))
    assert after[0] > np.log(27) + 1 and after[1] < np.log(27) - 0.4, after


def test_the_training_of_unit_02_does_what_is_said_with_another_seed() -> None:
    told, (training, held_out) = counting(), dinosaurs.load_names()
    place, rng = told["char_to_ix"], np.random.default_rng(7)
    trained, looks = told["initialize_parameters"](50, len(place), rng), []
    for rate in [0.01] * 5 + [0.005, 0.002, 0.001]:
        trained, _ = told["train_model"](training, trained, place, rng, 1, rate)
        looks.append(float(np.log(told["perplexity"](held_out, trained, place))))
    assert looks[0] < told["bigram_held_out"]  # "has passed the bigram model" after one epoch
    four = told["ngram_held_out"][3]
    assert looks[2] > four > looks[-1] > four - 0.1  # "gets there only at the end, and wins by little"
    written = [told["as_name"](told["sample"](trained, place, rng), told["ix_to_char"]) for _ in range(100)]
    assert np.mean([name not in set(training) for name in written]) >= 0.9
    cold = [told["as_name"](told["sample"](trained, place, rng, 0.05), told["ix_to_char"]) for _ in range(20)]
    assert len(set(cold)) <= 10  # "nearly the same name again and again"
    X, Y = told["encode"]("achelousaurus", place)
    given = told["forward"](X, np.zeros((50, 1)), trained)[1][Y[0], 0, np.arange(14)]
    assert given[-4:].min() > 0.9 and np.median(given[:8]) < 0.5  # "from -saur- on the network could go on alone"


# Unit 03


def test_what_is_said_of_the_music() -> None:
    training, held_out = jazz.load_choruses("train"), jazz.load_choruses("held_out")
    text = prose(JAZZ)
    assert "twelve forms" in text and len({chorus.form for chorus in training}) == 12
    known = {(chorus.form, chorus.key) for chorus in training}
    keys_of, forms_of = Counter(form for form, _ in known), Counter(key for _, key in known)
    new = {(chorus.form, chorus.key) for chorus in held_out}
    assert not new & known and all(keys_of[form] == 10 and forms_of[key] == 10 for form, key in new)
    assert "only the pairs, a form *in a key*, are new" in text
    pairs = [
        (one.duration, other.duration)
        for chorus in training
        for one, other in zip(chorus.notes, chorus.notes[1:], strict=False)
        if one.onset % 12 == 0 and other.onset == one.end < one.onset + 12
    ]
    assert pairs.count((8, 4)) > 0.8 * len(pairs)  # "Notes come in swung pairs"
    arriving = [
        jazz.is_chord_tone(jazz.chord_at(chorus, note.onset), note.pitch)
        for chorus in training
        for note in chorus.notes
        if note.onset and note.onset % 24 == 0
        if jazz.chord_at(chorus, note.onset) != jazz.chord_at(chorus, note.onset - 1)
    ]
    assert np.mean(arriving) > 0.95  # "where a new chord begins, the note is nearly always one of its tones"
    assert jazz.Chord.parse("C7").tones == (0, 4, 7, 10) and jazz.NAMES[10] == "Bb"


def test_what_is_said_of_tokens() -> None:
    told = lesson(JAZZ)
    lengths = [len(told["read_chorus"](chorus)[0]) - 1 for chorus in jazz.load_choruses("all")]
    assert 50 < np.mean(lengths) < 60 and max(lengths) > 100  # "fifty or sixty tokens, some have a hundred"
    rests = told["encode_chorus"]([(30, 6, 60), (160, 8, 62)], 192)[2:6]
    assert [duration for duration, _ in rests] == [12, 48, 48, 16]  # the example of exercise 1


# Units 04 and 05


def test_what_is_said_of_sentences() -> None:
    training, held_out = names.load_sentences("train"), names.load_sentences("held_out")
    lengths = np.array([len(sentence.words) for sentence in training])
    assert 1 - lengths.sum() / (lengths.max() * len(lengths)) > 0.5  # padding: "more than half of the places"
    outside = np.mean([tag == "O" for sentence in held_out for tag in sentence.tags])
    assert 0.7 < outside < 0.8  # "right three times out of four", "an accuracy above 0.7"
    spans = lesson(NAMES)["bio_to_spans"]
    met = {tuple(s.words[a:b]) for s in training for a, b, _ in spans(s.tags)}
    new = [tuple(s.words[a:b]) not in met for s in held_out for a, b, _ in spans(s.tags)]
    assert np.mean(new) > 0.4  # "many names in them stand in no training sentence"
    assert 20 * 7**2 < 1000  # "for twenty words and seven tags, less than a thousand"


def test_what_is_said_of_dates() -> None:
    training, held_out = dates.load_pairs()
    without_words = [not any(map(str.isalpha, pair.text)) for pair in held_out if len(pair.text) < 16]
    assert 1 / 3 < np.mean(without_words) < 0.5  # "more than a third are digits and signs alone"
    assert max(len(pair.text) for pair in [*training, *held_out]) == lesson(DATES)["T_X"] == 32
