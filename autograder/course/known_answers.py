"""What is known of the answers to a unit's exercises, written by hand in ``autograder/answers/NN_slug.py``.

A py:percent script, each cell one answer; the keys on its ``# %%`` line say what it is:

====================================================  ==========================================================
``mistake="name" exercise="id" kind="…" says="…"``    a wrong answer that students really give
``paraphrase="name" exercise="id"``                   a right one written otherwise; cells of one name belong together
``equivalent="mutant" exercise="id" because="…"``     a mutant that computes the same as the solution
``words`` or ``words exercise="id"``                  a dictionary: names in the solution, and what they are
====================================================  ==========================================================

docs/writing-a-unit.md tells authors more.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from autograder.course.units import Unit

MARKER = re.compile(r"# %%(?P<keys>.*)")
KEY = re.compile(r'\s+(?P<key>\w+)(=(?P<value>"(?:[^"\\]|\\.)*"))?(?=\s|$)')
KINDS = {  # by the key that makes the kind: the keys that go with it, all of them needed
    "mistake": ("exercise", "says"),
    "paraphrase": ("exercise",),
    "equivalent": ("exercise", "because"),
    "words": (),
}
OPTIONAL = {"mistake": ("kind",), "words": ("exercise",)}


class UnreadableAnswers(Exception):
    """A file of known answers cannot be used; the message says each place and what to do."""


@dataclass(frozen=True)
class Mistaken:
    """A wrong answer; ``says`` is a clause for the student: "the bias is left out of the update gate".

    ``kind`` names the paragraph that helps with mistakes of its kind.
    """

    exercise: str
    name: str
    says: str
    source: str
    kind: str = ""


@dataclass(frozen=True)
class Paraphrase:
    """Right answers that belong together, by exercise: mostly one."""

    name: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Equivalent:
    """A mutant, by its id, that computes the same as the solution, and why."""

    exercise: str
    mutant: str
    because: str


@dataclass(frozen=True)
class KnownAnswers:
    """All that is known of a unit's exercises. ``words`` are by exercise; those under "" hold for all."""

    mistakes: tuple[Mistaken, ...] = ()
    paraphrases: tuple[Paraphrase, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def words_for(self, exercise: str) -> dict[str, str]:
        """What names in the solution of an exercise are called."""
        return {**self.words.get("", {}), **self.words.get(exercise, {})}


def known_answers(unit: Unit) -> KnownAnswers:
    """The known answers of a unit; none when it has no file of them. Raises UnreadableAnswers."""
    path = unit.root / "autograder" / "answers" / f"{unit.slug}.py"
    if not path.is_file():
        return KnownAnswers()
    return read_answers(path.read_text(encoding="utf-8"), str(path.relative_to(unit.root)), _exercises(unit))


def worked_answers(unit: Unit) -> dict[str, str]:
    """The worked answer cell of every exercise, from the unit's script, without the lines that mark the solution."""
    return dict(_worked_answers(unit.script, unit.script.stat().st_mtime_ns))


@lru_cache
def _worked_answers(script: Path, _: int) -> dict[str, str]:
    from autograder.course.dialect import read_script

    marks = ("### BEGIN SOLUTION", "### END SOLUTION")
    cells = read_script(script, script.name)[0].cells
    return {
        cell.exercise: "\n".join(line for line in cell.source.splitlines() if line.strip() not in marks)
        for cell in cells
        if cell.exercise
    }


def read_answers(text: str, shown: str, exercises: tuple[str, ...]) -> KnownAnswers:
    """The known answers in a file's text.

    Args:
        shown: the path that errors give.
        exercises: the ids that answers may name.

    Raises:
        UnreadableAnswers: with every fault, each with its line.
    """
    reading = _Reading(exercises)
    for line, keys, source in _cells(text):
        reading.take(line, keys, source)
    if reading.faults:
        raise UnreadableAnswers("\n".join(f"{shown}:{line}: {what}" for line, what in reading.faults))
    return reading.result()


def _cells(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, what stands after ``# %%``, code) of each cell."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if MARKER.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, lines[start].removeprefix("# %%").rstrip(), "\n".join(lines[start + 1 : end])


def _exercises(unit: Unit) -> tuple[str, ...]:
    return tuple(exercise.id for exercise in unit.exercises)


class _Reading:
    """A file being read: what it holds so far, and what is wrong with it."""

    def __init__(self, exercises: tuple[str, ...]) -> None:
        self._exercises = exercises
        self._seen: set[tuple[str, str, str]] = set()
        self._mistakes: list[Mistaken] = []
        self._paraphrases: dict[str, dict[str, str]] = {}
        self._equivalents: list[Equivalent] = []
        self._words: dict[str, dict[str, str]] = {}
        self.faults: list[tuple[int, str]] = []

    def result(self) -> KnownAnswers:
        paraphrases = tuple(Paraphrase(name, answers) for name, answers in self._paraphrases.items())
        return KnownAnswers(tuple(self._mistakes), paraphrases, tuple(self._equivalents), self._words)

    def take(self, line: int, text: str, source: str) -> None:
        """Add one cell, or note what is wrong with it."""
        try:
            keys = _keys(text)
            kind = self._kind(keys)
            exercise, name = keys.get("exercise", ""), keys[kind]
            if exercise not in (*self._exercises, *([""] if kind == "words" else [])):
                raise ValueError(f"there is no exercise {exercise!r}; there are {', '.join(self._exercises)}")
            if (kind, exercise, name) in self._seen:
                raise ValueError(f"the {kind} {name!r} stands twice; choose another name")
            self._seen.add((kind, exercise, name))
            if kind == "words":
                self._words[exercise] = _dictionary(source)
            elif kind == "equivalent":
                self._equivalents.append(Equivalent(exercise, name, keys["because"]))
            elif kind == "mistake":
                answer = _defining(exercise, source)
                self._mistakes.append(Mistaken(exercise, name, keys["says"], answer, keys.get("kind", "")))
            else:
                self._paraphrases.setdefault(name, {})[exercise] = _defining(exercise, source)
        except (ValueError, SyntaxError) as error:
            at = line + (error.lineno or 0) if isinstance(error, SyntaxError) else line
            self.faults.append((at, error.msg if isinstance(error, SyntaxError) else str(error)))

    def _kind(self, keys: Mapping[str, str]) -> str:
        kinds = [key for key in keys if key in KINDS]
        if len(kinds) != 1:
            raise ValueError(f"a cell is one of {', '.join(KINDS)}; write one of these keys")
        kind = kinds[0]
        optional = OPTIONAL.get(kind, ())
        unknown = [key for key in keys if key not in (kind, *KINDS[kind], *optional)]
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; {kind} goes with {', '.join((*KINDS[kind], *optional))}")
        for key in (*KINDS[kind], *((kind,) if kind != "words" else ())):
            if not keys.get(key, "").strip():
                raise ValueError(f'{key}="…" is missing')
        if kind in ("mistake", "paraphrase") and not keys[kind].isidentifier():
            raise ValueError(f"{keys[kind]!r} is no Python name")
        return kind


def _keys(text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    while match := KEY.match(text):
        if match["key"] in keys:
            raise ValueError(f"{match['key']} stands twice on the line")
        keys[match["key"]] = json.loads(match["value"]) if match["value"] else ""
        text = text[match.end() :]
    if text.strip():
        raise ValueError(f'cannot read {text.strip()!r}; keys are written key="value"')
    return keys


def _defining(exercise: str, source: str) -> str:
    """The source, if it binds the exercise's name at its top level."""
    names: set[str] = set()
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if exercise not in names:
        raise ValueError(f"the cell does not define {exercise}; an answer takes the place of the whole answer cell")
    return source.strip() + "\n"


def _dictionary(source: str) -> dict[str, str]:
    words = ast.literal_eval(source.strip())
    if not isinstance(words, dict) or not all(type(part) is str for pair in words.items() for part in pair):
        raise ValueError("the words are a dictionary of strings")
    return words
