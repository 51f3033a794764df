"""Several processes: the same output as one, little under way, and a clear end whatever happens to them."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from stars import RULES

from redactscan import RedactscanError, Scanner, cli, pool
from redactscan.corpus import Documents
from redactscan.plan import Always, Plan
from redactscan.pool import AHEAD, ordered
from redactscan.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

starts = pytest.mark.parametrize("start", ["fork", "spawn"] if sys.platform == "linux" else ["spawn"])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES)
    return tmp_path


# --- tasks -------------------------------------------------------------------------------------------------------


def doubled(task: int) -> int:
    """Take the longer, the earlier a task comes, so that results are ready in another order."""
    sleep(0.02 * (3 - task % 4))
    return 2 * task


def fails_at_five(task: int) -> int:
    if task == 5:
        raise RedactscanError("five is too many")
    return task


def breaks_at_five(task: int) -> int:
    return task // (5 - task)


def dies_at_five(task: int) -> int:
    if task == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def leaves_at_five(task: int) -> int:
    if task == 5:
        os._exit(3)
    return task


def named(task: int) -> str:
    return f"task {task}"


@starts
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(jobs: int, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "START", start)
    assert list(ordered(doubled, range(9), jobs, named)) == list(range(0, 18, 2))
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform == "win32", reason="no pipe can be waited for there")
def test_no_result_waits_for_the_next_task() -> None:
    reading, writing = os.pipe()

    def tasks() -> Iterator[int]:
        yield 1
        os.read(reading, 1)
        yield 2

    results = ordered(fails_at_five, tasks(), 2, named)
    assert next(results) == 1
    os.write(writing, b".")
    assert list(results) == [2]


def broken_at_three() -> Iterator[int]:
    yield from range(3)
    raise RedactscanError("there is no third task")


def test_what_was_done_before_the_tasks_broke_is_not_lost() -> None:
    results = ordered(fails_at_five, broken_at_three(), 2, named)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RedactscanError, match="no third task"):
        next(results)


def test_no_task_is_taken_long_before_its_result_is_used() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for task in range(100):
            taken.append(task)
            yield task

    results = ordered(fails_at_five, tasks(), 2, named)
    for used in range(1, 5):
        next(results)
        assert len(taken) <= used + 2 * AHEAD
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


ENDS = [
    (fails_at_five, RedactscanError, "^five is too many$"),
    (breaks_at_five, RuntimeError, "ZeroDivisionError"),
    (
        dies_at_five,
        RedactscanError,
        r"^task 5: the process that scanned it was killed \(SIGKILL\); from there on nothing was scanned \(with fewer ",
    ),
    (leaves_at_five, RedactscanError, "^task 5: the process that scanned it ended with 3; "),
]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@starts
@pytest.mark.parametrize(("work", "error", "message"), ENDS, ids=[work.__name__ for work, _, _ in ENDS])
def test_what_was_done_before_a_fault_is_not_lost(
    work: object, error: type[Exception], message: str, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "START", start)
    results = ordered(work, range(100), 2, named)  # type: ignore[arg-type]
    assert len([next(results) for _ in range(5)]) == 5
    with pytest.raises(error, match=message):
        next(results)
    assert multiprocessing.active_children() == []


# --- documents ---------------------------------------------------------------------------------------------------


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of all sorts, so small that each batch has few of them."""
    monkeypatch.setattr("redactscan.corpus.FILES", 3)
    monkeypatch.setattr("redactscan.corpus.BLOCK", 1)
    folder = Path("d")
    folder.mkdir()
    for n in range(20):
        (folder / f"{n:02}.txt").write_text("Dear Ann,\n" * n + "Dear ***,\n" * (n % 3))
    (folder / "binary").write_bytes(b"a\0b")
    rows = [json.dumps({"id": n, "text": "Dear ***, " * n + "\ud83d" * (n == 4)}) for n in range(20)]
    (folder / "rows.jsonl").write_text("\n".join([*rows, "oops", '{"text": 3}', ""]))


OURS = ("--no-default-rules", "--rules", "r.yaml")


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("form", FORMATS)
def test_any_number_of_processes_gives_the_same_bytes(form: str) -> None:
    args = ["scan", *OURS, "--format", form, "d", "no.txt", "-", "d/rows.jsonl"]
    one, *others = (
        CliRunner().invoke(cli.main, [*args, "--jobs", str(jobs)], input="Dear ***,") for jobs in (1, 2, 4, 0)
    )
    assert one.exit_code == 2
    assert "rows.jsonl" in one.stdout
    for other in others:
        assert (other.stdout_bytes, other.stderr_bytes, other.exit_code) == (one.stdout_bytes, one.stderr_bytes, 2)


@pytest.mark.usefixtures("corpus")
@starts
def test_the_rules_reach_every_process(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "START", start)
    monkeypatch.setenv("REDACTSCAN_CACHE", "")  # then nothing else brings them there
    scanner = Scanner(rules=["r.yaml"], default_rules=False)
    plans = Always(Plan(scanner))
    assert list(Documents(["d"], plans, jobs=2)) == list(Documents(["d"], plans))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_an_interrupt_ends_all_processes_with_one_line() -> None:
    command = [sys.executable, "-m", "redactscan", "scan", *OURS, "--jobs", "2", "--format", "jsonl"]
    scanning = subprocess.Popen(
        [*command, "--input-format", "jsonl", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert scanning.stdin is not None
    assert scanning.stdout is not None
    # Each is a task of its own; the second takes longer, so that the first is out while the input is waited for.
    for times in (110_000, 900_000):
        scanning.stdin.write(json.dumps({"text": "Dear Ann, " * times}).encode() + b"\n")
    scanning.stdin.flush()
    assert scanning.stdout.readline().startswith(b'{"path":"-:1"')
    os.killpg(scanning.pid, signal.SIGINT)  # as a terminal does
    _, errors = scanning.communicate()
    assert (errors, scanning.returncode) == (b"redactscan: interrupted\n", 130)
    with pytest.raises(ProcessLookupError):
        os.killpg(scanning.pid, 0)
