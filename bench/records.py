"""Records of some size: what scanning them takes beside what cannot be avoided, which is reading the JSON."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from redactscan.corpus import Documents
from redactscan.native import native
from redactscan.pattern import Inexpressible
from redactscan.plan import Always, Plan
from redactscan.report import View
from redactscan.report.jsonl import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from redactscan import Scanner
    from redactscan.rule import Pack

SIZE = 4000
"""Bytes of text that a record has at least."""


def records(texts: Sequence[str], size: int = SIZE) -> Iterator[str]:
    """Yield the texts, short ones put together; none is cut, since a part of a whole text is no whole text."""
    held: list[str] = []
    length = 0
    for text in texts:
        held.append(text)
        length += len(text.encode())
        if length >= size:
            yield "\n".join(held)
            held, length = [], 0
    if held:
        yield "\n".join(held)


def saved(texts: Sequence[str]) -> Path:
    """Return a file of records, which is left to the system's cleaning of temporary files where nobody unlinks it."""
    handle, name = tempfile.mkstemp(suffix=".jsonl", prefix="redactscan-bench-")
    with os.fdopen(handle, "wb") as out:
        out.writelines(msgspec.json.encode({"id": n, "text": text}) + b"\n" for n, text in enumerate(texts))
    return Path(name)


def decoding(file: Path) -> Callable[[], object]:
    """Return a run that decodes all of the JSON, and nothing else."""
    decode = msgspec.json.Decoder().decode
    lines = file.read_bytes().splitlines()

    def run() -> None:
        for line in lines:
            decode(line)

    return run


def scanning(scanner: Scanner, file: Path) -> Callable[[], object]:
    """Return a run from JSONL to JSONL in this process."""

    def run() -> None:
        out = io.BytesIO()
        made = Lines(View())
        out.writelines(made.add(item).encode() for item in Documents([str(file)], Always(Plan(scanner))))

    return run


def command(file: Path, jobs: int) -> list[str]:
    """Return the arguments of a whole process that scans the records."""
    return ["-m", "redactscan", "scan", "--format", "jsonl", "--jobs", str(jobs), "--output", os.devnull, str(file)]


def yara(pack: Pack, texts: Sequence[str]) -> tuple[Callable[[], object], list[str]] | None:
    """Return a run of YARA-X with the byte expressions of the same rules, and the rules that it cannot express.

    None where the package is not installed. It says which rules are in a text, not where their holes are.
    """
    try:
        import yara_x  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - not needed for anything else
    except ImportError:
        return None
    compiler, left_out = yara_x.Compiler(), []
    for n, rule in enumerate(rule for rule in pack.rules if rule.pattern and rule.weight == "strong"):
        try:
            source = _yara_rule(f"r{n}", native(rule.pattern, pack.lists).expressions)
            compiler.add_source(source)
        except (Inexpressible, yara_x.CompileError):
            left_out.append(rule.id)
    scanner = yara_x.Scanner(compiler.build())
    encoded = [text.encode() for text in texts]

    def run() -> None:
        for data in encoded:
            scanner.scan(data)

    return run, left_out


def _yara_rule(name: str, expressions: Sequence[str]) -> str:
    strings = " ".join(f"$s{n} = /{e.replace('/', chr(92) + 'x2f')}/" for n, e in enumerate(expressions))
    return f"rule {name} {{ strings: {strings} condition: any of them }}"
