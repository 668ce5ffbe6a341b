"""A class's code as plain files, as JPlag and Dolos take it: one ``.py`` a student, and the release's as base code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.course.units import Unit
from autograder.exports.reading import TooMuchCode
from autograder.judging.reconcile import read_submission

MOST_CHARACTERS = 1 << 20  # of code in a notebook
_MAGIC = re.compile(r"^(\s*[%!?])", re.MULTILINE)  # lines that only a notebook understands


def as_script(content: bytes) -> str:
    """A submitted notebook's code cells, one after the other; call it in a process that can be ended.

    Raises Unreadable, TooMuchCode.
    """
    return _script(cell.source for cell in read_submission(content).cells if cell.cell_type == "code")


def base_script(unit: Unit) -> str:
    """What everybody was given."""
    return _script(cell.source for cell in unit.release.cells if cell.cell_type == "code")


def _script(cells: Iterable[str]) -> str:
    sources = [_MAGIC.sub(r"# \1", source) for source in cells]
    if sum(map(len, sources)) > MOST_CHARACTERS:
        raise TooMuchCode(f"its code is longer than {MOST_CHARACTERS:,} characters")
    return "".join(f"# %%\n{source.rstrip()}\n\n" for source in sources)
