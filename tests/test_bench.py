"""The bench runs both engines on the same work, and they give the same points."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.benchmark import race as bench
from autograder.course.units import find_unit
from autograder.sandbox import confine

SLUG = "01_rnn_step_by_step"


@pytest.mark.skipif(confine.available() is not None, reason=f"grade needs its lockdown: {confine.available()}")
@pytest.mark.timeout(600)
def test_both_engines_give_the_same_points_and_the_medians_are_written(tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    arguments = ["bench", SLUG, "--submissions", "2", "--rounds", "1", "--jobs", "2", "--json", str(target)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output  # 1 if the gradebooks differ in any cell
    found = json.loads(target.read_text())
    assert set(found) == {"unit", "submissions", "seconds", "nbgrader_seconds", "ratio"}
    assert (found["unit"], found["submissions"]) == (SLUG, 2)
    assert found["seconds"] > 0
    assert found["ratio"] == pytest.approx(found["nbgrader_seconds"] / found["seconds"], rel=0.05)
    assert "equal points" in result.output


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
    bench.show(run, Console(width=120))
    printed = capsys.readouterr().out
    assert "25.0" in printed and "bare" in printed and "0.100" in printed
