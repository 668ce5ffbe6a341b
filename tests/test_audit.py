"""The audit: an exercise of unit 01 passes it, and graders that are too lax, too strict or unfair elsewhere do not."""

from __future__ import annotations

import json

import nbformat
import pytest
import toy_course
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.auditing.reach import Reach, asked
from autograder.auditing.trials import Audited, audited, judged, submission, trials
from autograder.course.known_answers import UnreadableAnswers, known_answers, read_answers, worked_answers
from autograder.course.units import Unit, find_unit
from autograder.judging.examiner import pool

SLUG = "01_rnn_step_by_step"


def test_an_exercise_of_unit_01_passes(tmp_path):
    """Of the whole of each unit the evidence tells, and a sample of that is tried anew (test_evidence.py)."""
    arguments = ["audit", SLUG, "--exercise", "deep_rnn_forward", "--json", str(tmp_path / "audit.json")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    (entry,) = json.loads((tmp_path / "audit.json").read_text())
    assert (entry["unit"], entry["exercise"]) == (SLUG, "deep_rnn_forward")
    assert entry["faults"] == [] and entry["survivors"] == []
    assert entry["killed"] == entry["mutants"] - len(entry["equivalent"]) >= 12
    assert entry["mistakes"] >= 3 and entry["accepted"] == entry["paraphrases"] >= 3
    assert entry["stub_outcome"] == "not attempted"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["02_no_such"], "no unit"), ([SLUG, "--exercise", "rnn_cel"], "no exercise 'rnn_cel'")],
)
def test_wrong_usage_ends_with_status_2(arguments, said):
    result = CliRunner().invoke(app, ["audit", *arguments])
    assert result.exit_code == 2 and said in result.output


# A course whose graders are wrong in known ways

SCRIPT = '''# %%
import numpy as np

# %% exercise="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    factor = np.ones(1)
    return (factor + 1) * x
    ### END SOLUTION

# %% check="double" points=10
checks.double(double)

# %% exercise="quadruple"
def quadruple(x):
    """Four times x."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% check="quadruple" points=10
checks.quadruple(quadruple)
'''
ANSWERS = """
# %% mistake="in_place" exercise="double" says="x is changed in place"
def double(x):
    x *= 2
    return x

# %% mistake="always_zero" exercise="double" says="nothing is returned but zeros"
def double(x):
    return 0 * x

# %% mistake="only_twice" exercise="quadruple" says="x is doubled once only"
def quadruple(x):
    return double(x)

# %% paraphrase="sum" exercise="double"
def double(x):
    return x + x

# %% paraphrase="single" exercise="double"
def double(x):
    return np.float32(2) * x.astype(np.float32)

# %% paraphrase="together" exercise="double"
def double(x, times=1):
    return 2**times * x

# %% paraphrase="together" exercise="quadruple"
def quadruple(x):
    return double(x, times=2)

# %% equivalent="{false}" exercise="double" because="somebody thought so"

# %% equivalent="drop_term-000000" exercise="quadruple" because="there was such a mutant once"
"""
TOO_LAX = ('if not np.array_equal(after[0], case.inputs["x"]):', "if False:")
TOO_STRICT = (
    "if not isinstance(value, np.ndarray) or value.shape != y.shape",
    "if not isinstance(value, np.ndarray) or value.dtype != float or value.shape != y.shape",
)
UNFAIR = ('provides = {"double": lambda x: 2 * x}', "provides = {}")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Audited]:
    """The audit of a course whose grader misses a change in place, wants float64, and lets ``double`` sink others."""
    unit = Unit(toy_course.SLUG, toy_course.make_course(tmp_path_factory.mktemp("toy") / "course"))
    unit.script.write_text(SCRIPT)
    for right, wrong in (TOO_LAX, TOO_STRICT, UNFAIR):
        text = unit.grader.read_text()
        assert right in text
        unit.grader.write_text(text.replace(right, wrong))
    notebook = nbformat.read(unit.release_notebook, as_version=4)
    notebook.cells[3].source = "def quadruple(x):\n    return None"  # no stub: it should raise NotImplementedError
    nbformat.write(notebook, unit.release_notebook)
    answers = unit.root / "autograder" / "answers"
    answers.mkdir()
    false = next(trial.name for trial in trials(unit, known_answers(unit), "double") if "= np.zeros" in _source(trial))
    (answers / f"{unit.slug}.py").write_text(ANSWERS.format(false=false))
    wanted = trials(unit, known_answers(unit))
    return {result.exercise: result for result in audited(unit, judged(unit, wanted, jobs=2))}


def _source(trial) -> str:
    return "".join(trial.answers.values())


def said(result: Audited, *words: str) -> bool:
    """Whether one of the faults holds all the words."""
    return any(all(word in fault for word in words) for fault in result.faults)


def test_missing_test_leaves_a_survivor(results):
    survivors = {survivor.id: survivor.why for survivor in results["double"].survivors}
    assert survivors["in_place"] == "loses no points"
    assert said(results["double"], "mistake in_place loses no points")


def test_too_strict_grader_is_caught_by_a_paraphrase(results):
    assert results["double"].refused == ["single"]
    assert (results["double"].accepted, results["double"].paraphrases) == (2, 3)
    assert said(results["double"], "paraphrase single loses points in double", "the values are wrong")


def test_answers_that_belong_together_are_tried_together(results):
    assert (results["quadruple"].accepted, results["quadruple"].paraphrases) == (1, 1)


def test_mutant_that_costs_points_elsewhere_is_not_killed(results):
    survivors = {survivor.id: survivor for survivor in results["double"].survivors}
    assert survivors["always_zero"].why.startswith("loses points in quadruple")
    mutant = next(survivor for survivor in survivors.values() if survivor.operator == "drop_term")
    assert "factor + 1" in mutant.before and "factor + 1" not in mutant.after
    assert said(results["double"], "the stub costs points in quadruple")


def test_false_and_outdated_equivalents_are_reported(results):
    assert results["double"].equivalent == results["quadruple"].equivalent == []
    assert said(results["double"], "is listed as equivalent, but it loses points")
    assert said(results["quadruple"], "drop_term-000000 is listed as equivalent, but there is no such mutant")


def test_stub_that_does_not_say_so_is_reported(results):
    assert results["quadruple"].stub_outcome == "incorrect"
    assert said(results["quadruple"], "the stub is incorrect")


def test_shortages_are_reported(results):
    assert said(results["quadruple"], "1 known mistakes; at least 3")
    assert said(results["quadruple"], "1 paraphrases; at least 3")
    assert said(results["quadruple"], "mutants; at least 12")


def test_right_mistake_of_a_right_grader_is_killed(results):
    assert results["quadruple"].killed == results["quadruple"].mutants == 1 and not results["quadruple"].survivors


def test_a_fault_reaches_what_the_graders_ask_for_and_what_uses_it(tmp_path):
    unit = Unit(toy_course.SLUG, toy_course.make_course(tmp_path / "course"))
    unit.script.write_text(SCRIPT)
    with pool(1, root=unit.root, keras=False) as examiners:
        reach = Reach(unit, examiners.call(asked, unit.slug, unit.root, submission(unit)({}), 1).result())
    worked = worked_answers(unit)
    assert reach.of("double", worked["double"]) == {"double", "quadruple"}
    assert reach.of("quadruple", worked["quadruple"]) == {"quadruple"}
    assert reach.of("quadruple", worked["quadruple"] + "\ndef double(x): return x") == {"double", "quadruple"}


# Reading known answers

CELL = '# %% mistake="one" exercise="double" says="it is wrong"\ndef double(x):\n    return x\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n# %% mistake='one'", "f.py:2: cannot read"),
        ('# %% mistake="one" exercise="double"\ndef double(x): ...', 'says="…" is missing'),
        ('# %% mistake="one" exercise="doubel" says="x"\ndef doubel(x): ...', "no exercise 'doubel'"),
        ('# %% mistake="one" exercise="double" says="x"\ndef doubel(x): ...', "does not define double"),
        ('# %% mistake="one" exercise="double" says="x"\n\ndef double(x) ...', "f.py:3: expected ':'"),
        (CELL + CELL, "f.py:4: the mistake 'one' stands twice"),
        ('# %% paraphrase="one" exercise="double" says="x"\ndef double(x): ...', "unknown key 'says'"),
        ('# %% equivalent="drop_term-123456" exercise="double" because=" "', 'because="…" is missing'),
        ("# %% words\n{'x': 1}", "dictionary of strings"),
        ('# %% exercise="double"\ndef double(x): ...', "a cell is one of mistake, paraphrase"),
    ],
)
def test_unreadable_answers_say_the_line_and_the_fault(text, said):
    with pytest.raises(UnreadableAnswers, match=".") as raised:
        read_answers(text, "f.py", ("double", "quadruple"))
    assert said in str(raised.value)


def test_every_paraphrase_and_mistake_differs_from_the_solution():
    known, worked = known_answers(find_unit(SLUG)), worked_answers(find_unit(SLUG))
    answers = [(mistake.exercise, mistake.source) for mistake in known.mistakes]
    answers += [pair for paraphrase in known.paraphrases for pair in paraphrase.answers.items()]
    assert len({source for _, source in answers}) == len(answers)
    assert not [exercise for exercise, source in answers if source.split() == worked[exercise].split()]
