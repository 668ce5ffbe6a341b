"""``unrolled check --all-cases``: the hidden graders on one's own work, where a checkout of the project has them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent

from rich.console import Console
from rich.text import Text

from unrolled.terminal.naming import Work

GRADERS = "autograder"  # never imported from here: what students install knows nothing of it


class NoGraders(RuntimeError):
    """The graders are not at hand."""


def check_all_cases(work: Work, console: Console) -> bool:
    """Grade a notebook as `python -m autograder grade` does, and print what it finds; whether it has all points.

    Raises NoGraders.
    """
    if find_spec(GRADERS) is None:
        raise NoGraders(
            "The graders do not come with the package: `unrolled check --all-cases` needs a checkout of the project."
        )
    with tempfile.TemporaryDirectory() as folder:
        verdicts = Path(folder) / "verdicts.json"
        command = [sys.executable, "-m", GRADERS, "grade", work.release.slug, str(work.path), "--json", str(verdicts)]
        if sys.platform != "linux":
            command.append("--accept-risk")  # it is one's own work, which one runs anyway
        done = subprocess.run(command, check=False)
        if done.returncode or not verdicts.is_file():
            raise NoGraders("The graders came to no verdict.")
        (verdict,) = json.loads(verdicts.read_text())
    for sentence in verdict["messages"]:
        console.print(Text(f"\n{sentence}"), soft_wrap=True)
    for exercise in verdict["exercises"]:
        if exercise["score"] < exercise["max_score"]:
            points = f"{exercise['score']:g} of {exercise['max_score']:g} points"
            console.print(Text(f"\n{exercise['outcome']}: {exercise['id']} ({points})", "bold"))
            for sentence in exercise["messages"]:
                console.print(Text(indent(sentence, "  ")), soft_wrap=True)
    return verdict["score"] == verdict["max_score"]
