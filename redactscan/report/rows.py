"""CSV: a row for each finding, and one for each document without any, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.ledger import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Finding
    from redactscan.report import Item

COLUMNS = (
    *("path", "id", "status", "verdict", "completeness", "rule", "kind", "slot", "severity", "confidence"),
    *("start", "end", "line", "column", "text", "message"),
)
"""`status` is found, clean, stopped, invalid, unread, skipped or failed; a row leaves empty what it does not know."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula; control characters, which do too, are shown as escapes."""

_Row = dict[str, object]


class Rows(Report):
    """The rows of each document, as they come."""

    def begin(self) -> str:
        """Return the names of the columns."""
        return _line(dict(zip(COLUMNS, COLUMNS, strict=True)))

    def add(self, item: Item) -> str:
        """Return the rows of a document."""
        return "".join(_line(row) for row in _rows(item))


def _rows(item: Item) -> Iterator[_Row]:
    entry = item.entry
    about: _Row = {"path": entry.path or "-", "id": entry.id}
    findings = []
    if isinstance(entry, Record):
        about |= {"verdict": entry.verdict, "completeness": entry.scores.completeness}
        findings = entry.findings
    troubles = list(ledger.troubles(entry))
    for what, message in troubles:
        yield about | {"status": what, "message": message}
    for finding in findings:
        yield about | {"status": "found"} | _finding(finding)
    if not troubles and not findings:
        yield about | {"status": "clean"}


def _finding(finding: Finding) -> _Row:
    return {name: getattr(finding, name) for name in COLUMNS[COLUMNS.index("rule") :]}


def _line(row: _Row) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(_cell(row.get(name)) for name in COLUMNS)
    return out.getvalue()


def _cell(value: object) -> object:
    """Return text that no spreadsheet takes for a formula; numbers as they are."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if len(text) > 1 and text.startswith(_FORMULA) else text
