"""Make the sentences: train.txt and held_out.txt, from the patterns, the rules and the lists beside this script.

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

from grammar import KINDS, Choice, Tagged, Writer, literals, parse, read_rules
from numbers_in_text import NUMBERS

SEED = "unrolled named entities 1"
HERE = Path(__file__).parent
SENTENCES = {"train": 24000, "held_out": 1800}
HELD_OUT_NAME = 4  # one name in four of a list is kept from training, and
HELD_OUT_PATTERN = 9  # every ninth pattern of a file
SHARE_OF_NEW = {"train": 0.0, "held_out": 0.3}  # of the names in a part are of those kept
LENGTHS = range(4, 41)
SHORT, DRAWN_AGAIN = 12, 0.7  # sentences of fewer words than this are drawn again, most times
# So many times as often as the patterns of other files; what is held out asks more for words that what follows decides.
OFTEN = {"train": {"ambiguity": 2, "predicates": 2}, "held_out": {"ambiguity": 6, "predicates": 8}}
NOISE = 0.025  # of the names in the training part are tagged wrongly
RULES = read_rules(sorted(HERE.glob("rules/*.txt")))
FAME = 2.2  # how much more often names that stand early in a list are drawn


class Pattern(NamedTuple):
    """A pattern: where it stands, and its tree."""

    place: str
    tree: Choice


class Names:
    """The lists of names as a part may use them, and the lists of words, which belong to both parts.

    A quarter of each list is kept aside, chosen among the names that rules and patterns do not write out themselves.
    Training never has these; in the part held_out every second name from a list is one of them, as in any text some
    names are new to a reader and some are not.
    """

    def __init__(self, part: str):
        lists, words = (
            {file.stem: file.read_text("utf-8").split("\n")[:-1] for file in sorted(HERE.glob(f"{folder}/*.txt"))}
            for folder in ("gazetteers", "words")
        )
        kept: set[str] = set()
        decided = literals([*RULES.values(), *(pattern.tree for pattern in read_patterns())])
        for names in lists.values():  # a name that is in several lists has one fate
            new = [name for name in names if name not in decided]
            wanted = min(len(names) // HELD_OUT_NAME - len(kept.intersection(names)), len(new))
            kept.update(new[(2 * at + 1) * len(new) // (2 * wanted)] for at in range(wanted))
            decided.update(new)
        self.kept = kept
        self.aside = {file: [name for name in names if name in kept] for file, names in lists.items()}
        self.known = {file: [name for name in names if name not in kept] for file, names in lists.items()}
        self.words = words
        self.share_of_new = SHARE_OF_NEW[part]

    def draw(self, name: str, rng: Random) -> str:
        """A number, or an entry of a list, the first ones more often. Raises KeyError: there is no such list."""
        if name in NUMBERS:
            return NUMBERS[name](rng)
        if name in self.words:
            entries = self.words[name]
        else:
            entries = (self.aside if rng.random() < self.share_of_new else self.known)[name]
        return entries[int(len(entries) * rng.random() ** FAME)]


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
    """The patterns of a part: every ninth of a file is held out, all others are for training."""
    seen: dict[str, int] = {}
    chosen = []
    for pattern in read_patterns():
        file = pattern.place.partition(":")[0]
        seen[file] = seen.get(file, 0) + 1
        if (seen[file] % HELD_OUT_PATTERN == 0) == (part == "held_out"):
            chosen += [pattern] * OFTEN[part].get(file, 1)
    return chosen


def make_sentences(part: str, noise: float) -> Iterator[list[Tagged]]:
    """The sentences of a part; the same ones, but for the tags, whatever the noise."""
    names = Names(part)
    writer = Writer(RULES, names.draw)
    forbidden = names.kept if part == "train" else set()
    patterns = split_patterns(part)
    seen = set()
    for number in range(SENTENCES[part]):
        pattern = patterns[number % len(patterns)]
        rng = Random(f"{SEED} {part} {number}")
        for _ in range(100):
            sentence = writer.sentence(pattern.tree, rng)
            words = tuple(word for word, _ in sentence)
            short = len(sentence) < SHORT and rng.random() < DRAWN_AGAIN
            if (
                len(sentence) in LENGTHS
                and not short
                and words not in seen
                and not forbidden.intersection(names_in(sentence))
            ):
                break
        else:
            raise ValueError(
                f"{pattern.place}: no new sentence of {LENGTHS.start} to {LENGTHS.stop - 1} words comes of it"
            )
        seen.add(words)
        yield spoil(sentence, noise, Random(f"{SEED} noise {part} {number}"))


def names_in(sentence: list[Tagged]) -> list[str]:
    """The names in a sentence, each as it is written."""
    names: list[str] = []
    for word, tag in sentence:
        if tag.startswith("B-"):
            names.append(word)
        elif tag.startswith("I-"):
            names[-1] += " " + word
    return names


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
        stale = [
            name
            for name, text in files.items()
            if not (HERE / name).is_file() or (HERE / name).read_text("utf-8") != text
        ]
        for name in stale:
            say(f"{name} is not what make_corpus.py writes")
        return 1 if stale else 0
    for name, text in files.items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
        say(f"{name}: {text.count(chr(10) * 2)} sentences, {len(text.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
