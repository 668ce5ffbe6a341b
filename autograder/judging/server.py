"""The server that examiners and clerks are forked from: it has imported what they need, and has no threads.

A fork of the process that grades would not do: its progress bar, NumPy and whatever else has run in it have threads,
and a lock that one of them holds at the fork stays locked in the fork for ever.
"""

from __future__ import annotations

import atexit
import importlib
from functools import cache
from multiprocessing import current_process, forkserver, get_context
from multiprocessing.context import BaseContext

from autograder.sandbox.own_folder import OwnFolder

JUDGE = "autograder.judging.judge"
KERAS = "autograder.judging.warm_keras"
FOLDER = "unrolled-server-"  # what the names of servers' folders begin with


def serving(keras: bool) -> BaseContext:
    """Begin to import in the server, and return what makes processes of it.

    It lasts as long as this process, and what it imports is what was asked for first: call :func:`warm` in a process
    of it, for what is lacking.
    """
    _folder()
    forkserver.set_forkserver_preload([JUDGE, KERAS] if keras else [JUDGE])
    forkserver.ensure_running()
    return get_context("forkserver")


def warm(keras: bool) -> None:
    """Import what judging needs here, where that has not been done."""
    importlib.import_module(JUDGE)
    if keras:
        importlib.import_module(KERAS)


@cache
def _folder() -> OwnFolder:
    """Where the server's socket lies: multiprocessing's own folder would be left behind when this process is killed."""
    folder = OwnFolder(FOLDER)
    current_process()._config["tempdir"] = str(folder.path)  # type: ignore[attr-defined]
    atexit.register(folder.remove)
    return folder
