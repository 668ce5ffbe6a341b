"""Nested values kept in an ``.npz`` file without pickle: how cases are stored.

A file holds one JSON skeleton (which dict, list and tuple holds what) and the arrays that it points to. Nothing is
compressed and nothing is stamped with a time, so equal values make equal bytes, and git can tell whether something
changed.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SKELETON = "skeleton"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip file can hold


@dataclass(frozen=True)
class Case:
    """What a function is given, in the order of its signature, and what it should return, by the documented names."""

    inputs: dict[str, Any]
    outputs: dict[str, Any]


def save_cases(path: str | Path, cases: Mapping[str, Case]) -> None:
    """Write the cases to ``path``; byte-identical for equal cases.

    Values are nested dicts (keys: str or int), lists, tuples, str, bool, int, float, None and arrays of numbers or
    letters; anything else raises ``TypeError``.
    """
    arrays: dict[
        bytes, str
    ] = {}  # an .npy file's bytes -> its name: parameters that every cache repeats are written once
    tree = {name: {"inputs": case.inputs, "outputs": case.outputs} for name, case in cases.items()}
    skeleton = json.dumps(_encode(tree, arrays), separators=(",", ":")).encode()
    members = {SKELETON: _npy(np.frombuffer(skeleton, dtype=np.uint8))} | {name: data for data, name in arrays.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=EPOCH)
            entry.create_system = 3  # Unix, wherever it is written
            archive.writestr(entry, data)


def load_cases(path: str | Path) -> dict[str, Case]:
    """Read what :func:`save_cases` wrote; every array is a fresh, writable copy."""
    return dict(open_cases(path))


def open_cases(path: str | Path) -> StoredCases:
    """What :func:`save_cases` wrote, to be read case by case."""
    return StoredCases(Path(path).read_bytes())


class StoredCases(Mapping[str, Case]):
    """Cases by name, each decoded when it is first asked for: a file may hold many of which few are used."""

    def __init__(self, data: bytes) -> None:
        self._archive = np.load(io.BytesIO(data), allow_pickle=False)
        _, cases = json.loads(self._archive[SKELETON].tobytes())
        self._nodes = dict(cases)
        self._read: dict[str, Case] = {}

    def __getitem__(self, name: str) -> Case:
        if name not in self._read:
            self._read[name] = Case(**_decode(self._nodes[name], self._archive))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _encode(value: Any, arrays: dict[bytes, str]) -> Any:
    """The JSON node of a value: ``[kind, content]``; arrays go to ``arrays`` and leave their name."""
    match value:
        case None | bool() | str():
            return ["is", value]
        case int():
            return ["is", int(value)]
        case float():
            return ["float", float(value).hex()]  # exact, also for nan and inf, which JSON does not know
        case np.ndarray() if value.dtype.kind in "biufcU":
            # In C order and little-endian, so that how an array was made does not show in the bytes.
            plain = np.array(value, dtype=value.dtype.newbyteorder("<"), order="C")
            return ["array", arrays.setdefault(_npy(plain), f"array{len(arrays)}")]
        case list():
            return ["list", [_encode(part, arrays) for part in value]]
        case tuple():
            return ["tuple", [_encode(part, arrays) for part in value]]
        case dict() if all(type(key) in (str, int) for key in value):
            return ["dict", [[key, _encode(part, arrays)] for key, part in value.items()]]
    raise TypeError(f"a case cannot hold {type(value).__name__}: {str(value)[:80]}")


def _decode(node: list, arrays: Mapping[str, np.ndarray]) -> Any:
    kind, content = node
    match kind:
        case "is":
            return content
        case "float":
            return float.fromhex(content)
        case "array":
            return arrays[content].copy()
        case "list":
            return [_decode(part, arrays) for part in content]
        case "tuple":
            return tuple(_decode(part, arrays) for part in content)
        case "dict":
            return {key: _decode(part, arrays) for key, part in content}
    raise ValueError(f"a case file with an unknown kind of value: {kind!r}")
