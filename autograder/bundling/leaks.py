"""The leak scan: whatever in a folder gives away what students must not have, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.bundling.marks import marks
from autograder.bundling.pieces import Opening, Piece
from autograder.bundling.secrets_of import Secrets


@dataclass(frozen=True)
class Leak:
    """Something that must not get out: where it stands, and what it gives away."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def leaks_in(folder: Path, secrets: Secrets) -> list[Leak]:
    """Every leak in the files of a folder, one for each place and secret; what cannot be looked into is one too."""
    opening = Opening()
    found: dict[tuple[str, str], Leak] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            found[name, ""] = Leak(name, "a link or no file at all, which cannot be looked into")
        elif path.is_file():
            for piece in (Piece(name, "text", name), *opening.file(name, path.name, path.read_bytes())):
                for leak in _leaks_of(piece, secrets):
                    found.setdefault((piece.place, leak.what), leak)
    return list(found.values())


def _leaks_of(piece: Piece, secrets: Secrets) -> Iterator[Leak]:
    if piece.kind == "sealed":
        yield Leak(piece.place, str(piece.content))
        return
    for mark in marks(piece):
        what = secrets.of(mark)
        if what:
            line = f", line {mark.line}" if isinstance(piece.content, str) and "\n" in piece.content else ""
            named = f" (its name {mark.key})" if mark.kind == "name" else ""
            yield Leak(f"{piece.place}{line}", f"{what}{named}")
