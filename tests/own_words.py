"""Right code said in other words, as another person would have: for classes in which nobody copies, and for copies."""

from __future__ import annotations

import ast
import builtins
import random
from typing import Any


def in_own_words(code: str, rng: random.Random) -> str:
    """The same computation with habits of somebody's own: order of operands, products, and what gets a name first."""
    tree = _Habits(rng).visit(ast.parse(code))
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        function.body = [line for statement in function.body for line in _with_steps(statement, rng)]
    return ast.unparse(ast.fix_missing_locations(tree))


def renamed(code: str, keep: set[str]) -> str:
    """The same code with every name of its own changed, and its comments and layout lost: what a copier does."""
    tree = ast.parse(code)
    kept = keep | set(dir(builtins)) | {"np", "tf", "keras"}
    for node in ast.walk(tree):
        for field in ("id", "arg", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and name not in kept:
                setattr(node, field, f"my_{name}")
    return ast.unparse(tree)


class _Habits(ast.NodeTransformer):
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.product = rng.choice(["@", "dot", "matmul"])
        self.square = rng.choice(["power", "product", "as it is"])

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)) and self.rng.random() < 0.5:
            node.left, node.right = node.right, node.left
        if isinstance(node.op, ast.MatMult) and self.product != "@":
            called = ast.Attribute(ast.Name("np", ast.Load()), self.product, ast.Load())
            return ast.Call(called, [node.left, node.right], [])
        if isinstance(node.op, ast.Pow) and self.square == "product":
            return ast.BinOp(node.left, ast.Mult(), node.left)
        return node


def _with_steps(statement: ast.stmt, rng: random.Random) -> list[ast.stmt]:
    """The statement, with parts of what it computes given a name before it."""
    for name in ("body", "orelse"):
        if getattr(statement, name, None):
            setattr(statement, name, [line for each in getattr(statement, name) for line in _with_steps(each, rng)])
    if not isinstance(statement, (ast.Assign, ast.Return)) or statement.value is None:
        return [statement]
    steps: list[ast.stmt] = []

    class Naming(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if isinstance(node, (ast.Lambda, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.SetComp)):
                return node
            node = self.generic_visit(node)
            if isinstance(node, (ast.BinOp, ast.Call)) and rng.random() < 0.25:
                name = f"step_{len(steps)}"
                steps.append(ast.Assign([ast.Name(name, ast.Store())], node))
                return ast.Name(name, ast.Load())
            return node

    statement.value = Naming().visit(statement.value)
    return [*steps, statement]
