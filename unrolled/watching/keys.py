"""Single keys from a terminal, without waiting for a newline; the terminal is as it was afterwards."""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import Any

NAMES = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\r": "enter",
    "\n": "enter",
    "\x03": "q",
    "\x04": "q",
}


class Keys:
    """Puts keys into a queue as events ``key`` with a ``name``, from entering to leaving."""

    def __init__(self, events: queue.Queue[Any]) -> None:
        self._events = events
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._before: Any = None

    def __enter__(self) -> Keys:
        self._over.clear()
        if sys.platform != "win32":
            import termios
            import tty

            self._before = termios.tcgetattr(0)
            tty.setcbreak(0)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if sys.platform != "win32":
            import termios

            termios.tcsetattr(0, termios.TCSADRAIN, self._before)

    def _listen(self) -> None:
        while not self._over.is_set():
            pressed = _pressed(0.1)
            if pressed is None:
                self._events.put({"event": "key", "name": "q"})  # the terminal is gone
                return
            while pressed:
                name = next((keys for keys in NAMES if pressed.startswith(keys)), pressed[0])
                self._events.put({"event": "key", "name": NAMES.get(name, name)})
                pressed = pressed[len(name) :] if name != "\x1b" else ""


def _pressed(seconds: float) -> str | None:
    """What was typed within some seconds, "" if nothing was, None if nothing can come any more."""
    if sys.platform == "win32":
        import msvcrt
        import time

        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if msvcrt.kbhit():
                key = msvcrt.getwch()
                return {"H": "\x1b[A", "P": "\x1b[B"}.get(msvcrt.getwch(), "") if key in "\x00\xe0" else key
            time.sleep(0.02)
        return ""
    import select

    readable, _, _ = select.select([0], [], [], seconds)
    if not readable:
        return ""
    try:
        return os.read(0, 64).decode(errors="replace") or None
    except OSError:
        return None
