"""Run a notebook's cells one after the other in one namespace, as a Jupyter kernel would, in this process.

IPython does the running (magics, ``display``, the last expression's value), so a notebook means here what it means in
JupyterLab; what a cell prints and shows comes back as nbformat outputs, bounded in size.
"""

from __future__ import annotations

import ast
import io
import linecache
import re
import sys
import traceback
from codeop import PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dis import opname
from types import CodeType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MAX_TEXT = 64 << 10  # characters kept of a stream, of a traceback, of a text result
MAX_RICH = 4 << 20  # characters kept of a picture
MAX_SHOWN = 32  # rich outputs kept of a cell

_BINDS = re.compile(r"(?:def|class) +(\w+)|(\w+) *=(?!=)")


@dataclass
class CellRun:
    """What happened when a cell ran: its outputs, whether it reached its end, and what stopped it if not."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    ok: bool = True
    raised: BaseException | None = None


class BoundedText(io.TextIOBase):
    """A stream that keeps the first ``MAX_TEXT`` characters: a cell that prints for ever fills no memory."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MAX_TEXT
        self.cut = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: self._room]
        self._parts.append(kept)
        self._room -= len(kept)
        self.cut = self.cut or len(kept) < len(text)
        return len(text)

    def text(self) -> str:
        return "".join(self._parts) + ("\n… (more was printed)\n" if self.cut else "")


class _CellNames(CachingCompiler):
    """Gives the code of a cell the file name ``<cell ID>``, so that a traceback tells which cell a line stands in."""

    cell_id = "?"

    def __init__(self) -> None:
        super().__init__()
        self.flags &= ~PyCF_ALLOW_INCOMPLETE_INPUT  # a cell is all there is: no further line will close a bracket
        self._parsed: tuple[str, ast.AST] | None = None

    def whole(self, source: str, number: int) -> CodeType | None:
        """The code of a cell that ends in a definition or an assignment; None of others. Raises what compiling does.

        IPython wants a tree, and compiles it statement by statement: it shows the value of a last expression. Most
        cells end in a function, though, which shows nothing; these are compiled at once, which is quicker.
        """
        bound = _bound_last(source)
        if not bound:
            return None
        code = super().__call__(source, self.cache(source, number), "exec")
        return code if _ends_in(code, bound) else None

    def read_ahead(self, source: str) -> None:
        """Parse a cell that is run next; raises what Python's parser does."""
        name = self.get_code_name(source, source, 0)
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # a warning quotes its line
        self._parsed = source, super().ast_parse(source, filename=name)

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        """The tree of a cell."""
        if self._parsed and self._parsed[0] == source:
            return self._parsed[1]
        return super().ast_parse(source, filename, symbol)

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {self.cell_id}>"


class _KeepResult(DisplayHook):
    """Keeps the value of a cell's last expression instead of printing it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.results: list[dict[str, Any]] = []

    def write_output_prompt(self) -> None:
        """No ``Out[1]:``."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.results.append({"data": format_dict, "metadata": md_dict or {}})

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Shell(InteractiveShell):
    compiler_class = _CellNames
    displayhook_class = _KeepResult
    display_pub_class = CapturingDisplayPublisher

    def run_whole(self, source: str) -> bool | None:
        """Run a cell that has no value to show: whether it came to its end; None if it is not such a cell, or if
        something of IPython's is to see it.
        """
        watching = [*self.events.callbacks["pre_run_cell"], *self.events.callbacks["post_run_cell"]]
        if self.ast_transformers or watching or source.lstrip().startswith("In ["):
            return None
        try:
            code = self.compile.whole(source, self.execution_count)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # IPython tells, or finds a magic in it
        if code is None:
            return None
        with self.builtin_trap, self.display_trap:
            self.events.trigger("pre_execute")
            try:
                running = self.run_code(code)
                running.send(None)
            except StopIteration as done:
                return not done.value
            finally:
                self.events.trigger("post_execute")
        raise RuntimeError("the code of a cell waits for something")  # it cannot: nothing in it is awaited

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """``%matplotlib`` chooses nothing here: the environment's backend stays."""
        return "agg", "agg"

    def transform_cell(self, raw_cell: str) -> str:
        """What Python can read is left as it is; only the rest can hold a magic or a shell command.

        IPython would look at every token of every cell, which takes longer than to run most of them.
        """
        try:
            if raw_cell.lstrip().startswith("In ["):  # pasted with its prompt, which reads like an annotation
                return super().transform_cell(raw_cell)
            cell = raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
            if self.ast_transformers:
                return super().transform_cell(raw_cell)  # they are to see what stands there
            self.compile.read_ahead(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return super().transform_cell(raw_cell)
        return cell

    def should_run_async(self, raw_cell: str, **given: Any) -> bool:
        """Not what Python's compiler gives up on, such as ten thousand attributes in a row: running it tells."""
        if "await" not in raw_cell and "async" not in raw_cell:
            return False  # IPython would compile it to see
        try:
            return super().should_run_async(raw_cell, **given)
        except (RecursionError, MemoryError):
            return False

    def enable_gui(self, gui: str | None = None) -> None:
        """No event loop here."""

    def init_sys_modules(self) -> None:
        """Leave ``__main__`` alone: the process that runs the session is not the notebook."""


class Session:
    """One namespace, as a kernel has it; a new session takes the place of the process's last one."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.cache_size = 0
        config.InteractiveShell.colors = "nocolor"
        _Shell.clear_instance()
        self._shell = _Shell.instance(config=config)  # the instance is what display() and get_ipython() look for
        self._shell._showtraceback = self._keep_error
        self._error: dict[str, Any] | None = None
        self._raised: BaseException | None = None

    @property
    def namespace(self) -> dict[str, Any]:
        """What the cells have defined."""
        return self._shell.user_ns

    def run(self, source: str, cell_id: str = "?") -> CellRun:
        """Run one cell; whatever it raises is an output, as in a notebook."""
        self._error = self._raised = None
        self._shell.compile.cell_id = cell_id
        shown = self._shell.display_pub.outputs = []
        results = self._shell.displayhook.results = []
        ran = False
        with captured() as (out, err):
            try:
                whole = self._shell.run_whole(source)
                ran = bool(self._shell.run_cell(source, store_history=False).success) if whole is None else whole
            except Exception as error:  # the compiler's, which IPython does not expect: all others it has caught
                self._keep_error(type(error), error, [f"{type(error).__name__}: {_text(error)}"])
        outputs = [_stream("stdout", out), _stream("stderr", err)]
        outputs += [_rich("display_data", item) for item in shown[:MAX_SHOWN]]
        outputs += [_rich("execute_result", item) | {"execution_count": None} for item in results[:MAX_SHOWN]]
        outputs.append(self._error or {})
        raised, self._raised = self._raised, None
        return CellRun([output for output in outputs if output], ran, raised)

    def _keep_error(self, kind: type[BaseException], value: BaseException, lines: list[str]) -> None:
        self._raised = value
        self._error = {
            "output_type": "error",
            "ename": exception_name(kind),
            "evalue": _text(value)[:MAX_TEXT],
            "traceback": "\n".join(lines)[:MAX_TEXT].split("\n"),
        }


@contextmanager
def captured() -> Iterator[tuple[BoundedText, BoundedText]]:
    """Standard output and standard error of the block, bounded."""
    before = sys.stdout, sys.stderr
    streams = BoundedText(), BoundedText()
    sys.stdout, sys.stderr = streams
    try:
        yield streams
    finally:
        sys.stdout, sys.stderr = before


def exception_name(kind: type) -> str:
    """The name of an exception's class, or of the nearest one above it that is no private matter of a library's."""
    return next(above.__name__ for above in kind.__mro__ if not above.__name__.startswith("_"))


def place_of(error: BaseException, *, outermost: bool = False) -> tuple[str, int] | None:
    """The cell id and line (from 1) of the innermost frame of ``error`` that stands in a cell, or None.

    Of a cell that Python cannot read, the line at which it gave up. ``outermost``: where the call began that led there.
    """
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if isinstance(error, SyntaxError) and isinstance(name, str) and name.startswith("<cell ") and type(line) is int:
        return name[len("<cell ") : -1], line
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, line in frames if outermost else reversed(frames):
        name = frame.f_code.co_filename
        if name.startswith("<cell ") and name.endswith(">"):
            return name[len("<cell ") : -1], line
    return None


def _bound_last(source: str) -> str:
    """The name that the last line without an indent defines or assigns to, or nothing."""
    last = next((line for line in reversed(source.splitlines()) if line[:1].strip() and line[0] != "#"), "")
    found = _BINDS.match(last)
    return (found[1] or found[2]) if found else ""


def _ends_in(code: CodeType, name: str) -> bool:
    """Whether the last thing that a cell's code does is to bind this name: then there is no value to be shown.

    Nor does it begin with a text, which a module would take for its documentation.
    """
    tail = code.co_code[-6:]  # three instructions; one with a large argument has more bytes, and is taken for none
    done = [(opname[tail[at]], tail[at + 1]) for at in range(0, len(tail), 2)]
    while done and done[-1][0] in ("RETURN_VALUE", "RETURN_CONST", "LOAD_CONST"):
        done.pop()
    if not done or done[-1][0] != "STORE_NAME" or "__doc__" in code.co_names:
        return False
    return code.co_names[done[-1][1]] == name


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # a __str__ of the student's own may raise whatever it likes
        return f"<{type(value).__name__} whose text raised {type(error).__name__}>"


def _stream(name: str, stream: BoundedText) -> dict[str, Any]:
    text = stream.text()
    return {"output_type": "stream", "name": name, "text": text} if text else {}


def _rich(output_type: str, item: Any) -> dict[str, Any]:
    """Text and PNG pictures of a shown object; nothing that a browser would run."""
    data = {}
    for mime, value in dict(item["data"]).items():
        if mime == "text/plain":
            data[mime] = str(value)[:MAX_TEXT]
        elif mime == "image/png" and isinstance(value, str) and len(value) <= MAX_RICH:
            data[mime] = value
    return {"output_type": output_type, "data": data, "metadata": {}}
