"""Texts cleaned: what goes, what stands in a hole, and the map back, whatever the findings."""
# ruff: noqa: E501 - cases are tables.

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from redactscan import RedactscanError, Scanner, clean, cli
from redactscan.record import Finding

if TYPE_CHECKING:
    from redactscan.record import Kind, Record

RULES = r"""
rules:
  - {id: mask.stars, kind: mask, slot: person, severity: warning, message: stars, pattern: '\*{3}',
     hits: ['Dear [|***|],'], misses: ['Dear Ann,']}
  - {id: placeholder.key, kind: placeholder, slot: name, severity: warning, message: key, pattern: '(?<hole>\[(?<key>[A-Z]+_\d)\])',
     hits: ['Dear [|[PERSON_1]|],'], misses: ['Dear [Ann],']}
  - {id: gap.percent, kind: gap, slot: number, severity: warning, message: no number, pattern: '(?<= by )(?<hole>)%',
     hits: ['grew by [||]%'], misses: ['grew by 3%']}
  - {id: truncation.cut, kind: truncation, slot: text, severity: error, message: cut, pattern: '\(cut\)',
     hits: ['to be [|(cut)|]'], misses: [to be]}
  - {id: boilerplate.share, kind: boilerplate, severity: warning, message: share, pattern: 'Share this\n?',
     hits: ["[|Share this|]"], misses: [share that]}
"""


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    file = tmp_path_factory.mktemp("rules") / "rules.yaml"
    file.write_text(RULES)
    return Scanner(rules=[file], default_rules=False)


TEXT = "Share this\nDear ***,\r\n[PERSON_1] grew by %, 县\n(cut)"
CASES = [
    (TEXT, "<{SLOT}>", "Dear <PERSON>,\r\n<NAME> grew by <NUMBER>%, 县\n"),
    (TEXT, "[{slot}/{kind}/{rule}/{key}/{text}]", "Dear [person/mask/mask.stars//***],\r\n[name/placeholder/placeholder.key/PERSON_1/[PERSON_1]] grew by [number/gap/gap.percent//%]%, 县\n"),
    (TEXT, "{{}}", "Dear {},\r\n{} grew by {}%, 县\n"),
    (TEXT, "", "Dear ,\r\n grew by %, 县\n"),
    (TEXT, None, "Dear ***,\r\n[PERSON_1] grew by %, 县\n"),
    ("All is well.", "<{SLOT}>", "All is well."),
    ("", "<{SLOT}>", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "template", "cleaned"), CASES)
def test_furniture_and_notes_go_and_holes_are_marked(
    text: str, template: str | None, cleaned: str, scanner: Scanner
) -> None:
    assert clean(text, scanner.scan(text), template).text == cleaned


def test_the_map_leads_back(scanner: Scanner) -> None:
    cleaned = clean(TEXT, scanner.scan(TEXT))
    assert cleaned.map == ((0, 11, 5), (13, 19, 3), (22, 32, 9), (39, 41, 5))
    assert [cleaned.old(at) for at in (0, 4, 5, 9, 13, 16, 22, 39, 44)] == [11, 15, 16, 16, 19, 22, 32, 41, 46]
    assert cleaned.edits == ("furniture", "holes: person", "holes: name", "holes: number", "notes")


@pytest.mark.parametrize("template", ["{sloth}", "{", "{slot!r}", "{slot:>9}", "{}", "{slot.x}", "{0}"])
def test_a_template_that_says_nothing_of_a_hole_is_refused(template: str, scanner: Scanner) -> None:
    with pytest.raises(RedactscanError, match=r"^--template '"):
        clean("", scanner.scan(""), template)


# --- whatever the findings ---------------------------------------------------------------------------------------

KINDS: list[Kind] = ["mask", "gap", "placeholder", "truncation", "omission", "boilerplate"]


def finding(text: str, kind: Kind, start: int, length: int, severity: str) -> Finding:
    end = min(len(text), start + length)
    hole = None if kind in ("boilerplate", "omission") else (start, end)
    return Finding("mask.x", kind, "number", severity, 1.0, start, end, hole, text[start:end], 1, 1, "")  # type: ignore[arg-type]


@st.composite
def scanned(draw: st.DrawFn) -> tuple[str, Record]:
    text = draw(st.text("ab*% \r\n县\ud83d\U0001f600", max_size=30))
    places = st.tuples(
        st.sampled_from(KINDS), st.integers(0, len(text)), st.integers(0, 6), st.sampled_from(["warning", "note"])
    )
    found = [finding(text, *place) for place in draw(st.lists(places, max_size=8))]
    return text, replace(EMPTY, findings=found)


EMPTY = Scanner(engine="regex").scan("")


@given(scanned(), st.sampled_from(["<{SLOT}>", "", None]))
def test_what_is_outside_of_holes_is_untouched_and_the_map_is_monotone(
    case: tuple[str, Record], template: str | None
) -> None:
    text, record = case
    cleaned = clean(text, record, template)
    gone = set[int]()
    for each in record.findings:
        ends = each.hole or (each.start, each.end)
        removed = each.kind in ("boilerplate", "truncation") or (template is not None and each.kind != "omission")
        if removed and each.severity != "note":
            gone |= set(range(*ends))
    kept = [n for piece in cleaned.map for n in range(piece.old, piece.old + piece.length)]
    assert kept == [n for n in range(len(text)) if n not in gone]
    for piece in cleaned.map:
        assert piece.length > 0
        assert cleaned.text[piece.new : piece.new + piece.length] == text[piece.old : piece.old + piece.length]
    for before, after in zip(cleaned.map, cleaned.map[1:], strict=False):
        assert before.new + before.length <= after.new
        assert before.old + before.length <= after.old
    back = [cleaned.old(at) for at in range(len(cleaned.text) + 1)]
    assert back == sorted(back)
    assert all(0 <= at <= len(text) for at in back)


# --- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


def files(folder: str) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p for p in sorted(Path(folder).rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".")}


CLEANED = CASES[0][2]
MAP = [[0, 11, 5], [13, 19, 3], [22, 32, 9], [39, 41, 5]]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_documents_and_records_are_cleaned_in_their_folders(jobs: str) -> None:
    Path("in/d").mkdir(parents=True)
    Path("in/a.txt").write_bytes(TEXT.encode("utf-16"))
    Path("in/d/b.html").write_text("<p>Dear ***,</p>")
    Path("in/whole.md").write_bytes(b"\xef\xbb\xbfDear Ann,\r\n")
    lines = [
        f'{{"id":1.0, "text" : {json.dumps(TEXT)}, "a\\/b":[]}}\n',
        '{"text":"Dear Ann,"}\r\n',
        "oops\n",
        '{"a":"***","doc":{"text":2},"text":"***"}',
    ]
    Path("in/c.jsonl").write_text("".join(lines), newline="")
    pq.write_table(pa.table({"n": [1, 2, 3], "text": [TEXT, None, "Dear Ann,"]}), "in/d/e.parquet")
    Path("in/f.csv").write_text('id,text,n\n1,"Dear ***, ""you""",2\n2,***,3\n')
    result = run("clean", "in", "--out", "out", "--map", "--jobs", jobs)
    assert result.exit_code == 2
    assert (
        result.stderr
        == "redactscan: in/c.jsonl:3: not JSON: Expecting value at character 1\nredactscan: in/d/e.parquet:2: the column 'text' is null\nredactscan: 10 scanned, 2 failed\n"
    )
    made = files("out")
    assert list(made) == [
        "a.txt",
        "a.txt.map.json",
        "c.jsonl",
        "d/b.html.txt",
        "d/b.html.txt.map.json",
        "d/e.parquet",
        "f.csv",
        "whole.md",
        "whole.md.map.json",
    ]
    assert (made["a.txt"].decode(), json.loads(made["a.txt.map.json"])) == (CLEANED, MAP)
    assert (made["d/b.html.txt"], made["whole.md"]) == (b"Dear <PERSON>,", b"Dear Ann,\r\n")
    assert made["c.jsonl"].decode() == "".join([
        f'{{"id":1.0, "text" : {json.dumps(CLEANED, ensure_ascii=False)}, "a\\/b":[],"redactscan_map":{json.dumps(MAP, separators=(",", ":"))}}}\n',
        '{"text":"Dear Ann,","redactscan_map":[[0,0,9]]}\r\n', "oops\n", '{"a":"***","doc":{"text":2},"text":"<PERSON>","redactscan_map":[]}',
    ])  # fmt: skip
    table = pq.read_table("out/d/e.parquet")
    assert table.to_pylist() == [
        {"n": 1, "text": CLEANED, "redactscan_map": MAP}, {"n": 2, "text": None, "redactscan_map": None}, {"n": 3, "text": "Dear Ann,", "redactscan_map": [[0, 0, 9]]},
    ]  # fmt: skip
    assert made["f.csv"].decode().splitlines() == [
        "id,text,n,redactscan_map",
        '1,"Dear <PERSON>, ""you""",2,"[[0,0,5],[13,8,7]]"',
        '2,"<PERSON>",3,"[]"',
    ]
    assert [line.split() for line in result.stdout.split("\n\n")[1].splitlines()[2:]] == [
        ["holes:", "person", "7"],
        ["furniture", "3"],
        ["holes:", "name", "3"],
        ["holes:", "number", "3"],
        ["notes", "3"],
    ]


@pytest.mark.usefixtures("here")
def test_a_struct_or_another_type_of_text_is_cleaned_in_place() -> None:
    doc = pa.array(
        [{"body": "***", "n": 1}, None, {"body": "Dear", "n": 2}],
        pa.struct([("body", pa.large_string()), ("n", pa.int8())]),
    )
    words = pa.array(["***", "Dear", None]).dictionary_encode()
    pq.write_table(pa.table({"doc": doc, "words": words}), "a.parquet")
    for field, column, expected in (
        ("doc.body", "doc", [{"body": "<PERSON>", "n": 1}, None, {"body": "Dear", "n": 2}]),
        ("words", "words", ["<PERSON>", "Dear", None]),
    ):
        run("clean", "a.parquet", "--out", field, "--text-field", field)
        table = pq.read_table(f"{field}/a.parquet")
        assert table.schema.equals(pq.read_schema("a.parquet"), check_metadata=True)
        assert table[column].to_pylist() == expected


@pytest.mark.usefixtures("here")
def test_what_cannot_be_cleaned_is_said() -> None:
    Path("a.txt").write_text("***")
    assert (
        run("clean", "a.txt", "--out", "b", "--leave", "--template", "x").stderr
        == "redactscan: --leave and --template say different things of a hole; give one of them\n"
    )
    assert run("clean", "a.txt", "--out", "b", "--template", "{x}").exit_code == 2
    Path("b.bin").write_bytes(b"a\0b")
    result = run("clean", "a.txt", "b.bin", "no.txt", "--out", "c")
    assert (result.exit_code, files("c")) == (2, {"a.txt": b"<PERSON>"})
    assert "no.txt: no such file or folder" in result.stderr
