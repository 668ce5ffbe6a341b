"""A student's notebook beside the release: grade cells whole again, whatever was deleted, copied, moved or edited.

Points come from the release, not from the submission. :func:`read_submission` makes a clean notebook of the bytes that
a student sent, or says why it cannot; :func:`reconcile` gives it every graded, locked and answer cell of the release
exactly once, so that nbgrader's own steps accept it. Neither looks at outputs: what a student's notebook shows is no
evidence.

Cell ids are the same for equal bytes, so outputs made while judging find their cells again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.judging.given import bound_names, is_bound, is_left_out

LARGEST_FILE = 50 << 20  # bytes: notebooks with sound and pictures in their outputs are big and honest
MOST_VALUES = 5_000_000  # numbers, texts, lists and objects in it: they take more memory than the file
MOST_CELLS = 2_000
MOST_PICTURES = 50  # pasted into one cell
LONGEST_CELL = 1 << 20  # characters
NAMED = 3  # cells that a sentence names; of more it gives the number
PICTURE_KINDS = "image/png", "image/jpeg"

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")

LOST_ANSWER = "*This answer cell was missing. If the answer stands elsewhere in the notebook, grade it here.*"
ANSWER_BELOW = "\n\n*The next cell is the student's own: the answer may stand there.*"
SPARE_STUB = "# An untouched copy of the answer cell {grade_id} stood here; run, it would undo the answer."
LOST_CODE = "# The answer cell {grade_id} was missing. The function is looked for in the other cells."
SMALLER = (
    "Clear the notebook's outputs (in JupyterLab: Edit, Clear Outputs of All Cells) and the pictures pasted into it, "
    "and save it again."
)


class Unreadable(Exception):
    """The file is no notebook that could be graded; the message tells the student what to send instead."""


def read_submission(content: bytes) -> NotebookNode:
    """The notebook in these bytes, in notebook format 4.5, without outputs and with valid, unique cell ids.

    What had to be mended is in ``notes(notebook)``. Raises :class:`Unreadable` for anything that is no notebook.
    """
    fields = _json_object(content)
    mended: list[str] = []
    found = _found_cells(fields, mended)
    if len(found) > MOST_CELLS:
        raise Unreadable(f"The notebook has {len(found):,} cells; at most {MOST_CELLS:,} are read.")
    cells = [_clean_cell(cell, number) for number, cell in enumerate(found, 1)]
    _mend_ids(cells)
    return _notebook(cells, NotebookNode(), mended)


def too_large(size: int) -> str:
    """What to tell a student whose notebook has so many bytes."""
    return f"The notebook has {-(-size >> 20)} MB; at most {LARGEST_FILE >> 20} MB are read. {SMALLER}"


def _json_object(content: bytes) -> dict:
    if not content.strip():
        raise Unreadable("The file is empty. Save the notebook and hand it in again.")
    if len(content) > LARGEST_FILE:
        raise Unreadable(too_large(len(content)))
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Unreadable(f"The file holds far more values than any notebook. {SMALLER}")
    try:
        fields = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not UTF-8 text (byte {error.start}), so it is no notebook.") from error
    except RecursionError as error:
        raise Unreadable("The file is nested far deeper than any notebook.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"The file is not JSON, so it is no notebook (line {error.lineno}, column {error.colno}: {error.msg})."
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable("The file holds a number that is too long to be read, so it is no notebook.") from error
    if not isinstance(fields, dict):
        raise Unreadable(f"The file is JSON, but a {type(fields).__name__} and not a notebook.")
    return fields


def _found_cells(fields: dict, mended: list[str]) -> list[dict]:
    """The notebook's cells as they stand in the file; notebook formats 1 to 3 named things otherwise."""
    version = fields.get("nbformat")
    if "cells" in fields:
        found = fields["cells"]
    elif isinstance(fields.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in fields["worksheets"] if isinstance(sheet, dict)]
        found = [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    else:
        raise Unreadable("The file is JSON, but has no cells, so it is no notebook.")
    if not isinstance(found, list):
        raise Unreadable("The notebook's cells are no list, so there is nothing to read.")
    if version != 4:
        named = f"format {version}" if isinstance(version, int) and 0 < version < 100 else "an unknown format"
        mended.append(f"The notebook was saved in notebook {named} and was read as format 4.")
    cells = [cell for cell in found if isinstance(cell, dict)]
    if len(cells) < len(found):
        mended.append(f"{len(found) - len(cells)} entries of the notebook are no cells and were left out.")
    return cells


def _clean_cell(cell: dict, number: int) -> NotebookNode:
    """One cell with the fields that matter here, each of the right type; outputs and all other metadata stay behind."""
    kind = cell.get("cell_type")
    source = _text(cell.get("source", cell.get("input", "")))
    if len(source) > LONGEST_CELL:
        raise Unreadable(f"Cell {number} is {len(source):,} characters long; at most {LONGEST_CELL:,} are read.")
    if kind == "heading":  # notebook format 3
        level = cell.get("level")
        kind, source = "markdown", "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + source
    elif kind in ("html", "text"):
        kind = "markdown"
    cell_id = cell.get("id")
    clean = _cell(kind if kind in ("code", "markdown") else "raw", source, _clean_metadata(cell.get("metadata")))
    clean.id = cell_id if isinstance(cell_id, str) and _CELL_ID.match(cell_id) else ""
    if clean.cell_type == "markdown" and isinstance(cell.get("attachments"), dict):
        clean.attachments = _pictures(cell["attachments"])
    return clean


def _pictures(attachments: dict) -> NotebookNode:
    """Pictures pasted into a cell, by name: their data by kind."""
    kept = NotebookNode()
    for name, bundle in list(attachments.items())[:MOST_PICTURES]:
        if isinstance(bundle, dict):
            data = {kind: bundle[kind] for kind in PICTURE_KINDS if isinstance(bundle.get(kind), str)}
            kept.update({name: NotebookNode(data)} if data else {})
    return kept


def _cell(kind: str, source: str, metadata: NotebookNode) -> NotebookNode:
    """A cell that is still to get its id."""
    cell = NotebookNode(id="", cell_type=kind, metadata=metadata, source=source)
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _notebook(cells: list[NotebookNode], metadata: NotebookNode, mended: list[str]) -> NotebookNode:
    if mended:
        metadata["unrolled"] = NotebookNode(notes=mended)
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)


def _text(source: object) -> str:
    """A cell's source as one string that UTF-8 can hold."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.encode("utf-8", "replace").decode("utf-8") if isinstance(source, str) else ""


def _clean_metadata(metadata: object) -> NotebookNode:
    """Tags, and the name under which nbgrader knows the cell: all that is taken on trust from a submission."""
    kept = NotebookNode()
    if not isinstance(metadata, dict):
        return kept
    tags = metadata.get("tags")
    if isinstance(tags, list):
        good = dict.fromkeys(tag for tag in tags if isinstance(tag, str) and _TAG.match(tag))  # each once
        kept.update({"tags": list(good)[:20]} if good else {})
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        kept["nbgrader"] = NotebookNode(grade_id=nbgrader["grade_id"])
    return kept


def _mend_ids(cells: list[NotebookNode]) -> None:
    """Give cells without a valid id of their own one that is made from their place."""
    taken = {cell.id for cell in cells}
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        if not cell.id or cell.id in seen:
            cell.id = _free_id(f"submitted-{place}", taken)
        seen.add(cell.id)


def _free_id(wish: str, taken: set[str]) -> str:
    """``wish``, or ``wish`` with a number if another cell has that id already."""
    free, number = wish, 1
    while free in taken:
        number += 1
        free = f"{wish[:50]}-{number}"
    taken.add(free)
    return free


def notes(notebook: NotebookNode) -> list[str]:
    """What was mended in a notebook that :func:`read_submission` or :func:`reconcile` made, in sentences."""
    return list(notebook.metadata.get("unrolled", {}).get("notes", []))


def reconcile(submission: NotebookNode, release: NotebookNode) -> NotebookNode:
    """A new notebook: the student's cells in the student's order, with every cell that nbgrader knows whole and once.

    ``submission`` comes from :func:`read_submission`. Graded, locked and answer cells get the release's metadata,
    locked ones its source too; copies become plain cells; what was deleted is put back after the cell that it follows
    in the release. Code that a student added to a locked cell stays, as a plain cell before it. Nothing that a student
    does to a notebook raises.
    """
    cells = _copy(submission.cells)
    mended = notes(submission)
    plays = _roles(cells, release.cells, mended)
    taken = {cell.id for cell in cells}
    answers = [cell for cell in release.cells if is_solution(cell) and cell.cell_type == "code"]
    stubs = {_name(cell): cell.source.strip() for cell in answers}
    whole: list[tuple[int | None, NotebookNode]] = []  # (place in the release, cell)
    for place, cell in enumerate(cells):
        role = plays.get(place)
        if role is None or not _is_known(release.cells[role]):
            whole.append((role, _plain(cell, stubs)))
        else:
            whole.extend((role, part) for part in _made_whole(cell, release.cells[role], taken, mended))
    _put_back(whole, release.cells, taken, mended)
    _point_to_answers_below(whole, release.cells)
    return _notebook([cell for _, cell in whole], _copy(release.metadata), mended)


def _copy(value: Any) -> Any:
    """A copy of a notebook's part, in a fraction of the time that deepcopy takes."""
    if isinstance(value, dict):
        node = NotebookNode()
        dict.update(node, {key: _copy(part) for key, part in value.items()})
        return node
    return [_copy(part) for part in value] if isinstance(value, list) else value


def _is_known(cell: NotebookNode) -> bool:
    """Whether nbgrader keeps book of this cell of the release: it is graded, locked or an answer."""
    marks = cell["metadata"].get("nbgrader")  # a key is found in a tenth of the time of an attribute
    return bool(marks) and bool(marks.get("grade") or marks.get("solution") or marks.get("locked"))


def _roles(cells: list[NotebookNode], release: list[NotebookNode], mended: list[str]) -> dict[int, int]:
    """Which cell of the submission plays which cell of the release: place -> place.

    A cell is known by its nbgrader name, else (metadata lost on the way through another editor) by its cell id, else by
    holding exactly the release's text.
    """
    known = {_name(original) for original in release if _is_known(original)}
    by_name: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        by_name.setdefault(_name(cell), []).append(place)
    nameless = [place for name, places in by_name.items() if name not in known for place in places]
    nameless.sort()
    by_id: dict[str, list[int]] = {}
    by_text: dict[tuple[str, str], list[int]] = {}
    for place in nameless:
        by_id.setdefault(cells[place].id, []).append(place)
        by_text.setdefault(_kind_and_text(cells[place]), []).append(place)
    plays: dict[int, int] = {}
    for role, original in enumerate(release):
        named = by_name.get(_name(original), []) if _name(original) else []
        if len(named) > 1:
            mended.append(f"The cell {_name(original)} was there {len(named)} times; one of them counts.")
        candidates = (
            named
            or [place for place in by_id.get(original["id"], ()) if place not in plays]
            or [place for place in by_text.get(_kind_and_text(original), ()) if place not in plays]
        )
        if candidates:
            plays[_choice(candidates, cells, original)] = role
    return plays


def _name(cell: NotebookNode) -> str:
    marks = cell["metadata"].get("nbgrader")
    return marks.get("grade_id", "") if marks else ""


def _kind_and_text(cell: NotebookNode) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def _choice(candidates: list[int], cells: list[NotebookNode], original: NotebookNode) -> int:
    """The copy that counts: of an answer, the first that the student has written in; of anything else, the first."""
    if is_solution(original):
        written = [place for place in candidates if cells[place].source.strip() not in ("", original.source.strip())]
        candidates = written or candidates
    return candidates[0]


def _made_whole(cell: NotebookNode, original: NotebookNode, taken: set[str], mended: list[str]) -> list[NotebookNode]:
    """The submission's version of a cell that nbgrader knows; if it is locked, preceded by what the student added."""
    parts = []
    source = cell.source
    if is_locked(original):
        source = original.source
        if _added(cell, original):
            mended.append(f"The locked cell {_name(original)} was written in; that stays, in a cell before it.")
            extra = _cell(cell.cell_type, cell.source, NotebookNode())
            extra.id = cell.id  # what the student's code showed belongs to the student's cell
            parts.append(extra)
        elif _kind_and_text(cell) != _kind_and_text(original):
            mended.append(f"The locked cell {_name(original)} was changed and has its text again.")
    whole = _cell(original.cell_type, source, _copy(original.metadata))
    whole.id = _free_id(f"{cell.id[:50]}-locked", taken) if parts else cell.id
    if "attachments" in cell and whole.cell_type == "markdown":
        whole.attachments = cell.attachments
    return [*parts, whole]


def _plain(cell: NotebookNode, stubs: dict[str, str]) -> NotebookNode:
    """A cell of the student's own; the untouched copy of an answer cell must not undo the answer in the other copy."""
    name = _name(cell)
    if stubs.get(name) == cell.source.strip():
        cell.source = SPARE_STUB.format(grade_id=name)
    cell.metadata.pop("nbgrader", None)
    return cell


def _added(cell: NotebookNode, original: NotebookNode) -> bool:
    """Whether a locked cell holds lines of the student's own, comments in code aside."""
    known = {line.strip() for line in original.source.splitlines()}
    own = (line.strip() for line in cell.source.splitlines())
    return any(line and line not in known and not (cell.cell_type == "code" and line.startswith("#")) for line in own)


def _put_back(
    whole: list[tuple[int | None, NotebookNode]], release: list[NotebookNode], taken: set[str], mended: list[str]
) -> None:
    """Insert the cells that nbgrader knows and the student deleted, each behind the nearest that it follows there."""
    lost = []
    there = {played for played, _ in whole}
    for role, original in enumerate(release):
        if role in there or not _is_known(original):
            continue
        lost.append(_name(original))
        places = {played: place for place, (played, _) in enumerate(whole) if played is not None}
        before = next((places[earlier] for earlier in reversed(range(role)) if earlier in places), None)
        place = (0 if role == 0 else len(whole)) if before is None else before + 1
        whole.insert(place, (role, _missing(original, taken)))
    _put_back_given(whole, release, taken, mended)
    if len(lost) == 1:
        mended.append(f"The cell {lost[0]} was missing and was put back.")
    elif lost:
        named = ", ".join(lost[:NAMED]) + (" and others" if len(lost) > NAMED else "")
        mended.append(f"{len(lost)} cells were missing and were put back: {named}.")


def _put_back_given(
    whole: list[tuple[int | None, NotebookNode]], release: list[NotebookNode], taken: set[str], mended: list[str]
) -> None:
    """Insert the given code that the lesson has and the student deleted: imports, helper functions, constants."""
    ids = {cell.get("id") for _, cell in whole}
    code = "\n".join(cell["source"] for _, cell in whole if cell["cell_type"] == "code")
    for role, original in enumerate(release):
        if original.get("id") in ids or original["cell_type"] != "code":
            continue
        if _is_known(original) or is_left_out(original):
            continue
        if all(is_bound(name, code) for name in bound_names(original.source)):
            continue
        places = {played: place for place, (played, _) in enumerate(whole) if played is not None}
        before = next((places[earlier] for earlier in reversed(range(role)) if earlier in places), -1)
        cell = _cell("code", original.source, _copy(original.metadata))
        cell.id = _free_id(original.id, taken)
        whole.insert(before + 1, (role, cell))
        mended.append(f"The given cell that begins `{original.source.splitlines()[0]}` was missing and was put back.")


def _point_to_answers_below(whole: list[tuple[int | None, NotebookNode]], release: list[NotebookNode]) -> None:
    """Say in an untouched written answer that the cell below is the student's own.

    To nbgrader an untouched answer is worth 0 without a person having looked, and many write below the question.
    """
    for (role, cell), (played, below) in zip(whole, whole[1:], strict=False):
        original = release[role] if role is not None else below
        untouched = is_grade(original) and cell.cell_type == "markdown" and cell.source == original.source
        if untouched and below.cell_type == "markdown" and below.source.strip() and played is None:
            cell.source += ANSWER_BELOW


def _missing(original: NotebookNode, taken: set[str]) -> NotebookNode:
    """A deleted cell as it comes back.

    Not as a stub: that would undo a function written elsewhere. Nor as an untouched written answer: nbgrader would give
    it 0 without a person having looked.
    """
    source = original.source
    if is_solution(original):
        source = LOST_ANSWER if original.cell_type == "markdown" else LOST_CODE.format(grade_id=_name(original))
    cell = _cell(original.cell_type, source, _copy(original.metadata))
    cell.id = _free_id(original.id, taken)
    return cell
