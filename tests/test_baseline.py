"""The baseline: what is known stays unseen wherever it moves, what is new is seen, what is gone is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redactscan import cli

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)[县区]', hits: ['[|*|]县'], misses: [某县]}
"""
CALM = "会议强调,要认真抓好各项工作的落实。\n"
FIRST, SECOND = "刚才,*县作了发言,讲得很好。\n", "随后,*区的同志介绍了经验。\n"
TEXT = f"{CALM}{FIRST}{CALM}{SECOND}"
FILE = ".redactscan-baseline"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a document, and a baseline of it."""
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")
    Path("docs").mkdir()
    Path("docs/a.txt").write_text(TEXT, encoding="utf-8")
    assert run("baseline", "docs").stderr.startswith(f"redactscan: {FILE}: 2 entries\n")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


def scan(*args: str) -> tuple[list[str], list[str], int]:
    """The new findings by the words they stand in, the documents of stale entries, and the exit code."""
    result = run("scan", *args, "--baseline", FILE, "--format", "jsonl")
    findings = [f["line"] for line in result.stdout.splitlines() for f in json.loads(line).get("findings", [])]
    stale = [line.split(": ")[3] for line in result.stderr.splitlines() if ": stale: " in line]
    return findings, stale, result.exit_code


EDITS = [
    ("as it was", TEXT, [], 0),
    ("text above", f"{CALM * 3}{TEXT}", [], 0),
    ("moved", f"{SECOND}{CALM}{FIRST}", [], 0),
    ("other line ends", TEXT.replace("\n", "\r\n"), [], 0),
    ("filled", TEXT.replace("*县", "青河县"), [], 1),
    ("a second copy", f"{TEXT}{FIRST}", [5], 0),
    ("a new one", f"{TEXT}最后,*县代表表了态。\n", [5], 0),
    ("other words around it", TEXT.replace("刚才,", "会上,"), [2], 1),
]


@pytest.mark.parametrize(("text", "new", "stale"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_what_is_new_is_shown_and_what_is_gone_is_stale(text: str, new: list[int], stale: int) -> None:
    Path("docs/a.txt").write_text(text, encoding="utf-8", newline="")
    assert scan("docs") == (new, ["docs/a.txt"] * stale, 1 if new else 0)


def test_other_documents_have_findings_of_their_own() -> None:
    Path("docs/b.txt").write_text(FIRST, encoding="utf-8")
    assert scan("docs") == ([1], [], 1)
    assert scan("docs/a.txt") == ([], [], 0)
    Path("docs/a.txt").unlink()
    assert scan("docs/b.txt") == ([1], ["docs/a.txt"] * 2, 1)


def test_a_document_that_was_not_part_of_the_run_has_nothing_stale() -> None:
    Path("docs/b.txt").write_text(CALM, encoding="utf-8")
    assert scan("docs/b.txt") == ([], [], 0)


@pytest.mark.parametrize("path", ["./docs", "docs/../docs/a.txt", "{here}/docs"])
def test_a_document_is_the_same_however_it_is_named(path: str) -> None:
    assert scan(path.format(here=Path.cwd())) == ([], [], 0)


def test_a_baseline_is_sorted_and_the_same_for_the_same() -> None:
    Path("docs/b.txt").write_text(FIRST * 3, encoding="utf-8")
    run("baseline", "docs")
    once = Path(FILE).read_bytes()
    run("baseline", "docs/b.txt", "docs/a.txt")
    assert Path(FILE).read_bytes() == once
    rows = [json.loads(line) for line in once.decode().splitlines()[1:]]
    assert rows == sorted(rows)
    assert [(row[0], row[-1]) for row in rows] == [("docs/a.txt", 1), ("docs/a.txt", 1), ("docs/b.txt", 3)]


def test_settings_may_name_it_and_the_run_says_what_it_hid() -> None:
    with Path("redactscan.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"baseline = '{FILE}'\n")
    result = run("scan", "docs")
    assert (result.exit_code, result.stderr) == (0, f"redactscan: 2 known findings are not shown ({FILE})\n")
    assert "*县" not in result.stdout


WRONG = [
    (None, "--baseline {}: cannot be read: No such file or directory; redactscan baseline writes one"),
    ("", "{}:1: not a baseline of this version; redactscan baseline writes one"),
    ("[]\n", "{}:1: not a baseline of this version; redactscan baseline writes one"),
    ('{"schema":"redactscan-baseline/1"}\n<<<<<<< ours\n', "{}:2: not a line of a baseline (conflict markers?)"),
    ('{"schema":"redactscan-baseline/1"}\n["a", "b", 1]\n', "{}:2: not a line of a baseline (conflict markers?)"),
]


@pytest.mark.parametrize(("text", "line"), WRONG)
def test_a_baseline_that_cannot_be_used_is_one_line(text: str | None, line: str) -> None:
    Path(FILE).unlink()
    if text is not None:
        Path(FILE).write_text(text, encoding="utf-8")
    result = run("scan", "docs", "--baseline", FILE)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"redactscan: {line.format(FILE)}\n")
