"""Strings that could make a pattern run away, made from its tree, and a pattern that does.

A pattern runs away where the time it takes grows faster than the text: one line of a stranger's document then stops a
scan. Whether it does is measured and not guessed, since `regex` avoids much of what a textbook says of backtracking
(Davis, Coghlan, Servant, Lee 2018: "The impact of regular expression denial of service in practice").
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from redactscan.pattern import Choice, Inexpressible, Look, Node, Repeat, Row, Set, read
from redactscan.sample import OPTIONS, PALETTE, samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import regex

LENGTH = 4_000
"""Characters of an attack, where a pattern is looked for in all of a text."""

GROWTH = 8.0
"""Growth from a quarter of the text to all of it: halfway between that of a line, 4, and of a square, 16."""

SLOW = 0.01
"""Seconds under which growth is not worth a word: a square that is slow only on longer texts is stopped there."""

LIMIT = 0.1
"""Seconds after which a quarter of a text is an attack of its own, whatever the growth."""

STRANGE = "\x01"
"""A character that hardly a pattern takes."""

_PATIENCE = 3.0
"""By how much the clock may run ahead of a thread that others hold up."""

_LONG = 16
"""Times from which on a repetition is worth an attack."""


class Attack(NamedTuple):
    """A text: what stands before, what is repeated, what stands behind; and the seconds that were spent on it.

    `quarter` on a text of a quarter of the length, `whole` on all; each with a limit, from which on it is too long.
    """

    before: str
    repeated: str
    behind: str
    quarter: float = 0.0
    whole: float = 0.0

    def text(self, length: int) -> str:
        """Return the text of about this length."""
        return self.before + self.repeated * max(1, length // len(self.repeated)) + self.behind

    def __str__(self) -> str:
        """Return the text as one would write it in Python."""
        parts = (repr(self.before), f"{self.repeated!r} * n", repr(self.behind))
        return " + ".join(part for part in parts if part != "''")


def runaway(pattern: regex.Pattern[str], attacks: Iterable[Attack], length: int = LENGTH) -> Attack | None:
    """Return the first attack on which a compiled pattern runs away, with its times, or None.

    `length`: characters of the longest text in which it is looked for.
    """
    for attack in attacks:
        found = _runs_away(pattern, attack, length)
        if found and _runs_away(pattern, attack, length):  # twice: other processes take time too
            return found
    return None


def attacks(source: str, lists: Mapping[str, Sequence[str]], examples: Sequence[str] = ()) -> Iterator[Attack]:
    """Yield attacks on a pattern, each once: from its tree, or from single characters where none can be read."""
    try:
        tree, signs = read(source, lists), ""
    except Inexpressible:
        tree, signs = Row(()), PALETTE
    wholes = [*samples(tree), *examples]
    pairs = [*_repetitions(tree, ""), *(("", repeated) for repeated in (*signs, *wholes))]
    # A pattern is not even tried where a text lacks what each of its matches has; it must not match there, though.
    endings = ("", STRANGE, *(sign + whole for whole in wholes[:1] for sign in (STRANGE, *_excluded(tree))))
    for before, repeated in dict.fromkeys(pairs):
        if repeated:
            yield from (Attack(before, repeated, behind) for behind in endings)


def _repetitions(node: Node, before: str) -> Iterator[tuple[str, str]]:
    """Yield for each repetition what leads to it, and what it repeats."""
    match node:
        case Repeat(item, _, most):
            if most >= _LONG:
                yield from ((before, sample) for sample in samples(item))
            yield from _repetitions(item, before)
        case Row(items):
            for item in items:
                yield from _repetitions(item, before)
                before += next(iter(samples(item)), "")
        case Choice(options):
            for option in options:
                yield from _repetitions(option, before)
        case Look(item):
            yield from _repetitions(item, before)
        case _:
            pass


def _excluded(node: Node) -> list[str]:
    """Return a character for each kind of what is left out of "all but these"."""
    match node:
        case Set(ranges) if len(ranges) > 1 and ranges[0][0] == 0 and ranges[-1][1] == sys.maxunicode:
            return [chr(ranges[0][1] + 1)]
        case Row(nodes) | Choice(nodes):
            return list(dict.fromkeys(sign for inner in nodes for sign in _excluded(inner)))[:OPTIONS]
        case Repeat(item) | Look(item):
            return _excluded(item)
        case _:
            return []


def _runs_away(pattern: regex.Pattern[str], attack: Attack, length: int) -> Attack | None:
    """Return an attack with its times, those that are met being the limits; None where the pattern withstands it."""
    quarter = _seconds(pattern, attack.text(length // 4), LIMIT)
    most = max(SLOW, GROWTH * quarter)
    whole = quarter if quarter >= LIMIT else _seconds(pattern, attack.text(length), most)
    return attack._replace(quarter=quarter, whole=whole) if whole >= most or quarter >= LIMIT else None


def _seconds(pattern: regex.Pattern[str], text: str, limit: float) -> float:
    """Return how long this thread works to look for all matches, or the limit; other processes do not count."""
    begun = time.thread_time()
    with contextlib.suppress(TimeoutError):  # which goes by the clock
        for _ in pattern.finditer(text, overlapped=True, timeout=_PATIENCE * limit):
            pass
    return min(limit, time.thread_time() - begun)
