"""Slips in numbers, comparisons and conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.slips.site import Change, Site, bare, operator
from autograder.faults.syntax import (
    is_a,
)


@operator
def wrong_constant(site: Site) -> Iterator[Change]:
    """0 becomes 1, another whole number one less or more, a truth value the other one."""
    node = site.node
    if not isinstance(node, ast.Constant) or isinstance(node.value, (str, bytes)) or node.value is None:
        return
    if isinstance(site.parent, ast.Dict) and site.field == "keys" or is_a(site.parent, ast.keyword, arg="axis"):
        return
    if isinstance(node.value, bool):
        option = f"the option `{site.parent.arg}` is" if isinstance(site.parent, ast.keyword) else "true and false are"
        yield Change(ast.Constant(not node.value), f"{option} the other way round{site.within}")
    elif isinstance(site.parent, ast.Subscript) and is_a(site.parent.value, ast.Attribute, attr="shape"):
        yield Change(ast.Constant(int(not node.value)), f"a size is taken from the wrong axis{site.within}")
    elif isinstance(node.value, int):
        says = (
            f"the exponent is wrong{site.within}"
            if is_a(site.parent, ast.BinOp, op=ast.Pow)
            else _off(site)
        )
        yield Change(ast.Constant(node.value - 1 if node.value > 1 else 1 - node.value), says)
        yield Change(ast.Constant(node.value + 1 if node.value else 2), says)
    elif isinstance(node.value, float):
        yield Change(
            ast.Constant(1 - node.value if node.value in (0.0, 1.0) else node.value * 2),
            _off(site),
        )


def _off(site: Site) -> str:
    return f"a number is not the right one{site.within or ', such as 1 for 0'}"


COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip


@operator
def wrong_comparison(site: Site) -> Iterator[Change]:
    """< becomes <=, == becomes !=, and the other way round; < also becomes >."""
    node = site.node
    if not isinstance(node, ast.Compare):
        return
    for number, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            changed = [*node.ops[:number], other(), *node.ops[number + 1 :]]
            what = site.named(node)
            such = ", such as < for <=" if isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) else ""
            says = f"a comparison{f' with {bare(what)}' if what else ''} is not the right one{such}"
            yield Change(ast.Compare(node.left, changed, node.comparators), says)


@operator
def wrong_condition(site: Site) -> Iterator[Change]:
    """`and` becomes `or`, a part of a condition is left out, `not` too, a branch is always or never taken."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Change(ast.BoolOp(other, node.values), f"two conditions{_on(site, node)} are joined wrongly")
        for value in node.values if len(node.values) == 2 else []:
            yield Change(value, f"one of two conditions{_on(site, node)} is left out")
    elif is_a(node, ast.UnaryOp, op=ast.Not):
        yield Change(node.operand, f"a condition{_on(site, node)} is the wrong way round")
    elif isinstance(node, ast.IfExp):
        yield Change(node.body, f"two cases are treated alike{site.within}")
        yield Change(node.orelse, f"two cases are treated alike{site.within}")
    elif isinstance(node, ast.If):
        turned = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield Change(turned, f"a condition{_on(site, node.test)} is the wrong way round")
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield Change(
            ast.comprehension(node.target, node.iter, [], node.is_async), f"a condition is left out{site.within}"
        )


def _on(site: Site, node: ast.AST) -> str:
    """ " on the word", or nothing."""
    what = site.named(node)
    return f" on {bare(what)}" if what else ""
