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
from redactscan.document.outcome import File, skipped
from redactscan.plan import READING, Always, Plan
from redactscan.record import Failed, Record, Skipped, Summary
from redactscan.records import BLOCK, SUFFIXES, BadRow, Block, Row, blocks
from redactscan.report import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from redactscan.document import Document
    from redactscan.plan import Form, Plans, Reading
    from redactscan.record import Entry, Finding, Reason
    from redactscan.scanner import Scanner

Result = TypeVar("Result")

MEANT: tuple[Reason, ...] = ("hidden", "ignored", "link")
"""Reasons for which something is passed over because people want it so."""

IGNORE_FILES = (".gitignore", ".redactscanignore")
"""Files that say what in their folder is passed over; the later wins."""


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

        self._plans.of(None).scanner.matcher.prepare()
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
    """What was read from standard input, which other processes do not have."""

    data: bytes


class Rows(NamedTuple):
    """Some of the records of a file, or "-" for standard input."""

    path: Path | str
    block: Block


Source = Path | Input | Rows | Failed | Skipped
"""Where documents come from: a file or input that is one, records, or the entry for what is not read."""


def _sources(paths: Iterable[str], plans: Plans) -> Iterator[Source]:
    """Yield what stands at `paths`, in order: files by name, and records as they are read."""
    for place in _places(paths, plans):
        if not isinstance(place, (Path, str)):
            yield place
            continue
        reading = plans.of(_file(place)).reading
        if _holds_records(place, reading.form):
            yield from _rows(place, reading.max_bytes)
        elif isinstance(place, str):
            yield _input(place, reading.max_bytes)
        else:
            yield place


def _file(place: Path | str) -> Path | None:
    return place if isinstance(place, Path) else None


def _holds_records(path: Path | str, form: Form) -> bool:
    return form == "jsonl" or (form == "auto" and isinstance(path, Path) and path.suffix.lower() in SUFFIXES)


def _input(path: str, max_bytes: int) -> Source:
    try:
        data = _standard_input().read(max_bytes + 1)
    except OSError as error:
        return _failed(error, path)
    return Input(data) if len(data) <= max_bytes else _skipped(path, _too_large(max_bytes))


def _rows(path: Path | str, max_bytes: int) -> Iterator[Source]:
    """Yield the records of a file, or what is wrong with it."""
    shown = _shown(path)
    nothing = True
    try:
        with _opened(path) as file:
            for block in blocks(file, max_bytes):
                nothing = nothing and not any(line is None or line.strip() for line in block.lines)
                yield Rows(path, block)
    except OSError as error:
        yield _failed(error, path)
    except _PassedOver as why:
        yield _skipped(shown, why)
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
        return f"{_shown(first.path)}:{first.block.first}"
    return _shown(first) if isinstance(first, Path) else "-" if isinstance(first, Input) else first.path


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
            yield from _records(source, self._plans.of(_file(source.path)))
        else:
            yield Item(source)


def _documents(source: Path | Input, plan: Plan) -> Iterator[Item]:
    """Yield what became of a file, or of each one that it holds."""
    shown = _shown(source) if isinstance(source, Path) else "-"
    try:
        data = _bytes(source, plan.reading.max_bytes) if isinstance(source, Path) else source.data
    except OSError as error:
        yield Item(_failed(error, shown))
    except _PassedOver as why:
        yield Item(_skipped(shown, why))
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
    elif found.form == "text" and _holds_records(Path(found.name), plan.reading.form):
        for block in blocks(io.BytesIO(found.data), plan.reading.max_bytes):
            yield from _records(Rows(found.path, block), plan)
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


def _records(rows: Rows, plan: Plan) -> Iterator[Item]:
    shown, reader = _shown(rows.path), plan.reader
    for number, line in enumerate(rows.block.lines, rows.block.first):
        path = f"{shown}:{number}"
        if line is None:
            yield Item(_skipped(path, _too_large(plan.reading.max_bytes)))
        elif not line.isspace():  # nothing stands on an empty line, and the last one often is
            try:
                row = reader.row(line)
            except BadRow as bad:
                yield Item(Failed(path=path, id=bad.id, error=str(bad), reason="bad-record"))
            else:
                yield _item(row, path, plan)


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


class _PassedOver(Exception):  # noqa: N818 - nothing is wrong
    """The file is not read; the message says why, `reason` in a word."""

    def __init__(self, why: str, reason: Reason) -> None:
        super().__init__(why)
        self.reason = reason


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
        raise _PassedOver(f"{what}, not a file; pipe it in and give - as the path", "not-a-file")
    return about.st_size


def _too_large(max_bytes: int) -> _PassedOver:
    return _PassedOver(f"larger than the limit of {max_bytes} bytes (--max-bytes)", "too-large")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


def _failed(error: OSError, path: Path | str) -> Failed:
    """Return the entry for what cannot be read; `path` is used where the error names none."""
    path = error.filename or path
    if not isinstance(error, FileNotFoundError):
        return Failed(path=_shown(path), error=f"cannot be read: {error.strerror or error}", reason="unreadable")
    why = "a link that leads nowhere" if os.path.islink(path) else "no such file or folder"  # noqa: PTH114
    return Failed(path=_shown(path), error=why, reason="missing")


def _skipped(path: str, why: _PassedOver) -> Skipped:
    return Skipped(path=path, skipped=str(why), reason=why.reason)


def _shown(path: Path | str) -> str:
    """Return a path as text that can be written anywhere: names of files need not be."""
    return os.fsencode(path).decode("utf-8", "replace")


# --- which files -------------------------------------------------------------------------------------------------


_Place = Path | str | Failed | Skipped
"""A file to scan, "-" for standard input, or the entry for what is not scanned."""


def _places(paths: Iterable[str], plans: Plans) -> Iterator[_Place]:
    """Yield what stands at `paths`."""
    for given in paths:
        if given == "-":
            yield given
        elif any(sign in given for sign in "*?[") and not os.path.lexists(given):
            yield from _expanded(given, plans)
        else:
            yield from _named(Path(given), plans)


def _named(path: Path, plans: Plans) -> Iterator[_Place]:
    """Yield what stands at a path that the user named."""
    is_folder = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look
    excluded = plans.passed_over(path, is_folder=is_folder)
    if excluded:
        yield _skipped(_shown(path), _PassedOver(excluded, "excluded"))
    elif is_folder:
        yield from _filled(path, plans)
    else:
        yield path


def _expanded(pattern: str, plans: Plans) -> Iterator[_Place]:
    """Yield what a pattern stands for, as though the shell had written it out."""
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
    if "**" in pattern:
        found = [path for path in found if not os.path.isdir(path)]  # noqa: PTH112 - what is in them is found as well
    if not found:
        yield Failed(path=_shown(pattern), error="no file fits this pattern", reason="missing")
    yield from _places(found, plans)


def _filled(folder: Path, plans: Plans) -> Iterator[_Place]:
    """Yield what stands in a folder that the user named, where it should not be nothing."""
    nothing = True
    for place in _walk(folder, plans):
        nothing = False
        yield place
    if nothing:
        yield Failed(path=_shown(folder), error="no file in this folder", reason="missing")


def _walk(top: Path, plans: Plans) -> Iterator[_Place]:
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
            why = _why(entry, path, ignores, plans)
            if why:
                yield _skipped(_shown(path), why)
            elif entry.is_dir(follow_symlinks=False):
                below.append((path, ignores))
            else:
                yield path
        folders += reversed(below)


def _why(entry: os.DirEntry[str], path: Path, ignores: Sequence[_Ignore], plans: Plans) -> _PassedOver | None:
    """Return why something in a folder is passed over."""
    if entry.name.startswith("."):
        return _PassedOver("hidden; give its path to scan it", "hidden")
    is_folder = os.path.isdir(path)  # noqa: PTH112 - the others raise for a link that leads to itself
    if is_folder and entry.is_symlink():
        # It may lead back to where it stands.
        return _PassedOver("a link to a folder; give its path to scan it", "link")
    ignored = _ignored(path, ignores, is_folder=is_folder)
    if ignored:
        return _PassedOver(ignored, "ignored")
    excluded = plans.passed_over(path, is_folder=is_folder)
    return _PassedOver(excluded, "excluded") if excluded else None


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
        self._reasons: Counter[Reason] = Counter()

    def add(self, entry: Entry) -> None:
        """Count one document."""
        if isinstance(entry, (Failed, Skipped)):
            self._documents["failed" if isinstance(entry, Failed) else "skipped"] += 1
            self._reasons[entry.reason] += 1
        else:
            self._add(entry)

    def _add(self, record: Record) -> None:
        self._documents["scanned"] += 1
        if record.stopped:
            self._documents["stopped"] += 1
            self._reasons["timeout"] += 1
        self._characters += record.characters
        self._verdicts[record.verdict] += 1
        self._findings.update(f.kind for f in record.findings if f.severity != "note")

    @property
    def documents(self) -> int:
        """How many documents were counted."""
        return sum(self._documents[what] for what in ("scanned", "skipped", "failed"))

    def merge(self, other: Ledger) -> None:
        """Count what another has counted."""
        self._documents += other._documents
        self._characters += other._characters
        self._verdicts += other._verdicts
        self._findings += other._findings
        self._reasons += other._reasons

    def lacking(self, allowed: Collection[str] = ()) -> list[Reason]:
        """Return the reasons, but those allowed, for which something was not scanned that should have been, sorted.

        What was passed over as users want it counts only where nothing was scanned at all, what they excluded never.
        """
        fine = {*allowed, "excluded", *(MEANT if self._documents["scanned"] else ())}
        return sorted(reason for reason in self._reasons if reason not in fine)

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
            reasons=dict(sorted(self._reasons.items())),
        )
