"""Every rule of the package holds its examples, has a native form, and can be chosen; users add theirs."""

from __future__ import annotations

import functools
import json
from collections import Counter
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from redactscan import RedactscanError, Scanner, prefilter
from redactscan.check import failures
from redactscan.language import language_of
from redactscan.rule import Rule, chosen, default_folder, example, load
from redactscan.scanner import EDGE
from redactscan.view import characters

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = load().rules
FIXTURES = Path(__file__).parent.parent / "fixtures"

SPARSE = 20
"""Characters of whole text, of which a strong rule starts at one at most."""


@functools.cache
def scanner() -> Scanner:
    return Scanner()


@functools.cache
def wrong() -> list[str]:
    return failures(scanner())


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES])
def test_a_rule_holds_its_examples(rule_id: str) -> None:
    assert [line for line in wrong() if f": {rule_id}: " in line] == []


@pytest.mark.skipif(not prefilter.available(), reason="hyperscan is not installed")
def test_every_rule_has_a_native_form() -> None:
    assert scanner().matcher.fallback == {}


@pytest.mark.skipif(not prefilter.available(), reason="hyperscan is not installed")
def test_a_strong_rule_starts_at_few_places_of_whole_text() -> None:
    """A pattern of which no word is left in its native form may start anywhere, and is slow."""
    ranges: Counter[str] = Counter()
    texts = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.glob("whole-*.txt"))]
    matcher = Scanner().matcher
    matcher.prepare()
    for text in texts:
        for rule, starts in matcher._candidates(text, ("strong",)).items():  # noqa: SLF001 - costs() counts windows
            ranges[RULES[rule].id] += sum(high - low + 1 for low, high in starts)
    most = sum(map(len, texts)) / SPARSE
    assert {rule: places for rule, places in ranges.items() if places > most} == {}


def test_every_rules_file_is_read() -> None:
    files = {f"rules/{file.relative_to(default_folder()).as_posix()}" for file in default_folder().rglob("*.yaml")}
    lists_only = {file for file in files if "rules:\n" not in (default_folder().parent / file).read_text("utf-8")}
    assert {rule.source.rpartition(":")[0] for rule in RULES} == files - lists_only


# --- what holds of every rule --------------------------------------------------------------------------------------

CLEAN = {
    "zh": "春风吹过田野,孩子们在河边放风筝。\n",
    "en": "The wind went over the fields, and children flew their kites by the river.\n",
    "ja": "春の風が野原をわたり、子どもたちは川のそばで凧をあげています。\n",
    "ko": "봄바람이 들판을 지나고 아이들은 강가에서 연을 날립니다.\n",
}
FILLED = {"number": "6", "date": "8", "place": "东", "person": "张华", "organization": "远航", "name": "新能源"}


def places(rule: Rule, text: str) -> list[tuple[int, int]]:
    """Return the holes that a rule alone finds."""
    found = scanner().only([rule.id]).scan(text).findings
    return [f.hole or (f.start, f.end) for f in found]


def moved(holes: Iterable[tuple[int, int]], by: int) -> list[tuple[int, int]]:
    return [(start + by, end + by) for start, end in holes]


ANYWHERE = [rule for rule in RULES if rule.at == "anywhere" and not rule.check]


@pytest.mark.parametrize("rule", ANYWHERE, ids=attrgetter("id"))
def test_a_clean_paragraph_before_it_moves_what_a_rule_finds(rule: Rule) -> None:
    clean = CLEAN[rule.languages[0] if rule.languages else "en"]
    assert places(rule, clean) == []
    for text, holes in map(example, rule.hits):
        assert places(rule, clean + text) == moved(holes, len(clean))
    assert [text for text in rule.misses if places(rule, clean + text)] == []


# Full width of what half of all Chinese text has in half width, and the other way about.
NARROW = dict(zip("，；：（）％＊＿０１２３４５６７８９", ",;:()%*_0123456789", strict=True))
WIDTHS = {"narrow": str.maketrans(NARROW), "wide": str.maketrans({narrow: wide for wide, narrow in NARROW.items()})}

NO_TWIN = {
    "mask.given-name": "a pair of half-width stars with a name between is bold in Markdown",
    "placeholder.dollar": "a half-width comma before it is one of code",
    "boilerplate.no-copying": "an address is written in half width",
    "truncation.size-bytes": "a wide comma in a number ends a clause",
}
"""Rules of which a hit in another width is none, and why."""

CHINESE = [rule for rule in RULES if not rule.check and (not rule.languages or "zh" in rule.languages)]


def twins(rule: Rule, table: dict[int, str]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return the hits of a rule in which a table changes something, as it makes them, with their holes."""
    hits = [(text, list(holes)) for text, holes in map(example, rule.hits) if regex.search(r"\p{Han}", text)]
    return [(text.translate(table), holes) for text, holes in hits if text.translate(table) != text]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rule", [rule for rule in CHINESE if rule.id not in NO_TWIN], ids=attrgetter("id"))
def test_a_rule_finds_the_same_in_another_width(rule: Rule, width: str) -> None:
    for text, holes in twins(rule, WIDTHS[width]):
        assert places(rule, text) == holes, text


TRADITIONAL = {simplified: traditional for traditional, simplified in zip(*characters(), strict=True)}


@pytest.mark.parametrize("rule", CHINESE, ids=attrgetter("id"))
def test_a_rule_finds_the_same_in_traditional_characters(rule: Rule) -> None:
    for text, holes in twins(rule, str.maketrans(TRADITIONAL)):
        if "zh" in rule.languages or language_of(text) == "zh":
            assert places(rule, text) == holes, text


STRONG = [rule for rule in ANYWHERE if rule.weight == "strong"]
NEAR_BY = {
    language: [
        text
        for rule in STRONG
        for text, _ in map(example, rule.hits)
        if language_of(text) == language and not any(sign in text for sign in ("`", "\n\n"))
    ]
    for language in ("zh", "en", "ja")
}
"""Hits that need nothing but what stands beside them, by their language, which is that of a whole document."""


@functools.cache
def reader() -> Scanner:
    """Return what looks for them, and takes every text for prose."""
    return Scanner(select=[rule.id for rule in STRONG], profile="prose")


def spans(text: str, by: int = 0) -> list[tuple[str, int, int]]:
    return [(f.rule, f.start + by, f.end + by) for f in reader().scan(text).findings]


@pytest.mark.parametrize("language", NEAR_BY)
@settings(max_examples=100)
@given(data=st.data())
def test_a_text_in_two_at_a_blank_line_has_the_same(language: str, data: st.DataObject) -> None:
    lines = st.lists(st.sampled_from(NEAR_BY[language]), min_size=1, max_size=4)
    first, second = ("\n".join(data.draw(lines)) for _ in range(2))
    assert spans(f"{first}\n\n{second}") == spans(first) + spans(second, len(first) + 2)


CHAINED = (
    "mask.en-name",
    "gap.ja-date",
    "gap.ja-month-and-day",
    "gap.ko-date",
    "gap.month-and-day",
    "gap.score",
    "gap.number-of-line",
)
"""Rules that know a hole by the hole beside it, a month without its digits by a year without them; or by what is there
of two, as one number of a score."""

FACTS = [rule for rule in ANYWHERE if rule.kind in ("mask", "gap") and rule.slot in FILLED and rule.id not in CHAINED]


@pytest.mark.parametrize("rule", FACTS, ids=attrgetter("id"))
def test_a_fact_put_back_removes_its_finding_and_no_other(rule: Rule) -> None:
    fact = FILLED[str(rule.slot)]
    for text, holes in map(example, rule.hits):
        for i, (start, end) in enumerate(holes):
            longer = len(fact) - (end - start)
            expected = [*holes[:i], *moved(holes[i + 1 :], longer)]
            assert places(rule, text[:start] + fact + text[end:]) == expected


# --- a check that cannot fail checks nothing -----------------------------------------------------------------------

RULE = """\
rules:
  - id: {id}
    kind: gap
    slot: number
    severity: error
    message: no number
    pattern: '{pattern}'
    hits: [{hits}]
    misses: [{misses}]
"""


def written(folder: Path, **parts: str) -> Path:
    """Return a file with one rule."""
    common = {"id": "gap.mine", "pattern": "(?<=新建)(?<hole>)个", "hits": "'新建[||]个'", "misses": "新建6个"}
    file = folder / "mine.yaml"
    file.write_text(RULE.format(**common | parts), encoding="utf-8")
    return file


WRONG = [
    ("hits", "'新建[|个|]'", "hit '新建[|个|]': found '新建[||]个'"),
    ("hits", "'新建[||]个[||]'", "hit '新建[||]个[||]': found '新建[||]个'"),
    ("hits", "'新[||]建个'", "hit '新[||]建个': found '新建[||]个'"),
    ("hits", "'新设[||]个'", "hit '新设[||]个': found nothing"),
    ("misses", "新建6个和新建个", "miss '新建6个和新建个': found '新建6个和新建[||]个'"),
]


@pytest.mark.parametrize(("key", "value", "expected"), WRONG)
def test_an_example_that_does_not_hold_is_told(key: str, value: str, expected: str, tmp_path: Path) -> None:
    file = written(tmp_path, **{key: value})
    assert failures(Scanner(rules=[file], default_rules=False)) == [f"{file}:2: gap.mine: {expected}"]


# --- choosing ------------------------------------------------------------------------------------------------------

IDS = [rule.id for rule in RULES]
CHOICES = [
    ([], [], IDS),
    (["gap.month-and-day"], [], ["gap.month-and-day"]),
    (["gap."], [], [i for i in IDS if i.startswith("gap.")]),
    (["gap.number"], [], [i for i in IDS if i.startswith("gap.number")]),
    (["mask", "gap.age"], [], [i for i in IDS if i.startswith("mask.") or i == "gap.age"]),
    ([], ["mask"], [i for i in IDS if not i.startswith("mask.")]),
    (
        ["gap"],
        ["gap.number", "gap.age"],
        [i for i in IDS if i[:4] == "gap." and i[:10] != "gap.number" and i != "gap.age"],
    ),
    (["gap.age"], ["gap"], []),
]


@pytest.mark.parametrize(("select", "ignore", "expected"), CHOICES)
def test_rules_are_chosen_by_id_prefix_and_kind(select: list[str], ignore: list[str], expected: list[str]) -> None:
    assert chosen(load(), select, ignore) == frozenset(expected)


@pytest.mark.parametrize("name", ["gap.number-before-percent", "gap.number-", "gap"])
def test_only_what_is_chosen_is_found(name: str) -> None:
    text = "他曾在*县工作,按期办结率达%。"
    both = ["mask.place", "gap.number-before-percent"]
    assert [f.rule for f in scanner().scan(text).findings] == both
    assert [f.rule for f in Scanner(select=[name]).scan(text).findings] == both[1:]
    assert [f.rule for f in Scanner(ignore=[name]).scan(text).findings] == both[:1]


UNKNOWN = [
    ({"select": ["gap.agee"]}, "--select gap.agee: no rule is called so; did you mean 'gap.age'?"),
    ({"ignore": ["maks"]}, "--ignore maks: no rule is called so; did you mean 'mask'?"),
    ({"select": ["gap"], "ignore": ["zzz"]}, "--ignore zzz: no rule is called so"),
]


@pytest.mark.parametrize(("options", "message"), UNKNOWN)
def test_a_name_that_fits_no_rule_is_an_error(options: dict[str, list[str]], message: str) -> None:
    with pytest.raises(RedactscanError) as error:
        Scanner(**options)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_a_rule_is_found_by_its_id() -> None:
    assert load().find("gap.age").id == "gap.age"
    with pytest.raises(RedactscanError, match=r"^no rule is called 'gap\.agee'; did you mean 'gap\.age'\?$"):
        load().find("gap.agee")


# --- what the other keys of a rule do --------------------------------------------------------------------------------


def made(folder: Path, *rules: dict[str, object]) -> Scanner:
    """Return a scanner with rules of these keys; they are called gap.0, gap.1, …, after their kind."""
    common = {"kind": "gap", "slot": "text", "severity": "error", "message": "m", "hits": ["[|x|]"], "misses": ["y"]}
    whole = [common | rule | {"id": f"{rule.get('kind', 'gap')}.{i}"} for i, rule in enumerate(rules)]
    file = folder / "made.yaml"
    file.write_text(json.dumps({"rules": whole}), encoding="utf-8")
    return Scanner(rules=[file], default_rules=False, notes=True)


TAIL, HEAD, NOTE = "x{}", "{}x", "[omitted]"
AT = [
    ("tail", TAIL.format("." * (EDGE - 1)), True),
    ("tail", TAIL.format("." * EDGE), True),
    ("tail", TAIL.format("." * (EDGE + 1)), False),
    ("tail", TAIL.format("." * EDGE + NOTE * 99), True),
    ("tail", TAIL.format("." * 9 + NOTE + "." * (EDGE - 9) + NOTE), True),
    ("tail", TAIL.format("." * 9 + NOTE + "." * (EDGE - 8) + NOTE), False),
    ("head", HEAD.format("." * (EDGE - 1)), True),
    ("head", HEAD.format("." * EDGE), True),
    ("head", HEAD.format("." * (EDGE + 1)), False),
    ("head", HEAD.format(NOTE * 99 + "." * EDGE), True),
    ("head", HEAD.format(NOTE + "." * (EDGE - 9) + NOTE + "." * 10), False),
    ("anywhere", HEAD.format("." * 9 * EDGE) + "." * 9 * EDGE, True),
]


@pytest.mark.parametrize(("at", "text", "expected"), AT)
def test_evidence_must_stand_where_its_rule_says(at: str, text: str, expected: bool, tmp_path: Path) -> None:  # noqa: FBT001
    scanner = made(tmp_path, {"pattern": "x", "at": at}, {"pattern": r"\[omitted\]", "kind": "truncation"})
    assert [f.start for f in scanner.scan(text).findings if f.rule == "gap.0"] == [text.index("x")] * expected


SPOKEN = [
    (["zh"], "春风吹过x田野", 1),
    (["zh"], "the wind x went", 0),
    (["en"], "春风吹过x田野", 0),
    (["zh", "en"], "the wind x went", 1),
    ([], "12 x 34", 1),
    (["zh"], "12 x 34", 0),
    (["zh"], f"{'the wind ' * 99}春风吹过x田野,孩子们在河边放风筝。{'the wind ' * 99}", 0),
    (["zh"], f"{'the wind ' * 99}{'春风吹过田野,' * 12}x{'孩子们在河边,' * 12}{'the wind ' * 99}", 1),
    (["ja"], "風が野原をx わたるころ", 1),
]


@pytest.mark.parametrize(("languages", "text", "count"), SPOKEN)
def test_a_rule_speaks_in_its_languages_only(languages: list[str], text: str, count: int, tmp_path: Path) -> None:
    scanner = made(tmp_path, {"pattern": "x", "languages": languages})
    assert len(scanner.scan(text).findings) == count


SUPPORTED_BY = [
    ("w", "note", 0.3),
    ("ws", "note", 0.3),
    ("wss", "error", 0.7),
    ("ssw", "error", 0.7),
    (f"ssw{'.' * 9997}", "error", 0.7),
    (f"ssw{'.' * 9998}", "note", 0.3),
    (f"sssw{'.' * 9998}", "error", 0.7),
    ("wtt", "note", 0.3),
]


@pytest.mark.parametrize(("text", "severity", "confidence"), SUPPORTED_BY)
def test_weak_evidence_counts_with_enough_that_is_strong(
    text: str, severity: str, confidence: float, tmp_path: Path
) -> None:
    rules = [{"pattern": "w", "weight": "weak"}, {"pattern": "s"}, {"pattern": "t", "kind": "truncation"}]
    (weak,) = [f for f in made(tmp_path, *rules).scan(text).findings if f.text == "w"]
    assert (weak.severity, weak.confidence) == (severity, confidence)


@pytest.mark.parametrize(("text", "severity"), [("wxx", "note"), ("wxs", "error"), ("wx*", "error"), ("w**", "error")])
def test_masks_do_not_vouch_for_what_was_deleted_unless_renderers_eat_them(
    text: str, severity: str, tmp_path: Path
) -> None:
    rules = [{"pattern": "w", "weight": "weak"}, {"pattern": "s"}, {"pattern": "x|[*]", "kind": "mask"}]
    (weak,) = [f for f in made(tmp_path, *rules).scan(text).findings if f.text == "w"]
    assert weak.severity == severity


OVERLAPPING = [
    # of two on one hole the strong, the longer, the one with more evidence, the earlier
    ("same hole", ["a", "a"], {}, "xax", [("gap.0", 1, 2)]),
    ("weak before strong", ["a", "a"], {0: {"weight": "weak"}}, "xax", [("gap.1", 1, 2)]),
    ("longer", ["a", "aa"], {}, "xaax", [("gap.1", 1, 3)]),
    ("longer, but weak", ["a", "aa"], {1: {"weight": "weak"}}, "xax", [("gap.0", 1, 2)]),
    ("more evidence", ["x(?<hole>a)", "x(?<hole>a)x"], {}, "xax", [("gap.1", 1, 2)]),
    ("a chain", ["ab", "bcd", "de"], {}, "abcde", [("gap.1", 1, 4)]),
    ("neighbours", ["a", "b"], {}, "ab", [("gap.0", 0, 1), ("gap.1", 1, 2)]),
    ("nothing, twice", ["(?=a)", "(?<=x)"], {}, "xa", [("gap.0", 1, 1)]),
    ("nothing beside something", ["(?=a)", "a"], {}, "xa", [("gap.1", 1, 2)]),
    ("nothing after something", ["(?<=a)", "a"], {}, "xa", [("gap.1", 1, 2)]),
    ("nothing apart", ["(?=a)", "(?<=a)"], {}, "xa", [("gap.0", 1, 1), ("gap.1", 2, 2)]),
    # notes and furniture cover what begins in them
    ("in a note", ["a", "bab"], {1: {"kind": "truncation"}}, "abab", [("gap.0", 0, 1), ("truncation.1", 1, 4)]),
    ("in furniture", ["a", "bab"], {1: {"kind": "boilerplate"}}, "bab", [("boilerplate.1", 0, 3)]),
    ("after a note", ["a", "b"], {1: {"kind": "truncation"}}, "ba", [("truncation.1", 0, 1), ("gap.0", 1, 2)]),
    ("the longer note", ["ab", "bcd"], {0: {"kind": "truncation"}, 1: {"kind": "truncation"}}, "abcd", [
        ("truncation.1", 1, 4),
    ]),
    # an omission says something else than a hole
    ("omission", ["a", "a"], {0: {"kind": "omission"}}, "a", [("omission.0", 0, 1), ("gap.1", 0, 1)]),
    ("omission in furniture", ["a", "ab"], {0: {"kind": "omission"}, 1: {"kind": "boilerplate"}}, "ab", [
        ("boilerplate.1", 0, 2),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "more", "text", "expected"), [row[1:] for row in OVERLAPPING], ids=[row[0] for row in OVERLAPPING]
)
def test_evidence_that_overlaps_is_settled(
    patterns: list[str],
    more: dict[int, dict[str, str]],
    text: str,
    expected: list[tuple[str, int, int]],
    tmp_path: Path,
) -> None:
    rules = [{"pattern": pattern} | more.get(i, {}) for i, pattern in enumerate(patterns)]
    found = made(tmp_path, *rules).scan(text).findings
    assert [(f.rule, *(f.hole or (f.start, f.end))) for f in found] == expected


TRAITS = [
    ("I asked Mr. (b)(6), (b)(7)(C) twice.", {"code": "(b)(6), (b)(7)(C)"}),
    ("The plan was [(b)(5)] and then dropped.", {"code": "(b)(5)"}),
    ("The price agreed was [Redacted: trade secret].", {"code": "trade secret"}),
    ("Then [PERSON_1] left.", {"key": "PERSON_1"}),
    ("The letter of Jane Doe 3 came.", {"key": "Jane Doe 3"}),
    ("Свидетель ФИО3 пояснил.", {"key": "ФИО3"}),
    ("demeurant [Localité 2]", {"key": "Localité 2"}),
    ("原告李某1与本案无关。", {"key": "李某1", "part": "end"}),
    ("证人王某甲到庭。", {"key": "王某甲", "part": "end"}),
    ("计划于20XX年完工。", {"part": "end"}),
    ("联系电话138****5678,欢迎来电。", {"part": "middle"}),
    ("His number, XXX-XX-4471, is on file.", {"part": "start"}),
    ("刚才,*县作了发言。", {}),
]


@pytest.mark.parametrize(("text", "traits"), TRAITS)
def test_a_finding_keeps_what_its_mask_says(text: str, traits: dict[str, str]) -> None:
    (finding,) = msgspec.to_builtins(scanner().scan(text).findings)
    assert {name: finding[name] for name in ("code", "key", "part") if name in finding} == traits


# --- rules of users ------------------------------------------------------------------------------------------------


def test_rules_of_users_come_after_those_of_the_package(tmp_path: Path) -> None:
    scanner = Scanner(rules=[written(tmp_path, pattern="(?<=沏)(?<hole>)壶")], engine="regex")
    assert [rule.id for rule in scanner.pack.rules] == [*IDS, "gap.mine"]
    assert [f.rule for f in scanner.scan("办结率达%,沏壶茶。").findings] == ["gap.number-before-percent", "gap.mine"]


def test_rules_of_users_may_stand_alone(tmp_path: Path) -> None:
    scanner = Scanner(rules=[written(tmp_path)], default_rules=False)
    assert [rule.id for rule in scanner.pack.rules] == ["gap.mine"]
    assert [f.rule for f in scanner.scan("办结率达%,新建个茶馆。").findings] == ["gap.mine"]


def test_rules_of_users_may_use_the_lists_of_the_package(tmp_path: Path) -> None:
    file = written(tmp_path, pattern=r"(?<=沏)(?<hole>)\L<measure>", hits="'沏[||]个'", misses="沏6个")
    assert failures(Scanner(rules=[file], engine="regex").only(["gap.mine"])) == []


def test_no_rules_at_all_is_an_error() -> None:
    with pytest.raises(
        RedactscanError, match=r"^no rules are left: give some with --rules, or leave out --no-default-rules$"
    ):
        Scanner(default_rules=False)


def test_a_folder_of_rules_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        written(tmp_path, id=f"gap.{name}").rename(tmp_path / f"{name}.yml")
    (tmp_path / "notes.txt").write_text("no rules", encoding="utf-8")
    assert [rule.id for rule in load([tmp_path], default=False).rules] == ["gap.a", "gap.b"]


def test_an_id_of_the_package_is_taken(tmp_path: Path) -> None:
    with pytest.raises(RedactscanError, match=r"mine\.yaml:2: gap\.age: this id is taken by rules/zh/gaps\.yaml:\d+$"):
        load([written(tmp_path, id="gap.age")])


def test_a_lone_surrogate_in_a_rule_is_found_or_refused(tmp_path: Path) -> None:
    file = written(tmp_path, hits="'新建[||]个'").with_name("odd.yaml")
    (tmp_path / "mine.yaml").rename(file)
    odd = file.read_text("utf-8").replace("'(?<=新建)(?<hole>)个'", '"(?<=新建)(?<hole>)[个\\uDC80]"')
    file.write_text(odd, encoding="utf-8")
    try:
        assert len(Scanner(rules=[file], default_rules=False).scan("新建\udc80").findings) == 1
    except RedactscanError as error:
        assert str(error).startswith(f"{file}:")  # noqa: PT017 - either is right
