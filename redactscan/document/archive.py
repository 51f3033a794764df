"""Files that hold files: archives, compressed files, mailboxes; each member comes out, or why it does not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from redactscan.document.encoding import decode
from redactscan.document.form import form
from redactscan.document.outcome import NotText, absent, why
from redactscan.record import Failed, Remark, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[int], bytes]
    Take = Callable[[Read], bytes]


class File(NamedTuple):
    """The bytes of one file. `path` is what it is called in the output, `name` the part of it that may tell its format.

    What stands beside the bytes and not in them: `form`, the format; `declared`, the encoding; `remarks`.
    """

    path: str
    name: str
    data: bytes
    form: str | None = None
    declared: str | None = None
    remarks: tuple[Remark, ...] = ()


class Limits(NamedTuple):
    """How much may come out of one file.

    `size`: bytes of a member; what is larger is passed over. `total`: bytes in all, and no more than `ratio` times
    those of the file, where that is over `free` bytes. `members`: how many, and `depth`: how far in one another.
    """

    size: int = 100_000_000
    total: int = 2_000_000_000
    ratio: int = 500
    free: int = 10_000_000
    members: int = 100_000
    depth: int = 5


class _Limit(Exception):  # noqa: N818 - the document is not wrong
    """Nothing more is taken out of this file; the message says which limit it met."""


def files(file: File, limits: Limits) -> Iterator[File | Failed | Skipped]:
    """Yield a file, or what is in it where it is a container, and the entries for what is not read."""
    return _Opening(limits, len(file.data)).files(file, 0)


class _Opening:
    """One file that the user gave being opened, with what may still come out of it."""

    def __init__(self, limits: Limits, size: int) -> None:
        self._limits = limits
        self._left = min(limits.total, max(limits.free, limits.ratio * size))
        self._members = limits.members

    def files(self, file: File, depth: int) -> Iterator[File | Failed | Skipped]:
        try:
            kind = file.form or form(file.data, file.name)
        except NotText as reason:
            yield _skipped(file.path, reason)
            return
        if kind not in _OPENERS or kind == "eml":
            yield file._replace(form=kind)
        if kind in _OPENERS:
            yield from self._opened(file, kind, depth)

    def _opened(self, file: File, kind: str, depth: int) -> Iterator[File | Failed | Skipped]:
        nothing = kind != "eml"  # which has a text besides
        try:
            for member in _OPENERS[kind](file, self._take):
                nothing = False
                self._count(depth)
                yield from [member] if isinstance(member, Skipped) else self.files(member, depth + 1)
        except ImportError as error:
            yield _skipped(file.path, absent(kind, error))
        except _Limit as limit:
            yield Failed(path=file.path, error=str(limit), reason="too-large")
        except Exception as error:  # noqa: BLE001 - readers of broken files raise anything
            yield Failed(path=file.path, error=f"cannot be read: {why(error)}", reason="unreadable")
        else:
            if nothing:
                yield Skipped(path=file.path, skipped="no file is in it", reason="empty")

    def _count(self, depth: int) -> None:
        """Count one more member; raise _Limit where it is one too many."""
        self._members -= 1
        if self._members < 0:
            raise _Limit(f"more than {self._limits.members} files are in it; the others are not read")
        if depth == self._limits.depth:
            raise _Limit(f"more than {depth} files in one another; those in it are not read")

    def _take(self, read: Read) -> bytes:
        """Return all that can be read; raise NotText over the limit of one member, _Limit over that of all."""
        most = min(self._limits.size, self._left)
        data = _read(read, most + 1)
        self._left -= min(len(data), most)
        if len(data) <= most:
            return data
        if most == self._limits.size:
            raise NotText(f"larger than the limit of {most} bytes (--max-bytes)", "too-large")
        raise _Limit("more comes out of it than a file of its size may hold; the rest is not read")


def _read(read: Read, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _member(file: File, name: str, take: Take, read: Read) -> File | Skipped:
    path = f"{file.path}!{name}"
    try:
        return File(path, name, take(read))
    except NotText as reason:
        return _skipped(path, reason)


def _skipped(path: str, what: NotText) -> Skipped:
    return Skipped(path=path, skipped=str(what), reason=what.reason)


def _shown(name: str) -> str:
    """Return a name as text that can be written anywhere."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# --- compressed files: their path stays, since there is one document in them -------------------------------------


def _stem(file: File) -> str:
    path = PurePosixPath(file.name)
    return f"{path.stem}.tar" if path.suffix in (".tgz", ".tbz2", ".txz") else path.stem


def _gzip(file: File, take: Take) -> Iterator[File | Skipped]:
    with gzip.GzipFile(fileobj=io.BytesIO(file.data)) as stream:
        yield from _unpacked(file, take, stream.read)


def _bzip2(file: File, take: Take) -> Iterator[File | Skipped]:
    with bz2.BZ2File(io.BytesIO(file.data)) as stream:
        yield from _unpacked(file, take, stream.read)


def _xz(file: File, take: Take) -> Iterator[File | Skipped]:
    with lzma.LZMAFile(io.BytesIO(file.data)) as stream:
        yield from _unpacked(file, take, stream.read)


def _zstd(file: File, take: Take) -> Iterator[File | Skipped]:
    import zstandard  # noqa: PLC0415 - of the extra

    def parts() -> Iterator[bytes]:
        # The library's own reader takes a frame that was cut for a whole one; and without a limit the window of a frame
        # may be gigabytes.
        rest = memoryview(file.data)
        while rest:
            frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
            while not frame.eof:
                if not rest:
                    raise EOFError("it ended before the end of a frame")
                fed, rest = rest[:_FED], rest[_FED:]
                yield frame.decompress(fed)
            rest = memoryview(frame.unused_data + bytes(rest)) if frame.unused_data else rest

    pieces = (part for part in parts() if part)
    yield from _unpacked(file, take, lambda _most: next(pieces, b""))


_FED = 512
"""Bytes that Zstandard is given at a time: a few may stand for 128 KB each."""


def _unpacked(file: File, take: Take, read: Read) -> Iterator[File | Skipped]:
    try:
        yield File(file.path, _stem(file), take(read))
    except NotText as reason:
        yield _skipped(file.path, reason)


# --- archives ----------------------------------------------------------------------------------------------------

_ENCRYPTED, _UTF8 = 0x1, 0x800
"""Flags of a file in a ZIP archive."""


def _zip(file: File, take: Take) -> Iterator[File | Skipped]:
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        for info in archive.infolist():
            # The standard has code page 437 for all that is not UTF-8; what is there is the encoding of its maker.
            raw = info.filename if info.flag_bits & _UTF8 else decode(info.filename.encode("cp437", "replace")).text
            name = _shown(raw)
            if info.is_dir():
                continue
            if info.flag_bits & _ENCRYPTED:
                yield Skipped(path=f"{file.path}!{name}", skipped="encrypted", reason="unreadable")
            else:
                with archive.open(info) as stream:
                    yield _member(file, name, take, stream.read)


def _tar(file: File, take: Take) -> Iterator[File | Skipped]:
    with tarfile.open(fileobj=io.BytesIO(file.data), mode="r:") as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isreg() else None
            if stream is not None:
                yield _member(file, _shown(info.name), take, stream.read)
            elif not info.isdir():
                yield Skipped(
                    path=f"{file.path}!{_shown(info.name)}",
                    skipped="a link or a device in an archive",
                    reason="not-a-file",
                )


def _warc(file: File, take: Take) -> Iterator[File | Skipped]:
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - of the extra

    for record in ArchiveIterator(io.BytesIO(file.data)):
        if record.rec_type not in ("response", "resource", "conversion"):
            continue
        address = record.rec_headers.get_header("WARC-Target-URI") or str(
            record.rec_headers.get_header("WARC-Record-ID")
        )
        kind = record.http_headers.get_header("Content-Type") if record.http_headers else record.content_type
        charset = re.search(r"charset=[\"']?([\w.:-]+)", kind or "", re.IGNORECASE)
        stopped = record.rec_headers.get_header("WARC-Truncated")
        member = _member(file, address, take, record.content_stream().read)
        if isinstance(member, File):
            member = member._replace(
                name=urlsplit(address).path,
                form="html" if "html" in (kind or "").lower() else None,
                declared=charset[1] if charset else None,
                remarks=(Remark("cut", f"the archive says that it cut this record ({stopped})"),) if stopped else (),
            )
        yield member


# --- mail --------------------------------------------------------------------------------------------------------


def _mbox(file: File, take: Take) -> Iterator[File | Skipped]:
    starts = [m.start() for m in re.finditer(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n", file.data)]
    for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(file.data)], strict=True), 1):
        mail = re.sub(rb"(?m)^>(>*From )", rb"\1", file.data[file.data.index(b"\n", start) + 1 : end])
        yield File(f"{file.path}!{n}", "", take(io.BytesIO(mail).read), form="eml")


def _attached(file: File, take: Take) -> Iterator[File | Skipped]:
    from redactscan.document.eml import attachments  # noqa: PLC0415 - `email` takes 20 ms

    for name, data in attachments(file.data):
        yield _member(file, name, take, io.BytesIO(data).read)


_OPENERS: dict[str, Callable[[File, Take], Iterator[File | Skipped]]] = {
    "gzip": _gzip,
    "bzip2": _bzip2,
    "xz": _xz,
    "zstd": _zstd,
    "zip": _zip,
    "tar": _tar,
    "warc": _warc,
    "mbox": _mbox,
    "eml": _attached,
}
"""What takes the files out of each kind of container."""
