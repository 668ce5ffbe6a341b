"""Notebooks that went wrong: an honest one with changes in structure, metadata, sources and encoding, by chance.

A notebook follows from the seed and its number alone, so that one that the tool stumbled over can be made again.
"""

from __future__ import annotations

import codecs
import copy
import gzip
import json
from collections.abc import Callable
from random import Random
from typing import Any

from autograder.fuzzing.values import TEXTS, cut, odd, spoilt

HONEST_EVERY = 25  # every so many notebooks is as it was, and must have all its points
Notebook = dict[str, Any]
Change = Callable[[Notebook, Random], None]

STATEMENTS = (
    "import os; os._exit(0)",
    "raise SystemExit",
    "exit()",
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "import sys; sys.stdout.close()",
    "import sys; sys.modules.clear()",
    "import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "import builtins; builtins.len = builtins.print = builtins.isinstance = None",
    "import builtins; del builtins.__import__",
    "input()",
    "print('x' * 10**7)",
    "while True: print('y' * 10_000)",
    "x = bytearray(10**11)",
    "x = [0] * 10**9",
    "import threading\n[threading.Thread(target=print).start() for _ in range(400)]",
    "import os\nfor n in range(6_000): open(f'{n}', 'w').close()",
    "import os\nfor fd in range(3, 99):\n  try: os.close(fd)\n  except OSError: pass",
    "import os\nfor fd in range(3, 99):\n  try: os.write(fd, b'\\xff' * 99)\n  except OSError: pass",
    "import gc\nfor thing in gc.get_objects():\n  if type(thing) is dict: thing.clear()",
    "import numpy; numpy.ndarray = numpy.array = numpy.tanh = None",
    "%timeit 1",
    "!ls",
    "%%bash\nls",
    "?print",
    "await x",
    "yield 1",
    "get_ipython().run_cell = None",
    "get_ipython().reset()",
    "a" + ".a" * 9_000,
    "-" * 50_000 + "1",
    "'\\ud800'",
    "print('\\ud800')",
    "class E(Exception):\n  def __str__(self): raise self\nraise E",
    "type('\\ud800', (Exception,), {})",
    "from IPython.display import *\ndisplay(HTML('<script>1</script>'), Javascript('1'), {'image/png': 'x'}, raw=True)",
    "import warnings; warnings.simplefilter('error')",
)
RETURNED = (
    "None",
    "'x' * 10**6",
    "float('nan')",
    "10**400",
    "-1j",
    "b'x'",
    "object()",
    "lambda *_: 1",
    "(n for n in range(3))",
    "np.array([None, {}], dtype=object)",
    "np.array('2020', dtype='datetime64[D]')",
    "np.zeros((0, 10**9))",
    "np.broadcast_to(1.0, (10**5, 10**5))",
    "np.ones([1] * 32)",
    "np.float16([1, np.nan])",
    "np.longdouble(1)",
    "np.array(['a', 'b'])",
    "np.zeros(3, dtype=[('a', int), ('b', float)])",
    "np.ma.masked_array([1.0], [True])",
    "{'a': {1: {(1, 2): {None: [set(), frozenset()]}}}}",
    "{np.nan: 1, 1: 2, True: 3, 'x': type}",
    "args",
    "[args, args]",
    "args[0] if args else ()",
    "tuple([np.nan] * 9)",
    "[[[[[[[[]]]]]]]] * 999",
    "__import__('keras').layers.Dense(2)",
    "type('X', (np.ndarray,), {'__eq__': lambda *_: True})((2,))",
    "type('X', (float,), {'__float__': lambda _: 'x'})(1)",
    "type('X', (str,), {'__str__': lambda _: 1})('x')",
)
RAISED = "SystemExit", "KeyboardInterrupt", "MemoryError", "Exception(args)", "GeneratorExit", "NotImplementedError"
PROSE = (
    *("[" * 5_000, "*a_" * 3_000, "> " * 3_000, r"\begin{a}" * 900, "a." * 9_000, "|a" * 5_000),
    *("<div>" * 3_000, "- a\n" * 5_000, "```perl\n" + "a." * 4_000, "[a](/logout) ![b](/logout)"),
)


def mutated(honest: bytes, seed: int, number: int) -> tuple[bytes, list[str]]:
    """A notebook's bytes, and how they came about; of every 25th nothing is changed."""
    if number % HONEST_EVERY == 0:
        return honest, []
    chance = Random(f"{seed}/{number}")
    notebook = json.loads(honest)
    done = []
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        change = chance.choice(CHANGES)
        done.append(change.__name__.strip("_"))
        change(notebook, chance)
    content = _written(notebook, chance)
    if chance.random() < 0.25:
        spoil = chance.choice(ENCODINGS)
        done.append(spoil.__name__.strip("_"))
        content = spoil(content, chance)
    return content, done


def _written(notebook: Any, chance: Random) -> bytes:
    shown = json.dumps(notebook, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1]))
    return shown.encode("utf-8", chance.choice(["surrogatepass", "replace"]))


# ------------------------------------------------------------------------------------------------ structure, metadata


def _cells(notebook: Notebook) -> list[Notebook]:
    cells = notebook.get("cells")
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _one(notebook: Notebook, chance: Random, kind: str | None = None) -> Notebook:
    """A cell to change; one that nobody sees if there is none of this kind."""
    found = [cell for cell in _cells(notebook) if kind in (None, cell.get("cell_type"))]
    return chance.choice(found) if found else {}


def _anything(notebook: Notebook, chance: Random) -> None:
    spoilt(notebook, chance)


def _a_cell(notebook: Notebook, chance: Random) -> None:
    spoilt(_one(notebook, chance), chance)


def _cell_metadata(notebook: Notebook, chance: Random) -> None:
    cell = _one(notebook, chance)
    if isinstance(cell.get("metadata"), dict) and cell["metadata"]:
        spoilt(cell["metadata"], chance)
    else:
        cell["metadata"] = {chance.choice(["nbgrader", "tags", "magics_language", "collapsed"]): odd(chance)}


def _marks(notebook: Notebook, chance: Random) -> None:
    """nbgrader's marks of one cell on another, or with other values."""
    marked = [cell for cell in _cells(notebook) if isinstance(cell.get("metadata"), dict)]
    marked = [cell for cell in marked if isinstance(cell["metadata"].get("nbgrader"), dict)]
    if marked:
        marks = copy.deepcopy(chance.choice(marked)["metadata"]["nbgrader"])
        key = chance.choice([*marks, "points", "schema_version", "grade_id"])
        marks[key] = chance.choice([odd(chance), 1_000_000, True, "points"])
        _one(notebook, chance)["metadata"] = {"nbgrader": marks}


def _notebook_metadata(notebook: Notebook, chance: Random) -> None:
    keys = ["kernelspec", "language_info", "widgets", "nbgrader", "celltoolbar", "title", "authors"]
    notebook["metadata"] = {chance.choice(keys): odd(chance) for _ in range(3)}


def _versions(notebook: Notebook, chance: Random) -> None:
    notebook["nbformat"] = chance.choice([1, 2, 3, 4, 5, 4.5, "4", None, -1, odd(chance)])
    notebook["nbformat_minor"] = chance.choice([0, 4, 5, 9, None, odd(chance)])


def _order(notebook: Notebook, chance: Random) -> None:
    if isinstance(notebook.get("cells"), list):
        chance.shuffle(notebook["cells"])


def _copies(notebook: Notebook, chance: Random) -> None:
    cells = notebook.get("cells")
    if isinstance(cells, list):
        more = [copy.deepcopy(cell) for cell in chance.choices(cells, k=chance.randrange(1, 40))] if cells else []
        notebook["cells"] = cells + more


def _missing_cells(notebook: Notebook, chance: Random) -> None:
    if isinstance(notebook.get("cells"), list):
        notebook["cells"] = [cell for cell in notebook["cells"] if chance.random() < 0.7]


def _kinds(notebook: Notebook, chance: Random) -> None:
    for _ in range(3):
        _one(notebook, chance)["cell_type"] = chance.choice(["code", "markdown", "raw", "heading", "html", odd(chance)])


def _ids(notebook: Notebook, chance: Random) -> None:
    for cell in _cells(notebook):
        cell["id"] = chance.choice(["same", "", "a b", "x" * 99, cell.get("id"), odd(chance)])


def _outputs(notebook: Notebook, chance: Random) -> None:
    cell = _one(notebook, chance, "code")
    kinds = ["stream", "error", "display_data", "execute_result", "pyout", "pyerr", odd(chance)]
    data = {chance.choice(["text/plain", "text/html", "image/png", "application/javascript"]): odd(chance)}
    output = {"output_type": chance.choice(kinds), "data": data, "text": odd(chance), "name": odd(chance)}
    cell["outputs"] = chance.choice([[output], [output, odd(chance)], odd(chance)])
    cell["execution_count"] = chance.choice([None, 1, odd(chance)])


def _attachments(notebook: Notebook, chance: Random) -> None:
    name = chance.choice(["a.png", "", *TEXTS])
    picture = {chance.choice(["image/png", "text/html", "image/svg+xml", ""]): odd(chance)}
    cell = _one(notebook, chance)
    cell["attachments"] = chance.choice([{name: picture}, {name: odd(chance)}, odd(chance)])
    cell["source"] = f"![a](attachment:{name}) [b](javascript:1) <img src=x onerror=1> $\\href{{/a}}{{b}}$"


def _old_worksheets(notebook: Notebook, chance: Random) -> None:
    notebook["worksheets"] = [{"cells": notebook.pop("cells", []), "metadata": odd(chance)}]
    notebook["nbformat"] = chance.choice([2, 3])


# ------------------------------------------------------------------------------------------------------------- sources


def _source(notebook: Notebook, chance: Random) -> None:
    cell = _one(notebook, chance, "code")
    text = _text_of(cell)
    cell["source"] = chance.choice([cut(text, chance), text.splitlines(True), [text, odd(chance)], odd(chance)])


def _lines(notebook: Notebook, chance: Random) -> None:
    for _ in range(3):
        cell = _one(notebook, chance, "code")
        lines = _text_of(cell).splitlines(True)
        for _ in range(chance.randrange(1, 4)):
            if lines:
                place, other = chance.randrange(len(lines)), chance.choice(lines)
                lines[place] = chance.choice(["", other, lines[place][1:], "    " + lines[place], other + lines[place]])
        cell["source"] = "".join(lines)


def _statement(notebook: Notebook, chance: Random) -> None:
    cell = _one(notebook, chance, "code")
    parts = [_text_of(cell), chance.choice(STATEMENTS)]
    cell["source"] = "\n".join(parts if chance.random() < 0.5 else parts[::-1])


def _answer(notebook: Notebook, chance: Random) -> None:
    """A function of the notebook's returns something that is no answer."""
    names = [line[4:].partition("(")[0] for cell in _cells(notebook) for line in _text_of(cell).splitlines()
             if line.startswith("def ")]  # fmt: skip
    name = chance.choice(names) if names else "f"
    body = f"import numpy as np\n    return {chance.choice(RETURNED)}"
    if chance.random() < 0.2:
        body = f"raise {chance.choice(RAISED)}"
    if chance.random() < 0.3:
        body = f"{chance.choice(STATEMENTS).splitlines()[0]}\n    {body}"
    source = f"def {name}(*args, **named):\n    {body}"
    cells = notebook.get("cells")
    if isinstance(cells, list):
        cells.append({"cell_type": "code", "id": "new", "metadata": {}, "outputs": [], "source": source}
                     | {"execution_count": None})  # fmt: skip


def _texts(notebook: Notebook, chance: Random) -> None:
    cell = _one(notebook, chance, "markdown")
    cell["source"] = chance.choice([*PROSE, cut(_text_of(cell), chance)])


def _text_of(cell: Notebook) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else ""


CHANGES: tuple[Change, ...] = (
    *(_anything, _a_cell, _cell_metadata, _marks, _notebook_metadata, _versions, _order, _copies, _missing_cells),
    *(_kinds, _ids, _outputs, _attachments, _old_worksheets, _source, _lines, _statement, _statement),
    *(_answer, _answer, _answer, _texts),
)

# ------------------------------------------------------------------------------------------------------------ encodings


def _utf16(content: bytes, chance: Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-16-le", "utf-32"]))


def _latin(content: bytes, chance: Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(["latin-1", "cp1252", "ascii"]), "replace") + b"\xff"


def _mark_in_front(content: bytes, chance: Random) -> bytes:
    return chance.choice([codecs.BOM_UTF8, codecs.BOM_UTF16, b"\0", b" \n", b"//"]) + content


def _cut_off(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _other_bits(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randrange(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _packed(content: bytes, chance: Random) -> bytes:
    return gzip.compress(content, mtime=0)


def _something_else(content: bytes, chance: Random) -> bytes:
    return chance.choice(
        [b"", b"null", b"[]", b"{}", b'"x"', b"1e999", b"PK\x03\x04", b"%PDF-1.4", b"[" * 99_999, b"\0" * 9_999]
    )


def _names_twice(content: bytes, chance: Random) -> bytes:
    return content.replace(b'"cells":', b'"cells": [], "cells":', 1)


def _line_ends(content: bytes, chance: Random) -> bytes:
    return content.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\x0b", b"\n\n"]))


ENCODINGS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_utf16, _latin, _mark_in_front, _cut_off, _other_bits, _packed, _something_else, _names_twice, _line_ends),
)
