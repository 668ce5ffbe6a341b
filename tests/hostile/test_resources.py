"""Memory, disk and processor time that a notebook takes out of sight: it is ended for it, and no classmate is.

Each attack is a cell of a classmate of honest students, in the same class at the same time. The bounds are small, so
that the machine which runs this test has what the attacks ask for.
"""

from __future__ import annotations

import textwrap
import threading
import time

import pytest
from toy_course import DOUBLE, QUADRUPLE, SLUG, make_course, submission

from autograder.examination.running import MOST_SHOWN
from autograder.judging.examiner import open_house, pool
from autograder.sandbox import confine
from autograder.sandbox.tenant import Gone, Tenant
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
LIMITS = Limits(cell_seconds=60, call_seconds=60, memory=256 << 20, disk=32 << 20, files=500, threads=300)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A function that has an attacker judged between honest classmates; it gives the attacker's verdict."""
    course = make_course(tmp_path_factory.mktemp("course") / "root")
    with pool(2, LIMITS, root=course, keras=False) as examiners:

        def judged(*cells: str):
            hand_ins = [submission(), submission(DOUBLE, QUADRUPLE, *map(textwrap.dedent, cells)), submission()]
            verdicts = [examiners.submit(files, SLUG, 7, root=course) for files in hand_ins]
            before, attacker, after = [verdict.result(timeout=500) for verdict in verdicts]
            assert (before.status, before.score) == (after.status, after.score) == ("graded", 20)
            return attacker

        yield judged


DISK = {
    "deleted, and held open": """
        held = []
        for n in range(8):
            held.append(open(f"{n}", "wb"))
            os.remove(f"{n}")
            held[-1].write(bytes(8 << 20))
        time.sleep(9)
    """,
    "without a name from the start": """
        held = [os.open(".", os.O_RDWR | os.O_TMPFILE) for n in range(8)]
        for descriptor in held:
            os.write(descriptor, bytes(8 << 20))
        time.sleep(9)
    """,
    "deleted, closed, and one page of it mapped": """
        held = []
        for n in range(8):
            with open(f"{n}", "w+b") as file:
                file.write(bytes(8 << 20))
                file.flush()
                held.append(mmap.mmap(file.fileno(), 4096))
            os.remove(f"{n}")
        time.sleep(9)
    """,
    "half deleted, half not": """
        for n in range(6):
            file = open(f"{n}", "wb")
            file.write(bytes(8 << 20))
            if n % 2:
                held.append(file)
                os.remove(f"{n}")
        time.sleep(9)
    """,
    "by a thread, while nothing is asked": """
        def fill():
            for n in range(6):
                open(f"{n}", "wb").write(bytes(8 << 20))
        threading.Thread(target=fill).start()
    """,
}
MEMORY = {
    "page tables: a zero page here and there": """
        libc.mmap.restype = ctypes.c_void_p
        step, size = 2 << 20, 512 << 30
        start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))
        for place in range(start, start + size, step):
            ctypes.c_char.from_address(place).value
    """,
    "shared memory whose pages are let go": """
        for n in range(40):
            held.append(mmap.mmap(-1, 16 << 20))
            held[-1].write(b"x" * (16 << 20))
            held[-1].madvise(mmap.MADV_DONTNEED)
        time.sleep(9)
    """,
    "by a thread, while nothing is asked": """
        threading.Thread(target=lambda: held.extend(bytearray(1 << 20) for _ in range(900))).start()
    """,
}
PRELUDE = """
import ctypes, mmap, os, threading, time
libc, held = ctypes.CDLL(None), []
"""
IDLE = "for _ in range(100_000_000): pass"  # what is asked after a thread has begun to fill


@pytest.mark.parametrize("attack", DISK)
def test_the_disk_is_bounded_whatever_files_are_called(judged, attack):
    verdict = judged(PRELUDE, DISK[attack], IDLE)
    assert (verdict.status, verdict.score) == ("crashed", 20)
    assert "wrote more than 32 MB" in verdict.messages[0]


@pytest.mark.parametrize("attack", MEMORY)
def test_memory_is_bounded_whatever_it_is_called(judged, attack):
    verdict = judged(PRELUDE, MEMORY[attack], IDLE)
    assert (verdict.status, verdict.score) == ("crashed", 20)
    assert "used more than 0.25 GB of memory" in verdict.messages[0]


def test_what_is_shown_is_bounded_in_sum(judged):
    show = "from IPython.display import display\ndisplay({'image/png': 'A' * 1_900_000}, raw=True)"
    verdict = judged(*[show] * 60)
    kept = [output for outputs in verdict.cell_outputs.values() for output in outputs]
    pictures = [output["data"]["image/png"] for output in kept if "data" in output]
    assert 0 < sum(map(len, pictures)) <= MOST_SHOWN
    assert sum("have shown too much" in output.get("text", "") for output in kept) == 60 - len(pictures)
    assert (verdict.status, verdict.score) == ("graded", 20)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("house") / "root")
    with open_house(LIMITS, root=root, keras=False) as house:
        yield house


def run(tenant: Tenant, source: str) -> str:
    """What a cell prints."""
    answer = tenant.ask({"do": "run", "source": textwrap.dedent(source), "cell": "cell"}, 60)
    return "".join(output.get("text", str(output)) for output in answer["outputs"])


def test_threads_without_end_take_no_more_than_one_share(house):
    """240 burning threads and one honest one: in the same seconds, both get about the same of the processor."""
    many = """
        import threading, time
        until = time.monotonic() + 4
        def burn():
            while time.monotonic() < until: sum(range(1000))
        threads = [threading.Thread(target=burn) for _ in range(240)]
        import numpy as np
        def burn_outside_the_interpreter():
            a = np.random.default_rng(0).normal(size=(300, 300))
            while time.monotonic() < until: a @ a
        threads[::2] = [threading.Thread(target=burn_outside_the_interpreter) for _ in threads[::2]]
        before = time.process_time()
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print(time.process_time() - before)
    """
    one = """
        import time
        until, before = time.monotonic() + 4, time.process_time()
        while time.monotonic() < until: sum(range(1000))
        print(time.process_time() - before)
    """
    attacker, honest = Tenant(house, {}), Tenant(house, {})
    said: list[str] = []
    try:
        attacking = threading.Thread(target=lambda: said.append(run(attacker, many)))
        attacking.start()
        had = float(run(honest, one))
        attacking.join()
    finally:
        attacker.close()
        honest.close()
    assert float(said[0]) < 4 * had


def test_between_two_requests_nothing_runs(house):
    """Threads that a cell leaves running would take time from classmates while the grader thinks."""
    tenant = Tenant(house, {})
    try:
        run(tenant, "import threading\ndef burn():\n    while True: pass\nthreading.Thread(target=burn).start()")
        before = tenant.processor_seconds()
        time.sleep(3)
        assert tenant.processor_seconds() < before + 0.1  # a thread that is running stops at its next tick
        run(tenant, "import time; time.sleep(0.5)")
        assert tenant.processor_seconds() > before
    finally:
        tenant.close()


A_SIXTH = """
import time
while True:
    end = time.process_time() + 0.01
    while time.process_time() < end:
        pass
    time.sleep(0.05)
"""


@pytest.mark.parametrize(
    "source, idle", [("import time; time.sleep(99)", True), ("while True: pass", False), (A_SIXTH, True)]
)
def test_who_waited_is_told_from_who_worked(house, source, idle):
    """An end by wall time alone may be the machine's fault, and can be judged again."""
    tenant = Tenant(house, {})
    try:
        with pytest.raises(Gone, match="did not finish") as gone:
            tenant.ask({"do": "run", "source": source, "cell": "cell"}, 1)
        assert gone.value.time and gone.value.idle == idle
    finally:
        tenant.close()
