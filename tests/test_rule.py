"""The strict reading of rules files: what is refused, with which words, and at which line."""
# ruff: noqa: E501 - a complaint is asserted whole.

from __future__ import annotations

from pathlib import Path

import pytest

from redactscan import RedactscanError
from redactscan.rule import Example, chosen, example, load

GOOD = r"""lists:
  unit: [kg, km]
rules:
  - id: gap.number-before-unit
    kind: gap
    slot: number
    severity: warning
    message: a unit with no number before it
    pattern: '(?<=about )(?<hole>)\L<unit>'
    hits: ['about [||]kg']
    misses: ['about 3 kg']
"""

RULE = "gap.number-before-unit"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDACTSCAN_CACHE", "")


def complaint(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    Path("r.yaml").write_bytes(data)
    with pytest.raises(RedactscanError) as error:
        load(["r.yaml"], default=False)
    return str(error.value)


def test_a_good_file_is_read() -> None:
    Path("r.yaml").write_text(GOOD)
    pack = load(["r.yaml"], default=False)
    (rule,) = pack.rules
    assert (rule.id, rule.source, rule.weight, rule.at) == (RULE, "r.yaml:4", "strong", "anywhere")
    assert pack.lists == {"unit": ("kg", "km")}


# Each is the good file with one thing changed, and the whole of what is said about it.
CHANGES = [
    ("severity: warning", "severty: warning", f"r.yaml:7: {RULE}: unknown key 'severty'; did you mean 'severity'?"),
    ("    slot: number\n", "", f"r.yaml:4: {RULE}: the key 'slot' is missing"),
    ("    message: a unit with no number before it\n", "", f"r.yaml:4: {RULE}: the key 'message' is missing"),
    ("    misses: ['about 3 kg']\n", "", f"r.yaml:4: {RULE}: the key 'misses' is missing"),
    ("  - id: gap.number-before-unit\n    kind", "  - kind", "r.yaml:4: (no id): the key 'id' is missing"),
    ("    pattern: '(?<=about )(?<hole>)\\L<unit>'\n", "", f"r.yaml:4: {RULE}: the key 'pattern' is missing, or empty"),
    (r"'(?<=about )(?<hole>)\L<unit>'", "''", f"r.yaml:9: {RULE}: the key 'pattern' is missing, or empty"),
    ("hits:", "check: cut-end\n    hits:", f"r.yaml:9: {RULE}: the check 'cut-end' reads the text itself, and takes no pattern"),
    ("slot: number", "slot: number\n    slot: date", f"r.yaml:7: {RULE}: the key 'slot' is given twice"),
    ("lists:", "rules: []\nlists:", "r.yaml:4: the key 'rules' is given twice"),
    ("lists:", "list:", "r.yaml:1: unknown key 'list'; did you mean 'lists'?"),
    ("[kg, km]", "[kg, km, kg]", "r.yaml:2: the list 'unit' has 'kg' twice"),
    ("[kg, km]", "[]", "r.yaml:2: the list 'unit' has no words, or an empty one"),
    ("[kg, km]", "[kg, '']", "r.yaml:2: the list 'unit' has no words, or an empty one"),
    ("[kg, km]", "{kg: km}", "r.yaml:2: a list is wanted here, not a mapping"),
    ("  unit: [kg, km]", "  unit: [kg]\n  unit: [km]", "r.yaml:3: the key 'unit' is given twice"),
    (r"\L<unit>", r"\L<unita>", f"r.yaml:9: {RULE}: the list 'unita' is not defined; did you mean 'unit'?"),
    (r"\L<unit>", "(kg", f"r.yaml:9: {RULE}: the pattern is not valid: missing ) at position 23"),
    (r"\L<unit>", r"(?<missing>\d+)", f"r.yaml:9: {RULE}: a pattern with an amount needs `unit:`"),
    ("hits:", "unless: '['\n    hits:", f"r.yaml:10: {RULE}: the pattern is not valid: unterminated character set at position 1"),
    ("hits:", "unless: '\\L<no>'\n    hits:", f"r.yaml:10: {RULE}: the list 'no' is not defined"),
    ("about [||]kg", "about kg", f"r.yaml:10: {RULE}: a hit marks its hole with [| and |]"),
    ("about [||]kg", "about [|kg", f"r.yaml:10: {RULE}: a mark [| is not closed by |]"),
    ("about 3 kg", "about [||]3 kg", f"r.yaml:11: {RULE}: a miss has no hole to mark"),
    ("['about 3 kg']", "[]", f"r.yaml:11: {RULE}: a rule needs at least one of its misses"),
    ("['about 3 kg']", "{a: b}", f"r.yaml:11: {RULE}: a list is wanted here, not a mapping"),
    ("slot: number", "slot: numbers", f"r.yaml:6: {RULE}: slot is 'numbers'; it is one of number, date, place, person, organization, name, contact, text, unknown"),
    ("severity: warning", "severity: fatal", f"r.yaml:7: {RULE}: severity is 'fatal'; it is one of error, warning, note"),
    ("severity: warning", "severity: [warning]", f"r.yaml:7: {RULE}: a text is wanted here, not a sequence"),
    ("hits:", "outside: [fence, codes]\n    hits:", f"r.yaml:10: {RULE}: outside has 'codes'; each is one of fence, inline-code, url, mail-header, front-matter, math, contents"),
    ("hits:", "quiet: poem\n    hits:", f"r.yaml:10: {RULE}: quiet has 'poem'; each is one of prose, form, exam, code, log, transcript, edition"),
    ("hits:", "languages: [zh, tlh]\n    hits:", f"r.yaml:10: {RULE}: languages has 'tlh'; each is one of zh, ja, ko, en"),
    ("hits:", "forms: [no.such]\n    hits:", f"r.yaml:4: {RULE}: no form is called 'no.such'"),
    ("rules:\n  -", "forms: {a.kg: [a]}\nrules:\n  -", "r.yaml:3: a text is wanted here, not a sequence"),
    ("kind: gap", "kind: mask", "r.yaml:4: gap.number-before-unit: the id begins with its kind, here 'mask'"),
    ("id: gap.number-before-unit", "id: gap.Number", "r.yaml:4: gap.Number: an id is written kind.what-is-seen, in small letters, digits, - and ."),
    ("hits: ['about [||]kg']", "hits: [&a 'about [||]kg', *a]", f"r.yaml:10: {RULE}: anchors and aliases are not for rules files; write it out"),
    ("rules:\n  -", "rules:\n   ", "r.yaml:4: a list is wanted here, not a mapping"),
    ("rules:", "rules:\n  - just a text", "r.yaml:4: (no id): a mapping is wanted here, not a scalar"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES, ids=[new[:30] or old[:30] for old, new, _ in CHANGES])
def test_a_fault_is_named_with_file_line_and_id(old: str, new: str, expected: str) -> None:
    assert GOOD.count(old) == 1
    assert complaint(GOOD.replace(old, new)) == expected


FILES = [
    ("nothing", b"", "r.yaml:1: the file is empty; it wants `rules:` or `lists:`"),
    ("a comment", b"# rules\n", "r.yaml:1: the file is empty; it wants `rules:` or `lists:`"),
    ("no keys", b"{}", "r.yaml:1: neither `rules:` nor `lists:` is here"),
    ("a list", b"- a\n- b\n", "r.yaml:1: a mapping is wanted here, not a sequence"),
    (
        "not YAML",
        b"rules:\n  - id: [\n",
        "r.yaml:3: not valid YAML: expected the node content, but found '<stream end>'",
    ),
    ("a tab", b"rules:\n\t- id: a\n", "r.yaml:2: not valid YAML: found character '\\t' that cannot start any token"),
    ("two documents", b"rules: []\n---\nrules: []\n", "r.yaml:2: not valid YAML: but found another document"),
    ("an unknown alias", b"rules: *a\n", "r.yaml:1: not valid YAML: found undefined alias 'a'"),
    ("not UTF-8", b"rules: \xff\n", "r.yaml: not UTF-8 at byte 7"),
]


@pytest.mark.parametrize(("data", "expected"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_a_file_that_is_no_rules_file_is_named(data: bytes, expected: str) -> None:
    assert complaint(data) == expected


def test_scalars_stay_what_was_written() -> None:
    Path("r.yaml").write_text(GOOD.replace("[kg, km]", "[no, 012, 1:30, null, 1e3]").replace("about 3 kg", "no"))
    pack = load(["r.yaml"], default=False)
    assert pack.lists["unit"] == ("no", "012", "1:30", "null", "1e3")
    assert pack.rules[0].misses == ("no",)


def test_a_list_may_be_words_apart_by_spaces() -> None:
    Path("r.yaml").write_text(GOOD.replace("[kg, km]", "kg km\n    mm"))
    assert load(["r.yaml"], default=False).lists["unit"] == ("kg", "km", "mm")


# --- several files -----------------------------------------------------------------------------------------------


def test_files_share_their_lists_and_keep_their_order() -> None:
    lists, rules = GOOD.split("rules:")
    Path("b").mkdir()
    Path("b/lists.yml").write_text(lists)
    Path("b/a.yaml").write_text("rules:" + rules)
    Path("b/notes.txt").write_text("not rules")
    pack = load(["b"], default=False)
    assert [rule.source for rule in pack.rules] == [f"{Path('b/a.yaml')}:2"]


def test_an_id_is_given_once() -> None:
    lists, rules = GOOD.split("rules:")
    Path("a.yaml").write_text(lists + "rules:" + rules)
    Path("b.yaml").write_text("rules:" + rules)
    with pytest.raises(RedactscanError, match=rf"^b\.yaml:2: {RULE}: this id is taken by a\.yaml:4$"):
        load(["a.yaml", "b.yaml"], default=False)


def test_a_list_is_defined_once() -> None:
    Path("a.yaml").write_text("lists: {unit: [kg]}")
    Path("b.yaml").write_text("lists: {unit: [km]}")
    with pytest.raises(RedactscanError, match=r"^b\.yaml:1: the list 'unit' is defined twice"):
        load(["a.yaml", "b.yaml"], default=False)


def test_a_form_is_defined_once() -> None:
    Path("a.yaml").write_text("forms: {a.kg: a unit}")
    Path("b.yaml").write_text("forms: {a.kg: another}")
    with pytest.raises(RedactscanError, match=r"^b\.yaml:1: the form 'a\.kg' stands in two files$"):
        load(["a.yaml", "b.yaml"], default=False)


PATHS = [
    (["no.yaml"], "no.yaml: no such file or folder; --rules wants a YAML file or a folder of them"),
    (["empty"], "empty: no .yaml file in this folder"),
    ([], "no rules are left: give some with --rules, or leave out --no-default-rules"),
]


@pytest.mark.parametrize(("paths", "expected"), PATHS)
def test_rules_that_are_not_there_are_an_error(paths: list[str], expected: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(RedactscanError) as error:
        load(paths, default=False)
    assert str(error.value) == expected


def test_the_cache_gives_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACTSCAN_CACHE", str(tmp_path / "cache"))
    Path("r.yaml").write_text(GOOD)
    first = load(["r.yaml"], default=False)
    assert list((tmp_path / "cache").iterdir())
    assert load(["r.yaml"], default=False) == first
    Path("r.yaml").write_text(GOOD.replace("[kg, km]", "[kg]"))
    assert load(["r.yaml"], default=False).lists == {"unit": ("kg",)}


# --- examples and choices ----------------------------------------------------------------------------------------

MARKED = [
    ("a [|*|] b", Example("a * b", ((2, 3),))),
    ("a[||]b[|c|]", Example("abc", ((1, 1), (2, 3)))),
    ("no mark", Example("no mark", ())),
    ("not |] a mark [ | ]", Example("not |] a mark [ | ]", ())),
    ("[|a [| b|]", Example("a [| b", ((0, 6),))),
]


@pytest.mark.parametrize(("marked", "expected"), MARKED, ids=[marked for marked, _ in MARKED])
def test_marks_are_read(marked: str, expected: Example) -> None:
    assert example(marked) == expected


CHOICES = [
    ([], [], {"gap.a", "gap.b", "mask.a"}),
    (["gap"], [], {"gap.a", "gap.b"}),
    (["gap.a", "mask"], [], {"gap.a", "mask.a"}),
    ([], ["mask."], {"gap.a", "gap.b"}),
    (["gap"], ["gap.b"], {"gap.a"}),
    (["gap"], ["gap"], set()),
]


@pytest.mark.parametrize(("select", "ignore", "expected"), CHOICES)
def test_rules_are_chosen_by_id_prefix_or_kind(select: list[str], ignore: list[str], expected: set[str]) -> None:
    lists, rules = GOOD.split("rules:")
    copies = [rules.replace(RULE, "gap.a"), rules.replace(RULE, "gap.b")]
    copies.append(rules.replace(RULE, "mask.a").replace("kind: gap", "kind: mask"))
    Path("r.yaml").write_text(f"{lists}rules:{''.join(copies)}")
    assert chosen(load(["r.yaml"], default=False), select, ignore) == expected


def test_a_choice_that_fits_no_rule_is_refused() -> None:
    Path("r.yaml").write_text(GOOD)
    pack = load(["r.yaml"], default=False)
    with pytest.raises(RedactscanError, match=r"^--ignore gap\.nubmer-before-unit: no rule is called so; did you mean"):
        chosen(pack, [], ["gap.nubmer-before-unit"])
