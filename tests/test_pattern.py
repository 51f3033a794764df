"""A native expression may find too much and never too little, and what has none is refused with the reason."""

from __future__ import annotations

import contextlib
import functools
import re

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from redactscan.clause import Seen
from redactscan.match import Engine, Matcher
from redactscan.native import LONGEST, Native, native
from redactscan.pattern import Inexpressible, reach
from redactscan.prefilter import available
from redactscan.required import required
from redactscan.rule import Pack, Rule, compiled

LISTS = {
    "unit": ("个", "名", "人次"),
    "sign": ("*", "×", "ｘ"),
    "chain": ("a", "ab", "abc", "b"),
    "far": ("𠀀", "x𠀀", "é"),
}

# Each pattern with a text that it matches.
EXPRESSIBLE = [
    # literals and escapes
    ("ab", "ab"),
    ("建设个", "建设个"),
    ("é", "é"),
    ("\N{GRINNING FACE}b", "\N{GRINNING FACE}b"),
    ("a\ud800", "a\ud800"),
    (r"\*\.\[\]\\", r"*.[]\\"[:-1]),
    (r"\x41é\U0001F600", "Aé\N{GRINNING FACE}"),
    (r"a\tb\n\r\f\v", "a\tb\n\r\f\v"),
    # classes
    ("a.b", "aéb"),
    ("(?s)a.b", "a\nb"),
    ("[ab]1", "b1"),
    ("[a-c一-鿿]1", "省1"),
    ("[^a省]1", "é1"),
    (r"[]a]1", "]1"),
    (r"[^]a]1", "é1"),
    (r"[\]\-a]1", "-1"),
    (r"[[:alpha:]_]1", "_1"),
    (r"[[:^digit:]]1", "a1"),
    (r"\d\D\w\W\s\S", "1ab- x"),
    (r"\p{Han}\P{Han}", "省a"),
    (r"\p{^Han}1", "a1"),
    (r"\pL\PL", "é1"),
    (r"[\p{Latin}\d_]个", "é个"),
    (r"[^\p{Han}\s]个", "1个"),
    (r"[\U0001F600-\U0001F64F\ud800]a", "\ud800a"),
    # word lists
    (r"\L<unit>[省市]", "人次省"),
    (r"\L<sign>{1,6}县", "*×县"),
    (r"x\L<chain>c", "xabcc"),
    (r"\L<far>\L<chain>", "x𠀀ab"),
    # flags
    ("(?i)kſ", "Ks"),
    ("(?i)[k-m]é", "\N{KELVIN SIGN}É"),
    ("(?i)[^k]é", "aÉ"),
    (r"(?i)\p{Lu}1", "a1"),
    ("a(?i:b)c", "aBc"),
    ("(?s:a.)b.", "a\nbc"),
    ("(?im)^a$", "b\nA\n"),
    ("(?x) a\\ b [ c] # d\n e", "a b e"),
    ("(?x) a {1,2} b (?: c | d ) ?", "aab"),
    ("(?x: a b )c d", "abc d"),
    # groups and alternatives
    ("(a|个)(?:b|名)(?<hole>c|)(?P<x>d)", "个bcd"),
    ("(?>a|ab)c", "ac"),
    ("(?:a|b|)c", "c"),
    ("a(?#note)b", "ab"),
    ("ab|个名|c(?:d|e)", "个名"),
    # repeats
    ("a{2}b", "aab"),
    ("a{,3}b", "aab"),
    ("a{1,3}?b", "aab"),
    ("a{1,3}+b", "aab"),
    ("a??b", "ab"),
    ("a?+b", "ab"),
    ("(?:ab|个){2,4}c", "ab个c"),
    ("[一-鿿]{0,60}公司", "远航公司"),
    ("。.{4,9}。", "。1é省aa。"),
    (r"1[^\n。]{0,80}?(?:\n|\Z)", "1a省"),
    (r"(?:[^\n]{1,30}\n){1,3}-", "a\n省\n-"),
    ("a{0}b", "b"),
    # look-arounds at the edges
    ("(?<=建设|引进)(?<hole>)个(?=[省市])", "引进个省"),
    ("(?<!建)个(?!别)", "设个人"),
    ("(?<![建设])个(?![别人])", "进个省"),
    ("(?<!建|设a)个(?!别|人a)", "a个人"),
    ("(?<=[a-z省])(?<![省x])个", "a个"),
    ("(?<=a)(?<=[a-c])(?<!b)1(?=2)(?!3)(?=[0-9])", "a12"),
    ("(?<=a)", "a"),
    ("(?=个a)", "个a"),
    ("(?<=a)(?=b)", "ab"),
    (r"(?<=\L<unit>{0,2}、)个", "人次名、个"),
    (r"(?<!\L<unit>)省(?!\L<unit>)", "省"),
    ("(?<=a.{0,5})b(?=.{0,5}c)", "a省bxc"),
    ("(?<=a*)b(?<=ab)", "aab"),
    ("(?<=^|、)a(?=$|、)", "、a"),
    (r"(?<=\A|[，\n])a(?=\s{0,4}(?:\n|\Z))", "a "),
    # look-arounds inside look-arounds, alternatives, repeats and groups
    ("(?<=(?<=a)b)c(?=d(?=e))", "abcde"),
    ("(?<=(?<!a)b)c(?=d(?!e))", "bcd"),
    ("(?<!(?<=a)b)c(?!d(?=e))", "bcd"),
    ("(?<=a(?=bcd))b", "abcd"),
    ("(?<=a(?=b.{9}c))b", "ab123456789c"),
    ("(?<!a(?=b.{9}c))b", "b1"),
    ("(?<=a)b|(?<=c)d|e(?=f)|g(?!h)|(?!i)[ij]", "cd"),
    ("(?:(?<=a)|b)c(?:(?=d)|e)", "acd"),
    ("(?:(?<=a)b)?c(?:d(?=e))?", "c"),
    ("(?:(?<=a)b){1,2}c", "abc"),
    ("((?<=a))b((?=c))", "abc"),
    ("(?:|(?<=a))b(?:|(?=c))", "b"),
    ("a(?=bc)b(?<=ab)c", "abc"),
    ("a?(?<=a)b(?=c)c?", "abc"),
    ("(?<hole>)(?<=a)(?:b|(?<!c)d)", "ad"),
    # lists of words at which they may be split
    ("(?<=(?:电话|手机)[:：] ?)(?<hole>)(?=[，,])", "电话: ,"),
    ("(?:手机号码?|邮箱)[:：](?<hole>[*×]{1,8}|[○◯]{2,8})(?![*×])", "手机号:○◯"),
    ("(?<![a-z*])(?<hole>[*x]{2,4}|_{2})(?:名|个)", "1x*个"),
    ("(?<=[a:] ?)[*](?: ?[*]){1,9}(?= days|%)", "a * ** days"),
    ("(?<![a-z])(?<kept>(?!b)[a-c](?<hole>[xX][0-9]{1,3}))(?=[，,]|的)", "ax12的"),
    (r"(?<=[:\n]|\A)[ ]{2,20}年[ ]{1,20}月", ":   年 月"),
    # anchors
    ("^a", "a"),
    ("(?m)^a", "b\na"),
    ("a$", "a\n"),
    ("(?m)a$", "a\nb"),
    (r"\Aa|b\Z", "ab"),
    (r"\ba\b.b\Bb", "a bb"),
    ("(?:^|a)b(?:$|c)", "b"),
    ("(?m)(?:^|a)b(?:$|c)", "a\nb\n"),
    ("(?m)^(?<=\n)a$(?=\nb)", "c\na\nb"),
    ("(?<=^)a(?=$)", "a"),
    (r"(?:\A)a(?:\Z)", "a"),
    (r"(?<=a)\b", "a b"),
    (r"(?<=a)\B", "ab"),
    (r"(?<=a)(?=b\b)", "ab c"),
    (r"(?<=a)(?=b\B)", "abc"),
]

NOISE = ["\n", " ", "a", "b", "省", "个", "、", "é", "\N{GRINNING FACE}", "\ud800", "1", "", "\r\n", "x" * 9]


def texts(seed: str) -> st.SearchStrategy[str]:
    """Texts out of a seed, its characters and noise."""
    return st.lists(st.sampled_from([seed, seed, *seed, *NOISE]), max_size=8).map("".join)


def points(data: bytes) -> int:
    """Return how many characters begin in some bytes, which may end inside one; so counts the matcher."""
    return sum(byte & 0xC0 != 0x80 for byte in data)


def is_candidate(form: Native, data: bytes, start: int) -> bool:
    """Say whether a native expression ends anywhere in `start` to `start + reach`, in characters."""
    # `fullmatch` tries every end, but would see the end of the data at each: a byte of no character stands for it.
    tried = [re.compile(expression.replace(r"\z", r"\xff").encode()) for expression in form.expressions]
    ends = [end for end in range(len(data) + 1) if start <= points(data[:end]) <= start + form.reach]
    ends += [len(data) + 1] if len(data) in ends else []
    data += b"\xff"
    return any(each.fullmatch(data, begin, end) for each in tried for end in ends for begin in range(end, -1, -1))


def overlooked(source: str, text: str) -> list[tuple[int, int]]:
    """Return the matches of a pattern that its native form has no candidate for."""
    form, data = native(source, LISTS), text.encode("utf-8", "surrogatepass")
    found = compiled(source, LISTS).finditer(text, overlapped=True)
    return [m.span() for m in found if not is_candidate(form, data, m.start())]


def is_passed_over(source: str, text: str) -> bool:
    """Say whether a text that a pattern matches lacks something that is said to be required."""
    seen = Seen(text)
    clauses = required(source, LISTS)
    lacking = [clause for clause in clauses if not seen.holds(clause)]
    return bool(lacking and compiled(source, LISTS).search(text))


@pytest.mark.parametrize(("source", "seed"), EXPRESSIBLE, ids=[source for source, _ in EXPRESSIBLE])
@settings(max_examples=40)
@given(data=st.data())
def test_the_native_form_overlooks_nothing(source: str, seed: str, data: st.DataObject) -> None:
    assert compiled(source, LISTS).search(seed), "the seed is no match"
    text = data.draw(texts(seed))
    for each in (seed, text):
        assert overlooked(source, each) == []
        assert not is_passed_over(source, each)


# What a text must hold, and texts that hold it all or not.
REQUIRED = [
    ("全文共(?:字|页)", ["全文共9字", "全文共页"], ["全文字", "全文共9行", ""]),
    (r"x?\L<unit>[省市]", ["个市", "省 人次"], ["x市", "个x", "人 市 次"]),
    ("(?i)straße|weg", ["STRASSE", "Straße", "wEg"], ["strse", "we"]),
    ("(?<=建设)个(?!人)", ["个 建设", "建设个人"], ["个", "建设"]),
    ("[一-二百]{2}|a*", ["", "x"], []),
    ("(?:第[一-七]|前)章", ["第五 章", "第 章", "前章"], ["五章", "第五"]),
]


@pytest.mark.parametrize(("source", "holding", "lacking"), REQUIRED, ids=[source for source, *_ in REQUIRED])
def test_what_a_pattern_requires(source: str, holding: list[str], lacking: list[str]) -> None:
    clauses = required(source, LISTS)
    held = {text: all(map(Seen(text).holds, clauses)) for text in [*holding, *lacking]}
    assert held == dict.fromkeys(holding, True) | dict.fromkeys(lacking, False)


# Syntax that is easily misread, with a text that it matches. To refuse it is right too.
MISREAD = [
    ("(?x)a{1,2} ?b", "aab"),
    ("(?x)a{1, 2}b", "aab"),
    ("a{,}b", "aab"),
    ("a{b}", "a{b}"),
    ("a{}{ 2}", "a{}{ 2}"),
    ("a(?#note){2}b", "aab"),
    ("a(?#note)?b", "b"),
    ("a(*PRUNE)b", "ab"),
    ("a(*SKIP)b", "ab"),
    ("(?:abc){e}", "ac"),
    ("(?:abc){i,d}1", "ac1"),
    ("(?:abc){e:[a-z]}", "axc"),
    ("(?:abc){2i+1d<=3}", "ac"),
    (r"[\N{RIGHT SQUARE BRACKET}a]1", "]1"),
    (r"[[:alpha:]\]]1", "]1"),
    (r"(?x)[#\ ]1", " 1"),
    (r"(?i)[[:lower:]]1", "A1"),
    ("(?i)ß", "ẞ"),
    ("(?i)i̇", "İ"),
    ("(?i:a)b|(?i:C)", "c"),
    ("(?s:.)a|.b", "\na"),
    ("(?:(?s).)a", "\na"),
    (r"\p{IsHan}\p{Script=Han}\p{L}", "省市县"),
    (r"\p{Lu}\p{Ll}", "Éa"),
]


@pytest.mark.parametrize(("source", "text"), MISREAD, ids=[source for source, _ in MISREAD])
def test_what_is_easily_misread_is_read_or_refused(source: str, text: str) -> None:
    assert compiled(source, LISTS).search(text), "the text is no match"
    with contextlib.suppress(Inexpressible):
        assert overlooked(source, text) == []


TOO_FAR = f"a match may reach over more than {LONGEST} characters"
EMPTY = "nothing in it must be there"
FUZZY = "approximate matching has no native form at offset"

REFUSED = [
    (r"(a)\1", r"'\\1' has no native form at offset 3"),
    ("(?P<x>a)(?P=x)", "'(?P=' has no native form at offset 8"),
    (r"(?P<x>a)\g<x>", r"'\\g' has no native form at offset 8"),
    ("a(?R)?b", "'(?R)' has no native form at offset 1"),
    ("(a)?(?(1)b|c)", "'(?(1' has no native form at offset 4"),
    ("(?|a|b)", "'(?|a' has no native form at offset 0"),
    (r"\X", r"'\\X' has no native form at offset 0"),
    (r"a\R", r"'\\R' has no native form at offset 1"),
    (r"\N{DIGIT ONE}", r"'\\N' has no native form at offset 0"),
    (r"\Ga", r"'\\G' has no native form at offset 0"),
    (r"a\Kb", r"'\\K' has no native form at offset 1"),
    (r"\ma\M", r"'\\m' has no native form at offset 0"),
    (r"\101", r"'\\1' has no native form at offset 0"),
    ("(?V1)[a--b]", "'(?V1' has no native form at offset 0"),
    ("(?r)ab", "'(?r)' has no native form at offset 0"),
    (r"(?a)\w", "'(?a)' has no native form at offset 0"),
    ("(?-i:a)", "'(?-i' has no native form at offset 0"),
    ("a(?i)b", "flags for the whole pattern belong at its start at offset 1"),
    (r"(?i)\L<unit>", "a word list that ignores case has no native form at offset 12"),
    ("(?:abc){e<=1}", f"{FUZZY} 7"),
    ("(?:abc){1<=e<=2}", f"{FUZZY} 7"),
    ("a*b", TOO_FAR),
    ("(?:ab)+c", TOO_FAR),
    ("a{3,}b", TOO_FAR),
    (f"a.{{0,{LONGEST}}}b", TOO_FAR),
    ("(?:a{50}){50}", TOO_FAR),
    ("a(?=.*b)", TOO_FAR),
    ("(?!.*b)a", TOO_FAR),
    ("", EMPTY),
    ("a?", EMPTY),
    ("(?:a|)", EMPTY),
    ("(?:a{0,3}|b?){2}", EMPTY),
    (r"\b", EMPTY),
    ("(?m)^$", EMPTY),
    ("(?!a)", EMPTY),
    ("(?:(?<=a))?(?:(?=b)|)", EMPTY),
]


@pytest.mark.parametrize(("source", "why"), REFUSED, ids=[source for source, _ in REFUSED])
def test_what_has_no_native_form_is_refused_with_the_reason(source: str, why: str) -> None:
    compiled(source, LISTS)
    with pytest.raises(Inexpressible) as refusal:
        native(source, LISTS)
    assert str(refusal.value) == why


WIDEST = [
    ("ab", 2),
    ("(?<=abc)d", 1),
    (r"\L<unit>{1,3}", 6),
    (r"\L<far>|a", 2),
    ("(?:ab|c{0,5}){2}d", 11),
    (r"^\b(?:)", 0),
    ("a*", None),
    ("a{2,}|b", None),
    (r"(a)\1", None),
]


@pytest.mark.parametrize(("source", "width"), WIDEST, ids=[source for source, _ in WIDEST])
def test_the_longest_match(source: str, width: int | None) -> None:
    assert reach(source, LISTS) == width


# --- patterns that nobody thought of -------------------------------------------------------------------------------

ATOMS = [
    *["a", "b", "个", "省", "é", r"\n", r"\L<unit>", r"\L<chain>", ".", r"\w", r"\s", r"\p{Han}", r"[^\p{Han}]"],
    *["[ab]", "[^a]", "[a省]", "[^个\\n]", "^", "$", r"\A", r"\Z", r"\b", r"\B", ""],
]
REPEATS = ["?", "{0,2}", "{1,2}", "{2}", "{1,5}", "{0,3}?", "{1,2}+", "{,2}", "??", "?+", "{0}"]
GROUPS = ["(?:{})", "(?>{})", "({})", "(?i:{})", "(?s:{})", "(?m:{})", "(?x: {} )"]
LOOKS = ["(?={})", "(?!{})", "(?<={})", "(?<!{})"]


def composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Patterns one level larger."""
    wrapped = st.builds(str.format, st.sampled_from([*GROUPS, *LOOKS, *LOOKS]), inner)
    return st.one_of(
        wrapped,
        st.builds("(?:{}){}".format, inner, st.sampled_from(REPEATS)),
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("(?:{})".format),
    )


SOURCES = st.recursive(st.sampled_from(ATOMS), composed, max_leaves=9)
TEXTS = st.text(alphabet="aabbB个省人次é \n", max_size=9)


@settings(max_examples=600)
@given(source=SOURCES, text=TEXTS)
def test_the_native_form_of_any_pattern_overlooks_nothing(source: str, text: str) -> None:
    assert not is_passed_over(source, text)
    try:
        assert overlooked(source, text) == []
    except Inexpressible:
        reject()


def pack(*sources: str) -> Pack:
    """Return rules with these patterns."""
    rules = [
        Rule(id=f"gap.{i}", kind="gap", slot="text", severity="error", message="", source="", pattern=source)
        for i, source in enumerate(sources)
    ]
    return Pack(tuple(rules), LISTS, ascii(sources), {})


both_engines = pytest.mark.skipif(not available(), reason="hyperscan is not installed")


@both_engines
@settings(max_examples=300)
@given(source=SOURCES, text=TEXTS)
def test_both_engines_find_the_same_of_any_pattern(source: str, text: str) -> None:
    rules = pack(source)
    native_engine = Matcher(rules, "hyperscan")
    assume(not native_engine.fallback)
    assert native_engine.matches(text, "strong") == Matcher(rules, "regex").matches(text, "strong")


@functools.cache
def matcher(engine: Engine) -> Matcher:
    return Matcher(pack(*[source for source, _ in EXPRESSIBLE]), engine)


@both_engines
@pytest.mark.parametrize("seed", [seed for _, seed in EXPRESSIBLE], ids=[source for source, _ in EXPRESSIBLE])
@settings(max_examples=5)
@given(data=st.data())
def test_both_engines_find_the_same(seed: str, data: st.DataObject) -> None:
    assert matcher("hyperscan").fallback == {}
    for text in (seed, data.draw(texts(seed))):
        assert matcher("hyperscan").matches(text, "strong") == matcher("regex").matches(text, "strong")
