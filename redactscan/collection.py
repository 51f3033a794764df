"""What only many documents together show: a length at which they were cut, and lines that most begin or end with."""

from __future__ import annotations

import bisect
import zlib
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from redactscan.record import Common

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 5
"""Documents that must have something in common before it is said: fewer may by chance."""

SHARE = 0.01
"""Share of all documents that must have a length in common ..."""

PEAK = 10
"""... and times that more must have it than any length near it on average."""

NEAR = 0.1
"""How far other lengths are near, as a share of the length."""

SHORTEST = 100
"""Code points from which on equal lengths say something: short texts are often of one form."""

OPEN = 0.5
"""Share of the texts of one length that must stop where no sentence does: whole ones of equal length were made so."""

REPEATED, ALIKE = 0.1, 10
"""Share of all documents, and number of them, that must have a line in common before it is taken for furniture."""

LINE, LONGEST_LINE = 8, 200
"""Code points of a line that may be furniture: a shorter one may head any document, a longer one is a paragraph. One
that ends as a sentence does says something, and so does one that is most of its text."""

NAMED = 5
"""Documents that are named of those that have something in common."""

ROOM = 10_000
"""Different lines of which it is remembered who has them; beyond that, those are forgotten that only one has."""

MARKS = 16
"""Texts of a group that are told from copies; of more it is only counted how many there are."""

_SENTENCE_ENDS = tuple("。！？!?….．।”\"’'」』）)》〉】]»›")


class _Group:
    """The documents with one thing in common."""

    __slots__ = ("many", "marks", "open", "paths")

    def __init__(self) -> None:
        self.many = self.open = 0
        self.marks: tuple[int, ...] = ()
        self.paths: tuple[str, ...] = ()

    def add(self, mark: int, path: str, *, is_open: bool = False) -> None:
        if mark in self.marks:
            return  # a copy has all in common, and says nothing
        self.many += 1
        self.open += is_open
        if len(self.marks) < MARKS:
            self.marks += (mark,)
        if len(self.paths) < NAMED:
            self.paths += (path,)

    def merge(self, other: _Group) -> None:
        known = len({*self.marks} & {*other.marks})
        self.many += other.many - known
        self.open += other.open - min(known, other.open)
        self.marks = tuple(dict.fromkeys((*self.marks, *other.marks)))[:MARKS]
        self.paths = tuple(dict.fromkeys((*self.paths, *other.paths)))[:NAMED]


class Collected:
    """The documents of a run, remembered as far as to tell what many have in common. Memory is bounded."""

    def __init__(self) -> None:
        self._documents = 0
        self._lengths: Counter[int] = Counter()
        self._capped: dict[int, _Group] = {}
        self._first: dict[str, _Group] = {}
        self._last: dict[str, _Group] = {}

    def add(self, text: str, path: str) -> None:
        """Take in the text of one document."""
        self._documents += 1
        self._lengths[len(text)] += 1
        # Head and tail are enough to tell copies.
        mark = zlib.crc32(f"{text[:400]}\0{text[-400:]}".encode("utf-8", "replace"))
        if len(text) >= SHORTEST:
            is_open = not text.rstrip().endswith(_SENTENCE_ENDS)
            self._capped.setdefault(len(text), _Group()).add(mark, path, is_open=is_open)
        for lines, line in ((self._first, _line(text)), (self._last, _line(text[: -2 * LONGEST_LINE - 1 : -1])[::-1])):
            is_sentence = line.endswith(_SENTENCE_ENDS)
            if LINE <= len(line) <= min(LONGEST_LINE, len(text) // 2) and not is_sentence:
                lines.setdefault(line, _Group()).add(mark, path)
                if len(lines) > ROOM:
                    _forget(lines)

    def merge(self, other: Collected) -> None:
        """Take in what another has, whose documents come after these."""
        self._documents += other._documents
        self._lengths.update(other._lengths)
        for mine, theirs in ((self._first, other._first), (self._last, other._last)):
            for line, group in theirs.items():
                mine.setdefault(line, _Group()).merge(group)
            if len(mine) > ROOM:
                _forget(mine)
        for length, group in other._capped.items():
            self._capped.setdefault(length, _Group()).merge(group)

    def common(self) -> list[Common]:
        """Return what many documents have in common: lengths, first lines, last lines."""
        return [*self._caps(), *self._repeated("first-line", self._first), *self._repeated("last-line", self._last)]

    def _caps(self) -> Iterator[Common]:
        lengths = sorted(self._lengths)
        sums = [0, *accumulate(self._lengths[length] for length in lengths)]
        for length, group in sorted(self._capped.items()):
            many = group.many
            if many < max(LEAST, SHARE * self._documents) or group.open < OPEN * many:
                continue
            reach = max(1, round(length * NEAR))
            low, high = bisect.bisect_left(lengths, length - reach), bisect.bisect_right(lengths, length + reach)
            others = sums[high] - sums[low] - self._lengths[length]
            if many >= PEAK * others / (2 * reach):
                yield Common("length", many, list(group.paths), characters=length)

    def _repeated(self, what: Literal["first-line", "last-line"], lines: dict[str, _Group]) -> Iterator[Common]:
        for line, group in lines.items():
            if group.many >= max(ALIKE, REPEATED * self._documents):
                yield Common(what, group.many, list(group.paths), line=line)


def _line(text: str) -> str:
    """Return the first line of a text that is not empty, or as much of it as tells that it is too long."""
    start = text[: 2 * LONGEST_LINE].lstrip()
    return start.partition("\n")[0].strip()


def _forget(lines: dict[str, _Group]) -> None:
    for line in [line for line, group in lines.items() if group.many == 1]:
        del lines[line]
