"""What was not scanned as it should be, in lines: the part of the output that no reader may miss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redactscan.record import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Common, Entry, Summary


def counts(summary: Summary) -> str:
    """Return the ledger on one line, as in "3 scanned, 1 failed"."""
    numbers = {"skipped": summary.skipped, "failed": summary.failed, "stopped": summary.stopped}
    return ", ".join([f"{summary.scanned} scanned", *(f"{n} {what}" for what, n in numbers.items() if n)])


def common(summary: Summary) -> list[str]:
    """Return what only many documents together show, a line each."""
    return [_common(each) for each in summary.common]


def _common(c: Common) -> str:
    more = ", …" if c.documents > len(c.paths) else ""
    where = f"{', '.join(map(visible, c.paths))}{more}"
    if c.what == "length":
        return f"{c.documents} documents are of just {c.characters} characters and stop short: cut there? ({where})"
    verb = "begin" if c.what == "first-line" else "end"
    return f"{c.documents} documents {verb} with the same line, {visible(c.line or '')!r}: furniture? ({where})"


class Trouble(NamedTuple):
    """One thing that kept a document from being read and scanned whole, or a comment in it that hides in vain."""

    status: Literal["failed", "skipped", "invalid", "unread", "stopped", "suppression"]
    message: str


def troubles(entry: Entry) -> Iterator[Trouble]:
    """Yield what kept a document from being read and scanned whole, then what is wrong with its suppressions."""
    if isinstance(entry, Failed):
        yield Trouble("failed", visible(entry.error))
    elif isinstance(entry, Skipped):
        yield Trouble("skipped", f"skipped: {visible(entry.skipped)}")
    else:
        if entry.invalid:
            message = f"{entry.invalid} byte{'s are' if entry.invalid > 1 else ' is'} not {entry.encoding}"
            yield Trouble("invalid", message)
        for remark in entry.remarks:
            if remark.form == "unread":
                yield Trouble("unread", visible(remark.message))
        for stopped in entry.stopped:
            message = f"{stopped.rule} was stopped by its limit ({stopped.limit})"
            if stopped.limit == "findings":
                message = f"{stopped.left} more findings are not listed; --max-findings sets the limit"
            yield Trouble("stopped", message)
        for suppression in entry.suppressions:
            if suppression.wrong:
                message = f"line {suppression.line}: this suppression {visible(suppression.wrong)}"
                yield Trouble("suppression", message)


def lines(entry: Entry) -> list[str]:
    """Return the same in lines that name the document."""
    return [f"{visible(entry.path or '-')}: {trouble.message}" for trouble in troubles(entry)]


def visible(text: str) -> str:
    """Return text that is safe on a terminal: line breaks as ⏎, and what cannot be seen as escapes."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\n", "⏎")
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)
