"""Hidden grader of unit 01.

References are what Keras layers and GradientTape say; live cases are drawn from the submission's seed and answered by
the quick oracle, and most parts ask one. All sizes of a case differ, no bias and no first hidden state is zero.
Exercises stand in the unit's order: a right cell that stands in for a student's wrong one (``provides``) comes up only
after the cell itself has been graded.

Backward passes are graded on the documented cache and, if that goes wrong, on the cache which the student's own forward
pass makes: a private layout is no error. What a forward pass's cache is worth follows from that, see
:func:`examine_cache`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.examination.agree import agree, differs, entries, on_kind, unpack, untouched
from autograder.examination.answered import Asked
from autograder.examination.cases import Cases
from autograder.examination.examine import Crashed, Mistake, NotAttempted, Raised, TimedOut, worth
from autograder.oracles import rnn_step_by_step as oracle
from unrolled.arrays import Case
from unrolled.checking.compare import difference

AXES = {
    **dict.fromkeys(("a_next", "c_next", "da_prev", "dc_prev", "da0"), ("n_a", "m")),
    **dict.fromkeys(("a", "c", "a_forward", "a_backward"), ("n_a", "m", "T_x")),
    **dict.fromkeys(("y", "y_pred"), ("n_y", "m", "T_x")),
    **dict.fromkeys(("dWf", "dWi", "dWc", "dWo"), ("n_a", "n_a + n_x")),
    **dict.fromkeys(("dba", "dbf", "dbi", "dbc", "dbo"), ("n_a", "1")),
    "yt_pred": ("n_y", "m"),
    "dxt": ("n_x", "m"),
    "dx": ("n_x", "m", "T_x"),
    "dWax": ("n_a", "n_x"),
    "dWaa": ("n_a", "n_a"),
}
ONE_EXAMPLE, ONE_STEP, LARGE = "for one example, m = 1", "for one step, T_x = 1", "for large logits"
CACHE_UNTRIED = "the forward pass that makes it is not right yet"
RECURRENT = ("Wax", "Waa", "Wf", "Wi", "Wc", "Wo", "Wu", "Wr")  # weights that gradients flow back through
OTHER_SIZES, CALLED_AGAIN = "for other sizes", "when called again with other numbers"


def live(exercise: str, draw: oracle.Draw) -> Case:
    """A case of random inputs; two of one ``draw`` have the same sizes."""
    inputs = oracle.draw_inputs(exercise, draw)
    return Case(inputs, oracle.outputs_by_name(exercise, getattr(oracle, exercise)(**inputs)))


def live_cases(references: Cases, exercise: str) -> tuple[Case, Case, Case]:
    """A submission's own: two cases of the same random sizes, and one of others with m = 1."""

    def made(rng: np.random.Generator) -> tuple[Case, Case, Case]:
        draw = oracle.Draw(rng, steps=int(rng.integers(3, 6)))  # more would take longer and tell no more
        return live(exercise, draw), live(exercise, draw), live(exercise, oracle.Draw(rng, m=1))

    return references.live(exercise, made)


def drawn(references: Cases, exercise: str) -> Case:
    """The live case that most parts of an exercise ask."""
    return live_cases(references, exercise)[0]


def ask_ahead(student: Any, exercise: str, references: Cases, *stored: str) -> None:
    """Make the calls that an exercise's parts ask for, and these stored cases', all in one go."""
    first, *others = live_cases(references, exercise)
    others += [references[f"{exercise}/{name}"] for name in stored]
    calls = [Asked(exercise, tuple(case.inputs.values())) for case in others]
    student.ahead_each([Asked(exercise, tuple(first.inputs.values()), inputs_after=True), *calls])


def check_outputs(got: Any, case: Case, names: tuple[str, ...], when: str = "") -> None:
    """Compare some of what a forward pass returned."""
    parts = dict(zip(case.outputs, unpack(got, *case.outputs), strict=True))
    for name in names:
        agree(parts[name], case.outputs[name], name, AXES[name], when)


def check_forward(student: Any, exercise: str, names: tuple[str, ...], *cases: tuple[Case, str]) -> None:
    """Call a forward pass on each case and compare some of its outputs; a case comes with the words for its kind."""
    for case, when in cases:
        with on_kind(when):
            got = student.call(exercise, *case.inputs.values(), once=True)
        check_outputs(got, case, names, when)


def check_habits(student: Any, exercise: str, references: Cases) -> None:
    """Right on sizes not seen before; arguments left alone; nothing remembered from call to call; right for m = 1."""
    first, twin, single = live_cases(references, exercise)
    names = tuple(name for name in first.outputs if name in AXES)
    got, after = student.call(exercise, *first.inputs.values(), inputs_after=True, once=True)
    check_outputs(got, first, names, OTHER_SIZES)
    untouched(first.inputs, after)
    check_forward(student, exercise, names, (twin, CALLED_AGAIN), (single, ONE_EXAMPLE))


# ------------------------------------------------------------------------------------------------------------ gradients


def check_gradients(student: Any, exercise: str, keys: tuple[str, ...], *cases: tuple[Case, str]) -> None:
    """Call a backward pass on each case and compare some of its gradients."""
    for case, when in cases:
        gradients = tuple(case.inputs.values())[:-1]

        def attempt(cache: Any, case: Case = case, when: str = when, gradients: tuple = gradients) -> None:
            with on_kind(when):
                got = student.call(exercise, *gradients, cache, once=True)
            compare_gradients(got, case, keys, when)

        on_either_cache(student, exercise, case, attempt)


def compare_gradients(got: Any, case: Case, keys: tuple[str, ...], when: str = "") -> None:
    for key, value in zip(keys, entries(got, *keys), strict=True):
        agree(value, case.outputs[key], key, AXES[key], when)


def check_backward_habits(student: Any, exercise: str, references: Cases) -> None:
    """As :func:`check_habits`, for a backward pass."""
    first, *others = live_cases(references, exercise)
    keys = tuple(first.outputs)
    *gradients, documented = first.inputs.values()

    def attempt(cache: Any) -> None:
        own = cache is not documented
        before = dict(zip(first.inputs, (*gradients, student.fetch(cache) if own else cache), strict=True))
        got, after = student.call(exercise, *gradients, cache, inputs_after=True, once=True)
        compare_gradients(got, first, keys, OTHER_SIZES)
        untouched(before, after)
        for case, when in zip(others, (CALLED_AGAIN, ONE_EXAMPLE), strict=True):
            *upstream, other = case.inputs.values()
            other = own_cache(student, exercise, case) if own else other
            compare_gradients(student.call(exercise, *upstream, other, once=True), case, keys, when)

    on_either_cache(student, exercise, first, attempt)


def on_either_cache(student: Any, exercise: str, case: Case, attempt: Callable[[Any], None]) -> None:
    """Try on the documented cache; if that goes wrong, on the one that the student's own right forward pass makes."""
    try:
        attempt(tuple(case.inputs.values())[-1])
    except (NotAttempted, TimedOut, Crashed):
        raise
    except Mistake as mistake:
        own = own_cache(student, exercise, case)
        if own is None and isinstance(mistake, Raised):
            raise Raised(f"{mistake}, on the documented cache; your own cache was not tried: {CACHE_UNTRIED}") from None
        if own is None:
            raise
        try:
            attempt(own)
        except Mistake as again:
            # An exception on the documented cache may only say that the layout is private.
            raise (again if isinstance(mistake, Raised) else mistake) from None


def own_cache(student: Any, exercise: str, case: Case) -> Any:
    """The cache that the student's forward pass makes for a backward case, or None when that pass is not right."""
    forward = exercise.replace("backward", "forward")
    inputs = forward_inputs(exercise, tuple(case.inputs.values())[-1])
    value = getattr(oracle, forward)(*inputs)
    try:
        kept = student.keep(forward, *inputs)
        agree(student.fetch(kept[0]), value[0], "a")
    except Mistake:
        return None
    return kept[len(value) - 1]


def forward_inputs(exercise: str, documented: tuple) -> tuple[Any, ...]:
    """What the forward pass was called with that made a documented cache."""
    if exercise == "rnn_cell_backward":
        _, a_prev, xt, parameters = documented
        return xt, a_prev, parameters
    if exercise == "lstm_cell_backward":
        _, _, a_prev, c_prev, _, _, _, _, xt, parameters = documented
        return xt, a_prev, c_prev, parameters
    cells, x = documented
    a0 = cells[0][1 if exercise == "rnn_backward" else 2]
    return x, a0, cells[0][-1]


# --------------------------------------------------------------------------------------------------------------- caches


def examine_cache(student: Any, exercise: str, references: Cases, rng: np.random.Generator) -> None:
    """Raise Mistake when the cache of a forward pass is of no use.

    The documented cache is right, and may hold more at its end. Another one is right if it is private on purpose: the
    student's own backward pass gives right gradients on it, and not on the documented one. Where no backward pass of
    the student's can tell, a cache that looks like the documented one must have its values, and a private one must hold
    what any backward pass starts from: the inputs, the state before, and the weights.
    """
    if makes_documented(student, exercise, drawn(references, exercise)):
        return
    case = references[f"{exercise}/plain"]
    kept = student.keep(exercise, *case.inputs.values())
    state = next(iter(case.outputs))
    got, cache = student.fetch_each(kept[0], kept[len(case.outputs) - 1])
    agree(got, case.outputs[state], state, AXES[state])
    *_, (name, documented) = case.outputs.items()
    found = differs(cache, documented, name)
    if found is None:
        return
    reads_own, reads_documented = what_backward_reads(student, exercise, case, kept[len(case.outputs) - 1], rng)
    if reads_own and (extends(cache, documented) or not reads_documented):
        return
    if reads_documented:
        raise Mistake(f"your backward pass reads the documented cache, and this pass makes another: {found.summary}")
    if looks_documented(cache, documented):
        raise Mistake(f"not the documented cache: {found.summary}")
    wanted = [value for key, value in case.inputs.items() if key != "parameters"]
    wanted += [value for key, value in case.inputs["parameters"].items() if key in RECURRENT]
    if not all(numbers_are_in(cache, array) for array in wanted):
        raise Mistake(f"the {name} lacks what a backward pass starts from: inputs, the state before, and weights")


def makes_documented(student: Any, exercise: str, case: Case) -> bool:
    """Whether all that a forward pass returns is right and its cache the documented one: no more is to be asked."""
    got = student.known(exercise, *case.inputs.values())
    return got is not None and difference(got, tuple(case.outputs.values()), exercise) is None


def what_backward_reads(
    student: Any, exercise: str, case: Case, own: Any, rng: np.random.Generator
) -> tuple[bool, bool]:
    """Whether the student's backward pass gives right gradients on their own cache, and on the documented one."""
    backward = exercise.replace("forward", "backward")
    if not hasattr(oracle, backward):  # the GRU has none
        return False, False
    *_, documented = case.outputs.values()
    states = [value for key, value in case.outputs.items() if AXES.get(key) == AXES["a_next"]] or [case.outputs["a"]]
    upstream = [rng.standard_normal(state.shape) for state in states]
    expected = getattr(oracle, backward)(*upstream, documented)
    answered = Case({}, expected)

    def is_right(cache: Any) -> bool:
        try:
            compare_gradients(student.call(backward, *upstream, cache), answered, tuple(expected))
        except Mistake:
            return False
        return True

    return is_right(own), is_right(documented)


def extends(value: Any, documented: Any) -> bool:
    """Whether a cache is the documented one, but for further parts at the end of its tuples."""
    if isinstance(documented, (list, tuple)):
        if not isinstance(value, (list, tuple)) or len(value) < len(documented):
            return False
        return all(extends(*pair) for pair in zip(value, documented, strict=False))
    return difference(value, documented, "") is None


def looks_documented(value: Any, documented: tuple) -> bool:
    """Whether a cache was meant as the documented one: as many parts and one right, or right cells' caches inside."""
    if not isinstance(value, (list, tuple)):
        return False
    if isinstance(documented[0], list):  # a loop's: (list of cell caches, x)
        if is_list_of_cells_and_x(value, documented):  # then it is up to the cells
            return any(looks_documented(*pair) for pair in zip(value[0], documented[0], strict=True))
        if holds_a_cell_cache(value, documented[0]):
            return True
    some_right = any(difference(part, right, "") is None for part in value for right in documented)
    return len(value) == len(documented) and some_right


def is_list_of_cells_and_x(value: list | tuple, documented: tuple) -> bool:
    """Whether a loop's cache is documented but for what its cells' caches hold."""
    cells, x = documented
    if len(value) != 2 or not isinstance(value[0], (list, tuple)) or len(value[0]) != len(cells):
        return False
    return difference(value[1], x, "") is None


def holds_a_cell_cache(value: Any, cells: list) -> bool:
    """Whether a documented cell's cache is somewhere in the cache of a loop."""
    if not isinstance(value, (list, tuple)):
        return False
    return any(difference(part, cell, "") is None for part in value for cell in cells) or any(
        holds_a_cell_cache(part, cells) for part in value
    )


def numbers_are_in(value: Any, wanted: np.ndarray) -> bool:
    """Whether an array's numbers are all somewhere in a nested value; True when it cannot be looked into."""
    found, hidden = collect(value)
    if hidden:
        return True
    numbers = np.sort(np.concatenate([np.zeros(0), *found]))
    if not numbers.size:
        return False
    nearest = np.clip(np.searchsorted(numbers, wanted), 1, max(numbers.size - 1, 1))
    gaps = np.minimum(np.abs(numbers[nearest - 1] - wanted), np.abs(numbers[nearest % numbers.size] - wanted))
    return bool((gaps < 1e-5).all())


def collect(value: Any) -> tuple[list[np.ndarray], bool]:
    """All numbers in a nested value, and whether something in it is opaque."""
    if isinstance(value, np.ndarray):
        return ([value.astype(np.float64).ravel()], False) if value.dtype.kind in "biuf" else ([], True)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        parts = [collect(part) for part in value]
        return [array for arrays, _ in parts for array in arrays], any(hidden for _, hidden in parts)
    if isinstance(value, float):
        return [np.array([value])], False
    if value is None or isinstance(value, (int, str)):
        return [], False
    return [], True


# --------------------------------------------------------------------------------------------------- forward: basic RNN


class TestRnnCellForward:
    exercise = "rnn_cell_forward"

    @worth(4, "next hidden state")
    def test_state(self, student, references):
        ask_ahead(student, self.exercise, references, "large")
        plain, _, single = live_cases(references, self.exercise)
        check_forward(student, self.exercise, ("a_next",), (plain, ""), (single, ONE_EXAMPLE))

    @worth(3, "prediction")
    def test_prediction(self, student, references):
        plain, large = drawn(references, self.exercise), references["rnn_cell_forward/large"]
        check_forward(student, self.exercise, ("yt_pred",), (plain, ""), (large, LARGE))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "cache")
    def test_cache(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


class TestRnnForward:
    exercise = "rnn_forward"
    provides = {"rnn_cell_forward": oracle.rnn_cell_forward}

    @worth(4, "hidden states")
    def test_states(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step")
        plain, step = drawn(references, self.exercise), references["rnn_forward/one_step"]
        check_forward(student, self.exercise, ("a",), (plain, ""), (step, ONE_STEP))

    @worth(3, "predictions")
    def test_predictions(self, student, references):
        plain, step = drawn(references, self.exercise), references["rnn_forward/one_step"]
        check_forward(student, self.exercise, ("y_pred",), (plain, ""), (step, ONE_STEP))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "caches")
    def test_caches(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


# -------------------------------------------------------------------------------------------------------- forward: LSTM


class TestLstmCellForward:
    exercise = "lstm_cell_forward"

    @worth(3, "next cell state")
    def test_cell_state(self, student, references):
        ask_ahead(student, self.exercise, references, "large")
        plain, _, single = live_cases(references, self.exercise)
        check_forward(student, self.exercise, ("c_next",), (plain, ""), (single, ONE_EXAMPLE))

    @worth(3, "next hidden state")
    def test_hidden_state(self, student, references):
        plain, _, single = live_cases(references, self.exercise)
        check_forward(student, self.exercise, ("a_next",), (plain, ""), (single, ONE_EXAMPLE))

    @worth(2, "prediction")
    def test_prediction(self, student, references):
        plain, large = drawn(references, self.exercise), references["lstm_cell_forward/large"]
        check_forward(student, self.exercise, ("yt_pred",), (plain, ""), (large, LARGE))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "cache")
    def test_cache(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


class TestLstmForward:
    exercise = "lstm_forward"
    provides = {"lstm_cell_forward": oracle.lstm_cell_forward}

    @worth(3, "hidden states")
    def test_hidden_states(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step")
        plain, step = drawn(references, self.exercise), references["lstm_forward/one_step"]
        check_forward(student, self.exercise, ("a",), (plain, ""), (step, ONE_STEP))

    @worth(2, "cell states")
    def test_cell_states(self, student, references):
        plain, step = drawn(references, self.exercise), references["lstm_forward/one_step"]
        check_forward(student, self.exercise, ("c",), (plain, ""), (step, ONE_STEP))

    @worth(2, "predictions")
    def test_predictions(self, student, references):
        check_forward(student, self.exercise, ("y",), (drawn(references, self.exercise), ""))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "caches")
    def test_caches(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


# --------------------------------------------------------------------------------------------------------- forward: GRU


class TestGruCellForward:
    exercise = "gru_cell_forward"

    @worth(5, "next state")
    def test_state(self, student, references):
        ask_ahead(student, self.exercise, references, "large")
        plain, _, single = live_cases(references, self.exercise)
        check_forward(student, self.exercise, ("c_next",), (plain, ""), (single, ONE_EXAMPLE))

    @worth(2, "prediction")
    def test_prediction(self, student, references):
        plain, large = drawn(references, self.exercise), references["gru_cell_forward/large"]
        check_forward(student, self.exercise, ("yt_pred",), (plain, ""), (large, LARGE))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "cache")
    def test_cache(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


class TestGruForward:
    exercise = "gru_forward"
    provides = {"gru_cell_forward": oracle.gru_cell_forward}

    @worth(4, "states")
    def test_states(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step")
        plain, step = drawn(references, self.exercise), references["gru_forward/one_step"]
        check_forward(student, self.exercise, ("c",), (plain, ""), (step, ONE_STEP))

    @worth(3, "predictions")
    def test_predictions(self, student, references):
        check_forward(student, self.exercise, ("y",), (drawn(references, self.exercise), ""))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)

    @worth(0.5, "caches")
    def test_caches(self, student, references, rng):
        examine_cache(student, self.exercise, references, rng)


# ---------------------------------------------------------------------------------------- forward: two directions, deep


class TestBrnnForward:
    exercise = "brnn_forward"
    provides = {"rnn_cell_forward": oracle.rnn_cell_forward, "rnn_forward": oracle.rnn_forward}

    @worth(2, "states from the left")
    def test_forward_states(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step", "plain")
        plain, step = drawn(references, self.exercise), references["brnn_forward/one_step"]
        check_forward(student, self.exercise, ("a_forward",), (plain, ""), (step, ONE_STEP))

    @worth(3, "states from the right")
    def test_backward_states(self, student, references):
        plain, step = drawn(references, self.exercise), references["brnn_forward/one_step"]
        check_forward(student, self.exercise, ("a_backward",), (plain, ""), (step, ONE_STEP))

    @worth(3, "predictions")
    def test_predictions(self, student, references):
        check_forward(student, self.exercise, ("y",), (references["brnn_forward/plain"], ""))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)


class TestDeepRnnForward:
    exercise = "deep_rnn_forward"
    provides = {"rnn_cell_forward": oracle.rnn_cell_forward, "rnn_forward": oracle.rnn_forward}

    @worth(2, "the first layer's states")
    def test_first_layer(self, student, references):
        ask_ahead(student, self.exercise, references, "plain", "one_layer", "one_step")
        case = references["deep_rnn_forward/plain"]
        a, _ = unpack(student.call(self.exercise, *case.inputs.values(), once=True), "a", "y")
        if not isinstance(a, (list, tuple)) or not a:
            agree(a, case.outputs["a"], "a")
        agree(a[0], case.outputs["a"][0], "a[0]", AXES["a"])

    @worth(3, "the other layers' states")
    def test_all_layers(self, student, references):
        plain, layer = drawn(references, self.exercise), references["deep_rnn_forward/one_layer"]
        step = references["deep_rnn_forward/one_step"]
        check_forward(student, self.exercise, ("a",), (plain, ""), (layer, "for one layer"), (step, ONE_STEP))

    @worth(3, "predictions")
    def test_predictions(self, student, references):
        plain, layer = drawn(references, self.exercise), references["deep_rnn_forward/one_layer"]
        check_forward(student, self.exercise, ("y",), (plain, ""), (layer, "for one layer"))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_habits(student, self.exercise, references)


# ------------------------------------------------------------------------------------------------------------- backward


class TestRnnCellBackward:
    exercise = "rnn_cell_backward"

    @worth(3, "gradients of the input and of the state before")
    def test_inputs(self, student, references):
        ask_ahead(student, self.exercise, references, "plain")
        plain, _, single = live_cases(references, self.exercise)
        check_gradients(student, self.exercise, ("dxt", "da_prev"), (plain, ""), (single, ONE_EXAMPLE))

    @worth(3, "gradients of the weights")
    def test_weights(self, student, references):
        plain, _, single = live_cases(references, self.exercise)
        check_gradients(student, self.exercise, ("dWax", "dWaa"), (plain, ""), (single, ONE_EXAMPLE))

    @worth(2, "gradient of the bias")
    def test_bias(self, student, references):
        check_gradients(student, self.exercise, ("dba",), (references["rnn_cell_backward/plain"], ""))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_backward_habits(student, self.exercise, references)


class TestRnnBackward:
    exercise = "rnn_backward"
    provides = {"rnn_cell_backward": oracle.rnn_cell_backward, "rnn_cell_forward": oracle.rnn_cell_forward}

    @worth(3, "gradients of the inputs and of the first state")
    def test_inputs(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step", "plain", "short_da")
        plain, step = drawn(references, self.exercise), references["rnn_backward/one_step"]
        check_gradients(student, self.exercise, ("dx", "da0"), (plain, ""), (step, ONE_STEP))

    @worth(3, "gradients of the weights, summed over the steps")
    def test_weights(self, student, references):
        check_gradients(student, self.exercise, ("dWax", "dWaa"), (drawn(references, self.exercise), ""))

    @worth(1, "gradient of the bias, summed over the steps")
    def test_bias(self, student, references):
        check_gradients(student, self.exercise, ("dba",), (references["rnn_backward/plain"], ""))

    @worth(1, "da with fewer steps than the caches")
    def test_short(self, student, references):
        case = references["rnn_backward/short_da"]
        check_gradients(student, self.exercise, tuple(case.outputs), (case, "for a da shorter than the caches"))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_backward_habits(student, self.exercise, references)


class TestLstmCellBackward:
    exercise = "lstm_cell_backward"

    @worth(2, "gradients of the input and of the hidden state before")
    def test_inputs(self, student, references):
        ask_ahead(student, self.exercise, references, "plain")
        plain, _, single = live_cases(references, self.exercise)
        check_gradients(student, self.exercise, ("dxt", "da_prev"), (plain, ""), (single, ONE_EXAMPLE))

    @worth(1, "gradient of the cell state before")
    def test_cell_state(self, student, references):
        check_gradients(student, self.exercise, ("dc_prev",), (references["lstm_cell_backward/plain"], ""))

    @worth(1, "gradients of the forget gate")
    def test_forget_gate(self, student, references):
        check_gradients(student, self.exercise, ("dWf", "dbf"), (drawn(references, self.exercise), ""))

    @worth(1, "gradients of the update gate")
    def test_update_gate(self, student, references):
        check_gradients(student, self.exercise, ("dWi", "dbi"), (drawn(references, self.exercise), ""))

    @worth(1, "gradients of the candidate")
    def test_candidate(self, student, references):
        check_gradients(student, self.exercise, ("dWc", "dbc"), (drawn(references, self.exercise), ""))

    @worth(1, "gradients of the output gate")
    def test_output_gate(self, student, references):
        check_gradients(student, self.exercise, ("dWo", "dbo"), (drawn(references, self.exercise), ""))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_backward_habits(student, self.exercise, references)


class TestLstmBackward:
    exercise = "lstm_backward"
    provides = {"lstm_cell_backward": oracle.lstm_cell_backward, "lstm_cell_forward": oracle.lstm_cell_forward}

    @worth(2, "gradients of the inputs and of the first hidden state")
    def test_inputs(self, student, references):
        ask_ahead(student, self.exercise, references, "one_step", "plain", "short_da")
        plain, step = drawn(references, self.exercise), references["lstm_backward/one_step"]
        check_gradients(student, self.exercise, ("dx", "da0"), (plain, ""), (step, ONE_STEP))

    @worth(2, "gradients of the weights, summed over the steps")
    def test_weights(self, student, references):
        check_gradients(student, self.exercise, ("dWf", "dWi", "dWc", "dWo"), (drawn(references, self.exercise), ""))

    @worth(1, "gradients of the biases, summed over the steps")
    def test_biases(self, student, references):
        check_gradients(student, self.exercise, ("dbf", "dbi", "dbc", "dbo"), (references["lstm_backward/plain"], ""))

    @worth(1, "da with fewer steps than the caches")
    def test_short(self, student, references):
        case = references["lstm_backward/short_da"]
        check_gradients(student, self.exercise, tuple(case.outputs), (case, "for a da shorter than the caches"))

    @worth(1, "other sizes, inputs left alone, repeated calls")
    def test_habits(self, student, references):
        check_backward_habits(student, self.exercise, references)
