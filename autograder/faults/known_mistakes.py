"""What is known to go wrong in an exercise: mistakes that people wrote down, and mutants of the worked solution."""

from __future__ import annotations

import ast
import contextlib
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograder.course.known_answers import known_answers, worked_answers
from autograder.course.units import Unit
from autograder.faults.fault_words import Words
from autograder.faults.kinds import OF_OPERATORS
from autograder.faults.mutation import mutants


@dataclass(frozen=True)
class Known:
    """A known mistake: what it tells the student, the place of its fault if it has a name, and how to run it.

    ``kind`` names the paragraph of :mod:`autograder.faults.kinds` that helps with it.
    """

    says: str
    place: str
    by_hand: bool
    source: str
    kind: str = ""


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
    by_hand = [Known(each.says, "", True, each.source, each.kind) for each in known.mistakes if each.exercise == name]
    made = [each for each in mutants(source, name, known.words_for(name)) if each.id not in equivalent]
    return *by_hand, *(Known(each.says, each.place, False, each.source, OF_OPERATORS[each.operator]) for each in made)
