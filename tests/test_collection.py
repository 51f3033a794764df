"""What only many documents together show."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from redactscan import cli, collection
from redactscan.collection import LONGEST_LINE, NAMED, Collected

if TYPE_CHECKING:
    from redactscan.record import Common

DICE = random.Random(7)  # noqa: S311 - the same texts each time
WORDS = ("会议", "要求", "各县", "抓好", "工作", "落实", "方案", "群众", "项目", "建设")


def prose(characters: int, end: str = "。") -> str:
    """A text of its own of just so many characters, which ends as told."""
    text = "".join(DICE.choices(WORDS, k=characters))
    return text[: characters - len(end)] + end


def scattered(n: int) -> list[str]:
    return [prose(DICE.randint(300, 3000)) for _ in range(n)]


TITLED = [f"{prose(700 + n)}\n上一篇:没有了 返回首页\n" for n in range(12)]

CASES: dict[str, tuple[list[str], list[tuple[str, int, int | str]]]] = {
    "cut at a length": ([*scattered(40), *(prose(512, "抓") for _ in range(9))], [("length", 9, 512)]),
    "cut at two lengths": (
        [*(prose(4096, "") for _ in range(20)), *(prose(200, "") for _ in range(5))],
        [("length", 5, 200), ("length", 20, 4096)],
    ),
    "many of one length near many of others": (
        [prose(DICE.randint(450, 550), "的") for _ in range(2000)],
        [],
    ),
    "whole texts of one length": ([*scattered(9), *(prose(512) for _ in range(9))], []),
    "too few": ([*scattered(9), *(prose(512, "的") for _ in range(4))], []),
    "short ones": ([prose(60, "的") for _ in range(9)], []),
    "copies": ([*scattered(3), *([prose(512, "的")] * 9)], []),
    "a last line": ([*scattered(30), *TITLED], [("last-line", 12, "上一篇:没有了 返回首页")]),
    "a first line": (
        [f"\n 网站首页 > 讲话稿 \n{text}" for text in scattered(11)],
        [("first-line", 11, "网站首页 > 讲话稿")],
    ),
    "a last line of few among many": ([*scattered(200), *TITLED], []),
    "a line that is all there is": (["上一篇:没有了 返回首页"] * 20, []),
    "a line too long to be furniture": ([f"{text}\n{'长' * LONGEST_LINE}长" for text in scattered(11)], []),
    "nothing": ([], []),
}


def seen(texts: list[str], start: int = 0) -> Collected:
    collected = Collected()
    for n, text in enumerate(texts, start):
        collected.add(text, f"{n}.txt")
    return collected


def said(common: list[Common]) -> list[tuple[str, int, int | str | None]]:
    return [(c.what, c.documents, c.characters or c.line) for c in common]


@pytest.mark.parametrize(("texts", "wanted"), CASES.values(), ids=list(CASES))
def test_what_documents_have_in_common(texts: list[str], wanted: list[tuple[str, int, int | str]]) -> None:
    common = seen(texts).common()
    assert said(common) == wanted
    for c in common:
        assert len(c.paths) == min(NAMED, c.documents)
        for path in c.paths:
            text = texts[int(path[:-4])]
            assert len(text) == c.characters or (c.line is not None and c.line in text)


@pytest.mark.parametrize("texts", [texts for texts, _ in CASES.values()], ids=list(CASES))
def test_parts_of_a_run_are_put_together(texts: list[str]) -> None:
    whole, first = seen(texts), seen(texts[: len(texts) // 3])
    first.merge(seen(texts[len(texts) // 3 :], len(texts) // 3))
    assert first.common() == whole.common()


def test_memory_is_bounded_and_furniture_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "ROOM", room := 100)
    collected = Collected()
    for n in range(room * 3):
        collected.add(f"第{n}号文件的标题\n{n}内容提要\n本站所有内容均来自网络", str(n))
    assert max(len(collected._first), len(collected._last)) <= room  # noqa: SLF001 - what is kept
    assert said(collected.common()) == [("last-line", room * 3, "本站所有内容均来自网络")]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_scan_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.chdir(tmp_path)
    for n in range(6):
        Path(f"{n}.txt").write_text(prose(512, "的"), encoding="utf-8")
    line = "6 documents are of just 512 characters and stop short: cut there? (0.txt, 1.txt, 2.txt, 3.txt, 4.txt, …)"

    def scan(form: str) -> tuple[str, str]:
        result = CliRunner().invoke(cli.main, ["scan", ".", "--format", form, "--jobs", jobs], prog_name="redactscan")
        return result.stdout, result.stderr

    for form in ("table", "statistics", "markdown"):
        assert line in scan(form)[0]
    assert f"redactscan: {line}" in scan("jsonl")[1]
    summary = json.loads(scan("json")[0])["summary"]
    assert [(c["what"], c["documents"], c["characters"]) for c in summary["common"]] == [("length", 6, 512)]
