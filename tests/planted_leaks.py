"""Leaks to plant in a bundle: each writes one, and says which words name its place, and which what it gives away."""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import lzma
import marshal
import py_compile
import tarfile
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.root import ROOT
from autograder.course.units import find_unit
from unrolled.arrays import load_cases, save_cases

UNIT = find_unit("01_rnn_step_by_step")
NOTEBOOK = f"{UNIT.slug}.ipynb"
ANSWER = worked_answers(UNIT)["lstm_cell_forward"]
GRADER = UNIT.grader.read_text()
ORACLE = (ROOT / "autograder/oracles/rnn_step_by_step.py").read_text()
HIDDEN = load_cases(UNIT.references)["lstm_cell_forward/plain"]
VALUES = np.asarray(HIDDEN.inputs["xt"])
PLANTS: dict[str, Callable[[Path], tuple[str, str]]] = {}
SOLUTION = "worked answer to lstm_cell_forward"
VALUE = "hidden values of lstm_cell_forward/plain"


def plant(write: Callable[[Path], tuple[str, str]]) -> Callable[[Path], tuple[str, str]]:
    PLANTS[write.__name__] = write
    return write


def notebook(bundle: Path, change: Callable[[nbformat.NotebookNode], None], number: int = 5) -> str:
    """Change a cell of the bundle's notebook; returns its place."""
    nodes = nbformat.read(bundle / NOTEBOOK, 4)
    change(nodes.cells[number - 1])
    nbformat.write(nodes, bundle / NOTEBOOK)
    return f"{NOTEBOOK}, cell {number}"


def renamed(code: str) -> str:
    """The same function with other names, no docstring, another layout, and comments."""
    tree = ast.parse(code)
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = f"thing_{sorted(own).index(node.id)}"
        elif isinstance(node, ast.arg):
            node.arg = f"thing_{sorted(own).index(node.arg)}"
        elif isinstance(node, ast.FunctionDef):
            node.name, node.body = "something", node.body[1:] if ast.get_docstring(node) else node.body
    return "\n\n".join(f"{line}  # so" for line in ast.unparse(tree).splitlines())


def statements(code: str) -> list[str]:
    """The statements of a function's body, docstring left out."""
    return [ast.unparse(part) for part in ast.parse(code).body[0].body if not isinstance(part, ast.Expr)]  # type: ignore[attr-defined]


def zipped(members: dict[str, bytes], comment: bytes = b"") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def npy(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.save(data, array)
    return data.getvalue()


@plant
def a_solution_in_a_cell(bundle: Path) -> tuple[str, str]:
    return notebook(bundle, lambda cell: cell.update(source=ANSWER, cell_type="code", outputs=[])), SOLUTION


@plant
def a_solution_with_other_names(bundle: Path) -> tuple[str, str]:
    (bundle / "extra.py").write_text(renamed(ANSWER).replace("np.", "numpy."))
    return "extra.py, line", SOLUTION


@plant
def a_part_of_a_solution(bundle: Path) -> tuple[str, str]:
    part = "\n".join(statements(renamed(ANSWER))[2:6])
    (bundle / "extra.py").write_text(f"def other(x):\n    print(x)\n{textwrap.indent(part, '    ')}\n    return 3\n")
    return "extra.py, line 3", SOLUTION


@plant
def a_solution_in_prose(bundle: Path) -> tuple[str, str]:
    text = f"A hint, that goes too far:\n\n```python\n{ANSWER}\n```\n\nNow it is said."
    return notebook(bundle, lambda cell: cell.update(source=text)) + ", line", SOLUTION


@plant
def a_solution_commented_out(bundle: Path) -> tuple[str, str]:
    (bundle / "extra.py").write_text("x = 1\n" + textwrap.indent(ANSWER, "# ", lambda line: True))
    return "extra.py, line", SOLUTION


@plant
def a_solution_in_the_metadata_of_a_cell(bundle: Path) -> tuple[str, str]:
    place = notebook(bundle, lambda cell: cell.metadata.update(note={"before": [1, ANSWER]}))
    return f"{place}, metadata.note.before", SOLUTION


@plant
def a_solution_in_an_output(bundle: Path) -> tuple[str, str]:
    shown = "".join(f"     {number} {line}\n" for number, line in enumerate(ANSWER.splitlines(), 10))
    output = nbformat.v4.new_output("stream", text=f"\x1b[0;31mSource:\x1b[0m\n{shown}")
    place = notebook(bundle, lambda cell: cell.update(cell_type="code", outputs=[output], execution_count=1))
    return f"{place}, outputs.text", SOLUTION


@plant
def a_solution_shown_in_quotes(bundle: Path) -> tuple[str, str]:
    output = nbformat.v4.new_output("execute_result", {"text/plain": repr(ANSWER)}, execution_count=1)
    place = notebook(bundle, lambda cell: cell.update(cell_type="code", outputs=[output], execution_count=1))
    return f"{place}, outputs.data.text/plain", SOLUTION


@plant
def a_notebook_in_the_metadata_of_a_notebook(bundle: Path) -> tuple[str, str]:
    inner = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ANSWER)])
    place = notebook(bundle, lambda cell: cell.metadata.update(old=nbformat.writes(inner)))
    return f"{place}, metadata.old, cell 1", SOLUTION


@plant
def a_solution_on_a_coloured_page(bundle: Path) -> tuple[str, str]:
    (bundle / "page.html").write_text(highlight(ANSWER, PythonLexer(), HtmlFormatter(full=True)))
    return "page.html, line", SOLUTION


@plant
def a_solution_in_an_attachment(bundle: Path) -> tuple[str, str]:
    attached = {"a.png": {"image/png": base64.encodebytes(ANSWER.encode()).decode()}}
    place = notebook(bundle, lambda cell: cell.update(attachments=attached))
    return f"{place}, attachments.a.png.image/png, in base64", SOLUTION


@plant
def a_solution_in_a_text_of_code(bundle: Path) -> tuple[str, str]:
    packed = base64.b64encode(gzip.compress(ANSWER.encode())).decode()
    (bundle / "extra.py").write_text(f"import base64\n\nDATA = base64.b64decode({packed!r})\n")
    return "extra.py, in base64 › unpacked", SOLUTION


@plant
def a_solution_in_a_zip_in_a_zip(bundle: Path) -> tuple[str, str]:
    (bundle / "more.zip").write_bytes(zipped({"inner.zip": zipped({"a/b.txt": ANSWER.encode()})}))
    return "more.zip › inner.zip › a/b.txt", SOLUTION


@plant
def a_solution_behind_a_sound(bundle: Path) -> tuple[str, str]:
    sound = next((ROOT / "data/trigger_word/voices").glob("*.ogg")).read_bytes()
    (bundle / "voice.ogg").write_bytes(sound + zipped({"b.py": ANSWER.encode()}))
    return "voice.ogg › b.py", SOLUTION


@plant
def a_solution_in_a_wheel(bundle: Path) -> tuple[str, str]:
    members = {"unrolled/__init__.py": (ROOT / "unrolled/__init__.py").read_bytes(), "unrolled/a.py": ANSWER.encode()}
    (bundle / "unrolled-0.1.0-py3-none-any.whl").write_bytes(zipped(members))
    return "unrolled-0.1.0-py3-none-any.whl › unrolled/a.py", SOLUTION


@plant
def a_compiled_solution(bundle: Path) -> tuple[str, str]:
    source = bundle.parent / "own.py"
    source.write_text(renamed(ANSWER))
    py_compile.compile(str(source), str(bundle / "own.pyc"), doraise=True)
    return "own.pyc", SOLUTION


@plant
def a_solution_in_two_bytes_a_letter(bundle: Path) -> tuple[str, str]:
    (bundle / "notes.txt").write_text(ANSWER, encoding="utf-16")
    return "notes.txt, line", SOLUTION


@plant
def a_solution_in_an_archive_of_another_kind(bundle: Path) -> tuple[str, str]:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        entry = tarfile.TarInfo("deep/answer.txt")
        entry.size = len(ANSWER.encode())
        archive.addfile(entry, io.BytesIO(ANSWER.encode()))
    (bundle / "more.tar.xz").write_bytes(data.getvalue())
    return "more.tar.xz › unpacked › deep/answer.txt", SOLUTION


@plant
def a_known_mistake(bundle: Path) -> tuple[str, str]:
    mistake = next(each for each in known_answers(UNIT).mistakes if each.exercise == "lstm_cell_forward")
    (bundle / "extra.py").write_text(mistake.source)
    return "extra.py", f"autograder/answers/{UNIT.slug}.py"


@plant
def a_mark_scheme(bundle: Path) -> tuple[str, str]:
    scheme = UNIT.script.read_text().partition("BEGIN MARK SCHEME ===\n")[2].partition("\n=== END")[0]
    words = " ".join(scheme.split()[4:24]).upper()
    return notebook(bundle, lambda cell: cell.update(source=f"Think of this: {words}!")), "mark scheme"


@plant
def a_part_of_a_grader(bundle: Path) -> tuple[str, str]:
    function = next(part for part in ast.parse(GRADER).body if getattr(part, "name", "") == "check_backward_habits")
    (bundle / "extra.py").write_text(renamed(ast.unparse(function)))
    return "extra.py", f"a part of autograder/graders/test_{UNIT.slug}.py"


@plant
def the_name_of_a_hidden_test(bundle: Path) -> tuple[str, str]:
    (bundle / "table.csv").write_text("# see check_backward_habits\n1,2\n")
    return "table.csv, line 1", f"a part of autograder/graders/test_{UNIT.slug}.py (its name check_backward_habits)"


@plant
def an_oracle(bundle: Path) -> tuple[str, str]:
    (bundle / "extra.txt").write_text(ORACLE[len(ORACLE) // 3 : len(ORACLE) // 2])
    return "extra.txt, line", "a part of autograder/oracles/rnn_step_by_step.py"


@plant
def the_comment_of_an_archive(bundle: Path) -> tuple[str, str]:
    (bundle / "more.zip").write_bytes(zipped({"a.txt": b"nothing"}, comment=b"by check_backward_habits"))
    return "more.zip, a comment", "check_backward_habits"


@plant
def hidden_references(bundle: Path) -> tuple[str, str]:
    save_cases(bundle / "cases.npz", {"a": HIDDEN})
    return "cases.npz › array", VALUE


@plant
def hidden_values_in_single_precision(bundle: Path) -> tuple[str, str]:
    (bundle / "cases.npz").write_bytes(zipped({"some.npy": npy(VALUES.astype(np.float32)[1:])}))
    return "cases.npz › some.npy", VALUE


@plant
def hidden_values_as_literals(bundle: Path) -> tuple[str, str]:
    (bundle / "extra.py").write_text(f"import numpy as np\n\nXT = np.{np.array2string(VALUES[0], separator=', ')}\n")
    return "extra.py", VALUE


@plant
def hidden_values_in_the_comment_of_a_data_file(bundle: Path) -> tuple[str, str]:
    (bundle / "clips.csv").write_text(f"# {' '.join(f'{value:.6f}' for value in VALUES[0])}\nname,begins\na,0.5\n")
    return "clips.csv, line", VALUE


@plant
def hidden_values_in_json(bundle: Path) -> tuple[str, str]:
    (bundle / "marks.json").write_text(json.dumps({"a": [{"b": VALUES[:, 0].tolist()}]}))
    return "marks.json, a.b", VALUE


@plant
def hidden_values_in_bytes_of_an_array(bundle: Path) -> tuple[str, str]:
    packed = lzma.compress(npy(VALUES))
    (bundle / "picture.npy").write_bytes(npy(np.frombuffer(packed, np.uint8)))
    return "picture.npy, its bytes › unpacked", VALUE


@plant
def hidden_whole_numbers(bundle: Path) -> tuple[str, str]:
    tokens = load_cases(find_unit("03_jazz_solo").references)["make_windows/plain"].inputs["tokens"]
    (bundle / "ids.npy").write_bytes(npy(np.asarray(tokens).astype(np.int16)))
    return "ids.npy", "hidden values of make_windows/plain"


@plant
def a_file_of_the_instructors(bundle: Path) -> tuple[str, str]:
    (bundle / "more.zip").write_bytes(zipped({"x.py": (ROOT / "autograder/course/units.py").read_bytes()}))
    return "more.zip › x.py", "autograder/course/units.py"


@plant
def an_import_of_the_instructors_package(bundle: Path) -> tuple[str, str]:
    (bundle / "extra.py").write_text("try:\n    from autograder.course import units\nexcept ImportError:\n    pass\n")
    return "extra.py, line 2", "“from autograder.course import units”"


@plant
def a_mark_of_the_source_notebook(bundle: Path) -> tuple[str, str]:
    return notebook(bundle, lambda cell: cell.update(source="### BEGIN SOLUTION\n2\n")), "“BEGIN SOLUTION”"


@plant
def a_locked_archive(bundle: Path) -> tuple[str, str]:
    data = bytearray(zipped({"a.txt": ANSWER.encode()}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1  # the bit that says that a password is needed
    (bundle / "more.zip").write_bytes(bytes(data))
    return "more.zip", "cannot be opened"


@plant
def a_pickle(bundle: Path) -> tuple[str, str]:
    data = io.BytesIO()
    np.save(data, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    (bundle / "objects.npy").write_bytes(data.getvalue())
    return "objects.npy", "without running code"


@plant
def code_of_another_python(bundle: Path) -> tuple[str, str]:
    body = marshal.dumps(compile(ANSWER, "a", "exec"))
    (bundle / "old.pyc").write_bytes((3394).to_bytes(2, "little") + b"\r\n" + bytes(12) + body)
    return "old.pyc", "compiled by another Python"


@plant
def a_file_of_no_known_kind(bundle: Path) -> tuple[str, str]:
    (bundle / "weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(range(256)))
    return "weights.h5", "no kind of file that can be looked into"


@plant
def a_link(bundle: Path) -> tuple[str, str]:
    (bundle / "answers").symlink_to(ROOT / "solutions")
    return "answers", "a link"


@plant
def too_many_layers(bundle: Path) -> tuple[str, str]:
    data = ANSWER.encode()
    for _ in range(12):
        data = gzip.compress(data)
    (bundle / "onion.gz").write_bytes(data)
    return "onion.gz › unpacked", "layers within each other"
