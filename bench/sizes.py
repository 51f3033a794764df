"""How the time grows with the text, and what text made to be slow costs."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from clock import over, timed
from inputs import document, records
from tabulate import tabulate

from redactscan import Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (1_000_000, 10_000_000, 50_000_000)
"""Bytes of one document, which has a single line."""

MANY = 500
"""Records, and then ten times as many."""

HOSTILE = ("*", "、", "（", "【", "7", "个")
"""Signs of which a text has nothing but one."""

HOSTILE_SIZE = 10_000_000


def growth(name: str, texts: Sequence[str]) -> str:
    """Return a table of what more text costs: in one document, and in many."""
    few = list(islice(cycle(records(texts)), MANY))
    lines = {f"one line of {size // 1_000_000} MB": (size / SIZES[0], [_line(texts, size)]) for size in SIZES}
    many = {f"{MANY * times} records of 4 KB": (float(times), few * times) for times in (1, 10)}
    scan = Scanner().scan
    seconds = timed({what: over(scan, every) for what, (_, every) in {**lines, **many}.items()})
    rows = [
        (what, seconds[what], times, seconds[what] / seconds[next(iter(sizes))])
        for sizes in (lines, many)
        for what, (times, _) in sizes.items()
    ]
    headers = (f"{name}, in this process", "median seconds", "times the text", "times as long")
    return tabulate(rows, headers=headers, floatfmt=("", ".3f", ".0f", ".2f"))


def hostile(name: str, texts: Sequence[str]) -> str:
    """Return a table of what text made to be slow costs, beside prose of as many bytes."""
    scan = Scanner().scan
    prose = document(texts, HOSTILE_SIZE)
    made = {f"nothing but {sign}": sign * (HOSTILE_SIZE // len(sign.encode())) for sign in HOSTILE}
    times = timed({what: over(scan, [text]) for what, text in {name: prose, **made}.items()})
    rows = [(what, took, took / times[name]) for what, took in times.items()]
    return tabulate(
        rows, headers=("one document of 10 MB", "median seconds", "times as long"), floatfmt=("", ".3f", ".2f")
    )


def _line(texts: Sequence[str], size: int) -> str:
    return document(texts, size).replace("\n", "")
