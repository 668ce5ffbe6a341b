"""What is said about a student's exception helps, and repeats nothing that its code could have put there."""

import re

import numpy as np
import pytest

from autograder.examination.missing import is_left_over
from autograder.examination.wording import describe_raise, is_not_implemented

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
    ],
)
def test_messages_of_python_and_numpy_are_told_without_a_number(action, said):
    sentence = describe_raise(raised(error_of(action)), CELLS)
    assert said in sentence
    assert not re.search(r"\d", sentence)
    assert "`y = weights['Wax'] @ x`" in sentence


def test_a_name_is_repeated_only_from_the_very_line_and_never_what_the_student_raises():
    elsewhere = {"one": "secret_word = 1\ny = x", "two": "raise NameError(\"name 'x' is not defined\")"}

    def said(message: str, cell: str, line: int) -> str:
        return describe_raise({"kinds": ["NameError"], "message": message, "cell": cell, "line": line}, elsewhere)

    assert "name 'x'" in said("name 'x' is not defined", "one", 2)
    assert "secret_word" not in said("name 'secret_word' is not defined", "one", 2)
    assert "name 'x' is not defined, at" not in said("name 'x' is not defined", "two", 1)


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
