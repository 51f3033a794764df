"""The Code Quality report of GitLab: an array of issues, written while the documents come."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from redactscan.fingerprint import fingerprints
from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.jsonl import json_line
from redactscan.report.ledger import visible
from redactscan.report.place import path
from redactscan.report.table import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Entry, Summary
    from redactscan.report import Item, View

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}
_TROUBLES = {
    "failed": "critical",
    "stopped": "critical",
    "invalid": "major",
    "unread": "major",
    "skipped": "info",
    "suppression": "minor",
}


class GitLab(Report):
    """The array, a line for each issue. What was not scanned whole is an issue as well."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._comma = ""

    def begin(self) -> str:
        """Return the bracket that opens the array."""
        return "["

    def add(self, item: Item) -> str:
        """Return the issues of a document."""
        out = ""
        for issue in _issues(item):
            out += f"{self._comma}\n{json_line(issue)}"
            self._comma = ","
        return out

    def end(self, summary: Summary) -> str:  # noqa: ARG002 - the format has no place for it
        """Return the bracket that closes the array."""
        return "\n]\n"


def _issues(item: Item) -> Iterator[dict[str, object]]:
    entry = item.entry
    for what, message in ledger.troubles(entry):
        yield _issue(entry, f"redactscan.{what}", _TROUBLES[what], 1, message, message)
    if isinstance(entry, Record):
        for finding, fingerprint in zip(entry.findings, fingerprints(entry, item.text), strict=True):
            description = f"{visible(finding.message)}: {excerpt(item.text, finding)}"
            yield _issue(entry, finding.rule, _SEVERITIES[finding.severity], finding.line, description, fingerprint)


def _issue(  # noqa: PLR0913, PLR0917 - the fields of an issue
    entry: Entry, check: str, severity: str, line: int, description: str, fingerprint: str
) -> dict[str, object]:
    whole = "\n".join([path(entry), entry.id or "", check, fingerprint]).encode("utf-8", "surrogatepass")
    return {
        "description": description,
        "check_name": check,
        "fingerprint": hashlib.sha256(whole).hexdigest(),
        "severity": severity,
        "location": {"path": path(entry), "lines": {"begin": line}},
    }
