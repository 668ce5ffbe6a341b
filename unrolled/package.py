"""Where this package is installed, or checked out."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder of ``unrolled``; in a checkout, data and notebooks lie beside it, in an installed wheel inside it."""


def places(name: str) -> tuple[Path, Path]:
    """Where a folder of the course may be, such as ``data``: in an installed wheel, in a checkout."""
    return PACKAGE / name, PACKAGE.parent / name
