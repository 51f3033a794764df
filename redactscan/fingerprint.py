"""What a finding is known by, wherever in its document it stands: its rule and the words around it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redactscan.record import Finding, Record

AROUND = 24
"""Characters on both sides of a finding, within its lines, that it is known by."""


def keys(record: Record, text: str) -> list[str]:
    """Return for each finding 16 hex digits that are the same wherever the passage stands in whichever document."""
    return [_key(finding, text) for finding in record.findings]


def fingerprints(record: Record, text: str) -> list[str]:
    """Return the keys, each with ":n" for the n-th finding that has it, so that no two of one document are equal."""
    seen: Counter[str] = Counter()
    out = []
    for key in keys(record, text):
        seen[key] += 1
        out.append(f"{key}:{seen[key]}")
    return out


def _key(finding: Finding, text: str) -> str:
    before = text[max(0, finding.start - AROUND) : finding.start].rpartition("\n")[2]
    after = text[finding.end : finding.end + AROUND].partition("\n")[0]
    # White space is as the editor or the checkout left it.
    words = " ".join(f"{finding.rule}\n{before}\0{finding.text}\0{after}".split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
