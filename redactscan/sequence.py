"""Numbered headings and items of any language: numbers that a sequence skips, and items that were announced."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from redactscan.evidence import HEADING, Absent, Evidence, parts_absent, skipped_absent
from redactscan.language import language
from redactscan.lazy import Pattern
from redactscan.numeral import ordinals, small_count, value
from redactscan.otherwise import Style, indentation, stands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import regex

    from redactscan.match import Match

FURTHEST = 4
"""A larger jump is another sequence: an excerpt, or numbers that count something else."""

DEEPEST = 8
"""Lists inside of lists that are kept in mind; where every item is a "1.", each begins another."""

PASSAGE = 80
"""Code points on both sides of a mark that tell in which language it stands."""

LIST = 60_000
"""Code points behind an announcement in which its list is; of a longer one nothing is said."""

IN_ORDER = 3
"""Marks with a word that must be in order, on both sides of a jump together."""

NEAR = 4
"""So many times as far as the others are apart, a mark may stand behind them and end their list."""

BEYOND = 300
"""Code points behind a mark in which the number that it skips may stand, as where columns were mixed."""

RANGE = 16
"""Code points behind a mark in which the last number of a range is."""

INDENT = 4
"""Columns that make a list one inside another."""

SPARSE = 4
"""Two jumps and more, and more than one in so many numbers, are no sequence that lost something, but a choice."""

_HAN = frozenset("一二三四五六七八九十")
_EITHER = ("i", "v", "x")
"""Letters that begin a list of their own as often as they go on with one."""

_RANGE = Pattern(
    r"\s?(?:から|至|to|through|bis|à|al?|по|까지|[-–—~～&]|and|und|et|y|и)\s?[第제§]?\s?(?P<part>(?:\d{1,2}\.)*)(?P<last>\d{1,3}|[一二三四五六七八九十百]{1,5})"
)

_ITEM = Pattern(
    r"(?:\A|\n)(?P<indent>[ \t\u3000]*+)(?P<mark>[-*+•·–—](?=[ \t\u3000])|[・●○■◆▪‣]"
    r"|(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3}|[IVX]{2,4}|[ivx]{2,4}|[a-zA-Zа-яア-ソ]|[가나다라마바사아])[.)）、．](?!\d)"
    r"|(?P<n>[一二三四五六七八九十]{1,3})[ \u3000]|(?P<n>[첫둘셋넷]째|다섯째|여섯째))"
    r"|(?P<mark>[（(](?P<n>\d{1,2}|[a-zA-Zа-яア-ソ]|[ivx]{2,4}|[一二三四五六七八九十]{1,3})[)）]|(?P<n>[①-⑳])"
    r"|[第其](?P<n>[\d一二三四五六七八九十]{1,3})(?:阶段|階段|方面|部分|步|类|种|层|项)?[，,、に是：:条點点は]"
    r"|(?P<n>[一二三四五六七八九])是|(?<=[,;:] |\b(?:and|or) )(?P<n>[1-9a-h])\)(?= ?\p{L}))"
)
_HEADING = Pattern(r"\n(?=#{1,6} )")

_LOOSE = Pattern(
    r"(?:\A|\n)(?P<indent>[ \t\u3000]*+)(?:[-*+•·–—・●○■◆▪‣](?=[ \t\u3000\p{L}])"
    r"|(?:Or|Also|And|Finally|Lastly|Oder|Außerdem|Ou|Enfin|También|Также)\b"
    r"|[（(]?(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3}|[IVX]{1,4}|[a-zA-Zа-я])(?: ?[-–—] ?(?P<last>\d{1,2}))?"
    r"(?:[.)）、．:：，,°]| [-–—]))"
    r"|(?<=[ ,，;；：:(（])(?P<n>\d{1,2}|[a-h](?=[)）]))[.)）、](?=\s?[\p{Ll}\p{Lo}])"
)
"""An item whatever its mark is, in the line too; and words with which people go on where the last item should begin."""

CLOSE = 200
"""Code points behind the paragraph of the last item in which others may be that are marked in another way."""

_SEVERAL = Pattern(r"[,;，；、&/\d]|\b(?:and|und|et|y|и|two|zwei|deux|dos|два|две)\b")
"""What stands in an item that names several things ..."""

_MARK = Pattern(r"\A[（(]?\w{0,4}[.)）、．:：]?\W*")

THING = 80
"""... if it is no sentence, and not longer than so many code points."""

_RELEASE = Pattern(
    r"(?i:[ \t*:.]*(?:fix(?:e[sd])?|bug ?fix(?:es)?|add(?:ed|s)|new|improve[ds]|updated?|initial|rewrote"
    r"|features)(?!\p{L}))"
    r"|[ \t*:.]*(?:修复|修正|优化|新增|更新)"
)
"""How the notes of a release begin."""


class _Place(NamedTuple):
    """A mark: its number, where it stands, and the last number of a range (第三条から第五条まで)."""

    number: int
    start: int
    end: int
    last: int

    def shown(self, text: str) -> str:
        """Return the mark as it is shown."""
        return " ".join(text[self.start : self.end].strip("#*\u3000 \n\t").split())


def skipped(text: str, matches: Iterable[Match]) -> Iterator[Evidence]:
    """Yield the marks that skip a number of their sequence.

    Beside a word (第三章, Article 3, 제3조) IN_ORDER marks around the jump must be in order; a mere "3." or "(c)" needs
    a list that begins with its first, has two in order before the jump, and goes on behind it or ends there.
    """
    for (word, around, form, _), places in _styles(text, matches).items():
        style = Style(form, word, around if around[:1].isdecimal() else "")
        for run in _runs(places):
            jumps = [i for i in range(1, len(run)) if run[i].number != run[i - 1].last + 1]
            if not jumps or len(jumps) > max(1, len(run) // SPARSE) or (style.part and _are_releases(text, run)):
                continue
            absent = skipped_absent([(place.number, place.last, place.start) for place in run], jumps)
            for last, i, following, lost in zip([0, *jumps], jumps, [*jumps[1:], len(run)], absent, strict=False):
                skip, mark = run[i - 1].last + 1, run[i]
                if not _is_in_order(text, run, (last, i, following), style) or _follows(places, mark, skip):
                    continue
                if not stands(text, (run[i - 1].end, mark.start), style, skip):
                    message = f"number {span(skip, mark.number - 1)} is not here, {mark.shown(text)} is"
                    yield Evidence(mark.start, mark.end, None, message, absent=lost)


def _is_in_order(text: str, run: Sequence[_Place], jump: tuple[int, int, int], style: Style) -> bool:
    """Say whether enough marks are in order around a jump: where its list begins, where it is, and the next is."""
    first, at, following = jump
    before, after = at - first, following - at
    if style.form.endswith("a") and run[at].shown(text).strip("().").casefold() in _EITHER:
        return False
    if style.word:
        return before + after >= IN_ORDER
    return run[first].number == 1 and before > 1 and (after > 1 or _ends(run, at))


def _ends(run: Sequence[_Place], at: int) -> bool:
    """Say whether a mark ends its list: it is the last, and about as far from the one before as those are apart."""
    if at < len(run) - 1:
        return False
    *apart, last = [b.start - a.start for a, b in itertools.pairwise(run)]
    return last <= NEAR * max(apart)


def span(first: int, last: int) -> str:
    """Return numbers that follow one another as they are shown: 3, or 3-5."""
    return str(first) if first == last else f"{first}-{last}"


def _follows(places: Sequence[_Place], mark: _Place, skip: int) -> bool:
    """Say whether the number that a mark skips stands behind it, out of its order and not in a list of its own."""
    behind = {place.number for place in places if mark.start < place.start < mark.start + BEYOND}
    return skip in behind and skip - 1 not in behind


def _are_releases(text: str, run: Sequence[_Place]) -> bool:
    """Say whether numbers of sections are versions, of which some are skipped: what they head says what was changed."""
    return 2 * sum(1 for place in run if _RELEASE.match(text[place.end : place.end + PASSAGE])) >= len(run)


def _styles(text: str, matches: Iterable[Match]) -> dict[tuple[str, str, str, int], list[_Place]]:
    """Return the marks by their word, what is around their number, and its form; those with no word also by depth."""
    styles: dict[tuple[str, str, str, int], list[_Place]] = {}
    for match in matches:
        word = match.groups.get("word", "").casefold()
        around = match.groups.get("around", "")
        if not word and _in_outline(text, match):
            continue
        behind = _RANGE.match(text[match.end : match.end + RANGE])
        last = int(value(behind["last"]) or 0) if behind and (word or behind["part"] == around) else 0
        for form, number in ordinals(match.groups["number"]):
            place = _Place(number, match.start, match.end, max(last, number))
            styles.setdefault((word, around, form, 0 if word else _depth(text, match.start)), []).append(place)
    return styles


def _depth(text: str, start: int) -> int:
    """Return how deep the line of a mark is indented; numbers that end in one column begin in two."""
    return indentation(text, start) // INDENT


def _in_outline(text: str, match: Match) -> bool:
    """Say whether a mark is a heading or item of Chinese prose, which the outline has."""
    number, around = match.groups["number"], match.groups.get("around", "")
    digits = number.isdecimal() and around in (".", "．", "、") and text[match.start - 1 : match.start] in ("", "\n")
    han = set(number) <= _HAN and around in ("、", "(", "（")
    return (digits or han) and language(text[max(0, match.start - PASSAGE) : match.end + PASSAGE]) == "zh"


def _runs(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Yield the places in runs: each goes on with the innermost open run that it can, at best without a jump."""
    open_runs: list[list[_Place]] = []
    for place in places:
        if open_runs and place.number == open_runs[-1][-1].last + 1:
            open_runs[-1].append(place)  # the next of the innermost, as most are
            continue
        steps = [place.number - run[-1].last for run in open_runs]
        best = _last(steps, lambda step: step == 1)
        if best is None and place.number > 1:
            best = _last(steps, lambda step: 1 < step <= FURTHEST)
        if best is None:
            open_runs.append([place])
            if len(open_runs) > DEEPEST:
                yield open_runs.pop(0)
        else:
            yield from open_runs[best + 1 :]
            del open_runs[best + 1 :]
            open_runs[best].append(place)
    yield from open_runs


def _last(steps: Sequence[int], fits: Callable[[int], bool]) -> int | None:
    return next((i for i in reversed(range(len(steps))) if fits(steps[i])), None)


def announced(text: str, end: int, count: str) -> tuple[int, int, Absent] | None:
    """Return how many items are announced, how many the list that begins at `end` has, and what that lacks, if any."""
    expected = small_count(count)
    if len(text) - end > LIST:
        return None
    behind = text[end:]
    items = list(itertools.islice(_items(behind), expected))
    found = len(items)
    if not 0 < found < expected or behind[: items[0]].strip():
        return None
    if _loosely(behind, items) >= expected or _are_several(behind, items):
        return None
    lengths = [after - before for before, after in itertools.pairwise(items)] or [text.find("\n", end + 1) - end]
    return expected, found, parts_absent(expected - found, [max(HEADING, length) for length in lengths])


def _loosely(behind: str, items: Sequence[int]) -> int:
    """Return how many items a list may have that people have marked in different ways: 1. and 2), - and –."""
    end = behind.find("\n\n", items[-1] + 2)
    indent, bullets, highest = None, 0, 0
    for mark in _LOOSE.finditer(behind[: end + CLOSE] if end > 0 else behind):
        indent = mark["indent"] if indent is None else indent
        if mark["n"] is None:
            bullets += mark["indent"] == indent
        elif _is_next(mark["n"], highest):
            highest = int(mark["last"] or highest + 1)
    return bullets + highest


def _are_several(behind: str, items: Sequence[int]) -> bool:
    """Say whether one of the items names several things, as "ox, oxen" or "docs (8 files)"."""
    ends = [behind.find("\n", item + 1) for item in items]
    lines = [behind[item : end if end > 0 else len(behind)].strip() for item, end in zip(items, ends, strict=True)]
    return any(
        len(line) < THING and line[-1:] not in ".。!?！？" and _SEVERAL.search(_MARK.sub("", line).rstrip(",;，；、"))
        for line in lines
    )


def _items(text: str) -> Iterator[int]:
    """Yield where the items of the list stand with which a text begins, up to the next heading.

    What stands between items, such as code, belongs to them; "(1) the one, and (2) the other" are two.
    """
    heading = _HEADING.search(text)
    marks = _ITEM.finditer(text[: heading.start()] if heading else text)
    first = next(marks, None)
    if first is None:
        return
    frame, items = _frame(first), 1
    yield first.start()
    for mark in marks:
        if _frame(mark) == frame:
            alike = mark["n"] == first["n"]  # bullets, and 1. 1. 1. of those who let a renderer count
            if mark["indent"] == first["indent"] if alike else _is_next(mark["n"], items):
                items += 1
                yield mark.start()


def _frame(item: regex.Match[str]) -> str:
    return item["mark"].replace(item["n"] or "", "", 1)


def _is_next(number: str, last: int) -> bool:
    return any(place == last + 1 for _, place in ordinals(number))
