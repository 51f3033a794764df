"""Ray Data: a real cluster on this machine, and a worker of it that is killed while it scans."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from redactscan import Options, RedactscanError
from redactscan.cli import main

pytest.importorskip("ray.data", reason="ray is not installed: make test-engines")
import pyarrow as pa
import pyarrow.parquet as pq
import ray

from redactscan.arrow import scan_batch
from redactscan.engines.ray import DONE, Scan, run
from redactscan.row import COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conftest import Corpus

    Same = Callable[[Iterable[dict[str, Any]]], None]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """One for all tests; the last of them starts its own."""
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def rows(folder: str) -> list[dict[str, Any]]:
    return pq.read_table(folder).to_pylist(maps_as_pydicts="strict")


def test_a_run_gives_the_records_of_the_scanner(corpus: Corpus, same: Same) -> None:
    ledger = run("shards", "scanned", actors=1)
    same(rows("scanned"))
    assert (ledger.scanned, ledger.missing) == (len(corpus.texts) - 1, 1)
    assert ledger.characters == sum(len(text or "") for text in corpus.texts.values())
    assert (Path("scanned") / DONE).read_bytes() == b""


def test_a_worker_that_is_killed_is_made_good(corpus: Corpus, same: Same, monkeypatch: pytest.MonkeyPatch) -> None:
    assert corpus
    monkeypatch.setattr("redactscan.engines.ray.ROWS", 5)
    died = threading.Event()

    def kill() -> None:
        """Kill a process that scans, as soon as there is one."""
        while not died.is_set():
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    if b"ray::MapWorker" in process.read_bytes():
                        time.sleep(0.5)
                        os.kill(int(process.parent.name), signal.SIGKILL)
                        died.set()
                        return
                except OSError:
                    continue
            time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        run("shards", "scanned", actors=1)
    finally:
        happened = died.is_set()
        died.set()
        killer.join()
    assert happened
    same(rows("scanned"))


def test_the_pipeline_of_the_page(corpus: Corpus, example: Callable[[str], str]) -> None:
    # The workers were started in another folder than the one of this test.
    code = re.sub(
        r'parquet\("(\w+)"\)', lambda m: f"parquet({str(Path(m[1]).resolve())!r})", example("A pipeline of your own")
    )
    exec(compile(code, "docs/engines.md", "exec"), {})  # noqa: S102 - our own page
    whole = [n for n, record in corpus.records.items() if record and record["verdict"] == "whole"]
    assert sorted(one["id"] for one in rows("whole")) == whole


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_other_forms_of_rows(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = pa.table({"id": [1, 2], "body": ["刚才,*县作了发言。", "会议强调,要抓好落实。"]})
    if suffix == "csv":
        table.to_pandas().to_csv("rows.csv", index=False)
    else:
        table.to_pandas().to_json("rows.jsonl", orient="records", lines=True)
    ledger = run(f"rows.{suffix}", "out", text="body", prefix="rs_", options=Options(ignore=["boilerplate"]))
    assert ledger.verdicts == {"damaged": 1, "whole": 1}
    assert sorted(one["rs_verdict"] for one in rows("out")) == ["damaged", "whole"]


def test_no_rows_are_a_run_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), "none.parquet")
    assert run("none.parquet", "scanned") == (0, 0, 0, {})
    assert (Path("scanned") / DONE).exists()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "source": ({"source": "nowhere"}, "nowhere: no such file or folder"),
    "nothing": ({"source": "empty"}, "empty: no .parquet, .jsonl, .csv in it"),
    "scheme": ({"source": "nope://x/y"}, "nope://x/y: not a place that Arrow knows"),
    "target": ({"target": "shards"}, "shards: there is something already"),
    "column": ({"text": "body"}, "no column 'body'; text= names another ('id', 'text')"),
    "options": ({"options": Options(select=["gpa"])}, "no rule is called so"),
}


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_before_anything_is_written(given: dict[str, Any], message: str, corpus: Corpus) -> None:
    assert corpus
    Path("empty").mkdir()
    with pytest.raises(RedactscanError) as error:
        run(**{"source": "shards", "target": "scanned", **given})
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert not Path("scanned").exists()


def test_the_command_is_the_function(corpus: Corpus, same: Same) -> None:
    options = ["--actors", "1", "--max-findings", "0"]
    done = CliRunner().invoke(main, ["ray", "shards", "scanned", *options], prog_name="redactscan")
    assert done.stdout.startswith(f"{len(corpus.texts) - 1} scanned, 1 without a text: ")
    same(rows("scanned"))
    again = CliRunner().invoke(main, ["ray", "shards", "scanned"], prog_name="redactscan")
    assert again.exit_code == 2
    assert again.stderr.startswith("redactscan: scanned: there is something already")


def test_the_class_is_the_function() -> None:
    table = pa.table({"body": ["刚才,*县作了发言。"]})
    assert Scan("body", prefix="")(table).equals(scan_batch(table, "body", prefix=""))
    with pytest.raises(RedactscanError):
        Scan(options=Options(select=["gpa"]))


def test_a_run_starts_a_cluster_of_its_own_and_stops_it(
    corpus: Corpus, example: Callable[[str], str], same: Same, capfd: pytest.CaptureFixture[str]
) -> None:
    ray.shutdown()
    exec(compile(example("Ray Data"), "docs/engines.md", "exec"), {})  # noqa: S102 - our own page
    assert f"{len(corpus.texts) - 1} scanned, 1 without a text: " in capfd.readouterr().out
    assert not ray.is_initialized()
    same(rows("scanned"))
    assert COLUMN in pq.read_schema(next(Path("scanned").glob("*.parquet"))).names


def test_a_cluster_that_is_not_there_is_said_in_one_line(corpus: Corpus) -> None:
    assert corpus
    ray.shutdown()
    for address in ("127.0.0.1:1", "ray://127.0.0.1:1"):
        with pytest.raises(RedactscanError, match=rf"^no Ray cluster at {address}: .*; leave the address out"):
            run("shards", "scanned", address=address)
    assert not Path("scanned").exists()
