"""Tables in text: what a reader sees of their cells, a line for each row, and where each cell stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from redactscan.document import plain
from redactscan.document.flow import Flow

if TYPE_CHECKING:
    from redactscan.document.outcome import Document
    from redactscan.record import Source

_SEPARATORS = "\t,;|"


class _Cell(NamedTuple):
    """Row and column, from 1, and where in the text of the file the cell begins and ends, without its quotes.

    `even`: it is written there as it is shown; quotes within quotes are written twice.
    """

    row: int
    column: int
    start: int
    end: int
    even: bool


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the cells of a table with tabs between them; what stands most often in its first line separates them."""
    document = plain.read(data, encoding, declared)
    flow = _cells(document.text)

    def source(start: int, end: int) -> Source | None:
        pieces = flow.pieces(start, end)
        if not pieces:
            return None
        (first, low, _), (last, _, high) = pieces[0], pieces[-1]
        begin = first.start + low if first.even else first.start
        where = document.source(begin, last.start + high if last.even else last.end)
        return where and replace(where, row=first.row, column=first.column)

    return document._replace(text=flow.text, source=source)


def _cells(text: str) -> Flow[_Cell]:
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    # What stands in quotes is in one cell, whatever it is; a quote that is not closed ends with the table.
    parts = re.compile(
        rf'"(?P<quoted>(?:[^"]|"")*)(?:"|\Z)|(?P<plain>[^"{separator}\r\n][^{separator}\r\n]*)'
        rf"|(?P<cell>{re.escape(separator)})|(?P<row>\r\n?|\n)"
    )
    flow: Flow[_Cell] = Flow()
    row = column = 1
    between: list[str] = []
    for part in parts.finditer(text):
        kind = part.lastgroup or ""
        if kind == "row":
            row, column = row + 1, 1
            between.append("\n")
        elif kind == "cell":
            column += 1
            between.append("\t")
        elif part[kind]:
            flow.separate("".join(between))
            shown = part[kind].replace('""', '"') if kind == "quoted" else part[kind]
            flow.add(shown, _Cell(row, column, *part.span(kind), even=shown == part[kind]))
            between = []
    return flow
