"""The formats of a scan's output: one module each, all peers; entries go in, text comes out, and nothing is printed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redactscan.plan import Limits
    from redactscan.record import Entry, Summary
    from redactscan.rule import Rule
    from redactscan.suppression import Suppressed

FORMATS = {
    "table": "table.Table",
    "json": "whole.Whole",
    "jsonl": "jsonl.Lines",
    "csv": "rows.Rows",
    "markdown": "markdown.Markdown",
    "github": "github.GitHub",
    "gitlab": "gitlab.GitLab",
    "html": "page.Page",
    "junit": "junit.JUnit",
    "parquet": "parquet.Parquet",
    "sarif": "sarif.Sarif",
    "shards": "shards.Shards",
    "statistics": "statistics.Statistics",
}
"""The module and class of each format, by the name that users give. Imported when asked for: most runs need one."""

BINARY = ("parquet",)
"""Formats that are no text."""


class Item(NamedTuple):
    """What became of one document, and its text, from which a report shows what stands around a finding.

    `suppressed`: findings that comments in the text hide, which are not in the entry. `limits`: what it must keep to.
    """

    entry: Entry
    text: str = ""
    suppressed: tuple[Suppressed, ...] = ()
    limits: Limits | None = None


class View(NamedTuple):
    """What a reader wants to see.

    `most`: how many findings of a document, 0 for all; formats for machines have them all anyway. `colour`: whether
    the output goes to a terminal that shows it. `rules`: those of the run by id, for formats that explain them.
    """

    most: int = 20
    colour: bool = False
    rules: Mapping[str, Rule] = {}


class Report:
    """One output in the making: what its methods return, put together, is the output.

    Bytes are returned by formats that are no text.

    Several may look at the same documents as they come by, so each holds only what it must.
    """

    def __init__(self, view: View) -> None:
        self.view = view

    def begin(self) -> str | bytes:
        """Return what stands before the documents."""
        return ""

    def add(self, item: Item) -> str | bytes:  # noqa: ARG002 - for those who need it
        """Return what can be written now that this document is known."""
        return ""

    def end(self, summary: Summary) -> str | bytes:  # noqa: ARG002 - the same
        """Return what stands after the documents."""
        return ""


def report(name: str, view: View) -> Report:
    """Return an output of the format that `FORMATS` has under this name, with nothing in it."""
    module, _, kind = FORMATS[name].partition(".")
    return getattr(import_module(f"redactscan.report.{module}"), kind)(view)  # type: ignore[no-any-return]
