"""What is known of a graded class: from its course folder, or from the file that ``grade --json`` has written."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from autograder.course.units import Unit
from autograder.examination.verdict import Outcome, Status, Verdict
from autograder.gradebook.course_folder import Course
from autograder.gradebook.ledger import Ledger, fingerprint
from autograder.gradebook.standing import Standing
from autograder.gradebook.transaction import told_when_busy
from autograder.judging.reconcile import Unreadable
from autograder.judging.submissions import Submission, course_key, grader_digest, seed_of
from autograder.sandbox import confine


class NothingGraded(Exception):
    """There is no verdict on the unit; the message says what to do."""


class BadVerdicts(Exception):
    """The file holds no verdicts on the unit; the message says what is wrong."""


@dataclass(frozen=True)
class ClassResults:
    """One unit of a class.

    ``standings``: what the gradebook holds, by student; None without a gradebook. ``submissions``: where the work lies
    that was judged. ``without``: why others have no verdict here. ``missing``: who handed in nothing, of the roster and
    of those with a folder. ``changed``: those whose files, or whose grader, are others now than when they were judged.
    """

    unit: Unit
    verdicts: tuple[Verdict, ...]
    standings: Mapping[str, Standing] | None = None
    submissions: Mapping[str, Submission] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def of_course(course: Course, unit: Unit) -> ClassResults:
    """What a course folder holds. Raises NothingGraded, GradebookBusy."""
    ledger = Ledger.of(course.state, unit)
    handed_in = course.handed_in(unit)
    submissions = {each.name: each for each in handed_in.submissions}
    kept = {path.stem for path in ledger.folder.glob("*.json")} if ledger.folder.is_dir() else set()
    found = {name: ledger.last(name) for name in sorted(kept | set(submissions))}
    verdicts = [verdict for verdict in found.values() if verdict]
    if not verdicts or _is_gone(course.directory.db_url):
        first = f"python -m autograder grade {unit.slug} --course {shlex.quote(str(course.folder))}"
        raise NothingGraded(f"nothing of {unit.slug} is graded in {course.folder}; first say `{first}`")
    without = dict(handed_in.refused)
    without |= {name: "it is not in the gradebook yet; grade again" for name, verdict in found.items() if not verdict}
    fitting = [verdict for verdict in verdicts if _fits(verdict, unit)]
    without |= {each.submission: "it was graded with another release" for each in verdicts if each not in fitting}
    judged = {each.submission: submissions[each.submission] for each in fitting if each.submission in submissions}
    key, grader = course_key(course.folder), grader_digest(unit)
    changed = [name for name, each in judged.items() if not _is_current(each, unit, ledger, key, grader)]
    missing = {*handed_in.missing, *(_roster(course) - {*found, *handed_in.refused})}
    return ClassResults(
        unit, tuple(fitting), course.standings(unit), judged, without, tuple(sorted(missing)), tuple(changed)
    )


def _roster(course: Course) -> set[str]:
    """Whom the gradebook knows, whether or not they have handed in."""
    with told_when_busy(course.directory.db_url), course.gradebook() as gradebook:
        return {student.id for student in gradebook.students}


def _is_gone(url: str) -> bool:
    """Whether a gradebook that should be a file is none: to open it would make an empty one."""
    return url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file()


def of_json(path: Path, unit: Unit) -> ClassResults:
    """What ``grade --json`` has written. Raises BadVerdicts, OSError."""
    try:
        entries = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BadVerdicts(f"{path} is no JSON: {error}") from error
    if not isinstance(entries, list):
        raise BadVerdicts(f"{path} holds no list of verdicts, as `grade --json` writes it")
    verdicts = []
    for number, entry in enumerate(entries, 1):
        try:
            verdict = _verdict(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadVerdicts(f"entry {number} of {path} is no verdict, as `grade --json` writes it") from error
        if verdict.unit != unit.slug:
            raise BadVerdicts(f"entry {number} of {path} is a verdict on {verdict.unit}, not on {unit.slug}")
        if not _fits(verdict, unit):
            raise BadVerdicts(f"entry {number} of {path} was graded with another release of {unit.slug}; grade again")
        verdicts.append(verdict)
    return ClassResults(unit, tuple(verdicts))


def _verdict(entry: dict[str, Any]) -> Verdict:
    """The verdict of an entry. Raises what reading one that is none comes to: KeyError, TypeError, ValueError."""
    verdict = Verdict.from_json(json.dumps(entry))
    texts = [verdict.submission, verdict.unit, *verdict.messages]
    numbers = [verdict.seconds]
    kinds = [verdict.status in get_args(Status)]
    for exercise in verdict.exercises:
        texts += [exercise.id, *exercise.messages]
        numbers += [exercise.score, exercise.max_score]
        kinds += [exercise.outcome in get_args(Outcome), 0 <= exercise.score <= exercise.max_score]
    numeric = all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers)
    if not (numeric and all(kinds) and all(isinstance(text, str) for text in texts)):
        raise ValueError("a field of another kind")
    return verdict


def _fits(verdict: Verdict, unit: Unit) -> bool:
    """Whether it was made of the release that is there now: the same exercises, worth the same."""
    worth = [(exercise.id, exercise.max_score) for exercise in verdict.exercises]
    return worth == [(exercise.id, exercise.points) for exercise in unit.exercises]


def _is_current(submission: Submission, unit: Unit, ledger: Ledger, key: bytes, grader: str) -> bool:
    """Whether `grade` would keep the verdict, here or on a machine that locks down."""
    left_out: list[str] = []
    try:
        files = submission.read(unit.slug, left_out)
    except Unreadable as error:
        return ledger.find(submission.name, fingerprint({}, 0, grader, [str(error)])) is not None
    seed = seed_of(key, unit.slug, files)
    marks = [fingerprint(files, seed, grader, [str(lacking), *left_out]) for lacking in {None, confine.available()}]
    return any(ledger.find(submission.name, mark) for mark in marks)
