"""What a notebook asks of right versions of other exercises costs the trusted side little, whatever it passes them.

The attacks are calls within calls: shapes without elements, shapes that make a huge one together, steps without end.
"""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil
import pytest
from toy_course import SLUG, make_course, submission

from autograder.examination import student as examined
from autograder.examination.examine import Crashed, Mistake
from autograder.examination.student import Cell, Provided, Student
from autograder.judging.examiner import open_house, pool
from autograder.sandbox import confine, helper
from autograder.sandbox.stand_ins import Size
from autograder.sandbox.tenant import Gone, House, Tenant
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
LIMITS = Limits(cell_seconds=60, call_seconds=60, wall_factor=60)
MEBIBYTE = 1 << 20


def steps(x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """A loop over the steps of ``x``, as right versions have."""
    for t in range(x.shape[2]):
        a = np.tanh(a + x[:, :1, t])
    return a


def turns(count: int) -> int:
    """Takes a number of steps, and no array."""
    total = 0
    for k in range(count):
        total += k % 7
    return total


def zeros(count: int) -> int:
    return len(np.ones(count))


def ended() -> None:
    os.abort()


@dataclass
class Toy:
    """Notes what it is asked, as the graders' toys do."""

    factor: float
    asked: list[float] = field(default_factory=list)
    complaint: str = ""

    def __call__(self, x: Any) -> Any:
        self.asked.append(float(np.sum(x)))
        if np.ndim(x) != 1:
            self.complaint = "takes an array with one axis"
            raise ValueError("refused")
        return self.factor * np.asarray(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda *parts: sum(parts),  # has no name: the helper is forked for it
    "steps": steps,
    "turns": turns,
    "zeros": zeros,
    "ended": ended,
}
NAMED = {name: function for name, function in FUNCTIONS.items() if name != "add"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = make_course(tmp_path_factory.mktemp("house") / "root")
    with open_house(LIMITS, root=root, keras=False) as house:
        yield house


@pytest.fixture
def tenant(house: House) -> Iterator[Tenant]:
    tenant = Tenant(house, {})
    yield tenant
    tenant.close()


def ask(tenant: Tenant, source: str, functions: dict = FUNCTIONS, seconds: float = 60, args: list | None = None) -> Any:
    """What a function with this body returns, or why not; ``x`` is a small argument of the call."""
    lines = textwrap.indent(textwrap.dedent(source), "    ")
    source = f"import numpy as np\ndef attack(x):\n{lines}"
    tenant.ask({"do": "run", "source": source, "cell": "cell"}, 60)
    request = {"do": "call", "name": "attack", "args": args or [np.ones((3, 4))], "keep": False, "inputs_after": False}
    answer = tenant.ask(request | {"provided": list(functions)}, seconds, functions)
    return answer["value"] if "value" in answer else answer["raised"]["message"]


REFUSED = {
    "no elements, and an axis of a billion": "return steps(np.empty((0, 1, 10**9)), x)",
    "a million empty steps": "return steps(np.empty((0, 1, 10**6)), x)",
    "an element, and a million of it": "return add(np.broadcast_to(1.0, (10**6,)))",
    "shapes that are huge together": "return add(*(np.ones([1] * k + [900] + [1] * (3 - k)) for k in range(4)))",
    "two long ones across": "return add(np.ones((900, 1)), np.ones((1, 900)), np.ones((900, 1, 1)))",
    "a list of lists": "return add(*[[[]] * 900 for _ in range(900)])",
    "a long text": "return add('x' * 10**6)",
    "a long name": "return add(**{'x' * 10**6: 1})",
    "many of one array": "return add(*[np.ones((300, 3))] * 900)",
    "axes without end": "return add(*[np.ones([1] * 20 + [2] * 12)] * 999)",
}


@pytest.mark.parametrize("attack", REFUSED)
def test_sizes_far_from_the_calls_own_are_refused(tenant: Tenant, attack: str) -> None:
    began = time.process_time()
    assert "is not meant for so much data" in ask(tenant, REFUSED[attack])
    assert time.process_time() - began < 5


def test_sizes_near_the_calls_own_are_answered(tenant: Tenant) -> None:
    large = [np.ones((3, 40_000)), 2_000]
    assert ask(tenant, "return add(x[0][:, :, None], np.ones((1, 1, 4)))[2, 3, 1]", args=[[np.ones((3, 40))]]) == 2
    assert ask(tenant, "return float(add(x[0], x[0]).sum())", args=[large]) == 240_000
    assert ask(tenant, "return float(add(np.ones(2_000)).sum())", args=[large]) == 2_000
    assert ask(tenant, "return float(steps(np.ones((3, 1, 30)), x)[0, 0])") > 0.5


@pytest.mark.parametrize("functions", [FUNCTIONS, NAMED], ids=["forked for them", "told of them"])
def test_time_that_others_work_for_a_call_is_the_calls_own(house: House, functions: dict) -> None:
    for source in ("return turns(10**12)", "return [turns(10**5) for _ in range(10**5)]"):
        tenant = Tenant(house, {})
        began, before = time.monotonic(), examiners_seconds()
        with pytest.raises(Gone, match="did not finish within the time that was left") as gone:
            ask(tenant, source, functions, seconds=1)
        assert gone.value.time and not gone.value.idle
        assert examiners_seconds() - before < 2 + 0.5 * (time.monotonic() - began)
        tenant.close()
        assert not helpers() or "for _" in source  # between two questions it does nothing that would have to be ended


def test_time_that_others_work_for_it_counts_for_the_submission(tenant: Tenant) -> None:
    before = tenant.processor_seconds()
    ask(tenant, "return turns(2 * 10**7)")
    after = tenant.processor_seconds()
    assert before is not None and after is not None and after > before + 0.3


def test_memory_that_others_work_with_is_bounded(tenant: Tenant) -> None:
    before = psutil.Process().memory_info().rss
    assert "cannot work with these arguments (" in ask(tenant, "return zeros(10**9)")
    assert "MemoryError" in ask(tenant, "return zeros(3 * 10**8)")
    assert psutil.Process().memory_info().rss < before + 100 * MEBIBYTE


def test_questions_without_end_are_ended(house: House) -> None:
    small = "small = np.ones(20)\nfor _ in range(30_000): add(small)"
    large = "large = np.ones((40, 1_000))\nfor _ in range(30_000): add(large)"
    for source, said in ((small, "more than 20000 times"), (large, "more than 64 MB of data")):
        tenant = Tenant(house, {})
        with pytest.raises(Gone, match=said):
            ask(tenant, source)
        tenant.close()


def test_a_helper_that_ends_is_nobodys_certain_fault_and_the_next_call_has_another(house: House) -> None:
    tenant = Tenant(house, {})
    with pytest.raises(Gone, match="ended its process") as gone:
        ask(tenant, "return ended()")
    assert gone.value.doubtful
    tenant.close()
    tenant = Tenant(house, {})
    assert ask(tenant, "return turns(10)") == sum(k % 7 for k in range(10))
    tenant.close()


@pytest.mark.parametrize("function", [lambda toy: toy, lambda toy: toy.__call__], ids=["itself", "its method"])
def test_what_a_toy_has_noted_comes_home(tenant: Tenant, function: Callable) -> None:
    toy = Toy(3.0)
    asked = toy.asked
    value = ask(tenant, "return [toy(np.ones(k)) for k in (1, 2)][1]", {"toy": function(toy)})
    assert list(value) == [3, 3] and toy.asked == [1, 2]
    asked.clear()
    assert "cannot work with these arguments (ValueError)" in ask(tenant, "return toy(np.ones((2, 2)))", {"toy": toy})
    assert toy.complaint and toy.asked[-1] == 4


def test_a_helper_is_kept_from_call_to_call(tenant: Tenant) -> None:
    ask(tenant, "return turns(10)", NAMED)
    first = helpers()
    ask(tenant, "return turns(10)", NAMED)
    assert len(first) == 1 and helpers() == first
    assert not [name for name in os.listdir(f"/proc/{first[0].pid}/fd") if int(name) > 2][1:]  # its socket alone


def helpers() -> list[psutil.Process]:
    kept = helper._kept
    return [psutil.Process(kept._pid)] if kept and kept.living else []


def examiners_seconds() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system


def test_sizes_are_told() -> None:
    size = Size.of([np.ones((3, 1, 5)), np.empty((0, 7, 1)), "abc", {"k": [1, 2, 3, 4]}, 5_000])
    assert (size.longest, size.together) == (7, 3 * 7 * 5)
    assert Size.of([5_000], numbers=True).longest == 5_000
    assert Size.of([10**12], numbers=True).longest == 0


# -------------------------------------------------------------------------------------------- answers, and what is kept


def student(house: House, source: str) -> Student:
    return Student(house, [Cell("cell", f"import numpy as np\n{textwrap.dedent(source)}")], {})


@pytest.mark.parametrize("size", ["np.ones(3 << 20)", "[0.5] * 100_000", "[[]] * 400_000", "'x' * 600_000"])
def test_an_answer_larger_than_any_right_one_is_refused(house: House, size: str) -> None:
    with student(house, f"def answer():\n    return {size}\ndef small():\n    return 1") as one:
        before = psutil.Process().memory_info().rss
        with pytest.raises(Mistake, match="returned more data than any right answer has"):
            one.call("answer")
        assert psutil.Process().memory_info().rss < before + 100 * MEBIBYTE
        assert one.call("small") == 1


def test_a_process_that_sends_more_all_the_same_is_not_read(house: House) -> None:
    """The child is the student's: it may have left our bound away."""
    lifted = """
        import unrolled.wire, autograder.sandbox.child as child
        child.ANSWER = unrolled.wire.ANY
        def answer():
            return np.ones(20 << 20)
    """
    with student(house, lifted) as one:
        before = psutil.Process().memory_info().rss
        with pytest.raises(Crashed, match="broke the connection"):
            one.call("answer")
        assert psutil.Process().memory_info().rss < before + 50 * MEBIBYTE


def test_what_is_kept_of_wrong_answers_is_bounded_in_sum(house: House) -> None:
    with student(house, "def answer(x):\n    x[:] = 2\n    return np.ones(1 << 20)") as one:
        for _ in range(20):
            with one.examined("answer", {}):
                one.call("answer", np.ones(3), inputs_after=True)
        kept = [one.calls]
        assert kept == [[]] and one._noted > examined.MOST_CALLS


def test_what_is_kept_for_whoever_asks_again_is_bounded_in_sum(house: House) -> None:
    calls = [(float(number),) for number in range(24)]
    with student(house, "def answer(x):\n    return np.full(15 << 17, x)") as one:
        one.call("answer", 0.0)
        before = psutil.Process().memory_info().rss
        for exercise in ("answer", "another"):
            with one.examined(exercise, {}):
                one.ahead("answer", *calls)
                for (number,) in calls:
                    assert one.call("answer", number, once=True)[-1] == number
                    assert psutil.Process().memory_info().rss < before + 200 * MEBIBYTE  # all of them have 720


def test_a_class_with_such_students_is_graded_as_ever(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The toy course's ``quadruple`` may ask for a right ``double`` where the student's own is wrong."""
    course = make_course(tmp_path_factory.mktemp("course") / "root")
    attacks = {
        "empty": "double(np.empty((0, 10**9)))",
        "loop": "[double(x) for _ in range(10**7)]",
        "text": "double('x' * 10**6)",
        "huge": "double(np.ones(10**6))",
    }
    wrong = "def double(x):\n    raise ValueError"
    hand_ins = [submission()]
    for code in attacks.values():
        hand_ins += [submission(wrong, f"def quadruple(x):\n    {code}\n    return 4 * x"), submission()]
    with pool(2, Limits(call_seconds=1), root=course, keras=False) as examiners:
        futures = [examiners.submit(files, SLUG, 7, root=course) for files in hand_ins]
        verdicts = [future.result(timeout=500) for future in futures]
    assert [verdict.score for verdict in verdicts[::2]] == [20] * 5
    assert [verdict.score for verdict in verdicts[1::2]] == [0] * 4


def test_provided_models_answer_as_before(house: House) -> None:
    toy = Toy(2.0)
    with student(house, "def answer(model, x):\n    return model.predict(x), model(np.float32(x))") as one:
        arrays, tensors = one.call("answer", Provided("model", toy), np.ones(3))
    assert list(arrays) == list(tensors) == [2, 2, 2] and toy.asked == [3, 3]
