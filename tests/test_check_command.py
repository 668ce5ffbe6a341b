"""``unrolled check`` on notebooks whose cells fail: an error belongs to its exercise, every absence has its reason."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import warnings
from importlib import metadata
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from right_answers import RIGHT, STUB, altered, body_of
from terminals import Terminal
from typer.testing import CliRunner

from unrolled import notebooks
from unrolled.checking import calling, limits
from unrolled.checking.outcome import Result
from unrolled.cli import app
from unrolled.running import runs
from unrolled.running.notebook import check_notebook
from unrolled.terminal.report import ago

ROOT = Path(__file__).resolve().parents[1]
SLUG = "01_rnn_step_by_step"
CELL = 'a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])'


def results(folder: Path, *cells: str) -> dict[str, Result]:
    """What the checks say of a notebook with these cells, by exercise."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = folder / f"{SLUG}.ipynb"
    nbformat.write(notebook, path)
    return {result.exercise: result for result in check_notebook(path).results}


def cells_of(source: str) -> list[str]:
    """The answers as cells of their own, as in the lesson."""
    return ["\n" + cell if number else cell for number, cell in enumerate(source.split("\n\n"))]


@pytest.mark.parametrize(
    ("wrong", "kind", "line"),
    [
        (CELL[:-1], "SyntaxError", CELL[:-1]),
        ("  " + CELL, "IndentationError", CELL),
        (CELL.replace("@ xt", "@ xt\N{NO-BREAK SPACE}"), "SyntaxError", None),
    ],
)
def test_a_cell_that_python_cannot_read_is_told_at_its_exercise(tmp_path, wrong, kind, line):
    found = results(tmp_path, *cells_of(altered((CELL, wrong))))
    cell = found["rnn_cell_forward"]
    assert cell.outcome == "raised" and cell.messages[0].startswith(f"{kind}, line ")
    assert cell.messages[1] == "Python reads a cell as a whole, so there is no rnn_cell_forward yet."
    assert line is None or cell.code == line
    assert found["rnn_forward"].outcome == "raised"
    assert found["rnn_forward"].causes == ("rnn_cell_forward's cell has a syntax error: begin there.",)
    assert found["lstm_forward"].outcome == "correct"


def test_a_cell_that_stops_before_the_function_says_where(tmp_path):
    cells = [
        ("import os\nassert not os.sep\n" + cell if "def rnn_cell_forward" in cell else cell)
        for cell in cells_of(RIGHT)
    ]
    found = results(tmp_path, *cells)
    cell = found["rnn_cell_forward"]
    assert cell.outcome == "raised" and cell.messages[0].startswith("AssertionError, line 2 of its cell")
    assert cell.code == "assert not os.sep"
    assert found["rnn_forward"].causes == ("rnn_cell_forward's cell stopped with AssertionError: begin there.",)


def test_a_deleted_cell_a_misspelt_name_and_a_stub_read_differently(tmp_path):
    gone = [cell for cell in cells_of(RIGHT) if "def lstm_forward" not in cell]
    misspelt = [cell.replace("def lstm_forward", "def lstm_foward") for cell in cells_of(RIGHT)]
    stub = cells_of(body_of("lstm_forward", STUB))
    said = {}
    for name, cells in {"gone": gone, "misspelt": misspelt, "stub": stub}.items():
        result = results(tmp_path, *cells)["lstm_forward"]
        assert result.outcome == "not attempted"
        said[name] = " ".join(result.messages)
    assert "its cell is gone. `unrolled reset lstm_forward` puts it back" in said["gone"]
    assert "it has lstm_foward: is the name misspelt?" in said["misspelt"]
    assert len(set(said.values())) == 3


def test_what_uses_a_function_that_is_not_there_says_why_it_is_not(tmp_path):
    gone = [cell for cell in cells_of(RIGHT) if "def rnn_cell_forward" not in cell]
    assert "its cell is gone" in results(tmp_path, *gone)["rnn_forward"].causes[0]
    misspelt = [cell.replace("def rnn_cell_forward", "def rnn_cel_forward") for cell in cells_of(RIGHT)]
    assert "it has rnn_cel_forward" in results(tmp_path, *misspelt)["rnn_forward"].causes[0]


def test_a_broken_first_line_is_told_at_the_exercise_that_the_cell_was_made_for(tmp_path):
    notebook = json.loads((ROOT / "assignments" / SLUG / f"{SLUG}.ipynb").read_text())
    answers = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    answers["lstm_forward"]["source"][0] = "de lstm_forward(x, a0, parameters):\n"
    answers["gru_forward"]["source"] = "sizes = 3"
    path = tmp_path / f"{SLUG}.ipynb"
    path.write_text(json.dumps(notebook))
    found = {result.exercise: result for result in check_notebook(path).results}
    broken = found["lstm_forward"]
    assert broken.outcome == "raised" and "SyntaxError, line 1 of its cell" in broken.messages[0]
    assert "is there, but it defines no function of that name" in found["gru_forward"].messages[0]


@pytest.mark.parametrize(
    ("slug", "wrong"), [("03_jazz_solo", "make_layers"), ("06_trigger_word", "insert_audio_clip")]
)
def test_what_is_untouched_reads_so_whatever_it_builds_on(tmp_path, slug, wrong):
    notebook = json.loads((ROOT / "assignments" / slug / f"{slug}.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == wrong:
            cell["source"] = f"def {wrong}(*args):\n    return len(args)"
    path = tmp_path / f"{slug}.ipynb"
    path.write_text(json.dumps(notebook))
    found = {result.exercise: result.outcome for result in check_notebook(path).results}
    assert found.pop(wrong) == "incorrect"
    assert set(found.values()) == {"not attempted"}, found


def test_what_fails_in_an_answers_cell_after_the_function_is_not_hidden(tmp_path):
    cells = [cell + "\nprint(rnn_forward(1, 2, 3))" if "def rnn_forward" in cell else cell for cell in cells_of(RIGHT)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / f"{SLUG}.ipynb")
    checked = check_notebook(tmp_path / f"{SLUG}.ipynb")
    assert all(result.correct for result in checked.results)
    assert [cell.kind for cell in checked.errors] == ["AttributeError"]


@pytest.fixture
def quick_limits(monkeypatch):
    """The bounds of calls, in tenths of the real ones."""
    monkeypatch.setattr(limits, "CALL_SECONDS", 1)
    monkeypatch.setattr(limits, "CHECK_SECONDS", 3)


def test_an_endless_loop_ends_and_those_that_call_it_are_judged_with_a_right_one(tmp_path, quick_limits, monkeypatch):
    raised, real = [], limits._raise_in
    monkeypatch.setattr(limits, "_raise_in", lambda thread, kind: (raised.append(kind), real(thread, kind)))
    loop = CELL + "\n    while a_next.size:\n        a_next = a_next + 0"
    found = results(tmp_path, *cells_of(altered((CELL, loop))))
    assert raised.count(limits.TimeLimit) == 1  # neither another case nor another exercise waits for it again
    cell = found["rnn_cell_forward"]
    assert cell.outcome == "raised" and "TimeLimit: the call was ended after 1 s of processor time" in cell.messages[0]
    assert "rnn_cell_forward, line" in cell.code and "a_next" in cell.code
    assert cell.messages[1] == "It did not finish on “example”, and the other one was not tried."
    assert found["rnn_forward"].with_right == ("rnn_cell_forward",)
    assert found["lstm_forward"].outcome == "correct"


def test_a_call_that_does_not_finish_is_told_beside_what_is_known_of_the_others(tmp_path, quick_limits):
    loop = CELL + "\n    while xt.shape[1] == 1:\n        a_next = a_next + 0"
    cell = results(tmp_path, *cells_of(altered((CELL, loop))))["rnn_cell_forward"]
    assert cell.outcome == "raised" and "TimeLimit" in cell.messages[0]
    assert cell.messages[1] == "Right on 1 of 2 public cases; it did not finish on “single”."


def test_a_flood_of_prints_and_of_warnings_is_cut(tmp_path, quick_limits):
    flood = CELL + "\n    while True:\n        print('seen', xt)"
    cell = results(tmp_path, *cells_of(altered((CELL, flood))))["rnn_cell_forward"]
    assert cell.outcome == "raised" and "printed more than 1,000,000 characters" in cell.messages[0]
    assert cell.printed.startswith("seen [[") and len(cell.printed) < 3000
    warns = "import warnings\n    for n in range(2_000):\n        warnings.warn(f'careful {n % 500}')\n    " + CELL
    cell = results(tmp_path, *cells_of(altered((CELL, warns))))["rnn_cell_forward"]
    assert cell.outcome == "correct" and "careful 0" in cell.printed and len(cell.printed) < 3000


def test_an_exception_that_was_due_when_a_call_ended_is_not_raised_later():
    def almost_too_long(until):
        while time.process_time() < until:
            pass
        return "done"

    for _ in range(8):
        tried = calling.attempt(lambda: almost_too_long(time.process_time() + 0.03), {})
        assert tried.value == "done"
    for spare in (-0.002, -0.001, 0, 0.001, 0.002) * 3:
        with contextlib.suppress(limits.TimeLimit), limits.limited(0.03):
            almost_too_long(time.process_time() + 0.03 + spare)
        for _ in range(1000):
            pass


def test_only_cells_of_no_exercise_are_listed_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results(tmp_path, *cells_of(altered((CELL, CELL[:-1]))), "my_plot = undefined_name")
    told = typed("check", "01")
    assert told.exit_code == 1
    apart = told.stdout.partition("Other cells that failed on the way:")[2]
    assert "NameError: name 'undefined_name' is not defined" in apart and "my_plot = undefined_name" in apart
    assert "SyntaxError" not in apart and "! raised: rnn_cell_forward" in told.stdout


@pytest.mark.parametrize("called", ["01_rnn_step_by_step", "01", "1", "rnn", "RNN"])
def test_a_unit_goes_by_its_name_its_number_and_a_word_of_it(called):
    assert notebooks.find_release(called).slug == SLUG


def test_a_word_of_several_units_names_none(tmp_path, monkeypatch):
    for slug in ("07_gates_and_memory", "08_gates_again"):
        (tmp_path / slug).mkdir()
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / slug / f"{slug}.ipynb")
    monkeypatch.setattr(notebooks, "PLACES", (tmp_path,))
    assert notebooks.find_release("memory").slug == "07_gates_and_memory"
    with pytest.raises(notebooks.UnknownUnit, match="The units are: 07_gates_and_memory, 08_gates_again"):
        notebooks.find_release("gates")


def typed(*words):
    return CliRunner().invoke(app, words, catch_exceptions=False)


def outcomes(printed):
    """The table of `unrolled check`: outcome by exercise."""
    rows = (line.split(maxsplit=2) for line in printed.splitlines())
    return {row[0]: row[2].strip() for row in rows if len(row) == 3 and row[1] in "✓✗!○"}


def test_check_of_the_untouched_release_finds_nothing_attempted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    typed("start", SLUG)
    result = typed("check", "01")
    assert result.exit_code == 1 and not result.stderr
    assert len(outcomes(result.stdout)) == 12 and set(outcomes(result.stdout).values()) == {"not attempted"}
    assert "raised" not in result.stdout


def test_check_of_the_solution_is_all_correct(tmp_path):
    solution = ROOT / "solutions" / SLUG / f"{SLUG}.ipynb"
    shutil.copy(solution, tmp_path / "homework.ipynb")  # renamed: what it imports tells which unit it is
    command = [sys.executable, "-m", "unrolled", "check", "homework.ipynb"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12 exercises correct" in done.stdout and done.stdout.startswith("homework.ipynb, saved ")


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "here"])
def test_check_goes_on_after_cells_that_raise_that_end_the_process_and_that_are_not_to_run(
    tmp_path, monkeypatch, forks
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "FORKS", forks)
    monkeypatch.setattr(runs, "HARD_SECONDS", 1)
    (tmp_path / "beside.py").write_text("import numpy as np")
    right = [cell for cell in cells_of(RIGHT) if "softmax(z)" in cell or "rnn_cell_forward(xt" in cell]
    cells = [
        "oops(",
        "from beside import np",
        *right,
        "1 / 0",
        "import os; os._exit(7)",
        nbformat.v4.new_code_cell("rnn_cell_forward = None", metadata={"tags": ["training"]}),
        "def rnn_forward(x, a0, parameters):\n    print('[bold]seen[/bold] \\x1b[2J')\n    return a0[99]",
        "def lstm_forward(x, a0, parameters):\n    import os\n    os.kill(os.getpid(), 9)",
        "def lstm_cell_forward(*given):\n    while True:\n        try:\n            while True: pass\n"
        "        except:\n            pass",
        "from pathlib import Path\nPath('ran_here').touch()\nos.write(1, b'no line of JSON')",
    ]
    nodes = [nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=nodes), tmp_path / f"{SLUG}.ipynb")
    result = typed("check", SLUG)
    assert result.exit_code == 1
    found = outcomes(result.stdout)
    assert (found["rnn_cell_forward"], found["rnn_forward"], found["lstm_forward"]) == ("correct", "raised", "raised")
    assert found["gru_forward"] == "not attempted" and len(found) == 12
    assert found["lstm_cell_forward"] == "raised" and "An `except:` that catches everything" in result.stdout
    assert "rnn_forward, line 3: return a0[99]" in result.stdout
    assert "[bold]seen[/bold] ␛[2J" in result.stdout  # printed by the student's code: no markup, and no command
    assert "It was not checked to its end: it ended the process that it ran in" in result.stdout
    assert ("(signal SIGKILL)" in result.stdout) == forks
    assert "the cell that begins: oops(\n      SyntaxError: " in result.stdout
    assert "the cell that begins: 1 / 0\n      ZeroDivisionError: division by zero" in result.stdout
    assert "os._exit(7)\n      Not run to its end: it ended the process that it ran in" in result.stdout
    assert ("(exit status 7: is there an exit in it?)" in result.stdout) == forks
    assert (tmp_path / "ran_here").exists()


def test_ctrl_c_prints_what_is_known_and_what_was_running_and_leaves_nothing_behind(tmp_path):
    cells = [re.sub(r"(def lstm_forward.*)", r"\1\n    while True: pass", cell) for cell in cells_of(RIGHT)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / f"{SLUG}.ipynb")
    with Terminal(tmp_path, "check", "1") as terminal:
        terminal.expect("checking lstm_forward, 4 of 12")
        children = psutil.Process(terminal.pid).children(recursive=True)
        assert children
        terminal.sendintr()
        terminal.expect(r"lstm_cell_forward[^\n]+✓ correct")
        terminal.expect(r"lstm_forward[^\n]+not checked")
        terminal.expect("3 of 12 exercises correct")
        terminal.expect("Stopped while checking lstm_forward, 4 of 12")
        assert terminal.ended() == 130
        psutil.wait_procs(children, timeout=20)
        assert not any(child.is_running() for child in children)


def test_in_jupyter_too_a_loop_and_a_flood_come_to_their_end():
    cells = [
        "from unrolled.checks import rnn_step_by_step as checks\n"
        "from unrolled.checking import limits\nlimits.CALL_SECONDS = 1",
        "def rnn_forward(x, a0, parameters):\n    while True: pass",
        "checks.rnn_forward(rnn_forward)",
        "def rnn_forward(x, a0, parameters):\n    while True: print(x)",
        "checks.rnn_forward(rnn_forward)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the kernel's own connection
        NotebookClient(notebook, timeout=300).execute()
    loop, flood = ([output["data"]["text/plain"] for output in cell.outputs] for cell in notebook.cells[2::2])
    assert len(loop) == 1 and "TimeLimit" in loop[0] and "rnn_forward, line 2: while True: pass" in loop[0]
    assert len(flood) == 1 and "TooMuchPrinted" in flood[0] and len(flood[0]) < 4000


def test_a_process_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere" / "numpy").mkdir(parents=True)
    (tmp_path / "elsewhere" / "numpy" / "__init__.py").write_text("raise ImportError('half installed')")
    typed("start", "1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    for command in ("check", "watch"):
        result = typed(command, "1")
        assert result.exit_code == 1
        assert "does not start: ImportError: half installed. `unrolled doctor`" in result.stderr


def test_one_exercise_is_checked_alone_and_the_file_is_named_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results(tmp_path, *cells_of(altered((CELL, CELL.replace("p['ba']", "0")))))
    old = time.time() - 3 * 3600 - 5
    os.utime(f"{SLUG}.ipynb", (old, old))
    alone = typed("check", "rnn", "lstm_forward")
    assert alone.exit_code == 0, alone.output
    assert alone.stdout.startswith(f"{SLUG}.ipynb, saved 3 hours ago")
    assert "1 of 1 exercises correct" in alone.stdout and "gru_forward" not in alone.stdout
    assert [ago(seconds) for seconds in (5, 61, 7300, 86400)] == ["less than a minute", "1 minute", "2 hours", "1 day"]
    unknown = typed("check", "1", "lstm_foward")
    assert unknown.exit_code == 2 and "Did you mean lstm_forward?" in unknown.stderr


def test_the_version_is_the_installed_one():
    assert typed("--version").stdout.strip() == f"unrolled {metadata.version('unrolled')}"
