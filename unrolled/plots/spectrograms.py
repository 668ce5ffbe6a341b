"""Pictures of sound: air pressure, spectrograms, what a detector says along them, and how well it does.

As in :mod:`unrolled.plots.networks`, every function returns one closed figure. Sound is green (input), labels are
vermilion, probabilities pink (output).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from unrolled.plots.drawing import (
    FAINT,
    GRADIENT,
    HIDDEN,
    INK,
    INPUT,
    LINES,
    MARKERS,
    MEMORY,
    OUTPUT,
    arrow,
    box,
    canvas,
    new_figure,
    tint,
    wire,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import course, courses, listed, number, titled

SOUND = "magma_r"  # pale where it is silent, darker where it is loud; on a dark page the other way round
WIDE = 8.8  # inches


def waveform(samples: ArrayLike, rate: int, *, title: str = "", zoom_ms: float = 15.0) -> Picture:
    """Air pressure over time, and a few milliseconds of it around the loudest moment, sample by sample.

    Args:
        samples: (n,), between -1 and 1.
        rate: samples a second.
        zoom_ms: how long the piece on the right is, in milliseconds.
    """
    sound = np.asarray(samples)
    count = round(zoom_ms * rate / 1000)
    loudest = int(np.argmax(np.convolve(sound**2, np.ones(count), mode="valid")))
    piece = slice(loudest, loudest + count)
    with new_figure(WIDE, 2.7, 1, 2, width_ratios=[1.5, 1]) as (figure, (whole, near)):
        whole.plot(np.arange(len(sound)) / rate, sound, color=INPUT, linewidth=0.6)
        whole.axvspan(loudest / rate, (loudest + count) / rate, color=MEMORY, alpha=0.45, linewidth=0)
        whole.set(xlabel="seconds", ylabel="air pressure", xlim=(0, len(sound) / rate))
        near.plot(1000 * np.arange(loudest, loudest + count) / rate, sound[piece], color=INPUT, linewidth=0.8)
        near.plot(1000 * np.arange(loudest, loudest + count) / rate, sound[piece], ".", color=INK, markersize=3)
        near.set(xlabel="milliseconds")
        near.margins(x=0)
        figure.alt = titled(
            title or "Air pressure over time",
            f"{len(sound) / rate:.2f} seconds, {number(len(sound))} samples, at most {np.abs(sound).max():.2f}",
            f"Beside it {zoom_ms:g} milliseconds of it, {count} samples, from {loudest / rate:.2f} seconds on",
        )
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
        return figure


def framing(samples: ArrayLike, rate: int, frame: int, hop: int) -> Picture:
    """How frames are cut, faded and transformed: three frames of the loudest piece, the second one followed through."""
    sound = np.asarray(samples, dtype="float64")
    length = frame + 2 * hop
    begin = int(np.argmax(np.convolve(sound**2, np.ones(length), mode="valid")))
    piece = sound[begin : begin + length]
    top = 1.15 * np.abs(piece).max()
    with new_figure(WIDE, 3.0, 1, 3, width_ratios=[1.5, 1, 1]) as (figure, (cut, faded, transformed)):
        cut.plot(1000 * np.arange(length) / rate, piece, color=FAINT, linewidth=0.8)
        for k, colour in enumerate((HIDDEN, GRADIENT, MEMORY)):
            times = 1000 * np.arange(k * hop, k * hop + frame) / rate
            cut.plot(times, top * np.hanning(frame), color=colour, linewidth=1.8)
            cut.text(times[frame // 2], 1.04 * top, f"frame {k}", color=colour, ha="center", va="bottom", fontsize=9.5)
        cut.set(title="Frames, one every hop", xlabel="milliseconds", ylabel="air pressure", ylim=(-top, 1.25 * top))
        middle = piece[hop : hop + frame] * np.hanning(frame)
        faded.plot(1000 * np.arange(frame) / rate, middle, color=GRADIENT, linewidth=1.0)
        faded.set(title="Faded in and out", xlabel="milliseconds", ylim=(-top, 1.25 * top))
        hertz = np.arange(frame // 2 + 1) * rate / frame
        transformed.plot(hertz / 1000, np.log(np.abs(np.fft.rfft(middle)) ** 2 + 1e-6), color=GRADIENT, linewidth=1.4)
        transformed.set(title="How much of each", xlabel="kilohertz", ylabel="log power")
        peak = hertz[int(np.abs(np.fft.rfft(middle)).argmax())]
        figure.alt = titled(
            f"Three frames of {1000 * frame / rate:g} milliseconds, one every {1000 * hop / rate:g} milliseconds",
            "Each is faded in and out",
            f"The spectrum of the second one, {len(hertz)} frequencies, has its peak at {peak:.0f} hertz",
        )
        return figure


def spectrograms(pictures: Mapping[str, ArrayLike], *, rate: int, hop: int) -> Picture:
    """Spectrograms side by side, time to the right and frequency up, all with the same colours.

    Args:
        pictures: title -> (frames, frequencies), natural logarithms of the power.
        rate: samples a second.
        hop: samples from one frame to the next.
    """
    arrays = {title: np.asarray(picture) for title, picture in pictures.items()}
    low, high = _range(*arrays.values())
    with new_figure(WIDE, 3.1, 1, len(arrays), sharey=True, squeeze=False) as (figure, axes):
        for axis, (title, picture) in zip(axes[0], arrays.items(), strict=True):
            image = _picture(axis, picture, rate, hop, low, high)
            axis.set_title(title, fontsize=10)
            axis.set_xlabel("seconds")
        axes[0][0].set_ylabel("kilohertz")
        figure.colorbar(image, ax=axes[0].tolist(), label="log power", pad=0.01)
        figure.alt = titled("Spectrograms", *(f"{name}: {_size(p, rate, hop)}" for name, p in arrays.items()))
        return figure


def before_and_after_bands(picture: ArrayLike, banded: ArrayLike, rate: int, hop: int) -> Picture:
    """A spectrogram (frames, frequencies), and the same one in bands (frames, bands), low ones at the bottom."""
    whole, narrow = np.asarray(picture), np.asarray(banded)
    with new_figure(WIDE, 2.9, 1, 2) as (figure, (left, right)):
        _picture(left, whole, rate, hop, *_range(whole))
        left.set(title=f"{whole.shape[1]} frequencies", xlabel="seconds", ylabel="kilohertz")
        low, high = _range(narrow)
        extent = (0, len(narrow) * hop / rate, -0.5, narrow.shape[1] - 0.5)
        right.imshow(
            narrow.T,
            origin="lower",
            aspect="auto",
            cmap=SOUND,
            extent=extent,
            vmin=low,
            vmax=high,
            interpolation="nearest",
        )
        right.set(title=f"{narrow.shape[1]} bands", xlabel="seconds", ylabel="band")
        bands = f"The same in {narrow.shape[1]} bands: log power from {number(narrow.min())} to {number(narrow.max())}"
        figure.alt = titled(f"A spectrogram: {_size(whole, rate, hop)}", bands)
        return figure


def _size(picture: np.ndarray, rate: int, hop: int) -> str:
    """What a spectrogram holds: its size, and where in time and frequency it is loudest."""
    frame, place = np.unravel_index(int(picture.argmax()), picture.shape)
    hertz = place * rate / 2 / max(picture.shape[1] - 1, 1)
    loudest = f"loudest at {frame * hop / rate:.2f} seconds and {hertz:.0f} hertz"
    return f"{picture.shape[0]} frames of {picture.shape[1]} frequencies, {loudest}"


def _range(*pictures: np.ndarray) -> tuple[float, float]:
    """Colours from what is soft to the loudest; a long tail of silence would leave no contrast to the rest."""
    values = np.concatenate([picture.ravel() for picture in pictures])
    return float(np.quantile(values, 0.1)), float(values.max())


def _picture(axes: Axes, picture: np.ndarray, rate: int, hop: int, low: float, high: float) -> Any:
    extent = (0, len(picture) * hop / rate, 0, rate / 2000)
    axes.grid(False)
    return axes.imshow(
        picture.T,
        origin="lower",
        aspect="auto",
        cmap=SOUND,
        extent=extent,
        vmin=low,
        vmax=high,
        interpolation="nearest",
    )


def along_sound(
    samples: ArrayLike,
    picture: ArrayLike,
    answers: Mapping[str, ArrayLike],
    rate: int,
    hop: int,
    step_ms: int,
    *,
    ends: Sequence[float] = (),
    found: Sequence[float] = (),
    threshold: float | None = None,
    title: str = "",
) -> Picture:
    """Air pressure, spectrogram, and labels or probabilities, over one another on one axis of time.

    Args:
        samples: (n,).
        picture: (T_x, n_f), its spectrogram.
        answers: "labels" and "probabilities", each (T_y,).
        rate, hop: samples a second, and from frame to frame.
        step_ms: milliseconds of a step of the answers.
        ends: where words end, in seconds; dashed lines.
        found: where they were found; triangles.
        threshold: a level to be drawn.
    """
    sound, image = np.asarray(samples), np.asarray(picture)
    with new_figure(WIDE, 5.2, 3, 1, sharex=True, height_ratios=[1, 1.7, 1.2]) as (figure, (top, middle, bottom)):
        top.plot(np.arange(len(sound)) / rate, sound, color=INPUT, linewidth=0.4)
        top.set(ylabel="pressure", title=title)
        _picture(middle, image, rate, hop, *_range(image))
        middle.set(ylabel="kilohertz")
        colours = {"labels": GRADIENT, "probabilities": OUTPUT}
        for name, values in answers.items():
            steps = np.arange(len(np.asarray(values))) * step_ms / 1000
            colour = colours.get(name, HIDDEN)
            if name == "labels":
                bottom.fill_between(
                    steps, np.asarray(values), step="post", color=colour, alpha=0.3, linewidth=0, label=name
                )
            else:
                bottom.plot(steps, np.asarray(values), color=colour, linewidth=1.6, label=name)
        if threshold is not None:
            bottom.axhline(threshold, color=FAINT, linewidth=1, label="threshold")
        for number, end in enumerate(ends):
            for axes in (top, middle, bottom):
                line = axes.axvline(end, color=INK, linewidth=1.1, linestyle=(0, (4, 3)))
            line.set_label("the word ends" if number == 0 else "")
        if len(found):
            bottom.plot(found, np.full(len(found), 1.1), "v", color=HIDDEN, markersize=9, label="found")
        bottom.set(xlabel="seconds", ylim=(-0.04, 1.2), xlim=(0, len(sound) / rate), yticks=[0, 0.5, 1])
        bottom.set_ylabel("answer")
        bottom.legend(loc="upper center", bbox_to_anchor=(0.5, -0.42), ncols=5, fontsize=9.5)
        marks = {"words end at": ends, "found at": found}
        figure.alt = titled(
            title or "Sound, its spectrogram and the answers along it",
            f"{len(sound) / rate:.1f} seconds",
            *(f"{what} {listed(f'{at:.1f}' for at in times)} seconds" for what, times in marks.items() if len(times)),
            *(f"{name}: mean {np.mean(np.asarray(values)):.2f}, {course(values)}" for name, values in answers.items()),
            f"The threshold is {threshold:g}" if threshold is not None else "",
        )
        return figure


def detector_diagram(kernel: int, stride: int) -> Picture:
    """The detector unrolled: windows of frames, two layers of GRU cells that go one way, a probability a step."""
    with new_figure(WIDE, 4.6) as (figure, axes):
        canvas(axes, -2.3, 9.3, -1.5, 5.0)
        steps, gap, frames = 4, 2.2, 16
        place = np.linspace(-0.75, 3 * gap + 0.75, frames)
        for k, x in enumerate(place):
            axes.add_patch(
                Rectangle((x - 0.17, -0.75), 0.34, 0.9, facecolor=tint(INPUT, 0.25 + 0.1 * (k % 3)), edgecolor=INPUT)
            )
        axes.text(-1.05, -0.3, "frames", ha="right", va="center", color=INPUT)
        for t in range(steps):
            x = t * gap
            shade = HIDDEN if t % 2 == 0 else MEMORY
            for edge in (-0.75, 0.75):
                wire(axes, [(x + edge, 0.2), (x + 0.5 * np.sign(edge), 0.85)], shade, arrow=False, rim="white")
            box(axes, x, 1.15, "convolution", shade, width=1.5, height=0.56)
            for level, y in enumerate((2.25, 3.2)):
                box(axes, x, y, "GRU", HIDDEN, width=1.0, height=0.56)
                arrow(axes, (x, y - 0.79 if level == 0 else y - 0.66), (x, y - 0.3))
                if t < steps - 1:
                    arrow(axes, (x + 0.52, y), (x + gap - 0.52, y), HIDDEN)
            arrow(axes, (x, 3.5), (x, 3.92))
            box(axes, x, 4.22, f"$p^{{\\langle {t} \\rangle}}$", OUTPUT, width=0.8, height=0.56)
        axes.text(-1.05, 4.22, "probability", ha="right", va="center", color=OUTPUT)
        axes.text(-1.05, 2.72, "memory goes\nforward only", ha="right", va="center", color=HIDDEN, fontsize=9.5)
        axes.text(
            3 * gap / 2,
            -1.2,
            f"each window holds {kernel} frames and begins {stride} after the one before (drawn with fewer)",
            ha="center",
            va="center",
            fontsize=9.5,
        )
        arrow(axes, (7.7, -0.3), (8.7, -0.3), FAINT)
        axes.text(8.2, 0.0, "time", ha="center", va="bottom", color=FAINT)
        figure.alt = titled(
            f"The detector at {steps} steps: at the bottom frames; windows of {kernel} frames, each {stride} after the "
            "one before, go into a convolution",
            "Above it are two layers of GRU cells that hand their memory to the right only, and a probability a step",
        )
        return figure


def misses_and_alarms(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, chosen: tuple[float, float] | None = None, title: str = ""
) -> Picture:
    """Misses against false alarms, a curve for each name, a point for each threshold.

    Args:
        curves: name -> (false alarms an hour, share of words missed), one of each for each threshold.
        chosen: the point of the threshold in use.
    """
    with new_figure(6.6, 3.8) as (figure, axes):
        for number, (name, (alarms, missed)) in enumerate(curves.items()):
            colour = LINES[number % len(LINES)]
            axes.plot(alarms, 100 * np.asarray(missed), color=colour, marker=MARKERS[number], markersize=5, label=name)
        if chosen:
            axes.plot(
                chosen[0],
                100 * chosen[1],
                "o",
                markersize=15,
                fillstyle="none",
                color=INK,
                label="the threshold in use",
            )
        axes.set(xlabel="false alarms an hour", ylabel="words missed, of 100", title=title)
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.grid(color=FAINT, alpha=0.3)
        axes.legend()
        said = [
            f"{name}: words missed, of 100, {courses({'by false alarms an hour': 100 * np.asarray(missed)}, alarms)}"
            for name, (alarms, missed) in curves.items()
        ]
        if chosen:
            point = f"{chosen[0]:.3g} false alarms an hour, {100 * chosen[1]:.3g} of 100 words missed"
            said.append(f"The threshold in use: {point}")
        figure.alt = titled(title or "Misses against false alarms", *said)
        return figure


def chunk_diagram(frame: int, hop: int, sizes: Sequence[int]) -> Picture:
    """Sound in chunks, and the frames that become whole with each: some need samples of two chunks.

    Args:
        frame, hop: samples of a frame, and from one to the next.
        sizes: samples of the chunks.
    """
    ends = np.cumsum(sizes)
    needed: list[str] = []
    with new_figure(WIDE, 2.9) as (figure, axes):
        left = 0
        for number, end in enumerate(ends):
            colour = LINES[number % len(LINES)]
            axes.add_patch(Rectangle((left, 0), end - left, 0.8, facecolor=tint(colour, 0.35), edgecolor=colour))
            axes.text((left + end) / 2, 0.4, f"chunk {number}", ha="center", va="center", fontsize=10)
            left = end
        for k, start in enumerate(range(0, int(ends[-1]) - frame + 1, hop)):
            number = int(np.searchsorted(ends, start + frame))
            colour = LINES[number % len(LINES)]
            y = 1.15 + 0.42 * (k % 4)
            axes.add_patch(Rectangle((start, y), frame, 0.3, facecolor=tint(colour, 0.35), edgecolor=colour))
            axes.text(start + frame / 2, y + 0.14, f"frame {k}", ha="center", va="center", fontsize=9.5)
            needed.append(f"frame {k} with chunk {number}")
        figure.alt = titled(
            f"{len(sizes)} chunks of {listed(sizes)} samples, frames of {frame} samples, one every {hop}",
            f"Whole become {listed(needed)}",
        )
        axes.set(xlim=(-0.01 * ends[-1], 1.01 * ends[-1]), ylim=(-0.1, 3.0), yticks=[])
        axes.set_xlabel("samples")
        axes.spines["left"].set_visible(False)
        return figure
