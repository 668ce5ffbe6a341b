"""Code that stands in a text: in prose, a hint, an output, a web page, a comment."""

from __future__ import annotations

import ast
import html
import io
import re
import tokenize
from collections.abc import Iterator

SIGNS = re.compile(r"[=(]|\b(?:return|def|class|for|while|if|with|import|raise|yield)\b")
CODE_LIKE = re.compile(
    r"\s*(?:[\w.\[\]\"', ()*]+\s*(?:[-+*/@|&]|//|\*\*)?=[^=]|return\b|def \w|class \w|for .+ in |while |if .+:|with .+:"
    r"|from \w+ import|import \w|raise \w|yield |[\w.]+\(.*)"
)
PROMPT = re.compile(r"^(?:>>> |\.\.\. |In \[\d+\]: | *\.\.\.: |(?:-+> ?| +)?\d+ (?= |\w)|[-+>|] (?= |\w))")
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
AHEAD = 300  # lines that are parsed at a time; a run of statements is shorter
FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError)


def snippets(text: str) -> Iterator[tuple[str, int]]:
    """Every run of lines in a text that is valid Python, and its first line's number (from 1).

    Prompts, markup, colours and indentation are taken off. A run may be prose by chance; it has no shape then.
    """
    if not SIGNS.search(text):
        return
    lines = [line.expandtabs(4).rstrip() for line in ANSI.sub("", text).splitlines()]
    if "\\n" in text:  # as a text is shown in quotes
        lines += [line.rstrip() for line in text.replace("\\n", "\n").splitlines()]
    yield from _runs(lines)
    bare = [PROMPT.sub("", line) for line in lines]
    if bare != lines:
        yield from _runs(bare)
    if TAG.search(text):
        yield from _runs(html.unescape(TAG.sub("", "\n".join(lines))).splitlines())


def comments(code: str) -> Iterator[tuple[str, int]]:
    """The blocks of comment lines in a piece of code, without their signs, and each one's first line (from 1)."""
    block: list[str] = []
    last = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                if block and token.start[0] != last + 1:
                    yield "\n".join(block), last - len(block) + 1
                    block = []
                block.append(re.sub(r"^#+:? ?", "", token.string))
                last = token.start[0]
    except (tokenize.TokenError, SyntaxError):
        pass  # what follows is no Python, and read as text by whoever asks
    if block:
        yield "\n".join(block), last - len(block) + 1


def _runs(lines: list[str]) -> Iterator[tuple[str, int]]:
    at = 0
    while at < len(lines):
        if not ("=" in lines[at] or SIGNS.search(lines[at])) or not CODE_LIKE.match(lines[at]):
            at += 1
            continue
        code, taken = _longest(lines, at)
        if code:
            yield code, at + 1
        at += taken


def _longest(lines: list[str], at: int) -> tuple[str, int]:
    """The longest valid code that begins at a line, and how many lines further to look on."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    run = []
    for line in lines[at : at + AHEAD]:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        run.append(line[indent:])
    while run:
        try:
            ast.parse("\n".join(run))
            return "\n".join(run), len(run)
        except FAILURES as error:
            wrong = (error.lineno or 1) if isinstance(error, SyntaxError) else 1
            # An error may show only after what is wrong: an open bracket, or a header whose body is missing.
            run = run[: min(wrong, len(run)) - 1]
    return "", 1
