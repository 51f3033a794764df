"""The files for CI systems: each fits the schema of its system, and what it starts is a command that exists."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from dockerfile_parse import DockerfileParser
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pre_commit.clientlib import load_manifest

from redactscan import cli
from redactscan.cli.scan import scan

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent

SCHEMAS = [
    ("github-actions", "action.yml"),
    ("github-workflows", ".github/workflows/release.yml"),
    ("gitlab-ci", "ci/redactscan.gitlab-ci.yml"),
]


@pytest.mark.parametrize(("schema", "file"), SCHEMAS)
def test_a_file_fits_the_schema_of_its_system(schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(ROOT / file)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_pre_commit_reads_the_hook() -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert (hook["entry"], hook["language"], hook["types"]) == ("redactscan scan", "python", ["text"])


def read(file: str) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def test_the_options_of_the_gitlab_job_exist_and_its_reports_are_written() -> None:
    job = read("ci/redactscan.gitlab-ci.yml")["redactscan"]
    args = shlex.split(job["script"][1].replace("$REDACTSCAN_PATHS $REDACTSCAN_ARGS", "."))[2:]
    made = scan.make_context("scan", list(args), parent=click.Context(cli.main))
    assert {output.partition("=")[2] for output in made.params["outputs"]} == set(job["artifacts"]["reports"].values())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and a shell in which `redactscan` is the one under test."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "redactscan"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m redactscan "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONUTF8", "1")
    return tmp_path


@pytest.fixture
def repository(shell: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with thirty documents, in which pre-commit runs our hook as it stands, but for its environment."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(shell / "kept"))
    monkeypatch.setenv("COLUMNS", "80")
    (hooks := shell / "hooks").mkdir()
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "language: python" in manifest
    # Otherwise it would install us from the network; the command is on the path already.
    manifest = manifest.replace("language: python", "language: system")
    (hooks / ".pre-commit-hooks.yaml").write_text(manifest, encoding="utf-8")
    (ours := shell / "ours").mkdir()
    (ours / "docs").mkdir()
    for n in range(30):
        said = "刚才,*县、*区作了发言,讲得很好。" if n < 20 else "刚才,两个县作了发言,讲得很好。"
        (ours / "docs" / f"{n:02}.txt").write_text(f"第{n}次会议纪要\n\n{said}\n", encoding="utf-8")
    args = re.search(r"`args: (\[.*?\])`", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert args
    (ours / ".pre-commit-config.yaml").write_text(
        f"repos: [{{repo: '{hooks}', rev: v0.1.0, hooks: [{{id: redactscan, files: ^docs/, args: {args[1]}}}]}}]\n"
    )
    pre_commit = f"{sys.executable} -m pre_commit"
    script = f"""set -e
        cd {hooks} && git init --quiet && git add . && git commit --quiet --message hook && git tag v0.1.0
        cd {ours} && git init --quiet && {pre_commit} install && {pre_commit} install-hooks"""
    subprocess.run(["sh", "-c", script], check=True, capture_output=True)  # noqa: S607
    return ours


@pytest.mark.skipif(sys.platform == "win32", reason="the session is written for a POSIX shell")
def test_the_worked_example_is_real(repository: Path) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (session,) = (s for s in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL) if "$ git " in s)
    code, shown = 0, ""
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command = step.partition("\n")[0]
        output = f"{code}\n"
        if command != "echo $?":
            done = subprocess.run(["sh", "-c", f"({command}) 2>&1"], cwd=repository, capture_output=True, check=False)  # noqa: S607
            output, code = done.stdout.decode(), done.returncode
        shown += f"$ {command}\n{output}"
    assert shown == session
    assert session.count("::warning ") == 1
    assert code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the step is written for bash")
def test_the_step_of_the_action_runs(shell: Path) -> None:
    (step,) = (step for step in read("action.yml")["runs"]["steps"] if "redactscan scan" in step.get("run", ""))
    assert set(re.findall(r"\$([A-Z]+)\b", step["run"])) == set(step["env"])
    docs = ROOT / "fixtures"
    env = os.environ | {
        "PATHS": f"{docs / 'whole-news.txt'} {docs / 'masked-report.txt'}",
        "ARGS": "--select mask",
        "SARIF": str(shell / "a b.sarif"),
        "GITHUB_STEP_SUMMARY": str(shell / "summary.md"),
    }
    done = subprocess.run(["bash", "-ec", step["run"]], env=env, check=False, capture_output=True, encoding="utf-8")  # noqa: S607
    assert done.returncode == 1
    assert done.stdout.startswith("::warning file=")
    assert (shell / "summary.md").read_text("utf-8").startswith("### redactscan: 18 mask")
    assert (shell / "a b.sarif").exists()


def test_the_image_installs_the_package_and_starts_the_command() -> None:
    parsed = DockerfileParser(fileobj=io.BytesIO((ROOT / "Dockerfile").read_bytes()))
    steps = {step["instruction"]: step["value"] for step in parsed.structure if step["instruction"] != "COMMENT"}
    assert parsed.baseimage == "python:3.12-slim"
    assert steps["COPY"] == ". /src"
    assert "pip install --no-cache-dir /src" in steps["RUN"]
    assert json.loads(steps["ENTRYPOINT"]) == ["redactscan"]
    assert "redactscan" in metadata.entry_points(group="console_scripts").names


def test_completion_knows_the_formats() -> None:
    env = os.environ | {
        "_REDACTSCAN_COMPLETE": "bash_complete",
        "COMP_WORDS": "redactscan scan --format sa",
        "COMP_CWORD": "3",
    }
    code = "from redactscan.cli import main; main(prog_name='redactscan')"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.split() == ["plain,sarif"]


@pytest.mark.skipif(sys.platform == "win32", reason="no man pages there")
def test_the_man_pages_are_those_of_the_commands(tmp_path: Path) -> None:
    subprocess.run([ROOT / ".ci" / "man", sys.executable, tmp_path], cwd=ROOT, check=True)
    made = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "man").iterdir()}
    assert kept == made, "make man writes them anew"


def test_what_a_release_installs_is_locked_and_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras, lock = project["optional-dependencies"], (ROOT / ".ci" / "lock.txt").read_text(encoding="ascii")
    wanted = [*project["dependencies"], *extras["dev"], *extras["corpus"], *extras["documents"]]
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)[^\n]* \\\n    --hash=sha256:", lock, re.MULTILINE))
    for requirement in map(Requirement, wanted):
        if requirement.name != "redactscan" and (not requirement.marker or requirement.marker.evaluate()):
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} is locked to {version}; make lock"
