"""The public checks of unit 01 against right answers, typical mistakes and odd ones, the way a notebook calls them."""

from __future__ import annotations

import ast
import linecache
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import unrolled
from unrolled.checking.outcome import Line, Result, as_html
from unrolled.checks import rnn_step_by_step as checks

PACKAGE = Path(unrolled.__file__).parent

# What a student may write. Each mistake below is this text with one place changed.
RIGHT = """
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a_next = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    yt_pred = softmax(p["Wya"] @ a_next + p["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)

def rnn_forward(x, a0, parameters):
    a_next, caches = a0, []
    a = np.zeros(a0.shape + x.shape[2:])
    y_pred = np.zeros((parameters["by"].shape[0],) + x.shape[1:])
    for t in range(x.shape[2]):
        a_next, yt, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t], y_pred[:, :, t] = a_next, yt
        caches.append(cache)
    return a, y_pred, (caches, x)

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(p["Wf"] @ stacked + p["bf"])
    it = sigmoid(p["Wi"] @ stacked + p["bi"])
    cct = np.tanh(p["Wc"] @ stacked + p["bc"])
    ot = sigmoid(p["Wo"] @ stacked + p["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)

def lstm_forward(x, a0, parameters):
    a_next, c_next, caches, steps = a0, np.zeros_like(a0), [], []
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        steps.append((a_next, yt, c_next))
        caches.append(cache)
    a, y, c = (np.stack(arrays, axis=2) for arrays in zip(*steps))
    return a, y, c, (caches, x)

def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(p["Wu"] @ stacked + p["bu"])
    rt = sigmoid(p["Wr"] @ stacked + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    return c_next, softmax(p["Wy"] @ c_next + p["by"]), (c_next, c_prev, ut, rt, cct, xt, parameters)

def gru_forward(x, c0, parameters):
    c_next, caches, steps = c0, [], []
    for t in range(x.shape[2]):
        c_next, yt, cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        steps.append((c_next, yt))
        caches.append(cache)
    c, y = (np.stack(arrays, axis=2) for arrays in zip(*steps))
    return c, y, (caches, x)

def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    zero = np.zeros((parameters_forward["ba"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, zero, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], zero, parameters_backward)[0][:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    y = np.stack([softmax(Wy @ both[:, :, t] + by) for t in range(x.shape[2])], axis=2)
    return y, a_forward, a_backward

def deep_rnn_forward(x, layers):
    a, below = [], x
    for layer in layers:
        below, y, _ = rnn_forward(below, np.zeros((layer["ba"].shape[0], x.shape[1])), layer)
        a.append(below)
    return a, y

def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = (1 - a_next**2) * da_next
    return {
        "dxt": parameters["Wax"].T @ dz, "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T, "dWaa": dz @ a_prev.T, "dba": dz.sum(axis=1, keepdims=True),
    }

def rnn_backward(da, caches):
    cells, x = caches
    steps = da.shape[2]
    dx, total, back = np.zeros((x.shape[0], x.shape[1], steps)), {}, np.zeros(da.shape[:2])
    for t in reversed(range(steps)):
        step = rnn_cell_backward(da[:, :, t] + back, cells[t])
        dx[:, :, t], back = step.pop("dxt"), step.pop("da_prev")
        total = {name: total.get(name, 0) + part for name, part in step.items()}
    return {"dx": dx, "da0": back, **total}

def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = a_prev.shape[0]
    stacked = np.concatenate([a_prev, xt])
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft), "i": dc * cct * it * (1 - it), "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    below = sum(p["W" + gate].T @ dz[gate] for gate in "fico")
    grads = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc * ft}
    for gate in "fico":
        grads["dW" + gate] = dz[gate] @ stacked.T
        grads["db" + gate] = dz[gate].sum(axis=1, keepdims=True)
    return grads

def lstm_backward(da, caches):
    cells, x = caches
    steps = da.shape[2]
    dx, total = np.zeros((x.shape[0], x.shape[1], steps)), {}
    da_back, dc_back = np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    for t in reversed(range(steps)):
        step = lstm_cell_backward(da[:, :, t] + da_back, dc_back, cells[t])
        dx[:, :, t], da_back, dc_back = step.pop("dxt"), step.pop("da_prev"), step.pop("dc_prev")
        total = {name: total.get(name, 0) + part for name, part in step.items()}
    return {"dx": dx, "da0": da_back, **total}
"""
STUB = '    raise NotImplementedError("write this")\n'


def notebook(source: str = RIGHT) -> dict[str, Any]:
    """The namespace that a cell with this source leaves; tracebacks find its lines, as they do in a kernel."""
    name = "<cell of a student>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace


def altered(*changes: tuple[str, str], source: str = RIGHT) -> str:
    """The source with some places changed; each must be there exactly once."""
    for old, new in changes:
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times"
        source = source.replace(old, new)
    return source


def body_of(exercise: str, body: str, source: str = RIGHT) -> str:
    """The source with another body of one function."""
    pattern = rf"(def {exercise}\([^\n]*\n)(?:    [^\n]*\n|\n(?=    ))*"
    changed, count = re.subn(pattern, lambda match: match[1] + body, source)
    assert count == 1
    return changed


def check(exercise: str, source: str = RIGHT) -> Result:
    """The result of an exercise's check as its cell calls it."""
    one = getattr(checks, exercise)
    namespace = notebook(source)
    return one(*[namespace[name] for name in one.arguments])


def words(result: Result) -> str:
    return " ".join(str(result).split())


@pytest.mark.parametrize("exercise", [one.exercise for one in checks.CHECKS])
def test_right_answers_are_correct_and_say_that_grading_uses_more(exercise: str) -> None:
    result = check(exercise)
    assert result.outcome == "correct", result
    assert "Grading uses more cases" in words(result)
    stub = check(exercise, body_of(exercise, STUB))
    assert (stub.outcome, stub.messages) == ("not attempted", (f"{exercise} is not written yet.",))


TANH = 'np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])'
MISTAKES = {
    "softmax over the examples": (
        "rnn_cell_forward",
        [('yt_pred = softmax(p["Wya"] @ a_next + p["by"])', 'yt_pred = softmax((p["Wya"] @ a_next + p["by"]).T).T')],
        "yt_pred sums to 1 along axis 1 instead of axis 0",
    ),
    "no softmax": (
        "rnn_cell_forward",
        [('softmax(p["Wya"] @ a_next + p["by"])', '(p["Wya"] @ a_next + p["by"])')],
        "logits",
    ),
    "no tanh": ("rnn_cell_forward", [(TANH, TANH[7:])], "but for the tanh, which is missing"),
    "a sigmoid for the tanh": ("rnn_cell_forward", [(TANH, "sigmoid" + TANH[7:])], "sigmoid where a tanh belongs"),
    "a bias left out": ("rnn_cell_forward", [(' + p["ba"])', ")")], "changes when parameters['ba'] changes"),
    "Waa transposed": ("rnn_cell_forward", [('p["Waa"] @', 'p["Waa"].T @')], "Waa is used transposed"),
    "y from the old state": (
        "rnn_cell_forward",
        [('p["Wya"] @ a_next', 'p["Wya"] @ a_prev')],
        "made from the new state",
    ),
    "a cell with the wrong shape": (
        "rnn_cell_forward",
        [("return a_next, yt_pred, (a", "return a_next.T, yt_pred, (a")],
        "shape",
    ),
    "too few values": (
        "rnn_cell_forward",
        [("yt_pred, (a_next, a_prev, xt, parameters)", "yt_pred")],
        "a tuple of 2 instead of 3",
    ),
    "no cache": ("rnn_cell_forward", [("yt_pred, (a_next, a_prev, xt, parameters)", "yt_pred, None")], "cache is None"),
    "no return": (
        "rnn_cell_forward",
        [("    return a_next, yt_pred, (a_next, a_prev, xt", "    _ = (a_next, a_prev, xt")],
        "return line",
    ),
    "state not carried": (
        "rnn_forward",
        [("a_next, yt, cache = rnn_cell", "_, yt, cache = rnn_cell"), ("= a_next, yt\n", "= _, yt\n")],
        "not carried on",
    ),
    "always the first step": (
        "rnn_forward",
        [("rnn_cell_forward(x[:, :, t]", "rnn_cell_forward(x[:, :, 0]")],
        "x[:, :, 1]",
    ),
    "a0 ignored": (
        "rnn_forward",
        [("a_next, caches = a0, []", "a_next, caches = np.zeros_like(a0), []")],
        "changes when a0 changes",
    ),
    "gates swapped": (
        "lstm_cell_forward",
        [("c_next = ft * c_prev + it * cct", "c_next = it * c_prev + ft * cct")],
        "forget gate (Wf, bf) and the update gate (Wi, bi) are swapped",
    ),
    "x above a": (
        "lstm_cell_forward",
        [("    ft = ", "    stacked = np.concatenate([xt, a_prev])\n    ft = ")],
        "x stands above a_prev",
    ),
    "no tanh of c": (
        "lstm_cell_forward",
        [("ot * np.tanh(c_next)\n    yt", "ot * c_next\n    yt")],
        "tanh of c_next is missing",
    ),
    "c starts elsewhere": (
        "lstm_forward",
        [("= a0, np.zeros_like(a0), [], []", "= a0, a0, [], []")],
        "differs in all 120 places",
    ),
    "update gate upside down": (
        "gru_cell_forward",
        [("ut * cct + (1 - ut) * c_prev", "(1 - ut) * cct + ut * c_prev")],
        "1 − Γ_u are swapped",
    ),
    "no relevance gate": ("gru_cell_forward", [("[rt * c_prev, xt]", "[c_prev, xt]")], "parameters['Wr']"),
    "both directions from the left": (
        "brnn_forward",
        [("rnn_forward(x[:, :, ::-1], ", "rnn_forward(x, "), ("[0][:, :, ::-1]", "[0]")],
        "does not read x from its end",
    ),
    "backward states not turned round": ("brnn_forward", [("[0][:, :, ::-1]", "[0]")], "reverse order"),
    "halves stacked the other way": (
        "brnn_forward",
        [("([a_forward, a_backward])", "([a_backward, a_forward])")],
        "stacked the other way",
    ),
    "y of the first layer": (
        "deep_rnn_forward",
        [
            ("below, y, _ = rnn_forward(", "below, out, _ = rnn_forward("),
            ("a.append(below)", "a.append(below)\n        y = out if len(a) == 1 else y"),
        ],
        "last layer",
    ),
    "no derivative of the tanh": (
        "rnn_cell_backward",
        [("(1 - a_next**2) * da_next", "da_next")],
        "derivative of the tanh is missing",
    ),
    "Waa not transposed": (
        "rnn_cell_backward",
        [('parameters["Waa"].T', 'parameters["Waa"]')],
        "Waa needs a transpose",
    ),
    "sign flipped": (
        "rnn_cell_backward",
        [("(1 - a_next**2)", "(a_next**2 - 1)")],
        "every sign is the other way round",
    ),
    "a missing key": (
        "rnn_cell_backward",
        [(', "dba": dz.sum(axis=1, keepdims=True)', "")],
        "The dictionary lacks dba",
    ),
    "later gradient not added": (
        "rnn_backward",
        [("da[:, :, t] + back, cells", "da[:, :, t], cells")],
        "comes back from the later step is missing",
    ),
    "parameters not summed": (
        "rnn_backward",
        [
            (
                'part for name, part in step.items()}\n    return {"dx": dx, "da0": back',
                'part * (t == 0) for name, part in step.items()}\n    return {"dx": dx, "da0": back',
            )
        ],
        "add each step's",
    ),
    "T_x from the caches": (
        "rnn_backward",
        [("steps = da.shape[2]\n    dx, total, back", "steps = x.shape[2]\n    dx, total, back")],
        "T_x comes from da",
    ),
    "a_next forgotten in dc": (
        "lstm_cell_backward",
        [("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next")],
        "dc_prev does not change when da_next changes",
    ),
    "dc not handed back": (
        "lstm_backward",
        [("da_back, dc_back, cells", "da_back, 0 * dc_back, cells")],
        "dc_prev of a step is not handed",
    ),
    "da not handed back": (
        "lstm_backward",
        [("da[:, :, t] + da_back, dc", "da[:, :, t], dc")],
        "da_prev of a step is not handed",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_likely_cause(mistake: str) -> None:
    exercise, changes, cause = MISTAKES[mistake]
    source = altered(*[(old, new) for old, new in changes])
    result = check(exercise, source)
    assert result.outcome in ("incorrect", "raised"), result
    assert cause in words(result), result


def test_the_first_differing_place_stands_beside_what_is_expected() -> None:
    result = check("rnn_forward", altered(("= a_next, yt\n", "= a_next + (t == 1), yt\n")))
    a, y_pred = result.lines
    assert (a.right, y_pred.right) == (False, True)
    assert a.place == "[0, 0, 1]"
    assert float(a.got) == pytest.approx(float(a.expected) + 1, abs=1e-5)
    assert result.case == "example"
    assert "Not right on either public case." in result.messages


@pytest.mark.parametrize(
    "body",
    [
        "    ...\n",
        '    """Shapes."""\n',
        "    pass\n",
        "    return None, None, None\n",
        "    a_next = yt = None\n    return a_next, yt, (a_next, xt)\n",
    ],
)
def test_stubs_are_not_attempted(body: str) -> None:
    assert check("rnn_cell_forward", body_of("rnn_cell_forward", body)).outcome == "not attempted"
    assert checks.rnn_cell_forward(...).outcome == checks.rnn_cell_forward(None).outcome == "not attempted"


def test_a_half_filled_answer_is_told_from_a_wrong_one() -> None:
    result = check("rnn_cell_forward", altered(('softmax(p["Wya"] @ a_next + p["by"])', "None")))
    assert [(line.name, line.right) for line in result.lines] == [("a_next", True), ("yt_pred", False)]
    assert "not written yet?" in result.lines[1].remark


def test_an_unwritten_function_that_is_called_is_named() -> None:
    result = check("brnn_forward", body_of("rnn_cell_forward", STUB))
    assert result.outcome == "raised"
    assert result.messages[0].startswith("brnn_forward calls rnn_cell_forward, which is not written yet.")


def test_a_wrong_cell_is_the_first_suspect_of_a_right_loop() -> None:
    result = check("rnn_forward", altered((TANH, TANH[7:])))
    assert result.causes == ("rnn_forward calls rnn_cell_forward, which is not right yet itself: begin there.",)


def test_an_exception_is_told_by_the_line_of_the_student() -> None:
    source = altered(('p["Waa"] @ a_prev', 'p["Waa"] @ a_prev[:2]'))
    result = check("rnn_forward", source)
    number = source.splitlines().index(result_line := f"    a_next = {TANH.replace('a_prev', 'a_prev[:2]')}") + 1
    assert result.outcome == "raised"
    assert result.messages[0].startswith("ValueError: matmul")
    assert result.code == f"line {number} of the cell, in rnn_cell_forward:\n{result_line.strip()}"
    assert "unrolled" not in str(result)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    return a_nxt\n", "NameError: name 'a_nxt' is not defined"),
        ('    return parameters["Wxa"]\n', "Those of parameters are Wax, Waa, Wya, ba, by"),
        ("    raise SystemExit(3)\n", "SystemExit: 3"),
        ("    return rnn_cell_forward(xt, a_prev, parameters)\n", "RecursionError"),
        (
            "    class Bad(Exception):\n        __str__ = lambda self: 1 / 0\n    raise Bad\n",
            "Bad: (its text cannot be shown",
        ),
    ],
)
def test_whatever_it_raises_the_check_returns(body: str, said: str) -> None:
    result = check("rnn_cell_forward", body_of("rnn_cell_forward", body))
    assert result.outcome == "raised"
    assert said in words(result)


@pytest.mark.parametrize(
    "odd",
    [
        lambda right: np.full(np.shape(right), np.inf) if isinstance(right, np.ndarray) else np.inf,
        lambda right: np.full(np.shape(right), np.nan) if isinstance(right, np.ndarray) else np.nan,
        lambda right: np.zeros((0, 3)),
        lambda right: [[1, 2], [3]],
        lambda right: right.astype(object) if isinstance(right, np.ndarray) else right,
        lambda right: right.astype(int) if isinstance(right, np.ndarray) else right,
        lambda right: np.array("a") if isinstance(right, np.ndarray) else right,
        lambda right: (value for value in "abc"),
        lambda right: {"a": 1},
        lambda right: 3,
    ],
)
@pytest.mark.parametrize("exercise", [one.exercise for one in checks.CHECKS])
def test_odd_values_are_incorrect_and_disturb_nothing(exercise: str, odd: Callable[[Any], Any]) -> None:
    one, namespace = getattr(checks, exercise), notebook()

    def wrong(*args: Any) -> Any:
        value = namespace[exercise](*args)
        if one.as_dict:
            return {name: odd(part) for name, part in value.items()}
        return tuple(odd(part) for part in value)

    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of ours would stand under the student's check cell
        assert one(wrong).outcome == "incorrect"
        if odd(None) is not None:
            assert one(lambda *args: odd(None)).outcome == "incorrect"


def test_what_is_no_such_function_is_said() -> None:
    assert "should be a function; it is a tuple of 3" in words(checks.rnn_cell_forward((1, 2, 3)))
    result = checks.rnn_cell_forward(lambda xt, a_prev: None)
    assert "called with 3 arguments, (xt, a_prev, parameters), but is defined with (xt, a_prev)" in words(result)


@pytest.mark.parametrize(
    ("exercise", "change", "place"),
    [
        (
            "rnn_cell_forward",
            (
                "    p = parameters\n    a_next = np",
                "    p = parameters\n    xt += 0.5\n    xt -= 0.25\n    a_next = np",
            ),
            "xt",
        ),
        ("deep_rnn_forward", ("    return a, y\n", '    layers[1]["ba"] *= 0\n    return a, y\n'), "layers[1]['ba']"),
        (
            "rnn_backward",
            (
                "rnn_cell_backward(da[:, :, t] + back, cells[t])",
                "rnn_cell_backward(np.add(da[:, :, t], back, out=da[:, :, t]), cells[t])",
            ),
            "da",
        ),
    ],
)
def test_an_input_modified_in_place_is_incorrect(exercise: str, change: tuple[str, str], place: str) -> None:
    result = check(exercise, altered(change))
    assert result.outcome == "incorrect"
    assert f"modifies its input {place} in place" in words(result)


def test_memory_of_earlier_calls_is_incorrect() -> None:
    source = altered(
        (
            "def rnn_forward(x, a0, parameters):\n",
            "seen = []\ndef rnn_forward(x, a0, parameters):\n    seen.append(1)\n",
        )
    )
    source = altered(("a_next, caches = a0, []", "a_next, caches = a0 + (len(seen) > 2), []"), source=source)
    result = check("rnn_forward", source)
    assert result.outcome == "incorrect"
    assert "called again with the same inputs" in words(result)


def test_a_private_cache_is_no_error() -> None:
    source = altered(
        (
            "return a_next, yt_pred, (a_next, a_prev, xt, parameters)",
            'return a_next, yt_pred, {"new": a_next, "old": a_prev, "xt": xt, "p": p}',
        ),
        (
            "a_next, a_prev, xt, parameters = cache",
            'a_next, a_prev, xt, parameters = (cache[k] for k in ("new", "old", "xt", "p"))',
        ),
        ("return a, y_pred, (caches, x)", "return a, y_pred, [x, *caches]"),
        (
            "    cells, x = caches\n    steps = da.shape[2]\n    dx, total, back",
            "    x, *cells = caches\n    steps = da.shape[2]\n    dx, total, back",
        ),
    )
    for exercise in ("rnn_cell_forward", "rnn_forward", "rnn_cell_backward", "rnn_backward"):
        assert check(exercise, source).outcome == "correct", exercise
    assert "a layout of its own" in words(check("rnn_backward", source))
    # A mistake on the private cache is told as such, not as an exception on the documented one.
    result = check("rnn_cell_backward", altered(("(1 - a_next**2) * da_next", "da_next"), source=source))
    assert result.outcome == "incorrect"
    assert "derivative of the tanh" in words(result)


def test_prints_and_warnings_are_kept_with_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    noise = '    print("shape", xt.shape)\n    np.log(np.zeros(1))\n    p = parameters\n    a_next = np'
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = check("rnn_cell_forward", altered(("    p = parameters\n    a_next = np", noise)))
    assert result.outcome == "correct"
    assert "shape (3, 4)" in result.printed and "divide by zero" in result.printed
    assert capsys.readouterr() == ("", "")


def test_html_escapes_what_comes_from_a_student() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    result = Result(evil, "raised", (evil,), evil, (Line(evil, False, evil, evil, evil, evil),), (evil,), evil, evil)
    html = as_html(result)
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;script&gt;") == 11
    raised = check("rnn_cell_forward", body_of("rnn_cell_forward", f"    raise ValueError({evil!r})  # <b>\n"))
    assert "<script" not in raised._repr_html_() and "<b>" not in raised._repr_html_()


def test_outcomes_are_words_and_symbols_not_only_colours() -> None:
    for outcome, symbol in {"correct": "✓", "incorrect": "✗", "raised": "!", "not attempted": "○"}.items():
        result = Result("gru_forward", outcome, ("A sentence.",))
        assert f"{symbol} {outcome}" in result._repr_html_() and str(result).startswith(
            f"{symbol} {outcome}: gru_forward"
        )


def test_the_students_package_holds_no_solution() -> None:
    products = {"dot", "matmul", "einsum", "tensordot", "inner"}
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] in ("autograder", "solutions", "tests")], path
            if path.is_relative_to(PACKAGE / "checks"):  # no cell can be computed without a matrix product
                assert not isinstance(node, ast.MatMult), path
                assert not (isinstance(node, ast.Attribute) and node.attr in products), path
    for path in (PACKAGE / "checks" / "cases").glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert not re.search(rb"def |lambda|import |np\.", b"".join(arrays[name].tobytes() for name in arrays))


def test_a_kernel_shows_the_rich_result_alone_and_goes_on() -> None:
    cells = [
        "from unrolled.checks import rnn_step_by_step as checks",
        altered(
            ("    p = parameters\n    a_next = np", "    np.log(np.zeros(1))\n    p = parameters\n    a_next = np")
        ),
        "checks.rnn_cell_forward(rnn_cell_forward)",
        'def rnn_forward(x, a0, parameters):\n    a = x / 0\n    return parameters["?"]',
        "checks.rnn_forward(rnn_forward)",
        "checks.rnn_backward(rnn_backward, rnn_forward)",
    ]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(document, kernel_name="python3", timeout=120).execute()
    right, raised, backward = (document.cells[index].outputs for index in (2, 4, 5))
    for outputs in (right, raised, backward):
        assert [output.output_type for output in outputs] == ["execute_result"]
    assert "✓ correct" in right[0].data["text/html"] and right[0].data["text/plain"].startswith("✓ correct")
    assert "! raised" in raised[0].data["text/html"]
    assert "line 3 of the cell, in rnn_forward" in raised[0].data["text/plain"]
    assert 'return parameters["?"]' in raised[0].data["text/plain"]
    assert "correct" in backward[0].data["text/plain"]  # a broken forward pass leaves the documented cache
