"""The pairs of dates are what their script makes and what their card says, and every text stands for one day."""

from __future__ import annotations

import hashlib
import re
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from unrolled.datasets.dates import FIRST_YEAR, LAST_YEAR, common_form, load_pairs

FOLDER = Path(__file__).parents[1] / "data" / "dates"
PAIRS = load_pairs()
EVERYTHING = [*PAIRS.training, *PAIRS.held_out]


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """What make_pairs.py defines."""
    return runpy.run_path(str(FOLDER / "make_pairs.py"))


@pytest.fixture(scope="module")
def months(script: dict[str, Any]) -> dict[str, int]:
    """Every name of a month in the languages of the data, long and short, in the common form."""
    names: dict[str, int] = {}
    for locale in script["LOCALES"]:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale.parse(locale).months[context][width].items():
                    known = names.setdefault(common_form(name).rstrip("."), number)
                    assert known == number, f"{name} is a month in one language and another month in another"
    return names


def test_files_are_what_the_card_says():
    card = (FOLDER / "README.md").read_text()
    for file in ("training.tsv", "held_out.tsv"):
        content = (FOLDER / file).read_bytes()
        row = re.search(rf"\| `{file}` \| ([\d,]+) \| ([\d,]+) \| `(\w+)` \|", card)
        assert row, file
        lines, size, digest = row.groups()
        assert int(lines.replace(",", "")) == len(content.splitlines())
        assert int(size.replace(",", "")) == len(content)
        assert digest == hashlib.sha256(content).hexdigest()
    held_out, others = ({pair.iso for pair in pairs} for pairs in (PAIRS.held_out, PAIRS.training))
    assert f"{len(held_out):,} days are held out and {len(others):,} others" in card


def test_script_makes_the_files(tmp_path):
    (tmp_path / "make_pairs.py").write_bytes((FOLDER / "make_pairs.py").read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "make_pairs.py")], check=True)
    for file in ("training.tsv", "held_out.tsv"):
        assert (tmp_path / file).read_bytes() == (FOLDER / file).read_bytes(), file


def test_no_day_and_no_text_is_on_both_sides():
    assert len({pair.text for pair in EVERYTHING}) == len(EVERYTHING) == 22_000
    assert not {pair.iso for pair in PAIRS.training} & {pair.iso for pair in PAIRS.held_out}


def test_texts_are_in_the_common_form_and_days_in_the_hundred_years():
    for pair in EVERYTHING:
        assert pair.text == common_form(pair.text) and 6 <= len(pair.text) <= 32
        assert FIRST_YEAR <= date.fromisoformat(pair.iso).year <= LAST_YEAR
    assert {date.fromisoformat(pair.iso).year for pair in EVERYTHING} == set(range(FIRST_YEAR, LAST_YEAR + 1))


def test_common_form_takes_what_cannot_be_seen_out():
    assert common_form(" 3\u202fMai\u00a0 1995\u200f ") == "3 mai 1995"
    assert common_form("３．５．１９９５") == "3.5.1995"


def read_back(text: str, months: dict[str, int]) -> str:
    """A day from a text, by rules: a month by name, a year of four digits or the last number; the rest is the day."""
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 1:
        whole = numbers[0]
        return f"{whole[:4]}-{whole[4:6]}-{whole[6:]}"
    named = [months[word] for word in re.findall(r"[^\W\d_]+", text) if word in months]
    year_first = len(numbers[0]) == 4
    year = int(numbers.pop(0 if year_first else -1))
    if year < 100:
        year += 2000 if year < 50 else 1900
    if len(numbers) == 2:
        day, month = map(int, reversed(numbers) if year_first else numbers)
    else:
        day, month = int(numbers[0]), named[-1]  # the first may be a weekday: French mar. is Tuesday and March
    return f"{year:04}-{month:02}-{day:02}"


def test_every_text_is_read_back_by_rules(months):
    wrong = [pair for pair in EVERYTHING if read_back(pair.text, months) != pair.iso]
    assert not wrong, wrong[:10]


def test_the_last_days_of_december_keep_their_year(script):
    """``YYYY`` would be the year of the week: 2025 for the last two days of 2024."""
    day = date(2024, 12, 30)
    for locale in script["LOCALES"]:
        for pattern in script["patterns"](locale):
            assert "Y" not in pattern
            assert re.search(r"2024|\b24$", script["written"](day, pattern, locale)), pattern


def test_ordinals(script):
    assert [script["ordinal"](day) for day in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31)] == (
        "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 31st".split()
    )
