"""Which records of a corpus are kept: by their scores, their verdict, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.record import Record
from redactscan.row import COLUMN, row
from redactscan.shard import FORMATS, Change, Decision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from redactscan.report import Item
    from redactscan.shard import Kind

KEPT, DROPPED = 0, 1
"""The side on which a row is written."""

UNREAD = "not read"
"""What is counted of a row of which nothing is known: it is dropped for this reason."""


class Criteria(NamedTuple):
    """What a record must keep to; with none of them all are kept.

    A `verdict` or finding that is dropped is a reason to drop the record; where some are to be kept, it is one to have
    none of these. Findings are named by the ids of their rules, prefixes of them, or kinds; notes do not count.
    """

    min_completeness: float | None = None
    min_detail: float | None = None
    keep_verdicts: tuple[str, ...] = ()
    drop_verdicts: tuple[str, ...] = ()
    keep_findings: tuple[str, ...] = ()
    drop_findings: tuple[str, ...] = ()

    def reasons(self, record: Record) -> Iterator[str]:
        """Yield each reason to drop a record, in words."""
        scores, least = record.scores, self.min_completeness
        if least is not None and scores.completeness is None:
            yield "completeness unknown"
        elif least is not None and scores.completeness is not None and scores.completeness < least:
            yield f"completeness < {least:g}"
        if self.min_detail is not None and scores.detail < self.min_detail:
            yield f"detail < {self.min_detail:g}"
        if record.verdict in self.drop_verdicts:
            yield f"verdict {record.verdict}"
        if self.keep_verdicts and record.verdict not in self.keep_verdicts:
            yield f"verdict not {' or '.join(self.keep_verdicts)}"
        rules = [finding.rule for finding in record.findings if finding.severity != "note"]
        yield from (f"found {name}" for name in self.drop_findings if any(rule.startswith(name) for rule in rules))
        if self.keep_findings and not any(rule.startswith(self.keep_findings) for rule in rules):
            yield f"found no {' or '.join(self.keep_findings)}"


class Sieve:
    """What keeps and drops rows. `beside`: whether the record is written beside the row, with why it was dropped."""

    texts = False
    formats: Collection[str] = FORMATS

    def __init__(self, criteria: Criteria, *, beside: bool = True) -> None:
        self._criteria = criteria
        self.added: Mapping[str, Kind] = {COLUMN: "record"} if beside else {}

    def __call__(self, item: Item) -> Decision:
        """Return the side of a row; one that is not read is dropped as it is."""
        if not isinstance(item.entry, Record):
            return Decision(Change(DROPPED), [UNREAD])
        reasons = list(self._criteria.reasons(item.entry))
        added = {COLUMN: {**row(item.entry), "dropped": reasons}} if self.added else {}
        return Decision(Change(DROPPED if reasons else KEPT, added=added), reasons)
