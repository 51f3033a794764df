"""What a text refers to and does not hold: entries of its table of contents, figures, annexes, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.lazy import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redactscan.match import Match

ENTRIES, MOST_ENTRIES = 4, 400
"""Lines with dots and a page that make a table of contents; of a longer one nothing is said ..."""

HELD = 0.3
"""... and share of its titles, two at least, that must stand in the text behind it: else that is another volume."""

FAMILY = 2
"""Figures, or annexes, that must be here, the first of them too, before another that is referred to is missing."""

LISTED = 3
"""Entries of a bibliography, counted from 1."""

FAR = 20
"""A number that is so much larger than the last of a bibliography is no citation."""

_NUMBERING = Pattern(
    r"\A\W*(?:第?[\d一二三四五六七八九十百]{1,4}(?:[.．][\d]{1,3}){0,4}[章节節部编編条]?|[IVXLC]{1,6}\b|[A-Z]\b)?\W*"
)
_SHORT = {"fig": "figure", "abb": "abbildung", "рис": "рисунок", "圖": "图", "図": "图"}
_NO_LETTER = Pattern(r"[\W_]+")


def missing_entries(text: str, matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the lines of a table of contents whose titles stand nowhere behind it, where others do."""
    if not ENTRIES <= len(matches) <= MOST_ENTRIES:
        return
    body = _NO_LETTER.sub("", text[matches[-1].end :]).casefold()
    held = [_title(match.groups["title"]) in body for match in matches]
    if sum(held) >= max(FAMILY, HELD * len(matches)):
        yield from (match for match, here in zip(matches, held, strict=True) if not here)


def _title(line: str) -> str:
    return _NO_LETTER.sub("", _NUMBERING.sub("", line)).casefold()


def dangling(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the first reference to each figure, table or annex that is not here, where others of its kind are.

    A match with the group `here` stands at the head of a line, as captions and headings do; the others refer to one.
    """
    here: dict[str, set[int]] = {}
    for match in matches:
        if "here" in match.groups:
            here.setdefault(_kind(match.groups), set()).add(_number(match.groups))
    for match in matches:
        numbers = here.get(_kind(match.groups), set())
        if 1 in numbers and len(numbers) >= FAMILY and _number(match.groups) not in numbers:
            if _number(match.groups) <= max(numbers) + 1:
                yield match
            numbers.add(_number(match.groups))


def _kind(groups: Mapping[str, str]) -> str:
    word = groups["kind"].casefold().rstrip(".")
    return _SHORT.get(word, word)


def _number(groups: Mapping[str, str]) -> int:
    number = groups["number"]
    return int(number) if number.isdecimal() else ord(number) - ord("A") + 1


def unexplained(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the first mark of each footnote that has no note, and of each citation behind the end of the bibliography.

    Groups: `note` and `noted` are the name of a Markdown footnote where it is set and where it stands; `cited` and
    `entry` a number in brackets, in the text and at the head of a line.
    """
    notes = {match.groups["noted"] for match in matches if "noted" in match.groups}
    named = bool(notes)  # [^abc] is a set of characters where no note has a name
    entries = {int(match.groups["entry"]) for match in matches if "entry" in match.groups}
    last = len(entries) if len(entries) >= LISTED and entries == set(range(1, len(entries) + 1)) else 0
    for match in matches:
        name, cited = match.groups.get("note"), int(match.groups.get("cited", 0))
        if name is not None and name not in notes and (named or name.isdecimal()):
            notes.add(name)
            yield match
        elif last and last < cited <= last + FAR and cited not in entries:
            entries.add(cited)
            yield match
