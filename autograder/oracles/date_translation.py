"""Unit 05: quick oracles, and the cases whose outputs SciPy and Keras's own layers make.

The softmax of a row is ``scipy.special.softmax`` of the readable energies alone; energies are written out unit by unit;
the encoder reads each text by itself, without any padding, with the LSTM as Keras lays out its weights (gates side by
side in the order input, forget, candidate, output), and its backward direction is the same on the text turned round.
tests/test_date_translation.py holds them against ``keras.layers.AdditiveAttention`` (the energies of Bahdanau, Cho and
Bengio, 2014) and ``keras.layers.Bidirectional``, which make the stored outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import expit, softmax

from unrolled.arrays import Case

Array = np.ndarray
PAD, UNKNOWN = 0, 1
LETTERS = "abcdefghijklmnop 0123456789-/."

# -------------------------------------------------------------------------------------------------- texts and numbers


def encode_text(text: str, vocabulary: Mapping[str, int], T_x: int) -> Array:
    """→ (T_x,): an array of padding, into which the characters are written one by one."""
    ids = np.full(T_x, PAD, dtype="int32")
    for place, character in enumerate(text):
        if place < T_x:
            ids[place] = vocabulary[character] if character in vocabulary else UNKNOWN
    return ids


def decode_ids(ids: Any, vocabulary: Mapping[str, int]) -> str:
    """→ text: every number is looked for among the vocabulary's."""
    text = ""
    for number in np.asarray(ids).tolist():
        found = [character for character, its in vocabulary.items() if its == number]
        text += found[0] if found else "" if number == PAD else "?"
    return text


def exact_match(
    texts: Sequence[str], predicted: Sequence[str], expected: Sequence[str], width: int
) -> tuple[float, dict[int, float]]:
    """→ the share that is right, and that share by the smallest length of a group."""
    found: dict[int, list[bool]] = {}
    for text, one, other in zip(texts, predicted, expected, strict=True):
        found.setdefault(len(text) - len(text) % width, []).append(one == other)
    everything = [right for group in found.values() for right in group]
    by_length = {group: sum(rights) / len(rights) for group, rights in sorted(found.items())}
    return sum(everything) / len(everything), by_length


# ----------------------------------------------------------------------------------------------------------- attention


def masked_softmax(energies: Array, mask: Array) -> Array:
    """→ weights (m, T_x): row by row, SciPy's softmax of what is readable."""
    weights = np.zeros(np.shape(energies))
    for row, readable in enumerate(np.asarray(mask, dtype=bool)):
        if readable.any():
            weights[row, readable] = softmax(np.asarray(energies, dtype="float64")[row, readable])
    return weights


def additive_energies(a: Array, s_prev: Array, parameters: Mapping[str, Array]) -> Array:
    """→ energies (m, T_x), place by place, from one matrix that acts on ``[a; s]``."""
    both = np.concatenate([parameters["Wea"], parameters["Wes"]])
    energies = np.zeros(a.shape[:2])
    for place in range(a.shape[1]):
        hidden = np.tanh(np.concatenate([a[:, place], s_prev], axis=1) @ both + parameters["be"])
        energies[:, place] = hidden @ parameters["ve"][:, 0]
    return energies


def one_step_attention(a: Array, s_prev: Array, parameters: Mapping[str, Array], mask: Array) -> tuple[Array, Array]:
    """→ context (m, 2n_a), weights (m, T_x)."""
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return np.einsum("mt,mtn->mn", weights, a), weights


# --------------------------------------------------------------------------------------------------- encoder and step


@dataclass(frozen=True)
class Cell:
    """An LSTM cell's weights as Keras has them: kernel (n, 4 n_a), recurrent (n_a, 4 n_a), bias (4 n_a,)."""

    kernel: Array
    recurrent: Array
    bias: Array

    def step(self, x: Array, a: Array, c: Array) -> tuple[Array, Array]:
        """→ the new a and c."""
        update, forget, candidate, show = np.split(x @ self.kernel + a @ self.recurrent + self.bias, 4, axis=-1)
        c = expit(forget) * c + expit(update) * np.tanh(candidate)
        return expit(show) * np.tanh(c), c

    def states(self, xs: Array) -> Array:
        """→ a at each step, from zeros: (T, n_a) for (T, n)."""
        a = c = np.zeros(len(self.recurrent))
        states = []
        for x in xs:
            a, c = self.step(x, a, c)
            states.append(a)
        return np.array(states).reshape(len(xs), len(self.recurrent))


@dataclass(frozen=True)
class EncoderWeights:
    """Of the embedding (n_human, n_x) and of both directions."""

    embedding: Array
    forward: Cell
    backward: Cell

    def arrays(self) -> list[Array]:
        """In Keras's order."""
        cells = [self.forward, self.backward]
        return [self.embedding, *(part for cell in cells for part in (cell.kernel, cell.recurrent, cell.bias))]


def encode(ids: Array, weights: EncoderWeights) -> tuple[Array, Array]:
    """→ a (m, T_x, 2n_a), 0 where there is padding, and mask (m, T_x): each text is read by itself."""
    n_a = len(weights.forward.recurrent)
    a = np.zeros((*ids.shape, 2 * n_a))
    for row, numbers in enumerate(ids):
        x = weights.embedding[numbers[numbers != PAD]]
        a[row, : len(x), :n_a] = weights.forward.states(x)
        a[row, : len(x), n_a:] = weights.backward.states(x[::-1])[::-1]
    return a, ids != PAD


@dataclass(frozen=True)
class StepWeights:
    """Of the decoder's cell, which reads the context, and of its output layer (n_s, n_machine), (n_machine,)."""

    cell: Cell
    output: Array
    output_bias: Array

    def arrays(self) -> list[Array]:
        """In Keras's order."""
        return [self.cell.kernel, self.cell.recurrent, self.cell.bias, self.output, self.output_bias]


def toy_attention(a: Array, s_prev: Array, mask: Array) -> tuple[Array, Array]:
    """What the grader's stand-in for an attention layer gives: no attention, but all of its inputs count."""
    context = np.tanh(a[:, 0] + a[:, 1] * s_prev.sum(axis=1, keepdims=True))
    return context, mask * expit(a[:, :, 0] + s_prev[:, :1])


def step(a: Array, mask: Array, s: Array, c: Array, weights: StepWeights) -> tuple[Array, Array, Array, Array]:
    """→ probabilities, weights, s, c of a decoder's step with :func:`toy_attention`."""
    context, looked = toy_attention(a, s, mask)
    s, c = weights.cell.step(context, s, c)
    return softmax(s @ weights.output + weights.output_bias, axis=1), looked, s, c


# ------------------------------------------------------------------------------------------- toys to build and to run


@dataclass(frozen=True)
class ToyParts:
    """Weights of the simple models that stand in for an encoder and a step; see ``TOYS`` in the grader."""

    embedding: Array  # (n_human, 2 n_a)
    kernel: Array  # (2 n_a + 2 n_s, n_s)
    bias: Array  # (n_s,)
    output: Array  # (n_s, n_machine)
    output_bias: Array  # (n_machine,)

    def arrays(self) -> list[Array]:
        """All of them; no two have the same shape."""
        return [self.embedding, self.kernel, self.bias, self.output, self.output_bias]


def toy_translation(ids: Array, T_y: int, toys: ToyParts) -> Array:
    """→ probabilities (m, T_y, n_machine) of T_y steps from a state of zeros."""
    mask = (ids > 0)[:, :, None]
    seen = (toys.embedding[ids] * mask).sum(axis=1)
    s = c = np.zeros((len(ids), len(toys.bias)))
    outputs = []
    for _ in range(T_y):
        s = np.tanh(np.concatenate([seen, s, c], axis=1) @ toys.kernel + toys.bias)
        c = 0.5 * c + s + 0.3
        outputs.append(softmax((s + c) @ toys.output + toys.output_bias, axis=1))
    return np.stack(outputs, axis=1)


@dataclass
class ToyModels:
    """An encoder and a step without weights: whole-number arithmetic on all inputs says what is the favourite.

    Every input counts, and a wrong one soon leads to other favourites. Rows are independent of each other, so texts may
    come one by one or all at once. ``complaint`` says what was wrong with a question, in words for the student.
    """

    n_machine: int
    n_s: int
    T_x: int
    complaint: str = ""
    read: list[Array] = field(default_factory=list)

    def encoder(self, *inputs: Any, **_: Any) -> list[Array]:
        """ids (m, T_x) → a (m, T_x, 2), mask (m, T_x)."""
        ids = self._unwrapped(inputs, 1, "the encoder takes one array, ids of shape (m, T_x)")[0]
        if ids.ndim != 2 or ids.shape[1] != self.T_x or ids.dtype.kind not in "iuf":
            self._refuse("the ids that go into the encoder should have the shape (m, T_x), a row for each text")
        ids = ids.astype("int64")
        a = np.stack([ids, np.where(ids > 0, np.arange(1, self.T_x + 1), 9)], axis=2).astype("float32")
        self.read += list(a)
        return [a, ids > 0]

    def step(self, *inputs: Any, **_: Any) -> list[Array]:
        """a, mask, s, c → probabilities (m, n_machine), weights (m, T_x), s, c."""
        a, mask, s, c = self._unwrapped(inputs, 4, "the step takes one list of four arrays: a, mask, s, c")
        m = len(a) if a.ndim else 0
        wanted = {"a": (m, self.T_x, 2), "mask": (m, self.T_x), "s": (m, self.n_s), "c": (m, self.n_s)}
        for (name, shape), part in zip(wanted.items(), (a, mask, s, c), strict=True):
            if part.shape != shape or part.dtype.kind not in "biuf":
                self._refuse(f"the {name} that goes into the step has not the shape that it should have, a row a text")
        self._recognise(a, mask, s, c)
        return self.answers(a, mask, np.asarray(s, "float64"), np.asarray(c, "float64"))

    def answers(self, a: Array, mask: Array, s: Array, c: Array) -> list[Array]:
        """What the step says, whether the question makes sense or not."""
        read = ((a[:, :, 0] + 2) * (3 + np.arange(self.T_x)) * mask).sum(axis=1)
        meaning = np.rint(read + a[:, :, 1].sum(axis=1))
        memory = np.rint(s @ np.arange(1, self.n_s + 1) + 2 * c.sum(axis=1))
        n = self.n_machine - 2
        favourite = (5 * meaning + 3 * memory).astype(int) % n + 2
        second = (favourite - 2 + 1 + meaning.astype(int) % (n - 1)) % n + 2
        probabilities = np.full((len(a), self.n_machine), 0.1 / self.n_machine)
        probabilities += 1e-4 * np.arange(self.n_machine)[::-1]  # the least likely one is a character, too
        rows = np.arange(len(a))
        probabilities[rows, favourite] += 0.6
        probabilities[rows, second] += 0.3
        looks = mask * (1.0 + (a[:, :, 0] * 7 + memory[:, None] * (1 + np.arange(self.T_x))) % 5)
        weights = looks / np.maximum(looks.sum(axis=1, keepdims=True), 1)
        s_next = (3 * s + favourite[:, None] + np.arange(self.n_s)) % 7
        c_next = (c + 2 * s + 1 + meaning[:, None] % 5) % 11
        return [part.astype("float32") for part in (probabilities, weights, s_next, c_next)]

    def _recognise(self, a: Array, mask: Array, s: Array, c: Array) -> None:
        """Complain about a row that the encoder did not give, and about a state that no step has led to."""
        for row in range(len(a)):
            if not any(np.array_equal(a[row], read) for read in self.read):
                return self._complain("the a that goes into the step is not what the encoder gave")
            if not np.array_equal(np.asarray(mask[row]) > 0, a[row, :, 0] > 0):
                return self._complain("the mask that goes into the step is not what the encoder gave")
            seen = (np.asarray(part[row], "float64").tobytes() for part in (a, mask))
            known_s, known_c = _reached(self.n_machine, self.n_s, self.T_x, *seen)
            at = (known_s == s[row]).all(axis=1)
            if not at.any():
                return self._complain("the s that goes into the step is neither zero nor what a step of that text gave")
            if not (at & (known_c == c[row]).all(axis=1)).any():
                return self._complain("the c that goes into the step does not belong to the s: both come from one step")
        return None

    def _unwrapped(self, inputs: tuple[Any, ...], number: int, complaint: str) -> list[Array]:
        given = inputs[0] if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)) else inputs
        if len(given) != number or not all(isinstance(part, (np.ndarray, list)) for part in given):
            self._refuse(complaint)
        return [np.asarray(part) for part in given]

    def _complain(self, complaint: str) -> None:
        self.complaint = self.complaint or complaint

    def _refuse(self, complaint: str) -> None:
        self._complain(complaint)
        raise ValueError(complaint)


@lru_cache(256)
def _reached(n_machine: int, n_s: int, T_x: int, a: bytes, mask: bytes) -> tuple[Array, Array]:
    """The states s and c, (24, n_s), to which the toys' step leads of one text, from zeros on; of float64 bytes."""
    toys = ToyModels(n_machine, n_s, T_x)
    text = np.frombuffer(a).reshape(1, T_x, 2), np.frombuffer(mask).reshape(1, T_x)
    states = [[np.zeros((1, n_s)), np.zeros((1, n_s))]]
    while len(states) < 24:
        states.append(toys.answers(*text, *states[-1])[2:])
    return np.concatenate([s for s, _ in states]), np.concatenate([c for _, c in states])


def translate(
    texts: Sequence[str],
    toys: ToyModels,
    human: Mapping[str, int],
    machine: Mapping[str, int],
    T_x: int,
    T_y: int,
) -> tuple[list[str], Array]:
    """→ what toy models make of texts, and where they looked: (m, T_y, T_x), padding included."""
    quiet = ToyModels(toys.n_machine, toys.n_s, toys.T_x)
    written, looks = [], []
    for text in texts:
        a, mask = quiet.encoder(encode_text(text, human, T_x)[None])
        state = [np.zeros((1, toys.n_s)), np.zeros((1, toys.n_s))]
        numbers, rows = [], []
        for _ in range(T_y):
            probabilities, weights, *state = quiet.answers(a, mask, *state)
            numbers.append(int(np.argsort(probabilities[0])[-1]))
            rows.append(weights[0])
        written.append(decode_ids(numbers, machine))
        looks.append(rows)
    return written, np.array(looks)


# ---------------------------------------------------------------------------------------------------------- the inputs


def draw_vocabulary(rng: np.random.Generator, characters: str) -> dict[str, int]:
    """Numbers from 2 on for some characters, in no order."""
    return {characters[place]: number for number, place in enumerate(rng.permutation(len(characters)).tolist(), 2)}


def draw_text(rng: np.random.Generator, length: int, characters: str = LETTERS) -> str:
    """So many characters."""
    return "".join(characters[place] for place in rng.integers(0, len(characters), length))


def draw_mask(rng: np.random.Generator, m: int, T_x: int) -> Array:
    """Texts of different lengths, padded at the end; none is empty, and of several the first is as long as can be."""
    lengths = rng.integers(1, max(T_x, 2), m)
    lengths[0] = T_x if m > 1 else lengths[0]
    return np.arange(T_x) < lengths[:, None]


def draw_attention(rng: np.random.Generator, m: int, T_x: int, n_a: int, n_s: int, n_e: int) -> dict[str, Any]:
    """Arguments of :func:`one_step_attention`: weights of size about 1, and padding that says something."""
    parameters = {
        "Wea": rng.normal(0, 0.7, (2 * n_a, n_e)),
        "Wes": rng.normal(0, 0.7, (n_s, n_e)),
        "be": rng.normal(0, 0.5, n_e),
        "ve": rng.normal(0, 1.2, (n_e, 1)),
    }
    a, s_prev = rng.normal(size=(m, T_x, 2 * n_a)), rng.normal(size=(m, n_s))
    return {"a": a, "s_prev": s_prev, "parameters": parameters, "mask": draw_mask(rng, m, T_x)}


def draw_cell(rng: np.random.Generator, n: int, n_a: int) -> Cell:
    """Weights large enough that every gate matters."""
    shapes = (n, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,)
    return Cell(*(rng.normal(0, 0.8, shape).astype("float32") for shape in shapes))


def draw_encoder(rng: np.random.Generator, n_human: int, n_x: int, n_a: int) -> EncoderWeights:
    """An embedding, of PAD too, and two directions."""
    embedding = rng.normal(size=(n_human, n_x)).astype("float32")
    return EncoderWeights(embedding, draw_cell(rng, n_x, n_a), draw_cell(rng, n_x, n_a))


def draw_step(rng: np.random.Generator, n_a: int, n_s: int, n_machine: int) -> StepWeights:
    """The decoder's cell and output layer."""
    output, bias = rng.normal(size=(n_s, n_machine)).astype("float32"), rng.normal(size=n_machine).astype("float32")
    return StepWeights(draw_cell(rng, 2 * n_a, n_s), output, bias)


def draw_step_inputs(rng: np.random.Generator, m: int, T_x: int, n_a: int, n_s: int) -> dict[str, Array]:
    """a, mask, s, c of a step: no state is zero."""
    arrays = {"a": (m, T_x, 2 * n_a), "s": (m, n_s), "c": (m, n_s)}
    drawn = {name: rng.normal(size=shape).astype("float32") for name, shape in arrays.items()}
    return {"a": drawn["a"], "mask": draw_mask(rng, m, T_x), "s": drawn["s"], "c": drawn["c"]}


def draw_ids(rng: np.random.Generator, m: int, T_x: int, n_human: int) -> Array:
    """Padded texts as numbers; one character may be unknown."""
    return np.where(draw_mask(rng, m, T_x), rng.integers(1, n_human, (m, T_x)), PAD).astype("int32")


def draw_toy_parts(rng: np.random.Generator, n_human: int, n_machine: int, n_a: int, n_s: int) -> ToyParts:
    """Weights of the stand-ins for an encoder and a step."""
    shapes = (n_human, 2 * n_a), (2 * n_a + 2 * n_s, n_s), (n_s,), (n_s, n_machine), (n_machine,)
    return ToyParts(*(rng.normal(0, 0.6, shape).astype("float32") for shape in shapes))


def draw_matches(rng: np.random.Generator, number: int, longest: int) -> dict[str, list[str]]:
    """Texts of all lengths, dates, and dates that were written: some right, some wrong in one character, some cut."""
    texts = [draw_text(rng, int(length)) for length in rng.integers(1, longest, number)]
    expected = [draw_text(rng, 10, "0123456789") for _ in texts]
    predicted = []
    for right, kind in zip(expected, rng.integers(0, 4, number), strict=True):
        place = int(rng.integers(0, 10))
        slip = right[:place] + "0123456789"[(int(right[place]) + 1) % 10] + right[place + 1 :]
        predicted.append([right, right, slip, right[:9]][kind])
    return {"texts": texts, "predicted": predicted, "expected": expected}


# --------------------------------------------------------------------------------------------------------------- cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with: small, and shared with everybody."""
    rng = np.random.default_rng([*b"unit 05 public"])
    texts = {
        "plain": ("3 mai 1995", 14),
        "fits": ("1/2/34", 6),
        "unknown": ("3! mai.", 9),
        "too_long": ("13 mai 1995", 7),
        "empty": ("", 4),
    }
    cases = _text_cases(rng, texts, "ami 0123456789./")
    cases |= _softmax_cases(rng, 3, 5)
    cases |= _attention_cases(
        rng, {"plain": (3, 4, 2, 3, 5), "one_text": (1, 5, 1, 4, 3), "one_place": (2, 1, 2, 2, 4)}
    )
    cases |= _model_cases(rng, m=3, T_x=5, T_y=3, n_human=8, n_machine=6, n_x=3, n_a=2, n_s=5)
    cases |= _running_cases(rng)
    matches = draw_matches(rng, 9, 14)
    one = {name: values[:1] for name, values in draw_matches(rng, 2, 9).items()}
    many = draw_matches(rng, 40, 25)
    for name, given, width in (("plain", matches, 5), ("one_date", one, 4), ("many_dates", many, 6)):
        share, by_length = exact_match(**given, width=width)
        cases[f"exact_match/{name}"] = Case({**given, "width": width}, {"share": share, "by_length": by_length})
    return cases


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with; no inputs in common with the public cases."""
    rng = np.random.default_rng([*b"unit 05 hidden"])
    cases = _text_cases(rng, {"plain": ("24 sep 2003", 16), "mixed": ("24-sep-2003?!", 12)}, "abcdeps 0123456789-")
    cases |= _softmax_cases(rng, 4, 6)
    cases |= _attention_cases(rng, {"plain": (2, 5, 3, 4, 3), "one_text": (1, 3, 2, 7, 6)})
    return cases | _model_cases(rng, m=2, T_x=3, T_y=2, n_human=7, n_machine=5, n_x=4, n_a=6, n_s=2)


def _running_cases(rng: np.random.Generator) -> dict[str, Case]:
    """Runs of the toy models: what they were asked and what they answered stand among the outputs, for the check."""
    human, machine = draw_vocabulary(rng, "abcde 0123456789"), draw_vocabulary(rng, "-0123456789")
    cases = {}
    for name, texts, T_x, T_y, n_s in (
        ("three_texts", ["3 dec 85", "b?d 2", "a 12 dec 1985"], 9, 5, 3),
        ("one_text", ["dec 9"], 6, 4, 2),
        ("as_many_texts_as_characters", ["1 b 2", "20 c 3", "9"], 8, 3, 4),
    ):
        toys = ToyModels(len(machine) + 2, n_s, T_x)
        given = {"human": human, "machine": machine, "T_x": T_x, "T_y": T_y, "n_s": n_s}
        written, looks = translate(texts, toys, human, machine, T_x, T_y)
        known = {"translations": written, **_record(texts, toys, human, T_y)}
        cases[f"translate/{name}"] = Case({"texts": texts, **given}, known)
        row = len(texts) - 1
        shown = looks[row][:, : len(texts[row])]
        one = {"text": texts[row], **{key: value for key, value in given.items() if key != "machine"}}
        cases[f"attention_map/{name}"] = Case(one, {"map": shown, **_record(texts[row:], toys, human, T_y)})
    return cases


def _record(texts: Sequence[str], toys: ToyModels, human: Mapping[str, int], T_y: int) -> dict[str, Array]:
    """Every right question and its answer: s and c before each step and after the last, the others of each step."""
    ids = np.stack([encode_text(text, human, toys.T_x) for text in texts])
    a, mask = toys.encoder(ids)
    states = [[np.zeros((len(texts), toys.n_s), dtype="float32")] * 2]
    answers = []
    for _ in range(T_y):
        probabilities, weights, *state = toys.answers(a, mask, *(part.astype("float64") for part in states[-1]))
        answers.append((probabilities, weights))
        states.append(state)
    s, c = (np.stack([state[k] for state in states]) for k in range(2))
    probabilities, weights = (np.stack([answer[k] for answer in answers]) for k in range(2))
    return {"ids": ids, "a": a, "mask": mask, "s": s, "c": c, "probabilities": probabilities, "weights": weights}


def _text_cases(rng: np.random.Generator, texts: dict[str, tuple[str, int]], characters: str) -> dict[str, Case]:
    cases = {}
    vocabulary = draw_vocabulary(rng, characters)
    for name, (text, T_x) in texts.items():
        ids = encode_text(text, vocabulary, T_x)
        cases[f"encode_text/{name}"] = Case({"text": text, "vocabulary": vocabulary, "T_x": T_x}, {"ids": ids})
        cases[f"decode_ids/{name}"] = Case(
            {"ids": ids, "vocabulary": vocabulary}, {"text": decode_ids(ids, vocabulary)}
        )
    holes = np.array([3, PAD, 2, 99, PAD, UNKNOWN, 5], dtype="int32")
    text = decode_ids(holes, vocabulary)
    cases["decode_ids/padding_inside"] = Case({"ids": holes, "vocabulary": vocabulary}, {"text": text})
    cases["decode_ids/a_list"] = Case({"ids": holes.tolist(), "vocabulary": vocabulary}, {"text": text})
    return cases


def softmax_kinds(rng: np.random.Generator, m: int, T_x: int) -> dict[str, dict[str, Array]]:
    """Every kind of energies and masks that is asked."""
    energies, mask = rng.normal(0, 1.5, (m, T_x)), draw_mask(rng, m, T_x)
    scattered = rng.random((m, T_x)) < 0.6
    scattered[:, int(rng.integers(T_x))] = True
    loud = np.where(mask, energies, 900 + energies)
    nothing = mask.copy()
    nothing[int(rng.integers(1, m))] = False
    return {
        "all_readable": {"energies": energies, "mask": np.ones((m, T_x), dtype=bool)},
        "padded": {"energies": energies + 1, "mask": mask},
        "scattered": {"energies": 2 * energies, "mask": scattered},
        "large": {"energies": energies + np.array([1000.0, -1000.0, *[700.0] * (m - 2)])[:, None], "mask": mask},
        "loud_padding": {"energies": loud, "mask": mask},
        "nothing_to_read": {"energies": energies - 1, "mask": nothing},
        "one_text": {"energies": energies[-1:], "mask": mask[-1:]},
    }


def _softmax_cases(rng: np.random.Generator, m: int, T_x: int) -> dict[str, Case]:
    kinds = softmax_kinds(rng, m, T_x)
    return {
        f"masked_softmax/{name}": Case(given, {"weights": masked_softmax(**given)}) for name, given in kinds.items()
    }


def _attention_cases(rng: np.random.Generator, sizes: dict[str, tuple[int, int, int, int, int]]) -> dict[str, Case]:
    from autograder.oracles.date_translation_keras import keras_attention  # TensorFlow: seconds, and only needed here

    cases = {}
    for name, numbers in sizes.items():
        given = draw_attention(rng, *numbers)
        context, weights, energies = keras_attention(**given)
        inner = {key: given[key] for key in ("a", "s_prev", "parameters")}
        cases[f"additive_energies/{name}"] = Case(inner, {"energies": energies})
        cases[f"one_step_attention/{name}"] = Case(given, {"context": context, "weights": weights})
        if numbers[1] > 1:  # Keras warns of a softmax over a single place
            cases[f"Attention/{name}"] = Case(given, {"context": context, "weights": weights})
    return cases


def _model_cases(
    rng: np.random.Generator, m: int, T_x: int, T_y: int, n_human: int, n_machine: int, n_x: int, n_a: int, n_s: int
) -> dict[str, Case]:
    from autograder.oracles.date_translation_keras import keras_encoder, keras_loss, keras_step

    sizes = {"T_x": T_x, "n_human": n_human, "n_machine": n_machine, "n_x": n_x, "n_a": n_a, "n_s": n_s}
    encoder, decoder = draw_encoder(rng, n_human, n_x, n_a), draw_step(rng, n_a, n_s, n_machine)
    ids, given = draw_ids(rng, m, T_x, n_human), draw_step_inputs(rng, m, T_x, n_a, n_s)
    a = keras_encoder(ids, encoder)
    answers = dict(zip(("probabilities", "weights", "s", "c"), keras_step(**given, weights=decoder), strict=True))
    toys = draw_toy_parts(rng, n_human, n_machine, n_a, n_s)
    probabilities = toy_translation(ids, T_y, toys)
    targets = rng.integers(0, n_machine, (m, T_y)).astype("int32")
    return {
        "build_parts/encoder": Case({**sizes, "weights": encoder.arrays(), "ids": ids}, {"a": a, "mask": ids != PAD}),
        "build_parts/step": Case({**sizes, "weights": decoder.arrays(), **given}, answers),
        "build_translator/plain": Case(
            {**sizes, "T_y": T_y, "weights": toys.arrays(), "ids": ids, "targets": targets},
            {"probabilities": probabilities, "loss": keras_loss(targets, probabilities)},
        ),
    }
