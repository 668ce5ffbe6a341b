"""The trust boundary, attacked from inside a notebook by code that knows how it is built."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from toy_course import DOUBLE, QUADRUPLE, SLUG, make_course, submission
from watched_processes import lives, students_below, wait_for

from autograder.judging.examiner import pool
from autograder.sandbox import confine
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
SEED = 7
# Time that no right answer needs on any machine, and that no loop of these tests outlasts: what ends for another reason
# ends for that reason, however slow the machine is.
PATIENT = Limits(cell_seconds=120, call_seconds=60, memory=1 << 30)
SOON = Limits(cell_seconds=3, call_seconds=2, memory=1 << 30)  # for what ends by its time
GUARD = 600  # seconds until a test that hangs is given up


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("course") / "root")
    other = root / "class" / "submitted" / "other"
    other.mkdir(parents=True)
    (other / "work.txt").write_text("another student's work")
    return root


@pytest.fixture(scope="module")
def judged(course):
    """A function that has a submission judged by real examiners with a real nursery."""
    with pool(2, PATIENT, root=course, forbidden=[course / "class"], keras=False) as examiners:

        def verdict(files, limits=PATIENT):
            bound = replace(examiners, house=replace(examiners.house, limits=limits))
            return bound.submit(files, SLUG, SEED, root=course).result(timeout=GUARD)

        yield verdict


ATTACKS = {
    "read the grader": "open(f'{COURSE}/autograder/graders/test_01_toy.py').read()",
    "list the graders": "os.listdir(f'{COURSE}/autograder/graders')",
    "read the references": "open(f'{COURSE}/autograder/references/01_toy.npz', 'rb').read()",
    "read the solution": "open(f'{COURSE}/solutions/01_toy/01_toy.py').read()",
    "read another's work": "open(f'{COURSE}/class/submitted/other/work.txt').read()",
    "write beside the course": "open(f'{COURSE}/data/new', 'w')",
    "write into the package": "open(f'{COURSE}/unrolled/new.py', 'w')",
    "write into the installation": "open(os.path.join(sys.prefix, 'new'), 'w')",
    "truncate the grader": "os.truncate(f'{COURSE}/autograder/graders/test_01_toy.py', 0)",
    "remove the grader": "os.remove(f'{COURSE}/autograder/graders/test_01_toy.py')",
    "link to the grader": "os.link(f'{COURSE}/autograder/graders/test_01_toy.py', 'here')",
    "read through a link": "(os.symlink(f'{COURSE}/solutions', 'way'), os.listdir('way'))",
    "unlock the grader": "os.chmod(f'{COURSE}/autograder/graders', 0o777)",
    "take over the grader": "os.chown(f'{COURSE}/autograder/graders', 0, 0)",
    "touch the grader": "os.utime(f'{COURSE}/autograder/graders')",
    "mark the grader": "os.setxattr(f'{COURSE}/autograder/graders', 'user.a', b'1')",
    "list the machine": "os.listdir('/')",
    "list temporary files": "os.listdir('/tmp')",
    "list processes": "os.listdir('/proc')",
    "read the examiner's memory": "open(f'/proc/{EXAMINER}/mem', 'rb').read(1)",
    "read the nursery's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "read the disk": "[open(f'/dev/{name}', 'rb') for name in ('vda', 'sda', 'nvme0n1', 'mem')]",
    "run a program": "os.execv('/bin/true', ['true'])",
    "run a shell": "__import__('subprocess').run('true', shell=True)",
    "fork": "os.fork() or os._exit(0)",
    "clone": "positive(libc.syscall(56, 17, 0, 0, 0, 0))",
    "end the nursery": "os.kill(os.getppid(), 9)",
    "end everything": "os.kill(-1, 9)",
    "end a group": "os.killpg(0, 9)",
    "end the examiner": "os.kill(EXAMINER, 15)",
    "end it by a pidfd": "__import__('signal').pidfd_send_signal(os.pidfd_open(EXAMINER), 15)",
    "trace the nursery": "zero(libc.ptrace(16, os.getppid(), 0, 0))",
    "starve the nursery": "__import__('resource').prlimit(os.getppid(), __import__('resource').RLIMIT_CPU, (1, 1))",
    "raise an own limit": "__import__('resource').setrlimit(__import__('resource').RLIMIT_FSIZE, (1 << 40, 1 << 40))",
    "slow the nursery": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "pin the nursery": "os.sched_setaffinity(os.getppid(), {0})",
    "reach the network": "socket.create_connection(('127.0.0.1', PORT), 1)",
    "open a socket": "socket.socket(socket.AF_UNIX)",
    "open a raw socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "hide memory": "os.memfd_create('hidden')",
    "share memory": "positive(libc.shmget(4711, 4096, 0o1666))",
    "leave a message": "positive(libc.msgget(4711, 0o1666) + 1)",
    "change the root": "os.chroot('.')",
    "mount": "zero(libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0))",
    "leave the namespace": "zero(libc.unshare(0x10000000))",
    "map a file over Landlock": "positive(libc.syscall(304, 3, b'x', 0))",
    "use io_uring": "zero(libc.syscall(425, 8, 0))",
    "set the clock": "__import__('time').clock_settime(0, 1.0)",
    "import the grader": "__import__('importlib').import_module('autograder.graders.test_01_rnn_step_by_step')",
    "import the oracle": "__import__('importlib').import_module('autograder.oracles.rnn_step_by_step')",
    "find it in memory": "[o for o in gc.get_objects() if isinstance(o, dict) and 'TestDouble' in o][0]",
    "see a secret variable": "os.environ['UNROLLED_TEST_SECRET']",
}
PRELUDE = """
import ctypes, gc, os, socket, sys
COURSE, EXAMINER, PORT = {course!r}, {examiner}, {port}
libc = ctypes.CDLL(None)

def zero(result):
    assert result == 0

def positive(result):
    assert result > 0

def attempt(name, action):
    try:
        action()
    except BaseException as error:
        print(f"{{name}}: refused ({{type(error).__name__}})")
    else:
        print(f"{{name}}: POSSIBLE")
"""


def test_a_notebook_can_reach_nothing_that_is_not_its_own(course, judged, monkeypatch):
    monkeypatch.setenv("UNROLLED_TEST_SECRET", "1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        prelude = PRELUDE.format(course=str(course), examiner=os.getpid(), port=server.getsockname()[1])
        cells = [f"attempt({name!r}, lambda: {code})" for name, code in ATTACKS.items()]
        verdict = judged(submission(DOUBLE, QUADRUPLE, prelude, *cells))
    said = _printed(verdict)
    assert "POSSIBLE" not in said
    assert said.count("refused") == len(ATTACKS)
    assert verdict.status == "graded" and verdict.score == 20
    assert (course / "autograder/graders/test_01_toy.py").read_text().startswith("\nimport numpy")


def test_what_a_notebook_honestly_needs_works(judged):
    honest = """
        import os, tempfile, threading, time
        import matplotlib.pyplot as plt
        import keras, numpy as np
        model = keras.Sequential([keras.layers.Input((6, 3)), keras.layers.LSTM(4), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        losses = model.fit(np.ones((8, 6, 3)), np.ones((8, 1)), epochs=2, verbose=0).history["loss"]
        model.save("model.keras")
        again = keras.models.load_model("model.keras")
        plt.plot(losses)
        plt.savefig("figure.png")
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
        thread = threading.Thread(target=time.sleep, args=[0.01])
        thread.start(); thread.join()
        import beside
        print("honest:", sorted(os.listdir(".")), len(losses), beside.VALUE)
    """
    files = submission(DOUBLE, QUADRUPLE, textwrap.dedent(honest)) | {"beside.py": b"VALUE = 11"}
    verdict = judged(files)
    assert "honest: ['01_toy.ipynb', " in _printed(verdict), verdict.cell_outputs
    assert "'figure.png', 'model.keras'] 2 11" in _printed(verdict)
    assert verdict.score == 20


def test_every_protection_is_reported(judged):
    protections = judged(submission()).protections
    of_root = {"own-files-only", "own-user"} if os.geteuid() == 0 else set()
    assert set(protections) == of_root | {
        "own-core",
        "landlock-files",
        "landlock-signals",
        "seccomp",
        "no-capabilities",
        "rlimits",
        "watchdog",
    }


# Lines of a function, what the verdict says, and what a student may use meanwhile. What passes a bound never returns,
# and takes its time (``rest``), so that the watchdog sees it pass; only what is to end by its time is given little.
FILL = "held = []\n    while True: held.append(np.ones(1 << 20)); rest(0.01)"
FAULTS = [
    ("while True: pass", "timeout", SOON),
    ("rest(1e6)", "timeout", SOON),
    ("while True: print('x' * 1000)", "timeout", SOON),
    ("import os; os._exit(0)", "crashed", PATIENT),
    ("import ctypes; ctypes.string_at(0)", "crashed", PATIENT),
    (FILL, "crashed", PATIENT),
    (
        "import mmap\n    held = []\n    while True:\n        held.append(mmap.mmap(-1, 8 << 20))\n"
        "        held[-1].write(bytes(8 << 20)); rest(0.01)",
        "crashed",
        PATIENT,
    ),
    (
        "import threading; [threading.Thread(target=rest, args=[1e6]).start() for _ in range(2000)]; rest(1e6)",
        "crashed",
        PATIENT,
    ),
    ("[open(f'{n}', 'wb').write(bytes(60 << 20)) for n in range(6)]; rest(1e6)", "crashed", PATIENT),
    ("import os; [(os.mkdir('d'), os.chdir('d')) for _ in range(5000)]; rest(1e6)", "crashed", PATIENT),
    ("import os; [(os.mkdir('d' * 250), os.chdir('d' * 250)) for _ in range(40)]; rest(1e6)", "crashed", PATIENT),
    ("[open(f'{n}', 'w').close() for n in range(6000)]; rest(1e6)", "crashed", PATIENT),
    ("import os; [os.write(fd, b'junk' * 9) for fd in range(3, 40) if is_open(fd)]", "crashed", PATIENT),
    ("return [[[]] * 1000] * 10000", "timeout crashed incorrect", SOON),
    ("raise SystemExit", "raised", PATIENT),
    ("raise KeyboardInterrupt", "raised", PATIENT),
    ("def deep(n): return deep(n + 1)\n    return deep(0)", "raised", PATIENT),
    (
        "import sys; sys.setrecursionlimit(10**9)\n    def deep(n): return deep(n + 1)\n    return deep(0)",
        "crashed raised timeout",
        SOON,
    ),
    ("return np.array([object()])", "incorrect", PATIENT),
    ("return lambda: 2 * x", "incorrect", PATIENT),
    ("raise NotImplementedError", "not attempted", PATIENT),
]
FAULT_PRELUDE = """
from time import sleep as rest

def is_open(fd):
    import os
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True

"""


@pytest.mark.parametrize(
    "body, outcome, limits", FAULTS, ids=[f"{' '.join(body.split())[:60]}-{said}" for body, said, _ in FAULTS]
)
def test_one_fault_costs_one_exercise(judged, body, outcome, limits):
    verdict = judged(submission(f"{FAULT_PRELUDE}def double(x):\n    {body}"), limits)
    double, quadruple = verdict.exercises
    assert double.outcome in outcome.split(" ") or double.outcome == outcome
    assert double.score == 0 and double.messages
    assert (quadruple.outcome, quadruple.score) == ("correct", 10)
    assert "a right `double` in the place of yours" in quadruple.messages[0]


@pytest.mark.parametrize(
    "cell, status, limits",
    [
        ("while True: pass", "timeout", SOON),
        ("import os; os._exit(1)", "crashed", PATIENT),
        (
            "import time\nheld = []\nwhile True:\n    held.append(np.ones(1 << 20))\n    time.sleep(0.01)",
            "crashed",
            PATIENT,
        ),
    ],
    ids=["loops", "leaves", "fills the memory"],
)
def test_a_cell_that_takes_the_notebook_down_is_left_out(judged, cell, status, limits):
    verdict = judged(submission(DOUBLE, QUADRUPLE, cell, "def double(x): return x + x"), limits)
    assert (verdict.status, verdict.score) == (status, 20)
    assert "graded without it" in verdict.messages[0]


FORGERIES = {
    "a friendly array": """
        class Friendly(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_function__(self, *args): return True
        def double(x): return np.zeros_like(x).view(Friendly)
    """,
    "a patched NumPy": """
        np.allclose = np.array_equal = lambda *a, **k: True
        def double(x): return x * 3
    """,
    "a patched wire": """
        import unrolled.wire, unrolled.execution
        right = unrolled.wire.encode
        unrolled.wire.encode = lambda value: right({"value": {"outcome": "correct", "score": 297}, "passed": True})
        def double(x): return x * 3
    """,
    "a stand-in that was not provided": """
        import gc
        from autograder.sandbox.child import Answering
        answering = [o for o in gc.get_objects() if isinstance(o, Answering)]
        def double(x): return answering[0]._stand_in("double")(x)
    """,
    "a printed score": """
        print("20.0")
        def double(x):
            print(10.0)
            return 10.0
    """,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_answer_earns_nothing(judged, forgery):
    verdict = judged(submission(textwrap.dedent(FORGERIES[forgery])))
    assert verdict.exercises[0].score == 0
    assert verdict.exercises[0].outcome != "correct"


def test_a_stand_in_cannot_be_kept_to_answer_for_the_exercise_that_it_stands_in_for(judged):
    double = "def double(x):\n    return stolen[0](x) if stolen else x * 3"
    quadruple = "stolen = []\ndef quadruple(x):\n    stolen.append(double)\n    return double(double(x))"
    verdict = judged(submission(double, quadruple, "double, quadruple = double, quadruple"))
    assert verdict.exercises[0].score == 0


def test_a_stand_in_does_no_more_work_for_a_student_than_a_right_answer_needs(judged):
    verdict = judged(
        submission("def double(x):\n    return None", "def quadruple(x):\n    return double(np.ones(10**7))")
    )
    assert verdict.exercises[1].outcome == "incorrect" and verdict.exercises[1].score == 0


def test_no_message_holds_a_hidden_input(judged):
    leak = "def double(x):\n    raise ValueError(' '.join(map(str, x.tolist())))"
    verdict = judged(submission(leak))
    line = "raise ValueError(' '.join(map(str, x.tolist())))"
    assert verdict.exercises[0].messages == (f"values, live case: `double` raised ValueError, at your line `{line}`",)


def test_submissions_share_nothing(judged):
    prelude = "import os, tempfile\ntemporary = tempfile.gettempdir()\n"
    leave = "open('left', 'w').write('x'); open(temporary + '/left', 'w').write('x')\nleft_behind = 1"
    look = "print('found:', os.path.exists('left'), os.listdir(temporary), 'left_behind' in globals())"
    judged(submission(DOUBLE, QUADRUPLE, prelude + leave))
    assert "found: False [] False" in _printed(judged(submission(DOUBLE, QUADRUPLE, prelude + look)))


def test_the_same_submission_and_seed_give_the_same_verdict(judged):
    files = submission("def double(x):\n    return 2 * x if x[0] < 0.3 else x")
    first, second = judged(files), judged(files)
    assert first.exercises == second.exercises and first.seed == second.seed == SEED


def test_a_hole_in_the_wall_stops_the_grading(course):
    """What is secret but readable (here: a folder inside the Python package that students may read) is noticed before
    a cell runs.
    """
    from autograder.sandbox.tenant import LockdownFailed

    with pool(1, PATIENT, root=course, forbidden=[course / "unrolled"], keras=False) as examiners:
        with pytest.raises(LockdownFailed, match="could read"):
            examiners.submit(submission(), SLUG, SEED, root=course).result()


def _printed(verdict) -> str:
    return "".join(
        output.get("text", "")
        for outputs in verdict.cell_outputs.values()
        for output in outputs
        if output.get("name") == "stdout"
    )


def test_the_scratch_folders_are_gone(course):
    with pool(1, PATIENT, root=course, keras=False) as examiners:
        leave = "def double(x):\n    import os; os.mkdir('deep'); os._exit(0)"
        examiners.submit(submission(leave), SLUG, SEED, root=course).result()
        assert not list(examiners.house.scratch.iterdir())
        folder = examiners.house.scratch.parent
    assert not folder.exists()


def test_a_killed_grader_leaves_no_process_behind(course):
    """The students' processes and the nursery end with the process that grades, even when that is killed in the
    middle.
    """
    tests = Path(__file__).parent
    program = f"""
import sys; sys.path[:0] = [{str(tests)!r}, {str(tests.parent)!r}]
from pathlib import Path
from toy_course import SLUG, submission
from autograder.judging.examiner import pool
with pool(1, root=Path({str(course)!r}), keras=False) as examiners:
    future = examiners.submit(submission("def double(x):\\n    while True: pass"), SLUG, 1, root=Path({str(course)!r}))
    print("grading", flush=True)
    future.result()
"""
    grading = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert grading.stdout.readline() == b"grading\n"
    looping = psutil.Process(grading.pid)
    wait_for(lambda: students_below(looping))
    below = looping.children(recursive=True)
    assert len(below) >= 3  # the nursery, an examiner, the student's
    grading.kill()
    grading.wait()
    wait_for(lambda: not any(lives(process) for process in below))
    grading.stdout.close()
