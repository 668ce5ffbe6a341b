"""More time for some students, in every unit: minutes in the roster, an extension of each submission in the gradebook.

nbgrader keeps extensions with submissions, which are not there before they are graded. So what the roster says is kept
beside the gradebook, and put into a submission when its penalty for late work is worked out, whichever program does so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Unicode

from autograder.gradebook.ledger import write_whole

FILE = Path(".unrolled") / "extra_minutes.json"


class PenaltiesWithExtraTime(AssignLatePenalties):
    """nbgrader's step for late work; who has more time has an extension before it looks.

    Without a due date nothing is late, and nobody needs an extension.
    """

    course = Unicode("", help="The course folder.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The same notebook; the gradebook holds the extension and the penalty."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            submission = gradebook.find_submission(names["assignment"], names["student"])
            if submission.assignment.duedate is None:  # nbgrader would add an extension to the date that is not there
                notebook = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
                notebook.late_submission_penalty = None
                gradebook.db.commit()
                return nb, resources
            minutes = read_minutes(Path(self.course)).get(names["student"], 0) if self.course else 0
            if minutes and submission.extension is None:  # one that a person has granted stays
                submission.extension = timedelta(minutes=minutes)
                gradebook.db.commit()
        return super().preprocess(nb, resources)


def read_minutes(course: Path) -> dict[str, int]:
    """Extra minutes by student."""
    try:
        kept = json.loads((course / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(name): int(minutes) for name, minutes in kept.items()}


def keep_minutes(course: Path, gradebook: Gradebook, minutes: Mapping[str, int]) -> None:
    """Keep these students' extra minutes, and change the extensions that came from what was kept before.

    An extension that a person has granted for one unit stays.
    """
    before = read_minutes(course)
    write_whole(course / FILE, json.dumps(before | dict(minutes), indent=1, ensure_ascii=False).encode(), mode=0o600)
    for submission in gradebook.db.query(SubmittedAssignment):
        student = submission.student_id
        had = timedelta(minutes=before.get(student, 0)) or None
        if student in minutes and submission.extension == had:
            submission.extension = timedelta(minutes=minutes[student]) or None
    gradebook.db.commit()
