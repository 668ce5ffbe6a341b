"""The pictures of text: tokens, distributions over letters, and what a network writes.

As in :mod:`unrolled.plots.networks`, every function draws one figure and returns it, closed in pyplot; green is
input, blue hidden state, pink output. A newline is shown as ``⏎``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from unrolled.plots.drawing import (
    FAINT,
    GRADIENT,
    HIDDEN,
    INK,
    INPUT,
    LINES,
    OPENNESS,
    OUTPUT,
    WIDEST,
    arrow,
    at_step,
    box,
    canvas,
    new_figure,
    tint,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import course, largest, listed, number, titled

MONO = "DejaVu Sans Mono"


def _shown(character: str) -> str:
    return {"\n": "⏎", " ": "␣"}.get(character, character)


def _token(axes: Axes, x: float, y: float, text: str, width: float, colour: str | tuple[float, ...]) -> None:
    """A flat box from x to x + width with a token in it."""
    axes.add_patch(
        FancyBboxPatch(
            (x + 0.03, y - 0.3),
            width - 0.06,
            0.6,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=colour,
            edgecolor="white",
        )
    )
    axes.text(x + width / 2, y, text, ha="center", va="center")


# ---------------------------------------------------------------------------------------------------------------------
# Tokens


def probability_chains(chains: Sequence[Sequence[tuple[str, float]]], *, title: str = "") -> Picture:
    """Sentences, each token with its probability under it, and the product at the end of the line.

    Args:
        chains: for each sentence its (token, probability) pairs.
        title: a line above.
    """
    widths = [[0.45 + 0.14 * len(token) for token, _ in chain] for chain in chains]
    reach = max(sum(row) for row in widths)
    said = []
    with new_figure(WIDEST, 0.5 + 1.05 * len(chains)) as (figure, axes):
        canvas(axes, -0.2, reach + 2.4, -1.35 * len(chains) + 0.4, 0.65)
        axes.set_aspect("auto")
        for row, (chain, row_widths) in enumerate(zip(chains, widths, strict=True)):
            x, y = 0.0, -1.35 * row
            for (token, probability), width in zip(chain, row_widths, strict=True):
                _token(axes, x, y, token, width, tint(OUTPUT, 0.12 + 0.45 * probability))
                axes.text(x + width / 2, y - 0.52, f"{probability:.2g}", ha="center", va="center", fontsize=10)
                x += width
            product = float(np.prod([probability for _, probability in chain]))
            axes.text(reach + 0.25, y, f"P = {_power(product)}", ha="left", va="center", fontsize=12)
            tokens = ", ".join(f"{token} {probability:.2g}" for token, probability in chain)
            said.append(f"{tokens}; the product is {product:.1e}")
        axes.set_title(title)
        figure.alt = titled(title or "Sentences, token by token", *said)
        return figure


def _power(number: float) -> str:
    """A small number as mathematics: 3.1 times 10 to the -6."""
    exponent = int(np.floor(np.log10(number)))
    return rf"${number / 10**exponent:.1f} \cdot 10^{{{exponent}}}$"


def token_strips(strips: Mapping[str, Sequence[str]], *, title: str = "") -> Picture:
    """The same line cut into tokens in several ways: one row of boxes each, and how many there are.

    Args:
        strips: what kind of token -> the tokens; those in angle quotes, such as ‹EOS›, are coloured.
        title: a line above.
    """
    widths = {name: [0.34 + 0.15 * len(token) for token in tokens] for name, tokens in strips.items()}
    reach = max(sum(row) for row in widths.values())
    with new_figure(WIDEST, 0.5 + 0.7 * len(strips)) as (figure, axes):
        canvas(axes, -0.28 * reach, reach * 1.13, -len(strips) + 0.4, 0.6)
        axes.set_aspect("auto")
        for row, (name, tokens) in enumerate(strips.items()):
            axes.text(-0.2, -row, name, ha="right", va="center")
            x = 0.0
            for token, width in zip(tokens, widths[name], strict=True):
                colour = tint(GRADIENT if token.startswith("‹") else INPUT, 0.3)
                _token(axes, x, -row, _shown(token), width, colour)
                x += width
            axes.text(x + 0.15, -row, f"{len(tokens)} steps", ha="left", va="center", color=FAINT)
        axes.set_title(title)
        cuts = (f"{name}: {len(tokens)} steps, {' '.join(map(_shown, tokens))}" for name, tokens in strips.items())
        figure.alt = titled(title or "A line in tokens", *cuts)
        return figure


def teacher_forcing(name: str = "yi") -> Picture:
    """A short name in training, where true letters are the inputs, and in writing, where samples are.

    Args:
        name: two to four letters.
    """
    steps, stride = len(name) + 1, 1.75
    with new_figure(WIDEST, 3.9, 1, 2) as (figure, grid):
        for axes, writing in zip(grid, (False, True), strict=True):
            canvas(axes, -1.5, stride * (steps - 1) + 1.1, -0.75, 5.5)
            for t in range(steps):
                _one_step(axes, t, name, stride, writing)
            who = "writing: its own sample" if writing else "training: the teacher's letter"
            axes.set_title(f"{who} is the next input", fontsize=10.5)
        figure.alt = titled(
            f"The network twice, {steps} steps each, for the name {name}",
            "In training the true letter above each step, which its loss compares with, is the next step's input",
            "In writing a letter is drawn from each step's probabilities, and is the next step's input",
        )
        return figure


def _one_step(axes: Axes, t: int, name: str, stride: float, writing: bool) -> None:
    x, last = t * stride, t == len(name)
    answer = "EOS" if last else name[t]
    box(axes, x, 0, "0" if t == 0 else name[t - 1], INPUT, width=0.9)
    box(axes, x, 1.5, at_step("a", t + 1), HIDDEN, width=0.9)
    box(axes, x, 3.0, at_step(r"\hat{y}", t + 1), OUTPUT, width=0.9)
    arrow(axes, (x, 0.35), (x, 1.15))
    arrow(axes, (x, 1.85), (x, 2.65))
    if t == 0:
        arrow(axes, (x - 1.05, 1.5), (x - 0.45, 1.5), HIDDEN)
        axes.text(x - 1.1, 1.5, at_step("a", 0), ha="right", va="center", color=HIDDEN)
    if not last:
        arrow(axes, (x + 0.45, 1.5), (x + stride - 0.45, 1.5), HIDDEN)
    colour = OUTPUT if writing else INPUT
    axes.text(x, 4.55, answer, ha="center", va="center", fontsize=13, color=colour, fontweight="bold")
    if writing:
        arrow(axes, (x, 3.35), (x, 4.25), OUTPUT)
        axes.text(x - 0.08, 3.78, "draw", ha="right", va="center", fontsize=9.5, color=OUTPUT)
    else:
        axes.plot([x, x], [3.4, 4.2], color=GRADIENT, linewidth=1.6, linestyle=(0, (4, 2.5)))
        axes.text(x - 0.08, 3.78, "loss", ha="right", va="center", fontsize=9.5, color=GRADIENT)
    if not last:
        _feed_back(axes, x, stride, colour)


def _feed_back(axes: Axes, x: float, stride: float, colour: str) -> None:
    """From the letter above step x down to the input of the next step."""
    between = x + stride / 2
    axes.plot([x + 0.2, between, between], [4.55, 4.55, -0.55], color="white", linewidth=5, zorder=2.2)
    axes.plot(
        [x + 0.2, between, between, x + stride, x + stride],
        [4.55, 4.55, -0.55, -0.55, -0.5],
        color=colour,
        linewidth=1.4,
        zorder=2.3,
    )
    arrow(axes, (x + stride, -0.6), (x + stride, -0.35), colour, width=1.4)


# ---------------------------------------------------------------------------------------------------------------------
# Distributions over letters


def letter_table(table: ArrayLike, letters: str, *, title: str = "") -> Picture:
    """Probabilities of the next letter: one row for each letter before it.

    Args:
        table: (n, n), rows sum to 1.
        letters: the n characters.
        title: a line above.
    """
    values = np.asarray(table, dtype=float)
    with new_figure(7.0, 6.1) as (figure, axes):
        image = axes.imshow(np.sqrt(values), cmap=OPENNESS, vmin=0, vmax=1, interpolation="nearest")
        names = [_shown(letter) for letter in letters]
        axes.set_xticks(range(len(letters)), names)
        axes.set_yticks(range(len(letters)), names)
        axes.tick_params(length=0, labelsize=9.5)
        axes.set(title=title, xlabel="next letter", ylabel="letter")
        pairs = [f"{one} then {other}" for one in names for other in names]
        most = largest(values.ravel(), pairs, 6)
        figure.alt = titled(title or "Letter after letter", f"{len(names)} letters; largest: {most}")
        axes.spines[:].set_visible(True)
        _probability_bar(figure, image, axes)
        return figure


def _probability_bar(figure: Figure, image: object, axes: Axes) -> None:
    """A scale of probabilities whose colours go with their roots, so that small ones can be told apart."""
    marks = [0, 0.01, 0.1, 0.3, 0.6, 1]
    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02, aspect=26, ticks=np.sqrt(marks))  # type: ignore[arg-type]
    bar.ax.set_yticklabels([f"{mark:g}" for mark in marks])
    bar.outline.set_visible(False)


def temperature_strip(distributions: Mapping[float, ArrayLike], letters: str, *, title: str = "") -> Picture:
    """One distribution over letters at several temperatures, one row each, scaled to its largest probability.

    Args:
        distributions: temperature -> (n,) probabilities.
        letters: the n characters.
        title: a line above all panels.
    """
    rows = len(distributions)
    said = []
    with new_figure(WIDEST, 0.5 + 0.78 * rows, rows, 1, sharex=True, squeeze=False) as (figure, grid):
        for axes, (temperature, values) in zip(grid[:, 0], distributions.items(), strict=True):
            heights = np.asarray(values, dtype=float)
            axes.bar(range(len(letters)), heights, color=OUTPUT, width=0.8)
            axes.set(ylim=(0, 1.12 * heights.max()), yticks=[0, heights.max()], xlim=(-0.6, len(letters) - 0.4))
            axes.set_yticklabels(["0", f"{heights.max():.2f}"])
            axes.set_ylabel(f"{temperature:g}", rotation=0, ha="right", va="center", fontweight="bold")
            axes.tick_params(axis="x", length=0)
            said.append(f"Temperature {temperature:g}: {largest(heights, [_shown(letter) for letter in letters])}")
        figure.alt = titled(title or "A distribution at several temperatures", *said)
        grid[-1, 0].set_xticks(range(len(letters)), [_shown(letter) for letter in letters])
        grid[0, 0].set_title(title)
        return figure


def next_letter_heat(probabilities: ArrayLike, name: str, letters: str, *, title: str = "") -> Picture:
    """What a network expects next, at every step of a name; a circle marks what came.

    Args:
        probabilities: (n, len(name) + 1): after no letter, after the first letter, ...
        name: the name that is read.
        letters: the n characters, EOS among them.
        title: a line above.
    """
    values = np.asarray(probabilities, dtype=float)
    came = [letters.index(letter) for letter in name + "\n"]
    with new_figure(min(2.2 + 0.5 * len(came), WIDEST), 6.3) as (figure, axes):
        shares = zip([*name, "the end"], values[came, range(len(came))], strict=True)
        given = (f"{letter} {share:.0%}" for letter, share in shares)
        figure.alt = titled(title or f"What is expected next in {name}", f"Given to what came: {listed(given)}")
        image = axes.imshow(np.sqrt(values), cmap=OPENNESS, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        axes.scatter(range(len(came)), came, s=95, facecolors="none", edgecolors=GRADIENT, linewidths=1.8)
        for t, place in enumerate(came):
            axes.text(t, -1.05, f"{values[place, t]:.0%}", ha="center", va="center", fontsize=9.5, color=GRADIENT)
        axes.set_xticks(range(len(came)), ["start", *name])
        axes.set_yticks(range(len(letters)), [_shown(letter) for letter in letters])
        axes.tick_params(length=0, labelsize=9.5)
        axes.set_title(title, pad=20)
        axes.set(xlabel="letter that was read last", ylabel="next letter")
        axes.spines[:].set_visible(True)
        _probability_bar(figure, image, axes)
        return figure


# ---------------------------------------------------------------------------------------------------------------------
# Training and writing


def clipped_arrows(gradient: ArrayLike, clipped: Mapping[str, ArrayLike], *, title: str = "") -> Picture:
    """A gradient of two numbers as an arrow, and what kinds of clipping leave of it.

    Args:
        gradient: (2,), both positive.
        clipped: how -> (2,).
        title: a line above.
    """
    whole = np.asarray(gradient, dtype=float)
    with new_figure(6.6, 3.3) as (figure, axes):
        arrows = {"the gradient": whole} | {name: np.asarray(value, dtype=float) for name, value in clipped.items()}
        axes.plot([0, whole[0]], [0, whole[1]], color=FAINT, linewidth=0.8, linestyle="--")
        for (name, (x, y)), colour in zip(arrows.items(), [FAINT, *LINES], strict=False):
            axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2.2})
            bent = abs(y / x - whole[1] / whole[0]) > 1e-9
            axes.annotate(
                f"{name}: ({x:.2f}, {y:.2f})",
                (x, y),
                (0, 6) if bent else (6, -3),
                textcoords="offset points",
                ha="center" if bent else "left",
                va="bottom" if bent else "top",
                color=INK if colour == FAINT else colour,
            )
        axes.set(title=title, xlim=(0, 1.45 * whole[0]), ylim=(0, 1.3 * whole[1]))
        axes.set(xlabel="first number", ylabel="second number")
        ends = (f"{name} ({x:.2f}, {y:.2f})" for name, (x, y) in arrows.items())
        figure.alt = titled(title or "A gradient and what clipping leaves of it", f"Arrows: {listed(ends)}")
        return figure


def training_story(
    smoothed: ArrayLike,
    story: Sequence[tuple[int, float, str]],
    *,
    baselines: Mapping[str, float] | None = None,
    title: str = "",
) -> Picture:
    """The loss as training goes, and beside it what the network writes at each look.

    Args:
        smoothed: (steps,) running average of the training loss, nats a character.
        story: (steps so far, held-out loss, a sample) of each look.
        baselines: name -> loss of a model to compare with.
        title: a line above.
    """
    losses = np.asarray(smoothed, dtype=float)
    places, held_out, _ = zip(*story, strict=True)
    shape = {"gridspec_kw": {"width_ratios": [3, 1.6]}}
    with new_figure(WIDEST, 4.4, 1, 2, **shape) as (figure, (axes, beside)):
        axes.plot(np.arange(1, len(losses) + 1), losses, color=FAINT, linewidth=1.1, label="training, running average")
        axes.plot(places, held_out, color=HIDDEN, marker="o", markersize=5, label="held-out names")
        for (name, value), dashes in zip((baselines or {}).items(), ["--", ":", "-."], strict=False):
            axes.axhline(value, color=GRADIENT, linewidth=1.2, linestyle=dashes)
            beside_end = abs(value - held_out[-1]) > 0.15  # else the lines that end there would run through the words
            place, ha, va = (1.0, "right", "bottom") if beside_end else (0.16, "left", "top")
            label = f"{name} {value:.2f}"
            axes.text(place * len(losses), value, label, ha=ha, va=va, color=GRADIENT, fontsize=9.5)
        low = min(float(losses.min()), min(held_out))
        high = max([*held_out, *(baselines or {}).values()])
        axes.set(title=title, xlabel="steps (names)", ylabel="nats a character", ylim=(low - 0.1, high + 0.15))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="y", color="#E6E6E6")
        axes.set_axisbelow(True)
        axes.legend(loc="upper right", bbox_to_anchor=(1.0, 0.88))
        looks = [(place, value, text) for place, value, text in story if text]
        _written_beside(beside, looks)
        levels = listed(f"{name} {value:.2f}" for name, value in (baselines or {}).items())
        figure.alt = titled(
            title or "A training",
            f"Nats a character: training {course(losses)}; held out {course(held_out, places)}; others: {levels}",
            *(f"After {number(place)} steps it writes {text}" for place, _, text in (looks[0], looks[-1])),
        )
        return figure


def _written_beside(axes: Axes, looks: Sequence[tuple[int, float, str]]) -> None:
    """A column of samples with the step and the held-out loss of each."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(looks) + 0.2, -1.2))
    for x, heading in [(0.17, "steps"), (0.4, "held out"), (0.46, "it writes")]:
        align = "left" if heading == "it writes" else "right"
        axes.text(x, -0.8, heading, ha=align, va="center", fontsize=9.5, color=FAINT)
    for row, (place, value, text) in enumerate(looks):
        axes.text(0.17, row, f"{place:,}", ha="right", va="center", fontsize=9.5)
        axes.text(0.4, row, f"{value:.2f}", ha="right", va="center", fontsize=9.5, color=HIDDEN)
        axes.text(0.46, row, text[:24], ha="left", va="center", fontsize=10, family=MONO)


def sample_table(samples: Mapping[float, Sequence[str]], *, known: Collection[str] = (), title: str = "") -> Picture:
    """What a network writes at several temperatures, one column each; known names are grey.

    Args:
        samples: temperature -> texts.
        known: texts of the training list.
        title: a line above.
    """
    rows = max(len(texts) for texts in samples.values())
    letters = int(WIDEST * 72 / 9.5 / 0.62 / len(samples))  # as many as a column has room for
    said = []
    with new_figure(WIDEST, 0.75 + 0.3 * rows) as (figure, axes):
        axes.axis("off")
        axes.set(xlim=(0, len(samples)), ylim=(rows - 0.4, -1.3), title=title)
        for column, (temperature, texts) in enumerate(samples.items()):
            warmth = column / max(len(samples) - 1, 1)
            axes.axvspan(column + 0.01, column + 0.99, color=tint(OUTPUT, 0.05 + 0.3 * warmth), linewidth=0)
            axes.text(column + 0.5, -0.85, f"{temperature:g}", ha="center", va="center", fontweight="bold")
            written = listed(text or "nothing" for text in texts)
            said.append(f"{temperature:g}: {written} ({sum(text in known for text in texts)} in the training list)")
            for row, text in enumerate(texts):
                colour = FAINT if text in known else INK
                shown = text if len(text) <= letters else text[: letters - 1] + "…"
                shown = shown or "(ended at once)"
                axes.text(column + 0.5, row, shown, ha="center", va="center", fontsize=9.5, color=colour, family=MONO)
        figure.alt = titled(title or "What is written at each temperature", *said)
        return figure
