"""A notebook graded on its own: the files beside it that it asks for count, as they do in a class.

In a class a folder holds one student's work, and all of it counts. Beside a loose notebook may lie anything, such as
the notebooks of others and what was written about them. So a file counts if the notebook names it, as a module that it
imports or by its name, or if such a module does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.judging.folder import MOST_BYTES, MOST_FILES, read_file, read_files
from autograder.judging.reconcile import Unreadable
from autograder.judging.submissions import Submission

_IMPORT = re.compile(r"\b(?:from|import)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*)")
_WORD = re.compile(r"[\w.+/-]+")
_NAME = re.compile(r"(?![./])(?!.*\.\.).{1,200}\.[A-Za-z]\w{0,9}")
_ESCAPED = re.compile(r"\\[nrt\"]")  # in a notebook's JSON: ends of lines and quotes
MOST_NAMES = 20_000  # that are looked for
LONGEST_READ = 10 << 20  # characters of a notebook in which names are looked for: beyond are outputs, most likely


class Loose(Submission):
    """One notebook, by its path, and the files beside it that it names."""

    def read(self, unit: str, left_out: list[str] | None = None) -> dict[str, bytes]:
        """The notebook as ``UNIT.ipynb``, and the files that it names, by their paths beside it. Raises Unreadable."""
        files = super().read(unit, left_out)
        room = MOST_BYTES - len(files[f"{unit}.ipynb"])
        waiting = [files[f"{unit}.ipynb"]]
        while waiting:
            for name in _named(waiting.pop(), self.path.parent):
                if name in files or len(files) == MOST_FILES:
                    continue
                content = _content(self.path.parent, name)
                if content is None or len(content) > room:
                    continue
                files[name] = content
                room -= len(content)
                if name.endswith(".py"):
                    waiting.append(content)
        return files


def _named(content: bytes, folder: Path) -> Iterator[str]:
    """Paths of files below the folder that a text names; a package counts with all of its files."""
    text = _ESCAPED.sub("\n", content[:LONGEST_READ].decode("utf-8", "replace"))
    modules = {name.strip().partition(".")[0] for found in _IMPORT.findall(text) for name in found.split(",")}
    for name in sorted(modules - {""}):
        if (folder / f"{name}.py").is_file():
            yield f"{name}.py"
        elif (folder / name).is_dir() and not (folder / name).is_symlink():
            yield from (f"{name}/{path}" for path in _package(folder / name))
    words = {word.removeprefix("./") for word in _WORD.findall(text)}
    for name in sorted(filter(_NAME.fullmatch, words))[:MOST_NAMES]:
        if not name.endswith(".ipynb") and os.path.lexists(folder / name):
            yield name


def _package(folder: Path) -> list[str]:
    try:
        return sorted(read_files(folder)) if any(folder.glob("*.py")) else []
    except (OSError, Unreadable):
        return []


def _content(folder: Path, name: str) -> bytes | None:
    """The bytes of a file below the folder; None for what is no file, or is reached by a link."""
    path = folder / name
    if path.resolve() != folder.resolve() / name or not path.is_file():
        return None
    try:
        return read_file(path)
    except (OSError, Unreadable):
        return None
