"""Public checks of unit 04, named entities: ``checks.bio_to_spans(bio_to_spans)`` and so on.

Plain functions are compared with stored cases. With each case stands what answers with a known fault would give, so
that a check can name the fault. The tagger is given known weights, and what it answers is compared with what each
sentence would get alone; ``find_entities`` asks a tagger that is a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import Cause, Evidence, as_numbers, close
from unrolled.checking.experiment import Experiment, Wrong, cases_of, expect, wrong
from unrolled.checking.trial import Check
from unrolled.checks.named_entities_taggers import fault_of, placements, what_is_built
from unrolled.quiet import quietly

UNIT = "04_named_entities"
_experiment = partial(Experiment, unit=UNIT)
STEPS, PLACES = ("m", "T_x", "n_tags"), ("m", "T_x")
Array = np.ndarray
Span = tuple[int, int]


def _named(exercise: str) -> dict[str, Case]:
    start = f"{exercise}/"
    return {name.removeprefix(start): case for name, case in cases_of(UNIT).items() if name.startswith(start)}


# ------------------------------------------------------------------------------------------------------ plain functions


def _known_fault(exercise: str) -> Cause:
    """What came back is what an answer with a known fault gives: on the case that is shown, and on all others."""

    def cause(evidence: Evidence) -> str | None:
        cases = list(_named(exercise).values())
        shown = next((case for case in cases if _same(evidence.inputs, case.inputs)), None)
        if shown is None or not evidence.wrong:
            return None
        fitting = _matching(shown.outputs["faults"], evidence.got)
        for case in cases if fitting else ():
            got = evidence.again(case.inputs)
            right = {name: case.outputs[name] for name in evidence.expected}
            if got is not None:  # where it raises, nothing is to be compared
                fitting = [each for each in fitting if _same(case.outputs["faults"].get(each, right), got)]
        return f"{fitting[0]}." if fitting else None

    return cause


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)


def _matching(faults: Mapping[str, Mapping[str, Any]], got: Mapping[str, Any]) -> list[str]:
    """The sentences of the faults that give these values."""
    return [sentence for sentence, values in faults.items() if _same(values, got)]


def _which_features(evidence: Evidence) -> str | None:
    """The table's rows that are wrong."""
    got, right = as_numbers(evidence.got.get("features")), evidence.expected["features"]
    if "features" not in evidence.wrong or got is None or got.shape != right.shape:
        return None
    rows = np.flatnonzero(got != right)
    where = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
    return f"look at place{'s' if len(rows) > 1 else ''} {where} of the table, for this word." if len(rows) else None


def _check(
    exercise: str, name: str, *causes: Cause, calls: tuple[Check, ...] = (), axes: tuple[str, ...] = ()
) -> Check:
    """A check of a function that returns one value."""
    return Check(exercise, unit=UNIT, returns={name: axes}, causes=(_known_fault(exercise), *causes), calls=calls)


bio_to_spans = _check("bio_to_spans", "spans")
build_vocabulary = _check("build_vocabulary", "vocabulary")
word_features = _check("word_features", "features", _which_features, axes=("n_f",))
encode_sentences = Check(
    "encode_sentences",
    unit=UNIT,
    returns={"ids": PLACES, "features": ("m", "T_x", "n_f"), "mask": PLACES},
    causes=(_known_fault("encode_sentences"),),
    calls=(word_features,),
)
entity_scores = _check("entity_scores", "scores", calls=(bio_to_spans,))
allowed_transitions = _check("allowed_transitions", "allowed", axes=("n + 1", "n"))
constrained_decode = _check("constrained_decode", "path")


# ------------------------------------------------------------------------------------------------------- loss, accuracy


def _keras() -> Any:
    with quietly():
        import keras
    return keras


def _numbers(value: Any) -> Any:
    """Tensors as arrays, in lists and tuples too."""
    keras = _keras()
    return keras.tree.map_structure(
        lambda part: keras.ops.convert_to_numpy(part) if keras.ops.is_tensor(part) else part, value
    )


def _compared(got: Any, case: Case, name: str, when: str) -> None:
    """Compare one number, and name the fault that gives what came back."""
    if got is None:
        wrong("It returned None.", "is the return line missing?")
    got = _numbers(got)
    if np.shape(got) != ():
        wrong(f"It should return one number; it returned {np.shape(got)} (case “{when}”).", "take the mean over all.")
    got = np.float32(got)
    cause = "".join(f"{sentence}." for sentence in _matching(case.outputs["faults"], {name: got})[:1])
    if np.isnan(got) and case.inputs["mask"].any():
        cause = "0 times infinity is no number: probabilities of 0 are not kept from the logarithm."
    elif np.isnan(got):
        cause = "a sum over no words divides by 0."
    expect(got, case.outputs[name], f"the {name} of the case “{when}”", cause=cause, certain=bool(cause))


def _examine_loss(masked_loss: Callable[..., Any]) -> None:
    for name, case in _named("masked_loss").items():
        _compared(masked_loss(**case.inputs), case, "loss", name.replace("_", " "))
    case = _named("masked_loss")["one_sentence"]
    gradient = _gradient(masked_loss, case.inputs)
    if gradient is None:
        wrong("No gradient flows through it, so no net can learn from it.", "compute with keras.ops, not with NumPy.")
    if not np.allclose(gradient, case.outputs["gradient"], rtol=0.01, atol=1e-4):
        expect(gradient, case.outputs["gradient"], "the gradient by the probabilities", STEPS)


def _gradient(masked_loss: Callable[..., Any], inputs: Mapping[str, Array]) -> Array | None:
    """The gradient by the probabilities; None when none flows."""
    with quietly():
        import tensorflow as tf
    probabilities = tf.Variable(inputs["probabilities"])
    y, mask = tf.constant(inputs["y"]), tf.constant(inputs["mask"])
    with tf.GradientTape() as tape:
        try:
            loss = masked_loss(y, tf.convert_to_tensor(probabilities), mask)
        except AttributeError as error:  # a method of arrays that tensors do not have
            raise Wrong("It cannot be computed with tensors.", "compute with keras.ops, not with NumPy.") from error
    found = tape.gradient(loss, probabilities) if tf.is_tensor(loss) else None
    return None if found is None else tf.convert_to_tensor(found).numpy()


def _examine_accuracy(masked_accuracy: Callable[..., Any]) -> None:
    for name, case in _named("masked_accuracy").items():
        _compared(masked_accuracy(**case.inputs), case, "accuracy", name.replace("_", " "))


# ----------------------------------------------------------------------------------------------------------- the tagger


def _build(build: Callable[..., Any], sizes: Mapping[str, int]) -> Any:
    model = build(*sizes.values())
    if not isinstance(model, _keras().Model):
        wrong("It should return a Keras model.", "is the return line missing?" if model is None else "")
    shapes = [tuple(array.shape) for array in model.get_weights()]
    found = what_is_built(shapes, sizes)
    if found:
        asked = ", ".join(f"{name} = {value}" for name, value in sizes.items())
        wrong(f"For {asked}: {found}.")
    if getattr(model, "inputs", None):
        wanted = [(None, None), (None, None, sizes["n_features"]), (None, None)]
        inputs = [tuple(tensor.shape) for tensor in model.inputs]
        if inputs != wanted:
            wrong(f"The model's inputs have the shapes {inputs}; they should be {wanted}: ids, features, mask.")
    return model


def _examine_tagger(build: Callable[..., Any]) -> None:
    names = ("n_words", "n_features", "n_kinds", "n_a", "bidirectional", "n_layers", "n_e")
    for name, case in _named("build_tagger").items():
        sizes = {key: case.inputs[key] for key in names}
        model = _build(build, sizes)
        given = [case.inputs[key] for key in ("ids", "features", "mask")]
        _answers_right(model, given, case, name.replace("_", " "))
    six = {key: sizes[key] for key in names[:-1]}
    shapes = [tuple(array.shape) for array in build(*six.values()).get_weights()]
    if what_is_built(shapes, six | {"n_e": 32}):
        wrong("Without n_e the embedding should have rows of length 32.", "keep the first line of the function.")


def _answers_right(model: Any, given: list[Array], case: Case, when: str) -> None:
    """Give it the case's weights, in each right order, and compare what it says of the real words."""
    shapes = [tuple(array.shape) for array in model.get_weights()]
    mask, right = given[2], case.outputs["probabilities"]
    got: Array | None = None
    for weights in placements(shapes, case.inputs["weights"], case.inputs["bidirectional"]):
        model.set_weights(weights)
        answered = _numbers(model(given))
        if not isinstance(answered, np.ndarray) or answered.shape != right.shape:
            shape = np.shape(answered) if isinstance(answered, np.ndarray) else "several parts"
            missing = isinstance(answered, np.ndarray) and answered.ndim == 2
            cause = "an LSTM returns its last state only, unless it is told to return the sequence." if missing else ""
            wrong(f"The output has the shape {shape}, and should have (m, T_x, n_tags) = {right.shape}.", cause)
        if np.allclose(answered[mask], right[mask], rtol=1e-3, atol=1e-5):
            return
        got = answered if got is None else got
    assert got is not None
    shown = np.where(mask[..., None], got, right)  # what is said of the padding is of no account
    cause = fault_of(got, case.outputs["faults"], mask)
    what = f"what the tagger says (case “{when}”)"
    expect(shown, right, what, STEPS, f"{cause}." if cause else "", certain=bool(cause))


# ------------------------------------------------------------------------------------------------------ the whole chain


class _TableTagger:
    """Stands in for a tagger: tables say what each id and each feature speak for."""

    def __init__(self, table: Array, by_feature: Array) -> None:
        self.table, self.by_feature = table, by_feature

    def __call__(self, inputs: Any, **_: Any) -> Any:
        keras = _keras()
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 3:
            wrong("The model is called with one list of three arrays: ids, features, mask.")
        tensors = [keras.ops.is_tensor(part) for part in inputs]
        if any(tensors) and not all(tensors):
            wrong("A Keras model takes arrays or tensors, and refuses some of each.")
        ids, features, mask = (np.asarray(_numbers(part)) for part in inputs)
        n_f = len(self.by_feature)
        if ids.ndim != 2 or len(ids) != 1 or features.shape != (*ids.shape, n_f) or mask.shape != ids.shape:
            shapes = ", ".join(str(part.shape) for part in (ids, features, mask))
            wanted = f"(1, T_x), (1, T_x, {n_f}), (1, T_x)"
            wrong(f"What goes into the model has the shapes {shapes}; they should be {wanted}, for one sentence.")
        if not ids.size:
            wrong("The model is asked about a sentence without words.", "such a sentence has no names.")
        if ids.max() >= len(self.table) or ids.min() < 0:
            wrong("An id goes into the model that is not in the vocabulary.")
        logits = self.table[ids.astype(int)] + (features[..., None] * self.by_feature).sum(axis=-2)
        probabilities = np.exp(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))
        return keras.ops.convert_to_tensor(probabilities.astype("float32"))

    def predict(self, inputs: Any, **_: Any) -> Any:
        """As Keras: the same, as an array."""
        return _numbers(self(inputs))

    predict_on_batch = predict


def _examine_finding(find_entities: Callable[..., Any]) -> None:
    for case in _named("find_entities").values():
        sentence, vocabulary, tags, table, by_feature = case.inputs.values()
        right = [tuple(entity) for entity in case.outputs["entities"]]
        got = find_entities(sentence, _TableTagger(table, by_feature), dict(vocabulary), list(tags))
        if not isinstance(got, (list, tuple)):
            wrong("It should return a list of names.", "is the return line missing?" if got is None else "")
        if not all(isinstance(entity, (list, tuple)) and len(entity) == 4 for entity in got):
            wrong("Each name should be (text, kind, start, end).")
        got = [tuple(entity) for entity in got]
        if got != right:
            known = _matching(case.outputs["faults"], {"entities": got})
            cause = f"{known[0]}." if known else what_became_of_names(got, right, sentence, case.outputs["words"])
            wrong(f"Of “{sentence}” it makes {got}; it should be {right}.", cause)


def what_became_of_names(got: Sequence[tuple], right: Sequence[tuple], sentence: str, words: Sequence[Span]) -> str:
    """What seems to have happened to the names (text, kind, start, end).

    Args:
        got, right: what was found, and what should be.
        sentence: the text that they stand in.
        words: the characters at which each word of it begins and ends.
    """
    begins, ends = [start for start, _ in words], [end for _, end in words]
    if [entity[1] for entity in got] == [entity[1] for entity in right] and len(right):
        texts, places = [[entity[:2] for entity in names] for names in (got, right)], [entity[2:] for entity in got]
        if places == [(begins.index(start), ends.index(end) + 1) for *_, start, end in right]:
            return "start and end are places in words, and should be in characters."
        if places == [(start, end - 1) for *_, start, end in right]:
            return "end is the place of the last character; it should be the one after it."
        if places == [(start, ends[min(ends.index(end) + 1, len(ends) - 1)]) for *_, start, end in right]:
            return "each name ends one word too late."
        pairs = zip(got, right, strict=True)
        if _are_found_first(got, right, sentence, words) and any(one[2] != other[2] for one, other in pairs):
            return "the place is searched for: a word that occurs twice is found at its first place."
        if texts[0] == texts[1]:
            return "texts and kinds are right, the places in characters are not."
        if places == [entity[2:] for entity in right]:
            return "the places are right: the text is what stands there, sentence[start:end]."
    if [entity[2:] for entity in got] == [entity[2:] for entity in right]:
        return "the places are right, the kinds are not."
    if any(isinstance(end, int) and end not in ends for *_, end in got):
        return "a name ends inside a word, or with a mark that is a word of its own: cut the sentence with WORD."
    return "other words are found: is the path the best allowed one, for the logarithms of the probabilities?"


def _are_found_first(got: Sequence[tuple], right: Sequence[tuple], sentence: str, words: Sequence[Span]) -> bool:
    """Whether each name begins where its text, or its first word, stands in the sentence for the first time."""
    first_words = {start: sentence[start:end] for start, end in words}
    return all(
        start in (sentence.find(text), sentence.find(first_words[begin]))
        for (*_, start, _), (text, _, begin, _) in zip(got, right, strict=True)
    )


masked_loss = _experiment(
    "masked_loss", ("masked_loss",), _examine_loss, "The means and the gradient are over the real words."
)
masked_accuracy = _experiment("masked_accuracy", ("masked_accuracy",), _examine_accuracy, "The shares are right.")
build_tagger = _experiment(
    "build_tagger",
    ("build_tagger",),
    _examine_tagger,
    "With given weights each sentence gets the answers that it would get alone.",
)
find_entities = _experiment(
    "find_entities",
    ("find_entities",),
    _examine_finding,
    "It finds the right names.",
    calls=(word_features, encode_sentences, allowed_transitions, constrained_decode, bio_to_spans),
)

CHECKS = (
    bio_to_spans,
    build_vocabulary,
    word_features,
    encode_sentences,
    build_tagger,
    masked_loss,
    masked_accuracy,
    entity_scores,
    allowed_transitions,
    constrained_decode,
    find_entities,
)
