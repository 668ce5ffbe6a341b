"""The public check of an exercise: try the student's function on every public case and say what comes of it.

A unit's module declares one :class:`Check` an exercise: what the function returns, with which axes, and which causes a
wrong answer may have. A check never raises for a fault of the student's, so a notebook goes on running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from unrolled.arrays import Case, load_cases
from unrolled.checking.calling import Attempt, attempt, cannot_take, frames_of, is_empty, unwritten, what_was_raised
from unrolled.checking.causes import IS, LOOKS, SEEMS, Cause, Evidence, Inputs, in_each_others_place, rank
from unrolled.checking.compare import Difference, describe, difference
from unrolled.checking.limits import Stopped, one_check
from unrolled.checking.mistakes import known_mistake
from unrolled.checking.no_grader import refuse_to_grade
from unrolled.checking.outcome import Line, Outcome, Result
from unrolled.checking.raised import lines_of
from unrolled.checking.stand_in import Rule, StandIn, names_in, standing_in
from unrolled.package import PACKAGE

CASES = PACKAGE / "checks" / "cases"
MAX_CAUSES = 2
_BETTER: dict[Outcome, int] = {"correct": 3, "incorrect": 2, "raised": 1, "not attempted": 0}


@dataclass(frozen=True)
class Trial:
    """What came of one public case; ``ended`` says that the call did not finish, and was ended."""

    case: str
    outcome: Outcome
    message: str = ""
    lines: tuple[Line, ...] = ()
    code: str = ""
    printed: str = ""
    hints: tuple[str, ...] = ()
    evidence: Evidence | None = None
    values: Mapping[str, Any] | None = None
    ended: bool = False


@dataclass(frozen=True)
class Check:
    """The public check of one exercise; call it with the student's function.

    ``unit`` names the file of cases; ``returns`` are the values that are compared, in order, with their axes; ``also``
    is what is returned after them and may look as the student likes (a cache). A backward pass returns a dictionary
    (``as_dict``), and may be tried on the cache of the student's own ``forward`` pass: ``forward_inputs`` makes that
    function's inputs from a case's. ``calls`` are the exercises that this one may build on: where one of them is not
    right, this one is tried among right versions, as grading does.
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
        result = self.examined(function, forward)
        if result.correct or result.own_fault or result.outcome == "not attempted":
            return result
        among = partial(self._among, function=function, forward=forward)
        return among_right_ones(self.unit, self.calls, function, result, among)

    @one_check()
    def examined(self, function: Callable[..., Any], forward: Any) -> Result:
        """What is right and what is not, with the functions that are in the notebook now."""
        return self._judged(function, forward, self._trials(function, forward))

    def _trials(self, function: Callable[..., Any], forward: Any) -> list[Trial]:
        """A trial for each case; after a call that had to be ended there are no more."""
        trials = []
        for name, case in self.cases().items():
            trials.append(self._try(function, forward, name, case))
            if trials[-1].ended:
                break
        return trials

    def _judged(self, function: Callable[..., Any], forward: Any, trials: list[Trial]) -> Result:
        """What the trials say; where all are right, the first is made once more."""
        if any(trial.outcome != "correct" for trial in trials):
            return self._tell(trials)
        again = self._try(function, forward, *next(iter(self.cases().items())))
        if again.outcome != "correct":
            message = "Right at first, but not when called again with the same inputs: it remembers an earlier call."
            if again.ended:
                message = f"Right at first, but when called again it did not finish. {again.message}"
            return Result(
                self.exercise, "incorrect", (message,), again.case, again.lines, printed=again.printed, own_fault=True
            )
        hints = tuple(dict.fromkeys(hint for trial in trials for hint in trial.hints))
        message = f"{_extent(len(trials), [])} Grading uses more cases than these."
        return Result(self.exercise, "correct", (message, *hints), printed=trials[0].printed)

    def _among(self, stand_ins: Sequence[StandIn], function: Callable[..., Any], forward: Any) -> Result | None:
        """The result while stand-ins are in place; None where one of them was asked what it does not know."""
        trials = self._trials(function, forward)
        return None if any(each.refused for each in stand_ins) else self._judged(function, forward, trials)

    def cases(self) -> dict[str, Case]:
        """The public cases of this exercise, by name."""
        start = f"{self.exercise}/"
        found = {name.removeprefix(start): case for name, case in _cases(self.unit).items() if name.startswith(start)}
        if not found:
            raise LookupError(f"{CASES / self.unit}.npz holds no case of {self.exercise}")
        return found

    def _tell(self, trials: Sequence[Trial]) -> Result:
        """The result of a check that went wrong: the first wrong case is shown, the others are named."""
        wrong = [trial for trial in trials if trial.outcome != "correct"]
        shown = next((trial for trial in wrong if trial.outcome == "not attempted"), wrong[0])
        if shown.outcome == "not attempted":
            return Result(self.exercise, "not attempted", (shown.message,), printed=shown.printed)
        values_right = all(trial.lines and all(line.right for line in trial.lines) for trial in wrong)
        if trials[-1].ended:
            extent, shown = _unfinished(trials, len(self.cases())), trials[-1]
        else:
            extent = "" if values_right else _extent(len(trials), [trial.case for trial in wrong])
        messages = tuple(filter(None, (shown.message, extent)))
        causes = tuple(dict.fromkeys((*self._causes(shown, trials), *shown.hints)))
        told = Result(self.exercise, shown.outcome, messages, shown.case, shown.lines, causes)
        return replace(told, code=shown.code, printed=shown.printed, own_fault=values_right)

    def _causes(self, shown: Trial, trials: Sequence[Trial]) -> Iterable[str]:
        """What is likely behind the shown trial.

        What the values show for certain comes first, then a known mistake that gives the same ones, then what is seen
        in part of them, and last what only looks unused.
        """
        if shown.evidence is None:
            return []
        evidence = replace(shown.evidence, right_elsewhere=any(trial.outcome == "correct" for trial in trials))
        known = known_mistake(self.unit, self.exercise, [trial.values for trial in trials])
        with np.errstate(all="ignore"):  # a wrong answer may hold anything, infinities too
            exchanged = in_each_others_place(evidence)
            found = [exchanged] if exchanged else self._found(IS, evidence)
            found = found or ([f"{known}."] if known else self._found(SEEMS, evidence))
            found = found or self._found(LOOKS, evidence)
        return found[:MAX_CAUSES]

    def _found(self, kind: int, evidence: Evidence) -> list[str]:
        """What the declared causes of a rank say."""
        causes = [cause for cause in self.causes if rank(cause) == kind]
        return list(dict.fromkeys(sentence for cause in causes if (sentence := cause(evidence))))

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
        return replace(own, hints=(hint,))

    def _try_on(self, function: Callable[..., Any], name: str, case: Case, inputs: Inputs) -> Trial:
        if misfit := cannot_take(function, inputs):
            return Trial(_words(name), "incorrect", misfit)
        call = attempt(function, inputs)
        if call.error is not None:
            return self._raised(function, name, case, inputs, call)
        got, message = self.named(call.value)
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
            values = {key: got[key] for key in self.returns}
            return Trial(_words(name), "correct", printed=call.printed, values=values)
        again = partial(self._again, function)
        expected = {key: case.outputs[key] for key in self.returns}
        evidence = Evidence(inputs, expected, got, wrong, again, inputs is case.inputs)
        wrong_trial = Trial(_words(name), "incorrect", message, lines, printed=call.printed, evidence=evidence)
        return replace(wrong_trial, values={key: got.get(key) for key in self.returns} if got else None)

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
        message, code = what_was_raised(error), lines_of(error, function)
        again = partial(self._again, function)
        expected = {key: case.outputs[key] for key in self.returns}
        evidence = Evidence(inputs, expected, {}, (), again, inputs is case.inputs)
        hints = tuple(filter(None, [_hint(error, inputs)]))
        told = Trial(_words(name), "raised", message, code=code, printed=call.printed, hints=hints, evidence=evidence)
        return replace(told, ended=isinstance(error, Stopped))

    def named(self, value: Any) -> tuple[dict[str, Any], str]:
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
        got, message = self.named(call.value) if call.error is None else ({}, "raised")
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


def _unfinished(trials: Sequence[Trial], total: int) -> str:
    """On which case the function did not finish, and what is known of the others."""
    *before, last = trials
    wrong = [trial.case for trial in before if trial.outcome != "correct"]
    known = f"Right on {len(before) - len(wrong)} of {total} public cases" if before else ""
    known += f", not on {', '.join(f'“{name}”' for name in wrong)}" if wrong else ""
    ended = f"{f'{known}; it' if known else 'It'} did not finish on “{last.case}”"
    untried = total - len(trials)
    others = {0: "", 1: ", and the other one was not tried"}.get(untried, f", and the other {untried} were not tried")
    return f"{ended}{others}."


def _words(case: str) -> str:
    return case.replace("_", " ")


def _as_adjective(outcome: Outcome) -> str:
    return {"not attempted": "not written yet", "raised": "raising an exception"}.get(outcome, "not right yet")


def _modified_words(place: str, wrong: bool) -> str:
    start = "It also modifies" if wrong else "The values are right, but it modifies"
    return f"{start} its input {place} in place, which the caller may still need. Make a new array, or work on a copy."


def among_right_ones(
    unit: str,
    calls: Sequence[Any],
    function: Callable[..., Any],
    first: Result,
    examine: Callable[[Sequence[StandIn]], Result | None],
    rules: Mapping[str, Rule] | None = None,
) -> Result:
    """The result with stand-ins for functions that are not right, if that says more than the ``first`` one.

    Args:
        calls: the checks of what the exercise may build on.
        examine: gives the result among stand-ins, or None where one of them had no answer.
        rules: stand-ins that are more than stored answers, by name.
    """
    wrong = not_right(calls, function)
    if not wrong:
        return first
    blamed, states = blame(wrong)
    with standing_in(function, unit, first.exercise, list(wrong), rules or {}) as stand_ins:
        second = examine(stand_ins) if stand_ins else None
    if second is not None and second.correct:
        right = f"{second.messages[0].split('. ')[0]}, with a right {_listed(blamed)} in its place."
        message = f"{right} Grading does so, too. Go on with your own {states}."
        return replace(second, messages=(message, *second.messages[1:]), with_right=tuple(blamed))
    if second is None:
        unasked = next((each.unasked for each in stand_ins if each.unasked), "")
        begin = f"{first.exercise} calls {states} itself: begin there."
        return replace(first, causes=tuple(filter(None, [begin, unasked])))
    note = f"Tried with a right {_listed(blamed)} in its place; your own {states}, too."
    return replace(second, messages=(*second.messages, note))


def blame(wrong: Mapping[str, Result]) -> tuple[list[str], str]:
    """Of functions that are not right alone, the names of those that are wrong themselves, and what they are."""
    outcomes = {name: result.outcome for name, result in wrong.items() if not result.correct}
    for result in wrong.values():
        outcomes = {inner: "incorrect" for inner in result.with_right} | outcomes  # type: ignore[assignment]
    states = [f"{name}, which is {_as_adjective(outcome)}" for name, outcome in outcomes.items()]
    return list(outcomes), _listed(states)


def not_right(calls: Sequence[Any], function: Callable[..., Any]) -> dict[str, Result]:
    """What is found of the functions that ``function`` builds on, at one remove too, and that are not right alone."""
    namespace = getattr(function, "__globals__", {})
    used = names_in(function)
    for check in reversed(calls):  # an inner one stands before those that use it
        if check.exercise in used:
            used |= names_in(namespace.get(check.exercise))
    own = [(check, namespace.get(check.exercise)) for check in calls if check.exercise in used]
    passed = {check.exercise: [namespace.get(name) for name in check.arguments[1:]] for check, _ in own}
    found = {check.exercise: check(callee, *passed[check.exercise]) for check, callee in own if callable(callee)}
    return {name: result for name, result in found.items() if not result.correct or result.with_right}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
