"""RTF: its text, without the way back, which the library does not keep."""

from __future__ import annotations

from striprtf.striprtf import rtf_to_text

from redactscan.document.outcome import Document


def read(data: bytes, encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a document. It is in ASCII and says itself what its escapes mean."""
    text = rtf_to_text(data.decode("latin-1"), encoding or "cp1252", errors="replace")  # type: ignore[no-untyped-call]
    return Document(text.replace("\r\n", "\n"))
