"""Public checks of unit 02, dinosaur names: ``checks.sample(sample)`` and so on.

What a function draws by chance is not compared with one sequence. A case that takes an ``rng`` holds its seed, and has
but one right answer whatever is drawn; further rules (:class:`ChanceCheck`) look at frequencies, orders, generators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.causes import (
    IS,
    SEEMS,
    Cause,
    Evidence,
    Inputs,
    Ranked,
    close,
    equals,
    holds,
    needs,
    softmax_axis,
)
from unrolled.checking.compare import difference
from unrolled.checking.outcome import Result
from unrolled.checking.trial import Check, Trial, _cases, blame, not_right
from unrolled.execution import captured

UNIT = "02_dinosaur_names"
Rule = Callable[[Callable[..., Any]], str | None]
SIGMAS, FEW = 6.0, 6.0  # standard deviations, and some room more where little is expected
DRAWS = 400


@dataclass(frozen=True)
class ChanceCheck(Check):
    """The check of a function with a generator: its cases, and then rules that say what is wrong, or None."""

    rules: tuple[Rule, ...] = ()

    def __call__(self, function: Any, forward: Any = None) -> Result:
        result = super().__call__(function, forward)
        if not result.correct or result.with_right:
            return result
        said = next((sentence for rule in self.rules if (sentence := rule(function))), None)
        if said is None:
            return result
        wrong = not_right(self.calls, function)
        causes = (f"{self.exercise} calls {blame(wrong)[1]} itself: begin there.",) if wrong else ()
        return Result(self.exercise, "incorrect", (said,), causes=causes, printed=result.printed)

    def _try_on(self, function: Callable[..., Any], name: str, case: Case, inputs: Inputs) -> Trial:
        return super()._try_on(function, name, case, _with_generator(inputs))


def _with_generator(inputs: Inputs) -> Inputs:
    """The inputs with a generator in the place of its seed."""
    if not isinstance(inputs.get("rng"), int):
        return inputs
    return inputs | {"rng": np.random.default_rng(inputs["rng"])}


def _called(function: Callable[..., Any], inputs: Inputs) -> Any:
    """What the function returns, or None if it raises; the very generator in ``inputs`` is used, not a copy."""
    try:
        with captured():
            return function(*inputs.values())
    except Exception:  # every rule runs after the cases, where an exception has been told with its line
        return None


def _sampling(temperature: float, max_length: int) -> Inputs:
    case = _cases(UNIT)["sample_chances/first_letter"].inputs
    return {
        "parameters": case["parameters"],
        "char_to_ix": case["char_to_ix"],
        "rng": np.random.default_rng(3),
        "temperature": temperature,
        "max_length": max_length,
    }


def _same_state_same_name(sample: Callable[..., Any]) -> str | None:
    """Two generators of one state, two of other states, and one generator used on."""
    inputs = _sampling(1.0, 12)
    names = [_called(sample, inputs | {"rng": np.random.default_rng(seed)}) for seed in (1, 1, *range(2, 22))]
    if names[0] != names[1]:
        return "Two generators in the same state gave two different names: take all chance from rng."
    if all(name == names[0] for name in names):
        first = _cases(UNIT)["sample_chances/first_letter"].outputs["probabilities"][0].argmax()
        if isinstance(names[0], list) and names[0][:1] == [first]:
            return "Every name is the same, and begins with the most likely letter: nothing is drawn."
        return "Generators in different states all gave the same name: draw from the rng that is passed in."
    used_on = np.random.default_rng(1)
    if len({str(_called(sample, inputs | {"rng": used_on})) for _ in range(20)}) == 1:
        return "One generator gave the same name twenty times in a row: draw from rng itself, not from a copy of it."
    return None


def _global_state(function: Callable[..., Any], inputs: Inputs) -> str | None:
    """Whether NumPy's global generator is the same after a call."""
    found = np.random.get_state()
    np.random.seed(20_061_027)  # a state that nobody else seeds it with
    before = np.random.random_sample()
    np.random.seed(20_061_027)
    _called(function, inputs)
    after = np.random.random_sample()
    np.random.set_state(found)
    if before == after:
        return None
    return "It changes NumPy's global generator (np.random.…), which belongs to everybody: use rng only."


def _first_letters(sample: Callable[..., Any]) -> str | None:
    """The frequencies of the first letter at three temperatures."""
    case = _cases(UNIT)["sample_chances/first_letter"]
    letters = list(case.inputs["char_to_ix"])
    known = dict(zip(case.inputs["temperatures"], case.outputs["probabilities"], strict=True))
    for temperature, chances in known.items():
        inputs = _sampling(temperature, 1)
        drawn = [_called(sample, inputs) for _ in range(DRAWS)]
        if not all(isinstance(indices, list) and len(indices) == 1 for indices in drawn):
            return "With max_length = 1 the list should hold exactly one index."
        counts = np.bincount([int(indices[0]) for indices in drawn], minlength=len(letters))
        if len(counts) > len(letters):
            return "An index is not one of the vocabulary."
        off = np.abs(counts - DRAWS * chances) / (SIGMAS * np.sqrt(DRAWS * chances * (1 - chances)) + FEW)
        worst = int(off.argmax())
        if off[worst] > 1:
            why = _why(counts / DRAWS, known[1.0] if 1.0 in known else chances)
            return (
                f"At temperature {temperature:g}, {letters[worst]!r} was the first letter of {counts[worst]} among "
                f"{DRAWS} names; about {DRAWS * chances[worst]:.0f} are to be expected{why}."
            )
    return None


def _why(shares: np.ndarray, at_one: np.ndarray) -> str:
    """What the wrong shares of first letters look like; ``at_one``: the right ones at temperature 1."""
    room = SIGMAS * np.sqrt(0.25 / DRAWS)
    if (np.abs(shares - at_one) < room).all():
        return ": these are the chances at temperature 1, so the temperature is not used"
    if (np.abs(shares - 1 / len(shares)) < room).all():
        return ": all letters are drawn with equal chances"
    return ". Draw from the probabilities, at the temperature"


def _orders(train_model: Callable[..., Any]) -> str | None:
    """Whether an epoch visits every name once, in an order that comes from the generator."""
    case = _cases(UNIT)["train_model_orders/three_names"]
    inputs, ends = case.inputs, case.outputs
    seen = []
    for seed in (1, 1, *range(2, 14)):
        names = list(inputs["names"])
        value = _called(train_model, inputs | {"names": names, "rng": np.random.default_rng(seed)})
        if names != inputs["names"]:
            return "It changes the list of names that it was given, which the caller may still need. Shuffle a copy."
        losses = np.asarray(value[1], dtype=float) if isinstance(value, tuple) and len(value) == 2 else np.zeros(0)
        found = [k for k, right in enumerate(ends["losses"]) if close(losses, right)]
        if not found:
            return (
                "With three names and two epochs, the losses belong to no order of the names: visit every name once in "
                "each epoch, each from a hidden state of zeros, with the parameters that the step before it returned."
            )
        if not all(close(value[0].get(key), ends["trained"][key][found[0]]) for key in ends["trained"]):
            return "The losses are right, but not the trained parameters: return those after the last step."
        seen.append(found[0])
    if seen[0] != seen[1]:
        return "Two generators in the same state gave two different orders: draw the order from rng."
    if len(set(seen)) == 1:
        return "Generators in different states all gave the same order: draw the order of the names from rng."
    orders = ends["orders"][seen].reshape(len(seen), inputs["epochs"], -1)
    if (orders == orders[:, :1]).all():
        return "Every epoch has the same order: draw a new one for each."
    return None


def _sampling_leaves_global_state(sample: Callable[..., Any]) -> str | None:
    return _global_state(sample, _sampling(1.0, 12))


def _training_leaves_global_state(train_model: Callable[..., Any]) -> str | None:
    inputs = _cases(UNIT)["train_model_orders/three_names"].inputs
    return _global_state(train_model, inputs | {"names": list(inputs["names"]), "rng": np.random.default_rng(1)})


def _list_cause(sentence: str, looks: Callable[[list, list], bool], rank: int = IS) -> Cause:
    """What the list of drawn indices looks like beside the right one."""

    def cause(evidence: Evidence) -> str | None:
        got, right = evidence.got.get("indices"), evidence.expected["indices"]
        return sentence if "indices" in evidence.wrong and isinstance(got, list) and looks(got, right) else None

    return Ranked(cause, rank)


def _dict_cause(name: str, sentence: str, formula: Callable[[Evidence], Any]) -> Cause:
    """The wrong dictionary ``name`` is what ``formula`` gives."""

    def cause(evidence: Evidence) -> str | None:
        if name not in evidence.wrong:
            return None
        return sentence if difference(evidence.got[name], formula(evidence), name) is None else None

    return cause


def _each_array_by_itself(evidence: Evidence) -> dict[str, np.ndarray]:
    most = evidence.inputs["max_norm"]
    return {key: array * min(1.0, most / np.linalg.norm(array)) for key, array in evidence.inputs["gradients"].items()}


def _always_scaled(evidence: Evidence) -> dict[str, np.ndarray]:
    gradients = evidence.inputs["gradients"]
    norm = np.sqrt(sum(np.sum(array**2) for array in gradients.values()))
    return {key: array * evidence.inputs["max_norm"] / norm for key, array in gradients.items()}


def _newline_not_first(evidence: Evidence) -> str | None:
    got = evidence.got.get("char_to_ix")
    wrong = isinstance(got, dict) and "char_to_ix" in evidence.wrong and got.get("\n") != 0
    return (
        "the newline has the index 0 in every vocabulary, also where the text holds none or a tab." if wrong else None
    )


def _not_clipped(evidence: Evidence) -> str | None:
    got = evidence.got.get("gradients")
    if "gradients" not in evidence.wrong or not isinstance(got, dict) or "max_value" not in evidence.inputs:
        return None
    most = evidence.inputs["max_value"]
    large = any(isinstance(array, np.ndarray) and np.abs(array).max() > most for array in got.values())
    return "the gradients are not clipped at max_value." if large else None


def _stepped_the_other_way(evidence: Evidence) -> dict[str, np.ndarray]:
    before, after = evidence.inputs["parameters"], evidence.expected["new_parameters"]
    return {key: 2 * before[key] - after[key] for key in before}


build_vocabulary = Check(
    "build_vocabulary",
    unit=UNIT,
    returns={"char_to_ix": (), "ix_to_char": ()},
    causes=(_newline_not_first,),
)

log_probability = Check(
    "log_probability",
    unit=UNIT,
    returns={"log_p": ()},
    causes=(
        equals("log_p", lambda e: np.exp(e.expected["log_p"]), "it is the probability; its logarithm is asked."),
        equals("log_p", lambda e: e.expected["log_p"] / np.log(2), "the logarithm is taken to base 2; use np.log."),
        equals("log_p", lambda e: e.expected["log_p"] / (len(e.inputs["name"]) + 1), "it is a mean; the sum is asked."),
        holds(
            "log_p",
            lambda value: not bool(np.isfinite(value).all()),
            "a product of many probabilities is too small for a float64. Take logarithms first, then add.",
        ),
    ),
)

perplexity = Check(
    "perplexity",
    unit=UNIT,
    returns={"perplexity": ()},
    calls=(log_probability,),
    causes=(
        equals(
            "perplexity", lambda e: np.log(e.expected["perplexity"]), "it is the mean loss; its exponential is asked."
        ),
        equals(
            "perplexity", lambda e: 1 / e.expected["perplexity"], "the sign in the exponent is the other way round."
        ),
        holds(
            "perplexity", lambda value: bool((value > 100).any()), "divide by the number of characters of all names."
        ),
    ),
)

softmax_temperature = Check(
    "softmax_temperature",
    unit=UNIT,
    returns={"probabilities": ("n_y", "m")},
    causes=(
        needs("probabilities", "logits", "it does not change with the logits."),
        softmax_axis("probabilities"),
    ),
)

sample = ChanceCheck(
    "sample",
    unit=UNIT,
    returns={"indices": ()},
    calls=(softmax_temperature,),
    causes=(
        _list_cause("the EOS that was drawn belongs at the end of the list.", lambda got, right: got == right[:-1]),
        _list_cause(
            "it goes on after max_length, or after EOS has been drawn.",
            lambda got, right: len(got) > len(right) and got[: len(right)] == right,
        ),
        _list_cause("it ends too early.", lambda got, right: len(got) < len(right) and got == right[: len(got)]),
        _list_cause(
            "the first input is a column of zeros, and so is the first state.",
            lambda got, right: bool(got) and got[0] != right[0],
            SEEMS,
        ),
        _list_cause(
            "the first letter is right, a later one is not. A step needs the new state and, as a one-hot column, the "
            "index that was drawn before it.",
            lambda got, right: bool(got) and got[0] == right[0],
            SEEMS,
        ),
    ),
    rules=(_same_state_same_name, _first_letters, _sampling_leaves_global_state),
)

clip = Check(
    "clip",
    unit=UNIT,
    returns={"clipped": ()},
    causes=(
        _dict_cause("clipped", "nothing is clipped.", lambda e: e.inputs["gradients"]),
        _dict_cause(
            "clipped",
            "large negative numbers are not clipped.",
            lambda e: {key: np.minimum(array, e.inputs["max_value"]) for key, array in e.inputs["gradients"].items()},
        ),
    ),
)

clip_by_norm = Check(
    "clip_by_norm",
    unit=UNIT,
    returns={"clipped": ()},
    causes=(
        _dict_cause(
            "clipped", "each array is clipped by its own norm; there is one norm for all.", _each_array_by_itself
        ),
        _dict_cause("clipped", "gradients that are short enough are to be left as they are.", _always_scaled),
        _dict_cause("clipped", "nothing is clipped.", lambda e: e.inputs["gradients"]),
    ),
)

optimize = Check(
    "optimize",
    unit=UNIT,
    returns={"new_parameters": (), "loss": (), "gradients": (), "a_last": ("n_a", "1")},
    calls=(clip,),
    causes=(
        _not_clipped,
        _dict_cause("new_parameters", "the step goes uphill: take the gradient away.", _stepped_the_other_way),
        _dict_cause("new_parameters", "they are the old parameters.", lambda e: e.inputs["parameters"]),
        equals("loss", lambda e: -e.expected["loss"], "the sign of the loss is the other way round."),
        equals("loss", lambda e: e.expected["loss"] / e.inputs["Y"].size, "the loss is a mean; the sum is asked."),
    ),
)

smooth = Check(
    "smooth",
    unit=UNIT,
    returns={"smoothed": ("n",)},
    causes=(equals("smoothed", lambda e: np.asarray(e.inputs["losses"]), "nothing is smoothed."),),
)

train_model = ChanceCheck(
    "train_model",
    unit=UNIT,
    returns={"trained": (), "losses": ()},
    calls=(optimize,),
    causes=(
        equals(
            "losses",
            lambda e: [loss * (len(e.inputs["names"][0]) + 1) for loss in e.expected["losses"]],
            "the losses are those of whole names: divide by the number of characters, EOS included.",
        ),
        _dict_cause("trained", "they are the parameters that it was given.", lambda e: e.inputs["parameters"]),
    ),
    rules=(_orders, _training_leaves_global_state),
)

CHECKS = (
    build_vocabulary,
    log_probability,
    perplexity,
    softmax_temperature,
    sample,
    clip,
    clip_by_norm,
    optimize,
    smooth,
    train_model,
)
