"""Numbers as people write them in Chinese and Western text, read as values."""

from __future__ import annotations

import functools
import unicodedata

import regex

_NAMES = ("〇零○", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_DIGITS = {char: number for number, chars in enumerate(_NAMES) for char in chars}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"亿": 100_000_000, "億": 100_000_000, "万": 10_000, "萬": 10_000}
_SEPARATORS = str.maketrans("", "", ",，' \u00a0\u2009\u202f")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_THOUSANDS = regex.compile(r"\d{1,3}(?:\.\d{3})+")

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


def count(text: str) -> float | None:
    """Return the count that `text` writes, like `value`; in a count, as of characters, 1.019 is a thousand and more."""
    plain = text.strip()
    return value(plain.replace(".", "") if _THOUSANDS.fullmatch(plain) else plain)


def percentage(text: str) -> float | None:
    """Return the share of a hundred that `text` writes, like `value`; in it a comma is a decimal one: 69,06."""
    return value(text.replace(",", "."))


def _plain(char: str) -> str:
    """Return a decimal digit of any script as ASCII; circled ones are no decimals."""
    digit = unicodedata.decimal(char, None)
    return str(digit) if digit is not None else {"．": ".", "%": "", "％": ""}.get(char, char)


def _below_myriad(text: str) -> float | None:
    if regex.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
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
