"""What must not get out, taken from the checkout: of every secret file what it can be recognised by.

Nothing is planted for this: worked answers, graders and oracles have code and names of their own, references numbers,
mark schemes words. What the lessons show is taken out: it is what the builder makes of the scripts, never what stands
in a bundle.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from autograder.bundling import compiled, marks, numbers_in
from autograder.bundling.marks import Mark
from autograder.bundling.pieces import Opening
from autograder.bundling.shapes import body, shapes
from autograder.course.dialect import read_script
from autograder.course.known_answers import known_answers
from autograder.course.root import ROOT
from autograder.course.units import Unit, all_units
from unrolled.arrays import load_cases

FOLDERS = ("autograder", "solutions", "tests")
"""Folders of which no file as a whole is a student's."""
CODE = ("graders", "oracles", "classmates")
"""Rooms of ``autograder`` whose modules hold what a unit keeps from its students."""
FEWEST = 3  # marks of its own that a secret file needs: with fewer, the scan could not see a part of it
SMALL = 100  # bytes below which a file says nothing
REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION", re.DOTALL | re.MULTILINE)
SCHEME = re.compile(r"BEGIN (MARK SCHEME|SOLUTION)\b.*?\n(.*?)\n[^\n]*END \1", re.DOTALL)


@dataclass
class Secrets:
    """What must not get out: for every mark that gives something away, what that is.

    ``own`` counts the marks of each secret file that nothing shows; ``sources`` is what may be there in compiled form.
    """

    told: dict[tuple[str, object], str] = field(default_factory=dict)
    own: Counter[str] = field(default_factory=Counter)
    sources: dict[str, str] = field(default_factory=dict)

    def of(self, mark: Mark) -> str | None:
        """What a mark gives away, or None."""
        if mark.kind == "marker":
            return f"“{mark.key}”, which stands in instructors' files only"
        if mark.kind == "compiled":
            return self._compiled.get(mark.key)
        return self.told.get((mark.kind, mark.key))

    @cached_property
    def _compiled(self) -> dict[object, str]:
        """Runs of instructions, made when there is compiled code to compare with."""
        found: dict[object, str] = {}
        for what, source in self.sources.items():
            code = compile(source, what, "exec", dont_inherit=True)
            for digest, _ in compiled.runs(code):
                found.setdefault(digest, what)
        return found


def secrets_of(root: Path = ROOT) -> Secrets:
    """Everything that must not get out of a checkout.

    Raises:
        UnreadableAnswers, NotBuilt: a unit's known answers or its release cannot be read.
    """
    found = Secrets()
    units = all_units(root)
    shown = {(mark.kind, mark.key) for unit in units for mark in _shown(unit)}
    of_units = (each for unit in units for each in _of_unit(unit, found))
    for path, what, mark in (*of_units, *_of_modules(root, found), *_files(root)):
        key = (mark.kind, mark.key)
        if key not in shown:
            found.told.setdefault(key, what)
            found.own[path] += mark.kind != "file"
    return found


def unseen(root: Path, secrets: Secrets) -> list[str]:
    """Secret files that have too little of their own to be recognised by."""
    files = _modules(root)
    for unit in all_units(root):
        files += [unit.script, unit.references, root / "autograder" / "answers" / unit.script.name]
    names = [_shown_path(path, root) for path in files if path.is_file() and path.stat().st_size >= SMALL]
    return [name for name in names if secrets.own[name] < FEWEST and not name.endswith("__init__.py")]


def _shown(unit: Unit) -> Iterator[Mark]:
    """What a student is shown: every piece of the release."""
    for piece in Opening().file("", unit.release_notebook.name, unit.release_notebook.read_bytes()):
        if piece.kind != "file":
            yield from marks.marks(piece)


def _files(root: Path) -> Iterator[tuple[str, str, Mark]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.stat().st_size >= SMALL:
                name = _shown_path(path, root)
                yield name, name, Mark("file", marks.of_file(path.read_bytes()), 1)
    secret = root / ".unrolled" / "secret"
    if secret.is_file():
        yield ".unrolled/secret", "the course's secret", Mark("file", marks.of_file(secret.read_bytes()), 1)


def _of_unit(unit: Unit, found: Secrets) -> Iterator[tuple[str, str, Mark]]:
    """Of a unit's worked answers, mark schemes, known answers and references."""
    script = _shown_path(unit.script, unit.root)
    for cell in read_script(unit.script, script)[0].cells:
        if cell.exercise:
            what = f"a part of the worked answer to {cell.exercise} ({script})"
            found.sources[what] = cell.source
            for mark in _windows(cell.source):
                yield script, what, mark
        for region in REGION.findall(cell.source) if cell.exercise else ():
            whole = body(textwrap.dedent(region))
            if whole and not whole.is_window:
                yield script, f"the worked answer to {cell.exercise} ({script})", Mark("code", whole.digest, 1)
        for _, scheme in SCHEME.findall(cell.source) if cell.answer else ():
            for row, _ in marks.word_rows(scheme):
                yield script, f"a part of the mark scheme of {cell.answer} ({script})", Mark("words", row, 1)
    yield from _of_known_answers(unit)
    if unit.references.is_file():
        yield from _of_references(unit)


def _of_known_answers(unit: Unit) -> Iterator[tuple[str, str, Mark]]:
    path = f"autograder/answers/{unit.slug}.py"
    known = known_answers(unit)
    answers = [(f"the known mistake {mistake.name}", mistake.source) for mistake in known.mistakes]
    for paraphrase in known.paraphrases:
        answers += [(f"a right answer to {exercise}", code) for exercise, code in paraphrase.answers.items()]
    for name, code in answers:
        for mark in _windows(code):
            yield path, f"a part of {name} ({path})", mark


def _of_references(unit: Unit) -> Iterator[tuple[str, str, Mark]]:
    path = _shown_path(unit.references, unit.root)
    for case, values in load_cases(unit.references).items():
        for value in numbers_in.leaves([values.inputs, values.outputs]):
            if isinstance(value, np.ndarray):
                for mark in marks.of_array(value, numbers_in.rows_any_way):
                    yield path, f"hidden values of {case} ({path})", mark


def _of_modules(root: Path, found: Secrets) -> Iterator[tuple[str, str, Mark]]:
    for path in _modules(root):
        name, source = _shown_path(path, root), path.read_text(encoding="utf-8")
        found.sources[f"a part of {name}"] = source
        for mark in (*_windows(source), *_names(source)):
            yield name, f"a part of {name}", mark


def _names(source: str) -> Iterator[Mark]:
    """The telling names that a module gives to functions, classes and constants."""
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name) and target.id.isupper()]
        yield from (Mark("name", name, 1) for name in names if marks.is_telling(name))


def _windows(code: str) -> Iterator[Mark]:
    yield from (Mark("code", shape.digest, shape.line) for shape in shapes(code) if shape.is_window)


def _modules(root: Path) -> list[Path]:
    return [path for room in CODE for path in sorted((root / "autograder" / room).glob("*.py"))]


def _shown_path(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
