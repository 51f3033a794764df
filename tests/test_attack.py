"""Patterns that a text can make run away are named with such a text; those that are only slow are not."""

from __future__ import annotations

import pytest
import regex

from redactscan.attack import GROWTH, LENGTH, LIMIT, Attack, attacks, runaway

LISTS = {"unit": ("个", "家", "平方米"), "word": ("ab", "abc")}

RUNAWAY = [
    r"(a+)+$",
    r"(a|a)*b",
    r"(a|aa)+$",
    r"(?:\w+\s?)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(x+x+)+y",
    r"\s+$",
    r".*.*=.*",
    r"(?<=某)[^。]*[^。]*县!",
    r"(\d+,?)+%",
    r"(.*?,){11}P",
    r"\d+\d+\d+x",
    r"(?:[一二三]+[、]?)+县$",
    r"(\p{Han}+)*\d{3}",
    r"(?=(a+)+$)a",
    r"(a+)+\1x",  # there is no tree of it
    r"\*+(?!\*)县",
    r"\L<word>*$",
    r"(?:第[一二三四五六七八九十百]+条)*附则[^\n]*[^\n]*完",
]
STEADY = [
    r"\d{1,10}%",
    r"\p{Han}{2,40}县",
    r"[^。\n]{0,200}(?=\*)",
    r"(?:ab){1,20}c",
    r"\*{1,6}县",
    r"(?>a+)+b",
    r"a++b",
    r"(?<!\d)\L<unit>{1,3}(?=省级)",
    r"(?<!\*)\*++(?!\*)县",
    r"(\w)\1{3}",  # there is no tree of it
]


def attacked(pattern: str) -> Attack | None:
    lists = {name: LISTS[name] for name in regex.findall(r"\\L<(\w+)>", pattern)}
    return runaway(regex.compile(pattern, **lists), attacks(pattern, lists, ["一个例子 12%"]))


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_runs_away(pattern: str) -> None:
    attack = attacked(pattern)
    assert attack is not None
    assert attack.quarter >= LIMIT or attack.whole >= GROWTH * attack.quarter > 0
    text = eval(str(attack), {"n": LENGTH // len(attack.repeated)})  # noqa: S307 - what it prints is Python
    assert text == attack.text(LENGTH)


@pytest.mark.parametrize("pattern", STEADY)
def test_is_steady(pattern: str) -> None:
    assert attacked(pattern) is None
