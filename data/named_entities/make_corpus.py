"""Make the sentences: train.txt and held_out.txt, from the patterns, the rules and the lists of names beside this script.

    python data/named_entities/make_corpus.py            write them
    python data/named_entities/make_corpus.py --check    say whether they are what this script writes, and write nothing

A sentence has its own seed, made of its part and number. Nothing else is needed than the files of this folder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from grammar import KINDS, Choice, Tagged, Writer, parse, read_rules
from numbers_in_text import NUMBERS

SEED = "unrolled named entities 1"
HERE = Path(__file__).parent
SENTENCES = {"train": 11000, "held_out": 1800}
HELD_OUT_NAME = 4  # every fourth name of a list, and
HELD_OUT_PATTERN = 6  # every sixth pattern of a file, is kept for the part held_out
LENGTHS = range(4, 41)
OFTEN = {"ambiguity": 3}  # so many times as often as the patterns of other files
NOISE = 0.025  # of the names in the training part are tagged wrongly
FAME = 2.2  # how much more often names that stand early in a list are drawn


class Pattern(NamedTuple):
    """A pattern: where it stands, and its tree."""

    place: str
    tree: Choice


class Names:
    """The lists of names of one part, and the lists of words, which belong to both."""

    def __init__(self, part: str):
        lists = {file.stem: file.read_text(encoding="utf-8").split("\n")[:-1] for file in sorted(HERE.glob("gazetteers/*.txt"))}
        aside = {name for names in lists.values() for name in names[HELD_OUT_NAME - 1 :: HELD_OUT_NAME]}
        keeps = aside.__contains__ if part == "held_out" else lambda name: name not in aside
        self.lists = {file: [name for name in names if keeps(name)] for file, names in lists.items()}
        for file in sorted(HERE.glob("words/*.txt")):
            self.lists[file.stem] = file.read_text(encoding="utf-8").split("\n")[:-1]

    def draw(self, name: str, rng: Random) -> str:
        """A number, or an entry of a list, the first ones more often. Raises KeyError: there is no such list."""
        if name in NUMBERS:
            return NUMBERS[name](rng)
        names = self.lists[name]
        return names[int(len(names) * rng.random() ** FAME)]


def read_patterns() -> list[Pattern]:
    """All patterns. Raises ValueError for one that cannot be read, with its file and line."""
    patterns = []
    for file in sorted(HERE.glob("patterns/*.txt")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if line and not line.startswith("#"):
                try:
                    patterns.append(Pattern(f"{file.stem}:{number}", parse(line)))
                except ValueError as error:
                    raise ValueError(f"{file.name}, line {number}: {error}") from None
    return patterns


def split_patterns(part: str) -> list[Pattern]:
    """The patterns of a part: every sixth of a file is held out, all others are for training."""
    seen: dict[str, int] = {}
    chosen = []
    for pattern in read_patterns():
        file = pattern.place.partition(":")[0]
        seen[file] = seen.get(file, 0) + 1
        if (seen[file] % HELD_OUT_PATTERN == 0) == (part == "held_out"):
            chosen += [pattern] * OFTEN.get(file, 1)
    return chosen


def make_sentences(part: str, noise: float) -> Iterator[list[Tagged]]:
    """The sentences of a part; the same ones, but for the tags, whatever the noise."""
    writer = Writer(read_rules(sorted(HERE.glob("rules/*.txt"))), Names(part).draw)
    patterns = split_patterns(part)
    seen = set()
    for number in range(SENTENCES[part]):
        pattern = patterns[number % len(patterns)]
        rng = Random(f"{SEED} {part} {number}")
        for _ in range(100):
            sentence = writer.sentence(pattern.tree, rng)
            words = tuple(word for word, _ in sentence)
            if len(sentence) in LENGTHS and words not in seen:
                break
        else:
            raise ValueError(f"{pattern.place}: no new sentence of {LENGTHS.start} to {LENGTHS.stop - 1} words comes of it")
        seen.add(words)
        yield spoil(sentence, noise, Random(f"{SEED} noise {part} {number}"))


def spoil(sentence: list[Tagged], noise: float, rng: Random) -> list[Tagged]:
    """The sentence with some names tagged as a tired person would: another kind, overlooked, or one word too short."""
    out = list(sentence)
    starts = [at for at, (_, tag) in enumerate(sentence) if tag.startswith("B-")]
    for start in starts:
        if rng.random() >= noise:
            continue
        end = start + 1
        while end < len(sentence) and sentence[end][1].startswith("I-"):
            end += 1
        kind = sentence[start][1][2:]
        slip = rng.choice(["kind", "kind", "overlooked", "short"])
        if slip == "kind" or (slip == "short" and end == start + 1):
            kind = rng.choice([other for other in KINDS if other != kind])
        for at in range(start, end):
            tag = ("I-" if at > start else "B-") + kind
            if slip == "overlooked" or (slip == "short" and at == end - 1 > start):
                tag = "O"
            out[at] = (out[at][0], tag)
    return out


def text_of(sentences: Iterator[list[Tagged]]) -> str:
    """A word, a tab and its tag a line, and an empty line after each sentence."""
    return "".join("".join(f"{word}\t{tag}\n" for word, tag in sentence) + "\n" for sentence in sentences)


def make_files() -> dict[str, str]:
    """File name → text."""
    return {f"{part}.txt": text_of(make_sentences(part, NOISE if part == "train" else 0.0)) for part in SENTENCES}


def main(say: Callable[[str], None] = print) -> int:
    """Write or check; 0 when all is well."""
    files = make_files()
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in files.items() if not (HERE / name).is_file() or (HERE / name).read_text("utf-8") != text]
        for name in stale:
            say(f"{name} is not what make_corpus.py writes")
        return 1 if stale else 0
    for name, text in files.items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
        say(f"{name}: {text.count(chr(10) * 2)} sentences, {len(text.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
