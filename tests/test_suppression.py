"""Comments that hide findings: where they may stand, what they reach, and what is said of those that are wrong."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from redactscan import Scanner, cli
from redactscan.record import Stopped
from redactscan.report import FORMATS
from redactscan.report.schema import record_schema
from redactscan.suppression import sifted

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)[县区]', hits: ['[|*|]县'], misses: [某县]}
  - {id: mask.bar, kind: mask, slot: text, severity: error, message: a bar,
     pattern: '█', hits: ['[|█|]'], misses: [一]}
  - {id: truncation.two-lines, kind: truncation, slot: text, severity: error, message: cut,
     pattern: 'to be\ncontinued', hits: ["[|to be\ncontinued|]"], misses: [to be]}
"""
STAR, BAR = "刚才,*县作了发言。", "他说█。"


def _scanner() -> Scanner:
    file = Path(tempfile.mkdtemp(dir=os.environ["REDACTSCAN_CACHE"])) / "r.yaml"
    file.write_text(RULES, encoding="utf-8")
    return Scanner(rules=[file], default_rules=False, engine="regex")


SCANNER = _scanner()


class Case(NamedTuple):
    """A text, the lines of what is still found in it, and line, count and complaint of each comment."""

    name: str
    text: str
    found: list[int]
    comments: list[tuple[int, int, str]]


UNUSED, NO_REASON = "hides nothing: take it away", "gives no reason"
BARE = "names no rule: write ignore[RULE] and the reason"
OPENERS = ["<!--", "#", "##", "//", "///", "/*", "%", "%%", ";;", "--", "..", ""]

CASES = [
    # What must be left alone comes first.
    Case("no comment", f"{STAR}\n", [1], []),
    Case("a word about it", f"{STAR} write redactscan: ignore[mask] here\n", [1], []),
    Case("another word", f"{STAR} # redactscan: ignored[mask]\n", [1], []),
    Case("two lines below", f"# redactscan: ignore[mask] x\n{BAR}\n{STAR}\n", [3], [(1, 1, "")]),
    Case("the line above", f"{STAR}\n<!-- redactscan: ignore[mask] x -->\n", [1], [(2, 0, UNUSED)]),
    Case("below one that does not stand alone", f"{BAR} # redactscan: ignore[mask] x\n{STAR}", [2], [(1, 1, "")]),
    Case("of another rule", f"# redactscan: ignore[mask.bar] x\n{STAR}\n", [2], [(1, 0, UNUSED)]),
    Case("of no rule", f"# redactscan: ignore is right here\n{STAR}\n", [2], [(1, 0, BARE)]),
    Case("of an empty list", f"# redactscan: ignore[ , ] x\n{STAR}\n", [2], [(1, 0, BARE)]),
    Case(
        "of an unknown rule",
        f"# redactscan: ignore[mask.stra] x\n{STAR}\n",
        [2],
        [(1, 0, "names no rule: mask.stra; did you mean 'mask.star'?")],
    ),
    # Every way to write one, on the line before and on the line.
    *(Case(f"{o!r} before", f"{o} redactscan: ignore[mask] x\n{STAR}\n", [], [(1, 1, "")]) for o in OPENERS),
    *(Case(f"{o!r} beside", f"{STAR} {o} redactscan: ignore[mask] x\n", [], [(1, 1, "")]) for o in OPENERS[:-1]),
    Case("without spaces", f"<!--redactscan:ignore[mask]x-->\n{STAR}\n", [], [(1, 1, "")]),
    Case("indented, with \\r\\n", f"  \t# redactscan: ignore[mask] x\r\n{STAR}\r\n", [], [(1, 1, "")]),
    Case("text on both sides", f"{STAR}<!-- redactscan: ignore[mask] x -->{STAR}\n{STAR}", [2], [(1, 2, "")]),
    # What it reaches.
    Case("by id", f"# redactscan: ignore[mask.star] x\n{STAR}{BAR}\n", [2], [(1, 1, "")]),
    Case("by several", f"# redactscan: ignore[mask.star, mask.bar] x\n{STAR}{BAR}\n", [], [(1, 2, "")]),
    Case("over empty lines", f"<!-- redactscan: ignore[mask] x -->\n\n \n{STAR}\n{BAR}\n", [5], [(1, 1, "")]),
    Case(
        "one below the other",
        f"<!-- redactscan: ignore[mask.star] x -->\n<!-- redactscan: ignore[mask.bar] y -->\n{STAR}{BAR}\n",
        [],
        [(1, 1, ""), (2, 1, "")],
    ),
    Case("the last of two lines", "to be\ncontinued # redactscan: ignore[truncation] x\n", [], [(2, 1, "")]),
    Case("the first of two lines", "# redactscan: ignore[truncation] x\nto be\ncontinued\n", [], [(1, 1, "")]),
    Case("its own words", "# redactscan: ignore[mask] *县 is what the law says\n", [], [(1, 1, "")]),
    Case("the end of the text", f"{STAR}\n# redactscan: ignore[mask] x", [1], [(2, 0, UNUSED)]),
    # What is wrong with one that works.
    Case("without a reason", f"# redactscan: ignore[mask]\n{STAR}\n", [], [(1, 1, NO_REASON)]),
    Case("a dash for a reason", f"<!-- redactscan: ignore[mask] - -->\n{STAR}\n", [], [(1, 1, NO_REASON)]),
    Case("both", "# redactscan: ignore[mask]\nall is here.\n", [], [(1, 0, f"{UNUSED}; {NO_REASON}")]),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_comment_hides_what_it_names_and_says_what_is_wrong_with_it(case: Case) -> None:
    whole = SCANNER.scan(case.text)
    record, suppressed = sifted(whole, case.text, SCANNER)
    assert [finding.line for finding in record.findings] == case.found
    assert [(s.line, s.hidden, s.wrong) for s in record.suppressions] == case.comments
    assert sorted([*record.findings, *(s.finding for s in suppressed)], key=whole.findings.index) == whole.findings
    assert record.scores == whole.scores  # a hole is a hole


def test_the_reason_is_kept() -> None:
    text = f"<!-- redactscan: ignore[mask.star]: as in the law of 1990 -->\n{STAR}\n"
    record, (suppressed,) = sifted(SCANNER.scan(text), text, SCANNER)
    assert record.suppressions[0].rules == ["mask.star"]
    assert record.suppressions[0].reason == suppressed.reason == "as in the law of 1990"


def test_what_was_not_asked_is_not_unused() -> None:
    text = f"# redactscan: ignore[mask.star] x\n{STAR}\n"
    other = SCANNER.only(["mask.bar"])
    assert [s.wrong for s in sifted(other.scan(text), text, other).record.suppressions] == [""]
    stopped = replace(SCANNER.scan(""), stopped=[Stopped("mask.star", "time")])
    assert [s.wrong for s in sifted(stopped, text, SCANNER).record.suppressions] == [""]


@given(st.lists(st.sampled_from(["<!--", "-->", "#", "%", "redactscan:", " ", "ignore", "[mask]", "\n", "*县", "\r"])))
def test_no_text_is_too_much(parts: list[str]) -> None:
    text = "".join(parts)
    whole = SCANNER.scan(text)
    record, suppressed = sifted(whole, text, SCANNER)
    assert len(record.findings) + len(suppressed) == len(whole.findings)


def test_many_signs_cost_little() -> None:
    for sign in ("#", "%", "/", ";", "-", ".", " ", "<!--", "redactscan:"):
        text = sign * 200_000 + "redactscan: x"
        assert sifted(SCANNER.scan("x"), text, SCANNER).suppressed == ()


# --- the command line --------------------------------------------------------------------------------------------

TEXT = f"""<!-- redactscan: ignore[mask.star] by law -->
{STAR}

<!-- redactscan: ignore[mask.bar] old -->
all is here.
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")
    Path("a.md").write_text(TEXT, encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_the_comment_that_hides_nothing(form: str) -> None:
    result = run("scan", "a.md", "--format", form)
    assert result.exit_code == 0
    assert UNUSED in result.stdout
    assert ("⟦*⟧县" in result.stdout) == (form == "sarif")


@pytest.mark.usefixtures("here")
def test_sarif_has_what_is_suppressed_and_why() -> None:
    (run_,) = json.loads(run("scan", "a.md", "--format", "sarif").stdout)["runs"]
    (result,) = run_["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "by law"}]
    (note,) = run_["invocations"][0]["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("warning", f"line 4: this suppression {UNUSED}")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_record_names_them(jobs: str) -> None:
    (line,) = run("scan", "a.md", "--format", "jsonl", "--jobs", jobs).stdout.splitlines()
    record = json.loads(line)
    assert record["findings"] == []
    assert record["suppressions"] == [
        {"line": 1, "rules": ["mask.star"], "reason": "by law", "hidden": 1},
        {"line": 4, "rules": ["mask.bar"], "reason": "old", "hidden": 0, "wrong": UNUSED},
    ]
    schema = record_schema()
    jsonschema.validate(record, {"$ref": "#/$defs/Record", "$defs": schema["$defs"]})


@pytest.mark.usefixtures("here")
def test_a_comment_that_no_reader_of_a_page_sees_hides_what_follows() -> None:
    page = f"<html><body><p>{STAR}</p>\n<!-- redactscan: ignore[mask.star] by law -->\n<p>{STAR}</p><!-- {STAR} -->"
    Path("a.html").write_text(page, encoding="utf-8")
    record = json.loads(run("scan", "a.html", "--format", "jsonl").stdout)
    assert [(f["rule"], f["line"]) for f in record["findings"]] == [("mask.star", 1)]
    assert record["suppressions"] == [{"line": 2, "rules": ["mask.star"], "reason": "by law", "hidden": 1}]
