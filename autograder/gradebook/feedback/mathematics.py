"""TeX as MathML, which browsers show by themselves: a page needs no script, no font and no network for its formulas.

latex2mathml reads the TeX. Its own text is not put into a page as it comes: it takes addresses, styles and tags over
from the TeX, and what students write may hold those. So its tree is kept as far as it is made of elements and
attributes that are known to do nothing, and written anew. What it cannot read is shown as TeX.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.gradebook.feedback.overview import anchor

LONGEST_FORMULA = 4_000  # characters
_ELEMENTS = frozenset(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt"
    " mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics".split()
)
_ATTRIBUTES = frozenset(
    "accent accentunder align columnalign columnlines columnspacing columnspan depth display displaystyle fence form"
    " height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation rowlines rowspacing"
    " rowspan rspace scriptlevel separator stretchy symmetric voffset width".split()
)
_VALUE = re.compile(r"(?:[a-z -]{1,60}|[+-]?\d{0,2}(?:\.\d{1,4})?(?:em|ex|px|pt|mu|%)?)\Z")
_ESCAPED = re.compile(r"\\([_%&#${}])")
_IN_A_LINE = re.compile(  # code first, in which a dollar is a dollar
    r"```.*?```|~~~.*?~~~|`[^`\n]+`|(?<![\\$])\$(?![\s$])(?P<formula>[^$`]{1,1000}?)(?<![\s\\])\$(?!\$)", re.DOTALL
)
_UPRIGHT = re.compile(r"[\u0391-\u03a9⟨⟩]\Z")  # capital Greek letters, as TeX sets them; brackets
_SAME = {"aligned": "align*", "split": "align*", "gathered": "align*", "equation": "", "equation*": "", "gather": ""}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]+\*?)\}")


class Odd(Exception):
    """The TeX holds what cannot be shown as a formula."""


def mathml(tex: str, block: bool = False) -> str:
    """A formula as HTML: a ``<math>`` element, or the TeX in ``<code>`` where it cannot be read.

    Args:
        block: it stands on a line of its own.
    """
    plain = tex.strip().replace("&lt;", "<").replace("&gt;", ">")  # markdown that was made harmless has these
    try:
        if len(plain) > LONGEST_FORMULA:
            raise Odd
        tree = convert_to_element(_ENVIRONMENT.sub(_known, plain), display="block" if block else "inline")
        _keep_harmless(tree)
    except Exception:  # whatever a parser makes of a student's text
        return f'<code class="tex">{html.escape(plain)}</code>'
    return tostring(tree, encoding="unicode")


def _known(environment: re.Match[str]) -> str:
    """An environment under the name by which latex2mathml knows it; without one that only numbers lines."""
    name = _SAME.get(environment[2], environment[2])
    return f"\\{environment[1]}{{{name}}}" if name else ""


def _keep_harmless(tree: Element) -> None:
    """Take off attributes that are not known to be harmless, in place. Raises Odd for other elements than MathML's."""
    for element in tree.iter():
        if element.tag not in _ELEMENTS:
            raise Odd
        element.text, element.tail = _characters(element.text), _characters(element.tail)
        element.attrib = dict(_harmless(element.attrib))
        if element.tag == "mi" and _UPRIGHT.match(element.text or ""):
            element.set("mathvariant", "normal")
    if "\\" in "".join(tree.itertext()):  # a command that nobody knows
        raise Odd
    if any(element.tag in ("mi", "mo") and element.text == "&" for element in tree.iter()):  # a column of no table
        raise Odd


def _characters(text: str | None) -> str | None:
    """What latex2mathml writes as character references, and leaves of TeX's escapes in words, as characters."""
    return _ESCAPED.sub(r"\1", html.unescape(text)) if text else text


def _harmless(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if name in _ATTRIBUTES and _VALUE.match(value):
            yield name, value


def rendered(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Markdown as HTML, formulas included.

    Args:
        attachments: pictures pasted into the cell, by name.
    """
    renderer = WithMath(escape=False, attachments=attachments, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(_IN_A_LINE.sub(_on_one_line, source)))


def _on_one_line(found: re.Match[str]) -> str:
    """A formula in a line of text that goes on in the next: a plus sign at its beginning is no item of a list."""
    formula = found["formula"]
    return found[0] if formula is None or re.search(r"\n\s*\n", formula) else re.sub(r"\s*\n\s*", " ", found[0])


class WithMath(IPythonRenderer):
    """nbconvert's renderer of markdown, with formulas as MathML."""

    def heading(self, text: str, level: int, **_: Any) -> str:
        """A heading that a link leads to."""
        return f'<h{level} id="{anchor(text)}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        """A formula in a line of text."""
        return mathml(body)

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return mathml(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        """A formula that is an environment of its own, such as ``align``."""
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def block_mermaidjs(self, code: str) -> Any:
        """A diagram's source: the program that draws it would have to be asked from elsewhere."""
        return f"<pre>{html.escape(code.strip())}</pre>"
