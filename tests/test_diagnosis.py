"""Wrong answers, judged by the real engine, are told their likely mistake; nothing is given away."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator

import pytest

from autograder.auditing import diagnosis_audit
from autograder.auditing.trials import submission
from autograder.course.known_answers import worked_answers
from autograder.course.units import find_unit
from autograder.examination.student import Call
from autograder.examination.verdict import ExerciseVerdict
from autograder.faults import diagnosis, kinds, trying
from autograder.faults.diagnosis import PREFIX
from autograder.faults.mutation import Mutant
from autograder.judging.examiner import pool
from autograder.sandbox import confine

UNIT = find_unit("01_rnn_step_by_step")
Judged = Callable[..., ExerciseVerdict]

CELL = """
def rnn_cell_forward(xt, a_prev, parameters):
    z = np.dot(parameters["Wax"], xt) + np.dot(parameters["Waa"], a_prev) + parameters["ba"]
    a_next = {state}
    logits = np.dot(parameters["Wya"], {seen}) + parameters["by"]
    return a_next, {prediction}, (a_next, a_prev, xt, parameters)
"""
LOOP = """
def rnn_forward(x, a0, parameters):
    state, states, answers, kept = a0, [], [], []
    for t in range(x.shape[2]):
        new, answer, cache = rnn_cell_forward(x[:, :, {step}], {before}, parameters)
        state = new
        states.append(new); answers.append(answer); kept.append(cache)
    return np.stack(states, axis=2), np.stack(answers, axis=2), (kept, x)
"""
LSTM = """
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    joint = np.vstack(({joint}))
    f, i, o = (sigmoid(parameters["W" + g] @ joint + {bias}) for g in "fio")
    candidate = {candidate}(parameters["Wc"] @ joint + parameters["bc"])
    c = {memory}
    a = o * {shown}
    y = softmax(parameters["Wy"] @ a + parameters["by"])
    return a, c, y, (a, c, a_prev, c_prev, f, i, candidate, o, xt, parameters)
"""
GRU = """
def gru_cell_forward(xt, c_prev, parameters):
    p = parameters
    u = sigmoid(p["Wu"] @ np.r_[c_prev, xt] + p["bu"])
    r = sigmoid(p["Wr"] @ np.r_[c_prev, xt] + p["br"])
    new = np.tanh(p["Wc"] @ np.r_[{gated}, xt] + p["bc"])
    c = {mix}
    return c, softmax(p["Wy"] @ c + p["by"]), (c, c_prev, u, r, new, xt, p)
"""
BACK = """
def rnn_backward(da, caches):
    cells, x = caches
    dx, flow, sums = np.zeros((x.shape[0], *da.shape[1:])), 0, {{}}
    for t in reversed(range(da.shape[2])):
        g = rnn_cell_backward({arriving}, cells[t])
        flow, dx[:, :, t] = g["da_prev"], g["dxt"]
        for key in ("dWax", "dWaa", "dba"):
            sums[key] = {sum}
    return {{"dx": dx, "da0": flow, **sums}}
"""


def cell(state: str = "np.tanh(z)", seen: str = "a_next", prediction: str = "softmax(logits)") -> str:
    return CELL.format(state=state, seen=seen, prediction=prediction)


def lstm(**changes: str) -> str:
    right = {"joint": "a_prev, xt", "bias": 'parameters["b" + g]', "candidate": "np.tanh"}
    return LSTM.format(**right | {"memory": "f * c_prev + i * candidate", "shown": "np.tanh(c)"} | changes)


def gru(gated: str = "r * c_prev", mix: str = "u * new + (1 - u) * c_prev") -> str:
    return GRU.format(gated=gated, mix=mix)


FAULTS = {  # a wrong answer in a student's own words, and what its message must say
    "softmax over the batch": (cell(prediction="softmax(logits.T).T"), "the softmax runs over"),
    "prediction from the state before": (cell(seen="a_prev"), "from the hidden state before"),
    "sigmoid for tanh": (cell(state="1 / (1 + np.exp(-z))"), "sigmoid stands in the place of the tanh"),
    "state not carried on": (LOOP.format(step="t", before="a0"), "state is not carried on"),
    "always the first input": (LOOP.format(step="0", before="state"), "every step reads the first step's input"),
    "stacked the other way": (lstm(joint="xt, a_prev"), "stacked above the hidden state"),
    "no tanh of the memory": (lstm(shown="c"), "tanh of the next memory is left out"),
    "sigmoid candidate": (lstm(candidate="sigmoid"), "candidate goes through a sigmoid"),
    "gates swapped": (lstm(memory="i * c_prev + f * candidate"), "forget gate and the update gate have changed places"),
    "no bias in the gates": (lstm(bias="0"), "the forget gate"),  # no known mistake: told by what goes wrong first
    "no relevance gate": (gru(gated="c_prev"), "relevance gate is left out of the candidate"),
    "update gate the other way round": (gru(mix="u * c_prev + (1 - u) * new"), "the other way round"),
    "later steps forgotten": (BACK.format(arriving="da[:, :, t]", sum="sums.get(key, 0) + g[key]"), "later"),
    "sums overwritten": (BACK.format(arriving="da[:, :, t] + flow", sum="g[key]"), "one step instead of the sum"),
}


@pytest.fixture(scope="module")
def judged() -> Iterator[Judged]:
    """A function that has the worked notebook judged with some answers replaced; gives the verdict on one exercise."""
    if confine.available():
        pytest.skip(f"students' code is not run without a lockdown: {confine.available()}")
    files = submission(UNIT)
    with pool(2, keras=UNIT.uses_keras) as examiners:

        def judge(exercise: str, **answers: str) -> ExerciseVerdict:
            future = examiners.submit(files(answers), UNIT.slug, 5, only=[exercise])
            return future.result(timeout=250).exercises[0]

        yield judge


def exercise_in(answer: str) -> str:
    return re.findall(r"^def (\w+)", answer, re.MULTILINE)[-1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_answer_is_told_its_mistake(judged: Judged, fault: str) -> None:
    answer, wanted = FAULTS[fault]
    exercise = exercise_in(answer)
    verdict = judged(exercise, **{exercise: answer})
    assert verdict.score < verdict.max_score
    assert verdict.messages[0].startswith(PREFIX), verdict.messages
    assert wanted in verdict.messages[0]
    assert len(verdict.messages) > 1, "what is wrong to see is told as well"
    assert len(verdict.hints) == 1 and verdict.hints[0] in kinds.paragraphs()


def test_a_right_answer_and_a_stub_are_told_nothing(judged: Judged) -> None:
    right = judged("rnn_cell_forward", rnn_cell_forward=cell())
    assert (right.messages, right.hints) == ((), ())
    stub = "def rnn_cell_forward(xt, a_prev, parameters):\n    raise NotImplementedError"
    assert not judged("rnn_cell_forward", rnn_cell_forward=stub).messages[0].startswith(PREFIX)


def test_nonsense_is_told_no_mistake_that_it_has_not(judged: Judged) -> None:
    answer = "def rnn_cell_forward(xt, a_prev, parameters):\n    return 1, 2, 3"
    message = judged("rnn_cell_forward", rnn_cell_forward=answer).messages[0]
    assert not any(known.says in message for known in diagnosis.exercise_of(UNIT, "rnn_cell_forward").known)


def test_a_wrong_cell_is_not_blamed_on_the_loop_and_a_private_cache_hides_no_fault(judged: Judged) -> None:
    wrong_loop = LOOP.format(step="t", before="a0")
    verdict = judged("rnn_forward", rnn_cell_forward=cell(state="z"), rnn_forward=wrong_loop)
    assert "state is not carried on" in verdict.messages[0]
    forward = cell().replace(
        "(a_next, a_prev, xt, parameters)", '{"a": a_next, "before": a_prev, "x": xt, "p": parameters}'
    )
    backward = """
def rnn_cell_backward(da_next, cache):
    dz = da_next * (1 - cache["a"])
    p = cache["p"]
    return {"dxt": p["Wax"].T @ dz, "da_prev": p["Waa"].T @ dz, "dWax": dz @ cache["x"].T,
            "dWaa": dz @ cache["before"].T, "dba": dz.sum(axis=1, keepdims=True)}
"""
    verdict = judged("rnn_cell_backward", rnn_cell_forward=forward, rnn_cell_backward=backward)
    assert "the square is missing in the tanh's slope" in verdict.messages[0]


def test_no_sentence_holds_a_value_or_a_line_of_the_solution() -> None:
    for name, source in worked_answers(UNIT).items():
        lines = {line.strip() for line in source.splitlines() if len(line.strip()) > 12 and "def " not in line}
        exercise = diagnosis.exercise_of(UNIT, name)
        for known in exercise.known:
            sentence = f"{known.says} {known.place}"
            assert not re.search(r"\d\.\d|array\(|\s@\s|\s=\s|\*\*", sentence), sentence
            assert not any(line in sentence for line in lines), sentence


def test_a_known_mistake_that_raises_or_does_not_end_is_no_match() -> None:
    endless = trying.defined("def f(x):\n    while True: pass", "f", {})
    stubborn = trying.defined(
        "def f(x):\n    try:\n        while True: pass\n    except TimeoutError: pass\n    while True: pass", "f", {}
    )
    broken = trying.defined("def f(x):\n    return x / 'x'", "f", {})
    assert endless and stubborn and broken
    assert trying.run(endless, Call("f", (1,)), 0.05).raised == ("TimeoutError", "a known mistake took too long")
    assert trying.run(stubborn, Call("f", (1,)), 0.05).raised == ("TimeoutError", "a known mistake took too long")
    os.kill(os.getpid(), signal.SIGPROF)  # one that comes late
    assert trying.run(broken, Call("f", (1,))).raised is not None
    assert trying.defined("def g(x): return x", "f", {}) is None


def test_calls_that_say_nothing_are_no_evidence() -> None:
    exercise = diagnosis.exercise_of(UNIT, "rnn_cell_forward")
    inputs = tuple(exercise._cases[0].inputs.values())
    right = exercise.right(Call("rnn_cell_forward", inputs)).value
    assert diagnosis.diagnose(UNIT, "rnn_cell_forward", []) is None
    assert diagnosis.diagnose(UNIT, "rnn_cell_forward", [Call("rnn_cell_forward", inputs, right)]) is None
    assert diagnosis.diagnose(UNIT, "rnn_cell_forward", [Call("another", inputs, 3)]) is None


def test_the_measure_tells_true_sentences_from_wrong_ones() -> None:
    slip = 'parameters["ba"]'
    source = worked_answers(UNIT)["rnn_cell_forward"].replace(f" + {slip}", "")
    mutant = Mutant("m", "drop_term", source, "the bias is gone", "", "", "a_next = np.tanh(Waa @ a_prev + Wax @ xt)")
    faulty = diagnosis_audit.Faulty("fault", "own", "rnn_cell_forward", {"rnn_cell_forward": source}, mutant)
    says = [known.says for known in diagnosis.exercise_of(UNIT, "rnn_cell_forward").known]
    true = {sentence for sentence in says if diagnosis_audit.is_true(UNIT, faulty, sentence)}
    assert "the bias `ba` is left out of the next hidden state" in true
    assert "the softmax runs over the examples instead of the classes" not in true

    def said(*messages: str) -> str:
        verdict = ExerciseVerdict("rnn_cell_forward", "raised", 0, 7, messages)
        return diagnosis_audit.what_is_said(UNIT, faulty, verdict)

    assert said(PREFIX + "the bias `ba` is left out of the next hidden state") == "named"
    assert said(PREFIX + "the softmax runs over the examples instead of the classes") == "misnamed"
    assert said("cell: raised ValueError, at your line `a_next = np.tanh(Waa @ a_prev + Wax @ xt)`") == "named"
    assert said("cell: raised ValueError, at your line `other = 1`") == "silent"
    assert said("next hidden state: a_next differs", "prediction: yt_pred differs") == "silent"
    assert said("next hidden state: a_next differs", "other sizes: a_next differs") == "named"
    assert said("next hidden state: a_next has shape (3,), not (3, 1)") == "named"
    assert said("prediction: yt_pred has shape (3,), not (3, 1)") == "silent"
