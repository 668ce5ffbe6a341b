"""What the commands remember of a folder: which hint is next, what was tried, what the last checks found.

It stands in ``.unrolled.json`` beside the notebook. Nothing hangs on it: a file that is missing, broken or cannot be
written costs the place in the hints and no more, and to delete it does no harm. No grade is made from it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from unrolled.documents import Notebook

NAME = ".unrolled.json"
MOST_BYTES = 1 << 20


@dataclass
class Memory:
    """What is known, by unit: hints shown and exercises tried; outcomes of the last complete check of some code."""

    hints: dict[str, dict[str, int]] = field(default_factory=dict)
    tried: dict[str, list[str]] = field(default_factory=dict)
    checked: dict[str, dict[str, Any]] = field(default_factory=dict)


def recall(folder: Path) -> Memory:
    """What is remembered of a folder."""
    try:
        path = folder / NAME
        if path.stat().st_size > MOST_BYTES:
            return Memory()
        facts = json.loads(path.read_text(encoding="utf-8"))
        memory = Memory(**facts)
    except (OSError, ValueError, TypeError, RecursionError):
        return Memory()
    sound = (
        _is(memory.hints, lambda shown: _is(shown, lambda number: type(number) is int))
        and _is(memory.tried, lambda names: isinstance(names, list) and all(isinstance(name, str) for name in names))
        and _is(memory.checked, lambda found: _is(found.get("outcomes") if isinstance(found, dict) else 0, _is_text))
    )
    return memory if sound else Memory()


def remember(folder: Path, change: Callable[[Memory], None]) -> bool:
    """Change what is remembered; whether it could be written."""
    memory = recall(folder)
    before = asdict(memory)
    change(memory)
    if asdict(memory) == before:
        return True
    try:
        write_whole(folder / NAME, (json.dumps(asdict(memory), indent=1, sort_keys=True) + "\n").encode())
    except OSError:
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another one: who reads meanwhile gets the one or the other. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def fingerprint(notebook: Notebook) -> str:
    """Of what decides the outcomes: the code, and this version of the package."""
    code = "\0".join(cell.source for cell in notebook.code_cells)
    return sha256(f"{metadata.version('unrolled')}\0{code}".encode("utf-8", "replace")).hexdigest()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _is(value: object, each: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(map(each, value.values()))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
