"""Text and bytes that nobody meant: every way in and out of the package is fed with them, and must not break.

`python tests/fuzz.py [--seconds N] [TARGET ...]`, or `make fuzz`, runs as long as is wanted and prints what was tried. An
input that breaks something is kept in `fixtures/crashes/`, and `test_fuzz.py` tries it again in every run.
"""

# ruff: noqa: E501, T201 - words are a table; what it prints is what it is for.

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import multiprocessing
import random
import sys
import tempfile
import time
import traceback
import zlib
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
from made import FORMATS, TEXT, Page, pdf_of
from stars import RULES
from tabulate import tabulate

from redactscan import Scanner, clean
from redactscan.check import overlooked
from redactscan.config import Keys, settings
from redactscan.corpus import Input, Work
from redactscan.document.encoding import decode
from redactscan.document.outcome import NotText
from redactscan.errors import RedactscanError
from redactscan.ledger import Ledger
from redactscan.plan import Always, Plan, Reading
from redactscan.record import Failed, Record, Skipped
from redactscan.report import BINARY, Item, View, report
from redactscan.report import FORMATS as REPORTS
from redactscan.scanner import MAX_FINDINGS
from redactscan.suppression import sifted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parent.parent
CRASHES = ROOT / "fixtures" / "crashes"

SLOW = 20.0
"""Seconds of work from which one input of a few kilobytes is a failure: the slowest takes one."""

LARGEST = 20_000
"""Bytes of an input."""

_JOINED = 3
"""Seeds that are put together at most."""


class Target(NamedTuple):
    """One way in or out: what is done with an input, and inputs that are meant."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]


# --- what is tried -----------------------------------------------------------------------------------------------


_FOLDER = tempfile.TemporaryDirectory(prefix="redactscan-fuzz-")
"""Of this process and those that it starts: others may try the same beside it."""


def _at(name: str) -> Path:
    return Path(_FOLDER.name) / name


def _scratch(name: str, data: bytes) -> Path:
    file = _at(name)
    file.write_bytes(data)
    return file


_scanner = Scanner()
_regex = Scanner(engine="regex")
_plan = Plan(_scanner)
_reader = Plan(Scanner(rules=[_scratch("stars.yaml", RULES.encode())], default_rules=False))
"""What reads files and records, where reading is what is tried: it has one rule."""


def _sound(entry: object, text: str = "") -> None:
    """Hold what is promised of every entry."""
    assert isinstance(entry, (Record, Failed, Skipped)), entry
    if not isinstance(entry, Record):
        return
    scores = entry.scores
    shares = [scores.low, scores.high, scores.detail, scores.structure, *filter(None, [scores.completeness])]
    assert all(0 <= share <= 1 for share in shares), scores
    assert len(entry.findings) <= MAX_FINDINGS
    if text:
        for f in entry.findings:
            assert text[f.start : f.end] == f.text, f
            assert f.hole is None or f.start <= f.hole[0] <= f.hole[1] <= f.end, f


def _file(name: str) -> Callable[[bytes], None]:
    """Return what reads a file of this name."""

    def run(data: bytes) -> None:
        items = list(Work(Always(_reader))(Input(name, data)))
        assert items
        for item in items:
            _sound(item.entry, item.text)

    return run


def _records(form: str) -> Callable[[bytes], None]:
    """Return what reads records of this format."""
    work = Work(Always(_reader._replace(reading=Reading(form=form))))  # type: ignore[arg-type] - one of them

    def run(data: bytes) -> None:
        for item in work(Input(f"a.{form}", data)):
            _sound(item.entry, item.text)

    return run


def _scan(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    record = _scanner.scan(text)
    _sound(record, text)
    again = clean(text, record)
    assert all(text[old : old + length] == again.text[new : new + length] for new, old, length in again.map)
    sifted(record, text, _scanner)


def _engines(data: bytes) -> None:
    text = data[:1000].decode("utf-8", "replace")
    assert _scanner.scan(text) == _regex.scan(text)


def _native(data: bytes) -> None:
    """Look for what the native pass overlooks; the input is but the fall of the dice."""
    assert overlooked(_scanner.only([random.Random(data).choice(_scanner.rules).id]), zlib.crc32(data)) == []  # noqa: S311


def _encoding(data: bytes) -> None:
    with contextlib.suppress(NotText):
        decode(data).text.encode("utf-8")


def _rules(data: bytes) -> None:
    file = _scratch("rules.yaml", data)
    try:
        Scanner(rules=[file], default_rules=False, engine="regex").scan(TEXT)
    except RedactscanError as error:
        _one_line(error)


def _settings(data: bytes) -> None:
    file = _scratch("redactscan.toml", data)
    try:
        settings(file, Keys(["rules", "ignore"], ["ignore"])).at(Path("a.txt"))
    except RedactscanError as error:
        _one_line(error)


def _reports(data: bytes) -> None:
    """Write a record of a text and its path in every format, and read it as others do."""
    text = data[:2000].decode("utf-8", "replace")
    name = text[:40].replace("\0", "") or "-"
    record = _plan.scan(text, path=name, id=text[40:60]).record
    ledger = Ledger("hyperscan")
    items = [Item(record, text), Item(Failed(path=name, error=text[:80], reason="unreadable"))]
    items.append(Item(Skipped(path=name, skipped=text[:80], reason="binary")))
    for item in items:
        ledger.add(item.entry, item.text)
    rules = {rule.id: rule for rule in _scanner.rules}
    for form in REPORTS:
        made = report(form, View(rules=rules))
        parts = [made.begin(), *(made.add(item) for item in items), made.end(ledger.summary())]
        if form in BINARY:
            assert pq.read_table(pa.BufferReader(b"".join(p.encode() if isinstance(p, str) else p for p in parts)))
        else:
            _readable(form, "".join(str(part) for part in parts))


def _readable(form: str, text: str) -> None:
    text.encode("utf-8", "backslashreplace")
    if form in ("json", "gitlab", "sarif"):
        json.loads(text)
    elif form == "jsonl":
        assert [json.loads(line) for line in text.split("\n") if line]
    elif form == "junit":
        ET.fromstring(text.encode("utf-8", "backslashreplace"))  # noqa: S314 - it is ours
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not any(len(cell) > 1 and cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row[:2])
    if form not in ("json", "jsonl", "gitlab", "sarif", "html", "junit", "csv"):
        assert all(char.isprintable() or char in "\n\u3000" for char in text), form
    if form == "github":
        commands = [line for line in text.split("\n") if line.startswith("::")]
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in commands)


def _one_line(error: RedactscanError) -> None:
    assert str(error), "an error without a word"
    assert "\n" not in str(error), error


# --- inputs ------------------------------------------------------------------------------------------------------


def _seeds(pattern: str) -> list[bytes]:
    return [path.read_bytes()[:LARGEST] for path in sorted(ROOT.glob(pattern)) if path.is_file()]


def _examples() -> list[bytes]:
    hits = [hit.replace("[|", "").replace("|]", "") for rule in _scanner.rules for hit in rule.hits]
    return [text.encode() for text in hits]


def _table(form: str) -> bytes:
    table = pa.table({"text": [TEXT, None, "whole."], "id": ["a", "b", None]})
    out = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, out)
    else:
        with pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
    return out.getvalue()


_LINES = [json.dumps({"text": TEXT, "id": n, "meta": {"a": [1, None]}}).encode() + b"\n" for n in range(3)]
_TEXTS = [*_seeds("fixtures/*.txt"), *_seeds("fixtures/*.md"), *_examples()]

TARGETS: dict[str, Target] = {
    "scan": Target(_scan, _TEXTS),
    "engines": Target(_engines, _TEXTS),
    "native": Target(_native, [bytes(8)]),
    "encoding": Target(_encoding, [TEXT.encode(name) for name in ("utf-8", "gb18030", "utf-16", "hz")]),
    "reports": Target(_reports, [*_TEXTS, b"=1+1,\x1b[31m</script>::set-output name=a::b\r\n", b"@a\t|b`c`"]),
    "rules": Target(_rules, _seeds("rules/*.yaml") + _seeds("rules/*/*.yaml")),
    "settings": Target(_settings, [b"rules = ['a']\n[[overrides]]\npaths = ['*']\nignore = ['mask']\n"]),
    "jsonl": Target(_records("jsonl"), [b"".join(_LINES)]),
    "records.csv": Target(_records("csv"), [b'id,text\r\n1,"a\n""b"\r\n2,*\xe5\x8e\xbf\r\n']),
    "parquet": Target(_records("parquet"), [_table("parquet")]),
    "arrow": Target(_records("arrow"), [_table("arrow")]),
    **{name: Target(_file(name), [data]) for name, data in FORMATS.items()},
    "a.pdf": Target(_file("a.pdf"), [pdf_of(Page(("Dear ***,", "Two."), ((70, 690, 90, 20),)), Page(("Three.",)))]),
}

WORDS = [
    *(b"\0", b"\xff", b"\r\n", b"\n\n", b"\x1b[2J", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf"),
    *("\u200b", "*", "**", "＊", "某", "XX", "____", "……", "、、", "《", "》", "(", "个", "%", "一、", "三、", "（全文完）"),
    *("(省略1019字)", "共9999999999999999999字", "-1", "0", "1e309", "ⅷ", "٣", "<", "&#0;", "&amp", "<!--", "]]>", "{", "[", '"'),
    *("<!-- redactscan: ignore[mask] -->", "{{x}}", "[姓名]", "=cmd|' /C calc'!A0", "::error::", "%0A", "\\ud83d", "!!python/object"),
]  # fmt: skip
"""What is put into inputs besides their own parts."""


def mutated(target: Target, dice: random.Random) -> bytes:
    """Return an input: one that is meant or several, changed in a few places."""
    seeds = dice.choices(target.seeds, k=dice.choice([1, 1, 1, _JOINED]))
    data = bytearray(b"".join(seeds)[:LARGEST])
    for _ in range(dice.choice([0, 1, 1, 2, 4, 16])):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice([0, 1, 2, 3, 8, 64, 1024]))
        what = dice.randrange(6)
        word = dice.choice(WORDS)
        if what == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << dice.randrange(8)
        elif what == 1:
            data[at:end] = b""
        elif what == 2:
            data[at:at] = word if isinstance(word, bytes) else word.encode()
        elif what == 3:
            data[at:at] = bytes(data[at:end]) * dice.choice([1, 2, 10, 50])
        elif what == 4:
            data[at:end] = dice.randbytes(end - at)
        else:
            data[at:] = b""
    return bytes(data[:LARGEST])


# --- runs --------------------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """What was tried of a target: how often, bytes, seconds of work, the longest of them, and inputs that broke it."""

    target: str
    tries: int
    megabytes: float
    seconds: float
    longest: float
    broken: list[bytes]


def fuzz(name: str, seconds: float, seed: int) -> Run:
    """Feed one target for so many seconds, always with the same inputs in the same order for the same seed."""
    target, dice = TARGETS[name], random.Random(f"{name} {seed}")  # noqa: S311 - the dice make inputs
    begun, worked = time.monotonic(), time.process_time()
    tries, size, longest, broken = 0, 0, 0.0, []
    while tries == 0 or time.monotonic() - begun < seconds:
        data = mutated(target, dice)
        tries, size = tries + 1, size + len(data)
        _scratch(f"last-{name}", data)  # should it end the process
        started = time.process_time()
        error = tried(name, data)
        longest = max(longest, time.process_time() - started)
        if error:
            print(f"{name}: {error}", file=sys.stderr)
            broken.append(data)
    return Run(name, tries, size / 1e6, time.process_time() - worked, longest, broken)


def tried(name: str, data: bytes) -> str:
    """Return what goes wrong with an input, as a traceback; nothing where all is well."""
    begun = time.process_time()
    try:
        TARGETS[name].run(data)
    except Exception:  # noqa: BLE001 - this is what it looks for
        return traceback.format_exc()
    taken = time.process_time() - begun
    return f"it took {taken:.1f} seconds" if taken >= SLOW else ""


def _apart(name: str, seconds: float, seed: int) -> Run:
    """Return what `fuzz` does in a process of its own, which a library may end."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        try:
            return pool.submit(fuzz, name, seconds, seed).result()
        except BrokenExecutor:
            print(f"{name}: the process ended", file=sys.stderr)
            return Run(name, 1, 0, 0, 0, [_at(f"last-{name}").read_bytes()])


def crashes() -> list[Path]:
    """Return the inputs that once broke something; their names begin with that of the target."""
    return sorted(path for path in CRASHES.glob("*") if path.is_file())


def target_of(crash: Path) -> str:
    """Return the target that an input broke."""
    return crash.name.rpartition("~")[0]


def main() -> None:
    """Fuzz, print a table, keep what broke something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=600, help="for all of them together")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="the inputs are the same for the same number")
    given = parser.parse_args()
    unknown = set(given.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    runs = [_apart(name, given.seconds / len(given.targets), given.seed) for name in given.targets]
    for run in runs:
        for data in run.broken:
            CRASHES.mkdir(exist_ok=True)
            (CRASHES / f"{run.target}~{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)
    rows = [(*run[:-1], len(run.broken)) for run in runs]
    sums, longest = [sum(row[n] for row in rows) for n in (1, 2, 3, 5)], max(run.longest for run in runs)
    rows.append(("all", *sums[:3], longest, sums[3]))
    headers = ("target", "tries", "MB", "seconds of work", "longest, seconds", "broken")
    print(f"seed {given.seed}\n\n{tabulate(rows, headers=headers, floatfmt='.2f')}")
    sys.exit(any(run.broken for run in runs))


if __name__ == "__main__":
    main()
