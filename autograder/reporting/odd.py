"""Submissions that a person should look at, by what is odd about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.examination.verdict import Verdict
from autograder.judging.settle import SAID
from autograder.reporting.figures import attempted
from autograder.reporting.results import ClassResults


@dataclass(frozen=True)
class Odd:
    """One kind: what it is called, what that means, and whom it concerns, each with a word more or an empty one."""

    kind: str
    means: str
    who: tuple[tuple[str, str], ...]


def odd_submissions(results: ClassResults) -> list[Odd]:
    """The kinds that there are, none of them empty."""

    def judged(kind: str, means: str, holds: Callable[[Verdict], bool], tell: bool = False) -> Odd:
        found = [each for each in results.verdicts if holds(each)]
        return Odd(kind, means, tuple((each.submission, " ".join(each.messages[:1]) if tell else "") for each in found))

    found = [
        judged("Unreadable", "no notebook that could be graded: 0 points, and each was told why", _unreadable, True),
        judged("Timeout", "a cell did not end in time; the rest was graded", lambda each: each.status == "timeout"),
        judged("Crashed", "a cell ended its process; the rest was graded", lambda each: each.status == "crashed"),
        judged("Doubtful", "something ended or held up the process, each time that it was judged", _doubtful),
        judged("Empty", "a notebook in which no exercise was attempted", _empty),
    ]
    if results.standings is not None:
        late = [(name, _cost(each.penalty)) for name, each in results.standings.items() if each.is_late]
        found.append(Odd("Late", "handed in after the due date, extensions counted", tuple(late)))
    found += [
        Odd("Changed since", "other files or another grader than were graded: grade again", _plain(results.changed)),
        Odd("Without a verdict", "in no figure of this page", tuple(sorted(results.without.items()))),
        Odd("Nothing handed in", "students of the roster, or with a folder for another unit", _plain(results.missing)),
    ]
    return [each for each in found if each.who]


def _unreadable(verdict: Verdict) -> bool:
    return verdict.status == "unreadable"


def _doubtful(verdict: Verdict) -> bool:
    return any(message.startswith(tuple(SAID.values())) for message in verdict.messages)


def _empty(verdict: Verdict) -> bool:
    return not attempted(verdict) and verdict.status != "unreadable"


def _cost(penalty: float) -> str:
    return f"costs {penalty:g} points" if penalty else ""


def _plain(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, "") for name in names)
