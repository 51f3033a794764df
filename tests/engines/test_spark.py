"""Spark in local mode: the example of the page as a job, and what `mapInArrow` is given."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redactscan import Options, RedactscanError

pytest.importorskip("pyspark", reason="pyspark is not installed: make test-engines")
import pyarrow.parquet as pq
import pyspark
from pyspark.sql import SparkSession

from redactscan.engines.spark import batches, scanned, schema
from redactscan.row import COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conftest import Corpus

    Same = Callable[[Iterable[dict[str, Any]]], None]

PYTHON = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
"""What Spark has to be told where it shall run the Python of an environment."""


def java() -> int:
    """Return the version of Java, 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if command is None:
        return 0
    said = subprocess.run([command, "-version"], capture_output=True, encoding="utf-8", check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


pytestmark = pytest.mark.skipif(java() < 17, reason="Spark needs Java 17 or newer")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    os.environ |= PYTHON
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 7).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_a_job_for_spark_submit(corpus: Corpus, example: Callable[[str], str], same: Same) -> None:
    Path("job.py").write_text(example("Spark"), encoding="utf-8")
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    command = [str(submit), "--master", "local[2]", "--conf", "spark.ui.enabled=false", "job.py"]
    done = subprocess.run(
        command, env=os.environ | PYTHON, capture_output=True, encoding="utf-8", check=False, timeout=400
    )
    assert done.returncode == 0, done.stderr[-4000:]
    same(pq.read_table("scanned").to_pylist(maps_as_pydicts="strict"))
    verdicts = [record and record["verdict"] for record in corpus.records.values()]
    for verdict in set(verdicts):
        assert re.search(rf"\| *{verdict or 'NULL'}\| +{verdicts.count(verdict)}\|", done.stdout), done.stdout


def test_a_frame_gets_the_records_of_the_scanner(spark: SparkSession, corpus: Corpus, same: Same) -> None:
    assert corpus
    frame = spark.read.parquet(str(Path("shards").resolve()))
    for result in (scanned(frame), frame.mapInArrow(batches("text"), schema(frame.schema))):
        assert result.columns == ["id", "text", COLUMN]
        same(row.asDict(recursive=True) for row in result.collect())


def test_columns_of_any_kind_stay_as_they_are(spark: SparkSession) -> None:
    frame = spark.sql("""
        SELECT named_struct('body', '刚才,*县作了发言。') AS doc, timestamp'2024-05-01 12:00:00' AS t,
               map('a', 1Y) AS m, array(1.5BD) AS a, date'2024-05-01' AS d
    """)
    result = scanned(frame, "doc.body", prefix="rs_", options=Options(ignore=["boilerplate"]))
    assert result.drop(*schema(prefix="rs_").names).collect() == frame.collect()
    assert result.select("rs_verdict", "rs_findings.hole").collect() == [("damaged", [[3, 4]])]


def test_what_is_wrong_is_said_before_anything_is_sent(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a")], "id int, text string")
    with pytest.raises(RedactscanError, match=r"no column 'body'; text= names another \('id', 'text'\)"):
        scanned(frame, "body")
    with pytest.raises(RedactscanError, match="the column 'id' holds no strings but int32"):
        scanned(frame, "id")
    with pytest.raises(RedactscanError, match="no rule is called so"):
        scanned(frame, options=Options(select=["gpa"]))
