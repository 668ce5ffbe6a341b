"""Odd values: what stands in a notebook, or comes over the wire, where something else was expected."""

from __future__ import annotations

import copy
import string
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

DEEP = 400  # lists within each other: Python's own reader of JSON gives up somewhat later
TEXTS = (
    "",
    " ",
    "\n",
    "\0",
    "\ud800",
    "\u202e",
    "\ufeff",
    "\x1b[2J",
    "é" * 300,
    "x" * 20_000,
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%s%n",
    "$\\begin{a}$",
    "NaN",
    "null",
    "__class__",
    "a.b",
)
Place = tuple[Any, Any]
"""A container and the key or index of something in it."""


def odd(chance: Random) -> Any:
    """Any value that JSON can write, and some that it should not."""
    makers: list[Callable[[], Any]] = [
        lambda: None,
        lambda: chance.choice([True, False]),
        lambda: chance.choice([0, -1, 1, 2**31, -(2**63), 2**64, 10**400]),
        lambda: chance.choice([0.5, -0.0, 1e308, float("nan"), float("inf"), -float("inf")]),
        lambda: chance.choice(TEXTS),
        lambda: "".join(chance.choices(string.printable + "äß漢🙂\ud83d", k=chance.randrange(60))),
        lambda: [],
        lambda: {},
        lambda: [odd(chance) for _ in range(chance.randrange(4))],
        lambda: {str(odd(chance))[:40]: odd(chance) for _ in range(chance.randrange(4))},
        lambda: nested(chance.randrange(1, DEEP)),
    ]
    return chance.choice(makers)()


def nested(depth: int) -> list:
    """So many lists within each other."""
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def places(value: Any, depth: int = 0) -> Iterator[Place]:
    """Everywhere in nested lists and dicts where something stands."""
    if depth > 20:
        return
    entries: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in entries:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key], depth + 1)


def spoilt(value: Any, chance: Random) -> None:
    """Change one thing in nested lists and dicts: another value, gone, doubled, or what stands elsewhere in it."""
    found = list(places(value))
    if not found:
        return
    container, key = chance.choice(found)
    match chance.randrange(6):
        case 0:
            del container[key]
        case 1:
            container[key] = copy.deepcopy(_at(chance.choice(found)))
        case 2 if isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        case 2 if isinstance(key, str):
            container[f"{key}{chance.choice(TEXTS)}"[:300]] = container.pop(key)
        case 3 if isinstance(container[key], str):
            container[key] = cut(container[key], chance)
        case _:
            container[key] = odd(chance)


def cut(text: str, chance: Random) -> str:
    """The text with a piece of it gone, doubled, or another one in its place."""
    start, end = sorted(chance.choices(range(len(text) + 1), k=2))
    piece = text[start:end]
    return text[:start] + chance.choice(["", piece * 2, piece[::-1], chance.choice(TEXTS)]) + text[end:]


def _at(place: Place) -> Any:
    container, key = place
    return container[key]
