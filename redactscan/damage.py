"""How a whole document was damaged, told by what its surest holes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.lazy import Pattern
from redactscan.record import Damage

if TYPE_CHECKING:
    from collections.abc import Collection

LEAST = 3
"""Sure gaps from which on what they have in common is no chance."""

_DIGIT = Pattern(r"\p{Nd}")

# Which single stars can begin and end emphasis: CommonMark 0.31.2, "left-flanking" and "right-flanking" delimiter runs.
_OPENS = Pattern(r"(?<!\*)\*(?![\s*]|\Z)(?:(?!\p{P}|\p{S})|(?<=(?:\A|[\s\p{P}\p{S}])\*))")
_CLOSES = Pattern(r"(?<![\s*]|\A)\*(?!\*)(?:(?<![\p{P}\p{S}]\*)|(?=\s|\p{P}|\p{S}|\Z))")


def damage(text: str, gaps: int, numbers: int, masks: Collection[str]) -> Damage | None:
    """Return how a document was damaged, or None where that cannot be told.

    `gaps`: how many gaps are sure, `numbers` of which lack a number; `masks`: what stands in the holes of its masks.
    """
    if numbers >= LEAST and not _DIGIT.search(text):
        return Damage("digits", "no digit is left in the text: a filter that deletes digits went over it")
    if gaps >= LEAST and "*" in masks and not any(_pairs(line) for line in text.split("\n") if "*" in line):
        return Damage("emphasis", "stars are left just where Markdown cannot pair them: a renderer ate the others")
    return None


def _pairs(line: str) -> bool:
    """Say whether a renderer of Markdown would still find two stars to pair in a line."""
    opening = _OPENS.search(line)
    return opening is not None and _CLOSES.search(line, opening.end()) is not None
