"""The examiners of a cluster, as the coordinator sees them: submissions go out in chunks, verdicts come back.

A chunk whose worker is lost is sent again in single submissions, and one that is lost on its own comes back as
:class:`~autograder.cluster.reaching.Lost`, for this machine to judge: what takes a worker down never becomes a verdict,
and takes no other submission along.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from distributed import Client
from distributed import Future as Sent
from distributed.security import Security

from autograder.cluster.likeness import differences, likeness
from autograder.cluster.plugin import Examining, judge_chunk
from autograder.cluster.reaching import BadCluster, Lost, Reached
from autograder.cluster.tasks import Fault, Judged, Task
from autograder.course.root import ROOT
from autograder.course.units import Unit
from autograder.examination.verdict import Verdict

CHUNK_SECONDS = 1.5  # that a chunk keeps a worker's thread busy: long beside the way there and back
MOST_IN_A_CHUNK = 64
AHEAD = 2  # chunks a thread of a worker, so that it need not wait for the next one
LOOK_EVERY = 1.0  # seconds between two looks at who works
CONNECTING = 30.0  # seconds to reach the scheduler
JOINING = 60.0  # seconds that the first worker has to join: one that has just begun imports TensorFlow first
OTHERS = 20.0  # the same where one has been refused
PATIENCE = 60.0  # seconds without a worker, after which this machine judges


@dataclass(frozen=True)
class Errand:
    """A submission that somebody waits for. ``losses``: how often whoever had it was lost."""

    task: Task
    result: Future[Verdict]
    losses: int = 0


@dataclass(frozen=True)
class Chunk:
    """What was sent out in one task. ``only``: the workers that may take it; any may when this is empty."""

    sent: Sent
    errands: Sequence[Errand]
    only: frozenset[str] = frozenset()


@dataclass
class Cluster:
    """Examiners on the workers of a cluster; as :class:`autograder.judging.examiner.Examiners`, for one unit."""

    client: Client
    unit: Unit
    accept_risk: bool
    complain: Callable[[str], None]
    _waiting: deque[Errand] = field(default_factory=deque)
    _out: dict[str, Chunk] = field(default_factory=dict)
    _threads: dict[str, int] = field(default_factory=dict)  # of each worker that may work, by its address
    _refused: dict[str, str] = field(default_factory=dict)
    _seconds: float = CHUNK_SECONDS  # of a submission, about
    _change: threading.Condition = field(default_factory=threading.Condition)
    _over: bool = False  # nothing is sent any more

    @property
    def workers(self) -> int:
        """How many work."""
        return len(self._threads)

    @property
    def appetite(self) -> int:
        """How many submissions keep all of them busy, with what is on the way."""
        return max(2, 2 * AHEAD * sum(self._threads.values()) * self._chunk)

    def submit(
        self, files: Mapping[str, bytes], slug: str, seed: int, submission: str, *, root: Path
    ) -> Future[Verdict]:
        """Have a submission judged; see :func:`autograder.judging.judge.judge`. The exception may be Lost."""
        errand = Errand(Task(slug, files, seed, submission, None if root == ROOT else root), Future())
        with self._change:
            if self._over:
                errand.result.set_exception(Lost())
            else:
                self._waiting.append(errand)
                self._change.notify()
        return errand.result

    def look(self) -> None:
        """See who is there, and refuse those that would judge otherwise than this machine."""
        asked = self.client.scheduler.ncores
        threads: Mapping[str, int] = self.client.sync(asked, workers=None, callback_timeout=2 * CONNECTING)
        new = [address for address in threads if address not in self._threads and address not in self._refused]
        mine = likeness(self.unit, self.accept_risk)
        root = None if self.unit.root == ROOT else self.unit.root
        for address in new:
            theirs = self.client.run(
                _likeness_there, self.unit.slug, root, self.accept_risk, workers=[address], on_error="return"
            ).get(address)
            differs = differences(mine, theirs) if isinstance(theirs, dict) else _unusable(theirs)
            if differs:
                self._refuse(address, differs)
        with self._change:
            self._threads = {address: count for address, count in threads.items() if address not in self._refused}
            stranded = [key for key, chunk in self._out.items() if chunk.only and not chunk.only & self._threads.keys()]
            chunks = [self._out.pop(key) for key in stranded]
            self._change.notify()
        for chunk in chunks:  # the scheduler would keep it for a worker that has gone
            for errand in chunk.errands:
                self._lost(errand)

    @property
    def refused(self) -> bool:
        """Whether a worker has been."""
        return bool(self._refused)

    def why_nobody(self) -> str:
        """Why nobody works."""
        refused = [f"the worker at {address} {why}" for address, why in self._refused.items()]
        return "; ".join(refused) or "it has no worker"

    @property
    def _chunk(self) -> int:
        return max(1, min(MOST_IN_A_CHUNK, round(CHUNK_SECONDS / self._seconds)))

    def _refuse(self, address: str, why: str) -> None:
        if address not in self._refused:
            self._refused[address] = why
            self._threads.pop(address, None)
            self.complain(f"The worker at {address} is not used: it {why}.")

    def serve(self) -> None:
        """Send out what waits, until closed; the body of a thread."""
        somebody, looked = time.monotonic(), 0.0
        try:
            while not self._over:
                if time.monotonic() - looked > LOOK_EVERY:
                    self.look()
                    looked = time.monotonic()
                somebody = time.monotonic() if self._threads else somebody
                if time.monotonic() - somebody > PATIENCE:
                    raise BadCluster(self.why_nobody())
                with self._change:
                    if not self._send_some():
                        self._change.wait(LOOK_EVERY / 4)
        except Exception as error:  # whatever the client's calls raise when the scheduler has gone
            self.complain(f"The cluster cannot be used any more ({error}): this machine judges the rest.")
        self._end()

    def close(self) -> None:
        """Want nothing more."""
        with self._change:
            self._over = True
            self._change.notify()

    def _end(self) -> None:
        with self._change:
            self._over = True
            sent = [chunk.sent for chunk in self._out.values()]
            lost = [*self._waiting, *(errand for chunk in self._out.values() for errand in chunk.errands)]
            self._waiting, self._out, self._threads = deque(), {}, {}
        if self.client.status == "running":
            with suppress(Exception):  # a scheduler that goes at this moment needs not be told
                self.client.cancel(sent, force=True)
        for errand in lost:
            errand.result.set_exception(Lost())

    def _send_some(self) -> bool:
        """Send one chunk if somebody can take it; what was lost once goes alone."""
        if not self._waiting or len(self._out) >= AHEAD * sum(self._threads.values()):
            return False
        errands = [self._waiting.popleft()]
        while not errands[0].losses and self._waiting and len(errands) < self._chunk and not self._waiting[0].losses:
            errands.append(self._waiting.popleft())
        tasks = tuple(errand.task for errand in errands)
        only = frozenset(self._threads if self._refused else ())
        try:
            how = self.accept_risk, self.unit.uses_keras
            sent = self.client.submit(judge_chunk, tasks, *how, pure=False, workers=sorted(only) or None)
        except BaseException:
            self._waiting.extendleft(reversed(errands))
            raise
        self._out[sent.key] = Chunk(sent, errands, only)
        sent.add_done_callback(self._came_back)
        return True

    def _came_back(self, sent: Sent) -> None:
        """What a chunk brought; runs in a thread of the client's."""
        with self._change:
            errands = self._out.pop(sent.key, Chunk(sent, ())).errands
        answer: object = None
        if sent.status == "finished":
            try:
                answer = sent.result()
            except Exception:  # lost between its end and now
                answer = None
        if isinstance(answer, Judged) and not differences(likeness(self.unit, self.accept_risk), answer.likeness):
            self._note(answer)
            for errand, result in zip(errands, answer.results, strict=True):
                self._bring(errand, result)
        else:  # the worker or its post was lost, or it has other graders by now
            for errand in errands:
                self._lost(errand)
        with self._change:
            self._change.notify()

    def _note(self, answer: Judged) -> None:
        seconds = [result.seconds for result in answer.results if isinstance(result, Verdict)]
        if seconds:
            self._seconds += (max(0.02, sum(seconds) / len(seconds)) - self._seconds) / 4

    def _bring(self, errand: Errand, result: Verdict | Fault) -> None:
        if isinstance(result, Verdict):
            errand.result.set_result(result)
        elif result.machine:
            self._lost(errand)
        else:
            errand.result.set_exception(RuntimeError(f"on a worker of the cluster: {result.what}"))

    def _lost(self, errand: Errand) -> None:
        with self._change:
            again = not errand.losses and not self._over
            if again:
                self._waiting.appendleft(replace(errand, losses=1))
        if not again:
            errand.result.set_exception(Lost())


def _unusable(answer: object) -> str:
    if answer is None:
        return "left before it could say what it judges with"
    return f"cannot judge ({type(answer).__name__}: {answer}): start it in a checkout, after `make setup`"


def _likeness_there(slug: str, root: Path | None, accept_risk: bool) -> dict[str, str]:
    from autograder.course.units import find_unit

    return dict(likeness(find_unit(slug, root or ROOT), accept_risk))


@contextmanager
def cluster(reached: Reached, unit: Unit, accept_risk: bool = False) -> Iterator[Cluster]:
    """The examiners of a cluster, for the block.

    Raises:
        BadCluster: it may not be used, the scheduler cannot be reached, or no worker can be used.
    """
    reached.check()
    files = {"tls_ca_file": reached.authority, "tls_client_cert": reached.certificate, "tls_client_key": reached.key}
    given = {name: str(path) for name, path in files.items() if path}
    with ExitStack() as block:
        try:
            security = Security(require_encryption=True, **given) if given else None
            client = block.enter_context(
                Client(reached.address, security=security, timeout=CONNECTING, set_as_default=False)
            )
            client.register_plugin(Examining(accept_risk, unit.uses_keras))
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise BadCluster(f"the cluster at {reached.address} cannot be used: {error}") from error
        found = Cluster(client, unit, accept_risk, reached.complain)
        began = time.monotonic()
        found.look()
        while not found.workers and time.monotonic() - began < (OTHERS if found.refused else JOINING):
            time.sleep(LOOK_EVERY)
            found.look()
        if not found.workers:
            raise BadCluster(
                f"nobody works for the cluster at {reached.address}: {found.why_nobody()}. "
                f"On each machine, in a checkout: .venv/bin/dask worker {reached.address}"
            )
        thread = threading.Thread(target=found.serve, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.close()
            thread.join()
