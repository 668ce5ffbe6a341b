"""What the course's pictures are made of: one palette, one style, and small pieces of diagrams.

The palette is Okabe and Ito's, made for all kinds of colour vision: green is input, blue hidden state, orange memory,
pink output, vermilion gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from unrolled.plots.picture import Picture, make_readable

INPUT, HIDDEN, MEMORY, OUTPUT, GRADIENT = "#009E73", "#0072B2", "#E69F00", "#CC79A7", "#D55E00"
WIDEST = 8.8  # inches
GATE, INK, FAINT, PAPER = "#56B4E9", "#2B2B2B", "#9A9A9A", "#F7F7F7"
LINES = [HIDDEN, GRADIENT, INPUT, OUTPUT, MEMORY, GATE, INK]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SIGNED = LinearSegmentedColormap.from_list("signed", [GRADIENT, "#FFFFFF", HIDDEN])  # -1 ... 0 ... 1
OPENNESS = LinearSegmentedColormap.from_list("openness", ["#FFFFFF", HIDDEN])  # 0 ... 1, a gate
PALE_SIGNED = LinearSegmentedColormap.from_list("pale signed", ["#E9A473", "#FFFFFF", "#73B2D4"])  # with numbers on it
PALE_OPENNESS = LinearSegmentedColormap.from_list("pale openness", ["#FFFFFF", "#73B2D4"])
STYLE: Any = {  # matplotlib's own type for this is the list of all its settings
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.bbox": "tight",
    "legend.frameon": False,
    "lines.linewidth": 2.0,
}


@contextmanager
def new_figure(
    width: float, height: float, rows: int = 1, columns: int = 1, **options: Any
) -> Iterator[tuple[Picture, Any]]:
    """A figure of width x height inches in the course's style, closed at the end so that a notebook shows it once.

    Whoever draws it gives it an alternative text, ``figure.alt``. Wider than ``WIDEST`` its labels would be too small
    where a page has 600 pixels for it.
    """
    with plt.rc_context(STYLE):
        size: Any = {"figsize": (width, height), "layout": "constrained", "FigureClass": Picture}
        figure, axes = plt.subplots(rows, columns, **size, **options)
        try:
            yield figure, axes
            make_readable(figure)
        finally:
            plt.close(figure)


# ---------------------------------------------------------------------------------------------------------------------
# Small pieces that the diagrams are made of


def tint(colour: str, strength: float = 0.22) -> tuple[float, ...]:
    """The colour, mixed with white."""
    return tuple(1 - strength * (1 - channel) for channel in to_rgba(colour)[:3])


def box(axes: Axes, x: float, y: float, text: str, colour: str, width: float = 1.0, height: float = 0.7) -> None:
    """A rounded box around (x, y) with a text in it."""
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=tint(colour),
            edgecolor=colour,
            linewidth=1.5,
            zorder=3,
        )
    )
    axes.text(x, y, text, ha="center", va="center", zorder=4)


def dot(axes: Axes, x: float, y: float, text: str, colour: str = INK, radius: float = 0.23) -> None:
    """A small circle with an operation in it: times, plus, one minus."""
    axes.add_patch(Circle((x, y), radius, facecolor="white", edgecolor=colour, linewidth=1.5, zorder=3))
    axes.text(x, y, text, ha="center", va="center", zorder=4, fontsize=12)


def wire(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    colour: str = INK,
    *,
    arrow: bool = True,
    dashed: bool = False,
    rim: str = PAPER,
) -> None:
    """A line through the points, with a head at its end; a pale rim lets it pass over the lines it crosses."""
    style: Any = (0, (4, 2.5)) if dashed else "-"
    xs, ys = zip(*points, strict=True)
    axes.plot(xs, ys, color=rim, linewidth=5.5, zorder=1.5, solid_capstyle="butt")
    axes.plot(xs, ys, color=colour, linewidth=1.6, linestyle=style, zorder=2, solid_capstyle="round")
    if arrow:
        _head(axes, points[-2], points[-1], colour)


def _head(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    length = max(float(np.hypot(end[0] - start[0], end[1] - start[1])), 1e-9)
    tail = (end[0] - 0.05 * (end[0] - start[0]) / length, end[1] - 0.05 * (end[1] - start[1]) / length)
    patch = FancyArrowPatch(
        tail, end, arrowstyle="-|>", mutation_scale=11, color=colour, shrinkA=0, shrinkB=0, zorder=2.5
    )
    axes.add_patch(patch)


def arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str = INK,
    bend: float = 0.0,
    width: float = 1.6,
) -> None:
    """An arrow from start to end, straight or bent."""
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=12,
            color=colour,
            linewidth=width,
            connectionstyle=f"arc3,rad={bend}",
            shrinkA=0,
            shrinkB=0,
            zorder=2,
        )
    )


def canvas(axes: Axes, left: float, right: float, bottom: float, top: float) -> None:
    """Bare axes with equal units both ways."""
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.axis("off")


def at_step(name: str, step: str | int) -> str:
    """Name and step as mathematics: ``at_step("x", 3)`` is x with <3> above it."""
    return rf"${name}^{{\langle {step} \rangle}}$"


def label_text(axes: Axes, text: Sequence[str]) -> None:
    """One tick a step, with that step's character under it; a space is shown as a low bracket."""
    axes.set_xticks(range(len(text)), ["␣" if character == " " else character for character in text])
    axes.tick_params(axis="x", length=0, labelsize=9.5)
