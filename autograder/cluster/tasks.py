"""What travels between the coordinator, the workers and their posts; all of them trust each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.cluster.likeness import Likeness
from autograder.examination.verdict import Verdict


@dataclass(frozen=True)
class Task:
    """A submission to judge, with all that its verdict hangs on. ``root``: a checkout; the worker's own by default."""

    slug: str
    files: Mapping[str, bytes]
    seed: int
    submission: str
    root: Path | None = None


@dataclass(frozen=True)
class Fault:
    """Why there is no verdict. ``machine``: it may be the machine's doing, and the submission is to be judged again."""

    what: str
    machine: bool = False


@dataclass(frozen=True)
class Judged:
    """What a post answers: what it judges with, and a verdict or a fault for each task."""

    likeness: Likeness
    results: tuple[Verdict | Fault, ...]
