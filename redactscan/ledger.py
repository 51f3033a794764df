"""The ledger: what became of the documents of a run, counted as they come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, cast

from redactscan.collection import Collected
from redactscan.record import Failed, Skipped, Summary

if TYPE_CHECKING:
    from collections.abc import Collection

    from redactscan.record import Entry, Reason, Record

MEANT: tuple[Reason, ...] = ("hidden", "ignored", "link")
"""Reasons for which something is passed over because people want it so."""


class Ledger:
    """What became of the documents of a run, counted as they come."""

    def __init__(self, engine: Literal["hyperscan", "regex"]) -> None:
        self.engine = engine
        self._documents: Counter[str] = Counter()
        self._characters = 0
        self._verdicts: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._reasons: Counter[Reason] = Counter()
        self._collection = Collected()

    def add(self, entry: Entry, text: str = "") -> None:
        """Count one document, of which the text is wanted where it was scanned."""
        if isinstance(entry, (Failed, Skipped)):
            self._documents["failed" if isinstance(entry, Failed) else "skipped"] += 1
            self._reasons[entry.reason] += 1
        else:
            self._add(entry)
            self._collection.add(text, entry.path or "-")

    def _add(self, record: Record) -> None:
        self._documents["scanned"] += 1
        if record.stopped:
            self._documents["stopped"] += 1
            self._reasons.update({stopped.reason for stopped in record.stopped})
        self._characters += record.characters
        self._verdicts[record.verdict] += 1
        self._findings.update(f.kind for f in record.findings if f.severity != "note")

    @property
    def documents(self) -> int:
        """How many documents were counted."""
        return sum(self._documents[what] for what in ("scanned", "skipped", "failed"))

    def merge(self, other: Ledger) -> None:
        """Count what another has counted."""
        # `+=` of a counter looks through all that it has: with a part for each file that grows with their square.
        self._documents.update(other._documents)
        self._characters += other._characters
        self._verdicts.update(other._verdicts)
        self._findings.update(other._findings)
        self._reasons.update(other._reasons)
        self._collection.merge(other._collection)

    def count(self, summary: Summary) -> None:
        """Count what another run has counted."""
        for what in ("scanned", "skipped", "failed", "stopped"):
            self._documents[what] += getattr(summary, what)
        self._characters += summary.characters
        self._verdicts.update(summary.verdicts)
        self._findings.update(summary.findings)
        self._reasons.update(cast("dict[Reason, int]", summary.reasons))

    def lacking(self, allowed: Collection[str] = ()) -> list[Reason]:
        """Return the reasons, but those allowed, for which something was not scanned that should have been, sorted.

        What was passed over as users want it counts only where nothing was scanned at all, what they excluded never.
        """
        fine = {*allowed, "excluded", *(MEANT if self._documents["scanned"] else ())}
        return sorted(reason for reason in self._reasons if reason not in fine)

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = self._documents
        return Summary(
            engine=self.engine,
            scanned=counts["scanned"],
            skipped=counts["skipped"],
            failed=counts["failed"],
            stopped=counts["stopped"],
            characters=self._characters,
            verdicts=dict(sorted(self._verdicts.items())),
            findings=dict(sorted(self._findings.items())),
            reasons=dict(sorted(self._reasons.items())),
            common=self._collection.common(),
        )
