"""A student's notebook as a grader sees it: functions by name, called in a process that is locked away."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.examination.answered import Answer, Answered, Asked, memory_of
from autograder.examination.examine import Crashed, Mistake, NotAttempted, Raised, TimedOut
from autograder.examination.missing import is_left_over, why_missing
from autograder.examination.models import Model
from autograder.examination.running import Cell, RunningNotebook
from autograder.examination.wording import describe_raise, exception_name, is_not_implemented
from autograder.sandbox.stand_ins import StandIns
from autograder.sandbox.tenant import Gone, House
from unrolled.wire import Recipe, Reference, StandIn

MOST_CALLS = 64 << 20  # bytes of all answers that are kept for the diagnosis: right ones have 7 MB


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
        self._notebook = RunningNotebook(house, cells, files)
        self._fatal: dict[tuple[str, bool], Mistake] = {}
        self._exercise = ""
        self._stand_ins: StandIns = {}
        self._answered = Answered()
        self._noted = 0
        self.calls: list[Call] = []
        self.asked: dict[str, set[str]] = {}  # by exercise, the functions that its tests have called

    def __enter__(self) -> Student:
        self._notebook.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._notebook.end()

    @property
    def notebook(self) -> RunningNotebook:
        """What runs."""
        return self._notebook

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
        self._answered.turn_to(exercise)
        self._exercise, self._stand_ins = exercise, stand_ins
        try:
            yield
        finally:
            self._exercise, self._stand_ins = before

    def call(self, name: str, *args: Any, inputs_after: bool = False, once: bool = False) -> Any:
        """What the student's function returns for ``args``, rebuilt from plain values and arrays.

        Args:
            name: the function's name in the notebook.
            args: values, arrays, a :class:`Handle`, a :class:`Provided`, a :class:`~unrolled.wire.Recipe`, or
                lists, tuples and dictionaries of them.
            inputs_after: also return the arguments as the call left them: ``(value, arguments)``.
            once: what the tests of the exercise have asked with the very same arguments, once like this or
                :meth:`ahead`, is not asked again.

        Raises:
            Mistake: NotAttempted, Raised, TimedOut or Crashed, worded for the student.
        """
        answer = self._ask_call(Asked(name, args, inputs_after=inputs_after), once)
        value = answer.get("value")
        self._note(Call(name, args, value, answer.get("inputs")), answer)
        return (value, answer.get("inputs")) if inputs_after else value

    def ahead(self, name: str, *calls: Iterable[Any], inputs_after: bool = False) -> None:
        """Make these calls one behind the other, which is quicker, for a :meth:`call` of each that is made ``once``.

        What goes wrong is told when it is called, if it is. Where the process ends, calls behind are yet to be made.
        """
        self.ahead_each(Asked(name, tuple(args), inputs_after=inputs_after) for args in calls)

    def ahead_each(self, calls: Iterable[Asked]) -> None:
        """As :meth:`ahead`, for calls of several kinds."""
        if self._stand_ins or (self._exercise, False) in self._fatal:
            return
        self._notebook.begin()
        wanted = [asked for asked in calls if self._answered.find(self._key(asked)) is None]
        stand_ins: dict[str, Callable[..., Any]] = {}
        requests = [self._request(asked, stand_ins) for asked in wanted]
        if stand_ins or not wanted:
            return
        waiting = iter(wanted)
        try:
            for answer in self._notebook.ask(requests):
                self._keep_answer(next(waiting), answer)
        except Gone as gone:
            asked = next(waiting)
            self._keep_answer(asked, _mistake(gone, f"`{asked.name}`"))

    def known(self, name: str, *args: Any) -> Any:
        """What a call has returned that was made :meth:`ahead`; None if there was none, or it returned nothing."""
        answer = self._answered.find(self._key(Asked(name, args)))
        return answer.get("value") if isinstance(answer, dict) else None

    def repeat(self, times: int, name: str, *args: Any) -> list[Any]:
        """What so many calls with the same arguments return, one after the other: for functions that draw by chance."""
        answer = self._ask_call(Asked(name, args, times=times))
        value = answer.get("value")
        if not isinstance(value, list) or len(value) != times:
            raise Crashed(f"`{name}` broke the connection to the grader")
        self._note(Call(name, args, value, times=times), answer)
        return value

    def keep(self, name: str, *args: Any, once: bool = False) -> Handle:
        """Call like :meth:`call`, but leave the result in the student's process.

        ``once``: what the tests of the exercise have kept with the very same arguments is given again, such as a model
        whose weights each test sets. It is as the last test has left it.
        """
        number = self._ask_call(Asked(name, args, keep=True), once).get("kept")
        if type(number) is not int:
            raise Crashed(f"`{name}` broke the connection to the grader")
        return Handle(Reference(number), self._notebook.children, Call(name, args))

    def make(self, kind: str, **settings: Any) -> Handle:
        """Make something of a known kind in the student's process, such as ``student.make("Generator", seed=3)``.

        What is kept keeps its state from call to call, unlike a :class:`~unrolled.wire.Recipe` given as an argument,
        which is made afresh for each. Kinds: see :mod:`autograder.sandbox.recipes`.
        """
        number = self._ask({"do": "make", "recipe": Recipe(kind, settings)}, "the notebook").get("kept")
        if type(number) is not int:
            raise Crashed("the notebook broke the connection to the grader")
        return Handle(Reference(number), self._notebook.children)

    def fetch(self, handle: Handle) -> Any:
        """A kept value, or Mistake when there is nothing at the handle's place."""
        return self.fetch_each(handle)[0]

    def fetch_each(self, *handles: Handle) -> list[Any]:
        """Kept values, asked for together."""
        requests = [{"do": "fetch", "reference": self._reference(handle)} for handle in handles]
        answers = self._ask_each(requests, "the kept value")
        if not all("value" in answer for answer in answers):
            raise Mistake("what was returned is not made as described")
        return [answer["value"] for answer in answers]

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
            raise Raised(f"the model {describe_raise(answer['raised'], self._notebook.cells)}")
        return answer.get("value")

    def _ask_call(self, asked: Asked, once: bool = False) -> dict[str, Any]:
        name, args = asked.name, asked.args
        self.asked.setdefault(self._exercise, set()).add(name)
        answer = self._answered.find(self._key(asked)) if once else None
        if answer is None:
            stand_ins: dict[str, Callable[..., Any]] = {}
            answer = self._ask(self._request(asked, stand_ins), f"`{name}`", stand_ins)
            if once:
                self._keep_answer(asked, answer)
        if isinstance(answer, Mistake):
            self._fatal[self._exercise, bool(self._stand_ins)] = answer
            raise answer
        cells = self._notebook.cells
        if "missing" in answer:
            said, stopped = why_missing(name, cells, self._notebook.stopped)
            raise (Raised if stopped else NotAttempted)(said)
        if "too_large" in answer:
            raise Mistake(f"`{name}` returned more data than any right answer has")
        raised = answer.get("raised")
        if isinstance(raised, dict):
            if is_not_implemented(raised):
                line = raised.get("line")
                if is_left_over(cells.get(str(raised.get("cell")), ""), name, line):
                    raise Raised(f"`raise NotImplementedError` is still there, in line {line} of its cell: take it out")
                raise NotAttempted(f"`{name}` is not written yet, or calls an exercise that is not")
            seen = exception_name(raised.get("kinds")), str(raised.get("message"))
            self._note(Call(name, args, raised=seen, times=asked.times), answer)
            raise Raised(f"`{name}` {describe_raise(raised, cells)}")
        return answer

    def _request(self, asked: Asked, stand_ins: dict[str, Callable[..., Any]]) -> dict[str, Any]:
        """The request of a call; what is provided in its arguments is added to ``stand_ins``."""
        sent = [self._sent(arg, stand_ins) for arg in asked.args]
        rest = {"keep": asked.keep, "inputs_after": asked.inputs_after, "times": asked.times}
        return {"do": "call", "name": asked.name, "args": sent, "provided": list(self._stand_ins)} | rest

    def _keep_answer(self, asked: Asked, answer: Answer | Mistake) -> None:
        """For whoever makes the same call; one that asks for the arguments afterwards serves those that do not, too."""
        ways = [asked, replace(asked, inputs_after=False)] if asked.inputs_after else [asked]
        self._answered.keep(map(self._key, ways), asked.args, answer)

    def _key(self, asked: Asked) -> Hashable:
        """What only a call with the very same arguments has, among the same functions, in a process that still runs if
        the answer is kept there.
        """
        child = self._notebook.children if asked.keep else 0
        same = tuple(map(_identity, asked.args))
        return *self._stand_ins, child, asked.name, same, asked.keep, asked.inputs_after

    def _ask(self, request: Mapping[str, Any], what: str, stand_ins: StandIns | None = None) -> dict[str, Any]:
        return self._ask_each([request], what, stand_ins)[0]

    def _ask_each(
        self, requests: Sequence[Mapping[str, Any]], what: str, stand_ins: StandIns | None = None
    ) -> list[dict[str, Any]]:
        key = (self._exercise, bool(self._stand_ins))
        if key in self._fatal:
            raise self._fatal[key]
        try:
            return list(self._notebook.ask(requests, {**self._stand_ins, **(stand_ins or {})}))
        except Gone as gone:
            self._fatal[key] = _mistake(gone, what)
            raise self._fatal[key] from gone

    def _note(self, call: Call, answer: Answer) -> None:
        """Keep a call for the diagnosis, unless what the student's functions returned has filled the memory for it."""
        self._noted += memory_of(answer)
        if self._noted <= MOST_CALLS:
            self.calls.append(call)

    def _sent(self, value: Any, stand_ins: dict[str, Callable[..., Any]]) -> Any:
        """An argument as it crosses; what is provided in it is added to ``stand_ins``."""
        kind = type(value)
        if kind is np.ndarray:
            return value
        if isinstance(value, dict):
            return {key: self._sent(part, stand_ins) for key, part in value.items()}
        if kind is list or kind is tuple:
            return kind([self._sent(part, stand_ins) for part in value])
        if kind is Provided:
            stand_ins[value.name] = value.function
            return StandIn(value.name)
        return self._reference(value) if kind is Handle else value

    def _reference(self, handle: Handle) -> Reference:
        if handle.tenant != self._notebook.children or not self._notebook.running:
            raise Crashed("the process that held the value has ended")
        return handle.reference


def _identity(value: Any) -> Hashable:
    """What only the very same argument has: an array, a list or a dictionary is the same only as itself."""
    if isinstance(value, Handle):
        return value.tenant, value.reference
    if type(value) in (type(None), bool, int, float, str):
        return type(value), value
    return tuple(map(_identity, value)) if type(value) is tuple else id(value)


def _mistake(gone: Gone, what: str) -> Mistake:
    return (TimedOut if gone.time else Crashed)(f"{what} {gone}")
