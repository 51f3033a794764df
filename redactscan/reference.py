"""What a text refers to and does not hold: entries of its table of contents, figures, annexes, notes, pages."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from redactscan.evidence import Evidence, parts_absent
from redactscan.lazy import Pattern
from redactscan.numeral import ordinals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redactscan.match import Match

ENTRIES, MOST_ENTRIES = 4, 400
"""Lines that make a table of contents; of a longer one nothing is said ..."""

HELD = 0.3
"""... and share of its titles, two at least, that must stand in the text behind it: else that is another volume."""

TABLES = 20
"""Tables of contents of a document that are looked after, the first ones."""

LONGEST_ENTRY = 80
"""Code points of a line of a table of contents that has neither dots nor links."""

APART = 200
"""Code points between two lines of one table of contents, and those in which a heading is."""

FAMILY = 2
"""Figures, or annexes, that must be here, the first of them too, before another that is referred to is missing."""

LISTED, LISTED_SHARE = 3, 0.7
"""Entries that a bibliography must have, from 1 on, and share of those up to its last."""

FAR = 20
"""A number that is so much larger than the last of a bibliography is no citation."""

_NUMBERING = Pattern(
    r"\A\W*(?:[第제]?[\d一二三四五六七八九十百]{1,4}(?:[.．][\d]{1,3}){0,4}[章节節部编編条장절]?|[IVXLC]{1,6}\b|[A-Z]\b)?\W*"
)
_PAGE = Pattern(r"[\s.…·]*\d{1,4}\s*\Z")
_SENTENCE = Pattern(r"[.!?。！？；;:：,，]\s*\Z")
_LINK = Pattern(r"\]\([^)\s]{0,300}\)")
_MARKDOWN = Pattern(r"\n(#{1,6}) +([^\n]{1,200})")
_NO_LETTER = Pattern(r"[\W_]+")


class _Entry(NamedTuple):
    """A line of a table of contents: where it is, and the letters of its title and of the place that it links to."""

    start: int
    end: int
    title: str
    link: str = ""


def missing_entries(text: str, matches: Sequence[Match]) -> Iterator[Evidence]:
    """Yield the lines of the tables of contents whose titles stand nowhere behind them, where others do.

    A match with the group `title` is a line, one without it the head of a table whose lines are read here.
    """
    for entries, body in itertools.islice(_tables(text, matches), TABLES):
        if not ENTRIES <= len(entries) <= MOST_ENTRIES:
            continue
        behind = _LINK.sub("]", text[body:])
        held = _held(entries, behind)
        if sum(held) >= max(FAMILY, HELD * len(entries)) and not _are_renamed(entries, held, behind):
            part = (len(text) - body) / sum(held)
            absent = parts_absent(1, [part], sum(held), len(held))
            for entry, here in zip(entries, held, strict=True):
                if not here:
                    yield Evidence(entry.start, entry.end, None, absent=absent)


def _held(entries: Sequence[_Entry], behind: str) -> list[bool]:
    """Return which titles stand in the text behind them; none does where none begins a line, as in a list of prices."""
    letters, lines = _letters(behind), "\n".join(_title(line[:LONGEST_ENTRY]) for line in behind.split("\n"))
    if sum(f"\n{entry.title}" in lines for entry in entries) < FAMILY:
        return [False] * len(entries)
    return [entry.title in letters or (entry.link != "" and entry.link in letters) for entry in entries]


def _are_renamed(entries: Sequence[_Entry], held: Sequence[bool], behind: str) -> bool:
    """Say whether as many other headings of Markdown stand behind a table as it has titles that are not there."""
    titles = {entry.title for entry in entries}
    headings = [(mark[1], _title(mark[2])) for mark in _MARKDOWN.finditer(f"\n{behind}")]
    levels = {level for level, title in headings if title in titles}
    others = sum(1 for level, title in headings if level in levels and title not in titles)
    return others >= held.count(False) > 0


def _tables(text: str, matches: Sequence[Match]) -> Iterator[tuple[list[_Entry], int]]:
    """Yield the tables of contents of a text, each with the place where the text behind it begins."""
    lines: list[_Entry] = []
    for match, following in itertools.zip_longest(matches, matches[1:]):
        title = match.groups.get("title")
        if title is None:
            if following is None or following.start - match.end > APART:  # else its lines are matches themselves
                yield _read(text, match.end)
            continue
        if lines and match.start - lines[-1].end > APART:
            yield lines, lines[-1].end
            lines = []
        lines.append(_Entry(match.start, match.end, _title(title), _letters(match.groups.get("link", ""))))
    if lines:
        yield lines, lines[-1].end


def _read(text: str, start: int) -> tuple[list[_Entry], int]:
    """Return the lines below the head of a table of contents, up to where the first of its titles stands again."""
    entries: list[_Entry] = []
    while start < len(text) and len(entries) <= MOST_ENTRIES:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line:
            if entries and _title(text[start : start + APART]).startswith(entries[0].title):
                return entries, start
            title = _title(_PAGE.sub("", line))
            if not title or len(line) > LONGEST_ENTRY or _SENTENCE.search(line):
                break
            entries.append(_Entry(start, end, title))
        start = end + 1
    return [], start


def _title(line: str) -> str:
    return _letters(_NUMBERING.sub("", line))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


_SHORT = {"fig": "figure", "abb": "abbildung", "рис": "рисун", "圖": "图", "図": "图", "附録": "附录"}
_ENDINGS = Pattern(r"(?<=таблиц|рисун|приложени)[а-я]+\Z")


def dangling(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the first reference to each figure, table or annex that is not here, where others of its kind are.

    A match with the group `here` stands at the head of a line, as captions and headings do; the others refer to one.
    """
    here: dict[tuple[str, str], set[int]] = {}
    for match in matches:
        if "here" in match.groups:
            here.setdefault(_kind(match.groups), set()).add(_number(match.groups))
    for match in matches:
        numbers = here.get(_kind(match.groups), set())
        if 1 in numbers and len(numbers) >= FAMILY and _number(match.groups) not in numbers:
            if _number(match.groups) <= max(numbers) + 1:
                yield match
            numbers.add(_number(match.groups))


def _kind(groups: Mapping[str, str]) -> tuple[str, str]:
    """Return what is numbered, and in which chapter: (figure, 3.) for Fig. 3.1."""
    word = _ENDINGS.sub("", groups["kind"].casefold().rstrip("."))
    return _SHORT.get(word, word), groups.get("chapter", "")


def _number(groups: Mapping[str, str]) -> int:
    return next((number for _, number in ordinals(groups["number"])), 0)


def unexplained(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the first mark of each footnote that has no note, and of each citation that the bibliography has not.

    Groups: `note` and `noted` are the name of a footnote where it is set and where it stands; `cited` and `entry` a
    number in brackets, in the text and at the head of a line. A name in brackets ([^1]) needs no other note to be one.
    """
    notes = {(_sort(match), match.groups["noted"]) for match in matches if "noted" in match.groups}
    sorts = {sort for sort, _ in notes}  # [^abc] is a set of characters where no note has a name
    entries = _entries(matches)
    last = max(entries, default=0) if 1 in entries else 0
    last = last if len(entries) >= max(LISTED, LISTED_SHARE * last) else 0
    for match in matches:
        name, cited = match.groups.get("note"), int(match.groups.get("cited", 0))
        if name is not None and (_sort(match), name) not in notes:
            notes.add((_sort(match), name))
            if _sort(match) in sorts or (_sort(match) == "^" and name.isdecimal()):
                yield match
        elif last and 0 < cited <= last + FAR and cited not in entries:
            entries.add(cited)
            yield match


def _entries(matches: Sequence[Match]) -> set[int]:
    """Return the numbers of a bibliography, at the head of a line, or in it behind the one before."""
    entries, before = set(), 0
    for match in matches:
        number = int(match.groups.get("entry", 0))
        if not number and before and int(match.groups.get("cited", 0)) == before + 1:
            number = before + 1
        entries |= {number} - {0}
        before = number
    return entries


def _sort(match: Match) -> str:
    return match.groups.get("sort", "")


def last_page(text: str, matches: Sequence[Match]) -> Match | None:
    """Return the last mark of a page where it is not the last page that the marks tell of ("Page 3 of 12").

    Marks must count the same pages, and go up. One page alone must be marked at the end of the text, and a mere
    "3 / 12" counts no pages before it is the third.
    """
    marks = [(int(match.groups["visible"]), int(match.groups["total"])) for match in matches]
    shown, totals = [mark[0] for mark in marks], {mark[1] for mark in marks}
    if len(totals) > 1 or shown != sorted(shown) or shown[-1] >= max(totals):
        return None
    different, last = len(set(shown)), matches[-1]
    if "bare" in last.groups:
        return last if different > FAMILY else None
    ends = not text[last.end :].strip() and text[: last.start].strip()
    return last if different >= FAMILY or ends else None


def halves(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield the notes that a text goes on (`onward`) or began (`back`) on another page, where only one half is here."""
    sides = ["onward" in match.groups for match in matches]
    if len(set(sides)) == 1:
        yield from matches
