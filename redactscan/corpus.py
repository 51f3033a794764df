"""Many documents: paths to entries, one at a time."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, NamedTuple, TypeVar

from msgspec.structs import replace

from redactscan.document import NotText, Unreadable, document
from redactscan.document.archive import Limits, files
from redactscan.document.outcome import File, skipped
from redactscan.document.outcome import why as why_of
from redactscan.errors import RedactscanError
from redactscan.plan import READING, Always, Plan
from redactscan.record import Failed, Record, Skipped
from redactscan.records import BLOCK, BadRow, Row
from redactscan.report import Item
from redactscan.shard import Block, TooLarge, held, opened
from redactscan.walk import PassedOver, display, failed, fetched, passed_over, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from redactscan.document import Document
    from redactscan.plan import Plans, Reading
    from redactscan.record import Entry, Finding
    from redactscan.scanner import Scanner
    from redactscan.shard import Shard

Result = TypeVar("Result")


class Documents:
    """The documents at some paths: iterate for what became of each, with its text, in order.

    A path is a file, a folder with all below it, a pattern such as "*.txt", or "-" for standard input. Whatever is
    wrong with a path stands in its entry. `plans` tell how each is treated. `jobs` is the number of processes that
    scan; the items are the same.
    """

    def __init__(self, paths: Sequence[str], plans: Plans, jobs: int = 1) -> None:
        self._paths = paths
        self._plans = plans
        self._work = Work(plans)
        self._jobs = jobs

    def __iter__(self) -> Iterator[Item]:
        """Yield what became of each document."""
        return (item for items in self.mapped(list) for item in items)

    def mapped(self, use: Callable[[Iterable[Item]], Result]) -> Iterator[Result]:
        """Yield what `use` makes of the items, some at a time, in order; called in the process that made them."""
        sources = _sources(self._paths, self._plans)
        if self._jobs == 1:
            return (use(self._work(source)) for source in sources)
        from redactscan.pool import ordered  # noqa: PLC0415 - it brings `multiprocessing` along

        self._plans.of(None).scanner.matcher.prepare(build=False)
        return ordered(_Job(self._work, use), _batches(sources), self._jobs, _name)


class _Job(Generic[Result]):
    """What a process does with the sources that it is sent."""

    def __init__(self, work: Work, use: Callable[[Iterable[Item]], Result]) -> None:
        self._work = work
        self._use = use

    def __call__(self, sources: Sequence[Source]) -> Result:
        return self._use(item for source in sources for item in self._work(source))


def entries(paths: Sequence[str], scanner: Scanner, reading: Reading = READING) -> Iterator[Entry]:
    """Yield what became of each document at `paths`, in order."""
    return (item.entry for item in Documents(paths, Always(Plan(scanner, reading))))


# --- where documents come from -----------------------------------------------------------------------------------

FILES = 64
"""Files that a process is sent at a time, where they are small: so many that sending costs little."""


class Input(NamedTuple):
    """What was read from standard input or a URL, which other processes do not have."""

    path: str
    data: bytes


class Rows(NamedTuple):
    """Some of the records of a file or URL, or "-" for standard input."""

    path: Path | str
    block: Block


Source = Path | Input | Rows | Failed | Skipped
"""Where documents come from: a file or input that is one, records, or the entry for what is not read."""


def _sources(paths: Iterable[str], plans: Plans) -> Iterator[Source]:
    """Yield what stands at `paths`, in order: files by name, and records as they are read."""
    for place in places(paths, plans):
        if not isinstance(place, (Path, str)):
            yield place
            continue
        reading = plans.of(_file(place)).reading
        form = held(os.fspath(place), reading.form)
        if form:
            yield from _rows(place, form, reading)
        elif isinstance(place, str):
            yield taken(place, reading.max_bytes)
        else:
            yield place


def _file(place: Path | str) -> Path | None:
    return place if isinstance(place, Path) else None


def taken(path: str, max_bytes: int) -> Source:
    """Return what standard input or a URL gives, or the entry for why it is not read."""
    try:
        with opening(path) as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        return failed(error, path)
    except PassedOver as why:
        return passed_over(path, why)
    return Input(path, data) if len(data) <= max_bytes else passed_over(path, too_large(max_bytes))


def _rows(path: Path | str, form: str, reading: Reading) -> Iterator[Source]:
    """Yield the records of a file, or what is wrong with it."""
    with contextlib.ExitStack() as files:
        yield from read(path, lambda: opened(files.enter_context(opening(path)), os.fspath(path), form, reading))


def read(path: Path | str, begin: Callable[[], Shard]) -> Iterator[Rows | Failed | Skipped]:
    """Yield the records of a shard that `begin` opens; whatever is wrong with it ends them, and is their last entry."""
    shown = display(path)
    nothing = True
    try:
        for block in begin().blocks():
            # What is wrong with what is done with them is not wrong with the shard.
            nothing = nothing and block.empty
            yield Rows(path, block)
    except OSError as error:
        yield failed(error, path)
    except PassedOver as why:
        yield passed_over(shown, why)
    except NotText as what:
        yield skipped(shown, what)
    except Unreadable as what:
        yield Failed(path=shown, error=str(what), reason="unreadable")
    except RedactscanError:
        raise
    except Exception as error:  # noqa: BLE001 - readers of broken files raise anything
        yield Failed(path=shown, error=f"cannot be read: {why_of(error)}", reason="unreadable")
    else:
        if nothing:
            yield Skipped(path=shown, skipped="no record in this file", reason="empty")


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Yield sources some at a time: few where they are large, so that what is under way stays small."""
    batch: list[Source] = []
    held = 0
    for source in sources:
        batch.append(source)
        held += BLOCK if isinstance(source, (Input, Rows)) else _weight(source)
        if held >= BLOCK or len(batch) == FILES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _weight(source: Path | Failed | Skipped) -> int:
    """Return the bytes of a file; 0 where there are none, or where that is found out when it is read."""
    try:
        return source.stat().st_size if isinstance(source, Path) else 0
    except OSError:
        return 0


def _name(batch: Sequence[Source]) -> str:
    """Return the path of the first document of a batch."""
    first = batch[0]
    if isinstance(first, Rows):
        return f"{display(first.path)}:{first.block.first}"
    return display(first) if isinstance(first, Path) else first.path


# --- what is done with them --------------------------------------------------------------------------------------


class Work:
    """Sources to items, in this process or, since it can be pickled, in another."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    def __call__(self, source: Source) -> Iterator[Item]:
        """Yield what became of each document that comes from a source."""
        if isinstance(source, Path):
            yield from _documents(source, self._plans.of(source))
        elif isinstance(source, Input):
            yield from _documents(source, self._plans.of(None))
        elif isinstance(source, Rows):
            yield from records(source, self._plans.of(_file(source.path)))
        else:
            yield Item(source)


def _documents(source: Path | Input, plan: Plan) -> Iterator[Item]:
    """Yield what became of a file, or of each one that it holds."""
    shown = display(source) if isinstance(source, Path) else source.path
    try:
        data = _bytes(source, plan.reading.max_bytes) if isinstance(source, Path) else source.data
    except OSError as error:
        yield Item(failed(error, shown))
    except PassedOver as why:
        yield Item(passed_over(shown, why))
    else:
        file = File(shown, shown, data)
        if plan.reading.form == "text":
            yield _document(file._replace(form="text"), plan)
            return
        for found in files(file, Limits(size=plan.reading.max_bytes)):
            yield from _found(found, plan)


def _found(found: File | Failed | Skipped, plan: Plan) -> Iterator[Item]:
    if not isinstance(found, File):
        yield Item(found)
    elif found.form == "text" and (form := held(found.name, plan.reading.form)):
        for rows in read(found.path, lambda: opened(io.BytesIO(found.data), found.name, form, plan.reading)):
            yield from records(rows, plan) if isinstance(rows, Rows) else [Item(rows)]
    else:
        yield _document(found, plan)


def _document(file: File, plan: Plan) -> Item:
    try:
        read = document(file, plan.reading.encoding)
    except NotText as what:
        return Item(skipped(file.path, what))
    except Unreadable as what:
        return Item(Failed(path=file.path, error=str(what), reason="unreadable"))
    item = _item(Row(read.text, None, read.encoding, read.invalid), file.path, plan)
    return item._replace(entry=_placed(item.entry, read)) if isinstance(item.entry, Record) else item


def records(rows: Rows, plan: Plan) -> Iterator[Item]:
    """Yield what became of each record, in order."""
    return (item for _, item in numbered(rows, plan))


def numbered(rows: Rows, plan: Plan) -> Iterator[tuple[int, Item]]:
    """Yield the same with the number of each row."""
    shown = display(rows.path)
    for number, row in rows.block.rows(plan.reading):
        path = f"{shown}:{number}"
        if isinstance(row, TooLarge):
            yield number, Item(passed_over(path, too_large(plan.reading.max_bytes)))
        elif isinstance(row, BadRow):
            yield number, Item(Failed(path=path, id=row.id, error=str(row), reason="bad-record"))
        else:
            yield number, _item(row, path, plan)


def _item(row: Row, path: str, plan: Plan) -> Item:
    text, row_id, encoding, invalid = row
    record, suppressed = plan.scan(text, path=path, id=row_id, encoding=encoding, invalid=invalid)
    return Item(record, text, suppressed, plan.limits)


def _placed(record: Record, read: Document) -> Record:
    """Return a record with what is known of the file that the text came from."""
    findings = [_at(finding, read) for finding in record.findings]
    remarks = list(read.remarks)
    return replace(record, findings=findings, format=read.format, encoding_confidence=read.confidence, remarks=remarks)


def _at(finding: Finding, read: Document) -> Finding:
    source = read.source(finding.start, finding.end)
    return finding if source is None else replace(finding, source=source)


# --- one file ----------------------------------------------------------------------------------------------------


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _bytes(path: Path, max_bytes: int) -> bytes:
    if _size(path) > max_bytes:
        raise too_large(max_bytes)
    return path.read_bytes()


def opening(path: Path | str) -> contextlib.AbstractContextManager[BinaryIO]:
    """Return a file or URL that is open for reading, or standard input, which is not closed at the end."""
    if isinstance(path, str):
        return contextlib.nullcontext(_standard_input()) if path == "-" else fetched(path)
    _size(path)
    return path.open("rb")


def _size(path: Path) -> int:
    """Return how large a file is; what is no file is not waited for."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        what = next((what for is_kind, what in _KINDS if is_kind(about.st_mode)), "something")
        raise PassedOver(f"{what}, not a file; pipe it in and give - as the path", "not-a-file")
    return about.st_size


def too_large(max_bytes: int) -> PassedOver:
    """Return why what is over the limit of a document is not read."""
    return PassedOver(f"larger than the limit of {max_bytes} bytes (--max-bytes)", "too-large")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer
