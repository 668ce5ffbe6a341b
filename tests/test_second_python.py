"""Continuous integration tries the main paths under a second Python: the newest that is here besides its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="the script is for bash")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script, whose .venv has Python 3.12; the folder above is the home."""
    script = tmp_path / "checkout" / ".ci" / "second-python"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "second-python", script)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname") or "dirname")  # all that the script needs
    interpreter(tmp_path / "checkout/.venv/bin/python", "3.12")
    return tmp_path / "checkout"


def interpreter(path: Path, version: str) -> str:
    """A program that tells this version, as an interpreter does; without one, it has no venv module."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{f'echo {version}' if version else 'exit 1'}\n")
    path.chmod(0o755)
    return str(path)


def second(checkout: Path) -> str:
    """What the script prints where nothing is but what the test has put there."""
    home = checkout.parent
    environment = {"PATH": str(home / "bin"), "HOME": str(home)}
    done = subprocess.run(
        [str(BASH), ".ci/second-python"], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_may_be_none(checkout: Path) -> None:
    assert second(checkout) == ""
    interpreter(checkout.parent / "bin/python3.12", "3.12")  # .venv has it already
    interpreter(checkout.parent / "bin/python3.14", "3.14")  # not supported
    assert second(checkout) == ""


def test_the_newest_is_taken_wherever_it_is(checkout: Path) -> None:
    old = interpreter(checkout.parent / "bin/python3.11", "3.11")
    assert second(checkout) == old
    new = interpreter(checkout.parent / ".pyenv/versions/3.13.0/bin/python3.13", "3.13")
    assert second(checkout) == new
    first_on_path = interpreter(checkout.parent / "bin/python3.13", "3.13")
    assert second(checkout) == first_on_path


def test_one_that_cannot_make_a_venv_or_is_another_does_not_count(checkout: Path) -> None:
    interpreter(checkout.parent / "bin/python3.13", "")
    interpreter(checkout.parent / ".pyenv/versions/3.13.1/bin/python3.13", "3.10")
    assert second(checkout) == ""
    mended = interpreter(checkout.parent / ".pyenv/versions/3.13.2/bin/python3.13", "3.13")
    assert second(checkout) == mended


def test_continuous_integration_tries_it_in_a_clone_or_says_that_there_is_none() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "$(.ci/second-python)" in script and "git clone" in script and '"$clone/.ci/main-paths"' in script
    assert "No second Python" in script
    for name in ("second-python", "main-paths"):
        assert os.access(ROOT / ".ci" / name, os.X_OK)
