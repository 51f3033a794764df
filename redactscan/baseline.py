"""What is known already: findings by their words, kept in a file, so that a run shows only those that are new."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from redactscan.errors import RedactscanError
from redactscan.fingerprint import keys
from redactscan.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redactscan.report import Item

HEAD = '{"schema":"redactscan-baseline/1"}'


class Known(NamedTuple):
    """A finding as a baseline has it: its document as seen from the baseline, its rule, the key of its words."""

    path: str
    id: str
    rule: str
    words: str


class Baseline:
    """The findings that a file lists. Give it documents, and it takes out of them what is known."""

    def __init__(self, file: str) -> None:
        self._folder = _folder(file)
        self._left = _read(file)
        self._seen: set[str] = set()
        self.hidden = 0

    def unknown(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the documents with those findings only that are not known; a further copy of a known one is not."""
        for item in items:
            if isinstance(item.entry, Record):
                item = item._replace(entry=self._unknown(item.entry, item.text))  # noqa: PLW2901
            yield item

    def _unknown(self, record: Record, text: str) -> Record:
        self._seen.add(_shown(record, self._folder))
        new = []
        for finding, known in zip(record.findings, _known(record, text, self._folder), strict=True):
            if self._left[known]:
                self._left[known] -= 1
                self.hidden += 1
            else:
                new.append(finding)
        return replace(record, findings=new)

    def stale(self) -> list[Known]:
        """Return what is listed and was not found: of the documents that came by, and of those that are gone."""
        gone = {known.path for known in self._left if not (self._folder / known.path).exists()}
        left = (known for known in self._left.elements() if known.path in self._seen or known.path in gone)
        return sorted(left)


def lines(items: Iterable[Item], file: str) -> str:
    """Return a baseline of these documents, to be written to `file`: sorted, a line each, the same for the same."""
    folder = _folder(file)
    found: Counter[Known] = Counter()
    for item in items:
        if isinstance(item.entry, Record):
            found.update(_known(item.entry, item.text, folder))
    rows = [json.dumps([*known, n], ensure_ascii=False) for known, n in sorted(found.items())]
    return "\n".join([HEAD, *rows, ""])


def _known(record: Record, text: str, folder: Path) -> list[Known]:
    path = _shown(record, folder)
    found = zip(record.findings, keys(record, text), strict=True)
    return [Known(path, record.id or "", finding.rule, key) for finding, key in found]


def _shown(record: Record, folder: Path) -> str:
    path = record.path or "-"
    return path if path == "-" else Path(os.path.relpath(path, folder)).as_posix()


def _folder(file: str) -> Path:
    return Path(file).resolve().parent


def _read(file: str) -> Counter[Known]:
    try:
        head, *rows = Path(file).read_text("utf-8").splitlines()
    except OSError as error:
        why = f"cannot be read: {error.strerror}; redactscan baseline writes one"
        raise RedactscanError(f"--baseline {file}: {why}") from None
    except ValueError:  # nothing in it, or not UTF-8
        head, rows = "", []
    if head != HEAD:
        raise RedactscanError(f"{file}:1: not a baseline of this version; redactscan baseline writes one")
    left: Counter[Known] = Counter()
    for number, row in enumerate(rows, 2):
        try:
            *known, count = json.loads(row)
            left[Known(*known)] += int(count)
        except (ValueError, TypeError):
            raise RedactscanError(f"{file}:{number}: not a line of a baseline (conflict markers?)") from None
    return left
