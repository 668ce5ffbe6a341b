"""Slips of axes: what runs over the wrong one, or is left to the default."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.faults.slips.site import Change, Site, name_of_call, operator
from autograder.faults.syntax import (
    called,
    constant,
    number_in,
)


@operator
def wrong_axis(site: Site) -> Iterator[Change]:
    """axis=k of a call becomes another one; concatenation, stacking and softmax get one that they had not."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    what = f"{name_of_call(node)} runs over the wrong axis{site.within}"
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
                    f"the option `{keyword.arg}` of {name_of_call(node)} is missing{site.within}",
                )


def _other_axes(axis: int | float | None) -> tuple[int, ...]:
    others: dict[int | float | None, tuple[int, ...]] = {0: (1,), 1: (0,), 2: (1,), -1: (0, 1)}
    return others.get(axis, (0,))
