"""What of the machine there is at all for a nursery and its children: a root of their own, where the kernel lets us.

Landlock keeps a child from reading what is not its own, but not from asking when it was last changed, how long it is,
whether it is there; for that, it must be out of sight. So a nursery of root's moves into namespaces of its own, once,
before it forks: a file system that holds what notebooks read and the scratch folders, a /proc in which each sees only
itself, no network and nobody's shared memory. Children inherit it; it costs them nothing.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

NEW_MOUNTS, NEW_IPC, NEW_NETWORK = 0x00020000, 0x08000000, 0x40000000  # unshare(2)
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18,
)  # fmt: skip  # mount(2)
DETACH = 2  # umount2(2)
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}  # glibc has no name for it


def narrow(shown: Iterable[Path], writable: Path, place: Path) -> bool:
    """Leave the calling process and its children nothing but these files to see; returns whether that could be done.

    Args:
        shown: files and folders that stay, at their paths, read-only; one that does not exist is passed over.
        writable: a folder that stays writable.
        place: an empty folder to build in.

    Raises:
        OSError: when it failed half-way.
    """
    number = PIVOT_ROOT.get(os.uname().machine)
    if sys.platform != "linux" or os.geteuid() != 0 or number is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_MOUNTS | NEW_IPC | NEW_NETWORK) != 0:
        return False  # a container's root may not
    _mount(None, Path("/"), None, RECURSIVE | PRIVATE)  # nothing of what follows is seen outside
    _mount("tmpfs", place, "tmpfs", NO_SETUID | NO_DEVICES, b"mode=755,size=1m")
    view = _View(place)
    for path in sorted(shown):
        view.show(path)
    view.show(writable, writing=True)
    processes = place / "proc"
    processes.mkdir()
    _mount("proc", processes, "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS, b"hidepid=ptraceable")
    _mount(None, place, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir(place)
    _done(libc.syscall(number, b".", b"."), "pivot_root")
    _done(libc.umount2(b".", DETACH), "umount2")  # the old root lay on top; with it goes all that is not shown
    os.chdir("/")
    return True


class _View:
    """The tree that is built: bind mounts, and the links that lead to them."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._mounted: list[Path] = []

    def show(self, path: Path, *, writing: bool = False) -> None:
        if path.is_relative_to("/proc") or not path.exists():
            return  # /proc is mounted anew
        for part in (*reversed(path.parents), path):
            if any(part.is_relative_to(mounted) for mounted in self._mounted):
                return
            if part.is_symlink():
                goal = Path(os.path.normpath(part.parent / os.readlink(part)))
                if not os.path.lexists(self._at(part)):
                    self._at(part).symlink_to(os.readlink(part))
                return self.show(goal / path.relative_to(part), writing=writing)
            if part != path:
                self._at(part).mkdir(exist_ok=True)
        self._bind(path, writing)

    def _bind(self, path: Path, writing: bool) -> None:
        target = self._at(path)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        _mount(str(path), target, None, BIND | RECURSIVE)
        if not (writing or path.is_relative_to("/dev")):
            _mount(None, target, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
        self._mounted.append(path)

    def _at(self, path: Path) -> Path:
        return self._place / path.relative_to("/")


def _mount(source: str | None, target: Path, kind: str | None, flags: int, options: bytes | None = None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    names = source and os.fsencode(source), os.fsencode(target), kind and kind.encode()
    _done(libc.mount(*names, ctypes.c_ulong(flags), options), f"mount {target}")


def _done(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
