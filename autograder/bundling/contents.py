"""The allow-list: what of the checkout students get, and in which place of the bundle or of the wheel.

What is not on it is not shipped, and a file that stands among those that are, of a kind that is not on it, is told: it
may be one that somebody meant to ship, or one that nobody did.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.units import all_units

FOLDERS = {  # folder: the endings of its files, in all folders below it
    "unrolled": frozenset({".py"}),
    "unrolled/checks/calls": frozenset({".npz"}),
    "unrolled/checks/cases": frozenset({".npz"}),
    "unrolled/checks/mistakes": frozenset({".json"}),
    "data": frozenset({".csv", ".md", ".mid", ".mjs", ".ogg", ".py", ".tsv", ".txt"}),
}
PROJECT = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CC-BY-4.0")
"""What building the wheel reads beside the packages."""
LICENCES = ("LICENSE", "LICENSE-CC-BY-4.0")
CLUTTER = frozenset({"__pycache__", ".ipynb_checkpoints"})


def wheel_files(root: Path) -> dict[str, Path]:
    """What the wheel is made of, by path in the checkout: the students' package, the data, the release notebooks."""
    return {name: path for name, path in _found(root) if _is_listed(name, path, root)}


def strangers(root: Path) -> list[str]:
    """What stands among students' files and is of no kind that students get, one line each."""
    here = "not on the list of what students get: remove it, or add its kind to autograder/bundling/contents.py"
    return [f"{name}: {here}" for name, path in _found(root) if not _is_listed(name, path, root)]


def _found(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in ("assignments", "data", "unrolled"):
        yield from ((path.relative_to(root).as_posix(), path) for path in _below(root / folder))


def _is_listed(name: str, path: Path, root: Path) -> bool:
    if path.is_symlink():
        return False
    if name.startswith("assignments/"):
        return path in [unit.release_notebook for unit in all_units(root)]
    return path.suffix in _endings(path.parent, root)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in CLUTTER or path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _endings(folder: Path, root: Path) -> frozenset[str]:
    """The endings that files of a folder may have: those of the nearest folder on the list."""
    name = folder.relative_to(root).as_posix()
    while name not in FOLDERS and name != ".":
        name = Path(name).parent.as_posix()
    return FOLDERS.get(name, frozenset())
