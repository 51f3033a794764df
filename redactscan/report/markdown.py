"""A summary in Markdown, for a pull request or the page of a CI job: the worst documents, their holes, the ledger."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from redactscan.record import Record
from redactscan.report import Report, ledger
from redactscan.report.ledger import visible
from redactscan.report.place import path
from redactscan.report.table import completeness, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redactscan.record import Finding, Summary
    from redactscan.report import Item, View

ROOM = 30_000
"""Characters for documents, and as many again for their findings: a comment on GitHub may have 65,536 in all."""


class _Document(NamedTuple):
    """What is said of one document with findings; the least complete come first."""

    low: float
    row: str
    findings: tuple[str, ...]


class Markdown(Report):
    """The summary. Documents without findings are counted only."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._documents: list[_Document] = []
        self._troubles: list[str] = []

    def add(self, item: Item) -> str:
        """Return nothing yet."""
        self._troubles += [f"- {code(line)}" for line in ledger.lines(item.entry)]
        if isinstance(item.entry, Record) and item.entry.findings:
            self._documents.append(_document(item.entry, item.text, self.view.most))
        return ""

    def end(self, summary: Summary) -> str:
        """Return the whole summary."""
        worst = sorted(self._documents, key=lambda document: document.low)  # stable: equals stay in their order
        counts = ", ".join(f"{n} {kind}" for kind, n in summary.findings.items()) or "nothing found"
        clean = summary.scanned - len(worst)
        parts = [f"### redactscan: {counts}", f"{ledger.counts(summary)}; {clean} without findings"]
        if worst:
            head = "| document | verdict | complete | findings |\n|:--|:--|--:|:--|"
            parts.append(
                "\n".join([head, *_within(ROOM, (d.row for d in worst), len(worst), "| … and {} more | | | |")])
            )
            parts += _folded("Findings", [line for d in worst for line in d.findings])
        parts += [code(line) for line in ledger.common(summary)]
        parts += _folded("Not scanned whole", self._troubles)
        return "\n\n".join(parts) + "\n"


def _document(record: Record, text: str, most: int) -> _Document:
    counts = Counter(finding.kind for finding in record.findings)
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
    cells = (code(path(record)), record.verdict, completeness(record.scores), kinds)
    shown = record.findings[: most or None]
    findings = [_line(record, finding, text) for finding in shown]
    if len(shown) < len(record.findings):
        findings.append(f"- … and {len(record.findings) - len(shown)} more in {code(path(record))}")
    return _Document(record.scores.low, f"| {' | '.join(cells)} |", tuple(findings))


def _line(record: Record, finding: Finding, text: str) -> str:
    place = code(f"{path(record)}:{finding.line}:{finding.column}")
    return f"- {place} {finding.severity} `{finding.rule}` {code(excerpt(text, finding))}"


def _folded(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        shown = "\n".join(_within(ROOM, lines, len(lines), "- … and {} more"))
        yield f"<details><summary>{title}</summary>\n\n{shown}\n\n</details>"


def _within(room: int, lines: Iterable[str], total: int, more: str) -> Iterator[str]:
    """Yield lines while they fit into so many characters, then `more` with the number of those that do not."""
    for n, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield more.format(total - n)
            return
        yield line


def code(text: str) -> str:
    """Return text as a code span that shows it as it is, also in a table: no markup, link or mention comes of it."""
    text = visible(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[:1] in ("`", " ", "") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", r"\|")
