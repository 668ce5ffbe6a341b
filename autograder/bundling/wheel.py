"""The wheel that students install, made from a copy of what the allow-list names and of nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from autograder.bundling.contents import PROJECT, wheel_files

EPOCH = "1580601600"
"""The time that every member of the wheel has, in seconds: equal files make equal bytes."""
MOVED = {"data": "unrolled/data", "assignments": "unrolled/assignments"}  # as pyproject.toml has it


class WheelFailed(Exception):
    """No wheel, or not the one that was meant; the message says why."""


def make_wheel(root: Path, workshop: Path, into: Path) -> Path:
    """Make the wheel of a checkout; byte-identical for equal files.

    Args:
        workshop: a folder that is not there yet, for the copy that the wheel is made from.
        into: the folder for the wheel.

    Raises:
        WheelFailed: it could not be built, or holds other files than the list.
    """
    files = wheel_files(root) | {name: root / name for name in PROJECT}
    for name, path in files.items():
        (workshop / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, workshop / name)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into.absolute())]
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=workshop, env=environment, capture_output=True, text=True)
    wheels = list(into.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise WheelFailed(f"hatchling makes no wheel:\n{(done.stdout + done.stderr).strip()}")
    _compare(wheels[0], workshop, [name for name in files if name not in PROJECT])
    return wheels[0]


def _compare(wheel: Path, workshop: Path, names: list[str]) -> None:
    """Raises WheelFailed unless the wheel holds these files, as they are, and what describes it."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    meant = {_place(name): (workshop / name).read_bytes() for name in names}
    different = sorted(name for name in held.keys() | meant.keys() if held.get(name) != meant.get(name))
    if different:
        raise WheelFailed(f"the wheel should hold what the list of contents names; it differs in {different[0]}")


def _place(name: str) -> str:
    folder, _, rest = name.partition("/")
    return f"{MOVED.get(folder, folder)}/{rest}"
