"""Data frames and DuckDB: the examples of the page, over the whole corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from redactscan.row import COLUMN

pytest.importorskip("pyarrow", reason="pyarrow is not installed: make test-engines")
import pyarrow as pa
import pyarrow.parquet as pq

from redactscan.arrow import record_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Corpus

    Same = Callable[[Iterable[dict[str, Any]]], None]


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(code, "docs/engines.md", "exec"), names)  # noqa: S102 - our own page
    return names


def gathered(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows with their record, which may be in columns, as one dictionary."""
    names = [field.name for field in record_type()]
    rows = table.to_pylist(maps_as_pydicts="strict")
    for one in rows:
        if COLUMN not in one:
            record = {name: one[name] for name in names}
            one[COLUMN] = record if record["verdict"] else None
    return rows


def whole(known: Corpus) -> list[int]:
    return [n for n, record in known.records.items() if record and record["verdict"] == "whole"]


def test_arrow(example: Callable[[str], str]) -> None:
    assert run(example("Arrow"))["scanned"].num_rows == 3


def test_pandas(corpus: Corpus, example: Callable[[str], str], same: Same) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: make test-engines")
    same(gathered(pa.Table.from_pandas(run(example("pandas"))["scanned"])))
    assert sorted(pq.read_table("whole.parquet")["id"].to_pylist()) == whole(corpus)


def test_polars(corpus: Corpus, example: Callable[[str], str], same: Same) -> None:
    pytest.importorskip("polars", reason="polars is not installed: make test-engines")
    same(run(example("Polars"))["scanned"].to_dicts())
    assert sorted(pq.read_table("whole.parquet")["id"].to_pylist()) == whole(corpus)


def test_duckdb(corpus: Corpus, example: Callable[[str], str], same: Same) -> None:
    pytest.importorskip("duckdb", reason="duckdb is not installed: make test-engines")
    same(gathered(run(example("DuckDB"))["scanned"]))
    assert sorted(pq.read_table("whole.parquet")["id"].to_pylist()) == whole(corpus)


def test_dask(corpus: Corpus, example: Callable[[str], str], same: Same) -> None:
    pytest.importorskip("dask.dataframe", reason="dask is not installed: make test-engines")
    result = run(example("Dask"))["result"]
    same(gathered(pa.Table.from_pandas(result.compute())))
    assert sorted(pq.read_table("whole", columns=["id"])["id"].to_pylist()) == whole(corpus)
