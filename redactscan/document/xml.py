"""XML as events, without document types: no entity is ever expanded, nothing is fetched, and depth costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat

from redactscan.document.outcome import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


class Handler(Protocol):
    """What is told of each element and text. Names and attributes come without namespaces."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear that an element begins."""

    def data(self, text: str) -> None:
        """Hear of text, or a part of it."""

    def end(self, name: str) -> None:
        """Hear that an element ends."""


def parse(data: bytes, handler: Handler) -> None:
    """Tell a handler what stands in an XML file; raise Unreadable where it is none or has a document type."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def begin(name: str, attributes: dict[str, str]) -> None:
        handler.begin(_local(name), {_local(key): value for key, value in attributes.items()})

    def refuse(*_: object) -> None:
        raise Unreadable("its XML has a document type, which no document of this format has")

    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda name: handler.end(_local(name))
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - as expat has it
    except expat.ExpatError as error:
        raise Unreadable(f"its XML is broken: {error}") from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]
