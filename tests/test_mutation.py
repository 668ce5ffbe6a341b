"""Mutation operators: what each makes, that a mutant has one fault and says where, and that its id lasts."""

from __future__ import annotations

import ast
import difflib
import re

import pytest

from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import all_units, find_unit
from autograder.faults import kinds
from autograder.faults.mutation import mutants
from autograder.faults.operators import OPERATORS

UNIT = find_unit("01_rnn_step_by_step")
WORDS = known_answers(UNIT)

SLIPS = [  # an operator, a statement of a function of (x, W, b, n), and one of the changes that it must make of it
    ("complement", "z = n * (1 - x)", "z = n * x"),
    ("drop_term", "z = W @ x + b", "z = W @ x"),
    ("drop_term", "z = W @ x + b", "z = b"),
    ("drop_term", "z = W - x - b", "z = W - b"),
    ("drop_factor", "z = W * x / n", "z = W * x"),
    ("drop_factor", "z = W * x / n", "z = x / n"),
    ("flip_sign", "z = W + b", "z = W - b"),
    ("flip_sign", "n -= b", "n += b"),
    ("swap_operands", "z = W @ x", "z = x @ W"),
    ("swap_operands", "z = 1 - x", "z = x - 1"),
    ("other_product", "z = W @ x", "z = W * x"),
    ("other_product", "z = W * x", "z = W + x"),
    ("other_transpose", "z = W.T @ x", "z = W @ x"),
    ("other_transpose", "z = W @ x", "z = W.T @ x"),
    ("other_transpose", "z = x.transpose(2, 0, 1)", "z = x"),
    ("wrong_axis", "z = np.sum(x, axis=1)", "z = np.sum(x, axis=0)"),
    ("wrong_axis", "z = np.concatenate([x, b])", "z = np.concatenate([x, b], axis=1)"),
    ("wrong_axis", "z = softmax(x)", "z = softmax(x.T).T"),
    ("drop_option", "z = Embedding(n, 5, input_length=n)", "z = Embedding(n, 5)"),
    ("wrong_steps", "z = [x for t in range(n)]", "z = [x for t in range(n - 1)]"),
    ("wrong_steps", "z = [x for t in range(n)]", "z = [x for t in range(1, n)]"),
    ("wrong_steps", "z = list(reversed(range(n)))", "z = list(range(n))"),
    ("wrong_index", "z = x[:, :, n]", "z = x[:, :, n - 1]"),
    ("wrong_index", "z = x[:, ::-1]", "z = x[:, :]"),
    ("wrong_index", "z = x[n:]", "z = x[:n]"),
    ("stale_state", "s = b\nfor t in range(n):\n    s = W @ s", "s = b\nfor t in range(n):\n    s = W @ b"),
    ("forget_state", "s = b\nfor t in range(n):\n    s = W @ s", "s = b\nfor t in range(n):\n    new_s = W @ s"),
    ("overwrite", "n += x", "n = x"),
    ("accumulate", "s = b\nfor t in range(n):\n    s = W @ s", "s = b\nfor t in range(n):\n    s += W @ s"),
    ("drop_statement", "n += x", "pass"),
    ("from_the_front", "z = []\nz.append(x)", "z = []\nz.insert(0, x)"),
    ("wrong_name", "z = x['Wf'] + n * x['Wi']", "z = x['Wi'] + n * x['Wi']"),
    ("wrong_name", "a_next, a_prev = x\nz = a_next", "a_next, a_prev = x\nz = a_prev"),
    ("swap_parts", "return (x, b)", "return (b, x)"),
    ("swap_parts", "z = {'one': x, 'other': b}", "z = {'one': b, 'other': x}"),
    ("swap_parts", "z = step(x, b)", "z = step(b, x)"),
    ("wrong_activation", "z = np.tanh(x)", "z = 1 / (1 + np.exp(-x))"),
    ("wrong_activation", "z = sigmoid(x)", "z = x"),
    ("wrong_function", "z = np.sum(x)", "z = np.mean(x)"),
    ("wrong_function", "z = keras.layers.LSTM(n)", "z = keras.layers.GRU(n)"),
    ("wrong_text", "z = Dense(n, activation='softmax')", "z = Dense(n, activation='sigmoid')"),
    ("drop_call", "z = x.copy()", "z = x"),
    ("drop_layer", "z = Dense(n)(x)", "z = x"),
    ("drop_layer", "z = Sequential([LSTM(n), Dense(n)])", "z = Sequential([LSTM(n)])"),
    ("wrong_constant", "z = LSTM(n, return_sequences=True)", "z = LSTM(n, return_sequences=False)"),
    ("wrong_constant", "z = x ** 2", "z = x ** 3"),
    ("wrong_constant", "z = x.shape[0]", "z = x.shape[1]"),
    ("wrong_comparison", "z = x < n", "z = x <= n"),
    ("wrong_condition", "z = x and b", "z = x or b"),
    ("wrong_condition", "z = [one for one in x if one]", "z = [one for one in x]"),
    ("work_in_place", "m = x.shape\nz = x * b", "m = x.shape\nx *= b\nz = x"),
    ("change_an_argument", "return W @ x", "result = W @ x\nx *= 2\nreturn result"),
    ("change_an_argument", "return x['W']", "result = x['W']\nx['W'] = x['W'] * 2\nreturn result"),
]  # fmt: skip


def written(body: str) -> str:
    """A function with these statements."""
    lines = body.replace("\n", "\n    ")
    return ast.unparse(ast.parse(f"def f(x, W, b, n):\n    {lines}"))


@pytest.mark.parametrize(("operator", "before", "after"), SLIPS)
def test_operator_makes_its_slip(operator, before, after):
    made = {mutant.source.strip(): mutant.operator for mutant in mutants(written(before), "f")}
    assert made.get(written(after)) == operator, "\n\n".join(made)


def test_every_operator_is_shown_here():
    assert {operator for operator, _, _ in SLIPS} == set(OPERATORS)


def test_every_slip_and_every_known_mistake_has_a_kind_with_a_paragraph():
    paragraphs = kinds.paragraphs()
    assert set(kinds.OF_OPERATORS) == set(OPERATORS)
    used = {kinds.BEGINS_HERE, *kinds.OF_OPERATORS.values()}
    for unit in all_units():
        for mistake in known_answers(unit).mistakes:
            assert mistake.kind in paragraphs, f"{unit.slug}: {mistake.exercise}: {mistake.name}: {mistake.kind!r}"
            used.add(mistake.kind)
    assert used == set(paragraphs), "a paragraph that nobody is shown"


@pytest.mark.parametrize(("kind", "paragraph"), kinds.paragraphs().items())
def test_a_paragraph_is_short_plain_and_no_answer(kind, paragraph):
    words = paragraph.split()
    assert 40 <= len(words) <= 120, f"{kind}: {len(words)} words"
    assert paragraph.endswith((".", "?")) and paragraph[0].isupper()
    assert not re.search(r"[`@=*+{}()\[\]<>_/]|\b(np|keras|def|lambda)\b|\w\.\w|\d", paragraph), f"{kind} has code"
    longest = max(len(sentence.split()) for sentence in re.split(r"[.?:;]", paragraph))
    assert longest <= 42, f"{kind}: a sentence of {longest} words"


def changed_lines(before: str, after: str) -> int:
    """In how many runs of lines two texts differ."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return sum(tag != "equal" for tag, *_ in matcher.get_opcodes())


@pytest.mark.parametrize("exercise", [exercise.id for exercise in UNIT.exercises])
def test_mutants_of_a_solution_have_one_fault_each_and_are_all_different(exercise):
    source = worked_answers(UNIT)[exercise]
    original = ast.unparse(ast.parse(source)) + "\n"
    made = mutants(source, exercise, WORDS.words_for(exercise))
    assert len(made) >= 12
    assert len({mutant.source for mutant in made}) == len({mutant.id for mutant in made}) == len(made)
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != original and changed_lines(original, mutant.source) <= 2, mutant.id
        assert ast.get_docstring(ast.parse(mutant.source).body[0]) == ast.get_docstring(ast.parse(source).body[0])


@pytest.mark.parametrize("exercise", [exercise.id for exercise in UNIT.exercises])
def test_what_a_mutant_says_shows_no_code(exercise):
    """Only names that the student has seen are repeated, in backticks; nothing looks like an expression."""
    source = worked_answers(UNIT)[exercise]
    seen = set(re.findall(r"\w+", "\n".join(cell.source for cell in UNIT.release.cells)))
    functions = {"ones", "zeros", "ones_like", "zeros_like", "mean", "sum"}
    options = {"axis", "axes", "keepdims"}
    for mutant in mutants(source, exercise, WORDS.words_for(exercise)):
        named = set(re.findall(r"`([^`]*)`", mutant.says))
        assert named <= seen | functions | options, f"{mutant.id}: {mutant.says}"
        assert not re.search(r"[@=*+{}()]|\bnp\b|\w\.\w|\[[^\]]*:", re.sub(r"`[^`]*`", "", mutant.says)), mutant.says
        assert mutant.says[0] != mutant.says[0].upper() or mutant.says[0] in '`"', mutant.says
        assert not mutant.says.endswith("."), mutant.says


@pytest.mark.parametrize(
    ("exercise", "before", "after", "says"),
    [
        (
            "gru_cell_forward",
            'parameters["Wu"] @ stacked + parameters["bu"]',
            'parameters["Wu"] @ stacked',
            "the update gate's bias `bu` is left out of the update gate",
        ),
        (
            "lstm_cell_forward",
            'parameters["Wf"] @ stacked',
            'parameters["Wi"] @ stacked',
            "the place of the forget gate's weights `Wf` in the forget gate is taken by the update gate's weights `Wi`",
        ),
        (
            "rnn_cell_backward",
            "dz @ a_prev.T",
            "dz @ a_next.T",
            "the place of the hidden state before in the gradient of the recurrent weights, `dWaa` is taken by "
            "the next hidden state",
        ),
        (
            "rnn_backward",
            "total[name] += step[name]",
            "total[name] = step[name]",
            "the gradients that are summed over the steps are overwritten at each step instead of added up",
        ),
    ],
)
def test_a_mutant_names_the_true_place(exercise, before, after, says):
    source = worked_answers(UNIT)[exercise]
    assert source.count(before) == 1
    wanted = ast.unparse(ast.parse(source.replace(before, after))) + "\n"
    found = {mutant.source: mutant.says for mutant in mutants(source, exercise, WORDS.words_for(exercise))}
    assert found.get(wanted) == says


def test_ids_live_through_edits_elsewhere():
    source = worked_answers(UNIT)["lstm_cell_forward"]
    edited = source.replace("stacked = np", "unused = parameters\n    stacked = np").replace(
        "a_next = ot * np.tanh(c_next)", "a_next = np.tanh(c_next) * ot"
    )
    assert edited.count("unused") == 1 and edited.count("* ot") == 1
    before = {mutant.id for mutant in mutants(source, "lstm_cell_forward") if "c_prev" in mutant.before}
    after = {mutant.id for mutant in mutants(edited, "lstm_cell_forward")}
    assert len(before) > 10 and before <= after


def test_models_and_classes_are_mutated_too():
    source = """
def build_tagger(words, tags):
    inputs = keras.Input((None,))
    x = keras.layers.Embedding(words, 16, mask_zero=True)(inputs)
    x = keras.layers.Bidirectional(keras.layers.LSTM(8, return_sequences=True))(x)
    outputs = keras.layers.Dense(tags, activation="softmax")(x)
    return keras.Model(inputs, outputs)


class Attention(keras.layers.Layer):
    def call(self, states):
        return keras.ops.softmax(self.energy(states), axis=1)
"""
    for exercise, least in (("build_tagger", 12), ("Attention", 1)):
        assert len(mutants(source, exercise)) >= least
    after = "\n".join(mutant.after for mutant in mutants(source, "build_tagger"))
    for wanted in ("mask_zero=False", "return_sequences=False", "activation='sigmoid'", "GRU(8", "axis=0"):
        assert wanted in after
