"""Zones: the stretches of a text in which a sign means something else than in a sentence.

A rule names those that it stays out of (`outside:`). They are looked for when such a rule has found something, so that
a text without a finding pays nothing.
"""

from __future__ import annotations

import bisect
from operator import itemgetter
from typing import TYPE_CHECKING

from redactscan.lazy import compiled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redactscan.rule import Zone

_HEADERS = (
    "From|To|Cc|Bcc|Subject|Date|Sent|Sender|Reply-To|In-Reply-To|References|Message-I[Dd]|Received|Return-Path"
    r"|MIME-Version|Content-[A-Za-z-]+|X-[A-Za-z-]+|List-[A-Za-z-]+|发件人|收件人|抄送|主题|发送时间"
)

_TIMES = r"(?<=[\p{L}\d)）]\s?)[×╳✕](?=\s?[\p{L}\d(（])"

# What is bounded in length is so because the other end may never come: no text makes the search start over and over.
_PATTERNS: dict[Zone, str] = {
    # A fence that nobody closes goes on to the end, as CommonMark has it.
    "fence": r"(?ms)^[ ]{0,3}(`{3,}|~{3,})[^\n`]*\n.*?(?:^[ ]{0,3}\1[`~]*[ \t]*$|\Z)"
    r"|<pre\b[^>]{0,200}>.*?(?:</pre>|\Z)",
    "inline-code": r"(?<!`)(`{1,2})(?!`)[^\n]{1,200}?(?<!`)\1(?!`)|<(?:code|kbd|tt)>[^\n]{1,200}?</(?:code|kbd|tt)>",
    "url": r"(?:https?|ftp|file)://[!-~]+|\bwww\.[!-~]+",
    "mail-header": rf"(?m)(?:\A|(?<=\n\n))(?:(?:{_HEADERS})[:：][^\n]*\n(?:[ \t]+\S[^\n]*\n)*){{2,}}",
    "front-matter": r"(?s)\A(?:---[ ]*\n.{0,4000}?\n(?:---|\.\.\.)|\+\+\+[ ]*\n.{0,4000}?\n\+\+\+)[ ]*(?:\n|\Z)",
    "math": r"(?s)\$\$.{1,1000}?\$\$|\$(?![\s\d])[^$\n]{1,200}(?<!\s)\$(?!\d)|\\\(.{1,400}?\\\)|\\\[.{1,1000}?\\\]"
    r"|\\begin\{(equation|align|gather|eqnarray|multline|math|displaymath)\*?\}.{1,4000}?\\end\{\1"
    # A formula in words: 金额＝数量×单价, or the other way round.
    rf"|[=＝][^\n。；;，,]{{0,60}}?{_TIMES}[^\n。；;，,]{{0,60}}|{_TIMES}[^\n。；;，,=＝]{{0,60}}[=＝]",
    "contents": r"(?m)^[^\n]{1,120}?(?:\.{4,}|(?:\. ){4,}|…{2,}|·{4,})[ ]?[(（]?(?:[0-9]{1,4}|[ivxlc]{1,7})[)）]?[ ]*$",
}


class Zones:
    """The zones of one text, each found when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ranges: dict[Zone, list[tuple[int, int]]] = {}

    def hold(self, zones: Iterable[Zone], start: int) -> bool:
        """Say whether the code point at `start` stands in one of `zones`."""
        return any(self._holds(zone, start) for zone in zones)

    def _holds(self, zone: Zone, start: int) -> bool:
        if zone not in self._ranges:
            self._ranges[zone] = [m.span() for m in compiled(_PATTERNS[zone]).finditer(self._text)]
        ranges = self._ranges[zone]
        at = bisect.bisect(ranges, start, key=itemgetter(0))
        return at > 0 and start < ranges[at - 1][1]
