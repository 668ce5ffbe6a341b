"""A verdict put into a notebook, so that stock nbgrader reads exactly its scores from it.

nbgrader takes a grade cell's score from its outputs: any error or any text on stderr is 0, an ``execute_result`` is
read as the points, and no output at all is full marks. So every check cell gets one ``execute_result``, zero and full
marks included, and its messages go to stdout.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import count

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked

from autograder.course.units import CHECK_PREFIX
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook import harmless
from autograder.gradebook.feedback.overview import NOTE_ID, SAID
from autograder.judging.reconcile import notes

PAGE_WIDTH = 96  # characters on a line of a feedback page: what is longer would have to be scrolled


class Mismatch(Exception):
    """The verdict is not about this release: its exercises or their points are others. Grade again."""


def annotate(
    notebook: NotebookNode, verdict: Verdict, release: NotebookNode, said: Sequence[str] = (), plain: bool = False
) -> None:
    """Put the verdict into ``notebook`` (a reconciled one), in place: outputs, and a note at the top if need be.

    Everything else that the student wrote is made harmless to show. ``said``: more sentences for the note.
    ``plain``: no text of the student's is to be parsed. Raises :class:`Mismatch`.
    """
    exercises = {CHECK_PREFIX + exercise.id: exercise for exercise in verdict.exercises}
    released = {(cell.cell_type, cell.source) for cell in release.cells}
    room = harmless.Room(0) if plain else harmless.Room()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = _outputs(cell, exercises, verdict)
            if is_grade(cell) and is_locked(cell):
                exercise = exercises[cell.metadata.nbgrader.grade_id]
                told = {"messages": list(exercise.messages), "hints": list(exercise.hints)}
                cell.metadata[SAID] = NotebookNode(outcome=exercise.outcome, **told)
        if (cell.cell_type, cell.source) not in released:
            harmless.make_harmless(cell, room)
    _keep_note_id(notebook)
    sentences = [*verdict.messages, *(note for note in notes(notebook) if note not in verdict.messages), *said]
    if sentences:
        notebook.cells.insert(0, _note(verdict, sentences))


def _outputs(cell: NotebookNode, exercises: dict[str, ExerciseVerdict], verdict: Verdict) -> list[NotebookNode]:
    if not (is_grade(cell) and is_locked(cell)):
        return harmless.outputs(verdict.cell_outputs.get(cell.id, []))
    name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
    exercise = exercises.get(name)
    if exercise is None or exercise.max_score != points or not 0 <= exercise.score <= points:
        raise Mismatch(f"the verdict on {verdict.submission} does not fit {name}, worth {points:g} points")
    return [_stdout(exercise), _result(exercise)]


def _stdout(exercise: ExerciseVerdict) -> NotebookNode:
    heading = f"{exercise.id}: {exercise.outcome}, {exercise.score:g} of {exercise.max_score:g} points"
    lines = [line for message in exercise.messages for line in _wrapped(message)]
    return NotebookNode(output_type="stream", name="stdout", text="\n".join([heading, *lines]) + "\n")


def _wrapped(message: str) -> list[str]:
    """The message in lines that fit the page; those that go on are indented."""
    return [
        line
        for part in message.splitlines()
        for line in textwrap.wrap(
            part, PAGE_WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
    ]


def _result(exercise: ExerciseVerdict) -> NotebookNode:
    """The points as nbgrader parses them."""
    return NotebookNode(
        output_type="execute_result",
        execution_count=None,
        metadata=NotebookNode(),
        data=NotebookNode({"text/plain": repr(float(exercise.score))}),
    )


def _keep_note_id(notebook: NotebookNode) -> None:
    """Give a cell of the student's that has the note's id another: ids are unique, and the page takes it for a note."""
    taken = {cell.id for cell in notebook.cells}
    for cell in notebook.cells:
        if cell.id == NOTE_ID:
            cell.id = next(free for number in count(1) if (free := f"{NOTE_ID}-{number}") not in taken)


def _note(verdict: Verdict, sentences: list[str]) -> NotebookNode:
    heading = "**About this submission**" + ("" if verdict.status == "graded" else f" ({verdict.status})")
    body = "\n".join(f"- {harmless.as_text(sentence)}" for sentence in sentences)
    return NotebookNode(id=NOTE_ID, cell_type="markdown", metadata=NotebookNode(), source=f"{heading}\n\n{body}")
