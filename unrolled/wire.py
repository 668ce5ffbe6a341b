"""Carry values across the trust boundary: plain values and arrays, as bytes, without pickle.

Nothing that is read here can run code. A frame is a small msgpack header that describes the value and a body with the
arrays' bytes; both are bounded, and so are depth and dtypes. What cannot cross (a function, a file, a model) becomes an
:class:`Opaque` that only names its type, so that a grader can say what it got instead of an array.

Frame: ``<II`` (header length, body length), header, body. The header is msgpack: None, bool, int, float and str stand
for themselves; everything else is a list that begins with what it is, an array being ``[ARRAY, dtype, *shape]``. Arrays
take their bytes from the body in the order in which they occur; one that occurs again, as parameters do in every cache,
is sent once.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgpack
import numpy as np

MAX_HEADER = 2 << 20  # bytes; every container costs two here at least, so this bounds their number as well
MAX_BODY = 256 << 20  # bytes; also of all arrays together, those that occur again counted again
MAX_DEPTH = 32
DTYPES = {code: np.dtype(f"<{code}") for code in "b1,i1,i2,i4,i8,u1,u2,u4,u8,f2,f4,f8,c8,c16".split(",")}
CODES = {dtype: code for code, dtype in DTYPES.items()}
Buffer = bytes | memoryview
LENGTHS = struct.Struct("<II")
AT_ONCE = 64 << 10  # bytes that are read at the least, if there are so many: small frames come several at a time
LIST, TUPLE, DICT, ARRAY, AGAIN, OPAQUE, REFERENCE, STAND_IN, RECIPE = range(9)
PLAIN = frozenset({type(None), bool, int, float, str})
AS_IS = PLAIN - {int}  # what msgpack writes whatever its value is


class WireError(Exception):
    """The bytes are not a frame that this module writes, or they pass a bound."""


@dataclass(frozen=True)
class Bound:
    """How many bytes the parts of a frame may have."""

    header: int = MAX_HEADER
    body: int = MAX_BODY


ANY = Bound()
ANSWER = Bound(header=512 << 10, body=16 << 20)  # of a call: the largest right one in the course has 0.5 MB


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


def encode(value: Any, most: Bound = ANY) -> bytes:
    """The frame of ``value``.

    Raises:
        WireError: when it is larger than ``most``.
    """
    body = _Sent()
    header = msgpack.packb(_plain(value, body, 0), use_bin_type=True, unicode_errors="replace")  # lone surrogates
    size = sum(map(len, body.parts))
    if len(header) > most.header or size > most.body:
        raise WireError("the value is too large to be sent")
    return b"".join([LENGTHS.pack(len(header), size), header, *body.parts])


def decode(header: Buffer, body: Buffer, *, references: bool = False) -> Any:
    """The value of a frame's header and body, of plain built-in types, arrays, :class:`Opaque` and nothing else.

    Args:
        references: whether :class:`Reference`, :class:`StandIn` and :class:`Recipe` may occur; only the trusted side
            may send them.

    Raises:
        WireError: when the bytes are not a frame.
    """
    try:
        node = msgpack.unpackb(header, raw=False, strict_map_key=True)
        return _rebuild(node, _Received(body), 0, references)
    except (ValueError, TypeError, OverflowError, RecursionError, struct.error) as error:
        raise WireError(f"not a frame: {error}") from error


class Channel:
    """Frames over a stream socket.

    ``alive`` is called about every ``tick`` seconds while a frame is under way; it ends the wait by raising. ``most``
    bounds what is sent.
    """

    most = ANY

    def __init__(self, sock: socket.socket, alive: Callable[[], None] | None = None, tick: float = 0.02) -> None:
        self._socket = sock
        self._alive = alive
        self._tick_seconds = tick
        self._ticked = time.monotonic()
        self._arrived = bytearray()  # beyond the last frame that was given out
        sock.settimeout(tick if alive else None)

    def send(self, value: Any) -> None:
        """Send one value. Raises WireError when it is larger than ``most``, OSError when the other side is gone."""
        self._send(encode(value, self.most))

    def send_frames(self, frames: Sequence[bytes]) -> None:
        """Send what :func:`encode` gave, one frame behind the other."""
        self._send(b"".join(frames))

    def send_frame(self, header: Buffer, body: Buffer) -> None:
        """Send what :meth:`receive_frame` gave elsewhere, or any other two strings of bytes."""
        self._send(b"".join([LENGTHS.pack(len(header), len(body)), header, body]))

    def receive(self, *, references: bool = False) -> Any:
        """The next value. Raises EOFError when the other side is gone, WireError when it does not speak this
        language.
        """
        return decode(*self.receive_frame(), references=references)

    def receive_frame(self, most: Bound = ANY) -> tuple[memoryview, memoryview]:
        """The header and the body of the next value, for :func:`decode`. What is too large is not even read."""
        header_size, body_size = LENGTHS.unpack(self._exactly(LENGTHS.size))
        if header_size > most.header or body_size > most.body:
            raise WireError("a frame is too large")
        frame = memoryview(self._exactly(header_size + body_size))
        return frame[:header_size], frame[header_size:]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except TimeoutError:
                self._tick()

    def _exactly(self, size: int) -> bytearray:
        arrived = self._arrived
        while len(arrived) < size:
            try:
                part = self._socket.recv(min(max(size - len(arrived), AT_ONCE), 1 << 20))
            except TimeoutError:
                self._tick()
                continue
            except ConnectionError as error:
                raise EOFError("the other side is gone") from error
            if not part:
                raise EOFError("the other side is gone")
            arrived += part
            if time.monotonic() - self._ticked > self._tick_seconds:  # it sends, drop by drop
                self._tick()
        self._arrived = arrived[size:]
        del arrived[size:]
        return arrived

    def _tick(self) -> None:
        self._ticked = time.monotonic()
        if self._alive:
            self._alive()


class _Sent:
    """The arrays' bytes as they go out, and the place of each array among them."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._seen: dict[int, tuple[int, np.ndarray]] = {}  # the array is kept: no other can take its id

    def node(self, array: np.ndarray, code: str) -> list:
        """The node of an array; its bytes are added the first time."""
        place, _ = self._seen.setdefault(id(array), (len(self.parts), array))
        if place < len(self.parts):
            return [AGAIN, place]
        self.parts.append(array.tobytes())
        return [ARRAY, code, *array.shape]


def _plain(value: Any, body: _Sent, depth: int) -> Any:
    """``value`` as msgpack can write it; arrays go to ``body``."""
    if depth > MAX_DEPTH:
        return _opaque("value nested too deeply")
    kind = type(value)
    if kind is np.ndarray and value.dtype in CODES:
        return body.node(value, CODES[value.dtype])
    if kind is tuple or kind is list:
        return [TUPLE if kind is tuple else LIST, *_plain_parts(value, body, depth)]
    if kind is dict:
        return [DICT, *_plain_parts(chain.from_iterable(value.items()), body, depth)]
    if kind in AS_IS:
        return value
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
        return [TUPLE if isinstance(value, tuple) else LIST, *_plain_parts(value, body, depth)]
    if isinstance(value, dict):
        return [DICT, *_plain_parts(chain.from_iterable(value.items()), body, depth)]
    if isinstance(value, Opaque):
        return _opaque(value.type_name)
    if isinstance(value, Reference):
        return [REFERENCE, value.number, *value.path]
    if isinstance(value, StandIn):
        return [STAND_IN, value.name]
    if isinstance(value, Recipe):
        return [RECIPE, value.kind, _plain(value.settings, body, depth + 1)]
    return _array(value, body, depth)


def _plain_parts(parts: Iterable[Any], body: _Sent, depth: int) -> list[Any]:
    return [part if type(part) in AS_IS else _plain(part, body, depth + 1) for part in parts]


def _array(value: Any, body: _Sent, depth: int) -> Any:
    """The node of what is or holds an array (a tensor, a variable), of any kind and byte order."""
    array = _as_array(value)
    if array is None:
        return _opaque(type(value).__name__)
    if array.dtype.kind == "U":
        return _plain(array.tolist(), body, depth)
    code = array.dtype.str[1:]
    if code not in DTYPES:
        return _opaque(f"array of dtype {array.dtype}")
    body.parts.append(array.astype(DTYPES[code], copy=False).tobytes())
    return [ARRAY, code, *array.shape]


def _as_array(value: Any) -> np.ndarray | None:
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if type(value).__module__.split(".")[0] in ("tensorflow", "keras") and hasattr(value, "shape"):
        return np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return None


def _opaque(type_name: str) -> list:
    return [OPAQUE, type_name.encode("utf-8", "replace")[:80].decode("utf-8", "replace")]


class _Received:
    """The arrays' bytes as they came: each is given out once, and what occurs again is the same array.

    So a small header cannot claim the same bytes many times, be it to fill the memory or to make comparing endless.
    """

    def __init__(self, data: Buffer) -> None:
        self._data, self._next, self._claimed = data, 0, 0
        self._arrays: list[np.ndarray] = []

    def array(self, code: Any, *shape: Any) -> np.ndarray:
        """The next array."""
        if code not in DTYPES or len(shape) > MAX_DEPTH:
            raise ValueError("not an array that may cross")
        size = 1
        for axis in shape:
            if type(axis) is not int or axis < 0:
                raise ValueError("not an array that may cross")
            size *= axis
        dtype, start = DTYPES[code], self._next
        size *= dtype.itemsize
        self._next = self._claim(size, start + size)
        if not size:
            array = np.zeros(shape, dtype)
        elif code == "b1":  # any byte but 0 or 1 would be a bool that is neither; one without axes would be no array
            array = np.asarray(np.ndarray(shape, np.uint8, self._data, start) != 0)
        else:
            array = np.ndarray(shape, dtype, self._data, start).copy()
        self._arrays.append(array)
        return array

    def again(self, place: Any) -> np.ndarray:
        """An array that was there before."""
        if type(place) is not int or not 0 <= place < len(self._arrays):
            raise ValueError("there is no such array")
        self._claim(self._arrays[place].nbytes, self._next)
        return self._arrays[place]

    def _claim(self, size: int, end: int) -> int:
        self._claimed += size
        if end > len(self._data) or self._claimed > MAX_BODY:
            raise ValueError("the body is too short")
        return end


def _rebuild(node: Any, body: _Received, depth: int, references: bool) -> Any:
    if type(node) in PLAIN:
        return node
    if type(node) is not list or not node or type(node[0]) is not int or depth > MAX_DEPTH + 1:
        raise ValueError(f"unexpected {type(node).__name__}")
    kind, *parts = node
    if kind == ARRAY:
        return body.array(*parts)
    if kind == AGAIN:
        return body.again(*parts)
    if kind == OPAQUE:
        (name,) = parts
        return Opaque(str(name)[:80])
    if kind in (LIST, TUPLE, DICT):
        parts = [part if type(part) in PLAIN else _rebuild(part, body, depth + 1, references) for part in parts]
        if kind == DICT:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return {key if type(key) is str else _key(key): part for key, part in pairs}
        return parts if kind == LIST else tuple(parts)
    if kind == REFERENCE and references:
        return Reference(parts[0], tuple(parts[1:]))
    if kind == STAND_IN and references:
        return StandIn(*parts)
    if kind == RECIPE and references:
        return Recipe(parts[0], _rebuild(parts[1], body, depth + 1, references))
    raise ValueError(f"unexpected kind {kind}")


def _key(key: Any) -> Any:
    if type(key) is tuple:
        return tuple(map(_key, key))
    return key if type(key) in PLAIN or type(key) is Opaque else Opaque(type(key).__name__)
