"""How a grader asks: several things at once, what it has asked before not again, and nothing is lost when a process
ends between two answers.
"""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.examination.examine import Crashed, Raised, TimedOut
from autograder.examination.running import CELLS_AT_ONCE, Cell
from autograder.examination.student import Student
from autograder.sandbox import confine
from autograder.sandbox.nursery import Nursery
from autograder.sandbox.tenant import AHEAD, House, _together
from autograder.sandbox.watchdog import Limits
from unrolled.execution import Session

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
COUNTS = """
import os
import time
calls = []

def counted(x):
    calls.append(x)
    return len(calls), x

def spoils(x):
    x += 1
    return x

def ends(x):
    if x == 2:
        os._exit(0)
    return x

def loops(x):
    while x == 2:
        pass
    return x

def raises(x):
    return 1 // x

def uses(x):
    return counted(x)
"""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with Nursery(keras=False) as nursery:
        nursery.wait_until_warm()
        limits = Limits(call_seconds=0.5, cell_seconds=0.5, submission_seconds=8)
        yield House(nursery.address, nursery.scratch, limits, readable=(), forbidden=())


def test_what_was_asked_is_not_asked_again_unless_it_is_to_be(house):
    one, other = np.ones(3), np.ones(3)
    with Student(house, [Cell("counts", COUNTS)], {}) as student:
        with student.examined("counted", {}):
            student.ahead("counted", (one,), (other,), (7,), (7,))
            assert student.known("counted", one)[0] == 1 and student.known("counted", 8) is None and not student.calls
            assert student.call("counted", one, once=True)[0] == 1
            assert student.call("counted", other, once=True)[0] == 2  # equal, and another array
            assert student.call("counted", 7, once=True)[0] == student.call("counted", 7, once=True)[0] == 4
            assert student.call("counted", one)[0] == 5
            assert len(student.calls) == 5  # what the diagnosis sees has all of them
        with student.examined("uses", {}):  # another exercise's tests have asked nothing yet
            assert student.call("counted", one, once=True)[0] == 6
        with student.examined("uses", {"counted": lambda x: (99, x)}):  # nor has this one among right versions
            assert student.call("uses", 1, once=True) == (99, 1)
            student.ahead("uses", (2,))
            assert student.call("uses", 2, once=True) == (99, 2)


def test_arguments_of_calls_that_are_made_together_are_each_their_own(house):
    shared = np.zeros(3)
    with Student(house, [Cell("counts", COUNTS)], {}) as student, student.examined("spoils", {}):
        student.ahead("spoils", (shared,), (shared,), inputs_after=True)
        value, after = student.call("spoils", shared, inputs_after=True, once=True)
        assert value.tolist() == after[0].tolist() == [1, 1, 1]
        assert student.call("spoils", shared, once=True).tolist() == [1, 1, 1]
        assert shared.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("name", "kind"), [("ends", Crashed), ("loops", TimedOut)])
def test_answers_from_before_a_process_ended_count(house, name, kind):
    with Student(house, [Cell("counts", COUNTS)], {}) as student:
        with student.examined(name, {}):
            student.ahead(name, (1,), (2,), (3,))
            assert student.call(name, 1, once=True) == 1
            for x in (2, 3):  # as when they are asked one by one: what comes after the end of a process is not tried
                with pytest.raises(kind, match=f"`{name}`"):
                    student.call(name, x, once=True)
        with student.examined("another", {}):
            student.ahead(name, (1,), (2,), (3,))
            assert [student.call(name, x, once=True) for x in (1, 3)] == [1, 3]  # nobody came to the one that ends it
        with student.examined("counted", {}):
            assert student.call("counted", 1) == (1, 1)  # in a fresh process
        with student.examined("raises", {}):
            student.ahead("raises", (0,), (1,))
            with pytest.raises(Raised, match="ZeroDivisionError"):
                student.call("raises", 0, once=True)
            assert student.call("raises", 1, once=True) == 1


def test_what_is_kept_once_is_made_anew_in_a_fresh_process(house):
    with Student(house, [Cell("counts", COUNTS)], {}) as student:
        with student.examined("counted", {}):
            first = student.keep("counted", 1, once=True)
            assert student.keep("counted", 1, once=True) == first != student.keep("counted", 1)
            assert student.fetch_each(first[0], first[1]) == [1, 1]
        with student.examined("ends", {}), pytest.raises(Crashed):
            student.call("ends", 2)
        with student.examined("counted", {}):
            student.call("counted", 5)
            with pytest.raises(Crashed, match="has ended"):
                student.fetch(first)
            assert student.fetch(student.keep("counted", 1, once=True)[0]) == 2


def test_requests_and_answers_that_no_socket_holds_do_not_wait_for_each_other(house):
    arrays = [np.full(60_000, number, float) for number in range(12)]  # half a megabyte each, either way
    with Student(house, [Cell("counts", COUNTS)], {}) as student, student.examined("counted", {}):
        student.ahead("counted", *((array,) for array in arrays))
        for number, array in enumerate(arrays, 1):
            assert student.call("counted", array, once=True)[0] == number
    assert _together([b"x" * (AHEAD // 2)] * 3, AHEAD) == {0: [b"x" * (AHEAD // 2)] * 2, 2: [b"x" * (AHEAD // 2)]}
    assert sorted(_together([b"", b"y" * 2 * AHEAD, b"z"], AHEAD)) == [0, 1, 2]
    assert sorted(_together([b"", b"", b""], 0)) == [0]


def test_a_cell_that_ends_the_process_costs_no_other_cell(house):
    sources = [f"print({number})\ndef f{number}():\n    return {number}" for number in range(3 * CELLS_AT_ONCE)]
    sources[CELLS_AT_ONCE + 2] += "\nimport os\nos._exit(0)"
    sources[2 * CELLS_AT_ONCE + 1] += "\nwhile True:\n    pass"
    cells = [Cell(f"c{number}", source) for number, source in enumerate(sources)]
    with Student(house, cells, {}) as student, student.examined("f", {}):
        ran = student.notebook
        shown = {cell: outputs[0]["text"] for cell, outputs in ran.outputs.items()}
        assert shown.pop(f"c{CELLS_AT_ONCE + 2}") == "This cell ended its process. The rest was graded without it.\n"
        assert shown.pop(f"c{2 * CELLS_AT_ONCE + 1}").startswith("This cell did not finish within 0.5 seconds.")
        assert shown == {f"c{number}": f"{number}\n" for number in range(len(cells)) if f"c{number}" in shown}
        assert len(shown) == len(cells) - 2 and len(ran.notes) == 2 and ran.children == 3
        assert student.call(f"f{len(cells) - 1}") == len(cells) - 1


SHOWN = {
    "x = 1": None,
    "x = 1\n42": "42",
    "x = 1\nx": "1",
    "x = 2\nx == 2": "True",
    "def f():\n    return 3": None,
    "def f():\n    return 3\nf()": "3",
    "def f():\n    return 3\n# done\n": None,
    "'a text'\ndef f():\n    return 3": None,
    "y = 5\n'''\ndef f():\n    pass'''": "'\\ndef f():\\n    pass'",
    "class A:\n    b = 1": None,
    "a = b = 2": None,
    "z = [\n  1\n]\nz": "[1]",
    "w = 1; w": "1",
    "if True:\n    u = 1\nelse:\n    v = 2": None,
}


@pytest.mark.parametrize("source", SHOWN)
def test_a_cell_shows_what_it_would_in_jupyter(source):
    run = Session().run(source)
    results = [output["data"]["text/plain"] for output in run.outputs if output["output_type"] == "execute_result"]
    assert run.ok and results == ([] if SHOWN[source] is None else [SHOWN[source]])
    assert len(run.outputs) == len(results)


def test_what_python_says_of_a_cell_is_said_once_and_can_quote_it():
    session = Session()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        session.run("def f(x):\n    return x is 'a'\nv = 1", "one")
        assert [warning.lineno for warning in said] == [2]
        assert linecache.getline("<cell one>", 2) == "    return x is 'a'\n"
        session.run("x = 1 is 1\nx", "two")
        assert len(said) == 2
    run = session.run("def g():\n    return 1\ndef h():\n    1 / 0\nk = h()", "three")
    assert not run.ok and isinstance(run.raised, ZeroDivisionError) and session.namespace["g"]() == 1
    assert not session.run("print('before')\nreturn\nx = 1", "four").ok
