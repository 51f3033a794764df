"""How often each rule has found something: a line a rule, the most frequent first, then the ledger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redactscan.record import Record
from redactscan.report import Report, ledger

if TYPE_CHECKING:
    from redactscan.record import Summary
    from redactscan.report import Item, View


class Statistics(Report):
    """The counts; of documents nothing is kept."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._findings: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()
        self._troubles: list[str] = []

    def add(self, item: Item) -> str:
        """Return nothing yet."""
        self._troubles += ledger.lines(item.entry)
        if isinstance(item.entry, Record):
            rules = [finding.rule for finding in item.entry.findings]
            self._findings.update(rules)
            self._documents.update(set(rules))
        return ""

    def end(self, summary: Summary) -> str:
        """Return the counts and the ledger."""
        from tabulate import tabulate  # noqa: PLC0415 - 60 ms, and most runs do without

        rows = [
            (n, self._documents[rule], rule, self.view.rules[rule].message if rule in self.view.rules else "")
            for rule, n in sorted(self._findings.items(), key=lambda row: (-row[1], row[0]))
        ]
        table = tabulate(rows, headers=("findings", "documents", "rule", "message")) + "\n\n" if rows else ""
        return table + "\n".join([ledger.counts(summary), *ledger.common(summary), *self._troubles, ""])
