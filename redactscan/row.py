"""A record as a row: what is put beside a text that is kept with others, in place of a file of its own."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import NODEFAULT

from redactscan.record import Record

COLUMN: Final = "redactscan"
"""What the row is called among the fields of its text."""

ELSEWHERE: Final = frozenset(
    ("path", "id", "encoding", "format", "encoding_confidence", "remarks", "suppressions", "source")
)
"""Fields of a record, and one of a finding, that a row leaves out: they tell of a file or of its comments."""


def row(record: Record) -> dict[str, Any]:
    """Return the JSON of a record less ELSEWHERE, and with all of its own fields: what is left out there is empty."""
    plain = msgspec.to_builtins(record)
    return {name: plain[name] if name in plain else _empty(field) for name, field in _FIELDS.items()}


_FIELDS = {field.name: field for field in msgspec.structs.fields(Record) if field.name not in ELSEWHERE}


def _empty(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()
