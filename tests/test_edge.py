"""Edges of texts: those that begin in mid-sentence, or end inside a value or block, are told from those that do not."""

from __future__ import annotations

import functools

import pytest

from redactscan import Scanner

EN = (
    "The harbour was built in two years, and the first ships came in the spring. Nobody had expected so many.\n\n"
    "The town paid for the lighthouse by itself. It stands on the rocks to the north, where the current is strong.\n\n"
    "In winter the road over the pass is closed, so that everything has to come by sea. Prices rise by a third.\n\n"
)
ZH = (
    "港口用两年时间建成，第一批船只在春天到达，谁也没有想到会来这么多船。\n"
    "灯塔由全镇自己出钱修建，立在水流最急的北面礁石上，远远就能看见。\n"
)
FIRST = "ships that came in the spring were more than anybody in the town had expected.\n\n"

CUT = {
    "a small letter before prose": ("small-start", FIRST + EN),
    "lines broken to a width": ("small-start", FIRST.replace("than ", "than\n") + EN.replace(", ", ",\n")),
    "a comma": ("cut-start", f", which nobody had expected. {EN}"),
    "dots": ("cut-start", f"…ships came in the spring. {EN}"),
    "zh, a comma": ("cut-start", f"，并将于明年完工。\n{ZH}"),
    "zh, a closing quote": ("cut-start", f"”他说。\n{ZH}"),
    "zh, 的": ("cut-start", f"的意见，决定重新架设一座桥。\n{ZH}"),
    "half a character at the end": ("half-character", f"{ZH}镇议会接着讨论了桥的\ufffd"),
    "half a character at the start": ("half-character", f"\ufffd\ufffd用两年时间建成。\n{ZH}"),
    "half an entity": ("half-escape", f"{EN}The council met &amp; decided &nbs"),
    "half an escape": ("half-escape", r"ships = '\u6e2f\u53e3\u7"),
    "the end of a tag": ("half-entity", f"span>The ships came. {EN}"),
    "JSON": ("open-value", '{"title": "Harbour", "body": "The harbour was built in two'),
    "a list of JSON": ("open-value", '[\n  {"id": 1, "name": "Anna"},\n  {"id": 2, "na'),
    "lines of JSON": ("open-value", '{"id": 1}\n{"id": 2}\n{"id": 3, "na'),
    "XML": ("open-value", '<?xml version="1.0"?>\n<!-- ships -->\n<doc><title>Harbour</title><text>It was'),
    "a block of code": ("open-fence", f"{EN}```sh\nmake harbour\nmake light"),
}

WHOLE = {
    "nothing": "",
    "prose": EN,
    "a small letter before lines that begin so too": FIRST * 3 + EN,
    "a name that is small": f"de Vries built the harbour in two years, and nobody in the town had expected it.\n\n{EN}",
    "a page of a manual": f"harbour - build a harbour in two years, with a lighthouse on the rocks.\n\n{EN}",
    "a key": f"title: the harbour and the ships that came in the spring and in the autumn.\n\n{EN}",
    "a note": "great harbour, we went there with the kids and they liked it a lot. We will come again.",
    "zh, dots": f"……港口终于建成了。\n{ZH}",
    "zh, a taxi": f"的士司机都到了港口。\n{ZH}",
    "signs in many places": f"The caf\ufffd is cl\ufffdsed, and so is the th\ufffdatre. {EN}Caf\ufffd",
    "an ampersand": f"{EN}It was done by R&D",
    "JSON": '{"title": "Harbour", "ships": [1, 2, 3]}\n',
    "lines of JSON": '{"id": 1}\n{"id": 2}\n',
    "a template": "{name} came to [the harbour] in {year}",
    "broken JSON": '{"title": Harbour, "ships": [1, 2',
    "XML": '<?xml version="1.0"?>\n<doc><title>Harbour</title></doc>\n',
    "XML of one element": '<?xml version="1.0"?>\n<doc a="1"/>\n',
    "blocks of code": f"{EN}```sh\nmake harbour\n```\n\n````md\n```\nmake light\n```\n````\n",
    "a fence that was forgotten long before": f"```\n{EN * 20}",
}


@functools.cache
def scanner() -> Scanner:
    return Scanner(select=["truncation"], notes=True)


@pytest.mark.parametrize(("rule", "text"), CUT.values(), ids=list(CUT))
def test_an_edge_that_was_cut_is_found(rule: str, text: str) -> None:
    assert [f.rule for f in scanner().scan(text).findings] == [f"truncation.{rule}"]


@pytest.mark.parametrize("text", WHOLE.values(), ids=list(WHOLE))
def test_an_edge_that_is_whole_is_left_alone(text: str) -> None:
    assert scanner().scan(text).findings == []


def test_prose_that_begins_small_is_noted_and_counted_whole() -> None:
    record = Scanner().scan(FIRST + EN)
    assert (record.verdict, record.findings) == ("whole", [])
