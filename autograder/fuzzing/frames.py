"""Frames that no honest process sends: each is a value of the kinds that we know, or an error of the wire's."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from random import Random
from typing import Any

import msgpack
import numpy as np

from autograder.fuzzing.values import cut, odd, spoilt
from unrolled.wire import ANSWER, DTYPES, LENGTHS, Channel, Opaque, WireError, decode, encode

SMALL = 40_000  # bytes of a header that holds the same part many times
ALONG_THE_WIRE_EVERY = 50  # every so many frames goes through a socket, lengths spoilt as well
Frame = tuple[bytes, bytes]


def tried(seed: int, number: int) -> str | None:
    """What is wrong with how a spoilt frame was taken: an exception that is none of the wire's, a value of a kind that
    none may have, or one that holds more than came. None if all is well.
    """
    chance = Random(f"{seed}/{number}")
    header, body = _frame(chance)
    try:
        if number % ALONG_THE_WIRE_EVERY == 0:
            value = _along_a_wire(header, body, chance)
        else:
            value = decode(header, body)
    except (WireError, EOFError):
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return _wrong(value, len(header), len(body))


def _frame(chance: Random) -> Frame:
    """A right frame with some of its nodes, bytes or lengths spoilt."""
    whole = encode(_value(chance, 0))
    size = LENGTHS.unpack_from(whole)[0]
    header, body = whole[LENGTHS.size : LENGTHS.size + size], whole[LENGTHS.size + size :]
    for _ in range(chance.choice([0, 1, 1, 2, 4])):
        header, body = chance.choice(SPOIL)(header, body, chance)
    return header, body


def _value(chance: Random, depth: int) -> Any:
    """A value that may cross."""
    kind = chance.randrange(9 if depth < 4 else 5)
    if kind == 0:
        return chance.choice([None, True, False, 0, -1, 2**62, 0.5, float("nan"), "", "text", "é"])
    if kind in (1, 2):
        shape = [chance.randrange(4) for _ in range(chance.randrange(4))]
        return np.zeros(shape, chance.choice(list(DTYPES.values())))
    if kind == 3:
        return Opaque("thing")
    if kind == 4:
        return chance.random()
    parts = [_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 5:
        return tuple(parts)
    if kind == 6:
        shared = np.ones(3)
        return [shared, *parts, shared]
    return parts if kind == 7 else {f"{n}" if chance.random() < 0.7 else (n, n): part for n, part in enumerate(parts)}


def _other_nodes(header: bytes, body: bytes, chance: Random) -> Frame:
    try:
        node = [msgpack.unpackb(header, raw=False, strict_map_key=False)]
    except Exception:  # it has been spoilt before
        return header, body
    spoilt(node, chance)
    return _packed(node[0] if node else None), body


def _other_numbers(header: bytes, body: bytes, chance: Random) -> Frame:
    """Kinds, sizes and places are numbers: others in their place."""
    try:
        node = msgpack.unpackb(header, raw=False, strict_map_key=False)
    except Exception:
        return header, body

    def changed(part: Any, depth: int = 0) -> Any:
        if isinstance(part, list) and depth < 30:
            return [changed(each, depth + 1) for each in part]
        if type(part) is int and chance.random() < 0.3:
            return chance.choice([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 2**31, 2**62, -(2**63), 2**64 - 1])
        return part

    return _packed(changed(node)), body


def _other_bytes(header: bytes, body: bytes, chance: Random) -> Frame:
    changed = bytearray(header)
    for _ in range(chance.randrange(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed), body


def _other_body(header: bytes, body: bytes, chance: Random) -> Frame:
    return header, chance.choice([b"", body * 2, body[:-1], body + b"\xff", chance.randbytes(len(body))])


def _other_text(header: bytes, body: bytes, chance: Random) -> Frame:
    return cut(header.decode("latin-1"), chance).encode("latin-1", "replace"), body


def _many(header: bytes, body: bytes, chance: Random) -> Frame:
    """The same part many times, or within itself."""
    try:
        node = msgpack.unpackb(header, raw=False, strict_map_key=False)
    except Exception:
        return header, body
    if chance.random() < 0.5:
        most = SMALL // (len(header) + 1)  # what is spoilt several times would grow without end
        return _packed([chance.randrange(10), *[node] * chance.randrange(most + 1)]), body
    for _ in range(chance.randrange(100)):
        node = [chance.randrange(3), node]
    return _packed(node), body


def _nothing_of_ours(header: bytes, body: bytes, chance: Random) -> Frame:
    kinds = [msgpack.ExtType(5, b"x"), msgpack.Timestamp(1), b"bytes", {"a": {"b": 1}}, odd(chance)]
    return _packed(chance.choice([chance.choice(kinds), [1, chance.choice(kinds)], [2, chance.choice(kinds), 1]])), body


SPOIL: tuple[Callable[[bytes, bytes, Random], Frame], ...] = (
    *(_other_nodes, _other_nodes, _other_numbers, _other_numbers, _other_bytes, _other_body, _other_text, _many),
    _nothing_of_ours,
)


def _packed(node: Any) -> bytes:
    try:
        return msgpack.packb(node, use_bin_type=True, unicode_errors="replace")
    except (OverflowError, ValueError, TypeError):  # numbers of more than 64 bits, too many lists within each other
        return b"\xc1"


def _along_a_wire(header: bytes, body: bytes, chance: Random) -> Any:
    lengths = [len(header), len(body)]
    if chance.random() < 0.5:
        lengths[chance.randrange(2)] = chance.choice([0, 1, 2**31, 2**32 - 1, len(body) + 1])
    sent = struct.pack("<II", *lengths) + header + body
    here, there = socket.socketpair()
    with here, there:
        there.sendall(chance.choice([sent, sent[: chance.randrange(len(sent) + 1)]])[:100_000])
        there.close()
        return decode(*Channel(here).receive_frame(ANSWER))


def _wrong(value: Any, header: int, body: int) -> str | None:
    """What no frame may lead to."""
    waiting, nodes, seen = [value], 0, {}
    while waiting:
        part = waiting.pop()
        nodes += 1
        if type(part) in (list, tuple):
            waiting += part
        elif type(part) is dict:
            waiting += [*part, *part.values()]
        elif type(part) is np.ndarray:
            seen[id(part)] = part.nbytes
            if part.dtype not in DTYPES.values() and part.dtype != np.dtype(bool):
                return f"an array of dtype {part.dtype}"
        elif type(part) not in (type(None), bool, int, float, str, Opaque):
            return f"a value of type {type(part).__name__}"
    if nodes > 2 * header + 2 or sum(seen.values()) > body:
        return f"{nodes} values and {sum(seen.values())} bytes of arrays from {header} and {body} bytes"
    return None
