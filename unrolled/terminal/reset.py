"""``unrolled reset``: the stub of one exercise back into the notebook, the old answer kept in a file beside it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from unrolled.documents import Cell, Notebook, as_text, parse, with_cell, with_new_cell
from unrolled.terminal.memory import write_whole
from unrolled.terminal.naming import Work


class CannotReset(RuntimeError):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Done:
    """What was done: the file that keeps the old answer, if there was one, and whether the cell was gone."""

    kept: Path | None
    was_gone: bool


def reset(work: Work, exercise: str) -> Done:
    """Put the stub of an exercise into its cell; every other cell of the file stays as it is, byte by byte.

    Raises CannotReset, UnreadableNotebook, OSError; then the notebook is as it was.
    """
    path = work.path.resolve()  # a link stays a link
    if not os.access(path, os.W_OK):
        raise CannotReset(f"{work.path} is read-only, so nothing was changed.")
    content = path.read_bytes()
    text = as_text(content, work.path)
    notebook = parse(content, work.path)
    stub = work.release.answer_cell(exercise)
    cell = answer_in(notebook, exercise)
    if cell is not None and cell.source == stub.source:
        raise CannotReset(f"{exercise} is the untouched stub already; nothing was changed.")
    if cell is None:
        after = with_new_cell(text, _place_for(notebook, work, exercise), _as_json(stub))
    else:
        after = with_cell(text, cell.place, stub.source)
    changed = after.encode(json.detect_encoding(content))
    if not _only_changed(notebook, parse(changed, work.path), cell, stub):
        raise CannotReset(f"{work.path} is written in an unusual way, so nothing was changed. Copy the stub by hand.")
    kept = _keep(path.parent, exercise, cell.source) if cell is not None and cell.source.strip() else None
    try:
        if path.read_bytes() != content:
            raise CannotReset(f"{work.path} was saved by another program just now, so nothing was changed. Try again.")
        write_whole(path, changed)
    except BaseException:
        if kept is not None:
            kept.unlink()
        raise
    return Done(kept and work.path.parent / kept.name, cell is None)


def answer_in(notebook: Notebook, exercise: str) -> Cell | None:
    """The cell that holds the answer to an exercise: the one made for it, or else the last one that defines it."""
    made_for = [cell for cell in notebook.cells if cell.exercise == exercise]
    defining = [cell for cell in notebook.code_cells if cell.defines(exercise)]
    both = [cell for cell in made_for if cell in defining]
    return next((cells[-1] for cells in (both, made_for, defining) if cells), None)


def _place_for(notebook: Notebook, work: Work, exercise: str) -> int:
    """Where a cell that is gone belongs: before its check, or else where the next cell of the release stands."""
    names = [cell.id for cell in work.release.notebook.cells]
    wanted = names[names.index(work.release.answer_cell(exercise).id) + 1 :]
    places = {cell.id: cell.place for cell in notebook.cells}
    place = next((places[name] for name in wanted if name in places), None)
    if place is None:
        raise CannotReset(f"{work.path} has lost the cells around {exercise}, too, so nothing was changed.")
    return place


def _as_json(stub: Cell) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": stub.id,
        "metadata": stub.metadata,
        "outputs": [],
        "source": stub.source.splitlines(keepends=True),
    }


def _only_changed(before: Notebook, after: Notebook, cell: Cell | None, stub: Cell) -> bool:
    """Whether the new file differs from the old one by that cell alone."""
    olds, news = list(before.cells), list(after.cells)
    if cell is not None:
        del olds[cell.place]
        put = news.pop(cell.place)
    else:
        put = next((new for new in news if new.exercise == stub.exercise), None)  # type: ignore[assignment]
        news = [new for new in news if new is not put]
    same = [(old.id, old.source, old.metadata) for old in olds] == [(new.id, new.source, new.metadata) for new in news]
    return same and put is not None and put.source == stub.source


def _keep(folder: Path, exercise: str, answer: str) -> Path:
    """Write an answer into a new file."""
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    for number in range(1, 1000):
        path = folder / f"{exercise}.{stamp}{f'-{number}' if number > 1 else ''}.py"
        try:
            with path.open("xb") as file:
                try:
                    file.write(answer.rstrip("\n").encode("utf-8", "surrogatepass") + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                except BaseException:
                    path.unlink()
                    raise
            return path
        except FileExistsError:
            continue
    raise CannotReset(f"There are too many kept answers to {exercise} in {folder}; nothing was changed.")
