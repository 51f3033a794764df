"""`filter`, `clean` and `attributes`: shards in, shards out; and `plan`: how long that takes."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from redactscan.cli.options import VERDICTS, Command, Job, commas, documents, with_options
from redactscan.cli.output import complain, progressing, show
from redactscan.cli.run import Run
from redactscan.errors import RedactscanError
from redactscan.progress import Progress

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redactscan.corpus import Documents
    from redactscan.forecast import Measure
    from redactscan.rewrite import Done, Rewriter

_NOT_OF_THE_RESULT = ("paths", "jobs", "resume", "out", "dropped", "allow_skipped", "quiet")
"""Options that say nothing of what is written: a run may be resumed with others."""

_WARM = 50
"""Documents that are scanned before anything is measured."""

_writing = with_options(
    click.option("--out", required=True, metavar="DIR", help="Folder to write to, each shard under its own name."),
    click.option(
        "--resume", is_flag=True, help="Go on where a run with the same options was killed; what it finished stays."
    ),
)


@click.command("filter", cls=Command)
@documents
@_writing
@click.option("--dropped", metavar="DIR", help="Folder for what is dropped; without it that is only counted.")
@click.option(
    "--min-completeness",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Drop records under this share, or of which it is unknown.",
)
@click.option(
    "--min-detail", type=click.FloatRange(0, 1), metavar="SHARE", help="Drop records that have fewer of their facts."
)
@click.option(
    "--drop-verdict", "drop_verdicts", multiple=True, type=click.Choice(VERDICTS), help="Drop records with it."
)
@click.option(
    "--keep-verdict", "keep_verdicts", multiple=True, type=click.Choice(VERDICTS), help="Drop all with another."
)
@click.option(
    "--drop-finding",
    "drop_findings",
    multiple=True,
    callback=commas,
    metavar="RULES",
    help="Drop records in which one of these is found: ids, prefixes, kinds.",
)
@click.option(
    "--keep-finding",
    "keep_findings",
    multiple=True,
    callback=commas,
    metavar="RULES",
    help="Drop records in which none of these is found.",
)
@click.option(
    "--no-record", "beside", flag_value=False, default=True, help="Do not write what is known of a row beside it."
)
def filter_(  # noqa: PLR0913 - a command has an argument for each option
    job: Job,
    *,
    out: str,
    resume: bool,
    dropped: str | None,
    min_completeness: float | None,
    min_detail: float | None,
    drop_verdicts: tuple[str, ...],
    keep_verdicts: tuple[str, ...],
    drop_findings: tuple[str, ...],
    keep_findings: tuple[str, ...],
    beside: bool,
) -> None:
    """Keep and drop records of a corpus by what is missing in them.

    PATHS hold records: JSON lines, Parquet, Arrow, CSV. Both sides are written in the format of the input, with all
    that stands there and one field besides, `redactscan`. Exit codes: 0 done, whatever was dropped; 2 something was
    not read.
    """
    from redactscan.sieve import Criteria, Sieve

    _known(job, "--drop-finding", drop_findings)
    _known(job, "--keep-finding", keep_findings)
    criteria = Criteria(min_completeness, min_detail, keep_verdicts, drop_verdicts, keep_findings, drop_findings)
    _rewrite(
        job,
        Sieve(criteria, beside=beside),
        (out, dropped),
        _Shown(("records", "kept", "dropped"), ("why", "records")),
        resume=resume,
    )


def _known(job: Job, option: str, names: Sequence[str]) -> None:
    from redactscan.rule import checked_names

    checked_names(job.plans.of(None).scanner.pack, option, names)


@click.command(cls=Command)
@documents
@_writing
@click.option(
    "--template", metavar="TEXT", help="What stands in a hole, as in '[{slot}]'.  [default: <{SLOT}>, as in <NUMBER>]"
)
@click.option("--leave", is_flag=True, help="Leave holes as they are; furniture and notes go.")
@click.option("--map", "mapped", is_flag=True, help="Write which offsets of the new text are which of the old.")
def clean(  # noqa: PLR0913 - a command has an argument for each option
    job: Job, *, out: str, resume: bool, template: str | None, leave: bool, mapped: bool
) -> None:
    """Write texts without furniture and notes of a cut, their holes marked by what is missing.

    PATHS are documents, of which the text is written in UTF-8, or hold records, which are written in their format.
    """
    from redactscan.cleaned import TOKEN, Cleaner

    if leave and template is not None:
        raise RedactscanError("--leave and --template say different things of a hole; give one of them")
    cleaner = Cleaner(None if leave else TOKEN if template is None else template, mapped=mapped)
    _rewrite(job, cleaner, (out, None), _Shown(("documents",), ("what", "places")), resume=resume)


@click.command(cls=Command)
@documents
@_writing
def attributes(job: Job, *, out: str, resume: bool) -> None:
    """Write attribute files of dolma: beside each shard one of the same name, a line for each of its lines.

    PATHS hold JSON lines. Their records are left alone; `dolma mix` reads both.
    """
    from redactscan.attributes import Attributer

    _rewrite(job, Attributer(), (out, None), _Shown(("records",), ("attribute", "records")), resume=resume)


@click.command(cls=Command)
@documents
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=2000,
    show_default=True,
    metavar="N",
    help="Documents that are measured.",
)
@click.option(
    "--nodes",
    multiple=True,
    type=click.IntRange(1),
    default=(4, 16),
    show_default=True,
    metavar="N",
    help="Machines like this one to reckon for; may be given more than once.",
)
def plan(job: Job, *, nodes: tuple[int, ...]) -> None:
    """Measure a sample of a corpus, and say how long a scan of all of it takes here and on N nodes."""
    from tabulate import tabulate

    from redactscan.corpus import Documents
    from redactscan.forecast import forecast
    from redactscan.pool import cores

    size = job.documents.size()
    job.plans.of(None).scanner.matcher.prepare()
    for _ in Documents(job.paths, job.plans, sample=_WARM):
        pass  # patterns are compiled at their first use
    measures = []
    for processes in sorted({1, max(job.jobs, cores())}):
        run = Run(job.ledger(), Progress(None), aloud=processes == 1)
        measures.append(_measure(Documents(job.paths, job.plans, processes, job.documents.sample), processes, run))
    taken = measures[0].bytes
    if size and taken:
        show([f"{size / 1e6:.1f} MB, measured by {measures[0].documents} documents of {taken / 1e6:.1f} MB\n\n"])
        heads = ("where", "processes", "MB/s", "takes")
        show([tabulate(forecast(measures, size, nodes), headers=heads, floatfmt=".1f") + "\n"])
    else:
        complain("nothing to measure: give files or folders, whose size is known")
    run.end(job.allowed)


def _measure(documents: Documents, processes: int, run: Run) -> Measure:
    """Return what scanning documents takes, as `scan --format jsonl` does it."""
    import time

    from redactscan.forecast import Measure

    begun = time.perf_counter()
    for _ in run.merged(documents.mapped(run.part)):
        pass
    return Measure(processes, run.ledger.documents, documents.meter.taken, time.perf_counter() - begun)


class _Shown(NamedTuple):
    """Heads of the tables: of what there is in a shard and on its sides, and of what is counted."""

    columns: Sequence[str]
    counted: tuple[str, str]


def _rewrite(job: Job, rewriter: Rewriter, outs: Sequence[str | None], shown: _Shown, *, resume: bool) -> None:
    """Write shards anew, show what was counted, and leave with the exit code."""
    from redactscan.rewrite import Journal, Rewriting, targets

    folders = [None if out is None else Path(out) for out in outs]
    progress = Progress(progressing(quiet=False, aside=True))
    run = Run(job.ledger(), progress, aloud=True)
    found = list(targets(job.paths, job.plans, [folder for folder in folders if folder]))
    with contextlib.closing(Journal(Path(str(outs[0])), _fingerprint(job), resume=resume)) as journal:
        rewriting = Rewriting(
            targets=found, plans=job.plans, rewriter=rewriter, outs=folders, journal=journal, jobs=job.jobs
        )
        progress.input = rewriting
        for ledger, said in rewriting:
            run.counted(ledger, said)
    run.clear()
    for done in rewriting.resumed:
        run.ledger.count(done.summary)
    show(_report(rewriting.done, shown))
    run.end(job.allowed)


def _fingerprint(job: Job) -> str:
    """Return what two runs have in common that write the same."""
    import hashlib

    from redactscan import __version__

    ctx = click.get_current_context()
    options = {name: value for name, value in ctx.params.items() if name not in _NOT_OF_THE_RESULT}
    made_of = (__version__, ctx.info_name, sorted(options.items()), job.plans.of(None).scanner.pack.digest)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def _report(done: Sequence[Done], shown: _Shown) -> Iterator[str]:
    """Yield a table of the shards with their sum, and one of what was counted."""
    from tabulate import tabulate

    from redactscan.report.ledger import visible

    counts: Counter[str] = Counter()
    rows: list[list[object]] = []
    for each in done:
        counts.update(each.counts)
        rows.append([visible(each.shard), sum(each.rows), *each.rows])
    sums = [sum(each.rows[n] for each in done) for n in range(len(shown.columns) - 1 or 1)]
    rows.append(["all", sum(sums), *sums])
    width = 1 + len(shown.columns)
    yield tabulate([row[:width] for row in rows], headers=["shard", *shown.columns]) + "\n"
    if counts:
        table = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        yield "\n" + tabulate(table, headers=shown.counted) + "\n"
