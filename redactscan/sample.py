"""Texts that a pattern matches, about, made from its tree; what it looks for around itself is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.pattern import Anchor, Choice, Look, Node, Repeat, Row, Set, Words

if TYPE_CHECKING:
    from random import Random

PALETTE = '0aA个一年*_×.,、。-= \n"(（[<#/:·x'
"""Characters that are tried first where one out of many will do, so that neighbours are attacked by the same one."""

OPTIONS = 3
"""Samples of each part of a pattern."""

_MORE = 8
"""Times above the least, up to which something is repeated at random."""


def samples(node: Node) -> list[str]:  # noqa: PLR0911 - one for each type of node
    """Return some texts, always the same ones."""
    match node:
        case Set(ranges):
            known = [char for char in PALETTE if any(low <= ord(char) <= high for low, high in ranges)]
            return known[:OPTIONS] or [chr(ranges[0][0])] if ranges else []
        case Words(words):
            return list(words[:OPTIONS])
        case Row(items):
            every = [samples(item) or [""] for item in items]
            return [
                "".join(one[n % len(one)] for one in every)
                for n in range(min(OPTIONS, max(map(len, every), default=0)))
            ]
        case Choice(options):
            return [sample for option in options for sample in samples(option)[:1]]
        case Repeat(item, least, most):
            return [sample * min(max(least, 1), most) for sample in samples(item)]
        case Look(item, negative=False):
            return samples(item)
        case Look() | Anchor():
            return []


def sampled(node: Node, dice: Random) -> str:  # noqa: PLR0911 - the same
    """Return one text, as the dice fall."""
    match node:
        case Set(ranges):
            return chr(dice.randint(*dice.choice(ranges))) if ranges else ""
        case Words(words):
            return dice.choice(words)
        case Row(items):
            return "".join(sampled(item, dice) for item in items)
        case Choice(options):
            return sampled(dice.choice(options), dice)
        case Repeat(item, least, most):
            times = dice.choice((least, min(least + 1, most), dice.randint(least, min(least + _MORE, most))))
            return "".join(sampled(item, dice) for _ in range(times))
        case Look(item, negative=False):
            return sampled(item, dice)
        case Anchor(behind, ahead):
            return "\n" if "x0a" in behind + ahead else ""
        case Look():
            return ""
