"""Scores are sums that can be checked by hand, and what holds of every record holds of odd ones too."""

# ruff: noqa: E501 - what is printed has lines of any length.

from __future__ import annotations

import functools
from math import inf
from typing import TYPE_CHECKING, NamedTuple, get_args

import pytest
import regex
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from redactscan import Scanner
from redactscan.evidence import LEAST, MOST, NOTHING, Absent
from redactscan.fact import counts
from redactscan.record import Declared, Finding, Record, SlotCount, Verdict
from redactscan.rule import example
from redactscan.score import SHOWN, STUB, TOLERANCE, UNSEEN, USUAL_LENGTH, explanation, percent
from redactscan.score import scores as score
from redactscan.structure import NUMBERING, PROMISE

if TYPE_CHECKING:
    from pathlib import Path

SENTENCE = "春风吹过田野,孩子们在河边放风筝。"


def body(length: int) -> str:
    """Return clean text of so many characters, which ends as a sentence does."""
    return (SENTENCE * length)[: length - 1] + "。"


@functools.cache
def scanner() -> Scanner:
    return Scanner()


@functools.cache
def with_notes() -> Scanner:
    return Scanner(notes=True)


def scan(text: str) -> Record:
    return scanner().scan(text)


# --- verdicts ------------------------------------------------------------------------------------------------------

VERDICTS = [
    ("whole", body(300)),
    ("whole", "短"),
    ("whole", "\ud800 \N{GRINNING FACE}"),
    ("whole", f"{body(300)}\n上一篇:春季植树倡议书\n"),
    ("stub", ""),
    ("stub", f"{body(STUB - 1)}……(此处省略900字)……"),
    ("stub", "试读已结束,开通会员继续阅读"),
    ("truncated", f"{body(STUB)}……(此处省略900字)……"),
    ("truncated", f"{body(300)}试读已结束,开通会员继续阅读"),
    ("truncated", f"一、{body(99)}\n三、{body(99)}"),
    ("truncated", f"他曾在*县工作。{body(300)}……(此处省略900字)……"),
    ("damaged", f"他曾在*县工作。{body(300)}"),
    ("damaged", f"按期办结率达%。{body(300)}"),
]


@pytest.mark.parametrize(("expected", "text"), VERDICTS)
def test_the_verdict(expected: str, text: str) -> None:
    assert scan(text).verdict == expected


# --- completeness --------------------------------------------------------------------------------------------------

DECLARED = [
    # visible characters, what stands after them, completeness
    (400, "……(此处省略100字)……", 0.8),
    (400, "……(此处省略1,200字)……", 0.25),
    (400, "【以下略去四百字】", 0.5),
    (400, "……(此处省略50字)……又。……(此处省略50字)……", 402 / 502),
    (400, "(全文共1600字,当前只显示400字)", 0.25),
    (400, "（全文共１６００字，当前只显示４００字）", 0.25),
    (400, "剩余75%内容付费后可阅读", 0.25),
    (400, "（已阅读25%，购买后继续）", 0.25),
    # a note inside a larger declared gap is not added again
    (400, "……(此处省略100字)……又。(全文共1600字,当前只显示400字)", 402 / 1602),
    # a declared "shown" that is far off is not believed
    (800, "(全文共1600字,当前只显示100字)", 0.5),
    # nothing more is said to be there than is
    (400, "(全文共300字,当前只显示290字)", 1.0),
]


@pytest.mark.parametrize(("visible", "note", "expected"), DECLARED)
def test_completeness_from_what_notes_declare(visible: int, note: str, expected: float) -> None:
    scores = scan(body(visible) + note).scores
    assert scores.basis == "declared"
    assert scores.completeness == pytest.approx(expected, abs=1e-4)
    # What is here and what is not are both known; by so much they may be off.
    assert scores.low == pytest.approx(1 / (1 / expected + TOLERANCE / expected), abs=1e-4)
    assert scores.high == pytest.approx(1 / max(1, 1 / expected - TOLERANCE / expected), abs=1e-4)


GONE = [
    "剩余100%内容付费后可阅读",
    "剩余150%内容付费后可阅读",
    "（已阅读0%，购买后继续）",
    "还剩12页未读，继续阅读",
    "试读已结束,开通会员继续阅读",
]


@pytest.mark.parametrize("note", GONE)
def test_a_note_that_gives_no_usable_amount_leaves_completeness_open(note: str) -> None:
    record = scan(body(400) + note)
    assert [f.kind for f in record.findings] == ["truncation"]
    assert (record.scores.completeness, record.scores.basis) == (None, "unknown")
    assert record.scores.missing is None
    assert record.scores.low == 0.0 < record.scores.high < 1.0


SLOTS = [
    ("按期办结率达%。", "number", 8),
    ("他曾在*县工作。", "place", 7),
    ("刚才,**同志发了言。", "person", 9),
    ("覆盖水稻、、玉米。", "name", 9),
    ("会议定于月日召开。", "date", 9),
]


@pytest.mark.parametrize(("sentence", "slot", "visible"), SLOTS)
def test_completeness_from_the_usual_length_of_a_slot(sentence: str, slot: str, visible: int) -> None:
    record = scan(body(200) + sentence)
    assert [f.slot for f in record.findings] == [slot]
    here, gone = 200 + visible, USUAL_LENGTH[slot]
    scores = record.scores
    assert (scores.basis, scores.visible, scores.missing) == ("estimated", here, round(gone))
    assert scores.completeness == pytest.approx(here / (here + gone), abs=1e-4)
    unseen = UNSEEN if record.findings[0].kind == "gap" else 1
    assert scores.low == pytest.approx(here / (here + MOST * unseen * gone), abs=1e-4)
    assert scores.high == pytest.approx(here / (here + LEAST * gone), abs=1e-4)


def test_a_number_of_which_some_digits_are_shown_lacks_the_others() -> None:
    scores = scan(f"{body(200)}联系电话138****5678。").scores
    assert (scores.visible, scores.missing) == (212, 4)


def test_what_is_no_content_is_not_visible() -> None:
    furniture, note = "\n上一篇:春季植树倡议书\n", "……(此处省略500字)……"
    assert scan(body(500) + note + furniture).scores.visible == 500 + 2  # its line breaks
    assert scan(f"{body(500)}他曾在**县工作。").scores.visible == 500 + 7


def test_furniture_alone_leaves_a_document_whole() -> None:
    scores = scan(f"{body(300)}\n上一篇:春季植树倡议书\n").scores
    assert (scores.completeness, scores.low, scores.high, scores.basis) == (1.0, 1.0, 1.0, "whole")


def test_a_part_that_is_not_there_is_missing() -> None:
    scores = scan(f"一、{body(200)}\n三、{body(200)}").scores
    assert scores.structure == pytest.approx(2 / 3, abs=1e-4)
    assert scores.completeness is not None
    assert 0.45 < scores.low < scores.completeness < 1.0


def evidence(kind: str, start: int, end: int, **about: object) -> Finding:
    """Return a finding, of which all that is hidden is what it covers."""
    names = {
        "rule": f"{kind}.x",
        "slot": "text",
        "severity": "warning",
        "hole": (start, end),
        "confidence": 0.9,
        **about,
    }
    return Finding(kind=kind, start=start, end=end, text="", line=1, column=1, message="", **names)  # type: ignore[arg-type]


class Sum(NamedTuple):
    """A text, notes behind it and other findings in it, and what is missing by them: (at least, all in all, at most)."""

    body: str
    notes: list[Declared | None]
    missing: tuple[float, float | None, float]
    basis: str = "declared"
    parts: tuple[int, int] = (0, 0)
    others: list[Finding] = []  # noqa: RUF012 - none of them changes it
    absent: Absent = NOTHING


def about(missing: float, visible: float = 100) -> tuple[float, float, float]:
    """Return the bounds of what notes declare, of a text of so many characters."""
    slack = TOLERANCE * (visible + missing)
    return max(0.0, missing - slack), missing, missing + slack


HUNDRED, LINES, WORDS = "春" * 100, "\n".join(["春" * 9] * 10), " ".join(["aa"] * 40)
NUMBER = evidence("gap", 5, 5, slot="number")
PROMISED, JUMP = (evidence("omission", 1, 2, rule=rule, hole=None) for rule in (PROMISE, NUMBERING))
DIGITS = USUAL_LENGTH["number"]
PART = Absent(5.0, 40.0, 90.0)
ADDED = {
    "a percentage": Sum(HUNDRED, [Declared("percent", total=100, visible=25)], about(300)),
    "pages": Sum(HUNDRED, [Declared("pages", total=12, visible=3)], about(300)),
    "pages, of which none is said to be here": Sum(HUNDRED, [Declared("pages", total=12)], (1, None, inf), "unknown"),
    "nothing of nothing": Sum(HUNDRED, [Declared("percent", total=0, visible=0)], about(0)),
    "nothing is shown": Sum(HUNDRED, [Declared("percent", total=100, visible=0)], about(0)),
    "shown, and counted otherwise": Sum(HUNDRED, [Declared("characters", total=400, visible=95)], about(305)),
    "shown, and not believed": Sum(HUNDRED, [Declared("characters", total=400, visible=94)], about(300)),
    "more is shown than there is": Sum(HUNDRED, [Declared("characters", total=50, visible=100)], about(0)),
    "a total": Sum(HUNDRED, [Declared("characters", total=400)], about(300)),
    "a total that is less": Sum(HUNDRED, [Declared("characters", total=50)], about(0)),
    "a total and a rest": Sum(HUNDRED, [Declared("characters", total=400, missing=100)], about(300)),
    "a total that is less than both": Sum(HUNDRED, [Declared("characters", total=150, missing=100)], about(100)),
    "lines": Sum(LINES, [Declared("lines", missing=20)], about(198, 99)),
    "lines of all": Sum(LINES, [Declared("lines", total=30, visible=10)], about(198, 99)),
    "all lines and the rest": Sum(LINES, [Declared("lines", total=30, missing=20)], about(198, 99)),
    "words": Sum(WORDS, [Declared("words", missing=40)], about(119, 119)),
    "bytes": Sum(HUNDRED, [Declared("bytes", missing=303)], about(103)),
    "two notes": Sum(HUNDRED, [Declared("characters", missing=n) for n in (30, 70)], about(100)),
    "a note in a note": Sum(
        HUNDRED, [Declared("characters", missing=30), Declared("characters", total=400)], about(300)
    ),
    "a note larger than the whole": Sum(
        HUNDRED, [Declared("characters", missing=900), Declared("characters", total=400)], about(900)
    ),
    "a whole with a slot and a jump in it": Sum(
        HUNDRED, [Declared("characters", total=400)], about(300), others=[NUMBER, JUMP], absent=PART
    ),
    "slots larger than the whole": Sum(
        HUNDRED, [Declared("characters", total=101)], about(PART.least + DIGITS), others=[NUMBER, JUMP], absent=PART
    ),
    "no amount": Sum(HUNDRED, [None], (1, None, inf), "unknown"),
    "no amount, and slots": Sum(HUNDRED, [None], (9 * DIGITS * LEAST, None, inf), "unknown", others=[NUMBER] * 9),
    "one amount of two": Sum(HUNDRED, [None, Declared("characters", missing=50)], (50, None, inf), "unknown"),
    "no amount, and parts": Sum(HUNDRED, [None], (100 * LEAST, 100, 100 * MOST), "estimated", (2, 4)),
    "one amount of two, and parts": Sum(
        HUNDRED, [None, Declared("characters", missing=50)], (100 * LEAST, 100, 100 * MOST), "estimated", (2, 4)
    ),
    "parts that were promised": Sum(HUNDRED, [], (100 * LEAST, 100, 100 * MOST), "estimated", (2, 4), [PROMISED]),
    "parts that were promised, and an amount": Sum(
        HUNDRED, [Declared("characters", missing=50)], about(50), parts=(2, 4), others=[PROMISED]
    ),
    "a promise that was kept": Sum(HUNDRED, [], (0, 0, 0), "estimated", (4, 4), [PROMISED]),
    "a part": Sum(HUNDRED, [], PART[:3], "estimated", others=[JUMP], absent=PART),
    "a part, and a slot": Sum(
        HUNDRED, [], (5 + DIGITS * LEAST, 40 + DIGITS, 90 + DIGITS * MOST * UNSEEN), "estimated",
        others=[JUMP, NUMBER], absent=PART
    ),
    "a part larger than an amount": Sum(
        HUNDRED, [Declared("characters", missing=3)], about(PART.likely), others=[JUMP], absent=PART
    ),
    "parts that nobody promised": Sum(
        HUNDRED, [], (DIGITS * LEAST, DIGITS, DIGITS * MOST * UNSEEN), "estimated", (2, 4), [NUMBER]
    ),
    "something unknown": Sum(
        HUNDRED, [], (2 * LEAST, 2, 2 * MOST), "estimated", others=[evidence("placeholder", 5, 5, slot=None)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ADDED.values(), ids=list(ADDED))
def test_what_is_missing_is_added_up(case: Sum) -> None:
    text, notes = case.body, []
    for declared in case.notes:
        notes.append(evidence("truncation", len(text), len(text) + 3, declared=declared))
        text += "[.]"
    found = score(text, [*case.others, *notes], case.parts, case.absent)
    least, missing, most = case.missing
    here = len(case.body)
    assert (found.visible, found.basis) == (here, case.basis)
    assert found.missing == (None if missing is None else round(missing))
    assert found.completeness == (None if missing is None else round(here / (here + missing), 4))
    assert (found.low, found.high) == (round(here / (here + most), 4), round(here / (here + least), 4))


def test_of_nothing_nothing_is_here() -> None:
    found = score("[.]", [evidence("truncation", 0, 3, declared=Declared("characters", missing=0))], (0, 0))
    assert (found.visible, found.missing, found.completeness, found.low, found.high) == (0, 0, 0.0, 0.0, 0.0)


BRIDGES = "建8座桥，[建9座桥]。建7座桥，办结率达%"
CONTENT = {
    "beside a note": ([("truncation", 5, 11, (5, 11))], 2),
    "beside furniture": ([("boilerplate", 5, 11, None)], 2),
    "a cut end": ([("truncation", 15, 16, (16, 16))], 3),
    "a cut in the middle": ([("truncation", 0, 1, (1, 1))], 3),
    "notes behind each other": ([("truncation", 0, 5, (0, 5)), ("truncation", 5, 11, (5, 11))], 1),
    "notes over each other": ([("truncation", 0, 11, (0, 11)), ("truncation", 0, 5, (0, 5))], 1),
    "a mask": ([("mask", 5, 11, (5, 11))], 3),
}


@pytest.mark.parametrize(("spans", "filled"), CONTENT.values(), ids=list(CONTENT))
def test_the_facts_of_notes_and_furniture_do_not_count(
    spans: list[tuple[str, int, int, tuple[int, int] | None]], filled: int
) -> None:
    findings = [evidence(kind, start, end, hole=hole) for kind, start, end, hole in spans]
    found = score(BRIDGES, [*findings, evidence("gap", 21, 21, slot="number")], (0, 0))
    assert found.slots["number"] == SlotCount(filled, 1)


DETAIL = [
    (f"今年新建8座桥,办结率达%。{body(99)}", {"number": SlotCount(1, 1)}, 0.5),
    (f"办结率达%、增长%。{body(99)}", {"number": SlotCount(0, 2)}, 0.0),
    # what is never hidden here does not count, unless it is a number, a place or a person
    (f"会议定于5月8日召开,他曾在*县工作。{body(99)}", {"place": SlotCount(0, 1)}, 0.0),
    (f"会议定于5月8日召开,另有会议定于月日召开。{body(99)}", {"date": SlotCount(1, 1)}, 0.5),
    # one date that is gone of many is a slip, two are not
    (
        f"会议定于5月8日召开,5月9日休会,5月12日再开,另有会议定于月日召开,办结率达%。{body(99)}",
        {"number": SlotCount(0, 1), "date": SlotCount(3, 1)},
        0.0,
    ),
    (f"李明同志到过四川省,他曾在*县工作。{body(99)}", {"place": SlotCount(1, 1), "person": SlotCount(1, 0)}, 2 / 3),
    (f"The town grew by 12 percent and by [REDACTED] percent. {'So it went on. ' * 9}", None, 0.5),
    (f"办结率达%。{body(99)}……(此处省略400字)……", {"number": SlotCount(0, 1)}, 0.0),
    (f"办结率达%。{body(99)}\n上一篇:2023年春季植树倡议书\n", {"number": SlotCount(0, 1)}, 0.0),
    (body(99), {}, 1.0),
]


@pytest.mark.parametrize(("text", "slots", "share"), DETAIL)
def test_detail_is_the_share_of_facts_that_are_here(
    text: str, slots: dict[str, SlotCount] | None, share: float
) -> None:
    scores = scan(text).scores
    assert slots is None or scores.slots == slots
    assert scores.detail == pytest.approx(share, abs=1e-4)


FACTS = [
    ("number", "今年新建8座桥,绿化300亩,增长4.5%,30多个村受益,每天工作8天。", 3),
    ("number", "It cost 12 million yuan, took 3 years, and 7 of us came; see page 9.", 2),
    ("number", "Der Ort hat 900 Einwohner, le bourg 40 habitants, el pueblo 12 personas, в городе 70 человек.", 4),
    ("place", "He came from Chicago to Japan and Hunan, and lived in Smallville until March.", 4),
    ("person", "李明同志和习近平主席出席,学习贯彻总书记讲话;董事局主席、俄罗斯总理、省委书记也到场。", 2),
]


@pytest.mark.parametrize(("slot", "text", "there"), FACTS)
def test_facts_are_counted_that_a_gap_would_be_seen_in(slot: str, text: str, there: int) -> None:
    assert counts(text, {slot: 1})[slot] == SlotCount(there, 1)


def test_what_a_note_declares_is_in_the_record() -> None:
    text = f"{body(400)}……(此处省略1,200字)……(全文共1600字,当前只显示400字)"
    assert scan(text).scores.declared == [
        Declared("characters", missing=1200),
        Declared("characters", total=1600, visible=400),
    ]


EXPLAINED = [
    f"办结率达%、增长%。{body(99)}",
    f"他曾在*县工作,办结率达%。{body(99)}",
    f"联系电话138****5678。{body(99)}",
]


@pytest.mark.parametrize("text", EXPLAINED)
def test_the_explained_lengths_add_up_to_what_is_missing(text: str) -> None:
    record = scan(text)
    terms = regex.findall(r"(\d+) \w+ × ([\d.]+)", "\n".join(explanation(record)))
    assert round(sum(int(count) * float(length) for count, length in terms)) == record.scores.missing


SUMS = {
    "nothing": ("", """\
verdict       stub
completeness  100%, between 100% and 100% (whole)
              = 0 visible / (0 visible + 0 missing) characters
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "an item": (f"一、{body(200)}\n三、{body(200)}", """\
verdict       truncated
completeness  96.4%, between 49.9% and 99.5% (estimated)
              = 405 visible / (405 visible + 15 missing) characters
  parts       about 15 characters, of which the omissions tell
detail        100% of the facts are shown: none is hidden
structure     66.6%: 2 of 3 parts are here
  omission    line 2, column 1: item 2 is not here, 3 is
"""),
    "notes beside each other": (f"{body(400)}……(此处省略100字)……又。{body(98)}(此处省略400字)", """\
verdict       truncated
completeness  50%, between 48.5% and 51.5% (declared)
              = 500 visible / (500 visible + 500 missing) characters
  note        line 1, column 401: missing 100 characters
  note        line 1, column 515: missing 400 characters
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "notes in one another": (f"{body(400)}……(此处省略100字)……又。(全文共1600字,当前只显示400字)他曾在*县工作。", """\
verdict       truncated
completeness  25.4%, between 24.6% and 26.2% (declared)
              = 409 visible / (409 visible + 1200 missing) characters
  note        line 1, column 401: missing 100 characters (inside the declared total, not added again)
  note        line 1, column 417: of a total of 1600, shown 400 characters (missing here: about 1200 - 100 = 1100)
  slots       1 masked, deleted or unfilled, 2.3 in 1000 characters, inside the declared total
detail        0% of the facts of the kinds that are hidden here are shown
              place 0 of 1
structure     100%: no numbered parts
"""),
    "a note as large as all": (f"{body(400)}……(此处省略1,200字)……(全文共1600字,当前只显示400字)", """\
verdict       truncated
completeness  25%, between 24.2% and 25.7% (declared)
              = 400 visible / (400 visible + 1200 missing) characters
  note        line 1, column 401: missing 1200 characters (inside the declared total, not added again)
  note        line 1, column 417: of a total of 1600, shown 400 characters
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "a note without an amount": (f"{body(400)}试读已结束,开通会员继续阅读", """\
verdict       truncated
completeness  unknown: text is missing and nothing says how much; between 0% and 99.7%
  cut         line 1, column 401: a notice says that the text goes on elsewhere
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "a note of pages": (f"{body(400)}还剩12页未读，继续阅读", """\
verdict       truncated
completeness  unknown: text is missing and nothing says how much; between 0% and 99.7%
  note        line 1, column 401: missing 12 pages
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "facts": (f"李明同志到过四川省,他曾在*县工作,办结率达%、增长%。{body(99)}", """\
verdict       damaged
completeness  94.5%, between 83.8% and 97.7% (estimated)
              = 126 visible / (126 visible + 7 missing) characters
  slots       3 masked, deleted or unfilled, 23.6 in 1000 characters, by their usual lengths: 2 number × 2.4 + 1 place × 2.5
detail        40% of the facts of the kinds that are hidden here are shown
              number 0 of 2, place 1 of 2, person 1 of 1
structure     100%: no numbered parts
"""),
    "digits that are shown": (f"联系电话138****5678。{body(99)}", """\
verdict       damaged
completeness  96.5%, between 93.2% and 98.5% (estimated)
              = 111 visible / (111 visible + 4 missing) characters
  slots       1 masked, deleted or unfilled, 8.7 in 1000 characters, by their usual lengths: 1 contact × 4
detail        0% of the facts of the kinds that are hidden here are shown
              contact 0 of 1
structure     100%: no numbered parts
"""),
    "a promise": ("我讲四点意见。\n一、甲\n二、乙\n三、丙", """\
verdict       truncated
completeness  75%, between 60% and 88.2% (estimated)
              = 19 visible / (19 visible + 6 missing) characters
  parts       about 6 characters, of which the omissions tell
detail        100% of the facts are shown: none is hidden
structure     75%: 3 of 4 parts are here
  omission    line 1, column 1: announces 4 parts, 3 are here
"""),
    "many notes": ("".join(f"{body(40)}……(此处省略{n}00字)……" for n in range(1, SHOWN + 3)), """\
verdict       truncated
completeness  9%, between 8.8% and 9.3% (declared)
              = 280 visible / (280 visible + 2800 missing) characters
  note        line 1, column 41: missing 100 characters
  note        line 1, column 95: missing 200 characters
  note        line 1, column 149: missing 300 characters
  note        line 1, column 203: missing 400 characters
  note        line 1, column 257: missing 500 characters
              … and 2 more
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "as many notes as are shown": ("".join(f"{body(40)}……(此处省略{n}00字)……" for n in range(1, SHOWN + 1)), """\
verdict       truncated
completeness  11.7%, between 11.4% and 12.1% (declared)
              = 200 visible / (200 visible + 1500 missing) characters
  note        line 1, column 41: missing 100 characters
  note        line 1, column 95: missing 200 characters
  note        line 1, column 149: missing 300 characters
  note        line 1, column 203: missing 400 characters
  note        line 1, column 257: missing 500 characters
detail        100% of the facts are shown: none is hidden
structure     100%: no numbered parts
"""),
    "a genre": ("甲方：______\n乙方：______\n签订日期：____年__月__日\n金额：______元\n地址：________\n", """\
verdict       template
profile       form: 5 blanks, and it says 甲方
completeness  84.9%, between 73.8% and 93.4% (estimated)
              = 43 visible / (43 visible + 8 missing) characters
  slots       2 masked, deleted or unfilled, 33.3 in 1000 characters, by their usual lengths: 1 date × 5.2 + 1 number × 2.4
detail        0% of the facts of the kinds that are hidden here are shown
              date 0 of 1, number 0 of 1
structure     100%: no numbered parts
"""),
}  # fmt: skip
"""Texts, and the sums behind their scores."""


@pytest.mark.parametrize(("text", "lines"), SUMS.values(), ids=list(SUMS))
def test_the_sum_is_explained(text: str, lines: str) -> None:
    assert "\n".join([*explanation(scan(text)), ""]) == lines


SHARES = [
    (1.0, "100%"),
    (0.99999, "99.9%"),
    (0.57, "57%"),
    (0.2549, "25.4%"),
    (0.0719, "7.1%"),
    (0.0009, "0%"),
    (0, "0%"),
]


@pytest.mark.parametrize(("share", "shown"), SHARES)
def test_a_percentage_is_rounded_down(share: float, shown: str) -> None:
    assert percent(share) == shown


ODD_AMOUNTS = ["9" * 400, "0", "00", "１", "1,,2", "inf", "nan", "-5", "1e999", "①②", "一万亿亿", "½"]


@pytest.mark.parametrize("amount", ODD_AMOUNTS)
@pytest.mark.parametrize("group", ["missing", "total", "visible", "percent_missing", "percent_visible"])
def test_no_amount_breaks_the_scores(group: str, amount: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(
        "rules:\n  - {id: truncation.odd, kind: truncation, slot: text, severity: error, message: m,\n"
        f"     unit: characters, pattern: '<(?<{group}>[^>\\n]{{1,500}})>', hits: ['[|<1>|]'], misses: ['1']}}\n",
        encoding="utf-8",
    )
    holds(Scanner(rules=[file], default_rules=False).scan(f"{body(99)}<{amount}>"), f"{body(99)}<{amount}>")


# --- what holds of every record ------------------------------------------------------------------------------------


def holds(record: Record, text: str) -> None:
    """Assert what is true of any record."""
    scores = record.scores
    assert 0.0 <= scores.low <= scores.high <= 1.0
    assert scores.completeness is None or scores.low <= scores.completeness <= scores.high
    assert (scores.completeness is None) == (scores.basis == "unknown") == (scores.missing is None)
    assert 0.0 <= scores.detail <= 1.0
    assert 0.0 <= scores.structure <= 1.0
    assert 0 <= scores.parts.found <= scores.parts.expected
    assert 0 <= scores.visible <= len(text) == record.characters
    assert scores.missing is None or scores.missing >= 0
    assert record.verdict in get_args(Verdict)
    assert explanation(record)
    for f in record.findings:
        assert text[f.start : f.end] == f.text
        assert f.hole is None or f.start <= f.hole[0] <= f.hole[1] <= f.end
        assert (f.hole is None) == (f.kind in ("boilerplate", "omission"))
        assert (f.line, f.column) == (text.count("\n", 0, f.start) + 1, f.start - text.rfind("\n", 0, f.start))
    assert [(f.start, f.end) for f in record.findings] == sorted((f.start, f.end) for f in record.findings)
    if not record.findings and text:
        assert (record.verdict, scores.completeness, scores.low, scores.basis) == ("whole", 1.0, 1.0, "whole")


@functools.cache
def fragments() -> list[str]:
    """Return examples of all rules, whole and in pieces, clean sentences, and what disturbs counting."""
    marked = [text for rule in scanner().pack.rules for text in (*rule.hits, *rule.misses)]
    whole = [example(text).text for text in marked]
    pieces = [piece for text in whole for piece in regex.findall(r"[^，,。\s]{1,20}[，,。\s]?", text)]
    odd = ["\ud800", "\u200b", "\N{GRINNING FACE}", "\r\n", "\n\n", "\n", "。", "、", body(90), body(300)]
    return [*whole, *whole, *pieces, *odd * 30]


TEXTS = st.deferred(lambda: st.lists(st.sampled_from(fragments()), max_size=10).map("".join))


@settings(max_examples=400)
@given(text=TEXTS)
def test_what_holds_of_every_record(text: str) -> None:
    record = scan(text)
    holds(record, text)
    assert scan(text) == record


@settings(max_examples=200)
@given(text=TEXTS)
def test_notes_are_shown_on_request_and_change_nothing_else(text: str) -> None:
    plain, noted = scan(text), with_notes().scan(text)
    assert [f for f in noted.findings if f.severity != "note"] == plain.findings
    assert (noted.scores, noted.verdict) == (plain.scores, plain.verdict)


@settings(max_examples=200)
@given(text=st.text(max_size=80))
def test_what_holds_of_the_record_of_any_text(text: str) -> None:
    holds(scan(text), text)


NOTES = [
    "……(此处省略{}字)……",
    "(全文共{}字,当前只显示{}字)",
    "剩余{}%内容付费后可阅读",
    "还剩{}页未读，继续阅读",
    "（已阅读{}%，购买后继续）",
]
UNASKED = Scanner(model=False)
AMOUNTS = st.integers(1, 99) | st.integers(1, 9999)


@settings(max_examples=150)
@given(text=TEXTS, note=st.sampled_from(NOTES), first=AMOUNTS, second=AMOUNTS)
def test_a_declared_note_never_raises_completeness(text: str, note: str, first: int, second: int) -> None:
    noted = text + body(200) + note.format(first, second)
    # Without the scorer, which weighs each doubtful place by all others: a note may hold one.
    before, after = UNASKED.scan(text + body(200)), UNASKED.scan(noted)
    assume(after.findings and after.findings[-1].declared is not None and after.findings[-1].end == len(noted))
    assume(before.scores.completeness is not None and after.scores.completeness is not None)
    assume(before.scores.parts.found == before.scores.parts.expected)  # an estimate gives way to what is declared
    # Bytes become characters at the rate of the text itself, which the note changes.
    assume(all(declared.unit != "bytes" for declared in before.scores.declared))
    assert after.scores.completeness <= before.scores.completeness


CLEAN = "春风吹过田野,孩子们在河边放风筝。"


@settings(max_examples=200)
@given(
    parts=st.lists(st.sampled_from(["全市新建个食堂。", "办结率达%。", "他曾在*县工作。", "天晴了。", "\n", "\ud800"]))
)
def test_a_clean_paragraph_before_moves_findings_and_nothing_else(parts: list[str]) -> None:
    text = SENTENCE + "".join(parts)
    clean = f"{CLEAN}\r\n"
    before, after = scan(text).findings, scan(clean + text).findings
    assert [(f.rule, f.start + len(clean), f.severity, f.text) for f in before] == [
        (f.rule, f.start, f.severity, f.text) for f in after
    ]
    assert [(f.line + 1, f.column) for f in before] == [(f.line, f.column) for f in after]


FACTS = [
    ("全市新建[||]个社区食堂。", "6"),
    ("按期办结率达[||]%。", "98"),
    ("他曾在[|*|]县工作。", "东"),
    ("覆盖水稻、[||]、玉米。", "大豆"),
    ("总量居全省第[||]位,增速较快。", "3"),
    ("他是一位年仅[||]岁的乡镇干部。", "28"),
    ("刚才,[|**|]同志发了言。", "张华"),
    ("会议定于[||]月日召开。", None),
]


@settings(max_examples=200)
@given(chosen=st.lists(st.tuples(st.sampled_from(FACTS), st.booleans()), max_size=9))
def test_a_fact_put_back_removes_exactly_its_finding(chosen: list[tuple[tuple[str, str | None], bool]]) -> None:
    text, expected = "", []
    for (marked, fact), filled in chosen:
        sentence, ((start, end),) = example(marked)
        if filled and fact is not None:
            text += sentence[:start] + fact + sentence[end:]
        else:
            expected.append((len(text) + start, len(text) + end))
            text += sentence
    assert [f.hole for f in scan(text).findings] == expected


ADDRESSES = {
    "two": ("write to ann@example.org or bob.c+d@mail.example.org.", 2),
    "no space between": ("a@b.cc+d@e.ff", 2),
    "a number": ("12345678@example.org", 1),
    "no sign": ("call 12345678, or 123456", 1),
    "no end": ("个" * 20_000 + "@", 0),
}


@pytest.mark.parametrize(("text", "count"), ADDRESSES.values(), ids=list(ADDRESSES))
def test_addresses_and_long_numbers_are_contacts(text: str, count: int) -> None:
    masked = "电话：138****1234。"
    slots = scan(f"{masked}\n{text}\n").scores.slots
    assert slots["contact"].filled == count
