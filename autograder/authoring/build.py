"""From source to release: a unit's script becomes nbgrader's source notebook, and that the notebook students fill.

The release is made by nbgrader's own preprocessors, in the order and with the settings of its ``generate_assignment``
command. Equal scripts make equal bytes. Nothing is written while anything is wrong.
"""

from __future__ import annotations

import ast
import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from autograder.course.dialect import Cell, Problem, Script, faults, read_script, region_faults
from autograder.course.root import ROOT
from autograder.course.units import SLUG, Unit, all_units
from autograder.nbgrader_settings import configure

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
CLUTTER = (".ipynb_checkpoints", "__pycache__")
REBUILD = "run `python -m autograder build`; if it was edited, move the change to the script first"


@dataclass(frozen=True)
class Build:
    """What a build found and did; paths are relative to the course."""

    problems: tuple[Problem, ...]
    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def build(root: Path = ROOT, check: bool = False) -> Build:
    """Make the notebooks of every unit of the course in ``root``.

    With ``check``, write nothing, and a notebook that differs from what its script makes is a problem too. Without,
    write what changed, each file all at once, and only if no unit has a problem.
    """
    problems: list[Problem] = list(_unexpected(root))
    made: dict[Path, str] = {}
    for unit in all_units(root):
        notebooks, wrong = make_notebooks(unit)
        made |= notebooks
        problems += wrong
    if check:
        problems += [problem for path, text in made.items() for problem in _stale(path, text, root)]
    if check or problems:
        return Build(tuple(problems))

    changed = [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text.encode()]
    for path in changed:
        _write(path, made[path])
    unchanged = [path for path in made if path not in changed]
    return Build((), _shown(changed, root), _shown(unchanged, root))


def make_notebooks(unit: Unit) -> tuple[dict[Path, str], list[Problem]]:
    """The text of a unit's source and release notebook by path, or nothing and what is wrong with its script."""
    script, problems = read_script(unit.script, _relative(unit.script, unit.root))
    problems += faults(script)
    problems += _bad_stubs(script)
    if problems:
        return {}, sorted(problems, key=lambda problem: problem.line)
    source = _text(source_notebook(script.cells))
    try:
        release = release_text(source, unit.slug)
    except Exception as error:  # a fault that our rules do not know, but nbgrader does
        what = f"nbgrader makes no release of it: {type(error).__name__}: {error}"
        return {}, [script.problem(0, what, "correct the cell that the message speaks of")]
    return {unit.source_notebook: source, unit.release_notebook: release}, []


def source_notebook(cells: Iterable[Cell]) -> NotebookNode:
    """nbgrader's source notebook: cell ids are derived, so that an edit changes few of them."""
    notebook = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA)
    anchor, after = "start", 0
    for cell in cells:
        if cell.grade_id:
            anchor, after, cell_id = cell.grade_id, 0, cell.grade_id
        else:
            after += 1
            cell_id = f"after-{anchor}-{after}"
        notebook.cells.append(_notebook_cell(cell, cell_id))
    return notebook


def _notebook_cell(cell: Cell, cell_id: str) -> NotebookNode:
    metadata: dict[str, Any] = {}
    if cell.grade_id:
        metadata["nbgrader"] = _nbgrader_metadata(cell)
    if cell.tags:
        metadata["tags"] = cell.tags
    new = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
    return new(_stock_source(cell), id=cell_id, metadata=metadata)


def _stock_source(cell: Cell) -> str:
    """The cell's text, for a written answer with the mark scheme as its solution region.

    Without a region nbgrader would put its stub in the place of the whole cell, question included; and it removes mark
    schemes by themselves only from its task cells, which students do not write into.
    """
    if not cell.answer or "BEGIN SOLUTION" in cell.source:
        return cell.source
    lines = []
    for line in cell.source.split("\n"):
        before = ["=== BEGIN SOLUTION ==="] if "BEGIN MARK SCHEME" in line else []
        after = ["=== END SOLUTION ==="] if "END MARK SCHEME" in line else []
        lines += [*before, line, *after]
    return "\n".join(lines)


def _nbgrader_metadata(cell: Cell) -> dict[str, Any]:
    """Schema 3, as nbgrader's own Create Assignment writes it."""
    graded = {"points": cell.points} if cell.check or cell.answer else {}
    return graded | {
        "grade": bool(graded),
        "grade_id": cell.grade_id,
        "locked": bool(cell.check),
        "schema_version": 3,
        "solution": not cell.check,
        "task": False,
    }


def _text(notebook: NotebookNode) -> str:
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def release_text(source: str, slug: str) -> str:
    """What ``nbgrader generate_assignment`` writes for this source notebook, made without files or a gradebook."""
    nbgrader = {"assignment": slug, "notebook": slug, "student": ".", "db_url": ""}
    text, _ = _exporter().from_file(io.StringIO(source), resources={"nbgrader": nbgrader, "unique_key": slug})
    return text


@cache
def _exporter() -> Exporter:
    """nbgrader's converter as its command sets it up, but for SaveCells, which only writes to the gradebook."""
    config = _settings()
    config.SaveCells.enabled = False
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    for preprocessor in converter.preprocessors:
        exporter.register_preprocessor(preprocessor)
    return exporter


def _settings() -> Config:
    config = Config()
    configure(config)
    return config


def _bad_stubs(script: Script) -> Iterator[Problem]:
    """Answer cells whose release would not be valid Python that raises NotImplementedError when it is used."""
    clear = ClearSolutions(config=_settings())
    for cell in script.cells:
        if not cell.exercise or cell.kind != "code" or "BEGIN SOLUTION" not in cell.source:
            continue
        if any(region_faults(script, cell, "SOLUTION", allowed=True)):
            continue  # reported by the dialect's own rules, and nbgrader cannot clear it
        stub, _ = clear.preprocess_cell(_notebook_cell(cell, cell.exercise), {"language": "python"}, 0)
        fault = stub_fault(stub.source, cell.exercise)
        if fault:
            todo = (
                "BEGIN SOLUTION stands inside the function, indented like its code; what is outside must be valid alone"
            )
            yield script.problem(cell.line, f"the stub of {cell.exercise!r} {fault}", todo)


def stub_fault(source: str, exercise: str) -> str:
    """What is wrong with an untouched answer cell; empty if it runs, and a call raises NotImplementedError."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return f"is not valid Python: {error.msg} (its line {error.lineno}: {(error.text or '').strip()})"
    if any(isinstance(statement, ast.Raise) for statement in tree.body):
        return "raises as soon as the cell is run"
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) if name == exercise:
                return "" if _surely_raises(statement) else "does not raise NotImplementedError when called"
            case ast.ClassDef(name=name) if name == exercise:
                methods = [method for method in statement.body if isinstance(method, ast.FunctionDef)]
                return "" if any(map(_surely_raises, methods)) else "has no method that raises NotImplementedError"
    return f"does not define {exercise}"


def _surely_raises(function: ast.FunctionDef) -> bool:
    """Whether a call comes to ``raise NotImplementedError``: in the function's own body, not in a loop or branch."""
    for statement in function.body:
        match statement:
            case ast.Raise(exc=ast.Name("NotImplementedError") | ast.Call(func=ast.Name("NotImplementedError"))):
                return True
            case ast.Raise() | ast.Return():
                return False
    return False


def _unexpected(root: Path) -> Iterator[Problem]:
    """A course without units, and files in the two folders that are no unit's script and that no script makes."""
    units = all_units(root)
    if not units:
        yield Problem("solutions", 0, "no unit here", "a unit is a script solutions/NN_slug/NN_slug.py")
    expected = {path for unit in units for path in (unit.script, unit.source_notebook, unit.release_notebook)}
    for folder in (root / "solutions", root / "assignments"):
        for path in sorted(folder.rglob("*")):
            if path.is_dir() or path in expected or any(part in CLUTTER for part in path.relative_to(root).parts):
                continue
            if path.suffix == ".py" and folder.name == "solutions":
                what, todo = "not the script of a unit", f"name it NN_slug/NN_slug.py ({SLUG.pattern}), or remove it"
            else:
                what, todo = "no script makes this file", "remove it (a renamed unit leaves its old notebooks behind)"
            yield Problem(_relative(path, root), 0, what, todo)


def _stale(path: Path, wanted: str, root: Path) -> Iterator[Problem]:
    """Whether a derived notebook is what its script makes, and if not, where it first differs."""
    shown = _relative(path, root)
    if not path.is_file():
        yield Problem(shown, 0, "missing", REBUILD)
        return
    found = path.read_bytes()
    if found == wanted.encode():
        return
    try:
        cells = json.loads(found)["cells"]
        outputs = [cell["id"] for cell in cells if cell.get("outputs")]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Problem(shown, 0, "not a notebook", REBUILD)
        return
    if outputs:
        yield Problem(shown, 0, f"has outputs (cell {outputs[0]!r})", f"outputs are not committed: {REBUILD}")
    yield Problem(shown, 0, f"stale: {_first_difference(cells, json.loads(wanted)['cells'])}", REBUILD)


def _first_difference(found: list[dict], wanted: list[dict]) -> str:
    for number, (old, new) in enumerate(zip(found, wanted, strict=False), 1):
        if old != new:
            return f"its cell {number} differs from cell {new['id']!r} that the script makes"
    if len(found) != len(wanted):
        return f"it has {len(found)} cells, and the script makes {len(wanted)}"
    return "its metadata or layout differs from what the script makes"


def _write(path: Path, text: str) -> None:
    """All of the file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(text.encode())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _shown(paths: Iterable[Path], root: Path) -> tuple[str, ...]:
    return tuple(_relative(path, root) for path in paths)
