"""A notebook's process is nobody's, sees nothing but its own files, and holds in memory nothing about the others'."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy_course import DOUBLE, QUADRUPLE, SLUG, make_course, submission

from autograder.judging.examiner import pool
from autograder.sandbox import confine
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
AS_ROOT = os.geteuid() == 0
LIMITS = Limits(cell_seconds=60, call_seconds=20)
CLASS = "class-of-the-year"  # the folder's name: nothing that a student's process holds may say it


@pytest.fixture(scope="module")
def examiners(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course") / "root")
    other = course / CLASS / "submitted" / "other"
    other.mkdir(parents=True)
    (other / "work.txt").write_text("another student's work")
    with pool(2, LIMITS, root=course, forbidden=[course / CLASS], keras=False) as examiners:
        yield course, examiners


@pytest.fixture
def judged(examiners):
    """A function that has cells judged between honest classmates, and gives what they printed."""
    course, pool_of = examiners

    def judged(*cells: str) -> str:
        hand_ins = [submission(), submission(DOUBLE, QUADRUPLE, *cells), submission()]
        verdicts = [pool_of.submit(files, SLUG, 7, root=course) for files in hand_ins]
        verdicts = [verdict.result(timeout=300) for verdict in verdicts]
        assert [(verdict.status, verdict.score) for verdict in verdicts] == [("graded", 20)] * 3
        return printed(verdicts[1])

    return judged


def printed(verdict) -> str:
    streams = [output for outputs in verdict.cell_outputs.values() for output in outputs if output.get("text")]
    assert all(output["name"] == "stdout" for output in streams), streams
    return "".join(output["text"] for output in streams)


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a process another user")
def test_a_process_is_nobodys(judged):
    said = judged("import os\nprint(*os.getresuid(), *os.getresgid(), os.getgroups(), os.stat('.').st_uid)")
    *numbers, owner = said.replace("[]", "").split()
    assert len(set(numbers)) == 1 and owner == numbers[0] and int(owner) >= confine.OWN_USERS
    assert "[]" in said


LIVING = "import os, time\ntime.sleep(2)\nprint('here:', os.getuid(), sorted(os.sched_getaffinity(0)))"


def test_no_two_that_live_share_a_user_or_without_need_a_core(examiners):
    course, pool_of = examiners
    both = [pool_of.submit(submission(DOUBLE, QUADRUPLE, LIVING), SLUG, 7, root=course) for _ in range(2)]
    users, cores = zip(*(printed(verdict.result(timeout=300))[6:].split(" ", 1) for verdict in both), strict=True)
    assert len(set(users)) == (2 if AS_ROOT else 1)
    assert all(core.count(",") == 0 for core in cores)
    assert len(set(cores)) == min(2, len(os.sched_getaffinity(0)))


LOOK = """
import os
def look(path):
    for ask in (os.stat, os.lstat, os.readlink, lambda path: os.open(path, os.O_PATH), os.statvfs):
        try:
            ask(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            print(path, "is there:", error)
        else:
            print(path, "IS SEEN")
"""


@pytest.mark.skipif(not AS_ROOT, reason="only root can hide what is there")
def test_what_is_not_its_own_is_not_even_there(examiners, judged):
    course = examiners[0]
    nursery = examiners[1].house.scratch.parent
    hidden = [course / CLASS / "submitted/other/work.txt", course / CLASS, course / "autograder", course / "solutions"]
    hidden += [
        nursery / "socket",
        Path("/proc/1"),
        Path("/proc") / str(os.getpid()),
        Path("/etc/hostname"),
        Path("/home"),
    ]
    said = judged(LOOK, "\n".join(f"look({str(path)!r})" for path in hidden))
    assert said == ""


@pytest.mark.skipif(not AS_ROOT, reason="only root can have a network of its own")
def test_no_socket_of_the_machine_is_named(judged):
    said = judged("print(open('/proc/self/net/unix').read(), open('/proc/self/net/tcp').read())")
    assert "/" not in said and said.count("\n") <= 8


SEARCH = """
import re
pattern, found = re.compile(b"[{first}]{rest}"), 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps.read().splitlines():
        place, rights = line.split()[:2]
        if not rights.startswith("rw"):
            continue
        start, end = (int(side, 16) for side in place.split("-"))
        memory.seek(start)
        searched = memory.read(end - start)
        found += len(pattern.findall(searched))
print("found:", found)
"""


@pytest.mark.parametrize("name", [CLASS, "unlikely-word", "socket"])
def test_memory_holds_no_name_of_anything_that_is_not_its_own(examiners, judged, name):
    """``unlikely-word`` stands in the notebook: what is searched for in this way is found, if it is there."""
    if name == "socket":
        name = f"{examiners[1].house.scratch.parent.name}/socket"
    said = judged("kept = 'unlikely' + '-word'", SEARCH.format(first=name[0], rest=name[1:]))
    assert said.startswith("found: ")
    assert (int(said.split()[1]) > 0) == (name == "unlikely-word")


WITH_LESS = """
import sys; sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from toy_course import SLUG, make_course, submission
from autograder.judging.examiner import pool
if __name__ == "__main__":
    course = make_course(Path({course!r}))
    with pool(1, root=course, forbidden=[course / "autograder"], keras=False) as examiners:
        files = submission("open('new', 'w').close()\\ndef double(x): return 2 * x")
        verdict = examiners.submit(files, SLUG, 1, root=course).result()
        print(verdict.score, *verdict.protections)
"""


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user has less already")
@pytest.mark.parametrize("capability, lacking", [(21, "own-files-only"), (7, "own-user")])
def test_a_root_that_may_less_grades_with_what_it_has_and_says_so(tmp_path, capability, lacking):
    """CAP_SYS_ADMIN makes namespaces, CAP_SETUID changes the user; root in a container often lacks one of them."""
    tests = Path(__file__).parents[1]
    script = tmp_path / "grade.py"
    script.write_text(WITH_LESS.format(tests=str(tests), root=str(tests.parent), course=str(tmp_path / "root")))
    drop = ctypes.CDLL(None).prctl
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        preexec_fn=lambda: drop(24, capability, 0, 0, 0),  # PR_CAPBSET_DROP
    )
    assert not done.returncode, done.stderr
    score, *protections = done.stdout.split()
    assert float(score) == 20
    assert lacking not in protections and {"landlock-files", "seccomp", "no-capabilities"} <= set(protections)
