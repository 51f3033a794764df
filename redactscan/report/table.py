"""A table of the documents, or a line where it is one, then their findings in context, then what was not scanned."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

import click

from redactscan.record import Kind, Record, Skipped
from redactscan.report import Report, ledger
from redactscan.report.ledger import visible
from redactscan.score import percent

if TYPE_CHECKING:
    from redactscan.record import Finding, Scores, Summary
    from redactscan.report import Item, View

AROUND = 12
"""Characters of context on both sides of a finding."""

LONGEST = 40
"""Characters of a part of a finding beyond which its middle is left out."""

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_KIND_COLOURS: dict[Kind, str] = {
    "mask": "magenta", "gap": "blue", "placeholder": "cyan", "truncation": "red", "omission": "yellow",
    "boilerplate": "bright_black",
}  # fmt: skip


class Table(Report):
    """The whole report, once the last document is there: only then is known how wide the table is."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._rows: list[list[str]] = []
        self._findings: list[str] = []
        self._troubles: list[str] = []
        self._skipped: list[str] = []

    def add(self, item: Item) -> str:
        """Return nothing yet."""
        (self._skipped if isinstance(item.entry, Skipped) else self._troubles).extend(ledger.lines(item.entry))
        if isinstance(item.entry, Record):
            self._rows.append(_row(item.entry))
            self._findings += _findings(item.entry, item.text, self.view)
        return ""

    def end(self, summary: Summary) -> str:
        """Return table, findings and ledger."""
        documents = _line(self._rows[0]) if len(self._rows) == 1 else _table(self._rows) if self._rows else ""
        table = f"{documents}\n\n" if documents else ""
        findings = "\n".join([*self._findings, "\n"]) if self._findings else ""
        skipped = _first(self._skipped, self.view, "skipped")
        return (
            table
            + findings
            + "\n".join([ledger.counts(summary), *ledger.common(summary), *self._troubles, *skipped, ""])
        )


def _first(lines: list[str], view: View, what: str) -> list[str]:
    """Return as many lines as the reader wants to see, and one that says how many more there are."""
    if not view.most or len(lines) <= view.most:
        return lines
    return [*lines[: view.most], f"… and {len(lines) - view.most} more {what} (--most 0 shows all)"]


# --- one row a document ------------------------------------------------------------------------------------------

_KINDS: tuple[Kind, ...] = get_args(Kind)


def _row(record: Record) -> list[str]:
    counts = Counter(f.kind for f in record.findings if f.severity != "note")
    scores = record.scores
    return [
        visible(record.path or ""),
        record.verdict,
        completeness(scores),
        percent(scores.detail),
        *(str(counts[kind] or "") for kind in _KINDS),
    ]


_HEADERS = ("path", "verdict", "complete", "detail", *_KINDS)


def _line(row: list[str]) -> str:
    """Return what a row of the table says, in words."""
    path, verdict, complete, detail, *counts = row
    found = [f"{count} {kind}" for count, kind in zip(counts, _KINDS, strict=True) if count]
    facts = [verdict, f"complete {complete}", *([f"detail {detail}"] if detail else []), *found]
    return f"{path or '-'}: {', '.join(facts)}"


def _table(rows: list[list[str]]) -> str:
    """Return the table, without the columns of kinds that no document has."""
    from tabulate import tabulate  # noqa: PLC0415 - as long as all else that a scan of one small file imports

    headers = _HEADERS
    used = [n for n in range(len(headers)) if n < len(headers) - len(_KINDS) or any(row[n] for row in rows)]
    return tabulate(
        [[row[n] for n in used] for row in rows],
        headers=[headers[n] for n in used],
        disable_numparse=True,
        colalign=["left" if n < 2 else "right" for n in used],  # noqa: PLR2004 - path and verdict
    )


def completeness(scores: Scores) -> str:
    """Return the completeness in percent, with its bounds where it is not exact, as in "54 % (53-56)"."""
    bounds = f"{percent(scores.low)} to {percent(scores.high)}"
    if scores.completeness is None:
        return f"unknown ({bounds})"
    exact = scores.low == scores.high
    return percent(scores.completeness) if exact else f"{percent(scores.completeness)} ({bounds})"


# --- findings ----------------------------------------------------------------------------------------------------


def _findings(record: Record, text: str, view: View) -> list[str]:
    findings = record.findings
    # Lines that nobody will see are not made: there may be a hundred thousand.
    lines = [line(record.path, f, text, colour=view.colour) for f in findings[: view.most or None]]
    more = len(findings) - len(lines)
    return [*lines, f"… and {more} more in {visible(record.path or '-')} (--most 0 shows all)"] if more else lines


def line(path: str | None, finding: Finding, text: str, *, colour: bool = False) -> str:
    """Return one finding on a line: where it is, how bad, which rule, what is wrong, and the hole in its context."""
    severity, rule = str(finding.severity), finding.rule
    if colour:
        severity, rule = click.style(severity, _COLOURS[severity]), click.style(rule, _KIND_COLOURS[finding.kind])
    place = f"{visible(path or '-')}:{finding.line}:{finding.column}"
    return "  ".join([place, severity, rule, visible(finding.message), excerpt(text, finding)])


def excerpt(text: str, finding: Finding) -> str:
    """Return a finding in its context, its hole (or itself where it has none) between ⟦ and ⟧, without line breaks."""
    low, high = finding.hole or (finding.start, finding.end)
    start, end = min(finding.start, low), max(finding.end, high)
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    before = _shortened(text[first:start]) + _shortened(text[start:low])
    after = _shortened(text[high:end]) + _shortened(text[end:last])
    return f"{'…' if first else ''}{before}⟦{_shortened(text[low:high])}⟧{after}{'…' if last < len(text) else ''}"


def _shortened(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    return visible(text)
