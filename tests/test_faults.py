"""What happens to a run: it is ended, its disk is full, its files change, others do the same at the same time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from stars import RULES

from redactscan import Scanner, cache
from redactscan.corpus import Documents
from redactscan.plan import Always, Plan
from redactscan.record import Failed, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="signals and file systems of Linux")

OURS = ("--config", "", "--rules", "r.yaml", "--no-default-rules")
TEXT = "Dear ***, all is well. "
WHOLE = "All is well. " * 200
ROWS = 500
SOON = 20.0
"""Seconds in which what has to end has ended."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")


@pytest.fixture
def scanner() -> Scanner:
    return Scanner(rules=["r.yaml"], default_rules=False)


def started(*args: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "redactscan", *args, *OURS]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]


def shard(name: str, rows: int = ROWS) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("".join(json.dumps({"text": WHOLE if n % 10 else TEXT, "n": n}) + "\n" for n in range(rows)))


def waited(condition: object) -> bool:
    """Say whether something comes true in a while."""
    end = time.monotonic() + SOON
    while not condition() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.01)
    return bool(condition())  # type: ignore[operator]


def lives(group: int) -> bool:
    """Say whether a process of a group runs; one that has ended and waits for somebody to hear of it does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


# --- ended -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("moment", [0.1, 0.5, 0.9])
def test_a_run_that_is_ended_leaves_no_process_and_no_half_output(sign: signal.Signals, moment: float) -> None:
    for n in range(4):
        shard(f"in/{n}.jsonl")
    Path("old.jsonl").write_text("old\n")
    run = started("scan", "in", "--jobs", "3", "--output", "jsonl=old.jsonl", start_new_session=True)
    time.sleep(moment)
    run.send_signal(sign)
    run.communicate()
    assert waited(lambda: not lives(run.pid)), "a process of the run is still there"
    lines = Path("old.jsonl").read_text().splitlines()
    assert lines == ["old"] or len(lines) == 4 * ROWS


# --- at the same time --------------------------------------------------------------------------------------------


def test_two_runs_do_not_write_into_one_folder() -> None:
    for n in range(3):
        shard(f"in/{n}.jsonl")
    assert started("filter", "in", "--out", "alone").wait() == 0
    runs = [started("filter", "in", "--out", "out") for _ in range(3)]
    said = [run.communicate()[1].decode() for run in runs]
    codes = sorted(run.returncode for run in runs)
    assert codes == [0, 2, 2]
    assert all("another run" in text for text, run in zip(said, runs, strict=True) if run.returncode)
    for file in Path("alone").glob("*.jsonl"):
        assert (Path("out") / file.name).read_bytes() == file.read_bytes()


def test_two_runs_with_one_output_leave_that_of_one_of_them() -> None:
    shard("in/a.jsonl")
    runs = [started("scan", "in", "--output", "jsonl=out.jsonl") for _ in range(3)]
    assert [run.wait() for run in runs] == [1, 1, 1]
    assert Path("out.jsonl").read_bytes().count(b"\n") == ROWS
    assert sorted(path.name for path in Path().iterdir()) == ["in", "out.jsonl", "r.yaml"]


def test_the_turn_of_a_process_that_is_gone_ends_however_the_clock_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDACTSCAN_CACHE", str(tmp_path))
    for seconds in (-2 * cache.STALE, 2 * cache.STALE):
        lock = tmp_path / "x.making"
        lock.touch()
        now = time.time() + seconds
        os.utime(lock, (now, now))
        with cache.turn("x") as ours:
            assert ours
        assert not lock.exists()


# --- the disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not (mount and umount):
        pytest.skip("nothing here can mount a file system")
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run([umount, place], check=True)


@pytest.mark.parametrize(
    ("args", "left"),
    [
        (["scan", "in", "--output", "jsonl=small/out.jsonl"], []),
        (["scan", "in", "--output", "html=small/out.html"], []),
        (["filter", "in", "--out", "small/out"], ["out/.redactscan-run.jsonl"]),
        (["clean", "in", "--out", "small/out", "--map"], ["out/.redactscan-run.jsonl"]),
        (["attributes", "in", "--out", "small/out"], ["out/.redactscan-run.jsonl"]),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(args: list[str], left: list[str], small: Path) -> None:
    for n in range(2):
        shard(f"in/{n}.jsonl")
    (small / "filler").write_bytes(b"x" * 1_020_000)
    run = started(*args)
    said = run.communicate()[1].decode()
    assert run.returncode == 2
    assert "cannot be written: No space left on device" in said
    assert "Traceback" not in said
    files = [path.relative_to(small).as_posix() for path in sorted(small.rglob("*")) if path.is_file()]
    assert files == ["filler", *left]


def test_a_cache_on_a_full_disk_costs_time_only(small: Path) -> None:
    (small / "filler").write_bytes(b"x" * 1_000_000)
    Path("a.txt").write_text(TEXT)
    run = started("scan", "a.txt", env={**os.environ, "REDACTSCAN_CACHE": str(small)})
    assert run.communicate()[1] == b""
    assert run.returncode == 1


def test_a_cache_keeps_what_was_last_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACTSCAN_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "LARGEST", 350)
    names = [f"x-{cache.key(str(n))}" for n in range(5)]
    for n, name in enumerate(names[:3]):
        cache.store(name, b"." * 80)
        os.utime(tmp_path / name, (n, n))
    (tmp_path / "a letter").write_bytes(b"." * 400)
    assert cache.load(names[0]) is not None  # now it is the one that was used last
    cache.store(names[3], b"." * 80)
    assert [cache.load(name) is not None for name in names] == [True, False, True, True, False]
    cache.store(names[4], b"." * 400)
    assert [cache.load(name) is not None for name in names] == [False, False, False, False, True]
    assert (tmp_path / "a letter").exists()


def test_a_read_error_is_an_entry_and_the_others_are_scanned(scanner: Scanner) -> None:
    Path("a.txt").write_text(TEXT)
    wrong = Path("/proc/self/mem")  # of which the first page cannot be read
    if not wrong.exists():
        pytest.skip("no /proc here")
    found = [item.entry for item in Documents([str(wrong), "a.txt"], Always(Plan(scanner)))]
    assert [type(entry) for entry in found] == [Failed, Record]
    assert isinstance(found[0], Failed)
    assert found[0].error == "cannot be read: Input/output error"


# --- files that change -------------------------------------------------------------------------------------------


def test_a_file_that_vanishes_is_an_entry(scanner: Scanner) -> None:
    Path("d").mkdir()
    for name in "abc":
        Path(f"d/{name}.txt").write_text(TEXT)
    items = iter(Documents(["d"], Always(Plan(scanner))))
    first = next(items).entry
    Path("d/b.txt").unlink()
    rest = [item.entry for item in items]
    assert [type(entry) for entry in (first, *rest)] == [Record, Failed, Record]
    assert isinstance(rest[0], Failed)
    assert (rest[0].path, rest[0].error) == ("d/b.txt", "no such file or folder")


def test_a_folder_that_vanishes_is_an_entry(scanner: Scanner) -> None:
    for name in ("d/a.txt", "d/e/b.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(TEXT)
    items = iter(Documents(["d"], Always(Plan(scanner))))
    next(items)
    Path("d/e/b.txt").unlink()
    Path("d/e").rmdir()
    (entry,) = (item.entry for item in items)
    assert isinstance(entry, Failed)
    assert entry.path == "d/e"


@pytest.mark.parametrize("change", ["cut", "emptied", "grown", "other"])
def test_a_shard_that_changes_while_it_is_read_loses_no_row_in_silence(change: str, scanner: Scanner) -> None:
    shard("a.jsonl", 4 * ROWS)
    size = Path("a.jsonl").stat().st_size
    items = iter(Documents(["a.jsonl"], Always(Plan(scanner))))
    entries = [next(items).entry for _ in range(10)]  # of some five blocks the first is read
    with Path("a.jsonl").open("rb+") as file:
        if change == "cut":
            file.truncate(size // 2 + 11)
        elif change == "emptied":
            file.truncate(0)
        elif change == "grown":
            file.seek(0, os.SEEK_END)
            file.write(b'{"text": "one more"}\n')
        else:
            file.seek(size // 2)
            file.write(b"\0" * 1000)
    entries += [item.entry for item in items]
    rows = [int((entry.path or "").rpartition(":")[2]) for entry in entries]
    assert rows == list(range(1, len(rows) + 1))  # each row has an entry, the broken one too
    broken = [entry for entry in entries if isinstance(entry, Failed)]
    assert len(broken) == {"cut": 1, "emptied": 0, "grown": 0, "other": 1}[change] or change in ("cut", "emptied")
