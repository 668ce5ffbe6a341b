"""A student's function that spells out its hidden input by all means: how much of it a verdict's messages carry.

Each function below is given a number and puts it into one thing that it can choose. What is said of the answers to many
numbers is collected: so many different messages, so many bits. docs/adr/0014-what-a-verdict-carries.md states the most.
"""

from __future__ import annotations

import builtins
import itertools
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from class_of import locked

from autograder.examination.agree import agree, differs, entries, unpack, untouched
from autograder.examination.examine import Mistake
from autograder.examination.running import Cell
from autograder.examination.student import Student
from autograder.examination.wording import SHOWN_LINES, describe_raise
from autograder.judging.examiner import open_house
from autograder.sandbox.watchdog import Limits

NUMBERS = 64  # that each function is asked to spell: 6 bits
AXES = ("n_a", "m", "T_x")
RIGHT = np.random.default_rng(0).normal(size=(5, 4, 3))
GRADIENTS = {"dWa": RIGHT, "dWx": 2 * RIGHT, "dba": RIGHT[0], "db": RIGHT[1]}
LIST, ARGUMENTS = [(k, 2 * k) for k in range(64)], {"x": 0, "sentences": [[k] for k in range(64)]}


def array(got: Any) -> None:
    agree(got, RIGHT, "a", AXES)


def gradients(got: Any) -> None:
    agree(dict(zip(GRADIENTS, entries(got, *GRADIENTS), strict=True)), GRADIENTS, "gradients")
    agree(got, GRADIENTS, "gradients")


def spans(got: Any) -> None:
    agree(got, LIST, "spans")


def two(got: Any) -> None:
    unpack(got, "a", "y")


def counts(got: Any) -> None:
    agree(got, {f"w{k}": k for k in range(64)}, "vocabulary")


# What a function does with x, a whole number below 64; what is compared with; and the most bits that may come through.
CHANNELS: dict[str, tuple[str, Callable[[Any], None], float]] = {
    "length of an axis": ("return np.zeros((x + 9, 4, 3))", array, 0),
    "lengths of all axes": ("return np.zeros((1 + x % 4, 1 + x // 4 % 4, 1 + x // 16))", array, 6),
    "number of axes": ("return np.zeros((1,) * (x % 40))", array, 2.9),
    "dtype": ("return np.full((5, 4, 3), 'y' * (x + 1))", array, 0),
    "dtype of numbers": (
        "return np.zeros((5, 4, 3), ['f2', 'c8', 'c16', '?', 'i1', 'u8', 'f4', 'f8'][x % 8])",
        array,
        2.4,
    ),
    "type": ("return [None, x, 'x', [x], (x,), {x: x}, object(), lambda: x, True, 1.5, range(x)][x % 11]", array, 3.5),
    "type's own name": ("return type(f'Input_{x}', (), {})()", array, 0),
    "places": (
        "a = RIGHT.copy()\n    for k in range(6): a.flat[k] += 9 * (x >> k & 1)\n    return a",
        array,
        3,
    ),
    "number of places": ("a = RIGHT.copy(); a.flat[:x] = 9; return a", array, 4.4),
    "steps": ("a = np.tile(RIGHT[:, :, :1], 6); a[:, :, [k for k in range(6) if x >> k & 1]] = 0; return a", array, 0),
    "value": ("return RIGHT + x + 1", array, 0),
    "factor": ("return RIGHT * (x + 2)", array, 1),
    "keys": ("return {str(x): 1, 'dWa': 2, 'dWx': 3, 'dba': 4}", gradients, 0),
    "more keys": ("return GRADIENTS | {str(k): k for k in range(x + 1)}", gradients, 0),
    "missing keys": ("return {key: a for k, (key, a) in enumerate(GRADIENTS.items()) if x >> k & 1}", gradients, 3.2),
    "missing words": ("return {f'w{k}': k for k in range(64) if k != x}", counts, 0),
    "wrong words": ("return {f'w{k}': k + (k == x) for k in range(64)}", counts, 0),
    "parts": ("return [1] * x", two, 1.6),
    "parts of a list": ("return LIST[:x]", spans, 1),
    "a part of a list": ("return LIST[:x] + [(9, -9)] + LIST[x + 1:]", spans, 2),
    "text": ("return f'the input is {x}'", array, 0),
    "argument": ("more[x][0] = 9; return None", lambda got: None, 0),
    "exception's text": ("raise ValueError(f'the input is {x}')", array, 0),
    "key that is not there": ("return {}[f'input_{x}']", array, 0),
    "number that is a key": ("return {}[x + 100]", array, 0),
    "name that is not there": ("return eval(f'input_{x}')", array, 0),
    "name without quotes": ("exec(f'raise NameError(\"name input_{x} is not defined\")')", array, 0),
    "attribute": ("return getattr(np, f'input_{x}')", array, 0),
    "operator": ("return eval('1 %s []' % ['+', '-', '*', '/', '%', '<<', '>>', '&'][x % 8])", array, 3),
    "shapes that do not fit": ("return np.zeros(x + 2) + np.zeros(x + 3)", array, 0),
    "shapes of a product": ("return np.zeros((2, x + 2)) @ np.zeros((x + 3, 2))", array, 0),
    "index": ("return np.zeros(x)[x]", array, 0),
    "values to unpack": ("a, b = range(x + 3)", array, 0),
    "arguments": ("return (lambda: 0)(*range(x + 1))", array, 0),
    "reshape": ("return np.zeros(x + 2).reshape(x + 3)", array, 0),
    "exception's class": ("raise CLASSES[x]", array, 6),
    "class of its own": ("raise type(f'Input{x}', (KeyError,), {})", array, 0),
}
LINES = "def lines(x, more):\n" + "".join(f"    if x == {k}: return 1 / 0\n" for k in range(NUMBERS))
TIMES = "def times(x, more):\n    " + "\n    ".join(
    (
        "import ctypes, os, time",
        "if x % 4 == 1: time.sleep(99)",
        "if x % 4 == 2: os._exit(x)",
        "if x % 4 == 3: held = [b'x' * (1 << 26) for _ in range(99)]",
        "time.sleep(x / 1000)",
    )
)
CLASSES = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)]
GIVEN = "import numpy as np\nimport builtins\nRIGHT = np.random.default_rng(0).normal(size=(5, 4, 3))\n" + (
    "GRADIENTS = {'dWa': RIGHT, 'dWx': 2 * RIGHT, 'dba': RIGHT[0], 'db': RIGHT[1]}\n"
    "LIST = [(k, 2 * k) for k in range(64)]\n"
    "CLASSES = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)] * 2"
)


def name_of(channel: str) -> str:
    return re.sub(r"\W", "_", channel)


@pytest.fixture(scope="module")
def student() -> Iterator[Student]:
    cells = [GIVEN, LINES, TIMES, *(f"def {name_of(name)}(x, more):\n    {CHANNELS[name][0]}" for name in CHANNELS)]
    limits = Limits(call_seconds=0.5, memory=512 << 20, restarts=40)
    with (
        open_house(limits, keras=False) as house,
        Student(house, [Cell(str(k), cell) for k, cell in enumerate(cells)], {}) as student,
    ):
        yield student


def told(student: Student, name: str, compare: Callable[[Any], None], number: int) -> str:
    """What a student is told of the answer to a number."""
    try:
        with student.examined(f"{name} {number}", {}):
            got, after = student.call(name, number, ARGUMENTS["sentences"], inputs_after=True)
        compare(got)
        untouched({"x": number, "sentences": ARGUMENTS["sentences"]}, after)
    except Mistake as mistake:
        return f"{type(mistake).__name__}: {mistake}"
    return "right"


@locked
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_carries_no_more_than_is_stated(channel: str, student: Student) -> None:
    _, compare, most = CHANNELS[channel]
    said = {told(student, name_of(channel), compare, number) for number in range(NUMBERS)} - {"right"}
    assert said and math.log2(len(said)) <= most, said
    for sentence in said:
        words = re.sub(r"`.*?`(?=$|,| which| \()|float(16|32|64)|complex128|return 2 values", "", sentence)
        assert {*re.findall(r"\d+", words)} <= {"0", "1"}, sentence


@locked
def test_the_line_that_raises_is_told_and_no_more(student: Student) -> None:
    said = {told(student, "lines", array, number) for number in range(NUMBERS)}
    assert len(said) == NUMBERS  # a student needs it; so it carries the 6 bits
    worded = re.compile(r"Raised: `lines` raised ZeroDivisionError: division by zero, at your line `[^`]*`")
    assert all(map(worded.fullmatch, said))
    cells = {"a": "x = 1" + (SHOWN_LINES - 2) * "\nx = 1", "b": "y = 1\nz = 1"}
    raised = [{"kinds": ["ValueError"], "message": "", "cell": "b", "line": line} for line in (1, 2)]
    assert [describe_raise(one, cells) for one in raised] == [
        "raised ValueError, at your line `y = 1`",
        "raised ValueError",
    ]


@locked
def test_how_a_call_ends_is_told_and_neither_when_nor_with_what_number(student: Student) -> None:
    said = {told(student, "times", lambda got: None, number) for number in (0, 1, 2, 3, 5, 6, 40)}
    assert {re.sub(r"`.*?`", "it", one) for one in said} == {
        "right",
        "TimedOut: it did not finish within 0.5 seconds",
        "Crashed: it ended its process",
        "Crashed: it used more than 0.5 GB of memory",
    }


def test_all_that_can_be_said_of_a_shape_is_within_ten_bits() -> None:
    lengths = {1, 2, *RIGHT.shape}
    shapes = itertools.chain.from_iterable(itertools.product(lengths, repeat=axes) for axes in range(6))
    said = {found.summary for shape in shapes if (found := differs(np.zeros(shape), RIGHT, "a", AXES))}
    assert math.log2(len(said)) <= 10 and not any(re.search(r"[02-9]", one) for one in said)


def test_all_that_can_be_said_of_values_is_within_seven_bits() -> None:
    rng = np.random.default_rng(1)
    said = set()
    for _ in range(3000):
        got = RIGHT.copy()
        for axis in range(3):  # wrong in some rows, columns and steps, in one of several ways
            chosen = rng.random(RIGHT.shape[axis]) < rng.choice([0.2, 0.5, 0.9])
            np.moveaxis(got, axis, 0)[chosen] = rng.choice(
                [np.zeros(1), np.full(1, np.nan), rng.normal(size=1), np.full(1, np.inf)]
            )
        flat = np.broadcast_to(RIGHT.mean(1, keepdims=True), RIGHT.shape)
        ways = [got, -got, 2 * got, 3 * got, got[:, :, ::-1], np.roll(got, 1, 2), np.roll(got, -1, 2), got + 1, flat]
        found = differs(ways[rng.integers(len(ways))], RIGHT, "a", AXES)
        said.add(found.summary if found else "right")
    assert 20 < len(said) and math.log2(len(said)) <= 7
    assert not any(re.search(r"\d", one) for one in said)
