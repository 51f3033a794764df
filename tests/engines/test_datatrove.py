"""datatrove: the pipeline of the page in its local executor, and the reasons for which a document is dropped."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redactscan import Options, Scanner

pytest.importorskip("pyarrow", reason="pyarrow is not installed: make test-engines")
pytest.importorskip("datatrove", reason="datatrove is not installed: make test-engines")
pytest.importorskip("orjson", reason="orjson is not installed: make test-engines")
import pyarrow as pa
import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import ParquetWriter

from redactscan.arrow import record_type
from redactscan.engines.datatrove import Annotate, Filter
from redactscan.row import COLUMN, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Corpus

    Same = Callable[[Iterable[dict[str, Any]]], None]

MASKED, WHOLE = "刚才,*县作了发言。", "会议强调,要抓好落实。"


def lines(folder: str) -> list[dict[str, Any]]:
    files = sorted(Path(folder).glob("*.jsonl.gz"))
    found = [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    return [{"id": int(one["id"]), "text": one["text"], **one["metadata"]} for one in found]


def test_the_pipeline_of_the_page_keeps_and_drops_by_the_records_of_the_scanner(
    corpus: Corpus, example: Callable[[str], str], same: Same
) -> None:
    Path("job.py").write_text(example("datatrove"), encoding="utf-8")
    subprocess.run([sys.executable, "job.py"], check=True, capture_output=True)
    kept, dropped = lines("kept"), lines("dropped")
    assert [one["filter_reason"] for one in dropped] == [f"redactscan_{one[COLUMN]['verdict']}" for one in dropped]
    assert {one[COLUMN]["verdict"] for one in kept} == {"whole"}
    # The reader passes over what has no text; it is given back here, to be held against the whole corpus.
    absent = [{"id": n, "text": text, COLUMN: corpus.records[n]} for n, text in corpus.texts.items() if not text]
    assert len(absent) == 2
    same([*kept, *dropped, *absent])
    statistics = json.loads(Path("logs/stats.json").read_text(encoding="utf-8"))
    by_name = {one["name"]: one["stats"] for one in statistics}
    (annotated,) = (stats for name, stats in by_name.items() if "ANNOTATE" in name)
    assert annotated["verdict_whole"] == len(kept)


def test_the_record_goes_into_parquet(corpus: Corpus, same: Same) -> None:
    schema = pa.schema([("text", pa.string()), ("id", pa.int64()), (COLUMN, record_type())])
    steps = [ParquetReader("shards"), Annotate(), ParquetWriter("out", schema=schema, expand_metadata=True)]
    LocalPipelineExecutor(steps, logging_dir="logs").run()
    found = pq.read_table("out").to_pylist(maps_as_pydicts="strict")
    absent = [{"id": n, "text": text, COLUMN: corpus.records[n]} for n, text in corpus.texts.items() if not text]
    same([*found, *absent])


def test_a_reason_is_the_verdict_or_the_share_that_is_too_small() -> None:
    def result(text: str | None, step: Filter) -> object:
        return step.filter(Document(text=text, id="1"))

    assert result(WHOLE, Filter()) is True
    assert result(MASKED, Filter()) == (False, "redactscan_damaged")
    assert result(None, Filter()) == (False, "redactscan_missing")
    assert result(MASKED, Filter(drop=["stub"])) is True
    assert result(MASKED, Filter(drop=[], min_completeness=0.99)) == (False, "redactscan_completeness")
    assert result(MASKED, Filter(drop=[], min_detail=0.5)) == (False, "redactscan_detail")
    assert result("本内容仅会员可见,登录后阅读全文", Filter(drop=[], min_completeness=0.01)) == (
        False,
        "redactscan_completeness",
    )
    assert result(MASKED, Filter(options=Options(ignore=["mask"]))) is True


def test_a_filter_uses_the_record_that_is_there() -> None:
    document = Document(text=WHOLE, id="1")
    (annotated,) = Annotate().run(iter([document]))
    assert annotated.metadata[COLUMN] == row(Scanner().scan(WHOLE))
    document.metadata[COLUMN]["verdict"] = "stub"
    assert Filter().filter(document) == (False, "redactscan_stub")
