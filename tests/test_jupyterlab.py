"""A student's way through a unit: the release notebook in JupyterLab, in a real browser, filled cell by cell."""

from __future__ import annotations

import os
import shutil

import nbformat
import pytest
from jupyter_pages import CHROMIUM, jupyter, page, shot

from autograder.course.units import FIGURE, find_unit, has_tag, marks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not os.path.exists(CHROMIUM), reason="no Chromium on this machine (Debian: apt-get install chromium)"
    ),
]


@pytest.mark.parametrize("slug", ["01_rnn_step_by_step", "02_dinosaur_names", "03_jazz_solo"])
def test_the_release_filled_with_the_solution_is_all_green(slug, tmp_path):
    unit = find_unit(slug)
    (tmp_path / "course").mkdir()
    shutil.copy(unit.release_notebook, tmp_path / "course")
    solution = {cell.id: cell.source for cell in nbformat.read(unit.source_notebook, 4).cells}
    with jupyter(tmp_path / "course", tmp_path / "settings") as address, page(address) as lab:
        lab.goto(f"{address}/lab/tree/{slug}.ipynb?reset")
        cells = lab.locator(".jp-Notebook-cell")
        cells.nth(len(unit.release.cells) - 1).wait_for(state="attached")
        lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
        shot(lab, f"{slug}-open")
        lab.wait_for_timeout(3000)  # the page settles: what opens late would take the focus from the cells
        cells.first.click()
        lab.keyboard.press("Escape")
        for number, cell in enumerate(unit.release.cells):
            if marks(cell).get("solution"):
                cells.nth(number).scroll_into_view_if_needed()
                lab.keyboard.press("Enter")
                editor = cells.nth(number).locator(".cm-content")
                editor.wait_for()
                editor.focus()  # on a busy machine the key alone may come before the editor is ready
                lab.keyboard.press("Control+A")
                lab.keyboard.insert_text(solution[cell.id])
            lab.keyboard.press("Shift+Enter")
        checks = [number for number, cell in enumerate(unit.release.cells) if marks(cell).get("locked")]
        for number in checks:
            cells.nth(number).get_by_text("correct", exact=False).first.wait_for(timeout=300_000)
        lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached", timeout=240_000)
        for number in checks:
            said = cells.nth(number).locator(".jp-OutputArea").inner_text()
            assert "correct" in said and "incorrect" not in said, said
            shot(cells.nth(number), f"{slug}-{marks(unit.release.cells[number])['grade_id']}")
        for number in (number for number, cell in enumerate(unit.release.cells) if has_tag(cell, FIGURE)):
            drawn = cells.nth(number).locator(".jp-OutputArea img").count()
            assert drawn or "plots" not in unit.release.cells[number].source, f"cell {number} draws nothing"
            shot(cells.nth(number), f"{slug}-cell-{number}")
        assert lab.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert lab.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
