"""The cases that a grader compares with, as a submission's seed draws them.

What has leaked from one submission is to fit no other. So most of what a grader asks is drawn for each: of a case that
is stored in variants (``train_model/orders/00`` to ``/15``) the seed takes one; a live one is answered by the quick
oracle. All tests of a submission get the same: what is drawn hangs on the seed and the case's name alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

import numpy as np

from autograder.course.variants import VARIANTS, variant
from unrolled.arrays import Case

Drawn = TypeVar("Drawn")


class Cases(Mapping[str, Case]):
    """A unit's stored cases for one submission, and its live ones."""

    def __init__(self, stored: Mapping[str, Case], seed: int) -> None:
        self._stored, self._seed = stored, seed
        self._live: dict[str, object] = {}
        self._shared: dict[Hashable, object] = {}

    def __getitem__(self, name: str) -> Case:
        """The stored case of this name, or the variant of it that the seed takes."""
        return self._stored[name if name in self._stored else variant(name, self._draw(name) % VARIANTS)]

    def __iter__(self) -> Iterator[str]:
        """The names, those of variants once."""
        last = variant("", VARIANTS - 1)
        singly = {name.removesuffix(last) for name in self._stored if name.endswith(last)}
        return iter({name if _base(name) not in singly else _base(name): None for name in self._stored})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def live(self, name: str, make: Callable[[np.random.Generator], Drawn]) -> Drawn:
        """What ``make`` draws: made once a submission, by a generator of the seed and the name."""
        if name not in self._live:
            self._live[name] = make(np.random.default_rng(self._draw(name)))
        return self._live[name]  # type: ignore[return-value]

    def shared(self, what: Hashable, make: Callable[[], Drawn]) -> Drawn:
        """What several tests of a submission look at, such as a model's answer: made when it is first asked for."""
        if what not in self._shared:
            self._shared[what] = make()
        return self._shared[what]  # type: ignore[return-value]

    def _draw(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._seed} {name}".encode()).digest()[:8], "big")


def _base(name: str) -> str:
    return name.rpartition("/")[0]
