"""A text without furniture and notes, its holes marked; and the way back to the offsets of the text itself."""

from __future__ import annotations

import bisect
import string
from typing import TYPE_CHECKING, NamedTuple

from redactscan.errors import RedactscanError
from redactscan.record import Record
from redactscan.shard import FORMATS, Change, Decision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from redactscan.record import Finding
    from redactscan.report import Item
    from redactscan.shard import Kind

TOKEN = "<{SLOT}>"  # noqa: S105 - it stands for a number or a name
"""What stands in a hole by default: `<NUMBER>`, `<PERSON>`, `<UNKNOWN>`."""

COLUMN = "redactscan_map"
"""The field that holds the map of a record."""

NAMES = ("slot", "SLOT", "kind", "rule", "key", "text")
"""What a template may say of a hole: its slot, in large letters too; kind, rule, key and text of the finding."""

_REMOVED = {"boilerplate": "furniture", "truncation": "notes"}


class Piece(NamedTuple):
    """A stretch that was taken over as it is: where it begins in the new text and in the old, and its length."""

    new: int
    old: int
    length: int


class Cleaned(NamedTuple):
    """A new text, what it took over of the old one, in order, and under which words its edits are counted."""

    text: str
    map: tuple[Piece, ...]
    edits: tuple[str, ...] = ()

    def old(self, offset: int) -> int:
        """Return the offset in the old text of one in the new; for one in a token, where the hole begins."""
        at = bisect.bisect(self.map, offset, key=lambda piece: piece.new) - 1
        if at < 0:
            return 0
        piece = self.map[at]
        return piece.old + min(offset - piece.new, piece.length)


def clean(text: str, record: Record, template: str | None = TOKEN) -> Cleaned:
    """Return a text without furniture and notes of a cut, and in each hole what the template makes of it.

    `record` is that of the text. `template` has NAMES in braces; None leaves holes as they are. Findings of severity
    note count for nothing, and what is missing where nothing stands and no slot is known (an omission) is not marked.
    Raises RedactscanError where the template is wrong.
    """
    checked(template)
    parts, pieces, edits = list[str](), list[Piece](), list[str]()
    at = length = 0
    for start, end, new, what in sorted(_edits(record, template), key=lambda edit: edit[:2]):
        begin = max(start, at)  # evidence of different kinds may overlap
        if begin > at:
            parts.append(text[at:begin])
            pieces.append(Piece(length, at, begin - at))
            length += begin - at
        if start >= at:
            parts.append(new)
            length += len(new)
            edits.append(what)
        at = max(at, end)
    if at < len(text):
        parts.append(text[at:])
        pieces.append(Piece(length, at, len(text) - at))
    return Cleaned("".join(parts), tuple(pieces), tuple(edits))


def checked(template: str | None) -> str | None:
    """Return a template as it is; raise RedactscanError where it names what is not known of a hole."""
    try:
        fields = [part[1:] for part in string.Formatter().parse(template or "") if part[1] is not None]
    except ValueError as error:
        raise RedactscanError(f"--template {template!r}: {error}") from None
    for name, spec, conversion in fields:
        if name not in NAMES or spec or conversion:
            known = ", ".join(f"{{{each}}}" for each in NAMES)
            raise RedactscanError(f"--template {template!r}: {{{name}}} is not one of {known}")
    return template


def _edits(record: Record, template: str | None) -> Iterator[tuple[int, int, str, str]]:
    """Yield each range to replace, what by, and the word under which that is counted."""
    for finding in record.findings:
        if finding.severity == "note" or finding.kind == "omission":
            continue
        start, end = finding.hole or (finding.start, finding.end)
        if finding.kind in _REMOVED:
            if start < end:  # a text that just ends has no note
                yield start, end, "", _REMOVED[finding.kind]
        elif template is not None and finding.hole:
            yield start, end, _token(finding, template), f"holes: {finding.slot or 'unknown'}"


def _token(finding: Finding, template: str) -> str:
    slot = finding.slot or "unknown"
    key = finding.key if isinstance(finding.key, str) else ""
    names = {"slot": slot, "SLOT": slot.upper(), "kind": finding.kind, "rule": finding.rule, "key": key}
    return template.format(text=finding.text, **names)


class Cleaner:
    """What cleans rows. `mapped`: whether the map is written beside each."""

    texts = True
    formats: Collection[str] = FORMATS

    def __init__(self, template: str | None = TOKEN, *, mapped: bool = False) -> None:
        self._template = checked(template)
        self.added: Mapping[str, Kind] = {COLUMN: "map"} if mapped else {}

    def __call__(self, item: Item) -> Decision:
        """Return a row cleaned; one that is not read stays as it is."""
        if not isinstance(item.entry, Record):
            return Decision(Change())
        cleaned = clean(item.text, item.entry, self._template)
        added = {COLUMN: [list(piece) for piece in cleaned.map]} if self.added else {}
        return Decision(Change(0, None if cleaned.text == item.text else cleaned.text, added), cleaned.edits)
