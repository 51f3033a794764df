"""How fast it is, as ratios measured in one run on the same texts; `make bench`. It measures and does not judge."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import costs
import processes
import regex
import sizes
import tools
from clock import ROUNDS, SLOW
from inputs import inputs
from prose import documents

from redactscan import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

CHARACTERS = 4_000_000
DAMAGED = 1_000_000
"""Characters of text in which every document is damaged: it takes a hundred times as long."""


def main() -> None:
    """Print the tables."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it; numpy is not imported yet
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="measure the UTF-8 files below it, not made text")
    parser.add_argument("--only", action="append", metavar="TABLE", help=f"one of {', '.join(TABLES)}")
    given = parser.parse_args()
    if unknown := set(given.only or ()) - set(TABLES):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    corpora: Corpora = {"the text": list(_read(given.folders))} if given.folders else _made()
    if not all(any(texts) for texts in corpora.values()):
        parser.error(f"no UTF-8 text below {', '.join(map(str, given.folders))}")
    scanner = Scanner()
    versions = f"Python {platform.python_version()}, regex {regex.__version__}"
    print(f"{len(scanner.rules)} rules, engine {scanner.matcher.engine}, {versions}")
    print(f"Medians of {ROUNDS} runs, if not said otherwise; what takes more than {SLOW:.0f} seconds is run once.")
    for name in given.only or TABLES:
        with tempfile.TemporaryDirectory(prefix="redactscan-bench-") as folder:
            for table in TABLES[name](corpora, Path(folder)):
                print(f"\n{table}", flush=True)


def _made() -> Corpora:
    whole = list(documents(CHARACTERS, damaged=0.0))
    return {"whole text": whole, "damaged text": list(documents(DAMAGED, damaged=1.0))}


def _read(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else [folder]:
            try:
                yield file.read_bytes().decode()
            except UnicodeDecodeError:
                print(f"{file}: not UTF-8, left out")
            except OSError as error:
                print(f"{file}: {error.strerror}, left out")


Corpora = dict[str, "Sequence[str]"]


def _tools(corpora: Corpora, folder: Path) -> Iterator[str]:
    yield tools.table(inputs(corpora, folder), folder)


def _rules(corpora: Corpora, _folder: Path) -> Iterator[str]:
    for name, texts in corpora.items():
        yield costs.growth(name, texts)
    yield costs.gaps(next(iter(corpora.values())))


def _sizes(corpora: Corpora, _folder: Path) -> Iterator[str]:
    name, texts = next(iter(corpora.items()))
    yield sizes.growth(name, texts)
    yield sizes.hostile(name, texts)


def _processes(corpora: Corpora, folder: Path) -> Iterator[str]:
    name, texts = next(iter(corpora.items()))
    for size in processes.SHARED:
        yield processes.shared(name, texts, size, folder)
    yield processes.memory(name, texts, folder)
    yield processes.start()


TABLES: dict[str, Callable[[Corpora, Path], Iterator[str]]] = {
    "tools": _tools,
    "rules": _rules,
    "sizes": _sizes,
    "processes": _processes,
}
"""What is measured, by name."""


if __name__ == "__main__":
    main()
