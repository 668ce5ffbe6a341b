"""A student's way through a notebook in JupyterLab: cell by cell, with the worked answers."""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupyter_pages import shot
from playwright.sync_api import Page

from autograder.course.units import FIGURE, Unit, has_tag, marks


def walk(tab: Page, address: str, unit: Unit, whole: bool) -> None:
    """Open a unit, fill it with the worked answers, run it to its end or to its first check: all is green."""
    release = unit.release.cells
    checks = [number for number, cell in enumerate(release) if marks(cell).get("locked")]
    cells = tab.locator(".jp-Notebook-cell")
    open_notebook(tab, address, unit)
    fill(tab, unit, len(release) if whole else checks[0] + 1)
    for number in checks if whole else checks[:1]:
        cells.nth(number).get_by_text("correct", exact=False).first.wait_for(timeout=300_000)
    tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached", timeout=240_000)
    for number in checks if whole else checks[:1]:
        said = cells.nth(number).locator(".jp-OutputArea").inner_text()
        assert "correct" in said and "incorrect" not in said, said
        shot(cells.nth(number), f"{unit.slug}-{marks(release[number])['grade_id']}")
    last = len(release) if whole else checks[0]
    for number in (number for number, cell in enumerate(release[:last]) if has_tag(cell, FIGURE)):
        drawn = cells.nth(number).locator(".jp-OutputArea img[alt]:not([alt=''])").count()
        assert drawn or "plots" not in release[number].source, f"cell {number} draws nothing that says what it shows"
        shot(cells.nth(number), f"{unit.slug}-cell-{number}")
    assert tab.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert tab.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def open_notebook(tab: Page, address: str, unit: Unit) -> None:
    """Open the release as a student does, and wait until the page and its kernel are ready."""
    tab.goto(f"{address}/lab/tree/{unit.slug}.ipynb?reset")
    cells = tab.locator(".jp-Notebook-cell")
    cells.nth(len(unit.release.cells) - 1).wait_for(state="attached")
    tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    shot(tab, f"{unit.slug}-open")
    tab.wait_for_timeout(3000)  # the page settles: what opens late would take the focus from the cells
    cells.first.click()
    tab.keyboard.press("Escape")


def fill(tab: Page, unit: Unit, count: int) -> None:
    """Write the worked answers into the first ``count`` cells, and run each of these."""
    solution = {cell.id: cell.source for cell in nbformat.read(Path(unit.source_notebook), 4).cells}
    for number, cell in enumerate(unit.release.cells[:count]):
        if marks(cell).get("solution"):
            write(tab, number, solution[cell.id])
        tab.keyboard.press("Shift+Enter")


def write(tab: Page, number: int, source: str) -> None:
    """Write a source into the cell that is selected, by its number, and stay in it."""
    cell = tab.locator(".jp-Notebook-cell").nth(number)
    cell.scroll_into_view_if_needed()
    tab.keyboard.press("Enter")
    editor = cell.locator(".cm-content")
    editor.wait_for()
    editor.focus()  # on a busy machine the key alone may come before the editor is ready
    tab.keyboard.press("Control+A")
    tab.keyboard.insert_text(source)
