"""The pictures of the course: networks, cells, gates and gradients, drawn with matplotlib.

Every function draws one figure and returns it, already closed in pyplot: as the last line of a notebook cell it is
shown once, and in a script ``plots.cell_diagram("lstm").savefig("lstm.png")`` saves it. One palette is kept through the
course (Okabe and Ito's, made for all kinds of colour vision): green is input, blue hidden state, orange memory, pink
output, vermilion gradient. Nothing here computes a network; the functions show numbers that somebody else has computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike

INPUT, HIDDEN, MEMORY, OUTPUT, GRADIENT = "#009E73", "#0072B2", "#E69F00", "#CC79A7", "#D55E00"
GATE, INK, FAINT, PAPER = "#56B4E9", "#2B2B2B", "#9A9A9A", "#F7F7F7"
LINES = [HIDDEN, GRADIENT, INPUT, OUTPUT, MEMORY, GATE, INK]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SIGNED = LinearSegmentedColormap.from_list("signed", [GRADIENT, "#FFFFFF", HIDDEN])  # -1 ... 0 ... 1
OPENNESS = LinearSegmentedColormap.from_list("openness", ["#FFFFFF", HIDDEN])  # 0 ... 1, a gate
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
def _figure(
    width: float, height: float, rows: int = 1, columns: int = 1, **options: Any
) -> Iterator[tuple[Figure, Any]]:
    """A figure of width x height inches in the course's style, closed at the end so that a notebook shows it once."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
        try:
            yield figure, axes
        finally:
            plt.close(figure)


# ---------------------------------------------------------------------------------------------------------------------
# Small pieces that the diagrams are made of


def _tint(colour: str, strength: float = 0.22) -> tuple[float, ...]:
    """The colour, mixed with white."""
    return tuple(1 - strength * (1 - channel) for channel in to_rgba(colour)[:3])


def _box(axes: Axes, x: float, y: float, text: str, colour: str, width: float = 1.0, height: float = 0.7) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=_tint(colour),
            edgecolor=colour,
            linewidth=1.5,
            zorder=3,
        )
    )
    axes.text(x, y, text, ha="center", va="center", zorder=4)


def _dot(axes: Axes, x: float, y: float, text: str, colour: str = INK, radius: float = 0.23) -> None:
    """A small circle with an operation in it: times, plus, one minus."""
    axes.add_patch(Circle((x, y), radius, facecolor="white", edgecolor=colour, linewidth=1.5, zorder=3))
    axes.text(x, y, text, ha="center", va="center", zorder=4, fontsize=12)


def _wire(
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


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str = INK,
    bend: float = 0.0,
    width: float = 1.6,
) -> None:
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


def _canvas(axes: Axes, left: float, right: float, bottom: float, top: float) -> None:
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.axis("off")


def _at(name: str, step: str | int) -> str:
    """Name and step as mathematics: ``_at("x", 3)`` is x with <3> above it."""
    return rf"${name}^{{\langle {step} \rangle}}$"


def _label_text(axes: Axes, text: Sequence[str]) -> None:
    """One tick a step, with that step's character under it; a space is shown as a low bracket."""
    axes.set_xticks(range(len(text)), ["␣" if character == " " else character for character in text])
    axes.tick_params(axis="x", length=0, labelsize=9.5)


# ---------------------------------------------------------------------------------------------------------------------
# Networks, unrolled in time


def unrolled_network(
    steps: int = 4,
    *,
    layers: int = 1,
    bidirectional: bool = False,
    folded: bool = False,
    gradient: bool = False,
    title: str | None = None,
) -> Figure:
    """A recurrent network drawn once for each step, the last one being T_x.

    Args:
        steps: how many steps are drawn.
        layers: how many recurrent layers are stacked.
        bidirectional: one layer that reads from left to right, and one that reads from right to left.
        folded: also draw the same network as one cell with a loop, on the left.
        gradient: also draw the loss of each step, and the way of the gradient: down from it, and back in time.
        title: a line above the picture.
    """
    rows = 2 if bidirectional else layers
    rise, stride = 1.35, 2.3
    top = rise * (rows + 1)
    left = -4.9 if folded else -1.9
    ceiling = top + (1.6 if gradient else 0.6)
    right = stride * (steps - 1) + 1.3
    with _figure((right - left) * 0.72, (ceiling + 0.6) * 0.72) as (figure, axes):
        _canvas(axes, left, right, -0.6, ceiling)
        if title:
            axes.set_title(title)
        if folded:
            _folded_network(axes, -3.9, rise, top)
        names: list[str | int] = [*range(1, steps), "T_x"]
        for index, name in enumerate(names):
            if bidirectional:
                _bidirectional_step(axes, index * stride, name, index, steps, stride, rise)
            else:
                _stacked_step(axes, index * stride, name, index, steps, stride, rise, layers)
            if gradient:
                _loss_of_step(axes, index * stride, name, index, stride, rise, top)
        axes.text((steps - 1.5) * stride, 0, "…", ha="center", va="center", fontsize=15, color=FAINT)
        axes.text((steps - 1.5) * stride, top, "…", ha="center", va="center", fontsize=15, color=FAINT)
        if gradient:
            axes.text(left + 0.05, top + 0.5, "gradient", color=GRADIENT, va="center")
        return figure


def _folded_network(axes: Axes, x: float, rise: float, top: float) -> None:
    """The same network as one cell and a loop, and an equals sign after it."""
    _box(axes, x, 0, _at("x", "t"), INPUT)
    _box(axes, x, rise, "cell", HIDDEN)
    _box(axes, x, top, _at(r"\hat{y}", "t"), OUTPUT)
    _arrow(axes, (x, 0.35), (x, rise - 0.35))
    above = rise + 0.62
    loop = [(x + 0.5, rise), (x + 0.95, rise), (x + 0.95, above), (x - 0.95, above), (x - 0.95, rise), (x - 0.5, rise)]
    _wire(axes, loop, HIDDEN, rim="white")
    _wire(axes, [(x, rise + 0.35), (x, top - 0.35)], rim="white")
    axes.text(x + 1.1, rise - 0.28, _at("a", "t"), color=HIDDEN, ha="center", va="center")
    axes.text(x + 1.75, rise, "=", fontsize=20, ha="center", va="center")


def _stacked_step(
    axes: Axes, x: float, name: str | int, index: int, steps: int, stride: float, rise: float, layers: int
) -> None:
    top = rise * (layers + 1)
    _box(axes, x, 0, _at("x", name), INPUT)
    _box(axes, x, top, _at(r"\hat{y}", name), OUTPUT)
    for layer in range(1, layers + 1):
        y = layer * rise
        _box(axes, x, y, "cell" if layers == 1 else f"layer {layer}", HIDDEN, width=1.15 if layers > 1 else 1.0)
        _arrow(axes, (x, y - rise + 0.35), (x, y - 0.35))
        half = 0.575 if layers > 1 else 0.5
        if index == 0:
            _arrow(axes, (x - 1.2, y), (x - half, y), HIDDEN)
            label = _at("a", 0) if layers == 1 else rf"$a^{{[{layer}]\langle 0 \rangle}}$"
            axes.text(x - 1.25, y, label, color=HIDDEN, ha="right", va="center")
        if index < steps - 1:
            _arrow(axes, (x + half, y), (x + stride - half, y), HIDDEN)
            if layers == 1 and index < steps - 2:
                axes.text(x + stride / 2, y + 0.14, _at("a", name), color=HIDDEN, ha="center", va="bottom")
    _arrow(axes, (x, top - rise + 0.35), (x, top - 0.35))


def _bidirectional_step(
    axes: Axes, x: float, name: str | int, index: int, steps: int, stride: float, rise: float
) -> None:
    forward, backward, top = (x - 0.42, rise), (x + 0.42, 2 * rise), 3 * rise
    _box(axes, x, 0, _at("x", name), INPUT)
    _box(axes, x, top, _at(r"\hat{y}", name), OUTPUT)
    _box(axes, *forward, r"$\overrightarrow{a}$", HIDDEN, width=0.8)
    _box(axes, *backward, r"$\overleftarrow{a}$", MEMORY, width=0.8)
    _arrow(axes, (x - 0.2, 0.35), (x - 0.42, rise - 0.35))
    _arrow(axes, (x + 0.25, 0.35), (x + 0.42, 2 * rise - 0.35))
    _arrow(axes, (x - 0.42, rise + 0.35), (x - 0.22, top - 0.35))
    _arrow(axes, (x + 0.42, 2 * rise + 0.35), (x + 0.25, top - 0.35))
    if index == 0:
        _arrow(axes, (x - 1.35, rise), (x - 0.82, rise), HIDDEN)
        axes.text(x - 1.4, rise, "0", color=HIDDEN, ha="right", va="center")
    if index < steps - 1:
        _arrow(axes, (forward[0] + 0.4, rise), (forward[0] + stride - 0.4, rise), HIDDEN)
        _arrow(axes, (backward[0] + stride - 0.4, 2 * rise), (backward[0] + 0.4, 2 * rise), MEMORY)
    else:
        _arrow(axes, (x + 1.15, 2 * rise), (x + 0.82, 2 * rise), MEMORY)
        axes.text(x + 1.18, 2 * rise, "0", color=MEMORY, ha="left", va="center")


def _loss_of_step(axes: Axes, x: float, name: str | int, index: int, stride: float, rise: float, top: float) -> None:
    """The step's loss, the gradient that comes down from it, and the one that goes back to the step before."""
    _box(axes, x, top + 1.1, _at(r"\mathcal{L}", name), FAINT)
    _arrow(axes, (x, top + 0.35), (x, top + 0.75))
    for upper, lower in ((top + 0.75, top + 0.35), (top - 0.35, top - rise + 0.35), (rise - 0.35, 0.35)):
        _arrow(axes, (x + 0.24, upper), (x + 0.24, lower), GRADIENT, width=2.2)
    if index > 0:
        _arrow(axes, (x - 0.5, rise - 0.2), (x - stride + 0.5, rise - 0.2), GRADIENT, width=2.2)


# ---------------------------------------------------------------------------------------------------------------------
# Cells, seen from inside


def cell_diagram(kind: str) -> Figure:
    """What happens inside one cell at one step.

    Args:
        kind: ``"rnn"``, ``"lstm"``, ``"gru"`` or ``"peephole"`` (an LSTM whose gates also see the memory).

    Raises:
        ValueError: there is no diagram of that kind.
    """
    drawings: dict[str, tuple[Callable[[Axes], None], float]] = {
        "rnn": (_draw_rnn_cell, 8.6),
        "lstm": (_draw_lstm_cell, 11.6),
        "gru": (_draw_gru_cell, 11.6),
        "peephole": (_draw_peephole_cell, 11.6),
    }
    if kind not in drawings:
        raise ValueError(f"no diagram of a {kind!r} cell; there are {', '.join(sorted(drawings))}")
    draw, right = drawings[kind]
    with _figure((right + 1.6) * 0.62, 7.1 * 0.62) as (figure, axes):
        _canvas(axes, -1.6, right, -0.7, 6.4)
        draw(axes)
        return figure


def _frame(axes: Axes, right: float) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (0, 0.1), right, 5.5, boxstyle="round,pad=0,rounding_size=0.35", facecolor=PAPER, edgecolor=FAINT, zorder=0
        )
    )


def _draw_rnn_cell(axes: Axes) -> None:
    _frame(axes, 7.2)
    _wire(axes, [(-0.5, 3), (2.72, 3)], HIDDEN)
    _wire(axes, [(3, -0.2), (3, 2.72)], INPUT)
    _box(axes, 1.3, 3, "$W_{aa}$", GATE)
    _box(axes, 3, 1.4, "$W_{ax}$", GATE)
    _dot(axes, 3, 3, "+", radius=0.28)
    _box(axes, 3, 4.6, "$b_a$", GATE)
    _wire(axes, [(3, 4.25), (3, 3.28)])
    _wire(axes, [(3.28, 3), (4.05, 3)])
    _box(axes, 4.55, 3, "tanh", HIDDEN)
    _wire(axes, [(5.05, 3), (7.7, 3)], HIDDEN)
    _wire(axes, [(6.2, 3), (6.2, 5.85)], HIDDEN)
    _box(axes, 6.2, 4.4, "$W_{ya}$, $b_y$\nsoftmax", OUTPUT, width=1.6, height=1.05)
    axes.text(-0.6, 3, _at("a", "t-1"), ha="right", va="center", color=HIDDEN)
    axes.text(7.8, 3, _at("a", "t"), ha="left", va="center", color=HIDDEN)
    axes.text(3, -0.25, _at("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(6.2, 5.9, _at(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def _draw_lstm_cell(axes: Axes) -> None:
    _frame(axes, 10.2)
    top, mid, low, bus = 4.95, 3.5, 2.0, 0.75
    _wire(axes, [(-0.5, top), (1.97, top)], MEMORY)
    _wire(axes, [(2.43, top), (4.77, top)], MEMORY)
    _wire(axes, [(5.23, top), (10.7, top)], MEMORY)
    _wire(axes, [(-0.5, bus), (7.3, bus)], HIDDEN, arrow=False)
    _wire(axes, [(0.6, -0.2), (0.6, bus)], INPUT)
    for x in (2.2, 4.1, 5.9, 7.3):
        _wire(axes, [(x, bus), (x, low - 0.35)])
    _wire(axes, [(2.2, low + 0.35), (2.2, top - 0.23)])
    _wire(axes, [(4.1, low + 0.35), (4.1, mid), (4.77, mid)])
    _wire(axes, [(5.9, low + 0.35), (5.9, mid), (5.23, mid)])
    _wire(axes, [(5, mid + 0.23), (5, top - 0.23)])
    _wire(axes, [(8.7, top), (8.7, low + 0.23)], MEMORY)
    _wire(axes, [(7.8, low), (8.47, low)])
    _wire(axes, [(8.93, low), (10.7, low)], HIDDEN)
    _wire(axes, [(9.6, low), (9.6, 5.85)], HIDDEN)
    _box(axes, 8.7, mid, "tanh", HIDDEN, width=0.95)
    _box(axes, 2.2, low, r"$\Gamma_f$", GATE)
    _box(axes, 4.1, low, r"$\Gamma_u$", GATE)
    _box(axes, 5.9, low, r"$\tilde{c}$", MEMORY)
    _box(axes, 7.3, low, r"$\Gamma_o$", GATE)
    _dot(axes, 2.2, top, "×")
    _dot(axes, 5, mid, "×")
    _dot(axes, 5, top, "+")
    _dot(axes, 8.7, low, "×")
    for x, name in ((2.2, "forget"), (4.1, "update"), (7.3, "output")):
        axes.text(x + 0.58, low - 0.56, name, fontsize=8.5, ha="center", va="center", color=FAINT)
    axes.text(6.58, low - 0.56, "candidate", fontsize=8.5, ha="center", va="center", color=FAINT)
    axes.text(-0.6, top, _at("c", "t-1"), ha="right", va="center", color=MEMORY)
    axes.text(-0.6, bus, _at("a", "t-1"), ha="right", va="center", color=HIDDEN)
    axes.text(0.6, -0.25, _at("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(10.8, top, _at("c", "t"), ha="left", va="center", color=MEMORY)
    axes.text(10.8, low, _at("a", "t"), ha="left", va="center", color=HIDDEN)
    axes.text(9.6, 5.9, _at(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def _draw_peephole_cell(axes: Axes) -> None:
    _draw_lstm_cell(axes)
    _wire(axes, [(1.1, 4.95), (1.1, 2.0), (1.7, 2.0)], MEMORY, dashed=True)
    _wire(axes, [(1.1, 3.0), (3.1, 3.0), (3.1, 2.0), (3.6, 2.0)], MEMORY, dashed=True)
    _wire(axes, [(6.6, 4.95), (6.6, 2.0), (6.8, 2.0)], MEMORY, dashed=True)


def _draw_gru_cell(axes: Axes) -> None:
    _frame(axes, 10.2)
    top, mid, low = 4.95, 3.55, 2.0
    _wire(axes, [(-0.5, top), (5.67, top)], MEMORY)
    _wire(axes, [(6.13, top), (8.07, top)], MEMORY)
    _wire(axes, [(8.53, top), (10.7, top)], MEMORY)
    _wire(axes, [(0.6, top), (0.6, 1.05), (4.55, 1.05), (4.55, low - 0.35)], MEMORY)
    _wire(axes, [(2.05, 1.05), (2.05, low - 0.35)], MEMORY)
    _wire(axes, [(1.3, -0.2), (1.3, 0.55), (8.3, 0.55), (8.3, low - 0.35)], INPUT)
    _wire(axes, [(2.55, 0.55), (2.55, low - 0.35)], INPUT)
    _wire(axes, [(5.05, 0.55), (5.05, low - 0.35)], INPUT)
    _wire(axes, [(2.3, top), (2.3, 3.18)], MEMORY)
    _wire(axes, [(2.3, low + 0.35), (2.3, 2.72)])
    _wire(axes, [(4.8, low + 0.35), (4.8, mid), (8.07, mid)])
    _wire(axes, [(2.53, 2.95), (7.1, 2.95), (7.1, low), (7.8, low)], MEMORY)
    _wire(axes, [(5.9, mid), (5.9, top - 0.23)])
    _wire(axes, [(8.3, low + 0.35), (8.3, mid - 0.23)])
    _wire(axes, [(8.3, mid + 0.23), (8.3, top - 0.23)])
    _wire(axes, [(9.5, top), (9.5, 5.85)], MEMORY)
    _box(axes, 2.3, low, r"$\Gamma_r$", GATE)
    _box(axes, 4.8, low, r"$\Gamma_u$", GATE)
    _box(axes, 8.3, low, r"$\tilde{c}$", MEMORY)
    _box(axes, 5.9, 4.22, "1 −", GATE, width=0.6, height=0.42)
    _dot(axes, 2.3, 2.95, "×")
    _dot(axes, 5.9, top, "×")
    _dot(axes, 8.3, mid, "×")
    _dot(axes, 8.3, top, "+")
    axes.text(2.9, low, "relevance", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(5.4, low, "update", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(8.9, low, "candidate", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(-0.6, top, _at("c", "t-1"), ha="right", va="center", color=MEMORY)
    axes.text(1.3, -0.25, _at("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(10.8, top, _at("c", "t"), ha="left", va="center", color=MEMORY)
    axes.text(9.5, 5.9, _at(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def stacked_matrix(n_a: int = 4, n_x: int = 6) -> Figure:
    """Two matrix products as one: W_aa beside W_ax, times a over x.

    Args:
        n_a: number of hidden units.
        n_x: number of input features.
    """
    unit = 0.3
    with _figure(7.9, 3.3) as (figure, axes):
        height = (n_a + n_x) * unit
        _canvas(axes, -1.4, 6.5, -height - 0.15, 0.15)

        def block(x: float, y: float, columns: int, rows: int, colour: str, name: str) -> None:
            """A block of cells whose top left corner is (x, y)."""
            for row in range(rows):
                for column in range(columns):
                    corner = (x + column * unit, y - (row + 1) * unit)
                    axes.add_patch(Rectangle(corner, unit, unit, facecolor=_tint(colour, 0.3), edgecolor="white"))
            axes.text(x + columns * unit / 2, y - rows * unit / 2, name, ha="center", va="center", fontsize=12.5)

        middle = -height / 2 + n_a * unit / 2
        axes.text(-0.25, middle - n_a * unit / 2, "$W_a$  =", ha="right", va="center", fontsize=12.5)
        block(0, middle, n_a, n_a, HIDDEN, "$W_{aa}$")
        block(n_a * unit + 0.04, middle, n_x, n_a, INPUT, "$W_{ax}$")
        wide = (n_a + n_x) * unit + 0.04
        axes.text(n_a * unit / 2, middle + 0.08, "$n_a$", ha="center", va="bottom", color=HIDDEN)
        axes.text(n_a * unit + n_x * unit / 2, middle + 0.08, "$n_x$", ha="center", va="bottom", color=INPUT)
        axes.text(wide + 0.3, middle - n_a * unit / 2, "·", ha="center", va="center", fontsize=22)
        vector = wide + 0.6
        block(vector, 0, 1, n_a, HIDDEN, "")
        block(vector, -n_a * unit - 0.04, 1, n_x, INPUT, "")
        axes.text(vector + unit + 0.1, -n_a * unit / 2, _at("a", "t-1"), ha="left", va="center", color=HIDDEN)
        axes.text(vector + unit + 0.1, -n_a * unit - n_x * unit / 2, _at("x", "t"), ha="left", va="center", color=INPUT)
        result = vector + unit + 1.45
        axes.text(result - 0.3, middle - n_a * unit / 2, "=", ha="center", va="center", fontsize=14)
        block(result, middle, 1, n_a, FAINT, "")
        axes.text(
            result + unit / 2,
            middle - n_a * unit - 0.1,
            r"$W_{aa}\,a^{\langle t-1\rangle} + W_{ax}\,x^{\langle t\rangle}$",
            ha="center",
            va="top",
        )
        return figure


def activation_functions() -> Figure:
    """tanh, sigmoid and ReLU with their derivatives, on one scale."""
    z = np.linspace(-4, 4, 401)
    s, t = 1 / (1 + np.exp(-z)), np.tanh(z)
    panels = {
        "tanh: hidden states, candidates": (t, 1 - t**2),
        "sigmoid: gates, yes or no": (s, s * (1 - s)),
        "ReLU: a memory without a ceiling": (np.maximum(z, 0), (z > 0).astype(float)),
    }
    with _figure(10.2, 2.9, 1, 3, sharex=True, sharey=True) as (figure, axes):
        for axis, (name, (value, slope)) in zip(axes, panels.items(), strict=True):
            axis.axhline(0, color=FAINT, linewidth=0.7)
            axis.axvline(0, color=FAINT, linewidth=0.7)
            axis.plot(z, value, color=HIDDEN, label="the function")
            axis.plot(z, slope, color=GRADIENT, linestyle="--", label="its slope")
            axis.set(title=name, xlabel="z", ylim=(-1.15, 2.2), xlim=(-4, 4))
        axes[0].legend(loc="upper left")
        return figure


# ---------------------------------------------------------------------------------------------------------------------
# Numbers as colours


def heat_table(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str = "",
    row_label: str = "",
    column_label: str = "",
    limits: tuple[float, float] = (-1, 1),
) -> Figure:
    """A small table of numbers, each on a colour that says the same.

    Args:
        values: (rows, columns).
        rows, columns: their names.
        title, row_label, column_label: what the table and its axes are.
        limits: the values with the strongest colours; a low limit of 0 takes the scale of gates, white to blue.
    """
    table = np.asarray(values, dtype=float)
    with _figure(2.6 + 0.95 * table.shape[1], 1.35 + 0.5 * table.shape[0]) as (figure, axes):
        axes.imshow(table, cmap=OPENNESS if limits[0] == 0 else SIGNED, vmin=limits[0], vmax=limits[1], aspect="auto")
        for (row, column), value in np.ndenumerate(table):
            strong = abs(value) > 0.6 * max(abs(limits[0]), abs(limits[1]))
            shown = 0.0 if abs(value) < 0.005 else value
            axes.text(column, row, f"{shown:.2f}", ha="center", va="center", color="white" if strong else INK)
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), rows)
        axes.set(title=title, xlabel=column_label, ylabel=row_label)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(True)
        return figure


def heat_along_steps(
    panels: Mapping[str, ArrayLike], text: Sequence[str] | None = None, *, title: str = "", signed: Sequence[str] = ()
) -> Figure:
    """What units do, step by step: one strip of colours for each panel, one row for each unit, time to the right.

    Args:
        panels: name -> (units, steps) or (steps,).
        text: one label a step; the steps' numbers if there is none.
        title: a line above all strips.
        signed: names of the panels whose values lie between -1 and 1; the others lie between 0 and 1.
    """
    arrays = {name: np.atleast_2d(np.asarray(values, dtype=float)) for name, values in panels.items()}
    heights = [max(0.36, min(1.8, 0.11 * len(values))) for values in arrays.values()]
    shape: dict[str, Any] = {"sharex": True, "squeeze": False, "gridspec_kw": {"height_ratios": heights}}
    with _figure(9.6, sum(heights) + 0.08 * len(heights) + 0.85, len(arrays), 1, **shape) as (figure, grid):
        axes, images = grid[:, 0], {}
        for axis, (name, values) in zip(axes, arrays.items(), strict=True):
            low, colours = (-1, SIGNED) if name in signed else (0, OPENNESS)
            images[low] = axis.imshow(values, cmap=colours, vmin=low, vmax=1, aspect="auto", interpolation="nearest")
            axis.set_yticks([])
            axis.set_ylabel(name, rotation=0, ha="right", va="center")
            axis.tick_params(axis="x", length=0)
            axis.spines[:].set_visible(True)
        low = min(images)  # the signed scale, if there is one, holds the other: both go from white to blue
        bar = figure.colorbar(
            images[low], ax=list(axes), fraction=0.02, pad=0.012, aspect=18, ticks=sorted({low, 0, 1})
        )
        bar.outline.set_visible(False)
        if text is None:
            axes[-1].set_xlabel("step")
        else:
            _label_text(axes[-1], text)
        axes[0].set_title(title)
        return figure


def influence_maps(maps: Mapping[str, ArrayLike], text: Sequence[str] | None = None) -> Figure:
    """Which input each output has looked at: one square a network, row = output step, column = input step.

    Args:
        maps: title -> (T_out, T_in), how much the output changes when that input changes; scaled to each maximum.
        text: one label a step.
    """
    with _figure(4.1 * len(maps) + 0.6, 4.4, 1, len(maps), squeeze=False) as (figure, grid):
        for axis, (name, values) in zip(grid[0], maps.items(), strict=True):
            strength = np.asarray(values, dtype=float)
            image = axis.imshow(strength / strength.max(), cmap=OPENNESS, vmin=0, vmax=1, interpolation="nearest")
            axis.set(title=name, xlabel="input step")
            axis.spines[:].set_visible(True)
            if text is not None:
                _label_text(axis, text)
                axis.set_yticks(range(len(text)), ["␣" if character == " " else character for character in text])
                axis.tick_params(axis="y", length=0, labelsize=9.5)
        grid[0, 0].set_ylabel("output step")
        bar = figure.colorbar(image, ax=list(grid[0]), fraction=0.03, pad=0.02, aspect=26, ticks=[0, 1])
        bar.ax.set_yticklabels(["none", "most"])
        bar.outline.set_visible(False)
        return figure


# ---------------------------------------------------------------------------------------------------------------------
# Numbers as lines


def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
) -> Figure:
    """Lines over a common x axis, each with its name in the legend.

    Args:
        x: (n,).
        lines: name -> (n,).
        title, x_label, y_label: what is shown, in which units.
        log: logarithmic y axis.
    """
    with _figure(7.4, 3.3) as (figure, axes):
        for (name, values), colour in zip(lines.items(), LINES, strict=False):
            axes.plot(np.asarray(x), np.asarray(values), color=colour, label=name)
        axes.set(title=title, xlabel=x_label, ylabel=y_label, yscale="log" if log else "linear")
        axes.grid(axis="y", color="#E6E6E6")
        axes.set_axisbelow(True)
        if not log and max(np.max(np.abs(np.asarray(values))) for values in lines.values()) >= 10_000:
            axes.yaxis.set_major_formatter("{x:,.0f}")
        if len(lines) > 1:
            axes.legend()
        return figure


def along_text(
    lines: Mapping[str, ArrayLike],
    text: Sequence[str],
    *,
    title: str = "",
    y_label: str = "",
    marked: ArrayLike | None = None,
) -> Figure:
    """Numbers that change while a text is read: one line a name, one step a character.

    Args:
        lines: name -> (steps,).
        text: one character a step.
        title, y_label: what is shown.
        marked: (steps,) true where the background is tinted, say where the right answer is yes.
    """
    with _figure(9.6, 2.9) as (figure, axes):
        for step in np.flatnonzero(np.asarray(marked)) if marked is not None else []:
            axes.axvspan(step - 0.5, step + 0.5, color=_tint(MEMORY, 0.25), linewidth=0, zorder=0)
        for index, (name, values) in enumerate(lines.items()):
            axes.plot(np.asarray(values), color=LINES[index], marker=MARKERS[index], markersize=4.5, label=name)
        axes.axhline(0, color=FAINT, linewidth=0.7)
        _label_text(axes, text)
        axes.set(title=title, ylabel=y_label, xlim=(-0.6, len(text) - 0.4))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def panels_over_steps(
    panels: Mapping[str, Mapping[str, ArrayLike]], *, y_label: str = "", x_label: str = "step"
) -> Figure:
    """Several small charts side by side on one scale: title -> name -> (steps,)."""
    with _figure(3.5 * len(panels), 3.0, 1, len(panels), sharey=True, squeeze=False) as (figure, grid):
        for axis, (title, lines) in zip(grid[0], panels.items(), strict=True):
            axis.axhline(0, color=FAINT, linewidth=0.7)
            for (name, values), colour in zip(lines.items(), LINES, strict=False):
                axis.plot(np.asarray(values), color=colour, label=name)
            axis.set(title=title, xlabel=x_label)
        grid[0, 0].set_ylabel(y_label)
        grid[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def loss_per_step(losses: Mapping[str, ArrayLike], text: Sequence[str], *, title: str = "") -> Figure:
    """The loss that each network pays at each step, in nats, as bars side by side; the legend has the sums.

    Args:
        losses: name of the network -> (steps,).
        text: one character a step.
        title: a line above.
    """
    with _figure(9.6, 2.9) as (figure, axes):
        width = 0.8 / len(losses)
        for index, (name, values) in enumerate(losses.items()):
            series = np.asarray(values, dtype=float)
            places = np.arange(len(series)) + (index - (len(losses) - 1) / 2) * width
            axes.bar(places, series, width, color=LINES[index], label=f"{name}\nsum {series.sum():.2f} nats")
        _label_text(axes, text)
        axes.set(title=title, ylabel="loss, nats", xlim=(-0.6, len(text) - 0.4))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


# ---------------------------------------------------------------------------------------------------------------------
# Gradients


def gradient_agreement(pairs: Mapping[str, tuple[ArrayLike, ArrayLike]], *, title: str = "") -> Figure:
    """Gradients against what they should be: every number of every array is a point, right ones lie on the diagonal.

    Args:
        pairs: name -> (gradient, what it should be), of one shape.
        title: a line above.
    """
    with _figure(7.4, 4.1) as (figure, axes):
        everything = np.concatenate([np.ravel(np.asarray(array)) for pair in pairs.values() for array in pair])
        reach = 1.1 * float(np.max(np.abs(everything)))
        axes.plot([-reach, reach], [-reach, reach], color=FAINT, linewidth=1, zorder=0)
        for index, (name, (ours, wanted)) in enumerate(pairs.items()):
            axes.scatter(
                np.ravel(np.asarray(wanted)),
                np.ravel(np.asarray(ours)),
                s=26,
                color=LINES[index % len(LINES)],
                marker=MARKERS[(index + index // len(LINES)) % len(MARKERS)],
                alpha=0.8,
                linewidths=0,
                label=name,
            )
        axes.set(
            title=title, xlabel="numerical", ylabel="yours", xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal"
        )
        axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
        return figure


def gradient_flow(norms: Mapping[str, ArrayLike], *, title: str = "", y_label: str = "size, last step = 1") -> Figure:
    """How much of a gradient is left on its way back in time, on a logarithmic axis.

    Args:
        norms: name of the network -> (steps,), in the order of time: the last one is that of the step with the loss.
        title, y_label: what is shown.
    """
    with _figure(7.6, 3.6) as (figure, axes):
        for index, (name, values) in enumerate(norms.items()):
            back = np.asarray(values, dtype=float)[::-1]
            axes.plot(
                np.arange(len(back)),
                back,
                color=LINES[index],
                label=name,
                marker=MARKERS[index],
                markersize=4,
                markevery=5,
            )
        axes.set(title=title, xlabel="steps back from the loss", ylabel=y_label, yscale="log")
        axes.grid(axis="y", color="#E6E6E6")
        axes.set_axisbelow(True)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure
