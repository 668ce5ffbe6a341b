"""What holds the project together: what students get, what is installed, whether the pages tell the truth."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
GENERATED = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()] + [".git"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WHERE_INSTALLED = ("unrolled/data", "unrolled/assignments")  # folders of the wheel's
MAKE_TARGETS = ("setup", "demo", "test", "build", "audit", "bench", "lab")


def kept(folder: Path) -> Iterator[Path]:
    """The files below ``folder`` that are not generated."""
    for path in sorted(folder.iterdir()):
        if any(fnmatch.fnmatch(path.name, pattern) for pattern in GENERATED):
            continue
        if path.is_dir():
            yield from kept(path)
        else:
            yield path


def requirements(*groups: str) -> list[Requirement]:
    """What pyproject.toml asks for: ``base`` or the name of an extra."""
    extras = PROJECT["optional-dependencies"] | {"base": PROJECT["dependencies"]}
    return [Requirement(line) for group in groups for line in extras[group]]


# What students get


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The members of the real wheel and source archive, by name; the wheel is made from the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        members = {"wheel": {name: wheel.read(name) for name in wheel.namelist()}}
    with tarfile.open(next(folder.glob("*.tar.gz"))) as source:
        files = [member for member in source.getmembers() if member.isfile()]
        members["source"] = {file.name.split("/", 1)[1]: source.extractfile(file).read() for file in files}  # type: ignore[union-attr]
    return members


def test_wheel_holds_the_students_package_the_data_and_the_notebooks_and_nothing_else(archives):
    expected = {str(path.relative_to(ROOT)) for path in kept(ROOT / "unrolled")}
    expected |= {f"unrolled/{path.relative_to(ROOT)}" for path in kept(ROOT / "data")}
    expected |= {f"unrolled/{path.relative_to(ROOT)}" for path in (ROOT / "assignments").glob("*/*.ipynb")}
    assert {name for name in archives["wheel"] if ".dist-info/" not in name} == expected

    slugs = [path.name for path in (ROOT / "assignments").iterdir() if path.is_dir()]
    assert slugs
    for slug in slugs:
        assert {f"unrolled/checks/cases/{slug}.npz", f"unrolled/assignments/{slug}/{slug}.ipynb"} <= expected


@pytest.mark.parametrize("kind", ["wheel", "source"])
def test_archives_hold_no_grader_no_solution_and_no_reference(archives, kind):
    members = archives[kind]
    secret = {path.read_bytes() for folder in ("autograder", "solutions") for path in kept(ROOT / folder)} - {b""}
    assert secret
    for name, content in members.items():
        assert not {"autograder", "solutions", "tests", "graders", "references"} & set(Path(name).parts), name
        assert content not in secret, f"{name} is a file of the instructors'"
        if name.endswith(".py"):
            assert "autograder" not in imported(content.decode(), name), name
        else:
            assert b"import autograder" not in content and b"from autograder" not in content, name

    answers = list(solution_regions())
    assert len(answers) >= 12
    for name, content in members.items():
        if name.endswith((".py", ".ipynb", ".md")):
            text = unindented(visible_text(name, content))
            leaked = [answer for answer in answers if answer in text]
            assert not leaked, f"{name} contains a worked solution:\n{leaked[0]}"


def solution_regions() -> Iterator[str]:
    """The text of every worked answer that is longer than a line."""
    for script in (ROOT / "solutions").glob("*/*.py"):
        for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", script.read_text(), re.DOTALL):
            if region.strip().count("\n"):
                yield unindented(region).strip()


def visible_text(name: str, content: bytes) -> str:
    if not name.endswith(".ipynb"):
        return content.decode()
    return "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


# Packages


def test_environment_yml_agrees_with_pyproject():
    conda, pip = [], []
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]:
        if isinstance(entry, dict):
            pip = entry["pip"]
        else:
            conda.append(entry)
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip[-1] == "-e ."
    assert {str(Requirement(line)) for line in pip[:-1]} == {str(line) for line in requirements("base", "instructor")}


def applies(line: Requirement) -> bool:
    """Whether a requirement is one on this machine, no extra being asked for."""
    return line.marker is None or line.marker.evaluate({"extra": ""})


def lock_lines() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_lock_pins_everything_and_names_no_address():
    pins: dict[str, list[Requirement]] = {}
    for line in lock_lines():
        assert line.url is None, line
        assert [specifier.operator for specifier in line.specifier] == ["=="], f"{line} is no exact version"
        assert "*" not in str(line.specifier), line
        pins.setdefault(canonicalize_name(line.name), []).append(line)
    assert not re.search(r"https?:|file:|--hash|--index|--find|@", (ROOT / "requirements.lock").read_text())

    for wanted in requirements("base", "instructor", "instructor-cluster", "dev"):
        locked = pins.get(canonicalize_name(wanted.name), [])
        assert locked, f"{wanted.name} is not locked; run `make lock`"
        for pin in locked:
            version = next(iter(pin.specifier)).version
            assert wanted.specifier.contains(Version(version)), f"{pin} does not fit {wanted}; run `make lock`"


def test_these_tests_run_with_the_locked_versions():
    wanted = {line.name: str(line.specifier)[2:] for line in lock_lines() if applies(line)}
    found = {name: metadata.version(name) for name in wanted}
    assert found == wanted, "run `make setup`"


def test_lock_is_complete_for_this_python():
    """Everything that a locked package needs is locked too: nothing is left to the day of the installation."""
    locked = {canonicalize_name(line.name) for line in lock_lines()}
    for line in filter(applies, lock_lines()):
        for need in map(Requirement, metadata.requires(line.name) or []):
            if applies(need):
                assert canonicalize_name(need.name) in locked, f"{line.name} needs {need.name}"


def code_in(folder: str) -> Iterator[tuple[str, str]]:
    """(path, code) of every script below a folder of the repository; of every notebook where there are only those."""
    for path in kept(ROOT / folder):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            yield name, path.read_text()
        elif path.suffix == ".ipynb" and folder == "assignments":
            cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
            yield name, "\n".join("".join(cell["source"]) for cell in cells)


def imported(code: str, path: str) -> set[str]:
    """The top-level modules that a piece of code imports, standard library left out."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code, path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("folder", "own", "groups"),
    [
        ("unrolled", {"unrolled"}, ["base"]),
        ("assignments", {"unrolled"}, ["base"]),
        ("solutions", {"unrolled"}, ["base"]),
        ("autograder", {"unrolled", "autograder"}, ["base", "instructor", "instructor-cluster"]),
        ("tests", {"unrolled", "autograder"}, ["base", "instructor", "instructor-cluster", "dev"]),
    ],
)
def test_every_import_is_declared_and_students_never_import_the_autograder(folder, own, groups):
    distributions = metadata.packages_distributions()
    declared = {canonicalize_name(line.name) for line in requirements(*groups)}
    siblings = {path.stem for path in (ROOT / "tests").rglob("*.py")} if folder == "tests" else set()
    sources = list(code_in(folder))
    assert sources
    for path, code in sources:
        for module in imported(code, path) - own - siblings:
            providers = {canonicalize_name(name) for name in distributions.get(module, [])}
            assert providers & declared, f"{path} imports {module}, which pyproject.toml does not give to {groups}"


# Pages


def test_top_level_is_the_documented_layout():
    expected = """
        .ci .gitignore CHANGELOG.md CONTRIBUTING.md LICENSE LICENSE-CC-BY-4.0 Makefile README.md environment.yml
        nbgrader_config.py pyproject.toml requirements.lock assignments autograder data docs solutions tests unrolled
    """.split()
    found = [path.name for path in ROOT.iterdir() if not any(fnmatch.fnmatch(path.name, known) for known in GENERATED)]
    assert sorted(found) == sorted(expected)


def pages() -> list[Path]:
    return [path for path in kept(ROOT) if path.suffix == ".md"]


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get on a web page of a repository."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        assert not anchor or anchor in anchors(target), f"{page.name} links to {link}, and there is no such heading"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_pages_exist(page):
    """What stands in a code span and begins with a folder of ours; NN_slug and the like stand for every unit's."""
    tops = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and re.fullmatch(r"[a-z]+", path.name))
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    slugs = [path.name for path in (ROOT / "assignments").iterdir()]
    for span in re.findall(rf"`((?:{tops})/[^`\s]*)`", text):
        if span.startswith(("demo/", "lab/")) or span in WHERE_INSTALLED:
            continue
        meant = {span.replace("NN_slug", slug).replace("slug", slug[3:]).replace("NN", slug[:2]) for slug in slugs}
        there = [bool(list(ROOT.glob(name.rstrip("/")))) for name in meant]
        assert any(there) if span.startswith("tests/") else all(there), f"{page.name} names {span}, which is not there"


def test_commands_in_pages_exist():
    from typer.main import get_command

    from autograder.__main__ import app
    from unrolled.cli import app as students_app

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    programs = {
        r"python -m autograder +": get_command(app).commands,  # type: ignore[attr-defined]
        r"(?:^|[`/])unrolled +": get_command(students_app).commands,  # type: ignore[attr-defined]
    }
    for page in pages():
        for program, known in programs.items():
            for typed in re.findall(rf"{program}([a-z][^`\n#|]*)", page.read_text().replace("\\\n", " "), re.MULTILINE):
                command = known.get(typed.split()[0])
                assert command, f"{page.name} types {typed}"
                options = {each for given in command.params for each in (*given.opts, *given.secondary_opts)}
                asked = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", typed)) - {"--help"}
                assert asked <= options, f"{page.name} types {asked - options} of {typed}"
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    assert set(MAKE_TARGETS) <= targets
    assert set(re.findall(r"-m autograder (\w+)", makefile)) <= commands
    for page in pages():
        text = page.read_text()
        asked = set(re.findall(r"python -m autograder (\w+)", text))
        assert asked <= commands, f"{page.name} names autograder {asked - commands}"
        asked = set(re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE))
        assert asked <= targets, f"{page.name} names make {asked - targets}"


def test_no_file_names_a_package_index_or_the_place_where_it_was_written():
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "anaconda" + ".org", "deb." + "debian.org"]
    unwanted = re.compile("|".join(map(re.escape, hosts)) + "|" + r"(?<![\w.~-])/" + "work/" + "|" + "/root" + "/")
    for path in kept(ROOT):
        if path.suffix not in {".png", ".npz", ".ogg", ".mid"}:
            found = unwanted.search(path.read_text())
            assert not found, f"{path.relative_to(ROOT)} names {found[0]}"


# make


def run_make(*arguments: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make as from a terminal, not as a part of the make that runs these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=folder, env=environment | variables, capture_output=True, text=True)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with what `make setup` reads, and nothing set up."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("target", MAKE_TARGETS)
def test_every_target_sets_up_once_and_again_when_the_lock_changes(bare, target):
    def installs() -> bool:
        planned = run_make("--dry-run", target, folder=bare)
        assert planned.returncode == 0, planned.stderr
        return "pip install" in planned.stdout

    assert installs()
    stamp = bare / ".venv" / ".setup-stamp"
    stamp.parent.mkdir()
    stamp.touch()
    assert not installs()
    later = stamp.stat().st_mtime + 10
    os.utime(bare / "requirements.lock", (later, later))
    assert installs()


@pytest.mark.parametrize(
    ("interpreter", "message"),
    [
        (None, "there is no python3 on the PATH"),
        ("echo 3.9", "python3 is Python 3.9"),
        ('case "$2" in *ensurepip*) exit 1;; *) echo 3.12;; esac', "python3 has no venv module"),
    ],
)
def test_setup_says_what_is_missing(bare, interpreter, message):
    programs = bare / "bin"
    programs.mkdir()
    if interpreter:
        (programs / "python3").write_text(f"#!/bin/sh\n{interpreter}\n")
        (programs / "python3").chmod(0o755)
    done = run_make("setup", folder=bare, PATH=str(programs))
    assert done.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr
    assert message in done.stderr
    assert not (bare / ".venv").exists()


def test_ci_runs_the_tests_then_the_demo():
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert re.findall(r"^make (\w+)", script, re.MULTILINE)[-2:] == ["test", "demo"]
    assert "set -euo pipefail" in script
