"""Attribute files are read by the mixer of dolma, with the configuration of the page."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from redactscan import cli

ROOT = Path(__file__).parent.parent.parent
TEXTS = {
    "gaps": "😀全市新建个社区食堂,覆盖率达%。居民们都说,这样的食堂开到了家门口,吃饭方便多了。",
    "mask": "刚才,*县作了发言,介绍了他们的做法。会议要求各单位认真学习,抓好落实。",
    "most": "去*县、*镇、*村、*乡、*区。",
    "whole": "会议强调,要抓好落实。",
}
MIXED = {
    "gaps": "😀全市新建<NUMBER>个社区食堂,覆盖率达<NUMBER>%。居民们都说,这样的食堂开到了家门口,吃饭方便多了。",
    "mask": "刚才,<MASK>县作了发言,介绍了他们的做法。会议要求各单位认真学习,抓好落实。",
    "whole": TEXTS["whole"],
}


def mix(config: dict[str, Any]) -> None:
    """Call the mixer itself: the package around it asks for much that it does not need."""
    package = importlib.util.find_spec("dolma")
    if package is None or package.origin is None:
        pytest.skip("dolma is not installed: make test-engines")
    (extension,) = Path(package.origin).parent.glob("dolma.*.so")
    spec = importlib.util.spec_from_file_location("dolma.dolma", extension)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.mixer_entrypoint(json.dumps(config))


def test_the_mixer_reads_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpus/documents").mkdir(parents=True)
    rows = [json.dumps({"id": name, "text": text, "source": "made"}) for name, text in TEXTS.items()]
    Path("corpus/documents/a.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    page = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
    command = re.search(r"^\$ redactscan (attributes .*)$", page, re.MULTILINE)
    config = re.search(r"^```yaml\n(streams:.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert command is not None
    assert config is not None
    assert CliRunner().invoke(cli.main, [*command[1].split(), "--config", ""]).exit_code == 0
    work = {"input": str(tmp_path / "in"), "output": str(tmp_path / "out")}
    (stream,) = yaml.safe_load(config[1])["streams"]
    stream["filter"].setdefault("include", [])  # as the command `dolma mix` does
    mix({"streams": [stream], "work_dir": work, "processes": 1})
    (made,) = Path("kept").glob("*.gz")
    found = [json.loads(line) for line in gzip.decompress(made.read_bytes()).splitlines()]
    assert {one["id"]: one["text"] for one in found} == MIXED
