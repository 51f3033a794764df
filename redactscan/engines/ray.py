"""Ray Data: a class for `map_batches`, and a run from files to Parquet on a cluster or this machine."""

from __future__ import annotations

import functools
import os
import socket
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from redactscan.arrow import Count, count, scan_batch
from redactscan.errors import RedactscanError, lacking
from redactscan.options import Options, shared
from redactscan.row import COLUMN

try:
    import ray
    import ray.data
    from pyarrow import ArrowException
    from pyarrow.dataset import dataset, field
    from pyarrow.fs import FileSelector, FileSystem, FileType
except ImportError as error:
    raise lacking((error.name or "ray").partition(".")[0], "ray") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa

ROWS = 256
"""Rows that are scanned at a time: they are in memory together with their records."""

ANSWER = 20
"""Seconds in which a cluster has to answer."""

DONE = "_SUCCESS"
"""An empty file that stands in the output when it is whole; readers of Parquet pass over such names."""

_READERS = {
    ".parquet": ray.data.read_parquet,
    ".jsonl": ray.data.read_json,
    ".csv": ray.data.read_csv,
}


class Scan:
    """What `map_batches` calls with `batch_format="pyarrow"`, made once in each actor: adds the record columns.

    The arguments are those of `redactscan.arrow.scan_batch`; they are given as `fn_constructor_kwargs`.
    """

    def __init__(self, text: str = "text", *, prefix: str | None = None, options: Options | None = None) -> None:
        self._text = text
        self._prefix = prefix
        self._options = options or Options()
        shared(self._options)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the batch with the record columns."""
        return scan_batch(batch, self._text, prefix=self._prefix, options=self._options)


def run(  # noqa: PLR0913 - one for each option, by name only
    source: str,
    target: str,
    *,
    address: str | None = None,
    text: str = "text",
    prefix: str | None = None,
    options: Options | None = None,
    actors: int | None = None,
    runtime_env: Mapping[str, Any] | None = None,
) -> Count:
    """Scan the texts of `source` into Parquet files in `target`, and return the ledger.

    `source` is a file or a folder of Parquet, JSONL or CSV, `target` a folder that is not there or empty; both may be
    URLs that Arrow knows, and must be the same places on all machines. `address` is that of a cluster; without it
    RAY_ADDRESS counts, and without that either a cluster is started on this machine and stopped at the end. One that
    this process has already is used as it is. `actors` bounds how many scan at once; Ray starts those that die anew and
    repeats what they were at. `text`, `prefix` and `options` are those of `scan_batch`, `runtime_env` is Ray's.

    Rows come in no order. A file called DONE is written last. Raises RedactscanError, one line that says what to do,
    where the places, the cluster, the column or the options are wrong; nothing has been written then.
    """
    data = _rows(source)
    files, folder = _vacant(target)
    ours = not ray.is_initialized()
    if ours:
        _connect(address, runtime_env)
    try:
        wanted = {"text": text, "prefix": prefix, "options": options}
        rows = data()
        _check(rows, wanted)
        rows.map_batches(
            Scan,
            fn_constructor_kwargs=wanted,
            batch_format="pyarrow",
            batch_size=ROWS,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        ).write_parquet(folder, filesystem=files)
    finally:
        if ours:
            ray.shutdown()
    files.create_dir(folder)  # which nobody has made where there are no rows
    ledger = count(_verdicts(files, folder, prefix), prefix="")
    files.open_output_stream(f"{folder}/{DONE}").close()
    return ledger


def _connect(address: str | None, runtime_env: Mapping[str, Any] | None) -> None:
    where = address or os.environ.get("RAY_ADDRESS") or "local"
    try:
        _knock(where)
        ray.init(address=where, runtime_env=dict(runtime_env or {}))
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).strip().partition("\n")[0]
        raise RedactscanError(f"no Ray cluster at {where}: {why}; leave the address out to start one here") from None


def _knock(address: str) -> None:
    """Raise OSError where nobody answers: Ray itself says so after nine minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()


def _check(data: ray.data.Dataset, wanted: Mapping[str, Any]) -> None:
    """Scan no rows at all here, which raises for what would be wrong with each on every machine."""
    known = data.schema()
    if known is None:
        raise RedactscanError("there are no rows in the source")
    scan_batch(known.base_schema.empty_table(), **wanted)


# --- places ------------------------------------------------------------------------------------------------------


def _place(url: str) -> tuple[FileSystem, str]:
    try:
        place: tuple[FileSystem, str] = FileSystem.from_uri(url if "://" in url else os.path.abspath(url))  # noqa: PTH100
    except (ArrowException, OSError) as error:
        raise RedactscanError(f"{url}: not a place that Arrow knows: {error}") from None
    return place


def _rows(source: str) -> Callable[[], ray.data.Dataset]:
    """Return what reads a file, or a folder: as the first file in it is that one of _READERS reads."""
    files, path = _place(source)
    about = files.get_file_info(path)
    if about.type == FileType.NotFound:
        raise RedactscanError(f"{source}: no such file or folder")
    names = [path] if about.is_file else sorted(_names(files, path))
    forms = [suffix for name in names for suffix in PurePath(name).suffixes[::-1] if suffix in _READERS]
    if not forms:
        raise RedactscanError(f"{source}: no {', '.join(_READERS)} in it")
    # With the place as it is found here: a worker may be in another folder.
    return functools.partial(_READERS[forms[0]], path, filesystem=files)


def _vacant(target: str) -> tuple[FileSystem, str]:
    """Return a folder to write to; raise RedactscanError where something is in it, or it is none."""
    files, path = _place(target)
    about = files.get_file_info(path)
    if about.is_file or any(_names(files, path)):
        raise RedactscanError(f"{target}: there is something already; name another folder, or remove it")
    return files, path


def _names(files: FileSystem, folder: str) -> Iterator[str]:
    return (about.path for about in files.get_file_info(FileSelector(folder, recursive=True, allow_not_found=True)))


def _verdicts(files: FileSystem, folder: str, prefix: str | None) -> Iterable[pa.RecordBatch]:
    """Yield from the output just what is counted; what was done twice on the way there is in it once."""
    if not any(_names(files, folder)):
        return ()
    names = ("verdict", "characters")
    fields = {name: field(COLUMN, name) if prefix is None else field(prefix + name) for name in names}
    written = dataset(folder, filesystem=files, format="parquet")
    batches: Iterable[pa.RecordBatch] = written.to_batches(columns=fields)
    return batches
