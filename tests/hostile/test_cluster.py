"""A class judged on a real cluster, by real processes of it: the same verdicts, whatever ends in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from class_of import FULL, SLUG, Class, Graded, locked, submission
from pages import blocks, typed
from toy_course import STUB
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.cluster.reaching import BadCluster, Reached
from autograder.course.root import ROOT

pytestmark = [locked, pytest.mark.timeout(600)]
LOCAL_CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""
OTHER_GRADERS = """
from autograder.cluster import likeness
likeness.grader_digest = lambda unit: "another commit's"
"""
KINDS = {
    "right": submission(),
    "wrong": submission("def double(x):\n    return 3 * x"),
    "raises": submission("def double(x):\n    return x + unknown"),
    "stub": submission(STUB.format(name="double")),
    "exits": submission("def double(x):\n    import os\n    os._exit(0)"),
    "unreadable": {f"{SLUG}.ipynb": b"{"},
}


def slow(number: int) -> dict[str, bytes]:
    """An honest notebook that takes a moment."""
    return submission(f"import time\ntime.sleep(1)\ndef double(x):\n    return 2 * x\nnumber = {number}")


@contextmanager
def dask(*command: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """A process of the cluster, with all that it starts, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, *command], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        started = [process, *psutil.Process(process.pid).children(recursive=True)]
        for one in started if process.poll() is None else []:
            if psutil.pid_exists(one.pid):
                one.terminate()
        process.communicate(timeout=60)


@contextmanager
def scheduler(host: str = "127.0.0.1", *options: str) -> Iterator[str]:
    """``dask scheduler``; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        place = ("--host", host, "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        with dask("-m", "dask", "scheduler", *place, *options) as process:
            while not file.exists():
                assert process.poll() is None
                time.sleep(0.05)
            yield json.loads(file.read_text())["address"]


@contextmanager
def worker(address: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """``dask worker`` with one thread and no nanny: when it is killed, nobody starts it again."""
    place = ("--host", "127.0.0.1", "--no-dashboard", "--no-nanny", "--nthreads", "1")
    with dask("-m", "dask", "worker", address, *place, *options) as process:
        yield process


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A student of each kind, and some more that are right."""
    one = Class.at(tmp_path_factory.mktemp("kinds"))
    for name, files in KINDS.items():
        one.hand_in(name, files)
    for number in range(6):
        one.hand_in(f"s{number}", submission(f"def double(x):\n    return 2 * x\nnumber = {number}"))
    return one


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The options for a certificate that was made as the page says."""
    folder = tmp_path_factory.mktemp("tls")
    (made,) = (block.text for block in blocks("cluster.md") if block.kind == "sh")
    assert typed(made, folder).returncode == 0
    assert not (folder / "key.pem").stat().st_mode & 0o077
    options = "--tls-ca-file cert.pem --tls-cert cert.pem --tls-key key.pem"
    assert (ROOT / "docs" / "cluster.md").read_text().count(options) == 3  # scheduler, worker and grade
    return tuple(str(folder / word) if word.endswith(".pem") else word for word in options.split())


@pytest.fixture(scope="module")
def address(tls: tuple[str, ...]) -> Iterator[str]:
    """Of a scheduler for all tests but those that end it; what is said there is encrypted."""
    with scheduler("tls://127.0.0.1", *tls) as address:
        assert address.startswith("tls://")
        yield address


def of_each(graded: Graded) -> dict[str, dict]:
    """The verdicts, without the time that they took."""
    return {name: {**verdict, "seconds": None} for name, verdict in graded.verdicts.items()}


def seeds(one: Class) -> dict[str, int]:
    kept = one.folder.glob(f".unrolled/verdicts/{SLUG}/*.json")
    return {path.stem: json.loads(path.read_text())["verdict"]["seed"] for path in kept}


def test_a_cluster_gives_the_verdicts_of_one_machine(kinds: Class, address: str, tls: tuple[str, ...]) -> None:
    alone = kinds.grade("--jobs", "2")
    assert alone.status == 0, alone.said
    of_alone = seeds(kinds)
    assert len(of_alone) == len(KINDS) + 6
    two = (worker(address, *tls), worker(address, *tls))
    with dask("-c", LOCAL_CLUSTER, stdin=subprocess.PIPE) as one_with_two_threads, two[0], two[1]:
        assert one_with_two_threads.stdout is not None
        for scheduled, options in ((one_with_two_threads.stdout.readline().strip(), ()), (address, tls)):
            there = kinds.grade("--regrade", "--cluster", scheduled, *options)
            assert there.status == 0, there.said
            assert of_each(there) == of_each(alone)
            assert there.scores == alone.scores
            assert seeds(kinds) == of_alone


def under(process: psutil.Process, word: str) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if word in " ".join(child.cmdline())]


def an_examiner(worker: psutil.Process) -> psutil.Process | None:
    """Once it is at work: children of the nursery are there."""
    at_work = len(under(worker, "autograder.sandbox.nursery")) > 1
    processes = worker.children(recursive=True)
    return next((process for process in processes if at_work and process.name() == "examiner"), None)


def its_post(worker: psutil.Process) -> psutil.Process | None:
    return under(worker, "autograder.cluster.post")[0] if an_examiner(worker) else None


def itself(worker: psutil.Process) -> psutil.Process | None:
    return worker if an_examiner(worker) else None


def test_what_ends_in_the_middle_costs_nobody_a_point(tmp_path: Path, address: str, tls: tuple[str, ...]) -> None:
    """In one class: an examiner of a worker, the worker's post, and the worker itself."""
    one = Class.at(tmp_path)
    for number in range(10):
        one.hand_in(f"s{number}", slow(number))
    with worker(address, *tls) as first:
        grading = one.begin("--cluster", address, *tls)
        for victim in (an_examiner, its_post, itself):
            until = time.monotonic() + 300
            while not (found := _looked_for(victim, first.pid)):
                assert grading.poll() is None and time.monotonic() < until, victim.__name__
                time.sleep(0.05)
            if victim is itself:
                with worker(address, *tls):
                    found.kill()
                    graded = one.end(grading)
            else:
                found.kill()
    assert graded.status == 0, graded.said
    assert {name: verdict["score"] for name, verdict in graded.verdicts.items()} == {f"s{n}": FULL for n in range(10)}
    assert {verdict["status"] for verdict in graded.verdicts.values()} == {"graded"}
    assert graded.scores == {f"s{n}": FULL for n in range(10)}


def _looked_for(victim: Callable[[psutil.Process], psutil.Process | None], pid: int) -> psutil.Process | None:
    with suppress(psutil.Error):  # one of them ended while it was looked at
        return victim(psutil.Process(pid))
    return None


def test_a_coordinator_that_is_killed_goes_on_where_it_was_and_a_scheduler_that_ends_leaves_it_the_rest(
    tmp_path: Path,
) -> None:
    one = Class.at(tmp_path)
    for number in range(6):
        one.hand_in(f"s{number}", slow(number))
    kept = one.folder / ".unrolled" / "verdicts" / SLUG

    def run_until(count: int, address: str) -> subprocess.Popen[str]:
        grading = one.begin("--cluster", address, "--jobs", "2")
        until = time.monotonic() + 200
        while len(list(kept.glob("*.json"))) < count:
            assert grading.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        return grading

    with scheduler() as address, worker(address):
        first = run_until(1, address)
        first.kill()
        first.communicate(timeout=60)
        done = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.json")}
        judged = {path.name: json.loads(path.read_text())["verdict"]["seconds"] for path in kept.glob("*.json")}
        grading = run_until(len(done) + 1, address)
    graded = one.end(grading)
    assert graded.status == 0, graded.said
    assert "this machine judges the rest" in graded.said
    assert graded.scores == {f"s{n}": FULL for n in range(6)}
    for name, seconds in judged.items():  # not judged a second time
        assert json.loads((kept / name).read_text())["verdict"]["seconds"] == seconds


def test_a_worker_with_other_graders_is_refused(tmp_path: Path, address: str, tls: tuple[str, ...]) -> None:
    one = Class.at(tmp_path)
    one.hand_in("sam")
    other = tmp_path / "other.py"
    other.write_text(OTHER_GRADERS)
    with worker(address, "--preload", str(other), *tls):
        graded = one.grade("--cluster", address, *tls)
    assert graded.status == 1
    assert "has graders another commit's (here " in graded.said
    assert "check out the same commit there" in graded.said
    assert not graded.verdicts and not graded.scores


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://192.0.2.7:8786", "neither encrypted nor on this machine"),
        ("tcp://scheduler.example:8786", "neither encrypted nor on this machine"),
        ("tls://127.0.0.1:8786", "needs --tls-ca-file, --tls-cert and --tls-key"),
        ("127.0.0.1", "is no scheduler's address"),
        ("tcp://127.0.0.1:x", "is no scheduler's address"),
    ],
)
def test_an_address_that_others_could_listen_at_is_refused(address: str, said: str) -> None:
    with pytest.raises(BadCluster, match=said):
        Reached(address).check()


def test_files_that_are_no_certificates_are_told_before_the_cluster_is_asked(
    tmp_path: Path, tls: tuple[str, ...]
) -> None:
    certificate, key, text = Path(tls[3]), Path(tls[5]), tmp_path / "text.pem"
    text.write_text("no certificate")
    Reached("tls://192.0.2.7:8786", certificate, certificate, key).check()
    for files in ((text, certificate, key), (certificate, text, key), (certificate, certificate, text)):
        with pytest.raises(BadCluster, match="text.pem"):
            Reached("tls://127.0.0.1:8786", *files).check()
    with pytest.raises(BadCluster, match="is not encrypted"):
        Reached("tcp://127.0.0.1:8786", certificate, certificate, key).check()


def test_wrong_usage_ends_with_status_2() -> None:
    for options, said in (
        (["--cluster", "tcp://192.0.2.7:8786"], "neither encrypted nor on this machine"),
        (["--trust-network"], "go with --cluster ADDRESS"),
    ):
        done = CliRunner().invoke(app, ["grade", "01_rnn_step_by_step", *options])
        assert done.exit_code == 2 and said in " ".join(done.output.split())


def test_an_address_of_this_machine_or_one_that_is_trusted_will_do() -> None:
    for address in ("tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"):
        Reached(address).check()
    Reached("tcp://192.0.2.7:8786", trust_network=True).check()
