"""Plain text: the bytes of a finding are where its characters are."""

from __future__ import annotations

from redactscan.document.encoding import Bytes, Decoded, decode
from redactscan.document.outcome import Document
from redactscan.record import Source


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the text of a file in some encoding; raise NotText where it is none."""
    decoded = decode(data, encoding, declared)
    return Document(*decoded, source=Located(data, decoded))


class Located:
    """The source of a decoded text, measured when it is first asked for: most documents have no findings."""

    def __init__(self, data: bytes, decoded: Decoded, part: str | None = None) -> None:
        self._made_of = data, decoded
        self._part = part
        self._bytes: Bytes | None = None

    def __call__(self, start: int, end: int) -> Source | None:
        """Return the bytes of a range of the text."""
        if self._bytes is None:
            self._bytes = Bytes(*self._made_of)
        span = self._bytes.span(start, end)
        return None if span is None else Source(part=self._part, bytes=span)
