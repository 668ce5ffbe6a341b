"""What a student wrote, made harmless for the browsers of those who read it.

formgrader and the feedback page show markdown and outputs as HTML. A script in a submission would run there with the
instructor's rights, and could give itself any score; a picture or link with an address on the same server would act
there. So of pictures only those pasted into a cell are shown, and of links only those to another place on the web.

Parsers take time that grows with the square of some texts: what is longer than :data:`LONGEST_PARSED`, and what comes
after :data:`MOST_PARSED` characters of a notebook, is shown as it stands, by whatever program shows it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from autograder.judging.reconcile import PICTURE_KINDS

MOST_OUTPUTS = 50  # of one cell
LONGEST_TEXT = 64 << 10  # characters of one output
LONGEST_PARSED = 10_000  # characters of one cell of a student's
MOST_PARSED = 100_000  # characters of all of a student's cells
LONGEST_LINE = 400  # characters of text that is shown as it stands
LARGEST_PICTURE = 4 << 20  # characters of base64

_PLAIN_TAGS = (
    "b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre s small span"
    " strong sub summary sup table tbody td th thead tr tt u ul var"
)
_HARMLESS_TAG = re.compile(rf"</?(?:{_PLAIN_TAGS.replace(' ', '|')})\s*/?>", re.IGNORECASE)
_MORE_THAN_A_NAME = re.compile(r"<(?!/?[a-z][a-z0-9]*(?: ?/)?>)")  # a tag with attributes, or something else than a tag
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_ELSEWHERE = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s\\]*)?\Z")
_ACTING = re.compile(  # commands of MathJax that take an address or a style, or load more of it
    r"\\(?:href|class|style|cssId|id|require|bbox|mmlToken|unicode|texttip|mathtip|toggle|action|data|includegraphics)"
    r"(?![A-Za-z])"
)
_DATA = re.compile(r"data:image/(?:png|jpeg);base64,")  # what an attachment becomes
_LANGUAGE = "magics_language"  # of a code cell's metadata
_PLAIN_ATTRIBUTES = ("alt", "title", "class", "id", "align", "colspan", "rowspan", "start")
_COLUMN = re.compile(r"text-align: ?(?:left|right|center);?\Z")  # of a table
_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n")[:10].decode()


class Room:
    """How much of a student's text may still be parsed in one notebook."""

    def __init__(self, characters: int = MOST_PARSED) -> None:
        self._left = characters

    def holds(self, text: str) -> bool:
        """Whether this text may be parsed; if so, it takes its room."""
        fits = len(text) <= min(LONGEST_PARSED, self._left)
        self._left -= len(text) if fits else 0
        return fits


def make_harmless(cell: NotebookNode, room: Room) -> None:
    """Change a cell that a student wrote, in place, so that any browser may show it."""
    if cell.cell_type == "code":
        if not room.holds(cell.source):
            cell.metadata[_LANGUAGE] = "text"  # nbconvert shows it in one colour
        return
    pictures = _attachments(cell.pop("attachments", {}))
    source = _markdown(cell.source)
    parsed = cell.cell_type == "markdown" and room.holds(cell.source)
    if not parsed or not _renders(source, pictures):  # nbconvert puts raw text into the page as it is
        source = _fenced(cell.source)
    cell.cell_type, cell.source = "markdown", source
    if pictures:
        cell.attachments = NotebookNode(pictures)


def _renders(source: str, pictures: dict[str, dict[str, str]]) -> bool:
    """Whether nbconvert can make a page of this (a missing picture stops it), with no link that acts."""
    try:
        # Without the links that nbconvert puts beside headings: those lead to the heading itself.
        renderer = IPythonRenderer(escape=False, attachments=pictures, exclude_anchor_links=True)
        page = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # whatever it is, the text is shown as plain text
        return False
    if not _MORE_THAN_A_NAME.search(page):
        return True
    tags = BeautifulSoup(page, "html.parser").find_all(True)
    return all(_is_harmless(tag.name, name, value) for tag in tags for name, value in tag.attrs.items())


def _is_harmless(tag: str, name: str, value: object) -> bool:
    """Whether this attribute of a tag that markdown made does nothing when the page is read or clicked."""
    if name == "href":
        return bool(_ELSEWHERE.match(str(value)))
    if name == "src":
        return tag == "img" and bool(_DATA.match(str(value)))
    return name in _PLAIN_ATTRIBUTES or (name == "style" and bool(_COLUMN.match(str(value))))


def _markdown(source: str) -> str:
    """The text with every HTML tag shown as text, but for plain ones without attributes."""

    def shown(start: re.Match[str]) -> str:
        return "<" if _HARMLESS_TAG.match(source, start.start()) else "&lt;"

    return _ACTING.sub(r"\\text", _TAG_START.sub(shown, source))


def _fenced(source: str) -> str:
    """The text as a markdown block of code; long lines are broken, as nbconvert takes quadratic time for each."""
    lines = (
        line[at : at + LONGEST_LINE] for line in source.splitlines() for at in range(0, len(line) or 1, LONGEST_LINE)
    )
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall(r"`+", source))])
    return "\n".join([f"{fence}text", *lines, fence])


def as_text(sentence: str) -> str:
    """A sentence that markdown shows as it stands."""
    return re.sub(r"([\\`*_{}\[\]()#+!|$~^])", r"\\\1", sentence.replace("&", "&amp;").replace("<", "&lt;"))


def _attachments(pictures: Any) -> dict[str, dict[str, str]]:
    """The PNG and JPEG pictures pasted into a markdown cell."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in dict(pictures).items():
        if re.fullmatch(r"[\w. -]{1,100}", name) and isinstance(bundle, dict):
            good = {mime: value for mime, value in bundle.items() if mime in PICTURE_KINDS and _is_base64(value)}
            kept.update({name: good} if good else {})
    return kept


def outputs(shown: Iterable[Any]) -> list[NotebookNode]:
    """Of what a cell showed: text, PNG pictures and errors, of the right types and bounded in size."""
    kept = (_output(output) for output in list(shown)[:MOST_OUTPUTS] if isinstance(output, dict))
    return [NotebookNode(output) for output in kept if output]


def _output(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": "stream", "name": output["name"], "text": _text(output.get("text"))}
    if kind == "error":
        traceback = output.get("traceback")
        lines = traceback[:200] if isinstance(traceback, list) else []
        words = {field: _text(output.get(field))[:2000] for field in ("ename", "evalue")}
        return {"output_type": "error", **words, "traceback": _text("\n".join(map(_text, lines))).split("\n")}
    if kind in ("execute_result", "display_data") and isinstance(output.get("data"), dict):
        data = _data(output["data"])
        extra = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": NotebookNode(data), "metadata": NotebookNode(), **extra} if data else None
    return None


def _data(data: dict[str, Any]) -> dict[str, str]:
    kept = {}
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = _text(data["text/plain"])
    picture = data.get("image/png")
    if isinstance(picture, str) and picture.startswith(_PNG) and _is_base64(picture):
        kept["image/png"] = picture
    return kept


def _text(value: object) -> str:
    return value[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _is_base64(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LARGEST_PICTURE:
        return False
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
