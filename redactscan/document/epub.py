"""EPUB: the chapters of a book in the order in which they are read, as one text."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec.structs import replace

from redactscan.document import html
from redactscan.document.flow import Flow
from redactscan.document.outcome import Document, Unreadable
from redactscan.document.package import Package
from redactscan.document.xml import parse
from redactscan.record import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redactscan.record import Source


def read(data: bytes, encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a book; a chapter that is named and not there is a remark."""
    package, remarks = Package(data), list[Remark]()
    flow: Flow[tuple[str, Document]] = Flow()
    for name in _chapters(package):
        if name in package.names:
            chapter = html.read(package.part(name), encoding)
            flow.add(chapter.text, (name, chapter))
            flow.separate()
        else:
            remarks.append(Remark("unread", f"the chapter {name} is not in the book"))

    def source(start: int, end: int) -> Source | None:
        for (name, chapter), first, last in flow.pieces(start, end):
            where = chapter.source(first, last)
            return where and replace(where, part=name)
        return None

    return Document(flow.text, source=source, remarks=remarks)


def _chapters(package: Package) -> Iterator[str]:
    found = _Elements("rootfile")
    parse(package.part("META-INF/container.xml"), found)
    if not found.attributes:
        raise Unreadable("it does not say where its contents are")
    contents = found.attributes[0].get("full-path", "")
    items, spine = _Elements("item"), _Elements("itemref")
    data = package.part(contents)
    parse(data, items)
    parse(data, spine)
    paths = {item.get("id"): item.get("href", "") for item in items.attributes}
    for reference in spine.attributes:
        path = unquote(paths.get(reference.get("idref"), ""))
        yield posixpath.normpath(posixpath.join(posixpath.dirname(contents), path))


class _Elements:
    """The attributes of all elements of a name."""

    def __init__(self, name: str) -> None:
        self.attributes: list[Mapping[str, str]] = []
        self._name = name

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self._name:
            self.attributes.append(attributes)

    def data(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass
