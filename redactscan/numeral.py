"""Numbers as people write them in Chinese and Western text, read as values."""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING

from redactscan.lazy import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = ("〇零○", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_DIGITS = {char: number for number, chars in enumerate(_NAMES) for char in chars}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"亿": 100_000_000, "億": 100_000_000, "万": 10_000, "萬": 10_000}
_SEPARATORS = str.maketrans("", "", ",，' \u00a0\u2009\u202f")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_THOUSANDS = Pattern(r"\d{1,3}(?:\.\d{3})+\Z")
_PLAIN = Pattern(r"[0-9]+(?:\.[0-9]+)?\Z")

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшщэюя",
    "가나다라마바사아자차카타파하",
    "アイウエオカキクケコサシスセソ",
    "イロハニホヘトチリヌル",
)
"""The letters that number items, in their order."""

_ROMAN_FIRST = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_WORDS = (
    "one premier primero|two deux zwei dos два двух|three trois drei tres три трёх трех"
    "|four quatre vier cuatro четыре четырёх четырех|five cinq fünf cinco пять пяти|six sechs seis шесть шести"
    "|seven sept sieben siete семь семи|eight huit acht ocho восемь восьми|nine neuf neun nueve девять девяти"
    "|ten dix zehn diez десять десяти"
)
_COUNTS = {word: n for n, words in enumerate(_WORDS.split("|"), start=1) for word in words.split()}
_COUNTS |= {word: n for n, word in enumerate(["두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"], start=2)}
_COUNTS |= {word: n for n, word in enumerate(["첫째", "둘째", "셋째", "넷째", "다섯째", "여섯째", "일곱째"], start=1)}

_ITEM_NUMERALS = {
    sign: n for signs in (_CIRCLED, "一二三四五六七八九十", _ROMAN_FIRST) for n, sign in enumerate(signs, start=1)
}
"""Numerals that number items, beside digits."""

LARGEST = 1e15
"""Beyond it a run of digits counts nothing that a document could lack."""


@functools.lru_cache(maxsize=4096)
def value(text: str) -> float | None:
    """Return the number that `text` writes, or None when it writes none.

    Digits of any script, with separators of thousands and a decimal point ("1,019", "３．２万"); Chinese numerals with
    units ("一千零一十九") and without ("二〇二四"); circled digits.
    """
    if len(text) == 1 and text in _CIRCLED:
        return _CIRCLED.index(text) + 1
    total, rest = 0.0, "".join(map(_plain, text.strip().translate(_SEPARATORS)))
    if not rest:
        return None
    for unit, size in _MYRIADS.items():
        head, found, tail = rest.partition(unit)
        if found:
            factor = _below_myriad(head)
            if factor is None:
                return None
            total, rest = total + factor * size, tail
    last = _below_myriad(rest) if rest else 0.0
    return None if last is None or total + last > LARGEST else total + last


def small_count(text: str) -> int:
    """Return the small number that `text` writes in digits or in a word of eight languages, or 0."""
    return _COUNTS.get(text.casefold()) or int(value(text) or 0)


@functools.lru_cache(maxsize=4096)
def ordinals(text: str) -> tuple[tuple[str, int], ...]:
    """Return how `text` can number an item: the form that it has then, and its place; C is a letter, and a hundred."""
    return tuple(_ordinals(text))


def _ordinals(text: str) -> Iterator[tuple[str, int]]:
    letter = text.casefold()
    for alphabet in _ALPHABETS if len(text) == 1 else ():
        if letter in alphabet:
            yield ("upper " if text.isupper() else "") + alphabet[0], alphabet.index(letter) + 1
    if text and set(text.upper()) <= set(_ROMAN):
        yield "upper roman" if text.isupper() else "roman", _roman(text.upper())
    elif len(text) == 1 and text in _CIRCLED:
        yield "circled", _CIRCLED.index(text) + 1
    elif number := small_count(text):
        yield "word" if letter in _COUNTS else "digits", number


def spellings(form: str, number: int) -> list[str]:
    """Return how a number is written that has the form which `ordinals` names: as a letter, or as a numeral."""
    for alphabet in _ALPHABETS:
        if form.rpartition(" ")[2] == alphabet[0]:
            return [alphabet[number - 1 : number] or alphabet[-1]]
    names = [numeral for numeral, place in _ITEM_NUMERALS.items() if place == number]
    return [str(number), *names]


def _roman(text: str) -> int:
    values = [_ROMAN[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def count(text: str) -> float | None:
    """Return the count that `text` writes, like `value`; in a count, as of characters, 1.019 is a thousand and more."""
    plain = text.strip()
    return value(plain.replace(".", "") if _THOUSANDS.match(plain) else plain)


def percentage(text: str) -> float | None:
    """Return the share of a hundred that `text` writes, like `value`; in it a comma is a decimal one: 69,06."""
    return value(text.replace(",", "."))


def _plain(char: str) -> str:
    """Return a decimal digit of any script as ASCII; circled ones are no decimals."""
    digit = unicodedata.decimal(char, None)
    return str(digit) if digit is not None else {"．": ".", "%": "", "％": ""}.get(char, char)


def _below_myriad(text: str) -> float | None:
    if _PLAIN.match(text):
        return float(text)
    if text and all(char in _DIGITS for char in text):
        return float("".join(str(_DIGITS[char]) for char in text))
    # 一千零一十九: each digit counts as often as the unit after it says; 十五 leaves out its 一.
    total, digit = 0, None
    for char in text:
        if char in _DIGITS or char in "0123456789":
            if digit:
                return None
            digit = _DIGITS[char] if char in _DIGITS else int(char)
        elif char in _TENS:
            total += (1 if digit is None else digit) * _TENS[char]
            digit = None
        else:
            return None
    return float(total + (digit or 0)) if text else None
