"""What a student reads first: the bundle's page, and the description of a conda environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nbconvert.filters import markdown2html
from packaging.specifiers import SpecifierSet

from autograder.course.units import Unit

TEMPLATES = Path(__file__).parent / "page"
CONSTRAINTS = "constraints.txt"
ENVIRONMENT = """\
# For those who work with conda, in this folder: conda env create -f environment.yml && conda activate unrolled
# Conda brings Python; the packages come through pip, in the versions that the course was tested with.
name: unrolled
channels:
  - conda-forge
dependencies:
  - python{python}
  - pip
  - pip:
      - -c {constraints}
      - ./{wheel}
"""
TIME = re.compile(r"\*\*Time\.\*\*\s+(.+?)\.(?:\s|$)", re.DOTALL)
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def page(units: Sequence[Unit], wheel: str, python: str) -> str:
    """The page as HTML.

    Args:
        units: the course's, at least one; the page's examples are of the first.
        wheel: the file name of the wheel.
        python: the versions that will do, such as ``>=3.11,<3.14``.
    """
    rows = [f"| `{unit.slug}.ipynb` | {unit.title} | {_time(unit)} |" for unit in units]
    words = {
        "count": NUMBERS[len(units)] if len(units) < len(NUMBERS) else str(len(units)),
        "units": "\n".join(rows),
        "wheel": wheel,
        "python": _in_words(python),
        "first": units[0].slug,
        "number": str(int(units[0].slug[:2])),
        "exercise": units[0].exercises[0].id,
    }
    text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    body = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html(text))
    return (TEMPLATES / "frame.html").read_text(encoding="utf-8").replace("{body}", body.strip())


def environment(wheel: str, python: str) -> str:
    """``environment.yml`` for the folder in which the wheel and its constraints lie."""
    return ENVIRONMENT.format(python=python, constraints=CONSTRAINTS, wheel=wheel)


def _time(unit: Unit) -> str:
    """How long a unit takes, as its notebook says."""
    prose = "\n".join(cell.source for cell in unit.release.cells if cell.cell_type == "markdown")
    found = TIME.search(prose)
    return " ".join(found[1].split()) if found else ""


def _in_words(python: str) -> str:
    """Minor versions of Python 3 that fit, as a student reads them: ``3.11, 3.12 or 3.13``."""
    wanted = SpecifierSet(python)
    fitting = [f"3.{minor}" for minor in range(50) if f"3.{minor}" in wanted]
    return " or ".join([", ".join(fitting[:-1]), fitting[-1]]) if len(fitting) > 1 else "".join(fitting)
