"""What whole processes take: two beside each other, memory, the start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from clock import timed
from inputs import records, saved
from tabulate import tabulate
from tools import process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHARED = (60_000_000, 300_000_000)
"""Bytes of text in files over which two processes are held against one. Of the smaller, the start takes a tenth."""

LARGE = 1_000_000_000
"""Bytes of text in a file over which memory is measured."""

STARTS = 15


def shared(name: str, texts: Sequence[str], size: int, folder: Path) -> str:
    """Return a table of what a second process gives over a file of so many bytes of records."""
    file, megabytes = _records(name, texts, size, folder)
    jobs = {f"redactscan scan --jobs {n}": process([sys.executable, *_command(file, n)]) for n in (1, 2)}
    seconds = timed(jobs)
    file.unlink()
    first = next(iter(seconds.values()))
    return f"{name}: {megabytes:.0f} MB of UTF-8 in records, whole processes\n" + tabulate(
        [(job, each, megabytes / each, first / each) for job, each in seconds.items()],
        headers=("what", "median seconds", "MB/s", "times as fast as one"),
        floatfmt=("", ".3f", ".1f", ".2f"),
    )


def memory(name: str, texts: Sequence[str], folder: Path) -> str:
    """Return a table of how much memory the largest process has at most, over a file and over a tenth of it."""
    rows = []
    for size in (LARGE // 10, LARGE):
        file, megabytes = _records(name, texts, size, folder)
        rows += [(megabytes, jobs, _peak(_command(file, jobs))) for jobs in (1, 2)]
        file.unlink()
    return f"{name}, in records, whole processes\n" + tabulate(
        rows, headers=("MB of UTF-8", "--jobs", "MB of memory of the largest process"), floatfmt=(".0f", "", ".0f")
    )


def _records(name: str, texts: Sequence[str], size: int, folder: Path) -> tuple[Path, float]:
    """Return a file of records with so many bytes of text or a little more, and how many megabytes they are."""
    rows = list(records(texts))
    held = sum(len(row.encode()) for row in rows)
    times = 1 + size // held
    return saved(name, rows, folder, times).path, held * times / 1e6


def _command(file: Path, jobs: int) -> list[str]:
    return ["-m", "redactscan", "scan", "--format", "jsonl", "--jobs", str(jobs), "--output", os.devnull, str(file)]


# A process counts what the one that started it had at that moment, which here may be much.
_SMALL = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(done.returncode)
"""


def _peak(arguments: Sequence[str]) -> float:
    """Return the megabytes of the largest of a process and those that it waited for."""
    command = [sys.executable, "-c", _SMALL, sys.executable, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode > 1:  # 1 means that something was found
        sys.exit("cannot be measured")
    return float(done.stdout)


def start() -> str:
    """Return a table of what small scans take, beside imports that none of them can do without."""
    imports = "import regex, click, yaml, msgspec"
    fixtures = Path(__file__).parent.parent / "fixtures"
    whole, damaged = str(fixtures / "whole-news.txt"), str(fixtures / "eaten-by-markdown.txt")
    commands = {
        "redactscan scan, one small file, whole": ["-m", "redactscan", "scan", whole],
        "redactscan scan, one small file, damaged": ["-m", "redactscan", "scan", damaged],
        "redactscan scan --format jsonl, the same": ["-m", "redactscan", "scan", "--format", "jsonl", damaged],
        "redactscan --version": ["-m", "redactscan", "--version"],
        f'python -c "{imports}"': ["-c", imports],
    }
    jobs: dict[str, Callable[[], object]] = {
        name: process([sys.executable, *arguments]) for name, arguments in commands.items()
    }
    for job in jobs.values():
        job()  # the first run fills the caches
    times = timed(jobs, STARTS)
    base = times[f'python -c "{imports}"']
    rows = [(name, took, took / base) for name, took in times.items()]
    return "one small file, whole processes, caches warm\n" + tabulate(
        rows, headers=("what", "median seconds", "times as long as the imports"), floatfmt=("", ".3f", ".2f")
    )
