"""What was not scanned as it should be, in lines: the part of the output that no reader may miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.record import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Summary
    from redactscan.report import Item


def counts(summary: Summary) -> str:
    """Return the ledger on one line, as in "3 scanned, 1 failed"."""
    numbers = {"skipped": summary.skipped, "failed": summary.failed, "stopped": summary.stopped}
    return ", ".join([f"{summary.scanned} scanned", *(f"{n} {what}" for what, n in numbers.items() if n)])


def troubles(item: Item) -> Iterator[str]:
    """Yield a line for each thing that kept a document from being read and scanned whole."""
    entry = item.entry
    path = visible(entry.path or "-")
    if isinstance(entry, Failed):
        yield f"{path}: {visible(entry.error)}"
    elif isinstance(entry, Skipped):
        yield f"{path}: skipped: {visible(entry.skipped)}"
    else:
        if entry.invalid:
            yield f"{path}: {entry.invalid} byte{'s are' if entry.invalid > 1 else ' is'} not {entry.encoding}"
        for stopped in entry.stopped:
            yield f"{path}: {stopped.rule} was stopped by its limit ({stopped.limit})"


def visible(text: str) -> str:
    """Return text that is safe on a terminal: line breaks as ⏎, and what cannot be seen as escapes."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\n", "⏎")
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)
