"""CSV and TSV: a row of cells under a header. What is written again keeps its bytes but for the cells that change."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from redactscan.document.encoding import decode
from redactscan.document.outcome import NotText, Unreadable
from redactscan.records import BLOCK, UTF8, BadRow, Row, absent
from redactscan.shard import RawRows
from redactscan.shard.lines import Bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redactscan.plan import Reading
    from redactscan.shard import Change, Kind, Outcome

_SEPARATORS = "\t,;|"

csv.field_size_limit(2**31 - 1)  # the limit of a row is ours


class Head(NamedTuple):
    """What the first row says: the names of the columns, what separates them, and its bytes."""

    names: tuple[str, ...]
    separator: str
    data: bytes


class Table(NamedTuple):
    """Some rows as they stand in the file, and what heads them; None stands for one over the limit."""

    first: int
    head: Head
    data: list[bytes | None]

    @property
    def size(self) -> int:
        """How many rows are in it; empty lines are none."""
        return RawRows(self.first, self.data).count()

    def rows(self, reading: Reading) -> Iterator[tuple[int, Outcome]]:
        """Yield the text and id of each row."""
        return RawRows(self.first, self.data).read(lambda row: _row(row, self.head, reading))

    def parted(self, changes: Mapping[int, Change], added: Mapping[str, Kind], reading: Reading) -> tuple[bytes, ...]:
        """Return the rows of each side."""
        raw = RawRows(self.first, self.data)
        return raw.parted(changes, lambda row, change: _changed(row, self.head, change, added, reading))


class Shard:
    """A file with a header and rows."""

    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        self._pieces = _pieces(file, reading.max_bytes)
        data = next(self._pieces, b"")
        if data is None:
            raise Unreadable("the header is larger than the limit of a document (--max-bytes)")
        shown = decode(data, _encoding(reading)).text.lstrip("\ufeff")
        separator = max(_SEPARATORS, key=shown.count)
        self.head = Head(tuple(_cells(shown, separator)), separator, data)
        self._first = 2  # as a spreadsheet counts
        if self.head.names and reading.fields.text not in self.head.names:
            raise Unreadable(absent(reading.fields.text, self.head.names))

    @property
    def share(self) -> None:
        """Nothing: the file tells how much of it was read."""

    def blocks(self) -> Iterator[Table]:
        """Yield the rows below the header, as they are read."""
        first, rows, held = self._first, list[bytes | None](), 0
        for row in self._pieces:
            rows.append(row)
            held += len(row or b"")
            if held >= BLOCK:
                yield Table(first, self.head, rows)
                first, rows, held = first + len(rows), [], 0
        if rows:
            yield Table(first, self.head, rows)

    def writer(self, out: BinaryIO, added: Mapping[str, Kind]) -> Bytes:
        """Return what writes rows below the same header, with names added."""
        data, end = _end(self.head.data)
        names = [name.encode() for name in added if name not in self.head.names]
        return Bytes(out, self.head.separator.encode().join([data, *names]) + (end or b"\n"))


def opened(file: BinaryIO, _form: str, reading: Reading, _whole: bool) -> Shard:  # noqa: FBT001 - as all have it
    """Return the shard that a table is; raise Unreadable where it has no column of texts."""
    return Shard(file, reading)


def _encoding(reading: Reading) -> str:
    return reading.encoding or "utf-8"


def _pieces(file: BinaryIO, longest: int) -> Iterator[bytes | None]:
    """Yield the bytes of each row: its line, or several where quotes hold the ends of lines; None over the limit."""
    held: list[bytes] = []
    size, open_ = 0, False
    while line := file.readline(longest + 1):
        size += len(line)
        # In each encoding of which lines can be told, a quote is a byte of its own; two within quotes leave it open.
        open_ ^= line.count(b'"') % 2 == 1
        if size <= longest:
            held.append(line)
        else:
            held.clear()
        if line.endswith(b"\n") and not open_:
            yield b"".join(held) if size <= longest else None
            held, size = [], 0
    if size:
        yield b"".join(held) if size <= longest else None


# --- one row -----------------------------------------------------------------------------------------------------


def _cells(text: str, separator: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=separator))
    except csv.Error as error:
        raise BadRow(f"not CSV: {error}") from None
    return rows[0] if rows else []


def _row(data: bytes, head: Head, reading: Reading) -> Row:
    try:
        document = decode(data, _encoding(reading))
    except NotText as reason:
        raise BadRow(f"not CSV: {reason}") from None
    cells = _cells(document.text, head.separator)
    by_name = dict(zip(head.names, cells, strict=False))
    row_id = by_name.get(reading.fields.id) or None
    if len(cells) != len(head.names):
        raise BadRow(f"{len(cells)} cells under a header of {len(head.names)}", row_id)
    return Row(by_name[reading.fields.text], row_id, _encoding(reading), document.invalid)


def _end(data: bytes) -> tuple[bytes, bytes]:
    body = data.rstrip(b"\r\n")
    return body, data[len(body) :]


def _changed(data: bytes, head: Head, change: Change, added: Mapping[str, Kind], reading: Reading) -> bytes:
    encoding = _encoding(reading)
    encoding = "utf-8" if encoding in UTF8 else encoding
    body, end = _end(data)
    text = body.decode(encoding, "surrogateescape")
    if change.text is not None:
        text = _with(text, head, reading.fields.text, change.text, encoding)
    for name in (name for name in added if name in change.added):  # a row that is not read stays as it is
        shown = json.dumps(change.added[name], ensure_ascii=encoding != "utf-8", separators=(",", ":"))
        text = _with(text, head, name, shown.encode("utf-8", "backslashreplace").decode(), encoding)
    return text.encode(encoding, "surrogateescape") + end


def _with(text: str, head: Head, name: str, value: str, encoding: str) -> str:
    """Return a row with another cell in a column, or with one more where there is no such column."""
    quoted = '"' + value.encode(encoding, "replace").decode(encoding).replace('"', '""') + '"' if value else ""
    if name not in head.names:
        return text + head.separator + quoted
    start, end = _spans(text, head.separator)[head.names.index(name)]
    return text[:start] + quoted + text[end:]


def _spans(text: str, separator: str) -> Sequence[tuple[int, int]]:
    cell: Any = re.compile(rf'(?:"(?:[^"]|"")*"?)?[^{re.escape(separator)}]*')
    spans, at = [], 0
    while at <= len(text):
        spans.append(cell.match(text, at).span())
        at = spans[-1][1] + 1
    return spans
