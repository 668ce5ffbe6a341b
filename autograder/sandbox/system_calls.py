"""The system calls that a notebook may make, by purpose; all others get an error, whatever they are for.

The list was made by recording what honest work makes: Keras models of every kind that the course trains, saves and
loads, NumPy, sound files, figures, temporary files, threads. docs/adr/0010-allowed-system-calls.md says how to record
again. Where a call is wide, such as fcntl or prctl, only the requests that were seen are let through.

What is refused gets EPERM, as a call without the right to it would, and nothing is ended: a library that could do
without goes on. ENOSYS is for calls that libraries only probe for, and for all that are younger than this list.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import tempfile
from functools import cache

WHATEVER = """
    read readv pread64 preadv write writev pwrite64 pwritev lseek close close_range sendfile ftruncate truncate
    getdents getdents64 dup dup2 dup3 poll ppoll select pselect6
    stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat statfs fstatfs
    chdir fchdir getcwd umask mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2

    brk munmap mremap
    set_robust_list set_tid_address rseq sched_yield gettid arch_prctl exit exit_group
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack restart_syscall
    pause alarm getitimer setitimer

    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getcpu getrandom
    uname sysinfo getpid getppid getpgrp getuid geteuid getgid getegid getresuid getresgid getgroups capget
    getrlimit setrlimit
    """.split()
"""Files that are open or that Landlock lets be opened, the scratch folder's; own memory; threads, which share it, and
signals; time, chance, and who one is. Every argument is harmless."""

DONE = "fsync fdatasync sync_file_range msync".split()
"""Answered as done: a scratch folder is thrown away, and waiting for the disk makes all others wait too."""

LACKING = """
    clone3 openat2 memfd_create membarrier copy_file_range flock get_mempolicy epoll_pwait2 futex_waitv cachestat
    map_shadow_stack io_uring_setup io_uring_enter io_uring_register pidfd_open timer_create
    """.split()
"""Answered as on a kernel without them, so that libraries fall back. clone3 has its flags in memory, where a filter
does not see them: libc takes clone. flock could hold up who else reads a file: HDF5 does without."""

NEWER = range(463, 600)  # numbers that the list does not know, from setxattrat on

THREAD = 0x3D0F00  # clone's flags for a thread, as both glibc and musl set them; musl adds CLONE_DETACHED
DETACHED = 0x400000
OPENING = os.O_ACCMODE | os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY
OPENING |= os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_TMPFILE | os.O_PATH | 0x8000  # O_LARGEFILE
KEPT_OPEN = os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK | 0x8000  # no O_ASYNC: it would send signals to others
MAPPING = mmap.MAP_SHARED | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_STACK
MAPPING |= mmap.MAP_DENYWRITE | mmap.MAP_EXECUTABLE | 0x4000 | 0x10 | 0x100000  # NORESERVE, FIXED, FIXED_NOREPLACE
PROTECTION = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC  # libraries are mapped, and libffi writes code
ADVICE = (0, 1, 2, 3, 4, 8, 14, 15, 16)  # normal … dontneed, free, hugepage or not, dontdump: for own pages only
FUTEX = (0, 1, 3, 4, 5, 9, 10)  # wait, wake, requeue, wake_op, by bits; none that lends a priority
FUTEX_FLAGS = 0x180  # private, by the wall clock
TERMINAL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, window size, FIONREAD, FIONBIO, FIO(N)CLEX
COMMANDS = (fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL)  # no locks, no leases
NAMES = (15, 16, 0x53564D41)  # PR_SET_NAME and PR_GET_NAME of a thread, PR_SET_VMA of memory: libc's
SIGNALS = (*range(18), 32, 33)  # those that end a process or are caught, and libc's own two; none that stops it or goes
"""on: the watchdog stops a process between two requests, and nobody is to say otherwise."""

SIGNALLING = "kill", "tgkill"  # the first argument is a process
SET_SECCOMP, FILTER = 22, 2  # prctl(2)
STEP = 8  # bytes: struct sock_filter


def load_filter() -> None:
    """Let the calling process make the calls listed here and no others, for ever. Raises OSError or ValueError."""
    import pyseccomp as seccomp

    own = seccomp.SyscallFilter(seccomp.ALLOW)
    own.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(errno.EPERM))
    for name in SIGNALLING:
        own.add_rule(seccomp.ERRNO(errno.EPERM), name, seccomp.Arg(0, seccomp.NE, os.getpid()))
    own.load()
    steps = program()
    buffer = ctypes.create_string_buffer(steps, len(steps))
    whole = _Program(len(steps) // STEP, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(whole), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was not taken")


class _Program(ctypes.Structure):
    """``struct sock_fprog`` of linux/filter.h."""

    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_void_p))


@cache
def program() -> bytes:
    """The filter in the kernel's language, but that a process signals itself alone.

    It takes longer to write than a child otherwise needs to lock itself down: what is to fork children asks for it
    before.
    """
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(errno.EPERM))  # calls in the manner of 32 bits

    def rule(action: int, name: str, *args: seccomp.Arg) -> None:
        if seccomp.resolve_syscall(seccomp.system_arch(), name) != -1:  # -1: younger than this machine's libseccomp
            rules.add_rule(action, name, *args)

    def allow(name: str, *args: seccomp.Arg) -> None:
        rule(seccomp.ALLOW, name, *args)

    def is_(place: int, value: int) -> seccomp.Arg:
        return seccomp.Arg(place, seccomp.EQ, value)

    def only(place: int, bits: int, value: int = 0) -> seccomp.Arg:
        """The argument is ``value``, but for ``bits``, which may be as they like. The upper half is not looked at."""
        return seccomp.Arg(place, seccomp.MASKED_EQ, 0xFFFFFFFF & ~bits, value)

    for name in WHATEVER:
        allow(name)
    for name in DONE:
        rule(seccomp.ERRNO(0), name)
    for name in LACKING:
        rule(seccomp.ERRNO(errno.ENOSYS), name)
    for number in NEWER:
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), number)

    allow("clone", only(0, DETACHED, THREAD))  # threads, no processes
    allow("open", only(1, OPENING))  # nothing that writes past the cache, which holds up the disk, or sends signals
    allow("openat", only(2, OPENING))
    allow("fcntl", only(1, 0, fcntl.F_SETFL), only(2, KEPT_OPEN))
    for command in COMMANDS:
        allow("fcntl", only(1, 0, command))
    for request in TERMINAL:
        allow("ioctl", only(1, 0, request))
    for option in NAMES:
        allow("prctl", only(0, 0, option))
    allow("mmap", only(2, PROTECTION), only(3, MAPPING))  # no huge pages, nothing locked into memory
    allow("mprotect", only(2, PROTECTION))
    for advice in ADVICE:
        allow("madvise", only(2, 0, advice))
    for operation in FUTEX:
        allow("futex", only(1, FUTEX_FLAGS, operation))
    allow("sendto", is_(4, 0))  # over the one socket that is open: bytes, no addresses, and no descriptors
    allow("recvfrom", is_(4, 0))
    for number in SIGNALS:  # abort() and raise() signal the process itself
        allow("kill", only(1, 0, number))
        allow("tgkill", only(2, 0, number))
    for name in ("prlimit64", "sched_getaffinity", "getpgid", "getsid"):
        allow(name, only(0, 0, 0))  # 0 is the process itself
    allow("getpriority", only(0, 0, 0), only(1, 0, 0))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
