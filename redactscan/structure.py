"""What no single pattern can see: numbering that jumps, promises not kept, a last sentence that does not end.

A rule with `check:` names a function here. Its pattern finds marks in the one native pass; the function looks at the
marks and the text together and says which of them are evidence.
"""

from __future__ import annotations

import bisect
import functools
from typing import TYPE_CHECKING, NamedTuple

from redactscan.edge import begins_behind, begins_small, open_fence, open_link, open_value
from redactscan.ending import broken_off
from redactscan.evidence import Evidence, skipped_absent
from redactscan.lazy import Pattern
from redactscan.numeral import value
from redactscan.otherwise import Style, stands
from redactscan.reference import dangling, halves, last_page, missing_entries, unexplained
from redactscan.sequence import SPARSE, announced, skipped, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from redactscan.match import Match


class Mark(NamedTuple):
    """A numbered heading or item: where, in which style of numbering ("han" for 一、), and its number."""

    start: int
    end: int
    style: str
    number: int


class Outline(NamedTuple):
    """The numbered headings and items of a document, in order, and its end."""

    marks: list[Mark]
    end: int = 0
    """Where the content ends and only furniture follows."""


NUMBERING = "omission.numbering"
"""The rule whose matches are the headings and items; other checks read the outline made from them."""

PROMISE = "omission.promise"
"""The rule whose matches announce how many parts follow."""

HEADINGS = ("han", "han_bracket")
"""Styles that number headings, the higher first; a list in another may begin in words ("first ..., 二是 ...")."""

FURTHEST_JUMP = 12
"""A larger jump is another list, or a number that numbers nothing."""


_FRAMES = {"、": "han", "()": "han_bracket", "是": "shi", "第": "ordinal"}
"""Styles of numbering by what stands around the number."""

_SUBSECTION = Pattern(r"\d{1,2}[ .．\t\u3000]")
"""What follows 3. where it is the beginning of 3.1, which is no third item."""

_WIDTHS = str.maketrans("（）．", "().", "，,：:")


def outline(text: str, matches: Iterable[Match], furniture: Iterable[tuple[int, int]] = ()) -> Outline:
    """Return the outline of a document from the matches of the rule NUMBERING, and where its furniture stands."""
    marks = []
    for start, end, *_ in matches:
        style, number = _style_and_number(text[start:end])
        if number and not _SUBSECTION.match(text[end : end + 4]):
            marks.append(Mark(start, end, style, number))
    return Outline(marks, content_end(text, furniture))


@functools.lru_cache(maxsize=4096)
def _style_and_number(mark: str) -> tuple[str, int]:
    """Read （三） as ("han_bracket", 3); the number is 0 where none can be read."""
    plain = mark.translate(_WIDTHS)
    digits = plain.strip("()第、是.")
    frame = "第" if plain.startswith("第") else plain.replace(digits, "")
    style = f"digit {frame}" if digits.isascii() else _FRAMES.get(frame, "")
    return style, int(value(digits) or 0) if style else 0


# --- numbering ---------------------------------------------------------------------------------------------------


_DIGITS = Style("digits")
_RANKS = {style: rank for rank, style in enumerate(HEADINGS)}


class _Level:
    """One open list: its style, how high that ranks (0 is the highest), and its marks."""

    __slots__ = ("rank", "run", "style")

    def __init__(self, mark: Mark) -> None:
        self.style = mark.style
        self.rank = _RANKS.get(mark.style, len(_RANKS))
        self.run = [mark]

    @property
    def number(self) -> int:
        return self.run[-1].number


def numbering(text: str, _matches: Sequence[Match], lines: Outline) -> Iterable[Evidence]:
    """Yield the marks before which a number of their list is not there: 一、 then 三、; （二） with no （一）."""
    for level, places in _jumps(text, lines.marks).items():
        if level.rank == len(_RANKS) and len(places) > max(1, len(level.run) // SPARSE):
            continue
        run = [(mark.number, mark.number, mark.start) for mark in level.run]
        for at, absent in zip(places, skipped_absent(run, places), strict=True):
            mark, last = level.run[at], run[at - 1][0] if at else 0
            before = bisect.bisect_left(lines.marks, mark)
            between = (level.run[at - 1].end if at else lines.marks[before - 1].end if before else 0, mark.start)
            if _counts(level, at) and not stands(text, between, _DIGITS, last + 1):
                message = f"item {span(last + 1, mark.number - 1)} is not here, {mark.number} is"
                yield Evidence(mark.start, mark.end, None, message, absent=absent)


def _jumps(text: str, marks: Sequence[Mark]) -> dict[_Level, list[int]]:
    """Return the lists of an outline that skip numbers, and the marks of each before which one is not there."""
    levels: list[_Level] = []
    jumps: dict[_Level, list[int]] = {}
    for mark in marks:
        if levels and levels[-1].style == mark.style and levels[-1].number + 1 == mark.number:
            levels[-1].run.append(mark)  # the next item of the innermost list, as most are
            continue
        # A heading closes the lists below it, also those that began before the first heading of its kind.
        rank = _RANKS.get(mark.style)
        while rank is not None and levels and levels[-1].rank > rank:
            levels.pop()
        depth = next((i for i, level in enumerate(levels) if level.style == mark.style), None)
        last = levels[depth].number if depth is not None else 0
        if "digit" in mark.style and mark.number != last + 1 and text[mark.end : mark.end + 1].isdigit():
            continue  # 3.5 is no third item, unless a second came before
        if depth is None or mark.number <= last:
            levels[depth if depth is not None else len(levels) :] = [_Level(mark)]
        else:
            del levels[depth + 1 :]
            levels[depth].run.append(mark)
        if (last or rank is not None) and last + 1 < mark.number <= last + FURTHEST_JUMP:
            jumps.setdefault(levels[-1], []).append(len(levels[-1].run) - 1)
    return jumps


def _counts(level: _Level, at: int) -> bool:
    """Say whether the mark at `at` is of a list, and no number of a player, or of one behind two that share a place."""
    first, *others = [mark.number for mark in level.run[: at + 1]]
    return level.rank < len(_RANKS) or len(others) > 1 or (first == 1 and others[0] == first + 2)


def sequence(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the marks of chapters, articles and items that skip a number of their sequence."""
    return skipped(text, matches)


# --- promises ----------------------------------------------------------------------------------------------------


def promise(_text: str, matches: Sequence[Match], lines: Outline) -> Iterable[Evidence]:
    """Yield the promises ("I make four points") that fewer items follow than they announce."""
    for match in matches:
        expected = value(match.groups["count"])
        found = _kept(match.end, lines)
        if expected is not None and found and found < expected:
            yield Evidence(match.start, match.end, None, f"announces {int(expected)} parts, {found} are here")


def _kept(start: int, lines: Outline) -> int:
    """Return how many different numbers the first list after `start` has, until it begins anew."""
    following = [mark for mark in lines.marks if mark.start >= start]
    if not following or (following[0].number != 1 and following[0].style not in HEADINGS):
        return 0  # no list, or one whose first item is written in words
    seen: set[int] = set()
    for mark in following:
        if mark.style != following[0].style:
            continue
        if mark.number in seen:
            break
        seen.add(mark.number)
    return len(seen)


ANNOUNCEMENTS = 50
"""Announcements of a document that are looked after, the first ones."""


def announcement(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the announcements of a list ("for three reasons:") that has fewer items than they say."""
    for match in matches[:ANNOUNCEMENTS]:
        counted = announced(text, match.end, match.groups["count"])
        if counted:
            expected, found, absent = counted
            message = f"announces {expected} items, {found} are here"
            yield Evidence(match.start, match.end, None, message, absent=absent)


def parts(matches: Sequence[Match], lines: Outline) -> tuple[int, int]:
    """Return how many parts of the outermost list are there and how many there should be.

    `matches` are the promises. Where a document has no outline both are 0.
    """
    if not lines.marks:
        return 0, 0
    outermost = lines.marks[0].style
    numbers = [mark.number for mark in lines.marks if mark.style == outermost]
    numbers = numbers[: next((i for i, n in enumerate(numbers) if n in numbers[:i]), len(numbers))]
    announced = [int(value(match.groups["count"]) or 0) for match in matches if match.start < lines.marks[0].start]
    highest = 0
    for number in sorted(numbers):
        highest = number if number <= highest + FURTHEST_JUMP else highest
    return len(numbers), max(len(numbers), highest, *announced)


# --- what a text refers to ---------------------------------------------------------------------------------------


def contents(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the lines of a table of contents whose parts are not here."""
    return missing_entries(text, matches)


def reference(_text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the references to figures, tables and annexes that are not here."""
    yield from (Evidence(match.start, match.end, None) for match in dangling(matches))


def footnote(_text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the marks of notes, and the citations, of which what they point to is not here."""
    yield from (Evidence(match.start, match.end, None) for match in unexplained(matches))


def page(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the mark of the last page that is here, where others are announced."""
    last = last_page(text, matches)
    if last is not None:
        yield Evidence(last.start, last.end, (last.start, last.end), None, last.groups)


def half(_text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the notes of a text that goes on elsewhere, whose other half is not here."""
    yield from (Evidence(match.start, match.end, (match.start, match.end)) for match in halves(matches))


# --- the end -----------------------------------------------------------------------------------------------------


def content_end(text: str, furniture: Iterable[tuple[int, int]]) -> int:
    """Return where the content of a text ends: before the furniture and the white space at its end."""
    end = len(text.rstrip())
    for start, stop in sorted(furniture, reverse=True):
        if stop < end:
            break
        end = len(text[:start].rstrip())
    return end


def cut_end(text: str, _matches: Sequence[Match], lines: Outline) -> Iterable[Evidence]:
    """Yield the end of the content where its last paragraph stops in mid-sentence and the others do not."""
    reason = broken_off(text, lines.end)
    if reason is not None:
        yield _breaks_off(lines.end, reason)


def _breaks_off(end: int, reason: str | None = None) -> Evidence:
    """Return the evidence that a text breaks off at `end`: its last character, and an empty hole behind it."""
    return Evidence(end - 1, end, (end, end), reason)


def cut_start(text: str, _matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the start of a text that begins with what only stands behind something."""
    if begins_behind(text):
        yield _begins(text)


def small_start(text: str, _matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the start of prose that begins with a small letter."""
    if begins_small(text):
        yield _begins(text)


def _begins(text: str) -> Evidence:
    start = len(text) - len(text.lstrip())
    return Evidence(start, start + 1, (start, start))


def half_character(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the signs for what could not be read at an edge of a text that has none elsewhere."""
    for match in matches:
        signs = text[match.start : match.end]
        if text.count("\ufffd") == len(signs.strip()):
            yield Evidence(match.start, match.end, (match.start, match.end))


def open_end(text: str, _matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the end of a text inside a value of JSON or XML."""
    reason = open_value(text)
    if reason is not None:
        yield _breaks_off(len(text.rstrip()), reason)


def unclosed_link(text: str, _matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the link or tag that is open at the end of a text."""
    span = open_link(text)
    if span is not None:
        yield Evidence(*span, span)


LONGEST_BLOCK = 5000
"""Code points of a block that was cut: in a longer one somebody forgot the fence."""


def fence(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the end of a text inside a block of code, whose fences are the matches; the last of them is near by."""
    near = len(text) - matches[-1].start <= LONGEST_BLOCK
    if near and open_fence(text[match.start : match.end] for match in matches):
        yield _breaks_off(len(text.rstrip()))


NEAR = 200
"""Code points before the end of a text in which a bracket that was opened there should be closed."""


def unclosed(text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the end of a text whose last sentence ends inside a bracket or quote that was opened near by."""
    pairs = {"（": "）", "(": ")", "《": "》", "「": "」", "『": "』", "“": "”", "【": "】", "〔": "〕"}
    for match in matches:
        tail = text[max(0, match.end - NEAR) : match.end]
        for opening, closing in pairs.items():
            at = tail.rfind(opening)
            # What stands last is half of a :( as often as a cut, and "(" before anything but Han is code or a face.
            inside = tail[at + 1 :] if at >= 0 else ""
            if opening == "(" and inside < "\u2e80":
                continue
            if inside and closing not in inside and "\n" not in inside:
                yield Evidence(match.start, match.end, (match.end, match.end), f"the text ends inside {opening}")
                break


# --- what a note calls shown, against what is here ---------------------------------------------------------------

DISAGREEMENT = 0.05
"""Share by which a declared length may differ from the measured one: sites count titles and notes differently."""

SHORTEST_COUNTED = 100
"""Declared characters below which a title or a note makes the comparison meaningless."""


def shown_differs(_text: str, matches: Sequence[Match], _lines: Outline) -> Iterable[Evidence]:
    """Yield the notes whose "shown" is not what stands before them."""
    for match in matches:
        declared = value(match.groups["visible"])
        if declared is None or declared < SHORTEST_COUNTED:
            continue
        here = match.start
        if abs(here - declared) > DISAGREEMENT * declared:
            message = f"says that {int(declared)} characters are shown; {here} stand before it"
            yield Evidence(match.start, match.end, None, message)


CHECKS: dict[str, Callable[[str, Sequence[Match], Outline], Iterable[Evidence]]] = {
    "numbering": numbering,
    "promise": promise,
    "sequence": sequence,
    "announcement": announcement,
    "contents": contents,
    "reference": reference,
    "footnote": footnote,
    "page": page,
    "halves": half,
    "cut-end": cut_end,
    "cut-start": cut_start,
    "small-start": small_start,
    "half-character": half_character,
    "open-value": open_end,
    "open-fence": fence,
    "unclosed-link": unclosed_link,
    "unclosed": unclosed,
    "shown-differs": shown_differs,
}
"""What a rule may name in `check:`."""
