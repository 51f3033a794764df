"""The genre is read from evidence, and told; what a genre excuses is not reported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from redactscan import RedactscanError, Scanner
from redactscan.profile import guess

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = "同志们:\n今天开会,讲三件事。\n要抓好落实。\n要注意安全。\n散会。\n要守好底线。\n"
GUESSED = [
    ("prose", "", SPEECH),
    ("prose", "", "春风吹过田野。" * 99),
    ("prose", "", "The contract was signed.\nShe kept her copy ____ in a drawer.\n"),
    ("prose", "", "试卷共有两种,满分都是一百分,考试时间一样长。"),
    ("prose", "", "会上宣读了主持词以外的稿子。".rjust(400, "文")),
    ("prose", "", "Agenda:\nfor all:\n(a) the debts;\n(b) the rent, if any;\n(c) wages;\n(d) the rest.\n"),
    ("prose", "", "会上听取了:\n一是防汛(第二次);\n二是春耕;\n三是安全;\n四是其他;\n现予通报。\n"),
    ("form", "4 blanks, and it says 合同", "房屋租赁合同\n甲方:____\n乙方:____\n租金____元,自____起。"),
    ("form", "3 blanks, and it says 样式", "文书样式\n××××年××月××日\n××××年××月××日\n××××年×月×日"),
    ("form", "3 blanks, and it says Landlord", "Landlord: ____ Tenant: _____ Rent: $____"),
    ("exam", "2 blanks, and it says 填空, 满分", "一、填空(满分20)\n1. 水的分子式是____。\n2. 光速是____。"),
    ("exam", "2 blanks, and it says Fill in the blanks, (5 points)", "Fill in the blanks (5 points)\nA ____ B ____"),
    ("exam", "2 blanks, and it says Übung 3, Ergänzen Sie", "Übung 3. Ergänzen Sie.\nEr ____ heim. Sie ____ mit."),
    ("exam", "2 blanks, and it says Exercice 2, Complétez", "Exercice 2. Complétez.\nPaul ____ ici. Elle ____ là."),
    ("code", "its name ends in .py", "x"),
    ("code", "4 of 6 lines are program text", "import os\ndef f(a):\n    if a:\n  stay\n  f(b)\n  x = g(a)\n"),
    ("log", "its name ends in .log", "x"),
    ("log", "5 of 6 lines begin with a time or a level", "2024-01-02 10:11:12 up\n" * 5 + "and so on\n"),
    ("transcript", "the head says 主持词", "开幕式主持词\n……\n请坐。"),
    ("transcript", "5 of 5 lines are of a chat", "12/3/21, 09:12 - Ann: hi\n" * 5),
    ("edition", "3 lacunae, and it says 底本", "凡底本缺字以□表示。□□"[1:]),
    ("edition", "3 lacunae, and it says Inscription", "Inscription 7\nD[...] M[-3-] S[---]"),
]  # fmt: skip
PATHS = {"its name ends in .py": "a/b.py", "its name ends in .log": "build.LOG"}


@pytest.mark.parametrize(("profile", "reason", "text"), GUESSED)
def test_a_genre_is_told_by_its_evidence(profile: str, reason: str, text: str) -> None:
    assert guess(text, PATHS.get(reason)) == (profile, reason)


RULE = {"id": "gap.it", "kind": "gap", "slot": "text", "severity": "error", "message": "m", "pattern": "x"}
LOG = "2024-01-02 10:11:12 x\n" * 5


def made(folder: Path, profile: str = "auto", **keys: object) -> Scanner:
    file = folder / "made.yaml"
    file.write_text(json.dumps({"rules": [{**RULE, "hits": ["[|x|]"], "misses": ["y"], **keys}]}), encoding="utf-8")
    return Scanner(rules=[file], default_rules=False, profile=profile)  # type: ignore[arg-type]


QUIET = [
    ("auto", {}, LOG, 0, "log"),
    ("auto", {"quiet": []}, LOG, 5, "log"),
    ("auto", {"quiet": ["exam", "form"]}, LOG, 5, "log"),
    ("prose", {}, LOG, 5, "prose"),
    ("code", {}, LOG, 0, "code"),
    ("exam", {"quiet": ["exam"]}, "x", 0, "exam"),
    ("exam", {}, "x", 1, "exam"),
    ("auto", {"quiet": ["prose"]}, "x", 0, "prose"),
    ("auto", {"pattern": "z"}, LOG, 0, "prose"),
]


@pytest.mark.parametrize(("profile", "keys", "text", "count", "told"), QUIET)
def test_a_rule_is_quiet_in_the_genres_that_it_names(  # noqa: PLR0913, PLR0917 - a row of the table
    profile: str, keys: dict[str, object], text: str, count: int, told: str, tmp_path: Path
) -> None:
    record = made(tmp_path, profile, **keys).scan(text)
    assert (len(record.findings), record.profile) == (count, told)


def test_a_profile_that_is_none_is_an_error() -> None:
    with pytest.raises(RedactscanError, match=r"^--profile poem: it is one of auto, prose, form, exam, code, "):
        Scanner(profile="poem")  # type: ignore[arg-type]


VERDICTS = [
    ("auto", "居间合同\n甲方:____,住*县。\n乙方:____,住*县。\n佣金:____元。", "form", "template"),
    ("prose", "居间合同\n甲方:____,住*县。\n乙方:____,住*县。\n佣金:____元。", "prose", "damaged"),
    ("form", "刚才,*县、*区作了发言。", "form", "template"),
    ("form", "刚才大家作了发言。", "form", "whole"),
]


@pytest.mark.parametrize(("profile", "text", "told", "verdict"), VERDICTS)
def test_a_form_is_a_template(profile: str, text: str, told: str, verdict: str) -> None:
    record = Scanner(profile=profile).scan(text)  # type: ignore[arg-type]
    assert (record.profile, record.verdict) == (told, verdict)
