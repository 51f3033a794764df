"""What the documentation says is true: every command explains itself, and the sessions of the README are real."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

from redactscan import Scanner, cli
from redactscan.check import failures

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


class Block(NamedTuple):
    """A fenced block of a page and the line on which its text begins."""

    language: str
    line: int
    text: str


def blocks(language: str, page: Path = README) -> list[Block]:
    source = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w+)\n(.*?)^```$", source, re.MULTILINE | re.DOTALL)
    every = [Block(m[1], source.count("\n", 0, m.start()) + 2, m[2]) for m in found]
    return [block for block in every if block.language == language]


def place(block: Block) -> str:
    return f"README.md:{block.line}"


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for sub in command.list_commands(context):
            yield from commands(command.get_command(context, sub), f"{name} {sub}")


COMMANDS = dict(commands(cli.main, "redactscan"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_explain_themselves(name: str) -> None:
    options = [p for p in COMMANDS[name].params if isinstance(p, click.Option)]
    assert COMMANDS[name].help, f"{name} has no help"
    assert [o.opts[-1] for o in options if not o.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_documentation(name: str) -> None:
    assert any(name in page.read_text(encoding="utf-8") for page in PAGES)


def test_the_rule_that_contributors_are_shown_is_a_good_one(tmp_path: Path) -> None:
    (shown,) = blocks("yaml", CONTRIBUTING)
    file = tmp_path / "shown.yaml"
    file.write_text(shown.text, encoding="utf-8")
    assert failures(Scanner(rules=[file], default_rules=False)) == []


# --- sessions ----------------------------------------------------------------------------------------------------


def test_the_readme_shows_a_session() -> None:
    assert any("$ redactscan " in block.text for block in blocks("console"))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell in which `redactscan` is the one under test, whether or not it is installed."""
    command = tmp_path / "redactscan"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m redactscan "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONUTF8", "1")
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def steps(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a session with the output that is printed below it."""
    for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = step.partition("\n")
        yield command, output.rstrip("\n")


@pytest.mark.usefixtures("shell")
@pytest.mark.skipif(sys.platform == "win32", reason="the sessions are written for a POSIX shell")
@pytest.mark.parametrize("block", [block for block in blocks("console") if "$ git " not in block.text], ids=place)
def test_a_session_is_real(block: Block) -> None:
    code = None
    for command, expected in steps(block):
        if command == "echo $?":
            assert expected == str(code)
        elif re.search(r"(^|\| )redactscan ", command):  # others, such as pip install, are for the reader
            done = subprocess.run(  # noqa: S602 - a session is what one types into a shell
                command,
                shell=True,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                encoding="utf-8",
            )
            code = done.returncode
            assert done.stdout.rstrip("\n") == expected, command


@pytest.mark.usefixtures("shell")
@pytest.mark.skipif(sys.platform == "win32", reason="make and the shell that it uses")
def test_the_demonstration_prints_what_the_readme_shows() -> None:
    """The commands are taken from the Makefile; "…" stands for lines that the README leaves out."""
    recipe = re.findall(r"^\t@\$\(BIN\)/(redactscan .*?) \|\|", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    script = "; ".join(recipe).replace("$(DEMO)", "fixtures/cut-declared-totals.txt")
    done = subprocess.run(  # noqa: S602 - a session is what one types into a shell
        script, shell=True, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, encoding="utf-8"
    )
    (shown,) = (output for block in blocks("console") for command, output in steps(block) if command == "make demo")
    assert [line for line in shown.splitlines() if line != "…" and line not in done.stdout.splitlines()] == []


@pytest.mark.parametrize("block", blocks("python"), ids=place)
def test_a_python_block_runs(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {"__name__": "readme"}
    if ">>> " in block.text:
        test = doctest.DocTestParser().get_doctest(block.text, names, place(block), "README.md", block.line - 1)
        assert doctest.DocTestRunner().run(test).failed == 0
    else:
        exec(compile(block.text, place(block), "exec"), names)  # noqa: S102 - our own README
