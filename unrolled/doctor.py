"""Whether this computer is ready for the course: versions, threads, memory, and what to type to put it right."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata

import psutil
from packaging.requirements import Requirement

from unrolled.notebooks import releases

DISTRIBUTION = "unrolled"
PYTHON = (3, 11)
# Installed without pip (a bare checkout) the distribution tells no requirements; these are what a notebook imports.
ESSENTIAL = ("tensorflow", "keras", "numpy", "jupyterlab", "ipykernel", "matplotlib")
ENOUGH_MEMORY = 4e9  # bytes; TensorFlow with a notebook of this course takes less than 2e9


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to type if it will not do ("" if it will)."""

    name: str
    found: str
    remedy: str = ""


def findings() -> list[Finding]:
    """Everything that a notebook needs, one line each, what is most likely to be asked for first."""
    return [_python(), *_packages(), _threads(), _memory(), _notebooks()]


def _python() -> Finding:
    good = sys.version_info[:2] >= PYTHON
    wanted = ".".join(map(str, PYTHON))
    remedy = "" if good else f"conda create -n unrolled python={wanted} && conda activate unrolled"
    return Finding("Python", f"{platform.python_version()} ({sys.executable})", remedy)


def _packages() -> list[Finding]:
    """The required packages: the essential ones always, others only if something is wrong with them."""
    rows = {name: _package(Requirement(name)) for name in ESSENTIAL}
    for requirement in _requirements():
        found = _package(requirement)
        if requirement.name in rows or found.remedy:
            rows[requirement.name] = found
    return list(rows.values())


def _requirements() -> list[Requirement]:
    """What students need by the distribution's own list, extras left out."""
    try:
        listed = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        return []
    return [one for one in listed if one.marker is None or one.marker.evaluate({"extra": ""})]


def _package(requirement: Requirement) -> Finding:
    remedy = f'"{sys.executable}" -m pip install "{requirement.name}{requirement.specifier}"'
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(requirement.name, "missing", remedy)
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding(requirement.name, f"{version}, but {requirement.specifier} is needed", remedy)
    return Finding(requirement.name, version)


def _threads() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("threads", str(usable))


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    found = f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB"
    short = memory.total < ENOUGH_MEMORY
    return Finding(
        "memory", found, "close other programs and notebooks before the units with training" if short else ""
    )


def _notebooks() -> Finding:
    found = len(releases())
    remedy = "" if found else f'"{sys.executable}" -m pip install --force-reinstall --no-deps {DISTRIBUTION}'
    return Finding("notebooks", f"{found} unit{'' if found == 1 else 's'}" if found else "missing", remedy)
