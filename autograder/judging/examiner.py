"""Examiners: processes of the trusted side that judge submissions, as many at a time as there are jobs.

They are forked from this process once it has imported TensorFlow and the grader's oracles, and share one nursery.
What they return travels between trusted processes only.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.course.root import ROOT
from autograder.course.units import find_unit
from autograder.examination.verdict import Verdict
from autograder.judging.judge import judge
from autograder.sandbox import confine
from autograder.sandbox.nursery import Nursery, die_with_parent
from autograder.sandbox.tenant import House
from autograder.sandbox.watchdog import Limits
from unrolled.quiet import quietly

SECRET = ("autograder/graders", "autograder/references", "autograder/answers", "autograder/classmates", "solutions")
OPEN = ("unrolled", "data")
Result = TypeVar("Result")


class LockdownUnavailable(Exception):
    """This machine cannot lock a student's process down, and nobody accepted the risk."""


@dataclass
class Examiners:
    """A pool of examiners."""

    _pool: ProcessPoolExecutor
    house: House

    def submit(
        self,
        files: Mapping[str, bytes],
        slug: str,
        seed: int,
        submission: str = "",
        only: Collection[str] | None = None,
        root: Path = ROOT,
    ) -> Future[Verdict]:
        """Have a submission judged; see :func:`autograder.judging.judge.judge`."""
        return self._pool.submit(_judge, files, slug, seed, self.house, submission, only, root)

    def call(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Have a function of ours called in the place of a submission judged: with the house, and then ``args``."""
        return self._pool.submit(function, self.house, *args)


@contextmanager
def pool(
    jobs: int | None = None,
    limits: Limits | None = None,
    *,
    accept_risk: bool = False,
    forbidden: Sequence[Path] = (),
    root: Path = ROOT,
) -> Iterator[Examiners]:
    """Examiners for the block, with a warm nursery.

    Args:
        jobs: submissions judged at a time; as many as there are cores by default.

    The other arguments, and what is raised, are those of :func:`open_house`.
    """
    with open_house(limits, accept_risk=accept_risk, forbidden=forbidden, root=root) as house:
        fork = multiprocessing.get_context("fork")
        executor = ProcessPoolExecutor(jobs or os.cpu_count(), mp_context=fork, initializer=die_with_parent)
        try:
            yield Examiners(executor, house)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def open_house(
    limits: Limits | None = None,
    *,
    accept_risk: bool = False,
    forbidden: Sequence[Path] = (),
    root: Path = ROOT,
) -> Iterator[House]:
    """For the block, a warm nursery and what binds its children: enough to judge in this very process.

    Args:
        forbidden: what a student's process must not be able to read, beside graders, references and solutions.
        accept_risk: run without lockdown where there is none.

    Raises:
        LockdownUnavailable: no lockdown here, and the risk is not accepted.
    """
    lacking = confine.available()
    if lacking and not accept_risk:
        raise LockdownUnavailable(lacking)
    readable = tuple(root / name for name in OPEN)
    with Nursery(readable) as nursery:
        _warm()
        nursery.wait_until_warm()
        yield House(
            address=nursery.address,
            scratch=nursery.scratch,
            limits=limits or Limits(),
            readable=readable,
            forbidden=(*(root / name for name in SECRET), *forbidden, Path(f"/proc/{os.getpid()}/mem")),
            lock=not lacking,
        )


def _judge(
    files: Mapping[str, bytes],
    slug: str,
    seed: int,
    house: House,
    submission: str,
    only: Collection[str] | None,
    root: Path,
) -> Verdict:
    return judge(files, find_unit(slug, root), seed, house, submission, only)


def _warm() -> None:
    """Import, while the nursery does, what every examiner needs; no TensorFlow operation may run before the fork."""
    import pytest  # noqa: F401

    with quietly():
        import tensorflow  # noqa: F401
