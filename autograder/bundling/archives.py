"""Archives and packed files, opened in memory and within bounds: zip (wheels, arrays), tar, gz, bz2, xz, zlib."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

PACKED: dict[bytes, Callable[[io.BytesIO], io.BufferedIOBase]] = {
    b"\x1f\x8b\x08": lambda data: gzip.GzipFile(fileobj=data),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
ALL = 500_000_000  # bytes of an archive's members that are kept at a time
ZLIB = (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")


@dataclass
class Archive:
    """What an archive holds: members by name, comments, and the reason why it cannot all be seen (or nothing).

    ``rest`` are bytes that stand before the members, or could not be read as any.
    """

    members: list[tuple[str, bytes]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sealed: str = ""
    rest: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(len(content) for _, content in self.members)


def opened(data: bytes, most: int) -> Archive | None:
    """The archive in these bytes, or None if they are none; no member is read beyond ``most`` bytes."""
    for magic, open_packed in PACKED.items():
        if data.startswith(magic):
            return _unpacked(partial(_read, open_packed, data, most), most, data)
    if data.startswith(ZLIB):
        return _unpacked(partial(zlib.decompressobj().decompress, data, most + 1), most, data, surely=False)
    if zipfile.is_zipfile(io.BytesIO(data)):
        return _zip(data, most)
    if len(data) >= 512 and data[257:262] == b"ustar":
        return _tar(data, most)
    return None


def _read(open_packed: Callable[[io.BytesIO], io.BufferedIOBase], data: bytes, most: int) -> bytes:
    with open_packed(io.BytesIO(data)) as packed:
        return packed.read(most + 1)


def _unpacked(read: Callable[[], bytes], most: int, data: bytes, surely: bool = True) -> Archive | None:
    try:
        content = read()
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        return Archive(sealed=f"packed, and broken ({error})", rest=data) if surely else None
    if len(content) > most:
        return Archive(sealed="more than can be looked through")
    head = data[:300] if data.startswith(b"\x1f\x8b") else b""  # a gz file's own name and comment stand there
    return Archive([("unpacked", content)], [head.decode("latin-1")] if head else [])


def _zip(data: bytes, most: int) -> Archive:
    found = Archive()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found.notes.append(archive.comment.decode("utf-8", "replace"))
            found.rest = data[: min((entry.header_offset for entry in archive.infolist()), default=len(data))]
            for entry in archive.infolist():
                found.notes += [part.decode("utf-8", "replace") for part in (entry.comment, entry.extra) if part]
                if entry.is_dir():
                    continue
                if entry.file_size > most or found.size > ALL:
                    found.sealed = f"{entry.filename} is more than can be looked through"
                    continue
                with archive.open(entry) as member:
                    found.members.append((entry.filename, member.read(most + 1)))
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zlib.error) as error:
        found.sealed, found.rest = f"a zip file that cannot be opened ({error})", data
    return found


def _tar(data: bytes, most: int) -> Archive:
    found = Archive()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                found.notes += [str(value) for value in (entry.linkname, *entry.pax_headers.values()) if value]
                if not entry.isfile():
                    continue
                if entry.size > most or found.size > ALL:
                    found.sealed = f"{entry.name} is more than can be looked through"
                    continue
                member = archive.extractfile(entry)
                found.members.append((entry.name, member.read() if member else b""))
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        found.sealed = f"a tar file that cannot be opened ({error})"
    return found
