"""The public check of an exercise: try the student's function on every public case and say what comes of it.

A unit's module declares one :class:`Check` an exercise: what the function returns, with which axes, and which causes a
wrong answer may have. A check never raises for a fault of the student's, so a notebook goes on running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from unrolled.arrays import Case, load_cases
from unrolled.checking.calling import (
    Attempt,
    attempt,
    cannot_take,
    frames_of,
    is_empty,
    unwritten,
    what_was_raised,
    where_it_was_raised,
)
from unrolled.checking.causes import Cause, Evidence, Inputs
from unrolled.checking.compare import Difference, describe, difference
from unrolled.checking.no_grader import refuse_to_grade
from unrolled.checking.outcome import Line, Outcome, Result
from unrolled.package import PACKAGE

CASES = PACKAGE / "checks" / "cases"
MAX_CAUSES = 2
_BETTER: dict[Outcome, int] = {"correct": 3, "incorrect": 2, "raised": 1, "not attempted": 0}


@dataclass(frozen=True)
class Trial:
    """What came of one public case."""

    case: str
    outcome: Outcome
    message: str = ""
    lines: tuple[Line, ...] = ()
    code: str = ""
    printed: str = ""
    hints: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Check:
    """The public check of one exercise; call it with the student's function.

    ``unit`` names the file of cases; ``returns`` are the values that are compared, in order, with their axes; ``also``
    is what is returned after them and may look as the student likes (a cache). A backward pass returns a dictionary
    (``as_dict``), and may be tried on the cache of the student's own ``forward`` pass: ``forward_inputs`` makes that
    function's inputs from a case's. ``calls`` are the exercises that this one may build on: one of them is the first
    suspect when it is not right.
    """

    exercise: str
    unit: str
    returns: Mapping[str, tuple[str, ...]]
    also: tuple[str, ...] = ()
    as_dict: bool = False
    causes: tuple[Cause, ...] = ()
    calls: tuple[Check, ...] = ()
    forward: Check | None = None
    forward_inputs: Callable[[Inputs], Inputs] | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names that a notebook passes to this check: the exercise's, and its forward pass's if there is one."""
        return (self.exercise, self.forward.exercise) if self.forward else (self.exercise,)

    def __call__(self, function: Any, forward: Any = None) -> Result:
        """What is right and what is not about ``function``; ``forward`` is the student's own forward pass."""
        refuse_to_grade()
        if function is None or function is ...:
            return Result(self.exercise, "not attempted", (f"{self.exercise} is not written yet.",))
        if not callable(function):
            message = f"{self.exercise} should be a function; it is {describe(function)}."
            return Result(self.exercise, "incorrect", (message,))
        cases = self.cases()
        trials = [self._try(function, forward, name, case) for name, case in cases.items()]
        wrong = [trial for trial in trials if trial.outcome != "correct"]
        if wrong:
            return self._tell(function, wrong, len(trials))
        again = self._try(function, forward, *next(iter(cases.items())))
        if again.outcome != "correct":
            message = "Right at first, but not when called again with the same inputs: it remembers an earlier call."
            return Result(self.exercise, "incorrect", (message,), again.case, again.lines, printed=again.printed)
        hints = tuple(dict.fromkeys(hint for trial in trials for hint in trial.hints))
        message = f"{_extent(len(trials), [])} Grading uses more cases than these."
        return Result(self.exercise, "correct", (message, *hints), printed=trials[0].printed)

    def cases(self) -> dict[str, Case]:
        """The public cases of this exercise, by name."""
        start = f"{self.exercise}/"
        found = {name.removeprefix(start): case for name, case in _cases(self.unit).items() if name.startswith(start)}
        if not found:
            raise LookupError(f"{CASES / self.unit}.npz holds no case of {self.exercise}")
        return found

    def _tell(self, function: Callable[..., Any], wrong: list[Trial], total: int) -> Result:
        """The result of a check that went wrong: the first wrong case is shown, the others are named."""
        shown = next((trial for trial in wrong if trial.outcome == "not attempted"), wrong[0])
        if shown.outcome == "not attempted":
            return Result(self.exercise, "not attempted", (shown.message,), printed=shown.printed)
        messages = tuple(filter(None, (shown.message, _extent(total, [trial.case for trial in wrong]))))
        causes = (*self._causes(function, shown, len(wrong) < total), *shown.hints)
        return Result(
            self.exercise, shown.outcome, messages, shown.case, shown.lines, causes, shown.code, shown.printed
        )

    def _causes(self, function: Callable[..., Any], shown: Trial, right_elsewhere: bool) -> Iterable[str]:
        """What is likely behind the shown trial: a wrong function that this one calls, else the declared causes."""
        suspects = [check for check in self.calls if _calls(function, check.exercise)]
        for check in suspects:
            called = check(function.__globals__[check.exercise])
            if not called.correct:
                state = _as_adjective(called.outcome)
                return [f"{self.exercise} calls {check.exercise}, which is {state} itself: begin there."]
        if shown.evidence is None:
            return []
        evidence = replace(shown.evidence, right_elsewhere=right_elsewhere)
        with np.errstate(all="ignore"):  # a wrong answer may hold anything, infinities too
            found = [sentence for cause in self.causes if (sentence := cause(evidence))]
        return dict.fromkeys(found[:MAX_CAUSES])

    def _try(self, function: Callable[..., Any], forward: Any, name: str, case: Case) -> Trial:
        """One case; a backward pass that fails on the documented cache is tried on the student's own forward pass's."""
        documented = self._try_on(function, name, case, case.inputs)
        if documented.outcome in ("correct", "not attempted") or self.forward_inputs is None or not callable(forward):
            return documented
        made = attempt(forward, self.forward_inputs(case.inputs)).value
        if not isinstance(made, (tuple, list)) or not made:
            return documented
        *given, cache_name = case.inputs
        own = self._try_on(function, name, case, {key: case.inputs[key] for key in given} | {cache_name: made[-1]})
        if _BETTER[own.outcome] <= _BETTER[documented.outcome]:
            return documented
        if own.outcome != "correct":
            return own
        hint = f"Tried on the {cache_name} of your own forward pass, which has a layout of its own. That is no fault."
        return Trial(name, "correct", printed=own.printed, hints=(hint,))

    def _try_on(self, function: Callable[..., Any], name: str, case: Case, inputs: Inputs) -> Trial:
        if misfit := cannot_take(function, inputs):
            return Trial(_words(name), "incorrect", misfit)
        call = attempt(function, inputs)
        if call.error is not None:
            return self._raised(function, name, case, inputs, call)
        got, message = self._named(call.value)
        lines = tuple(self._line(key, got[key], case.outputs[key]) for key in self.returns if key in got)
        empty = _is_gap(call.value) and is_empty(function)
        if empty or got and all(_is_gap(got.get(key)) for key in self.returns):
            return Trial(_words(name), "not attempted", f"{self.exercise} is not written yet.", printed=call.printed)
        wrong = tuple(line.name for line in lines if not line.right)
        absent = [key for key in self.also if got and _is_gap(got[key])]
        if not message and absent:
            message = f"{absent[0]} is {got[absent[0]]}: hand on what the backward pass will need."
        if call.modified:
            message = " ".join(filter(None, [message, _modified_words(call.modified, bool(wrong or message))]))
        if not (wrong or message):
            return Trial(_words(name), "correct", printed=call.printed)
        again = partial(self._again, function)
        expected = {key: case.outputs[key] for key in self.returns}
        evidence = Evidence(inputs, expected, got, wrong, again, inputs is case.inputs)
        return Trial(_words(name), "incorrect", message, lines, printed=call.printed, evidence=evidence)

    def _raised(self, function: Callable[..., Any], name: str, case: Case, inputs: Inputs, call: Attempt) -> Trial:
        """The trial of a call that raised: the stub, a stub that it calls, or an error in the student's code."""
        error = call.error
        assert error is not None
        stub = unwritten(error, function)
        if stub is not None and (stub == self.exercise or len(frames_of(error, function)) == 1):
            return Trial(_words(name), "not attempted", f"{self.exercise} is not written yet.", printed=call.printed)
        if stub is not None:
            message = f"{self.exercise} calls {stub}, which is not written yet. Write {stub} first."
            return Trial(_words(name), "raised", message, printed=call.printed)
        message, code = what_was_raised(error), where_it_was_raised(error, function)
        again = partial(self._again, function)
        expected = {key: case.outputs[key] for key in self.returns}
        evidence = Evidence(inputs, expected, {}, (), again, inputs is case.inputs)
        hints = tuple(filter(None, [_hint(error, inputs)]))
        return Trial(_words(name), "raised", message, code=code, printed=call.printed, hints=hints, evidence=evidence)

    def _named(self, value: Any) -> tuple[dict[str, Any], str]:
        """The returned values by name (none if they cannot be told apart), and what is wrong with how they came."""
        names = (*self.returns, *self.also)
        listed = ", ".join(names)
        if value is None:
            return {}, f"It returned None: is the return line missing? It should return {listed}."
        if self.as_dict:
            if not isinstance(value, dict):
                return {}, f"It returned {describe(value)} instead of a dictionary with the keys {listed}."
            missing = [name for name in names if name not in value]
            message = f"The dictionary lacks {', '.join(missing)}." if missing else ""
            return {name: value[name] for name in names if name in value}, message
        if len(names) == 1:
            return {names[0]: value}, ""
        if not isinstance(value, (tuple, list)) or len(value) != len(names):
            return {}, f"It returned {describe(value)} instead of {len(names)} values: {listed}."
        return dict(zip(names, value, strict=True)), ""

    def _line(self, name: str, got: Any, expected: Any) -> Line:
        if _is_gap(got):
            return Line(name, False, f"still {got}: not written yet?")
        found = difference(got, expected, name, self.returns[name])
        return Line(name, True) if found is None else _line_of(name, found)

    def _again(self, function: Callable[..., Any], inputs: Inputs) -> dict[str, Any] | None:
        """The compared values that the function gives on other inputs, by name, or None."""
        call = attempt(function, inputs)
        got, message = self._named(call.value) if call.error is None else ({}, "raised")
        return None if message else {name: got[name] for name in self.returns}


@cache
def _cases(unit: str) -> dict[str, Case]:
    return load_cases(CASES / f"{unit}.npz")


def _line_of(name: str, found: Difference) -> Line:
    """What differs about one value: in words, and side by side at the first place if single numbers differ."""
    remark = found.summary.removeprefix(f"{name} ")
    if not isinstance(found.got, float) or not isinstance(found.expected, float):
        return Line(name, False, remark)
    place = f"[{', '.join(map(str, found.place))}]" if found.place else ""
    digits = 6 if f"{found.got:.6g}" != f"{found.expected:.6g}" else 17
    remark = remark.replace(f", first at {place}", "") if place else remark  # it stands beside the numbers
    return Line(name, False, remark, place, f"{found.got:.{digits}g}", f"{found.expected:.{digits}g}")


def _is_gap(value: Any) -> bool:
    """Whether a value is what a half-filled answer leaves: None or ``...``."""
    return value is None or value is ...


def _extent(total: int, wrong: list[str]) -> str:
    """On how many of the public cases the function is right, and the names of the others."""
    every, none = {1: ("the public case", "the public case"), 2: ("both public cases", "either public case")}.get(
        total, (f"all {total} public cases", f"any of the {total} public cases")
    )
    if not wrong:
        return f"Right on {every}."
    if len(wrong) == total:
        return f"Not right on {none}."
    return f"Right on {total - len(wrong)} of {total} public cases; not on {', '.join(f'“{name}”' for name in wrong)}."


def _words(case: str) -> str:
    return case.replace("_", " ")


def _as_adjective(outcome: Outcome) -> str:
    return {"not attempted": "not written yet", "raised": "raising an exception"}.get(outcome, "not right yet")


def _modified_words(place: str, wrong: bool) -> str:
    start = "It also modifies" if wrong else "The values are right, but it modifies"
    return f"{start} its input {place} in place, which the caller may still need. Make a new array, or work on a copy."


def _calls(function: Callable[..., Any], name: str) -> bool:
    """Whether the function's code names another function that exists in its namespace."""
    code = getattr(function, "__code__", None)
    return code is not None and name in code.co_names and callable(function.__globals__.get(name))


def _hint(error: BaseException, inputs: Inputs) -> str:
    """What usually lies behind an exception of this kind, or ""."""
    text = what_was_raised(error)
    if isinstance(error, NameError):
        return "a name is misspelt, used before it gets its value, or made in a cell that has not been run."
    if isinstance(error, KeyError):
        named = next(((name, value) for name, value in inputs.items() if isinstance(value, dict)), None)
        return f"no such key. Those of {named[0]} are {', '.join(map(str, named[1]))}." if named else ""
    if isinstance(error, ValueError) and any(word in text for word in ("matmul", "broadcast", "aligned", "concatenat")):
        return "two arrays' shapes do not fit together: compare .shape of both with the docstring."
    return ""
