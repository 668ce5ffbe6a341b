"""Slips in sums and products: a term, a factor, a sign, the order of a product, a transpose."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.fault_words import be
from autograder.faults.slips.site import Change, Site, bare, operator
from autograder.faults.syntax import (
    binary,
    called,
    is_a,
    is_module,
    number_in,
    without_each,
)


@operator
def complement(site: Site) -> Iterator[Change]:
    """1 - x becomes x."""
    node = site.node
    if is_a(node, ast.BinOp, op=ast.Sub) and number_in(node.left) == 1:
        yield Change(node.right, f"{site.of(node.right, 'a value')} stands where one minus it belongs{site.within}")


@operator
def drop_term(site: Site) -> Iterator[Change]:
    """a + b + c loses each of its terms."""
    node = site.node
    if not is_a(node, ast.BinOp, op=(ast.Add, ast.Sub)) or is_a(site.parent, ast.BinOp, op=(ast.Add, ast.Sub)):
        return
    for term, rest in without_each(node, (ast.Add, ast.Sub)):
        if number_in(term) is None:
            what = site.of(node if number_in(node.left) == 1 else term, "one of the terms")
            yield Change(rest, f"{what} {be(what)} left{site.out_of}")


@operator
def drop_factor(site: Site) -> Iterator[Change]:
    """a * b / c loses each of its factors."""
    node = site.node
    if not is_a(node, ast.BinOp, op=(ast.Mult, ast.Div)) or is_a(site.parent, ast.BinOp, op=(ast.Mult, ast.Div)):
        return
    for factor, rest in without_each(node, (ast.Mult, ast.Div)):
        what = site.named(factor)
        yield Change(rest, f"{f'the factor with {bare(what)}' if what else 'a factor'} is left{site.out_of}")


@operator
def flip_sign(site: Site) -> Iterator[Change]:
    """a + b becomes a - b and the other way round; -a becomes a; += becomes -= and the other way round."""
    node = site.node
    flipped = {ast.Add: ast.Sub(), ast.Sub: ast.Add()}
    if isinstance(node, ast.BinOp) and type(node.op) in flipped:
        yield Change(binary(node.left, flipped[type(node.op)], node.right), _sign(site, node.right, node.op))
    elif is_a(node, ast.UnaryOp, op=ast.USub) and number_in(node.operand) is None:
        what = site.named(node.operand)
        missing = f"the minus sign before {what}" if what else "a minus sign"
        yield Change(node.operand, f"{missing} is missing{site.within}")
    elif isinstance(node, ast.AugAssign) and type(node.op) in flipped:
        changed = ast.AugAssign(node.target, flipped[type(node.op)], node.value)
        yield Change(changed, _sign(site, node.value, node.op) + f" in {site.of(node.target, 'a sum')}")


def _sign(site: Site, what: ast.AST, op: ast.AST) -> str:
    wrong, right = ("subtracted", "added") if isinstance(op, ast.Add) else ("added", "subtracted")
    term = site.of(what, "one of the terms")
    return f"{term} {be(term)} {wrong} instead of {right}{site.within}"


@operator
def swap_operands(site: Site) -> Iterator[Change]:
    """a @ b, a - b, a / b, a ** b become b @ a, b - a, …"""
    node = site.node
    if is_a(node, ast.BinOp, op=(ast.MatMult, ast.Sub, ast.Div, ast.FloorDiv, ast.Mod)):
        if number_in(node.left) == 1 and isinstance(node.op, ast.Sub):
            says = f"{site.of(node.right)} minus one stands where one minus it belongs{site.within}"
            yield Change(binary(node.right, node.op, node.left), says)
            return
        kind = "matrix product" if isinstance(node.op, ast.MatMult) else "difference"
        kind = kind if isinstance(node.op, (ast.MatMult, ast.Sub)) else "division"
        yield Change(
            binary(node.right, node.op, node.left), f"{_of_both(site, kind)} is taken in the wrong order{site.within}"
        )


@operator
def other_product(site: Site) -> Iterator[Change]:
    """A matrix product becomes an elementwise one and the other way round; a product becomes a sum."""
    node = site.node
    if is_a(node, ast.BinOp, op=ast.MatMult):
        changed = binary(node.left, ast.Mult(), node.right)
        yield Change(changed, f"{_sides(site)} multiplied element by element{site.within}")
    elif is_a(node, ast.BinOp, op=ast.Mult):
        changed = binary(node.left, ast.Add(), node.right)
        yield Change(changed, f"{_sides(site)} added instead of multiplied{site.within}")


def _of_both(site: Site, kind: str) -> str:
    """ "the difference of x and y"; with one name "a difference with x", with none "a difference"."""
    names = _names(site)
    if len(names) == 2:
        return f"the {kind} of {names[0]} and {names[1]}"
    return f"a {kind} with {bare(names[0])}" if names else f"a {kind}"


def _sides(site: Site) -> str:
    """ "x and y are", "x is", "two values are"."""
    names = [bare(name) for name in _names(site)]
    return " and ".join(names) + (" are" if len(names) == 2 else f" {be(names[0])}") if names else "two values are"


def _names(site: Site) -> list[str]:
    """Phrases for the sides of a product, a difference or a division; those without a name are left out."""
    assert isinstance(site.node, ast.BinOp)
    sides = (site.node.left, site.node.right)
    return list(dict.fromkeys(name for side in sides if (name := site.named(side))))


@operator
def other_transpose(site: Site) -> Iterator[Change]:
    """x.T becomes x, and an operand of a matrix product gets a .T."""
    node = site.node
    if is_a(node, ast.Attribute, attr="T"):
        what = bare(site.of(node.value))
        yield Change(node.value, f"{what} {be(what)} not transposed{site.within}")
    elif is_a(site.parent, ast.BinOp, op=ast.MatMult, left=node) and isinstance(node, (ast.Name, ast.Subscript)):
        yield Change(
            ast.Attribute(node, "T", ast.Load()), f"{site.of(node)} {be(site.of(node))} transposed{site.within}"
        )
    elif isinstance(node, ast.Call) and called(node) == "transpose":
        value = node.func.value if isinstance(node.func, ast.Attribute) and not is_module(node.func.value) else None
        yield Change(
            value or node.args[0], f"the axes of {bare(site.of(value or node.args[0]))} are not moved{site.within}"
        )
