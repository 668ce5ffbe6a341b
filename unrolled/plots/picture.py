"""A figure that also says in words what it shows, and that a dark page does not have to glare with.

JupyterLab takes no alternative text for a plain image, so a picture shows itself as HTML, an ``<img>`` with ``alt``;
beside it lies the plain PNG for tools that take no HTML, with the same words in its metadata, where nbconvert looks.
"""

from __future__ import annotations

import base64
import html
import io
from functools import lru_cache
from typing import Any

from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

ENOUGH = 4.5  # to 1: the contrast that text needs (WCAG 2.1, level AA)
DARK = "invert(0.91) hue-rotate(180deg)"  # on a dark page: light becomes dark, and colours keep their hue
STYLE = f'<style>[data-jp-theme-light="false"] img.unrolled-picture {{ filter: {DARK}; }}</style>'


class Picture(Figure):
    """A figure with an alternative text: what a reader who does not see it has to be told, with its numbers."""

    alt: str = ""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """The picture for a notebook: HTML and PNG, and the alternative text with both."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight", facecolor="white")
        png = base64.b64encode(buffer.getvalue()).decode("ascii")
        image = f'<img class="unrolled-picture" alt="{html.escape(self.alt)}" src="data:image/png;base64,{png}">'
        return {"text/html": f"{STYLE}{image}", "image/png": png}, {"image/png": {"alt": self.alt}}


# ---------------------------------------------------------------------------------------------------------------------
# Contrast


def luminance(colour: Any) -> float:
    """Relative luminance of a colour, from 0 (black) to 1 (white), as WCAG defines it."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: Any, other: Any) -> float:
    """How well two colours stand out from each other: from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache
def readable(colour: str) -> str:
    """The colour, darkened until a text in it can be read on white and on the palest tints."""
    red, green, blue = to_rgb(colour)
    for percent in range(100, -1, -1):
        part = percent / 100
        darker = (part * red, part * green, part * blue)
        if contrast(darker, "white") >= 1.2 * ENOUGH:
            return to_hex(darker)
    return "#000000"


def make_readable(figure: Figure) -> None:
    """Darken every text that is too pale for its white page; nearly white ones stand on something dark and stay."""
    for text in figure.findobj(Text):
        colour = to_hex(text.get_color())
        if luminance(colour) < 0.8:
            text.set_color(readable(colour))
