"""Open a notebook's file at a line of an exercise, in the editor that the student has named."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from unrolled.checking.outcome import Result
from unrolled.documents import Notebook, line_in_file
from unrolled.terminal.naming import Work
from unrolled.terminal.reset import answer_in

# How the line is told; every other editor gets +LINE FILE, as vi, nano and emacs do.
_WITH_COLON = {"subl", "zed", "hx", "helix", "micro"}
_WITH_GOTO = {"code", "codium", "cursor", "windsurf", "code-insiders"}


def open_at(work: Work, notebook: Notebook, text: str, exercise: str, result: Result | None) -> str:
    """Open the file where the exercise stands, or where its error is; what there is to say of it, or ""."""
    cell = answer_in(notebook, exercise)
    if cell is None:
        return f"The notebook has no cell for {exercise}. `unrolled reset {exercise}` puts it back."
    place = line_in_file(text, cell.place, _line(cell.source, exercise, result))
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not editor:
        where = f"{exercise} is at {work.path}:{place}."
        return f"{where} With EDITOR set (for instance: export EDITOR=nano), o opens it there."
    try:
        done = subprocess.run([*editor, *_arguments(Path(editor[0]).stem, str(work.path), place)], check=False)
    except OSError as error:
        return f"{editor[0]} cannot be started: {error.strerror}."
    return f"{editor[0]} ended with exit status {done.returncode}." if done.returncode else ""


def _line(source: str, exercise: str, result: Result | None) -> int:
    """The line of the cell (from 1) where an error is told, or else where the exercise begins."""
    if result is not None and result.outcome == "raised":
        text = f"{result.code}\n{result.messages[0]}"
        if told := re.search(rf"\b{re.escape(exercise)}, line (\d+)|line (\d+) of its cell", text):
            return int(told[1] or told[2])
    found = re.search(rf"^[ \t]*(?:def|class)[ \t]+{re.escape(exercise)}\b", source, re.MULTILINE)
    return source.count("\n", 0, found.start()) + 1 if found else 1


def _arguments(editor: str, path: str, line: int) -> list[str]:
    if editor in _WITH_GOTO:
        return ["-g", f"{path}:{line}"]
    return [f"{path}:{line}"] if editor in _WITH_COLON else [f"+{line}", path]
