"""Files that hold files: each comes out, within limits, or why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.document.form import CONTAINERS, form
from redactscan.document.outcome import NotText, absent, skipped, why
from redactscan.record import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redactscan.document.outcome import File

    Read = Callable[[int], bytes]
    Take = Callable[[Read], bytes]


class Unpacking(NamedTuple):
    """How much may come out of one file.

    `members`: how many files, and `depth`: how far in one another. `unpacked`: bytes in all, and no more than `ratio`
    times those of the file, where that is over `free` bytes.
    """

    members: int = 100_000
    depth: int = 5
    unpacked: int = 2_000_000_000
    ratio: int = 500
    free: int = 10_000_000


class _Limit(Exception):  # noqa: N818 - the document is not wrong
    """Nothing more is taken out of this file; the message says which limit it met."""


def files(file: File, max_bytes: int, limits: Unpacking) -> Iterator[File | Failed | Skipped]:
    """Yield a file, or what is in it where it is a container, and the entries for what is not read.

    A file in it that has more than `max_bytes` is passed over.
    """
    return _Opening(len(file.data), max_bytes, limits).files(file, 0)


class _Opening:
    """One file that the user gave being opened, with what may still come out of it."""

    def __init__(self, size: int, max_bytes: int, limits: Unpacking) -> None:
        self._max_bytes = max_bytes
        self._limits = limits
        self._left = min(limits.unpacked, max(limits.free, limits.ratio * size))
        self._members = limits.members

    def files(self, file: File, depth: int) -> Iterator[File | Failed | Skipped]:
        try:
            kind = file.form or form(file.data, file.name)
        except NotText as reason:
            yield skipped(file.path, reason)
            return
        if kind not in CONTAINERS or kind == "eml":
            yield file._replace(form=kind)
        if kind in CONTAINERS:
            yield from self._opened(file, kind, depth)

    def _opened(self, file: File, kind: str, depth: int) -> Iterator[File | Failed | Skipped]:
        nothing = kind != "eml"  # which has a text besides
        try:
            from redactscan.document import members  # noqa: PLC0415 - 10 ms, and most files hold no others

            for member in members.OPENERS[kind](file, self._take):
                nothing = False
                self._count(depth)
                yield from [member] if isinstance(member, Skipped) else self.files(member, depth + 1)
        except ImportError as error:
            yield skipped(file.path, absent(kind, error))
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
            raise _Limit(f"more than {self._limits.members} files are in it (--max-members); the others are not read")
        if depth == self._limits.depth:
            raise _Limit(f"more than {depth} files in one another (--max-depth); those in it are not read")

    def _take(self, read: Read) -> bytes:
        """Return all that can be read; raise NotText over the limit of one member, _Limit over that of all."""
        most = min(self._max_bytes, self._left)
        data = _read(read, most + 1)
        self._left -= min(len(data), most)
        if len(data) <= most:
            return data
        if most == self._max_bytes:
            raise NotText(f"larger than the limit of {most} bytes (--max-bytes)", "too-large")
        limits = "--max-unpacked, --max-ratio"
        raise _Limit(f"more comes out of it than a file of its size may hold ({limits}); the rest is not read")


def _read(read: Read, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
