"""Records as attribute files of dolma: beside each shard one of the same name, a line for each of its lines.

The format is that of https://github.com/allenai/dolma, docs/data-format.md: under a name, spans of the text and scores.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from redactscan.record import Record
from redactscan.shard import Change, Decision
from redactscan.sieve import UNREAD

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from redactscan.record import Finding
    from redactscan.report import Item
    from redactscan.shard import Kind

PREFIX = "redactscan__"
"""What the names of all attributes begin with."""

Spans = list[tuple[int, int, float]]
"""Start, end and score, in code points of the text."""


def attributes(record: Record) -> dict[str, Spans]:
    """Return the attributes of a text; those without spans are left out.

    `completeness`, where it is known, `detail`, `structure` and `verdict_<verdict>` span the whole text. Each finding
    is under `<kind>` and under `<kind>_<slot>`, with its confidence.
    """
    spans: defaultdict[str, Spans] = defaultdict(list)
    scores = {name: getattr(record.scores, name) for name in ("completeness", "detail", "structure")}
    for name, score in {**scores, f"verdict_{record.verdict}": 1.0}.items():
        if score is not None:
            spans[PREFIX + name].append((0, record.characters, score))
    for finding in record.findings:
        if finding.severity != "note":
            span = (*_span(finding, record.characters), finding.confidence)
            for name in (finding.kind, *([f"{finding.kind}_{finding.slot}"] if finding.slot else ())):
                spans[PREFIX + name].append(span)
    return dict(spans)


def _span(finding: Finding, length: int) -> tuple[int, int]:
    """Return where a finding is: the hole, or the evidence where it has none.

    In many holes nothing stands, and `dolma mix` puts what replaces an empty span anywhere. So these are the character
    behind, or the last one of the text.
    """
    start, end = finding.hole or (finding.start, finding.end)
    if start < end or not length:
        return start, end
    start = min(start, length - 1)
    return start, start + 1


class Attributer:
    """What makes of each row the line of its attributes; one that is not read has none: the lines stay level."""

    texts = False
    formats: Collection[str] = ("jsonl",)
    added: Mapping[str, Kind] = {}

    def __call__(self, item: Item) -> Decision:
        """Return the line in place of a row."""
        entry = item.entry
        found = attributes(entry) if isinstance(entry, Record) else {}
        line = msgspec.json.encode({"id": entry.id, "attributes": found}) + b"\n"
        return Decision(Change(instead=line), sorted(found) or [UNREAD])
