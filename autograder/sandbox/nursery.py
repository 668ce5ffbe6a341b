"""The nursery: a warm process that has imported TensorFlow once and forks a fresh, locked-down child for each
submission.

It is started as a program of its own (``python -m autograder.sandbox.nursery SOCKET``) with a clean environment, and
imports no grader and no reference: a child inherits its memory, so nothing secret may ever have been in it. It serves
one request at a time: a JSON line in, and back a child's process id with two file descriptors (the child's socket and
its pidfd).

No TensorFlow operation may run here before a fork: that would start threads, which a fork does not copy.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

from autograder.course.root import ROOT
from autograder.sandbox import confine, scratch
from unrolled.execution import Session

LESSON_ROOMS = "unrolled.checks", "unrolled.datasets", "unrolled.plots", "unrolled.sound"  # what notebooks import
WARM_SECONDS = 120.0  # a cold disk and a busy machine may need this long to import TensorFlow
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "template",  # figures are made and drawn by nobody
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class NurseryError(Exception):
    """The nursery could not be started, or gave no child."""


class Nursery:
    """Starts the nursery's process, and ends it with the block. Examiners reach it by :meth:`child`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="unrolled-nursery-"))  # mode 700
        self.address = self._folder / "socket"
        self.scratch = self._folder / "scratch"
        self.scratch.mkdir()
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment |= ENVIRONMENT | {"HOME": str(self._folder), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "autograder.sandbox.nursery", str(self.address)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=self._folder,
            start_new_session=True,  # a Ctrl-C at the terminal is for the coordinator, which ends the nursery in order
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        scratch.remove(self._folder)

    def wait_until_warm(self) -> None:
        """Return when children can be had. Raises NurseryError with what the nursery said when it does not come up."""
        until = time.monotonic() + WARM_SECONDS
        while not self.address.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.kill()
                said = self._process.communicate()[1].decode(errors="replace")
                raise NurseryError(f"the nursery did not start:\n{said}")
            time.sleep(0.02)


def child(address: Path, request: dict) -> tuple[int, int, socket.socket]:
    """A fresh child of the nursery at ``address``: its process id, its pidfd and the socket to talk to it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(str(address))
        asking.sendall(json.dumps(request).encode() + b"\n")
        answer, descriptors, _, _ = socket.recv_fds(asking, 64, 2)
    if len(descriptors) != 2:
        raise NurseryError("the nursery gave no child")
    pidfd, talking = descriptors
    return int(answer), pidfd, socket.socket(fileno=talking)


def serve(address: str) -> None:
    """Import what notebooks import, then fork a child for each request, for ever."""
    die_with_parent()
    session = _warm()
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # children are reaped by the kernel; who wants to know holds the pidfd
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(address + ".new")
    listening.listen(64)
    os.rename(address + ".new", address)  # the name appears when connecting works
    gc.collect()
    gc.freeze()  # the collector leaves shared pages alone in the children
    while True:
        asking, _ = listening.accept()
        with asking, asking.makefile("rb") as lines:
            line = lines.readline()
            if line:
                _fork(asking, listening, json.loads(line), session)


def die_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends, however it ends (prctl's
    PR_SET_PDEATHSIG).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def _fork(asking: socket.socket, listening: socket.socket, request: dict, session: Session) -> None:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        from autograder.sandbox.child import live

        die_with_parent()
        listening.close()
        asking.close()
        ours.close()
        live(theirs, request, session)
    theirs.close()
    pidfd = os.pidfd_open(pid)
    socket.send_fds(asking, [str(pid).encode()], [pidfd, ours.fileno()])
    os.close(pidfd)
    ours.close()


def _warm() -> Session:
    """Import what the notebooks use, and make the session that children inherit."""
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import numpy  # noqa: F401
    import tensorflow  # noqa: F401

    import autograder.sandbox.child  # noqa: F401

    for room in LESSON_ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)

    confine.available()  # loads the lockdown's libraries, which a locked process could not find any more
    return Session()


if __name__ == "__main__":
    serve(sys.argv[1])
