"""Numbers are read as they are written, and what is no number is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactscan.numeral import count, percentage, spellings, value

NONE = [
    *["", " ", "%", ",", "个", "第三", "三分之一", "几十", "3个", "1.2.3", "--5", "1/2", "½", "约100"],
    *["nan", "inf", "Infinity", "1e3", "1_000", "0x10", "①②", "③④⑤", "万", "亿万", "9" * 400],
]

NUMBERS = [
    # digits
    ("0", 0),
    ("1019", 1019),
    ("1,019", 1019),
    ("1，019，000", 1019000),
    ("1 019", 1019),
    ("1\u202f019", 1019),
    ("1'019", 1019),
    ("12.5", 12.5),
    (" 12 ", 12),
    ("12%", 12),
    ("２０２４", 2024),
    ("３．２", 3.2),
    ("١٢٣", 123),
    ("१२", 12),
    # digits before a myriad
    ("3万", 30_000),
    ("３．２万", 32_000),
    ("1.2亿", 120_000_000),
    ("1亿2千万", 120_000_000),
    # Chinese with units
    ("十", 10),
    ("十五", 15),
    ("二十", 20),
    ("九十九", 99),
    ("一百", 100),
    ("一百零五", 105),
    ("一百一十二", 112),
    ("一百十二", 112),
    ("两千", 2000),
    ("三千五百", 3500),
    ("一千零一十九", 1019),
    ("一千二百余"[:-1], 1200),
    ("一万", 10_000),
    ("三万零二十", 30_020),
    ("一亿二千三百万", 123_000_000),
    ("一萬二千", 12_000),
    ("壹佰贰拾叁", 123),
    # Chinese without units
    ("〇", 0),
    ("零", 0),
    ("三", 3),
    ("二〇二四", 2024),
    ("二○二四", 2024),
    ("一九四九", 1949),
    # circled
    ("①", 1),
    ("⑩", 10),
    ("⑳", 20),
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_what_a_number_is(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


def chinese(number: int) -> str:
    """Return a number below 10**12 as it is written in full."""
    if number >= 10**8:
        return joined(number, 10**8, "亿")
    if number >= 10**4:
        return joined(number, 10**4, "万")
    for size, unit in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            return joined(number, size, unit)
    return "零一二三四五六七八九"[number]


def joined(number: int, size: int, unit: str) -> str:
    head, rest = divmod(number, size)
    zero = "零" if 0 < rest < size // 10 else ""
    return chinese(head) + unit + zero + (chinese(rest) if rest else "")


WRITERS = {
    "digits": str,
    "thousands": "{:,}".format,
    "full width": lambda n: str(n).translate(
        {ord(a): ord(b) for a, b in zip("0123456789", "０１２３４５６７８９", strict=True)}
    ),
    "Chinese": chinese,
    "Chinese digits": lambda n: "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n)),
}


@pytest.mark.parametrize("writer", WRITERS)
@given(number=st.integers(0, 10**8 - 1) | st.integers(0, 2000))
def test_a_number_survives_writing_and_reading(writer: str, number: int) -> None:
    assert value(WRITERS[writer](number)) == number


PIECES = [*"019.,+-_eE〇一两十百千万亿①②% ９", "nan", "inf", "e999", "9" * 200]


@given(text=st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_a_value_is_finite(text: str) -> None:
    got = value(text)
    assert got is None or math.isfinite(got)


@pytest.mark.parametrize(
    ("text", "counted", "share"),
    [
        ("1.019", 1019, 1.019),
        ("1.019.000", 1_019_000, None),
        ("12.5", 12.5, 12.5),
        ("69,06", 6906, 69.06),
        ("1,019", 1019, 1.019),
    ],
)
def test_a_point_counts_thousands_and_a_comma_divides_a_hundred(
    text: str, counted: float | None, share: float | None
) -> None:
    assert (count(text), percentage(text)) == (counted, share)


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("digits", 3, ["3", "③", "三", "III"]),
        ("upper a", 3, ["c"]),
        ("a", 30, ["z"]),
        ("а", 2, ["б"]),
        ("roman", 40, ["40"]),
    ],
)
def test_how_a_number_of_an_item_is_written(form: str, number: int, written: list[str]) -> None:
    assert spellings(form, number) == written
