"""The public checks of unit 01 against right answers, half-filled and odd ones, the way a notebook calls them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from right_answers import STUB, TANH, altered, body_of, check, notebook, words

import unrolled
from unrolled.checking.outcome import Line, Result, as_html
from unrolled.checks import rnn_step_by_step as checks

PACKAGE = Path(unrolled.__file__).parent


@pytest.mark.parametrize("exercise", [one.exercise for one in checks.CHECKS])
def test_right_answers_are_correct_and_say_that_grading_uses_more(exercise: str) -> None:
    result = check(exercise)
    assert result.outcome == "correct", result
    assert "Grading uses more cases" in words(result)
    stub = check(exercise, body_of(exercise, STUB))
    assert (stub.outcome, stub.messages) == ("not attempted", (f"{exercise} is not written yet.",))


def test_the_first_differing_place_stands_beside_what_is_expected() -> None:
    result = check("rnn_forward", altered(("= a_next, yt\n", "= a_next + (t == 1), yt\n")))
    a, y_pred = result.lines
    assert (a.right, y_pred.right) == (False, True)
    assert a.place == "[0, 0, 1]"
    assert float(a.got) == pytest.approx(float(a.expected) + 1, abs=1e-5)
    assert result.case == "example"
    assert "Right on 1 of 3 public cases; not on “example”, “single”." in result.messages


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


@pytest.mark.parametrize(
    ("exercise", "wrong", "state"),
    [
        ("rnn_forward", altered((TANH, TANH[7:])), "not right yet"),
        ("brnn_forward", altered((TANH, TANH[7:])), "not right yet"),
        ("deep_rnn_forward", body_of("rnn_cell_forward", STUB), "not written yet"),
        ("rnn_forward", altered(('p["Waa"] @ a_prev', 'p["Waa"] @ a_prev[:2]')), "raising an exception"),
    ],
)
def test_a_right_loop_is_right_with_a_right_cell_in_its_place(exercise: str, wrong: str, state: str) -> None:
    result = check(exercise, wrong)
    assert (result.outcome, result.with_right) == ("correct", ("rnn_cell_forward",))
    assert "with a right rnn_cell_forward in its place. Grading does so, too." in result.messages[0]
    assert f"Go on with your own rnn_cell_forward, which is {state}." in result.messages[0]


def test_a_backward_pass_among_right_cells_is_right() -> None:
    wrong = altered(("(1 - a_next**2) * da_next", "da_next"))
    assert check("rnn_backward", wrong).with_right == ("rnn_cell_backward",)


def test_a_wrong_loop_over_a_wrong_cell_is_told_what_it_asks() -> None:
    loop = ("rnn_cell_forward(x[:, :, t], a_next, parameters)", "rnn_cell_forward(x[:, :, t], a0, parameters)")
    result = check("rnn_forward", altered((TANH, TANH[7:]), loop))
    assert result.causes[0] == "rnn_forward calls rnn_cell_forward, which is not right yet itself: begin there."
    assert result.causes[1] == "at call 2 of rnn_cell_forward, a_prev is not what it should be."
    wrong_after_it = altered((TANH, TANH[7:]), ("= a_next, yt\n", "= -a_next, yt\n"))
    result = check("rnn_forward", wrong_after_it)
    assert [line.name for line in result.lines if not line.right] == ["a"]
    assert "every sign is the other way round" in words(result)
    assert "Tried with a right rnn_cell_forward in its place" in words(result)


def test_nobody_else_is_blamed_for_an_input_that_is_changed_or_for_exchanged_results() -> None:
    change = ("    return a, y_pred, (caches, x)\n", "    parameters['ba'] *= 2\n    return a, y_pred, (caches, x)\n")
    assert "modifies its input parameters['ba'] in place" in words(
        check("rnn_forward", altered((TANH, TANH[7:]), change))
    )
    alone = check("rnn_forward", altered(change))
    assert alone.own_fault and not alone.causes
    assert "Not right on" not in words(alone)
    for old, new, said in [
        ("return a, y, c, (caches, x)", "return a, c, y, (caches, x)", "y and c are in each other's place."),
        ("return a, y, c, (caches, x)", "return (caches, x), y, c, a", "a and caches are in each other's place."),
        (
            "return a, y, c, (caches, x)",
            "return c, a, y, (caches, x)",
            "the right values come in another order: it should return a, y, c.",
        ),
    ]:
        assert check("lstm_forward", altered((old, new))).causes == (said,)
    source = altered(('"dxt": parameters["Wax"].T @ dz, "da_prev": parameters["Waa"].T @ dz',
                      '"da_prev": parameters["Wax"].T @ dz, "dxt": parameters["Waa"].T @ dz'))  # fmt: skip
    assert "dxt and da_prev are in each other's place." in words(check("rnn_cell_backward", source))


def test_calls_in_comprehensions_and_functions_inside_are_found() -> None:
    body = (
        "    zero = np.zeros((parameters_forward['ba'].shape[0], x.shape[1]))\n"
        "    def read(x, p):\n"
        "        return rnn_forward(x, zero, p)[0]\n"
        "    a, b = [read(part, p) for part, p in ((x, parameters_forward), (x[:, :, ::-1], parameters_backward))]\n"
        "    b = b[:, :, ::-1]\n"
        "    y = np.stack([softmax(Wy @ np.concatenate([a, b])[:, :, t] + by) for t in range(x.shape[2])], axis=2)\n"
        "    return y, a, b\n"
    )
    source = body_of("brnn_forward", body, altered((TANH, TANH[7:])))
    assert check("brnn_forward", source).with_right == ("rnn_cell_forward",)


def test_a_line_of_the_given_code_never_stands_alone() -> None:
    source = altered(('yt_pred = softmax(p["Wya"] @ a_next + p["by"])', 'yt_pred = softmax("logits")'))
    result = check("rnn_cell_forward", source)
    own, given = result.code.splitlines()
    assert re.fullmatch(r'rnn_cell_forward, line \d+: yt_pred = softmax\("logits"\)', own)
    assert re.fullmatch(r"softmax, line \d+: e = np.exp.*", given)


def test_an_exception_is_told_by_the_line_of_the_student() -> None:
    source = altered(('p["Waa"] @ a_prev', 'p["Waa"] @ a_prev[:2]'))
    result = check(
        "brnn_forward", altered(("    both = np.concatenate([a_f", "    1 / 0\n    both = np.concatenate([a_f"))
    )
    assert re.fullmatch(r"brnn_forward, line \d+: 1 / 0", result.code)
    result = checks.rnn_forward.examined(notebook(source)["rnn_forward"], None)
    number = source.splitlines().index(result_line := f"    a_next = {TANH.replace('a_prev', 'a_prev[:2]')}") + 1
    assert result.outcome == "raised"
    assert result.messages[0].startswith("ValueError: matmul")
    own, inner = result.code.splitlines()
    assert re.fullmatch(r"rnn_forward, line \d+: a_next, yt, cache = rnn_cell_forward\(.*", own)
    assert inner == f"rnn_cell_forward, line {number}: {result_line.strip()}"
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
    source = altered(("a_next, caches = a0, []", "a_next, caches = a0 + (len(seen) > 3), []"), source=source)
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


def test_what_a_sentence_quotes_is_shown_as_code() -> None:
    html = as_html(Result("gru_forward", "incorrect", ("Your line `a < b` is `odd",), causes=("`ba` is not added.",)))
    assert re.search(r"Your line <code [^>]*>a &lt; b</code> is `odd<", html)
    assert re.search(r"<code [^>]*>ba</code> is not added", html)
    assert "`ba` is not added" in str(Result("gru_forward", "incorrect", (), causes=("`ba` is not added.",)))


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
            if path.relative_to(PACKAGE).parts[0] in (
                "checks",
                "checking",
            ):  # no cell can be computed without a matrix product
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
    assert 'rnn_forward, line 3: return parameters["?"]' in raised[0].data["text/plain"]
    assert "correct" in backward[0].data["text/plain"]  # a broken forward pass leaves the documented cache
