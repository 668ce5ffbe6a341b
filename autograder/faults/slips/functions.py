"""Slips in functions and layers: another activation, a related function, a layer or a call left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.faults.slips.site import Change, Site, operator
from autograder.faults.syntax import (
    binary,
    called,
    is_module,
    text_in,
)

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
