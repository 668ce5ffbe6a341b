"""Slips along the steps of a sequence: bounds, indices, states that are stale, forgotten or overwritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.fault_words import be
from autograder.faults.slips.site import Change, Site, bare, operator
from autograder.faults.syntax import (
    before_the_loop,
    binary,
    called,
    has,
    is_a,
    is_bound_in,
)

DONE = {"build": "built", "compile": "compiled", "shuffle": "shuffled", "sort": "sorted", "reverse": "turned round"}
DONE |= {"pop": "taken off", "remove": "taken off"}
DONE_TO = {"build": "a layer", "compile": "the model", "shuffle": "the order", "sort": "the list"}
DONE_TO |= {"reverse": "the list", "pop": "what is done with", "remove": "what is done with"}


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
    what = site.of(node.value, "one of the arrays")
    for number, part in enumerate(parts):
        for other, fault in _other_indices(part, what, isinstance(node.ctx, ast.Store)):
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
        yield Change(first, f"{name} {be(name)} not carried on: every step uses what there was before the first one")


@operator
def forget_state(site: Site) -> Iterator[Change]:
    """What a loop carries on is thrown away where it is assigned, so that the next step starts anew."""
    node, loop = site.node, site.loop
    if not is_a(node, ast.Name, ctx=ast.Store) or loop is None or site.function is None or site.parent is loop:
        return
    if before_the_loop(site.function, loop, node.id) is not None:
        yield Change(
            ast.Name(f"new_{node.id}", ast.Store()),
            f"{site.of(node, 'what is carried on')} {be(site.of(node))} not updated in the loop",
        )


@operator
def overwrite(site: Site) -> Iterator[Change]:
    """total += x becomes total = x, and total |= x too."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        changed = ast.Assign([node.target], node.value)
        what = site.of(node.target, "what is collected")
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
        yield Change([ast.Pass()], _never_called(site, node.value, node.value.func))
    elif isinstance(node, ast.AugAssign):
        yield Change([ast.Pass()], _never_changed(site, node))
    elif isinstance(node, ast.Assign) and all(isinstance(target, ast.Subscript) for target in node.targets):
        what = site.of(node.targets[0], "one of the results")
        yield Change([ast.Pass()], f"{what} {be(what)} never filled in")
    elif isinstance(node, ast.For) and not node.orelse and not has(node, ast.Return):
        over = site.named(node.iter)
        yield Change([ast.Pass()], f"the loop{f' over {bare(over)}' if over else ''} does nothing, or is left out")
    elif isinstance(node, ast.If) and not node.orelse and not has(node, ast.Return):
        on = site.named(node.test)
        case = f"the case that depends on {bare(on)}" if on else "a special case"
        yield Change([ast.Pass()], f"{case} is not dealt with")


def _never_called(site: Site, call: ast.Call, method: ast.Attribute) -> str:
    """What is not done when the call of a method is left out."""
    holder = site.named(method.value)
    if (done := DONE.get(method.attr)) is not None:
        return f"{holder or DONE_TO[method.attr]} is never {done}"
    named = site.named(call.args[-1]) if call.args else None
    if not named and not holder:
        return "what a step gives is never kept"
    part = named or "what a step gives"
    return f"{part} {be(part)} never added{f' to {holder}' if holder else ' to what is collected'}"


def _never_changed(site: Site, node: ast.AugAssign) -> str:
    """What is not done when += or *= is left out."""
    value, target = site.named(node.value), site.named(node.target)
    if isinstance(node.op, (ast.Mult, ast.Div)):
        whole = target or "what should be scaled"
        return f"{whole} {be(whole)} left as before, and not scaled"
    added = "never taken away from" if isinstance(node.op, ast.Sub) else "never added to"
    value = value or "one of the parts"
    return f"{value} {be(value)} {added} {target or 'the total'}"


@operator
def from_the_front(site: Site) -> Iterator[Change]:
    """x.append(y) becomes x.insert(0, y)."""
    node = site.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        changed = ast.Call(ast.Attribute(node.func.value, "insert", ast.Load()), [ast.Constant(0), *node.args], [])
        yield Change(changed, f"the order of {site.of(node.func.value, 'what is collected')} is reversed")
