"""Numbers as they stand in texts: years, scores, populations, sums. A slot of a rule names one of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

ONES = "one two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def ordinal(n: int) -> str:
    """``3`` → ``3rd``."""
    return f"{n}{'th' if n % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def roman(n: int) -> str:
    """A number below 40 in Roman figures."""
    return "X" * (n // 10) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][n % 10]


NUMBERS: Mapping[str, Callable[[Random], str]] = {
    "year": lambda rng: str(int(2019 - 160 * rng.random() ** 1.7)),
    "old_year": lambda rng: str(rng.randint(1040, 1899)),
    "season": lambda rng: (lambda y: f"{y}-{(y + 1) % 100:02d}")(rng.randint(1950, 2020)),
    "years": lambda rng: (lambda y: f"{y}-{y + rng.randint(1, 60)}")(rng.randint(1850, 1960)),
    "decade": lambda rng: f"{rng.randrange(1810, 2010, 10)}s",
    "day_number": lambda rng: str(rng.randint(1, 28)),
    "age": lambda rng: str(rng.randint(16, 97)),
    "n": lambda rng: str(rng.randint(2, 30)),
    "one": lambda rng: rng.choice(ONES[1:]),
    "tens": lambda rng: str(rng.randint(11, 99)),
    "hundreds": lambda rng: str(rng.randint(101, 990)),
    "thousands": lambda rng: f"{rng.randint(1001, 99000):,}",
    "population": lambda rng: f"{int(10 ** rng.uniform(2.3, 6.9)):,}",
    "decimal": lambda rng: f"{rng.uniform(0.3, 90):.1f}",
    "percent": lambda rng: rng.choice(
        [f"{rng.randint(1, 99)} %", f"{rng.uniform(0.1, 60):.1f} percent", f"{rng.randint(2, 95)} per cent"]
    ),
    "score": lambda rng: f"{rng.randint(0, 5)}-{rng.randint(0, 4)}",
    "points": lambda rng: f"{rng.randint(55, 130)}-{rng.randint(50, 125)}",
    "set_score": lambda rng: rng.choice(["6-3", "6-4", "7-5", "7-6", "6-2", "6-1", "3-6", "4-6"]),
    "record": lambda rng: f"{rng.randint(5, 60)}-{rng.randint(3, 50)}",
    "clock": lambda rng: f"{rng.randint(1, 12)}:{rng.choice(['00', '15', '30', '45', '20', '05'])}",
    "minutes": lambda rng: f"{rng.randint(1, 59)}:{rng.randint(10, 59)}",
    "ordinal": lambda rng: ordinal(rng.randint(1, 31)),
    "ordinal_word": lambda rng: rng.choice(ORDINALS),
    "century": lambda rng: ordinal(rng.randint(9, 21)),
    "roman": lambda rng: roman(rng.choice([1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 12, 14])),
    "initial": lambda rng: rng.choice("AABCCDEEFGHIJJJKLMMNOPRRSTVW") + ".",
    "two_initials": lambda rng: ". ".join(rng.choice("ABCDEFGHJKLMPRSTW") for _ in range(2)) + ".",
    "joined_initials": lambda rng: "".join(rng.choice("ABCDEFGHJKLMPRSTW") + "." for _ in range(2)),
    "acronym": lambda rng: "".join(
        rng.choice("AABBCCDEEFGHIIJKLMMNNOPRRSSTTUVW") for _ in range(rng.choice([3, 3, 3, 4, 4, 5]))
    ),
    "big": lambda rng: rng.choice(
        [f"{rng.randint(2, 900)} million", f"{rng.uniform(1, 40):.1f} billion", f"{rng.randint(12, 950)},000"]
    ),
    "code": lambda rng: rng.choice(["A", "B", "M", "C"]) + str(rng.randint(1, 99)),
}
