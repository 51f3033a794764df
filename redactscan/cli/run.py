"""What a run over documents says while they come by, and the exit code that it ends with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from redactscan.cli.output import FOUND, UNABLE, complain
from redactscan.progress import Progress
from redactscan.report import View

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redactscan.ledger import Ledger
    from redactscan.report import Item

REASONS = (
    *(
        "too-large",
        "binary",
        "not-records",
        "not-installed",
        "not-a-file",
        "empty",
        "hidden",
        "ignored",
        "excluded",
        "link",
    ),
    *("missing", "unreadable", "bad-record", "timeout", "too-many"),
)
"""Why something is not scanned, or not to the end; as in the record."""

_ERRORS = ("missing", "unreadable", "bad-record")
"""Those which are errors, and so need no word of why the exit code is 2."""


class Part(NamedTuple):
    """The lines of some documents of a run, and what that counted of them and said of them."""

    lines: str
    ledger: Ledger
    found: bool
    said: list[str]


class Run:
    """What a scan says on stderr while documents come by, and the exit code that it ends with.

    `aloud`: the ledger is not on the user's screen otherwise.
    """

    def __init__(self, ledger: Ledger, progress: Progress, *, aloud: bool) -> None:
        self.ledger = ledger
        self._progress = progress
        self._done = 0
        self._aloud = aloud
        self.found = False

    def say(self, *lines: str) -> None:
        """Say what is wrong with a document."""
        if lines:
            self._progress.clear()
            complain(*lines)

    def clear(self) -> None:
        """Take away what says how far the run is."""
        self._progress.clear()

    def _count(self, documents: int) -> None:
        self._done += documents
        self._progress.tell(self._done)

    def counted(self, ledger: Ledger, said: Sequence[str]) -> None:
        """Count what was counted of some documents elsewhere, and say what is to be said of them."""
        self.ledger.merge(ledger)
        self.say(*said)
        self._count(ledger.documents)

    def seen(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items, each counted."""
        from redactscan.record import Record, Skipped
        from redactscan.report.ledger import lines

        for item in items:
            self.ledger.add(item.entry, item.text)
            if isinstance(item.entry, Record) and item.limits is not None:
                self.found = self.found or item.limits.broken(item.entry)
            if self._aloud and not isinstance(item.entry, Skipped):
                self.say(*lines(item.entry))
            self._count(1)
            yield item
        self._progress.clear()

    def part(self, items: Iterable[Item]) -> Part:
        """Return the output for some documents; nothing of them is counted or said here."""
        from redactscan.ledger import Ledger
        from redactscan.report.jsonl import Lines

        run = _Mute(Ledger(self.ledger.engine), Progress(None), aloud=self._aloud)
        made = Lines(View())
        lines = "".join(made.add(item) for item in run.seen(items))
        return Part(lines, run.ledger, run.found, run.said)

    def merged(self, parts: Iterable[Part]) -> Iterator[str]:
        """Yield the output of all documents, counted and said where that had been left."""
        for part in parts:
            self.found = self.found or part.found
            self.counted(part.ledger, part.said)
            yield part.lines
        self._progress.clear()

    def end(self, allowed: Sequence[str], *, quiet: bool = False) -> NoReturn:
        """Leave with the exit code: `allowed` are the reasons for which something may have been left out."""
        from redactscan.report.ledger import common, counts

        summary = self.ledger.summary()
        if self._aloud and (summary.skipped or summary.failed or summary.stopped or sys.stderr.isatty()):
            complain(counts(summary))
        if self._aloud:
            complain(*common(summary))
        lacking = self.ledger.lacking(allowed)
        quietly = [reason for reason in lacking if reason not in _ERRORS]
        if quietly and not quiet:
            complain(f"exit code 2: not all was scanned; --allow-skipped {','.join(quietly)} lets that pass")
        raise click.exceptions.Exit(UNABLE if lacking else FOUND if self.found else 0)


class _Mute(Run):
    """A run that keeps what it would say."""

    def __init__(self, ledger: Ledger, progress: Progress, *, aloud: bool) -> None:
        super().__init__(ledger, progress, aloud=aloud)
        self.said: list[str] = []

    def say(self, *lines: str) -> None:
        """Keep what is wrong with a document."""
        self.said += lines
