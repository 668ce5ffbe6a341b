"""Lock the calling process down for good, before it sees a student's code.

Three walls, each of which would be enough for most attacks: Landlock decides which files can be opened and keeps
signals inside; seccomp lets through the system calls that honest work makes and no others
(:mod:`autograder.sandbox.system_calls`); capabilities are dropped, so that root is root no more. Sizes are bounded by
rlimits here; wall time, processor time and memory by :mod:`autograder.sandbox.watchdog`, which stands outside.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import sys
from collections.abc import Iterable
from pathlib import Path

LANDLOCK_NEEDED = 6  # the ABI that keeps signals inside the domain (Linux 6.12)
MAX_FILE = 64 << 20  # bytes of one file
MAX_OPEN_FILES = 512
MAX_CPU = 1800  # seconds of processor time in a process's whole life: for one that outlives whoever watched it
MAX_DATA = 6 << 30  # bytes of private memory: a backstop behind the watchdog's bound on resident memory


class ConfinementError(Exception):
    """The process could not be locked down."""


def available() -> str | None:
    """None when this machine can lock a process down, else the reason why not, for people."""
    if sys.platform != "linux":
        return f"the lockdown needs Linux; this is {platform.system()}"
    abi = _landlock_abi()
    if abi < LANDLOCK_NEEDED:
        return f"the lockdown needs Landlock ABI {LANDLOCK_NEEDED} (Linux 6.12 or newer); this kernel has {max(abi, 0)}"
    try:
        import pyseccomp  # noqa: F401
        import sandlock  # noqa: F401

        from autograder.sandbox import system_calls  # noqa: F401  # names of Linux's: it cannot be imported elsewhere
    except (ImportError, RuntimeError, OSError) as error:
        return f"the lockdown needs the packages sandlock and pyseccomp and the system's libseccomp: {error}"
    return None


def lock_down(scratch: Path, readable: Iterable[Path]) -> tuple[str, ...]:
    """Confine the calling process, irreversibly.

    Args:
        scratch: the only folder that it may write to from now on.
        readable: files and folders that it may read, beside the Python installation.

    Returns:
        The names of the protections that are now in force.

    Raises:
        ConfinementError: when any of them is not.
    """
    import sandlock

    from autograder.sandbox.system_calls import load_filter

    policy = sandlock.Sandbox(
        fs_readable=[str(path) for path in [*_python(), *readable] if path.exists()],
        fs_writable=[str(scratch), "/dev/null"],
    )
    try:
        _set_limits()
        _drop_capabilities()
        sandlock.confine(policy)
        load_filter()
    except (sandlock.SandlockError, OSError, ValueError) as error:
        raise ConfinementError(f"the lockdown failed: {error}") from error
    return "landlock-files", "landlock-signals", "seccomp", "no-capabilities", "rlimits"


def forbidden_but_readable(forbidden: Iterable[Path]) -> list[Path]:
    """Those of ``forbidden`` that this process can still open: the proof that the lockdown holds is that there are
    none.
    """
    return [path for path in forbidden if _opens(path)]


def _opens(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _python() -> list[Path]:
    """What Python and its packages read: the installation, shared libraries, time zones, fonts, a few devices."""
    prefixes = [Path(sys.prefix)]
    base = Path(sys.base_prefix)
    prefixes += (
        [base / "lib", base / "local/lib", base / "share/zoneinfo", base / "share/fonts"]
        if base == Path("/usr")
        else [base]
    )
    system = "/usr/lib /usr/lib64 /lib /lib64 /usr/local/lib /usr/share/zoneinfo /usr/share/fonts /usr/share/fontconfig"
    settings = "/etc/ld.so.cache /etc/localtime /etc/passwd /etc/group /etc/nsswitch.conf /etc/mime.types /etc/fonts"
    devices = (
        "/dev/urandom /dev/random /dev/zero /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /sys/devices/system/cpu"
    )
    return prefixes + [Path(name) for name in f"{system} {settings} {devices}".split()]


def _set_limits() -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, MAX_CPU),
        (resource.RLIMIT_FSIZE, MAX_FILE),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_DATA, MAX_DATA),
    ):
        resource.setrlimit(kind, (value, value))


def _drop_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets (capset(2), version 3)."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")


def _landlock_abi() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))  # landlock_create_ruleset, version query
