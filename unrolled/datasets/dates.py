"""The dates of unit 05: days as people write them, and as ISO 8601 has them; their card is ``data/dates/README.md``."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from unrolled.datasets.folder import data_folder

FIRST_YEAR, LAST_YEAR = 1950, 2049  # of all days, and what a year in two digits stands for


class Pair(NamedTuple):
    """A day as somebody wrote it, in the common form, and the same day in ISO 8601, such as 2011-05-03."""

    text: str
    iso: str


class Pairs(NamedTuple):
    """Pairs to learn from, and pairs to measure with: no day of these is among the days to learn from."""

    training: list[Pair]
    held_out: list[Pair]


def load_pairs() -> Pairs:
    """The pairs of the course.

    Raises:
        FileNotFoundError: the data folder is missing.
    """
    folder = data_folder() / "dates"
    files = ("training.tsv", "held_out.tsv")
    lines = [(folder / file).read_text(encoding="utf-8").splitlines() for file in files]
    return Pairs(*([Pair(*line.split("\t")) for line in of_file] for of_file in lines))


def common_form(text: str) -> str:
    """The text as those of the pairs are: NFKC, no invisible format characters, small letters, single plain spaces.

    CLDR's formats hold narrow and unbreakable spaces and marks of direction, which look like nothing and are letters of
    their own to a network.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return " ".join(plain.lower().split())
