"""One HTML page for people to look at: the collection as a list, each document with its holes marked, nothing loaded.

Text of documents is in the page as JSON only, which the script puts into text nodes: none of it can be markup.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from redactscan import __version__
from redactscan.record import Kind, Record
from redactscan.report import Report, ledger
from redactscan.report.jsonl import json_line
from redactscan.report.table import completeness
from redactscan.score import explanation, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redactscan.record import Finding, Scores, Summary
    from redactscan.report import Item, View

MARKED = 2000
"""Findings of one document that are marked in its text; the page says how many more there are."""

LONG = 50_000
"""Characters from which stretches of a text without a finding are left out ..."""

AROUND = 1000
"""... but for so many characters on both sides of each finding."""

ROOM = 50_000_000
"""Characters of text in all: a browser opens such a page. Later documents are listed without their text."""

RULES = 10
"""Rules that are shown as the most frequent."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_FOLDER = Path(__file__).parent
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that would not be seen, or would change the order of others."""


class Page(Report):
    """The page, written while the documents come; a row for the list is kept of each, and the counts."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._rows: list[list[object]] = []
        self._troubles: list[str] = []
        self._shares: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._room = ROOM

    def begin(self) -> str:
        """Return the head, with a policy that lets nothing be loaded and no script run but the page's own."""
        style, script = _asset("style.css"), _asset("script.js")
        head = self._templates.get_template("head.html")
        return head.render(style=style, style_hash=_hash(style), script_hash=_hash(script))

    def add(self, item: Item) -> str:
        """Return a document as data for the script."""
        self._troubles += ledger.lines(item.entry)
        if not isinstance(item.entry, Record):
            return ""
        record, text = item.entry, item.text
        kept = bool(record.findings) and len(text) <= self._room
        self._room -= len(text) if kept else 0
        self._shares[_bin(record.scores)] += 1
        self._rules.update(finding.rule for finding in record.findings)
        self._rows.append(_row(record))
        return _data(f"d{len(self._rows) - 1}", _document(record, text, kept=kept))

    def end(self, summary: Summary) -> str:
        """Return the page as it is seen, and the script that fills it."""
        tail = self._templates.get_template("tail.html")
        highest = max(self._shares.values(), default=1)
        bars = [(name, self._shares[name], round(60 * self._shares[name] / highest)) for name in BINS]
        rules = [(rule, n, self._message(rule)) for rule, n in self._rules.most_common(RULES)]
        return _data("rows", {"kinds": KINDS, "rows": self._rows}) + tail.render(
            summary=summary,
            counts=ledger.counts(summary),
            troubles=self._troubles,
            bars=bars,
            rules=rules,
            kinds=KINDS,
            version=__version__,
            script=_asset("script.js"),
        )

    def _message(self, rule_id: str) -> str:
        rule = self.view.rules.get(rule_id)
        return rule.message if rule else ""


def _asset(name: str) -> Markup:
    """Return a file of ours, to be put into the page as it is."""
    return Markup((_FOLDER / name).read_text("utf-8"))  # noqa: S704 - nothing of a document is in it


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(name: str, value: object) -> str:
    # No browser looks for the end of a script in \u003c.
    return f'<script type="application/json" id="{name}">{json_line(value).replace("<", chr(92) + "u003c")}</script>\n'


# --- the list ----------------------------------------------------------------------------------------------------

BINS = ("?", *(f"{low}" for low in range(0, 100, 10)), "100")
"""The bars of the histogram: unknown, each ten percent by the lower end, and all there."""


def _bin(scores: Scores) -> str:
    if scores.completeness is None:
        return "?"
    return BINS[1 + int(scores.completeness * 10)]


def _row(record: Record) -> list[object]:
    counts = Counter(finding.kind for finding in record.findings)
    scores = record.scores
    shares = (scores.completeness, scores.low, scores.high, completeness(scores), scores.detail, percent(scores.detail))
    return [record.path or "-", record.verdict, *shares, [counts[kind] for kind in KINDS]]


# --- one document ------------------------------------------------------------------------------------------------


def _document(record: Record, text: str, *, kept: bool) -> dict[str, object]:
    marked = record.findings[:MARKED]
    return {
        "about": f"{record.characters} characters · {record.language} · {record.encoding} · {record.profile}",
        "sum": explanation(record),
        "findings": [
            [f.kind, f.slot or "", f.severity, f.rule, f.message, f.line, f.column, seen(f.text[:80])] for f in marked
        ],
        "more": len(record.findings) - len(marked),
        "parts": list(_parts(text, marked)) if kept else None,
    }


class _Mark(NamedTuple):
    """Where the hole of a finding is shown: its number, and a range of the text."""

    finding: int
    start: int
    end: int


def _parts(text: str, findings: Sequence[Finding]) -> Iterator[object]:
    """Yield the text in pieces: a string, [number of a finding, its hole], or how many characters are left out."""
    at = 0
    for mark in _marks(findings):
        start, end = max(mark.start, at), max(mark.end, at)  # of holes that overlap, each has what is left of it
        yield from _between(text, at, start)
        yield [mark.finding, seen(text[start:end])]
        at = end
    yield from _between(text, at, len(text))


def _marks(findings: Sequence[Finding]) -> list[_Mark]:
    marks = [_Mark(n, *(finding.hole or (finding.start, finding.end))) for n, finding in enumerate(findings)]
    return sorted(marks, key=lambda mark: (mark.start, mark.end))


def _between(text: str, start: int, end: int) -> Iterator[object]:
    if len(text) > LONG and end - start > 3 * AROUND:
        yield from (seen(text[start : start + AROUND]), end - start - 2 * AROUND, seen(text[end - AROUND : end]))
    elif start < end:
        yield seen(text[start:end])


def seen(text: str) -> str:
    """Return text in which what could not be seen stands as an escape."""
    return _UNSEEN.sub(lambda c: f"\\u{ord(c[0]):04x}", text.replace("\r\n", "\n"))
