"""DOCX: headers, footers, notes, comments and the body as they are shown, by paragraph and run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redactscan.document.outcome import Document
from redactscan.document.package import Package
from redactscan.document.paragraphs import Run, Runs
from redactscan.document.xml import parse
from redactscan.record import Remark, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redactscan.record import Form

# The body comes last, so that the end of the text is where the document ends.
_PARTS = (r"header\d*", r"footer\d*", "footnotes", "endnotes", "comments", "document")

_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(data: bytes, _encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a document; tracked deletions, hidden text and prompts are remarks."""
    package, runs, remarks = Package(data), Runs(), list[Remark]()
    for pattern in _PARTS:
        for name in sorted(name for name in package.names if re.fullmatch(rf"word/{pattern}\.xml", name)):
            part = _Part(name, runs)
            parse(package.part(name), part)
            remarks += part.remarks
            runs.separate()
    return Document(runs.text, source=runs.source, remarks=remarks)


class _Part:
    """One part of the package being read."""

    def __init__(self, name: str, runs: Runs) -> None:
        self.remarks: list[Remark] = []
        self._name = name
        self._flow = runs
        self._paragraphs = 0
        self._open: list[tuple[int, int]] = []  # paragraph and run of each that is open: a text box is in a paragraph
        self._passed = 0  # elements in one that is passed over
        self._text = ""  # "t" in text that is shown, "delText" in text that was deleted
        self._hidden = False
        self._parts: list[str] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._passed or name in ("Fallback", "moveFrom"):
            self._passed += 1
        elif name == "p":
            self._paragraphs += 1
            self._flow.begin()
            self._open.append((self._paragraphs, 0))
        elif name == "r" and self._open:
            paragraph, run = self._open[-1]
            self._open[-1] = paragraph, run + 1
            self._hidden = False
        elif name == "vanish":
            self._hidden = attributes.get("val", "true") not in ("0", "false", "off")
        elif name == "showingPlcHdr":
            self._remark("control", "a field that shows its prompt")
        elif name in ("t", "delText"):
            self._text, self._parts = name, []
        elif name in _SIGNS and self._open and self._open[-1][1] and not self._text:
            self._add(_SIGNS[name])

    def data(self, text: str) -> None:
        if self._text and not self._passed:
            self._parts.append(text)

    def end(self, name: str) -> None:
        if self._passed:
            self._passed -= 1
        elif name == self._text:
            self._ended("".join(self._parts))
            self._text = ""
        elif name == "p" and self._open:
            self._open.pop()
            self._flow.separate()
        elif name == "tc":
            self._flow.separate("\t")
        elif name == "tr":
            self._flow.separate()

    def _ended(self, text: str) -> None:
        if self._text == "delText":
            self._remark("deleted", f"{len(text)} characters that a tracked change deletes")
        elif self._hidden:
            self._remark("hidden", f"{len(text)} characters that are hidden")
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._open and not self._hidden:
            self._flow.add(text, Run(self._name, *self._open[-1]))

    def _remark(self, form: Form, message: str) -> None:
        paragraph, run = self._open[-1] if self._open else (self._paragraphs + 1, 1)
        self.remarks.append(
            Remark(form, message, Source(self._name, paragraph=(paragraph,) * 2, run=(max(1, run),) * 2))
        )
