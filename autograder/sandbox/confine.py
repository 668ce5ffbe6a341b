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
OWN_USERS = 0x70000000  # and the process id: users that own nothing; systemd keeps these numbers free


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
        fs_readable=[str(path) for path in [*python_files(), *readable] if path.exists()],
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


def keep_to_a_share(core: int) -> list[str]:
    """Have the calling process keep to one core, and be weighed as one against others, however many threads it starts.

    A session is what the scheduler weighs (sched(7), "the autogroup feature"). And where memory runs out after all, the
    kernel ends the largest of the students' processes, not the grader. Returns the names of protections.
    """
    os.setsid()
    Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        os.sched_setaffinity(0, {core})
    except OSError:
        return []  # the core has been taken from us since
    return ["own-core"]


def become_nobody(scratch: Path, readable: Iterable[Path]) -> bool:
    """Make the calling process, if it is root's, that of a user and group that own nothing but ``scratch``.

    The number is the process's own, far above those that people and services have: no two that live share one. Where
    such a user could not read what it must, as in a checkout that only root may enter, root it remains.
    """
    if os.geteuid() != 0:
        return False
    number = OWN_USERS + os.getpid()
    files = [path for path in (Path(sys.prefix), Path(sys.base_prefix), scratch / "work", *readable) if path.exists()]
    needed = [(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK) for path in files]
    try:
        _give(scratch, number)
        os.setgroups([])
        os.setegid(number)
        os.seteuid(number)
        reads = all(os.access(path, mode, effective_ids=True) for path, mode in needed)
    except OSError:  # in a container whose root may not, or does not know the number
        reads = False
    os.seteuid(0)
    os.setegid(0)
    if not reads:
        _give(scratch, 0)
        return False
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: its own /proc/self is its own again
    return True


def _give(folder: Path, owner: int) -> None:
    for parent, _, names in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in names)):
            os.chown(path, owner, owner, follow_symlinks=False)


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


def python_files() -> list[Path]:
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
