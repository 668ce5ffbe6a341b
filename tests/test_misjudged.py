"""Honest work that was once misjudged, or told something untrue: what each piece gets and is told now.

Each stands in the place of the answer of its name in a worked notebook; all other answers are right.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course.units import Unit, find_unit, grade_id, marks
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.judging.examiner import Examiners, pool
from autograder.sandbox import confine

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(confine.available() is not None, reason=f"judging needs the lockdown: {confine.available()}"),
]
RNN, NAMES = "01_rnn_step_by_step", "02_dinosaur_names"
HEAD = "def {name}(x, a0, parameters):\n    n_a, m = a0.shape\n    T_x = x.shape[2]\n"
RIGHT_CELL = """def {name}(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Waa"] @ a_prev + parameters["Wax"] @ xt + parameters["ba"])
    return a_next, softmax(parameters["Wya"] @ a_next + parameters["by"]), (a_next, a_prev, xt, parameters)
"""
LSTM_BACKWARD = """def lstm_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, total = np.zeros((x.shape[0], m, T_x)), {}
    da_prev, dc_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        one = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cells[t])
        dx[:, :, t] = one["dxt"]
        # carry
        for name in [f"d{kind}{gate}" for kind in "Wb" for gate in "fico"]:
            # sum
    return {"dx": dx, "da0": one["da_prev"], **total}
"""
CARRY = 'da_prev, dc_prev = one["da_prev"], one["dc_prev"]'
SUM = "total[name] = total.get(name, 0) + one[name]"
TWICE = "total[name] = total.get(name, 0) + (total.get(name, 0) + one[name])"
RNN_BACKWARD = """def rnn_backward(da, caches):
    cells, x = caches
    parameters = cells[WHICH][-1]
    n_a, m, T_x = da.shape
    dx, da_prev = np.zeros((x.shape[0], m, T_x)), np.zeros((n_a, m))
    sums = {name: np.zeros(parameters[name[1:]].shape) for name in ("dWax", "dWaa", "dba")}
    for t in reversed(range(T_x)):
        one = STEP
        da_prev, dx[:, :, t] = one["da_prev"], one["dxt"]
        sums = {name: value + one[name] for name, value in sums.items()}
    return {"dx": dx, "da0": da_prev, **sums}
"""
FIRST_STEP = "rnn_cell_backward(da[:, :, 0], (*cells[0][:2], x[:, :, t], parameters))"

ANSWERS = {
    "lstm_forward aliased": HEAD.format(name="lstm_forward")
    + """    a, c, cells = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x)), []
    y = np.zeros((parameters["Wy"].shape[0], m, T_x))
    a_t, c_t = a0, c[:, :, 0]  # zeros, but a view: the first memory is written into it
    for t in range(T_x):
        a_t, c_t, y[:, :, t], cell = lstm_cell_forward(x[:, :, t], a_t, c_t, parameters)
        a[:, :, t], c[:, :, t] = a_t, c_t
        cells.append(cell)
    return a, y, c, (cells, x)
""",
    "lstm_backward nothing_carried": LSTM_BACKWARD.replace("# carry", "pass").replace("# sum", SUM),
    "lstm_backward doubled_sum": LSTM_BACKWARD.replace("# carry", CARRY).replace("# sum", TWICE),
    "rnn_backward first_step": RNN_BACKWARD.replace("WHICH", "0").replace("STEP", FIRST_STEP),
    "rnn_backward second_cache": RNN_BACKWARD.replace("WHICH", "1").replace(
        "STEP", "rnn_cell_backward(da[:, :, t] + da_prev, cells[t])"
    ),
    "lstm_cell_backward all_none": """def lstm_cell_backward(da_next, dc_next, cache):
    return dict.fromkeys(["dxt", "da_prev", "dc_prev"] + [f"d{kind}{gate}" for gate in "fico" for kind in "Wb"])
""",
    "rnn_cell_forward all_none": """def rnn_cell_forward(xt, a_prev, parameters):
    a_next = yt_pred = None
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)
""",
    "rnn_cell_forward syntax_error": "def rnn_cell_forward(xt, a_prev, p):\n    a = np.tanh(a_prev\n    return a",
    "rnn_cell_forward assert_above": "assert 1 + 1 == 3\n" + RIGHT_CELL.format(name="rnn_cell_forward"),
    "rnn_cell_forward stub_left": RIGHT_CELL.format(name="rnn_cell_forward").replace(
        "    return", "    raise NotImplementedError\n    return"
    ),
    "rnn_cell_forward misspelt": RIGHT_CELL.format(name="rnn_cell_foward"),
    "rnn_forward wrong_axis": HEAD.format(name="rnn_forward")
    + """    a, y, cells, a_t = np.zeros((n_a, m, T_x)), np.zeros((parameters["Wya"].shape[0], m, T_x)), [], a0
    for t in range(T_x):
        a_t, y[:, :, t], cell = rnn_cell_forward(x[:, t, :], a_t, parameters)
        a[:, :, t] = a_t
        cells.append(cell)
    return a, y, (cells, x)
""",
    "clip not_clipped": """def clip(gradients, max_value):
    return {name: value.copy() for name, value in gradients.items()}
""",
    "sample plain_exponentials": """def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_x, indices = len(char_to_ix), []
    xt, a = np.zeros((n_x, 1)), np.zeros(parameters["ba"].shape)
    while len(indices) < max_length and (not indices or indices[-1] != char_to_ix["\\n"]):
        a, logits = step(xt, a, parameters)
        powers = np.exp(logits[:, 0] / temperature)
        indices.append(int(rng.choice(n_x, p=powers / powers.sum())))
        xt = np.zeros((n_x, 1))
        xt[indices[-1]] = 1.0
    return indices
""",
}


def first_cell_deleted(notebook: NotebookNode) -> None:
    notebook.cells.remove(code_cells(notebook)[0])


def helpers_elsewhere(notebook: NotebookNode) -> None:
    code_cells(notebook)[0].source = (
        "import time\nimport numpy as np\nfrom my_helpers import sigmoid, softmax\n"
        "from unrolled import plots\nfrom unrolled.checks import rnn_step_by_step as checks"
    )


def all_in_one_cell(notebook: NotebookNode) -> None:
    sources = [cell.source for cell in code_cells(notebook) if not marks(cell).get("grade")]
    half = len(sources) // 2
    notebook.cells = [new_code_cell("\n\n".join([*sources[:half], "this_name_is_not_there", *sources[half:]]))]


def no_break_spaces(notebook: NotebookNode) -> None:
    for cell in code_cells(notebook):
        cell.source = re.sub("^ +", lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), cell.source, flags=re.M)


NOTEBOOKS: dict[str, Callable[[NotebookNode], None]] = {
    "first_cell deleted": first_cell_deleted,
    "helpers missing": helpers_elsewhere,
    "helpers beside": helpers_elsewhere,
    "all_in_one_cell": all_in_one_cell,
    "spaces": no_break_spaces,
}
HELPERS = b"""import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def softmax(z):
    return np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0)
"""


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def files(case: str) -> tuple[Unit, dict[str, bytes]]:
    """The unit, and what is handed in."""
    exercise = case.split()[0]
    unit = find_unit(NAMES if exercise in ("clip", "sample") else RNN)
    notebook = copy.deepcopy(nbformat.read(unit.source_notebook, as_version=4))
    if case in ANSWERS:
        (cell,) = (cell for cell in notebook.cells if grade_id(cell) == exercise)
        cell.source = ANSWERS[case]
    else:
        NOTEBOOKS[case](notebook)
    beside = {"my_helpers.py": HELPERS} if case == "helpers beside" else {}
    return unit, {f"{unit.slug}.ipynb": nbformat.writes(notebook).encode(), **beside}


@pytest.fixture(scope="module")
def verdicts() -> Iterator[dict[str, Verdict]]:
    with pool(2, keras=False) as examiners:
        yield dict(_judged(examiners))


def _judged(examiners: Examiners) -> Iterator[tuple[str, Verdict]]:
    waiting = {}
    for case in [*ANSWERS, *NOTEBOOKS]:
        unit, handed_in = files(case)
        waiting[case] = examiners.submit(handed_in, unit.slug, 7, case)
    for case, future in waiting.items():
        yield case, future.result()


SAYS = {  # what one of the messages on the answer has to hold, and what none may
    "lstm_backward nothing_carried": (r"most likely: .*(carried|handed|passed)", "first thing"),
    "lstm_backward doubled_sum": (r"most likely: .*twice", "first thing"),
    "rnn_backward first_step": (r"most likely: .*(later|first) step", "`da0`"),
    "rnn_backward second_cache": (r"one step", "first thing"),
    "lstm_cell_backward all_none": (r"None", "first thing"),
    "rnn_cell_forward all_none": (r"None", "first thing"),
    "rnn_cell_forward syntax_error": (r"stopped at line 2, .* with SyntaxError: '\(' was never closed", "no function"),
    "rnn_cell_forward assert_above": (r"AssertionError.*line|line.*AssertionError", "there is no function"),
    "rnn_cell_forward stub_left": (r"raise NotImplementedError", "not written yet"),
    "rnn_cell_forward misspelt": (r"`rnn_cell_foward`", "right `"),
    "rnn_forward wrong_axis": (r"raised ValueError|shape", "TypeError"),
    "clip not_clipped": (r"most likely: .*clipped", "added to a total"),
}
RAISED = ("rnn_cell_forward syntax_error", "rnn_cell_forward assert_above")


def of(case: str, verdicts: dict[str, Verdict]) -> ExerciseVerdict:
    """The verdict on the answer that was changed; all others have to be right."""
    name = case.split()[0]
    (mine,) = (exercise for exercise in verdicts[case].exercises if exercise.id == name)
    assert [each.id for each in verdicts[case].exercises if each.score < each.max_score and each.id != name] == []
    return mine


@pytest.mark.parametrize("name", SAYS)
def test_a_wrong_answer_is_told_what_is_wrong_with_it(name: str, verdicts: dict[str, Verdict]) -> None:
    found, (says, never) = of(name, verdicts), SAYS[name]
    assert found.score < found.max_score and found.outcome != "correct"
    assert found.outcome == "raised" or name not in RAISED, found
    assert any(re.search(says, message) for message in found.messages), found.messages
    assert not any(never in message for message in found.messages), found.messages


@pytest.mark.parametrize("name", ["lstm_forward aliased"])
def test_a_cache_that_is_overwritten_later_costs_its_part(name: str, verdicts: dict[str, Verdict]) -> None:
    found = of(name, verdicts)
    assert 0 < found.score < found.max_score and "cache" in found.messages[0], found
    assert not any("with a right" in message for message in found.messages), found.messages


@pytest.mark.parametrize("name", ["sample plain_exponentials", "first_cell deleted", "helpers beside"])
def test_right_work_has_all_its_points(name: str, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[name]
    assert verdict.score == verdict.max_score, verdict
    assert "first_cell" not in name or any("put back" in message for message in verdict.messages), verdict.messages


def test_an_import_that_failed_is_told_first(verdicts: dict[str, Verdict]) -> None:
    assert "no module `my_helpers`" in verdicts["helpers missing"].messages[0]


@pytest.mark.parametrize("name", ["all_in_one_cell"])
def test_what_a_cell_would_have_defined_is_told_where_the_cell_stopped(name: str, verdicts: dict[str, Verdict]) -> None:
    lost = [exercise for exercise in verdicts[name].exercises if exercise.score < exercise.max_score]
    assert lost
    for exercise in lost:
        said = exercise.messages[0]
        assert exercise.outcome == "raised" and "NameError" in said and "line" in said, exercise


@pytest.mark.parametrize("name", ["spaces"])
def test_a_character_that_python_does_not_read_is_named(name: str, verdicts: dict[str, Verdict]) -> None:
    for exercise in verdicts[name].exercises:
        said = exercise.messages[0]
        assert exercise.outcome == "raised", exercise
        assert "with SyntaxError: invalid non-printable character U+00A0" in said and "(<cell" not in said, said


def test_cells_that_were_put_back_are_told_in_one_sentence(verdicts: dict[str, Verdict]) -> None:
    (said,) = (message for message in verdicts["all_in_one_cell"].messages if "put back" in message)
    assert said.startswith("26 cells")


def test_an_answer_with_some_of_its_points_is_incorrect(verdicts: dict[str, Verdict]) -> None:
    every = [exercise for verdict in verdicts.values() for exercise in verdict.exercises]
    partly = {exercise.outcome for exercise in every if 0 < exercise.score < exercise.max_score}
    assert partly == {"incorrect"}
