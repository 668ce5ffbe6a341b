"""Pictures of one to many: a network that is taught with the right notes and plays with its own.

As in :mod:`unrolled.plots.networks`, every function returns one closed figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from unrolled.plots.drawing import (
    FAINT,
    GATE,
    GRADIENT,
    HIDDEN,
    INK,
    INPUT,
    LINES,
    MEMORY,
    OUTPUT,
    WIDEST,
    arrow,
    at_step,
    box,
    canvas,
    new_figure,
    tint,
    wire,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import listed, titled

STRIDE, CELL, TOP = 2.3, 1.5, 3.0  # where things stand: steps apart, cells' height, outputs' height


def training_and_playing(steps: int = 3) -> Picture:
    """The same network twice: in training the right notes come in, at the concert its own; r is what it reads."""
    with new_figure(WIDEST, 3.9, 1, 2) as (figure, (left, right)):
        for axes, title in ((left, "Training: the teacher's notes go in"), (right, "Concert: its own notes go in")):
            canvas(axes, -1.9, STRIDE * (steps - 1) + 1.5, -0.55, TOP + 1.75)
            axes.set_title(title)
            for step in range(steps):
                _step(axes, step, steps)
        for step in range(steps):
            x = step * STRIDE
            _note(left, x, 0, "count-in" if step == 0 else at_step("y", step), INPUT)
            _note(right, x, 0, "count-in" if step == 0 else "", INPUT)
            box(left, x, TOP + 1.15, at_step("y", step + 1), INPUT, width=0.8, height=0.6)
            wire(left, [(x, TOP + 0.85), (x, TOP + 0.35)], GRADIENT, arrow=False, dashed=True, rim="white")
            box(right, x, TOP + 1.15, "choose", MEMORY, width=1.15, height=0.6)
            arrow(right, (x, TOP + 0.35), (x, TOP + 0.85))
            if step:
                bend = [
                    (x - STRIDE + 0.58, TOP + 1.15),
                    (x - STRIDE / 2, TOP + 1.15),
                    (x - STRIDE / 2, 0),
                    (x - 0.45, 0),
                ]
                wire(right, bend, MEMORY, rim="white")
        left.text(-0.6, TOP + 1.15, "right answer", ha="right", va="center", fontsize=9.5)
        left.text(-0.6, TOP + 0.6, "loss", ha="right", va="center", fontsize=9.5, color=GRADIENT)
        figure.alt = titled(
            f"The same network twice, {steps} steps each",
            "In training each step reads the right note before, and its loss compares what it says with the answer",
            "At the concert each step reads the note that was chosen from the probabilities of the step before",
        )
        return figure


def _step(axes: Axes, step: int, steps: int) -> None:
    """One step: condition and token below, the cell, the probabilities above."""
    x = step * STRIDE
    box(axes, x, CELL, "cell", HIDDEN)
    box(axes, x, TOP, at_step(r"\hat{y}", step + 1), OUTPUT)
    arrow(axes, (x, 0.35), (x, CELL - 0.35))
    arrow(axes, (x, CELL + 0.35), (x, TOP - 0.35))
    axes.text(x - 0.72, 0.66, at_step("r", step + 1), color=GATE, ha="center", va="center")
    arrow(axes, (x - 0.6, 0.84), (x - 0.36, CELL - 0.38), GATE)
    if step == 0:
        arrow(axes, (x - 1.2, CELL), (x - 0.5, CELL), HIDDEN)
        axes.text(x - 1.25, CELL, "0", color=HIDDEN, ha="right", va="center")
    if step < steps - 1:
        arrow(axes, (x + 0.5, CELL), (x + STRIDE - 0.5, CELL), HIDDEN)


def _note(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    box(axes, x, y, text, colour, width=1.35 if text == "count-in" else 0.9, height=0.6)


def window_table(rows: Mapping[str, Sequence[str]]) -> Picture:
    """Some lines of words under each other, one column a step; equal words of different lines have equal colours.

    Args:
        rows: name of the line -> one word a step, as many in each.
    """
    words = list(dict.fromkeys(word for line in rows.values() for word in line))
    steps = len(next(iter(rows.values())))
    with new_figure(min(1.6 + 1.0 * steps, WIDEST), 0.55 + 0.5 * len(rows)) as (figure, axes):
        figure.alt = titled(f"{steps} steps", *(f"{name}: {listed(line)}" for name, line in rows.items()))
        axes.set(xlim=(-1.9, steps - 0.45), ylim=(len(rows) - 0.4, -0.75))
        axes.axis("off")
        for step in range(steps):
            axes.text(step, -0.62, at_step("", step + 1), ha="center", va="center", color=FAINT)
        for y, (name, line) in enumerate(rows.items()):
            axes.text(-0.6, y, name, ha="right", va="center", color=INK)
            for x, word in enumerate(line):
                colour = tint(LINES[words.index(word) % len(LINES)], 0.3)
                axes.text(
                    x,
                    y,
                    word,
                    ha="center",
                    va="center",
                    fontsize=9.5,
                    bbox={"boxstyle": "round,pad=0.35", "facecolor": colour, "edgecolor": "none"},
                )
        return figure
