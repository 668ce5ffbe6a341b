"""A student's notebook as a grader sees it: functions by name, called in a process that is locked away.

A :class:`Student` keeps at most one child. When the child ends (an endless loop, ``os._exit``, too much memory), the
notebook is run again in a fresh one the next time that something is asked, so that one exercise's fault costs no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograder.examination.budget import CELLS_END, CELLS_SHARE, Budget
from autograder.examination.examine import Crashed, Mistake, NotAttempted, Raised, TimedOut
from autograder.examination.missing import is_left_over, why_missing
from autograder.examination.models import Model
from autograder.examination.verdict import Doubt, Status
from autograder.examination.wording import describe_raise, describe_stop, exception_name, is_not_implemented
from autograder.sandbox.stand_ins import StandIns
from autograder.sandbox.tenant import Gone, House, Tenant
from unrolled.wire import Recipe, Reference, StandIn

WORTH_COUNTING = 0.005  # seconds: what takes less is counted with the next request that takes more
MOST_SHOWN = 16 << 20  # characters of all cells' outputs
MOST_CALLS = 64 << 20  # bytes of all answers that are kept for the diagnosis: right ones have 5 MB
NODE = 100  # bytes of a number, a text or a container, at the least


@dataclass(frozen=True)
class Cell:
    """A code cell of the notebook that is run while grading."""

    id: str
    source: str


@dataclass(frozen=True)
class Call:
    """One answered call, for the diagnosis of a wrong answer: what was passed, and what came of it.

    ``after``: the arguments as the call left them, if that was asked. ``raised``: the name and the text of an
    exception, as the student's process gave them: to be compared, never to be shown. ``times``: so often was the
    function called with the same arguments, one after the other, and ``value`` is a list.
    """

    name: str
    args: tuple[Any, ...]
    value: Any = None
    after: Any = None
    raised: tuple[str, str] | None = None
    times: int | None = None


@dataclass(frozen=True)
class Handle:
    """A value that stays in the student's process; indexing it leads into it. Lives as long as that process.

    ``made_by`` is the call that returned it, for the diagnosis.
    """

    reference: Reference
    tenant: int
    made_by: Call | None = field(default=None, repr=False, compare=False)

    def __getitem__(self, index: int | str) -> Handle:
        return Handle(self.reference[index], self.tenant, self.made_by)


@dataclass(frozen=True)
class Provided:
    """An argument that is a function or model of the grader's: the student's code may call it like a Keras model.

    ``function`` takes what the student passes (arrays, no tensors) and returns arrays. ``model(x)`` gives tensors,
    ``model.predict(x)`` arrays, as in Keras.
    """

    name: str
    function: Callable[..., Any]


class Student:
    """Runs the notebook's cells, and then answers calls; use as a context manager."""

    def __init__(self, house: House, cells: Sequence[Cell], files: Mapping[str, bytes]) -> None:
        self._house, self._files = house, files
        self._cells = {cell.id: cell.source for cell in cells}
        self._skipped: dict[str, str] = {}
        self._completed: set[str] = set()
        self._stopped: dict[str, str] = {}
        self._fatal: dict[tuple[str, bool], Mistake] = {}
        self._exercise = ""
        self._stand_ins: StandIns = {}
        self._tenant: Tenant | None = None
        self._tenants = 0
        self._budget = Budget(house.limits.submission_seconds, house.limits.wall_factor)
        self._shown = self._noted = 0
        self.doubt: Doubt = ""
        self.status: Status = "graded"
        self.cell_outputs: dict[str, list[dict]] = {}
        self.protections: tuple[str, ...] = ()
        self.calls: list[Call] = []
        self.asked: dict[str, set[str]] = {}  # by exercise, the functions that its tests have called
        self.notes: list[str] = []

    def __enter__(self) -> Student:
        self._child()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def provided(self) -> tuple[str, ...]:
        """The other exercises whose right versions are in use now."""
        return tuple(self._stand_ins)

    def ended_in(self, names: Sequence[str]) -> bool:
        """Whether the process has ended in one of these exercises with the student's own functions."""
        return any((name, False) in self._fatal for name in names)

    @contextmanager
    def examined(self, exercise: str, stand_ins: StandIns) -> Iterator[None]:
        """For the block, calls belong to ``exercise``, and ``stand_ins`` take the place of the student's functions.

        ``calls`` are those of this block until the next one begins.
        """
        before = self._exercise, self._stand_ins
        self.calls = []
        self._exercise, self._stand_ins = exercise, stand_ins
        try:
            yield
        finally:
            self._exercise, self._stand_ins = before

    def call(self, name: str, *args: Any, inputs_after: bool = False) -> Any:
        """What the student's function returns for ``args``, rebuilt from plain values and arrays.

        Args:
            name: the function's name in the notebook.
            args: values, arrays, a :class:`Handle`, a :class:`Provided`, a :class:`~unrolled.wire.Recipe`, or
                lists, tuples and dictionaries of them.
            inputs_after: also return the arguments as the call left them: ``(value, arguments)``.

        Raises:
            Mistake: NotAttempted, Raised, TimedOut or Crashed, worded for the student.
        """
        answer = self._ask_call(name, args, keep=False, inputs_after=inputs_after)
        value = answer.get("value")
        self._note(Call(name, args, value, answer.get("inputs")))
        return (value, answer.get("inputs")) if inputs_after else value

    def repeat(self, times: int, name: str, *args: Any) -> list[Any]:
        """What so many calls with the same arguments return, one after the other: for functions that draw by chance."""
        value = self._ask_call(name, args, keep=False, inputs_after=False, times=times).get("value")
        if not isinstance(value, list) or len(value) != times:
            raise Crashed(f"`{name}` broke the connection to the grader")
        self._note(Call(name, args, value, times=times))
        return value

    def keep(self, name: str, *args: Any) -> Handle:
        """Call like :meth:`call`, but leave the result in the student's process."""
        answer = self._ask_call(name, args, keep=True, inputs_after=False)
        number = answer.get("kept")
        if type(number) is not int:
            raise Crashed(f"`{name}` broke the connection to the grader")
        return Handle(Reference(number), self._tenants, Call(name, args))

    def make(self, kind: str, **settings: Any) -> Handle:
        """Make something of a known kind in the student's process, such as ``student.make("Generator", seed=3)``.

        What is kept keeps its state from call to call, unlike a :class:`~unrolled.wire.Recipe` given as an argument,
        which is made afresh for each. Kinds: see :mod:`autograder.sandbox.recipes`.
        """
        number = self._ask({"do": "make", "recipe": Recipe(kind, settings)}, "the notebook").get("kept")
        if type(number) is not int:
            raise Crashed("the notebook broke the connection to the grader")
        return Handle(Reference(number), self._tenants)

    def fetch(self, handle: Handle) -> Any:
        """A kept value, or Mistake when there is nothing at the handle's place."""
        answer = self._ask({"do": "fetch", "reference": self._reference(handle)}, "the kept value")
        if "value" not in answer:
            raise Mistake("what was returned is not made as described")
        return answer["value"]

    def run(self, source: str) -> str:
        """What lines of the grader's print in the student's notebook. The student's code can read them: no secrets."""
        outputs = self._ask({"do": "run", "source": source, "cell": "grader"}, "the notebook").get("outputs")
        printed = [part.get("text") for part in outputs if isinstance(part, dict)] if isinstance(outputs, list) else []
        return "".join(text for text in printed if isinstance(text, str))

    def model(self, handle: Handle) -> Model:
        """The Keras model that was kept at ``handle``; Mistake when it is something else."""
        return Model(lambda question, args: self._ask_model(handle, question, args))

    def _ask_model(self, handle: Handle, question: str, args: Sequence[Any]) -> Any:
        request = {"do": "model", "reference": self._reference(handle), "question": question, "args": list(args)}
        answer = self._ask(request, "the model")
        if "too_large" in answer:
            raise Mistake("the model returned more data than any right one does")
        if isinstance(answer.get("raised"), dict):
            raise Raised(f"the model {describe_raise(answer['raised'], self._cells)}")
        return answer.get("value")

    def _ask_call(
        self, name: str, args: tuple[Any, ...], *, keep: bool, inputs_after: bool, times: int | None = None
    ) -> dict[str, Any]:
        self.asked.setdefault(self._exercise, set()).add(name)
        stand_ins: dict[str, Callable[..., Any]] = {}
        sent = [self._sent(arg, stand_ins) for arg in args]
        request = {"do": "call", "name": name, "args": sent, "keep": keep, "inputs_after": inputs_after, "times": times}
        answer = self._ask(request | {"provided": list(self._stand_ins)}, f"`{name}`", stand_ins)
        if "missing" in answer:
            said, stopped = why_missing(name, self._cells, self._stopped)
            raise (Raised if stopped else NotAttempted)(said)
        if "too_large" in answer:
            raise Mistake(f"`{name}` returned more data than any right answer has")
        raised = answer.get("raised")
        if isinstance(raised, dict):
            if is_not_implemented(raised):
                line = raised.get("line")
                if is_left_over(self._cells.get(str(raised.get("cell")), ""), name, line):
                    raise Raised(f"`raise NotImplementedError` is still there, in line {line} of its cell: take it out")
                raise NotAttempted(f"`{name}` is not written yet, or calls an exercise that is not")
            seen = exception_name(raised.get("kinds")), str(raised.get("message"))
            self._note(Call(name, args, raised=seen, times=times))
            raise Raised(f"`{name}` {describe_raise(raised, self._cells)}")
        return answer

    def _ask(self, request: Mapping[str, Any], what: str, stand_ins: StandIns | None = None) -> dict[str, Any]:
        key = (self._exercise, bool(self._stand_ins))
        if key in self._fatal:
            raise self._fatal[key]
        child = self._child()
        try:
            seconds = min(self._house.limits.call_seconds, self._budget.left())
            return self._asked(child, request, seconds, {**self._stand_ins, **(stand_ins or {})})
        except Gone as gone:
            self._end()
            self._fatal[key] = (TimedOut if gone.time else Crashed)(f"{what} {gone}")
            raise self._fatal[key] from gone

    def _asked(
        self, child: Tenant, request: Mapping[str, Any], seconds: float, stand_ins: StandIns | None = None
    ) -> dict[str, Any]:
        """Ask the child, at the expense of what the submission may take in all. Raises Gone."""
        if seconds <= 0:
            raise Gone(f"was not tried: the notebook has used up its {self._budget.seconds:g} seconds", time=True)
        began = time.monotonic()
        try:
            answer = child.ask(request, seconds, stand_ins)
        except Gone as gone:
            self.doubt = "ended" if gone.doubtful else self.doubt or ("waited" if gone.idle else "")
            self._budget.spend(time.monotonic() - began, None, seconds)
            raise
        wall = time.monotonic() - began
        if wall > WORTH_COUNTING:
            self._budget.spend(wall, child.processor_seconds(), seconds)
        return answer

    def _note(self, call: Call) -> None:
        """Keep a call for the diagnosis, unless what the student's functions returned has filled the memory for it."""
        self._noted += _bytes(call.value) + _bytes(call.after) + _bytes(call.raised)
        if self._noted <= MOST_CALLS:
            self.calls.append(call)

    def _sent(self, value: Any, stand_ins: dict[str, Callable[..., Any]]) -> Any:
        """An argument as it crosses; what is provided in it is added to ``stand_ins``."""
        if isinstance(value, Provided):
            stand_ins[value.name] = value.function
            return StandIn(value.name)
        if isinstance(value, dict):
            return {key: self._sent(part, stand_ins) for key, part in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._sent(part, stand_ins) for part in value)
        return self._reference(value) if isinstance(value, Handle) else value

    def _reference(self, handle: Handle) -> Reference:
        if handle.tenant != self._tenants or self._tenant is None:
            raise Crashed("the process that held the value has ended")
        return handle.reference

    def _child(self) -> Tenant:
        """The running child; when there is none, a fresh one in which the notebook has been run."""
        while self._tenant is None:
            if self._tenants > self._house.limits.restarts:
                self._give_up()
            self._tenants += 1
            self._tenant = self._house.take_in(self._files)
            self.protections = self._tenant.protections
            self._run_cells(self._tenant)
        return self._tenant

    def _run_cells(self, tenant: Tenant) -> None:
        """Run every cell; one that ends the process is left out of the next run.

        The cells' share of the time is asked of those that have not run yet. What ran once is run in every fresh
        process, as long as there is time at all: the functions that it defines are still to be tried.
        """
        for cell, source in self._cells.items():
            if cell in self._skipped:
                continue
            if cell not in self._completed and self._budget.left(CELLS_SHARE) <= 0:
                self._leave_out_the_rest(cell)
                return
            left = self._budget.left(1.0 if cell in self._completed else CELLS_END)
            if left <= 0:
                self._end()
                raise TimedOut(f"the notebook has used up its {self._budget.seconds:g} seconds")
            seconds = min(self._house.limits.cell_seconds, left)
            try:
                answer = self._asked(tenant, {"do": "run", "source": source, "cell": cell}, seconds)
            except Gone as gone:
                self._skipped[cell] = str(gone)
                self.status = "timeout" if gone.time else "crashed"
                self.notes.append(
                    f"the cell that begins `{source.strip().splitlines()[0][:80]}` {gone}; graded without it"
                )
                self.cell_outputs[cell] = [_said(f"This cell {gone}. The rest was graded without it.\n")]
                self._end()
                return
            self._completed.add(cell)
            if isinstance(answer.get("raised"), dict):
                self._stopped[cell] = describe_stop(answer["raised"], self._cells)
            outputs = answer.get("outputs")
            if cell not in self.cell_outputs:
                self.cell_outputs[cell] = self._kept(outputs if isinstance(outputs, list) else [])

    def _kept(self, outputs: list[dict]) -> list[dict]:
        """A cell's outputs, or a line in their place when the notebook has shown as much as is kept."""
        size = sum(map(_size, outputs))
        if self._shown + size > MOST_SHOWN:
            return [_said("What this cell shows is left out: the cells before it have shown too much.\n")]
        self._shown += size
        return outputs

    def _leave_out_the_rest(self, first: str) -> None:
        """Run no cell from this one on: the notebook's cells have had their time."""
        cells = list(self._cells)
        rest = cells[cells.index(first) :]
        allowed = self._budget.seconds * CELLS_SHARE
        for cell in rest:
            if cell not in self._skipped:
                self._skipped[cell] = "was left out"
                self.cell_outputs[cell] = [_said("This cell was not run: those before it took all the time.\n")]
        self.status = "timeout"
        note = f"the cells took more than {allowed:g} seconds in all; graded without the last {len(rest)} of them"
        self.notes.append(note)

    def _give_up(self) -> NoReturn:
        raise Crashed(f"the notebook ended its process more than {self._house.limits.restarts} times")

    def _end(self) -> None:
        if self._tenant is not None:
            self._budget.end()
            self._tenant.close()
            self._tenant = None


def _size(value: Any) -> int:
    """How many characters a value holds."""
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else len(value) if isinstance(value, str) else 1


def _bytes(value: Any) -> int:
    """About how much memory an answer takes."""
    if isinstance(value, dict):
        return NODE + sum(_bytes(key) + _bytes(part) for key, part in value.items())
    if isinstance(value, list | tuple):
        return NODE + sum(map(_bytes, value))
    return NODE + (value.nbytes if isinstance(value, np.ndarray) else len(value) if isinstance(value, str) else 0)


def _said(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}
