"""Shards, the files of a corpus that hold many records: one module a format, all peers, to read and to write."""

from __future__ import annotations

import contextlib
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from redactscan.records import BadRow, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from redactscan.plan import Form, Reading

FORMATS = {"jsonl": "lines", "csv": "delimited", "parquet": "columns", "arrow": "columns"}
"""The module that reads and writes each format. Imported when asked for: two of them need pyarrow."""

_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
_TABLES = {".csv": "csv", ".tsv": "csv", ".tab": "csv"}
"""What holds records only where records are asked for: most tables are one document."""

_COMPRESSED = (".gz", ".zst", ".bz2", ".xz")
_STREAMS = ("jsonl", "csv")
"""Formats that are compressed as a whole; the others do it inside."""

SIDES = 2
"""Places that a row can be written to: kept and dropped."""


class TooLarge(NamedTuple):
    """A row over the limit of one document."""


Outcome = Row | BadRow | TooLarge

Kind = Literal["record", "map"]
"""What a field that is added holds: a record with the reasons it was dropped for, or pairs of offsets."""


class Change(NamedTuple):
    """What becomes of a row: the side it is written to, a text in place of its own, values of the fields added.

    `instead`: bytes that are written in place of all of it, where rows are lines.
    """

    side: int = 0
    text: str | None = None
    added: Mapping[str, Any] = {}
    instead: bytes | None = None


class Decision(NamedTuple):
    """What becomes of a row, and the words under which that is counted."""

    change: Change
    counted: Sequence[str] = ()


class Block(Protocol):
    """Some rows of a shard, which can be sent to another process."""

    @property
    def first(self) -> int:
        """The number of its first row, from 1."""

    @property
    def size(self) -> int:
        """How many rows are in it."""

    def rows(self, reading: Reading) -> Iterator[tuple[int, Outcome]]:
        """Yield the rows with their numbers; empty lines are none."""

    def parted(self, changes: Mapping[int, Change], added: Mapping[str, Kind], reading: Reading) -> tuple[bytes, ...]:
        """Return what is written to each of SIDES; a row that has no change is not.

        `added` are the fields that are written beside the others, in place of those that are called so already.
        """


class RawRows:
    """Rows as they stand in a file, numbered from `first`; None stands for one over the limit, and empty ones are none.

    What blocks of text have in common, whatever a row means in their format.
    """

    def __init__(self, first: int, data: Sequence[bytes | None]) -> None:
        self._first = first
        self._data = data

    def count(self) -> int:
        """Return how many rows there are."""
        return sum(row is None or not row.isspace() for row in self._data)

    def read(self, read: Callable[[bytes], Row]) -> Iterator[tuple[int, Outcome]]:
        """Yield what `read` makes of each row, or the BadRow that it raises."""
        for number, row in enumerate(self._data, self._first):
            if row is None:
                yield number, TooLarge()
            elif not row.isspace():  # nothing stands on an empty line, and the last one often is
                try:
                    yield number, read(row)
                except BadRow as bad:
                    yield number, bad

    def parted(self, changes: Mapping[int, Change], changed: Callable[[bytes, Change], bytes]) -> tuple[bytes, ...]:
        """Return the rows of each side, as `changed` writes them."""
        sides: tuple[list[bytes], ...] = tuple([] for _ in range(SIDES))
        for number, row in enumerate(self._data, self._first):
            change = changes.get(number)
            if change is not None and change.instead is not None:
                sides[change.side].append(change.instead)
            elif row is not None and change is not None:
                sides[change.side].append(changed(row, change))
        return tuple(b"".join(side) for side in sides)


class Writer(Protocol):
    """A shard in the making."""

    def add(self, part: bytes) -> None:
        """Write what `Block.parted` has given for this side."""

    def close(self) -> None:
        """Write what has to stand at the end; the file itself stays open."""


class Shard(Protocol):
    """A shard that is open for reading."""

    @property
    def share(self) -> float | None:
        """How much of it was read, from 0 to 1; None where the file itself tells."""

    def blocks(self) -> Iterator[Block]:
        """Yield all of it, about a megabyte at a time."""

    def writer(self, out: BinaryIO, added: Mapping[str, Kind]) -> Writer:
        """Return what writes such a shard, with fields added."""


def held(name: str, form: Form) -> str | None:
    """Return the format of the records that a file of this name holds; None where it is one document.

    `form` names it, or "auto" and "records" go by the name.
    """
    if form not in ("auto", "records"):
        return form if form in FORMATS else None
    stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122 - pathlib takes ten times as long
    packed = suffix in _COMPRESSED
    if packed:
        suffix = os.path.splitext(stem)[1]  # noqa: PTH122 - the same
    found = (_SUFFIXES | _TABLES if form == "records" else _SUFFIXES).get(suffix)
    return found if found in _STREAMS or not packed else None


def opened(file: BinaryIO, name: str, form: str, reading: Reading, *, whole: bool = False) -> Shard:
    """Return the shard that a file holds in one of FORMATS; its name says how it is compressed.

    `whole`: all columns are wanted, and not just the text and the id. Raises Unreadable where they are not there,
    NotText where a library is not installed, and what reading broken files raises.
    """
    if form in _STREAMS:
        from redactscan.shard.packed import unpacked  # noqa: PLC0415 - for those that may be compressed

        file = unpacked(file, name)
    made: Shard = import_module(f"redactscan.shard.{FORMATS[form]}").opened(file, form, reading, whole)
    return made


@contextlib.contextmanager
def written(shard: Shard, out: BinaryIO, name: str, added: Mapping[str, Kind]) -> Iterator[Writer]:
    """Give what writes a shard like another into a file; its name says how it is compressed."""
    from redactscan.shard.packed import packing  # noqa: PLC0415 - as above

    packed = packing(out, name) if held(name, "records") in _STREAMS else contextlib.nullcontext(out)
    with packed as into:
        writer = shard.writer(into, added)
        yield writer
        writer.close()
