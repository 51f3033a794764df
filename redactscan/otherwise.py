"""Numbers that a list seems to skip and that are there all the same: written otherwise, or said to be gone."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import regex

from redactscan.lazy import Pattern
from redactscan.numeral import ordinals, spellings

SAID = 1500
"""Code points behind a mark in which a text may say that there is no such number."""

SLANT = 1
"""Columns by which a number that slipped may stand beside the others of its list."""

_NUMERALS = frozenset(("digits", "word", "circled", "roman", "upper roman"))
"""Forms of numbers that people take for one another; letters are none of them."""

_NUMBER = r"(?P<number>\d{1,3}|[①-⑳]|[一二三四五六七八九十百]{1,5}|[IVXLC]{1,6}(?!\p{L})|\p{L}(?!\p{L}))"
_ITEM = Pattern(
    rf"\n(?P<indent>[ \t\u3000]*+)[^\w\n]{{0,6}}T?(?:(?P<part>(?:\d{{1,2}}\.)+){_NUMBER}(?!\d)"
    rf"|{_NUMBER}[ ]?(?=[.)）、．:：,，/&°\]】(](?!\d)|[-–—](?![\p{{L}}\d])|[-–—&]\d|[A-Z]\b"
    rf"|[ ][\p{{Lu}}\p{{Lo}}\"“«]))"
)
"""The head of a line with a number, in whatever way it is marked: 3) or =3. or [4.3 or 3./4. or a bare III."""

_HEADING = Pattern(
    rf"\n[^\w\n]{{0,8}}(?:(?P<word>\p{{L}}+)\.?)?[^\w\n]{{0,3}}(?P<spelt>{_NUMBER}|(?<=[^\w\n])\p{{L}}+)(?!\d)"
)
"""The same behind a word or its sign, in the plural or shortened too: Sections 4, §§ 4, Sec. 3, Step 3a."""

_TITLED = Pattern(rf"(?P<word>\p{{L}}++)[ ]?{_NUMBER}[ ]?[:：]")
"""A word, a number and a colon, wherever they stand: Optional step 3:"""

_INLINE = Pattern(r"(?<=[ \t\u3000；;，,。.\[])(?P<number>\d{1,2}|[①-⑳]|[一二三四五六七八九十])[.)）、．\]](?!\d)")
"""A number behind another in its line."""

_GONE = (
    r"repealed|removed|deleted|withdrawn|reserved|cancel+ed|was never|is lost|is hidden|hidden track|not used"
    r"|omitted|was cut|overleaf|on the back"
    r"|does not survive|acquitted|未公布|未公开|放假"
    r"|weggefallen|entfällt|gestrichen|abrogé|supprimé|derogad|исключен|утратил|삭제|削除|取消|删除|废止|开放题|のみ"
)
"""How a text says that a number is none of those that stand here."""


class Style(NamedTuple):
    """How a list is numbered: the form of `ordinals`, its word (section), what it is a part of (2. in 2.3)."""

    form: str
    word: str = ""
    part: str = ""


def stands(text: str, between: tuple[int, int], style: Style, number: int) -> bool:
    """Say whether a number that is skipped between two marks is there all the same, or said to be gone.

    `between` are the end of the one and the start of the other.
    """
    start, end = between
    region = "\n" * (start == 0) + text[start:end]
    heads = _headings(region, style) if style.word else _heads(region, indentation(text, end), style)
    # Where the number before it stands there too, they are of a list of their own.
    there = number in heads and number - 1 not in heads
    if style.word:
        there = there or any(
            match["word"].casefold() == style.word and _is(match["number"], style.form, number)
            for match in _TITLED.finditer(region)
        )
    else:
        line = region.partition("\n")[0]
        there = there or any(_is(match["number"], style.form, number) for match in _INLINE.finditer(line))
    return there or _is_said(text[start : end + SAID], style.form, number)


def _heads(region: str, indent: int, style: Style) -> set[int]:
    """Return the numbers at the heads of lines that are indented as a list is."""
    return {
        number
        for match in _ITEM.finditer(region)
        if abs(len(match["indent"]) - indent) <= SLANT and (match["part"] or "") == style.part
        for other, number in ordinals(match["number"])
        if _alike(other, style.form)
    }


def _headings(region: str, style: Style) -> set[int]:
    """Return the numbers of headings that begin as the word does, in the plural or shortened too, or have its sign."""
    sign = not style.word.rstrip(".").isalpha()
    return {
        number
        for match in _HEADING.finditer(region)
        if (initial := _initial((match["word"] or "").casefold())) == _initial(style.word) or (sign and not initial)
        for other, number in ordinals(match["spelt"])
        if _alike(other, style.form)
    }


def _initial(word: str) -> str:
    """Return the first letter of a word without its accent, which capitals often lack."""
    return unicodedata.normalize("NFD", word[:1])[:1]


def _is(written: str, form: str, number: int) -> bool:
    return any(number == other and _alike(kind, form) for kind, other in ordinals(written))


def _alike(form: str, other: str) -> bool:
    return form == other or {form, other} <= _NUMERALS


def indentation(text: str, mark: int) -> int:
    """Return by how many columns the line of a mark is indented."""
    line = text[text.rfind("\n", 0, mark) + 1 : mark]
    return len(line) - len(line.lstrip())


def _is_said(region: str, form: str, number: int) -> bool:
    """Say whether a text says of a number that it is gone: "(c) was repealed", "step 3 was removed"."""
    written = "|".join(map(regex.escape, spellings(form, number)))
    written = rf"(?<![\d.a-z])0?(?:{written})(?!\d|[.]\d|[a-z])"
    said = rf"(?i){written}[^\n]{{0,40}}?(?:{_GONE})|(?:without|but not|except)[ ](?:\p{{L}}+[ ])?[(]?{written}"
    return regex.search(said, region) is not None
