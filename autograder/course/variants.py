"""How variants of a stored case are named: ``orders/plain/00`` to ``orders/plain/15``. Each submission is asked one."""

from __future__ import annotations

VARIANTS = 16  # of a stored case that is drawn


def variant(name: str, number: int) -> str:
    """The name that a variant of a case is stored under."""
    return f"{name}/{number:02}"
