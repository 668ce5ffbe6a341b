"""Public checks of unit 05, date translation: ``checks.encode_text(encode_text)`` and so on.

Plain functions are compared with stored cases here; layers and models are tried in
:mod:`unrolled.checks.date_translation_models`, :mod:`unrolled.checks.date_translation_translator` and
:mod:`unrolled.checks.date_translation_runs`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from unrolled.checking.causes import SEEMS, Cause, Evidence, Ranked, as_numbers, close, needs, without_influence
from unrolled.checking.experiment import Experiment
from unrolled.checking.trial import Check
from unrolled.checks import date_translation_models as models
from unrolled.checks import date_translation_runs as runs
from unrolled.checks import date_translation_translator as translator

UNIT = "05_date_translation"
_experiment = partial(Experiment, unit=UNIT)
WEIGHTS, CONTEXT = ("m", "T_x"), ("m", "2n_a")

# ------------------------------------------------------------------------------------------------------ plain functions


def _says(name: str, holds: Callable[[Any, Evidence], bool], sentence: str, seems: bool = False) -> Cause:
    """A cause that looks at one wrong value; a value that cannot be looked at has another cause.

    What only ``seems`` so gives way to a known mistake, which knows all values.
    """

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        try:
            return sentence if holds(evidence.got[name], evidence) else None
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            return None

    return Ranked(cause, SEEMS) if seems else cause


def _raises(holds: Callable[[dict[str, Any]], bool], sentence: str) -> Cause:
    """A cause of an exception on such inputs: nothing came back."""

    def cause(evidence: Evidence) -> str | None:
        return sentence if not evidence.wrong and holds(evidence.inputs) else None

    return Ranked(cause, SEEMS)


encode_text = Check(
    "encode_text",
    unit=UNIT,
    returns={"ids": ("T_x",)},
    causes=(
        _raises(
            lambda given: not set(given["text"]) <= given["vocabulary"].keys(),
            "a character that is not in the vocabulary has the number UNKNOWN; `get` takes a default.",
        ),
        _says(
            "ids",
            lambda ids, e: len(ids) < len(e.expected["ids"]),
            "the text is not padded up to T_x numbers with PAD.",
        ),
        _says("ids", lambda ids, e: len(ids) > len(e.expected["ids"]), "a text that is longer than T_x is cut off."),
        _says(
            "ids",
            lambda ids, e: (
                sorted(np.asarray(ids).tolist()) == sorted(e.expected["ids"].tolist()) and np.asarray(ids)[0] == 0
            ),
            "the padding stands in front of the text; it comes after it.",
        ),
        _says(
            "ids",
            lambda ids, e: (np.asarray(ids)[e.expected["ids"] == 1] != 1).any(),
            "a character that is not in the vocabulary should become UNKNOWN.",
            seems=True,
        ),
    ),
)

decode_ids = Check(
    "decode_ids",
    unit=UNIT,
    returns={"text": ()},
    causes=(
        _raises(
            lambda given: not set(given["ids"]) <= {0, *given["vocabulary"].values()},
            "some numbers belong to no character: they become a question mark.",
        ),
        _says(
            "text",
            lambda text, e: text.replace("?", "") == e.expected["text"].replace("?", ""),
            "look at the question marks: none for PAD, one for every other number without a character.",
            seems=True,
        ),
        _says(
            "text",
            lambda text, e: e.expected["text"].startswith(text),
            "it stops at the first PAD; PAD is left out wherever it stands, and what comes after it is not.",
            seems=True,
        ),
        _says("text", lambda text, _: not isinstance(text, str), "join the characters to one string."),
    ),
)


def _mask(evidence: Evidence) -> np.ndarray:
    return np.asarray(evidence.inputs["mask"], dtype=bool)


def _not_a_number(weights: Any, evidence: Evidence) -> bool:
    return not np.isfinite(np.asarray(weights, dtype=float)[_mask(evidence).any(axis=1)]).all()


def _no_text(weights: Any, evidence: Evidence) -> bool:
    """Whether only rows without text are wrong."""
    mask = _mask(evidence)
    rows = mask.any(axis=1)
    return not rows.all() and close(np.asarray(weights)[rows], evidence.expected["weights"][rows])


def _share_of_padding(weights: Any, evidence: Evidence) -> bool:
    return bool((np.asarray(weights, dtype=float)[~_mask(evidence)] > 1e-9).any())


def _only_padding(weights: Any, evidence: Evidence) -> bool:
    return not np.asarray(weights, dtype=float)[_mask(evidence)].any()


def _sums(weights: Any, axis: int) -> np.ndarray:
    return np.asarray(weights, dtype=float).sum(axis=axis)


def _too_little(weights: Any, evidence: Evidence) -> bool:
    rows = _mask(evidence).any(axis=1)
    sums = _sums(weights, 1)[rows]
    return not _share_of_padding(weights, evidence) and bool((sums <= 1 + 1e-9).all() and (sums < 0.999).any())


def _over_the_batch(weights: Any, evidence: Evidence) -> bool:
    return np.shape(weights)[0] > 1 and bool(np.allclose(_sums(weights, 0)[_mask(evidence).any(axis=0)], 1))


def _over_everything(weights: Any, evidence: Evidence) -> bool:
    rows = _sums(weights, 1)[_mask(evidence).any(axis=1)]
    return len(rows) > 1 and bool((rows > 0).all() and (rows < 1).all() and np.isclose(rows.sum(), 1))


def _loud(weights: Any, evidence: Evidence) -> bool:
    padding = evidence.inputs["energies"][~_mask(evidence)]
    return padding.size > 0 and padding.max() > 100 and evidence.right_elsewhere


masked_softmax = Check(
    "masked_softmax",
    unit=UNIT,
    returns={"weights": WEIGHTS},
    causes=(
        _says("weights", _over_the_batch, "the columns sum to 1 instead of the rows: the softmax runs over the batch."),
        _says("weights", _over_everything, "all weights together sum to 1; each row should."),
        _says("weights", _no_text, "all is right but the rows without any text, whose weights should be 0."),
        _says("weights", _only_padding, "the text has no weights: is the mask used the other way round?"),
        _says(
            "weights",
            _loud,
            "it goes wrong where the padding has large energies: they must have no say in what is subtracted.",
            seems=True,
        ),
        _says(
            "weights",
            _not_a_number,
            "exp of a large number overflows: subtract the largest energy of the row first.",
            seems=True,
        ),
        _says(
            "weights",
            _share_of_padding,
            "the padding has a share: a weight has to be exactly 0 where the mask is False.",
            seems=True,
        ),
        _says(
            "weights",
            _too_little,
            "the padding has no weight, but what is left does not sum to 1: mask before you divide.",
            seems=True,
        ),
    ),
)


def _affine_in_a(energies: Any, evidence: Evidence) -> bool:
    """Whether the energies grow in proportion when ``a`` does: then nothing squashes what comes from it."""
    a = evidence.inputs["a"]
    scaled = [evidence.again(evidence.inputs | {"a": factor * a}) for factor in (0.0, 1.0, 2.0)]
    numbers = [as_numbers(got["energies"]) if got else None for got in scaled]
    if any(number is None for number in numbers):
        return False
    none, once, twice = (np.asarray(number) for number in numbers)
    return bool(np.allclose(twice - once, once - none)) and not np.allclose(once, none)


def _same_at_all_places(energies: Any, _: Evidence) -> bool:
    return np.shape(energies)[1] > 1 and bool(np.ptp(np.asarray(energies, dtype=float), axis=1).max() < 1e-9)


additive_energies = Check(
    "additive_energies",
    unit=UNIT,
    returns={"energies": WEIGHTS},
    causes=(
        needs("energies", "s_prev", "the energies do not depend on the decoder's state s_prev."),
        needs("energies", "a", "the energies do not depend on a."),
        _says("energies", _affine_in_a, "the energies grow in proportion to a: the tanh is missing."),
        _says("energies", _same_at_all_places, "all places of a text have the same energy."),
        _says(
            "energies",
            lambda energies, e: close(np.asarray(energies)[..., 0], e.expected["energies"]),
            "the values are right; drop the last axis, of length 1.",
        ),
        without_influence(),
    ),
)


def _padding_counts(context: Any, evidence: Evidence) -> bool:
    mask = _mask(evidence)
    if mask.all():
        return False
    loud = np.where(mask[:, :, None], evidence.inputs["a"], 7.0)
    other = evidence.again(evidence.inputs | {"a": loud})
    return other is not None and not close(other["context"], context)


one_step_attention = Check(
    "one_step_attention",
    unit=UNIT,
    returns={"context": CONTEXT, "weights": WEIGHTS},
    calls=(masked_softmax, additive_energies),
    causes=(
        _says(
            "context",
            lambda got, e: close(got, e.expected["weights"]),
            "context and weights are returned in the other order.",
        ),
        _says(
            "context",
            lambda got, e: close(got, e.inputs["a"].mean(axis=1)),
            "the context is the plain mean of a: multiply by the weights.",
        ),
        _says(
            "context",
            lambda got, e: close(got, e.inputs["a"].sum(axis=1)),
            "the context is the plain sum of a: multiply by the weights.",
        ),
        _says(
            "context",
            lambda got, e: np.shape(got) == e.inputs["a"].shape,
            "the context has still an axis for the places: sum over them.",
        ),
        _says(
            "context",
            lambda got, e: close(got, (e.expected["weights"][:, :, None] * e.inputs["a"]).sum(axis=2)),
            "the sum runs over the features of a; it should run over the places.",
        ),
        _says(
            "context",
            _padding_counts,
            "the context changes when a changes in the padding: is the mask used?",
            seems=True,
        ),
        needs("weights", "s_prev", "the weights do not depend on the decoder's state s_prev."),
        needs("weights", "mask", "the mask makes no difference."),
    ),
)


def _by_character(share: Any, evidence: Evidence) -> bool:
    pairs = zip(evidence.inputs["predicted"], evidence.inputs["expected"], strict=True)
    equal = [one == other for text, right in pairs for one, other in zip(text, right, strict=False)]
    return close(float(share), float(np.mean(equal))) or evidence.expected["share"] + 0.2 < float(share) < 1


exact_match = Check(
    "exact_match",
    unit=UNIT,
    returns={"share": (), "by_length": ()},
    causes=(
        _says("share", _by_character, "it counts characters; a date is right or it is not.", seems=True),
        _says(
            "share",
            lambda share, e: close(share, 100 * e.expected["share"]),
            "the share is in per cent; it should lie between 0 and 1.",
        ),
        _says(
            "share",
            lambda share, e: close(share, e.expected["share"] * len(e.inputs["texts"])),
            "it counts the dates that are right; divide by how many there are.",
        ),
        _says("by_length", lambda got, e: not isinstance(got, dict), "by_length should be a dictionary."),
        _says(
            "by_length",
            lambda got, e: not set(got) <= set(e.expected["by_length"]),
            "the keys are the smallest lengths of the groups, such as 0, 8, 16 for width 8; a group without "
            "texts has none.",
            seems=True,
        ),
        _says(
            "by_length",
            lambda got, e: set(got) == set(e.expected["by_length"]),
            "the groups are right, the shares in them are not.",
            seems=True,
        ),
    ),
)

Attention = _experiment(
    "Attention",
    ("Attention",),
    models.examine_attention,
    "With given weights it agrees with the NumPy functions, and it comes back from a file.",
)
build_parts = _experiment(
    "build_parts", ("build_parts",), models.examine_parts, "With given weights, encoder and step answer as they should."
)
build_translator = _experiment(
    "build_translator",
    ("build_translator",),
    translator.examine_translator,
    "With given parts it gives the right probabilities at all steps, and the right loss.",
)
translate = _experiment(
    "translate",
    ("translate",),
    runs.examine_translate,
    "Every step asks the models what it should.",
    calls=(encode_text, decode_ids),
)
attention_map = _experiment(
    "attention_map",
    ("attention_map",),
    runs.examine_map,
    "The weights of all steps stand where they should.",
    calls=(encode_text,),
)

CHECKS = (
    encode_text,
    decode_ids,
    masked_softmax,
    additive_energies,
    one_step_attention,
    Attention,
    build_parts,
    build_translator,
    translate,
    attention_map,
    exact_match,
)
