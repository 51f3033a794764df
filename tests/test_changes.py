"""Findings on changed lines only, in a repository that git made."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redactscan import cli

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)[县区]', hits: ['[|*|]县'], misses: [某县]}
"""
LINES = ["刚才,*县作了发言。", "会议强调,要抓好落实。", "随后,*区作了发言。", "会议结束。"]


def git(*args: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *args]
    subprocess.run(command, check=True, capture_output=True)


def write(path: str, lines: list[str], encoding: str = "utf-8") -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("\n".join([*lines, ""]), encoding=encoding)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with two documents, one of them with a name that has to be quoted."""
    monkeypatch.chdir(tmp_path)
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    git("init", "--quiet")
    write("docs/a.txt", LINES)
    write('docs/b "1" 中.txt', LINES)
    write("docs/wide.txt", LINES, "utf-16")
    git("add", ".")
    git("commit", "--quiet", "--message", "all")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


def lines(*args: str) -> dict[str, list[int]]:
    """The lines of findings, by document."""
    shown = run("scan", "docs", "--format", "jsonl", *args).stdout.splitlines()
    records = [json.loads(line) for line in shown]
    return {Path(r["path"]).name[0]: [f["line"] for f in r["findings"]] for r in records if r.get("findings")}


def test_all_is_shown_without_the_option_and_nothing_where_nothing_changed() -> None:
    assert lines() == {"a": [1, 3], "b": [1, 3], "w": [1, 3]}
    assert lines("--diff", "HEAD") == {}
    assert run("scan", "docs", "--diff", "HEAD").exit_code == 0


@pytest.mark.parametrize("file", ["docs/a.txt", 'docs/b "1" 中.txt'])
@pytest.mark.parametrize(("new", "found"), [
    ([*LINES, "最后,*县表了态。"], [5]),
    (["一行", *LINES], []),
    ([LINES[0].replace("刚才", "刚刚"), *LINES[1:]], [1]),
    (LINES[1:], []),
])  # fmt: skip
def test_what_stands_on_changed_lines_is_shown(file: str, new: list[str], found: list[int]) -> None:
    write(file, new)
    name = Path(file).name[0]
    assert lines("--diff", "HEAD") == ({name: found} if found else {})
    assert lines("--staged") == {}
    git("add", ".")
    assert lines("--staged") == ({name: found} if found else {})
    git("commit", "--quiet", "--message", "more")
    assert lines("--diff", "HEAD~1") == ({name: found} if found else {})
    assert lines("--diff", "HEAD") == {}


def test_new_files_and_those_without_lines_count_whole() -> None:
    write("docs/c.txt", LINES)
    write("docs/wide.txt", [*LINES, ""], "utf-16")
    assert lines("--diff", "HEAD") == {"c": [1, 3], "w": [1, 3]}
    assert lines("--staged") == {}


def test_it_works_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    write("docs/a.txt", [*LINES, "最后,*县表了态。"])
    monkeypatch.chdir("docs")
    result = run("scan", ".", "--diff", "HEAD", "--format", "jsonl")
    (finding,) = (f for line in result.stdout.splitlines() for f in json.loads(line)["findings"])
    assert finding["line"] == 5


def test_what_git_cannot_do_is_one_line(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for revision in ("no-such", "--output=x"):
        result = run("scan", "docs", "--diff", revision)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("redactscan: git diff: ")
        assert result.stderr.count("\n") == 1
    assert not Path("x").exists()
    assert "give one of them" in run("scan", "docs", "--diff", "HEAD", "--staged").stderr
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp()))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("scan", ".", "--staged").stderr.startswith("redactscan: git rev-parse: not a git repository")
    monkeypatch.setenv("PATH", "")
    assert run("scan", ".", "--staged").stderr == "redactscan: --diff and --staged need git, which is not here\n"


def test_a_changed_file_that_is_no_plain_text_is_shown_whole() -> None:
    write("docs/page.html", ["<html><body><p>", *LINES, "</body></html>"])
    git("add", ".")
    git("commit", "--quiet", "--message", "more")
    assert lines("--diff", "HEAD") == {}
    shown = lines("--diff", "HEAD~")
    assert shown == {"p": lines()["p"]}
    with zipfile.ZipFile("docs/x.zip", "w") as made:
        made.write("docs/a.txt")
    assert lines("--diff", "HEAD") == {"a": [1, 3]}
