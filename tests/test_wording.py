"""What is said about a student's exception helps, and repeats nothing that its code could have put there."""

import math
import operator
import re

import numpy as np
import pytest

from autograder.examination.missing import is_left_over
from autograder.examination.wording import describe_raise, is_not_implemented

RNG, LIST = np.random.default_rng(0), [1, 2]
CELLS = {"a": "def f(x, weights):\n    y = weights['Wax'] @ x\n    return y"}


def raised(error: BaseException, line: object = 2, cell: object = "a") -> dict:
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return {"kinds": kinds, "message": str(error), "cell": cell, "line": line}


def f(x, weights):
    """Like the function in the cell, for calls that go wrong."""


def error_of(action) -> BaseException:
    try:
        action()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    "action, said",
    [
        (lambda: np.ones((3, 2)) @ np.ones((3, 2)), "the shapes of a product do not fit each other"),
        (lambda: np.dot(np.ones((3, 2)), np.ones((3, 2))), "the shapes of a product do not fit each other"),
        (lambda: np.ones((3, 2)) + np.ones((3, 5)), "operands could not be broadcast together"),
        (lambda: np.ones((3, 2)).reshape(4, 2), "cannot be reshaped so"),
        (lambda: {}["Wax"], "KeyError: 'Wax'"),
        (lambda: None.x, "'NoneType' object has no attribute 'x'"),
        (lambda: weights, "name 'weights' is not defined"),  # noqa: F821
        (lambda: np.concatenate([np.ones((2, 3)), np.ones((2, 4))]), "must match exactly"),
        (lambda: f(), "TypeError: a call with too few arguments"),
        (lambda: f(1, 2, 3), "TypeError: a call with too many arguments"),
        (lambda: np.zeros(3)[5], "an index is out of bounds for its axis"),
        (lambda: np.zeros(3)[0, 1], "an array has more indices than axes"),
        (lambda: np.zeros(3).sum(axis=1), "the array has no such axis"),
        (lambda: range(2.0), "'float' object cannot be interpreted as an integer"),
        (lambda: operator.setitem((1, 2), 0, 1), "'tuple' object does not support item assignment"),
        (lambda: LIST[1.0], "list indices must be integers or slices, not float"),
        (lambda: LIST[0.0:1], "slice indices must be integers"),
        (lambda: np.zeros(3)[1.0], "an index is no whole number and no slice"),
        (lambda: np.zeros(3)[np.zeros(2)], "an array of indices does not hold whole numbers"),
        (lambda: len(3), "object of type 'int' has no len()"),
        (lambda: {[]: 1}, "unhashable type: 'list'"),
        (lambda: [1] + (1,), 'can only concatenate list (not "tuple") to list'),
        (lambda: "a" + 1, 'can only concatenate str (not "int") to str'),
        (lambda: 1 / 0, "division by zero"),
        (lambda: 1 // 0, "division by zero"),
        (lambda: 1.0 % 0, "division by zero"),
        (lambda: math.log(-1), "math domain error"),
        (lambda: int(float("nan")), "cannot convert float NaN to integer"),
        (lambda: int("12a"), "a text that is no whole number is made one"),
        (lambda: float("1,5"), "a text that is no number is made one"),
        (lambda: RNG.choice(3, p=[0.5, np.nan, 0.5]), "a probability is NaN"),
        (lambda: RNG.choice(3, p=[0.5, 0.1, 0.1]), "the probabilities do not add up to one"),
        (lambda: RNG.choice(3, p=[1.5, -0.5, 0]), "a probability is negative"),
        (lambda: RNG.choice(3, p=[0.5, 0.5]), "there are not as many probabilities as things to choose from"),
        (lambda: RNG.choice(3, p=np.ones((3, 1)) / 3), "the probabilities have more than one axis"),
        (lambda: np.random.choice(3, p=[0.5, np.nan, 0.5]), "a probability is NaN"),
        (lambda: np.random.choice(3, p=[0.5, 0.1, 0.1]), "the probabilities do not add up to one"),
        (lambda: float(np.zeros(3)), "an array is used as a number"),
        (lambda: range(np.zeros(3, int)), "an array is used as a whole number"),
        (lambda: bool(np.zeros(3)), "neither true nor false"),
        (lambda: np.array([[1, 2], [3]]), "an array cannot be made of parts with different shapes"),
        (lambda: np.argmax([]), "an array without elements is reduced"),
        (lambda: np.zeros(0).max(), "an array without elements is reduced"),
        (lambda: np.zeros((2, 3)).transpose(0, 1, 2), "transposed with another number of axes"),
        (lambda: np.stack([np.zeros(2), np.zeros(3)]), "all input arrays must have the same shape"),
        (lambda: np.stack([]), "need at least one array to stack"),
        (lambda: np.concatenate([np.float64(1)]), "zero-dimensional arrays cannot be concatenated"),
        (lambda: np.zeros((2, 3)) @ 3, "a number is no factor of a matrix product"),
        (lambda: operator.iadd(np.zeros((1, 3)), np.zeros((2, 3))), "has more elements than the array"),
        (lambda: operator.iadd(np.zeros(3, int), 0.5), "has a dtype that the array cannot hold"),
        (lambda: np.add("a", 1), "something in a computation is no number"),
        (lambda: operator.setitem(np.zeros(3), 0, [1, 2]), "has not the shape of the place that it goes to"),
        (lambda: np.squeeze(np.zeros((2, 3)), 0), "cannot select an axis to squeeze out"),
        (lambda: RNG.choice(0), "neither a number above zero nor an array"),
    ],
)
def test_messages_of_python_and_numpy_are_told_without_a_number(action, said):
    sentence = describe_raise(raised(error_of(action)), CELLS)
    assert said in sentence
    assert not re.search(r"\d", sentence)
    assert "`y = weights['Wax'] @ x`" in sentence


def test_an_operator_is_repeated_from_the_very_line():
    cells = {"a": "y = -[1]\nz = [1] < 1\nw = 1 + 1"}

    def said(action, line: int) -> str:
        return describe_raise(raised(error_of(action), line), cells)

    assert "bad operand type for unary -: 'list'" in said(lambda: -[1], 1)
    assert "'<' not supported between instances of 'list' and 'int'" in said(lambda: [1] < 1, 2)
    assert "<" not in said(lambda: [1] < 1, 3) and "unary" not in said(lambda: -[1], 3)


def test_a_name_is_repeated_only_from_the_very_line_and_never_what_the_student_raises():
    elsewhere = {"one": "secret_word = 1\ny = x", "two": "raise NameError(\"name 'x' is not defined\")"}

    def said(message: str, cell: str, line: int) -> str:
        return describe_raise({"kinds": ["NameError"], "message": message, "cell": cell, "line": line}, elsewhere)

    assert "name 'x'" in said("name 'x' is not defined", "one", 2)
    assert "secret_word" not in said("name 'secret_word' is not defined", "one", 2)
    assert "name 'x' is not defined, at" not in said("name 'x' is not defined", "two", 1)


def keras_errors() -> dict[str, BaseException]:
    """What Keras and TensorFlow raise at common slips, by what is said of each."""
    import keras
    import tensorflow as tf
    from keras import layers, ops

    built = layers.Dense(4)
    built(np.zeros((2, 3)))
    two = keras.Model([one := keras.Input((3,)), other := keras.Input((3,))], layers.Add()([one, other]))
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    ones = np.ones((2, 3), "float32")

    class Own(layers.Layer):
        def call(self, x):
            return ops.matmul(x, ops.ones((7, 2)))

    def fit(loss: str, targets: np.ndarray) -> None:
        model.compile("sgd", loss)
        model.train_on_batch(ones, targets)

    slips = {
        "another size along an axis than the layer was built for": lambda: built(np.zeros((2, 5))),
        "not as many axes as the layer takes": lambda: layers.LSTM(2)(np.zeros((2, 3))),
        "another number of inputs": lambda: two([ones]),
        "a symbolic tensor is no array": lambda: tf.nn.relu(keras.Input((3,))),
        "a symbolic tensor is no array ": lambda: np.tanh(keras.Input((3,))),
        "the shapes of a product do not fit each other": lambda: tf.matmul(ones, ones),
        "the shapes of a product do not fit each other ": lambda: Own()(ones),
        "the shapes of two tensors do not fit each other": lambda: tf.constant(ones) + tf.ones((2, 4)),
        "all axes but the one that tensors are put together along": lambda: tf.concat([ones, tf.ones((3, 4))], 0),
        "all axes but the one that tensors are put together along ": lambda: layers.Concatenate()(
            [keras.Input((3, 4)), keras.Input((5, 4))]
        ),
        "a tensor cannot be reshaped so": lambda: tf.reshape(ones, (4, 2)),
        "a tensor cannot be reshaped so ": lambda: layers.Reshape((4,))(ones),
        "two tensors have different dtypes": lambda: tf.constant(ones) + tf.ones((2, 3), "int32"),
        "targets and outputs have not the shapes that the loss takes": lambda: fit(
            "categorical_crossentropy", np.zeros((2, 1))
        ),
        "targets and outputs have not the shapes that the loss takes ": lambda: fit(
            "sparse_categorical_crossentropy", np.zeros((2, 3))
        ),
        "a layer is called with something that is no tensor": lambda: layers.Dense(3)("text"),
        "a layer is made with an argument that it does not know": lambda: layers.Dense(3, unit=4),
        "Keras knows no activation, loss, metric or initializer of this name": lambda: layers.Dense(3, "tan"),
        "two shapes that must agree do not": lambda: built.set_weights([np.zeros((4, 3)), np.zeros(4)]),
        "another size along an axis than the layer was built for ": lambda: model(np.zeros((2, 4))),
    }
    return {said: error_of(slip) for said, slip in slips.items()}


def test_what_keras_says_is_told_without_a_number():
    for said, error in keras_errors().items():
        sentence = describe_raise(raised(error), CELLS)
        assert said.strip() in sentence, (said, str(error))
        assert not re.search(r"\d", sentence)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("    raise NotImplementedError\n", False),
        ('    """Text.\n\n    More."""\n    # a comment\n    raise NotImplementedError\n', False),
        ("    y = 2 * x\n    raise NotImplementedError\n", True),
        ("    raise NotImplementedError\n    return 2 * x\n", True),
        ("    raise NotImplementedError\n\n\ndouble(2)\n", False),
    ],
)
def test_a_stub_is_told_from_one_whose_raise_was_left(body, left):
    source = f"import numpy as np\n\ndef double(x):\n{body}"
    line = source[: source.index("raise")].count("\n") + 1
    assert is_left_over(source, "double", line) is left


@pytest.mark.parametrize(
    "message",
    [
        "[[0.1 0.2]]",
        "0.12345",
        "name 'input_is_0_5' is not defined",
        "name input_is_0_5 is not defined",
        "module numpy has no attribute input_is_0_5",
        "unsupported operand type(s) for <<=: 'int' and 'int'",
        "'hidden_value_7'",
        "shapes (3.14159,) and (0x2,) not aligned: 3 (dim 0) != 2 (dim 0)",
        "index 12345678901 is out of bounds for axis 0 with size 3",
        "name 'x' is not defined\n0.25",
        "x" * 1000,
    ],
)
def test_messages_that_could_carry_an_input_are_not(message):
    sentence = describe_raise(raised(ValueError(message)), CELLS)
    assert sentence == "raised ValueError, at your line `y = weights['Wax'] @ x`"


@pytest.mark.parametrize("line", [0, 4, -1, "2", None, 2.0, True, 10**9])
def test_a_line_that_is_not_in_the_notebook_is_not_shown(line):
    sentence = describe_raise(raised(ValueError("?"), line=line), CELLS)
    assert sentence == "raised ValueError"


def test_a_class_of_the_students_own_is_called_by_its_nearest_known_kind():
    class Secret012345(KeyError):
        pass

    assert describe_raise(raised(Secret012345("?"), cell="?"), CELLS) == "raised KeyError"
    private = ["_IncompleteInputError", "SyntaxError", "Exception"]  # the first is among Python 3.13's own
    assert describe_raise({"kinds": private, "message": None}, {}) == "raised SyntaxError"
    assert describe_raise({"kinds": 3, "message": None}, {}) == "raised an exception"
    assert is_not_implemented(raised(NotImplementedError()))
    assert not is_not_implemented(raised(RuntimeError()))
