"""How fast it is, as ratios measured in one run on the same texts; `make bench`. It measures and does not judge."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections import deque
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

import records
import regex
from msgspec.structs import replace
from prose import documents
from tabulate import tabulate

from redactscan import Scanner
from redactscan.language import spoken
from redactscan.match import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from redactscan.rule import Pack

T = TypeVar("T")

CHARACTERS = 1_000_000
RECORDED = 4_000_000
"""Characters in records."""

SHARED = (60_000_000, 300_000_000)
"""Bytes of text in files over which two processes are held against one. Of the smaller, the start takes a tenth."""

ROUNDS = 5
SLOW = 20.0
"""Seconds. What takes longer than this is run once, and the column `runs` says so."""

TENTH = 10
STARTS = 15
DECODING = "decoding the JSON and nothing else"
NATIVE = "the native pass alone, strong rules, empty callback"
BASELINE = "rule by rule: a loop of regex.finditer"


def main() -> None:
    """Print the tables."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it; numpy is not imported yet
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="measure the UTF-8 files below it, not made text")
    folders = parser.parse_args().folders
    texts = list(_read(folders) if folders else documents(CHARACTERS))
    if not any(texts):
        parser.error(f"no UTF-8 text below {', '.join(map(str, folders))}")
    print(_throughput(texts), end="\n\n")
    whole = texts if folders else list(documents(CHARACTERS, damaged=0.0))
    print(_growth("the same text", texts), end="\n\n")
    if not folders:
        print(_growth("whole text", whole), end="\n\n")
    print(_gaps(whole), end="\n\n")
    corpora = dict(_corpora(texts if folders else None))
    for name, corpus in corpora.items():
        print(_records(name, corpus), end="\n\n")
    for size in SHARED:
        print(_shared(*next(iter(corpora.items())), size), end="\n\n")
    print(_start_up())


def _corpora(texts: Sequence[str] | None) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what records are made of: the texts that were given, or whole and damaged ones."""
    if texts is not None:
        yield "the same text", texts
        return
    yield "whole text", list(documents(RECORDED, damaged=0.0))
    yield "damaged text, every document", list(documents(RECORDED, damaged=1.0))


def _read(folders: Iterable[Path]) -> Iterable[str]:
    for folder in folders:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else [folder]:
            try:
                yield file.read_bytes().decode()
            except UnicodeDecodeError:
                print(f"{file}: not UTF-8, left out")


# --- one process -------------------------------------------------------------------------------------------------


def _throughput(texts: Sequence[str]) -> str:
    scanner = Scanner()
    jobs: dict[str, Callable[[str], object]] = {
        "Scanner().scan: everything": scanner.scan,
        "Matcher.matches: the matching of strong rules alone": lambda text: scanner.matcher.matches(text, "strong"),
        BASELINE: _loop(scanner.pack),
        "--engine regex: everything": Scanner(engine="regex").scan,
    }
    for work in jobs.values():
        work(texts[0][:1000])  # patterns are compiled at their first use
    if scanner.matcher.engine == "hyperscan":
        jobs["the native pass alone, empty callback"] = _native_pass(scanner.matcher, texts)
    times = timed({name: over(work, texts) for name, work in jobs.items()}, ROUNDS)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    rows = [
        (name, len(t), median(t), megabytes / median(t), median(times[BASELINE]) / median(t))
        for name, t in sorted(times.items(), key=lambda item: median(item[1]))
    ]
    return (
        f"{len(scanner.pack.rules)} rules over {len(texts)} texts, {megabytes:.1f} MB of UTF-8, in one process; "
        f"engine {scanner.matcher.engine}, Python {platform.python_version()}, regex {regex.__version__}\n"
        + tabulate(
            rows,
            headers=("what", "runs", "median seconds", "MB/s", "times as fast as rule by rule"),
            floatfmt=("", "", ".3f", ".2f", ".2f"),
        )
    )


def _growth(name: str, texts: Sequence[str]) -> str:
    """Return a table of what ten times as many rules cost, in the native pass and in all.

    A tenth stands for each of the ten tenths of the rules: single ones differ by half.
    """
    pack = Scanner().pack
    tenths = [
        _prepared(replace(pack, rules=pack.rules[n::TENTH], digest=f"{pack.digest}/{n}/{TENTH}")) for n in range(TENTH)
    ]
    everything = [_prepared(pack)]
    rows: list[tuple[str, float, float]] = []
    ways: dict[str, Callable[[Matcher], Callable[[str], object]]] = {"the matching": _matching}
    if everything[0].engine == "hyperscan":
        ways["the native pass"] = lambda matcher: _native_pass(matcher, texts)
    for way, made in ways.items():
        few, all_of_them = f"{way} of a tenth, mean of {TENTH}", f"{way} of all: {len(pack.rules)}"
        jobs = {few: _each(made, tenths, texts), all_of_them: _each(made, everything, texts)}
        times = timed(jobs, ROUNDS)
        least, most = median(times[few]) / TENTH, median(times[all_of_them])
        rows += [(few, least, 1.0), (all_of_them, most, most / least)]
    return tabulate(rows, headers=(f"rules over {name}", "median seconds", "times"), floatfmt=("", ".4f", ".2f"))


def _each(
    made: Callable[[Matcher], Callable[[str], object]], matchers: Sequence[Matcher], texts: Sequence[str]
) -> Callable[[], object]:
    jobs = [over(made(matcher), texts) for matcher in matchers]
    return lambda: [job() for job in jobs]


def _gaps(texts: Sequence[str]) -> str:
    """Return a table of which share of the time of a scan goes to silent deletions: to the matching of their rules."""
    scanner = Scanner()
    pack = scanner.pack
    others = tuple(rule for rule in pack.rules if rule.kind != "gap")
    without = replace(pack, rules=others, digest=f"{pack.digest}/no gaps")
    jobs = {
        "everything": over(scanner.scan, texts),
        "matching": over(_matching(scanner.matcher), texts),
        "matching without gaps": over(_matching(_prepared(without)), texts),
    }
    scanner.matcher.prepare()
    seconds = {name: median(times) for name, times in timed(jobs, ROUNDS).items()}
    share = (seconds["matching"] - seconds["matching without gaps"]) / seconds["everything"]
    rows = [*seconds.items(), ("share of everything that goes to gaps", share)]
    return tabulate(rows, headers=("whole text", "median seconds"), floatfmt=("", ".4f"))


def _prepared(pack: Pack) -> Matcher:
    matcher = Matcher(pack)
    matcher.prepare()
    return matcher


def _matching(matcher: Matcher) -> Callable[[str], object]:
    """Return the matching of the strong rules of a matcher that is ready."""
    return lambda text: matcher.matches(text, "strong")


def _loop(pack: Pack) -> Callable[[str], object]:
    """Return the naive way: each pattern over the whole text, one after the other."""
    patterns = [pack.compile(rule.pattern) for rule in pack.rules if rule.pattern]

    def work(text: str) -> None:
        for pattern in patterns:
            deque(pattern.finditer(text), maxlen=0)

    return work


def _native_pass(matcher: Matcher, texts: Sequence[str]) -> Callable[[str], object]:
    """Return the scan of bytes by Hyperscan; encoding them is not part of it."""
    passes = []
    for section in matcher._sections:
        part = matcher._native(section) if section.weight == "strong" else None
        if part is not None and part.database is not None:
            passes.append((frozenset(section.languages), part.database, matcher._scratch(section, part.database)))
    encoded = {text: text.encode() for text in texts}
    languages = {text: spoken(data) for text, data in encoded.items()}

    def ignore(*_event: object) -> None:
        pass

    def work(text: str) -> None:
        for wanted, database, scratch in passes:
            if not wanted or wanted & languages[text]:
                database.scan(encoded[text], match_event_handler=ignore, scratch=scratch)

    return work


def over(work: Callable[[T], object], texts: Sequence[T]) -> Callable[[], object]:
    """Return what does this work with each text, or whatever they are, and lets go of what comes of it."""

    def run() -> None:
        for text in texts:
            work(text)

    return run


# --- records -----------------------------------------------------------------------------------------------------


def _records(name: str, texts: Sequence[str]) -> str:
    """Return a table of what records take, as multiples of decoding the JSON and the native pass together."""
    scanner = Scanner()
    rows = list(records.records(texts))
    file = records.saved(rows)
    try:
        jobs = _record_jobs(scanner, rows, file)
        times = timed(jobs, ROUNDS)
    finally:
        file.unlink()
    least = sum(median(times[job]) for job in (DECODING, NATIVE) if job in times)
    megabytes = sum(len(row.encode()) for row in rows) / 1e6
    table = [(job, len(t), median(t), megabytes / median(t), median(t) / least) for job, t in times.items()]
    return f"{name}: {len(rows)} records, {megabytes:.1f} MB of UTF-8\n" + tabulate(
        table,
        headers=("what", "runs", "median seconds", "MB/s", "times JSON and native pass"),
        floatfmt=("", "", ".4f", ".1f", ".2f"),
    )


def _record_jobs(scanner: Scanner, rows: Sequence[str], file: Path) -> dict[str, Callable[[], object]]:
    jobs = {DECODING: records.decoding(file)}
    if scanner.matcher.engine == "hyperscan":
        jobs[NATIVE] = over(_native_pass(scanner.matcher, rows), rows)
    jobs["redactscan, JSONL in and JSONL out, in this process"] = records.scanning(scanner, file)
    yara = records.yara(scanner.pack, rows)
    if yara is None:
        print("YARA-X is not measured: pip install yara-x")
    else:
        run, left_out = yara
        jobs[f"YARA-X, strong rules{f' without {len(left_out)}' if left_out else ''}, which match"] = run
        print(*(f"YARA-X cannot express {rule}" for rule in left_out), sep="\n", end="\n" if left_out else "")
    return jobs


# --- whole processes ---------------------------------------------------------------------------------------------


def _shared(name: str, texts: Sequence[str], size: int) -> str:
    """Return a table of what a second process gives over a file of so many bytes of records."""
    rows = list(records.records(texts))
    rows *= 1 + size // sum(len(row.encode()) for row in rows)
    megabytes = sum(len(row.encode()) for row in rows) / 1e6
    file = records.saved(rows)
    try:
        jobs = {f"redactscan scan --jobs {n}": _process(records.command(file, n)) for n in (1, 2)}
        seconds = {job: median(times) for job, times in timed(jobs, ROUNDS).items()}
    finally:
        file.unlink()
    first = next(iter(seconds.values()))
    return f"{name}: {megabytes:.0f} MB of UTF-8 in records, whole processes\n" + tabulate(
        [(job, each, megabytes / each, first / each) for job, each in seconds.items()],
        headers=("what", "median seconds", "MB/s", "times as fast as one"),
        floatfmt=("", ".3f", ".1f", ".2f"),
    )


def _start_up() -> str:
    imports = "import regex, click, yaml, msgspec"
    fixtures = Path(__file__).parent.parent / "fixtures"
    whole, damaged = str(fixtures / "whole-news.txt"), str(fixtures / "eaten-by-markdown.txt")
    commands = {
        "redactscan scan, one small file, whole": ["-m", "redactscan", "scan", whole],
        "redactscan scan, one small file, damaged": ["-m", "redactscan", "scan", damaged],
        "redactscan scan --format jsonl, the same": ["-m", "redactscan", "scan", "--format", "jsonl", damaged],
        "redactscan --version": ["-m", "redactscan", "--version"],
        f'python -c "{imports}"': ["-c", imports],
    }
    jobs = {name: _process(arguments) for name, arguments in commands.items()}
    for start in jobs.values():
        start()  # the first run fills the caches
    times = timed(jobs, STARTS)
    base = median(times[f'python -c "{imports}"'])
    rows = [(name, len(t), median(t), median(t) / base) for name, t in times.items()]
    return "whole processes, caches warm\n" + tabulate(
        rows,
        headers=("what", "runs", "median seconds", "times as long as the imports"),
        floatfmt=("", "", ".3f", ".2f"),
    )


def _process(arguments: Sequence[str]) -> Callable[[], object]:
    def start() -> None:
        done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, text=True)
        if done.returncode > 1:  # 1 means that something was found
            sys.exit(f"cannot be measured: {done.stderr or done.stdout}")

    return start


# --- the clock ---------------------------------------------------------------------------------------------------


def timed(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every run. The jobs take turns, so that a busy minute of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, work in jobs.items():
            if not times[name] or times[name][0] <= SLOW:
                start = perf_counter()
                work()
                times[name].append(perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
