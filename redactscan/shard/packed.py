"""Compressed streams: what is in them, read and written without having it all in memory."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from redactscan.document.outcome import absent

if TYPE_CHECKING:
    from types import ModuleType

    _Manager = contextlib.AbstractContextManager[BinaryIO]

_FED = 1 << 16
_WINDOW = 1 << 27
"""Bytes that a frame of Zstandard may look back; without a limit that may be gigabytes."""


def unpacked(file: BinaryIO, name: str) -> BinaryIO:
    """Return a file as it is when unpacked; the end of its name says how it is packed, if it is."""
    suffix = PurePath(name.lower()).suffix
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=file, mode="rb"))
    if suffix == ".bz2":
        return cast("BinaryIO", bz2.BZ2File(file))
    if suffix == ".xz":
        return cast("BinaryIO", lzma.LZMAFile(file))
    if suffix == ".zst":
        return cast("BinaryIO", io.BufferedReader(_Unpacking(file), _FED))
    return file


def packing(out: BinaryIO, name: str) -> _Manager:
    """Return what packs into a file as the end of its name says; closing it leaves the file open."""
    suffix = PurePath(name.lower()).suffix
    if suffix == ".gz":  # without a name and a time in it, so that the same data are the same bytes
        return cast("_Manager", gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=6, mtime=0))
    if suffix == ".bz2":
        return cast("_Manager", bz2.BZ2File(out, "wb"))
    if suffix == ".xz":
        return cast("_Manager", lzma.LZMAFile(out, "wb"))
    if suffix == ".zst":
        return cast("_Manager", _zstandard().ZstdCompressor().stream_writer(out, closefd=False))
    return contextlib.nullcontext(out)


class _Unpacking(io.RawIOBase):
    """Frames of Zstandard, one after the other. The library's own reader takes one that was cut for a whole one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._library = _zstandard()
        self._frame: Any = None
        self._fed = self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever takes bytes
        while not self._ready:
            self._fed = self._fed or self._file.read(_FED)
            if not self._fed:
                if self._frame is not None:
                    raise EOFError("it ended before the end of a frame")
                return 0
            if self._frame is None:
                self._frame = self._library.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
            self._ready = self._frame.decompress(self._fed)
            self._fed = self._frame.unused_data
            self._frame = None if self._frame.eof else self._frame
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def _zstandard() -> ModuleType:
    try:
        import zstandard  # noqa: PLC0415 - of the extra
    except ImportError as error:
        raise absent("Zstandard", error, "corpus") from None
    return zstandard
