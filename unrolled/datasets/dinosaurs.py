"""The dinosaur names of unit 02; their card is ``data/dinosaurs/README.md``."""

from __future__ import annotations

from typing import NamedTuple

from unrolled.datasets.folder import data_folder


class Names(NamedTuple):
    """Names in small letters, in the order of the alphabet."""

    training: list[str]
    held_out: list[str]


def load_names() -> Names:
    """The genus names to learn from, and the tenth of them that is kept aside to judge what was learnt.

    Raises:
        FileNotFoundError: the data folder is missing.
    """
    folder = data_folder() / "dinosaurs"
    files = ("dinosaurs.txt", "held_out.txt")
    names, held_out = ((folder / file).read_text(encoding="utf-8").lower().split() for file in files)
    aside = set(held_out)
    return Names([name for name in names if name not in aside], held_out)
