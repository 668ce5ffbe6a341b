"""The release notebooks that students fill: where they are, and what each says of itself."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unrolled.package import places

PLACES = places("assignments")


class UnknownUnit(LookupError):
    """No unit has that name; the message lists those that exist."""


class UnreadableNotebook(ValueError):
    """The file is no notebook that can be read; the message says why."""


@dataclass(frozen=True)
class Release:
    """The notebook of one unit, as students get it."""

    path: Path

    @property
    def slug(self) -> str:
        """The unit's name, e.g. ``01_rnn_step_by_step``."""
        return self.path.stem

    @cached_property
    def notebook(self) -> NotebookNode:
        """The notebook itself."""
        return read(self.path)

    @property
    def title(self) -> str:
        """The first heading."""
        heading = re.search(r"^# +(.+)$", self._prose, re.MULTILINE)
        return heading[1].strip() if heading else self.slug

    @property
    def time(self) -> str:
        """How long it takes: the first sentence after ``**Time.**``."""
        sentence = re.search(r"\*\*Time\.\*\*\s+(.+?)\.(?:\s|$)", self._prose, re.DOTALL)
        return " ".join(sentence[1].split()) if sentence else ""

    @property
    def points(self) -> float:
        """Points of all exercises and written answers."""
        marks = [cell.metadata.get("nbgrader", {}) for cell in self.notebook.cells]
        return sum(mark.get("points", 0) for mark in marks if mark.get("grade"))

    @property
    def _prose(self) -> str:
        return "\n".join(cell.source for cell in self.notebook.cells if cell.cell_type == "markdown")


def releases() -> list[Release]:
    """All units' notebooks, in order; from the first place that has any."""
    for place in PLACES:
        found = [path for path in sorted(place.glob("*/*.ipynb")) if path.stem == path.parent.name]
        if found:
            return [Release(path) for path in found]
    return []


def find_release(unit: str) -> Release:
    """The release of a unit by its name, its number (``01``, ``1``) or a word of its name (``rnn``).

    Raises UnknownUnit, when several have that word too.
    """
    known = releases()
    called = unit.lower()
    for also in (_whole, _numbers, _words):
        matches = [release for release in known if called in also(release.slug)]
        if len(matches) == 1:
            return matches[0]
    names = [release.slug for release in known]
    near = difflib.get_close_matches(unit, names, 1)
    guess = f" Did you mean {near[0]}?" if near else ""
    listed = ", ".join(names) or "none: the notebooks are missing from this installation"
    raise UnknownUnit(f"There is no unit “{unit}”.{guess} The units are: {listed}")


def _whole(slug: str) -> list[str]:
    return [slug.lower()]


def _numbers(slug: str) -> list[str]:
    number = slug.partition("_")[0]
    return [number, number.lstrip("0")]


def _words(slug: str) -> list[str]:
    return slug.lower().split("_")[1:]


def read(path: Path) -> NotebookNode:
    """The notebook in a file, brought to nbformat 4. Raises UnreadableNotebook, or OSError if it cannot be opened."""
    try:
        return nbformat.read(path, as_version=4)
    except OSError:
        raise
    except Exception as error:  # nbformat raises many kinds: not JSON, no version, a bad schema, an encoding
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise UnreadableNotebook(f"{path} is not a notebook that can be read: {reason}") from error
