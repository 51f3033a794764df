"""A passage is in the language of its script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactscan.language import SAMPLE, language, language_of

PASSAGES = [
    ("", "und"),
    (" \n\t", "und"),
    ("12.5%, ***", "und"),
    ("。、《》", "und"),
    ("\N{GRINNING FACE}", "und"),
    ("\ud800\ud800\ud800\ud800", "und"),
    ("全市新建个社区食堂", "zh"),
    ("个", "zh"),
    ("會議強調經濟發展", "zh"),
    ("使用Python编写的程序", "zh"),
    ("接入WTO、GDP和CPI数据", "zh"),
    ("他说の字很美", "zh"),
    ("新建\udce4\udcb8\udc80个食堂", "zh"),
    ("The quick brown fox", "en"),
    ("Съешь ещё этих булок", "en"),
    ("El niño comió piñata", "en"),
    ("The word 道 means way, and it is an old one", "en"),
    ("これは日本語の文章です", "ja"),
    ("東京都内で会議が開かれた", "ja"),
    ("カタカナ", "ja"),
    ("夏川石は、小樽の小説家", "ja"),
    ("The word はい means yes", "en"),
    ("농도는 80㎍/㎥, 면적은 30㎡", "ko"),
    ("진짜 ㅋㅋㅋㅋㅋㅋ", "ko"),
    ("이것은 한국어 문장입니다", "ko"),
    ("大韓民國 헌법은 국민의 것이다", "ko"),
]


@pytest.mark.parametrize(("passage", "expected"), PASSAGES)
def test_the_language_of_a_passage(passage: str, expected: str) -> None:
    assert language(passage) == expected


FILLER = {
    "zh": "春风吹过田野。",
    "en": "The wind went by. ",
    "ja": "風が野原をわたる。",
    "ko": "바람이 들판을 지난다. ",
}


@pytest.mark.parametrize("expected", FILLER)
@given(length=st.integers(1, 9 * SAMPLE), start=st.integers(0, 9))
def test_the_language_of_a_document_is_that_of_its_parts(expected: str, length: int, start: int) -> None:
    text = FILLER[expected] * (2 + length // len(FILLER[expected]))
    assert language_of(text[start : start + 20 + length]) == expected


def test_a_document_is_looked_at_in_three_places() -> None:
    chinese, english = FILLER["zh"] * SAMPLE, FILLER["en"] * SAMPLE
    assert language_of(english[: SAMPLE // 2] + chinese) == "zh"
    assert language_of(chinese[: SAMPLE // 9] + english) == "en"


@given(text=st.text(max_size=99), other=st.sampled_from("\n 1.*—"))
def test_what_is_no_letter_changes_nothing(text: str, other: str) -> None:
    assert language(other.join(text)) == language(text)
