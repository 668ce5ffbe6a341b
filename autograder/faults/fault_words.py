"""Words for a place in a solution: what a student reads of a fault, without reading the solution's code.

Names that the course's notation fixes have words here (``Wf`` is the forget gate's weights); a unit's file of known
answers adds its own. Of other names, those that the student sees too (arguments, whatever the docstring names) are
repeated, and those that only the solution has are passed over.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from autograder.faults.syntax import MODULES

GATES = {
    "f": "the forget gate",
    "i": "the update gate",
    "u": "the update gate",
    "r": "the relevance gate",
    "o": "the output gate",
    "c": "the candidate",
}
NOTATION = {
    "Wax": "the input's weights `Wax`",
    "Waa": "the recurrent weights `Waa`",
    "Wya": "the prediction's weights `Wya`",
    "Wy": "the prediction's weights `Wy`",
    "ba": "the hidden state's bias `ba`",
    "by": "the prediction's bias `by`",
    "a_next": "the next hidden state",
    "a_prev": "the hidden state before",
    "c_next": "the next memory",
    "c_prev": "the memory before",
    "a0": "the first hidden state `a0`",
    "c0": "the first memory `c0`",
    "xt": "the step's input `xt`",
    "x": "the input `x`",
    "yt_pred": "the prediction",
    "y_pred": "the predictions",
    "y": "the predictions",
    "a": "the hidden states",
    "c": "the memories",
    "cct": "the candidate",
    "t": "the step",
    "T_x": "the number of steps",
    "m": "the number of examples",
    "dx": "the input's gradient `dx`",
    "dxt": "the input's gradient `dxt`",
    "dWax": "the gradient of the input's weights, `dWax`",
    "dWaa": "the gradient of the recurrent weights, `dWaa`",
    "dba": "the gradient of the bias, `dba`",
    "da_prev": "the gradient of the hidden state before, `da_prev`",
    "da_next": "the gradient of the next hidden state, `da_next`",
    "dc_prev": "the gradient of the memory before, `dc_prev`",
    "dc_next": "the gradient of the next memory, `dc_next`",
    "da0": "the gradient of the first hidden state, `da0`",
    "da": "the gradient from each step's loss, `da`",
}
for _letter, _gate in GATES.items():
    NOTATION[f"W{_letter}"] = f"{_gate}'s weights `W{_letter}`"
    NOTATION[f"b{_letter}"] = f"{_gate}'s bias `b{_letter}`"
    NOTATION[f"dW{_letter}"] = f"the gradient of {_gate}'s weights, `dW{_letter}`"
    NOTATION[f"db{_letter}"] = f"the gradient of {_gate}'s bias, `db{_letter}`"
    if _letter != "c":
        NOTATION[f"{_letter}t"] = _gate
PLURALS = (
    "activates characters energies events features frames gradients hits ids labels memories names negatives notes "
    "numbers places powers predictions probabilities samples scores segments spans states steps sums tags times tokens "
    "values logits weights words biases texts windows targets conditions inputs losses rests letters"
).split()
KEYWORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Words:
    """The words for the names of one function.

    Args:
        function: whose arguments and docstring the student sees.
        known: words for further names, which come before the notation's.
    """

    def __init__(self, function: ast.FunctionDef | ast.ClassDef, known: Mapping[str, str]) -> None:
        arguments = function.args if isinstance(function, ast.FunctionDef) else None
        visible = (
            {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)} if arguments else set()
        )
        visible |= {name for name in KEYWORD.findall(ast.get_docstring(function) or "") if _looks_like_a_name(name)}
        self._known = {**{name: f"`{name}`" for name in visible - {"self"}}, **NOTATION, **known}

    def of_name(self, name: str) -> str | None:
        """The words for a name or a dictionary's key, or None when there are none that a student would know."""
        return self._known.get(name)

    def leaves(self, node: ast.AST) -> list[str]:
        """The words for all that a piece of code is made of, each once, in its order."""
        return list(dict.fromkeys(words for words in self._leaves(node) if words))

    def of(self, node: ast.AST, fallback: str = "a part") -> str:
        """A phrase for a piece of code."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and ast.unparse(node.left) == "1":
            return f"one minus {self.of(node.right, 'a value')}"
        if isinstance(node, ast.Constant):
            return "a number" if isinstance(node.value, (int, float)) else fallback
        leaves = self.leaves(node)
        if not leaves:
            return fallback
        if len(leaves) == 1:
            return leaves[0] if not isinstance(node, ast.BinOp) else f"the term with {leaves[0]}"
        return f"the term with {_listed(leaves[:3])}"

    def place(self, parents: tuple[ast.AST, ...], node: ast.AST) -> str | None:
        """What a piece of code contributes to: a key of a dictionary, the target of an assignment, a result."""
        below = node
        for parent in reversed(parents):
            if isinstance(parent, ast.Dict) and below in parent.values:
                key = parent.keys[parent.values.index(below)]
                found = self.of_name(_key(key)) if key is not None else None
                if found:
                    return found
            if isinstance(parent, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
                found = self._target(targets[0], parent.value, below, node)
                if found:
                    return found
            if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and below is not parent.func:
                if "_" in parent.func.id:  # another exercise's function, not a built-in one
                    return f"what is passed to `{parent.func.id}`"
            if isinstance(parent, ast.Return):
                return "what is returned"
            below = parent
        return None

    def _target(self, target: ast.expr, value: ast.expr | None, below: ast.AST, node: ast.AST) -> str | None:
        """The words for what is assigned to: of two in parallel, the one in the place of the value."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            inside = [part for part, own in zip(target.elts, value.elts, strict=True) if node in ast.walk(own)]
            target = inside[0] if len(inside) == 1 else target
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Name):
            return f"what is taken from {self.of(value, 'an argument')}"
        leaves = self.leaves(target)
        return _listed(leaves[:2]) if leaves else None

    def _leaves(self, node: ast.AST) -> Iterator[str | None]:
        if isinstance(node, ast.Name):
            yield self.of_name(node.id) if node.id not in MODULES else None
        elif isinstance(node, ast.Subscript):
            key = _key(node.slice)
            if key and self.of_name(key):
                yield self.of_name(key)
            else:
                yield from self._leaves(node.value)
        elif isinstance(node, ast.Attribute):
            yield from self._leaves(node.value)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield from self._leaves(node.func.value)
            for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from self._leaves(part)
        else:
            for child in ast.iter_child_nodes(node):
                yield from self._leaves(child)


def _key(node: ast.AST) -> str:
    """A dictionary's key as text: a string, or an f-string with its braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ast.unparse(node)[2:-1] if isinstance(node, ast.JoinedStr) else ""


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def be(phrase: str) -> str:
    """ "is" or "are", as a phrase of this module needs it."""
    head = re.split(r" (?:of|from|that|for|to|inside|in|before|with|where|by|divided) ", phrase)[0]
    several = re.search(rf"weights `|\band\b|\b(?:{'|'.join(PLURALS)})(?: `\w+`)?$", head)
    one = re.match(
        r"(the|a) (\w+ )?(gradient|term|matrix product|difference|number|list|place)\b|one minus|what ", phrase
    )
    return "are" if several and not one else "is"


def _looks_like_a_name(word: str) -> bool:
    """Whether a word of a docstring is a name and no English: it has an underscore, a digit, or a capital inside."""
    return "_" in word or any(character.isdigit() or character.isupper() for character in word[1:])
