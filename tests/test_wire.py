"""Values cross the trust boundary whole, and nothing but values can."""

import socket
import struct

import msgpack
import numpy as np
import pytest

from unrolled.wire import (
    AGAIN,
    ARRAY,
    DICT,
    LENGTHS,
    LIST,
    MAX_HEADER,
    Channel,
    Opaque,
    Recipe,
    Reference,
    StandIn,
    WireError,
    decode,
    encode,
)


def crossed(value, **options):
    frame = encode(value)
    header, body = LENGTHS.unpack(frame[: LENGTHS.size])
    start = LENGTHS.size
    return decode(frame[start : start + header], frame[start + header : start + header + body], **options)


def test_plain_values_and_arrays_arrive_as_they_were():
    value = {"a": [1, -2.5, None, True, ("x", [])], 3: {"nested": ((1,), {})}, ("k", 1): float("inf")}
    assert crossed(value) == value
    for dtype in ("?", "i1", "u2", "i8", "f2", "f4", "f8", "c16"):
        for array in (np.arange(6).reshape(2, 3), np.array(1), np.zeros((0, 4)), np.arange(6).reshape(3, 2).T):
            sent = array.astype(dtype)
            got = crossed([sent])[0]
            assert got.dtype == sent.dtype and got.shape == sent.shape and np.array_equal(got, sent)
    assert crossed(np.array([1.0]).astype(">f8")).tolist() == [1.0]


def test_subclasses_lose_what_makes_them_friendly():
    class Friendly(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

    class FriendlyFloat(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    got = crossed([np.zeros(2).view(Friendly), FriendlyFloat(3.0), np.float32(0.5)])
    assert [type(part) for part in got] == [np.ndarray, float, float]
    assert got[1] != 4.0


def test_what_cannot_cross_is_named_and_nothing_more():
    cycle: list = []
    cycle.append(cycle)
    got = crossed([print, object(), np.array([{}], object), 2**80, b"bytes"])
    assert all(isinstance(part, Opaque) for part in got)
    assert got[0] == Opaque("builtin_function_or_method")
    assert "Opaque" in str(crossed(cycle))


def test_an_array_that_occurs_again_is_sent_once_and_is_the_same_one():
    weights, other = np.ones((50, 50)), np.ones((50, 50))
    caches = [(np.arange(3), {"W": weights}), (np.arange(3), {"W": weights}), (np.arange(3), {"W": other})]
    assert len(encode(caches)) < 2.1 * weights.nbytes
    (_, first), (_, second), (_, third) = crossed(caches)
    assert first["W"] is second["W"] and third["W"] is not first["W"]
    assert np.array_equal(third["W"], weights) and first["W"].flags.writeable


def test_references_are_read_only_where_they_are_expected():
    for sent in (Reference(3)["dx"][0], StandIn("cell"), Recipe("LSTM", {"units": 3, "inner": [0.5]})):
        assert crossed([sent], references=True) == [sent]
        with pytest.raises(WireError):
            crossed([sent])


@pytest.mark.parametrize(
    "header, body",
    [
        (b"", b""),
        (b"\xc1", b""),
        (msgpack.packb(b"bytes"), b""),
        (msgpack.packb([LIST, 1]) + b"\x00", b""),
        (msgpack.packb({"a": 1}), b""),
        (msgpack.packb([99]), b""),
        (msgpack.packb([True, 1]), b""),
        (msgpack.packb([]), b""),
        (msgpack.packb(msgpack.ExtType(1, b"")), b""),
        (msgpack.packb([DICT, 1, 2, 3]), b""),
        (msgpack.packb([ARRAY, "f8", 4]), b"\0" * 8),
        (msgpack.packb([ARRAY, "f8", -1]), b"\0" * 8),
        (msgpack.packb([ARRAY, "O", 1]), b"\0" * 8),
        (msgpack.packb([ARRAY, "f8", 2**62, 8]), b"\0" * 8),
        (msgpack.packb([ARRAY, ["f8"], 1]), b"\0" * 8),
        (msgpack.packb([LIST, *[[ARRAY, "f8", 1]] * 2]), b"\0" * 8),
        (msgpack.packb([LIST, [ARRAY, "f8", 1], [AGAIN, 1]]), b"\0" * 8),
        (msgpack.packb([LIST, [ARRAY, "u1", 2**20], *[[AGAIN, 0]] * 256]), b"\0" * 2**20),
        (b"\x92\x00" * 4000 + b"\xc0", b""),
        (msgpack.packb(msgpack.Timestamp(1)), b""),
    ],
    ids=[
        "empty",
        "reserved",
        "bytes",
        "rest",
        "map",
        "unknown",
        "bool",
        "nothing",
        "extension",
        "triple",
        "short",
        "negative",
        "object",
        "huge",
        "no code",
        "twice",
        "none before",
        "too often",
        "deep",
        "time",
    ],
)
def test_bytes_that_are_no_frame_are_refused(header, body):
    with pytest.raises(WireError):
        decode(header, body)


def test_a_bool_array_holds_nothing_but_bools():
    header = msgpack.packb([ARRAY, "b1", 2])
    assert decode(header, b"\x02\x00").astype(int).tolist() == [1, 0]


def test_a_channel_refuses_a_frame_that_claims_too_much_before_reading_it():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<II", MAX_HEADER + 1, 0))
        with pytest.raises(WireError, match="too large"):
            Channel(ours).receive()
        theirs.close()
        with pytest.raises(EOFError):
            Channel(ours).receive()


def test_a_value_beyond_the_bounds_is_not_sent():
    with pytest.raises(WireError, match="too large"):
        encode("x" * (MAX_HEADER + 1))
