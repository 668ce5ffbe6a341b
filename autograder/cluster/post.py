"""A post: the program that judges on a worker's machine, started by the worker and speaking to it over a socket.

A worker of a cluster is no place to judge in: it runs tasks in threads, its process may have no children of
multiprocessing's, and a signal there is the cluster's. So each worker starts this program once. It opens what ``grade``
opens on a machine of its own, a nursery and as many examiners as the worker has threads, and judges what it is sent.
It ends when the worker does, however that ends: then the socket does.
"""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from autograder.cluster.likeness import likeness
from autograder.cluster.tasks import Fault, Judged, Task
from autograder.course.root import ROOT
from autograder.course.units import find_unit
from autograder.examination.verdict import Verdict
from autograder.judging.examiner import Examiners, NoChild, pool
from autograder.judging.workers import Died, TookTooLong


class _Chunk:
    """Tasks that came together; their answer is sent when the last of them is judged."""

    def __init__(self, number: int, tasks: tuple[Task, ...]) -> None:
        self.number, self.tasks = number, tasks
        self.results: dict[int, Verdict | Fault] = {}

    @property
    def in_order(self) -> tuple[Verdict | Fault, ...]:
        return tuple(self.results[place] for place in range(len(self.tasks)))


class _Post:
    """Answers over a pipe what examiners find."""

    def __init__(self, pipe: Connection, examiners: Examiners, accept_risk: bool) -> None:
        self._pipe, self._examiners, self._accept_risk = pipe, examiners, accept_risk
        self._sending = threading.Lock()

    def until_gone(self) -> None:
        """Judge what comes. Raises _WorkerGone when nothing more can come."""
        self._pipe.send("ready")
        while True:
            try:
                number, tasks = self._pipe.recv()
            except (EOFError, OSError):
                raise _WorkerGone from None
            self._begin(_Chunk(number, tasks))

    def _begin(self, chunk: _Chunk) -> None:
        for place, task in enumerate(chunk.tasks):
            root = task.root or ROOT
            future = self._examiners.submit(task.files, task.slug, task.seed, task.submission, root=root)
            future.add_done_callback(partial(self._done, chunk, place))

    def _done(self, chunk: _Chunk, place: int, future: Future[Verdict]) -> None:
        if future.cancelled():  # we are coming to our end
            return
        result = _result(future, self._examiners)
        with self._sending:
            chunk.results[place] = result
            if len(chunk.results) == len(chunk.tasks):
                unit = find_unit(chunk.tasks[0].slug, chunk.tasks[0].root or ROOT)
                with suppress(OSError):  # the worker has gone
                    self._pipe.send((chunk.number, Judged(likeness(unit, self._accept_risk), chunk.in_order)))


class _WorkerGone(Exception):
    """The worker has ended, or wants no more; what is being judged is nobody's."""


def _result(future: Future[Verdict], examiners: Examiners) -> Verdict | Fault:
    try:
        return future.result()
    except (Died, NoChild) as error:
        if isinstance(error, NoChild):
            with suppress(Exception):  # then the next chunk says so
                examiners.house_mended()
        return Fault(str(error), machine=True)
    except TookTooLong as error:
        return Fault(str(error))
    except Exception as error:
        return Fault(f"{type(error).__name__}: {error}\n{error.__cause__ or ''}")


def main(descriptor: int, jobs: int, accept_risk: bool, keras: bool) -> None:
    """Judge what comes over the socket until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the worker, which closes the socket
    with suppress(_WorkerGone), Connection(descriptor) as pipe:
        with pool(jobs, accept_risk=accept_risk, keras=keras) as examiners:
            _Post(pipe, examiners, accept_risk).until_gone()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", sys.argv[4] == "1")
