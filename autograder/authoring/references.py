"""Oracles → the stored cases that grading and the public checks compare with.

A unit ``01_rnn_step_by_step`` has its oracle in ``autograder/oracles/rnn_step_by_step.py``; from it come
``autograder/references/01_rnn_step_by_step.npz`` (hidden) and ``unrolled/checks/cases/01_rnn_step_by_step.npz``
(public). What the public checks know of wrong answers is derived after these: see :mod:`autograder.authoring.known`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from autograder.authoring import known
from autograder.course.root import ROOT
from autograder.course.units import Unit
from unrolled.arrays import Case, load_cases, save_cases

HIDDEN = Path("autograder/references")
PUBLIC = Path("unrolled/checks/cases")
RTOL, ATOL = 1e-7, 1e-10  # another machine's float64 differs by far less; a changed oracle by far more


def rebuild(check: bool, root: Path = ROOT) -> list[str]:
    """Write every unit's references and public cases; with ``check``, write nothing and say what is stale.

    A file whose cases agree with the oracle's within floating point's tolerance is left as it is, so that building on
    another machine changes nothing.

    Returns:
        What is wrong, one message a file or case: file, case and reason. Empty when all is well.
    """
    problems = []
    made = set()
    for unit, make in _sources():
        for folder, cases in ((HIDDEN, make.hidden_cases()), (PUBLIC, make.public_cases())):
            path = folder / f"{unit}.npz"
            made.add(path)
            found = _compare(path, root, cases)
            if found and not check:
                (root / folder).mkdir(parents=True, exist_ok=True)
                save_cases(root / path, cases)
            problems += found if check else []
        if (root / "solutions" / unit).is_dir():
            problems += known.rebuild(Unit(unit, root), check)
    for folder in (HIDDEN, PUBLIC):
        stray = sorted(path.relative_to(root) for path in (root / folder).glob("*") if path.is_file())
        problems += [f"{path}: no oracle makes this file; delete it" for path in stray if path not in made]
    return problems


def _sources() -> Iterator[tuple[str, Any]]:
    """Each unit that has a grader and an oracle: its slug and the oracle's module."""
    for grader in sorted((ROOT / "autograder/graders").glob("test_*.py")):
        unit = grader.stem.removeprefix("test_")
        name = unit.split("_", 1)[1]
        if (ROOT / f"autograder/oracles/{name}.py").exists():
            yield unit, import_module(f"autograder.oracles.{name}")


def _compare(path: Path, root: Path, cases: dict[str, Case]) -> list[str]:
    """How a stored file differs from what the oracle says now."""
    if not (root / path).exists():
        return [f"{path}: missing; run `python -m autograder references`"]
    try:
        stored = load_cases(root / path)
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        return [f"{path}: unreadable ({error}); run `python -m autograder references`"]
    problems = [f"{path}: {name}: missing" for name in cases if name not in stored]
    problems += [f"{path}: {name}: the oracle has no such case" for name in stored if name not in cases]
    for name in cases.keys() & stored.keys():
        for part in ("inputs", "outputs"):
            reason = _differ(getattr(stored[name], part), getattr(cases[name], part), part)
            problems += [f"{path}: {name}: {reason}"] if reason else []
    return sorted(problems)


def _differ(stored: Any, fresh: Any, place: str) -> str | None:
    """Where two nested values first differ: structure exactly, floats within tolerance."""
    if type(stored) is not type(fresh):
        return f"{place} is stored as {type(stored).__name__} and made as {type(fresh).__name__}"
    if isinstance(fresh, dict):
        if list(stored) != list(fresh):
            return f"{place} is stored with the keys {list(stored)} and made with {list(fresh)}"
        return _first(_differ, ((stored[key], fresh[key], f"{place}[{key!r}]") for key in fresh))
    if isinstance(fresh, (list, tuple)):
        if len(stored) != len(fresh):
            return f"{place} is stored with {len(stored)} parts and made with {len(fresh)}"
        return _first(_differ, ((*pair, f"{place}[{k}]") for k, pair in enumerate(zip(stored, fresh, strict=True))))
    if not isinstance(fresh, (np.ndarray, float)):
        return None if stored == fresh else f"{place} is stored as {stored!r} and made as {fresh!r}"
    stored, fresh = np.asarray(stored), np.asarray(fresh)
    if (stored.dtype, stored.shape) != (fresh.dtype, fresh.shape):
        return f"{place} is stored as {stored.dtype} {stored.shape} and made as {fresh.dtype} {fresh.shape}"
    if not np.allclose(stored, fresh, rtol=RTOL, atol=ATOL, equal_nan=True):
        return f"{place} differs by up to {np.abs(stored - fresh).max():.3g}"
    return None


def _first(compare: Callable, calls: Iterator[tuple]) -> str | None:
    return next((reason for call in calls if (reason := compare(*call))), None)
