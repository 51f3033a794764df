"""One JSON object for the whole run, as `record.Report` describes it, written while the documents come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan import __version__
from redactscan.record import SCHEMA, Tool
from redactscan.report.jsonl import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from redactscan.record import Summary
    from redactscan.report import Item, View


def report(items: Iterable[Item], summary: Callable[[], Summary], view: View) -> Iterator[str]:  # noqa: ARG001
    """Yield the object, one line for each document."""
    yield f'{{"schema":"{SCHEMA}","tool":{encoded(Tool("redactscan", __version__))},"documents":['
    for n, item in enumerate(items):
        yield f"{',' if n else ''}\n{encoded(item.entry)}"
    yield f'\n],"summary":{encoded(summary())}}}\n'
