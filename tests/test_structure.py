"""Numbering that jumps, promises not kept, sentences that do not end: found where they are, and nowhere else."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactscan import Scanner
from redactscan.match import Match
from redactscan.record import Parts
from redactscan.rule import example
from redactscan.structure import FURTHEST_JUMP, Evidence, Outline, shown_differs, unclosed

LONG = "各单位要把防汛责任落实到每个村组、每座水库、每段堤防,加强值班值守和信息报送"


@functools.cache
def scanner(rule: str) -> Scanner:
    return Scanner().only([rule])


def found(rule: str, text: str) -> list[tuple[int, int, str]]:
    """Return where a rule finds something in a text, and what it says."""
    findings = scanner(rule).scan(text).findings
    return [(*(f.hole or (f.start, f.end)), f.message) for f in findings]


# --- numbering -----------------------------------------------------------------------------------------------------

WELL_NUMBERED = {
    "nothing at all": "",
    "no numbers": "春风吹过田野。\n孩子们在河边放风筝。",
    "one list": "一、甲\n二、乙\n三、丙",
    "ends of lines of two characters": "一、甲\r\n二、乙\r\n三、丙\r\n",
    "from ten to twenty-one": "\n".join(f"{n}、甲" for n in "一二三四五六七八九十") + "\n十一、甲\n十二、甲",
    "a list in each part": "一、甲\n（一）乙\n（二）丙\n二、丁\n（一）戊\n（二）己",
    "three levels": "一、甲\n（一）乙\n第一,丙。第二,丁。\n（二）戊\n第一,己。\n二、庚",
    "a list before the first part and one in it": "（一）总则\n（二）分则\n一、甲\n（一）乙\n（二）丙\n二、丁",
    "a list of words before the first part and one in it": "第一,甲。第二,乙。\n一、丙\n第一,丁。第二,戊。\n二、己",
    "a list that begins anew": "一、甲\n二、乙\n一、丙\n二、丁",
    "a number twice": "一、甲\n一、乙\n二、丙",
    "a number that goes back": "一、甲\n二、乙\n三、丙\n二、丁\n三、戊",
    "a jump too far to be one": "一、甲\n三十、乙",
    "a list that begins in words": "首先摸清底数。二是建立台账。三是销号管理。",
    "a list of words in each item of another": "第一,甲。一是乙。二是丙。\n第二,丁。首先戊。四是己。五是庚。",
    "a word with a number": "农业稳中向好。二、三产业加快发展。",
    "a number with a point": "1.甲\n3.5公里长的路",
    "numbers with points between": "1.甲\n3.5公里长的路\n2.乙\n7.5公里长的路\n3.丙",
    "a number with a point that is next": "1.甲\n2.乙\n3.5公里长的路\n4.丁",
    "an enumeration": "按照（一）、（三）项办理。",
}

MISNUMBERED = [
    ("item 2 is not here, 3 is", "一、甲\n[|三、|]乙"),
    ("item 2 is not here, 3 is", "一、甲\r\n[|三、|]乙\r\n"),
    ("item 2-4 is not here, 5 is", "一、甲\n[|五、|]乙\n六、丙"),
    ("item 1 is not here, 2 is", "[|二、|]甲\n三、乙"),
    ("item 9-10 is not here, 11 is", "一、甲\n二、甲\n三、甲\n四、甲\n五、甲\n六、甲\n七、甲\n八、甲\n[|十一、|]乙"),
    ("item 2 is not here, 3 is", "一、甲\n（一）乙\n（二）丙\n[|三、|]丁\n（一）戊"),
    ("item 2 is not here, 3 is", "一、甲\n（一）乙\n[|（三）|]丙\n二、丁"),
    ("item 1 is not here, 2 is", "一、甲\n（一）乙\n二、丙\n[|（二）|]丁"),
    ("item 2 is not here, 3 is", "一、甲\n(一)乙\n[|(三)|]丙"),
    ("item 2 is not here, 3 is", "一是摸清底数。[|三是|]建立台账。"),
    ("item 2 is not here, 3 is", "要抓好三点,一是摸清底数,[|三是|]建立台账。"),
    ("item 2 is not here, 3 is", "第一,摸清底数。\n[|第三,|]建立台账。"),
    ("item 2 is not here, 3 is", "1.甲\n[|3.|]丙"),
    ("item 3 is not here, 4 is", "1.甲\n3.5公里长的路\n2.乙\n[|4.|]丙"),
    ("item 3-4 is not here, 5 is", "1.甲\n2.乙\n1.丙\n2.丁\n[|5.|]戊"),
    (f"item 2-{FURTHEST_JUMP} is not here, 13 is", "一、甲\n[|十三、|]乙"),
]


@pytest.mark.parametrize("text", WELL_NUMBERED.values(), ids=list(WELL_NUMBERED))
def test_numbering_that_is_right_is_left_alone(text: str) -> None:
    assert found("omission.numbering", text) == []


@pytest.mark.parametrize(("message", "marked"), MISNUMBERED)
def test_a_number_that_is_not_there(message: str, marked: str) -> None:
    text, places = example(marked)
    assert found("omission.numbering", text) == [(*place, message) for place in places]


def test_each_jump_is_told() -> None:
    text, places = example("一、甲\n[|三、|]乙\n四、丙\n[|七、|]丁")
    assert [(start, end) for start, end, _ in found("omission.numbering", text)] == list(places)


NUMERALS = [*"一二三四五六七八九十", "十一", "十二"]


@given(length=st.integers(1, 12), lost=st.sets(st.integers(1, 11)))
def test_a_list_without_its_last_items_is_whole_and_without_others_is_not(length: int, lost: set[int]) -> None:
    here = [n for n in range(1, length + 1) if n not in lost]
    text = "".join(f"{NUMERALS[n - 1]}、要抓好落实。\n" for n in here)
    jumps = [n for before, n in zip([0, *here], here, strict=False) if n != before + 1]
    assert [message.split(", ")[1] for _, _, message in found("omission.numbering", text)] == [f"{n} is" for n in jumps]


# --- promises ------------------------------------------------------------------------------------------------------

KEPT = {
    "as many": "下面,我讲两点意见。\n一、甲\n二、乙",
    "more": "下面,我讲两点意见。\n一、甲\n二、乙\n三、丙",
    "the first item is in words": "提4条建议:首先摸清底数。二是建立台账。三是销号管理。",
    "as many, in digits": "下面,我讲2点意见。\n一、甲\n二、乙",
    "how many is not said": "下面,我讲几点意见。\n一、甲",
    "no list at all": "刚才他讲了三点意见,都很好。",
    "the list stands before": "一、甲\n二、乙\n以上我讲三点意见。",
    "each item has items": "我讲两点意见。\n一、甲\n（一）乙\n（二）丙\n二、丁",
}

BROKEN = [
    ("announces 3 parts, 2 are here", "下面,[|我讲三点意见|]。\n一、甲\n二、乙"),
    ("announces 3 parts, 2 are here", "下面,[|我讲3点意见|]。\r\n一、甲\r\n二、乙"),
    ("announces 4 parts, 1 are here", "[|再提四个方面的要求|]:第一,甲。"),
    ("announces 3 parts, 2 are here", "[|我讲三点意见|]。\n一、甲\n（一）乙\n（二）丙\n（三）丁\n二、戊"),
    ("announces 3 parts, 2 are here", "[|我讲三点意见|]。\n一、甲\n二、乙\n一、丙\n二、丁\n三、戊"),
    ("announces 4 parts, 2 are here", "[|我讲四点意见|]。\n二、甲\n三、乙"),
    ("announces 12 parts, 2 are here", "[|提12条建议|]:一是甲。二是乙。"),
]


@pytest.mark.parametrize("text", KEPT.values(), ids=list(KEPT))
def test_a_promise_that_is_kept_is_left_alone(text: str) -> None:
    assert found("omission.promise", text) == []


@pytest.mark.parametrize(("message", "marked"), BROKEN)
def test_a_promise_that_is_not_kept(message: str, marked: str) -> None:
    text, places = example(marked)
    assert found("omission.promise", text) == [(*place, message) for place in places]


# --- parts ---------------------------------------------------------------------------------------------------------

PARTS = [
    ("", 0, 0),
    ("春风吹过田野。", 0, 0),
    ("一、甲\n二、乙", 2, 2),
    ("一、甲\n三、乙", 2, 3),
    ("二、甲\n三、乙", 2, 3),
    ("一、甲\n（一）乙\n（三）丙\n二、丁", 2, 2),
    ("我讲四点意见。\n一、甲\n二、乙\n三、丙", 3, 4),
    ("我讲两点意见。\n一、甲\n二、乙\n三、丙", 3, 3),
    ("一、甲\n二、乙\n一、丙\n二、丁\n三、戊", 2, 2),
    ("一、甲\n三十、乙", 2, 2),
    ("三十六、甲", 1, 1),
]


@pytest.mark.parametrize(("text", "there", "expected"), PARTS)
def test_the_parts_of_a_document(text: str, there: int, expected: int) -> None:
    # A mask, so that there is something to score.
    scores = Scanner().scan(f"{text}\n按期办结率达%。\n").scores
    assert scores.parts == Parts(there, expected)
    assert scores.structure == (round(there / expected, 4) if expected else 1.0)


# --- the end -------------------------------------------------------------------------------------------------------

ENDED = {
    "nothing": "",
    "a sentence": f"{LONG}。",
    "a quote": f"{LONG}。”",
    "a bracket": f"{LONG})",
    "an ellipsis": f"{LONG}……",
    "a signature": f"{LONG}。\n市防汛办公室",
    "a heading": "关于进一步加强全市汛期值班值守和信息报送工作的通知及有关具体要求的说明",
    "a poem": "登高望远处,\n山色有无中",
    "paragraphs none of which ends": "\n".join([LONG] * 3),
    "a table": "\n".join(f"{LONG},{n}" for n in "甲乙丙丁"),
}

CUT = [
    f"{LONG}[||]",
    f"{LONG}[||]\n",
    f"{LONG}[||]  \r\n\r\n",
    f"{LONG},[||]",
    f"{LONG}。\n{LONG}、[||]",
    f"{LONG}。\r\n短句\r\n{LONG}：[||]\r\n",
    f"{LONG}。\n\n{LONG}。{LONG}《[||]",
]


@pytest.mark.parametrize("text", ENDED.values(), ids=list(ENDED))
def test_an_end_is_left_alone(text: str) -> None:
    assert found("truncation.cut-end", text) == []


@pytest.mark.parametrize("marked", CUT)
def test_an_end_in_mid_sentence(marked: str) -> None:
    text, places = example(marked)
    assert [(start, end) for start, end, _ in found("truncation.cut-end", text)] == list(places)


BRACKETS = [
    ("他说（见附件）。", None),
    ("（一）甲\n他说完了", None),
    ("（甲\n他说完了", None),
    ("他说“走吧”,又说“好", "“"),
    ("详见《办法", "《"),
    ("详见（附件一", "（"),
    ("详见(附件一)和(附件二", "("),
    (f"（{'长' * 200}完", None),
]


EVERY = [
    (text, opening if text[-1] == "实" else None)
    for opening, closing in ("（）", "()", "《》", "「」", "『』", "“”", "【】", "〔〕")
    for text in (f"{opening}把责任落实", f"各村都要{opening}把责任落实", f"{opening}把责任落实{closing}")
]


@pytest.mark.parametrize(("text", "opening"), [*BRACKETS, *EVERY])
def test_an_end_inside_a_bracket(text: str, opening: str | None) -> None:
    end = len(text)
    expected = [Evidence(end - 1, end, (end, end), f"the text ends inside {opening}")] if opening else []
    assert list(unclosed(text, [Match(end - 1, end, 0, (end, end), {})], Outline([]))) == expected


# --- what a note says is shown -------------------------------------------------------------------------------------

COMPARED = [
    # characters before each note, and what it says is shown
    ([(200, 100)], [0]),
    ([(200, 99)], []),
    ([(210, 200)], []),
    ([(211, 200)], [0]),
    ([(190, 200)], []),
    ([(189, 200)], [0]),
    ([(50, 9), (500, 200), (600, 600), (700, 200)], [1, 3]),
]


@pytest.mark.parametrize(("notes", "expected"), COMPARED)
def test_a_note_may_be_off_by_a_twentieth(notes: list[tuple[int, int]], expected: list[int]) -> None:
    matches = [Match(at, at + 9, 0, (at, at + 9), {"visible": str(shown)}) for at, shown in notes]
    told = [e.start for e in shown_differs("", matches, Outline([]))]
    assert told == [notes[n][0] for n in expected]


NOTE = "全文共9000字,当前只显示{}字"
SHOWN = [
    ("as many", 400, "400", None),
    ("nearly as many", 400, "390", None),
    ("too few to tell", 400, "99", None),
    ("with a separator", 1200, "1,200", None),
    ("more than are here", 400, "800", "says that 800 characters are shown; 400 stand before it"),
    ("fewer than are here", 400, "200", "says that 200 characters are shown; 400 stand before it"),
    ("full width", 400, "１２００", "says that 1200 characters are shown; 400 stand before it"),
]


@pytest.mark.parametrize(("length", "shown", "message"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_a_note_that_differs_from_what_is_here(length: int, shown: str, message: str | None) -> None:
    note = NOTE.format(shown)
    text = ("春风吹过田野。" * length)[:length] + note
    expected = [(length, length + len(note), message)] if message else []
    assert found("omission.shown-differs", text) == expected
