"""The rules of a pack as they run: each pattern compiled when it is first needed, and kept on disk.

A scan of one small file would spend most of its time on compiling, and on patterns that need not run at all.
"""

from __future__ import annotations

import contextlib
import functools
import pickle
import platform
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import regex

from redactscan import cache
from redactscan.clause import Clause
from redactscan.lazy import unpickled
from redactscan.rule import list_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from redactscan.clause import Seen
    from redactscan.rule import Pack, Rule

UNLESS_REACH = 40
"""Code points on both sides of a match in which `unless` is looked for."""

TIME_LIMIT = 2.0
"""Seconds that one rule may take over one document before it is stopped. A well made rule takes microseconds."""

TIMED = 8
"""Code points of reach from which a rule is timed while it confirms a candidate ..."""

STEADY = 200
"""... and, for the rules of the package, of a window: each has been tried on what makes patterns run away."""


class Expression:
    """A rule, compiled: its pattern, whether that has a group `hole`, and its other groups."""

    def __init__(self, pattern: regex.Pattern[str], excuses: Callable[[], tuple[Words | Search, ...]]) -> None:
        self.pattern = pattern
        self.hole = "hole" in pattern.groupindex
        self.groups = tuple(name for name in pattern.groupindex if name != "hole")
        self._excuses = excuses

    @functools.cached_property
    def excuses(self) -> tuple[Words | Search, ...]:
        """What excuses a match; compiled when there is one, as over most texts there is none."""
        return self._excuses()


class Expressions:
    """The rules of a pack, which go by their index."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._made: dict[int, Expression] = {}

    def of(self, rule: int) -> Expression:
        """Return a rule, compiled."""
        made = self._made.get(rule)
        if made is None:
            made = self._made[rule] = self._compiled(rule)
        return made

    def possible(self, rule: int, seen: Seen) -> bool:
        """Say whether a text holds all that a rule needs to match."""
        kept = self._kept.get(rule)
        return kept is None or all(seen.holds(clause) for clause in kept.needs)

    def _compiled(self, index: int) -> Expression:
        rule, kept = self.pack.rules[index], self._kept.get(index)
        first, *others = kept.patterns if kept is not None else [None]
        excuses = tuple(zip_longest(rule.unless, others[: len(rule.unless)]))
        return Expression(
            self._pattern(rule.pattern, first),
            lambda: tuple(self._excuse(rule, source, pickled) for source, pickled in excuses),
        )

    def _excuse(self, rule: Rule, source: str, pickled: memoryview | None) -> Words | Search:
        for name in list_names(source):
            if source == f"\\L<{name}>":
                return Words.of(self.pack.lists[name])
        # The longest match at every start, else a short alternative would hide the one that touches.
        pattern = self._pattern(source, pickled, regex.POSIX)
        return Search(pattern, min(self.pack.reaches.get(source, UNLESS_REACH), UNLESS_REACH), timed=not rule.default)

    def _pattern(self, source: str, pickled: memoryview | None, flags: int = 0) -> regex.Pattern[str]:
        pattern = unpickled(pickled) if pickled is not None else None
        return pattern if pattern is not None and pattern.pattern == source else self.pack.compile(source, flags)

    @functools.cached_property
    def _kept(self) -> dict[int, _Rule]:
        """What is kept of the rules of the package, and of those that came besides."""
        ours = [i for i, rule in enumerate(self.pack.rules) if rule.pattern and rule.default]
        others = [i for i, rule in enumerate(self.pack.rules) if rule.pattern and not rule.default]
        kept = dict(zip(ours, _kept(self.pack, ours, self.pack.default_digest), strict=False))
        return kept | dict(zip(others, _kept(self.pack, others, self.pack.digest), strict=False)) if others else kept


class _Rule(NamedTuple):
    """What is kept of one rule: what it needs; its pattern and those of `unless`, compiled and pickled."""

    needs: list[Clause]
    patterns: list[memoryview]


def _kept(pack: Pack, rules: Sequence[int], digest: str) -> list[_Rule]:
    """Return what is kept of some rules of a pack; made, and kept where there is a cache, when it is not there.

    Nothing where there is no cache.
    """
    if cache.folder() is None:
        return []
    # A pack of some of the rules may have the digest of all.
    patterns = "\0".join([pack.rules[i].pattern for i in rules]).encode("utf-8", "surrogatepass")
    name = f"expressions-{cache.key(digest, patterns, regex.__version__, platform.python_version())}"
    data = cache.load(name)
    if data is not None:
        with contextlib.suppress(msgspec.MsgspecError, IndexError):
            clauses, kept = msgspec.msgpack.decode(data, type=_KEPT)
            return [_Rule([clauses[n] for n in needs], patterns) for needs, patterns in kept]
    from redactscan.required import required  # noqa: PLC0415 - not needed while the cache is warm

    numbers: dict[Clause, int] = {}
    made: list[tuple[list[int], list[memoryview]]] = []
    for rule in (pack.rules[i] for i in rules):
        needs = [numbers.setdefault(clause, len(numbers)) for clause in required(rule.pattern, pack.lists)]
        sources = [(0, rule.pattern), *((regex.POSIX, source) for source in rule.unless)]
        made.append((needs, [memoryview(pickle.dumps(pack.compile(source, flags))) for flags, source in sources]))
    clauses = list(numbers)
    with contextlib.suppress(UnicodeEncodeError):  # half of a surrogate pair: compiled anew each time
        cache.store(name, msgspec.msgpack.encode((clauses, made)))
    return [_Rule([clauses[n] for n in needs], patterns) for needs, patterns in made]


_KEPT = tuple[list[Clause], list[tuple[list[int], list[memoryview]]]]


class Words(NamedTuple):
    """An `unless` that is one word list: most are, and a set needs neither compiling nor searching."""

    words: frozenset[str]
    lengths: tuple[int, ...]
    characters: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """Return the test for these words."""
        return cls(frozenset(words), tuple(sorted(set(map(len, words)))), frozenset("".join(words)))

    def holds(self, text: str, start: int, end: int) -> bool:
        """Say whether a word of the list shares a character with `start:end`, or holds it when that is empty."""
        last = max(end, start + 1)
        # Most places share no character with any word.
        if self.characters.isdisjoint(text[start:last]):
            return False
        for length in self.lengths:
            for low in range(max(0, start - length + 1), last):
                if text[low : low + length] in self.words:
                    return True
        return False


class Search(NamedTuple):
    """Any other `unless`, how many code points before a match one that touches it can begin, and if it is timed."""

    pattern: regex.Pattern[str]
    reach: int
    timed: bool

    def holds(self, text: str, start: int, end: int) -> bool:
        """Say whether a match of the pattern shares a character with `start:end`, or holds it when that is empty."""
        # As in the matcher, two more for the tests of a position.
        low, high = max(0, start - self.reach), min(len(text), end + self.reach + 2)
        # The clock takes longer than the search.
        timeout = TIME_LIMIT if self.timed and self.reach > TIMED else None
        search, last = self.pattern.search, max(end, start + 1)
        while (m := search(text, low, high, timeout=timeout)) is not None and m.start() < last:
            if m.end() > start:
                return True
            low = m.start() + 1
        return False
