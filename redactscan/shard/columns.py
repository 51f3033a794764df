"""Parquet and Arrow: batches of columns. What is written again keeps its columns, and their types and metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from redactscan.document.outcome import Unreadable, absent
from redactscan.records import BLOCK, BadRow, Row, id_of, value_of, way
from redactscan.records import absent as without
from redactscan.shard import SIDES, TooLarge

try:
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.parquet as pq
except ImportError as error:
    raise absent("Parquet or Arrow", error, "corpus") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from redactscan.plan import Reading
    from redactscan.shard import Change, Kind, Outcome

ROWS = 10_000
"""Rows of a block at the most, however short they are."""

GROUP = 1 << 25
"""Bytes of columns from which a group of rows is written: readers like few large ones, and all of one is in memory."""


class Batch(NamedTuple):
    """Some rows, as a stream of Arrow."""

    first: int
    size: int
    data: bytes

    def rows(self, reading: Reading) -> Iterator[tuple[int, Outcome]]:
        """Yield the text and id of each row."""
        batch = _unsent(self.data)
        texts = _column(batch, _place(batch.schema, reading.fields.text))
        place = _place(batch.schema, reading.fields.id)
        ids = _column(batch, place) if place else pa.nulls(batch.num_rows)
        for number, (text, row_id) in enumerate(zip(texts, ids, strict=True), self.first):
            yield number, _row(text, row_id, reading)

    def parted(self, changes: Mapping[int, Change], added: Mapping[str, Kind], reading: Reading) -> tuple[bytes, ...]:
        """Return the rows of each side."""
        batch = _unsent(self.data)
        every = [changes.get(self.first + n) for n in range(batch.num_rows)]
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        if any(change and change.text is not None for change in every):
            place = _place(batch.schema, reading.fields.text)
            texts = [None if change is None else change.text for change in every]
            columns[place[0]] = _replaced(columns[place[0]], place[1:], texts)
        for name, kind in added.items():
            values = [None if change is None else change.added.get(name) for change in every]
            columns[name] = pa.array(values, KINDS[kind]())
        schema = with_columns(batch.schema, added)
        changed = pa.RecordBatch.from_arrays(list(columns.values()), schema=schema)
        places: list[list[int]] = [[] for _ in range(SIDES)]
        for n, change in enumerate(every):
            if change is not None:
                places[change.side].append(n)
        return tuple(_sent(changed.take(pa.array(chosen, pa.int64()))) if chosen else b"" for chosen in places)


class Shard:
    """Columns, whatever file they come from.

    `batches` reads them, each with the share of all that is read with it; `begin` begins another such file.
    """

    def __init__(
        self,
        schema: pa.Schema,
        batches: Callable[[], Iterator[tuple[pa.RecordBatch, float]]],
        begin: Callable[[BinaryIO, Any], Any],
    ) -> None:
        self._schema = schema
        self.share: float | None = 0.0
        self._batches = batches
        self._begin = begin

    def blocks(self) -> Iterator[Batch]:
        """Yield the rows, about a megabyte at a time."""
        first = 1
        for batch, share in self._batches():
            rows = max(1, min(ROWS, BLOCK * batch.num_rows // max(1, batch.nbytes)))
            for start in range(0, batch.num_rows, rows):
                piece = batch.slice(start, rows)
                self.share = share if start + rows >= batch.num_rows else self.share
                yield Batch(first, piece.num_rows, _sent(piece))
                first += piece.num_rows

    def writer(self, out: BinaryIO, added: Mapping[str, Kind]) -> Groups:
        """Return what writes such columns."""
        schema = with_columns(self._schema, added)
        return Groups(self._begin(out, schema), schema)


class Groups:
    """What writes batches, several at a time."""

    def __init__(self, out: Any, schema: pa.Schema) -> None:  # noqa: ANN401 - a writer of pyarrow, which has no types
        self._out = out
        self._schema = schema
        self._held: list[pa.RecordBatch] = []

    def add(self, part: bytes) -> None:
        """Write a batch, or hold it back until there are more."""
        if part:
            self._held.append(_unsent(part))
            if sum(batch.nbytes for batch in self._held) >= GROUP:
                self._flush()

    def close(self) -> None:
        """Write what was held back, and what stands at the end."""
        self._flush()
        self._out.close()

    def _flush(self) -> None:
        if self._held:
            table = pa.Table.from_batches(self._held, self._schema)
            self._out.write_table(table, table.num_rows)
            self._held = []


def opened(file: BinaryIO, form: str, reading: Reading, whole: bool) -> Shard:  # noqa: FBT001 - as all have it
    """Return the shard that a file of columns is; raise Unreadable where it has no column of texts."""
    made = _parquet(file, reading, whole=whole) if form == "parquet" else _arrow(file)
    _checked(made._schema, reading.fields.text)  # noqa: SLF001 - one of us
    return made


def _parquet(file: BinaryIO, reading: Reading, *, whole: bool) -> Shard:
    source = pq.ParquetFile(file, buffer_size=BLOCK, pre_buffer=False)
    about, schema = source.metadata, source.schema_arrow
    size = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    rows = max(1, min(ROWS, BLOCK * about.num_rows // max(1, size)))
    wanted = None if whole else [p[0] for p in (_place(schema, field) for field in reading.fields) if p]

    def batches() -> Iterator[tuple[pa.RecordBatch, float]]:
        seen = 0
        for batch in source.iter_batches(rows, columns=wanted, use_threads=False):
            seen += batch.num_rows
            yield batch, seen / about.num_rows

    def begin(out: BinaryIO, schema: pa.Schema) -> Any:  # noqa: ANN401 - as above
        # Not before some of it was read: for a codec that is none, the library ends the process.
        groups = [about.row_group(0)] if about.num_row_groups else []
        columns = [group.column(n) for group in groups for n in range(group.num_columns)]
        codecs = {c.path_in_schema: "none" if c.compression == "UNCOMPRESSED" else c.compression for c in columns}
        default = next(iter(codecs.values()), "snappy")
        return pq.ParquetWriter(out, schema, compression={path: codecs.get(path, default) for path in _paths(schema)})

    return Shard(schema, batches, begin)


def _paths(schema: pa.Schema) -> list[str]:
    """Return the paths of the columns of Parquet that those of a schema are stored as, nested ones in several."""
    # The library knows how they are spelled there, and has no function that says so.
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    stored = pq.ParquetFile(pa.BufferReader(sink.getvalue())).schema
    return [stored.column(n).path for n in range(len(stored))]


def _arrow(file: BinaryIO) -> Shard:
    magic = b"ARROW1"
    head = file.read(len(magic)) if file.seekable() else b""
    if head:
        file.seek(0)
    stored = head == magic
    source = pa.ipc.open_file(file) if stored else pa.ipc.open_stream(file)

    def batches() -> Iterator[tuple[pa.RecordBatch, float]]:
        if not stored:
            return ((_sound(batch), 0.0) for batch in source)
        count = source.num_record_batches
        return ((_sound(source.get_batch(n)), (n + 1) / count) for n in range(count))

    return Shard(source.schema, batches, pa.ipc.new_file if stored else pa.ipc.new_stream)


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch as it is; raise ArrowInvalid where it is broken: its library would read beyond the memory then."""
    as_bytes = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    for column in batch.columns:
        # Bytes that are not UTF-8 are read, and counted.
        column.view(as_bytes.get(column.type, column.type)).validate(full=True)
    return batch


# --- columns -----------------------------------------------------------------------------------------------------


def with_columns(schema: pa.Schema, added: Mapping[str, Kind]) -> pa.Schema:
    """Return a schema with columns that are added, in place of those that are called so already."""
    for name, kind in added.items():
        field, at = pa.field(name, KINDS[kind]()), schema.get_field_index(name)
        schema = schema.append(field) if at < 0 else schema.set(at, field)
    return schema


def _place(schema: pa.Schema, field: str) -> tuple[str, ...]:
    """Return where a column stands: its name, or the way into a struct; nothing where there is none."""
    if field in schema.names:
        return (field,)
    place = way("--text-field", field)
    kind = schema.field(place[0]).type if place[0] in schema.names else None
    for name in place[1:]:
        kind = kind.field(name).type if kind is not None and _holds(kind, name) else None
    return () if kind is None else place


def _holds(kind: pa.DataType, name: str) -> bool:
    return pa.types.is_struct(kind) and name in [field.name for field in kind]


def _checked(schema: pa.Schema, field: str) -> None:
    place = _place(schema, field)
    if not place:
        raise Unreadable(without(field, schema.names))
    kind = schema.field(place[0]).type
    for name in place[1:]:
        kind = kind.field(name).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        raise Unreadable(f"the column {field!r} holds no text but {kind}; --text-field names another")


def _column(batch: pa.RecordBatch, place: tuple[str, ...]) -> pa.Array:
    column = batch.column(place[0])
    return pa.compute.struct_field(column, list(place[1:])) if len(place) > 1 else column


def _replaced(column: pa.Array, place: tuple[str, ...], texts: Sequence[str | None]) -> pa.Array:
    """Return a column with texts in place of its own where there are any; `place` leads into structs."""
    if not place:
        new = pa.array([None if t is None else t.encode("utf-8", "replace").decode() for t in texts], pa.string())
        values = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        return pa.compute.coalesce(new.cast(values.type), values).cast(column.type)
    parts = [column.field(n) for n in range(column.type.num_fields)]
    at = column.type.get_field_index(place[0])
    parts[at] = _replaced(parts[at], place[1:], texts)
    return pa.StructArray.from_arrays(parts, fields=list(column.type), mask=column.is_null())


def _row(text: pa.Scalar, row_id: pa.Scalar, reading: Reading) -> Outcome:
    shown = id_of(value_of(row_id)[0])
    value, invalid = value_of(text)
    if value is None:
        return BadRow(f"the column {reading.fields.text!r} is null", shown)
    return Row(value, shown, "utf-8", invalid) if len(value) <= reading.max_bytes else TooLarge()


def _sent(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as out:
        out.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unsent(data: bytes) -> pa.RecordBatch:
    return pa.ipc.open_stream(data).read_next_batch()


# --- types of what is added --------------------------------------------------------------------------------------


def _record() -> pa.DataType:
    from redactscan.arrow import record_type  # noqa: PLC0415 - it makes ready what else is not needed here

    return pa.struct([*record_type(), pa.field("dropped", pa.list_(pa.string()))])


KINDS: dict[Kind, Callable[[], pa.DataType]] = {
    "record": _record,
    "map": lambda: pa.list_(pa.list_(pa.int64())),
}
"""The type of each kind of column."""
