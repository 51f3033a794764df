"""The JSON Schema of the output, made from the types of the record; `record.schema.json` is what it gives."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from redactscan import record

_REF = "#/$defs/{name}"
_ENTRIES = (record.Record, record.Failed, record.Skipped)


def record_schema() -> dict[str, Any]:
    """Return the schema of `scan --format json`; a line of `--format jsonl` is its `#/$defs/Entry`.

    Fields that it does not know are allowed: version 1 may gain some.
    """
    _, defs = msgspec.json.schema_components((*_ENTRIES, _report()), ref_template=_REF)
    for name, definition in defs.items():
        struct = getattr(record, name)
        definition["description"] = inspect.cleandoc(struct.__doc__)
        if not struct.__struct_config__.omit_defaults:
            # msgspec describes what it reads, where defaults may be left out; what it writes has them.
            definition["required"] = [f.name for f in msgspec.structs.fields(struct) if f.default is not msgspec.UNSET]
    defs["Report"]["properties"]["documents"]["items"] = {"$ref": _REF.format(name="Entry")}
    defs["Entry"] = {
        "title": "Entry",
        "description": "What became of one document.",
        "anyOf": [{"$ref": _REF.format(name=struct.__name__)} for struct in _ENTRIES],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{record.SCHEMA.replace('/', ':')}",
        "title": f"The output of redactscan, {record.SCHEMA}",
        "$ref": _REF.format(name="Report"),
        "$defs": dict(sorted(defs.items())),
    }


def _report() -> type[msgspec.Struct]:
    """Return the report with documents of any type: msgspec knows unions of structs with tags only."""
    fields = msgspec.structs.fields(record.Report)
    return msgspec.defstruct("Report", [(f.name, list[Any] if f.name == "documents" else f.type) for f in fields])
