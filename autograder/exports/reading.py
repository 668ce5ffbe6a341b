"""Submitted notebooks, each read in a process that can be ended: what students wrote is parsed nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from autograder.course.units import Unit
from autograder.judging.reconcile import Unreadable
from autograder.judging.submissions import Submission
from autograder.judging.workers import Bounds, Died, TookTooLong, Workers

READING = Bounds(processor=10, wall=60)  # seconds for one notebook; right ones take a tenth of one
WORTH_ANOTHER = 40  # notebooks: reading fewer takes less time than another process takes to begin
Found = TypeVar("Found")


class TooMuchCode(Exception):
    """The notebook holds more code than is read; the message says how much that is."""


class Read(Generic[Found]):
    """What became of reading a class: ``found``, by student, and ``left_out``: why others are not there."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.left_out: dict[str, str] = {}


def each_read(
    unit: Unit, submissions: Mapping[str, Submission], jobs: int, function: Callable[..., Found], *more: Any
) -> Read[Found]:
    """Call ``function`` with the bytes of each notebook, and ``more``, in processes of their own.

    What it raises of Unreadable and :class:`TooMuchCode`, and a process that does not come back, leaves that one out.
    """
    read: Read[Found] = Read()
    jobs = min(jobs, 1 + len(submissions) // WORTH_ANOTHER)
    with Workers("reader", jobs, get_context("spawn"), _nothing, (), READING) as workers:
        for name, future in _in_turn(unit, submissions, 2 * jobs, lambda each: workers.submit(function, each, *more)):
            try:
                read.found[name] = future.result()
            except (Unreadable, TooMuchCode) as error:
                read.left_out[name] = str(error)
            except (Died, TookTooLong):
                read.left_out[name] = f"reading its code took over {READING.processor:g} seconds, or ended the process"
    return read


def _in_turn(
    unit: Unit, submissions: Mapping[str, Submission], most: int, submit: Callable[[bytes], Future[Found]]
) -> Iterator[tuple[str, Future[Found]]]:
    """Each submission with what is made of it; of so many at most the content is in memory."""
    asked: dict[Future[Found], str] = {}
    for name, submission in submissions.items():
        asked[_content(unit, submission, submit)] = name
        while len(asked) > most:
            ready, _ = wait(asked, return_when=FIRST_COMPLETED)
            yield from ((asked.pop(future), future) for future in ready)
    for future, name in asked.items():
        yield name, future


def _content(unit: Unit, submission: Submission, submit: Callable[[bytes], Future[Found]]) -> Future[Found]:
    try:
        return submit(submission.read(unit.slug)[f"{unit.slug}.ipynb"])
    except Unreadable as error:
        failed: Future[Found] = Future()
        failed.set_exception(error)
        return failed


def _nothing() -> None:
    """What a process has to do before its first notebook."""
