"""What a public check says: one word for the outcome, the facts that it rests on, and how they look.

A notebook shows coloured HTML, a terminal plain text. Colours come as pairs of text and background, or from
JupyterLab's theme with a fallback for both, so that a result can be read in light and dark themes; the outcome is
also a word and a symbol. Every text may come from a student's code, so :func:`_element` and :func:`_sentence`, through
one of which all of them go, escape it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

Outcome = Literal["correct", "incorrect", "raised", "not attempted"]


@dataclass(frozen=True)
class Line:
    """One returned value of the public case that is shown.

    ``remark`` says in words what differs and is empty when the value is right; ``place`` is where it first differs;
    ``got`` and ``expected`` are what stands there, already as text.
    """

    name: str
    right: bool
    remark: str = ""
    place: str = ""
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Result:
    """What one public check found.

    A notebook shows it in colour, a terminal as plain text. ``messages`` are whole sentences, the most important
    first; ``lines`` compare the values of the public case ``case``; ``causes`` are likely causes, the likeliest first;
    ``code`` are the lines of the student's that an exception came from, the exercise's own first; ``printed`` is what
    the function printed. ``own_fault`` says that no function that it calls can be behind what is wrong; ``with_right``
    names those that were wrong, and in whose place right ones stood when it was found correct.
    """

    exercise: str
    outcome: Outcome
    messages: tuple[str, ...]
    case: str = ""
    lines: tuple[Line, ...] = ()
    causes: tuple[str, ...] = ()
    code: str = ""
    printed: str = ""
    own_fault: bool = False
    with_right: tuple[str, ...] = ()

    @property
    def correct(self) -> bool:
        """Whether every public case is right."""
        return self.outcome == "correct"

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


SYMBOLS: dict[Outcome, str] = {"correct": "✓", "incorrect": "✗", "raised": "!", "not attempted": "○"}
# Each background carries white text at a contrast of more than 4.5 to 1.
_BADGES: dict[Outcome, str] = {
    "correct": "#1a7f4b",
    "incorrect": "#b3432b",
    "raised": "#8a5a00",
    "not attempted": "#5b6470",
}
_TEXT = "var(--jp-content-font-color1, #1f2328)"
_QUIET = "var(--jp-content-font-color2, #57606a)"
_PAPER = "var(--jp-layout-color1, #ffffff)"
_TINT = "var(--jp-layout-color2, #f3f4f6)"
_RULE = "var(--jp-border-color2, #d0d7de)"
_MONO = "font-family: var(--jp-code-font-family, monospace); font-size: 0.92em"
_CODE = f"{_MONO}; color: {_TEXT}; background: {_TINT}"
_BETWEEN_BACKTICKS = re.compile(r"`([^`\n]+)`")


def as_html(result: Result) -> str:
    """The result as one HTML element for a notebook's output."""
    color = _BADGES[result.outcome]
    badge = _element(
        "span",
        f"{SYMBOLS[result.outcome]} {result.outcome}",
        f"color: #ffffff; background: {color}; padding: 1px 8px; border-radius: 3px; font-weight: 600",
    )
    title = _element("code", result.exercise, f"{_MONO}; color: {_TEXT}; background: transparent; margin-left: 8px")
    parts = [f"<div>{badge}{title}</div>"]
    sentences = [_sentence("div", message, "margin-top: 6px") for message in result.messages]
    parts += sentences[:1]
    if result.code:
        parts.append(_element("pre", result.code, f"{_CODE}; margin: 6px 0 0; padding: 4px 8px; white-space: pre-wrap"))
    parts += sentences[1:]
    if result.lines:
        parts.append(_html_table(result))
    if result.causes:
        lead = _element("strong", "Likely cause: ", f"color: {_TEXT}")
        causes = " Or: ".join(_sentence("span", cause, f"color: {_TEXT}") for cause in result.causes)
        parts.append(f'<div style="margin-top: 8px">{lead}{causes}</div>')
    if result.printed:
        summary = _element("summary", "What your code printed", f"color: {_QUIET}; cursor: pointer")
        printed = _element("pre", result.printed, f"{_CODE}; margin: 4px 0 0; padding: 4px 8px; white-space: pre-wrap")
        parts.append(f'<details style="margin-top: 6px">{summary}{printed}</details>')
    box = (
        f"border-left: 4px solid {color}; padding: 6px 12px; margin: 2px 0; max-width: 62em; line-height: 1.5; "
        f"color: {_TEXT}; background: {_PAPER}"
    )
    return f'<div style="{box}">{"".join(parts)}</div>'


def as_text(result: Result) -> str:
    """The result as plain text for a terminal, without colour and without a newline at its end."""
    rows = [f"{SYMBOLS[result.outcome]} {result.outcome}: {result.exercise}"]
    rows += [f"  {message}" for message in result.messages[:1]]
    rows += [f"      {row}" for row in result.code.splitlines()]
    rows += [f"  {message}" for message in result.messages[1:]]
    width = max((len(line.name) for line in result.lines), default=0)
    for line in result.lines:
        rows.append(f"    {'✓' if line.right else '✗'} {line.name:<{width}}  {line.remark or 'right'}")
        if line.got or line.expected:
            place = f"{line.place}: " if line.place else ""
            rows.append(f"      {'':<{width}}  {place}got {line.got}, expected {line.expected}")
    rows += [f"  {'Likely cause' if number == 0 else 'Or'}: {cause}" for number, cause in enumerate(result.causes)]
    if result.printed:
        rows += ["  What your code printed:"] + [f"    | {row}" for row in result.printed.splitlines()]
    return "\n".join(rows)


def _html_table(result: Result) -> str:
    """The shown case's values, one a row; the columns of values only if there is one to show."""
    values = any(line.got or line.expected for line in result.lines)
    titles = ["", "value", "in words"] + (["first at", "got", "expected"] if values else [])
    head = "".join(
        _element("th", title, f"{_cell()}; color: {_QUIET}; font-weight: normal; white-space: nowrap")
        for title in titles
    )
    body = "".join(_html_row(line, values) for line in result.lines)
    caption = _element("div", f"Public case “{result.case}”", f"color: {_QUIET}; margin-top: 8px")
    style = f"border-collapse: collapse; margin: 2px 0 0; color: {_TEXT}; background: {_PAPER}"
    return f'{caption}<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _html_row(line: Line, values: bool) -> str:
    columns = [("✓" if line.right else "✗", ""), (line.name, _MONO), (line.remark or "right", "")]
    if values:
        columns += [(text, f"{_MONO}; white-space: nowrap") for text in (line.place, line.got, line.expected)]
    cells = "".join(_sentence("td", text, f"{_cell()}; {style}") for text, style in columns)
    return f'<tr style="background: {_PAPER}">{cells}</tr>'


def _cell() -> str:
    place = "text-align: left; vertical-align: top; padding: 2px 12px 2px 0"
    return f"{place}; border: none; border-bottom: 1px solid {_RULE}"


def _element(tag: str, text: str, style: str) -> str:
    """An HTML element around a text, which is escaped."""
    return f'<{tag} style="{style}">{escape(text)}</{tag}>'


def _sentence(tag: str, text: str, style: str) -> str:
    """An HTML element around a text, escaped; what stands between two `backticks` in it is code."""
    words = _BETWEEN_BACKTICKS.sub(rf'<code style="{_CODE}">\1</code>', escape(text))
    return f'<{tag} style="{style}">{words}</{tag}>'
