"""Hidden grader of unit 04.

Nearly all inputs are drawn for each submission: words of no language, tags in any order, lattices in which wrong ways
of decoding lead elsewhere. The tagger stays in the student's process; it is given weights, and what it says of the real
words is compared with the NumPy oracle (live) and with what Keras's layers say of each sentence alone (references).
Where it differs, the oracle tries what taggers with a known fault would say. ``find_entities`` asks a tagger of the
grader's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograder.examination.agree import agree, unpack, untouched
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake, worth
from autograder.examination.models import Model
from autograder.examination.student import Handle, Provided
from autograder.oracles import named_entities as oracle
from unrolled.arrays import Case
from unrolled.checks.named_entities import what_became_of_names
from unrolled.checks.named_entities_taggers import fault_of, placements, what_is_built

STEPS, PLACES = ("m", "T_x", "n_tags"), ("m", "T_x")
SIZES = ("n_words", "n_features", "n_kinds", "n_a", "bidirectional", "n_layers", "n_e")
MANY_KINDS = ("WORK", "EVENT", "PER", "T", "LAW", "GOOD")


def check(student: Any, exercise: str, *cases: tuple[Case, str], axes: tuple[str, ...] = ()) -> None:
    """Compare the one value that an exercise returns for each case; its arguments must be left alone. A case comes with
    the words for its kind.
    """
    student.ahead(exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
    for case, when in cases:
        ((name, expected),) = case.outputs.items()
        got, after = student.call(exercise, *case.inputs.values(), inputs_after=True, once=True)
        agree(got, expected, name, axes, when)
        untouched(case.inputs, after)


def case_of(function: Any, name: str, **inputs: Any) -> Case:
    return Case(inputs, {name: function(*inputs.values())})


# ------------------------------------------------------------------------------------------------------- tags and spans


def well_formed(rng: np.random.Generator, lengths: Sequence[int], kinds: Sequence[str], gap: int = 1) -> list[str]:
    """Names of these lengths, with words outside between them, at least ``gap``."""
    tags: list[str] = []
    for length in lengths:
        kind = str(rng.choice(kinds))
        tags += [f"B-{kind}", *[f"I-{kind}"] * (length - 1), *["O"] * int(rng.integers(gap, gap + 3))]
    return [*["O"] * int(rng.integers(1, 3)), *tags]


class TestBioToSpans:
    exercise = "bio_to_spans"

    @worth(3, "names that are tagged well")
    def test_plain(self, student, references, rng):
        live = self._case(well_formed(rng, rng.integers(1, 5, 5), oracle.KINDS))
        check(student, self.exercise, live, (references["bio_to_spans/plain"], ""))

    @worth(2, "names side by side, and a name at the end")
    def test_side_by_side(self, student, references, rng):
        at_the_end = [*well_formed(rng, (1, 2), ["LOC"]), "B-PER", "I-PER"]
        kind = str(rng.choice(oracle.KINDS))
        beside = [f"B-{kind}", f"B-{kind}", f"I-{kind}", f"B-{kind}", "O", "B-PER", "B-LOC", "I-LOC", "O"]
        check(
            student,
            self.exercise,
            self._case(at_the_end, "when a name ends the sentence"),
            self._case(beside, "when names stand side by side"),
        )

    @worth(3, "tags that make no sense")
    def test_malformed(self, student, references, rng):
        kind, other = (str(one) for one in rng.permutation(oracle.KINDS)[:2])
        check(
            student,
            self.exercise,
            self._case(["O", f"I-{kind}", f"I-{kind}", "O", f"I-{other}", "O"], "when an I- follows an O"),
            self._case([f"I-{other}", "O", f"B-{kind}", f"I-{other}", f"I-{kind}", "O"], "when the kind changes"),
            *[self._case(oracle.draw_tags(rng, 14), "for tags at random") for _ in range(6)],
            (references["bio_to_spans/malformed"], "for tags at random"),
        )

    @worth(1, "sentences without names, or without words")
    def test_empty(self, student, references, rng):
        check(
            student,
            self.exercise,
            self._case(["O"] * int(rng.integers(2, 6)), "when there is no name"),
            self._case([], "when there is no word"),
            self._case(["O", "B-LOC", "O"], "when there is one name"),
        )

    @worth(1, "other kinds of names")
    def test_kinds(self, student, references, rng):
        live = self._case(well_formed(rng, rng.integers(1, 4, 6), MANY_KINDS), "for other kinds of names")
        check(student, self.exercise, live)

    def _case(self, tags: list[str], when: str = "") -> tuple[Case, str]:
        return case_of(oracle.bio_to_spans, "spans", tags=tags), when


# ----------------------------------------------------------------------------------------------------- words as numbers


def counted_text(rng: np.random.Generator, words: Sequence[str], counts: Sequence[int]) -> list[list[str]]:
    """Sentences in which the words stand so often, in random order."""
    text = [word for word, count in zip(words, counts, strict=True) for _ in range(count)]
    text = [text[place] for place in rng.permutation(len(text))]
    cuts = sorted(int(cut) for cut in rng.integers(0, len(text) + 1, 3))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def different_words(rng: np.random.Generator, count: int) -> list[str]:
    """So many different words, capitals among them, in random order."""
    words: list[str] = []
    while len(words) < count:
        word = oracle.draw_word(rng)
        words += [word] if word not in words else []
    return words


class TestBuildVocabulary:
    exercise = "build_vocabulary"

    @worth(3, "PAD, UNK, and words by frequency")
    def test_frequency(self, student, references, rng):
        words, counts = different_words(rng, 7), rng.permutation(np.arange(1, 8))
        live = self._case(counted_text(rng, words, counts), 20, "when no two words are equally frequent")
        check(student, self.exercise, live)

    @worth(2, "equally frequent words")
    def test_ties(self, student, references, rng):
        words, when = ["b", "B", *different_words(rng, 8), "a"], "when words are equally frequent"
        live = self._case(counted_text(rng, words, [2] * len(words)), 30, when)
        check(student, self.exercise, live, (references["build_vocabulary/plain"], when))

    @worth(2, "at most max_words")
    def test_most(self, student, references, rng):
        text = oracle.draw_sentences(rng, (8, 11, 6), 9)
        different = len({word for sentence in text for word in sentence})
        near = "when max_words is near the number of different words"
        live = [self._case(text, most, near) for most in (3, different - 1, different, different + 1)]
        check(student, self.exercise, *live, (references["build_vocabulary/cut"], "when max_words is small"))

    @worth(1, "capitals, and empty sentences")
    def test_capitals(self, student, references, rng):
        word = str(rng.choice(oracle.STEMS))
        text = counted_text(rng, [word, word.capitalize(), word.upper(), "the"], [3, 2, 2, 4])
        live = self._case([[], *text], 9, "when words differ in capitals only")
        check(student, self.exercise, live, self._case([[]], 4, "when there is no word"))

    def _case(self, sentences: list, max_words: int, when: str) -> tuple[Case, str]:
        given = {"sentences": sentences, "max_words": max_words}
        return case_of(oracle.build_vocabulary, "vocabulary", **given), when


class TestWordFeatures:
    exercise = "word_features"
    LOOKS = (
        "a capital first",
        "all capitals",
        "a capital inside",
        "a digit",
        "digits only",
        "a hyphen",
        "punctuation only",
        "an initial",
        "a full stop",
        "an apostrophe",
        "short",
        "long",
    )

    @worth(3, "capitals")
    def test_capitals(self, student, references, rng):
        stem, other = ("".join(rng.choice(oracle.STEMS, 2)) for _ in range(2))
        letter = str(rng.choice(list("BCDFGHKLMN")))
        name, second = stem.capitalize(), other.capitalize()
        words = [stem, name, stem.upper(), letter, f"{letter}.", f"{letter}.{letter}.", f"Mc{name}"]
        words += [stem[:2] + other.upper(), f"{second}-{name}", f"{letter}{letter}", f"7{letter}", f"{letter}{stem}."]
        words += [letter.lower(), f"{letter.lower()}.", str(rng.integers(1, 10)), str(rng.choice(list(",;:")))]
        self._places(student, words, (0, 1, 2, 7))

    @worth(2, "digits, punctuation, hyphen, apostrophe")
    def test_marks(self, student, references, rng):
        number, stem = str(rng.integers(10, 9999)), str(rng.choice(oracle.STEMS))
        mark = str(rng.choice(list(",;:!?(")))
        words = [number, f"{number[0]},{number}", f"{stem}{number}", f"{stem}-{number}", mark, mark * 2, f"-{mark}"]
        words += [f"{stem}.", f"O'{stem}", ".", "'", f"{stem[0].upper()}.", f"{number}.", "--"]
        self._places(student, words, (3, 4, 5, 6, 8, 9))

    @worth(1, "length")
    def test_length(self, student, references, rng):
        letters = "".join(rng.choice(list("bcdfgklmptvw"), 10))
        self._places(student, [letters[:length] for length in (1, 2, 3, 4, 8, 9, 10)], (10, 11))

    @worth(3, "endings")
    def test_endings(self, student, references, rng):
        stem = str(rng.choice(oracle.STEMS))
        chosen = [oracle.ENDINGS[place] for place in 26 + rng.permutation(len(oracle.ENDINGS) - 26)[:9]]
        words = [f"{stem}{ending}" for ending in chosen[:5]] + [f"{stem}{chosen[5]}".capitalize()]
        words += [f"{stem}{chosen[6]}".upper(), chosen[7], chosen[8].capitalize(), stem, f"{stem}island"]
        self._places(student, words, range(12, oracle.N_FEATURES))

    @worth(2, "whole words, and what is returned")
    def test_whole(self, student, references, rng):
        cases = [case for name, case in references.items() if name.startswith("word_features/")]
        cases += [case_of(oracle.word_features, "features", word=word) for word in different_words(rng, 8)]
        check(student, self.exercise, *((case, "") for case in cases), axes=("n_f",))

    def _places(self, student: Any, words: Sequence[str], places: Sequence[int]) -> None:
        student.ahead(self.exercise, *((word,) for word in words))
        for word in words:
            self._agree(student, word, places)

    def _agree(self, student: Any, word: str, places: Sequence[int]) -> None:
        """Compare some of the features of a word, and name the first that is wrong."""
        got, right = student.call(self.exercise, word, once=True), oracle.word_features(word)
        if not isinstance(got, np.ndarray) or got.shape != right.shape or got.dtype.kind not in "iuf":
            agree(got, right, "features", ("n_f",))
        for place in places:
            if got[place] != right[place]:
                said = "should be 1 and is not" if right[place] else "should be 0 and is not"
                look = f"“{self.LOOKS[place]}”" if place < 12 else f"the ending “{oracle.ENDINGS[place - 12]}”"
                raise Mistake(f"features[{place}], {look}, {said}, for one of the words")


class TestEncodeSentences:
    exercise = "encode_sentences"
    provides = {"word_features": oracle.word_features}

    @worth(3, "ids")
    def test_ids(self, student, references, rng):
        some, all_known = self._drawn(rng, (5, 3, 5), 5, 4), self._drawn(rng, (2, 4), 6, 30)
        self._arrays(student, ("ids",), (some, ""), (all_known, "when all words are known"))

    @worth(2, "features")
    def test_features(self, student, references, rng):
        self._arrays(student, ("features",), (self._drawn(rng, (4, 2), 5, 3), ""))

    @worth(2, "mask")
    def test_mask(self, student, references, rng):
        self._arrays(student, ("mask",), (self._drawn(rng, (4, 1, 3), 6, 3), ""))

    @worth(3, "sentences that are too long, and empty ones")
    def test_long(self, student, references, rng):
        self._arrays(
            student,
            ("ids", "features", "mask"),
            (self._drawn(rng, (6, 2, 3), 3, 4), "when a sentence is longer than T_x"),
            (self._drawn(rng, (0, 2), 3, 4), "when a sentence is empty"),
            ({**self._drawn(rng, (2,), 3, 4), "sentences": []}, "when there are no sentences"),
            (references["encode_sentences/plain"].inputs, "when a sentence is longer than T_x"),
        )

    def _drawn(self, rng: Any, lengths: Sequence[int], T_x: int, known: int) -> dict[str, Any]:
        sentences = oracle.draw_sentences(rng, lengths, 9)
        vocabulary = oracle.build_vocabulary(sentences, known)
        numbers = rng.permutation(np.arange(2, len(vocabulary)))  # the ids need not go by frequency here
        shuffled = dict(zip([*vocabulary][2:], numbers.tolist(), strict=True))
        return {"sentences": sentences, "vocabulary": {oracle.PAD: 0, oracle.UNK: 1} | shuffled, "T_x": T_x}

    def _arrays(self, student: Any, names: Sequence[str], *asked: tuple[Mapping[str, Any], str]) -> None:
        student.ahead(self.exercise, *(inputs.values() for inputs, _ in asked), inputs_after=True)
        for inputs, when in asked:
            got, after = student.call(self.exercise, *inputs.values(), inputs_after=True, once=True)
            parts = dict(zip(("ids", "features", "mask"), unpack(got, "ids", "features", "mask"), strict=True))
            right = dict(zip(parts, oracle.encode_sentences(*inputs.values()), strict=True))
            for name in names:
                agree(parts[name], right[name], name, ("m", "T_x", "n_f") if name == "features" else PLACES, when)
            untouched(inputs, after)


# ----------------------------------------------------------------------------------------------------------- the tagger


@dataclass(frozen=True)
class Told:
    """What a tagger of these sizes is told, and what is right. ``given``: ids, features and mask of sentences of which
    some fill the batch and others do not.
    """

    sizes: tuple[Any, ...]
    given: list[np.ndarray]
    weights: list[np.ndarray]
    right: np.ndarray

    @classmethod
    def drawn(cls, rng: np.random.Generator, sizes: tuple[Any, ...], lengths: Sequence[int]) -> Told:
        weights = oracle.draw_weights(rng, *sizes)
        return cls._answered(sizes, oracle.draw_batch(rng, lengths, max(lengths), *sizes[:2]), weights)

    @classmethod
    def and_drawn(cls, rng: np.random.Generator, case: Case, lengths: Sequence[int]) -> Told:
        """A stored case, and sentences of the submission's own."""
        sizes, stored = (tuple(case.inputs[name] for name in names) for names in (SIZES, ("ids", "features", "mask")))
        drawn = oracle.draw_batch(rng, lengths, stored[2].shape[1], *sizes[:2])
        live = cls._answered(sizes, drawn, case.inputs["weights"])
        given = [np.concatenate(pair) for pair in zip(stored, drawn, strict=True)]
        right = np.concatenate([case.outputs["probabilities"], live.right])
        return cls(sizes, given, live.weights, right)

    @classmethod
    def _answered(cls, sizes: tuple[Any, ...], given: list[np.ndarray], weights: list[np.ndarray]) -> Told:
        ids, features, mask = given
        bidirectional, n_layers = sizes[4:6]
        return cls(sizes, given, weights, oracle.tagger(ids, features, mask, weights, bidirectional, n_layers))


class TestBuildTagger:
    """A tagger of each kind is built, given weights and asked once; each test looks at sentences of its own."""

    exercise = "build_tagger"

    @worth(3, "layers and their sizes")
    def test_structure(self, student, references, rng):
        for told in (self._deep(references), self._one_way(references), self._both_ways(references)):
            self._built(student, references, told.sizes)
        kept = student.model(student.keep(self.exercise, 9, 2, 3, 4, False, 1))
        if (9, 32) not in kept.shapes:
            raise Mistake("without n_e the embedding has not rows of length 32")

    @worth(3, "one direction")
    def test_one_direction(self, student, references, rng):
        self._compare(student, references, self._one_way(references), "with two layers")

    @worth(4, "two directions")
    def test_two_directions(self, student, references, rng):
        self._compare(student, references, self._both_ways(references))

    @worth(2, "layers on top of each other")
    def test_layers(self, student, references, rng):
        self._compare(student, references, self._deep(references), "with two layers")

    @worth(5, "no influence of padding and of neighbours")
    def test_padding(self, student, references, rng):
        when = "for sentences of different lengths"
        self._compare(student, references, self._both_ways(references), when, padded=True)
        self._compare(student, references, self._deep(references), f"with two layers, {when}", padded=True)

    def _one_way(self, references: Cases) -> Told:
        return references.live("tagger/one way", lambda rng: Told.drawn(rng, (7, 4, 4, 2, False, 2, 5), (2, 2)))

    def _both_ways(self, references: Cases) -> Told:
        case = references["build_tagger/two_directions"]
        return references.live("tagger/both ways", lambda rng: Told.and_drawn(rng, case, (3, 3, 2, 1)))

    def _deep(self, references: Cases) -> Told:
        def draw(rng: np.random.Generator) -> Told:
            sizes = (int(rng.integers(11, 15)), int(rng.integers(3, 6)), 2, 3, True, 2, 7)
            return Told.drawn(rng, sizes, (2, 2, 1))

        return references.live("tagger/deep", draw)

    def _built(self, student: Any, references: Cases, sizes: Sequence[Any]) -> tuple[Model, Handle]:
        """The tagger of these sizes, one for all tests, and where it is kept."""
        kept = student.keep(self.exercise, *sizes, once=True)
        model = references.shared(kept, lambda: student.model(kept))
        found = what_is_built(model.shapes, dict(zip(SIZES, sizes, strict=True)))
        if found:
            raise Mistake(found)
        return model, kept

    def _compare(self, student: Any, references: Cases, told: Told, when: str = "", padded: bool = False) -> None:
        """Give the model the weights, in each right order, and compare what it says of the real words: of the
        sentences that fill the batch, or of those that do not.
        """
        model, kept = self._built(student, references, told.sizes)
        bidirectional, n_layers = told.sizes[4:6]
        rows = told.given[2].all(axis=1) != padded
        right, mask = told.right[rows], told.given[2][rows]
        first: Any = None
        for number, placed in enumerate(placements(model.shapes, told.weights, bidirectional)):
            got = references.shared((kept, number), partial(self._said, model, placed, told, when))[rows]
            if np.allclose(got[mask], right[mask], rtol=1e-3, atol=1e-5):
                return
            first = got if first is None else first
        faults = oracle.tagger_faults(told.given, told.weights, bidirectional, n_layers)
        fault = fault_of(first, {said: wrong[rows] for said, wrong in faults.items()}, mask)
        if fault:
            raise Mistake(f"{fault} ({when})" if when else fault)
        agree(np.where(mask[..., None], first, right), right, "the probabilities of the real words", STEPS, when)

    def _said(self, model: Model, weights: list[np.ndarray], told: Told, when: str) -> np.ndarray:
        """What the model says of all sentences, with weights in this order."""
        model.set_weights(weights)
        got = model(told.given)
        if not isinstance(got, np.ndarray) or got.shape != told.right.shape:
            if isinstance(got, np.ndarray) and got.ndim == 2:
                raise Mistake("there is one answer for the whole sentence: the LSTM returns its last state only")
            agree(got, told.right, "the tagger's output", STEPS, when)
        return got


# ------------------------------------------------------------------------------------------------------- loss, accuracy

GRADIENT = """
import json as _json, numpy as _np, tensorflow as _tf
_p = _tf.Variable(_np.array({probabilities}, "float32"))
try:
    with _tf.GradientTape() as _tape:
        _loss = masked_loss(_tf.constant({y}, "int32"), _tf.convert_to_tensor(_p), _tf.constant({mask}))
    _g = _tape.gradient(_loss, _p) if _tf.is_tensor(_loss) else None
    print("gradient", _json.dumps(None if _g is None else _tf.convert_to_tensor(_g).numpy().tolist()))
except Exception:
    print("gradient null")
"""


class _Means:
    """What masked_loss and masked_accuracy are asked alike."""

    exercise = ""
    oracle: Any = None
    name = ""

    def _means(self, student: Any, when: str, *asked: Mapping[str, Any]) -> None:
        student.ahead(self.exercise, *(given.values() for given in asked), inputs_after=True)
        for given in asked:
            got, after = student.call(self.exercise, *given.values(), inputs_after=True, once=True)
            if isinstance(got, np.ndarray) and got.ndim:
                raise Mistake("should return one number, and returned an array")
            agree(got, type(self).oracle(**given), self.name, when=when)
            untouched(given, after)

    def _drawn(self, rng: Any, lengths: Sequence[int], T_x: int, n_tags: int = 4) -> dict[str, Any]:
        return oracle.draw_answers(rng, lengths, T_x, n_tags)


class TestMaskedLoss(_Means):
    exercise, name = "masked_loss", "the loss"
    oracle = staticmethod(oracle.masked_loss)

    @worth(3, "the mean of a full batch")
    def test_full(self, student, references, rng):
        self._means(student, "without padding", self._drawn(rng, (4, 4, 4), 4))

    @worth(4, "padding left out, each word counted the same")
    def test_padding(self, student, references, rng):
        stored = references["masked_loss/plain"].inputs
        self._means(student, "with padding", self._drawn(rng, (5, 1, 3), 6), stored)

    @worth(1, "probabilities of 0")
    def test_zero(self, student, references, rng):
        given = self._drawn(rng, (3, 2), 3, 3)
        y = given["y"]
        given["probabilities"][1, 2] = np.eye(3, dtype="float32")[(y[1, 2] + 1) % 3]
        self._means(student, "when a probability in the padding is 0", given)
        given = {**given, "probabilities": given["probabilities"].copy()}
        given["probabilities"][0, 1] = np.eye(3, dtype="float32")[(y[0, 1] + 1) % 3]
        self._means(student, "when the right tag of a word has probability 0", given)

    @worth(1, "no words at all")
    def test_nothing(self, student, references, rng):
        self._means(student, "when there is no word", self._drawn(rng, (0, 0), 3))

    @worth(2, "gradients")
    def test_gradient(self, student, references, rng):
        given = self._drawn(rng, (2, 3), 3, 3)
        self._means(student, "", given)
        listed = {name: value.tolist() for name, value in given.items()}
        said = student.run(GRADIENT.format(**listed)).partition("gradient ")[2].partition("\n")[0]
        try:
            gradient = np.array(json.loads(said), dtype="float32") if said not in ("", "null") else None
        except (ValueError, TypeError) as error:
            raise Mistake("its gradient cannot be computed") from error
        if gradient is None:
            raise Mistake("no gradient flows through it, so that no net can learn from it: compute with keras.ops")
        right = oracle.loss_gradient(**given)
        if gradient.shape != right.shape or not np.allclose(gradient, right, rtol=0.01, atol=1e-4):
            agree(gradient, right, "its gradient by the probabilities", STEPS)


class TestMaskedAccuracy(_Means):
    exercise, name = "masked_accuracy", "the accuracy"
    oracle = staticmethod(oracle.masked_accuracy)

    @worth(2, "the share of a full batch")
    def test_full(self, student, references, rng):
        self._means(student, "without padding", self._drawn(rng, (5, 5, 5), 5))

    @worth(3, "padding left out, each word counted the same")
    def test_padding(self, student, references, rng):
        drawn = self._drawn(rng, (7, 2, 4), 8), self._drawn(rng, (1, 6), 7)
        self._means(student, "with padding", *drawn, references["masked_accuracy/plain"].inputs)

    @worth(1, "no words at all")
    def test_nothing(self, student, references, rng):
        self._means(student, "when there is no word", self._drawn(rng, (0, 0), 2))


class TestEntityScores:
    exercise = "entity_scores"
    provides = {"bio_to_spans": oracle.bio_to_spans}

    @worth(3, "whole names, all kinds together")
    def test_all(self, student, references, rng):
        self._scores(student, *[(*self._drawn(rng, (9, 12, 7)), "") for _ in range(3)], only=("all",))

    @worth(3, "by kind")
    def test_kinds(self, student, references, rng):
        live, case = [(*self._drawn(rng, (12, 3, 10)), "") for _ in range(2)], references["entity_scores/plain"]
        self._scores(student, *live, (case.inputs["gold"], case.inputs["predicted"], ""))

    @worth(2, "half names, other kinds, other sentences")
    def test_strict(self, student, references, rng):
        kind, other = (str(one) for one in rng.permutation(oracle.KINDS)[:2])
        name = ["O", f"B-{kind}", f"I-{kind}", f"I-{kind}", "O"]
        half = ["O", f"B-{kind}", f"I-{kind}", "O", "O"]
        another, none = [tag.replace(kind, other) for tag in name], ["O"] * 5
        self._scores(
            student,
            ([name, name], [half, name], "when half a name is found"),
            ([name, name], [another, name], "when a name is found with another kind"),
            ([name, none, name], [none, name, name], "when a name is found in another sentence"),
        )

    @worth(2, "nothing found, nothing to find")
    def test_nothing(self, student, references, rng):
        tags = well_formed(rng, (1, 2), oracle.KINDS)
        none = ["O"] * len(tags)
        self._scores(
            student,
            ([tags], [none], "when nothing is found"),
            ([none], [tags], "when nothing is to be found"),
            ([none], [none], "when there is no name on either side"),
        )

    def _drawn(self, rng: Any, lengths: Sequence[int]) -> tuple[list, list]:
        gold = [oracle.draw_tags(rng, length) for length in lengths]
        return gold, [oracle.blurred(rng, tags) for tags in gold]

    def _scores(self, student: Any, *asked: tuple[list, list, str], only: Sequence[str] = ()) -> None:
        student.ahead(self.exercise, *((gold, predicted) for gold, predicted, _ in asked), inputs_after=True)
        for gold, predicted, when in asked:
            got, after = student.call(self.exercise, gold, predicted, inputs_after=True, once=True)
            self._agree(got, oracle.entity_scores(gold, predicted), only, when)
            untouched({"gold": gold, "predicted": predicted}, after)

    def _agree(self, got: Any, right: dict, only: Sequence[str], when: str) -> None:
        for kind in only or right:
            if not isinstance(got, dict) or not isinstance(got.get(kind), dict):
                agree(got, right, "scores", when=when)
                raise Mistake("scores has no dictionary for all, or for a kind that occurs")
            for measure, value in right[kind].items():
                agree(got[kind].get(measure), value, f"scores[{kind!r}][{measure!r}]", when=when)
        if not only and got.keys() != right.keys():
            raise Mistake("scores has more keys than all, and the kinds that occur" + (f" ({when})" if when else ""))


# ------------------------------------------------------------------------------------------------------------- decoding


def mixed_tags(rng: np.random.Generator, kinds: Sequence[str]) -> list[str]:
    """The tags of some kinds in random order."""
    tags = ["O", *(f"{letter}-{kind}" for kind in kinds for letter in "BI")]
    return [tags[place] for place in rng.permutation(len(tags))]


class TestAllowedTransitions:
    exercise = "allowed_transitions"

    @worth(3, "which tag may follow which")
    def test_follow(self, student, references, rng):
        drawn = [mixed_tags(rng, kinds) for kinds in (["X"], ["PER", "LOC"])]
        student.ahead(self.exercise, *((tags,) for tags in drawn))
        for tags in drawn:
            got, right = self._got(student, tags), oracle.allowed_transitions(tags)
            agree(got[:-1], right[:-1], "allowed[:-1]", ("the tag before", "the tag after"))

    @worth(2, "what may begin")
    def test_start(self, student, references, rng):
        tags = mixed_tags(rng, ["PER", "ORG"])
        agree(self._got(student, tags)[-1], oracle.allowed_transitions(tags)[-1], "allowed[-1], the beginning", ("n",))

    @worth(2, "other kinds, in any order")
    def test_others(self, student, references, rng):
        kinds = [str(kind) for kind in rng.permutation(MANY_KINDS)[:4]]
        live = case_of(oracle.allowed_transitions, "allowed", tags=mixed_tags(rng, kinds))
        usual = case_of(oracle.allowed_transitions, "allowed", tags=list(oracle.TAGS))
        check(student, self.exercise, (live, "for other kinds of names"), (usual, ""), axes=("n + 1", "n"))

    def _got(self, student: Any, tags: list[str]) -> np.ndarray:
        got, right = student.call(self.exercise, tags, once=True), oracle.allowed_transitions(tags)
        if not isinstance(got, np.ndarray) or got.shape != right.shape:
            agree(got, right, "allowed", ("n + 1", "n"))
        return got


class TestConstrainedDecode:
    exercise = "constrained_decode"

    @worth(3, "the best allowed path of a short sentence")
    def test_short(self, student, references, rng):
        lengths = (3, 4, 5)
        cases = [self._case(rng, oracle.allowed_transitions(mixed_tags(rng, ["A", "B"])), n) for n in lengths]
        check(student, self.exercise, *cases)

    @worth(2, "a long sentence")
    def test_long(self, student, references, rng):
        when = "for a sentence of many words"
        check(student, self.exercise, self._case(rng, oracle.allowed_transitions(oracle.TAGS), 25, when=when))

    @worth(2, "what may begin")
    def test_start(self, student, references, rng):
        allowed = oracle.allowed_transitions(mixed_tags(rng, ["A"]))
        check(
            student,
            self.exercise,
            self._case(rng, allowed, 1, when="for a single word"),
            self._case(rng, allowed, 2, when="for two words"),
        )

    @worth(2, "padding")
    def test_padding(self, student, references, rng):
        allowed = oracle.allowed_transitions(mixed_tags(rng, ["A"]))
        check(
            student,
            self.exercise,
            self._case(rng, allowed, 4, 7, "with padding"),
            self._case(rng, allowed, 1, 3, "with padding, for a single word"),
            self._case(rng, allowed, 0, 2, "when there is no word"),
        )

    @worth(2, "any transitions")
    def test_any(self, student, references, rng):
        cases = []
        for n in (3, 4):
            circle = np.roll(np.eye(n, dtype=bool), 1, axis=1)  # so that a path leads everywhere
            allowed = np.vstack([circle | (rng.random((n, n)) < 0.25), rng.permutation(np.arange(n)) < 2])
            cases.append(self._case(rng, allowed, 6, when="for other transitions than those of tags"))
        check(student, self.exercise, *cases)

    @worth(1, "log probabilities of minus infinity")
    def test_impossible(self, student, references, rng):
        allowed = oracle.allowed_transitions(mixed_tags(rng, ["A", "B"]))
        lattice = oracle.draw_telling_lattice(rng, 4, 4, allowed)
        lattice[np.arange(4), lattice.argmax(axis=1)] = -np.inf
        check(student, self.exercise, self._decoded(lattice, 4, allowed, "when a tag is impossible"))

    def _case(
        self, rng: Any, allowed: np.ndarray, length: int, T_x: int | None = None, when: str = ""
    ) -> tuple[Case, str]:
        lattice = oracle.draw_telling_lattice(rng, T_x or length, length, allowed, 25)
        return self._decoded(lattice, length, allowed, when)

    def _decoded(self, lattice: np.ndarray, length: int, allowed: np.ndarray, when: str) -> tuple[Case, str]:
        given = {"log_probabilities": lattice, "length": length, "allowed": allowed}
        return case_of(oracle.constrained_decode, "path", **given), when


# ------------------------------------------------------------------------------------------------------ the whole chain


class TestFindEntities:
    exercise = "find_entities"
    provides = {
        "word_features": oracle.word_features,
        "encode_sentences": oracle.encode_sentences,
        "allowed_transitions": oracle.allowed_transitions,
        "constrained_decode": oracle.constrained_decode,
        "bio_to_spans": oracle.bio_to_spans,
    }

    @worth(3, "names and their places")
    def test_names(self, student, references, rng):
        for _ in range(3):
            self._find(student, rng, self._sentence(rng, different_words(rng, 8), 9))

    @worth(2, "words that occur twice, punctuation, other spaces")
    def test_twice(self, student, references, rng):
        words = [str(rng.choice(oracle.STEMS)).capitalize() for _ in range(2)]
        self._find(student, rng, self._sentence(rng, words, 7), "when words occur twice")
        self._find(student, rng, f"  ({words[0]}, {words[1]}'s   {words[0]}!)", "with punctuation and other spaces")

    @worth(1, "tags in another order")
    def test_tags(self, student, references, rng):
        tags = mixed_tags(rng, oracle.KINDS)
        sentence = self._sentence(rng, different_words(rng, 6), 8)
        self._find(student, rng, sentence, "when the tags stand in another order", tags)

    @worth(1, "no words")
    def test_nothing(self, student, references, rng):
        self._find(student, rng, self._sentence(rng, different_words(rng, 5), 6))  # nothing everywhere earns nothing
        self._find(student, rng, "", "for an empty sentence")
        self._find(student, rng, "   ", "for a sentence of spaces")

    def _sentence(self, rng: Any, words: Sequence[str], length: int) -> str:
        chosen = [words[place] for place in rng.permutation(np.arange(length) % len(words))]
        return "".join(word + str(rng.choice([" ", " ", " ", ", ", "  "])) for word in chosen).rstrip() + "."

    def _find(self, student: Any, rng: Any, sentence: str, when: str = "", tags: Sequence[str] = oracle.TAGS) -> None:
        words = oracle.WORD.findall(sentence)
        vocabulary = oracle.build_vocabulary([words[::2]], 5)
        toy = oracle.draw_toy(rng, sentence, vocabulary, tags)
        right = oracle.find_entities(sentence, toy, vocabulary, tags)
        toy.asked.clear()
        try:
            got = student.call(self.exercise, sentence, Provided("model", toy), vocabulary, list(tags))
        except Mistake as mistake:
            if toy.complaint:
                raise Mistake(toy.complaint) from mistake
            raise
        self._agree(got, right, sentence, when)

    def _agree(self, got: Any, right: list, sentence: str, when: str) -> None:
        said = f" ({when})" if when else ""
        if not isinstance(got, (list, tuple)):
            raise Mistake(f"should return a list of names{said}")
        if not all(isinstance(entity, (list, tuple)) and len(entity) == 4 for entity in got):
            raise Mistake(f"each name should be a tuple (text, kind, start, end){said}")
        found = [tuple(entity) for entity in got]
        if not all(isinstance(part, (str, int)) for entity in found for part in entity):
            agree(found, right, "entities", when=when)
        if found != right:
            words = [match.span() for match in oracle.WORD.finditer(sentence)]
            cause = what_became_of_names(found, right, sentence, words).rstrip(".")
            raise Mistake(f"the names are not the right ones{said}: {cause}")
