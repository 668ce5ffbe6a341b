"""The nursery: a warm process that has imported once what notebooks import, and forks a fresh, locked-down child for
each submission.

It is started as a program of its own (``python -m autograder.sandbox.nursery SOCKET``) with a clean environment, and
imports no grader and no reference: a child inherits its memory, so nothing secret may ever have been in it. So it reads
nothing either: whoever connects gets a fresh child's process id with two file descriptors (the child's socket and its
pidfd), and tells the child itself, over that socket, where to live. The nursery does not know its own address.

No TensorFlow operation may run here before a fork: that would start threads, which a fork does not copy. What a process
pays once for its first operation and needs none, the nursery pays for all its children.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pkgutil
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from autograder.course.root import ROOT
from autograder.sandbox import confine, view
from autograder.sandbox.own_folder import OwnFolder
from unrolled.execution import Session

LESSON_ROOMS = "unrolled.checks", "unrolled.datasets", "unrolled.plots", "unrolled.sound"  # what notebooks import
KERAS = "tensorflow", "keras"
FOLDER = "unrolled-nursery-"  # what the names of nurseries' folders begin with
WARM_SECONDS = 120.0  # a cold disk and a busy machine may need this long to import TensorFlow
TABLES = (  # questions for which TensorFlow fills them: module, function, arguments
    ("tensorflow.python.framework.op_def_registry", "get", "none of this name"),  # the first that is not found
    ("tensorflow.python.framework.kernels", "get_registered_kernels_for_op", "AddV2"),
    ("tensorflow.python.util.pywrap_xla_ops", "get_cpu_kernel_names"),
)
HUGE_PAGE = 2 << 20  # bytes, of x86-64 and of most others
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "template",  # figures are made and drawn by nobody
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL": "0",  # code that each process generates for its first product: 30 ms
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


@dataclass(frozen=True)
class Cradle:
    """What a child is born to: the nursery's process id, a core, and whether it sees nothing but its own files."""

    nursery: int
    core: int
    secluded: bool


class NurseryError(Exception):
    """The nursery could not be started, or gave no child."""


class Nursery:
    """Starts the nursery's process, and ends it with the block. Examiners reach it by :meth:`child`."""

    def __init__(self, readable: Iterable[Path] = (), keras: bool = True) -> None:
        """Begin to warm up.

        Args:
            readable: what children may read beside Python. Where the kernel lets us, they see nothing else.
            keras: whether it imports Keras, which takes seconds; without, a child that wants it does.
        """
        self._readable, self._keras = tuple(readable), keras
        self._own = OwnFolder(FOLDER)
        self._folder = self._own.path
        self.address = self._folder / "socket"
        self.scratch = self._folder / "scratch"
        for folder in (self.scratch, self._folder / "view"):
            folder.mkdir()
        if os.geteuid() == 0:  # children have a user of their own, and must reach their own folder below these
            self._folder.chmod(0o711)
            self.scratch.chmod(0o711)
        self._process, self._warm = self._begun()

    def _begun(self) -> tuple[subprocess.Popen[bytes], int]:
        """The process, and a pipe from which a byte can be read when it is warm."""
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment |= ENVIRONMENT | {"HOME": str(self._folder), "PYTHONPATH": str(ROOT)}
        warm, its_warm = os.pipe()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(str(self.address))
            self.address.chmod(0o600)
            listening.listen(64)
            locks = confine.available() is None
            given = (listening.fileno(), its_warm, os.getpid(), int(locks), int(self._keras))
            numbers = [str(number) for number in given]
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.sandbox.nursery", *numbers, self.scratch, *self._readable],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=self._folder,
                pass_fds=(listening.fileno(), its_warm),
                start_new_session=True,  # a Ctrl-C at the terminal is for the coordinator, which ends this in order
            )
        os.close(its_warm)
        return process, warm

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._warm)
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._own.remove()

    def revive(self) -> None:
        """Start the process again if it has ended; the address stays. Raises NurseryError."""
        if self._process.poll() is not None:
            self._process.communicate()
            self._begin_again()
            self.wait_until_warm()

    def _begin_again(self) -> None:
        os.close(self._warm)
        self.address.unlink(missing_ok=True)
        self._process, self._warm = self._begun()

    def wait_until_warm(self) -> None:
        """Return when children can be had. One that ends before that, as somebody may have ended it, is started once
        more. Raises NurseryError with what the nursery said when it does not come up.
        """
        for last in (False, True):
            ready, _, _ = select.select([self._warm], [], [], WARM_SECONDS)
            if ready and os.read(self._warm, 1):  # the pipe ends with the process
                return
            self._process.kill()
            said = self._process.communicate()[1].decode(errors="replace")
            if last:
                raise NurseryError(f"the nursery did not start:\n{said}")
            self._begin_again()


def child(address: Path) -> tuple[int, int, socket.socket]:
    """A fresh child of the nursery at ``address``: its process id, its pidfd and the socket to talk to it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(str(address))
        answer, descriptors, _, _ = socket.recv_fds(asking, 64, 2)
    if len(descriptors) != 2:
        raise NurseryError("the nursery gave no child")
    pidfd, talking = descriptors
    return int(answer), pidfd, socket.socket(fileno=talking)


def serve(
    listening: socket.socket, warm: int, locks: bool, keras: bool, scratch_folders: Path, readable: list[Path]
) -> None:
    """Import what notebooks import, then fork a child for whoever connects, for ever.

    Args:
        locks: this machine can lock children down, so that a nursery which cannot has come to harm and must not go on.
    """
    session = _warm(keras)
    lacking = confine.available()  # loads the lockdown's libraries, which a locked process could not find any more
    if locks and lacking:
        raise NurseryError(lacking)
    if not lacking:
        from autograder.sandbox import system_calls

        system_calls.program()
    secluded = view.narrow(
        [Path(os.devnull), *confine.python_files(), *readable], scratch_folders, scratch_folders.parent / "view"
    )
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # children are reaped by the kernel; who wants to know holds the pidfd
    gc.collect()
    gc.freeze()  # the collector leaves shared pages alone in the children
    _into_huge_pages()
    os.write(warm, b"1")
    os.close(warm)
    cores = _Cores()
    while True:
        asking, _ = listening.accept()
        with asking:
            _fork(asking, listening, session, secluded, cores)


class _Cores:
    """Deals out this machine's cores: each child keeps to one, so that none takes another's.

    TensorFlow would start threads for all of them, and a notebook as many as it likes.
    """

    def __init__(self) -> None:
        self._cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
        self._living: list[tuple[int, int]] = []  # a child's pidfd, and its core

    def next(self) -> int:
        """The core that the fewest living children are on, drawn when there are several."""
        ended = set(select.select([pidfd for pidfd, _ in self._living], [], [], 0)[0])
        for pidfd in ended:
            os.close(pidfd)
        self._living = [(pidfd, core) for pidfd, core in self._living if pidfd not in ended]
        on = [core for _, core in self._living]
        least = min(map(on.count, self._cores))
        return random.choice([core for core in self._cores if on.count(core) == least])

    def taken(self, core: int, pidfd: int) -> None:
        """The child has begun on this core; the pidfd is closed here when it has ended."""
        self._living.append((pidfd, core))


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel end this process when the one that started it ends, however it ends (prctl's
    PR_SET_PDEATHSIG).

    The kernel tells of an end from the moment of asking on. A parent that has gone before is no parent any more.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


def _fork(asking: socket.socket, listening: socket.socket, session: Session, secluded: bool, cores: _Cores) -> None:
    ours, theirs = socket.socketpair()
    nursery, core = os.getpid(), cores.next()
    pid = os.fork()
    if pid == 0:
        from autograder.sandbox.child import live

        die_with_parent(nursery)
        listening.close()
        asking.close()
        ours.close()
        live(theirs, session, Cradle(nursery, core, secluded))
    theirs.close()
    pidfd = os.pidfd_open(pid)
    try:
        socket.send_fds(asking, [str(pid).encode()], [pidfd, ours.fileno()])
    except OSError:
        pass  # who asked has gone: the child finds nobody at the other end, and goes too
    ours.close()
    cores.taken(core, pidfd)


def _warm(keras: bool) -> Session:
    """Import what the notebooks use, and make the session that children inherit."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.random  # noqa: F401 - by name: NumPy imports it when it is first used

    import autograder.sandbox.child  # noqa: F401

    if keras:
        for library in KERAS:
            importlib.import_module(library)
        _fill_tables()
        _leave_operations_unwrapped()

    for room in LESSON_ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)

    return Session()


def _fill_tables() -> None:
    """Have TensorFlow make the tables that it makes, from what it has registered, when a process runs its first
    operation: 20 ms for each child. Being asked what there is takes no operation, no context and no thread.
    """
    for name, question, *arguments in TABLES:
        try:
            ask = getattr(importlib.import_module(name), question)
        except (ImportError, AttributeError):
            continue  # another version has it elsewhere: there a child makes that table, as it would without us
        ask(*arguments)


def _leave_operations_unwrapped() -> None:
    """Have TensorFlow run an eager operation as itself, as it did up to version 2.8, not wrapped into a function.

    It wraps each kind of operation at its first use, and each variable: a quarter of the time of a child that builds a
    few models. The numbers are the same to the last bit; only texts of errors lose the wrapping's name.
    """
    try:
        from tensorflow.python import pywrap_tfe

        set_option = pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction
    except (ImportError, AttributeError):
        return  # a version that does not ask: there a child takes its time
    pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction = lambda options, _: set_option(options, False)


def _into_huge_pages() -> None:
    """Have the kernel put this process's own memory into huge pages, where it can (madvise's MADV_COLLAPSE, Linux 6.1).

    A fork copies an entry a page, and the end of a child drops it: 9 ms in all with Keras. Where a child writes to a
    huge page, it gets a copy of 4 kB of it, as of any other.
    """
    try:
        mappings = Path("/proc/self/maps").read_text(errors="replace").splitlines()
    except OSError:
        return  # no Linux: there a fork costs what it costs
    libc = ctypes.CDLL(None)
    for mapping in mappings:
        where, rights, _, _, inode, *name = mapping.split(maxsplit=5)
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(side, 16) for side in where.split("-"))
        for address in range(-(-start // HUGE_PAGE) * HUGE_PAGE, end - HUGE_PAGE + 1, HUGE_PAGE):
            libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(HUGE_PAGE), 25)  # what fails stays as it is


if __name__ == "__main__":
    number_of_socket, number_of_pipe, parent, locks, keras, *folders = sys.argv[1:]
    del sys.argv[1:]
    die_with_parent(int(parent))
    listening, (scratch_folders, *readable) = socket.socket(fileno=int(number_of_socket)), map(Path, folders)
    serve(listening, int(number_of_pipe), locks == "1", keras == "1", scratch_folders, readable)
