"""The evidence kept of each unit is fresh, says that all is well, and holds where a sample of it is tried anew."""

from __future__ import annotations

import os
import random
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import toy_course
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.auditing.diagnosis_audit import faulty_paraphrases
from autograder.auditing.trials import LIMITS, Trial, judged_by, trials
from autograder.course.known_answers import known_answers
from autograder.course.root import ROOT
from autograder.course.units import Unit, all_units, find_unit
from autograder.evidence import fingerprints, page, records
from autograder.judging.examiner import Examiners, pool
from autograder.sandbox import confine

SAMPLE = 40
SEED = int(os.environ.get("UNROLLED_SAMPLE", secrets.randbelow(10**6)))
"""Which trials are judged anew: others on each run, the same for the same ``UNROLLED_SAMPLE``."""

UNITS = [pytest.param(unit, id=unit.slug) for unit in all_units()]
TARGETS = {  # the least or the most that a whole run must reach; seconds are the machine's, and no matter of a test
    "01_rnn_step_by_step": {},
    "02_dinosaur_names": {"held_out_nats": (None, 1.84), "novel_share": (0.9, None)},
    "03_jazz_solo": {"chord_tone_share": (0.8, None), "longest_copied_run": (None, 12)},
    "04_named_entities": {"f1_bidirectional": (0.88, None)},
    "05_date_translation": {"exact_match": (0.99, None)},
    "06_trigger_word": {"event_f1": (0.9, None), "streaming_equals_whole": (1, None)},
}
NAMED = {"01_rnn_step_by_step": 0.79, "02_dinosaur_names": 0.7}  # all others: 0.6
LEAST_RATIO = 8
MOST_MISNAMED = 0.02  # of the faults in paraphrases


@pytest.mark.parametrize("part", ["audit", "run"])
@pytest.mark.parametrize("unit", UNITS)
def test_evidence_is_fresh(unit: Unit, part: records.Part) -> None:
    assert not records.stale(unit, part)


@pytest.mark.parametrize("unit", UNITS)
def test_the_audit_says_that_all_is_well(unit: Unit) -> None:
    audit = records.kept(unit)["audit"]
    assert [entry["exercise"] for entry in audit["exercises"]] == [exercise.id for exercise in unit.exercises]
    for entry in audit["exercises"]:
        assert entry["faults"] == entry["survivors"] == entry["refused"] == [], entry["exercise"]
        assert entry["killed"] == entry["mutants"] - len(entry["equivalent"])
        assert entry["mutants"] - entry["mistakes"] >= 12 and entry["mistakes"] >= 3
        assert len(entry["equivalent"]) <= 0.1 * (entry["mutants"] - entry["mistakes"])
        assert entry["accepted"] == entry["paraphrases"] >= 3
        assert entry["stub_outcome"] == "not attempted"
    functions = [entry for entry in audit["exercises"] if not entry["builds_layers"]]
    told, named = (sum(entry[name] for entry in functions) for name in ("diagnosed", "named"))
    assert told >= 5 * len(functions) and named >= NAMED.get(unit.slug, 0.6) * told
    told, misnamed = (sum(entry[name] for entry in audit["exercises"]) for name in ("diagnosed", "misnamed"))
    assert misnamed <= MOST_MISNAMED * told


@pytest.mark.parametrize("unit", UNITS)
def test_the_run_reached_the_targets(unit: Unit) -> None:
    results = records.kept(unit)["run"]["results"]
    for name, (least, most) in TARGETS[unit.slug].items():
        assert least is None or results[name] >= least, (name, results[name])
        assert most is None or results[name] <= most, (name, results[name])
    if unit.slug == "03_jazz_solo":
        assert results["lstm_nats"] <= 0.88 * results["bigram_nats"]
    if unit.slug == "04_named_entities":
        assert results["f1_bidirectional"] >= results["f1_unidirectional"] + 0.1
    if unit.slug == "05_date_translation":
        assert results["exact_match"] >= results["exact_match_without_attention"]


@pytest.mark.parametrize("unit", UNITS)
def test_the_race_is_fresh_and_won(unit: Unit) -> None:
    assert not records.stale(unit, "bench")
    assert records.kept(unit)["bench"]["ratio"] >= LEAST_RATIO


@pytest.fixture(scope="module")
def examiners() -> Iterator[Examiners]:
    with pool(2, LIMITS) as examiners:
        yield examiners


@pytest.mark.timeout(900)
@pytest.mark.skipif(confine.available() is not None, reason=f"judging needs the lockdown: {confine.available()}")
@pytest.mark.parametrize("unit", UNITS)
def test_a_sample_of_the_trials_comes_out_as_kept(unit: Unit, examiners: Examiners) -> None:
    known = known_answers(unit)
    every: dict[str, Trial] = {}
    for trial in [*trials(unit, known), *faulty_paraphrases(unit, known)]:
        every[trial.key] = trial
    outcomes = records.kept(unit)["audit"]["trials"]
    assert every.keys() == outcomes.keys()
    print(f"UNROLLED_SAMPLE={SEED} judges these again")
    drawn = random.Random(f"{SEED} {unit.slug}").sample(sorted(every), min(SAMPLE, len(every)))
    found = {
        trial.key: records.outcome_of(unit, trial, verdict)
        for trial, verdict in judged_by(examiners, unit, map(every.get, drawn))
    }
    assert found == {key: outcomes[key] for key in drawn}, f"UNROLLED_SAMPLE={SEED}"


def test_the_page_is_what_the_records_make() -> None:
    assert (ROOT / page.PAGE).read_text() == page.page(all_units())


# What makes evidence stale


@pytest.fixture
def copy(tmp_path: Path) -> Unit:
    """A unit with a data set, in a copy of all that its evidence hangs on."""
    ignored = shutil.ignore_patterns("__pycache__", "*.ipynb", "midi")
    for folder in ("autograder", "unrolled", "solutions/03_jazz_solo", "data/jazz"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return find_unit("03_jazz_solo", tmp_path)


CHANGES = [  # the file, what in it, by what, and the parts that are stale then
    ("autograder/sandbox/watchdog.py", "\n", "\n\n# a comment\n", ""),
    ("solutions/03_jazz_solo/03_jazz_solo.py", "## Listen first", "## First listen", ""),
    ("autograder/graders/test_02_dinosaur_names.py", "\n", "\nx = 1\n", ""),
    ("autograder/sandbox/watchdog.py", "\n", "\nx = 1\n", "audit"),
    ("autograder/answers/03_jazz_solo.py", "says=", "says= ", "audit"),
    ("unrolled/wire.py", "\n", "\nx = 1\n", "audit"),
    ("autograder/graders/test_03_jazz_solo.py", "\n", "\nx = 1\n", "audit bench"),
    ("autograder/oracles/jazz_solo_keras.py", "\n", "\nx = 1\n", "audit bench"),
    ("solutions/03_jazz_solo/03_jazz_solo.py", "points=", "points=1", "audit bench"),
    (
        "solutions/03_jazz_solo/03_jazz_solo.py",
        "### BEGIN SOLUTION\n",
        "### BEGIN SOLUTION\n    x = 1\n",
        "audit bench run",
    ),
    ("unrolled/datasets/jazz.py", "\n", "\nx = 1\n", "audit run"),
    ("unrolled/datasets/folder.py", "\n", "\nx = 1\n", "audit run"),
    ("data/jazz/choruses.txt", "\n", " \n", "run"),
    ("autograder/benchmark/in_cells.py", "\n", "\nx = 1\n", "bench"),
]


@pytest.mark.parametrize(("file", "what", "by", "parts"), CHANGES)
def test_a_change_makes_stale_what_hangs_on_it(copy: Unit, file: str, what: str, by: str, parts: str) -> None:
    before = {part: of(copy) for part, of in records.OF.items()}
    path = copy.root / file
    assert what in path.read_text()
    path.write_text(path.read_text().replace(what, by, 1))
    assert {part for part, of in records.OF.items() if of(copy) != before[part]} == set(parts.split())


def test_missing_evidence_says_what_to_type(copy: Unit) -> None:
    records.path_of(copy).unlink(missing_ok=True)
    assert records.stale(copy, "audit").endswith("python -m autograder audit 03_jazz_solo --write")


def test_an_audit_of_a_part_is_not_kept() -> None:
    done = CliRunner().invoke(app, ["audit", "01_rnn_step_by_step", "--exercise", "rnn_forward", "--write"])
    assert done.exit_code == 2 and "--write" in done.output


def test_fingerprints_hang_on_files_that_are_there() -> None:
    """A renamed room or module would silently drop out."""
    for room in fingerprints.ENGINE:
        assert list((ROOT / "autograder" / room).glob("*.py")), room
    for name in fingerprints.WIRE:
        assert (ROOT / "unrolled" / f"{name}.py").is_file(), name
    for room in fingerprints.UNSEEN:
        assert (ROOT / "unrolled" / room).is_dir(), room
    assert toy_course.SLUG not in TARGETS and set(TARGETS) >= {unit.slug for unit in all_units()}
