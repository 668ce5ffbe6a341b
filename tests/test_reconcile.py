"""Grade cells are whole again whatever a student did to them, and nbgrader's own steps take the result."""

from __future__ import annotations

import copy
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import CheckCellMetadata, OverwriteCells, SaveAutoGrades, SaveCells
from sample_course import SLUG, write_course

from autograder.authoring.build import build
from autograder.course.units import Unit, find_unit, grade_id, marks
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook.annotate import annotate
from autograder.gradebook.beginning import create_gradebook
from autograder.judging.reconcile import MOST_CELLS, Unreadable, notes, read_submission, reconcile

ADD = "def add(x, s):\n    return x + s"
WHY = "Because addition commutes."
Change = Callable[[NotebookNode], None]


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    root = tmp_path_factory.mktemp("sample")
    write_course(root)
    assert not build(root).problems
    return find_unit(SLUG, root)


@pytest.fixture
def filled(unit: Unit) -> NotebookNode:
    """An honest submission: one exercise done, one untouched, the question answered."""
    notebook = copy.deepcopy(unit.release)
    cell_of(notebook, "add").source = ADD
    cell_of(notebook, "why_order").source = WHY
    return notebook


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    (cell,) = (cell for cell in notebook.cells if grade_id(cell) == name)
    return cell


def place_of(notebook: NotebookNode, name: str) -> int:
    return notebook.cells.index(cell_of(notebook, name))


def sent(notebook: NotebookNode) -> bytes:
    return json.dumps(notebook).encode()


def mended(notebook: NotebookNode, unit: Unit) -> NotebookNode:
    return reconcile(read_submission(sent(notebook)), unit.release)


def known(notebook: NotebookNode) -> list[str]:
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def delete(name: str) -> Change:
    return lambda notebook: notebook.cells.remove(cell_of(notebook, name))


def copy_to_end(name: str) -> Change:
    return lambda notebook: notebook.cells.append(copy.deepcopy(cell_of(notebook, name)))


def move_to_start(name: str) -> Change:
    return lambda notebook: notebook.cells.insert(0, notebook.cells.pop(place_of(notebook, name)))


def metadata(name: str, **values: object) -> Change:
    return lambda notebook: cell_of(notebook, name).metadata.nbgrader.update(values)


def source(name: str, text: str) -> Change:
    return lambda notebook: cell_of(notebook, name).update(source=text)


def turn_into(name: str, kind: str) -> Change:
    return lambda notebook: cell_of(notebook, name).update(cell_type=kind)


def everywhere(**values: object) -> Change:
    return lambda notebook: [cell.update(copy.deepcopy(values)) for cell in notebook.cells] and None


def old_format(notebook: NotebookNode) -> None:
    with quiet():
        old = nbformat.convert(copy.deepcopy(notebook), 3)
    notebook.clear()
    notebook.update(old)


def nothing(notebook: NotebookNode) -> None:
    """Hand it in as it is."""


CHANGES: dict[str, Change] = {
    "nothing": nothing,
    "check deleted": delete("check_add"),
    "last check deleted": delete("check_running_sum"),
    "answer deleted": delete("running_sum"),
    "check copied": copy_to_end("check_add"),
    "answer copied": copy_to_end("add"),
    "check moved": move_to_start("check_running_sum"),
    "answer moved": move_to_start("running_sum"),
    "check edited": source("check_add", "pass"),
    "check emptied": source("check_add", ""),
    "check made markdown": turn_into("check_add", "markdown"),
    "answer made raw": turn_into("add", "raw"),
    "question made code": turn_into("why_order", "code"),
    "points raised": metadata("check_add", points=1000),
    "points no number": metadata("check_add", points="many"),
    "no points": lambda notebook: cell_of(notebook, "check_add").metadata.nbgrader.pop("points") and None,
    "schema too new": metadata("check_add", schema_version=99),
    "schema missing": lambda notebook: cell_of(notebook, "add").metadata.nbgrader.pop("schema_version") and None,
    "unlocked": metadata("check_add", locked=False, solution=True),
    "unknown name": metadata("check_add", grade_id="somebody_else"),
    "name no text": metadata("check_add", grade_id=["check_add"]),
    "all metadata lost": everywhere(metadata={}),
    "tags twice": everywhere(metadata={"tags": ["mine", "mine"]}),
    "metadata odd": everywhere(metadata={"nbgrader": "yes", "tags": 3}),
    "ids lost": everywhere(id=None),
    "ids all the same": everywhere(id="same"),
    "ids invalid": everywhere(id="no id!"),
    "sources in lines": everywhere(source=["a = 1\n", "b = 2"]),
    "sources no text": everywhere(source=5),
    "sources not Unicode": everywhere(source="x = '\ud800'"),
    "notebook format 3": old_format,
    "no cells at all": lambda notebook: notebook.update(cells=[]),
    "cells of an unknown kind": everywhere(cell_type="video"),
    "entries that are no cells": lambda notebook: notebook.cells.extend([5, None, []]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_cell_of_the_release_is_there_once(change: str, filled: NotebookNode, unit: Unit) -> None:
    CHANGES[change](filled)
    whole = mended(filled, unit)
    assert sorted(known(whole)) == sorted(known(unit.release))
    for name in known(unit.release):
        got, wanted = cell_of(whole, name), cell_of(unit.release, name)
        assert (got.cell_type, got.metadata) == (wanted.cell_type, wanted.metadata)
        if marks(wanted)["locked"]:
            assert got.source == wanted.source
    ids = [cell.id for cell in whole.cells]
    assert len(set(ids)) == len(ids)
    nbformat.validate(whole)
    again = mended(filled, unit)
    assert again == whole  # ids too: outputs made while judging find their cells when they are written


@pytest.fixture(scope="module")
def gradebook(unit: Unit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that waits for Sam's score."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with quiet():
        create_gradebook(f"sqlite:///{path}")
        with Gradebook(f"sqlite:///{path}") as book:
            book.add_assignment(SLUG)
            SaveCells().preprocess(copy.deepcopy(unit.release), resources(path))
            book.add_student("sam")
            book.add_submission(SLUG, "sam")
    return path


def resources(gradebook: Path) -> dict[str, dict[str, str]]:
    return {"nbgrader": {"notebook": SLUG, "assignment": SLUG, "student": "sam", "db_url": f"sqlite:///{gradebook}"}}


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy, about nbgrader's own code
        yield


@pytest.mark.parametrize("change", CHANGES)
def test_nbgrader_takes_it_and_reads_the_verdict(
    change: str, filled: NotebookNode, unit: Unit, gradebook: Path, tmp_path: Path
) -> None:
    CHANGES[change](filled)
    whole = mended(filled, unit)
    mine = shutil.copy(gradebook, tmp_path / "gradebook.db")
    exercises = (ExerciseVerdict("add", "incorrect", 33.33, 40), ExerciseVerdict("running_sum", "raised", 0, 50))
    with quiet():
        OverwriteCells().preprocess(whole, resources(mine))
        annotate(whole, Verdict("sam", SLUG, "graded", 0.1, (), exercises, 1), unit.release)
        CheckCellMetadata().preprocess(whole, {})
        SaveAutoGrades().preprocess(whole, resources(mine))
        with Gradebook(f"sqlite:///{mine}") as book:
            grades = {grade.name: grade.auto_score for grade in book.find_submission(SLUG, "sam").notebooks[0].grades}
    assert (grades["check_add"], grades["check_running_sum"], grades["why_order"]) == (33.33, 0, None)


def test_a_deleted_check_comes_back_after_its_answer(filled: NotebookNode, unit: Unit) -> None:
    delete("check_running_sum")(filled)
    move_to_start("running_sum")(filled)
    whole = mended(filled, unit)
    assert place_of(whole, "check_running_sum") == place_of(whole, "running_sum") + 1
    assert notes(whole) == ["The cell check_running_sum was missing and was put back."]


def test_many_deleted_cells_are_told_in_one_sentence(filled: NotebookNode, unit: Unit) -> None:
    filled.cells = [cell for cell in filled.cells if not cell.metadata.get("nbgrader")]
    said = notes(mended(filled, unit))
    assert said == ["5 cells were missing and were put back: add, check_add, running_sum and others."], said


def test_a_deleted_answer_does_not_undo_the_function_written_elsewhere(filled: NotebookNode, unit: Unit) -> None:
    delete("add")(filled)
    filled.cells.insert(1, new_code_cell(ADD))
    assert_runs(mended(filled, unit), 3)


@pytest.mark.parametrize("above", [True, False])
def test_an_untouched_copy_of_an_answer_does_not_undo_the_answer(above: bool, filled: NotebookNode, unit: Unit) -> None:
    place = place_of(filled, "add")
    filled.cells.insert(place if above else place + 1, copy.deepcopy(cell_of(unit.release, "add")))
    whole = mended(filled, unit)
    assert cell_of(whole, "add").source == ADD
    assert_runs(whole, 3)


def assert_runs(notebook: NotebookNode, wanted: int) -> None:
    """``add`` is the student's once every code cell that holds nothing but functions has run."""
    names: dict[str, Callable[[int, int], int]] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith(("def ", "#")):
            exec(cell.source, names)
    assert names["add"](1, 2) == wanted


def test_code_in_a_check_stays_and_the_check_is_restored(filled: NotebookNode, unit: Unit) -> None:
    check = cell_of(filled, "check_add")
    released, check.source = check.source, f"# try it\nbetter = 1\n{check.source}"
    whole = mended(filled, unit)
    place = place_of(whole, "check_add")
    assert whole.cells[place].source == released
    assert whole.cells[place - 1].source.startswith("# try it\nbetter = 1")
    assert whole.cells[place - 1].id == check.id  # its outputs are the student's
    assert not marks(whole.cells[place - 1])


def test_of_two_written_answers_the_written_one_counts(filled: NotebookNode, unit: Unit) -> None:
    filled.cells.insert(0, copy.deepcopy(cell_of(unit.release, "why_order")))
    whole = mended(filled, unit)
    assert cell_of(whole, "why_order").source == WHY
    assert len(whole.cells) == len(filled.cells)


def test_a_deleted_written_answer_waits_for_a_person(filled: NotebookNode, unit: Unit) -> None:
    delete("why_order")(filled)
    filled.cells.append(new_markdown_cell("It commutes."))
    assert cell_of(mended(filled, unit), "why_order").source != cell_of(unit.release, "why_order").source


def test_an_answer_written_below_the_question_waits_for_a_person(filled: NotebookNode, unit: Unit) -> None:
    question = cell_of(filled, "why_order")
    question.source = cell_of(unit.release, "why_order").source
    assert cell_of(mended(filled, unit), "why_order").source == question.source
    filled.cells.insert(place_of(filled, "why_order") + 1, new_markdown_cell(WHY))
    assert cell_of(mended(filled, unit), "why_order").source != question.source


def test_an_answer_whose_metadata_was_lost_is_known_by_its_id(filled: NotebookNode, unit: Unit) -> None:
    everywhere(metadata={})(filled)
    whole = mended(filled, unit)
    assert (cell_of(whole, "why_order").source, cell_of(whole, "add").source) == (WHY, ADD)
    assert len(whole.cells) == len(unit.release.cells)


def test_notebook_format_3_is_read_and_said(filled: NotebookNode, unit: Unit) -> None:
    old_format(filled)
    whole = mended(filled, unit)
    assert cell_of(whole, "add").source == ADD
    assert "format 3" in notes(whole)[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"print('hello')", "not JSON"),
        (b"%PDF-1.4 \xff\xfe", "not UTF-8"),
        (b"[1, 2]", "list"),
        (b"{}", "no cells"),
        (b'{"nbformat": 4}', "no cells"),
        (b'{"nbformat": 4, "cells": {}}', "no list"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 100_000, "nested"),
        (b'{"nbformat": 4, "cells": [' + b"9" * 10_000 + b"]}", "too long"),
        (
            json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": ""}] * (MOST_CELLS + 1)}).encode(),
            "cells",
        ),
        (json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "x" * (2 << 20)}]}).encode(), "long"),
        (b" " * (51 << 20) + b"{}", "52 MB; at most 50 MB are read. Clear the notebook's outputs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_notebook_is_unreadable_and_says_why(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_submission(content)
