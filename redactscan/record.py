"""The record: what is known of one document. A contract, versioned as `SCHEMA` and described in `docs/record.md`."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA: Final = "redactscan/1"

Kind = Literal["mask", "gap", "placeholder", "truncation", "omission", "boilerplate"]
Slot = Literal["number", "date", "place", "person", "organization", "name", "contact", "text", "unknown"]
Severity = Literal["error", "warning", "note"]
Verdict = Literal["whole", "damaged", "truncated", "template", "stub"]
Basis = Literal["declared", "estimated", "unknown", "whole"]
Part = Literal["start", "middle", "end"]
Reason = Literal[
    "too-large", "binary", "not-records", "not-installed", "not-a-file", "empty", "hidden", "ignored", "excluded",
    "link", "missing", "unreadable", "bad-record", "timeout", "too-many",
]  # fmt: skip
"""Why a document was not scanned; the last two: not by each rule to the end, or more was found than is listed."""

Form = Literal["paywall", "deleted", "hidden", "control", "covered", "redaction", "cut", "unread"]
Unit = Literal["characters", "words", "lines", "pages", "chapters", "bytes", "percent"]


class Declared(msgspec.Struct, frozen=True, omit_defaults=True):
    """Amounts that a note in the text declares, all in `unit`; what it does not say is absent."""

    unit: Unit
    missing: float | None = None
    total: float | None = None
    visible: float | None = None


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something stands in the file that the text was read from; what the format does not tell is absent.

    `bytes`: half-open, in the file, or in its `part` where that is named: a file of a package, a part of a mail.
    `page` counts from 1; `box` is left, bottom, right and top on it, in points. `paragraph` and `run`: the first
    and the last, from 1. `cell` counts from 1; `row` and `column` of a table too.
    """

    part: str | None = None
    bytes: tuple[int, int] | None = None
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    paragraph: tuple[int, int] | None = None
    run: tuple[int, int] | None = None
    cell: int | None = None
    row: int | None = None
    column: int | None = None


class Remark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the format says of a document beside its text; no score counts it.

    `form`: `paywall` (the page says that it is not free), `deleted` (a tracked deletion), `hidden` (text that is not
    shown), `control` (a field to fill in that shows its prompt), `covered` (text under a black box), `redaction` (a
    redaction that was marked and not applied), `cut` (the file says that it was cut), `unread` (a part that has no text
    to read; the ledger names it).
    """

    form: Form
    message: str
    source: Source | None = None


class Finding(msgspec.Struct, frozen=True):
    """The evidence of one hole.

    `start`, `end`: the evidence, half-open, in code points of the text, so that `text == document[start:end]`.
    `hole`: the range that the original content would replace, empty where nothing stands there; None for boilerplate
    and omissions, which have no hole of their own.
    `line`, `column`: of `start`, from 1, in code points. `confidence`: how likely the finding is to be right: a prior
    from the weight of the rule, or `score`, a probability, where the scorer of boundaries was asked.
    `code`: the reason that a mask gives, "(b)(6)". `key`: what stands for one and the same thing wherever it stands,
    "PERSON_1". `part`: which part of a thing is hidden, where the rest of it is visible. `source`: where the evidence
    stands in the file. These five are left out where there is none.
    """

    rule: str
    kind: Kind
    slot: Slot | None
    severity: Severity
    confidence: float
    start: int
    end: int
    hole: tuple[int, int] | None
    text: str
    line: int
    column: int
    message: str
    declared: Declared | None = None
    score: float | msgspec.UnsetType = msgspec.UNSET
    code: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET
    part: Part | msgspec.UnsetType = msgspec.UNSET
    source: Source | msgspec.UnsetType = msgspec.UNSET


class SlotCount(msgspec.Struct, frozen=True):
    """How many facts of one slot are still in the text, and how many holes stand in their place."""

    filled: int
    missing: int


class Parts(msgspec.Struct, frozen=True):
    """Parts that the document announces (headings, points), and how many of them are there."""

    found: int
    expected: int


class Scores(msgspec.Struct, frozen=True):
    """How much is still here; fractions in [0, 1], defined in `docs/scoring.md`.

    `completeness` is None where text is missing and nothing says how much (`basis` is "unknown"); `low` and `high`
    bound it always. `visible` and `missing` are counts of characters.
    """

    completeness: float | None
    low: float
    high: float
    basis: Basis
    detail: float
    structure: float
    slots: dict[str, SlotCount]
    parts: Parts
    declared: list[Declared]
    visible: int
    missing: int | None


class Stopped(msgspec.Struct, frozen=True, omit_defaults=True):
    """What met a limit: "time", and the rule that had not seen the whole document then; or "findings".

    There `rule` is empty, and `left` tells how many findings are not listed; the scores are those of all.
    """

    rule: str
    limit: Literal["time", "findings"]
    left: int = 0

    @property
    def reason(self) -> Reason:
        """The word that the ledger has for it."""
        return "timeout" if self.limit == "time" else "too-many"


class Suppression(msgspec.Struct, frozen=True, omit_defaults=True):
    """A comment in the text that hides findings: its line, the rules it names, why, and how many it `hidden` has.

    `wrong` says what is wrong with it: it hides nothing, gives no reason, or names no rule.
    """

    line: int
    rules: list[str]
    reason: str
    hidden: int
    wrong: str = ""


class Damage(msgspec.Struct, frozen=True):
    """How a whole document was damaged: `digits` deleted by a filter, or stars eaten as marks of `emphasis`."""

    form: Literal["digits", "emphasis"]
    message: str


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of one document that was read.

    `path` is None for text that came from no file. Left out are `profile_reason` where nothing speaks for a genre,
    `damage` where it has no form, `stopped` when nothing was stopped, `suppressions` where no comment in the text hides
    findings, `invalid` (bytes that could not be decoded and stand as U+FFFD in the text) when it is 0, `format` for
    plain text, `encoding_confidence` where the encoding was not guessed, and `remarks` where the format has none.
    """

    path: str | None
    id: str | None
    characters: int
    language: str
    encoding: str
    profile: str
    profile_reason: str = ""
    verdict: Verdict
    scores: Scores
    findings: list[Finding]
    damage: Damage | None = None
    stopped: list[Stopped] = []
    suppressions: list[Suppression] = []
    invalid: int = 0
    format: str = ""
    encoding_confidence: float | None = None
    remarks: list[Remark] = []


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be read: `error` says why, `reason` in a word."""

    path: str
    id: str | None = None
    error: str
    reason: Reason


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was passed over: `skipped` says why, `reason` in a word."""

    path: str
    id: str | None = None
    skipped: str
    reason: Reason


Entry = Record | Failed | Skipped


class Tool(msgspec.Struct, frozen=True):
    """What made the output."""

    name: str
    version: str


class Common(msgspec.Struct, frozen=True):
    """What `documents` different documents of a run have in common, the first of which are at `paths`.

    `what` is "length": all have so many `characters` and most stop in mid-sentence, so something cut them there; or
    "first-line" or "last-line": all begin or end with `line`, which is furniture then.
    """

    what: Literal["length", "first-line", "last-line"]
    documents: int
    paths: list[str]
    characters: int | None = None
    line: str | None = None


class Summary(msgspec.Struct, frozen=True):
    """The ledger of a run, and the engine that ran.

    `scanned`, `skipped`, `failed`, `stopped` count documents; `characters` is over the scanned ones; `findings` counts
    findings of severity error and warning, by kind. `reasons` counts why documents were not scanned, or not to the end.
    `common` is what shows only when documents are seen together.
    """

    engine: str
    scanned: int
    skipped: int
    failed: int
    stopped: int
    characters: int
    verdicts: dict[str, int]
    findings: dict[str, int]
    reasons: dict[str, int]
    common: list[Common] = []


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The output of `scan --format json`."""

    schema: Literal["redactscan/1"] = "redactscan/1"
    tool: Tool
    documents: list[Entry]
    summary: Summary
