"""`scan`, `baseline` and `explain`: documents in, findings out."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from redactscan.cli.options import SEVERITIES, VERDICTS, Command, Job, documents, named_output, sample_option
from redactscan.cli.output import colourful, complain, printing, progressing, saving, show
from redactscan.cli.run import Run
from redactscan.errors import RedactscanError
from redactscan.progress import Progress
from redactscan.report import FORMATS, View, report

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from redactscan.ledger import Ledger
    from redactscan.report import Item, Report

_STALE = 5
"""Entries of a baseline that are named when they are not needed any more."""

_ENCODINGS = {"table": None, "statistics": None, "shards": None}
"""Formats for terminals, which are written as the terminal wants it, and which show the ledger; others are UTF-8."""


@click.command(cls=Command)
@documents
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="Format of standard output or FILE.  [default: table]"
)
@click.option("--statistics", is_flag=True, help="Count what each rule finds: short for --format statistics.")
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="warning",
    show_default=True,
    help="Exit with 1 for findings from this severity up.",
)
@click.option(
    "--min-completeness",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with 1 for a document under this share, or of which it is unknown.",
)
@click.option("--baseline", metavar="FILE", help="Show only what is not in it; see `redactscan baseline`.")
@click.option("--diff", metavar="REV", help="Show only what stands on lines changed since this revision of git.")
@click.option("--staged", is_flag=True, help="Show only what stands on lines that are staged in git.")
@click.option(
    "--min-detail", type=click.FloatRange(0, 1), metavar="SHARE", help="Exit with 1 for a document with fewer facts."
)
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(VERDICTS),
    help="Exit with 1 for a document with this verdict; may be given more than once.",
)
@click.option(
    "--most",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Findings shown of one document; 0 is all.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write here, whole or not at all; several formats may be written at once.",
)
@sample_option
@click.option("--quiet", is_flag=True, help="Say nothing but why the command itself cannot run; the exit code tells.")
def scan(  # noqa: PLR0913 - a command has an argument for each option
    job: Job,
    *,
    form: str | None,
    statistics: bool,
    baseline: str | None,
    diff: str | None,
    staged: bool,
    most: int,
    outputs: tuple[str, ...],
    quiet: bool,
    **_limits: object,
) -> None:
    """Tell what is missing in documents.

    PATHS are files, folders with all below them, patterns such as "*.md", or - for standard input. In folders, hidden
    files and those that .gitignore or .redactscanignore name are passed over.
    """
    if statistics and form not in (None, "statistics"):
        raise RedactscanError(f"--statistics and --format {form} ask for different formats; --output can have both")
    form = "statistics" if statistics else form
    targets = [] if quiet and not outputs else list(_targets(form, outputs))
    seen = quiet or any(name in _ENCODINGS and file is None for name, file in targets)
    aside = all(file is not None or name in _ENCODINGS for name, file in targets)
    progress = Progress(progressing(quiet=quiet, aside=aside))
    progress.input = job.documents
    run = Run(job.ledger(), progress, aloud=not seen)
    items, finish = _new(job.documents, baseline)
    if diff is not None or staged:
        from redactscan.changes import Changes

        if diff is not None and staged:
            raise RedactscanError("--diff and --staged ask for different lines; give one of them")
        items = Changes(diff).only(items)
    with contextlib.ExitStack() as files:
        writers = []
        for name, file in targets:
            view = View(most=most, colour=file is None and colourful(), rules=job.plans.rules)
            write = files.enter_context(saving(file)) if file else printing(_ENCODINGS.get(name, "utf-8"))
            writers.append((report(name, view), write))
        if [name for name, _ in targets] == ["jsonl"] and items is job.documents:
            # Lines can be made where the documents are scanned.
            for lines in run.merged(job.documents.mapped(run.part)):
                writers[0][1](lines)
        else:
            _write(writers, run.seen(items), run.ledger)
    if not quiet:
        finish()
    run.end(job.allowed, quiet=quiet)


def _write(
    writers: Sequence[tuple[Report, Callable[[str | bytes], None]]], items: Iterable[Item], ledger: Ledger
) -> None:
    """Write all outputs while the documents come by once."""
    for made, write in writers:
        write(made.begin())
    for item in items:
        for made, write in writers:
            write(made.add(item))
    for made, write in writers:
        write(made.end(ledger.summary()))


def _new(items: Iterable[Item], baseline: str | None) -> tuple[Iterable[Item], Callable[[], None]]:
    """Return the documents without what the baseline knows, and what says in the end how that went."""
    if baseline is None:
        return items, lambda: None
    from redactscan.baseline import Baseline

    known = Baseline(baseline)

    def finish() -> None:
        stale = known.stale()
        if known.hidden:
            complain(f"{known.hidden} known finding{'s are' if known.hidden > 1 else ' is'} not shown ({baseline})")
        complain(*(f"{baseline}: stale: {path}: {rule} is not there any more" for path, _, rule, _ in stale[:_STALE]))
        if len(stale) > _STALE:
            complain(f"{baseline}: {len(stale) - _STALE} more are stale")

    return known.unknown(items), finish


def _targets(form: str | None, outputs: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the format and the file of each output; no file is standard output."""
    named = [(given, *named_output(given)) for given in outputs]
    plain = [given for given, name, _ in named if name is None]
    files = [file for _, name, file in named if name]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice:
        raise RedactscanError(f"--output {twice}: two formats cannot share a file")
    if len(plain) > 1:
        raise RedactscanError(f"--output {plain[1]}: say in which format, as in --output jsonl={plain[1]}")
    if plain or form or not outputs:
        yield form or "table", plain[0] if plain else None
    for given, name, file in named:
        if name is not None:
            if name not in FORMATS:
                formats = ", ".join(FORMATS)
                raise RedactscanError(f"--output {given}: no format {name!r} (a file: ./{given}); there are {formats}")
            yield name, file


@click.command(cls=Command)
@documents
@click.option(
    "--output", default=".redactscan-baseline", show_default=True, metavar="FILE", help="Where to; whole or not at all."
)
def baseline(job: Job, *, output: str) -> None:
    """Write down what is found now, so that `scan --baseline FILE` shows only what is new."""
    from redactscan.baseline import lines

    run = Run(job.ledger(), Progress(progressing(quiet=False, aside=True)), aloud=True)
    with saving(output) as write:
        written = lines(run.seen(job.documents), output)
        write(written)
    complain(f"{output}: {written.count(chr(10)) - 1} entries")
    run.end(job.allowed)


@click.command(cls=Command)
@documents
def explain(job: Job) -> None:
    """Print the sum behind the scores of each document."""
    run = Run(job.ledger(), Progress(None), aloud=True)
    show(_explanations(run.seen(job.documents)))
    run.end(job.allowed)


def _explanations(items: Iterable[Item]) -> Iterator[str]:
    from redactscan.record import Record, Skipped
    from redactscan.report.ledger import lines, visible
    from redactscan.score import explanation

    for item in items:
        if isinstance(item.entry, Record):
            said = [
                *explanation(item.entry),
                *(f"remark        {r.form}: {r.message}" for r in item.entry.remarks),
            ]
            yield "\n".join([visible(item.entry.path or "-"), *(f"  {visible(line)}" for line in said), "\n"])
        elif isinstance(item.entry, Skipped):
            complain(*lines(item.entry))
