"""Many documents: paths to entries, one at a time, and the ledger of what became of each."""

from __future__ import annotations

import contextlib
import errno
import glob
import io
import os
import stat
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, Literal, NamedTuple, TypeVar

from msgspec.structs import replace

from redactscan.document import NotText, Unreadable, document
from redactscan.document.archive import Limits, files
from redactscan.document.outcome import File
from redactscan.record import Failed, Record, Skipped, Summary
from redactscan.records import BLOCK, SUFFIXES, BadRow, Block, Fields, Reader, blocks
from redactscan.report import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from redactscan.document import Document
    from redactscan.record import Entry, Finding
    from redactscan.scanner import Scanner

Result = TypeVar("Result")

Form = Literal["auto", "text", "jsonl"]

MAX_BYTES = 100_000_000
"""Bytes from which a document is passed over."""

IGNORE_FILES = (".gitignore", ".redactscanignore")
"""Files that say what in their folder is passed over; the later wins."""


class Reading(NamedTuple):
    """How documents are read.

    `encoding` is that of all; without it each one's bytes tell. What has more than `max_bytes`, as a file or as one
    record in it, is passed over. `form`: "auto" takes files for records by their names (`records.SUFFIXES`), "text" and
    "jsonl" take all for one or the other. `fields` are those of a record.
    """

    encoding: str | None = None
    max_bytes: int = MAX_BYTES
    form: Form = "auto"
    fields: Fields = Fields()


READING = Reading()
"""How documents are read where nothing else is asked for."""


class Documents:
    """The documents at some paths: iterate for what became of each, with its text, in order.

    A path is a file, a folder with all below it, a pattern such as "*.txt", or "-" for standard input. Whatever is
    wrong with a path stands in its entry. `jobs` is the number of processes that scan; the items are the same.
    """

    def __init__(self, paths: Sequence[str], scanner: Scanner, reading: Reading = READING, jobs: int = 1) -> None:
        self._paths = paths
        self._work = Work(scanner, reading)
        self._reading = reading
        self._jobs = jobs

    def __iter__(self) -> Iterator[Item]:
        """Yield what became of each document."""
        return (item for items in self.mapped(list) for item in items)

    def mapped(self, use: Callable[[Iterable[Item]], Result]) -> Iterator[Result]:
        """Yield what `use` makes of the items, some at a time, in order; called in the process that made them."""
        sources = _sources(self._paths, self._reading)
        if self._jobs == 1:
            return (use(self._work(source)) for source in sources)
        from redactscan.pool import ordered  # noqa: PLC0415 - it brings `multiprocessing` along

        self._work.scanner.matcher.prepare()
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
    return (item.entry for item in Documents(paths, scanner, reading))


# --- where documents come from -----------------------------------------------------------------------------------

FILES = 64
"""Files that a process is sent at a time, where they are small: so many that sending costs little."""


class Input(NamedTuple):
    """What was read from standard input, which other processes do not have."""

    data: bytes


class Rows(NamedTuple):
    """Some of the records of a file."""

    path: str
    block: Block


Source = Path | Input | Rows | Failed | Skipped
"""Where documents come from: a file or input that is one, records, or the entry for what is not read."""


def _sources(paths: Iterable[str], reading: Reading) -> Iterator[Source]:
    """Yield what stands at `paths`, in order: files by name, and records as they are read."""
    for place in _places(paths):
        if not isinstance(place, (Path, str)):
            yield place
        elif _holds_records(place, reading.form):
            yield from _rows(place, reading.max_bytes)
        elif isinstance(place, str):
            yield _input(place, reading.max_bytes)
        else:
            yield place


def _holds_records(path: Path | str, form: Form) -> bool:
    return form == "jsonl" or (form == "auto" and isinstance(path, Path) and path.suffix.lower() in SUFFIXES)


def _input(path: str, max_bytes: int) -> Source:
    try:
        data = _standard_input().read(max_bytes + 1)
    except OSError as error:
        return _failed(error, path)
    return Input(data) if len(data) <= max_bytes else Skipped(path=path, skipped=str(_too_large(max_bytes)))


def _rows(path: Path | str, max_bytes: int) -> Iterator[Source]:
    """Yield the records of a file, or what is wrong with it."""
    shown = _shown(path)
    nothing = True
    try:
        with _opened(path) as file:
            for block in blocks(file, max_bytes):
                nothing = nothing and not any(line is None or line.strip() for line in block.lines)
                yield Rows(shown, block)
    except OSError as error:
        yield _failed(error, path)
    except _PassedOver as reason:
        yield Skipped(path=shown, skipped=str(reason))
    else:
        if nothing:
            yield Skipped(path=shown, skipped="no record in this file")


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
        return f"{first.path}:{first.block.first}"
    return _shown(first) if isinstance(first, Path) else "-" if isinstance(first, Input) else first.path


# --- what is done with them --------------------------------------------------------------------------------------


class Work:
    """Sources to items, in this process or, since it can be pickled, in another."""

    def __init__(self, scanner: Scanner, reading: Reading) -> None:
        self.scanner = scanner
        self._reading = reading
        self._reader = Reader(reading.fields, reading.encoding)

    def __call__(self, source: Source) -> Iterator[Item]:
        """Yield what became of each document that comes from a source."""
        if isinstance(source, (Path, Input)):
            yield from self._file(source)
        elif isinstance(source, Rows):
            yield from self._rows(source)
        else:
            yield Item(source)

    def _file(self, source: Path | Input) -> Iterator[Item]:
        """Yield what became of a file, or of each one that it holds."""
        shown = _shown(source) if isinstance(source, Path) else "-"
        reading = self._reading
        try:
            data = _bytes(source, reading.max_bytes) if isinstance(source, Path) else source.data
        except OSError as error:
            yield Item(_failed(error, shown))
        except _PassedOver as reason:
            yield Item(Skipped(path=shown, skipped=str(reason)))
        else:
            file = File(shown, shown, data)
            as_text = reading.form == "text"
            for found in [file._replace(form="text")] if as_text else files(file, Limits(size=reading.max_bytes)):
                yield from self._found(found)

    def _found(self, found: File | Failed | Skipped) -> Iterator[Item]:
        if not isinstance(found, File):
            yield Item(found)
        elif found.form == "text" and _holds_records(Path(found.name), self._reading.form):
            for block in blocks(io.BytesIO(found.data), self._reading.max_bytes):
                yield from self._rows(Rows(found.path, block))
        else:
            yield self._item(found)

    def _rows(self, rows: Rows) -> Iterator[Item]:
        for row, line in enumerate(rows.block.lines, rows.block.first):
            # Nothing stands on an empty line, and the last one often is.
            if line is None or not line.isspace():
                yield self._record(f"{rows.path}:{row}", line)

    def _item(self, file: File) -> Item:
        try:
            read = document(file, self._reading.encoding)
        except NotText as reason:
            return Item(Skipped(path=file.path, skipped=str(reason)))
        except Unreadable as error:
            return Item(Failed(path=file.path, error=str(error)))
        record = self.scanner.scan(read.text, path=file.path, encoding=read.encoding, invalid=read.invalid)
        return Item(_placed(record, read), read.text)

    def _record(self, path: str, line: bytes | None) -> Item:
        if line is None:
            return Item(Skipped(path=path, skipped=str(_too_large(self._reading.max_bytes))))
        try:
            text, row_id, encoding, invalid = self._reader.row(line)
        except BadRow as bad:
            return Item(Failed(path=path, id=bad.id, error=str(bad)))
        return Item(self.scanner.scan(text, path=path, id=row_id, encoding=encoding, invalid=invalid), text)


def _placed(record: Record, read: Document) -> Record:
    """Return a record with what is known of the file that the text came from."""
    findings = [_at(finding, read) for finding in record.findings]
    remarks = list(read.remarks)
    return replace(record, findings=findings, format=read.format, encoding_confidence=read.confidence, remarks=remarks)


def _at(finding: Finding, read: Document) -> Finding:
    source = read.source(finding.start, finding.end)
    return finding if source is None else replace(finding, source=source)


# --- one file ----------------------------------------------------------------------------------------------------


class _PassedOver(Exception):  # noqa: N818 - nothing is wrong
    """The file is not read; the message says why."""


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _bytes(path: Path, max_bytes: int) -> bytes:
    if _size(path) > max_bytes:
        raise _too_large(max_bytes)
    return path.read_bytes()


def _opened(path: Path | str) -> contextlib.AbstractContextManager[BinaryIO]:
    """Return a file that is open for reading, or standard input, which is not closed at the end."""
    if isinstance(path, str):
        return contextlib.nullcontext(_standard_input())
    _size(path)
    return path.open("rb")


def _size(path: Path) -> int:
    """Return how large a file is; what is no file is not waited for."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        what = next((what for is_kind, what in _KINDS if is_kind(about.st_mode)), "something")
        raise _PassedOver(f"{what}, not a file; pipe it in and give - as the path")
    return about.st_size


def _too_large(max_bytes: int) -> _PassedOver:
    return _PassedOver(f"larger than the limit of {max_bytes} bytes (--max-bytes)")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


def _failed(error: OSError, path: Path | str) -> Failed:
    """Return the entry for what cannot be read; `path` is used where the error names none."""
    path = error.filename or path
    if not isinstance(error, FileNotFoundError):
        why = f"cannot be read: {error.strerror or error}"
    else:
        why = "a link that leads nowhere" if os.path.islink(path) else "no such file or folder"  # noqa: PTH114
    return Failed(path=_shown(path), error=why)


def _shown(path: Path | str) -> str:
    """Return a path as text that can be written anywhere: names of files need not be."""
    return os.fsencode(path).decode("utf-8", "replace")


# --- which files -------------------------------------------------------------------------------------------------


_Place = Path | str | Failed | Skipped
"""A file to scan, "-" for standard input, or the entry for what is not scanned."""


def _places(paths: Iterable[str]) -> Iterator[_Place]:
    """Yield what stands at `paths`."""
    for given in paths:
        if given == "-":
            yield given
        elif os.path.isdir(given):  # noqa: PTH112 - Path.is_dir raises where it may not look
            yield from _filled(Path(given))
        elif any(sign in given for sign in "*?[") and not os.path.lexists(given):
            yield from _expanded(given)
        else:
            yield Path(given)


def _expanded(pattern: str) -> Iterator[_Place]:
    """Yield what a pattern stands for, as though the shell had written it out."""
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
    if "**" in pattern:
        found = [path for path in found if not os.path.isdir(path)]  # noqa: PTH112 - what is in them is found as well
    if not found:
        yield Failed(path=_shown(pattern), error="no file fits this pattern")
    yield from _places(found)


def _filled(folder: Path) -> Iterator[_Place]:
    """Yield what stands in a folder that the user named, where it should not be nothing."""
    nothing = True
    for place in _walk(folder):
        nothing = False
        yield place
    if nothing:
        yield Failed(path=_shown(folder), error="no file in this folder")


def _walk(top: Path) -> Iterator[_Place]:
    """Yield the files of a folder in the order of their names, then those of the folders in it."""
    try:
        above = _ignores_above(top)
    except OSError as error:
        above = []
        yield _failed(error, top)
    folders = [(top, above)]
    while folders:
        folder, ignores = folders.pop()
        below = []
        try:
            found = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield _failed(error, folder)
            continue
        try:
            ignores = [*ignores, *_ignores(folder)]
        except OSError as error:
            yield _failed(error, folder)
        for entry in found:
            path = folder / entry.name
            reason = _reason(entry, path, ignores)
            if reason:
                yield Skipped(path=_shown(path), skipped=reason)
            elif entry.is_dir(follow_symlinks=False):
                below.append((path, ignores))
            else:
                yield path
        folders += reversed(below)


def _reason(entry: os.DirEntry[str], path: Path, ignores: Sequence[_Ignore]) -> str | None:
    """Return why something in a folder is passed over."""
    if entry.name.startswith("."):
        return "hidden; give its path to scan it"
    is_folder = os.path.isdir(path)  # noqa: PTH112 - the others raise for a link that leads to itself
    if is_folder and entry.is_symlink():
        # It may lead back to where it stands.
        return "a link to a folder; give its path to scan it"
    return _ignored(path, ignores, is_folder=is_folder)


# --- ignore files ------------------------------------------------------------------------------------------------


class _Ignore(NamedTuple):
    """One ignore file: the folder it is for, and its patterns with the lines they stand on."""

    file: Path
    folder: Path
    lines: tuple[int, ...]
    spec: GitIgnoreSpec


def _ignored(path: Path, ignores: Sequence[_Ignore], *, is_folder: bool) -> str | None:
    """Return which line ignores a path: the last that speaks of it, in the ignore file nearest to it."""
    whole = _whole(path)
    for ignore in reversed(ignores):
        inside = whole.relative_to(ignore.folder).as_posix()
        result = ignore.spec.check_file(f"{inside}/" if is_folder else inside)
        if result.include is not None and result.index is not None:
            return f"ignored by {_shown(ignore.file)}:{ignore.lines[result.index]}" if result.include else None
    return None


def _whole(path: Path) -> Path:
    # resolve() would follow links, and lead out of the folder whose ignore files are looked at.
    return Path(os.path.abspath(path))  # noqa: PTH100


def _ignores(folder: Path) -> list[_Ignore]:
    """Return the ignore files that lie in a folder."""
    return [_ignore(folder / name) for name in IGNORE_FILES if (folder / name).is_file()]


def _ignore(file: Path) -> _Ignore:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 30 ms, and most folders have no such file

    lines, patterns = [], []
    for number, line in enumerate(file.read_bytes().decode("utf-8-sig", "replace").split("\n"), 1):
        try:
            GitIgnoreSpec.from_lines([line], backend="simple")
        except ValueError:
            continue  # git passes over what is no pattern, too
        if line.strip():  # the library leaves out empty lines, so they must not be counted
            lines.append(number)
            patterns.append(line.rstrip("\r"))
    # Left to itself the library would build a native database for each file.
    return _Ignore(file, _whole(file.parent), tuple(lines), GitIgnoreSpec.from_lines(patterns, backend="simple"))


def _ignores_above(folder: Path) -> list[_Ignore]:
    """Return the ignore files from the root of the repository down to the parent of `folder`.

    A folder that the user names is scanned even where they ignore it; then they say nothing of what is in it.
    """
    whole = _whole(folder)
    way = [whole, *_parents_in_repository(whole)]
    parents = [parent if folder.is_absolute() else Path(os.path.relpath(parent)) for parent in reversed(way[1:])]
    return [
        ignore
        for parent in parents
        for ignore in _ignores(parent)
        if not any(_ignored(step, [ignore], is_folder=True) for step in way if ignore.folder in step.parents)
    ]


def _parents_in_repository(folder: Path) -> list[Path]:
    """Return the folders above `folder`, the nearest first, as far as its repository reaches; outside of one, none."""
    folders = [folder, *folder.parents]
    root = next((n for n, each in enumerate(folders) if (each / ".git").exists()), 0)
    return folders[1 : root + 1]


# --- the ledger --------------------------------------------------------------------------------------------------


class Ledger:
    """What became of the documents of a run, counted as they come."""

    def __init__(self, engine: Literal["hyperscan", "regex"]) -> None:
        self.engine = engine
        self._documents: Counter[str] = Counter()
        self._characters = 0
        self._verdicts: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        """Count one document."""
        if isinstance(entry, Failed):
            self._documents["failed"] += 1
        elif isinstance(entry, Skipped):
            self._documents["skipped"] += 1
        else:
            self._add(entry)

    def _add(self, record: Record) -> None:
        self._documents["scanned"] += 1
        self._documents["stopped"] += bool(record.stopped)
        self._characters += record.characters
        self._verdicts[record.verdict] += 1
        self._findings.update(f.kind for f in record.findings if f.severity != "note")

    def merge(self, other: Ledger) -> None:
        """Count what another has counted."""
        self._documents += other._documents
        self._characters += other._characters
        self._verdicts += other._verdicts
        self._findings += other._findings

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = self._documents
        return Summary(
            engine=self.engine,
            scanned=counts["scanned"],
            skipped=counts["skipped"],
            failed=counts["failed"],
            stopped=counts["stopped"],
            characters=self._characters,
            verdicts=dict(sorted(self._verdicts.items())),
            findings=dict(sorted(self._findings.items())),
        )
