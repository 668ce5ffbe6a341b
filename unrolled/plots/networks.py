"""The pictures of the course: networks, cells, gates and gradients, drawn with matplotlib.

Every function draws one figure and returns it, already closed in pyplot: as the last line of a notebook cell it is
shown once, and in a script ``plots.cell_diagram("lstm").savefig("lstm.png")`` saves it. Colours and pieces are those of
:mod:`unrolled.drawing`. Nothing here computes a network; the functions show numbers that somebody else has computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike

from unrolled.drawing import (
    FAINT,
    GATE,
    GRADIENT,
    HIDDEN,
    INK,
    INPUT,
    LINES,
    MARKERS,
    MEMORY,
    OPENNESS,
    OUTPUT,
    PAPER,
    SIGNED,
    arrow,
    at_step,
    box,
    canvas,
    dot,
    label_text,
    new_figure,
    tint,
    wire,
)

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
    with new_figure((right - left) * 0.72, (ceiling + 0.6) * 0.72) as (figure, axes):
        canvas(axes, left, right, -0.6, ceiling)
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
    box(axes, x, 0, at_step("x", "t"), INPUT)
    box(axes, x, rise, "cell", HIDDEN)
    box(axes, x, top, at_step(r"\hat{y}", "t"), OUTPUT)
    arrow(axes, (x, 0.35), (x, rise - 0.35))
    above = rise + 0.62
    loop = [(x + 0.5, rise), (x + 0.95, rise), (x + 0.95, above), (x - 0.95, above), (x - 0.95, rise), (x - 0.5, rise)]
    wire(axes, loop, HIDDEN, rim="white")
    wire(axes, [(x, rise + 0.35), (x, top - 0.35)], rim="white")
    axes.text(x + 1.1, rise - 0.28, at_step("a", "t"), color=HIDDEN, ha="center", va="center")
    axes.text(x + 1.75, rise, "=", fontsize=20, ha="center", va="center")


def _stacked_step(
    axes: Axes, x: float, name: str | int, index: int, steps: int, stride: float, rise: float, layers: int
) -> None:
    top = rise * (layers + 1)
    box(axes, x, 0, at_step("x", name), INPUT)
    box(axes, x, top, at_step(r"\hat{y}", name), OUTPUT)
    for layer in range(1, layers + 1):
        y = layer * rise
        box(axes, x, y, "cell" if layers == 1 else f"layer {layer}", HIDDEN, width=1.15 if layers > 1 else 1.0)
        arrow(axes, (x, y - rise + 0.35), (x, y - 0.35))
        half = 0.575 if layers > 1 else 0.5
        if index == 0:
            arrow(axes, (x - 1.2, y), (x - half, y), HIDDEN)
            label = at_step("a", 0) if layers == 1 else rf"$a^{{[{layer}]\langle 0 \rangle}}$"
            axes.text(x - 1.25, y, label, color=HIDDEN, ha="right", va="center")
        if index < steps - 1:
            arrow(axes, (x + half, y), (x + stride - half, y), HIDDEN)
            if layers == 1 and index < steps - 2:
                axes.text(x + stride / 2, y + 0.14, at_step("a", name), color=HIDDEN, ha="center", va="bottom")
    arrow(axes, (x, top - rise + 0.35), (x, top - 0.35))


def _bidirectional_step(
    axes: Axes, x: float, name: str | int, index: int, steps: int, stride: float, rise: float
) -> None:
    forward, backward, top = (x - 0.42, rise), (x + 0.42, 2 * rise), 3 * rise
    box(axes, x, 0, at_step("x", name), INPUT)
    box(axes, x, top, at_step(r"\hat{y}", name), OUTPUT)
    box(axes, *forward, r"$\overrightarrow{a}$", HIDDEN, width=0.8)
    box(axes, *backward, r"$\overleftarrow{a}$", MEMORY, width=0.8)
    arrow(axes, (x - 0.2, 0.35), (x - 0.42, rise - 0.35))
    arrow(axes, (x + 0.25, 0.35), (x + 0.42, 2 * rise - 0.35))
    arrow(axes, (x - 0.42, rise + 0.35), (x - 0.22, top - 0.35))
    arrow(axes, (x + 0.42, 2 * rise + 0.35), (x + 0.25, top - 0.35))
    if index == 0:
        arrow(axes, (x - 1.35, rise), (x - 0.82, rise), HIDDEN)
        axes.text(x - 1.4, rise, "0", color=HIDDEN, ha="right", va="center")
    if index < steps - 1:
        arrow(axes, (forward[0] + 0.4, rise), (forward[0] + stride - 0.4, rise), HIDDEN)
        arrow(axes, (backward[0] + stride - 0.4, 2 * rise), (backward[0] + 0.4, 2 * rise), MEMORY)
    else:
        arrow(axes, (x + 1.15, 2 * rise), (x + 0.82, 2 * rise), MEMORY)
        axes.text(x + 1.18, 2 * rise, "0", color=MEMORY, ha="left", va="center")


def _loss_of_step(axes: Axes, x: float, name: str | int, index: int, stride: float, rise: float, top: float) -> None:
    """The step's loss, the gradient that comes down from it, and the one that goes back to the step before."""
    box(axes, x, top + 1.1, at_step(r"\mathcal{L}", name), FAINT)
    arrow(axes, (x, top + 0.35), (x, top + 0.75))
    for upper, lower in ((top + 0.75, top + 0.35), (top - 0.35, top - rise + 0.35), (rise - 0.35, 0.35)):
        arrow(axes, (x + 0.24, upper), (x + 0.24, lower), GRADIENT, width=2.2)
    if index > 0:
        arrow(axes, (x - 0.5, rise - 0.2), (x - stride + 0.5, rise - 0.2), GRADIENT, width=2.2)


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
    with new_figure((right + 1.6) * 0.62, 7.1 * 0.62) as (figure, axes):
        canvas(axes, -1.6, right, -0.7, 6.4)
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
    wire(axes, [(-0.5, 3), (2.72, 3)], HIDDEN)
    wire(axes, [(3, -0.2), (3, 2.72)], INPUT)
    box(axes, 1.3, 3, "$W_{aa}$", GATE)
    box(axes, 3, 1.4, "$W_{ax}$", GATE)
    dot(axes, 3, 3, "+", radius=0.28)
    box(axes, 3, 4.6, "$b_a$", GATE)
    wire(axes, [(3, 4.25), (3, 3.28)])
    wire(axes, [(3.28, 3), (4.05, 3)])
    box(axes, 4.55, 3, "tanh", HIDDEN)
    wire(axes, [(5.05, 3), (7.7, 3)], HIDDEN)
    wire(axes, [(6.2, 3), (6.2, 5.85)], HIDDEN)
    box(axes, 6.2, 4.4, "$W_{ya}$, $b_y$\nsoftmax", OUTPUT, width=1.6, height=1.05)
    axes.text(-0.6, 3, at_step("a", "t-1"), ha="right", va="center", color=HIDDEN)
    axes.text(7.8, 3, at_step("a", "t"), ha="left", va="center", color=HIDDEN)
    axes.text(3, -0.25, at_step("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(6.2, 5.9, at_step(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def _draw_lstm_cell(axes: Axes) -> None:
    _frame(axes, 10.2)
    top, mid, low, bus = 4.95, 3.5, 2.0, 0.75
    wire(axes, [(-0.5, top), (1.97, top)], MEMORY)
    wire(axes, [(2.43, top), (4.77, top)], MEMORY)
    wire(axes, [(5.23, top), (10.7, top)], MEMORY)
    wire(axes, [(-0.5, bus), (7.3, bus)], HIDDEN, arrow=False)
    wire(axes, [(0.6, -0.2), (0.6, bus)], INPUT)
    for x in (2.2, 4.1, 5.9, 7.3):
        wire(axes, [(x, bus), (x, low - 0.35)])
    wire(axes, [(2.2, low + 0.35), (2.2, top - 0.23)])
    wire(axes, [(4.1, low + 0.35), (4.1, mid), (4.77, mid)])
    wire(axes, [(5.9, low + 0.35), (5.9, mid), (5.23, mid)])
    wire(axes, [(5, mid + 0.23), (5, top - 0.23)])
    wire(axes, [(8.7, top), (8.7, low + 0.23)], MEMORY)
    wire(axes, [(7.8, low), (8.47, low)])
    wire(axes, [(8.93, low), (10.7, low)], HIDDEN)
    wire(axes, [(9.6, low), (9.6, 5.85)], HIDDEN)
    box(axes, 8.7, mid, "tanh", HIDDEN, width=0.95)
    box(axes, 2.2, low, r"$\Gamma_f$", GATE)
    box(axes, 4.1, low, r"$\Gamma_u$", GATE)
    box(axes, 5.9, low, r"$\tilde{c}$", MEMORY)
    box(axes, 7.3, low, r"$\Gamma_o$", GATE)
    dot(axes, 2.2, top, "×")
    dot(axes, 5, mid, "×")
    dot(axes, 5, top, "+")
    dot(axes, 8.7, low, "×")
    for x, name in ((2.2, "forget"), (4.1, "update"), (7.3, "output")):
        axes.text(x + 0.58, low - 0.56, name, fontsize=8.5, ha="center", va="center", color=FAINT)
    axes.text(6.58, low - 0.56, "candidate", fontsize=8.5, ha="center", va="center", color=FAINT)
    axes.text(-0.6, top, at_step("c", "t-1"), ha="right", va="center", color=MEMORY)
    axes.text(-0.6, bus, at_step("a", "t-1"), ha="right", va="center", color=HIDDEN)
    axes.text(0.6, -0.25, at_step("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(10.8, top, at_step("c", "t"), ha="left", va="center", color=MEMORY)
    axes.text(10.8, low, at_step("a", "t"), ha="left", va="center", color=HIDDEN)
    axes.text(9.6, 5.9, at_step(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def _draw_peephole_cell(axes: Axes) -> None:
    _draw_lstm_cell(axes)
    wire(axes, [(1.1, 4.95), (1.1, 2.0), (1.7, 2.0)], MEMORY, dashed=True)
    wire(axes, [(1.1, 3.0), (3.1, 3.0), (3.1, 2.0), (3.6, 2.0)], MEMORY, dashed=True)
    wire(axes, [(6.6, 4.95), (6.6, 2.0), (6.8, 2.0)], MEMORY, dashed=True)


def _draw_gru_cell(axes: Axes) -> None:
    _frame(axes, 10.2)
    top, mid, low = 4.95, 3.55, 2.0
    wire(axes, [(-0.5, top), (5.67, top)], MEMORY)
    wire(axes, [(6.13, top), (8.07, top)], MEMORY)
    wire(axes, [(8.53, top), (10.7, top)], MEMORY)
    wire(axes, [(0.6, top), (0.6, 1.05), (4.55, 1.05), (4.55, low - 0.35)], MEMORY)
    wire(axes, [(2.05, 1.05), (2.05, low - 0.35)], MEMORY)
    wire(axes, [(1.3, -0.2), (1.3, 0.55), (8.3, 0.55), (8.3, low - 0.35)], INPUT)
    wire(axes, [(2.55, 0.55), (2.55, low - 0.35)], INPUT)
    wire(axes, [(5.05, 0.55), (5.05, low - 0.35)], INPUT)
    wire(axes, [(2.3, top), (2.3, 3.18)], MEMORY)
    wire(axes, [(2.3, low + 0.35), (2.3, 2.72)])
    wire(axes, [(4.8, low + 0.35), (4.8, mid), (8.07, mid)])
    wire(axes, [(2.53, 2.95), (7.1, 2.95), (7.1, low), (7.8, low)], MEMORY)
    wire(axes, [(5.9, mid), (5.9, top - 0.23)])
    wire(axes, [(8.3, low + 0.35), (8.3, mid - 0.23)])
    wire(axes, [(8.3, mid + 0.23), (8.3, top - 0.23)])
    wire(axes, [(9.5, top), (9.5, 5.85)], MEMORY)
    box(axes, 2.3, low, r"$\Gamma_r$", GATE)
    box(axes, 4.8, low, r"$\Gamma_u$", GATE)
    box(axes, 8.3, low, r"$\tilde{c}$", MEMORY)
    box(axes, 5.9, 4.22, "1 −", GATE, width=0.6, height=0.42)
    dot(axes, 2.3, 2.95, "×")
    dot(axes, 5.9, top, "×")
    dot(axes, 8.3, mid, "×")
    dot(axes, 8.3, top, "+")
    axes.text(2.9, low, "relevance", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(5.4, low, "update", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(8.9, low, "candidate", fontsize=8.5, ha="left", va="center", color=FAINT)
    axes.text(-0.6, top, at_step("c", "t-1"), ha="right", va="center", color=MEMORY)
    axes.text(1.3, -0.25, at_step("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(10.8, top, at_step("c", "t"), ha="left", va="center", color=MEMORY)
    axes.text(9.5, 5.9, at_step(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def stacked_matrix(n_a: int = 4, n_x: int = 6) -> Figure:
    """Two matrix products as one: W_aa beside W_ax, times a over x.

    Args:
        n_a: number of hidden units.
        n_x: number of input features.
    """
    unit = 0.3
    with new_figure(7.9, 3.3) as (figure, axes):
        height = (n_a + n_x) * unit
        canvas(axes, -1.4, 6.5, -height - 0.15, 0.15)

        def block(x: float, y: float, columns: int, rows: int, colour: str, name: str) -> None:
            """A block of cells whose top left corner is (x, y)."""
            for row in range(rows):
                for column in range(columns):
                    corner = (x + column * unit, y - (row + 1) * unit)
                    axes.add_patch(Rectangle(corner, unit, unit, facecolor=tint(colour, 0.3), edgecolor="white"))
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
        axes.text(vector + unit + 0.1, -n_a * unit / 2, at_step("a", "t-1"), ha="left", va="center", color=HIDDEN)
        axes.text(
            vector + unit + 0.1, -n_a * unit - n_x * unit / 2, at_step("x", "t"), ha="left", va="center", color=INPUT
        )
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
    with new_figure(10.2, 2.9, 1, 3, sharex=True, sharey=True) as (figure, axes):
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
    with new_figure(2.6 + 0.95 * table.shape[1], 1.35 + 0.5 * table.shape[0]) as (figure, axes):
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
    with new_figure(9.6, sum(heights) + 0.08 * len(heights) + 0.85, len(arrays), 1, **shape) as (figure, grid):
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
            label_text(axes[-1], text)
        axes[0].set_title(title)
        return figure


def influence_maps(maps: Mapping[str, ArrayLike], text: Sequence[str] | None = None) -> Figure:
    """Which input each output has looked at: one square a network, row = output step, column = input step.

    Args:
        maps: title -> (T_out, T_in), how much the output changes when that input changes; scaled to each maximum.
        text: one label a step.
    """
    with new_figure(4.1 * len(maps) + 0.6, 4.4, 1, len(maps), squeeze=False) as (figure, grid):
        for axis, (name, values) in zip(grid[0], maps.items(), strict=True):
            strength = np.asarray(values, dtype=float)
            image = axis.imshow(strength / strength.max(), cmap=OPENNESS, vmin=0, vmax=1, interpolation="nearest")
            axis.set(title=name, xlabel="input step")
            axis.spines[:].set_visible(True)
            if text is not None:
                label_text(axis, text)
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
    with new_figure(7.4, 3.3) as (figure, axes):
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
    with new_figure(9.6, 2.9) as (figure, axes):
        for step in np.flatnonzero(np.asarray(marked)) if marked is not None else []:
            axes.axvspan(step - 0.5, step + 0.5, color=tint(MEMORY, 0.25), linewidth=0, zorder=0)
        for index, (name, values) in enumerate(lines.items()):
            axes.plot(np.asarray(values), color=LINES[index], marker=MARKERS[index], markersize=4.5, label=name)
        axes.axhline(0, color=FAINT, linewidth=0.7)
        label_text(axes, text)
        axes.set(title=title, ylabel=y_label, xlim=(-0.6, len(text) - 0.4))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def panels_over_steps(
    panels: Mapping[str, Mapping[str, ArrayLike]], *, y_label: str = "", x_label: str = "step"
) -> Figure:
    """Several small charts side by side on one scale: title -> name -> (steps,)."""
    with new_figure(3.5 * len(panels), 3.0, 1, len(panels), sharey=True, squeeze=False) as (figure, grid):
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
    with new_figure(9.6, 2.9) as (figure, axes):
        width = 0.8 / len(losses)
        for index, (name, values) in enumerate(losses.items()):
            series = np.asarray(values, dtype=float)
            places = np.arange(len(series)) + (index - (len(losses) - 1) / 2) * width
            axes.bar(places, series, width, color=LINES[index], label=f"{name}\nsum {series.sum():.2f} nats")
        label_text(axes, text)
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
    with new_figure(7.4, 4.1) as (figure, axes):
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
    with new_figure(7.6, 3.6) as (figure, axes):
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
