"""A corpus of any size made of clean and damaged text, and what scanning it takes: processes, memory, the same bytes.

python bench/corpus.py make FOLDER --gigabytes 2
python bench/corpus.py measure FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from prose import documents
from tabulate import tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHARACTERS = 4_000_000
"""Code points of text that is made; in a larger corpus it comes again and again, under other ids."""

SHARD = 50_000_000
"""Bytes of a shard."""

PROCESSES = (1, 2, 4)
SMALL = 10
"""One of so many shards is the smaller size at which memory is measured."""


def main() -> None:
    """Make a corpus, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    making = commands.add_parser("make", help="write shards of records")
    making.add_argument("folder", type=Path)
    making.add_argument("--gigabytes", type=float, default=2.0)
    making.add_argument("--damaged", type=float, default=0.02, help="share of the documents")
    making.add_argument("--form", choices=("jsonl", "parquet"), default="jsonl")
    measuring = commands.add_parser("measure", help="scan them with 1, 2 and 4 processes")
    measuring.add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.command == "make":
        make(given.folder, int(given.gigabytes * 1e9), given.form, given.damaged)
    else:
        measure(given.folder)


# --- to make -----------------------------------------------------------------------------------------------------


def make(folder: Path, size: int, form: str, damaged: float) -> None:
    """Write `size` bytes of records or a little more, in shards of SHARD bytes or a tenth of the whole."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(damaged)
    number = 0
    while size > 0:
        shard: list[bytes] = []
        room = min(size, SHARD, max(1, size // SMALL) if number == 0 else SHARD)
        while room > 0:
            shard.append(next(rows))
            room -= len(shard[-1])
            size -= len(shard[-1])
        _write(folder / f"{number:05}.{form}", shard)
        number += 1


def _rows(damaged: float) -> Iterator[bytes]:
    texts = list(documents(CHARACTERS, damaged))
    for number, text in enumerate(cycle(texts)):
        yield msgspec.json.encode({"id": f"{number:09}", "text": text, "source": "made"}) + b"\n"


def _write(file: Path, rows: Sequence[bytes]) -> None:
    if file.suffix == ".jsonl":
        file.write_bytes(b"".join(rows))
        return
    import pyarrow as pa  # noqa: PLC0415 - of the extra
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    pq.write_table(pa.Table.from_pylist([msgspec.json.decode(row) for row in rows]), file, compression="zstd")


# --- to measure --------------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """What one scan took: seconds, the memory of its largest process in megabytes, and a digest of its output."""

    seconds: float
    megabytes: float
    digest: str


def measure(folder: Path) -> None:
    """Print how fast a scan is with each number of processes, and its memory for the first shard and for all."""
    shards = sorted(file for file in folder.iterdir() if file.suffix in (".jsonl", ".parquet"))
    if not shards:
        sys.exit(f"{folder}: no shards; make some: python bench/corpus.py make {folder} --gigabytes 0.1")
    _scan(shards[:1], max(PROCESSES))  # the first run fills the caches
    sizes = {"the first shard": shards[:1], "all": shards}
    table = []
    for name, files in sizes.items():
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        runs = {n: _scan(files, n) for n in PROCESSES}
        for n, run in runs.items():
            same = "yes" if run.digest == runs[1].digest else "NO"
            speed = megabytes / run.seconds
            table.append((name, megabytes, n, run.seconds, speed, runs[1].seconds / run.seconds, run.megabytes, same))
    print(
        tabulate(
            table,
            headers=(
                "what",
                "MB",
                "processes",
                "seconds",
                "MB/s",
                "times one",
                "MB of the largest process",
                "same bytes",
            ),
            floatfmt=("", ".1f", "", ".1f", ".1f", ".2f", ".0f", ""),
        )
    )


def _scan(files: Sequence[Path], jobs: int) -> Run:
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-m", "redactscan", "scan", "--config", "", "--format", "jsonl", "--jobs", str(jobs)]
        begun = perf_counter()
        process = subprocess.Popen([*command, *map(str, files)], stdout=out)
        _, status, used = os.wait4(process.pid, 0)  # of the process and those that it waited for
        seconds = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode > 1:  # 1 means that something was found
            sys.exit("cannot be measured")
        out.seek(0)
        digest = hashlib.sha256()
        while chunk := out.read(1 << 20):
            digest.update(chunk)
        return Run(seconds, used.ru_maxrss / 1024, digest.hexdigest())


if __name__ == "__main__":
    main()
