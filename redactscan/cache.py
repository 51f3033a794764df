"""What was computed once and is kept on disk: parsed rules, compiled databases. Losing it costs time, never results."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

try:
    from _blake2 import blake2b  # as in hashlib, which reads OpenSSL before it can be asked: 2 ms of each start
except ImportError:
    from hashlib import blake2b

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"redactscan-cache-2\n"
_CHECK_SIZE = 4

LARGEST = 500_000_000
"""Bytes that are kept. What belongs to one set of rules takes some 20 MB, and each change of a rule makes it anew."""

MAPPED = 1_000_000
"""Bytes from which a value is mapped into memory; to read a database of 14 MB takes 10 ms."""

_OURS = re.compile(r"\.?[a-z]+-[0-9a-f]{32}")

DAY = 86_400.0
"""Seconds after which a value that is used is marked as such: those that are longest unused make room."""


def _check(data: bytes | memoryview) -> bytes:
    """Return a checksum against damage; against malice the folder is the user's alone."""
    return zlib.crc32(data).to_bytes(_CHECK_SIZE, "little")


def key(*parts: bytes | str) -> str:
    """Return a name for a cached value that is different whenever one of `parts` is."""
    whole = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "little") + data)
    return whole.hexdigest()


def folder() -> Path | None:
    """Return where cached values live: REDACTSCAN_CACHE, else the user's cache; None when it is set to nothing."""
    chosen = os.environ.get("REDACTSCAN_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(base) / "redactscan" if base else Path.home() / ".cache" / "redactscan"
    except RuntimeError:  # no home directory
        return None


def load(name: str) -> memoryview | None:
    """Return the cached value, or None where there is none or it is damaged."""
    place = folder()
    if place is None:
        return None
    try:
        with (place / name).open("rb") as file:
            about = os.fstat(file.fileno())
            if time.time() - about.st_mtime > DAY:
                _use(place / name)
            data = memoryview(_mapped(file.fileno()) if about.st_size >= MAPPED else file.read())
    except OSError:
        return None
    head, body = data[: len(_MAGIC) + _CHECK_SIZE], data[len(_MAGIC) + _CHECK_SIZE :]
    return body if head == _MAGIC + _check(body) else None


def store(name: str, body: bytes) -> None:
    """Keep a value. Written aside and renamed, so that a reader sees all of it or none; a failure is no error."""
    import tempfile  # noqa: PLC0415 - it brings half of the library along, and a warm cache never writes

    place = folder()
    if place is None:
        return
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(dir=place, prefix=f".{name}-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(_MAGIC + _check(body) + body)
            Path(aside).replace(place / name)
        except OSError:
            Path(aside).unlink(missing_ok=True)
            raise
        _make_room(place)


def _mapped(file: int) -> mmap.mmap:
    """Return a file as memory: it was written once and never changes, and so need not be copied."""
    if hasattr(mmap, "MAP_POPULATE"):  # all at once, which takes a third of the time
        return mmap.mmap(file, 0, flags=mmap.MAP_PRIVATE | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    return mmap.mmap(file, 0, access=mmap.ACCESS_READ)


def _use(path: Path) -> None:
    """Mark a value as used today."""
    with contextlib.suppress(OSError):  # a folder that is only read
        os.utime(path)


def _make_room(place: Path) -> None:
    """Remove what was longest unused until no more than LARGEST is kept, or the newest alone."""
    kept = []
    for entry in os.scandir(place):
        if _OURS.match(entry.name):  # the folder may be one that the user has for other things too
            with contextlib.suppress(OSError):  # another process was faster
                about = entry.stat()
                kept.append((about.st_mtime, about.st_size, entry.path))
    size = 0
    for n, (_, each, path) in enumerate(sorted(kept, reverse=True)):
        size += each
        if n and size > LARGEST:
            with contextlib.suppress(OSError):
                Path(path).unlink()


STALE = 300.0
"""Seconds after which who made a value is taken to be gone: nothing takes so long to make."""


@contextlib.contextmanager
def turn(name: str) -> Iterator[bool]:
    """Say whether it is this process that makes a value: not while another one is making the same."""
    place = folder()
    lock = place / f"{name}.making" if place is not None else None
    ours = True
    if lock is not None:
        with contextlib.suppress(OSError):
            if abs(time.time() - lock.stat().st_mtime) > STALE:  # a clock may have been put back
                lock.unlink()
        try:
            lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.touch(exist_ok=False)
        except FileExistsError:
            ours = False
        except OSError:
            lock = None  # nothing can be kept here
    try:
        yield ours
    finally:
        if ours and lock is not None:
            with contextlib.suppress(OSError):
                lock.unlink()
