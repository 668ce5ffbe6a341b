"""The gradebook's points and comments put into a notebook, as nbgrader does, and what still waits for a person."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades


class GradesAndWaiting(GetGrades):
    """nbgrader's step, which has 0 points for an answer that nobody has graded yet; here such a cell is marked."""

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        known = cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        cell.metadata.nbgrader["waits"] = bool(self.gradebook.find_grade(*known).needs_manual_grade)
