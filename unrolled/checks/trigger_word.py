"""Public checks of unit 06, the trigger word: ``checks.spectrogram(spectrogram)`` and so on.

Plain functions are compared with stored cases. What draws by chance is asked many times, and every outcome that is
possible is known; a detector is given weights; ``stream`` listens through a toy. The experiments for this stand in
:mod:`unrolled.checks.trigger_word_experiments`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from unrolled.checking.causes import SEEMS, Cause, Evidence, Ranked, close
from unrolled.checking.experiment import Experiment, cases_of, expect, wrong
from unrolled.checking.trial import Check
from unrolled.checks import trigger_word_experiments as experiments
from unrolled.checks import trigger_word_stand_ins as stand_ins
from unrolled.quiet import quietly

UNIT = "06_trigger_word"
_experiment = partial(Experiment, unit=UNIT)
STEPS = ("m", "T_y", "1")
SPECTRUM = ("frames", "frequencies")


def _says(name: str, holds: Callable[[Any, Evidence], bool], sentence: str) -> Cause:
    """A cause that looks at one wrong value; a value that cannot be looked at has another cause."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        try:
            return sentence if holds(evidence.got[name], evidence) else None
        except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError):
            return None

    return cause


def _seems(name: str, holds: Callable[[Any, Evidence], bool], sentence: str) -> Cause:
    """A cause that is likely where no known mistake gives the same values."""
    return Ranked(_says(name, holds, sentence), SEEMS)


# ---------------------------------------------------------------------------------------------------------- spectrogram


def _near(one: Any, other: Any) -> bool:
    """Whether two pictures are the same but for what the little summand under the logarithm does."""
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, atol=0.05))


def _power(evidence: Evidence) -> np.ndarray:
    return np.exp(evidence.expected["log_power"])


def _distance(got: Any, evidence: Evidence) -> float:
    return float(np.abs(np.asarray(got) - evidence.expected["log_power"]).min())


def _also(alter: Callable[[dict[str, Any]], Any], right: Callable[[Evidence], Any]) -> Callable[[Any, Evidence], bool]:
    """Whether the student's function gives what ``right`` says once its samples are altered."""

    def holds(_: Any, evidence: Evidence) -> bool:
        again = evidence.again(evidence.inputs | {"samples": alter(evidence.inputs)})
        return again is not None and close(np.asarray(again["log_power"], dtype="float64"), right(evidence))

    return holds


def _first_frame_faded(inputs: dict[str, Any]) -> np.ndarray:
    return inputs["samples"][: inputs["frame"]] * np.hanning(inputs["frame"])


spectrogram = Check(
    "spectrogram",
    unit=UNIT,
    returns={"log_power": SPECTRUM},
    causes=(
        _says(
            "log_power",
            lambda got, e: np.shape(got) != e.expected["log_power"].shape == np.shape(got)[::-1],
            "the axes are swapped: a row is a moment, a column a frequency.",
        ),
        _says(
            "log_power",
            lambda got, e: e.inputs["samples"].ndim == 2,
            "two columns are two channels: take their mean first, sample by sample.",
        ),
        _says(
            "log_power",
            lambda got, e: (
                0 < len(got) < len(e.expected["log_power"]) and close(got, e.expected["log_power"][: len(got)])
            ),
            "frames are missing at the end: a frame that just fits counts.",
        ),
        _says(
            "log_power",
            lambda got, e: (
                len(got) > len(e.expected["log_power"])
                and close(got[: len(e.expected["log_power"])], e.expected["log_power"])
            ),
            "there are frames that are not whole: nothing is padded.",
        ),
        _says(
            "log_power",
            _also(_first_frame_faded, lambda e: e.expected["log_power"][:1]),
            "the frames are not multiplied by the window.",
        ),
        _says("log_power", lambda got, e: _near(2 * got, e.expected["log_power"]), "it is the amplitude: square it."),
        _says(
            "log_power",
            lambda got, e: _near(got * np.log(10) / 10, e.expected["log_power"]),
            "these are decibels: the natural logarithm is asked, without a factor.",
        ),
        _says(
            "log_power",
            lambda got, e: _near(got * np.log(10), e.expected["log_power"]),
            "the logarithm is to base 10: the natural one is asked.",
        ),
        _says("log_power", lambda got, e: _near(np.asarray(got) + 1e-6, _power(e)), "the logarithm is missing."),
        _says(
            "log_power",
            lambda got, e: np.ptp(np.asarray(got) - e.expected["log_power"]) < 0.05 < _distance(got, e),
            "every number is off by the same amount, as when a scale is put in before the logarithm.",
        ),
    ),
)


# ----------------------------------------------------------------------------------------------------------- the labels


def _ones(got: Any) -> np.ndarray:
    return np.flatnonzero(np.ravel(np.asarray(got)))


def _shifted(got: Any, evidence: Evidence, by: int) -> bool:
    return bool(np.array_equal(_ones(got)[:1] + by, _new_ones(evidence)[:1]))


def _new_ones(evidence: Evidence) -> np.ndarray:
    return _ones(evidence.expected["labels"])


insert_ones = Check(
    "insert_ones",
    unit=UNIT,
    returns={"labels": ("T_y", "1")},
    causes=(
        _says(
            "labels",
            lambda got, e: np.shape(got) != np.shape(e.inputs["y"]) and len(got) > len(e.inputs["y"]),
            "what would come after the last step is left out.",
        ),
        _says(
            "labels",
            lambda got, e: e.inputs["y"].any() and not np.asarray(got)[e.inputs["y"] > 0].any(),
            "the ones that were there before are gone.",
        ),
        _says(
            "labels",
            lambda got, e: _shifted(got, e, 1),
            "the ones begin with the step in which the word ends, and should with the one after it.",
        ),
        _says("labels", lambda got, e: _shifted(got, e, -1), "the ones begin a step too late."),
        _seems(
            "labels",
            lambda got, e: _ones(got).max() <= e.inputs["segment_end_ms"] // e.inputs["step_ms"],
            "the ones come before the end of the word; they belong after it.",
        ),
        _seems(
            "labels",
            lambda got, e: _shifted(got, e, 0) and len(_ones(got)) != len(_new_ones(e)),
            "the first one is right; there are not n_ones of them.",
        ),
        _seems(
            "labels",
            lambda got, e: len(_new_ones(e)) > 0,
            "how many steps are over at that millisecond? Divide by the milliseconds of a step.",
        ),
    ),
)


# ----------------------------------------------------------------------------------------------------------- the events


def _every_step(times: Any, evidence: Evidence) -> bool:
    above = np.flatnonzero(evidence.inputs["probabilities"] >= evidence.inputs["threshold"])
    return len(times) == len(above) > len(evidence.expected["times"])


detect = Check(
    "detect",
    unit=UNIT,
    returns={"times": ()},
    causes=(
        _seems("times", _every_step, "it gives every step at or over the threshold; a word is one event."),
        _says(
            "times",
            lambda times, e: close(times, [moment * 1000 / stand_ins.STEP_MS for moment in e.expected["times"]]),
            "these are numbers of steps; seconds are asked.",
        ),
        _says(
            "times",
            lambda times, e: close(times, [moment * 1000 for moment in e.expected["times"]]),
            "these are milliseconds; seconds are asked.",
        ),
        _seems(
            "times",
            lambda times, e: len(times) == len(e.expected["times"]) and len(times) > 0,
            "there are as many as there should be; look at the moments: an event begins where the threshold is "
            "reached, and a step has STEP_MS milliseconds.",
        ),
        _seems(
            "times",
            lambda times, e: (
                e.inputs["probabilities"][0] >= e.inputs["threshold"] and e.expected["times"][0] not in times
            ),
            "a word may have been said just before: the first step can be an event.",
        ),
        _seems(
            "times",
            lambda times, e: e.inputs["threshold"] in e.inputs["probabilities"],
            "a probability that is just the threshold counts.",
        ),
        _seems(
            "times",
            lambda times, e: e.inputs["refractory"] > 0 and len(times) > len(e.expected["times"]),
            "an event is found though the last one is less than refractory seconds ago, or without a new rise.",
        ),
        _seems(
            "times",
            lambda times, e: e.inputs["refractory"] > 0 and len(times) < len(e.expected["times"]),
            "the time is counted from the last event that was found, not from one that was left out.",
        ),
    ),
)


def _exchanged(_: Any, evidence: Evidence) -> bool:
    got, right = evidence.got, evidence.expected
    return close(got["precision"], right["recall"]) and close(got["recall"], right["precision"])


match_events = Check(
    "match_events",
    unit=UNIT,
    returns={"precision": (), "recall": (), "f1": ()},
    causes=(
        _says("precision", _exchanged, "precision and recall are exchanged: precision is a share of what was found."),
        _says("precision", lambda got, e: got > 1, "there are more hits than were found: each counts once."),
        _says("recall", lambda got, e: got > 1, "there are more hits than true events: each is found once."),
        _seems(
            "recall",
            lambda got, e: got < e.expected["recall"] and len(e.inputs["found"]) > 1,
            "a pair is missed: a found time that takes the wrong partner can leave another one without.",
        ),
        _seems(
            "recall",
            lambda got, e: got < e.expected["recall"],
            "a hit may come before the true time or after it, and be off by just the tolerance.",
        ),
        _seems(
            "precision",
            lambda got, e: got > e.expected["precision"],
            "a true event can make only one found event a hit; the second is a false alarm.",
        ),
        _says("f1", lambda got, e: set(e.wrong) == {"f1"}, "precision and recall are right; F1 is 2PR / (P + R)."),
    ),
)


# --------------------------------------------------------------------------------------------------------- the detector


def _keras() -> Any:
    with quietly():
        import keras
    return keras


def _weights_cause(found: list[tuple[int, ...]], wanted: list[tuple[int, ...]]) -> str:
    """What layers may have given a model these shapes of weights."""
    if sum(shape == (wanted[1][0],) for shape in found) > 2 or len(found) in (len(wanted) + 4, len(wanted) + 8):
        return "a normalisation has weights of its own, as a batch normalisation has; the one in the text has none."
    if len(found) > len(wanted):
        return "a bidirectional layer has everything twice, and here it cannot be used: it would need the future."
    if any(shape[-1] == 4 * wanted[3][0] for shape in found):
        return "an LSTM has four gates' weights side by side; a GRU has three."
    return "one convolution, one GRU for each number in units, one Dense layer with one unit."


def _examine_detector(build: Callable[..., Any]) -> None:
    keras, case = _keras(), cases_of(UNIT)["build_detector/plain"]
    x, weights = case.inputs["x"], case.inputs["weights"]
    sizes = {name: case.inputs[name] for name in ("filters", "kernel_size", "stride", "units")}
    model = build((None, x.shape[2]), **sizes, learning_rate=0.01)
    if not isinstance(model, keras.Model):
        wrong("It should return a Keras model.", "is the return line missing?" if model is None else "")
    found, wanted = [tuple(w.shape) for w in model.get_weights()], [w.shape for w in weights]
    if sorted(found) != sorted(wanted):
        listed = ", ".join(map(str, found)) or "none at all"
        wrong(
            f"The model's arrays of weights have the shapes {listed}; they should be {', '.join(map(str, wanted))}.",
            _weights_cause(found, wanted),
        )
    model.set_weights([next(w for w in weights if w.shape == shape) for shape in found])

    def ask(frames: np.ndarray) -> np.ndarray:
        return np.asarray(keras.ops.convert_to_numpy(model(frames)))

    answered, right = ask(x), case.outputs["probabilities"]
    if answered.ndim == 2 and answered.shape == right[:, -1].shape:
        wrong("There is one answer for a whole sound.", "every GRU returns its output at every step.")
    if answered.shape[1:2] != right.shape[1:2]:
        each = {x.shape[1] - case.inputs["kernel_size"] + 1, x.shape[1]}
        cause = "the convolution pads the sound; nothing is padded."
        if answered.shape[1] in each:
            cause = "the convolution moves on by one frame instead of by stride frames."
        wrong(f"The output has the shape {answered.shape}, and should have {right.shape}.", cause)
    if not np.array_equal(answered, ask(x)):
        wrong("The same sound gets other answers when it comes again.", "a layer is left in training mode.")
    if (answered == 1).all():
        wrong("Every answer is exactly 1.", "a softmax over one number is 1; a sigmoid is meant.")
    if answered.min() < 0 or answered.max() > 1:
        wrong("Some answers are not between 0 and 1.", "the last layer has a sigmoid.")
    early = ask(x[:, : case.inputs["kernel_size"] + case.inputs["stride"]])
    if not np.allclose(early, answered[:, : early.shape[1]], atol=1e-5):
        cause = "a layer goes backwards, or looks at the whole sound; live, there is no whole sound."
        wrong("The first answers change when more sound follows.", cause)
    expect(answered, right, "the output", STEPS)
    if getattr(model, "optimizer", None) is None:
        wrong("The model is right, but not compiled.")
    loss = float(model.compute_loss(y=keras.ops.convert_to_tensor(case.inputs["targets"]), y_pred=model(x)))
    expect(loss, case.outputs["loss"], "the loss", cause="it should be the mean binary cross-entropy.")
    if type(model.optimizer).__name__ != "Adam" or abs(float(model.optimizer.learning_rate) - 0.01) > 1e-6:
        wrong("The optimizer is not Adam with the given learning rate.")
    for other in ((4,), (3, 5, 4)):
        count = build((8, 3), 2, 3, 1, other, 0.01).count_params()
        inputs = (2, *other)
        due = 2 * 9 + 2 + sum(3 * n * (inputs[k] + n + 2) for k, n in enumerate(other)) + other[-1] + 1
        if count != due:
            wrong(f"With units = {other} it has {count} parameters, and should have {due}.", "one GRU for each number.")


is_overlapping = _experiment(
    "is_overlapping", ("is_overlapping",), experiments.examine_overlaps, "It is right about every pair of segments."
)
insert_audio_clip = _experiment(
    "insert_audio_clip",
    ("insert_audio_clip", "is_overlapping"),
    experiments.examine_insertion,
    "Clips lie where they may, everywhere where they may, and nothing else has changed.",
    calls=(is_overlapping,),
    rules=stand_ins.OF_INSERTION,
)
create_training_example = _experiment(
    "create_training_example",
    ("create_training_example", "insert_audio_clip", "insert_ones", "spectrogram"),
    experiments.examine_examples,
    "Sound and labels belong together.",
    calls=(spectrogram, is_overlapping, insert_audio_clip, insert_ones),
    rules=stand_ins.OF_EXAMPLES,
)
build_detector = _experiment(
    "build_detector", ("build_detector",), _examine_detector, "With given weights it gives the right probabilities."
)
stream = _experiment(
    "stream",
    ("stream", "spectrogram"),
    experiments.examine_stream,
    "In pieces of any size, it answers as for the whole.",
    calls=(spectrogram,),
    rules=stand_ins.OF_STREAM,
)

CHECKS = (
    spectrogram,
    is_overlapping,
    insert_audio_clip,
    insert_ones,
    create_training_example,
    build_detector,
    detect,
    match_events,
    stream,
)
