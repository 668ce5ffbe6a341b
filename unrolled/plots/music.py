"""Pictures of music and of what a network makes of it: piano rolls over chords, learning curves, tokens counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike

from unrolled.datasets.jazz import (
    NAMES,
    REST,
    TICKS_PER_BAR,
    TICKS_PER_BEAT,
    TICKS_PER_CHORD,
    Chorus,
    Note,
    chord_at,
    is_chord_tone,
)
from unrolled.plots.drawing import FAINT, GRADIENT, HIDDEN, INK, LINES, MEMORY, OUTPUT, WIDEST, new_figure, tint
from unrolled.plots.picture import Picture
from unrolled.plots.telling import courses, largest, listed, number, titled


def piano_roll(chorus: Chorus, *, bars: tuple[int, int] | None = None, title: str = "") -> Picture:
    """A solo over its chords: time to the right, pitch upwards, chord tones shaded.

    Notes that are tones of their chord are blue; the others, passing tones and approaches, vermilion. Four bars a line.

    Args:
        chorus: what is drawn.
        bars: the first bar and the one after the last, counted from 0; all if there is none.
        title: a line above; the chorus's name and tempo if there is none.
    """
    first, end = bars or (0, -(-chorus.length // TICKS_PER_BAR))
    lines = [(bar, min(bar + 4, end)) for bar in range(first, end, 4)]
    shown = [note for note in chorus.notes if first * TICKS_PER_BAR <= note.onset < end * TICKS_PER_BAR]
    low, high = min((note.pitch for note in shown), default=60) - 2, max((note.pitch for note in shown), default=72) + 2
    height = min(2.6, max(1.5, 0.075 * (high - low)))
    with new_figure(WIDEST, height * len(lines) + 0.5, len(lines), 1, squeeze=False) as (figure, grid):
        for axis, (start, stop) in zip(grid[:, 0], lines, strict=True):
            _roll_line(axis, chorus, start, stop, low, high)
            axis.set_xlim(start * TICKS_PER_BAR, (start + 4) * TICKS_PER_BAR)
        heading = title or f"{chorus.name}, {chorus.tempo} beats a minute"
        grid[0, 0].set_title(heading, pad=18)
        figure.alt = titled(heading, f"Piano roll of bars {first + 1} to {end}", *_notes_in_words(chorus, shown))
        return figure


def _notes_in_words(chorus: Chorus, notes: Sequence[Note]) -> list[str]:
    """How many notes, between which pitches, and how many of them are tones of their chords."""
    if not notes:
        return ["No notes"]
    fitting = sum(is_chord_tone(chord_at(chorus, note.onset), note.pitch) for note in notes)
    low, high = min(note.pitch for note in notes), max(note.pitch for note in notes)
    names = [f"{NAMES[pitch % 12]}{pitch // 12 - 1}" for pitch in (low, high)]
    return [f"{len(notes)} notes between {names[0]} and {names[1]}", f"{fitting} of them are tones of their chord"]


def _roll_line(axis: Axes, chorus: Chorus, start: int, stop: int, low: int, high: int) -> None:
    """A few bars of a piano roll: chords, bar lines, notes."""
    begin, end = start * TICKS_PER_BAR, min(stop * TICKS_PER_BAR, chorus.length)
    before = None
    for tick in range(begin, end, TICKS_PER_CHORD):
        chord = chord_at(chorus, tick)
        for pitch in range(low, high + 1):
            if is_chord_tone(chord, pitch):
                shade = tint(MEMORY, 0.32 if pitch % 12 == chord.root else 0.18)
                axis.add_patch(Rectangle((tick, pitch - 0.5), TICKS_PER_CHORD, 1, facecolor=shade, linewidth=0))
        if chord != before:
            axis.text(tick + 1, high + 1.0, chord.symbol, ha="left", va="bottom", fontsize=10, color=INK)
        before = chord
    for tick in range(begin, end + 1, TICKS_PER_BEAT):
        strong = tick % TICKS_PER_BAR == 0
        axis.axvline(tick, color=FAINT if strong else "#E3E3E3", linewidth=1.0 if strong else 0.6, zorder=1)
    for note in chorus.notes:
        if begin <= note.onset < end:
            colour = HIDDEN if is_chord_tone(chord_at(chorus, note.onset), note.pitch) else GRADIENT
            shape = FancyBboxPatch(
                (note.onset + 0.3, note.pitch - 0.42),
                note.duration - 0.6,
                0.84,
                boxstyle="round,pad=0,rounding_size=0.4",
                facecolor=colour,
                linewidth=0,
                zorder=3,
            )
            axis.add_patch(shape)
    octaves = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
    axis.set_yticks(octaves, [f"{NAMES[0]}{pitch // 12 - 1}" for pitch in octaves])
    axis.set_xticks([bar * TICKS_PER_BAR for bar in range(start, stop)], [str(bar + 1) for bar in range(start, stop)])
    axis.tick_params(length=0)
    axis.set_ylim(low - 0.7, high + 0.7)
    axis.spines[:].set_visible(False)


def training_curve(
    epochs: ArrayLike, losses: Mapping[str, ArrayLike], levels: Mapping[str, float], *, title: str = ""
) -> Picture:
    """How a network learns, against models that do not: nats a note over epochs.

    Args:
        epochs: (n,) when the losses were taken.
        losses: name -> (n,), nats a note, such as training and held-out.
        levels: name -> nats a note of a model without training, such as a bigram: a dashed line.
        title: a line above.
    """
    with new_figure(7.4, 3.6) as (figure, axes):
        for (name, values), colour in zip(losses.items(), LINES, strict=False):
            axes.plot(np.asarray(epochs), np.asarray(values), color=colour, marker="o", markersize=3.5, label=name)
        right = float(np.max(np.asarray(epochs)))
        for (name, level), colour in zip(levels.items(), (OUTPUT, FAINT, INK), strict=False):
            axes.axhline(level, color=colour, linestyle="--", linewidth=1.5)
            axes.text(right, level, f"{name} {level:.2f}", ha="right", va="bottom", color=INK, fontsize=9.5)
        without = listed(f"{name} {level:.2f}" for name, level in levels.items())
        figure.alt = titled(title, f"Nats a note by epoch, {courses(losses, epochs)}", f"Without training: {without}")
        axes.set(title=title, xlabel="epoch", ylabel="loss, nats a note")
        axes.grid(axis="y", color="#E6E6E6")
        axes.set_axisbelow(True)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def token_histogram(tokens: Sequence[tuple[int, int]], *, title: str = "") -> Picture:
    """How often each (duration, pitch) occurs: a square a token, darker where there are more, rests in a row below.

    Args:
        tokens: (duration in ticks, MIDI pitch or ``REST``).
        title: a line above.
    """
    counts = Counter(tokens)
    durations = sorted({duration for duration, _ in counts})
    pitches = sorted({pitch for _, pitch in counts if pitch != REST})
    low, high = pitches[0], pitches[-1]
    table = np.full((high - low + 3, len(durations)), np.nan)  # rows: the rests, an empty one, the pitches upwards
    for (duration, pitch), count in counts.items():
        table[0 if pitch == REST else pitch - low + 2, durations.index(duration)] = count
    with new_figure(6.2, 5.2) as (figure, axes):
        image = axes.imshow(np.log10(table), origin="lower", aspect="auto", cmap="Blues", vmin=-0.5)
        axes.set_xticks(range(len(durations)), [str(duration) for duration in durations])
        octaves = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
        names = ["rest", *(f"C{pitch // 12 - 1}" for pitch in octaves)]
        axes.set_yticks([0, *(pitch - low + 2 for pitch in octaves)], names)
        axes.axhline(1, color=FAINT, linewidth=0.8)
        axes.set(title=title or f"{len(counts)} different tokens", xlabel="duration, ticks", ylabel="pitch")
        axes.tick_params(length=0)
        bar = figure.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
        powers = [power for power in range(6) if 10**power <= np.nanmax(table)]
        bar.set_ticks(powers, labels=[f"{10**power:,}" for power in powers])
        bar.outline.set_visible(False)
        bar.set_label("times in the corpus")
        names = [f"rest of {long} ticks" if high == REST else f"pitch {high}, {long} ticks" for long, high in counts]
        most = largest(list(counts.values()), names)
        heading = title or f"{len(counts)} different tokens"
        figure.alt = titled(heading, f"{number(counts.total())} in all; most: {most}")
        return figure
