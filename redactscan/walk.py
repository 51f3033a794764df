"""Which files stand at some paths: folders with all below them, patterns, and what ignore files say."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from redactscan.config import repository
from redactscan.document.outcome import absent, skipped, why
from redactscan.record import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from redactscan.plan import Plans
    from redactscan.record import Reason

IGNORE_FILES = (".gitignore", ".redactscanignore")
"""Files that say what in their folder is passed over; the later wins."""


class PassedOver(Exception):  # noqa: N818 - nothing is wrong
    """The file is not read; the message says why, `reason` in a word."""

    def __init__(self, why: str, reason: Reason) -> None:
        super().__init__(why)
        self.reason = reason


def failed(error: OSError, path: Path | str) -> Failed:
    """Return the entry for what cannot be read; `path` is used where the error names none."""
    path = error.filename or path
    if not isinstance(error, FileNotFoundError):
        return Failed(path=display(path), error=f"cannot be read: {error.strerror or error}", reason="unreadable")
    why = "a link that leads nowhere" if os.path.islink(path) else "no such file or folder"  # noqa: PTH114
    return Failed(path=display(path), error=why, reason="missing")


def passed_over(path: str, why: PassedOver) -> Skipped:
    """Return the entry for what is not read."""
    return Skipped(path=path, skipped=str(why), reason=why.reason)


def display(path: Path | str) -> str:
    """Return a path as text that can be written anywhere: names of files need not be."""
    return os.fsencode(path).decode("utf-8", "replace")


Place = Path | str | Failed | Skipped
"""A file to scan, a URL, "-" for standard input, or the entry for what is not scanned."""


def places(paths: Iterable[str], plans: Plans) -> Iterator[Place]:
    """Yield what stands at `paths`."""
    for given in paths:
        if given == "-":
            yield given
        elif "://" in given:
            yield from _remote(given)
        elif any(sign in given for sign in "*?[") and not os.path.lexists(given):
            yield from _expanded(given, plans)
        else:
            yield from _named(Path(given), plans)


def _named(path: Path, plans: Plans) -> Iterator[Place]:
    """Yield what stands at a path that the user named."""
    is_folder = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look
    excluded = plans.passed_over(path, is_folder=is_folder)
    if excluded:
        yield passed_over(display(path), PassedOver(excluded, "excluded"))
    elif is_folder:
        yield from _filled(path, plans)
    else:
        yield path


def _expanded(pattern: str, plans: Plans) -> Iterator[Place]:
    """Yield what a pattern stands for, as though the shell had written it out."""
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
    if "**" in pattern:
        found = [path for path in found if not os.path.isdir(path)]  # noqa: PTH112 - what is in them is found as well
    if not found:
        yield Failed(path=display(pattern), error="no file fits this pattern", reason="missing")
    yield from places(found, plans)


def _filled(folder: Path, plans: Plans) -> Iterator[Place]:
    """Yield what stands in a folder that the user named, where it should not be nothing."""
    nothing = True
    for place in _walk(folder, plans):
        nothing = False
        yield place
    if nothing:
        yield Failed(path=display(folder), error="no file in this folder", reason="missing")


def _walk(top: Path, plans: Plans) -> Iterator[Place]:
    """Yield the files of a folder in the order of their names, then those of the folders in it."""
    try:
        above = _ignores_above(top)
    except OSError as error:
        above = []
        yield failed(error, top)
    root = repository(_whole(top))
    folders = [(top, above)]
    while folders:
        folder, ignores = folders.pop()
        below = []
        try:
            found = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield failed(error, folder)
            continue
        try:
            ignores = [*ignores, *_ignores(folder)]
        except OSError as error:
            yield failed(error, folder)
        for entry in found:
            path = folder / entry.name
            why = _why(entry, path, ignores, plans) or _leads_out(entry, root)
            if why:
                yield passed_over(display(path), why)
            elif entry.is_dir(follow_symlinks=False):
                below.append((path, ignores))
            else:
                yield path
        folders += reversed(below)


def _why(entry: os.DirEntry[str], path: Path, ignores: Sequence[_Ignore], plans: Plans) -> PassedOver | None:
    """Return why something in a folder is passed over."""
    if entry.name.startswith("."):
        return PassedOver("hidden; give its path to scan it", "hidden")
    is_folder = os.path.isdir(path)  # noqa: PTH112 - the others raise for a link that leads to itself
    if is_folder and entry.is_symlink():
        # It may lead back to where it stands.
        return PassedOver("a link to a folder; give its path to scan it", "link")
    ignored = _ignored(path, ignores, is_folder=is_folder)
    if ignored:
        return PassedOver(ignored, "ignored")
    excluded = plans.passed_over(path, is_folder=is_folder)
    return PassedOver(excluded, "excluded") if excluded else None


def _leads_out(entry: os.DirEntry[str], root: Path | None) -> PassedOver | None:
    """Return why a link to a file is passed over: in a pull request, a stranger may let it lead to what is secret."""
    if root is None or not entry.is_symlink():
        return None
    if Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(root)):
        return None
    return PassedOver("a link out of the repository; give its path to scan it", "link")


# --- URLs --------------------------------------------------------------------------------------------------------


def fetched(url: str) -> BinaryIO:
    """Return a file at a URL that is open for reading."""
    import fsspec  # noqa: PLC0415 - of the extra; `_remote` has said so where it is not there

    return fsspec.open(url, "rb").open()  # type: ignore[no-any-return]


def _remote(given: str) -> Iterator[Place]:
    """Yield the files at a URL, which may be a folder or a pattern as well."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - of the extra

        system, inside = url_to_fs(given)
        if any(sign in inside for sign in "*?["):
            found = sorted(path for path in system.glob(inside) if not system.isdir(path))
        else:
            found = sorted(system.find(inside)) if system.isdir(inside) else [inside]
    except ImportError as error:
        yield skipped(given, absent("a URL", error, "corpus"))
        return
    except Exception as error:  # noqa: BLE001 - what lies behind URLs raises anything
        yield Failed(path=given, error=f"cannot be read: {why(error)}", reason="unreadable")
        return
    for path in found:
        hidden = any(name.startswith(".") for name in path.removeprefix(inside).split("/"))
        url = system.unstrip_protocol(path)
        yield passed_over(url, PassedOver("hidden; give its path to scan it", "hidden")) if hidden else url
    if not found:
        yield Failed(path=given, error="no file at this URL", reason="missing")


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
            return f"ignored by {display(ignore.file)}:{ignore.lines[result.index]}" if result.include else None
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
    root = repository(folder)
    return [] if root is None else [each for each in folder.parents if each.is_relative_to(root)]
