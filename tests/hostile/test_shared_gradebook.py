"""A gradebook that others work with at the same time, in a folder whose name is a pattern elsewhere."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from class_of import FULL, Class, locked, submission

pytestmark = locked


def test_two_runs_at_once_wait_for_each_other_and_for_others(tmp_path: Path) -> None:
    """Longer than SQLite by itself would wait. Nobody reads one run's output to its end, as with ``| head``."""
    one = Class.at(tmp_path)
    one.folder.rename(tmp_path / "class [of] 30")
    one = replace(one, folder=tmp_path / "class [of] 30")
    for number in range(4):
        one.hand_in(f"s{number:02}", submission())
    other = sqlite3.connect(one.folder / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    runs = [one.begin("--jobs", "1"), _unread(one)]
    while time.monotonic() < begun + 9:
        assert all(run.poll() is None for run in runs)
        time.sleep(0.2)
    other.execute("COMMIT")
    other.close()
    for run in runs:
        graded = one.end(run)
        assert graded.status == 0 and "Traceback" not in graded.said, graded.said
        assert set(graded.scores.values()) == {FULL} and len(graded.verdicts) == 4
    assert len(json.loads((one.folder / "unread.json").read_bytes())) == 4
    assert (
        len(list(one.folder.glob("autograded/*/*/*.ipynb"))) == len(list(one.folder.glob("feedback/*/*/*.html"))) == 4
    )
    one.nothing_left()


def _unread(one: Class) -> subprocess.Popen[str]:
    """The command with a reader that leaves at once."""
    command = one.command("--jobs", "1")
    command[-1] = command[-1].replace("verdicts.json", "unread.json")
    environment = os.environ | {"TMPDIR": str(one.temporary), "COLUMNS": "200"}
    shell = ["bash", "-c", 'set -o pipefail; "$@" | true', "bash", *command]
    return subprocess.Popen(
        shell,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=one.root,
        start_new_session=True,
    )
