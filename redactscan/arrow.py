"""Records as columns: a batch of texts in Arrow gets what is known of each. The engines are thin users of this."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from msgspec import inspect

from redactscan.errors import RedactscanError, lacking
from redactscan.options import Options, shared
from redactscan.record import Record
from redactscan.records import value_of
from redactscan.row import COLUMN, ELSEWHERE, row

try:
    import pyarrow as pa
    import pyarrow.compute
except ImportError:
    raise lacking("pyarrow", "corpus") from None

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from redactscan import Scanner

    Batch = TypeVar("Batch", bound="pa.RecordBatch | pa.Table")

_SHOWN = 8
"""Names of columns that are shown where the one that is asked for is not there."""

_SCALARS = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.FloatType: pa.float64(),
    inspect.BoolType: pa.bool_(),
}


# --- types -------------------------------------------------------------------------------------------------------


@functools.cache
def record_type() -> pa.StructType:
    """Return the type of a record: a field for each of `record.Record` less ELSEWHERE, as in the JSON.

    A struct is a struct, a list and a pair are lists, what a dictionary maps is a map. What the JSON leaves out or
    gives as null is null.
    """
    return _type(inspect.type_info(Record))


def schema(base: pa.Schema | None = None, *, prefix: str | None = None) -> pa.Schema:
    """Return `base` with the columns that `scan_batch` adds behind its own; without a base these alone.

    They are one struct called COLUMN, or with a `prefix`, which may be empty, one for each field of it. Raises
    RedactscanError where `base` has such a column already.
    """
    out = pa.schema([]) if base is None else base
    for field in _columns(prefix):
        if field.name in out.names:
            raise RedactscanError(f"there is a column {field.name!r} already; drop it, or choose others with prefix=")
        out = out.append(field)
    return out


def _columns(prefix: str | None) -> list[pa.Field]:
    if prefix is None:
        return [pa.field(COLUMN, record_type())]
    return [field.with_name(prefix + field.name) for field in record_type()]


def _type(info: inspect.Type) -> pa.DataType:
    """Return the type in Arrow of what msgspec knows of one in Python."""
    if isinstance(info, inspect.UnionType):  # of something and None
        (info,) = (one for one in info.types if not isinstance(one, inspect.NoneType))
    if isinstance(info, inspect.StructType):
        return pa.struct([(f.name, _type(f.type)) for f in info.fields if f.name not in ELSEWHERE])
    if isinstance(info, inspect.DictType):
        return pa.map_(_type(info.key_type), _type(info.value_type))
    if isinstance(info, inspect.ListType):
        return pa.list_(_type(info.item_type))
    if isinstance(info, inspect.TupleType):  # all of one type
        return pa.list_(_type(info.item_types[0]))
    return _SCALARS[type(info)]


# --- values ------------------------------------------------------------------------------------------------------


def scan_batch(batch: Batch, text: str = "text", *, prefix: str | None = None, options: Options | None = None) -> Batch:
    """Return a batch or table with the record columns added; `schema(batch.schema, prefix=prefix)` is its schema.

    `text` names the column of texts: any sort of string, dictionaries too; dots lead into structs. A record is that of
    `Scanner.scan`, by a scanner with these `options` that the process makes once; offsets are code points. A null text
    has a null record, and `count` counts it. Bytes that are not UTF-8 are U+FFFD in what is scanned, and counted as
    `invalid`. Raises RedactscanError, one line that names the column, where there is no text to scan or a column of
    this name already, and where the options are wrong.
    """
    out = schema(batch.schema, prefix=prefix)
    column = texts(batch, text)
    scanner = shared(options or Options())
    chunks = [_records(chunk, scanner) for chunk in _chunks(column)]
    struct = pa.chunked_array(chunks, record_type()) if isinstance(batch, pa.Table) else chunks[0]
    added = [struct] if prefix is None else struct.flatten()
    scanned: Batch = type(batch).from_arrays([*batch.columns, *added], schema=out)
    return scanned


def texts(batch: Batch, text: str = "text") -> pa.Array | pa.ChunkedArray:
    """Return the column of texts; raise RedactscanError where there is none, or what it holds is no text."""
    column = _column(batch, text)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not any(fits(kind) for fits in (_is_string, pa.types.is_null)):
        raise RedactscanError(
            f"the column {text!r} holds no strings but {column.type}; cast it, or name another with text="
        )
    return column


def _is_string(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _column(batch: Batch, text: str) -> pa.Array | pa.ChunkedArray:
    names = batch.schema.names
    name, *way = (text,) if text in names else text.split(".")
    if names.count(name) == 1:
        column = batch.column(name)
        for depth, inner in enumerate(way):
            fields = [field.name for field in column.type] if pa.types.is_struct(column.type) else []
            if inner not in fields:
                raise _absent(text, [".".join((name, *way[:depth], field)) for field in fields])
            column = pa.compute.struct_field(column, [inner])
        return column
    if name in names:
        raise RedactscanError(f"there are several columns {text!r}; rename all but one of them")
    raise _absent(text, names)


def _absent(text: str, there: Sequence[str]) -> RedactscanError:
    names = ", ".join(map(repr, there[:_SHOWN])) + (", …" if len(there) > _SHOWN else "")
    return RedactscanError(f"no column {text!r}; text= names another{f' ({names})' if names else ''}")


def _chunks(column: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]


def _records(column: pa.Array, scanner: Scanner) -> pa.Array:
    return pa.array([_row(text, scanner) for text in column], record_type())


def _row(text: pa.Scalar, scanner: Scanner) -> dict[str, Any] | None:
    value, invalid = value_of(text)
    return None if value is None else row(scanner.scan(value, invalid=invalid))


# --- the ledger --------------------------------------------------------------------------------------------------


class Count(NamedTuple):
    """The ledger of some batches: rows that were scanned, and their characters; rows without a text; verdicts."""

    scanned: int
    characters: int
    missing: int
    verdicts: Mapping[str, int]

    def __str__(self) -> str:
        """Return it on one line, as in "3 scanned, 1 without a text: 2 whole, 1 damaged"."""
        missing = f", {self.missing} without a text" if self.missing else ""
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in self.verdicts.items())
        return f"{self.scanned} scanned{missing}{f': {verdicts}' if verdicts else ''}"


def count(batches: Iterable[pa.RecordBatch | pa.Table], *, prefix: str | None = None) -> Count:
    """Return the ledger of batches that have record columns, which `prefix` names as in `scan_batch`."""
    characters, missing, verdicts = 0, 0, Counter[str]()
    for batch in batches:
        found, lengths = (_field(batch, name, prefix) for name in ("verdict", "characters"))
        missing += found.null_count
        characters += pa.compute.sum(lengths, min_count=0).as_py()
        verdicts.update({one["values"]: one["counts"] for one in found.drop_null().value_counts().to_pylist()})
    return Count(verdicts.total(), characters, missing, dict(verdicts.most_common()))


def _field(batch: Batch, name: str, prefix: str | None) -> pa.Array | pa.ChunkedArray:
    return _column(batch, f"{COLUMN}.{name}" if prefix is None else prefix + name)
