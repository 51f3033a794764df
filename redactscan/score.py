"""Findings to scores: how much of the original is still here, with bounds, and the sum that says so."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from redactscan.evidence import LEAST, MOST, NOTHING, Absent
from redactscan.fact import counts, share, shown
from redactscan.record import Parts, Scores
from redactscan.structure import PROMISE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redactscan.record import Basis, Declared, Finding, Record, SlotCount, Verdict

USUAL_LENGTH = {
    "number": 2.4, "date": 5.2, "place": 2.5, "person": 2.6, "organization": 5.0, "name": 4.0, "contact": 11.0,
    "text": 10.0, "unknown": 2.0,
}  # fmt: skip
"""Characters that a fact of a slot usually has. Number, date, place and person are means over two years of Chinese
evening news, as `python bench/lengths.py FOLDER` prints them; the others are guesses."""

UNSEEN = 2.0
"""For each silent deletion that was found, so many may be there: most leave nothing to see behind. A bound, again."""

TOLERANCE = 0.03
"""By which declared counts of characters are off: sites count titles, spaces and their own notes differently."""

DISAGREEMENT = 0.05
"""Beyond this share a declared "shown" that differs from the measured one is not believed."""

STUB = 60
"""Visible characters below which a text with a truncation note is a stub: a notice and no text."""

SHOWN = 5
"""Notes, and omissions, that an explanation names; a book may have hundreds."""

_COUNTED = ("error", "warning")
_SLOTTED = ("mask", "gap", "placeholder")
_PARTS = ("pages", "chapters")


class Account(NamedTuple):
    """The sum behind completeness, in characters."""

    visible: int
    noted: float
    """Missing by what notes declare, each stretch of text once."""
    slots: float
    """Missing in masked and deleted slots, by their usual lengths."""
    gaps: float
    """Those of the slots that were deleted without a trace."""
    basis: Basis
    absent: Absent = NOTHING
    """What is `noted`, with its bounds, where it is estimated by the parts that are not there."""

    @property
    def slots_at_most(self) -> float:
        """Missing in slots if they are long, and more of them were deleted than were found."""
        return (self.slots + (UNSEEN - 1) * self.gaps) * MOST


def scores(text: str, findings: Sequence[Finding], parts: tuple[int, int], absent: Absent = NOTHING) -> Scores:
    """Return the scores of one document.

    `parts`: the parts found and expected in its outline. `absent`: what other sequences and lists show to be missing.
    """
    counted = [f for f in findings if f.severity in _COUNTED]
    found, expected = parts
    if all(f.kind == "boilerplate" for f in counted):
        visible = visible_characters(text, counted)
        return Scores(1.0, 1.0, 1.0, "whole", 1.0, 1.0, {}, Parts(found, expected), [], visible, 0)
    declared = [f.declared for f in counted if f.declared is not None]
    slots = _slots(text, counted)
    account = _account(text, counted, parts, absent)
    if not expected:
        found, expected = absent.found, absent.expected
    low, high = _bounds(account)
    missing = account.noted + account.slots
    known = account.basis != "unknown"
    return Scores(
        completeness=_share(account.visible, missing) if known else None,
        low=low,
        high=high,
        basis=account.basis,
        detail=share(slots),
        structure=round(found / expected, 4) if expected else 1.0,
        slots=slots,
        parts=Parts(found, expected),
        declared=declared,
        visible=account.visible,
        missing=round(missing) if known else None,
    )


def _share(visible: float, missing: float) -> float:
    return round(visible / (visible + missing), 4) if visible + missing else 0.0


# --- completeness ------------------------------------------------------------------------------------------------


def visible_characters(text: str, findings: Sequence[Finding]) -> int:
    """Return how many code points are content: all but masks, placeholders, notes and furniture."""
    spans = [f.hole or (f.start, f.end) for f in findings if f.kind in _SLOTTED]
    spans += [
        (f.start, f.end)
        for f in findings
        if f.kind == "boilerplate" or (f.kind == "truncation" and f.hole != (f.end, f.end))
    ]
    hidden = last = 0
    for start, end in sorted(spans):
        hidden += max(0, end - max(start, last))
        last = max(last, end)
    return len(text) - hidden


def _content(text: str, findings: Sequence[Finding]) -> str:
    """Return the text without notes and furniture, whose numbers and titles are no facts of the document."""
    parts, at = [], 0
    for f in findings:
        if f.kind in ("truncation", "boilerplate") and f.start >= at:
            parts.append(text[at : f.start])
            at = f.end if f.hole != (f.end, f.end) else f.start
    return "".join([*parts, text[at:]])


def _account(text: str, counted: Sequence[Finding], parts: tuple[int, int], absent: Absent) -> Account:
    visible = visible_characters(text, counted)
    slots = sum(_length(f) for f in counted if f.kind in _SLOTTED)
    gaps = sum(_length(f) for f in counted if f.kind == "gap")
    notes = [f for f in counted if f.kind == "truncation"]
    known = [_missing(f.declared, text, visible) for f in notes if f.declared is not None]
    amounts = [amount for amount in known if amount is not None]
    wholes = [amount.characters for amount in amounts if amount.whole]
    rules = [f.rule for f in counted]
    noted = sum(amount.characters for amount in amounts if not amount.whole)
    if wholes:
        # A declared total speaks of the whole document: other notes, the slots and the headings lie inside it.
        return Account(visible, max(*wholes, max(noted, absent.least) + slots), 0.0, 0.0, "declared")
    found, expected = parts
    lost = visible * (expected - found) / found if found else 0.0
    outlined = Absent(lost * LEAST, lost, lost * MOST)
    if len(amounts) < len(notes):
        return Account(visible, lost or noted, slots, gaps, "estimated" if lost else "unknown", outlined)
    if PROMISE in rules and lost and not amounts:
        return Account(visible, lost, slots, gaps, "estimated", outlined)
    if amounts:
        return Account(visible, max(noted, absent.likely), slots, gaps, "declared")
    return Account(visible, absent.likely, slots, gaps, "estimated", absent)


def _length(f: Finding) -> float:
    """Return how many characters the content of a hole usually has; masks of numbers to call show just how many."""
    if f.slot == "contact" and f.kind == "mask" and f.hole is not None:
        return float(f.hole[1] - f.hole[0])
    return USUAL_LENGTH[f.slot or "unknown"]


class _Amount(NamedTuple):
    """Characters that a note says are missing, and whether it speaks of the whole document."""

    characters: float
    whole: bool


def _missing(declared: Declared, text: str, visible: int) -> _Amount | None:
    """Return what one note means in characters, or None where that cannot be told, as of a number of pages."""
    if declared.unit in _PARTS and declared.visible is None:
        return None
    size = _unit_size(declared.unit, text, visible)
    if declared.total is not None and declared.visible is not None:
        if declared.unit in ("percent", *_PARTS):
            share = declared.visible / declared.total if declared.total else 1.0
            return _Amount(visible * (1 - share) / share if share else 0.0, whole=True)
        here = visible if abs(visible - declared.visible * size) > DISAGREEMENT * visible else declared.visible * size
        return _Amount(max(0.0, declared.total * size - here), whole=True)
    if declared.total is not None:
        return _Amount(
            max(0.0, (declared.total - (declared.missing or 0)) * size - visible) + (declared.missing or 0) * size,
            whole=True,
        )
    return _Amount((declared.missing or 0.0) * size, whole=False)


def _unit_size(unit: str, text: str, visible: int) -> float:
    """Return how many characters one of `unit` has in this document."""
    if unit == "lines":
        return visible / max(1, text.count("\n") + 1)
    if unit == "words":
        return visible / max(1, len(text.split()))
    if unit == "bytes":
        return len(text) / max(1, len(text.encode("utf-8", "surrogatepass")))
    return 1.0


def _bounds(account: Account) -> tuple[float, float]:
    if account.basis == "unknown":
        return 0.0, _share(account.visible, max(1.0, account.noted + account.slots * LEAST))
    if account.basis == "declared":
        slack = TOLERANCE * (account.visible + account.noted)
        least = max(0.0, account.noted - slack) + account.slots * LEAST
        most = account.noted + slack + account.slots_at_most
    else:
        least = account.absent.least + account.slots * LEAST
        most = account.absent.most + account.slots_at_most
    return _share(account.visible, most), _share(account.visible, least)


# --- detail ------------------------------------------------------------------------------------------------------


def _slots(text: str, counted: Sequence[Finding]) -> dict[str, SlotCount]:
    """Return, for a document with holes in facts, how many facts of each slot are there and how many are not."""
    holes: Counter[str] = Counter(f.slot or "unknown" for f in counted if f.kind in _SLOTTED and f.slot != "text")
    return counts(_content(text, counted), holes)


# --- verdict and explanation -------------------------------------------------------------------------------------


def verdict(scored: Scores, findings: Sequence[Finding], profile: str = "prose") -> Verdict:
    """Return the one word for a document; in a form, every slot is one to be filled in.

    `stub`: nothing, or a notice and next to no text. `truncated`: text is gone. `template`: slots were never filled and
    nothing was taken away. `damaged`: facts are gone. `whole`: none of these.
    """
    kinds = {f.kind for f in findings if f.severity in _COUNTED}
    if scored.visible == 0 or ("truncation" in kinds and scored.visible < STUB):
        return "stub"
    if kinds & {"truncation", "omission"}:
        return "truncated"
    slots = kinds & set(_SLOTTED)
    if slots == {"placeholder"} or (slots and profile == "form"):
        return "template"
    return "damaged" if slots else "whole"


def percent(share: float) -> str:
    """Return a share as a percentage, rounded down: 100 % means all."""
    return f"{math.floor(share * 1000 + 1e-9) / 10:g}%"


def explanation(record: Record) -> list[str]:
    """Return the sum behind the scores of a record, a line each."""
    s = record.scores
    lines = [f"verdict       {record.verdict}"]
    if record.profile_reason:
        lines.append(f"profile       {record.profile}: {record.profile_reason}")
    if s.completeness is None:
        lines.append(
            "completeness  unknown: text is missing and nothing says how much; "
            f"between {percent(s.low)} and {percent(s.high)}"
        )
    else:
        lines.append(
            f"completeness  {percent(s.completeness)}, between {percent(s.low)} and {percent(s.high)} ({s.basis})"
        )
        lines.append(f"              = {s.visible} visible / ({s.visible} visible + {s.missing} missing) characters")
    counted = [f for f in record.findings if f.severity in _COUNTED]
    lines += _shortened(_noted(counted, s))
    slotted = [f for f in counted if f.kind in _SLOTTED]
    if slotted:
        inside = any(d.total is not None for d in s.declared)
        standing = "inside the declared total" if inside else f"by their usual lengths: {_lengths(slotted)}"
        rate = 1000 * len(slotted) / max(1, record.characters)
        lines.append(
            f"  slots       {len(slotted)} masked, deleted or unfilled, {rate:.1f} in 1000 characters, {standing}"
        )
    parts_missing = (s.missing or 0) - sum(map(_length, slotted))
    if s.basis == "estimated" and parts_missing >= 1:
        lines.append(f"  parts       about {parts_missing:.0f} characters, of which the omissions tell")
    kinds = "facts of the kinds that are hidden here are shown" if s.slots else "facts are shown: none is hidden"
    lines.append(f"detail        {percent(s.detail)} of the {kinds}")
    if s.slots:
        lines.append(f"              {', '.join(_kept(slot, count) for slot, count in s.slots.items())}")
    parts = f"{s.parts.found} of {s.parts.expected} parts are here" if s.parts.expected else "no numbered parts"
    lines.append(f"structure     {percent(s.structure)}: {parts}")
    lines += _shortened([f"  omission    {_place(f)}: {f.message}" for f in counted if f.kind == "omission"])
    return lines


def _kept(slot: str, count: SlotCount) -> str:
    aside = "" if shown(slot, count) == count.filled else " (a slip: not counted as shown)"
    return f"{slot} {count.filled} of {count.filled + count.missing}{aside}"


def _noted(counted: Sequence[Finding], s: Scores) -> list[str]:
    """Return a line for each cut, with what its note declares and where that stands in the sum."""
    whole = next((f for f in counted if f.declared is not None and f.declared.total is not None), None)
    within = sum(f.declared.missing or 0 for f in counted if f.declared is not None and f.declared.total is None)
    lines = []
    for f in counted:
        if f.declared is None and f.kind == "truncation":
            lines.append(f"  cut         {_place(f)}: {f.message}")
        elif f.declared is not None:
            standing = ""
            if whole is not None and f.declared.total is None:
                standing = " (inside the declared total, not added again)"
            elif f is whole and f.declared.unit == "characters" and 0 < within < (s.missing or 0):
                standing = f" (missing here: about {s.missing or 0} - {within:g} = {(s.missing or 0) - within:g})"
            lines.append(f"  note        {_place(f)}: {_amounts(f.declared)}{standing}")
    return lines


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"              … and {more} more"]


def _place(f: Finding) -> str:
    return f"line {f.line}, column {f.column}"


def _amounts(declared: Declared) -> str:
    named = (("missing", declared.missing), ("of a total of", declared.total), ("shown", declared.visible))
    return ", ".join(f"{name} {amount:g}" for name, amount in named if amount is not None) + f" {declared.unit}"


def _lengths(counted: Sequence[Finding]) -> str:
    terms = Counter((f.slot or "unknown", _length(f)) for f in counted)
    return " + ".join(f"{count} {slot} × {length:g}" for (slot, length), count in sorted(terms.items()))
