"""The files beside a notebook, as they may lie where a server shows them: of kinds that no browser runs.

formgrader serves what lies in ``autograded/`` with the instructor's session. A page, a picture in SVG, a style sheet or
whatever kind is invented next would act there with the instructor's rights. So kinds that are known to be shown as
text, as a picture or as sound keep their names; all others get a second ending, ``.bin``, which makes a browser save
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from unittest.mock import patch

from nbgrader.converters import Autograde, base

from autograder.gradebook.submitted import tells_no_time
from autograder.judging.folder import TIMESTAMP, read_files, read_timestamp
from autograder.judging.reconcile import Unreadable

SHOWN = frozenset(
    ".txt .csv .tsv .json .jsonl .yaml .yml .toml .md .rst .py .ipynb .png .jpg .jpeg .gif .wav .mp3 .ogg .flac .mid"
    " .midi .npy .npz .h5 .hdf5 .keras .bin".split()
)
OTHER = ".bin"
LONGEST_NAME = 200  # bytes
_ODD = re.compile(r"[^\w .()+=-]")  # such as the colon, before which some programs look for a kind of address


def shown_safely(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files under names that are safe to serve, and the new name of each that is called otherwise."""
    safe: dict[str, bytes] = {}
    renamed: dict[str, str] = {}
    kept = {name for name in files if _safe(name) == name}
    taken = set(kept)
    for name, content in files.items():
        new = name if name in kept else _free(_safe(name), taken)
        safe[new] = content
        if new != name:
            renamed[name] = new
    return safe, renamed


def told(renamed: Mapping[str, str]) -> list[str]:
    """A sentence for whoever looks for a file under its old name."""
    if not renamed:
        return []
    old, new = next(iter(renamed.items()))
    more = f" (and {len(renamed) - 1} more files so)" if len(renamed) > 1 else ""
    return [f"Beside the graded notebook, {old} is called {new}{more}: a browser is to save it, and not to run it."]


def guard(converter: Autograde) -> None:
    """Have nbgrader's converter treat a student's folder as ``grade`` does.

    On its own it copies every file, follows links, and waits for a timestamp that is a pipe.
    """
    begin = converter.init_assignment

    def init_assignment(assignment_id: str, student_id: str) -> None:
        with patch.object(base, "find_all_files", _none):
            begin(assignment_id, student_id)
        source = Path(converter._format_source(assignment_id, student_id))
        target = Path(converter._format_dest(assignment_id, student_id))
        try:
            files, _ = shown_safely(read_files(source))
        except Unreadable:
            return
        stamp = read_timestamp(source)
        put(target, {name: content for name, content in files.items() if name != f"{assignment_id}.ipynb"})
        put(target, {TIMESTAMP: stamp[0]} if stamp else {})

    def get_existing_timestamp(folder: str) -> datetime | None:
        stamp = read_timestamp(Path(folder))
        if stamp is None and tells_no_time(Path(folder)):
            converter.log.warning("%s holds no time that can be read; nothing counts as late", f"{folder}/{TIMESTAMP}")
        return stamp[1] if stamp else None

    converter.init_assignment = init_assignment
    converter.coursedir.get_existing_timestamp = get_existing_timestamp


def put(folder: Path, files: Mapping[str, bytes], mode: int | None = None) -> None:
    """Write files into a folder that nobody looks at yet."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if mode is not None:
            path.chmod(mode)


def _none(*_: object) -> list[str]:
    return []


def _safe(name: str) -> str:
    """The path with no part that a program could take for something else than the name of a file."""
    parts = [_cut(_ODD.sub("_", part).strip()) or "_" for part in PurePosixPath(name).parts]
    if PurePosixPath(parts[-1]).suffix.lower() not in SHOWN:
        parts[-1] += OTHER
    return "/".join(parts)


def _cut(part: str) -> str:
    """A name that leaves room for an ending; of a long one, the end stays."""
    while len(part.encode()) > LONGEST_NAME:
        part = part[1:]
    return part


def _free(wish: str, taken: set[str]) -> str:
    path = PurePosixPath(wish)
    free, number = wish, 1
    while free in taken:
        number += 1
        free = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(free)
    return free
