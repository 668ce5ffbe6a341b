"""Processes of a grading that is under way, as tests wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

GUARD = 600  # seconds until a test that hangs is given up


def students_below(grading: psutil.Process) -> bool:
    """Whether a child of the nursery is at work."""
    nurseries = [process for process in grading.children() if "autograder.sandbox.nursery" in process.cmdline()]
    return any(_user_seconds(child) > 0.1 for nursery in nurseries for child in nursery.children())


def _user_seconds(process: psutil.Process) -> float:
    try:
        return process.cpu_times().user
    except psutil.NoSuchProcess:  # it has ended since: others come and go before the one that is meant
        return 0.0


def wait_for(holds: Callable[[], object]) -> None:
    """Wait until it holds."""
    until = time.monotonic() + GUARD
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
