"""Whose a member of an archive is: what Canvas and Moodle put into its name, and who of the class that is.

Canvas: ``doejane_LATE_12345_67890_01_rnn_step_by_step-2.ipynb`` (name, whether late, the person's number, the file's).
Moodle: ``Jane Doe_12345_assignsubmission_file_/01_rnn_step_by_step.ipynb`` (name, a number of this assignment alone).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.gradebook.collecting.archive import Refused
from autograder.gradebook.people.roster import Person

# What a person calls a file comes last, so the first match is the system's own.
_MOODLE = re.compile(r"(?P<name>[^/]+?)_\d{1,20}_assignsubmission_(?:file|onlinetext)_?/?(?P<file>.*)", re.DOTALL)
_CANVAS = re.compile(r"(?P<name>[^/_]+)(?:_(?P<late>LATE))?_(?P<number>\d{1,20})_\d{1,20}_(?P<file>[^/]+)", re.DOTALL)


@dataclass(frozen=True)
class Label:
    """What the name of a member says: of whom it is, and what that person called the file.

    ``number`` is Canvas's number of the person; empty in Moodle's archives, whose numbers mean no person.
    """

    name: str
    number: str
    file: str


def label(name: str) -> Label:
    """What a member's name says. Raises Refused for a name that neither Canvas nor Moodle gives."""
    canvas = _CANVAS.fullmatch(name)
    if canvas:
        return Label(canvas["name"], canvas["number"], canvas["file"])
    moodle = _MOODLE.fullmatch(name)
    if moodle:
        return Label(moodle["name"], "", moodle["file"])
    raise Refused("its name is none that Canvas or Moodle gives, so nobody knows whose it is")


def without_common_folder(names: Iterable[str]) -> int:
    """How many characters of every name are a folder that was put around what Canvas or Moodle gave."""
    names = list(names)
    first = names[0].partition("/")[0] + "/" if names else "/"
    packed_again = all(name.startswith(first) for name in names) and not _MOODLE.fullmatch(first)
    return len(first) if packed_again else 0


class Class:
    """The people of a class, found by their numbers and names."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_number: dict[str, set[str]] = defaultdict(set)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self.ids: set[str] = set()
        for person in people:
            self.ids.add(person.id)
            if person.lms_user_id:
                self._by_number[person.lms_user_id].add(person.id)
            for name in (f"{person.last_name}{person.first_name}", f"{person.first_name}{person.last_name}", person.id):
                for key in _keys(name):
                    self._by_name[key].add(person.id)

    def find(self, said: Label) -> str:
        """The student whom a label means. Raises Refused when that is nobody, or may be several."""
        if said.number and len(self._by_number.get(said.number, ())) == 1:
            return next(iter(self._by_number[said.number]))
        found = set().union(*(self._by_name.get(key, set()) for key in _keys(said.name)))
        if len(found) == 1:
            return found.pop()
        who = f"{said.name} (number {said.number})" if said.number else said.name
        if found:
            several = " or ".join(sorted(found))
            raise Refused(f"{who} may be {several}; give the roster their lms_user_id, or place it by hand")
        raise Refused(f"nobody in the roster is {who}")


def _keys(name: str) -> set[str]:
    """What is left of a name in a file's name: letters and digits, with their accents and without."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    letters = {re.sub(r"[\W_]", "", each) for each in (plain, bare)}
    return letters - {""}
