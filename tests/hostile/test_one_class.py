"""Code in a class's notebooks that goes for the machine, the grader, the time or the others: it reaches nobody.

One class: each attack beside an honest classmate, all graded by one run of the command. What the attackers earn is
what their right answers are worth; the classmates have every point, and work no longer than alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from class_of import FULL, SLUG, Class, Graded, locked, submission
from toy_course import DOUBLE, QUADRUPLE

pytestmark = locked
LIMITS = {"memory": 256 << 20, "disk": 32 << 20, "files": 500, "threads": 300, "submission_seconds": 30}
WORK = "import time\ntotal = sum(k * k for k in range(3_000_000))\nprint('took', time.process_time())"
START = "import ctypes, fcntl, glob, mmap, os, signal, socket, struct, sys, threading, time\nimport numpy as np\n"
# What is open and a socket is the way to the grader.
SOCKETS = (
    "import stat\nopen_ones = [fd for fd in range(3, 99) if os.path.exists(f'/proc/self/fd/{fd}')]\n"
    "ours = [fd for fd in open_ones if stat.S_ISSOCK(os.fstat(fd).st_mode)]\n"
)

# Cells of a notebook whose answers are right.
CELLS = {
    # others, and the machine
    "lease": "fcntl.fcntl(os.open(sys.executable, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)\ntime.sleep(1)",
    "lock": "fcntl.flock(os.open(np.__file__, os.O_RDONLY), fcntl.LOCK_EX)\ntime.sleep(1)",
    "inotify": "assert ctypes.CDLL(None).inotify_init1(0) < 0",
    "sync": "for _ in range(1000): os.sync()",
    "fork": "while True: os.fork()",
    "programs": "os.execv('/bin/sh', ['sh', '-c', 'touch /tmp/owned'])",
    "kill_all": "os.kill(-1, signal.SIGKILL)",
    "kill_parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "stop_parent": "os.kill(os.getppid(), signal.SIGSTOP)",
    "network": "socket.create_connection(('127.0.0.1', 22), 1)",
    "other_cores": "os.sched_setaffinity(0, range(64))\nwhile True: pass",
    "priority": "os.nice(-20)",
    "outlive": "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\nthreading.Thread(target=lambda: time.sleep(999)).start()",
    "pidfd_of_the_parent": SOCKETS
    + "assert ours\n[socket.socket(socket.AF_UNIX, fileno=fd).getsockopt(1, 77, 4) for fd in ours]",
    # secrets
    "secret": "for path in glob.glob('/**/.unrolled/secret', recursive=True): print(open(path, 'rb').read())",
    "gradebook": "print(open('/proc/self/environ', 'rb').read(), glob.glob('../../../../../*'), os.listdir('/tmp'))",
    "graders": "import autograder.graders.test_01_rnn_step_by_step",
    "references": "import autograder.references; print(os.listdir(autograder.references.__path__[0]))",
    "memory_of_the_parent": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    # time
    "sleep": "time.sleep(999)",
    "loop": "while True: pass",
    "loop_without_python": "int('9' * 10**7)",
    "many_loops": "threads = [threading.Thread(target=lambda: [0 for _ in iter(int, 1)]) for _ in range(200)]\n"
    "[thread.start() for thread in threads]\ntime.sleep(999)",
    "threads_left": "def burn():\n    while True: pass\n[threading.Thread(target=burn).start() for _ in range(20)]",
    # memory, disk
    "memory": "held = [bytearray(1 << 26) for _ in range(99)]",
    "shared_memory": "held = [mmap.mmap(-1, 1 << 25) for _ in range(99)]\nfor one in held: one.write(bytes(1 << 25))",
    "threads": "[threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(400)]\ntime.sleep(9)",
    "disk": "for n in range(99): open(f'{n}', 'wb').write(bytes(1 << 24))\ntime.sleep(9)",
    "deleted_files": "held = [open('x', 'wb') for n in range(99) if not n or not os.remove('x')]\n"
    "[one.write(bytes(1 << 24)) for one in held]\ntime.sleep(9)",
    "small_files": "for n in range(9_999): open(f'{n}', 'w').close()\ntime.sleep(9)",
    "one_large_file": "with open('x', 'wb') as file: file.truncate(1 << 40)",
    "output": "for _ in range(10**5): print('x' * 10**4)",
    # what is left behind
    "deep_folders": "for _ in range(400):\n    os.mkdir('d'); os.chdir('d')",
    "closed_folders": "os.makedirs('a/b/c'); open('a/b/c/f', 'w').close(); os.chmod('a/b', 0); os.chmod('a', 0)",
    "odd_names": "for n in range(1, 200):\n    try: open(bytes([n]) * 9, 'w').close()\n    except OSError: pass",
    "links": "os.symlink('/', 'root'); os.symlink('..', 'up'); os.symlink('self', 'self')",
    # the process's own end
    "exit": "os._exit(0)",
    "segfault": "ctypes.string_at(0)",
    "abort": "os.abort()",
    "kill_itself": "os.kill(os.getpid(), signal.SIGKILL)",
    "no_modules": "sys.modules.clear()",
    "no_builtins": "import builtins\nvars(builtins).clear()",
}
# Answers: one for ``double`` and one for ``quadruple``, and what they earn together at the most.
ANSWERS = {
    "many_numbers": ("def double(x): return np.ones(10**8)", QUADRUPLE, 10),
    "many_lists": ("def double(x): return [[]] * 10**6", QUADRUPLE, 10),
    "within_itself": ("def double(x):\n    a = []\n    a.append(a)\n    return a", QUADRUPLE, 10),
    "huge_and_empty": ("def double(x): return np.empty((0, 10**15))", QUADRUPLE, 10),
    "broadcast": ("def double(x): return np.broadcast_to(x[0], (10**6, 10**6))", QUADRUPLE, 10),
    "friend_of_all": (
        "class Same(np.ndarray):\n    def __eq__(self, other): return np.True_\n"
        "    def __array_function__(self, *_): return True\ndef double(x): return np.zeros_like(x).view(Same)",
        "def quadruple(x): return double(x)",
        0,
    ),
    "wide_question": ("def double(x): raise ValueError", "def quadruple(x): return double(np.empty((0, 10**12)))", 0),
    "long_question": ("def double(x): raise ValueError", "def quadruple(x): return double('x' * 10**7)", 0),
    "questions": ("def double(x): raise ValueError", "def quadruple(x):\n    while True: double(x)", 0),
    "tells_its_input": ("def double(x): raise ValueError(f'x is {x.tolist()}')", QUADRUPLE, 10),
    "tells_its_input_as_key": ("def double(x): return {}[str(x.tobytes())]", QUADRUPLE, 10),
    "tells_its_input_by_name": (
        "def double(x): return type('n' + '_'.join(str(int(100 * v)) for v in x), (), {})().values",
        QUADRUPLE,
        10,
    ),
    "noise_on_the_socket": (
        SOCKETS + "def double(x):\n    [one.send(b'\\xff' * 999) for one in ours()]",
        QUADRUPLE,
        10,
    ),
    "a_gigabyte_to_come": (
        SOCKETS
        + "def double(x):\n    [one.send(struct.pack('<II', 2**31, 2**31)) for one in ours()]\n    time.sleep(9)",
        QUADRUPLE,
        10,
    ),
    "drop_by_drop": (
        SOCKETS + "def double(x):\n    os.write(ours[0], struct.pack('<II', 9999, 0))\n"
        "    while True:\n        os.write(ours[0], b'x')\n        time.sleep(0.02)",
        QUADRUPLE,
        10,
    ),
    "two_answers": (
        SOCKETS + "import unrolled.wire\nframe = unrolled.wire.encode({'value': 1})\n"
        "def double(x):\n    [os.write(fd, frame * 9) for fd in ours]\n    return 2 * x",
        QUADRUPLE,
        10,
    ),
    "closed_socket": ("def double(x):\n    os.closerange(3, 99)", QUADRUPLE, 10),
    "exits_when_asked": ("def double(x): os._exit(0)", QUADRUPLE, 10),
    "sleeps_when_asked": ("def double(x): time.sleep(999)", QUADRUPLE, 10),
    "loops_when_asked": ("def double(x):\n    while True: pass", QUADRUPLE, 10),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Class:
    one = Class.at(tmp_path_factory.mktemp("one-class"))
    attacks = {name: submission(START + DOUBLE, QUADRUPLE, code) for name, code in CELLS.items()}
    attacks |= {name: submission(START + double, other) for name, (double, other, _) in ANSWERS.items()}
    for number, (name, files) in enumerate(attacks.items()):
        one.hand_in(f"{number:02}_honest", submission(DOUBLE, QUADRUPLE, WORK))
        one.hand_in(f"{number:02}_{name}", files)
    return one


@pytest.fixture(scope="module")
def graded(hostile: Class) -> Graded:
    return hostile.grade("--no-feedback", **LIMITS)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Five honest students among themselves."""
    one = Class.at(tmp_path_factory.mktemp("alone"))
    for number in range(5):
        one.hand_in(f"{number}_honest", submission(DOUBLE, QUADRUPLE, WORK + f"\n{number}"))
    graded = one.grade("--no-feedback", **LIMITS)
    assert set(graded.scores.values()) == {FULL}
    return one


def verdicts(one: Class) -> Iterator[dict]:
    for path in sorted((one.folder / ".unrolled" / "verdicts" / SLUG).glob("*")):
        yield json.loads(path.read_text())["verdict"]


def processor_seconds(one: Class) -> list[float]:
    """What each honest student's process had taken when the notebook had been run."""
    said = [json.dumps(verdict) for verdict in verdicts(one) if verdict["submission"].endswith("_honest")]
    return [float(found[1]) for text in said if (found := re.search(r"took ([\d.]+)", text))]


def test_there_are_as_many_attacks_as_were_asked_for() -> None:
    assert len(CELLS) + len(ANSWERS) >= 60


def test_no_honest_classmate_loses_a_point(graded: Graded) -> None:
    assert graded.status == 0, graded.said
    honest = {name: (v["status"], v["score"]) for name, v in graded.verdicts.items() if name.endswith("_honest")}
    assert len(honest) == len(CELLS) + len(ANSWERS)
    assert set(honest.values()) == {("graded", FULL)}, {name: v for name, v in honest.items() if v[1] != FULL}
    assert {graded.scores[name] for name in honest} == {FULL}


def test_no_honest_classmate_works_longer_than_alone(hostile: Class, graded: Graded, alone: Class) -> None:
    """Processor time: what they wait for is another matter, and no test's."""
    beside, among_themselves = processor_seconds(hostile), processor_seconds(alone)
    assert len(beside) == len(CELLS) + len(ANSWERS) and len(among_themselves) == 5
    assert median(beside) < 1.5 * median(among_themselves)


def test_attackers_earn_what_their_answers_are_worth(graded: Graded) -> None:
    earned = {name[3:]: verdict["score"] for name, verdict in graded.verdicts.items()}
    assert {name: earned[name] for name in CELLS} == dict.fromkeys(CELLS, FULL)
    assert {name: score for name, score in earned.items() if name in ANSWERS and score > ANSWERS[name][2]} == {}


def test_no_message_tells_a_hidden_input(graded: Graded) -> None:
    """What is left of a message without the student's own line, which may be shown, holds no number."""
    for name, verdict in graded.verdicts.items():
        if "tells_its_input" in name:
            said = " ".join(message for exercise in verdict["exercises"] for message in exercise["messages"])
            assert "raised" in said and not re.search(r"\d", re.sub(r"at your line `.*?`( |$)", "", said)), said


def test_no_secret_is_printed(hostile: Class, graded: Graded) -> None:
    secret = (hostile.folder / ".unrolled" / "secret").read_bytes()
    said = " ".join(json.dumps(verdict["cell_outputs"]) for verdict in verdicts(hostile))
    assert repr(secret)[2:10] not in said and str(hostile.folder) not in said
    assert "class TestDouble" not in said and ".npz" not in said
    assert not Path("/tmp/owned").exists()


def test_nothing_is_left(hostile: Class, graded: Graded) -> None:
    hostile.nothing_left()
