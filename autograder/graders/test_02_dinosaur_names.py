"""Hidden grader of unit 02.

Nothing hangs on one frozen sequence of random numbers. What ``sample`` writes is examined in three ways: networks that
are so sure of themselves that every way of drawing gives the same name (one-hot feedback, carried state, zeros at the
start, EOS); a long text against the exact probabilities that each of its letters was drawn from, in standard
deviations; and the generator's own rules. The orders that ``train_model`` may draw are all known for a few names: each
is right.

Most parts ask cases of the submission's own: networks, names and texts are drawn, or a network is disguised.

Expected numbers come from the oracle: complex steps for gradients, SciPy's log-softmax for probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograder.examination.agree import agree, unpack, untouched
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake, worth
from autograder.oracles import dinosaur_names as oracle
from unrolled.arrays import Case
from unrolled.checking.compare import difference, few_or_many
from unrolled.wire import Recipe

GLOBAL = "import numpy.random as _global; "
SIGMAS = 6.5  # a right answer leaves one of these bounds less than once in 10^9 submissions;
FEW, NATS = 6.0, 15.0  # some room more for counts of which little is expected, and for rare letters' surprise
OTHER_SIZES, REPEATED = "for other sizes", "when called again after another input"


def generator(seed: int) -> Recipe:
    """A NumPy generator that is made in the student's process, anew for each call."""
    return Recipe("Generator", {"seed": seed})


def own(references: Cases, name: str, make: Callable[..., Case], *args: Any, **options: Any) -> Case:
    """A submission's own case, of parameters that are drawn for it: ``make(*args, parameters, char_to_ix)``."""

    def made(rng: np.random.Generator) -> Case:
        return make(*args, oracle.random_parameters(rng, 3, 6), oracle.vocabulary("abcde"), **options)

    return references.live(name, made)


def network(references: Cases, name: str) -> dict[str, np.ndarray]:
    """The parameters of a stored network, as a submission's seed disguises it."""
    stored = references[name].inputs["parameters"]
    return references.live(name, lambda rng: oracle.disguised(rng, stored)[0])


def seeds(rng: np.random.Generator, count: int) -> list[int]:
    return [int(seed) for seed in rng.integers(1, 2**31, count)]


def check(student: Any, exercise: str, case: Case, when: str = "", axes: tuple[str, ...] = ()) -> None:
    """Compare the one value that an exercise returns."""
    ((name, expected),) = case.outputs.items()
    agree(student.call(exercise, *case.inputs.values()), expected, name, axes, when)


def check_habits(student: Any, exercise: str, cases: Sequence[Case], axes: tuple[str, ...] = ()) -> None:
    """Right on other inputs, arguments left alone, nothing remembered between calls."""
    first, second = cases
    ((name, expected),) = first.outputs.items()
    got, after = student.call(exercise, *first.inputs.values(), inputs_after=True)
    agree(got, expected, name, axes, OTHER_SIZES)
    untouched(first.inputs, after)
    check(student, exercise, second, OTHER_SIZES, axes)
    check(student, exercise, first, REPEATED, axes)


def global_state(student: Any) -> str:
    """A digest of NumPy's global generator in the student's process."""
    return student.run(f"{GLOBAL}print(hash((str(_global.get_state()[2:]), _global.get_state()[1].tobytes())))")


def check_global_state(student: Any, exercise: str, *args: Any) -> None:
    """Raise Mistake when a call changes NumPy's global generator."""
    student.run(f"{GLOBAL}_global.seed(20_061_027)")  # from a state that nobody seeds it with
    before = global_state(student)
    student.call(exercise, *args)
    if global_state(student) != before:
        raise Mistake("it changes NumPy's global generator (np.random.…), which belongs to everybody: use rng only")


# Vocabulary, probability


class TestBuildVocabulary:
    exercise = "build_vocabulary"

    def examine(self, student: Any, case: Case, part: int, when: str = "") -> None:
        got = unpack(student.call(self.exercise, *case.inputs.values()), *case.outputs)
        name = list(case.outputs)[part]
        agree(got[part], case.outputs[name], name, when=when)

    def own(self, references: Cases) -> Case:
        return references.live("build_vocabulary", lambda rng: oracle._vocabulary_case(oracle.random_text(rng)))

    @worth(3, "from characters to indices")
    def test_indices(self, student, references):
        self.examine(student, self.own(references), 0)
        self.examine(student, references["build_vocabulary/odd"], 0, "for a text with capitals and a tab")

    @worth(2, "newline first")
    def test_newline(self, student, references):
        self.examine(student, self.own(references), 0)
        for name, when in [
            ("no_newline", "for a text without a newline"),
            ("newlines", "for a text of newlines only"),
            ("empty", "for an empty text"),
        ]:
            self.examine(student, references[f"build_vocabulary/{name}"], 0, when)

    @worth(2, "from indices to characters")
    def test_way_back(self, student, references):
        for case in (self.own(references), references["build_vocabulary/odd"]):
            self.examine(student, case, 1)


class TestLogProbability:
    exercise = "log_probability"

    @worth(6, "a name")
    def test_name(self, student, references, rng):
        check(student, self.exercise, references["log_probability/plain"])
        char_to_ix = oracle.vocabulary("abcdefgh")
        case = oracle._log_case("hag", oracle.random_parameters(rng, 5, 9), char_to_ix)
        check(student, self.exercise, case, OTHER_SIZES)

    @worth(2, "the empty name: only its end")
    def test_empty(self, student, references):
        case = own(references, "log_probability/empty", oracle._log_case, "")
        check(student, self.exercise, case, "for an empty name")

    @worth(3, "a long text")
    def test_long(self, student, references):
        check(student, self.exercise, references["log_probability/long"], "for a text of hundreds of letters")

    @worth(1, "inputs left alone, repeated calls")
    def test_habits(self, student, references, rng):
        char_to_ix = oracle.vocabulary("xyz")
        cases = [oracle._log_case(name, oracle.random_parameters(rng, 2, 4), char_to_ix) for name in ("zyx", "x")]
        check_habits(student, self.exercise, cases)


class TestPerplexity:
    exercise = "perplexity"
    provides = {"log_probability": oracle.log_probability}

    @worth(3, "names of one length")
    def test_plain(self, student, references):
        check(student, self.exercise, references["perplexity/one"], "for one name")
        check(student, self.exercise, own(references, "perplexity/plain", oracle._perplexity_case, ["bad", "ace"]))

    @worth(4, "names of different lengths")
    def test_lengths(self, student, references):
        names = ["e", "abcdeabcde", "", "da"]
        case = own(references, "perplexity/lengths", oracle._perplexity_case, names)
        check(student, self.exercise, case, "for names of different lengths")

    @worth(1, "inputs left alone, repeated calls")
    def test_habits(self, student, references, rng):
        char_to_ix = oracle.vocabulary("pqr")
        draws = (["pq", "r", "rrrr"], ["qqp"])
        cases = [oracle._perplexity_case(names, oracle.random_parameters(rng, 2, 4), char_to_ix) for names in draws]
        check_habits(student, self.exercise, cases)


# Sampling

PROBABILITIES = ("n_y", "m")


class TestSoftmaxTemperature:
    exercise = "softmax_temperature"

    @worth(2, "temperature 1")
    def test_plain(self, student, references, rng):
        case = oracle._temperature_case(rng.normal(0, 2, (7, 4)), 1.0)
        check(student, self.exercise, case, "at temperature 1", PROBABILITIES)

    @worth(3, "other temperatures")
    def test_temperatures(self, student, references, rng):
        for shape, temperature, when in [
            ((5, 3), 0.4, "at a low temperature"),
            ((3, 2), 2.5, "at a high temperature"),
            ((6, 1), 0.7, "for m = 1"),
        ]:
            case = oracle._temperature_case(rng.normal(0, 2, shape), temperature)
            check(student, self.exercise, case, when, PROBABILITIES)

    @worth(2, "large logits")
    def test_large(self, student, references):
        for name, when in [
            ("large", "for large logits and a low temperature"),
            ("far_below", "for large negative logits"),
        ]:
            check(student, self.exercise, references[f"softmax_temperature/{name}"], when, PROBABILITIES)

    @worth(1, "inputs left alone, repeated calls")
    def test_habits(self, student, references, rng):
        cases = [oracle._temperature_case(rng.normal(0, 2, shape), 0.6) for shape in ((5, 2), (3, 4))]
        check_habits(student, self.exercise, cases, axes=PROBABILITIES)


def indices_of(got: Any, n_x: int, longest: int, ends: bool | None = None) -> list[int]:
    """A sample as a list of int; Mistake when it breaks a rule of form. ``ends``: whether EOS must close it."""
    if isinstance(got, np.ndarray) and got.ndim == 1 and got.dtype.kind in "iu":
        got = got.tolist()
    if not isinstance(got, list) or not all(type(index) is int for index in got):
        raise Mistake("should return a list of whole numbers, the indices that were drawn")
    if not all(0 <= index < n_x for index in got):
        raise Mistake("an index is not one of the vocabulary")
    if len(got) > longest:
        raise Mistake("it draws more than max_length indices")
    if 0 in got[:-1]:
        raise Mistake("it goes on after EOS has been drawn")
    if not got or (got[-1] != 0 and (len(got) < longest or ends)):
        raise Mistake("it ends before EOS has been drawn, and before max_length, or leaves EOS out of the list")
    return got


def check_draws(indices: Sequence[int], chances: np.ndarray, when: str) -> None:
    """Raise Mistake when indices were surely not drawn from these probabilities, one row each.

    At each step what came minus what was to be expected has mean zero, given the past: so its sums, over all steps and
    over those after one and the same letter, are compared with their standard deviations; and so is the surprise of the
    whole text.
    """
    came = np.eye(chances.shape[1])[list(indices)]
    before = np.array([-1, *indices[:-1]])
    groups = [np.ones(len(indices), bool), *(before == letter for letter in np.unique(before[1:]))]
    for group in groups:
        gap = (came - chances)[group].sum(axis=0)
        spread = np.sqrt((chances * (1 - chances))[group].sum(axis=0))
        if np.any(np.abs(gap) > SIGMAS * spread + FEW):
            raise Mistake(f"the letters do not come as often as their probabilities say ({when})")
    logs = np.log(np.maximum(chances, 1e-200))
    surprise, mean = -(came * logs).sum(axis=1), -(chances * logs).sum(axis=1)
    spread = np.sqrt(((chances * logs**2).sum(axis=1) - mean**2).sum())
    if abs((surprise - mean).sum()) > SIGMAS * spread + NATS:
        raise Mistake(f"the letters do not come as often as the network says after those before them ({when})")


class TestSample:
    exercise = "sample"
    provides = {"softmax_temperature": oracle.softmax_temperature}

    def one_way(self, references: Cases, k: int) -> Case:
        name = f"sample/one_way_{k}"
        return references.live(name, lambda rng: oracle.disguised_case(rng, references[name]))

    @worth(5, "what goes in at each step, and the end")
    def test_one_way(self, student, references, rng):
        for k, seed in enumerate(seeds(rng, 3)):
            case = self.one_way(references, k)
            inputs = case.inputs | {"rng": generator(seed)}
            got = indices_of(student.call(self.exercise, *inputs.values()), len(inputs["char_to_ix"]), 50)
            agree(got, case.outputs["indices"], "the list of indices", when="for a network that leaves no choice")

    @worth(4, "drawn from the network's probabilities")
    def test_chances(self, student, references, rng):
        self.examine_draws(student, references, rng, 1.0, 900, "at temperature 1")

    @worth(3, "temperature")
    def test_temperature(self, student, references, rng):
        self.examine_draws(student, references, rng, 0.4, 400, "at a low temperature")
        self.examine_draws(student, references, rng, 3.0, 500, "at a high temperature")

    def examine_draws(
        self, student: Any, references: Any, rng: Any, temperature: float, length: int, when: str
    ) -> None:
        parameters, char_to_ix = network(references, "sample/talkative"), oracle.vocabulary("abcd")
        (seed,) = seeds(rng, 1)
        got = student.call(self.exercise, parameters, char_to_ix, generator(seed), temperature, length)
        indices = indices_of(got, 5, length)
        check_draws(indices, oracle.distributions(indices, parameters, temperature), when)

    @worth(3, "EOS and max_length")
    def test_ends(self, student, references, rng):
        parameters, char_to_ix = network(references, "sample/brief"), oracle.vocabulary("abc")
        drawn: list[int] = []
        kept = student.make("Generator", seed=seeds(rng, 1)[0])
        for longest in [30] * 40 + [1, 2, 3, 4] * 5:
            got = student.call(self.exercise, parameters, char_to_ix, kept, 1.0, longest)
            drawn += indices_of(got, 4, longest)
        chances = np.tile(oracle.distributions([0], parameters), (len(drawn), 1))
        check_draws(drawn, chances, "for short names")
        talkative, letters = network(references, "sample/talkative"), oracle.vocabulary("abcd")
        (seed,) = seeds(rng, 1)
        for longest in (1, 7):
            got = student.call(self.exercise, talkative, letters, generator(seed), 1.0, longest)
            indices_of(got, 5, longest)
        indices = indices_of(student.call(self.exercise, talkative, letters, generator(seed)), 5, 50)
        check_draws(indices, oracle.distributions(indices, talkative), "with temperature and max_length left out")

    @worth(3, "the generator")
    def test_generator(self, student, references, rng):
        parameters, char_to_ix = network(references, "sample/talkative"), oracle.vocabulary("abcd")

        def write(source: Any) -> list[int]:
            return indices_of(student.call(self.exercise, parameters, char_to_ix, source, 1.5, 40), 5, 40)

        one, other = seeds(rng, 2)
        first = write(generator(one))
        check_draws(first, oracle.distributions(first, parameters, 1.5), "for one text")
        if write(generator(one)) != first:
            raise Mistake("two generators in the same state give two different texts: take all chance from rng")
        if write(generator(other)) == first:
            raise Mistake("generators in different states give the same text: draw from the rng that is passed in")
        kept = student.make("Generator", seed=one)
        if write(kept) == write(kept):
            raise Mistake("one generator gives the same text twice in a row: draw from rng itself, not from a copy")
        check_global_state(student, self.exercise, parameters, char_to_ix, generator(one), 1.0, 10)

    @worth(1, "inputs left alone, Python integers")
    def test_habits(self, student, references, rng):
        case = self.one_way(references, 0)
        inputs = case.inputs | {"rng": generator(seeds(rng, 1)[0])}
        got, after = student.call(self.exercise, *inputs.values(), inputs_after=True)
        agree(got, case.outputs["indices"], "the list of indices")
        if not isinstance(after, list) or len(after) != len(inputs):
            raise Mistake("the arguments were changed in place; work on copies")
        names = ("parameters", "char_to_ix")
        untouched({name: inputs[name] for name in names}, after[:2])


# Clipping


def gradients(rng: np.random.Generator, scale: float) -> dict[str, np.ndarray]:
    return oracle.random_gradients(rng, scale)


def clip_case(given: dict[str, np.ndarray], most: float) -> Case:
    return Case({"gradients": given, "max_value": most}, {"clipped": oracle.clip(given, most)})


class TestClip:
    exercise = "clip"

    @worth(4, "numbers on both sides")
    def test_values(self, student, references, rng):
        check(student, self.exercise, references["clip/plain"])
        check(student, self.exercise, clip_case(gradients(rng, 6.0), 0.5), "for another bound")

    @worth(1, "small gradients")
    def test_small(self, student, references, rng):
        check(student, self.exercise, clip_case(gradients(rng, 0.1), 5.0), "for gradients within the bounds")

    @worth(2, "other keys and shapes, inputs left alone")
    def test_habits(self, student, references, rng):
        other = {"dU": rng.normal(0, 9, (2, 2, 3)), "dz": rng.normal(0, 9, (1,))}
        check_habits(student, self.exercise, [clip_case(gradients(rng, 8.0), 2.0), clip_case(other, 3.0)])


def norm_of(given: dict[str, np.ndarray]) -> float:
    return float(np.sqrt(sum(np.vdot(array, array) for array in given.values())))


class TestClipByNorm:
    exercise = "clip_by_norm"

    @worth(4, "gradients that are too long")
    def test_long(self, student, references, rng):
        check(student, self.exercise, references["clip_by_norm/plain"])
        check(student, self.exercise, oracle._norm_case(gradients(rng, 3.0), 0.3))

    @worth(2, "gradients that are short enough")
    def test_short(self, student, references, rng):
        given = gradients(rng, 1.0)
        for share in (1.001, 1.5, 40.0):  # short of the bound by a hair, and by far
            case = oracle._norm_case(given, share * norm_of(given))
            check(student, self.exercise, case, "for gradients within the bound")
        check(
            student, self.exercise, oracle._norm_case(given, 0.97 * norm_of(given)), "for gradients a little too long"
        )

    @worth(1, "gradients of zero")
    def test_zero(self, student, references):
        zero = {"dW": np.zeros((2, 3)), "db": np.zeros((2, 1))}
        check(student, self.exercise, oracle._norm_case(zero, 2.0), "for gradients of zero")

    @worth(1, "other keys and shapes, inputs left alone")
    def test_habits(self, student, references, rng):
        other = {"dU": rng.normal(0, 9, (2, 2, 3)), "dz": rng.normal(0, 9, (1,))}
        cases = [oracle._norm_case(given, 3.0) for given in (gradients(rng, 8.0), other)]
        check_habits(student, self.exercise, cases)


# Learning

STEP = ("new_parameters", "loss", "gradients", "a_last")


class TestOptimize:
    exercise = "optimize"
    provides = {"clip": oracle.clip, "log_probability": oracle.log_probability}

    ASKED = {"plain": ("bedec", (0.1, 0.25), 0.7), "one_letter": ("c", (0.3, 50.0), 0.7), "steep": ("adbce", (), 2.5)}

    def own(self, references: Cases, kind: str) -> Case:
        """A case of the submission's own parameters: a name, learning_rate and max_value if given, and a scale."""
        name, options, scale = self.ASKED[kind]
        char_to_ix = oracle.vocabulary("abcde")
        return references.live(
            f"optimize/{kind}", lambda rng: oracle._optimize_case(rng, name, char_to_ix, *options, scale=scale)
        )

    def examine(self, student: Any, case: Case, *names: str, when: str = "") -> None:
        got = dict(zip(STEP, unpack(student.call(self.exercise, *case.inputs.values()), *STEP), strict=True))
        for name in names:
            agree(got[name], case.outputs[name], name, ("n_a", "1") if name == "a_last" else None, when)

    @worth(3, "loss")
    def test_loss(self, student, references):
        for name in ("plain", "one_letter", "steep"):
            self.examine(student, self.own(references, name), "loss")

    @worth(3, "gradients, clipped")
    def test_gradients(self, student, references):
        self.examine(student, self.own(references, "one_letter"), "gradients", when="where nothing is to be clipped")
        self.examine(student, self.own(references, "plain"), "gradients", when="where much is to be clipped")
        self.examine(student, self.own(references, "steep"), "gradients", when="with max_value left out")

    @worth(4, "new parameters")
    def test_parameters(self, student, references):
        self.examine(student, self.own(references, "plain"), "new_parameters")
        self.examine(student, self.own(references, "one_letter"), "new_parameters")
        when = "with learning_rate and max_value left out"
        self.examine(student, self.own(references, "steep"), "new_parameters", when=when)

    @worth(1, "last state")
    def test_last_state(self, student, references):
        for name in ("plain", "one_letter"):
            self.examine(student, self.own(references, name), "a_last")

    @worth(1, "inputs left alone, repeated calls")
    def test_habits(self, student, references, rng):
        char_to_ix = oracle.vocabulary("pqr")
        first = oracle._optimize_case(rng, "qpr", char_to_ix, 0.1, 0.5)
        got, after = student.call(self.exercise, *first.inputs.values(), inputs_after=True)
        for value, name in zip(unpack(got, *STEP), STEP, strict=True):
            agree(value, first.outputs[name], name, when=OTHER_SIZES)
        untouched(first.inputs, after)
        self.examine(student, oracle._optimize_case(rng, "r", char_to_ix, 0.2, 0.5), *STEP, when=OTHER_SIZES)
        self.examine(student, first, *STEP, when=REPEATED)


class TestSmooth:
    exercise = "smooth"

    def case(self, rng: np.random.Generator, length: int, *weight: float) -> Case:
        losses = rng.uniform(0.5, 4, length)
        inputs = {"losses": losses} | dict(zip(("weight",), weight, strict=False))
        return Case(inputs, {"smoothed": oracle.smooth(losses, *weight)})

    @worth(3, "running average")
    def test_average(self, student, references, rng):
        check(student, self.exercise, references["smooth/plain"], axes=("n",))
        for length, weight in [(5, (0.25,)), (7, ())]:
            check(student, self.exercise, self.case(rng, length, *weight), axes=("n",))

    @worth(1, "one loss, a list, inputs left alone")
    def test_habits(self, student, references, rng):
        check(student, self.exercise, self.case(rng, 1, 0.9), "for one loss", ("n",))
        case = self.case(rng, 6, 0.7)
        as_list = Case(case.inputs | {"losses": case.inputs["losses"].tolist()}, case.outputs)
        check(student, self.exercise, as_list, "for a list", ("n",))
        check_habits(student, self.exercise, [case, self.case(rng, 4, 0.5)], ("n",))


def trained_in_some_order(got: Any, case: Case) -> int:
    """Which of the orders a training has followed; Mistake when it is none, or when the parameters do not fit."""
    trained, losses = unpack(got, "trained", "losses")
    if not isinstance(losses, (list, tuple, np.ndarray)) or not isinstance(trained, dict):
        raise Mistake("should return the trained parameters, a dictionary, and the losses, one number a step")
    orders = case.outputs["losses"]
    if len(losses) != orders.shape[1]:
        many = few_or_many(losses, orders[0])
        raise Mistake(f"returns too {many} losses; there should be one a name in each epoch")
    found = [k for k, right in enumerate(orders) if difference(_numbers(losses), right, "losses") is None]
    if not found:
        firsts = np.unique(orders[:, 0])
        agree(_numbers(losses)[0], _nearest(_numbers(losses)[:1], firsts)[0], "losses[0]")
        raise Mistake(
            "the losses after the first one belong to no order of the names: in each epoch every name once, each from "
            "a hidden state of zeros, with the parameters that the step before it returned"
        )
    for key, ends in case.outputs["trained"].items():
        agree(trained.get(key), ends[found[0]], f"trained[{key!r}]")
    return found[0]


def _numbers(values: Iterable[Any]) -> np.ndarray:
    try:
        return np.array([float(value) for value in values])
    except (TypeError, ValueError):
        raise Mistake("losses should be one number a step") from None


def _nearest(value: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return candidates[[int(np.nan_to_num(np.abs(candidates - value), nan=np.inf).argmin())]]


class TestTrainModel:
    exercise = "train_model"
    provides = {"optimize": oracle.optimize, "clip": oracle.clip}

    def own(self, references: Cases) -> Case:
        """One name for three epochs, with parameters of the submission's own."""
        more = {"order": [0] * 3, "epochs": 3, "learning_rate": 0.2, "max_value": 0.5}
        return own(references, "train_model/one_name", oracle._train_case, ["badde"], **more)

    @worth(2, "losses")
    def test_losses(self, student, references, rng):
        case = self.own(references)
        inputs = case.inputs | {"rng": generator(seeds(rng, 1)[0])}
        _, losses = unpack(student.call(self.exercise, *inputs.values()), "trained", "losses")
        agree(losses, case.outputs["losses"], "losses", when="for one name, several epochs")

    @worth(2, "trained parameters")
    def test_trained(self, student, references, rng):
        case = self.own(references)
        inputs = case.inputs | {"rng": generator(seeds(rng, 1)[0])}
        trained, _ = unpack(student.call(self.exercise, *inputs.values()), "trained", "losses")
        agree(trained, case.outputs["trained"], "trained", when="for one name, several epochs")

    @worth(3, "the order of the names")
    def test_orders(self, student, references, rng):
        case = references["train_model/orders"]
        *some, again = seeds(rng, 12)
        followed = []
        for seed in [*some, again, again]:
            got = student.call(self.exercise, *(case.inputs | {"rng": generator(seed)}).values())
            followed.append(case.outputs["orders"][trained_in_some_order(got, case)].tolist())
        if followed[-1] != followed[-2]:
            raise Mistake("two generators in the same state give two different orders: draw the order from rng")
        n_names = len(case.inputs["names"])
        if len({tuple(order[:n_names]) for order in followed}) < 3:
            raise Mistake("the names come in the same order for generators in different states: shuffle them with rng")
        if all(order[:n_names] == order[n_names:] for order in followed):
            raise Mistake("every epoch has the same order: draw a new one for each")

    @worth(1, "inputs left alone, defaults, NumPy's global generator")
    def test_habits(self, student, references, rng):
        case = references["train_model/orders"]
        seed = seeds(rng, 1)[0]
        inputs = case.inputs | {"rng": generator(seed)}
        got, after = student.call(self.exercise, *inputs.values(), inputs_after=True)
        trained_in_some_order(got, case)
        given = ("names", "parameters", "char_to_ix")
        if not isinstance(after, list) or len(after) != len(inputs):
            raise Mistake("the arguments were changed in place; work on copies")
        untouched({name: inputs[name] for name in given}, after[:3])
        parameters, char_to_ix = case.inputs["parameters"], case.inputs["char_to_ix"]
        steep = {key: 3 * array for key, array in parameters.items()}
        trained, losses = oracle.train_in_order(["bed"], steep, char_to_ix, [0])
        got = student.call(self.exercise, ["bed"], steep, char_to_ix, generator(seed))
        wanted = {"trained": trained, "losses": losses.tolist()}
        for value, name in zip(unpack(got, *wanted), wanted, strict=True):
            agree(value, wanted[name], name, when="with epochs, learning_rate and max_value left out")
        check_global_state(student, self.exercise, *inputs.values())
