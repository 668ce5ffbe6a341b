"""What is said about a wrong value is true, gives nothing away, and survives whatever a student returns."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.examination.agree import agree, entries, unpack, untouched
from autograder.examination.examine import Mistake
from unrolled.checking.compare import difference
from unrolled.wire import Opaque

STATES = np.random.default_rng(1).standard_normal((3, 4, 5))
SQUARE = np.random.default_rng(2).standard_normal((4, 4))
CHANCES = np.exp(SQUARE) / np.exp(SQUARE).sum(axis=0)
AXES = ("n_a", "m", "T_x")


def after_step(k: int) -> np.ndarray:
    """Right up to step k, not before it."""
    return np.concatenate([STATES[:, :, :k], STATES[:, :, k:] ** 2 + 1], axis=2)


SAID = [  # got, expected, axes, kind, words
    (-STATES, STATES, AXES, "values", "all 60 places: every sign is the other way"),
    (2 * STATES, STATES, AXES, "values", "twice what it should be"),
    (STATES / 2, STATES, AXES, "values", "half of what it should be"),
    (7.3 * STATES, STATES, AXES, "values", "too large by one and the same factor"),
    (0 * STATES, STATES, AXES, "values", "zero everywhere"),
    (STATES[:, :, ::-1], STATES, AXES, "values", "steps are in reverse order"),
    (np.roll(STATES, 1, axis=2), STATES, AXES, "values", "belongs to the step before it"),
    (np.roll(STATES, -1, axis=2), STATES, AXES, "values", "belongs to the step after it"),
    (
        after_step(1),
        STATES,
        AXES,
        "values",
        "48 of 60 places, first at step 1 (counted from 0): right at the first step",
    ),
    (after_step(3), STATES, AXES, "values", "right before step 3 and wrong from there on"),
    (after_step(4), STATES, AXES, "values", "wrong at the last step only"),
    (np.where(np.arange(5) == 2, 0, STATES), STATES, AXES, "values", "nothing was written at step 2"),
    (SQUARE.T, SQUARE, ("n_a", "m"), "values", "n_a and m are swapped"),
    (np.broadcast_to(SQUARE[:, :1], (4, 4)) + 1, SQUARE, ("n_a", "m"), "values", "the same all along m"),
    (SQUARE + SQUARE[:, :1], SQUARE, ("n_a", "m"), "values", "off by an amount that is the same all along m"),
    (CHANCES.T[::-1], CHANCES, ("n_y", "m"), "values", "adds up to 1 over m, and should over n_y"),
    (
        SQUARE * (np.arange(4) != 2),
        SQUARE,
        ("n_a", "m"),
        "values",
        "4 of 16 places, first at [0, 2]: wrong only at m = 2",
    ),
    (np.where(SQUARE > 0, np.nan, SQUARE), SQUARE, None, "nan", "is NaN (not a number) in"),
    (np.full((4, 4), np.inf), SQUARE, None, "nan", "is infinite in all 16 places"),
    (SQUARE.astype(int), SQUARE, None, "dtype", "dtype int64: the numbers were cut to integers"),
    (SQUARE + 0j, SQUARE, None, "dtype", "dtype complex128, not float64"),
    (SQUARE.astype(object), SQUARE, None, "dtype", "dtype object, not float64"),
    (SQUARE.astype(np.float16), SQUARE, None, "dtype", "dtype float16"),
    (SQUARE > 0, SQUARE, None, "dtype", "dtype bool"),
    (
        STATES.transpose(1, 0, 2),
        STATES,
        AXES,
        "shape",
        "shape (4, 3, 5), not (3, 4, 5) = (n_a, m, T_x): axes are swapped",
    ),
    (
        SQUARE.sum(1),
        SQUARE.sum(1, keepdims=True),
        ("n_a", "1"),
        "shape",
        "(4,), not (4, 1) = (n_a, 1): an axis of length 1",
    ),
    (STATES[:, :, :4], STATES, AXES, "shape", "T_x of another length"),
    ([1.0, 2.0], np.ones(2), None, "type", "is a list of 2, not an array of shape (2,)"),
    (None, SQUARE, None, "type", "is None, not an array of shape (4, 4)"),
    (Opaque("generator"), SQUARE, None, "type", "is an object of type generator"),
    ([STATES], [STATES, STATES], AXES, "shape", "has 1 part, not 2"),
    ([STATES, -STATES], [STATES, STATES], AXES, "values", "a[1] differs"),
    ({"dxt": SQUARE}, {"dxt": SQUARE, "dba": SQUARE}, None, "type", "lacks dba"),
    ({"dxt": SQUARE, "secret": 1}, {"dxt": SQUARE}, None, "type", "1 key too many"),
    ({"dxt": -SQUARE}, {"dxt": SQUARE}, None, "values", "a['dxt'] differs"),
    (3, 4, None, "values", "a differs in its value"),
    ("cat", "dog", None, "values", "a is another one"),
]


@pytest.mark.parametrize(
    ("got", "expected", "axes", "kind", "words"), SAID, ids=[f"{k} {row[4]}" for k, row in enumerate(SAID)]
)
def test_what_is_said(got, expected, axes, kind, words):
    found = difference(got, expected, "a", axes)
    assert found is not None
    assert words in found.summary
    assert found.kind == kind
    assert not re.search(r"\d\.\d", found.summary), "a value is shown"


def test_place_is_the_first_wrong_element_in_time():
    got = STATES.copy()
    got[0, 0, 4] += 1
    got[2, 3, 1] += 1
    found = difference(got, STATES, "a", AXES)
    assert found.place == (2, 3, 1)
    assert (found.got, found.expected) == (got[2, 3, 1], STATES[2, 3, 1])


@pytest.mark.parametrize("got", [STATES, STATES.astype(np.float32), np.asfortranarray(STATES), STATES * (1 + 1e-9)])
def test_right_values_agree(got):
    assert difference(got, STATES, "a", AXES) is None


@pytest.mark.parametrize("got", [STATES * (1 + 1e-5), STATES + 1e-6, STATES.astype(np.float32) * np.float32(1.002)])
def test_small_faults_count(got):
    assert difference(got, STATES, "a", AXES) is not None


def test_small_gradients_are_compared_on_their_own_scale():
    small = 1e-9 * STATES
    assert difference(0 * small, small, "da0") is not None
    assert difference(small * (1 + 1e-9), small, "da0") is None


def test_whole_numbers_agree_by_value():
    assert difference(np.arange(4), np.arange(4.0), "a") is None
    assert difference(np.array(2), 2.0, "a") is None


def ring() -> list:
    ring: list = []
    ring.append(ring)
    return ring


ODD = [
    *(None, True, 3, 10**400, 1.5, float("nan"), 1j, "text", b"bytes", object(), int, iter([]), Opaque("x" * 80)),
    *((), [], {}, {1: 2, None: 3, "x": {}}, [[1, 2], [3]], ring()),
    *(np.float32(1), np.array(1.0), np.zeros((0, 3)), np.zeros((1,) * 20), np.array([None, "a"]), np.array(["text"])),
    *(np.zeros(2, dtype=[("field", "f8")]), np.array(["2020-01-01"], dtype="M8[D]")),
    *(
        np.full(STATES.shape, fill)
        for fill in (1e308, np.nan, -np.inf, np.uint8(255), np.uint64(2**63), np.longdouble(0))
    ),
    np.ma.masked_all(STATES.shape),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "expected", [STATES, [STATES, STATES], {"dx": STATES}, 2.5, "word", None], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize("got", ODD, ids=range(len(ODD)))
def test_whatever_a_student_returns_is_survived(got, expected):
    found = difference(got, expected, "a")
    if got is None and expected is None:
        assert found is None
    else:
        assert found is not None
        assert len(found.summary) < 300


def test_names_that_a_student_made_up_are_not_repeated():
    """A class or a key can be called after a hidden input."""
    for got in (Opaque("x_is_0_12345"), {"x is 0.12345": 1, "dx": 1}):
        for expected in (STATES, {"dx": STATES}):
            assert "12345" not in difference(got, expected, "a").summary
        with pytest.raises(Mistake) as mistake:
            entries(got, "da0")
        assert "12345" not in str(mistake.value)


def test_agree_says_when():
    agree(STATES, STATES, "a")
    with pytest.raises(Mistake, match=r"a differs in .* \(for one example\)"):
        agree(-STATES, STATES, "a", AXES, when="for one example")


def test_unpack_counts():
    assert unpack((1, 2), "a", "y") == (1, 2)
    with pytest.raises(Mistake, match=r"should return 3 values \(a, y, caches\); returned one array$"):
        unpack(STATES, "a", "y", "caches")
    with pytest.raises(Mistake, match="returned too many of them"):
        unpack((1, 2, 3), "a", "y")


def test_entries_names_what_is_missing():
    assert entries({"dx": 1, "da0": 2, "more": 3}, "da0", "dx") == (2, 1)
    with pytest.raises(Mistake, match="has no da0 and others"):
        entries({"dx": 1}, "dx", "da0", "dba")
    with pytest.raises(Mistake, match="should return a dictionary; returned a tuple$"):
        entries((1, 2), "dx")


def test_untouched_names_what_was_changed():
    before = {"x": STATES, "parameters": {"Wax": SQUARE, "ba": np.zeros(3)}, "caches": ([(STATES, None)], STATES)}
    untouched(before, [STATES.copy(), {"Wax": SQUARE, "ba": np.zeros(3)}, ([(STATES, None)], STATES)])
    with pytest.raises(Mistake, match=r"parameters\['ba'\] was changed in place"):
        untouched(before, [STATES, {"Wax": SQUARE, "ba": np.ones(3)}, before["caches"]])
    with pytest.raises(Mistake, match=r"caches\[0\]\[…\]\[0\] was changed"):
        untouched(before, [STATES, before["parameters"], ([(-STATES, None)], STATES)])
    with pytest.raises(Mistake, match="changed in place"):
        untouched(before, None)
