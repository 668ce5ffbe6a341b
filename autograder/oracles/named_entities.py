"""Unit 04: quick oracles in Python and NumPy, and the cases.

Features are found with regular expressions, spans by looking for where one may begin, scores by intersecting multisets,
the best path by trying all of them (and, for long sentences, by a recursion from the end, which the tests hold against
all paths). tests/test_named_entities.py holds spans and scores against seqeval on thousands of random sequences. The
tagger is the LSTM with a forget gate as Keras lays out its weights, gates side by side in the order input, forget,
candidate, output; what is stored of it was made by Keras's own layers, one unpadded sentence at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from unrolled.arrays import Case

Array = np.ndarray
Span = tuple[int, int, str]
Tags = Sequence[str]
PAD, UNK = "<pad>", "<unk>"
KINDS = ("PER", "LOC", "ORG")
TAGS = ("O", *(f"{begin}-{kind}" for kind in KINDS for begin in "BI"))

# ----------------------------------------------------------------------------------------------------- words as numbers

ENDINGS = (
    "a b c d e f g h i j k l m n o p q r s t u v w x y z ed ing ly er or ist an ian ese ish man son ton "
    "ville burg berg land ia ford ham shire field bury stan ski sky ov ova ez ini ic al tion ment ness "
    "ity ive ous us um st sen ers ism th rd ie ine elle ette bert rick ard old mund elli etti oux eau "
    "escu enko yan opoulos ley well worth wood burgh abad pur grad sk port mouth dale chester caster "
    "polis stadt heim hausen bach dorf ss ck ll tt nn able less ant ent ate ize ful age ics inc ra na la "
    "da ta ma ka ne re le te se ce ge in on en"
).split()
LOOKS = (  # what the shape of a whole word has to match, in the order of the features; see shape_of
    r"A.*",
    r"[^a]*A[^a]*A[^a]*",
    r"(?![^a]*A[^a]*A[^a]*$).+A.*",
    r".*0.*",
    r"0+",
    r".*-.*",
    r"[^Aa0]+",
    r"A\.?",
    r"(?=.*[Aa]).*\..*",
    r".*'.*",
    r".{1,3}",
    r".{9,}",
)
N_FEATURES = len(LOOKS) + len(ENDINGS)
OF_SHAPE = [re.compile(look) for look in LOOKS]
OF_WORD = [re.compile(rf".+{ending}", re.IGNORECASE) for ending in ENDINGS]


def build_vocabulary(sentences: Sequence[Sequence[str]], max_words: int) -> dict[str, int]:
    """→ word to id: words in alphabetical order, then a stable sort by how often they stand in the text."""
    text = [word for sentence in sentences for word in sentence]
    different = sorted(sorted(set(text)), key=lambda word: -text.count(word))
    return dict(zip([PAD, UNK, *different[:max_words]], range(max_words + 2), strict=False))


def shape_of(word: str) -> str:
    """The word with A for each capital, a for each other letter and 0 for each digit."""
    kinds = {"Lu": "A", "Ll": "a", "Lo": "a", "Lm": "a", "Nd": "0"}
    return "".join(kinds.get(unicodedata.category(character), character) for character in word)


def word_features(word: str) -> Array:
    """→ (n_f,) float32."""
    return _features(word).copy()


@lru_cache(1024)
def _features(word: str) -> Array:
    shape = shape_of(word)
    found = [*(look.fullmatch(shape) for look in OF_SHAPE), *(ending.fullmatch(word) for ending in OF_WORD)]
    return np.array([one is not None for one in found], dtype="float32")


def encode_sentences(
    sentences: Sequence[Sequence[str]], vocabulary: dict[str, int], T_x: int, features_of: Callable = word_features
) -> tuple[Array, Array, Array]:
    """→ ids (m, T_x) int32, features (m, T_x, n_f) float32, mask (m, T_x) bool; one place after the other."""
    n_f = len(features_of("a"))
    ids, features = np.zeros((len(sentences), T_x), "int32"), np.zeros((len(sentences), T_x, n_f), "float32")
    mask = np.zeros((len(sentences), T_x), bool)
    for row, t in np.ndindex(*mask.shape):
        if t < len(sentences[row]):
            word = sentences[row][t]
            ids[row, t] = vocabulary[word] if word in vocabulary else vocabulary[UNK]
            features[row, t] = features_of(word)
            mask[row, t] = True
    return ids, features, mask


# ----------------------------------------------------------------------------------------------------- spans and scores


def bio_to_spans(tags: Tags) -> list[Span]:
    """→ (start, end, kind), end exclusive: a name goes on while the tag is I- of the kind of the tag before."""
    names = [tag[2:] for tag in tags]
    inside = [tag != "O" for tag in tags]
    goes_on = [t > 0 and tags[t][0] == "I" and inside[t - 1] and names[t] == names[t - 1] for t in range(len(tags))]
    starts = [t for t in range(len(tags)) if inside[t] and not goes_on[t]]
    ends = [next((u for u in range(t + 1, len(tags)) if not goes_on[u]), len(tags)) for t in starts]
    return [(t, end, names[t]) for t, end in zip(starts, ends, strict=True)]


def entity_scores(gold: Sequence[Tags], predicted: Sequence[Tags]) -> dict[str, dict[str, float]]:
    """→ precision, recall and f1 of "all" and of each kind that occurs, from multisets of (sentence, span)."""
    right, said = (
        Counter((row, span) for row, tags in enumerate(sentences) for span in bio_to_spans(tags))
        for sentences in (gold, predicted)
    )
    kinds = sorted({span[2] for _, span in (*right, *said)})
    scores = {}
    for name in ["all", *kinds]:
        true, claimed, both = (
            sum(count for (_, span), count in spans.items() if name in ("all", span[2]))
            for spans in (right, said, right & said)
        )
        scores[name] = {
            "precision": both / claimed if claimed else 0.0,
            "recall": both / true if true else 0.0,
            "f1": 2 * both / (true + claimed) if both else 0.0,
        }
    return scores


# ----------------------------------------------------------------------------------------------------------- the tagger


def draw_weights(
    rng: np.random.Generator,
    n_words: int,
    n_features: int,
    n_kinds: int,
    n_a: int,
    bidirectional: bool,
    n_layers: int,
    n_e: int,
) -> list[Array]:
    """Weights of the tagger, in Keras's order, large enough that every gate matters: the embedding, for each layer and
    direction kernel, recurrent kernel and bias, then the output layer's kernel and bias.
    """
    shapes: list[tuple[int, ...]] = [(n_words, n_e)]
    n_in = n_e + n_features
    for _ in range(n_layers):
        shapes += [(n_in, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,)] * (1 + bidirectional)
        n_in = n_a * (1 + bidirectional)
    shapes += [(n_in, 2 * n_kinds + 1), (2 * n_kinds + 1,)]
    return [rng.normal(0, 0.9, shape).astype("float32") for shape in shapes]


def draw_batch(
    rng: np.random.Generator, lengths: Sequence[int], T_x: int, n_words: int, n_features: int
) -> list[Array]:
    """ids, features and mask of sentences of these lengths, padded at the end."""
    mask = np.arange(T_x) < np.array(lengths)[:, None]
    ids = np.where(mask, rng.integers(1, n_words, mask.shape), 0).astype("int32")
    features = np.where(mask[..., None], rng.normal(0, 1, (*mask.shape, n_features)), 0).astype("float32")
    return [ids, features, mask]


FAULTS = {  # what a tagger may do instead -> how the student is told
    "unmasked": "the mask does not reach the LSTM: the backward direction begins in the padding",
    "inverted": "the mask is used the wrong way round: real words are skipped, and padding is read",
    "first_only": "the mask reaches the first LSTM layer only; each layer needs it",
    "last_only": "the mask reaches the last LSTM layer only; each layer needs it",
    "zeroed": "setting the padding to zero is no mask: the state of the backward direction still moves through it",
    "logits": "the outputs are no probabilities: the softmax is missing",
    "over_steps": "the softmax runs over the steps instead of the tags",
    "over_batch": "the softmax runs over the sentences of the batch instead of the tags",
    "sigmoid": "the outputs are sigmoids, one for each tag; a softmax makes them compete",
    "not_turned_round": "the states of the backward direction are in reverse order: a step gets another word's",
    "twice_forward": "both directions read the sentence from left to right",
    "features_first": "the features stand before the embedding; the contract has [embedding; features]",
}


def tagger(
    ids: Array,
    features: Array,
    mask: Array,
    weights: Sequence[Array],
    bidirectional: bool,
    n_layers: int,
    fault: str = "",
) -> Array:
    """→ probabilities (m, T_x, n_tags), or what a tagger with one of FAULTS gives."""
    parts = [np.asarray(weights[0], "float64")[ids], features.astype("float64")]
    x = np.concatenate(parts[::-1] if fault == "features_first" else parts, axis=-1)
    if fault == "zeroed":
        x = x * mask[..., None]
    triples = [weights[k : k + 3] for k in range(1, len(weights) - 2, 3)]
    for layer in range(n_layers):
        seen = _mask_seen(mask, fault, layer, n_layers)
        given = triples[layer * (1 + bidirectional) :]
        states = [_read(x, seen, given[0], bidirectional)]
        if bidirectional:
            if fault == "twice_forward":
                states.append(_read(x, seen, given[1], True))
            else:
                backward = _read(x[:, ::-1], seen[:, ::-1], given[1], True)
                states.append(backward if fault == "not_turned_round" else backward[:, ::-1])
        x = np.concatenate(states, axis=-1)
    logits = x @ weights[-2] + weights[-1]
    if fault == "logits":
        return logits
    if fault == "sigmoid":
        return _sigmoid(logits)
    return _softmax(logits, {"over_steps": 1, "over_batch": 0}.get(fault, -1))


def _mask_seen(mask: Array, fault: str, layer: int, n_layers: int) -> Array:
    hidden = fault in ("unmasked", "zeroed") or (fault == "first_only" and layer > 0)
    if hidden or (fault == "last_only" and layer < n_layers - 1):
        return np.ones_like(mask)
    return ~mask if fault == "inverted" else mask


def _read(x: Array, mask: Array, weights: Sequence[Array], silent: bool) -> Array:
    """The states of one LSTM, (m, T_x, n_a); where the mask is False the state stays as it is, and if ``silent``, as in
    Keras's Bidirectional, zeros are given out.
    """
    kernel, recurrent, bias = (np.asarray(weight, "float64") for weight in weights)
    a = c = np.zeros((len(x), len(recurrent)))
    states = []
    for t in range(x.shape[1]):
        update, forget, candidate, show = np.split(x[:, t] @ kernel + a @ recurrent + bias, 4, axis=1)
        c_next = _sigmoid(forget) * c + _sigmoid(update) * np.tanh(candidate)
        a_next = _sigmoid(show) * np.tanh(c_next)
        here = mask[:, t, None]
        a, c = np.where(here, a_next, a), np.where(here, c_next, c)
        states.append(a)
    return np.stack(states, axis=1) * (mask[..., None] if silent else 1)


def _sigmoid(z: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(z / 2)


def _softmax(z: Array, axis: int = -1) -> Array:
    return np.exp(z - np.logaddexp.reduce(z, axis=axis, keepdims=True))


def masked_loss(y: Array, probabilities: Array, mask: Array) -> float:
    """→ nats a real word: one word after the other; 0 when there is none."""
    paid = [-np.log(max(float(probabilities[place][y[place]]), 1e-7)) for place in zip(*np.nonzero(mask), strict=True)]
    return float(sum(paid) / len(paid)) if paid else 0.0


def masked_accuracy(y: Array, probabilities: Array, mask: Array) -> float:
    """→ the share of real words whose most probable tag is the right one; 0 when there is none."""
    right = [int(np.argmax(probabilities[place])) == y[place] for place in zip(*np.nonzero(mask), strict=True)]
    return float(sum(right) / len(right)) if right else 0.0


def loss_gradient(y: Array, probabilities: Array, mask: Array) -> Array:
    """→ the gradient of masked_loss: -1 / (n p) at the right tag of each real word, 0 elsewhere."""
    gradient = np.zeros(probabilities.shape)
    for place in zip(*np.nonzero(mask), strict=True):
        gradient[(*place, y[place])] = -1 / (mask.sum() * probabilities[(*place, y[place])])
    return gradient


# ------------------------------------------------------------------------------------------------------------- decoding


def allowed_transitions(tags: Tags) -> Array:
    """→ (n + 1, n) bool: row i, column j: may tag j follow tag i; the last row: may it begin a sentence."""
    before = [*tags, "O"]
    return np.array([[tag[0] != "I" or one in (f"B{tag[1:]}", tag) for tag in tags] for one in before], dtype=bool)


def score_of(path: Iterable[int], log_probabilities: Array, allowed: Array) -> float:
    """The sum of logarithms along a path, minus infinity when it is not allowed."""
    path = list(path)
    if not all(allowed[before][after] for before, after in zip([-1, *path], path, strict=False)):
        return -np.inf
    return float(sum(log_probabilities[t][tag] for t, tag in enumerate(path)))


def all_paths(log_probabilities: Array, length: int, allowed: Array) -> list[int]:
    """→ the best of all allowed paths, by trying each; for short sentences."""
    paths = product(range(log_probabilities.shape[1]), repeat=length)
    return list(max(paths, key=lambda path: score_of(path, log_probabilities, allowed)))


def constrained_decode(log_probabilities: Array, length: int, allowed: Array) -> list[int]:
    """→ the best allowed path."""
    return _best_paths(log_probabilities[None], length, allowed)[0].tolist()


def _best_paths(log_probabilities: Array, length: int, allowed: Array) -> Array:
    """→ the best allowed path of each lattice, (lattices, length), from log probabilities (lattices, T_x, n): from the
    end, what can still be had after each tag; then the best of it, forwards.
    """
    lattices, _, n = log_probabilities.shape
    later, choices = np.zeros((lattices, n)), []
    for t in reversed(range(length)):
        ways = np.where(allowed, (log_probabilities[:, t] + later)[:, None], -np.inf)
        choices.append(ways.argmax(axis=2))
        later = ways.max(axis=2)[:, :-1]
    paths, each = np.full((lattices, length + 1), n), np.arange(lattices)
    for t, choice in enumerate(reversed(choices)):
        paths[:, t + 1] = choice[each, paths[:, t]]
    return paths[:, 1:]


WORD = re.compile(r"(?:[A-Z]\.)+|(?:Mr|Mrs|Dr|St|Inc|Co|Ltd|Jr)\.|\d+(?:[.,]\d+)*|\w+(?:(?!'s\b)['-]\w+)*|'s|[^\w\s]")


def find_entities(sentence: str, model: Callable, vocabulary: dict[str, int], tags: Tags) -> list[tuple]:
    """→ (text, kind, start, end) in characters."""
    places = [match.span() for match in WORD.finditer(sentence)]
    if not places:
        return []
    words = [sentence[start:end] for start, end in places]
    probabilities = np.asarray(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(np.maximum(probabilities, 1e-30)), len(words), allowed_transitions(tags))
    return _names(sentence, places, [tags[tag] for tag in path])


def _names(sentence: str, places: Sequence[tuple[int, int]], tags: Tags) -> list[tuple]:
    """The names (text, kind, start, end) of a sentence, from where its words stand and how they are tagged."""
    spans = [(places[first][0], places[last - 1][1], kind) for first, last, kind in bio_to_spans(tags)]
    return [(sentence[start:end], kind, start, end) for start, end, kind in spans]


@dataclass
class ToyTagger:
    """A tagger without a net: a table says what each word's id speaks for, and another what its features do.

    It often finds most likely what is not allowed. ``complaint`` says what was wrong with the form of a question.
    """

    table: Array
    by_feature: Array
    asked: list[list[Array]] = field(default_factory=list)
    complaint: str = ""

    def __call__(self, inputs: Any, **_: Any) -> Array:
        ids, features, mask = self._understood(inputs)
        self.asked.append([ids, features, mask])
        return _softmax(self.table[ids] + features @ self.by_feature).astype("float32")

    def _understood(self, inputs: Any) -> tuple[Array, Array, Array]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 3:
            self._refuse("the model takes one list of three arrays: ids, features, mask")
        ids, features, mask = (np.asarray(part) for part in inputs)
        n_f, n_words = len(self.by_feature), len(self.table)
        if ids.ndim != 2 or mask.shape != ids.shape or features.shape != (*ids.shape, n_f):
            self._refuse("ids, features and mask have the shapes (m, T_x), (m, T_x, n_f) and (m, T_x)")
        if any(part.dtype.kind not in "biuf" for part in (ids, features, mask)):
            self._refuse("ids, features and mask are arrays of numbers")
        if not ids.size:  # Keras's LSTM raises
            self._refuse("the model is asked about a sentence without words")
        if ((ids < 0) | (ids >= n_words)).any():
            self._refuse("an id that goes into the model is not in the vocabulary")
        return ids.astype(int), features.astype("float64"), mask.astype(bool)

    def _refuse(self, complaint: str) -> None:
        self.complaint = self.complaint or complaint
        raise ValueError(complaint)


# ----------------------------------------------------------------------------------------------------------- the inputs

STEMS = "kar bel tor min dul sav rin gol pet lam nov qui hal zem cor".split()
WHOLE = (
    "NATO U.S. J. A St. 1984 7 1,984 '90s mid-1990s B52 . -- ?! McRae eBay O'Neil Smith-Jones I it USSR. T-X X9 a"
).split()


def draw_word(rng: np.random.Generator) -> str:
    """A word of no language, with an ending of the list or without; small letters, a capital first, or all capitals."""
    if rng.random() < 0.25:
        return str(rng.choice(WHOLE))
    stem = "".join(rng.choice(STEMS, int(rng.integers(1, 4))))
    word = stem + str(rng.choice(["", *ENDINGS[26:]]))
    look = rng.random()
    return word.upper() if look < 0.12 else word.capitalize() if look < 0.5 else word


def draw_sentences(rng: np.random.Generator, lengths: Sequence[int], different: int = 12) -> list[list[str]]:
    """Sentences in which words come again, some much more often than others."""
    words = sorted({draw_word(rng) for _ in range(4 * different)})[::2]
    words = [words[place] for place in rng.permutation(len(words))[:different]]
    chances = 1 / np.arange(1, len(words) + 1)
    return [[str(word) for word in rng.choice(words, length, p=chances / chances.sum())] for length in lengths]


def draw_tags(rng: np.random.Generator, length: int, kinds: Sequence[str] = KINDS) -> list[str]:
    """Tags at random, malformed ones too: I- after O, another kind inside a name."""
    choices = ["O", *(f"{begin}-{kind}" for kind in kinds for begin in "BI")]
    tags: list[str] = []
    for _ in range(length):
        goes_on = tags and tags[-1] != "O" and rng.random() < 0.45
        tags.append(f"I-{tags[-1][2:]}" if goes_on else str(rng.choice(choices)))
    return tags


def blurred(rng: np.random.Generator, tags: Tags, share: float = 0.25) -> list[str]:
    """The tags with some of them replaced."""
    return [other if rng.random() < share else tag for tag, other in zip(tags, draw_tags(rng, len(tags)), strict=True)]


def draw_answers(rng: np.random.Generator, lengths: Sequence[int], T_x: int, n_tags: int) -> dict[str, Array]:
    """y, probabilities and mask; some answers are right, fewer in the first sentences than in the last ones.

    What stands in the padding is as wild as anything.
    """
    mask = np.arange(T_x) < np.array(lengths)[:, None]
    probabilities = _softmax(rng.normal(0, 1.2, (*mask.shape, n_tags))).astype("float32")
    best = probabilities.argmax(axis=-1)
    hit = rng.random(best.shape) < np.linspace(0.3, 0.8, len(lengths))[:, None]
    y = np.where(hit, best, (best + rng.integers(1, n_tags, best.shape)) % n_tags)
    return {"y": y.astype("int32"), "probabilities": probabilities, "mask": mask}


def draw_lattice(rng: np.random.Generator, T: int, tags: Tags = TAGS) -> Array:
    """log probabilities (T, n_tags) in which the likeliest tag of a word is often not allowed."""
    return np.log(_softmax(rng.normal(0, 1.5, (T, len(tags)))))


def draw_toy(rng: np.random.Generator, sentence: str, vocabulary: dict[str, int], tags: Tags = TAGS) -> ToyTagger:
    """A tagger that tells faults apart on this sentence, if there is one: of thirty the one that tells most.

    Each word for itself chooses nonsense, or what is added instead of multiplied leads elsewhere; a name has several
    words, with more than a space between, and there are words outside.
    """
    words, allowed = WORD.findall(sentence), allowed_transitions(tags)
    bias = np.array([1.6 if tag == "O" else 0.8 if tag[0] == "I" else 0.0 for tag in tags])
    toys = [
        ToyTagger(rng.normal(0, 2, (len(vocabulary), len(tags))) + bias, rng.normal(0, 0.7, (N_FEATURES, len(tags))))
        for _ in range(30 if words else 1)
    ]
    if not words:
        return toys[0]
    given = list(encode_sentences([words], vocabulary, len(words)))
    probabilities = np.concatenate([toy(given) for toy in toys])
    for toy in toys:
        toy.asked.clear()
    paths, added = (_best_paths(each, len(words), allowed) for each in (np.log(probabilities), probabilities))
    places_of_words = [match.span() for match in WORD.finditer(sentence)]

    def told(number: int) -> int:
        """Points, at most 11."""
        path = paths[number]
        found = _names(sentence, places_of_words, [tags[tag] for tag in path])
        several = [text for text, *_ in found if len(WORD.findall(text)) > 1]
        spaced = any(text != " ".join(WORD.findall(text)) for text in several)
        texts = [text for text, *_ in found]
        places = [sentence.find(text) != start for text, _, start, _ in found]
        greedy = bio_to_spans([tags[tag] for tag in probabilities[number].argmax(axis=-1)])
        return (
            2 * bool(several)
            + 2 * spaced
            + 2 * any(places)
            + 2 * (greedy != bio_to_spans([tags[tag] for tag in path]))
            + (path != added[number]).any()
            + (len(set(texts)) > 1)
            + (sum(len(WORD.findall(text)) for text in texts) < len(words) - 1)
        )

    best, most = 0, -1
    for number in range(len(toys)):
        points = told(number)
        if points > most:
            best, most = number, points
        if most == 11:  # all of them
            break
    return toys[best]


# ---------------------------------------------------------------------------------------- inputs that tell faults apart


def other_paths(log_probabilities: Array, length: int, allowed: Array) -> list[Array]:
    """Where wrong ways of decoding lead in each of some lattices (lattices, T_x, n), (lattices, length): words for
    themselves, greedily, free at the start, the other way round …
    """
    lattices, T_x, n = log_probabilities.shape
    greedy = np.full((lattices, length + 1), n)
    for t in range(length):
        greedy[:, t + 1] = np.where(allowed[greedy[:, t]], log_probabilities[:, t], -np.inf).argmax(axis=1)
    return [
        log_probabilities[:, :length].argmax(axis=2),
        greedy[:, 1:],
        _best_paths(log_probabilities, length, np.vstack([allowed[:-1], np.ones((1, n), bool)])),
        _best_paths(log_probabilities, length, np.vstack([allowed[:-1].T, allowed[-1:]])),
        _best_paths(log_probabilities, T_x, allowed)[:, :length],
        _best_paths(log_probabilities, length, allowed)[:, ::-1],
        _best_paths(np.exp(log_probabilities), length, allowed),
    ]


def draw_telling_lattice(rng: np.random.Generator, T_x: int, length: int, allowed: Array, tries: int = 40) -> Array:
    """Of some lattices the one in which most of the wrong ways lead elsewhere; to read the padding, before all."""
    tags = ("O",) * allowed.shape[1]
    lattices = np.stack([draw_lattice(rng, T_x, tags) for _ in range(tries)])
    lattices[:, length:] *= 4  # the padding is sure of what it says
    path = _best_paths(lattices, length, allowed)
    elsewhere = np.array([(other != path).any(axis=1) for other in other_paths(lattices, length, allowed)])
    in_padding = elsewhere[4] & (length < T_x)
    return lattices[np.argmax(len(elsewhere) * in_padding + elsewhere.sum(axis=0))]


# ---------------------------------------------------------------------------------------------------------------- cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with: small, and shared with everybody."""
    from autograder.oracles.named_entities_faults import with_faults  # Keras: seconds, and only needed here

    rng = np.random.default_rng([*b"unit 04 public"])
    ada = "B-PER I-PER O B-PER I-PER O B-LOC O".split()
    cases = _span_cases(
        {
            "a_sentence": ada,
            "side_by_side": "O B-ORG B-ORG I-ORG O".split(),
            "at_the_end": "O O B-LOC I-LOC".split(),
            "I_after_O": "I-PER O I-LOC I-LOC O".split(),
            "another_kind": "B-PER I-LOC I-LOC B-LOC I-PER".split(),
            "other_kinds": "B-WORK I-WORK O I-EVENT B-EVENT".split(),
            "no_names": ["O", "O"],
            "no_words": [],
        }
    )
    text = [line.split() for line in ("the cat saw the dog", "The dog ran", "a cat", "")]
    for name, sentences, max_words in (
        ("enough_room", text, 20),
        ("too_many_words", text, 3),
        ("exactly_as_many", text, 7),
        ("no_words", [[]], 5),
    ):
        cases[f"build_vocabulary/{name}"] = _case(
            build_vocabulary, "vocabulary", sentences=sentences, max_words=max_words
        )
    words = "London NATO McDonald 1984 3.5 well-known ... J. A U.S. O'Hara extraordinary son Polanski it x , 7".split()
    for word in words:
        name = {"...": "three_dots", "3.5": "3_5", ",": "a_comma"}.get(
            word, word.replace(".", "_stop").replace("'", "_")
        )
        cases[f"word_features/{name}"] = _case(word_features, "features", word=word)
    vocabulary = build_vocabulary(text, 5)
    cases |= _encoding_cases(
        {
            "two_sentences": (["the cat saw Tom".split(), ["The", "dog"]], vocabulary, 5),
            "too_long": (["the dog ran on and on".split(), ["a"]], vocabulary, 3),
            "an_empty_sentence": ([[], ["NATO"]], vocabulary, 2),
            "no_sentences": ([], vocabulary, 3),
        }
    )
    half = "B-PER O O B-PER I-PER O B-ORG O".split()
    cases |= _score_cases(
        {
            "half_a_name": ([ada], [half]),
            "two_sentences": ([ada, ["B-LOC", "O"], ["O", "B-PER"]], [ada, ["O", "O"], ["B-PER", "O"]]),
            "the_same_places_in_two_sentences": ([["B-LOC"], ["B-LOC"], ["O"]], [["B-LOC"], ["O"], ["B-LOC"]]),
            "another_kind": ([ada, half], [["B-LOC", *ada[1:]], ["B-PER", "I-PER", *half[2:]]]),
            "tags_that_make_no_sense": ([ada], ["I-PER I-PER I-LOC I-PER I-ORG O I-LOC I-LOC".split()]),
            "nothing_found": ([ada], [["O"] * 8]),
            "nothing_to_find": ([["O", "O"]], [["O", "B-LOC"]]),
            "no_names_at_all": ([["O"], []], [["O"], []]),
        }
    )
    cases |= _answer_cases(rng, {"plain": ((6, 2, 5), 7), "one_sentence": ((3,), 5), "no_words": ((0, 0), 2)}, 4)
    for name, tags in (("three_kinds", TAGS), ("another_order", ("I-X", "B-Y", "O", "B-X", "I-Y"))):
        cases[f"allowed_transitions/{name}"] = _case(allowed_transitions, "allowed", tags=list(tags))
    cases |= _decoding_cases(rng, long=15)
    spoken = "Ada met Bo in Rome, and Ada's dog met   Mr. T-X of U.S. Steel (Rome)."
    for name, sentence in (("a_sentence", spoken), ("a_word_twice", "Rome is in Rome"), ("nothing", "  ")):
        cases[f"find_entities/{name}"] = _finding_case(rng, sentence)
    kinds = {
        "one_direction": (False, 1, (4, 4, 4)),
        "two_directions": (True, 1, (3, 3)),
        "padding": (True, 1, (4, 2, 1)),
        "two_layers": (True, 2, (3, 1, 4)),
        "two_layers_one_direction": (False, 2, (2, 3)),
    }
    taggers = _tagger_cases(rng, kinds, n_words=9, n_features=4, n_kinds=2, n_a=3, n_e=5)
    cases = with_faults(cases, _as_arguments)
    for name in ("a_sentence", "a_word_twice", "nothing"):
        case = cases[f"find_entities/{name}"]
        case.outputs["words"] = [match.span() for match in WORD.finditer(case.inputs["sentence"])]
    case = cases["masked_loss/one_sentence"]
    case.outputs["gradient"] = loss_gradient(**case.inputs)
    return cases | taggers


def _as_arguments(exercise: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What an exercise's function takes, from what is stored of it: tables become a tagger."""
    if exercise != "find_entities":
        return inputs
    model = ToyTagger(inputs.pop("table"), inputs.pop("by_feature"))
    return {name: inputs[name] for name in ("sentence",)} | {"model": model} | inputs


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with; no inputs in common with the public cases."""
    rng = np.random.default_rng([*b"unit 04 hidden"])
    cases = _span_cases(
        {
            "plain": "O B-LOC I-LOC I-LOC O O B-PER O B-ORG I-ORG O".split(),
            "side_by_side": "B-PER B-PER I-PER B-PER O B-LOC B-ORG".split(),
            "malformed": "I-ORG I-ORG O I-PER B-PER I-LOC I-PER O I-LOC B-LOC I-ORG".split(),
        }
    )
    sentences = draw_sentences(rng, (9, 4, 12, 0, 7), 10)
    cases["build_vocabulary/plain"] = _case(build_vocabulary, "vocabulary", sentences=sentences, max_words=40)
    cases["build_vocabulary/cut"] = _case(build_vocabulary, "vocabulary", sentences=sentences, max_words=5)
    for word in ("Kettering", "UNESCO", "deCode", "X.", "r2d2", "77", "half-baked", "?!", "Jr.", "D'Arcy", "Ed"):
        cases[f"word_features/{word}"] = _case(word_features, "features", word=word)
    cases |= _encoding_cases({"plain": (sentences, build_vocabulary(sentences, 6), 10)})
    gold = [draw_tags(rng, length) for length in (12, 1, 9, 20)]
    cases |= _score_cases({"plain": (gold, [blurred(rng, tags) for tags in gold])})
    cases |= _answer_cases(rng, {"plain": ((5, 3, 1, 4), 6)}, 5)
    kinds = {"two_directions": (True, 1, (3, 3, 1, 2))}
    return cases | _tagger_cases(rng, kinds, n_words=8, n_features=3, n_kinds=3, n_a=2, n_e=6)


def _case(function: Callable, name: str, **inputs: Any) -> Case:
    return Case(inputs, {name: function(*inputs.values())})


def _span_cases(sequences: dict[str, list[str]]) -> dict[str, Case]:
    return {f"bio_to_spans/{name}": _case(bio_to_spans, "spans", tags=tags) for name, tags in sequences.items()}


def _encoding_cases(given: dict[str, tuple[list, dict[str, int], int]]) -> dict[str, Case]:
    cases = {}
    for name, (sentences, vocabulary, T_x) in given.items():
        outputs = dict(zip(("ids", "features", "mask"), encode_sentences(sentences, vocabulary, T_x), strict=True))
        inputs = {"sentences": sentences, "vocabulary": vocabulary, "T_x": T_x}
        cases[f"encode_sentences/{name}"] = Case(inputs, outputs)
    return cases


def _score_cases(given: dict[str, tuple[list, list]]) -> dict[str, Case]:
    return {
        f"entity_scores/{name}": _case(entity_scores, "scores", gold=gold, predicted=predicted)
        for name, (gold, predicted) in given.items()
    }


def _answer_cases(
    rng: np.random.Generator, sizes: dict[str, tuple[Sequence[int], int]], n_tags: int
) -> dict[str, Case]:
    """Loss and accuracy; in the first case one right tag has probability 0, and one in the padding too."""
    cases = {}
    for number, (name, (lengths, T_x)) in enumerate(sizes.items()):
        given = draw_answers(rng, lengths, T_x, n_tags)
        if number == 0:
            for row, t in ((1, 0), (1, T_x - 1)):
                given["probabilities"][row, t] = np.eye(n_tags, dtype="float32")[(given["y"][row, t] + 1) % n_tags]
        cases[f"masked_loss/{name}"] = _case(masked_loss, "loss", **given)
        cases[f"masked_accuracy/{name}"] = _case(masked_accuracy, "accuracy", **given)
    return cases


def _decoding_cases(rng: np.random.Generator, long: int) -> dict[str, Case]:
    some = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1]], dtype=bool)
    sizes = {
        "a_sentence": (TAGS[:5], 5, 5),
        "one_word": (TAGS[:3], 1, 1),
        "with_padding": (TAGS[:3], 6, 4),
        "a_long_sentence": (TAGS, long, long),
        "any_transitions": (None, 5, 5),
        "an_impossible_tag": (TAGS[:5], 4, 4),
        "no_words": (TAGS[:3], 2, 0),
    }
    cases = {}
    for name, (tags, T_x, length) in sizes.items():
        allowed = some if tags is None else allowed_transitions(tags)
        lattice = draw_telling_lattice(rng, T_x, length, allowed)
        if name == "an_impossible_tag":
            lattice[np.arange(T_x), lattice.argmax(axis=1)] = -np.inf
        given = {"log_probabilities": lattice, "length": length, "allowed": allowed}
        cases[f"constrained_decode/{name}"] = _case(constrained_decode, "path", **given)
    return cases


def _tagger_cases(
    rng: np.random.Generator, kinds: Mapping[str, tuple[bool, int, Sequence[int]]], **sizes: int
) -> dict[str, Case]:
    """Taggers of several kinds (in two directions, layers, lengths of sentences), with what some faults would give;
    Keras's layers say what is right.
    """
    from autograder.oracles.named_entities_keras import keras_probabilities  # TensorFlow: seconds, only needed here

    cases = {}
    for name, (bidirectional, n_layers, lengths) in kinds.items():
        shape = {"bidirectional": bidirectional, "n_layers": n_layers}
        order: dict[str, Any] = {key: sizes[key] for key in ("n_words", "n_features", "n_kinds", "n_a")}
        order |= shape | {"n_e": sizes["n_e"]}
        weights = draw_weights(rng, **order)
        given = draw_batch(rng, lengths, max(lengths), sizes["n_words"], sizes["n_features"])
        ids, features, mask = given
        right = keras_probabilities(ids, features, mask, weights, bidirectional, n_layers)
        wrong = tagger_faults(given, weights, bidirectional, n_layers)
        inputs = order | {"weights": weights} | dict(zip(("ids", "features", "mask"), given, strict=True))
        cases[f"build_tagger/{name}"] = Case(inputs, {"probabilities": right, "faults": wrong})
    return cases


def tagger_faults(
    given: Sequence[Array], weights: Sequence[Array], bidirectional: bool, n_layers: int
) -> dict[str, Array]:
    """What taggers with one of FAULTS give where it is not right, by the sentence for the student."""
    ids, features, mask = given
    right, faults = tagger(ids, features, mask, weights, bidirectional, n_layers), {}
    for fault, sentence in FAULTS.items():
        found = tagger(ids, features, mask, weights, bidirectional, n_layers, fault).astype("float32")
        if not np.allclose(found[mask], right[mask], atol=1e-3):
            faults[sentence] = found
    return faults


def _finding_case(rng: np.random.Generator, sentence: str) -> Case:
    words = WORD.findall(sentence)
    vocabulary = build_vocabulary([words[::2]], 6)
    toy = draw_toy(rng, sentence, vocabulary)
    inputs = {"sentence": sentence, "vocabulary": vocabulary, "tags": list(TAGS)}
    tables = {"table": toy.table, "by_feature": toy.by_feature}
    return Case(inputs | tables, {"entities": find_entities(sentence, toy, vocabulary, TAGS)})
