"""What kept evidence depends on, as fingerprints: when one differs from what is kept, the evidence is stale.

Blank lines and lines that are comments count for nothing in code of ours, and prose counts for nothing in a lesson: a
corrected sentence makes no evidence stale.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.course.dialect import Cell, read_script
from autograder.course.sources import code_of
from autograder.course.units import Unit

ENGINE = ("auditing", "course", "examination", "faults", "judging", "sandbox")
"""Rooms of ``autograder`` that an audit's outcome hangs on."""
WIRE = ("wire", "arrays", "execution")
"""Modules of ``unrolled`` that carry answers from the student's process to the graders."""
UNSEEN = ("checks", "checking", "plots")
"""Rooms of ``unrolled`` that change no figure that a run reaches: what tells, and what draws."""


def of_audit(unit: Unit) -> str:
    """What an audit hangs on: solution, grader, known answers, oracles, references, and the engine's packages."""
    engine = [path for room in ENGINE for path in (unit.root / "autograder" / room).rglob("*.py")]
    carried = [unit.root / "unrolled" / f"{name}.py" for name in WIRE]
    answers = [unit.root / "autograder" / "answers" / f"{unit.slug}.py"]
    cells = (cell for cell in _cells(unit) if cell.is_run_in_grading or cell.check)
    return _digest(unit, [*_of_unit(unit), *engine, *carried, *answers, *_imported(unit)], cells)


def of_bench(unit: Unit) -> str:
    """What a race's points hang on: solution, grader, oracles, references, and the room that runs the race."""
    race = (unit.root / "autograder" / "benchmark").rglob("*.py")
    cells = (cell for cell in _cells(unit) if cell.is_run_in_grading or cell.check)
    return _digest(unit, [*_of_unit(unit), *race], cells)


def of_run(unit: Unit) -> str:
    """What a run's figures hang on: the cells that compute and train, what they import of ours, and the data."""
    cells = (cell for cell in _cells(unit) if cell.kind == "code" and not cell.check and "figure" not in cell.tags)
    return _digest(unit, [*_imported(unit), *_data(unit)], cells)


def _of_unit(unit: Unit) -> list[Path]:
    """The grader, its references, and the oracles: a unit's own and its companions (``jazz_solo_keras``)."""
    oracles = (unit.root / "autograder" / "oracles").glob(f"{unit.slug[3:]}*.py")
    return [unit.grader, unit.references, *oracles]


def _cells(unit: Unit) -> Sequence[Cell]:
    return read_script(unit.script, unit.script.name)[0].cells


def _digest(unit: Unit, paths: Iterable[Path], cells: Iterable[Cell]) -> str:
    found = hashlib.sha256()
    for path in sorted(set(paths)):
        name = path.relative_to(unit.root).as_posix()
        is_code = path.suffix == ".py" and path.parent.name != "answers"  # there, a comment begins an answer
        found.update(f"\n{name}\n".encode() + (code_of(path) if is_code else path.read_bytes()))
    for cell in cells:
        found.update(f"\n{cell.exercise} {cell.check} {cell.points:g}\n{cell.source}\n".encode())
    return found.hexdigest()[:32]


def _imported(unit: Unit) -> set[Path]:
    """The modules of ``unrolled`` that the lesson computes with, and those that these import."""
    package = unit.root / "unrolled"
    found: set[Path] = set()
    waiting = ["\n".join(cell.source for cell in _cells(unit) if cell.kind == "code")]
    while waiting:
        for name in _modules(waiting.pop()):
            path = package.joinpath(*name.split(".")[1:]).with_suffix(".py")
            if path.is_file() and path not in found and path.relative_to(package).parts[0] not in UNSEEN:
                found.add(path)
                waiting.append(path.read_text(encoding="utf-8"))
    return found


def _modules(source: str) -> Iterator[str]:
    """Modules of ours that a piece of code imports; a name may turn out to be none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("unrolled."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "unrolled":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _data(unit: Unit) -> list[Path]:
    """The files of the data sets whose loaders the lesson uses: a set has the name of its loader."""
    folders = (unit.root / "data" / path.stem for path in _imported(unit) if path.parent.name == "datasets")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if path.suffix not in (".md", ".py", ".pyc")]
