"""The language that rules and patterns are written in, and how a sentence is drawn from it.

A pattern is words with spaces between them (punctuation marks are words too), and in between

    [a | b c | ]     one of these; an empty one leaves it out
    {surname}        what the rule, or else the list of names, called `surname` gives
    {person=x}       the same, and what came is remembered as x; {x} later in the pattern gives it again, and
                     {x.surname} the last word of it
    {^thing}         what the slot gives, each word with a capital
    this ~ that      joined to one word without a space; `{thing} ~ s` is the plural
    <ORG ... >       what stands in between is one name of an organisation (PER a person, LOC a place)

Rules stand one a line, `name = this | that`; a line that begins with a space goes on with the one before. `3*` before
an alternative makes it three times as likely. The first letter of a sentence becomes a capital, `a` becomes `an` before
a vowel, `the the` becomes `the`. A pattern that begins with `!!` is written in capitals, with `!` like a headline in
capitals and small letters, with `_` all small.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

KINDS = ("PER", "LOC", "ORG")
PIECE = re.compile(r"\{[^{}]*\}|<[A-Z]+|[\[\]|>]|[^\s\[\]{}|<>]+")


class Choice(NamedTuple):
    """One of several sequences, each with its weight."""

    weights: list[int]
    options: list[list[Node]]


class Slot(NamedTuple):
    """What a rule or a list of names gives; remembered under `keep` unless that is empty."""

    name: str
    keep: str


class Entity(NamedTuple):
    """A name of some kind."""

    kind: str
    inside: list[Node]


Node = str | Choice | Slot | Entity
Tagged = tuple[str, str]  # a word and its tag


def parse(text: str) -> Choice:
    """The tree of a pattern, or of the right side of a rule. Raises ValueError where brackets do not fit."""
    pieces = PIECE.findall(text)
    if "".join(pieces) != re.sub(r"\s", "", text):
        raise ValueError(f"cannot read {text!r}")
    choice, rest = _choice(pieces, 0, "")
    if rest != len(pieces):
        raise ValueError(f"{pieces[rest]!r} closes nothing in {text!r}")
    return choice


def _choice(pieces: list[str], at: int, end: str) -> tuple[Choice, int]:
    weights, options = [1], [[]]
    while at < len(pieces) and pieces[at] not in ("]", ">"):
        piece = pieces[at]
        at += 1
        node: Node
        if piece == "|":
            weights.append(1)
            options.append([])
            continue
        if re.fullmatch(r"\d+\*", piece) and not options[-1]:
            weights[-1] = int(piece[:-1])
            continue
        if piece == "[" or piece.startswith("<"):
            inside, at = _choice(pieces, at, "]" if piece == "[" else ">")
            if piece != "[" and piece[1:] not in KINDS:
                raise ValueError(f"there is no kind {piece[1:]!r}")
            node = inside if piece == "[" else Entity(piece[1:], [inside])
        elif piece.startswith("{"):
            name, _, keep = piece[1:-1].partition("=")
            node = Slot(name.strip(), keep.strip())
        else:
            node = piece
        options[-1].append(node)
    if end:
        if at == len(pieces) or pieces[at] != end:
            raise ValueError(f"{end!r} is missing")
        at += 1
    return Choice(weights, options), at


def read_rules(files: list[Path]) -> dict[str, Choice]:
    """The rules in some files by name. Raises ValueError for one that cannot be read or stands twice."""
    rules: dict[str, Choice] = {}
    for file in files:
        text = re.sub(r"\n[ \t]+", " ", re.sub(r"(?m)^#.*\n", "", file.read_text(encoding="utf-8")))
        for line in filter(None, text.split("\n")):
            name, equals, right = line.partition(" = ")
            if not equals or name in rules:
                raise ValueError(f"{file.name}: {line[:60]!r} is no rule, or stands twice")
            try:
                rules[name] = parse(right)
            except ValueError as error:
                raise ValueError(f"{file.name}: {name}: {error}") from None
    return rules


SMALL = {"of", "the", "in", "and", "to", "for", "a", "at", "on", "by", "with", "from", "as", "'s", "after", "over"}
STYLES: dict[str, Callable[[str], str]] = {
    "!!": str.upper,
    "!": lambda word: word if word in SMALL else word[0].upper() + word[1:],
    "_": str.lower,
}


def plural(noun: str) -> str:
    """The plural of a noun, the regular one but for a few common ones."""
    known = {
        "man": "men",
        "woman": "women",
        "child": "children",
        "foot": "feet",
        "tooth": "teeth",
        "mouse": "mice",
        "half": "halves",
    }
    for one, many in known.items():
        if noun.lower() == one or (noun.lower().endswith(one) and one in ("man", "woman")):
            return noun[: -len(one)] + (many.capitalize() if noun[-len(one)].isupper() else many)
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if re.search("[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return re.sub("([lr])f$|(i)fe$", r"\1\2ve", noun) + "s"


def glue(sentence: list[Tagged]) -> list[Tagged]:
    """The sentence with the words on both sides of a `~` joined; the tag is the left one's."""
    out: list[Tagged] = []
    for word, tag in sentence:
        if len(out) > 1 and out[-1][0] == "~":
            out.pop()
            left, tag = out.pop()
            word = plural(left) if word == "s" else left + word
        out.append((word, tag))
    return out


class Writer:
    """Draws sentences. `draw(name, rng)` gives an entry of the list of names called `name`, or raises KeyError."""

    def __init__(self, rules: Mapping[str, Choice], draw: Callable[[str, Random], str]):
        self.rules = rules
        self.draw = draw

    def sentence(self, pattern: Choice, rng: Random) -> list[Tagged]:
        """A sentence of a pattern: its words with their tags."""
        out = glue(self._expand(pattern, rng, {}))
        style = out.pop(0)[0] if out[0][0] in STYLES else ""
        if style:
            return [(STYLES[style](word), tag) for word, tag in out]
        double = {
            at
            for at, ((a, tag), (b, _)) in enumerate(itertools.pairwise(out))
            if tag == "O" and a.lower() == b.lower() == "the"
        }
        out = [tagged for at, tagged in enumerate(out) if at not in double]
        for at, (word, tag) in enumerate(out[:-1]):
            if (
                word in ("a", "A")
                and tag == "O"
                and re.match(r"[aeio]|u(?!ni|se)|[AEIO](?![A-Z]|ur)|hono", out[at + 1][0])
            ):
                out[at] = (word + "n", tag)
        if out and out[0][0][0].islower():
            out[0] = (out[0][0][0].upper() + out[0][0][1:], out[0][1])
        return out

    def _expand(self, node: Node, rng: Random, kept: dict[str, list[Tagged]]) -> list[Tagged]:
        if isinstance(node, str):
            return [(node, "O")]
        if isinstance(node, Choice):
            option = rng.choices(node.options, node.weights)[0]
            return [tagged for part in option for tagged in self._expand(part, rng, kept)]
        if isinstance(node, Entity):
            words = [
                word for word, _ in glue([tagged for part in node.inside for tagged in self._expand(part, rng, kept)])
            ]
            return [(word, ("I-" if at else "B-") + node.kind) for at, word in enumerate(words)]
        if node.name.startswith("^"):
            inside = glue(self._expand(Slot(node.name[1:], node.keep), rng, kept))
            return [(word[0].upper() + word[1:], tag) for word, tag in inside]
        base, _, part_of = node.name.partition(".")
        if base in kept:
            out = kept[base]
            if part_of == "surname":
                out = [(out[-1][0], out[-1][1].replace("I-", "B-"))]
            return out
        if node.name in self.rules:
            out = self._expand(self.rules[node.name], rng, kept)
        else:
            out = [(word, "O") for word in self.draw(node.name, rng).split(" ")]
        if node.keep:
            kept[node.keep] = out
        return out


def slots(node: Node) -> set[str]:
    """The names that stand in curly brackets in a tree, remembered ones left out."""
    if isinstance(node, Slot):
        return {node.name.lstrip("^")}
    if isinstance(node, Choice):
        return {name for option in node.options for part in option for name in slots(part)}
    return {name for part in node.inside for name in slots(part)} if isinstance(node, Entity) else set()


def literals(trees: Iterable[Node]) -> set[str]:
    """What trees write out: the alternatives, and the names, that are nothing but words."""
    out: set[str] = set()
    for node in trees:
        if isinstance(node, Choice):
            out |= {
                " ".join(map(str, option)) for option in node.options if all(isinstance(part, str) for part in option)
            }
            out |= literals(part for option in node.options for part in option)
        elif isinstance(node, Entity):
            out |= literals(node.inside)
    return out


def kept(node: Node) -> set[str]:
    """The names under which a tree remembers what came."""
    if isinstance(node, Slot):
        return {node.keep} - {""}
    if isinstance(node, Choice):
        return {name for option in node.options for part in option for name in kept(part)}
    return {name for part in node.inside for name in kept(part)} if isinstance(node, Entity) else set()
