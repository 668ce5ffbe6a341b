"""Feedback pages, with a template of our own, for a class of notebooks that are mostly alike.

A page is one file that asks for no other, see :mod:`autograder.gradebook.feedback`. Most of it is the lesson, and the
same for everyone: what was rendered once is kept. And nbconvert parses and prints each finished page once more, only
to give pictures an ``alt`` text; here that is one substitution.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter, html
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades
from traitlets import Any as AnyTrait
from traitlets import Bool
from traitlets.config import Config

from autograder.gradebook.feedback import overview
from autograder.gradebook.feedback.grades import GradesAndWaiting
from autograder.gradebook.feedback.mathematics import rendered

TEMPLATES = Path(__file__).parent / "feedback"
TEMPLATE, NBGRADERS = "unrolled", "feedback"
MOST_KEPT = 32 << 20  # characters of pieces of pages
_BARE_PICTURE = re.compile(r"<img\b(?![^>]*\salt=)")
_ALT = '<img alt="No description has been provided for this image"'


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter, several times as fast from the second page on."""

    optimistic_validation = Bool(True, help="Whether a notebook is validated once, after all steps.").tag(config=True)

    _kept = AnyTrait()
    _room = AnyTrait()
    _lexer = AnyTrait()  # the notebook's language, while its page is made

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self._kept, self._room = {}, MOST_KEPT
        super().__init__(config=_with_our_template(config or Config()), **settings)
        ours = {"highlight_code": self._highlight, **overview.FILTERS}
        self.filters = {**ours, **self.filters}  # type: ignore[has-type]

    def register_preprocessor(self, preprocessor: Any, enabled: bool = False) -> Any:
        """Take a step; in the place of nbgrader's for grades ours, which knows what waits for a person."""
        return super().register_preprocessor(GradesAndWaiting if preprocessor is GetGrades else preprocessor, enabled)

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
        attachments = context.get("cell", {}).get("attachments")
        if attachments:
            return rendered(source, attachments)
        return self._once(("text", source), lambda: rendered(source))

    def _once(self, key: tuple[str | None, ...], render: Callable[[], str]) -> str:
        if key not in self._kept:
            piece = render()
            self._room -= len(piece) + len(key[-1] or "")
            if self._room < 0:
                self._kept.clear()
                self._room = MOST_KEPT
            self._kept[key] = piece
        return self._kept[key]


def _with_our_template(config: Config) -> Config:
    """The settings with our template where they name nbgrader's; an instructor's own stays."""
    if config.HTMLExporter.get("template_name", NBGRADERS) != NBGRADERS:
        return config
    ours = Config()
    ours.HTMLExporter.template_name = TEMPLATE
    ours.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    return Config({**config, "HTMLExporter": {**config.HTMLExporter, **ours.HTMLExporter}})


class _AsItIs:
    """Stands in for the parser of the finished page."""

    def __init__(self, page: str, features: str) -> None:
        self._page = page

    def select(self, _: str) -> list[Any]:
        """Nothing needs a change."""
        return []

    def __str__(self) -> str:
        return self._page
