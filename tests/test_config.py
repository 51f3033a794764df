"""Settings from files: which file counts, what they set, and what is said of one that is wrong."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redactscan import cli, pool
from redactscan.cli.options import Options, settable
from redactscan.cli.run import REASONS
from redactscan.cli.scan import scan
from redactscan.config import Setting
from redactscan.scanner import MAX_FINDINGS

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
    Path("../.git").mkdir()
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
    options = {option.opts[0][2:] for option in scan.params if option.opts[0].startswith("--")}
    assert set(rows) == options - {"config"}


EVERY = {
    **dict.fromkeys(["no-default-rules", "no-model", "no-suppressions", "notes", "thorough"], True),
    **dict.fromkeys(["statistics", "staged", "quiet"], True),
    "select": ["mask"],
    "ignore": ["gap"],
    "severity": ["mask=error"],
    "include": ["*.md"],
    "exclude": ["x"],
    "rules": ["r.yaml"],
    "baseline": "b",
    "diff": "HEAD",
    "encoding": "cp932",
    "engine": "regex",
    "profile": "form",
    "max-bytes": 9,
    "max-members": 6,
    "max-depth": 2,
    "max-unpacked": 8,
    "max-ratio": 3,
    "max-findings": 7,
    "input-format": "jsonl",
    "text-field": "t",
    "id-field": "i",
    "jobs": 3,
    "sample": 5,
    "allow-skipped": ["binary"],
    "format": "csv",
    "fail-on": "note",
    "min-completeness": 0.5,
    "min-detail": 1,
    "verdict": ["stub"],
    "most": 4,
    "output": ["csv=x"],
}


@pytest.mark.parametrize("key", settable())
def test_a_key_does_what_its_option_does(key: str) -> None:
    value = EVERY[key]
    args = [f"--{key}", *([] if value is True else [str(value[0] if isinstance(value, list) else value)])]
    options = Options("scan", ["a.txt"])
    given = Options("scan", ["a.txt", *args])({})
    name = settable()[key].name
    set_ = options({key: Setting(value, "redactscan.toml:1")})
    assert set_.values[name] == given.values[name] != options({}).values[name]
    assert (name in given.given, name in set_.given) == (True, False)


def test_the_limit_of_findings_is_that_of_the_library() -> None:
    assert settable()["max-findings"].default == MAX_FINDINGS


WRONG = [
    ("\nfail_on = 'error'", "2: unknown key 'fail_on'; did you mean 'fail-on'?"),
    ("[overrides]", "1: overrides are tables, as in [[overrides]]"),
    ("[[overrides]]\nnotes = true", "1: an override says which files it is for, as in paths = ['docs/']"),
    ("[[overrides]]\npaths = 'a'", "2: an override says which files it is for, as in paths = ['docs/']"),
    ("[[overrides]]\npaths = ['!']", "2: '!' is no pattern as in .gitignore"),
    ("[[overrides]]\npaths = ['*']\n\nselct = ['mask']", "4: unknown key 'selct'; did you mean 'select'?"),
    ("[[overrides]]\npaths = ['*']\nformat = 'csv'", "3: 'format' is for a whole run, not for some paths"),
    ("[[overrides]]\npaths = ['b']\n[[overrides]]\npaths = ['*']\nnotes = 1", "5: notes is 1; true or false is wanted"),
    (
        "[[overrides]]\npaths = ['b']\n" * 11 + "notes = 1\n[[overrides]]\nmost = 1",
        "25: 'most' is for a whole run, not for some paths",
    ),
    ("most = 1\noverrides = [{paths = ['*'], nots = true}]", "2: unknown key 'nots'; did you mean 'notes'?"),
    ("severity = ['mask=bad']", "1: severity: 'mask=bad' is not as in mask.place=error (or warning, note)."),
    (
        "allow-skipped = ['big']",
        f"1: allow-skipped: 'big' is not one of {', '.join(map(repr, REASONS))}.",
    ),
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
    if shared:
        text = text.replace("[overrides]", "[tool.redactscan.overrides]")
        file.write_text(f"[tool.redactscan]\n{text}", encoding="utf-8")
        number, _, rest = line.partition(":")
        line = f"{int(number) + 1}:{rest}"
    result = run("scan", "a.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr == f"redactscan: {file}:{line}\n"


def test_a_file_that_is_named_must_be_there() -> None:
    result = run("scan", "a.txt", "--config", "no.toml")
    assert (result.exit_code, result.stderr) == (2, "redactscan: no.toml: cannot be read: No such file or directory\n")


# --- settings of each file ---------------------------------------------------------------------------------------

LEADING_OUT = [
    ("rules = ['r.yaml', '../../r.yaml']", "../../r.yaml is outside of"),
    ("rules = ['/etc/passwd']", "/etc/passwd is outside of"),
    ("rules = ['out/r.yaml']", "out/r.yaml is outside of"),
    ("rules = ['pipe']", "pipe is no file or folder"),
    ("baseline = '../../known'", "../../known is outside of"),
    ("output = ['html=../../x.html']", "../../x.html is outside of"),
    ("output = ['html=out/x.html']", "out/x.html is outside of"),
    ("output = ['../.git/x.html']", "../.git/x.html is hidden"),
    ("output = ['json=.github/workflows/x.yaml']", ".github/workflows/x.yaml is hidden"),
]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name here")
@pytest.mark.parametrize(("line", "why"), LEADING_OUT, ids=[line for line, _ in LEADING_OUT])
def test_settings_lead_nowhere_out_of_their_repository(line: str, why: str, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    Path("out").symlink_to(outside)
    os.mkfifo("pipe")
    Path("redactscan.toml").write_text(line, encoding="utf-8")
    result = run("scan", "a.txt")
    assert result.exit_code == 2
    assert re.fullmatch(rf"redactscan: redactscan\.toml:1: {re.escape(why)}.*\n", result.output)
    assert list(outside.iterdir()) == []


def test_without_a_repository_settings_stay_in_the_working_directory() -> None:
    Path("../.git").rmdir()
    Path("deep").mkdir()
    Path("deep/redactscan.toml").write_text("rules = ['../r.yaml']\nno-default-rules = true", encoding="utf-8")
    Path("deep/a.txt").touch()
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    assert run("scan", "deep/a.txt").exit_code == 0
    Path("deep/redactscan.toml").write_text("rules = ['../../r.yaml']", encoding="utf-8")
    assert "outside of" in run("scan", "deep/a.txt").output


TREE = {
    "redactscan.toml": f"""{BASE}
[[overrides]]
paths = ["docs/law/", "*.md"]
ignore = ["mask.star"]
[[overrides]]
paths = ["docs/law/new.txt"]
ignore = []
severity = ["mask=note", "mask.bar=error"]
""",
    "docs/a.txt": "",
    "docs/a.md": "",
    "docs/law/old.txt": "",
    "docs/law/new.txt": "",
    "docs/own/redactscan.toml": "rules = ['../../r.yaml']\nno-default-rules = true\nselect = ['mask.bar']",
    "docs/own/a.txt": "",
    "docs/own/deep/a.txt": "",
    "docs/own/other/pyproject.toml": "[tool.redactscan]\nrules = ['../../../r.yaml']\nno-default-rules = true",
    "docs/own/other/a.txt": "",
}
FOUND = {
    "a.txt": {"mask.star": "warning", "mask.bar": "error"},
    "a.md": {"mask.bar": "error"},
    "law/old.txt": {"mask.bar": "error"},
    "law/new.txt": {"mask.star": "note", "mask.bar": "error"},
    "own/a.txt": {"mask.bar": "error"},
    "own/deep/a.txt": {"mask.bar": "error"},
    "own/other/a.txt": {"mask.star": "warning", "mask.bar": "error"},
}


@pytest.fixture
def tree() -> None:
    for name, text in TREE.items():
        file = Path("..") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text or "刚才,*县、█作了发言。\n", encoding="utf-8")


def severities(*args: str) -> dict[str, dict[str, str]]:
    records = [json.loads(line) for line in run("scan", "--format", "jsonl", *args).stdout.splitlines()]
    return {r["path"]: {f["rule"]: f["severity"] for f in r["findings"]} for r in records if "findings" in r}


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")])
def test_each_file_has_the_settings_nearest_to_it_and_its_overrides(jobs: tuple[str, ...]) -> None:
    assert {path: found for path, found in severities(".", *jobs).items() if path in FOUND} == FOUND


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_settings_reach_every_process(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    monkeypatch.setattr(pool, "START", start)
    assert severities(*FOUND, "--jobs", "2", "--include", "*.txt", "--include", "*.md") == FOUND


@pytest.mark.usefixtures("tree")
def test_the_command_line_wins_everywhere() -> None:
    found = severities(*FOUND, "--ignore", "mask.bar")
    assert found == {path: {"mask.star": "note" if "new" in path else "warning"} for path in FOUND if "own" not in path
                     or "other" in path} | {path: {} for path in ("own/a.txt", "own/deep/a.txt")}  # fmt: skip
    assert severities("own/a.txt", "--config", "../redactscan.toml")["own/a.txt"] == FOUND["a.txt"]


@pytest.mark.usefixtures("tree")
def test_limits_are_those_of_each_file() -> None:
    Path("own/redactscan.toml").write_text(TREE["docs/own/redactscan.toml"] + "\nfail-on = 'never'", encoding="utf-8")
    assert run("scan", "own/a.txt", "--quiet").exit_code == 0
    assert run("scan", "own/a.txt", "a.txt", "--quiet").exit_code == 1
    assert run("scan", "own/a.txt", "--quiet", "--fail-on", "error").exit_code == 1
    assert run("scan", "own/a.txt", "--quiet", "--jobs", "2", "--format", "jsonl").exit_code == 0


@pytest.mark.usefixtures("tree")
def test_sarif_knows_the_rules_of_every_file() -> None:
    Path("own/r.yaml").write_text(RULES.replace("mask.bar", "mask.own"), encoding="utf-8")
    Path("own/redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true", encoding="utf-8")
    whole = json.loads(run("scan", "a.txt", "own/a.txt", "--format", "sarif").stdout)
    rules = whole["runs"][0]["tool"]["driver"]["rules"]
    assert [(rule["id"], "help" in rule) for rule in rules] == [
        ("mask.star", True), ("mask.bar", True), ("mask.own", True),
    ]  # fmt: skip


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(("path", "ignore"), [
    ("a.txt", ""), ("a.md", "['mask.star']  ../redactscan.toml:6"), ("law", "['mask.star']  ../redactscan.toml:6"),
    ("law/new.txt", "[]  ../redactscan.toml:9"), ("own", ""),
])  # fmt: skip
def test_config_of_a_path_says_where_each_setting_comes_from(path: str, ignore: str) -> None:
    rows = {line.split()[0]: line.split(maxsplit=1)[1:] for line in run("config", path).stdout.splitlines()[2:]}
    assert " ".join(rows["ignore"]).split() == ignore.split()
    assert ("own/redactscan.toml:3" in " ".join(rows["select"])) == (path == "own")


# --- which files -------------------------------------------------------------------------------------------------

GLOBS = [
    ("exclude = ['old/', '*.tmp']", [], ["a.md", "a.txt", "new/b.txt"],
     {"a.tmp": "excluded by ../redactscan.toml:3", "old": "excluded by ../redactscan.toml:3"}),
    ("exclude = ['/docs/a.*']", [], ["new/b.txt", "old/c.txt"],
     {f"a.{end}": "excluded by ../redactscan.toml:3" for end in ("md", "tmp", "txt")}),
    ("include = ['*.md', 'new/']", [], ["a.md", "new/b.txt"],
     dict.fromkeys(("a.tmp", "a.txt", "old/c.txt"), "not included by ../redactscan.toml:3")),
    ("include = ['*.txt']\nexclude = ['new']", ["--exclude", "/old"], ["a.txt", "new/b.txt"],
     {"a.md": "not included by ../redactscan.toml:3", "a.tmp": "not included by ../redactscan.toml:3",
      "old": "excluded by --exclude"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "args", "scanned", "skipped"), GLOBS)
def test_include_and_exclude_say_which_files(
    text: str, args: list[str], scanned: list[str], skipped: dict[str, str]
) -> None:
    Path("../redactscan.toml").write_text(f"{BASE}{text}", encoding="utf-8")
    for name in ("a.md", "a.tmp", "new/b.txt", "old/c.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("all is here.\n")
    entries = [json.loads(line) for line in run("scan", ".", "--format", "jsonl", *args).stdout.splitlines()]
    assert sorted(entry["path"] for entry in entries if "verdict" in entry) == scanned
    assert {entry["path"]: entry["skipped"] for entry in entries if "skipped" in entry} == skipped
    for path, why in skipped.items():  # as hooks do, which name the files
        result = run("scan", path, *args)
        assert f"{path}: skipped: {why}\n" in result.stdout
        assert result.exit_code == 0


def test_a_comment_hides_nothing_where_that_is_not_wanted() -> None:
    Path("../redactscan.toml").write_text(BASE, encoding="utf-8")
    Path("a.txt").write_text("# redactscan: ignore[mask] x\n刚才,*县、█作了发言。\n", encoding="utf-8")
    assert found() == []
    assert found("--no-suppressions") == ["mask.star", "mask.bar"]
