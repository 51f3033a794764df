"""One document's text in, its record out: matches and structure become findings, findings become scores."""

from __future__ import annotations

import bisect
import copy
import functools
import sys
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec
from msgspec import UNSET, UnsetType

from redactscan.damage import damage
from redactscan.evidence import NOTHING, Absent, total
from redactscan.language import language, language_of
from redactscan.match import Engine, Matcher, Matches
from redactscan.numeral import count, percentage
from redactscan.profile import PROSE, Choice, Genre, checked, counts, guess
from redactscan.record import Declared, Finding, Kind, Record, Stopped
from redactscan.rule import AMOUNTS, Rule, chosen, load
from redactscan.score import scores, verdict
from redactscan.scorer import WHOLE, available, pooled, scorer
from redactscan.structure import CHECKS, NUMBERING, PROMISE, Outline, outline, parts
from redactscan.view import view
from redactscan.zone import Zones

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redactscan.match import Match
    from redactscan.record import Damage, Part, Severity, Slot, Unit
    from redactscan.rule import Missing
    from redactscan.view import View

    Chances = dict[tuple[Missing | None, int], float]

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

ACCEPTED: dict[Missing, float] = {"number": 0.45, "name": 0.35}
"""Probability from which what the scorer of boundaries says is a finding. Names stand at fewer places, and where some
are known to be gone it is too careful about the others ..."""

DOUBTED = 0.1
"""... from which it is worth a note ..."""

REFUTED = 0.05
"""... and under which it speaks against a weak gap that a rule has found."""

ASKED_OF_CUT: tuple[Missing, ...] = ("name",)
"""What the scorer is asked about where only a cut is seen: of numbers it is wrong too often there ..."""

SURE = 0.95
"""... and the probability from which a name counts there."""

CONFIDENCE = {("strong", True): 0.95, ("strong", False): 0.95, ("weak", True): 0.7, ("weak", False): 0.3}
"""Prior that a finding is right, by the weight of its rule and whether the document has strong evidence besides."""

MISSING: dict[Missing, tuple[Slot, ...]] = {
    "number": ("number", "date"),
    "name": ("name", "place", "person", "organization"),
}
"""Slots whose holes the scorer of boundaries tells of."""

_KINDS: frozenset[Kind] = frozenset(get_args(Kind))
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
    groups: Mapping[str, str]
    absent: Absent = NOTHING
    score: float | UnsetType = UNSET


class _Judged(NamedTuple):
    """What counts of the evidence: all matches by now, the findings, the damage, and the kinds of which weak counts."""

    matches: Matches
    found: Sequence[Found] = ()
    harm: Damage | None = None
    supported: frozenset[Kind] = frozenset()


MAX_FINDINGS = 10_000
"""Findings of one document that are listed: nobody reads more, and a hostile one may have millions."""


class Scanner:
    """Rules made ready once, for any number of texts and threads.

    `rules`: files or folders of further rules; `default_rules`: whether those of the package are used too. `select` and
    `ignore` choose rules by id, prefix of an id, or kind. `engine`: "auto", "hyperscan" or "regex"; the findings are
    the same. `profile`: the genre of the texts, which "auto" guesses.
    `notes`: look for weak evidence also where it cannot count, and give it with severity "note". `model`: ask the
    scorer of boundaries about doubtful gaps; `thorough`: also in documents without any strong evidence.
    `max_findings`: how many of a document are listed, the first ones; 0 lists all. Raises RedactscanError, one line
    that names the place, when rules or options are wrong.
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
        profile: Choice = "auto",
        model: bool = True,
        thorough: bool = False,
        max_findings: int = MAX_FINDINGS,
    ) -> None:
        self.pack = load(rules, default=default_rules)
        self.matcher = Matcher(self.pack, engine)
        self._notes = notes
        self._profile = checked(profile)
        self._model = model and available()
        self._thorough = thorough
        self._most = max_findings or sys.maxsize
        self._chosen = chosen(self.pack, select, ignore)
        self._numbering = self._index(NUMBERING)
        self._promise = self._index(PROMISE)
        self._unprompted = [i for i, rule in enumerate(self.pack.rules) if not rule.pattern]
        self._asked = {i: missing for i, rule in enumerate(self.pack.rules) if (missing := _asks(rule))}

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, in the order of their files."""
        return [rule for rule in self.pack.rules if rule.id in self._chosen]

    def only(self, rule_ids: Iterable[str]) -> Scanner:
        """Return a scanner with just these rules in force, weak evidence shown; what was compiled is shared."""
        other = copy.copy(self)
        other._chosen = frozenset(rule_ids)  # noqa: SLF001 - one of us
        other._notes = True  # noqa: SLF001 - one of us
        other._thorough = True  # noqa: SLF001 - one of us
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
        original, seen = text, view(text)
        text = seen.text
        matches = self.matcher.matches(text, "strong")
        lines = outline(text, [m for m in matches.found if m.rule == self._numbering], self._furniture(matches))
        every = list(self._found(text, matches, lines, {}))
        # Weak evidence is looked for only where there is strong, or where it is asked for.
        matters = bool(every) or self._notes or self._thorough
        genre = self._genre(text, path, matters=matters)
        judged = self._judged(text, matches, lines, every, genre) if matters else _Judged(matches)
        matches, found, harm, supported = judged
        findings = [f for f in _findings(text, found, supported) if self._notes or f.severity != "note"]
        promises = [m for m in matches.found if m.rule == self._promise]
        absent = total((f.rule.id, f.absent) for f in found if f.absent is not NOTHING)
        scored = scores(text, findings, parts(promises, lines), absent)
        listed, stopped = findings[: self._most], self._stopped(matches)
        if len(findings) > len(listed):
            stopped.append(Stopped("", "findings", len(findings) - len(listed)))
        return Record(
            path=path,
            id=id,
            characters=len(original),
            language=language_of(original),
            encoding=encoding,
            profile=genre.profile,
            profile_reason=genre.reason,
            verdict=verdict(scored, findings, genre.profile),
            scores=scored,
            findings=listed if text is original else _restored(listed, seen, original),
            damage=harm,
            stopped=stopped,
            invalid=invalid,
        )

    def _judged(self, text: str, matches: Matches, lines: Outline, every: Sequence[Found], genre: Genre) -> _Judged:
        """Return what counts of the strong evidence, and of the weak where it is looked for."""
        found = _resolved(text, [f for f in every if counts(f.rule, genre)], frozenset())
        harm = self._damage(text, found)
        # One slip in a long text is no reason to ask about its every number; nor are names that were masked.
        akin = sum(1 for f in found if _leaves_gaps(f, text))
        dense = self._thorough or (akin > 0 and akin * SUPPORTED >= len(text))
        asked = tuple(MISSING) if dense else ASKED_OF_CUT if any(f.rule.kind == "truncation" for f in found) else ()
        supported = _supported(text, sum(1 for f in found if f.rule.kind in SUPPORTING), gaps=akin > 0)
        if asked or supported or self._notes:
            matches = self._with_weak(text, matches, supported)
            eaten = [f.rule.slot for f in found if _eaten(f, text)]
            chances = self._scores(text, matches.found, eaten, harm, asked)
            if not dense:
                chances = {place: chance for place, chance in chances.items() if chance >= SURE}
            every = list(self._found(text, matches, lines, chances))
            found = _resolved(text, [f for f in every if counts(f.rule, genre)], supported)
        return _Judged(matches, found, harm, supported)

    def _with_weak(self, text: str, strong: Matches, supported: frozenset[Kind]) -> Matches:
        """Return the matches of the weak rules too, where they can count or are asked for."""
        weak = self.matcher.matches(text, "weak")
        if not self._notes:
            rules = self.pack.rules
            kept = [m for m in weak.found if rules[m.rule].kind in supported or rules[m.rule].scorer]
            weak = weak._replace(found=kept)
        return Matches(strong.found + weak.found, strong.stopped + weak.stopped)

    def _genre(self, text: str, path: str | None, *, matters: bool) -> Genre:
        """Return the genre that was asked for, or where it matters the one that a text seems to be of."""
        if self._profile != "auto":
            return Genre(self._profile, "as asked for")
        return guess(text, path) if matters else PROSE

    def _furniture(self, matches: Matches) -> list[tuple[int, int]]:
        return [(m.start, m.end) for m in matches.found if self.pack.rules[m.rule].kind == "boilerplate"]

    def _stopped(self, matches: Matches) -> list[Stopped]:
        return [Stopped(self.pack.rules[i].id, "time") for i in matches.stopped]

    def _damage(self, text: str, found: Sequence[Found]) -> Damage | None:
        gaps = [f for f in found if f.rule.kind == "gap"]
        if not gaps:
            return None
        numbers = sum(f.rule.slot in MISSING["number"] for f in gaps)
        masks = {text[slice(*_hole(f))] for f in found if f.rule.kind == "mask"}
        return damage(text, len(gaps), numbers, masks)

    def _scores(
        self,
        text: str,
        found: Sequence[Match],
        eaten: Sequence[Slot | None],
        harm: Damage | None,
        asked: Iterable[Missing],
    ) -> Chances:
        """Return how likely it is, by all the text, that what is `asked` for is missing where weak gaps are.

        `eaten`: the slots of masks of which a renderer left some, and ate others in pairs.
        """
        rules = self.pack.rules
        sure = {(rules[m.rule].slot, m.hole[0]) for m in found if self._sure(m)}
        known = {what: {place for slot, place in sure if slot in MISSING[what]} for what in asked}
        asking = [m for m in found if m.rule in self._asked and _speaks(rules[m.rule], m.start, m.end, text)]
        candidates = {what: {m.hole[0] for m in asking if self._asked[m.rule] == what} for what in asked}
        open_ = {what: sorted(places - known[what]) for what, places in candidates.items()}
        places = sorted(set().union(*open_.values()))
        if not (self._model and places):
            return {}
        odds = dict(zip(places, scorer().log_odds(text, places), strict=True))
        chances: Chances = {}
        for what, its_places in open_.items():
            strong = len(known[what]) + sum(slot in MISSING[what] for slot in eaten)
            pool = pooled([odds[place][what] for place in its_places], strong, 0.0 if harm else WHOLE)
            chances |= {(what, place): chance for place, chance in zip(its_places, pool, strict=True)}
        return chances

    def _sure(self, match: Match) -> bool:
        rule = self.pack.rules[match.rule]
        return rule.kind == "gap" and rule.weight == "strong"

    def _found(self, text: str, matches: Matches, lines: Outline, chances: Chances) -> Iterator[Found]:
        """Yield the evidence of every rule in force, in the order of the rules."""
        by_rule: dict[int, list[Match]] = {}
        for match in matches.found:
            by_rule.setdefault(match.rule, []).append(match)
        zones = Zones(text)
        for i in sorted([*by_rule, *self._unprompted]):
            rule = self.pack.rules[i]
            if rule.id not in self._chosen:
                continue
            missing = self._asked.get(i)
            mine = by_rule.get(i, [])
            if missing is not None:
                mine = _credible(rule, mine, missing, chances)
            for f in _evidence(rule, i, text, mine, lines):
                if _speaks(rule, f.start, f.end, text) and not zones.hold(rule.outside, f.start):
                    yield _scored(f, missing, chances) if missing else f


def _leaves_gaps(f: Found, text: str) -> bool:
    """Say whether a finding is of damage that deletes without a trace: a gap, or a sign that renderers eat in pairs."""
    return f.rule.kind == "gap" or _eaten(f, text)


def _eaten(f: Found, text: str) -> bool:
    """Say whether a finding is a mask of signs of which renderers eat those that they can pair."""
    return f.rule.kind == "mask" and not text[slice(*_hole(f))].strip("*＊_")


def _asks(rule: Rule) -> Missing | None:
    """Return what the scorer is asked about: what the rule names, or whether a weak gap in Chinese lacks a number."""
    if rule.kind != "gap" or rule.weight == "strong" or rule.languages != ("zh",):
        return None
    return rule.scorer or ("number" if rule.slot in MISSING["number"] else None)


def _credible(rule: Rule, matches: Sequence[Match], missing: Missing, chances: Chances) -> list[Match]:
    """Return the matches that the scorer does not speak against; a rule that names it needs its word."""
    unasked, least = (0.0, DOUBTED) if rule.scorer else (1.0, REFUTED)
    return [m for m in matches if chances.get((missing, m.hole[0]), unasked) >= least]


def _scored(f: Found, missing: Missing, chances: Chances) -> Found:
    return f._replace(score=chances[missing, f.start if f.hole is None else f.hole[0]]) if f.rule.scorer else f


def _evidence(rule: Rule, order: int, text: str, matches: Sequence[Match], lines: Outline) -> Iterator[Found]:
    if rule.check:
        for e in CHECKS[rule.check](text, matches, lines):
            yield Found(
                e.start,
                e.end,
                e.hole,
                rule,
                order,
                e.message or rule.message,
                _declared(rule, e.groups),
                e.groups,
                e.absent,
            )
    else:
        for m in matches:
            hole = None if rule.kind in ("boilerplate", "omission") else m.hole
            yield Found(m.start, m.end, hole, rule, order, rule.message, _declared(rule, m.groups), m.groups)


def _speaks(rule: Rule, start: int, end: int, text: str) -> bool:
    """Say whether the passage around what a rule found is in a language of the rule."""
    return not rule.languages or language(text[max(0, start - PASSAGE) : end + PASSAGE]) in rule.languages


def _declared(rule: Rule, groups: Mapping[str, str]) -> Declared | None:
    """Return the amounts that a note declares; None where it declares none that can be read."""
    if not groups:
        return None
    stated = {name: text for name, text in groups.items() if name in AMOUNTS}
    amounts = {name: percentage(text) if name.startswith("percent") else count(text) for name, text in stated.items()}
    known = {name: amount for name, amount in amounts.items() if amount is not None}
    unit: Unit = rule.unit or "characters"
    shown = known.get("percent_visible", 100 - known.get("percent_missing", 0))
    # 0 is what a site prints when it does not know, and of a text of which nothing is shown nothing would be here.
    if 0 < shown < 100:  # noqa: PLR2004 - percent
        return Declared("percent", missing=100 - shown, total=100, visible=shown)
    known = {name: amount for name, amount in known.items() if amount > 0 and name in ("missing", "total", "visible")}
    return Declared(unit, **known) if known else None


# --- evidence that overlaps --------------------------------------------------------------------------------------


def _resolved(text: str, every: Iterable[Found], supported: frozenset[Kind]) -> list[Found]:
    """Return what is left when evidence that overlaps has been settled, by place.

    Notes and furniture cover what stands in them; of two findings on one hole the better stays.
    """
    every = list(every)
    head, tail = _edges(len(text), _longest([f for f in every if f.rule.kind in _COVERS]))
    every = [f for f in every if _in_place(f, head, tail)]
    covers = _longest([f for f in every if f.rule.kind in _COVERS])
    furniture = [f for f in covers if f.rule.kind == "boilerplate"]
    holes = _distinct([f for f in every if f.rule.kind in _HOLES and not _within(f, covers)], supported)
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


def _distinct(found: Sequence[Found], supported: frozenset[Kind]) -> list[Found]:
    """Keep one finding a hole: where holes touch, what counts, then the strong, then the longer hole and evidence.

    Two empty holes touch when they are at the same place; an empty one beside a mask is the mask's own place.
    """
    kept: list[Found] = []
    for f in sorted(found, key=_hole):
        mine = _rank(f, supported)
        while kept and _touch(_hole(kept[-1]), _hole(f)) and mine < _rank(kept[-1], supported):
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


def _rank(f: Found, supported: frozenset[Kind]) -> tuple[bool, bool, int, int, int]:
    """Order findings on one hole, the best first."""
    low, high = _hole(f)
    return not _counts(f, supported), f.rule.weight == "weak", low - high, f.start - f.end, f.order


def _counts(f: Found, supported: frozenset[Kind]) -> bool:
    """Say whether a finding counts: by its own weight, by the word of the scorer, or by the strong evidence besides."""
    if f.rule.weight == "strong":
        return True
    if f.rule.scorer is None or isinstance(f.score, UnsetType):
        return f.rule.kind in supported
    return f.score >= ACCEPTED[f.rule.scorer]


def _supported(text: str, strong: int, *, gaps: bool) -> frozenset[Kind]:
    """Return the kinds of which weak evidence counts in a text with so many strong findings.

    Of `gaps` only where some of these are of damage that leaves gaps: where names were masked, nothing was deleted.
    """
    if strong < max(SUPPORT, len(text) / SUPPORTED):
        return frozenset()
    return _KINDS if gaps else _KINDS - {"gap"}


def _findings(text: str, found: Sequence[Found], supported: frozenset[Kind]) -> list[Finding]:
    """Complete the evidence: severity with regard to the rest of the document, line and column."""
    out, line, begin, at = [], 1, 0, 0
    for f in found:
        breaks = text.count("\n", at, f.start)
        if breaks:
            line, begin = line + breaks, text.rfind("\n", at, f.start) + 1
        at = f.start
        weight = f.rule.weight
        severity: Severity = f.rule.severity if _counts(f, supported) else "note"
        out.append(
            Finding(
                rule=f.rule.id,
                kind=f.rule.kind,
                slot=f.rule.slot,
                severity=severity,
                confidence=CONFIDENCE[weight, f.rule.kind in supported] if isinstance(f.score, UnsetType) else f.score,
                start=f.start,
                end=f.end,
                hole=f.hole,
                text=text[f.start : f.end],
                line=line,
                column=f.start - begin + 1,
                message=f.message,
                declared=f.declared,
                score=f.score,
                code=f.groups.get("code", UNSET),
                key=f.groups.get("key", UNSET),
                part=_part(f.groups),
            )
        )
    return out


def _restored(findings: Sequence[Finding], seen: View, text: str) -> list[Finding]:
    """Return findings in a view as findings in the text itself."""
    out, begin, at = [], 0, 0
    for f in findings:
        start, end = seen.span(f.start, f.end)
        begin = max(begin, text.rfind("\n", at, start) + 1)
        at = start
        hole = None
        if f.hole is not None:  # what is left out behind a finding is no part of it
            first, last = seen.span(*f.hole)
            hole = min(first, end), min(last, end)
        changes = {"start": start, "end": end, "hole": hole, "text": text[start:end], "column": start - begin + 1}
        out.append(msgspec.structs.replace(f, **changes))
    return out


def _part(groups: Mapping[str, str]) -> Part | UnsetType:
    """Return which part of a thing is hidden, from the parts of it that are still visible."""
    before, after = groups.get("kept_before"), groups.get("kept_after")
    if before:
        return "middle" if after else "end"
    return "start" if after else UNSET


@functools.lru_cache(maxsize=1)
def _default() -> Scanner:
    return Scanner()


def scan(text: str) -> Record:
    """Return the record of one text, by the rules of the package; see `Scanner` for choices and for many texts."""
    return _default().scan(text)
