"""Tell a wrong answer its most likely mistake, in a sentence.

The known mistakes of an exercise, mutants of the worked solution and mistakes written by hand, are our own code; they
are run here, on the trusted side, on the inputs that the student's function was called with. One that gives the same
wrong values as the student's function, call for call, has most likely the same fault, and its sentence is told. Where
none does, the mistakes that make the same outputs wrong, and leave the same ones right, may still agree on a place.

Only a wrong answer costs this: the mistakes are compiled on the first wrong answer to their exercise. A mistake that
raises where the student's code does not is no match. Sentences come from :mod:`autograder.faults.mutation` and from the
file of known answers; they name places and hold no input, no value, and no code.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import signal
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import Unit
from autograder.examination.student import Call, Handle
from autograder.examination.wording import exception_name
from autograder.faults.fault_words import Words
from autograder.faults.mutation import mutants
from autograder.sandbox import recipes
from autograder.sandbox.child import MAX_MESSAGE
from unrolled.arrays import Case, load_cases
from unrolled.wire import Recipe

PREFIX = "most likely: "
FIRST_WRONG = "the first thing that goes wrong is "
PATIENCE = 0.05, 10  # seconds of processor time, and times the solution's own time, for one known mistake on one call
MOST_CALLS = 12  # of a kind, wrong or right, that are compared
MIXED_UP = ("what is returned", "the cache", "the caches")  # places that say nothing of how values are computed
MOST_PLACES = 3  # that one sentence tells
UNSEEN = object()  # in the place of an argument of which nobody knows how a call left it
AGREEMENT = 0.5  # of the known mistakes with the same first wrong values: so many must name the same place


@dataclass(frozen=True)
class Known:
    """A known mistake: what it tells the student, the place of its fault if it has a name, and how to run it."""

    says: str
    place: str
    by_hand: bool
    source: str


@dataclass(frozen=True)
class Observed:
    """What came of a call: a value and, where that was looked at, the arguments as it left them; or an exception."""

    value: Any = None
    after: Sequence[Any] | None = None
    raised: tuple[str, str] | None = None
    seconds: float = 0.0


class Unanswered(Exception):
    """A call of the student's cannot be repeated here."""


class Exercise:
    """What is known of one exercise, ready to be run."""

    def __init__(self, unit: Unit, name: str) -> None:
        self.unit, self.name = unit, name
        self.namespace = given(unit)
        self.known = known_mistakes(unit, name)
        self._functions: dict[Known, Callable[..., Any] | None] = {}

    @cached_property
    def names(self) -> dict[str, str]:
        """Words for what is returned, by leaf as :func:`wrong_leaves` has them."""
        if not self._cases:  # only live cases are asked for
            return {}
        words = words_for(self.unit, self.name)
        whole = self.right(self.call_on(self._cases[0])).value
        parts, outputs = _parts(whole), self._cases[0].outputs
        if len(parts) != len(outputs) or len(parts) == 1:  # one dict; or one value, of which it says nothing to name it
            return {}
        return {
            f"/{key}": words.of_name(name) or f"`{name}`"
            for (key, part), name in zip(parts.items(), outputs, strict=True)
            if not isinstance(part, tuple)  # a cache
        }

    @cached_property
    def _cases(self) -> list[Case]:
        cases = load_cases(self.unit.references)
        return [case for name, case in cases.items() if name.startswith(f"{self.name}/")]

    @cached_property
    def order(self) -> Order:
        """Which of the exercise's values go wrong with which others."""
        calls = [self.call_on(case) for case in self._cases[:2]]
        return Order([(known, self._leaves(known, calls)) for known in self.known])

    def _leaves(self, known: Known, calls: Sequence[Call]) -> frozenset[str]:
        leaves: frozenset[str] = frozenset()
        for call in calls:
            right = self.right(call)
            wrong = self.wrong(known, call, right)
            if wrong.raised or right.raised:
                return frozenset()
            leaves |= wrong_leaves(wrong.value, right.value)[0]
        return leaves

    def place_of(self, wrong: frozenset[str], looked_at: frozenset[str]) -> str | None:
        """Words for what goes wrong first, of the values that could be looked at; None when they are not to be had."""
        first = self.order.first(wrong)
        together = self._place(first, looked_at) or self._name(first)
        if together or len(first) > MOST_PLACES:
            return together
        places = [self._place(frozenset([leaf]), looked_at) or self._name([leaf]) for leaf in sorted(first)]
        known = list(dict.fromkeys(place for place in places if place and " and " not in place))
        return " and ".join(known) if len(known) == len(set(places)) else None

    def _place(self, first: frozenset[str], looked_at: frozenset[str]) -> str | None:
        """The place that most mistakes have which make the same values wrong first."""
        alike = [known for known, seen in self.order.seen if self.order.first(seen & looked_at) == first]
        places = Counter(known.place for known in alike if known.place)
        for place, times in places.most_common(1):
            if times >= max(2, AGREEMENT * len(alike)):
                return place
        return None

    def _name(self, leaves: Iterable[str]) -> str | None:
        """The contract's name of the one value that is returned at these leaves, unless it is a cache."""
        parts = {"/" + (leaf.split("/")[1] if leaf.strip("/*") else "") for leaf in leaves}
        return self.names.get(parts.pop()) if len(parts) == 1 else None

    def right(self, call: Call) -> Observed:
        """What the worked solution makes of a call."""
        return run(self.namespace[self.name], call)

    def wrong(self, known: Known, call: Call, right: Observed) -> Observed:
        """What a known mistake makes of a call of which the worked solution made ``right``."""
        if known not in self._functions:
            self._functions[known] = defined(known.source, self.name, self.namespace)
        function = self._functions[known]
        if function is None:
            return Observed(raised=("", ""))
        least, times = PATIENCE
        return run(function, call, least + times * right.seconds)

    def call_on(self, case: Case) -> Call:
        """The call that a case asks for; an ``rng`` is kept as the seed of a generator."""
        inputs = dict(case.inputs)
        if isinstance(inputs.get("rng"), int):
            inputs["rng"] = Recipe("Generator", {"seed": inputs["rng"]})
        return self.repeatable(Call(self.name, tuple(inputs.values())))

    def repeatable(self, call: Call) -> Call:
        """The call with the values that its handles stand for, as a right exercise would have made them, and with what
        its recipes make.
        """
        args, after = tuple(self._resolved(arg) for arg in call.args), call.after
        if isinstance(after, list) and len(after) == len(args):
            unseen = [isinstance(arg, (Handle, Recipe)) for arg in call.args]
            after = [UNSEEN if hidden else left for hidden, left in zip(unseen, after, strict=True)]
        return replace(call, args=args, after=after)

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Handle):
            if value.made_by is None or value.made_by.name not in self.namespace:
                raise Unanswered(value)
            maker = value.made_by
            found = run(self.namespace[maker.name], self.repeatable(maker)).value
            for index in value.reference.path:
                found = found[index]
            if not _is_data(found):  # layers and models have a state, and take long to copy and to call
                raise Unanswered(value)
            return found
        if isinstance(value, Recipe):
            if value.kind != "Generator":  # a layer has weights of its own
                raise Unanswered(value)
            return recipes.made(value)
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._resolved, value))
        return value


class Order:
    """Which values of an exercise depend on which others, as the known mistakes show it.

    B depends on A when every mistake that makes A wrong makes B wrong too, and some make B wrong alone. Mistakes that
    only give values back in each other's place say nothing about that.
    """

    def __init__(self, seen: Sequence[tuple[Known, frozenset[str]]]) -> None:
        self.seen = [(known, leaves) for known, leaves in seen if leaves and known.place not in MIXED_UP]
        self._with = {
            leaf: {number for number, (_, leaves) in enumerate(self.seen) if leaf in leaves}
            for leaf in frozenset().union(*(leaves for _, leaves in self.seen))
        }

    def first(self, wrong: frozenset[str]) -> frozenset[str]:
        """Those of the wrong values that depend on no other wrong one."""
        return frozenset(leaf for leaf in wrong if not any(self._depends(leaf, other) for other in wrong - {leaf}))

    def _depends(self, leaf: str, other: str) -> bool:
        here, there = self._with.get(leaf, set()), self._with.get(other, set())
        return bool(there) and there < here


def diagnose(unit: Unit, name: str, calls: Iterable[Call]) -> str | None:
    """The most likely mistake in an exercise, in a sentence; None when there is nothing to be said.

    Args:
        calls: the calls of the exercise's function that its tests made, right and wrong ones.
    """
    if name not in worked_answers(unit):  # what an author has not worked out, nobody can diagnose
        return None
    exercise = exercise_of(unit, name)
    wrong, right = _evidence(exercise, calls)
    if not wrong:
        return None
    raised = any(call.raised for call, _ in wrong)
    found = _chosen(_fitting(exercise, [*wrong, *right]), raised) or (None if raised else _first_wrong(exercise, wrong))
    return PREFIX + found if found else None


def true_of(exercise: Exercise, calls: Iterable[Call]) -> set[str]:
    """All sentences that fit an answer of which these calls are known: to measure with."""
    wrong, right = _evidence(exercise, calls)
    if not wrong:
        return set()
    first = None if any(call.raised for call, _ in wrong) else _first_wrong(exercise, wrong)
    return {known.says for known in _fitting(exercise, [*wrong, *right])} | ({first} if first else set())


def _fitting(exercise: Exercise, evidence: Sequence[tuple[Call, Observed]]) -> list[Known]:
    """The known mistakes that make of all calls what the student's function made of them."""
    fitting = list(exercise.known)
    for call, solution in evidence:
        fitting = [known for known in fitting if _fits(exercise.wrong(known, call, solution), call, solution)]
        if not fitting:
            break
    return fitting


def _chosen(fitting: Sequence[Known], raised: bool) -> str | None:
    """The sentence to tell of several that fit: what a person wrote comes first, then what most of them agree on.

    Equal exceptions say less than equal values: then all of them must agree.
    """
    by_hand = [known for known in fitting if known.by_hand]
    places = Counter(known.place for known in fitting)
    if raised and len(places) > 1:
        return None
    if by_hand:
        return by_hand[0].says
    for place, _ in places.most_common():
        if place:
            return next(known.says for known in fitting if known.place == place)
    return fitting[0].says if fitting else None


def _first_wrong(exercise: Exercise, wrong: Sequence[tuple[Call, Observed]]) -> str | None:
    """A sentence on what goes wrong first, of all that the exercise returns.

    Of what is drawn by chance, a right answer may return something else than the worked solution.
    """
    if any(isinstance(arg, np.random.Generator) for call, _ in wrong for arg in call.args):
        return None
    seen = [wrong_leaves(call.value, solution.value) for call, solution in wrong]
    place = exercise.place_of(
        frozenset().union(*(leaves for leaves, _ in seen)), frozenset().union(*(looked_at for _, looked_at in seen))
    )
    return FIRST_WRONG + place if place else None


# ------------------------------------------------------------------------------------------------------------- evidence


def _evidence(exercise: Exercise, calls: Iterable[Call]) -> tuple[list, list]:
    """(call, what the solution makes of it), for wrong and for right calls; as many as are worth comparing."""
    wrong: list[tuple[Call, Observed]] = []
    right: list[tuple[Call, Observed]] = []
    for call in calls:
        if call.name != exercise.name:
            continue
        try:
            repeated = exercise.repeatable(call)
        except Exception:  # the handle led nowhere, or the right function has no value for it
            continue
        solution = exercise.right(repeated)
        if solution.raised is None:
            (right if _fits(solution, repeated, solution) else wrong).append((repeated, solution))
    return wrong[:MOST_CALLS], right[:MOST_CALLS]


def _fits(seen: Observed, call: Call, solution: Observed) -> bool:
    """Whether what a function makes of a call is what the student's function made of it."""
    if call.raised or seen.raised:
        return seen.raised == call.raised
    if call.after is not None:
        if len(seen.after or ()) != len(call.after):
            return False
        pairs = zip(seen.after or (), call.after, strict=True)
        if not all(same(ours, theirs) for ours, theirs in pairs if theirs is not UNSEEN):
            return False
    parts = _parts(seen.value), _parts(call.value), _parts(solution.value)
    if parts[1].keys() != parts[2].keys():  # another number of parts, or other keys, than the contract says
        return same(seen.value, call.value)
    if parts[0].keys() != parts[1].keys():
        return False
    return all(
        same(parts[0][key], theirs) for key, theirs in parts[1].items() if not _is_private(theirs, parts[2][key])
    )


def _parts(value: Any) -> Mapping[Any, Any]:
    """What a function returned, part by part."""
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, tuple) else {"": value}


def _is_data(value: Any) -> bool:
    """Whether a value is nothing but arrays, numbers and text, nested as it may be."""
    if isinstance(value, (list, tuple, dict)):
        return all(map(_is_data, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, (np.ndarray, np.generic, bool, int, float, str))


def _is_private(theirs: Any, right: Any) -> bool:
    """Whether a part is a cache of the student's own making, which no known mistake can have: caches are tuples."""
    return isinstance(right, tuple) and _outline(theirs) != _outline(right)


def _outline(value: Any) -> Any:
    """How a value is nested; arrays and numbers are all alike."""
    if isinstance(value, dict):
        return {key: _outline(part) for key, part in value.items()}
    return [type(value), *map(_outline, value)] if isinstance(value, (list, tuple)) else None


def wrong_leaves(value: Any, right: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The places in a nested value at which it is not right, and all places that could be compared.

    The items of a list, such as steps, are one place. A cache of the student's own making is passed over.
    """
    compared = list(_compared(value, right, ""))
    return frozenset(place for place, well in compared if not well), frozenset(place for place, _ in compared)


def _compared(value: Any, right: Any, place: str) -> Iterator[tuple[str, bool]]:
    if not isinstance(right, (tuple, list, dict)) or isinstance(right, list) and isinstance(value, np.ndarray):
        yield place, same(value, right)
    elif place and isinstance(right, dict) and not all(str(key).isidentifier() for key in right):
        yield place, same(value, right)  # its keys are data, and name nothing
    elif not place and isinstance(right, list) and (not isinstance(value, list) or len(value) != len(right)):
        yield f"{place}/*", False  # a list alone is what the exercise returns, and this one is shorter, longer or none
    elif _outline(value) == _outline(right) or not place and _parts(value).keys() == _parts(right).keys():
        pairs = zip(value, right, strict=True) if isinstance(right, list) else None
        for theirs, ours in pairs or ():
            yield from _compared(theirs, ours, f"{place}/*")
        for key in _parts(right) if pairs is None else ():
            yield from _compared(_parts(value)[key], _parts(right)[key], f"{place}/{key}")
    elif place.count("/") == 1 and not isinstance(right, tuple):  # what is returned, and no part of a cache
        yield f"{place}/*" if isinstance(right, list) else place, False


def _array_beside(value: Any, other: Any) -> Any:
    """A list or tuple of numbers as an array, if that is what it stands beside."""
    if not isinstance(other, np.ndarray) or not isinstance(value, (list, tuple)):
        return value
    try:
        array = np.asarray(value)
    except ValueError:  # its rows are of different lengths
        return value
    return array if array.dtype.kind in "biufc" else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same but for the last digits; a list of numbers is the same as an array of them."""
    one, other = _array_beside(one, other), _array_beside(other, one)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    numbers = (np.ndarray, np.generic, bool, int, float)
    if not isinstance(one, numbers) or not isinstance(other, numbers):
        return type(one) is type(other) and one == other
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return False
    rough = np.float32 in (one.dtype, other.dtype)
    with np.errstate(all="ignore"):
        scale = np.max(np.abs(other), initial=0.0, where=np.isfinite(other))
        return np.allclose(
            one, other, rtol=1e-4 if rough else 1e-6, atol=(2e-5 if rough else 1e-9) * scale, equal_nan=True
        )


# -------------------------------------------------------------------------------------------------------------- running


def run(function: Callable[..., Any], call: Call, patience: float | None = None) -> Observed:
    """Call a function of ours as a student's was called, on copies of the arguments; for so many seconds if it may be
    wrong.
    """
    own = copy.deepcopy(call.args)
    began = time.process_time()
    try:
        with _in_time(patience), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = function(*own) if call.times is None else [function(*own) for _ in range(call.times)]
    except Exception as error:  # mistakes are wrong on purpose
        return Observed(
            raised=(exception_name([kind.__name__ for kind in type(error).__mro__]), str(error)[:MAX_MESSAGE])
        )
    return Observed(value, own, seconds=time.process_time() - began)


@contextlib.contextmanager
def _in_time(seconds: float | None) -> Iterator[None]:
    """End the block by an exception when it takes too long: a fault may have made a loop endless.

    The exception is raised again and again until the block has ended, for Python drops one that meets it in a callback
    of the garbage collector. And the handler stays, for a signal that is still under way would end this process.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGPROF, _too_long)
    try:
        try:
            _limited.set()
            signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
            yield
        finally:
            _limited.clear()
    finally:  # once more, in case that the signal came in the line above
        _limited.clear()
        signal.setitimer(signal.ITIMER_PROF, 0)


_limited = threading.Event()  # while a block may be ended


def _too_long(*_: object) -> None:
    if _limited.is_set():
        raise TimeoutError("a known mistake took too long")


def defined(source: str, name: str, namespace: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function that an answer defines, among the right versions of everything else; None when it defines none."""
    own = dict(namespace)
    try:
        exec(compile(source, f"<known answer to {name}>", "exec"), own)  # our own code
    except Exception:  # a mutant may be wrong from the start
        return None
    function = own.get(name)
    return function if callable(function) else None


# -------------------------------------------------------------------------------------------------------------- library


@lru_cache
def exercise_of(unit: Unit, name: str) -> Exercise:
    """What is known of an exercise; compiled once in a process."""
    return Exercise(unit, name)


@lru_cache
def given(unit: Unit) -> dict[str, Any]:
    """The namespace that the worked solution leaves, without its figures and its training."""
    from autograder.course.dialect import read_script

    namespace: dict[str, Any] = {"__name__": "worked"}
    for cell in read_script(unit.script, unit.script.name)[0].cells:
        if cell.is_run_in_grading:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"<{unit.slug}>", "exec"), namespace)  # our own code
    return namespace


_answers = lru_cache(known_answers)


def words_for(unit: Unit, name: str) -> Words:
    """The words for the names in an exercise."""
    tree = ast.parse(
        f"{worked_answers(unit)[name]}\ndef {name}(): pass"
    )  # the last in case that nothing else has the name
    kinds = (ast.FunctionDef, ast.ClassDef)
    shown = next(top for top in tree.body if isinstance(top, kinds) and top.name == name)
    return Words(shown, _answers(unit).words_for(name))


@lru_cache
def known_mistakes(unit: Unit, name: str) -> tuple[Known, ...]:
    """What is known to be wrong: what people wrote, then the mutants."""
    known, source = _answers(unit), worked_answers(unit)[name]
    equivalent = {entry.mutant for entry in known.equivalents if entry.exercise == name}
    by_hand = [Known(each.says, "", True, each.source) for each in known.mistakes if each.exercise == name]
    made = mutants(source, name, known.words_for(name))
    return *by_hand, *(Known(each.says, each.place, False, each.source) for each in made if each.id not in equivalent)
