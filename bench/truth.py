"""Documents of which it is known how much is missing, made by dice, and how near the scores come to that."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from prose import SEED, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from redactscan import Record

WAYS = ("whole", "masked", "deleted", "cut, the note says how much", "cut, a note does not say", "cut, no note")

DECLARED = (
    "……(此处省略{missing}字,开通会员后阅读全文)……",
    "(未完,全文共{total}字,目前只展示{shown}字)",
    "(本文共{total}字,以下{missing}字需付费阅读)",
    "剩余{percent}%的内容登录后可见",
)
BARE = ("……(未完,登录后继续阅读)", "点击展开剩余全文", "试读到此结束,购买后阅读全文", "……更多内容请下载后查看")
MASKS = ("*", "**", "XX", "××", "○○")


class Case(NamedTuple):
    """A document, how it was damaged, what share of its characters and facts is still there; None is not known."""

    way: str
    text: str
    share: float
    facts: float | None = None


class _Truth(msgspec.Struct):
    share: float
    facts: int = 0
    facts_missing: int = 0


class _Line(msgspec.Struct):
    text: str
    way: str
    truth: _Truth


def read(path: Path) -> Iterator[Case]:
    """Yield the documents of a file of JSON lines, or of a folder of text that is whole.

    A line has `text`, `way`, and `truth` with `share`, the part of the characters that is still there, and where it is
    known `facts` and `facts_missing`.
    """
    if path.is_dir():
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            yield Case(WAYS[0], file.read_text("utf-8"), 1)
        return
    with path.open("rb") as lines:
        for line in map(msgspec.json.Decoder(_Line).decode, lines):
            truth = line.truth
            facts = 1 - truth.facts_missing / truth.facts if truth.facts else None
            yield Case(line.way, line.text, truth.share, facts)


def cases(documents: int) -> Iterator[Case]:
    """Yield so many documents, damaged in each way in turn."""
    dice = random.Random(SEED)
    for n in range(documents):
        yield _case(dice, WAYS[n % len(WAYS)])


def _case(dice: random.Random, way: str) -> Case:
    lost = dice.choice((0.15, 0.4, 0.8)) if way in ("masked", "deleted") else 0
    writer = Writer(dice, lost, ("",) if way == "deleted" else (dice.choice(MASKS),))
    paragraphs = [writer.paragraph() for _ in range(dice.randint(6, 14))]
    text = "\n".join(paragraphs)
    if not way.startswith("cut"):
        breaks = len(paragraphs) - 1
        share = (writer.kept + breaks) / (writer.original + breaks)
        return Case(way, f"{text}\n", share, 1 - writer.gone / writer.facts)
    at = dice.randint(len(text) // 5, len(text) * 17 // 20)
    return Case(way, text[:at] + _note(dice, way, at, len(text)), at / len(text), 1)


def _note(dice: random.Random, way: str, shown: int, total: int) -> str:
    if way == "cut, no note":
        return ""
    missing = total - shown
    note = dice.choice(BARE if way == "cut, a note does not say" else DECLARED)
    return note.format(missing=missing, total=total, shown=shown, percent=round(100 * missing / total))


class Measured(NamedTuple):
    """How near the scores of some documents came to the truth.

    `error` and `worst` are of completeness, over those where it is not unknown; `bounded` is the share of which the
    truth lies within the bounds, `found` of which anything was found.
    """

    way: str
    documents: int
    error: float | None
    worst: float | None
    bounded: float
    found: float


def measured(scan: Callable[[str], Record], made: Iterable[Case]) -> tuple[list[Measured], float | None]:
    """Return how near scores come, by way of damage, and the rank correlation of detail with the facts that survive."""
    pairs = [(case, scan(case.text)) for case in made]
    rows = []
    for way in dict.fromkeys(case.way for case, _ in pairs):
        mine = [(case, record) for case, record in pairs if case.way == way]
        known = [(case, record.scores.completeness) for case, record in mine]
        errors = [abs(share - case.share) for case, share in known if share is not None]
        within = [record.scores.low <= case.share <= record.scores.high for case, record in mine]
        loud = [any(f.severity != "note" for f in record.findings) for _, record in mine]
        mean = sum(errors) / len(errors) if errors else None
        rows.append(
            Measured(way, len(mine), mean, max(errors, default=None), sum(within) / len(mine), sum(loud) / len(mine))
        )
    facts = [(case.facts, record.scores.detail) for case, record in pairs if case.facts is not None]
    differ = len({fact for fact, _ in facts}) > 1
    return rows, _correlation([fact for fact, _ in facts], [detail for _, detail in facts]) if differ else None


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Spearman's rank correlation, equal values with their mean rank."""
    a, b = _ranks(one), _ranks(other)
    mean = (len(a) - 1) / 2
    one_square, other_square = (sum((x - mean) ** 2 for x in ranks) for ranks in (a, b))
    return sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True)) / math.sqrt(one_square * other_square)


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    first = {value: order.index(value) for value in set(values)}
    return [first[value] + (order.count(value) - 1) / 2 for value in values]
