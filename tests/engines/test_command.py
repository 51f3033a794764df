"""The command line over the same corpus: what it says of each record is what the engines say."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from redactscan.row import COLUMN, ELSEWHERE

pytest.importorskip("pyarrow", reason="pyarrow is not installed: make test-engines")
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Corpus

    Same = Callable[[Iterable[dict[str, Any]]], None]


def run(*args: str) -> str:
    command = [sys.executable, "-m", "redactscan", *args, "--config", "", "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode <= 1 or "null" in done.stderr, done.stderr
    return done.stdout


def test_filter_writes_the_records_of_the_scanner(corpus: Corpus, same: Same) -> None:
    run("filter", "shards", "--out", "kept", "--dropped", "gone")
    rows = [
        *pq.read_table("kept", partitioning=None).to_pylist(maps_as_pydicts="strict"),
        *pq.read_table("gone", partitioning=None).to_pylist(maps_as_pydicts="strict"),
    ]
    for row in rows:
        if row[COLUMN] is not None:
            row[COLUMN].pop("dropped")
    assert len(rows) == len(corpus.texts)
    same(rows)


def test_scan_prints_the_records_of_the_scanner(corpus: Corpus) -> None:
    printed = [json.loads(line) for line in run("scan", "shards", "--format", "jsonl").splitlines()]
    assert len(printed) == len(corpus.texts)
    for entry in printed:
        known = corpus.records[int(entry["id"])] if entry["id"] else None
        if known is None:
            assert "error" in entry
            continue
        for part in (entry, *entry["findings"]):
            for name in ELSEWHERE:
                part.pop(name, None)
        assert entry == json.loads(json.dumps({name: value for name, value in known.items() if name in entry}))
        assert not any(value for name, value in known.items() if name not in entry)
