"""The rules of a pack as they run: each pattern compiled when it is first needed, and kept on disk.

A scan of one small file would spend most of its time on compiling, and on patterns that need not run at all.
"""

from __future__ import annotations

import contextlib
import functools
import pickle
import platform
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
        first, *others = kept.patterns if kept is not None else [None] * (1 + len(rule.unless))
        excuses = tuple(zip(rule.unless, others, strict=True))
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
        longest = self.pack.reaches.get(source, UNLESS_REACH + 1)
        bounded = longest <= UNLESS_REACH
        return Search(pattern, min(longest, UNLESS_REACH), bounded=bounded, timed=not rule.default)

    def _pattern(self, source: str, pickled: memoryview | None, flags: int = 0) -> regex.Pattern[str]:
        pattern = unpickled(pickled) if pickled is not None else None
        return pattern if pattern is not None else self.pack.compile(source, flags)

    @functools.cached_property
    def _kept(self) -> dict[int, _Rule]:
        """What is kept of the rules of the package, and of those that came besides."""
        kept: dict[int, _Rule] = {}
        for default, digest in ((True, self.pack.default_digest), (False, self.pack.digest)):
            rules = [i for i, rule in enumerate(self.pack.rules) if rule.pattern and rule.default == default]
            if rules and cache.folder() is not None:
                kept.update(zip(rules, _kept([self.pack.rules[i] for i in rules], self.pack, digest), strict=True))
        return kept


class _Rule(NamedTuple):
    """What is kept of one rule: what it needs; its pattern and those of `unless`, compiled and pickled."""

    needs: list[Clause]
    patterns: list[memoryview]


def _kept(rules: Sequence[Rule], pack: Pack, digest: str) -> list[_Rule]:
    """Return what is kept of some rules of a pack; made, and put into the cache, when it is not there."""
    # A pack of some of the rules, or of changed ones, may have the digest of all.
    sources = "\0".join([source for rule in rules for source in _sources(rule)]).encode("utf-8", "surrogatepass")
    name = f"expressions-{cache.key(digest, sources, regex.__version__, platform.python_version())}"
    data = cache.load(name)
    if data is not None:
        with contextlib.suppress(msgspec.MsgspecError, IndexError):
            return _numbered(*msgspec.msgpack.decode(data, type=_KEPT))
    from redactscan.required import required  # noqa: PLC0415 - not needed while the cache is warm

    numbers: dict[Clause, int] = {}
    made: _Numbered = []
    for rule in rules:
        needs = [numbers.setdefault(clause, len(numbers)) for clause in required(rule.pattern, pack.lists)]
        flags = (0, *(regex.POSIX for _ in rule.unless))
        compiled = map(pack.compile, _sources(rule), flags)
        made.append((needs, [memoryview(pickle.dumps(pattern)) for pattern in compiled]))
    clauses = list(numbers)
    with contextlib.suppress(UnicodeEncodeError):  # half of a surrogate pair: compiled anew each time
        cache.store(name, msgspec.msgpack.encode((clauses, made)))
    return _numbered(clauses, made)


def _sources(rule: Rule) -> tuple[str, ...]:
    return (rule.pattern, *rule.unless)


_Numbered = list[tuple[list[int], list[memoryview]]]
_KEPT = tuple[list[Clause], _Numbered]
"""What is kept of rules as it is in the cache: clauses, of which rules share many, go by their numbers."""


def _numbered(clauses: Sequence[Clause], rules: _Numbered) -> list[_Rule]:
    return [_Rule([clauses[n] for n in needs], patterns) for needs, patterns in rules]


Passed = dict[int, int]
"""Where the tests of a rule begin to look, by `id`: what begins before ends before all matches to come, since these are
asked about from left to right. Without it, of a run of characters each would be looked at for each."""


class Words(NamedTuple):
    """An `unless` that is one word list: most are, and a set needs neither compiling nor searching."""

    words: frozenset[str]
    lengths: tuple[int, ...]
    characters: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """Return the test for these words."""
        return cls(frozenset(words), tuple(sorted(set(map(len, words)))), frozenset("".join(words)))

    def holds(self, text: str, start: int, end: int, _passed: Passed) -> bool:
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
    """Any other `unless`, how many code points before a match one that touches it can begin, and if it is timed.

    `bounded`: no match of it is longer than that.
    """

    pattern: regex.Pattern[str]
    reach: int
    bounded: bool
    timed: bool

    def holds(self, text: str, start: int, end: int, passed: Passed) -> bool:
        """Say whether a match of the pattern shares a character with `start:end`, or holds it when that is empty."""
        # As in the matcher, two more for the tests of a position.
        low, high = max(0, start - self.reach), min(len(text), end + self.reach + 2)
        if self.bounded:
            low = max(low, passed.get(id(self), 0))
        # The clock takes longer than the search.
        timeout = TIME_LIMIT if self.timed and self.reach > TIMED else None
        search, last = self.pattern.search, max(end, start + 1)
        while (m := search(text, low, high, timeout=timeout)) is not None and m.start() < last:
            if m.end() > start:
                passed[id(self)] = m.start()
                return True
            low = m.start() + 1
        passed[id(self)] = last
        return False
