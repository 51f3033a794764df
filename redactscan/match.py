"""All rules over one text: candidates from one native pass, each confirmed by `regex` in a small window.

What a rule matches is defined by `regex` alone: at every start its first match, those that `unless` excuses removed,
and of overlapping ones the leftmost. That definition needs no more than the neighbourhood of a match, and so it can be
computed from candidates; the engine `regex` computes it from the whole text, and both give the same matches.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
import time
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import regex

from redactscan import cache
from redactscan.errors import RedactscanError
from redactscan.rule import Weight, list_names

try:
    import hyperscan
except ImportError:  # no wheel for this platform
    hyperscan = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from redactscan.native import Native
    from redactscan.rule import Pack, Rule

Engine = Literal["auto", "hyperscan", "regex"]

WEIGHTS: tuple[Weight, ...] = get_args(Weight)

UNLESS_REACH = 40
"""Code points on both sides of a match in which `unless` is looked for."""

TIME_LIMIT = 2.0
"""Seconds that one rule may take over one document before it is stopped. A well made rule takes microseconds."""

PATIENCE = 1_000_000
"""Code points that `regex` looks through alone before a database is made that is not in the cache: over a few small
files it is done in a fraction of the time that making takes, and the findings are the same."""

TIMED = 8
"""Code points of reach from which a rule is timed while it confirms a candidate."""

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


class Matcher:
    """A pack of rules, ready to run. Built once, then used by any number of threads.

    `engine` is the one that runs: "hyperscan" or "regex". Under "auto", `regex` stands in for Hyperscan over the first
    PATIENCE code points where no database is in the cache.
    """

    def __init__(self, pack: Pack, engine: Engine = "auto") -> None:
        if engine == "hyperscan" and hyperscan is None:
            raise RedactscanError(
                "--engine hyperscan: not installed here; pip install hyperscan, or use --engine regex"
            )
        self.pack = pack
        self.engine: Literal["hyperscan", "regex"] = "regex" if engine == "regex" or hyperscan is None else "hyperscan"
        self._patterns = _Patterns(pack)
        self._local = threading.local()
        self._natives: dict[Weight, _Prefilter] = {}
        self._patience: dict[Weight, int] = dict.fromkeys(WEIGHTS, PATIENCE if engine == "auto" else 0)
        self._building = threading.Lock()
        rules = range(len(pack.rules))
        self._rules: dict[Weight, list[int]] = {
            weight: [i for i in rules if pack.rules[i].weight == weight] for weight in WEIGHTS
        }

    def prepare(self) -> None:
        """Get all databases ready now, in place of when they are first needed."""
        for weight in WEIGHTS:
            self._native(weight)

    def __getstate__(self) -> tuple[Pack, Engine, dict[Weight, bytes]]:
        """Return what another process is sent: what was compiled, without locks and scratch space."""
        return self.pack, self.engine, {weight: _packed(part) for weight, part in self._natives.items()}

    def __setstate__(self, state: tuple[Pack, Engine, dict[Weight, bytes]]) -> None:
        """Make a matcher of what was sent."""
        pack, engine, natives = state
        Matcher.__init__(self, pack, engine)
        self._natives = {weight: _unpacked(part) for weight, part in natives.items()}

    @property
    def fallback(self) -> dict[str, str]:
        """The rules that have no native form, by id, with the reason; `regex` runs them over the whole text."""
        parts = [part for part in map(self._native, WEIGHTS) if part is not None]
        return {self.pack.rules[i].id: why for part in parts for i, why in part.fallback.items()}

    def _native(self, weight: Weight, size: int | None = None) -> _Prefilter | None:
        """Return the database for the rules of one weight; made when it is first needed, as the weak often are not.

        None where there is none, or where it is not worth making yet for a text of `size` code points.
        """
        if self.engine == "hyperscan" and weight not in self._natives:
            with self._building:  # a second thread waits: building takes seconds
                if weight not in self._natives:
                    self._make(weight, size)
        return self._natives.get(weight)

    def _make(self, weight: Weight, size: int | None) -> None:
        untouched = self._patience[weight] == PATIENCE
        self._patience[weight] -= size or 0
        patient = size is not None and self._patience[weight] > 0
        if patient and not untouched:
            return  # it was not in the cache
        name = _cached_name(self.pack, weight)
        part = _cached(name)
        if part is None and not patient:
            part = _built(self.pack, self._rules[weight])
            cache.store(name, _packed(part))
        if part is not None:
            self._natives[weight] = part

    def matches(self, text: str, weight: Weight) -> Matches:
        """Return what every rule of one weight matches in `text`, in order of place and then of rule."""
        found: list[Match] = []
        stopped: list[int] = []
        native_part = self._native(weight, len(text))
        for rule, ranges in self._candidates(text, weight, native_part).items():
            reach = native_part.extents.get(rule, (0, 0))[1] if native_part else 0
            try:
                found += self._in_time(rule, text, ranges, reach)
            except TimeoutError:
                stopped.append(rule)
        found.sort(key=itemgetter(0, 2))
        return Matches(found, sorted(stopped))

    def costs(self, texts: Iterable[str]) -> list[Cost]:
        """Return what each rule takes over some texts, the most first; rules without a candidate are left out."""
        costs: dict[int, Cost] = {}
        parts = {weight: self._native(weight) for weight in WEIGHTS}
        for text in texts:
            for weight, part in parts.items():
                for rule, ranges in self._candidates(text, weight, part).items():
                    begin = time.perf_counter()
                    found = 0
                    with contextlib.suppress(TimeoutError):
                        found = len(self._in_time(rule, text, ranges, part.extents.get(rule, (0, 0))[1] if part else 0))
                    seconds = time.perf_counter() - begin
                    _, windows, matches, before = costs.get(rule, Cost("", 0, 0, 0.0))
                    name = self.pack.rules[rule].id
                    costs[rule] = Cost(name, windows + len(ranges), matches + found, before + seconds)
        return sorted(costs.values(), key=lambda cost: -cost.seconds)

    def _candidates(
        self, text: str, weight: Weight, native_part: _Prefilter | None
    ) -> dict[int, list[tuple[int, int]]]:
        """Return where each rule has to be looked for: all of the text, for those without a native form."""
        whole = [(0, len(text))]
        if native_part is None:
            return dict.fromkeys(self._rules[weight], whole)
        return self._windows(text, weight, native_part) | dict.fromkeys(native_part.fallback, whole)

    def _windows(self, text: str, weight: Weight, native_part: _Prefilter) -> dict[int, list[tuple[int, int]]]:
        """Return for each rule with candidates the ranges in which its matches can start, ends included."""
        if native_part.database is None:
            return {}
        data = text.encode("utf-8", "surrogatepass")
        events: list[tuple[int, int]] = []

        owners = native_part.owners

        def note(expression: int, _start: int, end: int, _flags: int, _context: object) -> None:
            events.append((end, owners[expression]))

        native_part.database.scan(data, match_event_handler=note, scratch=self._scratch(weight, native_part.database))
        events.sort()
        narrow = len(data) == len(text)
        extents = native_part.extents
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

    def _scratch(self, weight: Weight, database: hyperscan.Database) -> hyperscan.Scratch:
        """Return the scratch space of this thread: it belongs to one at a time."""
        spaces: dict[str, hyperscan.Scratch] = self._local.__dict__
        if weight not in spaces:
            spaces[weight] = hyperscan.Scratch(database)
        return spaces[weight]

    def _in_time(self, rule: int, text: str, ranges: Sequence[tuple[int, int]], reach: int) -> list[Match]:
        """Return what a rule matches; raise TimeoutError where that takes longer than the limit."""
        begin = time.monotonic()
        try:
            return self._confirmed(rule, text, ranges, reach, TIME_LIMIT)
        except TimeoutError:
            if time.monotonic() - begin >= TIME_LIMIT:
                raise
            # `regex` counts the processor time of the whole process: the other threads have used the limit up.
            return self._confirmed(rule, text, ranges, reach, TIME_LIMIT * (os.cpu_count() or 1))

    def _confirmed(
        self, rule: int, text: str, ranges: Sequence[tuple[int, int]], reach: int, limit: float
    ) -> list[Match]:
        """Return what a rule matches at the starts in `ranges`; of matches that overlap, the leftmost."""
        pattern, hole, groups, excuses = self._patterns.of(rule)
        search = pattern.search
        # Two more code points, for the tests of a position ($, \b) that look one further than the match reaches.
        margin = reach + 2
        # Over a few characters nothing runs away, and the clock would cost more than the search.
        timeout = limit if reach > TIMED or not reach else None
        found: list[Match] = []
        last = 0
        for low, high in ranges:
            end_of_window = high + margin
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
                if excuses and any(excuse.holds(text, start, end) for excuse in excuses):
                    continue
                marked = m.span("hole") if hole and m["hole"] is not None else (start, end)
                found.append(Match(start, end, rule, marked, _amounts(m, groups) if groups else {}))
                last = end
                at = max(at, end)
        return found


def _amounts(m: regex.Match[str], groups: tuple[str, ...]) -> dict[str, str]:
    """Return the groups that took part."""
    texts = m.group(*groups) if len(groups) > 1 else (m.group(groups[0]),)
    return {name: text for name, text in zip(groups, texts, strict=True) if text is not None}


class _Form(NamedTuple):
    """A rule, compiled: its pattern, whether that has a group `hole`, its other groups, and what excuses a match."""

    pattern: regex.Pattern[str]
    hole: bool
    groups: tuple[str, ...]
    excuses: tuple[_Words | _Search, ...]


class _Patterns:
    """The rules of a pack, each compiled when it is first needed."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._forms: dict[int, _Form] = {}
        self._kept: Mapping[str, bytes] | None = None

    def of(self, rule: int) -> _Form:
        form = self._forms.get(rule)
        if form is None:
            form = self._forms[rule] = self._compiled(self.pack.rules[rule])
        return form

    def _compiled(self, rule: Rule) -> _Form:
        pattern = self._pattern(rule.pattern)
        groups = tuple(name for name in pattern.groupindex if name != "hole")
        return _Form(pattern, "hole" in pattern.groupindex, groups, tuple(map(self._excuse, rule.unless)))

    def _excuse(self, source: str) -> _Words | _Search:
        for name in list_names(source):
            if source == f"\\L<{name}>":
                return _Words.of(self.pack.lists[name])
        # The longest match at every start, else a short alternative would hide the one that touches.
        pattern = self._pattern(source, regex.POSIX)
        return _Search(pattern, min(self.pack.reaches.get(source, UNLESS_REACH), UNLESS_REACH))

    def _pattern(self, source: str, flags: int = 0) -> regex.Pattern[str]:
        """Return a pattern compiled: from the cache, since a scan of one small file would spend most time on that."""
        if self._kept is None:
            self._kept = _kept_patterns(self.pack)
        kept = self._kept.get(f"{int(flags)} {source}")
        pattern = _unpickled(kept) if kept is not None else None
        return pattern if pattern is not None else self.pack.compile(source, flags)


def _kept_patterns(pack: Pack) -> Mapping[str, bytes]:
    """Return all patterns of a pack, compiled and pickled, by flags and source; made and kept where they are not."""
    import pickle  # noqa: PLC0415 - see `_unpickled`

    import msgspec  # noqa: PLC0415

    if cache.folder() is None:
        return {}
    name = f"patterns-{cache.key(pack.digest, regex.__version__, platform.python_version())}"
    kept = cache.load(name)
    if kept is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            found = msgspec.msgpack.decode(kept, type=dict[str, bytes])
            if found:
                return found
    sources = [(0, rule.pattern) for rule in pack.rules] + [(regex.POSIX, s) for r in pack.rules for s in r.unless]
    made = {f"{int(flags)} {source}": pickle.dumps(pack.compile(source, flags)) for flags, source in sources}
    with contextlib.suppress(UnicodeEncodeError):  # half of a surrogate pair: compiled anew each time
        cache.store(name, msgspec.msgpack.encode(made))
    return made


def _unpickled(data: bytes) -> regex.Pattern[str] | None:
    """Return a pickled pattern, or None where it is something else: nothing but patterns is ever made of such data."""
    import io  # noqa: PLC0415
    import pickle  # noqa: PLC0415

    class Patterns(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> object:
            if name != "compile" or module.rsplit(".", maxsplit=1)[-1] != "_regex":
                raise pickle.UnpicklingError(f"{module}.{name} makes no pattern")
            return super().find_class(module, name)

    try:
        pattern = Patterns(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, TypeError, ValueError, RuntimeError, AttributeError, ImportError, EOFError):
        return None
    return pattern if isinstance(pattern, regex.Pattern) else None


class _Words(NamedTuple):
    """An `unless` that is one word list: most are, and a set needs neither compiling nor searching."""

    words: frozenset[str]
    lengths: tuple[int, ...]
    characters: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> _Words:
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


class _Search(NamedTuple):
    """Any other `unless`, and how many code points before a match one that touches it can begin."""

    pattern: regex.Pattern[str]
    reach: int

    def holds(self, text: str, start: int, end: int) -> bool:
        """Say whether a match of the pattern shares a character with `start:end`, or holds it when that is empty."""
        # As in the matcher, two more for the tests of a position.
        low, high = max(0, start - self.reach), min(len(text), end + self.reach + 2)
        timeout = TIME_LIMIT if self.reach > TIMED else None
        for m in self.pattern.finditer(text, low, high, overlapped=True, timeout=timeout):
            if m.start() >= max(end, start + 1):
                return False
            if m.end() > start:
                return True
        return False


# --- the native database -----------------------------------------------------------------------------------------


class _Prefilter(NamedTuple):
    """What is native of some rules, which go by their index in the pack.

    `database` is None where no rule has a native form; `owners` tells whose each of its expressions is, `extents` the
    `least` and the `reach` of each of these rules, and `fallback` why the others have none.
    """

    database: hyperscan.Database | None
    owners: list[int]
    extents: dict[int, tuple[int, int]]
    fallback: dict[int, str]


_KEPT = tuple[bytes, list[int], dict[int, tuple[int, int]], dict[int, str]]


def _cached_name(pack: Pack, weight: Weight) -> str:
    """Return what the database for the rules of one weight is called in the cache."""
    # The blob fits one version of the library on one kind of processor; the sets in it come from `regex`, and how a
    # pattern is written in bytes stands in two modules.
    form = b"".join(Path(__file__).with_name(name).read_bytes() for name in ("pattern.py", "native.py"))
    versions = (hyperscan.__version__, regex.__version__)  # type: ignore[attr-defined]
    return f"native-{cache.key(weight, form, pack.digest, *versions, platform.machine(), platform.system())}"


def _cached(name: str) -> _Prefilter | None:
    """Return the database that has been built before, or None."""
    import msgspec  # noqa: PLC0415 - the library may be used without the cache

    kept = cache.load(name)
    if kept is None:
        return None
    try:
        return _unpacked(kept)
    except (msgspec.MsgspecError, hyperscan.error):
        return None  # written by another processor or library


def _packed(part: _Prefilter) -> bytes:
    """Return a prefilter as bytes."""
    import msgspec  # noqa: PLC0415 - see `_cached`

    blob = hyperscan.dumpb(part.database) if part.database is not None else b""
    return msgspec.msgpack.encode((blob, *part[1:]))


def _unpacked(data: bytes | memoryview) -> _Prefilter:
    """Return the prefilter again; raise what `msgspec` and `hyperscan` raise where `data` is something else."""
    import msgspec  # noqa: PLC0415

    blob, owners, extents, fallback = msgspec.msgpack.decode(data, type=_KEPT)
    return _Prefilter(hyperscan.loadb(blob, mode=hyperscan.HS_MODE_BLOCK) if blob else None, owners, extents, fallback)


def _excused(pack: Pack, rule: int) -> frozenset[str]:
    """Return the words of the lists that stand alone in `unless`."""
    sources = pack.rules[rule].unless
    return frozenset(word for s in sources for n in list_names(s) if s == f"\\L<{n}>" for word in pack.lists[n])


def _built(pack: Pack, rules: Sequence[int]) -> _Prefilter:
    from redactscan.native import native  # noqa: PLC0415 - not needed while the cache is warm
    from redactscan.pattern import Inexpressible  # noqa: PLC0415

    natives: dict[int, Native] = {}
    fallback: dict[int, str] = {}
    for i in rules:
        try:
            rule = pack.rules[i]
            natives[i] = native(rule.pattern, pack.lists, _excused(pack, i), dense=rule.scorer is not None)
        except Inexpressible as error:
            fallback[i] = str(error)
    try:
        database = _database(natives)
    except hyperscan.error:
        # One expression or more is too much for the library: find out which.
        for i, form in list(natives.items()):
            try:
                _database({i: form})
            except hyperscan.error as error:
                fallback[i] = f"hyperscan: {error}"
                del natives[i]
        database = _database(natives)
    owners = [i for i, form in natives.items() for _ in form.expressions]
    return _Prefilter(database, owners, {i: (form.least, form.reach) for i, form in natives.items()}, fallback)


def _database(natives: Mapping[int, Native]) -> hyperscan.Database | None:
    """Return the database of all expressions, each with its own id: the library tries to merge those of one id."""
    if not natives:
        return None
    expressions = [expression.encode("ascii") for form in natives.values() for expression in form.expressions]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=expressions, ids=range(len(expressions)), elements=len(expressions), flags=0)
    return database
