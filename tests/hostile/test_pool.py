"""Processes that end in the middle of a class: whoever ends them, no honest classmate loses a point for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest
from class_of import FULL, SLUG, Class, locked, submission

from autograder.examination.budget import Budget
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.judging import server
from autograder.judging.settle import MOST_TRIES, settled
from autograder.judging.workers import Bounds, Died, TookTooLong, Workers
from autograder.sandbox import nursery
from autograder.sandbox.own_folder import OwnFolder

DOUBLE = "import time\ntime.sleep({seconds})\ndef double(x):\n    return 2 * x"


@pytest.fixture
def class_of_six(tmp_path: Path) -> Class:
    """Honest students whose notebooks take a moment."""
    one = Class.at(tmp_path)
    for number in range(6):
        one.hand_in(f"s{number}", submission(DOUBLE.format(seconds=1) + f"\nnumber = {number}"))
    return one


def under(grading: psutil.Process, word: str) -> list[psutil.Process]:
    """The processes that the command has started, directly or not, with this word in their command lines."""
    found = []
    for process in grading.children(recursive=True):
        with suppress(psutil.Error):
            found += [process] if word in " ".join(process.cmdline()) else []
    return found


def forked(grading: psutil.Process, word: str) -> list[psutil.Process]:
    """Those of them that were forked from one with the same command line."""
    processes = under(grading, word)
    numbers = {process.pid for process in processes}
    return [process for process in processes if process.ppid() in numbers]


def children(grading: psutil.Process) -> list[psutil.Process]:
    return forked(grading, "autograder.sandbox.nursery")


def nurseries(grading: psutil.Process) -> list[psutil.Process]:
    """Once it has children."""
    return [child.parent() for child in children(grading)]


def called(grading: psutil.Process, name: str) -> list[psutil.Process]:
    """The processes that the command has started, directly or not, with this name."""
    found = []
    for process in grading.children(recursive=True):
        with suppress(psutil.Error):
            found += [process] if process.name() == name else []
    return found


def examiners(grading: psutil.Process) -> list[psutil.Process]:
    """Once they are at work."""
    return called(grading, "examiner") if children(grading) else []


def clerks(grading: psutil.Process) -> list[psutil.Process]:
    """Once there is something to write."""
    return called(grading, "clerk") if children(grading) else []


def kill_one(grading: subprocess.Popen[str], found: Callable[[psutil.Process], list[psutil.Process]]) -> None:
    """Kill one of these processes as soon as there is one."""
    until = time.monotonic() + 200
    while True:
        assert grading.poll() is None and time.monotonic() < until
        with suppress(psutil.Error):
            if processes := found(psutil.Process(grading.pid)):
                return processes[0].kill()
        time.sleep(0.02)


@locked
@pytest.mark.parametrize("kinds", [(children, clerks), (examiners, nurseries)], ids=["child-clerk", "examiner-nursery"])
def test_a_process_that_somebody_kills_costs_nobody_a_point(
    class_of_six: Class, kinds: tuple[Callable[[psutil.Process], list[psutil.Process]], ...]
) -> None:
    grading = class_of_six.begin("--jobs", "2")
    for found in kinds:
        kill_one(grading, found)
    graded = class_of_six.end(grading)
    assert graded.status == 0, graded.said
    assert {name: verdict["score"] for name, verdict in graded.verdicts.items()} == {f"s{n}": FULL for n in range(6)}
    assert {verdict["status"] for verdict in graded.verdicts.values()} == {"graded"}
    assert graded.scores == {f"s{n}": FULL for n in range(6)}
    kept = [
        json.loads(path.read_text())["verdict"] for path in class_of_six.folder.glob(f".unrolled/verdicts/{SLUG}/*")
    ]
    assert {verdict["status"] for verdict in kept} == {"graded"} and len(kept) == 6
    class_of_six.nothing_left()


@locked
def test_a_submission_whose_own_code_ends_it_is_told_so_and_the_others_go_on(tmp_path: Path) -> None:
    one = Class.at(tmp_path)
    one.hand_in("honest")
    one.hand_in("exits", submission("def double(x):\n    import os\n    os._exit(0)"))
    one.hand_in("kills", submission("def double(x):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)"))
    sleeps = [f"import time\ntime.sleep({1.5 + number / 100})" for number in range(40)]
    one.hand_in("sleeps", submission(*submission_of(), *sleeps))
    one.hand_in("computes", submission(*submission_of(), *["for _ in range(10**7): pass"] * 40))
    graded = one.grade(submission_seconds=6, wall_factor=10)
    assert graded.status == 0, graded.said
    assert graded.verdicts["honest"]["score"] == FULL
    for name in ("exits", "kills"):
        exercise, other = graded.verdicts[name]["exercises"]
        assert (exercise["outcome"], other["outcome"]) == ("crashed", "correct")
        assert "ended by itself each of the 2 times" in graded.verdicts[name]["messages"][-1]
    for name in ("sleeps", "computes"):
        verdict = graded.verdicts[name]
        assert (verdict["status"], verdict["score"]) == ("timeout", FULL)
        assert "took more than 3 seconds in all" in " ".join(verdict["messages"])
    one.nothing_left()


def is_at_work(child: psutil.Process) -> bool:
    return Path(f"/proc/{child.pid}/cwd/here").exists()


def submission_of() -> tuple[str, str]:
    return "def double(x):\n    return 2 * x", "def quadruple(x):\n    return 4 * x"


@locked
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_nothing_once_the_next_has_begun(class_of_six: Class, sign: int) -> None:
    grading = class_of_six.begin("--jobs", "2")
    kept = class_of_six.folder / ".unrolled" / "verdicts" / SLUG
    until = time.monotonic() + 200
    while not list(kept.glob("*.json")):
        assert grading.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    os.kill(grading.pid, sign)
    grading.communicate(timeout=100)
    if sign == signal.SIGTERM:
        class_of_six.nothing_left()
    again = class_of_six.grade()
    assert again.status == 0, again.said
    assert again.scores == {f"s{n}": FULL for n in range(6)}
    class_of_six.nothing_left()
    for prefix in (nursery.FOLDER, server.FOLDER):  # of one that was killed with all its work done
        (class_of_six.temporary / f"{prefix}left" / "scratch").mkdir(parents=True)
    assert class_of_six.grade().scores == again.scores
    class_of_six.nothing_left()


def test_a_folder_is_removed_when_its_process_has_ended_and_not_before(tmp_path: Path) -> None:
    held = OwnFolder("mine-", tmp_path)
    (held.path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "mine-left").mkdir()
    (tmp_path / "mine-file").write_text("x")
    (tmp_path / "mine-link").symlink_to(held.path)
    other = OwnFolder("mine-", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {held.path.name, other.path.name, "mine-file", "mine-link"}
    held.remove()
    other.remove()
    assert {path.name for path in tmp_path.iterdir()} == {"mine-file", "mine-link"}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers("worker", 2, get_context("spawn"), _nothing, (), Bounds(processor=1, wall=4)) as some:
        yield some


def test_workers_go_on_when_one_of_them_ends(workers: Workers) -> None:
    tasks = [workers.submit(_square, n) if n % 3 else workers.submit(_kill) for n in range(9)]
    for n, task in enumerate(tasks):
        if n % 3:
            assert task.result(100) == n * n
        else:
            with pytest.raises(Died, match="SIGKILL"):
                task.result(100)


def test_workers_end_what_does_not_come_back(workers: Workers) -> None:
    for endless in (_loop, _sleep):
        with pytest.raises(TookTooLong):
            workers.submit(endless).result(100)
    assert workers.submit(_square, 7).result(100) == 49


def test_workers_tell_what_was_raised(workers: Workers) -> None:
    with pytest.raises(ValueError, match="no square") as raised:
        workers.submit(_square, "a").result(100)
    assert "_square" in str(raised.value.__cause__)


def _nothing() -> None:
    pass


def _square(n: int) -> int:
    if not isinstance(n, int):
        raise ValueError("no square")
    return n * n


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _loop() -> None:
    while True:
        pass


def _sleep() -> None:
    time.sleep(1000)


def verdict(outcome: str, doubt: str) -> Verdict:
    exercise = ExerciseVerdict("double", outcome, 10.0 * (outcome == "correct"), 10)  # type: ignore[arg-type]
    return Verdict("s", SLUG, "graded", 0.1, (), (exercise,), 1, doubt=doubt)  # type: ignore[arg-type]


@pytest.mark.parametrize("doubt, said", [("ended", "ended by itself"), ("waited", "hardly used the processor")])
def test_only_an_end_that_repeats_counts(doubt: str, said: str) -> None:
    right, ended, elsewhere = verdict("correct", ""), verdict("crashed", doubt), verdict("raised", doubt)
    assert settled([right]) is right
    assert settled([ended]) is None
    assert settled([ended, right]) is right
    assert settled([ended, elsewhere]) is None
    for tries, times in (([ended, ended], 2), ([ended, elsewhere, ended], MOST_TRIES)):
        last = settled(tries)
        assert last is not None and last.exercises == ended.exercises
        assert said in last.messages[-1] and f"{times} times" in last.messages[-1]


@locked
def test_who_was_kept_waiting_is_judged_again_and_who_sleeps_is_told_so(tmp_path: Path) -> None:
    """Somebody stops a process for as long as its call may take: that is judged again. Sleep repeats, and counts."""
    one = Class.at(tmp_path)
    one.hand_in("kept_waiting", submission(*submission_of(), "open('here', 'w').close()\nimport time\ntime.sleep(1)"))
    grading = one.begin("--jobs", "1")
    until = time.monotonic() + 200
    while not (at_work := [child for child in children(psutil.Process(grading.pid)) if is_at_work(child)]):
        assert grading.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    with suppress(psutil.Error):
        while at_work[0].status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
            at_work[0].suspend()
            time.sleep(0.01)
    graded = one.end(grading)
    assert graded.status == 0 and graded.scores == {"kept_waiting": FULL}, graded.said
    one.hand_in("sleeps", submission("def double(x):\n    import time\n    time.sleep(99)"))
    graded = one.grade("--jobs", "1")
    exercise, other = graded.verdicts["sleeps"]["exercises"]
    assert (exercise["outcome"], other["outcome"]) == ("timeout", "correct")
    assert "hardly used the processor each of the 2 times" in graded.verdicts["sleeps"]["messages"][-1]
    one.nothing_left()


def test_a_budget_counts_all_processes_and_both_clocks() -> None:
    budget = Budget(100, wall_factor=3)
    budget.spend(wall=30, running=30, at_most=20)
    assert budget.left() == 70
    budget.end()
    budget.spend(wall=5, running=4, at_most=20)
    assert budget.left() == 66 and budget.left(0.5) == 16
    budget.spend(wall=60, running=None, at_most=20)
    assert budget.left() == 46
    budget.spend(wall=400, running=1, at_most=20)
    assert budget.left() == 0
