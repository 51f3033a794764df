"""What the rules look at: a text without what only disguises it, and the way back to its own offsets.

Characters that nobody sees and readings that were put in between are left out, traditional characters are read as
simplified ones, wide digits and letters as narrow ones, and rare forms of stars, crosses and circles as the common
ones. Most texts have nothing of that and are their own view.
"""

from __future__ import annotations

import bisect
import functools
import re
import string
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from redactscan.language import language_of
from redactscan.lazy import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_WIDE = {chr(ord(char) + 0xFEE0): char for char in f"{string.digits}{string.ascii_letters}%/._"}
_VARIANTS = {"∗": "*", "⁎": "*", "✱": "*", "╳": "×", "✕": "×", "✖": "×", "◯": "○", **_WIDE}

_FREQUENT = (
    "們個國會說來時對為學與這過後發動經還開關問題現實應該東車長門馬語話讓認論議請調謝識證變讀錢鐵類點業產務員場間體線億萬縣區鄉鎮廳處總書記"
    "當種樣從無將並於裡義質單設計進運達選黨團統給結組織級約終極條歷戰報導專環觀視親見覺張強機構權標準電頭衛醫藝術農華葉齊齡"
)
"""Characters of which any traditional text of some length has some; `traditional.txt` has them all."""

SHORT = 300
"""Code points up to which all of them are looked for."""

SPARSE = 30
"""One character in so many, up to which each is replaced alone: that takes a fraction of a look at every one."""

# All of every text is looked through for these: the `re` of the standard library does that ten times as fast.
_SUSPECT = re.compile(f"[{_INVISIBLE}{''.join(_VARIANTS)}{_FREQUENT}āēīōūǎěǐǒǔǚ]")
_HIDDEN = Pattern(f"[{_INVISIBLE}]+")
_HIDDEN_OR_READING = Pattern(
    rf"[{_INVISIBLE}]+|(?<=\p{{Han}})(?:\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)|（[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*）)"
)


class View(NamedTuple):
    """A text as the rules see it.

    `cuts` are the offsets in it at which something was left out, `sums` how many code points that were, up to and with
    each.
    """

    text: str
    cuts: Sequence[int] = ()
    sums: Sequence[int] = ()

    def start(self, offset: int) -> int:
        """Return where the code point at an offset of the view stands in the text itself."""
        return offset + self._left_out(bisect.bisect_right(self.cuts, offset))

    def end(self, offset: int) -> int:
        """Return where what ends before an offset of the view ends in the text itself."""
        return offset + self._left_out(bisect.bisect_left(self.cuts, offset))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the text that a range of the view stands for; an empty one stays empty."""
        first = self.start(start)
        return first, max(first, self.end(end))

    def _left_out(self, cuts: int) -> int:
        return self.sums[cuts - 1] if cuts else 0


def view(text: str) -> View:
    """Return what the rules look at in place of a text; the text itself where nothing disguises it."""
    if text.isascii() or not (_SUSPECT.search(text) or (len(text) <= SHORT and _traditional().search(text))):
        return View(text)
    chinese = language_of(text) == "zh"
    gone = [m.span() for m in (_HIDDEN_OR_READING if chinese else _HIDDEN).finditer(text)]
    kept, last = [], 0
    for start, end in gone:
        kept.append(text[last:start])
        last = end
    kept.append(text[last:])
    sums = list(accumulate(end - start for start, end in gone))
    cuts = [start - before for (start, _), before in zip(gone, [0, *sums], strict=False)]
    return View(_read("".join(kept), chinese=chinese), cuts, sums)


def _read(text: str, *, chinese: bool) -> str:
    """Return a text with its characters as they are read."""
    seen = _seen_as(chinese=chinese)
    if len(seen.pattern.findall(text)) * SPARSE > len(text):
        return text.translate(seen.table)
    return seen.pattern.sub(lambda m: seen.table[ord(m[0])], text)


@functools.cache
def characters() -> tuple[str, str]:
    """Return traditional characters and the simplified ones, in the same order.

    They are from the characters of OpenCC (Apache-2.0) without those that simplified text has too.
    """
    traditional, simplified = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").split("\n")[:2]
    return traditional, simplified


@functools.cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{characters()[0]}]")


class _SeenAs(NamedTuple):
    """How single characters are read, by code point, and a pattern of all that are not read as they stand."""

    table: dict[int, str]
    pattern: re.Pattern[str]


@functools.cache
def _seen_as(*, chinese: bool) -> _SeenAs:
    """Return how characters are read. In Japanese and Korean the traditional ones are as they should be."""
    seen = dict(zip(*characters(), strict=True)) | _VARIANTS if chinese else _VARIANTS
    return _SeenAs(str.maketrans(seen), re.compile(f"[{''.join(map(re.escape, seen))}]"))
