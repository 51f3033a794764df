"""How the time grows with the text, and what text made to be slow costs."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from clock import over, timed
from inputs import document, records
from tabulate import tabulate

from redactscan import Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (1_000_000, 10_000_000, 50_000_000)
"""Bytes of one document, which has a single line."""

MANY = 2_000_000
"""Bytes of records, and then ten times as many."""

HOSTILE = ("*", "、", "（", "【", "7", "个")
"""Signs of which a text has nothing but one."""

HOSTILE_SIZE = 10_000_000


def growth(name: str, texts: Sequence[str]) -> str:
    """Return a table of what more text costs: in one document, and in many."""
    scan = Scanner().scan
    sizes = {f"one line of {size // 1_000_000} MB": (size, [_line(texts, size)]) for size in SIZES}
    few = list(records(texts))
    few = (few * (1 + MANY // sum(len(text.encode()) for text in few)))[: MANY // 4000]
    sizes |= {f"{len(few) * times} records of 4 KB": (times, few * times) for times in (1, 10)}
    times = timed({what: over(scan, every) for what, (_, every) in sizes.items()})
    rows = []
    first, seconds = 1, 1.0
    for what, (size, _) in sizes.items():
        took = median(times[what])
        if size in (SIZES[0], 1):
            first, seconds = size, took
        rows.append((what, took, size / first, took / seconds))
    headers = (f"{name}, in this process", "median seconds", "times the text", "times as long")
    return tabulate(rows, headers=headers, floatfmt=("", ".3f", ".0f", ".2f"))


def hostile(name: str, texts: Sequence[str]) -> str:
    """Return a table of what text made to be slow costs, beside prose of as many bytes."""
    scan = Scanner().scan
    prose = document(texts, HOSTILE_SIZE)
    made = {f"nothing but {sign}": sign * (HOSTILE_SIZE // len(sign.encode())) for sign in HOSTILE}
    times = timed({what: over(scan, [text]) for what, text in {name: prose, **made}.items()})
    base = median(times[name])
    rows = [(what, median(took), median(took) / base) for what, took in times.items()]
    return tabulate(
        rows, headers=("one document of 10 MB", "median seconds", "times as long"), floatfmt=("", ".3f", ".2f")
    )


def _line(texts: Sequence[str], size: int) -> str:
    return document(texts, size).replace("\n", "")
