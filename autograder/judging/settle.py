"""Which judgement of a submission counts, when a process of it ended or waited and nobody knows whose fault that is.

A student's code can end its own process; so can a machine that runs out of memory, or a person. It can sleep until its
time is over; so does code that a busy machine does not let run. Such a submission is judged again, and only what
repeats counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.examination.verdict import Doubt, Verdict

MOST_TRIES = 3
SAID: dict[Doubt, str] = {
    "ended": "its process ended by itself",
    "waited": "its process waited until its time was over and hardly used the processor",
}


def settled(tries: Sequence[Verdict]) -> Verdict | None:
    """The verdict that counts after these tries, or None when the submission is to be judged once more."""
    if not tries:
        return None
    last = tries[-1]
    if not last.doubt:
        return last
    if len(tries) > 1 and _same(tries[-2], last):
        said = f"{SAID[last.doubt]} each of the {len(tries)} times that it was judged"
    elif len(tries) == MOST_TRIES:
        said = f"{SAID[last.doubt]}, at another place each of the {len(tries)} times that it was judged"
    else:
        return None
    return replace(last, messages=(*last.messages, said))


def _same(one: Verdict, other: Verdict) -> bool:
    return one.status == other.status and one.exercises == other.exercises
