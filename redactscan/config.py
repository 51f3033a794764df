"""Settings from a file: `[tool.redactscan]` in pyproject.toml, or redactscan.toml, the nearest upward."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from redactscan.errors import RedactscanError, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

OWN, SHARED = "redactscan.toml", "pyproject.toml"
"""Files that are looked for in each folder; the first wins. Of the second, only `[tool.redactscan]` is ours."""


class Setting(NamedTuple):
    """A value that a file gives, and where: "file:line"."""

    value: Any
    source: str


def nearest(folder: Path) -> Path | None:
    """Return the file with settings that is nearest to a folder: in it, or in one above; as seen from where we are."""
    for each in (Path(os.path.relpath(above)) for above in (folder, *folder.parents)):
        if (each / OWN).is_file():
            return each / OWN
        if (each / SHARED).is_file() and _is_ours(each / SHARED):
            return each / SHARED
    return None


def settings(file: Path, known: Collection[str]) -> dict[str, Setting]:
    """Return the settings of a file by key; raise RedactscanError, with file:line, for what is wrong with it."""
    text = _read(file)
    table = _table(file, _parsed(file, text))
    lines = _lines(text, ours=file.name != SHARED)
    out = {}
    for key, value in table.items():
        source = f"{file}:{lines.get(key, 1)}"
        if key not in known:
            raise RedactscanError(f"{source}: unknown key {key!r}{suggestion(key, known)}")
        out[key] = Setting(value, source)
    return out


def _is_ours(file: Path) -> bool:
    # Most such files say nothing of us, and then nothing is parsed.
    return b"redactscan" in file.read_bytes() and "redactscan" in _parsed(file, _read(file)).get("tool", {})


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RedactscanError(f"{file}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise RedactscanError(f"{file}: cannot be read: {error.strerror}") from None


def _parsed(file: Path, text: str) -> dict[str, Any]:
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
    return whole


def _table(file: Path, whole: dict[str, Any]) -> dict[str, Any]:
    table = whole if file.name != SHARED else whole.get("tool", {}).get("redactscan", {})
    if not isinstance(table, dict):
        raise RedactscanError(f"{file}: [tool.redactscan] is not a table")
    return table


def _lines(text: str, *, ours: bool) -> dict[str, int]:
    """Return the line on which each key of our table stands; the parser does not say it."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^]]*?)\s*\]", line)
        if header:
            name = re.sub(r"[\s\"']", "", header[1])
            ours = name == "tool.redactscan"
            lines.setdefault(name.removeprefix("tool.redactscan.").partition(".")[0], number)
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)
        if ours and key:
            lines.setdefault(key[1], number)
    return lines
