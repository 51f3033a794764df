"""The command line: arguments in, text and an exit code out. Nothing else prints or exits."""

from __future__ import annotations

import contextlib
import errno
import functools
import gc
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from redactscan import __version__
from redactscan.errors import RedactscanError
from redactscan.report import FORMATS, View, report

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from redactscan.corpus import Ledger
    from redactscan.record import Record
    from redactscan.report import Item
    from redactscan.rule import Pack, Rule
    from redactscan.scanner import Scanner

FOUND, UNABLE, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes besides 0. The last two are what a shell reports for SIGINT and SIGPIPE."""

ENGINES = ("auto", "hyperscan", "regex")
SEVERITIES = ("error", "warning", "note")
"""From the worst down."""

_WORDS = 50
"""Words of a list that `rules show` prints: some have a thousand."""

_SPOOL = 1 << 24
"""Bytes of output that are kept in memory, before a file outside of the user's folders takes them."""

Command = TypeVar("Command", bound="Callable[..., None]")


class _Root(click.Group):
    """The one place where what goes wrong becomes a line and an exit code; click's own codes are for usage only."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        # What is imported and read at the start lives to the end; looking through it for garbage costs a tenth of a
        # short run.
        gc.set_threshold(100_000)
        try:
            return super().invoke(ctx)
        except RedactscanError as error:
            _complain(str(error))
            ctx.exit(UNABLE)
        except KeyboardInterrupt:
            _complain("interrupted")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _hush()  # whoever read our output has enough of it
            ctx.exit(CLOSED_PIPE)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception:  # noqa: BLE001 - ours to mend; left alone it would end with 1, which says "found something"
            sys.excepthook(*sys.exc_info())
            ctx.exit(UNABLE)
        finally:
            gc.freeze()  # nor does what is left need looking through before the process ends


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 nothing to report, 1 something found, 2 could not run or could not read something.",
)
@click.version_option(__version__, prog_name="redactscan")
def main() -> None:
    r"""Tell how much of a document is missing, where, and what.

    Finds masks, silent deletions, unfilled placeholders, truncation and missing parts in text,
    and says what share of the original is still here.

    \b
    Examples:
      redactscan scan speech.txt
      redactscan scan docs/ "notes/*.md" --format jsonl > records.jsonl
      curl -s https://example.org/page.txt | redactscan scan -
      redactscan explain speech.txt
    """


# --- options that commands share ---------------------------------------------------------------------------------


def _commas(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _with(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that adds options, shown in this order."""
    return lambda command: functools.reduce(lambda made, option: option(made), reversed(options), command)


_pack_options = _with(
    click.option("--rules", multiple=True, metavar="PATH", help="Rules file or folder, besides those that come along."),
    click.option("--no-default-rules", "default_rules", flag_value=False, default=True, help="Only those of --rules."),
)
_choice_options = _with(
    click.option(
        "--select", multiple=True, callback=_commas, metavar="RULES", help="Only these: ids, prefixes, kinds."
    ),
    click.option("--ignore", multiple=True, callback=_commas, metavar="RULES", help="All but these."),
)
_document_options = _with(
    click.argument("paths", nargs=-1, required=True),
    _pack_options,
    _choice_options,
    click.option(
        "--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="Same findings, other speed."
    ),
    click.option("--encoding", metavar="NAME", help="Encoding of every document; else each one's bytes tell."),
    click.option("--notes", is_flag=True, help="Look for weak evidence too where it cannot count."),
    click.option("--max-bytes", type=click.IntRange(1), metavar="N", help="Pass over larger files.  [default: 100 MB]"),
)


def _documents(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `scanner` and `items` in place of the arguments that both are made from."""

    @_document_options
    @functools.wraps(command)
    def wrapped(paths: tuple[str, ...], encoding: str | None, max_bytes: int | None, **options: Any) -> None:  # noqa: ANN401
        from redactscan.corpus import MAX_BYTES, items
        from redactscan.document import known
        from redactscan.scanner import Scanner

        names = ("rules", "default_rules", "select", "ignore", "engine", "notes")
        options["notes"] |= options.get("fail_on") == "note"
        scanner = Scanner(**{name: options.pop(name) for name in names})
        encoding = known(encoding) if encoding else None
        found = items(paths, scanner, encoding=encoding, max_bytes=max_bytes or MAX_BYTES)
        command(scanner=scanner, items=found, **options)

    return wrapped


# --- scan --------------------------------------------------------------------------------------------------------


@main.command()
@_documents
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Output format."
)
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
@click.option(
    "--most",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Findings shown of one document; 0 is all.",
)
@click.option("--output", metavar="FILE", help="Write here, whole or not at all.")
def scan(  # noqa: PLR0913 - a command has an argument for each option
    scanner: Scanner,
    items: Iterator[Item],
    *,
    form: str,
    fail_on: str,
    min_completeness: float | None,
    most: int,
    output: str | None,
) -> None:
    """Tell what is missing in documents.

    PATHS are files, folders with all below them, patterns such as "*.md", or - for standard input. In folders, hidden
    files and those that .gitignore or .redactscanignore name are passed over.
    """
    from redactscan.corpus import Ledger

    run = _Run(Ledger(scanner.matcher.engine), fail_on, min_completeness, aloud=form != "table" or output is not None)
    view = View(most=most, colour=output is None and _colourful())
    chunks = report(form)(run.seen(items), run.ledger.summary, view)
    if output is None:
        _print(chunks, "utf-8" if form != "table" else None)
    else:
        _save(chunks, output)
    run.end()


class _Run:
    """What a scan says on stderr while documents come by, and the exit code that it ends with.

    `aloud`: the ledger is not on the user's screen otherwise.
    """

    def __init__(self, ledger: Ledger, fail_on: str, min_completeness: float | None, *, aloud: bool) -> None:
        self.ledger = ledger
        self._severities = () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        self._least = min_completeness
        self._aloud = aloud
        self._found = False

    def seen(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items, each counted."""
        from redactscan.record import Record, Skipped
        from redactscan.report.ledger import troubles

        for item in items:
            self.ledger.add(item.entry)
            if isinstance(item.entry, Record):
                self._found = self._found or self._is_found(item.entry)
            if self._aloud and not isinstance(item.entry, Skipped):
                _complain(*troubles(item))
            yield item

    def _is_found(self, record: Record) -> bool:
        if any(finding.severity in self._severities for finding in record.findings):
            return True
        share = record.scores.completeness
        return self._least is not None and (share is None or share < self._least)

    def end(self) -> NoReturn:
        """Leave with the exit code. A document that a limit stopped is one that could not be read whole."""
        from redactscan.report.ledger import counts

        summary = self.ledger.summary()
        if self._aloud and (summary.skipped or summary.failed or summary.stopped or sys.stderr.isatty()):
            _complain(counts(summary))
        unable = summary.failed or summary.stopped or not summary.scanned
        raise click.exceptions.Exit(UNABLE if unable else FOUND if self._found else 0)


# --- explain -----------------------------------------------------------------------------------------------------


@main.command()
@_documents
def explain(scanner: Scanner, items: Iterator[Item]) -> None:
    """Print the sum behind the scores of each document."""
    from redactscan.corpus import Ledger

    run = _Run(Ledger(scanner.matcher.engine), "never", None, aloud=True)
    _print(_explanations(run.seen(items)))
    run.end()


def _explanations(items: Iterable[Item]) -> Iterator[str]:
    from redactscan.record import Record, Skipped
    from redactscan.report.ledger import troubles
    from redactscan.report.table import line
    from redactscan.score import explanation

    for item in items:
        if isinstance(item.entry, Record):
            record = item.entry
            findings = [line(record.path, f, item.text) for f in record.findings if f.severity != "note"]
            yield "\n".join([record.path or "-", *(f"  {each}" for each in [*explanation(record), *findings]), "\n"])
        elif isinstance(item.entry, Skipped):
            _complain(*troubles(item))


# --- rules -------------------------------------------------------------------------------------------------------


@main.group()
def rules() -> None:
    """List, show and check rules."""


@rules.command("list")
@_pack_options
@_choice_options
def rules_list(
    rules: tuple[str, ...], *, default_rules: bool, select: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    """List the rules that a scan with these options uses."""
    from tabulate import tabulate

    from redactscan.rule import chosen, load

    pack = load(rules, default=default_rules)
    ids = chosen(pack, select, ignore)
    rows = [(r.id, r.severity, r.weight, ", ".join(r.languages) or "any", r.message) for r in pack.rules if r.id in ids]
    table = tabulate(rows, headers=("id", "severity", "weight", "languages", "message"), disable_numparse=True)
    _print([f"{table}\n\n{_count(rows)}\n"])


def _count(rules: Sequence[object]) -> str:
    return f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@_pack_options
def rules_show(rule_id: str, rules: tuple[str, ...], *, default_rules: bool) -> None:
    """Show all of one rule, with the examples that it is held to."""
    from redactscan.rule import load

    pack = load(rules, default=default_rules)
    _print(f"{line}\n" for line in _shown(pack.find(rule_id), pack))


def _shown(rule: Rule, pack: Pack) -> Iterator[str]:
    """Yield a rule field by field, then the word lists that it names."""
    from msgspec import structs

    from redactscan.rule import list_names

    fields = {field.name: getattr(rule, field.name) for field in structs.fields(type(rule))}
    width = max(map(len, fields))
    for name, value in fields.items():
        values = value if isinstance(value, tuple) else (value or "",)
        if any(values):
            # In the next lines, the rows of examples stand below the first.
            yield f"{name:<{width}}  " + f"\n{'':<{width}}  ".join(values)
    for name in dict.fromkeys(list_names(" ".join([rule.pattern, *rule.unless]))):
        words = pack.lists[name]
        more = f" … ({len(words)} words)" if len(words) > _WORDS else ""
        yield f"{name:<{width}}  {' '.join(words[:_WORDS])}{more}"


@rules.command("check")
@click.argument("path", required=False)
@click.option(
    "--no-default-rules",
    "default_rules",
    flag_value=False,
    default=True,
    help="PATH stands alone, without the lists of the package.",
)
def rules_check(path: str | None, *, default_rules: bool) -> None:
    """Hold rules against their own examples: those at PATH, or those of the package."""
    from redactscan.check import failures, formless

    scanner, checked = _checked(path, default_rules=default_rules)
    chosen = scanner.only(rule.id for rule in checked)
    wrong, slow = failures(chosen), formless(chosen)
    examples = sum(len(rule.hits) + len(rule.misses) for rule in checked)
    verdict = f"{len(wrong)} do not hold" if wrong else "all hold"
    _print(f"{line}\n" for line in [*wrong, *slow, f"{_count(checked)}, {examples} examples: {verdict}"])
    raise click.exceptions.Exit(FOUND if wrong else 0)


def _checked(path: str | None, *, default_rules: bool) -> tuple[Scanner, list[Rule]]:
    """Return a scanner, and those of its rules that stand at `path`, by default all that come with the package.

    Its engine is the one that defines what rules mean, and needs no seconds to get ready after every change of a file.
    """
    from pathlib import Path

    from redactscan.rule import default_folder, rule_files
    from redactscan.scanner import Scanner

    base = default_folder().resolve()
    if path is None or Path(path).resolve().is_relative_to(base):
        scanner = Scanner(engine="regex")
        files = {f"rules/{file.relative_to(base).as_posix()}" for file in rule_files(Path(path or base).resolve())}
    else:
        scanner = Scanner(rules=[path], default_rules=default_rules, engine="regex")
        files = {str(file) for file in rule_files(Path(path))}
    return scanner, [rule for rule in scanner.pack.rules if rule.source.rpartition(":")[0] in files]


# --- output ------------------------------------------------------------------------------------------------------


def _complain(*lines: str) -> None:
    for line in lines:
        click.echo(f"redactscan: {line}", err=True)


def _colourful() -> bool:
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout is not None and sys.stdout.isatty()


def _print(chunks: Iterable[str], encoding: str | None = None) -> None:
    """Write to standard output: in `encoding`, or as the terminal wants it, where what it cannot show is escaped."""
    if sys.stdout is None:
        raise RedactscanError("standard output is closed; --output FILE writes to a file")
    out = sys.stdout.buffer
    for chunk in chunks:
        data = chunk.encode(encoding or sys.stdout.encoding, "backslashreplace")
        try:
            out.write(data)
            out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _hush()
            raise RedactscanError(f"the output cannot be written: {error.strerror}") from None


def _hush() -> None:
    """Let what is still buffered for standard output go nowhere: it would fail again, with a traceback, at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _save(chunks: Iterable[str], path: str) -> None:
    """Write to a file in UTF-8: all of it, once all is there, or nothing; to a device or a pipe, as it is."""
    import shutil
    import tempfile
    from pathlib import Path

    target = Path(path).resolve()
    # Beside the target, so that it can take its place at once; kept elsewhere till then, so that no scan finds it.
    aside = target.with_name(f".redactscan-{os.getpid()}")
    special = target.exists() and not target.is_file()
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not special:
            aside.touch()  # better to fail now than after the scan
            aside.unlink()
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as whole:
            whole.writelines(chunk.encode("utf-8", "backslashreplace") for chunk in chunks)
            whole.seek(0)
            with (target if special else aside).open("wb") as out:
                shutil.copyfileobj(whole, out)
        if not special:
            aside.replace(target)
    except OSError as error:
        raise RedactscanError(f"--output {path}: cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
