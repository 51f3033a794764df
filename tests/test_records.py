"""Lines of JSON to records: what is read, what is refused and why, and how little of a file is kept."""
# ruff: noqa: E501 - cases are tables.

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from redactscan import RedactscanError, Scanner
from redactscan.corpus import Documents
from redactscan.plan import Always, Plan, Reading
from redactscan.record import Failed, Record, Skipped
from redactscan.records import BadRow, Fields, Reader, Row, blocks


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- one line ----------------------------------------------------------------------------------------------------

READ = [
    (b'{"text": "a"}', Row("a", None)),
    (b'{"id": "x", "more": [1, {"text": "no"}], "text": "a\\n\\u770c"}\r\n', Row("a\n\u770c", "x")),
    (b'{"text": ""}', Row("", None)),
    (b'{"text": "a", "text": "b"}', Row("b", None)),
    (b'{"text": "a", "id": null}', Row("a", None)),
    (b'{"text": "a", "id": 12}', Row("a", "12")),
    (b'{"text": "a", "id": {"oid": ["\xe7\x9c\x8c"]}}', Row("a", '{"oid": ["\u770c"]}')),
    # no strict JSON, but written by many
    (b'\xef\xbb\xbf{"text": "a", "id": 1}', Row("a", "1")),
    (b'{"text": "a", "score": NaN}', Row("a", None)),
    (b'{"text": "\\ud83d cut"}', Row("\ud83d cut", None)),
    (b'{"text": "a\xff\xfeb", "id": 7}', Row("a\ufffd\ufffdb", "7", invalid=2)),
]


@pytest.mark.parametrize(("line", "row"), READ, ids=[repr(line) for line, _ in READ])
def test_a_line_is_a_row(line: bytes, row: Row) -> None:
    assert Reader(Fields()).row(line) == row


REFUSED = [
    (b'{"text": "a"', "not JSON: Expecting ',' delimiter at character 13", None),
    (b"Dear Ann,", "not JSON: Expecting value at character 1", None),
    (b'{"text": "a"} {"text": "b"}', "not JSON: Extra data at character 15", None),
    (b"\x1f\x8b\x08", "not JSON: binary (gzip)", None),
    (b'{"text": ' + b"[" * 100_000, "not read: nested too deeply", None),
    (b"[]", "not an object but a list", None),
    (b"3", "not an object but a number", None),
    (b"{}", "no field 'text'; --text-field names another", None),
    (b'{"id": 3, "body": "a"}', "no field 'text'; --text-field names another ('id', 'body')", "3"),
    (json.dumps(dict.fromkeys("abcdefghij")).encode(), "no field 'text'; --text-field names another ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', \u2026)", None),
    (b'{"text": null, "id": "x"}', "the field 'text' is not a string but null", "x"),
    (b'{"text": ["a"]}', "the field 'text' is not a string but a list", None),
    (b'{"text": 1}', "the field 'text' is not a string but a number", None),
    (b'{"text": true}', "the field 'text' is not a string but true or false", None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "why", "row_id"), REFUSED, ids=[why for _, why, _ in REFUSED])
def test_a_line_without_a_text_says_why(line: bytes, why: str, row_id: str | None) -> None:
    with pytest.raises(BadRow) as bad:
        Reader(Fields()).row(line)
    assert (str(bad.value), bad.value.id) == (why, row_id)


PATHS = [
    (Fields("body", "key"), b'{"key": "x", "body": "a", "id": 1}', Row("a", "x")),
    (Fields("raw text", "class"), b'{"class": "x", "raw text": "a"}', Row("a", "x")),
    (Fields("doc.body.text", "doc.id"), b'{"id": 1, "doc": {"body": {"text": "a"}, "id": "x"}}', Row("a", "x")),
    (Fields("doc.body.text", "meta.id"), b'{"doc": {"body": {"text": "a"}}}', Row("a", None)),
    (Fields("doc.text", "meta.id"), b'{"meta": null, "doc": {"text": "a"}}', Row("a", None)),
    (Fields("text", "text"), b'{"text": "a"}', Row("a", "a")),
    (Fields("text", "text.id"), b'{"text": "a"}', Row("a", None)),
]


@pytest.mark.parametrize(("fields", "line", "row"), PATHS, ids=[".".join(fields) for fields, _, _ in PATHS])
def test_fields_are_found_by_name_or_path(fields: Fields, line: bytes, row: Row) -> None:
    assert Reader(fields).row(line) == row


def test_lines_may_be_in_another_encoding() -> None:
    line = '{"text": "\u5c97", "id": "\u770c"}'.encode("gb18030")
    assert Reader(Fields(), "gb18030").row(line) == Row("\u5c97", "\u770c", "gb18030")


@pytest.mark.parametrize("field", ["", "a..b", ".a", "a."])
def test_a_path_without_a_name_is_refused(field: str) -> None:
    with pytest.raises(RedactscanError, match=r"^--text-field '.*': not a name"):
        Reader(Fields(text=field))


# --- a file ------------------------------------------------------------------------------------------------------


class Cut(NamedTuple):
    """What a file holds, and its lines by number; None for one of more than five bytes."""

    data: bytes
    lines: dict[int, bytes | None]


CUTS = [
    Cut(b"", {}),
    Cut(b"a", {1: b"a"}),
    Cut(b"a\n", {1: b"a\n"}),
    Cut(b"\n\na\r\nb", {1: b"\n", 2: b"\n", 3: b"a\r\n", 4: b"b"}),
    Cut(b"12345\n12345", {1: b"12345\n", 2: b"12345"}),
    Cut(b"123456\na\n", {1: None, 2: b"a\n"}),
    Cut(b"a\n123456789012345678901", {1: b"a\n", 2: None}),
    Cut(b"123456\n123456\n", {1: None, 2: None}),
]


@pytest.mark.parametrize("size", [1, 4, 7, 1000])
@pytest.mark.parametrize("cut", CUTS, ids=[repr(cut.data) for cut in CUTS])
def test_a_file_comes_in_blocks_of_lines(cut: Cut, size: int) -> None:
    found = list(blocks(io.BytesIO(cut.data), 5, size))
    assert {n: line for block in found for n, line in enumerate(block.lines, block.first)} == cut.lines
    assert len(found) <= 1 or len(found[0].lines) <= size


def test_a_file_is_read_as_it_is_used() -> None:
    file = io.BytesIO(b'{"text": "a"}\n' * 1000)
    next(blocks(file, 100, 140))
    assert file.tell() == 140


class Case(NamedTuple):
    """Files, how they are read, and of each entry its path, its id, and what became of it."""

    name: str
    files: dict[str, str]
    reading: Reading
    outcomes: list[tuple[str, str | None, str]]


TWO = '{"id": "x", "text": "Dear ***,"}\n\n{"id": "y", "text": "Dear Ann,"}\n'
CASES = [
    Case("by its name", {"a.jsonl": TWO}, Reading(), [("a.jsonl:1", "x", "damaged"), ("a.jsonl:3", "y", "whole")]),
    Case("by its other name", {"a.NDJSON": '{"text": ""}'}, Reading(), [("a.NDJSON:1", None, "stub")]),
    Case("not by others", {"a.json": TWO}, Reading(), [("a.json", None, "damaged")]),
    Case("as text", {"a.jsonl": TWO}, Reading(form="text"), [("a.jsonl", None, "damaged")]),
    Case("whatever the name", {"a": '{"text": "Dear"}'}, Reading(form="jsonl"), [("a:1", None, "whole")]),
    Case("among files", {"a.txt": "Dear", "b.jsonl": TWO, "c.txt": "Ann"}, Reading(), [
        ("a.txt", None, "whole"), ("b.jsonl:1", "x", "damaged"), ("b.jsonl:3", "y", "whole"), ("c.txt", None, "whole"),
    ]),
    Case("a bad one among good ones", {"a.jsonl": '{"text": "Dear"}\n{"id": 2, "text": 3}\nDear\n{"text": "Ann"}'}, Reading(), [
        ("a.jsonl:1", None, "whole"),
        ("a.jsonl:2", "2", "the field 'text' is not a string but a number"),
        ("a.jsonl:3", None, "not JSON: Expecting value at character 1"),
        ("a.jsonl:4", None, "whole"),
    ]),
    Case("a large one among small ones", {"a.jsonl": f'{{"text": "{"Dear " * 9}"}}\n{{"text": "Ann"}}'}, Reading(max_bytes=20), [
        ("a.jsonl:1", None, "larger than the limit of 20 bytes (--max-bytes)"), ("a.jsonl:2", None, "whole"),
    ]),
    Case("empty", {"a.jsonl": ""}, Reading(), [("a.jsonl", None, "no record in this file")]),
    Case("only empty lines", {"a.jsonl": "\n \n"}, Reading(), [("a.jsonl", None, "no record in this file")]),
]  # fmt: skip


def outcome(entry: Record | Failed | Skipped) -> tuple[str | None, str | None, str]:
    if isinstance(entry, Record):
        return entry.path, entry.id, entry.verdict
    return entry.path, entry.id, entry.error if isinstance(entry, Failed) else entry.skipped


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_record_has_an_entry(case: Case, scanner: Scanner) -> None:
    for name, content in case.files.items():
        Path(name).write_bytes(content.encode())
    assert [outcome(item.entry) for item in Documents(["."], Always(Plan(scanner, case.reading)))] == case.outcomes


def test_a_record_is_scanned_as_its_text_would_be(scanner: Scanner) -> None:
    text = "Dear ***,\r\n\u770c *** Ann"
    Path("a.jsonl").write_text(json.dumps({"text": text}))
    (item,) = Documents(["a.jsonl"], Always(Plan(scanner)))
    assert (item.text, item.entry) == (text, scanner.scan(text, path="a.jsonl:1"))


def test_a_file_of_records_that_is_not_there(scanner: Scanner) -> None:
    found = [outcome(item.entry) for item in Documents(["no.jsonl"], Always(Plan(scanner)))]
    assert found == [("no.jsonl", None, "no such file or folder")]
