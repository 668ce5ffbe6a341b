"""Folders in which students' processes write: whatever they leave, such as thousands of nested folders, is removed."""

from __future__ import annotations

import subprocess
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder that a student's process has written to.

    ``rm`` does it: :func:`shutil.rmtree` recurses and keeps a descriptor open for each level, so that deep nesting
    breaks it.
    """
    if subprocess.run(["rm", "-rf", "--", str(folder)], stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(["chmod", "-R", "u+rwx", "--", str(folder)], check=True)  # folders that could not be listed
        subprocess.run(["rm", "-rf", "--", str(folder)], check=True)
