"""The files of a zip that anybody may have filled: bounded in number and size, and nothing in it is believed.

Nothing is unpacked to a path that the archive names. Members are read into memory one at a time, up to a bound that
holds for what really comes out of them, whatever their headers say.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

MOST_MEMBERS = 20_000
LARGEST_MEMBER = 50 << 20  # bytes, of what comes out
MOST_BYTES = 4 << 30  # of all members together
LONGEST_NAME = 1_000  # characters
_EXTENDED_TIME, _UNICODE = 0x5455, 0x800
_NOBODYS = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|\._|\.ipynb_checkpoints/|Thumbs\.db$)")


class BadArchive(Exception):
    """The file is no zip that could be read; the message says what to do."""


class Refused(Exception):
    """A member is not taken; the message says why."""


class Archive:
    """An open zip file, see :func:`open_archive`."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._room = MOST_BYTES

    def members(self) -> Iterator[Member]:
        """What may hold somebody's work, in order: no folders, and nothing that an operating system adds."""
        for info in self._file.infolist():
            member = Member(info)
            if not info.is_dir() and not _NOBODYS.search(member.name):
                yield member

    def read(self, member: Member) -> bytes:
        """The bytes of a member. Raises Refused."""
        member.check()
        limit = min(LARGEST_MEMBER, self._room)
        try:
            with self._file.open(member.info) as file:
                content = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
            raise Refused(f"it is damaged in the zip file ({error})") from error
        except NotImplementedError as error:
            raise Refused("it is packed in a way that is not read here; pack it anew as a plain zip") from error
        except RuntimeError as error:  # what zipfile says of a password
            raise Refused("it is encrypted") from error
        self._room -= len(content)
        if len(content) > limit:
            whole = limit < LARGEST_MEMBER
            raise Refused(
                f"the zip file unpacks to more than {MOST_BYTES >> 30} GB; give it in parts"
                if whole
                else f"it unpacks to more than {LARGEST_MEMBER >> 20} MB"
            )
        return content


class Member:
    """One file of an archive: its name in the archive, and when it was changed."""

    def __init__(self, info: zipfile.ZipInfo) -> None:
        self.info = info
        self.name = _name(info)

    def check(self) -> None:
        """Raises Refused for what is no plain file with a plain name within the archive."""
        kind = stat.S_IFMT(self.info.external_attr >> 16)
        parts = re.split(r"[/\\]", self.name)
        if kind and not stat.S_ISREG(kind):
            raise Refused("it is a link" if stat.S_ISLNK(kind) else "it is no plain file")
        if self.name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[/\\]", self.name):
            raise Refused("its path is absolute")
        if ".." in parts or "." in parts:
            raise Refused("its path leads out of the zip file")
        if not self.name.isprintable() or len(self.name) > LONGEST_NAME:
            raise Refused("its name holds what no screen can show, or is very long")
        if self.info.flag_bits & 1:
            raise Refused("it is encrypted")

    @property
    def time(self) -> datetime | None:
        """When the file was changed, in UTC, if the archive says so.

        Most archives give a time without a zone, that of the machine that packed them; it is taken for ours.
        """
        exact = _exact_time(self.info.extra)
        if exact is not None:
            return datetime.fromtimestamp(exact, UTC)
        if self.info.date_time[:3] <= (1980, 1, 1):
            return None
        try:
            return datetime(*self.info.date_time).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """A zip file, open. Raises BadArchive, OSError."""
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise BadArchive(f"{path} is no zip file, or a damaged one ({error}); download it again") from error
    with file:
        if len(file.infolist()) > MOST_MEMBERS:
            raise BadArchive(f"{path} holds more than {MOST_MEMBERS:,} files; give it in parts")
        yield Archive(file)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its maker meant it: old packers write UTF-8 and forget to say so."""
    name = info.orig_filename.split("\0")[0]
    if not info.flag_bits & _UNICODE:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


def _exact_time(extra: bytes) -> int | None:
    """Seconds since 1970 from the field that Unix's packers add."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _EXTENDED_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return int(struct.unpack_from("<i", extra, 5)[0])
        extra = extra[4 + size :]
    return None
