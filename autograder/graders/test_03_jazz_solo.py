"""Hidden grader of unit 03.

Models stay in the student's process: they are given weights, and what they answer is compared with what Keras's own
LSTM layer says of whole sequences (references, of which each submission is asked one of 16) or with the NumPy oracle
(live cases). Sizes all differ, no state is zero. Choruses are drawn for each submission, too. Sampling is judged by
exact binomial bounds, which a right answer passes but for a chance of one in some ten million.
``generate`` plays on a toy model of the grader's, which sees each question that it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import binom

from autograder.examination.agree import agree, unpack, untouched
from autograder.examination.cases import Cases
from autograder.examination.examine import Mistake, worth
from autograder.examination.models import Model
from autograder.examination.student import Handle, Provided
from autograder.oracles import jazz_solo as oracle
from autograder.oracles import jazz_solo_network as network
from unrolled.arrays import Case
from unrolled.wire import Recipe

STEPS, STEP, STATE = ("m", "T_x", "n_values"), ("m", "n_values"), ("m", "n_a")
WINDOWS = {"X": ("m", "T_x"), "C": ("m", "T_x", "n_c"), "Y": ("m", "T_x")}
SURE = 1e-9  # the chance on either side that a right sampler falls outside the bounds for one token


# ------------------------------------------------------------------------------------------------------ plain functions


def same(student: Any, exercise: str, *cases: tuple[Case, str]) -> None:
    """Call the function on each case and compare its one value; its arguments must be left alone. A case comes with the
    words for its kind.
    """
    student.ahead(exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
    for case, when in cases:
        got, after = student.call(exercise, *case.inputs.values(), inputs_after=True, once=True)
        ((name, expected),) = case.outputs.items()
        listed(got, expected, name, when)
        untouched(case.inputs, after)


def listed(got: Any, expected: Sequence[tuple], name: str, when: str = "") -> None:
    """Compare lists of tuples of whole numbers, in words about what they are."""
    if not isinstance(got, (list, tuple, np.ndarray)):
        raise Mistake(f"should return a list of tuples; {name} is none")
    said = f" ({when})" if when else ""
    for k, (one, right) in enumerate(zip(got, expected, strict=False)):
        place = f"{name}[0]" if k == 0 else f"{name}[-1]" if k == len(expected) - 1 else f"{name}[…]"
        if not isinstance(one, (list, tuple, np.ndarray)) or len(one) != len(right):
            raise Mistake(f"{place} should be a tuple of {len(right)} numbers{said}")
        agree(tuple(one), tuple(right), place, when=when)
    if len(got) != len(expected):
        raise Mistake(f"there are {'more' if len(got) > len(expected) else 'fewer'} {name} than there should be{said}")


def solo(tokens: Any) -> list[tuple[float, ...]]:
    """A list of tokens as tuples that can be compared; Mistake when a student's is none."""
    try:
        return [tuple(float(number) for number in token) for token in tokens]
    except (TypeError, ValueError) as error:
        raise Mistake("should return a list of (duration, pitch) tuples of whole numbers") from error


def alike(got: Any, expected: Any) -> bool:
    """Whether what a student passed on holds the numbers that it should; anything at all may have been passed on."""
    try:
        return np.allclose(np.asarray(got, dtype=float), np.asarray(expected, dtype=float))
    except (TypeError, ValueError):
        return False


def chorus(references: Cases, kind: str) -> tuple[list[oracle.Note], int]:
    """A submission's own notes, and the length: ``late`` begin after a bar and end before the last, ``on_time`` not."""
    bars, start, left = {"late": (8, 52, 100), "on_time": (5, 0, 0)}[kind]

    length = bars * oracle.TICKS_PER_BAR

    def made(rng: np.random.Generator) -> list[oracle.Note]:
        notes: list[oracle.Note] = []
        while not rests_beyond_a_bar_line(oracle.encode_chorus(notes, length)):
            notes = oracle.draw_notes(rng, bars, start, length - left)
        return notes

    return references.live(f"chorus/{kind}", made), length


def rests_beyond_a_bar_line(tokens: list[oracle.Token]) -> bool:
    """Whether a rest between two notes is cut."""
    notes = [place for place, (_, pitch) in enumerate(tokens) if pitch != oracle.REST]
    return any(later - earlier > 2 for earlier, later in zip(notes, notes[1:], strict=False))


class TestEncodeChorus:
    exercise = "encode_chorus"

    def own(self, references: Cases, kind: str) -> Case:
        notes, length = chorus(references, kind)
        return _case(oracle.encode_chorus, "tokens", notes=notes, length=length)

    @worth(3, "notes without gaps")
    def test_no_gaps(self, student, references, rng):
        notes = oracle.draw_notes(rng, 6, 0, 6 * oracle.TICKS_PER_BAR)
        tokens = [(duration, pitch) for _, duration, pitch in notes]
        missing = -sum(duration for duration, _ in tokens) % oracle.TICKS_PER_BAR
        tokens += [(missing, 71)] if missing else []
        length = sum(duration for duration, _ in tokens)
        listed(student.call(self.exercise, oracle.decode_tokens(tokens), length), tokens, "tokens")

    @worth(5, "rests between notes, cut at bar lines")
    def test_rests_between(self, student, references, rng):
        same(student, self.exercise, (self.own(references, "on_time"), ""))

    @worth(4, "rests before the first note and after the last")
    def test_rests_around(self, student, references, rng):
        late, silence = self.own(references, "late"), references["encode_chorus/silence"]
        when = "when the first note comes late", "for a chorus without notes"
        same(student, self.exercise, (late, when[0]), (silence, when[1]))

    @worth(2, "other choruses")
    def test_others(self, student, references, rng):
        cases = []
        for bars in (3, 9):
            notes = oracle.draw_notes(rng, bars, 4 * int(rng.integers(0, 20)), bars * oracle.TICKS_PER_BAR)
            length = bars * oracle.TICKS_PER_BAR
            cases.append((_case(oracle.encode_chorus, "tokens", notes=notes, length=length), ""))
        same(student, self.exercise, *cases)


class TestDecodeTokens:
    exercise = "decode_tokens"

    @worth(4, "onsets, with rests counted in")
    def test_notes(self, student, references, rng):
        both = [oracle.encode_chorus(*chorus(references, kind)) for kind in ("late", "on_time")]
        same(student, self.exercise, *((_case(oracle.decode_tokens, "notes", tokens=tokens), "") for tokens in both))

    @worth(2, "other solos")
    def test_others(self, student, references, rng):
        durations, pitches = rng.integers(1, 9, 15), rng.choice([0, 50, 61, 61, 86], 15)
        tokens = [(int(4 * duration), int(pitch)) for duration, pitch in zip(durations, pitches, strict=True)]
        silence, live = references["decode_tokens/silence"], _case(oracle.decode_tokens, "notes", tokens=tokens)
        same(student, self.exercise, (silence, "when there are only rests"), (live, ""))


class TestToMidi:
    exercise = "to_midi"

    def own(self, references: Cases, kind: str) -> Case:
        notes, _ = chorus(references, kind)
        return _case(oracle.to_midi, "events", notes=notes, on_beat=70, off_beat=101)

    @worth(4, "waits, pitches and ends")
    def test_events(self, student, references, rng):
        cases = [self.own(references, kind) for kind in ("late", "on_time")]
        student.ahead(self.exercise, *(case.inputs.values() for case in cases), inputs_after=True)
        for case in cases:
            events = student.call(self.exercise, *case.inputs.values(), once=True)
            shape = [(wait, pitch, velocity > 0) for wait, pitch, velocity in case.outputs["events"]]
            listed(_only_whether_on(events), shape, "events")

    @worth(2, "velocities")
    def test_velocities(self, student, references, rng):
        silence = references["to_midi/silence"], "when there are no notes"
        same(student, self.exercise, (self.own(references, "late"), ""), silence)

    @worth(1, "other solos")
    def test_others(self, student, references, rng):
        notes = oracle.draw_notes(rng, 7, 4 * int(rng.integers(0, 9)), 7 * oracle.TICKS_PER_BAR)
        soft, loud = (int(velocity) for velocity in rng.permutation(np.arange(40, 120))[:2])
        live = _case(oracle.to_midi, "events", notes=notes, on_beat=soft, off_beat=loud)
        same(student, self.exercise, (live, ""))


def _case(function: Any, name: str, **inputs: Any) -> Case:
    return Case(inputs, {name: function(*inputs.values())})


def _only_whether_on(events: Any) -> Any:
    """The events with True in the place of a velocity above 0."""
    if not isinstance(events, (list, tuple)):
        return events
    whole = [event for event in events if isinstance(event, (list, tuple)) and len(event) == 3]
    if len(whole) != len(events) or not all(_is_whole(velocity) for *_, velocity in whole):
        raise Mistake("an event is a tuple of three whole numbers: wait, pitch, velocity")
    return [(wait, pitch, velocity > 0) for wait, pitch, velocity in whole]


class TestMakeWindows:
    exercise = "make_windows"

    @worth(3, "X and Y")
    def test_tokens(self, student, references, rng):
        self._compare(student, "XY", (self._own(references), ""))

    @worth(3, "conditions")
    def test_conditions(self, student, references, rng):
        self._compare(student, "C", (self._own(references), ""))

    @worth(3, "how many windows")
    def test_number(self, student, references, rng):
        self._compare(
            student,
            "XYC",
            (references["make_windows/exactly_one"], "when one window fits exactly"),
            (references["make_windows/every_token"], "for hop = 1"),
            (references["make_windows/none"], "when no window fits"),
        )

    @worth(1, "other choruses, arguments left alone")
    def test_others(self, student, references, rng):
        n, T_x, hop, n_c = rng.integers(20, 30), int(rng.integers(3, 7)), int(rng.integers(2, 6)), rng.integers(2, 5)
        inputs = {"tokens": rng.permutation(50)[:n], "conditions": rng.normal(size=(n, n_c)), "T_x": T_x, "hop": hop}
        case = Case(inputs, dict(zip("XCY", oracle.make_windows(*inputs.values()), strict=True)))
        untouched(inputs, self._compare(student, "XYC", (case, "")))

    def _own(self, references: Cases) -> Case:
        sizes = {"plain": (23, 5, 4)}
        return references.live("windows", lambda rng: oracle._window_cases(rng, sizes)["make_windows/plain"])

    def _compare(self, student: Any, names: str, *cases: tuple[Case, str]) -> Any:
        """Compare some outputs of each case; returns the arguments as the last call left them."""
        student.ahead(self.exercise, *(case.inputs.values() for case, _ in cases), inputs_after=True)
        after: Any = None
        for case, when in cases:
            got, after = student.call(self.exercise, *case.inputs.values(), inputs_after=True, once=True)
            parts = dict(zip("XCY", unpack(got, "X", "C", "Y"), strict=True))
            for name in names:
                agree(parts[name], case.outputs[name], name, WINDOWS[name], when)
        return after


# --------------------------------------------------------------------------------------------------------------- models


def layers_of(student: Any, references: Cases, n_a: int, n_values: int, n_conditions: int) -> Any:
    """The student's own two layers, or right ones when these stand in; they stay in the student's process.

    The tests of an exercise get the same layers.
    """
    if "make_layers" not in student.provided:
        return student.keep("make_layers", n_a, n_values, n_conditions, once=True)

    def make() -> dict[str, Handle]:
        output = student.make("Dense", units=n_values, activation="softmax")
        return {"cell": student.make("LSTMCell", units=n_a), "output": output}

    student.notebook.begin()
    return references.shared(("right layers", student.notebook.children, n_a, n_values), make)


def in_its_order(model: Model, weights: network.Weights) -> list[np.ndarray]:
    """The weights in a model's order, by their shapes, which all differ; Mistake when it has others."""
    wanted = {weight.shape: weight for weight in weights.arrays()}
    if sorted(model.shapes) != sorted(wanted):
        raise Mistake(_other_weights(len(model.shapes), Counter(model.shapes), wanted))
    return [wanted[shape] for shape in model.shapes]


def _other_weights(arrays: int, shapes: Counter, wanted: dict) -> str:
    more = f"the model has {'more' if arrays > len(wanted) else 'fewer'} arrays of weights than one LSTM cell with one "
    if arrays > len(wanted) and any(count > 1 for count in shapes.values()):
        return f"{more}output layer: layers are made anew instead of being used again"
    if arrays != len(wanted):
        return f"{more}output layer"
    return (
        "the model's arrays of weights do not have the shapes of one LSTM cell that reads [one-hot token; condition] "
        "and one output layer"
    )


@dataclass(frozen=True)
class Kept:
    """A model that the tests of an exercise share: where it is kept, what it is given, what several tests look at."""

    model: Model
    handle: Handle
    weights: network.Weights
    references: Cases

    def give_weights(self) -> list[np.ndarray]:
        """Give it the weights, the first time; returned in its order."""

        def given() -> list[np.ndarray]:
            placed = in_its_order(self.model, self.weights)
            self.model.set_weights(placed)
            return placed

        return self.references.shared((self.handle, "weights"), given)

    def answer(self, inputs: list[np.ndarray]) -> Any:
        """What it says with the weights, asked once."""
        self.give_weights()
        return self.references.shared((self.handle, "answer"), lambda: self.model(inputs))


def weights_of(case: Case) -> network.Weights:
    return network.Weights(*case.inputs["weights"])


class TestMakeLayers:
    exercise = "make_layers"

    @worth(3, "cell")
    def test_cell(self, student, references, rng):
        n_a, n_values, n_conditions, m = 4, 6, 2, 3
        weights, n_in = oracle.draw_weights(rng, n_a, n_values, n_conditions), n_values + n_conditions
        x, a, c = (rng.normal(size=(m, n)).astype("float32") for n in (n_in, n_a, n_a))
        cell = self._layer(student, "cell", n_a, n_values, n_conditions)
        self._set(cell, [weights.kernel, weights.recurrent, weights.bias], "LSTM cell")
        try:
            answered = cell(x, [a, c])
        except Mistake as mistake:
            raise Mistake("the cell cannot be called with one step and its state, as an LSTMCell can") from mistake
        wanted = network.cell_step(x, a, c, weights)
        output, state = unpack(answered, "output", "state")
        agree(output, wanted[0], "the cell's output", STATE)
        for name, got, right in zip("ac", unpack(state, "a", "c"), wanted, strict=True):
            agree(got, right, f"the cell's new {name}", STATE)

    @worth(3, "output layer")
    def test_output(self, student, references, rng):
        weights, a = oracle.draw_weights(rng, 4, 6, 2), rng.normal(size=(3, 4)).astype("float32")
        layer = self._layer(student, "output", 4, 6, 2)
        self._set(layer, [weights.output, weights.output_bias], "output layer")
        agree(layer(a), network.output_of(a, weights), "the output", STEP)

    @worth(1, "new layers at each call")
    def test_new(self, student, references, rng):
        one, other = (self._layer(student, "output", 4, 6, 2, once=once) for once in (True, False))
        weights = oracle.draw_weights(rng, 4, 6, 2)
        self._set(one, [weights.output, weights.output_bias], "output layer")
        if any(np.array_equal(*pair) for pair in zip(other.weights(), one.weights(), strict=False)):
            raise Mistake("two calls return the same layer object; make new ones each time")

    def _layer(self, student: Any, name: str, *sizes: int, once: bool = True) -> Model:
        """One of the two layers; ``once`` for tests that give weights to a layer each."""
        kept = student.keep(self.exercise, *sizes, once=once)
        try:
            return student.model(kept[name])
        except Mistake as mistake:
            raise Mistake(f'should return a dictionary with a Keras layer at "{name}"') from mistake

    def _set(self, layer: Model, weights: list[np.ndarray], what: str) -> None:
        if not layer.shapes:
            raise Mistake(f"the {what} has no weights yet: build it")
        if layer.shapes != [array.shape for array in weights]:
            raise Mistake(f"the weights of the {what} do not have the shapes that its sizes and its inputs ask for")
        layer.set_weights(weights)


class TestBuildTrainingModel:
    """Two models are built of the same layers: of three steps, asked and then trained, and of a single one."""

    exercise = "build_training_model"
    provides = {"make_layers": oracle.make_layers}
    NAMES = "tokens", "conditions", "a0", "c0"
    SIZES = "n_a", "n_values", "n_conditions"

    @worth(6, "probabilities of all steps")
    def test_outputs(self, student, references, rng):
        case = self._windows(references)
        agree(self._answer(student, references), case.outputs["probabilities"], "the model's output", STEPS)

    @worth(4, "one cell and one output layer, those that were given, for any number of steps")
    def test_sharing(self, student, references, rng):
        case = self._windows(references)
        longer = self._answer(student, references)
        given = oracle.draw_network_inputs(rng, 1, 1, **{name: case.inputs[name] for name in self.SIZES})
        expected = network.all_steps(**given, weights=weights_of(case))
        got = self._built(student, references, 1).model(list(given.values()))
        if isinstance(got, np.ndarray) and got.shape == expected.shape and not np.allclose(got, expected, atol=1e-4):
            raise Mistake(
                "two models that were built from the same layers do not share their weights: use the given ones"
            )
        agree(got, expected, "the model's output", STEPS, "for another T_x")
        agree(longer, case.outputs["probabilities"], "the model's output", STEPS)

    @worth(4, "loss and training")
    def test_training(self, student, references, rng):
        case, learning_rate = self._windows(references), self._learning_rate(references)
        kept = self._built(student, references)
        model, before = kept.model, kept.give_weights()
        inputs, targets = self._inputs(case), case.inputs["targets"]
        right = self._loss(targets, case.outputs["probabilities"])
        model.set_weights(before)
        (paid,), after = model.train(inputs, targets, 1), model.weights_after(before)
        if not np.isclose(paid, right, rtol=1e-4):  # a layer may do something else while training
            model.set_weights(before)
            if not np.isclose(model.loss(inputs, targets), right, rtol=1e-4):
                raise Mistake("the loss is not the mean cross-entropy of all steps, for targets that are whole numbers")
        by_shape = {array.shape: array for array in after}
        learnt = network.Weights(*(by_shape[array.shape] for array in kept.weights.arrays()))
        tokens, conditions, a0, c0 = inputs
        if not self._loss(targets, network.all_steps(tokens, conditions, a0, c0, learnt)) < right:
            raise Mistake("a step of training does not lower the loss")
        # Adam's first step moves each weight that has a gradient by the learning rate.
        moved = max(float(np.abs(new - old).max()) for new, old in zip(after, before, strict=True))
        if not 0.9 * learning_rate < moved < 1.1 * learning_rate:
            raise Mistake("a step of training does not move the weights as Adam does with the given learning rate")

    def _windows(self, references: Cases) -> Case:
        """The stored windows, then windows of the submission's own, for the same weights."""

        def make(rng: np.random.Generator) -> Case:
            stored = references["build_training_model/plain"]
            sizes = {name: stored.inputs[name] for name in ("T_x", *self.SIZES)}
            drawn = oracle.draw_network_inputs(rng, 5, **sizes)
            answers = network.all_steps(**drawn, weights=weights_of(stored))
            drawn["targets"] = rng.integers(0, sizes["n_values"], (5, sizes["T_x"])).astype("int32")
            both = {name: np.concatenate([stored.inputs[name], drawn[name]]) for name in drawn}
            probabilities = np.concatenate([stored.outputs["probabilities"], answers])
            return Case({**stored.inputs, **both}, {"probabilities": probabilities})

        return references.live("windows of the network", make)

    def _inputs(self, case: Case) -> list[np.ndarray]:
        return [case.inputs[name] for name in self.NAMES]

    def _loss(self, targets: np.ndarray, probabilities: np.ndarray) -> float:
        return float(-np.log(np.take_along_axis(probabilities, targets[:, :, None].astype(int), 2)).mean())

    def _learning_rate(self, references: Cases) -> float:
        return references.live("learning rate", lambda rng: float(rng.uniform(0.004, 0.009)))

    def _answer(self, student: Any, references: Cases) -> Any:
        """What the model of three steps says of all windows."""
        return self._built(student, references).answer(self._inputs(self._windows(references)))

    def _built(self, student: Any, references: Cases, T_x: int | None = None) -> Kept:
        """A model of so many steps, by default as many as the windows have."""
        case = self._windows(references)
        numbers = [case.inputs[name] for name in self.SIZES]
        layers = layers_of(student, references, *numbers)
        rest = T_x or case.inputs["T_x"], *numbers, self._learning_rate(references)
        kept = student.keep(self.exercise, layers, *rest, once=True)
        model = references.shared(kept, lambda: student.model(kept))
        return Kept(model, kept, weights_of(case), references)


class TestBuildOneStepModel:
    """Two models are built of the same layers; the second is asked what comes after the first one's answer."""

    exercise = "build_one_step_model"
    provides = {"make_layers": oracle.make_layers}
    NAMES = "token", "condition", "a", "c"
    SIZES = "n_a", "n_values", "n_conditions"

    @worth(4, "probabilities")
    def test_probabilities(self, student, references, rng):
        case = self._step(references)
        agree(self._answers(student, references)[0], case.outputs["probabilities"], "the probabilities", STEP)

    @worth(5, "new state")
    def test_state(self, student, references, rng):
        case, (_, a, c) = self._step(references), self._answers(student, references)
        agree(a, case.outputs["a"], "the new a", STATE)
        agree(c, case.outputs["c"], "the new c", STATE)

    @worth(4, "the given layers, step after step")
    def test_shared(self, student, references, rng):
        case, T_x = self._step(references), 2
        given = oracle.draw_network_inputs(rng, 2, T_x, **{name: case.inputs[name] for name in self.SIZES})
        first, second = self._built(student, references), self._built(student, references, once=False).model
        first.give_weights()
        a, c = given["a0"], given["c0"]
        wanted = network.all_steps(**given, weights=first.weights)
        for t in range(T_x):
            answers = second([given["tokens"][:, t], given["conditions"][:, t], a, c])
            probabilities, a, c = unpack(answers, "probabilities", "a", "c")
            when = "at a later step, called with its own state" if t else ""
            agree(
                probabilities, wanted[:, t], "the probabilities", STEP, when or "of a second model from the same layers"
            )

    def _step(self, references: Cases) -> Case:
        """The stored step, and steps of the submission's own, for the same weights."""

        def make(rng: np.random.Generator) -> Case:
            stored = references["build_one_step_model/plain"]
            given = oracle.draw_network_inputs(rng, 5, 1, **{name: stored.inputs[name] for name in self.SIZES})
            drawn = given["tokens"][:, 0], given["conditions"][:, 0], given["a0"], given["c0"]
            answers = network.one_step(*drawn, weights=weights_of(stored))
            asked = dict(zip(self.NAMES, drawn, strict=True))
            right = dict(zip(("probabilities", "a", "c"), answers, strict=True))
            both = {name: np.concatenate([stored.inputs[name], one]) for name, one in asked.items()}
            outputs = {name: np.concatenate([stored.outputs[name], one]) for name, one in right.items()}
            return Case({**stored.inputs, **both}, outputs)

        return references.live("step of the network", make)

    def _answers(self, student: Any, references: Cases) -> tuple[Any, ...]:
        case = self._step(references)
        answered = self._built(student, references).answer([case.inputs[name] for name in self.NAMES])
        return unpack(answered, "probabilities", "a", "c")

    def _built(self, student: Any, references: Cases, once: bool = True) -> Kept:
        case = self._step(references)
        sizes = [case.inputs[name] for name in self.SIZES]
        kept = student.keep(self.exercise, layers_of(student, references, *sizes), *sizes, once=once)
        model = references.shared(kept, lambda: student.model(kept))
        return Kept(model, kept, weights_of(case), references)


# ------------------------------------------------------------------------------------------------------------- sampling


class TestSampleToken:
    exercise = "sample_token"

    @worth(3, "in proportion to the probabilities")
    def test_plain(self, student, references, rng):
        self._proportions(student, rng, [0.5, 0.3, 0.15, 0.05], 800)
        many = rng.dirichlet(np.ones(234)).astype("float32")
        self._draws(student, 3, many, student.make("Generator", seed=1))  # float32 sums to 1 only nearly

    @worth(3, "temperature")
    def test_temperature(self, student, references, rng):
        self._proportions(student, rng, [0.96, 0.025, 0.015], 400, 3.0)
        self._proportions(student, rng, [0.4, 0.3, 0.2, 0.1], 400, 0.25)

    @worth(3, "top-k")
    def test_top_k(self, student, references, rng):
        self._proportions(student, rng, [0.05, 0.1, 0.15, 0.2, 0.24, 0.26], 120, 1.0, 2)
        self._proportions(student, rng, [0.3, 0.4, 0.3], 20, 1.0, 1)
        self._proportions(student, rng, [0.2, 0.3, 0.5], 100, 1.0, 3)
        self._proportions(student, rng, [0.1, 0.18, 0.36, 0.36], 200, 0.5, 3)

    @worth(2, "all chance from the given generator")
    def test_generator(self, student, references, rng):
        probabilities = np.full(40, 1 / 40, dtype="float32")
        seeds = [int(seed) for seed in rng.integers(0, 2**31, 2)]
        runs = []
        for seed in (seeds[0], seeds[1], seeds[0]):
            runs.append(self._draws(student, 12, probabilities, student.make("Generator", seed=seed)))
        if runs[0] != runs[2]:
            raise Mistake(
                "two generators with the same seed do not give the same tokens: chance comes from somewhere else"
            )
        if runs[0] == runs[1] or len(set(runs[0])) < 3:
            raise Mistake("the tokens do not depend on the generator as they should")

    def _proportions(
        self,
        student: Any,
        rng: Any,
        shares: list[float],
        draws: int,
        temperature: float = 1.0,
        top_k: int | None = None,
    ) -> None:
        """Draw many times, and see that every token comes as often as exact binomial bounds allow."""
        probabilities = rng.permutation(np.array(shares, dtype="float32"))
        generator = Recipe("Generator", {"seed": int(rng.integers(2**31))})
        tokens = self._draws(student, draws, probabilities, generator, temperature, top_k)
        expected = oracle.distribution(probabilities, temperature, top_k)
        counts = np.bincount(tokens, minlength=len(expected))
        if counts[expected == 0].any():
            raise Mistake("a token was drawn that is not among the top_k")
        low, high = binom.ppf(SURE, draws, expected), binom.isf(SURE, draws, expected)
        wrong = np.flatnonzero((counts < low) | (counts > high))
        if len(wrong):
            most = counts[np.argmax(expected)] > high[np.argmax(expected)]
            raise Mistake(
                f"in {draws} draws the most probable token comes too {'often' if most else 'seldom'}"
                if np.argmax(expected) in wrong
                else f"in {draws} draws some tokens come more often or less often than chance allows"
            )

    def _draws(self, student: Any, times: int, probabilities: np.ndarray, generator: Any, *knobs: Any) -> list[int]:
        """Draw so many times with one generator; the given probabilities must stay as they are."""
        _, after = student.call(self.exercise, probabilities, generator, *knobs, inputs_after=True)
        untouched({"probabilities": probabilities}, after[:1])
        drawn = student.repeat(times, self.exercise, probabilities, generator, *knobs)
        if not all(_is_whole(token) for token in drawn):
            raise Mistake("should return the number of one token, a whole number")
        tokens = [int(token) for token in drawn]
        if not all(0 <= token < len(probabilities) for token in tokens):
            raise Mistake("the number of the token lies outside the vocabulary")
        return tokens


def _is_whole(value: Any) -> bool:
    """Whether a value is one whole number, be it Python's or NumPy's."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iu"
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


class TestGenerate:
    exercise = "generate"
    provides = {"sample_token": oracle.sample_token}

    @worth(5, "own output, chords and state, step after step")
    def test_feedback(self, student, references, rng):
        for moments in (24, 31):
            self._follow(student, rng, moments)

    @worth(2, "the end of the chorus")
    def test_end(self, student, references, rng):
        self._follow(student, rng, 12, cut=False)
        self._follow(student, rng, 14, cut=True)

    @worth(3, "temperature and top-k")
    def test_knobs(self, student, references, rng):
        self._follow(student, rng, 20, confusion=0.7, knobs=(1.0, 1), when="with top_k = 1")
        self._follow(student, rng, 20, confusion=0.7, knobs=(0.04, None), when="with a low temperature")
        toy, vocabulary, sheet = self._stage(rng, 30)
        wild = solo(self._play(student, toy, vocabulary, sheet, 1, 60.0, None))
        if wild == solo(oracle.generate(unasked(toy), vocabulary, sheet, toy.n_a, np.random.default_rng(0))):
            raise Mistake("a high temperature makes no difference")

    @worth(2, "all chance from the given generator")
    def test_generator(self, student, references, rng):
        toy, vocabulary, sheet = self._stage(rng, 40, 0.8)
        seeds = [int(seed) for seed in rng.integers(0, 2**31, 2)]
        one, other, again = (
            solo(self._play(student, toy, vocabulary, sheet, seed)) for seed in (seeds[0], seeds[1], seeds[0])
        )
        if one != again:
            raise Mistake(
                "two generators with the same seed do not play the same solo: chance comes from somewhere else"
            )
        if one == other:
            raise Mistake("the solo does not depend on the generator")

    def _stage(self, rng: Any, moments: int, confusion: float = 1e-9) -> tuple:
        """A toy model, a vocabulary in which the count-in is not the first, and a lead sheet of whole numbers."""
        tokens = [(4, 60), (8, 62), (12, oracle.REST), (16, 64), (20, 65), (8, 67), (24, 69), (4, oracle.REST)]
        vocabulary = [tuple(map(int, tokens[place])) for place in rng.permutation(len(tokens))]
        vocabulary.insert(int(rng.integers(1, len(vocabulary))), oracle.COUNT_IN)
        n_a, n_conditions = 3, 4
        sheet = rng.integers(0, 6, (moments, n_conditions)).astype("float32")
        return oracle.ToyModel(len(vocabulary), n_a, n_conditions, confusion), vocabulary, sheet

    def _play(
        self, student: Any, toy: oracle.ToyModel, vocabulary: list, sheet: np.ndarray, seed: int, *knobs: Any
    ) -> Any:
        toy.asked.clear()
        model = Provided("one_step_model", toy)
        generator = student.make("Generator", seed=seed)
        try:
            return student.call(self.exercise, model, vocabulary, sheet, toy.n_a, generator, *knobs)
        except Mistake as mistake:
            if toy.complaint:
                raise Mistake(toy.complaint) from mistake
            raise

    def _follow(
        self,
        student: Any,
        rng: Any,
        moments: int,
        cut: bool | None = None,
        confusion: float = 1e-9,
        knobs: tuple = (),
        when: str = "",
    ) -> None:
        """Play where only one solo is right, and say at which turn and in which input the student's leaves it."""
        for _ in range(200):
            toy, vocabulary, sheet = self._stage(rng, moments, confusion)
            right = unasked(toy)
            expected = oracle.generate(right, vocabulary, sheet, toy.n_a, np.random.default_rng(0), 1.0, 1)
            if len(expected) > 3 and cut in (None, expected[-1] not in vocabulary):
                break
        got = self._play(student, toy, vocabulary, sheet, int(rng.integers(2**31)), *knobs)
        for turn, (asked, wanted) in enumerate(zip(toy.asked, right.asked, strict=False)):
            for name, one, other in zip(("token", "condition", "a", "c"), asked, wanted, strict=True):
                if not alike(one, other):
                    raise Mistake(self._off(turn, name, when))
        listed(got, expected, "tokens", when)

    def _off(self, turn: int, name: str, when: str) -> str:
        where = "at the first step" if turn == 0 else "at a later step"
        wanted = {
            "token": "the count-in" if turn == 0 else "the token that was chosen before",
            "condition": "what is read where the next token begins",
            "a": "zero" if turn == 0 else "the one that the model returned before",
            "c": "zero" if turn == 0 else "the one that the model returned before",
        }[name]
        return f"{where} the {name} that goes into the model is not {wanted}" + (f" ({when})" if when else "")


def unasked(toy: oracle.ToyModel) -> oracle.ToyModel:
    """The same toy, with a memory of its own."""
    return replace(toy, asked=[], complaint="")
