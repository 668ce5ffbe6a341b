"""The bench runs both engines on the same work, and they give the same points."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.benchmark import in_cells
from autograder.benchmark import race as bench
from autograder.benchmark.growth import draw, growth
from autograder.classmates import everywhere
from autograder.classmates.sheets import Sheet
from autograder.commands.bench import show
from autograder.course.known_answers import Mistaken, known_answers
from autograder.course.units import Unit, all_units, find_unit
from autograder.examination.hidden_tests import hidden_tests
from autograder.judging.examiner import pool
from autograder.sandbox import confine

SLUG = "01_rnn_step_by_step"


needs_lockdown = pytest.mark.skipif(
    confine.available() is not None, reason=f"grade needs its lockdown: {confine.available()}"
)


@needs_lockdown
@pytest.mark.timeout(600)
def test_both_engines_give_the_same_points_and_the_medians_are_written(tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    arguments = ["bench", SLUG, "--submissions", "1", "--rounds", "1", "--jobs", "1", "--json", str(target)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output  # 1 if the gradebooks differ in any cell
    found = json.loads(target.read_text())
    assert set(found) == {"unit", "submissions", "seconds", "nbgrader_seconds", "ratio"}
    assert (found["unit"], found["submissions"]) == (SLUG, 1)
    assert found["seconds"] > 0
    assert found["ratio"] == pytest.approx(found["nbgrader_seconds"] / found["seconds"], rel=0.05)
    assert "equal points" in result.output


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Unit, dict[str, bytes]], dict[str, dict]]]:
    """A function that grades notebooks of a unit as `grade` does: points by student and exercise."""
    with pool(2) as examiners:

        def points(unit: Unit, notebooks: dict[str, bytes]) -> dict[str, dict[str, float]]:
            name = f"{unit.slug}.ipynb"
            futures = {who: examiners.submit({name: text}, unit.slug, 1) for who, text in notebooks.items()}
            verdicts = {who: future.result(timeout=300) for who, future in futures.items()}
            return {who: {part.id: part.score for part in verdict.exercises} for who, verdict in verdicts.items()}

        yield points


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """The one process that cells and tests are run in."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        yield process


@needs_lockdown
@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_tests_in_the_cells_give_the_points_of_grade_in_every_unit(
    unit: Unit, graded: Any, process: ProcessPoolExecutor
) -> None:
    """The bench refuses other points on either side; nbgrader itself, which takes long, is left out here."""
    notebooks = dict(list(bench.honest_work(unit, 4).items())[2:])  # the second of them lacks an exercise
    mistaken = Sheet(unit).solve().write(**{mistake.exercise: mistake.source for mistake in one_mistake_each(unit)})
    notebooks["mistaken"] = mistaken.files()[f"{unit.slug}.ipynb"]
    found = {who: bare.points for who, bare in process.submit(bench.one_by_one, unit, notebooks).result().items()}
    full = {exercise.id: exercise.points for exercise in unit.exercises}
    unfinished = full | {unit.exercises[0].id: 0}
    assert list(found.values())[:2] == [full, unfinished]
    wrong = {mistake.exercise for mistake in one_mistake_each(unit)}
    judged = graded(unit, notebooks)
    # In the cells cases are drawn with other seeds: how much a mistake costs may differ, not that it costs something.
    for points in (found.pop("mistaken"), judged.pop("mistaken")):
        assert {name for name, score in points.items() if score < full[name]} >= wrong
    assert found == judged


def one_mistake_each(unit: Unit) -> list[Mistaken]:
    """The last known mistake of each exercise: the first of unit 06's examples, labels of other words, shows in nearly
    all cases only, and in the cells these are always the same.
    """
    return list({mistake.exercise: mistake for mistake in known_answers(unit).mistakes}.values())


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.slug)
def test_the_cells_hold_every_hidden_test(unit: Unit) -> None:
    run = [
        (examiner.exercise, test.__name__, test.weight)
        for examiner in in_cells.examiners(unit.grader)
        for test in in_cells.tests_of(examiner)
    ]
    collected = [(test.exercise, test.name.split("::")[-1], test.function.weight) for test in hidden_tests(unit.grader)]
    assert sorted(run) == sorted(collected)


@needs_lockdown
def test_a_class_is_measured_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    kinds = [kind for kind in everywhere.classmates() if kind.name in ("perfect", "first_half", "endless_loop")]
    seen: list[int] = []
    run = growth(find_unit(SLUG), 14, 2, kinds, seen.append)
    assert len(run.seconds) == 10 and min(run.seconds) >= 0 and sum(run.seconds) > 0
    assert max(seen) <= 14 and run.whole_seconds > run.again_seconds > 0
    assert set(run.memory) == {"coordinator", "nursery", "server", "examiners", "clerks"}
    assert all(max(looks) > 10 for looks in run.memory.values())
    assert run.result()["ratio"] == round(run.seconds[-1] / run.seconds[0], 3)
    draw(run, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("arguments", [["--growth", "200"], [SLUG, "--picture", "a.png"], [SLUG, "--growth", "9"]])
def test_growth_is_asked_of_one_large_class(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["bench", *arguments]).exit_code == 2


def test_one_point_of_difference_stops_the_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = {"sam": {"check_rnn_forward": 7.0}}, {"sam": {"check_rnn_forward": 6.0}}
    monkeypatch.setattr(bench, "points_in", lambda folder, unit: ours if folder.name == "unrolled" else theirs)
    with pytest.raises(bench.Disagreement, match="sam has"):
        bench._compare(find_unit(SLUG), tmp_path)


def test_honest_work_is_mostly_whole_and_some_of_it_unfinished() -> None:
    notebooks = bench.honest_work(find_unit(SLUG), 8)
    unfinished = [b"this exercise waits for your code" in notebook for notebook in notebooks.values()]
    assert unfinished == [False, False, False, True] * 2
    assert len(set(notebooks.values())) == 8
    assert not any(b'"training"' in notebook or b'"figure"' in notebook for notebook in notebooks.values())


def test_the_warm_up_does_not_count(tmp_path: Path) -> None:
    import os

    unit = find_unit(SLUG)
    for student, second in {"a": 10, "b": 11, "c": 13, "d": 15}.items():
        path = tmp_path / "autograded" / student / unit.slug / f"{unit.slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (second, second))
    assert bench.seconds_each(tmp_path, unit, warm_up=2) == 2


def test_the_table_has_the_ratio_and_the_bare_cells(capsys: pytest.CaptureFixture[str]) -> None:
    run = bench.Race(SLUG, 10, 2, [0.2, 0.3, 0.1], [5.0, 6.0, 4.0], [0.1, 0.1, 0.1], [9.0] * 3, [60.0] * 3)
    assert run.result()["ratio"] == 25
    show(run, Console(width=120))
    printed = capsys.readouterr().out
    assert "25.0" in printed and "bare" in printed and "0.100" in printed
