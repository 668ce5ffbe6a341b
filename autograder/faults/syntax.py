"""Questions about a piece of a syntax tree, and small pieces to build: what the mutation operators are written with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard, TypeVar

MODULES = frozenset({"np", "numpy", "tf", "keras", "layers", "ops", "math"})
Node = TypeVar("Node", bound=ast.AST)


def is_a(node: object, kind: type[Node], **fields: object) -> TypeGuard[Node]:
    """Whether a node is of a kind and its fields are as given; for a class or several, whether they are instances."""
    if not isinstance(node, kind):
        return False
    for name, wanted in fields.items():
        value = getattr(node, name)
        if isinstance(wanted, type) or isinstance(wanted, tuple) and all(isinstance(one, type) for one in wanted):
            if not isinstance(value, wanted):
                return False
        elif value not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return False
    return True


def has(node: ast.AST, kind: type[ast.AST]) -> bool:
    return any(isinstance(part, kind) for part in ast.walk(node))


def identifier(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def number_in(node: ast.AST) -> int | float | None:
    """The number that a node spells, its sign included."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_in(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    return None


def constant(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def text_in(node: ast.AST) -> str:
    """The text that a node spells, or an empty one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_module(node: ast.AST) -> bool:
    return identifier(node) in MODULES or isinstance(node, ast.Attribute) and is_module(node.value)


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else identifier(node.func)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, op, right)


def without_each(node: ast.AST, ops: tuple[type[ast.operator], ...]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each operand of a chain of operations, and the chain without it."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ops):
        return
    negated = isinstance(node.op, ast.Sub)
    inverted = isinstance(node.op, ast.Div)
    if not (isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ops)):
        rest = ast.UnaryOp(ast.USub(), node.right) if negated else node.right
        yield node.left, binary(ast.Constant(1), ast.Div(), node.right) if inverted else rest
    for operand, rest in without_each(node.left, ops):
        yield operand, binary(rest, node.op, node.right)
    yield node.right, node.left
    if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ops) and not negated and not inverted:
        for operand, rest in without_each(node.right, ops):
            yield operand, binary(node.left, node.op, rest)


def names_bound_before(function: ast.FunctionDef, node: ast.AST) -> list[str]:
    """The names that a function has bound above a line, in order."""
    names = [argument.arg for argument in function.args.args if argument.arg != "self"]
    for part in sorted((part for part in ast.walk(function) if is_a(part, ast.Name, ctx=ast.Store)), key=position):
        if position(part)[0] < position(node)[0] and part.id != "_":
            names.append(part.id)
    return names


def position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def before_the_loop(function: ast.FunctionDef, loop: ast.For | ast.While, name: str) -> ast.expr | None:
    """What a name is bound to above a loop, when the loop binds it, too."""
    for part in ast.walk(function):
        if not isinstance(part, ast.Assign) or position(part) >= position(loop):
            continue
        for target in part.targets:
            if identifier(target) == name:
                return part.value
            if isinstance(target, ast.Tuple) and isinstance(part.value, ast.Tuple):
                for one, value in zip(target.elts, part.value.elts, strict=False):
                    if identifier(one) == name:
                        return value
    return None


def is_bound_in(loop: ast.AST, name: str) -> bool:
    return any(is_a(part, ast.Name, id=name, ctx=ast.Store) for part in ast.walk(loop))


def given_to(function: ast.FunctionDef | None) -> set[str]:
    """The names of a function's arguments, and of what it unpacks from one of them."""
    if function is None:
        return set()
    names = {argument.arg for argument in function.args.args} - {"self"}
    for part in ast.walk(function):
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Name) and part.value.id in names:
            for target in part.targets:
                if isinstance(target, ast.Tuple):
                    names |= {one.id for one in target.elts if isinstance(one, ast.Name) and one.id != "_"}
    return names


def is_array(function: ast.FunctionDef | None, name: str) -> bool:
    """Whether a name is used as an array is: multiplied as a matrix, transposed, sliced, asked for its shape."""
    for part in ast.walk(function) if function else ():
        if is_a(part, ast.BinOp, op=ast.MatMult) and name in (identifier(part.left), identifier(part.right)):
            return True
        if (
            isinstance(part, ast.Attribute)
            and identifier(part.value) == name
            and part.attr in ("T", "shape", "ndim", "dtype")
        ):
            return True
        if (
            isinstance(part, ast.Subscript)
            and identifier(part.value) == name
            and isinstance(part.slice, (ast.Tuple, ast.Slice))
        ):
            return True
        if isinstance(part, ast.Call) and called(part) in (
            "zeros_like",
            "ones_like",
            "tensordot",
            "einsum",
            "concatenate",
        ):
            inside = [
                argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument] for argument in part.args
            ]
            if name in (identifier(element) for elements in inside for element in elements):
                return True
    return False


def keys_read(function: ast.FunctionDef, name: str) -> list[str]:
    """The keys by which an argument is read as a dictionary."""
    subscripts = [
        part for part in ast.walk(function) if isinstance(part, ast.Subscript) and identifier(part.value) == name
    ]
    return [text_in(part.slice) for part in subscripts if text_in(part.slice)]


def is_looped_over(function: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(part, ast.For) and identifier(part.iter) == name for part in ast.walk(function))
