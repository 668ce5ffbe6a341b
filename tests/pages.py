"""Pages of ours read as a newcomer reads them: the commands in their blocks, in order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of a page: its kind (``sh``, ``python``, ``csv``), its text, and the heading that it stands under."""

    kind: str
    text: str
    heading: str


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page of ``docs/`` that have a kind, in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        headings = re.findall(r"^#+ (.+)$", text[: found.start()], re.MULTILINE)
        yield Block(found[1], found[2], headings[-1])


def fresh_clone(folder: Path) -> Path:
    """A checkout with nothing but what git knows, or would take up, of this one."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():  # it may have been removed since
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def typed(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command as typed in a terminal, in a folder, with .venv activated."""
    known = os.environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "COLUMNS": "120", **environment}
    shell = ["bash", "-euo", "pipefail", "-c", command]
    return subprocess.run(shell, cwd=folder, env=known, capture_output=True, text=True)
