"""The model protocol: a grader learns what a student's Keras model does, and loads nothing of the student's."""

from __future__ import annotations

import numpy as np
import pytest
from toy_course import SLUG, make_course

from autograder.benchmark import in_cells
from autograder.examination.examine import Mistake, NotAttempted, Raised
from autograder.examination.running import Cell
from autograder.examination.student import Provided, Student
from autograder.sandbox import confine
from autograder.sandbox.nursery import Nursery
from autograder.sandbox.tenant import House
from autograder.sandbox.watchdog import Limits
from unrolled.execution import Session
from unrolled.wire import Opaque, Recipe

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
CELLS = [
    Cell("imports", "import keras\nimport numpy as np\nfrom keras import layers, ops"),
    Cell(
        "plain",
        """
def plain(n_features, units):
    inputs = keras.Input((None, n_features))
    outputs = layers.Dense(2, activation="softmax")(layers.LSTM(units)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "categorical_crossentropy")
    return model
""",
    ),
    Cell(
        "own",
        """
class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x

def own(n):
    inputs = keras.Input((n,))
    shifted = layers.Lambda(lambda x: x + 1)(inputs)
    return keras.Model(inputs, [Doubled()(shifted), ops.sum(shifted, axis=1)])

def shared(steps):
    inputs, cell, outputs = keras.Input((steps, 3)), layers.Dense(4), []
    for t in range(steps):
        outputs.append(cell(inputs[:, t]))
    return keras.Model(inputs, outputs)

def broken(n):
    inputs = keras.Input((n,))
    return keras.Model(inputs, layers.Lambda(lambda x: ops.reshape(x, (7, 7, 7)))(inputs))

def no_model(n):
    return np.zeros(n)

def use(model, x):
    return model.predict(x, verbose=0) + ops.convert_to_numpy(model(x))

def mix(model, x):
    return model([x, ops.convert_to_tensor(x)])

def twice(layers_, x):
    return ops.convert_to_numpy(layers_["dense"](layers_["dense"](x)))

def draw(rng, n):
    return int(rng.integers(n))

def right_layers():
    raise NotImplementedError

def lay(x):
    return right_layers()["dense"](x)

def choose(p, rng):
    return 0

def play(rng):
    return [choose(0.5, rng), choose(0.5, rng=rng)]

def nested(things):
    (layer, model, rng), more = things["list"], things["more"]
    x = np.ones((1, 2), "float32")
    return [layer(x), model.predict(x), rng.integers(100, size=3), more[0]["kept"](x)]

def spoil(x, more):
    x += 1
    more["list"].append(len(more["list"]))
    return x

def odd(kind):
    if kind == "exit":
        raise SystemExit(3)
    values = {"tensor": ops.ones(2), "strange": object(), "number": np.float32(0.5), 1: (True, None), "huge": 1 << 80}
    return values[kind]
""",
    ),
]


@pytest.fixture(scope="module")
def locked_away(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("course") / "root")
    with Nursery() as nursery:
        nursery.wait_until_warm()
        limits = Limits(call_seconds=60)
        house = House(nursery.address, nursery.scratch, limits, (), (root / "autograder" / "graders",))
        with Student(house, CELLS, {f"{SLUG}.ipynb": b""}) as student:
            yield student


@pytest.fixture(scope="module")
def here():
    session = Session()
    for cell in CELLS:
        assert session.run(cell.source, cell.id).ok
    return in_cells.Here(session.namespace)


@pytest.fixture(params=["locked_away", "here"])
def student(request):
    """The student in grading, and the one that stands in a notebook's check cells for the bench: they answer alike."""
    return request.getfixturevalue(request.param)


def test_structure_and_weights(student):
    model = student.model(student.keep("plain", 3, 5))
    assert model.inputs == [[None, None, 3]] and model.outputs == [[None, 2]]
    assert model.parameters == 4 * (5 * (3 + 5) + 5) + 2 * 5 + 2
    assert model.layers_of("LSTM")[0]["settings"]["units"] == 5
    assert model.shapes == [weight.shape for weight in model.weights()] == [(3, 20), (5, 20), (20,), (5, 2), (2,)]
    assert model.description["loss"] == "categorical_crossentropy" and model.description["optimizer"] == "Adam"


def test_outputs_for_given_weights_and_a_step_of_training(
    student,
):
    rng = np.random.default_rng(0)
    model = student.model(student.keep("plain", 3, 5))
    model.set_weights([np.zeros_like(weight) for weight in model.weights()])
    x = rng.normal(size=(4, 6, 3)).astype("float32")
    np.testing.assert_allclose(model(x), np.full((4, 2), 0.5), atol=1e-6)
    losses = model.train(x, np.eye(2, dtype="float32")[[0, 0, 0, 1]], 5)
    assert len(losses) == 5 and losses[-1] < losses[0]


def test_layers_of_the_students_own(student):
    x = np.arange(6, dtype="float32").reshape(2, 3)
    doubled, summed = student.model(student.keep("own", 3))(x)
    np.testing.assert_allclose(doubled, 2 * (x + 1))
    np.testing.assert_allclose(summed, (x + 1).sum(axis=1))


def test_shared_layers_do_not_grow_with_the_steps(student):
    assert {student.model(student.keep("shared", steps)).parameters for steps in (2, 7)} == {3 * 4 + 4}


def test_faults_are_the_students(student):
    with pytest.raises(Mistake, match="should be a Keras model; got ndarray"):
        student.model(student.keep("no_model", 3))
    with pytest.raises(Mistake):
        student.model(student.keep("broken", 3))(np.zeros((1, 3), "float32"))
    with pytest.raises(Raised):
        student.model(student.keep("plain", 3, 5)).set_weights([np.zeros(3)])


def test_a_model_of_the_graders_can_be_lent(student):
    lent = Provided("model", lambda x: np.asarray(x) * 10)
    assert student.call("use", lent, np.arange(3.0)).tolist() == [0, 20, 40]
    with pytest.raises(Raised):  # a model of Keras's refuses it as well
        student.call("mix", Provided("model", lambda inputs: inputs), np.arange(3.0))


def test_the_compiled_loss_by_its_value(student):
    model = student.model(student.keep("plain", 3, 5))
    model.set_weights([np.zeros_like(weight) for weight in model.weights()])
    x, y = np.zeros((4, 6, 3), "float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0]]
    assert model.loss(x, y) == pytest.approx(np.log(2))


def test_a_layer_answers_with_its_state(student):
    cell = student.model(student.make("LSTMCell", units=2))
    x, state = np.zeros((1, 3), "float32"), [np.zeros((1, 2), "float32"), np.ones((1, 2), "float32")]
    output, (a, c) = cell(x, state)
    np.testing.assert_array_equal(output, a)
    assert [weight.shape for weight in cell.weights()] == [(3, 8), (2, 8), (8,)] and c.shape == (1, 2)


def test_what_is_made_there_lives_on_and_can_be_an_argument(student):
    def drawn(times):
        return student.repeat(times, "draw", generator, 1000)

    generator = student.make("Generator", seed=5)
    first, rest = drawn(3), drawn(4)
    right = np.random.default_rng(5)
    assert first + rest == [int(right.integers(1000)) for _ in range(7)]
    layers = {"dense": Recipe("Dense", {"units": 3, "kernel_initializer": "identity"})}
    assert student.call("twice", layers, np.ones((2, 3), "float32")).tolist() == [[1, 1, 1]] * 2
    assert student.call("twice", {"dense": student.make("Dense", units=3)}, np.ones((2, 3), "float32")).shape == (2, 3)


class Choose:
    """Notes what it is asked: an object does, since what stands for an exercise may work in another process."""

    def __init__(self):
        self.numbers = []

    def __call__(self, p, rng):
        self.numbers.append(rng)
        return len(self.numbers)


def test_stand_ins_give_layers_and_take_generators(student):
    choose = Choose()
    recipe = {"dense": Recipe("Dense", {"units": 2, "kernel_initializer": "ones"})}
    with student.examined("lay", {"right_layers": lambda: recipe, "choose": choose}):
        assert student.call("lay", np.ones((1, 4), "float32")).tolist() == [[4, 4]]
        assert student.call("play", student.make("Generator", seed=5)) == [1, 2]
    right = np.random.default_rng(5)
    assert choose.numbers == [right.random(), right.random()]


def test_what_stands_for_something_may_be_nested(student):
    ones = Recipe("Dense", {"units": 1, "kernel_initializer": "ones"})
    lent, generator = Provided("lent", lambda x: 5 * np.asarray(x)), Recipe("Generator", {"seed": 3})
    kept = student.make("Dense", units=4, kernel_initializer="ones")
    dense, model, drawn, more = student.call("nested", {"list": [ones, lent, generator], "more": ({"kept": kept},)})
    assert dense.tolist() == [[2]] and model.tolist() == [[5, 5]] and more.tolist() == [[2] * 4]
    assert drawn.tolist() == np.random.default_rng(3).integers(100, size=3).tolist()


def test_a_call_leaves_the_graders_own_arguments_alone_and_tells_how_it_left_its_copies(student):
    x, more = np.zeros(2), {"list": [1, 2]}
    value, (x_after, more_after) = student.call("spoil", x, more, inputs_after=True)
    assert x.tolist() == [0, 0] and more == {"list": [1, 2]}
    assert value.tolist() == x_after.tolist() == [1, 1] and more_after == {"list": [1, 2, 2]}


def test_values_arrive_as_plain_ones(student):
    assert [student.call("odd", kind) for kind in ("number", 1)] == [0.5, (True, None)]
    assert type(student.call("odd", "number")) is float and type(student.call("odd", "tensor")) is np.ndarray
    assert student.call("odd", "strange") == Opaque("object") and student.call("odd", "huge") == Opaque(
        "int beyond 64 bits"
    )


def test_a_function_that_gives_nothing_says_why(student):
    with pytest.raises(NotAttempted, match="is not written yet"):
        student.call("right_layers")
    for kind, mistake in {"exit": Raised, "unknown": Raised}.items():
        with pytest.raises(mistake) as caught:
            student.call("odd", kind)
        assert type(caught.value) is mistake
    with pytest.raises(NotAttempted, match="there is no function `gone`"):
        student.keep("gone")


def test_kept_values_can_be_fetched_in_part(student):
    kept = student.keep("spoil", np.zeros(2), {"list": []})
    assert student.fetch(kept).tolist() == [1, 1] and student.fetch(kept[1]) == 1
    with pytest.raises(Mistake, match="not made as described"):
        student.fetch(kept["x"]["y"])


def test_lines_of_the_graders_run_among_the_cells(student):
    assert student.run("_seen = draw(np.random.default_rng(0), 1)\nprint('drew', _seen)") == "drew 0\n"
    assert student.run("print(_seen + 1)") == "1\n"
