"""Settings from files: which file counts, what they set, and what is said of one that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redactscan import cli

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)县', hits: ['[|*|]县'], misses: [某县]}
  - {id: mask.bar, kind: mask, slot: text, severity: error, message: a bar,
     pattern: '█', hits: ['[|█|]'], misses: [一]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder within a project whose rules stand in the folder above."""
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    Path("a.txt").write_text("刚才,*县、█作了发言。\n", encoding="utf-8")
    Path("../r.yaml").write_text(RULES, encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="redactscan")


def found(*args: str) -> list[str]:
    result = run("scan", "a.txt", "--format", "jsonl", *args)
    assert result.exit_code in (0, 1), result.output
    return [finding["rule"] for finding in json.loads(result.stdout)["findings"]]


BASE = "rules = ['r.yaml']\nno-default-rules = true\n"
FILES = [
    ("../redactscan.toml", BASE, ["mask.star", "mask.bar"]),
    ("../pyproject.toml", f"[project]\nname = 'x'\n[tool.redactscan]\n{BASE}", ["mask.star", "mask.bar"]),
    ("../redactscan.toml", f"{BASE}select = ['mask.bar']", ["mask.bar"]),
    ("../redactscan.toml", f"{BASE}ignore = ['mask.bar', 'gap']", None),
    ("../redactscan.toml", f"{BASE}ignore = ['mask.bar']\r\n", ["mask.star"]),
    ("../redactscan.toml", f"\ufeff{BASE}", ["mask.star", "mask.bar"]),
]


@pytest.mark.parametrize(("file", "text", "rules"), FILES)
def test_a_file_sets_options(file: str, text: str, rules: list[str] | None) -> None:
    Path(file).write_text(text, encoding="utf-8", newline="")
    if rules is None:
        assert run("scan", "a.txt").exit_code == 2  # as it would be with --ignore gap, which names no rule
    else:
        assert found() == rules


def test_the_nearest_file_counts_and_its_own_name_before_the_shared() -> None:
    Path("../redactscan.toml").write_text(f"{BASE}select = ['mask.bar']", encoding="utf-8")
    Path("pyproject.toml").write_text("[tool.other]\nx = 'redactscan'\n", encoding="utf-8")  # says nothing of us
    assert found() == ["mask.bar"]
    ours = BASE.replace("r.yaml", "../r.yaml")
    Path("pyproject.toml").write_text(f"[tool.redactscan]\n{ours}", encoding="utf-8")
    assert found() == ["mask.star", "mask.bar"]
    Path("redactscan.toml").write_text(f"{ours}select = ['mask.star']", encoding="utf-8")
    assert found() == ["mask.star"]


def test_an_option_wins_and_a_file_may_be_named_or_left_out() -> None:
    Path("../redactscan.toml").write_text(f"{BASE}select = ['mask.bar']\nfail-on = 'never'", encoding="utf-8")
    Path("../other.toml").write_text(BASE, encoding="utf-8")
    assert found("--select", "mask.star") == ["mask.star"]
    assert found("--config", "../other.toml") == ["mask.star", "mask.bar"]
    assert run("scan", "a.txt").exit_code == 0
    assert run("scan", "a.txt", "--fail-on", "error").exit_code == 1
    assert run("scan", "a.txt", "--config", "", "--no-default-rules").stderr.startswith("redactscan: no rules are left")
    assert run("rules", "list").stdout.splitlines()[-1] == "1 rule"


def test_config_says_what_is_in_force_and_where_it_is_set() -> None:
    Path("../redactscan.toml").write_text(
        "# ours\nmost = 3\n\nnotes = true\nselect = ['mask', 'gap']\n", encoding="utf-8"
    )
    lines = [line.split(maxsplit=1) for line in run("config").stdout.splitlines()[2:]]
    rows = {row[0]: row[1] if row[1:] else "" for row in lines}
    assert rows["most"].split() == ["3", "../redactscan.toml:2"]
    assert rows["notes"].split() == ["true", "../redactscan.toml:4"]
    assert rows["select"].endswith("  ../redactscan.toml:5")
    assert (rows["engine"], rows["no-default-rules"], rows["encoding"]) == ("auto", "false", "")
    options = {option.opts[0][2:] for option in cli.scan.params if option.opts[0].startswith("--")}
    assert set(rows) == options - {"config"}


WRONG = [
    ("\nfail_on = 'error'", "2: unknown key 'fail_on'; did you mean 'fail-on'?"),
    ("[overrides]", "1: unknown key 'overrides'"),
    ("fail-on = 'hint'", "1: fail-on: 'hint' is not one of 'error', 'warning', 'note', 'never'."),
    ("most = -1", "1: most: -1 is not in the range x>=0."),
    ("most = true", "1: most is True; a text or a number is wanted"),
    ("notes = 1", "1: notes is 1; true or false is wanted"),
    ("select = 'mask'", "1: select is 'mask'; a list of texts is wanted"),
    ("most = 1\nmost = 2", "2: not valid TOML: Cannot overwrite a value"),
    ("most = [", "1: not valid TOML: Invalid value"),
]


@pytest.mark.parametrize(("text", "line"), WRONG, ids=[text for text, _ in WRONG])
@pytest.mark.parametrize("shared", [False, True])
def test_what_is_wrong_is_one_line_with_its_place(text: str, line: str, shared: bool) -> None:  # noqa: FBT001
    file = Path("pyproject.toml" if shared else "redactscan.toml")
    file.write_text(f"[tool.redactscan]\n{text}" if shared else text, encoding="utf-8")
    if shared and text == "[overrides]":
        file.write_text("[tool.redactscan.overrides]", encoding="utf-8")
        line = "1: unknown key 'overrides'"
    elif shared:
        number, _, rest = line.partition(":")
        line = f"{int(number) + 1}:{rest}"
    result = run("scan", "a.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr == f"redactscan: {file}:{line}\n"


def test_a_file_that_is_named_must_be_there() -> None:
    result = run("scan", "a.txt", "--config", "no.toml")
    assert (result.exit_code, result.stderr) == (2, "redactscan: no.toml: cannot be read: No such file or directory\n")
