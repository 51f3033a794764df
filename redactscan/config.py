"""Settings from files: `[tool.redactscan]` in pyproject.toml, or redactscan.toml, the nearest upward from each path."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from redactscan.errors import RedactscanError, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

OWN, SHARED = "redactscan.toml", "pyproject.toml"
"""Files that are looked for in each folder; the first wins. Of the second, only `[tool.redactscan]` is ours."""


LARGEST = 200_000
"""Bytes of a file with settings. Its parser takes minutes over a megabyte that is made for that."""


class Setting(NamedTuple):
    """A value that a file gives, and where: "file:line"."""

    value: Any
    source: str

    @property
    def folder(self) -> Path:
        """Where that file lies: paths in it are as seen from there."""
        return Path(self.source.rpartition(":")[0]).parent

    def path(self, given: object, *, written: bool = False) -> str:
        """Return a path that the file names, as seen from there.

        Raises RedactscanError where it leads out of the repository of the file, or without one out of the working
        directory or the folder of the file: in a pull request a stranger may have written it. What is to be `written`
        may not be hidden there either, as what git keeps is.
        """
        path = self.folder / str(given)
        top, real = _top(self.folder), Path(os.path.realpath(path))
        if not real.is_relative_to(top):
            raise RedactscanError(f"{self.source}: {given} is outside of {top}, where settings may not lead")
        if written and any(part.startswith(".") for part in real.relative_to(top).parts):
            raise RedactscanError(f"{self.source}: {given} is hidden, and settings may not have it written")
        if real.exists() and not (real.is_file() or real.is_dir()):
            raise RedactscanError(f"{self.source}: {given} is no file or folder")
        return str(path)


def repository(folder: Path) -> Path | None:
    """Return the top of the repository in which a folder is, by the names of the folders above it."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def _top(folder: Path) -> Path:
    """Return the folder that holds all that settings in `folder` may name."""
    real, here = Path(os.path.realpath(folder)), Path(os.path.realpath("."))
    return repository(real) or (here if real.is_relative_to(here) else real)


class Keys(NamedTuple):
    """The keys that there are: `known` of all, and `local` of those that an override may have."""

    known: Collection[str]
    local: Collection[str]


class Override(NamedTuple):
    """Settings for some paths."""

    paths: Patterns
    values: dict[str, Setting]


class Settings(NamedTuple):
    """What a file sets, by key, and what it sets for some paths only, of which the last wins."""

    file: Path
    values: dict[str, Setting]
    overrides: tuple[Override, ...] = ()

    def overriding(self, path: Path | None) -> list[int]:
        """Return the numbers of the overrides that speak of a path; of standard input none does."""
        if path is None:
            return []
        return [n for n, override in enumerate(self.overrides) if override.paths.fit(path)]

    def at(self, path: Path | None) -> dict[str, Setting]:
        """Return what is set for a path."""
        values = dict(self.values)
        for n in self.overriding(path):
            values |= self.overrides[n].values
        return values


class Patterns:
    """Patterns of paths as in .gitignore, seen from a folder; `source` says whose they are."""

    def __init__(self, patterns: Sequence[str], folder: Path, source: str) -> None:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 30 ms, and most runs have no patterns

        self.source = source
        self._folder = os.path.abspath(folder)  # noqa: PTH100 - resolve() would follow links
        try:
            # Left to itself the library would build a native database for each.
            self._spec = GitIgnoreSpec.from_lines(patterns, backend="simple")
        except ValueError:
            raise RedactscanError(f"{source}: {', '.join(patterns)!r} is no pattern as in .gitignore") from None

    def fit(self, path: Path, *, is_folder: bool = False) -> bool:
        """Say whether a path, or a folder above it, fits; what lies outside of our folder is taken from the root."""
        whole = os.path.abspath(path)  # noqa: PTH100 - the same
        inside = whole[len(self._folder) :] if whole.startswith(self._folder.rstrip(os.sep) + os.sep) else whole
        name = inside.replace(os.sep, "/").lstrip("/")
        return self._spec.check_file(f"{name}/" if is_folder else name).include is True


class Configs:
    """The settings that speak of each path: those of the nearest file upward, or, where one is `given`, of that.

    `given` is None to look for the nearest, "" for no settings at all. Raises RedactscanError, with file:line, for what
    is wrong with a file, when it is first needed.
    """

    def __init__(self, given: str | None, keys: Keys) -> None:
        self._given = given
        self._keys = keys
        self._folders: dict[str, Settings | None] = {}

    def of(self, path: Path | None) -> Settings | None:
        """Return the settings for a file or folder; None is standard input, for which those of our own folder stand."""
        if self._given is None:
            return self._nearest(os.path.dirname(os.path.abspath(path)) if path else os.getcwd())  # noqa: PTH100, PTH109, PTH120
        if self._given not in self._folders:
            self._folders[self._given] = settings(Path(self._given), self._keys) if self._given else None
        return self._folders[self._given]

    def _nearest(self, folder: str) -> Settings | None:
        if folder not in self._folders:
            file, above = _file_in(Path(os.path.relpath(folder))), os.path.dirname(folder)  # noqa: PTH120
            found = settings(file, self._keys) if file else self._nearest(above) if above != folder else None
            self._folders[folder] = found
        return self._folders[folder]


def _file_in(folder: Path) -> Path | None:
    """Return the file with settings in a folder."""
    if (folder / OWN).is_file():
        return folder / OWN
    return folder / SHARED if (folder / SHARED).is_file() and _is_ours(folder / SHARED) else None


def settings(file: Path, keys: Keys) -> Settings:
    """Return the settings of a file; raise RedactscanError, with file:line, for what is wrong with it."""
    text = _read(file)
    table = _table(file, _parsed(file, text))
    lines = _lines(text, ours=file.name != SHARED)
    overrides = table.pop("overrides", [])
    if not (isinstance(overrides, list) and all(isinstance(each, dict) for each in overrides)):
        raise RedactscanError(f"{file}:{lines.get('overrides', 1)}: overrides are tables, as in [[overrides]]")
    values = _values(file, table, lines, keys.known)
    return Settings(file, values, tuple(_override(file, n, each, lines, keys) for n, each in enumerate(overrides)))


def _override(file: Path, n: int, table: dict[str, Any], lines: dict[str, int], keys: Keys) -> Override:
    name = f"overrides.{n}"
    first = lines.get(name, lines.get("overrides", 1))  # written in one line, all of it stands there
    lines = {key: lines.get(f"{name}.{key}", first) for key in table}
    for key in table:
        if key in keys.known and key not in keys.local:
            raise RedactscanError(f"{file}:{lines[key]}: {key!r} is for a whole run, not for some paths")
    values = _values(file, table, lines, [*keys.local, "paths"])
    paths = values.pop("paths", Setting(None, f"{file}:{first}"))
    if not (isinstance(paths.value, list) and paths.value and all(isinstance(path, str) for path in paths.value)):
        raise RedactscanError(f"{paths.source}: an override says which files it is for, as in paths = ['docs/']")
    return Override(Patterns(paths.value, file.parent, paths.source), values)


def _values(file: Path, table: dict[str, Any], lines: dict[str, int], known: Collection[str]) -> dict[str, Setting]:
    out = {}
    for key, value in table.items():
        source = f"{file}:{lines.get(key, 1)}"
        if key not in known:
            raise RedactscanError(f"{source}: unknown key {key!r}{suggestion(key, known)}")
        out[key] = Setting(value, source)
    return out


def _is_ours(file: Path) -> bool:
    # Most such files say nothing of us, and then nothing is parsed.
    return b"redactscan" in _bytes(file) and "redactscan" in _parsed(file, _read(file)).get("tool", {})


def _read(file: Path) -> str:
    try:
        return _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RedactscanError(f"{file}: not UTF-8 at byte {error.start}") from None


def _bytes(file: Path) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RedactscanError(f"{file}: cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise RedactscanError(f"{file}: larger than {LARGEST} bytes, which settings may have")
    return data


def _parsed(file: Path, text: str) -> dict[str, Any]:
    if file.name == SHARED and "redactscan" not in text:
        return {}  # most have nothing to say of us, and what else they say is for others to read
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 - most runs have no settings
    else:
        import tomli as tomllib  # noqa: PLC0415
    try:
        whole: dict[str, Any] = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        why, _, place = str(error).rpartition(" (at ")  # "… (at line 3, column 5)" or "… (at end of document)"
        line = re.match(r"line (\d+)", place)
        number = line[1] if line else len(text.splitlines())
        raise RedactscanError(f"{file}:{number}: not valid TOML: {why}") from None
    except RecursionError:
        raise RedactscanError(f"{file}:1: nested too deeply") from None
    return whole


def _table(file: Path, whole: dict[str, Any]) -> dict[str, Any]:
    table = whole if file.name != SHARED else whole.get("tool", {}).get("redactscan", {})
    if not isinstance(table, dict):
        raise RedactscanError(f"{file}: [tool.redactscan] is not a table")
    return table


def _lines(text: str, *, ours: bool) -> dict[str, int]:
    """Return the line on which each key of our table stands; the parser does not say it.

    The n-th override and its keys are called "overrides.n" and "overrides.n.key", with n from 0.
    """
    lines: dict[str, int] = {}
    place, overrides = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^]]*?)\s*\]", line)
        if header:
            name = re.sub(r"[\s\"']", "", header[1])
            below = name.removeprefix("tool.redactscan.")
            ours, place = name in ("tool.redactscan", "tool.redactscan.overrides", "overrides"), ""
            lines.setdefault(below.partition(".")[0], number)
            if ours and below == "overrides":
                place, overrides = f"overrides.{overrides}.", overrides + 1
                lines[place.rstrip(".")] = number
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)
        if ours and key:
            lines.setdefault(f"{place}{key[1]}", number)
    return lines
