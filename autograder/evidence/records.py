"""Evidence as it is kept: ``autograder/evidence/records/NN_slug.json``, one file a unit, derived and never edited.

==========  ==========================================================================================================
``audit``   what :class:`autograder.auditing.trials.Audited` counts, an exercise each; and ``trials``: for each trial,
            the exercises that lost points, and of a fault in a paraphrase what its message said of the place
``run``     the figures that the whole worked notebook reached
``bench``   the race beside stock nbgrader: medians, and the ratio of each round
==========  ==========================================================================================================

Each has the ``fingerprint`` of what it hangs on, see :mod:`autograder.evidence.fingerprints`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from autograder.auditing.diagnosis_audit import Faulty, what_is_said
from autograder.auditing.trials import Audited, Trial
from autograder.authoring.run import Run
from autograder.benchmark.race import Race
from autograder.course.units import Unit
from autograder.evidence import fingerprints
from autograder.examination.verdict import Verdict

Part = Literal["audit", "run", "bench"]
OF = {"audit": fingerprints.of_audit, "run": fingerprints.of_run, "bench": fingerprints.of_bench}


def path_of(unit: Unit) -> Path:
    """Where a unit's evidence is kept."""
    return unit.root / "autograder" / "evidence" / "records" / f"{unit.slug}.json"


def kept(unit: Unit) -> dict[str, Any]:
    """What is kept of a unit, by part; empty when nothing is."""
    path = path_of(unit)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def stale(unit: Unit, part: Part) -> str:
    """Why a part of a unit's evidence says nothing of the unit as it is now; empty when it is fresh."""
    command = f"python -m autograder {part} {unit.slug} --write"
    if part not in kept(unit):
        return f"there is no {part} of {unit.slug}: {command}"
    if kept(unit)[part]["fingerprint"] != OF[part](unit):
        return f"the {part} of {unit.slug} is from before a change of what it hangs on: {command}"
    return ""


def keep_audit(unit: Unit, results: Iterable[Audited], verdicts: Iterable[tuple[Trial, Verdict]]) -> None:
    """Keep a whole audit of a unit."""
    trials = {trial.key: outcome_of(unit, trial, verdict) for trial, verdict in verdicts}
    exercises = [{name: value for name, value in asdict(each).items() if name != "unit"} for each in results]
    _keep(unit, "audit", {"exercises": exercises, "trials": dict(sorted(trials.items()))})


def keep_run(unit: Unit, run: Run) -> None:
    """Keep the figures of a run."""
    _keep(unit, "run", {"seconds": run.seconds, "results": run.results})


def keep_bench(unit: Unit, race: Race) -> None:
    """Keep a race."""
    rounds = [round(stock / ours, 1) for stock, ours in zip(race.stock, race.ours, strict=True)]
    _keep(unit, "bench", {name: value for name, value in race.result().items() if name != "unit"} | {"rounds": rounds})


def outcome_of(unit: Unit, trial: Trial, verdict: Verdict) -> str:
    """What came of a trial, as it is kept: the exercises that lost points, and what a fault's message says."""
    lost = [exercise for exercise in verdict.exercises if exercise.score < exercise.max_score]
    if trial.kind == "stub":
        own = next(exercise for exercise in verdict.exercises if exercise.id == trial.exercise)
        return f"{own.outcome}; loses {', '.join(exercise.id for exercise in lost)}"
    if isinstance(trial, Faulty) and lost:
        return what_is_said(unit, trial, lost[0])
    return f"loses {', '.join(exercise.id for exercise in lost)}" if lost else "loses nothing"


def _keep(unit: Unit, part: Part, found: dict[str, Any]) -> None:
    path = path_of(unit)
    path.parent.mkdir(exist_ok=True)
    everything = kept(unit) | {part: {"fingerprint": OF[part](unit), **found}}
    text = json.dumps(dict(sorted(everything.items())), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
