"""JSON, one object a line. What is written again keeps its bytes but for the fields that change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from redactscan.records import BLOCK, UTF8, blocks, reader, way
from redactscan.shard import RawRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redactscan.plan import Reading
    from redactscan.shard import Change, Kind, Outcome


class Lines(NamedTuple):
    """Some lines; None stands for one over the limit."""

    first: int
    lines: list[bytes | None]

    @property
    def size(self) -> int:
        """How many rows are in it; empty lines are none."""
        return RawRows(self.first, self.lines).count()

    def rows(self, reading: Reading) -> Iterator[tuple[int, Outcome]]:
        """Yield what stands on each line that is not empty."""
        return RawRows(self.first, self.lines).read(reader(reading.fields, reading.encoding).row)

    def parted(self, changes: Mapping[int, Change], added: Mapping[str, Kind], reading: Reading) -> tuple[bytes, ...]:
        """Return the lines of each side."""
        raw = RawRows(self.first, self.lines)
        return raw.parted(changes, lambda line, change: _changed(line, change, added, reading))


class Shard:
    """A file of lines."""

    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        self._file = file
        self._longest = reading.max_bytes

    @property
    def share(self) -> None:
        """Nothing: the file tells how much of it was read."""

    def blocks(self) -> Iterator[Lines]:
        """Yield the lines, as they are read."""
        return (Lines(*block) for block in blocks(self._file, self._longest, BLOCK))

    def writer(self, out: BinaryIO, added: Mapping[str, Kind]) -> Bytes:  # noqa: ARG002 - they stand on the lines
        """Return what writes lines."""
        return Bytes(out)


class Bytes:
    """What writes parts one after the other."""

    def __init__(self, out: BinaryIO, head: bytes = b"") -> None:
        self._out = out
        self._out.write(head)

    def add(self, part: bytes) -> None:
        """Write a part."""
        self._out.write(part)

    def close(self) -> None:
        """Do nothing: what packs the bytes is closed by whoever opened it."""


def opened(file: BinaryIO, _form: str, reading: Reading, _whole: bool) -> Shard:  # noqa: FBT001 - as all have it
    """Return the shard that a file of lines is."""
    return Shard(file, reading)


# --- one line ----------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_BLANK = b" \t\r\n"


def _changed(line: bytes, change: Change, added: Mapping[str, Kind], reading: Reading) -> bytes:
    encoding = reading.encoding or "utf-8"
    encoding = "utf-8" if encoding in UTF8 else encoding  # a byte order mark is a character like others here
    if change.text is not None:
        place = way("--text-field", reading.fields.text)
        line = _replaced(line, place, _json(change.text, encoding), encoding) or line
    for name in (name for name in added if name in change.added):
        value = _json(change.added[name], encoding)
        # Most lines have no such field, and need not be looked through.
        taken = name.encode(encoding) in line and _replaced(line, (name,), value, encoding)
        line = taken or _added(line, _json(name, encoding), value)
    return line


def _added(line: bytes, name: bytes, value: bytes) -> bytes:
    body = line.rstrip(_BLANK)
    return b"".join((body[:-1], b",", name, b":", value, body[-1:], line[len(body) :]))


def _replaced(line: bytes, place: tuple[str, ...], value: bytes, encoding: str) -> bytes | None:
    """Return a line with another value at a path; None where nothing is there."""
    text = line.decode(encoding, "surrogateescape")  # what is no character of the encoding stays what it is
    span = _span(text, place)
    if span is None:
        return None
    before, after = (part.encode(encoding, "surrogateescape") for part in (text[: span[0]], text[span[1] :]))
    return before + value + after


def _json(value: object, encoding: str) -> bytes:
    """Return a value as JSON that can stand in text of an encoding, whatever of Unicode that has."""
    if encoding not in UTF8:
        return json.dumps(value, separators=(",", ":")).encode("ascii")
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def _span(text: str, place: tuple[str, ...]) -> tuple[int, int] | None:
    """Return where in JSON the value at a path stands; of repeated keys the last counts."""
    found = None
    begin, keyed = 0, False
    keys: list[Any] = []  # of the objects that are open; None in lists
    kinds: list[str] = []
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "{[":
            begin = token.start() if tuple(keys) == place else begin
            keys.append(None)
            kinds.append(sign)
            keyed = sign == "{"
        elif sign in "}]":
            keys.pop()
            kinds.pop()
            found = (begin, token.end()) if tuple(keys) == place else found
        elif sign == ",":
            keys[-1] = None
            keyed = kinds[-1] == "{"
        elif sign == ":":
            keyed = False
        elif keyed:
            keys[-1] = json.loads(sign, strict=False)
        elif tuple(keys) == place:
            found = token.span()
    return found
