"""Many documents: paths to entries, one at a time."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, NamedTuple, TypeVar

from msgspec.structs import replace

from redactscan.document import NotText, Unreadable, document
from redactscan.document.archive import files
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
    from redactscan.walk import Place

Result = TypeVar("Result")


class Documents:
    """The documents at some paths: iterate for what became of each, with its text, in order.

    A path is a file, a folder with all below it, a pattern such as "*.txt", or "-" for standard input. Whatever is
    wrong with a path stands in its entry. `plans` tell how each is treated. `jobs` is the number of processes that
    scan; the items are the same. `sample`: no more documents than this, from the beginnings of files that lie evenly
    among all. `meter` knows how much was read.
    """

    def __init__(self, paths: Sequence[str], plans: Plans, jobs: int = 1, sample: int | None = None) -> None:
        self._paths = paths
        self.sample = sample
        self.meter = Meter()
        self._plans = plans
        self._work = Work(plans)
        self._jobs = jobs

    def __iter__(self) -> Iterator[Item]:
        """Yield what became of each document."""
        return (item for items in self.mapped(list) for item in items)

    def size(self) -> int:
        """Return the bytes of all files, as far as they can be told."""
        return sum(bytes_of(place) or 0 for place in places(self._paths, self._plans))

    def mapped(self, use: Callable[[Iterable[Item]], Result]) -> Iterator[Result]:
        """Yield what `use` makes of the items, some at a time, in order; called in the process that made them."""
        sources = _sources(_chosen(self._paths, self._plans, self.sample), self._plans, self.meter)
        if self._jobs == 1:
            return (use(self._work(source)) for source in sources)
        from redactscan.pool import ordered  # noqa: PLC0415 - it brings `multiprocessing` along

        self._plans.of(None).scanner.matcher.prepare(build=False)
        return ordered(_Job(self._work, use), _batches(sources), self._jobs, first_name)


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
    """Some of the records of a file or URL, or "-" for standard input; the first of them, where `most` says so."""

    path: Path | str
    block: Block
    most: int | None = None


Source = Path | Input | Rows | Failed | Skipped
"""Where documents come from: a file or input that is one, records, or the entry for what is not read."""


class Meter:
    """How many bytes were read of files, as they lie on the disk."""

    def __init__(self) -> None:
        self._whole = 0
        self._part = 0.0

    @property
    def taken(self) -> int:
        """The bytes so far."""
        return self._whole + int(self._part)

    def at(self, place: float) -> None:
        """Count a file up to a place in it."""
        self._part = max(self._part, place)

    def end(self) -> None:
        """Count no more of a file."""
        self._whole, self._part = self.taken, 0.0


def _chosen(paths: Iterable[str], plans: Plans, sample: int | None) -> Iterator[tuple[Place, int | None]]:
    """Yield what stands at paths, and how many of its documents are wanted."""
    if sample is None:
        yield from ((place, None) for place in places(paths, plans))
        return
    found = list(places(paths, plans))
    yield from ((place, None) for place in found if isinstance(place, (Failed, Skipped)))
    files = [place for place in found if not isinstance(place, (Failed, Skipped))]
    count = min(sample, len(files))
    for n in range(count):
        yield files[n * len(files) // count], sample // count + (n < sample % count)


def _sources(chosen: Iterable[tuple[Place, int | None]], plans: Plans, meter: Meter) -> Iterator[Source]:
    """Yield what is chosen, in order: files by name, and records as they are read."""
    for place, most in chosen:
        if not isinstance(place, (Path, str)):
            yield place
            continue
        reading = plans.of(_file(place)).reading
        form = held(os.fspath(place), reading.form)
        if form:
            yield from _rows(place, form, reading, most, meter)
        else:
            meter.at(bytes_of(place) or 0)
            yield taken(place, reading.max_bytes) if isinstance(place, str) else place
        meter.end()


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


def _rows(path: Path | str, form: str, reading: Reading, most: int | None, meter: Meter) -> Iterator[Source]:
    """Yield the records of a file, no more than `most`, or what is wrong with it."""
    with contextlib.ExitStack() as files:

        def begin() -> tuple[Shard, BinaryIO]:
            file = files.enter_context(opening(path))
            return opened(file, os.fspath(path), form, reading), file

        yield from read(path, begin, meter, most)


def read(
    path: Path | str, begin: Callable[[], tuple[Shard, BinaryIO]], meter: Meter, most: int | None = None
) -> Iterator[Rows | Failed | Skipped]:
    """Yield the records of a shard that `begin` opens; whatever is wrong with it ends them, and is their last entry."""
    shown = display(path)
    try:
        yield from _blocks(path, begin, meter, most)
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


def _blocks(
    path: Path | str, begin: Callable[[], tuple[Shard, BinaryIO]], meter: Meter, most: int | None
) -> Iterator[Rows]:
    """Yield the same, raising what is wrong with it; PassedOver where nothing is in it."""
    size = bytes_of(path) or 0
    nothing = True
    shard, file = begin()
    for block in shard.blocks():
        count = block.size
        nothing = nothing and not count
        wanted = count if most is None else min(count, most)
        place = size * shard.share if shard.share is not None else file.tell() if size else 0
        meter.at(place if wanted == count else place * wanted / count)
        yield Rows(path, block, most)
        most = None if most is None else most - wanted
        if most == 0:
            break
    if nothing:
        raise PassedOver("no record in this file", "empty")


def bytes_of(place: Place) -> int | None:
    """Return the bytes of a file; None for what has no size, or where that is found out when it is read."""
    try:
        return place.stat().st_size if isinstance(place, Path) else None
    except OSError:
        return None


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Yield sources some at a time: few where they are large, so that what is under way stays small."""
    batch: list[Source] = []
    held = 0
    for source in sources:
        batch.append(source)
        held += BLOCK if isinstance(source, (Input, Rows)) else bytes_of(source) or 0
        if held >= BLOCK or len(batch) == FILES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def first_name(batch: Sequence[Source]) -> str:
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
        for found in files(file, plan.reading.max_bytes, plan.reading.unpacking):
            yield from _found(found, plan)


def _found(found: File | Failed | Skipped, plan: Plan) -> Iterator[Item]:
    if not isinstance(found, File):
        yield Item(found)
    elif found.form == "text" and (form := held(found.name, plan.reading.form)):
        inner = io.BytesIO(found.data)
        for rows in read(found.path, lambda: (opened(inner, found.name, form, plan.reading), inner), Meter()):
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
    for number, row in islice(rows.block.rows(plan.reading), rows.most):
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
