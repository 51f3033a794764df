"""All rules over one text: candidates from one native pass, each confirmed by `regex` in a small window.

What a rule matches is defined by `regex` alone: at every start its first match, those that `unless` excuses removed,
and of overlapping ones the leftmost. That definition needs no more than the neighbourhood of a match, and so it can be
computed from candidates; the engine `regex` computes it from the whole text, and both give the same matches.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from redactscan import cache, expression, prefilter
from redactscan.clause import Seen
from redactscan.errors import RedactscanError
from redactscan.expression import STEADY, TIMED, Expressions, Passed
from redactscan.language import spoken
from redactscan.rule import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import hyperscan
    import regex

    from redactscan.prefilter import Prefilter
    from redactscan.rule import Pack

Engine = Literal["auto", "hyperscan", "regex"]

EAGER = 4_000
"""Code points that `regex` looks through alone before a database is read from the cache, by section. To read it takes
as long."""

PATIENCE = 1_000_000
"""Code points that `regex` looks through alone before a database is made that is not in the cache: over a few small
files it is done in a fraction of the time that making takes, and the findings are the same."""

PAUSE = 100_000
"""Code points after which it is looked again whether another process, which is making it, has made it."""

_CONTINUATION = bytes(range(0x80, 0xC0))


class Match(NamedTuple):
    """A place where a rule matched: `rule` is its index in the pack, `start:end` the match, `hole` what it marks."""

    start: int
    end: int
    rule: int
    hole: tuple[int, int]
    groups: dict[str, str]
    """Named groups that took part, without `hole`."""


class Matches(NamedTuple):
    """All matches over one text, by place; and the rules, by index, that ran out of time."""

    found: list[Match]
    stopped: list[int]


class Cost(NamedTuple):
    """What one rule took over some texts: windows that the native pass left to be confirmed, matches, and seconds."""

    rule: str
    candidates: int
    matches: int
    seconds: float


class Section(NamedTuple):
    """Rules that are run together: all of a weight and some languages (none: any), the package's own or not."""

    weight: Weight
    languages: tuple[str, ...]
    default: bool


def _sections(pack: Pack) -> dict[Section, list[int]]:
    """Return the indices of the rules of each section; those without a pattern are in none."""
    sections: dict[Section, list[int]] = {}
    for i, rule in enumerate(pack.rules):
        if rule.pattern:
            sections.setdefault(Section(rule.weight, rule.languages, rule.default), []).append(i)
    return sections


class Matcher:
    """A pack of rules, ready to run. Built once, then used by any number of threads.

    The rules are in sections, each with a database of its own: a text in which no Hangul stands needs none of the rules
    of Korean. `engine` is the one that runs: "hyperscan" or "regex". Under "auto", `regex` stands in for Hyperscan over
    the first EAGER code points, and over the first PATIENCE where no database is in the cache.
    """

    def __init__(self, pack: Pack, engine: Engine = "auto") -> None:
        if engine == "hyperscan" and not prefilter.available():
            raise RedactscanError(
                "--engine hyperscan: not installed here; pip install hyperscan, or use --engine regex"
            )
        self.pack = pack
        native = engine != "regex" and prefilter.available()
        self.engine: Literal["hyperscan", "regex"] = "hyperscan" if native else "regex"
        self._expressions = Expressions(pack)
        self._local = threading.local()
        self._sections = _sections(pack)
        self._natives: dict[Section, Prefilter] = {}
        # Of which weights and languages all is native, and with what.
        self._ready: dict[tuple[tuple[Weight, ...], frozenset[str]], dict[Section, Prefilter]] = {}
        self._extents: dict[int, tuple[int, int]] = {}
        self._seen: dict[Section, float] = dict.fromkeys(self._sections, 0 if engine == "auto" else PATIENCE)
        self._absent: set[Section] = set()
        self._building = {section: threading.Lock() for section in self._sections}

    def prepare(self, *, build: bool = True) -> None:
        """Get all databases ready now, in place of when they are first needed; or only those that are in the cache."""
        if not build:
            for section in self._sections:
                self._native(section, EAGER)
            return
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most scans never prepare

        with ThreadPoolExecutor(os.cpu_count()) as threads:  # the library compiles without the lock of Python
            list(threads.map(self._native, self._sections))

    def __getstate__(self) -> tuple[Pack, Engine, dict[Section, bytes]]:
        """Return what another process is sent: what was compiled, without locks and scratch space."""
        parts = {s: prefilter.packed(part, self._sections[s]) for s, part in self._natives.items()}
        return self.pack, self.engine, parts

    def __setstate__(self, state: tuple[Pack, Engine, dict[Section, bytes]]) -> None:
        """Make a matcher of what was sent."""
        pack, engine, parts = state
        Matcher.__init__(self, pack, engine)
        for section, part in parts.items():
            self._keep(section, prefilter.unpacked(part, self._sections[section]))

    @property
    def fallback(self) -> dict[str, str]:
        """The rules that have no native form, by id, with the reason; `regex` runs them over the whole text."""
        parts = [part for part in map(self._native, self._sections) if part is not None]
        return {self.pack.rules[i].id: why for part in parts for i, why in part.fallback.items()}

    def _native(self, section: Section, size: int | None = None) -> Prefilter | None:
        """Return the database of a section; made when it is first needed, as most are not.

        None where there is none, or where it is not worth having yet for a text of `size` code points.
        """
        if self.engine == "hyperscan" and section not in self._natives:
            with self._building[section]:  # a second thread waits: building takes seconds
                if section not in self._natives:
                    self._get(section, size)
        return self._natives.get(section)

    def _get(self, section: Section, size: int | None) -> None:
        seen = self._seen[section] = self._seen[section] + size if size is not None else PATIENCE
        if seen < EAGER or (seen < PATIENCE and section in self._absent):
            return
        rules = self._sections[section]
        name = prefilter.cached_name(self.pack, rules)
        part = prefilter.cached(name, rules)
        if part is None and seen >= PATIENCE:
            with cache.turn(name) as ours:
                if ours or size is None:
                    part = prefilter.built(self.pack, rules)
                    cache.store(name, prefilter.packed(part, rules))
                else:
                    self._seen[section] = PATIENCE - PAUSE
        if part is not None:
            self._keep(section, part)
        elif seen < PATIENCE:
            self._absent.add(section)

    def _keep(self, section: Section, part: Prefilter) -> None:
        self._extents.update(part.extents)
        self._natives[section] = part

    def matches(self, text: str, weight: Weight) -> Matches:
        """Return what every rule of one weight matches in `text`, in order of place and then of rule.

        A rule of some languages only matches nothing where none of them can be in the text.
        """
        found: list[Match] = []
        stopped: list[int] = []
        for rule, ranges in self._candidates(text, (weight,)).items():
            try:
                found += self._in_time(rule, text, ranges)
            except TimeoutError:
                stopped.append(rule)
        found.sort(key=itemgetter(0, 2))
        return Matches(found, sorted(stopped))

    def costs(self, texts: Iterable[str]) -> list[Cost]:
        """Return what each rule takes over some texts, the most first; rules without a candidate are left out."""
        costs: dict[int, Cost] = {}
        self.prepare()
        for text in texts:
            for rule, ranges in self._candidates(text, get_args(Weight)).items():
                begin = time.perf_counter()
                found = 0
                with contextlib.suppress(TimeoutError):
                    found = len(self._in_time(rule, text, ranges))
                seconds = time.perf_counter() - begin
                _, windows, matches, before = costs.get(rule, Cost("", 0, 0, 0.0))
                name = self.pack.rules[rule].id
                costs[rule] = Cost(name, windows + len(ranges), matches + found, before + seconds)
        return sorted(costs.values(), key=lambda cost: -cost.seconds)

    def overlooks(self, rule: int, text: str) -> bool:
        """Say whether the native pass leaves out a place at which a rule matches.

        It never should; but Hyperscan, in the form in which it is packed today (Vectorscan 5.4.12), does so for some
        patterns, mostly where a few kinds of bytes are repeated up to 16 times or more behind a context.
        """
        section = next(section for section, rules in self._sections.items() if rule in rules)
        native = self._native(section)
        if native is None or rule in native.fallback:
            return False
        windows = self._windows(text.encode("utf-8", "surrogatepass"), {section: native}).get(rule, [])
        return self._in_time(rule, text, [(0, len(text))]) != self._in_time(rule, text, windows)

    def _candidates(self, text: str, weights: tuple[Weight, ...]) -> dict[int, list[tuple[int, int]]]:
        """Return for each rule that may match the ranges of the text in which it has to be looked for."""
        data = text.encode("utf-8", "surrogatepass")
        languages = spoken(data)
        ready = self._ready.get((weights, languages))
        if ready is not None:
            return self._windows(data, ready)
        whole = [(0, len(text))]
        natives: dict[Section, Prefilter] = {}
        others: list[int] = []
        for section, rules in self._sections.items():
            if section.weight not in weights or (section.languages and languages.isdisjoint(section.languages)):
                continue
            native = self._native(section, len(text))
            if native is None:
                others += rules
            else:
                natives[section] = native
        fallback = [rule for native in natives.values() for rule in native.fallback]
        if not (others or fallback):
            self._ready[weights, languages] = natives
        if others and self.engine == "hyperscan":  # which `regex` stands in for
            seen = Seen(text)
            others = [rule for rule in others if self._expressions.possible(rule, seen)]
        return self._windows(data, natives) | dict.fromkeys(others + fallback, whole)

    def _windows(self, data: bytes, natives: Mapping[Section, Prefilter]) -> dict[int, list[tuple[int, int]]]:
        """Return for each rule with candidates in a text in UTF-8 where its matches can start, ends included."""
        events: list[tuple[int, int]] = []
        owners: list[int] = []

        def note(expression: int, _start: int, end: int, _flags: int, _context: object) -> None:
            events.append((end, owners[expression]))

        for section, native in natives.items():
            if native.database is not None:
                owners = native.owners
                scratch = self._scratch(section, native.database)
                native.database.scan(data, match_event_handler=note, scratch=scratch)
        events.sort()
        narrow = data.isascii()
        extents = self._extents
        windows: dict[int, list[tuple[int, int]]] = {}
        offset = point = 0
        for end, rule in events:
            if end != offset:
                # Every byte that continues no character begins one: so many code points lie between.
                point += end - offset if narrow else len(data[offset:end].translate(None, _CONTINUATION))
                offset = end
            least, reach = extents[rule]
            low, high = max(0, point - reach), point - least
            ranges = windows.setdefault(rule, [])
            if ranges and low <= ranges[-1][1] + 1:
                ranges[-1] = (ranges[-1][0], high)
            else:
                ranges.append((low, high))
        return windows

    def _scratch(self, section: Section, database: hyperscan.Database) -> hyperscan.Scratch:
        """Return the scratch space of this thread: it belongs to one at a time."""
        spaces: dict[Section, hyperscan.Scratch] = self._local.__dict__.setdefault("spaces", {})
        if section not in spaces:
            spaces[section] = prefilter.scratch(database)
        return spaces[section]

    def _in_time(self, rule: int, text: str, ranges: Sequence[tuple[int, int]]) -> list[Match]:
        """Return what a rule matches; raise TimeoutError where that takes longer than the limit."""
        begin = time.monotonic()
        try:
            return self._confirmed(rule, text, ranges, expression.TIME_LIMIT)
        except TimeoutError:
            if time.monotonic() - begin >= expression.TIME_LIMIT:
                raise
            # `regex` counts the processor time of the whole process: the other threads have used the limit up.
            return self._confirmed(rule, text, ranges, expression.TIME_LIMIT * (os.cpu_count() or 1))

    def _confirmed(self, rule: int, text: str, ranges: Sequence[tuple[int, int]], limit: float) -> list[Match]:
        """Return what a rule matches at the starts in `ranges`; of matches that overlap, the leftmost."""
        made = self._expressions.of(rule)
        search, hole, groups = made.pattern.search, made.hole, made.groups
        reach = self._extents.get(rule, (0, 0))[1]  # 0 where it is looked for in the whole text
        # Two more code points, for the tests of a position ($, \b) that look one further than the match reaches.
        margin = reach + 2
        # Over a few characters nothing runs away, and the clock would cost more than the search.
        timed = not reach or (reach > TIMED and not self.pack.rules[rule].default)
        found: list[Match] = []
        passed: Passed = {}
        last = 0
        for low, high in ranges:
            end_of_window = high + margin
            timeout = limit if timed or high - low > STEADY else None
            at = max(low, last)
            # What overlaps a match is passed over, and what is excused hides nothing.
            while at <= high:
                m = search(text, at, end_of_window, timeout=timeout)
                if m is None:
                    break
                start, end = m.span()
                if start > high:
                    break
                at = start + 1
                if any(excuse.holds(text, start, end, passed) for excuse in made.excuses):
                    continue
                marked = m.span("hole") if hole and m["hole"] is not None else (start, end)
                found.append(Match(start, end, rule, marked, _amounts(m, groups) if groups else {}))
                last = end
                at = max(at, end)
        return found


def _amounts(m: regex.Match[str], groups: tuple[str, ...]) -> dict[str, str]:
    """Return the groups that took part."""
    return {name: text for name in groups if (text := m[name]) is not None}
