"""The same rules over the same text by other means: how many times as long as redactscan each of them takes."""

from __future__ import annotations

import importlib.util
import io
import logging
import math
import os
import shutil
import subprocess
import sys
import textwrap
from collections import deque
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import msgspec
from clock import over, timed
from tabulate import tabulate

from redactscan import Scanner
from redactscan.corpus import Documents
from redactscan.language import spoken
from redactscan.native import native
from redactscan.pattern import Inexpressible
from redactscan.plan import Always, Plan
from redactscan.report import View
from redactscan.report.jsonl import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inputs import Input

    from redactscan.match import Matcher
    from redactscan.rule import Pack

PART = 300_000
"""Bytes of text that slow tools get; what they take is compared byte for byte."""

LIMIT = 60.0
"""Seconds after which ripgrep is stopped; over some text it would take hours."""

OURS = "redactscan, in this process"
DECODING = "decoding the JSON and nothing else"
NATIVE = "the native pass alone, strong rules, empty callback"


class Tool(Protocol):
    """A way to look through text: what it is called, and how many seconds it takes for a byte of an input."""

    name: str

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte; None where this is no input for it."""


def table(every: Iterable[Input], folder: Path) -> str:
    """Return the table of all tools over all inputs, with what each of them leaves out before it."""
    scanner = Scanner()
    scanner.matcher.prepare()
    tools, remarks = _tools(scanner.pack, folder)
    columns: dict[str, dict[str, float | None]] = {}
    for given in every:
        column = _alone(scanner, given)
        column |= {tool.name: tool.seconds(given) for tool in tools}
        columns[given.name] = column
    rows: list[list[str]] = [["redactscan: MB of text a second"], ["redactscan, as times JSON and native pass"]]
    for column in columns.values():
        ours = column[OURS]
        least = sum(column.get(name) or 0 for name in (DECODING, NATIVE))
        rows[0].append(f"{1e-6 / ours:.2f}" if ours else "")
        rows[1].append(f"{ours / least:.2f}" if ours and least else "")
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        shares = [_share(column.get(name), column[OURS]) for column in columns.values()]
        rows.append([name, *shares])
    headers = ["times as long as redactscan", *(textwrap.fill(name, 16) for name in columns)]
    shown = tabulate(rows, headers=headers, disable_numparse=True, colalign=("left", *["right"] * len(columns)))
    return "\n".join([*remarks, shown])


def _share(seconds: float | None, ours: float | None) -> str:
    if seconds is None or not ours:
        return "-"
    if seconds == math.inf:
        return f"over {LIMIT:.0f} s"
    share = seconds / ours
    return f"{share:.2f}" if share < 10 else f"{share:,.0f}"  # noqa: PLR2004 - two digits say enough


def _tools(pack: Pack, folder: Path) -> tuple[list[Tool], list[str]]:
    """Return the other tools that are here, and what is to be said of them."""
    tools: list[Tool] = [Whole(), Loop(pack)]
    remarks = [f"Other tools get the first {PART // 1000} KB of each input, and are compared byte for byte."]
    expressions, left_out = _expressions(pack)
    if left_out:
        remarks.append(f"No other tool has an expression for {', '.join(left_out)}.")
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    command = shutil.which("rg", path=places)
    ripgrep = RipGrep(command, expressions, folder) if command else None
    yara = Yara(expressions) if importlib.util.find_spec("yara_x") else None
    for name, found in (("ripgrep", ripgrep), ("YARA-X", yara)):
        remarks.append(found.remark if found else f"{name} is not measured, since it is not installed.")
        tools += [found] if found else []
    if importlib.util.find_spec("datatrove"):
        tools += [Quality(name) for name in ("C4", "Gopher", "FineWeb")]
    else:
        remarks.append("The filters of datatrove are not measured, since it is not installed.")
    return tools, [line for remark in remarks for line in textwrap.wrap(remark, 120, break_on_hyphens=False)]


def _expressions(pack: Pack) -> tuple[dict[str, Sequence[str]], list[str]]:
    """Return the byte expressions of the strong rules, by rule, and the rules that have none."""
    found: dict[str, Sequence[str]] = {}
    left_out = []
    for rule in pack.rules:
        if rule.pattern and rule.weight == "strong":
            try:
                found[rule.id] = native(rule.pattern, pack.lists).expressions
            except Inexpressible:
                left_out.append(rule.id)
    return found, left_out


# --- redactscan, and what it cannot do without --------------------------------------------------------------------


def _alone(scanner: Scanner, given: Input) -> dict[str, float | None]:
    """Return the seconds for a byte of redactscan, and of what cannot be avoided, measured in turns."""
    jobs = {OURS: scanning(scanner, given.path)}
    if given.is_records:
        jobs[DECODING] = _decoding(given.path)
    if scanner.matcher.engine == "hyperscan":
        jobs[NATIVE] = over(native_pass(scanner.matcher, given.texts), given.texts)
    return {name: took / given.bytes for name, took in timed(jobs).items()}


def scanning(scanner: Scanner, path: Path) -> Callable[[], object]:
    """Return a run from files or records to JSONL in this process."""

    def run() -> None:
        out = io.BytesIO()
        made = Lines(View())
        out.writelines(made.add(item).encode() for item in Documents([str(path)], Always(Plan(scanner))))

    return run


def _decoding(file: Path) -> Callable[[], object]:
    lines = file.read_bytes().splitlines()
    return over(msgspec.json.Decoder().decode, lines)


def native_pass(matcher: Matcher, texts: Sequence[str]) -> Callable[[str], object]:
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


class Whole:
    """The command, from its start to its end."""

    name = "redactscan scan, the whole process"

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte."""
        command = ["-m", "redactscan", "scan", "--config", "", "--format", "jsonl", "--jobs", "1"]
        run = process([sys.executable, *command, "--output", os.devnull, str(given.path)])
        return timed({self.name: run})[self.name] / given.bytes


def process(command: Sequence[str], limit: float | None = None) -> Callable[[], object]:
    """Return a run of a command; 1 is no failure, since it means that something was found, or nothing."""

    def run() -> None:
        done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=limit)
        if done.returncode > 1:
            sys.exit(f"cannot be measured: {done.stderr or done.stdout}")

    return run


# --- other tools --------------------------------------------------------------------------------------------------


def _part(texts: Iterable[str]) -> list[str]:
    """Return the first texts, PART bytes of them or a little more; of a long one its beginning."""
    part: list[str] = []
    room = PART
    for text in texts:
        if room <= 0:
            break
        part.append(text[:PART])
        room -= len(part[-1].encode())
    return part


def _for_a_byte(name: str, work: Callable[[str], object], given: Input) -> float:
    part = _part(given.texts)
    work(part[0][:1000])  # what is made at the first use
    return timed({name: over(work, part)})[name] / sum(len(text.encode()) for text in part)


class Loop:
    """The naive way: each pattern over the whole text, one after the other."""

    name = "a loop of regex.finditer, rule by rule"

    def __init__(self, pack: Pack) -> None:
        self._patterns = [pack.compile(rule.pattern) for rule in pack.rules if rule.pattern]

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte."""
        return _for_a_byte(self.name, self._work, given)

    def _work(self, text: str) -> None:
        for pattern in self._patterns:
            deque(pattern.finditer(text), maxlen=0)


class RipGrep:
    """The command `rg` with the byte expressions, which say nothing of Unicode: its word boundaries are those of ASCII.

    It looks through lines, and gets no expression in which a line ends.
    """

    name = "ripgrep, the whole process but for its start"

    def __init__(self, command: str, expressions: dict[str, Sequence[str]], folder: Path) -> None:
        lines = {rule: [e for e in every if r"\x0a" not in e] for rule, every in expressions.items()}
        without = [rule for rule, every in lines.items() if not every]
        self._command = command
        self._file = folder / "expressions"
        self._file.write_text("\n".join(e for every in lines.values() for e in every) + "\n", encoding="ascii")
        nothing = self._file.with_name("nothing")
        nothing.touch()
        self._start = self._run(nothing)
        self.remark = (
            f"ripgrep is run once, and takes {self._start:.1f} seconds to start, which are left out. It looks through "
            f"lines, and so it gets no expression for {', '.join(without)}, and not all for others."
        )

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte, without those of the start; infinity where it was stopped."""
        part = self._file.with_name("part")
        part.write_text("\n".join(_part(given.texts)), encoding="utf-8")
        return max(0.0, self._run(part) - self._start) / part.stat().st_size

    def _run(self, file: Path) -> float:
        limits = ["--regex-size-limit", "10G", "--dfa-size-limit", "1G"]
        options = ["--text", "--no-unicode", "--threads", "1", "--only-matching", "--byte-offset", *limits]
        command = [self._command, "--no-config", *options, "--file", str(self._file), str(file)]
        begin = perf_counter()
        try:
            process(command, LIMIT)()
        except subprocess.TimeoutExpired:
            return math.inf
        return perf_counter() - begin


class Yara:
    """YARA-X with the byte expressions. It says which rules are in a text, not where their holes are."""

    name = "YARA-X, once it has compiled"

    def __init__(self, expressions: dict[str, Sequence[str]]) -> None:
        import yara_x  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - it may not be installed

        compiler, left_out = yara_x.Compiler(), []
        begin = perf_counter()
        for number, (rule, every) in enumerate(expressions.items()):
            strings = " ".join(f"$s{n} = /{e.replace('/', chr(92) + 'x2f')}/" for n, e in enumerate(every))
            try:
                compiler.add_source(f"rule r{number} {{ strings: {strings} condition: any of them }}")
            except yara_x.CompileError:
                left_out.append(rule)
        self._scanner = yara_x.Scanner(compiler.build())
        self.remark = f"YARA-X takes {perf_counter() - begin:.1f} seconds to compile, which are left out."
        if left_out:
            self.remark += f" It cannot express {', '.join(left_out)}."

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte."""
        return _for_a_byte(self.name, lambda text: self._scanner.scan(text.encode()), given)


class Quality:
    """A quality filter of datatrove, told that the text is Chinese. It looks for other things than the rules do."""

    def __init__(self, filter_name: str) -> None:
        self.name = f"the {filter_name} filter of datatrove"
        self._filter = filter_name

    def seconds(self, given: Input) -> float | None:
        """Return the seconds for a byte."""
        logging.getLogger("jieba").disabled = True  # it tells that it loads its dictionary
        from datatrove.data import Document  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - as above
        from filters import languages  # noqa: PLC0415 - it needs datatrove

        step = languages()[0].filters[self._filter]
        return _for_a_byte(self.name, lambda text: step.filter(Document(text=text, id="0")), given)
