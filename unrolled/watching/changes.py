"""Which exercises a change of a notebook can touch: those that it writes anew, and what depends on them by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unrolled.documents import Cell, Notebook


@dataclass(frozen=True)
class _Names:
    """Of a cell: the names that it gives a value or may alter, and all that it uses."""

    given: frozenset[str]
    used: frozenset[str]


def touched(before: Notebook | None, after: Notebook, exercises: Sequence[str]) -> list[str]:
    """The exercises whose verdict may have changed; first those that were written anew, else in their order.

    Where a change cannot be followed by names (a cell that is no plain Python and no exercise's), all of them.
    """
    if before is None:
        return list(exercises)
    old, new = _run_cells(before), _run_cells(after)
    old_sources, new_sources = [cell.source for cell in old], [cell.source for cell in new]
    if old_sources == new_sources:
        return []
    changed = [cell for cell in new if cell.source not in old_sources]
    changed += [cell for cell in old if cell.source not in new_sources]
    if not changed:  # moved or copied
        return list(exercises)
    names = [_names(cell) for cell in changed]
    if any(each is None for each in names):
        return list(exercises)
    direct = {name for each in names if each for name in each.given}
    reached = _reached(direct, [each for cell in new if (each := _names(cell))])
    return [name for name in exercises if name in direct] + [
        name for name in exercises if name in reached - direct
    ]


def _run_cells(notebook: Notebook) -> list[Cell]:
    return [cell for cell in notebook.code_cells if cell.is_run]


def _reached(names: set[str], cells: Sequence[_Names]) -> set[str]:
    """The names, and all that cells make out of them, of that again, and so on."""
    reached, grows = set(names), True
    while grows:
        more = {name for cell in cells if cell.used & reached for name in cell.given}
        grows = not more <= reached
        reached |= more
    return reached


def _names(cell: Cell) -> _Names | None:
    """The names of a cell; None where they cannot be told."""
    try:
        tree = ast.parse(cell.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        defined = set(re.findall(r"^(?:def|class)[ \t]+(\w+)", cell.source, re.MULTILINE))
        given = defined | ({cell.exercise} if cell.exercise else set())
        return _Names(frozenset(given), frozenset(re.findall(r"\w+", cell.source))) if given else None
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    altered = [node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign)]
    used |= {target.id for target in altered if isinstance(target, ast.Name)}
    given = {name for statement in tree.body for name in _given(statement)}
    return _Names(frozenset(given | ({cell.exercise} - {""})), frozenset(used))


def _given(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a cell gives a value, or whose objects it may alter."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _root(node)
        # A call whose value is thrown away is made for what it does to something.
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = {id(each.func) for each in ast.walk(node.value) if isinstance(each, ast.Call)}
            if isinstance(node.value.func, ast.Attribute):
                yield from _root(node.value.func)
            yield from (
                each.id for each in ast.walk(node.value) if isinstance(each, ast.Name) and id(each) not in called
            )


def _root(node: ast.expr) -> Iterator[str]:
    """The name that a chain of attributes and indices begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id
