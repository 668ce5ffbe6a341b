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

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from autograder.course.known_answers import worked_answers
from autograder.course.units import Unit
from autograder.examination.student import Call, Handle, Provided
from autograder.faults.comparing import is_data, is_private, parts_of, same, wrong_leaves
from autograder.faults.fault_words import Words
from autograder.faults.kinds import BEGINS_HERE
from autograder.faults.known_mistakes import Known, given, known_mistakes, words_for
from autograder.faults.trying import Observed, defined, run
from autograder.sandbox import recipes
from autograder.sandbox.child_models import Remote
from unrolled.arrays import Case, open_cases
from unrolled.wire import Recipe

PREFIX = "most likely: "
FIRST_WRONG = "the first thing that goes wrong is "
PATIENCE = 0.05, 10  # seconds of processor time, and times the solution's own time, for one known mistake on one call
MOST_CALLS = 12  # of a kind, wrong or right, that are compared
MIXED_UP = ("what is returned", "the cache", "the caches")  # places that say nothing of how values are computed
MOST_PLACES = 3  # that one sentence tells
UNSEEN = object()  # in the place of an argument of which nobody knows how a call left it
AGREEMENT = 0.5  # of the known mistakes with the same first wrong values: so many must name the same place


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
        parts, outputs = parts_of(whole), self._cases[0].outputs
        if len(outputs) == 1 and isinstance(whole, list):
            return _columns(whole, next(iter(outputs)), words)
        if len(parts) != len(outputs) or len(parts) == 1:  # one dict; or one value, of which it says nothing to name it
            return {}
        return {
            f"/{key}": words.of_name(name) or f"`{name}`"
            for (key, part), name in zip(parts.items(), outputs, strict=True)
            if not isinstance(part, tuple)  # a cache
        }

    @cached_property
    def _cases(self) -> list[Case]:
        cases = open_cases(self.unit.references)
        return [cases[name] for name in cases if name.startswith(f"{self.name}/")]

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
        how_many = wrong & {"/*"} & self.names.keys()  # a list that is too long or too short
        first = how_many or self.order.first(wrong)
        together, named = self._place(first, looked_at), self._name(first)
        if named and (not together or " and " in together):  # of what is assigned together, one may well be right
            together = named
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
        parts = {
            leaf if leaf in self.names else "/" + (leaf.split("/")[1] if leaf.strip("/*") else "") for leaf in leaves
        }
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
        if isinstance(after, (list, tuple)) and len(after) == len(args):
            unseen = [isinstance(arg, (Handle, Recipe, np.random.Generator)) for arg in call.args]
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
            if not is_data(found):  # layers and models have a state, and take long to copy and to call
                raise Unanswered(value)
            return found
        if isinstance(value, Recipe):
            if value.kind != "Generator":  # a layer has weights of its own
                raise Unanswered(value)
            return recipes.made(value)
        if isinstance(value, Provided):  # the grader's own: it answers here as it answered the student
            return Remote(value.function)
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._resolved, value))
        return value


def _columns(rows: list, output: str, words: Words) -> dict[str, str]:
    """Words for the columns of a list of tuples, and for how many of these there are, as far as there are any."""
    width = len(rows[0]) if rows and isinstance(rows[0], tuple) else 0
    names = {f"/*/{column}": f"{output}[{column}]" for column in range(width)} | {"/*": f"len({output})"}
    found = {leaf: words.of_name(name) for leaf, name in names.items()}
    return {leaf: told for leaf, told in found.items() if told}


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
    found = chosen(_fitting(exercise, [*wrong, *right]), raised) or (None if raised else _first_wrong(exercise, wrong))
    return PREFIX + found if found else None


def is_a_mistake(sentence: str) -> bool:
    """Whether :func:`diagnose` has found the mistake itself, and not only what goes wrong first."""
    return not sentence.startswith(PREFIX + FIRST_WRONG)


def kind_of(unit: Unit, name: str, sentence: str) -> str:
    """The kind of mistake that a sentence of :func:`diagnose` tells; it has a paragraph in ``kinds.md``."""
    if not is_a_mistake(sentence):
        return BEGINS_HERE
    says = sentence.removeprefix(PREFIX)
    return next((known.kind for known in exercise_of(unit, name).known if known.says == says), "")


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


def chosen(fitting: Sequence[Known], raised: bool) -> str | None:
    """The sentence to tell of several that fit: what a person wrote comes first, then what most of them agree on.

    Equal exceptions say less than equal values: then all of them must agree, and on a place that has a name if they
    are several.
    """
    by_hand = [known for known in fitting if known.by_hand]
    places = Counter(known.place for known in fitting)
    several = len({known.says for known in fitting}) > 1
    if raised and several and (len(places) > 1 or not all(places)):
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
    if all(part is None for call, _ in wrong for part in parts_of(call.value).values() if not isinstance(part, tuple)):
        return None  # nothing has been computed
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
    parts = parts_of(seen.value), parts_of(call.value), parts_of(solution.value)
    if parts[1].keys() != parts[2].keys():  # another number of parts, or other keys, than the contract says
        return same(seen.value, call.value)
    if parts[0].keys() != parts[1].keys():
        return False
    return all(same(parts[0][key], theirs) for key, theirs in parts[1].items() if not is_private(theirs, parts[2][key]))


@lru_cache
def exercise_of(unit: Unit, name: str) -> Exercise:
    """What is known of an exercise; compiled once in a process."""
    return Exercise(unit, name)
