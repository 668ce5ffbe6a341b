"""Unit 03: quick oracles in NumPy, and the cases whose outputs Keras's own LSTM layer makes.

Tokens are found by looking at every single tick, times by cumulative sums, MIDI events by sorting. The network stands
in :mod:`autograder.oracles.jazz_solo_network`; tests/test_references.py holds the stored outputs, which
``keras.layers.LSTM`` makes of whole sequences, against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.course.variants import VARIANTS, variant
from autograder.oracles.jazz_solo_network import Weights
from unrolled.arrays import Case
from unrolled.wire import Recipe

Array = np.ndarray
Note = tuple[int, int, int]
Token = tuple[int, int]
REST, TICKS_PER_BEAT, TICKS_PER_BAR, GRID = 0, 12, 48, 4
COUNT_IN = (TICKS_PER_BAR, REST)

# --------------------------------------------------------------------------------------------------- notes and tokens


def encode_chorus(notes: Sequence[Note], length: int) -> list[Token]:
    """→ tokens: each tick has an owner, and a token begins where the owner changes or silence crosses a bar line."""
    owner = np.full(length, -1)
    for number, (onset, duration, _) in enumerate(notes):
        owner[onset : onset + duration] = number
    ticks = np.arange(length)
    begins = (ticks == 0) | (owner != np.roll(owner, 1)) | ((owner == -1) & (ticks % TICKS_PER_BAR == 0))
    starts = np.flatnonzero(begins)
    durations = np.diff(np.append(starts, length))
    pitches = [notes[owner[start]][2] if owner[start] >= 0 else REST for start in starts]
    return list(zip(durations.tolist(), pitches, strict=True))


def decode_tokens(tokens: Sequence[Token]) -> list[Note]:
    """→ notes, their onsets by a cumulative sum."""
    table = np.array(tokens, dtype=int).reshape(-1, 2)
    onsets = np.cumsum(table[:, 0]) - table[:, 0]
    rows = np.column_stack([onsets, table])
    return [tuple(row) for row in rows[rows[:, 2] != REST].tolist()]


def make_windows(tokens: Array, conditions: Array, T_x: int, hop: int) -> tuple[Array, Array, Array]:
    """→ ``X`` (m, T_x), ``C`` (m, T_x, n_c), ``Y`` (m, T_x), one window after the other."""
    X, C, Y = [], [], []
    start = 0
    while start + T_x + 1 <= len(tokens):
        X.append(tokens[start : start + T_x])
        Y.append(tokens[start + 1 : start + T_x + 1])
        C.append(conditions[start + 1 : start + T_x + 1])
        start += hop
    shape = (len(X), T_x)
    n_c = conditions.shape[1]
    return (
        np.array(X, dtype=int).reshape(shape),
        np.array(C, dtype="float32").reshape(*shape, n_c),
        np.array(Y, dtype=int).reshape(shape),
    )


def to_midi(notes: Sequence[Note], on_beat: int = 80, off_beat: int = 92) -> list[tuple[int, int, int]]:
    """→ events (wait, pitch, velocity): by absolute time, at one moment ends first, and then the differences."""
    timed = []
    for onset, duration, pitch in notes:
        timed.append((onset, 1, pitch, on_beat if onset % TICKS_PER_BEAT == 0 else off_beat))
        timed.append((onset + duration, 0, pitch, 0))
    timed.sort()
    ticks = [0] + [event[0] for event in timed]
    return [(tick - before, pitch, velocity) for before, (tick, _, pitch, velocity) in zip(ticks, timed, strict=False)]


# ---------------------------------------------------------------------------------------------------------- the network


def make_layers(n_a: int, n_values: int, n_conditions: int) -> dict[str, Recipe]:
    """→ what the two layers are, to be made in the student's process; they get their weights when they are called."""
    return {
        "cell": Recipe("LSTMCell", {"units": n_a}),
        "output": Recipe("Dense", {"units": n_values, "activation": "softmax"}),
    }


# ------------------------------------------------------------------------------------------------------------- sampling


def distribution(probabilities: Array, temperature: float = 1.0, top_k: int | None = None) -> Array:
    """What a token is drawn from: softmax of the logarithms divided by the temperature, over the k most probable."""
    logits = np.log(np.asarray(probabilities, dtype="float64")) / temperature
    kept = np.sort(logits)[::-1][: top_k or len(logits)]
    logits = np.where(logits >= kept[-1], logits, -np.inf)
    return np.exp(logits - np.logaddexp.reduce(logits))


def sample_token(probabilities: Array, rng: Any, temperature: float = 1.0, top_k: int | None = None) -> int:
    """→ a token, by inverting the cumulative distribution; ``rng`` may be the number from 0 to 1 that was drawn."""
    drawn = rng if isinstance(rng, float) else rng.random()
    edges = np.cumsum(distribution(np.ravel(probabilities), temperature, top_k))
    return int(np.searchsorted(edges[:-1], drawn, side="right"))


@dataclass
class ToyModel:
    """A one-step model without weights: whole-number arithmetic on its inputs says which token is its favourite.

    Every input counts, so a wrong token, condition or state soon leads to other favourites. What it is asked is kept in
    ``asked``; ``confusion`` is the share of probability that the other tokens have, and ``complaint`` says what was
    wrong with the form of a question.
    """

    n_values: int
    n_a: int
    n_conditions: int
    confusion: float = 1e-9
    asked: list[tuple[int, Array, Array, Array]] = field(default_factory=list)
    complaint: str = ""

    def __call__(self, inputs: Any, **_: Any) -> list[Array]:
        token, condition, a, c = self._understood(inputs)
        self.asked.append((token, condition, a, c))
        mood = int(np.rint(condition[0] @ np.arange(1, self.n_conditions + 1)))
        memory = int(np.rint(a[0] @ np.arange(1, self.n_a + 1) + 2 * c[0].sum()))
        favourite = (5 * token + 3 * mood + memory) % self.n_values
        probabilities = np.full((1, self.n_values), self.confusion / (self.n_values - 1), dtype="float32")
        probabilities[0, favourite] = 1 - self.confusion
        places = np.arange(self.n_a)
        a_next = (3 * a + token + places) % 7
        c_next = (c + 2 * mood + a + 1) % 11
        return [probabilities, a_next.astype("float32"), c_next.astype("float32")]

    def _understood(self, inputs: Any) -> tuple[int, Array, Array, Array]:
        """The four inputs as a Keras model would take them; ValueError and a complaint if it would not."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 4:
            self._refuse("the model takes one list of four arrays: token, condition, a, c")
        token, *others = (np.asarray(part) for part in inputs)
        if token.size != 1 or token.ndim not in (1, 2) or token.dtype.kind not in "iuf":
            self._refuse("the token that goes into the model must have shape (1,)")
        sizes = {"condition": self.n_conditions, "a": self.n_a, "c": self.n_a}
        for part, (name, size) in zip(others, sizes.items(), strict=True):
            if part.shape != (1, size) or part.dtype.kind not in "iuf":
                kind = "(1, n_c)" if name == "condition" else "(1, n_a)"
                self._refuse(f"the {name} that goes into the model must have shape {kind}: one example")
        condition, a, c = (np.asarray(part, dtype="float64") for part in others)
        return int(token.reshape(())), condition, a, c

    def _refuse(self, complaint: str) -> None:
        self.complaint = self.complaint or complaint
        raise ValueError(complaint)


def generate(
    one_step_model: Callable[[list[Array]], Sequence[Array]],
    vocabulary: Sequence[Token],
    sheet: Array,
    n_a: int,
    rng: Any,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> list[Token]:
    """→ tokens: the onset of each decides what is read; the last is cut at the end."""
    state = [np.zeros((1, n_a)), np.zeros((1, n_a))]
    inputs, onsets, written = [vocabulary.index(COUNT_IN)], [0], []
    while onsets[-1] < GRID * len(sheet):
        row = sheet[onsets[-1] // GRID : onsets[-1] // GRID + 1]
        probabilities, *state = one_step_model([np.array(inputs[-1:]), row, *state])
        inputs.append(sample_token(probabilities[0], rng, temperature, top_k))
        written.append(vocabulary[inputs[-1]])
        onsets.append(onsets[-1] + written[-1][0])
    surplus = onsets[-1] - GRID * len(sheet)
    duration, pitch = written[-1]
    return [*written[:-1], (duration - surplus, pitch)]


# ----------------------------------------------------------------------------------------------------------- the inputs


def draw_notes(rng: np.random.Generator, bars: int, start: int, end: int) -> list[Note]:
    """Notes from tick ``start`` to tick ``end`` of some bars, with gaps, some longer than a bar, and repeats."""
    notes: list[Note] = []
    now = start
    while now < end:
        duration = int(min(rng.choice([4, 8, 12, 16, 24]), end - now))
        repeats = bool(notes) and rng.random() < 0.2
        pitch = notes[-1][2] if repeats else int(rng.integers(50, 87))
        notes.append((now, duration, pitch))
        now += duration + int(rng.choice([0, 0, 0, 4, 20, 64, 124]))
    return [note for note in notes if note[0] + note[1] <= bars * TICKS_PER_BAR]


def draw_weights(rng: np.random.Generator, n_a: int, n_values: int, n_conditions: int) -> Weights:
    """Weights large enough that every gate matters; no two of the arrays have the same shape."""
    shapes = [(n_values + n_conditions, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,), (n_a, n_values), (n_values,)]
    return Weights(*(rng.normal(0, 0.8, shape).astype("float32") for shape in shapes))


def draw_network_inputs(
    rng: np.random.Generator, m: int, T_x: int, n_a: int, n_values: int, n_conditions: int
) -> dict[str, Array]:
    """Tokens, conditions and a state that is not zero; in Keras's dtypes."""
    return {
        "tokens": rng.integers(0, n_values, (m, T_x)).astype("int32"),
        "conditions": rng.normal(0, 1, (m, T_x, n_conditions)).astype("float32"),
        "a0": rng.uniform(-0.9, 0.9, (m, n_a)).astype("float32"),
        "c0": rng.normal(0, 1, (m, n_a)).astype("float32"),
    }


# ---------------------------------------------------------------------------------------------------------------- cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with: small, and shared with everybody."""
    rng = np.random.default_rng([*b"unit 03 public"])
    melody = [(12, 8, 62), (20, 4, 64), (24, 12, 65), (40, 16, 65), (172, 8, 69), (180, 4, 67)]
    full = [(0, 24, 60), (24, 24, 63), (48, 48, 58)]
    cases = _note_cases({"a_melody": (melody, 240), "no_rests": (full, 96), "nothing_but_rests": ([], 96)})
    cases |= _window_cases(rng, {"seven_tokens": (7, 3, 2), "eight_tokens": (8, 3, 2), "too_short": (3, 3, 1)})
    cases |= _network_cases(rng, m=3, T_x=3, n_a=4, n_values=6, n_conditions=5)
    cases |= _sampling_cases(rng, ("as_it_is", 1.0, None), ("cold", 0.3, None), ("hot", 2.5, None), ("top_2", 1.0, 2))
    vocabulary = [(4, 60), (8, 62), (12, 64), COUNT_IN, (20, 65), (16, REST), (8, 67)]
    return cases | {
        "generate/one_bar": _generate_case(rng, vocabulary, 12),
        "generate/a_bar_and_a_half": _generate_case(rng, vocabulary, 18),
    }


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with, and what the diagnosis learns from which values hang on which; no inputs in
    common with the public cases. Of the networks, which Keras answers, a submission is asked one of several.
    """
    rng = np.random.default_rng([*b"unit 03 hidden"])
    late = draw_notes(rng, 8, 52, 8 * TICKS_PER_BAR - 100)
    on_time = draw_notes(rng, 5, 0, 5 * TICKS_PER_BAR)
    cases = _note_cases({"late": (late, 8 * 48), "on_time": (on_time, 5 * 48), "silence": ([], 3 * 48)})
    cases |= _window_cases(
        rng, {"plain": (23, 5, 4), "every_token": (9, 4, 1), "exactly_one": (7, 6, 3), "none": (5, 5, 2)}
    )
    sizes = {"m": 2, "T_x": 3, "n_a": 6, "n_values": 5, "n_conditions": 4}
    for number in range(VARIANTS):
        cases |= {variant(name, number): case for name, case in _network_cases(rng, **sizes).items()}
    return cases


def _note_cases(choruses: dict[str, tuple[list[Note], int]]) -> dict[str, Case]:
    cases = {}
    for name, (notes, length) in choruses.items():
        tokens = encode_chorus(notes, length)
        cases[f"encode_chorus/{name}"] = Case({"notes": notes, "length": length}, {"tokens": tokens})
        cases[f"decode_tokens/{name}"] = Case({"tokens": tokens}, {"notes": notes})
        given = {"notes": notes, "on_beat": 70, "off_beat": 101}
        cases[f"to_midi/{name}"] = Case(given, {"events": to_midi(notes, 70, 101)})
    return cases


def _window_cases(rng: np.random.Generator, sizes: dict[str, tuple[int, int, int]]) -> dict[str, Case]:
    cases = {}
    for name, (n, T_x, hop) in sizes.items():
        tokens, conditions = rng.permutation(40)[:n], rng.normal(0, 1, (n, 3)).astype("float32")
        outputs = dict(zip("XCY", make_windows(tokens, conditions, T_x, hop), strict=True))
        inputs = {"tokens": tokens, "conditions": conditions, "T_x": T_x, "hop": hop}
        cases[f"make_windows/{name}"] = Case(inputs, outputs)
    return cases


def _network_cases(rng: np.random.Generator, m: int, T_x: int, n_a: int, n_values: int, n_conditions: int) -> dict:
    from autograder.oracles.jazz_solo_keras import keras_outputs  # TensorFlow: seconds, and only needed here

    sizes = {"T_x": T_x, "n_a": n_a, "n_values": n_values, "n_conditions": n_conditions}
    weights = draw_weights(rng, n_a, n_values, n_conditions)
    given = draw_network_inputs(rng, m, **sizes)
    targets = rng.integers(0, n_values, (m, T_x)).astype("int32")
    y, first, loss = keras_outputs(given, targets, weights)
    state = {key: given[f"{key}0"] for key in "ac"}
    step = {"token": given["tokens"][:, 0], "condition": given["conditions"][:, 0], **state}
    x = np.concatenate([np.eye(n_values, dtype="float32")[step["token"]], step["condition"]], axis=1)
    network = {"weights": weights.arrays()}
    return {
        "make_layers/plain": Case({**sizes, **network, "x": x, **state}, first),
        "build_training_model/plain": Case(
            {**sizes, **network, **given, "targets": targets}, {"probabilities": y, "loss": loss}
        ),
        "build_one_step_model/plain": Case({**sizes, **network, **step}, first),
    }


def _sampling_cases(rng: np.random.Generator, *knobs: tuple[str, float, int | None]) -> dict[str, Case]:
    cases = {}
    probabilities = rng.permutation(np.array([0.42, 0.28, 0.15, 0.1, 0.05], dtype="float32"))
    for name, temperature, top_k in knobs:
        inputs = {"probabilities": probabilities, "temperature": temperature, "top_k": top_k}
        cases[f"sample_token/{name}"] = Case(inputs, {"shares": distribution(probabilities, temperature, top_k)})
    return cases


def _generate_case(rng: np.random.Generator, vocabulary: list[Token], moments: int) -> Case:
    """A run of the toy model; the questions that it is asked are an output too, for the check's words."""
    sheet = rng.integers(0, 5, (moments, 3)).astype("float32")
    toy = ToyModel(len(vocabulary), 2, 3)
    tokens = generate(toy, vocabulary, sheet, 2, np.random.default_rng(0))
    return Case({"vocabulary": vocabulary, "sheet": sheet, "n_a": 2}, {"tokens": tokens})
