"""Functions that change what they were given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.fault_words import be
from autograder.faults.slips.site import Change, Site, operator
from autograder.faults.syntax import (
    binary,
    given_to,
    is_a,
    is_array,
    is_looped_over,
    keys_read,
)


@operator
def work_in_place(site: Site) -> Iterator[Change]:
    """z = x * y becomes x *= y; z = x, where x came from the caller."""
    node = site.node
    if not isinstance(node, ast.Assign) or not is_a(node.value, ast.BinOp, op=(ast.Add, ast.Sub, ast.Mult, ast.Div)):
        return
    given = given_to(site.function)
    sides = [(node.value.left, node.value.right)]
    if isinstance(node.value.op, (ast.Add, ast.Mult)):
        sides.append((node.value.right, node.value.left))
    for own, other in sides:
        if isinstance(own, ast.Name) and own.id in given and is_array(site.function, own.id):
            first = ast.AugAssign(ast.Name(own.id, ast.Store()), node.value.op, other)
            what = site.of(own, "an argument")
            yield Change([first, ast.Assign(node.targets, own)], f"{what} {be(what)} changed in place")


@operator
def change_an_argument(site: Site) -> Iterator[Change]:
    """Before it returns, a function changes an array, a dictionary or a list that it was given."""
    node, function = site.node, site.function
    if (
        not isinstance(node, ast.Return)
        or function is None
        or site.parent is not function
        or node is not function.body[-1]
    ):
        return
    for name in sorted(given_to(function)):
        what, own = site.words.of_name(name) or "an argument", ast.Name(name, ast.Load())
        if is_array(function, name):
            change: ast.stmt = ast.AugAssign(ast.Name(name, ast.Store()), ast.Mult(), ast.Constant(2))
        elif keys := keys_read(function, name):
            doubled = binary(ast.Subscript(own, ast.Constant(keys[0]), ast.Load()), ast.Mult(), ast.Constant(2))
            change = ast.Assign([ast.Subscript(own, ast.Constant(keys[0]), ast.Store())], doubled)
        elif is_looped_over(function, name):
            change = ast.Expr(ast.Call(ast.Attribute(own, "reverse", ast.Load()), [], []))
        else:
            continue
        result = ast.Assign([ast.Name("result", ast.Store())], node.value or ast.Constant(None))
        changed = [result, change, ast.Return(ast.Name("result", ast.Load()))]
        yield Change(
            changed, f"{what} {be(what)} changed in place, so that the caller's own values are different afterwards"
        )
