"""Mutation operators: each looks at one node of a worked answer and yields what a slip there would make of it.

An operator is a function of a :class:`Site`, registered by :func:`operator` under its own name; it yields a
:class:`Change` for each slip. It must not touch the nodes that it is given: what it builds shares them or copies them.
A change that does not compile, or whose text another operator has made before, is left out by
:func:`autograder.faults.mutation.mutants`. Order matters for that reason: particular slips stand before general ones.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from autograder.faults.fault_words import Words, be
from autograder.faults.syntax import (
    before_the_loop,
    binary,
    called,
    constant,
    given_to,
    has,
    identifier,
    is_a,
    is_array,
    is_bound_in,
    is_looped_over,
    is_module,
    keys_read,
    names_bound_before,
    number_in,
    text_in,
    without_each,
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


Operator = Callable[[Site], Iterator[Change]]
OPERATORS: dict[str, Operator] = {}


def operator(function: Operator) -> Operator:
    """Register an operator under its function's name."""
    OPERATORS[function.__name__] = function
    return function


# ------------------------------------------------------------------------------------------------- sums and products


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
            what = site.of(node if number_in(node.left) == 1 else term, "a term")
            yield Change(rest, f"{what} {be(what)} left{site.out_of}")


@operator
def drop_factor(site: Site) -> Iterator[Change]:
    """a * b / c loses each of its factors."""
    node = site.node
    if not is_a(node, ast.BinOp, op=(ast.Mult, ast.Div)) or is_a(site.parent, ast.BinOp, op=(ast.Mult, ast.Div)):
        return
    for factor, rest in without_each(node, (ast.Mult, ast.Div)):
        yield Change(rest, f"the factor with {_bare(site.of(factor, 'a value'))} is left{site.out_of}")


@operator
def flip_sign(site: Site) -> Iterator[Change]:
    """a + b becomes a - b and the other way round; -a becomes a; += becomes -= and the other way round."""
    node = site.node
    flipped = {ast.Add: ast.Sub(), ast.Sub: ast.Add()}
    if isinstance(node, ast.BinOp) and type(node.op) in flipped:
        yield Change(binary(node.left, flipped[type(node.op)], node.right), _sign(site, node.right, node.op))
    elif is_a(node, ast.UnaryOp, op=ast.USub) and number_in(node.operand) is None:
        yield Change(node.operand, f"the minus sign before {site.of(node.operand, 'a value')} is missing{site.within}")
    elif isinstance(node, ast.AugAssign) and type(node.op) in flipped:
        changed = ast.AugAssign(node.target, flipped[type(node.op)], node.value)
        yield Change(changed, _sign(site, node.value, node.op) + f" in {site.of(node.target, 'a sum')}")


def _sign(site: Site, what: ast.AST, op: ast.AST) -> str:
    wrong, right = ("subtracted", "added") if isinstance(op, ast.Add) else ("added", "subtracted")
    term = site.of(what, "a term")
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
        both = f"{site.of(node.left)} and {site.of(node.right)}"
        yield Change(
            binary(node.right, node.op, node.left), f"the {kind} of {both} is taken in the wrong order{site.within}"
        )


@operator
def other_product(site: Site) -> Iterator[Change]:
    """A matrix product becomes an elementwise one and the other way round; a product becomes a sum."""
    node = site.node
    if is_a(node, ast.BinOp, op=ast.MatMult):
        both = f"{_bare(site.of(node.left))} and {_bare(site.of(node.right))}"
        changed = binary(node.left, ast.Mult(), node.right)
        yield Change(changed, f"{both} are multiplied element by element{site.within}")
    elif is_a(node, ast.BinOp, op=ast.Mult):
        both = f"{_bare(site.of(node.left))} and {_bare(site.of(node.right))}"
        yield Change(binary(node.left, ast.Add(), node.right), f"{both} are added instead of multiplied{site.within}")


@operator
def other_transpose(site: Site) -> Iterator[Change]:
    """x.T becomes x, and an operand of a matrix product gets a .T."""
    node = site.node
    if is_a(node, ast.Attribute, attr="T"):
        what = _bare(site.of(node.value))
        yield Change(node.value, f"{what} {be(what)} not transposed{site.within}")
    elif is_a(site.parent, ast.BinOp, op=ast.MatMult, left=node) and isinstance(node, (ast.Name, ast.Subscript)):
        yield Change(
            ast.Attribute(node, "T", ast.Load()), f"{site.of(node)} {be(site.of(node))} transposed{site.within}"
        )
    elif isinstance(node, ast.Call) and called(node) == "transpose":
        value = node.func.value if isinstance(node.func, ast.Attribute) and not is_module(node.func.value) else None
        yield Change(
            value or node.args[0], f"the axes of {_bare(site.of(value or node.args[0]))} are not moved{site.within}"
        )


# ------------------------------------------------------------------------------------------------------------- axes


@operator
def wrong_axis(site: Site) -> Iterator[Change]:
    """axis=k of a call becomes another one; concatenation, stacking and softmax get one that they had not."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    what = f"{_name_of_call(node)} runs over the wrong axis{site.within}"
    for number, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "axes") and number_in(keyword.value) is not None:
            for other in _other_axes(number_in(keyword.value)):
                changed = copy.deepcopy(node)
                changed.keywords[number].value = constant(other)
                yield Change(changed, what)
    if called(node) in ("concatenate", "stack") and not any(keyword.arg == "axis" for keyword in node.keywords):
        changed = copy.deepcopy(node)
        changed.keywords.append(ast.keyword("axis", ast.Constant(1)))
        yield Change(changed, what)
    if called(node) == "softmax" and len(node.args) == 1 and not node.keywords:
        turned = ast.Attribute(node.args[0], "T", ast.Load())
        back = ast.Attribute(ast.Call(node.func, [turned], []), "T", ast.Load())
        yield Change(back, f"the softmax runs over the wrong axis{site.within}")


@operator
def drop_option(site: Site) -> Iterator[Change]:
    """A call loses one of its keyword arguments; a truth value is turned round by another operator instead."""
    node = site.node
    if isinstance(node, ast.Call):
        for number, keyword in enumerate(node.keywords):
            if keyword.arg and not (isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)):
                rest = [other for place, other in enumerate(node.keywords) if place != number]
                yield Change(
                    ast.Call(node.func, node.args, rest),
                    f"the option `{keyword.arg}` of {_name_of_call(node)} is left{site.out_of}",
                )


# -------------------------------------------------------------------------------------------------- steps and states


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


# ------------------------------------------------------------------------------------------- names in others' places


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
    return f"the place of {right or 'a value'}{where} is taken by {other or 'another value'}"


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
    changed = f"{_bare(site.of(one))} and {_bare(site.of(other))} have changed places"
    return changed + (site.within if where is None else where)


# ------------------------------------------------------------------------------------------------- functions, layers

TEXTS = (  # what is chosen by name in layers and losses: each stands for the next in its row, the last for the first
    ("tanh", "sigmoid", "relu"),
    ("softmax", "sigmoid"),
    ("same", "valid"),
    ("sparse_categorical_crossentropy", "binary_crossentropy"),
    ("categorical_crossentropy", "mse"),
    ("concat", "sum"),
    ("causal", "same"),
)
FUNCTIONS = (  # functions that are taken for each other
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("sum", "mean", "max"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("reduce_sum", "reduce_mean"),
    ("exp", "log"),
    ("log", "log2"),
    ("floor", "ceil"),
    ("LSTM", "GRU", "SimpleRNN"),
)


@operator
def wrong_activation(site: Site) -> Iterator[Change]:
    """tanh becomes the logistic function and the other way round; an activation is left out."""
    node = site.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return
    name, argument = called(node), node.args[0]
    if name in ("tanh", "sigmoid", "softmax", "relu"):
        yield Change(argument, f"the {name} is left{site.out_of}")
    if name == "tanh":
        minus = ast.UnaryOp(ast.USub(), argument)
        power = ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "exp", ast.Load()), [minus], [])
        logistic = binary(ast.Constant(1), ast.Div(), binary(ast.Constant(1), ast.Add(), power))
        yield Change(logistic, f"a sigmoid stands in the place of the tanh{site.within}")
    if name == "sigmoid":
        tanh = ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "tanh", ast.Load()), [argument], [])
        yield Change(tanh, f"a tanh stands in the place of the sigmoid{site.within}")


@operator
def wrong_function(site: Site) -> Iterator[Change]:
    """A function or a layer stands in the place of a related one: zeros and ones, sum and mean, max and min."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    for row in FUNCTIONS:
        if (name := called(node)) in row:
            other = row[(row.index(name) + 1) % len(row)]
            function: ast.expr = ast.Name(other, ast.Load())
            if isinstance(node.func, ast.Attribute):
                function = ast.Attribute(node.func.value, other, ast.Load())
            changed = ast.Call(function, node.args, node.keywords)
            yield Change(changed, f"`{other}` stands in the place of `{name}`{site.within}")


@operator
def wrong_text(site: Site) -> Iterator[Change]:
    """An activation, a padding or a loss that is chosen by its name becomes another one."""
    value = text_in(site.node)
    for row in TEXTS:
        if value in row:
            other = row[(row.index(value) + 1) % len(row)]
            yield Change(ast.Constant(other), f'"{other}" stands in the place of "{value}"{site.within}')


@operator
def drop_call(site: Site) -> Iterator[Change]:
    """np.copy(x), x.copy(), list(x), abs(x), … become x."""
    node = site.node
    if isinstance(node, ast.Call) and called(node) in (
        "copy",
        "deepcopy",
        "list",
        "dict",
        "sorted",
        "abs",
        "sqrt",
        "log",
        "exp",
    ):
        if isinstance(node.func, ast.Attribute) and not is_module(node.func.value) and not node.args:
            yield Change(node.func.value, f"`{called(node)}` is left{site.out_of}")
        elif len(node.args) == 1:
            yield Change(node.args[0], f"`{called(node)}` is left{site.out_of}")


@operator
def drop_layer(site: Site) -> Iterator[Change]:
    """Layer(…)(x) becomes x; a list of calls, such as a stack of layers, loses one of them."""
    node = site.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and len(node.args) == 1:
        yield Change(node.args[0], f"the layer `{called(node.func)}` is left{site.out_of}")
    elif isinstance(node, ast.List) and len(node.elts) > 1:
        for number, part in enumerate(node.elts):
            if isinstance(part, ast.Call):
                rest = [*node.elts[:number], *node.elts[number + 1 :]]
                yield Change(ast.List(rest, node.ctx), f"`{called(part)}` is left{site.out_of}")


# -------------------------------------------------------------------------------------------- constants, conditions


@operator
def wrong_constant(site: Site) -> Iterator[Change]:
    """0 becomes 1, another whole number one less or more, a truth value the other one."""
    node = site.node
    if not isinstance(node, ast.Constant) or isinstance(node.value, (str, bytes)) or node.value is None:
        return
    if isinstance(site.parent, ast.Dict) and site.field == "keys" or is_a(site.parent, ast.keyword, arg="axis"):
        return
    if isinstance(node.value, bool):
        option = f"the option `{site.parent.arg}`" if isinstance(site.parent, ast.keyword) else "a truth value"
        yield Change(ast.Constant(not node.value), f"{option} is the other way round{site.within}")
    elif isinstance(site.parent, ast.Subscript) and is_a(site.parent.value, ast.Attribute, attr="shape"):
        yield Change(ast.Constant(int(not node.value)), f"a size is taken from the wrong axis{site.within}")
    elif isinstance(node.value, int):
        says = (
            f"the exponent is wrong{site.within}"
            if is_a(site.parent, ast.BinOp, op=ast.Pow)
            else f"a number is off{site.within}"
        )
        yield Change(ast.Constant(node.value - 1 if node.value > 1 else 1 - node.value), says)
        yield Change(ast.Constant(node.value + 1 if node.value else 2), says)
    elif isinstance(node.value, float):
        yield Change(
            ast.Constant(1 - node.value if node.value in (0.0, 1.0) else node.value * 2),
            f"a number is off{site.within}",
        )


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
            yield Change(
                ast.Compare(node.left, changed, node.comparators),
                f"a comparison of {site.of(node, 'two values')} is wrong",
            )


@operator
def wrong_condition(site: Site) -> Iterator[Change]:
    """`and` becomes `or`, a part of a condition is left out, `not` too, a branch is always or never taken."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Change(ast.BoolOp(other, node.values), f"two conditions on {site.of(node, 'a value')} are joined wrongly")
        for value in node.values if len(node.values) == 2 else []:
            yield Change(value, f"one of two conditions on {site.of(node, 'a value')} is left out")
    elif is_a(node, ast.UnaryOp, op=ast.Not):
        yield Change(node.operand, f"a condition on {site.of(node, 'a value')} is the wrong way round")
    elif isinstance(node, ast.IfExp):
        yield Change(node.body, f"a case is never told apart{site.within}")
        yield Change(node.orelse, f"a case is never told apart{site.within}")
    elif isinstance(node, ast.If):
        yield Change(
            ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse), "a condition is the wrong way round"
        )
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield Change(
            ast.comprehension(node.target, node.iter, [], node.is_async), f"a condition is left out{site.within}"
        )


# --------------------------------------------------------------------------------------------------------- arguments


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


# ------------------------------------------------------------------------------------------------------------ wording


def _name_of_call(node: ast.Call) -> str:
    """What a call does, in words; not what it is called where others would call something else."""
    operation = {"concatenate": "the stacking", "stack": "the stacking", "tensordot": "the matrix product"}
    named = {name: f"the {name}" for name in ("sum", "mean", "softmax", "argmax")}
    return (operation | named).get(called(node), "an operation")


def _other_axes(axis: int | float | None) -> tuple[int, ...]:
    others: dict[int | float | None, tuple[int, ...]] = {0: (1,), 1: (0,), 2: (1,), -1: (0, 1)}
    return others.get(axis, (0,))


def _is_called(site: Site) -> bool:
    return isinstance(site.parent, ast.Call) and site.field == "func" or is_module(site.node)


def _bare(phrase: str) -> str:
    """A phrase without "the term with", which fits a term only."""
    return re.sub(r"^the term with ", "", phrase)
