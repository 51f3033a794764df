"""SARIF 2.1.0, as GitHub's code scanning reads it, written while the documents come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from redactscan import __version__
from redactscan.fingerprint import fingerprints
from redactscan.guide import KINDS, suppression
from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.jsonl import json_line
from redactscan.report.ledger import visible
from redactscan.report.markdown import code
from redactscan.report.place import end, uri
from redactscan.report.table import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable

    from redactscan.record import Entry, Finding, Summary
    from redactscan.report import Item, View
    from redactscan.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://pypi.org/project/redactscan/"

MOST = 25_000
"""Results in a run: GitHub refuses a file with more of them."""

_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_PRECISIONS = {"strong": "high", "weak": "medium"}
_TROUBLES = {
    "failed": "error",
    "stopped": "error",
    "invalid": "warning",
    "unread": "warning",
    "skipped": "note",
    "suppression": "warning",
}


class Sarif(Report):
    """One run. Results come first, so that the rules behind them may follow; the ledger is in the invocation."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._results = 0
        self._rules: dict[str, int] = {}
        self._notifications: list[object] = []

    def begin(self) -> str:
        """Return what stands before the results."""
        return f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints","results":['

    def add(self, item: Item) -> str:
        """Return the results of a document, a line each."""
        entry = item.entry
        self._notifications += [_notification(entry, _TROUBLES[what], text) for what, text in ledger.troubles(entry)]
        if not isinstance(entry, Record):
            return ""
        reasons = {suppressed.finding: suppressed.reason for suppressed in item.suppressed}
        # They are numbered together, so that a finding stays what it is when a comment hides a copy of it.
        every = sorted([*entry.findings, *reasons], key=lambda finding: (finding.start, finding.end))
        out = ""
        for finding, fingerprint in zip(every, fingerprints(replace(entry, findings=every), item.text), strict=True):
            self._results += 1
            if self._results <= MOST:
                result = self._result(item, finding, fingerprint) | _suppressions(reasons.get(finding))
                out += f"{',' if self._results > 1 else ''}\n{json_line(result)}"
        return out

    def end(self, summary: Summary) -> str:
        """Return the invocation and the rules."""
        if self._results > MOST:
            left = f"{self._results - MOST} results are left out: GitHub takes {MOST} (select rules, or scan in parts)"
            self._notifications.append({"level": "warning", "message": {"text": left}})
        unable = summary.failed or summary.stopped
        invocation = {
            "executionSuccessful": not unable,
            "toolExecutionNotifications": self._notifications,
            "properties": {"ledger": ledger.counts(summary), "engine": summary.engine},
        }
        driver = {
            "name": "redactscan",
            "semanticVersion": __version__,
            "informationUri": HOME,
            "rules": [_rule(rule_id, self.view.rules.get(rule_id)) for rule_id in self._rules],
        }
        return f'\n],"invocations":[{json_line(invocation)}],"tool":{{"driver":{json_line(driver)}}}}}]}}\n'

    def _result(self, item: Item, finding: Finding, fingerprint: str) -> dict[str, object]:
        return {
            "ruleId": finding.rule,
            "ruleIndex": self._rules.setdefault(finding.rule, len(self._rules)),
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{visible(finding.message)}: {excerpt(item.text, finding)}"},
            "locations": [_location(item.entry, _region(finding))],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint},
            "properties": {"kind": finding.kind, "slot": finding.slot, "confidence": finding.confidence},
        }


def _suppressions(reason: str | None) -> dict[str, object]:
    """Return what says that a comment hides a result, and why; nothing where none does."""
    return {} if reason is None else {"suppressions": [{"kind": "inSource", "justification": reason}]}


def _region(finding: Finding) -> dict[str, object]:
    line, column = end(finding)
    return {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": line,
        "endColumn": column,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
    }


def _location(entry: Entry, region: dict[str, object] | None = None) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": uri(entry)}}
    location: dict[str, object] = {"physicalLocation": physical | ({"region": region} if region else {})}
    if entry.id is not None:
        location["logicalLocations"] = [{"name": entry.id, "kind": "record"}]
    return location


def _notification(entry: Entry, level: str, message: str) -> dict[str, object]:
    return {"level": level, "message": {"text": message}, "locations": [_location(entry)]}


def _rule(rule_id: str, rule: Rule | None) -> dict[str, object]:
    """Return what is shown of a rule: what it means, and its examples as help."""
    if rule is None:
        return {"id": rule_id}
    tags = [rule.kind, *([rule.slot] if rule.slot else []), *rule.languages]
    return {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.message},
        "fullDescription": {"text": f"{rule.kind}: {rule.message}"},
        "help": {"text": _help(rule, visible), "markdown": _help(rule, code)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": tags,
            "precision": _PRECISIONS[rule.weight],
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _help(rule: Rule, shown: Callable[[str], str]) -> str:
    hits, misses, ways = (
        "\n".join(f"- {shown(text)}" for text in texts) for texts in (rule.hits, rule.misses, suppression(rule))
    )
    what, why = KINDS[rule.kind]
    return (
        f"{rule.message}\n\n{what} {why}\n\nFound, at the marks:\n\n{hits}\n\nLeft alone:\n\n{misses}\n\n"
        f"How to suppress it:\n\n{ways}"
    )
