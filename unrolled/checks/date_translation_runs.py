"""What the public checks of unit 05 try on functions that run models: a translation, an attention map.

The models are stand-ins that know their questions by heart: each right question is stored with its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import close
from unrolled.checking.experiment import expect, wrong
from unrolled.checks.date_translation_models import as_arrays, cases_for, the_keras

MAP = ("T_y", "n")

# --------------------------------------------------------------------------------------------------- running the models


class _Recorded:
    """An encoder and a step that know their questions by heart, and say which one they were not prepared for."""

    def __init__(self, case: Case) -> None:
        self.inputs, self.known = case.inputs, case.outputs
        self.asked: set[tuple[int, int]] = set()

    def encoder(self, ids: np.ndarray) -> list[np.ndarray]:
        """ids → a, mask."""
        if ids.ndim != 2 or ids.shape[1] != self.inputs["T_x"]:
            wrong(
                f"The ids that go into the encoder have shape {ids.shape}; they should be (m, T_x), T_x is "
                f"{self.inputs['T_x']}."
            )
        rows = [
            self._row(ids_of_text, self.known["ids"], "The ids that go into the encoder are not those of the texts.")
            for ids_of_text in ids
        ]
        return [self.known["a"][rows], self.known["mask"][rows]]

    def step(self, a: np.ndarray, mask: np.ndarray, s: np.ndarray, c: np.ndarray) -> list[np.ndarray]:
        """a, mask, s, c → probabilities, weights, s, c."""
        m = len(a)
        for name, part, shape in (
            ("s", s, (m, self.inputs["n_s"])),
            ("c", c, (m, self.inputs["n_s"])),
            ("mask", mask, (m, self.inputs["T_x"])),
        ):
            if part.shape != shape:
                wrong(f"The {name} that goes into the step has shape {part.shape}; here it should be {shape}.")
        places = []
        for k in range(m):
            row = self._row(a[k], self.known["a"], "The a that goes into the step is not what the encoder gave.")
            if not np.array_equal(mask[k].astype(bool), self.known["mask"][row]):
                wrong("The mask that goes into the step is not what the encoder gave.")
            places.append((self._step_of(row, s[k], c[k]), row))
        self.asked |= set(places)
        return [
            np.stack([self.known[name][t + (name in "sc"), row] for t, row in places])
            for name in ("probabilities", "weights", "s", "c")
        ]

    def complete(self) -> None:
        """Every step of every text must have been asked."""
        steps = {t for t, _ in self.asked}
        if steps == {0} and len(self.known["weights"]) > 1:
            wrong("Every step starts from the first state.", "the new s and the new c go into the next step.")
        if steps and steps != set(range(len(self.known["weights"]))):
            wrong("The step is asked less than T_y times for a text.")

    def _row(self, one: np.ndarray, known: np.ndarray, otherwise: str) -> int:
        found = [row for row, other in enumerate(known) if np.array_equal(one, other)]
        return found[0] if found else wrong(otherwise)

    def _step_of(self, row: int, s: np.ndarray, c: np.ndarray) -> int:
        """The step whose state this is."""
        fitting = [t for t, known in enumerate(self.known["s"][:, row]) if np.array_equal(s, known)]
        states = zip(self.known["s"][:, row], self.known["c"][:, row], strict=True)
        if not fitting and any(
            np.array_equal(s, known_c) and np.array_equal(c, known_s) for known_s, known_c in states
        ):
            wrong("The s and the c that go into the step are in each other's place.", "the step gives the new s first.")
        if not fitting:
            wrong("The s that goes into the step is neither zero, at first, nor what the step before gave.")
        both = [t for t in fitting if np.array_equal(c, self.known["c"][t, row])]
        if not both:
            wrong(
                "The c that goes into the step does not belong to its s: both are zero at first, and then both "
                "come from the step before."
            )
        if both[0] >= len(self.known["weights"]):
            wrong("The step is asked more than T_y times.")
        return both[0]


class _Asked:
    """Called like a Keras model: tensors for a call, arrays for ``predict``."""

    def __init__(self, function: Callable[..., list[np.ndarray]], number: int) -> None:
        self.function, self.number = function, number

    def __call__(self, inputs: Any, **_: Any) -> Any:
        keras = the_keras()
        parts = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(parts) != self.number:
            wrong(f"A model of {self.number} inputs is called with {len(parts)}.")
        tensors = [keras.ops.is_tensor(part) for part in parts]
        if any(tensors) and not all(tensors):
            wrong("A Keras model takes arrays or tensors, and refuses some of each.", "ask gives arrays back.")
        return [keras.ops.convert_to_tensor(part) for part in self.function(*map(np.asarray, as_arrays(parts)))]

    def predict(self, inputs: Any, **_: Any) -> Any:
        """As Keras: the same, as arrays."""
        keras = the_keras()
        parts = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        return as_arrays(self([keras.ops.convert_to_tensor(part) for part in parts]))

    predict_on_batch = predict


def examine_translate(translate: Callable[..., Any]) -> None:
    """Every question that the models are asked, and what is made of the answers."""
    for case in cases_for("translate").values():
        toy, given = _Recorded(case), case.inputs
        encoder, step = _Asked(toy.encoder, 1), _Asked(toy.step, 4)
        sizes = [given[name] for name in ("T_x", "T_y", "n_s")]
        got = translate(list(given["texts"]), encoder, step, dict(given["human"]), dict(given["machine"]), *sizes)
        if not isinstance(got, (list, tuple)) or not all(isinstance(text, str) for text in got):
            wrong("It should return a list of strings.", "is the return line missing?" if got is None else "")
        toy.complete()
        if len(got) != len(given["texts"]):
            cause = "probabilities lie along the last axis, and steps are stacked along axis 1: a row is a text."
            wrong(f"It returned {len(got)} strings for {len(given['texts'])} texts.", cause)
        if list(got) != list(case.outputs["translations"]):
            foreign = set("".join(got)) - set(given["machine"]) - {"?"}
            short = {len(text) for text in got} != {len(text) for text in case.outputs["translations"]}
            cause = (
                "T_y characters are written for each text."
                if short
                else "the most likely character of each step is taken, along the last axis."
            )
            if foreign:
                cause = (
                    "characters are written that are not in the vocabulary of what is written: the other one is used."
                )
            wrong("The models were asked the right questions, but the texts are not what they answered.", cause)


def examine_map(attention_map: Callable[..., Any]) -> None:
    """The same for the attention map."""
    for case in cases_for("attention_map").values():
        toy, given = _Recorded(case), case.inputs
        encoder, step = _Asked(toy.encoder, 1), _Asked(toy.step, 4)
        got = attention_map(
            given["text"], encoder, step, dict(given["human"]), *(given[name] for name in ("T_x", "T_y", "n_s"))
        )
        toy.complete()
        right = case.outputs["map"]
        shape = np.shape(got)
        cause = ""
        spoken = case.outputs["probabilities"][:, -1]
        if len(shape) == 2 and close(got, spoken[:, : shape[1]]):
            cause = "these are probabilities of characters; the map holds the attention weights."
        elif shape == right.shape[::-1] and right.shape[0] != right.shape[1]:
            cause = "a row for each character that is written, a column for each that was read."
        elif len(shape) == 2 and shape[1] > right.shape[1]:
            cause = "cut off the padding: one column for each character of the text."
        elif len(shape) == 3:
            cause = "one text is a batch of one: take its row out."
        expect(np.asarray(got), right, "the map", MAP, cause, bool(cause))
