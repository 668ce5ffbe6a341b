"""The students' command in a real terminal of its own, for tests to type into and to read from."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pexpect

ROOT = Path(__file__).resolve().parents[1]
WAITS = 120  # seconds, until something that has not come is a failure


class Terminal:
    """`unrolled WORDS` in a folder, in a terminal of this size; it is ended on leaving."""

    def __init__(self, folder: Path, *words: str, rows: int = 24, columns: int = 80, **variables: str) -> None:
        unwanted = ("COLUMNS", "LINES", "NO_COLOR")
        environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        environment |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | variables
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "unrolled", *words],
            cwd=str(folder),
            env=environment,  # type: ignore[arg-type]
            dimensions=(rows, columns),
            encoding="utf-8",
            timeout=WAITS,
        )
        self.seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        self.child.close(force=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.child, name)

    def ended(self) -> int:
        """Wait for the end; the exit status."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None, f"ended by signal {self.child.signalstatus}"
        return self.child.exitstatus
