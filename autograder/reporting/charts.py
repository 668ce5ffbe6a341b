"""Pictures of a class report, as SVG that stands in the page: no script, no file beside it.

Each is drawn for a width of ``WIDE`` units, so that its letters can be read on a phone as well. What it shows, its
``<desc>`` says in words, for those who cannot see it. Colours are names of the page's style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from autograder.reporting.figures import Bin, PartFigures

WIDE, TALL = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 36, 20, 26, 42  # around the plot: room for numbers and names of axes


def histogram(key: str, title: str, bins: Sequence[Bin], unit: str, of_what: str) -> str:
    """Bars side by side, the count above each; ``unit``: of the axis; ``of_what``: of the counts, one and many."""
    svg = _svg(key, title, "; ".join(f"{each.low:g} to {each.high:g} {unit}: {each.count}" for each in bins))
    most = max([each.count for each in bins] + [1])
    end = bins[-1].high
    for each in bins:
        left, right = _x(each.low / end), _x(each.high / end)
        height = (TALL - TOP - BOTTOM) * each.count / most
        _add(svg, "rect", "bar", x=left + 1, y=TALL - BOTTOM - height, width=max(right - left - 2, 1), height=height)
        if each.count:
            _text(svg, (left + right) / 2, TALL - BOTTOM - height - 5, f"{each.count}", "value")
    _ground(svg)
    edges = [each.low for each in bins] + [end]
    step = 2 if len(edges) > 8 else 1
    shown = [edge for edge in edges[::step] if edge == end or _x(end / end) - _x(edge / end) > 26]
    for edge in [*shown, end]:
        _text(svg, _x(edge / end), TALL - BOTTOM + 15, f"{edge:g}")
    _text(svg, (LEFT + WIDE - RIGHT) / 2, TALL - 5, unit, "name")
    _text(svg, 4, 11, of_what, "name start")
    return ET.tostring(svg, encoding="unicode")


def parts_plot(key: str, title: str, figures: Sequence[PartFigures]) -> str:
    """A dot a part: across, how many have it; upwards, how well it tells good from weak."""
    measured = [(each, each.discrimination) for each in figures if each.discrimination is not None]
    svg = _svg(key, title, "Each part is in the tables of its exercise, with both numbers.", 250)
    low = min([0.0] + [value for _, value in measured])
    low = -1.0 if low < -0.5 else -0.5 if low < 0 else 0.0

    def y(value: float) -> float:
        return 250 - BOTTOM - (250 - TOP - BOTTOM) * (value - low) / (1 - low)

    for value in np.arange(low, 1.01, 0.5):
        _add(svg, "line", "grid", x1=LEFT, x2=WIDE - RIGHT, y1=y(value), y2=y(value))
        _text(svg, LEFT - 5, y(value) + 4, f"{value:.1f}".replace("-", "−"), "end")
    for share in (0, 0.25, 0.5, 0.75, 1):
        _text(svg, _x(share), 250 - BOTTOM + 15, f"{share:.0%}")
    for each, value in measured:
        kind = "dot weak" if value < WEAK else "dot"
        dot = _add(svg, "circle", kind, cx=_x(each.passed / each.tried), cy=y(value), r=5)
        told = f"{each.passed} of {each.tried} have it, {value:.2f}"
        ET.SubElement(dot, "title").text = f"{each.part.exercise}, {each.part.title}: {told}"
    _text(svg, (LEFT + WIDE - RIGHT) / 2, 245, "of the class have the part", "name")
    _text(svg, 4, 11, "tells good from weak", "name start")
    return ET.tostring(svg, encoding="unicode")


WEAK = 0.1  # a part that tells less than that says hardly anything of the rest


def shares_plot(key: str, title: str, shares: np.ndarray, bound: float) -> str:
    """Every pair by how alike it is; the line is where chance ends, and what lies beyond it has another colour."""
    counts, edges = np.histogram(shares, bins=25, range=(0, 1))
    within = int((shares <= bound).sum())
    svg = _svg(
        *(key, title),
        f"{within} pairs share at most {bound:.0%} of their own, {len(shares) - within} more than that; "
        f"half of all pairs share at most {np.median(shares):.0%}.",
    )
    most = max(int(counts.max()), 1)
    for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True):
        if count:
            height = max((TALL - TOP - BOTTOM) * float(np.sqrt(count / most)), 5)
            left, top = _x(low) + 0.5, TALL - BOTTOM - height
            kind = "bar beyond" if shares[(shares >= low) & (shares <= high)].max() > bound else "bar"
            _add(svg, "rect", kind, x=left, y=top, width=_x(high) - left - 0.5, height=height)
    _ground(svg)
    _add(svg, "line", "bound", x1=_x(bound), x2=_x(bound), y1=TOP - 2, y2=TALL - BOTTOM)
    where = ("end", -5) if bound > 0.6 else ("start", 5)
    _text(svg, _x(bound) + where[1], TOP + 8, f"chance ends at {bound:.0%}", f"value {where[0]}")
    for share in (0, 0.25, 0.5, 0.75, 1):
        _text(svg, _x(share), TALL - BOTTOM + 15, f"{share:.0%}")
    _text(svg, (LEFT + WIDE - RIGHT) / 2, TALL - 5, "of their own code in both", "name")
    _text(svg, 4, 11, "pairs, on a square-root scale", "name start")
    return ET.tostring(svg, encoding="unicode")


def _svg(key: str, title: str, says: str, tall: int = TALL) -> ET.Element:
    ids = {"aria-labelledby": f"{key}-title {key}-desc"}
    svg = ET.Element("svg", {"viewBox": f"0 0 {WIDE} {tall}", "role": "img", **ids})
    for name, text in (("title", title), ("desc", says)):
        ET.SubElement(svg, name, {"id": f"{key}-{name}"}).text = text
    return svg


def _x(share: float) -> float:
    """Where a share of the axis lies."""
    return LEFT + (WIDE - LEFT - RIGHT) * share


def _ground(svg: ET.Element) -> None:
    _add(svg, "line", "ground", x1=LEFT, x2=WIDE - RIGHT, y1=TALL - BOTTOM, y2=TALL - BOTTOM)


def _text(svg: ET.Element, x: float, y: float, text: str, kind: str = "") -> None:
    _add(svg, "text", kind, x=x, y=y).text = text


def _add(svg: ET.Element, tag: str, kind: str, **places: Any) -> ET.Element:
    numbers = {name: f"{value:.1f}".removesuffix(".0") for name, value in places.items()}
    return ET.SubElement(svg, tag, ({"class": kind} if kind else {}) | numbers)
