"""Answers alike beyond chance: copies are found whatever their names and order, and people who write alone are not."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from own_words import in_own_words, renamed

from autograder.classmates.sheets import Sheet
from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import find_unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.exports.reading import each_read
from autograder.judging.submissions import Submission
from autograder.reporting.alike import FEWEST, Alike, alike
from autograder.reporting.comparing import compared
from autograder.reporting.fingerprints import PIECE, WINDOW, all_pieces, notebook_fingerprints, tokens_of
from autograder.reporting.results import ClassResults

UNIT = find_unit("01_rnn_step_by_step")
NAMES = {exercise.id for exercise in UNIT.exercises}
STUDENTS = 12
CLASSES = int(os.environ.get("UNROLLED_CLASSES", "1"))  # how many made-up classes are tried


def ways() -> dict[str, list[str]]:
    """For each exercise its worked answer, and others as right."""
    found = {name: [answer] for name, answer in worked_answers(UNIT).items()}
    for paraphrase in known_answers(UNIT).paraphrases:
        if len(paraphrase.answers) == 1:
            for name, answer in paraphrase.answers.items():
                found[name].append(answer)
    return found


def written_alone(rng: random.Random, right: dict[str, list[str]]) -> Sheet:
    answers = {name: in_own_words(rng.choice(right[name]), rng) for name in right if rng.random() < 0.95}
    return Sheet(UNIT).write(**answers).explain()


def copied(sheet: Sheet) -> Sheet:
    """Somebody else's answers, every name changed, all in one cell and in another order."""
    answers = [renamed(sheet.cell(name).source, NAMES) for name in NAMES]
    copy = Sheet(UNIT)
    copy.cells[:] = [cell for cell in copy.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in NAMES]
    return copy.add_code("\n\n\n".join(sorted(answers, key=lambda answer: answer[::-1])))


def results(folder: Path, papers: dict[str, dict[str, bytes]]) -> ClassResults:
    """A class that handed in these files; who gets which points is nothing to those who compare."""
    verdicts, submissions = [], {}
    for name, files in papers.items():
        place = folder / name
        place.mkdir(parents=True)
        for file, content in files.items():
            (place / file).write_bytes(content)
        exercises = tuple(ExerciseVerdict(each.id, "correct", each.points, each.points) for each in UNIT.exercises)
        verdicts.append(Verdict(name, UNIT.slug, "graded", 1.0, (), exercises, 1))
        submissions[name] = Submission(name, place)
    return ClassResults(UNIT, tuple(verdicts), submissions=submissions)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Alike]:
    """A class in which nobody copied, and the same one with a copy and with submissions that cannot be compared."""
    rng, right = random.Random(3), ways()
    sheets = {f"student {number}": written_alone(rng, right) for number in range(STUDENTS)}
    honest = {name: sheet.files() for name, sheet in sheets.items()}
    odd = {
        "copy": copied(sheets["student 3"]).files(),
        "flood": Sheet(UNIT).add_code("x = [" + "1, " * 200_000 + "]").files(),
        "untouched": Sheet(UNIT).files(),
        "as worked": Sheet(UNIT).solve().files(),
    }
    copied_class = compared(results(tmp_path_factory.mktemp("alike"), honest | odd), 2)
    assert copied_class is not None
    return {"honest": compared_here(sheets), "copied": copied_class}


def compared_here(sheets: dict[str, Sheet]) -> Alike:
    """As ``compared``, but all in this process."""
    released = frozenset(cell.source for cell in UNIT.release.cells if cell.cell_type == "code")
    prints = {}
    for name, sheet in sheets.items():
        prints[name] = notebook_fingerprints(sheet.files()[f"{UNIT.slug}.ipynb"], NAMES, released)
    return alike(prints, all_pieces([*released, *worked_answers(UNIT).values()]))


def test_who_writes_alone_is_in_no_pair(found: dict[str, Alike]) -> None:
    honest = found["honest"]
    assert len(honest.compared) == STUDENTS and len(honest.shares) == STUDENTS * (STUDENTS - 1) / 2
    assert honest.pairs == () and honest.bound is not None and honest.shares[-1] < honest.bound < 1


def test_a_copy_is_found_with_other_names_in_another_order(found: dict[str, Alike]) -> None:
    (pair,) = found["copied"].pairs
    assert {pair.one, pair.other} == {"student 3", "copy"} and pair.share > 0.7
    assert len(pair.exercises) == 3 and set(pair.exercises) < NAMES
    assert found["copied"].next_share < found["copied"].bound < pair.share  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(100, 100 + CLASSES))
def test_in_other_classes_copies_of_half_a_notebook_are_found_and_of_one_answer_are_not(seed: int) -> None:
    rng, right = random.Random(seed), ways()
    sheets = {f"student {number}": written_alone(rng, right) for number in range(STUDENTS)}
    half, one = written_alone(rng, right), written_alone(rng, right)
    for sheet, names in ((half, sorted(NAMES)[::2]), (one, sorted(NAMES)[:1])):
        sheet.write(**{name: renamed(sheets["student 3"].cell(name).source, NAMES) for name in names})
    found = compared_here(sheets | {"half": half, "one": one})
    assert [{pair.one, pair.other} for pair in found.pairs] == [{"half", "student 3"}]


def test_what_cannot_be_compared_is_named(found: dict[str, Alike]) -> None:
    assert list(found["copied"].left_out) == ["flood"] and "300,000 characters" in found["copied"].left_out["flood"]
    assert found["copied"].nothing_own == ("as worked", "untouched")  # what was given, and what right answers share


def test_a_notebook_that_ends_its_reader_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    papers = {name: {f"{UNIT.slug}.ipynb": name.encode()} for name in ("ada", "ends", "zoe")}
    read = each_read(UNIT, results(tmp_path, papers).submissions, 1, length_or_end)
    assert read.found == {"ada": 3, "zoe": 3} and "ended the process" in read.left_out["ends"]


def length_or_end(content: bytes) -> int:
    return os._exit(1) if content == b"ends" else len(content)


def test_too_few_to_say_what_is_chance() -> None:
    prints = {f"s{number}": frozenset(("f", 100 * number + each) for each in range(50)) for number in range(FEWEST - 1)}
    few = alike(prints, set())
    assert few.bound is None and few.pairs == () and len(few.compared) == FEWEST - 1
    assert alike({}, set()).bound is None


def test_what_a_quarter_has_or_everybody_was_given_is_nobodys_own() -> None:
    """Of eight submissions with 40 fingerprints of their own, two share 20 more, all share 30 and all were given 30."""
    prints = {}
    for number in range(8):
        own = {("f", 1000 * number + each) for each in range(40)}
        both = {("f", -each) for each in range(1, 21)} if number < 2 else set()
        prints[f"s{number}"] = frozenset(own | both | {("f", 10**6 + each) for each in range(60)})
    shares = alike(prints, {10**6 + each for each in range(30, 60)}).shares
    assert np.count_nonzero(shares) == 1
    weight = 20 * np.log(4)  # each of them had by two of eight
    assert shares[-1] == pytest.approx(weight / (40 * np.log(8) + weight))


def test_names_comments_and_layout_do_not_count() -> None:
    def shown(code: str) -> list[str]:
        return [token for token, _ in tokens_of(code)]

    one = shown('def f(a, b):\n    """Says."""\n    c = np.dot(a, b)  # why\n    return f"{c}" + "x" + str(2)')
    other = shown("def f(x,y):\n  z = n.dot(\n    x, y)\n  return f'{z}' + \"other\" + str(2)\n\n")
    assert one == other and "dot" in one and "str" in one and "np" not in one
    assert shown("a.dot(b)") != shown("a.sum(b)")
    assert shown("a + 1") != shown("a + 2")


def test_helpers_belong_to_what_they_help() -> None:
    """Otherwise one answer would be two things that are dealt apart, and what is chance would seem less than it is."""

    def body(name: str) -> str:
        return f"def {name}(x):\n    return " + " + ".join(f"{number} * x" for number in range(20))

    cells = [f"{body('helper')}\n\n\n{body('one')}", body("helper"), body("two"), body("after")]
    content = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    prints = notebook_fingerprints(json.dumps(content).encode(), {"one", "two"})
    assert {exercise for exercise, _ in prints} == {"one", "two", ""}
    by_exercise = {name: {each for exercise, each in prints if exercise == name} for name in ("one", "two", "")}
    assert by_exercise["two"] == by_exercise[""] < by_exercise["one"]  # the last one has what joins the two functions


def test_every_long_piece_that_two_notebooks_share_leaves_a_fingerprint_in_both() -> None:
    """The guarantee of winnowing, on random code around a shared piece of the least length."""
    rng = random.Random(0)

    def code(length: int) -> list[str]:
        return [str(rng.randrange(10**6)) for _ in range(length)]

    def prints(tokens: list[str]) -> frozenset[tuple[str, int]]:
        cells = [{"cell_type": "code", "source": " ".join(tokens)}]
        return notebook_fingerprints(json.dumps({"nbformat": 4, "cells": cells}).encode(), ())

    for _ in range(50):
        piece = code(PIECE + WINDOW - 1)
        one, other = (prints(code(rng.randrange(40)) + piece + code(rng.randrange(40))) for _ in range(2))
        assert one & other
        assert not prints(code(80)) & prints(code(80))
