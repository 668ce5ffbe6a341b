"""What is said of a function that is not there, or that still raises what its stub raised."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from autograder.examination.wording import SHOWN_LINES

ALIKE = 0.85  # of a name that is there, to be taken for a misspelt one


def why_missing(name: str, cells: Mapping[str, str], stopped: Mapping[str, str]) -> tuple[str, bool]:
    """Why there is no function of this name, and whether that is because the cell which writes it did not get so far.

    Args:
        cells: the notebook's code cells, source by id.
        stopped: what is said of those that raised, by id.
    """
    written = re.compile(rf"^[ \t]*(?:def|class)[ \t]+{re.escape(name)}\b|^{re.escape(name)}[ \t]*=", re.MULTILINE)
    for cell, said in stopped.items():
        if written.search(cells.get(cell, "")):
            return f"there is no `{name}`: its cell {said}", True
    there = re.findall(r"^(?:def|class)[ \t]+(\w+)", "\n".join(cells.values()), re.MULTILINE)
    near = difflib.get_close_matches(name, there, 1, cutoff=ALIKE)
    if near and near[0] != name:
        return f"there is no function `{name}` in the notebook, but `{near[0]}`: is the name misspelt?", False
    return f"there is no function `{name}` in the notebook", False


def is_left_over(source: str, name: str, line: object) -> bool:
    """Whether the stub's ``raise`` stands among lines that somebody has written.

    Args:
        source: the cell in which the exception arose.
        name: the function that was called.
        line: where it arose, from 1.
    """
    lines = source.splitlines()
    if (
        type(line) is not int
        or not 1 <= line <= min(len(lines), SHOWN_LINES)
        or "NotImplementedError" not in lines[line - 1]
    ):
        return False
    begins = [number for number, text in enumerate(lines) if re.match(rf"[ \t]*def[ \t]+{re.escape(name)}\b", text)]
    if not begins or begins[-1] >= line:
        return False
    rest = "\n".join(lines[begins[-1] : line - 1] + lines[line:])
    body = re.sub(r'("""|\'\'\')(?:.|\n)*?\1', "", rest.partition(":\n")[2])
    own = (text.strip() for text in re.split(r"\n(?=\S)", body)[0].splitlines())
    return any(text and not text.startswith("#") and text not in ("pass", "...") for text in own)
