"""Make the pairs of dates: ``python data/dates/make_pairs.py`` writes training.tsv and held_out.tsv.

A pair is a day as people write it, in one of eight languages and many formats, and the same day as ISO 8601 has it.
Names and formats come from the Unicode CLDR by way of Babel (needed only here, not for the course); a few formats that
CLDR does not hold but people write, such as "May 3rd, 2011", stand below.

What would make a text stand for two days is left out: numbers alone with slashes and the year last, since one country
writes the day first and another the month. Years in two digits stand for the hundred years from 1950 to 2049, which is
also the range of all days. ``yyyy`` is used and never ``YYYY``, the year that a week belongs to.

A day is held out, in all of its forms, if the SHA-256 of its ISO form is among the lowest tenth. So no seed decides
which days are unseen; the seed below only draws which texts are made.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from babel import Locale
from babel.dates import format_date

from unrolled.datasets.dates import FIRST_YEAR, LAST_YEAR, common_form

FOLDER = Path(__file__).resolve().parent
FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
LONGEST = 32  # characters
TRAINING, HELD_OUT, SEED = 20_000, 2_000, 5

LOCALES = ("en", "en_GB", "de", "fr", "es", "it", "pt", "nl")
NAMED = ("full", "long", "medium")
SKELETONS = ("yMMMd", "yMMMEd", "yMMMMd", "yMMMMEEEEd")
OWN = {  # in CLDR's letters, what people write and CLDR does not hold
    "en": ("MMM d yyyy", "MMM d, yy", "EEEE, d MMMM yyyy", "yyyy, MMMM d", "MMMM {}, yyyy", "{} 'of' MMMM yyyy",
           "'the' {} 'of' MMMM, yyyy", "EEE {} MMM yyyy"),
    "en_GB": ("d MMM yy", "dd MMM yyyy", "{} MMMM yyyy", "EEEE 'the' {} 'of' MMMM yyyy"),
    "de": ("d. MMM yy", "'den' d. MMMM yyyy", "EEEE, 'den' d. MMMM yyyy", "dd.MM.yyyy", "d.M.yy", "d.M.yyyy"),
    "fr": ("d MMM yy", "'le' d MMMM yyyy", "'le' EEEE d MMMM yyyy", "dd.MM.yyyy"),
    "es": ("d MMM yy", "d-MMM-yyyy", "'el' d 'de' MMMM 'de' yyyy", "dd-MM-yyyy"),
    "it": ("d MMM yy", "'il' d MMMM yyyy", "'il' EEEE d MMMM yyyy", "d-M-yyyy"),
    "pt": ("d MMM yy", "d MMM yyyy", "dd-MM-yyyy"),
    "nl": ("d MMM yy", "d-M-yyyy", "dd-MM-yy", "'op' EEEE d MMMM yyyy"),
}  # fmt: skip
EVERYWHERE = ("yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyyMMdd")
SHARE_EVERYWHERE = 0.08


def ordinal(day: int) -> str:
    """1st, 2nd, 3rd, 4th …"""
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def patterns(name: str) -> tuple[str, ...]:
    """The formats of a locale in CLDR's letters; ``{}`` is the day with its English ending."""
    locale = Locale.parse(name)
    from_cldr = [locale.date_formats[width].pattern for width in NAMED]
    known = locale.datetime_skeletons
    from_cldr += [known[skeleton].pattern for skeleton in SKELETONS if skeleton in known]
    with_names = [re.sub(r"\by\b", "yyyy", pattern) for pattern in from_cldr if "MMM" in pattern]
    return tuple(dict.fromkeys([*with_names, *OWN[name]]))


def written(day: date, pattern: str, locale: str) -> str:
    """A day in a format of a locale, in the common form."""
    return common_form(format_date(day, pattern.replace("{}", f"'{ordinal(day.day)}'"), locale=locale))


def is_held_out(day: date) -> bool:
    """Whether a day is kept apart: by its digest alone."""
    return hashlib.sha256(day.isoformat().encode()).digest()[0] < 256 / 10


def pairs(number: int, held_out: bool, rng: random.Random) -> Iterator[tuple[str, str]]:
    """So many different texts, each with its day."""
    known = {locale: patterns(locale) for locale in LOCALES}
    seen: dict[str, date] = {}
    while len(seen) < number:
        day = FIRST + timedelta(rng.randrange((LAST - FIRST).days + 1))
        locale = rng.choice(LOCALES)
        formats = EVERYWHERE if rng.random() < SHARE_EVERYWHERE else known[locale]
        text = written(day, rng.choice(formats), locale)
        if is_held_out(day) != held_out or len(text) > LONGEST:
            continue
        if seen.setdefault(text, day) != day:
            raise ValueError(f"{text!r} stands for {seen[text]} and for {day}")
    yield from ((text, day.isoformat()) for text, day in seen.items())


if __name__ == "__main__":
    rng = random.Random(SEED)
    for file, number, held_out in (("training.tsv", TRAINING, False), ("held_out.tsv", HELD_OUT, True)):
        lines = [f"{text}\t{iso}\n" for text, iso in pairs(number, held_out, rng)]
        (FOLDER / file).write_text("".join(lines), encoding="utf-8")
