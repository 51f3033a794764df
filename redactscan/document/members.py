"""What is in each kind of file that holds files: archives, compressed files, mailboxes, mails."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redactscan.document.encoding import decode
from redactscan.document.outcome import File, NotText, skipped
from redactscan.record import Remark, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redactscan.document.archive import Read, Take


def _member(file: File, name: str, take: Take, read: Read) -> File | Skipped:
    path = f"{file.path}!{name}"
    try:
        return File(path, name, take(read))
    except NotText as reason:
        return skipped(path, reason)


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
        yield skipped(file.path, reason)


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


OPENERS: dict[str, Callable[[File, Take], Iterator[File | Skipped]]] = {
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
