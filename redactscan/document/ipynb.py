"""Jupyter notebooks: the source of each cell, and the text that it gave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redactscan.document.encoding import decode
from redactscan.document.flow import Flow
from redactscan.document.outcome import Document, Unreadable
from redactscan.record import Source

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the text of a notebook, its cells and their outputs in order."""
    decoded = decode(data, encoding, declared)
    try:
        cells = json.loads(decoded.text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable("not a notebook: no JSON with cells") from None
    flow: Flow[Source] = Flow()
    for number, cell in enumerate(cells, 1):
        for part, text in _texts(cell):
            flow.separate("\n\n")
            flow.add(text, Source(part=part, cell=number))

    def source(start: int, end: int) -> Source | None:
        return next((piece.place for piece in flow.pieces(start, end)), None)

    return Document(flow.text, *decoded[1:], source=source)


def _texts(cell: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "source", _joined(cell.get("source", ""))
    for output in cell.get("outputs", []):
        # A stream has its text at once; other outputs have one for each form in which they can be shown.
        yield "output", _joined(output.get("text", output.get("data", {}).get("text/plain", "")))


def _joined(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)
