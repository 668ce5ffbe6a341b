"""What a mutation operator looks at and yields, and words that several of them need.

An operator is a function of a :class:`Site`, registered by :func:`operator`; it yields a :class:`Change` for each slip.
It must not touch the nodes that it is given: what it builds shares them or copies them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

from autograder.faults.fault_words import Words
from autograder.faults.syntax import (
    called,
)


@dataclass(frozen=True)
class Change:
    """What takes the place of a node (statements: of a statement), and the fault in words for a student."""

    replacement: ast.AST | list[ast.stmt]
    says: str


@dataclass(frozen=True)
class Site:
    """A node of a worked answer, and where it stands: in ``parent.field``, at ``index`` if that is a list."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    parents: tuple[ast.AST, ...]
    words: Words

    @cached_property
    def place(self) -> str | None:
        """What the node contributes to, in words that a student knows."""
        return self.words.place(self.parents, self.node)

    @property
    def within(self) -> str:
        """ " in the update gate", or nothing."""
        return f" in {self.place}" if self.place else ""

    @property
    def out_of(self) -> str:
        """ " out of the update gate", or just " out"."""
        return f" out of {self.place}" if self.place else " out"

    @property
    def function(self) -> ast.FunctionDef | None:
        """The innermost function around the node."""
        inner = [parent for parent in self.parents if isinstance(parent, ast.FunctionDef)]
        return inner[-1] if inner else None

    @property
    def loop(self) -> ast.For | ast.While | None:
        """The innermost loop around the node."""
        loops = [parent for parent in self.parents if isinstance(parent, (ast.For, ast.While))]
        return loops[-1] if loops else None

    def of(self, node: ast.AST, fallback: str = "a part") -> str:
        """A phrase for a piece of code."""
        return self.words.of(node, fallback)

    def named(self, node: ast.AST) -> str | None:
        """A phrase for a piece of code, or None when it has no name that a student would know."""
        return self.words.of(node, "") or None


Operator = Callable[[Site], Iterator[Change]]
OPERATIONS = {
    "concatenate": "the stacking",
    "stack": "the stacking",
    "tensordot": "the matrix product",
    "argmax": "the search for the largest one",
    "max": "the search for the largest value",
    "maximum": "the search for the larger value",
    "min": "the search for the smallest value",
    "choice": "the draw",
    "sorted": "the sorting",
    "argsort": "the sorting",
    "Dense": "the dense layer",
    "Conv1D": "the convolution",
    "Embedding": "the embedding",
    "Bidirectional": "the layer that reads in both directions",
    "astype": "the change of type",
    "array": "the array",
    "zeros": "the array of zeros",
    "add_weight": "the layer's weights",
}
_OPERATORS: dict[str, list[Operator]] = {}  # by module


def operator(function: Operator) -> Operator:
    """Register an operator in the module that it stands in."""
    _OPERATORS.setdefault(function.__module__, []).append(function)
    return function


def operators_in(module: ModuleType) -> list[Operator]:
    """The operators of a module, in its order."""
    return _OPERATORS[module.__name__]


def name_of_call(node: ast.Call) -> str:
    """What a call does, in words; not what it is called where others would call something else."""
    named = {name: f"the {name}" for name in ("sum", "mean", "softmax", "LSTM", "GRU")}
    return (OPERATIONS | named).get(called(node), "one of the operations")


def bare(phrase: str) -> str:
    """A phrase without "the term with", which fits a term only."""
    return re.sub(r"^the term with ", "", phrase)
