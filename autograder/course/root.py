"""Where this checkout is."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds ``autograder/``, ``unrolled/``, ``solutions/``, ``assignments/`` and ``data/``."""
