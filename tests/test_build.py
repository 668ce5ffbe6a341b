"""From source to release: equal to stock nbgrader byte for byte, and every fault is found, named and placed."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from sample_course import HINTS, SCRIPT, SLUG, line_of, write_course

from autograder.authoring.build import build, stub_fault
from autograder.course.units import ROOT, all_units, find_unit, grade_id
from autograder.judging.judge import cells_to_run
from autograder.nbgrader_settings import TEXT_STUB

NOT_FOR_BUILDING = "__pycache__", "answers", "graders", "oracles", "references", "classmates"
SCRIPT_PATH = f"solutions/{SLUG}/{SLUG}.py"


def problems_of(root: Path, check: bool = False) -> list[str]:
    return [str(problem) for problem in build(root, check=check).problems]


def copy_course(root: Path) -> Path:
    """This course's code and sources, with the sample as one unit more: what an instructor has checked out."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "autograder", root / "autograder", ignore=shutil.ignore_patterns(*NOT_FOR_BUILDING))
    for unit in all_units():
        shutil.copytree(unit.script.parent, root / "solutions" / unit.slug)
    write_course(root, slug="99_sample")
    return root


# What ``nbgrader generate_assignment UNIT`` does, for one unit after the other: its start takes seconds.
GENERATE = """
import sys
from nbgrader.apps import NbGraderApp
for unit in sys.argv[1:]:
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(["generate_assignment", unit])
"""


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(command, cwd=root, env=os.environ | {"PATH": path}, capture_output=True, text=True)


def test_release_is_what_nbgrader_makes(tmp_path: Path) -> None:
    root = tmp_path / "course (copy)"
    root.mkdir()
    copy_course(root)
    assert problems_of(root) == []
    ours = {unit.release_notebook: unit.release_notebook.read_bytes() for unit in all_units(root)}
    assert len(ours) == len(all_units()) + 1
    shutil.rmtree(root / "assignments")

    stock = run(root, sys.executable, "-c", GENERATE, *(unit.slug for unit in all_units(root)))
    assert stock.returncode == 0, stock.stderr
    theirs = {path: path.read_bytes() for path in (root / "assignments").rglob("*") if path.is_file()}
    assert theirs == ours  # no file more: the script, which holds the solutions, stays at home


def test_a_class_elsewhere_uses_the_sources_of_the_checkout(tmp_path: Path) -> None:
    checkout, course = tmp_path / "checkout", tmp_path / "spring"
    checkout.mkdir()
    course.mkdir()
    copy_course(checkout)
    build(checkout)
    released = find_unit("99_sample", checkout).release_notebook
    before = released.read_bytes()
    released.unlink()
    config = (checkout / "nbgrader_config.py").read_text()
    config = config.replace("Path(__file__).resolve().parent", repr(str(checkout)))
    config = config.replace("course=HERE", "course=Path(__file__).parent")
    (course / "nbgrader_config.py").write_text(config)

    stock = run(course, "nbgrader", "generate_assignment", "99_sample", "--force")
    assert stock.returncode == 0, stock.stderr
    assert released.read_bytes() == before
    assert sorted(path.name for path in course.iterdir()) == ["gradebook.db", "nbgrader_config.py"]


def test_the_course_is_built() -> None:
    assert problems_of(ROOT, check=True) == []


def test_stubs_of_the_course_raise_when_called() -> None:
    for unit in all_units():
        stubs = {grade_id(cell): cell.source for cell in unit.release.cells}
        given: dict = {"__name__": "lesson"}
        for cell in cells_to_run(unit.release, unit.release):
            if cell.source not in stubs.values():
                exec(cell.source, given)
        for exercise in unit.exercises:
            namespace = dict(given)
            exec(stubs[exercise.id], namespace)
            stub = namespace[exercise.id]
            wanted = inspect.signature(stub).parameters.values()
            needed = [one for one in wanted if one.kind is not inspect.Parameter.VAR_KEYWORD]
            with pytest.raises(NotImplementedError):
                stub(*[None] * len(needed))


def test_source_and_release_of_the_sample(tmp_path: Path) -> None:
    write_course(tmp_path)
    result = build(tmp_path)
    unit = find_unit(SLUG, tmp_path)
    assert result.written == (f"solutions/{SLUG}/{SLUG}.ipynb", f"assignments/{SLUG}/{SLUG}.ipynb")

    source = nbformat.read(unit.source_notebook, as_version=4)
    cells = {cell.id: cell for cell in source.cells}
    assert list(cells) == [
        *(
            "after-start-1",
            "after-start-2",
            "after-start-3",
            "add",
            "check_add",
            "after-check_add-1",
            "after-check_add-2",
        ),
        *("running_sum", "check_running_sum", "after-check_running_sum-1", "after-check_running_sum-2", "why_order"),
    ]
    assert source.metadata.kernelspec.name == "python3"
    assert cells["after-start-1"].source.endswith(r"$s^{<t>} = s^{<t-1>} + x^{<t>}$, with \Gamma left out.")
    assert cells["after-start-2"].source.startswith("%matplotlib inline\n")
    assert cells["check_add"].metadata.nbgrader == {
        **{"grade": True, "grade_id": "check_add", "locked": True, "points": 40},
        **{"schema_version": 3, "solution": False, "task": False},
    }

    released = {cell.id: cell for cell in unit.release.cells}
    assert released["why_order"].source == f"Why does the order not matter?\n\n{TEXT_STUB}"
    assert released["check_add"].metadata.editable is False
    namespace: dict = {"np": None}
    exec(released["running_sum"].source, namespace)
    with pytest.raises(NotImplementedError):
        namespace["running_sum"](None)


def test_equal_scripts_make_equal_bytes_in_another_process(tmp_path: Path) -> None:
    root = copy_course(tmp_path)
    build(root)
    done = run(root, sys.executable, "-m", "autograder", "build", "--check")
    assert (done.returncode, done.stderr) == (0, "")

    shutil.rmtree(root / "assignments" / "99_sample")
    done = run(root, sys.executable, "-m", "autograder", "build", "--check")
    assert done.returncode == 1
    assert "assignments/99_sample/99_sample.ipynb: missing" in done.stderr
    assert "python -m autograder build" in done.stderr


def test_build_leaves_what_is_right_alone(tmp_path: Path) -> None:
    write_course(tmp_path)
    build(tmp_path)
    again = build(tmp_path)
    assert again.written == () and len(again.unchanged) == 2


# Each fault: what the author changes, the line that is blamed (0: the file), and what is said.
FAULTS = {
    "unknown key": ('exercise="add"', 'exercize="add"', 'exercize="add"', "the key 'exercize': unknown"),
    "unknown tag": ('["training"]', '["trainning"]', "trainning", "unknown tag 'trainning'"),
    "tags are no list": ('["training"]', '"training"', 'tags="training"', "unknown tag 'training'"),
    "points are no number": ("points=40", "points=forty", "points=forty", "cannot read 'points=forty'"),
    "points are zero": ("points=40", "points=0", "points=0", "0 is no number above 0"),
    "the same key twice": ("points=40", "points=40 points=40", "points=40 p", "the key 'points': it stands twice"),
    "marker misspelt": ("# %% [markdown] answer", "# %% [markdwon] answer", "[markdwon]", "cannot read"),
    "marker without its space": ('# %% tags=["figure"]', '#%% tags=["figure"]', "#%% tags", "not a cell marker"),
    "a name that is no name": ('answer="why_order"', 'answer="why order"', "why order", "is no name"),
    "not valid Python": ("return np.cumsum(x)", "return np.cumsum(x", "np.cumsum(x", "not valid Python"),
    "check without points": (" points=40", "", 'check="add"', "'add' has no points"),
    "points without check": ('tags=["figure"]', "points=1", "# %% points=1", "points on an ungraded cell"),
    "two roles": ('check="add"', 'check="add" exercise="sub"', 'check="add" exercise', "cannot be exercise and check"),
    "exercise in markdown": ('# %% exercise="add"', '# %% [markdown] exercise="add"', 'exercise="add"', "is markdown"),
    "answer in code": ('[markdown] answer="why', 'answer="why', 'answer="why', "'why_order' is code"),
    "empty cell": ("print(add(1, 2))", "", '["figure"]', "an empty cell"),
    "check of nothing": ('check="add"', 'check="ad"', 'check="ad"', "a check for 'ad', which is no exercise"),
    "exercise without check": ('check="add"', 'check="ad"', 'exercise="add"', "the exercise 'add' has no check"),
    "duplicate id": ('answer="why_order"', 'answer="check_add"', 'answer="check_add"', "'check_add' is taken by line"),
    "points do not sum": ("points=40", "points=41", "", "the points sum to 101"),
    "begin without end": (
        "    return x + s\n    ### END SOLUTION",
        "    return x + s",
        "BEGIN SOLUTION",
        "without END",
    ),
    "end without begin": (
        "    ### BEGIN SOLUTION\n    return x + s",
        "    return x + s",
        "END SOLUTION",
        "without BEGIN",
    ),
    "begin twice": (
        "    return x + s",
        "    # BEGIN SOLUTION again\n    return x + s",
        "BEGIN SOLUTION again",
        "inside the region",
    ),
    "no region": (
        "    ### BEGIN SOLUTION\n    return x + s\n    ### END SOLUTION",
        "    return x + s",
        'exercise="add"',
        "has no solution region",
    ),
    "solution in given code": ("print(add(1, 2))", "### BEGIN SOLUTION of given code", "of given code", "none to hide"),
    "hidden test": ("checks.add(add)", "### BEGIN HIDDEN TESTS", "HIDDEN TESTS", "none to hide"),
    "test template": ("print(add(1, 2))", "### AUTOTEST add(1, 2)", "AUTOTEST", "in the place of AUTOTEST"),
    "mark scheme open": ("=== END MARK SCHEME ===", "", "BEGIN MARK SCHEME", "without END"),
    "mark scheme shown": (
        "Why does the order not matter?",
        "Why?\n=== BEGIN SOLUTION ===\nIt commutes.\n=== END SOLUTION ===",
        "BEGIN MARK SCHEME",
        "nbgrader would release the mark scheme",
    ),
    "no mark scheme": (
        "=== BEGIN MARK SCHEME ===\n- 10 points: addition commutes\n=== END MARK SCHEME ===",
        "",
        'answer="why_order"',
        "has no mark scheme, so nbgrader would replace its question too",
    ),
    "stub is no Python": (
        "    x = np.asarray(x)",
        "    for i in x:",
        'exercise="add"',
        "stub of 'add' is not valid Python",
    ),
    "stub raises at once": (
        "    ### BEGIN SOLUTION\n    return x",
        "### BEGIN SOLUTION\n    return x",
        'exercise="add"',
        "raises as soon",
    ),
    "stub returns": ("    x = np.asarray(x)", "    return x", 'exercise="add"', "does not raise NotImplementedError"),
    "stub of another name": ("def add(x, s):", "def plus(x, s):", 'exercise="add"', "does not define add"),
    "check of two calls": ("checks.add(add)", "checks.add(add)\nadd(1, 2)", 'check="add"', "is not one call"),
    "check with a comment": ("checks.add(add)", "checks.add(add)  # look", 'check="add"', "is not one call"),
    "check calls another": ("checks.add(add)", "checks.running_sum(add)", 'check="add"', "is not one call"),
    "check is given another": ("checks.add(add)", "checks.add(running_sum)", 'check="add"', "is not one call"),
    "two hints": ("<details><summary>Hint 2</summary>\nA push.\n</details>\n", "", 'exercise="add"', "has 2 hints"),
    "empty hint": ("A push.\n", "", "Hint 2", "an empty hint"),
    "hint without a summary": ("<summary>Hint 2</summary>", "<b>2</b>", "<b>2</b>", "without a <summary>"),
    "hint not closed": ("A push.\n</details>", "A push.", "<details>", "do not match"),
    "marker in a string": ("print(add(1, 2))", 'text = """\n# %% [markdown]\n"""', "# %% [markdown]", "jupytext makes"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_and_placed(fault: str, tmp_path: Path) -> None:
    old, new, blamed, said = FAULTS[fault]
    assert old in SCRIPT
    script = SCRIPT.replace(old, new, 1)
    write_course(tmp_path, script)
    write_course(tmp_path, slug="02_right")

    found = problems_of(tmp_path)
    place = f"{SCRIPT_PATH}:{line_of(script, blamed)}:" if blamed else f"{SCRIPT_PATH}:"
    assert any(problem.startswith(place) and said in problem for problem in found), found
    assert all(len(problem.splitlines()) == 2 for problem in found)  # what and where; what to do
    assert not list(tmp_path.rglob("*.ipynb")), "a fault in one unit must keep every unit from being written"


def test_a_stub_may_be_a_class() -> None:
    layer = "class Sum(Layer):\n    def call(self, x):\n        {}\n"
    assert stub_fault(layer.format("raise NotImplementedError"), "Sum") == ""
    assert "has no method" in stub_fault(layer.format("return x"), "Sum")


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    script = SCRIPT
    for fault in ("unknown tag", "points do not sum", "check of two calls", "begin without end", "empty hint"):
        old, new, *_ = FAULTS[fault]
        script = script.replace(old, new, 1)
    write_course(tmp_path, script)
    write_course(tmp_path, SCRIPT.replace("points=10", "points=20"), slug="02_wrong")
    assert len(problems_of(tmp_path)) == 6


def test_check_says_what_is_stale(tmp_path: Path) -> None:
    script = write_course(tmp_path)
    build(tmp_path)
    unit = find_unit(SLUG, tmp_path)
    before = unit.release_notebook.read_bytes()
    assert problems_of(tmp_path, check=True) == []

    script.write_text(SCRIPT.replace("return np.cumsum(x)", "return x.cumsum()"))
    (stale,) = problems_of(tmp_path, check=True)  # the release shows no solution, so it is still right
    assert stale.startswith(f"solutions/{SLUG}/{SLUG}.ipynb: stale: ") and "'running_sum'" in stale
    assert unit.release_notebook.read_bytes() == before

    script.write_text(SCRIPT)
    ran = json.loads(before)
    ran["cells"][1]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["3\n"]}]
    unit.release_notebook.write_text(json.dumps(ran))
    assert any("has outputs (cell 'after-start-2')" in problem for problem in problems_of(tmp_path, check=True))

    unit.release_notebook.write_text(json.dumps(json.loads(before)))
    assert "metadata or layout" in problems_of(tmp_path, check=True)[0]
    unit.release_notebook.write_text("{")
    assert "not a notebook" in problems_of(tmp_path, check=True)[0]

    build(tmp_path)
    assert unit.release_notebook.read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        "assignments/00_old/00_old.ipynb",
        f"assignments/{SLUG}/{SLUG}.py",
        f"solutions/{SLUG}/notes.txt",
        "solutions/a.py",
    ],
)
def test_a_file_that_no_script_makes_is_unexpected(name: str, tmp_path: Path) -> None:
    write_course(tmp_path)
    build(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    for check in (True, False):
        (problem,) = problems_of(tmp_path, check=check)
        assert problem.startswith(f"{name}: ") and "remove it" in problem
    assert path.exists()


def test_a_course_without_units_is_no_course(tmp_path: Path) -> None:
    assert "no unit here" in problems_of(tmp_path)[0]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = write_course(tmp_path)
    build(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.ipynb")}
    script.write_text(SCRIPT.replace("Sums in time", "Sums over time"))

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        build(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.ipynb*")} == before


def test_the_sample_has_the_hints_it_is_tested_for() -> None:
    assert SCRIPT.count(HINTS) == 2
