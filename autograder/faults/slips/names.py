"""Names and parts that stand in each other's places."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.slips.site import Change, Site, bare, operator
from autograder.faults.syntax import (
    called,
    identifier,
    is_a,
    is_module,
    names_bound_before,
    text_in,
)


@operator
def wrong_name(site: Site) -> Iterator[Change]:
    """A variable or a dictionary's key stands in the place of another one of equal role (``Wf`` of ``Wi``)."""
    node = site.node
    if site.function is None:
        return
    if is_a(node, ast.Name, ctx=ast.Load) and not _is_called(site):
        bound = names_bound_before(site.function, node)
        arguments = {argument.arg for argument in site.function.args.args}
        peers = [name for name in bound if (name in arguments) == (node.id in arguments)]
        for other in _of_equal_role(node.id, peers):
            yield Change(
                ast.Name(other, ast.Load()), _in_place_of(site, site.words.of_name(other), site.words.of_name(node.id))
            )
    elif is_a(node, ast.Subscript, ctx=ast.Load) and (key := text_in(node.slice)):
        keys = [text_in(part.slice) for part in ast.walk(site.function) if isinstance(part, ast.Subscript)]
        for other in _of_equal_role(key, [found for found in keys if found]):
            changed = ast.Subscript(node.value, ast.Constant(other), node.ctx)
            yield Change(changed, _in_place_of(site, site.words.of_name(other), site.words.of_name(key)))


def _in_place_of(site: Site, other: str | None, right: str | None) -> str:
    where = "" if site.place in (other, right) else site.within
    if not other and not right:
        return f"a similar quantity stands in the place of the right one{where}"
    return f"the place of {right or 'another quantity'}{where} is taken by {other or 'a similar quantity'}"


def _of_equal_role(name: str, names: list[str]) -> list[str]:
    """Another one that differs in one letter or in one part between underscores: the next, if there are several."""
    ordered = list(dict.fromkeys(names))
    at = ordered.index(name) + 1 if name in ordered else 0
    return [other for other in ordered[at:] + ordered[:at] if other != name and _alike(name, other)][:1]


def _alike(one: str, other: str) -> bool:
    if len(one) == len(other) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return [letter.isupper() for letter in one] == [letter.isupper() for letter in other]
    parts, others = one.split("_"), other.split("_")
    return len(parts) == len(others) > 1 and sum(a != b for a, b in zip(parts, others, strict=True)) == 1


@operator
def swap_parts(site: Site) -> Iterator[Change]:
    """Two neighbours in a tuple, a list, a dictionary's values or a call's arguments change places."""
    node = site.node
    if is_a(site.parent, ast.Assign) and site.field == "targets" and is_a(site.parent.value, ast.Tuple):
        return  # the values change places, which is the same
    if isinstance(node, (ast.Tuple, ast.List)) and not isinstance(site.parent, ast.Subscript):
        for parts in _swapped_neighbours(node.elts):
            yield Change(type(node)(parts[0], node.ctx), _swapped(site, *parts[1:]))
    elif isinstance(node, ast.Dict) and all(key is not None for key in node.keys):
        for parts in _swapped_neighbours(node.values):
            yield Change(ast.Dict(node.keys, parts[0]), _swapped(site, *parts[1:]))
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        for parts in _swapped_neighbours(node.args):
            where = f" in what is passed to `{called(node)}`" if "_" in called(node) else site.within
            yield Change(ast.Call(node.func, parts[0], node.keywords), _swapped(site, *parts[1:], where))


def _swapped_neighbours(parts: list[ast.expr]) -> Iterator[tuple[list[ast.expr], ast.expr, ast.expr]]:
    """Up to three, spread over a long list."""
    starts = [k for k in range(len(parts) - 1) if not any(map(_has_no_place, parts[k : k + 2]))]
    for k in starts if len(starts) <= 3 else (starts[0], starts[len(starts) // 2], starts[-1]):
        yield [*parts[:k], parts[k + 1], parts[k], *parts[k + 2 :]], parts[k], parts[k + 1]


def _has_no_place(part: ast.expr) -> bool:
    return isinstance(part, ast.Starred) or identifier(part) == "_"


def _swapped(site: Site, one: ast.expr, other: ast.expr, where: str | None = None) -> str:
    names = [bare(name) for part in (one, other) if (name := site.named(part))]
    place = site.within if where is None else where
    if len(set(names)) == 2:
        return f"{names[0]} and {names[1]} have changed places{place}"
    both = f"{names[0]} and another part" if names else "two parts" if place else "two names or values"
    return f"{both} have changed places{place}"


def _is_called(site: Site) -> bool:
    return isinstance(site.parent, ast.Call) and site.field == "func" or is_module(site.node)
