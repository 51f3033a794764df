"""What reaches a terminal: nothing that a document or the name of a file could do to it, and columns that stand."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from wcwidth import wcswidth

from redactscan import cli
from redactscan.progress import Progress, span
from redactscan.report import BINARY, FORMATS

RULES = r"""rules:
  - {id: mask.star, kind: mask, slot: place, severity: warning, message: a star in place of a name,
     pattern: '(?<hole>\*)[县区]', hits: ['[|*|]县'], misses: [某县]}
  - {id: truncation.end, kind: truncation, slot: text, severity: error, message: cut,
     pattern: 'CUT', hits: ["[|CUT|]"], misses: [to be]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(RULES, encoding="utf-8")
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\n", encoding="utf-8")


def run(*args: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.main, args, input=stdin, prog_name="redactscan")


# --- control characters ------------------------------------------------------------------------------------------

NAME = "a\x1b[31m\x07\u202eb.txt"
TEXT = "\x1b]0;title\x07刚才,\x1b[2J*县\u202e\x9b31m作了发言。CUT\r\n# redactscan: ignore[mask] \x1b[1m\n"
PROGRAMS = ("json", "jsonl", "gitlab", "sarif", "html")
"""Formats that carry text as JSON, in which control characters are escaped."""

COMMANDS = [
    *(["scan", NAME, "no\x1b[31m", "--format", form] for form in FORMATS if form not in BINARY),
    ["explain", NAME, "no\x1b[31m"],
    ["baseline", NAME, "no\x1b[31m"],
    ["scan", "docs", "--baseline", "old"],
    ["rules", "show", "mask\x1b[31m"],
    ["scan", NAME, "--select", "\x1b[31m"],
    ["config", NAME],
]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("args", COMMANDS, ids=[" ".join(args).encode("unicode_escape").decode() for args in COMMANDS])
def test_control_characters_are_shown_and_not_sent(args: list[str]) -> None:
    Path("docs").mkdir()
    Path("docs/a.txt").write_text("all is here.\n", encoding="utf-8")
    Path("old").write_text(
        '{"schema":"redactscan-baseline/1"}\n' + json.dumps(["docs/\x1b[31m.txt", "", "mask.star", "0", 1]) + "\n"
    )
    Path(NAME).write_text(TEXT, encoding="utf-8", newline="")
    result = run(*args)
    assert result.output
    if args[-1] in PROGRAMS:
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", result.stdout)
        assert result.stderr.replace("\n", "").isprintable()
    else:
        assert re.sub(r"\r?\n", "", result.output).isprintable()


# --- widths ------------------------------------------------------------------------------------------------------

NAMES = ["a.txt", "会议纪要.txt", "ｆｕｌｌ.txt", "한국어.txt", "ｶﾅ.txt", "e\u0301.txt", "混合 mixed 名.txt"]


def test_columns_stand_below_each_other_whatever_the_names() -> None:
    for name in NAMES:
        Path(name).write_text("刚才,*县作了发言。\n", encoding="utf-8")
    head, line, *rows = run("scan", *NAMES).stdout.splitlines()[: 2 + len(NAMES)]
    places = [wcswidth(row[: row.index("damaged")]) for row in rows]
    assert places == [head.index("verdict")] * len(NAMES)
    assert [wcswidth(row) for row in rows] == [len(line)] * len(NAMES)


# --- the rest ----------------------------------------------------------------------------------------------------


def test_statistics_is_short_for_the_format() -> None:
    Path("a.txt").write_text("刚才,*县作了发言。CUT\n", encoding="utf-8")
    assert run("scan", "a.txt", "--statistics").stdout == run("scan", "a.txt", "--format", "statistics").stdout
    result = run("scan", "a.txt", "--statistics", "--format", "csv")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    Path("redactscan.toml").write_text("rules = ['r.yaml']\nno-default-rules = true\nstatistics = true\n")
    assert "documents" in run("scan", "a.txt").stdout


def test_progress_is_said_at_times_and_goes_away() -> None:
    out, now = io.StringIO(), [0.0]
    progress = Progress(out, lambda: now[0])
    progress.clear()
    for n in range(1, 6):
        now[0] = n * 0.15
        progress.tell(n)
    progress.clear()
    progress.clear()
    clear = "\r\x1b[K"
    assert out.getvalue() == f"{clear}2 documents …{clear}4 documents …{clear}"


class Half(NamedTuple):
    """An input of which half is read."""

    taken: int = 30_000_000

    @property
    def meter(self) -> Half:
        return self

    def size(self) -> int:
        return 2 * self.taken


def test_progress_with_an_input_says_how_fast_and_how_long() -> None:
    out, now = io.StringIO(), [0.0]
    progress = Progress(out, lambda: now[0])
    progress.input = Half()
    for now[0] in (1.0, 20.0, 4000.0):
        progress.tell(7)
    told = ("30.0 MB/s, 1 s left", "1.5 MB/s, 20 s left", "0.0 MB/s, 1 h 6 min left")
    assert out.getvalue() == "".join(f"\r\x1b[K7 documents, {each} …" for each in told)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59.6, "1 min 0 s"),
        (61, "1 min 1 s"),
        (7325, "2 h 2 min"),
        (90_000, "1 d 1 h"),
        (8.64e6, "100 d 0 h"),
    ],
)
def test_a_span_of_time_is_shown_in_two_units(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(("args", "env", "told"), [
    (["--format", "jsonl"], {}, True),
    (["--format", "jsonl", "--jobs", "2"], {}, True),
    (["--output", "csv=out.csv"], {}, True),
    (["--format", "jsonl", "--quiet"], {}, False),
    (["--format", "jsonl"], {"TERM": "dumb"}, False),
])  # fmt: skip
def test_progress_is_for_terminals(args: list[str], env: dict[str, str], told: bool) -> None:  # noqa: FBT001
    import pty  # noqa: PLC0415 - not on every system

    Path("a.txt").write_text("all is here.\n", encoding="utf-8")
    code = "from redactscan import progress; progress.PAUSE = 0; from redactscan.cli import main; main()"
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", code, "scan", *["a.txt"] * 300, *args]
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=theirs, check=False, env={**os.environ, "TERM": "xterm", **env}
    )
    os.close(theirs)
    shown = b""
    while chunk := _rest(ours):
        shown += chunk
    os.close(ours)
    assert done.returncode == 0
    assert bool(re.search(rb"300 documents, [\d.]+ MB/s, \d+ s left \xe2\x80\xa6", shown)) == told
    if told:
        assert shown.rpartition(" …".encode())[2].startswith(b"\r\x1b[K")


def _rest(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # all was read, and the other side is closed
        return b""
