"""Text in the shapes in which it comes: files in a folder, records of some length, one document."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

RECORD = 4000
"""Bytes of text that a record has at least."""

SHORT, SHORT_RECORDS = 200, 100_000
"""Code points of a short record, and how many of them there are."""

DOCUMENT = 50_000_000
"""Bytes of one document."""


class Input(NamedTuple):
    """Texts, and the folder of files or the file of records that they are in."""

    name: str
    texts: Sequence[str]
    path: Path

    @property
    def bytes(self) -> int:
        """Bytes of text in UTF-8."""
        return sum(len(text.encode()) for text in self.texts)

    @property
    def is_records(self) -> bool:
        """Say whether the texts are records of one file."""
        return self.path.is_file()


def inputs(corpora: dict[str, Sequence[str]], folder: Path) -> Iterator[Input]:
    """Yield the texts of each corpus, by its name, as files and as records; then the first as long and short ones."""
    for name, texts in corpora.items():
        yield files(f"{name}: files", texts, folder)
    for name, texts in corpora.items():
        yield saved(f"{name}: records of 4 KB", list(records(texts)), folder)
    name, texts = next(iter(corpora.items()))
    yield files(f"{name}: one document of 50 MB", [document(texts, DOCUMENT)], folder)
    short = list(shorts(texts, SHORT_RECORDS))
    length = sum(map(len, short)) // len(short)
    yield saved(f"{name}: {SHORT_RECORDS:,} records of {length} characters", short, folder)


def files(name: str, texts: Sequence[str], folder: Path) -> Input:
    """Write each text into a file of its own."""
    path = folder / _file_name(name)
    path.mkdir()
    for number, text in enumerate(texts):
        (path / f"{number:06}.txt").write_text(text, encoding="utf-8", newline="")
    return Input(name, texts, path)


def saved(name: str, texts: Sequence[str], folder: Path, times: int = 1) -> Input:
    """Write the texts into one file of records, so many times."""
    path = folder / f"{_file_name(name)}.jsonl"
    rows = [msgspec.json.encode({"id": number, "text": text}) + b"\n" for number, text in enumerate(texts)]
    with path.open("wb") as out:
        for _ in range(times):
            out.writelines(rows)
    return Input(name, texts, path)


def _file_name(name: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in name)


def records(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, short ones put together until they have RECORD bytes."""
    return _joined(texts, "\n", RECORD, lambda text: len(text.encode()))


def shorts(texts: Iterable[str], number: int) -> Iterator[str]:
    """Yield so many records of some SHORT code points: sentences of the texts, or lines where there are none."""
    lines = [line for text in texts for line in text.replace("。", "。\n").splitlines()]
    sentences = [line for line in lines if line.endswith(("。", ".", "！", "？", "!", "?"))]
    return islice(cycle(_joined(sentences or lines, "", SHORT, len)), number)


def _joined(texts: Iterable[str], joint: str, least: int, length: Callable[[str], int]) -> Iterator[str]:
    """Yield as many of the texts together as are of some length; none is cut, since a part of a whole is no whole."""
    held: list[str] = []
    total = 0
    for text in texts:
        held.append(text)
        total += length(text)
        if total >= least:
            yield joint.join(held)
            held, total = [], 0
    if held:
        yield joint.join(held)


def document(texts: Sequence[str], size: int) -> str:
    """Return one text of so many bytes, or a little more, made of all of them, again and again."""
    parts: list[str] = []
    for text in cycle(texts):
        parts.append(text)
        size -= len(text.encode())
        if size <= 0:
            return "\n".join(parts)
    return ""
