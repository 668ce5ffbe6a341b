"""What the public checks know of wrong answers, derived: marks of known mistakes, and what right answers ask of others.

``unrolled/checks/mistakes/NN_slug.json`` comes from the unit's known mistakes and the mutants of its worked solution,
run on the public cases; ``unrolled/checks/calls/NN_slug.npz`` from its worked solution, among the right versions that
its grader provides. Neither holds code. The fingerprint of what they come from is kept, so that nobody has to make them
anew only to see whether they are stale.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.known_answers import worked_answers
from autograder.course.sources import code_of
from autograder.course.units import Unit
from autograder.faults.diagnosis import chosen, exercise_of
from autograder.faults.known_mistakes import Known, given
from autograder.faults.trying import defined, in_time
from unrolled.arrays import Case, load_cases, save_cases
from unrolled.checking.causes import close
from unrolled.checking.experiment import Experiment, Wrong
from unrolled.checking.mistakes import RAISED, Mark, mark
from unrolled.checking.trial import Check
from unrolled.execution import captured

MISTAKES = Path("unrolled/checks/mistakes")
CALLS = Path("unrolled/checks/calls")
MOST_CALLS = 40  # that an exercise makes of another one on the public cases
MOST_BYTES = 1 << 20  # of what is kept of one exercise's calls of another: students get it
PATIENCE = 5.0  # seconds of processor time for one known mistake in an experiment
STALE = "what it comes from has changed; run `python -m autograder references`"


def rebuild(unit: Unit, check: bool) -> list[str]:
    """Write a unit's two files, if they are stale; with ``check``, write nothing and say which are."""
    wanted = fingerprint(unit)
    path = unit.root / MISTAKES / f"{unit.slug}.json"
    kept = json.loads(path.read_text(encoding="utf-8")).get("from") if path.is_file() else None
    if kept == wanted:
        return []
    if check:
        return [f"{MISTAKES / path.name}: {STALE}"]
    for folder in (MISTAKES, CALLS):
        (unit.root / folder).mkdir(parents=True, exist_ok=True)
    save_cases(unit.root / CALLS / f"{unit.slug}.npz", calls(unit))
    path.write_text(_as_json(wanted, mistakes(unit)), encoding="utf-8")
    return []


def fingerprint(unit: Unit) -> str:
    """A digest of what the files come from: known answers, worked solution, oracles, public cases, code that asks."""
    sources = [*(unit.root / "autograder" / "faults").rglob("*.py"), unit.root / "unrolled/checking/mistakes.py"]
    sources += (unit.root / "autograder" / "oracles").glob(f"{unit.slug[3:]}*.py")
    found = hashlib.sha256((unit.root / "autograder/answers" / f"{unit.slug}.py").read_bytes())
    found.update((unit.root / "unrolled/checks/cases" / f"{unit.slug}.npz").read_bytes())
    found.update(json.dumps(worked_answers(unit)).encode())
    for path in sorted([*sources, Path(__file__), unit.root / "unrolled/checks" / f"{unit.slug[3:]}.py"]):
        found.update(code_of(path))
    return found.hexdigest()[:16]


def checks_of(unit: Unit) -> Sequence[Check | Experiment]:
    """The public checks of a unit, in order."""
    return import_module(f"unrolled.checks.{unit.slug[3:]}").CHECKS


# ------------------------------------------------------------------------------------------------------------- mistakes


def mistakes(unit: Unit) -> dict[str, list[tuple[str, list[Mark]]]]:
    """For each exercise, the sentence and the marks of each known mistake that the public cases show."""
    made = {}
    for check in checks_of(unit):
        seen = _on_cases(unit, check) if isinstance(check, Check) else _in_experiment(unit, check)
        groups: list[tuple[list[Mark], list[Known]]] = []
        for known, marks in seen:
            alike = next((group for group in groups if _alike(group[0], marks)), None)
            if alike is None:
                groups.append((marks, [known]))
            else:
                alike[1].append(known)
        told = [(_sentence(known, [RAISED] in marks), marks) for marks, known in groups]
        made[check.exercise] = [(says, marks) for says, marks in told if says]
    return made


def _sentence(alike: Sequence[Known], raised: bool) -> str | None:
    """What is told of mistakes that the public cases cannot tell apart."""
    by_hand = list(dict.fromkeys(known.says for known in alike if known.by_hand))
    if len(by_hand) > 2:
        return None
    return "; or else ".join(by_hand) or chosen(alike, raised)


def _on_cases(unit: Unit, check: Check) -> Iterator[tuple[Known, list[Mark]]]:
    exercise = exercise_of(unit, check.exercise)
    calls = [exercise.call_on(case) for case in check.cases().values()]
    right = [exercise.right(call) for call in calls]
    well = [mark(_named(check, seen.value)) for seen in right]
    for known in exercise.known:
        values = []
        for call, solution in zip(calls, right, strict=True):
            seen = exercise.wrong(known, call, solution)
            values.append(None if seen.raised else _named(check, seen.value))
        marks = [mark(value) for value in values]
        computed = any(part is not None for value in values if value for part in value.values())
        if computed and not _alike(marks, well):
            yield known, marks


def _named(check: Check, value: Any) -> dict[str, Any] | None:
    got, _ = check.named(value)
    return {name: got.get(name) for name in check.returns} if got else None


def _in_experiment(unit: Unit, check: Experiment) -> Iterator[tuple[Known, list[Mark]]]:
    """Mistakes that people wrote down, by the values that the experiment finds to be wrong."""
    exercise = exercise_of(unit, check.exercise)
    others = [exercise.namespace[name] for name in check.arguments[1:]]
    for known in exercise.known:
        function = defined(known.source, check.exercise, exercise.namespace) if known.by_hand else None
        if function is None:
            continue
        try:
            with captured(), in_time(PATIENCE):
                check.examine(function, *others)
        except Wrong as found:
            if found.got is not None:
                yield known, [mark({"": found.got})]
        except Exception:  # mistakes are wrong on purpose, and what is raised tells for itself
            continue


def _alike(marks: Sequence[Mark], others: Sequence[Mark]) -> bool:
    return all(
        len(one) == len(other) and one[0] == other[0] and np.allclose(one[1:], other[1:], rtol=1e-6, atol=1e-9)
        for one, other in zip(marks, others, strict=True)
    )


def _as_json(wanted: str, made: Mapping[str, list[tuple[str, list[Mark]]]]) -> str:
    """A line a mistake, so that a change shows as what it is."""
    parts = []
    for exercise, known in made.items():
        lines = [json.dumps({"says": says, "marks": marks}, ensure_ascii=False) for says, marks in known]
        parts.append(f"{json.dumps(exercise)}: [\n  " + ",\n  ".join(lines) + "\n ]" if lines else f'"{exercise}": []')
    return f'{{"from": "{wanted}", "exercises": {{\n ' + ",\n ".join(parts) + "\n}}\n"


# ---------------------------------------------------------------------------------------------------------------- calls


def calls(unit: Unit) -> dict[str, Case]:
    """What each exercise's worked answer asks of others on the public cases, and what the provided ones answer."""
    namespace, made = given(unit), dict[str, Case]()
    for check in checks_of(unit):
        for name, right in _provided(unit, check.exercise).items():
            recorder = _Recorder(namespace[name], right)
            before, namespace[name] = namespace[name], recorder
            try:
                functions = [namespace[each] for each in check.arguments]
                result = check.examined(functions[0], None) if isinstance(check, Check) else check(*functions)
            finally:
                namespace[name] = before
            if not result.correct:  # a provided one may be of a kind that only grading knows
                continue
            if recorder.calls and len(recorder.calls) <= MOST_CALLS and _can_be_kept(recorder.calls):
                made |= {f"{check.exercise}/{name}/{number}": case for number, case in enumerate(recorder.calls)}
    return made


class _Recorder:
    """Answers as the right version does, and notes each question once."""

    def __init__(self, worked: Callable[..., Any], right: Callable[..., Any]) -> None:
        self._signature, self._right = inspect.signature(worked), right
        self.calls: list[Case] = []

    def __call__(self, *args: Any, **named: Any) -> Any:
        bound = self._signature.bind(*args, **named)
        bound.apply_defaults()
        inputs = {name: _plain(value) for name, value in bound.arguments.items()}
        value = self._right(*bound.arguments.values())
        if not any(close(inputs, call.inputs) for call in self.calls):
            self.calls.append(Case(inputs, {"value": _plain(value)}))
        return value


def _plain(value: Any) -> Any:
    """A copy of built-in types and arrays."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else tuple(map(_plain, value))
    if isinstance(value, np.generic):
        return value.item()
    return value.copy() if isinstance(value, np.ndarray) else value


def _can_be_kept(calls: Sequence[Case]) -> bool:
    """Whether all that was asked and answered is plain (no layer, no model, no generator), and small."""
    from io import BytesIO

    written = BytesIO()
    try:
        save_cases(written, {str(number): case for number, case in enumerate(calls)})  # type: ignore[arg-type]
    except TypeError:
        return False
    return written.tell() <= MOST_BYTES


def _provided(unit: Unit, exercise: str) -> Mapping[str, Callable[..., Any]]:
    """The right versions of other exercises that the grader of one provides."""
    grader: types.ModuleType = import_module(f"autograder.graders.{unit.grader.stem}")
    owners = [owner for owner in vars(grader).values() if getattr(owner, "exercise", None) == exercise]
    return {name: right for owner in owners for name, right in getattr(owner, "provides", {}).items()}


def stored_calls(unit: Unit) -> dict[str, Case]:
    """What is kept of the calls."""
    return load_cases(unit.root / CALLS / f"{unit.slug}.npz")
