"""ODT: the text of LibreOffice and its like, by paragraph and run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.document.outcome import Document, Unreadable
from redactscan.document.package import Package
from redactscan.document.paragraphs import Run, Runs
from redactscan.document.xml import parse
from redactscan.record import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

PART = "content.xml"

MOST = 10_000
"""Spaces that one sign may stand for."""


def read(data: bytes, _encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a document; tracked deletions are a remark."""
    package = Package(data)
    if PART not in package.names:
        raise Unreadable(f"it has no {PART}")
    content = _Content()
    parse(package.part(PART), content)
    deleted = content.deleted
    remarks = [Remark("deleted", f"{deleted} characters that tracked changes delete")] if deleted else []
    return Document(content.flow.text, source=content.flow.source, remarks=remarks)


class _Content:
    """The content of a document being read. A run is text between two tags of a paragraph."""

    def __init__(self) -> None:
        self.flow = Runs()
        self.deleted = 0
        self._paragraphs = 0
        self._open: list[tuple[int, int]] = []
        self._aside = 0  # elements in one whose text is not shown
        self._deletion = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._aside or name in ("tracked-changes", "annotation"):
            self._aside += 1
            self._deletion = name == "deletion" or (self._deletion and name != "insertion")
        elif name in ("p", "h"):
            self._paragraphs += 1
            self.flow.begin()
            self._open.append((self._paragraphs, 0))
        elif name == "tab":
            self.data("\t")
        elif name == "line-break":
            self.data("\n")
        elif name == "s":
            count = attributes.get("c", "1")
            self.data(" " * min(MOST, int(count) if count.isdecimal() else 1))

    def data(self, text: str) -> None:
        if self._aside:
            self.deleted += len(text.strip()) if self._deletion else 0
        elif self._open:
            paragraph, run = self._open[-1]
            self._open[-1] = paragraph, run + 1
            self.flow.add(text, Run(PART, paragraph, run + 1))

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name in ("p", "h") and self._open:
            self._open.pop()
            self.flow.separate()
        elif name == "table-cell":
            self.flow.separate("\t")
        elif name == "table-row":
            self.flow.separate()
