"""Feedback pages, as nbgrader's ``generate_feedback`` makes them, for a class of notebooks that are mostly alike.

Most of a page is the lesson, and the same for everyone: what was rendered once is kept. And nbconvert parses and prints
each finished page once more, only to give pictures an ``alt`` text; here that is one substitution.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter, html
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from traitlets import Any as AnyTrait

MOST_KEPT = 32 << 20  # characters of pieces of pages
_BARE_PICTURE = re.compile(r"<img\b(?![^>]*\salt=)")
_ALT = '<img alt="No description has been provided for this image"'


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter, several times as fast from the second page on."""

    _kept = AnyTrait()
    _room = AnyTrait()
    _lexer = AnyTrait()  # the notebook's language, while its page is made

    def __init__(self, **settings: Any) -> None:
        self._kept, self._room = {}, MOST_KEPT
        super().__init__(**settings)
        self.filters = {"highlight_code": self._highlight, **self.filters}  # type: ignore[has-type]

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and nbconvert's resources."""
        language = nb.metadata.get("language_info", {})
        self._lexer = language.get("pygments_lexer", language.get("name"))
        with patch.object(html, "BeautifulSoup", _AsItIs):
            page, resources = super().from_notebook_node(nb, resources, **kw)
        return _BARE_PICTURE.sub(_ALT, page), resources

    def _highlight(self, source: str, **how: Any) -> str:
        magic = how.get("metadata", {}).get("magics_language")  # of a cell that is in another language
        return self._once(
            ("code", self._lexer, magic, source),
            lambda: Highlight2HTML(pygments_lexer=self._lexer, parent=self)(source, **how),
        )

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Markdown as HTML; pictures pasted into a cell are that cell's own."""
        render = super().markdown2html
        if context.get("cell", {}).get("attachments"):
            return render(context, source)
        return self._once(("text", source), lambda: render(context, source))

    def _once(self, key: tuple[str | None, ...], render: Callable[[], str]) -> str:
        if key not in self._kept:
            piece = render()
            self._room -= len(piece) + len(key[-1] or "")
            if self._room < 0:
                self._kept.clear()
                self._room = MOST_KEPT
            self._kept[key] = piece
        return self._kept[key]


class _AsItIs:
    """Stands in for the parser of the finished page."""

    def __init__(self, page: str, features: str) -> None:
        self._page = page

    def select(self, _: str) -> list[Any]:
        """Nothing needs a change."""
        return []

    def __str__(self) -> str:
        return self._page
