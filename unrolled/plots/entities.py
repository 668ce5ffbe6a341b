"""The pictures of names in text: tagged sentences, padded batches, what taggers say, and the lattice of tags.

As in :mod:`unrolled.plots.networks`, every function draws one figure and returns it, closed in pyplot. Persons are
blue, places green, organisations orange; other kinds take the palette's other colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike

from unrolled.plots.drawing import (
    FAINT,
    GRADIENT,
    HIDDEN,
    INK,
    INPUT,
    LINES,
    MEMORY,
    OPENNESS,
    OUTPUT,
    PALE_OPENNESS,
    canvas,
    new_figure,
    tint,
)
from unrolled.plots.picture import Picture
from unrolled.plots.telling import largest, listed, titled

MONO = "DejaVu Sans Mono"
COLOURS = {"PER": HIDDEN, "LOC": INPUT, "ORG": MEMORY}
WIDTH, COLUMNS = 8.4, 84  # inches, and characters of a line
LETTER = 0.96 * WIDTH / COLUMNS * 72 / 0.602  # the size in points at which a line has so many characters


def colour_of(kind: str) -> str:
    """The colour of a kind of names."""
    return COLOURS.get(kind) or LINES[sum(map(ord, kind)) % len(LINES)]


def tagged_sentences(sentences: Sequence[tuple[Sequence[str], Sequence[str]]], *, title: str = "") -> Picture:
    """Sentences with their names in colour, as tags say them.

    Args:
        sentences: words and tags of each; a tag is "O", or "B-" or "I-" and a kind.
        title: a line above.
    """
    return marked_text([(" ".join(words), list(_marks(words, tags))) for words, tags in sentences], title=title)


def _marks(words: Sequence[str], tags: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    """For each word of a name its text, kind and place; an I- also covers the space before it."""
    place = 0
    for word, tag in zip(words, tags, strict=True):
        if tag != "O":
            yield word, tag[2:], place - (tag[0] == "I" and place > 0), place + len(word)
        place += len(word) + 1


def marked_text(texts: Sequence[tuple[str, Sequence[tuple[str, str, int, int]]]], *, title: str = "") -> Picture:
    """Texts with the names in them in colour.

    Args:
        texts: each text and its names (text, kind, start, end), places in characters.
        title: a line above.
    """
    laid_out = [(text, names, list(_lines(text))) for text, names in texts]
    height = sum(len(lines) + 0.45 for _, _, lines in laid_out)
    kinds = list(dict.fromkeys(kind for _, names in texts for _, kind, *_ in names))
    with new_figure(WIDTH, 0.29 * height + 0.75) as (figure, axes):
        canvas(axes, -0.5, COLUMNS + 0.5, -height - 0.2, 0.9)
        axes.set_aspect("auto")
        y = 0.0
        for text, names, lines in laid_out:
            for start, end in lines:
                _text_line(axes, text, names, start, end, y)
                y -= 1
            y -= 0.45
        if kinds:
            tints: dict[str, Any] = {kind: tint(colour_of(kind), 0.4) for kind in kinds}
            patches = [Patch(facecolor=colour, label=kind) for kind, colour in tints.items()]
            axes.legend(handles=patches, loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=len(kinds), fontsize=9.5)
        axes.set_title(title)
        said = f"{len(texts)} texts with their names in colour" if len(texts) > 1 else "A text with its names in colour"
        figure.alt = titled(title, said, *map(_marked, texts))
        return figure


def _marked(text: tuple[str, Sequence[tuple[str, str, int, int]]]) -> str:
    """A text, and what is coloured in it."""
    words, names = text
    spans: list[tuple[str, int, int]] = []
    for _, kind, start, end in names:
        if spans and spans[-1][0] == kind and start == spans[-1][2]:
            spans[-1] = (kind, spans[-1][1], end)
        else:
            spans.append((kind, start, end))
    return f"“{words}” " + (listed(f"{words[start:end]} is {kind}" for kind, start, end in spans) or "No names")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text begin and end when it is broken at spaces."""
    start = 0
    while len(text) - start > COLUMNS:
        end = text.rfind(" ", start, start + COLUMNS)
        end = end if end > start else start + COLUMNS
        yield start, end
        start = end + (text[end] == " ")
    yield start, len(text)


def _text_line(
    axes: Axes, text: str, names: Sequence[tuple[str, str, int, int]], start: int, end: int, y: float
) -> None:
    for _, kind, first, last in names:
        left, right = max(first, start), min(last, end)
        if left < right:
            box = Rectangle((left - start - 0.1, y - 0.42), right - left + 0.2, 0.84, zorder=1)
            box.set(facecolor=tint(colour_of(kind), 0.4), edgecolor="none")
            axes.add_patch(box)
    for place, character in enumerate(text[start:end]):
        axes.text(
            place + 0.5,
            y,
            character,
            ha="center",
            va="center_baseline",
            family=MONO,
            fontsize=LETTER,
            color=INK,
            zorder=2,
        )


def feature_table(words: Sequence[str], features: Sequence[ArrayLike], names: Sequence[str]) -> Picture:
    """Which features some words have; those that none of them has are left out.

    Args:
        words: the rows.
        features: (n_f,) for each word, 0 or 1.
        names: n_f names.
    """
    table = np.array([np.asarray(row) for row in features]) > 0
    shown = np.flatnonzero(table.any(axis=0))
    with new_figure(WIDTH, 1.1 + 0.34 * len(words)) as (figure, axes):
        for row, column in zip(*np.nonzero(table[:, shown]), strict=True):
            axes.add_patch(Rectangle((column - 0.4, row - 0.4), 0.8, 0.8, facecolor=tint(INPUT, 0.75)))
        axes.set(xlim=(-0.6, len(shown) - 0.4), ylim=(len(words) - 0.5, -0.5))
        axes.set_xticks(
            range(len(shown)), [names[int(place)] for place in shown], rotation=55, ha="left", rotation_mode="anchor"
        )
        axes.set_yticks(range(len(words)), words, family=MONO)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_yticks(np.arange(len(words) + 1) - 0.5, minor=True)
        axes.grid(axis="y", which="minor", color="#E6E6E6")
        axes.tick_params(which="minor", length=0)
        axes.spines[:].set_visible(False)
        said = []
        for word, row in zip(words, table, strict=True):
            has = [names[int(place)] for place in np.flatnonzero(row)]
            said.append(f"{word}: {len(has)}, {listed(has) or 'none'}")
        figure.alt = titled(f"Which of {len(names)} features words have", *said)
        return figure


def padded_batch(
    sentences: Sequence[Sequence[str]], ids: ArrayLike, mask: ArrayLike, *, unknown: int, title: str = ""
) -> Picture:
    """A batch of sentences as an array: each place a word, an unknown word, or padding.

    Args:
        sentences: the m lists of words.
        ids, mask: (m, T_x).
        unknown: the id of unknown words.
        title: a line above.
    """
    numbers, real = np.asarray(ids), np.asarray(mask)
    m, T_x = real.shape
    with new_figure(WIDTH, 0.9 + 0.36 * m) as (figure, axes):
        for row, t in np.ndindex(m, T_x):
            colour = tint(GRADIENT if numbers[row, t] == unknown else INPUT, 0.3) if real[row, t] else "#EDEDED"
            axes.add_patch(Rectangle((t - 0.47, row - 0.42), 0.94, 0.84, facecolor=colour))
            if real[row, t]:
                word = sentences[row][t]
                axes.text(t, row, word if len(word) < 8 else word[:6] + "…", ha="center", va="center", fontsize=9)
        axes.set(xlim=(-0.6, T_x - 0.4), ylim=(m - 0.4, -0.6))
        axes.set_xticks(range(T_x))
        axes.set_xlabel("step")
        axes.set_yticks(range(m), [f"sentence {row}" for row in range(m)])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        kinds: dict[str, Any] = {"word": tint(INPUT, 0.3), "unknown word": tint(GRADIENT, 0.3), "padding": "#EDEDED"}
        patches = [Patch(facecolor=colour, label=name) for name, colour in kinds.items()]
        axes.legend(handles=patches, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=9)
        axes.set_title(title)
        strange = (numbers == unknown) & (real > 0)
        said = (
            f"sentence {row}: {int(real[row].sum())} words, {int(strange[row].sum())} of them unknown, "
            f"{T_x - int(real[row].sum())} places of padding"
            for row in range(m)
        )
        figure.alt = titled(title or f"A batch of {m} sentences, {T_x} steps each", *said)
        return figure


def taggers_side_by_side(
    answers: Sequence[tuple[Sequence[str], Mapping[str, ArrayLike]]], tags: Sequence[str], *, title: str = ""
) -> Picture:
    """What several taggers say of the same sentences: a row of panels for each sentence, a column for each tagger.

    Args:
        answers: for each sentence its words, and tagger -> (T_x, n_tags) probabilities.
        tags: names of the n_tags tags.
        title: a line above.
    """
    taggers = list(answers[0][1])
    rows, columns = len(answers), len(taggers)
    with new_figure(WIDTH, 0.5 + 2.75 * rows, rows, columns, squeeze=False) as (figure, axes):
        image: Any = None
        for row, (words, by_tagger) in enumerate(answers):
            for column, name in enumerate(taggers):
                panel = axes[row, column]
                image = panel.imshow(np.asarray(by_tagger[name]).T, cmap=OPENNESS, vmin=0, vmax=1, aspect="auto")
                panel.set_xticks(range(len(words)), words, rotation=50, ha="right", rotation_mode="anchor")
                panel.set_yticks(range(len(tags)), tags if column == 0 else [""] * len(tags))
                panel.tick_params(length=0)
                if row == 0:
                    panel.set_title(name)
                panel.set_xticks(np.arange(len(words) - 1) + 0.5, minor=True)
                panel.set_yticks(np.arange(len(tags) - 1) + 0.5, minor=True)
                panel.grid(which="minor", color="#EFEFEF")
                panel.tick_params(which="minor", length=0)
        figure.colorbar(image, ax=axes, label="probability", shrink=0.5)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
        said = []
        for words, by_tagger in answers:
            for name, given in by_tagger.items():
                rows_of_tags = zip(words, np.asarray(given, dtype=float), strict=True)
                chosen = (f"{word} {tags[int(row.argmax())]} {row.max():.0%}" for word, row in rows_of_tags)
                said.append(f"{name}: {listed(chosen)}")
        figure.alt = titled(title or "What taggers find most probable", *said)
        return figure


def confusion_matrix(counts: ArrayLike, tags: Sequence[str], *, title: str = "") -> Picture:
    """Which tag was given to the words of which true tag; the largest number is left white.

    Args:
        counts: (n_tags, n_tags), rows true, columns given.
        tags: names of the tags.
        title: a line above.
    """
    table = np.asarray(counts)
    rest = table.astype(float)
    rest[np.unravel_index(table.argmax(), table.shape)] = 0
    shade = np.sqrt(rest / max(rest.max(), 1))
    with new_figure(6.6, 5.0) as (figure, axes):
        axes.imshow(shade, cmap=PALE_OPENNESS, vmin=0, vmax=1.1)
        for row, column in np.ndindex(*table.shape):
            colour = "black" if table[row, column] else FAINT
            weight = "bold" if row == column else "normal"
            text = f"{table[row, column]:,}"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=10, fontweight=weight)
        axes.set_xticks(range(len(tags)), tags, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(tags)), tags)
        axes.tick_params(length=0)
        axes.set(xlabel="what the tagger says", ylabel="true", title=title)
        right = np.trace(table) / max(table.sum(), 1)
        mixed_up = table - np.diag(np.diag(table))
        pairs = [f"{said} for {true}" for true in tags for said in tags]
        most = largest(mixed_up.ravel(), pairs)
        share = f"{right:.1%} of {table.sum():,} words are right"
        figure.alt = titled(title or "A confusion matrix", f"{share}; wrong most often: {most}")
        axes.spines[:].set_visible(False)
        return figure


def tag_lattice(
    words: Sequence[str], probabilities: ArrayLike, tags: Sequence[str], path: Sequence[int], *, title: str = ""
) -> Picture:
    """The lattice of tags: a column for each word, a point for each tag, as large as it is probable.

    Args:
        words: the columns.
        probabilities: (T_x, n_tags).
        tags: the rows.
        path: the place of a tag for each word: the line. Rings stand around each word's most probable tag.
        title: a line above.
    """
    table = np.asarray(probabilities)
    steps, n = table.shape
    with new_figure(WIDTH, 0.48 * n + 1.3) as (figure, axes):
        canvas(axes, -0.6, steps - 0.4, -1.4, n - 0.4)
        axes.set_aspect("auto")
        for t, j in np.ndindex(steps, n):
            y = n - 1 - j
            axes.plot(t, y, "o", color="#DDDDDD", markersize=3, zorder=1)
            axes.plot(t, y, "o", color=HIDDEN, markersize=22 * np.sqrt(table[t, j]), zorder=3, alpha=0.85)
            if j == table[t].argmax():
                axes.plot(t, y, "o", markersize=27, markerfacecolor="none", markeredgecolor=GRADIENT, zorder=4)
        axes.plot(range(steps), [n - 1 - place for place in path], color=OUTPUT, linewidth=4, zorder=2)
        for j, tag in enumerate(tags):
            axes.text(-0.45, n - 1 - j, tag, ha="right", va="center", clip_on=False)
        for t, word in enumerate(words):
            axes.text(t, -0.75, word, ha="right" if steps > 9 else "center", va="center", rotation=20 * (steps > 9))
        axes.set_title(title)
        best = table.argmax(axis=1)
        said = (
            f"{word}: most probable {tags[first]} {row[first]:.0%}, on the path {tags[second]}"
            for word, row, first, second in zip(words, table, best, path, strict=True)
        )
        figure.alt = titled(title or "The lattice of tags", *said)
        return figure
