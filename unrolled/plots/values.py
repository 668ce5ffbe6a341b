"""Numbers as pictures: arrays as heat, values along the steps of a sequence, losses, gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from unrolled.plots.drawing import (
    FAINT,
    LINES,
    MARKERS,
    MEMORY,
    OPENNESS,
    PALE_OPENNESS,
    PALE_SIGNED,
    SIGNED,
    WIDEST,
    label_text,
    new_figure,
    tint,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import course, courses, listed, number, plain, read_out, titled


def heat_table(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str = "",
    row_label: str = "",
    column_label: str = "",
    limits: tuple[float, float] = (-1, 1),
) -> Picture:
    """A small table of numbers, each on a colour that says the same.

    Args:
        values: (rows, columns).
        rows, columns: their names.
        title, row_label, column_label: what the table and its axes are.
        limits: the values with the strongest colours; a low limit of 0 takes the scale of gates, white to blue.
    """
    table = np.asarray(values, dtype=float)
    with new_figure(min(2.6 + 0.95 * table.shape[1], WIDEST), 1.35 + 0.5 * table.shape[0]) as (figure, axes):
        colours = PALE_OPENNESS if limits[0] == 0 else PALE_SIGNED
        axes.imshow(table, cmap=colours, vmin=limits[0], vmax=limits[1], aspect="auto")
        for (row, column), value in np.ndenumerate(table):
            shown = 0.0 if abs(value) < 0.005 else value
            axes.text(column, row, f"{shown:.2f}", ha="center", va="center", color="black")
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), rows)
        axes.set(title=title, xlabel=column_label, ylabel=row_label)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(True)
        figure.alt = titled(title or "A table", read_out(table, rows, columns))
        return figure


def heat_along_steps(
    panels: Mapping[str, ArrayLike], text: Sequence[str] | None = None, *, title: str = "", signed: Sequence[str] = ()
) -> Picture:
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
    with new_figure(WIDEST, sum(heights) + 0.08 * len(heights) + 0.85, len(arrays), 1, **shape) as (figure, grid):
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
        figure.alt = titled(title or "Strips of colour, a row a unit, a column a step", *map(_strip, arrays.items()))
        return figure


def _strip(panel: tuple[str, np.ndarray]) -> str:
    """A strip in words: how many rows, between which numbers, and its mean at the first steps and the last."""
    name, values = panel
    sizes = f"{plain(name)}: {len(values)} × {values.shape[1]}"
    return f"{sizes}, between {number(values.min())} and {number(values.max())}, mean {course(values.mean(axis=0))}"


def influence_maps(maps: Mapping[str, ArrayLike], text: Sequence[str] | None = None) -> Picture:
    """Which input each output has looked at: one square a network, row = output step, column = input step.

    Args:
        maps: title -> (T_out, T_in), how much the output changes when that input changes; scaled to each maximum.
        text: one label a step.
    """
    said = []
    with new_figure(min(4.1 * len(maps) + 0.6, WIDEST), 4.4, 1, len(maps), squeeze=False) as (figure, grid):
        for axis, (name, values) in zip(grid[0], maps.items(), strict=True):
            strength = np.asarray(values, dtype=float)
            image = axis.imshow(strength / strength.max(), cmap=OPENNESS, vmin=0, vmax=1, interpolation="nearest")
            axis.set(title=name, xlabel="input step")
            later = np.triu(strength, 1).sum() / strength.sum()
            said.append(f"{name}: {later:.0%} of the influence comes from inputs after the output's own step")
            axis.spines[:].set_visible(True)
            if text is not None:
                label_text(axis, text)
                axis.set_yticks(range(len(text)), ["␣" if character == " " else character for character in text])
                axis.tick_params(axis="y", length=0, labelsize=9.5)
        figure.alt = titled("How much each output depends on each input", *said)
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
) -> Picture:
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
        if log:
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if _ratio(lines) < 100 else (1,)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
        if len(lines) > 3:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        elif len(lines) > 1:
            axes.legend()
        figure.alt = titled(title, f"{y_label} by {x_label}", courses(lines, x))
        return figure


def _ratio(lines: Mapping[str, ArrayLike]) -> float:
    """How many times the smallest number of some lines the largest one is."""
    numbers = np.concatenate([np.ravel(np.asarray(values)) for values in lines.values()])
    return float(numbers.max() / numbers.min())


def along_text(
    lines: Mapping[str, ArrayLike],
    text: Sequence[str],
    *,
    title: str = "",
    y_label: str = "",
    marked: ArrayLike | None = None,
) -> Picture:
    """Numbers that change while a text is read: one line a name, one step a character.

    Args:
        lines: name -> (steps,).
        text: one character a step.
        title, y_label: what is shown.
        marked: (steps,) true where the background is tinted, say where the right answer is yes.
    """
    with new_figure(WIDEST, 2.9) as (figure, axes):
        for step in np.flatnonzero(np.asarray(marked)) if marked is not None else []:
            axes.axvspan(step - 0.5, step + 0.5, color=tint(MEMORY, 0.25), linewidth=0, zorder=0)
        for index, (name, values) in enumerate(lines.items()):
            axes.plot(np.asarray(values), color=LINES[index], marker=MARKERS[index], markersize=4.5, label=name)
        axes.axhline(0, color=FAINT, linewidth=0.7)
        label_text(axes, text)
        axes.set(title=title, ylabel=y_label, xlim=(-0.6, len(text) - 0.4))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        figure.alt = titled(title, f"Along the text “{''.join(text)}”", *_inside_and_outside(lines, marked))
        return figure


def _inside_and_outside(lines: Mapping[str, ArrayLike], marked: ArrayLike | None) -> list[str]:
    """What lines do where the background is tinted, and where it is not."""
    if marked is None:
        return [courses(lines)]
    tinted = np.asarray(marked, dtype=bool)
    said = []
    for name, values in lines.items():
        inside, outside = (float(np.mean(np.asarray(values)[where])) for where in (tinted, ~tinted))
        said.append(f"{plain(name)}: mean {number(inside)} where tinted, {number(outside)} elsewhere")
    return said


def panels_over_steps(
    panels: Mapping[str, Mapping[str, ArrayLike]], *, y_label: str = "", x_label: str = "step"
) -> Picture:
    """Several small charts side by side on one scale: title -> name -> (steps,)."""
    wide = min(3.5 * len(panels), WIDEST)
    with new_figure(wide, 3.0, 1, len(panels), sharey=True, squeeze=False) as (figure, grid):
        for axis, (title, lines) in zip(grid[0], panels.items(), strict=True):
            axis.axhline(0, color=FAINT, linewidth=0.7)
            for (name, values), colour in zip(lines.items(), LINES, strict=False):
                axis.plot(np.asarray(values), color=colour, label=name)
            axis.set(title=title, xlabel=x_label)
        grid[0, 0].set_ylabel(y_label)
        grid[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        said = (f"{title}: {courses(lines)}" for title, lines in panels.items())
        figure.alt = titled(f"{y_label} by {x_label}", *said)
        return figure


def loss_per_step(losses: Mapping[str, ArrayLike], text: Sequence[str], *, title: str = "") -> Picture:
    """The loss that each network pays at each step, in nats, as bars side by side; the legend has the sums.

    Args:
        losses: name of the network -> (steps,).
        text: one character a step.
        title: a line above.
    """
    dearest = []
    with new_figure(WIDEST, 2.9) as (figure, axes):
        width = 0.8 / len(losses)
        for index, (name, values) in enumerate(losses.items()):
            series = np.asarray(values, dtype=float)
            places = np.arange(len(series)) + (index - (len(losses) - 1) / 2) * width
            axes.bar(places, series, width, color=LINES[index], label=f"{name}\nsum {series.sum():.2f} nats")
            worst = int(series.argmax())
            most = f"the most {series[worst]:.2f} at step {worst + 1}, “{text[worst]}”"
            dearest.append(f"{plain(name)}: {series.sum():.2f} nats in all, {most}")
        label_text(axes, text)
        axes.set(title=title, ylabel="loss, nats", xlim=(-0.6, len(text) - 0.4))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        figure.alt = titled(title or "The loss at each step", *dearest)
        return figure


# ---------------------------------------------------------------------------------------------------------------------
# Gradients


def gradient_agreement(pairs: Mapping[str, tuple[ArrayLike, ArrayLike]], *, title: str = "") -> Picture:
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
        furthest = {
            name: float(np.max(np.abs(np.asarray(ours) - np.asarray(wanted)))) for name, (ours, wanted) in pairs.items()
        }
        said = listed(f"{name} {gap:.0e}" for name, gap in furthest.items())
        figure.alt = titled(title, f"Your gradients against numerical ones; furthest from the diagonal: {said}")
        return figure


def gradient_flow(norms: Mapping[str, ArrayLike], *, title: str = "", y_label: str = "size, last step = 1") -> Picture:
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
        backwards = {name: np.asarray(values, dtype=float)[::-1] for name, values in norms.items()}
        figure.alt = titled(title, f"From the loss backwards, {courses(backwards)}")
        return figure
