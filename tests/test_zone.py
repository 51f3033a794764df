"""Zones begin and end where they should, and what stands in them counts for no rule that stays out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest

from redactscan import Scanner
from redactscan.rule import Zone
from redactscan.zone import Zones

if TYPE_CHECKING:
    from pathlib import Path

HELD = [
    ("fence", "a\n```py\n[x\n```\nb]x"),
    ("fence", "~~~\n[x\n```\nx\n~~~\n]x"),
    ("fence", "a\n```\n[x, and nobody closes it\n\nx]"),
    ("fence", "x <pre>[x\nx</pre>]x"),
    ("fence", "x ``` x ``` x"),
    ("inline-code", "x `[x]` x ``[x `x` x]`` x"),
    ("inline-code", "an ` x\nalone ` x"),
    ("inline-code", "press <kbd>[x]</kbd> x"),
    ("url", "x https://host.org/[x?x=1]\nx"),
    ("url", "见https://host.org/[x]，x"),
    ("mail-header", "From: [x]\nTo: [x\n  x]\n\nx: x\n"),
    ("mail-header", "x\n\n发件人: [x]\n主题: [x]\n\nx"),
    ("mail-header", "To: x alone is no header\n\nx"),
    ("front-matter", "---\ntitle: [x]\n---\nx"),
    ("front-matter", "+++\ntitle = [x]\n+++\nx\n+++\nx\n+++\n"),
    ("front-matter", "x\n---\nx\n---\nx"),
    ("math", "x $[x]+1$ x $$[x\nx]$$ x"),
    ("math", "\\([x]\\) x \\[[x]\\] x \\begin{align*}[x]\\end{align*} x"),
    ("math", "costs $5, x, or $6"),
    ("math", "金额[＝数量×县级系数x],合计[×定额=]x,x=××元,x×x"),
    ("contents", "一、[x] ........ 3\nx\nChapter [x] . . . . . . iv\nx ....\n"),
]
"""Each x between [ and ] stands in the zone, and no other."""


@pytest.mark.parametrize(("zone", "marked"), HELD)
def test_a_zone_holds_what_stands_in_it(zone: Zone, marked: str) -> None:
    zones, depth = Zones(marked), 0
    for at, char in enumerate(marked):
        depth += (char == "[") - (char == "]")
        if char == "x":
            assert zones.hold([zone], at) == (depth > 0), f"x at {at} of {marked!r}"


def made(folder: Path, **keys: object) -> Scanner:
    rule = {"id": "gap.it", "kind": "gap", "slot": "text", "severity": "error", "message": "m", "pattern": "x"}
    file = folder / "made.yaml"
    file.write_text(json.dumps({"rules": [{**rule, "hits": ["[|x|]"], "misses": ["y"], **keys}]}), encoding="utf-8")
    return Scanner(rules=[file], default_rules=False)


OUTSIDE = [
    ([], "x `x` https://host.org/x x", [0, 3, 23, 25]),
    (["inline-code"], "x `x` https://host.org/x x", [0, 23, 25]),
    (["inline-code", "url"], "x `x` https://host.org/x x", [0, 25]),
    (["url"], "**x** and\n* x\n- _x_", [2, 12, 17]),
]


@pytest.mark.parametrize(("outside", "text", "starts"), OUTSIDE)
def test_a_rule_stays_out_of_the_zones_that_it_names(
    outside: list[str], text: str, starts: list[int], tmp_path: Path
) -> None:
    assert [f.start for f in made(tmp_path, outside=outside).scan(text).findings] == starts


def test_all_zones_of_a_long_text_are_found_in_little_time(tmp_path: Path) -> None:
    """Openings that nothing closes: a search that began anew at each would not end in the life of a test run."""
    scanner = made(tmp_path, outside=list(get_args(Zone)))
    for opening in (
        "`",
        "``a ",
        "$a",
        "$$",
        "\\(",
        "\\[",
        "\\begin{math}",
        "To: a\n",
        "```a\n",
        "<pre>",
        "a....",
        "---\n",
    ):
        assert scanner.scan(opening * 20_000 + "\n\n\nx").characters == len(opening) * 20_000 + 4
