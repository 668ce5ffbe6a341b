"""Hidden grader of unit 05.

Layers and models stay in the student's process: they are given weights, and what they answer is compared with Keras's
own layers (references) or with the oracle (live cases). So that each exercise is graded on its own merit, parts that it
takes as arguments are stand-ins of the grader's: ``TOYS`` are made in the student's process and give no answer away;
the models of ``translate`` and ``attention_map`` are arithmetic on this side. Sizes all differ, no state is zero,
padding says something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import numpy as np
from scipy.special import softmax

from autograder.examination.agree import agree, entries, unpack, untouched
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake, Raised, worth
from autograder.examination.models import Model
from autograder.examination.student import Handle, Provided
from autograder.oracles import date_translation as oracle
from unrolled.arrays import Case
from unrolled.checks.date_translation_parts import missing_bias, wrong_encoder, wrong_step

WEIGHTS, CONTEXT, STATE = ("m", "T_x"), ("m", "2n_a"), ("m", "n_s")
ANSWERS, ANSWER, MAP = ("m", "T_y", "n_machine"), ("m", "n_machine"), ("T_y", "n")
CLOSE = 1e-4

TOYS = """
import functools as grader_functools
import os as grader_os
import sys as grader_sys
import tempfile as grader_tempfile

import keras as grader_keras


class GraderLayer(grader_keras.layers.Layer):
    def call(self, a, s_prev, mask):
        ops = grader_keras.ops
        context = ops.tanh(a[:, 0] + a[:, 1] * ops.sum(s_prev, axis=1, keepdims=True))
        return context, ops.cast(mask, "float32") * ops.sigmoid(a[:, :, 0] + s_prev[:, :1])

    def compute_output_spec(self, a, s_prev, mask):
        return grader_keras.KerasTensor((a.shape[0], a.shape[2])), grader_keras.KerasTensor(mask.shape)

    def compute_mask(self, *_):
        return None


def grader_layer():
    return GraderLayer()


@grader_keras.saving.register_keras_serializable("grader")
class GraderStep(grader_keras.layers.Layer):
    def __init__(self, n_s, n_machine, **named):
        super().__init__(**named)
        self.n_s, self.n_machine = n_s, n_machine

    def build(self, shapes):
        n = shapes[0][-1] + shapes[2][-1] + shapes[3][-1]
        wanted = (n, self.n_s), (self.n_s,), (self.n_s, self.n_machine), (self.n_machine,)
        self.arrays = [self.add_weight(shape=shape) for shape in wanted]

    def call(self, inputs):
        ops, (a, mask, s, c) = grader_keras.ops, inputs
        kernel, bias, output, output_bias = self.arrays
        seen = ops.sum(a * ops.cast(mask, "float32")[:, :, None], axis=1)
        s_next = ops.tanh(ops.concatenate([seen, s, c], axis=1) @ kernel + bias)
        c_next = 0.5 * c + s_next + 0.3
        answer = ops.softmax((s_next + c_next) @ output + output_bias)
        return answer, ops.cast(mask, "float32"), s_next, c_next

    def compute_output_spec(self, inputs):
        a, mask, s, c = inputs
        answer = (a.shape[0], self.n_machine)
        return tuple(grader_keras.KerasTensor(shape) for shape in (answer, mask.shape, s.shape, c.shape))

    def get_config(self):
        return {**super().get_config(), "n_s": self.n_s, "n_machine": self.n_machine}


def grader_parts(T_x, n_human, n_machine, n_a, n_s):
    layers, Model = grader_keras.layers, grader_keras.Model
    ids = grader_keras.Input((T_x,), dtype="int32")
    encoder = Model(ids, [layers.Embedding(n_human, 2 * n_a)(ids), ids > 0], name="encoder")
    a, mask = grader_keras.Input((T_x, 2 * n_a)), grader_keras.Input((T_x,), dtype="bool")
    s, c = grader_keras.Input((n_s,)), grader_keras.Input((n_s,))
    given = [a, mask, s, c]
    return [encoder, Model(given, list(GraderStep(n_s, n_machine)(given)), name="step")]


def grader_attend(layer, weights, a, s_prev, mask):
    ops = grader_keras.ops
    given = [ops.convert_to_tensor(part) for part in (a, s_prev, mask)]
    layer(*given)
    biases = [ops.convert_to_numpy(weight) for weight in layer.weights if len(weight.shape) == 1]
    shapes = [list(weight.shape) for weight in layer.weights]
    told = {"shapes": shapes, "context": None, "weights": None, "biases": biases, "alone": None}
    left = {tuple(weight.shape): weight for weight in weights}
    if sorted(map(tuple, shapes)) != sorted(left):
        layer(*given)
    else:
        layer.set_weights([left[tuple(shape)] for shape in shapes])
        answered = layer(*given)
        if isinstance(answered, (tuple, list)) and len(answered) == 2:
            told["context"], told["weights"] = [ops.convert_to_numpy(part) for part in answered]
            told["alone"] = [ops.convert_to_numpy(part) for part in layer(*[part[:1] for part in given])]
    told["anew"] = len(layer.weights) != len(shapes)
    return told


def grader_model(layer, a, s_prev, mask):
    inputs = [grader_keras.Input(part.shape[1:], dtype=str(part.dtype)) for part in (a, s_prev, mask)]
    return grader_keras.Model(inputs, list(layer(*inputs)))


def grader_hasten():
    # Keras (3.15) notes which attributes a layer has of its own under one name, and looks for that under another.
    saving = grader_sys.modules.get("keras.src.saving.saving_lib")
    found = getattr(saving, "get_attr_skipset", None)
    if found and not hasattr(found, "cache_info"):
        saving.get_attr_skipset = grader_functools.lru_cache(found)


def grader_reload(model, hidden):
    grader_hasten()
    with grader_tempfile.TemporaryDirectory(dir=".") as folder:
        file = grader_os.path.join(folder, "model.keras")
        model.save(file)
        home = grader_sys.modules.get("__main__")
        kept = vars(home).pop(hidden, None) if home else None
        try:
            return grader_keras.models.load_model(file)
        finally:
            if kept is not None:
                setattr(home, hidden, kept)
"""


HAVE_TOYS: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""Of a student, the number of the process that ``TOYS`` were last run in."""


def bring_toys(student: Any) -> None:
    """Run ``TOYS`` in the student's process, unless it has them."""
    notebook = student.notebook
    if not notebook.running or HAVE_TOYS.get(student) != notebook.children:
        student.run(TOYS)
        HAVE_TOYS[student] = notebook.children


def toys(student: Any, name: str, *args: Any, once: bool = False) -> Handle:
    """Something of ``TOYS``, made and kept in the student's process; ``once`` for all tests of an exercise."""
    bring_toys(student)
    return student.keep(name, *args, once=once)


def without_names(mistake: Raised, of: str) -> NoReturn:
    """Say of an exception that it came from the student's code, which one of ``TOYS`` has called."""
    text = str(mistake)
    start = text.index("`", 1) + 1 if text.startswith("`grader_") else 0
    raise Raised(f"{of}{text[start:]}" if start else text) from mistake


def only_value(student: Any, exercise: str, *cases: tuple[Case, str], axes: Sequence[str] | None = None) -> None:
    """Call the function on each case and compare its one value; its arguments must be left alone. A case comes with the
    words for its kind.
    """
    student.ahead(exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
    for case, when in cases:
        got, after = student.call(exercise, *case.inputs.values(), inputs_after=True, once=True)
        ((name, expected),) = case.outputs.items()
        agree(got, expected, name, axes, when)
        untouched(case.inputs, after)


def case_of(function: Callable[..., Any], name: str, **inputs: Any) -> Case:
    """A live case."""
    return Case(inputs, {name: function(*inputs.values())})


# -------------------------------------------------------------------------------------------------- texts and numbers


class TestEncodeText:
    exercise = "encode_text"

    @worth(2, "characters and padding")
    def test_plain(self, student, references, rng):
        live = self._draw(rng, 6, 11, oracle.LETTERS, "for a text that is padded")
        only_value(student, self.exercise, (references["encode_text/plain"], ""), live)

    @worth(2, "unknown characters")
    def test_unknown(self, student, references, rng):
        live = self._draw(rng, 9, 9, oracle.LETTERS[:12], "for a text that just fits, with unknown characters")
        only_value(student, self.exercise, live, (references["encode_text/mixed"], ""))

    @worth(2, "long texts")
    def test_long(self, student, references, rng):
        only_value(
            student,
            self.exercise,
            self._draw(rng, 14, 8, oracle.LETTERS, "for a text that is too long"),
            self._draw(rng, 9, 8, oracle.LETTERS, "for a text with one character too many"),
        )

    @worth(1, "other texts")
    def test_others(self, student, references, rng):
        only_value(
            student,
            self.exercise,
            self._draw(rng, 0, 5, oracle.LETTERS, "for an empty text"),
            self._draw(rng, 1, 1, oracle.LETTERS, "for a single character"),
            self._draw(rng, 21, 25, oracle.LETTERS[3:], ""),
        )

    def _draw(self, rng: Any, length: int, T_x: int, known: str, when: str) -> tuple[Case, str]:
        text, vocabulary = oracle.draw_text(rng, length), oracle.draw_vocabulary(rng, known)
        return case_of(oracle.encode_text, "ids", text=text, vocabulary=vocabulary, T_x=T_x), when


class TestDecodeIds:
    exercise = "decode_ids"

    @worth(2, "characters")
    def test_plain(self, student, references, rng):
        vocabulary = oracle.draw_vocabulary(rng, oracle.LETTERS)
        live = self._case(rng.integers(2, len(vocabulary) + 2, 12).astype("int32"), vocabulary)
        only_value(student, self.exercise, live)

    @worth(2, "padding left out")
    def test_padding(self, student, references, rng):
        vocabulary = oracle.draw_vocabulary(rng, oracle.LETTERS)
        inside = rng.integers(2, len(vocabulary) + 2, 9)
        inside[[0, 4, 8]] = oracle.PAD
        only_value(
            student,
            self.exercise,
            (references["decode_ids/plain"], ""),
            self._case(inside, vocabulary, "when padding stands between characters"),
            self._case(np.zeros(4, dtype="int64"), vocabulary, "when there is only padding"),
        )

    @worth(2, "numbers without a character")
    def test_unknown(self, student, references, rng):
        vocabulary = oracle.draw_vocabulary(rng, oracle.LETTERS)
        numbers = rng.integers(2, len(vocabulary) + 2, 8)
        numbers[[1, 5, 6]] = oracle.UNKNOWN, len(vocabulary) + 2, 200
        only_value(student, self.exercise, self._case(numbers, vocabulary, "when a number belongs to no character"))

    @worth(1, "lists of numbers")
    def test_list(self, student, references, rng):
        vocabulary = oracle.draw_vocabulary(rng, oracle.LETTERS)
        live = self._case([int(number) for number in rng.integers(0, 20, 7)], vocabulary, "for a list")
        only_value(student, self.exercise, live, (references["decode_ids/mixed"], ""))

    def _case(self, ids: Any, vocabulary: Mapping[str, int], when: str = "") -> tuple[Case, str]:
        return case_of(oracle.decode_ids, "text", ids=ids, vocabulary=vocabulary), when


class TestExactMatch:
    exercise = "exact_match"

    @worth(3, "the share of all")
    def test_share(self, student, references, rng):
        asked = [(self._draw(rng, number, 30, 8), 8) for number in (23, 11)]
        for given, width, (share, _) in self._answers(student, asked):
            agree(share, oracle.exact_match(**given, width=width)[0], "share")

    @worth(4, "by length")
    def test_by_length(self, student, references, rng):
        sizes = (40, 33, 8), (15, 40, 5), (1, 12, 3)
        asked = [(self._draw(rng, number, longest, width), width) for number, longest, width in sizes]
        for given, width, (share, by_length) in self._answers(student, asked):
            expected = oracle.exact_match(**given, width=width)
            when = "for a single date" if len(given["texts"]) == 1 else ""
            agree(by_length, expected[1], "by_length", when=when)
            agree(share, expected[0], "share", when=when)

    def _draw(self, rng: Any, number: int, longest: int, width: int) -> dict[str, Any]:
        given = oracle.draw_matches(rng, number, longest)
        if number > 20:  # a length on either side of a border
            given["texts"][:2] = [oracle.draw_text(rng, 2 * width), oracle.draw_text(rng, 2 * width - 1)]
        if number == 1:  # no text in the first group
            given["texts"] = [oracle.draw_text(rng, 2 * width)]
        return given

    def _answers(self, student: Any, asked: Sequence[tuple[dict, int]]) -> Iterator[tuple[dict, int, tuple]]:
        student.ahead(self.exercise, *((*given.values(), width) for given, width in asked), inputs_after=True)
        for given, width in asked:
            got, after = student.call(self.exercise, *given.values(), width, inputs_after=True, once=True)
            untouched({**given, "width": width}, after)
            yield given, width, unpack(got, "share", "by_length")


# ----------------------------------------------------------------------------------------------------------- attention


class TestMaskedSoftmax:
    exercise = "masked_softmax"

    @worth(3, "shares of the text")
    def test_plain(self, student, references, rng):
        self._kinds(student, references, rng, "all_readable", "scattered")

    @worth(3, "no share for the padding")
    def test_padding(self, student, references, rng):
        self._kinds(student, references, rng, "padded", "one_text")

    @worth(3, "large energies")
    def test_large(self, student, references, rng):
        self._kinds(student, references, rng, "large", "loud_padding")

    @worth(2, "texts without a character")
    def test_nothing(self, student, references, rng):
        empty = self._cases(references, rng, "nothing_to_read")
        energies = rng.normal(size=(2, 3))
        nothing = case_of(oracle.masked_softmax, "weights", energies=energies, mask=np.zeros((2, 3), dtype=bool))
        only_value(student, self.exercise, *empty, (nothing, "where there is no text at all"), axes=WEIGHTS)

    def _kinds(self, student: Any, references: Any, rng: Any, *kinds: str) -> None:
        only_value(student, self.exercise, *self._cases(references, rng, *kinds), axes=WEIGHTS)

    def _cases(self, references: Any, rng: Any, *kinds: str) -> list[tuple[Case, str]]:
        words = {
            "one_text": "for m = 1",
            "large": "where energies are large",
            "loud_padding": "where energies of the padding are large",
            "nothing_to_read": "where one text is empty",
        }
        live, cases = oracle.softmax_kinds(rng, 5, 7), []
        for kind in kinds:
            cases.append((case_of(oracle.masked_softmax, "weights", **live[kind]), words.get(kind, "")))
            cases.append((references[f"masked_softmax/{kind}"], words.get(kind, "")))
        return cases


class TestAdditiveEnergies:
    exercise = "additive_energies"

    @worth(3, "energies")
    def test_plain(self, student, references, rng):
        only_value(student, self.exercise, (references["additive_energies/plain"], ""), axes=WEIGHTS)

    @worth(4, "other sizes")
    def test_live(self, student, references, rng):
        sizes = ((3, 6, 2, 5, 4), ""), ((2, 2, 1, 2, 2), ""), ((2, 1, 3, 2, 4), "for T_x = 1")
        only_value(student, self.exercise, *(self._case(rng, when, *each) for each, when in sizes), axes=WEIGHTS)

    @worth(2, "one text, arguments left alone")
    def test_one(self, student, references, rng):
        live, when = self._case(rng, "for m = 1", 1, 5, 2, 3, 6), "for m = 1"
        only_value(student, self.exercise, (references["additive_energies/one_text"], when), live, axes=WEIGHTS)

    def _case(self, rng: Any, when: str, *sizes: int) -> tuple[Case, str]:
        given = oracle.draw_attention(rng, *sizes)
        del given["mask"]
        return case_of(oracle.additive_energies, "energies", **given), when


class TestOneStepAttention:
    exercise = "one_step_attention"
    provides = {"masked_softmax": oracle.masked_softmax, "additive_energies": oracle.additive_energies}

    @worth(3, "weights")
    def test_weights(self, student, references, rng):
        cases = references["one_step_attention/plain"], self._live(rng, 3, 6, 2, 5, 4)
        self._compare(student, "weights", *((case, "") for case in cases))

    @worth(3, "context")
    def test_context(self, student, references, rng):
        cases = references["one_step_attention/plain"], self._live(rng, 3, 4, 2, 3, 5)
        self._compare(student, "context", *((case, "") for case in cases))

    @worth(2, "other sizes, arguments left alone")
    def test_others(self, student, references, rng):
        alone, drawn = self._live(rng, 1, 5, 3, 2, 4), oracle.draw_attention(rng, 4, 4, 2, 4, 4)
        drawn["mask"][1] = False
        empty = self._live(rng, **drawn)
        self._compare(student, "context weights", (alone, "for m = 1"), (empty, "where one text is empty"))

    def _live(self, rng: Any, *sizes: int, **given: Any) -> Case:
        given = given or oracle.draw_attention(rng, *sizes)
        return Case(given, dict(zip(("context", "weights"), oracle.one_step_attention(**given), strict=True)))

    def _compare(self, student: Any, names: str, *cases: tuple[Case, str]) -> None:
        student.ahead(self.exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
        for case, when in cases:
            got, after = student.call(self.exercise, *case.inputs.values(), inputs_after=True, once=True)
            parts = dict(zip(("context", "weights"), unpack(got, "context", "weights"), strict=True))
            for name in names.split():
                agree(parts[name], case.outputs[name], name, CONTEXT if name == "context" else WEIGHTS, when)
            untouched(case.inputs, after)


# ---------------------------------------------------------------------------------------------- attention as a layer


def slips_in_weights(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What attention weights are when one thing is wrong, and the words for it."""
    a, s_prev, mask, own = given["a"], given["s_prev"], given["mask"], given["parameters"]
    energies = oracle.additive_energies(a, s_prev, own)

    def among(other: np.ndarray) -> np.ndarray:
        return oracle.masked_softmax(other, mask)

    def with_parameters(**changed: np.ndarray) -> np.ndarray:
        return among(oracle.additive_energies(a, s_prev, {**own, **changed}))

    hidden = a @ own["Wea"] + (s_prev @ own["Wes"] + own["be"])[:, None, :]
    low = np.where(mask, energies, -1e9)
    return {
        "the mask is not used": softmax(energies, axis=1),
        "the mask is used the other way round": oracle.masked_softmax(energies, ~mask),
        "the mask is used the other way round, ": softmax(np.where(mask, -1e9, energies), axis=1),
        "the mask is used the other way round,, ": softmax(np.where(mask, -1e9, energies), axis=1) * mask,
        "the mask comes after the softmax, so what is left does not sum to 1": softmax(energies, axis=1) * mask,
        "the softmax runs over the batch instead of the places": softmax(low, axis=0),
        "the energies come out without a softmax": energies,
        "the state is left out of the energies": with_parameters(Wes=0 * own["Wes"]),
        "what the encoder says is left out of the energies": with_parameters(Wea=0 * own["Wea"]),
        "the bias is left out of the energies": with_parameters(be=0 * own["be"]),
        "the energies are computed without a tanh": among((hidden @ own["ve"])[:, :, 0]),
        "the energies have a ReLU in the place of the tanh": among((np.maximum(hidden, 0) @ own["ve"])[:, :, 0]),
        "the energies have a sigmoid in the place of the tanh": among(
            ((np.tanh(hidden / 2) / 2 + 0.5) @ own["ve"])[:, :, 0]
        ),
        "the energies have the other sign": among(-energies),
        "the tanh comes after the last product": among(np.tanh((hidden @ own["ve"])[:, :, 0])),
    }


def slips_in_context(given: Mapping[str, Any], weights: np.ndarray) -> dict[str, np.ndarray]:
    """What a context is when one thing is wrong, and the words for it."""
    a, mask = given["a"], given["mask"]
    counted = a * mask[:, :, None]
    return {
        "the context is the plain mean of a, without the weights": a.mean(axis=1),
        "the context is the plain sum of a, without the weights": a.sum(axis=1),
        "the context is the plain sum of a, without the weights, ": counted.sum(axis=1),
        "the context is a mean instead of a sum of what is weighted": (weights[:, :, None] * a).mean(axis=1),
        "the context is not summed over the places": weights[:, :, None] * a,
        "the context is summed over the features of a instead of the places": (weights[:, :, None] * a).sum(axis=2),
        "the context is summed over the texts instead of the places": (weights[:, :, None] * a).sum(axis=0),
    }


def explain(
    got: Any,
    expected: np.ndarray,
    name: str,
    axes: Sequence[str],
    slips: Mapping[str, np.ndarray],
    rows: Any = slice(None),
    otherwise: str = "",
) -> None:
    """Agree in these rows; if it does not, name the slip that gives the same, if there is one, or say ``otherwise``."""
    whole = isinstance(got, np.ndarray) and got.shape == expected.shape
    try:
        agree(got[rows] if whole else got, expected[rows] if whole else expected, name, axes)
    except Mistake as mistake:
        for words, other in slips.items():
            if isinstance(got, np.ndarray) and got.shape == other.shape and got.dtype.kind == "f":
                if np.allclose(got[rows] if whole else got, other[rows] if whole else other, atol=CLOSE):
                    raise Mistake(words.strip(", ")) from mistake
        raise (Mistake(otherwise) if otherwise else mistake) from mistake


class TestAttention:
    """One layer is given weights, and asked about texts of which one is empty, and about the first of them alone."""

    exercise = "Attention"
    ANEW = "the layer keeps no weights, or makes new ones at each call: make them once, in `build`"

    @worth(4, "weights")
    def test_weights(self, student, references, rng):
        self._weights(self._told(student, references)[0], self._given(references))

    @worth(4, "context")
    def test_context(self, student, references, rng):
        self._context(self._told(student, references)[0], self._given(references))

    @worth(3, "texts that are alone or empty")
    def test_alone(self, student, references, rng):
        told, given = self._told(student, references)[0], self._given(references)
        empty = ~given["mask"].any(axis=1)
        context, weights = self._right(given)
        both = ("weights", weights, WEIGHTS), ("context", context, CONTEXT)
        for name, right, axes in both:
            agree(told["alone"][name], right[:1], name, axes, "for m = 1")
        for name, right, axes in both:
            whole = isinstance(told[name], np.ndarray) and told[name].shape == right.shape
            got, expected = (told[name][empty], right[empty]) if whole else (told[name], right)
            agree(got, expected, name, axes, "where one text is empty")

    @worth(2, "saved and loaded, a bias that starts from 0")
    def test_saved(self, student, references, rng):
        (told, layer), given = self._told(student, references), self._given(references)
        if any(isinstance(bias, np.ndarray) and bias.any() for bias in told["biases"]):
            raise Mistake("the bias of the energies does not start with zeros")
        rows = given["mask"].any(axis=1)
        arrays = [array[rows] for array in self._passed(references)[1:]]
        try:
            model = student.keep("grader_model", layer, *arrays)
            loaded = student.model(student.keep("grader_reload", model, self.exercise))
            answered = loaded(arrays)
        except Raised as raised:
            raise Mistake("a model with the layer in it cannot be saved to a .keras file and loaded again") from raised
        expected = self._right(given)
        for name, got, right, axes in zip(
            ("context", "weights"), unpack(answered, "context", "weights"), expected, (CONTEXT, WEIGHTS), strict=True
        ):
            agree(got, right[rows], f"the {name} of the loaded layer", axes)

    def _given(self, references: Cases) -> dict[str, Any]:
        """The stored text, and texts of the submission's own, for the same weights; one of these is empty."""

        def make(rng: np.random.Generator) -> dict[str, Any]:
            stored = references["Attention/one_text"].inputs
            (_, T_x, n_f), n_s = stored["a"].shape, stored["s_prev"].shape[1]
            drawn = oracle.draw_attention(rng, 4, T_x, n_f // 2, n_s, len(stored["parameters"]["be"]))
            drawn["mask"][int(rng.integers(4))] = False
            both = {name: np.concatenate([stored[name], drawn[name]]) for name in ("a", "s_prev", "mask")}
            return {name: both.get(name, stored[name]) for name in ("a", "s_prev", "parameters", "mask")}

        return references.live("Attention", make)

    def _right(self, given: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        """The contexts and the weights."""
        return oracle.one_step_attention(**given)

    def _passed(self, references: Cases) -> list[Any]:
        """The weights, and what the layer is called with."""
        given = self._given(references)
        weights = [value.astype("float32") for value in given["parameters"].values()]
        arrays = [given["a"].astype("float32"), given["s_prev"].astype("float32"), given["mask"]]
        return references.live("Attention/passed", lambda _: [weights, *arrays])

    def _told(self, student: Any, references: Cases) -> tuple[dict[str, Any], Handle]:
        """What the layer gives, asked once for all tests, and where it is kept, with its weights."""
        weights, *arrays = self._passed(references)
        bring_toys(student)
        layer = student.keep(self.exercise, len(self._given(references)["parameters"]["be"]), once=True)
        try:
            told = student.call("grader_attend", layer, weights, *arrays, once=True)
        except Raised as raised:
            without_names(raised, "the layer")
        names = "shapes", "anew", "context", "weights", "biases", "alone"
        shapes, anew, context, looked, biases, alone = entries(told, *names)
        if anew or not shapes:
            raise Mistake(self.ANEW)
        if not isinstance(shapes, list) or len(shapes) != len(weights):
            many = isinstance(shapes, list) and len(shapes) > len(weights)
            more = "more" if many else "fewer"
            why = "a bias that should not be there?" if many else "is a bias missing, or a product?"
            if missing_bias([tuple(shape) for shape in shapes], [weight.shape for weight in weights]):
                why = "the bias of the energies is missing"
            raise Mistake(f"the layer has {more} arrays of weights than Wea, Wes, be and ve: {why}")
        if context is None:
            if sorted(map(tuple, shapes)) != sorted(weight.shape for weight in weights):
                raise Mistake("the layer's arrays of weights do not have the shapes of Wea, Wes, be and ve")
            raise Mistake("called, the layer should return two things, context and weights")
        first = dict(zip(("context", "weights"), unpack(alone, "context", "weights"), strict=True))
        biases = biases if isinstance(biases, list) else []
        return {"context": context, "weights": looked, "biases": biases, "alone": first}, layer

    def _weights(self, told: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        """Compare the weights of texts that are not empty."""
        _, weights = self._right(given)
        context, rows = told["context"], given["mask"].any(axis=1)
        if self._close(context, weights, rows):
            raise Mistake("context and weights are returned in the other order")
        looked = told["weights"]
        many = isinstance(looked, np.ndarray) and looked.ndim > 0
        again = not many or self._close(told["alone"]["weights"], looked[:1])
        slips = slips_in_weights(given)
        explain(looked, weights, "weights", WEIGHTS, slips, rows, "" if again else self.ANEW)

    def _context(self, told: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        """Compare the contexts of texts that are not empty, where their weights are right."""
        context, weights = self._right(given)
        rows = given["mask"].any(axis=1)
        if not self._close(told["weights"], weights, rows):
            self._weights(told, given)
        explain(told["context"], context, "context", CONTEXT, slips_in_context(given, weights), rows)

    def _close(self, got: Any, right: np.ndarray, rows: Any = slice(None)) -> bool:
        """Whether these rows are nearly the same."""
        same = isinstance(got, np.ndarray) and got.shape == right.shape and got.dtype.kind == "f"
        return same and bool(np.allclose(got[rows], right[rows], atol=CLOSE))


# --------------------------------------------------------------------------------------------------------------- models


def in_their_order(
    shapes: Sequence[tuple[int, ...]],
    weights: Sequence[np.ndarray],
    of: str,
    shared: str = "",
    named: Callable[[Sequence[tuple[int, ...]]], str] | None = None,
) -> list[np.ndarray]:
    """The weights in the order of a model's shapes; of two with the same shape, the first comes first. Mistake for
    other shapes, with what they mean if ``named`` finds words for it.
    """
    wanted = [weight.shape for weight in weights]
    if sorted(shapes) != sorted(wanted) and named and (found := named(shapes)):
        raise Mistake(found)
    if len(shapes) > len(wanted):
        words = shared or "is something made that should not be there?"
        raise Mistake(f"{of} has more arrays of weights than it should have: {words}")
    if len(shapes) < len(wanted):
        raise Mistake(f"{of} has fewer arrays of weights than it should have: a part of it is missing")
    if sorted(shapes) != sorted(wanted):
        raise Mistake(f"the arrays of weights of {of} do not have the shapes that its sizes and its inputs ask for")
    left = list(weights)
    return [left.pop([one.shape for one in left].index(shape)) for shape in shapes]


class TestBuildParts:
    """Both parts of one call are given weights and asked, each by a test; of another call the shapes are looked at."""

    exercise = "build_parts"
    SIZES: Mapping[str, int] = {"T_x": 5, "n_human": 9, "n_machine": 8, "n_x": 6, "n_a": 4, "n_s": 3}

    @worth(5, "encoder")
    def test_encoder(self, student, references, rng):
        case = references["build_parts/encoder"]
        weights = self._encoder_weights(case)
        drawn = oracle.draw_ids(rng, 2, case.inputs["T_x"], case.inputs["n_human"])
        ids = np.concatenate([case.inputs["ids"], drawn])
        both = zip((case.outputs["a"], case.outputs["mask"]), oracle.encode(drawn, weights), strict=True)
        encoder = self._part(student, case.inputs, "encoder")
        self._encoder(encoder, case.inputs, ids, weights, *map(np.concatenate, both))

    @worth(5, "step of the decoder")
    def test_step(self, student, references, rng):
        case = references["build_parts/step"]
        sizes, weights = case.inputs, self._step_weights(case)
        drawn = oracle.draw_step_inputs(rng, 2, sizes["T_x"], sizes["n_a"], sizes["n_s"])
        given = {name: np.concatenate([sizes[name], drawn[name]]) for name in drawn}
        a, mask, s, c = drawn.values()
        both = zip(case.outputs.values(), oracle.step(a, mask, s, c, weights), strict=True)
        step = self._part(student, sizes, "step")
        self._step(step, sizes, given, weights, [np.concatenate(pair) for pair in both])

    @worth(2, "other sizes, new models at each call")
    def test_others(self, student, references, rng):
        case, sizes = references["build_parts/encoder"], self.SIZES
        first = self._part(student, case.inputs, "encoder").shapes
        self._in_order(first, self._encoder_weights(case), case.inputs)
        encoder, step = (self._part(student, sizes, name).shapes for name in ("encoder", "step"))
        if encoder == first:
            raise Mistake("two calls return the same encoder; make new models each time")
        self._in_order(encoder, oracle.draw_encoder(rng, sizes["n_human"], sizes["n_x"], sizes["n_a"]), sizes)
        self._in_order(step, oracle.draw_step(rng, sizes["n_a"], sizes["n_s"], sizes["n_machine"]), sizes)

    def _encoder_weights(self, case: Case) -> oracle.EncoderWeights:
        embedding, *cells = case.inputs["weights"]
        return oracle.EncoderWeights(embedding, oracle.Cell(*cells[:3]), oracle.Cell(*cells[3:]))

    def _step_weights(self, case: Case) -> oracle.StepWeights:
        kernel, recurrent, bias, output, output_bias = case.inputs["weights"]
        return oracle.StepWeights(oracle.Cell(kernel, recurrent, bias), output, output_bias)

    def _in_order(
        self,
        shapes: Sequence[tuple[int, ...]],
        weights: oracle.EncoderWeights | oracle.StepWeights,
        sizes: Mapping[str, Any],
    ) -> list[np.ndarray]:
        """The weights as a part of these sizes has them; Mistake when its arrays have other shapes."""
        reads = isinstance(weights, oracle.EncoderWeights)
        wrong = wrong_encoder if reads else wrong_step
        of = "the encoder" if reads else "the step"
        return in_their_order(shapes, weights.arrays(), of, named=lambda found: wrong(found, sizes))

    def _part(self, student: Any, sizes: Mapping[str, Any], name: str) -> Model:
        """One of the parts of these sizes, which are built once."""
        layer = toys(student, "grader_layer", once=True)
        kept = student.keep(self.exercise, layer, *(sizes[name] for name in self.SIZES), once=True)
        try:
            return student.model(kept[name])
        except Mistake as mistake:
            raise Mistake(f'should return a dictionary with a Keras model at "{name}"') from mistake

    def _encoder(
        self,
        encoder: Model,
        sizes: Mapping[str, Any],
        ids: np.ndarray,
        weights: oracle.EncoderWeights,
        a: np.ndarray,
        mask: np.ndarray,
    ) -> None:
        """Compare what an encoder says where there is text; its two directions may stand in either order among its
        weights.
        """
        got, seen = self._said(encoder, sizes, ids, weights)
        if not _alike(got, a, mask):
            turned = replace(weights, forward=weights.backward, backward=weights.forward)
            other = self._said(encoder, sizes, ids, turned)
            got, seen = other if _alike(other[0], a, mask) else (got, seen)
        if not isinstance(seen, np.ndarray) or seen.shape != mask.shape:
            raise Mistake("the encoder's mask should have the shape (m, T_x)")
        if not np.array_equal(seen.astype(bool), mask):
            raise Mistake("the encoder's mask is not True just where an id is not PAD")
        if isinstance(got, np.ndarray) and got.shape == a[:, 0].shape:
            raise Mistake("the encoder gives its last state only, and should give the state of every step")
        if isinstance(got, np.ndarray) and got.shape == a[:, :, : sizes["n_a"]].shape:
            raise Mistake("the encoder's two directions are added or averaged, and should stand side by side")
        if not isinstance(got, np.ndarray) or got.shape != a.shape:
            agree(got, a, "the encoder's a", ("m", "T_x", "2n_a"))
        if not _alike(got, a, mask):
            raise Mistake(self._why(got, a, mask, ids, weights))

    def _said(
        self, encoder: Model, sizes: Mapping[str, Any], ids: np.ndarray, weights: oracle.EncoderWeights
    ) -> tuple[Any, Any]:
        encoder.set_weights(self._in_order(encoder.shapes, weights, sizes))
        a, mask = unpack(encoder(ids), "a", "mask")
        return a, mask

    def _why(
        self, got: np.ndarray, a: np.ndarray, mask: np.ndarray, ids: np.ndarray, weights: oracle.EncoderWeights
    ) -> str:
        """What is wrong with what an encoder says, in words."""
        n_a = a.shape[2] // 2
        forward = _alike(got[:, :, :n_a], a[:, :, :n_a], mask)
        whole = mask.all(axis=1)
        if forward and _alike(got[whole], a[whole], mask[whole]):
            return "the backward direction of the encoder reads the padding: a text's answer hangs on how much there is"
        if forward and _alike(got[whole][:, ::-1, n_a:], a[whole][:, :, n_a:], mask[whole]):
            return "the states of the encoder's backward direction stand in the order in which they were read"
        if forward:
            return "the forward direction of the encoder is right, the backward direction is not"
        if _alike(got[:, :, n_a:], a[:, :, n_a:], mask):
            return "the backward direction of the encoder is right, the forward direction is not"
        if _alike(np.roll(got, n_a, axis=2), a, mask):
            return "the encoder's two directions stand in the other order: forward comes first"
        return "what the encoder says is not what a bidirectional LSTM says of the embedded text"

    def _step(
        self,
        step: Model,
        sizes: Mapping[str, Any],
        given: Mapping[str, np.ndarray],
        weights: oracle.StepWeights,
        expected: Sequence[np.ndarray],
    ) -> None:
        step.set_weights(self._in_order(step.shapes, weights, sizes))
        answered = unpack(step(list(given.values())), "probabilities", "weights", "s", "c")
        probabilities, looked, s, c = expected
        names = ("weights", 1, looked, WEIGHTS), ("new s", 2, s, STATE), ("new c", 3, c, STATE)
        for name, place, right, axes in (*names, ("probabilities", 0, probabilities, ANSWER)):
            slips = self._slips(given, weights, name)
            explain(answered[place], right, f"the step's {name}", axes, slips)

    def _slips(self, given: Mapping[str, np.ndarray], weights: oracle.StepWeights, name: str) -> dict[str, np.ndarray]:
        """What a step gives when one thing is wrong, and the words for it."""
        a, mask, s, c = given.values()
        context, looked = oracle.toy_attention(a, s, mask)
        s_next, c_next = weights.cell.step(context, s, c)
        zeros = np.zeros_like(s)
        if name == "weights":
            return {
                "the attention of the step reads c instead of s": oracle.toy_attention(a, c, mask)[1],
                "the attention of the step gets the mask the other way round": oracle.toy_attention(a, s, ~mask)[1],
            }
        if name == "probabilities":
            logits = s_next @ weights.output + weights.output_bias
            from_c = c_next @ weights.output + weights.output_bias
            return {
                "the output layer has no softmax": logits,
                "the output layer has a sigmoid instead of a softmax": 1 / (1 + np.exp(-logits)),
                "the output layer reads c instead of the new s": softmax(from_c, axis=1),
                "the output layer reads the old s instead of the new one": softmax(
                    s @ weights.output + weights.output_bias, axis=1
                ),
            }
        place = 0 if name == "new s" else 1
        return {
            f"the {name} that comes out is the old one": (s, c)[place],
            f"the {name} that comes out is the other part of the state": (c_next, s_next)[place],
            "the cell starts from zeros instead of the state that goes in": weights.cell.step(context, zeros, zeros)[
                place
            ],
            "the cell gets s and c in the other order": weights.cell.step(context, c, s)[place],
            "the memory c does not go into the cell": weights.cell.step(context, s, zeros)[place],
            "the cell gets s twice, and no c": weights.cell.step(context, s, s)[place],
            "attention reads c instead of s": weights.cell.step(oracle.toy_attention(a, c, mask)[0], s, c)[place],
            "the cell reads the mean of a instead of the context": weights.cell.step(a.mean(axis=1), s, c)[place],
            "the cell reads the first place of a instead of the context": weights.cell.step(a[:, 0], s, c)[place],
            "the cell reads the last place of a instead of the context": weights.cell.step(a[:, -1], s, c)[place],
            "the state s does not go into the cell": weights.cell.step(context, zeros, c)[place],
        }


def _alike(got: Any, expected: np.ndarray, mask: np.ndarray) -> bool:
    """Whether two arrays agree where there is text."""
    if not isinstance(got, np.ndarray) or got.shape != expected.shape or got.dtype.kind != "f":
        return False
    return bool(np.allclose(got[mask], expected[mask], atol=CLOSE))


def _padding_read(ids: np.ndarray, weights: oracle.ToyParts, T_y: int) -> np.ndarray:
    """What toy parts give when the padding is taken for text: of ids that are all text, with the same embeddings."""
    rows = np.concatenate([weights.embedding[:1], weights.embedding])  # every id is one higher, the padding's too
    return oracle.toy_translation(ids + 1, T_y, replace(weights, embedding=rows))


class TestBuildTranslator:
    """Two translators are built of the same parts: of several steps, asked and then trained, and of one, asked, and
    saved in the end.
    """

    exercise = "build_translator"

    @worth(4, "probabilities of all steps")
    def test_outputs(self, student, references, rng):
        self._compare(self._answer(student, references), self._texts(references))

    @worth(4, "the same encoder and step, for any number of steps")
    def test_sharing(self, student, references, rng):
        case = self._texts(references)
        self._compare(self._answer(student, references), case)
        ids, expected = case.inputs["ids"], case.outputs["probabilities"][:, :1]
        got = self._built(student, references, 1)[0](ids)
        if isinstance(got, np.ndarray) and got.shape == expected.shape and not np.allclose(got, expected, atol=CLOSE):
            raise Mistake(
                "two translators that were built of the same parts do not share weights: call the given parts"
            )
        agree(got, expected, "the model's output", ANSWERS, "for T_y = 1")

    @worth(3, "loss and training")
    def test_training(self, student, references, rng):
        model, before = self._weighted(student, references)
        learning_rate, case = self._learning_rate(references), self._texts(references)
        ids, probabilities = case.inputs["ids"], case.outputs["probabilities"]
        targets = rng.integers(0, probabilities.shape[2], probabilities.shape[:2]).astype("int32")
        right = self._loss(targets, probabilities)
        paid, after = self._trained(model, ids, targets), model.weights_after(before)
        if not np.isclose(paid, right, rtol=1e-4):  # a layer may do something else while training
            model.set_weights(before)
            if not np.isclose(model.loss(ids, targets), right, rtol=1e-4):
                raise Mistake(
                    "the loss is not the mean cross-entropy of all steps, for targets that are whole numbers"
                )
        # Adam's first step moves each weight that has a gradient by the learning rate; rows of an embedding, whose
        # gradients come in pieces, by more.
        embedding = case.inputs["weights"].embedding.shape
        pairs = [pair for pair in zip(after, before, strict=True) if pair[1].shape != embedding]
        moved = max(float(np.abs(new - old).max()) for new, old in pairs)
        by_shape = {array.shape: array for array in after}
        learnt = oracle.ToyParts(*(by_shape[array.shape] for array in case.inputs["weights"].arrays()))
        if not self._loss(targets, oracle.toy_translation(ids, targets.shape[1], learnt)) < right:
            raise Mistake("a step of training does not lower the loss")
        if not 0.9 * learning_rate < moved < 1.1 * learning_rate:
            raise Mistake("a step of training does not move the weights as Adam does with the given learning rate")

    @worth(1, "saved and loaded")
    def test_saved(self, student, references, rng):
        case, (model, kept) = self._texts(references), self._built(student, references, 1)
        model.set_weights(self._in_order(model, references))
        try:
            loaded = student.model(student.keep("grader_reload", kept, ""))
            answered = loaded(case.inputs["ids"])
        except Raised as raised:
            raise Mistake("the translator cannot be saved to a .keras file and loaded again") from raised
        agree(answered, case.outputs["probabilities"][:, :1], "the loaded model's output", ANSWERS)

    def _texts(self, references: Cases) -> Case:
        """The stored texts, then texts of the submission's own, for the same toy parts."""

        def make(rng: np.random.Generator) -> Case:
            stored = references["build_translator/plain"]
            sizes, weights = stored.inputs, oracle.ToyParts(*stored.inputs["weights"])
            drawn = oracle.draw_ids(rng, 2, sizes["T_x"], sizes["n_human"])
            both = stored.outputs["probabilities"], oracle.toy_translation(drawn, sizes["T_y"], weights)
            given = {**sizes, "ids": np.concatenate([sizes["ids"], drawn]), "weights": weights}
            return Case(given, {"probabilities": np.concatenate(both)})

        return references.live("translator/texts", make)

    def _learning_rate(self, references: Cases) -> float:
        return references.live("translator/learning rate", lambda rng: float(rng.uniform(0.004, 0.009)))

    def _loss(self, targets: np.ndarray, probabilities: np.ndarray) -> float:
        return float(-np.log(np.take_along_axis(probabilities, targets[:, :, None].astype(int), 2)).mean())

    def _trained(self, model: Model, ids: np.ndarray, targets: np.ndarray) -> float:
        """The loss of a step of training; what a model tells of its loss is hearsay, and good for the words only."""
        told = str(model.description.get("loss"))
        try:
            return model.train(ids, targets, 1)[0]
        except Raised as raised:
            if model.description.get("optimizer") is None:
                raise Mistake("the model is not compiled, so it has no loss") from raised
            if "categorical_crossentropy" in told and "sparse" not in told:
                raise Mistake("the loss is the one for one-hot columns, and the targets are whole numbers") from raised
            words = "the loss cannot be computed for targets of shape (m, T_y) that are whole numbers"
            raise Mistake(words) from raised

    def _in_order(self, model: Model, references: Cases) -> list[np.ndarray]:
        weights = self._texts(references).inputs["weights"].arrays()
        return in_their_order(
            model.shapes, weights, "the model", "the parts are made anew instead of being called again"
        )

    def _weighted(self, student: Any, references: Cases) -> tuple[Model, list[np.ndarray]]:
        """The translator of several steps, and the weights that it was given when it was first asked for."""
        model, kept = self._built(student, references, self._texts(references).inputs["T_y"])

        def given() -> list[np.ndarray]:
            weights = self._in_order(model, references)
            model.set_weights(weights)
            return weights

        return model, references.shared((kept, "weights"), given)

    def _answer(self, student: Any, references: Cases) -> Any:
        """What the translator of several steps says of all texts, asked once."""
        ids = self._texts(references).inputs["ids"]
        T_y = self._texts(references).inputs["T_y"]
        model, kept = self._weighted(student, references)[0], self._built(student, references, T_y)[1]
        return references.shared((kept, "answer"), lambda: model(ids))

    def _built(self, student: Any, references: Cases, T_y: int) -> tuple[Model, Handle]:
        """A translator of so many steps, built once, and where it is kept."""
        sizes = self._texts(references).inputs
        numbers = (sizes[name] for name in ("T_x", "n_human", "n_machine", "n_a", "n_s"))
        parts = toys(student, "grader_parts", *numbers, once=True)
        others = sizes["n_s"], self._learning_rate(references)
        try:
            kept = student.keep(self.exercise, parts[0], parts[1], sizes["T_x"], T_y, *others, once=True)
        except Raised as raised:
            if T_y > 1 and self._is_built(student, parts, sizes, others):
                words = "for a single step it does not: is the step copied, or made anew, instead of called again?"
                raise Raised(f"{raised}; {words}") from raised
            raise
        return references.shared(kept, lambda: student.model(kept)), kept

    def _is_built(self, student: Any, parts: Any, sizes: Mapping[str, Any], others: Sequence[Any]) -> bool:
        """Whether a translator of a single step is."""
        try:
            student.keep(self.exercise, parts[0], parts[1], sizes["T_x"], 1, *others, once=True)
        except Mistake:
            return False
        return True

    def _compare(self, got: Any, case: Case) -> None:
        ids, weights, expected = case.inputs["ids"], case.inputs["weights"], case.outputs["probabilities"]
        if isinstance(got, np.ndarray) and got.shape == expected.shape and got.dtype.kind == "f":
            first = np.allclose(got[:, 0], expected[:, 0], atol=CLOSE)
            if first and np.allclose(got, got[:, :1], atol=CLOSE) and expected.shape[1] > 1:
                raise Mistake(
                    "every step of the decoder starts from the first state: the new state does not go into the next"
                )
            if first and not np.allclose(got, expected, atol=CLOSE):
                raise Mistake(
                    "the first step is right, and later ones are not: the new s and c do not go on as they should"
                )
            if not first and np.allclose(got[:, -1], expected[:, -1], atol=CLOSE):
                raise Mistake("the steps stand in another order than they were made")
            if not first and np.allclose(got, _padding_read(ids, weights, expected.shape[1]), atol=CLOSE):
                raise Mistake("the step does not get the encoder's mask, so the padding has a say")
            if not first:
                raise Mistake("the first step is wrong: it starts from zeros, with what the encoder gives of the text")
        agree(got, expected, "the model's output", ANSWERS)


# --------------------------------------------------------------------------------------------------- running the models


class Stage:
    """Toy models, vocabularies and texts for a run, and what is right."""

    def __init__(self, rng: Any, lengths: Sequence[int], T_x: int, T_y: int, n_s: int) -> None:
        self.human = oracle.draw_vocabulary(rng, oracle.LETTERS[: int(rng.integers(22, 28))])
        self.machine = oracle.draw_vocabulary(rng, "-0123456789")
        self.texts = [oracle.draw_text(rng, length) for length in lengths]
        self.T_x, self.T_y, self.n_s = T_x, T_y, n_s
        self.toys = oracle.ToyModels(len(self.machine) + 2, n_s, T_x)
        self.written, self.looks = oracle.translate(self.texts, self.toys, self.human, self.machine, T_x, T_y)

    def ask(self, student: Any, exercise: str, first: Any, *vocabularies: Mapping[str, int]) -> Any:
        """What the student's function returns; a complaint of the toys is the better message."""
        models = Provided("encoder", self.toys.encoder), Provided("step", self.toys.step)
        try:
            got = student.call(exercise, first, *models, *vocabularies, self.T_x, self.T_y, self.n_s)
        except Mistake as mistake:
            if self.toys.complaint:
                raise Mistake(self.toys.complaint) from mistake
            raise
        if self.toys.complaint:
            raise Mistake(self.toys.complaint)
        return got


class TestTranslate:
    exercise = "translate"
    provides = {"encode_text": oracle.encode_text, "decode_ids": oracle.decode_ids}

    @worth(4, "several texts")
    def test_several(self, student, references, rng):
        self._compare(student, Stage(rng, (5, 9, 2), 9, 5, 3))
        self._compare(student, Stage(rng, (4, 7, 3, 6), 8, 4, 2), "for as many texts as steps")

    @worth(2, "one text")
    def test_one(self, student, references, rng):
        self._compare(student, Stage(rng, (6,), 7, 6, 4), "for m = 1")

    @worth(2, "other sizes, long texts")
    def test_others(self, student, references, rng):
        self._compare(student, Stage(rng, (9, 12), 8, 1, 2), "for T_y = 1")
        self._compare(student, Stage(rng, (3, 5), 6, 9, 5))

    def _compare(self, student: Any, stage: Stage, when: str = "") -> None:
        got = stage.ask(student, self.exercise, stage.texts, stage.human, stage.machine)
        if not isinstance(got, (list, tuple)) or not all(isinstance(text, str) for text in got):
            raise Mistake("should return a list of strings")
        if len(got) != len(stage.texts):
            raise Mistake("there are not as many translations as texts")
        if list(got) != stage.written:
            if sorted(map(len, got)) != sorted(map(len, stage.written)):
                raise Mistake("a translation does not have as many characters as steps that were asked for")
            said = f" ({when})" if when else ""
            raise Mistake(f"the models were asked what they should be, but the texts are not what they answered{said}")


class TestAttentionMap:
    exercise = "attention_map"
    provides = {"encode_text": oracle.encode_text}

    @worth(4, "weights of all steps, for the characters of the text")
    def test_map(self, student, references, rng):
        self._compare(student, Stage(rng, (6,), 9, 5, 3))
        self._compare(student, Stage(rng, (5,), 8, 5, 2))

    @worth(2, "other texts")
    def test_others(self, student, references, rng):
        self._compare(student, Stage(rng, (7,), 7, 4, 2), "for a text that just fits")
        self._compare(student, Stage(rng, (11,), 6, 3, 4), "for a text that is too long")

    def _compare(self, student: Any, stage: Stage, when: str = "") -> None:
        got = stage.ask(student, self.exercise, stage.texts[0], stage.human)
        right = stage.looks[0][:, : len(stage.texts[0])]
        if isinstance(got, np.ndarray) and got.shape == (stage.T_y, stage.T_x) != right.shape:
            raise Mistake("the map is not cut to the text: the padding has columns too")
        if isinstance(got, np.ndarray) and got.shape == right.shape[::-1] != right.shape:
            raise Mistake("the map is turned: a row is a character that is written, a column one that was read")
        agree(got, right, "the map", MAP, when)
