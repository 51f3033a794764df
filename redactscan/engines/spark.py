"""Spark: a data frame with the record columns, and what `mapInArrow` needs for that."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from redactscan import arrow
from redactscan.errors import lacking
from redactscan.options import Options

try:
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructType
except ImportError as error:
    raise lacking((error.name or "pyspark").partition(".")[0], "spark") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame


def scanned(
    frame: DataFrame, text: str = "text", *, prefix: str | None = None, options: Options | None = None
) -> DataFrame:
    """Return a frame with the record columns added; nothing is scanned before Spark needs it.

    The arguments are those of `redactscan.arrow.scan_batch`, and so are the errors: they are raised here, before
    anything is sent out.
    """
    work = batches(text, prefix=prefix, options=options)
    arrow.scan_batch(frame.limit(0).toArrow(), text, prefix=prefix, options=options)
    return frame.mapInArrow(work, schema(frame.schema, prefix=prefix))


def batches(
    text: str = "text", *, prefix: str | None = None, options: Options | None = None
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return a function for `mapInArrow`; its result has the schema that `schema` returns."""
    return functools.partial(_batches, text=text, prefix=prefix, options=options or Options())


def _batches(
    every: Iterable[pa.RecordBatch], *, text: str, prefix: str | None, options: Options
) -> Iterator[pa.RecordBatch]:
    return (arrow.scan_batch(batch, text, prefix=prefix, options=options) for batch in every)


def schema(base: StructType | None = None, *, prefix: str | None = None) -> StructType:
    """Return the schema of a frame with the record columns behind its own; without a base these alone."""
    added = from_arrow_schema(arrow.schema(prefix=prefix))
    return StructType([*(base or []), *added])
