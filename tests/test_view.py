"""What disguises a text hides nothing, and every offset is one of the text as it was given."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactscan import Scanner
from redactscan.view import view

PLAIN = "全市新建个社区食堂,覆盖率达%。\n刚才,*县作了发言,走访困难群众户次。"

# The text, and what the rules look at.
VIEWS = [
    (PLAIN, PLAIN),
    ("a plain line", "a plain line"),
    ("新\u200b建\u200d个\ufeff社区", "新建个社区"),
    ("pla\u00adin e\u200bnd", "plain end"),
    ("全市新建個社區食堂", "全市新建个社区食堂"),
    ("全市(shì)新建個(gè)社區（qū）食堂", "全市新建个社区食堂"),
    ("本市(shi)全称(full)未变", "本市(shi)全称(full)未变"),
    ("書記∗女士,委員╳先生", "书记*女士,委员×先生"),
    ("東京の電車は毎日走っている。話を聞く。", "東京の電車は毎日走っている。話を聞く。"),
    ("학교 學校 교실에서", "학교 學校 교실에서"),
]


@functools.cache
def scanner() -> Scanner:
    return Scanner()


@pytest.mark.parametrize(("text", "seen"), VIEWS)
def test_a_view_is_what_the_rules_look_at(text: str, seen: str) -> None:
    assert view(text).text == seen


def test_a_view_leads_back() -> None:
    seen = view("\u200b\u200b建\u200b个社\u200b")
    assert seen.text == "建个社"
    assert [seen.start(i) for i in range(3)] == [2, 4, 5]
    assert [seen.span(i, i + 1) for i in range(3)] == [(2, 3), (4, 5), (5, 6)]
    assert seen.span(1, 1) == (4, 4)
    assert seen.span(0, 3) == (2, 6)


def test_a_hole_ends_where_its_finding_does() -> None:
    text = "春风吹过田野,孩子们在河边放风筝。" * 12 + "各单位要把防汛责任落实到每个村组,加强值班值守和"
    (finding,) = scanner().scan(f"{text}\u200b").findings
    assert finding.rule == "truncation.cut-end"
    assert finding.hole == (finding.end, finding.end) == (len(text), len(text))


TWINS = [
    "全市新建個社區食堂,覆蓋率達%。\n剛才,*縣作了發言,走訪困難群眾户次。",
    "全市新建個社區食堂,覆蓋率達%。\n剛才,∗縣作了發言,走訪困難群眾户次。",
]


@pytest.mark.parametrize("text", TWINS)
def test_traditional_text_has_the_same_holes(text: str) -> None:
    plain, twin = scanner().scan(PLAIN), scanner().scan(text)
    assert [(f.rule, f.hole, f.line, f.column) for f in twin.findings] == [
        (f.rule, f.hole, f.line, f.column) for f in plain.findings
    ]
    assert [f.text for f in twin.findings] == [text[f.start : f.end] for f in twin.findings]
    assert twin.scores == plain.scores


@given(st.lists(st.tuples(st.integers(0, len(PLAIN)), st.sampled_from("\u200b\u200d\u2060\ufeff")), max_size=12))
def test_what_nobody_sees_changes_nothing(put: list[tuple[int, str]]) -> None:
    text = PLAIN
    for at, char in sorted(put, reverse=True):
        text = text[:at] + char + text[at:]
    plain, found = scanner().scan(PLAIN).findings, scanner().scan(text).findings
    assert [(f.rule, f.line) for f in found] == [(f.rule, f.line) for f in plain]
    for f, twin in zip(found, plain, strict=True):
        assert f.hole is not None
        assert twin.hole is not None
        assert f.text == text[f.start : f.end]
        assert view(f.text).text == twin.text
        assert view(text[: f.hole[0]]).text == PLAIN[: twin.hole[0]]
        assert f.column == f.start - (text.rfind("\n", 0, f.start) + 1) + 1
