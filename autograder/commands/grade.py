"""``python -m autograder grade``: a class into nbgrader's gradebook, or some notebooks without one."""

from __future__ import annotations

import difflib
import os
import shlex
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.commands.usage import Screen, built_units, need_place, wrong

if TYPE_CHECKING:  # what judging needs takes a second to import, and --help should not wait for it
    from autograder.cluster.reaching import Reached
    from autograder.course.units import Unit
    from autograder.examination.verdict import Verdict
    from autograder.gradebook.course_folder import Course
    from autograder.gradebook.marking import Marking
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.submitted import HandedIn
    from autograder.judging.submissions import Submission


CLUSTER = "On many machines"
MOST_CHANGES = 40  # students whose changed points are told
LINE_EVERY = 10  # submissions, where progress cannot be drawn


def grade(
    unit: Annotated[str, typer.Argument(help="The unit's slug, e.g. 01_rnn_step_by_step.")],
    notebooks: Annotated[
        list[Path] | None, typer.Argument(help="Grade just these notebooks, with no gradebook.", show_default=False)
    ] = None,
    course: Annotated[
        Path | None, typer.Option(help="The course folder, with submitted/STUDENT/UNIT/UNIT.ipynb. [default: .]")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = os.cpu_count() or 1,
    json: Annotated[Path | None, typer.Option(help="Write the verdicts to this file, too.")] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade again what is graded, with the same seeds.")
    ] = False,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this student of the class; may be given again.", show_default=False),
    ] = None,
    feedback: Annotated[
        bool, typer.Option("--feedback/--no-feedback", help="Make the pages that students get; or only the grades.")
    ] = True,
    accept_risk: Annotated[
        bool, typer.Option("--accept-risk", help="Grade even where students' code cannot be locked down.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Have the workers of this dask.distributed scheduler judge, e.g. tcp://127.0.0.1:8786.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    tls_ca_file: Annotated[
        Path | None, typer.Option(help="The authority's certificate (PEM), for tls://.", rich_help_panel=CLUSTER)
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="This machine's certificate (PEM).", rich_help_panel=CLUSTER)
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).", rich_help_panel=CLUSTER)] = None,
    trust_network: Annotated[
        bool,
        typer.Option("--trust-network", help="Use an unencrypted address of another machine.", rich_help_panel=CLUSTER),
    ] = False,
) -> None:
    """Grade a class, or some notebooks; a stopped run goes on where it was when it is run again.

    Example: python -m autograder grade 01_rnn_step_by_step --course CLASS
    """
    if notebooks and course:
        wrong("grade", "give notebooks or --course, not both: notebooks on their own go into no gradebook")
    reached = _reached(cluster, tls_ca_file, tls_cert, tls_key, trust_network)
    (wanted,) = built_units("grade", unit)
    opened, handed_in = (None, _loose(notebooks)) if notebooks else _class(course or Path(), wanted)
    if student:
        handed_in = _only(handed_in, student, opened)
    _need_lockdown(accept_risk)
    need_place("grade", json)

    from autograder.gradebook.marking import Marking

    console = Screen()
    configured = opened is None or opened.settle_settings()
    marking = Marking(wanted, jobs, opened, accept_risk, regrade, feedback, reached=reached)
    _run(marking, handed_in.submissions, console)
    _tell(marking, console, json)
    _tell_left_out(handed_in, wanted)
    if opened:
        _where(opened, wanted, console)
        if not configured:
            _tell_settings(opened)
    raise typer.Exit(1 if marking.failures or marking.unwritten or handed_in.refused else 0)


def _class(folder: Path, unit: Unit) -> tuple[Course, HandedIn]:
    from autograder.gradebook.beginning import BadCourse
    from autograder.gradebook.course_folder import Course

    if not folder.is_dir():
        wrong("grade", f"there is no course folder {folder.absolute()}")
    try:
        course = Course(folder)
    except BadCourse as error:
        wrong("grade", str(error))
    handed_in = course.handed_in(unit)
    if not handed_in.submissions and not handed_in.refused:
        looked_for = course.path("submitted", "STUDENT", unit) / f"{unit.slug}.ipynb"
        wrong("grade", f"no submissions of {unit.slug}: looked for {looked_for}; --course DIR looks elsewhere")
    return course, handed_in


def _only(handed_in: HandedIn, names: list[str], course: Course | None) -> HandedIn:
    """What these students of the class handed in."""
    from autograder.gradebook.submitted import HandedIn

    if course is None:
        wrong("grade", "--student is about a class: give --course, and no notebooks")
    found = {submission.name: submission for submission in handed_in.submissions}
    for name in names:
        if name not in found:
            near = difflib.get_close_matches(name, found, 1)
            guess = f"did you mean {near[0]!r}?" if near else "it is the name of the folder in submitted/"
            wrong("grade", f"no submission of a student {name!r}; {guess}")
    return HandedIn([found[name] for name in dict.fromkeys(names)])


def _loose(notebooks: list[Path]) -> HandedIn:
    from autograder.gradebook.loose import Loose
    from autograder.gradebook.submitted import HandedIn

    for path in notebooks:
        if not path.is_file():
            wrong("grade", f"{path} is {'a folder: give its notebook' if path.is_dir() else 'not there'}")
    return HandedIn([Loose(str(path), path) for path in dict.fromkeys(notebooks)])


def _reached(
    address: str | None, authority: Path | None, certificate: Path | None, key: Path | None, trust_network: bool
) -> Reached | None:
    """How the cluster is reached, if one is asked for; wrong usage if it cannot or may not be."""
    from autograder.cluster.reaching import BadCluster, Reached

    if address is None:
        if authority or certificate or key or trust_network:
            wrong("grade", "--tls-… and --trust-network go with --cluster ADDRESS")
        return None
    if find_spec("distributed") is None:
        wrong("grade", "--cluster needs one package more: .venv/bin/pip install -e '.[instructor-cluster]'")
    reached = Reached(address, authority, certificate, key, trust_network, lambda said: typer.echo(said, err=True))
    try:
        reached.check()
    except BadCluster as error:
        wrong("grade", str(error))
    return reached


def _need_lockdown(accept_risk: bool) -> None:
    from autograder.sandbox import confine

    lacking = confine.available()
    if lacking and not accept_risk:
        wrong(
            "grade",
            f"{lacking}. Without it, the code of a submission can read your files and change its own score. "
            "If you trust these students, say --accept-risk",
        )


def _run(marking: Marking, submissions: list[Submission], console: Console) -> None:
    """Mark with a progress bar; where there is no terminal, with a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from autograder.cluster.reaching import BadCluster
    from autograder.gradebook.beginning import BadCourse
    from autograder.gradebook.transaction import GradebookBusy

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=2) as progress:
        task = progress.add_task(f"{marking.unit.slug}: warming up", total=len(submissions))

        began = time.monotonic()

        def told(verdict: Verdict) -> None:
            done = int(progress.tasks[0].completed) + 1
            by_whom = f" on {marking.workers} workers, {60 * done / (time.monotonic() - began):.0f} a minute"
            doing = f"{marking.unit.slug}{by_whom if marking.workers else ''}"
            progress.update(task, description=doing, advance=1)
            if not console.is_terminal and done % LINE_EVERY == 0:
                console.print(f"{doing}: {done} of {len(submissions)} judged", highlight=False)

        marking.told = told
        before = signal.signal(signal.SIGTERM, _interrupt)  # a request to stop, which by default removes nothing
        try:
            marking.run(submissions)
        except BadCourse as error:
            wrong("grade", str(error))
        except (GradebookBusy, BadCluster) as error:
            progress.stop()
            typer.echo(f"grade: {error}.", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            progress.stop()
            done = f"{len(marking.verdicts)} of {len(submissions)}"
            typer.echo(f"Stopped after {done} submissions; the same command finishes the rest.", err=True)
            raise typer.Exit(1) from None
        finally:
            signal.signal(signal.SIGTERM, before)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(marking: Marking, console: Console, json: Path | None) -> None:
    from autograder.commands.closing import as_json, show
    from autograder.gradebook.ledger import write_whole

    if json:  # first: whoever reads the rest may stop reading
        write_whole(json, as_json(marking.verdicts).encode(errors="replace"))
    show(marking.verdicts, console, _standings(marking))
    for name, trace in marking.failures.items():
        typer.echo(f"{name} could not be graded, by a fault of the grader, not of the submission:\n{trace}", err=True)
    if marking.mended:
        why = "it held other points than their verdicts"
        typer.echo(f"The gradebook was mended for {_some(marking.mended)}: {why}.", err=True)
    if marking.changed:
        _tell_changes(marking)
    if marking.unwritten:
        names = _some(list(marking.unwritten))
        typer.echo(
            f"Judged, but not in the gradebook yet: {names}: {next(iter(marking.unwritten.values()))}.", err=True
        )


def _tell_changes(marking: Marking) -> None:
    """Say whose automatic points are others than before, and why."""
    from autograder.gradebook.history.changes import FILE, in_words

    lines = list(in_words(marking.changed, marking.totals))
    typer.echo(f"Other points than before ({len(lines)}; {FILE} keeps them all):")
    for line in lines[:MOST_CHANGES]:
        typer.echo(f"  {line}")
    if len(lines) > MOST_CHANGES:
        typer.echo(f"  and {len(lines) - MOST_CHANGES} more")


def _standings(marking: Marking) -> dict[str, Standing]:
    from autograder.gradebook.transaction import GradebookBusy

    try:
        return marking.course.standings(marking.unit) if marking.course else {}
    except GradebookBusy:  # the verdicts are shown all the same
        return {}


def _some(names: list[str]) -> str:
    return ", ".join(names[:20]) + (", …" if len(names) > 20 else "")


def _tell_left_out(handed_in: HandedIn, unit: Unit) -> None:
    """Say of every folder without a verdict why it has none."""
    for name, why in handed_in.refused.items():
        typer.echo(f"{name} was not graded: {why}", err=True)
    for name in handed_in.timeless:
        typer.echo(f"{name}: timestamp.txt holds no time that can be read, so nothing counts as late", err=True)
    if handed_in.missing:
        typer.echo(f"no {unit.slug} from {len(handed_in.missing)}: {_some(handed_in.missing)}", err=True)


def _where(course: Course, unit: Unit, console: Console) -> None:
    """Say where everything is."""
    folder = course.folder
    lines = [
        f"gradebook   {course.directory.db_url.removeprefix('sqlite:///')}",
        f"autograded  {course.path('autograded', '*', unit)}",
        f"feedback    {course.path('feedback', '*', unit) / unit.slug}.html",
        f"formgrader  cd {shlex.quote(str(folder))} && {shlex.quote(sys.executable)} -m jupyter lab"
        "   (then Nbgrader > Formgrader)",
    ]
    console.print("\n" + "\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def _tell_settings(course: Course) -> None:
    """Say what plain nbgrader lacks to grade as this command does."""
    from autograder.nbgrader_settings import CONFIG, LINES

    lines = "".join(f"\n    {line}" for line in LINES.splitlines())
    typer.echo(
        f"{course.folder / CONFIG} does not use this grader: `nbgrader autograde` and formgrader's button would run "
        f"students' code unprotected there, and give 0 for every exercise. Two lines at its end change that:{lines}",
        err=True,
    )
