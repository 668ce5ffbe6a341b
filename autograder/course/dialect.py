"""The dialect of the unit scripts: jupytext's py:percent, and four keys on a cell's ``# %%`` line.

=========================================  ================================================================
``exercise="rnn_cell_forward"``            the answer cell, with nbgrader's BEGIN and END SOLUTION inside
``check="rnn_cell_forward" points=8``      its visible check: one call, ``checks.rnn_cell_forward(rnn_cell_forward)``
``[markdown] answer="why_gates" points=4`` a written answer: the question, then nbgrader's BEGIN and END MARK SCHEME,
                                           in whose place the student writes
``tags=["training"]``                      too long to run while grading; ``["figure"]``: drawn to be looked at
=========================================  ================================================================

:func:`read_script` gives the cells of a script; :func:`faults` says everything that is wrong with them.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jupytext

from autograder.course.units import CHECK_PREFIX, FIGURE, TRAINING

POINTS_OF_A_UNIT = 100
HINTS_OF_AN_EXERCISE = 3
KEYS = ("exercise", "check", "answer", "points", "tags")
TAGS = (TRAINING, FIGURE)

MARKER_LIKE = re.compile(r"\s*#\s?%%")
MARKER = re.compile(r"# %%(?P<markdown> \[markdown\])?(?P<options>( .*)?)")
OPTION = re.compile(r'\s+(?P<key>\w+)=(?P<value>"[^"]*"|[0-9.]+|\[[^\]]*\])')
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,47}")  # so that cell ids made from it stay within Jupyter's 64 characters
DETAILS = re.compile(r"<details\b[^>]*>(.*?)</details>", re.DOTALL)
SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary>", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """Something wrong with the course: where, what, and what to do about it. Line 0 stands for the whole file."""

    path: str
    line: int
    what: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}\n    {self.todo}"


@dataclass(frozen=True)
class Cell:
    """One cell of a script.

    ``line`` is that of its ``# %%``, ``first`` that of the first line of ``source``, both counted from 1.
    """

    line: int
    first: int
    kind: Literal["code", "markdown"]
    source: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def exercise(self) -> str:
        """Id of the exercise that this cell answers, or an empty string."""
        return self.options.get("exercise", "")

    @property
    def check(self) -> str:
        """Id of the exercise that this cell checks, or an empty string."""
        return self.options.get("check", "")

    @property
    def answer(self) -> str:
        """Id of the written answer in this cell, or an empty string."""
        return self.options.get("answer", "")

    @property
    def points(self) -> float:
        """What the cell is worth."""
        return self.options.get("points", 0)

    @property
    def tags(self) -> list[str]:
        """Jupyter's tags."""
        return self.options.get("tags", [])

    @property
    def is_run_in_grading(self) -> bool:
        """Whether grading runs the cell: code that is no check, no training and no figure."""
        return self.kind == "code" and not self.check and not {FIGURE, TRAINING} & set(self.tags)

    @property
    def grade_id(self) -> str:
        """nbgrader's id of the cell, or an empty string for prose, figures and code that is given."""
        return self.exercise or self.answer or (CHECK_PREFIX + self.check if self.check else "")

    def line_of(self, text: str) -> int:
        """The script's line where ``text`` first stands in this cell."""
        return self.first + self.source.partition(text)[0].count("\n")


@dataclass(frozen=True)
class Script:
    """A unit's script: where it is (as problems say it) and its cells."""

    path: str
    cells: tuple[Cell, ...]

    def problem(self, line: int, what: str, todo: str) -> Problem:
        """A problem at a line of this script."""
        return Problem(self.path, line, what, todo)


def read_script(path: Path, shown: str) -> tuple[Script, list[Problem]]:
    """The cells of a script, and what is wrong with its ``# %%`` lines; ``shown`` is the path that problems give."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return Script(shown, ()), [Problem(shown, 0, f"not UTF-8 text ({error})", "save the file as UTF-8")]
    problems = []
    try:
        ast.parse(text)
    except SyntaxError as error:
        problems.append(Problem(shown, error.lineno or 0, f"not valid Python: {error.msg}", "correct the line"))
    lines = text.split("\n")
    markers = [number for number, line in enumerate(lines, 1) if MARKER_LIKE.match(line)]
    if not markers:
        return Script(shown, ()), [Problem(shown, 0, "no cells", "start each cell with a `# %%` line")]

    options: list[dict[str, Any]] = []
    for number in markers:
        markdown, keys, wrong = _read_marker(lines[number - 1])
        problems += [Problem(shown, number, what, todo) for what, todo in wrong]
        options.append(keys)
        # The keys are read here, strictly; jupytext, which is lenient about them, turns the rest into cells.
        lines[number - 1] = "# %% [markdown]" if markdown else "# %%"

    notebook = jupytext.reads("\n".join(lines), fmt="py:percent")
    if len(notebook.cells) != len(markers):
        what = f"{len(markers)} lines look like `# %%`, but jupytext makes {len(notebook.cells)} cells of the file"
        todo = "put nothing but the header before the first `# %%`, and none inside a string"
        return Script(shown, ()), [*problems, Problem(shown, markers[0], what, todo)]
    cells = tuple(
        Cell(number, _first_line(lines, number, made.source), made.cell_type, made.source, keys)
        for number, keys, made in zip(markers, options, notebook.cells, strict=True)
    )
    return Script(shown, cells), problems


def _read_marker(line: str) -> tuple[bool, dict[str, Any], list[tuple[str, str]]]:
    """Whether a ``# %%`` line opens a markdown cell, its right keys, and what is wrong with the rest."""
    marker = MARKER.fullmatch(line.rstrip())
    if not marker:
        wrong = (f"not a cell marker: {line.strip()}", "write `# %%` or `# %% [markdown]`, then the keys")
        return "[markdown]" in line, {}, [wrong]
    options: dict[str, Any] = {}
    faults = []
    rest = marker["options"]
    while option := OPTION.match(rest):
        key, rest = option["key"], rest[option.end() :]
        try:
            value = json.loads(option["value"])
        except json.JSONDecodeError:
            faults.append((f"cannot read the value of {key}: {option['value']}", "write it as JSON"))
            continue
        fault = ("it stands twice on the line", "keep one") if key in options else _option_fault(key, value)
        if fault:
            faults.append((f"the key {key!r}: {fault[0]}", fault[1]))
        else:
            options[key] = value
    if rest.strip():
        faults.append((f"cannot read {rest.strip()!r}", 'keys are written key="name", points=8, tags=["training"]'))
    return bool(marker["markdown"]), options, faults


def _option_fault(key: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a key and its value, and what to do."""
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        return "unknown", f"{f'did you mean `{near[0]}`? ' if near else ''}The keys are {', '.join(KEYS)}"
    if key == "points":
        right = isinstance(value, int | float) and value > 0
        return None if right else (f"{value!r} is no number above 0", "say how many points the cell is worth")
    if key == "tags":
        unknown = [tag for tag in value if tag not in TAGS] if isinstance(value, list) else [value]
        return (f"unknown tag {unknown[0]!r}", f"tags is a list of some of {', '.join(TAGS)}") if unknown else None
    right = isinstance(value, str) and bool(NAME.fullmatch(value))
    return None if right else (f"{value!r} is no name", "names are Python names of at most 48 characters")


def _first_line(lines: list[str], marker: int, source: str) -> int:
    """Where the source of the cell begins: after its marker, and after the opening quotes of a markdown block."""
    opening = source.split("\n", 1)[0]
    if not opening:
        return marker
    return next((number for number in range(marker + 1, len(lines) + 1) if lines[number - 1].endswith(opening)), marker)


def faults(script: Script) -> Iterator[Problem]:
    """Everything that is wrong with a script's cells, rule by rule."""
    for rule in (_keys_fit, _pairs, _ids, _total, _regions, _checks_are_calls, _hints):
        yield from rule(script)


def _keys_fit(script: Script) -> Iterator[Problem]:
    for cell in script.cells:
        roles = [key for key in ("exercise", "check", "answer") if key in cell.options]
        if len(roles) > 1:
            yield script.problem(cell.line, f"a cell cannot be {' and '.join(roles)}", "make a cell of each")
        elif roles and roles[0] == "answer" and cell.kind != "markdown":
            yield script.problem(cell.line, f"the written answer {cell.answer!r} is code", "make it `# %% [markdown]`")
        elif roles and roles[0] != "answer" and cell.kind != "code":
            yield script.problem(cell.line, f"the {roles[0]} {cell.grade_id!r} is markdown", "make it a code cell")
        if (cell.check or cell.answer) and not cell.points:
            yield script.problem(cell.line, f"{cell.check or cell.answer!r} has no points", "add points=… to the line")
        if cell.points and not (cell.check or cell.answer):
            yield script.problem(cell.line, "points on an ungraded cell", "points stand with check=… or answer=…")
        if cell.tags and roles:
            yield script.problem(cell.line, "tags on an exercise, check or answer", "remove them")
        if not cell.source.strip():
            yield script.problem(cell.line, "an empty cell", "remove it")


def _pairs(script: Script) -> Iterator[Problem]:
    exercises = {cell.exercise: cell.line for cell in script.cells if cell.exercise}
    checks = {cell.check: cell.line for cell in script.cells if cell.check}
    for name, line in exercises.items():
        if name not in checks:
            todo = f'add a cell `# %% check="{name}" points=…` below it'
            yield script.problem(line, f"the exercise {name!r} has no check", todo)
        elif checks[name] < line:
            yield script.problem(checks[name], f"the check of {name!r} stands above its exercise", "move it below")
    for name, line in checks.items():
        if name not in exercises:
            near = difflib.get_close_matches(name, exercises, 1)
            todo = f'{f"did you mean {near[0]!r}? If not, " if near else ""}add `# %% exercise="{name}"` above it'
            yield script.problem(line, f"a check for {name!r}, which is no exercise", todo)


def _ids(script: Script) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for cell in script.cells:
        if not cell.grade_id:
            continue
        if cell.grade_id in seen:
            what = f"the id {cell.grade_id!r} is taken by line {seen[cell.grade_id]}"
            yield script.problem(cell.line, what, "exercises, their checks (check_…) and answers: rename one")
        seen.setdefault(cell.grade_id, cell.line)


def _total(script: Script) -> Iterator[Problem]:
    total = sum(cell.points for cell in script.cells)
    if abs(total - POINTS_OF_A_UNIT) > 1e-9:
        yield script.problem(0, f"the points sum to {total:g}", f"checks and answers share {POINTS_OF_A_UNIT}")


def _regions(script: Script) -> Iterator[Problem]:
    for cell in script.cells:
        yield from region_faults(script, cell, "SOLUTION", bool(cell.exercise or cell.answer))
        yield from region_faults(script, cell, "MARK SCHEME", bool(cell.answer))
        yield from region_faults(script, cell, "HIDDEN TESTS", False)
        if cell.kind == "code" and "AUTOTEST" in cell.source:
            what = "nbgrader would write tests in the place of AUTOTEST"
            yield script.problem(cell.line_of("AUTOTEST"), what, "hidden tests are in autograder/graders")
        if cell.exercise and "BEGIN SOLUTION" not in cell.source:
            what = f"the exercise {cell.exercise!r} has no solution region"
            yield script.problem(cell.line, what, "put `### BEGIN SOLUTION` and `### END SOLUTION` around the solution")
        if cell.answer and not ("BEGIN SOLUTION" in cell.source or "BEGIN MARK SCHEME" in cell.source):
            what = f"the written answer {cell.answer!r} has no mark scheme, so nbgrader would replace its question too"
            yield script.problem(cell.line, what, "put BEGIN MARK SCHEME and END MARK SCHEME below the question")
        if cell.answer and "BEGIN SOLUTION" in cell.source and "BEGIN MARK SCHEME" in _outside(cell.source, "SOLUTION"):
            what = "nbgrader would release the mark scheme of this answer"
            yield script.problem(cell.line_of("BEGIN MARK SCHEME"), what, "put it inside the solution region")


def region_faults(script: Script, cell: Cell, kind: str, allowed: bool) -> Iterator[Problem]:
    """What is wrong with a cell's BEGIN and END markers of a kind, read as nbgrader reads them: anywhere in a line."""
    opened = 0
    for number, line in enumerate(cell.source.split("\n"), cell.first):
        if f"BEGIN {kind}" not in line and f"END {kind}" not in line:
            continue
        if not allowed:
            what = f"a {kind} marker in a cell that has none to hide"
            yield script.problem(number, what, "nbgrader acts on these words anywhere in a line: remove them")
            return
        if f"BEGIN {kind}" in line:
            if opened:
                what = f"BEGIN {kind} inside the region that line {opened} begins"
                yield script.problem(number, what, f"put END {kind} before it")
            opened = number
        elif not opened:
            yield script.problem(number, f"END {kind} without BEGIN", f"put BEGIN {kind} above it, or remove it")
        else:
            opened = 0
    if opened:
        yield script.problem(opened, f"BEGIN {kind} without END", f"put END {kind} below it, in the same cell")


def _outside(source: str, kind: str) -> str:
    return re.sub(rf"BEGIN {kind}.*?END {kind}", "", source, flags=re.DOTALL)


def _checks_are_calls(script: Script) -> Iterator[Problem]:
    for cell in script.cells:
        if cell.check and not _is_call_of(cell.source, cell.check):
            what = f"the check of {cell.check!r} is not one call of it"
            todo = f"its whole text is `checks.{cell.check}({cell.check})`; more arguments may follow the first"
            yield script.problem(cell.line, what, todo)


def _is_call_of(source: str, name: str) -> bool:
    """Whether the text is one call ``<module>.name(name, …)`` and nothing else, comments included."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line of IPython's magic
        return False
    match tree.body:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name(), called), [ast.Name(given), *_]) as call)]:
            return called == given == name and ast.get_source_segment(source, call) == source
    return False


def _hints(script: Script) -> Iterator[Problem]:
    for index, cell in enumerate(script.cells):
        if not cell.exercise:
            continue
        hints = []
        for above in _markdown_above(script.cells, index):
            if above.source.count("<details") != above.source.count("</details>"):
                what = "<details> and </details> do not match"
                yield script.problem(above.line_of("<details"), what, "close each hint with </details>")
            for found in DETAILS.finditer(above.source):
                hints.append((above.first + above.source[: found.start()].count("\n"), found[1]))
        if len(hints) != HINTS_OF_AN_EXERCISE:
            what = f"the exercise {cell.exercise!r} has {len(hints)} hints, not {HINTS_OF_AN_EXERCISE}"
            yield script.problem(cell.line, what, "each is a <details> in the markdown directly above the exercise")
        for line, hint in hints:
            summary = SUMMARY.search(hint)
            if not summary or not summary[1].strip():
                yield script.problem(line, "a hint without a <summary>", "say in <summary> what unfolds")
            if not SUMMARY.sub("", hint).strip():
                yield script.problem(line, "an empty hint", "write it: from a nudge to nearly the line")


def _markdown_above(cells: tuple[Cell, ...], index: int) -> list[Cell]:
    """The run of prose that ends directly above a cell, in order."""
    start = index
    while start and cells[start - 1].kind == "markdown" and not cells[start - 1].answer:
        start -= 1
    return list(cells[start:index])
