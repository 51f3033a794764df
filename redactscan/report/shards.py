"""A line for each shard: how many documents it has, how many of each verdict, and how much of them is there."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, get_args

from redactscan.record import Record, Verdict
from redactscan.report import Report, ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redactscan.record import Summary
    from redactscan.report import Item, View

_ROW = re.compile(r":\d+\Z")
"""What the path of a record has behind that of its shard."""


class _Counts:
    """What is counted of one shard."""

    def __init__(self) -> None:
        self.entries: Counter[str] = Counter()
        self.visible = 0
        self.missing = 0

    def row(self, name: str) -> Sequence[object]:
        scanned = sum(self.entries[verdict] for verdict in get_args(Verdict))
        whole = self.visible + self.missing
        share = f"{self.visible / whole:.1%}" if whole else ""
        unread = self.entries.total() - scanned
        return name, scanned, unread or None, *(self.entries[v] or None for v in get_args(Verdict)), share


class Shards(Report):
    """The counts; of documents nothing is kept."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._shards: dict[str, _Counts] = {}
        self._troubles: list[str] = []

    def add(self, item: Item) -> str:
        """Return nothing yet."""
        self._troubles += ledger.lines(item.entry)
        name = _ROW.sub("", item.entry.path or "-")
        for counts in (self._shards.setdefault(name, _Counts()), self._shards.setdefault("", _Counts())):
            if isinstance(item.entry, Record):
                counts.entries[item.entry.verdict] += 1
                counts.visible += item.entry.scores.visible
                counts.missing += item.entry.scores.missing or 0
            else:
                counts.entries["unread"] += 1
        return ""

    def end(self, summary: Summary) -> str:
        """Return the table, its sum and the ledger."""
        from tabulate import tabulate  # noqa: PLC0415 - 60 ms, and most runs do without

        total = self._shards.pop("", _Counts())
        rows = [counts.row(ledger.visible(name)) for name, counts in self._shards.items()] + [total.row("all")]
        heads = ("shard", "scanned", "not read", *get_args(Verdict), "characters here")
        return "\n".join(
            [tabulate(rows, headers=heads), "", ledger.counts(summary), *ledger.common(summary), *self._troubles, ""]
        )
