"""Kinds of mistakes, and a paragraph for each: what such a slip does, and how to find it oneself.

Two or three dozen paragraphs serve every unit, since a slip of one kind does the same everywhere. Every operator and
every known mistake has a kind; ``kinds.md`` beside this module holds the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

BEGINS_HERE = "begins_here"
"""The kind of a sentence that names what goes wrong first, and no mistake."""

OF_OPERATORS: Mapping[str, str] = {
    "complement": "one_minus",
    "drop_term": "term_left_out",
    "drop_factor": "factor_left_out",
    "flip_sign": "sign",
    "swap_operands": "product",
    "other_product": "product",
    "other_transpose": "transpose",
    "wrong_axis": "axis",
    "drop_option": "option",
    "wrong_steps": "loop_ends",
    "wrong_index": "wrong_step",
    "stale_state": "not_carried",
    "forget_state": "not_carried",
    "overwrite": "not_summed",
    "accumulate": "added_twice",
    "drop_statement": "left_undone",
    "from_the_front": "order",
    "wrong_name": "taken_for_another",
    "swap_parts": "exchanged",
    "wrong_activation": "activation",
    "wrong_function": "related_function",
    "wrong_text": "option",
    "drop_call": "conversion",
    "drop_layer": "layer",
    "wrong_constant": "number",
    "wrong_comparison": "boundary",
    "wrong_condition": "condition",
    "work_in_place": "in_place",
    "change_an_argument": "in_place",
}


@cache
def paragraphs() -> Mapping[str, str]:
    """The paragraph of each kind, as one line of plain text."""
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {kind: " ".join(body.split()) for kind, body in zip(parts[::2], parts[1::2], strict=True)}
