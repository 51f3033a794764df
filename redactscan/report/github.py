"""Workflow commands of GitHub Actions: an annotation for each finding, in the lines of the changed files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.ledger import visible
from redactscan.report.place import end, path
from redactscan.report.table import excerpt

if TYPE_CHECKING:
    from redactscan.record import Finding, Summary
    from redactscan.report import Item

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_TROUBLES = {
    "failed": "error",
    "stopped": "error",
    "invalid": "warning",
    "unread": "warning",
    "skipped": "notice",
    "suppression": "warning",
}


class GitHub(Report):
    """A line for each finding, as it comes. GitHub shows the first ten of each level and step."""

    def add(self, item: Item) -> str:
        """Return the annotations of a document, and of what kept it from being scanned whole."""
        entry = item.entry
        troubles = ledger.troubles(entry)
        lines = [_command(_TROUBLES[what], {"file": path(entry)}, message) for what, message in troubles]
        if isinstance(entry, Record):
            lines += [_annotation(path(entry), finding, item.text) for finding in entry.findings]
        return "".join(lines)

    def end(self, summary: Summary) -> str:
        """Return the ledger, which GitHub leaves in the log."""
        return f"{ledger.counts(summary)}\n"


def _annotation(file: str, finding: Finding, text: str) -> str:
    line, column = end(finding)
    place: dict[str, object] = {"file": file, "line": finding.line, "endLine": line}
    if line == finding.line:  # over several lines, columns are refused
        place |= {"col": finding.column, "endColumn": column}
    message = f"{visible(finding.message)}: {excerpt(text, finding)}"
    return _command(_LEVELS[finding.severity], place | {"title": finding.rule}, message)


def _command(level: str, properties: dict[str, object], message: str) -> str:
    shown = ",".join(f"{name}={_property(visible(str(value)))}" for name, value in properties.items())
    return f"::{level} {shown}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
