"""The release notebooks that students fill: where they are, and what each says of itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unrolled.documents import Cell, Notebook, read
from unrolled.package import places

PLACES = places("assignments")


class UnknownUnit(LookupError):
    """No unit has that name; the message lists those that exist."""


@dataclass(frozen=True)
class Release:
    """The notebook of one unit, as students get it."""

    path: Path

    @property
    def slug(self) -> str:
        """The unit's name, e.g. ``01_rnn_step_by_step``."""
        return self.path.stem

    @cached_property
    def notebook(self) -> Notebook:
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
        return sum(self.points_of.values()) + sum(cell.mark.get("points", 0) for cell in self.written_answers)

    @cached_property
    def points_of(self) -> dict[str, float]:
        """The exercises, in order, and the points that their check cells carry."""
        checks = {
            cell.mark["grade_id"].removeprefix("check_"): float(cell.mark.get("points", 0))
            for cell in self.notebook.cells
            if cell.is_check
        }
        return {name: checks.get(name, 0.0) for name in (cell.exercise for cell in self.notebook.cells) if name}

    @property
    def written_answers(self) -> list[Cell]:
        """The cells for answers in words, which a person grades."""
        return [cell for cell in self.notebook.cells if cell.kind == "markdown" and cell.mark.get("solution")]

    def answer_cell(self, exercise: str) -> Cell:
        """The cell that waits for an exercise, with its stub. Raises KeyError."""
        return self.notebook.cells[self._place_of(exercise)]

    def hints(self, exercise: str) -> list[tuple[str, str]]:
        """The hints that fold out above an exercise's cell, each as its title and its text. Raises KeyError."""
        place = self._place_of(exercise)
        above = self.notebook.cells[place - 1].source if place else ""
        found = re.findall(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", above, re.DOTALL)
        return [(title.strip(), text.strip()) for title, text in found]

    def _place_of(self, exercise: str) -> int:
        for place, cell in enumerate(self.notebook.cells):
            if cell.exercise == exercise:
                return place
        raise KeyError(exercise)

    @property
    def _prose(self) -> str:
        return "\n".join(cell.source for cell in self.notebook.cells if cell.kind == "markdown")


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
    listed = ", ".join(names) or "none: the notebooks are missing from this installation"
    raise UnknownUnit(f"There is no unit “{unit}”.{did_you_mean(unit, names)} The units are: {listed}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean …?`` with the known word that is nearest, or "" if none is near."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f" Did you mean {near[0]}?" if near else ""


def _whole(slug: str) -> list[str]:
    return [slug.lower()]


def _numbers(slug: str) -> list[str]:
    number = slug.partition("_")[0]
    return [number, number.lstrip("0")]


def _words(slug: str) -> list[str]:
    return slug.lower().split("_")[1:]
