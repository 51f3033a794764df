"""Work spread over processes: results in the order of the tasks, and never many more tasks under way than processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import traceback
from collections import deque
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from redactscan.errors import RedactscanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 4
"""Tasks for each process that may be under way, or done and waiting for an earlier one."""

START = "fork" if sys.platform == "linux" else "spawn"
"""How processes begin. A fork has the rules at once; elsewhere it is not safe, and they are sent."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ordered(
    work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, name: Callable[[Task], str]
) -> Iterator[Result]:
    """Yield what `work` makes of each task, in order, made by as many processes as there are `jobs`.

    Tasks are taken as they are needed: what is under way is bounded, however slowly the results are used. An exception
    of `work` is raised when its turn comes, and RedactscanError, with the `name` of the task, where a process was
    killed; all results before that have been yielded then.
    """
    workers: list[_Worker[Task, Result]] = []
    try:
        workers += (_Worker(work, name) for _ in range(jobs))
        yield from _results(iter(tasks), workers)
    finally:
        for worker in workers:
            worker.end()


def _results(tasks: Iterator[Task], workers: list[_Worker[Task, Result]]) -> Iterator[Result]:
    idle = deque(workers)
    busy: dict[Any, tuple[int, Task, _Worker[Task, Result]]] = {}
    done: dict[int, Result | Exception] = {}
    begun = yielded = 0
    more = True
    while True:
        # What is ready goes first: taking a task may wait for input.
        while yielded in done:
            result = done.pop(yielded)
            yielded += 1
            if isinstance(result, Exception):
                raise result
            yield result
        while more and idle and begun - yielded < AHEAD * len(workers):
            try:
                task = next(tasks)
            except StopIteration:
                more = False
                break
            worker = idle.popleft()
            worker.begin(task)
            busy[worker.connection] = begun, task, worker
            begun += 1
        if not busy:
            return
        for connection in wait(list(busy)):
            number, task, worker = busy.pop(connection)
            done[number] = outcome = worker.result(task)
            more = more and not isinstance(outcome, Exception)
            idle.append(worker)


class _Worker(Generic[Task, Result]):
    """A process that does one task at a time."""

    def __init__(self, work: Callable[[Task], Result], name: Callable[[Task], str]) -> None:
        context = multiprocessing.get_context(START)
        self.connection, there = context.Pipe()
        # A fork has both ends; with ours open it would never learn that we are gone.
        ours = self.connection if START == "fork" else None
        self._process = context.Process(target=_serve, args=(there, ours, work), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        there.close()
        self._name = name

    def begin(self, task: Task) -> None:
        with contextlib.suppress(OSError):  # of a process that is dead, which `result` says
            self.connection.send(task)

    def result(self, task: Task) -> Result | Exception:
        """Return what came of the task that was begun, or the exception to raise."""
        try:
            return self.connection.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            self._process.join()
            return RedactscanError(
                f"{self._name(task)}: the process that scanned it {_end(self._process.exitcode)}; from there on "
                "nothing was scanned (with fewer --jobs there is more memory for each)"
            )

    def end(self) -> None:
        """Stop at once. A worker has nothing to clean up, and where results are left nobody wants them."""
        self.connection.close()
        self._process.terminate()
        self._process.join()


def _end(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended with {code}"


def _serve(connection: Connection, other: Connection | None, work: Callable[[Task], Result]) -> None:
    """Do tasks until nobody is there who sends any."""
    # From the keyboard every process of the group gets this; the first one sees to the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if other is not None:
        other.close()
    try:
        while True:
            connection.send(_outcome(work, connection.recv()))
    except (EOFError, OSError):
        return


def _outcome(work: Callable[[Task], Result], task: Task) -> Result | Exception:
    try:
        return work(task)
    except RedactscanError as error:
        return error
    except Exception:  # noqa: BLE001 - it is raised where it can be seen
        return RuntimeError(traceback.format_exc())
