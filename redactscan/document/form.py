"""Which format some bytes are in: by what they say first, and by their name second."""

from __future__ import annotations

import io
import os
import re

from redactscan.document.outcome import NotText

_HEAD = 4096
"""Bytes that tell the format."""

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh91AY&SY", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"WARC/1.", "warc"),
)

CONTAINERS = frozenset(("zip", "tar", "gzip", "bzip2", "xz", "zstd", "warc", "mbox", "eml"))
"""Formats that hold files; a mail has a text of its own besides."""

_SUFFIXES = {
    ".htm": "html",
    ".html": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".ipynb": "ipynb",
    ".eml": "eml",
    ".mbox": "mbox",
}
"""Formats that are text, which only their names tell where their content does not."""

_MARK = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)")

_HEADER = rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)"
_SIGNS = (
    (re.compile(rb"(?is)\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)\b"), "html"),
    (re.compile(rb"From \S+[^\n]*\d{4}\n[A-Za-z][A-Za-z0-9-]*:"), "mbox"),
    (re.compile(rb"(?i)%b*?(?:message-id|mime-version|received):" % _HEADER), "eml"),
)
"""How texts begin that are of a format."""


def form(data: bytes, name: str) -> str:
    """Return the format: "text", or the name of the module that reads it or of the container that it is.

    Raises NotText for packages that hold no text documents of a kind that is read.
    """
    head = data[:_HEAD]
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _package(data)
    if head[257:262] == b"ustar":
        return "tar"
    # What is tested here is ASCII, which in UTF-16 has a NUL beside each character.
    plain = _MARK.sub(b"", head).replace(b"\0", b"").replace(b"\r\n", b"\n")
    named = _SUFFIXES.get(os.path.splitext(name)[1].lower(), "text")  # noqa: PTH122 - a tenth of the time
    return next((found for sign, found in _SIGNS if sign.match(plain)), named)


def _package(data: bytes) -> str:
    """Return what a ZIP file is: an archive, or a document that is kept as one."""
    import zipfile  # noqa: PLC0415 - 5 ms, and most files are none

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            kind = package.read("mimetype")[:100] if package.NameToInfo.get("mimetype") else b""
    except Exception:  # noqa: BLE001 - it is broken; whoever opens it says in which way
        return "zip"
    if "word/document.xml" in names:
        return "docx"
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    if kind.startswith(b"application/epub+zip"):
        return "epub"
    if "[Content_Types].xml" in names or kind.startswith(b"application/vnd.oasis"):
        raise NotText("binary (an Office document that is no text: a sheet, slides, a drawing)")
    return "zip"
