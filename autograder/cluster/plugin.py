"""What a worker of the cluster gets: a post of its own, and the task that hands it submissions."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection

from distributed import Worker, WorkerPlugin, get_worker

from autograder.cluster.tasks import Fault, Judged, Task
from autograder.course.root import ROOT

PLUGIN = "unrolled-examiners"


class Examining(WorkerPlugin):
    """Starts a worker's post. Registered once a cluster: it comes to the workers that join later, too."""

    idempotent = True

    def __init__(self, accept_risk: bool = False, keras: bool = True) -> None:
        self.name = f"{PLUGIN}{'-at-risk' if accept_risk else ''}{'-keras' if keras else ''}"
        self._how = accept_risk, keras
        self._post: PostClient | None = None

    def setup(self, worker: Worker) -> None:
        """Start the post. What goes wrong here is only logged by a worker that joins late: so tasks look, too."""
        self._post = PostClient(worker.state.nthreads, *self._how)

    def teardown(self, worker: Worker) -> None:
        """End the post; it ends by itself where the worker is killed."""
        if self._post is not None:
            self._post.close()

    def judge(self, tasks: tuple[Task, ...]) -> Judged | Fault:
        """Have them judged; a fault of the machine's when the post does not come to the end, or cannot be started."""
        if self._post is None:
            return Fault("the worker's post did not start: its log says why", machine=True)
        return self._post.judge(tasks)


def judge_chunk(tasks: tuple[Task, ...], accept_risk: bool, keras: bool) -> Judged | Fault:
    """The task of the cluster: what the post of the worker that it runs on finds. Faults come back as values: an
    exception would have to survive the way back.
    """
    plugin = get_worker().plugins.get(Examining(accept_risk, keras).name)
    if not isinstance(plugin, Examining):
        return Fault("the worker has no post", machine=True)
    return plugin.judge(tasks)


class PostClient:
    """A post, started when it is made and again when it has ended; many threads may ask at a time."""

    def __init__(self, jobs: int, accept_risk: bool, keras: bool) -> None:
        self._given = jobs, int(accept_risk), int(keras)
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection
        self._waiting: dict[int, Future[Judged]] = {}
        with self._lock:
            self._start()

    def judge(self, tasks: tuple[Task, ...]) -> Judged | Fault:
        """What the post answers; a fault when it ends instead."""
        answer: Future[Judged] = Future()
        try:
            with self._lock:
                if self._process is None or self._process.poll() is not None:
                    self._start()
                number = next(self._numbers)
                self._waiting[number] = answer
                self._pipe.send((number, tasks))
            return answer.result()
        except Exception as error:  # it has ended, or cannot be started, or said what cannot be read
            return Fault(f"the post did not answer: {type(error).__name__}: {error}", machine=True)

    def close(self) -> None:
        """Let the post end, with all its processes."""
        with self._lock:
            if self._process is not None:
                self._end(self._process)

    def _start(self) -> None:
        if self._process is not None:
            self._end(self._process)
        ours, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "autograder.cluster.post"),
                    *(str(number) for number in (its.fileno(), *self._given)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                pass_fds=(its.fileno(),),
                start_new_session=True,  # a Ctrl-C at the worker's terminal is for the worker
            )
        self._pipe, self._waiting = Connection(ours.detach()), {}
        threading.Thread(target=self._listen, args=(self._pipe, self._waiting), daemon=True).start()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(OSError):
            socket.socket(fileno=os.dup(self._pipe.fileno())).shutdown(socket.SHUT_RDWR)
        process.wait()

    def _listen(self, pipe: Connection, waiting: dict[int, Future[Judged]]) -> None:
        """Give each answer to whoever waits for it, until the post has ended."""
        ended: Exception
        try:
            with pipe:
                pipe.recv()  # "ready"
                while True:
                    number, judged = pipe.recv()
                    waiting.pop(number).set_result(judged)
        except Exception as error:
            ended = error
        with self._lock:
            for answer in waiting.values():
                answer.set_exception(ended)
            waiting.clear()
