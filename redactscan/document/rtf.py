"""RTF: its text, without the way back, which the library does not keep."""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

from redactscan.document.outcome import Document
from redactscan.record import Remark

_ESCAPED = re.compile(rb"\\[\\{}]")


def read(data: bytes, encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a document. It is in ASCII and says itself what its escapes mean."""
    text = rtf_to_text(data.decode("latin-1"), encoding or "cp1252", errors="replace")  # type: ignore[no-untyped-call]
    # Each group has an end, and what is cut has lost some.
    groups = _ESCAPED.sub(b"", data)
    cut = [Remark("cut", "the document ends within a group")] if groups.count(b"{") > groups.count(b"}") else []
    return Document(text.replace("\r\n", "\n"), remarks=cut)
