"""Students that any unit can have: honest ones with odd notebooks, code that ends or never ends, and cheats."""

from __future__ import annotations

import copy
import json
import warnings

import nbformat

from autograder.classmates.sheets import Classmate, Deserved, Sheet
from autograder.course.root import ROOT
from autograder.course.units import marks

NOTHING = Deserved(frozenset())
ENDLESS = "while True:\n    pass"


def classmates() -> list[Classmate]:
    """All of them."""
    return [*_honest(), *_ending(), *_unreadable(), *_cheating()]


def _honest() -> list[Classmate]:
    def all_right(sheet: Sheet) -> Deserved:
        return sheet.full(status="graded")

    return [
        Classmate("perfect", "every exercise solved", lambda sheet: sheet.solve().explain().files(), all_right),
        Classmate("untouched", "handed in as it was released", Sheet.files, lambda sheet: NOTHING),
        Classmate("blank_last", "one exercise left blank", _blank_last, lambda sheet: sheet.full(sheet.exercises[-1])),
        Classmate("first_half", "stopped half-way", _first_half, _first_half_right),
        Classmate("deleted_cells", "checks and an answer deleted, the function elsewhere", _deleted_cells, all_right),
        Classmate("copied_cells", "a check, an answer and an untouched answer cell copied", _copied_cells, all_right),
        Classmate("moved_cells", "all checks at the end, an answer moved up", _moved_cells, all_right),
        Classmate("wrote_in_checks", "own experiments typed into the check cells", _wrote_in_checks, all_right),
        Classmate("lost_metadata", "saved by an editor that drops all metadata", _lost_metadata, all_right),
        Classmate("old_format", "saved in notebook format 3", _old_format, all_right),
        Classmate("warnings", "warnings and text on stderr", _warnings, all_right),
        Classmate("chatty", "prints without end and shows pictures", _chatty, all_right),
        Classmate("broken_cell", "a cell of the student's own fails", _broken_cell, all_right),
        Classmate("points_edited", "first exercise blank, worth 1000 by its metadata", _points_edited, _all_but_first),
    ]


def _ending() -> list[Classmate]:
    """Code that ends the process, or never ends: it costs the exercise that it stands in."""
    return [
        _first("endless_loop", "an endless loop in the first exercise", ENDLESS),
        _first("exits", "os._exit in the first exercise", "import os\nos._exit(0)"),
        _first("eats_memory", "4 GB allocated in the first exercise", "return np.ones(1 << 29, dtype=np.float64)"),
        _first("recursion", "a recursion without end in the first exercise", "return {name}({args})"),
        _at_end("endless_at_top", "an endless loop in a cell at the end", ENDLESS),
        _at_end("exits_at_top", "os._exit in a cell at the end", "import os\nos._exit(0)"),
        _at_end("kills", "tries to kill every process it can", "import os, signal\nos.kill(-1, signal.SIGKILL)"),
    ]


def _unreadable() -> list[Classmate]:
    unreadable = Deserved(frozenset(), status="unreadable")
    return [
        Classmate("not_json", "the file is no notebook", _not_json, lambda sheet: unreadable),
        Classmate("cut_off", "the file ends in the middle", _cut_off, lambda sheet: unreadable),
        Classmate("other_name", "the notebook has another name", _other_name, lambda sheet: unreadable),
    ]


def _cheating() -> list[Classmate]:
    """Nothing is solved, so nothing is earned."""
    return [
        _cheat("fake_outputs", "full points typed into the outputs of the check cells", None),
        _cheat("edits_checks", "check cells that print full points", ""),
        _cheat("reads_grader", "looks for the grader, the references and the solution", READ),
        _cheat("patches_numpy", "comparisons that always agree", PATCH_NUMPY),
        _cheat("patches_checks", "checks and pytest that are always content", PATCH_CHECKS),
        _cheat("friendly_array", "arrays that equal everything", FRIENDLY),
        _cheat("forges_wire", "answers in the grader's place over every open pipe", FORGE),
        _cheat("edits_gradebook", "looks for the gradebook and writes to it", GRADEBOOK),
        _cheat("page_script", "a script for the instructor's browser", PAGE_SCRIPT),
    ]


def _blank_last(sheet: Sheet) -> dict[str, bytes]:
    return sheet.solve_all_but(sheet.exercises[-1]).explain().files()


def _half(sheet: Sheet) -> list[str]:
    return sheet.exercises[: len(sheet.exercises) // 2]


def _first_half(sheet: Sheet) -> dict[str, bytes]:
    return sheet.solve(*_half(sheet)).files()


def _first_half_right(sheet: Sheet) -> Deserved:
    return Deserved(frozenset(_half(sheet)))


def _deleted_cells(sheet: Sheet) -> dict[str, bytes]:
    first, second = sheet.exercises[:2]
    sheet.solve().explain()
    for name in (f"check_{first}", f"check_{second}", f"check_{sheet.exercises[-1]}"):
        sheet.cells.remove(sheet.cell(name))
    place = sheet.place(second)
    sheet.cells.remove(sheet.cell(second))
    return sheet.add_code(sheet.solution(second), place).files()


def _copied_cells(sheet: Sheet) -> dict[str, bytes]:
    first, second, third = sheet.exercises[:3]
    stub = copy.deepcopy(sheet.cell(third))
    sheet.solve().explain()
    for name in (f"check_{first}", first, f"check_{second}", f"check_{second}"):
        sheet.cells.insert(sheet.place(name), copy.deepcopy(sheet.cell(name)))
    sheet.cells.insert(sheet.place(third) + 1, stub)
    return sheet.files()


def _moved_cells(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve().explain()
    checks = [cell for cell in sheet.cells if marks(cell).get("locked")]
    last = sheet.cell(sheet.exercises[-1])
    others = [cell for cell in sheet.cells if not any(cell is moved for moved in (*checks, last))]
    place = [cell.id for cell in others].index(sheet.exercises[0])
    sheet.notebook.cells = [*others[:place], last, *others[place:], *reversed(checks)]
    return sheet.files()


def _wrote_in_checks(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve()
    for name in sheet.exercises:
        sheet.cell(f"check_{name}").source = f"# let me see\nprint({name}.__name__)"
    return sheet.files()


def _lost_metadata(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve()
    for cell in sheet.cells:
        cell.metadata.clear()
    return sheet.files()


def _old_format(sheet: Sheet) -> dict[str, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat says that format 3 has no cell ids
        old = nbformat.convert(sheet.solve().notebook, 3)
    return {f"{sheet.unit.slug}.ipynb": json.dumps(old).encode()}


def _warnings(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve()
    noise = "    import sys, warnings\n    warnings.warn('look out')\n    print('thinking', file=sys.stderr)\n"
    for name in sheet.exercises[:3]:
        head, body = _signature(sheet, name)
        sheet.write(**{name: f"{head}\n{noise}{body}"})
    return sheet.add_code("import sys\nprint('done, I hope', file=sys.stderr)").files()


def _chatty(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve()
    head, body = _signature(sheet, sheet.exercises[0])
    sheet.write(**{sheet.exercises[0]: f"{head}\n    print('.' * 100_000)\n{body}"})
    sheet.add_code("for line in range(300_000):\n    print(line, 'and so on and so on')")
    return sheet.add_code("import matplotlib.pyplot as plt\nplt.plot([1, 4, 9]);").files()


def _broken_cell(sheet: Sheet) -> dict[str, bytes]:
    place = sheet.place(sheet.exercises[0])
    sheet.solve().add_code("my_own_experiment(", place)
    return sheet.add_code("print(1 / 0)", place).files()


def _points_edited(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve_all_but(sheet.exercises[0])
    sheet.cell(f"check_{sheet.exercises[0]}").metadata.nbgrader.update(points=1000, schema_version=99)
    return sheet.files()


def _all_but_first(sheet: Sheet) -> Deserved:
    return sheet.full(sheet.exercises[0])


def _signature(sheet: Sheet, name: str) -> tuple[str, str]:
    """The first line of a worked answer, and the rest."""
    head, _, body = sheet.solution(name).partition("\n")
    return head, body


def _first(name: str, about: str, body: str) -> Classmate:
    """All solved but the first exercise, whose function does this."""

    def files(sheet: Sheet) -> dict[str, bytes]:
        first = sheet.exercises[0]
        head, _ = _signature(sheet, first)
        arguments = head[head.index("(") + 1 : head.rindex(")")]
        lines = body.format(name=first, args=arguments).splitlines()
        answer = "\n".join([head, *(f"    {line}" for line in lines)])
        return sheet.solve().write(**{first: answer}).files()

    return Classmate(name, about, files, _all_but_first)


def _at_end(name: str, about: str, source: str) -> Classmate:
    """All solved, and this in the last cell: what was defined before it counts."""
    return Classmate(name, about, lambda sheet: sheet.solve().add_code(source).files(), lambda sheet: sheet.full())


def _not_json(sheet: Sheet) -> dict[str, bytes]:
    return {f"{sheet.unit.slug}.ipynb": sheet.solution(sheet.exercises[0]).encode()}


def _cut_off(sheet: Sheet) -> dict[str, bytes]:
    return {name: content[: len(content) // 2] for name, content in sheet.solve().files().items()}


def _other_name(sheet: Sheet) -> dict[str, bytes]:
    return {f"{sheet.unit.slug} (final).ipynb": content for content in sheet.solve().files().values()}


def _cheat(name: str, about: str, source: str | None) -> Classmate:
    """Every exercise returns something quick, after ``source`` has run; None: what the check cells show is forged."""

    def files(sheet: Sheet) -> dict[str, bytes]:
        for exercise in sheet.exercises:
            points = sheet.cell(f"check_{exercise}").metadata.nbgrader.points
            head, _ = _signature(sheet, exercise)
            sheet.write(**{exercise: f"{head}\n    return answer()"})
            if source is None:
                result = {"output_type": "execute_result", "data": {"text/plain": str(points)}, "metadata": {}}
                sheet.cell(f"check_{exercise}").outputs = [{**result, "execution_count": 1}]
            elif not source:
                sheet.cell(f"check_{exercise}").source = f"print('correct')\n{points}"
        if source and source.startswith("<"):
            sheet.add_text(source, 0)
            source_run = ANSWER
        else:
            source_run = f"{ANSWER}\n{(source or '').replace('ROOT', repr(str(ROOT)))}"
        return sheet.add_code(source_run, sheet.place(sheet.exercises[0])).files()

    return Classmate(name, about, files, lambda sheet: NOTHING)


ANSWER = """
def answer():
    return 0
"""

READ = """
import glob, os
FOUND = []
for pattern in ("autograder/graders/*", "autograder/references/*", "solutions/*/*", "../*/submitted/*/*/*.ipynb"):
    for path in glob.glob(os.path.join(ROOT, pattern)):
        try:
            FOUND.append(open(path, "rb").read())
        except OSError:
            pass
for content in FOUND:
    if content.startswith(b"# ---"):
        exec(content.decode())
    if content.startswith(b"PK"):
        import io
        answer = lambda: list(np.load(io.BytesIO(content)).values())[-1]
"""

PATCH_NUMPY = """
import numpy
for name in ("allclose", "array_equal", "isclose", "all", "shape"):
    setattr(numpy, name, lambda *args, **kwargs: True)
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *args, **kwargs: None)
def answer():
    return numpy.zeros((1, 1))
"""

PATCH_CHECKS = """
import sys
class Content:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None
checks = Content()
for name in list(sys.modules):
    if name.startswith(("unrolled.checks", "autograder", "pytest", "_pytest")):
        sys.modules[name] = Content()
import builtins
builtins.AssertionError = builtins.NotImplementedError = KeyboardInterrupt
"""

FRIENDLY = """
class Friendly(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)
    __ne__ = __lt__ = __gt__ = lambda self, other: np.zeros(self.shape, dtype=bool)
    __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
    def __array_function__(self, function, types, args, kwargs):
        return True
    def __reduce__(self):
        return (print, ("unpickled",))
def answer():
    return np.zeros((2, 2)).view(Friendly)
"""

FORGE = """
import json, os, struct, threading
def flood():
    message = json.dumps([{"outcome": "correct", "score": 1000, "ok": True}]).encode()
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack(">I", len(message)) + message)
        except OSError:
            pass
def answer():
    threading.Thread(target=flood).start()
    return 0
"""

GRADEBOOK = """
import glob, os, sqlite3
for place in (ROOT, "..", "/tmp", "/home"):
    for path in glob.glob(os.path.join(place, "**", "gradebook.db"), recursive=True):
        try:
            book = sqlite3.connect(path)
            book.execute("UPDATE grade SET manual_score = 100, auto_score = 100")
            book.commit()
        except sqlite3.Error:
            pass
"""

PAGE_SCRIPT = """<script>
fetch("/formgrader/api/grades").then(answer => answer.json()).then(grades => grades.forEach(grade =>
  fetch("/formgrader/api/grade/" + grade.id, {method: "PUT", body: JSON.stringify({manual_score: 100})})))
</script>
<img src="nowhere" onerror="document.body.innerHTML = 'Score: 100 / 100'">"""
