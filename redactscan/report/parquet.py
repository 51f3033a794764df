"""Parquet: a row for each document with nested columns, for those who go on with it in a data frame or an engine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from redactscan.errors import lacking
from redactscan.record import Record
from redactscan.report import Report
from redactscan.report.ledger import troubles
from redactscan.row import row

if TYPE_CHECKING:
    import pyarrow as pa

    from redactscan.record import Entry, Summary
    from redactscan.report import Item, View

GROUP = 5000
"""Rows of a group; these are in memory."""

_BEFORE, _AFTER = ("path", "id"), ("encoding", "format", "error", "skipped", "reason")
"""Columns beside those of a record, which stand before and after them."""


class Parquet(Report):
    """The rows, some thousands at a time. Raises RedactscanError where pyarrow is not installed."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        try:
            import pyarrow as pa  # noqa: PLC0415 - of the extra
            import pyarrow.parquet as pq  # noqa: PLC0415 - the same
        except ImportError:
            raise lacking("pyarrow", "corpus") from None
        self._pa = pa
        self._schema = schema()
        self._sink = _Sink()
        self._out = pq.ParquetWriter(self._sink, self._schema)
        self._rows: list[dict[str, Any]] = []

    def begin(self) -> bytes:
        """Return how such a file begins."""
        return self._sink.drained()

    def add(self, item: Item) -> bytes:
        """Return a group of rows where there are enough."""
        self._rows.append(_row(item.entry))
        return self._group() if len(self._rows) >= GROUP else b""

    def end(self, summary: Summary) -> bytes:  # noqa: ARG002 - the ledger is not in it
        """Return the other rows, and the index of all."""
        rest = self._group() if self._rows else b""
        self._out.close()
        return rest + self._sink.drained()

    def _group(self) -> bytes:
        try:
            table = self._pa.Table.from_pylist(self._rows, self._schema)
        except UnicodeEncodeError:  # halves of surrogate pairs, which JSON may have and Arrow has not
            table = self._pa.Table.from_pylist([_encodable(each) for each in self._rows], self._schema)
        self._out.write_table(table, GROUP)
        self._rows = []
        return self._sink.drained()


def schema() -> pa.Schema:
    """Return the columns: where a document comes from, what is known of it, and why it was not scanned."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    from redactscan.arrow import record_type  # noqa: PLC0415 - the same

    text, lists = pa.string(), pa.list_(pa.string())
    before, after = ([(name, text) for name in names] for names in (_BEFORE, _AFTER))
    return pa.schema([*before, *record_type(), *after, ("troubles", lists)])


def _row(entry: Entry) -> dict[str, Any]:
    known = row(entry) if isinstance(entry, Record) else {}
    beside = {name: getattr(entry, name, None) for name in (*_BEFORE, *_AFTER)}
    return known | beside | {"troubles": [trouble.message for trouble in troubles(entry)]}


def _encodable(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: _encodable(inner) for name, inner in value.items()}
    return [_encodable(inner) for inner in value] if isinstance(value, (list, tuple)) else value


class _Sink(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever has bytes
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def drained(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
