"""``unrolled watch`` in a real terminal, with a real notebook that is saved while it looks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from right_answers import RIGHT, STUB, body_of
from terminals import Terminal

from unrolled.documents import Cell, Notebook
from unrolled.watching.changes import touched

ROOT = Path(__file__).resolve().parents[1]
SLUG = "01_rnn_step_by_step"
WRONG = ('p["Waa"] @ a_prev', 'p["Waa"].T @ a_prev')


class Student:
    """A student's notebook: answers are written into it, and it is saved as JupyterLab saves, by a move."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{SLUG}.ipynb"
        shutil.copy(ROOT / "assignments" / SLUG / self.path.name, self.path)
        self.document = json.loads(self.path.read_text())

    def answer(self, exercise: str, source: str) -> None:
        """Write an answer, without saving."""
        marks = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in self.document["cells"]]
        self.document["cells"][marks.index(exercise)]["source"] = source.splitlines(keepends=True)

    def save(self) -> str:
        """Save; the text of the file."""
        text = json.dumps(self.document, indent=1, ensure_ascii=False) + "\n"
        beside = self.path.with_name(".~saving")
        beside.write_text(text)
        beside.replace(self.path)
        return text


def answer(exercise: str, *changes: tuple[str, str]) -> str:
    """The right answer to an exercise, with places changed."""
    source = next(part for part in RIGHT.split("\n\n") if part.startswith(f"def {exercise}("))
    for right, wrong in changes:
        assert right in source
        source = source.replace(right, wrong)
    return source


@pytest.fixture
def student(tmp_path: Path) -> Student:
    mine = Student(tmp_path)
    for exercise in ("rnn_cell_forward", "rnn_forward", "lstm_cell_forward"):
        mine.answer(exercise, answer(exercise))
    mine.save()
    return mine


@pytest.fixture
def watched(student: Student) -> Iterator[Terminal]:
    with Terminal(student.path.parent, "watch", "1", EDITOR="echo opened") as terminal:
        shows(terminal, "3 of 12 correct", "○ not attempted: lstm_forward")
        yield terminal


def shows(terminal: Terminal, *texts: str) -> None:
    """Wait until each of the texts was drawn, one after the other; colours between the words do not matter."""
    for text in texts:
        codes = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)+"
        terminal.expect(codes.join(re.escape(word) for word in text.split()))


def test_a_save_is_followed_by_its_verdict_whatever_was_saved(student, watched):
    student.answer("rnn_cell_forward", answer("rnn_cell_forward", WRONG))
    student.save()
    shows(watched, "✗ incorrect: rnn_cell_forward")
    student.answer("rnn_cell_forward", answer("rnn_cell_forward", ("def rnn_cell_forward(", "def rnn_cell_forward(((")))
    student.save()
    shows(watched, "! raised: rnn_cell_forward", "SyntaxError, line 1 of its cell")
    student.answer("rnn_cell_forward", answer("rnn_cell_forward", ("    return", "    while True: pass\n    return")))
    student.save()
    shows(watched, "checking rnn_cell_forward, 1 of 12")  # an endless loop; what is saved next does not wait for it
    idle = psutil.Process(watched.pid).children()[0]
    crash = ("    return", "    __import__('os')._exit(1)\n    return")
    student.answer("rnn_cell_forward", answer("rnn_cell_forward", crash))
    student.save()
    shows(watched, "! raised: rnn_cell_forward", "it ended the process that it ran in (exit status 1")
    student.answer("rnn_cell_forward", answer("rnn_cell_forward"))
    text = student.save()
    shows(watched, "saved", "✓ correct: rnn_cell_forward")  # the whole page may be drawn but once
    idle.kill()  # the warm process itself, as a machine without memory does
    student.answer("lstm_cell_forward", answer("lstm_cell_forward", ("ot * np", "ft * np")))
    student.save()
    shows(watched, "✗ incorrect: lstm_cell_forward")

    student.path.write_text(text[: len(text) // 2])  # half of it, and the rest a moment later
    student.answer("lstm_cell_forward", answer("lstm_cell_forward", ("ft * c_prev", "ft + c_prev")))
    student.save()
    shows(watched, "✗ incorrect: lstm_cell_forward")
    assert "ends in the middle" not in watched.before
    student.path.write_text(text[: len(text) // 2])  # and no more of it
    shows(watched, "ends in the middle")
    student.path.unlink()
    shows(watched, "cannot be read now: No such file or directory")
    student.path.write_text(text)
    shows(watched, "✓ correct: lstm_cell_forward")


def test_keys_and_a_clean_end(student, watched):
    children = psutil.Process(watched.pid).children(recursive=True)
    assert children
    watched.send("l")
    shows(watched, "› lstm_forward", "○ not attempted")
    watched.send("\x1b[B")
    shows(watched, "› gru_cell_forward")
    watched.send("h")
    shows(watched, "gru_cell_forward · Hint 1: a nudge (1 of 3)")
    watched.send("h")
    shows(watched, "Hint 2: the plan (2 of 3)")
    watched.send("\r")
    shows(watched, "○ not attempted: gru_cell_forward")
    watched.send("o")
    watched.expect(rf"opened \+(\d+) {SLUG}.ipynb")
    line = student.path.read_text().splitlines()[int(watched.match[1]) - 1]
    assert "def gru_cell_forward(" in line
    shows(watched, "○ not attempted: gru_cell_forward")
    watched.setwinsize(12, 40)  # narrow and low: nothing breaks, and the keys stay in sight
    shows(watched, "h hint")
    assert json.loads((student.path.parent / ".unrolled.json").read_text())["hints"] == {SLUG: {"gru_cell_forward": 2}}
    watched.send("q")
    watched.expect(re.escape("\x1b[?1049l"))  # the page is gone, what was on the terminal before is back
    shows(watched, "rnn_cell_forward ✓ correct", "lstm_forward ○ not attempted")
    assert watched.ended() == 0
    psutil.wait_procs(children, timeout=20)
    assert not any(child.is_running() for child in children)


@pytest.mark.parametrize("end", ["ctrl-c", "kill"])
def test_an_end_from_outside_leaves_a_clean_terminal_and_no_process(student, end):
    student.answer("rnn_forward", answer("rnn_forward", ("    for t", "    while True: pass\n    for t")))
    student.save()
    with Terminal(student.path.parent, "watch", "1") as terminal:
        shows(terminal, "checking rnn_forward, 2 of 12")
        children = psutil.Process(terminal.pid).children(recursive=True)
        assert len(children) == 2
        terminal.sendintr() if end == "ctrl-c" else psutil.Process(terminal.pid).kill()
        if end == "ctrl-c":
            terminal.expect(re.escape("\x1b[?1049l"))
            assert terminal.ended() == 0
        psutil.wait_procs(children, timeout=20)
        assert not any(child.is_running() for child in children)


def cells(*sources: str) -> Notebook:
    """A notebook of code cells; of one that defines an exercise, it is the answer cell."""
    found = []
    for place, source in enumerate(sources):
        exercise = re.match(r"def (\w+)", source)
        mark = {"nbgrader": {"grade_id": exercise[1], "solution": True}} if exercise else {}
        found.append(Cell("code", source, f"cell-{place}", mark, place))
    return Notebook(tuple(found))


@pytest.mark.parametrize(
    ("place", "changed", "wanted"),
    [
        (1, "def cell(x):\n    return x + 2", ["cell", "loop"]),
        (1, "def cell(x):\n    return x +", ["cell", "loop"]),
        (2, "def loop(x):\n    return [cell(x)]", ["loop"]),
        (0, "import numpy as np\nsize = 4", ["cell", "loop", "other", "late"]),
        (3, "size = 5", ["other", "late"]),
        (4, "def other(x):\n    return x - size", ["other", "late"]),
        (5, "table.append(other(2))", ["late"]),
        (7, "%matplotlib inline", ["cell", "loop", "other", "late"]),
    ],
)
def test_a_change_touches_what_it_defines_and_what_depends_on_it(place, changed, wanted):
    sources = [
        "import numpy as np\nsize = 3",
        "def cell(x):\n    return np.add(x, 1)",
        "def loop(x):\n    return cell(x)",
        "size = 4",
        "def other(x):\n    return x * size",
        "table = []\ntable.append(other(1))",
        "def late(x):\n    return table[0]",
        "print('done')",
    ]
    names = ["cell", "loop", "other", "late"]
    before = cells(*sources)
    assert touched(None, before, names) == names
    assert touched(before, before, names) == []
    sources[place] = changed
    assert touched(before, cells(*sources), names) == wanted


def test_output_that_is_no_terminal_gets_lines(student):
    """As in a log: no page, no colours, a verdict for each save."""
    command = [sys.executable, "-m", "unrolled", "watch", "1"]
    with subprocess.Popen(
        command, cwd=student.path.parent, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        seen = iter(process.stdout.readline, "")
        assert any("○ not attempted: lstm_backward" in line for line in seen)
        student.answer("rnn_forward", body_of("rnn_forward", STUB))
        student.answer("lstm_cell_forward", answer("lstm_cell_forward", ("ft * c_prev", "ft + c_prev")))
        student.save()
        assert any("✗ incorrect: lstm_cell_forward" in line for line in seen)
        process.send_signal(2)
        process.communicate()
        assert process.returncode == 0
