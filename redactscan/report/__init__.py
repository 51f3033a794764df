"""The formats of a scan's output: one module each, all peers; entries go in, text comes out, and nothing is printed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from redactscan.record import Entry, Summary

    Report = Callable[[Iterable["Item"], Callable[[], Summary], "View"], Iterator[str]]

FORMATS = {
    "table": "redactscan.report.table",
    "json": "redactscan.report.whole",
    "jsonl": "redactscan.report.jsonl",
}
"""The module of each format, by the name that users give. Imported when asked for: a table needs what JSON does not."""


class Item(NamedTuple):
    """What became of one document, and its text, from which a report shows what stands around a finding."""

    entry: Entry
    text: str = ""


class View(NamedTuple):
    """What a reader wants to see: how many findings of a document (`most`, 0 for all), and colour or not."""

    most: int = 20
    colour: bool = False


def report(name: str) -> Report:
    """Return the function of a format, by its name in `FORMATS`.

    It takes items, a function that gives the summary once they are used up, and a view, and yields text, as soon as it
    can: put together, the chunks are the output.
    """
    return import_module(FORMATS[name]).report  # type: ignore[no-any-return]
