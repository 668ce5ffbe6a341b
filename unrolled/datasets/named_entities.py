"""The sentences with named entities of unit 04; their card is ``data/named_entities/README.md``."""

from __future__ import annotations

from typing import Literal, NamedTuple

from unrolled.datasets.folder import data_folder

KINDS = ("PER", "LOC", "ORG")  # persons, places, organisations; every other word is O, for outside
OUTSIDE = "O"
TAGS = (OUTSIDE, *(f"{begin}-{kind}" for kind in KINDS for begin in "BI"))


class Sentence(NamedTuple):
    """A sentence in words with a tag for each: ``B-PER`` begins a person's name, ``I-PER`` goes on, ``O`` is none."""

    words: list[str]
    tags: list[str]


def load_sentences(part: Literal["train", "held_out"]) -> list[Sentence]:
    """The tagged sentences of a part, in the order of its file.

    ``train`` is to learn from; in it 2 to 3 of a hundred names are tagged wrongly, as people do. ``held_out`` is right,
    and is made of other patterns of sentences; many names in it are none that training knows.

    Raises:
        ValueError: there is no such part, or a line of the file is not a word, a tab and a tag (with its number).
        FileNotFoundError: the data folder is missing.
    """
    if part not in ("train", "held_out"):
        raise ValueError(f"there is no part {part!r}; the parts are 'train' and 'held_out'")
    sentences = []
    words: list[str] = []
    tags: list[str] = []
    file = data_folder() / "named_entities" / f"{part}.txt"
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line:
            word, tab, tag = line.partition("\t")
            if not word or tag not in TAGS:
                raise ValueError(
                    f"{file.name}, line {number}: {line!r} is not a word, a tab and one of {', '.join(TAGS)}"
                )
            words.append(word)
            tags.append(tag)
        elif words:
            sentences.append(Sentence(words, tags))
            words, tags = [], []
    return sentences
