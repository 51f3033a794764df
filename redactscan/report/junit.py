"""JUnit XML: a suite for each document, with a case for each finding, or one that passes where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.ledger import visible
from redactscan.report.place import path
from redactscan.report.table import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Finding, Summary
    from redactscan.report import Item


_TROUBLES = {"skipped": "skipped", "suppression": "system-out"}
"""What becomes of the case of a trouble that is no error: a comment that hides in vain fails nothing."""


class _Case(NamedTuple):
    """One test case: its name, where it is, and what became of it: an element that JUnit knows, or nothing."""

    name: str
    line: int = 1
    outcome: str = ""
    kind: str = ""
    message: str = ""


class JUnit(Report):
    """The suites, each as soon as its document is done, so that no totals stand at the head."""

    def begin(self) -> str:
        """Return the declaration and the root."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="redactscan">\n'

    def add(self, item: Item) -> str:
        """Return the suite of a document."""
        file = quoteattr(visible(path(item.entry)))
        cases = list(_cases(item))
        counts = " ".join(
            f'{total}="{sum(case.outcome == outcome for case in cases)}"'
            for total, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
        )
        head = f'  <testsuite name={file} tests="{len(cases)}" {counts} time="0">\n'
        return head + "".join(_element(case, file) for case in cases) + "  </testsuite>\n"

    def end(self, summary: Summary) -> str:  # noqa: ARG002 - the suites say it
        """Return the end of the root."""
        return "</testsuites>\n"


def _cases(item: Item) -> Iterator[_Case]:
    findings = item.entry.findings if isinstance(item.entry, Record) else []
    troubles = list(ledger.troubles(item.entry))
    for what, message in troubles:
        yield _Case("scan", outcome=_TROUBLES.get(what, "error"), kind=what, message=message)
    for finding in findings:
        yield _finding(finding, item.text)
    if not troubles and not findings:
        yield _Case("scan")


def _finding(finding: Finding, text: str) -> _Case:
    name = f"{finding.rule}:{finding.line}:{finding.column}"
    message = f"{visible(finding.message)}: {excerpt(text, finding)}"
    outcome = "system-out" if finding.severity == "note" else "failure"  # a note fails nothing
    return _Case(name, finding.line, outcome, finding.severity, message)


def _element(case: _Case, file: str) -> str:
    opening = f'    <testcase classname={file} name={quoteattr(case.name)} file={file} line="{case.line}" time="0"'
    if not case.outcome:
        return f"{opening}/>\n"
    if case.outcome == "system-out":
        return f"{opening}><system-out>{escape(case.message)}</system-out></testcase>\n"
    kind = f" type={quoteattr(case.kind)}" if case.kind else ""
    outcome = f"<{case.outcome}{kind} message={quoteattr(case.message)}/>"
    return f"{opening}>{outcome}</testcase>\n"
