"""The code that a release gives beside its exercises, and whether a notebook still has what it defines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.course.units import FIGURE, TRAINING, has_tag

NEAR = 200  # characters in which a name belongs to a word or sign on its line; the time for a long line hangs on it


def is_left_out(cell: NotebookNode) -> bool:
    """Whether grading would not run the cell as it was released."""
    return has_tag(cell, TRAINING) or has_tag(cell, FIGURE)


def bound_names(source: str) -> set[str]:
    """The names that a given cell binds when it runs: what it imports, defines and assigns."""
    try:
        tree = ast.parse(source)  # a release's: our own code, but for its magics
    except SyntaxError:
        return set()
    return {name for statement in tree.body for name in _bound(statement)}


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        nodes = (node for target in targets for node in ast.walk(target))
        yield from (node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def is_bound(name: str, code: str) -> bool:
    """Whether code, somebody's and not parsed, seems to bind a name."""
    name, some = re.escape(name), f"{{0,{NEAR}}}"
    forms = (
        rf"\b(?:def|class|as)[ \t]{{1,9}}{name}\b",
        rf"\bimport\b[^\n]{some}\b{name}\b",
        rf"\b{name}\b[^=\n(]{some}=(?!=)",
    )
    return any(re.search(form, code) for form in forms)
