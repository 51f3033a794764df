"""Files of records in every format: the same rows come out of each, and what is wrong with one is said."""
# ruff: noqa: ANN401, E501 - options are any; cases are tables.

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from click.testing import CliRunner, Result
from stars import RULES

from redactscan import Scanner, cli
from redactscan.corpus import Documents
from redactscan.plan import Always, Plan, Reading
from redactscan.record import Failed, Record, Skipped
from redactscan.records import Fields
from redactscan.shard import held, opened

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def outcomes(scanner: Scanner, *paths: str, **reading: Any) -> list[tuple[str | None, str | None, str]]:
    """Return of each entry its path, its id, and what became of it."""
    return [outcome(item.entry) for item in Documents(paths, Always(Plan(scanner, Reading(**reading))))]


def outcome(entry: Record | Failed | Skipped) -> tuple[str | None, str | None, str]:
    if isinstance(entry, Record):
        return entry.path, entry.id, entry.verdict
    return entry.path, entry.id, entry.error if isinstance(entry, Failed) else entry.skipped


# --- the same rows in each format --------------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {"n": 1, "text": 'Dear ***,\r\n"you", \u770c', "id": "x"},
    {"n": 2, "text": "Dear Ann,", "id": "y"},
    {"n": 3, "text": "", "id": None},
]
VERDICTS = [("x", "damaged"), ("y", "whole"), (None, "stub")]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def table(separator: str, rows: list[dict[str, Any]]) -> bytes:
    def cell(value: object) -> str:
        shown = "" if value is None else str(value)
        return '"' + shown.replace('"', '""') + '"' if set(shown) & set('"\r\n,\t') else shown

    return "".join(
        f"{separator.join(map(cell, row))}\n" for row in [list(rows[0]), *(r.values() for r in rows)]
    ).encode()


def parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, **options)
    return out.getvalue()


def arrow(begin: Callable[..., Any], rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    made = pa.Table.from_pylist(rows)
    with begin(out, made.schema) as writer:
        writer.write_table(made, 2)
    return out.getvalue()


def frames(data: bytes) -> bytes:
    """Return two frames of Zstandard: some programs write a file in many."""
    half = len(data) // 2
    return zstandard.compress(data[:half]) + zstandard.compress(data[half:])


FILES: dict[str, tuple[bytes, int]] = {
    "a.jsonl": (lines(ROWS), 1),
    "a.JSONL.gz": (gzip.compress(lines(ROWS)), 1),
    "a.ndjson.bz2": (bz2.compress(lines(ROWS)), 1),
    "a.jsonl.xz": (lzma.compress(lines(ROWS)), 1),
    "a.jsonl.zst": (frames(lines(ROWS)), 1),
    "a.csv": (table(",", ROWS), 2),
    "b.csv": (b"\xef\xbb\xbf" + table(";", ROWS), 2),
    "a.tsv.gz": (gzip.compress(table("\t", ROWS)), 2),
    "a.parquet": (parquet(ROWS), 1),
    "b.parquet": (parquet(ROWS, row_group_size=1, compression="zstd"), 1),
    "c.parquet": (parquet(ROWS, use_dictionary=True, data_page_version="2.0"), 1),
    "a.arrow": (arrow(pa.ipc.new_file, ROWS), 1),
    "a.arrows": (arrow(pa.ipc.new_stream, ROWS), 1),
}
"""Each file, and the number of its first row."""


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", FILES)
def test_a_row_is_the_same_in_every_format(name: str, jobs: int, scanner: Scanner) -> None:
    data, first = FILES[name]
    Path(name).write_bytes(data)
    found = list(Documents([name], Always(Plan(scanner, Reading(form="records"))), jobs))
    assert [outcome(item.entry) for item in found] == [(f"{name}:{n}", *v) for n, v in enumerate(VERDICTS, first)]
    assert [item.text for item in found] == [row["text"] for row in ROWS]


HELD = [
    ("a.jsonl", "auto", "jsonl"),
    ("a.csv", "auto", None),
    ("a.csv", "records", "csv"),
    ("a.csv.zst", "records", "csv"),
    ("a.parquet", "auto", "parquet"),
    ("a.parquet.gz", "records", None),
    ("a.json", "records", None),
    ("a.txt", "records", None),
    ("a.jsonl", "text", None),
    ("a.txt", "parquet", "parquet"),
]


@pytest.mark.parametrize(("name", "form", "expected"), HELD)
def test_the_name_or_the_user_tells_the_format(name: str, form: Any, expected: str | None) -> None:
    assert held(name, form) == expected


def test_a_parquet_file_is_one_record_each_in_a_folder_of_shards(scanner: Scanner) -> None:
    for name in ("d/a.parquet", "d/b/c.jsonl.gz"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(FILES[{"a": "a.parquet", "c": "a.JSONL.gz"}[Path(name).name[0]]][0])
    expected = [f"{name}:{n}" for name in ("d/a.parquet", "d/b/c.jsonl.gz") for n in (1, 2, 3)]
    assert [path for path, *_ in outcomes(scanner, "d")] == expected
    assert [path for path, *_ in outcomes(scanner, "d/**/*.*")] == expected


# --- where the text is, and what is wrong ------------------------------------------------------------------------

NESTED = [{"doc": {"body": "Dear ***,", "more": 1}, "meta.key": 7}, {"doc": None, "meta.key": 8}]


@pytest.mark.parametrize("data", [parquet(NESTED), arrow(pa.ipc.new_file, NESTED)], ids=["parquet", "arrow"])
def test_a_column_in_a_struct_is_found_by_its_path(data: bytes, scanner: Scanner) -> None:
    Path("a.parquet").write_bytes(data)
    form = "arrow" if data.startswith(b"ARROW1") else "parquet"
    assert outcomes(scanner, "a.parquet", fields=Fields("doc.body", "meta.key"), form=form) == [
        ("a.parquet:1", "7", "damaged"),
        ("a.parquet:2", "8", "the column 'doc.body' is null"),
    ]


class Case(NamedTuple):
    """A file, and what is said of it, by row or of the whole."""

    name: str
    data: bytes
    outcomes: list[tuple[str, str | None, str]]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


LONG = [{"text": "Dear Ann, " * 30}, {"text": "Dear"}]
WRONG = [
    Case("a.csv", b"id,text\n1,Dear\n2\n3,Dear,Ann\n\n4,Ann", [("a.csv:2", "1", "whole"), ("a.csv:3", "2", "1 cells under a header of 2"), ("a.csv:4", "3", "3 cells under a header of 2"), ("a.csv:6", "4", "whole")]),
    Case("a.csv", b"id,body\n1,Dear\n", [("a.csv", None, "no field 'text'; --text-field names another ('id', 'body')")]),
    Case("a.csv", b"id,text\n", [("a.csv", None, "no record in this file")]),
    Case("a.csv", b"", [("a.csv", None, "no record in this file")]),
    Case("a.csv", b'id,text\n1,"' + b"Dear\n" * 50 + b'"\n2,Ann\n', [("a.csv:2", None, "larger than the limit of 99 bytes (--max-bytes)"), ("a.csv:3", "2", "whole")]),
    Case("a.csv", b"id,text\n1,a\xff\n", [("a.csv:2", "1", "whole")]),
    Case("a.jsonl.gz", cut(gzip.compress(lines(ROWS))), [("a.jsonl.gz", None, "cannot be read: Compressed file ended before the end-of-stream marker was reached")]),
    Case("a.jsonl.gz", b"oops", [("a.jsonl.gz", None, "cannot be read: Not a gzipped file (b'oo')")]),
    Case("a.jsonl.zst", cut(zstandard.compress(lines(ROWS))), [("a.jsonl.zst", None, "cannot be read: it ended before the end of a frame")]),
    Case("a.parquet", parquet([{"id": 1, "body": "Dear"}]), [("a.parquet", None, "no field 'text'; --text-field names another ('id', 'body')")]),
    Case("a.parquet", parquet([{"text": 1}]), [("a.parquet", None, "the column 'text' holds no text but int64; --text-field names another")]),
    Case("a.parquet", parquet([{"text": "Dear"}])[:0], [("a.parquet", None, "cannot be read: Parquet file size is 0 bytes")]),
    Case("a.parquet", parquet(LONG), [("a.parquet:1", None, "larger than the limit of 99 bytes (--max-bytes)"), ("a.parquet:2", None, "whole")]),
    Case("a.arrow", arrow(pa.ipc.new_file, ROWS)[:0], [("a.arrow", None, "cannot be read: Tried reading schema message, was null or length 0")]),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=[f"{case.name}: {case.outcomes[0][2]}" for case in WRONG])
def test_what_is_wrong_is_said_with_its_row(case: Case, scanner: Scanner) -> None:
    Path(case.name).write_bytes(case.data)
    assert outcomes(scanner, case.name, form="records", max_bytes=99) == case.outcomes


@pytest.mark.parametrize(
    ("package", "name"), [("pyarrow", "a.parquet"), ("zstandard", "a.jsonl.zst"), ("fsspec", "memory://a.jsonl")]
)
def test_a_package_that_is_not_there_is_named(
    package: str, name: str, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [*sys.modules]:
        if module.partition(".")[0] == package or module == "redactscan.shard.columns":
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    if "://" not in name:
        Path(name).write_bytes(FILES[name][0])
    ((path, _, said),) = outcomes(scanner, name)
    assert path == name
    assert said.endswith(f", which needs {package}: pip install 'redactscan[corpus]'")


# --- memory, and URLs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.arrow"])
def test_a_shard_comes_in_blocks_of_a_megabyte(name: str) -> None:
    rows = [{"id": n, "text": f"{n:02} " + "Dear Ann, " * 10_000} for n in range(50)]
    made = {
        "jsonl": lines,
        "csv": lambda r: table(",", r),
        "parquet": parquet,
        "arrow": lambda r: arrow(pa.ipc.new_file, r),
    }
    form = name[2:]
    shard = opened(io.BytesIO(made[form](rows)), name, form, Reading())  # type: ignore[operator]
    blocks = list(shard.blocks())
    numbers = [number for block in blocks for number, _ in block.rows(Reading())]
    assert numbers == list(range(numbers[0], numbers[0] + 50))
    assert len(blocks) >= 5


def test_urls_are_files_folders_and_patterns(scanner: Scanner) -> None:
    system = fsspec.filesystem("memory")
    system.store.clear()
    for name, data in {
        "/c/a.jsonl.gz": FILES["a.JSONL.gz"][0],
        "/c/d/b.parquet": FILES["a.parquet"][0],
        "/c/.e/x": b"",
        "/c/z.txt": b"Dear ***",
    }.items():
        system.pipe(name, data)
    rows = [
        (f"memory:///c/{name}:{n}", *v) for name in ("a.jsonl.gz", "d/b.parquet") for n, v in enumerate(VERDICTS, 1)
    ]
    text = [("memory:///c/z.txt", None, "damaged")]
    hidden = [("memory:///c/.e/x", None, "hidden; give its path to scan it")]
    assert outcomes(scanner, "memory://c") == hidden + rows + text
    assert outcomes(scanner, "memory://c/*.gz") == rows[:3]
    assert outcomes(scanner, "memory://c/z.txt") == text
    assert outcomes(scanner, "memory://no/*") == [("memory://no/*", None, "no file at this URL")]
    assert outcomes(scanner, "memory://no.txt") == [("memory:///no.txt", None, "no such file or folder")]
    assert outcomes(scanner, "nosuch://x")[0][2].startswith("cannot be read: Protocol not known: nosuch")


# --- samples, and what is counted of a shard ---------------------------------------------------------------------


SAMPLES = [
    (1, ["d/0.jsonl:1"]),
    (3, ["d/0.jsonl:1", "d/1.csv", "d/3.jsonl:2"]),
    (8, ["d/0.jsonl:1", "d/0.jsonl:2", "d/1.csv", "d/2.parquet:1", "d/2.parquet:2", "d/3.jsonl:2", "d/4.txt"]),
    (99, ["d/0.jsonl:1", "d/0.jsonl:2", "d/0.jsonl:3", "d/1.csv", "d/2.parquet:1", "d/2.parquet:2", "d/2.parquet:3", "d/3.jsonl:2", "d/4.txt"]),
]  # fmt: skip


@pytest.fixture
def folder() -> None:
    Path("d").mkdir()
    files = {
        "0.jsonl": lines(ROWS),
        "1.csv": b"a,b",
        "2.parquet": parquet(ROWS),
        "3.jsonl": b'\n{"text": "a"}\n',
        "4.txt": b"Dear ***",
    }
    for name, data in files.items():
        Path("d", name).write_bytes(data)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("sample", "paths"), SAMPLES)
def test_a_sample_is_of_files_that_lie_evenly(sample: int, paths: list[str], jobs: int, scanner: Scanner) -> None:
    documents = Documents(["d"], Always(Plan(scanner)), jobs, sample)
    assert [item.entry.path for item in documents] == paths
    whole = sum(file.stat().st_size for file in Path("d").iterdir())
    assert documents.size() == whole
    assert 0 < documents.meter.taken <= whole
    assert (documents.meter.taken == whole) == (len(paths) == len(SAMPLES[-1][1]))


def command(*args: str) -> Result:
    Path("r.yaml").write_text(RULES)
    ours = ("--config", "", "--no-default-rules", "--rules", "r.yaml")
    return CliRunner().invoke(cli.main, [args[0], *ours, *args[1:]], prog_name="redactscan")


@pytest.mark.usefixtures("folder")
def test_each_shard_has_a_line_and_a_sum() -> None:
    result = command("scan", "d", "no.txt", "--format", "shards")
    rows = [line.split() for line in result.stdout.split("\n\n")[0].splitlines()[2:]]
    assert [row[:2] for row in rows] == [
        ["d/0.jsonl", "3"],
        ["d/1.csv", "1"],
        ["d/2.parquet", "3"],
        ["d/3.jsonl", "1"],
        ["d/4.txt", "1"],
        ["no.txt", "0"],
        ["all", "9"],
    ]
    assert rows[0][2:-1] == ["1", "1", "1"]
    assert result.stdout.endswith("9 scanned, 1 failed\nno.txt: no such file or folder\n")


@pytest.mark.usefixtures("folder")
def test_a_scan_is_written_as_nested_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redactscan.report.parquet.GROUP", 4)
    Path("d/5.jsonl").write_text('{"text": "\\ud83d *** x"}\noops\n')
    assert command("scan", "d", "--output", "parquet=out.parquet", "--jobs", "2").exit_code == 2
    expected = [json.loads(line) for line in command("scan", "d", "--format", "jsonl").stdout.splitlines()]
    table = pq.read_table("out.parquet")
    assert pq.read_metadata("out.parquet").num_row_groups == 3
    for row, record in zip(table.to_pylist(maps_as_pydicts="strict"), expected, strict=True):
        for name in ("path", "id", "characters", "verdict", "error", "reason"):
            assert row[name] == record.get(name)
        assert [f["hole"] for f in row["findings"] or []] == [f["hole"] for f in record.get("findings", [])]
        assert (row["scores"] or {}).get("slots") == record.get("scores", {}).get("slots")
    assert table["troubles"].to_pylist()[-1] == ["not JSON: Expecting value at character 1"]


@pytest.mark.usefixtures("folder")
def test_a_plan_says_how_long_all_takes_here_and_on_nodes() -> None:
    result = command("plan", "d", "--sample", "8", "--nodes", "3", "--jobs", "2")
    assert result.exit_code == 0, result.output
    head, _, table = result.stdout.partition("\n\n")
    assert re.fullmatch(r"0\.0 MB, measured by 7 documents of 0\.0 MB", head)
    rows = [re.split(r"\s{2,}", line) for line in table.splitlines()[2:]]
    assert [row[:2] for row in rows[:2]] == [["this machine", "1"], ["this machine", rows[1][1]]]
    assert rows[2][0] == "3 nodes like it"
    assert command("plan", "no.txt").exit_code == 2
