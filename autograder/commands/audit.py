"""``python -m autograder audit``: try the graders on answers of which it is known whether they are right."""

from __future__ import annotations

import json as json_format
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.commands.usage import built_units, need_place, wrong

if TYPE_CHECKING:  # what judging needs takes a second to import, and --help should not wait for it
    from autograder.auditing.trials import Audited, Trial
    from autograder.course.units import Unit
    from autograder.examination.verdict import Verdict


def audit(
    unit: Annotated[
        str | None, typer.Argument(help="The unit's slug, e.g. 01_rnn_step_by_step; all units by default.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the result to this file, too.")] = None,
    exercise: Annotated[str | None, typer.Option(help="Try this exercise's graders only.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Answers judged at a time.")] = os.cpu_count() or 1,
    every: Annotated[
        bool, typer.Option("--all", help="Every mutant, where an exercise has more than 32, graded in all exercises.")
    ] = False,
    accept_risk: Annotated[
        bool, typer.Option("--accept-risk", help="Run even where nothing can be locked down.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Keep what is found as the evidence of each unit.")] = False,
) -> None:
    """Try the hidden graders on mutants, known mistakes, paraphrases and stubs.

    Example: python -m autograder audit 01_rnn_step_by_step --exercise rnn_cell_forward
    """
    if write and (exercise or every):
        wrong("audit", "--write keeps a unit's whole audit as `make test` repeats it: without --exercise and --all")
    units = _units(unit, exercise)
    need_place("audit", json)
    console = Console()
    results = []
    for each in units:
        found, verdicts = _audit(each, exercise, every, jobs, accept_risk, console)
        results += found
        if write:
            _keep(each, found, verdicts)
    if json:
        json.write_text(json_format.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")
    raise typer.Exit(1 if any(result.faults for result in results) else 0)


def _units(slug: str | None, exercise: str | None) -> list[Unit]:
    from autograder.course.known_answers import worked_answers

    units = built_units("audit", slug)
    known = [id for unit in units for id in worked_answers(unit)]
    if exercise and exercise not in known:
        wrong("audit", f"there is no exercise {exercise!r}; there are {', '.join(known)}")
    return [unit for unit in units if exercise is None or exercise in worked_answers(unit)]


def _audit(
    unit: Unit, exercise: str | None, every: bool, jobs: int, accept_risk: bool, console: Console
) -> tuple[list[Audited], list[tuple[Trial, Verdict]]]:
    """Try one unit's graders with a progress bar, and show what came of it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from autograder.auditing.diagnosis_audit import builds_layers, faulty_paraphrases, measured
    from autograder.auditing.trials import MOST_MUTANTS, audited, judged, trials
    from autograder.course.known_answers import UnreadableAnswers, known_answers, worked_answers
    from autograder.judging.examiner import LockdownUnavailable

    try:
        known = known_answers(unit)
        wanted = [
            *trials(unit, known, exercise, None if every else MOST_MUTANTS),
            *faulty_paraphrases(unit, known, exercise),
        ]
    except UnreadableAnswers as error:
        wrong("audit", str(error))
    verdicts = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            for pair in progress.track(
                judged(unit, wanted, jobs, accept_risk, every), len(wanted), description=unit.slug
            ):
                verdicts.append(pair)
    except LockdownUnavailable as lacking:
        wrong("audit", f"{lacking}. If you trust the answers in this checkout, say --accept-risk")
    results = audited(unit, verdicts, exercise)
    told = measured(unit, verdicts)
    for result in results:
        result.builds_layers = builds_layers(worked_answers(unit)[result.exercise])
        if result.exercise in told:
            result.diagnosed, result.named, result.misnamed = told[result.exercise].counts
    show(results, console)
    return results, verdicts


def _keep(unit: Unit, results: list[Audited], verdicts: list[tuple[Trial, Verdict]]) -> None:
    from autograder.evidence.page import write_page
    from autograder.evidence.records import keep_audit

    keep_audit(unit, results, verdicts)
    write_page(unit.root)


def show(results: list[Audited], console: Console) -> None:
    """A table with a line an exercise, then each fault, and each survivor with its change."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("exercise", "killed", "equivalent", "paraphrases", "named", "stub"):
        table.add_column(name, justify="left" if name in ("exercise", "stub") else "right", no_wrap=True)
    for result in results:
        style = "red" if result.faults else "green"
        killed = f"{result.killed}/{result.mutants - len(result.equivalent)}"
        accepted = f"{result.accepted}/{result.paraphrases}"
        table.add_row(
            *(f"[{style}]{result.exercise}[/]", killed, str(len(result.equivalent)), accepted),
            *(f"{result.named}/{result.diagnosed}", result.stub_outcome),
        )
    console.print(table)
    for layers, what in ((False, "functions"), (True, "layers and models")):
        counts = ("diagnosed", "named", "misnamed")
        mine = [each for each in results if each.builds_layers == layers]
        faulty, named, misnamed = (sum(getattr(each, name) for each in mine) for name in counts)
        if faulty:
            console.print(
                f"Of {faulty} faults in paraphrases of {what}, messages name the place of {named} "
                f"({named / faulty:.0%}) and another place of {misnamed} ({misnamed / faulty:.0%}).",
                highlight=False,
                soft_wrap=True,
            )
    for result in results:
        for fault in result.faults:
            console.print(f"{result.exercise}: {fault}", style="red", markup=False, highlight=False, soft_wrap=True)
        for survivor in result.survivors:
            console.print(
                f"\n{result.exercise}: {survivor.id} ({survivor.operator}) {survivor.why}", markup=False, soft_wrap=True
            )
            for sign, lines in (("-", survivor.before), ("+", survivor.after)):
                for line in lines.splitlines():
                    console.print(f"  {sign} {line}", markup=False, highlight=False, soft_wrap=True)
