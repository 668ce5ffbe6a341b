"""What ``unrolled watch`` shows: one calm page that fits the terminal, whatever its size."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from unrolled.checking.outcome import SYMBOLS, Result
from unrolled.terminal.report import STYLES, detail, outcome

View = Literal["detail", "list", "hint"]
KEYS = {
    "detail": "h hint · l list · n next · o open · r run all · q quit",
    "list": "↑↓ choose · enter show · h hint · o open · r run all · q quit",
    "hint": "h next hint · enter back · l list · o open · q quit",
}


@dataclass
class Page:
    """The state of the page; draw it with a rich console."""

    name: str
    exercises: Sequence[str]
    results: dict[str, Result] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)  # whose code has changed since their result
    doing: str = ""
    saved: float = 0.0
    took: float | None = None
    notice: str = ""
    others: str = ""  # cells that failed besides
    focus: str = ""
    view: View = "detail"
    hint: tuple[str, str] = ("", "")
    scroll: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.height
        head = [self._title(width), self._bar(width), *([Text(self.notice, "yellow")] if self.notice else []), Text("")]
        foot = Text(KEYS[self.view], "dim", no_wrap=True, overflow="ellipsis")
        above = [line for part in head for line in console.render_lines(part, options.update(height=None), pad=False)]
        room = max(height - len(above) - 2, 1)
        body = console.render_lines(self._body(width), options.update(height=None), pad=False)
        self.scroll = min(self.scroll, max(len(body) - room, 0))
        if self.view == "list" and self.focus in self.exercises:
            place = list(self.exercises).index(self.focus)
            self.scroll = min(max(self.scroll, place - room + 1), place)
        shown = body[self.scroll : self.scroll + room]
        more = len(body) - self.scroll - len(shown)
        unseen = f"↓ {more} more line{'s' if more > 1 else ''}" if more and self.view != "list" else ""
        below = Text(unseen, "dim", no_wrap=True)
        lines = above[: height - 2] + shown + [[] for _ in range(room - len(shown))]
        lines += console.render_lines(below, options.update(height=1), pad=False)[:1]
        lines += console.render_lines(foot, options.update(height=1), pad=False)[:1]
        for number, line in enumerate(lines[:height]):
            if number:
                yield Segment.line()
            yield from line

    def _title(self, width: int) -> Text:
        saved = f"saved {time.strftime('%H:%M:%S', time.localtime(self.saved))}" if self.saved else ""
        name = Text(self.name, "bold")
        state = self.doing or (f"{saved}, checked in {self.took:.2f} s" if self.took is not None else saved)
        room = width - len(name.plain) - 3
        if room < len(state) and not self.doing:
            state = saved
        title = Text.assemble(name, (" · " + state, "cyan" if self.doing else "dim"))
        title.no_wrap, title.overflow = True, "ellipsis"
        return title

    def _bar(self, width: int) -> Text:
        """One symbol an exercise, and how many are correct."""
        bar = Text(no_wrap=True, overflow="ellipsis")
        for name in self.exercises:
            result = self.results.get(name)
            style = "dim" if result is None or name in self.unsure else STYLES[result.outcome]
            style = f"{style} underline" if name == self.focus else style
            bar.append(SYMBOLS[result.outcome] if result else "·", style)
        sure = [self.results[name] for name in self.exercises if name in self.results and name not in self.unsure]
        correct = sum(result.correct for result in sure)
        bar.append(f"  {correct} of {len(self.exercises)} correct")
        return bar

    def _body(self, width: int) -> RenderableType:
        if self.view == "list":
            return self._list(width)
        if self.view == "hint":
            title, text = self.hint
            return _under(Text(title, "bold"), Markdown(text))
        result = self.results.get(self.focus)
        if result is None:
            return Text(f"{self.focus}: not checked yet" if self.focus else "", "dim")
        told = detail(result, width)
        if self.focus in self.unsure:
            told = Text.assemble(("being checked anew …\n", "dim"), told)
        return Text.assemble(told, f"\n\nOther cells that failed on the way:\n{self.others}") if self.others else told

    def _list(self, width: int) -> Table:
        rows = Table(box=None, pad_edge=False, show_header=False)
        longest = max(map(len, self.exercises), default=0) + 2
        rows.add_column(no_wrap=True, overflow="ellipsis", min_width=min(longest, max(width - 6, 1)))
        rows.add_column(no_wrap=True, overflow="ellipsis")
        for name in self.exercises:
            result = self.results.get(name)
            chosen = name == self.focus
            title = Text(("› " if chosen else "  ") + name, "bold" if chosen else "")
            rows.add_row(title, outcome(result) if result else Text("· not checked", "dim"))
        return rows


def _under(*parts: RenderableType) -> Table:
    rows = Table.grid()
    for part in parts:
        rows.add_row(part)
        rows.add_row("")
    return rows
