"""Read a notebook's file, and change one cell of it while every other byte stays.

Notebooks are JSON, so the standard library reads them; nbformat, whose import takes seconds where a package that it
can do without is installed, is asked only for formats before version 4.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NEWEST = 4
# What a checked function never needs: cells that train for long, and cells that only draw.
SKIPPED_TAGS = {"training", "figure"}
_SPACE = re.compile(r"[ \t\r\n]*")
# Both marks, so that a notebook which only quotes one of them is none.
_CONFLICT = re.compile(r"^<{7}(?: .*)?$.*^>{7}(?: .*)?$", re.MULTILINE | re.DOTALL)


class UnreadableNotebook(ValueError):
    """The file is no notebook that can be read; the message says why."""


class TornNotebook(UnreadableNotebook):
    """The file is empty or ends in the middle: it may be one that is being written."""


@dataclass(frozen=True)
class Cell:
    """One cell: ``kind`` is code, markdown or raw; ``place`` counts all cells from 0; ``executed`` as in Jupyter."""

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    place: int = 0
    executed: bool = False

    @property
    def tags(self) -> set[str]:
        """The cell's tags."""
        tags = self.metadata.get("tags")
        return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()

    @property
    def mark(self) -> dict[str, Any]:
        """What nbgrader keeps of the cell, {} if it keeps nothing."""
        mark = self.metadata.get("nbgrader")
        return mark if isinstance(mark, dict) and isinstance(mark.get("grade_id"), str) else {}

    @property
    def is_check(self) -> bool:
        """Whether it is a check cell, locked and worth points."""
        return self.kind == "code" and bool(self.mark.get("grade")) and not self.mark.get("solution")

    @property
    def is_run(self) -> bool:
        """Whether it is run when the notebook is checked."""
        return self.kind == "code" and not self.is_check and not self.tags & SKIPPED_TAGS

    @property
    def exercise(self) -> str:
        """The exercise that this is the answer cell of, or ""."""
        return self.mark["grade_id"] if self.kind == "code" and self.mark.get("solution") else ""

    def defines(self, name: str) -> bool:
        """Whether the text of the cell has a function or a class of that name."""
        return defines(self.source, name)


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook."""

    cells: tuple[Cell, ...]

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """Those with code."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


def defines(source: str, name: str) -> bool:
    """Whether a text of code, right or not, has a function or a class of that name."""
    begins = rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b"
    return re.search(begins, source, re.MULTILINE) is not None


def read(path: Path) -> Notebook:
    """The notebook in a file. Raises UnreadableNotebook, or OSError if it cannot be opened."""
    return parse(path.read_bytes(), path)


def parse(content: bytes, path: Path) -> Notebook:
    """The notebook that these bytes are; ``path`` is named in the messages. Raises UnreadableNotebook."""
    return _notebook(_load(as_text(content, path), path), path)


def as_text(content: bytes, path: Path) -> str:
    """The text of a file, a byte order mark or none. Raises UnreadableNotebook."""
    if not content.strip():
        raise TornNotebook(f"{path} is empty: nothing has been saved in it, or saving was cut off.{_elsewhere(path)}")
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise UnreadableNotebook(f"{path} is not a notebook: it holds bytes that are no text.") from error


def _load(text: str, path: Path) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise UnreadableNotebook(
                f"{path} holds the marks of a merge conflict, from line {line} on. Keep one side, for instance with "
                f"`git checkout --ours {path.name}` or `--theirs`; JupyterLab cannot open it either."
            ) from error
        if not text.lstrip().startswith("{"):
            raise UnreadableNotebook(f"{path} is not a notebook: a notebook's file begins with a brace.") from error
        if _is_cut_off(text, error):
            raise TornNotebook(
                f"{path} ends in the middle: only a part of it was saved or copied.{_elsewhere(path)}"
            ) from error
        raise UnreadableNotebook(
            f"{path} is not a notebook that can be read: line {error.lineno}, column {error.colno}: {error.msg}."
            f"{_elsewhere(path)}"
        ) from error
    except RecursionError as error:
        raise UnreadableNotebook(f"{path} is not a notebook: it is nested too deeply.") from error
    if not isinstance(document, dict) or not ("cells" in document or "worksheets" in document):
        raise UnreadableNotebook(f"{path} is not a notebook: it has no cells.")
    return document


def _is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the end came where more had to come; a string that is cut off is found at its beginning."""
    return error.msg.startswith("Unterminated string") or not text[error.pos :].strip()


def _elsewhere(path: Path) -> str:
    """Where JupyterLab may have kept an older copy, if it has."""
    copy = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
    return f" JupyterLab has kept an older copy: {copy}" if copy.is_file() and copy.stat().st_size else ""


def _notebook(document: dict[str, Any], path: Path) -> Notebook:
    version = document.get("nbformat", NEWEST)
    if isinstance(version, int) and version > NEWEST:
        raise UnreadableNotebook(f"{path} has notebook format {version}; {NEWEST} is the newest that can be read.")
    cells = document.get("cells")
    if not isinstance(cells, list):
        cells = _upgraded(document, path)
    found = []
    for place, cell in enumerate(cells):
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise UnreadableNotebook(f"{path} is not a notebook that can be read: its cell {place + 1} has no text.")
        metadata, name = cell.get("metadata"), cell.get("id")
        found.append(
            Cell(
                str(cell.get("cell_type")),
                source,
                name if isinstance(name, str) else f"cell-{place + 1}",
                metadata if isinstance(metadata, dict) else {},
                place,
                cell.get("execution_count") is not None,
            )
        )
    return Notebook(tuple(found))


def _upgraded(document: dict[str, Any], path: Path) -> list[Any]:
    """The cells of a notebook from before version 4."""
    import nbformat

    try:
        return list(nbformat.convert(nbformat.from_dict(document), NEWEST).cells)
    except Exception as error:  # nbformat raises many kinds, for as many ways of being no notebook
        raise UnreadableNotebook(f"{path} is not a notebook that can be read: an old format, and broken.") from error


# One cell in the text of the file


def line_in_file(text: str, place: int, line: int) -> int:
    """The line of the file (from 1) where a line (from 1) of the text of the cell at ``place`` stands."""
    start, _ = spans_of_cell(text, place)["source"]
    if text[start] == "[":
        for number, (begin, _) in enumerate(_elements(text, start), start=1):
            start = begin
            if number == line:
                break
    return text.count("\n", 0, start) + 1


def with_cell(text: str, place: int, source: str) -> str:
    """The text of a notebook's file with another source in one code cell, which counts as not run; all else stays."""
    spans = spans_of_cell(text, place)
    wanted = {"source": _as_source(text, spans["source"], source), "outputs": "[]", "execution_count": "null"}
    for key in sorted(spans.keys() & wanted.keys(), key=lambda key: spans[key], reverse=True):
        start, end = spans[key]
        text = text[:start] + wanted[key] + text[end:]
    return text


def with_new_cell(text: str, place: int, cell: dict[str, Any]) -> str:
    """The text of a notebook's file with one more cell before the one at ``place``; all else stays."""
    start, _ = spans_of_cells(text)[place]
    before = text[:start]
    indent = before[before.rfind("\n") + 1 :]
    own = json.dumps(cell, indent=1, ensure_ascii=False)
    if indent.strip():  # all in one line
        return f"{before}{json.dumps(cell)}, {text[start:]}"
    return f"{before}{own.replace(chr(10), chr(10) + indent)},\n{indent}{text[start:]}"


def spans_of_cells(text: str) -> list[tuple[int, int]]:
    """Where each cell begins and ends in the text of a notebook's file."""
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    return list(_elements(text, _members(text, start)["cells"][0]))


def spans_of_cell(text: str, place: int) -> dict[str, tuple[int, int]]:
    """Where the value of each key of a cell begins and ends in the text of a notebook's file."""
    return _members(text, spans_of_cells(text)[place][0])


def _as_source(text: str, span: tuple[int, int], source: str) -> str:
    """A cell's new text as the old one is written: a list of lines, or one string."""
    if text[span[0]] != "[":
        return json.dumps(source, ensure_ascii=False)
    before = text[: span[0]]
    indent = re.match(r"[ \t]*", before[before.rfind("\n") + 1 :])
    lines = [json.dumps(line, ensure_ascii=False) for line in source.splitlines(keepends=True)]
    if "\n" not in text[span[0] : span[1]] and "\n" not in text.strip() or not lines:
        return f"[{', '.join(lines)}]"
    outer = indent[0] if indent else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    inner = newline + outer + (outer[:1] or " ")
    return "[" + inner + f",{inner}".join(lines) + newline + outer + "]"


def _members(text: str, start: int) -> dict[str, tuple[int, int]]:
    """Where the values of an object begin and end; of a key that comes twice, the last, which is what JSON reads."""
    found: dict[str, tuple[int, int]] = {}
    decoder = json.JSONDecoder()
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # over the colon
        _, end = decoder.raw_decode(text, at)
        found[key] = at, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _elements(text: str, start: int) -> list[tuple[int, int]]:
    """Where the values of a list begin and end."""
    found = []
    decoder = json.JSONDecoder()
    at = _skip(text, start + 1)
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        found.append((at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
