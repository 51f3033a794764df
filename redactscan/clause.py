"""What a text must hold for a pattern to match: strings and characters, looked for before anything is compiled.

Over a small text this stands in for the native pass: most rules name something that is not there, and those need
neither a database nor their own pattern.
"""

from __future__ import annotations

import bisect
from typing import NamedTuple


class Clause(NamedTuple):
    """One of the strings `words`, which are case-folded, or one character of `ranges` must be in the text."""

    words: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...] = ()


class Seen:
    """A text in which clauses are looked for, each once."""

    def __init__(self, text: str) -> None:
        self._folded = text.casefold()
        self._points = sorted(map(ord, set(text)))
        self._known: dict[int, bool] = {}

    def holds(self, clause: Clause) -> bool:
        """Say whether the text holds what a clause asks for; the clause must outlive the text."""
        known = self._known.get(id(clause))  # their words are too many to be compared
        if known is None:
            known = self._known[id(clause)] = self._has(clause)
        return known

    def _has(self, clause: Clause) -> bool:
        points = self._points
        for low, high in clause.ranges:
            at = bisect.bisect_left(points, low)
            if at < len(points) and points[at] <= high:
                return True
        folded = self._folded
        return any(word in folded for word in clause.words)
