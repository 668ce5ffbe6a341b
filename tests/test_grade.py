"""The ``grade`` command: what it reads, writes, says and returns, and that it can be stopped at any time."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ComputeChecksums
from toy_course import DOUBLE, SLUG, STUB, make_course, submission
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.commands.closing import as_json
from autograder.course import units
from autograder.course.units import Unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook import marking
from autograder.gradebook.course_folder import Course
from autograder.gradebook.ledger import Ledger, fingerprint
from autograder.judging.examiner import pool
from autograder.judging.reconcile import Unreadable
from autograder.judging.submissions import Submission, course_key, grader_digest, loose_key, read_files, seed_of
from autograder.sandbox import confine
from autograder.sandbox.tenant import House

UNIT = "01_rnn_step_by_step"
locked = pytest.mark.skipif(confine.available() is not None, reason=f"no lockdown here: {confine.available()}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy course, its release with the checksums that nbgrader's gradebook wants."""
    root = make_course(tmp_path_factory.mktemp("toy") / "root")
    unit = Unit(SLUG, root)
    nbformat.write(ComputeChecksums().preprocess(unit.release, {})[0], unit.release_notebook)
    return root


@pytest.fixture
def toy(root: Path, monkeypatch: pytest.MonkeyPatch) -> Unit:
    """The toy unit, known to the command under its slug."""
    monkeypatch.setattr(units, "find_unit", lambda slug, _=root: Unit(slug, root))
    return Unit(SLUG, root)


def hand_in(folder: Path, student: str, files: dict[str, bytes]) -> Path:
    place = folder / "submitted" / student / SLUG
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def grade(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["grade", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {student["id"]: student["score"] for student in gradebook.student_dicts()}


@locked
def test_a_class_is_graded_into_the_gradebook_and_not_twice(toy: Unit, tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", submission())
    hand_in(tmp_path, "ben", submission(double=STUB.format(name="double")))
    hand_in(tmp_path, "cleo", {f"{SLUG}.ipynb": b"no notebook"})
    hand_in(tmp_path, "dora", {"other.ipynb": b"{}"})
    file = tmp_path / "verdicts.json"

    status, said = grade(SLUG, "--course", tmp_path, "--json", file, "--jobs", 2)
    assert status == 0, said
    assert "ada" in said and "20/20" in said and "Formgrader" in said
    verdicts = {verdict["submission"]: verdict for verdict in json.loads(file.read_text())}
    assert [(v["status"], v["score"], v["max_score"]) for v in verdicts.values()] == [
        ("graded", 20, 20),
        ("graded", 10, 20),  # a right `quadruple`, on a right `double` in the place of the missing one
        ("unreadable", 0, 20),
        ("unreadable", 0, 20),
    ]
    assert set(verdicts["ada"]) >= {"submission", "unit", "status", "score", "max_score", "seconds", "protections"}
    assert set(verdicts["ada"]["exercises"][0]) == {"id", "outcome", "score", "max_score", "messages", "hints"}
    assert "seccomp" in verdicts["ada"]["protections"]
    assert "other.ipynb" in verdicts["dora"]["messages"][0]
    assert scores(tmp_path) == {"ada": 20, "ben": 10, "cleo": 0, "dora": 0}
    assert all((tmp_path / f"feedback/{student}/{SLUG}/{SLUG}.html").is_file() for student in verdicts)

    written = (tmp_path / f"autograded/ada/{SLUG}/{SLUG}.ipynb").stat().st_mtime_ns
    (tmp_path / f"feedback/ben/{SLUG}/{SLUG}.html").unlink()
    status, _ = grade(SLUG, "--course", tmp_path, "--json", file)
    again = {verdict["submission"]: verdict for verdict in json.loads(file.read_text())}
    assert (status, again["ada"], again["ben"]) == (0, verdicts["ada"], verdicts["ben"])  # their seconds, too: kept
    assert (tmp_path / f"autograded/ada/{SLUG}/{SLUG}.ipynb").stat().st_mtime_ns == written
    assert (tmp_path / f"feedback/ben/{SLUG}/{SLUG}.html").is_file()

    hand_in_again = tmp_path / f"submitted/ben/{SLUG}/{SLUG}.ipynb"
    hand_in_again.write_bytes(submission()[f"{SLUG}.ipynb"])
    assert grade(SLUG, "--course", tmp_path)[0] == 0
    assert scores(tmp_path) == {"ada": 20, "ben": 20, "cleo": 0, "dora": 0}


@locked
def test_examiners_are_forked_from_a_process_that_has_loaded_tensorflow_and_has_no_threads(root: Path) -> None:
    """A lock that a thread holds at a fork stays locked in the fork for ever; this process may have any threads."""
    with pool(1, root=root) as examiners:
        server, threads, loaded = examiners.call(_origin).result(timeout=600)
    assert server != os.getpid() and threads == 1 and loaded


def _origin(house: House) -> tuple[int, int, bool]:
    """Of the examiner that this runs in: its parent, that one's threads, and whether TensorFlow has been loaded."""
    server = psutil.Process(os.getppid())
    return server.pid, server.num_threads(), "tensorflow" in sys.modules


def test_a_course_is_opened_without_a_change_to_the_logs_of_the_process(tmp_path: Path) -> None:
    """A log handler that TensorFlow brings closes standard error when somebody sets logging up anew."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.close = stream.close  # type: ignore[method-assign]
    log = logging.getLogger("somebody.elses")
    log.addHandler(handler)
    try:
        Course(tmp_path).directory.db_url  # noqa: B018
        log.warning("still here")
        assert stream.getvalue() == "still here\n"
    finally:
        log.removeHandler(handler)


@locked
def test_notebooks_on_their_own_go_into_no_gradebook(
    toy: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        Path(f"{name}.ipynb").write_bytes(submission()[f"{SLUG}.ipynb"])
    seeds = []
    for _ in range(2):
        assert grade(SLUG, "one.ipynb", "two.ipynb", "--json", "out.json")[0] == 0
        verdicts = json.loads(Path("out.json").read_text())
        assert [(v["submission"], v["score"]) for v in verdicts] == [("one.ipynb", 20), ("two.ipynb", 20)]
        seeds.append({v["seed"] for v in verdicts})
    assert seeds == [{seed_of(course_key(toy.root), SLUG, submission())}] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.ipynb", "out.json", "two.ipynb"]


@locked
def test_a_fault_of_the_tool_costs_one_submission_and_is_told(
    toy: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ada", "ben", "cleo"):
        hand_in(tmp_path, student, submission())
    write = marking.Books.enter

    def failing(self: marking.Books, work: marking.Work, verdict: Verdict, new: bool) -> object:
        if work.submission.name == "ben":
            raise OSError(28, "No space left on device")
        return write(self, work, verdict, new)

    monkeypatch.setattr(marking.Books, "enter", failing)
    file = tmp_path / "verdicts.json"
    status, said = grade(SLUG, "--course", tmp_path, "--json", file)
    assert status == 1
    assert "ben could not be graded" in said and "No space left" in said
    assert [verdict["submission"] for verdict in json.loads(file.read_text())] == ["ada", "cleo"]
    assert scores(tmp_path) == {"ada": 20, "cleo": 20}


@locked
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, root: Path, sign: signal.Signals) -> None:
    """The real process is stopped once the first verdict is kept, and run again."""
    for number in range(6):  # the second waits, so that a busy machine stops the run before its end too
        wait = "import time\ntime.sleep(10)" if number == 1 else ""
        hand_in(tmp_path, f"s{number}", submission(f"{wait}\n{DOUBLE}\nnumber = {number}"))
    program = (
        "import sys; from pathlib import Path; from autograder import __main__; from autograder.course import units\n"
        f"units.find_unit = lambda slug, root=None: units.Unit(slug, Path({str(root)!r}))\n"
        f"sys.argv = ['grade', 'grade', {SLUG!r}, '--course', {str(tmp_path)!r}, '--jobs', '1']\n"
        "__main__.app()"
    )
    kept = tmp_path / ".unrolled" / "verdicts" / SLUG
    command = [sys.executable, "-c", program]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    until = time.monotonic() + 800
    while not list(kept.glob("*.json")) and first.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(first.pid, sign)
    first.communicate(timeout=400)
    assert first.returncode != 0
    before = {path.name: json.loads(path.read_text())["verdict"] for path in kept.glob("*.json")}
    assert 0 < len(before) < 6

    second = subprocess.run(command, capture_output=True, text=True, timeout=800)
    assert second.returncode == 0, second.stderr
    after = {path.name: json.loads(path.read_text())["verdict"] for path in kept.glob("*.json")}
    assert after | before == after  # seconds and all: not judged again
    assert scores(tmp_path) == {f"s{number}": 20 for number in range(6)}
    assert len(list(tmp_path.glob(f"feedback/*/{SLUG}/{SLUG}.html"))) == 6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["01_rnn_step_by_stp"], "Did you mean '01_rnn_step_by_step'"),
        ([UNIT, "--course", "nowhere"], "no course folder"),
        ([UNIT], "submitted/STUDENT/01_rnn_step_by_step/01_rnn_step_by_step.ipynb"),
        ([UNIT, "missing.ipynb"], "missing.ipynb is not there"),
        ([UNIT, "."], "a folder"),
        ([UNIT, "here.ipynb", "--course", "."], "not both"),
        ([UNIT, "here.ipynb", "--json", "no/such/folder.json"], "no folder"),
        ([UNIT, "here.ipynb", "--jobs", "0"], "jobs"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_ends_with_2(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    Path("here.ipynb").write_text("{}")
    status, said = grade(*arguments)
    assert status == 2
    assert says in said.replace("\n", "")


def test_without_lockdown_grading_refuses_and_names_the_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "available", lambda: "this kernel is old")
    (tmp_path / "one.ipynb").write_text("{}")
    status, said = grade(UNIT, tmp_path / "one.ipynb")
    assert status == 2
    assert "this kernel is old" in said and "--accept-risk" in said


def test_notebooks_on_their_own_cannot_work_out_their_seed(tmp_path: Path) -> None:
    """The key is a secret of the checkout; one that cannot be written has another for each run."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert loose_key(one) == loose_key(one) != loose_key(other)
    assert (one / ".unrolled" / "secret").stat().st_mode & 0o077 == 0
    (tmp_path / "file").touch()
    assert loose_key(tmp_path / "file") != loose_key(tmp_path / "file")


def test_seeds_are_the_courses_secret_and_repeatable(tmp_path: Path) -> None:
    files = {"a.ipynb": b"1", "b.py": b"2"}
    key = course_key(tmp_path)
    assert course_key(tmp_path) == key and len(key) == 32
    assert stat.S_IMODE((tmp_path / ".unrolled" / "secret").stat().st_mode) == 0o600
    seeds = {
        seed_of(key, "u", files),
        seed_of(key, "v", files),
        seed_of(b"other", "u", files),
        seed_of(key, "u", {"a.ipynb": b"12", "b.py": b""}),
        seed_of(key, "u", {"a.ipynb1": b"", "b.py": b"2"}),
    }
    assert len(seeds) == 5 and all(0 <= seed < 2**63 for seed in seeds)
    assert seed_of(key, "u", dict(reversed(files.items()))) in seeds


def test_files_are_read_without_links_pipes_and_caches(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / ".ipynb_checkpoints" / "old.ipynb").write_text("old")
    (folder / "data").mkdir()
    (folder / "data" / "numbers.csv").write_text("1,2")
    (folder / "timestamp.txt").write_text("now")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "tree").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    assert read_files(folder) == {"data/numbers.csv": b"1,2"}
    (folder / "big").write_bytes(b"0" * (51 << 20))
    with pytest.raises(Unreadable, match="50 MB"):
        Submission("sam", folder).read(SLUG)


def test_a_kept_verdict_serves_only_for_the_same_files_and_grader(tmp_path: Path, root: Path) -> None:
    one = Verdict("sam", SLUG, "graded", 1.5, ("seccomp",), (ExerciseVerdict("a", "correct", 1, 1, ("well",)),), 3)
    ledger = Ledger(tmp_path / "ledger")
    unit = Unit(SLUG, root)
    before = fingerprint({"a": b"1"}, 3, grader_digest(unit), ["locked"])
    assert ledger.find("sam", before) is None
    ledger.keep("sam", before, one)
    ledger.mark_written("sam", "stamp")
    assert ledger.find("sam", before) == one and ledger.is_written("sam", "stamp")
    assert ledger.find("sam", fingerprint({"a": b"2"}, 3, grader_digest(unit), ["locked"])) is None
    grader = unit.grader.read_text()
    try:
        unit.grader.write_text(grader + "\n# stricter")
        assert ledger.find("sam", fingerprint({"a": b"1"}, 3, grader_digest(unit), ["locked"])) is None
    finally:
        unit.grader.write_text(grader)
    ledger.keep("sam", before, one)
    assert not ledger.is_written("sam", "stamp")  # the gradebook has an older one
    (tmp_path / "ledger" / "sam.json").write_text('{"fingerprint": ')
    assert ledger.find("sam", before) is None  # damaged: judged again


def test_json_is_what_the_design_promises() -> None:
    one = Verdict("séb", "u", "graded", 1.5, ("seccomp",), (ExerciseVerdict("a", "raised", 0.5, 1, ("ça",)),), 3)
    (entry,) = json.loads(as_json([one]))
    told = {"id": "a", "outcome": "raised", "score": 0.5, "max_score": 1, "messages": ["ça"], "hints": []}
    assert entry["exercises"] == [told]
    assert (entry["submission"], entry["score"], entry["max_score"], entry["protections"]) == (
        "séb",
        0.5,
        1,
        ["seccomp"],
    )
