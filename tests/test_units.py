"""What the course contains, as the release notebooks say it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_course import SLUG, write_course

from autograder.authoring.build import build
from autograder.course.units import (
    FIGURE,
    TRAINING,
    Answer,
    Exercise,
    NotBuilt,
    Unit,
    UnknownUnit,
    all_units,
    find_unit,
    grade_id,
)


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    write_course(tmp_path)
    build(tmp_path)
    return find_unit(SLUG, tmp_path)


def test_points_are_those_of_the_release(unit: Unit) -> None:
    assert unit.exercises == (Exercise("add", 40), Exercise("running_sum", 50))
    assert unit.answers == (Answer("why_order", 10),)
    assert unit.max_score == 100
    assert [exercise.check_id for exercise in unit.exercises] == ["check_add", "check_running_sum"]
    assert unit.title == "Sums in time"


def test_training_and_figures_are_found(unit: Unit) -> None:
    assert [cell.id for cell in unit.tagged(TRAINING)] == ["after-check_running_sum-1"]
    assert [cell.id for cell in unit.tagged(FIGURE)] == ["after-check_add-1"]
    assert [grade_id(cell) for cell in unit.release.cells if grade_id(cell)][:2] == ["add", "check_add"]


def test_files_of_a_unit_stand_where_the_course_says(unit: Unit, tmp_path: Path) -> None:
    assert unit.script == tmp_path / "solutions/01_sample/01_sample.py"
    assert unit.grader == tmp_path / "autograder/graders/test_01_sample.py"
    assert unit.references == tmp_path / "autograder/references/01_sample.npz"


def test_an_unknown_unit_is_told_which_there_are(unit: Unit, tmp_path: Path) -> None:
    write_course(tmp_path, slug="02_more")
    (tmp_path / "solutions/drafts").mkdir()
    (tmp_path / "solutions/drafts/drafts.py").write_text("")
    assert [found.slug for found in all_units(tmp_path)] == ["01_sample", "02_more"]
    with pytest.raises(UnknownUnit, match=r"no unit '01_smaple'. Did you mean '01_sample'\? .* 01_sample, 02_more$"):
        find_unit("01_smaple", tmp_path)


def test_a_unit_without_a_release_says_how_to_make_it(tmp_path: Path) -> None:
    write_course(tmp_path)
    with pytest.raises(NotBuilt, match="run `python -m autograder build`"):
        _ = find_unit(SLUG, tmp_path).exercises


def test_every_unit_of_the_course_is_worth_100_points() -> None:
    units = all_units()
    assert units
    assert {unit.slug: unit.max_score for unit in units} == dict.fromkeys((unit.slug for unit in units), 100)
