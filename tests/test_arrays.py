"""Cases survive being written and read, and equal cases make equal bytes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unrolled.arrays import Case, load_cases, save_cases


def nested() -> dict[str, Case]:
    shared = np.arange(6.0).reshape(2, 3)
    inputs = {
        "x": shared,
        "again": shared,
        "empty": np.zeros((0, 4)),
        "scalar": np.array(2.5),
        "letters": np.array(["a", "é"]),
        "nothing": None,
        "truth": True,
        "count": 3,
        "ratio": 0.1,
        "odd": [math.inf, -0.0],
        "by number": {1: "one", "layers": [{"W": np.eye(2, dtype=np.float32)}, ()]},
    }
    return {"unit/first": Case(inputs, {"y": (np.array([1, -2]), [None])}), "unit/second": Case({}, {})}


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "cases.npz"
    save_cases(path, nested())
    read = load_cases(path)
    assert list(read) == list(nested())
    for name, case in nested().items():
        assert same(read[name].inputs, case.inputs)
        assert same(read[name].outputs, case.outputs)


def test_nan_is_read_as_nan(tmp_path):
    save_cases(tmp_path / "cases.npz", {"a/b": Case({"x": math.nan}, {})})
    assert math.isnan(load_cases(tmp_path / "cases.npz")["a/b"].inputs["x"])


def test_equal_values_make_equal_bytes_however_they_were_made(tmp_path):
    plain = np.arange(6.0).reshape(2, 3)
    ways = [plain, np.asfortranarray(plain), plain.astype(">f8"), np.repeat(plain, 2, axis=1)[:, ::2]]
    written = set()
    for k, array in enumerate(ways):
        save_cases(tmp_path / f"{k}.npz", {"a/b": Case({"x": array}, {})})
        written.add((tmp_path / f"{k}.npz").read_bytes())
    assert len(written) == 1


def test_what_is_read_twice_in_a_case_is_not_shared(tmp_path):
    save_cases(tmp_path / "cases.npz", nested())
    inputs = load_cases(tmp_path / "cases.npz")["unit/first"].inputs
    inputs["x"] += 1
    assert inputs["again"][0, 0] == 0


@pytest.mark.parametrize("value", [np.array([None]), {1, 2}, object(), {None: 1}, 1j, b"bytes"])
def test_what_only_pickle_could_keep_is_refused(tmp_path, value):
    with pytest.raises(TypeError, match="a case cannot hold"):
        save_cases(tmp_path / "cases.npz", {"a/b": Case({"x": value}, {})})
