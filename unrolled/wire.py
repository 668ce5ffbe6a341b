"""Carry values across the trust boundary: plain values and arrays, as bytes, without pickle.

Nothing that is read here can run code. A frame is a small msgpack header that describes the value and a body with the
arrays' bytes; both are bounded, and so are depth and dtypes. What cannot cross (a function, a file, a model) becomes an
:class:`Opaque` that only names its type, so that a grader can say what it got instead of an array.

Frame: ``<II`` (header length, body length), header, body. Header: msgpack; tuples, dicts, arrays, opaques and
references are extension types, an array being (dtype, shape); the arrays take their bytes from the body in the order
in which they occur.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_HEADER = 2 << 20  # bytes; every container costs a byte here at least, so this bounds their number as well
MAX_BODY = 256 << 20  # bytes
MAX_DEPTH = 32
DTYPES = frozenset("b1,i1,i2,i4,i8,u1,u2,u4,u8,f2,f4,f8,c8,c16".split(","))
LENGTHS = struct.Struct("<II")
TUPLE, DICT, ARRAY, OPAQUE, REFERENCE, STAND_IN, RECIPE = 1, 2, 3, 4, 5, 6, 7
PLAIN = (bool, int, float, str)


class WireError(Exception):
    """The bytes are not a frame that this module writes, or they pass a bound."""


@dataclass(frozen=True)
class Opaque:
    """Something that cannot cross: only the name of its type does."""

    type_name: str


@dataclass(frozen=True)
class Reference:
    """A value kept in the other process: its number there, and the indices that lead into it."""

    number: int
    path: tuple[int | str, ...] = ()

    def __getitem__(self, index: int | str) -> Reference:
        return Reference(self.number, (*self.path, index))


@dataclass(frozen=True)
class StandIn:
    """A function or model of the trusted side, by name: the other process may call it, and the call is answered
    here.
    """

    name: str


@dataclass(frozen=True)
class Recipe:
    """Something that the other process is to make, where it is needed: a NumPy Generator, a Keras layer.

    ``kind`` is one of a few that the other process knows, ``settings`` are plain values.
    """

    kind: str
    settings: dict[str, Any]


def encode(value: Any) -> bytes:
    """The frame of ``value``.

    Raises:
        WireError: when it is larger than a frame may be.
    """
    body: list[bytes] = []
    header = msgpack.packb(_plain(value, body, 0), use_bin_type=True)
    size = sum(map(len, body))
    if len(header) > MAX_HEADER or size > MAX_BODY:
        raise WireError("the value is too large to be sent")
    return b"".join([LENGTHS.pack(len(header), size), header, *body])


def decode(header: bytes, body: bytes, *, references: bool = False) -> Any:
    """The value of a frame's header and body, of plain built-in types, arrays, :class:`Opaque` and nothing else.

    Args:
        references: whether :class:`Reference`, :class:`StandIn` and :class:`Recipe` may occur; only the trusted side
            may send them.

    Raises:
        WireError: when the bytes are not a frame.
    """
    try:
        return _rebuild(_unpack(header), _Body(body), 0, references)
    except (ValueError, TypeError, OverflowError, RecursionError, struct.error) as error:
        raise WireError(f"not a frame: {error}") from error


class Channel:
    """Frames over a stream socket.

    ``alive`` is called about every ``tick`` seconds while a frame is under way; it ends the wait by raising.
    """

    def __init__(self, sock: socket.socket, alive: Callable[[], None] | None = None, tick: float = 0.02) -> None:
        self._socket = sock
        self._alive = alive
        self._tick_seconds = tick
        self._ticked = time.monotonic()
        sock.settimeout(tick if alive else None)

    def send(self, value: Any) -> None:
        """Send one value. Raises WireError when it is too large, OSError when the other side is gone."""
        view = memoryview(encode(value))
        while view:
            try:
                view = view[self._socket.send(view) :]
            except TimeoutError:
                self._tick()

    def receive(self, *, references: bool = False) -> Any:
        """The next value. Raises EOFError when the other side is gone, WireError when it does not speak this
        language.
        """
        header_size, body_size = LENGTHS.unpack(self._exactly(LENGTHS.size))
        if header_size > MAX_HEADER or body_size > MAX_BODY:
            raise WireError("a frame is too large")
        return decode(self._exactly(header_size), self._exactly(body_size), references=references)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            try:
                part = self._socket.recv(min(size - len(parts), 1 << 20))
            except TimeoutError:
                self._tick()
                continue
            except ConnectionError as error:
                raise EOFError("the other side is gone") from error
            if not part:
                raise EOFError("the other side is gone")
            parts += part
            if time.monotonic() - self._ticked > self._tick_seconds:  # it sends, drop by drop
                self._tick()
        return bytes(parts)

    def _tick(self) -> None:
        self._ticked = time.monotonic()
        if self._alive:
            self._alive()


def _plain(value: Any, body: list[bytes], depth: int) -> Any:
    """``value`` as msgpack can write it; arrays go to ``body``."""
    if depth > MAX_DEPTH:
        return _opaque("value nested too deeply")
    if type(value) is np.ndarray:
        return _array(value, value, body, depth)
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else _opaque("int beyond 64 bits")
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        parts = [_plain(part, body, depth + 1) for part in value]
        return msgpack.ExtType(TUPLE, msgpack.packb(parts)) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        pairs = [[_plain(key, body, depth + 1), _plain(part, body, depth + 1)] for key, part in value.items()]
        return msgpack.ExtType(DICT, msgpack.packb(pairs))
    if isinstance(value, Opaque):
        return _opaque(value.type_name)
    if isinstance(value, Reference):
        return msgpack.ExtType(REFERENCE, msgpack.packb([value.number, list(value.path)]))
    if isinstance(value, StandIn):
        return msgpack.ExtType(STAND_IN, value.name.encode())
    if isinstance(value, Recipe):
        return msgpack.ExtType(RECIPE, msgpack.packb([value.kind, _plain(value.settings, body, depth + 1)]))
    return _array(_as_array(value), value, body, depth)


def _as_array(value: Any) -> np.ndarray | None:
    """The array that ``value`` is or holds (a tensor, a variable), or None."""
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if type(value).__module__.split(".")[0] in ("tensorflow", "keras") and hasattr(value, "shape"):
        return np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return None


def _array(array: np.ndarray | None, value: Any, body: list[bytes], depth: int) -> Any:
    if array is None:
        return _opaque(type(value).__name__)
    if array.dtype.kind == "U":
        return _plain(array.tolist(), body, depth)
    if array.dtype.str[1:] not in DTYPES:
        return _opaque(f"array of dtype {array.dtype}")
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    body.append(array.tobytes())
    return msgpack.ExtType(ARRAY, msgpack.packb([array.dtype.str[1:], list(array.shape)]))


def _opaque(type_name: str) -> Any:
    return msgpack.ExtType(OPAQUE, type_name.encode("utf-8", "replace")[:80])


def _unpack(data: bytes) -> Any:
    return msgpack.unpackb(data, raw=False, strict_map_key=True)


def _rebuild(value: Any, body: _Body, depth: int, references: bool) -> Any:
    if depth > MAX_DEPTH + 1:
        raise ValueError("nested too deeply")
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, list):
        return [_rebuild(part, body, depth + 1, references) for part in value]
    if not isinstance(value, msgpack.ExtType):
        raise ValueError(f"unexpected {type(value).__name__}")
    if value.code == OPAQUE:
        return Opaque(value.data[:80].decode("utf-8", "replace"))
    if value.code == STAND_IN and references:
        return StandIn(value.data.decode())
    parts = _unpack(value.data)
    if not isinstance(parts, list):
        raise ValueError("an extension must hold a list")
    if value.code == TUPLE:
        return tuple(_rebuild(part, body, depth + 1, references) for part in parts)
    if value.code == DICT:
        return {
            _key(_rebuild(key, body, depth + 1, references)): _rebuild(part, body, depth + 1, references)
            for key, part in parts
        }
    if value.code == ARRAY:
        return _rebuild_array(*parts, body=body)
    if value.code == REFERENCE and references:
        number, path = parts
        return Reference(number, tuple(path))
    if value.code == RECIPE and references:
        kind, settings = parts
        return Recipe(kind, _rebuild(settings, body, depth + 1, references))
    raise ValueError(f"unexpected extension {value.code}")


def _key(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(map(_key, key))
    return key if key is None or isinstance(key, (*PLAIN, Opaque)) else Opaque(type(key).__name__)


class _Body:
    """The arrays' bytes, each given out once: a small header cannot claim the same bytes many times."""

    def __init__(self, data: bytes) -> None:
        self._data, self._next = data, 0

    def take(self, dtype: np.dtype, count: int) -> np.ndarray:
        start, self._next = self._next, self._next + count * dtype.itemsize
        if self._next > len(self._data):
            raise ValueError("the body is too short")
        return np.frombuffer(self._data, dtype, count, start) if count else np.empty(0, dtype)


def _rebuild_array(dtype: Any, shape: Any, *, body: _Body) -> np.ndarray:
    if dtype not in DTYPES or len(shape) > MAX_DEPTH or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError("not an array that may cross")
    count = math.prod(shape)
    if dtype == "b1":  # any byte but 0 or 1 would be a bool that is neither
        return (body.take(np.dtype("u1"), count) != 0).reshape(shape)
    return body.take(np.dtype("<" + dtype), count).reshape(shape).copy()
