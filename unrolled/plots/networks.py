"""Pictures of networks unrolled in time, with layers, directions and gradients.

Every function of this room draws one figure and returns it, already closed in pyplot: as the last line of a notebook
cell it is shown once, and in a script ``unrolled_network().savefig("network.png")`` saves it. Colours and pieces are
those of :mod:`unrolled.plots.drawing`. Nothing here computes a network; the functions show what somebody else has
computed.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from unrolled.plots.drawing import (
    FAINT,
    GRADIENT,
    HIDDEN,
    INPUT,
    MEMORY,
    OUTPUT,
    arrow,
    at_step,
    box,
    canvas,
    new_figure,
    wire,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import titled


def unrolled_network(
    steps: int = 4,
    *,
    layers: int = 1,
    bidirectional: bool = False,
    folded: bool = False,
    gradient: bool = False,
    title: str | None = None,
) -> Picture:
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
        figure.alt = titled(title or "A recurrent network", *_in_words(steps, layers, bidirectional, folded, gradient))
        return figure


def _in_words(steps: int, layers: int, bidirectional: bool, folded: bool, gradient: bool) -> list[str]:
    """What is drawn, part by part."""
    said = [f"{steps} steps are drawn, the last one being T_x, each with its input x below and its output y hat above"]
    if folded:
        said.append("On the left the same network is one cell whose hidden state comes back to it in a loop")
    if bidirectional:
        said.append("Between them are two layers: one hands its state to the right, the other one to the left")
    else:
        cells = "is a cell" if layers == 1 else f"are {layers} layers of cells"
        said.append(f"Between them {cells}; each cell hands its hidden state to the same cell one step later")
    if gradient:
        said.append("Above each output is its loss; the gradient goes down from it, and from cell to cell back in time")
    return said


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
