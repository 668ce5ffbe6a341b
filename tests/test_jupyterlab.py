"""A student's way through the units: the release notebooks in JupyterLab, in a real browser, filled cell by cell."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from jupyter_pages import CHROMIUM, jupyter, page
from notebook_walk import walk
from playwright.sync_api import Page

from autograder.course.units import Unit, all_units

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not os.path.exists(CHROMIUM), reason="no Chromium on this machine (Debian: apt-get install chromium)"
    ),
]
WHOLE = os.environ.get("UNROLLED_WALK", "")
"""A unit that is walked through to its end, or ``all``; the others from opening to the first check."""
UNITS = all_units()[1:]
"""The first one is walked through to its end in tests/test_newcomer.py."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Page]]:
    """One server and one browser for all units: the server's address, and a page that is logged in."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "course").mkdir()
    for unit in UNITS:
        shutil.copy(unit.release_notebook, folder / "course")
    with jupyter(folder / "course", folder / "settings") as address, page(address) as opened:
        yield address, opened


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.slug)
def test_the_release_filled_with_the_solution_is_all_green(unit: Unit, lab: tuple[str, Page]) -> None:
    address, tab = lab
    walk(tab, address, unit, whole=WHOLE in ("all", unit.slug))
