"""What the edges of a text show: that it begins in mid-sentence, or ends inside a value or block that is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from redactscan.ending import is_prose
from redactscan.lazy import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = 20_000
"""Code points at the head of a text that are looked at."""

OTHERS = 2
"""Paragraphs of prose that begin with no small letter, from which on one that does was cut."""

_BEHIND = Pattern(
    r"(?:[，。、；：！？][”’」』）)]?|[”」』）》】〉〕])(?=\p{L})|[,;)\]] (?=\p{Ll}+[ ,])"
    r"|(?:的(?![士确当哥]|黎波里|里雅斯特)|们(?!是))(?=\p{Lo}{2})"
    r"|(?:\.{3}|…) ?"
    r"(?!(?:and|but|or|so|because|yet|which (?:brings|means|leads|is)|et|mais|und|aber|y|pero|и|но|а)\b)(?=\p{Ll}+[ ,])"
)
"""What stands behind something, and begins nothing."""

_SMALL = Pattern(
    r"(?!(?:e\.g|i\.e|cf|von|van|de|der|du|la|le|al|el|bin)\b)\p{Ll}+(?:['’]\p{Ll}+)?[,;]? (?:[^\s\-–—:=|]\S* +){4}"
)
"""Five words, of which the first is small, and no name, program, address or key before a colon."""

_JSON = Pattern(r"\s{0,20}(?:\{\s*\"|\[\s*[\[{\"\d])")
_XML = Pattern(
    r"\s{0,20}<\?xml\b[^>]{0,200}\?>(?:\s++|<!--.{0,2000}?-->|<![A-Z][^>]{0,500}>)*<(?P<root>[\w:.-]{1,80})(?=[\s>])(?![^<>]{0,500}/>)"
)

_FEED = Pattern(
    r"\s{0,20}(?i:<!doctype html[^>]{0,200}>\s*+)?<(?P<root>(?i:html)|rss|feed|urlset|svg)"
    r"(?=[\s>])[^<>]{0,1000}>\s*+<[!a-zA-Z][^<>]{0,500}>"
)
"""What begins with such a root and an element, and ends in none, was cut; else </html> may be left out."""

_OPEN_LINK = Pattern(
    r"(?:\]\((?:[h/.#][^()\s]*)?|!\[[^\]\n]{0,80}\]\([^()\s]*|<a\s[^<>]*|(?<!\p{L} )</[a-z]{0,10}"
    r"|<(?:p|div|span|img|li|ul|ol|td|tr|table|h[1-6])\s[^<>]*)\Z"
)
"""A link of Markdown or a tag of HTML that is not closed."""

LINK = 400
"""Code points of an open link or tag at most."""

_TRUNCATED = "Input data was truncated"
"""What msgspec says of JSON that ends too soon."""


def begins_behind(text: str) -> bool:
    """Say whether a text begins with what only stands behind something."""
    return _BEHIND.match(_head(text)) is not None


def begins_small(text: str) -> bool:
    """Say whether a text is prose that begins with a small letter, and none of its other paragraphs does."""
    head = _head(text)
    if not _SMALL.match(head):
        return False
    separator = "\n\n" if head.count("\n\n") >= OTHERS else "\n"
    first, *others = [paragraph for p in head.split(separator) if is_prose(paragraph := p.strip())] or [""]
    return head.startswith(first) and len(others) >= OTHERS and not any(p[0].islower() for p in others)


def _head(text: str) -> str:
    return text[: HEAD + HEAD].lstrip()[:HEAD]


def open_value(text: str) -> str | None:
    """Return what is open at the end of a text that is JSON, lines of JSON, or XML; None where nothing is."""
    if _JSON.match(text):
        first, _, rest = text.rstrip().partition("\n")
        last = rest.rpartition("\n")[2]
        lines = _JSON.match(last) and _json_error(first) is None
        return "the text ends inside a value of JSON" if _json_error(last if lines else text) == _TRUNCATED else None
    xml = _XML.match(text) or (_FEED.match(text) if text.rstrip()[-1:] != ">" else None)
    return f"<{xml['root']}> is not closed" if xml and f"</{xml['root']}" not in text else None


def _json_error(text: str) -> str | None:
    """Return what is wrong with a value of JSON, or None where nothing is."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        return str(error)
    return None


def open_link(text: str) -> tuple[int, int] | None:
    """Return the span of the link or tag that is open at the end of a text, or None where none is."""
    end = len(text.rstrip())
    tail = max(0, end - LINK)
    found = _OPEN_LINK.search(text[tail:end])
    return (tail + found.start(), end) if found else None


def open_fence(fences: Iterable[str]) -> bool:
    """Say whether a block of code is open after all `fences`, the lines that begin with ```, in order."""
    opened = ""
    for fence in fences:
        line = fence.strip()
        if not opened:
            opened = line[: len(line) - len(line.lstrip("`"))]
        elif line.startswith(opened) and not line.strip("`"):
            opened = ""
    return bool(opened)
