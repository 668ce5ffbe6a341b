"""Pairs of submissions that are alike beyond what is chance in their own class: a reason to look, and nothing more.

What everybody was given, what the worked solution has, and what more than a quarter of the class has is taken out.
What is left of a submission is its own; a piece counts the more, the fewer have it (by the logarithm of one in how
many). Two submissions are as alike as the share that both have of what the one with less has.

How alike is chance, the class itself says. Who writes alone may write one exercise like a classmate, but hardly ever
many of them like the same one. So the answers to each exercise are dealt anew among the students, ``DEALS`` times:
in these classes nobody has copied more than one answer of anybody, and their most alike pair is what chance makes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from autograder.reporting.fingerprints import Prints

COMMON = 1 / 4  # of the class: what more have than these is nobody's own
DEALS, CHANCE = 200, 1 / 50
FEWEST = 6  # submissions: with fewer nobody can say what is chance
MOST = 1_500  # submissions: the work grows with their square
LEAST_OWN = 15  # fingerprints: with fewer of its own, a submission is like any other
FLOOR = 0.2  # less alike than that is not worth a look, however unlike all others are


@dataclass(frozen=True)
class Pair:
    """Two submissions: what share both have of the smaller one's own, and in which exercises most of it stands."""

    one: str
    other: str
    share: float
    exercises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alike:
    """What comparing a class found.

    ``compared``: submissions with enough of their own. ``shares``: of every pair, sorted. ``bound``: the share beyond
    which a pair is not chance; None where too few or too many submissions are there to say. ``pairs``: those beyond
    it, the most alike first. ``nothing_own``: those with too little of their own. ``left_out``: why others were not
    compared.
    """

    compared: tuple[str, ...]
    shares: np.ndarray
    bound: float | None
    pairs: tuple[Pair, ...]
    nothing_own: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def next_share(self) -> float | None:
        """How alike the most alike pair is that is not beyond chance."""
        rest = self.shares[: len(self.shares) - len(self.pairs)]
        return float(rest[-1]) if len(rest) else None


def alike(notebooks: Mapping[str, Prints], given: set[int], left_out: Mapping[str, str] | None = None) -> Alike:
    """Compare a class; equal classes give equal results.

    Args:
        notebooks: each submission's fingerprints.
        given: hashes of what everybody was given or what the worked solution has.
        left_out: why others are not compared, by name; handed through.
    """
    had = Counter(each for prints in notebooks.values() for each in prints if each[1] not in given)
    most = max(2, math.floor(COMMON * len(notebooks)))
    weights = {each: math.log(len(notebooks) / number) for each, number in had.items() if number <= most}
    own = {name: sorted(prints & weights.keys()) for name, prints in notebooks.items()}
    names = sorted(name for name, mine in own.items() if len(mine) >= LEAST_OWN)
    rest = (tuple(sorted(set(own) - set(names))), left_out or {})
    if not FEWEST <= len(names) <= MOST:
        return Alike(tuple(names), np.zeros(0), None, (), *rest)
    shared = _shared([own[name] for name in names], weights)
    shares = _shares(sum(shared.values(), np.zeros((len(names), len(names)))))
    bound = max(FLOOR, _chance(list(shared.values())))
    first, second = np.triu_indices(len(names), 1)
    pairs = [
        Pair(names[one], names[other], float(share), _where(shared, int(one), int(other)))
        for one, other, share in zip(first, second, shares, strict=True)
        if share > bound
    ]
    pairs.sort(key=lambda pair: (-pair.share, pair.one, pair.other))
    return Alike(tuple(names), np.sort(shares), bound, tuple(pairs), *rest)


def _shared(own: list[list[tuple[str, int]]], weights: Mapping[tuple[str, int], float]) -> dict[str, np.ndarray]:
    """For each exercise the weight of what each two have in common in it; on the diagonal of what each one has."""
    by_exercise: dict[str, list[tuple[int, tuple[str, int]]]] = defaultdict(list)
    for row, mine in enumerate(own):
        for each in mine:
            by_exercise[each[0]].append((row, each))
    found = {}
    for exercise, held in sorted(by_exercise.items()):
        columns = {each: number for number, each in enumerate(sorted({each for _, each in held}))}
        rows, which = [row for row, _ in held], [columns[each] for _, each in held]
        roots = np.sqrt([weights[each] for _, each in held])
        matrix = csr_array((roots, (rows, which)), shape=(len(own), len(columns)))
        found[exercise] = (matrix @ matrix.T).toarray()
    return found


def _shares(shared: np.ndarray) -> np.ndarray:
    """Of each pair, what both have as a share of what the one has that has less; that counts as half of the median at
    least, so that who has hardly anything is not alike for it.
    """
    sizes = np.diagonal(shared)
    sizes = np.maximum(sizes, np.median(sizes) / 2)
    first, second = np.triu_indices(len(sizes), 1)
    return shared[first, second] / np.minimum(sizes[first], sizes[second])


def _chance(shared: list[np.ndarray]) -> float:
    """How alike the most alike pair is in all but a few (``CHANCE``) of the classes that are dealt from this one."""
    rng = np.random.default_rng(len(shared))  # the same class has the same bound
    students = len(shared[0])
    most = []
    for _ in range(DEALS):
        whole = np.zeros((students, students))
        for matrix in shared:
            dealt = rng.permutation(students)
            whole += matrix[np.ix_(dealt, dealt)]
        most.append(_shares(whole).max())
    return float(np.quantile(most, 1 - CHANCE))


def _where(shared: Mapping[str, np.ndarray], one: int, other: int, most: int = 3) -> tuple[str, ...]:
    """The exercises in which most of what both have stands, the most first."""
    found = Counter({name: float(matrix[one, other]) for name, matrix in shared.items() if name})
    return tuple(name for name, weight in found.most_common(most) if weight > 0)
