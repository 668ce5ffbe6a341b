"""Which notebook and which exercise a student means, by the names that were typed in this folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unrolled.documents import Notebook, read
from unrolled.notebooks import Release, UnknownUnit, did_you_mean, find_release, releases


class NotFound(LookupError):
    """What was named is not here, or could be several things; the message says what is."""


@dataclass(frozen=True)
class Work:
    """A student's notebook, and the release that it is a copy of."""

    path: Path
    release: Release

    def read(self) -> Notebook:
        """The notebook. Raises UnreadableNotebook, OSError."""
        return read(self.path)


def works_here() -> list[Work]:
    """The units whose notebooks are in this folder, or in a folder of the unit's name in it."""
    found = [(release, _path_here(release.slug)) for release in releases()]
    return [Work(path, release) for release, path in found if path is not None]


def work(unit: str) -> Work:
    """The notebook that is meant: a file by its path, a unit's by the unit's name, number or word.

    Raises NotFound, UnreadableNotebook, OSError.
    """
    if unit.endswith(".ipynb") or "/" in unit or not re.fullmatch(r"\w+", unit):
        path = Path(unit)
        if path.is_dir():
            raise NotFound(f"{path} is a folder; name the notebook in it.")
        if not path.is_file():
            raise NotFound(f"There is no file {path}.")
        return Work(path, _release_of(path))
    try:
        slug = find_release(unit).slug
    except UnknownUnit as error:
        owner = next((release.slug for release in releases() if unit in release.points_of), None)
        if owner is not None:
            raise NotFound(f"{unit} is an exercise of {owner}: say the unit first, {owner} {unit}") from error
        raise NotFound(str(error)) from error
    here = _path_here(slug)
    if here is None:
        raise NotFound(
            f"There is no {slug}.ipynb in this folder. `unrolled start {slug}` copies it here; or give its path."
        )
    return Work(here, _release(slug))


def exercise_in(release: Release, exercise: str) -> str:
    """The exercise of a unit by its name. Raises NotFound."""
    names = list(release.points_of)
    if exercise in names:
        return exercise
    near = did_you_mean(exercise, names)
    raise NotFound(f"There is no exercise {exercise} in {release.slug}.{near} The exercises are: {', '.join(names)}")


def owner_of(exercise: str, unit: str | None = None) -> tuple[Release, Path | None]:
    """The unit that has an exercise, and the notebook of it in this folder, if there is one.

    Args:
        unit: which unit is meant, where several have an exercise of that name.

    Raises:
        NotFound.
    """
    if unit is not None:
        release = _release(unit)
        exercise_in(release, exercise)
        return release, _path_here(release.slug)
    here = [(each.release, each.path) for each in works_here()]
    for known in (here, [(release, None) for release in releases()]):
        owners = [(release, path) for release, path in known if exercise in release.points_of]
        if len(owners) > 1:
            slugs = [release.slug for release, _ in owners]
            raise NotFound(f"{_listed(slugs)} have an exercise {exercise}: add, for instance, --unit {slugs[0]}")
        if owners:
            return owners[0]
    asked = [release for release, _ in here] or releases()
    near = did_you_mean(exercise, [name for release in asked for name in release.points_of])
    raise NotFound(f"There is no exercise {exercise}.{near} `unrolled progress` shows the exercises of this folder.")


def notebook_of(exercise: str, unit: str | None = None) -> Work:
    """The notebook in this folder that an exercise belongs to. Raises NotFound."""
    release, path = owner_of(exercise, unit)
    if path is None:
        raise NotFound(
            f"{exercise} belongs to {release.slug}, whose notebook is not in this folder. "
            f"`unrolled start {release.slug}` copies it here."
        )
    return Work(path, release)


def _release(unit: str) -> Release:
    try:
        return find_release(unit)
    except UnknownUnit as error:
        raise NotFound(str(error)) from error


def _path_here(slug: str) -> Path | None:
    return next((path for path in (Path(f"{slug}.ipynb"), Path(slug) / f"{slug}.ipynb") if path.is_file()), None)


def _release_of(path: Path) -> Release:
    """The release that a file is a copy of, by its name, or by what the notebook imports."""
    known = releases()
    code = "\n".join(cell.source for cell in read(path).code_cells)
    imported = re.search(r"^from unrolled\.checks import (\w+)", code, re.MULTILINE)
    for release in known:
        unit = release.slug.partition("_")[2]
        if re.match(rf"\d\d_{unit}(?![a-z])", path.stem) or imported and imported[1] == unit:
            return release
    raise NotFound(f"{path} is not the notebook of a unit: neither its name nor its imports tell which.")


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
