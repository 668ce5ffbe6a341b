"""Which judgement of a submission counts, when a process of it ended and nobody knows by whom.

A student's code can end its own process; so can a machine that runs out of memory, or a person. The latter is no fault
of the student's: such a submission is judged again, and only an end that repeats counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.examination.verdict import Verdict

MOST_TRIES = 3


def settled(tries: Sequence[Verdict]) -> Verdict | None:
    """The verdict that counts after these tries, or None when the submission is to be judged once more."""
    if not tries:
        return None
    last = tries[-1]
    if not last.doubtful:
        return last
    if len(tries) > 1 and _same(tries[-2], last):
        said = f"its process ended by itself each of the {len(tries)} times that it was judged"
    elif len(tries) == MOST_TRIES:
        said = f"its process ended by itself, at another place each of the {len(tries)} times that it was judged"
    else:
        return None
    return replace(last, messages=(*last.messages, said))


def _same(one: Verdict, other: Verdict) -> bool:
    return one.status == other.status and one.exercises == other.exercises
