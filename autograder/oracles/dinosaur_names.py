"""Unit 02: oracles by other means than the lesson's, and the cases that they are asked.

Nothing here propagates an error backwards. Gradients are complex-step derivatives (Squire and Trapp, 1998: the
imaginary part of f(x + ih) / h), exact to the last digits because no difference is taken. States run through W_aa and
W_ax apart and through columns picked by index instead of one-hot products; softmaxes are SciPy's.
tests/test_dinosaur_names.py holds all of it against a Keras SimpleRNN and GradientTape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import permutations, product
from typing import Any

import numpy as np
from scipy import special
from scipy.signal import lfilter

from autograder.course.variants import VARIANTS, variant
from unrolled.arrays import Case

Array = np.ndarray
Parameters = dict[str, Array]
EOS = "\n"

# Vocabulary and text


def build_vocabulary(text: str) -> tuple[dict[str, int], dict[int, str]]:
    """→ ``char_to_ix``, ``ix_to_char``: the newline first, the other characters by their code points."""
    points = np.unique([ord(character) for character in text])
    characters = [EOS, *(chr(point) for point in points if point != ord(EOS))]
    return dict(zip(characters, range(len(characters)), strict=True)), dict(enumerate(characters))


def vocabulary(letters: str) -> dict[str, int]:
    """``char_to_ix`` of a few letters that are already in order."""
    return {character: index for index, character in enumerate(EOS + letters)}


def encode(name: str, char_to_ix: dict[str, int]) -> tuple[Array, Array]:
    """→ X (n_x, 1, T), its first column zero; Y (1, T)."""
    answers = [char_to_ix[character] for character in name + EOS]
    identity = np.eye(len(char_to_ix))
    columns = [np.zeros(len(char_to_ix)), *(identity[index] for index in answers[:-1])]
    return np.stack(columns, axis=1)[:, None, :], np.array(answers)[None]


# Probabilities


def _logits(inputs: Sequence[int | None], a_prev: Array, parameters: Parameters) -> tuple[Array, Array]:
    """States (..., n_a, T) and logits (..., n_y, T) for inputs given by index (None: a column of zeros).

    Parameters may carry further axes in front, one network each, and may be complex.
    """
    n_a = parameters["ba"].shape[-2]
    Waa, Wax = parameters["Wa"][..., :n_a], parameters["Wa"][..., n_a:]
    state, states = a_prev, []
    for index in inputs:
        driven = parameters["ba"] if index is None else parameters["ba"] + Wax[..., index, None]
        state = np.tanh(Waa @ state + driven)
        states.append(state)
    a = np.concatenate(states, axis=-1)
    return a, parameters["Wya"] @ a + parameters["by"]


def _inputs(X: Array) -> list[int | None]:
    return [int(column.argmax()) if column.any() else None for column in X[:, 0].T]


def distributions(indices: Sequence[int], parameters: Parameters, temperature: float = 1.0) -> Array:
    """What every index of a sample was drawn from, given those before it: (T, n_y)."""
    start = np.zeros(parameters["ba"].shape)
    _, logits = _logits([None, *indices[:-1]], start, parameters)
    return special.softmax(logits.T / temperature, axis=1)


def log_probability(name: str, parameters: Parameters, char_to_ix: dict[str, int]) -> float:
    """The sum of SciPy's ``log_softmax`` at the name's letters and at EOS."""
    answers = [char_to_ix[character] for character in name + EOS]
    _, logits = _logits([None, *answers[:-1]], np.zeros(parameters["ba"].shape), parameters)
    return float(special.log_softmax(logits, axis=0)[answers, np.arange(len(answers))].sum())


def perplexity(names: Sequence[str], parameters: Parameters, char_to_ix: dict[str, int]) -> float:
    """The geometric mean of 1 / probability over all characters of all names, EOS included."""
    surprises = [-log_probability(name, parameters, char_to_ix) for name in names]
    return float(np.exp(np.sum(surprises) / len("".join(name + EOS for name in names))))


def softmax_temperature(logits: Array, temperature: float) -> Array:
    """→ (n_y, m), by way of the logarithm."""
    cooled = np.true_divide(logits, temperature)
    return np.exp(cooled - special.logsumexp(cooled, axis=0, keepdims=True))


# Gradients


def clip(gradients: Parameters, max_value: float) -> Parameters:
    """The middle one of each number and the two bounds."""
    return {
        key: np.median([array, np.full(np.shape(array), -max_value), np.full(np.shape(array), max_value)], axis=0)
        for key, array in gradients.items()
    }


def clip_by_norm(gradients: Parameters, max_norm: float) -> Parameters:
    """All arrays as one vector, shortened to ``max_norm`` if it is longer."""
    length = np.linalg.norm(np.concatenate([np.ravel(array) for array in gradients.values()]))
    return {key: np.array(array) / max(1.0, length / max_norm) for key, array in gradients.items()}


def loss_and_gradients(X: Array, Y: Array, a_prev: Array, parameters: Parameters) -> tuple[float, Parameters, Array]:
    """→ the summed loss, ``dWa, dba, dWya, dby`` by complex steps, all at once, and the last state (n_a, 1)."""
    tiny = 1e-40
    count = sum(array.size for array in parameters.values())
    steps = tiny * 1j * np.eye(count)
    moved, first = {}, 0
    for key, array in parameters.items():
        moved[key] = array + steps[:, first : first + array.size].reshape(count, *array.shape)
        first += array.size
    states, logits = _logits(_inputs(X), a_prev.astype(complex), moved)
    top = logits.real.max(axis=-2, keepdims=True)
    totals = np.log(np.exp(logits - top).sum(axis=-2)) + top[..., 0, :]
    losses = (totals - logits[:, Y[0], np.arange(Y.shape[1])]).sum(axis=-1)
    slopes, gradients = losses.imag / tiny, {}
    for key, array in parameters.items():
        gradients[f"d{key}"], slopes = slopes[: array.size].reshape(array.shape), slopes[array.size :]
    return float(losses[0].real), gradients, states[0, :, -1:].real


def optimize(
    X: Array, Y: Array, a_prev: Array, parameters: Parameters, learning_rate: float = 0.01, max_value: float = 5.0
) -> tuple[Parameters, float, Parameters, Array]:
    """→ ``new_parameters``, ``loss``, ``gradients`` (clipped), ``a_last``."""
    loss, gradients, a_last = loss_and_gradients(X, Y, a_prev, parameters)
    clipped = clip(gradients, max_value)
    return {key: parameters[key] - learning_rate * clipped[f"d{key}"] for key in parameters}, loss, clipped, a_last


def smooth(losses: Sequence[float] | Array, weight: float = 0.99) -> Array:
    """The running average as a linear filter: SciPy's ``lfilter``, with the first loss as its past."""
    values = np.asarray(losses, dtype=float)
    return lfilter([1 - weight], [1, -weight], values, zi=[weight * values[0]])[0]


def train_in_order(
    names: Sequence[str],
    parameters: Parameters,
    char_to_ix: dict[str, int],
    order: Sequence[int],
    learning_rate: float = 0.01,
    max_value: float = 5.0,
) -> tuple[Parameters, Array]:
    """Train on the names with these indices, one after the other; → parameters, losses in nats a character."""
    losses = []
    for index in order:
        X, Y = encode(names[index], char_to_ix)
        parameters, loss, _, _ = optimize(X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value)
        losses.append(loss / Y.size)
    return parameters, np.array(losses)


# Inputs


def random_parameters(rng: np.random.Generator, n_a: int, n_x: int, scale: float = 0.7) -> Parameters:
    """Weights and biases, all different from zero."""
    shapes = {"Wa": (n_a, n_a + n_x), "ba": (n_a, 1), "Wya": (n_x, n_a), "by": (n_x, 1)}
    return {key: scale * rng.standard_normal(shape) for key, shape in shapes.items()}


def random_text(rng: np.random.Generator) -> str:
    """Names of some letters of the alphabet, each on a line of its own."""
    letters = rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[: rng.integers(6, 12)]
    return "".join("".join(rng.choice(letters, rng.integers(2, 7))) + EOS for _ in range(4))


def random_name(rng: np.random.Generator, char_to_ix: dict[str, int], length: int) -> str:
    """Letters of the vocabulary, EOS left out."""
    return "".join(rng.choice([letter for letter in char_to_ix if letter != EOS], length))


def random_gradients(rng: np.random.Generator, scale: float = 4.0) -> Parameters:
    """Arrays of several shapes, with names of their own."""
    shapes = {"dWa": (3, 5), "dba": (3, 1), "dV": (2, 3, 2), "db": (4,)}
    return {key: scale * rng.standard_normal(shape) for key, shape in shapes.items()}


LARGEST_LOGIT = 600  # whose exponential is still a number


def one_way(seed: str, letters: str, n_a: int) -> tuple[Parameters, list[int]]:
    """A network so sure of itself that it writes one name only, and that name.

    Every choice is made with odds of more than e^40, so any way of drawing gives the same; and no logit is so large
    that its exponential would be infinite. The name depends on the letters fed back, on the carried state and on the
    zeros at the beginning: without one of them it is another name.
    """
    rng = np.random.default_rng([*seed.encode()])
    n_x = len(letters) + 1
    while True:
        parameters = random_parameters(rng, n_a, n_x, 1.5)
        parameters["Wya"] *= 80
        parameters["by"] *= 12
        if (np.abs(parameters["Wya"]).sum(axis=1, keepdims=True) + np.abs(parameters["by"])).max() > LARGEST_LOGIT:
            continue
        name, gap = _greedy(parameters, 12)
        others = [
            _greedy(parameters, 12, feed=False)[0],
            _greedy(parameters, 12, carry=False)[0],
            *(_greedy(parameters, 12, first=index)[0] for index in range(n_x)),
        ]
        if gap > 40 and 5 <= len(name) <= 9 and name[-1] == 0 and len(set(name)) >= 4 and name not in others:
            return parameters, name


def _greedy(
    parameters: Parameters, longest: int, *, feed: bool = True, carry: bool = True, first: int | None = None
) -> tuple[list[int], float]:
    """The most likely indices one by one up to EOS, and the smallest lead of a winner; with a fault if asked."""
    start = np.zeros(parameters["ba"].shape)
    indices: list[int] = []
    state, index, lead = start, first, np.inf
    while len(indices) < longest:
        state, logits = _logits([index], state if carry else start, parameters)
        second, best = np.sort(logits[:, 0])[-2:]
        drawn = int(logits.argmax())
        indices.append(drawn)
        lead = min(lead, best - second)
        if drawn == 0:
            break
        index = drawn if feed else None
    return indices, float(lead)


def disguised(rng: np.random.Generator, parameters: Parameters) -> tuple[Parameters, Array]:
    """→ a network that writes the same with other letters, and the new index of each old one; EOS keeps its own.

    Letters and hidden units stand in another order, and some units have the other sign, which tanh does not mind.
    """
    n_a, n_x = parameters["ba"].shape[0], parameters["by"].shape[0]
    units, signs = rng.permutation(n_a), rng.choice([-1.0, 1.0], (n_a, 1))
    letters = np.concatenate([[0], 1 + rng.permutation(n_x - 1)])
    Waa, Wax = parameters["Wa"][:, :n_a], parameters["Wa"][:, n_a:]
    changed = {
        "Wa": signs * np.hstack([Waa[:, units] * signs.T, Wax[:, letters]])[units],
        "ba": signs * parameters["ba"][units],
        "Wya": parameters["Wya"][letters][:, units] * signs.T,
        "by": parameters["by"][letters],
    }
    return changed, np.argsort(letters)


def disguised_case(rng: np.random.Generator, case: Case) -> Case:
    """A case of :func:`one_way` with a network that writes the same with other letters."""
    parameters, places = disguised(rng, case.inputs["parameters"])
    return Case(
        case.inputs | {"parameters": parameters}, {"indices": [int(places[old]) for old in case.outputs["indices"]]}
    )


def talkative(seed: str, letters: str, n_a: int) -> Parameters:
    """A network that never ends a name, and whose letters depend on the past."""
    rng = np.random.default_rng([*seed.encode()])
    parameters = random_parameters(rng, n_a, len(letters) + 1, 1.3)
    parameters["by"] *= 0.3
    parameters["Wya"][0], parameters["by"][0] = 0.0, -300.0
    return parameters


def brief(seed: str, letters: str, n_a: int, end: float) -> Parameters:
    """A network that ends a name at every step with the probability ``end``, whatever came before."""
    rng = np.random.default_rng([*seed.encode()])
    parameters = random_parameters(rng, n_a, len(letters) + 1)
    parameters["Wya"] = np.zeros(parameters["Wya"].shape)
    parameters["by"] = np.log([end] + [(1 - end) / len(letters)] * len(letters))[:, None]
    return parameters


# Cases


def public_cases() -> dict[str, Case]:
    """What the students' checks compare with."""
    return {f"{exercise}/{name}": case for exercise, name, case in _public()} | {
        "sample_chances/first_letter": _chances("public"),
        "train_model_orders/three_names": _orders("public", ["yi", "beg", "kolo"], 2),
    }


def hidden_cases() -> dict[str, Case]:
    """What the hidden grader compares with, and what the diagnosis learns from which values hang on which; no inputs in
    common with the public cases.
    """
    orders = (_orders(f"hidden {number}", ["ab", "cade", "bebedac"], 2) for number in range(VARIANTS))
    return {f"{exercise}/{name}": case for exercise, name, case in _hidden()} | {
        variant("train_model/orders", number): case for number, case in enumerate(orders)
    }


def _public() -> list[tuple[str, str, Case]]:
    rng = np.random.default_rng([*b"unit 02 public"])
    small = vocabulary("abcde")
    parameters = random_parameters(rng, 4, 6)
    texts = {"example": "yi\nzuul\nmei\n", "no_newline": "Tab\tand BLANK"}
    cases = [("build_vocabulary", name, _vocabulary_case(text)) for name, text in texts.items()]
    for name, text in {"example": "bead", "one_letter": "c", "empty": "", "long": random_name(rng, small, 400)}.items():
        cases.append(("log_probability", name, _log_case(text, parameters, small)))
    for name, names in {"example": ["ace", "bee", "dad"], "different_lengths": ["a", "decade", ""]}.items():
        cases.append(("perplexity", name, _perplexity_case(names, parameters, small)))
    for name, logits, temperature in [
        ("example", rng.normal(0, 2, (5, 3)), 0.5),
        ("hot", rng.normal(0, 2, (4, 1)), 3.0),
        ("large_logits", rng.normal(0, 400, (6, 2)), 0.1),
    ]:
        cases.append(("softmax_temperature", name, _temperature_case(logits, temperature)))
    sure, indices = one_way("public", "abcdef", 5)
    for name, longest in [("one_way", 50), ("cut_off", 3)]:
        cases.append(("sample", name, _sample_case(sure, "abcdef", indices, longest)))
    gradients = random_gradients(rng)
    inputs = {"gradients": gradients, "max_value": 3.0}
    cases.append(("clip", "example", Case(inputs, {"clipped": clip(gradients, 3.0)})))
    for name, most in [("example", 6.0), ("short_enough", 100.0)]:
        cases.append(("clip_by_norm", name, _norm_case(gradients, most)))
    zero = {key: np.zeros(array.shape) for key, array in gradients.items()}
    cases.append(("clip_by_norm", "all_zero", _norm_case(zero, 1.0)))
    for name, options in [("example", (0.1, 0.3)), ("one_letter", (0.05, 10.0))]:
        word = "a" if name == "one_letter" else "decade"
        cases.append(("optimize", name, _optimize_case(rng, word, small, *options)))
    for name, weight in [("example", 0.9), ("light", 0.3)]:
        losses = rng.uniform(1, 4, 8)
        cases.append(("smooth", name, Case({"losses": losses, "weight": weight}, {"smoothed": smooth(losses, weight)})))
    cases.append(("train_model", "one_name", _train_case(["decade"], parameters, small, [0] * 4, 4, 0.1, 0.5)))
    return cases


def _hidden() -> list[tuple[str, str, Case]]:
    rng = np.random.default_rng([*b"unit 02 hidden"])
    small = vocabulary("abcde")
    parameters = random_parameters(rng, 3, 6)
    texts = {
        "plain": "anzu\nkol\nxixi\n",
        "odd": "Zz top\t'A' aß",
        "no_newline": "dcba",
        "empty": "",
        "newlines": "\n\n",
    }
    cases = [("build_vocabulary", name, _vocabulary_case(text)) for name, text in texts.items()]
    for name, text in {"plain": "decab", "empty": "", "long": random_name(rng, small, 600)}.items():
        cases.append(("log_probability", name, _log_case(text, parameters, small)))
    for name, names in {"plain": ["bad", "ace"], "lengths": ["e", "abcdeabcde", "", "da"], "one": ["ebb"]}.items():
        cases.append(("perplexity", name, _perplexity_case(names, parameters, small)))
    for name, logits, temperature in [
        ("plain", rng.normal(0, 2, (7, 4)), 1.0),
        ("cold", rng.normal(0, 2, (5, 3)), 0.4),
        ("hot", rng.normal(0, 2, (3, 2)), 2.5),
        ("one_column", rng.normal(0, 1, (6, 1)), 0.7),
        ("large", rng.normal(0, 500, (4, 5)), 0.02),
        ("far_below", rng.normal(0, 1, (4, 2)) - [5000, -100], 1.5),
    ]:
        cases.append(("softmax_temperature", name, _temperature_case(logits, temperature)))
    for k in range(3):
        letters = "abcdefgh"[: 5 + k]
        sure, indices = one_way(f"hidden {k}", letters, 4 + k)
        cases.append(("sample", f"one_way_{k}", _sample_case(sure, letters, indices, 50)))
    cases.append(("sample", "talkative", Case({"parameters": talkative("hidden", "abcd", 3)}, {})))
    cases.append(("sample", "brief", Case({"parameters": brief("hidden", "abc", 2, 0.3)}, {})))
    for name, word, options in [
        ("plain", "bedec", (0.1, 0.25)),
        ("one_letter", "c", (0.3, 50.0)),
        ("steep", "adbce", ()),
    ]:
        cases.append(
            ("optimize", name, _optimize_case(rng, word, small, *options, scale=2.5 if name == "steep" else 0.7))
        )
    gradients = random_gradients(rng, 6.0)
    inputs = {"gradients": gradients, "max_value": 5.0}
    cases.append(("clip", "plain", Case(inputs, {"clipped": clip(gradients, 5.0)})))
    cases.append(("clip_by_norm", "plain", _norm_case(random_gradients(rng, 3.0), 5.0)))
    losses = rng.uniform(0.5, 4, 9)
    cases.append(("smooth", "plain", Case({"losses": losses, "weight": 0.8}, {"smoothed": smooth(losses, 0.8)})))
    options = (0.2, 0.5)
    cases.append(("train_model", "one_name", _train_case(["badde"], parameters, small, [0] * 3, 3, *options)))
    return cases


def _vocabulary_case(text: str) -> Case:
    return Case({"text": text}, dict(zip(("char_to_ix", "ix_to_char"), build_vocabulary(text), strict=True)))


def _log_case(name: str, parameters: Parameters, char_to_ix: dict[str, int]) -> Case:
    inputs = {"name": name, "parameters": parameters, "char_to_ix": char_to_ix}
    return Case(inputs, {"log_p": log_probability(**inputs)})  # type: ignore[arg-type]


def _perplexity_case(names: list[str], parameters: Parameters, char_to_ix: dict[str, int]) -> Case:
    inputs = {"names": names, "parameters": parameters, "char_to_ix": char_to_ix}
    return Case(inputs, {"perplexity": perplexity(**inputs)})  # type: ignore[arg-type]


def _temperature_case(logits: Array, temperature: float) -> Case:
    inputs = {"logits": logits, "temperature": temperature}
    return Case(inputs, {"probabilities": softmax_temperature(logits, temperature)})


def _norm_case(gradients: Parameters, max_norm: float) -> Case:
    inputs = {"gradients": gradients, "max_norm": max_norm}
    return Case(inputs, {"clipped": clip_by_norm(gradients, max_norm)})


def _sample_case(parameters: Parameters, letters: str, indices: list[int], longest: int) -> Case:
    """``rng`` is a seed: whoever asks makes a generator of it."""
    inputs = {
        "parameters": parameters,
        "char_to_ix": vocabulary(letters),
        "rng": 7,
        "temperature": 1.0,
        "max_length": longest,
    }
    return Case(inputs, {"indices": indices[:longest]})


def _optimize_case(
    rng: np.random.Generator, name: str, char_to_ix: dict[str, int], *options: float, scale: float = 0.7
) -> Case:
    X, Y = encode(name, char_to_ix)
    inputs: dict[str, Any] = {"X": X, "Y": Y, "a_prev": 0.5 * rng.standard_normal((4, 1))}
    inputs["parameters"] = random_parameters(rng, 4, len(char_to_ix), scale)
    inputs |= dict(zip(("learning_rate", "max_value"), options, strict=False))
    names = ("new_parameters", "loss", "gradients", "a_last")
    return Case(inputs, dict(zip(names, optimize(**inputs), strict=True)))


def _train_case(
    names: list[str],
    parameters: Parameters,
    char_to_ix: dict[str, int],
    order: list[int],
    epochs: int,
    learning_rate: float,
    max_value: float,
) -> Case:
    inputs = {"names": names, "parameters": parameters, "char_to_ix": char_to_ix, "rng": 11, "epochs": epochs}
    inputs |= {"learning_rate": learning_rate, "max_value": max_value}
    trained, losses = train_in_order(names, parameters, char_to_ix, order, learning_rate, max_value)
    return Case(
        inputs, {"trained": trained, "losses": losses.tolist()}
    )  # as a list: arrays agree with it, and lists do


def _chances(purpose: str) -> Case:
    """The first letter's probabilities at three temperatures."""
    letters = "abcd"
    rng = np.random.default_rng([*f"unit 02 chances {purpose}".encode()])
    parameters = random_parameters(rng, 3, len(letters) + 1, 1.2)
    temperatures = [0.3, 1.0, 3.0]
    return Case(
        {"parameters": parameters, "char_to_ix": vocabulary(letters), "temperatures": temperatures},
        {"probabilities": [distributions([0], parameters, temperature)[0] for temperature in temperatures]},
    )


def _orders(purpose: str, names: list[str], epochs: int) -> Case:
    """Where every order of the names leads: any of them is right."""
    char_to_ix = build_vocabulary("".join(names))[0]
    rng = np.random.default_rng([*f"unit 02 orders {purpose}".encode()])
    parameters = random_parameters(rng, 3, len(char_to_ix))
    inputs = {"names": names, "parameters": parameters, "char_to_ix": char_to_ix, "rng": 5, "epochs": epochs}
    inputs |= {"learning_rate": 0.2, "max_value": 0.8}
    orders = [sum(parts, ()) for parts in product(permutations(range(len(names))), repeat=epochs)]

    @cache
    def trained_on(order: tuple[int, ...]) -> tuple[Parameters, Array]:
        before, losses = trained_on(order[:-1]) if order else (parameters, np.zeros(0))
        after, loss = train_in_order(names, before, char_to_ix, order[-1:], 0.2, 0.8)
        return after, np.concatenate([losses, loss])

    ends = [trained_on(order) for order in orders]
    outputs = {
        "orders": np.array(orders),
        "trained": {key: np.stack([trained[key] for trained, _ in ends]) for key in parameters},
        "losses": np.stack([losses for _, losses in ends]),
    }
    return Case(inputs, outputs)
