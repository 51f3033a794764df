"""What a text must hold for a pattern to match, read off the pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.clause import Clause
from redactscan.pattern import Choice, Inexpressible, Look, Node, Repeat, Row, Set, Words, read, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COMMON = 10_000
"""Characters from which a class is in nearly every text, and not worth looking for."""

CASES = 4
"""Characters that may be one and the same when case is ignored: k, K, the sign of Kelvin."""


def required(source: str, lists: Mapping[str, Iterable[str]] | None = None) -> tuple[Clause, ...]:
    """Return the clauses that hold in every text that a pattern matches; none where that cannot be told."""
    try:
        tree = read(source, lists)
    except Inexpressible:
        return ()
    return tuple(dict.fromkeys(sorted(_clauses(tree), key=_cost)))


def _cost(clause: Clause) -> tuple[int, int]:
    return len(clause.words), len(clause.ranges)


def _clauses(node: Node) -> list[Clause]:  # noqa: PLR0911 - one for each type of node
    match node:
        case Set(ranges):
            few = sum(high - low + 1 for low, high in ranges)
            return [] if few >= COMMON else [Clause((), ranges)]
        case Words(words):
            return [Clause(tuple(dict.fromkeys(word.casefold() for word in words)))] if all(words) else []
        case Row(items):
            return list(_row(items))
        case Choice(options):
            return _choice([_clauses(option) for option in options])
        case Repeat(item, least):
            return _clauses(item) if least else []
        case Look(item, negative=False):
            return _clauses(item)
    return []


def _row(items: Sequence[Node]) -> Iterator[Clause]:
    """Yield the clauses of items that follow one another; signs side by side are one string."""
    run = ""
    for item in items:
        sign = _sign(item)
        if sign:
            run += sign
            continue
        if run:
            yield Clause((run,))
        run = ""
        yield from _clauses(item)
    if run:
        yield Clause((run,))


def _sign(node: Node) -> str:
    """Return the one string that all characters of a set are, case-folded; else nothing."""
    if not isinstance(node, Set) or sum(high - low + 1 for low, high in node.ranges) > CASES:
        return ""
    signs = {chr(point).casefold() for low, high in node.ranges for point in range(low, high + 1)}
    return signs.pop() if len(signs) == 1 else ""


def _choice(options: Sequence[list[Clause]]) -> list[Clause]:
    """Return the clause that holds whichever option is taken: the longest strings of each, together."""
    if not all(options):
        return []
    best = [max(option, key=_worth) for option in options]
    words = tuple(dict.fromkeys(word for clause in best for word in clause.words))
    return [Clause(words, union(clause.ranges for clause in best))]


def _worth(clause: Clause) -> tuple[int, int]:
    """Order clauses by how seldom they hold: long strings before single characters, few before many."""
    shortest = min(map(len, clause.words), default=0) if not clause.ranges else 0
    width = sum(high - low + 1 for low, high in clause.ranges)
    return shortest, -len(clause.words) - width
