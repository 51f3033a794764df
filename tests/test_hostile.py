"""What strangers may send to stop a run, to read or write elsewhere, or to be believed; see SECURITY.md."""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made import tarred, zipped
from stars import RULES

from redactscan import Scanner, prefilter
from redactscan.cli import main

ROOT = Path(__file__).parent.parent
OURS = ("--rules", "r.yaml", "--no-default-rules", "--config", "")


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="redactscan")


def one_line(result: Result) -> str:
    """Return the one line that a run ends with that cannot go on."""
    assert result.exit_code == 2, result.output
    assert result.output.count("\n") == 1, result.output
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.output


# --- text --------------------------------------------------------------------------------------------------------

SIZE = 20_000
SIGNS = [
    "*",
    "、",
    "(",
    ")",
    "7",
    "个",
    "某",
    "X",
    "_",
    "…",
    "《",
    "\n",
    " ",
    "**县",
    "一、",
    "达%",
    "1.",
    "[",
    "<",
    "省略",
    "\u200b",
    "\ufffd",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_text_of_one_sign_stops_no_rule(sign: str, scanner: Scanner) -> None:
    record = scanner.scan(sign * (SIZE // len(sign)))
    assert [stopped for stopped in record.stopped if stopped.limit == "time"] == []


@pytest.mark.skipif(not prefilter.available(), reason="hyperscan is not installed")
@pytest.mark.parametrize("sign", ["*", "_", "（", "【", "(", "[", "7", "个", "-", ","])
def test_a_text_of_one_sign_has_no_candidate_at_each(sign: str, scanner: Scanner) -> None:
    scanner.matcher.prepare()
    seen = []

    def note(*event: object) -> None:
        seen.append(event)

    for section, part in scanner.matcher._natives.items():  # noqa: SLF001 - nothing that is seen outside tells
        if section.weight == "strong" and part.database is not None:
            data, scratch = (sign * SIZE).encode(), prefilter.scratch(part.database)
            part.database.scan(data, match_event_handler=note, scratch=scratch)
    assert len(seen) < SIZE // 100


@pytest.mark.parametrize(("most", "left"), [(5, 15), (20, 0), (0, 0)])
def test_findings_over_the_limit_are_counted_and_not_listed(most: int, left: int) -> None:
    many, limited = (Scanner(rules=["r.yaml"], default_rules=False, max_findings=n) for n in (0, most))
    text = "Dear ***, all is well. " * 20
    whole, record = many.scan(text), limited.scan(text)
    assert record.scores == whole.scores
    assert record.findings == whole.findings[: most or None]
    assert [stopped.left for stopped in record.stopped] == ([left] if left else [])


def test_a_text_with_many_findings_ends_with_2_unless_that_is_allowed() -> None:
    Path("a.txt").write_text("Dear ***, all is well. " * 20)
    said = run("scan", "a.txt", *OURS, "--max-findings", "5")
    assert said.exit_code == 2
    assert "a.txt: 15 more findings are not listed; --max-findings sets the limit" in said.output
    assert run("scan", "a.txt", *OURS, "--max-findings", "5", "--allow-skipped", "too-many").exit_code == 1


# --- what is nested deeply ---------------------------------------------------------------------------------------

DEEP = 200_000


@pytest.mark.parametrize(
    "data",
    ["[" * DEEP, "rules: " + "{a: " * DEEP, "- " * DEEP, "rules:\n" + "".join(" " * n + "-\n" for n in range(2000))],
)
def test_a_deep_rules_file_is_one_line(data: str) -> None:
    Path("deep.yaml").write_text(data)
    Path("a.txt").touch()
    assert "deep.yaml" in one_line(run("scan", "a.txt", "--rules", "deep.yaml", "--config", ""))


@pytest.mark.parametrize("data", ["rules = " + "[" * 150_000, "a = " + "{a = " * 30_000, "[" + "a." * 10_000 + "a]"])
def test_deep_settings_are_one_line(data: str) -> None:
    Path("redactscan.toml").write_text(data)
    Path("a.txt").touch()
    assert one_line(run("scan", "a.txt")).startswith("redactscan: redactscan.toml:1: ")


@pytest.mark.parametrize("name", ["redactscan.toml", "pyproject.toml"])
def test_settings_that_are_too_large_are_one_line(name: str) -> None:
    Path(name).write_text("[tool.redactscan]\n" + "# redactscan\n" * 20_000)
    Path("a.txt").touch()
    said = one_line(run("scan", "a.txt"))
    assert said == f"redactscan: {name}: larger than 200000 bytes, which settings may have\n"


@pytest.mark.parametrize(
    "row",
    ['{"text": ' + "[" * DEEP, '{"meta": ' + "[" * DEEP + "]" * DEEP + ', "text": "a"}', "[" * DEEP, '{"a":' * DEEP],
)
def test_a_deep_row_is_an_entry_and_the_others_are_scanned(row: str) -> None:
    Path("a.jsonl").write_text(f'{{"text": "a"}}\n{row}\n{{"text": "b"}}\n')
    for command in (["scan", "a.jsonl", "--format", "jsonl"], ["filter", "a.jsonl", "--out", "out"]):
        result = run(*command, *OURS)
        assert not result.exception or isinstance(result.exception, SystemExit)
    entries = [json.loads(line) for line in run("scan", "a.jsonl", *OURS, "--format", "jsonl").stdout.splitlines()]
    assert [entry["path"] for entry in entries] == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3"]
    assert [entry.get("verdict") for entry in (entries[0], entries[2])] == ["whole", "whole"]


# --- elsewhere ---------------------------------------------------------------------------------------------------

EXECUTED = [
    "rules: !!python/object/apply:os.system ['touch ran']",
    "!!python/object/new:os.system [touch ran]",
    "rules: [{id: mask.x, pattern: !!python/name:os.system x}]",
    "rules: ${touch ran}",
    "rules: `touch ran`",
]


@pytest.mark.parametrize("data", EXECUTED)
def test_nothing_in_a_rules_file_is_executed(data: str) -> None:
    Path("x.yaml").write_text(data)
    Path("a.txt").touch()
    one_line(run("scan", "a.txt", "--rules", "x.yaml", "--config", ""))
    assert not Path("ran").exists()


@pytest.mark.parametrize("value", ["--output=ran", "--ext-diff", "-O/dev/null", "HEAD; touch ran", "$(touch ran)"])
def test_a_revision_in_settings_is_no_option_and_no_command(value: str) -> None:
    Path("redactscan.toml").write_text(f"diff = {json.dumps(value)}")
    Path("a.txt").write_text("Dear ***, all is well.")
    one_line(run("scan", "a.txt"))
    assert not Path("ran").exists()


PACKED = {"zip": zipped, "tar": tarred}


@pytest.mark.parametrize(
    "name", ["../../up.txt", "/etc/up.txt", "a/../../up.txt", "..\\up.txt", "C:\\up.txt", "up\x1b[2J.txt", "a\nb.txt"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_is_read_and_never_written_wherever_its_name_leads(kind: str, name: str, tmp_path: Path) -> None:
    Path(f"a.{kind}").write_bytes(PACKED[kind]({name: b"Dear ***, all is well."}))
    before = sorted(tmp_path.rglob("*"))
    result = run("scan", f"a.{kind}", *OURS)
    assert result.exit_code == 1
    assert all(char.isprintable() or char == "\n" for char in result.stdout)
    cleaned = run("clean", f"a.{kind}", *OURS, "--out", "out")
    assert cleaned.exit_code in (0, 2)
    written = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
    assert all(path.is_relative_to(tmp_path / "out") for path in written)


LINKS = [
    (tarfile.SYMTYPE, "/etc/passwd"),
    (tarfile.LNKTYPE, "/etc/passwd"),
    (tarfile.FIFOTYPE, ""),
    (tarfile.CHRTYPE, ""),
]


@pytest.mark.parametrize(("kind", "target"), LINKS)
def test_a_link_or_device_in_an_archive_is_passed_over(kind: bytes, target: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        info = tarfile.TarInfo("x.txt")
        info.type, info.linkname = kind, target
        made.addfile(info)
    Path("a.tar").write_bytes(out.getvalue())
    assert "a.tar!x.txt: skipped: a link or a device in an archive" in run("scan", "a.tar", *OURS).output


@pytest.mark.skipif(sys.platform == "win32", reason="such names are not allowed there")
@pytest.mark.parametrize(
    "name", ["a\x1b]0;x\x07.txt", "a\nb.txt", "::error::a.txt", "-a.txt", "a\u202eb.txt", "=a.txt", "<b>.txt"]
)
def test_the_name_of_a_file_is_only_shown(name: str) -> None:
    Path("d").mkdir()
    Path("d", name).write_text("Dear ***, all is well.", encoding="utf-8")
    for form in ("table", "github", "csv", "markdown", "shards"):
        shown = run("scan", "d", *OURS, "--format", form).output
        assert all(char.isprintable() or char in "\n\r" for char in shown), form
        assert not re.search(r"^::error::", shown, re.MULTILINE)


# --- the page that lists all of this -----------------------------------------------------------------------------


def test_each_line_of_the_page_names_tests_that_there_are() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| .* `(test_\w+)\.py::(\w+)` +\|$", page, re.MULTILINE)
    assert len(named) >= 40
    for file, test in named:
        assert re.search(
            rf"^def {test}\(", (ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8"), re.MULTILINE
        ), test
