"""``python -m autograder fuzz``: does the engine come through whatever is handed in, or comes over the wire?"""

from __future__ import annotations

import json as json_format
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.commands.usage import built_units, need_place, wrong

if TYPE_CHECKING:  # these take a second to import, and --help should not wait for it
    from autograder.course.units import Unit
    from autograder.fuzzing.run import Fuzzed

CLASS = 250  # notebooks that are marked as one class


def fuzz(
    unit: Annotated[str, typer.Argument(help="The unit's slug, e.g. 01_rnn_step_by_step.")],
    notebooks: Annotated[int, typer.Option(min=0, help="Spoilt notebooks to grade.")] = 100,
    frames: Annotated[int, typer.Option(min=0, help="Spoilt frames to take in.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Makes notebooks and frames: the same seed, the same ones.")] = 0,
    first: Annotated[int, typer.Option(min=0, help="The number of the first; to look at one again.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = os.cpu_count() or 1,
    json: Annotated[Path | None, typer.Option(help="Write what was found to this file, too.")] = None,
    accept_risk: Annotated[
        bool, typer.Option("--accept-risk", help="Run even where nothing can be locked down.")
    ] = False,
) -> None:
    """Grade notebooks that went wrong in every way, and take in frames that no honest process sends.

    A notebook is the solution with changes in structure, metadata, sources and encoding; every 25th is left as it is.
    Each must end in a verdict, an entry in the gradebook and a page. The exit status is 1 if one did not.

    Example: python -m autograder fuzz 01_rnn_step_by_step --notebooks 100 --seed 1
    """
    from autograder.judging.examiner import LockdownUnavailable

    (wanted,) = built_units("fuzz", unit)
    need_place("fuzz", json)
    console = Console()
    try:
        found = [*_notebooks(wanted, range(first, first + notebooks), seed, jobs, accept_risk, console)]
    except LockdownUnavailable as error:
        wrong("fuzz", f"{error}. If you accept the risk, say --accept-risk")
    found += _frames(range(first, first + frames), seed, console)
    _tell(found, seed, console)
    if json:
        json.write_text(json_format.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    raise typer.Exit(1 if any(one.faults for one in found) else 0)


def _notebooks(unit: Unit, numbers: range, seed: int, jobs: int, accept_risk: bool, console: Console) -> list[Fuzzed]:
    from autograder.classmates.sheets import Sheet
    from autograder.fuzzing.run import fuzz_notebooks

    honest = Sheet(unit).solve_all_but().files()[f"{unit.slug}.ipynb"]
    found, done = [], 0
    with console.status(f"{unit.slug}: warming up") as status:

        def told() -> None:
            nonlocal done
            done += 1
            status.update(f"{unit.slug}: {done} of {len(numbers)} notebooks")

        for start in range(0, len(numbers), CLASS):
            found.append(fuzz_notebooks(unit, honest, numbers[start : start + CLASS], seed, jobs, told, accept_risk))
    return found


def _frames(numbers: range, seed: int, console: Console) -> list[Fuzzed]:
    from autograder.fuzzing.run import fuzz_frames

    with console.status(f"{len(numbers)} frames"):
        return [fuzz_frames(numbers, seed)] if numbers else []


def _tell(found: list[Fuzzed], seed: int, console: Console) -> None:
    for one in found:
        for fault in one.faults:
            changes = ", ".join(fault.changes) or "nothing"
            console.print(
                f"number {fault.number}, seed {seed} ({changes}):\n{fault.what}", markup=False, highlight=False
            )
    statuses: dict[str, int] = {}
    for one in found:
        for status, count in one.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    ended = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    notebooks, frames = sum(one.notebooks for one in found), sum(one.frames for one in found)
    faults = sum(len(one.faults) for one in found)
    console.print(
        f"{notebooks} notebooks ({ended or 'none'}), {frames} frames, {faults} faults of the tool", highlight=False
    )
