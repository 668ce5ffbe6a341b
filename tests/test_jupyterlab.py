"""A student's way through the units: the release notebooks in JupyterLab, in a real browser, filled cell by cell."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from jupyter_pages import CHROMIUM, jupyter, page, shot
from notebook_walk import open_notebook, walk, write
from playwright.sync_api import Page

from autograder.course.units import Unit, all_units, grade_id

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

NO_BIAS = """def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa = parameters["Wax"], parameters["Waa"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev)
    yt_pred = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Page]]:
    """One server and one browser for all units: the server's address, and a page that is logged in."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "course").mkdir()
    for unit in all_units():
        shutil.copy(unit.release_notebook, folder / "course")
    with jupyter(folder / "course", folder / "settings") as address, page(address) as opened:
        yield address, opened


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.slug)
def test_the_release_filled_with_the_solution_is_all_green(unit: Unit, lab: tuple[str, Page]) -> None:
    address, tab = lab
    walk(tab, address, unit, whole=WHOLE in ("all", unit.slug))


def test_a_wrong_answer_is_told_its_likely_cause_below_it(lab: tuple[str, Page]) -> None:
    """The first exercise of unit 01, as README shows it."""
    address, tab = lab
    unit = all_units()[0]
    ids = [grade_id(cell) for cell in unit.release.cells]
    answer = ids.index("rnn_cell_forward")
    check = ids.index("check_rnn_cell_forward")
    open_notebook(tab, address, unit)
    for number in range(check + 1):
        if number == answer:
            write(tab, number, NO_BIAS)
        tab.keyboard.press("Shift+Enter")
    said = tab.locator(".jp-Notebook-cell").nth(check).locator(".jp-OutputArea")
    said.get_by_text("Likely cause", exact=False).wait_for()
    assert "incorrect" in said.inner_text() and "bias" in said.inner_text().partition("Likely cause")[2]
    tab.set_viewport_size({"width": 1000, "height": 1400})
    boxes = [tab.locator(".jp-Notebook-cell").nth(number) for number in (answer - 1, answer, check)]
    boxes[0].scroll_into_view_if_needed()
    shot(tab, "notebook", boxes)
