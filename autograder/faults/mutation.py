"""Mutants: a worked answer with one fault each, made from its syntax tree by :mod:`autograder.faults.operators`.

A mutant's id is made of its operator, of the piece of code that it changes and of what that contributes to, so that it
stays the same while other parts of the solution are edited.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from autograder.faults.fault_words import Words
from autograder.faults.operators import OPERATORS
from autograder.faults.slips.site import Change, Site


@dataclass(frozen=True)
class Mutant:
    """A solution with one fault.

    Attributes:
        id: the operator's name and a digest of the change.
        says: the fault and its place, for a student: "the update gate's bias `bu` is left out of the update gate".
        place: what the changed code contributes to, in words; empty when nothing that a student knows.
        before, after: the changed lines, for authors.
    """

    id: str
    operator: str
    source: str
    says: str
    place: str
    before: str
    after: str


def mutants(source: str, exercise: str, words: Mapping[str, str] | None = None) -> tuple[Mutant, ...]:
    """All mutants of an answer, no two of the same text.

    Args:
        source: the worked answer: a cell that defines ``exercise``, and perhaps more.
        exercise: the name of the function or class.
        words: for names that only the solution has; see docs/writing-a-unit.md.
    """
    return _made(source, exercise, tuple(sorted((words or {}).items())))


@cache  # examiners that are forked after an audit has made them need not make them again
def _made(source: str, exercise: str, words: tuple[tuple[str, str], ...]) -> tuple[Mutant, ...]:
    tree = ast.parse(source)
    original = ast.unparse(tree)
    seen, numbers, made = {original}, Counter[str](), []
    for site in sites(tree, exercise, dict(words)):
        for name, operator in OPERATORS.items():
            for change in operator(site):
                text = _changed(tree, site, change)
                if text in seen or not _compiles(text):
                    continue
                seen.add(text)
                before, after = _difference(original, text)
                key = f"{name}-{_digest(site, change)}"
                numbers[key] += 1
                number = f"-{numbers[key]}" if numbers[key] > 1 else ""
                made.append(
                    Mutant(
                        key + number, name, text + "\n", _tidy(change.says, site.place), site.place or "", before, after
                    )
                )
    return tuple(made)


def sites(tree: ast.Module, exercise: str, words: Mapping[str, str]) -> Iterator[Site]:
    """Every node that an operator may change, with where it stands: the bodies of functions, without docstrings."""
    seen_by_student = next((top for top in tree.body if getattr(top, "name", "") == exercise), None)
    for top in tree.body:
        if isinstance(top, (ast.FunctionDef, ast.ClassDef)):
            shown = seen_by_student if isinstance(seen_by_student, (ast.FunctionDef, ast.ClassDef)) else top
            yield from _below(top, (), Words(shown, words))
        elif isinstance(top, ast.Assign):
            yield from _below(top, (), Words(ast.parse("def f(): pass").body[0], words))  # type: ignore[arg-type]


def _below(parent: ast.AST, parents: tuple[ast.AST, ...], words: Words) -> Iterator[Site]:
    for name, value in ast.iter_fields(parent):
        if name in ("args", "decorator_list", "returns", "annotation", "type_params") and not isinstance(
            parent, ast.Call
        ):
            continue  # what the student sees too
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or isinstance(
                node, (ast.Raise, ast.Assert, ast.JoinedStr, ast.expr_context)
            ):
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring
            yield Site(node, parent, name, index if isinstance(value, list) else None, (*parents, parent), words)
            yield from _below(node, (*parents, parent), words)


def _tidy(says: str, place: str | None) -> str:
    """A sentence without its last words " in the place" where it has named the place before."""
    rest = says.removesuffix(f" in {place}")
    return rest if place and place in rest else says


def _digest(site: Site, change: Change) -> str:
    """Six digits that stand for a change: what is replaced, by what, and what it contributes to."""
    new = change.replacement if isinstance(change.replacement, list) else [change.replacement]
    changed = [_text(site.node), *map(_text, new)]
    below: ast.AST = site.node
    for parent in reversed(site.parents):
        if isinstance(parent, ast.Assign):
            changed += map(_text, parent.targets)
        elif isinstance(parent, ast.AugAssign):
            changed.append(_text(parent.target))
        elif isinstance(parent, ast.Dict) and below in parent.values:
            changed.append(_text(parent.keys[parent.values.index(below)]))
        below = parent
    return hashlib.sha256("\n".join(changed).encode()).hexdigest()[:6]


def _text(node: ast.AST | None) -> str:
    return "" if node is None else ast.unparse(ast.fix_missing_locations(node))


def _changed(tree: ast.Module, site: Site, change: Change) -> str:
    """The whole text with the site's node replaced; the tree is as before afterwards."""
    holder = getattr(site.parent, site.field)
    new = change.replacement if isinstance(change.replacement, list) else [change.replacement]
    for node in new:
        ast.fix_missing_locations(node)
    changed = change.replacement if site.index is None else [*holder[: site.index], *new, *holder[site.index + 1 :]]
    setattr(site.parent, site.field, changed)
    text = ast.unparse(tree)
    setattr(site.parent, site.field, holder)
    return text


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines in which two texts differ, without indentation."""
    old, new = before.split("\n"), after.split("\n")
    start = next(
        (k for k, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return tuple("\n".join(line.strip() for line in lines[start : len(lines) - end]) for lines in (old, new))  # type: ignore[return-value]
