"""The command line: what it prints, where, and the code that it ends with."""
# ruff: noqa: E501 - a complaint is asserted whole.

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import NamedTuple, get_args

import jsonschema
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from redactscan import Finding, Record, Scanner, Scores, __version__, cli
from redactscan.cli.run import REASONS
from redactscan.guide import KINDS
from redactscan.ledger import Ledger
from redactscan.record import Kind, Parts, Reason, Stopped
from redactscan.report import BINARY, FORMATS, Item, View, report
from redactscan.report.ledger import visible
from redactscan.report.schema import record_schema
from redactscan.report.table import completeness, excerpt
from redactscan.rule import load

RULES = r"""lists:
  greeting: [Dear, Hello]
rules:
  - id: mask.stars
    kind: mask
    slot: person
    severity: warning
    message: stars in place of a name
    pattern: '(?<=\L<greeting> )\*{3}'
    hits: ['Dear [|***|],']
    misses: ['Dear Ann,', '*** Dear']
  - id: mask.black
    kind: mask
    slot: text
    severity: error
    message: a black bar
    pattern: '█{1,20}'
    hits: ['was [|███|] then']
    misses: ['was here']
  - id: truncation.to-be-continued
    kind: truncation
    slot: text
    severity: note
    message: more may follow
    pattern: 'to be continued'
    hits: ['[|to be continued|]']
    misses: ['to be']
"""

WHOLE = "Dear Ann,\nyour order left us this morning and will be with you tomorrow.\n"
MASKED = "Dear ***,\nyour order left us this morning and will be with you tomorrow.\n"
BARRED = "Dear Ann,\nthe order of ████ left us this morning and will be with you soon.\n"
NOTED = "Dear Ann,\nyour order left us this morning.\nto be continued\n"

FILES = {"whole": WHOLE, "masked": MASKED, "barred": BARRED, "noted": NOTED}

TEXTUAL = [form for form in FORMATS if form not in BINARY]
TERMINAL = ("table", "statistics", "shards")
"""Formats that show the ledger themselves."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents and rules, in which commands are run."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(f"{name}.txt").write_bytes(text.encode())
    Path("r.yaml").write_bytes(RULES.encode())
    return tmp_path


OURS = ("--no-default-rules", "--rules", "r.yaml")


def run(*args: str, stdin: bytes | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli.main, args, input=stdin, prog_name="redactscan")


def scan(*args: str, stdin: bytes | None = None) -> Result:
    return run("scan", *OURS, *args, stdin=stdin)


def records(*args: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in scan("--format", "jsonl", *args).stdout.splitlines()]


# --- exit codes --------------------------------------------------------------------------------------------------

CODES = [
    (["whole.txt"], 0),
    (["masked.txt"], 1),
    (["noted.txt"], 0),
    (["noted.txt", "--notes"], 0),
    (["noted.txt", "--fail-on", "note"], 1),
    (["masked.txt", "--fail-on", "error"], 0),
    (["barred.txt", "--fail-on", "error"], 1),
    (["barred.txt", "--fail-on", "never"], 0),
    (["whole.txt", "--min-completeness", "1"], 0),
    (["masked.txt", "--fail-on", "never", "--min-completeness", "0.5"], 0),
    (["masked.txt", "--fail-on", "never", "--min-completeness", "1"], 1),
    (["whole.txt", "--min-detail", "1"], 0),
    (["masked.txt", "--fail-on", "never", "--min-detail", "0"], 0),
    (["masked.txt", "--fail-on", "never", "--min-detail", "0.9"], 1),
    (["masked.txt", "--fail-on", "never", "--verdict", "truncated", "--verdict", "stub"], 0),
    (["masked.txt", "--fail-on", "never", "--verdict", "truncated", "--verdict", "damaged"], 1),
    (["masked.txt", "--ignore", "mask.stars"], 0),
    (["masked.txt", "--select", "truncation,mask.black"], 0),
    (["masked.txt", "--select", "truncation", "--select", "mask"], 1),
    (["masked.txt", "--engine", "regex"], 1),
    (["masked.txt", "no.txt"], 2),
    (["no.txt"], 2),
]


@pytest.mark.parametrize("form", TEXTUAL)
@pytest.mark.parametrize(("args", "code"), CODES, ids=[" ".join(args) for args, _ in CODES])
def test_the_exit_code_says_what_happened(args: list[str], code: int, form: str) -> None:
    assert scan(*args, "--format", form).exit_code == code


def test_a_document_of_unknown_completeness_is_under_any_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Scanner.scan

    def unknown(scanner: Scanner, text: str, **about: str) -> Record:
        record = whole(scanner, text, **about)
        return replace(record, scores=replace(record.scores, completeness=None, basis="unknown"))

    monkeypatch.setattr(Scanner, "scan", unknown)
    assert scan("whole.txt", "--min-completeness", "0").exit_code == 1
    assert scan("whole.txt").exit_code == 0


# --- records -----------------------------------------------------------------------------------------------------

LINES = "".join(json.dumps({"n": n, "doc": {"body": text}}) + "\n" for n, text in enumerate((WHOLE, MASKED, "x" * 400)))


@pytest.mark.parametrize("args", [["lines.jsonl"], ["-", "--input-format", "jsonl"]], ids=["a file", "standard input"])
def test_each_record_has_a_line_and_a_bad_one_ends_with_2(args: list[str]) -> None:
    Path("lines.jsonl").write_text(f"{LINES}oops\n")
    fields = ("--text-field", "doc.body", "--id-field", "n")
    result = scan(*args, *fields, "--format", "jsonl", "--max-bytes", "300", stdin=f"{LINES}oops\n".encode())
    found = [json.loads(line) for line in result.stdout.splitlines()]
    name = args[0]
    assert [(r["path"], r["id"], r.get("verdict")) for r in found] == [
        (f"{name}:1", "0", "whole"),
        (f"{name}:2", "1", "damaged"),
        (f"{name}:3", None, None),
        (f"{name}:4", None, None),
    ]
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"redactscan: {name}:4: not JSON: Expecting value at character 1",
        "redactscan: 2 scanned, 1 skipped, 1 failed",
        "redactscan: exit code 2: not all was scanned; --allow-skipped too-large lets that pass",
    ]


def test_a_finding_in_a_record_is_shown_where_it_is() -> None:
    Path("lines.jsonl").write_text(json.dumps({"text": MASKED}))
    assert (
        "\nlines.jsonl:1:1:6  warning  mask.stars  stars in place of a name  Dear ⟦***⟧" in scan("lines.jsonl").stdout
    )


def test_a_file_of_records_may_be_read_as_text() -> None:
    Path("lines.jsonl").write_text(json.dumps({"text": MASKED}) * 2)
    (record,) = records("lines.jsonl", "--input-format", "text")
    assert record["path"] == "lines.jsonl"


# --- bad input ---------------------------------------------------------------------------------------------------


class Bad(NamedTuple):
    """A path that is bad, how it comes to be, the line that says so, and the exit code with and without a good file."""

    path: str
    data: bytes | None
    line: str
    beside: int
    alone: int


INPUT = [
    Bad("missing.txt", None, "missing.txt: no such file or folder", 2, 2),
    Bad("*.md", None, "*.md: no file fits this pattern", 2, 2),
    Bad("folder/", b"", "folder: no file in this folder", 2, 2),
    Bad("whole.txt/x", None, "whole.txt/x: cannot be read: Not a directory", 2, 2),
    Bad("a.pdf", b"%PDF-1.7", "a.pdf: a broken PDF", 2, 2),
    Bad("a.bin", b"a\0b", "a.bin: skipped: binary (it has NUL bytes)", 2, 2),
    Bad("bytes.txt", WHOLE.encode() + b"\xff\xfe", "bytes.txt: 2 bytes are not utf-8", 1, 0),
    Bad("cut.txt", "end 县".encode()[:-1], "cut.txt: 2 bytes are not utf-8", 1, 0),
    Bad("large.txt", b"x" * 301, "large.txt: skipped: larger than the limit of 300 bytes (--max-bytes)", 2, 2),
    Bad("new\nline.txt", None, "new⏎line.txt: no such file or folder", 2, 2),
]


@pytest.mark.parametrize("form", TEXTUAL)
@pytest.mark.parametrize("bad", INPUT, ids=[repr(bad.path) for bad in INPUT])
def test_bad_input_gets_a_line_and_the_others_are_scanned(bad: Bad, form: str) -> None:
    if bad.path.endswith("/"):
        Path(bad.path).mkdir()
    elif bad.data is not None:
        Path(bad.path).write_bytes(bad.data)
    args = ["--format", form, "--max-bytes", "300"]
    result = scan(bad.path, "masked.txt", *args)
    assert result.exit_code == bad.beside
    assert form == "statistics" or re.search(r"\bmasked\.txt\b", result.stdout)
    assert form == "shards" or re.search(r"\bmask\.stars\b", result.stdout)
    if ": skipped: " in bad.line and form not in TERMINAL:
        assert bad.line.partition(": skipped: ")[2] in result.stdout.replace("%25", "%")
    else:
        said = result.stdout if form in TERMINAL else result.stderr.replace("redactscan: ", "")
        assert bad.line in said.splitlines()
    assert scan(bad.path, *args).exit_code == bad.alone


LACKING = {
    "too-large": ("large.txt", "larger than the limit of 300 bytes"),
    "binary": ("photo.png", "binary (a PNG picture)"),
    "unreadable": ("whole.txt/x", "cannot be read: Not a directory"),
    "timeout": ("slow.txt", "was stopped by its limit (time)"),
    "too-many": ("many.txt", "5 more findings are not listed; --max-findings sets the limit"),
    "missing": ("no.txt", "no such file or folder"),
    "empty": ("none.jsonl", "no record in this file"),
    "bad-record": ("bad.jsonl", "not JSON"),
}
"""By reason, a document that is not scanned, or not to the end, and what is said of it."""


@pytest.mark.parametrize("form", TEXTUAL)
def test_nothing_is_passed_over_in_silence(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("large.txt").write_bytes(b"x" * 301)
    Path("photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("slow.txt").write_text(WHOLE)
    Path("many.txt").write_text(WHOLE)
    Path("none.jsonl").write_text("\n")
    Path("bad.jsonl").write_text("oops\n")
    whole = Scanner.scan

    def stopped(scanner: Scanner, text: str, **about: str) -> Record:
        record = whole(scanner, text, **about)
        limits = {"slow.txt": [Stopped("mask.stars", "time")], "many.txt": [Stopped("", "findings", 5)]}
        return replace(record, stopped=limits.get(about["path"], []))

    monkeypatch.setattr(Scanner, "scan", stopped)
    paths = [path for path, _ in LACKING.values()]
    args = (*paths, "whole.txt", "--max-bytes", "300", "--format", form)
    result = scan(*args)
    assert result.exit_code == 2
    # A record is named by its row; in a URI and in the commands of GitHub, signs are escaped.
    shown = result.stdout.replace("%2F", "/").replace("%25", "%")
    assert [path for path in paths if path not in shown] == []
    if form in ("json", "jsonl"):
        entries = [json.loads(line.rstrip(",")) for line in shown.splitlines() if line.startswith('{"path')]
        reasons = {entry["path"]: entry["reason"] for entry in entries if "reason" in entry}
        assert len(reasons) == len(LACKING) - 2  # two were scanned
        assert all(reason in LACKING for reason in reasons.values())
    else:
        assert [said for _, said in LACKING.values() if said not in shown] == []
    every = ",".join(LACKING)
    assert scan(*args, "--allow-skipped", every).exit_code == 0
    assert scan(*args, "masked.txt", "--allow-skipped", every).exit_code == 1
    for reason in LACKING:
        others = ",".join(name for name in LACKING if name != reason)
        assert scan(*args, "--allow-skipped", others).exit_code == 2


ALLOWED = [
    ("photo.png", "binary", 0),
    ("photo.png", "too-large", 2),
    ("dir", "", 2),
    ("dir", "hidden", 0),
    ("no.txt", "missing", 0),
    (".", "binary", 1),
    (".", "", 2),
]


@pytest.mark.parametrize(("path", "reasons", "code"), ALLOWED)
def test_where_nothing_is_scanned_each_reason_has_to_be_allowed(path: str, reasons: str, code: int) -> None:
    Path("dir").mkdir()
    Path("dir/.hidden").touch()
    Path("photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert scan(path, "--allow-skipped", reasons).exit_code == code
    assert run("explain", *OURS, path, "--allow-skipped", reasons).exit_code == min(code, code & 2)


def test_the_reasons_are_those_of_the_record() -> None:
    assert get_args(Reason) == REASONS
    result = scan("whole.txt", "--allow-skipped", "binary,larg")
    assert result.exit_code == 2
    assert "Invalid value for '--allow-skipped': 'larg' is not one of 'too-large', 'binary'" in result.stderr


def test_an_empty_file_is_a_stub() -> None:
    Path("empty.txt").touch()
    (record,) = records("empty.txt")
    assert (record["verdict"], record["characters"], record["findings"]) == ("stub", 0, [])
    assert scan("empty.txt").exit_code == 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that fails when it is read, even for root")
def test_a_file_that_fails_when_it_is_read() -> None:
    result = scan("/proc/self/mem", "masked.txt", "--format", "jsonl")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "redactscan: /proc/self/mem: cannot be read: Input/output error",
        "redactscan: 1 scanned, 1 failed",
    ]


def test_one_line_of_20_mb_is_a_document() -> None:
    Path("long.txt").write_bytes(b"all of it is here, and " * 870_000 + MASKED.encode())
    result = scan("long.txt")
    assert result.exit_code == 1
    assert re.search(
        r"^long\.txt:1:20010006  warning  mask\.stars .*Dear ⟦\*\*\*⟧,⏎your order…$", result.stdout, re.MULTILINE
    )
    assert len(result.stdout) < 1000


SETTINGS = [
    (["--rules", "no.yaml"], "no.yaml: no such file or folder; --rules wants a YAML file or a folder of them"),
    (["--rules", "folder"], "folder: no .yaml file in this folder"),
    (["--select", "gap.nope"], "--select gap.nope: no rule is called so"),
    (["--encoding", "klingon"], "--encoding klingon: no such encoding; utf-8, gb18030, big5 and cp1252 are some"),
    (["--text-field", "a..b"], "--text-field 'a..b': not a name, nor names joined by dots, as in meta.content"),
    (["--output", "no/out.txt"], "--output no/out.txt: cannot be written: No such file or directory"),
    (["--output", "folder"], "--output folder: cannot be written: Is a directory"),
    (["--output", "csv=a", "--output", "json=a"], "--output a: two formats cannot share a file"),
    (["--output", "a", "--output", "b"], "--output b: say in which format, as in --output jsonl=b"),
    (
        ["--output", "xls=a"],
        "--output xls=a: no format 'xls' (a file: ./xls=a); there are table, json, jsonl, csv, markdown, github, gitlab, html, junit, parquet, sarif, shards, statistics",
    ),
]


@pytest.mark.parametrize(("args", "line"), SETTINGS, ids=[" ".join(args) for args, _ in SETTINGS])
def test_a_wrong_setting_is_one_line(args: list[str], line: str) -> None:
    Path("folder").mkdir()
    result = scan("masked.txt", *args)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"redactscan: {line}\n")


BROKEN_RULES = [
    ("severity: error", "severty: error", "r.yaml:15: mask.black: unknown key 'severty'; did you mean 'severity'?"),
    ("severity: error", "severity: error\n    severity: note", "r.yaml:16: mask.black: the key 'severity' is given twice"),
    (r"\L<greeting>", r"\L<greetings>", "r.yaml:9: mask.stars: the list 'greetings' is not defined; did you mean 'greeting'?"),
    ("'█{1", "'(█{1", "r.yaml:17: mask.black: the pattern is not valid: missing ) at position 8"),
    ("message: a black bar", "message: &m a black bar", None),
    ("message: more may follow", "message: *m", "r.yaml:24: not valid YAML: found undefined alias 'm'"),
    ("['Dear Ann,', '*** Dear']", "[&a 'Dear Ann,', *a]", "r.yaml:11: mask.stars: anchors and aliases are not for rules files; write it out"),
    ("was [|███|] then", "was ███ then", "r.yaml:18: mask.black: a hit marks its hole with [| and |]"),
]  # fmt: skip


@pytest.mark.parametrize(
    "command", ["scan whole.txt --rules r.yaml", "rules list --rules r.yaml", "rules check r.yaml"]
)
@pytest.mark.parametrize(("old", "new", "line"), BROKEN_RULES, ids=[new for _, new, _ in BROKEN_RULES])
def test_a_broken_rules_file_is_one_line(old: str, new: str, line: str | None, command: str) -> None:
    assert RULES.count(old) == 1
    Path("r.yaml").write_bytes(RULES.replace(old, new).encode())
    result = run(*command.split(), "--no-default-rules")
    if line is None:
        assert result.exit_code == 0
    else:
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"redactscan: {line}\n"


USAGE = [
    (["scan"], "Missing argument 'PATHS...'."),
    (["scan", "whole.txt", "--engine", "steam"], "Invalid value for '--engine': 'steam' is not one of"),
    (["scan", "whole.txt", "--engine", "re2"], "Invalid value for '--engine': 're2' is not one of"),
    (["scan", "whole.txt", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
    (["scan", "whole.txt", "--fail-on", "hint"], "Invalid value for '--fail-on': 'hint' is not one of"),
    (
        ["scan", "whole.txt", "--min-completeness", "50"],
        "Invalid value for '--min-completeness': 50.0 is not in the range",
    ),
    (["scan", "whole.txt", "--max-bytes", "0"], "Invalid value for '--max-bytes': 0 is not in the range"),
    (["scan", "whole.txt", "--most", "-1"], "Invalid value for '--most': -1 is not in the range"),
    (["scan", "whole.txt", "--nots"], "No such option"),
    (["scna"], "No such command 'scna'"),
    (["rules", "show"], "Missing argument 'ID'."),
]


@pytest.mark.parametrize(("args", "error"), USAGE, ids=[" ".join(args) for args, _ in USAGE])
def test_wrong_usage_is_said_and_ends_with_2(args: list[str], error: str) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith(f"Error: {error}")


def test_a_fault_of_ours_does_not_look_like_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Scanner, "scan", fails)
    assert scan("whole.txt").exit_code == 2


# --- formats -----------------------------------------------------------------------------------------------------


def test_the_table_is_for_people(here: Path) -> None:  # noqa: ARG001
    result = scan("masked.txt", "whole.txt", "barred.txt")
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"path +verdict +complete +detail +mask", lines[0])
    assert [line.split()[0] for line in lines[2:5]] == ["masked.txt", "whole.txt", "barred.txt"]
    assert lines[5:] == [
        "",
        "masked.txt:1:6  warning  mask.stars  stars in place of a name  Dear ⟦***⟧,⏎your order…",
        "barred.txt:2:14  error  mask.black  a black bar  …he order of ⟦████⟧ left us thi…",
        "",
        "3 scanned",
    ]
    assert result.stderr == ""


def test_notes_are_shown_on_request() -> None:
    assert "to-be-continued" not in scan("noted.txt").stdout
    assert "noted.txt:3:1  note  truncation.to-be-continued" in scan("noted.txt", "--notes").stdout


MOST = [
    ((), 20, "… and 5 more in many.txt (--most 0 shows all)"),
    (("--most", "3"), 3, "… and 22 more in many.txt (--most 0 shows all)"),
]


@pytest.mark.parametrize(("args", "shown", "more"), [*MOST, (("--most", "0"), 25, None), (("--most", "25"), 25, None)])
def test_of_many_findings_some_are_shown(args: tuple[str, ...], shown: int, more: str | None) -> None:
    Path("many.txt").write_text("Dear ***,\n" * 25)
    lines = scan("many.txt", *args).stdout.splitlines()
    assert len([line for line in lines if re.match(r"many\.txt:\d+:\d+ ", line)]) == shown
    assert [line for line in lines if line.startswith("…")] == ([more] if more else [])


def test_jsonl_is_one_entry_a_line_in_order_with_all_findings() -> None:
    paths = ["noted.txt", "no.txt", "masked.txt"]
    result = scan(*paths, "--format", "jsonl", "--most", "1", "--notes")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["path"] for line in lines] == paths
    assert [f["severity"] for f in lines[0]["findings"]] == ["note"]
    assert lines[1] == {"path": "no.txt", "id": None, "error": "no such file or folder", "reason": "missing"}
    assert result.stderr == "redactscan: no.txt: no such file or folder\nredactscan: 2 scanned, 1 failed\n"


def test_json_has_the_entries_of_jsonl_and_the_ledger() -> None:
    Path(".hidden").touch()
    result = scan(".", "no.txt", "--format", "json")
    whole = json.loads(result.stdout)
    assert list(whole) == ["schema", "tool", "documents", "summary"]
    assert (whole["schema"], whole["tool"]) == ("redactscan/1", {"name": "redactscan", "version": __version__})
    assert whole["documents"] == records(".", "no.txt")
    assert [whole["summary"][key] for key in ("scanned", "skipped", "failed", "stopped")] == [5, 1, 1, 0]
    assert whole["summary"]["findings"] == {"mask": 4}  # two of them in the rules


def test_json_of_nothing_is_valid() -> None:
    assert json.loads(scan("no.txt", "--format", "json").stdout)["summary"]["scanned"] == 0


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_utf8_and_not_escaped(form: str) -> None:
    data = CliRunner(charset="latin-1").invoke(cli.main, ["scan", *OURS, "barred.txt", "--format", form]).stdout_bytes
    assert "████".encode() in data


@pytest.mark.parametrize("form", TEXTUAL)
def test_lone_surrogates_are_written_as_what_they_are(form: str) -> None:
    text = "Hello \ud83d, Dear ***"  # from the library: no file holds such a text
    item = Item(Scanner(rules=["r.yaml"], default_rules=False).scan(text, path="a\udcff"), text)
    made = report(form, View())
    output = (made.begin() + made.add(item) + made.end(Ledger("regex").summary())).encode("utf-8")
    assert rb"a\udcff" in output or (form, b"a%ED%B3%BF" in output) == ("sarif", True) or form == "statistics"
    if form in ("json", "jsonl"):  # what is read back is what was written
        assert r"a\udcff" in json.dumps(json.loads(output))


def test_several_formats_are_written_in_one_run(here: Path) -> None:
    files = ["--output", "jsonl=a.jsonl", "--output", "junit=a.xml", "--output", "./json=x"]
    result = scan("masked.txt", "no.txt", *files, "--format", "csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert Path("a.jsonl").read_text("utf-8") == scan("masked.txt", "no.txt", "--format", "jsonl").stdout
    assert Path("a.xml").read_text("utf-8") == scan("masked.txt", "no.txt", "--format", "junit").stdout
    assert Path("json=x").read_bytes() == scan("masked.txt", "no.txt", "--format", "csv").stdout_bytes
    assert not list(here.glob(".redactscan-*"))


@pytest.mark.parametrize(
    ("args", "begins"), [((), ""), (("--format", "table"), "masked.txt"), (("--format", "json"), "{")]
)
def test_files_leave_standard_output_to_the_format_that_is_asked_for(args: tuple[str, ...], begins: str) -> None:
    result = scan("masked.txt", "no.txt", "--output", "csv=a.csv", *args)
    assert result.stdout[: len(begins) or 1] == begins
    assert bool(result.stderr) == (begins != "masked.txt")  # the ledger is said once


def test_quiet_leaves_the_exit_code_and_the_files() -> None:
    result = scan("masked.txt", "no.txt", "--quiet")
    assert (result.exit_code, result.output) == (2, "")
    result = scan("masked.txt", "--quiet", "--output", "a.txt")
    assert (result.exit_code, result.output, Path("a.txt").exists()) == (1, "", True)
    assert scan("masked.txt", "--quiet", "--engine", "regex", "--select", "no").stderr.count("\n") == 1


def test_statistics_count_findings_and_documents_by_rule() -> None:
    Path("both.txt").write_bytes((MASKED + BARRED + MASKED).encode())
    lines = scan("both.txt", "masked.txt", "whole.txt", "no.txt", "--format", "statistics").stdout.splitlines()
    assert lines[2].split(maxsplit=3) == ["3", "2", "mask.stars", "stars in place of a name"]
    assert lines[3].split(maxsplit=3) == ["1", "1", "mask.black", "a black bar"]
    assert lines[4:] == ["", "3 scanned, 1 failed", "no.txt: no such file or folder"]


def test_of_several_files_none_is_written_when_one_cannot_be() -> None:
    result = scan("masked.txt", "--output", "csv=a.csv", "--output", "json=no/a.json")
    assert (result.exit_code, Path("a.csv").exists()) == (2, False)


def test_stdin_is_a_document() -> None:
    result = scan("-", "--format", "jsonl", stdin=MASKED.encode())
    assert json.loads(result.stdout)["path"] == "-"
    assert result.exit_code == 1


def test_both_engines_write_the_same_records() -> None:
    assert records(".", "--engine", "regex") == records(".", "--engine", "auto")


# --- the schema --------------------------------------------------------------------------------------------------

SHIPPED = resources.files("redactscan").joinpath("record.schema.json")


def test_the_shipped_schema_is_that_of_the_types() -> None:
    made = json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n"
    assert SHIPPED.read_text(encoding="utf-8") == made, "write what record_schema() returns into record.schema.json"


def test_the_output_fits_the_shipped_schema() -> None:
    Path(".hidden").touch()
    schema = json.loads(SHIPPED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(scan(".", "no.txt", "--format", "json").stdout))
    entry = validator.evolve(schema={"$ref": "#/$defs/Entry", "$defs": schema["$defs"]})
    for line in records(".", "no.txt"):
        entry.validate(line)
    assert not entry.is_valid({"path": "a.txt"})
    assert not validator.is_valid({"documents": []})


def test_every_field_is_described() -> None:
    page = (Path(__file__).parent.parent / "docs" / "record.md").read_text(encoding="utf-8")
    fields = {field for definition in record_schema()["$defs"].values() for field in definition.get("properties", {})}
    assert sorted(field for field in fields if f"`{field}`" not in page) == []


# --- the parts of a line -----------------------------------------------------------------------------------------

VISIBLE = [
    ("plain 中文", "plain 中文"),
    ("a\nb\r\nc", "a⏎b⏎c"),
    ("\x1b[31mred", r"\x1b[31mred"),
    ("tab\there", r"tab\there"),
    ("全\u3000角", "全\u3000角"),
    ("\u202eright to left", r"\u202eright to left"),
    ("lone \ud83d", r"lone \ud83d"),
    ("\0", r"\x00"),
]


@pytest.mark.parametrize(("text", "shown"), VISIBLE, ids=[shown for _, shown in VISIBLE])
def test_nothing_on_a_terminal_is_raw(text: str, shown: str) -> None:
    assert visible(text) == shown


EXCERPTS = [
    ("the number is ab* of it, they say", "*", (16, 17), "…number is ab⟦*⟧ of it, they…"),
    ("up %", "%", (3, 3), "up ⟦⟧%"),
    ("x" * 100, "x" * 100, None, f"⟦{'x' * 20} … {'x' * 20}⟧"),
    ("a\n*\nb", "*", (2, 3), "a⏎⟦*⟧⏎b"),
]


@pytest.mark.parametrize(("text", "evidence", "hole", "shown"), EXCERPTS, ids=[shown for *_, shown in EXCERPTS])
def test_a_finding_is_shown_in_its_context(text: str, evidence: str, hole: tuple[int, int] | None, shown: str) -> None:
    start = text.index(evidence)
    end = start + len(evidence)
    finding = Finding("r", "mask", None, "note", 1.0, start, end, hole, evidence, line=1, column=1, message="")
    assert excerpt(text, finding) == shown


SHARES = [
    ((1.0, 1.0, 1.0), "100%"),
    ((0.5, 0.5, 0.5), "50%"),
    ((0.9999, 0.99, 1.0), "99.9% (99% to 100%)"),
    ((None, 0.0, 0.6), "unknown (0% to 60%)"),
]


@pytest.mark.parametrize(("shares", "shown"), SHARES, ids=[shown for _, shown in SHARES])
def test_completeness_is_never_rounded_up(shares: tuple[float | None, float, float], shown: str) -> None:
    scores = Scores(*shares, "estimated", 1, 1, {}, Parts(0, 0), [], visible=1, missing=1)
    assert completeness(scores) == shown


# --- output to a file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", TEXTUAL)
def test_output_to_a_file_is_what_would_be_printed(form: str) -> None:
    printed = scan("masked.txt", "whole.txt", "--format", form).stdout
    result = scan("masked.txt", "whole.txt", "--format", form, "--output", "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert Path("out").read_text(encoding="utf-8") == printed


def test_output_replaces_a_file_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("docs").mkdir()
    Path("docs/a.txt").write_text(MASKED)
    assert "a.txt" in scan("docs", "--output", "docs/out").stdout + Path("docs/out").read_text()
    assert sorted([path.name for path in Path("docs").iterdir()]) == ["a.txt", "out"]
    Path("docs/out").write_text("as it was")

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Scanner, "scan", fails)
    result = scan("docs", "--output", "docs/out")
    assert (result.exit_code, result.stderr) == (130, "redactscan: interrupted\n")
    assert Path("docs/out").read_text() == "as it was"
    assert sorted([path.name for path in Path("docs").iterdir()]) == ["a.txt", "out"]


# --- explain, rules, help ----------------------------------------------------------------------------------------


def test_explain_prints_the_sum_and_what_counts() -> None:
    result = run("explain", *OURS, "masked.txt", "noted.txt", "no.txt")
    assert result.exit_code == 2
    assert re.search(r"^masked\.txt\n  verdict ", result.stdout)
    assert "    slots       1 masked, deleted or unfilled, " in result.stdout
    assert "to-be-continued" not in result.stdout
    assert result.stderr == "redactscan: no.txt: no such file or folder\nredactscan: 2 scanned, 1 failed\n"
    assert run("explain", *OURS, "masked.txt").exit_code == 0


def test_explain_says_why_there_is_nothing_to_explain() -> None:
    Path("a.pdf").write_bytes(b"%PDF-1.7")
    result = run("explain", *OURS, "a.pdf")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "redactscan: a.pdf: a broken PDF",
        "redactscan: 0 scanned, 1 failed",
    ]


def test_rules_list_lists_the_rules_in_force() -> None:
    listed = run("rules", "list", *OURS, "--ignore", "truncation").stdout
    assert [line.split()[:1] for line in listed.splitlines()[2:]] == [["mask.stars"], ["mask.black"], [], ["2"]]


def test_rules_show_has_all_of_a_rule() -> None:
    shown = run("rules", "show", "mask.stars", *OURS).stdout
    for part in (
        "mask.stars",
        "r.yaml:4",
        "person",
        "warning",
        r"(?<=\L<greeting> )\*{3}",
        "Dear [|***|],",
        "Dear Ann,",
        "*** Dear",
        "Dear Hello",
    ):
        assert part in shown


def test_rules_show_says_what_it_means_and_what_to_do() -> None:
    lines = run("rules", "show", "mask.stars", *OURS).stdout.splitlines()
    assert lines[0] == "mask.stars: stars in place of a name"
    titles = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert titles == [
        *("What it means", "Why it matters", "Found, at the marks", "Left alone"),
        *("How to suppress it", "How it is written"),
    ]
    assert "  here: on the line or the one before, <!-- redactscan: ignore[mask.stars] reason -->" in lines
    Path("masked.txt").write_text(f"<!-- redactscan: ignore[mask.stars] reason -->\n{MASKED}")
    assert scan("masked.txt").exit_code == 0
    assert tuple(KINDS) == get_args(Kind)


def test_rules_show_of_an_unknown_rule_suggests_one() -> None:
    result = run("rules", "show", "mask.star", *OURS)
    assert (result.exit_code, result.stderr) == (
        2,
        "redactscan: no rule is called 'mask.star'; did you mean 'mask.stars'?\n",
    )


def test_rules_check_holds_rules_against_their_examples() -> None:
    result = run("rules", "check", "r.yaml", "--no-default-rules")
    assert (result.exit_code, result.stdout) == (0, "3 rules, 7 examples: all hold\n")


def test_rules_check_names_each_example_that_does_not_hold() -> None:
    Path("r.yaml").write_bytes(
        RULES.replace("was [|███|] then", "was [|██|]█ then")
        .replace("'to be']", "'to be', 'to be continued']")
        .encode()
    )
    result = run("rules", "check", "r.yaml", "--no-default-rules")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines[:2]] == [
        ["r.yaml:12", "mask.black"],
        ["r.yaml:20", "truncation.to-be-continued"],
    ]
    assert lines[-1] == "3 rules, 8 examples: 2 do not hold"


def test_rules_check_names_rules_that_run_without_the_native_engine() -> None:
    pytest.importorskip("hyperscan")
    Path("r.yaml").write_bytes(RULES.replace("█{1,20}", "(█)\\1*").encode())
    lines = run("rules", "check", "r.yaml", "--no-default-rules").stdout.splitlines()
    assert lines[0].startswith("note: r.yaml:12: mask.black: runs without Hyperscan: ")


def test_rules_check_refuses_rules_that_run_away() -> None:
    pattern = r"(?<hole>某)(?:\p{Han}+[、,]?)+县$"
    Path("r.yaml").write_text(
        "rules: [{id: mask.x, kind: mask, slot: place, severity: warning, message: x, "
        f"pattern: '{pattern}', hits: ['[|某|]东县'], misses: [东县]}}]",
        encoding="utf-8",
    )
    result = run("rules", "check", "r.yaml", "--no-default-rules")
    assert result.exit_code == 1
    assert re.match(r"r\.yaml:1: mask\.x: runs away, [\d.]+ seconds on 1000 characters, .* \* n", result.stdout)
    assert result.stdout.endswith("1 rule, 2 examples: 1 does not hold\n")


def test_rules_check_of_a_file_may_use_the_lists_of_the_package() -> None:
    pack = load()
    name = min((name for name, words in pack.lists.items() if len(words) > 1), key=lambda name: len(pack.lists[name]))
    Path("r.yaml").write_text(
        RULES.replace("to be continued'", rf"to be continued|\L<{name}>{{40}}'", 1), encoding="utf-8"
    )
    result = run("rules", "check", "r.yaml")
    assert result.stdout.splitlines()[-1] == "3 rules, 7 examples: all hold"


def test_rules_check_of_the_package_holds() -> None:
    result = run("rules", "check")
    assert result.exit_code == 0, result.stdout
    assert re.search(r"^\d+ rules, \d+ examples: all hold$", result.stdout, re.MULTILINE)


def test_help_has_examples_and_the_exit_codes() -> None:
    shown = run("--help").stdout
    assert "redactscan scan speech.txt" in shown
    assert "0 nothing to report, 1 something found, 2 could not run" in " ".join(shown.split())


# --- a process of its own ----------------------------------------------------------------------------------------


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "redactscan", *args]


HEAVY = {"regex", "msgspec", "hyperscan", "yaml", "tabulate", "wcwidth", "pathspec", "charset_normalizer", "jinja2"}
IMPORTS = [
    (["--version"], set()),
    (["--help"], set()),
    (["scan", "--help"], set()),
    (["scan", *OURS, "whole.txt", "--format", "jsonl"], {"regex", "msgspec", "hyperscan"}),
    (["scan", *OURS, "whole.txt"], {"regex", "msgspec", "hyperscan", "tabulate", "wcwidth"}),
    (["explain", *OURS, "whole.txt"], {"regex", "msgspec", "hyperscan"}),
]


@pytest.mark.parametrize(("args", "allowed"), IMPORTS, ids=[" ".join(args) for args, _ in IMPORTS])
def test_a_command_imports_what_it_needs(args: list[str], allowed: set[str]) -> None:
    scan("whole.txt")  # so that the rules are in the cache
    code = f"import sys; from redactscan.cli import main; main({args}, standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert HEAVY & set(done.stdout.splitlines()[-1].split()) <= allowed


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_closed_pipe_is_the_end_and_no_error(form: str) -> None:
    many = ["masked.txt"] * 2000
    scanning = subprocess.Popen(
        command("scan", *OURS, *many, "--format", form), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert scanning.stdout is not None
    assert scanning.stderr is not None
    scanning.stdout.readline()
    scanning.stdout.close()
    assert (scanning.stderr.read(), scanning.wait()) == (b"", 141)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_an_interrupt_is_one_line() -> None:
    # Standard input stays open, so that there is something to interrupt.
    scanning = subprocess.Popen(
        command("scan", *OURS, "masked.txt", "-", "--format", "jsonl"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert scanning.stdout is not None
    assert scanning.stdout.readline().startswith(b'{"path":"masked.txt"')
    scanning.send_signal(signal.SIGINT)
    _, errors = scanning.communicate()
    assert (errors, scanning.returncode) == (b"redactscan: interrupted\n", 130)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("args", [("scan", *OURS, "masked.txt"), ("--version",), ("--help",), ("rules", "check", "-h")])
def test_a_full_disk_is_one_line(args: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command(*args), stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.stderr, done.returncode) == (b"redactscan: the output cannot be written: No space left on device\n", 2)


def test_a_terminal_that_knows_little_gets_escapes() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command("scan", *OURS, "masked.txt"), capture_output=True, check=False, env=env)
    assert rb"Dear \u27e6***\u27e7,\u23ceyour" in done.stdout
    assert done.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_whose_users_want_it(env: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    import pty  # noqa: PLC0415 - not on every system

    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    done = subprocess.run(command("scan", *OURS, "masked.txt"), stdout=theirs, check=False, env=plain | env)
    os.close(theirs)
    shown = b""
    while chunk := _rest(ours):
        shown += chunk
    os.close(ours)
    assert (b"\x1b[33mwarning\x1b[0m" in shown) == coloured
    assert done.returncode == 1


def _rest(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # all was read, and the other side is closed
        return b""


def test_rules_profile_counts_candidates_and_matches() -> None:
    Path("many.txt").write_text("Dear ***,\n" * 3)
    result = run("rules", "profile", *OURS, "many.txt", "barred.txt", "no.txt")
    rows = [line.split()[:3] for line in result.stdout.splitlines()]
    assert ["mask.stars", "3", "3"] in rows
    assert ["mask.black", "1", "1"] in rows
    assert rows[-1][:2] == ["2", "rules"]
