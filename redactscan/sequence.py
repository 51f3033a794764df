"""Numbered headings and items of any language: numbers that a sequence skips, and items that were announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.language import language
from redactscan.lazy import Pattern
from redactscan.numeral import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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

SPARSE = 4
"""Two jumps and more, and more than one in so many numbers, are no sequence that lost something, but a choice."""

_WORDS = (
    "two deux zwei dos два|three trois drei tres три|four quatre vier cuatro четыре|five cinq fünf cinco пять"
    "|six sechs seis шесть|seven sept sieben siete семь|eight huit acht ocho восемь|nine neuf neun nueve девять"
    "|ten dix zehn diez десять"
)
_COUNTS = {word: n for n, words in enumerate(_WORDS.split("|"), start=2) for word in words.split()}
_COUNTS |= {word: n for n, word in enumerate(["두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"], start=2)}

_HEADS = (".", "．", "、")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_RANGE = Pattern(
    r"\s?(?:から|至|to|through|bis|à|al?|по|까지|[-–—~～])\s?[第제§]?\s?(?P<last>\d{1,3}|[一二三四五六七八九十百]{1,5})"
)

_ITEM = Pattern(
    r"[ \t\u3000]*+(?P<mark>[-*+•·●○■◆▪‣–—](?=[ \t\u3000])|[・●○■◆①-⑳]"
    r"|[（(]?(?:\d{1,2}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[.)）、．](?!\d)|[第제][ ]?[\d一二三四五六七八九十]{1,3})"
)
_HEADING = Pattern(r"\n(?=#{1,6} )")
_NUMERALS = Pattern(r"[\d一二三四五六七八九十a-zA-Z①-⑳]+")


class _Place(NamedTuple):
    """A mark: its number, where and how it stands, and the last number of a range (第三条から第五条まで)."""

    number: int
    start: int
    end: int
    shown: str
    last: int


class Skipped(NamedTuple):
    """A mark before which numbers of its sequence are not there."""

    start: int
    end: int
    message: str


def skipped(text: str, matches: Iterable[Match]) -> Iterator[Skipped]:
    """Yield the marks that skip a number of their sequence.

    Beside a word (第三章, Article 3, 제3조) IN_ORDER marks around the jump must be in order; a mere "3." or "(c)" needs
    a list that begins with its first, has two in order before the jump, and goes on behind it or ends there.
    """
    for (word, _), places in _styles(text, matches).items():
        for run in _runs(places):
            jumps = [i for i in range(1, len(run)) if run[i].number != run[i - 1].last + 1]
            if len(jumps) > max(1, len(run) // SPARSE):
                continue
            for last, i, following in zip([0, *jumps], jumps, [*jumps[1:], len(run)], strict=False):
                before, after, mark = i - last, following - i, run[i]
                first = run[last].number == 1
                enough = (
                    before + after >= IN_ORDER if word else first and before > 1 and (after > 1 or i == len(run) - 1)
                )
                if enough:
                    shown = span(run[i - 1].last + 1, mark.number - 1)
                    yield Skipped(mark.start, mark.end, f"number {shown} is not here, {mark.shown} is")


def span(first: int, last: int) -> str:
    """Return numbers that follow one another as they are shown: 3, or 3-5."""
    return str(first) if first == last else f"{first}-{last}"


def _styles(text: str, matches: Iterable[Match]) -> dict[tuple[str, str], list[_Place]]:
    """Return the marks by their word, if they have one, and the form of their number."""
    styles: dict[tuple[str, str], list[_Place]] = {}
    for match in matches:
        word = match.groups.get("word", "").casefold()
        around = match.groups.get("around", "")
        if around in _HEADS and language(text[max(0, match.start - PASSAGE) : match.end + PASSAGE]) == "zh":
            continue  # those are headings, which the outline has
        behind = _RANGE.match(text[match.end : match.end + 12]) if word else None
        last = int(value(behind["last"]) or 0) if behind else 0
        shown = " ".join(text[match.start : match.end].strip("#*　 \n\t").split())
        for form, number in _readings(match.groups):
            place = _Place(number, match.start, match.end, shown, max(last, number))
            styles.setdefault((word, around + form), []).append(place)
    return styles


def _readings(groups: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield how a mark can be read: the form of its number, and that number; C. is a letter, and a hundred."""
    letter = groups.get("letter", "")
    number = groups.get("number") or letter
    if letter:
        yield "upper" if letter.isupper() else "lower", ord(letter.upper()) - ord("A") + 1
    if set(number) <= set(_ROMAN):
        yield "roman", _roman(number)
    elif not letter:
        yield "circled" if not number.isdecimal() and number.isdigit() else "digits", int(value(number) or 0)


def _roman(text: str) -> int:
    values = [_ROMAN[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _runs(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Yield the places in runs: each goes on with the innermost open run that it can, at best without a jump."""
    open_runs: list[list[_Place]] = []
    for place in places:
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


def announced(text: str, end: int, count: str) -> tuple[int, int] | None:
    """Return how many items are announced, and how many the list that begins at `end` has, where those are fewer."""
    expected = _COUNTS.get(count.casefold()) or int(value(count) or 0)
    found = _items(text[end : end + LIST], expected)
    return (expected, found) if 0 < found < expected and len(text) - end <= LIST else None


def _items(text: str, expected: int) -> int:
    """Return how many items the list has with which a text begins, up to the next heading; 0 where it begins with none.

    What stands between items, such as code, belongs to them; "(1) the one, and (2) the other" are two.
    """
    style, indent, found = "", 0, 0
    heading = _HEADING.search(text)
    body = text[: heading.start()] if heading else text
    for line in body.split("\n"):
        item = _ITEM.match(line)
        if not item:
            if line.strip() and not style:
                return 0
            continue
        here = _NUMERALS.sub("1", item["mark"]), item.start("mark")
        if not style:
            style, indent = here
        found += here == (style, indent)
    while style[-1:] in (")", "）") and 0 < found < expected and style.replace("1", str(found + 1)) in body:
        found += 1
    return found
