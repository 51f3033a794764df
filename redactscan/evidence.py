"""What a check found that no single pattern can see, and how much of the text it shows to be missing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HEADING = 15.0
"""Usual characters of a heading or item that is gone, of which its number alone tells."""

SHORTEST = 2.0
"""Characters that such a heading has at least, its number among them; a bound."""

LEAST, MOST = 0.4, 2.0
"""Factors on an estimate that bound what may really be missing."""


class Absent(NamedTuple):
    """Characters that are missing, by the lengths of the parts that are here; and the parts found of those expected."""

    least: float
    likely: float
    most: float
    found: int = 0
    expected: int = 0


NOTHING = Absent(0.0, 0.0, 0.0)


class Evidence(NamedTuple):
    """Its span, the hole where there is one, what to say in place of the rule's message, groups as of a match, ..."""

    start: int
    end: int
    hole: tuple[int, int] | None
    message: str | None = None
    groups: Mapping[str, str] = {}
    absent: Absent = NOTHING
    """... and what it shows to be missing."""


def parts_absent(count: int, lengths: Iterable[float], found: int = 0, expected: int = 0) -> Absent:
    """Return what is missing where `count` parts are gone; others of the same kind, one at least, have `lengths`."""
    known = sorted(lengths)
    typical = known[len(known) // 2]
    return Absent(SHORTEST * count, count * typical, MOST * count * known[-1], found, expected)


def skipped_absent(run: Sequence[tuple[int, int, int]], jumps: Iterable[int]) -> list[Absent]:
    """Return what is missing before each mark of a run that skips a number, by how far the other marks are apart.

    `run`: the number of each mark, the last number that it counts, and where it is. Where the two beside the jump are
    as far apart as two parts are long, only the heading between them is gone; where no others are, no more is known.
    """
    gone = [run[0][0] - 1] + [after[0] - before[1] - 1 for before, after in itertools.pairwise(run)]
    apart = [after[2] - before[2] for before, after in itertools.pairwise(run)]
    lengths = [length for length, skip in zip(apart, gone[1:], strict=True) if not skip]
    part = parts_absent(1, lengths or apart or [HEADING], len(run), len(run) + sum(gone))
    absent = []
    for at in jumps:
        whole = gone[at] * part.likely
        over = apart[at - 1] - part.likely if at and lengths else whole
        likely = max(HEADING * gone[at], min(whole, whole - over))
        most = max(gone[at] * part.most, MOST * likely)
        absent.append(part._replace(least=gone[at] * part.least, likely=likely, most=most))
    return absent


def total(absent: Iterable[tuple[str, Absent]]) -> Absent:
    """Return what is missing in all: the parts that one rule tells of add up, and different rules tell of the same."""
    by_rule: dict[str, Absent] = {}
    for rule, one in absent:
        before = by_rule.get(rule, NOTHING)
        by_rule[rule] = Absent(
            before.least + one.least,
            before.likely + one.likely,
            before.most + one.most,
            before.found or one.found,
            before.expected or one.expected,
        )
    return max(by_rule.values(), key=lambda one: one.likely, default=NOTHING)
