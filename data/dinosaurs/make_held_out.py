"""Choose the held-out names of the dinosaur list: ``python data/dinosaurs/make_held_out.py`` writes held_out.txt.

A name is held out if the SHA-256 of its small letters is among the lowest tenth. So the choice depends on nothing but
the names: on no order, no seed, no version of a library; and a name keeps its side when others are added or corrected,
but for the few at the border.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
HELD_OUT_SHARE = 0.1


def digest(name: str) -> str:
    """The SHA-256 of a name in small letters, in hexadecimal."""
    return hashlib.sha256(name.lower().encode()).hexdigest()


def held_out(names: list[str]) -> list[str]:
    """The held-out names, in the order of the list."""
    chosen = set(sorted(names, key=digest)[: round(HELD_OUT_SHARE * len(names))])
    return [name for name in names if name in chosen]


if __name__ == "__main__":
    everything = (FOLDER / "dinosaurs.txt").read_text(encoding="utf-8").split()
    (FOLDER / "held_out.txt").write_text("\n".join(held_out(everything)) + "\n", encoding="utf-8")
