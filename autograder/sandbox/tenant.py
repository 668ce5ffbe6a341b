"""One child of the nursery as the trusted side sees it: its scratch folder, its watchdog, and questions with answers.

Whatever the child sends is checked here: an answer has to be a dict with known keys of known types, or the child is
ended as one that broke.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.sandbox import nursery, scratch
from autograder.sandbox.helper import Helping, TooMuchAsked
from autograder.sandbox.stand_ins import StandIns, stand_in_answer  # noqa: F401 - for those who have no child
from autograder.sandbox.watchdog import Exceeded, Limits, Watchdog
from unrolled.wire import ANSWER, ANY, Channel, WireError, decode, encode

SETTLING_SECONDS = 60.0  # of processor time: a child needs some hundredths, none of them the student's
AHEAD = 64 << 10  # bytes of requests on their way: the socket takes them while the child does not read


@dataclass(frozen=True)
class House:
    """What is the same for every child: where the nursery and the scratch folders are, what children may use, read
    and must not be able to read.
    """

    address: Path
    scratch: Path
    limits: Limits
    readable: tuple[Path, ...]
    forbidden: tuple[Path, ...]
    lock: bool = True

    def take_in(self, files: Mapping[str, bytes]) -> Tenant:
        """A new child, with the submission's files in its folder."""
        return Tenant(self, files)


class Gone(Exception):
    """The child has ended: by itself, or for passing a bound. The text says which, for the student.

    ``time``: the bound was one on time. ``idle``: on wall time, and it had hardly had the processor: it slept, or
    others kept it waiting. ``doubtful``: it may have been ended by somebody else, such as a machine out of memory.
    """

    def __init__(self, what: str, *, time: bool = False, idle: bool = False, doubtful: bool = False) -> None:
        super().__init__(what)
        self.time, self.idle, self.doubtful = time, idle, doubtful


class LockdownFailed(Exception):
    """A child could not be locked down; nothing of the student's has run."""


class Tenant:
    """A running child with a scratch folder of its own, which holds the submission's files."""

    def __init__(self, house: House, files: Mapping[str, bytes], *, proving: bool = False) -> None:
        """``proving``: the child is to try whether it could read what is forbidden, and takes no work after that. The
        others are not even told what there is: names say something, too.

        Raises:
            LockdownFailed: nothing has run.
        """
        if house.lock and not proving:
            _prove(house)
        self._house = house
        self._helped = 0.0  # seconds that others have worked at its word
        self._scratch = Path(tempfile.mkdtemp(dir=house.scratch))
        try:
            _lay_out(self._scratch, files)
            pid, pidfd, sock = nursery.child(house.address)
        except BaseException:
            scratch.remove(self._scratch)
            raise
        self._watchdog = Watchdog(pid, pidfd, self._scratch, house.limits)
        self._channel = Channel(sock, alive=self._watchdog.look)
        request = {
            "scratch": str(self._scratch),
            "readable": [str(path) for path in house.readable],
            "forbidden": [str(path) for path in house.forbidden] if proving else [],
            "lock": house.lock,
        }
        try:
            hello = self.ask(request, SETTLING_SECONDS)
        except BaseException:
            self.close()
            raise
        if "failed" in hello:
            self.close()
            raise LockdownFailed(str(hello["failed"]))
        self.protections = (*map(str, hello["protections"]), "watchdog")

    def ask(self, request: Mapping[str, Any], seconds: float, stand_ins: StandIns | None = None) -> dict[str, Any]:
        """Send a request and return the answer. Beside what the child sent, it has ``crossed``: the bytes of the
        answer's header, and those of its body and of the request.

        Args:
            seconds: processor time that the answer may take.
            stand_ins: functions of the trusted side that the child may call meanwhile, by their names.

        Raises:
            Gone: when the child ended instead of answering.
        """
        (answer,) = self.ask_each([request], lambda: seconds, stand_ins)
        return answer

    def ask_each(
        self, requests: Sequence[Mapping[str, Any]], seconds: Callable[[], float], stand_ins: StandIns | None = None
    ) -> Iterator[dict[str, Any]]:
        """Send requests and give the answer to each as it comes. The child is not stopped between them.

        Those that cannot ask back are sent several at a time, as many as the socket is sure to take: the child reads
        the next one where it would otherwise wait. Whoever does not hear the answers out ends the child.

        Args:
            seconds: tells when a request's turn has come what processor time its answer may take.
            stand_ins: functions of the trusted side that the child may call meanwhile, by their names.

        Raises:
            Gone: when the child ended instead of answering.
        """
        with self._heard_out():
            frames = [encode(request) for request in requests]
            together = _together(frames, 0 if stand_ins else AHEAD)
            for place, request in enumerate(requests):
                (self._watchdog.go_on if place else self._watchdog.start)(seconds())
                if place in together:
                    self._channel.send_frames(together[place])
                answer, header, body = self._answer(request, stand_ins or {})
                if place == len(requests) - 1:
                    self._watchdog.rest()
                else:
                    self._watchdog.glance()
                answer["crossed"] = header, body + len(frames[place])
                if place < len(requests) - 1:
                    yield answer
        yield answer

    def processor_seconds(self) -> float | None:
        """What the child has taken since it began, and helpers for it; None when it has ended."""
        own = self._watchdog.processor_seconds()
        return None if own is None else own + self._helped

    def close(self) -> None:
        """End the child and remove its folder."""
        self._watchdog.close()
        self._channel.close()
        scratch.remove(self._scratch)

    @contextmanager
    def _heard_out(self) -> Iterator[None]:
        """Say of what goes wrong in the block that the child is gone; it ends, too, when the block is left early."""
        try:
            yield
        except Exceeded as exceeded:
            raise Gone(str(exceeded), time=exceeded.time, idle=exceeded.idle) from exceeded
        except TooMuchAsked as error:
            self._watchdog.end()
            raise Gone(str(error)) from error
        except (EOFError, OSError) as error:
            raise Gone("ended its process", doubtful=True) from error
        except WireError as error:
            self._watchdog.end()
            raise Gone("broke the connection to the grader") from error
        except BaseException:
            self._watchdog.end()
            raise

    def _answer(self, request: Mapping[str, Any], stand_ins: StandIns) -> tuple[dict[str, Any], int, int]:
        """What comes next, after what the child asks meanwhile has been answered; the bytes of its header and body."""
        helping = Helping(request.get("args"), stand_ins, self._watchdog)
        most = ANSWER if request.get("do") in ("call", "fetch", "model") else ANY
        try:
            while True:
                frame = self._channel.receive_frame(most)
                message = decode(*frame)
                if not isinstance(message, dict):
                    raise WireError("not an answer")
                if "ask" not in message:
                    return message, len(frame[0]), len(frame[1])
                self._channel.send_frame(*helping.answer(message, frame))
                self._watchdog.glance()
        finally:
            helping.end()
            self._helped += helping.seconds


def _together(frames: Sequence[bytes], most: int) -> dict[int, list[bytes]]:
    """The frames that are sent at once, by the place of the first: as many as have no more bytes than ``most``."""
    groups: dict[int, list[bytes]] = {}
    first = size = 0
    for place, frame in enumerate(frames):
        size += len(frame)
        if not place or size > most:
            first, size = place, len(frame)
        groups.setdefault(first, []).append(frame)
    return groups


@lru_cache
def _prove(house: House) -> None:
    """Have a child of the house try the walls, once for each process that judges. Raises LockdownFailed."""
    Tenant(house, {}, proving=True).close()


def _lay_out(folder: Path, files: Mapping[str, bytes]) -> None:
    """``work`` with the submission's files, where the notebook runs; ``tmp`` for what libraries leave."""
    work = folder.resolve() / "work"
    work.mkdir()
    (folder / "tmp").mkdir()
    for name, content in files.items():
        path = (work / name).resolve()
        if not path.is_relative_to(work):
            raise ValueError(f"the submission's file {name!r} lies outside its folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
