"""One document's text in, its record out: matches and structure become findings, findings become scores."""

from __future__ import annotations

import bisect
import copy
import functools
from typing import TYPE_CHECKING, NamedTuple

from redactscan.language import language, language_of
from redactscan.match import Engine, Matcher, Matches
from redactscan.numeral import value
from redactscan.record import Declared, Finding, Record, Stopped
from redactscan.rule import Rule, chosen, load
from redactscan.score import scores, verdict
from redactscan.structure import CHECKS, NUMBERING, PROMISE, Outline, outline, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from redactscan.match import Match
    from redactscan.record import Severity, Unit

PROFILE = "prose"

EDGE = 400
"""Code points from either end within which evidence stands "at the head" or "at the tail"; furniture is not counted."""

PASSAGE = 80
"""Code points on both sides of a match that tell in which language it stands."""

SUPPORT = 2
"""Strong masks and gaps that a document must have before its weak evidence counts ..."""

SUPPORTED = 5000
"""... and code points that one of them supports: two slips in a book do not make its every odd phrase a hole."""

SUPPORTING = ("mask", "gap")
"""Kinds whose strong evidence makes weak evidence count."""

CONFIDENCE = {("strong", True): 0.95, ("strong", False): 0.95, ("weak", True): 0.7, ("weak", False): 0.3}
"""Prior that a finding is right, by the weight of its rule and whether the document has strong evidence besides."""

_COVERS = ("truncation", "boilerplate")
_HOLES = ("mask", "gap", "placeholder")


class Found(NamedTuple):
    """A finding in the making."""

    start: int
    end: int
    hole: tuple[int, int] | None
    rule: Rule
    order: int
    message: str
    declared: Declared | None


class Scanner:
    """Rules made ready once, for any number of texts and threads.

    `rules`: files or folders of further rules; `default_rules`: whether those of the package are used too. `select` and
    `ignore` choose rules by id, prefix of an id, or kind. `engine`: "auto", "hyperscan" or "regex"; the findings are
    the same. `notes`: look for weak evidence also where it cannot count, and give it with severity "note". Raises
    RedactscanError, one line that names the place, when rules or options are wrong.
    """

    def __init__(  # noqa: PLR0913 - one for each option, by name only
        self,
        *,
        rules: Sequence[str | Path] = (),
        default_rules: bool = True,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        engine: Engine = "auto",
        notes: bool = False,
    ) -> None:
        self.pack = load(rules, default=default_rules)
        self.matcher = Matcher(self.pack, engine)
        self._notes = notes
        self._chosen = chosen(self.pack, select, ignore)
        self._numbering = self._index(NUMBERING)
        self._promise = self._index(PROMISE)

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, in the order of their files."""
        return [rule for rule in self.pack.rules if rule.id in self._chosen]

    def only(self, rule_ids: Iterable[str]) -> Scanner:
        """Return a scanner with just these rules in force, weak evidence shown; what was compiled is shared."""
        other = copy.copy(self)
        other._chosen = frozenset(rule_ids)  # noqa: SLF001 - one of us
        other._notes = True  # noqa: SLF001 - one of us
        return other

    def _index(self, rule_id: str) -> int | None:
        return next((i for i, rule in enumerate(self.pack.rules) if rule.id == rule_id), None)

    def scan(
        self,
        text: str,
        *,
        path: str | None = None,
        id: str | None = None,  # noqa: A002 - the name of the field
        encoding: str = "utf-8",
        invalid: int = 0,
    ) -> Record:
        """Return the record of one text. Never raises for what stands in the text.

        `path`, `id`, `encoding` and `invalid` are put into the record as they are. Offsets are code points of `text`.
        """
        matches = self._matches(text)
        lines = outline(text, [m for m in matches.found if m.rule == self._numbering])
        found = _resolved(text, self._found(text, matches, lines))
        findings = [f for f in _findings(text, found) if self._notes or f.severity != "note"]
        promises = [m for m in matches.found if m.rule == self._promise]
        scored = scores(text, findings, parts(promises, lines))
        return Record(
            path=path,
            id=id,
            characters=len(text),
            language=language_of(text),
            encoding=encoding,
            profile=PROFILE,
            verdict=verdict(scored, findings),
            scores=scored,
            findings=findings,
            stopped=self._stopped(matches),
            invalid=invalid,
        )

    def _matches(self, text: str) -> Matches:
        """Return the matches of the strong rules, and of the weak ones where they can count or are asked for."""
        strong = self.matcher.matches(text, "strong")
        if not self._notes and not _supported(text, sum(map(self._supports, strong.found))):
            return strong
        weak = self.matcher.matches(text, "weak")
        return Matches(strong.found + weak.found, strong.stopped + weak.stopped)

    def _supports(self, match: Match) -> bool:
        return self.pack.rules[match.rule].kind in SUPPORTING

    def _stopped(self, matches: Matches) -> list[Stopped]:
        return [Stopped(self.pack.rules[i].id, "time") for i in matches.stopped]

    def _found(self, text: str, matches: Matches, lines: Outline) -> Iterator[Found]:
        """Yield the evidence of every rule in force, in the order of the rules."""
        by_rule: dict[int, list[Match]] = {}
        for match in matches.found:
            by_rule.setdefault(match.rule, []).append(match)
        for i in sorted(by_rule):
            rule = self.pack.rules[i]
            if rule.id not in self._chosen:
                continue
            yield from (f for f in _evidence(rule, i, text, by_rule[i], lines) if _speaks(f, text))


def _evidence(rule: Rule, order: int, text: str, matches: Sequence[Match], lines: Outline) -> Iterator[Found]:
    if rule.check:
        for e in CHECKS[rule.check](text, matches, lines):
            yield Found(e.start, e.end, e.hole, rule, order, e.message or rule.message, None)
    else:
        for m in matches:
            hole = None if rule.kind in ("boilerplate", "omission") else m.hole
            yield Found(m.start, m.end, hole, rule, order, rule.message, _declared(rule, m))


def _speaks(f: Found, text: str) -> bool:
    """Say whether the passage around a finding is in a language of its rule."""
    if not f.rule.languages:
        return True
    return language(text[max(0, f.start - PASSAGE) : f.end + PASSAGE]) in f.rule.languages


def _declared(rule: Rule, match: Match) -> Declared | None:
    """Return the amounts that a note declares; None where it declares none that can be read."""
    amounts = {name: value(digits) for name, digits in match.groups.items()}
    known = {name: amount for name, amount in amounts.items() if amount is not None}
    unit: Unit = rule.unit or "characters"
    shown = known.get("percent_visible", 100 - known.get("percent_missing", 0))
    # 0 is what a site prints when it does not know, and of a text of which nothing is shown nothing would be here.
    if 0 < shown < 100:  # noqa: PLR2004 - percent
        return Declared("percent", missing=100 - shown, total=100, visible=shown)
    known = {name: amount for name, amount in known.items() if amount > 0 and name in ("missing", "total", "visible")}
    return Declared(unit, **known) if known else None


# --- evidence that overlaps --------------------------------------------------------------------------------------


def _resolved(text: str, every: Iterable[Found]) -> list[Found]:
    """Return what is left when evidence that overlaps has been settled, by place.

    Notes and furniture cover what stands in them; of two findings on one hole the better stays.
    """
    every = list(every)
    head, tail = _edges(len(text), _longest([f for f in every if f.rule.kind in _COVERS]))
    every = [f for f in every if _in_place(f, head, tail)]
    covers = _longest([f for f in every if f.rule.kind in _COVERS])
    furniture = [f for f in covers if f.rule.kind == "boilerplate"]
    holes = _distinct([f for f in every if f.rule.kind in _HOLES and not _within(f, covers)])
    omissions = [f for f in every if f.rule.kind == "omission" and not _within(f, furniture)]
    return sorted([*covers, *holes, *omissions], key=lambda f: (f.start, f.end, f.order))


def _longest(found: Sequence[Found]) -> list[Found]:
    """Keep, of findings that overlap, the longest, and of equal ones that of the earlier rule; in order of place."""
    kept: list[Found] = []
    for f in sorted(found, key=lambda f: (f.start - f.end, f.order, f.start)):
        at = bisect.bisect(kept, f.start, key=_start)
        clear = (at == 0 or kept[at - 1].end <= f.start) and (at == len(kept) or f.end <= kept[at].start)
        if clear:
            kept.insert(at, f)
    return kept


def _start(f: Found) -> int:
    return f.start


def _edges(length: int, covers: Sequence[Found]) -> tuple[int, int]:
    """Return where the head of a text ends and its tail starts: EDGE code points from either end, covers left out."""
    head, room = 0, EDGE
    for cover in covers:
        if cover.start - head > room:
            break
        room -= max(0, cover.start - head)
        head = cover.end
    tail, left = length, EDGE
    for cover in reversed(covers):
        if tail - cover.end > left:
            break
        left -= max(0, tail - cover.end)
        tail = cover.start
    return head + room, tail - left


def _in_place(f: Found, head: int, tail: int) -> bool:
    return f.rule.at == "anywhere" or (f.start <= head if f.rule.at == "head" else f.end >= tail)


def _within(f: Found, covers: Sequence[Found]) -> bool:
    """Say whether a finding starts inside one of `covers`, which are in order and apart."""
    at = bisect.bisect(covers, f.start, key=_start)
    return at > 0 and f.start < covers[at - 1].end


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Keep one finding a hole: where holes touch, the strong before the weak, then the longer hole and evidence.

    Two empty holes touch when they are at the same place; an empty one beside a mask is the mask's own place.
    """
    kept: list[Found] = []
    for f in sorted(found, key=_hole):
        while kept and _touch(_hole(kept[-1]), _hole(f)) and _rank(f) < _rank(kept[-1]):
            kept.pop()
        if not (kept and _touch(_hole(kept[-1]), _hole(f))):
            kept.append(f)
    return kept


def _hole(f: Found) -> tuple[int, int]:
    return f.hole or (f.start, f.end)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Say whether two holes, the first not after the second, are the same or share a character or an empty place."""
    empty = one[0] == one[1] or other[0] == other[1]
    return other[0] <= one[1] if empty else other[0] < one[1]


def _rank(f: Found) -> tuple[bool, int, int, int]:
    """Order findings on one hole, the best first."""
    low, high = _hole(f)
    return f.rule.weight == "weak", low - high, f.start - f.end, f.order


def _supported(text: str, strong: int) -> bool:
    """Say whether so many strong findings make the weak evidence of a text count."""
    return strong >= max(SUPPORT, len(text) / SUPPORTED)


def _findings(text: str, found: Sequence[Found]) -> list[Finding]:
    """Complete the evidence: severity with regard to the rest of the document, line and column."""
    supported = _supported(text, sum(1 for f in found if f.rule.weight == "strong" and f.rule.kind in SUPPORTING))
    out, line, begin, at = [], 1, 0, 0
    for f in found:
        breaks = text.count("\n", at, f.start)
        if breaks:
            line, begin = line + breaks, text.rfind("\n", at, f.start) + 1
        at = f.start
        weight = f.rule.weight
        severity: Severity = f.rule.severity if weight == "strong" or supported else "note"
        out.append(
            Finding(
                rule=f.rule.id,
                kind=f.rule.kind,
                slot=f.rule.slot,
                severity=severity,
                confidence=CONFIDENCE[weight, supported],
                start=f.start,
                end=f.end,
                hole=f.hole,
                text=text[f.start : f.end],
                line=line,
                column=f.start - begin + 1,
                message=f.message,
                declared=f.declared,
            )
        )
    return out


@functools.lru_cache(maxsize=1)
def _default() -> Scanner:
    return Scanner()


def scan(text: str) -> Record:
    """Return the record of one text, by the rules of the package; see `Scanner` for choices and for many texts."""
    return _default().scan(text)
