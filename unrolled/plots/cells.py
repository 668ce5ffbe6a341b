"""Pictures of one step: the cells and their gates, the stacked matrix, the activation functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from unrolled.plots.drawing import (
    FAINT,
    GATE,
    GRADIENT,
    HIDDEN,
    INPUT,
    MEMORY,
    OUTPUT,
    PAPER,
    WIDEST,
    at_step,
    box,
    canvas,
    dot,
    new_figure,
    tint,
    wire,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import course, titled

INSIDE = {  # what the diagrams draw, in words
    "rnn": "x<t> times W_ax, a<t-1> times W_aa and the bias b_a are added, and tanh of the sum is the hidden state "
    "a<t>. It goes on to the next step, and through W_ya, b_y and a softmax it gives y hat<t>.",
    "lstm": "From a<t-1> and x<t> come three gates, forget, update and output, and a candidate. The memory c<t-1> "
    "times the forget gate, plus the candidate times the update gate, is c<t>; tanh of c<t> times the output gate "
    "is the hidden state a<t>, from which y hat<t> is made.",
    "gru": "From c<t-1> and x<t> come two gates, relevance and update. The candidate is made of x<t> and of c<t-1> "
    "times the relevance gate. The update gate times the candidate, plus 1 minus the update gate times c<t-1>, is "
    "c<t>, from which y hat<t> is made.",
}
INSIDE["peephole"] = INSIDE["lstm"] + " Dashed lines lead from the memory to the three gates: these see it, too."


def cell_diagram(kind: str) -> Picture:
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
        figure.alt = titled(f"Diagram of one step of a cell, {kind}", INSIDE[kind])
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
        axes.text(x + 0.58, low - 0.56, name, fontsize=10, ha="center", va="center", color=FAINT)
    axes.text(6.58, low - 0.56, "candidate", fontsize=10, ha="center", va="center", color=FAINT)
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
    axes.text(2.9, low, "relevance", fontsize=10, ha="left", va="center", color=FAINT)
    axes.text(5.4, low, "update", fontsize=10, ha="left", va="center", color=FAINT)
    axes.text(8.9, low, "candidate", fontsize=10, ha="left", va="center", color=FAINT)
    axes.text(-0.6, top, at_step("c", "t-1"), ha="right", va="center", color=MEMORY)
    axes.text(1.3, -0.25, at_step("x", "t"), ha="center", va="top", color=INPUT)
    axes.text(10.8, top, at_step("c", "t"), ha="left", va="center", color=MEMORY)
    axes.text(9.5, 5.9, at_step(r"\hat{y}", "t"), ha="center", va="bottom", color=OUTPUT)


def stacked_matrix(n_a: int = 4, n_x: int = 6) -> Picture:
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
        figure.alt = titled(
            f"W_a is W_aa, {n_a} × {n_a}, beside W_ax, {n_a} × {n_x}: together {n_a} × {n_a + n_x}",
            f"It is multiplied by a<t-1>, {n_a} numbers, above x<t>, {n_x} numbers: {n_a + n_x} × 1",
            f"The result has {n_a} numbers and is W_aa a<t-1> + W_ax x<t>",
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


def activation_functions() -> Picture:
    """tanh, sigmoid and ReLU with their derivatives, on one scale."""
    z = np.linspace(-4, 4, 401)
    s, t = 1 / (1 + np.exp(-z)), np.tanh(z)
    panels = {
        "tanh: hidden states, candidates": (t, 1 - t**2),
        "sigmoid: gates, yes or no": (s, s * (1 - s)),
        "ReLU: a memory without a ceiling": (np.maximum(z, 0), (z > 0).astype(float)),
    }
    with new_figure(WIDEST, 2.9, 1, 3, sharex=True, sharey=True) as (figure, axes):
        said = (f"{name}; {course(value)}, its slope {course(slope, z)}" for name, (value, slope) in panels.items())
        figure.alt = titled("Three functions of z from -4 to 4, each with its slope", *said)
        for axis, (name, (value, slope)) in zip(axes, panels.items(), strict=True):
            axis.axhline(0, color=FAINT, linewidth=0.7)
            axis.axvline(0, color=FAINT, linewidth=0.7)
            axis.plot(z, value, color=HIDDEN, label="the function")
            axis.plot(z, slope, color=GRADIENT, linestyle="--", label="its slope")
            axis.set_title(name, fontsize=10.5)
            axis.set(xlabel="z", ylim=(-1.15, 2.2), xlim=(-4, 4))
        axes[0].legend(loc="upper left")
        return figure
