"""Tables in text: the text is as it stands in the file, and each place in it is in a cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from redactscan.document import plain

if TYPE_CHECKING:
    from redactscan.document.outcome import Document
    from redactscan.record import Source

_SEPARATORS = "\t,;|"


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the text of a table; what separates its cells is the sign that most often stands in its first line."""
    document = plain.read(data, encoding, declared)
    head = document.text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    # What stands in quotes is in one cell, whatever it is; a quote that is not closed ends with the table.
    parts = re.compile(
        rf'"(?:[^"]|"")*(?:"|\Z)|[^"{separator}\r\n]+|(?P<cell>{re.escape(separator)})|(?P<row>\r\n?|\n)'
    )

    def source(start: int, end: int) -> Source | None:
        row = column = 1
        for part in parts.finditer(document.text):
            if part.end() > start:
                break
            if part["row"]:
                row, column = row + 1, 1
            elif part["cell"]:
                column += 1
        where = document.source(start, end)
        return where and replace(where, row=row, column=column)

    return document._replace(source=source)
