"""Comments in a document that hide findings on purpose: `redactscan: ignore[RULE] reason`."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from redactscan.errors import suggestion
from redactscan.lazy import Pattern
from redactscan.record import Suppression

if TYPE_CHECKING:
    from redactscan.record import Finding, Record
    from redactscan.scanner import Scanner

MARK = "redactscan:"
"""What a text without such comments does not have."""

_COMMENT = Pattern(
    rf"""(?mx)(?P<before> ^[^\S\n]* )?
    (?: (?: <!-- | /\*+ ) [^\S\n]* {MARK} [^\S\n]* ignore\b (?P<block> [^\n]*? ) (?: --> | \*/ | $ )
      | (?: (?: (?<!\#)\#+ | (?<!/)//+ | (?<!%)%+ | (?<!;);+ | -- | \.\. ) [^\S\n]* | (?(before)|(?!)) )
        {MARK} [^\S\n]* ignore\b (?P<line> [^\n]* )
    ) (?P<after> [^\S\n]*$ )?"""
)
"""A comment of Markdown and HTML, C and CSS; or to the end of its line: of code, LaTeX, reStructuredText, or bare."""

_CONTENT = re.compile(r"\s*\[(?P<rules>[^]]*)\](?P<reason>.*)")

_EMPTY = re.compile(r"\s*")


class Suppressed(NamedTuple):
    """A finding that a comment hides, and the reason that the comment gives."""

    finding: Finding
    reason: str


class Sifted(NamedTuple):
    """A record without the findings that comments hide, and these."""

    record: Record
    suppressed: tuple[Suppressed, ...] = ()


def sifted(record: Record, text: str, scanner: Scanner) -> Sifted:
    """Return the record of a text, made by a scanner, without what comments in the text hide; scores stay.

    A comment speaks of its line, and one that stands alone on its line of the next that is not empty, too. The record
    names each comment, with how many findings it hides and what is wrong with it.
    """
    if MARK not in text:
        return Sifted(record)
    comments = _comments(text)
    by_line: dict[int, list[_Comment]] = {}
    for comment in comments:
        for line in {comment.line, comment.last}:
            by_line.setdefault(line, []).append(comment)
    hidden = [_hiding(finding, by_line) for finding in record.findings]
    counts = Counter(comment.order for by in hidden for comment in by)
    pairs = list(zip(record.findings, hidden, strict=True))
    known = [rule.id for rule in scanner.pack.rules]
    # What a rule was not asked for, or could not say to the end, is not unused.
    asked = [] if record.stopped else [rule.id for rule in scanner.rules]
    suppressions = [
        Suppression(c.line, list(c.rules), c.reason, counts[c.order], _wrong(c, counts[c.order], known, asked))
        for c in comments
    ]
    return Sifted(
        replace(record, findings=[finding for finding, by in pairs if not by], suppressions=suppressions),
        tuple(Suppressed(finding, by[0].reason) for finding, by in pairs if by),
    )


class _Comment(NamedTuple):
    """A comment: its number from the last, its line and the other that it speaks of, the rules it names, its reason."""

    order: int
    line: int
    last: int
    rules: tuple[str, ...]
    reason: str


def _hiding(finding: Finding, by_line: dict[int, list[_Comment]]) -> list[_Comment]:
    """Return the comments that name the rule of a finding and speak of one of its lines."""
    lines = range(finding.line, finding.line + finding.text.rstrip("\r\n").count("\n") + 1)
    near = {comment for line in lines for comment in by_line.get(line, ())}
    return sorted(comment for comment in near if finding.rule.startswith(comment.rules or ("\n",)))


def _comments(text: str) -> list[_Comment]:
    """Return the comments of a text; of those that stand one below the other, all speak of the same line."""
    lines, line, at = [], 1, 0
    every = list(_COMMENT.finditer(text))
    for found in every:
        line += text.count("\n", at, found.start())
        at = found.start()
        lines.append(line)
    comments: list[_Comment] = []
    below: dict[int, int] = {}
    for line, found in zip(reversed(lines), reversed(every), strict=True):
        alone = found["before"] is not None and found["after"] is not None
        last = line
        if alone:
            next_ = _next(text, found.end(), line)
            last = below[line] = below.get(next_, next_)
        rules, reason = _content(found["block"] if found["line"] is None else found["line"])
        comments.append(_Comment(-len(comments), line, last, rules, reason))
    return comments[::-1]


def _next(text: str, end: int, line: int) -> int:
    """Return the number of the next line that is not empty after a comment on `line`, or that of the comment."""
    found = _EMPTY.match(text, end)
    return line if found is None or found.end() == len(text) else line + found[0].count("\n")


def _content(text: str) -> tuple[tuple[str, ...], str]:
    """Return the rules that stand in a comment, none where it is not written right, and the reason."""
    found = _CONTENT.match(text)
    rules = tuple(name.strip() for name in found["rules"].split(",") if name.strip()) if found else ()
    return rules, found["reason"].strip(" \t\r:-—") if found and rules else ""


def _wrong(comment: _Comment, hidden: int, known: list[str], asked: list[str]) -> str:
    """Return what is wrong with a comment, or nothing."""
    if not comment.rules:
        return "names no rule: write ignore[RULE] and the reason"
    for name in comment.rules:
        if not any(rule.startswith(name) for rule in known):
            return f"names no rule: {name}{suggestion(name, known)}"
    unused = not hidden and any(rule.startswith(comment.rules) for rule in asked)
    wrong = ["hides nothing: take it away"] if unused else []
    return "; ".join([*wrong, *(() if comment.reason else ["gives no reason"])])
