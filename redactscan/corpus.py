"""Many documents: paths to entries, one at a time, and the ledger of what became of each."""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from redactscan.document import NotText, decode
from redactscan.record import Failed, Record, Skipped, Summary
from redactscan.report import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from redactscan.record import Entry
    from redactscan.scanner import Scanner

MAX_BYTES = 100_000_000
"""Bytes from which a document is passed over."""

IGNORE_FILES = (".gitignore", ".redactscanignore")
"""Files that say what in their folder is passed over; the later wins."""


def entries(
    paths: Sequence[str], scanner: Scanner, *, encoding: str | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Entry]:
    """Yield what became of each document at `paths`, in order; see `items`."""
    return (item.entry for item in items(paths, scanner, encoding=encoding, max_bytes=max_bytes))


def items(
    paths: Sequence[str], scanner: Scanner, *, encoding: str | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Item]:
    """Yield what became of each document at `paths`, with its text, in order and one at a time.

    A path is a file, a folder with all below it, a pattern such as "*.txt", or "-" for standard input. `encoding` is
    that of all documents; without it each one's bytes tell. Whatever is wrong with a path stands in its entry.
    """
    for place in _places(paths):
        if isinstance(place, (Path, str)):
            yield _item(place, scanner, encoding, max_bytes)
        else:
            yield Item(place)


def _item(path: Path | str, scanner: Scanner, encoding: str | None, max_bytes: int) -> Item:
    shown = _shown(path)
    try:
        data = _bytes(path, max_bytes)
        document = decode(data, encoding)
    except OSError as error:
        return Item(_failed(error, path))
    except (NotText, _PassedOver) as reason:
        return Item(Skipped(path=shown, skipped=str(reason)))
    record = scanner.scan(document.text, path=shown, encoding=document.encoding, invalid=document.invalid)
    return Item(record, document.text)


# --- one file ----------------------------------------------------------------------------------------------------


class _PassedOver(Exception):  # noqa: N818 - nothing is wrong
    """The file is not read; the message says why."""


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _bytes(path: Path | str, max_bytes: int) -> bytes:
    """Return what a file holds, or, where the path is a string, standard input."""
    too_large = _PassedOver(f"larger than the limit of {max_bytes} bytes (--max-bytes)")
    if isinstance(path, str):
        data = _standard_input(max_bytes + 1)
        if len(data) > max_bytes:
            raise too_large
        return data
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        what = next((what for is_kind, what in _KINDS if is_kind(about.st_mode)), "something")
        raise _PassedOver(f"{what}, not a file; pipe it in and give - as the path")
    if about.st_size > max_bytes:
        raise too_large
    return path.read_bytes()


def _standard_input(size: int) -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer.read(size)


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
        self._engine = engine
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

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = self._documents
        return Summary(
            engine=self._engine,
            scanned=counts["scanned"],
            skipped=counts["skipped"],
            failed=counts["failed"],
            stopped=counts["stopped"],
            characters=self._characters,
            verdicts=dict(sorted(self._verdicts.items())),
            findings=dict(sorted(self._findings.items())),
        )
