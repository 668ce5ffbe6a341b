"""What of our own sources derived files hang on: their code, not their comments."""

from __future__ import annotations

from pathlib import Path


def code_of(path: Path) -> bytes:
    """A module's code for a fingerprint: blank lines and lines that are comments count for nothing.

    No tree is written out again: each version of Python would write another text.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#")).encode()
