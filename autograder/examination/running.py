"""A student's notebook that runs in a locked-away process, and in another one when that has ended.

There is one child at most. When it ends (an endless loop, ``os._exit``, too much memory), the notebook is run again in
a fresh one the next time that something is asked, so that one exercise's fault costs no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from autograder.examination.budget import CELLS_END, CELLS_SHARE, Budget
from autograder.examination.examine import Crashed, TimedOut
from autograder.examination.verdict import Doubt, Status
from autograder.examination.wording import describe_stop
from autograder.sandbox.stand_ins import StandIns
from autograder.sandbox.tenant import Gone, House, Tenant

WORTH_COUNTING = 0.005  # seconds: what takes less is counted with the next request that takes more
MOST_SHOWN = 16 << 20  # bytes of all cells' outputs, whichever process showed them
CELLS_AT_ONCE = 8  # that the process is sent together, until one of the notebook's takes long
LONG = 1.0  # seconds, of cells that were sent together


@dataclass(frozen=True)
class Cell:
    """A code cell of the notebook that is run while grading."""

    id: str
    source: str


class RunningNotebook:
    """Runs the cells and asks the process that they have run in.

    ``children`` counts the processes so far; ``stopped`` says of each cell that raised what stopped it.
    """

    def __init__(self, house: House, cells: Sequence[Cell], files: Mapping[str, bytes]) -> None:
        self._house, self._files = house, files
        self.cells = {cell.id: cell.source for cell in cells}
        self.stopped: dict[str, str] = {}
        self.children = 0
        self.doubt: Doubt = ""
        self.status: Status = "graded"
        self.outputs: dict[str, list[dict]] = {}
        self.protections: tuple[str, ...] = ()
        self.notes: list[str] = []
        self._skipped: dict[str, str] = {}
        self._completed: set[str] = set()
        self._at_once = CELLS_AT_ONCE
        self._shown = 0
        self._tenant: Tenant | None = None
        self._budget = Budget(house.limits.submission_seconds, house.limits.wall_factor)

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._tenant is not None

    def begin(self) -> Tenant:
        """The running child; when there is none, a fresh one in which the notebook has been run."""
        while self._tenant is None:
            if self.children > self._house.limits.restarts:
                self._give_up()
            self.children += 1
            self._tenant = self._house.take_in(self._files)
            self.protections = self._tenant.protections
            self._run_cells(self._tenant)
        return self._tenant

    def end(self) -> None:
        """End the process, if there is one."""
        if self._tenant is not None:
            self._budget.end()
            self._tenant.close()
            self._tenant = None

    def ask(self, requests: Sequence[Mapping[str, Any]], stand_ins: StandIns | None = None) -> Iterator[dict[str, Any]]:
        """The answers, one after the other. Raises Gone; there is no process any more then."""
        child = self.begin()
        try:
            yield from self._asked(child, requests, self._call_seconds, stand_ins)
        except Gone:
            self.end()
            raise

    def _call_seconds(self) -> float:
        return min(self._house.limits.call_seconds, self._budget.left())

    def _asked(
        self,
        child: Tenant,
        requests: Sequence[Mapping[str, Any]],
        seconds: Callable[[], float],
        stand_ins: StandIns | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Ask the child, at the expense of what the submission may take in all. Raises Gone."""
        allowed = began = 0.0

        def begin() -> float:
            nonlocal allowed, began
            allowed, began = seconds(), time.monotonic()
            if allowed <= 0:
                raise Gone(f"was not tried: the notebook has used up its {self._budget.seconds:g} seconds", time=True)
            return allowed

        try:
            for answer in child.ask_each(requests, begin, stand_ins):
                wall = time.monotonic() - began
                if wall > WORTH_COUNTING:
                    self._budget.spend(wall, child.processor_seconds(), allowed)
                yield answer
        except Gone as gone:
            self.doubt = "ended" if gone.doubtful else self.doubt or ("waited" if gone.idle else "")
            self._budget.spend(time.monotonic() - began, None, max(allowed, 0.0))
            raise

    def _run_cells(self, tenant: Tenant) -> None:
        """Run every cell; one that ends the process is left out of the next run.

        The cells' share of the time is asked of those that have not run yet. What ran once is run in every fresh
        process, as long as there is time at all: the functions that it defines are still to be tried.
        """
        left = [cell for cell in self.cells if cell not in self._skipped]
        while left:
            if left[0] not in self._completed and self._budget.left(CELLS_SHARE) <= 0:
                self._leave_out(left)
                return
            together, left = left[: self._at_once], left[self._at_once :]
            began = time.monotonic()
            if not self._have_run(tenant, together):
                return
            if time.monotonic() - began > LONG:
                self._at_once = 1  # now and then to be asked whether there is time for the next one

    def _have_run(self, tenant: Tenant, cells: Sequence[str]) -> bool:
        """Run some cells; returns whether the process is there to run the next."""
        coming = iter(cells)
        cell = cells[0]

        def seconds() -> float:
            nonlocal cell
            cell = next(coming)
            left = self._budget.left(1.0 if cell in self._completed else CELLS_END)
            if left <= 0:
                raise TimedOut(f"the notebook has used up its {self._budget.seconds:g} seconds")
            return min(self._house.limits.cell_seconds, left)

        requests = [{"do": "run", "source": self.cells[cell], "cell": cell} for cell in cells]
        try:
            for answer in self._asked(tenant, requests, seconds):
                self._note_run(cell, answer)
        except TimedOut:
            self.end()
            raise
        except Gone as gone:
            self._at_once = 1
            self._skipped[cell] = str(gone)
            self.status = "timeout" if gone.time else "crashed"
            begins = self.cells[cell].strip().splitlines()[0][:80]
            self.notes.append(f"the cell that begins `{begins}` {gone}; graded without it")
            self.outputs[cell] = [_said(f"This cell {gone}. The rest was graded without it.\n")]
            self.end()
            return False
        return True

    def _note_run(self, cell: str, answer: Mapping[str, Any]) -> None:
        self._completed.add(cell)
        if isinstance(answer.get("raised"), dict):
            self.stopped[cell] = describe_stop(answer["raised"], self.cells)
        if cell not in self.outputs:
            self.outputs[cell] = self._kept(answer)

    def _kept(self, answer: Mapping[str, Any]) -> list[dict]:
        """A cell's outputs, or a line in their place when the notebook has shown as much as is kept."""
        outputs, size = answer.get("outputs"), sum(answer["crossed"])
        if self._shown + size > MOST_SHOWN:
            return [_said("What this cell shows is left out: the cells before it have shown too much.\n")]
        self._shown += size
        return outputs if isinstance(outputs, list) else []

    def _leave_out(self, rest: Sequence[str]) -> None:
        """Do not run these: the notebook's cells have had their time."""
        allowed = self._budget.seconds * CELLS_SHARE
        for cell in rest:
            self._skipped[cell] = "was left out"
            self.outputs[cell] = [_said("This cell was not run: those before it took all the time.\n")]
        self.status = "timeout"
        note = f"the cells took more than {allowed:g} seconds in all; graded without the last {len(rest)} of them"
        self.notes.append(note)

    def _give_up(self) -> NoReturn:
        raise Crashed(f"the notebook ended its process more than {self._house.limits.restarts} times")


def _said(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}
