"""A process of the trusted side that works at a student's word: it can be ended, and its time counts as the student's.

What a student's code asks of a right version of another exercise may take long, or much memory, whatever its
arguments look like. The examiner itself could not be ended for that; so a helper answers, forked from it when one is
asked for first, and kept for the calls that follow.
"""

from __future__ import annotations

import io
import os
import pickle
import resource
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from autograder.sandbox.nursery import die_with_parent
from autograder.sandbox.stand_ins import MAX_ASKED, MAX_ASKED_BYTES, Size, StandIns, refusal, stand_in_answer
from autograder.sandbox.usage import Usage
from autograder.sandbox.watchdog import Watchdog
from unrolled.wire import ANSWER, LENGTHS, Bound, Buffer, Channel, WireError, decode, encode

MAX_MEMORY = 1 << 30  # bytes of private memory, beside what the examiner has
TOLD = Bound(header=16, body=256 << 20)  # functions, and what they have noted
COMING = Bound(ANSWER.header, TOLD.body)  # one of these, or a question
FUNCTIONS, NOTES = b"functions", b"notes"  # what a frame begins with that is no question

Frame = tuple[Buffer, Buffer]


class TooMuchAsked(Exception):
    """A call has asked more than any right answer does, in words for the student."""


class Helping:
    """Answers the questions of one call; a helper is at hand from the first of them on."""

    def __init__(self, args: Any, stand_ins: StandIns, watchdog: Watchdog) -> None:
        """``args``: of the call, to which what is asked must be near in size."""
        self._args, self._stand_ins, self._watchdog = args, stand_ins, watchdog
        self._call: Size | None = None
        self._helper: Helper | None = None
        self._asked = self._bytes = 0
        self.seconds = 0.0  # of processor time

    def answer(self, message: Mapping[str, Any], frame: Frame) -> Frame:
        """The frame that answers a question.

        Args:
            message: the question; ``frame`` holds the same as it came.

        Raises:
            TooMuchAsked: by this call.
            Exceeded: by the watchdog, which counts the helper's time, too.
            EOFError: the helper has ended, nobody knows why.
        """
        self._asked += 1
        self._bytes += sum(map(len, frame))
        if self._asked > MAX_ASKED:
            raise TooMuchAsked(f"called other exercises more than {MAX_ASKED} times")
        if self._bytes > MAX_ASKED_BYTES:
            raise TooMuchAsked(f"called other exercises with more than {MAX_ASKED_BYTES >> 20} MB of data in all")
        self._call = self._call or Size.of([self._args], numbers=True)
        refused = refusal(message, self._stand_ins, self._call)
        if refused:
            return _frame(refused)
        if self._helper is None:
            self._helper = _told(self._stand_ins, self._watchdog.look)
            self._watchdog.helped_by(self._helper.usage)
        return self._helper.ask(frame)

    def end(self) -> None:
        """Have what the functions have noted meanwhile here, too; a helper that is still at work is ended."""
        if self._helper is not None:
            self.seconds = self._watchdog.helped_seconds()
            self._helper.bring_home(self._stand_ins)


class Helper:
    """One process. It knows the functions that it was forked with, and those that it is told of later."""

    def __init__(self, stand_ins: StandIns) -> None:
        self.owner = os.getpid()
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            _be_helper(theirs, stand_ins, self.owner)
        theirs.close()
        self._socket, self._channel = ours, Channel(ours)
        self._idle = True
        self.living = True
        self.usage = Usage(self._pid)

    def watched(self, look: Callable[[], None]) -> None:
        """Have this called while the helper is waited for."""
        self._channel = Channel(self._socket, alive=look)

    def tell(self, stand_ins: bytes) -> bool:
        """These are the functions from now on, pickled; returns whether the helper can find them all."""
        _, found = self._answer((FUNCTIONS, stand_ins), TOLD)
        return bytes(found) == b"found"

    def ask(self, question: Frame) -> Frame:
        """The answer of a function. Raises EOFError when the helper has ended."""
        return self._answer(question, ANSWER)

    def bring_home(self, stand_ins: StandIns) -> None:
        """Note here what the functions have noted there, such as what a toy was asked."""
        owners = _owners(stand_ins)
        if not self._idle:
            self.end()
        if not owners or not self.living:
            return
        self._channel = Channel(self._socket)
        try:
            _, notes = self._answer((NOTES, b""), TOLD)
        except (EOFError, OSError, WireError):
            return self.end()
        if notes:
            for owner, noted in zip(owners, pickle.loads(notes), strict=True):
                vars(owner).update(noted)

    def end(self) -> None:
        """End the process, at once."""
        if self.living:
            self.living = False
            self._socket.close()
            os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)

    def _answer(self, frame: Frame, most: Bound) -> Frame:
        self._idle = False
        try:
            self._channel.send_frame(*frame)
            answer = self._channel.receive_frame(most)
        except (EOFError, OSError, WireError):
            self.end()
            raise
        self._idle = True
        return answer


_kept: Helper | None = None  # of this process, from one call to the next


def _told(stand_ins: StandIns, look: Callable[[], None]) -> Helper:
    """A helper that knows these functions: the one that is kept if it can be told of them, else a new one."""
    global _kept
    if _kept is not None and _kept.owner == os.getpid() and _kept.living:
        pickled = _pickled(stand_ins)
        if pickled is not None:
            _kept.watched(look)
            try:
                if _kept.tell(pickled):
                    return _kept
            except (EOFError, OSError, WireError):
                pass  # it has ended meanwhile
        _kept.end()
    _kept = Helper(stand_ins)
    _kept.watched(look)
    return _kept


def _pickled(stand_ins: StandIns) -> bytes | None:
    """The functions by their names, and toys by what they hold; None for a function without a name."""
    try:
        return pickle.dumps(dict(stand_ins))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


def _owners(stand_ins: StandIns) -> list[Any]:
    """The objects that note what they are asked: toys, once each, in order."""
    found = [getattr(function, "__self__", function) for function in stand_ins.values()]
    others = FunctionType, ModuleType, type
    noting = [owner for owner in found if hasattr(owner, "__dict__") and not isinstance(owner, others)]
    return list({id(owner): owner for owner in noting}.values())


def _be_helper(sock: socket.socket, stand_ins: StandIns, parent: int) -> NoReturn:
    """Be the process: answer until the other side is gone. Never returns."""
    try:
        die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.closerange(3, sock.fileno())  # pipes and locks of the examiner's
        os.closerange(sock.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        has = Usage(os.getpid()).private()
        memory = resource.RLIM_INFINITY if has is None else has + MAX_MEMORY
        for kind, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(kind, (most, most))
        channel = Channel(sock)
        while True:
            frame = channel.receive_frame(COMING)
            if bytes(frame[0]) == FUNCTIONS:
                found = _unpickled(frame[1])
                stand_ins = found or {}
                channel.send_frame(FUNCTIONS, b"" if found is None else b"found")
            elif bytes(frame[0]) == NOTES:
                channel.send_frame(NOTES, _notes(stand_ins))
            else:
                channel.send_frame(*_worked(frame, stand_ins))
    finally:
        os._exit(0)


def _worked(frame: Frame, stand_ins: StandIns) -> Frame:
    try:
        return _frame(stand_in_answer(decode(*frame), stand_ins))
    except (WireError, MemoryError):
        return _frame({"refused": "a right version of another exercise gives no such answer"})


def _unpickled(pickled: Buffer) -> StandIns | None:
    try:
        return pickle.loads(pickled)
    except Exception:  # a module that this process cannot find
        return None


def _notes(stand_ins: StandIns) -> bytes:
    notes = io.BytesIO()
    try:
        pickle.dump([vars(owner) for owner in _owners(stand_ins)], notes)
    except Exception:  # something that has no name, or more than fits into memory
        return b""
    return notes.getvalue() if notes.tell() <= TOLD.body else b""


def _frame(value: Any) -> Frame:
    whole = memoryview(encode(value, ANSWER))
    header = LENGTHS.size + LENGTHS.unpack_from(whole)[0]
    return whole[LENGTHS.size : header], whole[header:]
