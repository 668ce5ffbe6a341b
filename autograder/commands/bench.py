"""``python -m autograder bench``: how many times faster than stock nbgrader ``grade`` is."""

from __future__ import annotations

import json as json_format
import os
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.commands.usage import built_units, need_place, wrong

if TYPE_CHECKING:  # these take a second to import, and --help should not wait for it
    from autograder.benchmark.race import Race
    from autograder.course.units import Unit


def bench(
    unit: Annotated[
        str | None, typer.Argument(help="The unit's slug; all units, one after the other, by default.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write the medians to this file: an object, or without UNIT a list of them.")
    ] = None,
    submissions: Annotated[int, typer.Option(min=1, help="Submissions a round that count.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="How often each side runs, in turn.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions that grade judges at a time.")] = os.cpu_count() or 1,
    write: Annotated[bool, typer.Option("--write", help="Keep the result as evidence of each unit.")] = False,
    growth: Annotated[
        int | None,
        typer.Option(min=100, metavar="N", help="Instead: grade a class of N, and compare its end with its beginning."),
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Where --growth draws its curve. [default: growth.png]")] = None,
) -> None:
    """Grade the same honest submissions with stock nbgrader and with grade, and say how many times faster grade is.

    Compared are seconds a submission in the long run, gradebook and autograded notebook included. Each command first
    grades as many submissions as --jobs says to warm up; these and its start count on neither side. Feedback pages,
    training and figure cells are left out on both. nbgrader's check cells hold the hidden tests themselves. "bare" is
    the same cells and tests in one warm Python process, with no protection, no gradebook and no notebook written.

    Example: python -m autograder bench 01_rnn_step_by_step --submissions 20
    """
    from autograder.benchmark.race import Disagreement, race
    from autograder.benchmark.stock import SideFailed

    need_place("bench", json)
    console = Console()
    if growth and write:
        wrong("bench", "--write keeps a race: without --growth")
    if growth or picture:
        return _grow(built_units("bench", unit), growth, jobs, json, picture, console)
    try:
        races = {each: race(each, submissions, rounds, jobs, console) for each in built_units("bench", unit)}
    except (SideFailed, Disagreement) as error:
        typer.echo(f"bench: {error}", err=True)
        raise typer.Exit(1) from None
    for each, one in races.items():
        show(one, console)
        if write:
            _keep(each, one)
    if json:
        results = [one.result() for one in races.values()]
        json.write_text(json_format.dumps(results[0] if unit else results, indent=1) + "\n", encoding="utf-8")


def _grow(
    units: list[Unit], submissions: int | None, jobs: int, json: Path | None, picture: Path | None, console: Console
) -> None:
    from autograder.benchmark.growth import draw, growth
    from autograder.benchmark.stock import SideFailed
    from autograder.commands.classroom import classmates_of

    if len(units) != 1 or submissions is None:
        wrong("bench", "--growth N takes one unit: bench UNIT --growth N [--picture FILE]")
    (unit,) = units
    picture = picture or Path("growth.png")
    need_place("bench", picture, "--picture")
    with console.status(f"{unit.slug}: making a class of {submissions}") as status:
        try:
            run = growth(
                unit,
                submissions,
                jobs,
                classmates_of(unit),
                lambda done: status.update(f"{unit.slug}: {done} of {submissions}"),
            )
        except SideFailed as error:
            typer.echo(f"bench: {error}", err=True)
            raise typer.Exit(1) from None
    draw(run, picture)
    console.print(f"{unit.slug}: {submissions} submissions in {run.whole_seconds:.0f} s, {picture} shows how")
    console.print(f"seconds a submission, the last tenth by the first: {run.ratio:.2f}")
    for role in run.memory:
        console.print(f"memory of {role}, the end by the beginning: {run.grown(role):.2f}")
    console.print(f"the same command again, with nothing new: {run.again_seconds:.0f} s")
    if json:
        json.write_text(json_format.dumps(run.result(), indent=1) + "\n", encoding="utf-8")


def _keep(unit: Unit, run: Race) -> None:
    from autograder.evidence.page import write_page
    from autograder.evidence.records import keep_bench

    keep_bench(unit, run)
    write_page(unit.root)


def show(run: Race, console: Console) -> None:
    """A table: stock nbgrader, grade, and the bare cells."""
    from rich.table import Table

    result, bare = run.result(), median(run.bare)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(run.unit, no_wrap=True)
    for heading in ("nbgrader autograde", f"grade, {run.jobs} jobs", "bare, one process"):
        table.add_column(heading, justify="right")
    table.add_row(
        "seconds a submission, warm", *(f"{each:.3f}" for each in (median(run.stock), median(run.ours), bare))
    )
    table.add_row("times as fast as nbgrader", "1", f"{result['ratio']}", f"{median(run.stock) / bare:.1f}")
    whole = f"whole command, {run.submissions + run.jobs} submissions"
    table.add_row(whole, f"{median(run.stock_command):.1f}", f"{median(run.our_command):.1f}", "")
    console.print(table)
    rounds = ", ".join(f"{stock / ours:.1f}" for stock, ours in zip(run.stock, run.ours, strict=True))
    console.print(f"Medians of {len(run.ours)} rounds (ratios {rounds}); equal points on both sides.", highlight=False)
