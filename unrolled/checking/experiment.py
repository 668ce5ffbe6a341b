"""A public check by experiment, for what is no function from values to values: layers, models, samplers, generators.

Like :class:`unrolled.checking.trial.Check` it is called with the student's function, never raises for a fault of the
student's, and gives a :class:`Result`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

from unrolled.arrays import Case, load_cases
from unrolled.checking.calling import MAX_PRINTED, is_untouched, shortened, unwritten, what_was_raised
from unrolled.checking.causes import Evidence, in_each_others_place
from unrolled.checking.compare import describe, difference
from unrolled.checking.limits import CHECK_SECONDS, Stopped, listening, one_call, one_check
from unrolled.checking.mistakes import known_mistake
from unrolled.checking.no_grader import refuse_to_grade
from unrolled.checking.outcome import Result
from unrolled.checking.raised import lines_of
from unrolled.checking.stand_in import ByRule, Rule, StandIn
from unrolled.checking.trial import CASES, among_right_ones

Examine = Callable[..., None]


class Wrong(Exception):
    """What an experiment found to be wrong, in whole sentences, a likely cause or "", and the values that show it."""

    def __init__(self, message: str, cause: str = "", got: Any = None) -> None:
        super().__init__(message)
        self.cause, self.got = cause, got


@dataclass(frozen=True)
class Experiment:
    """The public check of one exercise; call it with the student's function, and with others that it needs.

    ``examine(function, *others)`` raises :class:`Wrong`; whatever else it raises comes from the student's code.
    ``arguments`` are the names of the functions that a notebook passes, the exercise's first; ``unit`` names the file
    of known mistakes; ``calls`` are the checks of what the exercise builds on, an inner one before those that use it,
    and ``rules`` what stands in for one that is not right and is not asked the same questions each time.
    """

    exercise: str
    arguments: tuple[str, ...]
    examine: Examine
    says: str
    unit: str = ""
    calls: tuple[Any, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def __call__(self, function: Any, *others: Any) -> Result:
        """What is right and what is not about ``function``."""
        refuse_to_grade()
        if function is None or function is ... or callable(function) and is_untouched(function):
            return Result(self.exercise, "not attempted", (f"{self.exercise} is not written yet.",))
        if not callable(function):
            message = f"{self.exercise} should be a function; it is {describe(function)}."
            return Result(self.exercise, "incorrect", (message,))
        result = self._examined(function, *others)
        if result.correct or result.outcome == "not attempted":
            return result

        def among(stand_ins: Sequence[StandIn]) -> Result | None:
            by_rule = {each.name: each for each in stand_ins if isinstance(each, ByRule)}
            passed = zip(self.arguments[1:], others, strict=False)
            again = self._examined(function, *(by_rule.get(name, other) for name, other in passed))
            return None if any(each.refused for each in stand_ins) else again

        return among_right_ones(self.unit, self.calls, function, result, among, self.rules)

    def _examined(self, function: Callable[..., Any], *others: Any) -> Result:
        """What the experiment says, with the functions that are in the notebook now."""
        with listening() as (out, err):
            try:
                with one_check(), one_call(CHECK_SECONDS):
                    self.examine(function, *others)
                found: BaseException | None = None
            except (Exception, SystemExit, Stopped) as raised:
                found = raised
        printed = shortened("\n".join(text for text in (out.text(), err.text()) if text.strip()), MAX_PRINTED)
        if found is None:
            return Result(self.exercise, "correct", (f"{self.says} Grading tries more than this.",), printed=printed)
        if isinstance(found, Wrong):
            known = known_mistake(self.unit, self.exercise, [{"": found.got}]) if found.got is not None else None
            cause = ": ".join(filter(None, [known, found.cause]))  # the first names the mistake, the second what to do
            causes = (cause if cause.endswith((".", "?")) else f"{cause}.",) if cause else ()
            code = lines_of(found.__cause__, function) if found.__cause__ else ""
            return Result(self.exercise, "incorrect", (str(found),), causes=causes, code=code, printed=printed)
        return self._raised(function, found, printed)

    def _raised(self, function: Callable[..., Any], error: BaseException, printed: str) -> Result:
        stub = unwritten(error, function)
        if stub == self.exercise:
            return Result(self.exercise, "not attempted", (f"{self.exercise} is not written yet.",), printed=printed)
        if stub is not None:
            return Result(self.exercise, "raised", (f"It needs {stub}, which is not written yet: write that first.",))
        code = lines_of(error, function)
        return Result(self.exercise, "raised", (what_was_raised(error),), code=code, printed=printed)


@cache
def cases_of(unit: str) -> Mapping[str, Case]:
    """The public cases of a unit by name."""
    return load_cases(CASES / f"{unit}.npz")


def expect(
    got: Any,
    expected: Any,
    name: str,
    axes: Sequence[str] | None = None,
    cause: str = "",
    certain: bool = False,
) -> None:
    """Raise :class:`Wrong` unless a value is as expected; a ``certain`` cause says all, without a known mistake."""
    found = difference(got, expected, name, axes)
    if found is not None:
        raise Wrong(f"{found.summary[0].upper()}{found.summary[1:]}.", cause, None if certain else got)


def expect_each(got: Mapping[str, Any], expected: Mapping[str, Any], axes: Mapping[str, Sequence[str]]) -> None:
    """Raise :class:`Wrong` unless each of several outputs is as expected; says so where they are exchanged."""
    wrong_ones = tuple(name for name in expected if difference(got[name], expected[name], name) is not None)
    exchanged = in_each_others_place(Evidence({}, dict(expected), dict(got), wrong_ones, lambda inputs: None))
    for name in wrong_ones:
        expect(got[name], expected[name], f"the output {name}", axes[name], exchanged or "")


def wrong(message: str, cause: str = "", got: Any = None) -> NoReturn:
    """Raise :class:`Wrong`."""
    raise Wrong(message, cause, got)


def so_often(times: int) -> str:
    """How often something was done that should be done more often: "not at all", "once only", "3 times only"."""
    return {0: "not at all", 1: "once only"}.get(times, f"{times} times only")
