"""Every picture of the course says in words what it shows, and can be read on a narrow page, be it light or dark."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import nbformat
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from nbconvert import HTMLExporter

from unrolled import plots
from unrolled.datasets import jazz
from unrolled.plots import attention, cells, drawing, entities, music, networks, playing, spectrograms, text, values
from unrolled.plots.picture import DARK, Picture, contrast, readable

PAGE = 600  # pixels that a narrow page has for a picture
LEAST_PIXELS = 9  # a text's size there
PIECES = ("drawing", "picture", "telling")  # rooms' modules that draw no whole picture
ABC = "abcdefghijklmnopqrstuvwxyz"
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
WORDS = "Teddy Roosevelt was fond of the forest".split()


def shares(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random probabilities over the last axis."""
    weights = rng.random(shape) ** 4
    return weights / weights.sum(axis=-1, keepdims=True)


def a_chorus(rng: np.random.Generator) -> jazz.Chorus:
    """One of the corpus."""
    return jazz.load_choruses("held_out")[rng.integers(100)]


def a_text(rng: np.random.Generator) -> tuple[str, list[tuple[str, str, int, int]]]:
    """A line, and a place in it that is coloured."""
    kind = TAGS[2 * rng.integers(3) + 1][2:]
    return " ".join(WORDS), [("Roosevelt", kind, 6, 15)]


def a_sound(rng: np.random.Generator) -> np.ndarray:
    """Half a second of noise with something louder in it."""
    moment = np.arange(4000)
    tone = np.sin(2 * np.pi * rng.integers(5, 40) * moment / 200)
    return 0.02 * rng.normal(size=4000) + 0.4 * tone * (moment // 500 == rng.integers(8))


LINES = {"one": 3, "another": 2, "a third": 5}
DIAGRAMS: dict[str, list[Callable[[], Any]]] = {  # drawn by hand: what they say changes with what is asked for alone
    "cell_diagram": [partial(cells.cell_diagram, kind) for kind in ("rnn", "lstm", "gru", "peephole")],
    "stacked_matrix": [cells.stacked_matrix, lambda: cells.stacked_matrix(3, 5)],
    "activation_functions": [cells.activation_functions],
    "unrolled_network": [
        lambda: networks.unrolled_network(folded=True, title="One cell with a loop, unrolled in time"),
        lambda: networks.unrolled_network(bidirectional=True),
        lambda: networks.unrolled_network(layers=3),
        lambda: networks.unrolled_network(gradient=True),
    ],
    "training_and_playing": [playing.training_and_playing, lambda: playing.training_and_playing(4)],
    "teacher_forcing": [text.teacher_forcing, lambda: text.teacher_forcing("rex")],
    "two_translators": [attention.two_translators],
    "detector_diagram": [lambda: spectrograms.detector_diagram(15, 4), lambda: spectrograms.detector_diagram(3, 2)],
    "chunk_diagram": [lambda: spectrograms.chunk_diagram(20, 8, (38, 24, 8, 50))],
}
OF_DATA: dict[str, Callable[[np.random.Generator], Any]] = {  # drawn from numbers: other numbers, other words
    "heat_table": lambda rng: values.heat_table(rng.uniform(-1, 1, (3, 4)), list("abc"), list("wxyz"), title="A table"),
    "heat_along_steps": lambda rng: values.heat_along_steps(
        {"gate": rng.random((2, 28)), "memory": rng.uniform(-1, 1, (8, 28))}, ABC + " .", signed=["memory"]
    ),
    "influence_maps": lambda rng: values.influence_maps({name: rng.random((9, 9)) for name in "pq"}, ABC[:9]),
    "curves": lambda rng: values.curves(
        np.arange(30), {name: rng.random(30) + k for name, k in LINES.items()}, log=True, x_label="step", y_label="nats"
    ),
    "along_text": lambda rng: values.along_text({"P": rng.random(26)}, ABC, marked=rng.random(26) > 0.5, y_label="P"),
    "panels_over_steps": lambda rng: values.panels_over_steps(
        {title: {name: rng.random(20) for name in LINES} for title in ("weight 0.9", "weight 1.0", "weight 1.5")}
    ),
    "loss_per_step": lambda rng: values.loss_per_step({"by hand": rng.random(26), "untrained": rng.random(26)}, ABC),
    "gradient_agreement": lambda rng: values.gradient_agreement(
        {f"dW{k}": (rng.normal(size=5), rng.normal(size=5)) for k in range(11)}, title="Gradients"
    ),
    "gradient_flow": lambda rng: values.gradient_flow(
        {f"LSTM, forget bias {k}": np.exp(np.cumsum(rng.normal(size=50))) for k in range(3)}, title="What is left"
    ),
    "probability_chains": lambda rng: text.probability_chains(
        [[(word, rng.uniform(0.01, 1)) for word in WORDS] for _ in range(3)], title="Sentences"
    ),
    "token_strips": lambda rng: text.token_strips({"words": WORDS[: 2 + rng.integers(5)], "letters": list("Yi met")}),
    "letter_table": lambda rng: text.letter_table(shares(rng, 27, 27), "\n" + ABC, title="Letters"),
    "temperature_strip": lambda rng: text.temperature_strip(
        {tau: shares(rng, 27) for tau in (0.1, 0.5, 1.0, 2.0, 10.0)}, "\n" + ABC, title="Temperatures"
    ),
    "next_letter_heat": lambda rng: text.next_letter_heat(shares(rng, 14, 27).T, "achelousaurus", "\n" + ABC),
    "clipped_arrows": lambda rng: text.clipped_arrows([9, rng.uniform(2, 4)], {"by value": [5, 3], "by norm": [4, 1]}),
    "training_story": lambda rng: text.training_story(
        3.2 - np.linspace(0, 1.4, 900) + 0.1 * rng.random(900),
        [(k * 100, 3.2 - 0.15 * k, "abitosaurus"[: k + 2]) for k in range(1, 9)],
        baselines={"equally likely letters": 3.3, "bigram model": 2.2},
    ),
    "sample_table": lambda rng: text.sample_table(
        {tau: ["".join(rng.choice(list(ABC), 24)) for _ in range(5)] for tau in (0.05, 0.3, 0.7, 1.0, 1.5, 3.0)}
    ),
    "piano_roll": lambda rng: music.piano_roll(a_chorus(rng)),
    "training_curve": lambda rng: music.training_curve(
        np.arange(1, 9), {"training": 3 - rng.random(8), "held out": 3 - rng.random(8)}, {"bigram": 3.1}
    ),
    "token_histogram": lambda rng: music.token_histogram([(note.duration, note.pitch) for note in a_chorus(rng).notes]),
    "window_table": lambda rng: playing.window_table(
        {name: [f"{jazz.NAMES[rng.integers(12)]}4 8" for _ in range(9)] for name in ("x: hears", "y: should play")}
    ),
    "attention_heat": lambda rng: attention.attention_heat(shares(rng, 10, 29), (ABC + " 20")[:29], "2032-09-24"),
    "finding_the_places": lambda rng: attention.finding_the_places(
        [shares(rng, 10, 20) for _ in range(6)], ABC[:20], [f"after {k} rounds" for k in range(6)]
    ),
    "match_by_round": lambda rng: attention.match_by_round(range(1, 7), {name: rng.random(6) for name in LINES}),
    "match_by_length": lambda rng: attention.match_by_length(
        {name: dict(zip((8, 16, 24), rng.random(3), strict=True)) for name in ("with attention", "without")},
        {8: 700, 16: 900, 24: 400},
        8,
    ),
    "tagged_sentences": lambda rng: entities.tagged_sentences([(WORDS, [*rng.choice(TAGS[1::2], 1), *["O"] * 6])]),
    "marked_text": lambda rng: entities.marked_text([a_text(rng)], title="A text"),
    "feature_table": lambda rng: entities.feature_table(WORDS, list(rng.random((7, 9)) > 0.3), list("abcdefghi")),
    "padded_batch": lambda rng: entities.padded_batch(
        [WORDS] * 4, rng.integers(1, 4, (4, 12)), np.arange(12) < rng.integers(1, 7, (4, 1)), unknown=1
    ),
    "taggers_side_by_side": lambda rng: entities.taggers_side_by_side(
        [(WORDS, {name: shares(rng, 7, 7) for name in ("both directions", "left to right")})] * 2, TAGS, title="Teddy"
    ),
    "confusion_matrix": lambda rng: entities.confusion_matrix(rng.integers(0, 900, (7, 7)), TAGS, title="Held out"),
    "tag_lattice": lambda rng: entities.tag_lattice(WORDS, shares(rng, 7, 7), TAGS, rng.integers(0, 7, 7).tolist()),
    "waveform": lambda rng: spectrograms.waveform(a_sound(rng), 8000, title="A word"),
    "framing": lambda rng: spectrograms.framing(a_sound(rng), 8000, 200, 80),
    "spectrograms": lambda rng: spectrograms.spectrograms(
        {"one": rng.random((50, 65)), "two": rng.random((50, 65))}, rate=8000, hop=80
    ),
    "before_and_after_bands": lambda rng: spectrograms.before_and_after_bands(
        rng.random((50, 65)), rng.random((50, 20)), 8000, 80
    ),
    "along_sound": lambda rng: spectrograms.along_sound(
        a_sound(rng),
        rng.random((50, 65)),
        {"labels": rng.random(50) > 0.5, "probabilities": rng.random(50)},
        8000,
        80,
        10,
        ends=[0.2],
        found=[0.25],
        threshold=0.5,
        title="A scene",
    ),
    "misses_and_alarms": lambda rng: spectrograms.misses_and_alarms(
        {name: (np.arange(9)[::-1], np.sort(rng.random(9))) for name in LINES}, chosen=(3, 0.1), title="Misses"
    ),
}


def all_drawings() -> Iterator[str]:
    """The public functions of the room of pictures that return a figure."""
    for module in iter_modules(plots.__path__):
        if module.name not in PIECES:
            where = import_module(f"unrolled.plots.{module.name}")
            for name, function in inspect.getmembers(where, inspect.isfunction):
                ours = function.__module__ == where.__name__ and not name.startswith("_")
                if ours and inspect.signature(function).return_annotation == "Picture":
                    yield name


def test_every_drawing_has_its_example_here():
    assert sorted(all_drawings()) == sorted([*DIAGRAMS, *OF_DATA])


@pytest.fixture(scope="module")
def pictures() -> dict[str, list[Picture]]:
    """Every picture: diagrams in all their kinds, the others with two sets of numbers."""
    return {name: [draw() for draw in draws] for name, draws in DIAGRAMS.items()} | {
        name: [draw(np.random.default_rng(seed)) for seed in (1, 2)] for name, draw in OF_DATA.items()
    }


@pytest.mark.parametrize("name", [*DIAGRAMS, *OF_DATA])
def test_alternative_text_says_what_these_numbers_show(name: str, pictures: dict[str, list[Picture]]) -> None:
    said = [picture.alt for picture in pictures[name]]
    assert len(set(said)) == len(said), f"the same words for other numbers: {said[0]}"
    for alt in said:
        assert 60 < len(alt) < 4000 and alt[-1] in ".?!", alt
        assert not re.search(r"[$\\{}\n]|  |\bnan\b|<function|\[\d", alt), alt
        assert name in ("cell_diagram", "marked_text", "tagged_sentences") or re.search(r"\d", alt), f"no number: {alt}"


def test_alternative_text_tells_the_numbers_that_are_drawn():
    flat = values.curves([0, 10, 20], {"loss": [3.0, 0.25, 1.5]}, title="A loss", x_label="step", y_label="nats")
    assert flat.alt == "A loss. nats by step. loss: from 3 to 1.5, lowest 0.25 at 10."
    table = values.heat_table([[0.5, -1], [0, 0.257]], ["$a^{\\langle 1 \\rangle}$", "b"], ["x", "y"], title="T")
    assert table.alt == "T. a^<1>: x 0.5, y -1; b: x 0, y 0.26."
    chorus = a_chorus(np.random.default_rng(3))
    assert f"{len(chorus.notes)} notes" in music.piano_roll(chorus).alt
    confused = entities.confusion_matrix([[90, 3], [7, 0]], ["O", "B-PER"]).alt
    assert "90.0% of 100 words are right" in confused and "O for B-PER 7" in confused


# How it looks

FILTER = re.fullmatch(r"invert\(([\d.]+)\) hue-rotate\(180deg\)", DARK)
HALF_TURN = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])  # of the hue, as in CSS


def in_the_dark(colours: np.ndarray) -> np.ndarray:
    """What the filter for dark pages makes of colours (..., 3) from 0 to 1."""
    assert FILTER, DARK
    amount = float(FILTER[1])
    return np.clip((amount + colours * (1 - 2 * amount)) @ HALF_TURN.T, 0, 1)


def texts_and_grounds(figure: Picture) -> Iterator[tuple[str, float, np.ndarray, np.ndarray]]:
    """Each text of a picture: its words, its height in pixels on a narrow page, its colour, and what it stands on."""
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # it has been laid out
    renderer = canvas.get_renderer()
    shrink = min(1.0, PAGE / (figure.get_tightbbox(renderer).width * figure.dpi))
    shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    boxes = [t.get_window_extent(renderer) for t in shown]
    for one in shown:
        one.set_alpha(0)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    height, width = pixels.shape[:2]
    for one, box in zip(shown, boxes, strict=True):
        rows = slice(int(max(height - box.y1, 0)), int(min(height - box.y0, height)) + 1)
        under = pixels[rows, int(max(box.x0, 0)) : int(min(box.x1, width)) + 1].reshape(-1, 3)
        ink = np.array(to_rgb(one.get_color()))
        size = float(one.get_fontsize()) * figure.dpi / 72 * shrink
        yield one.get_text(), size, ink, np.median(under, axis=0) if len(under) else np.ones(3)


@pytest.mark.parametrize("name", [*DIAGRAMS, *OF_DATA])
def test_labels_can_be_read_on_a_narrow_page(name: str, pictures: dict[str, list[Picture]]) -> None:
    for picture in pictures[name] if name in DIAGRAMS else pictures[name][:1]:
        for words, size, ink, ground in texts_and_grounds(picture):
            assert size >= LEAST_PIXELS, f"{words!r} is {size:.1f} pixels high"
            assert contrast(ink, ground) >= 4.5, f"{words!r} on a light page: {contrast(ink, ground):.1f}"
            dark = contrast(in_the_dark(ink), in_the_dark(ground))
            assert dark >= 4.5, f"{words!r} on a dark page: {dark:.1f}"


def test_a_dark_page_is_dark():
    assert in_the_dark(np.ones(3)).max() < 0.12
    for name in ("INPUT", "HIDDEN", "MEMORY", "OUTPUT", "GRADIENT", "GATE"):
        colour = getattr(drawing, name)
        assert contrast(readable(colour), "white") >= 4.5


# How it is shown


class Images(HTMLParser):
    """The attributes of the images of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attributes))


def test_notebooks_and_their_pages_carry_the_alternative_text():
    from IPython.core.formatters import DisplayFormatter

    picture = values.curves([1, 2], {'a < "b"': [1, 2]}, title="Mean & more")
    data, metadata = DisplayFormatter().format(picture)
    assert [image["alt"] for image in Images(data["text/html"]).found] == [picture.alt]
    assert metadata["image/png"]["alt"] == picture.alt
    plain = {"image/png": data["image/png"]}  # what is left where HTML is not wanted
    for bundle, template in ((data, "lab"), (data, "classic"), (plain, "classic")):
        output = nbformat.v4.new_output("display_data", bundle, metadata=metadata)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", outputs=[output])])
        page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
        assert [image["alt"] for image in Images(page).found] == [picture.alt]
