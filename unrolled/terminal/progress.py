"""``unrolled progress``: the points of all units in this folder so far, what is unwritten, what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from unrolled.documents import Notebook, UnreadableNotebook
from unrolled.notebooks import Release
from unrolled.terminal.check import folder_of, note, run_to_end
from unrolled.terminal.memory import fingerprint, recall
from unrolled.terminal.naming import Work
from unrolled.terminal.reset import answer_in


@dataclass(frozen=True)
class Standing:
    """How far a unit is: the outcome of each exercise, and the written answers that are empty, with their points."""

    work: Work
    outcomes: dict[str, str]
    unwritten: dict[str, float]

    @property
    def correct(self) -> list[str]:
        """The exercises that are right on the public cases."""
        return [name for name, outcome in self.outcomes.items() if outcome == "correct"]

    @property
    def points(self) -> float:
        """The points of these."""
        return sum(self.work.release.points_of[name] for name in self.correct)

    @property
    def next(self) -> str:
        """The first exercise that is not right, or ""."""
        return next((name for name in self.work.release.points_of if self.outcomes.get(name) != "correct"), "")


def progress(works: Sequence[Work], console: Console) -> None:
    """Print how far these units are. Raises OSError, NoProcess, KeyboardInterrupt."""
    standings, unreadable = [], []
    for work in works:
        try:
            standings.append(standing(work, console))
        except UnreadableNotebook as error:
            unreadable.append(str(error))
    if standings:
        console.print(_table(standings))
    for message in unreadable:
        console.print(Text(f"\n{message}", "yellow"), soft_wrap=True)
    for each in standings:
        if each.unwritten:
            listed = ", ".join(f"{name} ({points:g})" for name, points in each.unwritten.items())
            console.print(f"\nWritten answers still empty in {each.work.release.slug}: {listed}", soft_wrap=True)
    if not standings:
        return
    console.print("\nPoints are those of the public checks; grading uses more cases.")
    begun = [each for each in standings if each.next and each.outcomes] or [each for each in standings if each.next]
    if begun:
        unit, name = begun[0].work.release, begun[0].next
        outcome = begun[0].outcomes.get(name, "not attempted")
        console.print(f"Next: {name} in {unit.slug} ({unit.points_of[name]:g} points), {outcome}.", soft_wrap=True)
    elif not any(each.unwritten for each in standings) and not unreadable:
        console.print("Everything is done. Hand it in.")


def standing(work: Work, console: Console) -> Standing:
    """How far a unit is; what the last check found counts while the code is the same, else it is checked anew."""
    notebook = work.read()
    unwritten = {cell.mark["grade_id"]: float(cell.mark.get("points", 0)) for cell in _empty(work.release, notebook)}
    if not _begun(work.release, notebook):
        return Standing(work, {}, unwritten)
    known = recall(folder_of(work.path)).checked.get(work.release.slug, {})
    if known.get("code") == fingerprint(notebook):
        return Standing(work, known["outcomes"], unwritten)
    wanted = list(work.release.points_of)
    with console.status(Text(work.release.slug)) as status:
        run, interrupted = run_to_end(
            work, notebook, wanted, lambda words: status.update(Text(f"{work.release.slug}: {words}"))
        )
    if interrupted:
        raise KeyboardInterrupt
    note(work, notebook, list(run.results.values()), complete=True)
    return Standing(work, {name: result.outcome for name, result in run.results.items()}, unwritten)


def _begun(release: Release, notebook: Notebook) -> bool:
    """Whether any answer is more than its stub."""
    for name in release.points_of:
        cell = answer_in(notebook, name)
        if cell is not None and cell.source.strip() != release.answer_cell(name).source.strip():
            return True
    return False


def _empty(release: Release, notebook: Notebook) -> list:
    """The written answers that say no more than the release does, or are gone."""
    written = {cell.mark["grade_id"]: cell.source for cell in notebook.cells if cell.mark}
    return [
        cell
        for cell in release.written_answers
        if _without_placeholder(written.get(cell.mark["grade_id"], "")) in ("", _without_placeholder(cell.source))
    ]


def _without_placeholder(text: str) -> str:
    """The text but for the line that waits to be replaced, and for spaces."""
    return "".join("".join(line.split()) for line in text.splitlines() if not line.strip().startswith("*Your answer"))


def _table(standings: Sequence[Standing]) -> Table:
    rows = Table(box=None, pad_edge=False)
    rows.add_column("unit", overflow="fold")
    rows.add_column("exercises", justify="right")
    rows.add_column("points", justify="right")
    rows.add_column("written answers", justify="right")
    for each in standings:
        release = each.work.release
        possible, written = sum(release.points_of.values()), len(release.written_answers)
        rows.add_row(
            Text(release.slug, "bold"),
            f"{len(each.correct)} of {len(release.points_of)}",
            f"{each.points:g} of {possible:g}",
            f"{written - len(each.unwritten)} of {written}",
        )
    return rows
