"""The students' bundle, made aside, scanned for leaks, and only then moved into its place."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.build import build
from autograder.bundling.contents import LICENCES, strangers
from autograder.bundling.leaks import leaks_in
from autograder.bundling.page import CONSTRAINTS, environment, page
from autograder.bundling.secrets_of import secrets_of, unseen
from autograder.bundling.wheel import make_wheel
from autograder.course.root import ROOT
from autograder.course.units import all_units

MANIFEST = "SHA256SUMS"
"""What the bundle holds, as ``sha256sum --check`` reads it; a folder that agrees with its own may be replaced."""
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip file can hold


class NoPlace(Exception):
    """A bundle cannot stand where it should; the message says why and what to do."""


class Refused(Exception):
    """The checkout makes no bundle that may be handed out: ``problems`` has a line for each reason."""

    def __init__(self, problems: Iterable[object]) -> None:
        self.problems = [str(problem) for problem in problems]
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Bundle:
    """A finished bundle: its folder, the zip file beside it if there is one, and how many files it holds."""

    folder: Path
    archive: Path | None
    files: int


def default_folder(root: Path = ROOT) -> Path:
    """Where a bundle goes by itself: ``dist/``, under the name and version of the distribution."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return root / "dist" / f"{project['name']}-{project['version']}"


def release(to: Path, root: Path = ROOT, zipped: bool = False) -> Bundle:
    """Make the bundle of a checkout; equal checkouts make equal bytes.

    Args:
        to: its folder: one that is not there, an empty one, or a bundle in which nothing was changed.
        zipped: also write ``to`` with ``.zip`` at its end.

    Raises:
        NoPlace: ``to`` holds something else.
        Refused: a notebook is stale, a file is not on the list of contents, or something would be given away.
        WheelFailed, UnreadableAnswers: the wheel, or a file of known answers, is not what it should be.
        OSError: a file cannot be read or written. In every case ``to`` is as it was.
    """
    to = to.absolute()
    archive = to.with_name(f"{to.name}.zip") if zipped else None
    _need_place(to)
    if problems := build(root, check=True).problems:
        raise Refused(problems)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.parent) as aside:
        made = Path(aside) / to.name
        made.mkdir()
        fill(made, Path(aside) / "workshop", root)
        secrets = secrets_of(root)
        if blind := unseen(root, secrets):
            raise Refused(f"{name}: too little of its own, so the scan would not see a part of it" for name in blind)
        if leaks := leaks_in(made, secrets):
            raise Refused(leaks)
        files = _finish(made)
        if archive:
            _zip(made, Path(aside) / archive.name)
        _replace(made, to, Path(aside) / "before")
        if archive:
            (Path(aside) / archive.name).replace(archive)
    return Bundle(to, archive, files)


def fill(folder: Path, workshop: Path, root: Path = ROOT) -> None:
    """Put the files of a bundle into an empty folder, as :func:`release` does before it looks for leaks.

    Args:
        workshop: a folder that is not there yet, for what the wheel is made from.

    Raises as :func:`release`.
    """
    units = all_units(root)
    if strange := strangers(root):
        raise Refused(strange)
    python = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    wheel = make_wheel(root, workshop, folder).name
    for unit in units:
        shutil.copyfile(unit.release_notebook, folder / unit.release_notebook.name)
    for name in LICENCES:
        shutil.copyfile(root / name, folder / name)
    shutil.copyfile(root / "requirements.lock", folder / CONSTRAINTS)
    (folder / "environment.yml").write_text(environment(wheel, python), encoding="utf-8", newline="\n")
    (folder / "README.html").write_text(page(units, wheel, python), encoding="utf-8", newline="\n")


def _need_place(to: Path) -> None:
    """Raises NoPlace unless a bundle may stand there."""
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise NoPlace(f"{to} is no folder: name another place")
    if to.is_dir() and any(to.iterdir()) and (strange := _strange(to)):
        raise NoPlace(f"{to} holds something else than a bundle ({strange}): name another folder, or empty this one")


def _strange(folder: Path) -> str:
    """The first file of a folder that is not as its manifest says; empty if all of them are."""
    listed = {}
    if (folder / MANIFEST).is_file():
        lines = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines()
        listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name != MANIFEST and (path.is_symlink() or not path.is_file() or listed.get(name) != _digest(path)):
            return name
    return "" if listed else MANIFEST


def _finish(folder: Path) -> int:
    """Write the manifest, and give every file the rights that anybody's files have; returns how many there are."""
    paths = sorted(path for path in folder.iterdir())
    lines = [f"{_digest(path)}  {path.name}\n" for path in paths]
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8", newline="\n")
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    return len(paths) + 1


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _zip(folder: Path, archive: Path) -> None:
    """All files below one folder of the bundle's name, nothing compressed and nothing stamped with a time."""
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_STORED) as made:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.name}", date_time=EPOCH)
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o100644 << 16
            made.writestr(entry, path.read_bytes())


def _replace(made: Path, to: Path, before: Path) -> None:
    """Put the finished folder into its place; what stood there comes back if that fails."""
    if not to.exists():
        os.rename(made, to)
        return
    _need_place(to)  # once more: a minute has passed
    os.rename(to, before)
    try:
        os.rename(made, to)
    except OSError:
        os.rename(before, to)
        raise
