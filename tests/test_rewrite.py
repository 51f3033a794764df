"""Shards written anew: which rows go where, what of them stays byte for byte, and that nothing half written is left."""
# ruff: noqa: E501, S311 - cases are tables; the dice choose moments.

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from click.testing import CliRunner, Result

from redactscan import cli
from redactscan.sieve import Sieve

if TYPE_CHECKING:
    from redactscan.report import Item
    from redactscan.shard import Decision

RULES = r"""
rules:
  - {id: mask.stars, kind: mask, slot: person, severity: warning, message: stars, pattern: '\*{3}',
     hits: ['Dear [|***|],'], misses: ['Dear Ann,']}
  - {id: truncation.cut, kind: truncation, slot: text, severity: error, message: cut, pattern: '\(cut\)',
     hits: ['to be [|(cut)|]'], misses: [to be]}
  - {id: boilerplate.share, kind: boilerplate, severity: warning, message: share, pattern: 'Share this',
     hits: ['[|Share this|]'], misses: [share that]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


def files(folder: str) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def shards(folder: str) -> dict[str, bytes]:
    return {name: data for name, data in files(folder).items() if "/." not in f"/{name}"}


# --- lines keep their bytes --------------------------------------------------------------------------------------

WHOLE, MASKED, CUT = "Dear Ann, all is well.", "Dear ***, all is well.", "All is well. " * 9 + "(cut)"

LINES = [
    b'{"text": "%s", "n": 1.0, "n": 1e2}\n' % WHOLE.encode(),
    b'  {"a":[1,{"text":"x"}],"text":"%s"  }\r\n' % MASKED.encode(),
    b"\n",
    b'{"id": 7, "text": "%s", "raw": "\xff\\ud83d"}\n' % MASKED.encode(),
    b"oops\n",
    b'{"redactscan": {"old": [1, "}"]}, "text": "%s", "t\\u0065xt2": 1}\n' % WHOLE.encode(),
    b'{"text":"%s"}' % CUT.encode(),
]


def test_lines_keep_their_bytes_and_have_one_field_more() -> None:
    Path("in").mkdir()
    Path("in/a.jsonl").write_bytes(b"".join(LINES))
    result = run("filter", "in", "--out", "kept", "--dropped", "gone", "--drop-finding", "mask,truncation")
    assert (result.exit_code, result.stderr) == (
        2,
        "redactscan: in/a.jsonl:4: 1 byte is not utf-8\nredactscan: in/a.jsonl:5: not JSON: Expecting value at character 1\nredactscan: 5 scanned, 1 failed\n",
    )
    kept, gone = (Path(folder, "a.jsonl").read_bytes() for folder in ("kept", "gone"))
    assert kept.count(b"\n") + gone.count(b"\n") == 5
    for line in (LINES[0], LINES[1], LINES[3], LINES[6]):
        body = line.rstrip()
        found = next(each for each in [*kept.splitlines(), *gone.splitlines()] if each.startswith(body[:-1]))
        assert found.endswith(b"}")
        added = json.loads(b"{" + found[len(body[:-1]) + 1 : -1] + b"}")
        assert list(added) == ["redactscan"]
    assert LINES[4] in gone
    again = json.loads(kept.splitlines()[1])
    assert (again["redactscan"]["verdict"], again["redactscan"]["dropped"], "old" in again["redactscan"]) == (
        "whole",
        [],
        False,
    )
    assert kept.splitlines()[1].endswith(b', "text": "%s", "t\\u0065xt2": 1}' % WHOLE.encode())
    assert json.loads(gone.splitlines()[0])["redactscan"]["dropped"] == ["found mask"]


def test_without_the_record_lines_are_the_same_bytes() -> None:
    Path("a.jsonl").write_bytes(b"".join(LINES))
    run("filter", "a.jsonl", "--out", "kept", "--dropped", "gone", "--drop-finding", "mask", "--no-record")
    assert shards("kept") == {"a.jsonl": LINES[0] + LINES[5] + LINES[6]}
    assert shards("gone") == {"a.jsonl": LINES[1] + LINES[3] + LINES[4]}


# --- which side --------------------------------------------------------------------------------------------------

TEXTS = {"whole": WHOLE, "masked": MASKED, "cut": CUT, "shared": f"{WHOLE} Share this", "stub": ""}
CRITERIA = [
    ([], "whole masked cut shared stub", {}),
    (["--min-completeness", "0.5"], "whole masked shared stub", {"completeness unknown": 1}),
    (["--min-completeness", "1"], "whole shared stub", {"completeness unknown": 1, "completeness < 1": 1}),
    (["--min-detail", "0.8"], "whole cut shared stub", {"detail < 0.8": 1}),
    (["--drop-verdict", "truncated", "--drop-verdict", "stub"], "whole masked shared", {"verdict truncated": 1, "verdict stub": 1}),
    (["--keep-verdict", "whole"], "whole shared", {"verdict not whole": 3}),
    (["--drop-finding", "mask.stars"], "whole cut shared stub", {"found mask.stars": 1}),
    (["--drop-finding", "mask,boilerplate"], "whole cut stub", {"found mask": 1, "found boilerplate": 1}),
    (["--keep-finding", "mask,boilerplate"], "masked shared", {"found no mask or boilerplate": 3}),
    (["--drop-finding", "mask", "--min-detail", "0.5"], "whole cut shared stub", {"found mask": 1, "detail < 0.5": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("args", "kept", "why"), CRITERIA, ids=[" ".join(args) for args, *_ in CRITERIA])
def test_rows_are_kept_and_dropped_for_a_reason(args: list[str], kept: str, why: dict[str, int]) -> None:
    Path("a.jsonl").write_text("".join(f"{json.dumps({'id': name, 'text': text})}\n" for name, text in TEXTS.items()))
    result = run("filter", "a.jsonl", "--out", "kept", *args)
    assert result.exit_code == 0
    assert [json.loads(line)["id"] for line in Path("kept/a.jsonl").read_text().splitlines()] == kept.split()
    counted = [line.rsplit(maxsplit=1) for line in result.stdout.split("\n\n")[1].splitlines()[2:]] if why else []
    assert {reason: int(n) for reason, n in counted} == why


# --- attributes --------------------------------------------------------------------------------------------------


def test_attributes_stay_level_with_the_lines() -> None:
    Path("in/sub").mkdir(parents=True)
    rows = [
        json.dumps({"id": "a", "text": f"😀 {MASKED}"}, ensure_ascii=False).encode(),
        b"oops",
        json.dumps({"id": 7, "text": WHOLE}).encode(),
        json.dumps({"id": "long", "text": WHOLE * 20}).encode(),
        json.dumps({"id": "cut", "text": f"{CUT} Share this"}).encode(),
    ]
    Path("in/sub/a.jsonl.gz").write_bytes(gzip.compress(b"\n".join(rows) + b"\n"))
    pq.write_table(pa.table({"text": [WHOLE]}), "in/b.parquet")
    result = run("attributes", "in", "--out", "attributes/redactscan", "--max-bytes", "400")
    assert result.exit_code == 2
    assert "in/b.parquet: skipped: parquet, where only jsonl can be written" in result.stderr
    assert list(shards("attributes/redactscan")) == ["sub/a.jsonl.gz"]
    lines = [
        json.loads(line) for line in gzip.decompress(files("attributes")["redactscan/sub/a.jsonl.gz"]).splitlines()
    ]
    assert [line["id"] for line in lines] == ["a", None, "7", None, "cut"]
    found = [{name.removeprefix("redactscan__"): spans for name, spans in line["attributes"].items()} for line in lines]
    assert found[1] == found[3] == {}
    assert [one.keys() - {"completeness", "detail", "structure"} for one in (found[0], found[2], found[4])] == [
        {"verdict_damaged", "mask", "mask_person"},
        {"verdict_whole"},
        {"verdict_truncated", "truncation", "truncation_text", "boilerplate"},
    ]
    assert found[0]["mask"] == found[0]["mask_person"] == [[7, 10, 0.95]]
    assert found[0]["verdict_damaged"] == [[0, 2 + len(MASKED), 1.0]]
    assert found[2]["completeness"] == [[0, len(WHOLE), 1.0]]
    assert "completeness" not in found[4]  # nothing says how much was cut


# --- columns -----------------------------------------------------------------------------------------------------

TABLE = pa.table(
    {
        "n": pa.array([1, 2, 3, None], pa.int16()),
        "text": pa.array([WHOLE, MASKED, None, CUT], pa.large_string()),
        "tags": pa.array([["a"], [], None, ["b", "c"]], pa.list_(pa.dictionary(pa.int32(), pa.string()))),
        "when": pa.array([0, 1, 2, 3], pa.timestamp("us", "UTC")),
    },
    metadata={"pandas": "{}", "ours": "kept"},
)


def stored(form: str) -> bytes:
    out = io.BytesIO()
    if form == "parquet":
        pq.write_table(TABLE, out, compression="zstd")
    else:
        with (pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream)(out, TABLE.schema) as writer:
            writer.write_table(TABLE)
    return out.getvalue()


def read(path: str) -> pa.Table:
    if path.endswith("parquet"):
        return pq.read_table(path)
    with Path(path).open("rb") as file:
        return (pa.ipc.open_file if path.endswith("arrow") else pa.ipc.open_stream)(file).read_all()


@pytest.mark.parametrize("form", ["parquet", "arrow", "arrows"])
def test_columns_keep_their_types_and_metadata(form: str) -> None:
    Path(f"a.{form}").write_bytes(stored(form))
    result = run("filter", f"a.{form}", "--out", "kept", "--dropped", "gone", "--drop-finding", "mask")
    assert (result.exit_code, "a." + form + ":3: the column 'text' is null" in result.stderr) == (2, True)
    kept, gone = read(f"kept/a.{form}"), read(f"gone/a.{form}")
    for table, rows in ((kept, [0, 3]), (gone, [1, 2])):
        assert table.drop_columns("redactscan").equals(read(f"a.{form}").take(rows), check_metadata=True)
    beside = kept["redactscan"].to_pylist() + gone["redactscan"].to_pylist()
    assert [each and (each["verdict"], each["dropped"]) for each in beside] == [
        ("whole", []),
        ("truncated", []),
        ("damaged", ["found mask"]),
        None,
    ]
    if form == "parquet":
        assert {
            pq.ParquetFile(f"{side}/a.parquet").metadata.row_group(0).column(n).compression
            for side in ("kept", "gone")
            for n in (0, 1, 9)
        } == {"ZSTD"}
    # Filtered again, the column is made anew, and not once more.
    run("filter", f"kept/a.{form}", "--out", "again", "--keep-verdict", "whole")
    assert read(f"again/a.{form}").equals(kept.take([0]), check_metadata=True)


def test_a_table_keeps_its_cells() -> None:
    rows = [b'"id";text;n', b'1;"Dear ***;\r\nyou";"a""b"', b'2;"Dear Ann";x', b"3;Dear", b'4;"";']
    Path("a.csv").write_bytes(b"\r\n".join(rows) + b"\r\n")
    result = run("filter", "a.csv", "--out", "kept", "--dropped", "gone", "--drop-finding", "mask")
    assert "a.csv:4: 2 cells under a header of 3" in result.stderr
    kept, gone = (Path(folder, "a.csv").read_bytes().removesuffix(b"\r\n") for folder in ("kept", "gone"))
    head, *others = kept.split(b"\r\n")
    assert head == rows[0] + b";redactscan"
    assert [line.partition(b';"{')[0] for line in others] == [rows[2], rows[4]]
    assert gone.startswith(head + b"\r\n" + rows[1] + b';"{')
    assert gone.endswith(b"\r\n" + rows[3])


# --- all formats at once, in any number of processes -------------------------------------------------------------


def corpus() -> None:
    dice = random.Random(7)
    texts = [dice.choice(list(TEXTS.values())) * dice.randint(1, 40) for _ in range(200)]
    rows = [{"id": n, "text": text} for n, text in enumerate(texts)]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    for name, data in {
        "a.jsonl": lines, "b/a.jsonl.gz": gzip.compress(lines), "b/c.jsonl.zst": zstandard.compress(lines),
        "d.csv": b"id,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(texts)).encode(),
        "empty.jsonl": b"", "README.md": b"# Dear ***",
    }.items():  # fmt: skip
        Path("in", name).parent.mkdir(parents=True, exist_ok=True)
        Path("in", name).write_bytes(data)
    pq.write_table(pa.Table.from_pylist(rows), "in/e.parquet", row_group_size=150)
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), "in/none.parquet")


ARGS = ("--drop-finding", "mask", "--min-completeness", "0.5", "--allow-skipped", "not-records,empty")


def test_any_number_of_processes_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redactscan.shard.lines.BLOCK", 5000)
    monkeypatch.setattr("redactscan.shard.delimited.BLOCK", 5000)
    monkeypatch.setattr("redactscan.shard.columns.ROWS", 33)
    corpus()
    made = []
    for jobs in ("1", "2", "4"):
        result = run("filter", "in", "--out", f"k{jobs}", "--dropped", f"g{jobs}", *ARGS, "--jobs", jobs)
        assert result.exit_code == 0, result.output
        made.append((result.output, files(f"k{jobs}"), files(f"g{jobs}")))
    assert made[0] == made[1] == made[2]
    kept, gone = made[0][1:]
    assert sorted(kept) == [
        ".redactscan-run.jsonl",
        "a.jsonl",
        "b/a.jsonl.gz",
        "b/c.jsonl.zst",
        "d.csv",
        "e.parquet",
        "empty.jsonl",
        "none.parquet",
    ]
    lines = gzip.decompress(kept["b/a.jsonl.gz"])
    assert lines == kept["a.jsonl"] == zstandard.ZstdDecompressor().decompressobj().decompress(kept["b/c.jsonl.zst"])
    assert lines.count(b"\n") == pq.read_metadata("k1/e.parquet").num_rows == kept["d.csv"].count(b"\n") - 1
    assert lines.count(b"\n") + gone["a.jsonl"].count(b"\n") == 200
    again = run("filter", "in", "--out", "k1", "--dropped", "g1", *ARGS, "--resume")
    assert (again.output, files("k1")) == (made[0][0], kept)
    Path("g1/b/a.jsonl.gz").unlink()
    again = run("filter", "in", "--out", "k1", "--dropped", "g1", *ARGS, "--resume")
    assert (again.output, shards("k1"), shards("g1")) == (made[0][0], shards("k2"), gone)


# --- killed, and resumed -----------------------------------------------------------------------------------------

# Each part written is waited for a little, so that a kill at any moment meets a run that is under way.
SLOW = """
import sys, time
from redactscan import rewrite, cli
from redactscan.shard import lines, columns
lines.BLOCK, columns.ROWS = 8000, 60
add, finish = rewrite._Making.add, rewrite._Making.finished
rewrite._Making.add = lambda self, part: (time.sleep(0.002), add(self, part))[1]
rewrite._Making.finished = lambda self, **more: (finish(self, **more), time.sleep(0.002))[0]
cli.main(sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_killed_goes_on_where_it_was(jobs: str) -> None:
    corpus()
    command = [sys.executable, "-c", SLOW, "filter", "in", *ARGS, "--jobs", jobs]
    whole = subprocess.run([*command, "--out", "k", "--dropped", "g"], capture_output=True, check=True)
    dice = random.Random(int(jobs))
    killed = 0
    args = ["--out", "k2", "--dropped", "g2"]
    for _ in range(5):
        process = subprocess.Popen(
            [*command, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        while process.poll() is None and not Path("k2/.redactscan-run.jsonl").exists():
            sleep(0.005)
        sleep(dice.random() * 0.2)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        names = [name for folder in ("k2", "g2") if Path(folder).exists() for name in files(folder)]
        done = len(Path("k2/.redactscan-run.jsonl").read_bytes().splitlines()) - 1
        assert len([name for name in names if "/." not in f"/{name}"]) <= 2 * (done + 1)
        args = ["--out", "k2", "--dropped", "g2", "--resume"]
    last = subprocess.run([*command, *args], capture_output=True, check=True)
    assert killed
    assert (files("k2"), files("g2"), last.stdout) == (files("k"), files("g"), whole.stdout)


# --- what cannot be written --------------------------------------------------------------------------------------

REFUSED = [
    (["in/a.jsonl", "--out", "full"], "redactscan: full: another run has written there; --resume goes on with it\n"),
    (["in/a.jsonl", "--out", "full", "--resume"], "redactscan: full: the run there had other options or another version; take another folder\n"),
    (["in/a.jsonl", "--out", "in"], "redactscan: in/a.jsonl: is in the folder that is written to; take another for that\n"),
    (["in/a.jsonl", "in/b/a.jsonl", "--out", "k"], "redactscan: in/b/a.jsonl: would be written as a.jsonl, as in/a.jsonl is; give the folder that holds both\n"),
    (["-", "--out", "k"], "redactscan: -: what comes from standard input has no name to be written under; give files\n"),
    (["in/a.jsonl", "--out", "r.yaml"], "redactscan: r.yaml: cannot be written: File exists\n"),
    (["in/a.jsonl", "--out", "k", "--drop-finding", "msk"], "redactscan: --drop-finding msk: no rule is called so; did you mean 'mask'?\n"),
    (["in/a.jsonl", "--out", "there"], "redactscan: there/a.jsonl: is there already; take another folder, or remove it\n"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "said"), REFUSED, ids=[" ".join(args) for args, _ in REFUSED])
def test_what_would_destroy_something_is_refused(args: list[str], said: str) -> None:
    for name in ("in/a.jsonl", "in/b/a.jsonl", "there/a.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(LINES[0])
    Path("full").mkdir()
    Path("full/.redactscan-run.jsonl").write_text('{"schema":"redactscan-run/1","run":"x"}\n')
    before = shards(".")
    result = run("filter", *args)
    assert (result.exit_code, result.stderr) == (2, said)
    assert shards(".") == before


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)); from redactscan.cli import main; main()"


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
@pytest.mark.parametrize("name", ["a.jsonl", "b/c.jsonl.zst", "b/a.jsonl.gz", "e.parquet", "d.csv"])
def test_a_full_disk_is_one_error_and_leaves_nothing_half_written(name: str) -> None:
    corpus()
    command = [sys.executable, "-c", LIMITED, "filter", f"in/{name}", "--out", "k"]
    done = subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", env=os.environ | {"REDACTSCAN_CACHE": ""}
    )
    base = Path(name).name
    assert (done.returncode, done.stderr) == (2, f"redactscan: k/{base}: cannot be written: File too large\n")
    assert list(files("k")) == [".redactscan-run.jsonl"]


def test_a_shard_that_is_broken_in_its_middle_is_not_written() -> None:
    corpus()
    data = Path("in/b/a.jsonl.gz").read_bytes()
    Path("in/b/a.jsonl.gz").write_bytes(data[: len(data) // 2])
    result = run("filter", "in/b", "--out", "k")
    assert result.exit_code == 2
    assert "in/b/a.jsonl.gz: cannot be read: Compressed file ended" in result.stderr
    assert list(shards("k")) == ["c.jsonl.zst"]


class Deadly(Sieve):
    """What is killed at one row, as by a system that runs out of memory."""

    def __call__(self, item: Item) -> Decision:
        if item.entry.id == "77":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(item)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_worker_that_is_lost_ends_the_run_and_leaves_nothing_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus()
    Path("in/d.csv").unlink()
    Path("in/b/d.jsonl").write_text('{"text": "Dear Ann"}\n')
    rows = Path("in/a.jsonl").read_text().replace('"id": 77,', '"id": 770,')
    Path("in/a.jsonl").write_text(rows)
    monkeypatch.setattr("redactscan.sieve.Sieve", Deadly)
    result = run("filter", "in", "--out", "k", "--jobs", "2", "--allow-skipped", "not-records")
    assert result.exit_code == 2
    assert re.search(
        r"^redactscan: in/\S+: the process that scanned it was killed \(SIGKILL\); from there on",
        result.stderr,
        re.MULTILINE,
    )
    assert set(shards("k")) <= {"a.jsonl", "b/d.jsonl", "empty.jsonl"}
    assert not [name for name in files("k") if "aside" in name]
