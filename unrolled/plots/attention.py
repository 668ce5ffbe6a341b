"""Pictures of attention: two translators side by side, where a decoder looks, and what it gains by looking.

As everywhere in :mod:`unrolled.plots`, every function draws one figure and returns it, closed in pyplot; green is
input, blue what the encoder says, orange the decoder, pink output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from unrolled.plots.drawing import (
    FAINT,
    GRADIENT,
    HIDDEN,
    INPUT,
    LINES,
    MEMORY,
    OPENNESS,
    OUTPUT,
    WIDEST,
    arrow,
    at_step,
    box,
    canvas,
    new_figure,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import courses, largest, listed, titled

READ, STATES, CONTEXT, DECODER, WRITTEN = 0.0, 1.35, 3.15, 4.6, 5.95  # heights of the diagram's rows
TEXT, ANSWER = "3 may 95", "1995-…"


def two_translators() -> Picture:
    """An encoder and a decoder without attention and with it: one narrow place, or a look at every place."""
    with new_figure(WIDEST, 4.9, 1, 2) as (figure, (left, right)):
        figure.alt = titled(
            f"Two translators read “{TEXT}”, {len(TEXT)} characters, and write {ANSWER}",
            "Without attention one state, the encoder's last one, goes to every step of the decoder",
            "With attention each step of the decoder has a context of its own, a mean of all the encoder's states with "
            "weights that depend on the decoder's state before that step",
        )
        for axes, title in (
            (left, "Without attention: one narrow place"),
            (right, "With attention: a look at each step"),
        ):
            canvas(axes, -0.75, 7.75, -0.55, 6.5)
            axes.set_title(title, fontsize=10.5)
            _reader(axes, both_ways=axes is right)
            _writer(axes)
        box(left, 3.5, CONTEXT, "last state", GRADIENT, width=1.9)
        arrow(left, (7, STATES + 0.33), (4.5, CONTEXT - 0.2), GRADIENT, bend=0.15)
        for x in _writing_places():
            arrow(left, (3.5, CONTEXT + 0.36), (x, DECODER - 0.36), GRADIENT)
        focus = [0.0, 0.0, 0.05, 0.05, 0.05, 0.1, 0.9, 0.45]
        box(right, 3.5, CONTEXT, "context", MEMORY, width=1.7)
        for place, weight in enumerate(focus):
            arrow(
                right,
                (place, STATES + 0.33),
                (3.5 + 0.13 * (place - 3.5), CONTEXT - 0.37),
                MEMORY,
                width=0.5 + 3 * weight,
            )
        second = _writing_places()[1]
        arrow(right, (3.5, CONTEXT + 0.36), (second, DECODER - 0.36), MEMORY)
        before = _writing_places()[0]
        arrow(right, (before, DECODER - 0.36), (2.6, CONTEXT + 0.1), FAINT, bend=0.25)
        right.text(-0.6, 3.3, "state before\nthe step", ha="left", va="center", fontsize=9.5, color="#5A5A5A")
        right.text(5.15, 3.35, "a mean, with\nweights $\\alpha$", ha="left", va="center", fontsize=9.5, color="#5A5A5A")
        return figure


def _reader(axes: Axes, both_ways: bool) -> None:
    """The characters that are read, and a state of the encoder above each."""
    for place, character in enumerate(TEXT):
        box(axes, place, READ, "␣" if character == " " else character, INPUT, width=0.62, height=0.62)
        box(axes, place, STATES, at_step("a", place + 1), HIDDEN, width=0.72, height=0.66)
        arrow(axes, (place, READ + 0.32), (place, STATES - 0.34), width=1.1)
        if place and not both_ways:
            arrow(axes, (place - 0.64, STATES), (place - 0.34, STATES), HIDDEN, width=1.1)
        if place and both_ways:
            arrow(axes, (place - 0.64, STATES + 0.12), (place - 0.34, STATES + 0.12), HIDDEN, width=1.1)
            arrow(axes, (place - 0.34, STATES - 0.12), (place - 0.64, STATES - 0.12), HIDDEN, width=1.1)


def _writer(axes: Axes) -> None:
    """The decoder's states, and the characters that are written."""
    places = _writing_places()
    for step, (x, character) in enumerate(zip(places, ANSWER, strict=True)):
        name = "…" if character == "…" else at_step("s", step + 1)
        box(axes, x, DECODER, name, MEMORY, width=0.78, height=0.66)
        box(axes, x, WRITTEN, character, OUTPUT, width=0.62, height=0.62)
        arrow(axes, (x, DECODER + 0.34), (x, WRITTEN - 0.32), width=1.1)
        if step:
            arrow(axes, (places[step - 1] + 0.4, DECODER), (x - 0.4, DECODER), MEMORY, width=1.1)


def _writing_places() -> list[float]:
    return [0.5 + 1.2 * step for step in range(len(ANSWER))]


# ---------------------------------------------------------------------------------------------------------------------
# Where a decoder looks


def attention_heat(weights: ArrayLike, text: str, written: str) -> Picture:
    """An attention map: a row for each character that is written, a column for each that was read.

    Args:
        weights: (T_y, T_x), each row sums to 1 or less.
        text: T_x characters that were read.
        written: T_y characters that were written.
    """
    table = np.asarray(weights, dtype=float)
    wide = min(1.5 + 0.27 * max(table.shape[1], 12), WIDEST)
    with new_figure(wide, 0.95 + 0.27 * table.shape[0]) as (figure, axes):
        _map(axes, table, text, size=10)
        axes.set_yticks(range(len(written)), list(written), fontsize=10)
        axes.set_ylabel("written")
        axes.set_xlabel("read")
        axes.set_title(f"Where it looked while it wrote {written}")
        heading = f"Where it looked in “{text}” while it wrote {written}"
        figure.alt = titled(heading, *_most_looked_at(table, text, written))
        return figure


def _most_looked_at(table: np.ndarray, text: str, written: Sequence[str]) -> list[str]:
    """For each character that was written the place in the text with the largest weight."""
    places = [f"“{character}”, place {place + 1}," for place, character in enumerate(text)]
    return [f"For {sign} most at {largest(row, places, 1)}" for sign, row in zip(written, table, strict=True)]


def finding_the_places(maps: Sequence[ArrayLike], text: str, titles: Sequence[str]) -> Picture:
    """One attention map after each round of training.

    Args:
        maps: for each round (T_y, T_x).
        text: what was read, T_x characters.
        titles: what stands above each map.
    """
    columns = 2
    rows = -(-len(maps) // columns)
    named = {0: "the year", 5: "the month", 8: "the day"}
    said = []
    with new_figure(8.2, 2.15 * rows, rows, columns) as (figure, grid):
        panels = np.atleast_1d(grid).ravel()
        for axes in panels[len(maps) :]:
            axes.axis("off")
        for axes, weights, title in zip(panels, maps, titles, strict=False):
            _map(axes, np.asarray(weights, dtype=float), text, size=9)
            axes.set_yticks([0, 5, 8], ["year", "month", "day"], fontsize=9)
            axes.set_title(title)
            looks = _most_looked_at(np.asarray(weights)[list(named)], text, list(named.values()))
            said.append(f"{title}: {'; '.join(looks)}")
        figure.alt = titled(f"Where it looks in “{text}” after each of {len(maps)} rounds of training", *said)
        return figure


def _map(axes: Axes, table: np.ndarray, text: str, size: float) -> None:
    axes.imshow(table, cmap=OPENNESS, vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(text)), ["␣" if character == " " else character for character in text], fontsize=size)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)


# ---------------------------------------------------------------------------------------------------------------------
# What it gains by looking


def match_by_round(rounds: ArrayLike, lines: Mapping[str, ArrayLike]) -> Picture:
    """The share of dates that are right to the last character, after each round of training.

    Args:
        rounds: (n,).
        lines: name of a translator -> (n,), from 0 to 1.
    """
    numbers = np.asarray(rounds)
    with new_figure(6.6, 3.2) as (figure, axes):
        for (name, shares), colour, marker in zip(lines.items(), LINES, "os^D", strict=False):
            axes.plot(numbers, np.asarray(shares), color=colour, marker=marker, label=name)
        axes.set(title="Exact match on days never seen", xlabel="rounds of training", ylim=(-0.02, 1.04))
        axes.set_xticks(numbers)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.grid(axis="y", color="#E6E6E6")
        axes.legend(loc="lower right")
        figure.alt = titled(f"Exact match on days never seen, by rounds of training: {courses(lines, rounds)}")
        return figure


def match_by_length(shares: Mapping[str, Mapping[int, float]], numbers: Mapping[int, int], width: int) -> Picture:
    """The share of dates that are right, by the length of the text: bars side by side.

    Args:
        shares: name of a translator -> smallest length of a group -> share from 0 to 1.
        numbers: smallest length of a group -> how many texts it has.
        width: characters from one group to the next.
    """
    groups = sorted(numbers)
    with new_figure(7.0, 3.4) as (figure, axes):
        breadth = 0.8 / len(shares)
        for place, ((name, by_length), colour) in enumerate(zip(shares.items(), LINES, strict=False)):
            x = np.arange(len(groups)) + (place - (len(shares) - 1) / 2) * breadth
            heights = [by_length[group] for group in groups]
            axes.bar(x, heights, breadth * 0.94, color=colour, label=name)
            for at, height in zip(x, heights, strict=True):
                axes.text(at, height + 0.01, f"{100 * height:.1f}", ha="center", va="bottom", fontsize=9)
        axes.set_xticks(
            range(len(groups)), [f"{group}–{group + width - 1}\n{numbers[group]} dates" for group in groups]
        )
        axes.set(title="Exact match by the length of the text", xlabel="characters that were read", ylim=(0, 1.3))
        axes.set_yticks(np.arange(0, 1.01, 0.25))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.tick_params(axis="x", length=0)
        axes.legend(loc="upper right", ncols=len(shares))
        said = []
        for name, by_length in shares.items():
            bars = (f"{group} to {group + width - 1} characters {100 * by_length[group]:.1f} %" for group in groups)
            said.append(f"{name}: {listed(bars)}")
        figure.alt = titled("Exact match by the length of the text", *said)
        return figure
