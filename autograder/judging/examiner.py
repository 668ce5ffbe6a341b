"""Examiners: processes of the trusted side that judge submissions, as many at a time as there are jobs.

They share one nursery. What they return travels between trusted processes only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import psutil

from autograder.course.root import ROOT
from autograder.course.units import find_unit
from autograder.examination.verdict import Verdict
from autograder.judging.judge import judge
from autograder.judging.server import serving, warm
from autograder.judging.workers import Bounds, Workers
from autograder.sandbox import confine
from autograder.sandbox.nursery import Nursery, NurseryError
from autograder.sandbox.tenant import Gone, House
from autograder.sandbox.watchdog import Limits

SECRET = (
    *("autograder/graders", "autograder/references", "autograder/answers", "autograder/classmates"),
    *("solutions", ".unrolled"),
)
OPEN = ("unrolled", "data")
JUDGING = Bounds(processor=900, wall=1800)  # seconds of an examiner; what the student's process may take is less
UNBOUNDED = Bounds(float("inf"), float("inf"))
Result = TypeVar("Result")
_unit = lru_cache(find_unit)  # its release is read once


class NoChild(Exception):
    """The nursery has ended, and all its children with it; or a child has, before it had begun."""


class LockdownUnavailable(Exception):
    """This machine cannot lock a student's process down, and nobody accepted the risk."""


@dataclass
class Examiners:
    """A pool of examiners."""

    _pool: Workers
    house: House
    nursery: Nursery

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
        return self._pool.submit(_judge, files, slug, seed, self.house, submission, only, root, bounds=JUDGING)

    def call(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Have a function of ours called in the place of a submission judged: with the house, and then ``args``."""
        return self._pool.submit(function, self.house, *args)

    def house_mended(self) -> None:
        """Start the nursery again if it has ended."""
        self.nursery.revive()


@contextmanager
def pool(
    jobs: int | None = None,
    limits: Limits | None = None,
    *,
    accept_risk: bool = False,
    forbidden: Sequence[Path] = (),
    root: Path = ROOT,
    keras: bool = True,
) -> Iterator[Examiners]:
    """Examiners for the block, with a warm nursery.

    Args:
        jobs: submissions judged at a time; as many as there are cores by default.

    The other arguments, and what is raised, are those of :func:`open_house`.
    """
    begin = partial(serving, keras)
    with _nursery_and_house(limits, accept_risk, forbidden, root, keras, meanwhile=begin) as (nursery, house):
        count = jobs or os.cpu_count() or 1
        with Workers("examiner", count, serving(keras), warm, (keras,), UNBOUNDED) as workers:
            yield Examiners(workers, house, nursery)


@contextmanager
def open_house(
    limits: Limits | None = None,
    *,
    accept_risk: bool = False,
    forbidden: Sequence[Path] = (),
    root: Path = ROOT,
    keras: bool = True,
) -> Iterator[House]:
    """For the block, a warm nursery and what binds its children: enough to judge in this very process.

    Args:
        forbidden: what a student's process must not be able to read, beside graders, references and solutions.
        accept_risk: run without lockdown where there is none.
        keras: whether what is judged uses Keras; see :attr:`autograder.course.units.Unit.uses_keras`.

    Raises:
        LockdownUnavailable: no lockdown here, and the risk is not accepted.
    """
    begin = partial(warm, keras)
    with _nursery_and_house(limits, accept_risk, forbidden, root, keras, meanwhile=begin) as (_, house):
        yield house


@contextmanager
def _nursery_and_house(
    limits: Limits | None,
    accept_risk: bool,
    forbidden: Sequence[Path],
    root: Path,
    keras: bool,
    meanwhile: Callable[[], object],
) -> Iterator[tuple[Nursery, House]]:
    """``meanwhile``: what to do while the nursery warms up."""
    lacking = confine.available()
    if lacking and not accept_risk:
        raise LockdownUnavailable(lacking)
    readable = tuple(root / name for name in OPEN)
    with Nursery(readable, keras) as nursery:
        meanwhile()
        nursery.wait_until_warm()
        yield (
            nursery,
            House(
                address=nursery.address,
                scratch=nursery.scratch,
                limits=limits or Limits(),
                readable=readable,
                forbidden=(*(root / name for name in SECRET), *forbidden, Path(f"/proc/{os.getpid()}/mem")),
                lock=not lacking,
            ),
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
    try:
        return judge(files, _unit(slug, root), seed, house, submission, only)
    except (NurseryError, ConnectionError, Gone, psutil.Error) as error:  # Gone: before it has seen a cell
        raise NoChild(f"the nursery gave no child: {error}") from error
