"""One JSON object for the whole run, as `record.Report` describes it, written while the documents come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan import __version__
from redactscan.record import SCHEMA, Tool
from redactscan.report import Report
from redactscan.report.jsonl import encoded

if TYPE_CHECKING:
    from redactscan.record import Summary
    from redactscan.report import Item, View


class Whole(Report):
    """The object, with a line for each document."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._comma = ""

    def begin(self) -> str:
        """Return what stands before the documents."""
        return f'{{"schema":"{SCHEMA}","tool":{encoded(Tool("redactscan", __version__))},"documents":['

    def add(self, item: Item) -> str:
        """Return the line of a document."""
        comma, self._comma = self._comma, ","
        return f"{comma}\n{encoded(item.entry)}"

    def end(self, summary: Summary) -> str:
        """Return the summary."""
        return f'\n],"summary":{encoded(summary)}}}\n'
