"""The untrusted side: a forked child that locks itself down, runs a student's cells and answers calls.

What stands here shares a process with the student's code, which may change any of it. So nothing here decides
anything: it only sends values, and whoever reads them checks them.

Requests are dicts with ``do``: ``run`` (a cell), ``call`` (a function by its name), ``fetch`` (a kept value), ``make``
(a thing of a known kind, to be kept), ``model`` (a question about a kept Keras model). While a call runs, the child may
ask back for a stand-in that the grader provides for another exercise's function.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from autograder.sandbox import child_models, confine, recipes
from autograder.sandbox.confine import ConfinementError
from autograder.sandbox.nursery import Cradle, die_with_parent
from unrolled.execution import Session, captured, place_of
from unrolled.wire import ANSWER, ANY, Channel, Recipe, Reference, StandIn, WireError

MAX_MESSAGE = 500  # characters of an exception's message


def live(sock: socket.socket, session: Session, cradle: Cradle) -> NoReturn:
    """Be a child: hear where to live, lock down, say so, and answer until the other side is gone. Never returns.

    ``cradle``: what it was born to.
    """
    channel = Channel(sock)
    try:
        try:
            settled = _settle(sock, channel.receive(), cradle)
        except Exception:
            channel.send({"failed": traceback.format_exc()})
            raise
        channel.send(settled)
        Answering(channel, session).until_gone()
    finally:
        os._exit(0)  # no exit handlers, the student's neither


def _settle(sock: socket.socket, request: Mapping[str, Any], cradle: Cradle) -> dict[str, Any]:
    """Cut every tie but the socket, become nobody, lock down, and report which protections hold."""
    scratch = Path(request["scratch"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(3, sock.fileno())
    os.closerange(sock.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"):
        os.environ[name] = str(scratch / "tmp")
    tempfile.tempdir = str(scratch / "tmp")
    sys.path.insert(0, "")  # a notebook imports the modules that lie beside it
    if not request["lock"]:
        os.chdir(scratch / "work")
        return {"protections": []}
    readable = [Path(path) for path in request["readable"]]
    protections = ["own-files-only"] if cradle.secluded else []
    protections += confine.keep_to_a_share(cradle.core)
    if confine.become_nobody(scratch, readable):
        protections.append("own-user")
    die_with_parent(cradle.nursery)  # the wish is forgotten when the user changes
    os.chdir(scratch / "work")
    protections += confine.lock_down(scratch, readable)
    leaks = confine.forbidden_but_readable(Path(path) for path in request["forbidden"])
    if leaks:
        raise ConfinementError(f"the lockdown has a hole: a student's process could read {leaks[0]}")
    return {"protections": protections}


class Answering:
    """Answers requests in one session until the other side is gone."""

    def __init__(self, channel: Channel, session: Session) -> None:
        self._channel, self._session = channel, session
        self._kept: dict[int, Any] = {}

    def until_gone(self) -> None:
        """Read, answer, repeat."""
        answers: dict[str, Callable[..., dict[str, Any]]] = {
            "run": self._run,
            "call": self._call,
            "fetch": self._fetch,
            "make": self._make,
            "model": self._model,
        }
        while True:
            try:
                request = self._channel.receive(references=True)
            except EOFError:
                return
            wanted = request.pop("do")
            self._channel.most = ANSWER  # of a question, too, while the call runs
            answer = answers[wanted](**request)
            try:
                self._channel.most = ANY if wanted == "run" else ANSWER
                self._channel.send(answer)
            except WireError as error:
                self._channel.send({"too_large": str(error)})

    def _run(self, source: str, cell: str) -> dict[str, Any]:
        run = self._session.run(source, cell)
        return {"outputs": run.outputs} | ({"raised": _describe(run.raised)} if run.raised else {})

    def _call(
        self, name: str, args: list, keep: bool, inputs_after: bool, provided: list[str], times: int | None = None
    ) -> dict[str, Any]:
        function = self._session.namespace.get(name)
        if not callable(function):
            return {"missing": function is None}
        args = [self._resolved(arg) for arg in args]
        try:
            with captured(), self._standing_in(provided):
                value = function(*args) if times is None else [function(*args) for _ in range(times)]
        except BaseException as error:  # SystemExit and KeyboardInterrupt too are only the student's
            return {"raised": _describe(error)}
        answer: dict[str, Any] = {"inputs": args} if inputs_after else {}
        return answer | ({"kept": self._keep(value)} if keep else {"value": value})

    def _make(self, recipe: Recipe) -> dict[str, Any]:
        return {"kept": self._keep(recipes.made(recipe))}

    def _keep(self, value: Any) -> int:
        self._kept[len(self._kept)] = value
        return len(self._kept) - 1

    def _fetch(self, reference: Reference) -> dict[str, Any]:
        try:
            return {"value": self._resolved(reference)}
        except (KeyError, IndexError, TypeError) as error:
            return {"raised": _describe(error)}

    def _model(self, reference: Reference, question: str, args: list) -> dict[str, Any]:
        try:
            with captured():
                return {"value": child_models.answer(self._resolved(reference), question, args)}
        except Exception as error:  # the model is the student's: its layers may raise anything
            return {"raised": _describe(error)}

    def _resolved(self, value: Any) -> Any:
        kind = type(value)  # as they cross, values are of plain types
        if kind is dict:
            return {key: self._resolved(part) for key, part in value.items()}
        if kind is list or kind is tuple:
            return kind(map(self._resolved, value))
        if kind is StandIn:
            return child_models.Remote(self._stand_in(value.name))
        if kind is Recipe:
            return recipes.made(value)
        if kind is not Reference:
            return value
        found = self._kept[value.number]
        for index in value.path:
            found = found[index]
        return found

    @contextmanager
    def _standing_in(self, provided: list[str]) -> Iterator[None]:
        """Put stand-ins in the place of the student's other functions while a call runs."""
        namespace = self._session.namespace
        before = {name: namespace[name] for name in provided if name in namespace}
        namespace.update({name: self._stand_in(name) for name in provided})
        try:
            yield
        finally:
            for name in provided:
                namespace.pop(name, None)
            namespace.update(before)

    def _stand_in(self, name: str) -> Callable[..., Any]:
        def stand_in(*args: Any, **named: Any) -> Any:
            sent = [_drawn(arg) for arg in args]
            question = {"ask": name, "args": sent, "named": {key: _drawn(arg) for key, arg in named.items()}}
            try:
                self._channel.send(question)
            except WireError as error:
                raise TypeError(f"{name} is not meant for so much data") from error
            answer = self._channel.receive(references=True)
            if "refused" in answer:
                raise TypeError(answer["refused"])
            return self._resolved(answer["value"])

        stand_in.__name__ = name
        return stand_in


def _drawn(value: Any) -> Any:
    """A NumPy Generator cannot cross; a number drawn from it can, from 0 to 1, and a stand-in draws with that."""
    return float(value.random()) if isinstance(value, np.random.Generator) else value


def _describe(error: BaseException) -> dict[str, Any]:
    """An exception as plain values: the names of its classes, its message, and where in the notebook it arose."""
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception as inner:  # a __str__ of the student's own
        message = f"({type(inner).__name__} in the exception's own text)"
    place, called = place_of(error), place_of(error, outermost=True)
    return {
        "kinds": [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, BaseException)],
        "message": message,
        "cell": place[0] if place else None,
        "line": place[1] if place else None,
        "called": list(called) if called else None,
    }
