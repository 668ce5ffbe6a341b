"""Slips along the steps of a sequence: bounds, indices, states that are stale, forgotten or overwritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.fault_words import be
from autograder.faults.slips.site import Change, Site, operator
from autograder.faults.syntax import (
    before_the_loop,
    binary,
    called,
    has,
    is_a,
    is_bound_in,
)


@operator
def wrong_steps(site: Site) -> Iterator[Change]:
    """A range is one step short at either end, or runs the other way."""
    node = site.node
    if isinstance(node, ast.Call) and called(node) == "reversed":
        yield Change(node.args[0], f"the loop runs forwards instead of backwards{site.within}")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "range":
        return
    stop = node.args[0] if len(node.args) == 1 else node.args[1]
    start = node.args[0] if len(node.args) > 1 else ast.Constant(0)
    step = node.args[2:]
    call = ast.Name("range", ast.Load())
    shorter = binary(stop, ast.Sub(), ast.Constant(1))
    later = binary(start, ast.Add(), ast.Constant(1)) if len(node.args) > 1 else ast.Constant(1)
    yield Change(
        ast.Call(call, [start, shorter, *step] if len(node.args) > 1 else [shorter], []),
        "the loop leaves out the last step",
    )
    yield Change(ast.Call(call, [later, stop, *step], []), "the loop leaves out the first step")
    if len(node.args) == 1 and not (isinstance(site.parent, ast.Call) and called(site.parent) == "reversed"):
        yield Change(
            ast.Call(ast.Name("reversed", ast.Load()), [node], []), "the loop runs through the steps backwards"
        )


@operator
def wrong_index(site: Site) -> Iterator[Change]:
    """An index t becomes t - 1 or 0; a slice loses its direction or a bound, or is one off."""
    node = site.node
    if not isinstance(node, ast.Subscript):
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for number, part in enumerate(parts):
        for other, fault in _other_indices(part, site.of(node.value, "an array"), isinstance(node.ctx, ast.Store)):
            new = [*parts[:number], other, *parts[number + 1 :]]
            index = ast.Tuple(new, ast.Load()) if isinstance(node.slice, ast.Tuple) else new[0]
            where = site.within if isinstance(node.ctx, ast.Load) else ""
            yield Change(ast.Subscript(node.value, index, node.ctx), f"{fault}{where}")


def _other_indices(part: ast.expr, what: str, written: bool) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(part, ast.Name) and len(part.id) <= 2 or is_a(part, ast.Name, id=("step", "index", "place")):
        before = binary(part, ast.Sub(), ast.Constant(1))
        done = f"{be(what)} {'written' if written else 'read'}"
        yield before, f"{what} {done} one step too early"
        yield ast.Constant(0), f"{what} {done} at the first step only"
    elif isinstance(part, ast.Slice):
        if part.step is not None:
            yield ast.Slice(part.lower, part.upper, None), f"the order of the steps in {what} is not reversed"
        elif part.lower is not None and part.upper is None:
            yield ast.Slice(None, part.lower, None), f"the wrong part is cut out of {what}"
            yield (
                ast.Slice(binary(part.lower, ast.Add(), ast.Constant(1)), None, None),
                f"{what} {be(what)} cut one place off",
            )
        elif part.upper is not None and part.lower is None:
            yield ast.Slice(part.upper, None, None), f"the wrong part is cut out of {what}"
            yield (
                ast.Slice(None, binary(part.upper, ast.Sub(), ast.Constant(1)), None),
                f"{what} {be(what)} cut one place off",
            )


@operator
def stale_state(site: Site) -> Iterator[Change]:
    """What a loop carries on from step to step is not carried on: its use at each step is that of the first."""
    node, loop = site.node, site.loop
    if not is_a(node, ast.Name, ctx=ast.Load) or loop is None or site.function is None or node not in ast.walk(loop):
        return
    first = before_the_loop(site.function, loop, node.id)
    if first is not None and is_bound_in(loop, node.id):
        name = site.of(node, "the state")
        yield Change(first, f"{name} is not carried on from step to step, and is the first one at each{site.within}")


@operator
def forget_state(site: Site) -> Iterator[Change]:
    """What a loop carries on is thrown away where it is assigned, so that the next step starts anew."""
    node, loop = site.node, site.loop
    if not is_a(node, ast.Name, ctx=ast.Store) or loop is None or site.function is None or site.parent is loop:
        return
    if before_the_loop(site.function, loop, node.id) is not None:
        yield Change(
            ast.Name(f"new_{node.id}", ast.Store()), f"{site.of(node, 'the state')} is not updated in the loop"
        )


@operator
def overwrite(site: Site) -> Iterator[Change]:
    """total += x becomes total = x, and total |= x too."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        changed = ast.Assign([node.target], node.value)
        what = site.of(node.target, "a total")
        yield Change(changed, f"{what} {be(what)} overwritten at each step instead of added up")


@operator
def accumulate(site: Site) -> Iterator[Change]:
    """x = y of a state in a loop becomes x += y."""
    node = site.node
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        if site.loop is not None and site.function is not None:
            if before_the_loop(site.function, site.loop, node.targets[0].id) is not None:
                changed = ast.AugAssign(node.targets[0], ast.Add(), node.value)
                what = site.of(node.targets[0], "the state")
                yield Change(changed, f"{what} {be(what)} added to what was there before instead of replacing it")


@operator
def drop_statement(site: Site) -> Iterator[Change]:
    """A statement that only changes what is there already is left out."""
    node = site.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        parts = [site.of(part) for part in node.value.args] or ["a part"]
        yield Change(
            [ast.Pass()], f"{parts[-1]} {be(parts[-1])} never added to {site.of(node.value.func.value, 'a list')}"
        )
    elif isinstance(node, ast.AugAssign):
        what = site.of(node.value, "a part")
        yield Change([ast.Pass()], f"{what} {be(what)} never added to {site.of(node.target, 'a total')}")
    elif isinstance(node, ast.Assign) and all(isinstance(target, ast.Subscript) for target in node.targets):
        what = site.of(node.targets[0], "a result")
        yield Change([ast.Pass()], f"{what} {be(what)} never filled in")
    elif isinstance(node, (ast.If, ast.For)) and not node.orelse and not has(node, ast.Return):
        yield Change([ast.Pass()], "a loop is left out" if isinstance(node, ast.For) else "a case is left out")


@operator
def from_the_front(site: Site) -> Iterator[Change]:
    """x.append(y) becomes x.insert(0, y)."""
    node = site.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        changed = ast.Call(ast.Attribute(node.func.value, "insert", ast.Load()), [ast.Constant(0), *node.args], [])
        yield Change(changed, f"{site.of(node.func.value, 'a list')} is filled in reverse order")
