"""Both engines find the same, from any number of threads, within a limit of time, with and without a cache."""

from __future__ import annotations

import functools
import gc
import os
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from redactscan import RedactscanError, Scanner, cache, expression, lazy, match, prefilter
from redactscan.check import overlooked
from redactscan.expression import Passed, Search
from redactscan.match import Cost, Engine, Matcher
from redactscan.pattern import reach
from redactscan.record import Stopped
from redactscan.rule import Pack, Rule, example

ROOT = Path(__file__).parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"

# The slow engine reads every twelfth file; 1 reads all.
STEP = int(os.environ.get("REDACTSCAN_TEST_STEP", "12"))

ENGINES: list[Engine] = ["regex"] if not prefilter.available() else ["hyperscan", "regex"]
both_engines = pytest.mark.skipif(not prefilter.available(), reason="hyperscan is not installed")
each_engine = pytest.mark.parametrize("engine", ENGINES)


@functools.cache
def scanner(engine: Engine) -> Scanner:
    made = Scanner(engine=engine, notes=True)
    made.matcher.prepare()
    return made


def same(text: str) -> bool:
    return scanner("hyperscan").scan(text) == scanner("regex").scan(text)


# --- one answer from both engines ----------------------------------------------------------------------------------


@functools.cache
def examples() -> list[str]:
    """Return the hits and misses of all rules."""
    rules = scanner("auto").pack.rules
    return [example(marked).text for rule in rules for marked in (*rule.hits, *rule.misses)]


@functools.cache
def fragments() -> list[str]:
    """Return the examples, whole and in pieces, and what disturbs counting."""
    pieces = [piece for text in examples() for piece in regex.findall(r"[^，,。、\s]{1,12}[，,。、\s]?", text)]
    odd = ["\ud800", "\udfff", "\N{GRINNING FACE}", "𠀀", "\r\n", "\n\n", "\0", "\ufeff", "\u200b", "é", "X", "*", "、"]
    return [*examples(), *pieces, *odd * 20]


@both_engines
def test_engines_agree_on_every_example() -> None:
    whole = ["", "\r\n".join(examples()), "".join(examples())]
    assert [text for text in [*whole, *examples()] if not same(text)] == []


@both_engines
def test_what_stands_in_over_a_little_text_agrees_on_every_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "EAGER", 1 << 60)
    standing_in = Scanner(notes=True)
    assert [text for text in examples() if standing_in.scan(text) != scanner("hyperscan").scan(text)] == []
    assert not standing_in.matcher._natives  # noqa: SLF001 - nothing native has run


@both_engines
@settings(max_examples=250)
@given(data=st.data())
def test_engines_agree_on_what_is_made_of_examples(data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(fragments()), max_size=12)))
    assert same(text)
    assert scanner("hyperscan").matcher.matches(text, "weak") == scanner("regex").matcher.matches(text, "weak")


@both_engines
@settings(max_examples=150)
@given(text=st.text(max_size=60))
def test_engines_agree_on_any_text(text: str) -> None:
    assert same(text)


@both_engines
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("folder", sorted(p.name for p in CORPORA.glob("*") if p.is_dir()))
def test_engines_agree_on_documents(folder: str) -> None:
    files = sorted(p for p in (CORPORA / folder).rglob("*") if p.is_file())[::STEP]
    assert files
    assert [file.name for file in files if not same(file.read_bytes().decode("utf-8", "surrogateescape"))] == []


@both_engines
def test_the_native_pass_overlooks_nothing_that_patterns_match() -> None:
    assert overlooked(scanner("hyperscan")) == []


@both_engines
def test_what_the_native_pass_overlooks_is_told(rules: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Scanner(rules=[rules], default_rules=False)
    assert overlooked(ours) == []
    assert folder.exists()
    monkeypatch.setattr(Matcher, "_windows", lambda *_: {})
    (line,) = overlooked(ours)
    assert regex.fullmatch(
        rf"{regex.escape(str(rules))}:2: gap.number: is overlooked by Hyperscan in 'x*新建个\\nThe'", line
    )


# --- what a match is -----------------------------------------------------------------------------------------------


def pack(*patterns: str, unless: tuple[str, ...] = ()) -> Pack:
    """Return rules with these patterns, the first with `unless`."""
    common = {"kind": "gap", "slot": "text", "severity": "error", "message": "", "source": ""}
    rules = [Rule(id=f"gap.{i}", pattern=p, unless=() if i else unless, **common) for i, p in enumerate(patterns)]
    widths = {source: width for source in unless if (width := reach(source, {})) is not None}
    return Pack(tuple(rules), {}, ascii((patterns, unless)), widths)


def spans(engine: Engine, rules: Pack, text: str) -> list[tuple[int, int]]:
    return [(m.start, m.end) for m in Matcher(rules, engine).matches(text, "strong").found]


FOUND = [
    ("a", "", []),
    ("a", "bab", [(1, 2)]),
    ("aa", "aaaaa", [(0, 2), (2, 4)]),
    ("aba", "ababa aba", [(0, 3), (6, 9)]),
    ("ab|abc", "abc", [(0, 2)]),
    ("(?=a)", "aab", [(0, 0), (1, 1)]),
    ("(?<=、)、", "、、、", [(1, 2), (2, 3)]),
    ("个$", "个\n个\n", [(2, 3)]),
    ("个(?!别)", "\ud800个别\N{GRINNING FACE}个", [(4, 5)]),
    ("(?<=a.{0,9})b", "a\r\nb a\r b", [(8, 9)]),
]


@each_engine
@pytest.mark.parametrize(("pattern", "text", "expected"), FOUND, ids=[f"{p}-{t!a}" for p, t, _ in FOUND])
def test_a_rule_matches_the_leftmost(engine: Engine, pattern: str, text: str, expected: list[tuple[int, int]]) -> None:
    assert spans(engine, pack(pattern), text) == expected


EXCUSED = [
    # what it must share a character with
    ("个", ("个别",), "个别个", [(2, 3)]),
    ("个", ("几个",), "几个", []),
    ("个", ("别",), "别个别", [(1, 2)]),
    ("个别", ("别的",), "个别的", []),
    # a hole that is empty is excused by what holds it or begins there
    ("(?<=建)(?=个)", ("建个",), "建个", []),
    ("(?<=建)(?=个)", ("个人",), "建个人", []),
    ("(?<=建)(?=个)", ("设建",), "设建个", [(2, 2)]),
    # every match of it counts, and the reach at each place
    ("别", ("个|个别",), "个别", []),
    ("c", ("ab", "bc"), "abc", []),
    ("c", ("abd?|bc",), "abc", []),
    # any of several
    ("个", ("个别", "两个"), "个别两个三个", [(5, 6)]),
    # its own context
    ("个", ("(?<=两)个(?=人)",), "两个人两个", [(4, 5)]),
    ("个", ("个(?=人民代表)",), "个人民代表,个人民", [(6, 7)]),
    ("个", ("个(?!人民代表)",), "个人民代表,个人民", [(0, 1)]),
    ("个", ("(?<=人民代表)个",), "人民代表个,民代表个", [(9, 10)]),
    ("个", (r"个\Z",), "个个个", [(0, 1), (1, 2)]),
    ("个", (r"\A个",), "个个", [(1, 2)]),
    # what is excused hides nothing
    ("aba", (r"\Aab",), "ababa", [(2, 5)]),
    # how far it reaches
    ("个", ("x.{0,200}y",), f"x{'-' * 39}个y", []),
    ("个", ("x.{0,200}y",), f"x{'-' * 40}个y", [(41, 42)]),
]


@each_engine
@pytest.mark.parametrize(
    ("pattern", "unless", "text", "expected"), EXCUSED, ids=[f"{p}-{'-'.join(u)}" for p, u, _, _ in EXCUSED]
)
def test_unless_excuses_what_it_touches(
    engine: Engine, pattern: str, unless: tuple[str, ...], text: str, expected: list[tuple[int, int]]
) -> None:
    assert spans(engine, pack(pattern, unless=unless), text) == expected


@given(
    text=st.text("abc", max_size=40), source=st.sampled_from(["ab?", "a{1,3}", "ca|b{2}", "(?<=a)b(?!c)", "c{0,2}a"])
)
def test_what_is_passed_changes_no_answer(text: str, source: str) -> None:
    excuse = Search(regex.compile(source, regex.POSIX), 3, bounded=True, timed=False)
    passed: Passed = {}
    for m in regex.finditer(".{1,4}", text, overlapped=True):
        assert excuse.holds(text, *m.span(), passed) == excuse.holds(text, *m.span(), {})


@each_engine
def test_a_match_carries_its_hole_and_the_groups_that_took_part(engine: Engine) -> None:
    rules = pack(r"共(?<total>\d+)字(?:显示(?<visible>\d+))?(?<hole>…*)")
    found = Matcher(rules, engine).matches("共90字显示8……共7字", "strong").found
    assert found == [
        match.Match(0, 9, 0, (7, 9), {"total": "90", "visible": "8"}),
        match.Match(9, 12, 0, (12, 12), {"total": "7"}),
    ]


# --- rules that are out of the ordinary ----------------------------------------------------------------------------

NO_FORM = {
    r"([人省])\1": r"'\\1' has no native form at offset 6",
    "a.*b": "a match may reach over more than 2000 characters",
    "省" * 1500: "hyperscan: Pattern length exceeds limit.",
}


@both_engines
def test_a_rule_without_native_form_runs_and_is_named() -> None:
    rules = pack("个", *NO_FORM)
    matcher = Matcher(rules, "hyperscan")
    assert matcher.fallback == {f"gap.{i}": why for i, why in enumerate(NO_FORM.values(), start=1)}
    assert spans("hyperscan", rules, "人人 a个b") == [(0, 2), (3, 6), (4, 5)]
    assert spans("hyperscan", rules, "a省" * 1500) == []
    assert (1, 1501) in spans("hyperscan", rules, f"a{'省' * 1501}")


def test_without_hyperscan_regex_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefilter, "hyperscan", None)
    assert Matcher(pack("a")).engine == "regex"
    with pytest.raises(RedactscanError, match=r"^--engine hyperscan: not installed"):
        Matcher(pack("a"), "hyperscan")


@each_engine
def test_one_matcher_serves_many_threads(engine: Engine) -> None:
    texts = ["\n".join(examples()[i::80]) for i in range(80)]
    alone = [scanner(engine).scan(text) for text in texts]
    shared = Scanner(engine=engine, notes=True)  # new, so that what is made when first needed is made in the threads
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(shared.scan, texts)) == alone


@both_engines
def test_threads_that_start_together_build_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built, build, together = [], prefilter.built, Barrier(8)

    def slowly(*parts: object) -> object:
        built.append(parts)
        sleep(0.1)
        return build(*parts)

    def first_use(_: int) -> list[match.Match]:
        together.wait()
        return matcher.matches("ab", "strong").found

    monkeypatch.setattr(prefilter, "built", slowly)
    matcher = Matcher(pack("a(?=b)"), "hyperscan")
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(first_use, range(8))) == [[match.Match(0, 1, 0, (0, 1), {})]] * 8
    assert len(built) == 1


@pytest.mark.usefixtures("folder")
def test_a_part_of_a_pack_does_not_take_what_is_kept_of_all() -> None:
    whole = pack("a(?=b)", "c(?=d)", "e(?=f)")
    changed = replace(whole.rules[0], pattern="a", unless=("ab",))
    packs = {(0, 3, 6): whole, (6,): replace(whole, rules=whole.rules[2:]), (9,): replace(whole, rules=(changed,))}
    for starts, each in packs.items():
        found = Matcher(each).matches("ab cd ef a", "strong").found
        assert [match.start for match in found] == list(starts)


@both_engines
def test_what_is_prepared_is_built_once_and_goes_to_other_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, build = [], prefilter.built
    monkeypatch.setattr(prefilter, "built", lambda *parts: built.append(parts) or build(*parts))
    both = pack("a(?=b)", "c(?=d)")
    weights = zip(both.rules, ("strong", "weak"), strict=True)
    rules = replace(both, rules=tuple(replace(rule, weight=weight) for rule, weight in weights))
    matcher = Matcher(rules)
    matcher.prepare(build=False)
    assert (len(built), list(matcher._natives)) == (0, [])  # noqa: SLF001 - nothing was there
    matcher.prepare()
    assert len(built) == len(matcher._natives) == len(list(folder.iterdir())) == 2  # noqa: SLF001 - one for each weight
    ready = Matcher(rules)
    ready.prepare(build=False)
    sent = pickle.loads(pickle.dumps(ready))  # noqa: S301 - it is ours
    assert sent._natives.keys() == ready._natives.keys() == matcher._natives.keys()  # noqa: SLF001 - from the cache
    assert (sent.engine, sent.fallback) == ("hyperscan", {})
    assert [
        [m.start for m in each.matches("ab cd ab", w).found] for each in (ready, sent) for w in ("strong", "weak")
    ] == [[0, 6], [3]] * 2
    assert len(built) == 2
    alone = pickle.loads(pickle.dumps(Matcher(rules, "regex")))  # noqa: S301 - the same
    assert (alone.engine, alone._natives) == ("regex", {})  # noqa: SLF001 - the same


@each_engine
def test_what_rules_cost_is_counted_the_most_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(n * n / 8 for n in range(99))
    monkeypatch.setattr(match.time, "perf_counter", lambda: next(clock))
    costs = Matcher(pack("a", "b(?=c)", "z"), engine).costs(["aab", "a bc bc", "x"])
    # Of each text one after the other; where nothing is native, each rule has all of it to itself.
    if engine == "hyperscan":
        assert costs == [Cost("gap.0", 2, 3, 0.75), Cost("gap.1", 2, 2, 1.125)][::-1]
    else:
        assert [(cost.rule, cost.candidates, cost.matches) for cost in costs] == [
            ("gap.2", 3, 0),
            ("gap.1", 3, 2),
            ("gap.0", 3, 3),
        ]


@both_engines
def test_the_native_pass_overlooks_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = Matcher(pack("b(?=c)", "a", r"(x)\1"))
    text = "\ud800 bc a xx"
    assert [matcher.overlooks(rule, text) for rule in range(3)] == [False] * 3
    windows = matcher._windows  # noqa: SLF001 - what is broken here
    monkeypatch.setattr(matcher, "_windows", lambda *parts: {0: windows(*parts).get(0, [])})
    assert [matcher.overlooks(rule, text) for rule in range(3)] == [False, True, False]
    assert [matcher.overlooks(rule, "nothing") for rule in (1, 2)] == [False] * 2
    assert not Matcher(pack("a"), "regex").overlooks(0, "a")


@both_engines
def test_over_a_little_text_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    built, build = [], prefilter.built
    monkeypatch.setattr(match, "EAGER", 3)
    monkeypatch.setattr(match, "PATIENCE", 5)
    monkeypatch.setattr(prefilter, "built", lambda *parts: built.append(parts) or build(*parts))
    matcher = Matcher(pack("z(?=y)"))  # which no other test has put into the cache
    rounds = [(len(matcher.matches("zy", "strong").found), len(built)) for _ in range(4)]
    assert rounds == [(1, 0), (1, 0), (1, 1), (1, 1)]


@both_engines
def test_what_another_process_is_making_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    built, build = [], prefilter.built
    for name, value in (("EAGER", 1), ("PATIENCE", 4), ("PAUSE", 3)):
        monkeypatch.setattr(match, name, value)
    monkeypatch.setattr(prefilter, "built", lambda *parts: built.append(parts) or build(*parts))
    rules = pack("q(?=y)")
    name = prefilter.cached_name(rules, [0])
    matcher = Matcher(rules)
    with cache.turn(name) as ours:
        rounds = [(len(matcher.matches("qy", "strong").found), len(built)) for _ in range(6)]
    assert ours
    assert rounds == [(1, 0)] * 6
    assert len(matcher.matches("qy" * 2, "strong").found) == 2
    assert len(built) == 1


def test_a_value_is_made_by_one_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache.turn("a") as first, cache.turn("a") as second, cache.turn("b") as other:
        assert (first, second, other) == (True, False, True)
    with cache.turn("a") as again:
        assert again
        monkeypatch.setattr(cache, "STALE", -1.0)  # whoever made it is gone
        with cache.turn("a") as taken:
            assert taken
    assert list(folder.iterdir()) == []


@each_engine
def test_a_matcher_that_is_let_go_is_gone(engine: Engine) -> None:
    matcher = Matcher(pack("a"), engine)
    assert matcher.matches("a", "strong").found
    seen = weakref.ref(matcher)
    del matcher
    gc.collect()
    assert seen() is None


# --- time ----------------------------------------------------------------------------------------------------------

# None ends in reasonable time on sixty letters.
SLOW = {
    "pattern": "pattern: '(?:a{1,9}){1,40}(?=b[cd])(?!bd)'",
    "short pattern": "pattern: 'a(?:a(?!c)|a(?!d)|a(?!e)){15}(?=b[cd])(?!bd)'",
    "pattern without native form": r"pattern: '(?:a{1,9}){1,40}(b)\1'",
    "unless": "pattern: '个(?=a)'\n    unless: '个(?:a{1,9}){1,40}c'",
}


@each_engine
@pytest.mark.parametrize("lines", SLOW.values(), ids=list(SLOW))
def test_a_rule_that_runs_away_is_stopped_and_named(
    engine: Engine, lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expression, "TIME_LIMIT", 0.05)
    file = tmp_path / "slow.yaml"
    one = "    kind: gap\n    slot: text\n    severity: error\n    message: m\n    hits: ['[|x|]']\n    misses: [y]\n"
    file.write_text(
        f"rules:\n  - id: gap.slow\n{one}    {lines}\n  - id: gap.quick\n{one}    pattern: 次\n", encoding="utf-8"
    )
    record = Scanner(rules=[file], default_rules=False, engine=engine).scan(f"次个{'a' * 60}bd次")
    assert record.stopped == [Stopped("gap.slow", "time")]
    assert [(f.rule, f.start) for f in record.findings] == [("gap.quick", 0), ("gap.quick", 64)]


@each_engine
def test_the_limit_is_for_a_whole_document(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expression, "TIME_LIMIT", 0.05)
    # One place takes a millisecond or two.
    text = f"x{'a' * 16}bd " * 1500
    assert Matcher(pack("x(?:a{1,3}){1,40}(?=b[cd])(?!bd)"), engine).matches(text, "strong").stopped == [0]


# --- the cache -----------------------------------------------------------------------------------------------------

RULES = """\
rules:
  - id: gap.number
    kind: gap
    slot: number
    severity: error
    message: no number
    pattern: '(?<=新建)(?<hole>)个'
    hits: ['新建[||]个']
    misses: [新建3个]
"""
TEXT = "全市新建个社区食堂。"
FINDING = ("gap.number", (4, 4))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, in use."""
    monkeypatch.setenv("REDACTSCAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")
    return file


def finds(rules: Path) -> bool:
    """Say whether a new scanner works, as in a new process."""
    lazy.compiled.cache_clear()
    (finding,) = Scanner(rules=[rules], default_rules=False, engine=ENGINES[0]).scan(TEXT).findings
    return (finding.rule, finding.hole) == FINDING


def kept(folder: Path) -> dict[str, bytes | None]:
    return {file.name: cache.load(file.name) for file in folder.iterdir()}


DAMAGE = {
    "empty": lambda _: b"",
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"\0",
    "a bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "other": lambda _: b"not ours\n" * 99,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_cache_is_built_anew(damage: object, folder: Path, rules: Path) -> None:
    assert finds(rules)
    before = kept(folder)
    assert before
    for file in folder.iterdir():
        file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    assert set(kept(folder).values()) == {None}
    assert finds(rules)
    assert kept(folder).keys() == before.keys()
    assert None not in kept(folder).values()


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x80", b"\x93\xc4\x04junk\x80\x80"])
def test_a_sound_cache_of_something_else_is_built_anew(body: bytes, folder: Path, rules: Path) -> None:
    assert finds(rules)
    names = list(kept(folder))
    for name in names:
        cache.store(name, body)
    assert finds(rules)
    assert sorted(kept(folder)) == sorted(names)
    assert body not in [bytes(value or b"none") for value in kept(folder).values()]


def test_the_second_time_comes_from_the_cache(folder: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finds(rules)
    files = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    for module, name in ((prefilter, "built"), (sys.modules["redactscan.rule"], "_parsed")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("built again"))
    assert finds(rules)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == files


def test_other_rules_are_other_entries(folder: Path, rules: Path) -> None:
    assert finds(rules)
    before = set(kept(folder))
    rules.write_text(RULES.replace("新建)", "另建)").replace("新建", "另建"), encoding="utf-8")
    assert Scanner(rules=[rules], default_rules=False).scan(TEXT).findings == []
    assert set(kept(folder)) > before


def test_an_empty_name_turns_the_cache_off(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACTSCAN_CACHE", "")
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert cache.folder() is None
    assert finds(rules)
    assert list(tmp_path.iterdir()) == [rules]


def test_a_folder_that_cannot_be_used_is_no_error(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACTSCAN_CACHE", str(rules / "below a file"))
    assert finds(rules)
    cache.store("name", b"body")
    assert cache.load("name") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for this user")
def test_a_folder_that_is_read_only_is_no_error(folder: Path, rules: Path) -> None:
    folder.mkdir(mode=0o500)
    assert finds(rules)
    assert list(folder.iterdir()) == []


def test_two_processes_may_write_at_once(folder: Path, rules: Path) -> None:
    made = f"Scanner(rules=[{str(rules)!r}], default_rules=False)"
    script = f"from redactscan import Scanner\nprint({made}.scan({TEXT!r}).findings)"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    first, second = (process.communicate() for process in started)
    assert first == second
    assert b"gap.number" in first[0]
    assert first[1] == b""
    assert [process.returncode for process in started] == [0, 0]
    assert None not in kept(folder).values()
    assert [name for name in kept(folder) if name.startswith(".")] == []


PLACES = [
    ({"REDACTSCAN_CACHE": "/a"}, "linux", Path("/a")),
    ({"REDACTSCAN_CACHE": ""}, "linux", None),
    ({"XDG_CACHE_HOME": "/b"}, "linux", Path("/b/redactscan")),
    ({"XDG_CACHE_HOME": "", "HOME": "/c", "USERPROFILE": "/c"}, "linux", Path("/c/.cache/redactscan")),
    ({"LOCALAPPDATA": "/d"}, "win32", Path("/d/redactscan")),
]


@pytest.mark.parametrize(("names", "platform", "expected"), PLACES)
def test_where_the_cache_is(
    names: dict[str, str], platform: str, expected: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDACTSCAN_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert cache.folder() == expected


def test_a_key_tells_parts_apart() -> None:
    keys = [cache.key(*parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c", ""), (b"ab", b"d"))]
    assert len(set(keys)) == len(keys)
