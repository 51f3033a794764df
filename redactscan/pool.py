"""Work spread over processes: results in the order of the tasks, and never many more tasks under way than processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
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
    ahead: _Ahead[Task] | None = None
    try:
        workers += (_Worker(work, name) for _ in range(jobs))
        # Not before: a thread is not in a fork, but what it holds is.
        ahead = _Ahead(tasks, AHEAD * jobs)
        yield from _results(ahead, workers)
    finally:
        for worker in workers:
            worker.end()
        if ahead is not None:
            ahead.end()


def _results(ahead: _Ahead[Task], workers: list[_Worker[Task, Result]]) -> Iterator[Result]:
    idle = deque(workers)
    busy: dict[Any, tuple[int, _Worker[Task, Result]]] = {}
    ready: deque[_Packed[Task]] = deque()
    done: dict[int, Result | Exception] = {}
    begun = yielded = 0
    more = True
    while busy or ready or more or done:
        heard = [*busy, ahead.connection] if more else list(busy)
        for connection in wait(heard, 0 if yielded in done else None) if heard else ():
            if connection is ahead.connection:
                try:
                    ready.append(ahead.take())
                except StopIteration:
                    more = False
                except Exception as error:  # noqa: BLE001 - it is raised when its turn comes
                    done[begun + len(ready)], more = error, False
            else:
                number, worker = busy.pop(connection)
                done[number] = outcome = worker.result()
                idle.append(worker)
                if isinstance(outcome, Exception):
                    more = False
                    ready.clear()
        # The processes go first: they never wait for what is done with a result.
        while ready and idle:
            worker = idle.popleft()
            worker.begin(ready.popleft())
            busy[worker.connection] = begun, worker
            begun += 1
        if yielded in done:
            result = done.pop(yielded)
            yielded += 1
            if isinstance(result, Exception):
                raise result
            ahead.used()
            yield result


class _Packed(Generic[Task]):
    """A task, and as what it is sent."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.data = ForkingPickler.dumps(task)


class _Ahead(Generic[Task]):
    """Tasks that a thread takes and packs, no more of them than `most` before the result of the first is used.

    So neither the processes nor what they have done wait for input that is slow to come.
    """

    def __init__(self, tasks: Iterable[Task], most: int) -> None:
        self.connection, self._signal = multiprocessing.Pipe(duplex=False)
        self._taken: deque[_Packed[Task] | BaseException] = deque()
        self._room = threading.Semaphore(most)
        self._wanted = True
        threading.Thread(target=self._take_all, args=(iter(tasks),), daemon=True).start()

    def _take_all(self, tasks: Iterator[Task]) -> None:
        taken: _Packed[Task] | BaseException | None = None
        while self._room.acquire() and self._wanted and not isinstance(taken, BaseException):
            try:
                taken = _Packed(next(tasks))
            except BaseException as error:  # noqa: BLE001 - also the end of the tasks
                taken = error
            self._taken.append(taken)
            with contextlib.suppress(OSError):  # nobody wants it any more
                self._signal.send_bytes(b".")

    def take(self) -> _Packed[Task]:
        """Return the next task, once `connection` says that there is one; raise what ended them."""
        self.connection.recv_bytes()
        taken = self._taken.popleft()
        if isinstance(taken, BaseException):
            raise taken
        return taken

    def used(self) -> None:
        """Let one task more be taken."""
        self._room.release()

    def end(self) -> None:
        """Take no more."""
        self._wanted = False
        self._room.release()
        self.connection.close()


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
        self._task: Task

    def begin(self, packed: _Packed[Task]) -> None:
        """Send a task; `result` says where there is nobody who does it."""
        self._task = packed.task
        with contextlib.suppress(OSError):
            self.connection.send_bytes(packed.data)

    def result(self) -> Result | Exception:
        """Return what came of the task that was begun, or the exception to raise."""
        try:
            return self.connection.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            self._process.join()
            return RedactscanError(
                f"{self._name(self._task)}: the process that scanned it {_end(self._process.exitcode)}; from there on "
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
